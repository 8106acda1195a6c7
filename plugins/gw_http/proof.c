/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proof.c - see proof.h. The hashes are nettle's: it has SHA-1, which two providers still
 * ask for and libsodium has not, keeps no state, and is in the process anyway, under the
 * HTTP server. */
#include "proof.h"

#include <arpa/inet.h>
#include <errno.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/sha1.h>
#include <stdlib.h>
#include <string.h>

/* A path's secret stands after the word: "in/SECRET". */
static const char *path_secret(const char *path)
{
	const char *slash = strchr(path, '/');

	return slash ? slash + 1 : "";
}

/* Equal, in a time that depends on the lengths only, which are no secret. */
static int is_equal(const char *said, const char *expected)
{
	size_t n = strlen(expected);

	return strlen(said) == n && memeql_sec(said, expected, n);
}

/* As is_equal; hexadecimal digits may come in either case. */
static int is_equal_hex(const char *said, const char *expected)
{
	char *lower = mem_dup(said, strlen(said));
	int equal;

	for (char *p = lower; *p; p++)
		*p = *p >= 'A' && *p <= 'F' ? (char)(*p - 'A' + 'a') : *p;
	equal = is_equal(lower, expected);
	free(lower);
	return equal;
}

/* Is the timestamp there, and young enough? A little of the future is a clock's fault. */
static int is_fresh(const char *timestamp, int max_age_s, rdvd_time now)
{
	char *end;
	long long t;

	if (!timestamp || !*timestamp)
		return 0;
	errno = 0;
	t = strtoll(timestamp, &end, 10);
	if (*end || errno || t < 0)
		return 0;
	return !max_age_s || (t >= now - max_age_s && t <= now + max_age_s);
}

static const char *header_of(const struct rdvd_callback *c, const char *name)
{
	const char *value = name ? c->header(c, name) : NULL;

	return value ? value : "";
}

static int holds_sha256(const struct proof *p, const struct rdvd_callback *c,
			rdvd_time now)
{
	const char *timestamp = header_of(c, p->timestamp_header);
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct hmac_sha256_ctx mac;
	struct str expected = {0};
	int holds;

	if (p->timestamp_header && !is_fresh(timestamp, p->max_age_s, now))
		return 0;
	hmac_sha256_set_key(&mac, strlen(p->secret), (const uint8_t *)p->secret);
	hmac_sha256_update(&mac, c->body_size, (const uint8_t *)c->body);
	hmac_sha256_update(&mac, strlen(timestamp), (const uint8_t *)timestamp);
	hmac_sha256_digest(&mac, sizeof digest, digest);
	if (p->is_base64)
		str_base64(&expected, digest, sizeof digest);
	else
		str_hex(&expected, digest, sizeof digest);
	holds = p->is_base64 ? is_equal(header_of(c, p->header), str_of(&expected))
			     : is_equal_hex(header_of(c, p->header), str_of(&expected));
	str_fini(&expected);
	return holds;
}

static int by_name(const void *a, const void *b)
{
	const struct pair *const *x = a, *const *y = b;
	int order = strcmp((*x)->name, (*y)->name);

	return order ? order : strcmp((*x)->value, (*y)->value);
}

/* The fields in the order of their names; free it. */
static const struct pair **sorted(const struct pairs *fields)
{
	const struct pair **all = mem_zero(fields->n, sizeof *all);

	for (size_t i = 0; i < fields->n; i++)
		all[i] = &fields->items[i];
	qsort(all, fields->n, sizeof *all, by_name);
	return all;
}

/* The whole address and then each field's name and value, in order, without anything
 * between (twilio.com/docs/usage/security). */
static int holds_twilio(const struct proof *p, const struct rdvd_callback *c,
			const struct pairs *fields)
{
	uint8_t digest[SHA1_DIGEST_SIZE];
	struct hmac_sha1_ctx mac;
	const struct pair **all = sorted(fields);
	struct str text = {0}, expected = {0};
	int holds;

	str_puts(&text, c->url);
	if (*c->query && !strchr(c->url, '?')) {
		str_putc(&text, '?');
		str_puts(&text, c->query);
	}
	for (size_t i = 0; i < fields->n; i++) {
		str_puts(&text, all[i]->name);
		str_puts(&text, all[i]->value);
	}
	hmac_sha1_set_key(&mac, strlen(p->secret), (const uint8_t *)p->secret);
	hmac_sha1_update(&mac, text.len, (const uint8_t *)str_of(&text));
	hmac_sha1_digest(&mac, sizeof digest, digest);
	str_base64(&expected, digest, sizeof digest);
	holds = is_equal(header_of(c, p->header), str_of(&expected));
	free(all);
	str_fini(&text);
	str_fini(&expected);
	return holds;
}

/* "&name=value" of each field but sig, in order, with & and = of values as _
 * (developer.vonage.com, signing messages). */
