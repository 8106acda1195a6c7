/* SPDX-License-Identifier: GPL-3.0-or-later */
/* late.h - when somebody who writes that they are late will be there. Pure. */
#ifndef RDVD_TALK_LATE_H
#define RDVD_TALK_LATE_H

#include "agenda/civil.h"

/* From a text that says so, an appointment's start and the moment at which it was
 * written, all on one wall: when they will be there, never before the moment nor the
 * start. The start itself when the text does not tell, or tells what cannot be. */
civil_time late_expected(const char *text, civil_time start, civil_time now);

#endif
