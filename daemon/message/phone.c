/* SPDX-License-Identifier: GPL-3.0-or-later */
/* phone.c - telephone numbers: from what people type to E.164 and back to what they
 * read.
 *
 * Three steps. The typed text becomes digits and a possible plus, in runs parted by
 * words or commas ("0612345678 ou 0321000000": the first that reads well wins). A run
 * becomes E.164 by the ways of writing that people have. The E.164 number is placed by
 * a table of prefixes, the longest first. */
#include "message/phone.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"

#define DIGITS_MIN 4
#define DIGITS_MAX 20

/* Prefixes of E.164 and what they are; total is the length in digits (0: any that E.164
 * allows). The first that fits wins. Sources: Arcep's numbering plan (decision
 * 2018-0881 and its changes) for the French ones, ITU E.164 assigned codes for the
 * rest. */
static const struct range {
	const char *prefix;
	unsigned total;
	enum phone_kind kind;
} ranges[] = {
	{"33700", 0, PHONE_SPECIAL}, /* machines: 14 digits */
	{"336", 11, PHONE_MOBILE},
	{"337", 11, PHONE_MOBILE},
	{"338", 11, PHONE_SPECIAL}, /* special tariffs */
	{"339", 11, PHONE_LANDLINE},
	{"331", 11, PHONE_LANDLINE},
	{"332", 11, PHONE_LANDLINE},
	{"333", 11, PHONE_LANDLINE},
	{"334", 11, PHONE_LANDLINE},
	{"335", 11, PHONE_LANDLINE},
	{"262692", 12, PHONE_MOBILE}, /* Réunion */
	{"262693", 12, PHONE_MOBILE},
	{"262639", 12, PHONE_MOBILE}, /* Mayotte */
	{"262", 12, PHONE_LANDLINE},
	{"590690", 12, PHONE_MOBILE}, /* Guadeloupe, Saint-Martin, Saint-Barthélemy */
	{"590691", 12, PHONE_MOBILE},
	{"590", 12, PHONE_LANDLINE},
	{"594694", 12, PHONE_MOBILE}, /* Guyane */
	{"594", 12, PHONE_LANDLINE},
	{"596696", 12, PHONE_MOBILE}, /* Martinique */
	{"596697", 12, PHONE_MOBILE},
	{"596", 12, PHONE_LANDLINE},
	{"324", 11, PHONE_MOBILE}, /* Belgium */
	{"800", 0, PHONE_SPECIAL}, /* universal freephone, shared cost, premium */
	{"808", 0, PHONE_SPECIAL},
	{"979", 0, PHONE_SPECIAL},
	{"87", 0, PHONE_SPECIAL}, /* satellites and global networks */
	{"881", 0, PHONE_SPECIAL},
	{"882", 0, PHONE_SPECIAL},
	{"883", 0, PHONE_SPECIAL},
};

/* Overseas numbers in national writing: the four figures after the 0 tell the country
 * code. People abroad write them behind +33 too; no such metropolitan number exists. */
static const struct {
	const char *national; /* without the 0 */
	const char *code;
} overseas[] = {
	{"262", "262"}, {"263", "262"}, {"269", "262"}, {"639", "262"}, {"692", "262"},
	{"693", "262"}, {"590", "590"}, {"690", "590"}, {"691", "590"}, {"594", "594"},
	{"694", "594"}, {"596", "596"}, {"696", "596"}, {"697", "596"},
};

static int begins(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

/* The range of E.164 digits (no plus), or NULL. Too short or too long for its country:
 * NULL and *wrong 1. */
static const struct range *range_of(const char *digits, int *wrong)
{
	size_t n = strlen(digits);

	*wrong = 0;
	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
		if (!begins(digits, ranges[i].prefix))
			continue;
		if (ranges[i].total && ranges[i].total != n)
			*wrong = 1;
		else
			return &ranges[i];
	}
	*wrong |= begins(digits, "33"); /* +33 0.. or a wrong length */
	return NULL;
}

/* Fill out from E.164 digits without the plus. 0, or -1 when they are no number. */
static int place(const char *digits, struct phone *out)
{
	size_t n = strlen(digits);
	const struct range *r;
	int wrong;

	if (n < 7 || n > 15 || digits[0] == '0')
		return -1;
	r = range_of(digits, &wrong);
	if (wrong && !r)
		return -1;
	out->number[0] = '+';
	memcpy(out->number + 1, digits, n + 1);
	out->kind = r ? r->kind : PHONE_FOREIGN;
	out->can_receive_sms = r && r->kind == PHONE_MOBILE;
	return 0;
}

