/* SPDX-License-Identifier: GPL-3.0-or-later */
/* edit_impl.h - inside the edits. */
#ifndef RDVD_BOOKING_EDIT_IMPL_H
#define RDVD_BOOKING_EDIT_IMPL_H

#include "booking/remake.h"

/* Retire or change what refers to the objects that r retires: sites, counsellors,
 * services and closures of an organisation; openings at a site; openings that keep no
 * counsellor or no service; closures of a site or a counsellor. An occurrence moved to
 * what is gone is cancelled. In a reader's thread. */
void edit_cascade(struct remake *r);

#endif
