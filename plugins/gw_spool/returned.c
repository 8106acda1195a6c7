/* SPDX-License-Identifier: GPL-3.0-or-later */
/* returned.c - the layout "smstools3": what is found in failed/, sent/, report/ and
 * incoming/. A report names the message only by the modem's running number, one of 256,
 * and the recipient; it belongs to the newest file of sent/ that has both. A file is
 * removed once what it says is stored; other programs' messages are left alone. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "spool.h"

#define FILE_MAX_BYTES 16384
#define NO_REPORT_S (3 * 86400) /* then a report is no longer awaited */
#define ROUND_MAX 500 /* events of one poll; files that say nothing to us count not */

struct sms_file {
	char bytes[FILE_MAX_BYTES + 1];
	size_t n;
	const char *body;
	size_t body_n;
	time_t changed;
};

/* ---- one file ---- */

static int open_dir(const struct spool *s, const char *name)
{
	char path[PATH_MAX];

	snprintf(path, sizeof path, "%s/%s", s->folder, name);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* 0, or -1: it went meanwhile, is no file, or cannot be read. */
static int read_file(int dir, const char *name, struct sms_file *f)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat st;
	ssize_t n = 0;
	char *gap;

	f->n = 0;
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		n = -1;
	while (n >= 0 && f->n < FILE_MAX_BYTES &&
	       (n = read(fd, f->bytes + f->n, FILE_MAX_BYTES - f->n)) > 0)
		f->n += (size_t)n;
	close(fd);
	if (n < 0)
		return -1;
	f->bytes[f->n] = '\0';
	f->changed = st.st_mtime;
	gap = memmem(f->bytes, f->n, "\n\n", 2);
	f->body = gap ? gap + 2 : f->bytes + f->n;
	f->body_n = f->n - (size_t)(f->body - f->bytes);
	return 0;
}

/* What may be no UTF-8 becomes clean ASCII. */
static void ascii(char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || (unsigned char)*s >= 0x7F)
			*s = '?';
}

/* A header's value into out, without what is no ASCII; 1 when it is there. The names are
 * theirs, as they write them. */
static int header(const struct sms_file *f, const char *name, char *out, size_t size)
{
	size_t n = strlen(name);

	out[0] = '\0';
	for (const char *s = f->bytes; s < f->body && *s != '\n';) {
		size_t line = strcspn(s, "\n");

		if (line > n && memcmp(s, name, n) == 0 && s[n] == ':') {
			size_t skip = n + 1 + strspn(s + n + 1, " \t");

			if (skip > line)
				skip = line;
			while (line > skip && strchr(" \t\r", s[line - 1]))
				line--;
			snprintf(out, size, "%.*s", (int)(line - skip), s + skip);
			ascii(out);
			return 1;
		}
		s += line + 1;
	}
	return 0;
}

/* "+33612345678" of what stands in From: international numbers come without their +. */
static void number_of(const struct sms_file *f, char *out, size_t size)
{
	char from[63], kind[64];
	int is_digits;

	header(f, "From", from, sizeof from);
	header(f, "From_TOA", kind, sizeof kind);
	is_digits = *from && strspn(from, "0123456789") == strlen(from);
	snprintf(out, size, "%s%s",
		 is_digits && (strcasestr(kind, "international") ||
			       (!*kind && strlen(from) >= 9 && *from != '0'))
			 ? "+"
			 : "",
		 from);
}

/* FNV-1a: tells two files of one name apart. */
static unsigned long long digest(const struct sms_file *f)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < f->n; i++)
		h = (h ^ (unsigned char)f->bytes[i]) * 1099511628211u;
	return h;
}

/* ---- what is told ---- */

struct round {
	struct spool *s;
	rdvd_event_cb *cb;
	void *arg;
	struct sms_file *file, *other; /* room for two */
	int *told;		       /* how many events */
};

static void tell(const struct round *r, const struct rdvd_event *e)
{
	(*r->told)++;
	r->cb(r->arg, e);
}

static void tell_receipt(const struct round *r, const char *name,
			 enum rdvd_delivery delivery, const char *note, const char *ack)
{
	char id[200], key[400];
	struct rdvd_event e = {.kind = RDVD_EVENT_RECEIPT,
			       .key = key,
			       .note = note,
			       .message_id = id,
			       .provider_id = name,
			       .delivery = delivery,
			       .from = "",
			       .to = "",
			       .text = "",
			       .part_ref = "",
			       .ack = ack};

	if (spool_unescape(name + strlen(SMSTOOLS_PREFIX), id, sizeof id) < 0)
		return;
	snprintf(key, sizeof key, "%s-%d", name, (int)delivery);
	tell(r, &e);
}

static int is_ours(const char *name)
{
	return strncmp(name, SMSTOOLS_PREFIX, strlen(SMSTOOLS_PREFIX)) == 0;
}

