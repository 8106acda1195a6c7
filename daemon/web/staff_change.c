/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff_change.c - a change of settings, from a form to the store: the rights of each
 * object that it treats, a dry run that tells whom it touches, then at once the change,
 * or first the page that asks what becomes of them (opening_touched.c). */
#include "web/staff_change.h"

#include <stdlib.h>
#include <string.h>

#include "base/crash.h"
#include "base/mem.h"
#include "booking/touched.h"
#include "web/opening_change.h"

/* ---- a change ---- */

struct change *change_new(struct http_request *rq)
{
	struct change *c = xcalloc(1, sizeof(*c));
	struct viewer who;

	staff_viewer(rq, &who);
	c->st = http_request_context(rq);
	c->login = xstrdup(who.user->login);
	c->user = who.user;
	c->title = xstrdup("");
	c->done = xstrdup("/equipe/reglages");
	c->said = xstrdup("");
	return c;
}

void change_free(struct change *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->nedits; i++) {
		free((char *)c->edits[i].slug);
		json_decref((json_t *)c->edits[i].body);
		free(c->was[i]);
	}
	for (size_t i = 0; i < c->npeople; i++)
		free(c->people[i].a);
	free((char *)c->away.counsellor);
	free((char *)c->away.label);
	free(c->people);
	free(c->touched);
	free(c->title);
	free(c->done);
	free(c->said);
	free(c->login);
	free(c);
}

int change_treat(struct change *c, const struct booking_edit *e)
{
	struct booking_edit *to = &c->edits[c->nedits];

	if (c->nedits == CHANGE_EDITS_MAX)
		return -1;
	*to = *e;
	to->slug = e->slug ? xstrdup(e->slug) : NULL;
	to->body = e->body ? json_deep_copy(e->body) : NULL;
	c->was[c->nedits++] = xstrdup("");
	return 0;
}

struct http_request *change_over(struct change *c)
{
	struct http_request *rq = http_resume(c->ticket);

	c->ticket = NULL;
	if (!rq)
		change_free(c);
	return rq;
}

void change_fail(struct change *c, int status)
{
	struct http_request *rq = change_over(c);

	if (!rq)
		return;
	if (status == 503)
		http_fail_later(rq, 503, NULL, 5);
	else
		http_fail(rq, status, NULL);
	change_free(c);
}

/* ---- rights ---- */

/* Her own absence is a counsellor's to say; a colleague's, an administrator's. */
static bool may_be_away(const struct access_user *u, const struct territory *t,
			const char *slug)
{
	int i = territory_counsellor(t, slug);
	const struct counsellor *c;

	if (i == TERRITORY_NONE || t->counsellors[i].retired)
		return false;
	c = &t->counsellors[i];
	return rights_cover(u, RIGHT(ABSENCE, CHANGE),
			    t->organisations[c->organisation].id, &c->id, 1) != 0;
}

bool change_may(struct http_request *rq, const struct change *c)
{
	const struct booking *b = c->st->web.booking;
	struct viewer who;

	staff_viewer(rq, &who);
	if (c->right && !rights_has(who.user, c->right))
		return false;
	for (size_t i = 0; i < c->nedits; i++)
		if (!booking_edit_may(b, who.user, &c->edits[i]))
			return false;
	return !c->away.counsellor ||
	       may_be_away(who.user, booking_territory(b), c->away.counsellor);
}

bool change_may_treat(const struct change *c, const struct rdvd_appointment *a)
{
	return rights_cover(c->user, RIGHT(AGENDA, CHANGE), a->organisation,
			    a->counsellors, a->ncounsellors) != 0;
}

bool change_may_use(const struct change *c, const char *site)
{
	const struct territory *t = booking_territory(c->st->web.booking);
	int i = territory_site(t, site);

	return i != TERRITORY_NONE && !t->sites[i].retired &&
	       rights_cover(c->user, RIGHT(AGENDA, CHANGE),
			    t->organisations[t->sites[i].organisation].id, NULL, 0) != 0;
}

/* ---- keeping ---- */

static void all_kept(struct change *c)
{
	struct http_request *rq;

	c->applied = true;
	if (c->npeople) {
		change_settle(c);
		return;
	}
	rq = change_over(c);
	if (!rq)
		return;
	http_redirect(rq, 303, change_done_url(rq, c));
	change_free(c);
}

/* 1 when the edits cannot be: it was answered. */
static bool is_refused(struct change *c, const struct booking_edited *r)
{
	struct http_request *rq;

	if (r->rc == RDVD_OK)
		return false;
	if (r->rc != RDVD_INVALID && r->rc != RDVD_CONFLICT) {
		change_fail(c, r->rc == RDVD_NOT_FOUND ? 404 : 503);
		return true;
	}
	rq = change_over(c);
	if (!rq)
		return true;
	if (c->refused)
		c->refused(rq, c->st, r, c->data);
	else
		http_fail(rq, 409, NULL);
	change_free(c);
	return true;
}

struct same_absence {
	const struct change *c;
	int who;
	rdvd_id found;
};

static void same_absence(void *arg, rdvd_id id, int counsellor, rdvd_time start,
			 rdvd_time end)
{
	struct same_absence *s = arg;

	if (counsellor == s->who && start == s->c->away.start && end == s->c->away.end)
		s->found = id;
}

