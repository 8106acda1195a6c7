/* SPDX-License-Identifier: GPL-3.0-or-later */
/* host.h - gw_http opened without a daemon: settings as a table, its log as text, the
 * clock where the test puts it. */
#ifndef TESTS_GATEWAY_HOST_H
#define TESTS_GATEWAY_HOST_H

#include <jansson.h>

#include "base/buf.h"
#include "rdvd/gateway.h"

#define TEST_NOW 1795334400 /* 2026-11-22T08:00:00Z */

struct test_host {
	struct rdvd_host host;
	json_t *settings; /* owned: an object of strings */
	struct buf log;	  /* a line for each, with its priority: "3 text" */
	void *gw;
};

extern const struct rdvd_gateway_ops *test_ops;
extern rdvd_time test_now;

/* Settings as "name=value", ending with NULL. */
void host_init(struct test_host *h, ...) __attribute__((sentinel));
void host_set(struct test_host *h, const char *name, const char *value);
/* open(): what it answered. */
enum rdvd_rc host_open(struct test_host *h);
void host_fini(struct test_host *h); /* closes too */

/* A message that the tests send. */
struct rdvd_message test_message(void);

#endif
