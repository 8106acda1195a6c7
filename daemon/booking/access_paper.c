/* SPDX-License-Identifier: GPL-3.0-or-later */
/* access_paper.c - codes that are copied from paper: capitals and digits without those
 * that look alike (Crockford's alphabet), in groups of four. Whoever types a small
 * letter, an O for a 0 or no dash is understood. */
#include <string.h>

#include "booking/access_impl.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

void access_paper_draw(size_t n, char *out)
{
	uint8_t bytes[64];

	secret_random(bytes, n < sizeof bytes ? n : sizeof bytes);
	for (size_t i = 0; i < n && i < sizeof bytes; i++) {
		if (i && i % 4 == 0)
			*out++ = '-';
		*out++ = alphabet[bytes[i] & 31];
	}
	*out = '\0';
	explicit_bzero(bytes, sizeof bytes);
}

int access_paper_read(const char *typed, size_t n, char *out)
{
	size_t k = 0;

	for (const char *p = typed; *p; p++) {
		char c = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;

		if (c == ' ' || c == '-')
			continue;
		if (c == 'O')
			c = '0';
		if (c == 'I' || c == 'L')
			c = '1';
		if (k == n || !strchr(alphabet, c))
			return -1;
		out[k++] = c;
	}
	out[k] = '\0';
	return k == n ? 0 : -1;
}
