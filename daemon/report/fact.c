/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fact.c - one table says which columns a fact has, in which order, and how each is read;
 * CSV and NDJSON are two ways of walking it. */
#include "report/fact.h"

#include <string.h>

#include "agenda/civil.h"
#include "base/mem.h"

enum value_kind { VALUE_NONE, VALUE_INT, VALUE_BOOL, VALUE_TEXT };

/* What one column holds for one fact. */
struct value {
	enum value_kind kind;
	int64_t number;
	const char *text;
	char day[11]; /* room for a date; text points here */
};

struct fact_row {
	const struct territory *territory;
	const struct rdvd_fact *fact;
};

struct column {
	const char *name;
	int survives; /* 1: a tombstone has it too */
	void (*read)(const struct fact_row *row, struct value *v);
};

static void set_int(struct value *v, int64_t n)
{
	v->kind = VALUE_INT;
	v->number = n;
}

/* Counts of which -1 means "not known". */
static void set_known(struct value *v, int64_t n)
{
	if (n >= 0)
		set_int(v, n);
}

static void set_text(struct value *v, const char *s)
{
	if (!s || !*s)
		return;
	v->kind = VALUE_TEXT;
	v->text = s;
}

static void set_day(struct value *v, civil_day day)
{
	civil_day_format(day, v->day);
	set_text(v, v->day);
}

static void set_slug(struct value *v, const struct territory *t,
		     enum rdvd_definition_kind kind, rdvd_id id)
{
	int i = id ? territory_by_id(t, kind, id) : TERRITORY_NONE;

	if (i == TERRITORY_NONE)
		return;
	if (kind == RDVD_DEF_ORGANISATION)
		set_text(v, t->organisations[i].slug);
	else if (kind == RDVD_DEF_SITE)
		set_text(v, t->sites[i].slug);
	else
		set_text(v, t->services[i].slug);
}

#define READER(name, ...)                                                    \
	static void read_##name(const struct fact_row *row, struct value *v) \
	{                                                                    \
		__VA_ARGS__;                                                 \
	}

READER(seq, set_int(v, row->fact->seq))
READER(revision, set_int(v, row->fact->revision))
READER(appointment, set_text(v, row->fact->appointment))
READER(session, set_text(v, row->fact->session))
READER(organisation,
       set_slug(v, row->territory, RDVD_DEF_ORGANISATION, row->fact->organisation))
READER(site, set_slug(v, row->territory, RDVD_DEF_SITE, row->fact->site))
READER(place_kind, set_text(v, row->fact->place_kind))
READER(commune, set_text(v, row->fact->commune))
READER(service, set_slug(v, row->territory, RDVD_DEF_SERVICE, row->fact->service))
READER(programme, set_text(v, row->fact->programme))
READER(mode, set_text(v, row->fact->mode))
READER(channel, set_text(v, rdvd_booked_by_name(row->fact->channel)))
READER(booked_on, set_day(v, row->fact->booked_on))
READER(day, set_day(v, row->fact->day))
READER(half_day, set_text(v, row->fact->afternoon ? "pm" : "am"))
READER(lead_days, set_int(v, row->fact->lead_days))
READER(outcome, set_text(v, row->fact->deleted ? "deleted"
					       : rdvd_outcome_name(row->fact->outcome)))
READER(cancel_notice_minutes, set_known(v, row->fact->cancel_notice_minutes))
READER(reminders_sent, set_int(v, row->fact->reminders_sent))
READER(reminders_delivered, set_int(v, row->fact->reminders_delivered))
READER(confirmed, v->kind = VALUE_BOOL; v->number = row->fact->confirmed != 0)
READER(person, set_text(v, row->fact->person))
READER(situation, set_text(v, row->fact->situation))
READER(persons_present, set_known(v, row->fact->persons_present))
READER(age, set_known(v, row->fact->age))
READER(locale, set_text(v, row->fact->locale))

#define COLUMN(name)                  \
	{                             \
#name, 0, read_##name \
	}
#define COLUMN_THAT_SURVIVES(name)    \
	{                             \
#name, 1, read_##name \
	}

static const struct column columns[] = {
	COLUMN_THAT_SURVIVES(seq),
	COLUMN_THAT_SURVIVES(revision),
	COLUMN_THAT_SURVIVES(appointment),
	COLUMN(session),
	COLUMN(organisation),
	COLUMN(site),
	COLUMN(place_kind),
	COLUMN(commune),
	COLUMN(service),
	COLUMN(programme),
	COLUMN(mode),
	COLUMN(channel),
	COLUMN(booked_on),
	COLUMN(day),
	COLUMN(half_day),
	COLUMN(lead_days),
	COLUMN_THAT_SURVIVES(outcome),
	COLUMN(cancel_notice_minutes),
	COLUMN(reminders_sent),
	COLUMN(reminders_delivered),
	COLUMN(confirmed),
	COLUMN(person),
	COLUMN(situation),
	COLUMN(persons_present),
	COLUMN(age),
	COLUMN(locale),
};

int fact_format_parse(const char *name, enum fact_format *format)
{
	if (!strcmp(name, "csv"))
		*format = FACT_CSV;
	else if (!strcmp(name, "ndjson"))
		*format = FACT_NDJSON;
	else
		return -1;
	return 0;
}

const char *fact_content_type(enum fact_format format)
{
	return format == FACT_CSV ? "text/csv; charset=utf-8; header=present"
				  : "application/x-ndjson";
}

void fact_write_header(struct buf *out, enum fact_format format)
{
	if (format != FACT_CSV)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		if (i)
			buf_addch(out, ',');
		buf_addstr(out, columns[i].name);
	}
	buf_addch(out, '\n');
}

static void read_column(const struct column *c, const struct fact_row *row,
			struct value *v)
{
	memset(v, 0, sizeof *v);
	if (!row->fact->deleted || c->survives)
		c->read(row, v);
}

static void add_csv(struct buf *out, const struct value *v)
{
	switch (v->kind) {
	case VALUE_NONE: break;
	case VALUE_INT:
	case VALUE_BOOL: buf_addint(out, v->number); break;
	case VALUE_TEXT: buf_add_csv(out, v->text); break;
	}
}

static void add_json(struct buf *out, const struct value *v)
{
	switch (v->kind) {
	case VALUE_NONE: buf_addlit(out, "null"); break;
	case VALUE_INT: buf_addint(out, v->number); break;
	case VALUE_BOOL: buf_addstr(out, v->number ? "true" : "false"); break;
	case VALUE_TEXT: buf_add_json_string(out, v->text); break;
	}
}

void fact_write(struct buf *out, enum fact_format format, const struct territory *t,
		const struct rdvd_fact *f)
{
	const struct fact_row row = {t, f};
	struct value v;

	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		read_column(&columns[i], &row, &v);
		if (format == FACT_CSV) {
			if (i)
				buf_addch(out, ',');
			add_csv(out, &v);
			continue;
		}
		buf_addch(out, i ? ',' : '{');
		buf_add_json_string(out, columns[i].name);
		buf_addch(out, ':');
		add_json(out, &v);
	}
	buf_addstr(out, format == FACT_CSV ? "\n" : "}\n");
}
