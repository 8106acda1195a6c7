/* SPDX-License-Identifier: GPL-3.0-or-later */
/* export.c - three steps that follow each other until no fact is left: read a page of
 * facts (store's reader), append its lines and fsync (a thread of its own), note the
 * place (store's writer). */
#include "report/export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/parse.h"
#include "base/worker.h"
#include "store/store.h"

#define PAGE 500
#define AGAIN_MS 30000
#define TAIL_BYTES 8192

struct export_job {
	struct loop *loop;
	struct store *store;
	struct export_options o;
	char *name, *folder; /* owned */
	struct worker *writer;
	struct loop_timer *again;
	int64_t seq;   /* the last fact that is on disk */
	int64_t noted; /* as the store knows it */
	int placed;    /* seq was read from the store and the file */
	int busy, dirty, complained, stopped;
};

struct page_job {
	struct store_job read;
	struct job append;
	struct store_job note;
	struct export_job *e;
	struct rdvd_fact *facts; /* owned, with their strings */
	size_t n, cap;
	int64_t seq, cursor;
	int more;
	char path[512];
	struct buf lines;
	int failed; /* errno of the append */
};

static void step(struct export_job *e);

/* ---- facts that outlive their callback ---- */

static const char **fact_strings(struct rdvd_fact *f, size_t i)
{
	const char **all[] = {&f->appointment, &f->session,   &f->place_kind,
			      &f->commune,     &f->programme, &f->mode,
			      &f->person,      &f->situation, &f->locale};
	return i < ARRAY_SIZE(all) ? all[i] : NULL;
}

static int keep_fact(void *arg, const struct rdvd_fact *f)
{
	struct page_job *j = arg;
	VEC_GROW(j->facts, j->n, j->cap);
	struct rdvd_fact *copy = &j->facts[j->n++];
	const char **s;
	*copy = *f;
	for (size_t i = 0; (s = fact_strings(copy, i)); i++)
		*s = xstrdup(*s ? *s : "");
	return 0;
}

static void forget_facts(struct page_job *j)
{
	const char **s;
	while (j->n > 0) {
		j->n--;
		for (size_t i = 0; (s = fact_strings(&j->facts[j->n], i)); i++)
			free((char *)*s);
	}
}

static void page_free(struct page_job *j)
{
	forget_facts(j);
	free(j->facts);
	buf_fini(&j->lines);
	free(j);
}

static void page_end(struct page_job *j, int later)
{
	struct export_job *e = j->e;
	page_free(j);
	e->busy = 0;
	if (later)
		loop_timer_in(e->again, AGAIN_MS);
	else if (e->dirty)
		step(e);
}

/* ---- noting the place ---- */

static enum rdvd_rc note_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct page_job *j =
		(struct page_job *)((char *)job - offsetof(struct page_job, note));
	return ops->cursor_set(st, j->e->name, j->seq);
}

static void note_done(struct store_job *job)
{
	struct page_job *j =
		(struct page_job *)((char *)job - offsetof(struct page_job, note));
	if (job->rc == RDVD_OK)
		j->e->noted = j->seq;
	/* the file knows it anyway */
	page_end(j, 0);
}

/* ---- appending ---- */

static void month_path(const struct export_job *e, rdvd_time now, char *out, size_t size)
{
	int y, m;
	civil_day_split((civil_day)(now / CIVIL_DAY_SECONDS), &y, &m, NULL);
	snprintf(out, size, "%s/attendance-%04d-%02d.%s", e->folder, y, m,
		 e->o.format == FACT_CSV ? "csv" : "ndjson");
}

static int write_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t k = write(fd, bytes, n);
		if (k < 0 && errno == EINTR)
			continue;
		if (k < 0)
			return -1;
		bytes += k;
		n -= (size_t)k;
	}
	return 0;
}

/* In the export's thread. What was half written is taken back, so that every line is
 * whole. */
