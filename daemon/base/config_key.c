/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config_key.c - every key of rdvd.conf: its name, type, preset, range and unit, and for
 * each type how a text becomes a value. To add a key, add a field to config.h, a row here
 * and a line to rdvd.conf(5). */
#include "base/config_impl.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/parse.h"
#include "rdvd/gateway.h"

const struct config_section_type config_sections[SECTION_COUNT] = {
	[SECTION_ROOT] = {.name = ""},
	[SECTION_WORKERS] = {.name = "workers"},
	[SECTION_LIMITS] = {.name = "limits"},
	[SECTION_MESSAGES] = {.name = "messages"},
	[SECTION_SESSION] = {.name = "session"},
	[SECTION_STORE] = {.name = "store", .is_titled = 1, .is_open = 1},
	[SECTION_GATEWAY] = {.name = "gateway", .is_titled = 1, .is_open = 1},
	[SECTION_EXPORT] = {.name = "export", .is_titled = 1},
};

#define ROW(sec, key, typ, strct, field)                \
	.section = (sec), .name = (key), .type = (typ), \
	.offset = offsetof(struct strct, field)
#define ROOT(key, typ) ROW(SECTION_ROOT, #key, typ, config, key)
#define WORKERS(key, typ) ROW(SECTION_WORKERS, #key, typ, config, workers.key)
#define LIMITS(key, typ) ROW(SECTION_LIMITS, #key, typ, config, limits.key)
#define SESSION(key, typ) ROW(SECTION_SESSION, #key, typ, config, session.key)
#define MESSAGES(key, typ, field) ROW(SECTION_MESSAGES, key, typ, config, messages.field)
#define GATEWAY(key, typ, field) ROW(SECTION_GATEWAY, key, typ, config_gateway, field)
#define EXPORT(key, typ) ROW(SECTION_EXPORT, #key, typ, config_export, key)
#define RANGE(lo, hi, what) .min = (lo), .max = (hi), .unit = (what)

