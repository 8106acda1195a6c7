/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sql_talk.c - the statements of conversations. */
#include <stddef.h>

#include "sql.h"

const char *const sql_talk_texts[SQL_COUNT] = {NULL};
