/* SPDX-License-Identifier: GPL-3.0-or-later */
/* http.h - the HTTP server as the rooms above see it: tables of routes, requests to read,
 * one answer to give. libmicrohttpd runs inside the loop and stays behind this header.
 * Everything here belongs to the loop's thread.
 *
 * A room registers a const table of routes; each row declares who may call it, how it is
 * guarded against cross-site requests, which limit by address it counts against and what
 * body it takes. By the time handle runs, all of that was checked and the whole body is
 * in memory. handle answers exactly once (http_reply and its relatives), or calls
 * http_suspend and answers later, after http_resume. A handler that returns without doing
 * either is a bug: it is logged and answered 500.
 *
 * Strings lent by a request live until its answer was given. All of them (path and query
 * parameters, form fields) are percent-decoded, valid UTF-8 without control characters
 * (forms may hold TAB, CR, LF): what is not was answered 400 before.
 *
 * Paths under /api/ and /cb/, and everything that comes by the local socket, are told of
 * errors in application/problem+json (RFC 9457) and may not repeat a query parameter;
 * other paths get a page. */
#ifndef RDVD_HTTP_HTTP_H
#define RDVD_HTTP_HTTP_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/secret.h"
#include "rdvd/types.h"

struct http_request;
struct http_server;
struct http_stream;
struct http_ticket;
struct json_t;
struct lang;
struct langs;
struct loop;

/* ---- routes ---- */

/* HEAD is served by the GET route, without the body. Others than these are answered 501.
 */
enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	HTTP_PUT,
	HTTP_DELETE,
	HTTP_OPTIONS,
	HTTP_PATCH,
	HTTP_PROPFIND,
	HTTP_REPORT,
	HTTP_MKCALENDAR,
	HTTP_METHODS /* how many */
};

/* "GET", ... */
const char *http_method_name(enum http_method m);

enum http_access {
	ACCESS_PUBLIC,	  /* anybody; http_request_user may still tell who it is */
	ACCESS_UNNAMED,	  /* anybody; neither cookies nor Authorization are looked at:
			     they are the handler's to judge */
	ACCESS_STAFF,	  /* session cookie; else 303 to the log-in page */
	ACCESS_STAFF_API, /* bearer token or the local socket; else 401 */
	ACCESS_LOCAL,	  /* the local socket only; else 404 */
};

/* Requests with a bearer token and those of the local socket are never cross-site: all
 * levels let them pass. */
enum http_csrf {
	CSRF_NONE,   /* reads; JSON, which no form can send */
	CSRF_ORIGIN, /* Sec-Fetch-Site, Origin or Referer, when the browser sends one, is
			ours */
	CSRF_TOKEN,  /* as CSRF_ORIGIN, and the hidden field "_csrf" matches the browser's
			cookie */
};

/* Limits by address: a bucket for each (address, class). Never for loopback, bearers, the
 * local socket. */
enum http_limit_class {
	LIMIT_NONE,
	LIMIT_READ,   /* searches and other pages that cost something */
	LIMIT_HOLD,   /* provisional holds */
	LIMIT_BOOK,   /* bookings, moves, cancels */
	LIMIT_LOGIN,  /* log-in attempts */
	LIMIT_FORGED, /* call-backs that nothing proves: see http_limit_charge */
	LIMIT_CLASSES
};

enum http_body {
	BODY_NONE, /* a body is refused (413), except an empty or small form, which is
		      dropped */
	BODY_FORM, /* application/x-www-form-urlencoded or multipart/form-data; else 415
		    */
	BODY_JSON, /* application/json, or anything +json; else 415. http_request_json
		      parses it */
	BODY_RAW,  /* any type */
};

typedef void http_handler(struct http_request *rq);

struct http_route {
	enum http_method method;
	const char *pattern; /* "/rdv/{token}/cancel"; "/rdv/{token}.ics"; a last
				"{*rest}" takes any path */
	enum http_access access;
	enum http_csrf csrf;
	enum http_limit_class limit;
	enum http_body body;
	size_t body_max; /* bytes; 0: the server's (64 KiB, 64 MiB by the local socket) */
	/* 1: the query is the handler's to read (http_request_raw_query), whatever its
	 * encoding, and may be long: what other programs send. */
	int raw_query;
	/* What the caller must be allowed to do (else 403): the application's number,
	 * which hooks.may judges. Routes of ACCESS_STAFF and ACCESS_STAFF_API must name
	 * one. */
	unsigned right;
	http_handler *handle;
};

/* ---- the server ---- */

/* A member of staff or a program, as the application knows them. Lent to the request:
 * must stay until the loop's turn ends (a handler that suspends asks again after
 * http_resume). */
