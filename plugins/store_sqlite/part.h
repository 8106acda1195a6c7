/* SPDX-License-Identifier: GPL-3.0-or-later */
/* part.h - one participation as the acts change it: load, change the struct, write it
 * back with the fact that says so. */
#ifndef STORE_SQLITE_PART_H
#define STORE_SQLITE_PART_H

#include "db.h"

struct part {
	rdvd_id id;
	rdvd_id session;
	enum rdvd_status status;
	enum rdvd_outcome outcome;
	int party_size;
	int persons_present;
	int revision;
	int sequence;
	rdvd_time confirmed, cancelled; /* 0 no */
	int64_t fact_seq;
	rdvd_id service, organisation, site; /* of its session, and what follows too */
	int capacity;
	int active;
	int64_t pseudonym;
	rdvd_time start, end;
	int64_t civil_start;
	char place_name[256];
	char place_postcode[16];
};

/* 1 when found; NOT_FOUND sticks otherwise. */
int part_load(struct db *db, const struct rdvd_which *which, struct part *p);
/* The session's columns again, after p->session changed or its session was moved. */
void part_reload_session(struct db *db, struct part *p);
/* Append the fact (place_kind NULL: as before) and write the participation's columns. */
void part_save(struct db *db, struct part *p, const char *place_kind, rdvd_time now);

/* fact.c: the first fact of a booking; its seq. */
int64_t fact_first(struct db *db, const struct rdvd_booking *b,
		   int64_t session_pseudonym);
/* A revision of the participation's last fact, from what is there now; its seq. */
int64_t fact_again(struct db *db, const struct part *p, const char *place_kind);

#endif
