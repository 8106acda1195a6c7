/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figure_page.c - the figures of a period on a page: the few that matter large on top,
 * with what they were before, then tables, each with its chart. */
#include <string.h>

#include "agenda/names.h"
#include "base/mem.h"
#include "web/chart.h"
#include "web/figure_room.h"

/* ---- the large ones ---- */

struct totals {
	struct http_request *rq;
	const struct lang *l;
	struct table_row now, before;
	bool compared, merged;
	struct figure_total_view *views;
	size_t n;
};

static void add_total(struct totals *t, const char *name, const char *value,
		      const char *words, const char *before)
{
	t->views[t->n++] = (struct figure_total_view){
		.name = name,
		.value = value,
		.words = words,
		.before = t->compared && before
				  ? page_text(t->rq, tr(t->l, "avant\u00a0: %s"), before)
				  : NULL,
	};
}

static void add_count(struct totals *t, const char *name, enum figure_count c)
{
	add_total(t, name, figure_count_words(t->rq, &t->now, c), NULL,
		  figure_count_words(t->rq, &t->before, c));
}

static const char *percent_words(const struct totals *t, int told, int64_t n,
				 int64_t among)
{
	return told ? page_text(t->rq, tr(t->l, "%d\u00a0%%"), figures_percent(n, among))
		    : "–";
}

static void add_rates(struct totals *t)
{
	int64_t n, among;
	int told = table_missed(&t->now, &n, &among);
	const char *value = percent_words(t, told, n, among);
	const char *words = figure_missed_words(t->rq, &t->now);

	told = table_missed(&t->before, &n, &among);
	add_total(t, tr(t->l, "Non honorés"), value, words,
		  percent_words(t, told, n, among));
	told = table_taken(&t->now, &n, &among);
	value = percent_words(t, told, n, among);
	words = t->merged ? NULL : figure_taken_words(t->rq, &t->now, false);
	told = table_taken(&t->before, &n, &among);
	add_total(t, tr(t->l, "Temps ouvert qui était pris"), value, words,
		  percent_words(t, told, n, among));
}

static void say_totals(struct http_request *rq, const struct figure_ask *ask,
		       struct figures *now, struct figures *before,
		       struct figure_page_view *v)
{
	struct totals t = {.rq = rq,
			   .l = http_request_lang(rq),
			   .compared = ask->compare != COMPARE_NOTHING,
			   .merged = ask->observer,
			   .views = http_request_alloc(rq, 8 * sizeof(*t.views))};
	struct table table;

	table_make(&table, before, BY_ALL, ask->observer);
	t.before = table.total;
	table_fini(&table);
	table_make(&table, now, BY_ALL, ask->observer);
	t.now = table.total;
	table_fini(&table);
	add_count(&t, tr(t.l, "Rendez-vous"), COUNT_APPOINTMENTS);
	add_count(&t, tr(t.l, "Honorés"), COUNT_SEEN);
	add_rates(&t);
	add_count(&t, tr(t.l, "Personnes présentes"), COUNT_PERSONS);
	add_count(&t, tr(t.l, "Premières visites"), COUNT_FIRST);
	if (!ask->observer && t.now.n[COUNT_UNMARKED])
		add_count(&t, tr(t.l, "À renseigner"), COUNT_UNMARKED);
	v->totals = t.views;
	v->ntotals = t.n;
	v->none = !t.now.hidden[COUNT_APPOINTMENTS] && !t.now.n[COUNT_APPOINTMENTS];
	if (t.compared)
		v->compared = figure_period_words(rq, ask->than);
}

/* ---- a table on the page ---- */

static const char *const no_words = "–";

static size_t page_columns(struct http_request *rq, const struct figure_table *t,
			   const char *const **out)
{
	const struct lang *l = http_request_lang(rq);
	const char **names = http_request_alloc(rq, 8 * sizeof(*names));
	size_t n = 0;

	names[n++] = tr(l, "Rendez-vous");
	names[n++] = tr(l, "Honorés");
	if (t->by == BY_ALL && !t->merged) {
		names[n++] = tr(l, "Non honorés");
		names[n++] = tr(l, "Porte close");
		names[n++] = tr(l, "Annulés par la personne");
		names[n++] = tr(l, "Annulés par l’équipe");
		names[n++] = tr(l, "À renseigner");
		names[n++] = tr(l, "À venir");
	} else {
		names[n++] = tr(l, "Non honorés");
		if (t->timed)
			names[n++] = tr(l, "Temps pris");
	}
	*out = names;
	return n;
}

