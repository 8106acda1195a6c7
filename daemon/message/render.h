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
	int answerable;		/* the SMS can be answered: no link, but the words */
	const char *sender; /* the name that SMS mostly come from; NULL or a number: it
			       is not told */
};

/* Write subject (e-mail; may be NULL) and body; *segments gets the SMS's length in
 * segments (0 for an e-mail). 0; -1 when the kind has no text made of an appointment:
 * ANSWER and OFFER are letters. */
int render_message(const struct render_input *in, enum rdvd_message_kind kind,
		   int ordinal, enum rdvd_channel channel, struct buf *subject,
		   struct buf *body, int *segments);

/* One reminder for all of a person's appointments of a week (store.h, person_week), in
 * their order, each with its token; in->appointment is the one that was claimed. It names
 * each day and hour: in an SMS with the places when one segment holds them, else without,
 * else with days like "lun. 2", in two segments if it must be. In an e-mail each has its
 * place and its page. Fewer than two: the reminder of the one. */
struct render_visit {
	const struct rdvd_appointment *appointment;
	const char *token;
};
int render_week(const struct render_input *in, int ordinal,
		const struct render_visit *visits, size_t n, enum rdvd_channel channel,
		struct buf *subject, struct buf *body, int *segments);

/* Hold the SMS against the longest values of a territory and the real address of the
 * links: 0 when each fits one segment, else -1 and lines in errors. */
int render_check_lengths(const struct texts *texts, const struct territory *t,
			 const char *public_url, struct buf *errors);

#endif
