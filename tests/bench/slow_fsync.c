/* SPDX-License-Identifier: GPL-3.0-or-later */
/* slow_fsync.c - a disk that takes its time: preloaded, it lets every fsync and fdatasync
 * take SLOW_FSYNC_MS milliseconds more (5 when unset). */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void wait_for_the_disk(void)
{
	const char *text = getenv("SLOW_FSYNC_MS");
	long ms = text ? strtol(text, NULL, 10) : 5;
	struct timespec left = {ms / 1000, ms % 1000 * 1000000L};
	while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
		;
}

int fsync(int fd)
{
	wait_for_the_disk();
	return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
	wait_for_the_disk();
	return (int)syscall(SYS_fdatasync, fd);
}
