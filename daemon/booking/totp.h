/* SPDX-License-Identifier: GPL-3.0-or-later */
/* totp.h - one-time codes of an application on a phone (RFC 6238: SHA-1, six digits,
 * thirty seconds), by liboath. Pure: the time is an argument. */
#ifndef RDVD_BOOKING_TOTP_H
#define RDVD_BOOKING_TOTP_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "rdvd/types.h"

#define TOTP_SECRET_SIZE 20 /* bytes, as RFC 4226 (section 4) asks */
#define TOTP_DIGITS 6
#define TOTP_STEP_S 30

/* The step of the code when it is right now, or was thirty seconds ago, or will be in
 * thirty (phones' clocks go wrong), and is later than after: a code counts once. Else -1.
 * Spaces in code are skipped. */
int64_t totp_check(const uint8_t secret[TOTP_SECRET_SIZE], const char *code,
		   rdvd_time now, int64_t after);
/* Add the secret in base 32, as people type it: groups of four, or without spaces. */
void totp_write_secret(struct buf *out, const uint8_t secret[TOTP_SECRET_SIZE],
		       int grouped);
/* Add "otpauth://totp/ISSUER:LOGIN?secret=...": what the application reads in a QR code.
 */
void totp_write_uri(struct buf *out, const uint8_t secret[TOTP_SECRET_SIZE],
		    const char *issuer, const char *login);

#endif
