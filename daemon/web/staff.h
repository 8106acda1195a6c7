/* SPDX-License-Identifier: GPL-3.0-or-later */
/* staff.h - the counsellor's pages, under /equipe: log in, the day by place or by person,
 * the week, outcomes in one tap, booking, moving and cancelling for somebody, who waits,
 * what people wrote and what they are answered, absences, the printed sheet, the secret
 * calendar address; for administrators how the gateways do. And on a demonstration
 * instance /demo/messages, which shows everything that was sent.
 *
 * Whoever is logged in sees the appointments of her organisation and those of her own
 * agenda; administrators see all. What she may not see does not exist: 404. No name, no
 * number and no search ever stands in an address. Everything runs in the loop's thread.
 */
#ifndef RDVD_WEB_STAFF_H
#define RDVD_WEB_STAFF_H

struct access;
struct booking;
struct budget;
struct http_server;
struct inbox;
struct langs;
struct loop;
struct outbox;
struct receive;
struct visits;
struct reckon;
struct school_table;
struct text_keep;
struct waiting;
struct staff;

/* For http_options.login_path. */
#define STAFF_LOGIN_PATH "/equipe/connexion"
/* For web_options.demonstration. */
#define STAFF_DEMO_PATH "/demo/messages"

struct staff_options {
	struct loop *loop;		    /* lent */
	struct waiting *waiting;	    /* lent */
	struct visits *visits;		    /* lent */
	struct reckon *reckon;		    /* lent */
	struct inbox *inbox;		    /* lent */
	struct budget *budget;		    /* lent */
	struct text_keep *text_keep;	    /* lent */
	const struct receive *receive;	    /* lent */
	const struct langs *langs;	    /* lent; NULL: French only */
	const struct school_table *schools; /* lent; NULL: none are known */
	const char *public_url; /* for the calendar address, copied; NULL or "": the
				   address the browser used */
	int sms_price;		/* of a segment, thousandths of a euro; 0: not known */
	int demonstration;	/* show the messages to anybody: only where nobody is
				   real */
};

/* Register the pages. All that is lent outlives it. */
struct staff *staff_new(struct http_server *s, struct booking *b, struct access *a,
			const struct outbox *o, const struct staff_options *options);
/* End what is sent without end: before the server is stopped. NULL is fine. */
void staff_stop(struct staff *st);
/* Once the server stopped. NULL is fine. */
void staff_free(struct staff *st);

#endif
