/* SPDX-License-Identifier: GPL-3.0-or-later */
/* log.h - one sentence for the operator: subject, what failed, why. Lines go to stderr
 * with the <priority> prefix that journald reads when stderr is not a terminal.
 * Thread-safe; errno is kept. ERR needs a human, WARNING is degraded service, INFO life
 * events, DEBUG the rest. Nothing personal (names, numbers, tokens, addresses) above
 * DEBUG. */
#ifndef RDVD_BASE_LOG_H
#define RDVD_BASE_LOG_H

#include <stdarg.h>

enum log_level {
	LOG_LEVEL_ERR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_INFO = 6,
	LOG_LEVEL_DEBUG = 7
};

void log_set_level(enum log_level level);
/* Parse "err", "warning", "info" or "debug"; -1 when it is none of them. */
int log_level_parse(const char *name, enum log_level *level);

void log_vmsg(enum log_level level, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
void log_err(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
