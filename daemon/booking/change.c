/* SPDX-License-Identifier: GPL-3.0-or-later */
/* change.c - what happens to an appointment afterwards: seen, moved, cancelled,
 * confirmed, marked. Each reads the appointment first, because what is owed depends on
 * whom it is for and where; then one store job acts and reads it again, in one
 * transaction. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "booking/impl.h"
#include "booking/waiting.h"
#include "booking/watch.h"

/* ---- reading one ---- */

struct read_job {
	struct store_job job;
	struct rdvd_which which;
	struct rdvd_appointment *found; /* owned */
	void (*next)(void *arg, enum rdvd_rc rc, struct rdvd_appointment *a);
	void *arg;
};

static int keep_found(void *arg, const struct rdvd_appointment *a)
{
	struct rdvd_appointment **found = arg;
	free(*found);
	*found = appointment_dup(a);
	return 1;
}

static enum rdvd_rc read_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct read_job *j = (struct read_job *)job;
	return ops->appointment_get(st, &j->which, keep_found, &j->found);
}

static void read_done(struct store_job *job)
{
	struct read_job *j = (struct read_job *)job;
	if (job->rc != RDVD_OK) {
		free(j->found);
		j->found = NULL;
	}
	j->next(j->arg, job->rc, j->found);
	free(j);
}

void appointment_read(struct booking *b, const struct booking_which *w,
		      void (*next)(void *arg, enum rdvd_rc rc,
				   struct rdvd_appointment *a),
		      void *arg)
{
	struct read_job *j = xcalloc(1, sizeof *j);
	j->job.run = read_run;
	j->job.done = read_done;
	j->next = next;
	j->arg = arg;
	booking_which_hash(w, &j->which);
	if (store_read(b->store, &j->job) == RDVD_OK)
		return;
	free(j);
	next(arg, RDVD_BUSY, NULL);
}

/* ---- an act on one ---- */

enum act { ACT_GET, ACT_MOVE, ACT_CANCEL, ACT_CONFIRM, ACT_MARK };

struct change_job {
	struct store_job job;
	struct booking *b;
	uint64_t edition; /* when the time was asked for */
	enum act act;
	struct booking_which which;
	char actor[64];
	char token[SECRET_TOKEN_CHARS + 1];
	struct rdvd_appointment *before, *after; /* owned */
	/* as it stood when the act was done: another act may have come between */
	enum rdvd_status was_status;
	rdvd_id was_session;
	int changed;
	rdvd_id session; /* after a move */
	/* what the store is told */
	struct rdvd_move move;
	struct rdvd_cancel cancel;
	struct rdvd_mark mark;
	struct owed_list owed;
	struct rdvd_turn turn; /* strings owned */
	/* a move's target */
	char site_slug[64], counsellor_slug[64];
	struct agenda_ask ask;
	uint64_t pending;
	enum booking_verdict refusal;
	booking_cb *cb;
	void *arg;
};

static int site_of(const struct booking *b, const struct rdvd_appointment *a)
{
	return a->place.site ? territory_by_id(b->territory, RDVD_DEF_SITE, a->place.site)
			     : TERRITORY_NONE;
}

/* By id and slug: a territory may have been imported since, and then indexes are others.
 */
static void other_times(const struct change_job *j, const struct rdvd_appointment *a,
			struct booking_reply *r)
{
	const struct booking *b = j->b;
	int site = *j->site_slug ? territory_site(b->territory, j->site_slug)
				 : site_of(b, a);
	alternatives_find(b, territory_by_id(b->territory, RDVD_DEF_SERVICE, a->service),
			  site, j->ask.start, j->ask.seats, r);
}

static void finish(struct change_job *j, enum booking_verdict v)
{
	struct booking_reply r = {.verdict = v, .token = j->token};
	const struct rdvd_appointment *a = j->after ? j->after : j->before;
	int refused_time = v == BOOKING_TAKEN || v == BOOKING_NOT_A_SLOT ||
			   v == BOOKING_CLOSED || v == BOOKING_TOO_EARLY ||
			   v == BOOKING_TOO_FAR;
	if (v != BOOKING_NOT_FOUND && v < BOOKING_BUSY && a) {
		r.appointment = a;
		booking_token(j->b, a->ref, a->generation, j->token);
	}
	if (j->act == ACT_MOVE && refused_time && a)
		other_times(j, a, &r);
	j->cb(j->arg, &r);
	turn_fini(&j->turn);
	free(j->before);
	free(j->after);
	free(j);
}

