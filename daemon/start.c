/* SPDX-License-Identifier: GPL-3.0-or-later */
/* start.c - the steps that read and open, in the order of main.c's table: configuration,
 * process, data folder, key, loop, plugins, store, texts, booking, access, messages. Each
 * says why it failed. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/plugin.h"
#include "dav/ics.h"

/* One log line for each line of text. */
void app_log_lines(const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		if (n)
			log_err("%.*s", (int)n, text);
		text += n + (text[n] == '\n');
	}
}

int app_config_up(struct app *a)
{
	struct buf errors = BUF_INIT;

	a->config = config_load(a->config_path, &errors);
	if (a->config)
		log_set_level(a->config->log_level);
	else
		app_log_lines(buf_str(&errors));
	buf_fini(&errors);
	return a->config ? 0 : -1;
}

void app_config_down(struct app *a)
{
	config_free(a->config);
}

/* No core files, for people's data would be in them; nothing that others may read. */
int app_process_up(struct app *a)
{
	const struct rlimit none = {0, 0};

	(void)a;
	umask(077);
	if (setrlimit(RLIMIT_CORE, &none) < 0)
		log_warn("core files could not be switched off: %s", strerror(errno));
	return 0;
}

/* The folder is one daemon's: a second one would send every message twice. */
int app_folder_up(struct app *a)
{
	char *path = xasprintf("%s/rdvd.lock", a->config->dir);
	int rc = -1;

	if (mkdir(a->config->dir, 0700) < 0 && errno != EEXIST)
		log_err("the data folder %s cannot be made: %s", a->config->dir,
			strerror(errno));
	else if ((a->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600)) < 0)
		log_err("the lock %s cannot be opened: %s", path, strerror(errno));
	else if (flock(a->lock_fd, LOCK_EX | LOCK_NB) < 0)
		log_err("the data folder %s is in use by another rdvd: stop that one "
			"first",
			a->config->dir);
	else
		rc = 0;
	free(path);
	return rc;
}

void app_folder_down(struct app *a)
{
	if (a->lock_fd >= 0)
		close(a->lock_fd);
}

int app_key_up(struct app *a)
{
	a->key_path = xasprintf("%s/rdvd.key", a->config->dir);
	if (secret_init() < 0) {
		log_err("libsodium cannot start");
		return -1;
	}
	return secret_key_load(a->key_path, a->key);
}

void app_key_down(struct app *a)
{
	explicit_bzero(a->key, sizeof a->key);
	free(a->key_path);
}

int app_loop_up(struct app *a)
{
	a->loop = loop_new();
	return 0;
}

void app_loop_down(struct app *a)
{
	loop_free(a->loop);
}

/* ---- plugins and store ---- */

int app_plugins_up(struct app *a)
{
	const struct config *c = a->config;

	a->store_plugin = plugin_load(c->module_dir, c->store.name, RDVD_KIND_STORE,
				      c->store.settings, c->store.nsettings, c->dir);
	if (!a->store_plugin)
		return -1;
	a->gateways = xcalloc(c->ngateways + 1, sizeof *a->gateways);
	for (size_t i = 0; i < c->ngateways; i++) {
		const struct config_plugin *p = &c->gateways[i].plugin;

		a->gateways[i] = plugin_load(c->module_dir, p->name, RDVD_KIND_GATEWAY,
					     p->settings, p->nsettings, c->dir);
		if (!a->gateways[i])
			return -1;
	}
	return 0;
}

void app_plugins_down(struct app *a)
{
	for (size_t i = 0; a->gateways && i < a->config->ngateways; i++)
		plugin_free(a->gateways[i]);
	free(a->gateways);
	plugin_free(a->store_plugin);
}

int app_store_up(struct app *a)
{
	const struct store_options o = {
		.reader_threads = a->config->workers.reader_threads,
		.queue_max = (size_t)a->config->workers.queue_max};

	a->store = store_open(a->loop, a->store_plugin, &o);
	return a->store ? 0 : -1;
}

void app_store_down(struct app *a)
{
	store_close(a->store);
}

/* ---- data that comes with the program ---- */

char *app_data_path(const char *beside, const char *installed)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	char *slash, *path;

	if (n > 0) {
		self[n] = '\0';
		slash = strrchr(self, '/');
		if (slash)
			*slash = '\0';
		path = xasprintf("%s/%s", self, beside);
		if (!access(path, R_OK))
			return path;
		free(path);
	}
	return xstrdup(installed);
}

/* ---- booking, access, messages ---- */

