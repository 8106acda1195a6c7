/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_text_edit.c - what a team writes before the files: whose is taken for whom, what
 * is refused and why, what comes back when it is taken away, and what a draft looks like.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "message/text_edit.h"

#define TEXTS_DIR TEST_SRCDIR "/etc/texts"

static struct texts *texts;

static int set_up(void **state)
{
	struct buf errors = BUF_INIT;
	(void)state;
	texts = texts_load(TEXTS_DIR, &errors);
	if (!texts)
		print_error("%s", buf_str(&errors));
	buf_fini(&errors);
	return texts ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	texts_free(texts);
	return 0;
}

static const char *sms(const char *organisation, const char *service, int ordinal)
{
	static char text[512];
	const struct text_values v = {.day = "mardi 3 mars",
				      .hour = "14 h",
				      .link = "https://r.fr/rdv/x",
				      .organisation_slug = organisation,
				      .service_slug = service};
	struct buf b = BUF_INIT;
	assert_int_equal(text_render(texts, RDVD_MSG_REMINDER, ordinal, RDVD_CHANNEL_SMS,
				     "fr", &v, NULL, &b),
			 0);
	snprintf(text, sizeof text, "%s", buf_str(&b));
	buf_fini(&b);
	return text;
}

static int keep(const char *name, const char *organisation, const char *service,
		const char *source)
{
	const struct text_place p = {.language = "fr",
				     .name = name,
				     .organisation = organisation,
				     .service = service};
	struct text_faults faults = {.lines = NULL};
	return text_keep_source(texts, &p, source, &faults);
}

static void test_the_teams_words_come_first(void **state)
{
	const struct text_place all = {"fr", "reminder.sms", "", ""};
	char before[512];
	int own;
	(void)state;
	snprintf(before, sizeof before, "%s", sms("o", "s", 3));
	assert_int_equal(keep("reminder.sms", "", "", "Tous {day} {hour} {link}"), 0);
	assert_true(text_is_kept(texts, &all));
	assert_string_equal(text_source_used(texts, &all, &own),
			    "Tous {day} {hour} {link}");
	assert_string_equal(sms("o", "s", 3),
			    "Tous mardi 3 mars 14 h https://r.fr/rdv/x");
	/* the one of a reminder's number is another text: its file stands */
	assert_null(strstr(sms("o", "s", 2), "Tous"));
	assert_int_equal(keep("reminder-2.sms", "", "", "Deux {day} {hour} {link}"), 0);
	assert_non_null(strstr(sms("o", "s", 2), "Deux"));
	assert_int_equal(keep("reminder.sms", "o", "", "Nous {day} {hour} {link}"), 0);
	assert_int_equal(keep("reminder.sms", "", "s", "Ce type {day} {hour} {link}"), 0);
	assert_int_equal(keep("reminder.sms", "o", "s", "Ici {day} {hour} {link}"), 0);
	assert_non_null(strstr(sms("o", "s", 1), "Ici"));
	assert_non_null(strstr(sms("o", "t", 1), "Nous"));
	assert_non_null(strstr(sms("p", "s", 1), "Ce type"));
	/* taken away one by one, what it stood before is used again */
	assert_int_equal(keep("reminder.sms", "o", "s", NULL), 0);
	assert_non_null(strstr(sms("o", "s", 1), "Ce type"));
	assert_int_equal(keep("reminder.sms", "", "s", NULL), 0);
	assert_int_equal(keep("reminder.sms", "o", "", NULL), 0);
	assert_int_equal(keep("reminder.sms", "", "", NULL), 0);
	assert_string_equal(sms("o", "s", 3), before);
	assert_int_equal(keep("reminder.sms", "", "", NULL), 0); /* once more */
}