static int holds_vonage(const struct proof *p, const struct pairs *fields, rdvd_time now)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct hmac_sha256_ctx mac;
	const struct pair **all = sorted(fields);
	const char *said = "", *timestamp = NULL;
	struct str text = {0}, expected = {0};
	int holds;

	for (size_t i = 0; i < fields->n; i++) {
		if (strcmp(all[i]->name, "sig") == 0) {
			said = all[i]->value;
			continue;
		}
		if (strcmp(all[i]->name, "timestamp") == 0)
			timestamp = all[i]->value;
		str_putc(&text, '&');
		str_puts(&text, all[i]->name);
		str_putc(&text, '=');
		for (const char *v = all[i]->value; *v; v++)
			str_putc(&text, *v == '&' || *v == '=' ? '_' : *v);
	}
	hmac_sha256_set_key(&mac, strlen(p->secret), (const uint8_t *)p->secret);
	hmac_sha256_update(&mac, text.len, (const uint8_t *)str_of(&text));
	hmac_sha256_digest(&mac, sizeof digest, digest);
	str_hex(&expected, digest, sizeof digest);
	holds = is_fresh(timestamp, p->max_age_s, now) &&
		is_equal_hex(said, str_of(&expected));
	free(all);
	str_fini(&text);
	str_fini(&expected);
	return holds;
}

int proof_holds(const struct proof *p, const struct rdvd_callback *c,
		const struct pairs *fields, rdvd_time now)
{
	switch (p->kind) {
	case PROOF_PATH: return is_equal(path_secret(c->path), p->secret);
	case PROOF_HEADER: return is_equal(header_of(c, p->header), p->secret);
	case PROOF_HMAC_SHA256: return holds_sha256(p, c, now);
	case PROOF_TWILIO: return holds_twilio(p, c, fields);
	case PROOF_VONAGE: return holds_vonage(p, fields, now);
	case PROOF_ADDRESS: return networks_contain(p->secret, c->address);
	}
	return 0;
}

void proof_fini(struct proof *p)
{
	if (p->secret)
		explicit_bzero(p->secret, strlen(p->secret));
	free(p->secret);
	free(p->header);
	free(p->timestamp_header);
}

/* ---- networks ---- */

/* An address as 16 bytes; IPv4 is mapped (RFC 4291 2.5.5.2). The bits that its own length
 * lacks, or -1. */
static int parse_address(const char *text, uint8_t out[16])
{
	static const uint8_t mapped[12] = {[10] = 0xFF, [11] = 0xFF};

	if (inet_pton(AF_INET6, text, out) == 1)
		return 0;
	memcpy(out, mapped, sizeof mapped);
	return inet_pton(AF_INET, text, out + 12) == 1 ? 96 : -1;
}

/* The next network of the list: 1, 0 at the end, -1 when it is none. */
static int next_network(const char **at, uint8_t network[16], int *bits)
{
	char text[64], *slash, *end;
	size_t n;
	int lacks;
	long length;

	*at += strspn(*at, " ,\t");
	n = strcspn(*at, " ,\t");
	if (!n)
		return 0;
	if (n >= sizeof text)
		return -1;
	memcpy(text, *at, n);
	text[n] = '\0';
	*at += n;
	slash = strchr(text, '/');
	if (slash)
		*slash++ = '\0';
	lacks = parse_address(text, network);
	if (lacks < 0)
		return -1;
	length = slash ? strtol(slash, &end, 10) : 128 - lacks;
	if ((slash && (*end || !*slash)) || length < 0 || length > 128 - lacks)
		return -1;
	*bits = (int)length + lacks;
	return 1;
}

int networks_are_valid(const char *networks)
{
	uint8_t network[16];
	int bits, rc;

	while ((rc = next_network(&networks, network, &bits)) > 0)
		;
	return rc == 0;
}

int networks_contain(const char *networks, const char *address)
{
	uint8_t wanted[16], network[16];
	int bits;

	if (parse_address(address, wanted) < 0)
		return 0;
	while (next_network(&networks, network, &bits) > 0) {
		int bytes = bits / 8, rest = bits % 8;
		uint8_t mask = (uint8_t)(0xFF00 >> rest);

		if (memcmp(wanted, network, (size_t)bytes) == 0 &&
		    (!rest || ((wanted[bytes] ^ network[bytes]) & mask) == 0))
			return 1;
	}
	return 0;
}

void sign_ovh(struct str *out, const char *secret, const char *consumer,
	      const char *method, const char *url, const char *body, rdvd_time timestamp)
{
	uint8_t digest[SHA1_DIGEST_SIZE];
	struct sha1_ctx hash;
	struct str text = {0};

	str_puts(&text, secret);
	str_putc(&text, '+');
	str_puts(&text, consumer);
	str_putc(&text, '+');
	str_puts(&text, method);
	str_putc(&text, '+');
	str_puts(&text, url);
	str_putc(&text, '+');
	str_puts(&text, body);
	str_putf(&text, "+%lld", (long long)timestamp);
	sha1_init(&hash);
	sha1_update(&hash, text.len, (const uint8_t *)str_of(&text));
	sha1_digest(&hash, sizeof digest, digest);
	str_puts(out, "$1$");
	str_hex(out, digest, sizeof digest);
	explicit_bzero(text.s, text.len);
	str_fini(&text);
}
