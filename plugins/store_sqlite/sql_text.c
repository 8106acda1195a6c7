/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sql_text.c - the statements of texts that a team wrote, and of answers. */
#include <stddef.h>

#include "sql.h"

#define TEXT_ROW                                                                         \
	"SELECT id, ifnull(organisation, 0), ifnull(service, 0), language, name, body, " \
	"at, actor FROM text "
#define TEXT_OF                                                                   \
	"WHERE ifnull(organisation, 0) = :organisation AND ifnull(service, 0) = " \
	":service AND language = :language AND name = :name "

const char *const sql_text_texts[SQL_COUNT] = {
	[SQL_TEXT_INSERT] =
		"INSERT INTO text (organisation, service, language, name, body, at, "
		"actor) VALUES (:organisation, :service, :language, :name, :body, :at, "
		":actor)",
	[SQL_TEXT_LAST] = TEXT_ROW TEXT_OF "ORDER BY id DESC LIMIT 1",
	[SQL_TEXT_HISTORY] = TEXT_ROW TEXT_OF "ORDER BY id DESC LIMIT :limit",
	[SQL_TEXT_EACH] = TEXT_ROW
	"WHERE body IS NOT NULL AND id IN (SELECT max(id) FROM text GROUP BY "
	"ifnull(organisation, 0), ifnull(service, 0), language, name) ORDER BY id",
	[SQL_ANSWERS_SET] =
		"UPDATE participation SET answers = :answers, changed = :now WHERE id = "
		":id",
};
