/* SPDX-License-Identifier: GPL-3.0-or-later */
/* watch.h - who wants to know that an agenda has changed: open pages that show it, and
 * what was made of it before. Every act tells after its commit: a booking, a move (the
 * time it left and the one it took), a cancellation, a mark, an arrival, an absence, a
 * hold, an edit of the territory. What is told names times and definitions, never a
 * person.
 *
 * Counters say the same to who asks later: as long as watch_seq answers the same number,
 * nothing of that organisation's agenda has changed. They begin anew with the daemon:
 * watch_epoch tells one life from another. Loop thread. */
#ifndef RDVD_BOOKING_WATCH_H
#define RDVD_BOOKING_WATCH_H

#include <stdint.h>

#include "rdvd/store.h"

struct booking;
struct watcher;

struct watch_event {
	rdvd_id organisation; /* 0: everybody's: the territory, a new day */
	rdvd_id site;	      /* 0: none, or an ad-hoc place */
	rdvd_id counsellors[RDVD_COUNSELLORS_MAX];
	int ncounsellors;
	rdvd_time from, to; /* 0, 0: any time */
};

typedef void watch_cb(void *arg, const struct watch_event *e);

/* cb is called after each change, from within the act's callback: it may not act itself,
 * nor watch or unwatch. */
struct watcher *booking_watch(struct booking *b, watch_cb *cb, void *arg);
/* NULL is fine. */
void booking_unwatch(struct booking *b, struct watcher *w);

/* How often the agenda of an organisation has changed (0: of any). */
uint64_t booking_watch_seq(const struct booking *b, rdvd_id organisation);
/* A number drawn when the daemon started. */
uint64_t booking_watch_epoch(const struct booking *b);

/* Whatever changes what an agenda shows tells it, once that is on disk: */
void booking_tell(struct booking *b, const struct watch_event *e);
/* - an appointment, as it is now (and, of a move, as it was); */
void booking_tell_of(struct booking *b, const struct rdvd_appointment *a);
/* - the territory, or everything. */
void booking_tell_all(struct booking *b);

#endif
