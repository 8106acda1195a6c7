/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_secret.c - hashes against published vectors, tokens, the key file, passwords. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"

static void assert_hex(const void *bytes, size_t n, const char *hex)
{
	struct buf b = BUF_INIT;

	buf_add_hex(&b, bytes, n);
	assert_string_equal(buf_str(&b), hex);
	buf_fini(&b);
}

static void test_hashes(void **state)
{
	uint8_t out[SECRET_HASH_SIZE], key[SECRET_KEY_SIZE];

	secret_sha256("abc", 3, out); /* FIPS 180-4 */
	assert_hex(out, sizeof(out),
		   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	secret_token_hash("abc", out);
	assert_hex(out, sizeof(out),
		   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	/* RFC 4231 case 2's key, padded with zeros, which HMAC does itself. */
	memset(key, 0, sizeof(key));
	memcpy(key, "Jefe", 4);
	secret_hmac(key, "what do ya want for nothing?", 28, out);
	assert_hex(out, sizeof(out),
		   "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

static void test_tokens(void **state)
{
	char a[SECRET_TOKEN_CHARS + 1], b[SECRET_TOKEN_CHARS + 1];
	uint8_t key[SECRET_KEY_SIZE] = {1}, other[SECRET_KEY_SIZE] = {2};
	int64_t id = 42, id2 = 43;

	secret_token_random(a);
	secret_token_random(b);
	assert_int_equal(strlen(a), SECRET_TOKEN_CHARS);
	assert_int_equal(strspn(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				   "0123456789-_"),
			 SECRET_TOKEN_CHARS);
	assert_string_not_equal(a, b);

	secret_token_derive(key, "manage", &id, sizeof(id), 1, a);
	secret_token_derive(key, "manage", &id, sizeof(id), 1, b);
	assert_string_equal(a, b);
	assert_int_equal(strlen(a), SECRET_TOKEN_CHARS);
	secret_token_derive(key, "manage", &id, sizeof(id), 2, b);
	assert_string_not_equal(a, b);
	secret_token_derive(key, "manage", &id2, sizeof(id2), 1, b);
	assert_string_not_equal(a, b);
	secret_token_derive(key, "feed", &id, sizeof(id), 1, b);
	assert_string_not_equal(a, b);
	secret_token_derive(other, "manage", &id, sizeof(id), 1, b);
	assert_string_not_equal(a, b);
	/* The parts cannot be shifted into one another. */
	secret_token_derive(key, "ab", "c", 1, 1, a);
	secret_token_derive(key, "a", "bc", 2, 1, b);
	assert_string_not_equal(a, b);

	assert_true(secret_equal("abc", "abc", 3));
	assert_false(secret_equal("abc", "abd", 3));
}

static void write_file(const char *path, size_t n, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	char zeros[64] = {0};

	assert_true(fd >= 0);
	assert_int_equal(write(fd, zeros, n), n);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void test_key_file(void **state)
{
	char dir[] = "/tmp/rdvd-test-XXXXXX";
	uint8_t key[SECRET_KEY_SIZE], again[SECRET_KEY_SIZE],
		zeros[SECRET_KEY_SIZE] = {0};
	struct stat st;
	char *path, *missing;

	assert_non_null(mkdtemp(dir));
	path = xasprintf("%s/key", dir);
	missing = xasprintf("%s/none/key", dir);

	assert_int_equal(secret_key_load(path, key), 0);
	assert_memory_not_equal(key, zeros, sizeof(key));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(st.st_size, SECRET_KEY_SIZE);
	assert_int_equal(secret_key_load(path, again), 0);
	assert_memory_equal(key, again, sizeof(key));

	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(secret_key_load(path, again), -1);
	write_file(path, SECRET_KEY_SIZE - 1, 0600);
	assert_int_equal(secret_key_load(path, again), -1);
	write_file(path, SECRET_KEY_SIZE + 1, 0600);
	assert_int_equal(secret_key_load(path, again), -1);
	assert_memory_equal(key, again, sizeof(key));
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(secret_key_load(path, again), -1);
	assert_int_equal(secret_key_load(missing, again), -1);

	rmdir(path);
	assert_int_equal(rmdir(dir), 0); /* no temporary file stays */
	free(path);
	free(missing);
}

static void test_passwords(void **state)
{
	char hash[SECRET_PASSWORD_HASH_SIZE], second[SECRET_PASSWORD_HASH_SIZE];

	assert_int_equal(secret_password_hash("correct horse", hash), 0);
	assert_ptr_equal(strstr(hash, "$argon2id$v=19$m=65536,t=2,p=1$"), hash);
	assert_true(secret_password_verify(hash, "correct horse"));
	assert_false(secret_password_verify(hash, "correct horsf"));
	assert_false(secret_password_verify(hash, ""));
	assert_false(secret_password_verify("", "correct horse"));
	assert_false(secret_password_verify("nonsense", "correct horse"));
	assert_int_equal(secret_password_hash("correct horse", second), 0);
	assert_string_not_equal(hash, second); /* salted */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hashes),
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_key_file),
		cmocka_unit_test(test_passwords),
	};

	if (secret_init())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
