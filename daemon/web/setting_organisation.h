/* SPDX-License-Identifier: GPL-3.0-or-later */
/* setting_organisation.h - an organisation's form: its fields, and those that are lists:
 * the communes it serves, by their names, and the times of its reminders. */
#ifndef RDVD_WEB_SETTING_ORGANISATION_H
#define RDVD_WEB_SETTING_ORGANISATION_H

#include "web/setting_form.h"

extern const struct setting_field setting_organisation_fields[];
extern const size_t setting_organisation_nfields;
#define SETTING_ORGANISATION_FIRST 3 /* name, telephone, e-mail: the first run's */

void setting_organisation_load(struct http_request *rq, const struct staff *st,
			       struct setting_form *f, const json_t *o);
void setting_organisation_read(struct http_request *rq, const struct staff *st,
			       struct setting_form *f);
void setting_organisation_store(struct http_request *rq, const struct staff *st,
				const struct setting_form *f, json_t *o);

#endif
