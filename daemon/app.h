/* SPDX-License-Identifier: GPL-3.0-or-later */
/* app.h - the running program: what main.c's table of steps makes, in order, and unmakes
 * backwards.
 *
 *   main.c         options, the table of steps
 *   start.c        the steps that read and open: configuration, folder, key, plugins,
 *                  store, rooms
 *   start_texts.c  those about what is written to people
 *   start_day.c    home visits
 *   start_figures.c  counting
 *   serve.c        the steps that serve and stop: HTTP, signals, watchdog, nightly check,
 *                  the graceful end */
#ifndef RDVD_APP_H
#define RDVD_APP_H

#include "agenda/commune.h"
#include "agenda/school.h"
#include "api/api.h"
#include "base/config.h"
#include "base/loop.h"
#include "base/secret.h"
#include "base/worker.h"
#include "booking/access.h"
#include "booking/booking.h"
#include "booking/rights.h"
#include "booking/verify.h"
#include "booking/visit.h"
#include "booking/waiting.h"
#include "dav/dav.h"
#include "http/http.h"
#include "http/lang.h"
#include "message/budget.h"
#include "message/erase.h"
#include "message/outbox.h"
#include "message/receive.h"
#include "message/text.h"
#include "message/text_keep.h"
#include "report/export.h"
#include "report/reckon.h"
#include "store/store.h"
#include "talk/inbox.h"
#include "talk/talk.h"
#include "web/staff.h"
#include "web/web.h"

struct app {
	/* options */
	const char *config_path;
	int once; /* do what is due, and end */

	struct config *config;
	int lock_fd;
	uint8_t key[SECRET_KEY_SIZE];
	char *key_path; /* owned */
	struct loop *loop;
	struct loop_watch *signals[3];
	struct plugin *store_plugin;
	struct plugin **gateways; /* owned, as the configuration's */
	struct store *store;
	struct commune_table *communes;
	struct school_table *schools; /* NULL: no such file */
	struct texts *texts;
	struct langs *langs;
	struct booking *booking;
	struct text_keep *text_keep;
	struct worker *passwords;
	struct access *access;
	struct budget *budget;
	struct outbox *outbox;
	struct waiting *waiting;
	struct visits *visits;
	struct reckon *reckon;
	struct receive *receive;
	struct talk *talk;
	struct inbox *inbox;
	struct erase *erase;
	struct verify *verify;
	struct export_job **exports; /* owned, as the configuration's */
	struct http_server *server;
	struct web *web;
	struct staff *staff;
	struct dav *dav;
	struct api *api;
	struct loop_timer *watchdog, *nightly, *ending;
	int stopping;
	int64_t stop_by_ms;
};

/* Steps: up answers 0, or -1 and the reason was logged; down undoes it and may be NULL.
 */
int app_config_up(struct app *a);
void app_config_down(struct app *a);
int app_process_up(struct app *a);
int app_folder_up(struct app *a);
void app_folder_down(struct app *a);
int app_key_up(struct app *a);
void app_key_down(struct app *a);
int app_loop_up(struct app *a);
void app_loop_down(struct app *a);
int app_plugins_up(struct app *a);
void app_plugins_down(struct app *a);
int app_store_up(struct app *a);
void app_store_down(struct app *a);
int app_texts_up(struct app *a);
void app_texts_down(struct app *a);
int app_booking_up(struct app *a);
void app_booking_down(struct app *a);
/* What the team wrote, over the files. */
int app_kept_texts_up(struct app *a);
void app_kept_texts_down(struct app *a);
/* Log a warning when an SMS would need a second segment with this territory's longest
 * names. */
void app_check_texts(const struct app *a);
struct access_options app_access_options(const struct config *c);
int app_access_up(struct app *a);
void app_access_down(struct app *a);
int app_budget_up(struct app *a);
void app_budget_down(struct app *a);
/* What the configuration says of budgets; prefixes are lent. */
struct budget_options app_budget_options(const struct config *c);
/* Log each line of text as an error. */
void app_log_lines(const char *text);
/* The names that SMS come from, held against what operators let pass: 0, or -1 and lines
 * in errors. */
int app_check_senders(const struct config *c, struct buf *errors);
int app_senders_up(struct app *a);
/* The store's and the gateways' sections, and the files that gateways name, without
 * starting anything: 0, or -1 (logged). */
int app_check_plugins(const struct config *c);
int app_outbox_up(struct app *a);
void app_outbox_down(struct app *a);
int app_verify_up(struct app *a);
void app_verify_down(struct app *a);
int app_receive_up(struct app *a);
void app_receive_down(struct app *a);
int app_waiting_up(struct app *a);
void app_waiting_down(struct app *a);
int app_reckon_up(struct app *a);
void app_reckon_down(struct app *a);
/* What the night has to count and to tell. */
void app_reckon_night(struct app *a);
int app_visits_up(struct app *a);
void app_visits_down(struct app *a);
int app_talk_up(struct app *a);
void app_talk_down(struct app *a);
/* Erase what is old enough. */
void app_erase_old(struct app *a);
int app_inbox_up(struct app *a);
void app_inbox_down(struct app *a);
int app_exports_up(struct app *a);
void app_exports_down(struct app *a);
/* 1 when a fact has yet to reach its folder. */
int app_exports_are_busy(const struct app *a);
/* Down only: wait until the workers have given back every job, while all that they call
 * is there. */
void app_work_down(struct app *a);
int app_http_up(struct app *a);
void app_http_down(struct app *a);
int app_signals_up(struct app *a);
void app_signals_down(struct app *a);
int app_care_up(struct app *a);
void app_care_down(struct app *a);

/* Serve until a signal ends it, or with once until nothing is due. */
void app_run(struct app *a);
/* A file of the program's data: beside the program when it runs from the folder it was
 * built in, else where it was installed. Free it. */
char *app_data_path(const char *beside, const char *installed);
unsigned app_channels(
	const struct config *c); /* bits 1 << enum rdvd_channel that have a gateway */

#endif
