/* SPDX-License-Identifier: GPL-3.0-or-later */
/* crash.c - see crash.h. The points, in the order in which a message passes them:
 *
 *   sweep          in the store's thread, at start, once what the last run left was read
 *   before-commit  in the store's thread, before every commit of a writer
 *   after-commit   and after it, before anybody is told
 *   claimed        in the loop, when a claim is known to be on disk
 *   before-send    in the gateway's thread, before the plugin is called
 *   after-send     in the gateway's thread, when the plugin has answered
 *   before-result  in the loop, when that answer has come
 *   after-result   in the loop, when the result is known to be on disk */
#include "base/crash.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"

#ifdef RDVD_CRASH_POINTS

void crash_point(const char *name)
{
	static atomic_llong passages;
	const char *wanted = getenv("RDVD_CRASH");
	size_t n = strlen(name);
	int64_t at = 1;

	if (!wanted || strncmp(wanted, name, n) != 0)
		return;
	if (wanted[n] != '\0' &&
	    (wanted[n] != ':' || parse_int(wanted + n + 1, 1, INT64_MAX, &at) != 0))
		return;
	if (atomic_fetch_add(&passages, 1) + 1 == at)
		raise(SIGKILL);
}

#endif
