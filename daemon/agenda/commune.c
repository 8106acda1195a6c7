/* SPDX-License-Identifier: GPL-3.0-or-later */
/* commune.c - the table of communes: reading the CSV file in place, the indexes, and the
 * exact look-ups. The search by name is in commune_search.c. */
#include "agenda/commune.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "commune_table.h"

#define FILE_MAX_BYTES (32u * 1024 * 1024)
#define FIELDS_MAX 32
#define NAME_MAX_BYTES 200
#define FOLDED_SIZE (2 * NAME_MAX_BYTES + 1)

enum column {
	COL_INSEE,
	COL_NAME,
	COL_POSTCODES,
	COL_DEPARTEMENT,
	COL_LAT,
	COL_LON,
	COL_POPULATION,
	COLS
};

static const char *const column_names[COLS] = {
	[COL_INSEE] = "insee",
	[COL_NAME] = "name",
	[COL_POSTCODES] = "postcodes",
	[COL_DEPARTEMENT] = "departement",
	[COL_LAT] = "lat",
	[COL_LON] = "lon",
	[COL_POPULATION] = "population",
};

/* Where a row's strings stand in the pool while that still grows. */
struct offsets {
	size_t name, folded, postcodes;
};

struct loader {
	const char *path;
	struct buf *error; /* may be NULL */
	char *cursor;	   /* the rest of the file, NUL-terminated */
	int line;	   /* of the record last read */
	int next_line;
	int columns[COLS]; /* the field that holds each */
	struct buf pool;
	struct offsets *offsets; /* owned */
	size_t cap_rows, cap_offsets;
	struct commune_table *table;
};

static int fail(struct loader *l, const char *field, const char *what)
{
	if (l->error)
		buf_addf(l->error, "%s:%d: %s: %s", l->path, l->line, field, what);
	return -1;
}

/* ---- CSV (RFC 4180) ---- */

/* Unquote the field at l->cursor in place; *end is the character that ended it. */
static int read_field(struct loader *l, char **field, char *end)
{
	char *p = l->cursor, *out;

	if (*p != '"') {
		*field = p;
		p += strcspn(p, ",\r\n");
	} else {
		*field = out = ++p;
		while (*p != '\0' && (*p != '"' || p[1] == '"')) {
			l->next_line += *p == '\n';
			p += *p == '"';
			*out++ = *p++;
		}
		if (*p != '"')
			return fail(l, "record", "a quotation mark is not closed");
		p++;
		*out = '\0';
		if (*p != '\0' && strchr(",\r\n", *p) == NULL)
			return fail(l, "record", "text follows a closing quotation mark");
	}
	if (p[0] == '\r' && p[1] == '\n')
		*p++ = '\0';
	*end = *p;
	if (*p != '\0')
		*p++ = '\0';
	l->cursor = p;
	return 0;
}

/* The fields of the next record that is not an empty line: how many, 0 at the end, -1
 * when wrong. */
static int read_record(struct loader *l, char *fields[FIELDS_MAX])
{
	char end;
	int n;

	do {
		if (*l->cursor == '\0')
			return 0;
		l->line = l->next_line;
		n = 0;
		do {
			if (n == FIELDS_MAX)
				return fail(l, "record", "there are too many fields");
			if (read_field(l, &fields[n++], &end) != 0)
				return -1;
		} while (end == ',');
		l->next_line += end == '\n';
	} while (n == 1 && fields[0][0] == '\0');
	return n;
}

static int read_header(struct loader *l)
{
	char *fields[FIELDS_MAX];
	int n = read_record(l, fields);

	if (n < 0)
		return -1;
	for (int c = 0; c < COLS; c++) {
		l->columns[c] = -1;
		for (int i = 0; i < n; i++)
			if (strcmp(fields[i], column_names[c]) == 0)
				l->columns[c] = i;
		if (l->columns[c] < 0)
			return fail(l, column_names[c],
				    "the first line does not name this column");
	}
	return 0;
}

/* ---- rows ---- */

static int all_digits(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] < '0' || s[i] > '9')
			return 0;
	return 1;
}

