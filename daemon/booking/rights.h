/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rights.h - who may do what: one table (role x object x action -> whose), and the
 * functions that read it. Every route for the team names the right that it needs; what
 * concerns one row of the store is asked again with that row's organisation and
 * counsellors. What the table does not grant is refused. Pure. */
#ifndef RDVD_BOOKING_RIGHTS_H
#define RDVD_BOOKING_RIGHTS_H

#include <stddef.h>

#include "rdvd/types.h"

struct access_user;

enum right_object {
	RIGHT_SELF = 1,	    /* one's own password, second factor, sessions, feed */
	RIGHT_AGENDA,	    /* when, where, with whom: bands, gaps, first names. CHANGE:
			       book, move, cancel */
	RIGHT_PERSON,	    /* people's files: names, contacts, needs, visits */
	RIGHT_ARRIVAL,	    /* who is in the waiting room */
	RIGHT_ATTENDANCE,   /* how an appointment ended */
	RIGHT_MESSAGE,	    /* what was written, both ways, and the answers */
	RIGHT_CONTACT,	    /* taking back that a number said STOP, or is bad */
	RIGHT_WAITING,	    /* the waiting list */
	RIGHT_ABSENCE,	    /* who is not there */
	RIGHT_VISIT,	    /* home visits: who left, who is back */
	RIGHT_WORKSHOP,	    /* workshops and who takes part */
	RIGHT_ORGANISATION, /* its name, contacts, rules */
	RIGHT_SITE,
	RIGHT_SERVICE,
	RIGHT_OPENING,	 /* permanences and their occurrences */
	RIGHT_CLOSURE,	 /* closures and holidays */
	RIGHT_TEXT,	 /* the words of messages */
	RIGHT_ACCOUNT,	 /* members of staff, invitations */
	RIGHT_TOKEN,	 /* programs */
	RIGHT_TERRITORY, /* the territory file: out (SEE) and in (CHANGE) */
	RIGHT_NETWORK,	 /* the network itself; creating organisations */
	RIGHT_GATEWAY,	 /* how messages leave */
	RIGHT_TODO,	 /* what needs a hand today */
	RIGHT_FIGURES,	 /* rates and counts */
	RIGHT_FACTS,	 /* attendance facts, row by row */
	RIGHT_OBJECTS
};

enum right_action { RIGHT_TO_SEE, RIGHT_TO_CHANGE, RIGHT_ACTIONS };

/* A right as one number: what a route names. Never 0. */
#define RIGHT(object, action) \
	((unsigned)RIGHT_##object * RIGHT_ACTIONS + RIGHT_TO_##action)

/* Whose. Each covers those before it. */
enum right_scope {
	SCOPE_NONE,
	SCOPE_OWN,	    /* what is in one's own agenda */
	SCOPE_ORGANISATION, /* of one's own organisation */
	SCOPE_NETWORK,
};

/* The words of roles, as the store, the API and rdvctl write them: network, admin,
 * counsellor, desk, observer. NULL at the end. */
const char *rights_role_name(size_t i);
/* What a role is called in the interface (a msgid), "" when it is none. */
const char *rights_role_title(const char *role);
/* The words of an object and of an action, for lists and tests. */
const char *rights_object_name(enum right_object object);
const char *rights_action_name(enum right_action action);
enum right_object rights_object(unsigned right);
enum right_action rights_action(unsigned right);

/* Whose rows the role may treat so; SCOPE_NONE for a word that is no role. An "admin"
 * without an organisation is the network's, and so is any role's scope that says
 * organisation when the user has none. */
enum right_scope rights_scope(const struct access_user *u, unsigned right);
/* 1 when rights_scope is not SCOPE_NONE. */
int rights_has(const struct access_user *u, unsigned right);
/* 1 when the user may treat so a row of that organisation (0: the network's own) in which
 * these counsellors (definition ids; n may be 0) take part. */
int rights_cover(const struct access_user *u, unsigned right, rdvd_id organisation,
		 const rdvd_id *counsellors, int n);

/* 1 when the user may make or change an account, or a program's token, of that role in
 * that organisation (0: the network): never more than she has herself. */
int rights_may_give(const struct access_user *u, const char *role, rdvd_id organisation);
/* 1 when the user administers others: a second factor is asked of her. */
int rights_administers(const struct access_user *u);

#endif
