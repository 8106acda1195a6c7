/* SPDX-License-Identifier: GPL-3.0-or-later */
/* transfer_file.c - the territory as a file: out as it stands, and in after a look at
 * what would change, told in words. The look keeps nothing: the file travels with the
 * button that applies it, and is judged again. */
#include <stdlib.h>
#include <string.h>

#include "agenda/rule_words.h"
#include "base/mem.h"
#include "booking/edit.h"
#include "web/staff_room.h"
#include "web/transfer_views.h"

#define HERE "/equipe/reglages/territoire"
#define FILE_MAX_BYTES ((size_t)8 * 1024 * 1024)
#define SHOWN_MAX 50	/* objects of a kind */
#define MISTAKES_MAX 20 /* lines */
#define VALUE_MAX 160	/* bytes of a value that is shown */

/* ---- words ---- */

static const char *const kind_titles[] = {
	[RDVD_DEF_NETWORK] = N_("Réseau"),
	[RDVD_DEF_ORGANISATION] = N_("Structures"),
	[RDVD_DEF_SITE] = N_("Lieux"),
	[RDVD_DEF_COUNSELLOR] = N_("Personnes qui reçoivent"),
	[RDVD_DEF_SERVICE] = N_("Types de rendez-vous"),
	[RDVD_DEF_OPENING] = N_("Permanences"),
	[RDVD_DEF_CLOSURE] = N_("Fermetures"),
};

/* What the keys of a file are called on the settings pages. */
static const struct {
	const char *key, *words;
} key_words[] = {
	{"access", N_("Accès")},
	{"accent", N_("Couleur")},
	{"address", N_("Adresse")},
	{"area", N_("Communes")},
	{"bring", N_("À apporter")},
	{"capacity", N_("Places")},
	{"card", N_("Mots de tous les jours")},
	{"colour", N_("Couleur")},
	{"commune", N_("Commune")},
	{"counsellor", N_("Qui reçoit")},
	{"eligible_age", N_("Âge")},
	{"email", N_("E-mail")},
	{"end", N_("Fin")},
	{"except", N_("Sauf les")},
	{"extra", N_("Et aussi les")},
	{"from", N_("Du")},
	{"holidays", N_("Jours fériés")},
	{"host", N_("Partenaire qui accueille")},
	{"label", N_("Nom")},
	{"max_notice_days", N_("Jours à l’avance, au plus")},
	{"min_notice_minutes", N_("Minutes à l’avance, au moins")},
	{"minutes", N_("Durée en minutes")},
	{"mode", N_("Comment")},
	{"move_until_minutes", N_("Déplaçable jusqu’à (minutes avant)")},
	{"name", N_("Nom")},
	{"organisation", N_("Structure")},
	{"overrides", N_("Dates qui diffèrent")},
	{"phone", N_("Téléphone")},
	{"postcode", N_("Code postal")},
	{"public", N_("Ouvert à tous")},
	{"reason", N_("Raison")},
	{"reminders", N_("Rappels")},
	{"reserve", N_("Horaires gardés pour les urgences")},
	{"rooms", N_("Bureaux")},
	{"rrule", N_("Répétition")},
	{"services", N_("Types de rendez-vous")},
	{"site", N_("Lieu")},
	{"start", N_("Début")},
	{"step_free", N_("Sans marche")},
	{"step_minutes", N_("Un horaire toutes les (minutes)")},
	{"timezone", N_("Fuseau horaire")},
	{"to", N_("Au")},
	{"transport", N_("Transports")},
	{"until", N_("Jusqu’au")},
};

static const char *key_word(struct http_request *rq, const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(key_words); i++)
		if (strcmp(key_words[i].key, key) == 0)
			return tr(http_request_lang(rq), key_words[i].words);
	return http_request_strdup(rq, key);
}

