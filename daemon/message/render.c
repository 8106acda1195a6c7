/* SPDX-License-Identifier: GPL-3.0-or-later */
/* render.c - from an appointment, or a week of them, to the fields of a text. */
#include "message/render.h"

#include <stdio.h>
#include <string.h>

#include "base/secret.h"

#include "message/gsm.h"
#include "message/phone.h"

/* What has to be built, beside what the rows already hold. */
struct built {
	struct buf day, hour, link, phone, meetings;
	char party[12];
};

static void built_fini(struct built *b)
{
	buf_fini(&b->day);
	buf_fini(&b->hour);
	buf_fini(&b->link);
	buf_fini(&b->phone);
	buf_fini(&b->meetings);
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

/* A name, not a number. */
static int is_name(const char *sender)
{
	return sender && sender[strspn(sender, "+0123456789")] != '\0';
}

/* Who writes, as the texts may say it. */
static void fill_team(const struct render_input *in, struct built *b,
		      struct text_values *v)
{
	const struct territory *t = in->territory;
	int i = territory_by_id(t, RDVD_DEF_ORGANISATION, in->appointment->organisation);
	if (is_name(in->sender))
		v->sender = in->sender;
	if (i == TERRITORY_NONE)
		return;
	const struct organisation *o = &t->organisations[i];
	phone_pretty(o->phone, &b->phone);
	v->organisation = o->name;
	v->organisation_slug = o->slug;
	v->phone = buf_str(&b->phone);
	v->email = o->email;
}

static void fill(const struct render_input *in, struct built *b, struct text_values *v)
{
	const struct territory *t = in->territory;
	const struct rdvd_appointment *a = in->appointment;
	const char *lang = a->person.locale;
	int service = territory_by_id(t, RDVD_DEF_SERVICE, a->service);
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
		.answerable = in->answerable,
	};
	if (mode == MODE_SITE)
		fill_place(t, a, lang, v);
	if (a->party_size > 1) {
		snprintf(b->party, sizeof b->party, "%d", a->party_size);
		v->party = b->party;
	}
	if (service != TERRITORY_NONE) {
		v->service_slug = t->services[service].slug;
		v->service = bitext_get(&t->services[service].name, lang);
		v->bring = bitext_get(&t->services[service].bring, lang);
		v->instructions = bitext_get(&t->services[service].instructions, lang);
	}
	fill_team(in, b, v);
}

/* After a missed appointment its own page has ended: the one where the same service is
 * booked. */
static void link_to_booking(const struct render_input *in, struct built *b,
			    struct text_values *v)
{
	buf_clear(&b->link);
	buf_addf(&b->link, "%s/", in->public_url);
	if (v->service_slug)
		buf_addf(&b->link, "?service=%s", v->service_slug);
	v->link = buf_str(&b->link);
}

static int segments_of(const struct buf *body, size_t before, enum rdvd_channel channel)
{
	return channel == RDVD_CHANNEL_SMS
		       ? (int)gsm_measure(buf_str(body) + before).segments
		       : 0;
}

int render_message(const struct render_input *in, enum rdvd_message_kind kind,
		   int ordinal, enum rdvd_channel channel, struct buf *subject,
		   struct buf *body, int *segments)
{
	struct built built = {.day = BUF_INIT};
	struct text_values v;
	size_t before = body->len;
	int rc = -1;
	fill(in, &built, &v);
	if (kind == RDVD_MSG_FOLLOW_UP)
		link_to_booking(in, &built, &v);
	if (kind != RDVD_MSG_OFFER)
		rc = text_render(in->texts, kind, ordinal, channel,
				 in->appointment->person.locale, &v, subject, body);
	*segments = rc == 0 ? segments_of(body, before, channel) : 0;
	built_fini(&built);
	return rc;
}

/* ---- a week ---- */

/* How much of each meeting is told. */
enum week_form { WEEK_EMAIL, WEEK_PLACES, WEEK_TIMES, WEEK_SHORT };

static void add_place(const struct text_values *v, enum week_form form, struct buf *out)
{
	if (v->place && *v->place)
		buf_addf(out, form == WEEK_EMAIL ? ", %s" : " (%s)", v->place);
	if (form == WEEK_EMAIL && v->address && *v->address)
		buf_addf(out, ", %s", v->address);
	if (form == WEEK_EMAIL && v->commune && *v->commune)
		buf_addf(out, ", %s", v->commune);
}

static void add_meeting(const struct render_input *in, enum week_form form,
			struct buf *out)
{
	const struct rdvd_appointment *a = in->appointment;
	struct built b = {.day = BUF_INIT};
	struct text_values v;
	fill(in, &b, &v);
	text_when(out, a->person.locale, a->when.civil_start, form == WEEK_SHORT);
	if (form == WEEK_EMAIL || form == WEEK_PLACES) {
		if (v.mode && *v.mode)
			buf_addf(out, " %s", v.mode);
		if (!a->person.discreet)
			add_place(&v, form, out);
	}
	if (form == WEEK_EMAIL)
		buf_addf(out, "\n  %s", v.link);
	built_fini(&b);
}

/* The meetings as one field. */
static void add_meetings(const struct render_input *in, const struct render_visit *visits,
			 size_t n, enum week_form form, struct buf *out)
{
	buf_clear(out);
	for (size_t i = 0; i < n; i++) {
		struct render_input one = *in;
		one.appointment = visits[i].appointment;
		one.token = visits[i].token;
		if (form == WEEK_EMAIL)
			buf_addstr(out, i ? "\n- " : "- ");
		else if (i)
			buf_addstr(out, "; ");
		add_meeting(&one, form, out);
	}
}

int render_week(const struct render_input *in, int ordinal,
		const struct render_visit *visits, size_t n, enum rdvd_channel channel,
		struct buf *subject, struct buf *body, int *segments)
{
	int email = channel == RDVD_CHANNEL_EMAIL, rc;
	enum week_form form = email ? WEEK_EMAIL : WEEK_PLACES;
	size_t before = body->len;
	struct built built = {.day = BUF_INIT};
	struct text_values v;
	if (n < 2)
		return render_message(in, RDVD_MSG_REMINDER, ordinal, channel, subject,
				      body, segments);
	fill(in, &built, &v);
	for (;; form++) {
		body->len = before;
		add_meetings(in, visits, n, form, &built.meetings);
		v.meetings = buf_str(&built.meetings);
		rc = text_write(in->texts, TEXT_REMINDER_WEEK, 0, channel,
				in->appointment->person.locale, &v, subject, body);
		*segments = rc == 0 ? segments_of(body, before, channel) : 0;
		if (email || rc != 0 || *segments <= 1 || form == WEEK_SHORT)
			break;
	}
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
				.instructions = "",
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
