/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sql_waiting.c - the statements of the waiting list. */
#include <stddef.h>

#include "sql.h"

const char *const sql_waiting_texts[SQL_COUNT] = {NULL};
