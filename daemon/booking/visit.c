/* SPDX-License-Identifier: GPL-3.0-or-later */
/* visit.c - the clock of home visits, and what is said of them. Those that are out are
 * kept in memory as the store gave them, read again after each change; one timer waits
 * for the first that is due. The alarm, its notice and its letters are one job: whatever
 * stops in between, it is given once. */
#include "booking/visit.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "booking/impl.h"
#include "booking/watch.h"
#include "message/gsm.h"
#include "message/phone.h"
#include "message/text.h"

#define SPARE_S (30 * 60) /* beyond the visit and the way back */
#define TRAVEL_UNKNOWN_MIN 30
#define LETTER_LIFE_S 86400
#define AGAIN_S 5 /* when the store had no room */
#define LETTERS_MAX 3
#define ALARM_KEY_SIZE 48

struct visits {
	struct loop *loop;
	struct store *store;
	struct booking *booking;
	struct visits_options o;
	struct loop_timer *timer;
	struct record_list out;		       /* owned, by due */
	const struct rdvd_appointment **shown; /* owned: the rows of out */
	size_t jobs;			       /* under way */
	int fresh, again;		       /* yet to be read; read again */
	int stopping;
};

/* ---- where, and until when ---- */

int visit_is_home(const struct booking *b, const struct rdvd_appointment *a)
{
	const struct territory *t = b->territory;
	int i = territory_by_id(t, RDVD_DEF_SERVICE, a->service);

	return i != TERRITORY_NONE && t->services[i].mode == MODE_HOME;
}

/* 0, or -1: nobody knows where that is. */
static int point_of(const struct booking *b, const struct rdvd_appointment *a,
		    struct geo_point *point)
{
	const struct territory *t = b->territory;
	const char *where = *a->place.postcode ? a->place.postcode : a->person.postcode;
	int i;

	if (a->place.site) {
		i = territory_by_id(t, RDVD_DEF_SITE, a->place.site);
		if (i == TERRITORY_NONE)
			return -1;
		*point = t->sites[i].point;
		return 0;
	}
	return *where && b->o.communes &&
			       commune_near(b->o.communes, where, point, NULL) == RDVD_OK
		       ? 0
		       : -1;
}

/* Minutes to the nearest place of the organisation. */
static int way_back(const struct booking *b, const struct rdvd_appointment *a)
{
	const struct territory *t = b->territory;
	struct geo_point point;
	int best = 0;

	if (point_of(b, a, &point) < 0)
		return TRAVEL_UNKNOWN_MIN;
	for (int i = 0; i < t->live_sites; i++) {
		int o = t->sites[i].organisation, minutes;

		if (o != TERRITORY_NONE && t->organisations[o].id != a->organisation)
			continue;
		minutes = geo_travel_minutes(&point, &t->sites[i].point);
		if (!best || minutes < best)
			best = minutes;
	}
	return best ? best : TRAVEL_UNKNOWN_MIN;
}

rdvd_time visit_due(const struct booking *b, const struct rdvd_appointment *a,
		    rdvd_time now)
{
	int travel = way_back(b, a) * 60;
	rdvd_time end = a->when.end, soonest = now + travel + a->when.end - a->when.start;
	rdvd_time due = (end > soonest ? end : soonest) + travel + SPARE_S;

	return (due + 299) / 300 * 300;
}

/* ---- what is out ---- */

static void read_again(struct visits *v);
static void look(void *arg);

struct read_job {
	struct store_job job;
	struct visits *v;
	struct record_list out;
};

static enum rdvd_rc read_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct read_job *j = (struct read_job *)job;

	record_list_fini(&j->out);
	return ops->visit_each(st, record_list_add, &j->out);
}

static void show(struct visits *v)
{
	free(v->shown);
	v->shown = xcalloc(v->out.n + 1, sizeof(*v->shown));
	for (size_t i = 0; i < v->out.n; i++)
		v->shown[i] = v->out.items[i].appointment;
}

static void read_done(struct store_job *job)
{
	struct read_job *j = (struct read_job *)job;
	struct visits *v = j->v;
	int again = v->again;

	v->jobs--;
	v->again = 0;
	if (job->rc == RDVD_OK) {
		struct record_list old = v->out;

		v->out = j->out;
		j->out = old;
		v->fresh = 0;
		show(v);
	}
	record_list_fini(&j->out);
	if (job->rc != RDVD_OK && !v->stopping)
		loop_timer_in(v->timer, AGAIN_S * 1000);
	else if (again)
		read_again(v);
	else
		look(v);
	free(j);
}