/* clang-format off */
const struct config_key config_keys[] = {
	{ROOT(dir, TYPE_PATH), .is_required = 1},
	{ROOT(listen, TYPE_LISTEN), .preset = "127.0.0.1:8080"},
	{ROOT(public_url, TYPE_URL)},
	{ROOT(socket, TYPE_PATH)},
	{ROOT(communes, TYPE_PATH), .preset = RDVD_PKGDATADIR "/communes.csv"},
	{ROOT(school_holidays, TYPE_PATH),
	 .preset = RDVD_PKGDATADIR "/school-holidays.csv"},
	{ROOT(texts, TYPE_PATH), .preset = RDVD_PKGDATADIR "/texts", .is_live = 1},
	{ROOT(module_dir, TYPE_PATH), .preset = RDVD_MODULEDIR},
	{ROOT(demo, TYPE_BOOL), .preset = "false"},
	{ROOT(log_level, TYPE_LEVEL), .preset = "info", .is_live = 1},
	{ROOT(trusted_proxy, TYPE_NETWORK), .is_live = 1},

	{WORKERS(password_threads, TYPE_INT), .preset = "2", RANGE(1, 16, "threads")},
	{WORKERS(reader_threads, TYPE_INT), .preset = "1", RANGE(1, 16, "threads")},
	{WORKERS(queue_max, TYPE_INT), .preset = "4096", RANGE(16, 1000000, "jobs")},

	{LIMITS(connections, TYPE_INT), .preset = "4000", RANGE(16, 100000, "connections")},
	{LIMITS(connections_per_address, TYPE_INT), .preset = "100",
	 RANGE(1, 100000, "connections")},
	{LIMITS(requests_per_minute, TYPE_INT), .preset = "3000",
	 RANGE(1, 1000000, "a minute"), .is_live = 1},
	{LIMITS(holds_per_minute, TYPE_INT), .preset = "300",
	 RANGE(1, 1000000, "a minute"), .is_live = 1},
	{LIMITS(bookings_per_minute, TYPE_INT), .preset = "300",
	 RANGE(1, 1000000, "a minute"), .is_live = 1},
	{LIMITS(logins_per_minute, TYPE_INT), .preset = "10",
	 RANGE(1, 1000000, "a minute"), .is_live = 1},

	{MESSAGES("sms_sender", TYPE_SENDER, sms_sender), .preset = "CLLAJ62"},
	{MESSAGES("email_from", TYPE_MAILBOX, email_from), .preset = "rdvd@localhost"},
	{MESSAGES("discreet_sender", TYPE_SENDER, discreet_sender)},
	{MESSAGES("discreet_from", TYPE_MAILBOX, discreet_from)},
	{MESSAGES("alerts_to", TYPE_MAILBOX, alerts_to)},
	{MESSAGES("inbound_number", TYPE_STRING, inbound_number)},
	{MESSAGES("sms_service", TYPE_STRING, sms_service)},
	{MESSAGES("emergency", TYPE_STRING, emergency)},
	{MESSAGES("answers_per_hour", TYPE_INT, answers_per_hour), .preset = "6",
	 RANGE(1, 60, "answers")},
	{MESSAGES("sms_price", TYPE_INT, sms_price), .preset = "0",
	 RANGE(0, 10000, "thousandths of a euro")},
	{MESSAGES("anonymise_months", TYPE_INT, anonymise_months), .preset = "6",
	 RANGE(1, 120, "months")},
	{MESSAGES("quiet_start", TYPE_DAY_TIME, quiet_start_minutes), .preset = "08:00"},
	{MESSAGES("quiet_end", TYPE_DAY_TIME, quiet_end_minutes), .preset = "20:00"},
	{MESSAGES("sunday", TYPE_BOOL, sunday), .preset = "false"},
	{MESSAGES("budget_person", TYPE_INT, budget_person), .preset = "10",
	 RANGE(0, 1000000, "segments a day"), .is_live = 1},
	{MESSAGES("budget_prefix", TYPE_INT, budget_prefix), .preset = "200",
	 RANGE(0, 1000000, "segments a day"), .is_live = 1},
	{MESSAGES("budget_organisation", TYPE_INT, budget_organisation), .preset = "2000",
	 RANGE(0, 1000000, "segments a day"), .is_live = 1},
	{MESSAGES("sms_prefixes", TYPE_PREFIX, sms_prefixes)},

	{LIMITS(proof_above_address, TYPE_INT), .preset = "200",
	 RANGE(1, 1000000, "bookings in ten minutes")},
	{LIMITS(proof_above_all, TYPE_INT), .preset = "1000",
	 RANGE(1, 1000000, "bookings in ten minutes")},

	{SESSION(idle_minutes, TYPE_INT), .preset = "240", RANGE(5, 1440, "minutes"),
	 .is_live = 1},
	{SESSION(absolute_hours, TYPE_INT), .preset = "12", RANGE(1, 168, "hours"),
	 .is_live = 1},

	{GATEWAY("plugin", TYPE_STRING, plugin.name), .is_required = 1},
	{GATEWAY("channels", TYPE_CHANNEL, channels), .preset = "sms,email"},
	{GATEWAY("from", TYPE_STRING, from)},
	{GATEWAY("rate_per_second", TYPE_INT, rate_per_second), .preset = "5",
	 RANGE(1, 20000, "messages a second")},
	{GATEWAY("window", TYPE_INT, window), .preset = "64",
	 RANGE(1, 4096, "messages under way")},
	{GATEWAY("connections", TYPE_INT, connections), .preset = "1",
	 RANGE(1, 32, "threads")},
	{GATEWAY("spare", TYPE_BOOL, spare), .preset = "false"},
	{GATEWAY("answers", TYPE_BOOL, answers), .preset = "false"},
	{GATEWAY("poll_seconds", TYPE_INT, poll_seconds), .preset = "30",
	 RANGE(5, 3600, "seconds")},

	{EXPORT(folder, TYPE_PATH), .is_required = 1},
	{EXPORT(format, TYPE_FORMAT), .preset = "csv"},
};
/* clang-format on */
const size_t config_nkeys = ARRAY_SIZE(config_keys);

const struct config_key *config_key_find(enum config_section section, const char *name)
{
	for (size_t i = 0; i < config_nkeys; i++) {
		if (config_keys[i].section == section &&
		    strcmp(config_keys[i].name, name) == 0)
			return &config_keys[i];
	}
	return NULL;
}

