/* SPDX-License-Identifier: GPL-3.0-or-later */
/* http_wire.c - what gw_http makes of a provider that fails: what certainly did not go
 * out is told apart from what may have, nothing is sent twice, no redirection is
 * followed, no certificate taken on trust. */
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "host.h"
#include "server.h"

#define MESSAGES 5000
#define RESET_PERCENT 5

static const char *preset_url(char *out, size_t size, int port)
{
	snprintf(out, size, "url=http://127.0.0.1:%d", port);
	return out;
}

/* Send the test's message to a port by a preset whose provider may have it twice. */
static enum rdvd_sent send_to(int port, int timeout_ms, struct rdvd_receipt *r)
{
	struct rdvd_message m = test_message();
	struct test_host h;
	enum rdvd_sent sent;
	char url[64];

	host_init(&h, "preset=brevo", "token=t", preset_url(url, sizeof url, port), NULL);
	assert_int_equal(host_open(&h), RDVD_OK);
	m.timeout_ms = timeout_ms;
	*r = (struct rdvd_receipt){.retry_after_s = 0};
	sent = test_ops->send(h.gw, &m, r);
	assert_true(r->note[0] != '\0');
	assert_null(strstr(r->note, "6123"));
	host_fini(&h);
	return sent;
}

static struct server_reply say(void *arg, const struct server_request *rq)
{
	return *(struct server_reply *)arg;
}

static void test_ends(void **state)
{
	static const struct {
		const char *what;
		struct server_reply reply;
		enum rdvd_sent sent;
	} cases[] = {
		{"closes without a word", {.act = SERVER_DROP}, RDVD_SENT_UNKNOWN},
		{"resets", {.act = SERVER_RESET}, RDVD_SENT_UNKNOWN},
		{"says nothing", {.act = SERVER_SILENT}, RDVD_SENT_UNKNOWN},
		{"is cut off",
		 {.act = SERVER_CUT, .status = 201, .body = "{\"messageId\":1234567}"},
		 RDVD_SENT_UNKNOWN},
		{"answers what is no HTTP",
		 {.status = 201, .headers = "x\r\n", .body = "{\"messageId\":1}"},
		 RDVD_SENT_UNKNOWN},
		{"500", {.status = 500, .body = "x"}, RDVD_SENT_UNKNOWN},
		{"504", {.status = 504}, RDVD_SENT_UNKNOWN},
		{"408", {.status = 408}, RDVD_SENT_UNKNOWN},
		{"200 without an id", {.status = 200, .body = "{}"}, RDVD_SENT_UNKNOWN},
		{"503", {.status = 503}, RDVD_SENT_RETRY},
		{"redirected",
		 {.status = 307, .headers = "Location: /again\r\n"},
		 RDVD_SENT_STOPPED},
		{"moved",
		 {.status = 301, .headers = "Location: /x\r\n"},
		 RDVD_SENT_STOPPED},
		{"gone", {.status = 404}, RDVD_SENT_STOPPED},
		{"teapot", {.status = 418}, RDVD_SENT_REFUSED},
		/* that it has something of that name may well be this message */
		{"conflict", {.status = 409}, RDVD_SENT_UNKNOWN},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct server_reply reply = cases[i].reply;
		struct server *s = server_new(say, &reply);
		int is_silent = reply.act == SERVER_SILENT;
		struct rdvd_receipt r;
		enum rdvd_sent sent;

		sent = send_to(server_port(s), is_silent ? 150 : 5000, &r);
		if (sent != cases[i].sent)
			fail_msg("%s: %d (%s)", cases[i].what, sent, r.note);
		/* Once, whatever happened; and nothing followed. */
		assert_int_equal(server_count(s), 1);
		server_free(s);
	}
}

static void test_nobody_listens(void **state)
{
	struct server_reply reply = {.status = 201};
	struct server *s = server_new(say, &reply);
	int port = server_port(s);
	struct rdvd_receipt r;

	server_free(s);
	assert_int_equal(send_to(port, 5000, &r), RDVD_SENT_RETRY);
	assert_int_equal(r.provider_id[0], '\0');
}

/* Connections are taken by the kernel, the queue is full, nobody accepts: no connection
 * within the time, or one that never answers. Neither may be held for sent. */
