/* SPDX-License-Identifier: GPL-3.0-or-later */
/* email.c - from text to HTML; see email.h. Colours are those of the pages, dark ones on
 * white with more contrast than WCAG asks for, and left to the reader's program in dark
 * mode but for the button. */
#include "message/email.h"

#include <string.h>

struct line {
	const char *s;
	size_t n;
};

static void add_html(struct buf *out, const char *s, size_t n)
{
	struct buf piece = BUF_INIT;

	buf_add(&piece, s, n);
	buf_add_html(out, buf_str(&piece));
	buf_fini(&piece);
}

/* ---- links ---- */

static int is_address(const char *s, size_t n)
{
	return (n > 8 && memcmp(s, "https://", 8) == 0) ||
	       (n > 7 && memcmp(s, "http://", 7) == 0);
}

/* How much of s is one address: to a space or a bracket, without the full stop or comma
 * that ends a sentence. 0: none begins here. */
static size_t address_length(const char *s, size_t n)
{
	size_t len = 0;

	if (!is_address(s, n))
		return 0;
	while (len < n && !strchr(" \t<>\"()[]", s[len]))
		len++;
	while (len > 0 && strchr(".,;:!?", s[len - 1]))
		len--;
	return is_address(s, len) ? len : 0;
}

static void add_button(struct buf *out, const struct line *l, const char *lang)
{
	buf_addlit(out, "<a href=\"");
	add_html(out, l->s, l->n);
	buf_addlit(out, "\" style=\"display:inline-block;margin:8px 0;padding:12px 20px;"
			"background:#0b5d4e;color:#ffffff;text-decoration:none;"
			"border-radius:6px;font-weight:bold\">");
	buf_addstr(out, strcmp(lang, "en") == 0 ? "Open my appointment"
						: "Ouvrir mon rendez-vous");
	buf_addlit(out, "</a>");
}

static void add_line(struct buf *out, const struct line *l)
{
	size_t from = 0;

	for (size_t i = 0; i < l->n;) {
		size_t len = address_length(l->s + i, l->n - i);

		if (len == 0) {
			i++;
			continue;
		}
		add_html(out, l->s + from, i - from);
		buf_addlit(out, "<a href=\"");
		add_html(out, l->s + i, len);
		buf_addlit(out, "\" style=\"color:#0b5d4e\">");
		add_html(out, l->s + i, len);
		buf_addlit(out, "</a>");
		i += len;
		from = i;
	}
	add_html(out, l->s + from, l->n - from);
}

/* ---- paragraphs ---- */

/* The next line, without the spaces around it; *text moves past it. */
static struct line next_line(const char **text)
{
	struct line l = {*text, strcspn(*text, "\n")};

	*text += l.n + ((*text)[l.n] == '\n');
	while (l.n > 0 && strchr(" \t\r", l.s[l.n - 1]))
		l.n--;
	while (l.n > 0 && (*l.s == ' ' || *l.s == '\t')) {
		l.s++;
		l.n--;
	}
	return l;
}

static void add_body(struct buf *out, const char *text, const char *lang)
{
	int is_open = 0;

	while (*text) {
		struct line l = next_line(&text);

		if (l.n == 0) {
			if (is_open)
				buf_addlit(out, "</p>\n");
			is_open = 0;
			continue;
		}
		buf_addstr(out, is_open ? "<br>\n" : "<p style=\"margin:0 0 16px\">");
		is_open = 1;
		if (address_length(l.s, l.n) == l.n)
			add_button(out, &l, lang);
		else
			add_line(out, &l);
	}
	if (is_open)
		buf_addlit(out, "</p>\n");
}

void email_html(struct buf *out, const char *title, const char *text, const char *lang)
{
	buf_addlit(out, "<!DOCTYPE html>\n<html lang=\"");
	buf_add_html(out, lang);
	buf_addlit(out, "\">\n<head>\n<meta charset=\"utf-8\">\n"
			"<meta name=\"viewport\" content=\"width=device-width\">\n"
			"<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
	buf_add_html(out, title);
	buf_addlit(out, "</title>\n</head>\n"
			"<body style=\"margin:0;padding:16px;font-family:sans-serif;"
			"font-size:16px;line-height:1.5\">\n"
			"<div style=\"max-width:36em\">\n");
	add_body(out, text, lang);
	buf_addlit(out, "</div>\n</body>\n</html>\n");
}
