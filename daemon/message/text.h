/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text.h - the words of messages. A folder holds one folder a language (fr, en), and in
 * it one file a text, KIND[-ORDINAL][.discreet][.reply].CHANNEL.txt; KIND is one of
 * text_stems.h, CHANNEL is sms or email. Every language has them all. What stands in
 * LANGUAGE/ORGANISATION/, LANGUAGE/SERVICE/ or LANGUAGE/ORGANISATION/SERVICE/ (slugs of
 * the territory) is taken before, by those that it is for: the file of the service within
 * the organisation, else the service's, else the organisation's, else everybody's; within
 * each, the one with the reminder's ordinal first. rdvd-texts(5) tells the team.
 *
 * In a file {name} is a field. [text] is left out when a field in it is empty. [3:text]
 * is left out also when an SMS would need a second segment: the parts with the highest
 * number go first, until it fits. [3:text|shorter] becomes the shorter one. Nothing
 * else is markup. An SMS is one line. An e-mail is a line "Subject: ...", an empty
 * line, and the body.
 *
 * What is loaded keeps the rules that a locked screen and the providers impose: see
 * text_lint.c. Rendering is pure (any thread);
 * loading reads files. */
#ifndef RDVD_MESSAGE_TEXT_H
#define RDVD_MESSAGE_TEXT_H

#include <stddef.h>

#include "agenda/civil.h"
#include "base/buf.h"
#include "message/text_stems.h"
#include "rdvd/gateway.h"
#include "rdvd/store.h"

/* The variants of a kind, beside its reminders' ordinals. */
enum { TEXT_CANCELLED_BY_TEAM = 0, TEXT_CANCELLED_BY_PERSON = 1 };

/* What fills the fields; NULL is as good as "". Lent. Those that the stem's row says are
 * never empty. */
struct text_values {
	const char *day;     /* "mardi 3 mars": text_day */
	const char *hour;    /* "14 h 30": text_hour */
	const char *link;    /* the appointment's page, whole URL */
	const char *mode;    /* "par téléphone"; "" on site: text_mode */
	const char *place;   /* the site's name; "" by telephone */
	const char *address; /* "183 avenue des Fusillés" */
	const char *postcode;
	const char *commune;
	const char *access;	  /* how to get there, the way in */
	const char *bring;	  /* what to bring */
	const char *instructions; /* what to know, once it is booked */
	const char *party;	  /* "3"; "" when the person comes alone */
	const char *first_name;
	const char *organisation;
	const char *phone;    /* of the team, as one reads it */
	const char *email;    /* of the team */
	const char *service;  /* e-mail only: it may tell why somebody comes */
	const char *sender;   /* the name that the SMS would come from: a text that can be
				 answered comes from a number */
	const char *meetings; /* of a week: see render_week */
	const char *until;    /* until when an offer stands: text_until */
	const char *choices;  /* "1 mardi 3 mars 14 h, 2 ..." */
	const char *code;     /* that proves a number */
	const char *notice;   /* what the team should know */

	int discreet;	/* take the neutral texts */
	int answerable; /* the SMS can be answered: take those that ask */
	/* whose texts are taken; slugs */
	const char *organisation_slug, *service_slug;
};

struct texts;

/* Read and check every text under dir. NULL when anything is wrong: errors then holds
 * lines "FILE:LINE: what is wrong and what to do". */
struct texts *texts_load(const char *dir, struct buf *errors);
void texts_free(struct texts *t);

/* Hold the SMS against the longest values that a territory has (each field its longest,
 * day and hour NULL for the calendar's longest): 0 when each text fits one segment, its
 * numbered parts left out if it must be; else -1 and lines in errors. texts_load has
 * done so with a 64-character link. */
int texts_check_lengths(const struct texts *t, const struct text_values *longest,
			struct buf *errors);

/* The folders of organisations and services whose slug is none of territory's living
 * ones: a line in errors each, with the remedy. 0, or -1. Such texts are never taken. */
struct territory;
int texts_check_slugs(const struct texts *t, const struct territory *territory,
		      struct buf *errors);

/* Write one text. ordinal is the reminder's (1..), else 0. lang is any BCP 47 tag:
 * "en-GB" is en, what is not there is fr. subject (e-mail) and body are appended to;
 * subject may be NULL for an SMS. 0; -1 when that text has no such channel.
 *
 * An SMS is folded into the GSM alphabet when it is not wholly in it: French loses
 * nothing that one could misread (c for ç, e for ê). Characters that have no neighbour
 * there, as in a name in another script, are kept, in UCS-2, when one segment of 70 holds
 * the whole text; else the part that they stand in is left out. */
int text_write(const struct texts *t, enum text_stem stem, int ordinal,
	       enum rdvd_channel channel, const char *lang, const struct text_values *v,
	       struct buf *subject, struct buf *body);

/* The same by kind of message; ordinal is the reminder's, or TEXT_CANCELLED_BY_*, else 0.
 * -1 when the kind has no text of its own (ANSWER). */
int text_render(const struct texts *t, enum rdvd_message_kind kind, int ordinal,
		enum rdvd_channel channel, const char *lang, const struct text_values *v,
		struct buf *subject, struct buf *body);

/* The words of dates, by language as above. "mardi 3 mars", "dimanche 1er mars";
 * "Tuesday 3 March". */
void text_day(struct buf *out, const char *lang, civil_day day);
/* "14 h", "9 h 30"; "2:00 pm". minute of the day, 0..1439. */
void text_hour(struct buf *out, const char *lang, int minute);
/* Shorter, for lists: "mar. 3", "Tue 3". */
void text_day_short(struct buf *out, const char *lang, civil_day day);
/* Day and hour: "mardi 3 mars à 14 h", "Tuesday 3 March, 2:00 pm"; brief: "mar. 3 à 14
 * h", "Tue 3, 2:00 pm". */
void text_when(struct buf *out, const char *lang, civil_time when, int brief);
/* Until when, said at now (both on one wall): "14 h 30" on the same day, else "mercredi 4
 * mars, 10 h". */
void text_until(struct buf *out, const char *lang, civil_time now, civil_time until);
/* "par téléphone", "à domicile", "en visio", "" on site; mode is the agenda's enum
 * service_mode. */
const char *text_mode(const char *lang, int mode);

/* Why sender cannot be the sender's name of SMS in France, as the end of a sentence
 * ("... : it is empty"); NULL when it can. 1 to 11 letters and digits, not digits only,
 * not a generic word; or a number (+NN, or 3 to 6 digits). */
const char *text_sender_problem(const char *sender);

#endif
