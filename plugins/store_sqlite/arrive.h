/* SPDX-License-Identifier: GPL-3.0-or-later */
/* arrive.h - the day: who has arrived, who is late, home visits. */
#ifndef STORE_SQLITE_ARRIVE_H
#define STORE_SQLITE_ARRIVE_H

#include "db.h"

/* A participation that moves: what was said of its day is of no use. */
void arrival_forget(struct db *db, rdvd_id participation);
/* It will be there at, unless somebody has seen it come. */
void arrival_expect(struct db *db, rdvd_id participation, rdvd_time at);

enum rdvd_rc store_arrive(void *st, const struct rdvd_arrival *a, int *changed);
/* visit.c */
enum rdvd_rc store_visit(void *st, const struct rdvd_visit_step *s, int *changed);
enum rdvd_rc store_visit_each(void *st, rdvd_appointment_cb *cb, void *arg);

#endif
