/* SPDX-License-Identifier: GPL-3.0-or-later */
/* record.c - deep copies of rows; see record.h. A copy is one block: the struct, then its
 * strings. */
#include "store/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* The strings of a row, by the address of the pointer to each. */
struct string_list {
	const char **at[16];
	size_t n, bytes;
};

static void note_string(struct string_list *l, const char **at)
{
	if (!*at)
		*at = "";
	l->at[l->n++] = at;
	l->bytes += strlen(*at) + 1;
}

static void place_strings(struct string_list *l, char *to)
{
	for (size_t i = 0; i < l->n; i++) {
		size_t n = strlen(*l->at[i]) + 1;
		memcpy(to, *l->at[i], n);
		*l->at[i] = to;
		to += n;
	}
}

static void appointment_strings(struct rdvd_appointment *a, struct string_list *l)
{
	note_string(l, &a->uid);
	note_string(l, &a->place.name);
	note_string(l, &a->place.postcode);
	note_string(l, &a->when.zone);
	note_string(l, &a->companion);
	note_string(l, &a->answers);
	note_string(l, &a->person.first_name);
	note_string(l, &a->person.last_name);
	note_string(l, &a->person.phone);
	note_string(l, &a->person.email);
	note_string(l, &a->person.postcode);
	note_string(l, &a->person.insee);
	note_string(l, &a->person.locale);
	note_string(l, &a->person.needs);
	note_string(l, &a->person.employer);
}

struct rdvd_appointment *appointment_dup(const struct rdvd_appointment *a)
{
	struct rdvd_appointment sized = *a;
	struct string_list l = {.n = 0};
	appointment_strings(&sized, &l);
	struct rdvd_appointment *copy = xmalloc(sizeof *copy + l.bytes);
	*copy = *a;
	l = (struct string_list){.n = 0};
	appointment_strings(copy, &l);
	place_strings(&l, (char *)(copy + 1));
	return copy;
}

static void message_strings(struct rdvd_message_row *m, struct string_list *l)
{
	note_string(l, &m->to);
	note_string(l, &m->text);
	note_string(l, &m->provider_id);
	note_string(l, &m->note);
	note_string(l, &m->letter_to);
	note_string(l, &m->letter_subject);
	note_string(l, &m->letter_text);
	note_string(l, &m->gateway);
}

struct rdvd_message_row *message_row_dup(const struct rdvd_message_row *m)
{
	struct rdvd_message_row sized = *m;
	struct string_list l = {.n = 0};
	message_strings(&sized, &l);
	struct rdvd_message_row *copy = xmalloc(sizeof *copy + l.bytes);
	*copy = *m;
	l = (struct string_list){.n = 0};
	message_strings(copy, &l);
	place_strings(&l, (char *)(copy + 1));
	return copy;
}

int record_list_add(void *arg, const struct rdvd_appointment *a)
{
	struct record_list *l = arg;
	VEC_GROW(l->items, l->n, l->cap);
	l->items[l->n++] = (struct record){.appointment = appointment_dup(a)};
	return 0;
}

void record_list_fini(struct record_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		for (size_t j = 0; j < l->items[i].nmessages; j++)
			free(l->items[i].messages[j]);
		free(l->items[i].messages);
		free(l->items[i].appointment);
	}
	free(l->items);
	*l = (struct record_list){.items = NULL};
}
