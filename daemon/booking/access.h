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
	/* A letter was kept: look whether it can leave. May be NULL */
	void (*letter_kept)(void *ctx);
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
const struct access_user *access_token_find(struct access *a,
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
	ACCESS_GONE,   /* of an invitation: used, taken back, expired */
	ACCESS_TAKEN,  /* of a new login: somebody has it */
};

/* How far a session has come. Only a full one is anybody's: access_session_find. */
enum access_stage {
	ACCESS_NOBODY,
	ACCESS_NEEDS_CODE,   /* the password was right; the second factor comes next */
	ACCESS_NEEDS_FACTOR, /* an administrator who has none yet, and must make one */
	ACCESS_FULL,
};

#define ACCESS_CODE_CHARS 16 /* of a printed code with its dashes, and the NUL */

struct access_login {
	enum access_verdict verdict;
	const struct access_user *user; /* with OK */
	const char *token; /* with OK: for http_session_cookie; lent for the callback */
	int64_t max_age_s; /* with OK: of the cookie */
	int retry_after_s; /* with WAIT */
	enum access_stage stage; /* with OK: what the session still needs */
	/* Of a new second factor: the codes that stand for it, shown this once. */
	const char (*codes)[ACCESS_CODE_CHARS];
	size_t ncodes;
};
typedef void access_login_cb(void *arg, const struct access_login *r);

/* Check a password and begin a session with a new token, committed before cb is called
 * (from the loop, never from within this call). An unknown login takes as long as a wrong
 * password. Failures make the next attempt of this login from this address wait: 1 s
 * after the fifth, doubled each time, 5 minutes at most, forgotten after an hour; the
 * address and the login alone are slowed too, more gently, the login not for addresses it
 * has come from before. Judged by monotonic time. replaces is the hash of the session
 * that the browser had, which ends; or NULL. */
struct access_attempt {
	const char *address;	 /* of the browser */
	const char *device;	 /* "Firefox, Linux"; NULL unknown */
	const uint8_t *replaces; /* hash of the browser's session, or NULL */
};
void access_login(struct access *a, const char *login, const char *password,
		  const struct access_attempt *at, access_login_cb *cb, void *arg);

/* ---- the second factor (access_factor.c) ---- */

/* The stage of the session of this hash, and whose it is (NULL with NOBODY). */
enum access_stage access_session_stage(struct access *a,
				       const uint8_t hash[RDVD_HASH_SIZE],
				       const struct access_user **user);
/* The code of the application, or one of those on paper, for a session that needs it:
 * once it is right the session counts, under a new token. Guessing is slowed as for
 * passwords, by login and address. at->replaces is the session. */
void access_factor(struct access *a, const char *code, const struct access_attempt *at,
		   access_login_cb *cb, void *arg);
/* The secret with which a second factor is being made: drawn once a session. 0, or -1:
 * no such session. */
int access_totp_draw(struct access *a, const uint8_t hash[RDVD_HASH_SIZE],
		     uint8_t secret[20]);
/* Make it the second factor: its first code proves that the application has it. With OK
 * codes are those on paper. WRONG: the code is. */
void access_totp_set(struct access *a, const char *code, const struct access_attempt *at,
		     access_login_cb *cb, void *arg);
/* Other codes on paper for the session's user, instead of those there were. */
void access_recovery_renew(struct access *a, const struct access_attempt *at,
			   access_login_cb *cb, void *arg);
/* The second factor of a user goes; with end_sessions 1 her sessions too. NOT_FOUND. */
typedef void access_cb(void *arg, enum rdvd_rc rc);
void access_totp_drop(struct access *a, const char *login, int end_sessions,
		      access_cb *cb, void *arg);

/* ---- one's own sessions and password (access_session.c, access_password.c) ---- */

struct access_session_row {
	uint8_t hash[RDVD_HASH_SIZE];
	const char *device;
	rdvd_time created, last_seen;
};
/* The user's sessions that count, the latest seen first, at most max. */
size_t access_session_list(const struct access *a, rdvd_id user,
			   struct access_session_row *out, size_t max);
