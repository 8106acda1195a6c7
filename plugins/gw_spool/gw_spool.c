/* SPDX-License-Identifier: GPL-3.0-or-later */
/* gw_spool.c - a gateway that hands nothing to anybody: each message becomes one
 * readable file in a folder. For trying rdvd out, for tests, and for a modem daemon or
 * a script that takes files.
 *
 * A file's name is made of the message's id, its channel and whom it is for, of nothing
 * that changes between two attempts, and it appears by link(2), which never replaces:
 * so the same message twice is one file, whatever died in between. It is whole and on
 * the disk before it has its name, and its name is on the disk before the answer is
 * "accepted". Nothing is kept between two sends: threads need no lock. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "spool.h"

#define ID_MAX 100 /* bytes of an id in a name, escaped */
#define TO_MAX 120 /* bytes of a recipient in a name, escaped; the file has it whole */

static unsigned spool_capabilities(void *gw)
{
	const struct spool *s = gw;

	if (!s->is_smstools)
		return RDVD_GATEWAY_SMS | RDVD_GATEWAY_EMAIL | RDVD_GATEWAY_IDEMPOTENT;
	return RDVD_GATEWAY_SMS | RDVD_GATEWAY_IDEMPOTENT | RDVD_GATEWAY_RECEIPTS |
	       RDVD_GATEWAY_INBOUND | RDVD_GATEWAY_REPLIES;
}

static void spool_close(void *gw)
{
	struct spool *s = gw;

	if (!s)
		return;
	free(s->folder);
	free(s);
}

/* dir "/" folder, or folder alone when it is absolute; NULL without memory. */
static char *folder_path(const char *dir, const char *folder)
{
	char *path;

	if (folder[0] == '/')
		return strdup(folder);
	return asprintf(&path, "%s/%s", dir, folder) < 0 ? NULL : path;
}

/* 0, or -1: a word is none of those known (logged). */
static int read_words(struct spool *s)
{
	const struct rdvd_host *host = s->host;
	const char *layout = host->option(host, "layout");
	const char *reports = host->option(host, "reports");

	s->is_smstools = strcmp(layout, "smstools3") == 0;
	s->wants_reports = strcasecmp(reports, "yes") == 0;
	if (!s->is_smstools && strcmp(layout, "files") != 0) {
		host->log(host, 3, "layout = \"%s\": it is one of files, smstools3",
			  layout);
		return -1;
	}
	if (!s->wants_reports && strcasecmp(reports, "no") != 0) {
		host->log(host, 3, "reports = \"%s\": it is one of yes, no", reports);
		return -1;
	}
	return 0;
}

