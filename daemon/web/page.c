/* SPDX-License-Identifier: GPL-3.0-or-later */
/* page.c - what the files of web/ share: what surrounds a page, addresses, and the
 * requests that wait for booking. */
#include "web/page.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "message/phone.h"

const char *page_text(struct http_request *rq, const char *fmt, ...)
{
	va_list ap, again;
	char *text;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	text = http_request_alloc(rq, (size_t)n + 1);
	vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	va_end(ap);
	return text;
}

const char *page_url(struct http_request *rq, const char *path, ...)
{
	struct buf b = BUF_INIT;
	const char *name, *text;
	char mark = strchr(path, '?') ? '&' : '?';
	va_list ap;

	buf_addstr(&b, path);
	va_start(ap, path);
	while ((name = va_arg(ap, const char *))) {
		const char *value = va_arg(ap, const char *);

		if (!value || !*value)
			continue;
		buf_addch(&b, mark);
		buf_addstr(&b, name);
		buf_addch(&b, '=');
		buf_add_url(&b, value);
		mark = '&';
	}
	va_end(ap);
	text = http_request_strdup(rq, buf_str(&b));
	buf_fini(&b);
	return text;
}

const char *page_retention(struct http_request *rq, const struct web *w)
{
	const struct lang *l = http_request_lang(rq);
	int months = w->options.retention_months;

	if (months % 12 == 0)
		return page_text(rq, trn(l, "%d an", "%d ans", months / 12), months / 12);
	return page_text(rq, tr(l, "%d mois"), months);
}

const char *page_duration(struct http_request *rq, int minutes)
{
	char *out = http_request_alloc(rq, WORDS_SIZE);

	words_duration(out, http_request_lang_code(rq), minutes);
	return out;
}

const char *page_hour(struct http_request *rq, int minute)
{
	char *out = http_request_alloc(rq, WORDS_SIZE);

	words_hour(out, http_request_lang_code(rq), minute);
	return out;
}

const char *page_when(struct http_request *rq, const struct web *w, civil_time t,
		      bool title)
{
	const struct territory *ty = booking_territory(w->booking);
	civil_day today = civil_time_day(zone_to_civil(ty->zone, clock_now()));
	const char *code = http_request_lang_code(rq);
	char day[WORDS_SIZE];

	if (title)
		words_day_title(day, code, civil_time_day(t), today);
	else
		words_day(day, code, civil_time_day(t), today);
	/* a day, then an hour: "lundi 30 novembre à 9 h" */
	return page_text(rq, tr(http_request_lang(rq), "%1$s à %2$s"), day,
			 page_hour(rq, civil_time_minute(t)));
}

const char *page_service(struct http_request *rq, const struct service *s)
{
	const char *code = http_request_lang_code(rq);
	const char *card = bitext_get(&s->card, code);

	return *card ? card : bitext_get(&s->name, code);
}

int page_public_service(const struct web *w, const char *slug)
{
	const struct territory *t = booking_territory(w->booking);
	int i = slug && *slug ? territory_service(t, slug) : TERRITORY_NONE;

	if (i == TERRITORY_NONE || i >= t->live_services || !t->services[i].public)
		return TERRITORY_NONE;
	return i;
}

/* ---- what surrounds a page ---- */

const struct organisation *page_organisation(const struct web *w, int index)
{
	const struct territory *t = booking_territory(w->booking);

	if (index != TERRITORY_NONE)
		return &t->organisations[index];
	return t->live_organisations == 1 ? &t->organisations[0] : NULL;
}

const char *page_phone(struct http_request *rq, const char *number)
{
	struct buf pretty = BUF_INIT, b = BUF_INIT;
	struct phone phone;
	const char *out;

	phone_pretty(phone_parse(number, &phone) == RDVD_OK ? phone.number : number,
		     &pretty);
	for (const char *p = buf_str(&pretty); *p; p++) {
		if (*p == ' ')
			buf_addlit(&b, "\u00a0");
		else
			buf_addch(&b, *p);
	}
	out = http_request_strdup(rq, buf_str(&b));
	buf_fini(&pretty);
	buf_fini(&b);
	return out;
}

void page_team(struct http_request *rq, const struct web *w, const struct organisation *o,
	       const char **name, const char **phone, const char **tel)
{
	const struct territory *t = booking_territory(w->booking);
	char *dial;
	size_t n = 0;

	*name = o ? o->name : t->name;
	*phone = *tel = NULL;
	if (!o || !o->phone || !*o->phone)
		return;
	dial = http_request_alloc(rq, 5 + strlen(o->phone));
	memcpy(dial, "tel:", 4);
	for (const char *p = o->phone; *p; p++)
		if (*p == '+' || (*p >= '0' && *p <= '9'))
			dial[4 + n++] = *p;
	dial[4 + n] = '\0';
	*phone = page_phone(rq, dial + 4);
	*tel = dial;
}

