/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_lang.c - catalogues of gettext: lookups, plurals, damaged files, the choice of a
 * language. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "http/lang.h"
#include "http/plural.h"

/* ---- plural rules ---- */

static void test_plural_rules(void **state)
{
	static const struct {
		const char *rule;
		unsigned long n[6];
		unsigned form[6];
	} cases[] = {
		{"nplurals=1; plural=0;", {0, 1, 2, 5, 21, 100}, {0, 0, 0, 0, 0, 0}},
		{"nplurals=2; plural=n != 1;", {0, 1, 2, 5, 21, 100}, {1, 0, 1, 1, 1, 1}},
		{" nplurals=2; plural=(n > 1);",
		 {0, 1, 2, 5, 21, 100},
		 {0, 0, 1, 1, 1, 1}},
		{"nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && "
		 "(n%100<10 || "
		 "n%100>=20) ? 1 : 2);",
		 {1, 2, 5, 11, 21, 112},
		 {0, 1, 2, 2, 0, 2}},
		{"nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && "
		 "n%100<=10 ? 3 : "
		 "n%100>=11 && n%100<=99 ? 4 : 5;",
		 {0, 1, 2, 7, 30, 100},
		 {0, 1, 2, 3, 4, 5}},
		{"nplurals=2; plural=!(n-1)", {0, 1, 2, 3, 4, 5}, {0, 1, 0, 0, 0, 0}},
		{"nplurals=2; plural=n/0+n%0", {0, 1, 2, 3, 4, 5}, {0, 0, 0, 0, 0, 0}},
		{"nplurals=2; plural=n*2", {0, 1, 2, 3, 4, 5}, {0, 0, 0, 0, 0, 0}},
	};
	struct plural p;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(plural_parse(cases[i].rule, strlen(cases[i].rule), &p),
				 0);
		for (size_t k = 0; k < 6; k++)
			assert_int_equal(plural_form(&p, cases[i].n[k]),
					 cases[i].form[k]);
	}
}

static void test_wrong_plural_rules(void **state)
{
	static const char *const cases[] = {
		"",
		"nplurals=2",
		"nplurals=0; plural=0;",
		"nplurals=9; plural=0;",
		"nplurals=2; plural=;",
		"nplurals=2; plural=n ? 1;",
		"nplurals=2; plural=(n;",
		"nplurals=2; plural=n n;",
		"nplurals=2; plural=m;",
		"nplurals=2; plural=n; system(1)",
		"nplurals=2; plural=n = 1;",
	};
	struct plural p;
	struct buf deep = BUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(plural_parse(cases[i], strlen(cases[i]), &p), -1);
	buf_addstr(&deep, "nplurals=2; plural=");
	for (int i = 0; i < 100000; i++)
		buf_addch(&deep, '(');
	assert_int_equal(plural_parse(deep.data, deep.len, &p), -1);
	buf_clear(&deep);
	buf_addstr(&deep, "nplurals=2; plural=n");
	for (int i = 0; i < 1000; i++)
		buf_addstr(&deep, "+n");
	assert_int_equal(plural_parse(deep.data, deep.len, &p), -1);
	buf_fini(&deep);
}

/* ---- catalogues ---- */

struct entry {
	const char *id, *string;
	size_t id_len, len;
};

#define ENTRY(i, s)                                \
	{                                          \
		i, s, sizeof(i) - 1, sizeof(s) - 1 \
	}

static const struct entry entries[] = {
	ENTRY("", "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; "
		  "plural=(n != "
		  "1);\n"),
	ENTRY("%s place\0%s places", "%s seat\0%s seats"),
	ENTRY("Annuler", "Cancel"),
	ENTRY("Vide", ""),
	ENTRY("une heure\0des heures", "an hour"),
};

static void word(struct buf *b, uint32_t w, int swapped)
{
	if (swapped)
		w = __builtin_bswap32(w);
	buf_add(b, &w, sizeof w);
}

static void make_mo(struct buf *b, int swapped)
{
	const size_t n = ARRAY_SIZE(entries);
	uint32_t at = 28 + (uint32_t)n * 16;

	word(b, 0x950412de, swapped);
	word(b, 0, swapped);
	word(b, (uint32_t)n, swapped);
	word(b, 28, swapped);
	word(b, 28 + (uint32_t)n * 8, swapped);
	word(b, 0, swapped);
	word(b, 0, swapped);
	for (size_t i = 0; i < n; i++) {
		word(b, (uint32_t)entries[i].id_len, swapped);
		word(b, at, swapped);
		at += (uint32_t)entries[i].id_len + 1;
	}
	for (size_t i = 0; i < n; i++) {
		word(b, (uint32_t)entries[i].len, swapped);
		word(b, at, swapped);
		at += (uint32_t)entries[i].len + 1;
	}
	for (size_t i = 0; i < n; i++)
		buf_add(b, entries[i].id, entries[i].id_len + 1);
	for (size_t i = 0; i < n; i++)
		buf_add(b, entries[i].string, entries[i].len + 1);
}