unsigned app_channels(const struct config *c)
{
	unsigned channels = 0;

	for (size_t i = 0; i < c->ngateways; i++) {
		if (c->gateways[i].channels & RDVD_CHANNEL_SMS)
			channels |= 1u << RDVD_CHANNEL_SMS;
		if (c->gateways[i].channels & RDVD_CHANNEL_EMAIL)
			channels |= 1u << RDVD_CHANNEL_EMAIL;
	}
	return channels;
}

static void on_change(void *arg)
{
	struct app *a = arg;

	if (a->outbox)
		outbox_nudge(a->outbox);
	for (size_t i = 0; a->exports && a->exports[i]; i++)
		export_nudge(a->exports[i]);
}

int app_booking_up(struct app *a)
{
	unsigned channels = app_channels(a->config);
	const struct booking_options o = {
		.key = a->key,
		.public_url = a->config->public_url,
		.sms_enabled = (channels & 1u << RDVD_CHANNEL_SMS) != 0,
		.email_enabled = (channels & 1u << RDVD_CHANNEL_EMAIL) != 0,
		.quiet_start_minute = a->config->messages.quiet_start_minutes,
		.quiet_end_minute = a->config->messages.quiet_end_minutes,
		.sms_prefixes =
			(const char *const *)a->config->messages.sms_prefixes.items,
		.nsms_prefixes = a->config->messages.sms_prefixes.n,
		.communes = a->communes,
		.changed = on_change,
		.changed_arg = a,
	};

	a->booking = booking_new(a->loop, a->store, &o);
	if (!a->booking)
		return -1;
	return 0;
}

void app_booking_down(struct app *a)
{
	booking_free(a->booking);
}

struct access_options app_access_options(const struct config *c)
{
	return (struct access_options){.idle_s = c->session.idle_minutes * 60,
				       .absolute_s = c->session.absolute_hours * 3600};
}

/* Whose counsellor that is, as the territory now says. */
static rdvd_id organisation_of(void *ctx, rdvd_id counsellor)
{
	const struct territory *t = booking_territory(((struct app *)ctx)->booking);
	int i = territory_by_id(t, RDVD_DEF_COUNSELLOR, counsellor);
	int of = i == TERRITORY_NONE ? TERRITORY_NONE : t->counsellors[i].organisation;

	return of == TERRITORY_NONE ? 0 : t->organisations[of].id;
}

static void letter_kept(void *ctx)
{
	outbox_nudge(((struct app *)ctx)->outbox);
}

int app_access_up(struct app *a)
{
	static const struct worker_ops plain = {.open = NULL};
	const struct access_options o = app_access_options(a->config);

	a->passwords =
		worker_new(a->loop, "password", a->config->workers.password_threads, 64,
			   1, &plain, NULL);
	if (!a->passwords)
		return -1;
	a->access = access_new(a->loop, a->store, a->passwords, &o);
	if (!a->access)
		return -1;
	access_surround(a->access, &(struct access_surroundings){
					   .key = a->key,
					   .organisation_of = organisation_of,
					   .letter_kept = letter_kept,
					   .ctx = a,
					   .factor_advised = a->config->demo,
				   });
	return 0;
}

void app_access_down(struct app *a)
{
	worker_free(a->passwords);
	access_free(a->access);
}

static const struct territory *present_territory(void *ctx)
{
	return booking_territory(((struct app *)ctx)->booking);
}

static void token_of(void *ctx, uint64_t ref, uint32_t generation,
		     char out[SECRET_TOKEN_CHARS + 1])
{
	booking_token(((struct app *)ctx)->booking, ref, generation, out);
}

/* Whom e-mails come from: the first gateway's own sender, or everybody's. */
static const char *email_sender(const struct config *c)
{
	for (size_t i = 0; i < c->ngateways; i++)
		if ((c->gateways[i].channels & RDVD_CHANNEL_EMAIL) && c->gateways[i].from)
			return c->gateways[i].from;
	return c->messages.email_from;
}

/* The bare address of "Name <address>". */
static void add_address(struct buf *out, const char *from)
{
	const char *open = strrchr(from, '<');
	size_t n = open ? strcspn(open + 1, ">") : strlen(from);

	buf_add(out, open ? open + 1 : from, n);
}

/* Of an e-mail. Whom it comes from is the team, or for somebody discreet the neutral
 * sender. */
