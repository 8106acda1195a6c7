/* SPDX-License-Identifier: GPL-3.0-or-later */
/* floor.c - the least that any server of this design does, to measure the daemon against
 * on the same machine in the same minute. libmicrohttpd runs inside a libevent loop; GET
 * of anything answers one fixed body of 4 KB; POST /book takes a form's name and phone,
 * suspends the request, and a writer thread commits one row of six columns for each
 * request waiting, all of them in one transaction with synchronous=FULL, before they are
 * answered 201.
 *
 * usage: floor PORT DATABASE. Prints "ready" once it listens; SIGTERM ends it. */
#include <arpa/inet.h>
#include <event2/event.h>
#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define BODY_SIZE 4096

/* One POST. The loop owns it, except between push to `waiting` and pop from `committed`.
 */
struct request {
	struct MHD_Connection *connection;
	struct MHD_PostProcessor *form;
	char name[64], phone[32];
	int is_queued;
	struct request *next;
};

static struct {
	struct event_base *base;
	struct MHD_Daemon *http;
	struct event *readable, *timer, *wake;
	int wake_fd;
	struct MHD_Response *page, *done;
} loop;

static struct {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct request *waiting, **waiting_tail; /* for the writer */
	struct request *committed;		 /* for the loop */
	const char *path;
} queue = {PTHREAD_MUTEX_INITIALIZER,
	   PTHREAD_COND_INITIALIZER,
	   NULL,
	   &queue.waiting,
	   NULL,
	   NULL};

static void die(const char *what)
{
	fprintf(stderr, "floor: %s\n", what);
	exit(1);
}

/* ---- the writer ---- */

static void run_sql(sqlite3 *db, const char *sql)
{
	char *error = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
		die(error);
}

static sqlite3_stmt *open_database(sqlite3 **db)
{
	if (sqlite3_open(queue.path, db) != SQLITE_OK)
		die(sqlite3_errmsg(*db));
	run_sql(*db, "PRAGMA journal_mode=WAL");
	run_sql(*db, "PRAGMA synchronous=FULL");
	run_sql(*db, "CREATE TABLE booking (id INTEGER PRIMARY KEY, calendar INTEGER, "
		     "start INTEGER,"
		     " name TEXT, phone TEXT, token BLOB);"
		     "CREATE INDEX booking_start ON booking (calendar, start);"
		     "CREATE UNIQUE INDEX booking_token ON booking (token);");
	sqlite3_stmt *insert;
	if (sqlite3_prepare_v2(*db,
			       "INSERT INTO booking (calendar, start, name, phone, token)"
			       " VALUES (?, ?, ?, ?, randomblob(16))",
			       -1, &insert, NULL) != SQLITE_OK)
		die(sqlite3_errmsg(*db));
	return insert;
}

static struct request *take_waiting(void)
{
	pthread_mutex_lock(&queue.lock);
	while (!queue.waiting)
		pthread_cond_wait(&queue.filled, &queue.lock);
	struct request *batch = queue.waiting;
	queue.waiting = NULL;
	queue.waiting_tail = &queue.waiting;
	pthread_mutex_unlock(&queue.lock);
	return batch;
}

static void give_back(struct request *batch, struct request *last)
{
	pthread_mutex_lock(&queue.lock);
	int was_empty = !queue.committed;
	last->next = queue.committed;
	queue.committed = batch;
	pthread_mutex_unlock(&queue.lock);
	if (was_empty && eventfd_write(loop.wake_fd, 1))
		die("eventfd");
}

static void *writer(void *unused)
{
	(void)unused;
	sqlite3 *db;
	sqlite3_stmt *insert = open_database(&db);
	for (int64_t n = 0;;) {
		struct request *batch = take_waiting(), *last = batch;
		run_sql(db, "BEGIN IMMEDIATE");
		for (struct request *r = batch; r; last = r, r = r->next, n++) {
			sqlite3_bind_int64(insert, 1, n % 500);
			sqlite3_bind_int64(insert, 2, 1760000000 + n * 60);
			sqlite3_bind_text(insert, 3, r->name, -1, SQLITE_STATIC);
			sqlite3_bind_text(insert, 4, r->phone, -1, SQLITE_STATIC);
			if (sqlite3_step(insert) != SQLITE_DONE)
				die(sqlite3_errmsg(db));
			sqlite3_reset(insert);
		}
		run_sql(db, "COMMIT");
		give_back(batch, last);
	}
	return NULL;
}

/* ---- the loop ---- */

static enum MHD_Result take_field(void *arg, enum MHD_ValueKind kind, const char *key,
				  const char *filename, const char *type,
				  const char *encoding, const char *data, uint64_t offset,
				  size_t size)
{
	(void)kind, (void)filename, (void)type, (void)encoding;
	struct request *r = arg;
	int is_name = !strcmp(key, "name");
	char *to = is_name ? r->name : r->phone;
	size_t room = is_name ? sizeof(r->name) : sizeof(r->phone);
	if (!is_name && strcmp(key, "phone"))
		return MHD_YES;
	if (offset + size >= room)
		return MHD_NO;
	memcpy(to + offset, data, size);
	to[offset + size] = '\0';
	return MHD_YES;
}

