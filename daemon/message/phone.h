/* SPDX-License-Identifier: GPL-3.0-or-later */
/* phone.h - telephone numbers as people type them, brought to E.164. Made for France
 * and its overseas départements: a national number is read by its own prefix, whatever
 * the network's place. No number shuts anybody out: one that cannot be placed is kept
 * as its digits, and simply gets no SMS. Pure: any thread. */
#ifndef RDVD_MESSAGE_PHONE_H
#define RDVD_MESSAGE_PHONE_H

#include <stddef.h>

#include "base/buf.h"
#include "rdvd/types.h"

enum phone_kind {
	PHONE_MOBILE,	/* French, overseas or Belgian mobile */
	PHONE_LANDLINE, /* French or overseas: geographic, box, or a platform's */
	PHONE_FOREIGN,	/* +NN of another country: mobile or not is not known */
	PHONE_SPECIAL,	/* premium, machine, satellite: never called nor written to by the
			   program */
	PHONE_UNKNOWN,	/* digits that are no number we can place, kept as typed */
};

#define PHONE_MAX 24

struct phone {
	char number[PHONE_MAX]; /* "+33612345678"; the bare digits when kind is
				   PHONE_UNKNOWN */
	enum phone_kind kind;
	int can_receive_sms; /* a mobile of the preset allow-list: +33 6 and 7, overseas,
				+32 4 */
};

/* Marks a text that the catalogues translate where it is shown. */
#define N_(msgid) msgid

/* The code of a field's error when phone_parse answers INVALID, and its French
 * sentence. */
#define PHONE_ERROR_CODE "phone_unreadable"
#define PHONE_ERROR_TEXT                                                    \
	N_("Ce numéro ne se lit pas : écrivez ses chiffres, par exemple " \
	   "06 12 34 56 78, ou laissez le champ vide.")

/* Read what was typed: "06 12 34 56 78", "+33 (0)6.12.34.56.78", "0033612345678",
 * "33612345678", "612345678" (a spreadsheet's), "0692 12 34 56", "+32 470 12 34 56",
 * "06 12 34 56 78 (maman)", Arabic digits. OK, with kind PHONE_UNKNOWN when only 4 to
 * 20 digits could be made out; INVALID with fewer or more digits: out is untouched. An
 * empty string is INVALID: "no phone" is the caller's to see. */
enum rdvd_rc phone_parse(const char *typed, struct phone *out);

/* 1 when automatic SMS may go to number (E.164): a mobile of the preset list, or one
 * that begins like one of prefixes ("+41 7", spaces ignored; what an organisation
 * adds). Special numbers never. */
int phone_accepts_sms(const char *number, const char *const *prefixes, size_t nprefixes);

/* Append the number as one reads it aloud: "06 12 34 56 78", "0692 12 34 56", "+32 470
 * 12 34 56"; unknown digits as they are. */
void phone_pretty(const char *number, struct buf *out);

#endif
