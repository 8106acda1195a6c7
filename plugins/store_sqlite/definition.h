/* SPDX-License-Identifier: GPL-3.0-or-later */
/* definition.h - what the territory describes, the change counters, and what fills the
 * agenda. */
#ifndef STORE_SQLITE_DEFINITION_H
#define STORE_SQLITE_DEFINITION_H

#include "rdvd/store.h"

enum rdvd_rc store_definition_put(void *st, enum rdvd_definition_kind kind,
				  const char *slug, const char *body, rdvd_time now,
				  rdvd_id *id);
enum rdvd_rc store_definition_retire(void *st, rdvd_id id, rdvd_time now);
enum rdvd_rc store_definition_each(void *st, rdvd_definition_cb *cb, void *arg);
enum rdvd_rc store_change_seq(void *st, int64_t *seq);
enum rdvd_rc store_calendar_seq(void *st, rdvd_id counsellor, int64_t *seq);
const char *db_instance(void *st);

/* agenda.c */
enum rdvd_rc store_claim_each(void *st, rdvd_time from, rdvd_time now, rdvd_claim_cb *cb,
			      void *arg);
enum rdvd_rc store_absence_each(void *st, rdvd_time from, rdvd_absence_cb *cb, void *arg);
enum rdvd_rc store_absence_put(void *st, const struct rdvd_absence *a, rdvd_time now,
			       const char *actor, rdvd_id *id);
enum rdvd_rc store_absence_remove(void *st, rdvd_id id, rdvd_time now, const char *actor);

#endif
