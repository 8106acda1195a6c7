/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outbox_fixture.c - see outbox_fixture.h. The kernel's clocks and the disk's room are
 * put in place of the daemon's by the linker (--wrap). */
#include "outbox_fixture.h"

#include <ftw.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "message/parcel.h"

_Atomic rdvd_time world_now;
_Atomic int64_t world_boot_ms;
_Atomic uint64_t world_free;

rdvd_time __wrap_clock_now(void);
int64_t __wrap_clock_monotonic_ms(void);
int64_t __wrap_clock_boot_ms(void);
int __wrap_statvfs(const char *path, struct statvfs *v);

rdvd_time __wrap_clock_now(void)
{
	return world_now;
}

int64_t __wrap_clock_monotonic_ms(void)
{
	return world_boot_ms;
}

int64_t __wrap_clock_boot_ms(void)
{
	return world_boot_ms;
}

int __wrap_statvfs(const char *path, struct statvfs *v)
{
	(void)path;
	memset(v, 0, sizeof *v);
	v->f_frsize = 4096;
	v->f_bavail = world_free / 4096;
	v->f_blocks = (UINT64_C(100) << 30) / 4096;
	return 0;
}

/* ---- gateways ---- */

struct scripted scripted[GATEWAYS_MAX];

static char letter_at(const char *script, int i)
{
	size_t n = strlen(script);

	return script[(size_t)i < n ? (size_t)i : n - 1];
}

static enum rdvd_rc scripted_open(const struct rdvd_host *host, void **gw)
{
	*gw = &scripted[host->option(host, "name")[1] - '0'];
	return RDVD_OK;
}

static unsigned scripted_capabilities(void *gw)
{
	return ((struct scripted *)gw)->capabilities;
}

static void keep(struct sent *s, const struct rdvd_message *m)
{
	*s = (struct sent){.attempt = m->attempt,
			   .answerable = m->answerable,
			   .deadline = m->deadline};
	snprintf(s->id, sizeof s->id, "%s", m->id);
	snprintf(s->to, sizeof s->to, "%s", m->to);
	snprintf(s->from, sizeof s->from, "%s", m->from);
	snprintf(s->text, sizeof s->text, "%s", m->text);
	snprintf(s->receipts_url, sizeof s->receipts_url, "%s", m->receipts_url);
	snprintf(s->calendar_method, sizeof s->calendar_method, "%s",
		 m->calendar_method ? m->calendar_method : "");
}

static enum rdvd_sent scripted_send(void *gw, const struct rdvd_message *m,
				    struct rdvd_receipt *r)
{
	struct scripted *s = gw;
	int i = atomic_fetch_add(&s->sent, 1);
	char byte;

	if (i < SENT_MAX)
		keep(&s->log[i], m);
	r->retry_after_s = s->retry_after_s;
	r->has_credit = s->credit > 0;
	r->credit = s->credit;
	switch (letter_at(s->script, i)) {
	case 'w':
		world_now += 40;
		world_boot_ms += 40000;
		return RDVD_SENT_ACCEPTED;
	case 'g':
		return read(s->gate, &byte, 1) == 1 ? RDVD_SENT_ACCEPTED
						    : RDVD_SENT_UNKNOWN;
	case 'a':
		snprintf(r->provider_id, sizeof r->provider_id, "p-%s", m->id);
		return RDVD_SENT_ACCEPTED;
	case 'r': snprintf(r->note, sizeof r->note, "later"); return RDVD_SENT_RETRY;
	case 'x': snprintf(r->note, sizeof r->note, "bad"); return RDVD_SENT_REFUSED;
	case 't': snprintf(r->note, sizeof r->note, "slow"); return RDVD_SENT_THROTTLED;
	case 's':
		snprintf(r->note, sizeof r->note, "no credit");
		return RDVD_SENT_STOPPED;
	}
	snprintf(r->note, sizeof r->note, "silence");
	return RDVD_SENT_UNKNOWN;
}

static enum rdvd_found scripted_lookup(void *gw, const char *id, const char *provider_id,
				       int timeout_ms, struct rdvd_receipt *r)
{
	struct scripted *s = gw;

	switch (letter_at(s->found, atomic_fetch_add(&s->looked_up, 1))) {
	case 'a':
		snprintf(r->provider_id, sizeof r->provider_id, "found-%s", id);
		return RDVD_FOUND_ACCEPTED;
	case 'd': return RDVD_FOUND_DELIVERED;
	case 'n': return RDVD_FOUND_ABSENT;
	}
	return RDVD_FOUND_UNKNOWN;
}

