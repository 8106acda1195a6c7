/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_http_wire.c - a real server and raw sockets: what is refused on the wire, sizes,
 * routes, forms, who may call what, limits by address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "http_fixture.h"
#include "http_handlers.h"

/* ---- the wire ---- */

#define CHUNKED                                            \
	"POST /form HTTP/1.1\r\nHost: h\r\nContent-Type: " \
	"application/x-www-form-urlencoded\r\n"            \
	"Transfer-Encoding: chunked\r\n\r\n"

static const struct {
	const char *what, *request;
	int status;
} wire_cases[] = {
	{"plain", "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n", 200},
	{"1.0 without Host", "GET /hello HTTP/1.0\r\n\r\n", 200},
	{"no Host", "GET /hello HTTP/1.1\r\n\r\n", 400},
	{"two Hosts", "GET /hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
	{"empty Host", "GET /hello HTTP/1.1\r\nHost:\r\n\r\n", 400},
	{"path in Host", "GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
	{"both lengths",
	 "POST /form HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: "
	 "chunked\r\n\r\n0\r\n\r\n",
	 400},
	{"both lengths, other order",
	 "POST /form HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
	 "chunked\r\nContent-Length: "
	 "3\r\n\r\n0\r\n\r\n",
	 400},
	{"two Content-Lengths",
	 "POST /form HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: "
	 "3\r\n\r\na=b",
	 400},
	{"two different Content-Lengths",
	 "POST /form HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nContent-Length: "
	 "3\r\n\r\na=b",
	 400},
	{"list as Content-Length",
	 "POST /form HTTP/1.1\r\nHost: h\r\nContent-Length: 3, 3\r\n\r\na=b", 400},
	{"sign in Content-Length",
	 "POST /form HTTP/1.1\r\nHost: h\r\nContent-Length: +3\r\n\r\na=b", 400},
	{"negative Content-Length",
	 "POST /form HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", 400},
	{"hexadecimal Content-Length",
	 "POST /form HTTP/1.1\r\nHost: h\r\nContent-Length: 0x3\r\n\r\na=b", 400},
	{"gzip, chunked",
	 "POST /form HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
	 400},
	{"odd spelling of chunked",
	 "POST /form HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n", 400},
	{"two Transfer-Encodings",
	 "POST /form HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
	 "chunked\r\nTransfer-Encoding: "
	 "identity\r\n\r\n0\r\n\r\n",
	 400},
	{"chunked in 1.0",
	 "POST /form HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	 400},
	{"chunk", CHUNKED "3\r\na=b\r\n0\r\n\r\n", 200},
	{"chunk with an extension", CHUNKED "3;a=b\r\na=b\r\n0\r\n\r\n", 200},
	{"chunk size with a sign", CHUNKED "+3\r\na=b\r\n0\r\n\r\n", 400},
	{"hexadecimal prefix of a chunk size", CHUNKED "0x3\r\na=b\r\n0\r\n\r\n", 400},
	{"blank before a chunk size", CHUNKED " 3\r\na=b\r\n0\r\n\r\n", 400},
	{"negative chunk size", CHUNKED "-3\r\na=b\r\n0\r\n\r\n", 400},
	{"chunk size past 64 bits", CHUNKED "10000000000000003\r\na=b\r\n0\r\n\r\n", 413},
	{"empty chunk size", CHUNKED "\r\na=b\r\n0\r\n\r\n", 400},
	{"underscore in a chunk size", CHUNKED "0_3\r\na=b\r\n0\r\n\r\n", 400},
	{"space before colon", "GET /hello HTTP/1.1\r\nHost: h\r\nA : b\r\n\r\n", 400},
	{"space before the colon of Content-Length",
	 "POST /form HTTP/1.1\r\nHost: h\r\nContent-Length : 3\r\n\r\na=b", 400},
	{"empty header name", "GET /hello HTTP/1.1\r\nHost: h\r\n: b\r\n\r\n", 400},
	{"empty header name and nothing else",
	 "GET /hello HTTP/1.1\r\nHost: h\r\n:\r\n\r\n", 400},
	{"empty header name first", "GET /hello HTTP/1.1\r\n: b\r\nHost: h\r\n\r\n", 400},
	{"empty header name that hides a length",
	 "POST /form HTTP/1.1\r\nHost: h\r\n: b\r\nContent-Length: 3\r\n\r\na=b", 400},
	{"folded header", "GET /hello HTTP/1.1\r\nHost: h\r\nA: b\r\n c\r\n\r\n", 400},
	{"folded last header", "GET /hello HTTP/1.1\r\nA: b\r\n\tc\r\nHost: h\r\n\r\n",
	 400},
	{"bare line feeds", "GET /hello HTTP/1.1\nHost: h\n\n", 400},
	{"bare line feed", "GET /hello HTTP/1.1\r\nA: b\nHost: h\r\n\r\n", 400},
	{"bare line feed at the end", "GET /hello HTTP/1.1\r\nHost: h\r\n\n", 400},
	{"empty values and blanks",
	 "GET /hello HTTP/1.1\r\nHost: h \t\r\nA:\r\nB: \r\n\r\n", 200},
	{"odd header name", "GET /hello HTTP/1.1\r\nHost: h\r\nA(b): c\r\n\r\n", 400},
	{"control character in a value",
	 "GET /hello HTTP/1.1\r\nHost: h\r\nA: b\001c\r\n\r\n", 400},
	{"carriage return in a value",
	 "GET /hello HTTP/1.1\r\nHost: h\r\nA: b\rc\r\n\r\n", 400},
	{"line without a colon", "GET /hello HTTP/1.1\r\nHost: h\r\nAbc\r\n\r\n", 400},
	{"TRACE", "TRACE /hello HTTP/1.1\r\nHost: h\r\n\r\n", 501},
	{"unknown method", "BREW /hello HTTP/1.1\r\nHost: h\r\n\r\n", 501},
	{"method in lower case", "get /hello HTTP/1.1\r\nHost: h\r\n\r\n", 501},
	{"absolute address", "GET http://h/hello HTTP/1.1\r\nHost: h\r\n\r\n", 400},
	{"NUL in the path", "GET /rdv/a%00b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
	{"line feed in the path", "GET /rdv/a%0Ab HTTP/1.1\r\nHost: h\r\n\r\n", 400},
	{"cut escape", "GET /rdv/a%4 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
	{"bad escape", "GET /rdv/a%zz HTTP/1.1\r\nHost: h\r\n\r\n", 400},
	{"invalid UTF-8 in the path", "GET /rdv/%c3%28 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
	{"overlong UTF-8 in the query", "GET /show?a=%c0%af HTTP/1.1\r\nHost: h\r\n\r\n",
	 400},
	{"NUL in the query", "GET /show?a=%00 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
	{"an escaped slash is no separator", "GET /rdv%2Fnew HTTP/1.1\r\nHost: h\r\n\r\n",
	 404},
	{"dots stay dots", "GET /rdv/../hello HTTP/1.1\r\nHost: h\r\n\r\n", 404},
	{"unknown path", "GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n", 404},
	{"known path, other method", "DELETE /hello HTTP/1.1\r\nHost: h\r\n\r\n", 405},
	{"repeated parameter of a page", "GET /show?a=1&a=2 HTTP/1.1\r\nHost: h\r\n\r\n",
	 200},
	{"repeated parameter of the API",
	 "GET /api/v1/show?a=1&a=2 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
	{"JSON to a form",
	 "POST /form HTTP/1.1\r\nHost: h\r\nContent-Type: "
	 "application/json\r\nContent-Length: "
	 "2\r\n\r\n{}",
	 415},
	{"form to JSON",
	 "POST /json HTTP/1.1\r\nHost: h\r\nContent-Type: "
	 "application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b",
	 415},
	{"bad JSON",
	 "POST /json HTTP/1.1\r\nHost: h\r\nContent-Type: "
	 "application/json\r\nContent-Length: "
	 "2\r\n\r\n{,",
	 400},
	{"JSON with a key twice",
	 "POST /json HTTP/1.1\r\nHost: h\r\nContent-Type: "
	 "application/json\r\nContent-Length: "
	 "15\r\n\r\n{\"a\":1,\"a\":\"2\"}",
	 400},
	{"JSON",
	 "POST /json HTTP/1.1\r\nHost: h\r\nContent-Type: application/json; "
	 "charset=utf-8\r\nContent-Length: 9\r\n\r\n{\"a\":\"b\"}",
	 200},
	{"invalid UTF-8 in a form",
	 "POST /form HTTP/1.1\r\nHost: h\r\nContent-Type: "
	 "application/x-www-form-urlencoded\r\nContent-Length: 5\r\n\r\na=%ff",
	 400},
	{"announced body too long",
	 "POST /form HTTP/1.1\r\nHost: h\r\nContent-Type: "
	 "application/x-www-form-urlencoded\r\nContent-Length: 99999999\r\n\r\n",
	 413},
	{"metrics from the network", "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n", 404},
};

static void test_wire(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(wire_cases); i++) {
		struct answer a;
		int status = fixture_ask(*state, wire_cases[i].request, &a);

		if (status != wire_cases[i].status)
			print_error("%s: %d instead of %d\n", wire_cases[i].what, status,
				    wire_cases[i].status);
		assert_int_equal(status, wire_cases[i].status);
		answer_fini(&a);
	}
}

/* A refusal for the bytes themselves must end the connection: what follows is not a
 * request. */
static void test_smuggled_request_is_not_served(void **state)
{
	struct client c;
	struct answer a;

	client_open(&c, *state);
	client_send(&c, "POST /form HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n"
			"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /hello "
			"HTTP/1.1\r\nHost: h\r\n"
			"\r\n");
	client_answer(&c, &a);
	assert_int_equal(a.status, 400);
	assert_string_equal(answer_header(&a, "Connection"), "close");
	answer_fini(&a);
	assert_true(client_is_closed_soon(&c));
	assert_int_equal(c.in.len, 0);
	client_close(&c);
}

static void ask_with_filler(struct fixture *f, const char *before, size_t n,
			    const char *each, const char *after, int status)
{
	struct buf b = BUF_INIT;
	struct answer a;

	buf_addstr(&b, before);
	for (size_t i = 0; i < n; i++)
		buf_addstr(&b, each);
	buf_addstr(&b, after);
	assert_int_equal(fixture_ask(f, buf_str(&b), &a), status);
	answer_fini(&a);
	buf_fini(&b);
}

static void test_sizes(void **state)
{
	struct fixture *f = *state;
	static const char form[] = "POST /form HTTP/1.1\r\nHost: h\r\n"
				   "Content-Type: application/x-www-form-urlencoded\r\n";
	struct buf b = BUF_INIT;

	ask_with_filler(f, "GET /show?a=", 4000, "x", " HTTP/1.1\r\nHost: h\r\n\r\n",
			200);
	ask_with_filler(f, "GET /show?a=", 4200, "x", " HTTP/1.1\r\nHost: h\r\n\r\n",
			414);
	ask_with_filler(f, "GET /show HTTP/1.1\r\nHost: h\r\n", 60, "A: b\r\n", "\r\n",
			200);
	ask_with_filler(f, "GET /show HTTP/1.1\r\nHost: h\r\n", 65, "A: b\r\n", "\r\n",
			431);
	ask_with_filler(f, "GET /show HTTP/1.1\r\nHost: h\r\nA: ", 7900, "x", "\r\n\r\n",
			200);
	ask_with_filler(f, "GET /show HTTP/1.1\r\nHost: h\r\nA: ", 9000, "x", "\r\n\r\n",
			431);
	ask_with_filler(f, "GET /show HTTP/1.1\r\nHost: h\r\nA: ", 60000, "x", "\r\n\r\n",
			431);

	buf_addf(&b, "%sContent-Length: 65536\r\n\r\na=", form);
	ask_with_filler(f, buf_str(&b), 65534, "x", "", 200);
	buf_clear(&b);
	buf_addf(&b, "%sContent-Length: 65537\r\n\r\na=", form);
	ask_with_filler(f, buf_str(&b), 65535, "x", "", 413);
	buf_clear(&b);
	buf_addf(&b, "%sTransfer-Encoding: chunked\r\n\r\n1FFFF\r\n", form);
	ask_with_filler(f, buf_str(&b), 0x1ffff, "x", "\r\n0\r\n\r\n", 413);
	buf_fini(&b);
}

static void test_local_socket_takes_large_bodies(void **state)
{
	struct client c;
	struct answer a;
	struct buf b = BUF_INIT;

	client_open_local(&c, *state);
	buf_addstr(&b,
		   "POST /json HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
		   "Content-Length: 5000009\r\n\r\n{\"a\":\"b\"");
	memset(buf_reserve(&b, 5000000), ' ', 5000000);
	b.len += 5000000;
	buf_addstr(&b, "}");
	client_send_bytes(&c, b.data, b.len);
	client_answer(&c, &a);
	assert_int_equal(a.status, 200);
	assert_string_equal(buf_str(&a.body), "b");
	answer_fini(&a);
	client_send(&c, "GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n");
	client_answer(&c, &a);
	assert_int_equal(a.status, 200);
	answer_fini(&a);
	client_send(&c, "GET /api/v1/staff HTTP/1.1\r\nHost: h\r\n\r\n");
	client_answer(&c, &a);
	assert_string_equal(buf_str(&a.body), "GET path=/api/v1/staff from=local");
	answer_fini(&a);
	client_close(&c);
	buf_fini(&b);
}

/* ---- routes, parameters, forms ---- */

static void test_reading(void **state)
{
	static const struct {
		const char *request, *body;
	} cases[] = {
		{"GET /rdv/a%20b%C3%A9?x=1+2&y&z=%26%3D HTTP/1.1\r\nHost: h\r\n\r\n",
		 "GET path=/rdv/a b\303\251 a=a b\303\251 ?x=1 2 ?y= ?z=&= "
		 "from=127.0.0.1"},
		{"GET /rdv/abc.ics HTTP/1.1\r\nHost: h\r\n\r\n",
		 "GET path=/rdv/abc.ics a=abc from=127.0.0.1"},
		{"GET /rdv/new HTTP/1.1\r\nHost: h\r\n\r\n", "hello"},
		{"PROPFIND /dav/a/b%20c/ HTTP/1.1\r\nHost: h\r\n\r\n",
		 "PROPFIND path=/dav/a/b c/ rest=a/b c/ from=127.0.0.1"},
		{"POST /form HTTP/1.1\r\nHost: h\r\nContent-Type: "
		 "application/x-www-form-urlencoded\r\nContent-Length: 27\r\n\r\n"
		 "n=Zo%C3%A9&t=a%0D%0Ab&n=2&e",
		 "POST path=/form n=[Zo\303\251] t=[a\r\nb] n=[2] e=[] from=127.0.0.1"},
		{"POST /form HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
		 "POST path=/form from=127.0.0.1"},
		{"POST /form HTTP/1.1\r\nHost: h\r\nContent-Type: "
		 "application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
		 "3\r\na=b\r\n4\r\n&c=d\r\n0\r\n\r\n",
		 "POST path=/form a=[b] c=[d] from=127.0.0.1"},
		{"POST /form HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; "
		 "boundary=XX\r\nContent-Length: 132\r\n\r\n"
		 "--XX\r\nContent-Disposition: form-data; "
		 "name=\"a\"\r\n\r\nZo\303\251\r\n"
		 "--XX\r\nContent-Disposition: form-data; name=\"f\"; "
		 "filename=\"x\"\r\n\r\nhi\r\n"
		 "--XX--\r\n",
		 "POST path=/form a=[Zo\303\251] f=[hi] from=127.0.0.1"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct answer a;

		assert_int_equal(fixture_ask(*state, cases[i].request, &a), 200);
		assert_string_equal(buf_str(&a.body), cases[i].body);
		answer_fini(&a);
	}
}

static void test_keep_alive_head_and_pipeline(void **state)
{
	struct client c;
	struct answer a;

	client_open(&c, *state);
	client_send(&c,
		    "HEAD /hello HTTP/1.1\r\nHost: h\r\n\r\nGET /hello HTTP/1.1\r\nHost: "
		    "h\r\n\r\nPOST /form HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"
		    "OPTIONS /rdv/x/cancel HTTP/1.1\r\nHost: h\r\n\r\n");
	client_answer_head(&c, &a);
	assert_int_equal(a.status, 200);
	assert_string_equal(answer_header(&a, "Content-Length"), "5");
	answer_fini(&a);
	client_answer(&c, &a);
	assert_string_equal(buf_str(&a.body), "hello");
	assert_string_equal(answer_header(&a, "X-Content-Type-Options"), "nosniff");
	assert_string_equal(answer_header(&a, "Cache-Control"), "no-store");
	assert_non_null(answer_header(&a, "Content-Security-Policy"));
	assert_null(answer_header(&a, "Strict-Transport-Security"));
	answer_fini(&a);
	client_answer(&c, &a);
	assert_int_equal(a.status, 200);
	answer_fini(&a);
	client_answer(&c, &a);
	assert_int_equal(a.status, 204);
	assert_string_equal(answer_header(&a, "Allow"), "POST");
	answer_fini(&a);
	assert_false(c.closed);
	client_close(&c);
}

/* The body of a refused request is read and dropped: the next request is understood. */
static void test_next_request_after_a_refusal(void **state)
{
	static const char refused[] =
		"POST /json HTTP/1.1\r\nHost: h\r\nContent-Length: 39\r\n\r\n"
		"GET /show HTTP/1.1\r\nHost: h\r\n\r\n12345678";
	struct client c;
	struct answer a;

	client_open(&c, *state);
	client_send(&c, refused);
	client_send(&c, "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
	client_answer(&c, &a);
	assert_int_equal(a.status, 415);
	answer_fini(&a);
	client_answer(&c, &a);
	assert_string_equal(buf_str(&a.body), "hello");
	answer_fini(&a);
	client_close(&c);
}

static void test_etag(void **state)
{
	struct answer a;

	assert_int_equal(fixture_get(*state, "/cached", "", &a), 200);
	assert_string_equal(answer_header(&a, "ETag"), "\"v1\"");
	assert_string_equal(answer_header(&a, "Cache-Control"), "private, no-cache");
	answer_fini(&a);
	assert_int_equal(fixture_get(*state, "/cached",
				     "If-None-Match: \"x\", W/\"v1\"\r\n", NULL),
			 304);
	assert_int_equal(
		fixture_get(*state, "/cached", "If-None-Match: \"v12\"\r\n", NULL), 200);
}

/* ---- who may ---- */

static void test_access(void **state)
{
	static const struct {
		const char *target, *headers;
		int status;
		const char *header, *value;
	} cases[] = {
		{"/staff?d=1", "", 303, "Location", "/connexion?next=%2Fstaff%3Fd%3D1"},
		{"/staff", "Cookie: rdvd_session=wrong\r\n", 303, NULL, NULL},
		{"/staff", "Cookie: a=b; rdvd_session=anne-token\r\n", 200, NULL, NULL},
		{"/staff", "Authorization: Bearer robot-token\r\n", 303, NULL, NULL},
		{"/staff/admin", "Cookie: rdvd_session=anne-token\r\n", 403, NULL, NULL},
		{"/api/v1/staff", "", 401, "WWW-Authenticate", "Bearer"},
		{"/api/v1/staff", "Cookie: rdvd_session=anne-token\r\n", 401, NULL, NULL},
		{"/api/v1/staff", "Authorization: Bearer wrong\r\n", 401, "Content-Type",
		 "application/problem+json"},
		{"/api/v1/staff", "Authorization: bearer robot-token\r\n", 200, NULL,
		 NULL},
		{"/api/v1/show", "Authorization: Bearer wrong\r\n", 401, NULL, NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct answer a;

		assert_int_equal(
			fixture_get(*state, cases[i].target, cases[i].headers, &a),
			cases[i].status);
		if (cases[i].header)
			assert_string_equal(answer_header(&a, cases[i].header),
					    cases[i].value);
		answer_fini(&a);
	}
}

static void test_cross_site(void **state)
{
	static const struct {
		const char *headers;
		int status;
	} cases[] = {
		{"", 200},
		{"Origin: http://h\r\n", 200},
		{"Origin: http://evil\r\n", 403},
		{"Origin: null\r\n", 403},
		{"Origin: http://h.evil\r\n", 403},
		{"Sec-Fetch-Site: same-origin\r\nOrigin: null\r\n", 200},
		{"Sec-Fetch-Site: cross-site\r\n", 403},
		{"Sec-Fetch-Site: same-site\r\n", 403},
		{"Referer: http://evil/x\r\n", 403},
		{"Referer: http://h/x\r\n", 200},
		{"Origin: http://evil\r\nAuthorization: Bearer robot-token\r\n", 200},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *request = xasprintf("POST /rdv/x/cancel HTTP/1.1\r\nHost: h\r\n%s"
					  "Content-Length: 0\r\n\r\n",
					  cases[i].headers);

		assert_int_equal(fixture_ask(*state, request, NULL), cases[i].status);
		free(request);
	}
}

static int post_token(struct fixture *f, const char *browser, const char *token)
{
	char *request =
		xasprintf("POST /token HTTP/1.1\r\nHost: h\r\nCookie: rdvd_browser=%s\r\n"
			  "Content-Type: application/x-www-form-urlencoded\r\n"
			  "Content-Length: %zu\r\n\r\n_csrf=%s",
			  browser, strlen(token) + 6, token);
	int status = fixture_ask(f, request, NULL);

	free(request);
	return status;
}

static void test_csrf_token(void **state)
{
	struct answer a;
	char browser[33] = "";
	const char *cookie;

	assert_int_equal(fixture_get(*state, "/token", "", &a), 200);
	cookie = answer_header(&a, "Set-Cookie");
	assert_non_null(cookie);
	assert_int_equal(strncmp(cookie, "rdvd_browser=", 13), 0);
	assert_string_equal(cookie + 13 + 32, "; Path=/; HttpOnly; SameSite=Lax");
	memcpy(browser, cookie + 13, 32);
	assert_int_equal(post_token(*state, browser, buf_str(&a.body)), 200);
	assert_int_equal(post_token(*state, browser, "wrong"), 403);
	assert_int_equal(post_token(*state, browser, ""), 403);
	browser[0] = browser[0] == 'a' ? 'b' : 'a';
	assert_int_equal(post_token(*state, browser, buf_str(&a.body)), 403);
	assert_int_equal(post_token(*state, "", buf_str(&a.body)), 403);
	answer_fini(&a);
}

static void test_limits(void **state)
{
	struct fixture *f = *state;
	struct answer a;
	struct http_counters n;

	for (int i = 0; i < 10; i++) {
		assert_int_equal(fixture_get(f, "/limited", "", NULL),
				 200); /* loopback */
		assert_int_equal(fixture_get(f, "/limited",
					     "X-Forwarded-For: 192.0.2.9\r\n"
					     "Authorization: Bearer robot-token\r\n",
					     NULL),
				 200);
	}
	for (int i = 0; i < 3; i++) {
		assert_int_equal(fixture_get(f, "/limited",
					     "X-Forwarded-For: 6.6.6.6, 192.0.2.7\r\n",
					     &a),
				 200);
		assert_non_null(strstr(buf_str(&a.body), "from=192.0.2.7"));
		answer_fini(&a);
	}
	assert_int_equal(
		fixture_get(f, "/limited", "X-Forwarded-For: 7.7.7.7, 192.0.2.7\r\n", &a),
		429);
	assert_string_equal(answer_header(&a, "Retry-After"), "60");
	assert_string_equal(answer_header(&a, "Content-Type"),
			    "text/html; charset=utf-8");
	answer_fini(&a);
	assert_int_equal(
		fixture_get(f, "/api/v1/limited", "X-Forwarded-For: 192.0.2.7\r\n", &a),
		429);
	assert_string_equal(answer_header(&a, "Content-Type"),
			    "application/problem+json");
	answer_fini(&a);
	assert_int_equal(
		fixture_get(f, "/limited", "X-Forwarded-For: 192.0.2.8\r\n", NULL), 200);
	assert_int_equal(fixture_get(f, "/hello", "X-Forwarded-For: 192.0.2.7\r\n", NULL),
			 200);
	/* One /64 is one client. */
	for (int i = 0; i < 3; i++)
		assert_int_equal(fixture_get(f, "/limited",
					     "X-Forwarded-For: 2001:db8:0:1::1\r\n",
					     NULL),
				 200);
	assert_int_equal(fixture_get(f, "/limited",
				     "X-Forwarded-For: 2001:db8:0:1:2::3\r\n", NULL),
			 429);
	assert_int_equal(
		fixture_get(f, "/limited", "X-Forwarded-For: 2001:db8:0:2::1\r\n", NULL),
		200);
	http_server_counters(f->server, &n);
	assert_int_equal(n.limited, 3);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, http_setup, http_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_wire),
		TEST(test_smuggled_request_is_not_served),
		TEST(test_sizes),
		TEST(test_local_socket_takes_large_bodies),
		TEST(test_reading),
		TEST(test_keep_alive_head_and_pipeline),
		TEST(test_next_request_after_a_refusal),
		TEST(test_etag),
		TEST(test_access),
		TEST(test_cross_site),
		TEST(test_csrf_token),
		TEST(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
