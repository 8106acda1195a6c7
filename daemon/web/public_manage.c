/* SPDX-License-Identifier: GPL-3.0-or-later */
/* public_manage.c - the page behind an appointment's secret link: when, where, what to
 * bring; I am coming, another date, cancel. Opening a link changes nothing, ever: mail
 * scanners and messengers open links. No name stands on it: links are shown to friends.
 */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "booking/waiting.h"
#include "web/page.h"

#define MOVE_BATCH TIMES_MAX

/* What the rows of an appointment mean in the territory; any may be gone by now. */
struct facts {
	const struct rdvd_appointment *a;
	const struct service *service;	 /* NULL */
	const struct site *site;	 /* NULL: an ad-hoc place */
	const struct organisation *team; /* NULL */
	rdvd_time now;
	bool past;
};

static void facts_init(struct facts *f, const struct web *w,
		       const struct rdvd_appointment *a)
{
	const struct territory *t = booking_territory(w->booking);
	int service = territory_by_id(t, RDVD_DEF_SERVICE, a->service);
	int site = a->place.site ? territory_by_id(t, RDVD_DEF_SITE, a->place.site)
				 : TERRITORY_NONE;
	int team = territory_by_id(t, RDVD_DEF_ORGANISATION, a->organisation);

	f->a = a;
	f->service = service == TERRITORY_NONE ? NULL : &t->services[service];
	f->site = site == TERRITORY_NONE ? NULL : &t->sites[site];
	f->team = page_organisation(w, team);
	f->now = clock_now();
	f->past = a->when.start <= f->now;
}

static const char *self_url(struct http_request *rq)
{
	return page_text(rq, "/rdv/%s", http_request_param(rq, "token"));
}

static const char *sub_url(struct http_request *rq, const char *act)
{
	return page_text(rq, "/rdv/%s/%s", http_request_param(rq, "token"), act);
}

/* Answer what is not an appointment to show; 1 when it was answered. */
static int failed(struct http_request *rq, const struct booking_reply *r)
{
	if (r->verdict == BOOKING_NOT_FOUND || page_is_trouble(r->verdict) ||
	    !r->appointment) {
		page_fail(rq, r->verdict);
		return 1;
	}
	return 0;
}

static void get(struct http_request *rq, booking_cb *cb)
{
	const struct web *w = http_request_context(rq);
	struct booking_which which = {.token = http_request_param(rq, "token")};

	booking_get(w->booking, &which, cb, page_wait(rq));
}

/* ---- the page ---- */

static void add_day(struct buf *out, const struct lang *l, int days)
{
	static const char *const numbers[] = {"",	   "",		 N_("deux"),
					      N_("trois"), N_("quatre"), N_("cinq"),
					      N_("six"),   N_("sept")};

	if (days == 0)
		buf_addstr(out, tr(l, "le jour même"));
	else if (days == 1)
		buf_addstr(out, tr(l, "la veille"));
	else if (days < (int)ARRAY_SIZE(numbers))
		buf_addf(out, tr(l, "%s jours avant"), tr(l, numbers[days]));
	else
		buf_addf(out, tr(l, "%d\u00a0jours avant"), days);
}

/* "trois jours avant et la veille": the reminders still to come; NULL when none is. */
static const char *say_reminders(struct http_request *rq, const struct web *w,
				 const struct facts *f)
{
	const struct lang *l = http_request_lang(rq);
	int days[REMINDERS_MAX];
	size_t n = booking_reminders(w->booking, f->a, f->now, days);
	struct buf out = BUF_INIT;
	const char *text;

	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_addstr(&out, i == n - 1 ? tr(l, " et ") : ", ");
		add_day(&out, l, days[i]);
	}
	text = n ? http_request_strdup(rq, buf_str(&out)) : NULL;
	buf_fini(&out);
	return text;
}

static void say_place(struct http_request *rq, const struct facts *f,
		      struct appointment_view *v)
{
	const char *code = http_request_lang_code(rq);
	const struct site *s = f->site;

	if (v->by_phone)
		return;
	v->place = f->a->place.name;
	v->postcode = f->a->place.postcode;
	if (!s)
		return;
	v->place = s->name;
	v->address = s->address;
	v->postcode = s->postcode;
	v->town = s->commune;
	v->access = bitext_get(&s->access, code);
	v->transport = bitext_get(&s->transport, code);
	v->step_free = s->step_free == 1;
	v->map_url = page_url(
		rq, "https://www.openstreetmap.org/search", "query",
		page_text(rq, "%s, %s %s", s->address, s->postcode, s->commune), NULL);
}

