/* SPDX-License-Identifier: GPL-3.0-or-later */
/* router.c - see router.h. Rows of one pattern are gathered in a place with a slot for
 * each method, so that a path that is known under another method can be told from one
 * that is not known at all. */
#include "http/router.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "http/wire.h"

static const char *const method_names[HTTP_METHODS] = {
	[HTTP_GET] = "GET",	  [HTTP_HEAD] = "HEAD",
	[HTTP_POST] = "POST",	  [HTTP_PUT] = "PUT",
	[HTTP_DELETE] = "DELETE", [HTTP_OPTIONS] = "OPTIONS",
	[HTTP_PATCH] = "PATCH",	  [HTTP_PROPFIND] = "PROPFIND",
	[HTTP_REPORT] = "REPORT", [HTTP_MKCALENDAR] = "MKCALENDAR",
};

const char *http_method_name(enum http_method m)
{
	return m < HTTP_METHODS ? method_names[m] : "?";
}

enum http_method http_method_parse(const char *name)
{
	for (int i = 0; i < HTTP_METHODS; i++)
		if (!strcmp(name, method_names[i]))
			return (enum http_method)i;
	return HTTP_METHODS;
}

enum segment_kind { SEGMENT_LITERAL, SEGMENT_SUFFIXED, SEGMENT_PARAM, SEGMENT_REST };

struct segment {
	enum segment_kind kind;
	char *name;   /* of the parameter, or the literal; owned */
	char *suffix; /* ".ics"; owned */
	size_t suffix_len;
};

struct place {
	const char *pattern;
	struct segment segments[ROUTER_SEGMENTS_MAX];
	size_t n;
	int is_static;
	struct router_entry methods[HTTP_METHODS];
	unsigned allow;
};

struct router {
	struct place **places; /* owned; those with parameters, most literal first */
	size_t n, cap;
	struct place *
		*fixed; /* owned; hashed by pattern, a power of two, at most half full */
	size_t nfixed, fixed_size;
};

struct router *router_new(void)
{
	struct router *r = xcalloc(1, sizeof *r);

	r->fixed_size = 64;
	r->fixed = xcalloc(r->fixed_size, sizeof *r->fixed);
	return r;
}

static void place_free(struct place *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->n; i++) {
		free(p->segments[i].name);
		free(p->segments[i].suffix);
	}
	free(p);
}

void router_free(struct router *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n; i++)
		place_free(r->places[i]);
	for (size_t i = 0; i < r->fixed_size; i++)
		place_free(r->fixed[i]);
	free(r->places);
	free(r->fixed);
	free(r);
}

static void refuse(const char *pattern, const char *why)
{
	log_err("route %s: %s", pattern, why);
	abort();
}

static void parse_segment(const char *pattern, const char *s, size_t len, int is_last,
			  struct segment *out)
{
	const char *close;

	if (*s != '{') {
		if (memchr(s, '{', len))
			refuse(pattern, "a parameter must begin its segment");
		*out = (struct segment){.kind = SEGMENT_LITERAL,
					.name = xstrndup(s, len)};
		return;
	}
	close = memchr(s, '}', len);
	if (!close || close == s + 1)
		refuse(pattern, "a parameter has no name or no end");
	out->kind = SEGMENT_PARAM;
	s++;
	len--;
	if (*s == '*') {
		if (!is_last || close + 1 != s + len)
			refuse(pattern, "{*name} must be last");
		out->kind = SEGMENT_REST;
		s++;
		len--;
	}
	out->name = xstrndup(s, (size_t)(close - s));
	out->suffix_len = len - (size_t)(close + 1 - s);
	if (out->suffix_len) {
		out->kind = SEGMENT_SUFFIXED;
		out->suffix = xstrndup(close + 1, out->suffix_len);
	}
}

static struct place *place_new(const char *pattern)
{
	struct place *p = xcalloc(1, sizeof *p);
	size_t nparams = 0;

