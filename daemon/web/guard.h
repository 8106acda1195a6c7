/* SPDX-License-Identifier: GPL-3.0-or-later */
/* guard.h - what keeps programs from filling the agenda without keeping anybody out: a
 * field that people do not see, the time that it takes to fill in a form, and, above a
 * number of bookings that means an attack, a proof of work that the browser does by
 * itself. Nobody is refused: whoever is not believed is asked once more, what was typed
 * is kept, and there is always a way without scripts (a code by e-mail or SMS, or the
 * team's telephone). A mission locale's Wi-Fi or a forum of ninety people is one address
 * and stays far below. Nothing is written down: all this is forgotten with the process.
 * Pure, but for random numbers: now is an argument, in milliseconds of monotonic time. */
#ifndef RDVD_WEB_GUARD_H
#define RDVD_WEB_GUARD_H

#include <stdint.h>

struct guard;

struct guard_options {
	/* Bookings by form in ten minutes above which a proof is asked: of one address,
	 * and of all. 0: the presets. */
	unsigned per_address, in_all;
	int log_only; /* the demonstration: say what would have been asked, ask nothing */
};

#define GUARD_WINDOW_MS (10 * 60 * 1000)
#define GUARD_PER_ADDRESS 200
#define GUARD_IN_ALL 1000
#define GUARD_HASTE_MS 3000   /* nobody fills in the form faster */
#define GUARD_PROOF_MAX 50000 /* hashes: a quarter of a second, two on a cheap phone */
#define GUARD_PROOF_LIFE_MS (15 * 60 * 1000)

struct guard *guard_new(const struct guard_options *o);
void guard_free(struct guard *g);

/* The stamp of a form that is shown now, for a hidden input. */
#define GUARD_STAMP_SIZE 29
void guard_stamp(const struct guard *g, int64_t now_ms, char out[GUARD_STAMP_SIZE]);

enum guard_finding {
	GUARD_FINE,
	GUARD_TRAPPED,	   /* the field that people do not see was filled in */
	GUARD_HASTY,	   /* faster than people type */
	GUARD_CROWDED,	   /* so many that a proof is needed */
	GUARD_WRONG_PROOF, /* one came, and it is not right, or too old, or used before */
};

/* A form that was sent. Strings may be NULL. */
struct guard_form {
	const char *trap;  /* the value of the field that people do not see */
	const char *stamp; /* as guard_stamp wrote it; one of another run is old enough */
	const char *proof; /* "SALT.HASH.MAC.NUMBER" */
	uint64_t address_key; /* http/address.h */
	int is_trusted;	      /* the machine itself, a bearer: only the trap counts */
};
/* Judge a form and count it. */
enum guard_finding guard_judge(struct guard *g, const struct guard_form *f,
			       int64_t now_ms);

/* A riddle: find NUMBER in 0..max such that SHA-256 of SALT followed by NUMBER in decimal
 * is HASH. The proof is "SALT.HASH.MAC.NUMBER". */
struct guard_riddle {
	char salt[34]; /* hexadecimal, all three */
	char hash[65];
	char mac[33];
	int max;
};
void guard_riddle(const struct guard *g, int64_t now_ms, struct guard_riddle *out);

struct guard_counts {
	uint64_t forms, trapped, hasty, crowded, proved, wrong;
};
const struct guard_counts *guard_counts(const struct guard *g);

#endif
