/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rights.c - the table of rights. A row is an object, a column a role; a cell says whose
 * rows may be seen and whose may be changed. */
#include "booking/rights.h"

#include <string.h>

#include "base/mem.h"
#include "booking/access.h"

/* A text that is translated later: for xgettext. */
#define N_(msgid) msgid

enum role { NETWORK, ADMIN, COUNSELLOR, DESK, OBSERVER, ROLES };

static const struct {
	const char *name, *title;
} roles[ROLES] = {
	[NETWORK] = {"network", N_("Administration du réseau")},
	[ADMIN] = {"admin", N_("Administration de la structure")},
	[COUNSELLOR] = {"counsellor", N_("Conseil et accompagnement")},
	[DESK] = {"desk", N_("Accueil")},
	[OBSERVER] = {"observer", N_("Observation : chiffres seulement")},
};

struct cell {
	unsigned char see, change;
};

#define NOTHING                        \
	{                              \
		SCOPE_NONE, SCOPE_NONE \
	}
#define SEE(whose)                        \
	{                                 \
		SCOPE_##whose, SCOPE_NONE \
	}
#define ALL(whose)                           \
	{                                    \
		SCOPE_##whose, SCOPE_##whose \
	}
#define PART(seen, changed)                   \
	{                                     \
		SCOPE_##seen, SCOPE_##changed \
	}

#define N ALL(NETWORK)
#define O ALL(ORGANISATION)
#define OWN ALL(OWN)
#define SO SEE(ORGANISATION)

/* clang-format off */
static const struct {
	const char *name;
	struct cell cells[ROLES];
} table[RIGHT_OBJECTS] = {
	/*                                  network  admin counsellor       desk     observer */
	[RIGHT_SELF] =         {"self",         {OWN, OWN, OWN,                 OWN,     OWN}},
	[RIGHT_AGENDA] =       {"agenda",       {N,   O,   O,                   SO,      NOTHING}},
	[RIGHT_PERSON] =       {"person",       {N,   O,   O,                   NOTHING, NOTHING}},
	[RIGHT_ARRIVAL] =      {"arrival",      {N,   O,   O,                   O,       NOTHING}},
	[RIGHT_ATTENDANCE] =   {"attendance",   {N,   O,   O,                   NOTHING, NOTHING}},
	[RIGHT_MESSAGE] =      {"message",      {N,   O,   O,                   NOTHING, NOTHING}},
	[RIGHT_CONTACT] =      {"contact",      {N,   O,   NOTHING,             NOTHING, NOTHING}},
	[RIGHT_WAITING] =      {"waiting",      {N,   O,   O,                   NOTHING, NOTHING}},
	[RIGHT_ABSENCE] =      {"absence",      {N,   O,   PART(ORGANISATION, OWN), SO,  NOTHING}},
	[RIGHT_VISIT] =        {"visit",        {N,   O,   O,                   SO,      NOTHING}},
	[RIGHT_WORKSHOP] =     {"workshop",     {N,   O,   O,                   NOTHING, NOTHING}},
	[RIGHT_ORGANISATION] = {"organisation", {N,   O,   SO,                  NOTHING, NOTHING}},
	[RIGHT_SITE] =         {"site",         {N,   O,   SO,                  NOTHING, NOTHING}},
	[RIGHT_SERVICE] =      {"service",      {N,   O,   SO,                  NOTHING, NOTHING}},
	[RIGHT_OPENING] =      {"opening",      {N,   O,   SO,                  NOTHING, NOTHING}},
	[RIGHT_CLOSURE] =      {"closure",      {N,   O,   SO,                  NOTHING, NOTHING}},
	[RIGHT_TEXT] =         {"text",         {N,   O,   SO,                  NOTHING, NOTHING}},
	[RIGHT_ACCOUNT] =      {"account",      {N,   O,   NOTHING,             NOTHING, NOTHING}},
	[RIGHT_TOKEN] =        {"token",        {N,   O,   NOTHING,             NOTHING, NOTHING}},
	[RIGHT_TERRITORY] =    {"territory",    {N,   NOTHING, NOTHING,         NOTHING, NOTHING}},
	[RIGHT_NETWORK] =      {"network",      {N,   NOTHING, NOTHING,         NOTHING, NOTHING}},
	[RIGHT_GATEWAY] =      {"gateway",      {N,   SO,  NOTHING,             NOTHING, NOTHING}},
	[RIGHT_TODO] =         {"todo",         {N,   O,   O,                   NOTHING, NOTHING}},
	[RIGHT_FIGURES] =      {"figures",      {N,   O,   O,                   NOTHING, SO}},
	[RIGHT_FACTS] =        {"facts",        {N,   O,   SO,                  NOTHING, NOTHING}},
};
/* clang-format on */

