/* SPDX-License-Identifier: GPL-3.0-or-later */
/* access.h - who may come in: members of staff and their sessions, bearer tokens of
 * programs, secret addresses of calendar feeds. All of it stands in memory, so that a
 * request is recognised by one look in a hash table; every change is a store job, and
 * memory follows once it is committed. Tokens are 128 random bits, known here and in the
 * store by their SHA-256 only: what was not written down when it was made can be
 * replaced, not read again. Everything runs in the loop's thread; passwords are weighed
 * in a worker's. */
#ifndef RDVD_BOOKING_ACCESS_H
#define RDVD_BOOKING_ACCESS_H

#include <stddef.h>
#include <stdint.h>

#include "base/secret.h"
#include "rdvd/store.h"

struct access;
struct loop;
struct store;
struct worker;

/* A member of staff, or a program that came with a bearer token. Lent; a change makes a
 * new one and the old one stays readable until access_free. */
struct access_user {
	rdvd_id id;	      /* 0: a program */
	const char *login;    /* for the audit trail; "token:LABEL" of a program */
	const char *role;     /* its word: see rights.h */
	rdvd_id organisation; /* 0: the network. Who only has an agenda is in its
				 counsellor's organisation, as the territory now says */
	rdvd_id counsellor;   /* the definition's id of her agenda; 0 none */
	int disabled;
	rdvd_time created;
	const char *name; /* as colleagues read it; "" */
	const char *email;
	int own_organisation; /* 1: hers by her account, not by her agenda */
	int has_totp;	      /* a second factor stands */
	int recovery_left;    /* codes that stand for it and were not used */
	rdvd_time seen;	      /* the last log-in; 0 never */
	int revoked;	      /* of a program: counts no more */
};

struct access_options {
	int64_t idle_s;	    /* a session unused so long has ended; 0: 4 hours */
	int64_t absolute_s; /* and any session after this; 0: 12 hours */
};

/* Load all from the store (blocking, at start). passwords is the worker whose threads
 * weigh passwords; both are lent. NULL: logged. */
struct access *access_new(struct loop *l, struct store *s, struct worker *passwords,
			  const struct access_options *o);
/* What stands around: before requests come. */
struct access_surroundings {
	const uint8_t *key; /* SECRET_KEY_SIZE bytes, copied: seals and keys hashes */
	/* A counsellor's organisation (definition ids), 0 none; from memory. */
	rdvd_id (*organisation_of)(void *ctx, rdvd_id counsellor);
	void *ctx;
	/* 1: a second factor is advised to administrators, not required: where nobody is
	 * real */
	int factor_advised;
};
void access_surround(struct access *a, const struct access_surroundings *s);
/* Other limits of time; sessions that have begun keep their end, but for idleness. */
void access_tune(struct access *a, const struct access_options *o);
/* Once the workers are drained. NULL is fine. */
void access_free(struct access *a);

/* ---- recognising ---- */

/* The user of the session whose token has this hash, or NULL: unknown, idle too long,
 * ended, disabled. Counts as a sign of life. */
const struct access_user *access_session_find(struct access *a,
					      const uint8_t hash[RDVD_HASH_SIZE]);
/* The program with the bearer token of this hash, or NULL. */
const struct access_user *access_token_find(const struct access *a,
					    const uint8_t hash[RDVD_HASH_SIZE]);
/* By login; NULL: unknown. Disabled ones are found too. */
const struct access_user *access_user_find(const struct access *a, const char *login);
/* Every user in the order of logins: i from 0; NULL at the end. */
const struct access_user *access_user_at(const struct access *a, size_t i);

/* ---- logging in and out ---- */

enum access_verdict {
	ACCESS_OK = 0,
	ACCESS_WRONG,  /* the login or the password: never said which */
	ACCESS_WAIT,   /* too many failures: again after retry_after_s. Never for good */
	ACCESS_BUSY,   /* too much to do: again in a moment */
	ACCESS_FAILED, /* the store cannot write: 503 */
};

struct access_login {
	enum access_verdict verdict;
	const struct access_user *user; /* with OK */
	const char *token; /* with OK: for http_session_cookie; lent for the callback */
	int64_t max_age_s; /* with OK: of the cookie */
	int retry_after_s; /* with WAIT */
};
typedef void access_login_cb(void *arg, const struct access_login *r);

/* Check a password and begin a session with a new token, committed before cb is called
 * (from the loop, never from within this call). An unknown login takes as long as a wrong
 * password. Failures make the next attempt of this login from this address wait: 1 s
 * after the fifth, doubled each time, 5 minutes at most, forgotten after an hour; the
 * address and the login alone are slowed too, more gently, the login not for addresses it
 * has come from before. Judged by monotonic time. replaces is the hash of the session
 * that the browser had, which ends; or NULL. */
void access_login(struct access *a, const char *login, const char *password,
		  const char *address, const uint8_t *replaces, access_login_cb *cb,
		  void *arg);

typedef void access_cb(void *arg, enum rdvd_rc rc);
/* End the session of this hash at once, in the store too; cb (may be NULL) once
 * committed. */
void access_logout(struct access *a, const uint8_t hash[RDVD_HASH_SIZE], access_cb *cb,
		   void *arg);

/* ---- making ---- */

struct access_new_user {
	const char *login;    /* ^[a-z0-9][a-z0-9._@-]{0,63}$ */
	const char *password; /* 10 to 256 bytes; NULL: the present one stays (an existing
				 login) */
	const char *role;
	rdvd_id organisation, counsellor;
	int disabled;
};
/* Why these values are refused, a sentence in French (a msgid), or NULL; *field is then
 * "login", "password" or "role". */
const char *access_user_check(const struct access *a, const struct access_new_user *u,
			      const char **field);
/* Add a user or replace the one with that login; a new password or disabling ends the
 * user's sessions. rc: OK, INVALID (as access_user_check says), BUSY, FAILED. */
void access_user_put(struct access *a, const struct access_new_user *u, access_cb *cb,
		     void *arg);

/* organisation 0: the network's. token is lent for the callback and never to be had
 * again. rc: OK, INVALID, BUSY,
 * FAILED. */
typedef void access_token_cb(void *arg, enum rdvd_rc rc, const char *token);
/* A bearer token. label: for people and the audit trail, at most 64 bytes; "" allowed. */
void access_token_add(struct access *a, const char *role, rdvd_id organisation,
		      const char *label, access_token_cb *cb, void *arg);

/* ---- secret calendar addresses: at most one a counsellor ---- */

/* Make the counsellor's feed (a definition's id), replacing the one there was, whose
 * address dies. The address is /cal/TOKEN.ics. */
void access_feed_put(struct access *a, rdvd_id counsellor, int with_names,
		     access_token_cb *cb, void *arg);
/* The feed with this token's hash (secret_token_hash), or the counsellor's; NULL: none.
 */
const struct rdvd_feed *access_feed_find(const struct access *a,
					 const uint8_t hash[RDVD_HASH_SIZE]);
const struct rdvd_feed *access_feed_of(const struct access *a, rdvd_id counsellor);

/* Sessions alive, for the metrics. */
size_t access_sessions(const struct access *a);

#endif
