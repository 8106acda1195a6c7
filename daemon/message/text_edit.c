/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text_edit.c - see text_edit.h. The team's texts stand on the shelf of the files that
 * they replace, beside them, so that taking one away leaves the file's. */
#include "message/text_edit.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "message/text_table.h"

struct text_draft {
	struct text_file file;
};

const char *text_language_name(size_t i)
{
	return i < LANGUAGE_COUNT ? text_languages[i] : NULL;
}

static int name_of(const struct text_place *p, struct text_name *name)
{
	size_t i = 0;

	while (i < LANGUAGE_COUNT && strcmp(text_languages[i], p->language) != 0)
		i++;
	*name = (struct text_name){.language = (enum text_language)i};
	return i == LANGUAGE_COUNT || text_name_parse(p->name, strlen(p->name), name) < 0
		       ? -1
		       : 0;
}

static struct text_name name_of_kind(const struct text_kind *k)
{
	return (struct text_name){.stem = k->stem,
				  .ordinal = k->ordinal,
				  .discreet = k->discreet,
				  .reply = k->reply,
				  .email = k->email};
}

int text_place_parse(const struct text_place *p, struct text_kind *out)
{
	struct text_name name;

	if (name_of(p, &name) < 0)
		return -1;
	if (name.discreet && !(text_stems[name.stem].forms & TEXT_DISCREET))
		return -1;
	*out = (struct text_kind){.stem = name.stem,
				  .ordinal = name.ordinal,
				  .discreet = name.discreet,
				  .reply = name.reply,
				  .email = name.email};
	return 0;
}

void text_kind_name(const struct text_kind *k, struct buf *out)
{
	const struct text_name name = name_of_kind(k);

	text_name_write(&name, out);
}

int text_kind_is_whole(const struct text_kind *k)
{
	unsigned forms = text_stems[k->stem].forms;

	return k->ordinal == 0 && (forms & (k->email ? TEXT_EMAIL : TEXT_SMS)) != 0 &&
	       (!k->discreet || forms & TEXT_DISCREET) &&
	       (!k->reply || (forms & TEXT_REPLY && !k->email));
}

/* ---- looking up ---- */

/* The folders of a place: an organisation's or a service's alone stands outside. */
static void folders(const struct text_place *p, const char **outer, const char **inner)
{
	int both = *p->organisation && *p->service;

	*outer = *p->organisation ? p->organisation : p->service;
	*inner = both ? p->service : "";
}

static const struct text_shelf *shelf_of(const struct texts *t,
					 const struct text_place *p)
{
	const char *outer, *inner;

	folders(p, &outer, &inner);
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->shelves[i].outer, outer) == 0 &&
		    strcmp(t->shelves[i].inner, inner) == 0)
			return &t->shelves[i];
	return NULL;
}

static const struct text_file *find_in(const struct text_file *files, size_t n,
				       const struct text_name *name)
{
	for (size_t i = 0; i < n; i++)
		if (text_name_compare(&files[i].name, name) == 0)
			return &files[i];
	return NULL;
}

static const struct text_file *find(const struct texts *t, const struct text_place *p,
				    int kept, int file)
{
	const struct text_shelf *s = shelf_of(t, p);
	const struct text_file *f = NULL;
	struct text_name name;

	if (!s || name_of(p, &name) < 0)
		return NULL;
	if (kept)
		f = find_in(s->kept, s->nkept, &name);
	if (!f && file)
		f = find_in(s->files, s->n, &name);
	return f;
}

static const char *source_of(const struct text_file *f)
{
	return f ? f->source : NULL;
}

const char *text_source(const struct texts *t, const struct text_place *p)
{
	return source_of(find(t, p, 1, 1));
}

const char *text_source_of_file(const struct texts *t, const struct text_place *p)
{
	return source_of(find(t, p, 0, 1));
}

int text_is_kept(const struct texts *t, const struct text_place *p)
{
	return find(t, p, 1, 0) != NULL;
}

