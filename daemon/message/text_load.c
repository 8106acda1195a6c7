/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text_load.c - a folder of texts into memory, all of it or nothing: every file read,
 * every name understood, every text there in every language. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "message/text_table.h"

#define FILE_MAX (16 * 1024)

/* What a file's name says. */
struct text_name {
	enum text_stem stem;
	int ordinal, discreet, email;
};

/* Cut suffix off the end of s[0..*n). 1 when it was there. */
static int cut(const char *s, size_t *n, const char *suffix)
{
	size_t len = strlen(suffix);

	if (*n < len || memcmp(s + *n - len, suffix, len) != 0)
		return 0;
	*n -= len;
	return 1;
}

/* Read KIND[-ORDINAL][.discreet].CHANNEL.txt. 0 or -1. */
static int name_parse(const char *s, struct text_name *out)
{
	size_t n = strlen(s);

	*out = (struct text_name){.stem = STEM_COUNT};
	if (!cut(s, &n, ".txt"))
		return -1;
	out->email = cut(s, &n, ".email");
	if (!out->email && !cut(s, &n, ".sms"))
		return -1;
	out->discreet = cut(s, &n, ".discreet");
	if (n > 2 && s[n - 2] == '-' && s[n - 1] >= '1' &&
	    s[n - 1] < '0' + TEXT_ORDINALS) {
		out->ordinal = s[n - 1] - '0';
		n -= 2;
	}
	for (int i = 0; i < STEM_COUNT; i++)
		if (strlen(text_stems[i]) == n && memcmp(text_stems[i], s, n) == 0)
			out->stem = (enum text_stem)i;
	if (out->stem == STEM_COUNT || (out->ordinal && out->stem != STEM_REMINDER))
		return -1;
	return 0;
}

/* Read a whole small file. 0, or -1 and a line in errors. */
static int slurp(const char *path, struct buf *out, struct buf *errors)
{
	FILE *f = fopen(path, "re");
	size_t n;
	int rc = -1;

	if (!f) {
		buf_addf(errors, "%s: it cannot be opened: %s\n", path, strerror(errno));
		return -1;
	}
	n = fread(buf_reserve(out, FILE_MAX + 1), 1, FILE_MAX + 1, f);
	if (ferror(f))
		buf_addf(errors, "%s: it cannot be read: %s\n", path, strerror(errno));
	else if (n > FILE_MAX)
		buf_addf(errors,
			 "%s: it is longer than %d bytes, too long for a message\n", path,
			 FILE_MAX);
	else
		rc = 0;
	out->len = rc == 0 ? n : 0;
	fclose(f);
	return rc;
}

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

static int check_utf8(const char *path, const struct buf *b, struct buf *errors)
{
	int line = 1;

	for (const char *s = b->data, *end = s + b->len; s < end; line++) {
		const char *eol = memchr(s, '\n', (size_t)(end - s));
		size_t n = (size_t)((eol ? eol : end) - s);

		if (!utf8_is_clean(s, n)) {
			buf_addf(errors,
				 "%s:%d: bytes that are not UTF-8 text; save it as "
				 "UTF-8\n",
				 path, line);
			return -1;
		}
		s += n + 1;
	}
	return 0;
}

static int parse_sms(struct text_file *f, const struct buf *b, struct buf *errors)
{
	if (memchr(b->data, '\n', b->len)) {
		buf_addf(errors, "%s:2: an SMS is one line; join the lines\n", f->path);
		return -1;
	}
	return text_line_parse(&f->body, f->path, 1, b->data, b->len, errors);
}

static int parse_email(struct text_file *f, const struct buf *b, struct buf *errors)
{
	static const char subject[] = "Subject: ";
	const char *eol = memchr(b->data, '\n', b->len);
	size_t head = sizeof subject - 1, n = eol ? (size_t)(eol - b->data) : b->len;
	int rc;

	if (n <= head || memcmp(b->data, subject, head) != 0) {
		buf_addf(errors,
			 "%s:1: an e-mail begins with the line \"Subject: ...\"\n",
			 f->path);
		return -1;
	}
	if (b->len < n + 3 || b->data[n + 1] != '\n') {
		buf_addf(
			errors,
			"%s:2: an empty line, then the message, come after the subject\n",
			f->path);
		return -1;
	}
	rc = text_line_parse(&f->subject, f->path, 1, b->data + head, n - head, errors);
	if (text_line_parse(&f->body, f->path, 3, b->data + n + 2, b->len - n - 2,
			    errors) < 0)
		rc = -1;
	return rc;
}

