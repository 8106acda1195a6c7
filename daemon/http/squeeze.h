/* SPDX-License-Identifier: GPL-3.0-or-later */
/* squeeze.h - style sheets, as a browser needs them and no longer than that. */
#ifndef RDVD_HTTP_SQUEEZE_H
#define RDVD_HTTP_SQUEEZE_H

#include <stddef.h>

/* Take remarks and needless blanks out of a style sheet of n bytes, in place; what stands
 * in quotes or in a sum keeps its blanks. Return the new length, n at most. What is no
 * style sheet comes out shorter, too, and never longer. */
size_t squeeze_css(unsigned char *s, size_t n);

#endif
