/* SPDX-License-Identifier: GPL-3.0-or-later */
/* desk_walk_in.c - somebody is there without an appointment. The page knows the place,
 * the usual kind of appointment, and who of those who receive there is free, now or when;
 * a first name is enough, and even that may be missing. Whoever has only some minutes
 * before the next appointment receives for these; nothing is ever laid over somebody
 * else's time. Or the person comes back: the nearest free times are below. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/desk_views.h"
#include "web/staff_room.h"

#define WHO_MAX 24
#define AHEAD_S (4 * 3600) /* who is not free before that is not offered */
#define WINDOW_MIN_S (15 * 60)
#define WINDOW_MAX_S (2 * 3600)
#define STEP_S 300
#define TODAY_SHOWN 6
#define LATER_SHOWN 6
#define WEEK_DAYS 7

/* When one of the team can receive. */
struct window {
	int who; /* index */
	rdvd_time start, end;
};

/* Strings are the request's, never NULL. */
struct walk_in {
	const char *first_name, *last_name, *phone, *companion, *service, *site, *who;
	const char *slot, *key, *tell;
	/* understood */
	int service_index, site_index; /* TERRITORY_NONE */
	const char *site_slug;	       /* of the site that is booked */
	rdvd_time now;		       /* on a multiple of five minutes */
	struct window windows[WHO_MAX];
	size_t nwindows;
	size_t chosen; /* of these */
	struct booking_errors errors;
	const char *why;
	int status;
};

/* ---- who is there, and when ---- */

static bool find_window(const struct staff *st, int who, int site, rdvd_time now,
			struct window *out)
{
	const struct agenda *a = booking_agenda(st->web.booking);

	for (rdvd_time at = now; at <= now + AHEAD_S; at += STEP_S) {
		rdvd_time end = at + WINDOW_MIN_S;

		if (!agenda_counsellor_is_free(a, who, site, at, end, 0, 0))
			continue;
		while (end - at < WINDOW_MAX_S &&
		       agenda_counsellor_is_free(a, who, site, at, end + STEP_S, 0, 0))
			end += STEP_S;
		*out = (struct window){who, at, end};
		return true;
	}
	return false;
}

struct present {
	const struct staff *st;
	struct walk_in *w;
	const struct viewer *viewer;
};

static void add_who(struct present *p, int who)
{
	struct walk_in *w = p->w;

	for (size_t i = 0; i < w->nwindows; i++)
		if (w->windows[i].who == who)
			return;
	if (w->nwindows < WHO_MAX && staff_may_see_counsellor(p->st, p->viewer, who) &&
	    find_window(p->st, who, w->site_index, w->now, &w->windows[w->nwindows]))
		w->nwindows++;
}

static int add_present(void *arg, const struct occurrence *o)
{
	struct present *p = arg;

	if (o->closed || o->end <= p->w->now || o->start > p->w->now + AHEAD_S)
		return 0;
	for (int i = 0; i < o->ncounsellors; i++)
		add_who(p, o->counsellors[i]);
	return 0;
}

/* Soonest first; whoever looks at the page before a colleague. */
static void sort_windows(struct walk_in *w, const struct viewer *v)
{
	for (size_t i = 1; i < w->nwindows; i++)
		for (size_t k = i; k > 0; k--) {
			const struct window a = w->windows[k - 1], b = w->windows[k];

			if (a.start < b.start ||
			    (a.start == b.start && b.who != v->counsellor))
				break;
			w->windows[k - 1] = b;
			w->windows[k] = a;
		}
}

/* Those who receive at that place today; if nobody does, the whole team of it. */
static void find_team(const struct staff *st, const struct viewer *v, struct walk_in *w)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct present p = {st, w, v};
	civil_day today;

	if (w->site_index == TERRITORY_NONE)
		return;
	today = civil_time_day(zone_to_civil(staff_zone(st, w->site_index), w->now));
	agenda_occurrences(booking_agenda(st->web.booking), today, today + 1,
			   w->site_index, TERRITORY_NONE, add_present, &p);
	if (v->counsellor != TERRITORY_NONE)
		add_who(&p, v->counsellor);
	for (int i = 0; w->nwindows == 0 && i < t->live_counsellors; i++)
		if (t->counsellors[i].organisation ==
		    t->sites[w->site_index].organisation)
			add_who(&p, i);
	sort_windows(w, v);
	for (size_t i = 0; i < w->nwindows; i++)
		if (strcmp(t->counsellors[w->windows[i].who].slug, w->who) == 0)
			w->chosen = i;
}

