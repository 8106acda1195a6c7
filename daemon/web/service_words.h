/* SPDX-License-Identifier: GPL-3.0-or-later */
/* service_words.h - what texts of messages, their forms, their fields and their faults
 * are called on a page. */
#ifndef RDVD_WEB_SERVICE_WORDS_H
#define RDVD_WEB_SERVICE_WORDS_H

#include "http/lang.h"
#include "message/text_edit.h"

struct http_request;

enum service_text_group_id {
	SERVICE_TEXT_APPOINTMENT,
	SERVICE_TEXT_ANSWER,
	SERVICE_TEXT_OTHER,
	SERVICE_TEXT_GROUPS
};

/* "Rappel", "Annulation par l'équipe"; when it leaves; where it stands in the list. */
const char *service_text_title(const struct lang *l, enum text_stem stem);
const char *service_text_when(const struct lang *l, enum text_stem stem);
enum service_text_group_id service_text_group_of(enum text_stem stem);
const char *service_text_group_title(const struct lang *l, enum service_text_group_id g);
/* "SMS", "E-mail neutre", "SMS auquel on peut répondre, deuxième rappel"; the request's
 * memory. */
const char *service_text_form_name(struct http_request *rq, const struct text_kind *k);
/* What is wrong and what to do, in a sentence; the request's memory. */
const char *service_text_fault(struct http_request *rq, const struct text_fault *f);
/* What a field stands for: "le jour, comme mardi 3 mars". "" unknown. */
const char *service_text_field(const struct lang *l, const char *name);

#endif
