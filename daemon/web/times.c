/* SPDX-License-Identifier: GPL-3.0-or-later */
/* times.c - slots as people read them. Slots arrive in the order of the search; a section
 * is opened for each new day (or place) and a block in it for each new place (or day), in
 * the order of their first slot. With twenty slots a page, looking for the block they
 * belong to is a walk over the few that are there. */
#include "web/times.h"

#include <string.h>

#include "base/parse.h"

#define NOON (12 * 60)
#define TRANSPORT_MAX 120 /* bytes */

struct spot { /* a slot, and where it goes */
	const struct slot *slot;
	const struct site *site;
	civil_day day;
	int minute;
	int section, block;
};

void times_civil(const struct site *s, rdvd_time start, civil_day *day, int *minute)
{
	civil_time t = zone_to_civil(s->zone, start);

	*day = civil_time_day(t);
	*minute = civil_time_minute(t);
}

bool times_fits(const struct times_filter *f, civil_day day, int minute)
{
	if (f->wednesday && civil_weekday(day) != CIVIL_WEDNESDAY)
		return false;
	if (f->morning == f->afternoon)
		return true;
	return f->morning == (minute < NOON);
}

static int same_section(const struct spot *a, const struct spot *b,
			enum times_order order)
{
	return order == TIMES_BY_PLACE ? a->site == b->site : a->day == b->day;
}

static int same_block(const struct spot *a, const struct spot *b, enum times_order order)
{
	if (!same_section(a, b, order))
		return 0;
	switch (order) {
	case TIMES_BY_DAY: return a->site == b->site;
	case TIMES_BY_PLACE: return a->day == b->day;
	case TIMES_BY_PHONE: return 1;
	}
	return 0;
}

/* Number sections and blocks in the order of their first slot. */
static void number(struct spot *s, size_t n, enum times_order order)
{
	int nsections = 0, nblocks = 0;

	for (size_t i = 0; i < n; i++) {
		s[i].section = s[i].block = -1;
		for (size_t k = 0; k < i && s[i].block < 0; k++) {
			if (same_section(&s[i], &s[k], order))
				s[i].section = s[k].section;
			if (same_block(&s[i], &s[k], order))
				s[i].block = s[k].block;
		}
		if (s[i].section < 0)
			s[i].section = nsections++;
		if (s[i].block < 0)
			s[i].block = nblocks++;
	}
}

static void fill_hour(struct hour_view *h, const struct spot *s, int workshop,
		      const char *lang)
{
	memset(h, 0, sizeof(*h));
	words_hour(h->label, lang, s->minute);
	if (workshop)
		words_seats(h->left, lang, s->slot->seats);
	times_name(h->value, s->site->slug, s->slot->start);
}

/* How to come, when it is said in a line: what is longer stands on one's own page. */
static const char *transport_of(const struct site *s, const char *lang)
{
	const char *text = bitext_get(&s->transport, lang);

	return strlen(text) <= TRANSPORT_MAX && !strchr(text, '\n') ? text : NULL;
}

static void fill_block(struct times_block *b, const struct spot *s,
		       enum times_order order, const char *lang, civil_day today)
{
	if (order == TIMES_BY_PLACE) {
		words_day_title(b->day, lang, s->day, today);
		b->title = b->day;
	} else if (order == TIMES_BY_DAY) {
		b->title = s->site->name;
		b->address = s->site->address;
		b->postcode = s->site->postcode;
		b->town = s->site->commune;
		b->access = bitext_get(&s->site->access, lang);
		b->transport = transport_of(s->site, lang);
		if (s->slot->distance_m >= 0) {
			words_distance(b->distance, lang, s->slot->distance_m);
			b->note = b->distance;
		}
	}
}

