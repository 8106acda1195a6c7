/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text_keep.c - see text_keep.h. What counts of each text is held in memory as the store
 * has it, so that the files can be read again without asking the store. */
#include "message/text_keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/mem.h"
#include "message/notice.h"
#include "store/store.h"

struct text_list {
	struct rdvd_text *items; /* owned, and their strings */
	size_t n, cap;
};

struct text_keep {
	struct text_keep_options o;
	struct text_list kept;
};

static void text_copy(struct rdvd_text *to, const struct rdvd_text *from)
{
	*to = *from;
	to->language = xstrdup(from->language);
	to->name = xstrdup(from->name);
	to->body = from->body ? xstrdup(from->body) : NULL;
	to->actor = xstrdup(from->actor);
}

static void text_fini(struct rdvd_text *t)
{
	free((char *)t->language);
	free((char *)t->name);
	free((char *)t->body);
	free((char *)t->actor);
}

static void list_add(struct text_list *l, const struct rdvd_text *t)
{
	VEC_GROW(l->items, l->n, l->cap);
	text_copy(&l->items[l->n++], t);
}

static void list_fini(struct text_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		text_fini(&l->items[i]);
	free(l->items);
	*l = (struct text_list){.n = 0};
}

/* ---- names ---- */

/* Whose by id; -1: there is no such organisation or service. */
static int ids_of(const struct text_keep *k, const struct text_place *p,
		  struct rdvd_text *t)
{
	const struct territory *y = k->o.territory(k->o.ctx);
	int organisation = TERRITORY_NONE, service = TERRITORY_NONE;

	if (*p->organisation)
		organisation = territory_organisation(y, p->organisation);
	if (*p->service)
		service = territory_service(y, p->service);
	if ((*p->organisation && organisation == TERRITORY_NONE) ||
	    (*p->service && service == TERRITORY_NONE))
		return -1;
	t->language = p->language;
	t->name = p->name;
	t->organisation =
		organisation == TERRITORY_NONE ? 0 : y->organisations[organisation].id;
	t->service = service == TERRITORY_NONE ? 0 : y->services[service].id;
	return 0;
}

/* -1: whose it was is gone for good. */
static int place_of(const struct text_keep *k, const struct rdvd_text *t,
		    struct text_place *p)
{
	const struct territory *y = k->o.territory(k->o.ctx);
	int organisation = t->organisation ? territory_by_id(y, RDVD_DEF_ORGANISATION,
							     t->organisation)
					   : TERRITORY_NONE;
	int service = t->service ? territory_by_id(y, RDVD_DEF_SERVICE, t->service)
				 : TERRITORY_NONE;

	if ((t->organisation && organisation == TERRITORY_NONE) ||
	    (t->service && service == TERRITORY_NONE))
		return -1;
	*p = (struct text_place){
		.language = t->language,
		.name = t->name,
		.organisation = organisation == TERRITORY_NONE
					? ""
					: y->organisations[organisation].slug,
		.service = service == TERRITORY_NONE ? "" : y->services[service].slug,
	};
	return 0;
}

static int same_place(const struct rdvd_text *a, const struct rdvd_text *b)
{
	return a->organisation == b->organisation && a->service == b->service &&
	       strcmp(a->language, b->language) == 0 && strcmp(a->name, b->name) == 0;
}

static struct rdvd_text *find(const struct text_keep *k, const struct rdvd_text *of)
{
	for (size_t i = 0; i < k->kept.n; i++)
		if (same_place(&k->kept.items[i], of))
			return &k->kept.items[i];
	return NULL;
}

/* ---- putting over the files ---- */

static void tell_team(const struct text_keep *k, const struct rdvd_text *t)
{
	char key[48], text[320];

	snprintf(key, sizeof key, "text-%lld", (long long)t->id);
	snprintf(text, sizeof text,
		 "Un texte de message que l’équipe avait changé n’est plus accepté : "
		 "%s (%s). Le texte d’origine part à sa place. Corrigez-le dans "
		 "Réglages, Textes.",
		 t->name, t->language);
	notice_tell(k->o.store,
		    &(struct rdvd_notice){.key = key,
					  .kind = "text",
					  .organisation = t->organisation,
					  .text = text,
					  .at = clock_now()},
		    &(struct notice_mail){.to = NULL}, NULL, NULL);
}

void text_keep_apply(struct text_keep *k)
{
	for (size_t i = 0; i < k->kept.n; i++) {
		const struct rdvd_text *t = &k->kept.items[i];
		struct buf lines = BUF_INIT;
		struct text_faults faults = {.lines = &lines};
		struct text_place p;

		if (place_of(k, t, &p) == 0 &&
		    text_keep_source(k->o.texts(k->o.ctx), &p, t->body, &faults) < 0) {
			log_warn("texts: what the team wrote is not used, but the file: "
				 "%s",
				 lines.len ? buf_str(&lines) : t->name);
			tell_team(k, t);
		}
		buf_fini(&lines);
	}
}

/* ---- loading ---- */

struct load_job {
	struct store_job job;
	struct text_list list;
	int finished;
};

static int take(void *arg, const struct rdvd_text *t)
{
	list_add(arg, t);
	return 0;
}

static enum rdvd_rc load_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct load_job *j = (struct load_job *)job;

	list_fini(&j->list);
	return ops->text_each ? ops->text_each(st, take, &j->list) : RDVD_OK;
}

static void load_done(struct store_job *job)
{
	((struct load_job *)job)->finished = 1;
}

