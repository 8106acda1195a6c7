/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text.c - writing a message's text from its pieces and an appointment's values.
 *
 * An SMS is written in ever shorter forms until one fits a segment: first whole, then
 * without the parts numbered 9, then 8 and 9, and so on. A part whose field is empty is
 * never there. The commune counts as empty beside a place whose name says it already
 * ("Mission locale de Carvin"). */
#include "message/text.h"

#include <stddef.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "message/gsm.h"
#include "message/text_table.h"

#define FIELD(f, where_, longest_)                                                      \
	{                                                                               \
		.name = #f, .offset = offsetof(struct text_values, f), .where = where_, \
		.longest = longest_                                                     \
	}

/* Longest: of the calendar for day and hour; 64 for the link (a public address of 37
 * characters, "/rdv/" and the token); for the rest what real territories have. */
const struct text_field text_fields[] = {
	FIELD(day, FIELD_SMS | FIELD_DISCREET | FIELD_ALWAYS, 22),
	FIELD(hour, FIELD_SMS | FIELD_DISCREET | FIELD_ALWAYS, 8),
	FIELD(link, FIELD_SMS | FIELD_DISCREET | FIELD_ALWAYS, 64),
	FIELD(mode, FIELD_SMS | FIELD_DISCREET, 13),
	FIELD(place, FIELD_SMS, 60),
	FIELD(address, FIELD_SMS, 60),
	FIELD(postcode, FIELD_SMS, 5),
	FIELD(commune, FIELD_SMS, 45),
	FIELD(access, FIELD_SMS, 160),
	FIELD(bring, 0, 160),
	FIELD(party, FIELD_SMS, 2),
	FIELD(first_name, FIELD_SMS, 30),
	FIELD(organisation, FIELD_SMS, 40),
	FIELD(phone, FIELD_SMS, 17),
	FIELD(email, 0, 60),
	FIELD(service, 0, 80),
};
const size_t text_nfields = ARRAY_SIZE(text_fields);

const char *const text_stems[STEM_COUNT] = {
	[STEM_CONFIRMATION] = "confirmation",
	[STEM_REMINDER] = "reminder",
	[STEM_MOVED] = "moved",
	[STEM_CANCELLATION] = "cancellation",
	[STEM_CANCELLATION_OWN] = "cancellation-own",
};

const char *text_value(const struct text_values *v, size_t field)
{
	const char *s;

	memcpy(&s, (const char *)v + text_fields[field].offset, sizeof s);
	return s ? s : "";
}

static int is_field(const struct text_piece *p, size_t offset)
{
	return p->kind == PIECE_FIELD && text_fields[p->field].offset == offset;
}

/* 1 when the name of the place holds the commune's as whole words. */
static int place_says_commune(const struct text_values *v)
{
	char place[256], commune[128];
	const char *at;
	size_t n;

	if (!v->place || !v->commune || !*v->commune)
		return 0;
	fold_text(v->place, place, sizeof place);
	n = fold_text(v->commune, commune, sizeof commune);
	for (at = place; n && (at = strstr(at, commune)); at++)
		if ((at == place || at[-1] == ' ') && (at[n] == '\0' || at[n] == ' '))
			return 1;
	return 0;
}

/* Append a value; flat: one line, no control character. */
static void add_value(struct buf *out, const char *s, int flat)
{
	size_t at = out->len;

	buf_addstr(out, s);
	for (; flat && at < out->len; at++)
		if ((unsigned char)out->data[at] < 0x20)
			out->data[at] = ' ';
}

/* The pieces [from, to) as they are; their fields must not be empty when full is asked.
 * -1: one is. */
static int write_run(const struct text_line *l, size_t from, size_t to,
		     const struct text_values *v, int full, int flat, int said,
		     struct buf *out)
{
	size_t before = out->len;

	for (size_t i = from; i < to; i++) {
		const struct text_piece *p = &l->pieces[i];
		const char *s;

		if (p->kind == PIECE_LITERAL) {
			buf_addstr(out, p->literal);
			continue;
		}
		s = text_value(v, p->field);
		if (full && (!*s || (said && is_field(p, offsetof(struct text_values,
								  commune))))) {
			out->len = before;
			return -1;
		}
		add_value(out, s, flat);
	}
	return 0;
}

/* Where the part that begins at open (its '[') divides and ends. */
static size_t part_end(const struct text_line *l, size_t open, size_t *or_at)
{
	size_t i = open + 1;

	*or_at = 0;
	for (; l->pieces[i].kind != PIECE_CLOSE; i++)
		if (l->pieces[i].kind == PIECE_OR)
			*or_at = i;
	return i;
}

