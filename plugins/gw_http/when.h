/* SPDX-License-Identifier: GPL-3.0-or-later */
/* when.h - the instants that providers write. Pure. */
#ifndef GW_HTTP_WHEN_H
#define GW_HTTP_WHEN_H

#include "preset.h"

/* 0 when text is no instant in that format, or one that no provider can mean (before 2000
 * or after 2100). */
rdvd_time when_parse(const char *text, enum when_format format);

#endif