struct text_keep *text_keep_new(struct loop *l, const struct text_keep_options *o)
{
	struct text_keep *k = xcalloc(1, sizeof *k);
	struct load_job *j = xcalloc(1, sizeof *j);
	int rc = -1;

	k->o = *o;
	j->job.run = load_run;
	j->job.done = load_done;
	if (store_read(o->store, &j->job) == RDVD_OK) {
		while (!j->finished)
			loop_run_once(l, 1000);
		rc = j->job.rc == RDVD_OK ? 0 : -1;
	}
	k->kept = j->list;
	free(j);
	if (rc == 0) {
		text_keep_apply(k);
		return k;
	}
	log_err("texts: what the team wrote cannot be read from the store");
	text_keep_free(k);
	return NULL;
}

void text_keep_free(struct text_keep *k)
{
	if (!k)
		return;
	list_fini(&k->kept);
	free(k);
}

const struct texts *text_keep_texts(const struct text_keep *k)
{
	return k->o.texts(k->o.ctx);
}

rdvd_id text_keep_version(const struct text_keep *k, const struct text_place *p,
			  rdvd_time *at, const char **actor)
{
	struct rdvd_text of = {.id = 0};
	const struct rdvd_text *t = ids_of(k, p, &of) == 0 ? find(k, &of) : NULL;

	if (!t)
		return 0;
	*at = t->at;
	*actor = t->actor;
	return t->id;
}

/* ---- writing ---- */

struct put_job {
	struct store_job job;
	struct text_keep *k;
	struct rdvd_text text; /* strings owned */
	rdvd_id made;
	text_keep_cb *cb;
	void *arg;
};

static enum rdvd_rc put_run(const struct rdvd_store_ops *ops, void *st,
			    struct store_job *job)
{
	struct put_job *j = (struct put_job *)job;

	j->made = 0;
	return ops->text_put ? ops->text_put(st, &j->text, &j->made) : RDVD_INVALID;
}

/* What counts now, in memory. */
static void keep_version(struct text_keep *k, const struct rdvd_text *t)
{
	struct rdvd_text *was = find(k, t);
	struct text_faults faults = {.lines = NULL};
	struct text_place p;

	if (was) {
		text_fini(was);
		*was = k->kept.items[--k->kept.n];
	}
	if (t->body)
		list_add(&k->kept, t);
	if (place_of(k, t, &p) == 0)
		text_keep_source(k->o.texts(k->o.ctx), &p, t->body, &faults);
}

static void put_free(struct put_job *j)
{
	text_fini(&j->text);
	free(j);
}

static void put_done(struct store_job *job)
{
	struct put_job *j = (struct put_job *)job;

	if (job->rc == RDVD_OK && j->made) {
		j->text.id = j->made;
		keep_version(j->k, &j->text);
	}
	j->cb(j->arg, job->rc);
	put_free(j);
}

static int is_refused(const struct text_place *p, const char *source)
{
	struct text_faults faults = {.lines = NULL};
	struct text_draft *d;
	struct text_kind kind;

	if (text_place_parse(p, &kind) < 0)
		return 1;
	if (!source)
		return 0;
	d = text_draft_new(p, source, &faults);
	text_draft_free(d);
	return !d || faults.n > 0;
}

void text_keep_put(struct text_keep *k, const struct text_place *p, const char *source,
		   rdvd_id version, const char *actor, text_keep_cb *cb, void *arg)
{
	struct rdvd_text t = {
		.id = version, .body = source, .at = clock_now(), .actor = actor};
	struct put_job *j;

	if (ids_of(k, p, &t) < 0 || is_refused(p, source)) {
		cb(arg, RDVD_INVALID);
		return;
	}
	j = xcalloc(1, sizeof *j);
	j->job.run = put_run;
	j->job.done = put_done;
	j->k = k;
	j->cb = cb;
	j->arg = arg;
	text_copy(&j->text, &t);
	if (store_write(k->o.store, &j->job) == RDVD_OK)
		return;
	put_free(j);
	cb(arg, RDVD_BUSY);
}

/* ---- what was written before ---- */

struct history_job {
	struct store_job job;
	struct rdvd_text of; /* strings owned */
	size_t limit;
	struct text_list list;
	text_keep_history_cb *cb;
	void *arg;
};

static enum rdvd_rc history_run(const struct rdvd_store_ops *ops, void *st,
				struct store_job *job)
{
	struct history_job *j = (struct history_job *)job;

	list_fini(&j->list);
	return ops->text_history ? ops->text_history(st, &j->of, j->limit, take, &j->list)
				 : RDVD_OK;
}

static void history_free(struct history_job *j)
{
	list_fini(&j->list);
	text_fini(&j->of);
	free(j);
}

static void history_done(struct store_job *job)
{
	struct history_job *j = (struct history_job *)job;

	j->cb(j->arg, job->rc, j->list.items, j->list.n);
	history_free(j);
}

void text_keep_history(struct text_keep *k, const struct text_place *p, size_t limit,
		       text_keep_history_cb *cb, void *arg)
{
	struct rdvd_text of = {.actor = ""};
	struct history_job *j;

	if (ids_of(k, p, &of) < 0) {
		cb(arg, RDVD_OK, NULL, 0);
		return;
	}
	j = xcalloc(1, sizeof *j);
	j->job.run = history_run;
	j->job.done = history_done;
	j->limit = limit;
	j->cb = cb;
	j->arg = arg;
	text_copy(&j->of, &of);
	if (store_read(k->o.store, &j->job) == RDVD_OK)
		return;
	history_free(j);
	cb(arg, RDVD_BUSY, NULL, 0);
}
