/* SPDX-License-Identifier: GPL-3.0-or-later */
/* template.c - see template.h: the few printers that compiled pages call. */
#include "http/template.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void tmpl_html(struct buf *out, const char *s)
{
	if (s)
		buf_add_html(out, s);
}

/* A scheme is letters, digits, + - . up to a colon that comes before any / ? # (RFC
 * 3986 3.1). Browsers drop blanks and controls in front of it and within it, so an
 * address with any is not understood. */
static int is_safe_url(const char *s)
{
	static const char *const schemes[] = {
		"http:", "https:", "mailto:", "tel:", "sms:", "webcal:", NULL};
	size_t len = strcspn(s, ":/?#");

	for (const char *p = s; *p; p++)
		if ((unsigned char)*p <= 0x20 || *p == 0x7f)
			return 0;
	if (s[0] == '\\' || (s[0] == '/' && s[1] == '\\'))
		return 0; /* read as // by browsers */
	if (s[len] != ':')
		return 1;
	for (size_t i = 0; schemes[i]; i++)
		if (strlen(schemes[i]) == len + 1 && !strncasecmp(s, schemes[i], len + 1))
			return 1;
	return 0;
}

void tmpl_url(struct buf *out, const char *s)
{
	if (s)
		buf_add_html(out, is_safe_url(s) ? s : "#");
}

void tmpl_urlpart(struct buf *out, const char *s)
{
	if (s)
		buf_add_url(out, s);
}

void tmpl_raw(struct buf *out, const char *s)
{
	if (s)
		buf_addstr(out, s);
}

void tmpl_int(struct buf *out, long long n)
{
	buf_addint(out, n);
}

void tmpl_double(struct buf *out, double d)
{
	char text[64];

	if (!isfinite(d))
		return;
	snprintf(text, sizeof text, "%.15g", d);
	for (char *p = text; *p; p++)
		if (*p == ',')
			*p = '.'; /* whatever the locale */
	buf_addstr(out, text);
}

static void add_piece(struct buf *out, const char *s, size_t n)
{
	char small[512], *copy = n < sizeof small ? small : malloc(n + 1);

	if (!copy)
		abort();
	memcpy(copy, s, n);
	copy[n] = '\0';
	buf_add_html(out, copy);
	if (copy != small)
		free(copy);
}

void tmpl_text(struct buf *out, const char *text, const struct buf *args, int nargs)
{
	int next = 0;

	if (!nargs && !strchr(text, '%')) {
		buf_add_html(out, text);
		return;
	}
	while (*text) {
		size_t n = strcspn(text, "%");
		int which = next;

		add_piece(out, text, n);
		text += n;
		if (!*text)
			return;
		if (text[1] >= '1' && text[1] <= '9' && text[2] == '$' &&
		    text[3] == 's') {
			which = text[1] - '1';
			text += 4;
		} else if (text[1] == 's') {
			next++;
			text += 2;
		} else {
			buf_addch(out, '%');
			text += text[1] == '%' ? 2 : 1;
			continue;
		}
		if (which < nargs)
			buf_add(out, buf_str(&args[which]), args[which].len);
	}
}