/* 1 when the place will be written with these parts shortened: no place, no reason to
 * leave out the commune. */
static int place_is_written(const struct text_line *l, const struct text_values *v,
			    int drop)
{
	int level = 0;

	if (!v->place || !*v->place)
		return 0;
	for (size_t i = 0; i < l->n; i++) {
		const struct text_piece *p = &l->pieces[i];

		if (p->kind == PIECE_OPEN)
			level = p->level;
		else if (p->kind == PIECE_CLOSE)
			level = 0;
		else if (is_field(p, offsetof(struct text_values, place)) && level < drop)
			return 1;
	}
	return 0;
}

void text_line_write(const struct text_line *l, const struct text_values *v, int drop,
		     int flat, struct buf *out)
{
	int said = flat && place_is_written(l, v, drop) && place_says_commune(v);

	for (size_t i = 0; i < l->n; i++) {
		const struct text_piece *p = &l->pieces[i];
		size_t or_at, end;

		if (p->kind != PIECE_OPEN) {
			write_run(l, i, i + 1, v, 0, flat, 0, out);
			continue;
		}
		end = part_end(l, i, &or_at);
		if (p->level >= drop ||
		    write_run(l, i + 1, or_at ? or_at : end, v, 1, flat, said, out) < 0) {
			if (or_at)
				write_run(l, or_at + 1, end, v, 1, flat, said, out);
		}
		i = end;
	}
	if (out->data)
		out->data[out->len] = '\0';
}

size_t text_sms_write(const struct text_line *line, const struct text_values *v,
		      struct buf *out)
{
	struct buf whole = BUF_INIT, plain = BUF_INIT;
	struct gsm_size size = {0};

	for (int drop = TEXT_LEVELS + 1; drop >= 1; drop--) {
		buf_clear(&whole);
		buf_clear(&plain);
		text_line_write(line, v, drop, 1, &whole);
		buf_addstr(&plain, buf_str(&whole));
		size = gsm_measure(buf_str(&plain));
		if (size.encoding != GSM_7BIT) {
			buf_clear(&plain);
			gsm_fold(buf_str(&whole), &plain);
			size = gsm_measure(buf_str(&plain));
		}
		if (size.units <= GSM_7BIT_SINGLE)
			break;
	}
	buf_add(out, buf_str(&plain), plain.len);
	buf_fini(&whole);
	buf_fini(&plain);
	return size.units;
}

/* The file for a message; NULL when the kind has none. */
static const struct text_file *find_file(const struct texts *t,
					 enum rdvd_message_kind kind, int ordinal,
					 enum rdvd_channel channel, const char *lang,
					 int discreet)
{
	enum text_language language = text_language_of(lang);
	const struct text_file *f;
	enum text_stem stem = STEM_COUNT;
	int email = channel == RDVD_CHANNEL_EMAIL;

	switch (kind) {
	case RDVD_MSG_CONFIRMATION: stem = STEM_CONFIRMATION; break;
	case RDVD_MSG_REMINDER: stem = STEM_REMINDER; break;
	case RDVD_MSG_MOVED: stem = STEM_MOVED; break;
	case RDVD_MSG_CANCELLATION:
		stem = ordinal == TEXT_CANCELLED_BY_PERSON ? STEM_CANCELLATION_OWN
							   : STEM_CANCELLATION;
		break;
	case RDVD_MSG_ANSWER:
	case RDVD_MSG_OFFER:
	case RDVD_MSG_FOLLOW_UP: break;
	}
	if (stem == STEM_COUNT)
		return NULL;
	if (stem != STEM_REMINDER || ordinal < 1 || ordinal >= TEXT_ORDINALS)
		ordinal = 0;
	f = &t->files[language][stem][ordinal][!!discreet][email];
	if (!f->path)
		f = &t->files[language][stem][0][!!discreet][email];
	return f->path ? f : NULL;
}

int text_render(const struct texts *t, enum rdvd_message_kind kind, int ordinal,
		enum rdvd_channel channel, const char *lang, const struct text_values *v,
		struct buf *subject, struct buf *body)
{
	const struct text_file *f =
		find_file(t, kind, ordinal, channel, lang, v->discreet);

	if (!f)
		return -1;
	if (channel == RDVD_CHANNEL_SMS) {
		text_sms_write(&f->body, v, body);
		return 0;
	}
	text_line_write(&f->subject, v, TEXT_LEVELS + 1, 1, subject);
	text_line_write(&f->body, v, TEXT_LEVELS + 1, 0, body);
	return 0;
}
