/* SPDX-License-Identifier: GPL-3.0-or-later */
/* start_texts.c - the steps about what is written to people: the texts of messages, the
 * names that SMS come from, what may be spent on them. */
#include <string.h>
#include <unistd.h>

#include "app.h"
#include "base/log.h"
#include "base/mem.h"
#include "message/render.h"
#include "message/text_keep.h"

#include "config.h"

/* ---- texts ---- */

/* Without the file nobody can close for a school holiday by one click, and all else
 * works. */
static int schools_up(struct app *a)
{
	struct buf error = BUF_INIT;
	int missing = access(a->config->school_holidays, F_OK) != 0;

	if (missing)
		log_info("no school holidays: there is no %s",
			 a->config->school_holidays);
	else
		a->schools = school_load(a->config->school_holidays, &error);
	if (!missing && !a->schools)
		app_log_lines(buf_str(&error));
	buf_fini(&error);
	return missing || a->schools ? 0 : -1;
}

int app_texts_up(struct app *a)
{
	struct buf errors = BUF_INIT;
	char *po = app_data_path("po", RDVD_PKGDATADIR "/locale");

	a->langs = langs_new(access(po, R_OK) ? NULL : po); /* without: French only */
	free(po);
	a->texts = texts_load(a->config->texts, &errors);
	if (!a->texts)
		app_log_lines(buf_str(&errors));
	buf_clear(&errors);
	a->communes = commune_load(a->config->communes, &errors);
	if (!a->communes)
		app_log_lines(buf_str(&errors));
	buf_fini(&errors);
	return a->texts && a->communes && schools_up(a) == 0 ? 0 : -1;
}

void app_texts_down(struct app *a)
{
	commune_table_free(a->communes);
	school_table_free(a->schools);
	if (a->texts)
		texts_free(a->texts);
	langs_free(a->langs);
}

/* A place with a very long name may push an SMS into a second, paid segment: say so. */
void app_check_texts(const struct app *a)
{
	struct buf errors = BUF_INIT;

	if (render_check_lengths(a->texts, booking_territory(a->booking),
				 a->config->public_url, &errors) != 0)
		log_warn("texts: with this territory's longest names: %s",
			 buf_str(&errors));
	buf_clear(&errors);
	if (texts_check_slugs(a->texts, booking_territory(a->booking), &errors) != 0)
		log_warn("texts that nobody will read: %s", buf_str(&errors));
	buf_fini(&errors);
}

static struct texts *texts_in_use(void *ctx)
{
	return ((struct app *)ctx)->texts;
}

static const struct territory *territory_in_use(void *ctx)
{
	return booking_territory(((struct app *)ctx)->booking);
}

int app_kept_texts_up(struct app *a)
{
	const struct text_keep_options o = {.store = a->store,
					    .texts = texts_in_use,
					    .territory = territory_in_use,
					    .ctx = a};

	a->text_keep = text_keep_new(a->loop, &o);
	if (!a->text_keep)
		return -1;
	app_check_texts(a);
	return 0;
}

void app_kept_texts_down(struct app *a)
{
	text_keep_free(a->text_keep);
	a->text_keep = NULL;
}

/* ---- who SMS come from ---- */

static int check_sender(const struct config *c, const char *where, const char *key,
			const char *sender, struct buf *errors)
{
	const char *problem = sender ? text_sender_problem(sender) : NULL;

	if (!problem)
		return 0;
	buf_addf(errors, "%s: %s%s = \"%s\" cannot be who SMS come from: %s\n", c->path,
		 where, key, sender, problem);
	return -1;
}

int app_check_senders(const struct config *c, struct buf *errors)
{
	int rc = check_sender(c, "messages.", "sms_sender", c->messages.sms_sender,
			      errors);

	rc |= check_sender(c, "messages.", "discreet_sender", c->messages.discreet_sender,
			   errors);
	for (size_t i = 0; i < c->ngateways; i++) {
		const struct config_gateway *g = &c->gateways[i];

		/* one that sends both may come from an address */
		if (!(g->channels & RDVD_CHANNEL_SMS) || !g->from || strchr(g->from, '@'))
			continue;
		rc |= check_sender(c, "from of gateway ", g->name, g->from, errors);
	}
	return rc ? -1 : 0;
}

int app_senders_up(struct app *a)
{
	struct buf errors = BUF_INIT;
	int rc = app_check_senders(a->config, &errors);

	if (rc)
		app_log_lines(buf_str(&errors));
	buf_fini(&errors);
	return rc;
}

/* ---- what may be spent ---- */

struct budget_options app_budget_options(const struct config *c)
{
	return (struct budget_options){
		.limits = {[BUDGET_PERSON] = c->messages.budget_person,
			   [BUDGET_PREFIX] = c->messages.budget_prefix,
			   [BUDGET_ORGANISATION] = c->messages.budget_organisation},
		.log_only = c->demo,
		.prefixes = (const char *const *)c->messages.sms_prefixes.items,
		.nprefixes = c->messages.sms_prefixes.n,
	};
}

static const struct texts *present_texts(void *ctx)
{
	return ((struct app *)ctx)->texts;
}

int app_budget_up(struct app *a)
{
	const struct budget_options o = app_budget_options(a->config);
	const struct budget_keep keep = {.store = a->store,
					 .texts = present_texts,
					 .alerts_to = a->config->messages.alerts_to,
					 .address = a->config->public_url,
					 .ctx = a};

	a->budget = budget_open(a->loop, &keep, &o);
	return a->budget ? 0 : -1;
}

void app_budget_down(struct app *a)
{
	budget_free(a->budget);
}
