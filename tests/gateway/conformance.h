/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conformance.h - what every gateway must do, whatever stands behind it. A fixture
 * shows the provider's side: what arrived there, and how to break it. */
#ifndef TESTS_GATEWAY_CONFORMANCE_H
#define TESTS_GATEWAY_CONFORMANCE_H

#include "base/buf.h"
#include "base/plugin.h"

struct gateway_fixture {
	const char *module_dir;
	const char *name;
	const struct plugin_setting *settings;
	size_t nsettings;
	const char *dir; /* the data folder */
	/* How many messages with this id the provider has. */
	int (*arrived)(const char *id);
	/* The text of the one that arrived, as the person reads it. */
	void (*text)(const char *id, struct buf *out);
	/* Make every attempt fail for certain, and undo that. */
	void (*spoil)(void);
	void (*mend)(void);
};

/* Run every test; the number of failed ones. */
int gateway_conformance(const struct gateway_fixture *f);

#endif
