/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_returned.c - what comes back from mail servers and modems: the first byte chooses
 * a mail, a line of a server's reply, or a text by its alphabet; the rest is its bytes.
 * Nothing speaks of a message whose mark it does not hold, and whatever is told is clean
 * text without an address. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "gw_smtp/bounce.h"
#include "gw_smtp/outcome.h"
#include "gw_spool/spool.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t key[PROOF_KEY_SIZE] = "0123456789abcde";

static void check_clean(const char *s)
{
	if (!utf8_is_clean(s, strlen(s)) || strpbrk(s, "\r\n"))
		abort();
}

static void fuzz_mail(const char *text, size_t n)
{
	struct bounce b;

	bounce_read(key, text, n, &b);
	check_clean(b.note);
	check_clean(b.key);
	if (b.kind == BOUNCE_REPORT && (!b.is_ours || !proof_id_is_valid(b.id)))
		abort();
	if (b.kind == BOUNCE_REPORT && strchr(b.note, '@'))
		abort();
}

static void fuzz_reply(const char *text, size_t n)
{
	struct reply r = {.code = 0};
	char note[256];

	if (reply_read(&r, text, n) < 0)
		return;
	for (int stage = STAGE_CONNECT; stage <= STAGE_END; stage++) {
		enum rdvd_sent sent = outcome_of_reply((enum stage)stage, &r);

		/* only after the end of data can it have been taken */
		if (stage < STAGE_END &&
		    (sent == RDVD_SENT_ACCEPTED || sent == RDVD_SENT_UNKNOWN))
			abort();
		reply_note((enum stage)stage, &r, note, sizeof note);
		check_clean(note);
		if (strchr(note, '@'))
			abort();
	}
}

static void fuzz_alphabet(const char *alphabet, const char *text, size_t n)
{
	char *out = malloc(3 * n + 1);

	if (!out)
		abort();
	text_from_file(alphabet, text, n, out);
	if (strlen(out) > 3 * n || (*out && !utf8_is_clean(out, strlen(out))))
		abort();
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (size < 1 || size > 100000)
		return 0;
	text = malloc(size);
	if (!text)
		abort();
	memcpy(text, data + 1, size - 1);
	text[size - 1] = '\0';
	switch (data[0] % 4) {
	case 0: fuzz_mail(text, size - 1); break;
	case 1: fuzz_reply(text, size - 1); break;
	case 2: fuzz_alphabet("UCS2", text, size - 1); break;
	case 3: fuzz_alphabet("ISO", text, size - 1); break;
	}
	free(text);
	return 0;
}
