/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figure_views.h - what these pages show (what needs a hand today, rates, counts, charts
 * and tables). Strings are lent for the call and may be NULL. */
#ifndef RDVD_WEB_FIGURE_VIEWS_H
#define RDVD_WEB_FIGURE_VIEWS_H

#include "web/staff_views.h"

#endif