static void fill_section(struct times_section *c, const struct spot *s,
			 enum times_order order, const char *lang, civil_day today)
{
	if (order != TIMES_BY_PLACE) {
		words_day_title(c->day, lang, s->day, today);
		c->title = c->day;
		return;
	}
	c->title = s->site->name;
	c->address = s->site->address;
	c->postcode = s->site->postcode;
	c->town = s->site->commune;
	c->access = bitext_get(&s->site->access, lang);
	c->transport = transport_of(s->site, lang);
	if (s->slot->distance_m >= 0) {
		words_distance(c->distance, lang, s->slot->distance_m);
		c->note = c->distance;
	}
}

/* What is only spoken: the heading it stands under is far away for who hears it. */
static void fill_spoken(struct hour_view *h, const struct times_section *c,
			const struct times_block *b, const struct spot *s,
			enum times_order order)
{
	h->before = order == TIMES_BY_PLACE ? b->title : c->title;
	if (order == TIMES_BY_PHONE)
		return;
	h->place = s->site->name;
	h->town = s->site->commune;
	h->distance = order == TIMES_BY_PLACE ? c->note : b->note;
}

/* Blocks of one section together, each in the order it came. Stable. */
static void gather(struct spot *s, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct spot it = s[i];
		size_t k = i;

		for (; k > 0 &&
		       (s[k - 1].section > it.section ||
			(s[k - 1].section == it.section && s[k - 1].block > it.block));
		     k--)
			s[k] = s[k - 1];
		s[k] = it;
	}
}

void times_build(struct times_list *v, const struct territory *t,
		 const struct slot *slots, size_t n, enum times_order order,
		 const char *lang, rdvd_time now)
{
	struct spot spots[TIMES_MAX];
	struct times_section *c = NULL;
	struct times_block *b = NULL;
	civil_day today = 0;
	size_t nblocks = 0;
	int minute;

	n = n > TIMES_MAX ? TIMES_MAX : n;
	for (size_t i = 0; i < n; i++) {
		spots[i].slot = &slots[i];
		spots[i].site = &t->sites[slots[i].site];
		times_civil(spots[i].site, slots[i].start, &spots[i].day,
			    &spots[i].minute);
	}
	number(spots, n, order);
	gather(spots, n);
	v->sections = v->section;
	v->nsections = 0;
	v->n = n;
	if (n > 0)
		times_civil(spots[0].site, now, &today, &minute);
	for (size_t i = 0; i < n; i++) {
		const struct spot *s = &spots[i];
		int new_section = i == 0 || s->section != s[-1].section;

		if (new_section) {
			c = &v->section[v->nsections++];
			memset(c, 0, sizeof(*c));
			fill_section(c, s, order, lang, today);
			c->blocks = &v->block[nblocks];
		}
		if (new_section || s->block != s[-1].block) {
			b = &v->block[nblocks++];
			memset(b, 0, sizeof(*b));
			fill_block(b, s, order, lang, today);
			b->hours = &v->hour[i];
			c->nblocks++;
		}
		b->nhours++;
		fill_hour(&v->hour[i], s, t->services[s->slot->service].capacity > 0,
			  lang);
		fill_spoken(&v->hour[i], c, b, s, order);
	}
}

void times_name(char out[96], const char *site, rdvd_time start)
{
	char digits[24];
	size_t n = strnlen(site, 63), i = sizeof(digits);
	uint64_t left = start < 0 ? 0 : (uint64_t)start;

	memcpy(out, site, n);
	out[n++] = '.';
	do {
		digits[--i] = (char)('0' + left % 10);
		left /= 10;
	} while (left);
	memcpy(out + n, digits + i, sizeof(digits) - i);
	out[n + sizeof(digits) - i] = '\0';
}

int times_parse(const char *name, char site[64], rdvd_time *start)
{
	const char *dot = name ? strrchr(name, '.') : NULL;
	char slug[64];
	int64_t value;

	if (!dot || dot == name || dot - name > 63)
		return -1;
	memcpy(slug, name, (size_t)(dot - name));
	slug[dot - name] = '\0';
	if (!slug_is_valid(slug) ||
	    parse_int(dot + 1, 0, INT64_C(4102444800), &value) < 0)
		return -1;
	memcpy(site, slug, sizeof(slug));
	*start = value;
	return 0;
}
