/* SPDX-License-Identifier: GPL-3.0-or-later */
/* tmplc_value.c - names, values and translated texts of templates, turned into calls of
 * template.h. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/tmplc.h"

/* ---- names ---- */

bool is_constant(const char *s)
{
	if (!isupper((unsigned char)*s) && !isdigit((unsigned char)*s))
		return false;
	for (; *s; s++)
		if (!isupper((unsigned char)*s) && !isdigit((unsigned char)*s) &&
		    *s != '_')
			return false;
	return true;
}

static bool is_path(const char *s)
{
	for (;;) {
		if (!islower((unsigned char)*s))
			return false;
		while (islower((unsigned char)*s) || isdigit((unsigned char)*s) ||
		       *s == '_')
			s++;
		if (!*s)
			return true;
		if (*s == '.')
			s++;
		else if (s[0] == '-' && s[1] == '>')
			s += 2;
		else
			return false;
	}
}

const char *expression(struct compiler *c, const char *name, bool count)
{
	static char out[2 * NAME_MAX_LEN + 32];
	int scope = c->nscopes - 1;
	const char *last;

	if (!strcmp(name, "@first") || !strcmp(name, "@last") ||
	    !strcmp(name, "@number")) {
		if (!c->loop)
			fail(c, "%s stands in no loop", name);
		snprintf(out, sizeof out,
			 name[1] == 'f'	  ? "(i%d == 0)"
			 : name[1] == 'l' ? "(i%d + 1 == n%d)"
					  : "(i%d + 1)",
			 c->loop, c->loop);
		return out;
	}
	if (!strcmp(name, ".")) {
		snprintf(out, sizeof out, "(*%s)", c->scopes[scope]);
		return out;
	}
	while (!strncmp(name, "../", 3)) {
		if (--scope < 0)
			fail(c, "there is no scope outside the outermost one");
		name += 3;
	}
	if (!is_path(name))
		fail(c, "\"%s\" is not the name of a field", name);
	last = name + strlen(name);
	while (last > name && last[-1] != '.' && last[-1] != '>')
		last--;
	snprintf(out, sizeof out, "%s->%.*s%s%s", c->scopes[scope], (int)(last - name),
		 name, count ? "n" : "", last);
	return out;
}

/* ---- values ---- */

void put_value(struct compiler *c, char sigil, const char *name)
{
	const char *why = NULL;
	const char *printer = NULL;

	switch (html_state_context(&c->html, &why)) {
	case HTML_AS_TEXT:
	case HTML_AS_ATTRIBUTE: printer = sigil == '&' ? NULL : "TMPL_HTML"; break;
	case HTML_AS_URL: printer = sigil == '&' ? NULL : "TMPL_URL"; break;
	case HTML_AS_URL_PART:
		printer = sigil == '&' ? "TMPL_HTML" : "TMPL_URLPART";
		break;
	case HTML_NOWHERE: fail(c, "%s", why);
	}
	if (!printer)
		fail(c, "{{&%s}} belongs into an address, after its beginning", name);
	put_line(c);
	put(c, "\t%s(out, %s);\n", printer, expression(c, name, false));
	c->html.value_begun = true;
}

void put_raw(struct compiler *c, const char *name)
{
	size_t len = strlen(name);

	if (c->html.place != HTML_TEXT)
		fail(c, "{{{%s}}} may stand between tags only", name);
	if (len < 5 || strcmp(name + len - 5, "_html") != 0)
		fail(c, "{{{%s}}}: the name of a field that holds HTML ends in _html",
		     name);
	put_line(c);
	put(c, "\ttmpl_raw(out, %s);\n", expression(c, name, false));
}

static void require_text_place(struct compiler *c, const char *what)
{
	const char *why = "no text may stand in an address";
	enum html_context context = html_state_context(&c->html, &why);

	if (context != HTML_AS_TEXT && context != HTML_AS_ATTRIBUTE)
		fail(c, "%s: %s", what, why);
}

