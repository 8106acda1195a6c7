/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_password.c - which passwords are taken: length counts, kinds of characters do not,
 * and what guessers try first is refused, however it is dressed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "booking/password.h"

static const struct {
	const char *password;
	enum password_fault fault;
} table[] = {
	/* long enough, and nobody's first guess */
	{"cheval agrafe pile correct", PASSWORD_OK},
	{"correct horse battery", PASSWORD_OK},
	{"mot-de-passe-tres-long", PASSWORD_OK},
	{"zqtgvrpkmhxw", PASSWORD_OK},
	{"trottinette-mauve-8", PASSWORD_OK},
	{"éléphant îvre ça", PASSWORD_OK},
	{"пароль очень длинный", PASSWORD_OK},
	{"3f9c1ab7e2d04c55a1", PASSWORD_OK},
	{"tulipe chaise nuage soupe", PASSWORD_OK},
	{"soleil maison famille chocolat", PASSWORD_OK},
	/* too short, whatever is in it */
	{"", PASSWORD_TOO_SHORT},
	{"Xk9!vQ2#pL7", PASSWORD_TOO_SHORT},
	{"ééééééééééé", PASSWORD_TOO_SHORT},
	/* common ones and their dress */
	{"motdepasse123", PASSWORD_COMMON},
	{"Motdepasse2025!", PASSWORD_COMMON},
	{"M0td3p@ss3 2024", PASSWORD_COMMON},
	{"Password1234!", PASSWORD_COMMON},
	{"P@ssw0rdP@ssw0rd!", PASSWORD_COMMON},
	{"Bienvenue2025!!", PASSWORD_COMMON},
	{"administrateur1", PASSWORD_COMMON},
	{"jetaimemonamour", PASSWORD_COMMON},
	{"BonjourBonjour62", PASSWORD_COMMON},
	{"iloveyou-iloveyou1", PASSWORD_COMMON},
	{"Azerty-Soleil-59", PASSWORD_COMMON},
	{"changeme-changeme9", PASSWORD_COMMON},
	{"correcthorsebatterystaple", PASSWORD_COMMON},
	/* rows of the keyboard, runs, repetitions */
	{"azertyuiop123456", PASSWORD_PATTERN},
	{"qwertyuiopasdf", PASSWORD_PATTERN},
	{"123456789012", PASSWORD_PATTERN},
	{"aaaaaaaaaaaaaaa", PASSWORD_PATTERN},
	{"abcabcabcabc", PASSWORD_PATTERN},
	{"ab12ab12ab12ab", PASSWORD_PATTERN},
	{"1q2w3e4r5t6y", PASSWORD_PATTERN},
	{"1qaz2wsx3edc", PASSWORD_PATTERN},
	{"abcdefghijklmn", PASSWORD_PATTERN},
	{"000000111111", PASSWORD_PATTERN},
	{"lkjhgfdsqpoiu", PASSWORD_PATTERN},
	{"!!!!!!!!!!!!!!", PASSWORD_PATTERN},
	/* the person's, the service's */
	{"ana.lefebvre.59", PASSWORD_PERSONAL},
	{"Lefebvre-Lefebvre", PASSWORD_PERSONAL},
	{"RendezVous2025!", PASSWORD_PERSONAL},
	{"cllaj-henin-62!", PASSWORD_PERSONAL},
	{"Logement.Jeunes.1", PASSWORD_PERSONAL},
};

static void each_is_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		enum password_fault f =
			password_check(table[i].password, "ana.lefebvre", "Ana Lefebvre",
				       "ana.lefebvre@cllaj-henin.fr");

		if (f != table[i].fault)
			fail_msg("%s: %d instead of %d", table[i].password, f,
				 table[i].fault);
		assert_true((password_words(f) == NULL) == (f == PASSWORD_OK));
	}
}

static void up_to_256_characters_of_any_alphabet(void **state)
{
	char long_one[4 * 300 + 1] = "";

	(void)state;
	for (int i = 0; i < PASSWORD_MAX; i++)
		memcpy(long_one + 4 * i, i % 3 ? "\xf0\x9f\x8c\x88" : "\xf0\x9f\x8d\x8e",
		       4);
	/* two pictures are few kinds of bytes, but no run: another tail is needed */
	memcpy(long_one + 4 * (PASSWORD_MAX - 2), "\xf0\x9f\x98\x80\xf0\x9f\xa6\x8a", 8);
	assert_int_equal(password_check(long_one, NULL, NULL, NULL), PASSWORD_OK);
	memcpy(long_one + 4 * PASSWORD_MAX, "x", 2);
	assert_int_equal(password_check(long_one, NULL, NULL, NULL), PASSWORD_TOO_LONG);
}

/* Every common word in the dress that people give it. */
static void dressed_words_are_refused(void **state)
{
	static const char *const words[] = {"motdepasse", "password", "bienvenue",
					    "azerty",	  "soleil",   "marseille",
					    "football",	  "princesse"};
	static const char *const before[] = {"", "!", "12", "mon"};
	static const char *const after[] = {"1234567",	"2025!!!",   "12345678",
					    "!!!!!!!!", "123soleil", "azerty12"};
	int n = 0;

	(void)state;
	for (size_t w = 0; w < ARRAY_SIZE(words); w++)
		for (size_t b = 0; b < ARRAY_SIZE(before); b++)
			for (size_t k = 0; k < ARRAY_SIZE(after); k++) {
				char *s = xasprintf("%s%s%s", before[b], words[w],
						    after[k]);

				if (strlen(s) >= PASSWORD_MIN) {
					if (!password_check(s, NULL, NULL, NULL))
						fail_msg("%s is taken", s);
					n++;
				}
				free(s);
			}
	assert_true(n > 150);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_judged),
		cmocka_unit_test(up_to_256_characters_of_any_alphabet),
		cmocka_unit_test(dressed_words_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
