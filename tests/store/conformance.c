/* SPDX-License-Identifier: GPL-3.0-or-later */
/* conformance.c - the specification of a store, as a program: any plugin of kind store
 * that passes keeps the rules. usage: conformance [MODULE.so|-] [FOLDER]; "-" or nothing
 * is the store that is linked in, the folder (made when absent, else one in /tmp) gets
 * its files. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "world.h"

static const struct {
	const char *name;
	const struct CMUnitTest *tests;
	const size_t *count;
} groups[] = {
	{"acts", acts_tests, &acts_count},
	{"undo", undo_tests, &undo_count},
	{"holds", holds_tests, &holds_count},
	{"messages", messages_tests, &messages_count},
	{"letters", letters_tests, &letters_count},
	{"receipts", receipts_tests, &receipts_count},
	{"talk", talk_tests, &talk_count},
	{"waiting", waiting_tests, &waiting_count},
	{"day", day_tests, &day_count},
	{"reading", reading_tests, &reading_count},
	{"figures", figures_tests, &figures_count},
	{"texts", texts_tests, &texts_count},
	{"touched", touched_tests, &touched_count},
	{"edit", edit_tests, &edit_count},
	{"workshop", workshop_tests, &workshop_count},
	{"files", files_tests, &files_count},
	{"migration", migration_tests, &migration_count},
	{"model", model_tests, &model_count},
};

int main(int argc, char **argv)
{
	char made[] = "/tmp/rdvd-store-XXXXXX";
	const char *module = argc > 1 && strcmp(argv[1], "-") != 0 ? argv[1] : NULL;
	const char *folder = argc > 2 ? argv[2] : mkdtemp(made);
	int failed = 0;

	if (!folder) {
		perror("conformance: a folder in /tmp");
		return 2;
	}
	mkdir(folder, 0700);
	support_init(module, folder);
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		failed += _cmocka_run_group_tests(groups[i].name, groups[i].tests,
						  *groups[i].count, NULL, NULL);
	support_remove_files();
	if (argc <= 2)
		rmdir(folder);
	return failed ? 1 : 0;
}
