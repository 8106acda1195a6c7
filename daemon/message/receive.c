/* SPDX-License-Identifier: GPL-3.0-or-later */
/* receive.c - what providers tell by calling back, and texts brought by hand; see
 * receive.h. A call-back is proven, read by its gateway in this thread, copied, and given
 * to the store as one job; it is answered when the job is done. What cannot be proven
 * costs no more than the reading, is not kept, and is logged at most every ten minutes.
 */
#include "message/receive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/parse.h"
#include "message/receive_impl.h"

#define RECEIPTS "r/"
#define PROOF_BYTES 8
#define SAY_AGAIN_MS (10 * 60 * 1000)
#define JOIN_EVERY_MS (60 * 1000)
#define JOIN_AFTER_S (10 * 60)

/* ---- keeping ---- */

struct keep *keep_new(struct source *source)
{
	struct keep *k = xcalloc(1, sizeof *k);

	k->source = source;
	k->now = clock_now();
	return k;
}

void keep_free(struct keep *k)
{
	heard_fini(&k->heard);
	free(k->kept);
	free(k->raw);
	free(k);
}

static enum rdvd_rc keep_inbound(const struct rdvd_store_ops *ops, void *st,
				 const struct keep *k, const struct rdvd_event *e,
				 const char *raw, size_t size, struct kept *kept)
{
	const struct rdvd_inbound i = {.gateway = k->source->name,
				       .key = e->key,
				       .number = e->from,
				       .to = e->to,
				       .text = e->text,
				       .received = e->at,
				       .part_ref = e->part_ref,
				       .part = e->part,
				       .parts = e->parts,
				       .state = e->parts > 1 ? RDVD_INBOUND_PART
							     : RDVD_INBOUND_NEW,
				       .understood = ""};

	return ops->inbound_put(st, &i, raw, size, k->now, &kept->id, &kept->known);
}

/* The bytes of a request stand with the first of its events that is new, once. */
static enum rdvd_rc keep_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct keep *k = (struct keep *)job;
	enum rdvd_rc rc = RDVD_OK;
	int raw_is_kept = 0;

	if (k->unreadable)
		return ops->event_keep(st, k->source->name, k->raw, k->raw_size, k->now);
	for (size_t i = 0; i < k->heard.n && rc == RDVD_OK; i++) {
		const struct rdvd_event *e = &k->heard.items[i].e;
		struct kept *kept = &k->kept[i];
		const char *raw = raw_is_kept ? "" : k->raw;
		size_t size = raw_is_kept ? 0 : k->raw_size;

		*kept = (struct kept){.id = 0};
		rc = e->kind == RDVD_EVENT_INBOUND
			     ? keep_inbound(ops, st, k, e, raw, size, kept)
			     : ops->receipt_put(st, k->source->name, e, raw, size, k->now,
						&kept->known);
		raw_is_kept |= !kept->known;
	}
	return rc;
}

static void count_and_nudge(struct keep *k)
{
	struct receive *r = k->source->r;
	struct receive_counts *n = &k->source->counts;
	int receipts = 0;

	n->unreadable += k->unreadable != 0;
	for (size_t i = 0; !k->unreadable && i < k->heard.n; i++) {
		int is_text = k->heard.items[i].e.kind == RDVD_EVENT_INBOUND;

		n->repeated += k->kept[i].known != 0;
		n->inbound += is_text && !k->kept[i].known;
		n->receipts += !is_text && !k->kept[i].known;
		receipts |= !is_text;
		if (k->kept[i].id && r->inbound)
			r->inbound(r->ctx, k->kept[i].id);
	}
	if (receipts && r->receipt)
		r->receipt(r->ctx);
}

/* Said the first time, then at most every ten minutes with how many there were. */
static void say_rarely(struct source *s, int64_t *said_ms, uint64_t *before, uint64_t n,
		       const char *what)
{
	int64_t now_ms = clock_monotonic_ms();

	if (*said_ms && now_ms - *said_ms < SAY_AGAIN_MS)
		return;
	log_warn("gateway %s: %s: %llu since this was last said", s->name, what,
		 (unsigned long long)(n - *before));
	*said_ms = now_ms;
	*before = n;
}

static void say_unreadable(struct source *s)
{
	say_rarely(s, &s->said_unreadable_ms, &s->unreadable_before, s->counts.unreadable,
		   "call-backs were proven, but cannot be read, and are kept; compare "
		   "its preset with what the provider sends");
}

