/* SPDX-License-Identifier: GPL-3.0-or-later */
/* step_clock.c - preloaded into a daemon: the wall clock reads as many seconds more (or
 * less) as the file named by STEP_CLOCK says, which a test rewrites while the daemon
 * runs. The monotonic clock stays as it is, as when an operator sets the date. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *step;

__attribute__((constructor)) static void map_step(void)
{
	const char *path = getenv("STEP_CLOCK");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *page;

	if (fd < 0)
		return;
	page = mmap(NULL, sizeof(*step), PROT_READ, MAP_SHARED, fd, 0);
	if (page != MAP_FAILED)
		step = page;
	close(fd);
}

int clock_gettime(clockid_t clock, struct timespec *ts)
{
	static int (*real)(clockid_t, struct timespec *);
	int rc;

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "clock_gettime");
	rc = real(clock, ts);
	if (!rc && clock == CLOCK_REALTIME && step)
		ts->tv_sec += *step;
	return rc;
}