static void test_never_accepted(void **state)
{
	struct sockaddr_in here = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof here;
	int fd = socket(AF_INET, SOCK_STREAM, 0), full[4];
	struct rdvd_receipt r;

	assert_int_equal(bind(fd, (struct sockaddr *)&here, size), 0);
	assert_int_equal(listen(fd, 0), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&here, &size), 0);
	for (size_t i = 0; i < ARRAY_SIZE(full); i++) {
		full[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		(void)!connect(full[i], (struct sockaddr *)&here, size);
	}
	/* The handshake never ends: not a byte of the request left. */
	assert_int_equal(send_to(ntohs(here.sin_port), 200, &r), RDVD_SENT_RETRY);
	for (size_t i = 0; i < ARRAY_SIZE(full); i++)
		close(full[i]);
	close(fd);
}

static void test_long_answer(void **state)
{
	struct server_reply reply = {.status = 201};
	struct buf body = BUF_INIT;
	struct rdvd_receipt r;
	struct server *s;

	/* The id stands beyond what is read. */
	buf_addstr(&body, "{\"pad\":\"");
	for (int i = 0; i < 300000; i++)
		buf_addch(&body, 'x');
	buf_addstr(&body, "\",\"messageId\":1}");
	reply.body = buf_str(&body);
	s = server_new(say, &reply);
	assert_int_equal(send_to(server_port(s), 5000, &r), RDVD_SENT_UNKNOWN);
	server_free(s);
	buf_fini(&body);
}

/* ---- the silent repeat ---- */

struct counting {
	unsigned seed;
	int taken[MESSAGES + 1]; /* how often each message was read */
	int connections;
};

/* Reads every request whole, and ends one connection in twenty instead of answering, by a
 * reset or without a word. */
static struct server_reply end_some(void *arg, const struct server_request *rq)
{
	struct counting *c = arg;
	const char *id = strstr(*rq->body ? rq->body : rq->line, "rdvd-");
	long n = id ? strtol(id + 5, NULL, 10) : 0;

	assert_in_range(n, 1, MESSAGES);
	c->taken[n]++;
	c->connections = rq->connection;
	c->seed = c->seed * 1103515245u + 12345u;
	if ((c->seed >> 16) % 100 < RESET_PERCENT)
		return (struct server_reply){.act = c->seed >> 31 ? SERVER_RESET
								  : SERVER_DROP};
	return (struct server_reply){.status = 201,
				     .body = "{\"messageId\":1,\"id\":\"1\"}"};
}

/* MESSAGES messages through one handle: how many the provider read twice. */
static int repeated(const char *preset, const char *user, struct counting *c,
		    int *unknown)
{
	struct server *s = server_new(end_some, c);
	struct test_host h;
	char url[64];
	int n = 0;

	c->seed = 1;
	host_init(&h, preset, user, preset_url(url, sizeof url, server_port(s)), NULL);
	if (strstr(preset, "capcom6"))
		host_set(&h, "password", "p");
	if (host_open(&h) != RDVD_OK)
		fail_msg("%s", buf_str(&h.log));
	*unknown = 0;
	for (int i = 1; i <= MESSAGES; i++) {
		struct rdvd_message m = test_message();
		struct rdvd_receipt r = {.retry_after_s = 0};
		char id[32];
		enum rdvd_sent sent;

		snprintf(id, sizeof id, "rdvd-%d", i);
		m.id = m.key = id;
		sent = test_ops->send(h.gw, &m, &r);
		assert_true(sent == RDVD_SENT_ACCEPTED || sent == RDVD_SENT_UNKNOWN);
		*unknown += sent == RDVD_SENT_UNKNOWN;
	}
	host_fini(&h);
	server_free(s);
	for (int i = 1; i <= MESSAGES; i++) {
		assert_true(c->taken[i] >= 1);
		n += c->taken[i] > 1;
	}
	return n;
}

/* A provider that may have a message twice gets none twice, over connections that are
 * kept; each one that ended is seen, and its message left in doubt. */
static void test_no_silent_repeat(void **state)
{
	struct counting *c = xcalloc(1, sizeof *c);
	int unknown;

	assert_int_equal(repeated("preset=brevo", "token=t", c, &unknown), 0);
	assert_in_range(unknown, MESSAGES / 25, MESSAGES / 15);
	/* libcurl connects again, and then finds that it has nothing to send. */
	assert_in_range(c->connections, unknown, 2 * unknown + 1);
	free(c);
}

/* A request without a body has a connection of its own: nothing else would stop libcurl.
 */