static void keep_end(struct keep *k, enum rdvd_rc rc)
{
	if (rc == RDVD_OK) {
		count_and_nudge(k);
		if (k->unreadable)
			say_unreadable(k->source);
	}
	k->done(k, rc);
	k->source->r->under_way--;
	keep_free(k);
}

static int is_judgement(enum rdvd_rc rc)
{
	return rc == RDVD_INVALID || rc == RDVD_CONFLICT || rc == RDVD_STALE ||
	       rc == RDVD_NOT_FOUND;
}

static void keep_done(struct store_job *job)
{
	struct keep *k = (struct keep *)job;

	/* What the store will not have as what it says is kept as it came: told again, it
	 * would be refused again. */
	if (is_judgement(job->rc) && !k->unreadable) {
		k->unreadable = 1;
		if (store_write(k->source->r->store, job) == RDVD_OK)
			return;
		job->rc = RDVD_BUSY;
	}
	/* If it was kept all the same, it will be known when it is told again, and nobody
	 * would have been told of a text in it. */
	k->source->r->unsure |= job->rc == RDVD_UNCERTAIN;
	keep_end(k, job->rc);
}

void keep_submit(struct keep *k)
{
	struct receive *r = k->source->r;

	k->kept = xcalloc(k->heard.n + 1, sizeof *k->kept);
	k->job.run = keep_run;
	k->job.done = keep_done;
	r->under_way++;
	if (r->under_way > UNDER_WAY_MAX || store_write(r->store, &k->job) != RDVD_OK)
		keep_end(k, RDVD_BUSY);
}

/* ---- call-backs ---- */

/* What only we can make of a gateway's name and a message's number. */
static void proof_of(const uint8_t key[SECRET_KEY_SIZE], const char *gateway,
		     const char *number, struct buf *out)
{
	uint8_t hash[16];
	struct buf id = BUF_INIT;

	buf_addf(&id, "%s/%s", gateway, number);
	secret_derive(key, "receipt", buf_str(&id), id.len, 0, hash, sizeof hash);
	buf_add_hex(out, hash, PROOF_BYTES);
	buf_fini(&id);
}

void receive_receipts_url(const uint8_t key[SECRET_KEY_SIZE], const char *public_url,
			  const char *gateway, rdvd_id message, struct buf *out)
{
	char number[24];

	snprintf(number, sizeof number, "%lld", (long long)message);
	buf_addf(out, "%s/cb/%s/" RECEIPTS "%s/", public_url, gateway, number);
	proof_of(key, gateway, number, out);
}

/* Is path a receipt's that we made for this gateway? 0, with the message's id. */
static int receipt_path(const struct source *s, const char *path, char out[32])
{
	const char *number = path + strlen(RECEIPTS), *slash = strchr(number, '/');
	struct buf right = BUF_INIT;
	char digits[24];
	int64_t n;
	int ok;

	if (!slash || slash - number >= (long)sizeof digits)
		return -1;
	snprintf(digits, sizeof digits, "%.*s", (int)(slash - number), number);
	if (parse_int(digits, 1, INT64_MAX, &n) < 0)
		return -1;
	proof_of(s->r->key, s->name, digits, &right);
	ok = strlen(slash + 1) == right.len &&
	     secret_equal(slash + 1, buf_str(&right), right.len);
	buf_fini(&right);
	if (ok)
		snprintf(out, 32, "rdvd-%s", digits);
	return ok ? 0 : -1;
}

struct hearing {
	struct keep *keep;
	const char *message; /* the only one that may be spoken of; NULL any */
	int foreign;	     /* something else was */
};

static void hear(void *arg, const struct rdvd_event *e)
{
	struct hearing *h = arg;
	struct rdvd_event mine = *e;

	if (h->message && e->kind != RDVD_EVENT_RECEIPT) {
		h->foreign = 1;
		return;
	}
	if (h->message) {
		mine.message_id = h->message;
		mine.provider_id = "";
	}
	heard_add(&h->keep->heard, &mine, h->keep->now);
}

static void callback_done(struct keep *k, enum rdvd_rc rc)
{
	if (rc == RDVD_OK)
		k->answer.cb(k->answer.arg, 200, k->answer.content_type, k->answer.body);
	else
		k->answer.cb(k->answer.arg, 503, NULL, NULL);
}

