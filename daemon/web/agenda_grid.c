/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agenda_grid.c - presences as a table. By hours: a column a day (of a day: a person or a
 * place), a row a half hour, each presence a cell that spans its rows; where several run
 * at once a column has as many lanes. By persons or places, for many at once: a row each,
 * a column a day. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "web/agenda_place.h"
#include "web/agenda_room.h"

#define COLUMNS_MAX 64
#define FIRST_ROW 18 /* 9:00 to 17:00 stand even when nobody is there */
#define LAST_ROW 34
#define ROWS_OF_DAY 48

/* ---- columns ---- */

struct column {
	struct agenda_column *view;
	size_t *who; /* its presences */
	size_t n;
	struct place_span *spans;
};

struct grid {
	const struct presences *p;
	struct agenda_grid_view v;
	struct column columns[COLUMNS_MAX];
	size_t n;
	int first, last; /* rows */
};

static const char *absence_url(const struct presences *p, civil_day day, int who)
{
	const struct territory *t = booking_territory(p->st->web.booking);

	return page_url(p->rq, "/equipe/absences", "du", staff_date(p->rq, day),
			"personne",
			who == TERRITORY_NONE ? NULL : t->counsellors[who].slug, NULL);
}

static const char *day_url(const struct presences *p, civil_day day)
{
	struct agenda_look ask = *p->ask;

	ask.span = SPAN_DAY;
	return agenda_url(p->rq, p->st, &ask, day,
			  ask.way == WAY_PLACES ? WAY_PLACES : WAY_PERSONS);
}

static void day_column(const struct presences *p, civil_day day,
		       struct agenda_column *out)
{
	const struct lang *l = http_request_lang(p->rq);
	const char *away = presence_absences(p, day);

	*out = (struct agenda_column){
		.title = staff_day_words(p->rq, p->st, day, true),
		.day = staff_date(p->rq, day),
		.url = day_url(p, day),
		.today = day == staff_today(p->st),
		.shown = day == p->ask->day,
		.lanes = 1,
	};
	if (away)
		out->note = page_text(p->rq, tr(l, "Absence\u00a0: %s"), away);
	if (rights_has(p->viewer->user, RIGHT(ABSENCE, CHANGE)))
		out->absence_url = absence_url(p, day, p->ask->counsellor);
}

/* On a Saturday or a Sunday only what there is. */
static bool stands(const struct presences *p, civil_day day)
{
	if (civil_weekday(day) < CIVIL_SATURDAY || day == p->ask->day)
		return true;
	for (size_t i = 0; i < p->n; i++)
		if (p->items[i].day == day)
			return true;
	return false;
}

static struct column *column_add(struct grid *g, struct agenda_column *views)
{
	struct column *c;

	if (g->n == COLUMNS_MAX)
		return NULL;
	c = &g->columns[g->n];
	*c = (struct column){.view = &views[g->n]};
	g->n++;
	c->who = http_request_alloc(g->p->rq, (g->p->n + 1) * sizeof(*c->who));
	return c;
}

static void day_columns(struct grid *g, struct agenda_column *views)
{
	const struct presences *p = g->p;

	for (int i = 0; i < p->ask->ndays; i++) {
		civil_day day = p->ask->from + i;
		struct column *c;

		if (!stands(p, day))
			continue;
		c = column_add(g, views);
		if (!c)
			return;
		day_column(p, day, c->view);
		for (size_t k = 0; k < p->n; k++)
			if (p->items[k].day == day)
				c->who[c->n++] = k;
	}
}

static bool is_of(const struct presence *one, enum agenda_way way, int index)
{
	return (way == WAY_PLACES ? one->site : one->counsellor) == index;
}

static bool is_shown(const struct presences *p, enum agenda_way way, int index)
{
	const struct agenda_look *ask = p->ask;

	if (way == WAY_PLACES)
		return ask->site == TERRITORY_NONE
			       ? staff_may_see_site(p->st, p->viewer, index)
			       : index == ask->site;
	return ask->counsellor == TERRITORY_NONE
		       ? staff_may_see_counsellor(p->st, p->viewer, index)
		       : index == ask->counsellor;
}

/* The persons or places that have a row or a column: all persons, and the places where
 * something is. The last is nobody's (TERRITORY_NONE), if it is needed. */
static size_t heads(const struct presences *p, enum agenda_way way, int *out, size_t max)
{
	const struct territory *t = booking_territory(p->st->web.booking);
	int n = way == WAY_PLACES ? t->nsites : t->ncounsellors;
	int live = way == WAY_PLACES ? 0 : t->live_counsellors;
	size_t k = 0;

	for (int i = 0; i < n && k < max; i++) {
		bool any = i < live;

		for (size_t j = 0; j < p->n && !any; j++)
			any = is_of(&p->items[j], way, i);
		if (any && is_shown(p, way, i))
			out[k++] = i;
	}
	for (size_t j = 0; j < p->n && k < max; j++)
		if (is_of(&p->items[j], way, TERRITORY_NONE)) {
			out[k++] = TERRITORY_NONE;
			break;
		}
	return k;
}

