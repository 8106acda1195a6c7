/* SPDX-License-Identifier: GPL-3.0-or-later */
/* impl.h - what the files of http/ share and nobody else sees. The way of a request:
 *
 *   server.c   a daemon of libmicrohttpd per listening socket, run from the loop;
 * connections counted and swept; start and stop request.c  libmicrohttpd's callbacks:
 * check (wire.c, address.c), find the route (router.c), who is it (session.c), how often
 * (limit.c), read the body (form.c), call the handler reply.c    the answer becomes a
 * response of libmicrohttpd, kept in the request until the library asks for it; problem.c
 * the errors, stream.c the endless ones, asset.c the files */
#ifndef RDVD_HTTP_IMPL_H
#define RDVD_HTTP_IMPL_H

#include <microhttpd.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/loop.h"
#include "base/mem.h"
#include "http/address.h"
#include "http/http.h"
#include "http/limit.h"
#include "http/router.h"

#define HTTP_TARGET_MAX 4096
#define HTTP_TARGET_MAX_RAW 12288 /* of a route with raw_query */
#define HTTP_HEADERS_MAX 8192
#define HTTP_FIELDS_MAX 64
#define HTTP_QUERY_MAX 64
#define HTTP_FORM_FIELDS_MAX 1000
#define HTTP_DRAIN_MAX \
	(1024 * 1024) /* of a refused body that is read to let the answer arrive */
#define HTTP_BODY_MAX (64 * 1024)
#define HTTP_BODY_MAX_LOCAL (64 * 1024 * 1024)

struct http_pair {
	const char *name;
	const char *value;
	size_t len; /* of value */
};

struct http_pairs {
	struct http_pair *items; /* owned */
	size_t n, cap;
};

/* ---- connections ---- */

enum conn_phase { CONN_READING, CONN_WORKING, CONN_SENDING, CONN_STREAMING };

struct http_listener;

struct http_conn {
	struct http_conn *prev,
		*next; /* in the server's list of its phase, oldest first */
	struct http_listener *listener;
	struct address address;
	int fd;
	enum conn_phase phase;
	int counted;	  /* in the table of connections by address */
	int64_t since_ms; /* when the phase began */
};

struct conn_list {
	struct http_conn *first, *last;
};

struct http_listener {
	struct http_server *server;
	struct MHD_Daemon *mhd;
	struct loop_watch *watch;
	struct loop_timer *timer;
	int64_t armed_ms; /* when the timer fires; 0: it is not armed */
	int port;	  /* 0 for a local one */
	int local;
	unsigned open, open_max; /* connections */
};

struct http_server {
	struct loop *loop;
	struct http_listener *listeners;
	size_t nlisteners;
	struct router *router;
	struct limit *limit;
	struct limit_count *connections; /* by address */
	struct address_net *proxies;
	size_t nproxies;
	struct http_hooks hooks;
	const struct langs *langs;
	uint8_t key[SECRET_KEY_SIZE];
	char *public_url, *public_origin; /* "https://h:p" */
	char *login_path, *unix_path;
	int https;
	size_t body_max, body_max_local;
	unsigned connections_per_address;
	int64_t request_timeout_ms;

	struct conn_list conns[CONN_STREAMING + 1];
	struct loop_timer *sweep;
	struct http_request *active;  /* every request alive */
	struct http_request *pool;    /* spare ones */
	struct http_request *resumed; /* http_resume was called, no answer yet */
	size_t nactive, npool;

	int stopping; /* 1: no new connections; 2: the time given is over */
	struct loop_timer *stop_timer;
	void (*stop_done)(void *arg);
	void *stop_arg;

	struct http_counters counters;
};

/* ---- requests ---- */

enum request_phase {
	REQUEST_LINE,	  /* the request line has come */
	REQUEST_BODY,	  /* the headers are checked, the body is coming */
	REQUEST_HANDLED,  /* the handler was called, or a refusal is ready */
	REQUEST_ANSWERED, /* the response is libmicrohttpd's */
};

struct arena_chunk;

