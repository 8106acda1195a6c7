/* SPDX-License-Identifier: GPL-3.0-or-later */
/* preset.h - what a preset file says, read and checked whole: how a message is sent, what
 * each answer means, what a call-back or a poll tells, and what proves where it comes
 * from. Read once when the gateway is opened; never changed after. */
#ifndef GW_HTTP_PRESET_H
#define GW_HTTP_PRESET_H

#include "rdvd/gateway.h"
#include "template.h"
#include "value.h"

/* ---- requests ---- */

struct header {
	char *name;		/* owned */
	struct template *value; /* owned */
	enum var only_if; /* sent only when this is there, or is not; VAR_COUNT: always */
	int wanted;
};

enum body_kind { BODY_NONE, BODY_FORM, BODY_JSON, BODY_XML, BODY_TEXT };

struct request {
	char *method;		/* owned; NULL: there is no such request */
	struct template *url;	/* owned; with its query */
	struct header *headers; /* owned */
	size_t nheaders;
	enum body_kind kind;
	int is_latin9;
	struct template *body;		     /* owned; NULL none */
	long validity_min_s, validity_max_s; /* what may be asked for */
	size_t answer_max;		     /* bytes that are read of an answer */
	/* OVHcloud's signature: three headers over the whole request and the moment */
	char *ovh_secret, *ovh_consumer; /* owned; NULL none */
	struct rule *rules;		 /* owned: what an answer means, in order */
	size_t nrules;
	struct value id;     /* the provider's name for it */
	struct value note;   /* the provider's words */
	struct value credit; /* what is left */
};

struct status_range {
	int low, high;
};

/* What an answer means. The results of a sending and of a look-up do not mix. */
struct rule {
	struct status_range *statuses; /* owned; none: any */
	size_t nstatuses;
	struct match when;
	char *header; /* owned; NULL none */
	regex_t header_regex;
	regex_t *body; /* owned; NULL none */
	int result;    /* enum rdvd_sent, or enum rdvd_found of a look-up */
	int retry_after_s;
};

/* ---- what comes back ---- */

enum when_format {
	WHEN_ISO,	/* 2026-03-03T14:00:00+01:00, or Z; without: UTC */
	WHEN_EPOCH,	/* seconds */
	WHEN_EPOCH_MS,	/* milliseconds */
	WHEN_UTC,	/* 2026-03-03 13:00:00 */
	WHEN_PARIS,	/* 2026-03-03 14:00:00 as French clocks show it */
	WHEN_DMY_PARIS, /* 03/03/2026 14:00:00 */
};

struct status_word {
	char *word; /* owned; "*": any other */
	enum rdvd_delivery delivery;
};

/* One thing that a call-back or a poll can tell. */
struct telling {
	struct match when;
	enum { TELL_RECEIPT, TELL_INBOUND, TELL_NOTHING } kind;
	struct value key, note, at;
	enum when_format at_format;
	/* a receipt */
	struct value message_id, provider_id, status;
	struct status_word *words; /* owned */
	size_t nwords;
	/* an inbound text */
	struct value from, to, text, part_ref, part, parts, ack;
};

enum proof_kind {
	PROOF_PATH,	   /* a secret piece of the path */
	PROOF_HEADER,	   /* a header that says a secret */
	PROOF_HMAC_SHA256, /* of the body and a timestamp */
	PROOF_TWILIO,	   /* HMAC-SHA1 of address and fields */
	PROOF_VONAGE,	   /* HMAC-SHA256 of the fields */
	PROOF_ADDRESS,	   /* the client's */
};

/* In force when its secret is set; all that are in force have to hold. */
struct proof {
	enum proof_kind kind;
	char *secret; /* owned: the key, the expected value, or a list of networks */
	char *header; /* owned; NULL none */
	char *timestamp_header; /* owned; NULL none */
	int is_base64;		/* else hexadecimal */
	int max_age_s;		/* of the timestamp; 0: not judged */
};

enum read_as { READ_JSON, READ_FORM, READ_QUERY };

struct callback {
	int is_receipt; /* on the path that names a message, which the daemon proves */
	char *path;	/* owned: what it begins with otherwise: "in" */
	char *method;	/* owned */
	enum read_as as;
	int is_latin9;
	struct proof *proofs; /* owned: those in force */
	size_t nproofs;
	char *each;		  /* owned: a pointer to the list of events; NULL: one */
	struct telling *tellings; /* owned */
	size_t ntellings;
	char *answer_type, *answer; /* owned; NULL: an empty answer */
};

struct poll {
	struct request list;
	char *each;	     /* owned */
	struct request item; /* of each one; method NULL: the list says all */
	struct telling *tellings;
	size_t ntellings;
	struct request settle; /* method NULL: none */
};

struct preset {
	char *file;   /* owned */
	unsigned can; /* of enum rdvd_gateway_cap */
	struct settings settings;
	struct request send, lookup;
	struct callback *callbacks; /* owned */
	size_t ncallbacks;
	struct poll *polls; /* owned */
	size_t npolls;
};

/* Read the preset that the gateway's section names, with its settings. NULL: every fault
 * is logged, with the file and the place in it. */
struct preset *preset_open(const struct rdvd_host *host);
void preset_free(struct preset *p);

#endif
