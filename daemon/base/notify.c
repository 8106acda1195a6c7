/* SPDX-License-Identifier: GPL-3.0-or-later */
/* notify.c - systemd's three small protocols: a datagram for each change of state, a
 * period after which silence means death, and sockets that are open before the daemon
 * starts. */
#include "base/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/parse.h"

#define LISTEN_FDS_START 3
#define LISTEN_FDS_MAX 64

void notify_send(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	size_t len = path ? strlen(path) : 0;
	int fd;

	if (len == 0)
		return;
	if ((path[0] != '/' && path[0] != '@') || len >= sizeof(addr.sun_path)) {
		log_warn("systemd cannot be told \"%s\": NOTIFY_SOCKET=%s is no socket's "
			 "name",
			 state, path);
		return;
	}
	memcpy(addr.sun_path, path, len);
	if (path[0] == '@') /* an abstract name begins with NUL */
		addr.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&addr,
		   (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)) < 0)
		log_warn("systemd cannot be told \"%s\": %s", state, strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* 1 when the variable names this process; a parent's variables are not meant for us. */
static int is_for_us(const char *variable, int when_unset)
{
	const char *s = getenv(variable);
	int64_t pid;

	if (s == NULL)
		return when_unset;
	return parse_int(s, 1, INT32_MAX, &pid) == 0 && pid == getpid();
}

int notify_watchdog_ms(void)
{
	const char *s = getenv("WATCHDOG_USEC");
	int64_t period_us;

	if (s == NULL || !is_for_us("WATCHDOG_PID", 1))
		return 0;
	if (parse_int(s, 2000, (int64_t)INT32_MAX * 1000, &period_us)) {
		log_warn("WATCHDOG_USEC=%s is no time: the watchdog will not be fed", s);
		return 0;
	}
	return (int)(period_us / 2000);
}

int notify_listen_fds(void)
{
	const char *s = getenv("LISTEN_FDS");
	int64_t n;

	if (s == NULL || !is_for_us("LISTEN_PID", 0))
		return 0;
	if (parse_int(s, 0, LISTEN_FDS_MAX, &n)) {
		log_warn("LISTEN_FDS=%s is no number of sockets up to %d: none is used",
			 s, LISTEN_FDS_MAX);
		return 0;
	}
	for (int i = 0; i < n; i++) {
		int fd = LISTEN_FDS_START + i;
		int flags = fcntl(fd, F_GETFD);

		if (flags < 0 || fcntl(fd, F_SETFD, flags | FD_CLOEXEC) < 0) {
			log_warn("LISTEN_FDS=%s but descriptor %d is not open: %s", s, fd,
				 strerror(errno));
			return 0;
		}
	}
	return (int)n;
}