static void read_again(struct visits *v)
{
	struct read_job *j;

	if (v->stopping)
		return;
	if (v->jobs) { /* what is under way may have read before the change */
		v->again = 1;
		return;
	}
	j = xcalloc(1, sizeof(*j));
	j->v = v;
	j->job.run = read_run;
	j->job.done = read_done;
	v->jobs++;
	if (store_read(v->store, &j->job) == RDVD_OK)
		return;
	j->job.rc = RDVD_BUSY;
	read_done(&j->job);
}

const struct rdvd_appointment *const *visits_out(const struct visits *v, size_t *n)
{
	*n = v->out.n;
	return v->shown;
}

/* ---- the alarm ---- */

struct alarm_job {
	struct store_job job;
	struct visits *v;
	struct rdvd_visit_step step;
	struct rdvd_notice notice;
	struct rdvd_letter letters[LETTERS_MAX];
	struct buf words, plain, subject, mail, link;
	struct phone phone;
	char key[ALARM_KEY_SIZE], keys[LETTERS_MAX][ALARM_KEY_SIZE + 16];
	int changed;
};

/* "La visite prévue à 18 h n’est pas signalée revenue. Appelez l’équipe." */
static void write_words(const struct territory *t, const struct rdvd_appointment *a,
			rdvd_time now, struct buf *out)
{
	int site = a->place.site ? territory_by_id(t, RDVD_DEF_SITE, a->place.site)
				 : TERRITORY_NONE;
	const struct zone *z = site == TERRITORY_NONE ? t->zone : t->sites[site].zone;
	civil_time at = a->when.civil_start, today = zone_to_civil(z, now);

	buf_addlit(out, "La visite prévue ");
	if (civil_time_day(at) == civil_time_day(today)) {
		buf_addlit(out, "à ");
		text_hour(out, "fr", civil_time_minute(at));
	} else {
		buf_addlit(out, "le ");
		text_when(out, "fr", at, 0);
	}
	buf_addlit(out, " n’est pas signalée revenue. Appelez l’équipe.");
}

/* What the notice of an alarm is called. */
static void name_alarm(const struct rdvd_appointment *a, char out[ALARM_KEY_SIZE])
{
	snprintf(out, ALARM_KEY_SIZE, "visit:%lld:%lld", (long long)a->session,
		 (long long)a->visit.due);
}

static void add_letter(struct alarm_job *j, enum rdvd_channel channel, const char *to)
{
	size_t n = j->step.nletters;
	int sms = channel == RDVD_CHANNEL_SMS;

	for (size_t i = 0; i < n; i++)
		if (strcmp(j->letters[i].to, to) == 0)
			return;
	snprintf(j->keys[n], sizeof(j->keys[n]), "%s:%zu", j->key, n);
	j->letters[n] = (struct rdvd_letter){
		.key = j->keys[n],
		.kind = RDVD_MSG_ANSWER,
		.channel = channel,
		.organisation = j->notice.organisation,
		.to = to,
		.subject = sms ? "" : buf_str(&j->subject),
		.text = buf_str(sms ? &j->plain : &j->mail),
		.due = j->step.now,
		.deadline = j->step.now + LETTER_LIFE_S,
		.actor = "",
		.now = j->step.now,
	};
	j->step.nletters = n + 1;
}

