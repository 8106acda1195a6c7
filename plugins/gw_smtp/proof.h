/* SPDX-License-Identifier: GPL-3.0-or-later */
/* proof.h - the mark by which a message that comes back is known for one of ours: its id
 * and a keyed hash of it (SipHash-2-4), "rdvd-17.0123456789abcdef". It stands in the
 * Message-ID and in the return path, so that whoever tells us of a message has to have
 * seen it: nobody can declare other people's addresses dead by writing to us. */
#ifndef GW_SMTP_PROOF_H
#define GW_SMTP_PROOF_H

#include <stddef.h>
#include <stdint.h>

#define PROOF_KEY_SIZE 16
#define PROOF_ID_MAX 64
#define PROOF_SIZE (PROOF_ID_MAX + 1 + 16 + 1)

/* Read the key of the data folder, or make it: 16 bytes in dir/gw_smtp.key, for the
 * daemon's user only. 0, or -1 with errno. */
int proof_key_load(const char *dir, uint8_t key[PROOF_KEY_SIZE]);
/* 1: the id can be proven: letters, digits and "-", at most PROOF_ID_MAX. */
int proof_id_is_valid(const char *id);
/* ID.HASH of a valid id. */
void proof_make(const uint8_t key[PROOF_KEY_SIZE], const char *id, char out[PROOF_SIZE]);
/* The first id that is proven somewhere in the text, into id. 0, or -1: none. */
int proof_find(const uint8_t key[PROOF_KEY_SIZE], const char *text, size_t n,
	       char id[PROOF_ID_MAX + 1]);

uint64_t siphash(const uint8_t key[PROOF_KEY_SIZE], const void *bytes, size_t n);

#endif
