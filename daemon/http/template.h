/* SPDX-License-Identifier: GPL-3.0-or-later */
/* template.h - what a page compiled by tmplc (daemon/http/tmplc.c, which describes the
 * language) needs: escaped output by context and by type, and the tests behind {{?flag}}.
 *
 * The page daemon/web/pages/NAME.html becomes void page_NAME(struct buf *out, const
 * struct lang *lang, const struct VIEW *v), which web/views.h declares with
 * TEMPLATE_PAGE(NAME, struct VIEW). */
#ifndef RDVD_HTTP_TEMPLATE_H
#define RDVD_HTTP_TEMPLATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "http/lang.h"

#define TEMPLATE_PAGE(name, view) \
	void page_##name(struct buf *out, const struct lang *lang, const view *v)

/* Escaped for text and quoted attributes; NULL prints nothing. */
void tmpl_html(struct buf *out, const char *s);
/* A whole URL in href, src, action, formaction: the scheme must be http, https, mailto,
 * tel, sms or none; any other becomes "#". Escaped for the attribute. */
void tmpl_url(struct buf *out, const char *s);
/* One piece of a URL that the template itself began: percent-encoded. */
void tmpl_urlpart(struct buf *out, const char *s);
/* As it is: only for fields whose name ends in _html. */
void tmpl_raw(struct buf *out, const char *s);
void tmpl_int(struct buf *out, long long n);
void tmpl_double(struct buf *out, double d); /* shortest of %.15g; '.' */
/* A translated text with a %s (or %1$s..%9$s) for each of nargs strings, which are
 * already escaped; the text itself is escaped here. "%%" prints one %. */
void tmpl_text(struct buf *out, const char *text, const struct buf *args, int nargs);

static inline bool tmpl_true_str(const char *s)
{
	return s && *s;
}
static inline bool tmpl_true_ptr(const void *p)
{
	return p != NULL;
}
static inline bool tmpl_true_int(long long n)
{
	return n != 0;
}

/* http.h's */
const char *http_asset_url(const char *name);

/* 1 for a non-empty string, a non-zero number, a pointer that is not NULL. */
#define TMPL_TRUE(x) \
	_Generic((x),                                                                              \
		char *: tmpl_true_str,                                                             \
		const char *: tmpl_true_str,                                                       \
		bool: tmpl_true_int,                                                               \
		char: tmpl_true_int,                                                               \
		signed char: tmpl_true_int,                                                        \
		unsigned char: tmpl_true_int,                                                      \
		short: tmpl_true_int,                                                              \
		unsigned short: tmpl_true_int,                                                     \
		int: tmpl_true_int,                                                                \
		unsigned: tmpl_true_int,                                                           \
		long: tmpl_true_int,                                                               \
		unsigned long: tmpl_true_int,                                                      \
		long long: tmpl_true_int,                                                          \
		unsigned long long: tmpl_true_int,                                                 \
		default: tmpl_true_ptr)(x)

#define TMPL_PRINT(out, x, string_printer) \
	_Generic((x),                                                                              \
		char *: string_printer,                                                            \
		const char *: string_printer,                                                      \
		float: tmpl_double,                                                                \
		double: tmpl_double,                                                               \
		default: tmpl_int)((out), (x))
#define TMPL_HTML(out, x) TMPL_PRINT(out, x, tmpl_html)
#define TMPL_URL(out, x) TMPL_PRINT(out, x, tmpl_url)
#define TMPL_URLPART(out, x) TMPL_PRINT(out, x, tmpl_urlpart)

#endif
