/* SPDX-License-Identifier: GPL-3.0-or-later */
/* htmlstate.c - see htmlstate.h; the states are those of the HTML standard's tokenizer
 * that well-formed pages meet. */
#include "http/htmlstate.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_one_of(const char *name, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(name, *list))
			return true;
	return false;
}

static const char *append(char *name, size_t size, char c)
{
	size_t len = strlen(name);

	if (len + 1 >= size) {
		if (size > 16)
			return "the attribute's name is too long";
		return NULL; /* a longer tag name is none of those that matter */
	}
	name[len] = lower(c);
	name[len + 1] = '\0';
	return NULL;
}

static void end_of_tag(struct html_state *s)
{
	static const char *const raw[] = {"script", "style", NULL};
	static const char *const rcdata[] = {"title", "textarea", NULL};

	s->place = HTML_TEXT;
	s->matched = 0;
	if (!strcmp(s->tag, "pre")) {
		if (!s->is_end_tag)
			s->pre++;
		else if (s->pre)
			s->pre--;
	}
	if (!s->is_end_tag && is_one_of(s->tag, raw))
		s->place = HTML_RAWTEXT;
	if (!s->is_end_tag && is_one_of(s->tag, rcdata))
		s->place = HTML_RCDATA;
}

/* Wait for "</TAG" in RCDATA and RAWTEXT. */
static void feed_until_end(struct html_state *s, char c)
{
	size_t len = strlen(s->tag);

	if (s->matched == 0)
		s->matched = c == '<';
	else if (s->matched == 1)
		s->matched = c == '/' ? 2 : c == '<';
	else if (s->matched - 2 < len)
		s->matched =
			lower(c) == s->tag[s->matched - 2] ? s->matched + 1 : c == '<';
	if (s->matched == len + 2) {
		s->place = HTML_TAG_NAME;
		s->is_end_tag = true;
		s->matched = 0;
	}
}

static void feed_comment(struct html_state *s, char c)
{
	/* matched: 0 a declaration; from 1 on a comment: 1 "<!-", 2 "<!--", 3 "-", 4 "--"
	 */
	if (s->matched == 0 && c == '-')
		s->matched = 1;
	else if (s->matched == 1 && c == '-')
		s->matched = 2;
	else if (s->matched >= 2 && c == '-')
		s->matched = s->matched < 4 ? s->matched + 1 : 4;
	else if (c == '>' && (s->matched == 0 || s->matched == 4))
		s->place = HTML_TEXT;
	else if (s->matched >= 2)
		s->matched = 2;
	if (s->place == HTML_TEXT)
		s->matched = 0;
}

static const char *feed_tag(struct html_state *s, char c)
{
	if (is_blank(c) || c == '/') {
		s->place = HTML_TAG;
		return NULL;
	}
	if (c == '>') {
		end_of_tag(s);
		return NULL;
	}
	if (s->place == HTML_TAG_AFTER)
		return "a blank is missing before this attribute";
	if (!is_letter(c))
		return "an attribute must begin with a letter";
	s->attr[0] = '\0';
	s->place = HTML_ATTR_NAME;
	return append(s->attr, sizeof s->attr, c);
}

static const char *feed_tag_name(struct html_state *s, char c)
{
	if (is_blank(c) || c == '/') {
		s->place = HTML_TAG;
		return NULL;
	}
	if (c == '>') {
		end_of_tag(s);
		return NULL;
	}
	return append(s->tag, sizeof s->tag, c);
}

static const char *feed_attr_name(struct html_state *s, char c)
{
	if (c == '=') {
		s->place = HTML_ATTR_EQUALS;
		s->value_begun = false;
		return NULL;
	}
	if (is_blank(c) || c == '/' || c == '>') {
		s->place = HTML_TAG;
		return feed_tag(s, c);
	}
	if (!is_letter(c) && c != '-' && c != ':' && !(c >= '0' && c <= '9'))
		return "this character has no place in an attribute's name";
	return append(s->attr, sizeof s->attr, c);
}

static const char *feed_equals(struct html_state *s, char c)
{
	if (c == '"')
		s->place = HTML_VALUE_DOUBLE;
	else if (c == '\'')
		s->place = HTML_VALUE_SINGLE;
	else if (is_blank(c) || c == '>')
		return "a value is missing after =";
	else
		s->place = HTML_VALUE_BARE;
	return NULL;
}

