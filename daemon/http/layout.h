/* SPDX-License-Identifier: GPL-3.0-or-later */
/* layout.h - what libmicrohttpd 0.9.75 does not tell about headers, read from the memory
 * in which it parsed them. That version takes a line with an empty name (": x") for the
 * end of the headers, appends a folded line to the name of the header before it and
 * accepts a bare LF; any of these lets two servers disagree about where a request ends.
 * The library parses in place and writes a NUL over each CR and LF, and the method it
 * hands over is the first byte of the request, so the block's shape is still there. Other
 * versions are not looked at: from 1.0 on the library refuses all this itself. */
#ifndef RDVD_HTTP_LAYOUT_H
#define RDVD_HTTP_LAYOUT_H

#include <microhttpd.h>

struct layout {
	int known;  /* this is the version whose memory we can read */
	int broken; /* a folded line, or a bare LF */
	const char *start, *end, *next_line;
};

/* method as given to the access handler, at its first call for a request. */
void layout_begin(struct layout *l, struct MHD_Connection *mhd, const char *method);
/* Each header in its order. */
void layout_add(struct layout *l, const char *name, const char *value, size_t len);
/* 1 when every line ended in CR LF and the headers in an empty line; always 1 in unknown
 * versions. */
int layout_is_whole(const struct layout *l);

#endif
