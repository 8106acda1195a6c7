/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session.c - one message through libcurl's easy handle, which keeps the connection.
 *
 * How far a dialogue came is not in libcurl's result, so it is noted as it goes: each
 * command passes the debug callback, each reply the header callback, and the body the
 * read callback, whose answer "no more" is the last thing before the end of data (but
 * only as long as libcurl is not told the size: then it does not ask). An upload is never
 * repeated by libcurl itself: it does that for HTTP alone. A kept connection that turns
 * out to be dead before it has taken a command is replaced, once, at once: nothing can
 * have been delivered by it. */
#include "session.h"

#include <curl/curl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "outcome.h"

#define CONNECT_MS 10000
#define IDLE_MAX_S 110 /* most servers close after 5 minutes, some after 2 */

struct session {
	const struct session_settings *settings;
	CURL *curl; /* NULL after a dialogue that went wrong */
	struct curl_slist *to;
	/* of the message under way */
	const struct mail *mail;
	size_t given;
	enum stage stage;
	enum stage replied; /* the stage of the last reply */
	struct reply reply;
	int replies;
	int is_leaving; /* QUIT was said: what is answered to it says nothing */
	curl_socket_t socket;
	char error[CURL_ERROR_SIZE];
};

/* ---- what is noted on the way ---- */

static int note_command(CURL *curl, curl_infotype type, char *data, size_t n, void *arg)
{
	static const struct {
		const char *verb;
		enum stage stage;
	} verbs[] = {
		{"EHLO ", STAGE_HELLO},	      {"HELO ", STAGE_HELLO},
		{"STARTTLS", STAGE_STARTTLS}, {"AUTH ", STAGE_AUTH},
		{"MAIL FROM:", STAGE_MAIL},   {"RCPT TO:", STAGE_RCPT},
		{"DATA", STAGE_DATA},
	};
	struct session *s = arg;

	(void)curl;
	if (type == CURLINFO_HEADER_OUT && n >= 4 && memcmp(data, "QUIT", 4) == 0)
		s->is_leaving = 1;
	if (type != CURLINFO_HEADER_OUT || s->stage >= STAGE_DATA)
		return 0;
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		size_t len = strlen(verbs[i].verb);

		if (n >= len && memcmp(data, verbs[i].verb, len) == 0)
			s->stage = verbs[i].stage;
	}
	return 0;
}

static size_t note_reply(char *line, size_t size, size_t n, void *arg)
{
	struct session *s = arg;

	(void)size;
	if (!s->is_leaving && reply_read(&s->reply, line, n) == 0) {
		s->replied = s->stage;
		s->replies++;
	}
	return n;
}

/* Has the server hung up already? Then the end of data need not be said. */
static int is_hung_up(const struct session *s)
{
	struct pollfd p = {.fd = s->socket, .events = POLLRDHUP};

	return s->socket != CURL_SOCKET_BAD && poll(&p, 1, 0) > 0 &&
	       (p.revents & (POLLRDHUP | POLLHUP | POLLERR));
}

static size_t give_body(char *to, size_t size, size_t n, void *arg)
{
	struct session *s = arg;
	size_t left = s->mail->data.len - s->given;

	(void)size;
	s->stage = STAGE_BODY;
	if (left == 0) {
		if (is_hung_up(s))
			return CURL_READFUNC_ABORT;
		s->stage = STAGE_END;
		return 0;
	}
	if (n > left)
		n = left;
	memcpy(to, s->mail->data.data + s->given, n);
	s->given += n;
	return n;
}

static int note_socket(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	struct session *s = arg;

	(void)purpose;
	s->socket = fd;
	return CURL_SOCKOPT_OK;
}

static int close_socket(void *arg, curl_socket_t fd)
{
	struct session *s = arg;

	if (s->socket == fd)
		s->socket = CURL_SOCKET_BAD;
	return close(fd);
}

