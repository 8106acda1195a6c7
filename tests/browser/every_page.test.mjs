// SPDX-License-Identifier: GPL-3.0-or-later
// Every page, public and the team's, in each state, both languages, four widths, light and dark: axe-core
// finds nothing, every field has a label, nothing is wider than the window, targets are large enough, pages are
// light. Leaves pictures of them all in the folder of SCREENSHOTS.

import assert from "node:assert/strict";
import fs from "node:fs";
import { after, before, test } from "node:test";
import { daemon, HENIN_CARVIN, until } from "./lib/daemon.mjs";
import { Browser, PHONE, shot } from "./lib/browser.mjs";
import { axe, sizeFaults, structureFaults, weightFaults } from "./lib/checks.mjs";
import { logIn } from "./lib/way.mjs";

const THURSDAY = "2026-11-26T14:50:00+01:00"; // in the middle of an afternoon at Hénin-Beaumont
const SIZES = [PHONE, { width: 390, height: 844 }, { width: 768, height: 1024 }, { width: 1280, height: 800 }];

let d, browser, links;

// The real territory, with what it does not have: a workshop, a telephone number, words for the way and a
// person who receives at two places.
function richer() {
	const t = JSON.parse(fs.readFileSync(HENIN_CARVIN, "utf8"));
	Object.assign(t.organisations[0], { phone: "03 21 00 00 00", email: "equipe@example.org" });
	const henin = t.sites.find((s) => s.id === "henin-mission-locale");
	Object.assign(henin, { access: { fr: "Bus 10 et 16, arrêt Mairie.", en: "Buses 10 and 16, stop Mairie." }, step_free: true });
	t.openings.push({ id: "atelier", site: "oignies-siege", counsellor: "conseiller-2", services: ["atelier-logement"],
		start: "2026-11-27T14:00", end: "2026-11-27T16:00", rrule: "FREQ=WEEKLY;BYDAY=FR" });
	return t;
}

// Appointments in every state; the names are those of the pages below.
async function populate() {
	const here = (list, site, day, hour) => list.find((s) => s.site === site && s.start.startsWith(`${day}T${hour}`));
	const first = await d.slots("premier-rdv"), follow = await d.slots("suivi");
	const phone = await d.slots("telephone"), workshop = await d.slots("atelier-logement");
	const henin = "henin-mission-locale", today = "2026-11-26";
	const make = async (name, slot, person = {}, more = {}) => {
		assert.ok(slot, `no slot for ${name}`);
		links[name] = await d.book(slot, `page-${name}`, person, more);
	};
	await make("past", here(first, "rouvroy-maison-solidaire", "2026-11-23", "09"));
	await make("pending", here(first, "oignies-siege", "2026-11-23", "13:30"), { first_name: "Lou", phone: "06 11 22 33 44" });
	await make("today-seen", here(first, henin, today, "13:30"), { first_name: "Ilyès", last_name: "Benali" });
	await make("today-late", here(first, henin, today, "15:30"), { first_name: "Maëlle", last_name: "de la Fontaine-Delacourt",
		email: "maelle@example.org", needs: "Langue ou interprète : arabe. Accès sans marches." }, { party_size: 3 });
	await make("booked", here(first, henin, "2026-12-03", "13:30"), { email: "noe@example.org" });
	await make("confirmed", here(first, henin, "2026-12-03", "14:30"), { first_name: "Sacha" }, { party_size: 2 });
	await make("cancelled", here(first, henin, "2026-12-10", "13:30"), { first_name: "Yanis" });
	await make("revoked", here(first, henin, "2026-12-10", "14:30"), { first_name: "Chloé" });
	await make("code", here(follow, "carvin-mission-locale", "2026-11-30", "09"), { first_name: "Zoé", phone: null });
	await make("phone", phone.find((s) => s.start.startsWith("2026-11-30")), { first_name: "Aya" });
	await make("workshop", workshop[0], { first_name: "Tom" }, { party_size: 2 });
	await d.api("POST", `/appointments/${links.confirmed.token}/confirm`, {});
	await d.api("POST", `/appointments/${links.cancelled.token}/cancel`, {});
	await d.api("POST", `/staff/appointments/${links.revoked.id}/outcome`, { outcome: "revoked" }, { local: true });
	await make("freed", here(first, henin, "2026-12-17", "13:30"), { first_name: "Lina", phone: "06 11 22 33 01" });
	await make("waits", here(first, henin, "2027-01-07", "13:30"), { first_name: "Imane", phone: "06 11 22 33 02", email: "imane@example.org" });
	await make("waits-too", here(first, henin, "2027-01-07", "14:30"), { first_name: "Hugo", phone: "06 11 22 33 03" });
	for (const name of ["waits", "waits-too"])
		links[name].waiting = (await d.api("POST", `/appointments/${links[name].token}/waiting`, { anywhere: true },
			{ expect: 201 })).waiting.token;
	await d.restartAt(THURSDAY);
	await d.api("POST", `/appointments/${links.freed.token}/cancel`, {});
	await until(async () => (await d.api("GET", `/waiting/${links.waits.waiting}`)).waiting.offer, "an offer");
	await d.api("POST", `/staff/appointments/${links["today-seen"].id}/outcome`,
		{ outcome: "seen", persons_present: 1 }, { local: true });
	const told = await d.api("POST", "/local/sms-in", { from: "06 11 22 33 02", text: "je voudrais parler à quelqu'un svp" },
		{ local: true, expect: 201 });
	links.text = told.id;
	d.rdvctl(["sms-in", "06 98 76 54 32", "STOP"]);
	d.rdvctl(["sms-in", "06 98 76 54 32", "je veux parler à quelqu'un"]);
}

