/* SPDX-License-Identifier: GPL-3.0-or-later */
/* brake.h - when nothing may be claimed, whatever is due: the data folder's disk is
 * nearly full (what has left must be written down), or the clock has just jumped
 * forward (all of next week's reminders would leave now).
 *
 * A file of 1 MiB lies in the data folder as ballast. It is thrown away when the result
 * of a message that has left cannot be written, and laid down again when there is room.
 * A clock that goes back fires nothing twice, for what was sent is known; one that goes
 * forward by more than ten minutes is believed after a minute. Loop thread. */
#ifndef RDVD_MESSAGE_BRAKE_H
#define RDVD_MESSAGE_BRAKE_H

#include <stdint.h>

#include "rdvd/types.h"

enum brake_reason { BRAKE_OFF, BRAKE_ROOM, BRAKE_CLOCK };

struct brake {
	char *dir, *ballast; /* owned; NULL: room is not watched */
	enum brake_reason reason;
	int has_ballast;
	int64_t ballast_tried_ms;
	int64_t offset_s; /* of the wall clock to the time since boot, as last believed */
	int64_t clock_until_ms; /* of the time since boot; 0 the clock is believed */
};

/* dir NULL: room is not watched. */
void brake_init(struct brake *b, const char *dir);
void brake_fini(struct brake *b);
/* 0: go on; else look again after so many milliseconds, and reason says why. Logs when
 * it begins and ends. */
int64_t brake_wait_ms(struct brake *b);
/* A result cannot be written: let go of the ballast. */
void brake_make_room(struct brake *b);
/* Somebody vouches for the clock. */
void brake_release(struct brake *b);

/* The rules themselves, pure. */

/* 1 when free bytes of a disk of total are too few to go on. */
int brake_is_full(uint64_t free_bytes, uint64_t total_bytes);
/* What a change of the wall clock's offset by so many seconds means. */
enum brake_jump { BRAKE_NO_JUMP, BRAKE_BACK, BRAKE_FORWARD, BRAKE_FAR_FORWARD };
enum brake_jump brake_judge_jump(int64_t seconds);

#endif
