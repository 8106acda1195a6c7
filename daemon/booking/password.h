/* SPDX-License-Identifier: GPL-3.0-or-later */
/* password.h - is this a password? Long, and not one that a guesser tries first: NIST SP
 * 800-63B and the OWASP ASVS, that is no rule about kinds of characters, twelve at least
 * and fifteen advised, common ones refused. Pure. */
#ifndef RDVD_BOOKING_PASSWORD_H
#define RDVD_BOOKING_PASSWORD_H

#define PASSWORD_MIN 12 /* characters */
#define PASSWORD_ADVISED 15
#define PASSWORD_MAX 256
#define PASSWORD_BYTES_MAX (4 * PASSWORD_MAX)

enum password_fault {
	PASSWORD_OK = 0,
	PASSWORD_TOO_SHORT,
	PASSWORD_TOO_LONG,
	PASSWORD_COMMON,   /* one of those that everybody tries, or a variant */
	PASSWORD_PATTERN,  /* a row of the keyboard, a run, the same again and again */
	PASSWORD_PERSONAL, /* little more than the login, the name or this service's */
};

/* login, name and email of whose it is; each may be NULL. */
enum password_fault password_check(const char *password, const char *login,
				   const char *name, const char *email);
/* The sentence that says so, French, a msgid; NULL with OK. */
const char *password_words(enum password_fault f);

#endif
