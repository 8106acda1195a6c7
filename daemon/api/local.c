/* SPDX-License-Identifier: GPL-3.0-or-later */
/* local.c - what only the local socket may do, i.e. whoever the socket's permissions let
 * in: import a territory, make users and tokens, back up, check. rdvctl is its client. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/impl.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "booking/rights.h"
#include "store/store.h"

/* ---- import ---- */

static void refuse_import(struct http_request *rq, const char *errors)
{
	const struct lang *lang = http_request_lang(rq);

	http_problem(rq, 422, tr(lang, "Ce fichier de territoire est refusé"), errors,
		     NULL, 0);
}

static void answer_import(void *arg, enum rdvd_rc rc, const struct booking_import *i)
{
	struct http_request *rq = call_end(arg);
	struct buf b = BUF_INIT;

	if (!rq)
		return;
	if (rc == RDVD_INVALID && i) {
		refuse_import(rq, i->errors);
		return;
	}
	if (rc != RDVD_OK || !i) {
		api_refuse_rc(rq, rc);
		return;
	}
	buf_addf(&b,
		 "{\"created\":%zu,\"changed\":%zu,\"retired\":%zu,\"unchanged\":%zu,"
		 "\"outside\":%zu",
		 i->created, i->changed, i->retired, i->unchanged, i->outside);
	buf_addlit(&b, ",\"text\":");
	buf_add_json_string(&b, i->text ? i->text : "");
	buf_addch(&b, '}');
	http_reply_json(rq, 200, &b);
}

void post_local_import(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const char *name = http_request_query(rq, "name");
	const char *dry = http_request_query(rq, "dry_run");
	size_t n;
	const char *bytes = http_request_body(rq, &n);

	booking_import(api->booking, name && *name ? name : "territory", bytes, n,
		       dry && strcmp(dry, "0") != 0, api_actor(rq), answer_import,
		       call_begin(rq));
}

/* ---- users and tokens ---- */

static void answer_user(void *arg, enum rdvd_rc rc)
{
	struct http_request *rq = call_end_read(arg, rc);
	struct buf b = BUF_INIT;

	if (!rq)
		return;
	buf_addlit(&b, "{\"status\":\"ok\"}");
	http_reply_json(rq, 201, &b);
}

rdvd_id body_slug(const json_t *o, const char *field, const struct territory *t,
		  struct api_errors *e)
{
	int is_counsellor = !strcmp(field, "counsellor");
	const char *slug = body_string(o, field, e);
	int i;

	if (!slug || !*slug)
		return 0;
	i = is_counsellor ? territory_counsellor(t, slug)
			  : territory_organisation(t, slug);
	if (i != TERRITORY_NONE)
		return is_counsellor ? t->counsellors[i].id : t->organisations[i].id;
	api_error(e, field, "unknown",
		  is_counsellor ? "Ce conseiller n'existe pas."
				: "Cette structure n'existe pas.");
	return 0;
}

void post_local_user(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const struct territory *t = booking_territory(api->booking);
	const json_t *root = body_root(rq);
	struct access_new_user u = {.login = NULL};
	struct api_errors e = {.n = 0};
	const char *wrong, *field;

	if (!root)
		return;
	u.login = body_string(root, "login", &e);
	u.password = body_string(root, "password", &e);
	u.role = body_string(root, "role", &e);
	u.disabled = body_bool(root, "disabled", 0, &e);
	u.name = body_string(root, "name", &e);
	u.email = body_string(root, "email", &e);
	u.counsellor = body_slug(root, "counsellor", t, &e);
	u.organisation = body_slug(root, "organisation", t, &e);
	wrong = e.n ? NULL : access_user_check(api->access, &u, &field);
	if (wrong)
		api_error(&e, field, "invalid", wrong);
	if (e.n) {
		api_refuse(rq, 422, &e);
		return;
	}
	access_user_put(api->access, &u, answer_user, call_begin(rq));
}

static void answer_token(void *arg, enum rdvd_rc rc, const char *token)
{
	struct http_request *rq = call_end_read(arg, rc);
	struct buf b = BUF_INIT;

	if (!rq)
		return;
	buf_addf(&b, "{\"token\":\"%s\"}", token);
	http_reply_json(rq, 201, &b);
}

void post_local_token(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const struct territory *t = booking_territory(api->booking);
	const json_t *root = body_root(rq);
	struct api_errors e = {.n = 0};
	const char *role, *label;
	rdvd_id organisation;

	if (!root)
		return;
	role = body_string(root, "role", &e);
	label = body_string(root, "label", &e);
	organisation = body_slug(root, "organisation", t, &e);
	if (!e.n && (!role || !*rights_role_title(role)))
		api_error(
			&e, "role", "unknown",
			N_("Le rôle est network, admin, counsellor, desk ou observer."));
	if (label && strlen(label) > 64)
		api_error(&e, "label", "too_long",
			  "C'est trop long : 64 caractères au plus.");
	if (e.n) {
		api_refuse(rq, 422, &e);
		return;
	}
	access_token_add(api->access, role, organisation, label ? label : "",
			 answer_token, call_begin(rq));
}

