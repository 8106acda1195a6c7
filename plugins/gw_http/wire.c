/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire.c - see wire.h. Two things decide everything here.
 *
 * libcurl sends a request again by itself when a connection that it used before turns out
 * to be dead, and the provider may have taken it the first time. A body that libcurl
 * reads from us, and cannot ask for a second time, stops it: it then gives up with an
 * error instead. So a connection may be kept, for a moment; a request without a body,
 * which nothing would stop, has one of its own, unless a second time does no harm.
 * tests/gateway/http_wire.c counts what a provider gets.
 *
 * Whether a byte of the request left is known, not guessed: libcurl counts what it wrote
 * (CURLINFO_REQUEST_SIZE). None: it may be tried again at once. Any: nobody knows, unless
 * an answer says. */
#include "wire.h"

#include <curl/curl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "proof.h"

#define CONNECT_MS_MAX 5000L
/* An idle connection is forgotten on the way by some, without a word to us. */
#define IDLE_S_MAX 5L

struct wire {
	const struct rdvd_host *host;
	const struct preset *preset;
	CURL *curl; /* owned */
	struct str url, body, answer, text;
	size_t answer_max;
	size_t body_at; /* as far as libcurl has read it */
	int is_cut;	/* the answer was longer than we read */
	const struct request
		*headers_of;	    /* whose headers these are, when they are constant */
	struct curl_slist *headers; /* owned */
};

static size_t on_body(char *bytes, size_t size, size_t n, void *arg)
{
	struct wire *w = arg;
	size_t room = w->answer_max - w->answer.len;

	n *= size;
	str_add(&w->answer, bytes, n < room ? n : room);
	w->is_cut |= n > room;
	return w->is_cut ? 0 : n; /* enough: the rest is not read */
}

/* There is no way back in it (CURLOPT_SEEKFUNCTION): that is the point. */
static size_t on_read(char *out, size_t size, size_t n, void *arg)
{
	struct wire *w = arg;
	size_t left = w->body.len - w->body_at;

	n = n * size < left ? n * size : left;
	memcpy(out, str_of(&w->body) + w->body_at, n);
	w->body_at += n;
	return n;
}

/* The name between "://" and what ends it; brackets of IPv6 are taken off. */
static char *host_of(const char *url)
{
	const char *start = strstr(url, "://");
	size_t n;

	if (!start)
		return mem_dup("", 0);
	start += 3;
	if (*start == '[')
		return mem_dup(start + 1, strcspn(start + 1, "]"));
	n = strcspn(start, ":/?#");
	return mem_dup(start, n);
}

static int is_loopback(const char *host)
{
	return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
	       networks_contain("127.0.0.0/8", host);
}

/* TLS, unless it stays on this machine or the section says that it may be plain. */
static int check_url(const struct rdvd_host *host, const char *url)
{
	const char *allow = host->option(host, "allow_http");
	char *name = host_of(url);
	int rc = -1;

	if (strcmp(allow, "yes") && strcmp(allow, "no") && strcmp(allow, "true") &&
	    strcmp(allow, "false"))
		host->log(host, 3, "allow_http = \"%s\": write true or false", allow);
	else if (!*name || strchr(url, '@'))
		host->log(
			host, 3,
			"url = \"%s\": write https://HOST, without a user or a password",
			strchr(url, '@') ? "..." : url);
	else if (strncmp(url, "https://", 8) == 0)
		rc = 0;
	else if (strncmp(url, "http://", 7) != 0)
		host->log(host, 3, "url = \"%s\": it begins with https:// or http://",
			  url);
	else if (!is_loopback(name) && (*allow == 'n' || *allow == 'f'))
		host->log(host, 3,
			  "url = \"%s\" would send names and texts in clear: write "
			  "https://, or "
			  "allow_http = true on a network of your own",
			  url);
	else
		rc = 0;
	free(name);
	return rc;
}

/* What is the same for every request. */
static void set_up(struct wire *w)
{
	const char *ca_file = w->host->option(w->host, "ca_file");
	CURL *c = w->curl;

	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 1L);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	/* An address is what the preset says, to the dot. */
	curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
	/* A name that does not resolve takes no longer than the message has. */
	curl_easy_setopt(c, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(c, CURLOPT_PROXY, ""); /* nor from the environment */
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
	if (*ca_file)
		curl_easy_setopt(c, CURLOPT_CAINFO, ca_file);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "rdvd");
	curl_easy_setopt(c, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, w);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(c, CURLOPT_READDATA, w);
	curl_easy_setopt(c, CURLOPT_MAXAGE_CONN, IDLE_S_MAX);
}

struct wire *wire_new(const struct rdvd_host *host, const struct preset *p)
{
	struct wire *w;

	if (check_url(host, settings_get(&p->settings, "url")) < 0)
		return NULL;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
		host->log(host, 3, "libcurl cannot start");
		return NULL;
	}
	w = mem_zero(1, sizeof *w);
	w->host = host;
	w->preset = p;
	w->curl = curl_easy_init();
	if (!w->curl)
		abort();
	set_up(w);
	return w;
}

void wire_free(struct wire *w)
{
	if (!w)
		return;
	curl_easy_cleanup(w->curl);
	curl_slist_free_all(w->headers);
	str_fini(&w->url);
	str_fini(&w->body);
	str_fini(&w->answer);
	str_fini(&w->text);
	free(w);
	curl_global_cleanup();
}

