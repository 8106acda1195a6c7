/* SPDX-License-Identifier: GPL-3.0-or-later */
/* load.c - asks a server as fast as it answers, over N keep-alive connections from one
 * epoll loop, and counts. The requests come from a file, one a line: METHOD SP PATH, and
 * for a POST another SP and the body (JSON when it begins with a brace, else a form).
 * Either the lines are repeated for some seconds, or each is sent exactly once. Every
 * connection has one request under way.
 *
 * usage: load [-c CONNECTIONS] [-t SECONDS] [-k COOKIE] PORT FILE. Without -t each line
 * is sent once; -k logs in. Prints one JSON object: requests, seconds, rate, latencies in
 * microseconds, counts by status, broken connections, and the mean size of an answer. The
 * first answer that is not 2xx goes to stderr. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BUFFER_SIZE (1 << 18)
#define CONNECTIONS_MAX 4096

struct text {
	const char *bytes;
	size_t size;
};

struct connection {
	int fd;
	int64_t sent_at_ns;
	const struct text *request;
	size_t filled;	 /* of buffer */
	size_t expected; /* head and body; 0 while the head is incomplete */
	int will_close, status;
	char *buffer;
};

static struct {
	struct text *requests;
	size_t nrequests, next;
	uint16_t port;
	int64_t until_ns; /* 0: each request once */
	int epoll_fd, active;
	uint32_t *latencies_us;
	size_t nlatencies, room;
	uint64_t by_status[600], broken, bytes;
	int complained;
	const char *cookie; /* of every GET; NULL */
} load;

static void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* ---- the requests ---- */

/* One line as the bytes that go out. */
static struct text render(char *line)
{
	char *path = strchr(line, ' ');
	if (!path)
		die("a line has no path");
	*path++ = '\0';
	char *body = strchr(path, ' ');
	if (body)
		*body++ = '\0';
	char *out;
	int size;
	if (body)
		size = asprintf(
			&out,
			"%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: %s\r\n"
			"Content-Length: %zu\r\n\r\n%s",
			line, path,
			*body == '{' ? "application/json"
				     : "application/x-www-form-urlencoded",
			strlen(body), body);
	else
		size = asprintf(&out, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n%s%s%s\r\n",
				line, path, load.cookie ? "Cookie: " : "",
				load.cookie ? load.cookie : "",
				load.cookie ? "\r\n" : "");
	if (size < 0)
		die("memory");
	return (struct text){out, (size_t)size};
}

static void read_requests(const char *path)
{
	FILE *f = fopen(path, "r");
	if (!f)
		die(path);
	char *line = NULL;
	size_t size = 0, room = 0;
	for (ssize_t n; (n = getline(&line, &size, f)) > 0;) {
		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		if (load.nrequests == room) {
			room = room ? room * 2 : 1024;
			load.requests =
				realloc(load.requests, room * sizeof(*load.requests));
			if (!load.requests)
				die("memory");
		}
		load.requests[load.nrequests++] = render(line);
	}
	free(line);
	fclose(f);
	if (!load.nrequests)
		die("no requests");
}

/* NULL when there is nothing more to ask. */
static const struct text *next_request(void)
{
	if (load.until_ns ? now_ns() >= load.until_ns : load.next >= load.nrequests)
		return NULL;
	return &load.requests[load.next++ % load.nrequests];
}

/* ---- connections ---- */

static void connect_to_server(struct connection *c)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons(load.port)};
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int on = 1;
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof(address)))
		die("connect");
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
	if (epoll_ctl(load.epoll_fd, EPOLL_CTL_ADD, c->fd, &e))
		die("epoll_ctl");
}

static void send_next(struct connection *c)
{
	c->request = next_request();
	if (!c->request) {
		close(c->fd);
		c->fd = -1;
		load.active--;
		return;
	}
	c->filled = c->expected = 0;
	c->sent_at_ns = now_ns();
	/* Requests are far smaller than a socket's buffer, and the one before has been
	 * answered. */
	if (send(c->fd, c->request->bytes, c->request->size, MSG_NOSIGNAL) !=
	    (ssize_t)c->request->size)
		c->will_close = 1;
}

/* Find the end of the head, the status and the length. 0, or -1 when it is not HTTP as we
 * need it. */
static int read_head(struct connection *c)
{
	char *end = memmem(c->buffer, c->filled, "\r\n\r\n", 4);
	if (!end)
		return c->filled == BUFFER_SIZE ? -1 : 0;
	*end = '\0';
	if (strncmp(c->buffer, "HTTP/1.1 ", 9))
		return -1;
	c->status = (int)strtol(c->buffer + 9, NULL, 10);
	const char *length = strcasestr(c->buffer, "\r\ncontent-length:");
	if (c->status < 100 || c->status > 599 || !length)
		return -1;
	c->will_close = strcasestr(c->buffer, "\r\nconnection: close") != NULL;
	c->expected = (size_t)(end - c->buffer) + 4 + strtoul(length + 17, NULL, 10);
	*end = '\r';
	return c->expected > BUFFER_SIZE ? -1 : 0;
}

