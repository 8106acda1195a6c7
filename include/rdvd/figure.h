/* SPDX-License-Identifier: GPL-3.0-or-later */
/* figure.h - what the store gives to those who count: appointments as their last fact
 * says, with their length; what each day offered, written down once it is over; and what
 * was left to offer, day after day. store.h says what is done with them. */
#ifndef RDVD_FIGURE_H
#define RDVD_FIGURE_H

#include <stdint.h>

/* One participation, as its last fact says, and what no fact holds. Nothing that names
 * anybody. Ids are definitions'; 0 none. */
struct rdvd_figure {
	int64_t organisation, site, service;
	int64_t session; /* several rows of a workshop share it */
	int32_t day;	 /* civil, at the site */
	int minute;	 /* of that day, when it starts */
	int minutes;	 /* its length */
	int capacity;	 /* of a workshop; 0 else */
	int outcome;	 /* enum rdvd_outcome */
	int channel;	 /* enum rdvd_booked_by */
	int lead_days;	 /* between the booking and the day */
	int reminders_sent, reminders_delivered, confirmed;
	int persons; /* who came; who was announced as long as nobody said */
	int first;   /* 1: seen, and this organisation had not seen the person before */
};

struct rdvd_figure_filter {
	int32_t from, to;     /* civil days of the appointment, half-open */
	int64_t organisation; /* 0 any */
};

/* A counsellor was to be had at a site on that day, from one minute of it to another (at
 * most 2880: past midnight), closures and absences taken off. A day's rows of one
 * counsellor and site do not overlap. */
struct rdvd_supply {
	int32_t day;
	int64_t organisation, site, counsellor;
	int from, to;
	const char *services; /* their ids, between spaces: " 12 40 " */
};

/* What the public could still book on the morning of that day, of a service at a site. */
struct rdvd_outlook {
	int32_t day;
	int64_t organisation, site, service;
	int free14, free28; /* times within so many days; capped */
	int wait_days;	    /* to the first; -1 none in sight */
	int dry;	    /* 1: fewer than the organisation wants */
};

#endif
