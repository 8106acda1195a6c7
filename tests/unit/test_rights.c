/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_rights.c - the whole table of rights, role by role, as it is meant to be: a cell
 * that changes must be changed here too. Then who is bound to what: organisations,
 * agendas, those who are disabled, words that are no role. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "booking/access.h"
#include "booking/rights.h"

/* Two letters a role: what may be seen, what may be changed. '-' nothing, 's' what is in
 * one's own agenda, 'o' one's organisation's, 'n' the network's. */
static const struct {
	const char *object, *network, *admin, *counsellor, *desk, *observer;
} wanted[] = {
	{"self", "ss", "ss", "ss", "ss", "ss"},
	{"agenda", "nn", "oo", "oo", "o-", "--"},
	{"person", "nn", "oo", "oo", "--", "--"},
	{"arrival", "nn", "oo", "oo", "oo", "--"},
	{"attendance", "nn", "oo", "oo", "--", "--"},
	{"message", "nn", "oo", "oo", "--", "--"},
	{"contact", "nn", "oo", "--", "--", "--"},
	{"waiting", "nn", "oo", "oo", "--", "--"},
	{"absence", "nn", "oo", "os", "o-", "--"},
	{"visit", "nn", "oo", "oo", "o-", "--"},
	{"workshop", "nn", "oo", "oo", "--", "--"},
	{"organisation", "nn", "oo", "o-", "--", "--"},
	{"site", "nn", "oo", "o-", "--", "--"},
	{"service", "nn", "oo", "o-", "--", "--"},
	{"opening", "nn", "oo", "o-", "--", "--"},
	{"closure", "nn", "oo", "o-", "--", "--"},
	{"text", "nn", "oo", "o-", "--", "--"},
	{"account", "nn", "oo", "--", "--", "--"},
	{"token", "nn", "oo", "--", "--", "--"},
	{"territory", "nn", "--", "--", "--", "--"},
	{"network", "nn", "--", "--", "--", "--"},
	{"gateway", "nn", "o-", "--", "--", "--"},
	{"todo", "nn", "oo", "oo", "--", "--"},
	{"figures", "nn", "oo", "oo", "--", "o-"},
	{"facts", "nn", "oo", "o-", "--", "--"},
};

static char letter(enum right_scope s)
{
	switch (s) {
	case SCOPE_NONE: return '-';
	case SCOPE_OWN: return 's';
	case SCOPE_ORGANISATION: return 'o';
	case SCOPE_NETWORK: return 'n';
	}
	return '?';
}

static void cell(const char *role, rdvd_id organisation, enum right_object o, char out[3])
{
	const struct access_user u = {.role = role, .organisation = organisation};

	out[0] = letter(rights_scope(&u, (unsigned)o * RIGHT_ACTIONS + RIGHT_TO_SEE));
	out[1] = letter(rights_scope(&u, (unsigned)o * RIGHT_ACTIONS + RIGHT_TO_CHANGE));
	out[2] = '\0';
}

static void the_table_is_as_meant(void **state)
{
	(void)state;
	assert_int_equal(ARRAY_SIZE(wanted), RIGHT_OBJECTS - RIGHT_SELF);
	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++) {
		enum right_object o = (enum right_object)(RIGHT_SELF + (int)i);
		const char *const cells[] = {wanted[i].network, wanted[i].admin,
					     wanted[i].counsellor, wanted[i].desk,
					     wanted[i].observer};

		assert_string_equal(rights_object_name(o), wanted[i].object);
		for (size_t r = 0; rights_role_name(r); r++) {
			char found[3];

			cell(rights_role_name(r), r ? 7 : 0, o, found);
			print_message("%-12s %-12s %s\n", wanted[i].object,
				      rights_role_name(r), found);
			assert_string_equal(found, cells[r]);
		}
	}
}

static void an_admin_without_organisation_is_the_networks(void **state)
{
	const struct access_user whole = {.role = "admin"};
	const struct access_user bound = {.role = "network", .organisation = 7};

	(void)state;
	assert_int_equal(rights_scope(&whole, RIGHT(NETWORK, CHANGE)), SCOPE_NETWORK);
	assert_int_equal(rights_scope(&bound, RIGHT(NETWORK, CHANGE)), SCOPE_NONE);
	assert_int_equal(rights_scope(&bound, RIGHT(SITE, CHANGE)), SCOPE_ORGANISATION);
}

