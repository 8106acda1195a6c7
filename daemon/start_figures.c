/* SPDX-License-Identifier: GPL-3.0-or-later */
/* start_figures.c - the step that counts, and its part of the night's work. */
#include "app.h"
#include "base/clock.h"

int app_reckon_up(struct app *a)
{
	a->reckon = reckon_new(a->store, a->outbox);
	return 0;
}

void app_reckon_down(struct app *a)
{
	reckon_free(a->reckon);
	a->reckon = NULL;
}

static void night_is_over(void *ctx)
{
	struct app *a = ctx;

	if (a->inbox)
		inbox_look(a->inbox, NULL, NULL);
}

void app_reckon_night(struct app *a)
{
	reckon_night(a->reckon, booking_agenda(a->booking), clock_now(), night_is_over,
		     a);
}
