/* SPDX-License-Identifier: GPL-3.0-or-later */
/* lang.h - texts in the languages of the interface. French is the source language: a
 * msgid is the French text and needs no file. Others come from gettext's .mo files, read
 * whole at start; lookups are safe from any thread after that. No locale of the system is
 * used. */
#ifndef RDVD_HTTP_LANG_H
#define RDVD_HTTP_LANG_H

#include <stddef.h>

struct lang;  /* one language */
struct langs; /* all of them */

/* Read every DIR/CODE.mo (CODE: two or three letters); French is always there. A file
 * that is not a catalogue is logged and left out. dir may be NULL. Never NULL. */
struct langs *langs_new(const char *dir);
void langs_free(struct langs *ls);
size_t langs_count(const struct langs *ls);
const struct lang *langs_at(const struct langs *ls,
			    size_t i); /* 0 is French; then by code */
/* The language of that code ("en", "en-GB", "EN_us": the part before - or _ decides);
 * NULL: unknown. */
const struct lang *lang_find(const struct langs *ls, const char *code);
/* The best of an Accept-Language header (RFC 9110 12.5.4); French when none fits or
 * header is NULL. */
const struct lang *lang_negotiate(const struct langs *ls, const char *header);

/* "fr"; a NULL lang is French. */
const char *lang_code(const struct lang *l);
/* "Français", "English": the language's name in itself. */
const char *lang_name(const struct lang *l);

/* The text for a French msgid; msgid itself when there is none. Never NULL; lent for
 * ever. */
const char *tr(const struct lang *l, const char *msgid) __attribute__((format_arg(2)));
/* The form for n of a text with a plural. */
const char *trn(const struct lang *l, const char *singular, const char *plural, long n)
	__attribute__((format_arg(2))) __attribute__((format_arg(3)));

/* A catalogue from memory (copied), for tests and fuzzing; NULL when it is malformed. */
struct lang *lang_parse(const char *code, const void *mo, size_t size);
void lang_free(struct lang *l);

#endif
