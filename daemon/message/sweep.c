/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sweep.c - what the last run left behind: messages whose claim is on disk and whose
 * result is not. Each may have arrived: its attempt stays counted, and its kind and its
 * gateway say what follows.
 *
 * Which gateway it was given to is known without a write of its own for each message.
 * Where a channel has one gateway, it is that. Where it has spares, the claim itself
 * writes down whose turn it is (a cursor of the store, changed in the claim's transaction
 * and only when nothing is under way). A message that once ended unknown belongs to the
 * gateway in its row: only there is its key known.
 *
 * A message that was under way when the daemon died, three times running, may be what
 * kills it: it is tried no more. Who was there is kept in a file of the data folder, for
 * as long as they come again. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/crash.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/parse.h"
#include "message/parcel.h"

#define DEATHS_MAX 3

struct death {
	rdvd_id id;
	int times;
};

struct death_list {
	struct death *items; /* owned */
	size_t n, cap;
};

/* ---- who was under way when it died ---- */

static void deaths_read(const char *path, struct death_list *l)
{
	FILE *f = path ? fopen(path, "re") : NULL;
	char line[64];

	if (!f)
		return;
	while (fgets(line, sizeof line, f)) {
		char *space = strchr(line, ' ');
		int64_t id, times;

		line[strcspn(line, "\n")] = '\0';
		if (!space)
			continue;
		*space = '\0';
		if (parse_int(line, 1, INT64_MAX, &id) ||
		    parse_int(space + 1, 1, INT32_MAX, &times))
			continue;
		VEC_GROW(l->items, l->n, l->cap);
		l->items[l->n++] = (struct death){.id = id, .times = (int)times};
	}
	fclose(f);
}

/* A list of nobody is no file. What cannot be written only makes the daemon more patient.
 */
static void deaths_write(const char *path, const struct death_list *l)
{
	char *fresh;
	FILE *f;
	int failed;

	if (!path)
		return;
	if (l->n == 0) {
		remove(path);
		return;
	}
	fresh = xasprintf("%s.new", path);
	f = fopen(fresh, "we");
	failed = !f;
	for (size_t i = 0; f && i < l->n; i++)
		fprintf(f, "%lld %d\n", (long long)l->items[i].id, l->items[i].times);
	if (f && fclose(f) != 0)
		failed = 1;
	if (failed || rename(fresh, path) != 0)
		log_warn("%s cannot be written: %s", path, strerror(errno));
	free(fresh);
}

/* How often running the daemon has now died with this message under way. */
static int times_died(const struct death_list *before, rdvd_id id)
{
	for (size_t i = 0; i < before->n; i++)
		if (before->items[i].id == id)
			return before->items[i].times + 1;
	return 1;
}

/* ---- the sweep ---- */

struct sweep_job {
	struct store_job job;
	struct outbox *o;
	rdvd_time now;
	struct parcel *found;		 /* owned */
	struct death_list before, after; /* owned */
	int64_t turn[CHANNELS];
};

