/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ics.c - writing iCalendar; see ics.h. */
#include "dav/ics.h"

#include <stdio.h>
#include <string.h>

#include "agenda/zone.h"
#include "base/mem.h"

#define LINE_OCTETS 75
#define STAMP_SIZE 48

void ics_line(struct buf *out, const char *name, const char *value)
{
	struct buf line = BUF_INIT;
	buf_addf(&line, "%s:%s", name, value);
	size_t at = 0, room = LINE_OCTETS;
	while (line.len - at > room) {
		size_t cut = at + room;
		while (cut > at && ((unsigned char)line.data[cut] & 0xc0) == 0x80)
			cut--; /* not inside a character */
		buf_add(out, line.data + at, cut - at);
		buf_addlit(out, "\r\n ");
		at = cut;
		room = LINE_OCTETS - 1;
	}
	buf_add(out, line.data + at, line.len - at);
	buf_addlit(out, "\r\n");
	buf_fini(&line);
}

void ics_text(struct buf *out, const char *name, const char *text)
{
	struct buf escaped = BUF_INIT;
	for (const char *s = text; *s; s++) {
		if (*s == '\\' || *s == ';' || *s == ',')
			buf_addch(&escaped, '\\');
		if (*s == '\n')
			buf_addlit(&escaped, "\\n");
		else if (*s != '\r')
			buf_addch(&escaped, *s);
	}
	ics_line(out, name, buf_str(&escaped));
	buf_fini(&escaped);
}

/* "20260320T080000" */
static void local_stamp(civil_time t, char out[STAMP_SIZE])
{
	int y, m, d, minute = civil_time_minute(t);
	civil_day_split(civil_time_day(t), &y, &m, &d);
	snprintf(out, STAMP_SIZE, "%04d%02d%02dT%02d%02d%02d", y % 10000, m % 100,
		 d % 100, minute / 60, minute % 60, (int)(t % 60 + 60) % 60);
}

static void utc_line(struct buf *out, const char *name, rdvd_time t)
{
	char stamp[STAMP_SIZE], value[STAMP_SIZE + 1];
	local_stamp(t, stamp); /* UTC is the wall time of nobody's wall */
	snprintf(value, sizeof value, "%sZ", stamp);
	ics_line(out, name, value);
}

static void local_line(struct buf *out, const char *name, const struct zone *z,
		       rdvd_time t)
{
	char stamp[STAMP_SIZE], full[96];
	local_stamp(zone_to_civil(z, t), stamp);
	snprintf(full, sizeof full, "%s;TZID=%s", name, zone_name(z));
	ics_line(out, full, stamp);
}

static void calendar_begin(struct buf *out, const char *method)
{
	buf_addlit(out, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//rdvd//rdvd//FR\r\n"
			"CALSCALE:GREGORIAN\r\n");
	ics_line(out, "METHOD", method);
}

static const struct site *site_of(const struct territory *t,
				  const struct rdvd_appointment *a)
{
	int i = a->place.site ? territory_by_id(t, RDVD_DEF_SITE, a->place.site)
			      : TERRITORY_NONE;
	return i == TERRITORY_NONE ? NULL : &t->sites[i];
}

static const struct zone *zone_of(const struct territory *t,
				  const struct rdvd_appointment *a)
{
	const struct site *s = site_of(t, a);
	return s && s->zone ? s->zone : t->zone;
}

static const struct service *service_of(const struct territory *t,
					const struct rdvd_appointment *a)
{
	int i = territory_by_id(t, RDVD_DEF_SERVICE, a->service);
	return i == TERRITORY_NONE ? NULL : &t->services[i];
}

static void location_line(struct buf *out, const struct territory *t,
			  const struct rdvd_appointment *a)
{
	const struct service *service = service_of(t, a);
	const struct site *s = site_of(t, a);
	struct buf place = BUF_INIT;
	if (service && service->mode != MODE_SITE)
		return;
	if (s)
		buf_addf(&place, "%s, %s, %s %s", s->name, s->address, s->postcode,
			 s->commune);
	else
		buf_addf(&place, "%s%s%s", a->place.name, *a->place.postcode ? ", " : "",
			 a->place.postcode);
	ics_text(out, "LOCATION", buf_str(&place));
	if (s) {
		char geo[64];
		snprintf(geo, sizeof geo, "%.4f;%.4f", s->point.lat, s->point.lon);
		ics_line(out, "GEO", geo);
	}
	buf_fini(&place);
}

