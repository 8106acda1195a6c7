/* SPDX-License-Identifier: GPL-3.0-or-later */
/* layout.c - see layout.h. No byte outside the block is read, whatever the library did.
 */
#include "http/layout.h"

#include <string.h>

void layout_begin(struct layout *l, struct MHD_Connection *mhd, const char *method)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

	*l = (struct layout){0};
	if (!info || strcmp(MHD_get_version(), "0.9.75") != 0)
		return;
	l->known = 1;
	l->start = method;
	l->end = method + info->header_size;
}

void layout_add(struct layout *l, const char *name, const char *value, size_t len)
{
	const char *at;

	if (!l->known)
		return;
	if (name < l->start || value < name || value > l->end ||
	    len > (size_t)(l->end - value)) {
		l->broken = 1; /* folded: the library joined something elsewhere */
		return;
	}
	at = value + len;
	while (at < l->end && (*at == ' ' || *at == '\t'))
		at++;
	if (l->end - at < 2 || at[0] || at[1]) {
		l->broken = 1;
		return;
	}
	l->next_line = at + 2;
}

int layout_is_whole(const struct layout *l)
{
	const char *at = l->next_line;

	if (!l->known || (!at && !l->broken))
		return 1;
	return !l->broken && l->end - at == 2 && !at[0] && !at[1];
}
