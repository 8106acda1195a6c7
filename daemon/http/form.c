/* SPDX-License-Identifier: GPL-3.0-or-later */
/* form.c - forms and queries into names and values. The urlencoded kind is cut here, in
 * place, because it must be read strictly; multipart goes through libmicrohttpd's post
 * processor, which hands values over in pieces. All values are checked for UTF-8, except
 * those of files. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/parse.h"
#include "http/impl.h"
#include "http/wire.h"

static void add_pair(struct http_pairs *out, const char *name, const char *value,
		     size_t len)
{
	VEC_GROW(out->items, out->n, out->cap);
	out->items[out->n++] = (struct http_pair){name, value, len};
}

int form_parse_urlencoded(char *text, size_t len, size_t max, int multiline,
			  struct http_pairs *out)
{
	char *end = text + len;

	for (char *s = text, *next; s < end; s = next) {
		char *stop = memchr(s, '&', (size_t)(end - s));
		char *equals, *value;
		int64_t n;

		if (!stop)
			stop = end;
		next = stop + 1;
		if (stop == s)
			continue;
		if (out->n >= max)
			return -1;
		*stop = '\0';
		equals = memchr(s, '=', (size_t)(stop - s));
		value = equals ? equals + 1 : stop;
		n = wire_decode(value, (size_t)(stop - value), 1, multiline);
		if (n < 0 ||
		    wire_decode(s, (size_t)((equals ? equals : stop) - s), 1, 0) < 0)
			return -1;
		add_pair(out, s, value, (size_t)n);
	}
	return 0;
}

int form_media_type_is(const char *content_type, const char *type)
{
	size_t len, wanted = strlen(type);

	if (!content_type)
		return 0;
	len = strcspn(content_type, "; \t,");
	if (*type == '+') /* a suffix: application/merge-patch+json */
		return len > wanted &&
		       !strncasecmp(content_type + len - wanted, type, wanted);
	return len == wanted && !strncasecmp(content_type, type, len);
}

/* ---- multipart ---- */

struct multipart {
	struct http_request *rq;
	struct buf value; /* of the field being read */
	char *name;	  /* in the request's memory; NULL: no field yet */
	int is_file;
	int failed;
};

static void finish_field(struct multipart *m)
{
	char *copy;

	if (!m->name)
		return;
	if (!m->is_file && !utf8_is_clean(buf_str(&m->value), m->value.len))
		m->failed = 1;
	copy = http_request_alloc(m->rq, m->value.len + 1);
	memcpy(copy, buf_str(&m->value), m->value.len + 1);
	add_pair(&m->rq->fields, m->name, copy, m->value.len);
	buf_clear(&m->value);
	m->name = NULL;
}

static enum MHD_Result on_piece(void *cls, enum MHD_ValueKind kind, const char *name,
				const char *filename, const char *type,
				const char *encoding, const char *data, uint64_t offset,
				size_t size)
{
	struct multipart *m = cls;

	if (!offset) {
		finish_field(m);
		if (!name || !utf8_is_clean(name, strlen(name)) ||
		    m->rq->fields.n >= HTTP_FORM_FIELDS_MAX)
			m->failed = 1;
		m->name = http_request_strdup(m->rq, name ? name : "");
		m->is_file = filename != NULL;
	}
	buf_add(&m->value, data, size);
	return m->failed ? MHD_NO : MHD_YES;
}

static int parse_multipart(struct http_request *rq)
{
	struct multipart m = {.rq = rq};
	struct MHD_PostProcessor *pp =
		MHD_create_post_processor(rq->mhd, 4096, on_piece, &m);

	if (!pp)
		return 400; /* no boundary */
	if (MHD_post_process(pp, buf_str(&rq->body), rq->body.len) != MHD_YES)
		m.failed = 1;
	if (MHD_destroy_post_processor(pp) != MHD_YES) /* it ended inside a part */
		m.failed = 1;
	finish_field(&m);
	buf_fini(&m.value);
	return m.failed ? 400 : 0;
}

int form_parse_body(struct http_request *rq)
{
	if (form_media_type_is(http_request_header(rq, "Content-Type"),
			       "multipart/form-data"))
		return parse_multipart(rq);
	if (!rq->body.len)
		return 0;
	return form_parse_urlencoded(rq->body.data, rq->body.len, HTTP_FORM_FIELDS_MAX, 1,
				     &rq->fields)
		       ? 400
		       : 0;
}
