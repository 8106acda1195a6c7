/* SPDX-License-Identifier: GPL-3.0-or-later */
/* service_preview.c - a text as it will be read: with the values of an ordinary
 * appointment of that team, and with the longest that its places and names have, as the
 * provider will count it. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "web/service_text.h"
#include "web/service_words.h"

static void longer(const char **longest, const char *s)
{
	if (gsm_measure(s).units > gsm_measure(*longest).units)
		*longest = s;
}

static bool is_english(const char *language)
{
	return strcmp(language, "en") == 0;
}

static const char *link_of(struct http_request *rq, const struct staff *st,
			   enum text_stem stem)
{
	char token[SECRET_TOKEN_CHARS + 1];
	const char *host = st->options.public_url ? st->options.public_url : "";

	if (stem == TEXT_FOLLOW_UP)
		return page_text(rq, "%s/", host);
	if (stem == TEXT_NOTICE)
		return page_text(rq, "%s/equipe", host);
	memset(token, 'a', SECRET_TOKEN_CHARS);
	token[SECRET_TOKEN_CHARS] = '\0';
	return page_text(rq, "%s/%s/%s", host, stem == TEXT_OFFER ? "attente" : "rdv",
			 token);
}

static bool is_theirs(const struct text_owner *o, int organisation)
{
	return o->of == TERRITORY_NONE || organisation == o->of;
}

/* What the program makes of several appointments. */
static void fill_made(const char *language, struct text_values *v)
{
	bool en = is_english(language);

	v->meetings = en ? "Tuesday 3 March, 2:00 pm; Thursday 5 March, 9:00 am"
			 : "mardi 3 mars à 14 h; jeudi 5 mars à 9 h";
	v->choices = en ? "1 Tue 3, 2:00 pm, 2 Thu 5, 9:00 am"
			: "1 mar. 3 à 14 h, 2 jeu. 5 à 9 h";
	v->until = en ? "Wednesday 4 March, 10:00 am" : "mercredi 4 mars, 10 h";
	v->code = "482913";
	v->notice = en ? "An SMS could not leave." : "Un SMS n’a pas pu partir.";
}

static void fill_service(const struct territory *t, const struct text_owner *o,
			 const char *language, struct text_values *v)
{
	for (int i = 0; i < t->live_services; i++) {
		const struct service *s = &t->services[i];

		if ((o->service != TERRITORY_NONE && i != o->service) ||
		    (s->organisation != TERRITORY_NONE && !is_theirs(o, s->organisation)))
			continue;
		v->service = bitext_get(&s->name, language);
		v->bring = bitext_get(&s->bring, language);
		v->instructions = bitext_get(&s->instructions, language);
		if (s->mode != MODE_SITE)
			v->mode = text_mode(language, (int)s->mode);
		return;
	}
}

static void fill_usual(struct http_request *rq, const struct staff *st,
		       const struct text_owner *o, const char *language,
		       enum text_stem stem, struct text_values *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	bool en = is_english(language);

	*v = (struct text_values){
		.day = en ? "Tuesday 3 March" : "mardi 3 mars",
		.hour = en ? "2:00 pm" : "14 h",
		.link = link_of(rq, st, stem),
		.first_name = "Sacha",
	};
	fill_made(language, v);
	fill_service(t, o, language, v);
	for (int i = 0; i < t->live_sites && !v->place && !v->mode; i++) {
		const struct site *s = &t->sites[i];

		if (!is_theirs(o, s->organisation))
			continue;
		v->place = s->name;
		v->address = s->address;
		v->postcode = s->postcode;
		v->commune = s->commune;
		v->access = bitext_get(&s->access, language);
	}
	for (int i = 0; i < t->live_organisations && !v->organisation; i++) {
		if (!is_theirs(o, i))
			continue;
		v->organisation = t->organisations[i].name;
		v->phone = page_phone(rq, t->organisations[i].phone);
		v->email = t->organisations[i].email;
	}
}

