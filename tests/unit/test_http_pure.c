/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_http_pure.c - the parts of http/ that need no server: addresses and proxies, token
 * buckets, percent-decoding, routes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "base/secret.h"
#include "http/address.h"
#include "http/limit.h"
#include "http/router.h"
#include "http/wire.h"

static struct address parsed(const char *s)
{
	struct address a;

	assert_int_equal(address_parse(s, strlen(s), &a), 0);
	return a;
}

static void test_addresses(void **state)
{
	static const struct {
		const char *text, *printed; /* NULL: none */
	} cases[] = {
		{"192.0.2.7", "192.0.2.7"},
		{" 192.0.2.7\t", "192.0.2.7"},
		{"192.0.2.7:8080", "192.0.2.7"},
		{"::1", "::1"},
		{"[2001:db8::1]:443", "2001:db8::1"},
		{"[::1]", "::1"},
		{"::ffff:192.0.2.7", "192.0.2.7"},
		{"", NULL},
		{"unknown", NULL},
		{"192.0.2", NULL},
		{"192.0.2.256", NULL},
		{"[::1", NULL},
		{"[::1]x", NULL},
		{"::1%eth0", NULL},
		{"_hidden", NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct address a;
		char text[ADDRESS_TEXT_MAX];
		int rc = address_parse(cases[i].text, strlen(cases[i].text), &a);

		assert_int_equal(rc, cases[i].printed ? 0 : -1);
		if (!cases[i].printed)
			continue;
		address_format(&a, text);
		assert_string_equal(text, cases[i].printed);
	}
}

static void test_networks(void **state)
{
	static const struct {
		const char *net, *address;
		int in;
	} cases[] = {
		{"10.0.0.0/8", "10.255.0.1", 1},
		{"10.0.0.0/8", "11.0.0.1", 0},
		{"192.0.2.128/25", "192.0.2.129", 1},
		{"192.0.2.128/25", "192.0.2.127", 0},
		{"192.0.2.7", "192.0.2.7", 1},
		{"192.0.2.7", "192.0.2.8", 0},
		{"fd00::/8", "fd12::1", 1},
		{"fd00::/8", "fe80::1", 0},
		{"0.0.0.0/0", "192.0.2.7", 1},
		{"0.0.0.0/0", "2001:db8::1", 0},
		{"::/0", "192.0.2.7", 1},
	};
	static const char *const wrong[] = {"",	      "10.0.0.0/33", "10.0.0.0/",
					    "::/129", "x/8",	     "10.0.0.0/-1"};
	struct address_net net;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct address a = parsed(cases[i].address);

		assert_int_equal(address_net_parse(cases[i].net, &net), 0);
		assert_int_equal(address_in(&a, &net, 1), cases[i].in);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_int_equal(address_net_parse(wrong[i], &net), -1);
}

static void test_clients_behind_proxies(void **state)
{
	static const struct {
		const char *peer, *forwarded, *client;
	} cases[] = {
		{"192.0.2.7", "6.6.6.6", "192.0.2.7"}, /* nobody of ours */
		{"127.0.0.1", NULL, "127.0.0.1"},      /* a direct one */
		{"127.0.0.1", "192.0.2.7", "192.0.2.7"},
		{"127.0.0.1", "6.6.6.6, 192.0.2.7",
		 "192.0.2.7"}, /* the client wrote 6.6.6.6 */
		{"127.0.0.1", "6.6.6.6, 192.0.2.7, 10.1.1.1",
		 "192.0.2.7"}, /* two proxies */
		{"127.0.0.1", "10.1.1.1, 10.1.1.2", "10.1.1.1"},
		{"127.0.0.1", "192.0.2.7, nonsense", "127.0.0.1"},
		{"127.0.0.1", "", "127.0.0.1"},
		{"127.0.0.1", ",", "127.0.0.1"},
		{"127.0.0.1", "2001:db8::1", "2001:db8::1"},
	};
	struct address_net trusted[2];

	address_net_parse("127.0.0.1", &trusted[0]);
	address_net_parse("10.0.0.0/8", &trusted[1]);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct address peer = parsed(cases[i].peer), client;
		char text[ADDRESS_TEXT_MAX];

		address_client(&peer, cases[i].forwarded, trusted, 2, &client);
		address_format(&client, text);
		assert_string_equal(text, cases[i].client);
	}
}