static struct change_job *change_new(struct booking *b, enum act act,
				     const struct booking_which *w, booking_cb *cb,
				     void *arg)
{
	struct change_job *j = xcalloc(1, sizeof *j);
	*j = (struct change_job){.b = b, .act = act, .cb = cb, .arg = arg};
	j->which = *w;
	if (w->token) {
		snprintf(j->token, sizeof j->token, "%s", w->token);
		j->which.token = j->token;
	}
	if (w->actor) {
		snprintf(j->actor, sizeof j->actor, "%s", w->actor);
		j->which.actor = j->actor;
	}
	if (w->turn) {
		turn_copy(&j->turn, w->turn);
		j->which.turn = &j->turn;
	}
	return j;
}

/* A token of another length is nobody's; it would be cut above. */
static int is_token(const char *token)
{
	return !token || strlen(token) == SECRET_TOKEN_CHARS;
}

static void start(struct booking *b, struct change_job *j, const char *token,
		  void (*next)(void *arg, enum rdvd_rc rc, struct rdvd_appointment *a))
{
	if (is_token(token))
		appointment_read(b, &j->which, next, j);
	else
		finish(j, BOOKING_NOT_FOUND);
}

/* ---- the store's part ---- */

static int note_was(void *arg, const struct rdvd_appointment *a)
{
	struct change_job *j = arg;
	j->was_status = a->status;
	j->was_session = a->session;
	return 1;
}

static enum rdvd_rc change_run(const struct rdvd_store_ops *ops, void *st,
			       struct store_job *job)
{
	struct change_job *j = (struct change_job *)job;
	struct rdvd_which w = {.id = j->before->id};
	enum rdvd_rc rc = ops->appointment_get(st, &w, note_was, j);
	j->changed = 0;
	j->session = 0;
	if (rc != RDVD_OK)
		return rc;
	switch (j->act) {
	case ACT_GET: break;
	case ACT_MOVE: rc = ops->move(st, &j->move, &j->session, &j->changed); break;
	case ACT_CANCEL: rc = ops->cancel(st, &j->cancel, &j->changed); break;
	case ACT_CONFIRM: rc = ops->confirm(st, &j->mark, &j->changed); break;
	case ACT_MARK: rc = ops->mark(st, &j->mark, &j->changed); break;
	}
	if (rc != RDVD_OK)
		return rc;
	return ops->appointment_get(st, &w, keep_found, &j->after);
}

/* What the agenda learns from a change that is on disk. */
static void change_settle(struct change_job *j)
{
	struct booking *b = j->b;
	const struct rdvd_appointment *is = j->after;
	struct rdvd_appointment was = *j->before;
	int stood = j->was_status != RDVD_CANCELLED,
	    stands = is->status != RDVD_CANCELLED;
	was.session = j->was_session;
	pending_drop(b, j->pending);
	if (j->act == ACT_MOVE)
		hold_gone(b, j->move.hold);
	if (stood && !stands) {
		session_left(b, &was);
	} else if (!stood && stands) {
		session_joined(b, is, is->capacity > 0 ? is->party_size : 0);
	} else if (j->act == ACT_MOVE && stands) {
		if (was.session != is->session || is->capacity == 0)
			session_left(b, &was);
		if (was.session != is->session || is->capacity == 0)
			session_joined(b, is, is->capacity > 0 ? is->party_size : 0);
	}
}

