/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figure_network.c - what needs a hand in the whole network: one row an organisation, the
 * one with the most urgent things first, each leading to its own screen. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/figure_room.h"

#define EACH_MAX 12

struct standing {
	int organisation;
	size_t kinds[TODO_KINDS]; /* counts of single things */
	size_t urgent, all;
};

static bool is_urgent(enum todo_kind k)
{
	return k <= TODO_ABSENCE;
}

static int worst_first(const void *x, const void *y)
{
	const struct standing *a = x, *b = y;

	if (a->urgent != b->urgent)
		return a->urgent < b->urgent ? 1 : -1;
	if (a->all != b->all)
		return a->all < b->all ? 1 : -1;
	return (a->organisation > b->organisation) - (a->organisation < b->organisation);
}

static const char *number(struct http_request *rq, size_t n)
{
	return n ? page_text(rq, "%zu", n) : "–";
}

static void count(const struct todo_item *items, size_t n, struct standing *s,
		  const struct territory *t)
{
	for (int i = 0; i < t->live_organisations; i++)
		s[i].organisation = i;
	for (size_t i = 0; i < n; i++) {
		const struct todo_item *item = &items[i];
		size_t many = item->count && item->kind != TODO_ABSENCE ? item->count : 1;

		if (item->organisation == TERRITORY_NONE ||
		    item->organisation >= t->live_organisations)
			continue;
		s[item->organisation].kinds[item->kind] += many;
		s[item->organisation].all += many;
		if (is_urgent(item->kind))
			s[item->organisation].urgent += many;
	}
}

static void say_line(struct http_request *rq, const struct territory *t,
		     const struct standing *s, struct figure_network_line *v)
{
	const struct organisation *o = &t->organisations[s->organisation];

	*v = (struct figure_network_line){
		.name = o->name,
		.url = page_url(rq, "/equipe/a-faire", "structure", o->slug, NULL),
		.all = number(rq, s->urgent),
		.people = number(rq, s->kinds[TODO_MARK]),
		.messages = number(rq, s->kinds[TODO_MESSAGE] + s->kinds[TODO_TEXT]),
		.places = number(rq, s->kinds[TODO_DRY] + s->kinds[TODO_END] +
					     s->kinds[TODO_UNOFFERED]),
		.calm = s->all == 0,
	};
}

/* What is nobody's own: the network's notices, texts to it, its services. */
static size_t of_network(struct http_request *rq, const struct todo_item *items, size_t n,
			 struct todo_item **out)
{
	struct todo_item *own = http_request_alloc(rq, (n + 1) * sizeof(*own));
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (items[i].organisation == TERRITORY_NONE)
			own[k++] = items[i];
	*out = own;
	return k;
}

static void found(void *arg, enum rdvd_rc rc, const struct todo_item *items, size_t n)
{
	struct staff *st;
	struct http_request *rq = staff_read_over(arg, rc, &st, NULL);
	struct figure_network_view v = {.back = "/equipe/a-faire"};
	struct figure_network_line *lines;
	const struct territory *t;
	struct buf out = BUF_INIT;
	struct standing *s;
	struct todo_item *own;
	size_t nown;

	if (!rq)
		return;
	t = booking_territory(st->web.booking);
	s = xcalloc((size_t)t->live_organisations + 1, sizeof *s);
	lines = http_request_alloc(rq,
				   ((size_t)t->live_organisations + 1) * sizeof(*lines));
	count(items, n, s, t);
	qsort(s, (size_t)t->live_organisations, sizeof *s, worst_first);
	for (int i = 0; i < t->live_organisations; i++)
		say_line(rq, t, &s[i], &lines[i]);
	free(s);
	v.lines = lines;
	v.nlines = (size_t)t->live_organisations;
	nown = of_network(rq, items, n, &own);
	v.ngroups = figure_todo_groups(rq, st, own, nown, EACH_MAX, &v.groups);
	v.csrf = http_request_csrf(rq);
	staff_layout(rq, st, &v.layout, tr(http_request_lang(rq), "À faire"), STAFF_TODO);
	page_figure_network(&out, http_request_lang(rq), &v);
	http_reply_html(rq, 200, &out);
}

void figure_network(struct http_request *rq, struct staff *st)
{
	struct todo_rooms rooms;

	figure_rooms(st, &rooms);
	todo_find(&rooms, TERRITORY_NONE, clock_now(), found, staff_wait(rq, NULL));
}
