/* SPDX-License-Identifier: GPL-3.0-or-later */
/* preset_request.c - the part of a preset that says how something is asked of the
 * provider, and what its answers mean. */
#include <stdlib.h>
#include <string.h>

#include "reader.h"

#define ANSWER_MAX ((size_t)64 * 1024)

#define REQUEST_KEYS                                                                 \
	"about method url query headers auth form json xml text charset outcome id " \
	"note "                                                                      \
	"credit validity"

static void add_header(struct request *q, const char *name, struct template *value)
{
	if (!value)
		return;
	q->headers = mem_grow(q->headers, q->nheaders + 1, sizeof *q->headers);
	q->headers[q->nheaders++] =
		(struct header){mem_dup(name, strlen(name)), value, VAR_COUNT, 1};
}

/* A header of our making; {} have no meaning in it. */
static void add_plain_header(struct reader *r, struct request *q, const char *name,
			     const char *value)
{
	struct str doubled = {0};

	for (; *value; value++) {
		str_putc(&doubled, *value);
		if (*value == '{' || *value == '}')
			str_putc(&doubled, *value);
	}
	add_header(
		q, name,
		read_template(r, template_text(&r->scope, str_of(&doubled), ESC_NONE)));
	str_fini(&doubled);
}

/* One header of the preset; its name may carry a condition. */
static void read_header(struct reader *r, const char *key, const char *text,
			struct request *q)
{
	enum var var = VAR_COUNT;
	int wanted = 1, rc = member_condition(&r->scope, key, &var, &wanted);
	char *name = member_name(key);

	if (rc < 0)
		read_template(r, NULL);
	else if (!text || !*name ||
		 name[strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				   "0123456789-_")])
		read_fault(r, "\"%s\": a header is a name and a text", key);
	else if (rc == 0) {
		add_header(q, name,
			   read_template(r, template_text(&r->scope, text, ESC_NONE)));
		if (q->nheaders) {
			q->headers[q->nheaders - 1].only_if = var;
			q->headers[q->nheaders - 1].wanted = wanted;
		}
	}
	free(name);
}

static void read_headers(struct reader *r, const json_t *o, struct request *q)
{
	json_t *headers = read_object(r, o, "headers", NULL), *v;
	size_t before = read_into(r, "headers");
	const char *key;

	json_object_foreach(headers, key, v)
	{
		read_header(r, key, json_string_value(v), q);
	}
	read_back(r, before);
}

static void read_basic(struct reader *r, const json_t *basic, struct request *q)
{
	char *user = read_constant(r, basic, "user");
	char *password = read_constant(r, basic, "password");
	struct str plain = {0}, header = {0};

	str_puts(&plain, user ? user : "");
	str_putc(&plain, ':');
	str_puts(&plain, password ? password : "");
	str_puts(&header, "Basic ");
	str_base64(&header, str_of(&plain), plain.len);
	add_plain_header(r, q, "Authorization", str_of(&header));
	free(user);
	free(password);
	str_fini(&plain);
	str_fini(&header);
}

static void read_auth(struct reader *r, const json_t *o, struct request *q)
{
	json_t *auth = read_object(r, o, "auth", "basic bearer ovh"), *part;
	size_t before = read_into(r, "auth");
	char *text;

	part = auth ? read_object(r, auth, "basic", "user password") : NULL;
	if (part)
		read_basic(r, part, q);
	text = auth ? read_constant(r, auth, "bearer") : NULL;
	if (text) {
		struct str header = {0};

		str_puts(&header, "Bearer ");
		str_puts(&header, text);
		add_plain_header(r, q, "Authorization", str_of(&header));
		str_fini(&header);
		free(text);
	}
	part = auth ? read_object(r, auth, "ovh", "application secret consumer") : NULL;
	if (part) {
		text = read_constant(r, part, "application");
		q->ovh_secret = read_constant(r, part, "secret");
		q->ovh_consumer = read_constant(r, part, "consumer");
		if (!text || !q->ovh_secret || !q->ovh_consumer)
			read_fault(r, "ovh needs application, secret and consumer");
		add_plain_header(r, q, "X-Ovh-Application", text ? text : "");
		add_plain_header(r, q, "X-Ovh-Consumer",
				 q->ovh_consumer ? q->ovh_consumer : "");
		free(text);
	}
	read_back(r, before);
}

static int all_strings(struct reader *r, const json_t *o)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)o, key, v)
	{
		if (!json_is_string(v)) {
			read_fault(r, "\"%s\" has to be a text, in quotes", key);
			return 0;
		}
	}
	return 1;
}

