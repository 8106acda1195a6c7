/* SPDX-License-Identifier: GPL-3.0-or-later */
/* agenda_item.c - what fills a presence, from its first minute to its last: appointments,
 * workshops with their places, holds of those who fill in the form just now, absences,
 * the time that is free and, of it, what is kept for the urgent. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "web/agenda_room.h"
#include "web/opening_room.h"

#define PARTS_MAX 96
#define GAPS_MAX 32

/* A part of a presence, before it has words. */
struct part {
	rdvd_time start, end;
	enum { PART_GAP, PART_RDV, PART_AWAY, PART_HELD, PART_OVER } kind;
	const struct rdvd_appointment *a;
	int people; /* of a workshop */
};

struct filling {
	const struct presences *p;
	const struct presence *one;
	size_t index;
	struct part parts[PARTS_MAX];
	size_t n;
};

static struct part *part_add(struct filling *f)
{
	return f->n < PARTS_MAX ? &f->parts[f->n++] : NULL;
}

static bool owns(const struct presences *p, size_t record, size_t index)
{
	for (int c = 0; c < RDVD_COUNSELLORS_MAX; c++)
		if (p->owner[record * RDVD_COUNSELLORS_MAX + (size_t)c] == (int)index)
			return true;
	return false;
}

/* One part a session: those of a workshop are counted. */
static void find_appointments(struct filling *f)
{
	const struct presences *p = f->p;

	for (size_t i = 0; i < p->records->n; i++) {
		const struct rdvd_appointment *a = p->records->items[i].appointment;
		struct part *part = NULL;

		if (a->status == RDVD_CANCELLED || !owns(p, i, f->index))
			continue;
		for (size_t k = 0; k < f->n && !part; k++)
			if (f->parts[k].a && f->parts[k].a->session == a->session)
				part = &f->parts[k];
		if (part) {
			part->people += a->party_size;
			continue;
		}
		part = part_add(f);
		if (part)
			*part = (struct part){.start = a->when.start,
					      .end = a->when.end,
					      .kind = PART_RDV,
					      .a = a,
					      .people = a->party_size};
	}
}

static void keep_absence(void *arg, rdvd_id id, int counsellor, rdvd_time start,
			 rdvd_time end)
{
	struct filling *f = arg;
	const struct presence *one = f->one;
	struct part *part;

	(void)id;
	if (counsellor != one->counsellor || start >= one->end || end <= one->start)
		return;
	part = part_add(f);
	if (part)
		*part = (struct part){.start = start > one->start ? start : one->start,
				      .end = end < one->end ? end : one->end,
				      .kind = PART_AWAY};
}

static int keep_hold(void *arg, const struct claim *c)
{
	struct filling *f = arg;
	const struct presence *one = f->one;
	struct part *part;
	bool hers = false;

	if (c->kind != CLAIM_HOLD || c->capacity > 0 || c->start >= one->end ||
	    c->end <= one->start || c->expires <= f->p->ask->now)
		return 0;
	for (int i = 0; i < c->ncounsellors; i++)
		hers |= c->counsellors[i] == one->counsellor;
	part = hers ? part_add(f) : NULL;
	if (part)
		*part = (struct part){
			.start = c->start, .end = c->end, .kind = PART_HELD};
	return 0;
}

static int by_start(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (int)x->kind - (int)y->kind;
}

/* The time between; what is over is said to be free no more. */
static void find_gaps(struct filling *f)
{
	struct staff_span busy[PARTS_MAX], gaps[GAPS_MAX];
	const struct presence *one = f->one;
	rdvd_time now = f->p->ask->now;
	size_t n, taken = f->n;

	for (size_t i = 0; i < taken; i++)
		busy[i] = (struct staff_span){f->parts[i].start, f->parts[i].end};
	n = staff_gaps((struct staff_span){one->start, one->end}, 1, busy, taken, gaps,
		       GAPS_MAX);
	for (size_t i = 0; i < n; i++) {
		struct part *part = part_add(f);

		if (!part)
			return;
		*part = (struct part){.start = gaps[i].start,
				      .end = gaps[i].end,
				      .kind = gaps[i].end <= now || !one->occurrence
						      ? PART_OVER
						      : PART_GAP};
	}
}

