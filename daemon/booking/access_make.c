/* SPDX-License-Identifier: GPL-3.0-or-later */
/* access_make.c - users, bearer tokens and secret calendar addresses as they are made:
 * checked, hashed in the worker when there is a password, committed, and only then in
 * memory. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/parse.h"
#include "booking/access_impl.h"
#include "booking/password.h"
#include "booking/rights.h"

#define LABEL_MAX 64
#define NAME_MAX_BYTES 100

/* ---- users ---- */

int access_email_is_valid(const char *s)
{
	const char *at = strchr(s, '@');

	return at && at != s && at[1] && !strchr(at + 1, '@') && strchr(at, '.') &&
	       strlen(s) <= 254 && !strpbrk(s, " \t\r\n\"(),:;<>[]\\") &&
	       utf8_is_clean(s, strlen(s));
}

int access_login_is_valid(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n <= 64 && strchr("._@-", s[0]) == NULL &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789._@-") == n;
}

const char *access_user_check(const struct access *a, const struct access_new_user *u,
			      const char **field)
{
	*field = "login";
	if (!u->login || !access_login_is_valid(u->login))
		return N_(
			"L'identifiant est fait de lettres minuscules, de chiffres et de "
			". _ @ - (64 au "
			"plus).");
	*field = "role";
	if (!u->role || !*rights_role_title(u->role))
		return N_("Le rôle est network, admin, counsellor, desk ou observer.");
	*field = "password";
	if (!u->password && !access_member_find(a, u->login))
		return N_("Donnez un mot de passe : cet identifiant est nouveau.");
	if (u->password) {
		const char *why = password_words(
			password_check(u->password, u->login, u->name, u->email));

		if (why)
			return why;
	}
	*field = "name";
	if (u->name && (strlen(u->name) > NAME_MAX_BYTES ||
			!utf8_is_clean(u->name, strlen(u->name))))
		return N_("Ce nom est trop long : 100 caractères au plus.");
	*field = "email";
	if (u->email && *u->email && !access_email_is_valid(u->email))
		return N_("Cette adresse ne peut pas être une adresse e-mail.");
	*field = NULL;
	return NULL;
}

struct user_job {
	struct job hash;
	struct store_job keep;
	struct access *a;
	struct rdvd_user row;
	char *login, *role, *password; /* owned; password NULL: unchanged */
	char *name, *email;	       /* owned; NULL: unchanged */
	char password_hash[SECRET_PASSWORD_HASH_SIZE];
	int hashed;
	access_cb *cb;
	void *arg;
};

#define USER_JOB_OF_KEEP(j) \
	((struct user_job *)((char *)(j)-offsetof(struct user_job, keep)))

static void user_job_end(struct user_job *j, enum rdvd_rc rc)
{
	if (j->cb)
		j->cb(j->arg, rc);
	if (j->password)
		explicit_bzero(j->password, strlen(j->password));
	free(j->password);
	free(j->login);
	free(j->role);
	free(j->name);
	free(j->email);
	free(j);
}

static enum rdvd_rc user_keep_run(const struct rdvd_store_ops *ops, void *st,
				  struct store_job *job)
{
	struct user_job *j = USER_JOB_OF_KEEP(job);

	return ops->user_put(st, &j->row, &j->row.id);
}

static void user_keep_done(struct store_job *job)
{
	struct user_job *j = USER_JOB_OF_KEEP(job);

	if (job->rc == RDVD_OK)
		access_member_put(j->a, &j->row, j->password != NULL);
	user_job_end(j, job->rc);
}

static void user_keep(struct user_job *j)
{
	const struct access_member *old = access_member_find(j->a, j->login);

	struct rdvd_user row = {.password_hash = "", .created = clock_now()};

	if (old)
		access_member_row(old, &row); /* what this does not write */
	row.login = j->login;
	row.role = j->role;
	row.organisation = j->row.organisation;
	row.counsellor = j->row.counsellor;
	row.disabled = j->row.disabled;
	if (j->password)
		row.password_hash = j->password_hash;
	if (j->name)
		row.name = j->name;
	if (j->email)
		row.email = j->email;
	j->row = row;
	j->keep.run = user_keep_run;
	j->keep.done = user_keep_done;
	if (store_write(j->a->store, &j->keep) != RDVD_OK)
		user_job_end(j, RDVD_BUSY);
}

