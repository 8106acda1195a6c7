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
#include "booking/rights.h"

#define PASSWORD_MIN 10
#define PASSWORD_MAX 256
#define LABEL_MAX 64

/* ---- users ---- */

static int login_is_valid(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n <= 64 && strchr("._@-", s[0]) == NULL &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789._@-") == n;
}

const char *access_user_check(const struct access *a, const struct access_new_user *u,
			      const char **field)
{
	*field = "login";
	if (!u->login || !login_is_valid(u->login))
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
	if (u->password &&
	    (strlen(u->password) < PASSWORD_MIN || strlen(u->password) > PASSWORD_MAX))
		return N_("Le mot de passe doit avoir de 10 à 256 caractères.");
	*field = NULL;
	return NULL;
}

struct user_job {
	struct job hash;
	struct store_job keep;
	struct access *a;
	struct rdvd_user row;
	char *login, *role, *password; /* owned; password NULL: unchanged */
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

	j->row.login = j->login;
	j->row.role = j->role;
	j->row.password_hash = j->password ? j->password_hash
			       : old	   ? old->password_hash
					   : "";
	j->row.created = old ? old->user.created : clock_now();
	if (old) { /* what this does not write */
		j->row.name = old->user.name;
		j->row.email = old->user.email;
		j->row.totp = old->totp;
		j->row.totp_size = old->totp_size;
		j->row.totp_step = old->totp_step;
		j->row.recovery_left = old->user.recovery_left;
		j->row.seen = old->user.seen;
	}
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
