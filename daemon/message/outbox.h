/* SPDX-License-Identifier: GPL-3.0-or-later */
/* outbox.h - the dispatcher: takes the messages that are due from the store, gives each
 * to a gateway, and writes down how it ended. One timer: it sleeps until the next message
 * is due.
 *
 * The order is what keeps the promises. A claim is committed ("sending", the attempt
 * counted) before a byte leaves; the result is committed after. What a crash leaves
 * between the two is found at the next start and settled as "unknown". The words are made
 * after the claim from the appointment as it then is. Reminders that come out of a long
 * silence keep to the hours, nothing leaves past its deadline, and one appointment gets
 * one message. Loop thread; each gateway has a thread of its own. */
#ifndef RDVD_MESSAGE_OUTBOX_H
#define RDVD_MESSAGE_OUTBOX_H

#include "agenda/territory.h"
#include "base/loop.h"
#include "base/plugin.h"
#include "base/secret.h"
#include "message/plan.h"
#include "message/text.h"

struct budget;
struct outbox;
struct store;

struct outbox_gateway {
	const char *name;      /* for the log */
	struct plugin *plugin; /* lent: must outlive the outbox */
	unsigned channels;     /* bits 1 << enum rdvd_channel */
	const char *from;      /* sender's name or address; "" none */
	int rate_per_second;
	int window;	 /* messages under way at once; 0 is 64 */
	int connections; /* sending threads; 0 is 1 */
	int spare;	 /* 1: only when those before it on a channel cannot send */
	int answers;	 /* 1: what it sends can be answered */
};

struct outbox_options {
	const struct outbox_gateway *gateways;
	size_t ngateways;
	const char *public_url;
	const char *sms_sender, *email_from; /* when a gateway has no from */
	/* of a message about an appointment of somebody discreet; NULL or "": the others
	 */
	const char *discreet_sender, *discreet_from;
	struct plan_hours hours;
	const uint8_t *key; /* SECRET_KEY_SIZE bytes, the server's; NULL: no receipts */
	const char *dir;    /* the data folder; NULL: its room is not watched */
	const char *alerts_to; /* notices to the team are also sent here; NULL or "" */
	/* what may be spent on SMS; asked as each leaves (budget_take), and given back
	 * what certainly did not go. NULL: anything. Lent */
	struct budget *budget;
	const struct territory *(*territory)(void *ctx); /* the present one */
	void (*token)(void *ctx, uint64_t ref, uint32_t generation,
		      char out[SECRET_TOKEN_CHARS + 1]);
	/* Write the calendar object of an e-mail about an appointment, as it stands, and
	 * return its METHOD (RFC 5546), a literal; NULL: none. May be NULL. */
	const char *(*calendar)(void *ctx, const struct rdvd_appointment *a,
				struct buf *out);
	void *ctx;
};

/* texts are lent and may be replaced by outbox_texts. NULL: a gateway could not be opened
 * (logged). */
struct outbox *outbox_new(struct loop *l, struct store *s, const struct texts *texts,
			  const struct outbox_options *o);
void outbox_texts(struct outbox *o, const struct texts *texts);
/* Something may have become due: look soon. */
void outbox_nudge(struct outbox *o);
/* Tell the team: a notice, and an e-mail where the configuration names a mailbox (see
 * notice.h). text is French, whole sentences. */
void outbox_tell(struct outbox *o, const char *key, const char *kind,
		 rdvd_id organisation, const char *text);
/* 1 when nothing is due or under way: for --once and for stopping. */
int outbox_is_idle(const struct outbox *o);
/* No new claims; what is under way ends. */
void outbox_stop(struct outbox *o);
void outbox_free(struct outbox *o);
/* 1 when a gateway sends on this channel. */
int outbox_has_channel(const struct outbox *o, enum rdvd_channel channel);
/* 1 when what is sent on this channel can be answered: texts then ask for an answer
 * instead of carrying a link. */
int outbox_asks_for_answers(const struct outbox *o, enum rdvd_channel channel);

/* Somebody has acted, or vouches for the clock: gateways that wait are tried now. */
void outbox_hurry(struct outbox *o);

enum gateway_state {
	GATEWAY_OK,
	GATEWAY_THROTTLED, /* slower than it should be, at the provider's word */
	GATEWAY_OPEN,	   /* messages do not pass: tried again at until */
	GATEWAY_STOPPED,   /* the same, and somebody has to act */
};

static inline const char *gateway_state_name(enum gateway_state s)
{
	static const char *const names[] = {"ok", "throttled", "open", "stopped"};
	return names[s];
}

/* How a gateway does. Strings are lent until the loop's next round. */
struct gateway_health {
	const char *name, *plugin;
	unsigned channels; /* bits 1 << enum rdvd_channel */
	int spare;
	enum gateway_state state;
	rdvd_time until; /* nothing before; 0 */
	size_t under_way, window;
	double rate, rate_full; /* messages a second, now and as configured */
	uint64_t sent, refused, retried, unknown, throttled; /* since the start */
	int64_t segments;  /* of SMS that it took or may have taken, since the start */
	const char *words; /* the provider's, of the last trouble; "" */
	int has_credit;
	double credit; /* what the provider said is left, in its unit */
};
size_t outbox_gateways(const struct outbox *o);
void outbox_health(const struct outbox *o, size_t i, struct gateway_health *h);

struct outbox_counts {
	uint64_t sent, retried, failed, unknown, expired, superseded;
	uint64_t returned; /* claimed and not tried: there was no room for them */
};
const struct outbox_counts *outbox_counts(const struct outbox *o);

/* What a message would say now: its preview before it is sent. Writes body; *segments. */
void outbox_preview(const struct outbox *o, const struct rdvd_message_row *m,
		    const struct rdvd_appointment *a, struct buf *body, int *segments);

/* The words of a message, for people: those of its last attempt, else what it would say
 * now (added to text); nothing of one that was sent once and whose words were erased. */
enum outbox_said { OUTBOX_SAID, OUTBOX_WILL_SAY, OUTBOX_ERASED };
enum outbox_said outbox_words(const struct outbox *o, const struct rdvd_message_row *m,
			      const struct rdvd_appointment *a, struct buf *text,
			      int *segments);

#endif
