/* SPDX-License-Identifier: GPL-3.0-or-later */
/* crash.h - named places at which a test may end the process as a power cut would.
 *
 * Built with --enable-crash-points, RDVD_CRASH="NAME:N" in the environment makes the N-th
 * passage of the point NAME (the first, without ":N") kill the process with SIGKILL: no
 * handler, no flush, no goodbye. In any other build a point is nothing at all. */
#ifndef RDVD_BASE_CRASH_H
#define RDVD_BASE_CRASH_H

#ifdef RDVD_CRASH_POINTS
/* Any thread. name is a literal. */
void crash_point(const char *name);
#else
#define crash_point(name) ((void)0)
#endif

#endif
