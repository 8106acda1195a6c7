/* SPDX-License-Identifier: GPL-3.0-or-later */
/* service_text.c - one text of a message being written: its words, what is wrong with
 * them, how they look on a telephone, and every version there was. What is kept is used
 * at once; what the linter refuses is not kept, and comes back with the reason beside it.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "web/service_text.h"
#include "web/service_words.h"

#define VERSIONS_SHOWN 20
#define SUBJECT "Subject: "

/* What a page is about; the request's memory. */
struct editing {
	struct text_owner owner;
	struct text_place place;
	struct text_kind kind;
	const char *source; /* shown */
	bool typed;	    /* it was sent, and not kept */
	const char *why;    /* it was not kept for another reason */
	int status;
};

/* What the path and the query say; NULL: 404 was answered. */
static struct editing *open_it(struct http_request *rq, const struct staff *st)
{
	struct editing *e = http_request_alloc(rq, sizeof(*e));

	memset(e, 0, sizeof(*e));
	e->status = 200;
	if (service_text_owner(rq, st, &e->owner) == 0) {
		service_text_place(st, &e->owner, http_request_param(rq, "langue"),
				   http_request_param(rq, "nom"), &e->place);
		if (text_place_parse(&e->place, &e->kind) == 0)
			return e;
	}
	http_fail(rq, 404, NULL);
	return NULL;
}

/* After a wait: indexes and slugs are others when the territory was exchanged meanwhile.
 * -1: 404 was answered, whose it was is gone. */
static int find_again(struct http_request *rq, const struct staff *st, struct editing *e)
{
	if (service_text_owner(rq, st, &e->owner) == 0) {
		service_text_place(st, &e->owner, http_request_param(rq, "langue"),
				   http_request_param(rq, "nom"), &e->place);
		return 0;
	}
	http_fail(rq, 404, NULL);
	return -1;
}

static bool may_change(struct http_request *rq, const struct staff *st,
		       const struct editing *e)
{
	struct viewer who;

	staff_viewer(rq, &who);
	return staff_may(st, &who, RIGHT(TEXT, CHANGE), e->owner.of);
}

static const char *self_url(struct http_request *rq, const struct staff *st,
			    const struct editing *e, const char *more)
{
	return service_text_url(rq, st, &e->owner,
				page_text(rq, SERVICE_TEXTS_PATH "/%s/%s%s",
					  e->place.language, e->place.name, more),
				NULL);
}

/* ---- as a form ---- */

/* An e-mail's subject and body; of an SMS all is body. */
static void split(struct http_request *rq, const struct editing *e,
		  struct service_text_view *v)
{
	size_t head = sizeof(SUBJECT) - 1, n;
	const char *eol;
	char *subject;

	v->source = e->source;
	v->subject = "";
	if (!e->kind.email || strncmp(e->source, SUBJECT, head) != 0)
		return;
	n = strcspn(e->source, "\n");
	subject = http_request_strdup(rq, e->source + head);
	subject[n - head] = '\0';
	v->subject = subject;
	eol = e->source + n;
	v->source = eol + strspn(eol, "\n");
}

/* The other way round, of what was sent. Line ends are a page's. */
static const char *join(struct http_request *rq, const struct editing *e)
{
	const char *body = http_request_field(rq, "texte");
	const char *subject = http_request_field(rq, "objet");
	struct buf b = BUF_INIT;
	const char *text;
	size_t head;

	if (e->kind.email) {
		head = strcspn(subject ? subject : "", "\r\n");
		buf_addstr(&b, SUBJECT);
		buf_add(&b, subject ? subject : "", head);
		buf_addstr(&b, "\n\n");
	}
	for (const char *p = body ? body : ""; *p; p++)
		if (*p != '\r')
			buf_addch(&b, *p);
	text = http_request_strdup(rq, buf_str(&b));
	buf_fini(&b);
	return text;
}

static void show_fields(struct http_request *rq, const struct editing *e,
			struct service_text_view *v)
{
	const struct lang *l = http_request_lang(rq);
	struct service_field_view *f;
	const char *name;
	size_t all = 0;

	while (text_field_name(all))
		all++;
	f = http_request_alloc(rq, (all + 1) * sizeof(*f));
	for (size_t i = 0; i < all; i++) {
		int told;

		name = text_field_name(i);
		if (!text_field_fits(i, &e->kind, &told))
			continue;
		f[v->nfields++] =
			(struct service_field_view){.text = page_text(rq, "{%s}", name),
						    .what = service_text_field(l, name),
						    .told = told};
	}
	v->fields = f;
}

