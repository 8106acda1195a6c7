/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proof.c - see proof.h. SipHash-2-4: Aumasson and Bernstein, 2012. */
#include "proof.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define HASH_CHARS 16

/* ---- the hash ---- */

static uint64_t rotate(uint64_t v, int n)
{
	return v << n | v >> (64 - n);
}

static void sip_round(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

static uint64_t little_endian(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	for (size_t i = 0; i < n; i++)
		v |= (uint64_t)p[i] << (8 * i);
	return v;
}

uint64_t siphash(const uint8_t key[PROOF_KEY_SIZE], const void *bytes, size_t n)
{
	const uint8_t *p = bytes;
	uint64_t k0 = little_endian(key, 8), k1 = little_endian(key + 8, 8), m;
	uint64_t v[4] = {k0 ^ 0x736f6d6570736575u, k1 ^ 0x646f72616e646f6du,
			 k0 ^ 0x6c7967656e657261u, k1 ^ 0x7465646279746573u};
	size_t left = n;

	for (; left >= 8; left -= 8, p += 8) {
		m = little_endian(p, 8);
		v[3] ^= m;
		sip_round(v);
		sip_round(v);
		v[0] ^= m;
	}
	m = little_endian(p, left) | (uint64_t)n << 56;
	v[3] ^= m;
	sip_round(v);
	sip_round(v);
	v[0] ^= m;
	v[2] ^= 0xFF;
	for (int i = 0; i < 4; i++)
		sip_round(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* ---- the key ---- */

/* 0, -1 with errno: ENOENT when there is none yet. */
static int read_key(const char *path, uint8_t key[PROOF_KEY_SIZE])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), saved;
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, key, PROOF_KEY_SIZE);
	saved = n < 0 ? errno : EINVAL;
	close(fd);
	errno = saved;
	return n == PROOF_KEY_SIZE ? 0 : -1;
}

/* Several gateways may start at once: the first link stands. */
static int write_key(const char *path)
{
	uint8_t key[PROOF_KEY_SIZE];
	char *temporary;
	int fd, rc = -1, saved;

	if (getrandom(key, sizeof key, 0) != (ssize_t)sizeof key ||
	    asprintf(&temporary, "%s.XXXXXX", path) < 0)
		return -1;
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd >= 0) {
		if (write(fd, key, sizeof key) == (ssize_t)sizeof key && !fsync(fd) &&
		    (!link(temporary, path) || errno == EEXIST))
			rc = 0;
		saved = errno;
		close(fd);
		unlink(temporary);
		errno = saved;
	}
	free(temporary);
	return rc;
}

int proof_key_load(const char *dir, uint8_t key[PROOF_KEY_SIZE])
{
	char *path;
	int rc;

	if (asprintf(&path, "%s/gw_smtp.key", dir) < 0)
		return -1;
	rc = read_key(path, key);
	if (rc < 0 && errno == ENOENT)
		rc = write_key(path) < 0 ? -1 : read_key(path, key);
	free(path);
	return rc;
}

/* ---- the mark ---- */

static int is_id_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-';
}

int proof_id_is_valid(const char *id)
{
	size_t n = 0;

	while (is_id_byte(id[n]))
		n++;
	return n > 0 && n <= PROOF_ID_MAX && !id[n];
}

static void hash_of(const uint8_t key[PROOF_KEY_SIZE], const char *id, size_t n,
		    char out[HASH_CHARS + 1])
{
	snprintf(out, HASH_CHARS + 1, "%016llx", (unsigned long long)siphash(key, id, n));
}

void proof_make(const uint8_t key[PROOF_KEY_SIZE], const char *id, char out[PROOF_SIZE])
{
	char hash[HASH_CHARS + 1];

	hash_of(key, id, strlen(id), hash);
	snprintf(out, PROOF_SIZE, "%s.%s", id, hash);
}

static int is_hash(const char *s)
{
	for (int i = 0; i < HASH_CHARS; i++)
		if (!((s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'f')))
			return 0;
	return 1;
}

int proof_find(const uint8_t key[PROOF_KEY_SIZE], const char *text, size_t n,
	       char id[PROOF_ID_MAX + 1])
{
	char hash[HASH_CHARS + 1];

	for (size_t dot = 1; dot + 1 + HASH_CHARS <= n; dot++) {
		if (text[dot] != '.' || !is_hash(text + dot + 1))
			continue;
		/* what stands before the id, in a return path, may look like a part of it
		 */
		for (size_t len = 1; len <= PROOF_ID_MAX && len <= dot; len++) {
			const char *from = text + dot - len;

			if (!is_id_byte(*from))
				break;
			hash_of(key, from, len, hash);
			if (memcmp(hash, text + dot + 1, HASH_CHARS) == 0) {
				memcpy(id, from, len);
				id[len] = '\0';
				return 0;
			}
		}
	}
	return -1;
}