static void fill(struct filling *f, const struct presences *p, const struct presence *one)
{
	f->p = p;
	f->one = one;
	f->index = (size_t)(one - p->items);
	f->n = 0;
	if (one->occurrence && one->occurrence->closed) {
		find_appointments(f);
	} else {
		find_appointments(f);
		agenda_absences_each(booking_agenda(p->st->web.booking), keep_absence, f);
		agenda_claims_each(booking_agenda(p->st->web.booking), keep_hold, f);
		find_gaps(f);
	}
	if (f->n)
		qsort(f->parts, f->n, sizeof(*f->parts), by_start);
}

/* ---- words ---- */

/* When the hours that are kept for the urgent begin; the end when there are none. */
static rdvd_time spare_from(const struct presences *p, const struct presence *one)
{
	const struct territory *t = booking_territory(p->st->web.booking);
	const struct opening *o;
	const struct service *s;
	int minutes, n;

	if (!one->occurrence)
		return one->end;
	o = &t->openings[one->occurrence->opening];
	if (o->reserve <= 0 || o->nservices == 0)
		return one->end;
	s = &t->services[o->services[0]];
	minutes = (int)((one->end - one->start) / 60);
	if (s->minutes > minutes || s->step_minutes <= 0)
		return one->end;
	n = (minutes - s->minutes) / s->step_minutes + 1 - o->reserve;
	return one->start + (rdvd_time)(n > 0 ? n : 0) * s->step_minutes * 60;
}

static const char *add_url(const struct presences *p, const struct presence *one,
			   rdvd_time at)
{
	const struct territory *t = booking_territory(p->st->web.booking);
	rdvd_time now = p->ask->now - p->ask->now % 300;
	char when[17];

	civil_time_format(
		zone_to_civil(staff_zone(p->st, one->site), at > now ? at : now), when);
	return page_url(p->rq, "/equipe/ajouter", "lieu",
			one->site == TERRITORY_NONE ? NULL : t->sites[one->site].slug,
			"debut", when, "personne",
			one->counsellor == TERRITORY_NONE
				? NULL
				: t->counsellors[one->counsellor].slug,
			NULL);
}

/* How far it is, in a word: nothing while it is still to come as everything else. */
static const char *state_of(const struct presences *p, const struct rdvd_appointment *a)
{
	const struct lang *l = http_request_lang(p->rq);

	bool knows = rights_has(p->viewer->user, RIGHT(ATTENDANCE, SEE));

	if (a->outcome != RDVD_OUTCOME_UNKNOWN)
		return knows ? tr(l, staff_outcome_word(a->outcome)) : NULL;
	if (a->arrived)
		return tr(l, "En salle d’attente");
	if (!knows)
		return NULL;
	if (a->when.end <= p->ask->now)
		return tr(l, "À renseigner");
	if (a->status == RDVD_CONFIRMED)
		return tr(l, "Confirmé");
	return NULL;
}

/* Who else receives: "avec Paul"; NULL nobody. */
static const char *others_of(const struct presences *p, const struct presence *one,
			     const struct rdvd_appointment *a)
{
	const struct territory *t = booking_territory(p->st->web.booking);
	rdvd_id others[RDVD_COUNSELLORS_MAX];
	int n = 0;

	for (int i = 0; i < a->ncounsellors && n < RDVD_COUNSELLORS_MAX; i++)
		if (one->counsellor == TERRITORY_NONE ||
		    a->counsellors[i] != t->counsellors[one->counsellor].id)
			others[n++] = a->counsellors[i];
	if (n == 0)
		return NULL;
	return page_text(p->rq, tr(http_request_lang(p->rq), "avec %s"),
			 staff_counsellor_names(p->rq, p->st, others, n));
}

static void add_words(struct buf *b, const char *words)
{
	if (!words || !*words)
		return;
	if (b->len)
		buf_addlit(b, ", ");
	buf_addstr(b, words);
}

/* "Premier rendez-vous : faire le point sur mon logement": what comes first is enough. */
static const char *short_name(struct http_request *rq, const char *name)
{
	const char *colon = strchr(name, ':');
	size_t n = colon ? (size_t)(colon - name) : strlen(name);

	if (n >= 2 && memcmp(name + n - 2, "\u00a0", 2) == 0)
		n -= 2; /* the space before the colon, which is no common one */
	while (n > 0 && name[n - 1] == ' ')
		n--;
	return colon && n > 0 ? page_text(rq, "%.*s", (int)n, name) : name;
}

