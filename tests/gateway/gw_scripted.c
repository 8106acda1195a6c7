/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gw_scripted.c - a provider for the tests, as a module of its own: it writes down what
 * it took, fails as it is told to, and speaks by call-back and by polls.
 *
 * Each message that it takes is one line "ID ATTEMPT TO TEXT" in the file `log`, appended
 * by one write: what really left. With idempotent = 1 an id that was taken before is
 * taken again without a line. LOG.taken/ID holds where its receipts may be told.
 *
 * `faults` is "NAME:N,...": of ten thousand sends N end so, chosen by the message's id
 * and attempt, the same in every run:
 *   refuse busy throttle stop   nothing is taken
 *   lost                        nothing is taken, and no answer comes
 *   drop                        it is taken, and no answer comes
 *   late                        it is taken, the answer comes after late_ms
 *   late_drop                   it is taken, and after late_ms no answer comes
 *
 * A call-back carries the header X-Secret, equal to the option; its body is
 * {"events": [...]}, or its query one event as a form. Members: kind (receipt, inbound),
 * key, at, note, message, provider, delivery (accepted, failed, bad_number, delivered),
 * from, to, text, ref, part, parts. A file NAME.json of the folder `inbox` is such an
 * event that waits to be asked for; a file named `down` there makes asking fail. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "rdvd/gateway.h"

struct scripted {
	const struct rdvd_host *host;
	const char *log, *faults, *inbox, *secret;
	int idempotent, replies, lookup;
	long late_ms;
};

static unsigned capabilities(void *gw)
{
	const struct scripted *s = gw;

	return RDVD_GATEWAY_SMS | RDVD_GATEWAY_EMAIL | RDVD_GATEWAY_RECEIPTS |
	       RDVD_GATEWAY_INBOUND | (s->idempotent ? RDVD_GATEWAY_IDEMPOTENT : 0u) |
	       (s->replies ? RDVD_GATEWAY_REPLIES : 0u) |
	       (s->lookup ? RDVD_GATEWAY_LOOKUP : 0u);
}

static enum rdvd_rc scripted_open(const struct rdvd_host *host, void **gw)
{
	struct scripted *s = calloc(1, sizeof *s);

	if (!s)
		return RDVD_FAILED;
	*s = (struct scripted){
		.host = host,
		.log = host->option(host, "log"),
		.faults = host->option(host, "faults"),
		.inbox = host->option(host, "inbox"),
		.secret = host->option(host, "secret"),
		.idempotent = *host->option(host, "idempotent") == '1',
		.replies = *host->option(host, "replies") == '1',
		.lookup = *host->option(host, "lookup") == '1',
		.late_ms = strtol(host->option(host, "late_ms"), NULL, 10),
	};
	*gw = s;
	return RDVD_OK;
}

/* ---- sending ---- */

/* 0..9999, the same for the same message and attempt in every run. */
static long chance(const char *id, int attempt)
{
	unsigned long h = 5381;

	for (; *id; id++)
		h = h * 33 + (unsigned char)*id;
	h = (h + (unsigned long)attempt * 7919) * 2654435761u;
	return (long)((h >> 8) % 10000);
}

/* The name of the fault that this send meets, with its length; 0 none. */
static size_t fault_of(const struct scripted *s, const struct rdvd_message *m,
		       const char **name)
{
	long left = chance(m->id, m->attempt);

	for (const char *p = s->faults; *p;) {
		size_t n = strcspn(p, ":");
		char *end;
		long share = p[n] ? strtol(p + n + 1, &end, 10) : 0;

		if (!p[n])
			return 0;
		if (left < share) {
			*name = p;
			return n;
		}
		left -= share;
		p = end + (*end == ',');
	}
	return 0;
}

static void taken_path(const struct scripted *s, const char *id, char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%s.taken/%s", s->log, id);
}

