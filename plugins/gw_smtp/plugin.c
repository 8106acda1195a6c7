/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plugin.c - gw_smtp: e-mail through a mail server, and texts through a mailbox that
 * hands them to phones.
 *
 *   plugin.c   the options and the gateway's operations
 *   mail.c     a message as a mail: encode.c, address.c, proof.c
 *   session.c  the dialogue with the server; outcome.c: what its answers mean
 *   domain_pace.c     not too many to one domain at once
 *   bounce.c   what comes back; mailbox.c, fetch.c: where it is found
 *
 * Nothing is shared between two handles, so that threads need no lock. */
#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bounce.h"
#include "domain_pace.h"
#include "mail.h"
#include "mailbox.h"
#include "options.h"
#include "rdvd/gateway.h"
#include "session.h"

struct smtp {
	const struct rdvd_host *host; /* lent by the daemon */
	struct options o;	      /* owned strings */
	struct session *session;
	struct domain_pace *pace; /* NULL: none */
	struct mailbox *mailbox;  /* NULL: nothing is read back */
	struct mail mail;
};

static void smtp_close(void *gw)
{
	struct smtp *g = gw;

	if (!g)
		return;
	session_free(g->session);
	domain_pace_free(g->pace);
	mailbox_free(g->mailbox);
	mbuf_fini(&g->mail.data);
	options_fini(&g->o);
	free(g);
	curl_global_cleanup();
}

static unsigned smtp_capabilities(void *gw)
{
	const struct smtp *g = gw;

	if (*g->o.mail.sms_to)
		return RDVD_GATEWAY_SMS;
	return RDVD_GATEWAY_EMAIL | (g->mailbox ? RDVD_GATEWAY_RECEIPTS : 0);
}

static enum rdvd_rc smtp_open(const struct rdvd_host *host, void **gw)
{
	struct smtp *g = calloc(1, sizeof *g);
	const char *why = "";

	if (!g || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
	g->host = host;
	if (options_read(host, &g->o) < 0)
		goto fail;
	if (proof_key_load(host->dir, g->o.mail.key) < 0) {
		host->log(host, 3, "the key %s/gw_smtp.key cannot be read or made: %s",
			  host->dir, strerror(errno));
		goto fail;
	}
	g->session = session_new(&g->o.session, &why);
	if (!g->session) {
		host->log(host, 3, "libcurl refuses a setting: %s", why);
		goto fail;
	}
	if (g->o.per_domain_per_minute > 0)
		g->pace = domain_pace_new(g->o.per_domain_per_minute);
	if (*g->o.bounce_maildir || *g->o.bounce_command) {
		g->mailbox = mailbox_new(host, g->o.mail.key, g->o.bounce_maildir,
					 g->o.bounce_command);
		if (!g->mailbox)
			goto fail;
	}
	*gw = g;
	return RDVD_OK;
fail:
	smtp_close(g);
	return RDVD_FAILED;
}

/* Without the key and the folders, which open makes. */
static enum rdvd_rc smtp_check(const struct rdvd_host *host)
{
	struct options o = {.password = NULL};
	int rc = options_read(host, &o);

	if (!rc && *o.bounce_maildir && access(o.bounce_maildir, R_OK | X_OK) < 0 &&
	    errno != ENOENT) {
		host->log(host, 3, "the folder %s cannot be used: %s", o.bounce_maildir,
			  strerror(errno));
		rc = -1;
	}
	options_fini(&o);
	return rc ? RDVD_FAILED : RDVD_OK;
}

static long long monotonic_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

static enum rdvd_sent smtp_send(void *gw, const struct rdvd_message *m,
				struct rdvd_receipt *receipt)
{
	struct smtp *g = gw;
	enum rdvd_sent sent;
	long wait_ms;

	sent = mail_build(&g->o.mail, m, g->host->now(), &g->mail, receipt->note);
	if (sent != RDVD_SENT_ACCEPTED)
		return sent;
	wait_ms = g->pace ? domain_pace_take(g->pace, address_domain(g->mail.to),
					     monotonic_ms())
			  : 0;
	if (wait_ms > 0) {
		receipt->retry_after_s = (int)((wait_ms + 999) / 1000);
		receipt->only_this = 1;
		snprintf(receipt->note, sizeof receipt->note,
			 "this recipient's domain has had per_domain_per_minute (%d)",
			 g->o.per_domain_per_minute);
		return RDVD_SENT_THROTTLED;
	}
	return session_send(g->session, &g->mail, m->timeout_ms, receipt);
}

static enum rdvd_rc smtp_poll(void *gw, int timeout_ms, rdvd_event_cb *cb, void *arg)
{
	struct smtp *g = gw;

	return g->mailbox ? mailbox_poll(g->mailbox, timeout_ms, cb, arg) : RDVD_OK;
}

static void smtp_settle(void *gw, const char *ack)
{
	struct smtp *g = gw;

	if (g->mailbox)
		mailbox_settle(g->mailbox, ack);
}

/* A mail that somebody hands over, on the local socket or by HTTP: what proves it is the
 * mark in it, wherever it comes from. */
static enum rdvd_proof smtp_callback(void *gw, const struct rdvd_callback *c,
				     rdvd_event_cb *cb, void *arg,
				     struct rdvd_callback_answer *answer)
{
	const struct smtp *g = gw;
	struct rdvd_event e;
	struct bounce b;

	(void)answer;
	bounce_read(g->o.mail.key, c->body, c->body_size, &b);
	switch (b.kind) {
	case BOUNCE_REPORT:
		e = mailbox_event(&b, "");
		cb(arg, &e);
		return RDVD_PROOF_OK;
	case BOUNCE_IGNORED: return RDVD_PROOF_OK;
	case BOUNCE_STRANGE: break;
	}
	return b.is_ours ? RDVD_PROOF_UNREADABLE : RDVD_PROOF_REFUSED;
}

static const struct rdvd_gateway_ops ops = {
	.capabilities = smtp_capabilities,
	.open = smtp_open,
	.send = smtp_send,
	.close = smtp_close,
	.poll = smtp_poll,
	.settle = smtp_settle,
	.callback = smtp_callback,
	.check = smtp_check,
};

extern const struct rdvd_plugin RDVD_PLUGIN_SYMBOL(gw_smtp);

const struct rdvd_plugin RDVD_PLUGIN_SYMBOL(gw_smtp) = {
	.abi = RDVD_ABI,
	.kind = RDVD_KIND_GATEWAY,
	.name = "gw_smtp",
	.options = options_table,
	.ops = &ops,
};
