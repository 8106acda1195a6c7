/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text_load.c - a folder of texts into memory, all of it or nothing: every file read,
 * every name understood, every text there in every language, then the folders of
 * organisations and services within it. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "message/text_table.h"

#define FILE_MAX TEXT_SOURCE_MAX

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

/* Read one file into its place. path is kept. */
static int load_file(struct text_shelf *shelf, const struct text_name *name, char *path,
		     struct buf *errors)
{
	struct text_file *f = text_shelf_add(shelf, name);
	struct text_faults faults = {.lines = errors};
	struct buf b = BUF_INIT;
	int rc;

	f->path = path;
	rc = slurp(path, &b, errors);
	if (rc == 0 && text_file_read(f, &b, &faults) != 0)
		rc = -1;
	buf_fini(&b);
	return rc;
}

static int complain_name(const char *folder, const char *name, struct buf *errors)
{
	buf_addf(
		errors,
		"%s/%s: no text has that name; they are called KIND.sms.txt or "
		"KIND.email.txt, with .discreet before the channel for the neutral ones, "
		".reply for the SMS that asks for an answer, and KIND is reminder-1 to "
		"reminder-%d",
		folder, name, TEXT_ORDINALS - 1);
	for (int i = 0; i < TEXT_STEMS; i++)
		buf_addf(errors, "%s%s", i + 1 < TEXT_STEMS ? ", " : " or ",
			 text_stems[i].file);
	buf_addch(errors, '\n');
	return -1;
}

/* A folder within a folder: depth 1 is a language's, which bears folders of organisations
 * and services; 2 an organisation's or a service's; 3 a service's in an organisation. */
struct place {
	struct texts *texts;
	enum text_language language;
	const char *outer, *inner; /* "" none */
	int depth;
	struct buf *errors;
};

static int load_folder(const struct place *p, const char *folder);

/* One entry of the folder at p. */
static int load_entry(const struct place *p, const char *folder, const char *s)
{
	size_t len = strlen(s);
	struct text_name name = {.language = p->language};
	char *path;
	struct stat st;
	int rc = 0;

	/* Hidden files and editors' copies are nobody's text. */
	if (s[0] == '.')
		return 0;
	path = xasprintf("%s/%s", folder, s);
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		struct place in = *p;

		in.depth++;
		if (p->depth == 1)
			in.outer = s;
		else
			in.inner = s;
		if (p->depth < 3) {
			rc = load_folder(&in, path);
		} else {
			buf_addf(p->errors,
				 "%s: a folder too deep: texts stand in LANGUAGE/, "
				 "LANGUAGE/ORGANISATION/ or "
				 "LANGUAGE/ORGANISATION/SERVICE/\n",
				 path);
			rc = -1;
		}
		free(path);
		return rc;
	}
	if (len < 4 || strcmp(s + len - 4, ".txt") != 0) {
		free(path);
		return 0;
	}
	if (text_name_parse(s, len - 4, &name) < 0) {
		free(path);
		return complain_name(folder, s, p->errors);
	}
	return load_file(texts_shelf(p->texts, p->outer, p->inner, folder), &name, path,
			 p->errors);
}

static int load_folder(const struct place *p, const char *folder)
{
	struct dirent **entries = NULL;
	int n = scandir(folder, &entries, NULL, alphasort);
	int rc = n < 0 ? -1 : 0;

	if (n < 0)
		buf_addf(p->errors, "%s: the folder of texts cannot be read: %s\n",
			 folder, strerror(errno));
	for (int i = 0; i < n; i++) {
		if (load_entry(p, folder, entries[i]->d_name) < 0)
			rc = -1;
		free(entries[i]);
	}
	free(entries);
	return rc;
}

/* Name what is missing of everybody's texts in a language. */
static int check_complete(const struct texts *t, const char *dir,
			  enum text_language language, struct buf *errors)
{
	static const struct {
		unsigned forms;
		int discreet, reply, email;
		const char *suffix;
	} all[] = {
		{TEXT_SMS, 0, 0, 0, ".sms"},
		{TEXT_SMS | TEXT_DISCREET, 1, 0, 0, ".discreet.sms"},
		{TEXT_SMS | TEXT_REPLY, 0, 1, 0, ".reply.sms"},
		{TEXT_SMS | TEXT_DISCREET | TEXT_REPLY, 1, 1, 0, ".discreet.reply.sms"},
		{TEXT_EMAIL, 0, 0, 1, ".email"},
		{TEXT_EMAIL | TEXT_DISCREET, 1, 0, 1, ".discreet.email"},
	};
	int rc = 0;

	for (int stem = 0; stem < TEXT_STEMS; stem++)
		for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
			struct text_name name = {.language = language,
						 .stem = (enum text_stem)stem,
						 .discreet = all[i].discreet,
						 .reply = all[i].reply,
						 .email = all[i].email};

			if ((text_stems[stem].forms & all[i].forms) != all[i].forms ||
			    text_shelf_find(&t->shelves[0], &name))
				continue;
			buf_addf(errors, "%s/%s/%s%s.txt: this text is missing\n", dir,
				 text_languages[language], text_stems[stem].file,
				 all[i].suffix);
			rc = -1;
		}
	return rc;
}

struct texts *texts_load(const char *dir, struct buf *errors)
{
	struct texts *t = xcalloc(1, sizeof *t);
	int failed[LANGUAGE_COUNT] = {0}, rc = 0;

	texts_shelf(t, "", "", dir);
	for (int language = 0; language < LANGUAGE_COUNT; language++) {
		struct place p = {.texts = t,
				  .language = (enum text_language)language,
				  .outer = "",
				  .inner = "",
				  .depth = 1,
				  .errors = errors};
		char *folder = xasprintf("%s/%s", dir, text_languages[language]);

		failed[language] = load_folder(&p, folder) < 0;
		free(folder);
	}
	texts_sort(t);
	for (int language = 0; language < LANGUAGE_COUNT; language++)
		if (failed[language] ||
		    check_complete(t, dir, (enum text_language)language, errors) < 0)
			rc = -1;
	if (rc == 0)
		return t;
	texts_free(t);
	return NULL;
}

void texts_free(struct texts *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++) {
		struct text_shelf *s = &t->shelves[i];

		for (size_t k = 0; k < s->n; k++)
			text_file_fini(&s->files[k]);
		for (size_t k = 0; k < s->nkept; k++)
			text_file_fini(&s->kept[k]);
		free(s->files);
		free(s->kept);
		free(s->outer);
		free(s->inner);
		free(s->path);
	}
	free(t->shelves);
	free(t);
}
