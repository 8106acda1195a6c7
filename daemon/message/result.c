/* SPDX-License-Identifier: GPL-3.0-or-later */
/* result.c - how messages ended, on the way to the disk. A result that the store cannot
 * take is kept and offered again each second, and no new claim is made before: what has
 * left must be written down first. When it is the disk that is full, the ballast gives
 * way. */
#include <stddef.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/crash.h"
#include "message/parcel.h"

static struct parcel *parcel_of(struct store_job *job)
{
	return (struct parcel *)((char *)job - offsetof(struct parcel, result));
}

static enum rdvd_rc result_run(const struct rdvd_store_ops *ops, void *st,
			       struct store_job *job)
{
	return ops->message_result(st, &parcel_of(job)->ended);
}

static void keep_for_later(struct parcel *p)
{
	struct outbox *o = p->o;

	p->next = o->unwritten;
	o->unwritten = p;
	loop_timer_in(o->again, STORE_AGAIN_MS);
}

static void result_done(struct store_job *job)
{
	struct parcel *p = parcel_of(job);
	struct outbox *o = p->o;

	if (job->rc != RDVD_OK && job->rc != RDVD_NOT_FOUND && job->rc != RDVD_STALE) {
		if (job->rc == RDVD_FAILED)
			brake_make_room(&o->brake);
		keep_for_later(p);
		return;
	}
	crash_point("after-result");
	o->under_way--;
	o->given[p->row->channel] -= (size_t)p->given;
	parcel_free(p);
	if (!o->unwritten)
		outbox_nudge(o);
}

static void write_down(struct parcel *p)
{
	p->result.run = result_run;
	p->result.done = result_done;
	if (store_write(p->o->store, &p->result) != RDVD_OK)
		keep_for_later(p);
}

void parcels_write_again(void *arg)
{
	struct outbox *o = arg;
	struct parcel *list = o->unwritten;

	o->unwritten = NULL;
	while (list) {
		struct parcel *p = list;

		list = p->next;
		write_down(p);
	}
}

void outbox_count_end(struct outbox *o, enum rdvd_message_state state)
{
	struct outbox_counts *n = &o->counts;

	n->sent += state == RDVD_MSG_ACCEPTED;
	n->retried += state == RDVD_MSG_RETRY_WAIT;
	n->failed += state == RDVD_MSG_FAILED;
	n->unknown += state == RDVD_MSG_UNKNOWN;
	n->expired += state == RDVD_MSG_EXPIRED;
	n->superseded += state == RDVD_MSG_SUPERSEDED;
	n->returned += state == RDVD_MSG_SCHEDULED;
}

void parcel_close(struct parcel *p, enum rdvd_message_state state, rdvd_time due,
		  const char *note, const struct gateway *gateway)
{
	snprintf(p->note, sizeof p->note, "%s", note);
	p->ended = (struct rdvd_message_result){
		.id = p->row->id,
		.attempt = p->row->attempts,
		.state = state,
		.due = due,
		.to = p->call.message.to ? p->call.message.to : p->row->to,
		.text = buf_str(&p->body),
		.segments = p->segments,
		.provider_id = p->call.receipt.provider_id,
		.note = p->note,
		.gateway = gateway ? gateway->name : "",
		.now = clock_now(),
	};
}

void parcel_end(struct parcel *p, enum rdvd_message_state state, rdvd_time due,
		const char *note, const struct gateway *gateway)
{
	parcel_close(p, state, due, note, gateway);
	outbox_count_end(p->o, state);
	write_down(p);
}
