/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zone.h - time zones by our own code, because a booking needs both daylight-saving edges
 * exactly as RFC 5545 has them and needs them fast. A zone is read once from the system's
 * TZif files (RFC 8536, version 2 or later), with the POSIX TZ rule of its footer
 * unrolled to the end of 2099; after that every conversion is one table look-up. A loaded
 * zone never changes: any thread may read it. */
#ifndef RDVD_AGENDA_ZONE_H
#define RDVD_AGENDA_ZONE_H

#include "agenda/civil.h"
#include "base/buf.h"
#include "rdvd/types.h"

struct zone;

/* Where zone files are read from, instead of /usr/share/zoneinfo; NULL puts that back.
 * The string is kept, not copied: for tests, before any other thread. */
void zone_set_dir(const char *dir);

/* 1 when name may be looked for at all: ^[A-Za-z0-9_+/-]{1,64}$, no empty part between
 * slashes. */
int zone_name_is_valid(const char *name);

/* Read the zone called name ("Europe/Paris"). The only function here that touches a file.
 * NULL on failure: a sentence for the user is added to error (may be NULL). Free with
 * zone_free. */
struct zone *zone_load(const char *name, struct buf *error);
void zone_free(struct zone *z);

/* The name it was loaded by; lives as long as the zone. */
const char *zone_name(const struct zone *z);

/* The instant of a wall time, RFC 5545 3.3.5: a wall time that occurs twice is the first;
 * one that does not exist takes the offset in force before the gap (02:30 in a gap from
 * 02:00 to 03:00 is the instant of 03:30). */
rdvd_time zone_to_utc(const struct zone *z, civil_time t);
/* The wall time at an instant. */
civil_time zone_to_civil(const struct zone *z, rdvd_time t);
/* Seconds to add to UTC at that instant: +7200 for Paris in summer. */
int32_t zone_offset(const struct zone *z, rdvd_time t);
/* The abbreviation in force at that instant ("CEST"); lives as long as the zone. */
const char *zone_abbrev(const struct zone *z, rdvd_time t);

/* Append a VTIMEZONE (RFC 5545 3.6.5) with TZID = the zone's name, lines ended by CRLF:
 * one STANDARD and one DAYLIGHT beginning in 1970 with a yearly RRULE, from the rule that
 * holds after the last known transition; a single STANDARD for a zone that no longer
 * changes. Outlook mis-shifts anything longer. Past years under another rule, and zones
 * whose changes follow no yearly rule (Casablanca's Ramadan), are therefore approximated
 * by the present rule. */
void zone_vtimezone(const struct zone *z, struct buf *out);

#endif
