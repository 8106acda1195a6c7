/* SPDX-License-Identifier: GPL-3.0-or-later */
/* secret.c - keyed hashes, tokens and passwords. Two kinds of token: a random one, of
 * which only the hash is kept, and a derived one, which the key can tell again days later
 * (a link in a reminder). */
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"

#define PASSWORD_OPS 2
#define PASSWORD_MEMORY_BYTES ((size_t)64 * 1024 * 1024)

_Static_assert(SECRET_KEY_SIZE == crypto_auth_hmacsha256_KEYBYTES, "HMAC key");
_Static_assert(SECRET_HASH_SIZE == crypto_hash_sha256_BYTES, "SHA-256");
_Static_assert(SECRET_HASH_SIZE == crypto_auth_hmacsha256_BYTES, "HMAC-SHA256");
_Static_assert(SECRET_PASSWORD_HASH_SIZE >= crypto_pwhash_argon2id_STRBYTES,
	       "argon2id string");

int secret_init(void)
{
	if (sodium_init() < 0) {
		log_err("libsodium cannot start: no source of random numbers");
		return -1;
	}
	return 0;
}

static int write_whole(int fd, const uint8_t *data, size_t n)
{
	while (n > 0) {
		ssize_t written = write(fd, data, n);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -1;
		data += written;
		n -= (size_t)written;
	}
	return 0;
}

/* Make the entry of path in its folder survive a power cut. */
static int sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash == NULL   ? xstrdup(".")
		       : slash == path ? xstrdup("/")
				       : xstrndup(path, (size_t)(slash - path));
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int rc = fd < 0 ? -1 : fsync(fd);

	if (fd >= 0)
		close(fd);
	free(folder);
	return rc;
}

static int key_create(const char *path, uint8_t key[SECRET_KEY_SIZE])
{
	uint8_t fresh[SECRET_KEY_SIZE];
	char *temporary = xasprintf("%s.XXXXXX", path);
	int fd = mkstemp(temporary); /* mode 0600 */
	int rc = -1;

	if (fd < 0) {
		log_err("the key file %s cannot be made: %s", path, strerror(errno));
		free(temporary);
		return -1;
	}
	secret_random(fresh, sizeof(fresh));
	if (write_whole(fd, fresh, sizeof(fresh)) || fsync(fd) ||
	    rename(temporary, path)) {
		log_err("the key file %s cannot be written: %s", path, strerror(errno));
		unlink(temporary);
		goto out;
	}
	if (sync_folder(path)) {
		log_err("the folder of the key file %s cannot be synchronised: %s", path,
			strerror(errno));
		goto out;
	}
	memcpy(key, fresh, sizeof(fresh));
	rc = 0;
out:
	close(fd);
	sodium_memzero(fresh, sizeof(fresh));
	free(temporary);
	return rc;
}

static int key_read(int fd, const char *path, uint8_t key[SECRET_KEY_SIZE])
{
	uint8_t bytes[SECRET_KEY_SIZE + 1];
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st)) {
		log_err("the key file %s cannot be examined: %s", path, strerror(errno));
		return -1;
	}
	if (!S_ISREG(st.st_mode)) {
		log_err("the key file %s is not a regular file", path);
		return -1;
	}
	if (st.st_mode & 077) {
		log_err("the key file %s can be read by others: run chmod 600 on it",
			path);
		return -1;
	}
	if (st.st_size != SECRET_KEY_SIZE) {
		log_err("the key file %s has %lld bytes instead of %d: put the backup's "
			"back",
			path, (long long)st.st_size, SECRET_KEY_SIZE);
		return -1;
	}
	n = read(fd, bytes, sizeof(bytes));
	if (n != SECRET_KEY_SIZE) {
		log_err("the key file %s cannot be read: %s", path,
			n < 0 ? strerror(errno) : "it changed meanwhile");
		return -1;
	}
	memcpy(key, bytes, SECRET_KEY_SIZE);
	sodium_memzero(bytes, sizeof(bytes));
	return 0;
}

