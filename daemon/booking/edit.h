/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edit.h - changing what the territory is made of, object by object: the way in for the
 * settings pages, the API and the first run. An edit is judged as a whole against the
 * territory as it then stands, by the same decoder as a file (territory_parse.c), and is
 * kept whole or not at all, in one transaction; the agenda serves it before the answer.
 * Appointments are never touched: those that an edit leaves outside an opening are told
 * beforehand (dry_run) and afterwards, and whoever changes says what becomes of them.
 * What an edit replaced is kept, so that it can be taken back. Everything runs in the
 * loop's thread. */
#ifndef RDVD_BOOKING_EDIT_H
#define RDVD_BOOKING_EDIT_H

#include <jansson.h>

#include "booking/booking.h"

struct access_user;

/* One object to be put or retired. Borrowed until the callback. */
struct booking_edit {
	enum rdvd_definition_kind kind;
	const char *slug;   /* NULL with fresh: made of the object's name, unique */
	const json_t *body; /* as in a territory file (its "id" may be left out); NULL:
			       retire it */
	int fresh;	    /* 1: no such object may stand yet, retired or not */
};

struct edit_error {
	int edit; /* which of the edits; -1: another object that refers to it */
	const char
		*path; /* within the object: "insee", "overrides[2].end", "" the whole */
	const char *message; /* English, a whole sentence; lent */
};

/* An appointment to come that would lie, or lies, outside every opening, in a closure, or
 * with a counsellor or at a site that is no longer there; and did not before the edit. */
struct edit_touched {
	uint64_t session;
	int site, service; /* indexes of the present territory, or TERRITORY_NONE */
	rdvd_time start, end;
};

struct booking_edited {
	enum rdvd_rc rc; /* OK; INVALID: errors say why; CONFLICT: fresh, and it stands
			    (or, of an undo, somebody has changed it since); NOT_FOUND: to
			    retire, or to undo; BUSY, FAILED, UNCERTAIN */
	const struct edit_error *errors;
	size_t nerrors;
	const struct edit_touched *touched; /* by start */
	size_t ntouched;
	const char *const *slugs; /* as many as edits: the names they have or got */
	const char *text;	  /* one line a difference, for people: as an import's */
	rdvd_id edit; /* its number, for booking_edit_undo; 0: nothing changed, or a dry
			 run */
};
typedef void booking_edit_cb(void *arg, const struct booking_edited *r);

/* Judge and, unless dry_run, keep the edits. Those that come while another edit or an
 * import is under way wait for it. cb is called from the loop, never from within. */
void booking_edit(struct booking *b, const struct booking_edit *edits, size_t n,
		  int dry_run, const char *actor, booking_edit_cb *cb, void *arg);
/* Put back what an edit replaced, unless one of its objects has changed since. Itself an
 * edit, which can be undone. */
void booking_edit_undo(struct booking *b, rdvd_id edit, const char *actor,
		       booking_edit_cb *cb, void *arg);

/* The right that it takes to change an object of that kind. */
unsigned booking_edit_right(enum rdvd_definition_kind kind);
/* And to see it. */
unsigned booking_see_right(enum rdvd_definition_kind kind);
/* 1 when the user (with her effective organisation) may make this edit: the organisation
 * of the object and of what it refers to, before and after, is hers to change so. */
int booking_edit_may(const struct booking *b, const struct access_user *u,
		     const struct booking_edit *e);

/* What an object loses when others go (gone tells which): what it names is taken out of
 * its lists, an occurrence moved to it is cancelled; EDIT_GOES: it cannot stay without.
 * The one rule of it, for an edit and for who looks ahead. */
enum edit_left { EDIT_STAYS, EDIT_CHANGED, EDIT_GOES };
typedef int edit_gone(void *ctx, enum rdvd_definition_kind kind, const char *slug);
enum edit_left booking_edit_lose(enum rdvd_definition_kind kind, json_t *object,
				 edit_gone *gone, void *ctx);

/* A copy of the object as a territory file has it, "id" included, to change and hand to
 * booking_edit; json_decref it. NULL: unknown or retired. */
json_t *booking_definition(const struct booking *b, enum rdvd_definition_kind kind,
			   const char *slug);
/* The whole territory as a file (rdvd-territory/1), living objects only; json_decref. */
json_t *booking_territory_file(const struct booking *b);

#endif