static const char *whose(struct http_request *rq, const struct staff *st,
			 const struct text_owner *o)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	const char *organisation = o->organisation == TERRITORY_NONE
					   ? tr(l, "Tout le réseau")
					   : t->organisations[o->organisation].name;

	if (o->service == TERRITORY_NONE)
		return organisation;
	return page_text(
		rq, "%s, %s", organisation,
		bitext_get(&t->services[o->service].name, http_request_lang_code(rq)));
}

static void show_versions(struct http_request *rq, const struct staff *st,
			  const struct rdvd_text *items, size_t n, rdvd_id current,
			  struct service_text_view *v)
{
	struct service_version *s = http_request_alloc(rq, (n + 1) * sizeof(*s));

	for (size_t i = 0; i < n; i++)
		s[i] = (struct service_version){
			.when = staff_moment(rq, st, items[i].at),
			.who = http_request_strdup(rq, items[i].actor),
			.body = items[i].body ? http_request_strdup(rq, items[i].body)
					      : NULL,
			.value = page_text(rq, "%lld", (long long)items[i].id),
			.current = items[i].id == current,
			.file = !items[i].body};
	v->versions = s;
	v->nversions = n;
}

static void said(struct http_request *rq, const struct editing *e,
		 struct service_text_view *v)
{
	const char *done = http_request_query(rq, "fait");
	const struct lang *l = http_request_lang(rq);

	if (e->why)
		v->said = (struct staff_said){.text = e->why, .bad = true};
	else if (done && strcmp(done, "garde") == 0)
		v->said.text = tr(l, "C’est enregistré. Les messages le disent dès "
				     "maintenant.");
	else if (done && strcmp(done, "origine") == 0)
		v->said.text = tr(l, "Le texte d’origine sert de nouveau.");
	else if (done && strcmp(done, "apercu") == 0)
		v->said.text = NULL;
}

static void fill_preview(struct http_request *rq, const struct staff *st,
			 const struct editing *e, struct service_text_view *v)
{
	struct service_preview_view preview;

	service_text_preview(rq, st, &e->owner, &e->place, e->source, &preview);
	v->problems = preview.problems;
	v->nproblems = preview.nproblems;
	v->samples = preview.samples;
	v->nsamples = preview.nsamples;
}

static void show(void *arg, enum rdvd_rc rc, const struct rdvd_text *items, size_t n)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	struct editing *e = data;
	const struct texts *texts;
	struct service_text_view v = {.heading = NULL};
	struct buf out = BUF_INIT;
	const struct lang *l;
	const char *used, *by;
	rdvd_time at;
	rdvd_id version;
	int own;

	if (!rq || find_again(rq, st, e) < 0)
		return;
	l = http_request_lang(rq);
	texts = text_keep_texts(st->options.text_keep);
	used = text_source_used(texts, &e->place, &own);
	version = text_keep_version(st->options.text_keep, &e->place, &at, &by);
	if (!e->typed)
		e->source = http_request_strdup(rq, used ? used : "");
	split(rq, e, &v);
	v.email = e->kind.email;
	v.rows = e->kind.email ? "14" : "5";
	v.heading = page_text(rq, "%s\u00a0: %s", service_text_title(l, e->kind.stem),
			      service_text_form_name(rq, &e->kind));
	v.whose = whose(rq, st, &e->owner);
	v.language = strcmp(e->place.language, "en") == 0 ? tr(l, "en anglais")
							  : tr(l, "en français");
	v.lang = e->place.language;
	v.back_url = service_text_url(rq, st, &e->owner, SERVICE_TEXTS_PATH,
				      e->place.language);
	v.action = self_url(rq, st, e, "");
	v.preview_url = self_url(rq, st, e, "/apercu");
	v.version = page_text(rq, "%lld", (long long)version);
	v.kept = text_is_kept(texts, &e->place);
	v.has_file = text_source_of_file(texts, &e->place) != NULL;
	v.inherited = !own;
	v.may_change = may_change(rq, st, e);
	fill_preview(rq, st, e, &v);
	show_fields(rq, e, &v);
	if (rc == RDVD_OK)
		show_versions(rq, st, items, n, version, &v);
	said(rq, e, &v);
	staff_layout(rq, st, &v.layout, v.heading, STAFF_SETTINGS);
	v.layout.script = http_asset_url("texts.js");
	v.csrf = v.layout.csrf;
	page_service_text(&out, l, &v);
	http_reply_html(rq, e->status, &out);
}

static void reply(struct http_request *rq, struct staff *st, struct editing *e)
{
	text_keep_history(st->options.text_keep, &e->place, VERSIONS_SHOWN, show,
			  staff_wait(rq, e));
}

