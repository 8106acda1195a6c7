/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config_impl.h - between the halves of the configuration: config_file.c knows libconfuse
 * and no meaning, config_key.c one key's type, preset and range, config.c the whole. */
#ifndef RDVD_BASE_CONFIG_IMPL_H
#define RDVD_BASE_CONFIG_IMPL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/config.h"

enum config_section {
	SECTION_ROOT,
	SECTION_WORKERS,
	SECTION_LIMITS,
	SECTION_MESSAGES,
	SECTION_SESSION,
	SECTION_STORE,
	SECTION_GATEWAY,
	SECTION_EXPORT,
	SECTION_COUNT,
};

struct config_section_type {
	const char *name;
	int is_titled; /* may come several times, under different titles */
	int is_open;   /* takes keys that the table does not know: a plugin's */
};
extern const struct config_section_type config_sections[SECTION_COUNT];

/* How a key's text is read, and into which C type. */
enum config_type {
	TYPE_STRING,   /* char * */
	TYPE_PATH,     /* char *, made absolute */
	TYPE_URL,      /* char * */
	TYPE_SENDER,   /* char *: an SMS sender */
	TYPE_MAILBOX,  /* char *: an e-mail address */
	TYPE_INT,      /* int */
	TYPE_BOOL,     /* int */
	TYPE_DAY_TIME, /* int, minutes */
	TYPE_LEVEL,    /* enum log_level */
	TYPE_FORMAT,   /* enum config_format */
	TYPE_LISTEN,   /* struct config_list; the lists stand last, from here on */
	TYPE_NETWORK,  /* struct config_list */
	TYPE_PREFIX,   /* struct config_list: how telephone numbers begin, "+41 7" */
	TYPE_CHANNEL,  /* unsigned of enum rdvd_channel */
};

struct config_key {
	enum config_section section;
	const char *name;
	enum config_type type;
	size_t offset;	    /* in struct config, or in the struct of the titled section */
	const char *preset; /* text, for a list separated by commas; NULL: none, or made
			       by config.c */
	int is_required;
	int is_live;
	int64_t min, max; /* of an int */
	const char *unit;
};
extern const struct config_key config_keys[];
extern const size_t config_nkeys;

const struct config_key *config_key_find(enum config_section section, const char *name);
int config_key_is_list(const struct config_key *key);

/* Where complaints go and what paths are relative to. */
struct config_reader {
	const char *path;
	const char *folder; /* absolute, of the file */
	struct buf *error;
	int nerrors;
};

/* Note "FILE:LINE: ..." (without ":LINE" when line is 0). */
void config_complain(struct config_reader *r, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Check text and put it into field, which is zeroed, or a list to be added to. Complains.
 */
void config_key_read(struct config_reader *r, const struct config_key *key,
		     const char *text, int line, void *field);
void config_key_preset(struct config_reader *r, const struct config_key *key,
		       void *field);
int config_key_equals(const struct config_key *key, const void *a, const void *b);
void config_key_fini(const struct config_key *key, void *field);

/* What was written where. */
struct config_entry {
	char *key;   /* owned */
	char *value; /* owned */
	int line;
};

struct config_block {
	enum config_section section;
	char *title;		      /* owned; NULL in sections without one */
	struct config_entry *entries; /* owned */
	size_t nentries, cap;
	int line; /* of its first key, or of its end; 0 for the root */
};

struct config_file {
	struct config_block *blocks; /* owned */
	size_t nblocks, cap;
};

/* Parse the file into blocks, one for each section present, the root first. Faults of
 * syntax are complained about; keys that the table does not know are entries like any
 * other. */
void config_file_read(struct config_reader *r, struct config_file *file);
void config_file_fini(struct config_file *file);

#endif
