/* SPDX-License-Identifier: GPL-3.0-or-later */
/* listen.c - see listen.h. */
#include "http/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"

#define BACKLOG 1024

static int open_address(const struct addrinfo *ai, const char *where, int both)
{
	int one = 1, zero = 0;
	int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (ai->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, both ? &zero : &one,
			   sizeof one);
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) || listen(fd, BACKLOG)) {
		int saved = errno;

		close(fd);
		errno = saved;
		return -1;
	}
	return fd;
}

int listen_tcp(const char *where)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC,
				       .ai_socktype = SOCK_STREAM,
				       .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	const char *colon = strrchr(where, ':');
	const char *start = where, *end = colon;
	char host[256];
	int fd = -1, rc, any;

	if (!colon || colon == where || !colon[1]) {
		log_err("listen address \"%s\": write HOST:PORT, such as 127.0.0.1:8080",
			where);
		return -1;
	}
	if (*start == '[' && end[-1] == ']') {
		start++;
		end--;
	}
	if (end <= start || (size_t)(end - start) >= sizeof host) {
		log_err("listen address \"%s\": the host is not one", where);
		return -1;
	}
	memcpy(host, start, (size_t)(end - start));
	host[end - start] = '\0';
	any = !strcmp(host, "*");
	rc = getaddrinfo(any ? "::" : host, colon + 1, &hints, &found);
	if (rc) {
		log_err("listen address \"%s\": %s", where, gai_strerror(rc));
		return -1;
	}
	for (const struct addrinfo *ai = found; ai && fd < 0; ai = ai->ai_next)
		fd = open_address(ai, where, any);
	freeaddrinfo(found);
	if (fd < 0 && any && errno == EAFNOSUPPORT) { /* no IPv6 on this machine */
		rc = getaddrinfo("0.0.0.0", colon + 1, &hints, &found);
		if (!rc) {
			fd = open_address(found, where, 0);
			freeaddrinfo(found);
		}
	}
	if (fd < 0)
		log_err("cannot listen on %s: %s", where, strerror(errno));
	return fd;
}

/* 1 when a server answers at this path. */
static int is_answered(const struct sockaddr_un *sun)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int answered = fd >= 0 && !connect(fd, (const struct sockaddr *)sun, sizeof *sun);

	if (fd >= 0)
		close(fd);
	return answered;
}

int listen_unix(const char *path, unsigned mode)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	struct stat st;
	mode_t old_mask;
	int fd, rc;

	if (strlen(path) >= sizeof sun.sun_path) {
		log_err("local socket %s: the path is longer than %zu bytes", path,
			sizeof sun.sun_path - 1);
		return -1;
	}
	memcpy(sun.sun_path, path, strlen(path) + 1);
	if (!lstat(path, &st)) {
		if (!S_ISSOCK(st.st_mode)) {
			log_err("local socket %s: something that is not a socket is "
				"there",
				path);
			return -1;
		}
		if (is_answered(&sun)) {
			log_err("local socket %s: another daemon answers there", path);
			return -1;
		}
		unlink(path);
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		log_err("local socket %s: %s", path, strerror(errno));
		return -1;
	}
	old_mask = umask(0777); /* nobody gets in before chmod */
	rc = bind(fd, (const struct sockaddr *)&sun, sizeof sun);
	umask(old_mask);
	if (rc || chmod(path, (mode_t)mode) || listen(fd, BACKLOG)) {
		log_err("local socket %s: %s", path, strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

int listen_port(int fd)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof ss;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	int listening = 0;
	socklen_t size = sizeof listening;

	if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) || !listening ||
	    getsockname(fd, (struct sockaddr *)&ss, &len))
		return -1;
	if (ss.ss_family == AF_INET) {
		memcpy(&in, &ss, sizeof in);
		return ntohs(in.sin_port);
	}
	if (ss.ss_family == AF_INET6) {
		memcpy(&in6, &ss, sizeof in6);
		return ntohs(in6.sin6_port);
	}
	return ss.ss_family == AF_UNIX ? 0 : -1;
}

void listen_raise_files(unsigned n)
{
	struct rlimit rl;

	if (getrlimit(RLIMIT_NOFILE, &rl) || rl.rlim_cur >= n)
		return;
	rl.rlim_cur = rl.rlim_max < n ? rl.rlim_max : n;
	if (setrlimit(RLIMIT_NOFILE, &rl) || rl.rlim_cur < n)
		log_warn("only %llu files may be open, %u are wanted: raise LimitNOFILE",
			 (unsigned long long)rl.rlim_cur, n);
}
