/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config.c - from blocks of keys to struct config: each known key read into its field,
 * presets for the rest, a plugin's own keys kept for plugin_load, and the few rules that
 * concern two keys at once. */
#include "base/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "base/config_impl.h"
#include "base/mem.h"
#include "base/parse.h"
#include "rdvd/gateway.h"

#define STORE_PRESET "store_sqlite"

static void *field_of(const struct config_key *key, void *base)
{
	return (char *)base + key->offset;
}

static char *where_text(const struct config_reader *r, int line)
{
	return line > 0 ? xasprintf("%s:%d", r->path, line) : xstrdup(r->path);
}

static void add_setting(struct config_reader *r, struct config_plugin *plugin,
			const struct config_entry *e)
{
	struct plugin_setting *s;

	/* Lines are a plugin's own affair, a template may need them. */
	if (!utf8_is_clean(e->value, strlen(e->value)))
		config_complain(r, e->line, "%s is not UTF-8 text: give text", e->key);
	plugin->settings = xrealloc(plugin->settings, plugin->nsettings + 1,
				    sizeof(*plugin->settings));
	s = &plugin->settings[plugin->nsettings++];
	s->key = xstrdup(e->key);
	s->value = xstrdup(e->value);
	s->where = where_text(r, e->line);
}

static void complain_unknown(struct config_reader *r, const struct config_block *block,
			     const struct config_entry *e)
{
	struct buf known = BUF_INIT;

	for (size_t i = 0; i < config_nkeys; i++) {
		if (config_keys[i].section == block->section)
			buf_addf(&known, "%s%s", known.len ? ", " : "",
				 config_keys[i].name);
	}
	config_complain(
		r, e->line, "there is no key \"%s\" %s%s: the keys are %s", e->key,
		block->section == SECTION_ROOT ? "outside of sections" : "in section ",
		config_sections[block->section].name, buf_str(&known));
	buf_fini(&known);
}

/* Read the block's keys into the struct at base and fill in what it leaves out. plugin
 * takes the keys of others; NULL when the section has none. */
static void read_block(struct config_reader *r, const struct config_block *block,
		       void *base, struct config_plugin *plugin)
{
	for (size_t i = 0; i < block->nentries; i++) {
		const struct config_entry *e = &block->entries[i];
		const struct config_key *key = config_key_find(block->section, e->key);

		if (key)
			config_key_read(r, key, e->value, e->line, field_of(key, base));
		else if (plugin)
			add_setting(r, plugin, e);
		else
			complain_unknown(r, block, e);
	}
	for (size_t i = 0; i < config_nkeys; i++) {
		const struct config_key *key = &config_keys[i];
		size_t n = 0;

		if (key->section != block->section)
			continue;
		while (n < block->nentries &&
		       strcmp(block->entries[n].key, key->name) != 0)
			n++;
		if (n < block->nentries)
			continue;
		if (key->is_required)
			config_complain(
				r, block->line, "%s%s%s is missing: it has no preset",
				config_sections[block->section].name,
				block->section == SECTION_ROOT ? "" : ".", key->name);
		config_key_preset(r, key, field_of(key, base));
	}
}

static const struct config_block *find_block(const struct config_file *file,
					     enum config_section section)
{
	for (size_t i = 0; i < file->nblocks; i++) {
		if (file->blocks[i].section == section)
			return &file->blocks[i];
	}
	return NULL;
}

/* The line on which the section's key stands; 0 when a preset stands in. */
static int line_of(const struct config_file *file, enum config_section section,
		   const char *name)
{
	const struct config_block *block = find_block(file, section);

	for (size_t i = 0; block && i < block->nentries; i++) {
		if (strcmp(block->entries[i].key, name) == 0)
			return block->entries[i].line;
	}
	return 0;
}

static void check_name(struct config_reader *r, const struct config_block *block)
{
	if (!slug_is_valid(block->title))
		config_complain(r, block->line,
				"%s \"%s\": give a name of a-z, 0-9 and -, at most 63",
				config_sections[block->section].name, block->title);
}

static void read_gateway(struct config_reader *r, struct config *c,
			 const struct config_block *block)
{
	struct config_gateway *g;

	c->gateways = xrealloc(c->gateways, c->ngateways + 1, sizeof(*c->gateways));
	g = &c->gateways[c->ngateways++];
	*g = (struct config_gateway){.name = xstrdup(block->title)};
	g->plugin.where = where_text(r, block->line);
	check_name(r, block);
	read_block(r, block, g, &g->plugin);
}