static void read_url(struct reader *r, const json_t *o, struct request *q)
{
	const char *url = read_string(r, o, "url", 1);
	json_t *query = read_object(r, o, "query", NULL);
	size_t before = read_into(r, "url");

	/* So that no preset reaches another host than the gateway's section shows. */
	if (url && (strncmp(url, "{url}", 5) != 0 || (url[5] && !strchr("/?", url[5]))))
		read_fault(
			r,
			"an address begins with {url}, which the setting \"url\" fills");
	else if (url)
		q->url = read_template(r, template_url(&r->scope, url, q->is_latin9));
	if (q->url && query && all_strings(r, query)) {
		struct template *t =
			read_template(r, template_form(&r->scope, query, q->is_latin9));

		q->url = template_join(q->url, strchr(url, '?') ? "&" : "?", t);
	}
	read_back(r, before);
}

static void read_body(struct reader *r, const json_t *o, struct request *q)
{
	static const char *const types[] = {
		[BODY_FORM] = "application/x-www-form-urlencoded; charset=UTF-8",
		[BODY_JSON] = "application/json; charset=utf-8",
		[BODY_XML] = "application/xml; charset=UTF-8",
		[BODY_TEXT] = "text/plain; charset=UTF-8",
	};
	json_t *form = read_object(r, o, "form", NULL),
	       *json = json_object_get(o, "json");
	const char *xml = read_string(r, o, "xml", 0), *type;
	const char *text = read_string(r, o, "text", 0);
	size_t before;

	if (!!form + !!json + !!xml + !!text > 1)
		read_fault(r, "a request has one body: form, json, xml or text");
	before = read_into(r, form ? "form" : json ? "json" : xml ? "xml" : "text");
	if (form && all_strings(r, form)) {
		q->kind = BODY_FORM;
		q->body = read_template(r, template_form(&r->scope, form, q->is_latin9));
	} else if (json) {
		q->kind = BODY_JSON;
		q->body = read_template(r, template_json(&r->scope, json));
	} else if (xml) {
		q->kind = BODY_XML;
		q->body = read_template(
			r, template_text(&r->scope, xml,
					 q->is_latin9 ? ESC_XML_L9 : ESC_XML));
	} else if (text) {
		q->kind = BODY_TEXT;
		q->body = read_template(r, template_text(&r->scope, text, ESC_RAW));
	}
	read_back(r, before);
	if (q->kind == BODY_NONE)
		return;
	type = types[q->kind];
	for (size_t i = 0; i < q->nheaders; i++) {
		if (strcasecmp(q->headers[i].name, "Content-Type") == 0)
			return;
	}
	if (q->is_latin9 && (q->kind == BODY_TEXT || q->kind == BODY_JSON))
		read_fault(r, "JSON and text are sent in UTF-8");
	if (q->is_latin9)
		type = q->kind == BODY_FORM
			       ? "application/x-www-form-urlencoded; charset=ISO-8859-15"
			       : "application/xml; charset=ISO-8859-15";
	add_plain_header(r, q, "Content-Type", type);
}

/* 202, "2xx", "500-599" or a list of them. */
static void add_status(struct reader *r, const json_t *v, struct rule *rule)
{
	struct status_range range = {(int)json_integer_value(v),
				     (int)json_integer_value(v)};
	const char *text = json_string_value(v);

	if (text && strlen(text) == 3 && strcmp(text + 1, "xx") == 0) {
		range.low = (text[0] - '0') * 100;
		range.high = range.low + 99;
	} else if (text && strlen(text) == 7 && text[3] == '-') {
		range.low = (int)strtol(text, NULL, 10);
		range.high = (int)strtol(text + 4, NULL, 10);
	}
	if (range.low < 100 || range.high > 599 || range.low > range.high) {
		read_fault(r, "a status is 202, \"4xx\", \"500-599\" or a list of such");
		return;
	}
	rule->statuses =
		mem_grow(rule->statuses, rule->nstatuses + 1, sizeof *rule->statuses);
	rule->statuses[rule->nstatuses++] = range;
}

static void read_rule_header(struct reader *r, const json_t *o, struct rule *rule)
{
	json_t *header = read_object(r, o, "header", "name match");
	size_t before = read_into(r, "header");
	const char *name, *regex;

	if (header) {
		name = read_string(r, header, "name", 1);
		regex = read_string(r, header, "match", 1);
		if (name && regex && read_regex(r, regex, &rule->header_regex) == 0)
			rule->header = mem_dup(name, strlen(name));
	}
	read_back(r, before);
}

