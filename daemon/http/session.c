/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session.c - who is it, and does it come from us? Tokens are looked up by their hash
 * through the application's hook, which answers from memory. The browser's own cookie
 * holds a random number and nothing else; a CSRF token is a keyed hash of it, so nothing
 * is kept on the server. */
#include <string.h>
#include <strings.h>

#include "http/impl.h"

#define COOKIE_SESSION "rdvd_session"
#define COOKIE_BROWSER "rdvd_browser"
#define TOKEN_MAX 256

const char *session_cookie_name(const struct http_server *s, const char *name,
				char out[64])
{
	size_t prefix = s->https ? sizeof "__Host-" - 1 : 0, len = strlen(name);

	if (prefix + len >= 64)
		len = 63 - prefix;
	memcpy(out, "__Host-", prefix);
	memcpy(out + prefix, name, len);
	out[prefix + len] = '\0';
	return out;
}

const char *http_request_cookie(const struct http_request *rq, const char *name)
{
	char full[64];

	return MHD_lookup_connection_value(rq->mhd, MHD_COOKIE_KIND,
					   session_cookie_name(rq->server, name, full));
}

static void set_user(struct http_request *rq, enum http_credential kind,
		     const uint8_t *hash)
{
	const struct http_hooks *hooks = &rq->server->hooks;
	const struct http_user *u =
		hooks->find_user ? hooks->find_user(hooks->ctx, kind, hash) : NULL;

	if (!u)
		return;
	rq->user = *u;
	rq->user.name = http_request_strdup(rq, u->name ? u->name : "");
	rq->credential = kind;
	rq->has_user = 1;
}

void session_identify(struct http_request *rq)
{
	const char *authorization = http_request_header(rq, "Authorization");
	const char *token;
	uint8_t hash[SECRET_HASH_SIZE];

	if (authorization && !strncasecmp(authorization, "Bearer", 6) &&
	    (authorization[6] == ' ' || !authorization[6])) {
		token = authorization + 6 + strspn(authorization + 6, " ");
		if (*token && strlen(token) <= TOKEN_MAX) {
			secret_token_hash(token, hash);
			set_user(rq, CREDENTIAL_BEARER, hash);
		}
		rq->bad_bearer = !rq->has_user;
		return;
	}
	token = http_request_cookie(rq, COOKIE_SESSION);
	if (!token || !*token || strlen(token) > TOKEN_MAX)
		return;
	secret_token_hash(token, rq->session_hash);
	rq->has_session = 1;
	set_user(rq, CREDENTIAL_SESSION, rq->session_hash);
}

const struct http_user *http_request_user(const struct http_request *rq)
{
	return rq->has_user ? &rq->user : NULL;
}

int http_request_session_hash(const struct http_request *rq,
			      uint8_t hash[SECRET_HASH_SIZE])
{
	if (rq->has_session)
		memcpy(hash, rq->session_hash, SECRET_HASH_SIZE);
	return rq->has_session;
}

void http_session_cookie(struct http_request *rq, const char *token, int64_t max_age_s)
{
	http_cookie(rq, COOKIE_SESSION, token ? token : "", token ? max_age_s : -1);
}

/* ---- from us? ---- */

/* url is, or begins with, an origin; ours is the public one, or the host the request was
 * sent to. */
static int is_ours(const struct http_request *rq, const char *url)
{
	const char *host = http_request_header(rq, "Host");
	const char *ours = rq->server->public_origin;
	const char *start = strstr(url, "://");
	size_t len;

	if (!start || (strncmp(url, "http://", 7) && strncmp(url, "https://", 8)))
		return 0;
	start += 3;
	len = strcspn(start, "/?#");
	if (*ours && (size_t)(start - url) + len == strlen(ours) &&
	    !strncasecmp(url, ours, strlen(ours)))
		return 1;
	return host && strlen(host) == len && !strncasecmp(start, host, len);
}

int session_same_origin(const struct http_request *rq)
{
	const char *site = http_request_header(rq, "Sec-Fetch-Site");
	const char *origin = http_request_header(rq, "Origin");
	const char *referer = http_request_header(rq, "Referer");

	if (site)
		return !strcmp(site, "same-origin") || !strcmp(site, "none");
	if (origin)
		return is_ours(rq, origin);
	return !referer || is_ours(rq, referer);
}

/* ---- the browser, and tokens bound to it ---- */

static int read_browser(struct http_request *rq)
{
	const char *id = http_request_cookie(rq, COOKIE_BROWSER);

	if (!id || strlen(id) != 32 || strspn(id, "0123456789abcdef") != 32)
		return 0;
	memcpy(rq->browser, id, 33);
	return 1;
}

const char *http_request_browser(struct http_request *rq)
{
	struct buf id = BUF_INIT;
	uint8_t bytes[16];

	if (rq->browser[0] || read_browser(rq))
		return rq->browser;
	secret_random(bytes, sizeof bytes);
	buf_add_hex(&id, bytes, sizeof bytes);
	memcpy(rq->browser, buf_str(&id), 33);
	buf_fini(&id);
	http_cookie(rq, COOKIE_BROWSER, rq->browser, 0);
	return rq->browser;
}

int http_request_has_browser(const struct http_request *rq)
{
	const char *id = http_request_cookie(rq, COOKIE_BROWSER);

	return id && strlen(id) == 32;
}

const char *http_request_csrf(struct http_request *rq)
{
	char text[5 + 32] = "csrf:";
	uint8_t mac[SECRET_HASH_SIZE];
	struct buf out = BUF_INIT;

	if (rq->csrf[0])
		return rq->csrf;
	memcpy(text + 5, http_request_browser(rq), 32);
	secret_hmac(rq->server->key, text, sizeof text, mac);
	buf_add_base64url(&out, mac, sizeof mac);
	memcpy(rq->csrf, buf_str(&out), 44); /* 43 and the NUL */
	buf_fini(&out);
	return rq->csrf;
}

int session_csrf_is_valid(struct http_request *rq)
{
	const char *sent = http_request_field(rq, "_csrf");
	const char *wanted;

	if (!sent)
		sent = http_request_header(rq, "X-CSRF-Token");
	if (!sent || strlen(sent) != 43 || !read_browser(rq))
		return 0;
	wanted = http_request_csrf(rq);
	return secret_equal(sent, wanted, 43);
}
