/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_http_answer.c - what answers carry: cookies of an https site, languages, assets,
 * problems, the page of errors, multipart forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "http/lang.h"
#include "http_fixture.h"

static const uint8_t style[] = "body{}";
static const struct http_asset assets[] = {
	{"a.js", "text/javascript", "00000000000000aa", "/static/a.js?v=00000000000000aa",
	 style, 6},
	{"style.css", "text/css; charset=utf-8", "00000000000000bb",
	 "/static/style.css?v=00000000000000bb", style, 6},
};

static void on_lang(struct http_request *rq)
{
	struct buf b = BUF_INIT;

	buf_addstr(&b, http_request_lang_code(rq));
	http_reply_html(rq, 200, &b);
}

static void on_login(struct http_request *rq)
{
	http_session_cookie(rq, "t0ken", 3600);
	http_redirect(rq, 303, "/team");
}

static void on_logout(struct http_request *rq)
{
	http_session_cookie(rq, NULL, 0);
	http_redirect(rq, 303, "/");
}

static void on_problem(struct http_request *rq)
{
	static const struct http_error errors[] = {
		{"person.birth_year", "invalid", "\"19\" n'est pas une année"},
		{"person.last_name", "required", "nom"},
	};

	http_problem_with(rq, 422, "Unprocessable", "2 champs", errors, 2,
			  "\"alternatives\":[]");
}

static void on_form(struct http_request *rq)
{
	struct buf b = BUF_INIT;
	const char *name, *value;
	size_t len = 0;

	for (size_t i = 0; !http_request_field_at(rq, i, &name, &value); i++) {
		http_request_field_bytes(rq, name, &len);
		buf_addf(&b, "%s:%zu ", name, len);
	}
	http_reply(rq, 200, "text/plain", &b);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET, .pattern = "/lang", .handle = on_lang},
	{.method = HTTP_GET, .pattern = "/login", .handle = on_login},
	{.method = HTTP_GET, .pattern = "/logout", .handle = on_logout},
	{.method = HTTP_GET, .pattern = "/api/v1/problem", .handle = on_problem},
	{.method = HTTP_POST, .pattern = "/form", .body = BODY_FORM, .handle = on_form},
};

static void error_page(void *ctx, struct http_request *rq, int status, const char *detail,
		       struct buf *out)
{
	buf_addf(out, "<p>%s %d %s", http_request_lang_code(rq), status,
		 detail ? detail : "-");
}

/* The smallest catalogue: no text at all. */
static struct langs *make_langs(void)
{
	static const uint32_t mo[7] = {0x950412de, 0, 0, 28, 28, 0, 28};
	char dir[] = "/tmp/rdvd-langs-XXXXXX";
	struct langs *ls;
	char *path;
	FILE *f;

	assert_non_null(mkdtemp(dir));
	path = xasprintf("%s/en.mo", dir);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(mo, 1, sizeof mo, f), sizeof mo);
	assert_int_equal(fclose(f), 0);
	ls = langs_new(dir);
	assert_int_equal(langs_count(ls), 2);
	unlink(path);
	rmdir(dir);
	free(path);
	return ls;
}

static struct langs *langs;

static int setup(void **state)
{
	static struct fixture f;
	struct http_options o = {.public_url = "https://rdv.example.org/",
				 .hooks = {.error_page = error_page}};

	o.langs = langs = make_langs();
	fixture_start(&f, &o);
	fixture_add_routes(&f, routes, ARRAY_SIZE(routes));
	http_server_assets(f.server, assets, ARRAY_SIZE(assets));
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	fixture_stop(*state);
	langs_free(langs);
	return 0;
}

static void test_secure_site(void **state)
{
	struct fixture *f = *state;
	struct answer a;

	assert_string_equal(http_server_public_url(f->server), "https://rdv.example.org");
	assert_int_equal(fixture_get(f, "/login", "", &a), 303);
	assert_string_equal(
		answer_header(&a, "Set-Cookie"),
		"__Host-rdvd_session=t0ken; Path=/; HttpOnly; SameSite=Lax; Secure; "
		"Max-Age=3600");
	assert_string_equal(answer_header(&a, "Location"), "/team");
	assert_string_equal(answer_header(&a, "Strict-Transport-Security"),
			    "max-age=31536000");
	answer_fini(&a);
	assert_int_equal(fixture_get(f, "/logout", "", &a), 303);
	assert_string_equal(
		answer_header(&a, "Set-Cookie"),
		"__Host-rdvd_session=; Path=/; HttpOnly; SameSite=Lax; Secure; "
		"Max-Age=0");
	answer_fini(&a);
}

