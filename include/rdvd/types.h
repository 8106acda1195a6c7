/* SPDX-License-Identifier: GPL-3.0-or-later */
/* types.h - the few words that the daemon and its plugins share: result codes, instants,
 * ids. */
#ifndef RDVD_TYPES_H
#define RDVD_TYPES_H

#include <stdint.h>

/* What a fallible operation answers. Callers translate it; whoever met the cause logged
 * it. */
enum rdvd_rc {
	RDVD_OK = 0,
	RDVD_NOT_FOUND, /* there is no such thing */
	RDVD_CONFLICT,	/* it would overlap another appointment, or exceed a capacity */
	RDVD_STALE,	/* the thing is no longer in a state that allows it */
	RDVD_INVALID,	/* the caller's data breaks a rule */
	RDVD_BUSY,	/* try again later; nothing was changed */
	RDVD_UNCERTAIN, /* it may or may not have happened: ask again by request key */
	RDVD_FAILED,	/* logged where it happened; nothing was changed */
};

/* An instant: seconds since 1970-01-01T00:00:00Z. Intervals of instants are half-open. */
typedef int64_t rdvd_time;

/* A row's number in the store; 0 is "none". */
typedef int64_t rdvd_id;

#endif
