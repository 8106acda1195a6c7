/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rdvctl.c - the command line: speaks the API of a running daemon over its local socket,
 * where whoever may open the socket is staff. Prints tables for people, or with --json
 * what the daemon answered. Ends with 0 done, 1 refused, 2 a wrong command line, 3 no
 * daemon there. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "config.h"
#include "rdvctl.h"

static const struct ctl_verb verbs[] = {
	{"import", "FILE", 1, ctl_import_flags,
	 "import a territory file; nothing half-way", ctl_import},
	{"export", "attendance", 1, ctl_export_flags,
	 "attendance facts, to the standard output", ctl_export},
	{"slots", "", 0, ctl_slots_flags, "free times", ctl_slots},
	{"book", "", 0, ctl_book_flags, "book, as the team: outside openings too",
	 ctl_book},
	{"appointments", "", 0, ctl_appointments_flags, "appointments, all or of a range",
	 ctl_appointments},
	{"outcome", "ID OUTCOME", 2, ctl_outcome_flags,
	 "mark who came: unknown seen no_show excused revoked door_closed", ctl_outcome},
	{"messages", "", 0, ctl_messages_flags, "messages owed, sent and given up",
	 ctl_messages},
	{"inbox", "", 0, ctl_inbox_flags, "texts that wait for the team, newest first",
	 ctl_inbox},
	{"notices", "", 0, ctl_notices_flags, "what the team should know", ctl_notices},
	{"gateways", "", 0, NULL, "how each gateway does", ctl_gateways},
	{"waiting", "", 0, ctl_waiting_flags,
	 "who waits for an earlier time, and what they were offered", ctl_waiting},
	{"sms-in", "FROM TEXT", 2, NULL,
	 "a text that came in, as if a gateway had brought it", ctl_sms_in},
	{"bounce", "GATEWAY", 1, NULL,
	 "a mail that came back, from the standard input, for a mail server's pipe",
	 ctl_bounce},
	{"user", "add LOGIN | ...", 1, ctl_user_flags,
	 "a member of staff: add (or change), list, reset-totp LOGIN", ctl_user},
	{"token", "add ROLE | ...", 1, ctl_token_flags,
	 "a program's bearer token: add, list, revoke ID", ctl_token},
	{"backup", "FILE", 1, NULL, "write a whole copy of the store while it runs",
	 ctl_backup},
	{"check", "", 0, NULL, "compare the agenda with the store, check the store",
	 ctl_check},
	{"status", "", 0, NULL, "how the daemon is", ctl_status},
};

static void print_help(FILE *out)
{
	fprintf(out, "Usage: rdvctl [-s SOCKET] [--json] VERB ...\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		fprintf(out, "  %-12s %-11s %s\n", verbs[i].name, verbs[i].words,
			verbs[i].help);
	fprintf(out,
		"\n  rdvctl VERB --help lists a verb's flags. SOCKET is the daemon's "
		"`socket`\n"
		"  (else $RDVD_SOCKET, else %s/lib/rdvd/rdvd.sock).\n",
		RDVD_LOCALSTATEDIR);
}

static void print_verb_help(const struct ctl_verb *v)
{
	printf("Usage: rdvctl %s %s%s[flags]\n%s\n\n", v->name, v->words,
	       *v->words ? " " : "", v->help);
	for (const struct ctl_flag *f = v->flags; f && f->name; f++)
		printf("  --%s%s\n      %s\n", f->name,
		       f->kind == CTL_SWITCH   ? ""
		       : f->kind == CTL_NUMBER ? " N"
					       : " TEXT",
		       f->help);
}

/* The options before the verb. Returns how many words they were, or -1: it was said; -2:
 * all is done. */
static int read_options(struct ctl *c, int argc, char **argv)
{
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--json")) {
			c->json = 1;
		} else if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "--help")) {
			print_help(stdout);
			return -2;
		} else if (!strcmp(argv[i], "--version")) {
			printf("rdvctl %s\n", PACKAGE_VERSION);
			return -2;
		} else if ((!strcmp(argv[i], "-s") || !strcmp(argv[i], "--socket")) &&
			   i + 1 < argc) {
			c->socket = argv[++i];
		} else {
			fprintf(stderr,
				"rdvctl: %s is not an option here; see rdvctl --help\n",
				argv[i]);
			return -1;
		}
	}
	return i;
}

int main(int argc, char **argv)
{
	struct ctl c = {.socket = getenv("RDVD_SOCKET")};
	int i = read_options(&c, argc, argv);
	int status;

	if (i < 0)
		return i == -2 ? CTL_DONE : CTL_USAGE;
	if (!c.socket || !*c.socket)
		c.socket = RDVD_LOCALSTATEDIR "/lib/rdvd/rdvd.sock";
	if (i == argc) {
		print_help(stderr);
		return CTL_USAGE;
	}
	for (size_t v = 0; v < ARRAY_SIZE(verbs) && !c.verb; v++)
		if (!strcmp(argv[i], verbs[v].name))
			c.verb = &verbs[v];
	if (!c.verb) {
		fprintf(stderr, "rdvctl: there is no verb %s; see rdvctl --help\n",
			argv[i]);
		return CTL_USAGE;
	}
	for (int k = i + 1; k < argc; k++)
		if (!strcmp(argv[k], "--help") || !strcmp(argv[k], "-h")) {
			print_verb_help(c.verb);
			return CTL_DONE;
		}
	status = ctl_flags_parse(&c, argc - i - 1, argv + i + 1);
	if (!status)
		status = c.verb->run(&c);
	if (fflush(stdout) == EOF || ferror(stdout)) {
		fprintf(stderr, "rdvctl: writing the answer failed: %s\n",
			strerror(errno));
		return CTL_REFUSED;
	}
	return status;
}
