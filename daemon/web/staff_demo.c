/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_demo.c - on a demonstration instance only: everything that was sent, as the
 * people would have read it, newest first. Open to anybody, since nobody on it is real.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/staff_room.h"

#define SHOWN_MAX 60
#define READ_MAX 500
#define BACK_S (30 * CIVIL_DAY_SECONDS)

struct sent {
	const struct rdvd_message_row *m;
	const struct rdvd_appointment *a;
};

static int newest_first(const void *x, const void *y)
{
	const struct rdvd_message_row *a = ((const struct sent *)x)->m;
	const struct rdvd_message_row *b = ((const struct sent *)y)->m;

	if (a->sent_at != b->sent_at)
		return a->sent_at < b->sent_at ? 1 : -1;
	return (a->id < b->id) - (a->id > b->id);
}

static void fill(struct http_request *rq, const struct staff *st, const struct sent *s,
		 struct staff_demo_message *v)
{
	const struct lang *l = http_request_lang(rq);
	const struct zone *z = staff_zone(st, TERRITORY_NONE);
	struct buf words = BUF_INIT;

	staff_message_words(l, s->m, &words);
	*v = (struct staff_demo_message){
		.sms = s->m->channel == RDVD_CHANNEL_SMS,
		.to = s->m->channel == RDVD_CHANNEL_SMS ? page_phone(rq, s->m->to)
							: s->m->to,
		.when = page_when(rq, &st->web, zone_to_civil(z, s->m->sent_at), true),
		.text = s->m->text,
		.state = {.text = http_request_strdup(rq, buf_str(&words)),
			  .ok = staff_message_tone(s->m) > 0,
			  .bad = staff_message_tone(s->m) < 0},
	};
	buf_fini(&words);
}

static void show_messages(void *arg, enum rdvd_rc rc, const struct record_list *records)
{
	struct staff *st;
	struct http_request *rq = staff_read_over(arg, rc, &st, NULL);
	struct staff_demo_view v = {0};
	struct staff_demo_message *shown;
	struct buf out = BUF_INIT;
	struct sent *sent;
	size_t n = 0, k = 0;

	if (!rq)
		return;
	for (size_t i = 0; i < records->n; i++)
		n += records->items[i].nmessages;
	sent = xcalloc(n + 1, sizeof(*sent));
	for (size_t i = 0; i < records->n; i++)
		for (size_t j = 0; j < records->items[i].nmessages; j++)
			if (records->items[i].messages[j]->sent_at)
				sent[k++] = (struct sent){records->items[i].messages[j],
							  records->items[i].appointment};
	qsort(sent, k, sizeof(*sent), newest_first);
	if (k > SHOWN_MAX)
		k = SHOWN_MAX;
	shown = http_request_alloc(rq, (k + 1) * sizeof(*shown));
	for (size_t i = 0; i < k; i++)
		fill(rq, st, &sent[i], &shown[i]);
	free(sent);
	v.messages = shown;
	v.nmessages = k;
	staff_layout_outside(
		rq, st, &v.layout,
		tr(http_request_lang(rq), "Les messages de la démonstration"));
	v.layout.home = "/";
	page_staff_demo(&out, http_request_lang(rq), &v);
	http_reply_html(rq, 200, &out);
}

static void messages(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct rdvd_appointment_filter f = {
		.from = clock_now() - BACK_S, .to = INT64_MAX, .limit = READ_MAX};

	booking_list(st->web.booking, &f, 1, show_messages, staff_wait(rq, NULL));
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = STAFF_DEMO_PATH,
	 .limit = LIMIT_READ,
	 .handle = messages},
};

void staff_demo_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
