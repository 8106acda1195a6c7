/* SPDX-License-Identifier: GPL-3.0-or-later */
/* router.h - from a method and a path to a row of a route table. Patterns without {} are
 * found by hash; the others are few and compared segment by segment, the more literal
 * first. Pure. */
#ifndef RDVD_HTTP_ROUTER_H
#define RDVD_HTTP_ROUTER_H

#include <stddef.h>

#include "http/http.h"

#define ROUTER_SEGMENTS_MAX 12
#define ROUTER_PARAMS_MAX 6

struct router;

struct router_entry {
	const struct http_route *route;
	void *ctx;
};

/* A path cut at its slashes, each segment decoded. */
struct router_path {
	const char *whole; /* decoded, from the first slash */
	const char *segments[ROUTER_SEGMENTS_MAX];
	size_t n;
	int has_inner_slash;		       /* a %2F: no literal pattern is meant */
	const char *rest[ROUTER_SEGMENTS_MAX]; /* rest[i]: from segment i to the end */
};

struct router_match {
	const struct router_entry *entry; /* NULL: 404, or 405 when allow is not 0 */
	unsigned allow; /* bits 1 << enum http_method that this path knows */
	struct {
		const char *name, *value;
		size_t len; /* of value: a suffix of the pattern is not part of it */
	} params[ROUTER_PARAMS_MAX];
	size_t nparams;
};

struct router *router_new(void);
void router_free(struct router *r);
/* Keeps the table by reference. Aborts, with a log line, on a wrong pattern or a row
 * given twice. */
void router_add(struct router *r, const struct http_route *routes, size_t n, void *ctx);

/* Every row, those without {} first. */
void router_each(const struct router *r,
		 void (*cb)(void *arg, const struct http_route *route), void *arg);

/* Cut and decode path[0..len) in place, using also the len + 1 bytes at spare; 0, or -1
 * when the encoding is wrong. A path with more segments than ROUTER_SEGMENTS_MAX keeps
 * its end in the last. */
int router_path_parse(char *path, size_t len, char *spare, struct router_path *out);
/* HEAD finds GET's row. */
void router_find(const struct router *r, enum http_method method,
		 const struct router_path *path, struct router_match *out);

/* HTTP_METHODS when it is none of ours. */
enum http_method http_method_parse(const char *name);

#endif
