/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_text.c - texts of messages as anybody may edit them, and values as anybody may
 * type them: a text is refused, each fault with its line, or it can be written with
 * whatever values; an SMS that the linter let pass fits one segment with plain values up
 * to the longest. The first two bytes say which text; a NUL divides the text from a
 * value. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "message/text_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int truth)
{
	if (!truth)
		abort();
}

static void check_errors(const struct buf *errors)
{
	const char *s = buf_str(errors);

	while (*s) {
		require(!strncmp(s, "fuzz.txt:", 9));
		s += strcspn(s, "\n");
		s += *s == '\n';
	}
}

/* Every field the same value, cut to what the field bears. */
static void write_with(const struct text_file *f, const char *value, int plain)
{
	char block[FIELD_COUNT][512];
	struct text_values v = {0};
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < FIELD_COUNT; i++) {
		size_t n = strlen(value);

		if (plain && n > text_fields[i].longest)
			n = text_fields[i].longest;
		if (n >= sizeof block[i])
			n = 0;
		memcpy(block[i], value, n);
		block[i][n] = '\0';
		text_value_set(&v, i, block[i]);
	}
	if (f->name.email) {
		text_line_write(&f->body, &v, TEXT_LEVELS + 1, 0, &out);
	} else {
		struct gsm_size size = text_sms_write(&f->body, &v, &out);

		require(!strchr(buf_str(&out), '\n') && !strchr(buf_str(&out), '\r'));
		require(gsm_measure(buf_str(&out)).units == size.units);
		require(!plain || size.segments <= 1);
	}
	require(utf8_is_clean(buf_str(&out), out.len));
	buf_fini(&out);
}

static void check_text(struct text_file *f, const char *text, size_t n, const char *value)
{
	struct buf errors = BUF_INIT;
	int plain = value[strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"abcdefghijklmnopqrstuvwxyz0123456789 ")] == '\0';
	struct text_faults faults = {.lines = &errors};
	int rc = text_line_parse(&f->body, "fuzz.txt", 1, text, n, &faults);

	if (rc == 0 && (rc = text_file_lint(f, &faults)) == 0) {
		write_with(f, value, plain);
		write_with(f, "", 1);
	}
	require((rc < 0) == (errors.len > 0));
	require((rc < 0) == (faults.n > 0));
	check_errors(&errors);
	text_line_fini(&f->body);
	buf_fini(&errors);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[] = "fuzz.txt";
	struct text_file f = {.path = path};
	char *copy;
	size_t n;

	if (size < 3 || size > 4096)
		return 0;
	f.name.stem = (enum text_stem)(data[0] % TEXT_STEMS);
	f.name.email = data[1] & 1;
	f.name.discreet = data[1] >> 1 & 1;
	f.name.reply = !f.name.email && data[1] & 4;
	size -= 2;
	copy = xmalloc(size + 1);
	memcpy(copy, data + 2, size);
	copy[size] = '\0';
	n = strlen(copy);
	/* what loading does before: the bytes are text, an SMS is one line */
	if (n && utf8_is_clean(copy, n) && !memchr(copy, '\r', n) &&
	    (f.name.email || !memchr(copy, '\n', n))) {
		const char *value = n < size ? copy + n + 1 : "";

		check_text(&f, copy, n, utf8_is_clean(value, strlen(value)) ? value : "");
	}
	free(copy);
	return 0;
}