/* 1 when it had not been taken before. What is left of it says where its receipts go. */
static int take_first(const struct scripted *s, const struct rdvd_message *m)
{
	size_t n = strlen(m->receipts_url);
	char path[PATH_MAX];
	int fd, whole;

	snprintf(path, sizeof path, "%s.taken", s->log);
	mkdir(path, 0700);
	taken_path(s, m->id, path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return 0;
	whole = write(fd, m->receipts_url, n) == (ssize_t)n;
	close(fd);
	return whole;
}

/* 0, or -1: nothing was taken. */
static int take(const struct scripted *s, const struct rdvd_message *m)
{
	char line[4096];
	int first = take_first(s, m), fd, n;
	ssize_t written;

	if (!first && s->idempotent)
		return 0;
	n = snprintf(line, sizeof line, "%s %d %s %s", m->id, m->attempt, m->to, m->text);
	if (n >= (int)sizeof line - 1)
		n = sizeof line - 2;
	for (int i = 0; i < n; i++)
		if (line[i] == '\n')
			line[i] = ' ';
	line[n++] = '\n';
	fd = open(s->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	written = fd < 0 ? -1 : write(fd, line, (size_t)n);
	if (fd >= 0)
		close(fd);
	return written == n ? 0 : -1;
}

static void wait_ms(long ms)
{
	const struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	nanosleep(&t, NULL);
}

static enum rdvd_sent scripted_send(void *gw, const struct rdvd_message *m,
				    struct rdvd_receipt *receipt)
{
	static const struct {
		const char *name;
		int takes, waits;
		enum rdvd_sent sent;
	} faults[] = {
		{"refuse", 0, 0, RDVD_SENT_REFUSED},
		{"busy", 0, 0, RDVD_SENT_RETRY},
		{"throttle", 0, 0, RDVD_SENT_THROTTLED},
		{"stop", 0, 0, RDVD_SENT_STOPPED},
		{"lost", 0, 0, RDVD_SENT_UNKNOWN},
		{"drop", 1, 0, RDVD_SENT_UNKNOWN},
		{"late", 1, 1, RDVD_SENT_ACCEPTED},
		{"late_drop", 1, 1, RDVD_SENT_UNKNOWN},
	};
	const struct scripted *s = gw;
	const char *name = "";
	size_t n = fault_of(s, m, &name);

	snprintf(receipt->note, sizeof receipt->note, "scripted: %.*s", (int)n, name);
	for (size_t i = 0; n && i < sizeof faults / sizeof *faults; i++) {
		if (strlen(faults[i].name) != n || strncmp(faults[i].name, name, n) != 0)
			continue;
		if (faults[i].takes && take(s, m) < 0)
			return RDVD_SENT_RETRY;
		if (faults[i].waits)
			wait_ms(s->late_ms);
		if (faults[i].sent != RDVD_SENT_ACCEPTED)
			return faults[i].sent;
	}
	if (!n && take(s, m) < 0)
		return RDVD_SENT_RETRY;
	snprintf(receipt->provider_id, sizeof receipt->provider_id, "scripted:%s", m->id);
	return RDVD_SENT_ACCEPTED;
}

static enum rdvd_found scripted_lookup(void *gw, const char *id, const char *provider_id,
				       int timeout_ms, struct rdvd_receipt *receipt)
{
	char path[PATH_MAX];

	(void)provider_id;
	(void)timeout_ms;
	taken_path(gw, id, path);
	if (access(path, F_OK) < 0)
		return errno == ENOENT ? RDVD_FOUND_ABSENT : RDVD_FOUND_UNKNOWN;
	snprintf(receipt->provider_id, sizeof receipt->provider_id, "scripted:%s", id);
	return RDVD_FOUND_ACCEPTED;
}

/* ---- events ---- */

static const char *text_of(const json_t *o, const char *name)
{
	const char *s = json_string_value(json_object_get(o, name));

	return s ? s : "";
}

static int delivery_of(const char *s)
{
	static const char *const names[] = {"", "accepted", "failed", "bad_number",
					    "delivered"};

	for (int i = 1; i < 5; i++)
		if (!strcmp(s, names[i]))
			return i;
	return 0;
}

static void tell(const json_t *o, const char *ack, rdvd_event_cb *cb, void *arg)
{
	const struct rdvd_event e = {
		.kind = !strcmp(text_of(o, "kind"), "inbound") ? RDVD_EVENT_INBOUND
							       : RDVD_EVENT_RECEIPT,
		.key = text_of(o, "key"),
		.at = json_integer_value(json_object_get(o, "at")),
		.note = text_of(o, "note"),
		.message_id = text_of(o, "message"),
		.provider_id = text_of(o, "provider"),
		.delivery = (enum rdvd_delivery)delivery_of(text_of(o, "delivery")),
		.from = text_of(o, "from"),
		.to = text_of(o, "to"),
		.text = text_of(o, "text"),
		.part_ref = text_of(o, "ref"),
		.part = (int)json_integer_value(json_object_get(o, "part")),
		.parts = (int)json_integer_value(json_object_get(o, "parts")),
		.ack = ack,
	};

	cb(arg, &e);
}

/* One event of a form; bytes as they come, whatever they are. */
static void tell_form(const char *query, rdvd_event_cb *cb, void *arg)
{
	char *copy = strdup(query), *save = NULL;
	struct rdvd_event e = {.kind = RDVD_EVENT_RECEIPT,
			       .key = "",
			       .note = "",
			       .message_id = "",
			       .provider_id = "",
			       .from = "",
			       .to = "",
			       .text = "",
			       .part_ref = "",
			       .ack = ""};
	const struct {
		const char *name, **value;
	} fields[] = {{"key", &e.key},
		      {"note", &e.note},
		      {"message", &e.message_id},
		      {"provider", &e.provider_id},
		      {"from", &e.from},
		      {"to", &e.to},
		      {"text", &e.text}};

	for (char *p = copy ? strtok_r(copy, "&", &save) : NULL; p;
	     p = strtok_r(NULL, "&", &save)) {
		char *value = strchr(p, '='), *w, hex[3] = "";

		if (!value)
			continue;
		*value++ = '\0';
		w = value;
		for (const char *r = value; *r; r++) {
			if (*r == '%' && r[1] && r[2]) {
				memcpy(hex, r + 1, 2);
				*w++ = (char)strtol(hex, NULL, 16);
				r += 2;
			} else {
				*w++ = *r == '+' ? ' ' : *r;
			}
		}
		*w = '\0';
		for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
			if (!strcmp(p, fields[i].name))
				*fields[i].value = value;
		if (!strcmp(p, "kind") && !strcmp(value, "inbound"))
			e.kind = RDVD_EVENT_INBOUND;
		if (!strcmp(p, "delivery"))
			e.delivery = (enum rdvd_delivery)delivery_of(value);
	}
	cb(arg, &e);
	free(copy);
}

static enum rdvd_proof scripted_callback(void *gw, const struct rdvd_callback *c,
					 rdvd_event_cb *cb, void *arg,
					 struct rdvd_callback_answer *answer)
{
	const struct scripted *s = gw;
	const char *secret = c->header(c, "X-Secret");
	int is_receipt = !strncmp(c->path, "r/", 2); /* proven by its path */
	json_t *root, *events, *e;
	size_t i;

	if (!is_receipt && (!secret || strcmp(secret, s->secret) != 0))
		return RDVD_PROOF_REFUSED;
	*answer = (struct rdvd_callback_answer){"text/plain", "taken"};
	if (*c->query) {
		tell_form(c->query, cb, arg);
		return RDVD_PROOF_OK;
	}
	root = json_loadb(c->body, c->body_size, 0, NULL);
	events = json_object_get(root, "events");
	json_array_foreach(events, i, e) tell(e, "", cb, arg);
	i = json_is_array(events);
	json_decref(root);
	return i ? RDVD_PROOF_OK : RDVD_PROOF_UNREADABLE;
}

static enum rdvd_rc scripted_poll(void *gw, int timeout_ms, rdvd_event_cb *cb, void *arg)
{
	const struct scripted *s = gw;
	DIR *d = *s->inbox ? opendir(s->inbox) : NULL;
	char path[PATH_MAX];
	struct dirent *f;
	int down = 0;

	(void)timeout_ms;
	while (d && (f = readdir(d))) {
		size_t n = strlen(f->d_name);
		json_t *o;

		down |= !strcmp(f->d_name, "down");
		if (n < 6 || strcmp(f->d_name + n - 5, ".json") != 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", s->inbox, f->d_name);
		o = json_load_file(path, 0, NULL);
		tell(o, f->d_name, cb, arg);
		json_decref(o);
	}
	if (d)
		closedir(d);
	return down ? RDVD_FAILED : RDVD_OK;
}

static void scripted_settle(void *gw, const char *ack)
{
	const struct scripted *s = gw;
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/%s", s->inbox, ack);
	unlink(path);
}

static const struct rdvd_option options[] = {
	{"log", NULL, "the file of what was taken"},
	{"faults", "", "NAME:N,... of ten thousand"},
	{"idempotent", "0", "1: an id that was taken is not taken twice"},
	{"replies", "0", "1: what it sends can be answered"},
	{"lookup", "0", "1: it can be asked what it took"},
	{"late_ms", "50", "milliseconds of a late answer"},
	{"secret", "", "of call-backs"},
	{"inbox", "", "the folder of what waits to be asked for"},
	{NULL, NULL, NULL},
};

static const struct rdvd_gateway_ops ops = {
	.capabilities = capabilities,
	.open = scripted_open,
	.send = scripted_send,
	.close = free,
	.lookup = scripted_lookup,
	.poll = scripted_poll,
	.settle = scripted_settle,
	.callback = scripted_callback,
};

extern const struct rdvd_plugin rdvd_plugin;

const struct rdvd_plugin rdvd_plugin = {
	.abi = RDVD_ABI,
	.kind = RDVD_KIND_GATEWAY,
	.name = "gw_scripted",
	.options = options,
	.ops = &ops,
};