static void look_at_failed(const struct round *r, int dir, const char *name)
{
	char note[160], ack[NAME_MAX + 16];

	(void)dir;
	if (!is_ours(name))
		return;
	if (!header(r->file, "Fail_reason", note, sizeof note))
		snprintf(note, sizeof note, "failed");
	snprintf(ack, sizeof ack, "failed/%s", name);
	tell_receipt(r, name, RDVD_DELIVERY_FAILED, note, ack);
}

/* Where no report is awaited, or none will come, it was sent: no more is known. */
static void look_at_sent(const struct round *r, int dir, const char *name)
{
	char reference[32], ack[NAME_MAX + 16];
	int awaited = header(r->file, "Message_id", reference, sizeof reference);

	(void)dir;
	if (!is_ours(name) ||
	    (awaited && time(NULL) - r->file->changed < (time_t)NO_REPORT_S))
		return;
	snprintf(ack, sizeof ack, "sent/%s", name);
	tell_receipt(r, name, RDVD_DELIVERY_ACCEPTED,
		     awaited ? "sent, no report" : "sent", ack);
}

/* ---- reports ---- */

/* The value of a line "NAME: value" of the body; NULL. */
static const char *body_line(const struct sms_file *f, const char *name)
{
	const char *at = memmem(f->body, f->body_n, name, strlen(name));

	return at ? at + strlen(name) + strspn(at + strlen(name), " ") : NULL;
}

static int is_report(const struct sms_file *f)
{
	return memmem(f->body, f->body_n, "SMS STATUS REPORT", 17) != NULL &&
	       body_line(f, "Status:");
}

/* Is the number one of those in a list "12 13 14"? */
static int lists(const char *list, long number)
{
	while (*list) {
		char *end;
		long v = strtol(list, &end, 10);

		if (end == list)
			return 0;
		if (v == number)
			return 1;
		list = end + strspn(end, " ,");
	}
	return 0;
}

/* The newest sent file to that number with that reference, into name. 0, or -1. */
static int find_sent(const struct round *r, const char *number, long reference,
		     char name[NAME_MAX + 1])
{
	int fd = open_dir(r->s, "sent"), found = -1;
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	time_t newest = 0;

	if (!d) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while ((e = readdir(d))) {
		char to[64], ids[200];

		if (!is_ours(e->d_name) || read_file(dirfd(d), e->d_name, r->other) < 0)
			continue;
		header(r->other, "To", to, sizeof to);
		header(r->other, "Message_id", ids, sizeof ids);
		if (strcmp(to, number) == 0 && lists(ids, reference) &&
		    (found < 0 || r->other->changed > newest)) {
			newest = r->other->changed;
			snprintf(name, NAME_MAX + 1, "%s", e->d_name);
			found = 0;
		}
	}
	closedir(d);
	return found;
}

/* TP-Status (3GPP TS 23.040 9.2.3.15): 0-31 done, 32-63 still trying, then given up. */
static enum rdvd_delivery delivery_of(long status)
{
	if (status < 32)
		return RDVD_DELIVERY_DELIVERED;
	return status < 64 ? RDVD_DELIVERY_ACCEPTED : RDVD_DELIVERY_FAILED;
}

static void tell_report(const struct round *r, const char *folder, const char *name)
{
	const char *reference = body_line(r->file, "Message_id:");
	const char *status = body_line(r->file, "Status:");
	char number[64], note[128], sent[NAME_MAX + 1], ack[2 * NAME_MAX + 32];
	enum rdvd_delivery delivery = delivery_of(strtol(status, NULL, 10));

	header(r->file, "From", number, sizeof number);
	/* of another program's message: left to it */
	if (!reference || find_sent(r, number + (*number == '+'),
				    strtol(reference, NULL, 10), sent) < 0)
		return;
	snprintf(note, sizeof note, "%.*s", (int)strcspn(status, "\r\n"), status);
	ascii(note);
	if (delivery == RDVD_DELIVERY_ACCEPTED)
		snprintf(ack, sizeof ack, "%s/%s", folder, name);
	else
		snprintf(ack, sizeof ack, "%s/%s sent/%s", folder, name, sent);
	tell_receipt(r, sent, delivery, note, ack);
}

/* ---- what people write ---- */

/* "05 00 03 5F 02 01": a part of a longer text, joined by a reference. */
static void read_parts(const struct sms_file *f, char reference[16], int *part,
		       int *parts)
{
	char dump[64];
	unsigned v[7] = {0};
	int n;

	reference[0] = '\0';
	if (!header(f, "UDH-DATA", dump, sizeof dump))
		return;
	n = sscanf(dump, "%x %x %x %x %x %x %x", &v[0], &v[1], &v[2], &v[3], &v[4], &v[5],
		   &v[6]);
	if (n >= 6 && v[1] == 0 && v[2] == 3) {
		snprintf(reference, 16, "%u", v[3] & 0xFF);
		*parts = (int)v[4];
		*part = (int)v[5];
	} else if (n == 7 && v[1] == 8 && v[2] == 4) {
		snprintf(reference, 16, "%u", (v[3] & 0xFF) << 8 | (v[4] & 0xFF));
		*parts = (int)v[5];
		*part = (int)v[6];
	}
	if (*parts < 2 || *part < 1 || *part > *parts)
		reference[0] = '\0';
}

