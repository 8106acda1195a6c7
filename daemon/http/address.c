/* SPDX-License-Identifier: GPL-3.0-or-later */
/* address.c - see address.h. All addresses are 16 bytes, so that one comparison serves
 * both families. */
#include "http/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "base/parse.h"

static const uint8_t v4_prefix[12] = {[10] = 0xff, [11] = 0xff};

static void from_v4(const void *four, struct address *out)
{
	memcpy(out->bytes, v4_prefix, sizeof v4_prefix);
	memcpy(out->bytes + 12, four, 4);
	out->is_local = 0;
}

static int is_v4(const struct address *a)
{
	return !memcmp(a->bytes, v4_prefix, sizeof v4_prefix);
}

int address_from_sockaddr(const struct sockaddr *sa, socklen_t len, struct address *out)
{
	if (!sa || len < sizeof sa->sa_family)
		return -1;
	if (sa->sa_family == AF_UNIX) {
		*out = (struct address){.is_local = 1};
		return 0;
	}
	if (sa->sa_family == AF_INET && len >= sizeof(struct sockaddr_in)) {
		struct sockaddr_in in;

		memcpy(&in, sa, sizeof in);
		from_v4(&in.sin_addr, out);
		return 0;
	}
	if (sa->sa_family == AF_INET6 && len >= sizeof(struct sockaddr_in6)) {
		struct sockaddr_in6 in6;

		memcpy(&in6, sa, sizeof in6);
		memcpy(out->bytes, &in6.sin6_addr, 16);
		out->is_local = 0;
		return 0;
	}
	return -1;
}

int address_parse(const char *s, size_t len, struct address *out)
{
	char text[ADDRESS_TEXT_MAX];
	const char *end = s + len;
	const char *colon;
	uint8_t bytes[16];

	while (s < end && (*s == ' ' || *s == '\t'))
		s++;
	while (s < end && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	if (s < end && *s == '[') {
		const char *close = memchr(s, ']', (size_t)(end - s));

		if (!close || (close + 1 < end && close[1] != ':'))
			return -1;
		s++;
		end = close;
	} else {
		colon = memchr(s, ':', (size_t)(end - s));
		if (colon && !memchr(colon + 1, ':', (size_t)(end - colon - 1)))
			end = colon; /* 192.0.2.7:1234 */
	}
	if (end - s < 2 || (size_t)(end - s) >= sizeof text)
		return -1;
	memcpy(text, s, (size_t)(end - s));
	text[end - s] = '\0';
	if (inet_pton(AF_INET, text, bytes) == 1) {
		from_v4(bytes, out);
		return 0;
	}
	if (inet_pton(AF_INET6, text, bytes) == 1) {
		memcpy(out->bytes, bytes, 16);
		out->is_local = 0;
		return 0;
	}
	return -1;
}

int address_net_parse(const char *s, struct address_net *out)
{
	const char *slash = strchr(s, '/');
	struct address base;
	int64_t bits;

	if (address_parse(s, slash ? (size_t)(slash - s) : strlen(s), &base))
		return -1;
	bits = is_v4(&base) ? 32 : 128;
	if (slash && parse_int(slash + 1, 0, bits, &bits))
		return -1;
	out->base = base;
	out->bits = (int)bits + (is_v4(&base) ? 96 : 0);
	return 0;
}

static int in_net(const struct address *a, const struct address_net *net)
{
	int whole = net->bits / 8, rest = net->bits % 8;

	if (a->is_local || memcmp(a->bytes, net->base.bytes, (size_t)whole))
		return 0;
	return !rest || !((a->bytes[whole] ^ net->base.bytes[whole]) >> (8 - rest));
}

int address_in(const struct address *a, const struct address_net *nets, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (in_net(a, &nets[i]))
			return 1;
	return 0;
}

int address_is_loopback(const struct address *a)
{
	static const uint8_t one[16] = {[15] = 1};

	if (a->is_local)
		return 0;
	return is_v4(a) ? a->bytes[12] == 127 : !memcmp(a->bytes, one, sizeof one);
}

void address_format(const struct address *a, char out[ADDRESS_TEXT_MAX])
{
	if (a->is_local)
		memcpy(out, "local", sizeof "local");
	else if (is_v4(a))
		inet_ntop(AF_INET, a->bytes + 12, out, ADDRESS_TEXT_MAX);
	else
		inet_ntop(AF_INET6, a->bytes, out, ADDRESS_TEXT_MAX);
}

uint64_t address_key(const struct address *a)
{
	uint64_t key;

	memcpy(&key, a->bytes, sizeof key);
	if (is_v4(a)) {
		uint32_t four;

		memcpy(&four, a->bytes + 12, sizeof four);
		key = UINT64_C(0xffff) << 32 |
		      four; /* no /64 of IPv6 begins with zeros */
	}
	return key;
}

void address_client(const struct address *peer, const char *forwarded_for,
		    const struct address_net *trusted, size_t ntrusted,
		    struct address *out)
{
	const char *end;

	*out = *peer;
	if (!forwarded_for || !address_in(peer, trusted, ntrusted))
		return;
	end = forwarded_for + strlen(forwarded_for);
	while (end > forwarded_for) {
		const char *start = end;
		struct address a;

		while (start > forwarded_for && start[-1] != ',')
			start--;
		if (address_parse(start, (size_t)(end - start), &a))
			return;
		*out = a;
		if (!address_in(&a, trusted, ntrusted))
			return;
		end = start > forwarded_for ? start - 1 : start;
	}
}
