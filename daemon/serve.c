/* SPDX-License-Identifier: GPL-3.0-or-later */
/* serve.c - the steps that serve and stop. A stop is graceful: requests in flight are
 * answered, messages under way end, the store writes what it has been given; then
 * main.c's table is walked backwards. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "app.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/notify.h"
#include "config.h"

#define GRACE_MS 10000	/* for requests in flight */
#define ENDING_MS 15000 /* for messages under way and the store, after that */
#define ENDING_LOOK_MS 20
#define STUCK_MS 30000 /* a store that takes longer over one job is not well */
#define NIGHTLY_MINUTE 180

/* ---- HTTP ---- */

static struct http_limit limit_of(int per_minute)
{
	return (struct http_limit){.burst = (uint32_t)per_minute,
				   .per_hour = (uint32_t)per_minute * 60};
}

/* The server has one ctx for its hooks: the program. */
static const struct http_user *find_user(void *ctx, enum http_credential kind,
					 const uint8_t token_hash[SECRET_HASH_SIZE])
{
	return api_find_user(((struct app *)ctx)->access, kind, token_hash);
}

static int may(void *ctx, const struct http_user *user, unsigned right)
{
	(void)ctx;
	return rights_has(user->data, right);
}

static void error_page(void *ctx, struct http_request *rq, int status, const char *detail,
		       struct buf *out)
{
	web_error_page(&((struct app *)ctx)->web, rq, status, detail, out);
}

static void pages_up(struct app *a)
{
	unsigned channels = app_channels(a->config);
	const struct web_options web = {
		.langs = a->langs,
		.sms_enabled = (channels & 1u << RDVD_CHANNEL_SMS) != 0,
		.email_enabled = (channels & 1u << RDVD_CHANNEL_EMAIL) != 0,
		.waiting = a->waiting,
		.verify = a->verify,
		.inbound_number = a->config->messages.inbound_number,
		.proof_per_address = (unsigned)a->config->limits.proof_above_address,
		.proof_in_all = (unsigned)a->config->limits.proof_above_all,
		.demonstration = a->config->demo ? STAFF_DEMO_PATH : NULL,
	};
	const struct staff_options staff = {
		.loop = a->loop,
		.text_keep = a->text_keep,
		.waiting = a->waiting,
		.visits = a->visits,
		.reckon = a->reckon,
		.inbox = a->inbox,
		.budget = a->budget,
		.receive = a->receive,
		.langs = a->langs,
		.schools = a->schools,
		.public_url = a->config->public_url,
		.sms_price = a->config->messages.sms_price,
		.demonstration = a->config->demo,
	};

	a->web = web_new(a->server, a->booking, &web);
	a->staff = staff_new(a->server, a->booking, a->access, a->outbox, &staff);
	a->dav = dav_new(a->server, a->booking, a->access, a->store);
}

static void limits_of(const struct config *c, struct http_limit out[LIMIT_CLASSES])
{
	out[LIMIT_READ] = limit_of(c->limits.requests_per_minute);
	out[LIMIT_HOLD] = limit_of(c->limits.holds_per_minute);
	out[LIMIT_BOOK] = limit_of(c->limits.bookings_per_minute);
	out[LIMIT_LOGIN] = limit_of(c->limits.logins_per_minute);
}

int app_http_up(struct app *a)
{
	const struct config *c = a->config;
	int nfds = notify_listen_fds();
	int *fds = xcalloc((size_t)nfds + 1, sizeof *fds);
	struct http_options o = {
		.listen = (const char *const *)c->listen.items,
		.nlisten = nfds ? 0 : c->listen.n,
		.fds = fds,
		.nfds = (size_t)nfds,
		.unix_path = c->socket,
		.public_url = c->public_url,
		.login_path = STAFF_LOGIN_PATH,
		.key = a->key,
		.trusted_proxies = (const char *const *)c->trusted_proxy.items,
		.ntrusted_proxies = c->trusted_proxy.n,
		.langs = a->langs,
		.hooks = {.find_user = find_user,
			  .may = may,
			  .error_page = error_page,
			  .ctx = a},
		.connections_max = (unsigned)c->limits.connections,
		.connections_per_address = (unsigned)c->limits.connections_per_address,
	};
	const struct api_options api = {.booking = a->booking,
					.store = a->store,
					.access = a->access,
					.outbox = a->outbox,
					.waiting = a->waiting,
					.visits = a->visits,
					.reckon = a->reckon,
					.receive = a->receive,
					.talk = a->talk,
					.inbox = a->inbox,
					.erase = a->erase,
					.budget = a->budget,
					.text_keep = a->text_keep,
					.verify = a->verify,
					.inbound_number = c->messages.inbound_number,
					.version = PACKAGE_VERSION,
					.key_path = a->key_path,
					.demo = c->demo};

	for (int i = 0; i < nfds; i++)
		fds[i] = 3 + i;
	limits_of(c, o.limits);
	a->server = http_server_new(a->loop, &o);
	free(fds);
	if (!a->server)
		return -1;
	a->api = api_new(a->server, &api);
	pages_up(a);
	for (size_t i = 0; i < c->listen.n && !nfds; i++)
		log_info("serving http on %s (port %d)", c->listen.items[i],
			 http_server_port(a->server, i));
	return 0;
}