/* A value as one reads it; long ones are cut between characters. */
static const char *value_words(struct http_request *rq, const json_t *v)
{
	const char *s = json_string_value(v);
	char *dumped = NULL, *out;
	size_t n;

	if (!v)
		return "";
	if (json_is_boolean(v))
		return tr(http_request_lang(rq), json_is_true(v) ? "oui" : "non");
	if (!s)
		s = dumped = json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT |
						   JSON_REAL_PRECISION(10));
	n = strlen(s);
	out = http_request_strdup(rq, s);
	if (n > VALUE_MAX) {
		for (n = VALUE_MAX; n && ((unsigned char)out[n] & 0xc0) == 0x80;)
			n--;
		out[n] = '\0';
		out = (char *)page_text(rq, "%s…", out);
	}
	free(dumped);
	return out;
}

static const char *text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s ? s : "";
}

/* "chaque jeudi de 13 h 30 à 17 h à Hénin-Beaumont" */
static const char *opening_name(struct http_request *rq, const struct staff *st,
				const json_t *o)
{
	const struct territory *t = booking_territory(st->web.booking);
	int site = territory_site(t, text_of(o, "site"));
	struct rule_saying how = {
		.english = strcmp(http_request_lang_code(rq), "en") == 0,
		.place = site == TERRITORY_NONE ? text_of(o, "site")
						: t->sites[site].commune,
		.hours = true,
	};
	civil_time start = 0, end = 0;
	civil_day until = CIVIL_DAY_NONE;
	struct buf words = BUF_INIT;
	struct rule_form f;
	const char *out;

	civil_time_parse(text_of(o, "start"), &start);
	civil_time_parse(text_of(o, "end"), &end);
	civil_day_parse(text_of(o, "until"), &until);
	rule_form_read(text_of(o, "rrule"), start, end, until, &f);
	rule_say(&f, &how, &words);
	out = http_request_strdup(rq, buf_str(&words));
	buf_fini(&words);
	return out;
}

/* "Pont de l'Ascension, du vendredi 7 mai au ..." */
static const char *closure_name(struct http_request *rq, const struct staff *st,
				const json_t *o)
{
	const struct lang *l = http_request_lang(rq);
	civil_day from = 0, to = 0;

	civil_day_parse(text_of(o, "from"), &from);
	civil_day_parse(text_of(o, "to"), &to);
	if (from == to)
		return page_text(rq, tr(l, "%s, le %s"), text_of(o, "reason"),
				 staff_day_words(rq, st, from, false));
	return page_text(rq, tr(l, "%s, du %s au %s"), text_of(o, "reason"),
			 staff_day_words(rq, st, from, false),
			 staff_day_words(rq, st, to, false));
}

/* What an object is called: its name, what it says, else its slug. */
static const char *object_name(struct http_request *rq, enum rdvd_definition_kind kind,
			       const json_t *o, const char *slug)
{
	const struct staff *st = http_request_context(rq);
	const json_t *v = json_object_get(o, "name");

	if (kind == RDVD_DEF_OPENING)
		return opening_name(rq, st, o);
	if (kind == RDVD_DEF_CLOSURE)
		return closure_name(rq, st, o);
	if (!v)
		v = json_object_get(o, "label");
	if (json_is_object(v))
		v = json_object_get(v, "fr");
	return http_request_strdup(rq, json_is_string(v) ? json_string_value(v) : slug);
}

/* ---- differences ---- */

static size_t fields_of(struct http_request *rq, const json_t *before, json_t *after,
			const struct transfer_field **out)
{
	size_t n = 0, most = json_object_size(before) + json_object_size(after);
	struct transfer_field *f = http_request_alloc(rq, (most + 1) * sizeof(*f));
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)before, key, v)
	{
		const json_t *now = json_object_get(after, key);

		if (!now || !json_equal(v, (json_t *)now))
			f[n++] = (struct transfer_field){key_word(rq, key),
							 value_words(rq, v),
							 value_words(rq, now)};
	}
	json_object_foreach(after, key, v)
	{
		if (!json_object_get(before, key))
			f[n++] = (struct transfer_field){key_word(rq, key), "",
							 value_words(rq, v)};
	}
	*out = f;
	return n;
}

static void object_of(struct http_request *rq, const struct booking_difference *d,
		      struct transfer_object *out)
{
	const struct lang *l = http_request_lang(rq);
	json_t *before = d->before ? json_loads(d->before, 0, NULL) : NULL;
	json_t *after = d->after ? json_loads(d->after, 0, NULL) : NULL;

