/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inbox.c - the team's inbox: what waits in it, looked at when somebody asks. The counts
 * are kept by organisation, so that each member of the team sees her own. */
#include "talk/inbox_impl.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct inbox *inbox_new(struct store *s, struct outbox *o,
			const struct inbox_options *options)
{
	struct inbox *in = xcalloc(1, sizeof *in);

	in->store = s;
	in->outbox = o;
	in->o = *options;
	return in;
}

void inbox_free(struct inbox *in)
{
	if (!in)
		return;
	free(in->texts);
	free(in->notices);
	free(in);
}

static size_t count(const rdvd_id *whose, size_t n, rdvd_id organisation)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		k += organisation == INBOX_ALL || whose[i] == 0 ||
		     whose[i] == organisation;
	return k;
}

struct inbox_counts inbox_waiting(const struct inbox *in, rdvd_id organisation)
{
	return (struct inbox_counts){
		.texts = count(in->texts, in->ntexts, organisation),
		.notices = count(in->notices, in->nnotices, organisation)};
}

struct look_job {
	struct store_job job;
	struct inbox *in;
	rdvd_id *texts, *notices; /* owned */
	size_t ntexts, texts_cap, nnotices, notices_cap;
	void (*cb)(void *arg);
	void *arg;
};

static int note_text(void *arg, const struct rdvd_inbound *i)
{
	struct look_job *j = arg;

	VEC_GROW(j->texts, j->ntexts, j->texts_cap);
	j->texts[j->ntexts++] = i->organisation;
	return 0;
}

static int note_notice(void *arg, const struct rdvd_notice *n)
{
	struct look_job *j = arg;

	VEC_GROW(j->notices, j->nnotices, j->notices_cap);
	j->notices[j->nnotices++] = n->organisation;
	return 0;
}

static enum rdvd_rc look_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	const struct rdvd_inbound_filter f = {.state = RDVD_INBOUND_TO_HAND};
	struct look_job *j = (struct look_job *)job;
	enum rdvd_rc rc;

	j->ntexts = j->nnotices = 0;
	rc = ops->inbound_each(st, &f, note_text, j);
	return rc == RDVD_OK ? ops->notice_each(st, 1, note_notice, j) : rc;
}

static void look_done(struct store_job *job)
{
	struct look_job *j = (struct look_job *)job;
	struct inbox *in = j->in;

	if (job->rc == RDVD_OK) {
		free(in->texts);
		free(in->notices);
		in->texts = j->texts;
		in->notices = j->notices;
		in->ntexts = j->ntexts;
		in->nnotices = j->nnotices;
		j->texts = j->notices = NULL;
	}
	if (j->cb)
		j->cb(j->arg);
	free(j->texts);
	free(j->notices);
	free(j);
}

void inbox_look(struct inbox *in, void (*cb)(void *arg), void *arg)
{
	struct look_job *j = xcalloc(1, sizeof *j);

	j->in = in;
	j->cb = cb;
	j->arg = arg;
	j->job.run = look_run;
	j->job.done = look_done;
	if (store_read(in->store, &j->job) == RDVD_OK)
		return;
	j->job.rc = RDVD_BUSY;
	look_done(&j->job);
}

/* ---- rows ---- */

struct rdvd_inbound *inbound_dup(const struct rdvd_inbound *i)
{
	struct rdvd_inbound sized = *i, *copy;
	const char **strings[] = {&sized.gateway,   &sized.key,	 &sized.number,
				  &sized.to,	    &sized.text, &sized.part_ref,
				  &sized.understood};
	size_t bytes = 0;
	char *to;

	for (size_t k = 0; k < ARRAY_SIZE(strings); k++)
		bytes += strlen(*strings[k]) + 1;
	copy = xmalloc(sizeof *copy + bytes);
	to = (char *)(copy + 1);
	for (size_t k = 0; k < ARRAY_SIZE(strings); k++) {
		size_t n = strlen(*strings[k]) + 1;

		memcpy(to, *strings[k], n);
		*strings[k] = to;
		to += n;
	}
	*copy = sized;
	return copy;
}

static int keep_one(void *arg, const struct rdvd_inbound *i)
{
	*(struct rdvd_inbound **)arg = inbound_dup(i);
	return 1;
}

struct rdvd_inbound *inbound_find(const struct rdvd_store_ops *ops, void *st, rdvd_id id,
				  enum rdvd_rc *rc)
{
	const struct rdvd_inbound_filter f = {.after = id - 1, .limit = 1};
	struct rdvd_inbound *found = NULL;

	*rc = ops->inbound_each(st, &f, keep_one, &found);
	if (found && found->id != id) {
		free(found);
		found = NULL;
	}
	if (!found && *rc == RDVD_OK)
		*rc = RDVD_NOT_FOUND;
	return found;
}