static void test_catalogue(void **state)
{
	for (int swapped = 0; swapped < 2; swapped++) {
		struct buf mo = BUF_INIT;
		struct lang *l;

		make_mo(&mo, swapped);
		l = lang_parse("en", mo.data, mo.len);
		assert_non_null(l);
		assert_string_equal(lang_code(l), "en");
		assert_string_equal(lang_name(l), "English");
		assert_string_equal(tr(l, "Annuler"), "Cancel");
		assert_string_equal(tr(l, "Inconnu"), "Inconnu");
		assert_string_equal(tr(l, "Vide"), "Vide");
		assert_string_equal(tr(l, ""), "");
		assert_string_equal(trn(l, "%s place", "%s places", 1), "%s seat");
		assert_string_equal(trn(l, "%s place", "%s places", 0), "%s seats");
		assert_string_equal(trn(l, "%s place", "%s places", 5), "%s seats");
		/* A form that the file lacks: the French one. */
		assert_string_equal(trn(l, "une heure", "des heures", 1), "an hour");
		assert_string_equal(trn(l, "une heure", "des heures", 2), "des heures");
		lang_free(l);
		buf_fini(&mo);
	}
}

static void test_french_needs_no_file(void **state)
{
	assert_string_equal(lang_code(NULL), "fr");
	assert_string_equal(lang_name(NULL), "Français");
	assert_string_equal(tr(NULL, "Annuler"), "Annuler");
	assert_string_equal(trn(NULL, "un", "des", 0), "un");
	assert_string_equal(trn(NULL, "un", "des", 1), "un");
	assert_string_equal(trn(NULL, "un", "des", 2), "des");
	assert_string_equal(trn(NULL, "un", "des", -2), "des");
}

/* Every cut, and every byte changed to a few others, is either refused or read without
 * harm (the sanitizers watch). */
static void test_damaged_catalogues(void **state)
{
	static const uint8_t values[] = {0, 1, 0x7f, 0xff};
	struct buf mo = BUF_INIT;

	make_mo(&mo, 0);
	for (size_t n = 0; n < mo.len; n++)
		assert_null(lang_parse("en", mo.data, n));
	for (size_t i = 0; i < mo.len; i++) {
		char kept = mo.data[i];

		for (size_t k = 0; k < sizeof values; k++) {
			struct lang *l;

			mo.data[i] = (char)values[k];
			l = lang_parse("en", mo.data, mo.len);
			assert_non_null(tr(l, "Annuler"));
			for (long n = 0; n < 4; n++)
				assert_non_null(trn(l, "%s place", "%s places", n));
			lang_free(l);
		}
		mo.data[i] = kept;
	}
	buf_fini(&mo);
}

static void put_file(const char *dir, const char *name, const void *bytes, size_t len)
{
	char *path = xasprintf("%s/%s", dir, name);
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	free(path);
}

static void test_choice(void **state)
{
	static const struct {
		const char *header, *code;
	} cases[] = {
		{NULL, "fr"},
		{"", "fr"},
		{"en", "en"},
		{"en-GB,en;q=0.9", "en"},
		{"fr-FR,fr;q=0.9,en;q=0.8", "fr"},
		{"de, en;q=0.5, fr;q=0.4", "en"},
		{"de, en;q=0.5, fr;q=0.55", "fr"},
		{"ar;q=1,es", "es"},
		{"en;q=0", "fr"},
		{"en ; q=0.1", "en"},
		{"EN-us", "en"},
		{",;,=,q=;;", "fr"},
		{"*", "fr"},
	};
	static const char *const files[] = {"en.mo", "es.mo",  "de.txt",
					    "x.mo",  "bad.mo", "fr.mo"};
	char dir[] = "/tmp/rdvd-lang-XXXXXX";
	struct buf mo = BUF_INIT;
	struct langs *ls;

	assert_non_null(mkdtemp(dir));
	make_mo(&mo, 0);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		put_file(dir, files[i], mo.data,
			 strcmp(files[i], "bad.mo") ? mo.len : 20);
	ls = langs_new(dir);
	assert_int_equal(langs_count(ls), 3);
	assert_string_equal(lang_code(langs_at(ls, 0)), "fr");
	assert_string_equal(lang_code(langs_at(ls, 1)), "en");
	assert_string_equal(lang_code(langs_at(ls, 2)), "es");
	assert_string_equal(tr(langs_at(ls, 0), "Annuler"), "Annuler");
	assert_string_equal(tr(lang_find(ls, "en-GB"), "Annuler"), "Cancel");
	assert_null(lang_find(ls, "de"));
	assert_null(lang_find(ls, ""));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_string_equal(lang_code(lang_negotiate(ls, cases[i].header)),
				    cases[i].code);
	langs_free(ls);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char *path = xasprintf("%s/%s", dir, files[i]);

		unlink(path);
		free(path);
	}
	rmdir(dir);
	buf_fini(&mo);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plural_rules),
		cmocka_unit_test(test_wrong_plural_rules),
		cmocka_unit_test(test_catalogue),
		cmocka_unit_test(test_french_needs_no_file),
		cmocka_unit_test(test_damaged_catalogues),
		cmocka_unit_test(test_choice),
	};

	log_set_level(LOG_LEVEL_ERR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