static void what_is_granted_to_nobody_is_refused(void **state)
{
	static const char *const words[] = {"", "root", "Admin", "networ", "observers"};
	struct access_user u = {.role = "network", .disabled = 1};

	(void)state;
	for (unsigned r = 0; r < RIGHT_OBJECTS * RIGHT_ACTIONS + 8; r++)
		assert_false(rights_has(&u, r));
	u.disabled = 0;
	assert_false(rights_has(&u, 0));
	assert_false(rights_has(&u, 1));
	assert_false(rights_has(&u, RIGHT_OBJECTS * RIGHT_ACTIONS));
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		u.role = words[i];
		for (unsigned r = 0; r < RIGHT_OBJECTS * RIGHT_ACTIONS; r++)
			assert_false(rights_has(&u, r));
	}
}

static void rows_are_covered_by_organisation_or_agenda(void **state)
{
	const rdvd_id hers[] = {31, 30}, others[] = {32};
	const struct access_user counsellor = {
		.role = "counsellor", .organisation = 7, .counsellor = 30};
	const struct access_user alone = {.role = "counsellor", .counsellor = 30};
	const struct access_user desk = {.role = "desk", .organisation = 7};
	const struct access_user observer = {.role = "observer", .organisation = 7};

	(void)state;
	assert_true(rights_cover(&counsellor, RIGHT(PERSON, SEE), 7, others, 1));
	assert_false(rights_cover(&counsellor, RIGHT(PERSON, SEE), 8, others, 1));
	assert_true(rights_cover(&counsellor, RIGHT(PERSON, SEE), 8, hers, 2));
	assert_false(rights_cover(&counsellor, RIGHT(SITE, CHANGE), 7, NULL, 0));
	assert_false(rights_cover(&counsellor, RIGHT(PERSON, SEE), 0, NULL, 0));
	/* of an organisation that is gone: her own agenda, nothing else */
	assert_true(rights_cover(&alone, RIGHT(AGENDA, SEE), 8, hers, 2));
	assert_false(rights_cover(&alone, RIGHT(AGENDA, SEE), 8, others, 1));
	assert_true(rights_cover(&desk, RIGHT(AGENDA, SEE), 7, NULL, 0));
	assert_false(rights_cover(&desk, RIGHT(AGENDA, CHANGE), 7, NULL, 0));
	assert_true(rights_cover(&desk, RIGHT(ARRIVAL, CHANGE), 7, NULL, 0));
	assert_false(rights_cover(&desk, RIGHT(ARRIVAL, CHANGE), 8, NULL, 0));
	assert_false(rights_cover(&observer, RIGHT(AGENDA, SEE), 7, NULL, 0));
	assert_true(rights_cover(&observer, RIGHT(FIGURES, SEE), 7, NULL, 0));
}

static void nobody_gives_more_than_they_have(void **state)
{
	const struct access_user network = {.role = "network"};
	const struct access_user admin = {.role = "admin", .organisation = 7};
	const struct access_user counsellor = {.role = "counsellor", .organisation = 7};
	static const char *const below[] = {"admin", "counsellor", "desk", "observer"};

	(void)state;
	assert_true(rights_may_give(&network, "network", 0));
	assert_true(rights_may_give(&network, "admin", 8));
	assert_false(rights_may_give(&network, "root", 0));
	for (size_t i = 0; i < ARRAY_SIZE(below); i++) {
		assert_true(rights_may_give(&admin, below[i], 7));
		assert_false(rights_may_give(&admin, below[i], 8));
		assert_false(rights_may_give(&admin, below[i], 0));
		assert_false(rights_may_give(&counsellor, below[i], 7));
	}
	assert_false(rights_may_give(&admin, "network", 0));
	assert_false(rights_may_give(&admin, "network", 7));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_as_meant),
		cmocka_unit_test(an_admin_without_organisation_is_the_networks),
		cmocka_unit_test(what_is_granted_to_nobody_is_refused),
		cmocka_unit_test(rows_are_covered_by_organisation_or_agenda),
		cmocka_unit_test(nobody_gives_more_than_they_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