void app_http_down(struct app *a)
{
	http_server_free(a->server);
	/* what goes on without its request still asks the rooms of pages */
	app_work_down(a);
	if (a->booking)
		booking_stop(a->booking);
	app_work_down(a);
	dav_free(a->dav);
	staff_free(a->staff);
	web_free(a->web);
	api_free(a->api);
}

/* ---- stopping ---- */

static int work_is_left(const struct app *a)
{
	struct store_counts n = store_counts(a->store);

	return n.waiting_writes || n.waiting_reads || worker_pending(a->passwords);
}

/* Look again soon, until nothing is under way or the time is over. */
static void look_for_end(void *arg)
{
	struct app *a = arg;
	int late = clock_monotonic_ms() > a->stop_by_ms;

	if (late)
		log_warn("stopping with work under way: it took too long");
	if (late ||
	    (talk_is_idle(a->talk) && outbox_is_idle(a->outbox) &&
	     waiting_is_idle(a->waiting) && visits_are_idle(a->visits) &&
	     receive_is_idle(a->receive) && !app_exports_are_busy(a) && !work_is_left(a)))
		loop_stop(a->loop);
	else
		loop_timer_in(a->ending, ENDING_LOOK_MS);
}

static void http_has_stopped(void *arg)
{
	struct app *a = arg;

	receive_stop(a->receive);
	talk_stop(a->talk);
	erase_stop(a->erase);
	outbox_stop(a->outbox);
	waiting_stop(a->waiting);
	visits_stop(a->visits);
	a->stop_by_ms = clock_monotonic_ms() + ENDING_MS;
	look_for_end(a);
}

static void on_stop(void *arg)
{
	struct app *a = arg;

	if (a->stopping)
		return;
	a->stopping = 1;
	notify_send("STOPPING=1");
	staff_stop(a->staff);
	if (a->server)
		http_server_stop(a->server, GRACE_MS, http_has_stopped, a);
	else
		http_has_stopped(a);
}

/* ---- reading the configuration again ---- */

static void reload_texts(struct app *a, const struct config *fresh)
{
	struct buf errors = BUF_INIT;
	struct texts *texts = texts_load(fresh->texts, &errors);

	if (texts) {
		outbox_texts(a->outbox, texts);
		waiting_texts(a->waiting, texts);
		visits_texts(a->visits, texts);
		talk_texts(a->talk, texts);
		texts_free(a->texts);
		a->texts = texts;
		text_keep_apply(a->text_keep);
		app_check_texts(a);
	} else {
		log_err("the texts of messages stay as they were: %s", buf_str(&errors));
	}
	buf_fini(&errors);
}

static void reload_limits(struct app *a, const struct config *fresh)
{
	const struct access_options o = app_access_options(fresh);
	struct http_limit limits[LIMIT_CLASSES] = {0};

	access_tune(a->access, &o);
	if (!a->server)
		return;
	limits_of(fresh, limits);
	http_server_tune(a->server, limits,
			 (const char *const *)fresh->trusted_proxy.items,
			 fresh->trusted_proxy.n);
}