/* The absence is there already: the form came twice. */
static rdvd_id absence_there(const struct change *c)
{
	struct same_absence s = {
		.c = c,
		.who = territory_counsellor(booking_territory(c->st->web.booking),
					    c->away.counsellor),
	};

	agenda_absences_each(booking_agenda(c->st->web.booking), same_absence, &s);
	return s.found;
}

static void forget_notes(struct change *c)
{
	rdvd_id *ids = xcalloc(c->npeople + 1, sizeof(*ids));

	for (size_t i = 0; i < c->npeople; i++)
		ids[i] = c->people[i].a->id;
	if (c->npeople)
		touched_forget(c->st->web.booking, ids, c->npeople);
	free(ids);
}

static void absence_kept(void *arg, const struct booking_reply *r)
{
	struct change *c = arg;

	if (r->verdict != BOOKING_DONE) {
		forget_notes(c);
		change_fail(c, 503);
		return;
	}
	c->absence = r->absence;
	all_kept(c);
}

static void keep_absence(struct change *c)
{
	if (c->away.counsellor)
		c->absence = absence_there(c);
	if (!c->away.counsellor || c->absence)
		all_kept(c);
	else
		booking_absence_add(c->st->web.booking, c->away.counsellor, c->away.start,
				    c->away.end, c->away.label ? c->away.label : "",
				    c->login, absence_kept, c);
}

static void kept(void *arg, const struct booking_edited *r)
{
	struct change *c = arg;

	if (r->rc != RDVD_OK && r->rc != RDVD_UNCERTAIN)
		forget_notes(c);
	if (is_refused(c, r))
		return;
	c->edit = r->edit;
	keep_absence(c);
}

static void keep(struct change *c)
{
	crash_point("change.noted");
	if (c->nedits && !c->applied)
		booking_edit(c->st->web.booking, c->edits, c->nedits, 0, c->login, kept,
			     c);
	else if (!c->applied)
		keep_absence(c);
	else
		all_kept(c);
}

static void noted(void *arg, enum rdvd_rc rc)
{
	struct change *c = arg;

	if (rc == RDVD_OK)
		keep(c);
	else
		change_fail(c, 503);
}

void change_apply(struct change *c)
{
	rdvd_id *ids;

	if (!c->npeople) {
		keep(c);
		return;
	}
	ids = xcalloc(c->npeople, sizeof(*ids));
	for (size_t i = 0; i < c->npeople; i++)
		ids[i] = c->people[i].a->id;
	touched_note(c->st->web.booking, ids, c->npeople, c->title, 0, c->login, noted,
		     c);
	free(ids);
}

/* ---- the way in ---- */

/* Who is touched is known: ask, or keep what was chosen. */
static void people_read(struct change *c)
{
	bool asked = c->decided;

	for (size_t i = 0; i < c->npeople; i++)
		asked &= c->people[i].choice != CHOICE_NONE;
	if ((c->npeople == 0 && !c->overtaken) || (asked && !c->again))
		change_apply(c);
	else
		change_ask(c);
}

/* The names that fresh objects get, so that the same form twice is the same change. */
static void keep_slugs(struct change *c, const struct booking_edited *r)
{
	for (size_t i = 0; i < c->nedits; i++)
		if (!c->edits[i].slug && r->slugs && r->slugs[i])
			c->edits[i].slug = xstrdup(r->slugs[i]);
}

static void tried(void *arg, const struct booking_edited *r)
{
	struct change *c = arg;

	if (is_refused(c, r))
		return;
	keep_slugs(c, r);
	c->touched = xcalloc(r->ntouched + 1, sizeof(*c->touched));
	c->ntouched = r->ntouched;
	for (size_t i = 0; i < r->ntouched; i++)
		c->touched[i] = r->touched[i];
	if (c->ntouched || c->away.counsellor || c->decided)
		change_read_people(c, people_read);
	else
		people_read(c);
}

void change_start(struct change *c, struct http_request *rq)
{
	c->ticket = http_suspend(rq);
	if (c->nedits && !c->applied)
		booking_edit(c->st->web.booking, c->edits, c->nedits, 1, c->login, tried,
			     c);
	else
		change_read_people(c, people_read);
}

static char *copy_text(char *old, const char *s)
{
	if (!s)
		return old;
	free(old);
	return xstrdup(s);
}

void staff_change(struct http_request *rq, const struct staff_change *in)
{
	struct change *c = change_new(rq);

	c->right = in->right;
	for (size_t i = 0; i < in->nedits; i++)
		if (change_treat(c, &in->edits[i]) < 0) {
			change_free(c);
			http_fail(rq, 400, NULL);
			return;
		}
	if (in->away)
		c->away = (struct staff_away){
			.counsellor = xstrdup(in->away->counsellor),
			.start = in->away->start,
			.end = in->away->end,
			.label = xstrdup(in->away->label ? in->away->label : ""),
		};
	c->title = copy_text(c->title, in->title);
	c->done = copy_text(c->done, in->done);
	c->said = copy_text(c->said, in->said);
	c->refused = in->refused;
	c->data = in->data;
	if (!change_may(rq, c)) {
		change_free(c);
		http_fail(rq, 404, NULL);
		return;
	}
	change_stamp(c);
	change_start(c, rq);
}