static void tell_text(const struct round *r, const char *name)
{
	char from[64], alphabet[32], key[NAME_MAX + 24], ack[NAME_MAX + 16];
	char reference[16];
	struct rdvd_event e = {.kind = RDVD_EVENT_INBOUND,
			       .key = key,
			       .note = "",
			       .message_id = "",
			       .provider_id = "",
			       .from = from,
			       .to = "",
			       .part_ref = reference,
			       .ack = ack};
	char *text = malloc(r->file->body_n * 3 + 1);

	if (!text)
		abort();
	number_of(r->file, from, sizeof from);
	header(r->file, "Alphabet", alphabet, sizeof alphabet);
	text_from_file(alphabet, r->file->body, r->file->body_n, text);
	read_parts(r->file, reference, &e.part, &e.parts);
	snprintf(key, sizeof key, "%s-%016llx", name, digest(r->file));
	ascii(key);
	snprintf(ack, sizeof ack, "incoming/%s", name);
	e.text = text;
	if (*from && strncasecmp(alphabet, "bin", 3) != 0)
		tell(r, &e);
	free(text);
}

static void look_at_report(const struct round *r, int dir, const char *name)
{
	(void)dir;
	if (is_report(r->file))
		tell_report(r, "report", name);
}

static void look_at_incoming(const struct round *r, int dir, const char *name)
{
	(void)dir;
	if (is_report(r->file))
		tell_report(r, "incoming", name);
	else
		tell_text(r, name);
}

/* ---- a round ---- */

static int is_message(const struct dirent *e)
{
	size_t n = strlen(e->d_name);

	return e->d_name[0] != '.' && !(n > 5 && strcmp(e->d_name + n - 5, ".LOCK") == 0);
}

/* 0, or -1: the folder is there and cannot be read. */
static int each(const struct round *r, const char *folder,
		void (*look)(const struct round *r, int dir, const char *name))
{
	struct dirent **names;
	int dir = open_dir(r->s, folder), n;

	if (dir < 0)
		return errno == ENOENT ? 0 : -1;
	n = scandirat(dir, ".", &names, is_message, alphasort);
	for (int i = 0; i < n; i++) {
		if (*r->told < ROUND_MAX &&
		    read_file(dir, names[i]->d_name, r->file) == 0)
			look(r, dir, names[i]->d_name);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	close(dir);
	return n < 0 ? -1 : 0;
}

enum rdvd_rc smstools_poll(struct spool *s, rdvd_event_cb *cb, void *arg)
{
	int rc = 0, told = 0;
	struct round r = {.s = s,
			  .told = &told,
			  .cb = cb,
			  .arg = arg,
			  .file = malloc(sizeof *r.file),
			  .other = malloc(sizeof *r.other)};

	if (!r.file || !r.other)
		abort();
	/* reports before what they are about, which goes with them */
	if (each(&r, "incoming", look_at_incoming) < 0 ||
	    each(&r, "report", look_at_report) < 0 ||
	    each(&r, "failed", look_at_failed) < 0 ||
	    each(&r, "sent", look_at_sent) < 0) {
		s->host->log(s->host, 4, "the folders of %s cannot be read: %s",
			     s->folder, strerror(errno));
		rc = -1;
	}
	free(r.file);
	free(r.other);
	return rc ? RDVD_FAILED : RDVD_OK;
}

/* One "FOLDER/NAME" of those we give out. */
static void remove_one(struct spool *s, const char *path)
{
	static const char *const folders[] = {"failed/", "sent/", "report/", "incoming/"};
	char whole[PATH_MAX];

	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		size_t n = strlen(folders[i]);

		if (strncmp(path, folders[i], n) != 0 || !path[n] || path[n] == '.' ||
		    strchr(path + n, '/'))
			continue;
		snprintf(whole, sizeof whole, "%s/%s", s->folder, path);
		if (unlink(whole) < 0 && errno != ENOENT)
			s->host->log(s->host, 4, "%s cannot be removed: %s", whole,
				     strerror(errno));
	}
}

void smstools_settle(struct spool *s, const char *ack)
{
	const char *second = strstr(ack, " sent/");
	char first[NAME_MAX + 32];

	snprintf(first, sizeof first, "%.*s",
		 second ? (int)(second - ack) : (int)strlen(ack), ack);
	remove_one(s, first);
	if (second)
		remove_one(s, second + 1);
}
