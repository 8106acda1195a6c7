/* SPDX-License-Identifier: GPL-3.0-or-later */
/* waiting_letter.c - the words of an offer: when and where, until when it is kept, and
 * how to answer. By SMS where there is a number, and by e-mail where there is an
 * address. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "booking/waiting_impl.h"
#include "message/phone.h"

/* What the texts' fields point to. */
struct words {
	struct buf day, hour, link, until, phone;
	char party[12];
	json_t *person; /* owned */
};

static void words_fini(struct words *x)
{
	buf_fini(&x->day);
	buf_fini(&x->hour);
	buf_fini(&x->link);
	buf_fini(&x->until);
	buf_fini(&x->phone);
	json_decref(x->person);
}

static void fill_place(const struct territory *t, const struct slot *slot,
		       const char *lang, struct text_values *v)
{
	const struct site *site = &t->sites[slot->site];

	v->place = site->name;
	v->address = site->address;
	v->postcode = site->postcode;
	v->commune = site->commune;
	v->access = bitext_get(&site->access, lang);
}

static void fill_team(const struct territory *t, const struct slot *slot, struct words *x,
		      struct text_values *v)
{
	int o = t->sites[slot->site].organisation;

	if (o == TERRITORY_NONE)
		return;
	phone_pretty(t->organisations[o].phone, &x->phone);
	v->organisation = t->organisations[o].name;
	v->organisation_slug = t->organisations[o].slug;
	v->phone = buf_str(&x->phone);
	v->email = t->organisations[o].email;
}

static void fill(const struct waiting *w, const struct waiting_entry *e,
		 const struct slot *slot, rdvd_time now, rdvd_time expires,
		 struct words *x, struct text_values *v)
{
	const struct territory *t = w->booking->territory;
	const struct service *service = &t->services[slot->service];
	const struct zone *z = t->sites[slot->site].zone;
	const char *lang = e->wait->locale, *first;
	civil_time start = zone_to_civil(z, slot->start);

	*x = (struct words){.person = json_loads(e->wait->person, 0, NULL)};
	text_day(&x->day, lang, civil_time_day(start));
	text_hour(&x->hour, lang, civil_time_minute(start));
	text_until(&x->until, lang, zone_to_civil(z, now), zone_to_civil(z, expires));
	buf_addf(&x->link, "%s/attente/%s", w->booking->o.public_url, e->token);
	first = json_string_value(json_object_get(x->person, "first_name"));
	*v = (struct text_values){
		.day = buf_str(&x->day),
		.hour = buf_str(&x->hour),
		.until = buf_str(&x->until),
		.link = buf_str(&x->link),
		.mode = text_mode(lang, (int)service->mode),
		.first_name = first ? first : "",
		.service = bitext_get(&service->name, lang),
		.service_slug = service->slug,
		.bring = bitext_get(&service->bring, lang),
		.discreet = json_is_true(json_object_get(x->person, "discreet")),
	};
	if (service->mode == MODE_SITE)
		fill_place(t, slot, lang, v);
	fill_team(t, slot, x, v);
	if (e->wait->party_size > 1) {
		snprintf(x->party, sizeof(x->party), "%d", e->wait->party_size);
		v->party = x->party;
	}
}

/* The last moment of today's hours: what has not left by then is not read tonight. */
static rdvd_time deadline_of(const struct waiting *w, const struct slot *slot,
			     rdvd_time now, rdvd_time expires)
{
	const struct zone *z = w->booking->territory->sites[slot->site].zone;
	civil_day day = civil_time_day(zone_to_civil(z, now));
	int minute = civil_weekday(day) == CIVIL_SUNDAY
			     ? PLAN_HOURS_PRESET_SUNDAY.sunday_to
			     : w->o.hours.week_to;
	rdvd_time evening = zone_to_utc(z, civil_time_from(day, minute)) + 1;

	return evening < expires ? evening : expires;
}

static void write(const struct waiting *w, const struct waiting_entry *e,
		  const struct text_values *v, enum rdvd_channel channel,
		  const struct rdvd_letter *as, struct waiting_letters *out)
{
	struct buf subject = BUF_INIT, text = BUF_INIT;
	int sms = channel == RDVD_CHANNEL_SMS;
	size_t i = out->n;

	if (text_render(w->o.texts, RDVD_MSG_OFFER, 0, channel, e->wait->locale, v,
			&subject, &text) == 0) {
		out->key[i] = xasprintf("%s-%s", as->key, sms ? "sms" : "email");
		out->subject[i] = buf_steal(&subject, NULL);
		out->text[i] = buf_steal(&text, NULL);
		out->to[i] = xstrdup(sms ? e->wait->number : e->wait->email);
		out->items[i] = *as;
		out->items[i].key = out->key[i];
		out->items[i].channel = channel;
		out->items[i].subject = out->subject[i];
		out->items[i].text = out->text[i];
		out->items[i].to = out->to[i];
		out->items[i].answerable = sms && v->answerable;
		out->n++;
	}
	buf_fini(&subject);
	buf_fini(&text);
}

void waiting_letters_write(const struct waiting *w, const struct waiting_entry *e,
			   const struct slot *slot, uint64_t hold, rdvd_time expires,
			   rdvd_time now, struct waiting_letters *out)
{
	char name[17], key[32];
	struct text_values v;
	struct words x;
	struct rdvd_letter as = {
		.key = key,
		.kind = RDVD_MSG_OFFER,
		.participation = e->wait->participation,
		.organisation = e->wait->organisation,
		.due = now,
		.deadline = deadline_of(w, slot, now, expires),
		.actor = "",
		.now = now,
	};

	*out = (struct waiting_letters){.n = 0};
	booking_hold_name(hold, name);
	snprintf(key, sizeof(key), "offer-%s", name);
	fill(w, e, slot, now, expires, &x, &v);
	v.answerable = w->o.answerable;
	if (*e->wait->number && w->o.sms_enabled)
		write(w, e, &v, RDVD_CHANNEL_SMS, &as, out);
	v.answerable = 0;
	if (*e->wait->email && w->o.email_enabled)
		write(w, e, &v, RDVD_CHANNEL_EMAIL, &as, out);
	words_fini(&x);
}

void waiting_letters_fini(struct waiting_letters *l)
{
	for (size_t i = 0; i < l->n; i++) {
		free(l->key[i]);
		free(l->subject[i]);
		free(l->text[i]);
		free(l->to[i]);
	}
	l->n = 0;
}
