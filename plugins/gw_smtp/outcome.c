/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outcome.c - see outcome.h. The rules are a table read from the top. */
#include "outcome.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct rule {
	enum stage from, to;
	int low, high;	      /* codes */
	const char *enhanced; /* begins so; "" any */
	const char *word;     /* stands in the text, whatever its case; "" any */
	enum rdvd_sent sent;
} rules[] = {
	/* the server has it */
	{STAGE_END, STAGE_END, 200, 299, "", "", RDVD_SENT_ACCEPTED},
	/* nothing will leave before somebody acts: the account (RFC 4954 section 6), a
	   server that does not serve us, a sender or a relay that is not allowed */
	{STAGE_CONNECT, STAGE_DATA, 530, 530, "", "", RDVD_SENT_STOPPED},
	{STAGE_CONNECT, STAGE_DATA, 534, 535, "", "", RDVD_SENT_STOPPED},
	{STAGE_CONNECT, STAGE_DATA, 538, 538, "", "", RDVD_SENT_STOPPED},
	{STAGE_CONNECT, STAGE_AUTH, 500, 599, "", "", RDVD_SENT_STOPPED},
	{STAGE_MAIL, STAGE_MAIL, 552, 552, "", "", RDVD_SENT_REFUSED}, /* too large */
	{STAGE_MAIL, STAGE_MAIL, 500, 599, "", "", RDVD_SENT_STOPPED},
	{STAGE_RCPT, STAGE_RCPT, 550, 554, "", "relay", RDVD_SENT_STOPPED},
	{STAGE_RCPT, STAGE_RCPT, 450, 454, "", "relay access", RDVD_SENT_STOPPED},
	/* a full mailbox empties; 552 at the recipient is an old name of 452 (RFC 5321
	   4.5.3.1.10) */
	{STAGE_RCPT, STAGE_RCPT, 552, 552, "", "", RDVD_SENT_RETRY},
	{STAGE_RCPT, STAGE_END, 550, 554, "5.2.2", "", RDVD_SENT_RETRY},
	{STAGE_RCPT, STAGE_END, 500, 599, "", "", RDVD_SENT_REFUSED},
	/* too many at once */
	{STAGE_CONNECT, STAGE_END, 400, 499, "4.7.28", "", RDVD_SENT_THROTTLED},
	{STAGE_CONNECT, STAGE_END, 400, 499, "", "too many", RDVD_SENT_THROTTLED},
	{STAGE_CONNECT, STAGE_END, 400, 499, "", "too much", RDVD_SENT_THROTTLED},
	{STAGE_CONNECT, STAGE_END, 400, 499, "", "rate limit", RDVD_SENT_THROTTLED},
	{STAGE_CONNECT, STAGE_END, 400, 499, "", "throttl", RDVD_SENT_THROTTLED},
	{STAGE_CONNECT, STAGE_END, 400, 499, "", "", RDVD_SENT_RETRY},
};

enum rdvd_sent outcome_of_reply(enum stage stage, const struct reply *r)
{
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		const struct rule *u = &rules[i];

		if (stage >= u->from && stage <= u->to && r->code >= u->low &&
		    r->code <= u->high &&
		    strncmp(r->enhanced, u->enhanced, strlen(u->enhanced)) == 0 &&
		    strcasestr(r->text, u->word))
			return u->sent;
	}
	return stage == STAGE_END ? RDVD_SENT_UNKNOWN : RDVD_SENT_RETRY;
}

int reply_is_recipients(enum stage stage, const struct reply *r)
{
	int is_servers = r->code == 421 || strncmp(r->enhanced, "4.3", 3) == 0 ||
			 strncmp(r->enhanced, "5.3", 3) == 0;

	return (stage == STAGE_RCPT && !is_servers && r->code >= 400) ||
	       (stage == STAGE_END && *r->enhanced &&
		strcmp(r->enhanced + 1, ".2.2") == 0);
}

/* "5.1.1" at s: its length, or 0. */
static size_t enhanced_length(const char *s)
{
	size_t n = 0;

	if (*s != '2' && *s != '4' && *s != '5')
		return 0;
	for (int part = 0; part < 3; part++) {
		size_t digits = strspn(s + n, "0123456789");

		if (digits == 0 || digits > 3)
			return 0;
		n += digits;
		if (part < 2 && s[n++] != '.')
			return 0;
	}
	return s[n] == ' ' || !s[n] ? n : 0;
}

int reply_read(struct reply *r, const char *line, size_t n)
{
	char text[sizeof r->text];
	size_t skip;

	if (n < 3 || strspn(line, "0123456789") < 3 ||
	    (n > 3 && line[3] >= '0' && line[3] <= '9'))
		return -1;
	r->code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
	while (n > 3 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
		n--;
	snprintf(text, sizeof text, "%.*s", n > 4 ? (int)(n - 4) : 0,
		 line + (n > 4 ? 4 : 0));
	skip = enhanced_length(text);
	snprintf(r->enhanced, sizeof r->enhanced, "%.*s", (int)skip, text);
	snprintf(r->text, sizeof r->text, "%s", text + skip + (text[skip] == ' '));
	return 0;
}

const char *stage_name(enum stage stage)
{
	static const char *const names[] = {
		[STAGE_CONNECT] = "at the greeting",
		[STAGE_HELLO] = "at EHLO",
		[STAGE_STARTTLS] = "at STARTTLS",
		[STAGE_AUTH] = "at the login",
		[STAGE_MAIL] = "at the sender",
		[STAGE_RCPT] = "at the recipient",
		[STAGE_DATA] = "at DATA",
		[STAGE_BODY] = "within the message",
		[STAGE_END] = "after the message",
	};

	return names[stage];
}

/* Servers speak ASCII; what is something else may be no UTF-8 either. */
static char clean(char c)
{
	unsigned char byte = (unsigned char)c;

	return byte < 0x20 ? ' ' : byte >= 0x7F ? '?' : c;
}

void text_redact(const char *text, char *out, size_t size)
{
	size_t n = 0;

	while (*text && n + 4 < size) {
		size_t word = strcspn(text, " \t<>\"'(),;");
		const char *at = memchr(text, '@', word);

		if (at) {
			memcpy(out + n, "...", 3);
			n += 3;
			text += word;
			continue;
		}
		if (word == 0)
			word = 1;
		if (word > size - 1 - n)
			word = size - 1 - n;
		for (size_t i = 0; i < word; i++)
			out[n++] = clean(text[i]);
		text += word;
	}
	out[n] = '\0';
}

void reply_note(enum stage stage, const struct reply *r, char *note, size_t size)
{
	char words[160];

	text_redact(r->text, words, sizeof words);
	snprintf(note, size, "%03d%s%s %s", r->code, *r->enhanced ? " " : "", r->enhanced,
		 words);
	if (r->code >= 300 && strlen(note) + 2 < size)
		snprintf(note + strlen(note), size - strlen(note), " (%s)",
			 stage_name(stage));
}