static const char *feed_value(struct html_state *s, char c)
{
	if ((s->place == HTML_VALUE_DOUBLE && c == '"') ||
	    (s->place == HTML_VALUE_SINGLE && c == '\'')) {
		s->place = HTML_TAG_AFTER;
		return NULL;
	}
	if (s->place == HTML_VALUE_BARE) {
		if (is_blank(c)) {
			s->place = HTML_TAG;
		} else if (c == '>') {
			end_of_tag(s);
		} else if (strchr("\"'<=`", c)) {
			return "this value needs quotes";
		}
		return NULL;
	}
	if (c == '<')
		return "a < inside an attribute: is a quote missing?";
	s->value_begun = true;
	return NULL;
}

const char *html_state_feed(struct html_state *s, char c)
{
	switch (s->place) {
	case HTML_TEXT:
		if (c == '<') {
			s->place = HTML_TAG_START;
			s->is_end_tag = false;
		}
		return NULL;
	case HTML_RCDATA:
	case HTML_RAWTEXT: feed_until_end(s, c); return NULL;
	case HTML_COMMENT: feed_comment(s, c); return NULL;
	case HTML_TAG_START:
		if (c == '!') {
			s->place = HTML_COMMENT;
			s->matched = 0;
			return NULL;
		}
		if (c == '/' && !s->is_end_tag) {
			s->is_end_tag = true;
			return NULL;
		}
		if (!is_letter(c))
			return "a < that begins no tag must be written &lt;";
		s->tag[0] = '\0';
		s->place = HTML_TAG_NAME;
		return append(s->tag, sizeof s->tag, c);
	case HTML_TAG_NAME: return feed_tag_name(s, c);
	case HTML_TAG:
	case HTML_TAG_AFTER: return feed_tag(s, c);
	case HTML_ATTR_NAME: return feed_attr_name(s, c);
	case HTML_ATTR_EQUALS: return feed_equals(s, c);
	case HTML_VALUE_DOUBLE:
	case HTML_VALUE_SINGLE:
	case HTML_VALUE_BARE: return feed_value(s, c);
	}
	return NULL;
}

static bool is_inside_tag(const struct html_state *s)
{
	return s->place == HTML_TAG_NAME || s->place == HTML_TAG ||
	       s->place == HTML_TAG_AFTER || s->place == HTML_ATTR_NAME;
}

bool html_state_join(struct html_state *s, const struct html_state *other)
{
	bool in_tag = s->place != HTML_TEXT && s->place != HTML_COMMENT;
	bool in_value = s->place == HTML_VALUE_DOUBLE || s->place == HTML_VALUE_SINGLE ||
			s->place == HTML_VALUE_BARE;

	if (s->matched != other->matched || s->pre != other->pre)
		return false;
	if (in_tag &&
	    (strcmp(s->tag, other->tag) != 0 || s->is_end_tag != other->is_end_tag))
		return false;
	if (s->place != other->place) {
		if (!is_inside_tag(s) || !is_inside_tag(other))
			return false;
		s->place = HTML_TAG_AFTER;
	}
	s->value_begun |= other->value_begun;
	return !in_value || !strcmp(s->attr, other->attr);
}

bool html_state_may_shrink(const struct html_state *s)
{
	return !s->pre && (s->place == HTML_TEXT || s->place == HTML_TAG);
}

enum html_context html_state_context(const struct html_state *s, const char **why)
{
	static const char *const urls[] = {"href",   "src",  "action", "formaction",
					   "poster", "cite", "data",   NULL};

	switch (s->place) {
	case HTML_TEXT:
	case HTML_RCDATA: return HTML_AS_TEXT;
	case HTML_VALUE_DOUBLE:
	case HTML_VALUE_SINGLE:
		if (!strncmp(s->attr, "on", 2) || !strcmp(s->attr, "style") ||
		    !strcmp(s->attr, "srcdoc") || !strcmp(s->attr, "srcset")) {
			*why = "no value may stand in this attribute";
			return HTML_NOWHERE;
		}
		if (is_one_of(s->attr, urls))
			return s->value_begun ? HTML_AS_URL_PART : HTML_AS_URL;
		return HTML_AS_ATTRIBUTE;
	case HTML_RAWTEXT: *why = "no value may stand in a script or style"; break;
	case HTML_COMMENT: *why = "no value may stand in a comment"; break;
	case HTML_TAG_START:
	case HTML_TAG_NAME: *why = "no value may stand in a tag's name"; break;
	case HTML_TAG:
	case HTML_TAG_AFTER:
	case HTML_ATTR_NAME: *why = "no value may stand for an attribute"; break;
	case HTML_ATTR_EQUALS:
	case HTML_VALUE_BARE:
		*why = "put quotes around an attribute that holds a value";
		break;
	}
	return HTML_NOWHERE;
}