const char *text_source_used(const struct texts *t, const struct text_place *p, int *own)
{
	const struct text_values v = {.organisation_slug = p->organisation,
				      .service_slug = p->service};
	const struct text_file *f = find(t, p, 1, 1);
	struct text_name name;

	*own = f != NULL;
	if (f || name_of(p, &name) < 0)
		return source_of(f);
	f = texts_find(t, &name, &v);
	if (!f && name.discreet) {
		name.discreet = 0;
		f = texts_find(t, &name, &v);
	}
	return source_of(f);
}

/* ---- putting ---- */

static char *path_of(const struct text_place *p)
{
	return xasprintf("%s%s%s%s%s/%s", p->language, *p->organisation ? "/" : "",
			 p->organisation, *p->service ? "/" : "", p->service, p->name);
}

static int read_file(struct text_file *f, const struct text_place *p, const char *source,
		     struct text_faults *faults)
{
	struct buf bytes = BUF_INIT;
	int rc;

	f->path = path_of(p);
	buf_addstr(&bytes, source);
	rc = text_file_read(f, &bytes, faults);
	buf_fini(&bytes);
	return rc;
}

static void forget(struct texts *t, const struct text_place *p,
		   const struct text_name *name)
{
	struct text_shelf *s = (struct text_shelf *)shelf_of(t, p);

	for (size_t i = 0; s && i < s->nkept; i++)
		if (text_name_compare(&s->kept[i].name, name) == 0) {
			text_file_fini(&s->kept[i]);
			s->kept[i] = s->kept[--s->nkept];
			break;
		}
	texts_sort(t);
}

int text_keep_source(struct texts *t, const struct text_place *p, const char *source,
		     struct text_faults *faults)
{
	struct text_kind kind;
	struct text_name name;
	struct text_file f = {.path = NULL};
	struct text_shelf *s;
	const char *outer, *inner;

	if (text_place_parse(p, &kind) < 0 || name_of(p, &name) < 0)
		return -1;
	if (!source) {
		forget(t, p, &name);
		return 0;
	}
	f.name = name;
	if (read_file(&f, p, source, faults) != 0) {
		text_file_fini(&f);
		return -1;
	}
	forget(t, p, &name);
	folders(p, &outer, &inner);
	s = texts_shelf(t, outer, inner, "");
	VEC_GROW(s->kept, s->nkept, s->kept_cap);
	s->kept[s->nkept++] = f;
	texts_sort(t);
	return 0;
}

/* ---- drafts ---- */

struct text_draft *text_draft_new(const struct text_place *p, const char *source,
				  struct text_faults *faults)
{
	struct text_draft *d;
	struct text_name name;

	if (name_of(p, &name) < 0)
		return NULL;
	d = xcalloc(1, sizeof *d);
	d->file.name = name;
	if (read_file(&d->file, p, source, faults) >= 0)
		return d;
	text_draft_free(d);
	return NULL;
}

void text_draft_free(struct text_draft *d)
{
	if (!d)
		return;
	text_file_fini(&d->file);
	free(d);
}

struct gsm_size text_draft_write(const struct text_draft *d, const struct text_values *v,
				 struct buf *subject, struct buf *body)
{
	if (!d->file.name.email)
		return text_sms_write(&d->file.body, v, body);
	text_line_write(&d->file.subject, v, TEXT_LEVELS + 1, 1, subject);
	text_line_write(&d->file.body, v, TEXT_LEVELS + 1, 0, body);
	return (struct gsm_size){.units = body->len};
}

/* ---- fields ---- */

const char *text_field_name(size_t i)
{
	return i < FIELD_COUNT ? text_fields[i].name : NULL;
}

int text_field_fits(size_t i, const struct text_kind *k, int *told)
{
	const struct text_name name = name_of_kind(k);
	int asks = text_asks(&name);

	*told = (text_stems[k->stem].tells & 1U << i) != 0 && !(asks && i == FIELD_link);
	if (asks && i == FIELD_link)
		return 0;
	if (k->discreet)
		return (text_fields[i].where & FIELD_DISCREET) != 0;
	return k->email || (text_fields[i].where & FIELD_SMS) != 0;
}
