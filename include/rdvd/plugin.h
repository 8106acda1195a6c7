/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plugin.h - what every plugin exports: one const struct, checked for an equal ABI
 * number. A plugin is built as a module (dlopen of NAME.so, symbol rdvd_plugin) or linked
 * into the daemon from the same source (RDVD_STATIC, symbol rdvd_plugin_NAME). */
#ifndef RDVD_PLUGIN_H
#define RDVD_PLUGIN_H

#include <stdint.h>

#include "rdvd/types.h"

/* Raised at any change to a struct of include/rdvd or to a callback's meaning. The daemon
 * loads equal numbers only: recompile, do not negotiate. */
#define RDVD_ABI 2

enum rdvd_kind { RDVD_KIND_STORE = 1, RDVD_KIND_GATEWAY = 2, RDVD_KIND_EXPORT = 3 };

/* One setting of the plugin's section in rdvd.conf. */
struct rdvd_option {
	const char *key;
	const char *preset; /* used when the key is absent; NULL: the key is required */
	const char *help;   /* one line, with the unit */
};

/* The daemon's services, lent to the plugin for its life. Thread-safe. */
struct rdvd_host {
	/* priority: 3 error, 4 warning, 6 info, 7 debug. One sentence, nothing personal
	 * above debug. */
	void (*log)(const struct rdvd_host *host, int priority, const char *fmt, ...)
		__attribute__((format(printf, 3, 4)));
	/* The value of one of the plugin's options, never NULL. */
	const char *(*option)(const struct rdvd_host *host, const char *key);
	/* The instant to judge by (frozen by --now). */
	rdvd_time (*now)(void);
	/* The daemon's data folder, absolute. */
	const char *dir;
	void *opaque; /* the daemon's */
};

struct rdvd_plugin {
	uint32_t abi; /* RDVD_ABI */
	enum rdvd_kind kind;
	const char *name;
	const struct rdvd_option *options; /* ends with a NULL key; or NULL */
	const void *ops;		   /* struct rdvd_store_ops or rdvd_gateway_ops */
};

#ifdef RDVD_STATIC
#define RDVD_PLUGIN_SYMBOL(name) rdvd_plugin_##name
#else
#define RDVD_PLUGIN_SYMBOL(name) rdvd_plugin
#endif

#endif