static void user_hash_run(struct job *job, void *ctx)
{
	struct user_job *j = (struct user_job *)job;

	(void)ctx;
	j->hashed = secret_password_hash(j->password, j->password_hash) == 0;
}

static void user_hash_done(struct job *job)
{
	struct user_job *j = (struct user_job *)job;

	if (j->hashed)
		user_keep(j);
	else
		user_job_end(j, RDVD_FAILED);
}

void access_user_put(struct access *a, const struct access_new_user *u, access_cb *cb,
		     void *arg)
{
	const char *field;
	struct user_job *j;

	if (access_user_check(a, u, &field)) {
		cb(arg, RDVD_INVALID);
		return;
	}
	j = xcalloc(1, sizeof *j);
	j->a = a;
	j->login = xstrdup(u->login);
	j->role = xstrdup(u->role);
	j->password = xstrdup_null(u->password);
	j->name = xstrdup_null(u->name);
	j->email = xstrdup_null(u->email);
	j->row.organisation = u->organisation;
	j->row.counsellor = u->counsellor;
	j->row.disabled = u->disabled;
	j->cb = cb;
	j->arg = arg;
	if (!j->password) {
		user_keep(j);
		return;
	}
	j->hash.run = user_hash_run;
	j->hash.done = user_hash_done;
	if (worker_submit(a->passwords, &j->hash) < 0)
		user_job_end(j, RDVD_BUSY);
}

void access_member_row(const struct access_member *m, struct rdvd_user *row)
{
	*row = (struct rdvd_user){
		.id = m->user.id,
		.login = m->user.login,
		.password_hash = m->password_hash,
		.role = m->user.role,
		.organisation = m->organisation,
		.counsellor = m->user.counsellor,
		.disabled = m->user.disabled,
		.created = m->user.created,
		.name = m->user.name,
		.email = m->user.email,
		.totp = m->totp,
		.totp_size = m->totp_size,
		.totp_step = m->totp_step,
		.recovery_left = m->user.recovery_left,
		.seen = m->user.seen,
	};
}

int access_is_last_admin(const struct access *a, const struct access_user *u)
{
	if (!rights_administers(u))
		return 0;
	for (size_t i = 0; i < a->nmembers; i++) {
		const struct access_user *other = access_member_user(a, a->members[i]);

		if (other->id != u->id && rights_administers(other) &&
		    other->organisation == u->organisation)
			return 0;
	}
	return 1;
}

/* ---- tokens and feeds ---- */

struct token_job {
	struct store_job job;
	struct access *a;
	int is_feed;
	struct rdvd_api_token row; /* with its strings owned */
	struct rdvd_feed feed;
	char *role, *label;
	char token[SECRET_TOKEN_CHARS + 1];
	access_token_cb *cb;
	void *arg;
};

static enum rdvd_rc token_run(const struct rdvd_store_ops *ops, void *st,
			      struct store_job *job)
{
	struct token_job *j = (struct token_job *)job;

	return j->is_feed ? ops->feed_put(st, &j->feed) : ops->api_token_put(st, &j->row);
}

static void token_end(struct token_job *j, enum rdvd_rc rc)
{
	j->cb(j->arg, rc, rc == RDVD_OK ? j->token : "");
	explicit_bzero(j->token, sizeof j->token);
	free(j->role);
	free(j->label);
	free(j);
}

static void token_done(struct store_job *job)
{
	struct token_job *j = (struct token_job *)job;

	if (job->rc == RDVD_OK && j->is_feed)
		access_feed_add(j->a, &j->feed);
	else if (job->rc == RDVD_OK)
		access_program_add(j->a, &j->row);
	token_end(j, job->rc);
}

static struct token_job *token_job_new(struct access *a, access_token_cb *cb, void *arg)
{
	struct token_job *j = xcalloc(1, sizeof *j);

	j->a = a;
	j->cb = cb;
	j->arg = arg;
	j->job.run = token_run;
	j->job.done = token_done;
	secret_token_random(j->token);
	return j;
}

