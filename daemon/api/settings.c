/* SPDX-License-Identifier: GPL-3.0-or-later */
/* settings.c - what the territory is made of, object by object, as a territory file has
 * them: read, made, changed, retired, and each change taken back; and the file as a
 * whole, out and in. Somebody booked is touched: 409 tells who, and "touched=keep" goes
 * on, leaving them as they are and on the team's list of what needs a hand. */
#include <stdlib.h>
#include <string.h>

#include "api/impl.h"
#include "base/mem.h"
#include "base/parse.h"
#include "booking/edit.h"
#include "booking/rights.h"
#include "booking/touched.h"

static const struct {
	const char *word;
	enum rdvd_definition_kind kind;
} kinds[] = {
	{"organisations", RDVD_DEF_ORGANISATION},
	{"sites", RDVD_DEF_SITE},
	{"counsellors", RDVD_DEF_COUNSELLOR},
	{"services", RDVD_DEF_SERVICE},
	{"openings", RDVD_DEF_OPENING},
	{"closures", RDVD_DEF_CLOSURE},
	{"network", RDVD_DEF_NETWORK},
};

static const char *kind_word(enum rdvd_definition_kind kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].kind == kind)
			return kinds[i].word;
	return "";
}

/* The path's {kind}; 0: 404 was answered. */
static enum rdvd_definition_kind path_kind(struct http_request *rq)
{
	const char *word = http_request_param(rq, "kind");

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kinds[i].word, word) == 0)
			return kinds[i].kind;
	http_fail(rq, 404, NULL);
	return (enum rdvd_definition_kind)0;
}

/* ---- reading ---- */

/* Objects of the network itself are seen by all who may see their kind. */
static int may_see(const struct http_request *rq, enum rdvd_definition_kind kind, int i)
{
	const struct api *api = http_request_context(rq);
	const struct territory *t = booking_territory(api->booking);
	unsigned right = booking_see_right(kind);
	int owner = territory_owner(t, kind, i);

	return owner == TERRITORY_NONE ? api_has(rq, right)
				       : api_own(rq, right, t->organisations[owner].id);
}

struct listing {
	struct http_request *rq;
	struct buf *out;
	enum rdvd_definition_kind kind;
	const char *slug; /* only this one; NULL all */
	int i;
	size_t n;
};

static int list_one(void *arg, const struct rdvd_definition *d)
{
	struct listing *l = arg;

	if (d->kind != l->kind)
		return 0;
	if (may_see(l->rq, l->kind, l->i++) &&
	    (!l->slug || strcmp(l->slug, d->slug) == 0)) {
		if (l->n++)
			buf_addch(l->out, ',');
		buf_addstr(l->out, d->body);
	}
	return 0;
}

void get_settings(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	struct buf b = BUF_INIT;
	struct listing l = {.rq = rq, .out = &b, .kind = path_kind(rq)};

	if (!l.kind)
		return;
	buf_addf(&b, "{\"%s\":[", kind_word(l.kind));
	territory_bodies_each(booking_territory(api->booking), list_one, &l);
	buf_addlit(&b, "]}");
	http_reply_json(rq, 200, &b);
}

void get_setting(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	struct buf b = BUF_INIT;
	struct listing l = {.rq = rq,
			    .out = &b,
			    .kind = path_kind(rq),
			    .slug = http_request_param(rq, "id")};

	if (!l.kind)
		return;
	territory_bodies_each(booking_territory(api->booking), list_one, &l);
	if (l.n) {
		http_reply_json(rq, 200, &b);
		return;
	}
	buf_fini(&b);
	http_fail(rq, 404, NULL);
}

/* ---- changing ---- */

struct setting_call {
	struct api_call *call;
	struct booking *b;
	enum rdvd_definition_kind kind;
	char *slug;   /* NULL: to be named */
	json_t *body; /* NULL: to be retired */
	char *actor;
	int fresh, dry_run, keep;
	struct edit_touched *touched; /* those that stay as they are */
	size_t ntouched;
};

static void setting_free(struct setting_call *c)
{
	free(c->slug);
	json_decref(c->body);
	free(c->actor);
	free(c->touched);
	free(c);
}

static void show_touched(struct buf *out, const struct territory *t,
			 const struct booking_edited *r)
{
	buf_addlit(out, "\"touched\":[");
	for (size_t i = 0; i < r->ntouched; i++) {
		const struct edit_touched *x = &r->touched[i];
		const struct site *s = &t->sites[x->site];

		buf_addf(out, "%s{\"session\":\"%llu\",\"site\":", i ? "," : "",
			 (unsigned long long)x->session);
		buf_add_json_string(out, s->slug);
		buf_addlit(out, ",\"service\":");
		buf_add_json_string(out, t->services[x->service].slug);
		buf_addlit(out, ",\"start\":");
		show_instant(out, s->zone, x->start);
		buf_addlit(out, ",\"end\":");
		show_instant(out, s->zone, x->end);
		buf_addch(out, '}');
	}
	buf_addch(out, ']');
}

