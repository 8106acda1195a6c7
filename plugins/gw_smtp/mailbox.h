/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mailbox.h - the mails that come back, one file each: in a Maildir, in a plain folder
 * that something fills, or fetched by a command into a folder of the gateway's own. A
 * file that was understood is removed once what it says is stored; the others are put
 * aside, for a human. One thread. */
#ifndef GW_SMTP_MAILBOX_H
#define GW_SMTP_MAILBOX_H

#include "proof.h"
#include "rdvd/gateway.h"

struct mailbox;

/* maildir: absolute or ""; command for /bin/sh, or "". host outlives the mailbox. NULL: a
 * folder cannot be used (logged). */
struct mailbox *mailbox_new(const struct rdvd_host *host,
			    const uint8_t key[PROOF_KEY_SIZE], const char *maildir,
			    const char *command);
void mailbox_free(struct mailbox *m); /* NULL is fine */
/* As the gateway's poll and settle. */
enum rdvd_rc mailbox_poll(struct mailbox *m, int timeout_ms, rdvd_event_cb *cb,
			  void *arg);
void mailbox_settle(struct mailbox *m, const char *ack);
/* The event of a report; lent from it. */
struct bounce;
struct rdvd_event mailbox_event(const struct bounce *b, const char *ack);

#endif
