/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_template.c - the template compiler: what a compiled page prints, what does not
 * compile and where the error points, and the printers that pages call. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "template/views.h"

const char *http_asset_url(const char *name)
{
	return strcmp(name, "style.css") ? "" : "/static/style.css?v=1&2";
}

static const char expected[] =
	"<!doctype html>\n"
	"<title lang=\"fr\">Tu &amp; vous - Rendez-vous</title>\n"
	"<title lang=\"fr\">Autre - Rendez-vous</title>\n\n"
	"<link rel=\"stylesheet\" href=\"/static/style.css?v=1&amp;2\">\n"
	"<p title='a&quot;&lt;b&gt;&#39;'>« a&quot;&lt;b&gt;&#39; »</p>\n"
	"<ul>\n"
	"<li class=\"first\">1 <a href=\"#\">14 h &lt;</a> 3.5 2\n"
	"<a href=\"/s/a%2Fb?q=a%22%3Cb%3E%27&amp;x=a/b\">a/b</a>\n"
	"près\n"
	"<input value=\"a/b\" checked>\n"
	"&lt;i&gt;/a/b, j/a/b.\n"
	"</li>\n"
	"<li>2 <a href=\"/x?a=1&amp;b\">15 h</a> 0.1 4294967295\n"
	"<a href=\"/s/%C3%A9?q=a%22%3Cb%3E%27&amp;x=é\">é</a>\n"
	"loin!\n"
	"<input value=\"é\">\n"
	"\n"
	"</li>\n"
	"</ul>\n"
	"<p>Nous gardons &quot;cet&quot; horaire jusqu&#39;à 14 h 32.</p>\n"
	"<p>2 places, des places, a&quot;&lt;b&gt;&#39; \\ 100 % de 2</p>\n"
	"<div><svg/></div>\n"
	"<textarea name=\"t\">\n"
	"  a&quot;&lt;b&gt;&#39;\n"
	"</textarea>\n"
	"<script src=\"/static/a.js\">if (a < b) { c(); }</script>\n";

static void test_sample(void **state)
{
	static const char *const tags[] = {"<i>", "j"};
	const struct slot_view slots[] = {
		{.hour = "14 h <",
		 .url = "javascript:alert(1)",
		 .km = 3.5,
		 .seats = 2,
		 .near = true,
		 .kind = SAMPLE_NEAR,
		 .code = "a/b",
		 .tags = tags,
		 .ntags = 2},
		{.hour = "15 h",
		 .url = "/x?a=1&b",
		 .km = 0.1,
		 .seats = 4294967295u,
		 .code = "é"},
	};
	const struct part_view other = {"Autre"};
	struct sample_view v = {.top = {"Tu & vous"},
				.other = &other,
				.query = "a\"<b>'",
				.slots = slots,
				.nslots = 2,
				.svg_html = "<svg/>",
				.n = 2,
				.until = "14 h 32"};
	struct buf out = BUF_INIT;

	page_sample(&out, NULL, &v);
	assert_string_equal(buf_str(&out), expected);
	buf_clear(&out);
	v = (struct sample_view){.n = 1};
	page_sample(&out, NULL, &v);
	assert_non_null(strstr(buf_str(&out), "<p>rien</p>"));
	assert_non_null(
		strstr(buf_str(&out), "<p>1 place, une place,  \\ 100 % de 1</p>"));
	assert_null(strstr(buf_str(&out), "</li>"));
	buf_fini(&out);
}