static void read_rule(struct reader *r, const json_t *o, int is_lookup, struct rule *rule)
{
	static const struct {
		const char *name;
		enum rdvd_sent sent;
	} sent[] = {
		{"accepted", RDVD_SENT_ACCEPTED},   {"retry", RDVD_SENT_RETRY},
		{"refused", RDVD_SENT_REFUSED},	    {"unknown", RDVD_SENT_UNKNOWN},
		{"throttled", RDVD_SENT_THROTTLED}, {"credit", RDVD_SENT_STOPPED},
		{"auth", RDVD_SENT_STOPPED},
	};
	static const char *const sent_names[] = {"accepted", "retry",	  "refused",
						 "unknown",  "throttled", "credit",
						 "auth",     NULL};
	/* In the order of enum rdvd_found. */
	static const char *const found_names[] = {"accepted", "delivered", "undelivered",
						  "absent",   "unknown",   NULL};
	const json_t *status = json_object_get(o, "status");
	const char *body;
	int choice;

	if (!read_keys(r, o, "about status when header body is retry_after_s"))
		return;
	if (json_is_array(status)) {
		for (size_t i = 0; i < json_array_size(status); i++)
			add_status(r, json_array_get(status, i), rule);
	} else if (status) {
		add_status(r, status, rule);
	}
	read_match(r, o, "when", &rule->when);
	read_rule_header(r, o, rule);
	body = read_string(r, o, "body", 0);
	if (body) {
		rule->body = mem_zero(1, sizeof *rule->body);
		if (read_regex(r, body, rule->body) < 0) {
			free(rule->body);
			rule->body = NULL;
		}
	}
	choice = read_choice(r, o, "is", is_lookup ? found_names : sent_names, -1);
	if (choice >= 0)
		rule->result = is_lookup ? choice : (int)sent[choice].sent;
	rule->retry_after_s = (int)read_number(r, o, "retry_after_s", 0, 86400);
}

static void read_rules(struct reader *r, const json_t *o, int is_lookup,
		       struct request *q)
{
	json_t *rules = read_array(r, o, "outcome");
	size_t before = read_into(r, "outcome"), n = json_array_size(rules);

	q->rules = n ? mem_zero(n, sizeof *q->rules) : NULL;
	q->nrules = n;
	for (size_t i = 0; i < n; i++) {
		size_t at = read_into_n(r, i);

		read_rule(r, json_array_get(rules, i), is_lookup, &q->rules[i]);
		read_back(r, at);
	}
	read_back(r, before);
}

/* The bounds that the provider has for a validity. */
static void read_validity(struct reader *r, const json_t *o, struct request *q)
{
	json_t *bounds = read_object(r, o, "validity", "min_s max_s");
	size_t before = read_into(r, "validity");

	q->validity_min_s = read_number(r, bounds, "min_s", 1, 86400);
	q->validity_max_s = read_number(r, bounds, "max_s", 3600, 366L * 86400);
	read_back(r, before);
	if (!q->validity_min_s)
		q->validity_min_s = 1;
	if (!q->validity_max_s)
		q->validity_max_s = 366L * 86400;
}

void read_request(struct reader *r, const json_t *o, const char *key, int is_lookup,
		  struct request *out)
{
	static const char *const methods[] = {"GET", "POST", "PUT", "DELETE", NULL};
	static const char *const charsets[] = {"utf-8", "iso-8859-15", NULL};
	json_t *v = read_object(r, o, key, REQUEST_KEYS);
	size_t before = read_into(r, key);
	int method;

	if (v) {
		method = read_choice(r, v, "method", methods, 1);
		out->answer_max = ANSWER_MAX;
		out->method = mem_dup(methods[method], strlen(methods[method]));
		out->is_latin9 = read_choice(r, v, "charset", charsets, 0);
		read_url(r, v, out);
		read_headers(r, v, out);
		read_auth(r, v, out);
		read_body(r, v, out);
		read_validity(r, v, out);
		read_rules(r, v, is_lookup, out);
		read_value(r, v, "id", &out->id);
		read_value(r, v, "note", &out->note);
		read_value(r, v, "credit", &out->credit);
	}
	read_back(r, before);
}

static void rule_fini(struct rule *rule)
{
	free(rule->statuses);
	match_fini(&rule->when);
	if (rule->header)
		regfree(&rule->header_regex);
	free(rule->header);
	if (rule->body)
		regfree(rule->body);
	free(rule->body);
}

void request_fini(struct request *q)
{
	free(q->method);
	template_free(q->url);
	for (size_t i = 0; i < q->nheaders; i++) {
		free(q->headers[i].name);
		template_free(q->headers[i].value);
	}
	free(q->headers);
	template_free(q->body);
	free(q->ovh_secret);
	free(q->ovh_consumer);
	for (size_t i = 0; i < q->nrules; i++)
		rule_fini(&q->rules[i]);
	free(q->rules);
	value_fini(&q->id);
	value_fini(&q->note);
	value_fini(&q->credit);
}
