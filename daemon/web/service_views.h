/* SPDX-License-Identifier: GPL-3.0-or-later */
/* service_views.h - what these pages show (settings: kinds of appointment, and the words
 * of messages). Strings are lent for the call and may be NULL. */
#ifndef RDVD_WEB_SERVICE_VIEWS_H
#define RDVD_WEB_SERVICE_VIEWS_H

#include "web/setting_views.h"

/* ---- kinds of appointment ---- */

struct service_row {
	const char *name, *url, *copy_url, *colour;
	const char *duration, *who, *where, *owner;
	bool dry; /* nothing offers it */
};

struct service_list_view {
	struct layout layout;
	struct staff_said said;
	const struct service_row *rows;
	size_t nrows;
	const char *new_url;
	bool may_change, owners;
};

struct service_colour {
	const char *value, *text;
	bool selected;
};

/* A group of fields that is folded away until it is needed. */
struct service_fold {
	const char *legend;
	bool open, filled;
	const struct setting_input *inputs;
	size_t ninputs;
};

struct service_view {
	struct layout layout;
	struct staff_said said;
	const char *heading, *csrf, *action, *retire_action;
	const struct problem_view *problems;
	size_t nproblems;
	struct setting_form_view form; /* what it is; the rest is folded */
	const struct service_fold *folds, *asks;
	size_t nfolds, nasks;
	const struct hidden_view *hidden;
	size_t nhidden;
	const struct option_view *organisations;
	size_t norganisations;
	const struct service_colour *colours;
	size_t ncolours;
	const struct option_view *openings;
	size_t nopenings;
	/* the public's card */
	const char *card, *card_note;
	bool hidden_card; /* the public does not see it */
};

/* ---- texts of messages ---- */

struct service_text_form {
	const char *url, *text;
	bool changed; /* the team's own words stand there */
};

struct service_text_kind {
	const char *title, *when;
	const struct service_text_form *forms, *numbered; /* numbered: one a reminder */
	size_t nforms, nnumbered;
};

struct service_text_group {
	const char *title;
	const struct service_text_kind *kinds;
	size_t nkinds;
	const struct service_text_form *singles; /* those with one form, by their title */
	size_t nsingles;
};

struct service_texts_view {
	struct layout layout;
	struct staff_said said;
	const struct option_view *owners, *services;
	size_t nowners, nservices;
	const struct link_view *languages_of; /* tabs */
	size_t nlanguages_of;
	const char *language;
	const struct service_text_group *groups;
	size_t ngroups;
};

/* A text as a telephone, or a mailbox, shows it. */
struct service_sample {
	const char *title, *subject, *body, *size;
	bool email, bad;
};

struct service_version {
	const char *when, *who, *body, *value;
	bool current, file;
};

struct service_field_view {
	const char *text, *what;
	bool told;
};

struct service_text_view {
	struct layout layout;
	struct staff_said said;
	const char *heading, *whose, *back_url, *action, *preview_url, *csrf;
	const char *source, *rows;
	const struct problem_view *problems; /* the linter's */
	size_t nproblems;
	const struct service_sample *samples;
	size_t nsamples;
	const struct service_version *versions;
	size_t nversions;
	const struct service_field_view *fields;
	size_t nfields;
	const char *version;	     /* shown, for the next save */
	const char *language, *lang; /* in words; the code */
	const char *subject;
	bool kept, has_file, may_change, email;
	bool inherited; /* the words are another's, until some are kept here */
};

/* What a preview answers with. */
struct service_preview_view {
	const struct problem_view *problems;
	size_t nproblems;
	const struct service_sample *samples;
	size_t nsamples;
};

TEMPLATE_PAGE(service_list, struct service_list_view);
TEMPLATE_PAGE(service_type, struct service_view);
TEMPLATE_PAGE(service_texts, struct service_texts_view);
TEMPLATE_PAGE(service_text, struct service_text_view);
TEMPLATE_PAGE(service_preview, struct service_preview_view);

#endif
