/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_squeeze.c - style sheets get shorter and go on meaning the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/squeeze.h"

static const struct {
	const char *written, *served;
} cases[] = {
	{"", ""},
	{" \n ", ""},
	{"/* a remark */", ""},
	{"/* one that never ends", ""},
	{"a {\n\tcolor: red;\n}\n", "a{color:red}"},
	{"a { color: red; }\nb { color: blue }", "a{color:red}b{color:blue}"},
	{"a , b { x: y }", "a,b{x:y}"},
	/* between selectors a blank means something; beside a sign it does not */
	{"a b > c + d ~ e { x: y }", "a b>c+d~e{x:y}"},
	{"a :hover { x: y }", "a :hover{x:y}"},
	{"a:not(.b, .c) .d { x: y }", "a:not(.b,.c) .d{x:y}"},
	{".a:has( + .b ) { x: y }", ".a:has(+ .b){x:y}"},
	{"[a] > [b] { x: y }", "[a]>[b]{x:y}"},
	/* a sum needs its blanks */
	{"a { width: calc( 1px + 2px - (3 * 4px) ) }",
	 "a{width:calc(1px + 2px - (3 * 4px))}"},
	{"a { margin: 0 -1px  auto; }", "a{margin:0 -1px auto}"},
	{"a { x: y !important; }", "a{x:y!important}"},
	{"@media (min-width: 42rem) and (max-width: 61.99rem) { a { x: y } }",
	 "@media (min-width:42rem) and (max-width:61.99rem){a{x:y}}"},
	{"@supports (color: color-mix(in srgb, red, blue)) { :root { --a: b } }",
	 "@supports (color:color-mix(in srgb,red,blue)){:root{--a:b}}"},
	/* words in quotes are somebody's */
	{"a::before { content: \"  /* b */ ; } \" }",
	 "a::before{content:\"  /* b */ ; } \"}"},
	{"a::before { content: 'it\\'s  \"' ; x: y }",
	 "a::before{content:'it\\'s  \"';x:y}"},
	{"a::before { content: \"no end", "a::before{content:\"no end"},
	{"a::before { content: \"\\", "a::before{content:\"\\"},
	/* a remark between two words leaves what stood around it */
	{"a /* b */ c { x: y /* z */; }", "a c{x:y}"},
	{"a{}/", "a{}/"},
};

static void sheets_are_shorter_and_mean_the_same(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = strlen(cases[i].written), k;
		/* to the byte, so that a sanitizer sees what is read behind the end */
		unsigned char *s = malloc(n ? n : 1);

		memcpy(s, cases[i].written, n);
		k = squeeze_css(s, n);
		assert_true(k <= n);
		assert_int_equal(k, strlen(cases[i].served));
		assert_memory_equal(s, cases[i].served, k);
		/* twice is once */
		assert_int_equal(squeeze_css(s, k), k);
		free(s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sheets_are_shorter_and_mean_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