static void change_done(struct store_job *job)
{
	struct change_job *j = (struct change_job *)job;
	struct booking *b = j->b;
	enum booking_verdict v = verdict_of_store(job->rc);
	if (v == BOOKING_DONE && j->changed) {
		change_settle(j);
		if (b->waiting)
			waiting_settled(b->waiting, j->after);
		b->counts.moved += j->act == ACT_MOVE;
		b->counts.cancelled += j->act == ACT_CANCEL;
		b->counts.confirmed += j->act == ACT_CONFIRM;
		booking_notify_changed(b);
		if (j->act == ACT_MOVE) {
			adrift_booked(b, j->edition, j->after);
			booking_tell_of(b, j->before);
		}
		booking_tell_of(b, j->after);
	} else {
		pending_drop(b, j->pending);
	}
	if (v == BOOKING_TAKEN && j->refusal)
		v = j->refusal;
	if (v == BOOKING_TOO_LATE && j->before->status == RDVD_CANCELLED)
		v = BOOKING_IS_CANCELLED;
	finish(j, v);
}

static void submit(struct change_job *j)
{
	j->job.run = change_run;
	j->job.done = change_done;
	if (store_write(j->b->store, &j->job) == RDVD_OK)
		return;
	pending_drop(j->b, j->pending);
	finish(j, BOOKING_BUSY);
}

/* The first step of each: 0 when before is there, else the request was answered. */
static int have_before(struct change_job *j, enum rdvd_rc rc, struct rdvd_appointment *a)
{
	j->before = a;
	if (rc == RDVD_OK && a)
		return 0;
	finish(j, rc == RDVD_OK ? BOOKING_NOT_FOUND : verdict_of_store(rc));
	return -1;
}

static struct owed_rules rules_of(const struct change_job *j,
				  const struct rdvd_appointment *a, int site)
{
	const struct territory *t = j->b->territory;
	struct owed_rules r = {.b = j->b, .now = clock_now(), .zone = t->zone};
	r.service = territory_by_id(t, RDVD_DEF_SERVICE, a->service);
	r.organisation = territory_by_id(t, RDVD_DEF_ORGANISATION, a->organisation);
	if (site != TERRITORY_NONE)
		r.zone = t->sites[site].zone;
	return r;
}

/* How it stands, for an act that may be taken back. */
static struct rdvd_undo_seed undo_seed(const struct change_job *j, rdvd_time now)
{
	const struct booking *b = j->b;
	int site = site_of(b, j->before);
	int service = territory_by_id(b->territory, RDVD_DEF_SERVICE, j->before->service);
	struct rdvd_undo_seed seed = {.place_kind = ""};
	if (!j->which.undoable)
		return seed;
	seed.until = now + BOOKING_UNDO_S;
	if (site != TERRITORY_NONE)
		seed.rooms = b->territory->sites[site].rooms;
	if (service != TERRITORY_NONE)
		seed.place_kind = booking_place_kind(b, service, site);
	return seed;
}

/* ---- get ---- */

static void get_read(void *arg, enum rdvd_rc rc, struct rdvd_appointment *a)
{
	struct change_job *j = arg;
	if (have_before(j, rc, a) == 0)
		finish(j, BOOKING_DONE);
}

void booking_get(struct booking *b, const struct booking_which *w, booking_cb *cb,
		 void *arg)
{
	start(b, change_new(b, ACT_GET, w, cb, arg), w->token, get_read);
}

/* ---- cancel ---- */

static void cancel_with(struct change_job *j, int by_team)
{
	const struct rdvd_appointment *a = j->before;
	struct owed_rules r = rules_of(j, a, site_of(j->b, a));
	if (r.service != TERRITORY_NONE)
		owed_cancellation(&r, &a->person, a->when.civil_start, by_team, &j->owed);
	turn_answers(j->which.turn, &j->owed);
	if (j->which.undoable)
		owed_not_before(&j->owed, r.now + BOOKING_UNDO_S);
	j->act = ACT_CANCEL;
	j->cancel = (struct rdvd_cancel){.which = {.id = a->id},
					 .by_team = by_team,
					 .owed = j->owed.items,
					 .nowed = j->owed.n,
					 .turn = j->which.turn,
					 .undo = undo_seed(j, r.now),
					 .now = r.now,
					 .actor = j->actor};
	submit(j);
}

