/* SPDX-License-Identifier: GPL-3.0-or-later */
/* email.h - the HTML of an e-mail, made from its text, so that both always say the same:
 * paragraphs, line ends, and links; one that stands alone on a line is a button. Inline
 * style that mail programs keep, nothing fetched from anywhere. Pure. */
#ifndef RDVD_MESSAGE_EMAIL_H
#define RDVD_MESSAGE_EMAIL_H

#include "base/buf.h"

/* Append a whole HTML document. lang: "fr", "en"...; title: the subject. */
void email_html(struct buf *out, const char *title, const char *text, const char *lang);

#endif
