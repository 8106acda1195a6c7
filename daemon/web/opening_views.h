/* SPDX-License-Identifier: GPL-3.0-or-later */
/* opening_views.h - what these pages show (settings: permanences, their occurrences, and
 * changes that touch people). Strings are lent for the call and may be NULL. */
#ifndef RDVD_WEB_OPENING_VIEWS_H
#define RDVD_WEB_OPENING_VIEWS_H

#include "web/staff_views.h"

#endif