/* This page in another language: the same address with lang= said anew. What was sent by
 * POST is shown by GET at the same path. */
static const char *in_language(struct http_request *rq, const char *code)
{
	struct buf b = BUF_INIT;
	const char *name, *value, *text;

	buf_addstr(&b, http_request_path(rq));
	buf_addlit(&b, "?lang=");
	buf_addstr(&b, code);
	for (size_t i = 0; http_request_query_at(rq, i, &name, &value) == 0; i++) {
		if (strcmp(name, "lang") == 0)
			continue;
		buf_addch(&b, '&');
		buf_add_url(&b, name);
		buf_addch(&b, '=');
		buf_add_url(&b, value);
	}
	text = http_request_strdup(rq, buf_str(&b));
	buf_fini(&b);
	return text;
}

static void add_languages(struct http_request *rq, const struct web *w, struct layout *v)
{
	size_t n = w->options.langs ? langs_count(w->options.langs) : 1, k = 0;
	struct link_view *links;

	if (n < 2)
		return;
	links = http_request_alloc(rq, n * sizeof(*links));
	for (size_t i = 0; i < n; i++) {
		const struct lang *l = langs_at(w->options.langs, i);

		if (strcmp(lang_code(l), v->lang) == 0)
			continue;
		links[k++] = (struct link_view){
			.url = in_language(rq, lang_code(l)),
			.text = lang_name(l),
			.lang = lang_code(l),
		};
	}
	v->languages = links;
	v->nlanguages = k;
}

void page_layout(struct http_request *rq, const struct web *w, struct layout *v,
		 const char *title, const struct organisation *o)
{
	const struct territory *t = booking_territory(w->booking);

	memset(v, 0, sizeof(*v));
	if (!o)
		o = page_organisation(w, TERRITORY_NONE);
	v->brand = o ? o->name : t->name;
	if (!*v->brand)
		v->brand = tr(http_request_lang(rq), "Rendez-vous logement");
	v->title = page_text(rq, "%s - %s", title, v->brand);
	v->home = "/";
	v->lang = http_request_lang_code(rq);
	v->look = "";
	if (o && o->accent && *o->accent)
		v->theme = page_text(rq, "/couleur/%s.css", o->slug);
	v->urgent = true;
	v->demonstration = w->options.demonstration;
	add_languages(rq, w, v);
}

/* ---- answers that come later ---- */

struct wait *page_wait(struct http_request *rq)
{
	struct wait *wait = xcalloc(1, sizeof(*wait));

	wait->web = http_request_context(rq);
	wait->ticket = http_suspend(rq);
	return wait;
}

struct http_request *page_wait_over(struct wait *wait, struct web **w)
{
	struct http_request *rq = http_resume(wait->ticket);

	*w = wait->web;
	free(wait);
	return rq;
}

int page_is_trouble(enum booking_verdict v)
{
	return v == BOOKING_BUSY || v == BOOKING_UNCERTAIN || v == BOOKING_FAILED;
}

void page_fail(struct http_request *rq, enum booking_verdict v)
{
	if (page_is_trouble(v))
		http_fail_later(rq, 503, NULL, 5);
	else
		http_fail(rq, 404, NULL);
}

/* ---- slots ---- */

size_t page_alternatives(const struct web *w, int service, int site, struct slot *out,
			 size_t max)
{
	const struct agenda *a = booking_agenda(w->booking);
	const struct territory *t = agenda_territory(a);
	struct slot_query q = {
		.service = service,
		.site = TERRITORY_NONE,
		.radius_km = 30,
		.now = clock_now(),
		.seats = 1,
		.after_site = TERRITORY_NONE,
	};
	int more = 0;
	size_t n;

	if (site != TERRITORY_NONE && t->services[service].mode != MODE_PHONE)
		q.near = &t->sites[site].point;
	n = slot_search(a, &q, out, max, &more);
	if (n > 0 || !q.near)
		return n;
	q.radius_km = 20100; /* half the Earth's girth: everywhere */
	return slot_search(a, &q, out, max, &more);
}

int page_slot(const struct web *w, const char *service, const char *hour,
	      int *service_out, int *site_out, rdvd_time *start)
{
	const struct territory *t = booking_territory(w->booking);
	char slug[64];
	rdvd_time at;
	int s = page_public_service(w, service), site;

	if (s == TERRITORY_NONE || times_parse(hour, slug, &at) < 0)
		return -1;
	site = territory_site(t, slug);
	if (site == TERRITORY_NONE || site >= t->live_sites)
		return -1;
	*service_out = s;
	*site_out = site;
	*start = at;
	return 0;
}