void put_special(struct compiler *c, const char *s)
{
	const char *why = NULL;

	if (!strcmp(s, "lang")) {
		require_text_place(c, "{{%lang}}");
		put_line(c);
		put(c, "\ttmpl_html(out, lang_code(lang));\n");
	} else if (!strncmp(s, "asset ", 6)) {
		if (html_state_context(&c->html, &why) != HTML_AS_URL)
			fail(c, "{{%%asset}} is a whole address");
		put_line(c);
		put(c, "\ttmpl_html(out, http_asset_url(\"%s\"));\n", s + 6);
	} else {
		fail(c, "there is no directive {{%%%s}}", s);
	}
	c->html.value_begun = true;
}

/* ---- translated texts ---- */

/* Runs of blanks become one space: a text may be broken over lines. */
static void squeeze(char *s)
{
	char *w = s;
	const char *r = s;

	while (isspace((unsigned char)*r))
		r++;
	for (; *r; r++) {
		if (!isspace((unsigned char)*r))
			*w++ = *r;
		else if (r[1] && !isspace((unsigned char)r[1]))
			*w++ = ' ';
	}
	*w = '\0';
}

static int count_holes(struct compiler *c, const char *text)
{
	int n = 0;

	for (const char *p = text; (p = strchr(p, '%')); p += 2) {
		if (p[1] == 's')
			n++;
		else if (p[1] != '%')
			fail(c,
			     "after %% in a text: s for an argument, or %%%% for itself");
	}
	if (strchr(text, '<') || strchr(text, '>'))
		fail(c,
		     "a text holds no markup: put it outside, or pass it as an argument");
	return n;
}

void put_text(struct compiler *c, char *s)
{
	char *parts[12], number[NAME_MAX_LEN] = "";
	int nparts = 0, first_arg, holes;

	require_text_place(c, "{{_...}}");
	if (*s == '(') {
		char *close = strchr(s, ')');

		if (!close || (size_t)(close - s) > sizeof number)
			fail(c, "{{_(name) singular|plural}}: the bracket is not closed");
		snprintf(number, sizeof number, "%.*s", (int)(close - s - 1), s + 1);
		s = close + 1;
	}
	for (char *p = s; p; nparts++) {
		if (nparts == 12)
			fail(c, "a text takes at most nine arguments");
		parts[nparts] = p;
		p = strchr(p, '|');
		if (p)
			*p++ = '\0';
		squeeze(parts[nparts]);
	}
	first_arg = *number ? 2 : 1;
	if (nparts < first_arg)
		fail(c, "{{_(name) singular|plural}}: the plural is missing");
	holes = count_holes(c, parts[0]);
	if (*number && nparts == 2 && holes + count_holes(c, parts[1]) > 0)
		parts[nparts++] = number;
	if (*number && holes < count_holes(c, parts[1]))
		holes = count_holes(c, parts[1]);
	if (holes != nparts - first_arg)
		fail(c, "the text has %d %%s for %d arguments", holes,
		     nparts - first_arg);

	put_line(c);
	if (holes)
		put(c, "\t{\n\tstruct buf a[%d] = {BUF_INIT};\n", holes);
	for (int i = 0; i < holes; i++)
		put(c, "\tTMPL_HTML(&a[%d], %s);\n", i,
		    expression(c, parts[first_arg + i], false));
	put(c, *number ? "\ttmpl_text(out, trn(lang, " : "\ttmpl_text(out, tr(lang, ");
	put_string(c, parts[0], strlen(parts[0]));
	if (*number) {
		put(c, ", ");
		put_string(c, parts[1], strlen(parts[1]));
		put(c, ", (long)(%s)", expression(c, number, false));
	}
	put(c, holes ? "), a, %d);\n" : "), NULL, %d);\n", holes);
	for (int i = 0; i < holes; i++)
		put(c, "\tbuf_fini(&a[%d]);\n", i);
	if (holes)
		put(c, "\t}\n");
	c->html.value_begun = true;
}
