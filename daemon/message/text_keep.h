/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text_keep.h - the words that the team wrote, between the store and the texts in memory:
 * read at start and put over the files, changed while the daemon runs, with every version
 * told. One that the linter no longer takes stays in the store: the file's counts, and
 * the team is told. The loop's thread. */
#ifndef RDVD_MESSAGE_TEXT_KEEP_H
#define RDVD_MESSAGE_TEXT_KEEP_H

#include "agenda/territory.h"
#include "message/text_edit.h"

struct loop;
struct store;
struct text_keep;

struct text_keep_options {
	struct store *store;
	/* those in use; asked for each time */
	struct texts *(*texts)(void *ctx);
	const struct territory *(*territory)(void *ctx);
	void *ctx;
};

/* Reads what is kept (blocking, at start) and puts it over the files. NULL: logged. */
struct text_keep *text_keep_new(struct loop *l, const struct text_keep_options *o);
void text_keep_free(struct text_keep *k);
/* Put everything over other texts: the files were read again. */
void text_keep_apply(struct text_keep *k);

/* The texts in use. */
const struct texts *text_keep_texts(const struct text_keep *k);
/* What has become of a place's version: its number, when and by whom; 0 when the file's
 * counts. */
rdvd_id text_keep_version(const struct text_keep *k, const struct text_place *p,
			  rdvd_time *at, const char **actor);

/* OK: kept and in use (or so already); INVALID: the linter refuses it (text_draft_new
 * says why), or there is no such text, organisation or service; STALE: somebody has
 * written another since version; BUSY, UNCERTAIN, FAILED. */
typedef void text_keep_cb(void *arg, enum rdvd_rc rc);
/* Write a version more of a place; source NULL: the file's again. version: the one that
 * was shown, 0 whatever stands there. Strings are copied. Calls back later, or at once
 * when it is refused. */
void text_keep_put(struct text_keep *k, const struct text_place *p, const char *source,
		   rdvd_id version, const char *actor, text_keep_cb *cb, void *arg);

/* The versions of a place, newest first, at most limit; lent for the callback. */
typedef void text_keep_history_cb(void *arg, enum rdvd_rc rc,
				  const struct rdvd_text *items, size_t n);
void text_keep_history(struct text_keep *k, const struct text_place *p, size_t limit,
		       text_keep_history_cb *cb, void *arg);

#endif
