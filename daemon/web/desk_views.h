/* SPDX-License-Identifier: GPL-3.0-or-later */
/* desk_views.h - what these pages show (the day at the desk: arrivals, walk-ins, home
 * visits). Strings are lent for the call and may be NULL. */
#ifndef RDVD_WEB_DESK_VIEWS_H
#define RDVD_WEB_DESK_VIEWS_H

#include "web/staff_views.h"

#endif
