/* SPDX-License-Identifier: GPL-3.0-or-later */
/* api.c - the table of the API's routes: who may call each, which limit by address it
 * counts against, and what it takes. JSON needs no token against forms of other sites: no
 * form can send it, and what acts without a body is behind an appointment's secret token.
 */
#include "api/api.h"

#include <stdlib.h>

#include "api/impl.h"
#include "base/clock.h"
#include "base/mem.h"
#include "booking/rights.h"

#define V1 "/api/v1"
#define CALLBACK_BODY_MAX (64 * 1024)
#define TERRITORY_MAX (8 * 1024 * 1024)

#define PUBLIC_GET(path, fn, class)                                                      \
	{                                                                                \
		.method = HTTP_GET, .pattern = V1 path, .limit = (class), .handle = (fn) \
	}
#define PUBLIC_POST(path, fn, class, type)                                 \
	{                                                                  \
		.method = HTTP_POST, .pattern = V1 path, .limit = (class), \
		.body = (type), .handle = (fn)                             \
	}
#define STAFF(verb, path, needs, fn, type)                                        \
	{                                                                         \
		.method = (verb), .pattern = V1 path, .access = ACCESS_STAFF_API, \
		.right = (needs), .body = (type), .handle = (fn)                  \
	}
#define LOCAL(verb, path, fn, type)                                          \
	{                                                                    \
		.method = (verb), .pattern = (path), .access = ACCESS_LOCAL, \
		.body = (type), .handle = (fn)                               \
	}

/* Proven by the gateway, or not at all; the query as it was sent, whatever its charset.
 */
#define CALLBACK(verb, path)                                                     \
	{                                                                        \
		.method = (verb), .pattern = (path), .access = ACCESS_UNNAMED,   \
		.body = BODY_RAW, .body_max = CALLBACK_BODY_MAX, .raw_query = 1, \
		.handle = any_callback                                           \
	}

