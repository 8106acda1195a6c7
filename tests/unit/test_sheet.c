/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_sheet.c - tables as CSV, byte for byte; that nothing is a formula; a workbook that
 * is a zip file (what is in it is read by the system tests). */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "report/sheet.h"

static struct sheet of(const struct sheet_table *tables, size_t n, const char *language)
{
	return (struct sheet){.title = "Chiffres",
			      .about = "mars 2026; CLLAJ",
			      .language = language,
			      .tables = tables,
			      .ntables = n};
}

static void test_csv(void **state)
{
	static const char *const columns[] = {"Lieu", "Rendez-vous", "Taux"};
	static const struct sheet_cell cells[] = {
		{SHEET_TEXT, "Rouvroy", 0}, {SHEET_NUMBER, NULL, 48},
		{SHEET_PERCENT, NULL, 25},  {SHEET_TEXT, "dit \"le 9\"", 0},
		{SHEET_EMPTY, NULL, 0},	    {SHEET_PERCENT, NULL, 33.333},
	};
	const struct sheet_table t = {
		"Par lieu", "À lire avec prudence.", columns, 3, cells, 2};
	struct sheet s = of(&t, 1, "fr");
	struct buf out = BUF_INIT;

	(void)state;
	sheet_csv(&out, &s);
	assert_string_equal(buf_str(&out),
			    "\xef\xbb\xbf"
			    "Chiffres\r\n\"mars 2026; CLLAJ\"\r\n\r\nPar lieu\r\n"
			    "Lieu;Rendez-vous;Taux\r\nRouvroy;48;25,0 %\r\n"
			    "\"dit \"\"le 9\"\"\";;33,3 %\r\nÀ lire avec prudence.\r\n");
	buf_clear(&out);
	s.language = "en";
	sheet_csv(&out, &s);
	assert_non_null(strstr(buf_str(&out), "Rouvroy;48;25.0 %"));
	buf_fini(&out);
}

static void test_no_text_is_a_formula(void **state)
{
	static const char *const texts[] = {"=1+1",
					    "+33 6",
					    "-2+3",
					    "@SUM(A1)",
					    "\t=1+1",
					    "\r=1+1",
					    "=HYPERLINK(\"http://x\";\"y\")"};
	static const char *const fine[] = {"1=1", "a-b", "06 12", "", " x"};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts) + ARRAY_SIZE(fine); i++) {
		int risky = i < ARRAY_SIZE(texts);
		const char *text = risky ? texts[i] : fine[i - ARRAY_SIZE(texts)];
		const struct sheet_cell cell = {SHEET_TEXT, text, 0};
		const struct sheet_table t = {text, NULL, &text, 1, &cell, 1};
		struct sheet s = of(&t, 1, "fr");
		struct buf out = BUF_INIT;
		const char *at;
		int found = 0;

		sheet_csv(&out, &s);
		for (at = buf_str(&out); (at = strstr(at, "'")); at++)
			found += at[-1] == '"' && at[1] == *text;
		assert_int_equal(found, risky ? 3 : 0); /* title, column, cell */
		buf_fini(&out);
	}
}

static int files_in(const char *folder)
{
	DIR *d = opendir(folder);
	int n = -2; /* . and .. */

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void test_a_workbook(void **state)
{
	static const char *const columns[] = {"Lieu", "Rendez-vous"};
	static const struct sheet_cell cells[] = {{SHEET_TEXT, "=1+1", 0},
						  {SHEET_NUMBER, NULL, 48}};
	/* two leaves of one name, one that Excel would refuse, one much too long */
	const struct sheet_table t[] = {
		{"Par lieu", NULL, columns, 2, cells, 1},
		{"Par lieu", "", columns, 2, cells, 1},
		{"'[]:*?/\\'", NULL, columns, 2, NULL, 0},
		{"Selon le délai entre la réservation et le rendez-vous", NULL, columns,
		 2, cells, 1},
	};
	const struct sheet s = of(t, ARRAY_SIZE(t), "fr");
	char folder[] = "/tmp/rdvd-sheet-test-XXXXXX";
	struct buf out = BUF_INIT;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(sheet_xlsx(&out, &s, folder), 0);
	assert_true(out.len > 2000);
	assert_memory_equal(buf_str(&out), "PK\x03\x04", 4);
	assert_int_equal(files_in(folder), 0);
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(sheet_xlsx(&out, &s, folder), -1); /* gone */
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_no_text_is_a_formula),
		cmocka_unit_test(test_a_workbook),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
