/* SPDX-License-Identifier: GPL-3.0-or-later */
/* person.c - what somebody typed of herself, trimmed, bounded and normalised. Nothing
 * here shuts anybody out: an unreadable e-mail is asked for again, a telephone that
 * cannot get SMS is kept. */
#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/parse.h"
#include "booking/impl.h"
#include "message/phone.h"

void booking_error_add(struct booking_errors *e, const char *field, const char *code,
		       const char *message)
{
	for (size_t i = 0; i < e->n; i++)
		if (strcmp(e->items[i].field, field) == 0)
			return; /* one error a field is enough to read */
	if (e->n < BOOKING_ERRORS_MAX)
		e->items[e->n++] = (struct booking_error){field, code, message};
}

static const char *skip_space(const char *s)
{
	while (*s == ' ' || *s == '\t' || *s == '\r' || *s == '\n')
		s++;
	return s;
}

int person_trim(const char *s, char *out, size_t size, size_t max)
{
	s = skip_space(s ? s : "");
	size_t n = strlen(s), characters = 0;
	while (n > 0 && strchr(" \t\r\n", s[n - 1]))
		n--;
	if (n >= size || !utf8_is_clean(s, n))
		return -1;
	for (size_t i = 0; i < n; i++)
		characters += ((unsigned char)s[i] & 0xc0) != 0x80;
	if (characters > max)
		return -1;
	for (size_t i = 0; i < n; i++)
		out[i] = strchr("\t\r\n", s[i]) ? ' ' : s[i];
	out[n] = '\0';
	return 0;
}

static void take_name(const char *s, char *out, const char *field, int required,
		      const char *ask, struct booking_errors *errors)
{
	if (person_trim(s, out, PERSON_NAME_MAX * UTF8_MAX + 1, PERSON_NAME_MAX) != 0)
		booking_error_add(errors, field, "too_long",
				  "C’est trop long : 80 caractères au plus.");
	else if (required && !*out)
		booking_error_add(errors, field, "required", ask);
	else if (strstr(out, "://") || strcasestr(out, "www."))
		/* messages greet by name: nobody's e-mail shall carry a stranger's link
		 */
		booking_error_add(errors, field, "not_a_name",
				  "Écrivez un nom, sans adresse de site.");
}

static int take_birth_year(const struct booking_person *p, int year_now, int staff,
			   struct booking_errors *errors)
{
	char typed[16];
	int64_t year;
	civil_day day;
	if (p->birth_date && *p->birth_date) {
		if (civil_day_parse(p->birth_date, &day) != 0) {
			booking_error_add(errors, "person.birth_date", "not_a_date",
					  "Écrivez une date comme 2004-05-17.");
			return 0;
		}
		int y;
		civil_day_split(day, &y, NULL, NULL);
		if (y >= 1900 && y <= year_now)
			return y;
		booking_error_add(errors, "person.birth_date", "not_a_date",
				  "Écrivez une date comme 2004-05-17.");
		return 0;
	}
	if (person_trim(p->birth_year, typed, sizeof typed, sizeof typed) != 0)
		typed[0] = '?', typed[1] = '\0';
	if (!*typed && staff)
		return 0;
	if (!*typed) {
		booking_error_add(errors, "person.birth_year", "required",
				  "Écrivez votre année de naissance, par exemple 2004.");
		return 0;
	}
	if (strlen(typed) != 4 || parse_int(typed, 1900, year_now, &year) != 0) {
		booking_error_add(errors, "person.birth_year", "not_a_year",
				  "Écrivez quatre chiffres, par exemple 2004.");
		return 0;
	}
	return (int)year;
}

static void take_phone(const struct booking *b, const char *typed,
		       struct person_fields *f, struct rdvd_person *out,
		       struct booking_errors *errors)
{
	char text[64];
	struct phone phone;
	f->phone[0] = '\0';
	if (person_trim(typed, text, sizeof text, sizeof text) != 0)
		text[0] = '?', text[1] = '\0';
	if (!*text)
		return;
	if (phone_parse(text, &phone) != RDVD_OK) {
		booking_error_add(errors, "person.phone", PHONE_ERROR_CODE,
				  PHONE_ERROR_TEXT);
		return;
	}
	snprintf(f->phone, sizeof f->phone, "%s", phone.number);
	out->sms_ok =
		phone_accepts_sms(phone.number, b->o.sms_prefixes, b->o.nsms_prefixes);
}

/* One @, something before it, a domain with a dot behind it, no spaces (RFC 5321 asks
 * little more that a form could check). */
static int looks_like_email(const char *s)
{
	const char *at = strchr(s, '@');
	if (!at || at == s || strchr(at + 1, '@') || strpbrk(s, " ,;<>()\"\\"))
		return 0;
	const char *dot = strrchr(at + 1, '.');
	return dot && dot != at + 1 && dot[1] && dot[-1] != '.' && at[1] != '-';
}

static void take_email(const char *typed, struct person_fields *f,
		       struct booking_errors *errors)
{
	if (person_trim(typed, f->email, sizeof f->email, sizeof f->email) == 0 &&
	    (!*f->email || looks_like_email(f->email)))
		return;
	f->email[0] = '\0';
	booking_error_add(
		errors, "person.email", "invalid",
		"Écrivez une adresse comme prenom@exemple.fr, ou laissez le champ vide.");
}

