/* SPDX-License-Identifier: GPL-3.0-or-later */
/* territory.h - what an installation is made of: the network, its organisations, sites,
 * counsellors, services, openings and closures, as the territory file (rdvd-territory/1)
 * or the store describes them. Parsed once into plain arrays, then read-only. Objects are
 * known by slug outside, by index in their array inside (arrays are sorted by slug, so
 * index order is slug order), by id in the store. Retired objects come after the living
 * ones: nothing refers to them but the past. Pure. */
#ifndef RDVD_AGENDA_TERRITORY_H
#define RDVD_AGENDA_TERRITORY_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "agenda/civil.h"
#include "agenda/geo.h"
#include "agenda/holiday.h"
#include "agenda/zone.h"
#include "base/buf.h"
#include "rdvd/store.h"

#define TERRITORY_FORMAT "rdvd-territory/1"
#define TERRITORY_NONE (-1)

/* A text in the two languages of the interface; en falls back to fr. */
struct bitext {
	const char *fr;
	const char *en;
};

/* How a telephone number given on the web is proven, if it is. */
enum verify_phone {
	VERIFY_PHONE_NO,
	VERIFY_PHONE_CODE, /* by a code that we send there */
	VERIFY_PHONE_SMS,  /* by an SMS sent to us */
};

enum service_mode { MODE_SITE, MODE_PHONE, MODE_HOME, MODE_VIDEO };

/* Who may book a service: each includes those after it. */
enum service_bookable { BOOKABLE_PUBLIC, BOOKABLE_PARTNER, BOOKABLE_TEAM };

#define SERVICE_QUESTIONS_MAX 4
#define SERVICE_CHOICES_MAX 8
#define SERVICE_LANGUAGES_MAX 16

/* A question asked when a service is booked: a short list to choose from, never free
 * words. */
struct service_question {
	const char *id; /* a slug, unique in its service */
	struct bitext text;
	struct bitext choices[SERVICE_CHOICES_MAX];
	int nchoices; /* 2.. */
	int required; /* of the public */
};

struct reminder_rule {
	int days_before;
	int minute; /* of the day, at the site */
};

#define REMINDERS_MAX 4

/* Three days before at 18:00, the day before at 17:30. */
#define REMINDERS_PRESET_COUNT 2
extern const struct reminder_rule reminders_preset[REMINDERS_PRESET_COUNT];

/* Fewer than three times in 14 days, or more than ten days to the first. */
#define DRY_SLOTS_PRESET 3
#define DRY_WAIT_DAYS_PRESET 10

struct organisation {
	rdvd_id id;
	const char *slug, *name;
	const char *phone, *email; /* for the public; "" none */
	/* who is told when a home visit does not come back, as typed; "" nobody beside
	 * the pages */
	const char *alarm_phone, *alarm_email;
	const char *const *
		area; /* INSEE codes; empty: everywhere. Sorts and counts, never blocks */
	size_t narea;
	int age_min, age_max; /* eligible_age; 0, 0 none. Never blocks */
	int move_until_minutes;
	int sunday;	    /* reminders may go on Sundays 10:00-19:00 */
	const char *accent; /* "#0b5d4e" or "" */
	enum verify_phone verify_phone;
	/* of its services that say nothing of their own */
	struct reminder_rule reminders[REMINDERS_MAX];
	int nreminders;		  /* -1: nothing said */
	const civil_day *open_on; /* public holidays on which its sites are open all the
				     same */
	size_t nopen_on;
	/* a service runs dry at a site when fewer times are left in 14 days, or the
	 * first one is further away; 0: that does not count */
	int dry_slots, dry_wait_days;
	int retired;
};

struct site {
	rdvd_id id;
	const char *slug, *name, *address, *postcode, *commune, *insee, *host;
	struct bitext access;	 /* the way in: the door, the bell, the floor */
	struct bitext transport; /* how to get there: the bus, the stop, the car park */
	const char *place_kind;	 /* for the facts: "seat", "delocalised", or "" */
	int step_free;		 /* 1 yes, 0 no, -1 not said */
	int organisation;
	struct geo_point point;
	int rooms; /* appointments at once; 0 no limit */
	const char *const *room_names;
	size_t nroom_names;
	const civil_day *open_on; /* beside its organisation's */
	size_t nopen_on;
	const struct zone *zone; /* lent by the territory */
	const struct holiday_set *holidays;
	int retired;
};

struct counsellor {
	rdvd_id id;
	const char *slug, *label;
	int organisation;
	int retired;
};

struct service {
	rdvd_id id;
	const char *slug;
	struct bitext name;
	struct bitext bring; /* what to bring; "" */
	struct bitext card;  /* everyday words for the public page; falls back to name */
	int organisation;    /* TERRITORY_NONE: the network's, any opening may offer it */
	enum service_mode mode;
	int minutes;
	int step_minutes; /* between candidate starts; preset: minutes */
	int min_notice_minutes;
	int max_notice_days;
	enum service_bookable bookable_by;
	int public;	   /* bookable_by is BOOKABLE_PUBLIC */
	int capacity;	   /* of a workshop; 0: individual */
	int capacity_soft; /* a wish: the team may take more than capacity */
	int professionals; /* for colleagues: no year of birth is asked for */
	int staff;	   /* counsellors needed at once, 1.. */
	struct reminder_rule reminders[REMINDERS_MAX];
	int nreminders; /* -1: nothing said: see territory_reminders */
	const char *programme;
	const char *colour;	    /* of the team's agenda: "#0b5d4e" or "" */
	struct bitext instructions; /* said once it is booked; "" */
	const struct service_question *questions;
	int nquestions;
	/* so many minutes more for who needs an interpreter, or speaks one of the
	 * languages; 0: none */
	int interpreter_minutes;
	const char *languages[SERVICE_LANGUAGES_MAX]; /* "ar", "uk": BCP 47 primary tags
						       */
	int nlanguages;
	/* After each appointment the counsellor is not free for so long: before the next
	 * one, not before the end of the opening or an absence. */
	int buffer_minutes;
	/* the public is offered only starts next to what is taken, and the first and last
	 * of an occurrence */
	int pack;
	int retired;
};

