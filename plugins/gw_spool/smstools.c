/* SPDX-License-Identifier: GPL-3.0-or-later */
/* smstools.c - the layout "smstools3": a message becomes a file in outgoing/, from where
 * the SMS Server Tools move it through checked/ into sent/ or failed/ under the same
 * name. The name is made of the message's id alone, and looked for in all of these
 * places, in the order in which a file wanders through them: so the same message twice is
 * one SMS. What has become of it is returned.c's. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool.h"

#define VALIDITY_MAX_MIN (14 * 1440)

/* Their folder, opened; -1 with errno. */
static int open_under(const char *folder, const char *name)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* 1: it is somewhere on its way, or at its end. */
static int is_known(const struct spool *s, const char *name)
{
	static const char *const way[] = {"outgoing", "checked", "sent", "failed"};

	for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
		int dir = open_under(s->folder, way[i]);
		int there = dir >= 0 && faccessat(dir, name, F_OK, 0) == 0;

		if (there)
			fsync(dir);
		if (dir >= 0)
			close(dir);
		if (there)
			return 1;
	}
	return 0;
}

static int number_is_valid(const char *s)
{
	size_t digits = strspn(s + (*s == '+'), "0123456789");

	return *s == '+' && digits >= 5 && digits <= 15 && !s[1 + digits];
}

/* The file's bytes; owned by the caller. */
static char *compose(const struct spool *s, const struct rdvd_message *m, size_t *n)
{
	rdvd_time left = m->deadline - s->host->now();
	int is_latin9 = text_fits_latin9(m->text);
	size_t text = strlen(m->text);
	char *bytes = malloc(text * 2 + 200);
	int head;

	if (!bytes)
		abort();
	head = snprintf(bytes, 200, "To: %s\nAlphabet: %s\nReport: %s\n", m->to + 1,
			is_latin9 ? "ISO" : "UCS2", s->wants_reports ? "yes" : "no");
	if (left >= 60)
		head += snprintf(bytes + head, 200 - (size_t)head, "Validity: %d min\n",
				 left / 60 > VALIDITY_MAX_MIN ? VALIDITY_MAX_MIN
							      : (int)(left / 60));
	bytes[head++] = '\n';
	*n = (size_t)head + (is_latin9 ? text_to_latin9(m->text, bytes + head)
				       : text_to_ucs2(m->text, bytes + head));
	return bytes;
}

/* Into outgoing/, readable and removable by the group that the folder has. */
static int hand_over(const struct spool *s, const struct rdvd_message *m,
		     const char *name)
{
	struct delivery d = {.name = name, .mode = 0660};
	struct stat st;
	char *bytes;
	int rc = -1, saved;

	d.temporary_dir = open(s->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d.dir = open_under(s->folder, "outgoing");
	bytes = compose(s, m, &d.n);
	d.bytes = bytes;
	if (d.temporary_dir >= 0 && d.dir >= 0 && fstat(d.dir, &st) == 0) {
		d.group = st.st_gid;
		rc = spool_deliver(&d);
	}
	saved = errno;
	if (d.temporary_dir >= 0)
		close(d.temporary_dir);
	if (d.dir >= 0)
		close(d.dir);
	free(bytes);
	errno = saved;
	return rc;
}

enum rdvd_sent smstools_send(struct spool *s, const struct rdvd_message *m,
			     struct rdvd_receipt *receipt)
{
	char name[200] = SMSTOOLS_PREFIX;
	size_t prefix = strlen(name);

	if (m->channel != RDVD_CHANNEL_SMS) {
		snprintf(receipt->note, sizeof receipt->note,
			 "the SMS Server Tools send no e-mail: see this gateway's "
			 "channels");
		return RDVD_SENT_STOPPED;
	}
	if (!number_is_valid(m->to)) {
		snprintf(receipt->note, sizeof receipt->note,
			 "the recipient is no telephone number");
		return RDVD_SENT_REFUSED;
	}
	if (!*m->id || spool_escape(m->id, name + prefix, 100) < 0) {
		snprintf(receipt->note, sizeof receipt->note,
			 "the message's id is empty or too long for a file's name");
		return RDVD_SENT_REFUSED;
	}
	if (!is_known(s, name) && hand_over(s, m, name) < 0) {
		snprintf(receipt->note, sizeof receipt->note,
			 "the spool cannot be written: %s", strerror(errno));
		receipt->retry_after_s = SPOOL_RETRY_AFTER_S;
		s->host->log(s->host, 4,
			     "a message waits, %s/outgoing cannot be written: %s",
			     s->folder, strerror(errno));
		return RDVD_SENT_RETRY;
	}
	snprintf(receipt->provider_id, sizeof receipt->provider_id, "%.127s", name);
	return RDVD_SENT_ACCEPTED;
}
