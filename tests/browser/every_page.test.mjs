// SPDX-License-Identifier: GPL-3.0-or-later
// Every page in a real browser, public and the team's, in each state, for each role that may see it, both languages,
// light and dark, at 390, 768 and 1440 px: axe-core finds nothing, every field has a label, targets are large enough,
// pages are light; nothing is wider than the window, at 320 px without script and at 200 % neither. What a form that
// was sent answers is valid HTML (html.test.mjs holds the pages that have an address). Pages that are not named here
// are found by following links. Leaves pictures of them all in the folder of SCREENSHOTS, when that is set.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Browser, PHONE, shot } from "./lib/browser.mjs";
import { axe, sizeFaults, structureFaults, weightFaults } from "./lib/checks.mjs";
import { Visitor, walk } from "./lib/plain.mjs";
import { finder, patterns } from "./lib/routes.mjs";
import { htmlFaults } from "./lib/valid.mjs";
import { logIn } from "./lib/way.mjs";
import { STAFF, world } from "./lib/world.mjs";

const SIZES = [{ width: 390, height: 844 }, { width: 768, height: 1024 }, { width: 1440, height: 900 }];
const ZOOMED = [PHONE, { width: 640, height: 450 }]; // 1280 px at 400 % and at 200 %
const PICTURES = Boolean(process.env.SCREENSHOTS);
// What axe judges where: everything once in each language, elsewhere what a width or the dark can change.
const JUDGED = {
	fr: { "390 light": "all", "390 dark": "looks", "768 light": "looks", "1440 dark": "looks" },
	en: { "1440 light": "all" },
};

let d, browser, links;

before(async () => {
	({ d, links } = await world());
	browser = await new Browser(d).launch();
});

after(async () => {
	await browser?.close();
	await d?.stop();
});

const rdv = (name, act = "") => `/rdv/${links[name].token}${act}`;
const mine = (name, act = "") => `/equipe/rdv/${links[name].id}${act}`;
const submit = (page) => page.locator("main form button:not([aria-hidden])").last().click();

