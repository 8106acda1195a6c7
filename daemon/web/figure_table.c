/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figure_table.c - one description of every table of figures: which there are, how their
 * rows are called and in which order they stand, which columns they have. The page, the
 * CSV and the workbook are three ways of walking it. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "web/figure_room.h"

/* ---- names of rows ---- */

static const char *const weekdays[] = {
	N_("lundi"),	N_("mardi"),  N_("mercredi"), N_("jeudi"),
	N_("vendredi"), N_("samedi"), N_("dimanche"),
};

static const char *const leads[LEAD_CLASSES] = {
	N_("Le jour même ou la veille"), N_("2 ou 3 jours avant"),
	N_("4 à 7 jours avant"),	 N_("8 à 14 jours avant"),
	N_("15 à 28 jours avant"),	 N_("Plus de 28 jours avant"),
};

static const char *const channels[] = {
	"",
	N_("en ligne"),
	N_("par SMS"),
	N_("par l’équipe"),
	N_("par un partenaire"),
	N_("par un autre programme"),
	N_("depuis un agenda"),
};

static const char *const reminders[] = {
	[REMINDER_NONE] = N_("Sans rappel"),
	[REMINDER_SENT] = N_("Rappel parti, sans accusé de réception"),
	[REMINDER_DELIVERED] = N_("Rappel reçu"),
	[REMINDER_CONFIRMED] = N_("La personne a répondu qu’elle vient"),
};

static const char *site_name(struct http_request *rq, const struct territory *t,
			     rdvd_id id)
{
	int i = id ? territory_by_id(t, RDVD_DEF_SITE, id) : TERRITORY_NONE;

	return i == TERRITORY_NONE
		       ? tr(http_request_lang(rq), "Ailleurs")
		       : page_text(rq, "%s, %s", t->sites[i].commune, t->sites[i].name);
}

static const char *row_name(struct http_request *rq, const struct territory *t,
			    enum figure_by by, int64_t key)
{
	const struct lang *l = http_request_lang(rq);
	int i;

	switch (by) {
	case BY_ALL: return tr(l, "Ensemble");
	case BY_ORGANISATION:
		i = key ? territory_by_id(t, RDVD_DEF_ORGANISATION, key) : TERRITORY_NONE;
		return i == TERRITORY_NONE ? tr(l, "Sans structure")
					   : t->organisations[i].name;
	case BY_SITE: return site_name(rq, t, key);
	case BY_SERVICE:
		i = key ? territory_by_id(t, RDVD_DEF_SERVICE, key) : TERRITORY_NONE;
		return i == TERRITORY_NONE ? tr(l, "Autre")
					   : bitext_get(&t->services[i].name,
							http_request_lang_code(rq));
	case BY_WEEKDAY: return tr(l, weekdays[key]);
	case BY_HALF_DAY: return key ? tr(l, "Après-midi") : tr(l, "Matin");
	case BY_LEAD: return tr(l, leads[key]);
	case BY_CHANNEL:
		return key > 0 && (size_t)key < ARRAY_SIZE(channels)
			       ? tr(l, channels[key])
			       : tr(l, "Autre");
	case BY_REMINDER: return tr(l, reminders[key]);
	case BY_MONTH: return figure_month_words(rq, key, true);
	case FIGURE_BYS: break;
	}
	return "";
}

/* ---- which tables ---- */

static const struct {
	enum figure_by by;
	const char *id, *title;
	bool timed;
	bool ranked; /* the busiest first; for an observer by name, which tells nothing */
	int least;   /* rows without which it says nothing */
} tables[] = {
	{BY_ALL, "ensemble", N_("Ensemble"), true, false, 0},
	{BY_ORGANISATION, "structures", N_("Par structure"), true, true, 2},
	{BY_MONTH, "mois", N_("Mois par mois"), true, false, 2},
	{BY_SITE, "lieux", N_("Par lieu"), true, true, 1},
	{BY_SERVICE, "types", N_("Par type de rendez-vous"), true, true, 1},
	{BY_WEEKDAY, "jours", N_("Par jour de la semaine"), true, false, 1},
	{BY_HALF_DAY, "demi-journees", N_("Par demi-journée"), true, false, 1},
	{BY_LEAD, "delais", N_("Selon le délai"), false, false, 1},
	{BY_CHANNEL, "modes", N_("Selon la façon de prendre rendez-vous"), false, false,
	 1},
	{BY_REMINDER, "rappels", N_("Selon le rappel"), false, false, 1},
};

