/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_typed.c - what people type into a field: the first byte chooses a telephone
 * number, the words of an SMS or a place, the rest is the text. A number that was read
 * reads the same again; a folded text fits the alphabet and stays as it is when folded
 * again; a search gives what exists, and no more than was asked for. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "agenda/commune.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/parse.h"
#include "message/gsm.h"
#include "message/phone.h"

#define FOUND_MAX 10

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int truth)
{
	if (!truth)
		abort();
}

static void fuzz_phone(const char *text)
{
	struct phone p, again;
	struct buf pretty = BUF_INIT;

	if (phone_parse(text, &p) != RDVD_OK)
		return;
	require(strnlen(p.number, PHONE_MAX) < PHONE_MAX && p.number[0]);
	require(p.number[strspn(p.number, "+0123456789")] == '\0');
	require((p.kind == PHONE_UNKNOWN) == (p.number[0] != '+'));
	require(!p.can_receive_sms || p.kind == PHONE_MOBILE);
	require(!p.can_receive_sms || phone_accepts_sms(p.number, NULL, 0));
	phone_pretty(p.number, &pretty);
	if (p.kind != PHONE_UNKNOWN) {
		require(phone_parse(p.number, &again) == RDVD_OK);
		require(!strcmp(again.number, p.number) && again.kind == p.kind);
		require(phone_parse(buf_str(&pretty), &again) == RDVD_OK);
		require(!strcmp(again.number, p.number));
	}
	buf_fini(&pretty);
}

static void fuzz_sms(const char *text)
{
	struct gsm_size before = gsm_measure(text), after;
	struct buf once = BUF_INIT, twice = BUF_INIT;
	size_t lost = gsm_fold(text, &once);

	after = gsm_measure(buf_str(&once));
	require(after.encoding == GSM_7BIT && lost <= once.len);
	require(utf8_is_clean(buf_str(&once), once.len) || strchr(buf_str(&once), '\f'));
	require((before.segments == 0) == (*text == '\0'));
	require(before.encoding != GSM_7BIT || !strcmp(text, buf_str(&once)));
	require(gsm_fold(buf_str(&once), &twice) == 0);
	require(!strcmp(buf_str(&once), buf_str(&twice)));
	buf_fini(&once);
	buf_fini(&twice);
}

static void fuzz_place(const char *text)
{
	static struct commune_table *table;
	const struct commune *found[FOUND_MAX], *near;
	struct geo_point point;
	size_t n;

	if (!table) {
		struct buf errors = BUF_INIT;

		table = commune_load(FUZZ_COMMUNES, &errors);
		require(table != NULL);
		buf_fini(&errors);
	}
	n = commune_search(table, text, NULL, found, FOUND_MAX);
	require(n <= FOUND_MAX);
	for (size_t i = 0; i < n; i++) {
		require(commune_by_insee(table, found[i]->insee) == found[i]);
		for (size_t j = 0; j < i; j++)
			require(found[i] != found[j]);
	}
	n = commune_by_postcode(table, text, found, FOUND_MAX);
	require(n == 0 || strlen(text) == 5);
	if (commune_near(table, text, &point, &near) == RDVD_OK)
		require(point.lat >= -90 && point.lat <= 90 && point.lon >= -180 &&
			point.lon <= 180);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (!size)
		return 0;
	text = xstrndup((const char *)data + 1, size - 1);
	switch (data[0] % 3) {
	case 0: fuzz_phone(text); break;
	case 1: fuzz_sms(text); break;
	case 2: fuzz_place(text); break;
	}
	free(text);
	return 0;
}
