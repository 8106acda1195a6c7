/* SPDX-License-Identifier: GPL-3.0-or-later */
/* listen.h - listening sockets, made or inherited. */
#ifndef RDVD_HTTP_LISTEN_H
#define RDVD_HTTP_LISTEN_H

/* Listen on "127.0.0.1:8080", "[::1]:8080", "localhost:8080" or "*:80" (all addresses,
 * both families). Returns the descriptor, or -1: logged. */
int listen_tcp(const char *where);
/* Listen on a path with these permissions. A socket that nobody answers is replaced; one
 * that answers is left alone: -1, logged. */
int listen_unix(const char *path, unsigned mode);
/* The TCP port of a listening socket; 0 for a local one; -1 when fd does not listen. */
int listen_port(int fd);
/* Raise the number of descriptors that this process may open to at least n, as far as the
 * hard limit goes; logs when that is not enough. */
void listen_raise_files(unsigned n);

#endif