static void cancel_read(void *arg, enum rdvd_rc rc, struct rdvd_appointment *a)
{
	struct change_job *j = arg;
	if (have_before(j, rc, a) == 0)
		cancel_with(j, j->which.actor != NULL);
}

void booking_cancel(struct booking *b, const struct booking_which *w, booking_cb *cb,
		    void *arg)
{
	start(b, change_new(b, ACT_CANCEL, w, cb, arg), w->token, cancel_read);
}

/* ---- confirm ---- */

static void confirm_read(void *arg, enum rdvd_rc rc, struct rdvd_appointment *a)
{
	struct change_job *j = arg;
	if (have_before(j, rc, a) != 0)
		return;
	j->mark = (struct rdvd_mark){.which = {.id = a->id},
				     .persons_present = -1,
				     .turn = j->which.turn,
				     .no_more_reminders = j->which.no_more_reminders,
				     .now = clock_now(),
				     .actor = j->actor};
	submit(j);
}

void booking_confirm(struct booking *b, const struct booking_which *w, booking_cb *cb,
		     void *arg)
{
	start(b, change_new(b, ACT_CONFIRM, w, cb, arg), w->token, confirm_read);
}

/* ---- mark ---- */

/* What it takes to bring a cancelled one back: a room; and the person, who was told that
 * it was cancelled, hears that it stands and is reminded. */
static void stand_again(struct change_job *j)
{
	const struct rdvd_appointment *a = j->before;
	int site = site_of(j->b, a);
	struct owed_rules r = rules_of(j, a, site);
	if (site != TERRITORY_NONE)
		j->mark.rooms = j->b->territory->sites[site].rooms;
	if (j->mark.outcome == RDVD_OUTCOME_UNKNOWN && r.service != TERRITORY_NONE &&
	    a->when.start > r.now)
		owed_confirmation(&r, &a->person, a->when.civil_start, &j->owed);
	j->mark.owed = j->owed.items;
	j->mark.nowed = j->owed.n;
}

/* Who did not come hears from the team once, in some hours, if the mark still stands. */
static void write_kindly(struct change_job *j)
{
	const struct rdvd_appointment *a = j->before;
	struct owed_rules r = rules_of(j, a, site_of(j->b, a));
	owed_follow_up(&r, &a->person, a->when.civil_start, &j->owed);
	j->mark.owed = j->owed.items;
	j->mark.nowed = j->owed.n;
}

static void mark_read(void *arg, enum rdvd_rc rc, struct rdvd_appointment *a)
{
	struct change_job *j = arg;
	if (have_before(j, rc, a) != 0)
		return;
	enum rdvd_outcome o = j->mark.outcome;
	/* marked as cancelled before it begins: that is a cancellation, and the person is
	 * told */
	if ((o == RDVD_EXCUSED || o == RDVD_REVOKED) && a->status != RDVD_CANCELLED &&
	    a->when.start > clock_now()) {
		cancel_with(j, o == RDVD_REVOKED);
		return;
	}
	j->mark.which.id = a->id;
	j->mark.now = clock_now();
	j->mark.actor = j->actor;
	if (a->status == RDVD_CANCELLED)
		stand_again(j);
	else if (o == RDVD_NO_SHOW && a->outcome != RDVD_NO_SHOW)
		write_kindly(j);
	submit(j);
}

void booking_mark(struct booking *b, const struct booking_which *w,
		  enum rdvd_outcome outcome, int persons_present, booking_cb *cb,
		  void *arg)
{
	struct change_job *j = change_new(b, ACT_MARK, w, cb, arg);
	j->mark = (struct rdvd_mark){.outcome = outcome,
				     .persons_present = persons_present};
	start(b, j, NULL, mark_read);
}

/* ---- move ---- */

