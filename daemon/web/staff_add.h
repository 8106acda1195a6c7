/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_add.h - what is typed to book for somebody: who, when, where. Read from the form
 * or from the link that opened it, shown again, and handed to booking. */
#ifndef RDVD_WEB_STAFF_ADD_H
#define RDVD_WEB_STAFF_ADD_H

#include "web/questions.h"
#include "web/staff_room.h"

#define ADD_MATCHES_MAX 8

enum add_when { ADD_NOW, ADD_SLOT, ADD_TYPED };

/* Strings are the request's, never NULL. */
struct add {
	const char *first_name, *last_name, *birth_year, *phone, *email, *need, *party;
	const char *discreet, *hours, *only_answers;
	const char *service, *site, *place, *postcode, *person;
	const char *second, *companion; /* a second of the team; who comes along */
	const char *slot, *date, *hour, *key;
	const char *known;  /* an appointment of the person who is meant; "" a new one */
	const char *folded; /* "1": a gap was chosen, where and when are folded */
	const char *sure;   /* "1": somebody new, even though there are alike ones */
	const char *answers[SERVICE_QUESTIONS_MAX]; /* to the service's questions */
	enum add_when when;
	/* understood */
	int service_index, site_index, person_index; /* TERRITORY_NONE */
	bool elsewhere;				     /* at a place that is no site */
	rdvd_time start;
	bool has_start;
	/* what the page says besides */
	bool searched, asks;
	const struct staff_match *matches;
	size_t nmatches;
	const struct rdvd_person *who; /* of known */
	struct booking_errors errors;
	const char *why; /* refused */
	const struct slot *alternatives;
	size_t nalternatives;
	int status;
};

/* What the link says ("lieu", "debut", "jour", "personne"), and presets. */
void add_open(struct http_request *rq, const struct staff *st, struct add *a);
/* What the form says. */
void add_read(struct http_request *rq, const struct staff *st, struct add *a);
/* After a wait: its indexes are others when the territory was exchanged meanwhile. */
void add_find_again(struct http_request *rq, const struct staff *st, struct add *a);
/* Answer with the page. */
void add_reply(struct http_request *rq, const struct staff *st, struct add *a);
/* What was answered to the questions of the service that is booked: those of another one,
 * which stood there before, are left out. Returns how many. */
size_t add_answers(struct http_request *rq, const struct staff *st, const struct add *a,
		   struct booking_answer out[SERVICE_QUESTIONS_MAX]);
/* A copy of a person in the request's memory. */
const struct rdvd_person *add_keep_person(struct http_request *rq,
					  const struct rdvd_person *p);

#endif