int config_key_is_list(const struct config_key *key)
{
	return key->type >= TYPE_LISTEN;
}

void config_complain(struct config_reader *r, int line, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (r->error->len)
		buf_addch(r->error, '\n');
	if (line > 0)
		buf_addf(r->error, "%s:%d: %s", r->path, line, text);
	else
		buf_addf(r->error, "%s: %s", r->path, text);
	r->nerrors++;
}

/* 1 when s[0..n) holds only letters, digits and the characters of more. */
static int is_made_of(const char *s, size_t n, const char *more)
{
	for (size_t i = 0; i < n; i++) {
		int alnum = (s[i] >= '0' && s[i] <= '9') ||
			    (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z');

		if (!alnum && (s[i] == '\0' || strchr(more, s[i]) == NULL))
			return 0;
	}
	return 1;
}

static int parse_bool(const char *s, int *value)
{
	static const char *const words[][2] = {
		{"false", "true"}, {"no", "yes"}, {"off", "on"}};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		for (int v = 0; v < 2; v++) {
			if (strcasecmp(s, words[i][v]) == 0) {
				*value = v;
				return 0;
			}
		}
	}
	return -1;
}

/* "HH:MM" to minutes of the day; "24:00" is its end. */
static int parse_day_time(const char *s, int *minutes)
{
	int v;

	if (strlen(s) != 5 || s[2] != ':' || strspn(s, "0123456789") != 2 ||
	    strspn(s + 3, "0123456789") != 2)
		return -1;
	v = ((s[0] - '0') * 10 + s[1] - '0') * 60 + (s[3] - '0') * 10 + s[4] - '0';
	if (s[3] > '5' || v > 24 * 60)
		return -1;
	*minutes = v;
	return 0;
}

static int is_address(int family, const char *s, size_t n)
{
	unsigned char bytes[16];
	char text[INET6_ADDRSTRLEN + 1];

	if (n >= sizeof(text))
		return 0;
	memcpy(text, s, n);
	text[n] = '\0';
	return inet_pton(family, text, bytes) == 1;
}

/* "HOST:PORT" where HOST is *, localhost, an IPv4 address or an IPv6 one in brackets. */
static int is_listen(const char *s)
{
	const char *colon = strrchr(s, ':');
	size_t n = colon ? (size_t)(colon - s) : 0;
	int64_t port;

	if (n == 0 || strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
	    parse_int(colon + 1, 0, 65535, &port))
		return 0;
	if ((n == 1 && s[0] == '*') || (n == 9 && memcmp(s, "localhost", 9) == 0))
		return 1;
	if (n > 2 && s[0] == '[' && s[n - 1] == ']')
		return is_address(AF_INET6, s + 1, n - 2);
	return is_address(AF_INET, s, n);
}

/* One address, or "ADDRESS/BITS". */
static int is_network(const char *s)
{
	size_t n = strcspn(s, "/");
	int is_v6 = strchr(s, ':') != NULL;
	int64_t bits;

	if (!is_address(is_v6 ? AF_INET6 : AF_INET, s, n))
		return 0;
	if (s[n] == '\0')
		return 1;
	s += n + 1;
	return strspn(s, "0123456789") == strlen(s) &&
	       parse_int(s, 0, is_v6 ? 128 : 32, &bits) == 0;
}

/* "+" and at least a country's figure and one more, spaces between. */
static int is_prefix(const char *s)
{
	size_t digits = 0;

	if (*s != '+' || s[1] < '1' || s[1] > '9')
		return 0;
	for (s++; *s; s++) {
		if (*s >= '0' && *s <= '9')
			digits++;
		else if (*s != ' ')
			return 0;
	}
	return digits >= 2 && digits <= 15;
}

/* "http://HOST[:PORT]" or https, one slash at the end allowed; *len is its length without
 * that. */
static int is_url(const char *s, size_t *len)
{
	const char *host = strncmp(s, "http://", 7) == 0    ? s + 7
			   : strncmp(s, "https://", 8) == 0 ? s + 8
							    : NULL;
	size_t n;

	if (host == NULL)
		return 0;
	n = strcspn(host, "/");
	if (n == 0 || (host[n] == '/' && host[n + 1] != '\0') ||
	    !is_made_of(host, n, ".-:[]"))
		return 0;
	*len = (size_t)(host - s) + n;
	return 1;
}

