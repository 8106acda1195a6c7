/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plugin.h - find a plugin by name: linked in, or NAME.so in the module folder; refuse
 * another ABI, another kind, an unknown option. */
#ifndef RDVD_BASE_PLUGIN_H
#define RDVD_BASE_PLUGIN_H

#include <stddef.h>

#include "rdvd/plugin.h"

/* The plugins linked into the program, ending with NULL: defined by the program, not by
 * base/. */
extern const struct rdvd_plugin *const plugin_builtin[];

struct plugin_setting {
	const char *key;
	const char *value;
	const char *where; /* "rdvd.conf:12", for errors */
};

struct plugin; /* a loaded plugin and its host */

/* Load name from the built-in table or from module_dir. settings are copied; a key that
 * the plugin does not declare, or a required one that is absent, is an error that names
 * the place. NULL: logged. dir is the data folder lent to the plugin. */
struct plugin *plugin_load(const char *module_dir, const char *name, enum rdvd_kind kind,
			   const struct plugin_setting *settings, size_t nsettings,
			   const char *dir);
const struct rdvd_plugin *plugin_description(const struct plugin *p);
const struct rdvd_host *plugin_host(const struct plugin *p);
void plugin_free(struct plugin *p);

#endif
