/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account_views.h - what these pages show (accounts and rights: log-in's second factor,
 * invitations, sessions, programs, one's own account). Strings are lent for the call and
 * may be NULL. */
#ifndef RDVD_WEB_ACCOUNT_VIEWS_H
#define RDVD_WEB_ACCOUNT_VIEWS_H

#include "web/staff_views.h"

/* What is wrong, on top of a form (pages/_account_problems.html): the id of the field,
 * and the sentence that stands beside it too. */
struct account_problem {
	const char *field, *text;
};

/* The second step of the log-in. */
struct account_code_view {
	struct layout layout;
	const struct account_problem *problems;
	size_t nproblems;
	const char *action, *next, *error, *again; /* again: where to start anew */
};

/* A second factor is being made. */
struct account_factor_view {
	struct layout layout;
	const struct account_problem *problems;
	size_t nproblems;
	const char *action, *next, *error;
	const char *present_error; /* of the password, when it is asked for */
	const char *qr_html;	   /* the picture, SVG */
	const char *secret;	   /* to type, in groups of four */
	bool required, exists;
	const char *back; /* NULL: there is nowhere to go back to */
};

/* The codes on paper, shown once. */
struct account_codes_view {
	struct layout layout;
	const struct link_view *codes; /* text alone */
	size_t ncodes;
	const char *login, *when, *next;
};

struct account_session_view {
	const char *device, *since, *seen, *id;
	bool here;
};

/* One's own account. */
struct account_own_view {
	struct layout layout;
	struct staff_said said;
	const struct account_problem *problems;
	size_t nproblems;
	const char *csrf;
	const char *name, *login, *role, *organisation, *agenda;
	const char *present_error, *fresh_error;
	bool has_factor, factor_required, factor_advised;
	int recovery_left;
	const char *recovery_error, *drop_error;
	const struct account_session_view *sessions;
	size_t nsessions;
	bool others; /* there are other sessions */
	bool feed;   /* there is an agenda to be read */
};

/* An invitation, to whoever holds its link or code. */
struct account_invitation_view {
	struct layout layout;
	const struct account_problem *problems;
	size_t nproblems;
	const char *action, *code, *code_error; /* the code still has to be typed */
	bool known;				/* the invitation stands */
	bool fresh;				/* an account is to be made */
	const char *login, *name, *login_error, *name_error, *password_error;
	const char *role, *organisation, *until;
};

struct account_member_row {
	const char *name, *login, *role, *organisation, *agenda, *seen, *url, *id;
	bool factor, disabled, self, mine; /* mine: the viewer may change it */
	const char *until, *email;	   /* of an invitation */
};

/* The fields that an invitation and an account share. */
struct account_fields {
	const char *name, *email, *name_error, *email_error, *role_error, *agenda_error,
		*organisation_error;
	const struct option_view *roles, *organisations, *agendas;
	size_t nroles, norganisations, nagendas;
};

/* Who has an account. */
struct account_team_view {
	struct layout layout;
	struct staff_said said;
	const struct account_problem *problems;
	size_t nproblems;
	const char *csrf;
	const struct account_member_row *rows, *invitations;
	size_t nrows, ninvitations;
	bool several; /* organisations */
	bool email;   /* an invitation can go by e-mail */
	struct account_fields f;
};

/* One account. */
struct account_member_view {
	struct layout layout;
	struct staff_said said;
	const struct account_problem *problems;
	size_t nproblems;
	const char *csrf, *heading, *login, *url, *seen;
	bool self, disabled, factor, email, last;
	struct account_fields f;
};

/* A code for the printer. */
struct account_paper_view {
	struct layout layout;
	const char *name, *address, *code, *until, *organisation;
	bool password; /* for another password, not for an account */
};

struct account_program_view {
	const char *label, *role, *organisation, *since, *seen, *id;
};

/* Programs and their tokens. */
struct account_programs_view {
	struct layout layout;
	struct staff_said said;
	const struct account_problem *problems;
	size_t nproblems;
	const char *csrf, *token, *label, *label_error, *role_error;
	const struct account_program_view *rows;
	size_t nrows;
	const struct option_view *roles, *organisations;
	size_t nroles, norganisations;
};

TEMPLATE_PAGE(account_code, struct account_code_view);
TEMPLATE_PAGE(account_codes, struct account_codes_view);
TEMPLATE_PAGE(account_factor, struct account_factor_view);
TEMPLATE_PAGE(account_invitation, struct account_invitation_view);
TEMPLATE_PAGE(account_member, struct account_member_view);
TEMPLATE_PAGE(account_own, struct account_own_view);
TEMPLATE_PAGE(account_paper, struct account_paper_view);
TEMPLATE_PAGE(account_programs, struct account_programs_view);
TEMPLATE_PAGE(account_team, struct account_team_view);

#endif