static void take_commune(const struct booking *b, const struct booking_person *p,
			 struct person_fields *f, struct booking_errors *errors)
{
	if (person_trim(p->postcode, f->postcode, sizeof f->postcode,
			sizeof f->postcode) != 0 ||
	    (*f->postcode &&
	     (strlen(f->postcode) != 5 || strspn(f->postcode, "0123456789") != 5))) {
		f->postcode[0] = '\0';
		booking_error_add(errors, "person.postcode", "invalid",
				  "Écrivez cinq chiffres, par exemple 62110, ou laissez "
				  "le champ vide.");
	}
	if (person_trim(p->insee, f->insee, sizeof f->insee, sizeof f->insee) != 0 ||
	    (*f->insee &&
	     (!b->o.communes || !commune_by_insee(b->o.communes, f->insee)))) {
		f->insee[0] = '\0';
		booking_error_add(errors, "person.insee", "unknown",
				  "Ce code INSEE n’existe pas.");
	}
	if (!*f->insee && *f->postcode && b->o.communes) {
		const struct commune *one[2];
		if (commune_by_postcode(b->o.communes, f->postcode, one, 2) == 1)
			snprintf(f->insee, sizeof f->insee, "%s", one[0]->insee);
	}
}

/* "18:00-20:00", "18h-20h", "18 h à 20 h": when messages may come. "" when they gave
 * none.
 */
static int read_hour(const char **s, int *minute)
{
	int64_t h = 0, m = 0;
	size_t n = strspn(*s, "0123456789");

	if (n < 1 || n > 2)
		return -1;
	for (size_t i = 0; i < n; i++)
		h = h * 10 + (*s)[i] - '0';
	*s = skip_space(*s + n);
	if (**s == ':' || **s == 'h' || **s == 'H') {
		*s = skip_space(*s + 1);
		n = strspn(*s, "0123456789");
		if (n != 0 && n != 2)
			return -1;
		if (n == 2)
			m = ((*s)[0] - '0') * 10 + (*s)[1] - '0';
		*s = skip_space(*s + n);
	}
	*minute = (int)(h * 60 + m);
	return h > 24 || m > 59 || *minute > 1440 ? -1 : 0;
}

static void take_hours(const char *typed, struct rdvd_person *out,
		       struct booking_errors *errors)
{
	const char *s = skip_space(typed ? typed : "");
	int from, to;

	if (!*s)
		return;
	if (read_hour(&s, &from) == 0) {
		if (*s == '-')
			s = skip_space(s + 1);
		else if (strncmp(s, "à", sizeof "à" - 1) == 0)
			s = skip_space(s + sizeof "à" - 1);
		if (read_hour(&s, &to) == 0 && !*s && plan_own_hours_are_good(from, to)) {
			out->hours_from = from;
			out->hours_to = to;
			return;
		}
	}
	booking_error_add(errors, "person.contact.hours", "not_hours",
			  "Écrivez deux heures, comme 18:00-20:00, entre 7 h et 21 h 30 "
			  "et avec une demi-heure au moins entre les deux.");
}

/* A BCP 47 tag, shortened to its language and region; anything else is French. */
static void take_locale(const char *s, char out[16])
{
	size_t n = 0;
	snprintf(out, 16, "fr");
	for (; s && s[n] && n < 15; n++)
		if (!isalnum((unsigned char)s[n]) && s[n] != '-')
			return;
	if (s && n >= 2 && isalpha((unsigned char)s[0]) && isalpha((unsigned char)s[1]) &&
	    !s[n])
		snprintf(out, 16, "%s", s);
}

void person_normalise(const struct booking *b, const struct booking_person *p, int staff,
		      struct person_fields *f, struct rdvd_person *out,
		      struct booking_errors *errors)
{
	int year_now;
	civil_day_split((civil_day)(clock_now() / CIVIL_DAY_SECONDS), &year_now, NULL,
			NULL);
	*out = (struct rdvd_person){
		.id = p->id, .discreet = p->discreet, .only_answers = p->only_answers};
	take_name(p->first_name, f->first_name, "person.first_name", !p->id,
		  "Écrivez votre prénom.", errors);
	take_name(p->last_name, f->last_name, "person.last_name", !staff && !p->id,
		  "Écrivez votre nom.", errors);
	out->professional = p->professional;
	if (p->professional)
		take_name(p->employer, f->employer, "person.employer", 0, "", errors);
	out->birth_year = take_birth_year(p, year_now, staff || p->professional, errors);
	take_phone(b, p->phone, f, out, errors);
	take_email(p->email, f, errors);
	take_commune(b, p, f, errors);
	take_locale(p->locale, f->locale);
	take_hours(p->hours, out, errors);
	if (person_trim(p->needs, f->needs, sizeof f->needs, PERSON_NEEDS_MAX) != 0)
		booking_error_add(errors, "person.needs", "too_long",
				  "C’est trop long : 200 caractères au plus.");
	out->first_name = f->first_name;
	out->last_name = f->last_name;
	out->phone = f->phone;
	out->email = f->email;
	out->postcode = f->postcode;
	out->insee = f->insee;
	out->locale = f->locale;
	out->needs = f->needs;
	out->employer = f->employer;
}

void booking_check_person(const struct booking *b, const struct booking_person *p,
			  struct booking_errors *errors)
{
	struct person_fields f;
	struct rdvd_person out;
	person_normalise(b, p, 0, &f, &out, errors);
}
