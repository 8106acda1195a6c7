/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dav.h - calendars over HTTP: a counsellor's feed behind a secret address, and the
 * calendar file of one appointment behind its own. A wrong secret is 404, like any page
 * that is not there. */
#ifndef RDVD_DAV_DAV_H
#define RDVD_DAV_DAV_H

struct access;
struct booking;
struct dav;
struct http_server;
struct store;

/* Add the routes /cal/{secret}.ics and /rdv/{token}.ics. All is lent. Loop thread. */
struct dav *dav_new(struct http_server *server, struct booking *b, struct access *a,
		    struct store *s);
/* After the server has stopped. NULL is fine. */
void dav_free(struct dav *d);

#endif
