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
	struct parcel *found; /* owned */
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
	crash_point("sweep");
	return rc;
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

static void settle(struct outbox *o, const struct sweep_job *j, struct parcel *p,
		   int died)
{
	struct gateway *g = given_to(o, j, p->row);

	buf_addstr(&p->body, p->row->text);
	o->under_way++;
	if (died >= DEATHS_MAX) {
		log_err("message %lld was under way each time the daemon died: it is not "
			"tried again",
			(long long)p->row->id);
		parcel_end(
			p, RDVD_MSG_FAILED, 0,
			"en cours d’envoi à trois arrêts brutaux de suite : à vérifier",
			g);
		return;
	}
	parcel_end(p, RDVD_MSG_UNKNOWN, parcel_settlement(p, g, j->now),
		   "arrêt pendant l’envoi", g);
}

static void sweep_done(struct store_job *job)
{
	struct sweep_job *j = (struct sweep_job *)job;
	struct outbox *o = j->o;
	struct death_list before = {.n = 0}, after = {.n = 0};

	o->claiming = 0;
	if (job->rc != RDVD_OK) {
		forget(j);
		free(j);
		loop_timer_in(o->timer, STORE_AGAIN_MS);
		return;
	}
	o->swept = 1;
	memcpy(o->turn_kept, j->turn, sizeof o->turn_kept);
	if (!o->swept_once) /* else nobody died, only an answer of the store was lost */
		deaths_read(o->died_path, &before);
	for (const struct parcel *p = j->found; p; p = p->next) {
		VEC_GROW(after.items, after.n, after.cap);
		after.items[after.n++] = (struct death){
			.id = p->row->id, .times = times_died(&before, p->row->id)};
	}
	if (!o->swept_once && (before.n || after.n))
		deaths_write(o->died_path, &after);
	o->swept_once = 1;
	for (size_t i = 0; j->found; i++) {
		struct parcel *p = j->found;

		j->found = p->next;
		settle(o, j, p, after.items[i].times);
	}
	free(before.items);
	free(after.items);
	free(j);
	outbox_nudge(o);
}

int outbox_sweep(struct outbox *o)
{
	struct sweep_job *j = xcalloc(1, sizeof *j);

	*j = (struct sweep_job){.o = o, .now = clock_now()};
	j->job.run = sweep_run;
	j->job.proves_nothing = 1;
	j->job.done = sweep_done;
	if (store_write(o->store, &j->job) == RDVD_OK)
		return 0;
	free(j);
	return -1;
}
