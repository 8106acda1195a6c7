/* SPDX-License-Identifier: GPL-3.0-or-later */
/* options.c - see options.h. What would send a password or people's appointments in the
 * clear has to be asked for by name. */
#include "options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define PASSWORD_MAX 4096

const struct rdvd_option options_table[] = {
	{"server", NULL, "the mail server's name"},
	{"port", "", "its port; 587 for starttls, 465 for implicit, 25 for none"},
	{"tls", "starttls", "starttls, implicit, or none for a server on this machine"},
	{"clear_text", "no", "yes: tls none is meant, though the server is elsewhere"},
	{"ca_file", "", "certificates to trust instead of the system's"},
	{"user", "", "the account; empty: no login"},
	{"password", "", "its password; better in password_file"},
	{"password_file", "", "a file whose first line is the password"},
	{"login_options", "AUTH=PLAIN", "how to log in, as libcurl says it"},
	{"ehlo", "", "how we name ourselves; empty: this machine's name"},
	{"domain", "", "the domain of Message-IDs; empty: the sender's"},
	{"return_path", "", "where bounces go, with {id}: bounces+{id}@example.org"},
	{"reply_to", "", "where answers go; empty: to the sender"},
	{"per_domain_per_minute", "0", "messages a minute to one domain; 0 no limit"},
	{"bounce_maildir", "", "the Maildir or folder in which bounces arrive"},
	{"bounce_command", "", "a command that prints the bounces that have arrived"},
	{"sms_to", "", "mail-to-SMS: the address, with {digits}, {national} or {number}"},
	{"sms_from", "", "mail-to-SMS: the sender's address"},
	{"sms_subject", "", "mail-to-SMS: the subject, with {text}, {from}, {number}"},
	{"sms_body", "{text}", "mail-to-SMS: the body"},
	{"sms_charset", "utf-8", "mail-to-SMS: utf-8 or iso-8859-15"},
	{"sms_encoding", "quoted-printable",
	 "mail-to-SMS: quoted-printable, base64 or 8bit"},
	{NULL, NULL, NULL},
};

struct choice {
	const char *word;
	int value;
};

static const struct choice yes_no[] = {{"no", 0}, {"yes", 1}, {NULL, 0}};
static const struct choice tls_words[] = {{"starttls", TLS_STARTTLS},
					  {"implicit", TLS_IMPLICIT},
					  {"none", TLS_NONE},
					  {NULL, 0}};
static const struct choice charsets[] = {
	{"utf-8", MAIL_UTF8}, {"iso-8859-15", MAIL_LATIN9}, {NULL, 0}};
static const struct choice encodings[] = {{"quoted-printable", MAIL_QUOTED},
					  {"base64", MAIL_BASE64},
					  {"8bit", MAIL_8BIT},
					  {NULL, 0}};

/* ---- single values ---- */

static int read_choice(const struct rdvd_host *host, const char *key,
		       const struct choice *choices, int *out)
{
	const char *word = host->option(host, key);
	char known[80] = "";

	for (const struct choice *c = choices; c->word; c++) {
		if (strcasecmp(word, c->word) == 0) {
			*out = c->value;
			return 0;
		}
		snprintf(known + strlen(known), sizeof known - strlen(known), "%s%s",
			 c == choices ? "" : ", ", c->word);
	}
	host->log(host, 3, "%s = \"%s\": it is one of %s", key, word, known);
	return -1;
}

static int read_number(const struct rdvd_host *host, const char *key, long most, int *out)
{
	const char *text = host->option(host, key);
	char *end;
	long v;

	errno = 0;
	v = strtol(text, &end, 10);
	if (!*text || *end || errno || v < 0 || v > most) {
		host->log(host, 3, "%s = \"%s\": give a number from 0 to %ld", key, text,
			  most);
		return -1;
	}
	*out = (int)v;
	return 0;
}

/* "" or a valid address once the template's field is filled in. */
static int check_address(const struct rdvd_host *host, const char *key, const char *field,
			 const char *sample)
{
	const char *value = host->option(host, key), *at = strstr(value, field);
	char filled[ADDRESS_SIZE];

	if (!*value)
		return 0;
	if (!*field || !at)
		snprintf(filled, sizeof filled, "%s", value);
	else
		snprintf(filled, sizeof filled, "%.*s%s%s", (int)(at - value), value,
			 sample, at + strlen(field));
	if (address_is_valid(filled))
		return 0;
	host->log(host, 3, "%s = \"%s\" is no mail address", key, value);
	return -1;
}

/* ---- the password ---- */

static char *read_password_file(const struct rdvd_host *host, const char *path)
{
	char line[PASSWORD_MAX];
	char *password = NULL;
	FILE *f = fopen(path, "re");

	if (!f) {
		host->log(host, 3, "password_file %s cannot be read: %s", path,
			  strerror(errno));
		return NULL;
	}
	if (fgets(line, sizeof line, f)) {
		line[strcspn(line, "\r\n")] = '\0';
		password = *line ? mem_copy(line, strlen(line)) : NULL;
	}
	if (!password)
		host->log(host, 3,
			  "password_file %s is empty: its first line is the password",
			  path);
	explicit_bzero(line, sizeof line);
	fclose(f);
	return password;
}

static int read_password(const struct rdvd_host *host, struct options *o)
{
	const char *direct = host->option(host, "password");
	const char *path = host->option(host, "password_file");
	const char *user = host->option(host, "user");

	if (*direct && *path) {
		host->log(host, 3, "give password or password_file, not both");
		return -1;
	}
	if (*user && !*direct && !*path) {
		host->log(host, 3, "user is given without a password: add password_file");
		return -1;
	}
	o->password =
		*path ? read_password_file(host, path) : mem_copy(direct, strlen(direct));
	o->session.user = user;
	o->session.password = o->password;
	o->session.login_options = host->option(host, "login_options");
	return o->password ? 0 : -1;
}

