/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agenda_live.c - open pages are told that the agenda has changed (GET /equipe/flux,
 * server-sent events): which days, and nothing else; the page then asks for its own part
 * again, with its own rights. What comes together is told together, at most five times a
 * second. One clock serves all streams: a comment every 25 s keeps them open through
 * whatever is between, and whose session has ended is cut off within a second.
 *
 * An event's id is the daemon's epoch and its count of changes: whoever comes back with
 * another one has missed something, and is told to look at everything. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/loop.h"
#include "base/mem.h"
#include "booking/watch.h"
#include "web/agenda_room.h"

#define STREAMS_OF_USER 16
#define GAP_MS 200 /* between two events of a stream */
#define SOON_MS 10
#define TICK_MS 1000
#define BEATS 25
#define DAYS_TOLD 8 /* more: any day */
#define SLOW_BYTES 4096
#define SLOW_S 60 /* so long nothing was read: whoever had it open is gone */

struct feed {
	struct live *live;
	struct http_stream *stream;
	uint8_t session[SECRET_HASH_SIZE];
	rdvd_id user;
	civil_day days[DAYS_TOLD];
	int ndays;
	bool everything, dirty;
	int beats, slow;
	struct feed *next, **at;
};

struct live {
	struct staff *st;
	struct watcher *watcher;
	struct feed *first;
	struct loop_timer *soon, *tick;
	int64_t told_ms; /* when the last were written */
	bool waiting;
};

/* ---- one stream ---- */

static void feed_free(struct feed *f)
{
	*f->at = f->next;
	if (f->next)
		f->next->at = f->at;
	http_stream_end(f->stream);
	free(f);
}

static void on_closed(void *arg)
{
	feed_free(arg);
}

/* -1: the client is gone, and so is f. */
static int feed_write(struct feed *f, struct buf *b)
{
	if (http_stream_write(f->stream, b) == 0)
		return 0;
	feed_free(f);
	return -1;
}

static void event_id(const struct live *l, struct buf *b)
{
	const struct booking *booking = l->st->web.booking;

	buf_addf(b, "%016llx-%llu", (unsigned long long)booking_watch_epoch(booking),
		 (unsigned long long)booking_watch_seq(booking, 0));
}

static void feed_tell(struct feed *f)
{
	struct buf b = BUF_INIT;
	char day[11];

	buf_addlit(&b, "id: ");
	event_id(f->live, &b);
	buf_addlit(&b, "\nevent: agenda\ndata: ");
	if (f->everything)
		buf_addlit(&b, "*");
	for (int i = 0; i < f->ndays && !f->everything; i++) {
		civil_day_format(f->days[i], day);
		if (i)
			buf_addch(&b, ' ');
		buf_addstr(&b, day);
	}
	buf_addlit(&b, "\n\n");
	f->ndays = 0;
	f->everything = f->dirty = false;
	f->beats = 0;
	feed_write(f, &b);
}

static bool is_over(const struct feed *f)
{
	const struct access_user *user;

	return access_session_stage(f->live->st->access, f->session, &user) !=
		       ACCESS_FULL ||
	       !rights_has(user, RIGHT(AGENDA, SEE));
}

/* Who does not read is told later, in one event; nothing is piled up for her. */
static bool is_slow(const struct feed *f)
{
	return http_stream_pending(f->stream) > SLOW_BYTES;
}

/* ---- all of them ---- */

static void tell(void *arg)
{
	struct live *l = arg;
	struct feed *next;

	l->waiting = false;
	l->told_ms = clock_monotonic_ms();
	for (struct feed *f = l->first; f; f = next) {
		next = f->next;
		if (f->dirty && is_over(f))
			feed_free(f);
		else if (f->dirty && !is_slow(f))
			feed_tell(f);
	}
}

static void tick(void *arg)
{
	struct live *l = arg;
	struct feed *next;

	for (struct feed *f = l->first; f; f = next) {
		struct buf b = BUF_INIT;

		next = f->next;
		f->slow = is_slow(f) ? f->slow + 1 : 0;
		if (is_over(f) || f->slow > SLOW_S) {
			feed_free(f);
			continue;
		}
		if (f->slow)
			continue;
		if (f->dirty) {
			feed_tell(f);
			continue;
		}
		if (++f->beats < BEATS)
			continue;
		f->beats = 0;
		buf_addlit(&b, ":\n\n");
		feed_write(f, &b);
	}
	if (l->first)
		loop_timer_in(l->tick, TICK_MS);
}

