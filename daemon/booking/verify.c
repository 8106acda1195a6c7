/* SPDX-License-Identifier: GPL-3.0-or-later */
/* verify.c - see verify.h. The store keeps the codes; the limits on what is sent stand in
 * memory, in a table of fixed size, and begin anew with the process: the budgets, which
 * the store keeps, bound what a restart could be used for. */
#include "booking/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/recent.h"
#include "store/store.h"

#define NUMBER_MAX 255
#define SENT_SLOTS 4096
#define SENT_KEPT 5 /* the last ones of a number: as many as a day allows */

/* At most n in so many seconds. */
static const struct {
	int n, seconds;
} rules[] = {{1, 60}, {3, 3600}, {SENT_KEPT, 86400}};

/* Fewer than these of the last were entered: somebody makes us send for its own sake. */
#define CONVERSION_LAST 20
#define CONVERSION_MIN 6
#define CONVERSION_REST_S 3600

struct sent {
	struct recent last;
	rdvd_time at[SENT_KEPT]; /* the newest first; 0 none */
};

#define SPENT_SLOTS 4096

struct spent {
	uint64_t ref; /* 0: free */
	uint64_t purpose;
};

struct verify {
	struct store *store;
	struct verify_options o;
	uint8_t key[SECRET_KEY_SIZE];
	struct sent sent[SENT_SLOTS];
	uint64_t last[CONVERSION_LAST]; /* refs of codes sent by SMS; 0 once entered */
	size_t nlast;
	struct spent spent[SPENT_SLOTS]; /* a ring: the newest take the oldest's place */
	size_t nspent;
	rdvd_time off_until;
	struct verify_counts counts;
};

struct verify *verify_new(struct store *s, const struct verify_options *o)
{
	struct verify *v = xcalloc(1, sizeof(*v));

	v->store = s;
	v->o = *o;
	memcpy(v->key, o->key, sizeof(v->key));
	v->o.key = v->key;
	return v;
}

void verify_free(struct verify *v)
{
	if (v)
		explicit_bzero(v->key, sizeof(v->key));
	free(v);
}

struct verify_counts verify_counts(const struct verify *v)
{
	struct verify_counts c = v->counts;

	c.off = v->off_until > clock_now();
	return c;
}

/* ---- limits ---- */

static struct sent *sent_to(struct verify *v, const char *to)
{
	uint8_t hash[16];
	uint64_t key;

	secret_derive(v->key, "code limit", to, strlen(to), 0, hash, sizeof(hash));
	memcpy(&key, hash, sizeof(key));
	return recent_get(v->sent, sizeof(*v->sent), SENT_SLOTS, key | 1);
}

/* Seconds to wait before one more may be sent; 0 none. */
static int wait_of(const struct sent *s, rdvd_time now)
{
	rdvd_time wait = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		rdvd_time nth = s->at[rules[i].n - 1];

		if (nth && nth + rules[i].seconds - now > wait)
			wait = nth + rules[i].seconds - now;
	}
	return (int)wait;
}

static void note_sent(struct sent *s, rdvd_time now)
{
	memmove(&s->at[1], &s->at[0], sizeof(s->at) - sizeof(s->at[0]));
	s->at[0] = s->last.at = now;
}

/* One more code by SMS: was it worth it lately? */
static void note_sms(struct verify *v, uint64_t ref, rdvd_time now)
{
	int entered = 0;

	v->last[v->nlast++ % CONVERSION_LAST] = ref;
	if (v->nlast < CONVERSION_LAST)
		return;
	for (size_t i = 0; i < CONVERSION_LAST; i++)
		entered += v->last[i] == 0;
	if (entered >= CONVERSION_MIN || v->off_until > now)
		return;
	log_err("codes by SMS are %s for an hour: %d of the last %d were entered",
		v->o.log_only ? "not switched off in the demonstration, else they were"
			      : "off",
		entered, CONVERSION_LAST);
	v->off_until = now + CONVERSION_REST_S;
	v->nlast = 0;
}

static void note_entered(struct verify *v, uint64_t ref)
{
	for (size_t i = 0; i < CONVERSION_LAST; i++)
		if (v->last[i] == ref)
			v->last[i] = 0;
}

