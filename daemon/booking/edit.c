/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edit.c - a few objects are put or retired: see edit.h. What refers to a retired object
 * goes with it (edit_cascade.c), so that the whole stays right. */
#include "booking/edit.h"

#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "booking/edit_impl.h"

struct edit_job {
	struct remake r; /* first */
	struct booking_edit
		*edits; /* owned: slugs and bodies too; bodies are our copies */
	char **slugs;	/* owned: the names they have or got */
	size_t n;
	struct edit_error *errors; /* owned, with the strings */
	size_t nerrors, errors_cap;
	struct buf text;
	char *actor; /* owned */
	booking_edit_cb *cb;
	void *arg;
};

/* ---- names ---- */

/* What an object's name is made of. */
static const char *name_of(enum rdvd_definition_kind kind, const json_t *body)
{
	static const char *const keys[] = {"name", "label", "site", "counsellor",
					   "organisation"};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const json_t *v = json_object_get(body, keys[i]);

		if (json_is_object(v))
			v = json_object_get(v, "fr");
		if (json_is_string(v))
			return json_string_value(v);
	}
	return remake_kind_word(kind);
}

static char *slug_make(struct remake *r, enum rdvd_definition_kind kind,
		       const json_t *body)
{
	char folded[256], slug[64];
	size_t n = 0;

	fold_text(name_of(kind, body), folded, sizeof folded);
	for (const char *s = folded; *s && n < 50; s++) {
		if ((*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9'))
			slug[n++] = *s;
		else if (n && slug[n - 1] != '-')
			slug[n++] = '-';
	}
	while (n && slug[n - 1] == '-')
		n--;
	slug[n] = '\0';
	for (int i = 1;; i++) {
		char *name = i > 1 || !n ? xasprintf("%s-%d", n ? slug : "objet", i)
					 : xstrdup(slug);

		if (!remake_find(r, kind, name))
			return name;
		free(name);
	}
}

/* ---- in a reader's thread ---- */

static enum rdvd_rc plan_one(struct edit_job *j, size_t i)
{
	const struct booking_edit *e = &j->edits[i];
	struct remake *r = &j->r;
	struct rdvd_definition *d;
	json_t *whole;
	char *body;

	if (!e->slug)
		j->slugs[i] = slug_make(r, e->kind, e->body);
	d = remake_find(r, e->kind, j->slugs[i]);
	if (!e->body) {
		if (!d || d->retired)
			return RDVD_NOT_FOUND;
		remake_retire(r, d);
		return RDVD_OK;
	}
	if (e->fresh && d)
		return RDVD_CONFLICT;
	whole = json_deep_copy(e->body);
	json_object_set_new(whole, "id", json_string(j->slugs[i]));
	body = territory_body_make(whole);
	json_decref(whole);
	remake_put(r, e->kind, j->slugs[i], body);
	free(body);
	return RDVD_OK;
}

static enum rdvd_rc plan(const struct rdvd_store_ops *ops, void *st, struct remake *r)
{
	struct edit_job *j = (struct edit_job *)r;
	enum rdvd_rc rc = RDVD_OK;

	for (size_t i = 0; i < j->n && rc == RDVD_OK; i++)
		rc = plan_one(j, i);
	if (rc == RDVD_OK)
		edit_cascade(r);
	if (rc == RDVD_OK)
		remake_tell(r, &j->text);
	return rc;
}

struct undo_look {
	struct edit_job *j;
	enum rdvd_rc rc;
};

static struct rdvd_definition *by_id(struct remake *r, rdvd_id id)
{
	for (size_t i = 0; i < r->nstood; i++)
		if (r->all[i].id == id)
			return &r->all[i];
	return NULL;
}

static void put_back(void *arg, const struct rdvd_edit *e)
{
	struct undo_look *l = arg;
	struct remake *r = &l->j->r;

	if (e->undone)
		l->rc = RDVD_CONFLICT;
	for (size_t i = 0; i < e->n && l->rc == RDVD_OK; i++) {
		const struct rdvd_edit_part *p = &e->parts[i];
		struct rdvd_definition *d = by_id(r, p->definition);
		const char *stands = d && !d->retired ? d->body : NULL;

		if (!d || !stands != !p->after ||
		    (stands && strcmp(stands, p->after) != 0))
			l->rc = RDVD_CONFLICT;
		else if (p->before)
			remake_put(r, d->kind, d->slug, p->before);
		else
			remake_retire(r, d);
	}
}

static enum rdvd_rc plan_undo(const struct rdvd_store_ops *ops, void *st,
			      struct remake *r)
{
	struct undo_look look = {(struct edit_job *)r, RDVD_OK};
	enum rdvd_rc rc = ops->edit_get(st, r->undoes, put_back, &look);

	if (rc == RDVD_OK)
		rc = look.rc;
	if (rc == RDVD_OK)
		edit_cascade(r);
	if (rc == RDVD_OK)
		remake_tell(r, &look.j->text);
	return rc;
}

/* ---- what the decoder said, object by object ---- */

static void error_add(struct edit_job *j, int edit, char *path, char *message)
{
	VEC_GROW(j->errors, j->nerrors, j->errors_cap);
	j->errors[j->nerrors++] =
		(struct edit_error){.edit = edit, .path = path, .message = message};
}

/* The definition that the decoder calls "sites[3]": the fourth living one. */
static const struct rdvd_definition *at_place(const struct remake *r,
					      enum rdvd_definition_kind kind, long place)
{
	for (size_t i = 0; i < r->nall; i++)
		if (r->all[i].kind == kind && !r->all[i].retired && !place--)
			return &r->all[i];
	return NULL;
}

static int edit_of(const struct edit_job *j, const struct rdvd_definition *d)
{
	for (size_t i = 0; d && i < j->n; i++)
		if (j->edits[i].kind == d->kind && j->slugs[i] &&
		    strcmp(j->slugs[i], d->slug) == 0)
			return (int)i;
	return -1;
}

/* A line "store: sites[3].insee: must be ...". */
static void error_line(struct edit_job *j, const char *line, size_t n)
{
	char *text = xstrndup(line, n), *path = strchr(text, ' '), *message;
	const struct rdvd_definition *d = NULL;

	path = path ? path + 1 : text;
	message = strstr(path, ": ");
	if (!message) {
		error_add(j, -1, xstrdup(""), xstrdup(path));
		free(text);
		return;
	}
	*message = '\0';
	for (int k = RDVD_DEF_NETWORK; k <= RDVD_DEF_CLOSURE && !d; k++) {
		const char *key = territory_list_key((enum rdvd_definition_kind)k);
		size_t len = strlen(key);
		char *rest = path + len;
		long place = 0;

		if (strncmp(path, key, len) != 0 || !strchr("[.", *rest))
			continue;
		if (*rest == '[')
			place = strtol(rest + 1, &rest, 10);
		rest += *rest == ']';
		rest += *rest == '.';
		d = at_place(&j->r, (enum rdvd_definition_kind)k, place);
		if (edit_of(j, d) >= 0)
			error_add(j, edit_of(j, d), xstrdup(rest), xstrdup(message + 2));
		else
			error_add(j, -1,
				  xasprintf("%s[%s].%s", key, d ? d->slug : "?", rest),
				  xstrdup(message + 2));
		break;
	}
	if (!d)
		error_add(j, -1, xstrdup(path), xstrdup(message + 2));
	free(text);
}

static void errors_read(struct edit_job *j)
{
	const char *s = buf_str(&j->r.errors);

	while (*s) {
		size_t n = strcspn(s, "\n");

		if (n)
			error_line(j, s, n);
		s += n + (s[n] == '\n');
	}
}

/* ---- in the loop ---- */

static void edit_free(struct edit_job *j)
{
	for (size_t i = 0; i < j->n; i++) {
		free((char *)j->edits[i].slug);
		free(j->slugs[i]);
		json_decref((json_t *)j->edits[i].body);
	}
	for (size_t i = 0; i < j->nerrors; i++) {
		free((char *)j->errors[i].path);
		free((char *)j->errors[i].message);
	}
	free(j->errors);
	free(j->edits);
	free(j->slugs);
	free(j->actor);
	buf_fini(&j->text);
	remake_fini(&j->r);
	free(j);
}

static void done(struct remake *r, enum rdvd_rc rc)
{
	struct edit_job *j = (struct edit_job *)r;

	if (rc == RDVD_INVALID)
		errors_read(j);
	const struct booking_edited answer = {
		.rc = rc,
		.errors = j->errors,
		.nerrors = j->nerrors,
		.touched = r->outside,
		.ntouched = rc == RDVD_OK ? r->noutside : 0,
		.slugs = (const char *const *)j->slugs,
		.text = buf_str(&j->text),
		.edit = rc == RDVD_OK ? r->edit : 0,
	};
	j->cb(j->arg, &answer);
	edit_free(j);
}

static struct edit_job *job_new(struct booking *b, const char *actor, booking_edit_cb *cb,
				void *arg)
{
	struct edit_job *j = xcalloc(1, sizeof *j);

	j->actor = xstrdup(actor ? actor : "");
	j->r = (struct remake){
		.b = b, .plan = plan, .done = done, .keep_edit = 1, .actor = j->actor};
	j->cb = cb;
	j->arg = arg;
	return j;
}

void booking_edit(struct booking *b, const struct booking_edit *edits, size_t n,
		  int dry_run, const char *actor, booking_edit_cb *cb, void *arg)
{
	struct edit_job *j = job_new(b, actor, cb, arg);

	j->r.dry_run = dry_run;
	j->n = n;
	j->edits = xcalloc(n + 1, sizeof *j->edits);
	j->slugs = xcalloc(n + 1, sizeof *j->slugs);
	for (size_t i = 0; i < n; i++) {
		j->edits[i] = edits[i];
		j->edits[i].slug = xstrdup_null(edits[i].slug);
		j->edits[i].body = edits[i].body ? json_deep_copy(edits[i].body) : NULL;
		j->slugs[i] = xstrdup_null(edits[i].slug);
	}
	remake_start(&j->r);
}

void booking_edit_undo(struct booking *b, rdvd_id edit, const char *actor,
		       booking_edit_cb *cb, void *arg)
{
	struct edit_job *j = job_new(b, actor, cb, arg);

	j->r.plan = plan_undo;
	j->r.undoes = edit;
	remake_start(&j->r);
}

/* ---- reading ---- */

json_t *booking_definition(const struct booking *b, enum rdvd_definition_kind kind,
			   const char *slug)
{
	const char *body = slug ? territory_body(b->territory, kind, slug) : NULL;

	return body ? json_loads(body, 0, NULL) : NULL;
}

static int add_to_file(void *arg, const struct rdvd_definition *d)
{
	json_t *file = arg, *object = json_loads(d->body, 0, NULL);
	const char *key = territory_list_key(d->kind);

	if (d->kind == RDVD_DEF_NETWORK) {
		json_object_set_new(file, key, object);
		return 0;
	}
	if (!json_object_get(file, key))
		json_object_set_new(file, key, json_array());
	json_array_append_new(json_object_get(file, key), object);
	return 0;
}

json_t *booking_territory_file(const struct booking *b)
{
	json_t *file = json_pack("{s:s}", "format", TERRITORY_FORMAT);

	territory_bodies_each(b->territory, add_to_file, file);
	return file;
}