static const char *const actions[RIGHT_ACTIONS] = {
	[RIGHT_TO_SEE] = "see",
	[RIGHT_TO_CHANGE] = "change",
};

const char *rights_role_name(size_t i)
{
	return i < ROLES ? roles[i].name : NULL;
}

static enum role role_find(const char *name)
{
	enum role r = NETWORK;

	while (r < ROLES && strcmp(roles[r].name, name) != 0)
		r++;
	return r;
}

const char *rights_role_title(const char *role)
{
	enum role r = role_find(role);

	return r < ROLES ? roles[r].title : "";
}

const char *rights_object_name(enum right_object object)
{
	return object < RIGHT_OBJECTS && table[object].name ? table[object].name : "";
}

const char *rights_action_name(enum right_action action)
{
	return action < RIGHT_ACTIONS ? actions[action] : "";
}

enum right_object rights_object(unsigned right)
{
	return (enum right_object)(right / RIGHT_ACTIONS);
}

enum right_action rights_action(unsigned right)
{
	return (enum right_action)(right % RIGHT_ACTIONS);
}

enum right_scope rights_scope(const struct access_user *u, unsigned right)
{
	enum right_object object = rights_object(right);
	enum role r = role_find(u->role);
	const struct cell *c;
	enum right_scope whose;

	if (r == ROLES || u->disabled || object < RIGHT_SELF || object >= RIGHT_OBJECTS)
		return SCOPE_NONE;
	if (r == ADMIN && !u->organisation)
		r = NETWORK;
	if (r == NETWORK && u->organisation)
		r = ADMIN;
	c = &table[object].cells[r];
	whose = (enum right_scope)(rights_action(right) == RIGHT_TO_SEE ? c->see
									: c->change);
	if (whose == SCOPE_ORGANISATION && !u->organisation)
		return u->counsellor ? SCOPE_OWN : SCOPE_NETWORK;
	return whose;
}

int rights_has(const struct access_user *u, unsigned right)
{
	return rights_scope(u, right) != SCOPE_NONE;
}

int rights_cover(const struct access_user *u, unsigned right, rdvd_id organisation,
		 const rdvd_id *counsellors, int n)
{
	enum right_scope whose = rights_scope(u, right);

	if (whose == SCOPE_NETWORK)
		return 1;
	if (whose == SCOPE_NONE)
		return 0;
	if (whose == SCOPE_ORGANISATION && organisation &&
	    organisation == u->organisation)
		return 1;
	for (int i = 0; u->counsellor && i < n; i++)
		if (counsellors[i] == u->counsellor)
			return 1;
	return 0;
}

int rights_may_give(const struct access_user *u, const char *role, rdvd_id organisation)
{
	const struct access_user asked = {.role = role, .organisation = organisation};

	if (role_find(role) == ROLES || (role_find(role) == NETWORK && organisation))
		return 0;
	if (!rights_cover(u, RIGHT(ACCOUNT, CHANGE), organisation, NULL, 0))
		return 0;
	for (unsigned r = RIGHT(SELF, SEE); r < RIGHT_OBJECTS * RIGHT_ACTIONS; r++)
		if (rights_scope(&asked, r) > rights_scope(u, r))
			return 0;
	return 1;
}

int rights_administers(const struct access_user *u)
{
	return rights_has(u, RIGHT(ACCOUNT, CHANGE));
}