/* A staff move to a named counsellor or a time outside openings. */
static enum booking_verdict move_outside(struct change_job *j, struct claim *c,
					 struct agenda_answer *answer)
{
	const struct booking *b = j->b;
	const struct territory *t = b->territory;
	const struct rdvd_appointment *a = j->before;
	uint64_t session = (uint64_t)a->session;
	const struct zone *z =
		j->ask.site == TERRITORY_NONE ? t->zone : t->sites[j->ask.site].zone;
	*answer = (struct agenda_answer){.end = j->ask.start +
						(a->when.end - a->when.start),
					 .civil_start = zone_to_civil(z, j->ask.start)};
	c->ncounsellors = 0;
	if (*j->counsellor_slug) {
		int who = territory_counsellor(t, j->counsellor_slug);
		if (who == TERRITORY_NONE)
			return BOOKING_NOT_FOUND;
		c->counsellors[c->ncounsellors++] = who;
	}
	for (int i = 0; i < a->ncounsellors &&
			c->ncounsellors < (a->ncounsellors ? a->ncounsellors : 1);
	     i++) {
		int who = territory_by_id(t, RDVD_DEF_COUNSELLOR, a->counsellors[i]);
		if (who != TERRITORY_NONE &&
		    (c->ncounsellors == 0 || c->counsellors[0] != who))
			c->counsellors[c->ncounsellors++] = who;
	}
	for (int i = 0; i < c->ncounsellors; i++)
		if (!agenda_counsellor_is_free(b->agenda, c->counsellors[i], j->ask.site,
					       j->ask.start, answer->end, 0, session))
			return BOOKING_TAKEN;
	if (j->ask.site != TERRITORY_NONE &&
	    !agenda_room_is_free(b->agenda, j->ask.site, j->ask.start, answer->end, 0,
				 session))
		return BOOKING_TAKEN;
	return c->ncounsellors > 0 ? BOOKING_DONE : BOOKING_TAKEN;
}

static enum booking_verdict move_find_time(struct change_job *j, struct claim *c,
					   struct agenda_answer *answer)
{
	int staff = j->which.actor != NULL;
	if (j->ask.service != TERRITORY_NONE && j->ask.site != TERRITORY_NONE &&
	    !*j->counsellor_slug) {
		enum agenda_verdict v = agenda_ask(j->b->agenda, &j->ask, answer);
		c->ncounsellors = answer->ncounsellors;
		memcpy(c->counsellors, answer->counsellors, sizeof c->counsellors);
		if (v == AGENDA_FREE || v == AGENDA_TAKEN || !staff ||
		    j->before->capacity > 0)
			return verdict_of_agenda(v);
	}
	return staff ? move_outside(j, c, answer) : BOOKING_NOT_A_SLOT;
}

static void move_fill(struct change_job *j, const struct claim *c,
		      const struct agenda_answer *answer)
{
	const struct booking *b = j->b;
	const struct territory *t = b->territory;
	const struct rdvd_appointment *a = j->before;
	const struct site *site =
		j->ask.site == TERRITORY_NONE ? NULL : &t->sites[j->ask.site];
	struct owed_rules r = rules_of(j, a, j->ask.site);
	int by_team = j->which.actor != NULL;
	j->move = (struct rdvd_move){
		.which = {.id = a->id},
		.verdict = j->refusal == BOOKING_DONE ? RDVD_OK : RDVD_CONFLICT,
		.when = {j->ask.start, answer->end, answer->civil_start,
			 zone_name(site ? site->zone : t->zone)},
		.capacity = a->capacity,
		.ncounsellors = c->ncounsellors,
		.move_until_s = -1,
		.named = *j->counsellor_slug != '\0',
		.hold = j->ask.but_hold,
		.wait = j->which.wait,
		.turn = j->which.turn,
		.now = r.now,
		.actor = j->actor,
	};
	j->move.place = site ? (struct rdvd_place){.site = site->id, .rooms = site->rooms}
			     : a->place;
	for (int i = 0; i < c->ncounsellors; i++)
		j->move.counsellors[i] = t->counsellors[c->counsellors[i]].id;
	if (!by_team)
		j->move.move_until_s =
			r.organisation == TERRITORY_NONE
				? 0
				: t->organisations[r.organisation].move_until_minutes *
					  60;
	j->move.place_kind = r.service == TERRITORY_NONE
				     ? ""
				     : booking_place_kind(b, r.service, j->ask.site);
	if (r.service != TERRITORY_NONE)
		owed_move(&r, &a->person, answer->civil_start, a->when.start, by_team,
			  &j->owed);
	turn_answers(j->which.turn, &j->owed);
	if (j->which.undoable)
		owed_not_before(&j->owed, r.now + BOOKING_UNDO_S);
	j->move.undo = undo_seed(j, r.now);
	j->move.owed = j->owed.items;
	j->move.nowed = j->owed.n;
}

