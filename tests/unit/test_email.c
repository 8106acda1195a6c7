/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_email.c - the HTML of an e-mail: it says what the text says, nothing in the text
 * becomes a tag or leaves an attribute, and nothing is fetched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "message/email.h"

static void body_of(struct buf *out, const char *text)
{
	struct buf b = BUF_INIT;
	const char *from, *to;

	email_html(&b, "T", text, "fr");
	from = strstr(buf_str(&b), "max-width:36em\">\n");
	assert_non_null(from);
	from += strlen("max-width:36em\">\n");
	to = strstr(from, "</div>");
	assert_non_null(to);
	buf_clear(out);
	buf_add(out, from, (size_t)(to - from));
	buf_fini(&b);
}

#define P "<p style=\"margin:0 0 16px\">"
#define A "\" style=\"color:#0b5d4e\">"

static void paragraphs_and_links(void **state)
{
	static const struct {
		const char *text, *html;
	} cases[] = {
		{"", ""},
		{"\n\n\n", ""},
		{"Bonjour,", P "Bonjour,</p>\n"},
		{"Bonjour,\n\nÀ bientôt\r\n", P "Bonjour,</p>\n" P "À bientôt</p>\n"},
		{"Où : ici\n     62110 Hénin", P "Où : ici<br>\n62110 Hénin</p>\n"},
		{"1 < 2 & \"3\" > '0'",
		 P "1 &lt; 2 &amp; &quot;3&quot; &gt; &#39;0&#39;</p>\n"},
		{"Voir https://x.fr/a?b=1&c=2.",
		 P "Voir <a href=\"https://x.fr/a?b=1&amp;c=2" A
		   "https://x.fr/a?b=1&amp;c=2</a>.</p>\n"},
		{"(https://x.fr/), https://y.fr",
		 P "(<a href=\"https://x.fr/" A "https://x.fr/</a>), <a "
		   "href=\"https://y.fr" A "https://y.fr</a></p>\n"},
		{"https://", P "https://</p>\n"},
		{"https://x.fr/\"onclick=\"a",
		 P "<a href=\"https://x.fr/" A
		   "https://x.fr/</a>&quot;onclick=&quot;a</p>\n"},
		{"javascript:alert(1)", P "javascript:alert(1)</p>\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf b = BUF_INIT;

		body_of(&b, cases[i].text);
		assert_string_equal(buf_str(&b), cases[i].html);
		buf_fini(&b);
	}
}

static void a_lone_link_is_a_button(void **state)
{
	static const struct {
		const char *lang, *label;
	} cases[] = {{"fr", ">Ouvrir mon rendez-vous</a>"},
		     {"en", ">Open my appointment</a>"}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf b = BUF_INIT;
		char lang[32];

		email_html(&b, "Le <titre>", "Pour changer :\n  https://x.fr/rdv/T  \n",
			   cases[i].lang);
		assert_non_null(
			strstr(buf_str(&b), "<a href=\"https://x.fr/rdv/T\" style="));
		assert_non_null(strstr(buf_str(&b), cases[i].label));
		assert_non_null(strstr(buf_str(&b), "<title>Le &lt;titre&gt;</title>"));
		snprintf(lang, sizeof lang, "<html lang=\"%s\">", cases[i].lang);
		assert_non_null(strstr(buf_str(&b), lang));
		/* nothing is fetched, nothing runs */
		assert_null(strstr(buf_str(&b), "src="));
		assert_null(strstr(buf_str(&b), "url("));
		assert_null(strstr(buf_str(&b), "<script"));
		assert_null(strstr(buf_str(&b), "<link"));
		buf_fini(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paragraphs_and_links),
		cmocka_unit_test(a_lone_link_is_a_button),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
