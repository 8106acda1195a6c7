/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire.c - see wire.h. Two servers that read one request differently let a third party
 * slip in another (request smuggling); so whatever RFC 9112 lets be read in two ways is
 * refused, and the connection closed. */
#include "http/wire.h"

#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "http/impl.h"

static int hex_digit(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int is_clean(const char *s, size_t len, int multiline)
{
	int plain = 1;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c == 0x7f || (c < 0x20 && !(multiline && strchr("\t\r\n", c) && c)))
			return 0;
		plain &= c < 0x80;
	}
	return plain || utf8_is_clean(s, len);
}

int64_t wire_decode(char *s, size_t len, int plus, int multiline)
{
	size_t out = 0;

	for (size_t i = 0; i < len; i++) {
		char c = s[i];

		if (c == '%') {
			int high, low;

			if (len - i < 3 ||
			    (high = hex_digit((unsigned char)s[i + 1])) < 0 ||
			    (low = hex_digit((unsigned char)s[i + 2])) < 0)
				return -1;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		s[out++] = c;
	}
	if (!is_clean(s, out, multiline))
		return -1;
	s[out] = '\0';
	return (int64_t)out;
}

/* RFC 9110 5.6.2 */
static int is_token(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i], lower = c | 0x20;

		if ((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9'))
			continue;
		if (!c || !strchr("!#$%&'*+-.^_`|~", c))
			return 0;
	}
	return len > 0;
}

static int is_field_value(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return 0;
	}
	return 1;
}

static int same_name(const char *name, size_t len, const char *wanted)
{
	return len == strlen(wanted) && !strncasecmp(name, wanted, len);
}

static void add_length(struct wire_headers *w, const char *value, size_t len)
{
	w->lengths++;
	w->has_length = 1;
	w->length = 0;
	if (!len || len > 18)
		w->malformed = 1;
	for (size_t i = 0; i < len && i < 18; i++) {
		if (value[i] < '0' || value[i] > '9')
			w->malformed = 1;
		w->length = w->length * 10 + (uint64_t)(value[i] - '0');
	}
}

void wire_add_header(struct wire_headers *w, const char *name, size_t name_len,
		     const char *value, size_t value_len)
{
	w->n++;
	w->bytes += name_len + value_len + 4;
	while (value_len && (value[value_len - 1] == ' ' || value[value_len - 1] == '\t'))
		value_len--; /* blanks around a value are not of it (RFC 9110 5.5) */
	if (!is_token(name, name_len) || !is_field_value(value, value_len))
		w->malformed = 1;
	if (same_name(name, name_len, "Host")) {
		w->hosts++;
		if (!value_len || memchr(value, ',', value_len) ||
		    memchr(value, '/', value_len) || memchr(value, '@', value_len) ||
		    memchr(value, ' ', value_len))
			w->malformed = 1;
	} else if (same_name(name, name_len, "Content-Length")) {
		add_length(w, value, value_len);
	} else if (same_name(name, name_len, "Transfer-Encoding")) {
		w->encodings++;
		w->chunked = same_name(value, value_len, "chunked");
	} else if (same_name(name, name_len, "X-Forwarded-For")) {
		w->forwarded_for = value;
	}
}

int wire_judge(const struct wire_headers *w, const char *version, const char **why)
{
	int is_1_1 = version && !strcmp(version, "HTTP/1.1");
	const struct {
		int broken, status;
		const char *why;
	} rules[] = {
		{w->malformed, 400, "a header is malformed"},
		{w->n > HTTP_FIELDS_MAX, 431, "there are more than 64 headers"},
		{w->bytes > HTTP_HEADERS_MAX, 431, "the headers are longer than 8 KiB"},
		{w->lengths && w->encodings, 400,
		 "both Content-Length and Transfer-Encoding were sent"},
		{w->lengths > 1 || w->encodings > 1, 400,
		 "Content-Length or Transfer-Encoding was sent twice"},
		{w->encodings && (!w->chunked || !is_1_1), 400,
		 "the only Transfer-Encoding understood is chunked, in HTTP/1.1"},
		{w->hosts > 1 || (is_1_1 && !w->hosts), 400,
		 "exactly one Host header is needed"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		if (rules[i].broken) {
			*why = rules[i].why;
			return rules[i].status;
		}
	}
	return 0;
}
