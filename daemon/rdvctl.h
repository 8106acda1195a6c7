/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rdvctl.h - what the files of the command line share:
 *
 *   rdvctl.c        options, the table of verbs, help
 *   rdvctl_flag.c   a verb's flags: parsed by a table, turned into a query or a JSON body
 *   rdvctl_call.c   one request over the local socket, and what a refusal says
 *   rdvctl_table.c  rows for people: columns aligned, whatever the alphabet
 *   rdvctl_book.c   slots, book, appointments, outcome, waiting, sms-in
 *   rdvctl_watch.c  messages, inbox, notices, gateways
 *   rdvctl_user.c   user, token
 *   rdvctl_admin.c  import, bounce, export, backup, check, status */
#ifndef RDVD_RDVCTL_H
#define RDVD_RDVCTL_H

#include <jansson.h>
#include <stddef.h>

#include "base/buf.h"

enum ctl_exit {
	CTL_DONE = 0,
	CTL_REFUSED = 1,     /* the daemon said no, or found a problem */
	CTL_USAGE = 2,	     /* the command line is wrong */
	CTL_UNREACHABLE = 3, /* no daemon answers at the socket */
};

#define CTL_FLAGS_MAX 24
#define CTL_WORDS_MAX 4

enum ctl_kind { CTL_TEXT, CTL_NUMBER, CTL_SWITCH };

/* One flag of a verb: --name VALUE. key is the query parameter, or the member's path in
 * the body
 * ("person.first_name"); NULL: the verb reads it itself. */
struct ctl_flag {
	const char *name;
	const char *key;
	enum ctl_kind kind;
	const char *help;
};

struct ctl;

struct ctl_verb {
	const char *name;
	const char *words;	      /* what stands after the verb: "FILE" */
	int nwords;		      /* how many are required */
	const struct ctl_flag *flags; /* ends with a NULL name; or NULL */
	const char *help;
	int (*run)(struct ctl *c);
};

struct ctl {
	const char *socket;
	int json; /* print what the daemon answered, as it is */
	const struct ctl_verb *verb;
	const char *words[CTL_WORDS_MAX];
	int nwords;
	const char
		*values[CTL_FLAGS_MAX]; /* by flag; NULL: not given; "1" for a switch */
};

/* ---- flags ---- */

/* Read the verb's words and flags from argv (verb excluded). 0, or CTL_USAGE and it was
 * said. */
int ctl_flags_parse(struct ctl *c, int argc, char **argv);
/* The value of --name, or NULL. */
const char *ctl_value(const struct ctl *c, const char *name);
/* "?from=...&to=..." of the flags that have a key; "" when none was given. */
void ctl_query(const struct ctl *c, struct buf *out);
/* The same as a JSON object; a new reference. */
json_t *ctl_body(const struct ctl *c);
/* Set o.a.b = v (v is taken). */
void ctl_set(json_t *o, const char *path, json_t *v);

/* ---- calls ---- */

/* Ask and read the whole answer. 0 when the status is 2xx; else it was said on stderr and
 * the exit status is returned. body NULL: none. out may be NULL. */
int ctl_call(const struct ctl *c, const char *method, const char *path, const char *type,
	     const void *body, size_t len, struct buf *out);
/* The same with a JSON body (borrowed, may be NULL) and a JSON answer (a new reference,
 * may be NULL). */
int ctl_json(const struct ctl *c, const char *method, const char *path,
	     const json_t *body, json_t **out);
/* The same, the answer straight to stdout as it comes. */
int ctl_stream(const struct ctl *c, const char *path);
/* Every page of a list: the rows of member key, joined; a new reference in out. path may
 * have a query. */
int ctl_pages(const struct ctl *c, const char *path, const char *key, json_t **out);
/* Print a JSON value, indented, with a line's end. */
void ctl_print_json(const json_t *v);

/* ---- tables ---- */

struct ctl_table;
struct ctl_table *ctl_table_new(const char *const *heads, size_t ncolumns);
/* The next cell, row by row; copied; NULL is empty. Control characters become spaces. */
void ctl_table_add(struct ctl_table *t, const char *cell);
void ctl_table_add_int(struct ctl_table *t, long long n);
/* Print and free. none is said instead when there is no row. */
void ctl_table_print(struct ctl_table *t, const char *none);

/* ---- rows (rdvctl_book.c) ---- */

/* A member's text, "" when there is none. */
const char *ctl_text(const json_t *o, const char *key);
/* A cell: "2026-03-23T13:30:00+01:00" becomes "2026-03-23 13:30". */
void ctl_add_when(struct ctl_table *t, const char *instant);
/* A person's names, as one cell. */
void ctl_add_name(struct ctl_table *t, const json_t *person);
/* A list, all its pages; printed as {key: rows, next: null} or by print. */
int ctl_list(const struct ctl *c, const char *path, const char *key,
	     void (*print)(const json_t *rows));

/* ---- verbs ---- */

int ctl_slots(struct ctl *c);
int ctl_book(struct ctl *c);
int ctl_appointments(struct ctl *c);
int ctl_outcome(struct ctl *c);
int ctl_messages(struct ctl *c);
int ctl_inbox(struct ctl *c);
int ctl_notices(struct ctl *c);
int ctl_gateways(struct ctl *c);
int ctl_waiting(struct ctl *c);
int ctl_sms_in(struct ctl *c);
int ctl_bounce(struct ctl *c);
int ctl_import(struct ctl *c);
int ctl_export(struct ctl *c);
int ctl_user(struct ctl *c);
int ctl_token(struct ctl *c);
int ctl_backup(struct ctl *c);
int ctl_check(struct ctl *c);
int ctl_status(struct ctl *c);

extern const struct ctl_flag ctl_slots_flags[], ctl_book_flags[],
	ctl_appointments_flags[], ctl_outcome_flags[], ctl_messages_flags[],
	ctl_inbox_flags[], ctl_notices_flags[], ctl_waiting_flags[], ctl_import_flags[],
	ctl_export_flags[], ctl_user_flags[], ctl_token_flags[];

#endif
