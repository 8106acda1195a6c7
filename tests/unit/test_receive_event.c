/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_receive_event.c - what providers tell, whatever they tell, becomes something that
 * can be kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/parse.h"
#include "message/receive_event.h"

#define NOW INT64_C(1774000000)
#define DAY 86400

static struct rdvd_event event(enum rdvd_event_kind kind)
{
	return (struct rdvd_event){.kind = kind,
				   .key = "",
				   .note = "",
				   .message_id = "",
				   .provider_id = "",
				   .from = "",
				   .to = "",
				   .text = "",
				   .part_ref = "",
				   .ack = ""};
}

static void test_sender(void **state)
{
	static const struct {
		const char *from, *number;
	} cases[] = {
		{"+33612345678", "+33612345678"},
		{"33612345678", "+33612345678"},
		{"0033612345678", "+33612345678"},
		{"0612345678", "+33612345678"},
		{"06 12 34 56 78", "+33612345678"},
		{"612345678", "+33612345678"},
		{"\r\n +33612345678 \t", "+33612345678"},
		{"32470123456", "+32470123456"},
		{"4915112345678", "+4915112345678"},
		{"12025550123", "+12025550123"},
		{"0692123456", "+262692123456"},
		/* short numbers and names: as they came, never somebody's number */
		{"36179", "36179"},
		{"38 200", "38200"},
		{"OVH", "OVH"},
		{"Free Mobile", "Free Mobile"},
		{"INFO 36179", "INFO 36179"},
		{"Banque 0612345678", "Banque 0612345678"},
		{"12", "12"},
		{"CLLAJ\xe9", "CLLAJé"},
		{"a\nb", "a\nb"},
	};
	char out[HEARD_SENDER_MAX + 1];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(heard_sender(cases[i].from, out), 0);
		assert_string_equal(out, cases[i].number);
	}
	assert_int_equal(heard_sender("", out), -1);
	assert_int_equal(heard_sender(" \t\n", out), -1);
	assert_int_equal(
		heard_sender("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
			     out),
		0);
	assert_int_equal(strlen(out), HEARD_SENDER_MAX);
}

