/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bench.c - how fast a store books on its own thread: bookings with three messages owed,
 * distinct slots in random order over 300 counsellors and 1,200 sites, in groups. usage:
 * bench FOLDER [BOOKINGS [GROUP [MODULE]]]. Prints one line a figure; nothing here passes
 * or fails. */
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
	start = seconds();
	for (n = 0; n + 64 < total && n < 20000;) {
		must(ops->begin(st), "begin");
		must(ops->message_claim(st, T0, 64, count_message, &n), "message_claim");
		must(ops->commit(st), "commit");
	}
	took = seconds() - start;
	printf("claim messages by 64: %.0f/s\n", (double)n / took);
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
