/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agenda_views.h - what these pages show (the agenda: day, week and month, live). Strings
 * are lent for the call and may be NULL. */
#ifndef RDVD_WEB_AGENDA_VIEWS_H
#define RDVD_WEB_AGENDA_VIEWS_H

#include "web/staff_views.h"

#endif
