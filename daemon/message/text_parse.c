/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text_parse.c - the markup of texts, {field} and [3:text|shorter], into a flat run of
 * pieces. Brackets do not nest. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "message/text_table.h"

struct parser {
	const char *path;
	int line;
	const char *s, *end;
	struct text_line *out;
	struct buf literal;
	struct text_faults *faults;
	int bracket; /* line of the open '[', 0 none */
	int has_or;  /* its '|' has been seen */
	int failed;
};

static void complain(struct parser *p, enum text_fault_kind kind, const char *what)
{
	if (p->faults->lines)
		buf_addf(p->faults->lines, "%s:%d: %s\n", p->path, p->line, what);
	text_fault_add(p->faults, kind, p->line, "", 0);
	p->failed = 1;
}

static struct text_piece *add_piece(struct parser *p, enum text_piece_kind kind)
{
	struct text_line *l = p->out;

	VEC_GROW(l->pieces, l->n, l->cap);
	l->pieces[l->n] = (struct text_piece){.kind = kind, .line = p->line};
	return &l->pieces[l->n++];
}

static void flush_literal(struct parser *p)
{
	if (p->literal.len)
		add_piece(p, PIECE_LITERAL)->literal = buf_steal(&p->literal, NULL);
}

static void complain_unknown(struct parser *p, const char *name, size_t n)
{
	struct buf *lines = p->faults->lines;

	p->failed = 1;
	text_fault_add(p->faults, TEXT_FAULT_FIELD, p->line, name, n);
	if (!lines)
		return;
	buf_addf(lines, "%s:%d: there is no field {%.*s}; write one of", p->path, p->line,
		 (int)n, name);
	for (size_t i = 0; i < FIELD_COUNT; i++)
		buf_addf(lines, "%s {%s}", i ? "," : "", text_fields[i].name);
	buf_addch(lines, '\n');
}

/* At '{'. */
static void parse_field(struct parser *p)
{
	const char *name = p->s + 1;
	const char *close = memchr(name, '}', (size_t)(p->end - name));
	const char *eol = memchr(name, '\n', (size_t)(p->end - name));
	size_t n;

	if (!close || (eol && eol < close)) {
		complain(p, TEXT_FAULT_BRACE,
			 "'{' without '}' on the same line; a field is written {day}");
		p->s++;
		return;
	}
	n = (size_t)(close - name);
	p->s = close + 1;
	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (strlen(text_fields[i].name) == n &&
		    memcmp(text_fields[i].name, name, n) == 0) {
			flush_literal(p);
			add_piece(p, PIECE_FIELD)->field = i;
			return;
		}
	complain_unknown(p, name, n);
}

/* At '['. */
static void parse_open(struct parser *p)
{
	struct text_piece *piece;

	p->s++;
	if (p->bracket) {
		complain(p, TEXT_FAULT_BRACKET,
			 "'[' inside '[ ]'; close the first part before the next");
		return;
	}
	flush_literal(p);
	p->bracket = p->line;
	p->has_or = 0;
	piece = add_piece(p, PIECE_OPEN);
	if (p->end - p->s >= 2 && p->s[0] >= '1' && p->s[0] <= '9' && p->s[1] == ':') {
		piece->level = p->s[0] - '0';
		p->s += 2;
	}
}

static void parse_close(struct parser *p)
{
	p->s++;
	if (!p->bracket) {
		complain(p, TEXT_FAULT_BRACKET, "']' without '['");
		return;
	}
	flush_literal(p);
	add_piece(p, PIECE_CLOSE);
	p->bracket = 0;
}

static void parse_or(struct parser *p)
{
	p->s++;
	if (!p->bracket || p->has_or) {
		complain(p, TEXT_FAULT_OR,
			 "'|' belongs once between '[' and ']': [2:text|shorter text]");
		return;
	}
	flush_literal(p);
	add_piece(p, PIECE_OR);
	p->has_or = 1;
}

int text_line_parse(struct text_line *line, const char *path, int first, const char *s,
		    size_t n, struct text_faults *faults)
{
	struct parser p = {.path = path,
			   .line = first,
			   .s = s,
			   .end = s + n,
			   .out = line,
			   .faults = faults};

	while (p.s < p.end) {
		switch (*p.s) {
		case '{': parse_field(&p); break;
		case '[': parse_open(&p); break;
		case ']': parse_close(&p); break;
		case '|': parse_or(&p); break;
		case '}':
			complain(&p, TEXT_FAULT_BRACE, "'}' without '{'");
			p.s++;
			break;
		default:
			buf_addch(&p.literal, *p.s);
			if (*p.s++ == '\n') {
				/* A piece stands on one line, so that errors name it. */
				flush_literal(&p);
				p.line++;
			}
		}
	}
	flush_literal(&p);
	if (p.bracket) {
		p.line = p.bracket;
		complain(&p, TEXT_FAULT_BRACKET, "'[' without ']'");
	}
	buf_fini(&p.literal);
	return p.failed ? -1 : 0;
}

void text_line_fini(struct text_line *line)
{
	for (size_t i = 0; i < line->n; i++)
		free(line->pieces[i].literal);
	free(line->pieces);
	memset(line, 0, sizeof *line);
}
