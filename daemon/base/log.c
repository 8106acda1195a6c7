/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log.c - one line, one write(2). journald reads the <priority> prefix of each line; a
 * person at a terminal gets the word instead. A control character in the text becomes a
 * space, so that nothing that came from outside can forge a second line. */
#include "base/log.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_SIZE 2048

static _Atomic int threshold = LOG_LEVEL_INFO;

static const struct {
	enum log_level level;
	const char *name;
} levels[] = {
	{LOG_LEVEL_ERR, "err"},
	{LOG_LEVEL_WARNING, "warning"},
	{LOG_LEVEL_INFO, "info"},
	{LOG_LEVEL_DEBUG, "debug"},
};

void log_set_level(enum log_level level)
{
	atomic_store_explicit(&threshold, (int)level, memory_order_relaxed);
}

int log_level_parse(const char *name, enum log_level *level)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		if (strcmp(name, levels[i].name) == 0) {
			*level = levels[i].level;
			return 0;
		}
	}
	return -1;
}

static const char *level_word(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_ERR: return "error: ";
	case LOG_LEVEL_WARNING: return "warning: ";
	case LOG_LEVEL_DEBUG: return "debug: ";
	case LOG_LEVEL_INFO: break;
	}
	return "";
}

/* Shorten a line that vsnprintf cut to whole UTF-8 characters and say that it goes on. */
static size_t mark_cut(char *line, size_t len)
{
	len -= 4;
	while (len > 0 && ((unsigned char)line[len] & 0xc0) == 0x80)
		len--;
	memcpy(line + len, "...", 3);
	return len + 3;
}

void log_vmsg(enum log_level level, const char *fmt, va_list ap)
{
	char line[LINE_SIZE];
	int saved_errno = errno;
	size_t start, len;
	int n;

	if ((int)level > atomic_load_explicit(&threshold, memory_order_relaxed))
		return;
	if (isatty(STDERR_FILENO))
		n = snprintf(line, sizeof(line), "rdvd: %s", level_word(level));
	else
		n = snprintf(line, sizeof(line), "<%d>", (int)level);
	start = (size_t)n;
	errno = saved_errno; /* for %m */
	n = vsnprintf(line + start, sizeof(line) - start, fmt, ap);
	if (n < 0)
		goto out;
	len = start + (size_t)n;
	if (len > sizeof(line) - 1)
		len = mark_cut(line, sizeof(line) - 1);
	for (size_t i = start; i < len; i++) {
		if ((unsigned char)line[i] < 0x20 || line[i] == 0x7f)
			line[i] = ' ';
	}
	line[len++] = '\n';
	while (write(STDERR_FILENO, line, len) < 0 && errno == EINTR)
		;
out:
	errno = saved_errno;
}

#define LOG_FUNCTION(function, level)       \
	void function(const char *fmt, ...) \
	{                                   \
		va_list ap;                 \
		va_start(ap, fmt);          \
		log_vmsg(level, fmt, ap);   \
		va_end(ap);                 \
	}

LOG_FUNCTION(log_err, LOG_LEVEL_ERR)
LOG_FUNCTION(log_warn, LOG_LEVEL_WARNING)
LOG_FUNCTION(log_info, LOG_LEVEL_INFO)
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG)
