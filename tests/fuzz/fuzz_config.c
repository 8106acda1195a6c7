/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_config.c - configurations from anybody: refused, each fault with its place; or
 * taken, and then whole. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int truth)
{
	if (!truth)
		abort();
}

static void check_whole(const struct config *c)
{
	struct buf changes = BUF_INIT;

	require(c->dir && c->dir[0] == '/' && c->socket && c->socket[0] == '/');
	require(c->listen.n > 0 && c->store.name != NULL);
	require(c->workers.queue_max >= 16 && c->limits.connections >= 16);
	for (size_t i = 0; i < c->ngateways; i++)
		require(c->gateways[i].plugin.name && c->gateways[i].channels);
	for (size_t i = 0; i < c->nexports; i++)
		require(c->exports[i].folder && c->exports[i].folder[0] == '/');
	config_changes(c, c, &changes);
	require(!changes.len);
	buf_fini(&changes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz.conf", MFD_CLOEXEC);
	struct buf errors = BUF_INIT;
	struct config *c;
	char path[64];

	require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	c = config_load(path, &errors);
	if (c)
		check_whole(c);
	else
		require(!strncmp(buf_str(&errors), path, strlen(path)));
	config_free(c);
	buf_fini(&errors);
	close(fd);
	return 0;
}