int secret_key_load(const char *path, uint8_t key[SECRET_KEY_SIZE])
{
	/* NONBLOCK: a FIFO in its place must not hang the start. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int rc;

	if (fd < 0 && errno == ENOENT)
		return key_create(path, key);
	if (fd < 0) {
		log_err("the key file %s cannot be opened: %s", path, strerror(errno));
		return -1;
	}
	rc = key_read(fd, path, key);
	close(fd);
	return rc;
}

void secret_random(void *out, size_t n)
{
	randombytes_buf(out, n);
}

void secret_sha256(const void *data, size_t n, uint8_t out[SECRET_HASH_SIZE])
{
	crypto_hash_sha256(out, data, n);
}

void secret_hmac(const uint8_t key[SECRET_KEY_SIZE], const void *data, size_t n,
		 uint8_t out[SECRET_HASH_SIZE])
{
	crypto_auth_hmacsha256(out, data, n, key);
}

static void token_encode(const uint8_t bytes[SECRET_TOKEN_BYTES],
			 char out[SECRET_TOKEN_CHARS + 1])
{
	sodium_bin2base64(out, SECRET_TOKEN_CHARS + 1, bytes, SECRET_TOKEN_BYTES,
			  sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

void secret_token_random(char out[SECRET_TOKEN_CHARS + 1])
{
	uint8_t bytes[SECRET_TOKEN_BYTES];

	secret_random(bytes, sizeof(bytes));
	token_encode(bytes, out);
}

void secret_derive(const uint8_t key[SECRET_KEY_SIZE], const char *purpose,
		   const void *id, size_t id_size, uint32_t generation, uint8_t *out,
		   size_t size)
{
	const uint8_t tail[4] = {(uint8_t)(generation >> 24), (uint8_t)(generation >> 16),
				 (uint8_t)(generation >> 8), (uint8_t)generation};
	crypto_generichash_state state;

	/* The purpose's NUL and the tail's fixed size keep two different triples apart.
	 */
	crypto_generichash_init(&state, key, SECRET_KEY_SIZE, size);
	crypto_generichash_update(&state, (const uint8_t *)purpose, strlen(purpose) + 1);
	crypto_generichash_update(&state, id, id_size);
	crypto_generichash_update(&state, tail, sizeof(tail));
	crypto_generichash_final(&state, out, size);
}

void secret_token_derive(const uint8_t key[SECRET_KEY_SIZE], const char *purpose,
			 const void *id, size_t id_size, uint32_t generation,
			 char out[SECRET_TOKEN_CHARS + 1])
{
	uint8_t hash[SECRET_TOKEN_BYTES];

	secret_derive(key, purpose, id, id_size, generation, hash, sizeof(hash));
	token_encode(hash, out);
}

_Static_assert(SECRET_SEAL_SIZE ==
		       crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES,
	       "a seal");

void secret_seal(const uint8_t key[SECRET_KEY_SIZE], const char *purpose,
		 const void *bytes, size_t n, uint8_t *out)
{
	uint8_t own[crypto_secretbox_KEYBYTES];

	secret_derive(key, purpose, "", 0, 0, own, sizeof(own));
	randombytes_buf(out, crypto_secretbox_NONCEBYTES);
	crypto_secretbox_easy(out + crypto_secretbox_NONCEBYTES, bytes, n, out, own);
	sodium_memzero(own, sizeof(own));
}

int secret_open(const uint8_t key[SECRET_KEY_SIZE], const char *purpose,
		const uint8_t *sealed, size_t n, void *out)
{
	uint8_t own[crypto_secretbox_KEYBYTES];
	int rc;

	if (n < SECRET_SEAL_SIZE)
		return -1;
	secret_derive(key, purpose, "", 0, 0, own, sizeof(own));
	rc = crypto_secretbox_open_easy(out, sealed + crypto_secretbox_NONCEBYTES,
					n - crypto_secretbox_NONCEBYTES, sealed, own);
	sodium_memzero(own, sizeof(own));
	return rc ? -1 : 0;
}

void secret_token_encode(const uint8_t bytes[SECRET_TOKEN_BYTES],
			 char out[SECRET_TOKEN_CHARS + 1])
{
	token_encode(bytes, out);
}

void secret_digest(const void *data, size_t n, uint8_t out[SECRET_HASH_SIZE])
{
	crypto_generichash(out, SECRET_HASH_SIZE, data, n, NULL, 0);
}

void secret_token_hash(const char *token, uint8_t out[SECRET_HASH_SIZE])
{
	secret_sha256(token, strlen(token), out);
}

int secret_equal(const void *a, const void *b, size_t n)
{
	return sodium_memcmp(a, b, n) == 0;
}

int secret_password_hash(const char *password, char out[SECRET_PASSWORD_HASH_SIZE])
{
	if (crypto_pwhash_argon2id_str(out, password, strlen(password), PASSWORD_OPS,
				       PASSWORD_MEMORY_BYTES)) {
		log_err("a password cannot be hashed: %zu MiB of memory are needed",
			PASSWORD_MEMORY_BYTES >> 20);
		return -1;
	}
	return 0;
}

int secret_password_verify(const char *hash, const char *password)
{
	return crypto_pwhash_argon2id_str_verify(hash, password, strlen(password)) == 0;
}