static void times_lines(struct buf *out, const struct zone *z,
			const struct rdvd_appointment *a, rdvd_time changed, int sequence)
{
	char number[16];
	utc_line(out, "DTSTAMP", changed);
	utc_line(out, "LAST-MODIFIED", changed);
	utc_line(out, "CREATED", a->created);
	snprintf(number, sizeof number, "%d", sequence);
	ics_line(out, "SEQUENCE", number);
	local_line(out, "DTSTART", z, a->when.start);
	local_line(out, "DTEND", z, a->when.end);
}

/* ---- the person's ---- */

/* What one person's object is made of. */
struct own {
	const struct territory *territory;
	const struct rdvd_appointment *appointment;
	const char *method, *url, *instance, *lang;
	const char *organizer; /* an address, or "" */
	int is_neutral;	       /* neither who nor where */
};

static void own_summary(struct buf *out, const struct own *w)
{
	int english = strcmp(w->lang, "en") == 0;
	int o = territory_by_id(w->territory, RDVD_DEF_ORGANISATION,
				w->appointment->organisation);
	struct buf text = BUF_INIT;
	buf_addstr(&text, english ? "Appointment" : "Rendez-vous");
	if (o != TERRITORY_NONE && !w->is_neutral)
		buf_addf(&text, "%s%s", english ? ", " : " avec ",
			 w->territory->organisations[o].name);
	ics_text(out, "SUMMARY", buf_str(&text));
	buf_fini(&text);
}

static void own_description(struct buf *out, const struct own *w)
{
	const struct site *s = site_of(w->territory, w->appointment);
	const struct service *service = service_of(w->territory, w->appointment);
	int english = strcmp(w->lang, "en") == 0;
	struct buf text = BUF_INIT;
	if (service && service->mode == MODE_PHONE)
		buf_addf(&text, "%s\n",
			 english ? "By telephone: we call you."
				 : "Par téléphone : nous vous appelons.");
	if (s && !w->is_neutral && *bitext_get(&s->access, w->lang))
		buf_addf(&text, "%s\n", bitext_get(&s->access, w->lang));
	if (service && !w->is_neutral && *bitext_get(&service->bring, w->lang))
		buf_addf(&text, "%s\n", bitext_get(&service->bring, w->lang));
	buf_addf(&text, "%s\n%s",
		 english ? "To change or cancel:" : "Pour changer ou annuler :", w->url);
	ics_text(out, "DESCRIPTION", buf_str(&text));
	buf_fini(&text);
}

static void own_object(struct buf *out, const struct own *w)
{
	const struct rdvd_appointment *a = w->appointment;
	const struct zone *z = zone_of(w->territory, a);
	int cancelled = a->status == RDVD_CANCELLED;
	char uid[96];
	calendar_begin(out, w->method);
	zone_vtimezone(z, out);
	buf_addlit(out, "BEGIN:VEVENT\r\n");
	snprintf(uid, sizeof uid, "rdv-%lld-%s", (long long)a->id, w->instance);
	ics_line(out, "UID", uid);
	times_lines(out, z, a, a->changed, a->sequence);
	if (*w->organizer) {
		struct buf address = BUF_INIT;
		buf_addf(&address, "mailto:%s", w->organizer);
		ics_line(out, "ORGANIZER", buf_str(&address));
		buf_fini(&address);
	}
	own_summary(out, w);
	if (!w->is_neutral)
		location_line(out, w->territory, a);
	own_description(out, w);
	ics_line(out, "URL", w->url);
	ics_line(out, "STATUS", cancelled ? "CANCELLED" : "CONFIRMED");
	ics_line(out, "TRANSP", cancelled ? "TRANSPARENT" : "OPAQUE");
	buf_addlit(out, "CLASS:PRIVATE\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n");
}

void ics_appointment(struct buf *out, const struct territory *t,
		     const struct rdvd_appointment *a, const char *url,
		     const char *instance, const char *lang)
{
	const struct own w = {.territory = t,
			      .appointment = a,
			      .method = "PUBLISH",
			      .url = url,
			      .instance = instance,
			      .lang = lang,
			      .organizer = ""};
	own_object(out, &w);
}

