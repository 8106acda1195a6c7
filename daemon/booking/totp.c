/* SPDX-License-Identifier: GPL-3.0-or-later */
/* totp.c - see totp.h. */
#include "booking/totp.h"

#include <liboath/oath.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define TOTP_WINDOW 1

/* The digits of what was typed; 0, or -1 when it is no code. */
static int digits_of(const char *typed, char out[TOTP_DIGITS + 1])
{
	size_t n = 0;

	for (const char *p = typed; *p; p++) {
		if (*p == ' ')
			continue;
		if (*p < '0' || *p > '9' || n == TOTP_DIGITS)
			return -1;
		out[n++] = *p;
	}
	out[n] = '\0';
	return n == TOTP_DIGITS ? 0 : -1;
}

int64_t totp_check(const uint8_t secret[TOTP_SECRET_SIZE], const char *code,
		   rdvd_time now, int64_t after)
{
	int64_t present = now / TOTP_STEP_S;
	char wanted[TOTP_DIGITS + 1], typed[TOTP_DIGITS + 1];
	int64_t found = -1;

	if (digits_of(code, typed) < 0)
		return -1;
	/* Every step is looked at, whatever was found: as long for all. */
	for (int64_t step = present - TOTP_WINDOW; step <= present + TOTP_WINDOW;
	     step++) {
		if (oath_hotp_generate((const char *)secret, TOTP_SECRET_SIZE,
				       (uint64_t)step, TOTP_DIGITS, 0,
				       OATH_HOTP_DYNAMIC_TRUNCATION, wanted) != OATH_OK)
			return -1;
		if (strcmp(wanted, typed) == 0 && step > after && found < 0)
			found = step;
	}
	return found;
}

void totp_write_secret(struct buf *out, const uint8_t secret[TOTP_SECRET_SIZE],
		       int grouped)
{
	char *text = NULL;
	size_t n = 0;

	if (oath_base32_encode((const char *)secret, TOTP_SECRET_SIZE, &text, &n) !=
	    OATH_OK)
		return;
	for (size_t i = 0; i < n && text[i] != '='; i++) {
		if (grouped && i && i % 4 == 0)
			buf_addch(out, ' ');
		buf_addch(out, text[i]);
	}
	explicit_bzero(text, n);
	free(text);
}

void totp_write_uri(struct buf *out, const uint8_t secret[TOTP_SECRET_SIZE],
		    const char *issuer, const char *login)
{
	buf_addlit(out, "otpauth://totp/");
	buf_add_url(out, issuer);
	buf_addch(out, ':');
	buf_add_url(out, login);
	buf_addlit(out, "?secret=");
	totp_write_secret(out, secret, 0);
	buf_addlit(out, "&issuer=");
	buf_add_url(out, issuer);
}