static void scripted_close(void *gw)
{
	(void)gw;
}

static const struct rdvd_gateway_ops scripted_ops = {
	.capabilities = scripted_capabilities,
	.open = scripted_open,
	.send = scripted_send,
	.close = scripted_close,
	.lookup = scripted_lookup,
};
static const struct rdvd_option scripted_options[] = {{"name", NULL, "g0, g1, g2"},
						      {NULL, NULL, NULL}};
static const struct rdvd_plugin scripted_plugin = {.abi = RDVD_ABI,
						   .kind = RDVD_KIND_GATEWAY,
						   .name = "gw_scripted",
						   .options = scripted_options,
						   .ops = &scripted_ops};

extern const struct rdvd_plugin rdvd_plugin_store_sqlite;
const struct rdvd_plugin *const plugin_builtin[] = {&rdvd_plugin_store_sqlite,
						    &scripted_plugin, NULL};

/* ---- acts ---- */

struct act {
	struct store_job job;
	enum rdvd_rc (*f)(const struct rdvd_store_ops *ops, void *st, void *arg);
	void *arg;
	int done;
};

static enum rdvd_rc act_run(const struct rdvd_store_ops *ops, void *st,
			    struct store_job *job)
{
	struct act *a = (struct act *)job;

	return a->f(ops, st, a->arg);
}

static void act_done(struct store_job *job)
{
	((struct act *)job)->done = 1;
}

enum rdvd_rc world_act(struct world *w,
		       enum rdvd_rc (*f)(const struct rdvd_store_ops *ops, void *st,
					 void *arg),
		       void *arg)
{
	struct act a = {.job = {.run = act_run, .done = act_done}, .f = f, .arg = arg};

	assert_int_equal(store_write(w->store, &a.job), RDVD_OK);
	while (!a.done)
		loop_run_once(w->loop, 1000);
	return a.job.rc;
}

/* ---- a small territory ---- */

static const char json[] =
	"{\"format\": \"rdvd-territory/1\", \"network\": {\"id\": \"n\"},"
	" \"organisations\": [{\"id\": \"o\", \"name\": \"CLLAJ\","
	"  \"phone\": \"+33321000000\"}],"
	" \"sites\": [{\"id\": \"s\", \"name\": \"Centre\", \"organisation\": \"o\","
	"  \"address\": \"1 rue Pasteur\", \"postcode\": \"62590\","
	"  \"commune\": \"Oignies\", \"lat\": 50.46, \"lon\": 2.99}],"
	" \"counsellors\": [{\"id\": \"c\", \"organisation\": \"o\"}],"
	" \"services\": [{\"id\": \"premier\", \"name\": \"Premier rendez-vous\","
	"  \"minutes\": 30}]}";

struct definitions {
	struct world *w;
	const struct rdvd_store_ops *ops;
	void *st;
	struct rdvd_definition items[16];
	size_t n;
};

static int put_definition(void *arg, const struct rdvd_definition *d)
{
	struct definitions *l = arg;
	rdvd_id id;

	if (l->ops->definition_put(l->st, d->kind, d->slug, d->body, T0, &id) != RDVD_OK)
		return 1;
	l->items[l->n] = *d;
	l->items[l->n].id = id;
	l->items[l->n].slug = xstrdup(d->slug);
	l->items[l->n].body = xstrdup(d->body);
	l->n++;
	switch (d->kind) {
	case RDVD_DEF_ORGANISATION: l->w->organisation = id; break;
	case RDVD_DEF_SITE: l->w->site = id; break;
	case RDVD_DEF_COUNSELLOR: l->w->counsellor = id; break;
	case RDVD_DEF_SERVICE: l->w->service = id; break;
	case RDVD_DEF_NETWORK:
	case RDVD_DEF_OPENING:
	case RDVD_DEF_CLOSURE: break;
	}
	return 0;
}

static enum rdvd_rc put_definitions(const struct rdvd_store_ops *ops, void *st, void *arg)
{
	struct definitions *l = arg;
	json_t *root = json_loads(json, 0, NULL);

	l->ops = ops;
	l->st = st;
	l->n = 0;
	territory_each_definition(root, put_definition, l);
	json_decref(root);
	return RDVD_OK;
}