static void append_run(struct job *job, void *ctx)
{
	struct page_job *j =
		(struct page_job *)((char *)job - offsetof(struct page_job, append));
	(void)ctx;
	int fd = open(j->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	off_t before = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
	j->failed = 0;
	if (before < 0) {
		j->failed = errno;
	} else {
		struct buf all = BUF_INIT;
		if (before == 0)
			fact_write_header(&all, j->e->o.format);
		buf_add(&all, buf_str(&j->lines), j->lines.len);
		if (write_all(fd, buf_str(&all), all.len) != 0 || fsync(fd) != 0) {
			j->failed = errno;
			if (ftruncate(fd, before) != 0)
				log_err("export: %s cannot be cut back to whole lines: "
					"%s",
					j->path, strerror(errno));
		}
		buf_fini(&all);
	}
	if (fd >= 0)
		close(fd);
}

static void append_done(struct job *job)
{
	struct page_job *j =
		(struct page_job *)((char *)job - offsetof(struct page_job, append));
	struct export_job *e = j->e;
	if (j->failed) {
		if (!e->complained++)
			log_err("export %s: %s cannot be written: %s; tried again every "
				"%d s",
				e->name, j->path, strerror(j->failed), AGAIN_MS / 1000);
		page_end(j, 1);
		return;
	}
	if (e->complained)
		log_info("export %s: writing works again", e->name);
	e->complained = 0;
	e->seq = j->seq;
	if (j->more)
		e->dirty = 1;
	j->note.run = note_run;
	j->note.done = note_done;
	if (store_write(e->store, &j->note) != RDVD_OK)
		page_end(j, 0);
}

/* ---- reading ---- */

static enum rdvd_rc read_run(const struct rdvd_store_ops *ops, void *st,
			     struct store_job *job)
{
	struct page_job *j = (struct page_job *)job;
	forget_facts(j);
	if (!j->e->placed)
		return ops->cursor_get(st, j->e->name, &j->cursor);
	struct rdvd_fact_filter f = {
		.from = INT32_MIN, .to = INT32_MAX, .after_seq = j->seq, .limit = PAGE};
	return ops->fact_each(st, &f, keep_fact, j);
}

/* The seq of the last whole line of a file, cutting off a line that a crash left
 * unfinished. */
static int64_t last_seq(const char *path, enum fact_format format)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	char tail[TAIL_BYTES + 1];
	int64_t seq = 0;
	if (fd < 0)
		return 0;
	off_t size = lseek(fd, 0, SEEK_END);
	off_t from = size > TAIL_BYTES ? size - TAIL_BYTES : 0;
	ssize_t n = pread(fd, tail, TAIL_BYTES, from);
	if (n > 0) {
		while (n > 0 && tail[n - 1] != '\n')
			n--;
		if (from + n < size && ftruncate(fd, from + n) != 0)
			log_err("export: %s cannot be cut back to whole lines: %s", path,
				strerror(errno));
		tail[n > 0 ? n - 1 : 0] = '\0';
		const char *line = strrchr(tail, '\n');
		line = line ? line + 1 : tail;
		if (format == FACT_NDJSON)
			line += strcspn(line, "0123456789");
		char number[24];
		snprintf(number, sizeof number, "%.*s", (int)strspn(line, "0123456789"),
			 line);
		parse_int(number, 0, INT64_MAX, &seq);
	}
	close(fd);
	return seq;
}

/* The place: what the store noted, or further on what this month's or last month's file
 * already has. */
static void take_place(struct export_job *e, int64_t cursor)
{
	char path[512];
	rdvd_time now = clock_now();
	e->seq = e->noted = cursor;
	int day;
	civil_day_split((civil_day)(now / CIVIL_DAY_SECONDS), NULL, NULL, &day);
	for (int i = 0; i < 2; i++) {
		month_path(e, now - (rdvd_time)i * day * CIVIL_DAY_SECONDS, path,
			   sizeof path);
		int64_t seq = last_seq(path, e->o.format);
		if (seq > e->seq)
			e->seq = seq;
	}
	e->placed = 1;
}

static void read_done(struct store_job *job)
{
	struct page_job *j = (struct page_job *)job;
	struct export_job *e = j->e;
	int first = !e->placed;
	if (first && (job->rc == RDVD_OK || job->rc == RDVD_NOT_FOUND)) {
		take_place(e, job->rc == RDVD_OK ? j->cursor : 0);
		e->dirty = 1;
		page_end(j, 0);
		return;
	}
	if (job->rc != RDVD_OK || j->n == 0) {
		page_end(j, job->rc != RDVD_OK);
		return;
	}
	const struct territory *t = e->o.territory(e->o.ctx);
	for (size_t i = 0; i < j->n; i++)
		fact_write(&j->lines, e->o.format, t, &j->facts[i]);
	j->seq = j->facts[j->n - 1].seq;
	j->more = j->n == PAGE;
	month_path(e, clock_now(), j->path, sizeof j->path);
	j->append.run = append_run;
	j->append.done = append_done;
	if (e->stopped || worker_submit(e->writer, &j->append) != 0)
		page_end(j, 1);
}

static void step(struct export_job *e)
{
	if (e->busy || e->stopped)
		return;
	struct page_job *j = xcalloc(1, sizeof *j);
	*j = (struct page_job){.e = e, .seq = e->seq};
	j->read.run = read_run;
	j->read.done = read_done;
	e->dirty = 0;
	e->busy = 1;
	if (store_read(e->store, &j->read) != RDVD_OK)
		page_end(j, 1);
}

static void step_again(void *arg)
{
	step(arg);
}

void export_nudge(struct export_job *e)
{
	e->dirty = 1;
	step(e);
}

int export_is_idle(const struct export_job *e)
{
	return e->placed && !e->busy && !e->dirty;
}

struct export_job *export_new(struct loop *l, struct store *s,
			      const struct export_options *o)
{
	static const struct worker_ops ops = {.open = NULL};
	if (mkdir(o->folder, 0750) != 0 && errno != EEXIST) {
		log_err("export %s: the folder %s cannot be made: %s", o->name, o->folder,
			strerror(errno));
		return NULL;
	}
	if (access(o->folder, W_OK | X_OK) != 0) {
		log_err("export %s: the folder %s cannot be written: %s", o->name,
			o->folder, strerror(errno));
		return NULL;
	}
	struct export_job *e = xcalloc(1, sizeof *e);
	*e = (struct export_job){.loop = l, .store = s, .o = *o};
	e->name = xstrdup(o->name);
	e->folder = xstrdup(o->folder);
	e->again = loop_timer_new(l, step_again, e);
	e->writer = worker_new(l, "export", 1, 4, 1, &ops, e);
	export_nudge(e);
	return e;
}

void export_free(struct export_job *e)
{
	if (!e)
		return;
	e->stopped = 1;
	worker_free(e->writer);
	while (e->busy)
		loop_run_once(e->loop, 100);
	loop_timer_free(e->again);
	free(e->name);
	free(e->folder);
	free(e);
}