static bool may_see(const struct feed *f, const struct watch_event *e)
{
	const struct access_user *user;

	if (access_session_stage(f->live->st->access, f->session, &user) != ACCESS_FULL)
		return false;
	return !e->organisation || rights_cover(user, RIGHT(AGENDA, SEE), e->organisation,
						e->counsellors, e->ncounsellors);
}

static void add_day(struct feed *f, civil_day day)
{
	for (int i = 0; i < f->ndays; i++)
		if (f->days[i] == day)
			return;
	if (f->ndays == DAYS_TOLD)
		f->everything = true;
	else
		f->days[f->ndays++] = day;
}

static bool any_is_dirty(const struct live *l)
{
	for (const struct feed *f = l->first; f; f = f->next)
		if (f->dirty)
			return true;
	return false;
}

static void on_change(void *arg, const struct watch_event *e)
{
	struct live *l = arg;
	const struct zone *z = staff_zone(l->st, TERRITORY_NONE);
	int64_t since;
	bool any;

	for (struct feed *f = l->first; f; f = f->next) {
		civil_day last;

		if (!may_see(f, e))
			continue;
		f->dirty = true;
		if (!e->organisation || e->to <= e->from) {
			f->everything = true;
			continue;
		}
		last = civil_time_day(zone_to_civil(z, e->to - 1));
		for (civil_day day = civil_time_day(zone_to_civil(z, e->from));
		     day <= last && !f->everything; day++)
			add_day(f, day);
	}
	any = any_is_dirty(l);
	if (!any || l->waiting)
		return;
	since = clock_monotonic_ms() - l->told_ms;
	l->waiting = true;
	loop_timer_in(l->soon, since >= GAP_MS ? SOON_MS : GAP_MS - since);
}

/* ---- the route ---- */

/* So many a user: that of the page which was opened first ends, as most often nobody
 * looks at it any more. */
static void make_room(struct live *l, rdvd_id user)
{
	struct feed *oldest = NULL;
	int n = 0;

	for (struct feed *f = l->first; f; f = f->next)
		if (f->user == user) {
			oldest = f;
			n++;
		}
	if (n >= STREAMS_OF_USER)
		feed_free(oldest);
}

static bool has_missed(const struct live *l, const char *last)
{
	struct buf now = BUF_INIT;
	bool missed;

	event_id(l, &now);
	missed = last && strcmp(last, buf_str(&now)) != 0;
	buf_fini(&now);
	return missed;
}

static void open_stream(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct live *l = st->agenda->live;
	const char *last = http_request_header(rq, "Last-Event-ID");
	struct buf b = BUF_INIT;
	struct viewer who;
	struct feed *f;

	staff_viewer(rq, &who);
	make_room(l, who.user->id);
	f = xcalloc(1, sizeof(*f));
	if (!http_request_session_hash(rq, f->session)) {
		free(f);
		http_fail(rq, 403, NULL);
		return;
	}
	f->live = l;
	f->user = who.user->id;
	f->everything = f->dirty = has_missed(l, last);
	http_header(rq, "X-Accel-Buffering", "no"); /* nginx: at once */
	f->stream = http_stream_start(rq, 200, "text/event-stream");
	f->next = l->first;
	f->at = &l->first;
	if (f->next)
		f->next->at = &f->next;
	l->first = f;
	http_stream_callbacks(f->stream, NULL, on_closed, f);
	if (!f->next)
		loop_timer_in(l->tick, TICK_MS);
	if (f->dirty) {
		feed_tell(f);
		return;
	}
	buf_addlit(&b, "id: ");
	event_id(l, &b);
	buf_addlit(&b, "\nretry: 2000\n\n");
	feed_write(f, &b);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = "/equipe/flux",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(AGENDA, SEE),
	 .handle = open_stream},
};

struct live *agenda_live_new(struct staff *st)
{
	struct live *l = xcalloc(1, sizeof(*l));

	l->st = st;
	l->watcher = booking_watch(st->web.booking, on_change, l);
	l->soon = loop_timer_new(st->options.loop, tell, l);
	l->tick = loop_timer_new(st->options.loop, tick, l);
	l->told_ms = clock_monotonic_ms() - GAP_MS;
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
	return l;
}

void agenda_live_end(struct live *l)
{
	while (l->first)
		feed_free(l->first);
}

void agenda_live_free(struct live *l)
{
	if (!l)
		return;
	agenda_live_end(l);
	booking_unwatch(l->st->web.booking, l->watcher);
	loop_timer_free(l->soon);
	loop_timer_free(l->tick);
	free(l);
}