static void test_addresses(void **state)
{
	static const struct {
		const char *url;
		int safe;
	} cases[] = {
		{"/a?b=c", 1},
		{"?a=b:c", 1},
		{"#top", 1},
		{"a/b:c", 1},
		{"https://example.org/", 1},
		{"HTTP://example.org", 1},
		{"mailto:a@example.org", 1},
		{"tel:+33612345678", 1},
		{"webcal://h/x.ics", 1},
		{"javascript:alert(1)", 0},
		{"JavaScript:alert(1)", 0},
		{" javascript:alert(1)", 0},
		{"java\tscript:alert(1)", 0},
		{"\001javascript:alert(1)", 0},
		{"data:text/html,x", 0},
		{"vbscript:x", 0},
		{"/\\evil", 0},
		{"\\\\evil", 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf out = BUF_INIT;

		tmpl_url(&out, cases[i].url);
		assert_int_equal(!strcmp(buf_str(&out), "#"), !cases[i].safe);
		buf_fini(&out);
	}
}

static void test_texts(void **state)
{
	static const struct {
		const char *text, *out;
	} cases[] = {
		{"plain & simple", "plain &amp; simple"},
		{"%2$s before %1$s", "[B] before [A]"},
		{"%s, %s, %s", "[A], [B], "},
		{"100 %% of %s%", "100 % of [A]%"},
		{"%d %$s", "%d %$s"},
		{"%9$s|", "|"},
	};
	struct buf args[2] = {BUF_INIT, BUF_INIT};

	buf_addstr(&args[0], "[A]");
	buf_addstr(&args[1], "[B]");
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct buf out = BUF_INIT;

		tmpl_text(&out, cases[i].text, args, 2);
		assert_string_equal(buf_str(&out), cases[i].out);
		buf_fini(&out);
	}
	buf_fini(&args[0]);
	buf_fini(&args[1]);
}

/* ---- what does not compile ---- */

static void write_file(const char *dir, const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", dir, name);
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	free(path);
}

/* Compile dir/bad.html; the exit status, and what was said on stderr in out. */
static int compile(const char *dir, char *said, size_t size)
{
	char *tmplc = xasprintf("%s/daemon/http/tmplc", TEST_BUILDDIR);
	char *in = xasprintf("%s/bad.html", dir), *out = xasprintf("%s/bad.c", dir);
	char dash_o[] = "-o", no_leaks[] = "ASAN_OPTIONS=detect_leaks=0";
	char *argv[] = {tmplc, dash_o, out, in, NULL};
	char *envp[] = {no_leaks, NULL};
	posix_spawn_file_actions_t actions;
	int fds[2], status;
	size_t n = 0;
	ssize_t got;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[1], STDERR_FILENO);
	posix_spawn_file_actions_addclose(&actions, fds[0]);
	assert_int_equal(posix_spawn(&pid, tmplc, &actions, NULL, argv, envp), 0);
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	while (n + 1 < size && (got = read(fds[0], said + n, size - n - 1)) > 0)
		n += (size_t)got;
	said[n] = '\0';
	close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	unlink(in);
	unlink(out);
	free(tmplc);
	free(in);
	free(out);
	return WEXITSTATUS(status);
}

