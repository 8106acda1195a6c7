/* SPDX-License-Identifier: GPL-3.0-or-later */
/* transfer_views.h - what these pages show (settings: the territory file, out and in).
 * Strings are lent for the call and may be NULL. */
#ifndef RDVD_WEB_TRANSFER_VIEWS_H
#define RDVD_WEB_TRANSFER_VIEWS_H

#include "web/staff_views.h"

#endif
