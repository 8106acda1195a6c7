/* SPDX-License-Identifier: GPL-3.0-or-later */
/* theme.h - an organisation's accent colour, made safe to read. Pure. */
#ifndef RDVD_WEB_THEME_H
#define RDVD_WEB_THEME_H

#include "base/buf.h"

/* Write the small stylesheet of an accent such as "#0b5d4e": the colour itself by day
 * when text in it, and white on it, reach 4.5:1 against every ground of the pages, else
 * darkened until they do; lightened until they do by night. 0; -1 (nothing written) when
 * accent is not a colour: the preset stays. */
int theme_css(const char *accent, struct buf *out);

/* The colours that theme_css writes for text by day and by night, 0xRRGGBB. 0, or -1 as
 * above. */
int theme_colours(const char *accent, unsigned *day, unsigned *night);

/* The contrast ratio of two colours 0xRRGGBB, 1 to 21 (WCAG 2.2, relative luminance). */
double theme_contrast(unsigned a, unsigned b);

#endif