struct http_request {
	struct http_request *prev, *next;  /* in server->active, or the pool by next */
	struct http_request *resumed_next; /* in server->resumed */
	struct http_server *server;
	struct http_conn *conn;
	struct MHD_Connection *mhd;
	const struct http_route *route; /* NULL: none matched */
	void *context;
	struct http_user user;	    /* a copy, when has_user */
	struct http_ticket *ticket; /* out */
	struct http_stream *stream;
	struct MHD_Response *response; /* ready, not yet queued */
	int status;
	enum request_phase phase;
	enum http_method method;
	int mhd_suspended, is_resumed, close;
	int has_user, has_session, bad_bearer;
	enum http_credential credential; /* of user */
	int lang_done, lang_cookie, browser_known;
	int cacheable;	     /* a Cache-Control of the handler's */
	size_t body_len_max; /* of this route */
	uint64_t body_declared, body_seen;
	int has_body;
	const char *target, *path, *forwarded_for;
	const struct lang *lang;
	uint8_t session_hash[SECRET_HASH_SIZE];
	char browser[33];
	char csrf[44];
	char address[ADDRESS_TEXT_MAX];
	struct address client;
	struct http_pair params[ROUTER_PARAMS_MAX];
	size_t nparams;
	struct json_t *json;
	void *data;
	void (*data_free)(void *);

	/* kept for the next request of the pool */
	struct http_pairs query, fields, headers; /* headers: of the answer */
	struct buf body;
	struct arena_chunk *chunks;
	size_t arena_used;
	char arena[2048];
};

struct http_ticket {
	struct http_request *rq; /* NULL: gone */
};

/* server.c */
void conn_set_phase(struct http_conn *c, enum conn_phase phase);
/* Have libmicrohttpd look at its connections soon, once, however often this is called. */
void listener_pump_soon(struct http_listener *l);
void server_request_done(struct http_server *s);

/* request.c */
void *request_begin(void *cls, const char *target, struct MHD_Connection *mhd);
enum MHD_Result request_step(void *cls, struct MHD_Connection *mhd, const char *url,
			     const char *method, const char *version, const char *data,
			     size_t *size, void **slot);
void request_end(void *cls, struct MHD_Connection *mhd, void **slot,
		 enum MHD_RequestTerminationCode why);
void requests_free_pool(struct http_server *s);
/* The answers that were never given after http_resume become 500. */
void requests_check_resumed(struct http_server *s);
/* Answer 503 to everything that waits; called when the time to stop is over. */
void requests_abandon(struct http_server *s);
/* The response is ready: queue it, or let libmicrohttpd come for it. */
void request_answer(struct http_request *rq, int status, struct MHD_Response *response);

/* session.c */
/* Look at Authorization and the session's cookie; fills user, credential, has_session,
 * bad_bearer. */
void session_identify(struct http_request *rq);
/* 1 when the browser says that the request comes from a page of ours, or says nothing. */
int session_same_origin(const struct http_request *rq);
/* 1 when the hidden field (or X-CSRF-Token) is the browser's. */
int session_csrf_is_valid(struct http_request *rq);
/* The cookie's name as it travels; out is of 64 bytes. */
const char *session_cookie_name(const struct http_server *s, const char *name,
				char out[64]);

/* form.c */
/* Cut "a=b&c=d" in place into pairs; -1: bad encoding or too many. text is changed and
 * lent. */
int form_parse_urlencoded(char *text, size_t len, size_t max, int multiline,
			  struct http_pairs *out);
/* The body of a form, of either type. 0, or a status to refuse it with. */
int form_parse_body(struct http_request *rq);
/* 1 when the media type (parameters aside) is that, case ignored. */
int form_media_type_is(const char *content_type, const char *type);

/* stream.c */
void stream_forget_request(struct http_stream *st);
/* Send what is pending, then the end. */
void stream_abandon(struct http_stream *st);

/* reply.c */
/* Put the headers that every answer has on the response, and the handler's. */
void reply_finish(struct http_request *rq, int status, const char *content_type,
		  struct MHD_Response *response);

#endif