static int code_is_valid(const char *s, size_t min, size_t max)
{
	size_t n = strlen(s);

	return n >= min && n <= max &&
	       strspn(s, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == n;
}

static int add_postcodes(struct loader *l, const char *s)
{
	static const char separators[] = " ;";
	int first = 1;

	for (s += strspn(s, separators); *s; s += strspn(s, separators)) {
		size_t n = strcspn(s, separators);

		if (n != 5 || !all_digits(s, n))
			return fail(l, "postcodes", "a postcode is five digits");
		if (!first)
			buf_addch(&l->pool, ' ');
		first = 0;
		buf_add(&l->pool, s, n);
		s += n;
	}
	buf_add(&l->pool, "", 1);
	return 0;
}

static int read_point(struct loader *l, struct commune *c, const char *lat_text,
		      const char *lon_text)
{
	double lat, lon;

	if (*lat_text == '\0' && *lon_text == '\0')
		return 0;
	if (parse_double(lat_text, -90, 90, &lat) != 0 ||
	    parse_double(lon_text, -180, 180, &lon) != 0 ||
	    geo_point_init(&c->point, lat, lon) != 0)
		return fail(l, "lat, lon",
			    "degrees like 50.4136 and 2.9649 are wanted, or both empty");
	c->has_point = 1;
	return 0;
}

static int add_row(struct loader *l, char *fields[], int nfields)
{
	struct commune_table *t = l->table;
	const char *value[COLS];
	char folded[FOLDED_SIZE];
	struct offsets *o;
	struct commune *c;
	int64_t population = 0;

	for (int i = 0; i < COLS; i++) {
		if (l->columns[i] >= nfields)
			return fail(l, column_names[i], "the record is too short");
		value[i] = fields[l->columns[i]];
	}
	if (!code_is_valid(value[COL_INSEE], 5, 5))
		return fail(l, "insee", "five digits or capitals are wanted");
	if (!code_is_valid(value[COL_DEPARTEMENT], 2, 3))
		return fail(l, "departement",
			    "two or three digits or capitals are wanted");
	if (value[COL_NAME][0] == '\0' || strlen(value[COL_NAME]) > NAME_MAX_BYTES ||
	    !utf8_is_clean(value[COL_NAME], strlen(value[COL_NAME])))
		return fail(l, "name", "a name in UTF-8 is wanted, of at most 200 bytes");
	if (value[COL_POPULATION][0] != '\0' &&
	    parse_int(value[COL_POPULATION], 0, 100000000, &population) != 0)
		return fail(l, "population", "a whole number is wanted");
	VEC_GROW(t->rows, t->nrows, l->cap_rows);
	VEC_GROW(l->offsets, t->nrows, l->cap_offsets);
	c = &t->rows[t->nrows];
	o = &l->offsets[t->nrows];
	*c = (struct commune){.population = (uint32_t)population};
	memcpy(c->insee, value[COL_INSEE], strlen(value[COL_INSEE]));
	memcpy(c->departement, value[COL_DEPARTEMENT], strlen(value[COL_DEPARTEMENT]));
	if (read_point(l, c, value[COL_LAT], value[COL_LON]) != 0)
		return -1;
	fold_text(value[COL_NAME], folded, sizeof folded);
	o->name = l->pool.len;
	buf_add(&l->pool, value[COL_NAME], strlen(value[COL_NAME]) + 1);
	o->folded = l->pool.len;
	buf_add(&l->pool, folded, strlen(folded) + 1);
	o->postcodes = l->pool.len;
	if (add_postcodes(l, value[COL_POSTCODES]) != 0)
		return -1;
	t->nrows++;
	return 0;
}

/* ---- indexes ---- */

static int compare_rows(const void *a, const void *b)
{
	const struct commune *x = a, *y = b;

	return strcmp(x->insee, y->insee);
}

static int compare_words(const void *a, const void *b)
{
	const struct commune_word *x = a, *y = b;

	return strcmp(x->text, y->text);
}

static int compare_postcodes(const void *a, const void *b)
{
	const struct commune_postcode *x = a, *y = b;

	if (x->code != y->code)
		return x->code < y->code ? -1 : 1;
	if (x->commune->population != y->commune->population)
		return x->commune->population > y->commune->population ? -1 : 1;
	return strcmp(x->commune->insee, y->commune->insee);
}

static void index_words(struct commune_table *t)
{
	size_t cap = 0;

	for (size_t i = 0; i < t->nrows; i++) {
		const char *s = t->rows[i].folded;

		while (s != NULL && *s != '\0') {
			VEC_GROW(t->words, t->nwords, cap);
			t->words[t->nwords++] =
				(struct commune_word){.text = s, .commune = &t->rows[i]};
			s = strchr(s, ' ');
			s = s ? s + 1 : NULL;
		}
	}
	if (t->nwords)
		qsort(t->words, t->nwords, sizeof *t->words, compare_words);
}

static uint32_t read_code(const char *s)
{
	uint32_t code = 0;

	for (int i = 0; i < 5; i++)
		code = code * 10 + (uint32_t)(s[i] - '0');
	return code;
}

static void index_postcodes(struct commune_table *t)
{
	size_t cap = 0;

	for (size_t i = 0; i < t->nrows; i++) {
		for (const char *s = t->rows[i].postcodes; *s; s += s[5] == ' ' ? 6 : 5) {
			VEC_GROW(t->postcodes, t->npostcodes, cap);
			t->postcodes[t->npostcodes++] = (struct commune_postcode){
				.code = read_code(s), .commune = &t->rows[i]};
		}
	}
	if (t->npostcodes)
		qsort(t->postcodes, t->npostcodes, sizeof *t->postcodes,
		      compare_postcodes);
}

/* The pool no longer moves: turn offsets into pointers, sort the rows, then index them.
 */
static int finish(struct loader *l)
{
	struct commune_table *t = l->table;

	if (t->nrows == 0)
		return fail(l, "file", "there is no commune in it");
	t->pool = buf_steal(&l->pool, NULL);
	for (size_t i = 0; i < t->nrows; i++) {
		t->rows[i].name = t->pool + l->offsets[i].name;
		t->rows[i].folded = t->pool + l->offsets[i].folded;
		t->rows[i].postcodes = t->pool + l->offsets[i].postcodes;
	}
	qsort(t->rows, t->nrows, sizeof *t->rows, compare_rows);
	for (size_t i = 1; i < t->nrows; i++)
		if (compare_rows(&t->rows[i - 1], &t->rows[i]) == 0)
			return fail(l, t->rows[i].insee,
				    "this INSEE code stands there twice");
	index_words(t);
	index_postcodes(t);
	return 0;
}

/* ---- loading ---- */

/* The whole file as a string, or NULL with a sentence in error. */
static char *read_file(const char *path, struct buf *error)
{
	struct buf b = BUF_INIT;
	const char *why = NULL;
	FILE *f = fopen(path, "re");
	size_t got;

	if (f == NULL) {
		if (error)
			buf_addf(error, "%s: %s", path, strerror(errno));
		return NULL;
	}
	do {
		char *room = buf_reserve(&b, 65536);

		got = fread(room, 1, 65536, f);
		b.len += got;
		if (b.len > FILE_MAX_BYTES)
			why = "the file is too large";
	} while (got > 0 && why == NULL);
	if (ferror(f))
		why = strerror(errno);
	else if (b.len && memchr(b.data, '\0', b.len))
		why = "it is not a text file";
	fclose(f);
	if (why) {
		if (error)
			buf_addf(error, "%s: %s", path, why);
		buf_fini(&b);
		return NULL;
	}
	buf_add(&b, "", 1);
	return buf_steal(&b, NULL);
}

struct commune_table *commune_load(const char *path, struct buf *error)
{
	struct loader l = {.path = path, .error = error, .line = 1, .next_line = 1};
	char *text = read_file(path, error), *fields[FIELDS_MAX];
	int n, rc = -1;

	if (text == NULL)
		return NULL;
	l.table = xcalloc(1, sizeof *l.table);
	l.cursor = text;
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0)
		l.cursor += 3;
	if (read_header(&l) != 0)
		goto out;
	while ((n = read_record(&l, fields)) > 0)
		if (add_row(&l, fields, n) != 0)
			goto out;
	if (n == 0)
		rc = finish(&l);
out:
	free(text);
	free(l.offsets);
	buf_fini(&l.pool);
	if (rc != 0) {
		commune_table_free(l.table);
		return NULL;
	}
	return l.table;
}