/* smstools3's folders are its own: they are not made. */
static int check_folder(struct spool *s)
{
	char *outgoing;
	int fd;

	if (!s->folder)
		return -1;
	if (!s->is_smstools)
		return spool_folder(s->folder);
	if (asprintf(&outgoing, "%s/outgoing", s->folder) < 0)
		return -1;
	fd = open(outgoing, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(outgoing);
	if (fd < 0)
		return -1;
	close(fd);
	return open(s->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void say_folder(const struct spool *s)
{
	s->host->log(s->host, 3, "the folder %s%s cannot be used: %s",
		     s->folder ? s->folder : "", s->is_smstools ? "/outgoing" : "",
		     strerror(errno));
}

static enum rdvd_rc spool_open(const struct rdvd_host *host, void **gw)
{
	struct spool *s = calloc(1, sizeof *s);
	int fd;

	if (!s)
		return RDVD_FAILED;
	s->host = host;
	if (read_words(s) < 0) {
		spool_close(s);
		return RDVD_FAILED;
	}
	s->folder = folder_path(host->dir, host->option(host, "folder"));
	fd = check_folder(s);
	if (fd < 0) {
		say_folder(s);
		spool_close(s);
		return RDVD_FAILED;
	}
	spool_sweep(fd);
	*gw = s;
	return RDVD_OK;
}

/* The folder of files is made by open; smstools3's have to be there. */
static enum rdvd_rc spool_check(const struct rdvd_host *host)
{
	struct spool s = {.host = host};
	int fd, rc = read_words(&s);

	if (!rc && s.is_smstools) {
		s.folder = folder_path(host->dir, host->option(host, "folder"));
		fd = check_folder(&s);
		if (fd < 0)
			say_folder(&s);
		else
			close(fd);
		rc = fd < 0 ? -1 : 0;
		free(s.folder);
	}
	return rc ? RDVD_FAILED : RDVD_OK;
}

static const char *channel_name(enum rdvd_channel channel)
{
	return channel == RDVD_CHANNEL_EMAIL ? "email" : "sms";
}

/* ID-CHANNEL-TO.txt. -1 when the id is empty or too long for a name. */
static int file_name(const struct rdvd_message *m, char out[NAME_MAX + 1])
{
	char id[ID_MAX + 1], to[TO_MAX + 1];

	if (!*m->id || spool_escape(m->id, id, sizeof id) < 0)
		return -1;
	spool_escape(m->to, to, sizeof to);
	snprintf(out, NAME_MAX + 1, "%s-%s-%s.txt", id, channel_name(m->channel), to);
	return 0;
}

/* One header line; control characters, which would make another line of it, become
 * spaces. */
static void write_header(FILE *f, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	fprintf(f, "%s: ", name);
	for (; *value; value++)
		fputc((unsigned char)*value < 0x20 || *value == 0x7F ? ' ' : *value, f);
	fputc('\n', f);
}

static void write_instant(FILE *f, const char *name, rdvd_time t)
{
	time_t seconds = (time_t)t;
	char text[32];
	struct tm tm;

	if (gmtime_r(&seconds, &tm) &&
	    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm))
		write_header(f, name, text);
}

/* The file's bytes; owned by the caller, NULL without memory. */
static char *compose(const struct rdvd_message *m, rdvd_time now, size_t *n)
{
	char *bytes = NULL;
	FILE *f = open_memstream(&bytes, n);

	if (!f)
		return NULL;
	write_header(f, "Message-Id", m->id);
	write_header(f, "Channel", channel_name(m->channel));
	write_header(f, "To", m->to);
	write_header(f, "From", m->from);
	write_instant(f, "Date", now);
	write_header(f, "Subject", m->subject);
	fprintf(f, "\n%s%s", m->text,
		*m->text && m->text[strlen(m->text) - 1] == '\n' ? "" : "\n");
	return fclose(f) == 0 ? bytes : NULL;
}

/* 0, or -1 with errno: the message is then not in the folder. */
static int deliver(const struct spool *s, const char *name, const struct rdvd_message *m)
{
	struct delivery d = {.name = name, .mode = 0600, .group = (gid_t)-1};
	char *bytes = compose(m, s->host->now(), &d.n);
	int rc = -1, saved;

	d.bytes = bytes;
	d.dir = d.temporary_dir = bytes ? spool_folder(s->folder) : -1;
	if (d.dir >= 0)
		rc = spool_deliver(&d);
	saved = errno;
	if (d.dir >= 0)
		close(d.dir);
	free(bytes);
	errno = saved;
	return rc;
}

static enum rdvd_sent spool_send(void *gw, const struct rdvd_message *m,
				 struct rdvd_receipt *receipt)
{
	struct spool *s = gw;
	char name[NAME_MAX + 1];

	if (s->is_smstools)
		return smstools_send(s, m, receipt);
	if (file_name(m, name) < 0) {
		snprintf(receipt->note, sizeof receipt->note,
			 "the message's id is empty or too long for a file's name");
		return RDVD_SENT_REFUSED;
	}
	if (deliver(s, name, m) < 0) {
		/* Whatever failed, the same name is tried again: never a second file. */
		snprintf(receipt->note, sizeof receipt->note,
			 "the spool cannot be written: %s", strerror(errno));
		receipt->retry_after_s = SPOOL_RETRY_AFTER_S;
		s->host->log(s->host, 4, "a message waits, %s cannot be written: %s",
			     s->folder, strerror(errno));
		return RDVD_SENT_RETRY;
	}
	snprintf(receipt->provider_id, sizeof receipt->provider_id, "spool:%s", m->id);
	return RDVD_SENT_ACCEPTED;
}

static enum rdvd_rc spool_poll(void *gw, int timeout_ms, rdvd_event_cb *cb, void *arg)
{
	struct spool *s = gw;

	return s->is_smstools ? smstools_poll(s, cb, arg) : RDVD_OK;
}

static void spool_settle(void *gw, const char *ack)
{
	struct spool *s = gw;

	if (s->is_smstools)
		smstools_settle(s, ack);
}

static const struct rdvd_option options[] = {
	{"folder", "spool", "the folder of the files, absolute or in the data folder"},
	{"layout", "files", "files, or smstools3: the folders of the SMS Server Tools"},
	{"reports", "yes", "smstools3: no: no status report is asked for"},
	{NULL, NULL, NULL},
};

static const struct rdvd_gateway_ops ops = {
	.capabilities = spool_capabilities,
	.open = spool_open,
	.send = spool_send,
	.close = spool_close,
	.poll = spool_poll,
	.settle = spool_settle,
	.check = spool_check,
};

extern const struct rdvd_plugin RDVD_PLUGIN_SYMBOL(gw_spool);

const struct rdvd_plugin RDVD_PLUGIN_SYMBOL(gw_spool) = {
	.abi = RDVD_ABI,
	.kind = RDVD_KIND_GATEWAY,
	.name = "gw_spool",
	.options = options,
	.ops = &ops,
};