static void write_letters(struct alarm_job *j, const struct rdvd_appointment *a)
{
	struct visits *v = j->v;
	const struct territory *t = v->booking->territory;
	struct text_values values = {.notice = buf_str(&j->words)};
	int i = territory_by_id(t, RDVD_DEF_ORGANISATION, a->organisation);
	const struct organisation *o = i == TERRITORY_NONE ? NULL : &t->organisations[i];

	gsm_fold(buf_str(&j->words), &j->plain);
	buf_addf(&j->link, "%s/equipe", v->o.public_url);
	values.link = buf_str(&j->link);
	if (o && *o->alarm_phone && v->o.sms_enabled) {
		if (phone_parse(o->alarm_phone, &j->phone) == RDVD_OK)
			add_letter(j, RDVD_CHANNEL_SMS, j->phone.number);
		else
			log_warn("the alarm number of %s cannot be read: nobody was sent "
				 "an SMS about a home visit",
				 o->slug);
	}
	if (!v->o.email_enabled ||
	    text_write(v->o.texts, TEXT_NOTICE, 0, RDVD_CHANNEL_EMAIL, "fr", &values,
		       &j->subject, &j->mail) < 0)
		return;
	if (o && *o->alarm_email)
		add_letter(j, RDVD_CHANNEL_EMAIL, o->alarm_email);
	if (v->o.alerts_to && *v->o.alerts_to)
		add_letter(j, RDVD_CHANNEL_EMAIL, v->o.alerts_to);
}

static enum rdvd_rc alarm_run(const struct rdvd_store_ops *ops, void *st,
			      struct store_job *job)
{
	struct alarm_job *j = (struct alarm_job *)job;

	return ops->visit(st, &j->step, &j->changed);
}

static void alarm_free(struct alarm_job *j)
{
	buf_fini(&j->words);
	buf_fini(&j->plain);
	buf_fini(&j->subject);
	buf_fini(&j->mail);
	buf_fini(&j->link);
	free(j);
}

static void alarm_done(struct store_job *job)
{
	struct alarm_job *j = (struct alarm_job *)job;
	struct visits *v = j->v;
	int known =
		job->rc == RDVD_OK || job->rc == RDVD_STALE || job->rc == RDVD_NOT_FOUND;

	v->jobs--;
	if (job->rc == RDVD_OK) {
		log_info("a home visit is not back in time: the team was told");
		v->o.changed(v->o.ctx);
		booking_tell_all(v->booking);
	}
	if (known)
		read_again(v);
	else if (!v->stopping)
		loop_timer_in(v->timer, AGAIN_S * 1000);
	alarm_free(j);
}

static void alarm_give(struct visits *v, const struct rdvd_appointment *a, rdvd_time now)
{
	struct alarm_job *j = xcalloc(1, sizeof(*j));

	j->v = v;
	name_alarm(a, j->key);
	write_words(v->booking->territory, a, now, &j->words);
	j->notice = (struct rdvd_notice){.key = j->key,
					 .kind = "visit",
					 .organisation = a->organisation,
					 .text = buf_str(&j->words),
					 .at = now};
	j->step = (struct rdvd_visit_step){.session = a->session,
					   .act = RDVD_VISIT_ALARM,
					   .notice = &j->notice,
					   .letters = j->letters,
					   .now = now,
					   .actor = ""};
	write_letters(j, a);
	j->job.run = alarm_run;
	j->job.done = alarm_done;
	v->jobs++;
	if (store_write(v->store, &j->job) == RDVD_OK)
		return;
	j->job.rc = RDVD_BUSY;
	alarm_done(&j->job);
}

/* The first that nobody was told of. */
static const struct rdvd_appointment *next_of(const struct visits *v)
{
	for (size_t i = 0; i < v->out.n; i++)
		if (!v->out.items[i].appointment->visit.alarmed)
			return v->out.items[i].appointment;
	return NULL;
}

/* One at a time: its end reads again, and looks again. */
static void look(void *arg)
{
	struct visits *v = arg;
	const struct rdvd_appointment *a = next_of(v);
	rdvd_time now = clock_now();

	if (v->stopping || v->jobs)
		return;
	if (v->fresh)
		read_again(v);
	else if (a && a->visit.due <= now)
		alarm_give(v, a, now);
	else if (a)
		loop_timer_at(v->timer, a->visit.due);
}

/* ---- what the team says ---- */

struct step_job {
	struct store_job job;
	struct visits *v;
	rdvd_id appointment;
	struct rdvd_visit_step step;
	struct rdvd_notice notice; /* of its alarm: seen with its end */
	char key[ALARM_KEY_SIZE];
	char actor[64], token[SECRET_TOKEN_CHARS + 1];
	struct rdvd_appointment *row; /* owned */
	int changed;
	booking_cb *cb;
	void *arg;
};

static int keep(void *arg, const struct rdvd_appointment *a)
{
	struct step_job *j = arg;

	free(j->row);
	j->row = appointment_dup(a);
	return 1;
}

