/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parse.h - the checked readers of numbers, text and slugs. All return 0, or -1 and leave
 * the result untouched. */
#ifndef RDVD_BASE_PARSE_H
#define RDVD_BASE_PARSE_H

#include <stddef.h>
#include <stdint.h>

/* Decimal, optional sign, the whole string, min <= value <= max. */
int parse_int(const char *s, int64_t min, int64_t max, int64_t *value);
/* A finite decimal number, the whole string, '.' as separator whatever the locale. */
int parse_double(const char *s, double min, double max, double *value);
/* "10s", "30m", "2h", "1d" or plain seconds. */
int parse_duration(const char *s, int64_t *seconds);
/* 1 when s[0..n) is valid UTF-8 without NUL and without C0 controls other than TAB, LF
 * and CR. */
int utf8_is_clean(const char *s, size_t n);
/* 1 when s is a slug: ^[a-z0-9][a-z0-9-]{0,62}$ */
int slug_is_valid(const char *s);
/* Fold for searching: lower case, no accents, ligatures opened, every run of anything
 * that is not a letter or digit becomes one space, "st"/"ste" at a word's start become
 * "saint"/"sainte". Handles Latin-1 and Latin Extended-A; other letters are kept. out
 * gets at most size bytes, NUL included. Returns the length. */
size_t fold_text(const char *s, char *out, size_t size);

#endif