	*out = (struct transfer_object){
		.name = object_name(rq, d->kind, after ? after : before, d->slug),
		.slug = http_request_strdup(rq, d->slug),
		.sign = {tr(l, !before	? N_("ajouté")
			       : !after ? N_("retiré")
					: N_("changé")),
			 !before, !after},
	};
	if (before && after)
		out->nfields = fields_of(rq, before, after, &out->fields);
	json_decref(before);
	json_decref(after);
}

static size_t groups_of(struct http_request *rq, const struct booking_import *i,
			const struct transfer_group **out)
{
	const struct lang *l = http_request_lang(rq);
	struct transfer_group *groups =
		http_request_alloc(rq, ARRAY_SIZE(kind_titles) * sizeof(*groups));
	size_t n = 0;

	for (int k = RDVD_DEF_NETWORK; k <= RDVD_DEF_CLOSURE; k++) {
		struct transfer_object *o =
			http_request_alloc(rq, SHOWN_MAX * sizeof(*o));
		size_t all = 0;

		for (size_t j = 0; j < i->ndifferences; j++) {
			if ((int)i->differences[j].kind != k)
				continue;
			if (all < SHOWN_MAX)
				object_of(rq, &i->differences[j], &o[all]);
			all++;
		}
		if (!all)
			continue;
		groups[n++] = (struct transfer_group){
			.title = tr(l, kind_titles[k]),
			.objects = o,
			.nobjects = all < SHOWN_MAX ? all : SHOWN_MAX,
			.more = all > SHOWN_MAX ? page_text(rq,
							    trn(l, "Et %zu autre.",
								"Et %zu autres.",
								(int)(all - SHOWN_MAX)),
							    all - SHOWN_MAX)
						: NULL,
		};
	}
	*out = groups;
	return n;
}

/* ---- pages ---- */

/* errors: NULL, or the decoder's lines. */
static void show_file(struct http_request *rq, const struct staff *st, int status,
		      const char *error, const char *errors)
{
	const struct lang *l = http_request_lang(rq);
	const char **lines = http_request_alloc(rq, MISTAKES_MAX * sizeof(*lines));
	struct transfer_file_view v = {
		.error = error,
		.mistakes = lines,
		.csrf = http_request_csrf(rq),
		.out_url = HERE ".json",
	};
	struct buf out = BUF_INIT;
	const char *done = http_request_query(rq, "fait");

	for (const char *s = errors ? errors : ""; *s && v.nmistakes < MISTAKES_MAX;) {
		size_t n = strcspn(s, "\n");
		char *line = http_request_alloc(rq, n + 1);

		memcpy(line, s, n);
		line[n] = '\0';
		lines[v.nmistakes++] = line;
		s += n + (s[n] == '\n');
	}
	if (done && strcmp(done, "1") == 0)
		v.said.text = tr(l, "Le fichier est appliqué. Les pages publiques "
				    "montrent déjà les nouveaux horaires.");
	staff_layout(rq, st, &v.layout, tr(l, "Territoire"), STAFF_SETTINGS);
	page_transfer_file(&out, l, &v);
	http_reply_html(rq, status, &out);
}

static void get_file(struct http_request *rq)
{
	show_file(rq, http_request_context(rq), 200, NULL, NULL);
}

