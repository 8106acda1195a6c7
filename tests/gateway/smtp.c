/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smtp.c - gw_smtp held to the contract of every gateway, as e-mail and as mail-to-SMS,
 * against a mail server of its own: one thread, one connection at a time, everything
 * taken is kept. What a mail says is read back by code that is not the plugin's. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "conformance.h"
#include "rdvd/gateway.h"

extern const struct rdvd_plugin RDVD_PLUGIN_SYMBOL(gw_smtp);
const struct rdvd_plugin *const plugin_builtin[] = {&RDVD_PLUGIN_SYMBOL(gw_smtp), NULL};

#define MAILS_MAX 256

static struct {
	int listener;
	pthread_mutex_t lock;
	char *mails[MAILS_MAX]; /* owned: as they came, dots undone */
	int n;
	atomic_int is_spoilt;
} sink = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void keep(const struct buf *mail)
{
	pthread_mutex_lock(&sink.lock);
	assert_true(sink.n < MAILS_MAX);
	sink.mails[sink.n++] = xstrdup(buf_str(mail));
	pthread_mutex_unlock(&sink.lock);
}

static void take_mail(FILE *f)
{
	struct buf mail = BUF_INIT;
	char line[4096];

	while (fgets(line, sizeof line, f) && strcmp(line, ".\r\n") != 0)
		buf_addstr(&mail, line + (line[0] == '.'));
	keep(&mail);
	buf_fini(&mail);
}

static const char *reply_to(const char *line)
{
	if (strncasecmp(line, "RCPT", 4) == 0 && atomic_load(&sink.is_spoilt))
		return "451 4.3.0 <lea@exemple.fr> can wait\r\n";
	if (strncasecmp(line, "DATA", 4) == 0)
		return "354 go on\r\n";
	return "250 2.0.0 fine\r\n";
}

static void *serve(void *arg)
{
	char line[4096];
	int fd;

	while ((fd = accept(sink.listener, NULL, NULL)) >= 0) {
		FILE *f = fdopen(fd, "r+");

		assert_non_null(f);
		setvbuf(f, NULL, _IOLBF, 0);
		fputs("220 sink\r\n", f);
		while (fgets(line, sizeof line, f) && strncasecmp(line, "QUIT", 4)) {
			const char *reply = reply_to(line);

			fseek(f, 0, SEEK_CUR);
			fputs(reply, f);
			fflush(f);
			if (reply[0] != '3')
				continue;
			take_mail(f);
			fseek(f, 0, SEEK_CUR);
			fputs("250 2.0.0 Ok: queued as 4Fw2\r\n", f);
			fflush(f);
		}
		fclose(f);
	}
	return arg;
}

/* ---- what came ---- */

/* The mail whose Message-ID says id. */
static int is_of(const char *mail, const char *id)
{
	const char *at = strstr(mail, "Message-ID: <");
	size_t n = strlen(id);

	return at && strncmp(at + strlen("Message-ID: <"), id, n) == 0 &&
	       at[strlen("Message-ID: <") + n] == '.';
}

static int arrived(const char *id)
{
	int n = 0;

	pthread_mutex_lock(&sink.lock);
	for (int i = 0; i < sink.n; i++)
		n += is_of(sink.mails[i], id);
	pthread_mutex_unlock(&sink.lock);
	return n;
}

static void decode_quoted(const char *s, struct buf *out)
{
	unsigned byte;

	for (; *s; s++) {
		if (strncmp(s, "=\r\n", 3) == 0)
			s += 2;
		else if (*s == '=' && sscanf(s + 1, "%2X", &byte) == 1) {
			buf_addch(out, (char)byte);
			s += 2;
		} else if (*s != '\r')
			buf_addch(out, *s);
	}
}

static void text(const char *id, struct buf *out)
{
	const char *mail = NULL, *body;
	struct buf plain = BUF_INIT;

	pthread_mutex_lock(&sink.lock);
	for (int i = 0; i < sink.n; i++)
		mail = is_of(sink.mails[i], id) ? sink.mails[i] : mail;
	pthread_mutex_unlock(&sink.lock);
	assert_non_null(mail);
	body = strstr(mail, "\r\n\r\n");
	assert_non_null(body);
	if (strstr(mail, "Content-Transfer-Encoding: quoted-printable\r\n")) {
		decode_quoted(body + 4, &plain);
	} else {
		assert_non_null(strstr(mail, "Content-Transfer-Encoding: 7bit\r\n"));
		for (const char *s = body + 4; *s; s++)
			if (*s != '\r')
				buf_addch(&plain, *s);
	}
	/* a mail's last line has an end, a text's has none */
	assert_int_equal(buf_str(&plain)[plain.len - 1], '\n');
	buf_add(out, buf_str(&plain), plain.len - 1);
	buf_fini(&plain);
}

static void spoil(void)
{
	atomic_store(&sink.is_spoilt, 1);
}

static void mend(void)
{
	atomic_store(&sink.is_spoilt, 0);
}

static void forget(void)
{
	for (int i = 0; i < sink.n; i++)
		free(sink.mails[i]);
	sink.n = 0;
}

int main(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof at;
	char dir[] = "/tmp/rdvd-smtp-XXXXXX", key[64], port[16];
	const struct plugin_setting settings[] = {
		{"server", "127.0.0.1", "rdvd.conf:2"},
		{"port", port, "rdvd.conf:3"},
		{"tls", "none", "rdvd.conf:4"},
		{"sms_to", "{digits}@sms.example", "rdvd.conf:5"},
		{"sms_from", "rdv@exemple.fr", "rdvd.conf:6"},
	};
	struct gateway_fixture fixture = {.module_dir = "/nonexistent",
					  .name = "gw_smtp",
					  .settings = settings,
					  .nsettings = 3,
					  .dir = dir,
					  .arrived = arrived,
					  .text = text,
					  .spoil = spoil,
					  .mend = mend};
	pthread_t thread;
	int failed;

	sink.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (sink.listener < 0 || !mkdtemp(dir) ||
	    bind(sink.listener, (struct sockaddr *)&at, size) < 0 ||
	    listen(sink.listener, 16) < 0 ||
	    getsockname(sink.listener, (struct sockaddr *)&at, &size) < 0 ||
	    pthread_create(&thread, NULL, serve, NULL) != 0)
		return 1;
	snprintf(port, sizeof port, "%d", ntohs(at.sin_port));
	failed = gateway_conformance(&fixture);
	forget();
	fixture.nsettings = 5;
	failed += gateway_conformance(&fixture);
	shutdown(sink.listener, SHUT_RDWR);
	pthread_join(thread, NULL);
	close(sink.listener);
	forget();
	snprintf(key, sizeof key, "%s/gw_smtp.key", dir);
	unlink(key);
	rmdir(dir);
	return failed != 0;
}
