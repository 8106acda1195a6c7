/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config_file.c - libconfuse behind one function. Every value is taken as text here and
 * gets its meaning elsewhere, so that all complaints read alike. The file is parsed
 * twice: the first time collects the keys that the table does not know, which libconfuse
 * accepts without saying on which line; the second time they are declared, and each
 * value's line is noted as it is set. */
#include "base/config_impl.h"

#include <confuse.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"

#define FILE_SIZE_MAX ((size_t)256 * 1024)
#define UNKNOWN_MAX 256

/* Written after the file's last line: it must land in the root section, or a brace is
 * missing. */
#define END_KEY "end-of-file"
#define END_TEXT "\n" END_KEY " = 1\n"

/* Where the value number index of a key was set; times counts how often. */
struct place {
	const cfg_t *section;
	char *key; /* owned */
	unsigned index;
	int line;
	int times;
};

struct unknown_key {
	enum config_section section;
	char *name; /* owned */
};

/* One call of config_file_read. libconfuse's callbacks carry no argument of ours: see
 * current. */
struct reading {
	struct config_reader *reader;
	struct place *places; /* owned */
	size_t nplaces, cap;
	struct unknown_key unknown[UNKNOWN_MAX];
	size_t nunknown;
	char *syntax; /* owned: libconfuse's last complaint */
	int syntax_line;
	int parsing;
	cfg_opt_t *options[SECTION_COUNT]; /* owned */
};

static struct reading *current;

__attribute__((format(printf, 2, 0))) static void on_error(cfg_t *cfg, const char *fmt,
							   va_list ap)
{
	char text[512];

	vsnprintf(text, sizeof(text), fmt, ap);
	if (!current->parsing) /* a look-up that finds nothing */
		return;
	free(current->syntax);
	current->syntax = xstrdup(text);
	current->syntax_line = cfg->line;
}

static struct place *find_place(const cfg_t *section, const char *key, unsigned index)
{
	for (size_t i = 0; i < current->nplaces; i++) {
		struct place *p = &current->places[i];

		if (p->section == section && p->index == index &&
		    strcmp(p->key, key) == 0)
			return p;
	}
	return NULL;
}

/* libconfuse calls this when a value was set; for a list in braces once more at its end.
 */
static int on_value(cfg_t *section, cfg_opt_t *opt)
{
	unsigned index = opt->nvalues ? opt->nvalues - 1 : 0;
	struct place *p = find_place(section, opt->name, index);

	if (p == NULL) {
		VEC_GROW(current->places, current->nplaces, current->cap);
		p = &current->places[current->nplaces++];
		*p = (struct place){section, xstrdup(opt->name), index, 0, 0};
	}
	/* The end of a list is no place of its last value. */
	if (p->times == 0 || !(opt->flags & CFGF_LIST))
		p->line = section->line;
	p->times++;
	return 0;
}

static void declare(cfg_opt_t **at, const char *name, int is_list)
{
	cfg_opt_t one = CFG_STR(name, NULL, CFGF_NODEFAULT);

	one.flags |= is_list ? CFGF_LIST : 0;
	one.validcb = on_value;
	*(*at)++ = one;
}

/* The options of a section: the table's, the unknown ones met so far, and in the root the
 * sections. */
static cfg_opt_t *make_options(struct reading *rd, enum config_section section)
{
	cfg_opt_t *options = xcalloc(config_nkeys + rd->nunknown + SECTION_COUNT + 2,
				     sizeof(*options));
	cfg_opt_t *at = options;

	for (size_t i = 0; i < config_nkeys; i++) {
		if (config_keys[i].section == section)
			declare(&at, config_keys[i].name,
				config_key_is_list(&config_keys[i]));
	}
	for (size_t i = 0; i < rd->nunknown; i++) {
		if (rd->unknown[i].section == section)
			declare(&at, rd->unknown[i].name, 0);
	}
	if (section == SECTION_ROOT) {
		declare(&at, END_KEY, 0);
		for (int i = SECTION_ROOT + 1; i < SECTION_COUNT; i++) {
			cfg_opt_t one = CFG_SEC(config_sections[i].name, rd->options[i],
						CFGF_NODEFAULT);

			if (config_sections[i].is_titled)
				one.flags |=
					CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES;
			one.validcb = on_value;
			*at++ = one;
		}
	}
	return options;
}