static void read_export(struct config_reader *r, struct config *c,
			const struct config_block *block)
{
	struct config_export *e;

	c->exports = xrealloc(c->exports, c->nexports + 1, sizeof(*c->exports));
	e = &c->exports[c->nexports++];
	*e = (struct config_export){.name = xstrdup(block->title)};
	check_name(r, block);
	read_block(r, block, e, NULL);
}

static void read_store(struct config_reader *r, struct config *c,
		       const struct config_block *block)
{
	if (c->store.name) {
		config_complain(
			r, block->line,
			"a second store, \"%s\": a daemon has one, keep one of them",
			block->title);
		return;
	}
	c->store.name = xstrdup(block->title);
	c->store.where = where_text(r, block->line);
	read_block(r, block, c, &c->store);
}

static void read_blocks(struct config_reader *r, struct config *c,
			const struct config_file *file)
{
	for (int i = SECTION_ROOT; i < SECTION_COUNT; i++) {
		struct config_block absent = {.section = (enum config_section)i};

		if (!config_sections[i].is_titled && !find_block(file, absent.section))
			read_block(r, &absent, c, NULL);
	}
	for (size_t i = 0; i < file->nblocks; i++) {
		const struct config_block *block = &file->blocks[i];

		switch (block->section) {
		case SECTION_ROOT:
		case SECTION_WORKERS:
		case SECTION_LIMITS:
		case SECTION_MESSAGES:
		case SECTION_SESSION: read_block(r, block, c, NULL); break;
		case SECTION_STORE: read_store(r, c, block); break;
		case SECTION_GATEWAY: read_gateway(r, c, block); break;
		case SECTION_EXPORT: read_export(r, c, block); break;
		case SECTION_COUNT: break;
		}
	}
	if (c->store.name == NULL) {
		c->store.name = xstrdup(STORE_PRESET);
		c->store.where = xstrdup(r->path);
	}
}

/* A link that works on this machine: every address is reached as the loopback. */
static char *url_of_listen(const char *listen)
{
	if (listen[0] == '*')
		return xasprintf("http://127.0.0.1%s", listen + 1);
	if (strncmp(listen, "0.0.0.0:", 8) == 0)
		return xasprintf("http://127.0.0.1%s", listen + 7);
	if (strncmp(listen, "[::]:", 5) == 0)
		return xasprintf("http://[::1]%s", listen + 4);
	return xasprintf("http://%s", listen);
}

/* Presets that follow from other keys, and rules about two keys. */
static void complete(struct config_reader *r, struct config *c,
		     const struct config_file *file)
{
	if (r->nerrors)
		return;
	if (c->public_url == NULL)
		c->public_url = url_of_listen(c->listen.items[0]);
	if (c->socket == NULL)
		c->socket = xasprintf("%s/rdvd.sock", c->dir);
	if (strlen(c->socket) >= sizeof(((struct sockaddr_un *)NULL)->sun_path))
		config_complain(
			r, line_of(file, SECTION_ROOT, "socket"),
			"socket = \"%s\" is too long for the kernel: give a path of at "
			"most %zu bytes",
			c->socket, sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1);
	if (c->messages.quiet_start_minutes >= c->messages.quiet_end_minutes)
		config_complain(
			r, line_of(file, SECTION_MESSAGES, "quiet_end"),
			"quiet_end is not after quiet_start: messages would never leave");
	if (c->limits.connections_per_address > c->limits.connections)
		config_complain(
			r, line_of(file, SECTION_LIMITS, "connections_per_address"),
			"connections_per_address = %d is more than connections = %d: "
			"lower the one or raise the other",
			c->limits.connections_per_address, c->limits.connections);
}

struct config *config_load(const char *path, struct buf *error)
{
	struct config_reader r = {.path = path, .error = error};
	struct config_file file = {NULL, 0, 0};
	struct config *c = xcalloc(1, sizeof(*c));
	const char *slash = strrchr(path, '/');
	char *given = slash == path ? xstrdup("/")
		      : slash	    ? xstrndup(path, (size_t)(slash - path))
				    : xstrdup(".");
	char *folder = realpath(given, NULL);