int64_t gateway_mark(const struct gateway *g)
{
	uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a */

	for (const char *s = g->name; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(1099511628211);
	return (int64_t)(h >> 2 | 1);
}

const char *outbox_turn_name(enum rdvd_channel channel)
{
	return channel == RDVD_CHANNEL_SMS ? "sender-sms" : "sender-email";
}

static void forget(struct sweep_job *j)
{
	while (j->found) {
		struct parcel *next = j->found->next;

		parcel_free(j->found);
		j->found = next;
	}
	j->after.n = 0;
}

static void sweep_free(struct sweep_job *j)
{
	forget(j);
	free(j->before.items);
	free(j->after.items);
	free(j);
}

static int take(void *arg, const struct rdvd_message_row *m,
		const struct rdvd_appointment *a)
{
	struct sweep_job *j = arg;
	struct parcel *p = parcel_new(j->o, m, a);

	p->next = j->found;
	j->found = p;
	return 0;
}

/* The gateway that it had been given to, or NULL when that is not known. */
static struct gateway *given_to(struct outbox *o, const struct sweep_job *j,
				const struct rdvd_message_row *m)
{
	if (m->unknowns > 0 && *m->gateway)
		return outbox_gateway_named(o, m->gateway);
	if (outbox_choice(o, m->channel) == 1 && !j->turn[m->channel])
		return outbox_gateway_for(o, m->channel);
	for (size_t i = 0; i < o->ngateways; i++)
		if (o->gateways[i].channels & (1u << m->channel) &&
		    gateway_mark(&o->gateways[i]) == j->turn[m->channel])
			return &o->gateways[i];
	return NULL;
}

/* Say how it ended. In the store's thread: what it asks of the gateways does not change
 * while they are open. */
static void settle(struct sweep_job *j, struct parcel *p)
{
	const struct gateway *g = given_to(j->o, j, p->row);
	struct death d = {.id = p->row->id, .times = times_died(&j->before, p->row->id)};

	VEC_GROW(j->after.items, j->after.n, j->after.cap);
	j->after.items[j->after.n++] = d;
	buf_addstr(&p->body, p->row->text);
	if (d.times >= DEATHS_MAX)
		parcel_close(
			p, RDVD_MSG_FAILED, 0,
			"en cours d’envoi à trois arrêts brutaux de suite : à vérifier",
			g);
	else
		parcel_close(p, RDVD_MSG_UNKNOWN, parcel_settlement(p, g, j->now),
			     "arrêt pendant l’envoi", g);
}

static enum rdvd_rc sweep_run(const struct rdvd_store_ops *ops, void *st,
			      struct store_job *job)
{
	struct sweep_job *j = (struct sweep_job *)job;
	enum rdvd_rc rc = RDVD_OK;

	forget(j);
	for (int c = RDVD_CHANNEL_SMS; c < CHANNELS && rc == RDVD_OK; c++) {
		j->turn[c] = 0;
		rc = ops->cursor_get(st, outbox_turn_name((enum rdvd_channel)c),
				     &j->turn[c]);
		if (rc == RDVD_NOT_FOUND)
			rc = RDVD_OK;
	}
	if (rc == RDVD_OK)
		rc = ops->message_sweep(st, j->now, take, j);
	for (struct parcel *p = j->found; p && rc == RDVD_OK; p = p->next) {
		settle(j, p);
		rc = ops->message_result(st, &p->ended);
	}
	crash_point("sweep");
	return rc;
}

/* Once for each start: later nobody died, only an answer of the store was lost. */
static void note_deaths(struct outbox *o, const struct sweep_job *j)
{
	if (o->swept_once)
		return;
	o->swept_once = 1;
	if (j->before.n || j->after.n)
		deaths_write(o->died_path, &j->after);
	for (size_t i = 0; i < j->after.n; i++)
		if (j->after.items[i].times >= DEATHS_MAX)
			log_err("message %lld was under way each time the daemon died: "
				"it is not tried again",
				(long long)j->after.items[i].id);
}

static void sweep_done(struct store_job *job)
{
	struct sweep_job *j = (struct sweep_job *)job;
	struct outbox *o = j->o;

	o->claiming = 0;
	if (job->rc != RDVD_OK) {
		sweep_free(j);
		loop_timer_in(o->timer, STORE_AGAIN_MS);
		return;
	}
	o->swept = 1;
	memcpy(o->turn_kept, j->turn, sizeof o->turn_kept);
	note_deaths(o, j);
	for (const struct parcel *p = j->found; p; p = p->next)
		outbox_count_end(o, p->ended.state);
	sweep_free(j);
	outbox_nudge(o);
}

int outbox_sweep(struct outbox *o)
{
	struct sweep_job *j = xcalloc(1, sizeof *j);

	*j = (struct sweep_job){.o = o, .now = clock_now()};
	if (!o->swept_once)
		deaths_read(o->died_path, &j->before);
	j->job.run = sweep_run;
	j->job.proves_nothing = 1;
	j->job.done = sweep_done;
	if (store_write(o->store, &j->job) == RDVD_OK)
		return 0;
	sweep_free(j);
	return -1;
}
