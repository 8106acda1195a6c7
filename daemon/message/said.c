/* SPDX-License-Identifier: GPL-3.0-or-later */
/* said.c - the words of a message as people are shown them: as they left, as they would
 * leave now, or gone. One rule for the pages, the API and the command line. */
#include <string.h>

#include "message/gsm.h"
#include "message/outbox.h"

/* Nothing more will be made of it. */
static int is_over(enum rdvd_message_state s)
{
	switch (s) {
	case RDVD_MSG_SCHEDULED:
	case RDVD_MSG_SENDING:
	case RDVD_MSG_RETRY_WAIT: return 0;
	case RDVD_MSG_ACCEPTED:
	case RDVD_MSG_DELIVERED:
	case RDVD_MSG_UNDELIVERED:
	case RDVD_MSG_UNKNOWN:
	case RDVD_MSG_FAILED:
	case RDVD_MSG_EXPIRED:
	case RDVD_MSG_SUPERSEDED:
	case RDVD_MSG_SUPPRESSED: break;
	}
	return 1;
}

/* A link that opens an account is for whoever it was sent to: shown to colleagues, it
 * would give them that account. */
static void add_without_secrets(struct buf *text, const char *words)
{
	static const char mark[] = "/equipe/invitation/";
	const char *found = strstr(words, mark);

	if (!found) {
		buf_addstr(text, words);
		return;
	}
	found += sizeof mark - 1;
	buf_add(text, words, (size_t)(found - words));
	buf_addstr(text, "…");
	add_without_secrets(text, found + strcspn(found, " \r\n\t\"<>"));
}

enum outbox_said outbox_words(const struct outbox *o, const struct rdvd_message_row *m,
			      const struct rdvd_appointment *a, struct buf *text,
			      int *segments)
{
	int sms = m->channel == RDVD_CHANNEL_SMS;

	*segments = m->segments;
	if (*m->text) {
		add_without_secrets(text, m->text);
		if (sms && !m->segments)
			*segments = (int)gsm_measure(m->text).segments;
		return OUTBOX_SAID;
	}
	if (is_over(m->state) && !*m->letter_text && (m->attempts || !m->participation))
		return OUTBOX_ERASED;
	if (*m->letter_text && !sms) {
		add_without_secrets(text, m->letter_text);
		return OUTBOX_WILL_SAY;
	}
	outbox_preview(o, m, a, text, segments);
	return OUTBOX_WILL_SAY;
}