/* The country code of a national number (nine digits, without its 0), or NULL: 33. */
static const char *overseas_code(const char *nine)
{
	for (size_t i = 0; i < ARRAY_SIZE(overseas); i++)
		if (begins(nine, overseas[i].national))
			return overseas[i].code;
	return NULL;
}

/* A French national number without its 0: nine digits. */
static int place_national(const char *nine, struct phone *out)
{
	const char *code = overseas_code(nine);
	char full[PHONE_MAX];
	size_t at;

	if (!code)
		code = "33";
	at = strlen(code);
	if (strlen(nine) >= sizeof full - at)
		return -1;
	memcpy(full, code, at);
	memcpy(full + at, nine, strlen(nine) + 1);
	return place(full, out);
}

/* The ways of writing. digits has no plus; plus says whether one stood before. */
static int read_run(const char *digits, int plus, struct phone *out)
{
	size_t n = strlen(digits);

	if (begins(digits, "00")) { /* "+0033..." too */
		plus = 1;
		digits += 2;
		n -= 2;
	}
	if (digits[0] == '0')
		plus = 0; /* "+06 12 34 56 78" */
	if (begins(digits, "33") && (plus || n == 11 || n == 12)) {
		const char *nine = digits + 2 + (digits[2] == '0'); /* +33 (0)6... */

		return begins(nine, "700") ? place(digits, out)
		       : strlen(nine) == 9 ? place_national(nine, out)
					   : -1;
	}
	if (plus) {
		/* +262 (0)692 12 34 56 */
		char full[PHONE_MAX];

		if (n == 13 && digits[3] == '0' &&
		    (begins(digits, "262") || begins(digits, "59"))) {
			memcpy(full, digits, 3);
			memcpy(full + 3, digits + 4, n - 3);
			return place(full, out);
		}
		return place(digits, out);
	}
	if (n == 10 && digits[0] == '0')
		return place_national(digits + 1, out);
	if (n == 14 && begins(digits, "0700"))
		return place_national(digits + 1, out);
	if (n == 9 && (digits[0] == '6' || digits[0] == '7'))
		return place_national(digits, out);
	if (n == 12 && (begins(digits, "262") || begins(digits, "590") ||
			begins(digits, "594") || begins(digits, "596")))
		return place(digits, out);
	return -1;
}

/* One digit in any of the scripts that phones type here; -1 none. Sets the bytes it
 * took. */
static int digit_at(const unsigned char *s, size_t *n)
{
	*n = 1;
	if (*s >= '0' && *s <= '9')
		return *s - '0';
	if (s[0] == 0xD9 && s[1] >= 0xA0 && s[1] <= 0xA9) { /* Arabic, U+0660 */
		*n = 2;
		return s[1] - 0xA0;
	}
	if (s[0] == 0xDB && s[1] >= 0xB0 && s[1] <= 0xB9) { /* Persian, U+06F0 */
		*n = 2;
		return s[1] - 0xB0;
	}
	if (s[0] == 0xEF && s[1] == 0xBC && s[2] >= 0x90 &&
	    s[2] <= 0x99) { /* full width, U+FF10 */
		*n = 3;
		return s[2] - 0x90;
	}
	return -1;
}

/* Bytes of a separator inside a number: space, dot, dash, brackets, no-break and thin
 * spaces, typographic dashes, direction marks. 0: none. */
static size_t separator_at(const unsigned char *s)
{
	if (*s && strchr(" .-()_\t\r\n'", *s))
		return 1;
	if (s[0] == 0xC2 && (s[1] == 0xA0 || s[1] == 0xB7 || s[1] == 0xAD))
		return 2;
	if (s[0] == 0xE2 && s[1] == 0x80 &&
	    ((s[2] >= 0x80 && s[2] < 0xA0) || (s[2] >= 0xAA && s[2] <= 0xAF)))
		return 3;
	return 0;
}

struct run {
	char digits[DIGITS_MAX + 1];
	size_t n;
	int plus;
	int too_long;
};

static void run_add(struct run *r, int digit)
{
	if (r->n == DIGITS_MAX) {
		r->too_long = 1;
		return;
	}
	r->digits[r->n++] = (char)('0' + digit);
	r->digits[r->n] = '\0';
}

/* Read the next run into r (slash_parts: '/' ends one) and everything into all. Returns
 * where to go on, NULL at the end. */
