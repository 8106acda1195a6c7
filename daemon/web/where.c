/* SPDX-License-Identifier: GPL-3.0-or-later */
/* where.c - what somebody means by the place they type. The commune table knows names and
 * postcodes; here stands what it cannot know: that a place near one of our sites is
 * likelier than its namesake at the other end of the country. */
#include "web/where.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"

#define NEAR_KM 40.0
#define CANDIDATES 24
#define DEPARTEMENTS_MAX 6
#define TEXT_MAX 80

void where_postcode(const struct commune *c, char out[6])
{
	size_t n = strcspn(c->postcodes, " ");

	if (n > 5)
		n = 0;
	memcpy(out, c->postcodes, n);
	out[n] = '\0';
}

/* The département of an INSEE code: two characters, three overseas. */
static void departement_of(const char *insee, char out[4])
{
	size_t n = strncmp(insee, "97", 2) == 0 ? 3 : 2;

	if (strlen(insee) < n)
		n = 0;
	memcpy(out, insee, n);
	out[n] = '\0';
}

/* The départements where sites are, if they are few. */
struct home {
	char codes[DEPARTEMENTS_MAX][4];
	const char *list[DEPARTEMENTS_MAX];
	size_t n;
};

static void home_init(struct home *h, const struct territory *t)
{
	h->n = 0;
	for (int i = 0; i < t->live_sites; i++) {
		char code[4];
		size_t k = 0;

		departement_of(t->sites[i].insee, code);
		while (k < h->n && strcmp(h->codes[k], code) != 0)
			k++;
		if (k < h->n || !code[0])
			continue;
		if (h->n == DEPARTEMENTS_MAX) {
			h->n = 0; /* a whole country: none is nearer than another */
			return;
		}
		memcpy(h->codes[h->n], code, sizeof(code));
		h->list[h->n] = h->codes[h->n];
		h->n++;
	}
}

static int is_near_a_site(const struct territory *t, const struct commune *c)
{
	double cosine = geo_cos_radius(NEAR_KM);

	if (!c->has_point)
		return 0;
	for (int i = 0; i < t->live_sites; i++)
		if (geo_may_be_within(&c->point, &t->sites[i].point, cosine))
			return 1;
	return 0;
}

/* Communes without a point come last: they cannot be searched around. Stable. */
static size_t near_first(const struct territory *t, const struct commune **list, size_t n,
			 size_t *nnear)
{
	const struct commune *sorted[CANDIDATES];
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (is_near_a_site(t, list[i]))
			sorted[k++] = list[i];
	*nnear = k;
	for (int with_point = 1; with_point >= 0; with_point--)
		for (size_t i = 0; i < n; i++)
			if (list[i]->has_point == with_point &&
			    !is_near_a_site(t, list[i]))
				sorted[k++] = list[i];
	memcpy(list, sorted, k * sizeof(*list));
	return k;
}

static size_t search(const struct commune_table *communes, const struct territory *t,
		     const char *text, const struct commune **list, size_t *nnear)
{
	struct home home;
	struct commune_preference prefer = {0};

	home_init(&home, t);
	prefer.departements = home.list;
	prefer.ndepartements = home.n;
	return near_first(t, list,
			  commune_search(communes, text, &prefer, list, CANDIDATES),
			  nnear);
}

/* Five digits, alone or in parentheses at the end ("Carvin (62220)"), out of text. */
static int ends_in_postcode(const char *text, char code[6])
{
	size_t n = strlen(text);

	while (n > 0 && (text[n - 1] == ')' || text[n - 1] == ' '))
		n--;
	if (n < 5 || strspn(text + n - 5, "0123456789") < 5)
		return 0;
	memcpy(code, text + n - 5, 5);
	code[5] = '\0';
	return 1;
}

static void found(struct where *w, const struct commune *c)
{
	w->kind = WHERE_FOUND;
	w->commune = c;
	w->point = c->point;
}

static void add_others(struct where *w, const struct commune **list, size_t n)
{
	for (size_t i = 0; i < n && w->nothers < WHERE_OTHERS; i++)
		if (list[i] != w->commune)
			w->others[w->nothers++] = list[i];
}

static int is_named(const struct commune *c, const char *folded)
{
	return strcmp(c->folded, folded) == 0;
}

/* Digits or a code: the API's forms. 1 when understood. */
static int find_code(const struct commune_table *communes, const struct territory *t,
		     const char *text, struct where *w)
{
	const struct commune *list[CANDIDATES];
	size_t n, nnear;

	if (commune_near(communes, text, &w->point, &w->commune) != RDVD_OK)
		return 0;
	w->kind = WHERE_FOUND;
	if (strlen(text) != 5)
		return 1;
	n = commune_by_postcode(communes, text, list, CANDIDATES);
	if (n < 2)
		return 1;
	n = near_first(t, list, n < CANDIDATES ? n : CANDIDATES, &nnear);
	if (list[0]->has_point)
		found(w, list[0]);
	add_others(w, list, n);
	return 1;
}

static void find_name(const struct commune_table *communes, const struct territory *t,
		      const char *text, struct where *w)
{
	const struct commune *list[CANDIDATES];
	char folded[TEXT_MAX], code[6], name[TEXT_MAX];
	size_t nnear = 0, n = search(communes, t, text, list, &nnear);

	if (n == 0 && ends_in_postcode(text, code)) {
		/* a name that is not known before a postcode that is */
		if (!find_code(communes, t, code, w))
			w->kind = WHERE_UNKNOWN;
		return;
	}
	if (n == 0 || !list[0]->has_point) {
		w->kind = n ? WHERE_CHOICE : WHERE_UNKNOWN;
		add_others(w, list, n);
		return;
	}
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, "(0123456789"), text);
	fold_text(name, folded, sizeof(folded));
	if (n == 1 || ends_in_postcode(text, code)) {
		found(w, list[0]);
		return;
	}
	/* Its very name, and no namesake as near: that is it. */
	if (is_named(list[0], folded) && (nnear == 1 || !is_named(list[1], folded))) {
		found(w, list[0]);
		return;
	}
	if (nnear == 0) {
		w->kind = WHERE_CHOICE;
		add_others(w, list, n);
		return;
	}
	/* The likeliest is taken at its word, the others stay one tap away. */
	found(w, list[0]);
	add_others(w, list, nnear);
	for (size_t i = nnear; i < n; i++)
		if (is_named(list[i], folded))
			add_others(w, list + i, 1);
}

void where_find(const struct commune_table *communes, const struct territory *t,
		const char *text, struct where *out)
{
	memset(out, 0, sizeof(*out));
	while (text && isspace((unsigned char)*text))
		text++;
	if (!text || !*text) {
		out->kind = WHERE_EMPTY;
		return;
	}
	if (!communes) {
		out->kind = WHERE_UNKNOWN;
		return;
	}
	if (!find_code(communes, t, text, out)) {
		memset(out, 0, sizeof(*out));
		find_name(communes, t, text, out);
	}
}

size_t where_complete(const struct commune_table *communes, const struct territory *t,
		      const char *text, const struct commune **out, size_t max)
{
	const struct commune *list[CANDIDATES];
	size_t nnear, n;

	if (!communes || !text || !*text)
		return 0;
	n = search(communes, t, text, list, &nnear);
	if (n > max)
		n = max;
	memcpy(out, list, n * sizeof(*out));
	return n;
}
