/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config.h - rdvd.conf, read whole, checked whole, into a plain struct. Loading touches
 * nothing but the file: SIGHUP and the check mode load a second one and compare or throw
 * it away.
 *
 * A reload takes over the fields marked (live); the others are read at start only, and
 * config_changes names those that differ, so that the operator can be told. */
#ifndef RDVD_BASE_CONFIG_H
#define RDVD_BASE_CONFIG_H

#include <stddef.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/plugin.h"

struct config_list {
	char **items; /* owned */
	size_t n;
};

/* A section whose keys are a plugin's own: plugin_load knows them and refuses the rest.
 */
struct config_plugin {
	char *name; /* the plugin's */
	struct plugin_setting
		*settings; /* owned, with their strings; where is "FILE:LINE" */
	size_t nsettings;
	char *where; /* "FILE:LINE" of the section; of the file when the preset stands in
		      */
};

struct config_gateway {
	char *name;	   /* the section's title, unique */
	unsigned channels; /* of enum rdvd_channel; never 0 */
	char *from;	   /* NULL: sms_sender or email_from */
	int rate_per_second;
	int window;	  /* messages under way at once */
	int connections;  /* sending threads */
	int spare;	  /* 1: only when those before it on a channel cannot send */
	int answers;	  /* 1: what it sends can be answered */
	int poll_seconds; /* how often what waits at the provider is fetched */
	struct config_plugin plugin;
};

enum config_format { CONFIG_FORMAT_CSV, CONFIG_FORMAT_NDJSON };

struct config_export {
	char *name; /* the section's title, unique */
	char *folder;
	enum config_format format;
};

/* All paths are absolute. Lists keep the file's order. */
struct config {
	char *path; /* of the file, as given */

	char *dir; /* the data folder */
	/* 1 or more "ADDR:PORT", "[::1]:PORT", "localhost:PORT", "*:PORT" */
	struct config_list listen;
	char *public_url; /* "https://host[:port]", no slash at the end */
	char *socket;	  /* at most 107 bytes */
	char *communes;
	char *school_holidays;
	char *texts; /* (live) */
	char *module_dir;
	int demo;
	enum log_level log_level;	  /* (live) */
	struct config_list trusted_proxy; /* (live) addresses and CIDR prefixes */

	struct {
		int password_threads;
		int reader_threads;
		int queue_max; /* jobs, of each worker */
	} workers;

	struct {
		int connections; /* in all */
		/* of one address, from here on */
		int connections_per_address;
		int requests_per_minute; /* (live) */
		int holds_per_minute;	 /* (live) */
		int bookings_per_minute; /* (live) */
		int logins_per_minute;	 /* (live) */
		/* bookings by form in ten minutes above which a proof is asked */
		int proof_above_address; /* of one address */
		int proof_above_all;
	} limits;

	struct {
		char *sms_sender;      /* 3 to 11 letters and digits, or a number */
		char *email_from;      /* "a@b" or "Name <a@b>" */
		char *discreet_sender; /* of an SMS to somebody discreet; NULL none */
		char *discreet_from;   /* of an e-mail to them; NULL none */
		char *inbound_number;  /* where people send us an SMS; NULL nowhere */
		char *alerts_to;       /* notices to the team go here too; NULL none */
		char *sms_service;     /* slug of what RDV books; NULL: the first */
		char *emergency;       /* ends the help text; NULL nothing */
		int answers_per_hour;  /* by the program, to one number */
		int sms_price; /* of a segment, thousandths of a euro; 0 not known */
		int anonymise_months;	 /* words and numbers are erased after them */
		int quiet_start_minutes; /* of the day: messages leave from here...
					  */
		int quiet_end_minutes;	 /* ...until here */
		int sunday;		 /* 1: on Sundays too */
		/* segments of SMS a day: to one number, to numbers that differ in their
		 * last four digits, and of an organisation; 0 no limit (live) */
		int budget_person, budget_prefix, budget_organisation;
		/* numbers that may be written to beside the preset ones */
		struct config_list sms_prefixes;
	} messages;

	struct {
		int idle_minutes;   /* (live) */
		int absolute_hours; /* (live) */
	} session;

	struct config_plugin store;
	struct config_gateway *gateways; /* owned */
	size_t ngateways;
	struct config_export *exports; /* owned */
	size_t nexports;
};

/* Read and check the file. NULL on failure, with every fault found in error, one a line:
 * "FILE:LINE: what is wrong: what to do". Loop thread (libconfuse keeps global state). */
struct config *config_load(const char *path, struct buf *error);
void config_free(struct config *c);

/* Add to out, separated by ", ", the keys that differ and that only a start reads;
 * nothing when a reload takes everything over. */
void config_changes(const struct config *running, const struct config *fresh,
		    struct buf *out);

#endif
