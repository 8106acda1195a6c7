/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figure_sheet.c - the figures of a period to take away: as CSV, and as a workbook. */
#include <string.h>

#include "base/mem.h"
#include "web/figure_room.h"

struct leaving {
	struct figure_ask ask;
	bool workbook;
};

static void name_file(struct http_request *rq, const struct leaving *s)
{
	http_header(rq, "Content-Disposition",
		    page_text(rq, "attachment; filename=\"chiffres-%s-%s.%s\"",
			      staff_date(rq, s->ask.period.from),
			      staff_date(rq, s->ask.period.to - 1),
			      s->workbook ? "xlsx" : "csv"));
}

static void booked(void *arg, enum rdvd_rc rc, struct buf *book)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_read_over(arg, rc, &st, &data);

	if (!rq)
		return;
	name_file(rq, data);
	http_reply(rq, 200,
		   "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		   book);
}

static void counted(void *arg, enum rdvd_rc rc, struct figures *now,
		    struct figures *before, civil_day supplied)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_read_over(arg, rc, &st, &data);
	const struct leaving *s = data;
	const struct figure_table *tables;
	struct buf out = BUF_INIT;
	struct sheet sheet;
	size_t n;

	(void)before;
	(void)supplied;
	if (!rq)
		return;
	n = figure_tables(rq, st, &s->ask, now, &tables);
	figure_sheet(rq, &s->ask, tables, n,
		     page_text(rq, "%s, %s", figure_whose(st, &s->ask),
			       figure_period_words(rq, s->ask.period)),
		     &sheet);
	if (s->workbook) {
		reckon_book(st->options.reckon, &sheet, booked, staff_wait(rq, data));
		return;
	}
	sheet_csv(&out, &sheet);
	name_file(rq, s);
	http_reply(rq, 200, "text/csv; charset=utf-8; header=present", &out);
}

static void leave(struct http_request *rq, bool workbook)
{
	struct staff *st = http_request_context(rq);
	struct leaving *s = http_request_alloc(rq, sizeof(*s));

	*s = (struct leaving){.workbook = workbook};
	if (figure_ask_read(rq, st, &s->ask) != 0)
		return;
	s->ask.than = (struct period){0, 0};
	figure_reckon(st, &s->ask, counted, staff_wait(rq, s));
}

static void csv(struct http_request *rq)
{
	leave(rq, false);
}

static void xlsx(struct http_request *rq)
{
	leave(rq, true);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = "/equipe/chiffres.csv",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(FIGURES, SEE),
	 .handle = csv},
	{.method = HTTP_GET,
	 .pattern = "/equipe/chiffres.xlsx",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(FIGURES, SEE),
	 .handle = xlsx},
};

void figure_sheet_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
