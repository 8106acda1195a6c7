/* SPDX-License-Identifier: GPL-3.0-or-later */
/* show.c - the shapes in which instants, slots and appointments leave. Written straight
 * into the buffer: a page of slots is the answer that is asked for most. */
#include <string.h>

#include "api/impl.h"
#include "base/clock.h"

const struct zone *show_zone(const struct territory *t, rdvd_id site)
{
	int i = site ? territory_by_id(t, RDVD_DEF_SITE, site) : TERRITORY_NONE;

	return i == TERRITORY_NONE ? t->zone : t->sites[i].zone;
}

void show_instant(struct buf *b, const struct zone *z, rdvd_time t)
{
	char *p = buf_reserve(b, 28);

	p[0] = '"';
	rfc3339_format(t, zone_offset(z, t), p + 1);
	p[26] = '"';
	p[27] = '\0';
	b->len += 27;
}

/* Slugs need no escape. */
static void add_slug(struct buf *b, const char *slug)
{
	buf_addch(b, '"');
	buf_addstr(b, slug);
	buf_addch(b, '"');
}

void show_slug(struct buf *b, const struct territory *t, enum rdvd_definition_kind kind,
	       rdvd_id id)
{
	int i = id ? territory_by_id(t, kind, id) : TERRITORY_NONE;
	const char *slug = NULL;

	if (i != TERRITORY_NONE && kind == RDVD_DEF_SITE)
		slug = t->sites[i].slug;
	else if (i != TERRITORY_NONE && kind == RDVD_DEF_SERVICE)
		slug = t->services[i].slug;
	else if (i != TERRITORY_NONE && kind == RDVD_DEF_COUNSELLOR)
		slug = t->counsellors[i].slug;
	else if (i != TERRITORY_NONE && kind == RDVD_DEF_ORGANISATION)
		slug = t->organisations[i].slug;
	if (slug)
		add_slug(b, slug);
	else
		buf_addlit(b, "null");
}

/* Metres as kilometres: 4213 is 4.213. */
static void add_km(struct buf *b, int32_t metres)
{
	char *p;

	buf_addint(b, metres / 1000);
	p = buf_reserve(b, 5);
	p[0] = '.';
	p[1] = (char)('0' + metres / 100 % 10);
	p[2] = (char)('0' + metres / 10 % 10);
	p[3] = (char)('0' + metres % 10);
	p[4] = '\0';
	b->len += 4;
}

void show_slot(struct buf *b, const struct territory *t, const struct slot *s)
{
	const struct site *site = &t->sites[s->site];

	buf_addlit(b, "{\"service\":");
	add_slug(b, t->services[s->service].slug);
	buf_addlit(b, ",\"site\":");
	add_slug(b, site->slug);
	buf_addlit(b, ",\"start\":");
	show_instant(b, site->zone, s->start);
	buf_addlit(b, ",\"end\":");
	show_instant(b, site->zone, s->end);
	buf_addlit(b, ",\"seats\":");
	buf_addint(b, s->seats);
	if (s->distance_m >= 0) {
		buf_addlit(b, ",\"distance_km\":");
		add_km(b, s->distance_m);
	}
	buf_addch(b, '}');
}

void show_slots(struct buf *b, const struct territory *t, const struct slot *s, size_t n)
{
	buf_addch(b, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addch(b, ',');
		show_slot(b, t, &s[i]);
	}
	buf_addch(b, ']');
}

void show_what(struct buf *b, const struct territory *t, const struct rdvd_appointment *a)
{
	const struct zone *zone = show_zone(t, a->place.site);

	buf_addlit(b, "\"service\":");
	show_slug(b, t, RDVD_DEF_SERVICE, a->service);
	buf_addlit(b, ",\"site\":");
	show_slug(b, t, RDVD_DEF_SITE, a->place.site);
	if (!a->place.site) {
		buf_addlit(b, ",\"place\":{\"name\":");
		buf_add_json_string(b, a->place.name);
		buf_addlit(b, ",\"postcode\":");
		buf_add_json_string(b, a->place.postcode);
		buf_addch(b, '}');
	}
	buf_addlit(b, ",\"start\":");
	show_instant(b, zone, a->when.start);
	buf_addlit(b, ",\"end\":");
	show_instant(b, zone, a->when.end);
}

static void add_token_url(struct buf *b, const struct api *api, const char *before,
			  const char *token, const char *after)
{
	buf_addch(b, '"');
	buf_addstr(b, http_server_public_url(api->server));
	buf_addstr(b, before);
	buf_addstr(b, token);
	buf_addstr(b, after);
	buf_addch(b, '"');
}

void show_appointment(struct buf *b, const struct api *api,
		      const struct rdvd_appointment *a)
{
	char token[SECRET_TOKEN_CHARS + 1];

	booking_token(api->booking, a->ref, a->generation, token);
	buf_addlit(b, "{\"appointment\":{\"id\":\"");
	buf_addint(b, a->id);
	buf_addlit(b, "\",\"token\":\"");
	buf_addstr(b, token);
	buf_addlit(b, "\",\"status\":\"");
	buf_addstr(b, rdvd_status_name(a->status));
	buf_addlit(b, "\",\"outcome\":\"");
	buf_addstr(b, rdvd_outcome_name(a->outcome));
	buf_addlit(b, "\",");
	show_what(b, booking_territory(api->booking), a);
	buf_addlit(b, ",\"session\":\"");
	buf_addint(b, a->session);
	buf_addlit(b, "\",\"party_size\":");
	buf_addint(b, a->party_size);
	buf_addlit(b, ",\"sequence\":");
	buf_addint(b, a->sequence);
	buf_addlit(b, ",\"manage_url\":");
	add_token_url(b, api, "/rdv/", token, "");
	buf_addlit(b, ",\"ics_url\":");
	add_token_url(b, api, "/api/v1/appointments/", token, ".ics");
	buf_addlit(b, "}}");
}
