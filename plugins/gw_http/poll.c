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
	if (t.unread)
		r->g->host->log(r->g->host, 4, "something that waited could not be read");
	str_fini(&prefix);
}

static int poll_one(struct round *r, const struct poll *p, size_t index)
{
	json_t *root = ask(r, &p->list, &(struct vars){{0}}, "asking what waits");
	const json_t *list = root && p->each ? json_at(root, p->each) : root;
	size_t n = json_array_size(list);
	int rc = json_is_array(list) ? 0 : -1;

	if (root && rc)
		r->g->host->log(r->g->host, 4,
				"asking what waits: no list in the answer");
	for (size_t i = 0; i < n && i < ITEMS_MAX && !rc; i++) {
		const json_t *one = json_array_get(list, i);
		struct str name = {0};
		json_t *whole;

		if (!p->item.method) {
			tell(r, p, index, one, NULL);
			continue;
		}
		json_text(one, &name);
		whole = ask(r, &p->item, &(struct vars){{[VAR_ITEM] = str_of(&name)}},
			    "asking for one that waits");
		if (whole)
			tell(r, p, index, whole, str_of(&name));
		else
			rc = -1;
		json_decref(whole);
		str_fini(&name);
	}
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