static void free_options(struct reading *rd)
{
	for (int i = 0; i < SECTION_COUNT; i++) {
		free(rd->options[i]);
		rd->options[i] = NULL;
	}
}

static void forget_places(struct reading *rd)
{
	for (size_t i = 0; i < rd->nplaces; i++)
		free(rd->places[i].key);
	rd->nplaces = 0;
}

/* Parse text with what is known by now. Returns libconfuse's handle; *rc is its answer.
 */
static cfg_t *parse(struct reading *rd, const struct buf *text, int *rc)
{
	cfg_t *cfg;
	FILE *fp;

	forget_places(rd); /* the sections that they point to are gone */
	for (int i = SECTION_COUNT - 1; i >= SECTION_ROOT; i--)
		rd->options[i] = make_options(rd, (enum config_section)i);
	cfg = cfg_init(rd->options[SECTION_ROOT], CFGF_KEYSTRVAL);
	fp = fmemopen(text->data, text->len, "r");
	if (cfg == NULL || fp == NULL) {
		log_err("out of memory: the configuration");
		abort();
	}
	cfg_set_error_function(cfg, on_error);
	rd->parsing = 1;
	*rc = cfg_parse_fp(cfg, fp);
	rd->parsing = 0;
	fclose(fp);
	return cfg;
}

/* As cfg_getopt, which would take a | in a name for a path. */
static cfg_opt_t *find_option(cfg_t *cfg, const char *name)
{
	for (unsigned i = 0; i < cfg_num(cfg); i++) {
		cfg_opt_t *opt = cfg_getnopt(cfg, i);

		if (strcmp(opt->name, name) == 0)
			return opt;
	}
	return NULL;
}

static void note_unknown(struct reading *rd, enum config_section section,
			 const char *name)
{
	if (config_key_find(section, name) || strcmp(name, END_KEY) == 0)
		return;
	for (size_t i = 0; i < rd->nunknown; i++) {
		if (rd->unknown[i].section == section &&
		    strcmp(rd->unknown[i].name, name) == 0)
			return;
	}
	if (rd->nunknown == UNKNOWN_MAX)
		return; /* the second parse then complains itself */
	rd->unknown[rd->nunknown++] = (struct unknown_key){section, xstrdup(name)};
}

typedef void section_visitor(struct reading *rd, enum config_section section, cfg_t *cfg,
			     void *arg);

static void visit_sections(struct reading *rd, cfg_t *root, section_visitor *visit,
			   void *arg)
{
	visit(rd, SECTION_ROOT, root, arg);
	for (int i = SECTION_ROOT + 1; i < SECTION_COUNT; i++) {
		cfg_opt_t *opt = find_option(root, config_sections[i].name);

		for (unsigned n = 0; opt && n < opt->nvalues; n++)
			visit(rd, (enum config_section)i, cfg_opt_getnsec(opt, n), arg);
	}
}

static void collect_unknown(struct reading *rd, enum config_section section, cfg_t *cfg,
			    void *arg)
{
	for (unsigned i = 0; i < cfg_num(cfg); i++) {
		cfg_opt_t *opt = cfg_getnopt(cfg, i);

		if (opt->type == CFGT_STR)
			note_unknown(rd, section, opt->name);
	}
}

static void add_entry(struct config_block *block, const char *key, const char *value,
		      int line)
{
	VEC_GROW(block->entries, block->nentries, block->cap);
	block->entries[block->nentries++] =
		(struct config_entry){xstrdup(key), xstrdup(value), line};
	if (block->nentries == 1 || line < block->line)
		block->line = line;
}

/* 1 for our own mark; when the file has one too, it is a key that nobody knows. */
static int is_end_key(struct reading *rd, const cfg_t *cfg, const cfg_opt_t *opt)
{
	const struct place *p;

	if (strcmp(opt->name, END_KEY) != 0)
		return 0;
	p = find_place(cfg, END_KEY, 0);
	if (p && p->times > 1)
		config_complain(rd->reader, 0, "there is no key \"%s\": leave it out",
				END_KEY);
	return 1;
}

