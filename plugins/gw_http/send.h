/* SPDX-License-Identifier: GPL-3.0-or-later */
/* send.h - a gateway handle, and the operations that ask something of the provider. */
#ifndef GW_HTTP_SEND_H
#define GW_HTTP_SEND_H

#include "wire.h"

struct gw {
	const struct rdvd_host *host; /* lent */
	struct preset *preset;	      /* owned */
	struct wire *wire;	      /* owned */
	size_t *poll_from;	      /* owned: where each poll's next round begins */
};

enum rdvd_sent http_send(void *gw, const struct rdvd_message *m,
			 struct rdvd_receipt *receipt);
enum rdvd_found http_lookup(void *gw, const char *id, const char *provider_id,
			    int timeout_ms, struct rdvd_receipt *receipt);
/* poll.c */
enum rdvd_rc http_poll(void *gw, int timeout_ms, rdvd_event_cb *cb, void *arg);
void http_settle(void *gw, const char *ack);
/* callback.c */
enum rdvd_proof http_callback(void *gw, const struct rdvd_callback *c, rdvd_event_cb *cb,
			      void *arg, struct rdvd_callback_answer *answer);

/* The first rule that holds, or NULL. */
const struct rule *rule_of(struct gw *g, const struct request *q, const struct answer *a,
			   const struct doc *d);

/* What a provider says, fit to be shown and logged: one line, no telephone number. */
void clean_note(struct str *note);

#endif