struct http_user {
	rdvd_id id;
	const char *name; /* for pages */
	void *data;	  /* the application's */
};

enum http_credential { CREDENTIAL_SESSION, CREDENTIAL_BEARER };

struct http_limit {
	uint32_t burst;	   /* how many at once */
	uint32_t per_hour; /* how many come back in an hour */
};

struct http_hooks {
	/* Who holds the token of this SHA-256 (secret_token_hash)? Answer from memory;
	 * NULL: nobody. */
	const struct http_user *(*find_user)(void *ctx, enum http_credential kind,
					     const uint8_t token_hash[SECRET_HASH_SIZE]);
	/* May this user do what a route names as its right? NULL: nobody may. The local
	 * socket without a token is the operator's, who may do everything. */
	int (*may)(void *ctx, const struct http_user *user, unsigned right);
	/* Write a whole HTML page for a refusal that the server itself made: 400 403 404
	 * 405 408 413 415 429 500 503. NULL: a plain page of a few words. title and
	 * detail are in English. */
	void (*error_page)(void *ctx, struct http_request *rq, int status,
			   const char *detail, struct buf *out);
	void *ctx;
};

struct http_options {
	const char *const *
		listen; /* "127.0.0.1:8080", "[::1]:8080", "*:80"; port 0: any free one */
	size_t nlisten;
	const int *fds; /* listening sockets inherited (systemd); taken over. AF_UNIX ones
			   are local */
	size_t nfds;
	const char *unix_path; /* the local socket, or NULL; a stale one is replaced */
	unsigned unix_mode;    /* its permissions; 0: 0660 */

	const char *public_url; /* "https://rdv.example.org", no slash at the end; NULL:
				   none known */
	const char *login_path; /* where ACCESS_STAFF sends people, with ?next=PATH; NULL:
				   403 */
	const uint8_t *key;	/* SECRET_KEY_SIZE bytes, copied */
	const char *const *trusted_proxies; /* "127.0.0.1", "10.0.0.0/8", "fd00::/8" */
	size_t ntrusted_proxies;
	const struct langs *langs; /* lent; NULL: French only */
	struct http_hooks hooks;

	struct http_limit limits[LIMIT_CLASSES]; /* all zero in a row: the preset */
	unsigned connections_max;		 /* 0: 4000 */
	unsigned connections_per_address; /* 0: 200; loopback and trusted proxies have no
					     limit */
	unsigned idle_timeout_s;	  /* 0: 20 */
	unsigned request_timeout_ms;	  /* from first byte to last; 0: 30000 */
	size_t body_max;		  /* 0: 65536 */
	size_t body_max_local;		  /* 0: 64 MiB */
};

/* Listen and serve; NULL when an address cannot be bound or an option is wrong (logged).
 * Everything in options but langs is copied. Raises RLIMIT_NOFILE to what the connections
 * need. */
struct http_server *http_server_new(struct loop *l, const struct http_options *options);
/* Add n rows; the table is kept by reference. Two rows for one method and path: abort.
 * Before requests come, i.e. before the loop runs. ctx is what http_request_context gives
 * to these handlers. */
void http_server_routes(struct http_server *s, const struct http_route *routes, size_t n,
			void *ctx);
/* Every row there is, for descriptions and tests. */
void http_server_each_route(const struct http_server *s,
			    void (*cb)(void *arg, const struct http_route *route),
			    void *arg);
/* The TCP port of listening address i (0 when there is none): for tests and logs. */
int http_server_port(const struct http_server *s, size_t i);
const char *
http_server_public_url(const struct http_server *s); /* never NULL; "" when unknown */

/* Stop listening; let what is in flight finish, at most grace_ms, then call done(arg) in
 * the loop. What still waits then is answered 503 and its tickets resume to NULL. Streams
 * are ended. */
void http_server_stop(struct http_server *s, int64_t grace_ms, void (*done)(void *arg),
		      void *arg);
/* Free, stopped or not; tickets still out stay valid and resume to NULL. NULL is fine. */
void http_server_free(struct http_server *s);

/* Take other limits by address (what was counted is forgotten) and other trusted proxies,
 * as in http_options. 0, or -1 (logged) when a proxy is not an address: nothing changed.
 */
int http_server_tune(struct http_server *s, const struct http_limit limits[LIMIT_CLASSES],
		     const char *const *trusted_proxies, size_t n);

/* Counters since start, for /metrics. */
struct http_counters {
	uint64_t requests;	  /* answered, by class of status below */
	uint64_t status_class[6]; /* [2] is 2xx */
	uint64_t limited;	  /* 429 by a limit of address */
	uint64_t timeouts;	  /* closed by the whole-request time limit */
	unsigned connections;	  /* now open */
	unsigned suspended;	  /* requests now waiting for the store */
	unsigned streams;	  /* now open */
};
void http_server_counters(const struct http_server *s, struct http_counters *out);