/* Turn libconfuse's section into a block; a key given twice is a fault. */
static void collect_block(struct reading *rd, enum config_section section, cfg_t *cfg,
			  void *arg)
{
	struct config_file *file = arg;
	struct config_block *block;

	VEC_GROW(file->blocks, file->nblocks, file->cap);
	block = &file->blocks[file->nblocks++];
	*block = (struct config_block){.section = section};
	block->title = xstrdup_null(cfg_title(cfg));
	for (unsigned i = 0; i < cfg_num(cfg); i++) {
		cfg_opt_t *opt = cfg_getnopt(cfg, i);

		if (opt->type != CFGT_STR || is_end_key(rd, cfg, opt))
			continue;
		for (unsigned n = 0; n < opt->nvalues; n++) {
			struct place *p = find_place(cfg, opt->name, n);

			add_entry(block, opt->name, opt->values[n]->string,
				  p ? p->line : cfg->line);
			if (p && p->times > 1 && !(opt->flags & CFGF_LIST))
				config_complain(
					rd->reader, p->line,
					"%s is given a second time: keep one of them",
					opt->name);
		}
	}
	if (section == SECTION_ROOT)
		block->line = 0;
	else if (block->nentries == 0)
		block->line = cfg->line;
}

static void check_repeated_sections(struct reading *rd, cfg_t *root)
{
	for (int i = SECTION_ROOT + 1; i < SECTION_COUNT; i++) {
		struct place *p = find_place(root, config_sections[i].name, 0);

		if (p && p->times > 1 && !config_sections[i].is_titled)
			config_complain(
				rd->reader, p->line,
				"a second section %s ends here: make one of the two",
				p->key);
	}
}

/* An END_KEY inside a section: the section was not closed. */
static void find_unclosed(struct reading *rd, enum config_section section, cfg_t *cfg,
			  void *arg)
{
	if (section != SECTION_ROOT && find_option(cfg, END_KEY))
		*(int *)arg = (int)section;
}

/* A known-by-then key without a value is the one at which the parser stopped. */
static void find_stopped(struct reading *rd, enum config_section section, cfg_t *cfg,
			 void *arg)
{
	for (size_t i = 0; i < rd->nunknown; i++) {
		cfg_opt_t *opt;

		if (rd->unknown[i].section != section || config_sections[section].is_open)
			continue;
		opt = find_option(cfg, rd->unknown[i].name);
		if (opt && opt->nvalues == 0)
			*(const char **)arg = rd->unknown[i].name;
	}
}

static void complain_syntax(struct reading *rd, cfg_t *root)
{
	const char *stopped = NULL;
	const char *cause = rd->syntax ? rd->syntax : "it cannot be read";

	visit_sections(rd, root, find_stopped, &stopped);
	if (stopped)
		config_complain(
			rd->reader, rd->syntax_line,
			"\"%s\" is not known here, or stands where a value should: see "
			"rdvd.conf(5)",
			stopped);
	else
		config_complain(rd->reader, rd->syntax_line,
				"%s: see rdvd.conf(5) for how it is written", cause);
}

/* Where the comment at p ends, p itself when none begins there, NULL when it has no end.
 * begins says that p is not within a word, where // and a slash with an asterisk mean
 * nothing special. */
static char *comment_end(char *p, int begins)
{
	if (*p == '#' || (begins && p[0] == '/' && p[1] == '/'))
		return p + strcspn(p, "\n");
	if (begins && p[0] == '/' && p[1] == '*') {
		p = strstr(p + 2, "*/");
		return p ? p + 2 : NULL;
	}
	return p;
}

/* The place after the quoted string at p. */
static char *string_end(char *p)
{
	char quote = *p++;

	while (*p && *p != quote)
		p += p[0] == '\\' && p[1] ? 2 : 1;
	return *p ? p + 1 : p;
}

static int line_at(const char *text, const char *p)
{
	int line = 1;

	while (text < p)
		line += *text++ == '\n';
	return line;
}