static void test_buckets(void **state)
{
	static const struct http_limit limits[LIMIT_CLASSES] = {
		[LIMIT_HOLD] = {.burst = 2, .per_hour = 3600}, /* one a second */
	};
	struct limit *l = limit_new(limits);

	for (int i = 0; i < 10; i++)
		assert_int_equal(limit_take(l, LIMIT_NONE, 1, 0), 0);
	assert_int_equal(limit_take(l, LIMIT_HOLD, 1, 5000), 0);
	assert_int_equal(limit_take(l, LIMIT_HOLD, 1, 5000), 0);
	assert_int_equal(limit_take(l, LIMIT_HOLD, 1, 5000), 1);
	assert_int_equal(limit_take(l, LIMIT_HOLD, 2, 5000), 0); /* another address */
	assert_int_equal(limit_take(l, LIMIT_BOOK, 1, 5000), 0); /* another class */
	/* asked without taking */
	for (int i = 0; i < 3; i++) {
		assert_int_equal(limit_wait_s(l, LIMIT_HOLD, 1, 5000), 1);
		assert_int_equal(limit_wait_s(l, LIMIT_BOOK, 3, 5000), 0);
		assert_int_equal(limit_wait_s(l, LIMIT_NONE, 1, 5000), 0);
	}
	assert_int_equal(limit_take(l, LIMIT_HOLD, 1, 5999), 1);
	assert_int_equal(limit_take(l, LIMIT_HOLD, 1, 6000), 0);
	assert_int_equal(limit_take(l, LIMIT_HOLD, 1, 6000), 1);
	/* A refusal costs nothing, and waiting long gives the burst back, not more. */
	assert_int_equal(limit_take(l, LIMIT_HOLD, 1, 100000), 0);
	assert_int_equal(limit_take(l, LIMIT_HOLD, 1, 100000), 0);
	assert_int_equal(limit_take(l, LIMIT_HOLD, 1, 100000), 1);
	/* A hundred thousand addresses lock nobody out. */
	for (uint64_t key = 10; key < 100010; key++)
		assert_int_equal(limit_take(l, LIMIT_HOLD, key, 100000), 0);
	limit_free(l);
}

static void test_counts(void **state)
{
	enum { MAX = 500 };
	struct limit_count *c = limit_count_new(MAX);
	unsigned expected[MAX] = {0};
	uint64_t seed = 42;

	for (int i = 0; i < 200000; i++) {
		size_t key;

		seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
		key = (seed >> 33) % MAX;
		if (expected[key] && (seed >> 20) & 1)
			assert_int_equal(limit_count_add(c, key * 1024, -1),
					 --expected[key]);
		else
			assert_int_equal(limit_count_add(c, key * 1024, 1),
					 ++expected[key]);
	}
	for (size_t i = 0; i < MAX; i++)
		assert_int_equal(limit_count_add(c, i * 1024, 0), expected[i]);
	assert_int_equal(limit_count_add(c, 7, -1), 0); /* never below */
	limit_count_free(c);
}