static void refuse(struct source *s, struct keep *k, receive_answer_cb *cb, void *arg)
{
	s->counts.refused++;
	say_rarely(s, &s->said_refused_ms, &s->refused_before, s->counts.refused,
		   "call-backs were refused, for nothing proves that they come from "
		   "the provider");
	keep_free(k);
	cb(arg, 403, NULL, NULL);
}

/* The whole of what came: the query, the body. */
static void take_raw(struct keep *k, const struct rdvd_callback *c)
{
	struct buf b = BUF_INIT;

	buf_addstr(&b, c->query);
	if (b.len && c->body_size)
		buf_addch(&b, '\n');
	buf_add(&b, c->body, c->body_size);
	k->raw = buf_steal(&b, &k->raw_size);
}

static struct source *source_of(struct receive *r, const char *name)
{
	for (size_t i = 0; i < r->nsources; i++)
		if (r->sources[i].handle && !strcmp(r->sources[i].name, name))
			return &r->sources[i];
	return NULL;
}

void receive_callback(struct receive *r, const char *gateway,
		      const struct rdvd_callback *c, receive_answer_cb *cb, void *arg)
{
	struct source *s = source_of(r, gateway);
	struct rdvd_callback_answer answer = {.body = NULL};
	struct hearing h = {.message = NULL};
	enum rdvd_proof proof = RDVD_PROOF_OK;
	char message[32];
	struct keep *k;

	if (!s || r->stopped) {
		cb(arg, s ? 503 : 404, NULL, NULL);
		return;
	}
	k = h.keep = keep_new(s);
	if (!strncmp(c->path, RECEIPTS, strlen(RECEIPTS))) {
		if (receipt_path(s, c->path, message) < 0)
			proof = RDVD_PROOF_REFUSED;
		h.message = message;
	}
	if (proof != RDVD_PROOF_REFUSED)
		proof = s->ops->callback(s->handle, c, hear, &h, &answer);
	if (proof == RDVD_PROOF_REFUSED || h.foreign) {
		refuse(s, k, cb, arg);
		return;
	}
	/* What was read and says nothing that can be kept is for a human, too. */
	k->unreadable = proof == RDVD_PROOF_UNREADABLE || (!k->heard.n && k->heard.left);
	if (!k->unreadable && !k->heard.n) {
		keep_free(k);
		cb(arg, 200, answer.content_type, answer.body);
		return;
	}
	take_raw(k, c);
	k->answer.cb = cb;
	k->answer.arg = arg;
	k->answer.content_type = answer.content_type;
	k->answer.body = answer.body;
	k->done = callback_done;
	keep_submit(k);
}

/* ---- brought by hand ---- */

static void text_done(struct keep *k, enum rdvd_rc rc)
{
	k->text.cb(k->text.arg, rc, rc == RDVD_OK ? k->kept[0].id : 0);
}

void receive_text(struct receive *r, const char *from, const char *text,
		  receive_text_cb *cb, void *arg)
{
	struct keep *k = keep_new(&r->sources[r->nsources - 1]);
	char key[SECRET_TOKEN_CHARS + 1];
	struct buf raw = BUF_INIT;
	const struct rdvd_event e = {.kind = RDVD_EVENT_INBOUND,
				     .key = key,
				     .note = "",
				     .message_id = "",
				     .provider_id = "",
				     .from = from,
				     .to = "",
				     .text = text,
				     .part_ref = "",
				     .ack = ""};

	secret_token_random(key);
	if (heard_add(&k->heard, &e, k->now) != HEARD_TAKEN) {
		keep_free(k);
		cb(arg, RDVD_INVALID, 0);
		return;
	}
	heard_describe(&e, &raw);
	k->raw = buf_steal(&raw, &k->raw_size);
	k->text.cb = cb;
	k->text.arg = arg;
	k->done = text_done;
	keep_submit(k);
}

/* ---- parts whose others do not come ---- */

struct join {
	struct store_job job;
	struct receive *r;
	rdvd_time now;
	int all;      /* look for texts even if there was nothing to join */
	size_t n;     /* texts made of parts */
	rdvd_id *ids; /* owned: every text that is new */
	size_t nids, cap;
};

static int take_id(void *arg, const struct rdvd_inbound *i)
{
	struct join *j = arg;

	VEC_GROW(j->ids, j->nids, j->cap);
	j->ids[j->nids++] = i->id;
	return 0;
}

