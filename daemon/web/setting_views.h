/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setting_views.h - what these pages show (settings: the page of them, the organisation,
 * sites, closures, the first run). Strings are lent for the call and may be NULL. */
#ifndef RDVD_WEB_SETTING_VIEWS_H
#define RDVD_WEB_SETTING_VIEWS_H

#include "web/staff_views.h"

#endif