int verify_spend(struct verify *v, uint64_t ref, const char *purpose)
{
	uint8_t hash[16];
	uint64_t key;

	secret_derive(v->key, "code purpose", purpose, strlen(purpose), 0, hash,
		      sizeof(hash));
	memcpy(&key, hash, sizeof(key));
	for (size_t i = 0; i < SPENT_SLOTS && i < v->nspent; i++)
		if (v->spent[i].ref == ref)
			return *purpose && v->spent[i].purpose == key;
	v->spent[v->nspent++ % SPENT_SLOTS] = (struct spent){ref, key};
	return 1;
}

/* ---- codes ---- */

static void make_code(char out[VERIFY_DIGITS + 1])
{
	uint32_t n;

	do
		secret_random(&n, sizeof(n));
	while (n >= 4294000000u); /* every code as likely as another */
	snprintf(out, VERIFY_DIGITS + 1, "%06u", (unsigned)(n % 1000000u));
}

/* ref 0: of an awaited one, which is found by its hash alone. */
static void hash_code(const struct verify *v, uint64_t ref, const char *code,
		      uint8_t out[RDVD_HASH_SIZE])
{
	char text[64];
	int n = snprintf(text, sizeof(text), "code %016llx %.6s", (unsigned long long)ref,
			 code);

	secret_hmac(v->key, text, (size_t)n, out);
}

struct code_job {
	struct store_job job;
	struct verify *v;
	struct rdvd_code code;
	struct rdvd_letter letter;
	struct buf subject, body;
	char to[NUMBER_MAX + 1];
	char digits[VERIFY_DIGITS + 1];
	char number[NUMBER_MAX + 1]; /* proven */
	int has_letter, awaited, left;
	verify_cb *cb;
	void *arg;
};

static struct code_job *job_new(struct verify *v, verify_cb *cb, void *arg)
{
	struct code_job *j = xcalloc(1, sizeof(*j));

	j->v = v;
	j->cb = cb;
	j->arg = arg;
	return j;
}

static void job_answer(struct code_job *j, enum verify_verdict verdict)
{
	const struct verify_reply r = {.verdict = verdict,
				       .ref = j->code.ref,
				       .code = j->awaited ? j->digits : "",
				       .number = j->number,
				       .left = j->left};

	j->cb(j->arg, &r);
	buf_fini(&j->subject);
	buf_fini(&j->body);
	explicit_bzero(j->digits, sizeof(j->digits));
	free(j);
}

/* ---- sending, awaiting ---- */

static enum rdvd_rc put_run(const struct rdvd_store_ops *ops, void *st,
			    struct store_job *job)
{
	struct code_job *j = (struct code_job *)job;

	return ops->code_put(st, &j->code, j->has_letter ? &j->letter : NULL);
}

static void put_done(struct store_job *job)
{
	struct code_job *j = (struct code_job *)job;
	struct verify *v = j->v;

	if (job->rc != RDVD_OK) {
		job_answer(j, VERIFY_BUSY);
		return;
	}
	v->counts.sent += (unsigned)j->has_letter;
	if (j->has_letter && j->letter.channel == RDVD_CHANNEL_SMS)
		note_sms(v, j->code.ref, j->code.created);
	if (j->has_letter && v->o.changed)
		v->o.changed(v->o.ctx);
	job_answer(j, VERIFY_SENT);
}

static void put(struct code_job *j)
{
	rdvd_time now = clock_now();

	make_code(j->digits);
	secret_random(&j->code.ref, sizeof(j->code.ref));
	j->code.created = now;
	j->code.expires = now + VERIFY_LIFE_S;
	j->code.number = j->to;
	hash_code(j->v, j->awaited ? 0 : j->code.ref, j->digits, j->code.hash);
	j->job.run = put_run;
	j->job.done = put_done;
}

static void put_submit(struct code_job *j)
{
	if (store_write(j->v->store, &j->job) != RDVD_OK)
		job_answer(j, VERIFY_BUSY);
}

