/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench.c - how fast a store works on its own thread: bookings with three messages owed,
 * distinct slots in random order over 300 counsellors and 1,200 sites, in groups; then,
 * with all that waiting, messages claimed, results and receipts written, texts that come
 * in and are answered. usage: bench FOLDER [BOOKINGS [GROUP [MODULE]]]. Prints one line a
 * figure; nothing here passes or fails. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support.h"

#define COUNSELLORS 300
#define SITES 1200
#define SLOTS_A_DAY 8

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* What the processor spent: steadier than the clock on a machine that others use too. */
static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static rdvd_id ids[COUNSELLORS + SITES + 1];

static void must(enum rdvd_rc rc, const char *what)
{
	if (rc == RDVD_OK)
		return;
	fprintf(stderr, "%s answered %d: %s\n", what, rc, support_last_complaint());
	exit(1);
}

static void define_all(const struct rdvd_store_ops *ops, void *st)
{
	char slug[32];

	must(ops->begin(st), "begin");
	for (int i = 0; i <= COUNSELLORS + SITES; i++) {
		snprintf(slug, sizeof(slug), "d%d", i);
		must(ops->definition_put(st,
					 i == 0		    ? RDVD_DEF_SERVICE
					 : i <= COUNSELLORS ? RDVD_DEF_COUNSELLOR
							    : RDVD_DEF_SITE,
					 slug, "{}", T0, &ids[i]),
		     "definition_put");
	}
	must(ops->commit(st), "commit");
}

/* The n-th slot of a random order: a permutation of counsellor, day and hour. */
static struct rdvd_booking slot(uint64_t n, uint64_t total)
{
	uint64_t at = n * 2654435761u % total;
	int counsellor = (int)(at % COUNSELLORS);
	uint64_t hour = at / COUNSELLORS;
	rdvd_time start = T0 + 5 * DAY + (rdvd_time)(hour / SLOTS_A_DAY) * DAY +
			  (rdvd_time)(hour % SLOTS_A_DAY) * HOUR;
	rdvd_id site = ids[1 + COUNSELLORS + (counsellor * 4 + (int)(hour % 4)) % SITES];

	return support_booking(n + 1, ids[0], site, ids[1 + counsellor], start, T0);
}

static void book_one(const struct rdvd_store_ops *ops, void *st, uint64_t n,
		     uint64_t total)
{
	struct rdvd_booking b = slot(n, total);
	struct rdvd_owed owed[3];
	struct rdvd_booked out;
	char key[40], phone[20];
	uint64_t state = n;

	snprintf(key, sizeof(key), "%016llx%016llx",
		 (unsigned long long)support_random(&state),
		 (unsigned long long)support_random(&state));
	snprintf(phone, sizeof(phone), "+336%08llu",
		 (unsigned long long)(support_random(&state) % 100000000u));
	b.request_key = key;
	b.person.phone = phone;
	b.person.email = "";
	b.place.rooms = 2;
	b.owed = owed;
	b.nowed = support_owed(owed, b.when.start, b.now);
	must(ops->book(st, &b, &out), "book");
}

static int count_claim(void *arg, const struct rdvd_claim *c)
{
	++*(uint64_t *)arg;
	return 0;
}

static int count_message(void *arg, const struct rdvd_message_row *m,
			 const struct rdvd_appointment *a)
{
	++*(uint64_t *)arg;
	return 0;
}

struct batch {
	rdvd_id ids[64];
	int n;
};

static int keep_message(void *arg, const struct rdvd_message_row *m,
			const struct rdvd_appointment *a)
{
	struct batch *b = arg;

	b->ids[b->n++] = m->id;
	return 0;
}

