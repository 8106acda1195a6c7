/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mail.h - a message as an Internet mail (RFC 5322): headers in which nothing that a
 * person or a configuration wrote makes a line of its own, the text, and beside it, as
 * alternatives in rising order (RFC 2046 5.1.4), HTML and a calendar object (RFC 6047).
 * Or, where a mailbox hands texts to phones, a bare text. Pure. */
#ifndef GW_SMTP_MAIL_H
#define GW_SMTP_MAIL_H

#include "address.h"
#include "mbuf.h"
#include "proof.h"
#include "rdvd/gateway.h"

enum mail_charset { MAIL_UTF8, MAIL_LATIN9 };
enum mail_encoding { MAIL_QUOTED, MAIL_BASE64, MAIL_8BIT };

/* All lent, never NULL. */
struct mail_settings {
	uint8_t key[PROOF_KEY_SIZE];
	const char *return_path; /* with {id} for the message's mark; "": the sender */
	const char *domain;	 /* of Message-IDs; "": the sender's */
	const char *reply_to;	 /* an address; "" none */
	/* mail-to-SMS; sms_to "" is none */
	const char *sms_to; /* with {digits}, {national} or {number} */
	const char *sms_from;
	const char *sms_subject, *sms_body; /* with {text}, {from}, {number}... */
	enum mail_charset sms_charset;
	enum mail_encoding sms_encoding;
};

struct mail {
	struct mbuf data;			   /* CRLF lines */
	char from[ADDRESS_SIZE], to[ADDRESS_SIZE]; /* the envelope */
};

/* ACCEPTED: built. Else how the message ends, nothing having been tried, and the reason,
 * in note, without anything personal. out keeps its memory from one to the next. */
enum rdvd_sent mail_build(const struct mail_settings *s, const struct rdvd_message *m,
			  rdvd_time now, struct mail *out, char note[256]);

/* The template with {digits}, {national} and {number} of an E.164 number. */
void mail_number(const char *template, const char *number, struct mbuf *out);

#endif
