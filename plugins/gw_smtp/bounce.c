/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bounce.c - see bounce.h. Headers are read where they stand, unfolded; of a report only
 * the part that a program wrote for programs, message/delivery-status. */
#include "bounce.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "encode.h"
#include "outcome.h"

/* ---- lines ---- */

struct span {
	const char *s, *end;
};

/* The line at *s, without its end; *s moves to the next. */
static struct span line_at(const char **s, const char *end)
{
	struct span line = {*s, *s};
	const char *nl = memchr(*s, '\n', (size_t)(end - *s));

	line.end = nl ? nl : end;
	*s = nl ? nl + 1 : end;
	if (line.end > line.s && line.end[-1] == '\r')
		line.end--;
	return line;
}

static int starts(struct span line, const char *prefix)
{
	size_t n = strlen(prefix);

	return (size_t)(line.end - line.s) >= n && strncasecmp(line.s, prefix, n) == 0;
}

/* The field's value, unfolded, into out: from the headers at s, which an empty line ends.
 * 1 when it is there. */
static int field(const char *s, const char *end, const char *name, char *out, size_t size)
{
	size_t n = strlen(name), len = 0;
	int found = 0;

	out[0] = '\0';
	while (s < end) {
		struct span line = line_at(&s, end);

		if (line.s == line.end)
			break;
		if (found && *line.s != ' ' && *line.s != '\t')
			break;
		if (!found) {
			if (!starts(line, name) || line.s + n >= line.end ||
			    line.s[n] != ':')
				continue;
			found = 1;
			line.s += n + 1;
		}
		while (line.s < line.end && (*line.s == ' ' || *line.s == '\t'))
			line.s++;
		len += (size_t)snprintf(out + len, size - len, "%s%.*s", len ? " " : "",
					(int)(line.end - line.s), line.s);
		if (len >= size)
			len = size - 1;
	}
	return found;
}

/* After the headers' empty line, or end. */
static const char *after_headers(const char *s, const char *end)
{
	while (s < end) {
		struct span line = line_at(&s, end);

		if (line.s == line.end)
			return s;
	}
	return end;
}

/* ---- the report ---- */

/* The fields of the message/delivery-status part, and where they end; NULL: there is
 * none. */
static const char *status_part(const char *s, const char *end, const char **part_end)
{
	int is_found = 0;

	while (s < end) {
		struct span line = line_at(&s, end);

		if (starts(line, "Content-Type:") &&
		    memmem(line.s, (size_t)(line.end - line.s), "delivery-status", 15) &&
		    !memmem(line.s, (size_t)(line.end - line.s), "multipart", 9))
			is_found = 1;
		if (is_found && line.s == line.end)
			break;
	}
	if (!is_found || s >= end)
		return NULL;
	for (const char *at = s; at < end;) {
		struct span line = line_at(&at, end);

		*part_end = line.s;
		if (starts(line, "--"))
			return s;
	}
	*part_end = end;
	return s;
}

static int status_is_bad_address(const char *status)
{
	static const char *const bad[] = {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (strcmp(status, bad[i]) == 0)
			return 1;
	return 0;
}

/* What one recipient's group says. 0, or -1: it is no group of a recipient. */
static int read_group(const char *s, const char *end, struct bounce *out)
{
	char action[32], status[16], told[200], words[250];

	if (!field(s, end, "Action", action, sizeof action))
		return -1;
	field(s, end, "Status", status, sizeof status);
	field(s, end, "Diagnostic-Code", told, sizeof told);
	action[strcspn(action, " \t;(")] = '\0';
	status[strcspn(status, " \t;(")] = '\0';
	if (strcasecmp(action, "failed") == 0)
		out->delivery = status_is_bad_address(status) ? RDVD_DELIVERY_BAD_NUMBER
							      : RDVD_DELIVERY_FAILED;
	else if (strcasecmp(action, "delivered") == 0)
		out->delivery = RDVD_DELIVERY_DELIVERED;
	else if (strcasecmp(action, "delayed") == 0 ||
		 strcasecmp(action, "relayed") == 0 ||
		 strcasecmp(action, "expanded") == 0)
		out->delivery = RDVD_DELIVERY_ACCEPTED;
	else
		return -1;
	snprintf(words, sizeof words, "%s %s%s%s", action, status, *told ? ": " : "",
		 told);
	text_redact(words, out->note, sizeof out->note);
	return 0;
}

/* A part is groups of fields with empty lines between them; the first is the message's.
 * Of several recipients' the highest rank stands. */
static int read_report(const char *mail, const char *end, struct bounce *out)
{
	const char *part_end, *s = status_part(mail, end, &part_end);
	int found = 0;

	while (s && s < part_end) {
		const char *next = after_headers(s, part_end);
		struct bounce one = {.delivery = RDVD_DELIVERY_ACCEPTED};

		if (read_group(s, next, &one) == 0 &&
		    (!found || one.delivery > out->delivery)) {
			out->delivery = one.delivery;
			memcpy(out->note, one.note, sizeof out->note);
			found = 1;
		}
		s = next;
	}
	return found ? 0 : -1;
}

/* ---- the whole ---- */

static int is_automatic(const char *mail, const char *end)
{
	char value[200];

	if (field(mail, end, "Auto-Submitted", value, sizeof value) &&
	    strncasecmp(value, "auto-replied", 12) == 0)
		return 1;
	if (field(mail, end, "X-Autoreply", value, sizeof value) ||
	    field(mail, end, "X-Autorespond", value, sizeof value))
		return 1;
	if (field(mail, end, "Precedence", value, sizeof value) &&
	    strcasecmp(value, "auto_reply") == 0)
		return 1;
	return field(mail, end, "Content-Type", value, sizeof value) &&
	       strcasestr(value, "disposition-notification");
}

void bounce_read(const uint8_t key[PROOF_KEY_SIZE], const char *mail, size_t n,
		 struct bounce *out)
{
	const char *end = mail + n;
	struct mbuf plain = {0};

	*out = (struct bounce){.kind = BOUNCE_STRANGE,
			       .delivery = RDVD_DELIVERY_ACCEPTED};
	field(mail, end, "Message-ID", out->key, sizeof out->key);
	for (char *c = out->key; *c; c++)
		if ((unsigned char)*c <= 0x20 || (unsigned char)*c >= 0x7F)
			*c = '?';
	out->is_ours = proof_find(key, mail, n, out->id) == 0;
	if (!out->is_ours) {
		/* quoted-printable may have cut the mark in two */
		decode_quoted_printable(&plain, mail, n);
		out->is_ours = proof_find(key, mbuf_str(&plain), plain.len, out->id) == 0;
		mbuf_fini(&plain);
	}
	if (read_report(mail, end, out) == 0)
		out->kind = out->is_ours ? BOUNCE_REPORT : BOUNCE_STRANGE;
	else if (is_automatic(mail, end))
		out->kind = BOUNCE_IGNORED;
}
