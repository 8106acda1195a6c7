/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zone_read.c - a TZif file (RFC 8536) becomes the steps of a zone. The 64-bit block of a
 * version 2+ file is read, every count checked against the bytes that are there; what
 * happened before 1970 is folded into the first step; the footer's rule is unrolled until
 * the end of 2099. */
#include <string.h>

#include "base/mem.h"
#include "zone_rule.h"

#define HEADER_SIZE 44
#define TYPE_SIZE 6
#define MAX_TRANSITIONS 20000
#define FOOTER_MAX 128
/* Two days before 1970: a wall time of 1970-01-01 may be an instant of the last hours of
 * 1969. */
#define FIRST_INSTANT (-2 * (rdvd_time)CIVIL_DAY_SECONDS)
#define LAST_YEAR 2099

struct tzif {
	unsigned char version;
	uint32_t isutcnt, isstdcnt, leapcnt, timecnt, typecnt, charcnt;
	const unsigned char *times, *indexes, *types, *chars, *end;
};

static uint32_t be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const unsigned char *p)
{
	return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

/* Read the header at p and find the parts of its data block, whose times have time_size
 * bytes. */
static const char *read_block(const unsigned char *p, const unsigned char *end,
			      size_t time_size, struct tzif *f)
{
	uint64_t size;

	if ((size_t)(end - p) < HEADER_SIZE || memcmp(p, "TZif", 4) != 0)
		return "it is not a TZif file";
	f->version = p[4];
	f->isutcnt = be32(p + 20);
	f->isstdcnt = be32(p + 24);
	f->leapcnt = be32(p + 28);
	f->timecnt = be32(p + 32);
	f->typecnt = be32(p + 36);
	f->charcnt = be32(p + 40);
	p += HEADER_SIZE;
	size = (uint64_t)f->timecnt * (time_size + 1) + (uint64_t)f->typecnt * TYPE_SIZE +
	       f->charcnt + (uint64_t)f->leapcnt * (time_size + 4) + f->isstdcnt +
	       f->isutcnt;
	if (size > (uint64_t)(end - p))
		return "it is truncated";
	f->times = p;
	f->indexes = f->times + f->timecnt * time_size;
	f->types = f->indexes + f->timecnt;
	f->chars = f->types + (size_t)f->typecnt * TYPE_SIZE;
	f->end = p + size;
	return NULL;
}

static const char *check_block(const struct tzif *f)
{
	if (f->leapcnt != 0)
		return "it counts leap seconds";
	if (f->typecnt < 1 || f->typecnt > 256 || f->charcnt < 1 ||
	    f->timecnt > MAX_TRANSITIONS)
		return "its counts are out of range";
	if (f->chars[f->charcnt - 1] != '\0')
		return "an abbreviation does not end";
	for (uint32_t i = 0; i < f->typecnt; i++) {
		const unsigned char *type = f->types + (size_t)i * TYPE_SIZE;
		int32_t offset_s = (int32_t)be32(type);

		if (offset_s < -25 * 3600 || offset_s > 26 * 3600)
			return "an offset is out of range";
		if (type[5] >= f->charcnt ||
		    strlen((const char *)f->chars + type[5]) >= ZONE_ABBREV_MAX)
			return "an abbreviation is out of range";
	}
	for (uint32_t i = 0; i < f->timecnt; i++) {
		if (f->indexes[i] >= f->typecnt)
			return "a transition has no type";
		if (i > 0 &&
		    be64(f->times + (size_t)i * 8) <= be64(f->times + (size_t)i * 8 - 8))
			return "its transitions are not in order";
	}
	return NULL;
}

/* The line between two newlines behind the data; an empty one says nothing of the future.
 */
static const char *read_footer(const struct tzif *f, const unsigned char *end,
			       struct zone *z)
{
	const unsigned char *p = f->end, *newline;
	char text[FOOTER_MAX];
	size_t n;

	if (p == end || *p != '\n')
		return "it has no footer";
	p++;
	newline = memchr(p, '\n', (size_t)(end - p));
	if (newline == NULL || (size_t)(newline - p) >= sizeof text)
		return "its footer does not end";
	n = (size_t)(newline - p);
	memcpy(text, p, n);
	text[n] = '\0';
	z->has_rule = n > 0;
	if (z->has_rule && zone_rule_parse(text, &z->rule) != 0)
		return "its footer is not a POSIX TZ rule";
	return NULL;
}

static void add_step(struct zone *z, rdvd_time at, int32_t offset_s, size_t abbrev)
{
	struct zone_step *s = &z->steps[z->nsteps];
	const struct zone_step *before;

	s->offset_s = offset_s;
	s->abbrev = (uint16_t)abbrev;
	if (z->nsteps == 0) {
		s->at = INT64_MIN;
		s->wall_before = INT64_MIN;
	} else {
		before = s - 1;
		s->at = at;
		s->wall_before =
			at + (offset_s > before->offset_s ? offset_s : before->offset_s);
		/* Two changes within a day of each other must not make the walls cross.
		 */
		if (s->wall_before < before->wall_before)
			s->wall_before = before->wall_before;
	}
	z->nsteps++;
}

static void copy_types(struct zone *z, const struct tzif *f)
{
	/* The last two are the rule's. */
	z->nabbrevs = f->typecnt + 2u;
	z->abbrevs = xcalloc(z->nabbrevs, sizeof *z->abbrevs);
	for (uint32_t i = 0; i < f->typecnt; i++) {
		const char *name =
			(const char *)f->chars + (f->types + (size_t)i * TYPE_SIZE)[5];

		memcpy(z->abbrevs[i], name, strlen(name) + 1);
	}
	memcpy(z->abbrevs[f->typecnt], z->rule.standard.abbrev, ZONE_ABBREV_MAX);
	memcpy(z->abbrevs[f->typecnt + 1], z->rule.daylight.abbrev, ZONE_ABBREV_MAX);
}

static void copy_transitions(struct zone *z, const struct tzif *f)
{
	size_t type = 0;
	uint32_t i = 0;

	while (i < f->timecnt && be64(f->times + (size_t)i * 8) < FIRST_INSTANT)
		type = f->indexes[i++];
	add_step(z, 0, (int32_t)be32(f->types + type * TYPE_SIZE), type);
	for (; i < f->timecnt; i++) {
		type = f->indexes[i];
		add_step(z, be64(f->times + (size_t)i * 8),
			 (int32_t)be32(f->types + type * TYPE_SIZE), type);
	}
}

static rdvd_time change_instant(const struct zone_date *date, int year, int32_t offset_s)
{
	return civil_time_from(zone_date_day(date, year), 0) + date->time_s - offset_s;
}

/* Both changes of every year behind the last transition. */
static void unroll_rule(struct zone *z, const struct tzif *f)
{
	const struct zone_rule *r = &z->rule;
	rdvd_time last =
		f->timecnt ? be64(f->times + (size_t)(f->timecnt - 1) * 8) : INT64_MIN;
	int year = 1969;

	if (last > 0)
		civil_day_split(civil_time_day(last), &year, NULL, NULL);
	for (; year <= LAST_YEAR; year++) {
		rdvd_time begin = change_instant(&r->begin, year, r->standard.offset_s);
		rdvd_time end = change_instant(&r->end, year, r->daylight.offset_s);
		int begin_first = begin < end;

		for (int half = 0; half < 2; half++) {
			int to_daylight = half == 0 ? begin_first : !begin_first;
			rdvd_time at = to_daylight ? begin : end;

			if (at > last && at >= FIRST_INSTANT)
				add_step(z, at,
					 to_daylight ? r->daylight.offset_s
						     : r->standard.offset_s,
					 f->typecnt + (size_t)to_daylight);
		}
	}
}

int zone_read_tzif(struct zone *z, const unsigned char *bytes, size_t n, const char **why)
{
	const unsigned char *end = bytes + n;
	struct tzif f;

	*why = read_block(bytes, end, 4, &f);
	if (*why == NULL && f.version < '2')
		*why = "it has 32-bit times only (version 1)";
	if (*why == NULL)
		*why = read_block(f.end, end, 8, &f);
	if (*why == NULL)
		*why = check_block(&f);
	if (*why == NULL)
		*why = read_footer(&f, end, z);
	if (*why)
		return -1;
	z->steps =
		xcalloc(f.timecnt + 1u + 2u * (LAST_YEAR - 1969 + 1), sizeof *z->steps);
	copy_types(z, &f);
	copy_transitions(z, &f);
	if (z->has_rule && z->rule.changes)
		unroll_rule(z, &f);
	return 0;
}