static void territory_up(struct world *w)
{
	struct definitions l = {.w = w};
	struct buf errors = BUF_INIT;

	assert_int_equal(world_act(w, put_definitions, &l), RDVD_OK);
	w->territory = territory_from_definitions(l.items, l.n, &errors);
	w->texts = texts_load(TEST_SRCDIR "/etc/texts", &errors);
	if (!w->territory || !w->texts)
		fail_msg("%s", buf_str(&errors));
	for (size_t i = 0; i < l.n; i++) {
		free((char *)l.items[i].slug);
		free((char *)l.items[i].body);
	}
	buf_fini(&errors);
}

/* ---- life ---- */

int world_setup(void **state)
{
	static const struct store_options so = {.reader_threads = 1, .queue_max = 4096};
	struct world *w = xcalloc(1, sizeof *w);

	secret_init();
	world_now = T0;
	world_boot_ms = 1000000;
	world_free = UINT64_C(10) << 30;
	for (int i = 0; i < GATEWAYS_MAX; i++)
		scripted[i] = (struct scripted){.script = "a", .found = "u"};
	snprintf(w->dir, sizeof w->dir, "/tmp/rdvd-outbox-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	w->loop = loop_new();
	w->store_plugin = plugin_load("/nonexistent", "store_sqlite", RDVD_KIND_STORE,
				      NULL, 0, w->dir);
	assert_non_null(w->store_plugin);
	w->store = store_open(w->loop, w->store_plugin, &so);
	assert_non_null(w->store);
	territory_up(w);
	*state = w;
	return 0;
}

struct outbox_gateway *world_gateway(struct world *w, unsigned capabilities,
				     const char *script)
{
	static const char *const names[GATEWAYS_MAX] = {"g0", "g1", "g2"};
	size_t i = w->ngateways++;
	struct plugin_setting s = {.key = "name", .value = names[i], .where = "test"};

	scripted[i].capabilities = capabilities;
	scripted[i].script = script;
	w->plugins[i] = plugin_load("/nonexistent", "gw_scripted", RDVD_KIND_GATEWAY, &s,
				    1, w->dir);
	assert_non_null(w->plugins[i]);
	w->gateways[i] = (struct outbox_gateway){.name = names[i],
						 .plugin = w->plugins[i],
						 .channels = 1u << RDVD_CHANNEL_SMS,
						 .rate_per_second = 1000,
						 .window = 1,
						 .connections = 1};
	return &w->gateways[i];
}

static const struct territory *the_territory(void *ctx)
{
	return ((struct world *)ctx)->territory;
}

static void a_token(void *ctx, uint64_t ref, uint32_t generation,
		    char out[SECRET_TOKEN_CHARS + 1])
{
	memset(out, 'k', SECRET_TOKEN_CHARS);
	out[SECRET_TOKEN_CHARS] = '\0';
}

static const char *a_calendar(void *ctx, const struct rdvd_appointment *a,
			      struct buf *out)
{
	buf_addlit(out, "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n");
	return "PUBLISH";
}

void world_start(struct world *w)
{
	static const uint8_t key[SECRET_KEY_SIZE] = {1, 2, 3};
	const struct outbox_options o = {.gateways = w->gateways,
					 .ngateways = w->ngateways,
					 .public_url = "https://rdv.example",
					 .sms_sender = "CLLAJ62",
					 .email_from = "rdv@example.org",
					 .discreet_sender = "INFO62",
					 .discreet_from = "info@example.org",
					 .hours = PLAN_HOURS_PRESET,
					 .key = key,
					 .dir = w->dir,
					 .alerts_to = w->alerts_to,
					 .territory = the_territory,
					 .token = a_token,
					 .calendar = a_calendar,
					 .ctx = w};

	w->outbox = outbox_new(w->loop, w->store, w->texts, &o);
	assert_non_null(w->outbox);
	while (w->stop_at_sweep && !w->outbox->claiming)
		loop_run_once(w->loop, 2);
	if (!w->stop_at_sweep)
		world_run(w);
}

static int is_at_rest(const struct world *w)
{
	struct store_counts n = store_counts(w->store);
	const struct outbox *o = w->outbox;

	return n.waiting_writes == 0 && n.waiting_reads == 0 &&
	       (!o || (o->under_way == 0 && !o->claiming && !o->asking && !o->counting));
}

/* Nothing happens for a few rounds of the loop, its timers for now included. */
void world_run(struct world *w)
{
	int quiet = 0, rounds = 0;

	if (w->outbox)
		outbox_nudge(w->outbox);
	while (quiet < 3) {
		loop_run_once(w->loop, 2);
		quiet = is_at_rest(w) ? quiet + 1 : 0;
		if (++rounds > 20000)
			fail_msg("the outbox does not come to rest");
	}
}

void world_wait(struct world *w, int seconds)
{
	world_now += seconds;
	world_boot_ms += (int64_t)seconds * 1000;
	world_run(w);
}

void world_stop(struct world *w)
{
	outbox_stop(w->outbox);
	while (!is_at_rest(w))
		loop_run_once(w->loop, 10);
	outbox_free(w->outbox);
	w->outbox = NULL;
}

static int unlink_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	return remove(path);
}

