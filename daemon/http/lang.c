/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lang.c - see lang.h. A .mo file (GNU gettext manual, section 10.3) is two tables of
 * (length, offset), the first sorted by msgid. The file is read whole and every string
 * checked at start: inside the file, ended by a NUL, sorted. After that a lookup is a
 * binary search that trusts. */
#include "http/lang.h"

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/plural.h"

#define MO_MAX (8 * 1024 * 1024)
#define MO_MAGIC 0x950412deu

struct text {
	const char *id;
	const char
		*string; /* the forms of a plural follow each other, each with its NUL */
	const char *end; /* of the last form */
};

struct lang {
	char code[8];
	char *bytes; /* the file; owned */
	struct text *texts;
	size_t ntexts;
	struct plural plural;
};

struct langs {
	struct lang **items; /* owned; the first is French */
	size_t n, cap;
};

static const struct {
	const char *code, *name;
} names[] = {
	{"fr", "Français"},   {"en", "English"}, {"ar", "العربية"},  {"de", "Deutsch"},
	{"es", "Español"},    {"fa", "فارسی"},	 {"it", "Italiano"}, {"ps", "پښتو"},
	{"pt", "Português"},  {"ro", "Română"},	 {"ru", "Русский"},  {"tr", "Türkçe"},
	{"uk", "Українська"},
};

/* ---- the file ---- */

struct mo {
	const char *bytes;
	size_t size;
	int swapped;
};

static uint32_t word_at(const struct mo *mo, size_t offset)
{
	uint32_t w;

	memcpy(&w, mo->bytes + offset, sizeof w);
	return mo->swapped ? __builtin_bswap32(w) : w;
}

/* The string of row i of the table at offset; NULL when it leaves the file. */
static const char *string_at(const struct mo *mo, uint32_t table, uint32_t i,
			     uint32_t *len)
{
	size_t row = (size_t)table + (size_t)i * 8;
	uint32_t start;

	*len = word_at(mo, row);
	start = word_at(mo, row + 4);
	if (start >= mo->size || *len >= mo->size - start || mo->bytes[start + *len])
		return NULL;
	return mo->bytes + start;
}

static int table_fits(const struct mo *mo, uint32_t table, uint32_t n)
{
	return table <= mo->size && n <= (mo->size - table) / 8;
}

/* The header is the text of the empty msgid. */
static void read_header(struct lang *l, const char *header)
{
	static const char key[] = "Plural-Forms:";

	if (plural_parse("nplurals=2; plural=n != 1;", 26, &l->plural))
		l->plural.nforms = 1;
	for (const char *line = header; *line;) {
		size_t len = strcspn(line, "\n");

		if (len > sizeof key && !strncasecmp(line, key, sizeof key - 1) &&
		    plural_parse(line + sizeof key - 1, len - (sizeof key - 1),
				 &l->plural))
			log_warn("language %s: the plural rule is not understood",
				 l->code);
		line += len + (line[len] == '\n');
	}
}

static int read_texts(struct lang *l, const struct mo *mo)
{
	uint32_t n = word_at(mo, 8), ids = word_at(mo, 12), strings = word_at(mo, 16);

	if (!table_fits(mo, ids, n) || !table_fits(mo, strings, n))
		return -1;
	l->texts = xcalloc((size_t)n + 1, sizeof *l->texts);
	for (uint32_t i = 0; i < n; i++) {
		struct text *t = &l->texts[i];
		uint32_t id_len, len;

		t->id = string_at(mo, ids, i, &id_len);
		t->string = string_at(mo, strings, i, &len);
		if (!t->id || !t->string || (i && strcmp(t[-1].id, t->id) >= 0))
			return -1;
		t->end = t->string + len;
		if (!*t->id)
			read_header(l, t->string);
	}
	l->ntexts = n;
	return 0;
}

struct lang *lang_parse(const char *code, const void *bytes, size_t size)
{
	struct mo mo = {.size = size};
	struct lang *l;
	uint32_t magic;

	if (size < 28 || size > MO_MAX || strlen(code) >= sizeof l->code)
		return NULL;
	l = xcalloc(1, sizeof *l);
	memcpy(l->code, code, strlen(code) + 1);
	l->bytes = xmalloc(size);
	memcpy(l->bytes, bytes, size);
	l->plural.nforms = 1;
	mo.bytes = l->bytes;
	memcpy(&magic, l->bytes, sizeof magic);
	mo.swapped = magic != MO_MAGIC;
	if ((mo.swapped && __builtin_bswap32(magic) != MO_MAGIC) || read_texts(l, &mo)) {
		lang_free(l);
		return NULL;
	}
	return l;
}

void lang_free(struct lang *l)
{
	if (!l)
		return;
	free(l->texts);
	free(l->bytes);
	free(l);
}

/* ---- lookups ---- */

