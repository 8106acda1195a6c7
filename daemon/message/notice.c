/* SPDX-License-Identifier: GPL-3.0-or-later */
/* notice.c - see notice.h. */
#include "message/notice.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "message/text.h"
#include "store/store.h"

#define MAIL_USEFUL_S 86400
#define HOUR_S 3600

struct notice_job {
	struct store_job job;
	struct rdvd_notice notice;
	char *key, *kind, *text; /* owned */
	char *to;		 /* owned; NULL none */
	char *letter_key;	 /* owned */
	char *subject, *mail;	 /* owned; NULL none */
	void (*written)(void *arg);
	void *arg;
};

static enum rdvd_rc run(const struct rdvd_store_ops *ops, void *st, struct store_job *job)
{
	struct notice_job *j = (struct notice_job *)job;
	const struct rdvd_letter letter = {
		.key = j->letter_key,
		.kind = RDVD_MSG_ANSWER,
		.channel = RDVD_CHANNEL_EMAIL,
		.organisation = j->notice.organisation,
		.to = j->to,
		.subject = j->subject,
		.text = j->mail,
		.due = j->notice.at,
		.deadline = j->notice.at + MAIL_USEFUL_S,
		.actor = "",
		.now = j->notice.at,
	};
	rdvd_id id;
	enum rdvd_rc rc = ops->notice_put(st, &j->notice);

	return rc == RDVD_OK && j->to ? ops->letter_put(st, &letter, &id) : rc;
}

static void done(struct store_job *job)
{
	struct notice_job *j = (struct notice_job *)job;

	if (job->rc != RDVD_OK)
		log_info("a notice to the team could not be written: %s", j->text);
	else if (j->written)
		j->written(j->arg);
	free(j->key);
	free(j->kind);
	free(j->text);
	free(j->to);
	free(j->letter_key);
	free(j->subject);
	free(j->mail);
	free(j);
}

static void write_mail(struct notice_job *j, const struct notice_mail *mail)
{
	struct buf link = BUF_INIT, subject = BUF_INIT, body = BUF_INIT;
	struct text_values v = {.notice = j->text};

	buf_addf(&link, "%s/equipe", mail->address);
	v.link = buf_str(&link);
	if (text_write(mail->texts, TEXT_NOTICE, 0, RDVD_CHANNEL_EMAIL, "fr", &v,
		       &subject, &body) == 0) {
		j->to = xstrdup(mail->to);
		j->subject = buf_steal(&subject, NULL);
		j->mail = buf_steal(&body, NULL);
	}
	buf_fini(&link);
	buf_fini(&subject);
	buf_fini(&body);
}

void notice_tell(struct store *s, const struct rdvd_notice *n,
		 const struct notice_mail *mail, void (*written)(void *arg), void *arg)
{
	struct notice_job *j = xcalloc(1, sizeof *j);

	j->notice = *n;
	j->notice.key = j->key = xstrdup(n->key);
	j->notice.kind = j->kind = xstrdup(n->kind);
	j->notice.text = j->text = xstrdup(n->text);
	j->letter_key = xasprintf("notice:%s:%lld", n->key, (long long)(n->at / HOUR_S));
	if (mail->to && *mail->to)
		write_mail(j, mail);
	j->written = written;
	j->arg = arg;
	j->job.run = run;
	j->job.done = done;
	if (store_write(s, &j->job) == RDVD_OK)
		return;
	j->job.rc = RDVD_BUSY;
	done(&j->job);
}