static enum MHD_Result post(struct MHD_Connection *c, const char *data, size_t *size,
			    void **state)
{
	struct request *r = *state;
	if (!r) {
		*state = r = calloc(1, sizeof(*r));
		if (!r)
			die("out of memory");
		r->connection = c;
		r->form = MHD_create_post_processor(c, 1024, take_field, r);
		return r->form ? MHD_YES : MHD_NO;
	}
	if (*size) {
		enum MHD_Result result = MHD_post_process(r->form, data, *size);
		*size = 0;
		return result;
	}
	if (r->is_queued)
		return MHD_queue_response(c, MHD_HTTP_CREATED, loop.done);
	r->is_queued = 1;
	MHD_suspend_connection(c);
	pthread_mutex_lock(&queue.lock);
	*queue.waiting_tail = r;
	queue.waiting_tail = &r->next;
	pthread_cond_signal(&queue.filled);
	pthread_mutex_unlock(&queue.lock);
	return MHD_YES;
}

static enum MHD_Result answer(void *arg, struct MHD_Connection *c, const char *url,
			      const char *method, const char *version, const char *data,
			      size_t *size, void **state)
{
	(void)arg, (void)url, (void)version;
	static int seen;
	if (!strcmp(method, "POST"))
		return post(c, data, size, state);
	if (!*state) {
		*state = &seen;
		return MHD_YES;
	}
	*state = NULL;
	return MHD_queue_response(c, MHD_HTTP_OK, loop.page);
}

static void completed(void *arg, struct MHD_Connection *c, void **state,
		      enum MHD_RequestTerminationCode why)
{
	(void)arg, (void)why;
	struct request *r = *state;
	if (r && r->connection == c) {
		MHD_destroy_post_processor(r->form);
		free(r);
	}
	*state = NULL;
}

static void pump(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	MHD_run(loop.http);
	MHD_UNSIGNED_LONG_LONG ms;
	if (MHD_get_timeout(loop.http, &ms) != MHD_YES) {
		evtimer_del(loop.timer);
		return;
	}
	struct timeval tv = {(time_t)(ms / 1000), (suseconds_t)(ms % 1000) * 1000};
	evtimer_add(loop.timer, &tv);
}

static void resume(evutil_socket_t fd, short what, void *arg)
{
	eventfd_t count;
	if (eventfd_read(fd, &count))
		return;
	pthread_mutex_lock(&queue.lock);
	struct request *r = queue.committed;
	queue.committed = NULL;
	pthread_mutex_unlock(&queue.lock);
	while (r) {
		struct request *next = r->next;
		MHD_resume_connection(r->connection);
		r = next;
	}
	pump(fd, what, arg);
}

static int listen_on(uint16_t port)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 1024))
		die("cannot listen");
	return fd;
}

static void stop(evutil_socket_t fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	_exit(0);
}

int main(int argc, char **argv)
{
	if (argc != 3)
		die("usage: floor PORT DATABASE");
	signal(SIGPIPE, SIG_IGN);
	queue.path = argv[2];
	static char body[BODY_SIZE], done[] = "done\n";
	memset(body, 'x', sizeof(body));
	loop.page = MHD_create_response_from_buffer(sizeof(body), body,
						    MHD_RESPMEM_PERSISTENT);
	loop.done = MHD_create_response_from_buffer(sizeof(done) - 1, done,
						    MHD_RESPMEM_PERSISTENT);
	loop.base = event_base_new();
	loop.wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	int fd = listen_on((uint16_t)strtoul(argv[1], NULL, 10));
	loop.http = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME |
			MHD_USE_ERROR_LOG,
		0, NULL, NULL, answer, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_NOTIFY_COMPLETED, completed, NULL, MHD_OPTION_CONNECTION_LIMIT,
		4000u, MHD_OPTION_CONNECTION_TIMEOUT, 30u,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)32768, MHD_OPTION_END);
	if (!loop.http || !loop.base || loop.wake_fd < 0)
		die("cannot start");
	int epoll_fd = MHD_get_daemon_info(loop.http, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
	loop.timer = evtimer_new(loop.base, pump, NULL);
	loop.readable = event_new(loop.base, epoll_fd, EV_READ | EV_PERSIST, pump, NULL);
	loop.wake =
		event_new(loop.base, loop.wake_fd, EV_READ | EV_PERSIST, resume, NULL);
	struct event *term = evsignal_new(loop.base, SIGTERM, stop, NULL);
	event_add(loop.readable, NULL);
	event_add(loop.wake, NULL);
	event_add(term, NULL);
	pthread_t thread;
	if (pthread_create(&thread, NULL, writer, NULL))
		die("cannot start the writer");
	pump(-1, 0, NULL);
	puts("ready");
	fflush(stdout);
	return event_base_dispatch(loop.base);
}
