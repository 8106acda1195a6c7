/* SPDX-License-Identifier: GPL-3.0-or-later */
/* server.c - libmicrohttpd inside the loop. For each listening socket one daemon of the
 * library, whose epoll descriptor the loop watches: when it is readable MHD_run does what
 * is to do, and a timer is armed for what MHD_get_timeout asks. MHD_resume_connection
 * does not wake an outside loop: whoever resumes calls listener_pump_soon, and a hundred
 * answers that come back together cost one MHD_run.
 *
 * The library's time-out is for idle sockets and each byte starts it anew, so a slow
 * client could hold a connection for ever. Every connection therefore stands in a list of
 * its phase, ordered by when that began, and a sweep closes those that read or send for
 * too long by shutting their socket down: the library then finds the end of the stream
 * and cleans up in its own time. */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/impl.h"
#include "http/listen.h"

#define CONNECTION_MEMORY (24 * 1024)
#define CONNECTION_MEMORY_LOCAL (128 * 1024)
#define SENDING_MAX_MS 300000 /* an answer that the client does not finish reading */
#define STOP_TICK_MS 20

/* ---- connections ---- */

static void list_remove(struct conn_list *l, struct http_conn *c)
{
	*(c->prev ? &c->prev->next : &l->first) = c->next;
	*(c->next ? &c->next->prev : &l->last) = c->prev;
}

static void list_append(struct conn_list *l, struct http_conn *c)
{
	c->prev = l->last;
	c->next = NULL;
	*(l->last ? &l->last->next : &l->first) = c;
	l->last = c;
}

void conn_set_phase(struct http_conn *c, enum conn_phase phase)
{
	struct http_server *s = c->listener->server;

	list_remove(&s->conns[c->phase], c);
	c->phase = phase;
	c->since_ms = clock_monotonic_ms();
	list_append(&s->conns[phase], c);
}

static int counts_connections_of(const struct http_server *s, const struct address *a)
{
	return !a->is_local && !address_is_loopback(a) &&
	       !address_in(a, s->proxies, s->nproxies);
}

static enum MHD_Result on_accept(void *cls, const struct sockaddr *sa, socklen_t len)
{
	struct http_listener *l = cls;
	struct http_server *s = l->server;
	struct address a;

	if (l->local)
		return MHD_YES;
	if (address_from_sockaddr(sa, len, &a))
		return MHD_NO;
	if (!counts_connections_of(s, &a))
		return MHD_YES;
	return limit_count_add(s->connections, address_key(&a), 0) <
			       s->connections_per_address
		       ? MHD_YES
		       : MHD_NO;
}

static void conn_open(struct http_listener *l, struct MHD_Connection *mhd, void **slot)
{
	struct http_server *s = l->server;
	const union MHD_ConnectionInfo *info;
	struct http_conn *c = xcalloc(1, sizeof *c);

	c->listener = l;
	info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	c->fd = info ? info->connect_fd : -1;
	info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	if (l->local || !info ||
	    address_from_sockaddr(info->client_addr, sizeof(struct sockaddr_in6),
				  &c->address))
		c->address = (struct address){.is_local = l->local};
	c->counted = counts_connections_of(s, &c->address);
	if (c->counted)
		limit_count_add(s->connections, address_key(&c->address), 1);
	c->since_ms = clock_monotonic_ms();
	c->phase = CONN_READING;
	list_append(&s->conns[CONN_READING], c);
	s->counters.connections++;
	l->open++;
	*slot = c;
}

static void conn_close(struct http_conn *c)
{
	struct http_server *s = c->listener->server;

	list_remove(&s->conns[c->phase], c);
	if (c->counted)
		limit_count_add(s->connections, address_key(&c->address), -1);
	s->counters.connections--;
	/* The library stops listening when it is full, and begins again when it runs
	 * next: which is now, not whenever something else happens. */
	if (c->listener->open-- == c->listener->open_max)
		listener_pump_soon(c->listener);
	free(c);
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **slot,
			  enum MHD_ConnectionNotificationCode what)
{
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		conn_open(cls, mhd, slot);
	else if (*slot)
		conn_close(*slot);
}