static void test_what_is_refused_changes_nothing(void **state)
{
	static const struct {
		const char *name, *source;
		enum text_fault_kind kind;
	} cases[] = {
		{"reminder.sms", "", TEXT_FAULT_EMPTY},
		{"reminder.sms", "\xff", TEXT_FAULT_BYTES},
		{"reminder.sms", "a\nb", TEXT_FAULT_LINES},
		{"reminder.sms", "{day} {hour} {link} {nom}", TEXT_FAULT_FIELD},
		{"reminder.sms", "{day} {hour} {link} {", TEXT_FAULT_BRACE},
		{"reminder.sms", "{day} {hour} {link} ]", TEXT_FAULT_BRACKET},
		{"reminder.sms", "{day} {hour} {link} |", TEXT_FAULT_OR},
		{"reminder.sms", "{day} {hour} {link} dettes", TEXT_FAULT_REASON},
		{"reminder.sms", "{day} {hour} {link} stop", TEXT_FAULT_ADVERT},
		{"reminder.sms", "{day} {hour} {link} faute", TEXT_FAULT_BLAME},
		{"reminder.sms", "{day} {hour} {link} Répondez", TEXT_FAULT_ANSWER},
		{"reminder.sms", "{day} {hour} {link} www.x.fr", TEXT_FAULT_ADDRESS},
		{"reminder.sms", "{day} {hour} {link} {place}", TEXT_FAULT_HOLE},
		{"reminder.sms", "{day} {link}", TEXT_FAULT_MISSING},
		{"reminder.sms", "{day} {hour} {link} [{bring}]", TEXT_FAULT_PRIVATE},
		{"reminder.discreet.sms", "{day} {hour} {link} [{place}]",
		 TEXT_FAULT_NEUTRAL},
		{"reminder.reply.sms", "{day} {hour} OUI ? {link}", TEXT_FAULT_LINK},
		{"reminder.email", "Bonjour", TEXT_FAULT_SUBJECT},
		{"reminder.email", "Subject: {day}\nBonjour", TEXT_FAULT_BLANK},
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct text_place p = {"fr", cases[i].name, "", ""};
		struct text_faults faults = {.lines = NULL};
		int found = 0;
		assert_int_equal(text_keep_source(texts, &p, cases[i].source, &faults),
				 -1);
		for (size_t k = 0; k < faults.n; k++)
			found |= faults.items[k].kind == cases[i].kind;
		if (!found)
			fail_msg("%s: not fault %d", cases[i].source, (int)cases[i].kind);
		assert_false(text_is_kept(texts, &p));
	}
	assert_int_equal(keep("nimporte.sms", "", "", "x"), -1);
	assert_int_equal(keep("code.discreet.sms", "", "", "{code}"), -1);
	assert_int_equal(keep("notice.sms", "", "", "{notice}"), -1);
}

static void test_drafts_are_measured(void **state)
{
	const struct text_place p = {"fr", "reminder.sms", "", ""};
	const struct text_values v = {
		.day = "mardi 3 mars", .hour = "14 h", .link = "https://r.fr/rdv/x"};
	struct text_faults faults = {.lines = NULL};
	struct buf body = BUF_INIT;
	struct gsm_size size;
	struct text_draft *d = text_draft_new(&p, "Dettes {day} {hour} {link}", &faults);
	(void)state;
	/* refused, and shown all the same */
	assert_non_null(d);
	assert_int_equal(faults.n, 1);
	assert_string_equal(faults.items[0].what, "dettes");
	size = text_draft_write(d, &v, NULL, &body);
	assert_string_equal(buf_str(&body),
			    "Dettes mardi 3 mars 14 h https://r.fr/rdv/x");
	assert_int_equal(size.segments, 1);
	assert_int_equal(size.units, body.len);
	text_draft_free(d);
	buf_fini(&body);
	faults.n = 0;
	assert_null(text_draft_new(&p, "{", &faults));
	assert_int_equal(faults.n > 0, 1);
}

static void test_names_go_there_and_back(void **state)
{
	(void)state;
	for (int i = 0; i < TEXT_STEMS * 8; i++) {
		struct text_kind k = {.stem = (enum text_stem)(i / 8),
				      .email = i & 1,
				      .reply = i >> 1 & 1,
				      .discreet = i >> 2 & 1},
				 again;
		struct buf name = BUF_INIT;
		struct text_place p = {"en", "", "", ""};
		text_kind_name(&k, &name);
		p.name = buf_str(&name);
		if (text_kind_is_whole(&k)) {
			assert_int_equal(text_place_parse(&p, &again), 0);
			assert_int_equal(again.stem, k.stem);
			assert_int_equal(again.email, k.email);
			assert_int_equal(again.reply, k.reply);
			assert_int_equal(again.discreet, k.discreet);
			assert_non_null(text_source_of_file(texts, &p));
		}
		buf_fini(&name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_teams_words_come_first),
		cmocka_unit_test(test_what_is_refused_changes_nothing),
		cmocka_unit_test(test_drafts_are_measured),
		cmocka_unit_test(test_names_go_there_and_back),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
