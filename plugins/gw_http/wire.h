/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wire.h - one request to the provider and what became of it, by libcurl. A wire belongs
 * to one thread and keeps what can be kept between two requests: the handle, resolved
 * names, buffers, and a connection for a few seconds. */
#ifndef GW_HTTP_WIRE_H
#define GW_HTTP_WIRE_H

#include "preset.h"

struct wire;

enum wire_end {
	WIRE_ANSWERED, /* status and body are the provider's */
	WIRE_NOT_OUT,  /* not a byte of the request left */
	WIRE_DISTRUST, /* nor here: the certificate is not one that we trust */
	WIRE_LOST,     /* something left, no answer came */
};

struct answer {
	enum wire_end end;
	int status;
	int retry_after_s; /* as its header says; 0 */
	const char *body;  /* NUL-terminated, as much as answer_max; the wire's */
	const char *why; /* without an answer: one phrase, nothing personal; the wire's */
};

/* Checks the address that the settings name. NULL: logged. */
struct wire *wire_new(const struct rdvd_host *host, const struct preset *p);
void wire_free(struct wire *w);

/* may_repeat: a second time does no harm. Without it the request leaves at most once. */
void wire_ask(struct wire *w, const struct request *q, const struct vars *vars,
	      int may_repeat, int timeout_ms, rdvd_time now, struct answer *out);
/* A header of the last answer, or NULL; until the next request. */
const char *wire_header(struct wire *w, const char *name);

#endif