/* ---- the sweep ---- */

static void sweep_list(struct http_server *s, enum conn_phase phase, int64_t max_ms)
{
	static const char late[] = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n"
				   "Content-Length: 0\r\n\r\n";
	int64_t now_ms = clock_monotonic_ms();
	struct http_conn *c;

	while ((c = s->conns[phase].first) && now_ms - c->since_ms >= max_ms) {
		/* Nothing of ours is under way to a client that is still writing its
		 * request. */
		if (phase == CONN_READING &&
		    send(c->fd, late, sizeof late - 1, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			log_debug("a slow client did not take its 408: %s",
				  strerror(errno));
		shutdown(c->fd, SHUT_RDWR);
		s->counters.timeouts++;
		conn_set_phase(
			c,
			phase); /* to the end of the list; the library closes it soon */
		listener_pump_soon(c->listener);
	}
}

/* Clients that left in the middle of a request. The library reads once for each event, so
 * that an end which came together with the last bytes goes unseen until something else
 * happens. */
static void drop_gone(struct http_server *s)
{
	char byte;

	for (struct http_conn *c = s->conns[CONN_READING].first; c; c = c->next) {
		if (recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0)
			continue;
		shutdown(c->fd, SHUT_RDWR);
		listener_pump_soon(c->listener);
	}
}

static void on_sweep(void *arg)
{
	struct http_server *s = arg;
	int64_t next_ms = s->request_timeout_ms / 8;

	drop_gone(s);
	sweep_list(s, CONN_READING, s->request_timeout_ms);
	sweep_list(s, CONN_SENDING, SENDING_MAX_MS);
	loop_timer_in(s->sweep, next_ms < 10 ? 10 : next_ms);
}

/* ---- the pump ---- */

static void arm(struct http_listener *l)
{
	MHD_UNSIGNED_LONG_LONG wait_ms;
	int64_t at_ms;

	if (MHD_get_timeout(l->mhd, &wait_ms) != MHD_YES)
		return;
	at_ms = clock_monotonic_ms() + (int64_t)wait_ms;
	if (l->armed_ms && l->armed_ms <= at_ms)
		return; /* it fires earlier and arms again then: cheaper than moving it
			   each time */
	l->armed_ms = at_ms;
	loop_timer_in(l->timer, (int64_t)wait_ms);
}

static void pump(void *arg)
{
	struct http_listener *l = arg;

	if (l->server->resumed)
		requests_check_resumed(l->server);
	MHD_run(l->mhd);
	arm(l);
}

static void on_timer(void *arg)
{
	struct http_listener *l = arg;

	l->armed_ms = 0;
	pump(l);
}

void listener_pump_soon(struct http_listener *l)
{
	int64_t now_ms = clock_monotonic_ms();

	if (l->armed_ms && l->armed_ms <= now_ms)
		return;
	l->armed_ms = now_ms;
	loop_timer_in(l->timer, 0);
}

/* ---- start ---- */

/* The library would decode the path and its arguments leniently: leave them, request.c
 * decodes. */
static size_t leave_escaped(void *cls, struct MHD_Connection *mhd, char *s)
{
	return strlen(s);
}

static void on_library_log(void *cls, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

static void on_library_log(void *cls, const char *fmt, va_list ap)
{
	char line[256];

	vsnprintf(line, sizeof line, fmt, ap);
	line[strcspn(line, "\r\n")] = '\0';
	log_debug("libmicrohttpd: %s", line);
}

static int listener_start(struct http_listener *l, int fd, const struct http_options *o)
{
	unsigned connections = o->connections_max ? o->connections_max : 4000;
	unsigned idle_s = o->idle_timeout_s ? o->idle_timeout_s : 20;
	size_t memory = l->local ? CONNECTION_MEMORY_LOCAL : CONNECTION_MEMORY;
	const union MHD_DaemonInfo *info;

	l->open_max = connections;
	l->mhd = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0,
		on_accept, l, request_step, l, MHD_OPTION_EXTERNAL_LOGGER, on_library_log,
		NULL, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
		connections, MHD_OPTION_CONNECTION_TIMEOUT, idle_s,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory,
		MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)4096,
		MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, l,
		MHD_OPTION_NOTIFY_COMPLETED, request_end, l, MHD_OPTION_URI_LOG_CALLBACK,
		request_begin, l, MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
		MHD_OPTION_END);
	if (!l->mhd) {
		log_err("libmicrohttpd does not start: %s", strerror(errno));
		close(fd);
		return -1;
	}
	info = MHD_get_daemon_info(l->mhd, MHD_DAEMON_INFO_EPOLL_FD);
	l->timer = loop_timer_new(l->server->loop, on_timer, l);
	l->watch = loop_watch_new(l->server->loop, info->epoll_fd, pump, l);
	pump(l);
	return 0;
}

static int add_listener(struct http_server *s, int fd, const struct http_options *o)
{
	struct http_listener *l = &s->listeners[s->nlisteners];

	if (fd < 0)
		return -1;
	l->server = s;
	l->port = listen_port(fd);
	l->local = l->port == 0;
	if (l->port < 0) {
		log_err("the inherited descriptor %d is not a listening socket", fd);
		return -1;
	}
	if (listener_start(l, fd, o))
		return -1;
	s->nlisteners++;
	return 0;
}

static int open_listeners(struct http_server *s, const struct http_options *o)
{
	s->listeners = xcalloc(o->nlisten + o->nfds + 1, sizeof *s->listeners);
	for (size_t i = 0; i < o->nlisten; i++)
		if (add_listener(s, listen_tcp(o->listen[i]), o))
			return -1;
	for (size_t i = 0; i < o->nfds; i++)
		if (add_listener(s, o->fds[i], o))
			return -1;
	if (o->unix_path) {
		int fd = listen_unix(o->unix_path, o->unix_mode ? o->unix_mode : 0660);

		if (fd < 0)
			return -1;
		s->unix_path = xstrdup(o->unix_path);
		return add_listener(s, fd, o);
	}
	return 0;
}

static int set_proxies(struct http_server *s, const char *const *proxies, size_t n)
{
	struct address_net *nets = xcalloc(n + 1, sizeof *nets);

	for (size_t i = 0; i < n; i++)
		if (address_net_parse(proxies[i], &nets[i])) {
			log_err("trusted proxy \"%s\" is neither an address nor a "
				"network such as 10.0.0.0/8",
				proxies[i]);
			free(nets);
			return -1;
		}
	free(s->proxies);
	s->proxies = nets;
	s->nproxies = n;
	return 0;
}

int http_server_tune(struct http_server *s, const struct http_limit limits[LIMIT_CLASSES],
		     const char *const *trusted_proxies, size_t n)
{
	if (set_proxies(s, trusted_proxies, n) < 0)
		return -1;
	limit_free(s->limit);
	s->limit = limit_new(limits);
	return 0;
}

static int read_options(struct http_server *s, const struct http_options *o)
{
	const char *url = o->public_url ? o->public_url : "";
	const char *host = strstr(url, "://");

	if (*url &&
	    (!host || (strncmp(url, "http://", 7) && strncmp(url, "https://", 8)))) {
		log_err("public address \"%s\": write http://HOST or https://HOST", url);
		return -1;
	}
	s->public_url = xstrdup(url);
	if (*url && s->public_url[strlen(url) - 1] == '/')
		s->public_url[strlen(url) - 1] = '\0';
	s->public_origin =
		*url ? xstrndup(url, (size_t)(host + 3 - url) + strcspn(host + 3, "/"))
		     : xstrdup("");
	s->https = !strncmp(url, "https://", 8);
	s->login_path = xstrdup_null(o->login_path);
	if (set_proxies(s, o->trusted_proxies, o->ntrusted_proxies) < 0)
		return -1;
	if (o->key)
		memcpy(s->key, o->key, sizeof s->key);
	else
		secret_random(s->key, sizeof s->key);
	s->hooks = o->hooks;
	s->langs = o->langs;
	s->body_max = o->body_max ? o->body_max : HTTP_BODY_MAX;
	s->body_max_local = o->body_max_local ? o->body_max_local : HTTP_BODY_MAX_LOCAL;
	s->request_timeout_ms = o->request_timeout_ms ? o->request_timeout_ms : 30000;
	s->connections_per_address =
		o->connections_per_address ? o->connections_per_address : 200;
	return 0;
}

struct http_server *http_server_new(struct loop *l, const struct http_options *o)
{
	struct http_server *s = xcalloc(1, sizeof *s);
	unsigned connections = o->connections_max ? o->connections_max : 4000;

	signal(SIGPIPE, SIG_IGN);
	s->loop = l;
	s->router = router_new();
	s->limit = limit_new(o->limits);
	s->connections =
		limit_count_new(connections * (unsigned)(o->nlisten + o->nfds + 1));
	listen_raise_files(connections + 256);
	if (read_options(s, o) || open_listeners(s, o)) {
		http_server_free(s);
		return NULL;
	}
	s->sweep = loop_timer_new(l, on_sweep, s);
	on_sweep(s);
	return s;
}

void http_server_routes(struct http_server *s, const struct http_route *routes, size_t n,
			void *ctx)
{
	router_add(s->router, routes, n, ctx);
}

void http_server_each_route(const struct http_server *s,
			    void (*cb)(void *arg, const struct http_route *route),
			    void *arg)
{
	router_each(s->router, cb, arg);
}

int http_server_port(const struct http_server *s, size_t i)
{
	return i < s->nlisteners ? s->listeners[i].port : 0;
}

const char *http_server_public_url(const struct http_server *s)
{
	return s->public_url;
}

void http_server_counters(const struct http_server *s, struct http_counters *out)
{
	*out = s->counters;
}

/* ---- stop ---- */

static void stop_listening(struct http_server *s)
{
	if (s->stopping)
		return;
	s->stopping = 1;
	for (size_t i = 0; i < s->nlisteners; i++) {
		int fd = MHD_quiesce_daemon(s->listeners[i].mhd);

		if (fd >= 0)
			close(fd);
	}
	if (s->unix_path)
		unlink(s->unix_path);
}

static void on_stop_timer(void *arg)
{
	struct http_server *s = arg;
	void (*done)(void *) = s->stop_done;

	if (s->nactive && s->stopping == 1) {
		/* The time given is over: what waits gets its 503 and a moment to send
		 * it. */
		s->stopping = 2;
		requests_abandon(s);
		loop_timer_in(s->stop_timer, STOP_TICK_MS);
		return;
	}
	s->stop_done = NULL;
	if (done)
		done(s->stop_arg);
}

void http_server_stop(struct http_server *s, int64_t grace_ms, void (*done)(void *arg),
		      void *arg)
{
	stop_listening(s);
	s->stop_done = done;
	s->stop_arg = arg;
	if (!s->stop_timer)
		s->stop_timer = loop_timer_new(s->loop, on_stop_timer, s);
	drop_gone(s);
	loop_timer_in(s->stop_timer, s->nactive ? grace_ms : 0);
}

void server_request_done(struct http_server *s)
{
	if (s->stopping && s->stop_done && !s->nactive)
		loop_timer_in(s->stop_timer, 0);
}

void http_server_free(struct http_server *s)
{
	if (!s)
		return;
	stop_listening(s);
	s->stopping = 2;
	s->stop_done = NULL;
	requests_abandon(
		s); /* the library aborts when it is stopped with suspended connections */
	for (size_t i = 0; i < s->nlisteners; i++)
		MHD_run(s->listeners[i].mhd);
	for (size_t i = 0; i < s->nlisteners; i++) {
		struct http_listener *l = &s->listeners[i];

		loop_watch_free(l->watch);
		MHD_stop_daemon(l->mhd);
		loop_timer_free(l->timer);
	}
	loop_timer_free(s->sweep);
	loop_timer_free(s->stop_timer);
	requests_free_pool(s);
	router_free(s->router);
	limit_free(s->limit);
	limit_count_free(s->connections);
	free(s->listeners);
	free(s->proxies);
	free(s->public_url);
	free(s->public_origin);
	free(s->login_path);
	free(s->unix_path);
	free(s);
}
