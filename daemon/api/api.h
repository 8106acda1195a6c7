/* SPDX-License-Identifier: GPL-3.0-or-later */
/* api.h - the JSON API under /api/v1 and the metrics, as routes of the HTTP server. What
 * it answers is described, for people and programs, by etc/openapi.json; tests hold one
 * against the other. */
#ifndef RDVD_API_API_H
#define RDVD_API_API_H

#include <stddef.h>

#include "http/http.h"

struct access;
struct api;
struct booking;
struct erase;
struct inbox;
struct outbox;
struct receive;
struct reckon;
struct store;
struct talk;
struct text_keep;
struct verify;
struct visits;
struct waiting;

struct api_options {
	struct booking *booking;
	struct store *store;
	struct access *access;
	struct outbox *outbox;
	struct waiting *waiting;
	struct visits *visits;
	struct reckon *reckon;
	struct receive *receive;
	struct talk *talk;
	struct inbox *inbox;
	const struct erase *erase;
	struct budget *budget;
	struct text_keep *text_keep;
	struct verify *verify;
	const char *inbound_number; /* where people send us an SMS; NULL nowhere */
	const char *version;
	const char *key_path; /* the server's key: a backup carries a copy */
	int demo;
};

/* Add the API's routes to the server. Everything in options is lent, the strings too.
 * Loop thread. */
struct api *api_new(struct http_server *server, const struct api_options *o);
/* After the server has stopped. NULL is fine. */
void api_free(struct api *a);

/* Who holds a token, for http_hooks.find_user (http_user.data is the const struct
 * access_user): ctx is the struct access. The answer stays until the next call. */
const struct http_user *api_find_user(void *access, enum http_credential kind,
				      const uint8_t token_hash[SECRET_HASH_SIZE]);

#endif
