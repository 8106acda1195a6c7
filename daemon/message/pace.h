/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pace.h - how fast a gateway may be given messages: a token bucket that fills at so many
 * a second and holds one second's worth, so that no second takes more than twice the rate
 * and a long one takes the rate. A provider that says "too many" halves the rate and
 * stops the bucket for as long as it asked; the rate then grows back over two minutes.
 * Times are monotonic milliseconds. Pure. */
#ifndef RDVD_MESSAGE_PACE_H
#define RDVD_MESSAGE_PACE_H

#include <stddef.h>
#include <stdint.h>

struct pace {
	double full; /* messages a second, as configured */
	double rate; /* as it is now */
	double tokens;
	int64_t filled_ms;
	int64_t held_until_ms; /* nothing before; 0 */
	int64_t lowered_ms;    /* when last; 0 never */
};

void pace_init(struct pace *p, int per_second, int64_t now_ms);
/* How many may go now. */
size_t pace_room(struct pace *p, int64_t now_ms);
/* One goes. */
void pace_take(struct pace *p);
/* The provider said that they come too fast; retry_after_s is what it asked for, 0
 * nothing. Several that are told so within a second lower the rate once. */
void pace_throttled(struct pace *p, int64_t now_ms, int retry_after_s);
/* Milliseconds until pace_room is 1 or more; 0 it is. */
int64_t pace_wait_ms(struct pace *p, int64_t now_ms);
/* 1 while the provider's word holds or the rate is not what it should be. */
int pace_is_lowered(const struct pace *p, int64_t now_ms);

#endif
