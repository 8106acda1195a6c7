/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_log.c - one line for each message, prefixed for journald, with nothing in it that
 * could be taken for another line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/parse.h"

static int pipe_fds[2], stderr_kept;

static int setup(void **state)
{
	stderr_kept = dup(STDERR_FILENO);
	return pipe(pipe_fds) || dup2(pipe_fds[1], STDERR_FILENO) < 0 || stderr_kept < 0;
}

static int teardown(void **state)
{
	dup2(stderr_kept, STDERR_FILENO);
	close(stderr_kept);
	close(pipe_fds[0]);
	close(pipe_fds[1]);
	return 0;
}

/* What was logged since the last call; end closes the question when nothing was. */
static const char *logged(void)
{
	static char text[8192];
	ssize_t n;

	assert_int_equal(write(pipe_fds[1], "|", 1), 1);
	n = read(pipe_fds[0], text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n - 1] = '\0';
	return text;
}

static void test_levels(void **state)
{
	log_set_level(LOG_LEVEL_INFO);
	log_err("the store failed: %s", "no space");
	assert_string_equal(logged(), "<3>the store failed: no space\n");
	log_warn("%d", 1);
	assert_string_equal(logged(), "<4>1\n");
	log_info("ready");
	assert_string_equal(logged(), "<6>ready\n");
	log_debug("detail");
	assert_string_equal(logged(), "");
	log_set_level(LOG_LEVEL_DEBUG);
	log_debug("detail");
	assert_string_equal(logged(), "<7>detail\n");
	log_set_level(LOG_LEVEL_ERR);
	log_warn("quiet");
	assert_string_equal(logged(), "");
	log_set_level(LOG_LEVEL_INFO);
}

static void test_one_line(void **state)
{
	log_info("a\nb\r\x1b[31mc\x7f");
	assert_string_equal(logged(), "<6>a b  [31mc \n");
}

static void test_errno(void **state)
{
	errno = ENOSPC;
	log_info("%m");
	assert_int_equal(errno, ENOSPC);
	assert_string_equal(logged(), "<6>No space left on device\n");
}

static void test_long_line(void **state)
{
	char text[6001];
	const char *line;
	size_t n;

	for (size_t i = 0; i < 3000; i++)
		memcpy(text + 2 * i, "\xc3\xa9", 2);
	for (int shift = 0; shift < 2; shift++) { /* a character on the edge either way */
		text[6000] = '\0';
		log_info("%s%s", shift ? "x" : "", text);
		line = logged();
		n = strlen(line);
		assert_true(n > 2000 && n <= 2048);
		assert_string_equal(line + n - 4, "...\n");
		assert_true(utf8_is_clean(line, n));
	}
}

static void test_level_names(void **state)
{
	enum log_level level = LOG_LEVEL_INFO;

	assert_int_equal(log_level_parse("err", &level), 0);
	assert_int_equal(level, LOG_LEVEL_ERR);
	assert_int_equal(log_level_parse("debug", &level), 0);
	assert_int_equal(level, LOG_LEVEL_DEBUG);
	assert_int_equal(log_level_parse("DEBUG", &level), -1);
	assert_int_equal(log_level_parse("", &level), -1);
	assert_int_equal(level, LOG_LEVEL_DEBUG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_levels, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_line, setup, teardown),
		cmocka_unit_test_setup_teardown(test_errno, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_line, setup, teardown),
		cmocka_unit_test(test_level_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