static void test_no_silent_repeat_of_get(void **state)
{
	static const char preset[] = "{\"url\":\"x\",\"send\":{\"method\":\"GET\","
				     "\"url\":\"{url}/s\",\"query\":{"
				     "\"id\":\"{id}\",\"t\":\"{text}\"},\"outcome\":[{"
				     "\"status\":201,\"is\":\"accepted\"}]}}";
	struct counting *c = xcalloc(1, sizeof *c);
	char path[] = "/tmp/rdvd-preset-XXXXXX", setting[64];
	int unknown, fd = mkstemp(path);

	assert_int_equal(write(fd, preset, sizeof preset - 1), sizeof preset - 1);
	close(fd);
	snprintf(setting, sizeof setting, "preset=%s", path);
	assert_int_equal(repeated(setting, "sender=", c, &unknown), 0);
	assert_in_range(unknown, MESSAGES / 25, MESSAGES / 15);
	assert_int_equal(c->connections, MESSAGES);
	unlink(path);
	free(c);
}

/* The same provider where a second time does no harm, and libcurl may send again what it
 * holds: it does. Were that so for the others, the tests above would fail. */
static void test_the_repeat_is_real(void **state)
{
	struct counting *c = xcalloc(1, sizeof *c);
	int unknown, twice;

	twice = repeated("preset=capcom6", "user=u", c, &unknown);
	print_message("%d of %d read twice where that does no harm\n", twice, MESSAGES);
	assert_in_range(twice, MESSAGES / 40, MESSAGES / 10);
	assert_true(c->connections < MESSAGES / 8);
	free(c);
}

/* ---- TLS ---- */

struct tls {
	char dir[64], ca[96], url[64];
	pid_t pid;
};

/* Run a command of openssl(1) to its end. */
static void openssl(const char *const argv[])
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		(void)!freopen("/dev/null", "w", stderr);
		execvp("openssl", (char *const *)argv);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* A server with a certificate for localhost that signs itself, on a free port; how is an
 * option of s_server. */
static void tls_start(struct tls *t, const char *how)
{
	char key[96], line[256];
	int out[2];
	FILE *f;

	snprintf(t->dir, sizeof t->dir, "/tmp/rdvd-tls-XXXXXX");
	assert_non_null(mkdtemp(t->dir));
	snprintf(t->ca, sizeof t->ca, "%s/cert.pem", t->dir);
	snprintf(key, sizeof key, "%s/key.pem", t->dir);
	openssl((const char *[]){"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
				 "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
				 "-subj", "/CN=localhost", "-addext",
				 "subjectAltName=DNS:localhost", "-keyout", key, "-out",
				 t->ca, NULL});
	assert_int_equal(pipe(out), 0);
	t->pid = fork();
	if (t->pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		(void)!freopen("/dev/null", "w", stderr);
		execlp("openssl", "openssl", "s_server", "-accept", "127.0.0.1:0",
		       "-cert", t->ca, "-key", key, how, NULL);
		_exit(127);
	}
	close(out[1]);
	f = fdopen(out[0], "r");
	t->url[0] = '\0';
	while (!t->url[0] && fgets(line, sizeof line, f)) {
		const char *port = strncmp(line, "ACCEPT", 6) ? NULL : strrchr(line, ':');

		if (port)
			snprintf(t->url, sizeof t->url, "%ld",
				 strtol(port + 1, NULL, 10));
	}
	fclose(f);
	assert_true(t->url[0] != '\0');
}

static void tls_stop(struct tls *t)
{
	char path[96];

	kill(t->pid, SIGTERM);
	waitpid(t->pid, NULL, 0);
	unlink(t->ca);
	snprintf(path, sizeof path, "%s/key.pem", t->dir);
	unlink(path);
	rmdir(t->dir);
}

static enum rdvd_sent send_tls(const char *host, const char *port, const char *ca_file)
{
	struct rdvd_message m = test_message();
	struct rdvd_receipt r = {.retry_after_s = 0};
	struct test_host h;
	enum rdvd_sent sent;
	char url[128];

	host_init(&h, "preset=brevo", "token=t", NULL);
	snprintf(url, sizeof url, "https://%s:%s", host, port);
	host_set(&h, "url", url);
	host_set(&h, "ca_file", ca_file);
	assert_int_equal(host_open(&h), RDVD_OK);
	sent = test_ops->send(h.gw, &m, &r);
	print_message("%s: %s\n", url, r.note);
	host_fini(&h);
	return sent;
}

