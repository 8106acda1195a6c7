/* SPDX-License-Identifier: GPL-3.0-or-later */
/* brake.c - see brake.h. */
#include "message/brake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#define MIB ((uint64_t)1 << 20)
#define ROOM_MIN (64 * MIB)
#define ROOM_SHARE 16 /* of a small disk: at most that part of it */
#define ROOM_AGAIN_MS 5000
#define BALLAST MIB
#define BALLAST_AGAIN_MS 60000
#define JUMP_S 60
#define FAR_S 600
#define CLOCK_HOLD_MS 60000

/* ---- rules ---- */

static uint64_t room_needed(uint64_t total_bytes)
{
	uint64_t share = total_bytes / ROOM_SHARE;

	return share < ROOM_MIN ? share : ROOM_MIN;
}

int brake_is_full(uint64_t free_bytes, uint64_t total_bytes)
{
	return free_bytes < room_needed(total_bytes);
}

enum brake_jump brake_judge_jump(int64_t seconds)
{
	if (seconds > FAR_S)
		return BRAKE_FAR_FORWARD;
	if (seconds > JUMP_S)
		return BRAKE_FORWARD;
	return seconds < -JUMP_S ? BRAKE_BACK : BRAKE_NO_JUMP;
}

/* ---- room ---- */

static void lay_ballast(struct brake *b)
{
	int64_t now_ms = clock_monotonic_ms();
	int fd, rc;

	if (b->ballast_tried_ms && now_ms - b->ballast_tried_ms < BALLAST_AGAIN_MS)
		return;
	b->ballast_tried_ms = now_ms;
	fd = open(b->ballast, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	rc = posix_fallocate(fd, 0, (off_t)BALLAST);
	close(fd);
	b->has_ballast = rc == 0;
	if (rc) {
		log_debug("ballast %s: %s", b->ballast, strerror(rc));
		unlink(b->ballast);
	}
}

static int is_full(struct brake *b)
{
	struct statvfs v;
	uint64_t free_bytes, total_bytes;

	if (!b->dir || statvfs(b->dir, &v) != 0)
		return 0;
	free_bytes = (uint64_t)v.f_bavail * v.f_frsize;
	total_bytes = (uint64_t)v.f_blocks * v.f_frsize;
	if (brake_is_full(free_bytes, total_bytes))
		return 1;
	if (!b->has_ballast && !brake_is_full(free_bytes - BALLAST, total_bytes) &&
	    free_bytes > 2 * BALLAST)
		lay_ballast(b);
	return 0;
}

void brake_make_room(struct brake *b)
{
	if (!b->has_ballast)
		return;
	b->has_ballast = 0;
	b->ballast_tried_ms = clock_monotonic_ms();
	if (unlink(b->ballast) == 0)
		log_warn("results of messages cannot be written: the ballast %s was "
			 "thrown away",
			 b->ballast);
}

/* ---- clock ---- */

static int64_t offset_now_s(void)
{
	return clock_now() - clock_boot_ms() / 1000;
}

static int64_t clock_wait_ms(struct brake *b)
{
	int64_t offset, jump, left;

	if (clock_is_frozen())
		return 0;
	offset = offset_now_s();
	jump = offset - b->offset_s;
	switch (brake_judge_jump(jump)) {
	case BRAKE_NO_JUMP: break;
	case BRAKE_BACK:
		log_warn("the clock was set back by %lld s: nothing is sent twice",
			 (long long)-jump);
		b->offset_s = offset;
		b->clock_until_ms = 0;
		break;
	case BRAKE_FORWARD: b->offset_s = offset; break;
	case BRAKE_FAR_FORWARD:
		log_warn("the clock was set forward by %lld s: messages wait a minute, "
			 "or for SIGHUP",
			 (long long)jump);
		b->offset_s = offset;
		b->clock_until_ms = clock_boot_ms() + CLOCK_HOLD_MS;
		break;
	}
	if (!b->clock_until_ms)
		return 0;
	left = b->clock_until_ms - clock_boot_ms();
	if (left <= 0)
		b->clock_until_ms = 0;
	return left > 0 ? left : 0;
}

void brake_release(struct brake *b)
{
	clock_wait_ms(b); /* a jump that was not seen yet is vouched for too */
	b->clock_until_ms = 0;
}

/* ---- both ---- */

void brake_init(struct brake *b, const char *dir)
{
	*b = (struct brake){.offset_s = offset_now_s()};
	if (!dir)
		return;
	b->dir = xstrdup(dir);
	b->ballast = xasprintf("%s/rdvd.ballast", dir);
	b->has_ballast = access(b->ballast, F_OK) == 0;
}

void brake_fini(struct brake *b)
{
	free(b->dir);
	free(b->ballast);
}

int64_t brake_wait_ms(struct brake *b)
{
	int64_t wait = clock_wait_ms(b);
	enum brake_reason before = b->reason;

	b->reason = wait ? BRAKE_CLOCK : BRAKE_OFF;
	if (is_full(b)) {
		b->reason = BRAKE_ROOM;
		wait = ROOM_AGAIN_MS;
	}
	if (b->reason == BRAKE_ROOM && before != BRAKE_ROOM)
		log_warn("%s: hardly any room is left on the disk: messages wait until "
			 "there is more",
			 b->dir);
	if (b->reason != BRAKE_ROOM && before == BRAKE_ROOM)
		log_info("%s: there is room on the disk again: messages leave", b->dir);
	return wait;
}