static void fill_longest(struct http_request *rq, const struct staff *st,
			 const struct text_owner *o, const char *language,
			 enum text_stem stem, struct text_values *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	bool en = is_english(language);

	fill_usual(rq, st, o, language, stem, v);
	v->day = en ? "Wednesday 30 September" : "mercredi 30 septembre";
	v->hour = en ? "12:30 pm" : "14 h 30";
	v->until = en ? "Wednesday 30 September, 12:30 pm"
		      : "mercredi 30 septembre, 14 h 30";
	v->party = "20";
	v->first_name = "Marie-Antoinette Charlotte";
	for (int i = 0; i < t->live_sites && (!v->mode || !*v->mode); i++) {
		const struct site *s = &t->sites[i];

		if (!is_theirs(o, s->organisation))
			continue;
		longer(&v->place, s->name);
		longer(&v->address, s->address);
		longer(&v->commune, s->commune);
		longer(&v->access, bitext_get(&s->access, language));
	}
	for (int i = 0; i < t->live_organisations; i++)
		if (is_theirs(o, i))
			longer(&v->organisation, t->organisations[i].name);
}

static const char *say_size(struct http_request *rq, const struct gsm_size *size)
{
	const struct staff *st = http_request_context(rq);
	const struct lang *l = http_request_lang(rq);
	long price = (long)size->segments * st->options.sms_price; /* thousandths */
	const char *words = page_text(
		rq,
		trn(l, "%1$zu caractères sur %2$zu. Il part et se paie comme %3$zu SMS.",
		    "%1$zu caractères sur %2$zu. Il part et se paie comme %3$zu SMS.",
		    (long)size->segments),
		size->units,
		size->encoding == GSM_7BIT ? (size_t)GSM_7BIT_SINGLE
					   : (size_t)GSM_UCS2_SINGLE,
		size->segments);

	if (!price)
		return words;
	return page_text(rq, tr(l, "%s Prix : %ld,%03ld €."), words, price / 1000,
			 price % 1000);
}

static void add_sample(struct http_request *rq, const struct text_draft *d,
		       const struct text_kind *k, const struct text_values *v,
		       const char *title, struct service_sample *out)
{
	struct buf subject = BUF_INIT, body = BUF_INIT;
	struct gsm_size size = text_draft_write(d, v, &subject, &body);

	*out = (struct service_sample){
		.title = title,
		.subject = k->email ? http_request_strdup(rq, buf_str(&subject)) : NULL,
		.body = http_request_strdup(rq, buf_str(&body)),
		.size = k->email ? NULL : say_size(rq, &size),
		.email = k->email,
		.bad = !k->email && size.segments > 1,
	};
	buf_fini(&subject);
	buf_fini(&body);
}

static void add_problems(struct http_request *rq, const struct text_kind *k,
			 const struct text_faults *faults, struct service_preview_view *v)
{
	const struct lang *l = http_request_lang(rq);
	struct problem_view *p = http_request_alloc(rq, (faults->n + 1) * sizeof(*p));

	for (size_t i = 0; i < faults->n; i++) {
		bool subject = k->email && faults->items[i].line <= 1 &&
			       faults->items[i].kind != TEXT_FAULT_MISSING;

		p[i] = (struct problem_view){
			.field = subject ? "objet" : "texte",
			.message = service_text_fault(rq, &faults->items[i])};
		if (k->email && faults->items[i].line >= 3)
			p[i].label = page_text(rq, tr(l, "Ligne %d"),
					       faults->items[i].line - 2);
	}
	v->problems = p;
	v->nproblems = faults->n;
}

void service_text_preview(struct http_request *rq, const struct staff *st,
			  const struct text_owner *o, const struct text_place *p,
			  const char *source, struct service_preview_view *v)
{
	const struct lang *l = http_request_lang(rq);
	struct service_sample *samples = http_request_alloc(rq, 2 * sizeof(*samples));
	struct text_faults faults = {.lines = NULL};
	struct text_draft *d;
	struct text_values values;
	struct text_kind k;

	memset(v, 0, sizeof(*v));
	if (text_place_parse(p, &k) < 0)
		return;
	d = text_draft_new(p, source, &faults);
	add_problems(rq, &k, &faults, v);
	if (!d)
		return;
	fill_usual(rq, st, o, p->language, k.stem, &values);
	values.discreet = k.discreet;
	add_sample(rq, d, &k, &values, tr(l, "D’habitude"), &samples[v->nsamples++]);
	fill_longest(rq, st, o, p->language, k.stem, &values);
	add_sample(rq, d, &k, &values, tr(l, "Avec les noms les plus longs"),
		   &samples[v->nsamples++]);
	v->samples = samples;
	text_draft_free(d);
}
