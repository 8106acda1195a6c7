/* SPDX-License-Identifier: GPL-3.0-or-later */
/* htmlstate.h - where in an HTML document are we? A small machine that reads a template's
 * literal bytes at build time and says what a value at this place must be escaped for. It
 * is stricter than a browser: what it does not understand is an error, so that it never
 * believes itself somewhere else. */
#ifndef RDVD_HTTP_HTMLSTATE_H
#define RDVD_HTTP_HTMLSTATE_H

#include <stdbool.h>
#include <stddef.h>

enum html_place {
	HTML_TEXT,	/* between tags */
	HTML_RCDATA,	/* in title or textarea: text, no tags */
	HTML_RAWTEXT,	/* in script or style */
	HTML_COMMENT,	/* <!-- --> or <!doctype> */
	HTML_TAG_START, /* after < */
	HTML_TAG_NAME,
	HTML_TAG,	/* between attributes, after a blank */
	HTML_TAG_AFTER, /* after an attribute or a name: a blank, a / or the > must come
			 */
	HTML_ATTR_NAME,
	HTML_ATTR_EQUALS, /* after =, before the value */
	HTML_VALUE_DOUBLE,
	HTML_VALUE_SINGLE,
	HTML_VALUE_BARE,
};

struct html_state {
	enum html_place place;
	char tag[16];  /* the tag being read, or the element of RCDATA and RAWTEXT; lower
			  case */
	char attr[24]; /* the attribute being read, lower case */
	bool is_end_tag;
	bool value_begun; /* bytes of the attribute's value were seen */
	unsigned pre;	  /* how many <pre> are open */
	unsigned matched; /* of the end of a comment, RCDATA or RAWTEXT */
};

/* Read one byte; NULL, or what is wrong. */
const char *html_state_feed(struct html_state *s, char c);
/* Two ways lead to the same place: the state there in *s. False when they end in
 * different states, so that what follows would mean two things. */
bool html_state_join(struct html_state *s, const struct html_state *other);
/* Is blank space here without meaning? */
bool html_state_may_shrink(const struct html_state *s);

enum html_context {
	HTML_AS_TEXT,	   /* & < > */
	HTML_AS_ATTRIBUTE, /* and quotes */
	HTML_AS_URL,	   /* a whole address: scheme checked */
	HTML_AS_URL_PART,  /* percent-encoded */
	HTML_NOWHERE,	   /* no value may stand here; *why says so */
};
enum html_context html_state_context(const struct html_state *s, const char **why);

#endif