static const struct {
	const char *page; /* after the first line */
	int line;	  /* of the error; 0: it compiles */
	const char *why;
} pages[] = {
	{"<p>{{a}}</p>", 0, ""},
	{"<img src=\"{{a}}\" alt=''>", 0, ""},
	{"<p class=x>{{a}}</p>", 0, ""},
	{"<option{{?a}} selected{{/a}}>", 0, ""},
	{"<a class=\"x{{?a}} y{{/a}}\">", 0, ""},
	{"<!-- remark - -- -> --><p>", 0, ""},
	{"<textarea><p></textarea>", 0, ""},
	{"\n<script>{{a}}</script>", 3, "script or style"},
	{"<style>{{a}}</style>", 2, "script or style"},
	{"<!-- {{a}} -->", 2, "comment"},
	{"<p class={{a}}>", 2, "quotes"},
	{"<p class=x{{a}}>", 2, "quotes"},
	{"<p {{a}}>", 2, "for an attribute"},
	{"<{{a}}>", 2, "tag's name"},
	{"<p onclick=\"{{a}}\">", 2, "in this attribute"},
	{"<p style=\"{{a}}\">", 2, "in this attribute"},
	{"<p>{{{a}}}</p>", 2, "ends in _html"},
	{"<p title=\"{{{a_html}}}\">", 2, "between tags only"},
	{"<a href=\"{{_Texte}}\">", 2, "no text may stand"},
	{"<a href=\"{{&a}}\">", 2, "after its beginning"},
	{"<p>{{&a}}</p>", 2, "belongs into an address"},
	{"<p>{{_%s|a|b}}</p>", 2, "1 %s for 2 arguments"},
	{"<p>{{_50 %}}</p>", 2, "%% for itself"},
	{"<p>{{_<b>}}</p>", 2, "no markup"},
	{"<p>{{_(a) seul}}</p>", 2, "plural is missing"},
	{"{{#a}}\n<p>\n", 4, "\"a\" of line 2 is not closed"},
	{"{{#a}}{{/b}}", 2, "closes \"a\""},
	{"{{/b}}", 2, "closes nothing"},
	{"{{:else}}", 2, "belongs to no condition"},
	{"{{#a}}{{:else}}{{/a}}", 2, "belongs to no condition"},
	{"{{?a}}<p title=\"{{/a}}x\">", 2, "another state"},
	{"<p title=\"{{?a}}b\"{{/a}}>", 2, "another state"},
	{"{{?a}}<pre>{{/a}}", 2, "another state"},
	{"{{?a}}<b{{:else}}<i{{/a}} title=\"x\">", 2, "another state"},
	{"<p title=\"a\"b=\"c\">", 2, "blank is missing"},
	{"<p title=\"a>\n<p title=\"b\">", 3, "quote missing"},
	{"<p title=\"a>\n<p>", 3, "quote missing"},
	{"1 < 2", 2, "&lt;"},
	{"<p title=>", 2, "value is missing"},
	{"<p title", 2, "inside a tag"},
	{"<p>{{a", 2, "not closed"},
	{"{{A}}", 2, "not the name of a field"},
	{"{{a b}}", 2, "not the name of a field"},
	{"{{../a}}", 2, "no scope"},
	{"{{@first}}", 2, "in no loop"},
	{"{{?a=b}}{{/a}}", 2, "not a constant"},
	{"{{>nothing}}", 2, "cannot read"},
	{"{{%what}}", 2, "no directive"},
	{"{{:what}}", 2, "no directive"},
	{"{{>self}}", 0, ""},
};

static void test_errors(void **state)
{
	char dir[] = "/tmp/rdvd-tmplc-XXXXXX", said[512];
	char *part;

	assert_non_null(mkdtemp(dir));
	write_file(dir, "_self.html", "<p>");
	for (size_t i = 0; i < ARRAY_SIZE(pages); i++) {
		char *page = xasprintf("{{%%view struct v}}\n%s", pages[i].page);
		char *where = xasprintf("/bad.html:%d: ", pages[i].line);
		int status;

		write_file(dir, "bad.html", page);
		status = compile(dir, said, sizeof said);
		if (status != (pages[i].line != 0) || !strstr(said, pages[i].why) ||
		    (status && !strstr(said, where)))
			print_error("%s: %d %s\n", pages[i].page, status, said);
		assert_int_equal(status, pages[i].line != 0);
		assert_non_null(strstr(said, pages[i].why));
		assert_true(!status || strstr(said, where));
		free(page);
		free(where);
	}
	write_file(dir, "bad.html", "<p>");
	assert_int_equal(compile(dir, said, sizeof said), 1);
	assert_non_null(strstr(said, "first line"));
	/* A partial that includes itself. */
	write_file(dir, "_self.html", "<p>\n{{>self}}");
	write_file(dir, "bad.html", "{{%view struct v}}\n{{>self}}");
	assert_int_equal(compile(dir, said, sizeof said), 1);
	assert_non_null(strstr(said, "_self.html:2: "));
	part = xasprintf("%s/_self.html", dir);
	unlink(part);
	free(part);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
