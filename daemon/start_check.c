/* SPDX-License-Identifier: GPL-3.0-or-later */
/* start_check.c - what "rdvd -n" says of the plugins before anything is started: are they
 * there, are their options known, would their gateways open? Nothing is made, nobody is
 * asked. */
#include "app.h"

#include "base/log.h"
#include "base/plugin.h"
#include "rdvd/gateway.h"

static struct plugin *load(const struct config *c, const struct config_plugin *p,
			   enum rdvd_kind kind)
{
	return plugin_load(c->module_dir, p->name, kind, p->settings, p->nsettings,
			   c->dir);
}

static int check_gateway(const struct config *c, const struct config_gateway *g)
{
	struct plugin *p = load(c, &g->plugin, RDVD_KIND_GATEWAY);
	const struct rdvd_gateway_ops *ops = p ? plugin_description(p)->ops : NULL;
	int rc = p ? 0 : -1;

	if (p && ops->check && ops->check(plugin_host(p)) != RDVD_OK) {
		log_err("%s: gateway %s could not be opened", c->path, g->name);
		rc = -1;
	}
	plugin_free(p);
	return rc;
}

int app_check_plugins(const struct config *c)
{
	struct plugin *store = load(c, &c->store, RDVD_KIND_STORE);
	int rc = store ? 0 : -1;

	plugin_free(store);
	for (size_t i = 0; i < c->ngateways; i++)
		rc |= check_gateway(c, &c->gateways[i]);
	return rc;
}