static void count_answer(struct connection *c)
{
	if (load.nlatencies == load.room) {
		load.room = load.room ? load.room * 2 : 1 << 20;
		load.latencies_us =
			realloc(load.latencies_us, load.room * sizeof(uint32_t));
		if (!load.latencies_us)
			die("memory");
	}
	load.latencies_us[load.nlatencies++] =
		(uint32_t)((now_ns() - c->sent_at_ns) / 1000);
	load.by_status[c->status]++;
	load.bytes += c->expected;
	if ((c->status < 200 || c->status > 299) && !load.complained) {
		load.complained = 1;
		fprintf(stderr, "load: %.*s\n=> %.*s\n", (int)c->request->size,
			c->request->bytes, (int)(c->filled < 1500 ? c->filled : 1500),
			c->buffer);
	}
}

static void reconnect(struct connection *c)
{
	close(c->fd);
	c->will_close = 0;
	connect_to_server(c);
}

static void receive(struct connection *c)
{
	ssize_t n = recv(c->fd, c->buffer + c->filled, BUFFER_SIZE - c->filled, 0);
	if (n <= 0) {
		load.broken++;
		reconnect(c);
		send_next(c);
		return;
	}
	c->filled += (size_t)n;
	if (!c->expected && read_head(c)) {
		fprintf(stderr, "load: an answer without a length, or too long: %.*s\n",
			(int)(c->filled < 600 ? c->filled : 600), c->buffer);
		exit(1);
	}
	if (!c->expected || c->filled < c->expected)
		return;
	count_answer(c);
	if (c->will_close)
		reconnect(c);
	send_next(c);
}

/* ---- the result ---- */

static int compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

static uint32_t quantile(double q)
{
	return load.nlatencies
		       ? load.latencies_us[(size_t)((double)(load.nlatencies - 1) * q)]
		       : 0;
}

static void print_result(double seconds)
{
	size_t n = load.nlatencies;
	qsort(load.latencies_us, n, sizeof(uint32_t), compare);
	printf("{\"requests\": %zu, \"seconds\": %.3f, \"rate\": %.1f, \"p50_us\": %u, "
	       "\"p99_us\": %u, "
	       "\"max_us\": %u, \"broken\": %llu, \"mean_bytes\": %.0f, \"status\": {",
	       n, seconds, (double)n / seconds, quantile(0.5), quantile(0.99),
	       quantile(1.0), (unsigned long long)load.broken,
	       n ? (double)load.bytes / (double)n : 0);
	const char *comma = "";
	for (int s = 0; s < 600; s++)
		if (load.by_status[s]) {
			printf("%s\"%d\": %llu", comma, s,
			       (unsigned long long)load.by_status[s]);
			comma = ", ";
		}
	puts("}}");
}

static void run(int connections, double seconds)
{
	static struct connection all[CONNECTIONS_MAX];
	load.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	for (int i = 0; i < connections; i++) {
		all[i].buffer = malloc(BUFFER_SIZE);
		if (!all[i].buffer)
			die("memory");
		connect_to_server(&all[i]);
	}
	int64_t begun = now_ns();
	load.until_ns = seconds > 0 ? begun + (int64_t)(seconds * 1e9) : 0;
	load.active = connections;
	for (int i = 0; i < connections; i++)
		send_next(&all[i]);
	while (load.active > 0) {
		struct epoll_event events[256];
		int n = epoll_wait(load.epoll_fd, events, 256, 30000);
		if (n == 0 || (n < 0 && errno != EINTR))
			die("no answer for 30 seconds");
		for (int i = 0; i < n; i++)
			receive(events[i].data.ptr);
	}
	print_result((double)(now_ns() - begun) / 1e9);
}

int main(int argc, char **argv)
{
	int connections = 64;
	double seconds = 0;
	for (int o; (o = getopt(argc, argv, "c:t:k:")) != -1;) {
		if (o == 'c')
			connections = (int)strtol(optarg, NULL, 10);
		else if (o == 't')
			seconds = strtod(optarg, NULL);
		else if (o == 'k')
			load.cookie = optarg;
		else
			return 2;
	}
	if (argc - optind != 2 || connections < 1 || connections > CONNECTIONS_MAX) {
		fputs("usage: load [-c CONNECTIONS] [-t SECONDS] [-k COOKIE] PORT FILE\n",
		      stderr);
		return 2;
	}
	load.port = (uint16_t)strtoul(argv[optind], NULL, 10);
	read_requests(argv[optind + 1]);
	run(connections, seconds);
	return 0;
}
