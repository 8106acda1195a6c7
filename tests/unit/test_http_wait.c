/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_http_wait.c - a real server and raw sockets: requests that wait, clients that
 * leave, slow and idle ones, streams, and the stop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "http_fixture.h"
#include "http_handlers.h"

/* ---- requests that wait ---- */

static int has_tickets(void *n)
{
	return ntickets >= *(size_t *)n;
}

static int is_set(void *arg)
{
	return *(int *)arg;
}

static void wait_tickets(struct fixture *f, size_t n)
{
	fixture_until(f, has_tickets, &n);
}

static void test_suspend_and_resume(void **state)
{
	enum { N = 100 };
	static struct client c[N];
	struct answer a;
	struct http_counters n;

	for (int i = 0; i < N; i++) {
		client_open(&c[i], *state);
		client_send(&c[i], "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
	}
	wait_tickets(*state, N);
	http_server_counters(((struct fixture *)*state)->server, &n);
	assert_int_equal(n.suspended, N);
	assert_int_equal(fixture_get(*state, "/hello", "", NULL),
			 200); /* others are served */
	for (int i = 0; i < N; i++)
		reply_text(http_resume(tickets[i]), "late");
	for (int i = 0; i < N; i++) {
		client_answer(&c[i], &a);
		assert_string_equal(buf_str(&a.body), "late");
		answer_fini(&a);
		client_send(&c[i], "GET /at-once HTTP/1.1\r\nHost: h\r\n\r\n");
		client_answer(&c[i], &a);
		assert_string_equal(buf_str(&a.body), "at once");
		answer_fini(&a);
		client_close(&c[i]);
	}
}

static void test_suspended_twice(void **state)
{
	struct client c;
	struct answer a;
	struct http_request *rq;

	client_open(&c, *state);
	client_send(&c, "POST /wait HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
	wait_tickets(*state, 1);
	rq = http_resume(tickets[0]);
	assert_non_null(rq);
	tickets[0] = http_suspend(rq);
	for (int i = 0; i < 3; i++)
		fixture_turn(*state);
	assert_ptr_equal(http_ticket_request(tickets[0]), rq);
	reply_text(http_resume(tickets[0]), "second");
	client_answer(&c, &a);
	assert_string_equal(buf_str(&a.body), "second");
	answer_fini(&a);
	fixture_until(*state, is_set, &data_freed);
	assert_int_equal(data_freed, 1);
	client_close(&c);
}

static void test_forgetful_handlers(void **state)
{
	struct client c;
	struct answer a;

	assert_int_equal(fixture_get(*state, "/forgetful", "", NULL), 500);
	client_open(&c, *state);
	client_send(&c, "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
	wait_tickets(*state, 1);
	assert_non_null(http_resume(tickets[0])); /* and then nothing */
	client_answer(&c, &a);
	assert_int_equal(a.status, 500);
	answer_fini(&a);
	client_close(&c);
}

static int nobody_is_left(void *arg)
{
	struct http_counters n;

	http_server_counters(((struct fixture *)arg)->server, &n);
	return n.connections == 0;
}

static void test_client_gone_while_suspended(void **state)
{
	struct client c[20];
	struct linger reset = {.l_onoff = 1};

	for (int i = 0; i < 20; i++) {
		client_open(&c[i], *state);
		client_send(&c[i],
			    i % 2 ? "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n"
				  : "POST /wait HTTP/1.1\r\nHost: h\r\nContent-Length: "
				    "0\r\n\r\n");
	}
	wait_tickets(*state, 20);
	for (int i = 0; i < 20; i++) {
		if (i % 3)
			setsockopt(c[i].fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
		client_close(&c[i]);
	}
	for (int i = 0; i < 3; i++)
		fixture_turn(*state);
	for (int i = 0; i < 20; i++) {
		struct http_request *rq = http_resume(tickets[i]);

		if (rq)
			reply_text(rq, "to nobody");
	}
	fixture_until(*state, nobody_is_left, *state);
	assert_int_equal(data_freed, 10);
	assert_int_equal(fixture_get(*state, "/hello", "", NULL), 200);
}

static void test_client_gone_while_reading(void **state)
{
	struct client c;
	struct linger reset = {.l_onoff = 1};

	client_open(&c, *state);
	client_send(&c, "GET /huge HTTP/1.1\r\nHost: h\r\n\r\n");
	for (int i = 0; i < 5; i++)
		fixture_turn(*state);
	setsockopt(c.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
	client_close(&c);
	client_open(&c, *state);
	client_send(
		&c,
		"POST /form HTTP/1.1\r\nHost: h\r\nContent-Type: "
		"application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\na=b");
	client_close(&c);
	fixture_until(*state, nobody_is_left, *state);
	assert_int_equal(fixture_get(*state, "/hello", "", NULL), 200);
}

/* ---- slow clients ---- */

static void dribble(struct fixture *f, const char *start, const char *each)
{
	struct client c;
	int64_t begun_ms = clock_monotonic_ms();
	int64_t next_ms = begun_ms;

	client_open(&c, f);
	client_send(&c, start);
	while (!c.closed && clock_monotonic_ms() - begun_ms < 5000) {
		if (clock_monotonic_ms() >= next_ms) {
			client_send(&c, each);
			next_ms += 50;
		}
		fixture_turn(f);
		if (recv(c.fd, (char[256]){0}, 256, MSG_PEEK) == 0)
			c.closed = 1;
		if (c.in.len)
			break;
	}
	assert_true(clock_monotonic_ms() - begun_ms < 2000);
	if (c.in.len)
		assert_int_equal(strncmp(buf_str(&c.in), "HTTP/1.1 408 ", 13), 0);
	assert_true(client_is_closed_soon(&c));
	client_close(&c);
}

static void test_slow_clients(void **state)
{
	struct http_counters n;

	dribble(*state, "G", "E");
	dribble(*state, "GET /hello HTTP/1.1\r\nHost: h\r\n", "A: b\r\n");
	dribble(*state,
		"POST /form HTTP/1.1\r\nHost: h\r\nContent-Type: "
		"application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n",
		"a");
	http_server_counters(((struct fixture *)*state)->server, &n);
	assert_int_equal(n.timeouts, 3);
}

static void test_idle_connections_hinder_nobody(void **state)
{
	enum { N = 1000 };
	static struct client c[N];
	struct rlimit files = {.rlim_cur = 4000, .rlim_max = 4000};

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	assert_true(files.rlim_cur > 2 * N + 100);
	for (int i = 0; i < N; i++) {
		client_open(&c[i], *state);
		if (i % 100 == 99)
			fixture_turn(*state);
	}
	for (int i = 0; i < 50; i++)
		assert_int_equal(fixture_get(*state, "/hello", "", NULL), 200);
	for (int i = 0; i < N; i++)
		client_close(&c[i]);
	fixture_until(*state, nobody_is_left, *state);
}

/* ---- streams ---- */

static int has_stream(void *arg)
{
	return stream != NULL;
}

static int is_stream_closed(void *arg)
{
	return stream_closed;
}

static void write_stream(const char *text)
{
	struct buf b = BUF_INIT;

	buf_addstr(&b, text);
	assert_int_equal(http_stream_write(stream, &b), 0);
}

static int has_drained(void *arg)
{
	return http_stream_pending(stream) == 0;
}

static void test_stream(void **state)
{
	struct client c;
	struct answer a;

	client_open(&c, *state);
	client_send(&c, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
	fixture_until(*state, has_stream, NULL);
	write_stream("one ");
	fixture_until(*state, has_drained, NULL);
	write_stream("two ");
	write_stream("three");
	http_stream_end(stream);
	client_answer(&c, &a);
	assert_string_equal(buf_str(&a.body), "one two three");
	answer_fini(&a);
	client_send(&c, "GET /hello HTTP/1.1\r\nHost: h\r\n\r\n");
	client_answer(&c, &a);
	assert_int_equal(a.status, 200);
	answer_fini(&a);
	client_close(&c);
	assert_int_equal(stream_closed, 0);
}

static void test_stream_of_a_client_that_leaves(void **state)
{
	struct client c;
	struct buf b = BUF_INIT;

	client_open(&c, *state);
	client_send(&c, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
	fixture_until(*state, has_stream, NULL);
	client_close(&c);
	for (int i = 0; i < 100 && !stream_closed; i++) {
		buf_addstr(&b, "tick");
		http_stream_write(stream, &b);
		fixture_turn(*state);
	}
	fixture_until(*state, is_stream_closed, NULL);
	buf_addstr(&b, "tick");
	assert_int_equal(http_stream_write(stream, &b), -1);
	http_stream_end(stream);
}

/* ---- the stop ---- */

static void on_stopped(void *arg)
{
	*(int *)arg = 1;
}

static void test_stop_finishes_what_is_in_flight(void **state)
{
	struct fixture *f = *state;
	struct client c;
	struct answer a;
	int stopped = 0;

	client_open(&c, f);
	client_send(&c, "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
	wait_tickets(f, 1);
	http_server_stop(f->server, 60000, on_stopped, &stopped);
	for (int i = 0; i < 3; i++)
		fixture_turn(f);
	assert_int_equal(stopped, 0);
	assert_int_not_equal(access(f->socket, F_OK), 0);
	reply_text(http_resume(tickets[0]), "in time");
	client_answer(&c, &a);
	assert_string_equal(buf_str(&a.body), "in time");
	assert_string_equal(answer_header(&a, "Connection"), "close");
	answer_fini(&a);
	fixture_until(f, is_set, &stopped);
	client_close(&c);
}

static void test_stop_abandons_what_waits_too_long(void **state)
{
	struct fixture *f = *state;
	struct client c, s;
	struct answer a;
	int stopped = 0;

	client_open(&c, f);
	client_send(&c, "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
	client_open(&s, f);
	client_send(&s, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
	wait_tickets(f, 1);
	fixture_until(f, has_stream, NULL);
	http_server_stop(f->server, 50, on_stopped, &stopped);
	client_answer(&c, &a);
	assert_int_equal(a.status, 503);
	assert_non_null(answer_header(&a, "Retry-After"));
	answer_fini(&a);
	fixture_until(f, is_set, &stopped);
	assert_int_equal(stream_closed, 1);
	http_stream_end(stream);
	assert_null(http_resume(tickets[0]));
	client_close(&c);
	client_close(&s);
}

/* Freed in the middle of everything: teardown does it. */
static void test_free_with_suspended_requests(void **state)
{
	struct fixture *f = *state;
	struct client c[4];

	for (int i = 0; i < 4; i++) {
		client_open(&c[i], f);
		client_send(&c[i], i == 3 ? "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n"
					  : "GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
	}
	wait_tickets(f, 3);
	fixture_until(f, has_stream, NULL);
	http_server_free(f->server);
	f->server = NULL;
	assert_int_equal(stream_closed, 1);
	http_stream_end(stream);
	for (int i = 0; i < 3; i++)
		assert_null(http_resume(tickets[i]));
	for (int i = 0; i < 4; i++) {
		assert_true(client_is_closed_soon(&c[i]));
		client_close(&c[i]);
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, http_setup, http_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_suspend_and_resume),
		TEST(test_suspended_twice),
		TEST(test_forgetful_handlers),
		TEST(test_client_gone_while_suspended),
		TEST(test_client_gone_while_reading),
		TEST(test_slow_clients),
		TEST(test_idle_connections_hinder_nobody),
		TEST(test_stream),
		TEST(test_stream_of_a_client_that_leaves),
		TEST(test_stop_finishes_what_is_in_flight),
		TEST(test_stop_abandons_what_waits_too_long),
		TEST(test_free_with_suspended_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
