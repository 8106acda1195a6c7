/* SPDX-License-Identifier: GPL-3.0-or-later */
/* test_notify.c - systemd's protocols against a socket of our own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/notify.h"

static int bind_datagram(const char *path, size_t len)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	memcpy(addr.sun_path, path, len);
	assert_int_equal(bind(fd, (struct sockaddr *)&addr,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
			 0);
	return fd;
}

static void assert_received(int fd, const char *text)
{
	char got[100] = {0};

	assert_int_equal(recv(fd, got, sizeof(got) - 1, 0), strlen(text));
	assert_string_equal(got, text);
}

static void test_send(void **state)
{
	char dir[] = "/tmp/rdvd-test-XXXXXX", *path, *name;
	int fd;

	unsetenv("NOTIFY_SOCKET");
	notify_send("READY=1");

	assert_non_null(mkdtemp(dir));
	path = xasprintf("%s/notify", dir);
	fd = bind_datagram(path, strlen(path));
	setenv("NOTIFY_SOCKET", path, 1);
	notify_send("READY=1");
	assert_received(fd, "READY=1");
	close(fd);
	notify_send("STOPPING=1"); /* nobody listens: a warning, no harm */
	unlink(path);
	rmdir(dir);

	/* An abstract name. */
	name = xasprintf("@rdvd-test-%ld", (long)getpid());
	setenv("NOTIFY_SOCKET", name, 1);
	name[0] = '\0';
	fd = bind_datagram(name, strlen(name + 1) + 1);
	notify_send("WATCHDOG=1");
	assert_received(fd, "WATCHDOG=1");
	close(fd);
	setenv("NOTIFY_SOCKET", "relative", 1);
	notify_send("READY=1"); /* refused */
	unsetenv("NOTIFY_SOCKET");
	free(path);
	free(name);
}

static void set_pid(const char *variable, long pid)
{
	char text[30];

	snprintf(text, sizeof(text), "%ld", pid);
	setenv(variable, text, 1);
}

static void test_watchdog(void **state)
{
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
	assert_int_equal(notify_watchdog_ms(), 0);
	setenv("WATCHDOG_USEC", "30000000", 1);
	assert_int_equal(notify_watchdog_ms(), 15000);
	set_pid("WATCHDOG_PID", getpid());
	assert_int_equal(notify_watchdog_ms(), 15000);
	set_pid("WATCHDOG_PID", getpid() + 1);
	assert_int_equal(notify_watchdog_ms(), 0);
	unsetenv("WATCHDOG_PID");
	setenv("WATCHDOG_USEC", "soon", 1);
	assert_int_equal(notify_watchdog_ms(), 0);
	unsetenv("WATCHDOG_USEC");
}

static void test_listen_fds(void **state)
{
	int kept = dup(3), fd = open("/dev/null", O_RDONLY);

	/* Whatever stands at 3, for this test it is a descriptor without close-on-exec.
	 */
	if (fd != 3) {
		assert_int_equal(dup2(fd, 3), 3);
		close(fd);
	}
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
	assert_int_equal(notify_listen_fds(), 0);
	setenv("LISTEN_FDS", "1", 1);
	assert_int_equal(notify_listen_fds(), 0); /* not said to be for us */
	set_pid("LISTEN_PID", getpid() + 1);
	assert_int_equal(notify_listen_fds(), 0);
	set_pid("LISTEN_PID", getpid());
	assert_int_equal(fcntl(3, F_GETFD) & FD_CLOEXEC, 0);
	assert_int_equal(notify_listen_fds(), 1);
	assert_int_equal(fcntl(3, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	setenv("LISTEN_FDS", "-1", 1);
	assert_int_equal(notify_listen_fds(), 0);
	setenv("LISTEN_FDS", "60", 1);
	assert_int_equal(notify_listen_fds(), 0); /* most of them are not open */
	if (kept >= 0) {
		dup2(kept, 3);
		close(kept);
	} else {
		close(3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_send),
		cmocka_unit_test(test_watchdog),
		cmocka_unit_test(test_listen_fds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