/* One occurrence that differs: on that date. */
struct opening_override {
	civil_day on;
	int cancelled;
	civil_time start, end; /* the new ones */
	int site;	       /* TERRITORY_NONE: as the opening */
	int counsellor;	       /* TERRITORY_NONE: as the opening */
};

struct opening {
	rdvd_id id;
	const char *slug;
	int site;
	int *counsellors; /* any of them */
	size_t ncounsellors;
	int *services;
	size_t nservices;
	civil_time start, end;
	const char *rrule; /* NULL: once */
	civil_day until;   /* inclusive; CIVIL_DAY_NONE */
	civil_day *except, *extra;
	size_t nexcept, nextra;
	struct opening_override *overrides;
	size_t noverrides;
	int public;
	int reserve; /* the last N candidates are the team's until ... */
	struct reminder_rule reserve_opens; /* ... preset 18:00 the evening before */
};

struct closure {
	rdvd_id id;
	const char *slug;		    /* "" in a file that gives none */
	int site, counsellor, organisation; /* one of them, the others TERRITORY_NONE */
	civil_day from, to;		    /* inclusive */
	const char *reason;
};

struct territory {
	const char *id, *name; /* of the network; "" for an empty installation */
	const struct zone *zone;
	struct organisation *organisations;
	struct site *sites;
	struct counsellor *counsellors;
	struct service *services;
	struct opening *openings; /* living only */
	struct closure *closures; /* living only */
	/* all, and how many of them (the first) are living */
	int norganisations, nsites, ncounsellors, nservices, nopenings, nclosures;
	int live_organisations, live_sites, live_counsellors, live_services;
	struct territory_private *priv; /* owned memory: arena, zones, indexes */
};

/* Parse a whole file's bytes. NULL: errors gets one line a problem, "FILE:LINE: ..." for
 * syntax, "FILE: openings[3].rrule: ..." (a JSON path) for meaning, with the remedy. name
 * is the file's. */
struct territory *territory_parse(const char *name, const char *bytes, size_t n,
				  struct buf *errors);
/* The same from a JSON value (borrowed). */
struct territory *territory_from_json(const char *name, const json_t *root,
				      struct buf *errors);
/* From the store's definitions, retired ones included; ids are set. No definitions: an
 * empty territory (Europe/Paris). */
struct territory *territory_from_definitions(const struct rdvd_definition *defs, size_t n,
					     struct buf *errors);
void territory_free(struct territory *t);

/* Cut a valid file into definitions: calls cb for each object with its slug and canonical
 * JSON (the same object gives the same bytes). Closures and openings without an id get
 * one made of their content. id and retired are 0. */
void territory_each_definition(const json_t *root, rdvd_definition_cb *cb, void *arg);

/* Indexes by slug (living first, then retired) or by the store's id; TERRITORY_NONE when
 * unknown. */
int territory_organisation(const struct territory *t, const char *slug);
int territory_site(const struct territory *t, const char *slug);
int territory_counsellor(const struct territory *t, const char *slug);
int territory_service(const struct territory *t, const char *slug);
int territory_by_id(const struct territory *t, enum rdvd_definition_kind kind,
		    rdvd_id id);

/* The canonical JSON of an object, without what a file says beside: the same object gives
 * the same bytes. The caller frees it. */
char *territory_body_make(const json_t *object);
/* Under which key a file lists the objects of a kind: "sites". */
const char *territory_list_key(enum rdvd_definition_kind kind);
/* The JSON of a living object, as it was read from the store; NULL: unknown, or the
 * territory came from a file. Lent by t. territory_bodies_each: all of them, by kind then
 * slug. */
const char *territory_body(const struct territory *t, enum rdvd_definition_kind kind,
			   const char *slug);
void territory_bodies_each(const struct territory *t, rdvd_definition_cb *cb, void *arg);

/* Why a site is closed all day for everybody, a public holiday's French name; NULL: it is
 * none, or one on which the site or its organisation is open all the same. */
const char *territory_holiday(const struct territory *t, int site, civil_day day);

/* The organisation that the i-th living object of a kind belongs to (in the order of
 * slugs); TERRITORY_NONE: the network. */
int territory_owner(const struct territory *t, enum rdvd_definition_kind kind, int i);

/* The reminders of a service for appointments with an organisation (TERRITORY_NONE: the
 * service's own): the service's, else the organisation's, else reminders_preset. Returns
 * how many; *rules is lent by t. */
size_t territory_reminders(const struct territory *t, int service, int organisation,
			   const struct reminder_rule **rules);

const char *
service_mode_name(enum service_mode mode); /* "site", "phone", "home", "video" */
/* "public", "partner", "team" */
const char *service_bookable_name(enum service_bookable by);
/* How many minutes more than the service's an appointment takes: for an interpreter, or
 * for somebody of that language (a BCP 47 tag, or NULL). */
int service_extra_minutes(const struct service *s, int interpreter, const char *language);
/* fr or en of a bitext, by language code. Never NULL. */
const char *bitext_get(const struct bitext *b, const char *language);

#endif