/* ---- where, what ---- */

static int running(void *arg, const struct occurrence *o)
{
	int *found = arg;

	if (o->closed)
		return 0;
	found[0] = o->site;
	found[1] = o->opening;
	return o->end > clock_now();
}

/* A kind that one can come to the desk for. */
static bool is_received(const struct service *s)
{
	return !s->retired && s->capacity == 0 && s->mode == MODE_SITE;
}

static void understand(struct http_request *rq, const struct staff *st,
		       const struct viewer *v, struct walk_in *w)
{
	const struct territory *t = booking_territory(st->web.booking);
	civil_day today = staff_today(st);
	int here[2] = {TERRITORY_NONE, TERRITORY_NONE};

	(void)rq;
	w->now = clock_now() / STEP_S * STEP_S;
	w->site_index = staff_site(st, v, w->site);
	agenda_occurrences(
		booking_agenda(st->web.booking), today, today + 1, w->site_index,
		w->site_index == TERRITORY_NONE ? v->counsellor : TERRITORY_NONE, running,
		here);
	if (w->site_index == TERRITORY_NONE && here[0] != TERRITORY_NONE &&
	    staff_may_see_site(st, v, here[0]))
		w->site_index = here[0];
	for (int i = 0; w->site_index == TERRITORY_NONE && i < t->live_sites; i++)
		if (staff_may_see_site(st, v, i))
			w->site_index = i;
	w->service_index =
		*w->service ? territory_service(t, w->service) : TERRITORY_NONE;
	if (w->service_index != TERRITORY_NONE &&
	    is_received(&t->services[w->service_index]))
		return;
	w->service_index = TERRITORY_NONE;
	if (here[1] != TERRITORY_NONE && here[0] == w->site_index)
		for (size_t i = 0; i < t->openings[here[1]].nservices; i++) {
			int s = t->openings[here[1]].services[i];

			if (w->service_index == TERRITORY_NONE &&
			    is_received(&t->services[s]))
				w->service_index = s;
		}
	for (int i = 0; w->service_index == TERRITORY_NONE && i < t->live_services; i++)
		if (is_received(&t->services[i]))
			w->service_index = i;
}

static void read_walk_in(const struct http_request *rq, struct walk_in *w,
			 const char *(*read)(const struct http_request *rq,
					     const char *name))
{
	static const struct {
		const char *name;
		size_t offset;
	} fields[] = {
		{"prenom", offsetof(struct walk_in, first_name)},
		{"nom", offsetof(struct walk_in, last_name)},
		{"telephone", offsetof(struct walk_in, phone)},
		{"accompagne", offsetof(struct walk_in, companion)},
		{"service", offsetof(struct walk_in, service)},
		{"lieu", offsetof(struct walk_in, site)},
		{"avec", offsetof(struct walk_in, who)},
		{"prendre", offsetof(struct walk_in, slot)},
		{"cle", offsetof(struct walk_in, key)},
		{"prevenir", offsetof(struct walk_in, tell)},
	};

	memset(w, 0, sizeof(*w));
	w->status = 200;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const char *value = read(rq, fields[i].name);

		*(const char **)(void *)((char *)w + fields[i].offset) =
			value ? value : "";
	}
}

/* ---- showing ---- */

static const char *when_words(struct http_request *rq, const struct staff *st,
			      const struct walk_in *w, const struct window *win)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	const struct zone *z = staff_zone(st, w->site_index);
	int minutes = w->service_index == TERRITORY_NONE
			      ? 0
			      : t->services[w->service_index].minutes;
	bool is_short = win->end - win->start < minutes * 60;
	const char *start = staff_hour_words(rq, z, win->start);
	const char *end = staff_hour_words(rq, z, win->end);

	if (win->start == w->now)
		return is_short
			       ? page_text(rq, tr(l, "libre maintenant, jusqu’à %s"), end)
			       : tr(l, "libre maintenant");
	return is_short ? page_text(rq, tr(l, "pas libre avant %1$s, puis jusqu’à %2$s"),
				    start, end)
			: page_text(rq, tr(l, "pas libre avant %s"), start);
}