static void on_reload(void *arg)
{
	struct app *a = arg;
	struct buf text = BUF_INIT;
	struct config *fresh;

	notify_send("RELOADING=1");
	fresh = config_load(a->config_path, &text);
	if (!fresh) {
		log_err("the configuration stays as it was: %s", buf_str(&text));
	} else {
		buf_clear(&text);
		config_changes(a->config, fresh, &text);
		if (text.len)
			log_warn("%s: these wait for a restart: %s", a->config_path,
				 buf_str(&text));
		log_set_level(fresh->log_level);
		reload_texts(a, fresh);
		reload_limits(a, fresh);
		const struct budget_options budgets = app_budget_options(fresh);
		budget_tune(a->budget, &budgets);
		outbox_hurry(a->outbox);
		log_info("%s was read again", a->config_path);
		config_free(fresh);
	}
	buf_fini(&text);
	notify_send("READY=1");
}

int app_signals_up(struct app *a)
{
	signal(SIGPIPE, SIG_IGN);
	a->signals[0] = loop_signal_new(a->loop, SIGTERM, on_stop, a);
	a->signals[1] = loop_signal_new(a->loop, SIGINT, on_stop, a);
	a->signals[2] = loop_signal_new(a->loop, SIGHUP, on_reload, a);
	return 0;
}

/* It is ending: one more word about it, once nobody listens, would kill it half-way. */
void app_signals_down(struct app *a)
{
	sigset_t heard;

	sigemptyset(&heard);
	sigaddset(&heard, SIGTERM);
	sigaddset(&heard, SIGINT);
	sigaddset(&heard, SIGHUP);
	sigprocmask(SIG_BLOCK, &heard, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(a->signals); i++)
		loop_watch_free(a->signals[i]);
	loop_timer_free(a->ending);
}

/* ---- care: the watchdog, every night a check and the erasure of what is old ---- */

static void on_watchdog(void *arg)
{
	struct app *a = arg;

	if (clock_monotonic_ms() - store_tick_ms(a->store) < STUCK_MS)
		notify_send("WATCHDOG=1");
	loop_timer_in(a->watchdog, notify_watchdog_ms());
}

static void arm_nightly(struct app *a)
{
	const struct zone *z = booking_territory(a->booking)->zone;
	civil_day today = civil_time_day(zone_to_civil(z, clock_now()));
	rdvd_time at = zone_to_utc(z, civil_time_from(today, NIGHTLY_MINUTE));

	if (at <= clock_now())
		at = zone_to_utc(z, civil_time_from(today + 1, NIGHTLY_MINUTE));
	loop_timer_at(a->nightly, at);
}

static void nightly_done(void *arg, enum rdvd_rc rc, const char *problems)
{
	(void)arg;
	if (rc != RDVD_OK)
		log_err("the nightly check could not be made");
	else if (problems && *problems)
		log_err("the nightly check found: %s", problems);
	else
		log_info("the nightly check found nothing");
}

static void on_nightly(void *arg)
{
	struct app *a = arg;

	if (!a->stopping) {
		booking_check(a->booking, nightly_done, a);
		app_reckon_night(a);
		app_erase_old(a);
	}
	arm_nightly(a);
}

int app_care_up(struct app *a)
{
	a->watchdog = loop_timer_new(a->loop, on_watchdog, a);
	if (notify_watchdog_ms() > 0)
		on_watchdog(a);
	a->nightly = loop_timer_new(a->loop, on_nightly, a);
	arm_nightly(a);
	notify_send("READY=1\nSTATUS=serving");
	log_info("rdvd %s is serving", PACKAGE_VERSION);
	return 0;
}

void app_care_down(struct app *a)
{
	loop_timer_free(a->watchdog);
	loop_timer_free(a->nightly);
}

/* ---- running ---- */

void app_run(struct app *a)
{
	a->ending = loop_timer_new(a->loop, look_for_end, a);
	if (a->once) {
		while (!a->stopping &&
		       (!talk_is_idle(a->talk) || !outbox_is_idle(a->outbox) ||
			!waiting_is_idle(a->waiting) || !visits_are_idle(a->visits) ||
			!receive_is_idle(a->receive) || app_exports_are_busy(a) ||
			work_is_left(a)))
			loop_run_once(a->loop, 100);
		return;
	}
	loop_run(a->loop);
}

void app_work_down(struct app *a)
{
	if (a->outbox) /* a start that failed may have sent already */
		outbox_stop(a->outbox);
	while (a->store && a->passwords && work_is_left(a))
		loop_run_once(a->loop, 100);
}
