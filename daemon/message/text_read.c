/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text_read.c - one text, from its bytes to pieces that were judged: its name, the shape
 * of an SMS or an e-mail, its markup, and what the linter says. Where the bytes come
 * from, a file or a page, is all the same. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "message/text_table.h"

void text_fault_add(struct text_faults *f, enum text_fault_kind kind, int line,
		    const char *what, size_t n)
{
	struct text_fault *fault;

	if (f->n == TEXT_FAULTS_MAX)
		return;
	fault = &f->items[f->n++];
	if (n >= sizeof fault->what)
		n = sizeof fault->what - 1;
	while (n > 0 && ((unsigned char)what[n] & 0xc0) == 0x80)
		n--; /* not inside a character */
	*fault = (struct text_fault){.kind = kind, .line = line};
	memcpy(fault->what, what, n);
}

static int complain(const struct text_file *f, struct text_faults *faults,
		    enum text_fault_kind kind, int line, const char *said)
{
	if (faults->lines)
		buf_addf(faults->lines, "%s:%d: %s\n", f->path, line, said);
	text_fault_add(faults, kind, line, "", 0);
	return -1;
}

/* ---- names ---- */

/* Cut suffix off the end of s[0..*n). 1 when it was there. */
static int cut(const char *s, size_t *n, const char *suffix)
{
	size_t len = strlen(suffix);

	if (*n < len || memcmp(s + *n - len, suffix, len) != 0)
		return 0;
	*n -= len;
	return 1;
}

/* The text that is called s[0..n), with a reminder's ordinal or without. 0 or -1. */
static int stem_parse(const char *s, size_t n, struct text_name *out)
{
	for (int i = 0; i < TEXT_STEMS; i++) {
		size_t len = strlen(text_stems[i].file);

		if (n < len || memcmp(text_stems[i].file, s, len) != 0)
			continue;
		out->stem = (enum text_stem)i;
		if (n == len)
			return 0;
		if (n == len + 2 && text_stems[i].forms & TEXT_ORDINAL && s[len] == '-' &&
		    s[len + 1] >= '1' && s[len + 1] < '0' + TEXT_ORDINALS) {
			out->ordinal = s[len + 1] - '0';
			return 0;
		}
	}
	return -1;
}

/* Read KIND[-ORDINAL][.discreet][.reply].CHANNEL. 0 or -1. */
int text_name_parse(const char *s, size_t n, struct text_name *out)
{
	unsigned forms;

	out->email = cut(s, &n, ".email");
	if (!out->email && !cut(s, &n, ".sms"))
		return -1;
	out->reply = cut(s, &n, ".reply");
	out->discreet = cut(s, &n, ".discreet");
	if (stem_parse(s, n, out) < 0)
		return -1;
	forms = text_stems[out->stem].forms;
	if (out->reply && (out->email || !(forms & TEXT_REPLY)))
		return -1;
	return forms & (out->email ? TEXT_EMAIL : TEXT_SMS) ? 0 : -1;
}

void text_name_write(const struct text_name *name, struct buf *out)
{
	buf_addstr(out, text_stems[name->stem].file);
	if (name->ordinal)
		buf_addf(out, "-%d", name->ordinal);
	if (name->discreet)
		buf_addstr(out, ".discreet");
	if (name->reply)
		buf_addstr(out, ".reply");
	buf_addstr(out, name->email ? ".email" : ".sms");
}

/* ---- bytes ---- */

/* Take off the ends of lines that editors of other systems leave, and the empty lines
 * at the end. */
static void tidy(struct buf *b)
{
	size_t to = 0;

	for (size_t i = 0; i < b->len; i++)
		if (b->data[i] != '\r')
			b->data[to++] = b->data[i];
	while (to && (b->data[to - 1] == '\n' || b->data[to - 1] == ' '))
		to--;
	b->len = to;
	if (b->data)
		b->data[to] = '\0';
}

static int check_utf8(const struct text_file *f, const struct buf *b,
		      struct text_faults *faults)
{
	int line = 1;

	for (const char *s = b->data, *end = s + b->len; s < end; line++) {
		const char *eol = memchr(s, '\n', (size_t)(end - s));
		size_t n = (size_t)((eol ? eol : end) - s);

		if (!utf8_is_clean(s, n))
			return complain(
				f, faults, TEXT_FAULT_BYTES, line,
				"bytes that are not UTF-8 text; save it as UTF-8");
		s += n + 1;
	}
	return 0;
}

static int parse_sms(struct text_file *f, const struct buf *b, struct text_faults *faults)
{
	if (memchr(b->data, '\n', b->len))
		return complain(f, faults, TEXT_FAULT_LINES, 2,
				"an SMS is one line; join the lines");
	return text_line_parse(&f->body, f->path, 1, b->data, b->len, faults);
}

static int parse_email(struct text_file *f, const struct buf *b,
		       struct text_faults *faults)
{
	static const char subject[] = "Subject: ";
	const char *eol = memchr(b->data, '\n', b->len);
	size_t head = sizeof subject - 1, n = eol ? (size_t)(eol - b->data) : b->len;
	int rc;

	if (n <= head || memcmp(b->data, subject, head) != 0)
		return complain(f, faults, TEXT_FAULT_SUBJECT, 1,
				"an e-mail begins with the line \"Subject: ...\"");
	if (b->len < n + 3 || b->data[n + 1] != '\n')
		return complain(
			f, faults, TEXT_FAULT_BLANK, 2,
			"an empty line, then the message, come after the subject");
	rc = text_line_parse(&f->subject, f->path, 1, b->data + head, n - head, faults);
	if (text_line_parse(&f->body, f->path, 3, b->data + n + 2, b->len - n - 2,
			    faults) < 0)
		rc = -1;
	return rc;
}

int text_file_read(struct text_file *f, struct buf *b, struct text_faults *faults)
{
	int rc;

	tidy(b);
	if (b->len == 0)
		return complain(f, faults, TEXT_FAULT_EMPTY, 1, "the text is empty");
	if (b->len > TEXT_SOURCE_MAX)
		return complain(f, faults, TEXT_FAULT_LONG, 1,
				"it is too long for a message");
	if (check_utf8(f, b, faults) < 0)
		return -1;
	f->source = xstrdup(buf_str(b));
	rc = f->name.email ? parse_email(f, b, faults) : parse_sms(f, b, faults);
	if (rc < 0)
		return -1;
	if (f->name.email)
		text_line_parse(&f->body, f->path, 0, "\n", 1, faults);
	return text_file_lint(f, faults) < 0 ? 1 : 0;
}

void text_file_fini(struct text_file *f)
{
	free(f->path);
	free(f->source);
	text_line_fini(&f->subject);
	text_line_fini(&f->body);
}