/* End those of the user but the one of this hash (NULL: all). */
void access_session_end_others(struct access *a, rdvd_id user, const uint8_t *but);
/* Prove that it is she who sits there: her password, weighed as at log-in. OK begins
 * nothing. */
void access_prove(struct access *a, const char *login, const char *password,
		  const struct access_attempt *at, access_login_cb *cb, void *arg);
/* Another password for the user of at->replaces, a full session: present is weighed, the
 * others of her sessions end, and this one goes on under a new token. fresh was checked
 * by password_check. */
void access_password(struct access *a, const char *present, const char *fresh,
		     const struct access_attempt *at, access_login_cb *cb, void *arg);
/* End the session of this hash at once, in the store too; cb (may be NULL) once
 * committed. */
void access_logout(struct access *a, const uint8_t hash[RDVD_HASH_SIZE], access_cb *cb,
		   void *arg);

/* ---- making ---- */

struct access_new_user {
	const char *login;    /* ^[a-z0-9][a-z0-9._@-]{0,63}$ */
	const char *password; /* see password.h; NULL: the present one stays (an existing
				 login) */
	const char *role;
	rdvd_id organisation, counsellor;
	int disabled;
	const char *name, *email; /* NULL: as they are; "" of a new one */
};
/* Why these values are refused, a sentence in French (a msgid), or NULL; *field is then
 * "login", "password" or "role". */
const char *access_user_check(const struct access *a, const struct access_new_user *u,
			      const char **field);
/* A login, an e-mail address as they must be: for forms that say so beside the field. */
int access_login_is_valid(const char *s);
int access_email_is_valid(const char *s);
/* Add a user or replace the one with that login; a new password or disabling ends the
 * user's sessions. rc: OK, INVALID (as access_user_check says), BUSY, FAILED. */
void access_user_put(struct access *a, const struct access_new_user *u, access_cb *cb,
		     void *arg);

/* 1 when nobody else could administer what the user administers: her organisation, or the
 * network. */
int access_is_last_admin(const struct access *a, const struct access_user *u);

/* ---- invitations (access_invitation.c) ---- */

/* Draw what an invitation is known by: a link's token, or a code to be copied from paper
 * ("4K7M-92TX-HD3P"). */
void access_invitation_draw(int printed, char out[SECRET_TOKEN_CHARS + 1]);
/* Keep it with its letter (NULL: it is printed), committed before cb. i's id, hash,
 * created and expires are filled in here; an older one for the same user ends. */
void access_invite(struct access *a, const struct rdvd_invitation *i, const char *secret,
		   const struct rdvd_letter *letter, access_cb *cb, void *arg);
/* Those that stand, by id: i from 0; NULL at the end. */
const struct rdvd_invitation *access_invitation_at(const struct access *a, size_t i);
/* The one of a link or a code, however it was typed; NULL: none, or *wait_s seconds to
 * wait: guessing is slowed. Of a user who is disabled: none. */
const struct rdvd_invitation *access_invitation_find(struct access *a, const char *secret,
						     const char *address, int *wait_s);
/* Take it back. */
void access_invitation_end(struct access *a, rdvd_id id, access_cb *cb, void *arg);
/* Make the account, or give it its new password, and begin a session; everything else of
 * hers ends. login and name are of a new account. GONE, TAKEN, or as a log-in. */
void access_invitation_accept(struct access *a, rdvd_id id, const char *login,
			      const char *name, const char *password,
			      const struct access_attempt *at, access_login_cb *cb,
			      void *arg);

/* ---- programs and feeds ---- */

struct access_program_row {
	uint8_t hash[RDVD_HASH_SIZE];
	const char *label, *role;
	rdvd_id organisation;
	rdvd_time created, seen; /* seen: to a few minutes; 0 never */
};
/* Those that count, the newest first, at most max. */
size_t access_program_list(const struct access *a, struct access_program_row *out,
			   size_t max);
/* It counts no more from now on. NOT_FOUND. */
void access_token_revoke(struct access *a, const uint8_t hash[RDVD_HASH_SIZE],
			 access_cb *cb, void *arg);

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
