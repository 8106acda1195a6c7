/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outcome.h - from how far a dialogue came and what the server last said to how the
 * message ended. The one line that matters is the end of the data: before it the server
 * has nothing, whatever happened; after it only its answer tells (RFC 5321 4.2.5, 6.1).
 * Pure. */
#ifndef GW_SMTP_OUTCOME_H
#define GW_SMTP_OUTCOME_H

#include <stddef.h>

#include "rdvd/gateway.h"

/* How far a dialogue came. */
enum stage {
	STAGE_CONNECT, /* no command yet: the greeting is awaited */
	STAGE_HELLO,
	STAGE_STARTTLS,
	STAGE_AUTH,
	STAGE_MAIL, /* the sender is told */
	STAGE_RCPT, /* the recipient is told */
	STAGE_DATA, /* DATA was sent, nothing of the message */
	STAGE_BODY, /* a part of the message was sent */
	STAGE_END,  /* all of it, and perhaps the end of data */
};

/* A server's reply: the last line of it. */
struct reply {
	int code;	   /* 0 none came */
	char enhanced[16]; /* "5.1.1" (RFC 3463), or "" */
	char text[200];	   /* the rest */
};

/* Read one line of a reply. 0, or -1 when it is none. */
int reply_read(struct reply *r, const char *line, size_t n);
/* How a message ends whose last reply, given at that stage, is this. A 2xx after the end
 * of data is ACCEPTED; elsewhere 2xx and 3xx say nothing: RETRY. */
enum rdvd_sent outcome_of_reply(enum stage stage, const struct reply *r);
/* 1: a reply of that kind is about the recipient (grey-listed, mailbox full), not about
 * the server or us: others' messages will pass. */
int reply_is_recipients(enum stage stage, const struct reply *r);
/* The server's words without addresses, for the note. */
void reply_note(enum stage stage, const struct reply *r, char *note, size_t size);
/* A name of the stage for a sentence: "at the recipient". */
const char *stage_name(enum stage stage);
/* Copy text as clean ASCII, without anything that looks like an address. */
void text_redact(const char *text, char *out, size_t size);

#endif
