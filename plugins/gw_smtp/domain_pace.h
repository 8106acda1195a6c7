/* SPDX-License-Identifier: GPL-3.0-or-later */
/* domain_pace.h - how many messages a receiving domain gets in a minute: a bucket for
 * each, filled evenly. Large mailbox providers put off senders that come in bursts. */
#ifndef GW_SMTP_DOMAIN_PACE_H
#define GW_SMTP_DOMAIN_PACE_H

struct domain_pace;

/* per_minute > 0; a burst of a quarter of it, at least 1, may go at once. */
struct domain_pace *domain_pace_new(int per_minute);
void domain_pace_free(struct domain_pace *p); /* NULL is fine */
/* Take one for a domain (its case does not matter) at a monotonic instant. 0: go; else
 * the milliseconds until the next one may. */
long domain_pace_take(struct domain_pace *p, const char *domain, long long now_ms);

#endif