static enum rdvd_rc join_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct join *j = (struct join *)job;
	const struct rdvd_inbound_filter news = {.state = RDVD_INBOUND_NEW, .number = ""};
	enum rdvd_rc rc;

	j->n = j->nids = 0;
	rc = ops->inbound_join(st, j->now - JOIN_AFTER_S, j->now, &j->n);
	return rc == RDVD_OK && (j->n || j->all)
		       ? ops->inbound_each(st, &news, take_id, j)
		       : rc;
}

static void join_done(struct store_job *job)
{
	struct join *j = (struct join *)job;
	struct receive *r = j->r;

	r->unsure |= j->all && job->rc != RDVD_OK;
	r->join_under_way = 0;
	r->joined = 1;
	for (size_t i = 0; job->rc == RDVD_OK && i < j->nids && r->inbound; i++)
		r->inbound(r->ctx, j->ids[i]);
	if (!r->stopped)
		loop_timer_in(r->joining, JOIN_EVERY_MS);
	free(j->ids);
	free(j);
}

static void join(void *arg)
{
	struct receive *r = arg;
	struct join *j = xcalloc(1, sizeof *j);

	j->r = r;
	j->now = clock_now();
	j->all = r->unsure;
	r->unsure = 0;
	j->job.run = join_run;
	j->job.done = join_done;
	j->job.proves_nothing = 1;
	r->join_under_way = 1;
	if (store_write(r->store, &j->job) == RDVD_OK)
		return;
	j->job.rc = RDVD_BUSY;
	join_done(&j->job);
}

/* ---- life ---- */

static int source_start(struct receive *r, struct source *s,
			const struct receive_gateway *g)
{
	s->r = r;
	s->name = xstrdup(g->name);
	s->ops = plugin_description(g->plugin)->ops;
	s->host = plugin_host(g->plugin);
	if (s->ops->callback && s->ops->open(s->host, &s->handle) != RDVD_OK) {
		s->handle = NULL;
		log_err("gateway %s: could not be opened for its call-backs", s->name);
		return -1;
	}
	if (s->ops->poll) {
		s->poller = poller_new(s, g->poll_seconds);
		if (!s->poller)
			return -1;
	}
	return 0;
}

struct receive *receive_new(struct loop *l, struct store *s,
			    const struct receive_options *o)
{
	struct receive *r = xcalloc(1, sizeof *r);

	r->loop = l;
	r->store = s;
	memcpy(r->key, o->key, sizeof r->key);
	r->inbound = o->inbound;
	r->receipt = o->receipt;
	r->ctx = o->ctx;
	r->sources = xcalloc(o->ngateways + 1, sizeof *r->sources);
	r->joining = loop_timer_new(l, join, r);
	for (size_t i = 0; i < o->ngateways; i++) {
		r->nsources++;
		if (source_start(r, &r->sources[i], &o->gateways[i]) < 0) {
			receive_free(r);
			return NULL;
		}
	}
	r->sources[r->nsources].r = r;
	r->sources[r->nsources++].name = xstrdup("local");
	loop_timer_in(r->joining, 0);
	return r;
}

void receive_stop(struct receive *r)
{
	r->stopped = 1;
	loop_timer_stop(r->joining);
	for (size_t i = 0; i < r->nsources; i++)
		if (r->sources[i].poller)
			poller_stop(r->sources[i].poller);
}

int receive_is_idle(const struct receive *r)
{
	if (r->under_way || r->join_under_way || (!r->joined && !r->stopped))
		return 0;
	for (size_t i = 0; i < r->nsources; i++)
		if (r->sources[i].poller && !poller_is_idle(r->sources[i].poller))
			return 0;
	return 1;
}

void receive_free(struct receive *r)
{
	if (!r)
		return;
	receive_stop(r);
	for (size_t i = 0; i < r->nsources; i++) {
		struct source *s = &r->sources[i];

		poller_free(s->poller);
		if (s->handle)
			s->ops->close(s->handle);
		free(s->name);
	}
	free(r->sources);
	loop_timer_free(r->joining);
	explicit_bzero(r->key, sizeof r->key);
	free(r);
}

const char *receive_name(const struct receive *r, size_t gateway)
{
	return gateway < r->nsources ? r->sources[gateway].name : NULL;
}

const struct receive_counts *receive_counts(const struct receive *r, size_t gateway)
{
	return &r->sources[gateway].counts;
}