static void add_header(struct wire *w, const char *name, const char *value)
{
	struct curl_slist *more;

	str_clear(&w->text);
	str_puts(&w->text, name);
	/* How libcurl is told that a header is there and empty. */
	str_puts(&w->text, *value ? ": " : ";");
	str_puts(&w->text, value);
	more = curl_slist_append(w->headers, str_of(&w->text));
	if (!more)
		abort();
	w->headers = more;
}

static void sign(struct wire *w, const struct request *q, rdvd_time now)
{
	struct str signature = {0}, when = {0};

	str_putf(&when, "%lld", (long long)now);
	sign_ovh(&signature, q->ovh_secret, q->ovh_consumer, q->method, str_of(&w->url),
		 str_of(&w->body), now);
	add_header(w, "X-Ovh-Timestamp", str_of(&when));
	add_header(w, "X-Ovh-Signature", str_of(&signature));
	str_fini(&when);
	str_fini(&signature);
}

/* Does a condition hold? */
static int vars_allow(const struct vars *vars, enum var var, int wanted)
{
	if (var == VAR_COUNT)
		return 1;
	return (vars->v[var] && *vars->v[var]) == wanted;
}

/* The list is made anew only when something in it can change. */
static void set_headers(struct wire *w, const struct request *q, const struct vars *vars,
			rdvd_time now)
{
	struct str value = {0};
	int is_constant = !q->ovh_secret;

	if (w->headers_of == q)
		return;
	curl_slist_free_all(w->headers);
	w->headers = NULL;
	for (size_t i = 0; i < q->nheaders; i++) {
		const struct header *h = &q->headers[i];

		is_constant &= h->only_if == VAR_COUNT && template_constant(h->value);
		if (!vars_allow(vars, h->only_if, h->wanted))
			continue;
		str_clear(&value);
		template_render(h->value, vars, &value);
		add_header(w, h->name, str_of(&value));
	}
	if (q->ovh_secret)
		sign(w, q, now);
	/* libcurl would wait for a leave to send the body. */
	w->headers = curl_slist_append(w->headers, "Expect:");
	if (!w->headers)
		abort();
	w->headers_of = is_constant ? q : NULL;
	str_fini(&value);
	curl_easy_setopt(w->curl, CURLOPT_HTTPHEADER, w->headers);
}

static void set_method(struct wire *w, const struct request *q, int may_repeat)
{
	int is_once = !may_repeat && !w->body.len;
	CURL *c = w->curl;

	/* A method of our own first, or libcurl keeps that of the request before. */
	curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, NULL);
	if (q->body || strcmp(q->method, "POST") == 0) {
		/* A body that libcurl holds it can send again; one that it reads, not. */
		curl_easy_setopt(c, CURLOPT_POST, 1L);
		curl_easy_setopt(c, CURLOPT_POSTFIELDS,
				 may_repeat || !w->body.len ? str_of(&w->body) : NULL);
		curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)w->body.len);
	} else {
		curl_easy_setopt(c, CURLOPT_HTTPGET, 1L);
	}
	if (strcmp(q->method, q->body ? "POST" : "GET") != 0 &&
	    strcmp(q->method, "POST") != 0)
		curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, q->method);
	curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, is_once ? 1L : 0L);
	curl_easy_setopt(c, CURLOPT_FORBID_REUSE, is_once ? 1L : 0L);
}

/* What an error means. Bytes that left make it LOST, whatever its name. */
static enum wire_end end_of(CURLcode rc, long sent)
{
	if (sent > 0)
		return WIRE_LOST;
	switch ((int)rc) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS: return WIRE_DISTRUST;
	default: return WIRE_NOT_OUT;
	}
}

void wire_ask(struct wire *w, const struct request *q, const struct vars *vars,
	      int may_repeat, int timeout_ms, rdvd_time now, struct answer *out)
{
	long connect_ms = timeout_ms < CONNECT_MS_MAX ? timeout_ms : CONNECT_MS_MAX;
	long sent = 0, status = 0;
	curl_off_t retry_after = 0;
	CURLcode rc;

	str_clear(&w->url);
	str_clear(&w->body);
	str_clear(&w->answer);
	w->is_cut = 0;
	w->answer_max = q->answer_max;
	w->body_at = 0;
	template_render(q->url, vars, &w->url);
	if (q->body)
		template_render(q->body, vars, &w->body);
	curl_easy_setopt(w->curl, CURLOPT_URL, str_of(&w->url));
	set_method(w, q, may_repeat);
	set_headers(w, q, vars, now);
	curl_easy_setopt(w->curl, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(w->curl, CURLOPT_CONNECTTIMEOUT_MS, connect_ms);
	rc = curl_easy_perform(w->curl);
	curl_easy_getinfo(w->curl, CURLINFO_REQUEST_SIZE, &sent);
	curl_easy_getinfo(w->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(w->curl, CURLINFO_RETRY_AFTER, &retry_after);
	if (rc == CURLE_WRITE_ERROR && w->is_cut)
		rc = CURLE_OK;
	/* Of a body that was read from us, some may have left, however that is counted.
	 */
	sent += (long)w->body_at;
	*out = (struct answer){
		.end = rc == CURLE_OK ? WIRE_ANSWERED : end_of(rc, sent),
		.status = (int)status,
		.retry_after_s =
			retry_after > 0 && retry_after < INT_MAX ? (int)retry_after : 0,
		.body = str_of(&w->answer),
		.why = rc == CURLE_OK ? "" : curl_easy_strerror(rc),
	};
}

const char *wire_header(struct wire *w, const char *name)
{
	struct curl_header *h;

	return curl_easy_header(w->curl, name, 0, CURLH_HEADER, -1, &h) == CURLHE_OK
		       ? h->value
		       : NULL;
}