/* ---- backup ---- */

struct backup_job {
	struct store_job job;
	struct api_call *call;
	const char *key_path;
	char *path, *key_copy; /* owned */
};

/* The links in messages are made with the server's key: without it a restored store would
 * answer 404 to every one of them. */
static int copy_key(const char *from, const char *to)
{
	uint8_t key[SECRET_KEY_SIZE];
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int rc = -1;

	if (in >= 0 && out >= 0 && read(in, key, sizeof key) == (ssize_t)sizeof key &&
	    write(out, key, sizeof key) == (ssize_t)sizeof key && !fsync(out))
		rc = 0;
	else
		log_err("backup: the key could not be copied from %s to %s: %s", from, to,
			strerror(errno));
	explicit_bzero(key, sizeof key);
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return rc;
}

static enum rdvd_rc backup_run(const struct rdvd_store_ops *ops, void *st,
			       struct store_job *job)
{
	struct backup_job *j = (struct backup_job *)job;
	enum rdvd_rc rc = ops->backup(st, j->path);

	return rc == RDVD_OK && copy_key(j->key_path, j->key_copy) < 0 ? RDVD_FAILED : rc;
}

static void backup_free(struct backup_job *j)
{
	free(j->path);
	free(j->key_copy);
	free(j);
}

static void backup_done(struct store_job *job)
{
	struct backup_job *j = (struct backup_job *)job;
	struct http_request *rq = call_end(j->call);
	struct buf b = BUF_INIT;

	if (rq && job->rc == RDVD_OK) {
		buf_addlit(&b, "{\"path\":");
		buf_add_json_string(&b, j->path);
		buf_addlit(&b, ",\"key\":");
		buf_add_json_string(&b, j->key_copy);
		buf_addch(&b, '}');
		http_reply_json(rq, 201, &b);
	} else if (rq) {
		http_problem(
			rq,
			job->rc == RDVD_INVALID || job->rc == RDVD_CONFLICT ? 409 : 503,
			tr(http_request_lang(rq), "La sauvegarde a échoué"),
			tr(http_request_lang(rq), "Le fichier existe déjà, ou ne peut "
						  "pas être écrit : le journal du "
						  "démon dit pourquoi."),
			NULL, 0);
	}
	backup_free(j);
}

void post_local_backup(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);
	const json_t *root = body_root(rq);
	struct api_errors e = {.n = 0};
	struct backup_job *j;
	const char *path;

	if (!root)
		return;
	path = body_string(root, "path", &e);
	if (!e.n && (!path || path[0] != '/'))
		api_error(&e, "path", "invalid",
			  "Donnez le chemin absolu d'un fichier à créer.");
	else if (!e.n && !access(path, F_OK))
		api_error(&e, "path", "exists",
			  "Ce fichier existe déjà : donnez un autre nom.");
	if (e.n) {
		api_refuse(rq, 422, &e);
		return;
	}
	j = xcalloc(1, sizeof *j);
	j->path = xstrdup(path);
	j->key_copy = xasprintf("%s.key", path);
	j->key_path = api->key_path;
	j->job.run = backup_run;
	j->job.done = backup_done;
	j->call = call_begin(rq);
	if (store_read(api->store, &j->job) != RDVD_OK) {
		rq = call_end(j->call);
		if (rq)
			api_refuse_rc(rq, RDVD_BUSY);
		backup_free(j);
	}
}

/* ---- check and status ---- */

static void answer_check(void *arg, enum rdvd_rc rc, const char *problems)
{
	struct http_request *rq = call_end_read(arg, rc);
	struct buf b = BUF_INIT;
	int n = 0;

	if (!rq)
		return;
	buf_addlit(&b, "{\"problems\":[");
	for (const char *p = problems ? problems : ""; *p;) {
		size_t len = strcspn(p, "\n");
		char *line = xstrndup(p, len);

		if (len && n++)
			buf_addch(&b, ',');
		if (len)
			buf_add_json_string(&b, line);
		free(line);
		p += len + (p[len] == '\n');
	}
	buf_addlit(&b, "]}");
	http_reply_json(rq, 200, &b);
}

void get_local_check(struct http_request *rq)
{
	const struct api *api = http_request_context(rq);

	booking_check(api->booking, answer_check, call_begin(rq));
}
