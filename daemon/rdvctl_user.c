/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rdvctl_user.c - the verbs about who comes in: members of staff and programs' tokens. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"
#include "rdvctl.h"

#define PASSWORD_MAX 1024

const struct ctl_flag ctl_user_flags[] = {
	{"role", "role", CTL_TEXT,
	 "network, admin, counsellor, desk or observer (required to add)"},
	{"name", "name", CTL_TEXT, "as colleagues read it"},
	{"email", "email", CTL_TEXT, "where a link for another password goes"},
	{"counsellor", "counsellor", CTL_TEXT, "whose agenda is theirs"},
	{"organisation", "organisation", CTL_TEXT, "whose team they are in"},
	{"password-stdin", NULL, CTL_SWITCH, "read the password from the standard input"},
	{"keep-password", NULL, CTL_SWITCH, "change the rest of an existing user"},
	{"disabled", "disabled", CTL_SWITCH, "may no longer log in"},
	{NULL, NULL, CTL_TEXT, NULL},
};

const struct ctl_flag ctl_token_flags[] = {
	{"label", "label", CTL_TEXT, "what the token is for; stands in the audit trail"},
	{"organisation", "organisation", CTL_TEXT,
	 "whose rows alone it sees; without, the whole network's"},
	{NULL, NULL, CTL_TEXT, NULL},
};

/* ---- passwords ---- */

static int read_line(FILE *f, char *out, size_t size)
{
	size_t n;

	if (!fgets(out, (int)size, f))
		return -1;
	n = strcspn(out, "\n");
	if (!out[n] && n + 1 == size)
		return -1;
	out[n] = '\0';
	return 0;
}

/* Ask on the terminal, without echo. 0, or -1. */
static int ask(const char *prompt, char *out, size_t size)
{
	FILE *tty = fopen("/dev/tty", "r+");
	struct termios before, silent;
	int rc = -1;

	if (!tty)
		return -1;
	if (!tcgetattr(fileno(tty), &before)) {
		silent = before;
		silent.c_lflag &= ~(tcflag_t)ECHO;
		fputs(prompt, tty);
		fflush(tty);
		if (!tcsetattr(fileno(tty), TCSAFLUSH, &silent)) {
			rc = read_line(tty, out, size);
			tcsetattr(fileno(tty), TCSAFLUSH, &before);
			fputs("\n", tty);
		}
	}
	fclose(tty);
	return rc;
}

/* 0 with the password, or an exit status and it was said. */
static int read_password(const struct ctl *c, char *out, size_t size)
{
	char again[PASSWORD_MAX];

	if (ctl_value(c, "password-stdin")) {
		if (!read_line(stdin, out, size))
			return 0;
		fprintf(stderr, "rdvctl: no password came on the standard input\n");
		return CTL_USAGE;
	}
	if (ask("Password: ", out, size) < 0 || ask("Again: ", again, sizeof again) < 0) {
		fprintf(stderr,
			"rdvctl: there is no terminal to ask for the password: use "
			"--password-stdin\n");
		return CTL_USAGE;
	}
	if (strcmp(out, again) != 0) {
		fprintf(stderr, "rdvctl: the two passwords differ\n");
		return CTL_USAGE;
	}
	return 0;
}

/* ---- users ---- */

static int wrong_word(const struct ctl *c)
{
	fprintf(stderr, "rdvctl: usage: rdvctl %s %s\n", c->verb->name, c->verb->words);
	return CTL_USAGE;
}

static int user_add(struct ctl *c)
{
	char password[PASSWORD_MAX] = "";
	json_t *body, *answer = NULL;
	int status = 0;

	if (!ctl_value(c, "role")) {
		fprintf(stderr, "rdvctl: user add needs --role: network, admin, "
				"counsellor, desk or observer\n");
		return CTL_USAGE;
	}
	if (!ctl_value(c, "keep-password"))
		status = read_password(c, password, sizeof password);
	if (status)
		return status;
	body = ctl_body(c);
	ctl_set(body, "login", json_string(c->words[1]));
	if (!ctl_value(c, "keep-password"))
		ctl_set(body, "password", json_string(password));
	explicit_bzero(password, sizeof password);
	status = ctl_json(c, "POST", "/api/v1/local/users", body, &answer);
	if (!status && c->json)
		ctl_print_json(answer);
	else if (!status)
		printf(ctl_value(c, "disabled") ? "%s may no longer log in.\n"
						: "%s may log in.\n",
		       c->words[1]);
	json_decref(answer);
	json_decref(body);
	return status;
}

