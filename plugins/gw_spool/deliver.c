/* SPDX-License-Identifier: GPL-3.0-or-later */
/* deliver.c - a file that appears whole, once, and is on the disk when it does: written
 * under another name, synced, then linked, which never replaces; see spool.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool.h"

static atomic_uint serial; /* of temporary files; threads and gateways share it */

int spool_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* Is it a temporary file of ours, whose process is no more? Another handle of this
 * process, or another daemon on the same folder, may be writing it at this moment. */
static int is_left_over(const char *name)
{
	char again[NAME_MAX + 1];
	unsigned number;
	long pid;

	if (sscanf(name, ".%ld-%u.tmp", &pid, &number) != 2 || pid < 1)
		return 0;
	snprintf(again, sizeof again, ".%ld-%u.tmp", pid, number);
	return strcmp(name, again) == 0 && kill((pid_t)pid, 0) < 0 && errno == ESRCH;
}

void spool_sweep(int fd)
{
	DIR *d = fdopendir(fd);
	struct dirent *e;

	if (!d) {
		close(fd);
		return;
	}
	while ((e = readdir(d))) {
		if (is_left_over(e->d_name))
			unlinkat(dirfd(d), e->d_name, 0);
	}
	closedir(d);
}

/* ---- names ---- */

int spool_escape(const char *s, char *out, size_t size)
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

static int hex_value(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int spool_unescape(const char *name, char *out, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; name[i]; i++) {
		int c = (unsigned char)name[i];

		if (c == '%') {
			int high = hex_value(name[i + 1]);
			int low = high < 0 ? -1 : hex_value(name[i + 2]);

			if (low < 0 || (high == 0 && low == 0))
				return -1;
			c = high << 4 | low;
			i += 2;
		}
		if (n + 1 >= size)
			return -1;
		out[n++] = (char)c;
	}
	out[n] = '\0';
	return n > 0 ? 0 : -1;
}

/* ---- the file ---- */

static int write_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, bytes, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -1;
		bytes += done;
		n -= (size_t)done;
	}
	return 0;
}

int spool_deliver(const struct delivery *d)
{
	char temporary[64];
	int fd, saved, rc;

	/* It may have been there since an attempt whose answer was lost: its name has to
	 * be on the disk all the same. */
	if (faccessat(d->dir, d->name, F_OK, 0) == 0)
		return fsync(d->dir);
	snprintf(temporary, sizeof temporary, ".%ld-%u.tmp", (long)getpid(),
		 atomic_fetch_add(&serial, 1));
	/* One of that name, left by a process that was killed, may by now be a delivered
	 * file too: unlinked, never written over. */
	unlinkat(d->temporary_dir, temporary, 0);
	fd = openat(d->temporary_dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -1;
	rc = write_all(fd, d->bytes, d->n);
	if (rc == 0 && d->group != (gid_t)-1)
		rc = fchown(fd, (uid_t)-1, d->group);
	if (rc == 0 && d->mode != 0600)
		rc = fchmod(fd, d->mode);
	if (rc == 0)
		rc = fsync(fd);
	if (rc == 0 && linkat(d->temporary_dir, temporary, d->dir, d->name, 0) < 0 &&
	    errno != EEXIST)
		rc = -1;
	saved = errno;
	close(fd);
	unlinkat(d->temporary_dir, temporary, 0);
	errno = saved;
	return rc == 0 ? fsync(d->dir) : -1;
}