/* What networks accept: 3 to 11 letters and digits with a letter among them, or a number.
 */
static int is_sender(const char *s)
{
	size_t n = strlen(s),
	       digits = strspn(s + (*s == '+'), "0123456789") + (*s == '+');

	if (digits == n)
		return n >= 3 && n <= 16;
	return n >= 3 && n <= 11 && is_made_of(s, n, "");
}

/* "a@b" or "Name <a@b>". */
static int is_mailbox(const char *s)
{
	const char *open = strchr(s, '<');
	const char *address = open ? open + 1 : s;
	size_t n = strcspn(address, ">");
	const char *at = memchr(address, '@', n);

	if (strpbrk(s, "\r\n\"") || strlen(s) > 254)
		return 0;
	if (open ? address[n] != '>' || address[n + 1] != '\0' : address[n] != '\0')
		return 0;
	if (at == NULL || at == address || at + 1 == address + n)
		return 0;
	return is_made_of(address, (size_t)(at - address), ".!#$%&'*+-/=?^_`{|}~") &&
	       is_made_of(at + 1, (size_t)(address + n - at - 1), ".-");
}

static int parse_channel(const char *s, unsigned *channels)
{
	if (strcmp(s, "sms") == 0)
		*channels |= RDVD_CHANNEL_SMS;
	else if (strcmp(s, "email") == 0)
		*channels |= RDVD_CHANNEL_EMAIL;
	else
		return -1;
	return 0;
}

static int parse_format(const char *s, enum config_format *format)
{
	if (strcmp(s, "csv") == 0)
		*format = CONFIG_FORMAT_CSV;
	else if (strcmp(s, "ndjson") == 0)
		*format = CONFIG_FORMAT_NDJSON;
	else
		return -1;
	return 0;
}

/* The remedy for a text that the type does not take. */
static const char *remedy(enum config_type type)
{
	switch (type) {
	case TYPE_STRING: return "give a text";
	case TYPE_PATH: return "give a path";
	case TYPE_URL:
		return "give \"https://HOST\" or \"http://HOST:PORT\", and no path";
	case TYPE_SENDER: return "give 3 to 11 letters and digits, or a number";
	case TYPE_MAILBOX: return "give \"name@domain\" or \"Name <name@domain>\"";
	case TYPE_INT: return "give a whole number";
	case TYPE_BOOL: return "give true or false";
	case TYPE_DAY_TIME: return "give a time as \"08:00\"";
	case TYPE_LEVEL: return "give err, warning, info or debug";
	case TYPE_FORMAT: return "give csv or ndjson";
	case TYPE_LISTEN:
		return "give \"ADDRESS:PORT\", \"[IPV6]:PORT\", \"localhost:PORT\" or "
		       "\"*:PORT\"";
	case TYPE_PREFIX: return "give how numbers begin, such as \"+41 7\"";
	case TYPE_NETWORK: return "give an address or a prefix such as \"10.0.0.0/8\"";
	case TYPE_CHANNEL: return "give sms, email or both";
	}
	return "see rdvd.conf(5)";
}

static void list_add(struct config_list *list, const char *text)
{
	list->items = xrealloc(list->items, list->n + 1, sizeof(*list->items));
	list->items[list->n++] = xstrdup(text);
}

static int set_int(const struct config_key *key, const char *text, int *field)
{
	int64_t v;

	if (parse_int(text, key->min, key->max, &v))
		return -1;
	*field = (int)v;
	return 0;
}

static int set_string(char **field, const char *text, size_t n)
{
	free(*field);
	*field = xstrndup(text, n);
	return 0;
}

static int set_path(const struct config_reader *r, char **field, const char *text)
{
	if (*text == '\0')
		return -1;
	free(*field);
	*field = *text == '/' ? xstrdup(text) : xasprintf("%s/%s", r->folder, text);
	return 0;
}

