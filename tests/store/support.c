/* SPDX-License-Identifier: GPL-3.0-or-later */
/* support.c - see support.h. */
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"

extern const struct rdvd_plugin rdvd_plugin_store_sqlite;

struct setting {
	const char *key;
	char value[64];
};

static const struct rdvd_plugin *plugin = &rdvd_plugin_store_sqlite;
static struct rdvd_host host;
static struct setting settings[8];
static char folder_path[512];
static char last_complaint[512];
static int complaints;

rdvd_time support_now = T0;

__attribute__((format(printf, 3, 4))) static void
host_log(const struct rdvd_host *h, int priority, const char *fmt, ...)
{
	va_list ap;

	if (priority > 4)
		return;
	va_start(ap, fmt);
	vsnprintf(last_complaint, sizeof(last_complaint), fmt, ap);
	va_end(ap);
	__atomic_add_fetch(&complaints, 1, __ATOMIC_RELAXED);
	if (getenv("RDVD_TEST_VERBOSE"))
		fprintf(stderr, "log: %s\n", last_complaint);
}

static const char *host_option(const struct rdvd_host *h, const char *key)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]) && settings[i].key;
	     i++)
		if (strcmp(settings[i].key, key) == 0)
			return settings[i].value;
	for (const struct rdvd_option *o = plugin->options; o && o->key; o++)
		if (strcmp(o->key, key) == 0)
			return o->preset ? o->preset : "";
	return "";
}

static rdvd_time host_now(void)
{
	return support_now;
}

void support_option(const char *key, const char *value)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		if (settings[i].key && strcmp(settings[i].key, key) != 0)
			continue;
		settings[i].key = key;
		snprintf(settings[i].value, sizeof(settings[i].value), "%s", value);
		return;
	}
}

void support_init(const char *module, const char *folder)
{
	snprintf(folder_path, sizeof(folder_path), "%s", folder);
	host = (struct rdvd_host){.log = host_log,
				  .option = host_option,
				  .now = host_now,
				  .dir = folder_path};
	if (module) {
		void *handle = dlopen(module, RTLD_NOW | RTLD_LOCAL);

		plugin = handle ? dlsym(handle, "rdvd_plugin") : NULL;
		if (!plugin) {
			fprintf(stderr, "%s: %s\n", module, dlerror());
			exit(2);
		}
	}
	if (plugin->abi != RDVD_ABI || plugin->kind != RDVD_KIND_STORE) {
		fprintf(stderr, "%s is not a store of this ABI\n", plugin->name);
		exit(2);
	}
}

const struct rdvd_plugin *support_plugin(void)
{
	return plugin;
}

const struct rdvd_store_ops *support_ops(void)
{
	return plugin->ops;
}

const struct rdvd_host *support_host(void)
{
	return &host;
}

const char *support_folder(void)
{
	return folder_path;
}

int support_complaints(void)
{
	return __atomic_exchange_n(&complaints, 0, __ATOMIC_RELAXED);
}

const char *support_last_complaint(void)
{
	return last_complaint;
}

void support_remove_files(void)
{
	static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};
	char path[600];

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		snprintf(path, sizeof(path), "%s/rdvd.db%s", folder_path, suffixes[i]);
		unlink(path);
	}
}

uint64_t support_random(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

void support_hash(uint64_t n, uint8_t out[RDVD_HASH_SIZE])
{
	uint64_t state = n;

	for (int i = 0; i < RDVD_HASH_SIZE; i += 8) {
		uint64_t word = support_random(&state);
		memcpy(out + i, &word, sizeof(word));
	}
}

size_t support_owed(struct rdvd_owed owed[3], rdvd_time start, rdvd_time now)
{
	owed[0] = (struct rdvd_owed){.kind = RDVD_MSG_CONFIRMATION,
				     .channel = RDVD_CHANNEL_SMS,
				     .due = now,
				     .deadline = start};
	owed[1] = (struct rdvd_owed){.kind = RDVD_MSG_REMINDER,
				     .ordinal = 1,
				     .channel = RDVD_CHANNEL_SMS,
				     .due = start - 3 * DAY,
				     .deadline = start - DAY};
	owed[2] = (struct rdvd_owed){.kind = RDVD_MSG_REMINDER,
				     .ordinal = 2,
				     .channel = RDVD_CHANNEL_SMS,
				     .due = start - 16 * HOUR,
				     .deadline = start - 2 * HOUR};
	return 3;
}

struct rdvd_booking support_booking(uint64_t n, rdvd_id service, rdvd_id site,
				    rdvd_id counsellor, rdvd_time start, rdvd_time now)
{
	struct rdvd_booking b = {
		.service = service,
		.place = {.site = site},
		.when = {.start = start,
			 .end = start + HOUR,
			 .civil_start = start + HOUR,
			 .zone = "Europe/Paris"},
		.counsellors = {counsellor},
		.ncounsellors = 1,
		.channel = RDVD_BY_WEB,
		.party_size = 1,
		.ref = n * 0x9e3779b97f4a7c15u,
		.person = {.first_name = "Zoé",
			   .last_name = "Dupré",
			   .birth_year = 2004,
			   .sms_ok = 1,
			   .phone = "+33612345678",
			   .insee = "62215",
			   .postcode = "62220",
			   .locale = "fr"},
		.fact = {.appointment = "0123456789abcdef",
			 .person = "fedcba9876543210",
			 .place_kind = "office",
			 .mode = "site",
			 .age = 22},
		.booked_on = (int32_t)(now / DAY),
		.now = now,
		.actor = "",
	};

	support_hash(n, b.token_hash);
	return b;
}