static void get_json(struct http_request *rq)
{
	const struct staff *st = http_request_context(rq);
	json_t *file = booking_territory_file(st->web.booking);
	char *text = json_dumps(file, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
	struct buf out = BUF_INIT;

	buf_addstr(&out, text);
	buf_addch(&out, '\n');
	free(text);
	json_decref(file);
	http_header(rq, "Content-Disposition",
		    "attachment; filename=\"territoire.json\"");
	http_reply_json(rq, 200, &out);
}

static const char *sum_of(struct http_request *rq, const struct booking_import *i)
{
	const struct lang *l = http_request_lang(rq);
	size_t n = i->created + i->changed + i->retired;

	if (!n)
		return tr(l, "Ce fichier dit exactement ce qui est déjà là.");
	return page_text(rq, tr(l, "%zu à ajouter, %zu à changer, %zu à retirer."),
			 i->created, i->changed, i->retired);
}

/* What was sent, for the second step. */
struct sent {
	const char *name, *content;
	bool apply;
};

static void show_check(struct http_request *rq, const struct staff *st,
		       const struct sent *sent, const struct booking_import *i)
{
	const struct lang *l = http_request_lang(rq);
	struct transfer_check_view v = {
		.heading = tr(l, "Ce que ce fichier changerait"),
		.sum = sum_of(rq, i),
		.none = i->ndifferences == 0,
		.csrf = http_request_csrf(rq),
		.name = sent->name,
		.content = sent->content,
		.back_url = HERE,
	};
	struct buf out = BUF_INIT;

	v.ngroups = groups_of(rq, i, &v.groups);
	if (i->outside)
		v.outside = page_text(
			rq,
			trn(l,
			    "%zu rendez-vous à venir n’aurait plus de permanence. Il "
			    "reste pris : à vous de le déplacer ou de l’annuler.",
			    "%zu rendez-vous à venir n’auraient plus de permanence. Ils "
			    "restent pris : à vous de les déplacer ou de les annuler.",
			    (int)i->outside),
			i->outside);
	staff_layout(rq, st, &v.layout, v.heading, STAFF_SETTINGS);
	page_transfer_check(&out, l, &v);
	http_reply_html(rq, 200, &out);
}

static void imported(void *arg, enum rdvd_rc rc, const struct booking_import *i)
{
	struct staff *st;
	void *data;
	struct http_request *rq = staff_wait_over(arg, &st, &data);
	const struct sent *sent = data;

	if (!rq)
		return;
	if (rc == RDVD_INVALID)
		show_file(rq, st, 422,
			  tr(http_request_lang(rq),
			     "Corrigez ces points dans le fichier, puis choisissez-le de "
			     "nouveau. Rien n’a changé."),
			  i->errors);
	else if (rc != RDVD_OK)
		http_fail_later(rq, 503, NULL, 5);
	else if (sent->apply)
		http_redirect(rq, 303, HERE "?fait=1");
	else
		show_check(rq, st, sent, i);
}

static void take(struct http_request *rq, const char *field, const char *name, bool apply)
{
	const struct staff *st = http_request_context(rq);
	struct sent *sent = http_request_alloc(rq, sizeof(*sent));
	size_t n = 0;
	struct viewer v;

	*sent = (struct sent){.name = name && *name ? name : "territoire.json",
			      .content = http_request_field_bytes(rq, field, &n),
			      .apply = apply};
	if (!sent->content || !n) {
		show_file(rq, st, 422,
			  tr(http_request_lang(rq),
			     "Choisissez le fichier à lire, puis envoyez de nouveau."),
			  NULL);
		return;
	}
	staff_viewer(rq, &v);
	booking_import(st->web.booking, "territoire", sent->content, n, !apply,
		       v.user->login, imported, staff_wait(rq, sent));
}

static void post_look(struct http_request *rq)
{
	take(rq, "fichier", NULL, false);
}

static void post_apply(struct http_request *rq)
{
	take(rq, "contenu", http_request_field(rq, "nom"), true);
}

static const struct http_route routes[] = {
	{.method = HTTP_GET,
	 .pattern = HERE,
	 .access = ACCESS_STAFF,
	 .right = RIGHT(TERRITORY, SEE),
	 .handle = get_file},
	{.method = HTTP_GET,
	 .pattern = HERE ".json",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(TERRITORY, SEE),
	 .handle = get_json},
	{.method = HTTP_POST,
	 .pattern = HERE,
	 .access = ACCESS_STAFF,
	 .right = RIGHT(TERRITORY, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .body_max = FILE_MAX_BYTES,
	 .handle = post_look},
	{.method = HTTP_POST,
	 .pattern = HERE "/appliquer",
	 .access = ACCESS_STAFF,
	 .right = RIGHT(TERRITORY, CHANGE),
	 .csrf = CSRF_TOKEN,
	 .body = BODY_FORM,
	 .body_max = FILE_MAX_BYTES,
	 .handle = post_apply},
};

void transfer_routes(struct staff *st)
{
	http_server_routes(st->web.server, routes, ARRAY_SIZE(routes), st);
}