static void show_edited(struct buf *out, const struct territory *t,
			const struct booking_edited *r, int has_slug)
{
	const char *line = r->text;

	buf_addlit(out, "{\"id\":");
	if (has_slug)
		buf_add_json_string(out, r->slugs[0]);
	else
		buf_addlit(out, "null");
	if (r->edit)
		buf_addf(out, ",\"edit\":\"%lld\"", (long long)r->edit);
	else
		buf_addlit(out, ",\"edit\":null");
	buf_addlit(out, ",\"changes\":[");
	while (*line) {
		size_t n = strcspn(line, "\n");
		char *one = xstrndup(line, n);

		if (line != r->text)
			buf_addch(out, ',');
		buf_add_json_string(out, one);
		free(one);
		line += n + (line[n] == '\n');
	}
	buf_addlit(out, "],");
	show_touched(out, t, r);
	buf_addch(out, '}');
}

static void refuse_edit(struct http_request *rq, const struct booking_edited *r)
{
	struct api_errors e = {.n = 0};

	if (r->rc == RDVD_CONFLICT) {
		http_problem(rq, 409,
			     tr(http_request_lang(rq),
				"Ce réglage existe déjà, ou a changé depuis"),
			     NULL, NULL, 0);
		return;
	}
	if (r->rc != RDVD_INVALID) {
		api_refuse_rc(rq, r->rc);
		return;
	}
	for (size_t i = 0; i < r->nerrors && e.n < API_ERRORS_MAX; i++)
		e.items[e.n++] = (struct http_error){
			r->errors[i].path, r->errors[i].edit < 0 ? "refers" : "invalid",
			r->errors[i].message};
	http_problem(rq, 422, tr(http_request_lang(rq), "Ce réglage est refusé"),
		     e.n ? e.items[0].message : NULL, e.items, e.n);
}

static void answer_edit(void *arg, const struct booking_edited *r)
{
	struct setting_call *c = arg;
	struct http_request *rq = call_end(c->call);
	const struct territory *t = booking_territory(c->b);
	struct buf b = BUF_INIT;

	if (rq && r->rc != RDVD_OK) {
		refuse_edit(rq, r);
	} else if (rq) {
		show_edited(&b, t, r, c->slug || c->body);
		http_reply_json(rq, c->fresh && !c->dry_run ? 201 : 200, &b);
	}
	setting_free(c);
}

static void edit_go(struct setting_call *c, int dry_run, booking_edit_cb *cb)
{
	const struct booking_edit e = {
		.kind = c->kind, .slug = c->slug, .body = c->body, .fresh = c->fresh};

	booking_edit(c->b, &e, 1, dry_run, c->actor, cb, c);
}

static void noted(void *arg, enum rdvd_rc rc)
{
	struct setting_call *c = arg;
	const struct booking_edited failed = {.rc = rc};

	if (rc == RDVD_OK)
		edit_go(c, 0, answer_edit);
	else
		answer_edit(c, &failed);
}

/* The appointments of the sessions that are touched. */
static void found(void *arg, enum rdvd_rc rc, const struct record_list *records)
{
	struct setting_call *c = arg;
	size_t n = 0;
	rdvd_id *ids;

	if (rc != RDVD_OK) {
		noted(c, rc);
		return;
	}
	ids = xcalloc(records->n + 1, sizeof *ids);
	for (size_t i = 0; i < records->n; i++)
		for (size_t k = 0; k < c->ntouched; k++)
			if ((uint64_t)records->items[i].appointment->session ==
			    c->touched[k].session) {
				ids[n++] = records->items[i].appointment->id;
				break;
			}
	touched_note(c->b, ids, n, kind_word(c->kind), 1, c->actor, noted, c);
	free(ids);
}

/* What the dry run found decides. */
static void judged(void *arg, const struct booking_edited *r)
{
	struct setting_call *c = arg;
	struct rdvd_appointment_filter f = {.without_cancelled = 1};
	struct http_request *rq;
	struct buf b = BUF_INIT;

	if (r->rc != RDVD_OK || c->dry_run) {
		answer_edit(c, r);
		return;
	}
	if (!r->ntouched) {
		edit_go(c, 0, answer_edit);
		return;
	}
	if (c->keep) {
		c->ntouched = r->ntouched;
		c->touched = xcalloc(r->ntouched, sizeof *c->touched);
		memcpy(c->touched, r->touched, r->ntouched * sizeof *c->touched);
		f.from = r->touched[0].start;
		f.to = r->touched[r->ntouched - 1].start + 1;
		booking_list(c->b, &f, 0, found, c);
		return;
	}
	rq = call_end(c->call);
	if (rq) {
		show_touched(&b, booking_territory(c->b), r);
		http_problem_with(rq, 409,
				  tr(http_request_lang(rq),
				     "Des rendez-vous pris n’auraient plus de "
				     "permanence"),
				  "touched=keep", NULL, 0, buf_str(&b));
		buf_fini(&b);
	}
	setting_free(c);
}

