/* SPDX-License-Identifier: GPL-3.0-or-later */
/* http_parts.c - the pieces of gw_http that are pure: signatures against the examples of
 * those who invented them, instants, networks, templates, notes; and every fault of a
 * preset with what is said of it. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "host.h"
#include "proof.h"
#include "send.h"
#include "server.h"
#include "when.h"

/* ---- signatures ---- */

static const char *no_header;

static const char *signature_header(const struct rdvd_callback *c, const char *name)
{
	return strcmp(name, "X-Twilio-Signature") == 0 ? c->opaque : no_header;
}

static int twilio_holds(const char *caller, const char *signature)
{
	struct pair fields[] = {{(char *)"To", (char *)"+18005551212"},
				{(char *)"From", (char *)caller},
				{(char *)"Digits", (char *)"1234"},
				{(char *)"Caller", (char *)caller},
				{(char *)"CallSid", (char *)"CA1234567890ABCDE"}};
	const struct pairs pairs = {fields, ARRAY_SIZE(fields)};
	const struct proof p = {.kind = PROOF_TWILIO,
				.secret = (char *)"12345",
				.header = (char *)"X-Twilio-Signature"};
	const struct rdvd_callback c = {.method = "POST",
					.url = "https://mycompany.com/myapp.php",
					.query = "foo=1&bar=2",
					.header = signature_header,
					.opaque = (void *)signature};

	return proof_holds(&p, &c, &pairs, TEST_NOW);
}

