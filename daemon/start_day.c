/* SPDX-License-Identifier: GPL-3.0-or-later */
/* start_day.c - the step that watches over home visits. */
#include "app.h"

static void alarm_is_told(void *ctx)
{
	struct app *a = ctx;

	outbox_nudge(a->outbox);
	if (a->inbox)
		inbox_look(a->inbox, NULL, NULL);
}

int app_visits_up(struct app *a)
{
	unsigned channels = app_channels(a->config);
	const struct visits_options o = {
		.texts = a->texts,
		.sms_enabled = (channels & 1u << RDVD_CHANNEL_SMS) != 0,
		.email_enabled = (channels & 1u << RDVD_CHANNEL_EMAIL) != 0,
		.alerts_to = a->config->messages.alerts_to,
		.public_url = a->config->public_url,
		.changed = alarm_is_told,
		.ctx = a};

	a->visits = visits_new(a->loop, a->store, a->booking, &o);
	return 0;
}

void app_visits_down(struct app *a)
{
	visits_free(a->visits);
	a->visits = NULL;
}