	p->pattern = pattern;
	p->is_static = 1;
	if (*pattern != '/')
		refuse(pattern, "it must begin with a slash");
	for (const char *s = pattern + 1, *end;; s = end + 1) {
		end = s + strcspn(s, "/");
		if (p->n == ROUTER_SEGMENTS_MAX)
			refuse(pattern, "it has too many segments");
		if (s == end)
			p->segments[p->n].name = xstrdup("");
		else
			parse_segment(pattern, s, (size_t)(end - s), !*end,
				      &p->segments[p->n]);
		if (p->segments[p->n++].kind != SEGMENT_LITERAL) {
			p->is_static = 0;
			if (++nparams > ROUTER_PARAMS_MAX)
				refuse(pattern, "it has too many parameters");
		}
		if (!*end)
			return p;
	}
}

static size_t hash_of(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return (size_t)(h ^ h >> 29);
}

/* Where pattern is, or would go. */
static struct place **fixed_slot(const struct router *r, const char *pattern)
{
	size_t i = hash_of(pattern) & (r->fixed_size - 1);

	while (r->fixed[i] && strcmp(r->fixed[i]->pattern, pattern) != 0)
		i = (i + 1) & (r->fixed_size - 1);
	return &r->fixed[i];
}

static void grow_fixed(struct router *r)
{
	struct place **old = r->fixed;
	size_t old_size = r->fixed_size;

	r->fixed_size *= 2;
	r->fixed = xcalloc(r->fixed_size, sizeof *r->fixed);
	for (size_t i = 0; i < old_size; i++)
		if (old[i])
			*fixed_slot(r, old[i]->pattern) = old[i];
	free(old);
}

/* The same paths, whatever the parameters are called. */
static int same_shape(const struct place *a, const struct place *b)
{
	if (a->n != b->n)
		return 0;
	for (size_t i = 0; i < a->n; i++) {
		const struct segment *x = &a->segments[i], *y = &b->segments[i];

		if (x->kind != y->kind ||
		    (x->kind == SEGMENT_LITERAL && strcmp(x->name, y->name) != 0) ||
		    (x->kind == SEGMENT_SUFFIXED && strcmp(x->suffix, y->suffix) != 0))
			return 0;
	}
	return 1;
}

/* More literal first, segment by segment; a longer suffix before a shorter. */
static int place_compare(const struct place *a, const struct place *b)
{
	for (size_t i = 0; i < a->n && i < b->n; i++) {
		const struct segment *x = &a->segments[i], *y = &b->segments[i];

		if (x->kind != y->kind)
			return x->kind < y->kind ? -1 : 1;
		if (x->kind == SEGMENT_SUFFIXED && x->suffix_len != y->suffix_len)
			return x->suffix_len > y->suffix_len ? -1 : 1;
	}
	return 0;
}

static struct place *place_for(struct router *r, const char *pattern)
{
	struct place *p = place_new(pattern);
	size_t at = r->n;

	if (p->is_static) {
		struct place **slot = fixed_slot(r, pattern);

		if (*slot) {
			place_free(p);
			return *slot;
		}
		*slot = p;
		if (++r->nfixed * 2 > r->fixed_size)
			grow_fixed(r);
		return p;
	}
	for (size_t i = 0; i < r->n; i++) {
		if (same_shape(r->places[i], p)) {
			for (size_t k = 0; k < p->n; k++)
				if (strcmp(p->segments[k].name,
					   r->places[i]->segments[k].name))
					refuse(pattern, "another method names its "
							"parameters otherwise");
			place_free(p);
			return r->places[i];
		}
	}
	while (at > 0 && place_compare(p, r->places[at - 1]) < 0)
		at--;
	VEC_GROW(r->places, r->n, r->cap);
	memmove(r->places + at + 1, r->places + at, (r->n - at) * sizeof *r->places);
	r->places[at] = p;
	r->n++;
	return p;
}