/* ---- reading a request ---- */

void *http_request_context(const struct http_request *rq);
struct http_server *http_request_server(const struct http_request *rq);
enum http_method http_request_method(const struct http_request *rq);
/* 1: GET or HEAD. */
int http_request_reads(const struct http_request *rq);
const char *
http_request_path(const struct http_request *rq); /* decoded, without the query */
/* As sent: "/search?near=62110"; for "next" links. */
const char *http_request_target(const struct http_request *rq);

/* What follows the "?", as sent; "" none. */
const char *http_request_raw_query(const struct http_request *rq);

/* The part of the path named {name} in the pattern; NULL when there is none. */
const char *http_request_param(const struct http_request *rq, const char *name);
/* The first query parameter of that name, or NULL. */
const char *http_request_query(const struct http_request *rq, const char *name);
/* The first form field of that name, or NULL (also for file parts: their bytes are fields
 * too). */
const char *http_request_field(const struct http_request *rq, const char *name);
/* The same with its length, for files, which alone may hold NUL. */
const char *http_request_field_bytes(const struct http_request *rq, const char *name,
				     size_t *len);
/* Walk repeated or unknown fields and parameters: i from 0 while it returns 0; -1 at the
 * end. */
int http_request_field_at(const struct http_request *rq, size_t i, const char **name,
			  const char **value);
int http_request_query_at(const struct http_request *rq, size_t i, const char **name,
			  const char **value);
const char *http_request_header(const struct http_request *rq, const char *name);
const char *http_request_cookie(const struct http_request *rq, const char *name);
/* The body as it came (BODY_JSON, BODY_RAW); NUL-terminated, never NULL. */
const char *http_request_body(const struct http_request *rq, size_t *len);
/* The body as JSON, duplicate keys refused; lent, freed with the request. NULL: it is not
 * JSON and 400, with line and column, was already answered: just return. */
struct json_t *http_request_json(struct http_request *rq);

/* The client: "192.0.2.7", "2001:db8::1", or "local" for the local socket.
 * X-Forwarded-For counts only from a trusted proxy. */
const char *http_request_address(const struct http_request *rq);
/* For what only the handler can tell to be an abuse: is the address's bucket of that
 * class empty? The seconds until it is not, or 0. And take one from it. */
int http_limit_wait_s(const struct http_request *rq, enum http_limit_class class);
void http_limit_charge(struct http_request *rq, enum http_limit_class class);
int http_request_is_local(const struct http_request *rq);
/* Whoever the session cookie or the bearer token belongs to; NULL: nobody. */
const struct http_user *http_request_user(const struct http_request *rq);
/* The SHA-256 of the session token that came, 1; or 0 when none came: to log out. */
int http_request_session_hash(const struct http_request *rq,
			      uint8_t hash[SECRET_HASH_SIZE]);
/* From ?lang= (which also sets a cookie), else the cookie, else Accept-Language, else
 * French. */
const struct lang *http_request_lang(const struct http_request *rq);
const char *http_request_lang_code(const struct http_request *rq); /* "fr" */
/* 1 when problem+json rather than a page is the right form of an error. */
int http_request_wants_problem(const struct http_request *rq);

/* Memory that lives as long as the request. */
void *http_request_alloc(struct http_request *rq, size_t size);
char *http_request_strdup(struct http_request *rq, const char *s);
/* One pointer of the handler's, freed by free_fn (may be NULL) with the request. */
void http_request_set_data(struct http_request *rq, void *data, void (*free_fn)(void *));
void *http_request_data(const struct http_request *rq);

/* The browser's own random id as a hex string of 32, kept in a cookie set with this
 * answer if it had none: counts holds by browser, binds CSRF tokens. NULL never. */
const char *http_request_browser(struct http_request *rq);
/* 1 when the browser sent that cookie, i.e. it keeps cookies. */
int http_request_has_browser(const struct http_request *rq);
/* The value for <input type="hidden" name="_csrf">; sets the browser's cookie when
 * needed. */
const char *http_request_csrf(struct http_request *rq);

/* ---- answering ---- */

/* Headers of this answer, before the reply. Name and value are copied; CR and LF are
 * refused (abort). Content-Type, Location, Content-Length, Date and the security headers
 * are set by the server. */
void http_header(struct http_request *rq, const char *name, const char *value);

/* HttpOnly, SameSite=Lax, Path=/; Secure and a __Host- prefix to the name when public_url
 * is https (http_request_cookie knows the prefix). max_age_s 0: until the browser closes;
 * -1: delete it. */
