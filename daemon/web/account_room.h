/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account_room.h - what the files of the account pages share: what is wrong with a form,
 * what a browser is called, words of a refusal, choices of roles and agendas. */
#ifndef RDVD_WEB_ACCOUNT_ROOM_H
#define RDVD_WEB_ACCOUNT_ROOM_H

#include "web/account_views.h"
#include "web/staff_room.h"

#define ACCOUNT_CODE_PATH "/equipe/connexion/code"
#define ACCOUNT_FACTOR_PATH "/equipe/connexion/protection"
#define ACCOUNT_TEAM_PATH "/equipe/reglages/comptes"
#define ACCOUNT_PROGRAMS_PATH "/equipe/reglages/programmes"

/* ---- what is wrong ---- */

struct account_problems {
	struct account_problem items[8];
	size_t n;
};

/* field: the id of its input; text in the request's language. */
void account_wrong(struct account_problems *p, const char *field, const char *text);
/* The sentence for that field, or NULL. */
const char *account_wrong_at(const struct account_problems *p, const char *field);
/* The first field of a form as it was typed, "" when it was not sent. */
const char *account_field(const struct http_request *rq, const char *name);

/* ---- browsers ---- */

/* "Firefox, Linux" of a User-Agent, in out; "" when it is unknown. Pure. */
void account_device(const char *user_agent, char *out, size_t size);
/* Fill an attempt from a request: address, device, present session. hash has
 * SECRET_HASH_SIZE bytes and lives as long. */
void account_attempt(struct http_request *rq, struct access_attempt *at, uint8_t *hash);
/* What a refusal says, in the request's language: WAIT, BUSY, FAILED, GONE. Sets
 * Retry-After; *status is the answer's. */
const char *account_refusal(struct http_request *rq, const struct access_login *r,
			    int *status);
/* Where a session that has just grown goes: its next step, or next. */
void account_go_on(struct http_request *rq, const struct access_login *r,
		   const char *next);

/* ---- choices ---- */

/* The roles that the viewer may give. Returns how many. */
size_t account_role_options(struct http_request *rq, const struct viewer *who,
			    const char *chosen, const struct option_view **out);
/* The organisations in which she may; 0 when there is no choice. chosen: an index;
 * network: "all of them" is one. */
size_t account_organisation_options(struct http_request *rq, const struct staff *st,
				    const struct viewer *who, int chosen, bool network,
				    const struct option_view **out);
/* The name of an organisation of a definition's id; of 0, "tout le réseau". */
const char *account_organisation_name(struct http_request *rq, const struct staff *st,
				      rdvd_id id);
/* The organisation that a form asks for (its id, 0 the network), or the viewer's only
 * one: 0, or -1: none that she may name. */
int account_asked_organisation(const struct http_request *rq, const struct staff *st,
			       const struct viewer *who, rdvd_id *out);

/* A QR code of text as SVG, added to out. */
void account_qr(struct buf *out, const char *text);

/* "https://rdv.example.org", or the address that the browser used. */
const char *account_origin(struct http_request *rq, const struct staff *st);

/* ---- invitations that leave (account_invite.c) ---- */

struct account_invite {
	struct rdvd_invitation row;
	bool printed;
};
/* Keep it and send it, or show the page for the printer; then back to done. */
void account_invite(struct http_request *rq, struct staff *st,
		    const struct account_invite *i, const char *done);

/* The codes on paper of a second factor just made, this once; then on to next (NULL:
 * where she begins). Answers rq. */
void account_show_codes(struct http_request *rq, const struct staff *st,
			const struct access_login *r, const char *next);

/* ---- the fields of an account ---- */

struct account_typed {
	const char *name, *email, *role;
	rdvd_id organisation;
	rdvd_id counsellor; /* 0: none, or to be made */
	bool make_counsellor;
	struct account_problems wrong;
};
/* Read them from the form and judge them: who may give what, whose agenda. email_wanted:
 * there must be one. self: an account's own agenda stays hers (0: a new one). */
void account_read(struct http_request *rq, const struct staff *st,
		  const struct viewer *who, bool email_wanted, rdvd_id self,
		  struct account_typed *out);
/* Fill the fields as they were typed or stand. */
void account_fill(struct http_request *rq, const struct staff *st,
		  const struct viewer *who, const struct account_typed *t, rdvd_id self,
		  struct account_fields *f);

/* A session or a token in a form: the first bytes of its hash, which name it among
 * those of a page and open nothing. */
const char *account_hash_name(struct http_request *rq, const uint8_t *hash);

#endif