static void test_text(void **state)
{
	static const struct {
		const char *text, *clean;
	} cases[] = {
		{"", ""},
		{"Oui", "Oui"},
		{"déplacé à 14h €", "déplacé à 14h €"},
		{"👍", "👍"},
		{"ligne 1\nligne 2\r\n\tfin", "ligne 1\nligne 2\r\n\tfin"},
		{"d\xe9plac\xe9 \xe0 14h", "déplacé à 14h"}, /* Latin-1 */
		{"\xa4", "¤"},
		{"a\x80z", "a\xef\xbf\xbdz"},  /* nothing known */
		{"a\xc3", "aÃ"},	       /* cut */
		{"\xe2\x82", "â\xef\xbf\xbd"}, /* cut */
		{"\xf0\x9f\x91", "ð\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xc0\xaf", "À¯"},			 /* too long a form */
		{"\xed\xa0\x80", "í\u00a0\xef\xbf\xbd"}, /* half of a pair */
		{"\xf5\x80\x80\x80", "õ\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
		{"a\x01z\x7f\x1bz", "a z  z"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *clean = heard_text(cases[i].text, 100);

		assert_true(utf8_is_clean(clean, strlen(clean)));
		assert_string_equal(clean, cases[i].clean);
		free(clean);
	}
	for (size_t max = 0; max < 9; max++) { /* never within a character */
		char *clean = heard_text("ééé€", max);

		assert_true(strlen(clean) <= max);
		assert_true(utf8_is_clean(clean, strlen(clean)));
		assert_int_equal(strlen(clean), max < 6 ? max / 2 * 2 : max < 9 ? 6 : 9);
		free(clean);
	}
}

/* Every string of two bytes after a lead, and all of them as a sender. */
static void test_no_bytes_are_stored_that_are_not_utf8(void **state)
{
	char text[4] = "", number[HEARD_SENDER_MAX + 1], *clean;

	(void)state;
	for (unsigned a = 1; a < 256; a++) {
		for (unsigned b = 1; b < 256; b++) {
			text[0] = (char)a;
			text[1] = (char)b;
			text[2] = (char)(a ^ b ? a ^ b : 1);
			clean = heard_text(text, 100);
			assert_true(utf8_is_clean(clean, strlen(clean)));
			free(clean);
			if (heard_sender(text, number) == 0)
				assert_true(utf8_is_clean(number, strlen(number)));
		}
	}
}

static void test_time(void **state)
{
	static const struct {
		rdvd_time told, kept;
	} cases[] = {{NOW, NOW},
		     {NOW - 5, NOW - 5},
		     {NOW - 29 * DAY, NOW - 29 * DAY},
		     {0, NOW},
		     {-5, NOW},
		     {1, NOW},
		     {NOW - 31 * DAY, NOW - 31 * DAY},
		     {NOW - 2000 * DAY, NOW - 2000 * DAY},
		     {NOW + 5, NOW},
		     {INT64_MAX, NOW},
		     {INT64_MIN, NOW}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct heard_list l = {.n = 0};
		struct rdvd_event e = event(RDVD_EVENT_INBOUND);

		e.from = "+33612345678";
		e.at = cases[i].told;
		assert_int_equal(heard_add(&l, &e, NOW), HEARD_TAKEN);
		assert_int_equal(l.items[0].e.at, cases[i].kept);
		heard_fini(&l);
	}
}

/* The key of what e says at now, owned. */
static char *key_of(const struct rdvd_event *e, rdvd_time now)
{
	struct heard_list l = {.n = 0};
	char *key;

	assert_int_equal(heard_add(&l, e, now), HEARD_TAKEN);
	key = xstrdup(l.items[0].e.key);
	assert_true(*key);
	assert_true(strlen(key) < 250);
	heard_fini(&l);
	return key;
}

static void assert_keys(const struct rdvd_event *a, rdvd_time then,
			const struct rdvd_event *b, rdvd_time later, int equal)
{
	char *x = key_of(a, then), *y = key_of(b, later);

	assert_int_equal(strcmp(x, y) == 0, equal);
	free(x);
	free(y);
}

static void test_keys_of_texts(void **state)
{
	struct rdvd_event a = event(RDVD_EVENT_INBOUND), b;
	char name[1000];

	(void)state;
	a.from = "+33612345678";
	a.text = "1";
	b = a;
	/* nothing but what it says: told again at once it is the same, later another */
	assert_keys(&a, 1200, &b, 1210, 1);
	assert_keys(&a, 1200, &b, 1200 + 180, 0);
	b.text = "2";
	assert_keys(&a, NOW, &b, NOW, 0);
	b = a;
	b.from = "+33612345679";
	assert_keys(&a, NOW, &b, NOW, 0);
	/* the provider's time: the same however late it is told again, even one to come
	 */
	b = a;
	a.at = b.at = NOW - 60;
	assert_keys(&a, NOW, &b, NOW + DAY, 1);
	a.at = b.at = NOW + DAY;
	assert_keys(&a, NOW, &b, NOW + 7000, 1);
	b.at++;
	assert_keys(&a, NOW, &b, NOW, 0);
	/* the provider's name decides alone */
	a.key = b.key = "MO-1";
	b.text = "3";
	assert_keys(&a, NOW, &b, NOW + DAY, 1);
	b.key = "MO-2";
	assert_keys(&a, NOW, &b, NOW, 0);
	/* a very long one, whole */
	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	a.key = b.key = name;
	assert_keys(&a, NOW, &b, NOW, 1);
	b.key = name + 1;
	assert_keys(&a, NOW, &b, NOW, 0);
	/* the parts of one text */
	a.key = b.key = "MO-1";
	a.part_ref = b.part_ref = "17";
	a.parts = b.parts = 2;
	a.part = 1;
	b.part = 2;
	assert_keys(&a, NOW, &b, NOW, 0);
}

static void test_keys_of_receipts(void **state)
{
	struct rdvd_event a = event(RDVD_EVENT_RECEIPT), b;

	(void)state;
	a.message_id = "rdvd-1";
	a.delivery = RDVD_DELIVERY_ACCEPTED;
	b = a;
	assert_keys(&a, NOW, &b, NOW + DAY, 1);
	b.delivery = RDVD_DELIVERY_DELIVERED;
	assert_keys(&a, NOW, &b, NOW, 0);
	/* named by its message only: each state is an event of its own */
	a.key = b.key = "SM123";
	assert_keys(&a, NOW, &b, NOW, 0);
	/* named by its state only: each message has its own */
	b = a;
	b.message_id = "rdvd-2";
	assert_keys(&a, NOW, &b, NOW, 0);
	b = a;
	b.provider_id = "x";
	assert_keys(&a, NOW, &b, NOW, 0);
	/* a text and a receipt of one name are two */
	b = event(RDVD_EVENT_INBOUND);
	b.from = "+33612345678";
	b.key = "SM123";
	assert_keys(&a, NOW, &b, NOW, 0);
}

static void test_what_says_nothing_is_left(void **state)
{
	struct heard_list l = {.n = 0};
	struct rdvd_event e = event(RDVD_EVENT_INBOUND);

	(void)state;
	e.text = "Oui";
	assert_int_equal(heard_add(&l, &e, NOW), HEARD_SAYS_NOTHING); /* of nobody */
	e = event(RDVD_EVENT_RECEIPT);
	e.delivery = RDVD_DELIVERY_DELIVERED;
	assert_int_equal(heard_add(&l, &e, NOW), HEARD_SAYS_NOTHING); /* of nothing */
	e.provider_id = "p";
	e.delivery = (enum rdvd_delivery)0;
	assert_int_equal(heard_add(&l, &e, NOW), HEARD_SAYS_NOTHING);
	e.delivery = (enum rdvd_delivery)9;
	assert_int_equal(heard_add(&l, &e, NOW), HEARD_SAYS_NOTHING);
	e.kind = (enum rdvd_event_kind)7;
	assert_int_equal(heard_add(&l, &e, NOW), HEARD_SAYS_NOTHING);
	assert_int_equal(l.n, 0);
	assert_int_equal(l.left, 5);
	e.kind = RDVD_EVENT_RECEIPT;
	e.delivery = RDVD_DELIVERY_FAILED;
	for (size_t i = 0; i < HEARD_MAX; i++)
		assert_int_equal(heard_add(&l, &e, NOW), HEARD_TAKEN);
	assert_int_equal(heard_add(&l, &e, NOW), HEARD_TOO_MANY);
	heard_fini(&l);
}

static void test_parts(void **state)
{
	static const struct {
		const char *ref;
		int part, parts, kept;
	} cases[] = {{"7", 1, 2, 2},	  {"7", 2, 2, 2},   {"7", 64, 64, 64},
		     {"7", 3, 2, 0},	  {"7", 0, 2, 0},   {"7", 1, 1, 0},
		     {"", 1, 2, 0},	  {"7", -1, -2, 0}, {"7", 1, 65, 0},
		     {"7", 1, 1 << 30, 0}};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct heard_list l = {.n = 0}, other = {.n = 0};
		struct rdvd_event e = event(RDVD_EVENT_INBOUND);
		struct buf b = BUF_INIT;

		e.from = "+33612345678";
		e.part_ref = cases[i].ref;
		e.part = cases[i].part;
		e.parts = cases[i].parts;
		heard_add(&l, &e, NOW);
		heard_move(&l, 0, &other);
		assert_int_equal(other.items[0].e.parts, cases[i].kept);
		assert_string_equal(other.items[0].e.part_ref, cases[i].kept ? "7" : "");
		heard_describe(&other.items[0].e, &b);
		assert_non_null(strstr(buf_str(&b), "\"from\":\"+33612345678\""));
		buf_fini(&b);
		heard_fini(&l);
		heard_fini(&other);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sender),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_no_bytes_are_stored_that_are_not_utf8),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_keys_of_texts),
		cmocka_unit_test(test_keys_of_receipts),
		cmocka_unit_test(test_what_says_nothing_is_left),
		cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