static void test_languages(void **state)
{
	static const struct {
		const char *target, *headers, *code;
		int sets_cookie;
	} cases[] = {
		{"/lang", "", "fr", 0},
		{"/lang", "Accept-Language: en-GB\r\n", "en", 0},
		{"/lang", "Accept-Language: de\r\n", "fr", 0},
		{"/lang", "Accept-Language: en\r\nCookie: __Host-rdvd_lang=fr\r\n", "fr",
		 0},
		{"/lang?lang=en", "", "en", 1},
		{"/lang?lang=en", "Cookie: __Host-rdvd_lang=en\r\n", "en", 0},
		{"/lang?lang=fr", "Cookie: __Host-rdvd_lang=en\r\n", "fr", 1},
		{"/lang?lang=xx", "Cookie: __Host-rdvd_lang=en\r\n", "en", 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct answer a;

		assert_int_equal(
			fixture_get(*state, cases[i].target, cases[i].headers, &a), 200);
		assert_string_equal(buf_str(&a.body), cases[i].code);
		assert_int_equal(answer_header(&a, "Set-Cookie") != NULL,
				 cases[i].sets_cookie);
		assert_string_equal(answer_header(&a, "Referrer-Policy"), "same-origin");
		answer_fini(&a);
	}
}

static void test_assets(void **state)
{
	struct answer a;

	assert_int_equal(fixture_get(*state, http_asset_url("style.css"), "", &a), 200);
	assert_string_equal(buf_str(&a.body), "body{}");
	assert_string_equal(answer_header(&a, "Cache-Control"),
			    "public, max-age=31536000, immutable");
	assert_string_equal(answer_header(&a, "ETag"), "\"00000000000000bb\"");
	assert_string_equal(answer_header(&a, "Content-Type"), "text/css; charset=utf-8");
	answer_fini(&a);
	assert_int_equal(fixture_get(*state, "/static/a.js?v=old", "", &a), 200);
	assert_string_equal(answer_header(&a, "Cache-Control"), "no-cache");
	answer_fini(&a);
	assert_int_equal(fixture_get(*state, "/static/a.js",
				     "If-None-Match: \"00000000000000aa\"\r\n", NULL),
			 304);
	assert_int_equal(fixture_get(*state, "/static/b.js", "", NULL), 404);
}

static void test_problems(void **state)
{
	struct answer a;
	json_t *j, *errors;
	const char *text;
	int status;

	assert_int_equal(fixture_get(*state, "/api/v1/problem", "", &a), 422);
	assert_string_equal(answer_header(&a, "Content-Type"),
			    "application/problem+json");
	j = json_loads(buf_str(&a.body), JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(j);
	assert_int_equal(
		json_unpack(j, "{s:i,s:o}", "status", &status, "errors", &errors), 0);
	assert_int_equal(status, 422);
	assert_int_equal(json_array_size(errors), 2);
	assert_int_equal(
		json_unpack(json_array_get(errors, 0), "{s:s}", "message", &text), 0);
	assert_string_equal(text, "\"19\" n'est pas une année");
	assert_int_equal(json_array_size(json_object_get(j, "alternatives")), 0);
	json_decref(j);
	answer_fini(&a);
	assert_int_equal(fixture_get(*state, "/nowhere", "Accept-Language: en\r\n", &a),
			 404);
	assert_string_equal(buf_str(&a.body), "<p>en 404 -");
	answer_fini(&a);
	assert_int_equal(fixture_get(*state, "/api/v1/nowhere", "", &a), 404);
	assert_string_equal(answer_header(&a, "Content-Type"),
			    "application/problem+json");
	answer_fini(&a);
}

static int post_multipart(struct fixture *f, const char *body, size_t len,
			  struct answer *a)
{
	struct buf b = BUF_INIT;
	struct client c;

	buf_addf(&b,
		 "POST /form HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; "
		 "boundary=XX"
		 "\r\nContent-Length: %zu\r\n\r\n",
		 len);
	buf_add(&b, body, len);
	client_open(&c, f);
	client_send_bytes(&c, b.data, b.len);
	client_answer(&c, a);
	client_close(&c);
	buf_fini(&b);
	return a->status;
}

#define PART(name, rest) "--XX\r\nContent-Disposition: form-data; name=\"" name "\"" rest

static void test_multipart(void **state)
{
	static const struct {
		const char *body;
		size_t len;
		int status;
		const char *fields;
	} cases[] = {
#define CASE(body, status, fields) {body, sizeof(body) - 1, status, fields}
		CASE(PART("a", "\r\n\r\n\r\n") PART("b", "\r\n\r\nx\r\n") "--XX--\r\n",
		     200, "a:0 b:1 "),
		CASE(PART("f", "; filename=\"x\"\r\n\r\na\0b\xff\r\n") "--XX--\r\n", 200,
		     "f:4 "),
		CASE(PART("a", "\r\n\r\na\0b\r\n") "--XX--\r\n", 400, NULL),
		CASE(PART("a", "\r\n\r\n\xff\r\n") "--XX--\r\n", 400, NULL),
		CASE(PART("a", "\r\n\r\nno end"), 400, NULL),
#undef CASE
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct answer a;

		assert_int_equal(post_multipart(*state, cases[i].body, cases[i].len, &a),
				 cases[i].status);
		if (cases[i].fields)
			assert_string_equal(buf_str(&a.body), cases[i].fields);
		answer_fini(&a);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_secure_site), TEST(test_languages), TEST(test_assets),
		TEST(test_problems),	TEST(test_multipart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