	c->path = xstrdup(path);
	r.folder = folder;
	if (folder == NULL)
		config_complain(&r, 0, "the configuration cannot be read: %s",
				strerror(errno));
	else
		config_file_read(&r, &file);
	/* The values of a file that could be parsed at all are worth their complaints
	 * too. */
	if (file.nblocks > 0) {
		read_blocks(&r, c, &file);
		complete(&r, c, &file);
	}
	config_file_fini(&file);
	free(given);
	free(folder);
	if (r.nerrors) {
		config_free(c);
		return NULL;
	}
	return c;
}

static void plugin_fini(struct config_plugin *p)
{
	for (size_t i = 0; i < p->nsettings; i++) {
		free((char *)p->settings[i].key);
		free((char *)p->settings[i].value);
		free((char *)p->settings[i].where);
	}
	free(p->settings);
	free(p->where);
}

static void free_fields(enum config_section from, enum config_section to, void *base)
{
	for (size_t i = 0; i < config_nkeys; i++) {
		if (config_keys[i].section >= from && config_keys[i].section <= to)
			config_key_fini(&config_keys[i], field_of(&config_keys[i], base));
	}
}

void config_free(struct config *c)
{
	if (c == NULL)
		return;
	free_fields(SECTION_ROOT, SECTION_STORE, c);
	for (size_t i = 0; i < c->ngateways; i++) {
		free_fields(SECTION_GATEWAY, SECTION_GATEWAY, &c->gateways[i]);
		plugin_fini(&c->gateways[i].plugin);
		free(c->gateways[i].name);
	}
	for (size_t i = 0; i < c->nexports; i++) {
		free_fields(SECTION_EXPORT, SECTION_EXPORT, &c->exports[i]);
		free(c->exports[i].name);
	}
	plugin_fini(&c->store);
	free(c->store.name);
	free(c->gateways);
	free(c->exports);
	free(c->path);
	free(c);
}

/* 1 when the rows of the section have the same values in both structs. */
static int section_equals(enum config_section section, const void *a, const void *b)
{
	for (size_t i = 0; i < config_nkeys; i++) {
		const struct config_key *key = &config_keys[i];

		if (key->section == section &&
		    !config_key_equals(key, (const char *)a + key->offset,
				       (const char *)b + key->offset))
			return 0;
	}
	return 1;
}

static int plugin_equals(const struct config_plugin *a, const struct config_plugin *b)
{
	if (strcmp(a->name, b->name) != 0 || a->nsettings != b->nsettings)
		return 0;
	for (size_t i = 0; i < a->nsettings; i++) {
		if (strcmp(a->settings[i].key, b->settings[i].key) != 0 ||
		    strcmp(a->settings[i].value, b->settings[i].value) != 0)
			return 0;
	}
	return 1;
}

static int gateways_equal(const struct config *a, const struct config *b)
{
	if (a->ngateways != b->ngateways)
		return 0;
	for (size_t i = 0; i < a->ngateways; i++) {
		const struct config_gateway *ga = &a->gateways[i], *gb = &b->gateways[i];

		if (strcmp(ga->name, gb->name) != 0 ||
		    !section_equals(SECTION_GATEWAY, ga, gb) ||
		    !plugin_equals(&ga->plugin, &gb->plugin))
			return 0;
	}
	return 1;
}

static int exports_equal(const struct config *a, const struct config *b)
{
	if (a->nexports != b->nexports)
		return 0;
	for (size_t i = 0; i < a->nexports; i++) {
		if (strcmp(a->exports[i].name, b->exports[i].name) != 0 ||
		    !section_equals(SECTION_EXPORT, &a->exports[i], &b->exports[i]))
			return 0;
	}
	return 1;
}

static void add_name(struct buf *out, const char *section, const char *name)
{
	if (out->len)
		buf_addlit(out, ", ");
	buf_addf(out, "%s%s%s", section, *section && *name ? "." : "", name);
}

void config_changes(const struct config *running, const struct config *fresh,
		    struct buf *out)
{
	for (size_t i = 0; i < config_nkeys; i++) {
		const struct config_key *key = &config_keys[i];

		if (config_sections[key->section].is_titled || key->is_live)
			continue;
		if (!config_key_equals(key, (const char *)running + key->offset,
				       (const char *)fresh + key->offset))
			add_name(out, config_sections[key->section].name, key->name);
	}
	if (!plugin_equals(&running->store, &fresh->store))
		add_name(out, "store", "");
	if (!gateways_equal(running, fresh))
		add_name(out, "gateway", "");
	if (!exports_equal(running, fresh))
		add_name(out, "export", "");
}
