/* SPDX-License-Identifier: GPL-3.0-or-later */
/* own.c - whose rows a program may see and treat. A bearer token of an organisation sees
 * that organisation's; what is another's does not exist: 404, or a slug that is unknown.
 * The local socket without a token is the operator's, and sees all. Every route of the
 * team asks here, whether it lists rows (api_own) or acts on one that its path names
 * (api_own_appointment and its like, which look first and act then). */
#include <stdlib.h>
#include <string.h>

#include "api/impl.h"
#include "base/mem.h"
#include "base/parse.h"
#include "booking/rights.h"
#include "booking/waiting.h"
#include "talk/inbox.h"

/* NULL: the operator. */
static const struct access_user *caller(const struct http_request *rq)
{
	const struct http_user *u = http_request_user(rq);

	return u ? u->data : NULL;
}

rdvd_id api_organisation(const struct http_request *rq)
{
	const struct access_user *u = caller(rq);

	return u ? u->organisation : 0;
}

int api_has(const struct http_request *rq, unsigned right)
{
	const struct access_user *u = caller(rq);

	return u ? rights_has(u, right) : http_request_is_local(rq);
}

int api_may_give(const struct http_request *rq, const char *role, rdvd_id organisation)
{
	const struct access_user *u = caller(rq);

	return u ? rights_may_give(u, role, organisation) : http_request_is_local(rq);
}

int api_own(const struct http_request *rq, unsigned right, rdvd_id organisation)
{
	const struct access_user *u = caller(rq);

	return u ? rights_cover(u, right, organisation, NULL, 0)
		 : http_request_is_local(rq);
}

int api_own_site(const struct http_request *rq, unsigned right, const char *slug)
{
	const struct api *api = http_request_context(rq);
	const struct territory *t = booking_territory(api->booking);
	int i = territory_site(t, slug);

	return i == TERRITORY_NONE ||
	       api_own(rq, right, t->organisations[t->sites[i].organisation].id);
}

int api_own_counsellor(const struct http_request *rq, unsigned right, const char *slug)
{
	const struct api *api = http_request_context(rq);
	const struct territory *t = booking_territory(api->booking);
	int i = territory_counsellor(t, slug);

	return i == TERRITORY_NONE ||
	       api_own(rq, right, t->organisations[t->counsellors[i].organisation].id);
}

/* ---- acts on a row that the path names ---- */

struct look {
	struct api_call *call;
	unsigned right;
	rdvd_id id;
	http_handler *act;
};

/* The {id} of the path; NULL: 404 was answered, or the act done without looking. */
static struct look *look_begin(struct http_request *rq, unsigned right, http_handler *act)
{
	struct look *l;
	int64_t id;

	if (!api_organisation(rq)) {
		act(rq);
		return NULL;
	}
	if (parse_int(http_request_param(rq, "id"), 1, INT64_MAX, &id) < 0) {
		api_refuse_rc(rq, RDVD_NOT_FOUND);
		return NULL;
	}
	l = xcalloc(1, sizeof *l);
	l->right = right;
	l->id = id;
	l->act = act;
	l->call = call_begin(rq);
	return l;
}

static void look_end(struct look *l, enum rdvd_rc rc, int found, rdvd_id organisation)
{
	struct http_request *rq = call_end_read(l->call, rc);

	if (rq && (!found || !api_own(rq, l->right, organisation)))
		api_refuse_rc(rq, RDVD_NOT_FOUND);
	else if (rq)
		l->act(rq);
	free(l);
}

static void appointment_seen(void *arg, const struct booking_reply *r)
{
	enum rdvd_rc rc = r->verdict == BOOKING_BUSY	    ? RDVD_BUSY
			  : r->verdict == BOOKING_UNCERTAIN ? RDVD_UNCERTAIN
			  : r->verdict == BOOKING_FAILED    ? RDVD_FAILED
							    : RDVD_OK;

	look_end(arg, rc, r->appointment != NULL,
		 r->appointment ? r->appointment->organisation : 0);
}

void api_own_appointment(struct http_request *rq, unsigned right, http_handler *act)
{
	const struct api *api = http_request_context(rq);
	struct look *l = look_begin(rq, right, act);

	if (l)
		booking_get(api->booking, &(struct booking_which){.id = l->id},
			    appointment_seen, l);
}

static void text_seen(void *arg, enum rdvd_rc rc, const struct inbox_thread *t)
{
	look_end(arg, rc == RDVD_NOT_FOUND ? RDVD_OK : rc, t && t->asked,
		 t && t->asked ? t->asked->organisation : 0);
}

void api_own_text(struct http_request *rq, unsigned right, http_handler *act)
{
	const struct api *api = http_request_context(rq);
	struct look *l = look_begin(rq, right, act);

	if (l)
		inbox_thread(api->inbox, &(struct inbox_which){.inbound = l->id},
			     text_seen, l);
}

static void notices_seen(void *arg, enum rdvd_rc rc, const struct rdvd_notice *items,
			 size_t n)
{
	struct look *l = arg;
	const struct rdvd_notice *found = NULL;

	for (size_t i = 0; rc == RDVD_OK && i < n; i++)
		if (items[i].id == l->id)
			found = &items[i];
	look_end(l, rc, found != NULL, found ? found->organisation : 0);
}

void api_own_notice(struct http_request *rq, unsigned right, http_handler *act)
{
	const struct api *api = http_request_context(rq);
	struct look *l = look_begin(rq, right, act);

	if (l)
		inbox_notices(api->inbox, 0, notices_seen, l);
}

static void waits_seen(void *arg, enum rdvd_rc rc, const struct waiting_row *rows,
		       size_t n)
{
	struct look *l = arg;
	const struct rdvd_wait *found = NULL;

	for (size_t i = 0; rc == RDVD_OK && i < n; i++)
		if (rows[i].wait->id == l->id)
			found = rows[i].wait;
	look_end(l, rc, found != NULL, found ? found->organisation : 0);
}

void api_own_wait(struct http_request *rq, unsigned right, http_handler *act)
{
	const struct api *api = http_request_context(rq);
	struct look *l = look_begin(rq, right, act);

	if (l)
		waiting_list(api->waiting, waits_seen, l);
}
