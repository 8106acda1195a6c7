/* SPDX-License-Identifier: GPL-3.0-or-later */
/* export.h - the built-in job that appends attendance facts to a folder as they come: one
 * file a month, attendance-2026-11.csv or .ndjson, every line whole and on disk before
 * the job's place in the facts moves on. After a crash the file itself says how far it
 * got, so that no fact is written twice or left out. Files may be taken away at any time;
 * a new one is begun. */
#ifndef RDVD_REPORT_EXPORT_H
#define RDVD_REPORT_EXPORT_H

#include "agenda/territory.h"
#include "base/loop.h"
#include "report/fact.h"

struct export_job;
struct store;

struct export_options {
	const char *name;   /* of the job: its place is kept in the store under it */
	const char *folder; /* made when it does not exist */
	enum fact_format format;
	const struct territory *(*territory)(void *ctx); /* the present one */
	void *ctx;
};

/* NULL: the folder cannot be made or written (logged). Options are copied. Loop thread,
 * as all here. */
struct export_job *export_new(struct loop *l, struct store *s,
			      const struct export_options *o);
/* Facts may have been appended. */
void export_nudge(struct export_job *e);
/* 1 when all is written. */
int export_is_idle(const struct export_job *e);
/* Ends what is under way. Before the store is closed. NULL is fine. */
void export_free(struct export_job *e);

#endif
