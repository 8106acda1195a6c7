/* SPDX-License-Identifier: GPL-3.0-or-later */
/* eio.c - preloaded into the daemon: while the file named by EIO_FLAG exists, writing and
 * syncing anything whose name has ".db" in it fails as on a disk that dies. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int is_dead(int fd)
{
	const char *flag = getenv("EIO_FLAG");
	char link[64], path[4096];
	ssize_t n;

	if (!flag || access(flag, F_OK) < 0)
		return 0;
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path - 1);
	if (n < 0)
		return 0;
	path[n] = '\0';
	return strstr(path, ".db") != NULL;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define DIE_OR(fd, call)             \
	do {                         \
		if (is_dead(fd)) {   \
			errno = EIO; \
			return -1;   \
		}                    \
		return call;         \
	} while (0)

ssize_t write(int fd, const void *bytes, size_t n)
{
	DIE_OR(fd, NEXT(write)(fd, bytes, n));
}

ssize_t pwrite64(int fd, const void *bytes, size_t n, off64_t at)
{
	DIE_OR(fd, NEXT(pwrite64)(fd, bytes, n, at));
}

ssize_t pwrite(int fd, const void *bytes, size_t n, off_t at)
{
	DIE_OR(fd, NEXT(pwrite)(fd, bytes, n, at));
}

int fdatasync(int fd)
{
	DIE_OR(fd, NEXT(fdatasync)(fd));
}

int fsync(int fd)
{
	DIE_OR(fd, NEXT(fsync)(fd));
}