void commune_table_free(struct commune_table *t)
{
	if (t == NULL)
		return;
	free(t->rows);
	free(t->words);
	free(t->postcodes);
	free(t->pool);
	free(t);
}

/* ---- exact look-ups ---- */

size_t commune_count(const struct commune_table *t)
{
	return t->nrows;
}

size_t commune_within(const struct commune_table *t, const struct geo_point *point,
		      double km, const struct commune **out, size_t max)
{
	double cosine = geo_cos_radius(km);
	size_t n = 0, i;

	for (size_t r = 0; r < t->nrows; r++) {
		const struct commune *c = &t->rows[r];

		if (!c->has_point || !geo_may_be_within(point, &c->point, cosine))
			continue;
		for (i = n; i > 0 && out[i - 1]->population < c->population; i--)
			if (i < max)
				out[i] = out[i - 1];
		if (i < max)
			out[i] = c;
		if (n < max)
			n++;
	}
	return n;
}

/* The commune of a municipal arrondissement's code, or the code itself. */
static const char *whole_city(const char *insee)
{
	if (strcmp(insee, "75101") >= 0 && strcmp(insee, "75120") <= 0)
		return "75056"; /* Paris */
	if (strcmp(insee, "69381") >= 0 && strcmp(insee, "69389") <= 0)
		return "69123"; /* Lyon */
	if (strcmp(insee, "13201") >= 0 && strcmp(insee, "13216") <= 0)
		return "13055"; /* Marseille */
	return insee;
}

