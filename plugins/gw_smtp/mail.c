/* SPDX-License-Identifier: GPL-3.0-or-later */
/* mail.c - see mail.h. The boundary holds "=_", which quoted-printable and base64 never
 * do, so that it needs no search for one that does not occur. */
#include "mail.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "encode.h"

#define LINE_MAX_OCTETS 998

/* ---- templates ---- */

struct field {
	const char *name, *value;
};

/* {name} of a field becomes its value; what is no field's stays. */
static void fill(const char *template, const struct field *fields, size_t n,
		 struct mbuf *out)
{
	while (*template) {
		size_t i = 0, len = 0;

		for (; *template == '{' && i < n; i++) {
			len = strlen(fields[i].name);
			if (strncmp(template + 1, fields[i].name, len) == 0 &&
			    template[1 + len] == '}')
				break;
		}
		if (*template == '{' && i < n) {
			mbuf_puts(out, fields[i].value);
			template += len + 2;
		} else {
			mbuf_putc(out, *template ++);
		}
	}
}

/* +33612345678 as it is dialled at home: 0612345678. Other countries' as they are. */
static void national(const char *number, char out[32])
{
	if (strncmp(number, "+33", 3) == 0)
		snprintf(out, 32, "0%s", number + 3);
	else
		snprintf(out, 32, "%s%s", *number == '+' ? "00" : "",
			 number + (*number == '+'));
}

void mail_number(const char *template, const char *number, struct mbuf *out)
{
	char home[32];

	national(number, home);
	const struct field fields[] = {{"digits", number + (*number == '+')},
				       {"national", home},
				       {"number", number}};
	fill(template, fields, sizeof fields / sizeof *fields, out);
}

/* ---- headers ---- */

static const char *const day_names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const month_names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
					  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* No strftime: its names are the locale's. */
