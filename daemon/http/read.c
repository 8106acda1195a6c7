/* SPDX-License-Identifier: GPL-3.0-or-later */
/* read.c - what a handler may ask of its request. */
#include <jansson.h>
#include <string.h>

#include "http/impl.h"
#include "http/lang.h"

#define COOKIE_LANG "rdvd_lang"
#define LANG_COOKIE_AGE_S (365 * 86400)

void *http_request_context(const struct http_request *rq)
{
	return rq->context;
}

struct http_server *http_request_server(const struct http_request *rq)
{
	return rq->server;
}

enum http_method http_request_method(const struct http_request *rq)
{
	return rq->method;
}

int http_request_reads(const struct http_request *rq)
{
	return rq->method == HTTP_GET || rq->method == HTTP_HEAD;
}

const char *http_request_path(const struct http_request *rq)
{
	return rq->path;
}

const char *http_request_target(const struct http_request *rq)
{
	return rq->target;
}

const char *http_request_raw_query(const struct http_request *rq)
{
	const char *s = rq->target + strcspn(rq->target, "?#");

	return *s == '?' ? s + 1 : "";
}

static const struct http_pair *find(const struct http_pair *items, size_t n,
				    const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(items[i].name, name))
			return &items[i];
	return NULL;
}

static const char *value_of(const struct http_pair *p)
{
	return p ? p->value : NULL;
}

const char *http_request_param(const struct http_request *rq, const char *name)
{
	return value_of(find(rq->params, rq->nparams, name));
}

const char *http_request_query(const struct http_request *rq, const char *name)
{
	return value_of(find(rq->query.items, rq->query.n, name));
}

const char *http_request_field(const struct http_request *rq, const char *name)
{
	return value_of(find(rq->fields.items, rq->fields.n, name));
}

const char *http_request_field_bytes(const struct http_request *rq, const char *name,
				     size_t *len)
{
	const struct http_pair *p = find(rq->fields.items, rq->fields.n, name);

	if (p)
		*len = p->len;
	return value_of(p);
}

static int pair_at(const struct http_pairs *pairs, size_t i, const char **name,
		   const char **value)
{
	if (i >= pairs->n)
		return -1;
	*name = pairs->items[i].name;
	*value = pairs->items[i].value;
	return 0;
}

int http_request_field_at(const struct http_request *rq, size_t i, const char **name,
			  const char **value)
{
	return pair_at(&rq->fields, i, name, value);
}

int http_request_query_at(const struct http_request *rq, size_t i, const char **name,
			  const char **value)
{
	return pair_at(&rq->query, i, name, value);
}

const char *http_request_header(const struct http_request *rq, const char *name)
{
	return MHD_lookup_connection_value(rq->mhd, MHD_HEADER_KIND, name);
}

const char *http_request_body(const struct http_request *rq, size_t *len)
{
	if (len)
		*len = rq->body.len;
	return buf_str(&rq->body);
}

struct json_t *http_request_json(struct http_request *rq)
{
	json_error_t error;
	struct buf detail = BUF_INIT;

	if (rq->json)
		return rq->json;
	rq->json = json_loadb(buf_str(&rq->body), rq->body.len, JSON_REJECT_DUPLICATES,
			      &error);
	if (rq->json)
		return rq->json;
	buf_addf(&detail, "the body is not JSON: line %d, column %d: %s", error.line,
		 error.column, error.text);
	http_problem(rq, 400, "Bad Request", buf_str(&detail), NULL, 0);
	buf_fini(&detail);
	return NULL;
}

const char *http_request_address(const struct http_request *rq)
{
	struct http_request *mine = (struct http_request *)rq; /* a cache */

	if (!mine->address[0])
		address_format(&rq->client, mine->address);
	return rq->address;
}

int http_request_is_local(const struct http_request *rq)
{
	return rq->client.is_local;
}

int http_request_wants_problem(const struct http_request *rq)
{
	return rq->conn->address.is_local || !strncmp(rq->target, "/api/", 5) ||
	       !strncmp(rq->target, "/cb/", 4);
}

static const struct lang *choose_lang(struct http_request *rq)
{
	const struct langs *langs = rq->server->langs;
	const char *asked = http_request_query(rq, "lang");
	const char *kept = http_request_cookie(rq, COOKIE_LANG);
	const struct lang *l = NULL;

	if (!langs)
		return NULL;
	if (asked)
		l = lang_find(langs, asked);
	if (l) {
		if (!http_request_wants_problem(rq) &&
		    (!kept || strcmp(kept, lang_code(l))))
			http_cookie(rq, COOKIE_LANG, lang_code(l), LANG_COOKIE_AGE_S);
		return l;
	}
	if (kept)
		l = lang_find(langs, kept);
	return l ? l : lang_negotiate(langs, http_request_header(rq, "Accept-Language"));
}

const struct lang *http_request_lang(const struct http_request *rq)
{
	struct http_request *mine = (struct http_request *)rq; /* a cache */

	if (!rq->lang_done) {
		mine->lang_done = 1;
		mine->lang = choose_lang(mine);
	}
	return rq->lang;
}

const char *http_request_lang_code(const struct http_request *rq)
{
	return lang_code(http_request_lang(rq));
}

char *http_request_strdup(struct http_request *rq, const char *s)
{
	size_t size = strlen(s) + 1;

	return memcpy(http_request_alloc(rq, size), s, size);
}

void http_request_set_data(struct http_request *rq, void *data, void (*free_fn)(void *))
{
	if (rq->data_free && rq->data != data)
		rq->data_free(rq->data);
	rq->data = data;
	rq->data_free = free_fn;
}

void *http_request_data(const struct http_request *rq)
{
	return rq->data;
}
