/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proof.h - does a call-back come from the provider? Secrets are compared in constant
 * time. Also the signature that OVHcloud wants on requests. */
#ifndef GW_HTTP_PROOF_H
#define GW_HTTP_PROOF_H

#include "preset.h"

/* A name and its value as they were sent, decoded; they may hold any byte but NUL. */
struct pair {
	char *name, *value; /* owned */
};

struct pairs {
	struct pair *items; /* owned */
	size_t n;
};

/* Does this proof hold? fields are those of the form, the query or the JSON object,
 * whichever the call-back is read from. */
int proof_holds(const struct proof *p, const struct rdvd_callback *c,
		const struct pairs *fields, rdvd_time now);
void proof_fini(struct proof *p);

/* "192.0.2.0/24, 2001:db8::/32" */
int networks_are_valid(const char *networks);
int networks_contain(const char *networks, const char *address);

/* "$1$" and the SHA-1 of "secret+consumer+method+url+body+timestamp", in hexadecimal. */
void sign_ovh(struct str *out, const char *secret, const char *consumer,
	      const char *method, const char *url, const char *body, rdvd_time timestamp);

#endif
