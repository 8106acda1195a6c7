/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rdvctl_watch.c - the verbs that look at what is written: messages with what became of
 * them, texts that wait for the team, the waiting list, notices, gateways. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "rdvctl.h"

const struct ctl_flag ctl_messages_flags[] = {
	{"to", "number", CTL_TEXT, "of this number or address"},
	{"appointment", "appointment", CTL_TEXT, "of this appointment"},
	{"troubled", "troubled", CTL_SWITCH,
	 "only those that did not arrive, or are not known to have left"},
	{"since", "since", CTL_TEXT, "made at or after a date or an instant"},
	{NULL, NULL, CTL_TEXT, NULL},
};

const struct ctl_flag ctl_waiting_flags[] = {
	{"remove", NULL, CTL_NUMBER, "take that one off the list, by id"},
	{NULL, NULL, CTL_TEXT, NULL},
};

const struct ctl_flag ctl_inbox_flags[] = {
	{"number", "number", CTL_TEXT, "all the texts of this number"},
	{"state", "state", CTL_TEXT, "to_hand, read, done, ignored, new, part, or all"},
	{"read", NULL, CTL_NUMBER,
	 "mark that one and those of its number before it as read, by id"},
	{NULL, NULL, CTL_TEXT, NULL},
};

const struct ctl_flag ctl_notices_flags[] = {
	{"all", "all", CTL_SWITCH, "those that somebody has seen, too"},
	{"seen", NULL, CTL_NUMBER, "mark that one as seen, by id"},
	{NULL, NULL, CTL_TEXT, NULL},
};

static long long int_of(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

/* ---- messages ---- */

static void print_messages(const json_t *rows)
{
	static const char *const heads[] = {
		"ID",	"APPOINTMENT", "KIND", "CHANNEL", "TO",	  "STATE", "DUE",
		"SENT", "ARRIVED",     "SMS",  "GATEWAY", "NOTE", "TEXT"};
	struct ctl_table *t = ctl_table_new(heads, ARRAY_SIZE(heads));
	json_t *m;
	size_t i;

	json_array_foreach(rows, i, m)
	{
		ctl_table_add(t, ctl_text(m, "id"));
		ctl_table_add(t, ctl_text(m, "appointment"));
		ctl_table_add(t, ctl_text(m, "kind"));
		ctl_table_add(t, ctl_text(m, "channel"));
		ctl_table_add(t, ctl_text(m, "to"));
		ctl_table_add(t, ctl_text(m, "state"));
		ctl_add_when(t, ctl_text(m, "due"));
		ctl_add_when(t, ctl_text(m, "sent_at"));
		ctl_add_when(t, ctl_text(m, "delivered_at"));
		ctl_table_add_int(t, int_of(m, "segments"));
		ctl_table_add(t, ctl_text(m, "gateway"));
		ctl_table_add(t, ctl_text(m, "note"));
		ctl_table_add(t, json_is_true(json_object_get(m, "erased"))
					 ? "(erased)"
					 : ctl_text(m, "text"));
	}
	ctl_table_print(t, "No message.");
}

int ctl_messages(struct ctl *c)
{
	return ctl_list(c, "/api/v1/staff/messages", "messages", print_messages);
}

/* ---- what is not paged ---- */

/* Ask for path with the flags' query; print rows of member key. */
static int look(const struct ctl *c, const char *path, const char *key,
		void (*print)(const json_t *rows))
{
	struct buf whole = BUF_INIT, query = BUF_INIT;
	json_t *answer = NULL;
	int status;

	ctl_query(c, &query);
	buf_addf(&whole, "%s%s", path, buf_str(&query));
	status = ctl_json(c, "GET", buf_str(&whole), NULL, &answer);
	if (!status && c->json)
		ctl_print_json(answer);
	else if (!status)
		print(json_object_get(answer, key));
	json_decref(answer);
	buf_fini(&query);
	buf_fini(&whole);
	return status;
}

/* Mark the row id of a list: POST path/id/verb. */
static int mark(const struct ctl *c, const char *path, const char *id, const char *verb,
		const char *said)
{
	struct buf whole = BUF_INIT;
	json_t *answer = NULL;
	int status;

	buf_addf(&whole, "%s/%s/%s", path, id, verb);
	status = ctl_json(c, "POST", buf_str(&whole), NULL, &answer);
	if (!status && c->json)
		ctl_print_json(answer);
	else if (!status)
		printf("%s %s\n", id, said);
	json_decref(answer);
	buf_fini(&whole);
	return status;
}

/* ---- texts that came in ---- */

static void print_inbox(const json_t *rows)
{
	static const char *const heads[] = {"ID",	  "RECEIVED", "NUMBER", "STATE",
					    "UNDERSTOOD", "PERSON",   "TEXT"};
	struct ctl_table *t = ctl_table_new(heads, ARRAY_SIZE(heads));
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		ctl_table_add(t, ctl_text(row, "id"));
		ctl_add_when(t, ctl_text(row, "received"));
		ctl_table_add(t, ctl_text(row, "number"));
		ctl_table_add(t, ctl_text(row, "state"));
		ctl_table_add(t, ctl_text(row, "understood"));
		ctl_add_name(t, json_object_get(row, "person"));
		ctl_table_add(t, json_is_true(json_object_get(row, "erased"))
					 ? "(erased)"
					 : ctl_text(row, "text"));
	}
	ctl_table_print(t, "No text waits.");
}

