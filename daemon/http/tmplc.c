/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tmplc.c - the template compiler: turns pages/NAME.html into the C function page_NAME.
 * Runs at build time only. usage: tmplc [-i HEADER]... -o OUT.c PAGE.html (HEADER:
 * "web/views.h" unless given).
 *
 * A page is HTML with directives in double braces. It is checked while it is compiled: a
 * value is escaped for the place where it stands, which a machine that follows the HTML
 * finds out (htmlstate.h); a wrong name does not compile in C, and the error points at
 * the template. A directive alone on its line takes the line's end with it; indentation
 * is dropped, except in <pre> and <textarea>.
 *
 *   {{%view struct times_view}}   first line: the type of v
 *   {{name}} {{a.b}} {{p->b}}     the field, a string or a number, escaped for text,
 * quoted attribute, or address (href, src, action...: a whole one has its scheme checked,
 * a piece after literal text is percent-encoded); nowhere else
 *   {{&name}}                     in an address: already percent-encoded, only escaped
 * for HTML
 *   {{{name_html}}}               as it is: server-made HTML; the name must end in _html;
 * between tags only
 *   {{.}}                         the item itself, in a loop over strings or numbers
 *   {{../name}}                   the field of the scope outside this loop or partial
 *   {{#items}} ... {{/items}}     once for each of items[0 .. nitems); inside, names are
 * the item's
 *   {{?name}} ... {{:else}} ... {{/name}}   if a non-empty string, a non-zero number, a
 * pointer that is not NULL; names inside are those outside
 *   {{^name}} ... {{/name}}       if not
 *   {{?name=CONSTANT}} ... {{/name}}        if equal to a constant of C
 *   {{?@first}} {{?@last}} {{@number}}      of the innermost loop; @number counts from 1
 *   {{>part}}                     _part.html of the same folder, as if written here
 *   {{>part field}}               the same, with v->field as its v; {{>part *field}} when
 * it is a pointer
 *   {{_Un texte en français.}}    translated
 *   {{_Jusqu'à %s.|hold_until}}   with arguments, one for each %s
 *   {{_(n) %s place|%s places}}   by number; arguments may follow, else the number is the
 * argument
 *   {{%lang}}                     the language's code
 *   {{%asset style.css}}          the address of an asset
 *   {{! remark }}                 nothing
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/tmplc.h"

void fail(const struct compiler *c, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%d: ", c->file.path, c->file.line);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

void add(struct text *t, const char *bytes, size_t n)
{
	if (t->len + n + 1 > t->cap) {
		t->cap = (t->len + n + 1) * 2;
		t->data = realloc(t->data, t->cap);
		if (!t->data)
			abort();
	}
	if (n)
		memcpy(t->data + t->len, bytes, n);
	t->len += n;
	t->data[t->len] = '\0';
}

void put(struct compiler *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

void put(struct compiler *c, const char *fmt, ...)
{
	char line[1024];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof line)
		fail(c, "this directive is too long");
	add(&c->out, line, (size_t)n);
}

void put_string(struct compiler *c, const char *s, size_t n)
{
	add(&c->out, "\"", 1);
	for (size_t i = 0; i < n; i++) {
		unsigned char ch = (unsigned char)s[i];

		if (ch == '\n')
			put(c, i + 1 < n ? "\\n\"\n\t\t\"" : "\\n");
		else if (ch == '"' || ch == '\\' || ch == '?')
			put(c, "\\%c", ch);
		else if (ch < 0x20)
			put(c, "\\%03o", ch);
		else
			add(&c->out, s + i, 1);
	}
	add(&c->out, "\"", 1);
}

void flush_literal(struct compiler *c)
{
	if (!c->literal.len)
		return;
	put(c, "\tbuf_add(out, ");
	put_string(c, c->literal.data, c->literal.len);
	put(c, ", %zu);\n", c->literal.len);
	c->literals += c->literal.len;
	c->literal.len = 0;
}

void put_line(struct compiler *c)
{
	flush_literal(c);
	put(c, "#line %d \"%s\"\n", c->file.line, c->file.path);
}

/* ---- blocks ---- */

static void push_scope(struct compiler *c, const char *variable, int number)
{
	if (c->nscopes == DEPTH_MAX)
		fail(c, "too deeply nested");
	snprintf(c->scopes[c->nscopes++], NAME_MAX_LEN, "%s%d", variable, number);
}

static struct block *push_block(struct compiler *c, enum block_kind kind,
				const char *name)
{
	struct block *b;

	if (c->nblocks == DEPTH_MAX)
		fail(c, "too deeply nested");
	b = &c->blocks[c->nblocks++];
	*b = (struct block){.kind = kind, .line = c->file.line, .before = c->html};
	snprintf(b->name, sizeof b->name, "%s", name);
	return b;
}

static void open_loop(struct compiler *c, const char *name)
{
	int n = ++c->counter;

	push_block(c, BLOCK_LOOP, name)->outer_loop = c->loop;
	put_line(c);
	put(c, "\tfor (size_t i%d = 0, n%d = (size_t)(%s); i%d < n%d; i%d++) {\n", n, n,
	    expression(c, name, true), n, n, n);
	put(c, "\t__auto_type s%d = &%s[i%d];\n\t(void)s%d;\n", n,
	    expression(c, name, false), n, n);
	push_scope(c, "s", n);
	c->loop = n;
}

static void open_if(struct compiler *c, char *name, bool negated)
{
	char *constant = strchr(name, '=');

	if (constant) {
		*constant++ = '\0';
		if (!is_constant(constant))
			fail(c, "\"%s\" is not a constant: capitals, digits and _",
			     constant);
	}
	push_block(c, BLOCK_IF, name);
	put_line(c);
	if (constant)
		put(c, "\tif (%s %s %s) {\n", expression(c, name, false),
		    negated ? "!=" : "==", constant);
	else
		put(c, "\tif (%sTMPL_TRUE(%s)) {\n", negated ? "!" : "",
		    expression(c, name, false));
}

static void open_else(struct compiler *c)
{
	struct block *b;

	if (c->nblocks == c->first_block || c->blocks[c->nblocks - 1].kind != BLOCK_IF)
		fail(c, "{{:else}} belongs to no condition");
	b = &c->blocks[c->nblocks - 1];
	flush_literal(c);
	b->kind = BLOCK_ELSE;
	b->branch = c->html;
	c->html = b->before;
	put(c, "\t} else {\n");
}

static void close_block(struct compiler *c, const char *name)
{
	const struct html_state *other;
	struct block *b;

	if (c->nblocks == c->first_block)
		fail(c, "{{/%s}} closes nothing", name);
	b = &c->blocks[c->nblocks - 1];
	if (strcmp(b->name, name) != 0)
		fail(c, "{{/%s}} closes \"%s\" of line %d", name, b->name, b->line);
	other = b->kind == BLOCK_ELSE ? &b->branch : &b->before;
	if (!html_state_join(&c->html, other))
		fail(c,
		     "the HTML is in another state %s than here: a tag, a quote or a "
		     "<pre> "
		     "opened at one side only",
		     b->kind == BLOCK_ELSE ? "at {{:else}}" : "before the block");
	flush_literal(c);
	put(c, "\t}\n");
	if (b->kind == BLOCK_LOOP) {
		c->nscopes--;
		c->loop = b->outer_loop;
	}
	c->nblocks--;
}

/* ---- partials ---- */

static char *read_whole(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	struct text t = {0};
	char bytes[4096];
	size_t n;

	if (!f)
		return NULL;
	add(&t, "", 0);
	while ((n = fread(bytes, 1, sizeof bytes, f)) > 0)
		add(&t, bytes, n);
	fclose(f);
	*len = t.len;
	return t.data;
}

static void compile_file(struct compiler *c, const char *path, const char *bytes,
			 size_t len);

static void put_partial(struct compiler *c, char *s)
{
	char path[512], *field = strchr(s, ' ');
	struct file here = c->file;
	int n = ++c->counter, outer_loop = c->loop;
	size_t len;
	char *bytes;

	if (field) {
		*field++ = '\0';
		put_line(c);
		put(c, "\t{\n\t__auto_type p%d = %s%s;\n\t(void)p%d;\n", n,
		    *field == '*' ? "" : "&",
		    expression(c, field + (*field == '*'), false), n);
		push_scope(c, "p", n);
		c->loop = 0;
	}
	if (++c->partials > PARTIAL_MAX)
		fail(c, "partials within partials: too deep");
	if (snprintf(path, sizeof path, "%s/_%s.html", c->dir, s) >= (int)sizeof path)
		fail(c, "the path is too long");
	bytes = read_whole(path, &len);
	if (!bytes)
		fail(c, "cannot read %s", path);
	compile_file(c, path, bytes, len);
	free(bytes);
	c->file = here;
	c->partials--;
	if (field) {
		flush_literal(c);
		put(c, "\t}\n");
		c->nscopes--;
		c->loop = outer_loop;
	}
}

/* ---- the page ---- */

static void directive(struct compiler *c, char *s)
{
	switch (*s) {
	case '!': break;
	case '#': open_loop(c, s + 1); break;
	case '?': open_if(c, s + 1, false); break;
	case '^': open_if(c, s + 1, true); break;
	case ':':
		if (strcmp(s, ":else") != 0)
			fail(c, "there is no directive {{%s}}", s);
		open_else(c);
		break;
	case '/': close_block(c, s + 1); break;
	case '>': put_partial(c, s + 1); break;
	case '_': put_text(c, s + 1); break;
	case '%': put_special(c, s + 1); break;
	case '{': put_raw(c, s + 1); break;
	case '&': put_value(c, '&', s + 1); break;
	default: put_value(c, 0, s); break;
	}
}

static void literal_byte(struct compiler *c, char byte)
{
	const char *wrong;

	if (byte == '\n') {
		bool shrink = html_state_may_shrink(&c->html);

		wrong = html_state_feed(&c->html, byte);
		add(&c->literal, "\n", 1);
		c->file.line++;
		while (shrink && c->file.at < c->file.end &&
		       (*c->file.at == ' ' || *c->file.at == '\t'))
			c->file.at++;
	} else {
		wrong = html_state_feed(&c->html, byte);
		add(&c->literal, &byte, 1);
	}
	if (wrong)
		fail(c, "%s", wrong);
}

/* 1 when the directive [open, close) is alone on its line; its blanks and line end go
 * with it. */
static bool stands_alone(const struct file *f, const char *start, const char *open,
			 const char *close)
{
	while (open > start && (open[-1] == ' ' || open[-1] == '\t'))
		open--;
	if (open > start && open[-1] != '\n')
		return false;
	while (close < f->end && (*close == ' ' || *close == '\t'))
		close++;
	return close == f->end || *close == '\n';
}

static void compile_file(struct compiler *c, const char *path, const char *bytes,
			 size_t len)
{
	int outer = c->first_block;

	c->file = (struct file){.path = path, .at = bytes, .end = bytes + len, .line = 1};
	c->first_block = c->nblocks;
	if (!strncmp(bytes, "{{%view ",
		     8)) { /* of a partial: tells readers, the includer decides */
		c->file.at = strchr(bytes, '\n');
		if (!c->file.at)
			fail(c, "there is nothing after the first line");
		c->file.at++;
		c->file.line++;
	}
	while (c->file.at < c->file.end) {
		const char *open = c->file.at, *end = c->file.end;
		const char *close;
		char *s;
		bool raw, alone;
		int lines = 0;

		if (end - open < 2 || open[0] != '{' || open[1] != '{') {
			c->file.at++;
			literal_byte(c, *open);
			continue;
		}
		raw = end - open > 2 && open[2] == '{';
		close = strstr(open, raw ? "}}}" : "}}");
		if (!close)
			fail(c, "this {{ is not closed");
		s = strndup(open + 2, (size_t)(close - open - 2));
		if (!s)
			abort();
		close += raw ? 3 : 2;
		alone = strchr("#?^:/>!%", *s) &&
			stands_alone(&c->file, bytes, open, close);
		for (const char *p = open; p < close; p++)
			lines += *p == '\n';
		c->file.at = close;
		while (alone && c->literal.len &&
		       strchr(" \t", c->literal.data[c->literal.len - 1]))
			c->literal.len--;
		directive(c, s);
		free(s);
		c->file.line += lines;
		if (alone && (close = memchr(close, '\n', (size_t)(end - close)))) {
			c->file.at = close + 1;
			c->file.line++;
			while (html_state_may_shrink(&c->html) && c->file.at < end &&
			       (*c->file.at == ' ' || *c->file.at == '\t'))
				c->file.at++;
		}
	}
	flush_literal(c);
	if (c->nblocks != c->first_block)
		fail(c, "\"%s\" of line %d is not closed", c->blocks[c->nblocks - 1].name,
		     c->blocks[c->nblocks - 1].line);
	c->first_block = outer;
}

static void write_page(struct compiler *c, FILE *f, const char *name, const char *type,
		       const char *const *headers, int nheaders)
{
	fprintf(f, "/* Made by tmplc from %s: change that instead. */\n", c->file.path);
	for (int i = 0; i < nheaders; i++)
		fprintf(f, "#include \"%s\"\n", headers[i]);
	fprintf(f,
		"#include \"http/template.h\"\n\nvoid page_%s(struct buf *out, const "
		"struct lang "
		"*lang, const %s *v)\n{\n\t(void)lang;\n\t(void)v;\n\tbuf_reserve(out, "
		"%zu);\n",
		name, type, c->literals + c->literals / 2 + 256);
	fwrite(c->out.data, 1, c->out.len, f);
	fprintf(f, "}\n");
}

static void page_name(const char *path, char name[NAME_MAX_LEN])
{
	const char *base = strrchr(path, '/');
	size_t n = 0;

	base = base ? base + 1 : path;
	for (; base[n] && base[n] != '.' && n + 1 < NAME_MAX_LEN; n++)
		name[n] = isalnum((unsigned char)base[n]) ? base[n] : '_';
	name[n] = '\0';
}

static void view_type(struct compiler *c, const char *bytes, char type[NAME_MAX_LEN])
{
	const char *end = strstr(bytes, "}}");

	if (strncmp(bytes, "{{%view ", 8) || !end || end - bytes - 8 >= NAME_MAX_LEN)
		fail(c, "the first line must be {{%%view struct NAME}}");
	snprintf(type, NAME_MAX_LEN, "%.*s", (int)(end - bytes - 8), bytes + 8);
}

int main(int argc, char **argv)
{
	static struct compiler c;
	const char *headers[8], *out_path = NULL, *in_path = NULL;
	char name[NAME_MAX_LEN], type[NAME_MAX_LEN], *bytes, *dir, *slash;
	int nheaders = 0;
	size_t len;
	FILE *f;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-i") && i + 1 < argc && nheaders < 8)
			headers[nheaders++] = argv[++i];
		else if (!strcmp(argv[i], "-o") && i + 1 < argc)
			out_path = argv[++i];
		else
			in_path = argv[i];
	}
	if (!in_path || !out_path) {
		fprintf(stderr, "usage: tmplc [-i HEADER]... -o OUT.c PAGE.html\n");
		return 2;
	}
	if (!nheaders)
		headers[nheaders++] = "web/views.h";
	bytes = read_whole(in_path, &len);
	if (!bytes) {
		fprintf(stderr, "tmplc: cannot read %s\n", in_path);
		return 1;
	}
	dir = strdup(in_path);
	slash = strrchr(dir, '/');
	*(slash ? slash : dir) = '\0';
	c.dir = slash ? dir : ".";
	c.file = (struct file){.path = in_path, .line = 1};
	view_type(&c, bytes, type);
	page_name(in_path, name);
	snprintf(c.scopes[c.nscopes++], NAME_MAX_LEN, "v");
	compile_file(&c, in_path, bytes, len);
	if (c.html.place != HTML_TEXT)
		fail(&c, "the page ends inside a tag, a comment, a script or a title");
	f = fopen(out_path, "wb");
	if (!f) {
		fprintf(stderr, "tmplc: cannot write %s\n", out_path);
		return 1;
	}
	write_page(&c, f, name, type, headers, nheaders);
	if (fclose(f)) {
		fprintf(stderr, "tmplc: cannot write %s\n", out_path);
		remove(out_path);
		return 1;
	}
	free(bytes);
	free(dir);
	free(c.out.data);
	free(c.literal.data);
	return 0;
}