static const char *detail_of(const struct presences *p, const struct presence *one,
			     const struct rdvd_appointment *a)
{
	const struct territory *t = booking_territory(p->st->web.booking);
	const struct lang *l = http_request_lang(p->rq);
	int service = territory_by_id(t, RDVD_DEF_SERVICE, a->service);
	bool knows = staff_knows_people(p->rq);
	struct buf b = BUF_INIT;
	const char *out;

	if (a->capacity == 0 && knows)
		add_words(&b, short_name(p->rq, staff_service_name(p->rq, p->st, a)));
	if (service != TERRITORY_NONE && t->services[service].mode == MODE_HOME)
		add_words(&b, tr(l, "à domicile"));
	if (!one->occurrence)
		add_words(&b, staff_place_name(p->st, a));
	add_words(&b, others_of(p, one, a));
	if (a->capacity == 0 && a->party_size > 1 && knows)
		add_words(&b, page_text(p->rq, tr(l, "vient à %d"), a->party_size));
	if (a->companion && *a->companion && knows)
		add_words(&b, tr(l, "avec un partenaire"));
	out = http_request_strdup(p->rq, buf_str(&b));
	buf_fini(&b);
	return out;
}

static void say_rdv(const struct presences *p, const struct presence *one,
		    const struct part *part, struct agenda_item *out)
{
	const struct territory *t = booking_territory(p->st->web.booking);
	const struct rdvd_appointment *a = part->a;
	int service = territory_by_id(t, RDVD_DEF_SERVICE, a->service);

	out->rdv = true;
	out->url = page_text(p->rq, "/equipe/rdv/%lld", (long long)a->id);
	out->detail = detail_of(p, one, a);
	if (a->capacity > 0) {
		out->name =
			page_text(p->rq, "%s, %d/%d", staff_service_name(p->rq, p->st, a),
				  part->people, a->capacity);
	} else {
		out->name = staff_person_name(p->rq, &a->person);
		out->state = state_of(p, a);
		if (a->outcome == RDVD_OUTCOME_UNKNOWN)
			out->id = page_text(p->rq, "%lld", (long long)a->id);
	}
	out->done = a->outcome != RDVD_OUTCOME_UNKNOWN;
	out->past = a->when.end <= p->ask->now;
	if (service != TERRITORY_NONE && t->services[service].colour &&
	    *t->services[service].colour)
		out->colour = t->services[service].colour;
}

static void say_height(struct agenda_item *out, rdvd_time seconds)
{
	out->hours = (int)(seconds / 3600);
	out->steps = (int)(seconds % 3600 / 300);
}

static void say_part(const struct presences *p, const struct presence *one,
		     const struct part *part, rdvd_time spare, struct agenda_item *out)
{
	const struct lang *l = http_request_lang(p->rq);
	const struct zone *z = staff_zone(p->st, one->site);
	const char *until = staff_hour_words(p->rq, z, part->end);

	memset(out, 0, sizeof(*out));
	say_height(out, part->end - part->start);
	out->time = staff_hour_words(p->rq, z, part->start);
	switch (part->kind) {
	case PART_RDV: say_rdv(p, one, part, out); break;
	case PART_AWAY:
		out->away = true;
		out->name = page_text(p->rq, tr(l, "absence jusqu’à %s"), until);
		break;
	case PART_HELD:
		out->held = true;
		out->name = tr(l, "quelqu’un réserve en ligne");
		break;
	case PART_GAP:
		out->gap = true;
		out->spare = part->start >= spare;
		out->name = page_text(p->rq,
				      out->spare ? tr(l, "urgences jusqu’à %s")
						 : tr(l, "libre jusqu’à %s"),
				      until);
		if (rights_has(p->viewer->user, RIGHT(AGENDA, CHANGE)))
			out->url = add_url(p, one, part->start);
		break;
	case PART_OVER: break;
	}
}

/* A gap that the urgent hours begin in is two. */
static bool cut_gap(const struct part *part, rdvd_time spare, struct part *first,
		    struct part *second)
{
	if (part->kind != PART_GAP || spare <= part->start || spare >= part->end)
		return false;
	*first = *second = *part;
	first->end = second->start = spare;
	return true;
}

/* The rows begin at half hours; a presence need not. */
static size_t lead_in(const struct presence *one, struct agenda_item *items)
{
	if (one->from % 30 == 0)
		return 0;
	items[0] = (struct agenda_item){.steps = one->from % 30 / 5};
	return 1;
}