static int query_is(struct http_request *rq, const char *name, const char *value)
{
	const char *s = http_request_query(rq, name);

	return s && strcmp(s, value) == 0;
}

/* Judge first, always; body is lent. */
static void change(struct http_request *rq, const char *slug, const json_t *body,
		   int fresh)
{
	const struct api *api = http_request_context(rq);
	const struct http_user *u = http_request_user(rq);
	const struct booking_edit e = {
		.kind = path_kind(rq), .slug = slug, .body = body, .fresh = fresh};
	struct setting_call *c;

	if (!e.kind)
		return;
	if (u && !booking_edit_may(api->booking, u->data, &e)) {
		http_fail(rq, slug && !fresh ? 404 : 403, NULL);
		return;
	}
	c = xcalloc(1, sizeof *c);
	*c = (struct setting_call){
		.b = api->booking,
		.kind = e.kind,
		.slug = xstrdup_null(slug),
		.body = body ? json_deep_copy(body) : NULL,
		.actor = xstrdup(api_actor(rq)),
		.fresh = fresh,
		.dry_run = query_is(rq, "dry_run", "1"),
		.keep = query_is(rq, "touched", "keep"),
	};
	c->call = call_begin(rq);
	edit_go(c, 1, judged);
}

void post_settings(struct http_request *rq)
{
	const json_t *body = body_root(rq);
	const char *slug = body ? json_string_value(json_object_get(body, "id")) : NULL;

	if (body)
		change(rq, slug, body, 1);
}

void put_setting(struct http_request *rq)
{
	const json_t *body = body_root(rq);

	if (body)
		change(rq, http_request_param(rq, "id"), body, 0);
}

void delete_setting(struct http_request *rq)
{
	change(rq, http_request_param(rq, "id"), NULL, 0);
}

/* ---- taking back ---- */

struct undo_call {
	struct api_call *call;
	struct booking *b;
	char *actor;
	int any; /* whoever did it */
	rdvd_id edit;
};

static struct http_request *undo_over(struct undo_call *u)
{
	struct http_request *rq = call_end(u->call);

	free(u->actor);
	free(u);
	return rq;
}

static void answer_undo(void *arg, const struct booking_edited *r)
{
	struct undo_call *u = arg;
	const struct territory *t = booking_territory(u->b);
	struct http_request *rq = undo_over(u);
	struct buf b = BUF_INIT;

	if (!rq)
		return;
	if (r->rc != RDVD_OK) {
		refuse_edit(rq, r);
		return;
	}
	show_edited(&b, t, r, 0);
	http_reply_json(rq, 200, &b);
}

static void whose(void *arg, enum rdvd_rc rc, const char *actor, int undone)
{
	struct undo_call *u = arg;
	struct http_request *rq;

	(void)undone;
	if (rc == RDVD_OK && (u->any || strcmp(actor, u->actor) == 0)) {
		booking_edit_undo(u->b, u->edit, u->actor, answer_undo, u);
		return;
	}
	rq = undo_over(u);
	if (rq && rc != RDVD_OK && rc != RDVD_NOT_FOUND)
		api_refuse_rc(rq, rc);
	else if (rq)
		http_fail(rq, 404, NULL);
}

void post_edit_undo(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const struct http_user *who = http_request_user(rq);
	struct undo_call *u;
	int64_t id;

	if (parse_int(http_request_param(rq, "id"), 1, INT64_MAX, &id) < 0) {
		http_fail(rq, 404, NULL);
		return;
	}
	u = xcalloc(1, sizeof *u);
	*u = (struct undo_call){
		.b = api->booking,
		.actor = xstrdup(api_actor(rq)),
		.any = api_own(rq, RIGHT(NETWORK, CHANGE), 0),
		.edit = id,
	};
	u->call = call_begin(rq);
	touched_edit_actor(api->booking, id, who ? who->data : NULL, whose, u);
}

/* ---- the whole ---- */

void get_territory(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	json_t *file = booking_territory_file(api->booking);
	char *text = json_dumps(file, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
	struct buf b = BUF_INIT;

	buf_addstr(&b, text);
	free(text);
	json_decref(file);
	http_reply_json(rq, 200, &b);
}
