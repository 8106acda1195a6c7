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
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "rdvd/gateway.h"

#define ID_MAX 100 /* bytes of an id in a name, escaped */
#define TO_MAX 120 /* bytes of a recipient in a name, escaped; the file has it whole */
#define RETRY_AFTER_S 30 /* a full disk is not emptied in ten seconds */

static atomic_uint serial; /* of temporary files; threads and gateways share it */

struct spool {
	const struct rdvd_host *host; /* lent by the daemon */
	char *folder;		      /* owned; absolute */
};

/* A folder that is there: opened, or made and opened. -1 with errno. */
static int open_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static unsigned spool_capabilities(void *gw)
{
	return RDVD_GATEWAY_SMS | RDVD_GATEWAY_EMAIL | RDVD_GATEWAY_IDEMPOTENT;
}

static void spool_close(void *gw)
{
	struct spool *s = gw;

	if (!s)
		return;
	free(s->folder);
	free(s);
}

/* Remove what processes that were killed left half-written. Closes fd. */
static void sweep(int fd)
{
	DIR *d = fdopendir(fd);
	struct dirent *e;

	if (!d) {
		close(fd);
		return;
	}
	while ((e = readdir(d))) {
		size_t n = strlen(e->d_name);

		if (e->d_name[0] == '.' && n > 5 &&
		    strcmp(e->d_name + n - 4, ".tmp") == 0)
			unlinkat(dirfd(d), e->d_name, 0);
	}
	closedir(d);
}

/* dir "/" folder, or folder alone when it is absolute; NULL without memory. */
static char *folder_path(const char *dir, const char *folder)
{
	char *path;

	if (folder[0] == '/')
		return strdup(folder);
	return asprintf(&path, "%s/%s", dir, folder) < 0 ? NULL : path;
}

static enum rdvd_rc spool_open(const struct rdvd_host *host, void **gw)
{
	struct spool *s = calloc(1, sizeof *s);
	int fd;

	if (!s)
		return RDVD_FAILED;
	s->host = host;
	s->folder = folder_path(host->dir, host->option(host, "folder"));
	fd = s->folder ? open_folder(s->folder) : -1;
	if (fd < 0) {
		host->log(host, 3, "the folder %s cannot be used: %s",
			  s->folder ? s->folder : "", strerror(errno));
		spool_close(s);
		return RDVD_FAILED;
	}
	sweep(fd);
	*gw = s;
	return RDVD_OK;
}

/* Escape s into out as a part of a file's name: letters, digits and @ + - _ . stay (a
 * dot not first), every other byte is %XX. 0, or -1 when it does not fit; out then
 * holds what did, whole. */
static int name_escape(const char *s, char *out, size_t size)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789@+-_.";
	size_t n = 0;

	for (size_t i = 0; s[i]; i++) {
		int is_plain = strchr(plain, s[i]) && (s[i] != '.' || i > 0);
		size_t need = is_plain ? 1 : 3;

		if (n + need >= size) {
			out[n] = '\0';
			return -1;
		}
		if (is_plain)
			out[n] = s[i];
		else
			snprintf(out + n, 4, "%%%02X", (unsigned char)s[i]);
		n += need;
	}
	out[n] = '\0';
	return 0;
}

static const char *channel_name(enum rdvd_channel channel)
{
	return channel == RDVD_CHANNEL_EMAIL ? "email" : "sms";
}

