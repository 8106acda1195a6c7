/* SPDX-License-Identifier: GPL-3.0-or-later */
/* transfer_views.h - what these pages show (settings: the territory file, out and in).
 * Strings are lent for the call and may be NULL. */
#ifndef RDVD_WEB_TRANSFER_VIEWS_H
#define RDVD_WEB_TRANSFER_VIEWS_H

#include "web/staff_views.h"

/* One field of an object, before and after. */
struct transfer_field {
	const char *name, *before, *after;
};

/* One object that differs. */
struct transfer_object {
	const char *name, *slug;
	struct staff_tag sign; /* "ajouté", "changé", "retiré" */
	const struct transfer_field *fields;
	size_t nfields;
};

/* The objects of one kind. */
struct transfer_group {
	const char *title; /* "Lieux" */
	const struct transfer_object *objects;
	size_t nobjects;
	const char *more; /* how many are not shown */
};

struct transfer_file_view {
	struct layout layout;
	struct staff_said said;
	const char *error; /* of the file field */
	const char *const *mistakes;
	size_t nmistakes;
	const char *csrf, *out_url;
};

struct transfer_check_view {
	struct layout layout;
	const char *heading, *sum;
	const struct transfer_group *groups;
	size_t ngroups;
	const char *outside; /* the appointments that would lose their opening */
	const char *csrf, *content, *name, *back_url;
	bool none; /* nothing differs */
};

TEMPLATE_PAGE(transfer_file, struct transfer_file_view);
TEMPLATE_PAGE(transfer_check, struct transfer_check_view);

#endif