before(async () => {
	links = {};
	d = await daemon({ territory: richer() });
	browser = await new Browser(d).launch();
	d.addUser("conseil", "admin", "conseiller-1");
	await populate();
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

const STAFF = [
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
		const kind = name.replace(/^(team-\w+|\w+).*$/, "$1");
		if ((kinds.get(title) ?? kind) !== kind) faults.push(`"${title}" is the title of ${kinds.get(title)} and ${kind}`);
		kinds.set(title, kind);
	}
	return faults;
}

// At 320 px without script.
async function crawlPlain(pages, { lang, locale, staff, note }) {
	const page = await browser.page({ js: false, locale });
	if (staff) await logIn(page, "conseil");
	for (const [name, how] of pages) {
		await reach(page, how);
		note(name, "320 without script", await sizeFaults(page));
		note(name, "without script", await structureFaults(page));
		for (const scheme of lang === "fr" ? ["dark", "light"] : ["light"]) {
			await page.emulateMedia({ colorScheme: scheme });
			await shot(page, `${name}-${lang}-320-${scheme}`);
		}
	}
	await page.context().close();
}

// With script, at every width. Layout does not depend on the language: English is looked at in two of them.
async function crawlScripted(pages, { lang, locale, staff, note }) {
	const page = await browser.page({ size: SIZES[1], locale });
	const titles = [];
	if (staff) await logIn(page, "conseil");
	for (const [name, how] of pages) {
		await page.setViewportSize(SIZES[1]);
		await reach(page, how);
		titles.push([name, await page.title()]);
		assert.equal(await page.locator("html").getAttribute("lang"), lang, name);
		note(name, "with script", await structureFaults(page));
		if (!staff) note(name, "weight", await weightFaults(page));
		for (const size of SIZES) {
			await page.setViewportSize(size);
			note(name, size.width, await sizeFaults(page));
			for (const scheme of ["light", "dark"]) {
				if (lang !== "fr" && (size.width === 320 ? scheme !== "light" : size.width !== 1280 || scheme !== "dark")) continue;
				await page.emulateMedia({ colorScheme: scheme });
				note(name, `${size.width} ${scheme}`, await axe(page, scheme === "dark"));
				if (lang === "fr" && (size.width === 390 || size.width === 1280))
					await shot(page, `${name}-${lang}-${size.width}-${scheme}`);
			}
		}
	}
	await page.context().close();
	note("titles", lang, titlesApart(titles));
}

async function crawl(pages, lang, staff = false) {
	const faults = [];
	const note = (name, where, list) => faults.push(...list.map((f) => `${name} (${lang}, ${where}): ${f}`));
	const how = { lang, locale: lang === "fr" ? "fr-FR" : "en-GB", staff, note };
	await Promise.all([crawlPlain(pages, how), crawlScripted(pages, how)]);
	return faults;
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

for (const lang of ["fr", "en"]) {
	test(`public pages (${lang})`, async () => {
		assert.deepEqual(await crawl(PUBLIC, lang), []);
	});
	test(`the team's pages (${lang})`, async () => {
		assert.deepEqual([...await crawl(OUTSIDE, lang), ...await crawl(STAFF, lang, true)], []);
	});
}

test("no other machine was asked for anything, no policy was broken, the log is clean", async () => {
	await browser.close();
	browser.judge();
	await d.halt();
});
