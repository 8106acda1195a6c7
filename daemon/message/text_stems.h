/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text_stems.h - the list of texts. To add one, add a row here and its files in every
 * language of etc/texts: loading asks for them, and the linter holds them to the row. */
#ifndef RDVD_MESSAGE_TEXT_STEMS_H
#define RDVD_MESSAGE_TEXT_STEMS_H

/* The forms that a text has. */
enum text_form {
	TEXT_SMS = 1 << 0,
	TEXT_EMAIL = 1 << 1,
	TEXT_DISCREET = 1 << 2, /* a neutral one each, KIND.discreet...; without it a
				   discreet person gets the plain one, and in it only the
				   fields that neutral texts may hold */
	TEXT_REPLY = 1 << 3,	/* the SMS has another that asks for an answer and holds
				   no link, KIND.reply.sms.txt */
	TEXT_ORDINAL = 1 << 4,	/* KIND-1 and so on are taken before KIND */
	TEXT_ASKS = 1 << 5,	/* answers to a text: they may ask, and hold no link */

	TEXT_OF_APPOINTMENT = TEXT_SMS | TEXT_EMAIL | TEXT_DISCREET | TEXT_REPLY,
	TEXT_OF_ANSWER = TEXT_SMS | TEXT_ASKS,
};

/* X(name, the files' KIND, forms, the fields that are never empty: each text tells them,
 * outside [ ]; a text that asks for an answer does so without the link) */
#define TEXT_STEM_TABLE(X)                                                               \
	X(TEXT_CONFIRMATION, "confirmation", TEXT_OF_APPOINTMENT,                        \
	  TELLS(day) | TELLS(hour) | TELLS(link))                                        \
	X(TEXT_REMINDER, "reminder", TEXT_OF_APPOINTMENT | TEXT_ORDINAL,                 \
	  TELLS(day) | TELLS(hour) | TELLS(link))                                        \
	X(TEXT_REMINDER_WEEK, "reminder-week", TEXT_OF_APPOINTMENT, TELLS(meetings))     \
	X(TEXT_MOVED, "moved", TEXT_OF_APPOINTMENT,                                      \
	  TELLS(day) | TELLS(hour) | TELLS(link))                                        \
	X(TEXT_CANCELLATION, "cancellation", TEXT_OF_APPOINTMENT,                        \
	  TELLS(day) | TELLS(hour) | TELLS(link))                                        \
	X(TEXT_CANCELLATION_OWN, "cancellation-own", TEXT_OF_APPOINTMENT,                \
	  TELLS(day) | TELLS(hour) | TELLS(link))                                        \
	X(TEXT_FOLLOW_UP, "follow-up", TEXT_OF_APPOINTMENT, TELLS(link))                 \
	X(TEXT_OFFER, "offer", TEXT_OF_APPOINTMENT,                                      \
	  TELLS(day) | TELLS(hour) | TELLS(until) | TELLS(link))                         \
	X(TEXT_CODE, "code", TEXT_SMS | TEXT_EMAIL, TELLS(code))                         \
	X(TEXT_ANSWER_CONFIRMED, "answer-confirmed", TEXT_OF_ANSWER,                     \
	  TELLS(day) | TELLS(hour))                                                      \
	X(TEXT_ANSWER_CANCELLED, "answer-cancelled", TEXT_OF_ANSWER,                     \
	  TELLS(day) | TELLS(hour))                                                      \
	X(TEXT_ANSWER_MOVED, "answer-moved", TEXT_OF_ANSWER, TELLS(day) | TELLS(hour))   \
	X(TEXT_ANSWER_BOOKED, "answer-booked", TEXT_OF_ANSWER, TELLS(day) | TELLS(hour)) \
	X(TEXT_ANSWER_CHOOSE, "answer-choose", TEXT_OF_ANSWER, TELLS(choices))           \
	X(TEXT_ANSWER_CHOOSE_ANY, "answer-choose-any", TEXT_OF_ANSWER, TELLS(choices))   \
	X(TEXT_ANSWER_TAKEN, "answer-taken", TEXT_OF_ANSWER, TELLS(choices))             \
	X(TEXT_ANSWER_WHICH, "answer-which", TEXT_OF_ANSWER, TELLS(choices))             \
	X(TEXT_ANSWER_BOTH_CONFIRMED, "answer-both-confirmed", TEXT_OF_ANSWER,           \
	  TELLS(choices))                                                                \
	X(TEXT_ANSWER_BOTH_CANCELLED, "answer-both-cancelled", TEXT_OF_ANSWER,           \
	  TELLS(choices))                                                                \
	X(TEXT_ANSWER_NAME, "answer-name", TEXT_OF_ANSWER, TELLS(day) | TELLS(hour))     \
	X(TEXT_ANSWER_NAME_AGAIN, "answer-name-again", TEXT_OF_ANSWER, 0)                \
	X(TEXT_ANSWER_ASK, "answer-ask", TEXT_OF_ANSWER, TELLS(day) | TELLS(hour))       \
	X(TEXT_ANSWER_INFO, "answer-info", TEXT_OF_ANSWER, TELLS(day) | TELLS(hour))     \
	X(TEXT_ANSWER_ALREADY, "answer-already", TEXT_OF_ANSWER,                         \
	  TELLS(day) | TELLS(hour))                                                      \
	X(TEXT_ANSWER_KEPT, "answer-kept", TEXT_OF_ANSWER, TELLS(day) | TELLS(hour))     \
	X(TEXT_ANSWER_NOTHING, "answer-nothing", TEXT_OF_ANSWER, 0)                      \
	X(TEXT_ANSWER_NONE, "answer-none", TEXT_OF_ANSWER, 0)                            \
	X(TEXT_ANSWER_FULL, "answer-full", TEXT_OF_ANSWER, 0)                            \
	X(TEXT_ANSWER_CALL, "answer-call", TEXT_OF_ANSWER, 0)                            \
	X(TEXT_ANSWER_LATE, "answer-late", TEXT_OF_ANSWER, TELLS(hour))                  \
	X(TEXT_ANSWER_HAND, "answer-hand", TEXT_OF_ANSWER, 0)                            \
	X(TEXT_ANSWER_HELP, "answer-help", TEXT_OF_ANSWER, 0)                            \
	X(TEXT_ANSWER_STOP, "answer-stop", TEXT_OF_ANSWER, 0)                            \
	X(TEXT_ANSWER_START, "answer-start", TEXT_OF_ANSWER, 0)                          \
	X(TEXT_ANSWER_STALE, "answer-stale", TEXT_OF_ANSWER, 0)                          \
	X(TEXT_ANSWER_WAITING, "answer-waiting", TEXT_OF_ANSWER,                         \
	  TELLS(day) | TELLS(hour))                                                      \
	X(TEXT_ANSWER_OFFER_ASK, "answer-offer-ask", TEXT_OF_ANSWER,                     \
	  TELLS(day) | TELLS(hour))                                                      \
	X(TEXT_ANSWER_OFFER_OVER, "answer-offer-over", TEXT_OF_ANSWER, 0)                \
	X(TEXT_ANSWER_SORRY, "answer-sorry", TEXT_OF_ANSWER, 0)                          \
	X(TEXT_ANSWER_CODE, "answer-code", TEXT_OF_ANSWER, 0)                            \
	X(TEXT_NOTICE, "notice", TEXT_EMAIL, TELLS(notice) | TELLS(link))

#define X(name, file, forms, tells) name,
enum text_stem { TEXT_STEM_TABLE(X) TEXT_STEMS };
#undef X

#endif
