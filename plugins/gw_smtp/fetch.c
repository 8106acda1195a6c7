/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fetch.c - see fetch.h. The command runs in a process group of its own with the
 * daemon's signals given back, and is ended as a whole when its time is over. */
#include "fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "mbuf.h"

#define OUTPUT_MAX ((size_t)16 << 20)

static atomic_uint serial;

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* ---- the command ---- */

/* Its pid, and the end of a pipe that its output comes from; -1 with errno. */
static pid_t start(const char *command, int *output)
{
	char *const argv[] = {(char *)"sh", (char *)"-c", (char *)command, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t how;
	sigset_t none, all;
	int ends[2], rc;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, ends[1], 1);
	posix_spawnattr_init(&how);
	posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
					       POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(&how, 0);
	posix_spawnattr_setsigmask(&how, &none);
	posix_spawnattr_setsigdefault(&how, &all);
	rc = posix_spawn(&pid, "/bin/sh", &files, &how, argv, environ);
	posix_spawnattr_destroy(&how);
	posix_spawn_file_actions_destroy(&files);
	close(ends[1]);
	if (rc) {
		close(ends[0]);
		errno = rc;
		return -1;
	}
	*output = ends[0];
	return pid;
}

/* Everything it prints. 0; -1: its time is over, or it prints without end. */
static int read_all(int fd, long long until_ms, struct mbuf *out)
{
	char block[16384];

	for (;;) {
		long long left = until_ms - now_ms();
		struct pollfd p = {.fd = fd, .events = POLLIN};
		ssize_t n;

		if (left <= 0 || out->len > OUTPUT_MAX || poll(&p, 1, (int)left) == 0)
			return -1;
		n = read(fd, block, sizeof block);
		if (n == 0)
			return 0;
		if (n > 0)
			mbuf_add(out, block, (size_t)n);
		else if (errno != EINTR)
			return -1;
	}
}

/* ---- what it prints ---- */

static int write_file(const char *path, const char *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600), rc = 0;

	if (fd < 0)
		return -1;
	while (n > 0 && rc == 0) {
		ssize_t done = write(fd, bytes, n);

		if (done < 0 && errno == EINTR)
			continue;
		rc = done < 0 ? -1 : 0;
		bytes += done < 0 ? 0 : done;
		n -= done < 0 ? 0 : (size_t)done;
	}
	if (rc == 0)
		rc = fsync(fd);
	close(fd);
	return rc;
}

static int keep(const char *folder, const char *bytes, size_t n)
{
	unsigned number = atomic_fetch_add(&serial, 1);
	char *temporary = NULL, *path = NULL;
	struct timespec t;
	int rc = -1;

	clock_gettime(CLOCK_REALTIME, &t);
	if (asprintf(&path, "%s/%lld.%09ld-%ld-%u", folder, (long long)t.tv_sec,
		     t.tv_nsec, (long)getpid(), number) < 0 ||
	    asprintf(&temporary, "%s/.%ld-%u.tmp", folder, (long)getpid(), number) < 0)
		abort();
	unlink(temporary);
	if (write_file(temporary, bytes, n) == 0)
		rc = rename(temporary, path);
	if (rc < 0)
		unlink(temporary);
	free(temporary);
	free(path);
	return rc;
}

/* One file for each mail. */
static int split(const char *folder, const char *s, size_t n)
{
	const char *end = s + n;
	int rc = 0;

	while (s < end) {
		const char *next, *at;

		if (end - s > 5 && memcmp(s, "From ", 5) == 0) {
			at = memchr(s, '\n', (size_t)(end - s));
			s = at ? at + 1 : end;
		}
		next = memmem(s, (size_t)(end - s), "\nFrom ", 6);
		next = next ? next + 1 : end;
		if (next > s && keep(folder, s, (size_t)(next - s)) < 0)
			rc = -1;
		s = next;
	}
	return rc;
}

static int sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd < 0)
		return -1;
	rc = fsync(fd);
	close(fd);
	return rc;
}

/* Its status once it ends. -1: it did not in time, and was ended. */
static int await(pid_t pid, long long until_ms, int *status)
{
	int rc = 0;

	for (;;) {
		pid_t ended = waitpid(pid, status, rc == 0 ? WNOHANG : 0);

		if (ended == pid || (ended < 0 && errno != EINTR))
			return rc;
		if (ended == 0 && now_ms() >= until_ms) {
			kill(-pid, SIGKILL);
			rc = -1;
		} else if (ended == 0) {
			poll(NULL, 0, 5);
		}
	}
}

int fetch_mails(const struct rdvd_host *host, const char *command, const char *folder,
		int timeout_ms)
{
	struct mbuf out = {0};
	long long until = now_ms() + timeout_ms;
	int output = -1, status = 0, rc = 0, late;
	pid_t pid = start(command, &output);

	if (pid < 0) {
		host->log(host, 4, "bounce_command cannot be started: %s",
			  strerror(errno));
		return -1;
	}
	late = read_all(output, until, &out) < 0;
	if (late)
		kill(-pid, SIGKILL);
	if (split(folder, mbuf_str(&out), out.len) < 0 ||
	    (out.len > 0 && sync_folder(folder) < 0)) {
		host->log(host, 3, "what bounce_command printed cannot be kept in %s: %s",
			  folder, strerror(errno));
		rc = -1;
	}
	close(output);
	late = await(pid, until, &status) < 0 || late;
	if (late)
		host->log(host, 4, "bounce_command was ended after %d seconds",
			  timeout_ms / 1000);
	else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		host->log(host, 4, "bounce_command failed (status %d)",
			  WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	mbuf_fini(&out);
	return rc || late || status ? -1 : 0;
}