async function toForm(page, query = "service=premier-rdv&q=62110") {
	await page.goto(`/horaires?${query}`);
	await page.locator(".hours button").nth(1).click();
	await page.waitForURL(/\/reserver\//);
}

let taken = 0;

// Somebody else is faster between the page of times and the tap.
async function toTaken(page) {
	await page.goto("/horaires?service=suivi&q=libercourt");
	const hour = page.locator(".hours button").first();
	const [, site, seconds] = (await hour.getAttribute("value")).match(/^(.+)\.(\d+)$/);
	const slot = (await d.slots("suivi", { site })).find((s) => Date.parse(s.start) === Number(seconds) * 1000);
	if (slot) await d.book(slot, `taken-${++taken}`);
	await hour.click();
}

// [name, how to get there]: an address, or steps that work in both languages with and without JavaScript.
const PUBLIC = [
	["search", "/"],
	["search-chosen", "/?service=suivi&mode=tel&q=carvin"],
	["times", "/horaires?service=premier-rdv&q=henin"],
	["times-nearest", "/horaires?service=premier-rdv&q=62110&tri=pres"],
	["times-filtered", "/horaires?service=suivi&q=oignies&mercredi=1"],
	["times-unknown", "/horaires?service=suivi&q=zzz"],
	["times-far", "/horaires?service=premier-rdv&q=Brest"],
	["times-phone", "/horaires?service=premier-rdv&mode=tel"],
	["times-workshop", "/horaires?service=atelier-logement&q=62590"],
	["times-none", "/horaires?service=atelier-logement&q=62590&mercredi=1&matin=1"],
	["form", (page) => toForm(page)],
	["form-wrong", async (page) => {
		await toForm(page);
		await page.locator("#annee").fill("04");
		await page.locator("#telephone").fill("12");
		await page.locator("#email").fill("nobody");
		await page.locator("summary").click();
		await page.locator("#langue").fill("dari");
		await submit(page);
		await page.locator(".errors").waitFor();
	}],
	["form-phone", (page) => toForm(page, "service=premier-rdv&mode=tel")],
	["form-workshop", (page) => toForm(page, "service=atelier-logement")],
	["taken-over", async (page) => {
		await toForm(page);
		await page.goto(page.url().replace(/reserver\/\w+/, "reserver/0123456789abcdef"));
	}],
	["taken", toTaken],
	["done", () => `${rdv("booked")}?merci=1`],
	["rdv", () => rdv("booked")],
	["rdv-confirmed", () => rdv("confirmed")],
	["rdv-cancelled", () => rdv("cancelled")],
	["rdv-revoked", () => rdv("revoked")],
	["rdv-past", () => rdv("past")],
	["rdv-late", () => rdv("today-late")],
	["rdv-code", () => rdv("code")],
	["rdv-phone", () => rdv("phone")],
	["rdv-workshop", () => rdv("workshop")],
	["cancel", () => rdv("booked", "/annuler")],
	["move", () => rdv("booked", "/deplacer")],
	["move-late", () => rdv("today-late", "/deplacer")],
	["rdv-waits", () => rdv("waits")],
	["join", () => rdv("booked", "/attente")],
	["join-contact", () => rdv("code", "/attente")],
	["join-wrong", async (page) => {
		await page.goto(rdv("code", "/attente"));
		await page.locator("#email").fill("nobody");
		await submit(page);
		await page.locator(".errors").waitFor();
	}],
	["waiting", () => `/attente/${links["waits-too"].waiting}?merci=1`],
	["offer", () => `/attente/${links.waits.waiting}`],
	["ask", "/attente?service=premier-rdv&q=henin"],
	["ask-wrong", async (page) => {
		await page.goto("/attente?service=premier-rdv&q=henin");
		await page.locator("#annee").fill("04");
		await submit(page);
		await page.locator(".errors").waitFor();
	}],
	["accessibility", "/accessibilite"],
	["privacy", "/donnees-personnelles"],
	["legal", "/mentions-legales"],
	["missing", "/nulle-part"],
	["missing-link", "/rdv/AAAAAAAAAAAAAAAAAAAAAA"],
];

const OUTSIDE = [
	["team-login", "/equipe"],
	["team-login-wrong", async (page) => {
		await logIn(page, "conseil", "wrong");
		await page.locator(".errors").waitFor();
	}],
];

const TEAM = [
	["team-day", "/equipe"],
	["team-day-all", "/equipe?tout=1"],
	["team-day-other", "/equipe?jour=2026-12-03&tout=1"],
	["team-day-empty", "/equipe?jour=2026-12-06"],
	["team-week", "/equipe/semaine"],
	["team-pending", "/equipe/a-renseigner"],
	["team-sheet", "/equipe/feuille?jour=2026-12-03"],
	["team-add", "/equipe/ajouter"],
	["team-add-wrong", async (page) => {
		await page.goto("/equipe/ajouter");
		await page.locator("#annee").fill("04");
		await submit(page);
		await page.locator(".errors").waitFor();
	}],
	["team-inbox", "/equipe/sms"],
	["team-inbox-thread", () => `/equipe/sms/${links.text}`],
	["team-inbox-rdv", () => mine("today-late", "/messages")],
	["team-inbox-rdv-wrong", async (page) => {
		await page.goto(mine("booked", "/messages"));
		await page.locator("#reponse").fill("a".repeat(200));
		await page.locator(".answer button").click();
		await page.locator(".error").waitFor();
	}],
	["team-gateways", "/equipe/passerelles"],
	["team-waiting", "/equipe/attente"],
	["team-absences", "/equipe/absences"],
	["team-feed", "/equipe/agenda"],
	["team-rdv", () => mine("booked")],
	["team-rdv-today", () => mine("today-late")],
	["team-rdv-cancelled", () => mine("cancelled")],
	["team-cancel", () => mine("booked", "/annuler")],
	["team-move", () => mine("booked", "/deplacer")],
	["team-similar", () => mine("booked", "/semblables")],
	["team-missing", "/equipe/rdv/99999"],
	["team-messages", "/demo/messages"],
];

async function reach(page, how) {
	const there = typeof how === "function" ? await how(page) : how;
	if (typeof there === "string") await page.goto(there);
}

// Titles tell pages apart: the same title only for states of one page.
function titlesApart(titles) {
	const kinds = new Map(), faults = [];
	for (const [name, title] of titles) {
		if (name.startsWith("found-")) continue;
		const kind = name.replace(/^(team-\w+|\w+).*$/, "$1");
		if ((kinds.get(title) ?? kind) !== kind) faults.push(`"${title}" is the title of ${kinds.get(title)} and ${kind}`);
		kinds.set(title, kind);
	}
	return faults;
}

async function picture(page, name) {
	if (PICTURES) await shot(page, name);
}

// Without script, at 320 px: what is wide, what is not valid of what was last sent.
async function crawlPlain(pages, { lang, locale, login, note }) {
	const page = await browser.page({ js: false, locale });
	let sent;
	page.on("response", (answer) => {
		if (answer.request().isNavigationRequest() && !answer.headers().location) sent = answer;
	});
	if (login) await logIn(page, login);
	for (const [name, how] of pages) {
		await reach(page, how);
		note(name, "320 without script", await sizeFaults(page));
		note(name, "without script", await structureFaults(page));
		if (sent.request().method() === "POST") note(name, "sent", await htmlFaults(await sent.text()));
		await picture(page, `${name}-${lang}-320`);
	}
	await page.context().close();
}

// With script, at every width.
async function crawlScripted(pages, { lang, locale, login, note, titles }) {
	const page = await browser.page({ size: SIZES[0], locale });
	if (login) await logIn(page, login);
	for (const [name, how] of pages) {
		await page.setViewportSize(SIZES[0]);
		await reach(page, how);
		titles.push([name, await page.title()]);
		assert.equal(await page.locator("html").getAttribute("lang"), lang, name);
		note(name, "with script", await structureFaults(page));
		if (!login) note(name, "weight", await weightFaults(page));
		for (const size of [...SIZES, ...ZOOMED]) {
			await page.setViewportSize(size);
			note(name, size.width, await sizeFaults(page));
			for (const scheme of ["light", "dark"]) {
				const where = `${size.width} ${scheme}`, judged = JUDGED[lang][where];
				const pictured = PICTURES && lang === "fr" && SIZES.includes(size);
				if (!judged && !pictured) continue;
				await page.emulateMedia({ colorScheme: scheme });
				if (judged) note(name, where, await axe(page, judged === "looks"));
				if (pictured) await shot(page, `${name}-${size.width}-${scheme}`);
			}
			await page.emulateMedia({ colorScheme: "light" });
		}
	}
	await page.context().close();
}

async function crawl(pages, lang, login) {
	const faults = [], titles = [];
	const note = (name, where, list) => faults.push(...list.map((f) => `${name} (${lang}, ${where}): ${f}`));
	const how = { lang, locale: lang === "fr" ? "fr-FR" : "en-GB", login, note, titles };
	await Promise.all([crawlPlain(pages, how), crawlScripted(pages, how)]);
	return [...faults, ...titlesApart(titles)];
}

// The kinds of elements of a page, without what surrounds it.
const kinds = (html) => new Set([...html.slice(html.indexOf("<main")).matchAll(/<(\w+)(?:[^>]*? class="([^"]*)")?/g)]
	.map((m) => `${m[1]}.${m[2] ?? ""}`));
const judged = new Map(); // of each pattern, the kinds of elements that were looked at, for whomever

// The pages that this member of the team is shown and that neither a state above has, nor somebody before with all
// that stands on them: [name, address].
async function found(login, lang, named) {
	const all = await patterns(d), find = finder(all);
	const known = new Set(named.map(([, how]) => typeof how === "function" ? !how.length && find(how()) : find(how)));
	const { seen } = await walk(await new Visitor(d, lang).logIn(login), [`/equipe/rdv/${links.booked.id}`],
		all.filter((p) => /^\/equipe\b/.test(p)));
	const pages = [];
	for (const [pattern, page] of seen) {
		const before = judged.get(lang + pattern) ?? new Set(), here = kinds(page.text);
		if (page.status !== 200 || !page.text || find(page.target) !== pattern) continue;
		judged.set(lang + pattern, new Set([...before, ...here]));
		if (!known.has(pattern) && ![...here].every((kind) => before.has(kind)))
			pages.push([`found-${login}-${pattern.replace(/\/equipe\/?|[{}]/g, "").replaceAll("/", "_")}`, page.target]);
	}
	return pages;
}

test("the checks find what is wrong", async () => {
	const page = await browser.page({ size: SIZES[1] });
	await page.goto("/");
	await page.evaluate(() => {
		document.querySelector("main").innerHTML = `<h3>Un titre</h3><form><input placeholder="Nom"><button></button></form>
			<p><small>gris</small></p><a href="#nulle-part"></a><div class="wide"></div>`;
		document.querySelector("small").style.color = "#ccc";
		Object.assign(document.querySelector("main .wide").style, { width: "900px", height: "9px" });
		Object.assign(document.querySelector("main button").style, { minHeight: "0", padding: "0" });
	});
	const found = [...await structureFaults(page), ...await sizeFaults(page), ...await axe(page)].join("\n");
	for (const word of ["a field without a label", "a button without words", "a link without words", "0 h1",
		"inline", "leads nowhere", "px wide", "is small", "axe color-contrast", "axe button-name"])
		assert.ok(found.includes(word), `${word} in:\n${found}`);
	await page.context().close();
});

test("the menu folds on a phone, opens by keyboard, says where one is, and stands open where there is room", async () => {
	const page = await browser.page({ size: SIZES[0] });
	await logIn(page, "conseil");
	const fold = page.locator(".menu summary"), settings = page.getByRole("link", { name: "Réglages", exact: true });
	assert.equal(await fold.innerText(), "Plus");
	assert.equal(await settings.isVisible(), false);
	await page.keyboard.press("Tab");
	assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
	await page.keyboard.press("Enter");
	assert.equal(await page.evaluate(() => document.activeElement.id), "contenu");
	await fold.focus();
	await page.keyboard.press("Enter");
	await settings.waitFor();
	await page.keyboard.press("Tab");
	assert.ok(await page.evaluate(() => document.activeElement.matches(".more a")), "what unfolds comes next");
	await settings.click();
	assert.match(await fold.innerText(), /: Réglages$/);
	await page.setViewportSize(SIZES[2]);
	assert.equal(await fold.isVisible(), false);
	assert.equal(await settings.getAttribute("aria-current"), "page");
	await page.getByRole("button", { name: /^Se déconnecter/ }).waitFor();
	await page.context().close();
});

for (const lang of ["fr", "en"])
	test(`public pages (${lang})`, async () => {
		assert.deepEqual(await crawl(PUBLIC, lang), []);
	});

for (const lang of ["fr", "en"])
	for (const [login, role] of STAFF)
		test(`the team's pages for ${role} (${lang})`, async () => {
			const named = role === "admin" ? TEAM : [];
			const pages = [...named, ...await found(login, lang, named)];
			if (role === "admin") assert.deepEqual(await crawl(OUTSIDE, lang), []);
			assert.deepEqual(await crawl(pages, lang, login), []);
		});

test("no other machine was asked for anything, no policy was broken, the log is clean", async () => {
	await browser.close();
	browser.judge();
	await d.halt();
});
