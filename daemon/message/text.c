/* SPDX-License-Identifier: GPL-3.0-or-later */
/* text.c - writing a message's text from its pieces and an appointment's values.
 *
 * An SMS is written in ever shorter forms until one fits a segment: first whole, then
 * without the parts numbered 9, then 8 and 9, and so on. A part whose field is empty is
 * never there. What the SMS alphabet cannot come near is dealt with as text.h says. The
 * commune counts as empty beside a place whose name says it already
 * ("Mission locale de Carvin"). */
#include "message/text.h"

#include <stddef.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "message/text_table.h"

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

/* One form of the SMS, folded when it has to be; *lost: characters that have no
 * neighbour in the alphabet. */
static struct gsm_size write_form(const struct text_line *line,
				  const struct text_values *v, int drop, struct buf *out,
				  size_t *lost)
{
	struct buf folded = BUF_INIT;
	struct gsm_size size;

	*lost = 0;
	buf_clear(out);
	text_line_write(line, v, drop, 1, out);
	size = gsm_measure(buf_str(out));
	if (size.encoding == GSM_7BIT)
		return size;
	*lost = gsm_fold(buf_str(out), &folded);
	buf_clear(out);
	buf_add(out, buf_str(&folded), folded.len);
	buf_fini(&folded);
	return gsm_measure(buf_str(out));
}

/* The fullest form that one segment holds. */
static struct gsm_size write_fitting(const struct text_line *line,
				     const struct text_values *v, struct buf *out,
				     size_t *lost)
{
	struct gsm_size size = {0};

	for (int drop = TEXT_LEVELS + 1; drop >= 1; drop--) {
		size = write_form(line, v, drop, out, lost);
		if (size.units <= GSM_7BIT_SINGLE)
			break;
	}
	return size;
}

/* Without the values that the alphabet cannot come near. */
static struct text_values writable(const struct text_values *v)
{
	struct text_values w = *v;

	for (size_t i = 0; i < FIELD_COUNT; i++) {
		struct buf b = BUF_INIT;

		if (gsm_fold(text_value(v, i), &b))
			text_value_set(&w, i, "");
		buf_fini(&b);
	}
	return w;
}

struct gsm_size text_sms_write(const struct text_line *line, const struct text_values *v,
			       struct buf *out)
{
	struct buf form = BUF_INIT;
	size_t lost;
	struct gsm_size size = write_fitting(line, v, &form, &lost);

	if (lost) {
		struct gsm_size whole;

		buf_clear(&form);
		text_line_write(line, v, TEXT_LEVELS + 1, 1, &form);
		whole = gsm_measure(buf_str(&form));
		if (whole.segments == 1) {
			size = whole;
		} else {
			struct text_values w = writable(v);

			size = write_fitting(line, &w, &form, &lost);
		}
	}
	buf_add(out, buf_str(&form), form.len);
	buf_fini(&form);
	return size;
}

/* ---- which text ---- */

/* What neutral texts may hold, of those values. */
static struct text_values neutral(const struct text_values *v)
{
	struct text_values n = *v;

	for (size_t i = 0; i < FIELD_COUNT; i++)
		if (!(text_fields[i].where & FIELD_DISCREET))
			text_value_set(&n, i, "");
	return n;
}

int text_write(const struct texts *t, enum text_stem stem, int ordinal,
	       enum rdvd_channel channel, const char *lang, const struct text_values *v,
	       struct buf *subject, struct buf *body)
{
	const struct text_stem_row *row = &text_stems[stem];
	struct text_name name = {
		.language = text_language_of(lang),
		.stem = stem,
		.ordinal = row->forms & TEXT_ORDINAL && ordinal > 0 &&
					   ordinal < TEXT_ORDINALS
				   ? ordinal
				   : 0,
		.discreet = !!v->discreet,
		.reply = channel == RDVD_CHANNEL_SMS && v->answerable &&
			 row->forms & TEXT_REPLY,
		.email = channel == RDVD_CHANNEL_EMAIL,
	};
	const struct text_file *f = texts_find(t, &name, v);
	struct text_values hushed;

	if (!f && name.discreet) {
		name.discreet = 0;
		f = texts_find(t, &name, v);
		hushed = neutral(v);
		v = &hushed;
	}
	if (!f)
		return -1;
	if (!name.email) {
		text_sms_write(&f->body, v, body);
		return 0;
	}
	text_line_write(&f->subject, v, TEXT_LEVELS + 1, 1, subject);
	text_line_write(&f->body, v, TEXT_LEVELS + 1, 0, body);
	return 0;
}

int text_render(const struct texts *t, enum rdvd_message_kind kind, int ordinal,
		enum rdvd_channel channel, const char *lang, const struct text_values *v,
		struct buf *subject, struct buf *body)
{
	enum text_stem stem = TEXT_STEMS;

	switch (kind) {
	case RDVD_MSG_CONFIRMATION: stem = TEXT_CONFIRMATION; break;
	case RDVD_MSG_REMINDER: stem = TEXT_REMINDER; break;
	case RDVD_MSG_MOVED: stem = TEXT_MOVED; break;
	case RDVD_MSG_CANCELLATION:
		stem = ordinal == TEXT_CANCELLED_BY_PERSON ? TEXT_CANCELLATION_OWN
							   : TEXT_CANCELLATION;
		break;
	case RDVD_MSG_OFFER: stem = TEXT_OFFER; break;
	case RDVD_MSG_FOLLOW_UP: stem = TEXT_FOLLOW_UP; break;
	case RDVD_MSG_ANSWER: break;
	}
	return stem == TEXT_STEMS
		       ? -1
		       : text_write(t, stem, ordinal, channel, lang, v, subject, body);
}