static const char *head_title(const struct presences *p, enum agenda_way way, int index)
{
	const struct territory *t = booking_territory(p->st->web.booking);
	const struct lang *l = http_request_lang(p->rq);

	if (index == TERRITORY_NONE)
		return way == WAY_PLACES ? tr(l, "Ailleurs") : tr(l, "Sans personne");
	if (way == WAY_PLACES)
		return page_text(p->rq, "%s, %s", t->sites[index].commune,
				 t->sites[index].name);
	return t->counsellors[index].label;
}

static const char *head_url(const struct presences *p, enum agenda_way way, int index)
{
	struct agenda_look ask = *p->ask;

	if (index == TERRITORY_NONE)
		return NULL;
	ask.span = SPAN_WEEK;
	if (way == WAY_PLACES)
		ask.site = index;
	else
		ask.counsellor = index;
	return agenda_url(p->rq, p->st, &ask, ask.day, WAY_HOURS);
}

/* Of a day: a column for each person or place. */
static void head_columns(struct grid *g, struct agenda_column *views, enum agenda_way way)
{
	const struct presences *p = g->p;
	const struct territory *t = booking_territory(p->st->web.booking);
	int found[COLUMNS_MAX];
	size_t n = heads(p, way, found, COLUMNS_MAX);

	for (size_t i = 0; i < n; i++) {
		struct column *c = column_add(g, views);
		bool person = way == WAY_PERSONS && found[i] != TERRITORY_NONE;

		if (!c)
			return;
		*c->view = (struct agenda_column){
			.title = head_title(p, way, found[i]),
			.url = head_url(p, way, found[i]),
			.day = staff_date(p->rq, p->ask->day),
			.shown = true,
			.lanes = 1,
			.who = person ? t->counsellors[found[i]].slug : NULL,
			.site = way == WAY_PLACES && found[i] != TERRITORY_NONE
					? t->sites[found[i]].slug
					: NULL,
		};
		if (person && rights_has(p->viewer->user, RIGHT(ABSENCE, CHANGE)))
			c->view->absence_url = absence_url(p, p->ask->day, found[i]);
		for (size_t k = 0; k < p->n; k++)
			if (is_of(&p->items[k], way, found[i]))
				c->who[c->n++] = k;
	}
}

/* ---- by hours ---- */

static enum agenda_way column_way(const struct presences *p)
{
	return p->ask->span == SPAN_DAY ? p->ask->way : WAY_HOURS;
}

static void place_columns(struct grid *g)
{
	g->first = FIRST_ROW;
	g->last = LAST_ROW;
	for (size_t i = 0; i < g->n; i++) {
		struct column *c = &g->columns[i];

		c->spans = http_request_alloc(g->p->rq, (c->n + 1) * sizeof(*c->spans));
		for (size_t k = 0; k < c->n; k++) {
			const struct presence *one = &g->p->items[c->who[k]];

			c->spans[k] =
				(struct place_span){.from = one->from, .to = one->to};
		}
		c->view->lanes = place_spans(c->spans, c->n);
		for (size_t k = 0; k < c->n; k++) {
			const struct place_span *s = &c->spans[k];

			if (s->row < g->first)
				g->first = s->row - s->row % 2;
			if (s->row + s->rows > g->last)
				g->last = s->row + s->rows + (s->row + s->rows) % 2;
		}
	}
	if (g->last > ROWS_OF_DAY)
		g->last = ROWS_OF_DAY;
}

/* The cell of a lane that begins in the row, 0 when the row is inside of one. */
static int cell_at(struct grid *g, struct column *c, int lane, int row,
		   struct agenda_cell *out)
{
	int before = g->first, after = g->last;

	for (size_t k = 0; k < c->n; k++) {
		const struct place_span *s = &c->spans[k];
		struct agenda_stretch *stretch;

		if (s->lane != lane)
			continue;
		if (s->row < row && s->row + s->rows > row)
			return 0;
		if (s->row + s->rows <= row && s->row + s->rows > before)
			before = s->row + s->rows;
		if (s->row > row && s->row < after)
			after = s->row;
		if (s->row != row)
			continue;
		stretch = http_request_alloc(g->p->rq, sizeof(*stretch));
		presence_say(g->p, &g->p->items[c->who[k]], column_way(g->p), true,
			     stretch);
		*out = (struct agenda_cell){.rows = s->rows,
					    .shown = c->view->shown,
					    .full = true,
					    .stretches = stretch,
					    .nstretches = 1};
		return 1;
	}
	if (row != before)
		return 0; /* one empty cell from the last presence to the next */
	*out = (struct agenda_cell){.rows = after - row, .shown = c->view->shown};
	return 1;
}