static void test_decoding(void **state)
{
	static const struct {
		const char *in, *out; /* NULL: refused */
		int plus, multiline;
	} cases[] = {
		{"", "", 0, 0},
		{"a+b%20c", "a+b c", 0, 0},
		{"a+b%2Bc", "a b+c", 1, 0},
		{"%C3%A9", "é", 0, 0},
		{"%c3%a9", "é", 0, 0},
		{"%e2%82%ac", "€", 0, 0},
		{"%", NULL, 0, 0},
		{"%4", NULL, 0, 0},
		{"%4g", NULL, 0, 0},
		{"%00", NULL, 0, 1},
		{"%0a", NULL, 0, 0},
		{"%0a", "\n", 0, 1},
		{"%7f", NULL, 0, 1},
		{"%1b", NULL, 0, 1},
		{"%ff", NULL, 0, 0},
		{"%c0%80", NULL, 0, 0},
		{"%ed%a0%80", NULL, 0, 0},
		{"%f4%90%80%80", NULL, 0, 0},
		{"\xc3", NULL, 0, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char text[64];
		int64_t n;

		memcpy(text, cases[i].in, strlen(cases[i].in) + 1);
		n = wire_decode(text, strlen(text), cases[i].plus, cases[i].multiline);
		if (!cases[i].out) {
			assert_int_equal(n, -1);
			continue;
		}
		assert_int_equal(n, strlen(cases[i].out));
		assert_string_equal(text, cases[i].out);
	}
}

/* ---- routes ---- */

static void handle(struct http_request *rq)
{
}

#define ROW(m, p)                                           \
	{                                                   \
		.method = m, .pattern = p, .handle = handle \
	}

static const struct http_route table[] = {
	ROW(HTTP_GET, "/"),
	ROW(HTTP_GET, "/a"),
	ROW(HTTP_POST, "/a"),
	ROW(HTTP_GET, "/a/{x}"),
	ROW(HTTP_GET, "/a/{x}.ics"),
	ROW(HTTP_POST, "/a/{x}/cancel"),
	ROW(HTTP_GET, "/a/{x}/{y}"),
	ROW(HTTP_GET, "/a/b"),
	ROW(HTTP_REPORT, "/dav/{*rest}"),
	ROW(HTTP_GET, "/dav/me/{x}"),
};

static void test_routes(void **state)
{
	static const struct {
		enum http_method method;
		const char *path;
		int row; /* of table; -404, -405 */
		const char *x;
	} cases[] = {
		{HTTP_GET, "/", 0, NULL},
		{HTTP_HEAD, "/a", 1, NULL},
		{HTTP_POST, "/a", 2, NULL},
		{HTTP_PUT, "/a", -405, NULL},
		{HTTP_GET, "/a/", -404, NULL},
		{HTTP_GET, "/a/1", 3, "1"},
		{HTTP_GET, "/a/1.ics", 4, "1"},
		{HTTP_GET, "/a/.ics", 3, ".ics"},
		{HTTP_GET, "/a/b", 7, NULL},
		{HTTP_POST, "/a/1/cancel", 5, "1"},
		{HTTP_GET, "/a/1/cancel", 6, "1"},
		{HTTP_POST, "/a/1/other", -405, NULL},
		{HTTP_GET, "/a/1/2/3", -404, NULL},
		{HTTP_GET, "//a", -404, NULL},
		{HTTP_REPORT, "/dav/a/b/c", 8, NULL},
		{HTTP_REPORT, "/dav/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15", 8, NULL},
		{HTTP_REPORT, "/dav/me/1", 8, NULL},
		{HTTP_GET, "/dav/me/1", 9, "1"},
		{HTTP_GET, "/dav/a", -405, NULL},
		{HTTP_REPORT, "/dav", -404, NULL},
		{HTTP_METHODS, "/a", -405, NULL},
	};
	struct router *r = router_new();

	router_add(r, table, ARRAY_SIZE(table), NULL);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char path[128], spare[128];
		struct router_path p;
		struct router_match m;

		memcpy(path, cases[i].path, strlen(cases[i].path) + 1);
		assert_int_equal(router_path_parse(path, strlen(path), spare, &p), 0);
		assert_string_equal(p.whole, cases[i].path);
		router_find(r, cases[i].method, &p, &m);
		if (cases[i].row < 0) {
			assert_null(m.entry);
			assert_int_equal(m.allow ? -405 : -404, cases[i].row);
			continue;
		}
		assert_non_null(m.entry);
		assert_int_equal(m.entry->route - table, cases[i].row);
		if (cases[i].x) {
			assert_string_equal(m.params[0].name, "x");
			assert_int_equal(m.params[0].len, strlen(cases[i].x));
			assert_memory_equal(m.params[0].value, cases[i].x,
					    m.params[0].len);
		}
	}
	router_free(r);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_clients_behind_proxies),
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_counts),
		cmocka_unit_test(test_decoding),
		cmocka_unit_test(test_routes),
	};

	if (secret_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
