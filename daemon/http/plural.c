/* SPDX-License-Identifier: GPL-3.0-or-later */
/* plural.c - see plural.h. A recursive descent over C's precedence writes steps in
 * postfix order; both branches of ?: and both sides of && and || are always computed,
 * which is the same as C's way because nothing here has side effects (a division by zero
 * gives 0). */
#include "http/plural.h"

#include <string.h>

#define DEPTH_MAX 32

enum op {
	OP_NUMBER,
	OP_N,
	OP_NOT,
	OP_CHOOSE,
	OP_OR,
	OP_AND,
	OP_EQ,
	OP_NE,
	OP_LE,
	OP_GE,
	OP_LT,
	OP_GT,
	OP_ADD,
	OP_SUB,
	OP_MUL,
	OP_DIV,
	OP_MOD
};

struct parser {
	const char *at, *end;
	struct plural *out;
	int depth;
	int failed;
};

static void emit(struct parser *p, enum op op, uint32_t value)
{
	if (p->out->nsteps == PLURAL_STEPS_MAX) {
		p->failed = 1;
		return;
	}
	p->out->steps[p->out->nsteps++] =
		(struct plural_step){.op = (uint8_t)op, .value = value};
}

static void skip_space(struct parser *p)
{
	while (p->at < p->end && (*p->at == ' ' || *p->at == '\t'))
		p->at++;
}

static int accept(struct parser *p, const char *token)
{
	size_t len = strlen(token);

	skip_space(p);
	if ((size_t)(p->end - p->at) < len || memcmp(p->at, token, len) != 0)
		return 0;
	p->at += len;
	return 1;
}

static uint32_t number(struct parser *p)
{
	uint32_t v = 0;
	const char *start;

	skip_space(p);
	start = p->at;
	while (p->at < p->end && *p->at >= '0' && *p->at <= '9' && p->at - start < 9)
		v = v * 10 + (uint32_t)(*p->at++ - '0');
	if (p->at == start)
		p->failed = 1;
	return v;
}

static void choice(struct parser *p);

static void primary(struct parser *p)
{
	if (p->failed || ++p->depth > DEPTH_MAX) {
		p->failed = 1;
		return;
	}
	if (accept(p, "!")) {
		primary(p);
		emit(p, OP_NOT, 0);
	} else if (accept(p, "(")) {
		choice(p);
		if (!accept(p, ")"))
			p->failed = 1;
	} else if (accept(p, "n")) {
		emit(p, OP_N, 0);
	} else {
		emit(p, OP_NUMBER, number(p));
	}
	p->depth--;
}

/* Loosest first; a token before one that begins with it. */
static const struct level {
	struct {
		const char *token;
		enum op op;
	} ops[4];
} levels[] = {
	{{{"||", OP_OR}}},
	{{{"&&", OP_AND}}},
	{{{"==", OP_EQ}, {"!=", OP_NE}}},
	{{{"<=", OP_LE}, {">=", OP_GE}, {"<", OP_LT}, {">", OP_GT}}},
	{{{"+", OP_ADD}, {"-", OP_SUB}}},
	{{{"*", OP_MUL}, {"/", OP_DIV}, {"%", OP_MOD}}},
};
#define NLEVELS (sizeof levels / sizeof levels[0])

static void binary(struct parser *p, size_t level)
{
	if (level == NLEVELS) {
		primary(p);
		return;
	}
	binary(p, level + 1);
	while (!p->failed) {
		size_t i;

		for (i = 0; i < 4 && levels[level].ops[i].token; i++)
			if (accept(p, levels[level].ops[i].token))
				break;
		if (i == 4 || !levels[level].ops[i].token)
			return;
		binary(p, level + 1);
		emit(p, levels[level].ops[i].op, 0);
	}
}

static void choice(struct parser *p)
{
	if (p->failed || ++p->depth > DEPTH_MAX) {
		p->failed = 1;
		return;
	}
	binary(p, 0);
	if (!p->failed && accept(p, "?")) {
		choice(p);
		if (!accept(p, ":"))
			p->failed = 1;
		choice(p);
		emit(p, OP_CHOOSE, 0);
	}
	p->depth--;
}

int plural_parse(const char *text, size_t len, struct plural *out)
{
	struct plural made = {0};
	struct parser p = {.at = text, .end = text + len, .out = &made};

	if (!accept(&p, "nplurals") || !accept(&p, "="))
		return -1;
	made.nforms = number(&p);
	if (p.failed || made.nforms < 1 || made.nforms > 8)
		return -1;
	if (!accept(&p, ";") || !accept(&p, "plural") || !accept(&p, "="))
		return -1;
	choice(&p);
	accept(&p, ";");
	skip_space(&p);
	if (p.failed || p.at != p.end)
		return -1;
	*out = made;
	return 0;
}

static unsigned long apply(enum op op, unsigned long a, unsigned long b)
{
	switch (op) {
	case OP_OR: return a || b;
	case OP_AND: return a && b;
	case OP_EQ: return a == b;
	case OP_NE: return a != b;
	case OP_LE: return a <= b;
	case OP_GE: return a >= b;
	case OP_LT: return a < b;
	case OP_GT: return a > b;
	case OP_ADD: return a + b;
	case OP_SUB: return a - b;
	case OP_MUL: return a * b;
	case OP_DIV: return b ? a / b : 0;
	case OP_MOD: return b ? a % b : 0;
	case OP_NUMBER:
	case OP_N:
	case OP_NOT:
	case OP_CHOOSE: break;
	}
	return 0;
}

/* The parser wrote the steps, so the stack never runs empty, and is never deeper than
 * their number. */
unsigned plural_form(const struct plural *p, unsigned long n)
{
	unsigned long stack[PLURAL_STEPS_MAX] = {0};
	size_t top = 0; /* how many */

	for (size_t i = 0; i < p->nsteps; i++) {
		enum op op = (enum op)p->steps[i].op;

		if (op == OP_NUMBER || op == OP_N) {
			stack[top++] = op == OP_N ? n : p->steps[i].value;
		} else if (op == OP_NOT) {
			stack[top - 1] = !stack[top - 1];
		} else if (op == OP_CHOOSE) {
			top -= 2;
			stack[top - 1] = stack[top - 1] ? stack[top] : stack[top + 1];
		} else {
			top--;
			stack[top - 1] = apply(op, stack[top - 1], stack[top]);
		}
	}
	return stack[0] < p->nforms ? (unsigned)stack[0] : 0;
}