static void hour_rows(struct grid *g)
{
	const struct presences *p = g->p;
	int n = g->last - g->first;
	struct agenda_row *rows = http_request_alloc(p->rq, (size_t)n * sizeof(*rows));
	civil_time at = zone_to_civil(staff_zone(p->st, p->ask->site), p->ask->now);
	int now = civil_time_minute(at) / PLACE_STEP;
	size_t lanes = 0;

	for (size_t i = 0; i < g->n; i++)
		lanes += (size_t)g->columns[i].view->lanes;
	for (int r = 0; r < n; r++) {
		struct agenda_cell *cells =
			http_request_alloc(p->rq, (lanes + 1) * sizeof(*cells));
		struct agenda_row *row = &rows[r];
		int at_row = g->first + r;

		*row = (struct agenda_row){.cells = cells};
		if (at_row % 2 == 0) {
			row->title = page_hour(p->rq, at_row * PLACE_STEP);
			row->title_rows = 2;
		}
		row->now = at_row == now && civil_time_day(at) >= p->ask->from &&
			   civil_time_day(at) < p->ask->from + p->ask->ndays;
		for (size_t i = 0; i < g->n; i++)
			for (int lane = 0; lane < g->columns[i].view->lanes; lane++)
				row->ncells +=
					(size_t)cell_at(g, &g->columns[i], lane, at_row,
							&cells[row->ncells]);
	}
	g->v.rows = rows;
	g->v.nrows = (size_t)n;
}

/* ---- by persons, by places ---- */

static void head_rows(struct grid *g, enum agenda_way way)
{
	const struct presences *p = g->p;
	int found[COLUMNS_MAX];
	size_t n = heads(p, way, found, COLUMNS_MAX);
	struct agenda_row *rows = http_request_alloc(p->rq, (n + 1) * sizeof(*rows));

	for (size_t r = 0; r < n; r++) {
		struct agenda_cell *cells =
			http_request_alloc(p->rq, (g->n + 1) * sizeof(*cells));

		rows[r] = (struct agenda_row){
			.title = head_title(p, way, found[r]),
			.url = head_url(p, way, found[r]),
			.title_rows = 1,
			.cells = cells,
			.ncells = g->n,
		};
		for (size_t i = 0; i < g->n; i++) {
			const struct column *c = &g->columns[i];
			struct agenda_stretch *s =
				http_request_alloc(p->rq, (c->n + 1) * sizeof(*s));
			size_t k = 0;

			for (size_t j = 0; j < c->n; j++)
				if (is_of(&p->items[c->who[j]], way, found[r]))
					presence_say(p, &p->items[c->who[j]], way, false,
						     &s[k++]);
			cells[i] = (struct agenda_cell){.rows = 1,
							.shown = c->view->shown,
							.full = k > 0,
							.stretches = s,
							.nstretches = k};
		}
	}
	g->v.rows = rows;
	g->v.nrows = n;
}

/* Side by side more than these are hard to read. */
#define LANES_MAX 3

static bool is_crowded(const struct grid *g)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->columns[i].view->lanes > LANES_MAX)
			return true;
	return false;
}

void agenda_grid(const struct presences *p, struct buf *out)
{
	struct grid *g = http_request_alloc(p->rq, sizeof(*g));
	struct agenda_column *views =
		http_request_alloc(p->rq, COLUMNS_MAX * sizeof(*views));
	enum agenda_way way = p->ask->way;

	memset(g, 0, sizeof(*g));
	g->p = p;
	if (p->ask->span == SPAN_DAY)
		head_columns(g, views, way);
	else
		day_columns(g, views);
	place_columns(g);
	if (p->ask->span == SPAN_WEEK && way == WAY_NONE)
		way = is_crowded(g) ? WAY_PERSONS : WAY_HOURS;
	g->v.hours = p->ask->span == SPAN_DAY || way == WAY_HOURS;
	g->v.from = g->first * PLACE_STEP;
	g->v.columns = views;
	g->v.ncolumns = g->n;
	g->v.none = p->n == 0;
	if (g->v.hours) {
		g->v.corner = tr(http_request_lang(p->rq), "Heure");
		hour_rows(g);
	} else {
		for (size_t i = 0; i < g->n; i++)
			views[i].lanes = 1;
		g->v.corner = way == WAY_PLACES
				      ? tr(http_request_lang(p->rq), "Lieu")
				      : tr(http_request_lang(p->rq), "Personne");
		head_rows(g, way);
	}
	page_agenda_grid(out, http_request_lang(p->rq), &g->v);
}