static int set_field(const struct config_reader *r, const struct config_key *key,
		     const char *text, void *field)
{
	size_t n = strlen(text);

	switch (key->type) {
	case TYPE_STRING: return n ? set_string(field, text, n) : -1;
	case TYPE_PATH: return set_path(r, field, text);
	case TYPE_URL: return is_url(text, &n) ? set_string(field, text, n) : -1;
	case TYPE_SENDER: return is_sender(text) ? set_string(field, text, n) : -1;
	case TYPE_MAILBOX: return is_mailbox(text) ? set_string(field, text, n) : -1;
	case TYPE_INT: return set_int(key, text, field);
	case TYPE_BOOL: return parse_bool(text, field);
	case TYPE_DAY_TIME: return parse_day_time(text, field);
	case TYPE_LEVEL: return log_level_parse(text, field);
	case TYPE_FORMAT: return parse_format(text, field);
	case TYPE_CHANNEL: return parse_channel(text, field);
	case TYPE_LISTEN:
		if (!is_listen(text))
			return -1;
		list_add(field, text);
		return 0;
	case TYPE_NETWORK:
		if (!is_network(text))
			return -1;
		list_add(field, text);
		return 0;
	case TYPE_PREFIX:
		if (!is_prefix(text))
			return -1;
		list_add(field, text);
		return 0;
	}
	return -1;
}

/* Escapes such as \n bring in what the file itself may not hold. */
static int has_controls(const char *text)
{
	size_t n = strlen(text);

	return !utf8_is_clean(text, n) || strpbrk(text, "\t\n\r\x7f") != NULL;
}

void config_key_read(struct config_reader *r, const struct config_key *key,
		     const char *text, int line, void *field)
{
	if (has_controls(text)) {
		config_complain(r, line,
				"%s holds a control character: give one line of text",
				key->name);
		return;
	}
	if (set_field(r, key, text, field) == 0)
		return;
	if (key->type == TYPE_INT)
		config_complain(r, line,
				"%s = \"%s\": give a number from %lld to %lld (%s)",
				key->name, text, (long long)key->min, (long long)key->max,
				key->unit);
	else
		config_complain(r, line, "%s = \"%s\": %s", key->name, text,
				remedy(key->type));
}

void config_key_preset(struct config_reader *r, const struct config_key *key, void *field)
{
	const char *text = key->preset;

	while (text) {
		size_t n = config_key_is_list(key) ? strcspn(text, ",") : strlen(text);
		char *item = xstrndup(text, n);

		config_key_read(r, key, item, 0, field);
		free(item);
		text = text[n] ? text + n + 1 : NULL;
	}
}

static int string_equals(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

int config_key_equals(const struct config_key *key, const void *a, const void *b)
{
	const struct config_list *la = a, *lb = b;

	switch (key->type) {
	case TYPE_STRING:
	case TYPE_PATH:
	case TYPE_URL:
	case TYPE_SENDER:
	case TYPE_MAILBOX: return string_equals(*(char *const *)a, *(char *const *)b);
	case TYPE_INT:
	case TYPE_BOOL:
	case TYPE_DAY_TIME: return *(const int *)a == *(const int *)b;
	case TYPE_LEVEL: return *(const enum log_level *)a == *(const enum log_level *)b;
	case TYPE_FORMAT:
		return *(const enum config_format *)a == *(const enum config_format *)b;
	case TYPE_CHANNEL: return *(const unsigned *)a == *(const unsigned *)b;
	case TYPE_LISTEN:
	case TYPE_NETWORK:
	case TYPE_PREFIX:
		if (la->n != lb->n)
			return 0;
		for (size_t i = 0; i < la->n; i++) {
			if (strcmp(la->items[i], lb->items[i]) != 0)
				return 0;
		}
		return 1;
	}
	return 0;
}

void config_key_fini(const struct config_key *key, void *field)
{
	struct config_list *list = field;

	switch (key->type) {
	case TYPE_STRING:
	case TYPE_PATH:
	case TYPE_URL:
	case TYPE_SENDER:
	case TYPE_MAILBOX: free(*(char **)field); break;
	case TYPE_LISTEN:
	case TYPE_NETWORK:
	case TYPE_PREFIX:
		for (size_t i = 0; i < list->n; i++)
			free(list->items[i]);
		free(list->items);
		break;
	case TYPE_INT:
	case TYPE_BOOL:
	case TYPE_DAY_TIME:
	case TYPE_LEVEL:
	case TYPE_FORMAT:
	case TYPE_CHANNEL: break;
	}
}
