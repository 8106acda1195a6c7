/* SPDX-License-Identifier: GPL-3.0-or-later */
/* reader.h - reading a preset: each piece is checked where it is taken, and every fault
 * says the file, the place in it and what to write instead. Reading goes on after one,
 * so that all are told at once. */
#ifndef GW_HTTP_READER_H
#define GW_HTTP_READER_H

#include "preset.h"

struct reader {
	const struct rdvd_host *host;
	struct preset *p;
	struct str path; /* a JSON pointer: where we are */
	int faults;
	struct template_scope scope;
	struct str error; /* the scope's */
};

void read_fault(struct reader *r, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Go to a member or an element; the answer brings read_back to where it was. */
size_t read_into(struct reader *r, const char *key);
size_t read_into_n(struct reader *r, size_t index);
void read_back(struct reader *r, size_t before);

/* A member that is an object, whose keys are all among the words of known ("a b c"); a
 * key may carry a " ?x". NULL when it is not there or, a fault, something else. */
json_t *read_object(struct reader *r, const json_t *o, const char *key,
		    const char *known);
/* A fault for each unknown key of o, or when it is no object: 0 then. */
int read_keys(struct reader *r, const json_t *o, const char *known);
json_t *read_array(struct reader *r, const json_t *o, const char *key);
/* NULL when it is not there; is_required makes that a fault. Lent. */
const char *read_string(struct reader *r, const json_t *o, const char *key,
			int is_required);
long read_number(struct reader *r, const json_t *o, const char *key, long low, long high);
/* The place of the string o/key among names, ending with NULL; -1, a fault. */
int read_choice(struct reader *r, const json_t *o, const char *key,
		const char *const *names, int preset);
/* 0, or -1, a fault: a regular expression. */
int read_regex(struct reader *r, const char *text, regex_t *out);
/* A fault when made is NULL, with what the scope said. */
struct template *read_template(struct reader *r, struct template *made);
/* The text of a template that only settings fill in; NULL when it is not there. Owned. */
char *read_constant(struct reader *r, const json_t *o, const char *key);
/* A pointer, a list of them, {"join": [...]}, {"number": ...}, {"body": regex},
 * {"literal": text}. */
void read_value(struct reader *r, const json_t *o, const char *key, struct value *out);
void read_match(struct reader *r, const json_t *o, const char *key, struct match *out);

/* preset_request.c */
void read_request(struct reader *r, const json_t *o, const char *key, int is_lookup,
		  struct request *out);
void request_fini(struct request *q);
/* preset_event.c */
void read_callbacks(struct reader *r, const json_t *root);
void read_polls(struct reader *r, const json_t *root);
void callback_fini(struct callback *c);
void poll_fini(struct poll *p);

#endif