void verify_send(struct verify *v, enum rdvd_channel channel, const char *to,
		 const char *lang, verify_cb *cb, void *arg)
{
	struct sent *s = sent_to(v, to);
	struct verify_reply no = {.code = "", .number = ""};
	rdvd_time now = clock_now();
	int sms = channel == RDVD_CHANNEL_SMS;
	struct code_job *j;

	no.wait_s = wait_of(s, now);
	no.verdict = VERIFY_SOON;
	if (!no.wait_s && sms &&
	    (v->off_until > now || (v->o.affordable && !v->o.affordable(v->o.ctx, to))))
		no.verdict = VERIFY_OFF;
	if (no.wait_s || no.verdict == VERIFY_OFF) {
		v->counts.limited++;
		if (!v->o.log_only) {
			cb(arg, &no);
			return;
		}
		log_info("a code would have been refused: it is the demonstration, it "
			 "goes");
	}
	note_sent(s, now);
	j = job_new(v, cb, arg);
	snprintf(j->to, sizeof(j->to), "%s", to);
	put(j);
	v->o.words(v->o.ctx, channel, lang, j->digits, &j->subject, &j->body);
	j->has_letter = 1;
	j->letter = (struct rdvd_letter){
		.key = "",
		.kind = RDVD_MSG_ANSWER,
		.channel = channel,
		.to = j->to,
		.subject = buf_str(&j->subject),
		.text = buf_str(&j->body),
		.due = now,
		.deadline = now + VERIFY_LIFE_S,
		.actor = "",
		.now = now,
	};
	put_submit(j);
}

void verify_await(struct verify *v, verify_cb *cb, void *arg)
{
	struct code_job *j = job_new(v, cb, arg);

	j->awaited = 1;
	put(j);
	put_submit(j);
}

/* ---- checking ---- */

static int keep_number(void *arg, const struct rdvd_contact *c)
{
	struct code_job *j = arg;

	snprintf(j->number, sizeof(j->number), "%s", c->number);
	return 0;
}

static enum rdvd_rc check_run(const struct rdvd_store_ops *ops, void *st,
			      struct store_job *job)
{
	struct code_job *j = (struct code_job *)job;
	enum rdvd_rc rc = RDVD_OK;

	j->number[0] = '\0';
	if (*j->to) /* the sender of a text with an awaited one */
		rc = ops->code_find(st, j->code.hash, j->code.created, &j->code.ref);
	if (rc == RDVD_OK) /* a form that is sent again brings a code that was used */
		rc = ops->code_state(st, j->code.ref, j->code.created, keep_number, j);
	if (rc != RDVD_OK || *j->number || !j->digits[0])
		return rc;
	rc = ops->code_use(st, j->code.ref, j->code.hash, j->to, j->code.created,
			   &j->left);
	if (rc == RDVD_OK)
		rc = ops->code_state(st, j->code.ref, j->code.created, keep_number, j);
	/* a wrong try is counted all the same: the caller's undo must not take it back */
	return rc == RDVD_INVALID ? RDVD_OK : rc;
}

static void check_done(struct store_job *job)
{
	struct code_job *j = (struct code_job *)job;
	struct verify *v = j->v;
	enum verify_verdict verdict;

	if (job->rc == RDVD_OK && *j->number)
		verdict = VERIFY_DONE;
	else if (job->rc == RDVD_OK)
		verdict = j->digits[0] ? VERIFY_WRONG : VERIFY_SENT;
	else if (job->rc == RDVD_NOT_FOUND || job->rc == RDVD_STALE)
		verdict = VERIFY_OVER;
	else
		verdict = VERIFY_BUSY;
	v->counts.proven += verdict == VERIFY_DONE;
	v->counts.wrong += verdict == VERIFY_WRONG;
	if (verdict == VERIFY_DONE)
		note_entered(v, j->code.ref);
	job_answer(j, verdict);
}

/* The digits of what was typed: "482 113", "RDV 482113." */
static void take_digits(const char *typed, char out[VERIFY_DIGITS + 1])
{
	size_t n = 0;

	for (; *typed && n < VERIFY_DIGITS; typed++)
		if (*typed >= '0' && *typed <= '9')
			out[n++] = *typed;
	out[n] = '\0';
}

static void check(struct code_job *j)
{
	j->code.created = clock_now();
	j->job.run = check_run;
	j->job.done = check_done;
	if (store_write(j->v->store, &j->job) != RDVD_OK)
		job_answer(j, VERIFY_BUSY);
}

void verify_check(struct verify *v, uint64_t ref, const char *code, verify_cb *cb,
		  void *arg)
{
	struct code_job *j = job_new(v, cb, arg);

	j->code.ref = ref;
	take_digits(code, j->digits);
	hash_code(v, ref, j->digits, j->code.hash);
	check(j);
}

void verify_received(struct verify *v, const char *code, const char *from, verify_cb *cb,
		     void *arg)
{
	struct code_job *j = job_new(v, cb, arg);

	snprintf(j->to, sizeof(j->to), "%s", from);
	take_digits(code, j->digits);
	hash_code(v, 0, j->digits, j->code.hash);
	check(j);
}
