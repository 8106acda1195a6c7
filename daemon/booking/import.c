/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import.c - a territory file replaces what the store describes: what differs is told
 * line by line, what is no longer there is retired and kept for the past, and no
 * appointment is touched: those that would no longer lie in an opening are counted and
 * said. Kept whole or not at all; the agenda serves it before the answer. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "booking/remake.h"

struct wanted { /* one definition of the file */
	enum rdvd_definition_kind kind;
	char *slug, *body; /* owned */
};

struct import_job {
	struct remake r;       /* first */
	struct wanted *wanted; /* owned, sorted by kind and slug */
	size_t n, cap;
	struct booking_import result;
	struct booking_difference *differences; /* owned; strings are the remake's */
	struct buf text;
	char *name, *bytes, *actor; /* owned */
	size_t nbytes;
	booking_import_cb *cb;
	void *arg;
};

static void import_free(struct import_job *j)
{
	for (size_t i = 0; i < j->n; i++) {
		free(j->wanted[i].slug);
		free(j->wanted[i].body);
	}
	free(j->wanted);
	free(j->differences);
	free(j->name);
	free(j->bytes);
	free(j->actor);
	buf_fini(&j->text);
	remake_fini(&j->r);
	free(j);
}

/* ---- in a reader's thread ---- */

static int want(void *arg, const struct rdvd_definition *d)
{
	struct import_job *j = arg;

	VEC_GROW(j->wanted, j->n, j->cap);
	j->wanted[j->n++] = (struct wanted){
		.kind = d->kind, .slug = xstrdup(d->slug), .body = xstrdup(d->body)};
	return 0;
}

static int wanted_compare(const void *a, const void *b)
{
	const struct wanted *x = a, *y = b;

	return x->kind != y->kind ? (int)x->kind - (int)y->kind
				  : strcmp(x->slug, y->slug);
}

static int is_wanted(const struct import_job *j, const struct rdvd_definition *d)
{
	const struct wanted key = {.kind = d->kind, .slug = (char *)d->slug};

	return j->n && bsearch(&key, j->wanted, j->n, sizeof key, wanted_compare) != NULL;
}

/* The file's bytes into j->wanted. */
static enum rdvd_rc read_file(struct import_job *j)
{
	struct territory *file =
		territory_parse(j->name, j->bytes, j->nbytes, &j->r.errors);
	json_t *root;

	if (!file)
		return RDVD_INVALID;
	territory_free(file);
	root = json_loadb(j->bytes, j->nbytes, 0, NULL);
	territory_each_definition(root, want, j);
	json_decref(root);
	qsort(j->wanted, j->n, sizeof *j->wanted, wanted_compare);
	return RDVD_OK;
}

static enum rdvd_rc plan(const struct rdvd_store_ops *ops, void *st, struct remake *r)
{
	struct import_job *j = (struct import_job *)r;
	enum rdvd_rc rc = read_file(j);

	if (rc != RDVD_OK)
		return rc;
	for (size_t i = 0; i < r->nstood; i++) {
		struct rdvd_definition *d = &r->all[i];

		if (d->retired || is_wanted(j, d))
			continue;
		if (d->kind == RDVD_DEF_NETWORK) {
			buf_addf(&r->errors,
				 "this installation serves the network \"%s\": the file "
				 "describes another one; start rdvd on an empty folder "
				 "for it\n",
				 d->slug);
			return RDVD_INVALID;
		}
		remake_retire(r, d);
	}
	j->result.retired = r->nparts;
	for (size_t i = 0; i < j->n; i++)
		remake_put(r, j->wanted[i].kind, j->wanted[i].slug, j->wanted[i].body);
	for (size_t i = j->result.retired; i < r->nparts; i++)
		if (r->parts[i].at < r->nstood)
			j->result.changed++;
		else
			j->result.created++;
	j->result.unchanged = j->n - j->result.changed - j->result.created;
	remake_tell(r, &j->text);
	return RDVD_OK;
}

/* ---- in the loop ---- */

static void tell_outside(struct import_job *j)
{
	const struct remake *r = &j->r;
	const struct territory *t = booking_territory(r->b);

	for (size_t i = 0; i < r->noutside; i++) {
		const struct site *s = &t->sites[r->outside[i].site];
		char civil[17];

		civil_time_format(zone_to_civil(s->zone, r->outside[i].start), civil);
		buf_addf(&j->text,
			 "! appointment at %s, %s: outside openings now, kept\n", s->slug,
			 civil);
	}
	j->result.outside = r->noutside;
}

/* Of a dry run: what was read back after the change no longer stands beside its parts. */
static void tell_differences(struct import_job *j)
{
	const struct remake *r = &j->r;

	if (!r->dry_run)
		return;
	j->differences = xcalloc(r->nparts + 1, sizeof *j->differences);
	for (size_t i = 0; i < r->nparts; i++) {
		const struct rdvd_definition *d = &r->all[r->parts[i].at];

		j->differences[i] = (struct booking_difference){
			.kind = d->kind,
			.slug = d->slug,
			.before = r->parts[i].before,
			.after = d->retired ? NULL : d->body,
		};
	}
	j->result.differences = j->differences;
	j->result.ndifferences = r->nparts;
}

static void done(struct remake *r, enum rdvd_rc rc)
{
	struct import_job *j = (struct import_job *)r;

	if (rc == RDVD_OK) {
		tell_outside(j);
		tell_differences(j);
		if (!r->dry_run && r->nparts)
			log_info("territory imported: %zu created, %zu changed, %zu "
				 "retired",
				 j->result.created, j->result.changed, j->result.retired);
	}
	j->result.text = buf_str(&j->text);
	j->result.errors = buf_str(&r->errors);
	j->cb(j->arg, rc, &j->result);
	import_free(j);
}

void booking_import(struct booking *b, const char *name, const char *bytes, size_t n,
		    int dry_run, const char *actor, booking_import_cb *cb, void *arg)
{
	struct import_job *j = xcalloc(1, sizeof *j);

	j->actor = xstrdup(actor ? actor : "");
	j->r = (struct remake){.b = b,
			       .plan = plan,
			       .done = done,
			       .dry_run = dry_run,
			       .actor = j->actor};
	j->cb = cb;
	j->arg = arg;
	j->name = xstrdup(name);
	j->bytes = xmalloc(n + 1);
	memcpy(j->bytes, bytes, n);
	j->nbytes = n;
	remake_start(&j->r);
}
