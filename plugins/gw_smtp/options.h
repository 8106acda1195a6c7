/* SPDX-License-Identifier: GPL-3.0-or-later */
/* options.h - a gw_smtp section of rdvd.conf, read and checked. */
#ifndef GW_SMTP_OPTIONS_H
#define GW_SMTP_OPTIONS_H

#include "mail.h"
#include "session.h"

struct options {
	struct mail_settings mail; /* lends the host's strings; the key is not set here */
	struct session_settings session;
	char *url, *password;	   /* owned; session lends them */
	int per_domain_per_minute; /* 0 no limit */
	const char *bounce_maildir, *bounce_command;
};

extern const struct rdvd_option options_table[];

/* 0; -1: something is wrong, and what was logged, with the remedy. */
int options_read(const struct rdvd_host *host, struct options *o);
void options_fini(struct options *o);

#endif
