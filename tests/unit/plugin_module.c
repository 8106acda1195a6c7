/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plugin_module.c - a plugin that does nothing, built as a module for test_plugin.c: as
 * it is, and with another ABI number or another name. */
#include "rdvd/gateway.h"

#ifndef MODULE_ABI
#define MODULE_ABI RDVD_ABI
#endif

static const struct rdvd_option options[] = {
	{"colour", "blue", "what it is painted with"},
	{NULL, NULL, NULL},
};

extern const struct rdvd_plugin rdvd_plugin;
const struct rdvd_plugin rdvd_plugin = {
	.abi = MODULE_ABI,
	.kind = RDVD_KIND_GATEWAY,
	.name = "module_ok",
	.options = options,
};
