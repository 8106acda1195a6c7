/* SPDX-License-Identifier: GPL-3.0-or-later */
/* render.c - from an appointment to the fields of a text. */
#include "message/render.h"

#include <stdio.h>
#include <string.h>

#include "base/secret.h"

#include "message/gsm.h"
#include "message/phone.h"

/* What has to be built, beside what the rows already hold. */
struct built {
	struct buf day, hour, link, phone;
	char party[12];
};

static void built_fini(struct built *b)
{
	buf_fini(&b->day);
	buf_fini(&b->hour);
	buf_fini(&b->link);
	buf_fini(&b->phone);
}

static void fill_place(const struct territory *t, const struct rdvd_appointment *a,
		       const char *lang, struct text_values *v)
{
	int i = a->place.site ? territory_by_id(t, RDVD_DEF_SITE, a->place.site)
			      : TERRITORY_NONE;
	if (i == TERRITORY_NONE) {
		v->place = a->place.name;
		v->postcode = a->place.postcode;
		return;
	}
	const struct site *s = &t->sites[i];
	v->place = s->name;
	v->address = s->address;
	v->postcode = s->postcode;
	v->commune = s->commune;
	v->access = bitext_get(&s->access, lang);
}

static void fill(const struct render_input *in, struct built *b, struct text_values *v)
{
	const struct territory *t = in->territory;
	const struct rdvd_appointment *a = in->appointment;
	const char *lang = a->person.locale;
	int service = territory_by_id(t, RDVD_DEF_SERVICE, a->service);
	int organisation = territory_by_id(t, RDVD_DEF_ORGANISATION, a->organisation);
	enum service_mode mode =
		service == TERRITORY_NONE ? MODE_SITE : t->services[service].mode;
	text_day(&b->day, lang, civil_time_day(a->when.civil_start));
	text_hour(&b->hour, lang, civil_time_minute(a->when.civil_start));
	buf_addf(&b->link, "%s/rdv/%s", in->public_url, in->token);
	*v = (struct text_values){
		.day = buf_str(&b->day),
		.hour = buf_str(&b->hour),
		.link = buf_str(&b->link),
		.mode = text_mode(lang, (int)mode),
		.first_name = a->person.first_name,
		.discreet = a->person.discreet,
	};
	if (mode == MODE_SITE)
		fill_place(t, a, lang, v);
	if (a->party_size > 1) {
		snprintf(b->party, sizeof b->party, "%d", a->party_size);
		v->party = b->party;
	}
	if (service != TERRITORY_NONE) {
		v->service = bitext_get(&t->services[service].name, lang);
		v->bring = bitext_get(&t->services[service].bring, lang);
	}
	if (organisation != TERRITORY_NONE) {
		const struct organisation *o = &t->organisations[organisation];
		phone_pretty(o->phone, &b->phone);
		v->organisation = o->name;
		v->phone = buf_str(&b->phone);
		v->email = o->email;
	}
}

int render_message(const struct render_input *in, enum rdvd_message_kind kind,
		   int ordinal, enum rdvd_channel channel, struct buf *subject,
		   struct buf *body, int *segments)
{
	struct built built = {.day = BUF_INIT};
	struct text_values v;
	fill(in, &built, &v);
	size_t before = body->len;
	int rc = text_render(in->texts, kind, ordinal, channel,
			     in->appointment->person.locale, &v, subject, body);
	*segments = 0;
	if (rc == 0 && channel == RDVD_CHANNEL_SMS)
		*segments = (int)gsm_measure(buf_str(body) + before).segments;
	built_fini(&built);
	return rc;
}

static void longer(const char **longest, const char *s)
{
	if (gsm_measure(s).units > gsm_measure(*longest).units)
		*longest = s;
}

int render_check_lengths(const struct texts *texts, const struct territory *t,
			 const char *public_url, struct buf *errors)
{
	struct text_values v = {.place = "",
				.address = "",
				.postcode = "59000",
				.commune = "",
				.access = "",
				.bring = "",
				.party = "20",
				.first_name = "",
				.organisation = "",
				.phone = "",
				.email = "",
				.service = "",
				.mode = "par téléphone"};
	struct buf link = BUF_INIT, phone = BUF_INIT;
	char token[SECRET_TOKEN_CHARS + 1];
	memset(token, 'x', SECRET_TOKEN_CHARS);
	token[SECRET_TOKEN_CHARS] = '\0';
	buf_addf(&link, "%s/rdv/%s", public_url, token);
	v.link = buf_str(&link);
	for (int i = 0; i < t->live_sites; i++) {
		longer(&v.place, t->sites[i].name);
		longer(&v.address, t->sites[i].address);
		longer(&v.commune, t->sites[i].commune);
		longer(&v.access, t->sites[i].access.fr);
	}
	for (int i = 0; i < t->live_organisations; i++) {
		longer(&v.organisation, t->organisations[i].name);
		longer(&v.phone, t->organisations[i].phone);
	}
	phone_pretty(v.phone, &phone);
	v.phone = buf_str(&phone);
	int rc = texts_check_lengths(texts, &v, errors);
	buf_fini(&link);
	buf_fini(&phone);
	return rc;
}
