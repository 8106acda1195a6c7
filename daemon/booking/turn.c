/* SPDX-License-Identifier: GPL-3.0-or-later */
/* turn.c - a step of a conversation that comes with an act: kept while the act is under
 * way, because the one who asked may be gone when it is done. */
#include <stdlib.h>

#include "booking/impl.h"

void turn_copy(struct rdvd_turn *to, const struct rdvd_turn *from)
{
	*to = *from;
	to->number = xstrdup(from->number ? from->number : "");
	to->understood = xstrdup(from->understood ? from->understood : "");
	to->reply = xstrdup(from->reply ? from->reply : "");
	to->question = xstrdup_null(from->question);
}

void turn_fini(struct rdvd_turn *t)
{
	free((char *)t->number);
	free((char *)t->understood);
	free((char *)t->reply);
	free((char *)t->question);
	*t = (struct rdvd_turn){.inbound = 0};
}

void turn_answers(const struct rdvd_turn *t, struct owed_list *l)
{
	size_t kept = 0;

	if (!t || !t->reply || !*t->reply)
		return;
	for (size_t i = 0; i < l->n; i++)
		if (l->items[i].channel != RDVD_CHANNEL_SMS ||
		    l->items[i].kind == RDVD_MSG_REMINDER)
			l->items[kept++] = l->items[i];
	l->n = kept;
}