/* Read one file into its place. path is kept. */
static int load_file(struct texts *t, int language, const struct text_name *name,
		     char *path, struct buf *errors)
{
	struct text_file *f = &t->files[language][name->stem][name->ordinal]
				       [name->discreet][name->email];
	struct buf b = BUF_INIT;
	int rc = -1;

	f->path = path;
	if (slurp(path, &b, errors) < 0)
		goto out;
	tidy(&b);
	if (b.len == 0) {
		buf_addf(errors, "%s:1: the text is empty\n", path);
		goto out;
	}
	if (check_utf8(path, &b, errors) < 0)
		goto out;
	rc = name->email ? parse_email(f, &b, errors) : parse_sms(f, &b, errors);
	if (rc == 0) {
		if (name->email)
			text_line_parse(&f->body, path, 0, "\n", 1, errors);
		rc = text_file_lint(f, name->discreet, name->email, errors);
	}
out:
	buf_fini(&b);
	return rc;
}

/* Read every text of one language. */
static int load_language(struct texts *t, const char *dir, int language,
			 struct buf *errors)
{
	char *folder = xasprintf("%s/%s", dir, text_languages[language]);
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, NULL, alphasort);
	int rc = n < 0 ? -1 : 0;

	if (n < 0)
		buf_addf(errors, "%s: the folder of texts cannot be read: %s\n", folder,
			 strerror(errno));
	for (int i = 0; i < n; i++) {
		const char *s = entries[i]->d_name;
		size_t len = strlen(s);
		struct text_name name;

		/* Hidden files and editors' copies are nobody's text. */
		if (s[0] != '.' && cut(s, &len, ".txt")) {
			if (name_parse(s, &name) < 0) {
				buf_addf(errors,
					 "%s/%s: no text has that name; they are called "
					 "KIND.sms.txt or "
					 "KIND.email.txt, with .discreet before the "
					 "channel for the "
					 "neutral ones, and KIND is confirmation, "
					 "reminder, reminder-1 "
					 "to reminder-%d, moved, cancellation or "
					 "cancellation-own\n",
					 folder, s, TEXT_ORDINALS - 1);
				rc = -1;
			} else if (load_file(t, language, &name,
					     xasprintf("%s/%s", folder, s), errors) < 0) {
				rc = -1;
			}
		}
		free(entries[i]);
	}
	free(entries);
	free(folder);
	return rc;
}

/* Name what is missing in a language. */
static int check_complete(const struct texts *t, const char *dir, int language,
			  struct buf *errors)
{
	int rc = 0;

	for (int stem = 0; stem < STEM_COUNT; stem++)
		for (int discreet = 0; discreet < 2; discreet++)
			for (int email = 0; email < 2; email++) {
				if (t->files[language][stem][0][discreet][email].path)
					continue;
				buf_addf(errors,
					 "%s/%s/%s%s.%s.txt: this text is missing\n", dir,
					 text_languages[language], text_stems[stem],
					 discreet ? ".discreet" : "",
					 email ? "email" : "sms");
				rc = -1;
			}
	return rc;
}

struct texts *texts_load(const char *dir, struct buf *errors)
{
	struct texts *t = xcalloc(1, sizeof *t);
	int rc = 0;

	for (int language = 0; language < LANGUAGE_COUNT; language++) {
		if (load_language(t, dir, language, errors) < 0)
			rc = -1;
		else if (check_complete(t, dir, language, errors) < 0)
			rc = -1;
	}
	if (rc == 0)
		return t;
	texts_free(t);
	return NULL;
}

void texts_free(struct texts *t)
{
	struct text_file *f;
	size_t n = sizeof t->files / sizeof *f;

	if (!t)
		return;
	f = (struct text_file *)t->files;
	for (size_t i = 0; i < n; i++) {
		free(f[i].path);
		text_line_fini(&f[i].subject);
		text_line_fini(&f[i].body);
	}
	free(t);
}