int world_teardown(void **state)
{
	struct world *w = *state;

	if (w->outbox)
		world_stop(w);
	store_close(w->store);
	for (size_t i = 0; i < w->ngateways; i++)
		plugin_free(w->plugins[i]);
	plugin_free(w->store_plugin);
	texts_free(w->texts);
	territory_free(w->territory);
	loop_free(w->loop);
	nftw(w->dir, unlink_one, 8, FTW_DEPTH | FTW_PHYS);
	free(w);
	return 0;
}

/* ---- messages ---- */

struct letter_act {
	struct rdvd_letter letter;
	rdvd_id id;
};

static enum rdvd_rc put_letter(const struct rdvd_store_ops *ops, void *st, void *arg)
{
	struct letter_act *l = arg;

	return ops->letter_put(st, &l->letter, &l->id);
}

static rdvd_id write_letter(struct world *w, const struct rdvd_letter *from, int n)
{
	struct letter_act l = {.letter = *from};
	char to[32], text[64];

	snprintf(to, sizeof to,
		 from->channel == RDVD_CHANNEL_SMS ? "+336%08d" : "p%d@example.org", n);
	snprintf(text, sizeof text, "lettre %d", n);
	l.letter.to = to;
	l.letter.text = text;
	l.letter.key = "";
	l.letter.actor = "";
	l.letter.due = l.letter.now = world_now;
	assert_int_equal(world_act(w, put_letter, &l), RDVD_OK);
	assert_true(l.id > 0);
	return l.id;
}

rdvd_id world_letter(struct world *w, enum rdvd_message_kind kind, int n,
		     rdvd_time deadline)
{
	return write_letter(w,
			    &(struct rdvd_letter){.kind = kind,
						  .channel = RDVD_CHANNEL_SMS,
						  .subject = "",
						  .deadline = deadline},
			    n);
}

rdvd_id world_letter_by(struct world *w, enum rdvd_channel channel, rdvd_id organisation,
			int n, rdvd_time deadline)
{
	return write_letter(w,
			    &(struct rdvd_letter){.kind = RDVD_MSG_ANSWER,
						  .channel = channel,
						  .organisation = organisation,
						  .subject = "Objet",
						  .deadline = deadline},
			    n);
}

struct book_act {
	struct rdvd_booking booking;
	struct rdvd_booked out;
	rdvd_id message;
};

static int note_message(void *arg, const struct rdvd_message_row *m,
			const struct rdvd_appointment *a)
{
	*(rdvd_id *)arg = m->id;
	return 0;
}

static enum rdvd_rc book(const struct rdvd_store_ops *ops, void *st, void *arg)
{
	struct book_act *b = arg;
	struct rdvd_message_filter f = {.participation = 0};
	enum rdvd_rc rc = ops->book(st, &b->booking, &b->out);

	f.participation = b->out.id;
	return rc == RDVD_OK ? ops->message_each(st, &f, note_message, &b->message) : rc;
}

