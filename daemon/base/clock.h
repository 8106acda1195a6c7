/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clock.h - the only place that asks the kernel for the time. Pure code takes now as an
 * argument. */
#ifndef RDVD_BASE_CLOCK_H
#define RDVD_BASE_CLOCK_H

#include <stdint.h>

#include "rdvd/types.h"

/* The instant that rules are judged by: the wall clock, or what clock_freeze set. Any
 * thread. */
rdvd_time clock_now(void);
/* Freeze clock_now at t (option --now). Before threads start. */
void clock_freeze(rdvd_time t);
int clock_is_frozen(void);
/* Milliseconds of CLOCK_MONOTONIC: for time-outs, never for rules. Not frozen. */
int64_t clock_monotonic_ms(void);
int64_t clock_monotonic_us(void);
/* Milliseconds of CLOCK_BOOTTIME, which sleeps count in and steps of the wall clock do
 * not. Not frozen. */
int64_t clock_boot_ms(void);

/* Parse RFC 3339 ("2026-03-20T08:00:00+01:00", "...Z"; seconds required, fractions
 * dropped). 0, or -1 when it is not one or lies outside 1970..2099. *t is untouched on
 * failure. */
int rfc3339_parse(const char *s, rdvd_time *t);
/* Write t with the given offset into out (at least 26 bytes):
 * "2026-03-20T08:00:00+01:00"; offset 0 writes "+00:00". Returns the length, 25. */
int rfc3339_format(rdvd_time t, int32_t offset_s, char *out);
/* The same in UTC with "Z": "2026-03-20T07:00:00Z". Returns the length, 20. */
int rfc3339_format_utc(rdvd_time t, char *out);

#endif