static const char *calendar_of(void *ctx, const struct rdvd_appointment *appointment,
			       struct buf *out)
{
	const struct app *a = ctx;
	const struct territory *t = booking_territory(a->booking);
	int i = territory_by_id(t, RDVD_DEF_ORGANISATION, appointment->organisation);
	const char *from = email_sender(a->config), *method;
	char token[SECRET_TOKEN_CHARS + 1];
	struct buf url = BUF_INIT, organizer = BUF_INIT;

	if (appointment->person.discreet)
		from = a->config->messages.discreet_from;
	else if (i != TERRITORY_NONE && *t->organisations[i].email)
		from = t->organisations[i].email;
	add_address(&organizer, from ? from : "");
	booking_token(a->booking, appointment->ref, appointment->generation, token);
	buf_addf(&url, "%s/rdv/%s", a->config->public_url, token);
	method = ics_mail(out, t, appointment, buf_str(&url), store_instance(a->store),
			  buf_str(&organizer));
	buf_fini(&organizer);
	buf_fini(&url);
	return method;
}

static struct plan_hours network_hours(const struct config *c)
{
	struct plan_hours h =
		c->messages.sunday ? PLAN_HOURS_PRESET_SUNDAY : PLAN_HOURS_PRESET;

	h.week_from = c->messages.quiet_start_minutes;
	h.week_to = c->messages.quiet_end_minutes;
	return h;
}

int app_outbox_up(struct app *a)
{
	const struct config *c = a->config;
	struct outbox_gateway *gateways = xcalloc(c->ngateways + 1, sizeof *gateways);
	struct outbox_options o = {.gateways = gateways,
				   .ngateways = c->ngateways,
				   .public_url = c->public_url,
				   .sms_sender = c->messages.sms_sender,
				   .email_from = c->messages.email_from,
				   .budget = a->budget,
				   .discreet_sender = c->messages.discreet_sender,
				   .discreet_from = c->messages.discreet_from,
				   .key = a->key,
				   .dir = c->dir,
				   .alerts_to = c->messages.alerts_to,
				   .territory = present_territory,
				   .token = token_of,
				   .calendar = calendar_of,
				   .ctx = a};

	o.hours = network_hours(c);
	for (size_t i = 0; i < c->ngateways; i++) {
		const struct config_gateway *g = &c->gateways[i];

		gateways[i] =
			(struct outbox_gateway){.name = g->name,
						.plugin = a->gateways[i],
						.from = g->from ? g->from : "",
						.rate_per_second = g->rate_per_second,
						.window = g->window,
						.connections = g->connections,
						.spare = g->spare,
						.answers = g->answers};
		if (g->channels & RDVD_CHANNEL_SMS)
			gateways[i].channels |= 1u << RDVD_CHANNEL_SMS;
		if (g->channels & RDVD_CHANNEL_EMAIL)
			gateways[i].channels |= 1u << RDVD_CHANNEL_EMAIL;
	}
	a->outbox = outbox_new(a->loop, a->store, a->texts, &o);
	free(gateways);
	if (!a->outbox)
		return -1;
	outbox_nudge(a->outbox);
	return 0;
}

void app_outbox_down(struct app *a)
{
	outbox_free(a->outbox);
	a->outbox = NULL;
}

/* ---- codes ---- */

static void code_words(void *ctx, enum rdvd_channel channel, const char *lang,
		       const char *code, struct buf *subject, struct buf *body)
{
	struct app *a = ctx;
	const struct text_values v = {.code = code};

	text_write(a->texts, TEXT_CODE, 0, channel, lang, &v, subject, body);
}

static int code_is_affordable(void *ctx, const char *number)
{
	struct app *a = ctx;

	return budget_ask(a->budget, BUDGET_CODE, number, 0, 1, clock_now(), NULL) ==
	       BUDGET_OK;
}

static void code_is_due(void *ctx)
{
	outbox_nudge(((struct app *)ctx)->outbox);
}

int app_verify_up(struct app *a)
{
	const struct verify_options o = {.key = a->key,
					 .log_only = a->config->demo,
					 .words = code_words,
					 .affordable = code_is_affordable,
					 .changed = code_is_due,
					 .ctx = a};

	a->verify = verify_new(a->store, &o);
	return 0;
}

void app_verify_down(struct app *a)
{
	verify_free(a->verify);
}

static void on_receipt(void *ctx)
{
	outbox_nudge(((struct app *)ctx)->outbox);
}

static void on_inbound(void *ctx, rdvd_id id)
{
	struct app *a = ctx;

	if (a->talk)
		talk_inbound(a->talk, id);
}

