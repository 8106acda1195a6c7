/* SPDX-License-Identifier: GPL-3.0-or-later */
/* account_device.c - a browser in two words that its owner recognises: "Firefox, Linux".
 * Tables in order: the first that fits counts, because every browser claims to be some of
 * the others too. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "web/account_room.h"

static const struct {
	const char *mark, *name;
} browsers[] = {
	{"Edg", "Edge"},       {"OPR/", "Opera"},	{"SamsungBrowser", "Samsung"},
	{"FxiOS", "Firefox"},  {"Firefox/", "Firefox"}, {"CriOS", "Chrome"},
	{"Chrome/", "Chrome"}, {"Safari/", "Safari"},	{"curl/", "curl"},
};

static const struct {
	const char *mark, *name;
} systems[] = {
	{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"},
	{"Windows", "Windows"}, {"CrOS", "ChromeOS"}, {"Macintosh", "Mac"},
	{"Linux", "Linux"},
};

void account_device(const char *user_agent, char *out, size_t size)
{
	const char *browser = "", *system = "";

	for (size_t i = 0; user_agent && !*browser && i < ARRAY_SIZE(browsers); i++)
		if (strstr(user_agent, browsers[i].mark))
			browser = browsers[i].name;
	for (size_t i = 0; user_agent && !*system && i < ARRAY_SIZE(systems); i++)
		if (strstr(user_agent, systems[i].mark))
			system = systems[i].name;
	snprintf(out, size, "%s%s%s", browser, *browser && *system ? ", " : "", system);
}
