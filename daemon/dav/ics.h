/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ics.h - iCalendar objects (RFC 5545) as text: CRLF lines folded at 75 octets between
 * characters, values escaped, each zone used described by one VTIMEZONE that every client
 * understands. DTSTAMP is the last change, never the moment of asking, so that an
 * unchanged calendar is the same bytes. Pure. */
#ifndef RDVD_DAV_ICS_H
#define RDVD_DAV_ICS_H

#include "agenda/territory.h"
#include "base/buf.h"
#include "store/record.h"

/* The calendar file of one appointment, for the person: UID for life, SEQUENCE raised by
 * move and cancel, METHOD:PUBLISH, no attendee. No name and no reason stands in it. url
 * is the manage page; instance is the store's; lang "fr" or "en". */
void ics_appointment(struct buf *out, const struct territory *t,
		     const struct rdvd_appointment *a, const char *url,
		     const char *instance, const char *lang);

/* The same object as a part of an e-mail (RFC 6047), and its METHOD (RFC 5546), a
 * literal: PUBLISH, or CANCEL once it is cancelled. UID and SEQUENCE are those of
 * ics_appointment, so that a calendar holds one event whichever way it came. organizer is
 * the address both methods ask for; "" none. Of somebody discreet it tells when, and
 * neither who nor where. */
const char *ics_mail(struct buf *out, const struct territory *t,
		     const struct rdvd_appointment *a, const char *url,
		     const char *instance, const char *organizer);

struct ics_feed {
	const struct territory *territory;
	const char *name; /* of the calendar */
	const char *lang;
	int with_names; /* first names and phone numbers: only when the counsellor asked
			 */
	const char *staff_url; /* of an appointment's page, its id appended; "" none */
};

/* A counsellor's feed: one event a session, from records in order of start. Participants
 * of a workshop are counted in one event; a session all of whose participants cancelled
 * is CANCELLED. */
void ics_feed(struct buf *out, const struct ics_feed *f,
	      const struct record_list *records);

/* ---- the parts, for others that write calendars ---- */

/* One content line, folded: name as it is ("DTSTART;TZID=Europe/Paris"), value as it is.
 */
void ics_line(struct buf *out, const char *name, const char *value);
/* The same with a TEXT value, escaped (3.3.11). */
void ics_text(struct buf *out, const char *name, const char *text);

#endif