/* ID-CHANNEL-TO.txt. -1 when the id is empty or too long for a name. */
static int file_name(const struct rdvd_message *m, char out[NAME_MAX + 1])
{
	char id[ID_MAX + 1], to[TO_MAX + 1];

	if (!*m->id || name_escape(m->id, id, sizeof id) < 0)
		return -1;
	name_escape(m->to, to, sizeof to);
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

/* Write the message and bring it to the disk. 0, or -1 with errno. Closes fd. */
static int write_message(int fd, const struct rdvd_message *m, rdvd_time now)
{
	FILE *f = fdopen(fd, "w");
	int failed, saved;

	if (!f) {
		saved = errno;
		close(fd);
		errno = saved;
		return -1;
	}
	write_header(f, "Message-Id", m->id);
	write_header(f, "Channel", channel_name(m->channel));
	write_header(f, "To", m->to);
	write_header(f, "From", m->from);
	write_instant(f, "Date", now);
	write_header(f, "Subject", m->subject);
	fprintf(f, "\n%s%s", m->text,
		*m->text && m->text[strlen(m->text) - 1] == '\n' ? "" : "\n");
	errno = 0;
	failed = ferror(f) || fflush(f) != 0 || fsync(fd) < 0;
	saved = errno ? errno : EIO;
	if (fclose(f) != 0 && !failed) {
		failed = 1;
		saved = errno;
	}
	errno = saved;
	return failed ? -1 : 0;
}

/* Bring the message into the folder under name, once. 0, or -1 with errno: it is then
 * not there. */
static int deliver(int dir, const char *name, const struct rdvd_message *m, rdvd_time now)
{
	char temporary[64];
	int fd, saved;

	/* It may have been there since an attempt whose answer was lost: its name has to
	 * be on the disk all the same. */
	if (faccessat(dir, name, F_OK, 0) == 0)
		return fsync(dir);
	snprintf(temporary, sizeof temporary, ".%ld-%u.tmp", (long)getpid(),
		 atomic_fetch_add(&serial, 1));
	/* One of that name, left by a process that was killed, may by now be a delivered
	 * file too: unlinked, never written over. */
	unlinkat(dir, temporary, 0);
	fd = openat(dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	if (write_message(fd, m, now) < 0 ||
	    (linkat(dir, temporary, dir, name, 0) < 0 && errno != EEXIST)) {
		saved = errno;
		unlinkat(dir, temporary, 0);
		errno = saved;
		return -1;
	}
	unlinkat(dir, temporary, 0);
	return fsync(dir);
}

static enum rdvd_sent spool_send(void *gw, const struct rdvd_message *m,
				 struct rdvd_receipt *receipt)
{
	struct spool *s = gw;
	char name[NAME_MAX + 1];
	enum rdvd_sent sent = RDVD_SENT_ACCEPTED;
	int dir;

	if (file_name(m, name) < 0) {
		snprintf(receipt->note, sizeof receipt->note,
			 "the message's id is empty or too long for a file's name");
		return RDVD_SENT_REFUSED;
	}
	dir = open_folder(s->folder);
	if (dir < 0 || deliver(dir, name, m, s->host->now()) < 0) {
		/* Whatever failed, the same name is tried again: never a second file. */
		snprintf(receipt->note, sizeof receipt->note,
			 "the spool cannot be written: %s", strerror(errno));
		receipt->retry_after_s = RETRY_AFTER_S;
		s->host->log(s->host, 4, "a message waits, %s cannot be written: %s",
			     s->folder, strerror(errno));
		sent = RDVD_SENT_RETRY;
	} else {
		snprintf(receipt->provider_id, sizeof receipt->provider_id, "spool:%s",
			 m->id);
	}
	if (dir >= 0)
		close(dir);
	return sent;
}

static const struct rdvd_option options[] = {
	{"folder", "spool", "the folder of the files, absolute or in the data folder"},
	{NULL, NULL, NULL},
};

static const struct rdvd_gateway_ops ops = {
	.capabilities = spool_capabilities,
	.open = spool_open,
	.send = spool_send,
	.close = spool_close,
};

extern const struct rdvd_plugin RDVD_PLUGIN_SYMBOL(gw_spool);

const struct rdvd_plugin RDVD_PLUGIN_SYMBOL(gw_spool) = {
	.abi = RDVD_ABI,
	.kind = RDVD_KIND_GATEWAY,
	.name = "gw_spool",
	.options = options,
	.ops = &ops,
};