/* What the server may say besides replies goes nowhere. */
static size_t drop(char *data, size_t size, size_t n, void *arg)
{
	(void)data, (void)size, (void)arg;
	return n;
}

/* ---- life ---- */

static CURLcode set_fixed(struct session *s)
{
	const struct session_settings *o = s->settings;
	CURL *c = s->curl;
	CURLcode rc = CURLE_OK;

#define SET(option, value) \
	(rc = rc != CURLE_OK ? rc : curl_easy_setopt(c, CURLOPT_##option, value))
	SET(URL, o->url);
	SET(PROTOCOLS_STR, o->tls == TLS_IMPLICIT ? "smtps" : "smtp");
	SET(NOPROXY, "*");
	SET(NOSIGNAL, 1L);
	SET(QUICK_EXIT, 1L); /* no waiting for a name that does not resolve */
	SET(UPLOAD, 1L);
	SET(MAXAGE_CONN, (long)IDLE_MAX_S);
	SET(TCP_NODELAY, 1L);
	SET(USE_SSL, (long)(o->tls == TLS_NONE ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(SSL_VERIFYPEER, 1L);
	SET(SSL_VERIFYHOST, 2L);
	if (*o->ca_file)
		SET(CAINFO, o->ca_file);
	if (*o->user) {
		SET(USERNAME, o->user);
		SET(PASSWORD, o->password);
		SET(SASL_IR, 1L);
		if (*o->login_options)
			SET(LOGIN_OPTIONS, o->login_options);
	}
	SET(ERRORBUFFER, s->error);
	SET(READFUNCTION, give_body);
	SET(READDATA, s);
	SET(WRITEFUNCTION, drop);
	SET(HEADERFUNCTION, note_reply);
	SET(HEADERDATA, s);
	SET(DEBUGFUNCTION, note_command);
	SET(DEBUGDATA, s);
	SET(VERBOSE, 1L); /* for the debug callback; nothing is printed */
	SET(SOCKOPTFUNCTION, note_socket);
	SET(SOCKOPTDATA, s);
	SET(CLOSESOCKETFUNCTION, close_socket);
	SET(CLOSESOCKETDATA, s);
#undef SET
	return rc;
}

/* A handle without a connection. */
static CURLcode begin(struct session *s)
{
	s->socket = CURL_SOCKET_BAD;
	s->curl = curl_easy_init();
	return s->curl ? set_fixed(s) : CURLE_FAILED_INIT;
}

/* Forget the connection. After a time-out libcurl would keep it, and take the answer that
 * comes late for the answer to the next message. Its goodbye would wait for a server that
 * may be hung: the socket is shut first. */
static void abandon(struct session *s)
{
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (curl_easy_getinfo(s->curl, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK &&
	    fd != CURL_SOCKET_BAD)
		shutdown(fd, SHUT_RDWR);
	curl_easy_cleanup(s->curl);
	s->curl = NULL;
}

struct session *session_new(const struct session_settings *o, const char **why)
{
	struct session *s = calloc(1, sizeof *s);
	CURLcode rc;

	if (!s)
		abort();
	s->settings = o;
	rc = begin(s);
	if (rc != CURLE_OK) {
		*why = curl_easy_strerror(rc);
		session_free(s);
		return NULL;
	}
	return s;
}

void session_free(struct session *s)
{
	if (!s)
		return;
	curl_easy_cleanup(s->curl);
	curl_slist_free_all(s->to);
	free(s);
}

/* ---- one message ---- */

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static CURLcode perform(struct session *s, const struct mail *mail, long long until_ms)
{
	long left = (long)(until_ms - now_ms());

	s->mail = mail;
	s->given = 0;
	s->stage = s->replied = STAGE_CONNECT;
	s->reply = (struct reply){.code = 0};
	s->replies = s->is_leaving = 0;
	s->error[0] = '\0';
	if (left < 1)
		return CURLE_OPERATION_TIMEDOUT;
	if (!s->curl && begin(s) != CURLE_OK)
		return CURLE_FAILED_INIT;
	curl_easy_setopt(s->curl, CURLOPT_TIMEOUT_MS, left);
	curl_easy_setopt(s->curl, CURLOPT_CONNECTTIMEOUT_MS,
			 left < CONNECT_MS ? left : (long)CONNECT_MS);
	/* of the goodbye, which CURLOPT_TIMEOUT does not bound */
	curl_easy_setopt(s->curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, left / 1000 + 1);
	curl_easy_setopt(s->curl, CURLOPT_MAIL_FROM, mail->from);
	curl_easy_setopt(s->curl, CURLOPT_MAIL_RCPT, s->to);
	return curl_easy_perform(s->curl);
}

/* A kept connection had died: it took no command, or only said goodbye. */
static int was_dead(struct session *s)
{
	long connects = 1;

	curl_easy_getinfo(s->curl, CURLINFO_NUM_CONNECTS, &connects);
	return connects == 0 && s->stage <= STAGE_MAIL &&
	       (s->replies == 0 || s->reply.code == 421);
}

static enum rdvd_sent of_trouble(struct session *s, CURLcode rc, char *note, size_t size)
{
	char words[150];
	const char *told = s->error[0] ? s->error : curl_easy_strerror(rc);

	text_redact(told, words, sizeof words);
	snprintf(note, size, "%s (%s)", words, stage_name(s->stage));
	/* after the last byte nothing is certain, whatever the trouble's name */
	if (s->stage == STAGE_END)
		return RDVD_SENT_UNKNOWN;
	switch ((int)rc) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ENGINE_NOTFOUND:
	case CURLE_USE_SSL_FAILED:
	case CURLE_LOGIN_DENIED: return RDVD_SENT_STOPPED;
	default: return RDVD_SENT_RETRY;
	}
}

/* "2.0.0 Ok: queued as 4Fw2": the server's name for it. */
static void note_queued(const struct session *s, struct rdvd_receipt *receipt)
{
	const char *as = strcasestr(s->reply.text, "queued as ");

	if (as)
		snprintf(receipt->provider_id, sizeof receipt->provider_id, "%.*s",
			 (int)strspn(as + 10, "abcdefghijklmnopqrstuvwxyz0123456789"
					      "ABCDEFGHIJKLMNOPQRSTUVWXYZ-_."),
			 as + 10);
}

/* How it ended by what was noted, libcurl's own result apart. */
static enum rdvd_sent judge(struct session *s, CURLcode rc, struct rdvd_receipt *receipt)
{
	int is_answered = s->replies > 0 && s->replied == s->stage;
	enum rdvd_sent sent;

	if (s->stage == STAGE_BODY || !is_answered ||
	    (s->stage != STAGE_END && s->reply.code < 400))
		return of_trouble(s, rc, receipt->note, sizeof receipt->note);
	/* the answer to the last thing said decides */
	reply_note(s->stage, &s->reply, receipt->note, sizeof receipt->note);
	sent = outcome_of_reply(s->stage, &s->reply);
	receipt->only_this =
		sent == RDVD_SENT_RETRY && reply_is_recipients(s->stage, &s->reply);
	return sent;
}

enum rdvd_sent session_send(struct session *s, const struct mail *mail, int timeout_ms,
			    struct rdvd_receipt *receipt)
{
	long long until = now_ms() + timeout_ms;
	struct curl_slist *to = curl_slist_append(NULL, mail->to);
	enum rdvd_sent sent;
	CURLcode rc;

	if (!to)
		abort();
	curl_slist_free_all(s->to);
	s->to = to;
	rc = perform(s, mail, until);
	if (rc != CURLE_OK && s->curl && was_dead(s)) {
		abandon(s);
		rc = perform(s, mail, until);
	}
	sent = judge(s, rc, receipt);
	if (sent == RDVD_SENT_ACCEPTED)
		note_queued(s, receipt);
	if (rc != CURLE_OK && s->curl)
		abandon(s);
	return sent;
}
