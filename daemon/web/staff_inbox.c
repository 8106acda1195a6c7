/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_inbox.c - the texts that no program answered, newest first, with who the number
 * probably is; and notices that somebody has seen. */
#include <string.h>

#include "base/mem.h"
#include "web/staff_room.h"

#define ROWS_MAX 100

/* ---- the list ---- */

static void say_row(struct http_request *rq, const struct staff *st,
		    const struct viewer *who, const struct inbox_text *t,
		    struct staff_text_view *out)
{
	const struct lang *l = http_request_lang(rq);
	const struct rdvd_inbound *i = t->row;
	const struct rdvd_appointment *a = t->who;

	*out = (struct staff_text_view){
		.url = page_text(rq, "/equipe/sms/%lld", (long long)i->id),
		.when = staff_moment(rq, st, i->received),
		.text = i->text,
		.erased = !*i->number,
		.shared = t->people > 1,
	};
	out->name = *i->number ? page_phone(rq, i->number) : tr(l, "Numéro effacé");
	if (!a || !staff_may_see(st, who, a))
		return;
	out->phone = out->name;
	out->name = staff_person_name(rq, &a->person);
	out->next = page_text(rq, tr(l, "Rendez-vous %1$s, %2$s"),
			      page_when(rq, &st->web, a->when.civil_start, false),
			      staff_place_name(st, a));
}

static const char *said_of(struct http_request *rq)
{
	const char *done = http_request_query(rq, "fait");
	const struct lang *l = http_request_lang(rq);

	if (done && strcmp(done, "envoye") == 0)
		return tr(l, "Votre réponse part.");
	if (done && strcmp(done, "lu") == 0)
		return tr(l, "C’est noté\u00a0: rien à répondre.");
	return NULL;
}

static void listed(void *arg, enum rdvd_rc rc, const struct inbox_text *rows, size_t n,
		   size_t all)
{
	struct staff *st;
	struct http_request *rq = staff_read_over(arg, rc, &st, NULL);
	struct staff_inbox_view v = {.nrows = 0};
	struct staff_text_view *views;
	struct buf out = BUF_INIT;
	const struct lang *l;
	struct viewer who;

	if (!rq)
		return;
	l = http_request_lang(rq);
	staff_viewer(rq, &who);
	views = http_request_alloc(rq, (n + 1) * sizeof(*views));
	for (size_t i = 0; i < n; i++)
		say_row(rq, st, &who, &rows[i], &views[v.nrows++]);
	v.rows = views;
	if (all > n)
		v.more = page_text(rq,
				   trn(l, "Et %d plus ancien.", "Et %d plus anciens.",
				       (int)(all - n)),
				   (int)(all - n));
	v.said.text = said_of(rq);
	staff_layout(rq, st, &v.layout, tr(l, "Messages reçus"), STAFF_INBOX);
	page_staff_inbox(&out, l, &v);
	http_reply_html(rq, 200, &out);
}

static void list(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct inbox_ask ask = {.state = RDVD_INBOUND_TO_HAND, .limit = ROWS_MAX};
	struct viewer who;

	staff_viewer(rq, &who);
	ask.organisation = staff_inbox_of(st, &who);
	inbox_list(st->options.inbox, &ask, listed, staff_wait(rq, NULL));
}

/* ---- notices ---- */

static void seen(void *arg, enum inbox_verdict v, rdvd_id message, int segments)
{
	struct staff *st;
	struct http_request *rq = staff_wait_over(arg, &st, NULL);
	const char *back;

	(void)message;
	(void)segments;
	if (!rq)
		return;
	back = http_request_field(rq, "retour");
	if (v == INBOX_BUSY)
		http_fail_later(rq, 503, NULL, 5);
	else
		http_redirect(rq, 303, staff_path_is_ours(back) ? back : "/equipe");
}

/* Hers to have seen: one that is shown to her. */
static void see_it(void *arg, enum rdvd_rc rc, const struct rdvd_notice *items, size_t n)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_read_over(arg, rc, &st, &data);
	const rdvd_id *id = data;
	struct viewer who;

	if (!rq)
		return;
	staff_viewer(rq, &who);
	for (size_t i = 0; i < n; i++)
		if (items[i].id == *id &&
		    staff_may_see_organisation(st, &who, items[i].organisation)) {
			inbox_notice_seen(st->options.inbox, *id, who.user->login, seen,
					  staff_wait(rq, NULL));
			return;
		}
	http_fail(rq, 404, NULL);
}

static void see(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	rdvd_id *id = http_request_alloc(rq, sizeof(*id));

	if (staff_id(rq, id) == 0)
		inbox_notices(st->options.inbox, 0, see_it, staff_wait(rq, id));
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = "/equipe/sms",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(MESSAGE, SEE),
	 .handle = list},
	{.method = HTTP_POST,
	 .pattern = "/equipe/avis/{id}/vu",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(MESSAGE, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = see},
};

void staff_inbox_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
