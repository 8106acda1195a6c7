/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plural.h - the plural rules of gettext catalogues: "nplurals=2; plural=(n > 1);" is
 * compiled once to a short program and run for each number. Pure; any thread. */
#ifndef RDVD_HTTP_PLURAL_H
#define RDVD_HTTP_PLURAL_H

#include <stddef.h>
#include <stdint.h>

#define PLURAL_STEPS_MAX 128

struct plural {
	unsigned nforms;
	unsigned nsteps;
	struct plural_step {
		uint8_t op;
		uint32_t value;
	} steps[PLURAL_STEPS_MAX];
};

/* Compile the text after "Plural-Forms:"; 0, or -1 when it is not one of these (C's
 * operators
 * ?: || && == != < <= > >= + - * / % !, parentheses, n, numbers) or too long. */
int plural_parse(const char *text, size_t len, struct plural *out);
/* The form for n, below nforms (a rule that says more, or divides by zero, gives 0). */
unsigned plural_form(const struct plural *p, unsigned long n);

#endif
