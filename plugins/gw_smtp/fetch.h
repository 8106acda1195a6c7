/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fetch.h - run the command that brings mails from elsewhere, and keep what it prints. */
#ifndef GW_SMTP_FETCH_H
#define GW_SMTP_FETCH_H

#include "rdvd/gateway.h"

/* Run command by /bin/sh within timeout_ms; each mail that it prints (mbox: a line
 * "From " begins each; or one mail without it) becomes a file of folder, on the disk
 * before the command is waited for. 0; -1: it failed (logged), what came is kept all the
 * same. */
int fetch_mails(const struct rdvd_host *host, const char *command, const char *folder,
		int timeout_ms);

#endif