static void end_batch(const struct rdvd_store_ops *ops, void *st, const struct batch *b)
{
	must(ops->begin(st), "begin");
	for (int i = 0; i < b->n; i++) {
		char id[32];
		struct rdvd_message_result r = {.id = b->ids[i],
						.attempt = 1,
						.state = RDVD_MSG_ACCEPTED,
						.to = "+33612345678",
						.text = "CLLAJ62 : RDV mardi 3 mars "
							"a 14h00, 12 rue Jean Jaures",
						.segments = 1,
						.provider_id = id,
						.note = "",
						.gateway = "ovh",
						.now = T0 + 1};

		snprintf(id, sizeof(id), "p-%016llx",
			 (unsigned long long)b->ids[i] * 0x9e3779b97f4a7c15u);
		must(ops->savepoint(st), "savepoint");
		must(ops->message_result(st, &r), "message_result");
		must(ops->release(st), "release");
	}
	must(ops->commit(st), "commit");
}

static void tell_batch(const struct rdvd_store_ops *ops, void *st, const struct batch *b)
{
	static const char raw[] = "id=4d5a&status=delivered&to=%2B33612345678&at=...";

	must(ops->begin(st), "begin");
	for (int i = 0; i < b->n; i++) {
		char id[32], key[48];
		int known;
		struct rdvd_event e = {.kind = RDVD_EVENT_RECEIPT,
				       .key = key,
				       .at = T0 + 2,
				       .note = "delivered",
				       .message_id = "",
				       .provider_id = id,
				       .delivery = RDVD_DELIVERY_DELIVERED};

		snprintf(id, sizeof(id), "p-%016llx",
			 (unsigned long long)b->ids[i] * 0x9e3779b97f4a7c15u);
		snprintf(key, sizeof(key), "%s/delivered", id);
		must(ops->savepoint(st), "savepoint");
		must(ops->receipt_put(st, "ovh", &e, raw, sizeof(raw), T0 + 3, &known),
		     "receipt_put");
		must(ops->release(st), "release");
	}
	must(ops->commit(st), "commit");
}

static void messages(const struct rdvd_store_ops *ops, void *st, uint64_t total)
{
	double claims = 0, results = 0, receipts = 0, longest = 0, start, took;
	uint64_t n;

	for (n = 0; n + 64 < total && n < 20000;) {
		struct batch b = {.n = 0};

		start = seconds();
		must(ops->begin(st), "begin");
		must(ops->message_claim(st, T0, 64, keep_message, &b), "message_claim");
		must(ops->commit(st), "commit");
		took = seconds() - start;
		claims += took;
		longest = took > longest && n > 0 ? took : longest;
		start = seconds();
		end_batch(ops, st, &b);
		results += seconds() - start;
		start = seconds();
		tell_batch(ops, st, &b);
		receipts += seconds() - start;
		n += (uint64_t)b.n;
		if (!b.n)
			break;
	}
	printf("claim messages by 64: %.0f/s, %.2f ms the longest after the first\n",
	       (double)n / claims, longest * 1e3);
	printf("message results by 64: %.0f/s\n", (double)n / results);
	printf("receipts by 64: %.0f/s\n", (double)n / receipts);
	claims = results = 0;
	for (int i = 0; i < 100; i++) {
		struct batch b = {.n = 0};

		start = seconds();
		must(ops->begin(st), "begin");
		must(ops->message_claim(st, T0, 1, keep_message, &b), "message_claim");
		claims += seconds() - start;
		must(ops->commit(st), "commit");
		results += seconds() - start;
	}
	printf("claim one message, %llu waiting: %.3f ms, committed %.3f ms\n",
	       (unsigned long long)total * 3 - n, claims * 10, results * 10);
}

/* Texts that come in, group by group, and then the answers, in groups too: two commits
 * each, as the daemon does. */
