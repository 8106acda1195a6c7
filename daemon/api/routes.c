/* SPDX-License-Identifier: GPL-3.0-or-later */
/* routes.c - what the server serves and who may do what, as it stands in its tables: for
 * the operator who wants to read it, and for the test that walks every route with every
 * role. */
#include "api/impl.h"
#include "booking/rights.h"

static const char *const accesses[] = {
	[ACCESS_PUBLIC] = "public", [ACCESS_UNNAMED] = "unnamed",
	[ACCESS_STAFF] = "staff",   [ACCESS_STAFF_API] = "staff_api",
	[ACCESS_LOCAL] = "local",
};

static const char *const guards[] = {
	[CSRF_NONE] = "none",
	[CSRF_ORIGIN] = "origin",
	[CSRF_TOKEN] = "token",
};

static const char *const bodies[] = {
	[BODY_NONE] = "none",
	[BODY_FORM] = "form",
	[BODY_JSON] = "json",
	[BODY_RAW] = "raw",
};

static void add_route(void *arg, const struct http_route *r)
{
	struct buf *b = arg;

	if (b->data[b->len - 1] == '}')
		buf_addch(b, ',');
	buf_addf(b, "{\"method\":\"%s\",\"pattern\":", http_method_name(r->method));
	buf_add_json_string(b, r->pattern);
	buf_addf(b, ",\"access\":\"%s\",\"csrf\":\"%s\",\"body\":\"%s\",\"object\":",
		 accesses[r->access], guards[r->csrf], bodies[r->body]);
	if (r->right)
		buf_addf(b, "\"%s\",\"action\":\"%s\"}",
			 rights_object_name(rights_object(r->right)),
			 rights_action_name(rights_action(r->right)));
	else
		buf_addlit(b, "null,\"action\":null}");
}

void get_local_routes(struct http_request *rq)
{
	struct buf b = BUF_INIT;

	buf_addlit(&b, "{\"routes\":[");
	http_server_each_route(http_request_server(rq), add_route, &b);
	buf_addlit(&b, "]}");
	http_reply_json(rq, 200, &b);
}

static const char *scope_name(enum right_scope s)
{
	switch (s) {
	case SCOPE_NONE: break;
	case SCOPE_OWN: return "own";
	case SCOPE_ORGANISATION: return "organisation";
	case SCOPE_NETWORK: return "network";
	}
	return "none";
}

/* A member of some organisation: so that "organisation" says what it means. */
void get_local_rights(struct http_request *rq)
{
	struct buf b = BUF_INIT;
	const char *role;

	buf_addlit(&b, "{\"roles\":{");
	for (size_t r = 0; (role = rights_role_name(r)); r++) {
		const struct access_user u = {.role = role, .organisation = r ? 1 : 0};

		buf_addf(&b, "%s\"%s\":{", r ? "," : "", role);
		for (unsigned o = RIGHT_SELF; o < RIGHT_OBJECTS; o++) {
			unsigned right = o * RIGHT_ACTIONS;

			buf_addf(&b, "%s\"%s\":{\"see\":\"%s\",\"change\":\"%s\"}",
				 o > RIGHT_SELF ? "," : "",
				 rights_object_name((enum right_object)o),
				 scope_name(rights_scope(&u, right + RIGHT_TO_SEE)),
				 scope_name(rights_scope(&u, right + RIGHT_TO_CHANGE)));
		}
		buf_addch(&b, '}');
	}
	buf_addlit(&b, "}}");
	http_reply_json(rq, 200, &b);
}