static const char *why_no_sms(const struct lang *l, const struct web *w,
			      const struct rdvd_person *p)
{
	if (!w->options.sms_enabled)
		return tr(l, "Nous n’envoyons pas de SMS.");
	if (*p->phone)
		return tr(l, "Ce numéro ne reçoit pas de SMS\u00a0: nous ne pourrons pas "
			     "vous envoyer de rappel.");
	return tr(l, "Sans numéro de mobile, nous ne pourrons pas vous envoyer de "
		     "rappel.");
}

static void say_messages(struct http_request *rq, const struct web *w,
			 const struct facts *f, struct appointment_view *v)
{
	const struct rdvd_person *p = &f->a->person;
	bool sms = w->options.sms_enabled && p->sms_ok && *p->phone;

	v->by_email = w->options.email_enabled && *p->email;
	v->by_sms = sms;
	if (sms)
		v->reminders = say_reminders(rq, w, f);
	if (!sms && !v->by_email) {
		char *code = http_request_alloc(rq, 5);

		web_code(f->a, code);
		v->code = code;
		v->no_sms = why_no_sms(http_request_lang(rq), w, p);
	}
}

/* The waiting list: on it already, or the way there while there is something to gain. */
static void say_waiting(struct http_request *rq, const struct facts *f,
			struct appointment_view *v)
{
	const struct web *w = http_request_context(rq);
	char token[SECRET_TOKEN_CHARS + 1];

	if (!w->options.waiting || v->cancelled || v->past)
		return;
	if (waiting_token_of(w->options.waiting, f->a->id, token) == 0)
		v->waiting_url = page_text(rq, "/attente/%s", token);
	else if (v->can_move && f->a->when.start - f->now > CIVIL_DAY_SECONDS)
		v->wait_url = sub_url(rq, "attente");
}

/* What may still be done, and until when. */
static void say_acts(struct http_request *rq, const struct facts *f,
		     struct appointment_view *v)
{
	int limit = f->team ? f->team->move_until_minutes : 0;
	bool open = !v->cancelled && !v->past;

	v->can_confirm = open && !v->confirmed;
	v->can_cancel = open;
	v->can_move = open && f->service && f->site && f->service->public &&
		      !f->service->retired &&
		      f->a->when.start - f->now >= (rdvd_time)limit * 60;
	if (open && !v->can_move && limit > 0)
		v->too_late = page_duration(rq, limit);
	v->self = self_url(rq);
	v->confirm_url = sub_url(rq, "venir");
	v->move_url = sub_url(rq, "deplacer");
	v->cancel_url = sub_url(rq, "annuler");
	say_waiting(rq, f, v);
	v->calendar_url = page_text(rq, "/rdv/%s.ics", http_request_param(rq, "token"));
	v->search_url =
		page_url(rq, "/", "service", f->service ? f->service->slug : NULL, NULL);
}

static const char *heading(const struct lang *l, const struct appointment_view *v)
{
	if (v->cancelled && v->by_team)
		return tr(l, "L’équipe a dû annuler ce rendez-vous");
	if (v->cancelled)
		return tr(l, "C’est annulé");
	if (v->past)
		return tr(l, "Ce rendez-vous est passé");
	if (v->moved)
		return tr(l, "C’est changé. À bientôt\u00a0!");
	if (v->fresh)
		return tr(l, "C’est noté. À bientôt\u00a0!");
	if (v->confirmed)
		return tr(l, "Merci, nous vous attendons");
	return tr(l, "Votre rendez-vous");
}

static void fill(struct http_request *rq, const struct web *w, const struct facts *f,
		 struct appointment_view *v)
{
	const struct rdvd_appointment *a = f->a;
	civil_time start = a->when.civil_start;
	char *day = http_request_alloc(rq, WORDS_SIZE);
	const char *code = http_request_lang_code(rq);
	const struct territory *t = booking_territory(w->booking);

	v->fresh = http_request_query(rq, "merci") != NULL;
	v->moved = http_request_query(rq, "change") != NULL;
	v->confirmed = a->status == RDVD_CONFIRMED;
	v->cancelled = a->status == RDVD_CANCELLED;
	v->by_team = v->cancelled && a->outcome == RDVD_REVOKED;
	v->past = f->past;
	v->by_phone = f->service && f->service->mode == MODE_PHONE;
	v->workshop = a->capacity > 0;
	words_day_title(day, code, civil_time_day(start),
			civil_time_day(zone_to_civil(t->zone, f->now)));
	v->day = day;
	v->hour = page_hour(rq, civil_time_minute(start));
	v->duration = page_duration(rq, (int)((a->when.end - a->when.start) / 60));
	if (f->service) {
		v->bring = bitext_get(&f->service->bring, code);
		v->instructions = bitext_get(&f->service->instructions, code);
	}
	if (a->party_size > 1)
		v->party = page_text(rq, "%d", a->party_size);
	say_place(rq, f, v);
	say_acts(rq, f, v);
	if (v->cancelled)
		v->was = page_when(rq, w, start, false);
	if (!v->cancelled && !v->past)
		say_messages(rq, w, f, v);
	v->heading = heading(http_request_lang(rq), v);
}

