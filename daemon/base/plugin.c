/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plugin.c - from a name in rdvd.conf to a plugin that may be called: found, of our ABI
 * and of the kind asked for, with options that are all known and all there. Then the host
 * that it is lent. */
#include "base/plugin.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"

#define LOG_TEXT_SIZE 1024

struct plugin {
	struct rdvd_host host;
	const struct rdvd_plugin *description;
	void *module;  /* owned, by dlopen; NULL for one linked in */
	char *dir;     /* owned */
	char **values; /* owned, one for each of the description's options */
	size_t noptions;
};

static const char *kind_name(enum rdvd_kind kind)
{
	switch (kind) {
	case RDVD_KIND_STORE: return "store";
	case RDVD_KIND_GATEWAY: return "gateway";
	case RDVD_KIND_EXPORT: return "export";
	}
	return "plugin of an unknown kind";
}

__attribute__((format(printf, 3, 4))) static void
host_log(const struct rdvd_host *host, int priority, const char *fmt, ...)
{
	const struct plugin *p = host->opaque;
	char text[LOG_TEXT_SIZE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (priority <= LOG_LEVEL_ERR)
		log_err("%s: %s", p->description->name, text);
	else if (priority <= LOG_LEVEL_WARNING)
		log_warn("%s: %s", p->description->name, text);
	else if (priority <= LOG_LEVEL_INFO)
		log_info("%s: %s", p->description->name, text);
	else
		log_debug("%s: %s", p->description->name, text);
}

/* The option's place in the plugin's list, or -1. */
static long option_index(const struct rdvd_plugin *d, const char *key)
{
	for (long i = 0; d->options && d->options[i].key; i++) {
		if (strcmp(d->options[i].key, key) == 0)
			return i;
	}
	return -1;
}

static const char *host_option(const struct rdvd_host *host, const char *key)
{
	const struct plugin *p = host->opaque;
	long i = option_index(p->description, key);

	if (i < 0) {
		log_err("%s asks for its option \"%s\", which it does not declare: a bug "
			"in it",
			p->description->name, key);
		return "";
	}
	return p->values[i];
}

/* A name becomes part of a path: letters, digits and _ only. */
static int name_is_valid(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return n > 0 && n < 64 && name[n] == '\0';
}

static const struct rdvd_plugin *find_builtin(const char *name)
{
	for (size_t i = 0; plugin_builtin[i]; i++) {
		if (strcmp(plugin_builtin[i]->name, name) == 0)
			return plugin_builtin[i];
	}
	return NULL;
}

static void add_builtin_names(struct buf *b)
{
	for (size_t i = 0; plugin_builtin[i]; i++)
		buf_addf(b, "%s%s", i ? ", " : "", plugin_builtin[i]->name);
}

/* Open the module and return its description; NULL: logged. */
static const struct rdvd_plugin *open_module(const char *module_dir, const char *name,
					     void **module)
{
	const struct rdvd_plugin *d = NULL;
	struct buf path = BUF_INIT, names = BUF_INIT;

	buf_addf(&path, "%s/%s.so", module_dir, name);
	*module = dlopen(buf_str(&path), RTLD_NOW | RTLD_LOCAL);
	if (*module == NULL) {
		add_builtin_names(&names);
		log_err("plugin %s is neither linked in (there are: %s) nor a module: %s",
			name, buf_str(&names), dlerror());
		goto out;
	}
	d = dlsym(*module, "rdvd_plugin");
	if (d == NULL)
		log_err("plugin %s: %s exports no rdvd_plugin", name, buf_str(&path));
out:
	buf_fini(&path);
	buf_fini(&names);
	return d;
}

static int check_description(const struct rdvd_plugin *d, const char *name,
			     enum rdvd_kind kind)
{
	/* The number stands first in every version; nothing else is read before it is
	 * equal. */
	if (d->abi != RDVD_ABI) {
		log_err("plugin %s was built for plugin interface %u, this rdvd has %u: "
			"build it "
			"again with this rdvd's headers",
			name, d->abi, RDVD_ABI);
		return -1;
	}
	if (strcmp(d->name, name) != 0) {
		log_err("plugin %s calls itself %s: name the file %s.so", name, d->name,
			d->name);
		return -1;
	}
	if (d->kind != kind) {
		log_err("plugin %s is a %s, and a %s is wanted here", name,
			kind_name(d->kind), kind_name(kind));
		return -1;
	}
	return 0;
}

static void log_unknown_key(const struct rdvd_plugin *d, const struct plugin_setting *s)
{
	struct buf known = BUF_INIT;

	for (size_t i = 0; d->options && d->options[i].key; i++)
		buf_addf(&known, "%s%s", i ? ", " : "", d->options[i].key);
	if (known.len)
		log_err("%s: plugin %s has no option \"%s\", only: %s", s->where, d->name,
			s->key, buf_str(&known));
	else
		log_err("%s: plugin %s has no option \"%s\", nor any other", s->where,
			d->name, s->key);
	buf_fini(&known);
}

/* Take every setting over and fill in presets. All faults are logged, then -1. */
static int take_settings(struct plugin *p, const struct plugin_setting *settings,
			 size_t n)
{
	const struct rdvd_plugin *d = p->description;
	int rc = 0;

	while (d->options && d->options[p->noptions].key)
		p->noptions++;
	p->values = xcalloc(p->noptions + 1, sizeof(*p->values));
	for (size_t i = 0; i < n; i++) {
		long at = option_index(d, settings[i].key);

		if (at < 0) {
			log_unknown_key(d, &settings[i]);
			rc = -1;
		} else if (p->values[at]) {
			log_err("%s: option \"%s\" of plugin %s is given a second time",
				settings[i].where, settings[i].key, d->name);
			rc = -1;
		} else {
			p->values[at] = xstrdup(settings[i].value);
		}
	}
	for (size_t i = 0; i < p->noptions; i++) {
		if (p->values[i])
			continue;
		p->values[i] = xstrdup_null(d->options[i].preset);
		if (p->values[i])
			continue;
		log_err("%s%splugin %s needs the option \"%s\" (%s): add it to its "
			"section",
			n ? settings[0].where : "", n ? ": " : "", d->name,
			d->options[i].key,
			d->options[i].help ? d->options[i].help : "required");
		rc = -1;
	}
	return rc;
}

struct plugin *plugin_load(const char *module_dir, const char *name, enum rdvd_kind kind,
			   const struct plugin_setting *settings, size_t nsettings,
			   const char *dir)
{
	struct plugin *p;

	if (!name_is_valid(name)) {
		log_err("\"%s\" is no plugin's name: use a-z, 0-9 and _", name);
		return NULL;
	}
	p = xcalloc(1, sizeof(*p));
	p->dir = xstrdup(dir);
	p->description = find_builtin(name);
	if (p->description == NULL)
		p->description = open_module(module_dir, name, &p->module);
	if (p->description == NULL || check_description(p->description, name, kind) ||
	    take_settings(p, settings, nsettings)) {
		plugin_free(p);
		return NULL;
	}
	p->host = (struct rdvd_host){
		.log = host_log,
		.option = host_option,
		.now = clock_now,
		.dir = p->dir,
		.opaque = p,
	};
	return p;
}

const struct rdvd_plugin *plugin_description(const struct plugin *p)
{
	return p->description;
}

const struct rdvd_host *plugin_host(const struct plugin *p)
{
	return &p->host;
}

void plugin_free(struct plugin *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->noptions; i++)
		free(p->values[i]);
	free(p->values);
	free(p->dir);
	if (p->module)
		dlclose(p->module);
	free(p);
}
