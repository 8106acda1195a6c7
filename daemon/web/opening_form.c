/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opening_form.c - a change in the hidden fields of its page: the edits as JSON, with a
 * fingerprint of what each replaces, so that what somebody else has changed meanwhile is
 * not overwritten, and the choice for each person. What comes back is read as anything
 * that a stranger may have written: the rights are asked again. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "web/opening_change.h"

/* ---- fingerprints ---- */

static char *fingerprint(const json_t *o)
{
	json_t *copy = o ? json_deep_copy(o) : NULL;
	uint8_t hash[SECRET_HASH_SIZE];
	struct buf out = BUF_INIT;
	char *text;

	if (!copy)
		return xstrdup("");
	json_object_del(copy, "id");
	text = json_dumps(copy, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(12));
	json_decref(copy);
	secret_digest(text, strlen(text), hash);
	free(text);
	buf_add_hex(&out, hash, 16);
	return buf_steal(&out, NULL);
}

static char *present(const struct change *c, const struct booking_edit *e)
{
	json_t *o =
		e->slug ? booking_definition(c->st->web.booking, e->kind, e->slug) : NULL;
	char *print = fingerprint(o);

	json_decref(o);
	return print;
}

void change_stamp(struct change *c)
{
	for (size_t i = 0; i < c->nedits; i++) {
		free(c->was[i]);
		c->was[i] = present(c, &c->edits[i]);
	}
}

static void drop_edit(struct change *c, size_t i)
{
	free((char *)c->edits[i].slug);
	json_decref((json_t *)c->edits[i].body);
	free(c->was[i]);
	c->nedits--;
	for (; i < c->nedits; i++) {
		c->edits[i] = c->edits[i + 1];
		c->was[i] = c->was[i + 1];
	}
}

bool change_is_current(struct change *c)
{
	for (size_t i = 0; i < c->nedits;) {
		char *is = present(c, &c->edits[i]);
		char *wanted = fingerprint(c->edits[i].body);
		bool done = strcmp(is, wanted) == 0;
		bool same = strcmp(is, c->was[i]) == 0;

		free(is);
		free(wanted);
		if (done)
			drop_edit(c, i);
		else if (same)
			i++;
		else
			return false;
	}
	return true;
}

/* ---- writing ---- */

const char *change_text(struct http_request *rq, const struct change *c)
{
	json_t *o = json_object(), *edits = json_array();
	char *text;
	const char *out;

	for (size_t i = 0; i < c->nedits && !c->applied; i++) {
		const struct booking_edit *e = &c->edits[i];

		json_array_append_new(edits, json_pack("{s:i, s:s?, s:O?, s:i, s:s}",
						       "kind", e->kind, "slug", e->slug,
						       "body", (json_t *)e->body, "fresh",
						       e->fresh, "was", c->was[i]));
	}
	json_object_set_new(o, "edits", edits);
	if (c->away.counsellor && !c->applied)
		json_object_set_new(o, "away",
				    json_pack("{s:s, s:I, s:I, s:s}", "counsellor",
					      c->away.counsellor, "start",
					      (json_int_t)c->away.start, "end",
					      (json_int_t)c->away.end, "label",
					      c->away.label ? c->away.label : ""));
	json_object_set_new(o, "title", json_string(c->title));
	json_object_set_new(o, "done", json_string(c->done));
	json_object_set_new(o, "said", json_string(c->said));
	json_object_set_new(o, "edit", json_integer(c->edit));
	json_object_set_new(o, "absence", json_integer(c->absence));
	json_object_set_new(o, "resumed", json_boolean(c->resumed));
	text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	out = http_request_strdup(rq, text ? text : "{}");
	free(text);
	return out;
}

/* ---- reading ---- */