static void shown(void *arg, const struct booking_reply *r)
{
	struct web *w;
	struct http_request *rq = page_wait_over(arg, &w);
	struct appointment_view v = {0};
	struct buf out = BUF_INIT;
	struct facts f;

	if (!rq || failed(rq, r))
		return;
	facts_init(&f, w, r->appointment);
	fill(rq, w, &f, &v);
	page_layout(rq, w, &v.layout, v.heading, f.team);
	page_team(rq, w, f.team, &v.team, &v.team_phone, &v.team_tel);
	page_appointment(&out, http_request_lang(rq), &v);
	http_reply_html(rq, 200, &out);
}

static void show(struct http_request *rq)
{
	get(rq, shown);
}

/* ---- I am coming; cancel ---- */

/* Done, or no longer possible: the appointment's page says which. */
static void acted(void *arg, const struct booking_reply *r)
{
	struct web *w;
	struct http_request *rq = page_wait_over(arg, &w);

	if (!rq)
		return;
	if (r->verdict == BOOKING_NOT_FOUND || page_is_trouble(r->verdict))
		page_fail(rq, r->verdict);
	else
		http_redirect(rq, 303, self_url(rq));
}

static void confirm(struct http_request *rq)
{
	const struct web *w = http_request_context(rq);
	struct booking_which which = {.token = http_request_param(rq, "token")};

	booking_confirm(w->booking, &which, acted, page_wait(rq));
}

static void cancel(struct http_request *rq)
{
	const struct web *w = http_request_context(rq);
	struct booking_which which = {.token = http_request_param(rq, "token")};

	booking_cancel(w->booking, &which, acted, page_wait(rq));
}

static void asked_to_cancel(void *arg, const struct booking_reply *r)
{
	struct web *w;
	struct http_request *rq = page_wait_over(arg, &w);
	struct cancel_view v = {0};
	struct buf out = BUF_INIT;
	struct facts f;

	if (!rq || failed(rq, r))
		return;
	facts_init(&f, w, r->appointment);
	if (f.past || f.a->status == RDVD_CANCELLED) {
		http_redirect(rq, 303, self_url(rq));
		return;
	}
	page_layout(rq, w, &v.layout,
		    tr(http_request_lang(rq), "Annuler votre rendez-vous"), f.team);
	v.when = page_when(rq, w, f.a->when.civil_start, false);
	v.place = f.site && (!f.service || f.service->mode != MODE_PHONE) ? f.site->name
									  : NULL;
	v.action = sub_url(rq, "annuler");
	v.self = self_url(rq);
	page_cancel(&out, http_request_lang(rq), &v);
	http_reply_html(rq, 200, &out);
}

static void ask_to_cancel(struct http_request *rq)
{
	get(rq, asked_to_cancel);
}

/* ---- another date ---- */

/* Times of the same service around the same site, this very hour left out. */
static size_t other_times(struct http_request *rq, const struct web *w,
			  const struct facts *f, struct slot *out, int *more)
{
	const struct agenda *a = booking_agenda(w->booking);
	const struct territory *t = agenda_territory(a);
	const char *after = http_request_query(rq, "after");
	struct slot_query q = {
		.service = (int)(f->service - t->services),
		.site = TERRITORY_NONE,
		.near = f->service->mode == MODE_PHONE ? NULL : &f->site->point,
		.radius_km = 30,
		.now = f->now,
		.seats = f->a->capacity ? f->a->party_size : 1,
		.after_site = TERRITORY_NONE,
		.extra_minutes = booking_extra_minutes(w->booking, f->a),
	};
	char slug[64];
	size_t n, k = 0;

	if (after && times_parse(after, slug, &q.after_start) == 0)
		q.after_site = territory_site(t, slug);
	n = slot_search(a, &q, out, MOVE_BATCH, more);
	for (size_t i = 0; i < n; i++) {
		out[i].distance_m = -1; /* it would be from the place, not from home */
		if (out[i].start != f->a->when.start || &t->sites[out[i].site] != f->site)
			out[k++] = out[i];
	}
	return k;
}