static void edit(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct editing *e = open_it(rq, st);

	if (e)
		reply(rq, st, e);
}

/* ---- as one types ---- */

static void preview(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct editing *e = open_it(rq, st);
	struct service_preview_view v;
	struct buf out = BUF_INIT;

	if (!e)
		return;
	service_text_preview(rq, st, &e->owner, &e->place, join(rq, e), &v);
	page_service_preview(&out, http_request_lang(rq), &v);
	http_reply_html(rq, 200, &out);
}

/* ---- keeping ---- */

static void kept(void *arg, enum rdvd_rc rc)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	struct editing *e = data;
	const struct lang *l;

	if (!rq || find_again(rq, st, e) < 0)
		return;
	l = http_request_lang(rq);
	if (rc == RDVD_OK) {
		http_redirect(rq, 303,
			      page_text(rq, "%s%sfait=%s", self_url(rq, st, e, ""),
					strchr(self_url(rq, st, e, ""), '?') ? "&" : "?",
					e->source ? "garde" : "origine"));
		return;
	}
	e->typed = e->source != NULL;
	if (rc == RDVD_STALE) {
		e->status = 409;
		e->why = tr(
			l, "Quelqu’un l’a changé en même temps\u00a0: sa version est en "
			   "tête de l’historique. Relisez, puis enregistrez de nouveau.");
	} else if (rc == RDVD_INVALID) {
		e->status = 422;
		if (!e->source)
			e->why = tr(l,
				    "Ce n’est pas enregistré. Attendez quelques secondes "
				    "et recommencez.");
	} else {
		e->status = 503;
		e->why = tr(l, "Ce n’est pas enregistré. Attendez quelques secondes et "
			       "recommencez.");
	}
	reply(rq, st, e);
}

static void keep(struct http_request *rq, struct staff *st, struct editing *e)
{
	const char *shown = http_request_field(rq, "version");
	struct viewer who;
	int64_t version;

	staff_viewer(rq, &who);
	if (!shown || parse_int(shown, 0, INT64_MAX, &version) < 0)
		version = 0;
	text_keep_put(st->options.text_keep, &e->place, e->source, version,
		      who.user->login, kept, staff_wait(rq, e));
}

/* An older version becomes the last one. */
struct restore {
	struct editing *e;
	rdvd_id id;
};

static void found_version(void *arg, enum rdvd_rc rc, const struct rdvd_text *items,
			  size_t n)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	struct restore *r = data;

	if (!rq || find_again(rq, st, r->e) < 0)
		return;
	for (size_t i = 0; rc == RDVD_OK && i < n; i++)
		if (items[i].id == r->id && items[i].body) {
			r->e->source = http_request_strdup(rq, items[i].body);
			keep(rq, st, r->e);
			return;
		}
	if (rc == RDVD_OK)
		http_fail(rq, 404, NULL);
	else
		http_fail_later(rq, 503, NULL, 5);
}

static void restore(struct http_request *rq, struct staff *st, struct editing *e,
		    const char *which)
{
	struct restore *r = http_request_alloc(rq, sizeof(*r));
	int64_t id;

	if (parse_int(which, 1, INT64_MAX, &id) < 0) {
		http_fail(rq, 400, NULL);
		return;
	}
	r->e = e;
	r->id = id;
	text_keep_history(st->options.text_keep, &e->place, 0, found_version,
			  staff_wait(rq, r));
}

static void sent(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct editing *e = open_it(rq, st);
	const char *action = http_request_field(rq, "action");
	const char *older = http_request_field(rq, "revenir");

	if (!e)
		return;
	if (!may_change(rq, st, e)) {
		http_fail(rq, 404, NULL);
		return;
	}
	if (older) {
		restore(rq, st, e, older);
		return;
	}
	if (action && strcmp(action, "origine") == 0) {
		keep(rq, st, e);
		return;
	}
	e->source = join(rq, e);
	e->typed = true;
	if (action && strcmp(action, "voir") == 0)
		reply(rq, st, e);
	else
		keep(rq, st, e);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = SERVICE_TEXTS_PATH "/{langue}/{nom}",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(TEXT, SEE),
	 .handle = edit},
	{.method = HTTP_POST,
	 .pattern = SERVICE_TEXTS_PATH "/{langue}/{nom}",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(TEXT, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = sent},
	{.method = HTTP_POST,
	 .pattern = SERVICE_TEXTS_PATH "/{langue}/{nom}/apercu",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(TEXT, SEE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = preview},
};

void service_text_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