static const char *cell_words(struct http_request *rq, const struct figure_table *t,
			      const struct table_row *r, size_t column)
{
	static const enum figure_count whole[] = {
		COUNT_APPOINTMENTS, COUNT_SEEN,	   COUNT_NO_SHOW,  COUNT_DOOR_CLOSED,
		COUNT_EXCUSED,	    COUNT_REVOKED, COUNT_UNMARKED, COUNT_TO_COME};
	const char *words;

	if (column < 2 || (t->by == BY_ALL && !t->merged))
		return figure_count_words(rq, r, whole[column]);
	words = column == 2 ? figure_missed_words(rq, r)
			    : figure_taken_words(rq, r, t->merged);
	if (words)
		return words;
	return column == 2 && (r->hidden[COUNT_SEEN] || r->hidden[COUNT_NO_SHOW])
		       ? FIGURE_HIDDEN
		       : no_words;
}

static void say_lines(struct http_request *rq, const struct figure_table *t,
		      struct figure_section_view *v)
{
	struct figure_line_view *lines =
		http_request_alloc(rq, t->nlines * sizeof(*lines));
	size_t n = page_columns(rq, t, &v->columns);

	for (size_t i = 0; i < t->nlines; i++) {
		struct figure_cell_view *cells =
			http_request_alloc(rq, n * sizeof(*cells));

		for (size_t c = 0; c < n; c++)
			cells[c] = (struct figure_cell_view){
				.is = v->columns[c],
				.text = cell_words(rq, t, t->lines[i].row, c)};
		lines[i] = (struct figure_line_view){.name = t->lines[i].name,
						     .cells = cells,
						     .ncells = n,
						     .total = i + 1 == t->nlines};
	}
	v->ncolumns = n;
	v->lines = lines;
	v->nlines = t->nlines;
}

/* ---- its chart ---- */

static double percent_of(int told, int64_t n, int64_t among)
{
	return told ? 100.0 * (double)n / (double)among : -1;
}

static void keep_chart(struct http_request *rq, struct buf *b,
		       struct figure_section_view *v)
{
	v->chart_html = http_request_strdup(rq, buf_str(b));
	buf_fini(b);
}

static void draw_bars(struct http_request *rq, const struct figure_table *t,
		      struct figure_section_view *v)
{
	const struct lang *l = http_request_lang(rq);
	struct chart_point *p = http_request_alloc(rq, t->nlines * sizeof(*p));
	struct chart c = {.id = page_text(rq, "g-%s", t->id),
			  .title = t->title,
			  .points = p,
			  .most = 100,
			  .has_other = t->timed};
	struct buf b = BUF_INIT;
	int known = 0;

	for (size_t i = 0; i + 1 < t->nlines; i++) {
		const struct table_row *r = t->lines[i].row;
		int64_t n[2], among[2];
		int missed = table_missed(r, &n[0], &among[0]);
		int taken = t->timed && table_taken(r, &n[1], &among[1]);

		if (!missed && !taken)
			continue;
		known = 1;
		p[c.n++] = (struct chart_point){
			.label = t->lines[i].name,
			.words = t->timed
					 ? page_text(rq, "%s\u00a0/\u00a0%s",
						     missed ? page_text(rq, "%d\u00a0%%",
									figures_percent(
										n[0],
										among[0]))
							    : no_words,
						     taken ? page_text(rq, "%d\u00a0%%",
								       figures_percent(
									       n[1],
									       among[1]))
							   : no_words)
					 : page_text(rq, "%d\u00a0%%",
						     figures_percent(n[0], among[0])),
			.value = percent_of(missed, n[0], among[0]),
			.other = percent_of(taken, n[1], among[1]),
		};
	}
	if (!known)
		return;
	c.description = v->caption =
		t->timed ? tr(l, "Barre épaisse\u00a0: part de non honorés. Barre "
				 "fine\u00a0: part du temps ouvert qui était pris.")
			 : tr(l, "Part de non honorés.");
	chart_bars(&b, &c);
	keep_chart(rq, &b, v);
}