static void say_team(struct http_request *rq, const struct staff *st,
		     const struct walk_in *w, struct desk_walk_in_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct desk_who_view *rows = http_request_alloc(rq, WHO_MAX * sizeof(*rows));

	for (size_t i = 0; i < w->nwindows; i++) {
		const struct counsellor *c = &t->counsellors[w->windows[i].who];

		rows[i] = (struct desk_who_view){
			.value = c->slug,
			.name = c->label,
			.when = when_words(rq, st, w, &w->windows[i]),
			.chosen = i == w->chosen,
			.free = w->windows[i].start == w->now,
		};
	}
	v->who = rows;
	v->nwho = w->nwindows;
}

static size_t say_times(struct http_request *rq, const struct staff *st,
			const struct walk_in *w, civil_day from, civil_day to, size_t max,
			const struct option_view **out)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct zone *z = staff_zone(st, w->site_index);
	struct option_view *o = http_request_alloc(rq, max * sizeof(*o));
	struct slot *slots = http_request_alloc(rq, max * sizeof(*slots));
	struct slot_query q = {
		.service = w->service_index,
		.site = w->site_index,
		.from = zone_to_utc(z, civil_time_from(from, 0)),
		.to = zone_to_utc(z, civil_time_from(to, 0)),
		.now = clock_now(),
		.seats = 1,
		.after_site = TERRITORY_NONE,
	};
	size_t n = 0;
	int more;

	if (w->service_index != TERRITORY_NONE && w->site_index != TERRITORY_NONE)
		n = slot_search(booking_agenda(st->web.booking), &q, slots, max, &more);
	for (size_t i = 0; i < n; i++) {
		civil_time at = zone_to_civil(z, slots[i].start);
		char *name = http_request_alloc(rq, 96);

		times_name(name, t->sites[slots[i].site].slug, slots[i].start);
		o[i] = (struct option_view){
			.value = name,
			.text = to - from > 1 ? page_when(rq, &st->web, at, true)
					      : page_hour(rq, civil_time_minute(at)),
		};
	}
	*out = o;
	return n;
}

static void say_services(struct http_request *rq, const struct staff *st,
			 const struct viewer *who, const struct walk_in *w,
			 struct desk_walk_in_view *v)
{
	const struct territory *t = booking_territory(st->web.booking);
	struct option_view *o =
		http_request_alloc(rq, ((size_t)t->live_services + 1) * sizeof(*o));

	for (int i = 0; i < t->live_services; i++) {
		const struct service *s = &t->services[i];

		if (!is_received(s) || (s->organisation != TERRITORY_NONE &&
					who->organisation != TERRITORY_NONE &&
					s->organisation != who->organisation))
			continue;
		o[v->nservices++] = (struct option_view){
			.value = s->slug,
			.text = page_text(
				rq, "%s (%s)",
				bitext_get(&s->name, http_request_lang_code(rq)),
				page_duration(rq, s->minutes)),
			.selected = i == w->service_index,
		};
	}
	v->services = o;
}

static void say_problems(struct http_request *rq, const struct walk_in *w,
			 struct desk_walk_in_view *v)
{
	static const char *const ids[][2] = {
		{"person.first_name", "prenom"},
		{"person.last_name", "nom"},
		{"person.phone", "telephone"},
		{"companion", "accompagne"},
		{"service", "service"},
		{"counsellor", "avec"},
		{"site", "lieu"},
	};
	struct problem_view *p = http_request_alloc(rq, (w->errors.n + 1) * sizeof(*p));
	struct input_view *inputs[] = {&v->first_name, &v->last_name, &v->phone,
				       &v->companion};