const struct commune *commune_by_insee(const struct commune_table *t, const char *insee)
{
	struct commune key = {0};

	if (strlen(insee) != 5)
		return NULL;
	memcpy(key.insee, whole_city(insee), 5);
	return bsearch(&key, t->rows, t->nrows, sizeof *t->rows, compare_rows);
}

size_t commune_postcode_lower(const struct commune_table *t, uint32_t code)
{
	size_t lo = 0, hi = t->npostcodes;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (t->postcodes[mid].code < code)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

size_t commune_by_postcode(const struct commune_table *t, const char *postcode,
			   const struct commune **out, size_t max)
{
	uint32_t code;
	size_t n = 0;

	if (strlen(postcode) != 5 || !all_digits(postcode, 5))
		return 0;
	code = read_code(postcode);
	for (size_t i = commune_postcode_lower(t, code);
	     i < t->npostcodes && t->postcodes[i].code == code; i++, n++)
		if (n < max)
			out[n] = t->postcodes[i].commune;
	return n;
}

/* The most populated commune of a postcode whose point is known, else the most populated,
 * else NULL. */
static const struct commune *of_postcode(const struct commune_table *t,
					 const char *postcode)
{
	uint32_t code = read_code(postcode);
	size_t first = commune_postcode_lower(t, code);

	for (size_t i = first; i < t->npostcodes && t->postcodes[i].code == code; i++)
		if (t->postcodes[i].commune->has_point)
			return t->postcodes[i].commune;
	return first < t->npostcodes && t->postcodes[first].code == code
		       ? t->postcodes[first].commune
		       : NULL;
}

enum rdvd_rc commune_near(const struct commune_table *t, const char *near,
			  struct geo_point *point, const struct commune **commune)
{
	const struct commune *c = NULL;

	if (commune)
		*commune = NULL;
	if (strncmp(near, "insee:", 6) == 0) {
		if (!code_is_valid(near + 6, 5, 5))
			return RDVD_INVALID;
		c = commune_by_insee(t, near + 6);
	} else if (strlen(near) == 5 && all_digits(near, 5)) {
		c = of_postcode(t, near);
		if (c == NULL)
			c = commune_by_insee(t, near);
	} else {
		return geo_point_parse(point, near) == 0 ? RDVD_OK : RDVD_INVALID;
	}
	if (commune)
		*commune = c;
	if (c == NULL || !c->has_point)
		return RDVD_NOT_FOUND;
	*point = c->point;
	return RDVD_OK;
}