void router_add(struct router *r, const struct http_route *routes, size_t n, void *ctx)
{
	for (size_t i = 0; i < n; i++) {
		struct place *p = place_for(r, routes[i].pattern);
		enum http_method m = routes[i].method;

		if (m >= HTTP_METHODS || m == HTTP_HEAD || !routes[i].handle)
			refuse(routes[i].pattern,
			       "HEAD comes with GET, and a handler is needed");
		if ((routes[i].access == ACCESS_STAFF ||
		     routes[i].access == ACCESS_STAFF_API) &&
		    !routes[i].right)
			refuse(routes[i].pattern, "a right is needed");
		if (p->methods[m].route)
			refuse(routes[i].pattern, "it is there twice");
		p->methods[m] = (struct router_entry){.route = &routes[i], .ctx = ctx};
		p->allow |= 1u << m;
		if (m == HTTP_GET)
			p->allow |= 1u << HTTP_HEAD;
	}
}

static void place_each(const struct place *p,
		       void (*cb)(void *arg, const struct http_route *route), void *arg)
{
	for (int m = 0; p && m < HTTP_METHODS; m++)
		if (p->methods[m].route)
			cb(arg, p->methods[m].route);
}

void router_each(const struct router *r,
		 void (*cb)(void *arg, const struct http_route *route), void *arg)
{
	for (size_t i = 0; i < r->fixed_size; i++)
		place_each(r->fixed[i], cb, arg);
	for (size_t i = 0; i < r->n; i++)
		place_each(r->places[i], cb, arg);
}

int router_path_parse(char *path, size_t len, char *spare, struct router_path *out)
{
	char *end = path + len, *write = spare;
	int64_t n;

	out->n = 0;
	out->has_inner_slash = 0;
	out->whole = spare;
	if (!len || *path != '/')
		return -1;
	for (char *s = path + 1, *stop;; s = stop + 1) {
		int is_last = out->n + 1 == ROUTER_SEGMENTS_MAX;

		stop = is_last ? end : memchr(s, '/', (size_t)(end - s));
		if (!stop)
			stop = end;
		n = wire_decode(s, (size_t)(stop - s), 0, 0); /* ends s with a NUL */
		if (n < 0)
			return -1;
		if (memchr(s, '/', (size_t)n))
			out->has_inner_slash = !is_last;
		*write++ = '/';
		out->segments[out->n] = s;
		out->rest[out->n] = write;
		out->n++;
		memcpy(write, s, (size_t)n);
		write += n;
		if (stop >= end)
			break;
	}
	*write = '\0';
	return 0;
}

static int place_matches(const struct place *p, const struct router_path *path,
			 struct router_match *m)
{
	m->nparams = 0;
	for (size_t i = 0; i < p->n; i++) {
		const struct segment *s = &p->segments[i];
		const char *value;
		size_t len;

		if (i >= path->n)
			return 0;
		value = path->segments[i];
		len = strlen(value);
		switch (s->kind) {
		case SEGMENT_LITERAL:
			if (strcmp(s->name, value) != 0)
				return 0;
			continue;
		case SEGMENT_SUFFIXED:
			if (len <= s->suffix_len ||
			    strcmp(value + len - s->suffix_len, s->suffix) != 0)
				return 0;
			len -= s->suffix_len;
			break;
		case SEGMENT_PARAM:
			if (!len)
				return 0;
			break;
		case SEGMENT_REST:
			value = path->rest[i];
			len = strlen(value);
			break;
		}
		m->params[m->nparams].name = s->name;
		m->params[m->nparams].value = value;
		m->params[m->nparams].len = len;
		m->nparams++;
		if (s->kind == SEGMENT_REST)
			return 1;
	}
	return p->n == path->n;
}

void router_find(const struct router *r, enum http_method method,
		 const struct router_path *path, struct router_match *out)
{
	const struct place *fixed =
		path->has_inner_slash ? NULL : *fixed_slot(r, path->whole);

	if (method == HTTP_HEAD)
		method = HTTP_GET;
	*out = (struct router_match){.allow = fixed ? fixed->allow : 0};
	if (fixed && method < HTTP_METHODS && fixed->methods[method].route) {
		out->entry = &fixed->methods[method];
		return;
	}
	for (size_t i = 0; i < r->n; i++) {
		const struct place *p = r->places[i];

		if (!place_matches(p, path, out))
			continue;
		out->allow |= p->allow;
		if (method < HTTP_METHODS && p->methods[method].route) {
			out->entry = &p->methods[method];
			return;
		}
	}
	out->nparams = 0;
}