	for (size_t i = 0; i < w->errors.n; i++) {
		const char *message =
			tr(http_request_lang(rq), w->errors.items[i].message);

		p[i] = (struct problem_view){.message = message};
		for (size_t k = 0; k < ARRAY_SIZE(ids); k++) {
			if (strcmp(ids[k][0], w->errors.items[i].field) != 0)
				continue;
			p[i].field = ids[k][1];
			if (k < ARRAY_SIZE(inputs))
				inputs[k]->error = message;
		}
	}
	v->problems = p;
	v->nproblems = w->errors.n;
}

static void reply(struct http_request *rq, const struct staff *st, struct walk_in *w)
{
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	struct desk_walk_in_view v = {0};
	civil_day today = staff_today(st);
	struct buf out = BUF_INIT;
	char key[SECRET_TOKEN_CHARS + 1];
	struct viewer who;

	staff_viewer(rq, &who);
	secret_token_random(key);
	v.heading = tr(l, "Quelqu’un est là");
	staff_layout(rq, st, &v.layout, v.heading, STAFF_DAY);
	v.csrf = v.layout.csrf;
	v.key = *w->key ? w->key : key;
	v.back_url = page_url(
		rq, "/equipe", "lieu",
		w->site_index == TERRITORY_NONE ? NULL : t->sites[w->site_index].slug,
		NULL);
	v.known_url = page_url(
		rq, "/equipe/ajouter", "lieu",
		w->site_index == TERRITORY_NONE ? NULL : t->sites[w->site_index].slug,
		NULL);
	v.first_name.value = w->first_name;
	v.last_name.value = w->last_name;
	v.phone.value = w->phone;
	v.companion.value = w->companion;
	v.tell = *w->tell != '\0';
	v.said = (struct staff_said){.text = w->why, .bad = w->why != NULL};
	say_problems(rq, w, &v);
	say_services(rq, st, &who, w, &v);
	v.nplaces = staff_site_options(rq, st, &who, w->site_index, NULL, &v.places);
	say_team(rq, st, w, &v);
	v.ntoday = say_times(rq, st, w, today, today + 1, TODAY_SHOWN, &v.today);
	v.nlater = say_times(rq, st, w, today + 1, today + 1 + WEEK_DAYS, LATER_SHOWN,
			     &v.later);
	page_desk_walk_in(&out, l, &v);
	http_reply_html(rq, w->status, &out);
}

/* ---- booking ---- */

/* Indexes are others when the territory was exchanged meanwhile. */
static void find_again(struct http_request *rq, const struct staff *st, struct walk_in *w)
{
	struct viewer who;

	staff_viewer(rq, &who);
	understand(rq, st, &who, w);
	w->nwindows = w->chosen = 0;
	find_team(st, &who, w);
}

static void booked(void *arg, const struct booking_reply *r)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	struct walk_in *w = data;

	if (!rq)
		return;
	if (r->verdict == BOOKING_DONE || r->verdict == BOOKING_KNOWN) {
		http_redirect(
			rq, 303,
			*w->slot ? page_text(rq, "/equipe/rdv/%lld?fait=ajout",
					     (long long)r->appointment->id)
				 : page_text(rq, "%s#r%lld",
					     page_url(rq, "/equipe", "lieu", w->site_slug,
						      "fait", "passage", NULL),
					     (long long)r->appointment->id));
		return;
	}
	if (r->verdict == BOOKING_FIELDS && r->errors)
		w->errors = *r->errors;
	else
		w->why = staff_why(rq, r->verdict);
	if (r->verdict == BOOKING_KEY_REUSED)
		w->key = "";
	w->status = page_is_trouble(r->verdict)	   ? 503
		    : r->verdict == BOOKING_FIELDS ? 422
						   : 409;
	find_again(rq, st, w);
	reply(rq, st, w);
}

/* The same hash for the same form, whatever the minute. */
static void hash_of(const struct walk_in *w, uint8_t hash[RDVD_HASH_SIZE])
{
	const char *const strings[] = {w->first_name, w->last_name, w->phone,
				       w->companion,  w->service,   w->site,
				       w->who,	      w->slot,	    w->tell};
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(strings); i++)
		buf_add(&b, strings[i], strlen(strings[i]) + 1);
	secret_sha256(b.data, b.len, hash);
	buf_fini(&b);
}

