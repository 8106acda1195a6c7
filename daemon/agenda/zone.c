/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zone.c - loading a zone and converting with it. A zone is an ascending array of steps.
 * An instant belongs to the last step that began at or before it. A wall time is looked
 * up in the same way against each step's wall_before = instant + the greater of the
 * offsets on both sides: in a gap that leaves the offset before the gap, in an overlap
 * the first of the two readings, which is what RFC 5545 asks. */
#include "agenda/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "zone_rule.h"

#define SYSTEM_DIR "/usr/share/zoneinfo"
#define FILE_MAX_BYTES (256 * 1024)

static const char *zone_dir = SYSTEM_DIR;

void zone_set_dir(const char *dir)
{
	zone_dir = dir ? dir : SYSTEM_DIR;
}

int zone_name_is_valid(const char *name)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789_+/-";
	size_t n;

	if (name == NULL)
		return 0;
	n = strlen(name);
	return n >= 1 && n <= ZONE_NAME_MAX && strspn(name, allowed) == n &&
	       name[0] != '/' && name[n - 1] != '/' && strstr(name, "//") == NULL;
}

/* The whole file, or NULL with the reason in *why. */
static unsigned char *read_file(const char *path, size_t *n, const char **why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	unsigned char *bytes;
	ssize_t got = 0;

	if (fd < 0) {
		*why = errno == ENOENT || errno == ENOTDIR ? "there is no such zone"
							   : strerror(errno);
		return NULL;
	}
	bytes = xmalloc(FILE_MAX_BYTES);
	*n = 0;
	while (*n < FILE_MAX_BYTES) {
		got = read(fd, bytes + *n, FILE_MAX_BYTES - *n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		*n += (size_t)got;
	}
	if (got < 0)
		*why = errno == EISDIR ? "it names a folder of zones" : strerror(errno);
	else if (*n == FILE_MAX_BYTES)
		*why = "its file is too large";
	close(fd);
	if (*why) {
		free(bytes);
		return NULL;
	}
	return bytes;
}

static size_t step_at(const struct zone *z, size_t bucket_step, rdvd_time t)
{
	size_t i = bucket_step;

	while (i + 1 < z->nsteps && z->steps[i + 1].at <= t)
		i++;
	return i;
}

static size_t step_at_wall(const struct zone *z, size_t bucket_step, civil_time t)
{
	size_t i = bucket_step;

	while (i + 1 < z->nsteps && z->steps[i + 1].wall_before <= t)
		i++;
	return i;
}

static void fill_buckets(struct zone *z)
{
	size_t instant = 0, wall = 0;

	for (size_t b = 0; b < ZONE_BUCKETS; b++) {
		int64_t begins = (int64_t)b << ZONE_BUCKET_SHIFT;

		instant = step_at(z, instant, begins);
		wall = step_at_wall(z, wall, begins);
		z->by_instant[b] = (uint16_t)instant;
		z->by_wall[b] = (uint16_t)wall;
	}
}

/* The bucket's first step; 0, from which all can be reached, before 1970. */
static size_t bucket_of(const uint16_t *buckets, int64_t t)
{
	int64_t b;

	if (t < 0)
		return 0;
	b = t >> ZONE_BUCKET_SHIFT;
	return buckets[b < ZONE_BUCKETS ? b : ZONE_BUCKETS - 1];
}

struct zone *zone_load(const char *name, struct buf *error)
{
	struct zone *z = NULL;
	unsigned char *bytes = NULL;
	char *path = NULL;
	const char *why = NULL;
	size_t n;

	if (!zone_name_is_valid(name)) {
		if (error)
			buf_addstr(error,
				   "a time zone is named like \"Europe/Paris\": letters, "
				   "digits, _ + - and /, at most 64 characters");
		return NULL;
	}
	path = xasprintf("%s/%s", zone_dir, name);
	bytes = read_file(path, &n, &why);
	if (bytes == NULL)
		goto out;
	z = xcalloc(1, sizeof *z);
	memcpy(z->name, name, strlen(name) + 1);
	if (zone_read_tzif(z, bytes, n, &why) != 0) {
		zone_free(z);
		z = NULL;
		goto out;
	}
	fill_buckets(z);
out:
	if (z == NULL && error)
		buf_addf(error, "time zone \"%s\" cannot be read from %s: %s", name,
			 zone_dir, why);
	free(bytes);
	free(path);
	return z;
}

void zone_free(struct zone *z)
{
	if (z == NULL)
		return;
	free(z->steps);
	free(z->abbrevs);
	free(z);
}

const char *zone_name(const struct zone *z)
{
	return z->name;
}

rdvd_time zone_to_utc(const struct zone *z, civil_time t)
{
	return t - z->steps[step_at_wall(z, bucket_of(z->by_wall, t), t)].offset_s;
}

int32_t zone_offset(const struct zone *z, rdvd_time t)
{
	return z->steps[step_at(z, bucket_of(z->by_instant, t), t)].offset_s;
}

civil_time zone_to_civil(const struct zone *z, rdvd_time t)
{
	return t + zone_offset(z, t);
}

const char *zone_abbrev(const struct zone *z, rdvd_time t)
{
	return z->abbrevs[z->steps[step_at(z, bucket_of(z->by_instant, t), t)].abbrev];
}