/* ---- the server ---- */

static int is_loopback(const char *server)
{
	/* an address, not a name that begins so */
	return strcasecmp(server, "localhost") == 0 || strcmp(server, "::1") == 0 ||
	       (strncmp(server, "127.", 4) == 0 &&
		!server[strspn(server, "0123456789.")]);
}

static int is_host_name(const char *s)
{
	return *s && strlen(s) < 254 &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			 "0123456789.-_:") == strlen(s);
}

static int read_server(const struct rdvd_host *host, struct options *o)
{
	static const int ports[] = {
		[TLS_STARTTLS] = 587, [TLS_IMPLICIT] = 465, [TLS_NONE] = 25};
	const char *server = host->option(host, "server");
	const char *ehlo = host->option(host, "ehlo");
	char name[256] = "";
	int tls, clear, port;

	if (read_choice(host, "tls", tls_words, &tls) < 0 ||
	    read_choice(host, "clear_text", yes_no, &clear) < 0)
		return -1;
	port = ports[tls];
	if (*host->option(host, "port") && read_number(host, "port", 65535, &port) < 0)
		return -1;
	if (!*ehlo && (gethostname(name, sizeof name - 1) < 0 || !is_host_name(name)))
		snprintf(name, sizeof name, "localhost");
	if (!is_host_name(server) || (*ehlo && !is_host_name(ehlo))) {
		host->log(host, 3,
			  "%s: give a machine's name, without a protocol or a "
			  "port",
			  *ehlo && !is_host_name(ehlo) ? "ehlo" : "server");
		return -1;
	}
	if (tls == TLS_NONE && !clear && !is_loopback(server)) {
		host->log(host, 3,
			  "tls = \"none\" would send people's appointments in the clear "
			  "to %s: use starttls, or say clear_text = \"yes\"",
			  server);
		return -1;
	}
	if (tls == TLS_NONE && !clear && *host->option(host, "user")) {
		host->log(host, 3,
			  "a login without TLS would show the password: remove "
			  "user, or say clear_text = \"yes\"");
		return -1;
	}
	o->session.tls = (enum tls)tls;
	o->session.ca_file = host->option(host, "ca_file");
	if (*o->session.ca_file && access(o->session.ca_file, R_OK) < 0) {
		host->log(host, 3, "ca_file %s cannot be read: %s", o->session.ca_file,
			  strerror(errno));
		return -1;
	}
	if (asprintf(&o->url, strchr(server, ':') ? "%s://[%s]:%d/%s" : "%s://%s:%d/%s",
		     tls == TLS_IMPLICIT ? "smtps" : "smtp", server, port,
		     *ehlo ? ehlo : name) < 0)
		abort();
	o->session.url = o->url;
	return 0;
}

/* ---- the whole ---- */

static int read_sms(const struct rdvd_host *host, struct mail_settings *s)
{
	struct mbuf sample = {0};
	int charset, encoding, rc;

	s->sms_to = host->option(host, "sms_to");
	s->sms_from = host->option(host, "sms_from");
	s->sms_subject = host->option(host, "sms_subject");
	s->sms_body = host->option(host, "sms_body");
	if (read_choice(host, "sms_charset", charsets, &charset) < 0 ||
	    read_choice(host, "sms_encoding", encodings, &encoding) < 0)
		return -1;
	s->sms_charset = (enum mail_charset)charset;
	s->sms_encoding = (enum mail_encoding)encoding;
	if (!*s->sms_to)
		return 0;
	mail_number(s->sms_to, "+33612345678", &sample);
	rc = address_is_valid(mbuf_str(&sample)) && strcmp(mbuf_str(&sample), s->sms_to);
	mbuf_fini(&sample);
	if (!rc) {
		host->log(host, 3,
			  "sms_to = \"%s\" is no mail address with {digits}, "
			  "{national} or {number} in it",
			  s->sms_to);
		return -1;
	}
	if (!strstr(s->sms_body, "{text}") && !strstr(s->sms_subject, "{text}")) {
		host->log(host, 3,
			  "neither sms_body nor sms_subject has {text} in it: every SMS "
			  "would say the same");
		return -1;
	}
	if (!*s->sms_from) {
		host->log(host, 3,
			  "sms_to needs sms_from, the address that the "
			  "mail-to-SMS service knows you by");
		return -1;
	}
	return 0;
}

int options_read(const struct rdvd_host *host, struct options *o)
{
	if (read_server(host, o) < 0 || read_password(host, o) < 0 ||
	    read_sms(host, &o->mail) < 0 ||
	    check_address(host, "return_path", "{id}", "rdvd-1234567.0123456789abcdef") <
		    0 ||
	    check_address(host, "reply_to", "", "") < 0 ||
	    check_address(host, "sms_from", "", "") < 0 ||
	    read_number(host, "per_domain_per_minute", 1000000,
			&o->per_domain_per_minute) < 0)
		return -1;
	o->mail.return_path = host->option(host, "return_path");
	o->mail.reply_to = host->option(host, "reply_to");
	o->mail.domain = host->option(host, "domain");
	if (*o->mail.domain && !is_host_name(o->mail.domain)) {
		host->log(host, 3, "domain = \"%s\" is no domain", o->mail.domain);
		return -1;
	}
	o->bounce_maildir = host->option(host, "bounce_maildir");
	o->bounce_command = host->option(host, "bounce_command");
	return 0;
}

void options_fini(struct options *o)
{
	if (o->password)
		explicit_bzero(o->password, strlen(o->password));
	free(o->password);
	free(o->url);
}