void access_token_add(struct access *a, const char *role, rdvd_id organisation,
		      const char *label, access_token_cb *cb, void *arg)
{
	struct token_job *j;

	if (!*rights_role_title(role) || strlen(label) > LABEL_MAX ||
	    !utf8_is_clean(label, strlen(label))) {
		cb(arg, RDVD_INVALID, "");
		return;
	}
	j = token_job_new(a, cb, arg);
	j->role = xstrdup(role);
	j->label = xstrdup(label);
	j->row = (struct rdvd_api_token){.role = j->role,
					 .label = j->label,
					 .organisation = organisation,
					 .created = clock_now()};
	secret_token_hash(j->token, j->row.token_hash);
	if (store_write(a->store, &j->job) != RDVD_OK)
		token_end(j, RDVD_BUSY);
}

/* ---- programs that are there ---- */

static int newer(const void *x, const void *y)
{
	const struct access_program_row *p = x, *q = y;

	return (p->created < q->created) - (p->created > q->created);
}

size_t access_program_list(const struct access *a, struct access_program_row *out,
			   size_t max)
{
	const struct access_program *p;
	size_t n = 0;

	for (size_t i = 0; n < max && (p = access_table_next(&a->programs, &i));) {
		if (p->user.revoked)
			continue;
		memcpy(out[n].hash, p->hash, sizeof out[n].hash);
		out[n].label = p->label;
		out[n].role = p->user.role;
		out[n].organisation = p->user.organisation;
		out[n].created = p->user.created;
		out[n++].seen = p->seen;
	}
	qsort(out, n, sizeof *out, newer);
	return n;
}

struct program_job {
	struct store_job job;
	struct rdvd_api_token row;
	char *role, *label; /* owned */
	access_cb *cb;	    /* NULL: nobody waits */
	void *arg;
};

static enum rdvd_rc program_run(const struct rdvd_store_ops *ops, void *st,
				struct store_job *job)
{
	return ops->api_token_put(st, &((struct program_job *)job)->row);
}

static void program_done(struct store_job *job)
{
	struct program_job *j = (struct program_job *)job;

	if (j->cb)
		j->cb(j->arg, job->rc);
	free(j->role);
	free(j->label);
	free(j);
}

static void program_write(struct access *a, const struct access_program *p,
			  rdvd_time revoked, access_cb *cb, void *arg)
{
	struct program_job *j = xcalloc(1, sizeof *j);

	j->role = xstrdup(p->user.role);
	j->label = xstrdup(p->label);
	j->row = (struct rdvd_api_token){
		.role = j->role,
		.label = j->label,
		.organisation = p->user.organisation,
		.created = p->user.created,
		.seen = p->seen,
		.revoked = revoked,
	};
	memcpy(j->row.token_hash, p->hash, sizeof j->row.token_hash);
	j->cb = cb;
	j->arg = arg;
	j->job.run = program_run;
	j->job.done = program_done;
	if (store_write(a->store, &j->job) == RDVD_OK)
		return;
	j->job.rc = RDVD_BUSY;
	program_done(&j->job);
}

void access_program_save(struct access *a, struct access_program *p)
{
	p->saved = p->seen;
	program_write(a, p, 0, NULL, NULL);
}

void access_token_revoke(struct access *a, const uint8_t hash[RDVD_HASH_SIZE],
			 access_cb *cb, void *arg)
{
	struct access_program *p = access_table_find(&a->programs, hash);

	if (!p || p->user.revoked) {
		cb(arg, RDVD_NOT_FOUND);
		return;
	}
	p->user.revoked = 1; /* at once, whatever the disk says */
	program_write(a, p, clock_now(), cb, arg);
}

void access_feed_put(struct access *a, rdvd_id counsellor, int with_names,
		     access_token_cb *cb, void *arg)
{
	struct token_job *j = token_job_new(a, cb, arg);

	j->is_feed = 1;
	j->feed = (struct rdvd_feed){.counsellor = counsellor,
				     .with_names = with_names,
				     .created = clock_now()};
	secret_token_hash(j->token, j->feed.token_hash);
	if (store_write(a->store, &j->job) != RDVD_OK)
		token_end(j, RDVD_BUSY);
}