static void test_certificates(void **state)
{
	struct tls t;

	tls_start(&t, "-rev");
	/* Nobody vouches for it; it is another's; there is no list: not a byte goes, and
	 * somebody has to look. */
	assert_int_equal(send_tls("localhost", t.url, ""), RDVD_SENT_STOPPED);
	assert_int_equal(send_tls("127.0.0.1", t.url, t.ca), RDVD_SENT_STOPPED);
	assert_int_equal(send_tls("localhost", t.url, "/nonexistent"), RDVD_SENT_STOPPED);
	/* Trusted: it is spoken to (and answers what is no HTTP). */
	assert_int_equal(send_tls("localhost", t.url, t.ca), RDVD_SENT_UNKNOWN);
	tls_stop(&t);
	/* No handshake: it may be mended before the next attempt. */
	tls_start(&t, "-tls1_1");
	assert_int_equal(send_tls("localhost", t.url, t.ca), RDVD_SENT_RETRY);
	tls_stop(&t);
}

static void test_addresses(void **state)
{
	static const struct {
		const char *url, *allow, *says;
	} cases[] = {
		{"https://api.example.org", "false", NULL},
		{"https://api.example.org/v3/", "false", NULL},
		{"http://127.0.0.1:13013", "false", NULL},
		{"http://127.3.0.1", "false", NULL},
		{"http://localhost:13013", "no", NULL},
		{"http://[::1]:13013", "false", NULL},
		{"http://10.0.0.7:8080", "true", NULL},
		{"http://10.0.0.7:8080", "yes", NULL},
		{"http://10.0.0.7:8080", "false", "in clear"},
		{"http://localhost.example.org", "false", "in clear"},
		{"http://127.0.0.1.example.org", "false", "in clear"},
		{"http://127.0.0.1@example.org/", "false", "without a user"},
		{"http://10.0.0.7:8080", "perhaps", "true or false"},
		{"ftp://127.0.0.1", "true", "begins with"},
		{"127.0.0.1:13013", "true", "https://HOST"},
		{"https://", "true", "https://HOST"},
		{"file:///etc/passwd", "true", "https://HOST"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct test_host h;

		host_init(&h, "preset=brevo", "token=t", NULL);
		host_set(&h, "url", cases[i].url);
		host_set(&h, "allow_http", cases[i].allow);
		if ((host_open(&h) == RDVD_OK) != !cases[i].says)
			fail_msg("%s: %s", cases[i].url, buf_str(&h.log));
		if (cases[i].says)
			assert_non_null(strstr(buf_str(&h.log), cases[i].says));
		host_fini(&h);
	}
}

/* Nothing of a message, no secret and no query comes into the log, whatever happens. */
static void test_log_is_discreet(void **state)
{
	struct server_reply replies[] = {{.status = 500, .body = "+33612345678"},
					 {.act = SERVER_RESET},
					 {.status = 200, .body = "no json"}};

	for (size_t i = 0; i < ARRAY_SIZE(replies); i++) {
		struct server *s = server_new(say, &replies[i]);
		struct rdvd_message m = test_message();
		struct rdvd_receipt r = {.retry_after_s = 0};
		struct test_host h;
		char url[64];

		host_init(&h, "preset=ovhcloud", "account=sms-x", "user=applicat10n",
			  "secret=s3cret", "token=c0nsumer",
			  preset_url(url, sizeof url, server_port(s)), NULL);
		assert_int_equal(host_open(&h), RDVD_OK);
		test_ops->send(h.gw, &m, &r);
		test_ops->lookup(h.gw, m.id, "", 2000, &r);
		assert_int_equal(test_ops->poll(h.gw, 2000, NULL, NULL), RDVD_FAILED);
		assert_true(h.log.len > 0);
		assert_null(strstr(buf_str(&h.log), "33612345678"));
		assert_null(strstr(buf_str(&h.log), "14h00"));
		assert_null(strstr(buf_str(&h.log), "s3cret"));
		assert_null(strstr(buf_str(&h.log), "c0nsumer"));
		assert_null(strstr(buf_str(&h.log), "tag="));
		assert_null(strstr(r.note, "33612345678"));
		host_fini(&h);
		server_free(s);
	}
}

/* What is asked for has one time for all of it. */
static void test_poll_ends_in_time(void **state)
{
	struct server_reply silent = {.act = SERVER_SILENT};
	struct server *s = server_new(say, &silent);
	struct test_host h;
	char url[64];

	host_init(&h, "preset=ovhcloud", "account=sms-x", "user=u", "secret=s", "token=c",
		  preset_url(url, sizeof url, server_port(s)), NULL);
	assert_int_equal(host_open(&h), RDVD_OK);
	assert_int_equal(test_ops->poll(h.gw, 100, NULL, NULL), RDVD_FAILED);
	assert_int_equal(test_ops->poll(h.gw, 0, NULL, NULL), RDVD_FAILED);
	/* Nor does an ack that is none of its own. */
	test_ops->settle(h.gw, "");
	test_ops->settle(h.gw, "9:1");
	test_ops->settle(h.gw, "x");
	assert_int_equal(server_count(s), 1);
	host_fini(&h);
	server_free(s);
}

/* ---- what waits ---- */

/* OVHcloud with n texts, named from 1; those named in bad cannot be told. */
struct waiting {
	int n;
	const char *bad; /* " 1 2 " */
	struct buf body;
};

static struct server_reply tell_waiting(void *arg, const struct server_request *rq)
{
	struct waiting *w = arg;
	const char *name = strstr(rq->line, "/incoming/");
	char id[16];

	buf_clear(&w->body);
	if (!name) {
		for (int i = 1; i <= w->n; i++)
			buf_addf(&w->body, "%s%d", i == 1 ? "[" : ",", i);
		buf_addstr(&w->body, "]");
		return (struct server_reply){.status = 200, .body = buf_str(&w->body)};
	}
	name += strlen("/incoming/");
	snprintf(id, sizeof id, " %.*s ", (int)strcspn(name, " "), name);
	if (strstr(w->bad, id))
		return (struct server_reply){.status = 500, .body = "oops"};
	if (strcmp(id, " 999 ") == 0)
		return (struct server_reply){.status = 200, .body = "{\"odd\":1}"};
	buf_addf(&w->body, "{\"id\":%s,\"sender\":\"+33612345678\",\"message\":\"OUI\"}",
		 id);
	return (struct server_reply){.status = 200, .body = buf_str(&w->body)};
}

static void note_key(void *arg, const struct rdvd_event *e)
{
	buf_addf(arg, "%s ", e->key);
}

static void note_odd(void *arg, const struct rdvd_event *e)
{
	if (!*e->from)
		buf_addf(arg, "%s %s", e->ack, e->text);
}

/* What is told, but not understood, is handed on as it is, once. */
static void test_poll_hands_on_what_is_odd(void **state)
{
	struct waiting w = {.n = 999, .bad = ""};
	struct server *s = server_new(tell_waiting, &w);
	struct buf odd = BUF_INIT;
	struct test_host h;
	char url[64];

	host_init(&h, "preset=ovhcloud", "account=sms-x", "user=u", "secret=s", "token=c",
		  preset_url(url, sizeof url, server_port(s)), NULL);
	assert_int_equal(host_open(&h), RDVD_OK);
	for (int i = 0; i < 10; i++)
		test_ops->poll(h.gw, 20000, note_odd, &odd);
	assert_string_equal(buf_str(&odd), "0:999 {\"odd\":1}");
	host_fini(&h);
	server_free(s);
	buf_fini(&w.body);
	buf_fini(&odd);
}

/* One that the provider cannot give, for ever, holds up no other; more of them than are
 * asked for in one round do not either. */
static void test_poll_passes_what_cannot_be_told(void **state)
{
	struct waiting w = {.n = 3, .bad = " 1 "};
	struct server *s = server_new(tell_waiting, &w);
	struct buf keys = BUF_INIT, many = BUF_INIT;
	struct test_host h;
	char url[64];

	host_init(&h, "preset=ovhcloud", "account=sms-x", "user=u", "secret=s", "token=c",
		  preset_url(url, sizeof url, server_port(s)), NULL);
	assert_int_equal(host_open(&h), RDVD_OK);
	assert_int_equal(test_ops->poll(h.gw, 5000, note_key, &keys), RDVD_FAILED);
	assert_string_equal(buf_str(&keys), "2 3 ");
	buf_addstr(&many, " ");
	for (int i = 1; i <= 120; i++)
		buf_addf(&many, "%d ", i);
	w = (struct waiting){.n = 121, .bad = buf_str(&many), .body = w.body};
	buf_clear(&keys);
	for (int i = 0; i < 2; i++)
		test_ops->poll(h.gw, 5000, note_key, &keys);
	assert_string_equal(buf_str(&keys), "121 ");
	host_fini(&h);
	server_free(s);
	buf_fini(&w.body);
	buf_fini(&keys);
	buf_fini(&many);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_nobody_listens),
		cmocka_unit_test(test_never_accepted),
		cmocka_unit_test(test_long_answer),
		cmocka_unit_test(test_no_silent_repeat),
		cmocka_unit_test(test_no_silent_repeat_of_get),
		cmocka_unit_test(test_the_repeat_is_real),
		cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_log_is_discreet),
		cmocka_unit_test(test_poll_ends_in_time),
		cmocka_unit_test(test_poll_passes_what_cannot_be_told),
		cmocka_unit_test(test_poll_hands_on_what_is_odd),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