static const struct http_route routes[] = {
	PUBLIC_GET("/health", get_health, LIMIT_NONE),
	PUBLIC_GET("/services", get_services, LIMIT_READ),
	PUBLIC_GET("/sites", get_sites, LIMIT_READ),
	PUBLIC_GET("/slots", get_slots, LIMIT_READ),
	PUBLIC_POST("/holds", post_holds, LIMIT_HOLD, BODY_JSON),
	PUBLIC_POST("/holds/{hold}/extend", post_hold_extend, LIMIT_HOLD, BODY_RAW),
	{.method = HTTP_DELETE,
	 .pattern = V1 "/holds/{hold}",
	 .limit = LIMIT_HOLD,
	 .handle = delete_hold},
	PUBLIC_POST("/appointments", post_appointments, LIMIT_BOOK, BODY_JSON),
	PUBLIC_POST("/verifications", post_verifications, LIMIT_BOOK, BODY_JSON),
	PUBLIC_POST("/verifications/{id}", post_verification, LIMIT_BOOK, BODY_JSON),
	PUBLIC_GET("/appointments/{token}", get_appointment, LIMIT_READ),
	PUBLIC_GET("/appointments/{token}.ics", get_appointment_ics, LIMIT_READ),
	PUBLIC_POST("/appointments/{token}/cancel", post_cancel, LIMIT_BOOK, BODY_RAW),
	PUBLIC_POST("/appointments/{token}/move", post_move, LIMIT_BOOK, BODY_JSON),
	PUBLIC_POST("/appointments/{token}/confirm", post_confirm, LIMIT_BOOK, BODY_RAW),
	PUBLIC_POST("/appointments/{token}/waiting", post_appointment_waiting, LIMIT_BOOK,
		    BODY_JSON),
	PUBLIC_POST("/waiting", post_waiting, LIMIT_BOOK, BODY_JSON),
	PUBLIC_GET("/waiting/{token}", get_waiting, LIMIT_READ),
	PUBLIC_POST("/waiting/{token}/take", post_waiting_take, LIMIT_BOOK, BODY_RAW),
	PUBLIC_POST("/waiting/{token}/decline", post_waiting_decline, LIMIT_BOOK,
		    BODY_RAW),
	PUBLIC_POST("/waiting/{token}/leave", post_waiting_leave, LIMIT_BOOK, BODY_RAW),

	STAFF(HTTP_GET, "/staff/agenda", RIGHT(AGENDA, SEE), get_staff_agenda, BODY_NONE),
	STAFF(HTTP_GET, "/staff/appointments", RIGHT(AGENDA, SEE), get_staff_appointments,
	      BODY_NONE),
	STAFF(HTTP_POST, "/staff/appointments", RIGHT(AGENDA, CHANGE),
	      post_staff_appointments, BODY_JSON),
	STAFF(HTTP_POST, "/staff/appointments/{id}/outcome", RIGHT(ATTENDANCE, CHANGE),
	      post_staff_outcome, BODY_JSON),
	STAFF(HTTP_POST, "/staff/appointments/{id}/arrived", RIGHT(ARRIVAL, CHANGE),
	      post_staff_arrived, BODY_JSON),
	STAFF(HTTP_POST, "/staff/appointments/{id}/visit/left", RIGHT(VISIT, CHANGE),
	      post_staff_visit_left, BODY_JSON),
	STAFF(HTTP_POST, "/staff/appointments/{id}/visit/back", RIGHT(VISIT, CHANGE),
	      post_staff_visit_back, BODY_JSON),
	STAFF(HTTP_POST, "/staff/appointments/{id}/cancel", RIGHT(AGENDA, CHANGE),
	      post_staff_cancel, BODY_RAW),
	STAFF(HTTP_POST, "/staff/appointments/{id}/move", RIGHT(AGENDA, CHANGE),
	      post_staff_move, BODY_JSON),
	STAFF(HTTP_POST, "/staff/appointments/{id}/undo", RIGHT(AGENDA, CHANGE),
	      post_staff_undo, BODY_RAW),
	STAFF(HTTP_GET, "/staff/waiting", RIGHT(WAITING, SEE), get_staff_waiting,
	      BODY_NONE),
	STAFF(HTTP_POST, "/staff/waiting/{id}/remove", RIGHT(WAITING, CHANGE),
	      post_staff_waiting_remove, BODY_RAW),
	STAFF(HTTP_GET, "/staff/messages", RIGHT(MESSAGE, SEE), get_staff_messages,
	      BODY_NONE),
	STAFF(HTTP_GET, "/staff/settings/{kind}", RIGHT(ORGANISATION, SEE), get_settings,
	      BODY_NONE),
	STAFF(HTTP_POST, "/staff/settings/{kind}", RIGHT(SITE, CHANGE), post_settings,
	      BODY_JSON),
	STAFF(HTTP_GET, "/staff/settings/{kind}/{id}", RIGHT(ORGANISATION, SEE),
	      get_setting, BODY_NONE),
	STAFF(HTTP_PUT, "/staff/settings/{kind}/{id}", RIGHT(SITE, CHANGE), put_setting,
	      BODY_JSON),
	STAFF(HTTP_DELETE, "/staff/settings/{kind}/{id}", RIGHT(SITE, CHANGE),
	      delete_setting, BODY_RAW),
	STAFF(HTTP_POST, "/staff/edits/{id}/undo", RIGHT(SITE, CHANGE), post_edit_undo,
	      BODY_RAW),
	STAFF(HTTP_GET, "/staff/territory", RIGHT(TERRITORY, SEE), get_territory,
	      BODY_NONE),
	{.method = HTTP_POST,
	 .pattern = V1 "/staff/territory",
	 .access = ACCESS_STAFF_API,
	 .right = RIGHT(TERRITORY, CHANGE),
	 .body = BODY_RAW,
	 .body_max = TERRITORY_MAX,
	 .handle = post_local_import},
	STAFF(HTTP_GET, "/staff/texts/{language}/{name}", RIGHT(TEXT, SEE),
	      get_staff_text, BODY_NONE),
	STAFF(HTTP_PUT, "/staff/texts/{language}/{name}", RIGHT(TEXT, CHANGE),
	      put_staff_text, BODY_JSON),
	STAFF(HTTP_GET, "/staff/inbox", RIGHT(MESSAGE, SEE), get_staff_inbox, BODY_NONE),
	STAFF(HTTP_POST, "/staff/inbox/{id}/answer", RIGHT(MESSAGE, CHANGE),
	      post_staff_inbox_answer, BODY_JSON),
	STAFF(HTTP_POST, "/staff/inbox/{id}/read", RIGHT(MESSAGE, CHANGE),
	      post_staff_inbox_read, BODY_RAW),
	STAFF(HTTP_GET, "/staff/notices", RIGHT(TODO, SEE), get_staff_notices, BODY_NONE),
	STAFF(HTTP_POST, "/staff/notices/{id}/seen", RIGHT(TODO, CHANGE),
	      post_staff_notice_seen, BODY_RAW),
	STAFF(HTTP_GET, "/staff/accounts", RIGHT(ACCOUNT, SEE), get_accounts, BODY_NONE),
	STAFF(HTTP_POST, "/staff/accounts", RIGHT(ACCOUNT, CHANGE), post_accounts,
	      BODY_JSON),
	STAFF(HTTP_PUT, "/staff/accounts/{login}", RIGHT(ACCOUNT, CHANGE), put_account,
	      BODY_JSON),
	STAFF(HTTP_DELETE, "/staff/accounts/{login}/factor", RIGHT(ACCOUNT, CHANGE),
	      delete_account_factor, BODY_NONE),
	STAFF(HTTP_GET, "/staff/tokens", RIGHT(TOKEN, SEE), get_tokens, BODY_NONE),
	STAFF(HTTP_POST, "/staff/tokens", RIGHT(TOKEN, CHANGE), post_tokens, BODY_JSON),
	STAFF(HTTP_DELETE, "/staff/tokens/{id}", RIGHT(TOKEN, CHANGE), delete_token,
	      BODY_NONE),
	STAFF(HTTP_GET, "/staff/gateways", RIGHT(GATEWAY, SEE), get_staff_gateways,
	      BODY_NONE),
	STAFF(HTTP_GET, "/staff/figures", RIGHT(FIGURES, SEE), get_staff_figures,
	      BODY_NONE),
	STAFF(HTTP_GET, "/staff/forecast", RIGHT(FIGURES, SEE), get_staff_forecast,
	      BODY_NONE),
	STAFF(HTTP_GET, "/staff/todo", RIGHT(TODO, SEE), get_staff_todo, BODY_NONE),
	STAFF(HTTP_GET, "/staff/attendance", RIGHT(FACTS, SEE), get_staff_attendance,
	      BODY_NONE),

	CALLBACK(HTTP_GET, "/cb/{gateway}/{*rest}"),
	CALLBACK(HTTP_POST, "/cb/{gateway}/{*rest}"),
	CALLBACK(HTTP_PUT, "/cb/{gateway}/{*rest}"),

	LOCAL(HTTP_POST, V1 "/local/sms-in", post_local_sms_in, BODY_JSON),
	LOCAL(HTTP_POST, V1 "/local/event", post_local_event, BODY_RAW),
	LOCAL(HTTP_POST, V1 "/local/import", post_local_import, BODY_RAW),
	LOCAL(HTTP_POST, V1 "/local/users", post_local_user, BODY_JSON),
	LOCAL(HTTP_POST, V1 "/local/tokens", post_local_token, BODY_JSON),
	LOCAL(HTTP_POST, V1 "/local/backup", post_local_backup, BODY_JSON),
	LOCAL(HTTP_GET, V1 "/local/check", get_local_check, BODY_NONE),
	LOCAL(HTTP_GET, V1 "/local/routes", get_local_routes, BODY_NONE),
	LOCAL(HTTP_GET, V1 "/local/rights", get_local_rights, BODY_NONE),
	LOCAL(HTTP_GET, V1 "/local/status", get_local_status, BODY_NONE),
	LOCAL(HTTP_GET, "/metrics", get_metrics, BODY_NONE),
};