/* The answer as it is, or a sentence. */
static int say(const struct ctl *c, const char *method, const char *path,
	       const char *sentence, const char *about)
{
	json_t *answer = NULL;
	int status = ctl_json(c, method, path, NULL, &answer);

	if (!status && c->json)
		ctl_print_json(answer);
	else if (!status)
		printf("%s %s\n", about, sentence);
	json_decref(answer);
	return status;
}

static int user_reset(struct ctl *c)
{
	struct buf path = BUF_INIT;
	int status;

	buf_addlit(&path, "/api/v1/staff/accounts/");
	buf_add_url(&path, c->words[1]);
	buf_addlit(&path, "/factor");
	status = say(c, "DELETE", buf_str(&path),
		     "has no second factor any more, and is logged out.", c->words[1]);
	buf_fini(&path);
	return status;
}

static int user_list(struct ctl *c)
{
	static const char *const heads[] = {
		"login", "role", "organisation", "agenda", "second factor", "seen", ""};
	json_t *answer = NULL, *row;
	struct ctl_table *t;
	size_t i;
	int status = ctl_json(c, "GET", "/api/v1/staff/accounts", NULL, &answer);

	if (status)
		return status;
	if (c->json) {
		ctl_print_json(answer);
	} else {
		t = ctl_table_new(heads, ARRAY_SIZE(heads));
		json_array_foreach(json_object_get(answer, "accounts"), i, row)
		{
			ctl_table_add(t, ctl_text(row, "login"));
			ctl_table_add(t, ctl_text(row, "role"));
			ctl_table_add(t, ctl_text(row, "organisation"));
			ctl_table_add(t, ctl_text(row, "counsellor"));
			ctl_table_add(t,
				      json_is_true(json_object_get(row, "second_factor"))
					      ? "yes"
					      : "no");
			ctl_add_when(t, ctl_text(row, "seen"));
			ctl_table_add(t, json_is_true(json_object_get(row, "disabled"))
						 ? "closed"
						 : "");
		}
		ctl_table_print(t, "Nobody has an account.");
	}
	json_decref(answer);
	return status;
}

int ctl_user(struct ctl *c)
{
	if (strcmp(c->words[0], "list") == 0 && c->nwords == 1)
		return user_list(c);
	if (c->nwords != 2)
		return wrong_word(c);
	if (strcmp(c->words[0], "add") == 0)
		return user_add(c);
	if (strcmp(c->words[0], "reset-totp") == 0)
		return user_reset(c);
	return wrong_word(c);
}

/* ---- tokens ---- */

static int token_add(struct ctl *c)
{
	json_t *body = ctl_body(c), *answer = NULL;
	int status;

	ctl_set(body, "role", json_string(c->words[1]));
	status = ctl_json(c, "POST", "/api/v1/local/tokens", body, &answer);
	if (!status && c->json)
		ctl_print_json(answer);
	else if (!status)
		puts(json_string_value(json_object_get(answer, "token")));
	json_decref(answer);
	json_decref(body);
	return status;
}

static int token_list(struct ctl *c)
{
	static const char *const heads[] = {"id",	    "label", "role",
					    "organisation", "since", "seen"};
	json_t *answer = NULL, *row;
	struct ctl_table *t;
	size_t i;
	int status = ctl_json(c, "GET", "/api/v1/staff/tokens", NULL, &answer);

	if (status)
		return status;
	if (c->json) {
		ctl_print_json(answer);
	} else {
		t = ctl_table_new(heads, ARRAY_SIZE(heads));
		json_array_foreach(json_object_get(answer, "tokens"), i, row)
		{
			ctl_table_add(t, ctl_text(row, "id"));
			ctl_table_add(t, ctl_text(row, "label"));
			ctl_table_add(t, ctl_text(row, "role"));
			ctl_table_add(t, ctl_text(row, "organisation"));
			ctl_add_when(t, ctl_text(row, "created"));
			ctl_add_when(t, ctl_text(row, "seen"));
		}
		ctl_table_print(t, "No program has a token.");
	}
	json_decref(answer);
	return status;
}

static int token_revoke(struct ctl *c)
{
	struct buf path = BUF_INIT;
	int status;

	buf_addlit(&path, "/api/v1/staff/tokens/");
	buf_add_url(&path, c->words[1]);
	status = say(c, "DELETE", buf_str(&path), "opens nothing any more.", c->words[1]);
	buf_fini(&path);
	return status;
}

int ctl_token(struct ctl *c)
{
	if (strcmp(c->words[0], "list") == 0 && c->nwords == 1)
		return token_list(c);
	if (c->nwords != 2)
		return wrong_word(c);
	if (strcmp(c->words[0], "add") == 0)
		return token_add(c);
	if (strcmp(c->words[0], "revoke") == 0)
		return token_revoke(c);
	return wrong_word(c);
}
