/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bounce.h - what a mail that comes back says of one that we sent: a delivery report (RFC
 * 3464), a holiday notice, or something that only a human understands. A report counts
 * when it holds the mark of the message it speaks of (proof.h), wherever it stands: in
 * the return path, in the headers that are sent back. Pure. */
#ifndef GW_SMTP_BOUNCE_H
#define GW_SMTP_BOUNCE_H

#include <stddef.h>

#include "proof.h"
#include "rdvd/gateway.h"

enum bounce_kind {
	BOUNCE_REPORT,	/* delivery and id hold */
	BOUNCE_IGNORED, /* a holiday notice, a receipt of reading: says nothing */
	BOUNCE_STRANGE, /* a report of no message of ours, or no report: for a human */
};

struct bounce {
	enum bounce_kind kind;
	int is_ours;		   /* 1: the mark of a message of ours is in it */
	char id[PROOF_ID_MAX + 1]; /* of that message */
	enum rdvd_delivery delivery;
	char key[200];	/* the mail's own Message-ID, or "" */
	char note[256]; /* the status and the words that came with it, no address */
};

void bounce_read(const uint8_t key[PROOF_KEY_SIZE], const char *mail, size_t n,
		 struct bounce *out);

#endif