static int by_weight(const void *x, const void *y)
{
	const struct figure_line *a = x, *b = y;
	int64_t n = a->row->n[COUNT_APPOINTMENTS], m = b->row->n[COUNT_APPOINTMENTS];

	return n != m ? (n < m) - (n > m) : strcmp(a->name, b->name);
}

static int by_name(const void *x, const void *y)
{
	const struct figure_line *a = x, *b = y;

	return strcmp(a->name, b->name);
}

static void tables_free(void *all)
{
	struct table *t = all;

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		table_fini(&t[i]);
	free(t);
}

static void name_lines(struct http_request *rq, const struct territory *t,
		       const struct table *from, size_t which, struct figure_table *out)
{
	struct figure_line *lines =
		http_request_alloc(rq, (from->n + 1) * sizeof(*lines));
	size_t n = 0;

	for (size_t i = 0; i < from->n; i++) {
		if (table_row_is_empty(&from->rows[i]))
			continue;
		lines[n++] = (struct figure_line){
			row_name(rq, t, from->by, from->rows[i].key), &from->rows[i]};
	}
	if (tables[which].ranked && n > 1)
		qsort(lines, n, sizeof(*lines), from->merged ? by_name : by_weight);
	lines[n++] =
		(struct figure_line){tr(http_request_lang(rq), "Ensemble"), &from->total};
	*out = (struct figure_table){
		.by = from->by,
		.id = tables[which].id,
		.title = tr(http_request_lang(rq), tables[which].title),
		.timed = tables[which].timed,
		.merged = from->merged,
		.lines = lines,
		.nlines = n,
	};
}

size_t figure_tables(struct http_request *rq, const struct staff *st,
		     const struct figure_ask *ask, struct figures *f,
		     const struct figure_table **out)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct table *all = xcalloc(ARRAY_SIZE(tables), sizeof *all);
	struct figure_table *views =
		http_request_alloc(rq, ARRAY_SIZE(tables) * sizeof(*views));
	size_t n = 0;

	http_request_set_data(rq, all, tables_free);
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		if (tables[i].by == BY_ORGANISATION &&
		    ask->organisation != TERRITORY_NONE)
			continue;
		table_make(&all[i], f, tables[i].by, ask->observer);
		name_lines(rq, t, &all[i], i, &views[n]);
		if (views[n].nlines > (size_t)tables[i].least)
			n++;
	}
	*out = views;
	return n;
}

/* ---- cells in words ---- */

const char *figure_count_words(struct http_request *rq, const struct table_row *r,
			       enum figure_count c)
{
	return r->hidden[c] ? FIGURE_HIDDEN : page_text(rq, "%lld", (long long)r->n[c]);
}

const char *figure_missed_words(struct http_request *rq, const struct table_row *r)
{
	const struct lang *l = http_request_lang(rq);
	int64_t n, among;

	if (!table_missed(r, &n, &among))
		return NULL;
	return page_text(rq,
			 among < FIGURE_FEW ? tr(l, "%1$lld sur %2$lld, %3$d\u00a0%% *")
					    : tr(l, "%1$lld sur %2$lld, %3$d\u00a0%%"),
			 (long long)n, (long long)among, figures_percent(n, among));
}

const char *figure_taken_words(struct http_request *rq, const struct table_row *r,
			       bool merged)
{
	const struct lang *l = http_request_lang(rq);
	int64_t n, among;

	if (!table_taken(r, &n, &among))
		return NULL;
	if (merged)
		return page_text(rq, tr(l, "%d\u00a0%%"), figures_percent(n, among));
	return page_text(rq, tr(l, "%1$lld\u00a0h sur %2$lld\u00a0h, %3$d\u00a0%%"),
			 (long long)((n + 30) / 60), (long long)((among + 30) / 60),
			 figures_percent(n, among));
}

/* ---- tables that leave ---- */

enum column_kind { A_COUNT, MISSED_PERCENT, HOURS, TAKEN_PERCENT };

