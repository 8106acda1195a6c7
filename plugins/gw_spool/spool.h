/* SPDX-License-Identifier: GPL-3.0-or-later */
/* spool.h - inside gw_spool: what its layouts share.
 *
 *   gw_spool.c   the options, the operations, and the layout "files"
 *   smstools.c   the layout "smstools3": what is handed over
 *   returned.c   the same: what has become of it, and what people write
 *   charset.c    the alphabets of its files
 *   deliver.c    a file that appears whole, once */
#ifndef GW_SPOOL_SPOOL_H
#define GW_SPOOL_SPOOL_H

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

#include "rdvd/gateway.h"

#define SPOOL_RETRY_AFTER_S 30 /* a full disk is not emptied in ten seconds */

struct spool {
	const struct rdvd_host *host; /* lent by the daemon */
	char *folder;		      /* owned; absolute */
	int is_smstools;
	int wants_reports;
};

/* ---- deliver.c ---- */

/* A folder that is there: opened, or made and opened. -1 with errno. */
int spool_folder(const char *path);
/* Remove what processes that were killed left half-written. Closes fd. */
void spool_sweep(int fd);
/* Escape s into out as a part of a file's name: letters, digits and @ + - _ . stay (a
 * dot not first), every other byte is %XX. 0, or -1 when it does not fit; out then
 * holds what did, whole. */
int spool_escape(const char *s, char *out, size_t size);
/* And back; 0, or -1: it is no name of ours. */
int spool_unescape(const char *name, char *out, size_t size);

struct delivery {
	int temporary_dir; /* where it is written; of the same file system */
	int dir;	   /* where it appears */
	const char *name;
	const char *bytes;
	size_t n;
	mode_t mode;
	gid_t group; /* (gid_t)-1: ours */
};

/* Bring the bytes into the folder under a name, once. 0, or -1 with errno: it is then not
 * there. */
int spool_deliver(const struct delivery *d);

/* ---- smstools.c and returned.c ---- */

#define SMSTOOLS_PREFIX "rdvd_" /* of our files' names among others' */

enum rdvd_sent smstools_send(struct spool *s, const struct rdvd_message *m,
			     struct rdvd_receipt *receipt);
enum rdvd_rc smstools_poll(struct spool *s, rdvd_event_cb *cb, void *arg);
void smstools_settle(struct spool *s, const char *ack);

/* ---- charset.c ---- */

/* 1: every character of the UTF-8 text stands both in the alphabet of an SMS and in
 * ISO-8859-15. */
int text_fits_latin9(const char *text);
/* Write the text in ISO-8859-15, or in UCS-2 (UTF-16, big endian). out has room for 2 *
 * strlen(text) bytes. Returns the length. */
size_t text_to_latin9(const char *text, char *out);
size_t text_to_ucs2(const char *text, char *out);
/* A file's text by its Alphabet, as UTF-8; out has room for 3 * n + 1 bytes. What is
 * declared as ISO but is UTF-8, as newer versions write it, is taken for that. */
void text_from_file(const char *alphabet, const char *bytes, size_t n, char *out);

#endif
