/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gsm.h - what an SMS costs. A text whose every character is in the GSM 7-bit default
 * alphabet (3GPP TS 23.038, 6.2.1) goes out in septets, 160 in one segment and 153 in
 * each of several; any other character makes the whole text UCS-2, 70 and 67. Pure: any
 * thread. */
#ifndef RDVD_MESSAGE_GSM_H
#define RDVD_MESSAGE_GSM_H

#include <stddef.h>

#include "base/buf.h"

enum gsm_encoding { GSM_7BIT, GSM_UCS2 };

#define GSM_7BIT_SINGLE 160
#define GSM_7BIT_MULTI 153
#define GSM_UCS2_SINGLE 70
#define GSM_UCS2_MULTI 67

struct gsm_size {
	enum gsm_encoding encoding;
	size_t units;	 /* septets, or UTF-16 code units */
	size_t segments; /* 0 for an empty text */
};

/* Measure a UTF-8 text. A character of two units (the extension table in GSM-7, a
 * surrogate pair in UCS-2) is never split between segments. Bytes that are not UTF-8
 * count as U+FFFD each. */
struct gsm_size gsm_measure(const char *text);

/* Append the text with every character brought into the GSM-7 alphabet: accents that it
 * lacks are taken off, typographic quotes, dashes and spaces become plain ones,
 * invisible characters go. What has no near neighbour becomes '?'. Letter and mark
 * given apart are taken together. Characters of the alphabet are kept. Returns how many
 * characters were lost to '?'. */
size_t gsm_fold(const char *text, struct buf *out);

#endif