static int read_edit(struct change *c, json_t *o)
{
	int kind = 0, fresh = 0;
	const char *slug = NULL, *was = NULL;
	json_t *body = NULL;
	struct booking_edit e;

	if (json_unpack(o, "{s:i, s?s, s?o, s?i, s:s}", "kind", &kind, "slug", &slug,
			"body", &body, "fresh", &fresh, "was", &was) != 0)
		return -1;
	if (kind < RDVD_DEF_NETWORK || kind > RDVD_DEF_CLOSURE ||
	    (body && !json_is_object(body) && !json_is_null(body)))
		return -1;
	e = (struct booking_edit){
		.kind = (enum rdvd_definition_kind)kind,
		.slug = slug,
		.body = json_is_object(body) ? body : NULL,
		.fresh = fresh != 0,
	};
	if ((!e.slug && !e.body) || change_treat(c, &e) < 0)
		return -1;
	free(c->was[c->nedits - 1]);
	c->was[c->nedits - 1] = xstrdup(was);
	return 0;
}

static int read_away(struct change *c, json_t *o)
{
	const char *who, *label;
	json_int_t start, end;

	if (!o)
		return 0;
	if (json_unpack(o, "{s:s, s:I, s:I, s:s}", "counsellor", &who, "start", &start,
			"end", &end, "label", &label) != 0 ||
	    end <= start || strlen(label) > 400)
		return -1;
	c->away = (struct staff_away){.counsellor = xstrdup(who),
				      .start = start,
				      .end = end,
				      .label = xstrdup(label)};
	return 0;
}

static void read_text(json_t *o, const char *key, char **to, size_t max)
{
	const char *s = json_string_value(json_object_get(o, key));

	if (!s || strlen(s) > max)
		return;
	free(*to);
	*to = xstrdup(s);
}

static int read_change(struct change *c, json_t *o)
{
	json_t *edits = json_object_get(o, "edits"), *e;
	size_t i;

	json_array_foreach(edits, i, e) if (read_edit(c, e) != 0) return -1;
	if (read_away(c, json_object_get(o, "away")) != 0)
		return -1;
	read_text(o, "title", &c->title, 300);
	read_text(o, "said", &c->said, 300);
	read_text(o, "done", &c->done, 300);
	if (!staff_path_is_ours(c->done)) {
		free(c->done);
		c->done = xstrdup("/equipe/reglages");
	}
	c->edit = json_integer_value(json_object_get(o, "edit"));
	c->absence = json_integer_value(json_object_get(o, "absence"));
	c->resumed = json_is_true(json_object_get(o, "resumed"));
	return 0;
}

/* "p17": what becomes of appointment 17. */
static void read_choice(struct change *c, const struct http_request *rq, const char *name,
			const char *value)
{
	struct change_person p = {.choice = CHOICE_NONE};
	int64_t id;
	char hold[40];
	const char *h;

	if (name[0] != 'p' || parse_int(name + 1, 1, INT64_MAX, &id) != 0)
		return;
	for (size_t i = 0; i < c->npeople; i++)
		if (c->people[i].a->id == id)
			return;
	if (strcmp(value, "annuler") == 0)
		p.choice = CHOICE_CANCEL;
	else if (strcmp(value, "garder") == 0)
		p.choice = CHOICE_LEAVE;
	else if (times_parse(value, p.to.site, &p.to.start) == 0)
		p.choice = CHOICE_MOVE;
	snprintf(hold, sizeof(hold), "t%lld", (long long)id);
	h = http_request_field(rq, hold);
	if (!h || booking_hold_parse(h, &p.chosen_hold) != 0)
		p.chosen_hold = 0;
	p.a = xcalloc(1, sizeof(*p.a)); /* read from the store in a moment */
	p.a->id = id;
	VEC_GROW(c->people, c->npeople, c->people_cap);
	c->people[c->npeople++] = p;
}

struct change *change_of_form(struct http_request *rq)
{
	const char *text = http_request_field(rq, "modification");
	json_t *o = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
	struct change *c = change_new(rq);
	const char *name, *value;

	if (!json_is_object(o) || read_change(c, o) != 0) {
		json_decref(o);
		change_free(c);
		http_fail(rq, 400, NULL);
		return NULL;
	}
	json_decref(o);
	for (size_t i = 0; http_request_field_at(rq, i, &name, &value) == 0; i++)
		read_choice(c, rq, name, value);
	c->decided = true;
	return c;
}
