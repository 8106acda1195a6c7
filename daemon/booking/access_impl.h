/* SPDX-License-Identifier: GPL-3.0-or-later */
/* access_impl.h - what the access files share: access.c (who there is, loaded and
 * recognised), access_make.c (users, tokens, feeds made), access_login.c (in and out),
 * access_guard.c (delays after failures), access_table.c (a set by hash). */
#ifndef RDVD_BOOKING_ACCESS_IMPL_H
#define RDVD_BOOKING_ACCESS_IMPL_H

#include "base/loop.h"
#include "base/worker.h"
#include "booking/access.h"
#include "store/store.h"

/* A text that is translated later: for xgettext. */
#define N_(msgid) msgid

/* ---- a set of things that begin with their 32-byte hash (access_table.c) ---- */

struct access_table {
	uint8_t **slots; /* things, lent; NULL is free */
	size_t n, size;	 /* size is a power of two */
};

void *access_table_find(const struct access_table *t, const uint8_t hash[RDVD_HASH_SIZE]);
/* The hash must not be there yet. */
void access_table_add(struct access_table *t, void *thing);
/* Returns what was taken out, or NULL. */
void *access_table_take(struct access_table *t, const uint8_t hash[RDVD_HASH_SIZE]);
/* Walk: *i from 0; NULL at the end. Nothing may be added or taken meanwhile. */
void *access_table_next(const struct access_table *t, size_t *i);
void access_table_fini(struct access_table *t);

/* ---- delays (access_guard.c). Pure: monotonic milliseconds are an argument ---- */

struct access_guard;

struct access_guard *access_guard_new(void);
void access_guard_free(struct access_guard *g);
/* How long this login from this address must wait: 0, or milliseconds. */
int64_t access_guard_wait_ms(const struct access_guard *g, const char *login,
			     const char *address, int64_t now_ms);
/* Count an attempt as failed, before its answer is known: many at once gain nothing. */
void access_guard_attempt(struct access_guard *g, const char *login, const char *address,
			  int64_t now_ms);
/* It was right: forget the failures of this login from this address, and remember the
 * address. */
void access_guard_pass(struct access_guard *g, const char *login, const char *address,
		       int64_t now_ms);

/* ---- the whole ---- */

struct access_member { /* a user as the store has it */
	struct access_user user;
	rdvd_id organisation; /* as the account says; 0 none */
	char *password_hash;
	uint8_t *totp; /* the secret of the second factor, sealed; NULL none */
	size_t totp_size;
	int64_t totp_step;
};

struct access_session {
	uint8_t hash[RDVD_HASH_SIZE];
	struct access_member *member;
	rdvd_time created, last_seen, expires;
	rdvd_time saved; /* last_seen as the store has it */
	char device[64];
	int factor; /* the second one was given */
	int has_candidate;
	uint8_t candidate[20]; /* of a second factor that is being made */
};

struct access_invitation {
	struct rdvd_invitation row; /* its strings owned */
};

struct access_program {
	uint8_t hash[RDVD_HASH_SIZE];
	struct access_user user;
	char *label;
	rdvd_time seen, saved; /* the last use, and as the store has it */
};

struct access_feed {
	uint8_t hash[RDVD_HASH_SIZE];
	struct rdvd_feed feed;
};

/* A refusal that is told in the loop's next round. */
struct access_later {
	struct access_later *next;
	struct access_login answer;
	access_login_cb *cb;
	void *arg;
};

struct access {
	struct loop *loop;
	struct store *store;
	struct worker *passwords;
	struct access_options o;
	struct access_surroundings around; /* its key is the one below */
	uint8_t key[SECRET_KEY_SIZE];
	struct access_guard *guard;
	struct access_member **members; /* owned, by login */
	size_t nmembers, members_cap;
	struct access_member **past; /* owned: members that were replaced */
	size_t npast, past_cap;
	struct access_table sessions, programs, feeds; /* things owned */
	struct access_invitation **invitations;	       /* owned, by id */
	size_t ninvitations, invitations_cap;
	struct access_later *later;
	struct loop_timer *later_timer;
	int loading;
};

struct access_member *access_member_find(const struct access *a, const char *login);
struct access_member *access_member_by_id(const struct access *a, rdvd_id id);
/* The user as she is now: her organisation may be her agenda's. */
const struct access_user *access_member_user(const struct access *a,
					     struct access_member *m);
/* Keep u, in the place of the one with its login; sessions follow, or end when
 * drop_sessions. */
void access_member_put(struct access *a, const struct rdvd_user *u, int drop_sessions);
void access_session_add(struct access *a, const struct rdvd_login *l);
/* Write when it was last used; nobody waits. */
void access_program_save(struct access *a, struct access_program *p);
void access_program_add(struct access *a, const struct rdvd_api_token *t);
/* The counsellor's other feed goes. */
void access_feed_add(struct access *a, const struct rdvd_feed *f);
/* Write a session's row, or remove it; nobody waits. */
void access_session_save(struct access *a, struct access_session *s);
void access_session_remove(struct access *a, const uint8_t hash[RDVD_HASH_SIZE],
			   access_cb *cb, void *arg);
/* Begin a session, in one transaction with what also does (may be NULL; it may set *user,
 * and its answer, unless OK, is cb's). Once committed kept is called (may be NULL), then
 * the session stands, then cb. device and replaces may be NULL. */
struct access_start {
	rdvd_id user;
	int factor;
	const char *device;
	const uint8_t *replaces;
	enum rdvd_rc (*also)(const struct rdvd_store_ops *ops, void *st, void *data,
			     rdvd_id *user);
	void (*kept)(struct access *a, void *data);
	void *data; /* freed by cb's owner */
};
typedef void access_begun_cb(void *arg, enum rdvd_rc rc, const struct access_login *r);
/* BUSY: refused at once, cb is not called. r has token, user, stage and verdict OK. */
enum rdvd_rc access_begin(struct access *a, const struct access_start *s,
			  access_begun_cb *cb, void *arg);
/* A verdict for what the store answered. */
enum access_verdict access_verdict_of(enum rdvd_rc rc);
/* Tell it in the loop's next round. */
void access_answer_later(struct access *a, enum access_verdict verdict, int retry_after_s,
			 access_login_cb *cb, void *arg);
enum access_stage access_stage_of(const struct access *a, const struct access_session *s);
void access_invitation_add(struct access *a, const struct rdvd_invitation *i);
void access_invitations_free(struct access *a);
/* n characters of 5 bits each that nobody mixes up on paper, with a dash after each four;
 * and what was typed brought back to that form, without dashes: 0, or -1. */
void access_paper_draw(size_t n, char *out);
int access_paper_read(const char *typed, size_t n, char *out);
/* The row of a member as the store takes it; strings lent. */
void access_member_row(const struct access_member *m, struct rdvd_user *row);
/* Take out the sessions that ended by time. */
void access_session_sweep(struct access *a, rdvd_time now);

#endif