rdvd_id world_book(struct world *w, enum rdvd_message_kind kind,
		   enum rdvd_channel channel, rdvd_time start, int discreet)
{
	uint64_t n = ++w->next;
	const struct rdvd_owed owed = {.kind = kind,
				       .ordinal = kind == RDVD_MSG_REMINDER,
				       .channel = channel,
				       .due = world_now,
				       .deadline = start,
				       .note = ""};
	struct book_act b = {.booking = {.service = w->service,
					 .organisation = w->organisation,
					 .place = {.site = w->site},
					 .when = {.start = start,
						  .end = start + 1800,
						  .civil_start = start + 3600,
						  .zone = "Europe/Paris"},
					 .counsellors = {w->counsellor},
					 .ncounsellors = 1,
					 .channel = RDVD_BY_WEB,
					 .party_size = 1,
					 .ref = n * 0x9e3779b97f4a7c15u,
					 .person = {.first_name = "Zoé",
						    .last_name = "Dupré",
						    .birth_year = 2004,
						    .phone = "+33612345678",
						    .sms_ok = 1,
						    .email = "zoe@example.org",
						    .postcode = "62590",
						    .locale = "fr",
						    .discreet = discreet},
					 .fact = {.appointment = "0123456789abcdef",
						  .person = "fedcba9876543210",
						  .place_kind = "office",
						  .mode = "site",
						  .age = 22},
					 .owed = &owed,
					 .nowed = 1,
					 .now = world_now,
					 .actor = ""}};

	memcpy(b.booking.token_hash, &n, sizeof n);
	assert_int_equal(world_act(w, book, &b), RDVD_OK);
	assert_true(b.message > 0);
	return b.message;
}

/* ---- what the store has ---- */

struct look_act {
	rdvd_id id;
	struct seen seen;
	int found, count;
	enum rdvd_message_state state;
};

static int look_at(void *arg, const struct rdvd_message_row *m,
		   const struct rdvd_appointment *a)
{
	struct look_act *l = arg;

	l->count += m->state == l->state;
	if (m->id != l->id)
		return 0;
	l->found = 1;
	l->seen =
		(struct seen){.state = m->state, .attempts = m->attempts, .due = m->due};
	snprintf(l->seen.gateway, sizeof l->seen.gateway, "%s", m->gateway);
	snprintf(l->seen.note, sizeof l->seen.note, "%s", m->note);
	snprintf(l->seen.provider_id, sizeof l->seen.provider_id, "%s", m->provider_id);
	return 0;
}

static enum rdvd_rc look(const struct rdvd_store_ops *ops, void *st, void *arg)
{
	const struct rdvd_message_filter f = {.number = ""};

	return ops->message_each(st, &f, look_at, arg);
}

struct seen world_message(struct world *w, rdvd_id id)
{
	struct look_act l = {.id = id};

	assert_int_equal(world_act(w, look, &l), RDVD_OK);
	assert_true(l.found);
	return l.seen;
}

int world_count(struct world *w, enum rdvd_message_state state)
{
	struct look_act l = {.state = state};

	assert_int_equal(world_act(w, look, &l), RDVD_OK);
	return l.count;
}

struct notice_act {
	const char *key;
	char *text;
	int n;
};

static int note_notice(void *arg, const struct rdvd_notice *n)
{
	struct notice_act *a = arg;

	if (strncmp(n->key, a->key, strlen(a->key)) != 0)
		return 0;
	a->n++;
	snprintf(a->text, 400, "%s", n->text);
	return 0;
}

static enum rdvd_rc each_notice(const struct rdvd_store_ops *ops, void *st, void *arg)
{
	return ops->notice_each(st, 0, note_notice, arg);
}

int world_notices(struct world *w, const char *key, char text[400])
{
	struct notice_act a = {.key = key, .text = text};

	text[0] = '\0';
	assert_int_equal(world_act(w, each_notice, &a), RDVD_OK);
	return a.n;
}

struct die_act {
	const char *turn_of;
	size_t n;
};

static int count_one(void *arg, const struct rdvd_message_row *m,
		     const struct rdvd_appointment *a)
{
	(*(size_t *)arg)++;
	return 0;
}

static enum rdvd_rc claim_only(const struct rdvd_store_ops *ops, void *st, void *arg)
{
	struct die_act *d = arg;
	struct gateway g = {.name = (char *)d->turn_of};

	if (d->turn_of)
		ops->cursor_set(st, outbox_turn_name(RDVD_CHANNEL_SMS), gateway_mark(&g));
	return ops->message_claim(st, world_now, 1000, count_one, &d->n);
}

size_t world_claim_and_die(struct world *w, const char *turn_of)
{
	struct die_act d = {.turn_of = turn_of};

	assert_null(w->outbox);
	assert_int_equal(world_act(w, claim_only, &d), RDVD_OK);
	return d.n;
}
