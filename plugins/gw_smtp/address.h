/* SPDX-License-Identifier: GPL-3.0-or-later */
/* address.h - mail addresses as we take them: ASCII (RFC 5321 without quoted local parts
 * and address literals), so that nothing in one can end a header or a command. Pure. */
#ifndef GW_SMTP_ADDRESS_H
#define GW_SMTP_ADDRESS_H

#define ADDRESS_SIZE 256

/* 1: a whole address and nothing else. */
int address_is_valid(const char *s);
/* 1: nothing in it that ends a line or is otherwise invisible. */
int text_is_one_line(const char *s);
/* "Name <a@b>" or "a@b" into its parts; name "" when there is none. 0, or -1 when there
 * is no valid address in it, or a control character. */
int address_split(const char *s, char name[ADDRESS_SIZE], char address[ADDRESS_SIZE]);
/* After the @ of a valid address. */
const char *address_domain(const char *address);

#endif
