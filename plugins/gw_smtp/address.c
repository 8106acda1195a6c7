/* SPDX-License-Identifier: GPL-3.0-or-later */
/* address.c - see address.h. */
#include "address.h"

#include <stdio.h>
#include <string.h>

static const char letters[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/* Words of allowed bytes with single dots between them. */
static int is_dotted(const char *s, size_t n, const char *more)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '.' && (i == 0 || i + 1 == n || s[i + 1] == '.'))
			return 0;
		if (s[i] != '.' && !strchr(letters, s[i]) && !strchr(more, s[i]))
			return 0;
	}
	return n > 0;
}

int address_is_valid(const char *s)
{
	const char *at = strrchr(s, '@');

	if (!at || strlen(s) >= ADDRESS_SIZE - 2)
		return 0;
	return is_dotted(s, (size_t)(at - s), "!#$%&'*+-/=?^_`{|}~") &&
	       is_dotted(at + 1, strlen(at + 1), "-");
}

int text_is_one_line(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7F)
			return 0;
	return 1;
}

int address_split(const char *s, char name[ADDRESS_SIZE], char address[ADDRESS_SIZE])
{
	const char *open = strrchr(s, '<'), *close = strrchr(s, '>');
	size_t n, skip = 0;

	if (!text_is_one_line(s))
		return -1;
	if (!open) {
		if (!address_is_valid(s))
			return -1;
		name[0] = '\0';
		snprintf(address, ADDRESS_SIZE, "%s", s);
		return 0;
	}
	if (!close || close < open || close[1] || close - open >= ADDRESS_SIZE)
		return -1;
	snprintf(address, ADDRESS_SIZE, "%.*s", (int)(close - open - 1), open + 1);
	if (!address_is_valid(address))
		return -1;
	n = (size_t)(open - s);
	while (n > 0 && s[n - 1] == ' ')
		n--;
	if (n >= 2 && s[0] == '"' && s[n - 1] == '"') {
		skip = 1;
		n--;
	}
	if (n - skip >= ADDRESS_SIZE)
		return -1;
	memcpy(name, s + skip, n - skip);
	name[n - skip] = '\0';
	return 0;
}

const char *address_domain(const char *address)
{
	return strrchr(address, '@') + 1;
}