static enum rdvd_rc step_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct step_job *j = (struct step_job *)job;
	const struct rdvd_which w = {.id = j->appointment};
	enum rdvd_rc rc = ops->visit(st, &j->step, &j->changed);

	return rc == RDVD_OK ? ops->appointment_get(st, &w, keep, j) : rc;
}

static void step_answer(struct step_job *j, enum booking_verdict verdict)
{
	static const struct booking_errors past = {
		.items = {{"due", "past",
			   "Cette heure est passée : écrivez-en une plus "
			   "tardive."}},
		.n = 1};
	struct booking_reply r = {.verdict = verdict, .token = j->token, .errors = &past};

	if (j->row && verdict != BOOKING_NOT_FOUND) {
		r.appointment = j->row;
		booking_token(j->v->booking, j->row->ref, j->row->generation, j->token);
	}
	j->cb(j->arg, &r);
	free(j->row);
	free(j);
}

static void step_done(struct store_job *job)
{
	struct step_job *j = (struct step_job *)job;

	j->v->jobs--;
	if (job->rc == RDVD_OK && j->changed)
		booking_tell_of(j->v->booking, j->row);
	if (job->rc == RDVD_OK)
		read_again(j->v);
	else
		look(j->v);
	step_answer(j, verdict_of_store(job->rc));
}

/* The row was read: what the act needs of it is there. */
static void step_read(void *arg, enum rdvd_rc rc, struct rdvd_appointment *a)
{
	struct step_job *j = arg;
	struct visits *v = j->v;
	rdvd_time now = clock_now();
	int leaves = j->step.act == RDVD_VISIT_LEAVE;

	j->row = a;
	if (rc != RDVD_OK || !a || !visit_is_home(v->booking, a)) {
		step_answer(j, rc == RDVD_OK ? BOOKING_NOT_FOUND : verdict_of_store(rc));
		return;
	}
	if (leaves && a->status == RDVD_CANCELLED) {
		step_answer(j, BOOKING_IS_CANCELLED);
		return;
	}
	if (leaves && j->step.due && j->step.due <= now) {
		step_answer(j, BOOKING_FIELDS);
		return;
	}
	if (leaves && !j->step.due)
		j->step.due = visit_due(v->booking, a, now);
	name_alarm(a, j->key);
	j->notice.key = j->key;
	j->step.notice = &j->notice;
	j->step.session = a->session;
	j->step.now = now;
	j->job.run = step_run;
	j->job.done = step_done;
	v->jobs++;
	if (store_write(v->store, &j->job) == RDVD_OK)
		return;
	v->jobs--;
	step_answer(j, BOOKING_BUSY);
}

void visits_step(struct visits *v, rdvd_id appointment, enum rdvd_visit_act act,
		 rdvd_time due, const char *actor, booking_cb *cb, void *arg)
{
	struct step_job *j = xcalloc(1, sizeof(*j));
	const struct booking_which which = {.id = appointment, .actor = actor};

	*j = (struct step_job){.v = v, .appointment = appointment, .cb = cb, .arg = arg};
	snprintf(j->actor, sizeof(j->actor), "%s", actor);
	j->step = (struct rdvd_visit_step){.act = act, .due = due, .actor = j->actor};
	appointment_read(v->booking, &which, step_read, j);
}

/* ---- coming and going ---- */

struct visits *visits_new(struct loop *l, struct store *s, struct booking *b,
			  const struct visits_options *o)
{
	struct visits *v = xcalloc(1, sizeof(*v));

	v->loop = l;
	v->store = s;
	v->booking = b;
	v->o = *o;
	v->timer = loop_timer_new(l, look, v);
	v->fresh = 1;
	read_again(v);
	return v;
}

void visits_texts(struct visits *v, const struct texts *texts)
{
	v->o.texts = texts;
}

int visits_are_idle(const struct visits *v)
{
	return v->jobs == 0;
}

void visits_stop(struct visits *v)
{
	v->stopping = 1;
	loop_timer_stop(v->timer);
}

void visits_free(struct visits *v)
{
	if (!v)
		return;
	loop_timer_free(v->timer);
	record_list_fini(&v->out);
	free(v->shown);
	free(v);
}
