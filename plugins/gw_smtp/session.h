/* SPDX-License-Identifier: GPL-3.0-or-later */
/* session.h - the dialogue with the mail server, by libcurl: one connection that is kept
 * from message to message, and a record of how far each dialogue came. One thread. */
#ifndef GW_SMTP_SESSION_H
#define GW_SMTP_SESSION_H

#include "mail.h"
#include "rdvd/gateway.h"

enum tls { TLS_STARTTLS, TLS_IMPLICIT, TLS_NONE };

/* All lent, and outlive the session. */
struct session_settings {
	const char *url; /* smtp://HOST:PORT/EHLO-NAME */
	enum tls tls;
	const char *ca_file;	     /* "" the system's */
	const char *user, *password; /* "" none */
	const char *login_options;   /* "" libcurl chooses */
};

struct session;

/* NULL: libcurl refuses a setting, whose name is then in *why. */
struct session *session_new(const struct session_settings *s, const char **why);
void session_free(struct session *s); /* NULL is fine; says QUIT */
/* Hand one message over within timeout_ms. receipt gets the server's words and its name
 * for the message. */
enum rdvd_sent session_send(struct session *s, const struct mail *mail, int timeout_ms,
			    struct rdvd_receipt *receipt);

#endif
