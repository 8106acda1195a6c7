/* SPDX-License-Identifier: GPL-3.0-or-later */
/* views.h - the views of the template compiler's sample page. */
#ifndef RDVD_TEST_TEMPLATE_VIEWS_H
#define RDVD_TEST_TEMPLATE_VIEWS_H

#include "http/template.h"

enum sample_kind { SAMPLE_NEAR = 1, SAMPLE_FAR };

struct part_view {
	const char *title;
};

struct slot_view {
	const char *hour;
	const char *url;
	double km;
	unsigned seats;
	bool near;
	enum sample_kind kind;
	char code[8];
	const char *const *tags;
	size_t ntags;
};

struct sample_view {
	struct part_view top;
	const struct part_view *other;
	const char *query;
	const struct slot_view *slots;
	size_t nslots;
	const char *svg_html;
	long n;
	const char *until;
};

TEMPLATE_PAGE(sample, struct sample_view);

#endif
