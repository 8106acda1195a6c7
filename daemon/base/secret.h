/* SPDX-License-Identifier: GPL-3.0-or-later */
/* secret.h - keyed hashes, random tokens and passwords, by libsodium. secret_init once at
 * start. */
#ifndef RDVD_BASE_SECRET_H
#define RDVD_BASE_SECRET_H

#include <stddef.h>
#include <stdint.h>

#include "rdvd/types.h"

#define SECRET_KEY_SIZE 32
#define SECRET_HASH_SIZE 32
#define SECRET_TOKEN_BYTES 16
#define SECRET_TOKEN_CHARS 22 /* 16 bytes as base64url, without the NUL */

/* -1 when libsodium cannot start. */
int secret_init(void);

/* The server's key: read from path, or made there (mode 0600, created whole by rename)
 * when the file does not exist. A file of another size, or readable by others, is
 * refused. Logs; -1 on failure. */
int secret_key_load(const char *path, uint8_t key[SECRET_KEY_SIZE]);

void secret_random(void *out, size_t n);
void secret_sha256(const void *data, size_t n, uint8_t out[SECRET_HASH_SIZE]);
/* HMAC-SHA256. */
void secret_hmac(const uint8_t key[SECRET_KEY_SIZE], const void *data, size_t n,
		 uint8_t out[SECRET_HASH_SIZE]);
/* A fresh 128-bit random token as base64url; out has SECRET_TOKEN_CHARS + 1 bytes. */
void secret_token_random(char out[SECRET_TOKEN_CHARS + 1]);
/* size bytes (16..64) that only the key's holder can make of (purpose, id, generation):
 * keyed BLAKE2b (RFC 7693), a fraction of the cost of HMAC-SHA256. */
void secret_derive(const uint8_t key[SECRET_KEY_SIZE], const char *purpose,
		   const void *id, size_t id_size, uint32_t generation, uint8_t *out,
		   size_t size);
/* 16 such bytes as base64url: a token that can be told again days later. */
void secret_token_derive(const uint8_t key[SECRET_KEY_SIZE], const char *purpose,
			 const void *id, size_t id_size, uint32_t generation,
			 char out[SECRET_TOKEN_CHARS + 1]);
/* 16 bytes as base64url. */
void secret_token_encode(const uint8_t bytes[SECRET_TOKEN_BYTES],
			 char out[SECRET_TOKEN_CHARS + 1]);
/* A fingerprint for our own use (BLAKE2b-256): not a format of anybody else's. */
void secret_digest(const void *data, size_t n, uint8_t out[SECRET_HASH_SIZE]);
/* The SHA-256 under which a token is stored and looked up. */
void secret_token_hash(const char *token, uint8_t out[SECRET_HASH_SIZE]);
/* 1 when equal, in constant time. */
int secret_equal(const void *a, const void *b, size_t n);

/* Bytes that a seal adds. */
#define SECRET_SEAL_SIZE 40
/* n bytes closed with the key for a purpose, into n + SECRET_SEAL_SIZE bytes: whoever
 * reads the store without the key reads nothing (XSalsa20-Poly1305, a random nonce). */
void secret_seal(const uint8_t key[SECRET_KEY_SIZE], const char *purpose,
		 const void *bytes, size_t n, uint8_t *out);
/* And opened: n is the sealed size, out has n - SECRET_SEAL_SIZE bytes. 0, or -1: it was
 * not sealed with this key for this purpose. */
int secret_open(const uint8_t key[SECRET_KEY_SIZE], const char *purpose,
		const uint8_t *sealed, size_t n, void *out);

#define SECRET_PASSWORD_HASH_SIZE 128
/* argon2id, t=2 m=64 MiB (about 30 ms): in a worker thread. out is a self-describing
 * string. */
int secret_password_hash(const char *password, char out[SECRET_PASSWORD_HASH_SIZE]);
/* 1 when the password is right. */
int secret_password_verify(const char *hash, const char *password);

#endif
