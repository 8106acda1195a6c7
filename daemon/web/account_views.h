/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account_views.h - what these pages show (accounts and rights: log-in's second factor,
 * invitations, sessions, programs, one's own account). Strings are lent for the call and
 * may be NULL. */
#ifndef RDVD_WEB_ACCOUNT_VIEWS_H
#define RDVD_WEB_ACCOUNT_VIEWS_H

#include "web/staff_views.h"

#endif