int ctl_inbox(struct ctl *c)
{
	if (ctl_value(c, "read"))
		return mark(c, "/api/v1/staff/inbox", ctl_value(c, "read"), "read",
			    "needs no answer any more.");
	return look(c, "/api/v1/staff/inbox", "inbox", print_inbox);
}

/* ---- the waiting list ---- */

/* The latest offer: it says how things stand. */
static void add_latest(struct ctl_table *t, const json_t *offers)
{
	const json_t *o = json_array_get(offers, 0);

	if (o)
		ctl_add_when(t, ctl_text(o, "start"));
	else
		ctl_table_add(t, "");
	ctl_table_add(t, ctl_text(o, "state"));
	if (o)
		ctl_add_when(t, ctl_text(o, "expires"));
	else
		ctl_table_add(t, "");
}

static void print_waiting(const json_t *rows)
{
	static const char *const heads[] = {"ID",      "STATE", "SINCE", "UNTIL",
					    "SERVICE", "WHERE", "NAME",	 "OFFER",
					    "ANSWER",  "BEFORE"};
	struct ctl_table *t = ctl_table_new(heads, ARRAY_SIZE(heads));
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		ctl_table_add(t, ctl_text(row, "id"));
		ctl_table_add(t, ctl_text(row, "state"));
		ctl_add_when(t, ctl_text(row, "since"));
		ctl_add_when(t, ctl_text(row, "until"));
		ctl_table_add(t, ctl_text(row, "service"));
		ctl_table_add(t, *ctl_text(row, "site") ? ctl_text(row, "site")
							: ctl_text(row, "near"));
		ctl_add_name(t, json_object_get(row, "person"));
		add_latest(t, json_object_get(row, "offers"));
	}
	ctl_table_print(t, "Nobody waits.");
}

int ctl_waiting(struct ctl *c)
{
	if (ctl_value(c, "remove"))
		return mark(c, "/api/v1/staff/waiting", ctl_value(c, "remove"), "remove",
			    "waits no longer.");
	return look(c, "/api/v1/staff/waiting", "waiting", print_waiting);
}

/* ---- notices ---- */

static void print_notices(const json_t *rows)
{
	static const char *const heads[] = {"ID", "AT", "KIND", "SEEN", "TEXT"};
	struct ctl_table *t = ctl_table_new(heads, ARRAY_SIZE(heads));
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		ctl_table_add(t, ctl_text(row, "id"));
		ctl_add_when(t, ctl_text(row, "at"));
		ctl_table_add(t, ctl_text(row, "kind"));
		ctl_add_when(t, ctl_text(row, "seen"));
		ctl_table_add(t, ctl_text(row, "text"));
	}
	ctl_table_print(t, "Nothing that nobody has seen.");
}

int ctl_notices(struct ctl *c)
{
	if (ctl_value(c, "seen"))
		return mark(c, "/api/v1/staff/notices", ctl_value(c, "seen"), "seen",
			    "was seen.");
	return look(c, "/api/v1/staff/notices", "notices", print_notices);
}

/* ---- gateways ---- */

static void print_gateways(const json_t *rows)
{
	static const char *const heads[] = {
		"NAME",	   "PLUGIN",  "STATE",	 "UNTIL", "UNDER_WAY", "RATE", "SENT",
		"RETRIED", "REFUSED", "UNKNOWN", "SMS",	  "CREDIT",    "WORDS"};
	struct ctl_table *t = ctl_table_new(heads, ARRAY_SIZE(heads));
	const json_t *credit;
	json_t *g;
	size_t i;
	char *s;

	json_array_foreach(rows, i, g)
	{
		ctl_table_add(t, ctl_text(g, "name"));
		ctl_table_add(t, ctl_text(g, "plugin"));
		ctl_table_add(t, ctl_text(g, "state"));
		ctl_add_when(t, ctl_text(g, "until"));
		ctl_table_add_int(t, int_of(g, "under_way"));
		s = xasprintf("%.3g", json_number_value(json_object_get(g, "rate")));
		ctl_table_add(t, s);
		free(s);
		ctl_table_add_int(t, int_of(g, "sent"));
		ctl_table_add_int(t, int_of(g, "retried"));
		ctl_table_add_int(t, int_of(g, "refused"));
		ctl_table_add_int(t, int_of(g, "unknown"));
		ctl_table_add_int(t, int_of(g, "segments"));
		credit = json_object_get(g, "credit");
		s = json_is_number(credit) ? xasprintf("%.10g", json_number_value(credit))
					   : xstrdup("");
		ctl_table_add(t, s);
		free(s);
		ctl_table_add(t, ctl_text(g, "words"));
	}
	ctl_table_print(t, "No gateway: no message leaves.");
}

int ctl_gateways(struct ctl *c)
{
	return look(c, "/api/v1/staff/gateways", "gateways", print_gateways);
}