/* The two examples of Twilio's documentation. */
static void test_twilio(void **state)
{
	assert_true(twilio_holds("+14158675309", "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
	assert_true(twilio_holds("+12349013030", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="));
	assert_false(twilio_holds("+12349013030", "RSOYDt4T1cUTdK1PDd93/VVr8B8="));
	assert_false(twilio_holds("+14158675309", "RSOYDt4T1cUTdK1PDd93/VVr8B8"));
	assert_false(twilio_holds("+14158675309", ""));
}

static void test_ovh(void **state)
{
	struct str s = {0};

	sign_ovh(&s, "secret", "consumer", "GET", "https://eu.api.ovh.com/1.0/me?x=1", "",
		 TEST_NOW);
	assert_string_equal(str_of(&s), "$1$528b6e545a42a91b7bb831efdca636aea401d910");
	str_fini(&s);
}

static void test_networks(void **state)
{
	static const struct {
		const char *networks, *address;
		int holds;
	} cases[] = {
		{"192.0.2.0/24", "192.0.2.255", 1},
		{"192.0.2.0/24", "192.0.3.0", 0},
		{"192.0.2.7", "192.0.2.7", 1},
		{"192.0.2.7", "192.0.2.8", 0},
		{"1.179.112.0/20, 172.246.240.0/20", "172.246.255.1", 1},
		{"1.179.112.0/20 172.246.240.0/20", "1.179.128.0", 0},
		{"0.0.0.0/0", "8.8.8.8", 1},
		{"0.0.0.0/0", "2001:db8::1", 0},
		{"2001:db8::/33", "2001:db8:7fff::1", 1},
		{"2001:db8::/33", "2001:db8:8000::1", 0},
		{"::/0", "2001:db8::1", 1},
		{"192.0.2.0/31", "::ffff:192.0.2.1", 1},
		{"192.0.2.0/24", "", 0},
		{"192.0.2.0/24", "192.0.2", 0},
		{"", "192.0.2.1", 0},
	};
	static const char *const wrong[] = {"192.0.2.0/33",   "192.0.2/24", "example.org",
					    "2001:db8::/129", "192.0.2.0/", "192.0.2.0/x",
					    "192.0.2.0/-1"};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_true(networks_are_valid(cases[i].networks));
		if (networks_contain(cases[i].networks, cases[i].address) !=
		    cases[i].holds)
			fail_msg("%s: %s", cases[i].networks, cases[i].address);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		assert_false(networks_are_valid(wrong[i]));
}

/* ---- instants ---- */

static void test_instants(void **state)
{
	static const struct {
		const char *text;
		enum when_format format;
		rdvd_time t;
	} cases[] = {
		{"2026-11-22T09:00:00+01:00", WHEN_ISO, TEST_NOW},
		{"2026-11-22T09:00:00+0100", WHEN_ISO, TEST_NOW},
		{"2026-11-22T09:00:00.123+01", WHEN_ISO, TEST_NOW},
		{"2026-11-22T08:00:00Z", WHEN_ISO, TEST_NOW},
		{"2026-11-22 08:00:00", WHEN_ISO, TEST_NOW},
		{"2026-11-22T03:30:00-04:30", WHEN_ISO, TEST_NOW},
		{"2026-11-22T08:00", WHEN_ISO, TEST_NOW},
		{"2026-11-22T08:00:00+1", WHEN_ISO, 0},
		{"2026-11-22T08:00:00 noon", WHEN_ISO, 0},
		{"1795334400", WHEN_EPOCH, TEST_NOW},
		{"1795334400.5", WHEN_EPOCH, TEST_NOW},
		{"1795334400123", WHEN_EPOCH_MS, TEST_NOW},
		{"1795334400123", WHEN_EPOCH, 0},
		{"-5", WHEN_EPOCH, 0},
		{"soon", WHEN_EPOCH, 0},
		{"99999999999999999999999", WHEN_EPOCH, 0},
		{"2026-11-22 08:00:00", WHEN_UTC, TEST_NOW},
		/* French clocks: winter, summer, and both nights of change */
		{"2026-11-22 09:00:00", WHEN_PARIS, TEST_NOW},
		{"2026-07-01 10:00:00", WHEN_PARIS, 1782892800},
		{"2026-03-29 01:59:59", WHEN_PARIS, 1774745999},
		{"2026-03-29 03:00:00", WHEN_PARIS, 1774746000},
		{"2026-10-25 01:59:59", WHEN_PARIS, 1792886399},
		{"2026-10-25 02:30:00", WHEN_PARIS, 1792888200},
		{"2026-10-25 03:00:00", WHEN_PARIS, 1792893600},
		{"22/11/2026 09:00:00", WHEN_DMY_PARIS, TEST_NOW},
		{"22-11-2026 09:00", WHEN_DMY_PARIS, TEST_NOW},
		{"2024-02-29 00:00:00", WHEN_UTC, 1709164800},
		{"2026-13-01 00:00:00", WHEN_UTC, 0},
		{"2026-11-22 24:00:00", WHEN_UTC, 0},
		{"1969-01-01 00:00:00", WHEN_UTC, 0},
		{"", WHEN_ISO, 0},
		{"2026", WHEN_UTC, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		rdvd_time t = when_parse(cases[i].text, cases[i].format);

		if (t != cases[i].t)
			fail_msg("%s: %lld", cases[i].text, (long long)t);
	}
}

/* ---- text ---- */

/* Against the table that an independent program made of the standard. */
static void test_alphabet(void **state)
{
	FILE *f = fopen(TEST_SRCDIR "/tests/data/gsm.tsv", "re");
	char line[4096];
	int n = 0;

	assert_non_null(f);
	while (fgets(line, sizeof line, f)) {
		char *encoding = strchr(line, '\t');

		assert_non_null(encoding);
		*encoding++ = '\0';
		if (strchr(line, '\\'))
			continue; /* escaped in the table */
		if (text_is_gsm(line) != (*encoding == '7'))
			fail_msg("\"%s\"", line);
		n++;
	}
	fclose(f);
	assert_true(n > 2000);
	assert_true(text_is_gsm("a\nb\\[]{}~^|"));
	assert_false(text_is_gsm("a\tb"));
	assert_false(text_is_gsm("\xE9")); /* not even UTF-8 */
}

static void test_notes(void **state)
{
	static const struct {
		const char *said, *shown;
	} cases[] = {
		{"ok", "ok"},
		{"error 21211 on 2 parts", "error 21211 on 2 parts"},
		{"to +33612345678 failed", "to (number) failed"},
		{"06 12 34 56 78 is barred", "(number) is barred"},
		{"33(0)6.12.34.56.78, 0612", "(number), 0612"},
		{"line\r\none\x07", "line  one "},
		{"12345", "12345"},
		{"123456", "(number)"},
		{"", ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str note = {0};

		str_puts(&note, cases[i].said);
		clean_note(&note);
		assert_string_equal(str_of(&note), cases[i].shown);
		str_fini(&note);
	}
}

static void test_text(void **state)
{
	static const struct {
		const char *bytes;
		int is_latin9;
		const char *text;
	} cases[] = {
		{"à 12 €", 0, "à 12 €"},
		{"\xE0 12 \xA4", 1, "à 12 €"},
		{"\xE0 12 \xA4", 0, "à 12 €"},	 /* it is no UTF-8, whatever was said */
		{"\xC0\xAF", 0, "À\xC2\xAF"},	 /* an overlong slash is none */
		{"\xED\xA0\x80", 0, "í\u00a0 "}, /* nor is half of a pair a character */
		{"a\r\n\tb\x01\x7F", 0, "a \n b  "},
		{"\x93"
		 "x",
		 0, " x"},
		{"☺", 0, "☺"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str s = {0};

		str_text(&s, cases[i].bytes, strlen(cases[i].bytes), cases[i].is_latin9);
		if (strcmp(str_of(&s), cases[i].text) != 0)
			fail_msg("%zu: \"%s\"", i, str_of(&s));
		str_fini(&s);
	}
}

/* ---- templates ---- */

static void test_templates(void **state)
{
	struct setting items[] = {{(char *)"user", (char *)"u&{}"},
				  {(char *)"empty", (char *)""},
				  {(char *)"url", (char *)"https://x/y"}};
	const struct settings settings = {items, ARRAY_SIZE(items)};
	static const struct {
		char kind; /* u: url, f: form, j: JSON, x: XML, l: XML in ISO-8859-15 */
		const char *text, *made, *error;
	} cases[] = {
		{'u', "{url}/a/{user}/{id}?q=1",
		 "https://x/y/a/u%26%7B%7D/a%22%3C%C3%A9?q=1", NULL},
		{'u', "{url}/{{x}}", "https://x/y/{x}", NULL},
		{'f', "{\"a\":\"{id}+\",\"b ?empty\":\"x\",\"c !empty\":\"y\"}",
		 "a=a%22%3C%C3%A9%2B&c=y", NULL},
		{'f', "{\"a ?answerable\":\"1\",\"b ?to\":\"2\",\"c\":\"3\"}", "b=2&c=3",
		 NULL},
		{'f', "{\"a !to\":\"1\",\"b !answerable\":\"2\"}", "b=2", NULL},
		{'j',
		 "{\"a ?answerable\":1,\"b\":[\"{id}\",{\"c "
		 "!answerable\":null}],\"d\":{\"number\":\"{validity_s}\"}}",
		 "{\"b\":[\"a\\\"<é\",{\"c\":null}],\"d\":5400}", NULL},
		{'j', "{\"a ?to\":\"{{\",\"b ?answerable\":2}", "{\"a\":\"{\"}", NULL},
		{'j', "[true,1.5,\"{user}\"]", "[true,1.5,\"u&{}\"]", NULL},
		{'j', "{\"n\":{\"number\":\"{id}\"}}", "{\"n\":0}", NULL},
		{'x', "<m to=\"{to}\">{id}{user}</m>",
		 "<m to=\"+33\">a&quot;&lt;éu&amp;{}</m>", NULL},
		{'l', "<m>{id}</m>", "<m>a&quot;&lt;\xE9</m>", NULL},
		{'u', "{url}/{nothing}", NULL,
		 "{nothing} is nothing that this preset knows"},
		{'u', "{url}/{to", NULL, "a brace without its other half"},
		{'u', "{url}/}", NULL, "a brace without its other half"},
		{'f', "{\"a ?nothing\":\"1\"}", NULL, "{nothing} is nothing"},
		{'j', "{\"a\":[\"{}\"]}", NULL, "{} is nothing"},
	};
	const struct vars vars = {{[VAR_ID] = "a\"<é",
				   [VAR_TO] = "+33",
				   [VAR_VALIDITY_S] = "5400",
				   [VAR_ANSWERABLE] = ""}};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct str error = {0}, out = {0};
		const struct template_scope scope = {&settings, &error};
		json_t *json = json_loads(cases[i].text, 0, NULL);
		struct template *t = NULL;

		switch (cases[i].kind) {
		case 'u': t = template_url(&scope, cases[i].text, 0); break;
		case 'f': t = template_form(&scope, json, 0); break;
		case 'j': t = template_json(&scope, json); break;
		case 'x': t = template_text(&scope, cases[i].text, ESC_XML); break;
		case 'l': t = template_text(&scope, cases[i].text, ESC_XML_L9); break;
		}
		if (!!t != !!cases[i].made)
			fail_msg("%s: %s", cases[i].text, str_of(&error));
		if (t)
			template_render(t, &vars, &out);
		else
			assert_non_null(strstr(str_of(&error), cases[i].error));
		if (t)
			assert_string_equal(str_of(&out), cases[i].made);
		template_free(t);
		json_decref(json);
		str_fini(&error);
		str_fini(&out);
	}
}

/* ---- presets that are wrong ---- */

#define GOOD_SEND "\"send\":{\"url\":\"{url}/x\",\"form\":{\"t\":\"{text}\"}}"
#define WITH(more) "{\"url\":\"https://x.example\"," GOOD_SEND "," more "}"
#define SEND(inside) "{\"url\":\"https://x.example\",\"send\":{" inside "}}"
#define CALLBACK(inside) WITH("\"callbacks\":[{" inside "}]")
#define EVENT(inside) \
	CALLBACK("\"path\":\"receipt\",\"read\":\"json\",\"events\":[{" inside "}]")

/* Each with the place and the remedy that are told. */
static const struct {
	const char *preset, *place, *says;
} faults[] = {
	{"{", ":1: the preset cannot be read", ""},
	{"[]", "at the top: an object is wanted", ""},
	{"{\"url\":\"https://x\",\"url\":\"y\"}", "cannot be read", "duplicate"},
	{WITH("\"sned\":{}"), "at the top: there is no key \"sned\"", "send lookup"},
	{"{\"url\":\"https://x.example\"}", "at the top", "how a message is sent"},
	{"{" GOOD_SEND "}", "at the top", "needs url = "},
	{WITH("\"needs\":{\"token\":\"an API key\"}"), "at the top",
	 "needs token = \"...\": an API key"},
	{WITH("\"can\":[\"fly\"]"), "at /can", "idempotent, replies, no_links"},
	{WITH("\"can\":\"fly\""), "at /can", "a list is wanted"},
	{SEND("\"url\":\"https://elsewhere/x\""), "at /send/url", "begins with {url}"},
	{SEND("\"url\":\"{url}.elsewhere/x\""), "at /send/url", "begins with {url}"},
	{SEND("\"form\":{}"), "at /send/url", "missing"},
	{SEND("\"url\":\"{url}/{tkoen}\""), "at /send/url", "{tkoen} is nothing"},
	{SEND("\"url\":\"{url}\",\"method\":\"SEND\""), "at /send/method",
	 "none of: GET, POST, PUT, DELETE"},
	{SEND("\"url\":\"{url}\",\"form\":{\"a\":1}"), "at /send/form",
	 "has to be a text"},
	{SEND("\"url\":\"{url}\",\"form\":{},\"json\":{}"), "at /send", "one body"},
	{SEND("\"url\":\"{url}\",\"charset\":\"latin1\""), "at /send/charset",
	 "utf-8, iso-8859-15"},
	{SEND("\"url\":\"{url}\",\"headers\":{\"X Y\":\"z\"}"), "at /send/headers",
	 "a name and a text"},
	{SEND("\"url\":\"{url}\",\"headers\":{\"X\":\"{zz}\"}"), "at /send/headers",
	 "{zz}"},
	{SEND("\"url\":\"{url}\",\"auth\":{\"digest\":1}"), "at /send/auth",
	 "basic bearer ovh"},
	{SEND("\"url\":\"{url}\",\"auth\":{\"bearer\":\"{to}\"}"), "at /send/auth/bearer",
	 "only settings"},
	{SEND("\"url\":\"{url}\",\"auth\":{\"ovh\":{}}"), "at /send/auth",
	 "application, secret and consumer"},
	{SEND("\"url\":\"{url}\",\"outcome\":[{\"is\":\"perhaps\"}]"),
	 "at /send/outcome/0/is", "accepted, retry, refused"},
	{SEND("\"url\":\"{url}\",\"outcome\":[{\"status\":200}]"),
	 "at /send/outcome/0/is", "missing"},
	{SEND("\"url\":\"{url}\",\"outcome\":[{\"is\":\"retry\",\"status\":\"2x\"}]"),
	 "at /send/outcome/0", "\"4xx\""},
	{SEND("\"url\":\"{url}\",\"outcome\":[{\"is\":\"retry\",\"status\":[200,700]}]"),
	 "at /send/outcome/0", "a status is"},
	{SEND("\"url\":\"{url}\",\"outcome\":[{\"is\":\"retry\",\"body\":\"(\"}]"),
	 "at /send/outcome/0", "regular expression"},
	{SEND("\"url\":\"{url}\",\"outcome\":[{\"is\":\"retry\",\"when\":{\"a\":1}}]"),
	 "at /send/outcome/0/when", "begins with /"},
	{SEND("\"url\":\"{url}\",\"outcome\":[{\"is\":\"retry\",\"when\":{\"/a\":{}}}]"),
	 "at /send/outcome/0/when", "there"},
	{SEND("\"url\":\"{url}\",\"outcome\":[{\"is\":\"retry\",\"retry_after_s\":-1}]"),
	 "at /send/outcome/0/retry_after_s", "from 0 to 86400"},
	{SEND("\"url\":\"{url}\",\"id\":\"sid\""), "at /send/id", "JSON pointer"},
	{SEND("\"url\":\"{url}\",\"id\":{\"body\":\"abc\"}"), "at /send/id",
	 "parentheses"},
	{SEND("\"url\":\"{url}\",\"note\":[\"/a\",3]"), "at /send/note/1",
	 "JSON pointer"},
	{WITH("\"lookup\":{\"url\":\"{url}\",\"outcome\":[{\"is\":\"auth\"}]}"),
	 "at /lookup/outcome/0/is", "absent"},
	{WITH("\"callbacks\":{}"), "at /callbacks", "a list"},
	{CALLBACK("\"read\":\"json\",\"events\":[{\"kind\":\"nothing\"}]"),
	 "at /callbacks/0/path", "missing"},
	{CALLBACK(
		 "\"path\":\"in\",\"read\":\"json\",\"events\":[{\"kind\":\"nothing\"}]"),
	 "at /callbacks/0/proof", "anybody could write"},
	{CALLBACK("\"path\":\"receipt\",\"read\":\"xml\",\"events\":[{\"kind\":"
		  "\"nothing\"}]"),
	 "at /callbacks/0/read", "json, form, query"},
	{CALLBACK("\"path\":\"receipt\",\"read\":\"json\""), "at /callbacks/0/events",
	 "a list of events"},
	{CALLBACK("\"path\":\"in\",\"read\":\"json\",\"events\":[{\"kind\":\"nothing\"}],"
		  "\"proof\":[{\"kind\":\"md5\",\"secret\":\"x\"}]"),
	 "at /callbacks/0/proof/0/kind", "hmac-sha256"},
	{CALLBACK("\"path\":\"in\",\"read\":\"json\",\"events\":[{\"kind\":\"nothing\"}],"
		  "\"proof\":[{\"kind\":\"hmac-sha256\",\"secret\":\"x\"}]"),
	 "at /callbacks/0/proof/0/header", "missing"},
	{CALLBACK("\"path\":\"in\",\"read\":\"json\",\"events\":[{\"kind\":\"nothing\"}],"
		  "\"proof\":[{\"kind\":\"path\"}]"),
	 "at /callbacks/0/proof/0", "secret"},
	{CALLBACK("\"path\":\"in\",\"read\":\"json\",\"events\":[{\"kind\":\"nothing\"}],"
		  "\"proof\":[{\"kind\":\"address\",\"secret\":\"10.0.0.0/40\"}]"),
	 "at /callbacks/0/proof/0", "192.0.2.0/24"},
	{EVENT("\"kind\":\"rumour\""), "at /callbacks/0/events/0/kind",
	 "receipt, inbound"},
	{EVENT("\"kind\":\"inbound\",\"text\":\"/t\""), "at /callbacks/0/events/0",
	 "\"from\" and \"text\""},
	{EVENT("\"kind\":\"receipt\",\"status\":\"/s\""), "at /callbacks/0/events/0",
	 "\"means\""},
	{EVENT("\"kind\":\"receipt\",\"means\":{\"1\":\"fine\"}"),
	 "at /callbacks/0/events/0/means", "bad_number"},
	{EVENT("\"kind\":\"receipt\",\"means\":{\"1\":\"failed\"},\"at\":{\"pointer\":\"/"
	       "a\","
	       "\"format\":\"rfc822\"}"),
	 "at /callbacks/0/events/0/at/format", "epoch_ms"},
	{WITH("\"polls\":[{\"events\":[{\"kind\":\"nothing\"}]}]"), "at /polls/0",
	 "list"},
	{WITH("\"set\":{\"a\":1}"), "at the top", "set/a"},
};

static void open_text(const char *preset, const char *set, struct test_host *h)
{
	char path[] = "/tmp/rdvd-preset-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, preset, strlen(preset)), (ssize_t)strlen(preset));
	close(fd);
	host_init(h, NULL);
	host_set(h, "preset", path);
	host_set(h, "set", set);
	host_open(h);
	unlink(path);
}

static void test_faults(void **state)
{
	struct test_host h;

	open_text(WITH("\"about\":[\"prose\"]"), "", &h);
	if (!h.gw)
		fail_msg("%s", buf_str(&h.log));
	host_fini(&h);
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		open_text(faults[i].preset, "", &h);
		if (h.gw || !strstr(buf_str(&h.log), faults[i].place) ||
		    !strstr(buf_str(&h.log), faults[i].says) ||
		    !strstr(buf_str(&h.log), "3 /tmp/rdvd-preset-"))
			fail_msg("%s\nsays\n%s", faults[i].preset, buf_str(&h.log));
		host_fini(&h);
	}
}

/* All faults of a file are told at once. */
static void test_faults_together(void **state)
{
	struct test_host h;
	int n = 0;

	open_text(
		"{\"can\":[1],\"nonsense\":1,\"send\":{\"url\":\"x\",\"outcome\":[{}]}}",
		"", &h);
	for (const char *at = buf_str(&h.log); (at = strchr(at, '\n')); at++)
		n++;
	assert_int_equal(n, 5);
	host_fini(&h);
}

static void test_settings(void **state)
{
	static const struct {
		const char *name, *value, *says; /* NULL: it opens */
	} cases[] = {
		{"preset", "nowhere", "/etc/gateways/nowhere.json"},
		{"preset", "/nowhere/x.json", "/nowhere/x.json"},
		{"preset", "mine/x.json", "/tmp/mine/x.json"},
		{"token", "", "needs token"},
		{"password", "x", "sets password, for which this preset has no use"},
		{"token", "file:/nowhere/token",
		 "token cannot be read from /nowhere/token"},
		{"set", "category=a", NULL},
		{"set", " category = a ; ", NULL},
		{"set", "category=a;category=b", "twice"},
		{"set", "colour=red", "\"colour\""},
		{"set", "category", "\"category\""},
		{"callback_token", "x", NULL},
		{"callback_addresses", "10.0.0.0/8", NULL},
		{"callback_addresses", "10.0.0.0/99", "192.0.2.0/24"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct test_host h;

		host_init(&h, "preset=primotexto", "token=t", NULL);
		host_set(&h, cases[i].name, cases[i].value);
		if ((host_open(&h) == RDVD_OK) != !cases[i].says)
			fail_msg("%s = %s: %s", cases[i].name, cases[i].value,
				 buf_str(&h.log));
		if (h.gw && strcmp(cases[i].name, "set") == 0)
			assert_string_equal(
				settings_get(&((struct gw *)h.gw)->preset->settings,
					     "category"),
				"a");
		if (cases[i].says && !strstr(buf_str(&h.log), cases[i].says))
			fail_msg("%s", buf_str(&h.log));
		host_fini(&h);
	}
}

/* Without anything that proves them, texts are not taken, and not promised. */
static void test_unproven(void **state)
{
	const struct rdvd_callback c = {.method = "GET",
					.url = "https://x/cb/k/in/",
					.path = "in/",
					.query = "from=1&text=OUI",
					.address = "127.0.0.1",
					.body = "",
					.header = signature_header};
	struct rdvd_callback_answer answer = {NULL, NULL};
	struct test_host h;

	host_init(&h, "preset=kannel", "user=u", "password=p", NULL);
	assert_int_equal(host_open(&h), RDVD_OK);
	assert_false(test_ops->capabilities(h.gw) & RDVD_GATEWAY_INBOUND);
	assert_true(test_ops->capabilities(h.gw) & RDVD_GATEWAY_RECEIPTS);
	assert_int_equal(test_ops->callback(h.gw, &c, NULL, NULL, &answer),
			 RDVD_PROOF_REFUSED);
	host_fini(&h);
}

/* A secret in a file is its first line. */
static void test_secret_file(void **state)
{
	char path[] = "/tmp/rdvd-secret-XXXXXX", setting[64];
	int fd = mkstemp(path);
	struct test_host h;

	assert_int_equal(write(fd, "hush\r\nmore\n", 11), 11);
	close(fd);
	snprintf(setting, sizeof setting, "token=file:%s", path);
	host_init(&h, "preset=primotexto", setting, NULL);
	assert_int_equal(host_open(&h), RDVD_OK);
	assert_string_equal(settings_get(&((struct gw *)h.gw)->preset->settings, "token"),
			    "hush");
	host_fini(&h);
	/* One that is empty is not "none": a proof would silently not be asked for. */
	assert_int_equal(truncate(path, 0), 0);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(write(fd, "\nmore\n", 6), 6);
	close(fd);
	host_init(&h, "preset=primotexto", setting, NULL);
	assert_int_equal(host_open(&h), RDVD_FAILED);
	assert_non_null(strstr(buf_str(&h.log), "token cannot be read"));
	host_fini(&h);
	unlink(path);
}

/* Every kind of body, as the provider sees it. */
static struct server_reply keep_request(void *arg, const struct server_request *rq)
{
	struct buf *seen = arg;
	char type[128] = "none";

	buf_clear(seen);
	server_header(rq, "Content-Type", type, sizeof type);
	buf_addf(seen, "%s|%s|%s", rq->line, type, rq->body);
	return (struct server_reply){.status = 200};
}

static void test_bodies(void **state)
{
	static const struct {
		const char *inside, *seen;
	} cases[] = {
		{"\"xml\":\"<sms to=\\\"{to}\\\">{text}</sms>\"",
		 "POST / HTTP/1.1|application/xml; charset=UTF-8|"
		 "<sms to=\"+33612345678\">14 h &amp; à l&#39;hôtel</sms>"},
		{"\"charset\":\"iso-8859-15\",\"xml\":\"<a>{text}</a>\"",
		 "POST / HTTP/1.1|application/xml; charset=ISO-8859-15|"
		 "<a>14 h &amp; \xE0 l&#39;h\xF4tel</a>"},
		{"\"text\":\"{text}\"",
		 "POST / HTTP/1.1|text/plain; charset=UTF-8|14 h & à l'hôtel"},
		{"\"method\":\"PUT\",\"json\":[\"{id}\"],\"headers\":{\"Content-Type\":"
		 "\"a/b\"}",
		 "PUT / HTTP/1.1|a/b|[\"rdvd-17\"]"},
		{"\"form\":{}",
		 "POST / HTTP/1.1|application/x-www-form-urlencoded; charset=UTF-8|"},
		{"\"method\":\"GET\",\"query\":{\"a "
		 "?answerable\":\"1\",\"b\":\"{text}\"}",
		 "GET /?b=14%20h%20%26%20%C3%A0%20l%27h%C3%B4tel HTTP/1.1|none|"},
		{"\"method\":\"DELETE\"", "DELETE / HTTP/1.1|none|"},
		{"\"method\":\"POST\"",
		 "POST / HTTP/1.1|application/x-www-form-urlencoded|"},
	};
	struct buf seen = BUF_INIT, preset = BUF_INIT;
	struct server *s = server_new(keep_request, &seen);

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct rdvd_message m = test_message();
		struct rdvd_receipt r = {.retry_after_s = 0};
		struct test_host h;

		m.text = "14 h & à l'hôtel";
		buf_clear(&preset);
		buf_addf(&preset,
			 "{\"url\":\"http://127.0.0.1:%d\",\"send\":{\"url\":\"{url}/"
			 "\",%s}}",
			 server_port(s), cases[i].inside);
		open_text(buf_str(&preset), "", &h);
		if (!h.gw)
			fail_msg("%s", buf_str(&h.log));
		test_ops->send(h.gw, &m, &r);
		assert_string_equal(buf_str(&seen), cases[i].seen);
		host_fini(&h);
	}
	server_free(s);
	buf_fini(&seen);
	buf_fini(&preset);
}

/* What is not a telephone number, or not an SMS, goes nowhere. */
static void test_refused_here(void **state)
{
	static const char *const numbers[] = {
		"",  "0612345678", "+33 6 12 34 56 78", "lea@x",
		"+", "+123",	   "+3361+1",		"+33612345678901234"};
	struct test_host h;

	host_init(&h, "preset=kannel", "user=u", "password=p", "url=http://127.0.0.1:1",
		  NULL);
	assert_int_equal(host_open(&h), RDVD_OK);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		struct rdvd_message m = test_message();
		struct rdvd_receipt r = {.retry_after_s = 0};

		m.to = numbers[i];
		assert_int_equal(test_ops->send(h.gw, &m, &r), RDVD_SENT_REFUSED);
		m.to = "+33612345678";
		m.channel = RDVD_CHANNEL_EMAIL;
		assert_int_equal(test_ops->send(h.gw, &m, &r), RDVD_SENT_REFUSED);
	}
	host_fini(&h);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twilio),
		cmocka_unit_test(test_ovh),
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_instants),
		cmocka_unit_test(test_alphabet),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_templates),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_faults_together),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_unproven),
		cmocka_unit_test(test_secret_file),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_refused_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