const char *ics_mail(struct buf *out, const struct territory *t,
		     const struct rdvd_appointment *a, const char *url,
		     const char *instance, const char *organizer)
{
	const struct own w = {.territory = t,
			      .appointment = a,
			      .method =
				      a->status == RDVD_CANCELLED ? "CANCEL" : "PUBLISH",
			      .url = url,
			      .instance = instance,
			      .lang = a->person.locale,
			      .organizer = organizer,
			      .is_neutral = a->person.discreet};
	own_object(out, &w);
	return w.method;
}

/* ---- the counsellor's ---- */

/* The participants of one session: records [first, end). */
struct sitting {
	const struct record_list *records;
	size_t first, end;
	int coming; /* people */
	rdvd_time changed;
};

static struct sitting sitting_at(const struct record_list *records, size_t first)
{
	const struct rdvd_appointment *a = records->items[first].appointment;
	struct sitting s = {.records = records, .first = first, .end = first};
	/* a session's participants stand together: same start, and sessions differ by id
	 */
	for (; s.end < records->n; s.end++) {
		const struct rdvd_appointment *p = records->items[s.end].appointment;
		if (p->session != a->session)
			break;
		if (p->status != RDVD_CANCELLED)
			s.coming += p->party_size;
		if (p->changed > s.changed)
			s.changed = p->changed;
	}
	return s;
}

static void summary_line(struct buf *out, const struct ics_feed *f,
			 const struct rdvd_appointment *a, const struct sitting *s)
{
	const struct service *service = service_of(f->territory, a);
	struct buf text = BUF_INIT;
	if (f->with_names && a->capacity == 0)
		buf_addf(&text, "%s : ", a->person.first_name);
	buf_addstr(&text, service ? bitext_get(&service->name, f->lang) : "Rendez-vous");
	if (a->capacity > 0)
		buf_addf(&text, " (%d/%d)", s->coming, a->capacity);
	else if (a->party_size > 1)
		buf_addf(&text, " (%d)", a->party_size);
	ics_text(out, "SUMMARY", buf_str(&text));
	buf_fini(&text);
}

static void sitting_event(struct buf *out, const struct ics_feed *f,
			  const struct sitting *s)
{
	const struct rdvd_appointment *a = s->records->items[s->first].appointment;
	const struct zone *z = zone_of(f->territory, a);
	int cancelled = s->coming == 0;
	buf_addlit(out, "BEGIN:VEVENT\r\n");
	ics_line(out, "UID", a->uid);
	/* a workshop's own time never changes: its people come and go under the same
	 * SEQUENCE */
	times_lines(out, z, a, s->changed, a->session_sequence);
	summary_line(out, f, a, s);
	location_line(out, f->territory, a);
	if (f->with_names && a->capacity == 0 && *a->person.phone)
		ics_text(out, "DESCRIPTION", a->person.phone);
	if (*f->staff_url) {
		char url[300];
		snprintf(url, sizeof url, "%s%lld", f->staff_url, (long long)a->id);
		ics_line(out, "URL", url);
	}
	ics_line(out, "STATUS", cancelled ? "CANCELLED" : "CONFIRMED");
	ics_line(out, "TRANSP", cancelled ? "TRANSPARENT" : "OPAQUE");
	buf_addlit(out, "CLASS:PRIVATE\r\nEND:VEVENT\r\n");
}

static void feed_zones(struct buf *out, const struct ics_feed *f,
		       const struct record_list *records)
{
	const struct zone *seen[16];
	size_t n = 0;
	for (size_t i = 0; i < records->n; i++) {
		const struct zone *z =
			zone_of(f->territory, records->items[i].appointment);
		size_t j = 0;
		while (j < n && seen[j] != z)
			j++;
		if (j == n && n < ARRAY_SIZE(seen)) {
			seen[n++] = z;
			zone_vtimezone(z, out);
		}
	}
}

void ics_feed(struct buf *out, const struct ics_feed *f,
	      const struct record_list *records)
{
	calendar_begin(out, "PUBLISH");
	ics_text(out, "X-WR-CALNAME", f->name);
	ics_text(out, "NAME", f->name);
	ics_line(out, "X-WR-TIMEZONE", zone_name(f->territory->zone));
	buf_addlit(out,
		   "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n");
	feed_zones(out, f, records);
	for (size_t i = 0; i < records->n;) {
		struct sitting s = sitting_at(records, i);
		sitting_event(out, f, &s);
		i = s.end;
	}
	buf_addlit(out, "END:VCALENDAR\r\n");
}
