/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tmplc.h - what the files of the template compiler share; tmplc.c describes the
 * language. A build-time program: any error ends it, and its memory goes with it. */
#ifndef RDVD_HTTP_TMPLC_H
#define RDVD_HTTP_TMPLC_H

#include <stdbool.h>
#include <stddef.h>

#include "http/htmlstate.h"

#define NAME_MAX_LEN 96
#define DEPTH_MAX 32
#define PARTIAL_MAX 8

struct text {
	char *data;
	size_t len, cap;
};

enum block_kind { BLOCK_LOOP, BLOCK_IF, BLOCK_ELSE };

struct block {
	enum block_kind kind;
	char name[NAME_MAX_LEN];
	int line;
	int outer_loop;		  /* of a loop: the number of the one around it */
	struct html_state before; /* the state at the block's start */
	struct html_state branch; /* at the end of the first branch, once :else was met */
};

struct file {
	const char *path;
	const char *at, *end;
	int line;
};

struct compiler {
	struct file file; /* being read */
	const char *dir;
	struct text out;     /* the function's body */
	struct text literal; /* not yet written */
	size_t literals;     /* bytes in all */
	struct html_state html;
	struct block blocks[DEPTH_MAX];
	int nblocks, first_block; /* of this file */
	char scopes[DEPTH_MAX][NAME_MAX_LEN];
	int nscopes, partials;
	int loop; /* number of the innermost loop's scope; 0: none */
	int counter;
};

/* Say FILE:LINE: why, and exit. */
void fail(const struct compiler *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), noreturn));
void add(struct text *t, const char *bytes, size_t n);
/* Write to the function's body. */
void put(struct compiler *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A string of C, cut after each line. */
void put_string(struct compiler *c, const char *s, size_t n);
/* Write the literal bytes that wait. */
void flush_literal(struct compiler *c);
/* The same, then say to the C compiler where in the template we are. */
void put_line(struct compiler *c);

/* tmplc_value.c */
/* The C expression for a name, in a static buffer; count: of the number of items that
 * goes with it. */
const char *expression(struct compiler *c, const char *name, bool count);
bool is_constant(const char *s);
/* {{name}}, {{&name}} (sigil '&'), {{{name}}}, {{%name}}, {{_text}}: without the braces
 * and the first sign; s is changed. */
void put_value(struct compiler *c, char sigil, const char *name);
void put_raw(struct compiler *c, const char *name);
void put_special(struct compiler *c, const char *s);
void put_text(struct compiler *c, char *s);

#endif
