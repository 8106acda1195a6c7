/* SPDX-License-Identifier: GPL-3.0-or-later */
/* preset.c - see preset.h: the file, and the settings that it asks of the gateway's
 * section. What a section says and no preset asks for is a mistake, and told. */
#include "preset.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "reader.h"

#define SECRET_MAX 4096
#define FILE_PREFIX "file:"

/* The settings that every preset may ask for; plugin.c declares them as options. */
static const char *const option_names[] = {
	"account",	  "user",
	"password",	  "token",
	"secret",	  "sender",
	"callback_token", "callback_secret",
	"callback_basic", "callback_addresses",
};
#define NOPTIONS (sizeof option_names / sizeof option_names[0])

static void add_setting(struct settings *s, const char *name, const char *value, size_t n)
{
	s->items = mem_grow(s->items, s->n + 1, sizeof *s->items);
	s->items[s->n++] =
		(struct setting){mem_dup(name, strlen(name)), mem_dup(value, n)};
}

/* The first line of a file that holds a secret. 0, or -1 with errno. */
static int read_secret(const char *file, char out[SECRET_MAX])
{
	FILE *f = fopen(file, "re");
	int ok;

	if (!f)
		return -1;
	ok = fgets(out, SECRET_MAX, f) != NULL;
	if (!ok && !ferror(f))
		errno = ENODATA;
	fclose(f);
	out[ok ? strcspn(out, "\r\n") : 0] = '\0';
	/* An empty secret would be held for one that is not set. */
	if (ok && !*out) {
		errno = ENODATA;
		ok = 0;
	}
	return ok ? 0 : -1;
}

static void take_option(struct reader *r, const char *name)
{
	const char *value = r->host->option(r->host, name);
	char secret[SECRET_MAX];

	if (strncmp(value, FILE_PREFIX, strlen(FILE_PREFIX)) == 0) {
		value += strlen(FILE_PREFIX);
		if (read_secret(value, secret) < 0) {
			read_fault(r, "the setting %s cannot be read from %s: %s", name,
				   value, strerror(errno));
			return;
		}
		value = secret;
	}
	if (*value && strcmp(name, "callback_basic") == 0) {
		/* as the header says it (RFC 7617) */
		struct str header = {0};

		str_puts(&header, "Basic ");
		str_base64(&header, value, strlen(value));
		add_setting(&r->p->settings, name, str_of(&header), header.len);
		str_fini(&header);
	} else {
		add_setting(&r->p->settings, name, value, strlen(value));
	}
	explicit_bzero(secret, sizeof secret);
}

/* The gateway's section against what the preset needs and can use. */
static void take_options(struct reader *r, const json_t *root)
{
	json_t *needs = read_object(r, root, "needs", NULL);
	json_t *takes = read_object(r, root, "takes", NULL);

	for (size_t i = 0; i < NOPTIONS; i++) {
		const char *name = option_names[i];
		const char *value = r->host->option(r->host, name);
		const json_t *need = json_object_get(needs, name);

		if (need && !*value)
			read_fault(r, "the gateway's section needs %s = \"...\": %s",
				   name,
				   json_is_string(need) ? json_string_value(need) : "");
		if (*value && !need && !json_object_get(takes, name))
			read_fault(r,
				   "the gateway's section sets %s, for which this preset "
				   "has "
				   "no use: take it out",
				   name);
		take_option(r, name);
	}
}

/* Text without the blanks around it; owned. */
static char *trimmed(const char *s, size_t n)
{
	for (; n && strchr(" \t", s[0]); n--)
		s++;
	while (n && strchr(" \t", s[n - 1]))
		n--;
	return mem_dup(s, n);
}

/* "name=value" of the section's set. */
static void take_pair(struct reader *r, const json_t *set, const char *text, size_t n)
{
	const char *equals = memchr(text, '=', n);
	size_t key_len = equals ? (size_t)(equals - text) : n;
	char *key = trimmed(text, key_len), *value;

	if (!*key && !equals) {
		; /* after the last semicolon */
	} else if (!equals || !json_object_get(set, key)) {
		read_fault(r,
			   "set = \"%s\": this preset has no such name, or there is no = "
			   "(see its \"set\")",
			   key);
	} else if (settings_get(&r->p->settings, key)) {
		read_fault(r, "set names %s twice", key);
	} else {
		value = trimmed(equals + 1, n - key_len - 1);
		add_setting(&r->p->settings, key, value, strlen(value));
		free(value);
	}
	free(key);
}

/* "name=value; name=value" over the presets of "set". */
static void take_set(struct reader *r, const json_t *root)
{
	json_t *set = read_object(r, root, "set", NULL), *v;
	const char *text = r->host->option(r->host, "set"), *name;

	while (*text) {
		size_t n = strcspn(text, ";");

		take_pair(r, set, text, n);
		text += n + (text[n] == ';');
	}
	json_object_foreach(set, name, v)
	{
		if (!json_is_string(v))
			read_fault(r, "set/%s: a preset's value is a text", name);
		else if (!settings_get(&r->p->settings, name))
			add_setting(&r->p->settings, name, json_string_value(v),
				    json_string_length(v));
	}
}

/* The provider's address, without a slash at its end. */
static void take_url(struct reader *r, const json_t *root)
{
	const char *url = r->host->option(r->host, "url");
	const char *preset = read_string(r, root, "url", 0);
	size_t n;

	if (!*url)
		url = preset ? preset : "";
	n = strlen(url);
	while (n && url[n - 1] == '/')
		n--;
	if (!n)
		read_fault(r,
			   "the gateway's section needs url = \"https://...\": where the "
			   "provider is");
	add_setting(&r->p->settings, "url", url, n);
}