static void texts(const struct rdvd_store_ops *ops, void *st, uint64_t group)
{
	double start = seconds(), took, cpu = cpu_seconds();
	rdvd_id id[256];
	uint64_t done = 0;
	int known;

	group = group > 256 ? 256 : group;
	while (done < 20000) {
		char number[256][20], key[32];

		must(ops->begin(st), "begin");
		for (uint64_t i = 0; i < group; i++) {
			uint64_t state = done + i;
			struct rdvd_inbound in = {.gateway = "ovh",
						  .key = key,
						  .number = number[i],
						  .to = "38123",
						  .text = "Oui merci",
						  .received = T0};

			snprintf(key, sizeof(key), "%016llx",
				 (unsigned long long)support_random(&state));
			snprintf(number[i], sizeof(number[i]), "+336%08llu",
				 (unsigned long long)(support_random(&state) %
						      100000000u));
			must(ops->savepoint(st), "savepoint");
			must(ops->inbound_put(st, &in, "{...}", 5, T0, &id[i], &known),
			     "inbound_put");
			must(ops->release(st), "release");
		}
		must(ops->commit(st), "commit");
		must(ops->begin(st), "begin");
		for (uint64_t i = 0; i < group; i++, done++) {
			struct rdvd_turn t = {.inbound = id[i],
					      .number = number[i],
					      .state = RDVD_INBOUND_DONE,
					      .understood = "confirm",
					      .reply = "C'est note, a mardi 3 mars a "
						       "14h00. Repondez NON si vous ne "
						       "pouvez pas.",
					      .answerable = 1,
					      .deadline = T0 + HOUR,
					      .question = "{\"about\":12}",
					      .until = T0 + 2 * DAY,
					      .now = T0};

			must(ops->savepoint(st), "savepoint");
			must(ops->turn(st, &t), "turn");
			must(ops->release(st), "release");
		}
		must(ops->commit(st), "commit");
	}
	took = seconds() - start;
	printf("texts in and answered, groups of %llu: %.0f/s, %.1f us of processor "
	       "each\n",
	       (unsigned long long)group, (double)done / took,
	       (cpu_seconds() - cpu) / (double)done * 1e6);
}

static void run(const struct rdvd_store_ops *ops, uint64_t total, uint64_t group)
{
	void *st;
	uint64_t done = 0, n = 0;
	double start, took, cpu;

	must(ops->open(support_host(), 0, &st), "open");
	define_all(ops, st);
	start = seconds();
	cpu = cpu_seconds();
	while (done < total) {
		must(ops->begin(st), "begin");
		for (uint64_t i = 0; i < group && done < total; i++, done++) {
			if (group > 1)
				must(ops->savepoint(st), "savepoint");
			book_one(ops, st, done, total);
			if (group > 1)
				must(ops->release(st), "release");
		}
		must(ops->commit(st), "commit");
	}
	cpu = cpu_seconds() - cpu;
	took = seconds() - start;
	printf("book, 3 messages, groups of %llu: %.0f/s, %.1f us of processor each\n",
	       (unsigned long long)group, (double)total / took,
	       cpu / (double)total * 1e6);
	start = seconds();
	must(ops->begin(st), "begin");
	for (int i = 0; i < 1000; i++)
		must(ops->message_claim(st, T0 - DAY, 0, count_message, &n),
		     "message_claim");
	must(ops->commit(st), "commit");
	printf("idle claim of messages: %.1f us\n", (seconds() - start) * 1e3);
	messages(ops, st, total);
	texts(ops, st, group);
	ops->close(st);
	start = seconds();
	must(ops->open(support_host(), 0, &st), "open");
	took = seconds() - start;
	n = 0;
	start = seconds();
	must(ops->claim_each(st, T0, T0, count_claim, &n), "claim_each");
	printf("open: %.3f s; %llu claims: %.3f s\n", took, (unsigned long long)n,
	       seconds() - start);
	n = 0;
	start = seconds();
	must(ops->claim_each(st, T0 + 30 * DAY, T0, count_claim, &n), "claim_each");
	printf("%llu claims of %llu: %.3f s\n", (unsigned long long)n,
	       (unsigned long long)total, seconds() - start);
	ops->close(st);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: bench FOLDER [BOOKINGS [GROUP [MODULE]]]\n");
		return 2;
	}
	support_init(argc > 4 ? argv[4] : NULL, argv[1]);
	support_remove_files();
	run(support_ops(), argc > 2 ? strtoull(argv[2], NULL, 10) : 50000,
	    argc > 3 ? strtoull(argv[3], NULL, 10) : 32);
	return 0;
}