struct api *api_new(struct http_server *server, const struct api_options *o)
{
	struct api *a = xcalloc(1, sizeof *a);

	a->server = server;
	a->booking = o->booking;
	a->store = o->store;
	a->access = o->access;
	a->outbox = o->outbox;
	a->waiting = o->waiting;
	a->receive = o->receive;
	a->talk = o->talk;
	a->visits = o->visits;
	a->reckon = o->reckon;
	a->inbox = o->inbox;
	a->erase = o->erase;
	a->budget = o->budget;
	a->text_keep = o->text_keep;
	a->verify = o->verify;
	a->inbound_number = o->inbound_number;
	a->version = o->version;
	a->key_path = o->key_path;
	a->demo = o->demo;
	a->started = clock_now();
	http_server_routes(server, routes, ARRAY_SIZE(routes), a);
	return a;
}

void api_free(struct api *a)
{
	free(a);
}

const struct http_user *api_find_user(void *access, enum http_credential kind,
				      const uint8_t token_hash[SECRET_HASH_SIZE])
{
	static struct http_user face; /* the server copies it */
	const struct access_user *u = kind == CREDENTIAL_BEARER
					      ? access_token_find(access, token_hash)
					      : access_session_find(access, token_hash);

	if (!u)
		return NULL;
	face = (struct http_user){.id = u->id, .name = u->login, .data = (void *)u};
	return &face;
}