static void put_date(struct mbuf *out, const char *name, rdvd_time t)
{
	time_t seconds = (time_t)t;
	struct tm tm;

	if (!gmtime_r(&seconds, &tm))
		return;
	mbuf_putf(out, "%s: %s, %d %s %04d %02d:%02d:%02d +0000\r\n", name,
		  day_names[tm.tm_wday], tm.tm_mday, month_names[tm.tm_mon],
		  tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void put_from(struct mbuf *out, const char *name, const char *address)
{
	size_t column = 6;

	mbuf_puts(out, "From: ");
	if (!*name) {
		mbuf_putf(out, "%s\r\n", address);
		return;
	}
	column = encode_phrase(out, name, column);
	mbuf_putf(out, "%s<%s>\r\n", column + strlen(address) > 74 ? "\r\n " : " ",
		  address);
}

/* What every message begins with, whatever it carries. */
static void put_head(struct mail *out, const struct mail_settings *s,
		     const struct rdvd_message *m, rdvd_time now, const char *name,
		     const char *address, const char *mark)
{
	struct mbuf *b = &out->data;

	put_date(b, "Date", now);
	put_from(b, name, address);
	mbuf_putf(b, "To: %s\r\n", out->to);
	if (*s->reply_to)
		mbuf_putf(b, "Reply-To: %s\r\n", s->reply_to);
	mbuf_putf(b, "Message-ID: <%s@%s>\r\n", mark,
		  *s->domain ? s->domain : address_domain(address));
	/* nobody's holiday notice answers it (RFC 3834) */
	mbuf_puts(b, "Auto-Submitted: auto-generated\r\n"
		     "X-Auto-Response-Suppress: OOF, AutoReply\r\n");
	if (m->deadline > now && m->deadline - now < 365 * 86400)
		put_date(b, "Expires", m->deadline);
	mbuf_puts(b, "MIME-Version: 1.0\r\n");
}

/* ---- parts ---- */

/* Every kind of line's end as \n: one that is a \r alone is none to some servers, and the
 * end of more than a line to others. */
static const char *with_one_kind_of_end(struct mbuf *out, const char *text)
{
	for (; *text; text++) {
		if (*text != '\r')
			mbuf_putc(out, *text);
		else if (text[1] != '\n')
			mbuf_putc(out, '\n');
	}
	return mbuf_str(out);
}

static void put_text(struct mbuf *b, const char *type, const char *written)
{
	struct mbuf lines = {0};
	const char *text = with_one_kind_of_end(&lines, written);
	size_t n = strlen(text);

	mbuf_putf(b, "Content-Type: text/%s; charset=utf-8\r\n", type);
	if (text_is_plain(text, n) && !strstr(text, "=_") && text[0] != '.' &&
	    !strstr(text, "\n.") && !strstr(text, "From ")) {
		mbuf_puts(b, "Content-Transfer-Encoding: 7bit\r\n\r\n");
		encode_lines(b, text, n);
	} else {
		mbuf_puts(b, "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
		encode_quoted_printable(b, text, n);
	}
	mbuf_fini(&lines);
}

/* base64: the object is bytes that no mail program may fold again. */
static void put_calendar(struct mbuf *b, const struct rdvd_message *m)
{
	mbuf_putf(b,
		  "Content-Type: text/calendar; charset=utf-8; method=%s;\r\n"
		  " component=VEVENT; name=\"rendez-vous.ics\"\r\n"
		  "Content-Transfer-Encoding: base64\r\n\r\n",
		  m->calendar_method);
	encode_base64(b, m->calendar, strlen(m->calendar));
}

static void put_body(struct mbuf *b, const struct rdvd_message *m)
{
	if (!m->html && !m->calendar) {
		put_text(b, "plain", m->text);
		return;
	}
	mbuf_putf(b,
		  "Content-Type: multipart/alternative; boundary=\"=_%s\"\r\n\r\n"
		  "--=_%s\r\n",
		  m->id, m->id);
	put_text(b, "plain", m->text);
	if (m->html) {
		mbuf_putf(b, "--=_%s\r\n", m->id);
		put_text(b, "html", m->html);
	}
	if (m->calendar) {
		mbuf_putf(b, "--=_%s\r\n", m->id);
		put_calendar(b, m);
	}
	mbuf_putf(b, "--=_%s--\r\n", m->id);
}

static int method_is_valid(const char *method)
{
	return method && *method && strlen(method) < 32 &&
	       strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") == strlen(method);
}

/* ---- both kinds ---- */

static enum rdvd_sent refuse(char note[256], const char *why)
{
	snprintf(note, 256, "%s", why);
	return RDVD_SENT_REFUSED;
}

static void envelope_from(const struct mail_settings *s, const char *sender,
			  const char *mark, struct mail *out)
{
	const struct field fields[] = {{"id", mark}};
	struct mbuf b = {0};

	fill(*s->return_path ? s->return_path : sender, fields, 1, &b);
	snprintf(out->from, sizeof out->from, "%s", mbuf_str(&b));
	mbuf_fini(&b);
}

static enum rdvd_sent build_email(const struct mail_settings *s,
				  const struct rdvd_message *m, rdvd_time now,
				  const char *mark, struct mail *out, char note[256])
{
	const char *subject = m->subject ? m->subject : "";
	char name[ADDRESS_SIZE], address[ADDRESS_SIZE];

	if (!text_is_one_line(m->from) || !text_is_one_line(subject))
		return refuse(note, "a line end in the sender or the subject");
	if (address_split(m->from, name, address) < 0) {
		snprintf(note, 256,
			 "the sender is no mail address: set \"from\" of this gateway, "
			 "or email_from");
		return RDVD_SENT_STOPPED;
	}
	if (!address_is_valid(m->to))
		return refuse(note, "the recipient is no mail address");
	if (m->calendar && !method_is_valid(m->calendar_method))
		return refuse(note, "the calendar object has no METHOD");
	snprintf(out->to, sizeof out->to, "%s", m->to);
	envelope_from(s, address, mark, out);
	put_head(out, s, m, now, name, address, mark);
	encode_header(&out->data, "Subject", subject);
	put_body(&out->data, m);
	return RDVD_SENT_ACCEPTED;
}

/* RFC 5321 4.5.3.1.6 */
static int has_long_line(const char *text)
{
	for (size_t n; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		if (n > LINE_MAX_OCTETS)
			return 1;
	}
	return 0;
}

/* On one line. */
static const char *joined(struct mbuf *out, const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text >= 0x20 && *text != 0x7F)
			mbuf_putc(out, *text);
		else if (out->len && out->data[out->len - 1] != ' ')
			mbuf_putc(out, ' ');
	}
	return mbuf_str(out);
}

static void put_sms_text(struct mbuf *out, const struct mail_settings *s,
			 const char *text)
{
	struct mbuf bytes = {0}, lines = {0};
	enum mail_encoding encoding = s->sms_encoding;

	text = with_one_kind_of_end(&lines, text);
	if (s->sms_charset == MAIL_LATIN9)
		encode_latin9(&bytes, text);
	else
		mbuf_puts(&bytes, text);
	mbuf_fini(&lines);
	if (encoding == MAIL_8BIT && has_long_line(mbuf_str(&bytes)))
		encoding = MAIL_QUOTED;
	mbuf_putf(out, "Content-Type: text/plain; charset=%s\r\n",
		  s->sms_charset == MAIL_LATIN9 ? "iso-8859-15" : "utf-8");
	switch (encoding) {
	case MAIL_QUOTED:
		mbuf_puts(out, "Content-Transfer-Encoding: quoted-printable\r\n\r\n");
		encode_quoted_printable(out, mbuf_str(&bytes), bytes.len);
		break;
	case MAIL_BASE64:
		mbuf_puts(out, "Content-Transfer-Encoding: base64\r\n\r\n");
		encode_base64(out, mbuf_str(&bytes), bytes.len);
		break;
	case MAIL_8BIT:
		mbuf_puts(out, "Content-Transfer-Encoding: 8bit\r\n\r\n");
		encode_lines(out, mbuf_str(&bytes), bytes.len);
		break;
	}
	mbuf_fini(&bytes);
}

static int number_is_valid(const char *s)
{
	size_t digits = strspn(s + (*s == '+'), "0123456789");

	return *s == '+' && digits >= 5 && digits <= 15 && !s[1 + digits];
}

static enum rdvd_sent build_sms(const struct mail_settings *s,
				const struct rdvd_message *m, rdvd_time now,
				const char *mark, struct mail *out, char note[256])
{
	char name[ADDRESS_SIZE], address[ADDRESS_SIZE], home[32];
	struct mbuf b = {0}, subject = {0};

	if (!text_is_one_line(m->from))
		return refuse(note, "a line end in the sender");
	if (!number_is_valid(m->to))
		return refuse(note, "the recipient is no telephone number");
	if (address_split(s->sms_from, name, address) < 0)
		return refuse(note, "sms_from is no mail address");
	mail_number(s->sms_to, m->to, &b);
	snprintf(out->to, sizeof out->to, "%s",
		 address_is_valid(mbuf_str(&b)) ? mbuf_str(&b) : "");
	mbuf_clear(&b);
	if (!*out->to) {
		mbuf_fini(&b);
		return refuse(note, "sms_to makes no mail address of this number");
	}
	envelope_from(s, address, mark, out);
	put_head(out, s, m, now, name, address, mark);
	national(m->to, home);
	const struct field fields[] = {{"text", m->text},
				       {"from", m->from},
				       {"digits", m->to + 1},
				       {"national", home},
				       {"number", m->to}};
	const size_t n = sizeof fields / sizeof *fields;

	fill(s->sms_subject, fields, n, &b);
	encode_header(&out->data, "Subject", joined(&subject, mbuf_str(&b)));
	mbuf_fini(&subject);
	mbuf_clear(&b);
	fill(s->sms_body, fields, n, &b);
	put_sms_text(&out->data, s, mbuf_str(&b));
	mbuf_fini(&b);
	return RDVD_SENT_ACCEPTED;
}

enum rdvd_sent mail_build(const struct mail_settings *s, const struct rdvd_message *m,
			  rdvd_time now, struct mail *out, char note[256])
{
	char mark[PROOF_SIZE];

	mbuf_clear(&out->data);
	if (!proof_id_is_valid(m->id))
		return refuse(note, "the message's id is empty, too long, or no name");
	proof_make(s->key, m->id, mark);
	if (m->channel == RDVD_CHANNEL_SMS && *s->sms_to)
		return build_sms(s, m, now, mark, out, note);
	if (m->channel == RDVD_CHANNEL_EMAIL && !*s->sms_to)
		return build_email(s, m, now, mark, out, note);
	snprintf(note, 256,
		 "this gateway does not send on that channel: see its "
		 "channels and sms_to");
	return RDVD_SENT_STOPPED;
}