void http_cookie(struct http_request *rq, const char *name, const char *value,
		 int64_t max_age_s);
/* Start (token) or end (NULL) a staff session: the cookie that find_user will be asked
 * about. */
void http_session_cookie(struct http_request *rq, const char *token, int64_t max_age_s);

/* "Cache-Control: no-store" is sent unless one of these was called. */
void http_cache(struct http_request *rq, const char *cache_control);
/* Send this strong ETag (without quotes; copied) and "private, no-cache" unless
 * http_cache says more. 1: the client has it: 304 was answered, just return. 0: go on and
 * reply. */
int http_etag(struct http_request *rq, const char *etag);

/* Answer. The body's memory is taken, without a copy, and body is left empty; NULL or
 * empty: no body. */
void http_reply(struct http_request *rq, int status, const char *content_type,
		struct buf *body);
/* The same for bytes that are never freed or changed. */
void http_reply_static(struct http_request *rq, int status, const char *content_type,
		       const void *bytes, size_t len);
#define http_reply_html(rq, status, body) \
	http_reply(rq, status, "text/html; charset=utf-8", body)
#define http_reply_json(rq, status, body) http_reply(rq, status, "application/json", body)
/* status 302, 303 or 307; location is a path of ours or an absolute URL, copied. */
void http_redirect(struct http_request *rq, int status, const char *location);

struct http_error {
	const char *field; /* "person.birth_year" */
	const char *code;  /* "required", "invalid", "too_long", ... */
	const char *message;
};
/* application/problem+json: type, title, status, detail (may be NULL), errors when
 * nerrors > 0, then members, which is JSON text such as "\"alternatives\":[]" or NULL. */
void http_problem_with(struct http_request *rq, int status, const char *title,
		       const char *detail, const struct http_error *errors,
		       size_t nerrors, const char *members);
void http_problem(struct http_request *rq, int status, const char *title,
		  const char *detail, const struct http_error *errors, size_t nerrors);
/* A problem or a page of the error hook, as http_request_wants_problem says. */
void http_fail(struct http_request *rq, int status, const char *detail);
/* 429 or 503 with Retry-After. */
void http_fail_later(struct http_request *rq, int status, const char *detail,
		     int retry_after_s);

/* ---- answering later ---- */

/* Keep the request until http_resume; the handler then returns without answering. */
struct http_ticket *http_suspend(struct http_request *rq);
/* Give the ticket back (it is freed either way). The request to answer now, or to suspend
 * again; or NULL: the server stopped meanwhile, there is nobody to answer. */
struct http_request *http_resume(struct http_ticket *ticket);
/* After http_resume, instead of an answer: the handler begins anew. For requests that
 * only read, when what they have found out meanwhile is of no use any more. */
void http_request_again(struct http_request *rq);
/* The request behind a ticket without giving it back; NULL as above. */
struct http_request *http_ticket_request(const struct http_ticket *ticket);

/* ---- answers without a known end: event streams, long exports ---- */

/* Answer with a body that comes in pieces. A write while more than 1 MiB waits unsent
 * answers -1 and the stream is broken off. Whoever runs event streams ends them before
 * http_server_stop, which waits for them otherwise until its grace is over. */
struct http_stream *http_stream_start(struct http_request *rq, int status,
				      const char *content_type);
/* Append body (taken, left empty). 0, or -1 when the client is gone: call http_stream_end
 * all the same. */
int http_stream_write(struct http_stream *st, struct buf *body);
/* Bytes not yet handed to the connection: a producer waits for its drained callback above
 * some limit. */
size_t http_stream_pending(const struct http_stream *st);
/* drained: everything written was handed over, write more. closed: the client is gone or
 * the server stops; st may not be used after closed returns unless it has not been ended:
 * then end it. NULL: none. */
void http_stream_callbacks(struct http_stream *st, void (*drained)(void *arg),
			   void (*closed)(void *arg), void *arg);
/* No more bytes; st is gone. */
void http_stream_end(struct http_stream *st);

/* ---- assets: files in the binary ---- */

struct http_asset {
	const char *name; /* "style.css" */
	const char *content_type;
	const char *etag; /* 16 hexadecimal digits of the SHA-256 */
	const char *url;  /* "/static/style.css?v=ETAG" */
	const uint8_t *bytes;
	size_t len;
};
/* Serve assets (a table made by embed, sorted by name, kept by reference) under
 * /static/NAME. */
void http_server_assets(struct http_server *s, const struct http_asset *assets, size_t n);
/* The address of the asset with its version; abort when there is no such asset. */
const char *http_asset_url(const char *name);

#endif