static void take_capabilities(struct reader *r, const json_t *root)
{
	static const struct {
		const char *name;
		unsigned bit;
	} known[] = {
		{"idempotent", RDVD_GATEWAY_IDEMPOTENT},
		{"replies", RDVD_GATEWAY_REPLIES},
		{"no_links", RDVD_GATEWAY_NO_LINKS},
	};
	json_t *list = read_array(r, root, "can");
	size_t before = read_into(r, "can");

	r->p->can = RDVD_GATEWAY_SMS;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));
		unsigned bit = 0;

		for (size_t j = 0; name && j < sizeof known / sizeof known[0]; j++)
			bit |= strcmp(known[j].name, name) ? 0 : known[j].bit;
		if (!bit)
			read_fault(r, "a gateway can be idempotent, replies, no_links");
		r->p->can |= bit;
	}
	read_back(r, before);
}

static void note_telling(struct preset *p, const struct telling *t, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (t[i].kind == TELL_RECEIPT)
			p->can |= RDVD_GATEWAY_RECEIPTS;
		if (t[i].kind == TELL_INBOUND)
			p->can |= RDVD_GATEWAY_INBOUND;
	}
}

/* What follows from what the preset describes: a call-back that nothing proves is as good
 * as none. */
static void derive_capabilities(struct preset *p)
{
	for (size_t i = 0; i < p->ncallbacks; i++) {
		const struct callback *c = &p->callbacks[i];

		if (c->is_receipt || c->nproofs)
			note_telling(p, c->tellings, c->ntellings);
	}
	for (size_t i = 0; i < p->npolls; i++)
		note_telling(p, p->polls[i].tellings, p->polls[i].ntellings);
	if (p->lookup.method)
		p->can |= RDVD_GATEWAY_LOOKUP;
}

static void read_all(struct reader *r, const json_t *root)
{
	if (!read_keys(r, root,
		       "about source to_confirm needs takes set url can send lookup "
		       "callbacks "
		       "polls"))
		return;
	take_url(r, root);
	take_options(r, root);
	take_set(r, root);
	take_capabilities(r, root);
	read_request(r, root, "send", 0, &r->p->send);
	if (!r->p->send.method)
		read_fault(r, "say with \"send\" how a message is sent");
	read_request(r, root, "lookup", 1, &r->p->lookup);
	read_callbacks(r, root);
	read_polls(r, root);
	derive_capabilities(r->p);
}

/* Where the preset lies: a name is one of those that come with rdvd. */
static char *preset_file(const struct rdvd_host *host)
{
	const char *preset = host->option(host, "preset");
	struct str path = {0};

	if (*preset == '/')
		str_puts(&path, preset);
	if (*preset != '/') {
		int is_ours = !strchr(preset, '/');

		str_puts(&path, is_ours ? host->option(host, "presets") : host->dir);
		str_putc(&path, '/');
		str_puts(&path, preset);
		str_puts(&path, is_ours ? ".json" : "");
	}
	return path.s;
}

static int is_preset(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return e->d_name[0] != '.' && n > 5 && strcmp(e->d_name + n - 5, ".json") == 0;
}

/* A file that is not there is most often a name with a slip in it. */
static void say_unread(const struct rdvd_host *host, const char *file,
		       const json_error_t *error)
{
	const char *folder = host->option(host, "presets");
	struct dirent **names;
	struct str known = {0};
	int n;

	if (access(file, F_OK) == 0) {
		host->log(host, 3, "%s:%d: the preset cannot be read: %s", file,
			  error->line, error->text);
		return;
	}
	n = scandir(folder, &names, is_preset, alphasort);
	for (int i = 0; i < n; i++) {
		str_puts(&known, i ? ", " : "");
		str_add(&known, names[i]->d_name, strlen(names[i]->d_name) - 5);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	host->log(host, 3, "preset = \"%s\": there is no file %s; in %s there is: %s",
		  host->option(host, "preset"), file, folder,
		  known.len ? str_of(&known) : "nothing");
	str_fini(&known);
}

struct preset *preset_open(const struct rdvd_host *host)
{
	struct preset *p = mem_zero(1, sizeof *p);
	struct reader r = {.host = host, .p = p};
	json_error_t error;
	json_t *root;

	p->file = preset_file(host);
	r.scope = (struct template_scope){&p->settings, &r.error};
	root = json_load_file(p->file, JSON_REJECT_DUPLICATES, &error);
	if (root) {
		read_all(&r, root);
	} else {
		say_unread(host, p->file, &error);
		r.faults++;
	}
	json_decref(root);
	str_fini(&r.path);
	str_fini(&r.error);
	if (r.faults == 0)
		return p;
	preset_free(p);
	return NULL;
}

void preset_free(struct preset *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->settings.n; i++) {
		free(p->settings.items[i].name);
		explicit_bzero(p->settings.items[i].value,
			       strlen(p->settings.items[i].value));
		free(p->settings.items[i].value);
	}
	free(p->settings.items);
	request_fini(&p->send);
	request_fini(&p->lookup);
	for (size_t i = 0; i < p->ncallbacks; i++)
		callback_fini(&p->callbacks[i]);
	free(p->callbacks);
	for (size_t i = 0; i < p->npolls; i++)
		poll_fini(&p->polls[i]);
	free(p->polls);
	free(p->file);
	free(p);
}
