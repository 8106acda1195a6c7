/* SPDX-License-Identifier: GPL-3.0-or-later */
/* render.h - a message's words from the present state of its appointment: what the texts'
 * fields hold. Pure: any thread that may read the territory. */
#ifndef RDVD_MESSAGE_RENDER_H
#define RDVD_MESSAGE_RENDER_H

#include "agenda/territory.h"
#include "message/text.h"

struct render_input {
	const struct texts *texts;
	const struct territory *territory;
	const struct rdvd_appointment *appointment;
	const char *public_url; /* without a final slash */
	const char *token;	/* of the appointment */
};

/* Write subject (e-mail; may be NULL) and body; *segments gets the SMS's length in
 * segments (0 for an e-mail). 0; -1 when the kind has no text. */
int render_message(const struct render_input *in, enum rdvd_message_kind kind,
		   int ordinal, enum rdvd_channel channel, struct buf *subject,
		   struct buf *body, int *segments);

/* Hold the SMS against the longest values of a territory and the real address of the
 * links: 0 when each fits one segment, else -1 and lines in errors. */
int render_check_lengths(const struct texts *texts, const struct territory *t,
			 const char *public_url, struct buf *errors);

#endif