static const struct text *find(const struct lang *l, const char *msgid)
{
	size_t low = 0, high = l ? l->ntexts : 0;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(msgid, l->texts[middle].id);

		if (!order)
			return &l->texts[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const char *tr(const struct lang *l, const char *msgid)
{
	const struct text *t = *msgid ? find(l, msgid) : NULL;

	return t && *t->string ? t->string : msgid;
}

const char *trn(const struct lang *l, const char *singular, const char *plural, long n)
{
	unsigned long amount = n < 0 ? -(unsigned long)n : (unsigned long)n;
	const struct text *t = find(l, singular);
	const char *form;

	if (!t) /* French: 0 and 1 are singular */
		return amount > 1 ? plural : singular;
	form = t->string;
	for (unsigned i = plural_form(&l->plural, amount); i && form; i--) {
		form += strlen(form) + 1;
		if (form > t->end)
			form = NULL;
	}
	return form && *form ? form : amount > 1 ? plural : singular;
}

const char *lang_code(const struct lang *l)
{
	return l ? l->code : "fr";
}

const char *lang_name(const struct lang *l)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(names[i].code, lang_code(l)))
			return names[i].name;
	return lang_code(l);
}

/* ---- all of them ---- */

static struct lang *read_file(const char *path, const char *code)
{
	FILE *f = fopen(path, "rbe");
	struct buf bytes = BUF_INIT;
	struct lang *l = NULL;
	size_t n;

	if (!f) {
		log_warn("language file %s: %s", path, strerror(errno));
		return NULL;
	}
	while ((n = fread(buf_reserve(&bytes, 65536), 1, 65536, f)) > 0 &&
	       bytes.len <= MO_MAX)
		bytes.len += n;
	fclose(f);
	if (bytes.len <= MO_MAX)
		l = lang_parse(code, buf_str(&bytes), bytes.len);
	if (!l)
		log_warn("language file %s is not a catalogue of gettext; it is left out",
			 path);
	buf_fini(&bytes);
	return l;
}

static int by_code(const void *a, const void *b)
{
	return strcmp((*(struct lang *const *)a)->code, (*(struct lang *const *)b)->code);
}

static void add(struct langs *ls, struct lang *l)
{
	VEC_GROW(ls->items, ls->n, ls->cap);
	ls->items[ls->n++] = l;
}

static void read_folder(struct langs *ls, const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	if (!d) {
		log_warn("language folder %s: %s; pages are in French only", dir,
			 strerror(errno));
		return;
	}
	while ((e = readdir(d))) {
		size_t len = strspn(e->d_name, "abcdefghijklmnopqrstuvwxyz");
		char code[8] = "";
		struct lang *l;
		char *path;

		if (len < 2 || len > 3 || strcmp(e->d_name + len, ".mo") != 0)
			continue;
		memcpy(code, e->d_name, len);
		if (lang_find(ls, code))
			continue;
		path = xasprintf("%s/%s", dir, e->d_name);
		l = read_file(path, code);
		if (l)
			add(ls, l);
		free(path);
	}
	closedir(d);
}

struct langs *langs_new(const char *dir)
{
	struct langs *ls = xcalloc(1, sizeof *ls);
	struct lang *french = xcalloc(1, sizeof *french);

	memcpy(french->code, "fr", sizeof "fr");
	add(ls, french);
	if (dir)
		read_folder(ls, dir);
	qsort(ls->items + 1, ls->n - 1, sizeof *ls->items, by_code);
	return ls;
}

void langs_free(struct langs *ls)
{
	if (!ls)
		return;
	for (size_t i = 0; i < ls->n; i++)
		lang_free(ls->items[i]);
	free(ls->items);
	free(ls);
}

size_t langs_count(const struct langs *ls)
{
	return ls->n;
}

const struct lang *langs_at(const struct langs *ls, size_t i)
{
	return ls->items[i];
}

static const struct lang *find_code(const struct langs *ls, const char *code, size_t len)
{
	for (size_t i = 0; i < ls->n; i++)
		if (strlen(ls->items[i]->code) == len &&
		    !strncasecmp(ls->items[i]->code, code, len))
			return ls->items[i];
	return NULL;
}

const struct lang *lang_find(const struct langs *ls, const char *code)
{
	return find_code(ls, code, strcspn(code, "-_"));
}

/* A weight such as "0.8" in thousandths; 1000 when there is none. */
static int quality(const char *s, const char *end)
{
	static const int digit_worth[3] = {100, 10, 1};
	const char *q = memchr(s, ';', (size_t)(end - s));
	int value;

	if (!q)
		return 1000;
	for (q++; q < end && (*q == ' ' || *q == '\t'); q++)
		;
	if (end - q < 3 || (*q | 0x20) != 'q' || q[1] != '=')
		return 1000;
	q += 2;
	value = *q == '1' ? 1000 : 0;
	if (++q < end && *q == '.')
		for (int i = 0; i < 3 && ++q < end && *q >= '0' && *q <= '9'; i++)
			value += (*q - '0') * digit_worth[i];
	return value > 1000 ? 1000 : value;
}

const struct lang *lang_negotiate(const struct langs *ls, const char *header)
{
	const struct lang *best = ls->items[0];
	int best_quality = 0;

	for (const char *s = header; s && *s;) {
		const char *end = s + strcspn(s, ",");
		const struct lang *l;
		int q = quality(s, end);

		s += strspn(s, " \t");
		l = s < end ? find_code(ls, s, strcspn(s, "-_;, \t")) : NULL;
		if (l && q > best_quality) {
			best = l;
			best_quality = q;
		}
		s = *end ? end + 1 : end;
	}
	return best;
}
