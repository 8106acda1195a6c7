/* SPDX-License-Identifier: GPL-3.0-or-later */
/* poll.c - what waits at a provider that does not call: a list is asked for, each thing
 * of it if the list has only names, and what is on disk here is taken away there. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "send.h"
#include "telling.h"

#define ITEMS_MAX 100 /* of one round; the rest comes with the next */

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* One round and the time that it has. */
struct round {
	struct gw *g;
	long long until_ms;
	rdvd_event_cb *cb;
	void *arg;
};

/* Ask, and read the answer; NULL: logged. json_decref it. */
static json_t *ask(struct round *r, const struct request *q, const struct vars *vars,
		   const char *what)
{
	const struct rdvd_host *host = r->g->host;
	long long left = r->until_ms - now_ms();
	json_t *root = NULL;
	struct answer a;

	if (left <= 0) {
		host->log(host, 4, "%s: no time was left", what);
		return NULL;
	}
	wire_ask(r->g->wire, q, vars, 1, left < INT_MAX ? (int)left : INT_MAX,
		 host->now(), &a);
	if (a.end != WIRE_ANSWERED)
		host->log(host, 4, "%s: %s", what, a.why);
	else if (a.status < 200 || a.status > 299)
		host->log(host, 4, "%s: the provider answered HTTP %d", what, a.status);
	else if (!(root = json_loads(a.body, 0, NULL)))
		host->log(host, 4, "%s: the provider's answer is no JSON", what);
	return root;
}

/* What is not understood says nothing, but what it is: the daemon keeps that for a human,
 * and it need not come again. */
static void tell_as_it_is(struct round *r, const json_t *root, const char *prefix,
			  const char *item)
{
	char *text = json_dumps(root, JSON_COMPACT | JSON_ENCODE_ANY);
	struct str ack = {0};
	struct rdvd_event e = {.kind = RDVD_EVENT_INBOUND,
			       .key = "",
			       .note = "",
			       .message_id = "",
			       .provider_id = "",
			       .from = "",
			       .to = "",
			       .text = text ? text : "",
			       .part_ref = ""};

	str_puts(&ack, prefix);
	str_puts(&ack, item);
	e.ack = str_of(&ack);
	r->cb(r->arg, &e);
	str_fini(&ack);
	free(text);
}

static void tell(struct round *r, const struct poll *p, size_t index, const json_t *root,
		 const char *item)
{
	struct str prefix = {0};
	struct doc d = {root, ""};
	struct teller t = {.tellings = p->tellings,
			   .n = p->ntellings,
			   .message_id = "",
			   .ack = item,
			   .cb = r->cb,
			   .arg = r->arg};

	/* An event that nothing settles has nothing to be settled by. */
	if (p->settle.method)
		str_putf(&prefix, "%zu:", index);
	else
		t.ack = "";
	t.ack_prefix = str_of(&prefix);
	tell_one(&t, &d);
	if (t.unread && item && p->settle.method)
		tell_as_it_is(r, root, str_of(&prefix), item);
	if (t.unread)
		r->g->host->log(r->g->host, item ? 4 : 6,
				"something that waited could not be read");
	str_fini(&prefix);
}

/* One of a list that has only names. 0, or -1: it was not told. */
static int poll_item(struct round *r, const struct poll *p, size_t index,
		     const json_t *one)
{
	struct str name = {0};
	json_t *whole;

	json_text(one, &name);
	whole = ask(r, &p->item, &(struct vars){{[VAR_ITEM] = str_of(&name)}},
		    "asking for one that waits");
	if (whole)
		tell(r, p, index, whole, str_of(&name));
	str_fini(&name);
	json_decref(whole);
	return whole ? 0 : -1;
}

/* Some of them each round. One that cannot be told, now or ever, holds up no other: when
 * there are such ones, or more than a round's, the next round goes on behind. */
static int poll_items(struct round *r, const struct poll *p, size_t index,
		      const json_t *list)
{
	size_t n = json_array_size(list), *from = &r->g->poll_from[index], i;
	int rc = 0;

	if (*from >= n)
		*from = 0;
	for (i = 0; i < n && i < ITEMS_MAX; i++) {
		rc |= poll_item(r, p, index, json_array_get(list, (*from + i) % n));
		if (r->until_ms <= now_ms())
			break;
	}
	*from = rc || n > ITEMS_MAX ? *from + i : 0;
	return rc;
}

static int poll_one(struct round *r, const struct poll *p, size_t index)
{
	json_t *root = ask(r, &p->list, &(struct vars){{0}}, "asking what waits");
	const json_t *list = root && p->each ? json_at(root, p->each) : root;
	int rc = json_is_array(list) ? 0 : -1;

	if (root && rc)
		r->g->host->log(r->g->host, 4,
				"asking what waits: no list in the answer");
	if (!rc && p->item.method)
		rc = poll_items(r, p, index, list);
	for (size_t i = 0; !rc && !p->item.method && i < json_array_size(list); i++)
		tell(r, p, index, json_array_get(list, i), NULL);
	json_decref(root);
	return rc;
}

enum rdvd_rc http_poll(void *gw, int timeout_ms, rdvd_event_cb *cb, void *arg)
{
	struct gw *g = gw;
	struct round r = {g, now_ms() + timeout_ms, cb, arg};
	enum rdvd_rc rc = RDVD_OK;

	for (size_t i = 0; i < g->preset->npolls; i++) {
		if (poll_one(&r, &g->preset->polls[i], i) < 0)
			rc = RDVD_FAILED;
	}
	return rc;
}

void http_settle(void *gw, const char *ack)
{
	struct gw *g = gw;
	char *end;
	unsigned long index = strtoul(ack, &end, 10);
	struct vars vars = {{0}};
	struct answer a;

	if (*end != ':' || end == ack || index >= g->preset->npolls ||
	    !g->preset->polls[index].settle.method)
		return;
	vars.v[VAR_ACK] = end + 1;
	wire_ask(g->wire, &g->preset->polls[index].settle, &vars, 1, 10000,
		 g->host->now(), &a);
	/* What stays there comes again, and is known by its key then. */
	if (a.end != WIRE_ANSWERED || a.status < 200 || a.status > 299)
		g->host->log(g->host, 6, "what was fetched could not be taken away: %s",
			     a.end == WIRE_ANSWERED ? "refused" : a.why);
}
