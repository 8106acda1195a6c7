/* SPDX-License-Identifier: GPL-3.0-or-later */
/* address.h - addresses of clients: parsed, printed, compared with networks, and found
 * behind trusted proxies. Pure. An IPv4 address is kept as ::ffff:a.b.c.d. */
#ifndef RDVD_HTTP_ADDRESS_H
#define RDVD_HTTP_ADDRESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define ADDRESS_TEXT_MAX 46

struct address {
	uint8_t bytes[16];
	int is_local; /* the local socket: bytes are zero */
};

struct address_net {
	struct address base;
	int bits; /* of 128 */
};

/* 0, or -1 when it is neither IPv4, IPv6 nor AF_UNIX. */
int address_from_sockaddr(const struct sockaddr *sa, socklen_t len, struct address *out);
/* "192.0.2.7", "2001:db8::1", "[2001:db8::1]", either with a port after; 0 or -1. */
int address_parse(const char *s, size_t len, struct address *out);
/* "10.0.0.0/8", "fd00::/8", or one address; 0 or -1. */
int address_net_parse(const char *s, struct address_net *out);
int address_in(const struct address *a, const struct address_net *nets, size_t n);
/* 127.0.0.0/8 or ::1. */
int address_is_loopback(const struct address *a);
/* "local" for the local socket. */
void address_format(const struct address *a, char out[ADDRESS_TEXT_MAX]);
/* What limits count by: the address, or the /64 of an IPv6 one. */
uint64_t address_key(const struct address *a);

/* The client of a connection from peer: when peer is trusted, the rightmost address of
 * forwarded_for (an X-Forwarded-For value, or NULL) that is not trusted, or the leftmost
 * when all are. Anything that cannot be read ends the search: the last one understood
 * counts. */
void address_client(const struct address *peer, const char *forwarded_for,
		    const struct address_net *trusted, size_t ntrusted,
		    struct address *out);

#endif