static void reply_move(struct http_request *rq, const struct web *w,
		       const struct facts *f, bool taken)
{
	const struct territory *t = booking_territory(w->booking);
	const char *lang = http_request_lang_code(rq);
	struct slot slots[MOVE_BATCH];
	struct appointment_view can = {0};
	struct move_view v;
	struct buf out = BUF_INIT;
	bool phone = f->service && f->service->mode == MODE_PHONE;
	size_t n = 0;
	int more = 0;

	memset(&v, 0, sizeof(v));
	say_acts(rq, f, &can);
	v.when = page_when(rq, w, f->a->when.civil_start, false);
	v.action = sub_url(rq, "deplacer");
	v.self = can.self;
	v.taken = taken;
	v.too_late = !can.can_move;
	v.later = http_request_query(rq, "after") != NULL;
	v.first_url = v.action;
	if (can.can_move)
		n = other_times(rq, w, f, slots, &more);
	v.none = n == 0 && !v.too_late;
	if (more && n > 0) {
		char name[96];

		times_name(name, t->sites[slots[n - 1].site].slug, slots[n - 1].start);
		v.later_url = page_url(rq, v.action, "after", name, NULL);
	}
	page_layout(rq, w, &v.layout, tr(http_request_lang(rq), "Changer de date"),
		    f->team);
	page_team(rq, w, f->team, &v.team, &v.team_phone, &v.team_tel);
	times_build(&v.times, t, slots, n, phone ? TIMES_BY_PHONE : TIMES_BY_DAY, lang,
		    f->now);
	page_move(&out, http_request_lang(rq), &v);
	http_reply_html(rq, taken || v.too_late ? 409 : 200, &out);
}

static void asked_to_move(void *arg, const struct booking_reply *r)
{
	struct web *w;
	struct http_request *rq = page_wait_over(arg, &w);
	struct facts f;

	if (!rq || failed(rq, r))
		return;
	facts_init(&f, w, r->appointment);
	if (f.past || f.a->status == RDVD_CANCELLED)
		http_redirect(rq, 303, self_url(rq));
	else
		reply_move(rq, w, &f, http_request_method(rq) == HTTP_POST);
}

static void ask_to_move(struct http_request *rq)
{
	get(rq, asked_to_move);
}

static void moved(void *arg, const struct booking_reply *r)
{
	struct web *w;
	struct http_request *rq = page_wait_over(arg, &w);

	if (!rq)
		return;
	if (r->verdict == BOOKING_DONE || r->verdict == BOOKING_KNOWN)
		http_redirect(rq, 303, page_text(rq, "%s?change=1", self_url(rq)));
	else if (r->verdict == BOOKING_NOT_FOUND || page_is_trouble(r->verdict))
		page_fail(rq, r->verdict);
	else
		get(rq, asked_to_move); /* the page again, with what is free now */
}

static void move(struct http_request *rq)
{
	const struct web *w = http_request_context(rq);
	const struct territory *t = booking_territory(w->booking);
	struct booking_which which = {.token = http_request_param(rq, "token")};
	char site[64];
	rdvd_time start;

	if (times_parse(http_request_field(rq, "horaire"), site, &start) < 0 ||
	    territory_site(t, site) == TERRITORY_NONE) {
		http_fail(rq, 400, NULL);
		return;
	}
	booking_move(w->booking, &which, site, start, NULL, moved, page_wait(rq));
}

/* CSRF_ORIGIN: the secret is the link itself, which another site cannot know, and people
 * who refuse cookies must be able to cancel. */
static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = "/rdv/{token}",
	 .limit = LIMIT_READ,
	 .handle = show},
	{.method = HTTP_POST,
	 .pattern = "/rdv/{token}/venir",
	 .csrf = CSRF_ORIGIN,
	 .limit = LIMIT_BOOK,
	 .body = BODY_FORM,
	 .handle = confirm},
	{.method = HTTP_GET,
	 .pattern = "/rdv/{token}/venir",
	 .limit = LIMIT_READ,
	 .handle = show},
	{.method = HTTP_GET,
	 .pattern = "/rdv/{token}/annuler",
	 .limit = LIMIT_READ,
	 .handle = ask_to_cancel},
	{.method = HTTP_POST,
	 .pattern = "/rdv/{token}/annuler",
	 .csrf = CSRF_ORIGIN,
	 .limit = LIMIT_BOOK,
	 .body = BODY_FORM,
	 .handle = cancel},
	{.method = HTTP_GET,
	 .pattern = "/rdv/{token}/deplacer",
	 .limit = LIMIT_READ,
	 .handle = ask_to_move},
	{.method = HTTP_POST,
	 .pattern = "/rdv/{token}/deplacer",
	 .csrf = CSRF_ORIGIN,
	 .limit = LIMIT_BOOK,
	 .body = BODY_FORM,
	 .handle = move},
};

void manage_routes(struct web *w)
{
	http_server_routes(w->server, routes, ARRAY_SIZE(routes), w);
}
