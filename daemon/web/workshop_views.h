/* SPDX-License-Identifier: GPL-3.0-or-later */
/* workshop_views.h - what these pages show (workshops and who takes part). Strings are
 * lent for the call and may be NULL. */
#ifndef RDVD_WEB_WORKSHOP_VIEWS_H
#define RDVD_WEB_WORKSHOP_VIEWS_H

#include "web/staff_views.h"

#endif