/* Write blanks over comments, since libconfuse 3.3 miscounts the lines after them. -1:
 * complained. */
static int blank_comments(struct config_reader *r, char *text)
{
	int begins = 1;

	for (char *p = text; *p;) {
		char *end = comment_end(p, begins);

		if (end == NULL) {
			config_complain(r, line_at(text, p),
					"the comment that begins here has no end: a */ "
					"is missing");
			return -1;
		}
		if (end > p) {
			for (; p < end; p++)
				*p = *p == '\n' ? '\n' : ' ';
			begins = 1;
		} else if (*p == '"' || *p == '\'') {
			p = string_end(p);
			begins = 1;
		} else if (*p == '|') { /* libconfuse's sign for a path of sections */
			config_complain(r, line_at(text, p),
					"a | stands here: put quotes around the value");
			return -1;
		} else {
			begins = strchr(" \t\r\n={}()+,", *p) != NULL;
			p++;
		}
	}
	return 0;
}

/* Read the file into text, without comments and followed by END_TEXT; -1 when it
 * complained. */
static int read_text(struct config_reader *r, struct buf *text)
{
	FILE *fp = fopen(r->path, "re");
	size_t n = 0, start = 0;
	int line = 1;

	if (fp) {
		n = fread(buf_reserve(text, FILE_SIZE_MAX + 1), 1, FILE_SIZE_MAX + 1, fp);
		text->len = n;
	}
	if (fp == NULL || ferror(fp)) {
		config_complain(r, 0, "the configuration cannot be read: %s",
				strerror(errno));
		if (fp)
			fclose(fp);
		return -1;
	}
	fclose(fp);
	if (n > FILE_SIZE_MAX) {
		config_complain(r, 0,
				"the configuration is larger than %zu KiB: is it one?",
				FILE_SIZE_MAX / 1024);
		return -1;
	}
	for (size_t i = 0; i <= n; i++) {
		if (i < n && text->data[i] != '\n')
			continue;
		if (!utf8_is_clean(text->data + start, i - start)) {
			config_complain(r, line,
					"the line is not UTF-8 text: save it as UTF-8");
			return -1;
		}
		start = i + 1;
		line++;
	}
	buf_addlit(text, END_TEXT);
	return blank_comments(r, text->data);
}

static void parse_twice(struct reading *rd, const struct buf *text,
			struct config_file *file)
{
	int unclosed = -1;
	int rc;
	cfg_t *cfg = parse(rd, text, &rc);

	visit_sections(rd, cfg, collect_unknown, NULL);
	visit_sections(rd, cfg, find_unclosed, &unclosed);
	cfg_free(cfg);
	free_options(rd);
	if (unclosed >= 0) {
		config_complain(rd->reader, 0,
				"the last section, %s, is not closed: a } is missing",
				config_sections[unclosed].name);
		return;
	}
	cfg = parse(rd, text, &rc);
	if (rc != CFG_SUCCESS)
		complain_syntax(rd, cfg);
	check_repeated_sections(rd, cfg);
	visit_sections(rd, cfg, collect_block, file);
	cfg_free(cfg);
	free_options(rd);
}

void config_file_read(struct config_reader *r, struct config_file *file)
{
	struct buf text = BUF_INIT;
	struct reading *rd = xcalloc(1, sizeof(*rd));

	rd->reader = r;
	current = rd;
	if (read_text(r, &text) == 0)
		parse_twice(rd, &text, file);
	current = NULL;
	forget_places(rd);
	for (size_t i = 0; i < rd->nunknown; i++)
		free(rd->unknown[i].name);
	free(rd->places);
	free(rd->syntax);
	free(rd);
	buf_fini(&text);
}

void config_file_fini(struct config_file *file)
{
	for (size_t i = 0; i < file->nblocks; i++) {
		struct config_block *block = &file->blocks[i];

		for (size_t n = 0; n < block->nentries; n++) {
			free(block->entries[n].key);
			free(block->entries[n].value);
		}
		free(block->entries);
		free(block->title);
	}
	free(file->blocks);
	*file = (struct config_file){NULL, 0, 0};
}