/* The hold that keeps the new time, if it is of that time; NULL none. */
static const struct claim *move_hold(const struct change_job *j)
{
	const struct claim *held =
		j->which.hold ? agenda_claim_find(j->b->agenda, CLAIM_HOLD, j->which.hold)
			      : NULL;
	return held && held->service == j->ask.service && held->site == j->ask.site &&
			       held->start == j->ask.start
		       ? held
		       : NULL;
}

/* The counsellors whom the hold keeps, while they are still there. */
static void move_use_hold(const struct change_job *j, const struct claim *held,
			  const struct agenda_answer *answer, struct claim *c)
{
	int all_free = held->ncounsellors > 0;
	for (int i = 0; i < held->ncounsellors && held->capacity == 0; i++)
		all_free &= agenda_counsellor_is_free(
			j->b->agenda, held->counsellors[i], j->ask.site, j->ask.start,
			answer->end, j->ask.but_hold, j->ask.but_session);
	if (!all_free)
		return;
	c->ncounsellors = held->ncounsellors;
	memcpy(c->counsellors, held->counsellors, sizeof c->counsellors);
}

static void move_read(void *arg, enum rdvd_rc rc, struct rdvd_appointment *a)
{
	struct change_job *j = arg;
	struct booking *b = j->b;
	if (have_before(j, rc, a) != 0)
		return;
	struct claim c = {.kind = CLAIM_PENDING};
	struct agenda_answer answer = {.end = 0};
	j->ask.service = territory_by_id(b->territory, RDVD_DEF_SERVICE, a->service);
	j->ask.site = *j->site_slug ? territory_site(b->territory, j->site_slug)
				    : site_of(b, a);
	j->ask.now = clock_now();
	j->edition = b->edition;
	j->ask.seats = a->capacity > 0 ? a->party_size : 1;
	j->ask.staff = j->which.actor != NULL;
	j->ask.but_session = a->capacity > 0 ? 0 : (uint64_t)a->session;
	j->ask.extra_minutes = booking_extra_minutes(b, a);
	if (*j->site_slug && j->ask.site == TERRITORY_NONE) {
		finish(j, BOOKING_NOT_A_SLOT);
		return;
	}
	if (a->status == RDVD_CANCELLED) {
		finish(j, BOOKING_IS_CANCELLED);
		return;
	}
	const struct claim *held = move_hold(j);
	j->ask.but_hold = held ? j->which.hold : 0;
	j->refusal = move_find_time(j, &c, &answer);
	if (held && j->refusal == BOOKING_DONE)
		move_use_hold(j, held, &answer, &c);
	move_fill(j, &c, &answer);
	if (j->refusal == BOOKING_DONE) {
		c.site = j->ask.site;
		c.start = j->ask.start;
		c.end = answer.end;
		c.service = j->ask.service;
		c.capacity = a->capacity;
		c.seats = a->capacity > 0 ? a->party_size : 0;
		/* places that its own hold keeps are counted there until it is gone */
		if (held)
			c.seats -= c.seats < held->seats ? c.seats : held->seats;
		j->pending = pending_put(b, &c);
	}
	submit(j);
}

void booking_move(struct booking *b, const struct booking_which *w, const char *site,
		  rdvd_time to, const char *counsellor, booking_cb *cb, void *arg)
{
	struct change_job *j = change_new(b, ACT_MOVE, w, cb, arg);
	snprintf(j->site_slug, sizeof j->site_slug, "%s", site ? site : "");
	snprintf(j->counsellor_slug, sizeof j->counsellor_slug, "%s",
		 counsellor ? counsellor : "");
	j->ask.start = to;
	if (to % 300 != 0)
		finish(j, BOOKING_NOT_A_SLOT);
	else
		start(b, j, w->token, move_read);
}