static const struct column {
	enum column_kind kind;
	enum figure_count count;
	const char *title, *merged; /* merged: an observer's; NULL: not hers */
} columns[] = {
	{A_COUNT, COUNT_APPOINTMENTS, N_("Rendez-vous"), N_("Rendez-vous")},
	{A_COUNT, COUNT_SEEN, N_("Honorés"), N_("Honorés")},
	{A_COUNT, COUNT_NO_SHOW, N_("Non honorés"), N_("Non honorés")},
	{A_COUNT, COUNT_DOOR_CLOSED, N_("Porte close"), NULL},
	{A_COUNT, COUNT_EXCUSED, N_("Annulés par la personne"), N_("Annulés")},
	{A_COUNT, COUNT_REVOKED, N_("Annulés par l’équipe"), NULL},
	{A_COUNT, COUNT_UNMARKED, N_("À renseigner"), N_("À renseigner ou à venir")},
	{A_COUNT, COUNT_TO_COME, N_("À venir"), NULL},
	{A_COUNT, COUNT_PERSONS, N_("Personnes présentes"), N_("Personnes présentes")},
	{A_COUNT, COUNT_FIRST, N_("Premières visites"), N_("Premières visites")},
	{MISSED_PERCENT, 0, N_("Part de non honorés"), N_("Part de non honorés")},
	{HOURS, COUNT_OPEN, N_("Heures ouvertes"), N_("Heures ouvertes")},
	{HOURS, COUNT_TAKEN, N_("Heures prises"), NULL},
	{TAKEN_PERCENT, 0, N_("Part du temps pris"), N_("Part du temps pris")},
};

static struct sheet_cell cell_of(const struct column *c, const struct table_row *r)
{
	const struct sheet_cell hidden = {.kind = SHEET_TEXT, .text = FIGURE_HIDDEN},
				empty = {.kind = SHEET_EMPTY};
	int64_t n, among;
	int told = 0;

	switch (c->kind) {
	case A_COUNT:
		return r->hidden[c->count]
			       ? hidden
			       : (struct sheet_cell){.kind = SHEET_NUMBER,
						     .number = (double)r->n[c->count]};
	case HOURS:
		return r->hidden[c->count]
			       ? hidden
			       : (struct sheet_cell){
					 .kind = SHEET_NUMBER,
					 .number = (double)((r->n[c->count] + 30) / 60)};
	case MISSED_PERCENT: told = table_missed(r, &n, &among); break;
	case TAKEN_PERCENT: told = table_taken(r, &n, &among); break;
	}
	return told ? (struct sheet_cell){.kind = SHEET_PERCENT,
					  .number = 100.0 * (double)n / (double)among}
		    : empty;
}

static bool has_column(const struct column *c, const struct figure_table *t)
{
	if (t->merged && !c->merged)
		return false;
	return t->timed || (c->kind != HOURS && c->kind != TAKEN_PERCENT);
}

static void fill_sheet(struct http_request *rq, const struct figure_table *t,
		       struct sheet_table *out)
{
	const struct lang *l = http_request_lang(rq);
	const char **titles =
		http_request_alloc(rq, (ARRAY_SIZE(columns) + 1) * sizeof(*titles));
	struct sheet_cell *cells = http_request_alloc(
		rq, (ARRAY_SIZE(columns) + 1) * t->nlines * sizeof(*cells));
	size_t n = 0, k = 0;

	titles[n++] = t->title;
	for (size_t c = 0; c < ARRAY_SIZE(columns); c++)
		if (has_column(&columns[c], t))
			titles[n++] =
				tr(l, t->merged ? columns[c].merged : columns[c].title);
	for (size_t i = 0; i < t->nlines; i++) {
		cells[k++] =
			(struct sheet_cell){.kind = SHEET_TEXT, .text = t->lines[i].name};
		for (size_t c = 0; c < ARRAY_SIZE(columns); c++)
			if (has_column(&columns[c], t))
				cells[k++] = cell_of(&columns[c], t->lines[i].row);
	}
	*out = (struct sheet_table){.title = t->title,
				    .columns = titles,
				    .ncolumns = n,
				    .cells = cells,
				    .nrows = t->nlines};
	if (t->merged)
		out->note = tr(l, "Un point cache un nombre inférieur à 5, ou de quoi le "
				  "déduire.");
}

void figure_sheet(struct http_request *rq, const struct figure_ask *ask,
		  const struct figure_table *all, size_t n, const char *about,
		  struct sheet *out)
{
	struct sheet_table *sheets = http_request_alloc(rq, (n + 1) * sizeof(*sheets));

	(void)ask;
	for (size_t i = 0; i < n; i++)
		fill_sheet(rq, &all[i], &sheets[i]);
	*out = (struct sheet){.title = tr(http_request_lang(rq), "Chiffres"),
			      .about = about,
			      .language = http_request_lang_code(rq),
			      .tables = sheets,
			      .ntables = n};
}