int app_receive_up(struct app *a)
{
	const struct config *c = a->config;
	struct receive_gateway *gateways = xcalloc(c->ngateways + 1, sizeof *gateways);
	const struct receive_options o = {.gateways = gateways,
					  .ngateways = c->ngateways,
					  .key = a->key,
					  .inbound = on_inbound,
					  .receipt = on_receipt,
					  .ctx = a};

	for (size_t i = 0; i < c->ngateways; i++)
		gateways[i] = (struct receive_gateway){
			.name = c->gateways[i].name,
			.plugin = a->gateways[i],
			.poll_seconds = c->gateways[i].poll_seconds};
	a->receive = receive_new(a->loop, a->store, &o);
	free(gateways);
	return a->receive ? 0 : -1;
}

void app_receive_down(struct app *a)
{
	receive_free(a->receive);
	a->receive = NULL;
}

/* ---- the waiting list ---- */

static void offer_is_due(void *ctx)
{
	outbox_nudge(((struct app *)ctx)->outbox);
}

int app_waiting_up(struct app *a)
{
	const struct config *c = a->config;
	unsigned channels = app_channels(c);
	struct waiting_options o = {
		.texts = a->texts,
		.sms_enabled = (channels & 1u << RDVD_CHANNEL_SMS) != 0,
		.email_enabled = (channels & 1u << RDVD_CHANNEL_EMAIL) != 0,
		.hours = network_hours(c),
		.changed = offer_is_due,
		.ctx = a};

	for (size_t i = 0; i < c->ngateways; i++)
		o.answerable |= c->gateways[i].answers &&
				(c->gateways[i].channels & RDVD_CHANNEL_SMS);
	a->waiting = waiting_new(a->loop, a->store, a->booking, &o);
	return a->waiting ? 0 : -1;
}

void app_waiting_down(struct app *a)
{
	waiting_free(a->waiting);
	a->waiting = NULL;
}

/* ---- conversations ---- */

static void answer_is_due(void *ctx)
{
	struct app *a = ctx;

	outbox_nudge(a->outbox);
	if (a->inbox)
		inbox_look(a->inbox, NULL, NULL);
}

int app_talk_up(struct app *a)
{
	const struct config *c = a->config;
	const struct talk_options o = {.texts = a->texts,
				       .waiting = a->waiting,
				       .verify = a->verify,
				       .service = c->messages.sms_service,
				       .emergency = c->messages.emergency,
				       .answers_per_hour = c->messages.answers_per_hour,
				       .changed = answer_is_due,
				       .ctx = a};

	a->talk = talk_new(a->loop, a->store, a->booking, &o);
	return 0;
}

void app_talk_down(struct app *a)
{
	talk_free(a->talk);
	a->talk = NULL;
}

/* What people read, and what is no longer kept. */
int app_inbox_up(struct app *a)
{
	const struct inbox_options o = {
		.sms_prefixes =
			(const char *const *)a->config->messages.sms_prefixes.items,
		.nsms_prefixes = a->config->messages.sms_prefixes.n,
	};

	a->inbox = inbox_new(a->store, a->outbox, &o);
	inbox_look(a->inbox, NULL, NULL);
	a->erase = erase_new(a->store);
	app_erase_old(a);
	return 0;
}

void app_inbox_down(struct app *a)
{
	app_work_down(a); /* a start that failed left them jobs */
	inbox_free(a->inbox);
	a->inbox = NULL;
	erase_free(a->erase);
}

void app_erase_old(struct app *a)
{
	erase_begin(a->erase,
		    erase_limit(booking_territory(a->booking)->zone, clock_now(),
				a->config->messages.anonymise_months));
}

int app_exports_up(struct app *a)
{
	const struct config *c = a->config;

	a->exports = xcalloc(c->nexports + 1, sizeof(*a->exports));
	for (size_t i = 0; i < c->nexports; i++) {
		const struct config_export *e = &c->exports[i];
		const struct export_options o = {
			.name = e->name,
			.folder = e->folder,
			.format = e->format == CONFIG_FORMAT_CSV ? FACT_CSV : FACT_NDJSON,
			.territory = present_territory,
			.ctx = a};

		a->exports[i] = export_new(a->loop, a->store, &o);
		if (!a->exports[i])
			return -1;
	}
	return 0;
}

void app_exports_down(struct app *a)
{
	for (size_t i = 0; a->exports && a->exports[i]; i++)
		export_free(a->exports[i]);
	free(a->exports);
	a->exports = NULL;
}

int app_exports_are_busy(const struct app *a)
{
	for (size_t i = 0; a->exports && a->exports[i]; i++)
		if (!export_is_idle(a->exports[i]))
			return 1;
	return 0;
}