static size_t say_items(const struct presences *p, const struct presence *one, bool hours,
			const struct agenda_item **out)
{
	struct filling *f = http_request_alloc(p->rq, sizeof(*f));
	rdvd_time spare = spare_from(p, one), at = one->start;
	struct agenda_item *items;
	size_t n = 0;

	fill(f, p, one);
	items = http_request_alloc(p->rq, (f->n * 2 + 2) * sizeof(*items));
	if (hours)
		n = lead_in(one, items);
	for (size_t i = 0; i < f->n; i++) {
		const struct part *part = &f->parts[i];
		struct part first, second;

		if (!hours && part->kind == PART_OVER)
			continue;
		if (cut_gap(part, spare, &first, &second)) {
			say_part(p, one, &first, spare, &items[n++]);
			say_part(p, one, &second, spare, &items[n++]);
		} else {
			say_part(p, one, part, spare, &items[n++]);
		}
		if (part->start < at) /* never higher than the hours that it takes */
			say_height(&items[n - 1], part->end > at ? part->end - at : 300);
		if (part->end > at)
			at = part->end;
	}
	*out = items;
	return n;
}

void presence_count(const struct presences *p, const struct presence *one, int *booked,
		    int *free_minutes)
{
	struct filling f;

	*booked = *free_minutes = 0;
	fill(&f, p, one);
	for (size_t i = 0; i < f.n; i++) {
		const struct part *part = &f.parts[i];

		if (part->kind == PART_RDV)
			*booked += part->a->capacity > 0 ? part->people : 1;
		if (part->kind == PART_GAP)
			*free_minutes += (int)((part->end - part->start) / 60);
	}
}

const char *presence_closed(const struct presences *p, const struct presence *one)
{
	const struct lang *l = http_request_lang(p->rq);

	if (one->cancelled)
		return tr(l, "Permanence annulée");
	if (!one->occurrence || !one->occurrence->closed)
		return NULL;
	return page_text(p->rq, tr(l, "Pas de permanence\u00a0: %s"),
			 one->occurrence->closed);
}

/* The day that the rule names, when this one was moved. */
static civil_day day_ruled(const struct opening *op, const struct occurrence *o)
{
	for (size_t i = 0; i < op->noverrides; i++)
		if (!op->overrides[i].cancelled &&
		    op->overrides[i].start == o->civil_start)
			return op->overrides[i].on;
	return o->day;
}

const char *presence_url(const struct presences *p, const struct presence *one)
{
	const struct territory *t = booking_territory(p->st->web.booking);
	const struct opening *op;

	if (!one->occurrence || one->end <= p->ask->now)
		return NULL;
	op = &t->openings[one->occurrence->opening];
	if (!staff_may(p->st, p->viewer, RIGHT(OPENING, CHANGE),
		       t->sites[op->site].organisation))
		return NULL;
	return page_text(p->rq, OPENING_PATH "/%s/%s", op->slug,
			 staff_date(p->rq, day_ruled(op, one->occurrence)));
}

void presence_say(const struct presences *p, const struct presence *one,
		  enum agenda_way way, bool hours, struct agenda_stretch *out)
{
	const struct territory *t = booking_territory(p->st->web.booking);
	const struct lang *l = http_request_lang(p->rq);
	const struct zone *z = staff_zone(p->st, one->site);
	const char *who = one->counsellor == TERRITORY_NONE
				  ? NULL
				  : t->counsellors[one->counsellor].label;
	int reserve = 0;

	memset(out, 0, sizeof(*out));
	if (one->counsellor != TERRITORY_NONE)
		out->who = t->counsellors[one->counsellor].slug;
	if (one->site != TERRITORY_NONE)
		out->site = t->sites[one->site].slug;
	if (way != WAY_PERSONS && p->ask->counsellor == TERRITORY_NONE)
		out->with = who;
	out->nitems = say_items(p, one, hours, &out->items);
	if (!one->occurrence)
		return;
	if (way == WAY_PLACES || p->ask->site != TERRITORY_NONE)
		out->title = page_text(p->rq, tr(l, "de %1$s à %2$s"),
				       staff_hour_words(p->rq, z, one->start),
				       staff_hour_words(p->rq, z, one->end));
	else
		out->title = page_text(p->rq, tr(l, "%1$s, de %2$s à %3$s"),
				       t->sites[one->site].commune,
				       staff_hour_words(p->rq, z, one->start),
				       staff_hour_words(p->rq, z, one->end));
	out->url = presence_url(p, one);
	out->closed = presence_closed(p, one);
	reserve = t->openings[one->occurrence->opening].reserve;
	if (reserve > 0 && !out->closed)
		out->note =
			page_text(p->rq,
				  trn(l, "%d horaire gardé pour les urgences",
				      "%d horaires gardés pour les urgences", reserve),
				  reserve);
}