static const unsigned char *next_run(const unsigned char *s, int slash_parts,
				     struct run *r)
{
	memset(r, 0, sizeof *r);
	while (*s) {
		size_t n;
		int digit = digit_at(s, &n);

		if (digit >= 0) {
			run_add(r, digit);
		} else if ((*s == 'O' || *s == 'o') && r->n == 0 && s[1] >= '1' &&
			   s[1] <= '9') {
			run_add(r, 0); /* the letter for the zero */
		} else if (*s == '+') {
			if (r->n)
				return s;
			r->plus = 1;
		} else if (separator_at(s) > 0) {
			n = separator_at(s);
		} else if (r->n && (*s != '/' || slash_parts)) {
			return s + 1;
		}
		s += n;
	}
	return NULL;
}

enum rdvd_rc phone_parse(const char *typed, struct phone *out)
{
	struct run all = {.n = 0};

	for (int slash_parts = 0; slash_parts < 2; slash_parts++) {
		const unsigned char *s = (const unsigned char *)typed;

		while (s) {
			struct run r;

			s = next_run(s, slash_parts, &r);
			if (r.n && !r.too_long && read_run(r.digits, r.plus, out) == 0)
				return RDVD_OK;
		}
	}
	for (const unsigned char *s = (const unsigned char *)typed; *s;) {
		size_t n;
		int digit = digit_at(s, &n);

		if (digit >= 0)
			run_add(&all, digit);
		else if (*s == '+' && all.n == 0)
			all.plus = 1;
		s += n;
	}
	/* Parted by what no number has in it, but whole: "06x12x34x56x78". */
	if (!all.too_long && read_run(all.digits, all.plus, out) == 0)
		return RDVD_OK;
	if (all.n < DIGITS_MIN || all.too_long)
		return RDVD_INVALID;
	memcpy(out->number, all.digits, all.n + 1);
	out->kind = PHONE_UNKNOWN;
	out->can_receive_sms = 0;
	return RDVD_OK;
}

int phone_accepts_sms(const char *number, const char *const *prefixes, size_t nprefixes)
{
	const struct range *r;
	int wrong;

	if (number[0] != '+')
		return 0;
	r = range_of(number + 1, &wrong);
	if (r)
		return r->kind == PHONE_MOBILE;
	if (wrong)
		return 0;
	for (size_t i = 0; i < nprefixes; i++) {
		const char *p = prefixes[i], *n = number;

		while (*p && (*p == ' ' || *p == *n)) {
			n += *p != ' ';
			p++;
		}
		if (!*p && n > number + 1)
			return 1;
	}
	return 0;
}

/* Append digits in pairs, the first group holding what is odd: "470 12 34 56", "12 34
 * 56 78". */
static void add_pairs(struct buf *out, const char *digits)
{
	size_t n = strlen(digits), first = n % 2 ? (n >= 3 ? 3 : n) : 2;

	for (size_t i = 0; i < n; i++) {
		if (i >= first && (i - first) % 2 == 0)
			buf_addch(out, ' ');
		buf_addch(out, digits[i]);
	}
}

/* Digits of a country code, ITU E.164: one for 1 and 7, two for those listed, else
 * three. */
static size_t country_digits(const char *digits)
{
	static const char two[][3] = {
		"20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41",
		"43", "44", "45", "46", "47", "48", "49", "51", "52", "53", "54",
		"55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66",
		"81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
	};

	if (digits[0] == '1' || digits[0] == '7')
		return 1;
	for (size_t i = 0; i < ARRAY_SIZE(two); i++)
		if (begins(digits, two[i]))
			return 2;
	return 3;
}

void phone_pretty(const char *number, struct buf *out)
{
	const char *digits = number + (number[0] == '+');
	size_t n = strlen(digits), code;

	if (number[0] != '+') {
		buf_addstr(out, number);
		return;
	}
	if (begins(digits, "33") && n == 11) {
		buf_addch(out, '0');
		buf_addch(out, digits[2]);
		buf_addch(out, ' ');
		add_pairs(out, digits + 3);
		return;
	}
	if (n == 12 && overseas_code(digits + 3) &&
	    begins(digits, overseas_code(digits + 3))) {
		buf_addch(out, '0');
		add_pairs(out, digits + 3);
		return;
	}
	code = country_digits(digits);
	buf_addch(out, '+');
	buf_add(out, digits, code < n ? code : n);
	if (code < n) {
		buf_addch(out, ' ');
		add_pairs(out, digits + code);
	}
}
