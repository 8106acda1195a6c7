/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mailbox.c - see mailbox.h. A Maildir's new mails are its new/; what is put aside goes
 * to cur/, seen when it says nothing, flagged when nobody understood it. In a plain
 * folder that is kept/. */
#include "mailbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bounce.h"
#include "fetch.h"
#include "mbuf.h"

#define MAIL_MAX ((size_t)1 << 20) /* of one mail, its attachments left alone */
#define ROUND_MAX 500		   /* mails of one poll */

struct folder {
	char *path; /* owned; NULL unused */
	char *aside;
	int is_maildir;
};

struct mailbox {
	const struct rdvd_host *host;
	uint8_t key[PROOF_KEY_SIZE];
	struct folder folders[2]; /* of the Maildir, of the command */
	char *command;		  /* owned; "" none */
};

/* ---- life ---- */

static char *join(const char *dir, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", dir, name) < 0)
		abort();
	return path;
}

static int make_folder(const char *path)
{
	return mkdir(path, 0700) == 0 || errno == EEXIST ? 0 : -1;
}

static int folder_open(struct folder *f, const char *path)
{
	char *fresh = join(path, "new");
	int fd;

	f->is_maildir = access(fresh, F_OK) == 0;
	f->path = f->is_maildir ? fresh : mem_copy(path, strlen(path));
	f->aside = join(path, f->is_maildir ? "cur" : "kept");
	if (!f->is_maildir) {
		free(fresh);
		if (make_folder(path) < 0)
			return -1;
	}
	if (make_folder(f->aside) < 0)
		return -1;
	fd = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

struct mailbox *mailbox_new(const struct rdvd_host *host,
			    const uint8_t key[PROOF_KEY_SIZE], const char *maildir,
			    const char *command)
{
	struct mailbox *m = calloc(1, sizeof *m);
	char *own = join(host->dir, "bounces");
	int rc = 0;

	if (!m)
		abort();
	m->host = host;
	memcpy(m->key, key, PROOF_KEY_SIZE);
	m->command = mem_copy(command, strlen(command));
	if (*maildir)
		rc = folder_open(&m->folders[0], maildir);
	if (!rc && *command)
		rc = folder_open(&m->folders[1], own);
	if (rc) {
		host->log(host, 3, "the folder %s cannot be used: %s",
			  m->folders[1].path ? own : maildir, strerror(errno));
		mailbox_free(m);
		m = NULL;
	}
	free(own);
	return m;
}

void mailbox_free(struct mailbox *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < 2; i++) {
		free(m->folders[i].path);
		free(m->folders[i].aside);
	}
	free(m->command);
	free(m);
}

/* ---- one mail ---- */

/* 0, or -1 with errno: it went meanwhile, or cannot be read. */
static int read_mail(int dir, const char *name, struct mbuf *out)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char block[16384];
	struct stat st;
	ssize_t n = -1;
	int saved;

	mbuf_clear(out);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		while (out->len < MAIL_MAX && (n = read(fd, block, sizeof block)) > 0)
			mbuf_add(out, block, (size_t)n);
	saved = errno;
	close(fd);
	errno = saved;
	return n < 0 ? -1 : 0;
}

/* Out of the way of the next poll. */
static void put_aside(struct mailbox *m, const struct folder *f, int dir,
		      const char *name, enum bounce_kind kind)
{
	char *to;

	if (asprintf(&to, "%s/%.200s%s", f->aside, name,
		     !f->is_maildir	      ? ""
		     : kind == BOUNCE_IGNORED ? ":2,S"
					      : ":2,F") < 0)
		abort();
	if (renameat(dir, name, AT_FDCWD, to) < 0 && errno != ENOENT)
		m->host->log(m->host, 4,
			     "a mail that came back cannot be put into %s: %s", f->aside,
			     strerror(errno));
	free(to);
}

struct rdvd_event mailbox_event(const struct bounce *b, const char *ack)
{
	return (struct rdvd_event){
		.kind = RDVD_EVENT_RECEIPT,
		.key = b->key,
		.note = b->note,
		.message_id = b->id,
		.provider_id = "",
		.delivery = b->delivery,
		.from = "",
		.to = "",
		.text = "",
		.part_ref = "",
		.ack = ack,
	};
}

/* ---- a folder ---- */

static int is_mail(const struct dirent *e)
{
	return e->d_name[0] != '.' && strcmp(e->d_name, "kept") != 0;
}

static enum rdvd_rc poll_folder(struct mailbox *m, size_t which, rdvd_event_cb *cb,
				void *arg)
{
	const struct folder *f = &m->folders[which];
	struct dirent **names;
	struct mbuf mail = {0};
	int n = scandir(f->path, &names, is_mail, alphasort), strange = 0;
	int dir = n < 0 ? -1 : open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (n < 0 || dir < 0)
		m->host->log(m->host, 4, "the folder %s cannot be read: %s", f->path,
			     strerror(errno));
	for (int i = 0; dir >= 0 && i < n && i < ROUND_MAX; i++) {
		char ack[NAME_MAX + 4];
		struct bounce b;

		if (read_mail(dir, names[i]->d_name, &mail) < 0)
			continue;
		bounce_read(m->key, mbuf_str(&mail), mail.len, &b);
		snprintf(ack, sizeof ack, "%zu/%s", which, names[i]->d_name);
		if (b.kind == BOUNCE_REPORT) {
			struct rdvd_event e = mailbox_event(&b, ack);

			cb(arg, &e);
			continue;
		}
		strange += b.kind == BOUNCE_STRANGE;
		put_aside(m, f, dir, names[i]->d_name, b.kind);
	}
	if (strange)
		m->host->log(
			m->host, 6,
			"%d mails came back that are no delivery report of a message "
			"of ours: they are in %s",
			strange, f->aside);
	mbuf_fini(&mail);
	if (dir >= 0)
		close(dir);
	for (int i = 0; i < n; i++)
		free(names[i]);
	if (n >= 0)
		free(names);
	return dir < 0 ? RDVD_FAILED : RDVD_OK;
}

enum rdvd_rc mailbox_poll(struct mailbox *m, int timeout_ms, rdvd_event_cb *cb, void *arg)
{
	enum rdvd_rc rc = RDVD_OK;

	if (*m->command &&
	    fetch_mails(m->host, m->command, m->folders[1].path, timeout_ms) < 0)
		rc = RDVD_FAILED;
	for (size_t i = 0; i < 2; i++)
		if (m->folders[i].path && poll_folder(m, i, cb, arg) != RDVD_OK)
			rc = RDVD_FAILED;
	return rc;
}

void mailbox_settle(struct mailbox *m, const char *ack)
{
	size_t which = (size_t)(ack[0] - '0');
	char *path;

	if (which > 1 || ack[1] != '/' || strchr(ack + 2, '/') || !m->folders[which].path)
		return;
	path = join(m->folders[which].path, ack + 2);
	if (unlink(path) < 0 && errno != ENOENT)
		m->host->log(m->host, 4, "the mail %s cannot be removed: %s", path,
			     strerror(errno));
	free(path);
}
