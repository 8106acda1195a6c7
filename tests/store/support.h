/* SPDX-License-Identifier: GPL-3.0-or-later */
/* support.h - what tests of a store share: a host that keeps the last log line, any store
 * by name of its module or linked in, and short ways to say "book this". */
#ifndef TESTS_STORE_SUPPORT_H
#define TESTS_STORE_SUPPORT_H

#include "rdvd/store.h"

#define T0 ((rdvd_time)1774602000) /* 2026-03-27T09:00:00Z, a Friday */
#define MINUTE 60
#define HOUR 3600
#define DAY 86400

/* The store under test: the module of that path, or the one that is linked in (NULL). Its
 * data go to the folder. Exits with a sentence when the module cannot be loaded. */
void support_init(const char *module, const char *folder);
const struct rdvd_store_ops *support_ops(void);
const struct rdvd_plugin *support_plugin(void);
const struct rdvd_host *support_host(void);
const char *support_folder(void);
/* Set an option of the store for the openings that follow. */
void support_option(const char *key, const char *value);
/* Error and warning lines since the last call; and the last such line. */
int support_complaints(void);
const char *support_last_complaint(void);
/* The instant that host->now answers. */
extern rdvd_time support_now;

/* A fresh, empty store in the folder: removes the files of the last one. */
void support_remove_files(void);

/* Deterministic random numbers (splitmix64), so that a failure can be repeated. */
uint64_t support_random(uint64_t *state);
/* 32 bytes that stand for the hash of n. */
void support_hash(uint64_t n, uint8_t out[RDVD_HASH_SIZE]);

/* A booking of one person with one counsellor at a site, with no message; n names its
 * token and person. */
struct rdvd_booking support_booking(uint64_t n, rdvd_id service, rdvd_id site,
				    rdvd_id counsellor, rdvd_time start, rdvd_time now);
/* A confirmation due now and two reminders before start, into owed[3]. */
size_t support_owed(struct rdvd_owed owed[3], rdvd_time start, rdvd_time now);

#endif