/* Who and for how long: 0, or -1 when nobody is free. */
static int fill_now(const struct territory *t, const struct walk_in *w,
		    struct booking_request *ask)
{
	const struct window *win;
	int minutes = t->services[w->service_index].minutes;

	if (w->nwindows == 0)
		return -1;
	win = &w->windows[w->chosen];
	ask->start = win->start;
	ask->counsellor = t->counsellors[win->who].slug;
	ask->minutes = (int)((win->end - win->start) / 60);
	if (ask->minutes > minutes)
		ask->minutes = minutes;
	ask->walk_in = 1;
	ask->tell = *w->tell != '\0';
	return 0;
}

/* What the page only proposed has to be sent back: a form without a kind or a place books
 * nothing, whatever would be understood. */
static bool said_too_little(const struct staff *st, struct walk_in *w)
{
	const struct territory *t = booking_territory(st->web.booking);
	bool service = strcmp(t->services[w->service_index].slug, w->service) == 0;
	bool site = strcmp(t->sites[w->site_index].slug, w->site) == 0;

	if (!service)
		w->errors.items[w->errors.n++] = (struct booking_error){
			"service", "required", N_("Choisissez un type de rendez-vous.")};
	if (!site)
		w->errors.items[w->errors.n++] = (struct booking_error){
			"site", "required", N_("Choisissez un lieu.")};
	return !service || !site;
}

static void walk_in_post(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	const struct territory *t = booking_territory(st->web.booking);
	const struct lang *l = http_request_lang(rq);
	struct walk_in *w = http_request_alloc(rq, sizeof(*w));
	struct booking_request ask = {0};
	char slug[64];
	struct viewer who;
	bool may;

	staff_viewer(rq, &who);
	read_walk_in(rq, w, http_request_field);
	understand(rq, st, &who, w);
	find_team(st, &who, w);
	may = w->site_index != TERRITORY_NONE && w->service_index != TERRITORY_NONE &&
	      staff_may(st, &who, RIGHT(AGENDA, CHANGE),
			t->sites[w->site_index].organisation);
	if (!may) {
		http_fail(rq, 404, NULL);
		return;
	}
	if (said_too_little(st, w)) {
		w->status = 422;
		reply(rq, st, w);
		return;
	}
	ask.request_key = *w->key ? w->key : NULL;
	hash_of(w, ask.body_hash);
	ask.service = t->services[w->service_index].slug;
	ask.site = w->site_slug = http_request_strdup(rq, t->sites[w->site_index].slug);
	ask.has_start = 1;
	ask.notice = 1;
	ask.channel = RDVD_BY_COUNSELLOR;
	ask.actor = who.user->login;
	ask.companion = w->companion;
	ask.person = (struct booking_person){
		.first_name = *w->first_name ? w->first_name : tr(l, "Passage"),
		.last_name = w->last_name,
		.phone = w->phone,
		.locale = "fr",
	};
	if (*w->slot ? times_parse(w->slot, slug, &ask.start) < 0 ||
			       strcmp(slug, ask.site) != 0
		     : fill_now(t, w, &ask) < 0) {
		w->status = 409;
		w->why = tr(l, "Personne n’est libre dans les quatre heures. Donnez un "
			       "rendez-vous pour plus tard.");
		reply(rq, st, w);
		return;
	}
	booking_book(st->web.booking, &ask, booked, staff_wait(rq, w));
}

static void walk_in_show(struct http_request *rq)
{
	struct staff *st = http_request_context(rq);
	struct walk_in *w = http_request_alloc(rq, sizeof(*w));
	struct viewer who;

	staff_viewer(rq, &who);
	read_walk_in(rq, w, http_request_query);
	w->first_name = w->last_name = w->phone = w->companion = w->slot = w->key = "";
	understand(rq, st, &who, w);
	find_team(st, &who, w);
	reply(rq, st, w);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = "/equipe/passage",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(AGENDA, CHANGE),
	 .handle = walk_in_show},
	{.method = HTTP_POST,
	 .pattern = "/equipe/passage",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(AGENDA, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .handle = walk_in_post},
};

void desk_walk_in_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
