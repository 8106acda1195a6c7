/* SPDX-License-Identifier: GPL-3.0-or-later */
/* service_views.h - what these pages show (settings: kinds of appointment, and the words
 * of messages). Strings are lent for the call and may be NULL. */
#ifndef RDVD_WEB_SERVICE_VIEWS_H
#define RDVD_WEB_SERVICE_VIEWS_H

#include "web/staff_views.h"

#endif