static void draw_months(struct http_request *rq, const struct figure_table *t,
			struct figure_section_view *v)
{
	const struct lang *l = http_request_lang(rq);
	int english = strcmp(http_request_lang_code(rq), "en") == 0;
	struct chart_point *p = http_request_alloc(rq, t->nlines * sizeof(*p));
	struct chart c = {.id = "g-mois",
			  .title = t->title,
			  .points = p,
			  .n = t->nlines - 1,
			  .has_other = 1};
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < c.n; i++) {
		const struct table_row *r = t->lines[i].row;
		p[i] = (struct chart_point){
			.label = month_name_short(english, (int)(r->key % 12) + 1),
			.value = r->hidden[COUNT_APPOINTMENTS]
					 ? -1
					 : (double)r->n[COUNT_APPOINTMENTS],
			.other = r->hidden[COUNT_SEEN] ? -1 : (double)r->n[COUNT_SEEN],
		};
	}
	c.description = v->caption = tr(
		l, "Ligne pleine\u00a0: rendez-vous. Ligne en tirets\u00a0: rendez-vous "
		   "honorés.");
	chart_line(&b, &c, "");
	keep_chart(rq, &b, v);
}

static bool has_few(const struct figure_table *t)
{
	for (size_t i = 0; i < t->nlines; i++) {
		int64_t n, among;

		if (table_missed(t->lines[i].row, &n, &among) && among < FIGURE_FEW)
			return true;
	}
	return false;
}

static void say_section(struct http_request *rq, const struct figure_table *t,
			struct figure_section_view *v)
{
	*v = (struct figure_section_view){.id = t->id, .title = t->title};
	say_lines(rq, t, v);
	if (t->by == BY_MONTH)
		draw_months(rq, t, v);
	else if (t->by != BY_ALL)
		draw_bars(rq, t, v);
	if (t->by != BY_ALL && has_few(t))
		v->note = tr(http_request_lang(rq),
			     "* Moins de 20 rendez-vous\u00a0: ce taux varie beaucoup "
			     "d’un hasard à l’autre, lisez-le avec prudence.");
}

/* ---- the page ---- */

static void say_open_time(struct http_request *rq, const struct figure_ask *ask,
			  civil_day supplied, struct figure_page_view *v)
{
	const struct lang *l = http_request_lang(rq);

	if (supplied == CIVIL_DAY_NONE)
		v->open_note = tr(l, "Les heures ouvertes seront comptées à partir de "
				     "demain.");
	else if (supplied > ask->period.from)
		v->open_note = page_text(
			rq,
			tr(l, "Les heures ouvertes sont comptées depuis le "
			      "%s\u00a0: avant, le temps pris n’est pas connu."),
			figure_date_words(rq, supplied, true));
}

static void counted(void *arg, enum rdvd_rc rc, struct figures *now,
		    struct figures *before, civil_day supplied)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_read_over(arg, rc, &st, &data);
	const struct figure_ask *ask = data;
	struct figure_page_view v = {.ntotals = 0};
	struct figure_section_view *sections;
	const struct figure_table *tables;
	struct buf out = BUF_INIT;
	size_t n;

	if (!rq)
		return;
	say_totals(rq, ask, now, before, &v);
	n = figure_tables(rq, st, ask, now, &tables);
	sections = http_request_alloc(rq, (n + 1) * sizeof(*sections));
	for (size_t i = 0; i < n && !v.none; i++)
		say_section(rq, &tables[i], &sections[v.nsections++]);
	v.sections = sections;
	v.about = page_text(rq, tr(http_request_lang(rq), "%1$s, %2$s"),
			    figure_whose(st, ask), figure_period_words(rq, ask->period));
	figure_ask_form(rq, st, ask, &v);
	say_open_time(rq, ask, supplied, &v);
	v.csv_url = figure_ask_url(rq, st, ask, "/equipe/chiffres.csv");
	v.xlsx_url = figure_ask_url(rq, st, ask, "/equipe/chiffres.xlsx");
	staff_layout(rq, st, &v.layout, tr(http_request_lang(rq), "Chiffres"),
		     STAFF_FIGURES);
	page_figure_page(&out, http_request_lang(rq), &v);
	http_reply_html(rq, ask->error ? 422 : 200, &out);
}

static void figures(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct figure_ask *ask = http_request_alloc(rq, sizeof(*ask));

	if (figure_ask_read(rq, st, ask) == 0)
		figure_reckon(st, ask, counted, staff_wait(rq, ask));
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = "/equipe/chiffres",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(FIGURES, SEE),
	 .handle = figures},
};

void figure_page_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
