/* SPDX-License-Identifier: GPL-3.0-or-later */
/* notify.h - the systemd protocols, without its library: sd_notify(3) datagrams and
 * LISTEN_FDS. */
#ifndef RDVD_BASE_NOTIFY_H
#define RDVD_BASE_NOTIFY_H

/* Send "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=..." to $NOTIFY_SOCKET; nothing
 * when unset. */
void notify_send(const char *state);
/* Half the watchdog's period in ms when this process is to send WATCHDOG=1, else 0. */
int notify_watchdog_ms(void);
/* Number of sockets passed from descriptor 3 on (LISTEN_PID checked), else 0; set
 * close-on-exec. */
int notify_listen_fds(void);

#endif
