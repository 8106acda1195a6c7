// SPDX-License-Identifier: GPL-3.0-or-later
// Workshops: filled by the team, one waits, a place is freed and offered to the one who waits; one more than wished;
// colleagues without a year of birth; the sheet that is signed; who came, one by one; without JavaScript.

import assert from "node:assert/strict";
import fs from "node:fs";
import { after, before, test } from "node:test";
import { daemon, HENIN_CARVIN } from "./lib/daemon.mjs";
import { Browser, shot, text } from "./lib/browser.mjs";
import { axe, sizeFaults, structureFaults } from "./lib/checks.mjs";
import { htmlFaults } from "./lib/valid.mjs";
import { fits, logIn, main } from "./lib/way.mjs";

const NOW = "2026-11-23T09:00:00+01:00"; // a Monday
const BUDGET = { id: "atelier-budget", name: { fr: "Atelier budget", en: "Budget workshop" }, mode: "site", minutes: 120,
	min_notice_minutes: 0, max_notice_days: 60, capacity: 3 };
let d, browser, page;

function territory() {
	const t = JSON.parse(fs.readFileSync(HENIN_CARVIN, "utf8"));
	t.services.push(BUDGET, { ...BUDGET, id: "echanges", name: { fr: "Groupe d’échanges", en: "Exchange group" },
		capacity: 2, capacity_soft: true, professionals: true, public: false });
	const who = t.counsellors[0].id;
	t.openings.push({ id: "budget", site: "oignies-siege", counsellor: who, services: ["atelier-budget"],
		start: "2026-11-28T14:00", end: "2026-11-28T16:00" },
	{ id: "echanges", site: "oignies-siege", counsellor: who, services: ["echanges"],
		start: "2026-12-05T09:00", end: "2026-12-05T12:00", rrule: "FREQ=MONTHLY;BYDAY=1SA;BYMONTH=1,2,3,4,5,6,9,10,11,12" });
	return t;
}

before(async () => {
	d = await daemon({ now: NOW, territory: territory() });
	browser = await new Browser(d).launch();
	d.addUser("marie", "counsellor", territory().counsellors[0].id);
	page = await browser.page({ js: false, size: { width: 1440, height: 900 } });
	await logIn(page, "marie");
});

after(async () => {
	await browser?.close();
	await d?.stop();
});

async function open(name) {
	await page.goto("/equipe/ateliers");
	await page.getByRole("row", { name }).first().getByRole("link").click();
}

async function join(first, { phone, button = "Inscrire", ...more } = {}) {
	await page.getByLabel("Prénom").fill(first);
	await page.getByLabel("Nom", { exact: true }).fill("Martin");
	if (phone) await page.getByLabel(/^Téléphone/).fill(phone);
	if (more.party) await page.getByLabel("Combien de personnes").selectOption(String(more.party));
	if (more.from) await page.getByLabel("Structure").fill(more.from);
	await page.getByRole("button", { name: button, exact: true }).click();
}

const WIDTHS = [[390, "phone"], [768, "tablet"], [1440, "desk"]];

// axe, our own rules, the HTML that was sent, at three widths; and a picture of each.
async function judged(url, name) {
	const where = await browser.page({ size: { width: 1440, height: 900 } });
	await where.context().addCookies(await page.context().cookies());
	const sent = await where.goto(url);
	const faults = [...await htmlFaults(await sent.text()), ...await structureFaults(where)];
	for (const [width, screen] of WIDTHS) {
		await where.setViewportSize({ width, height: 900 });
		await fits(where);
		faults.push(...await axe(where, width !== 1440), ...await sizeFaults(where));
		await shot(where, `workshop-${name}-${screen}`);
	}
	await where.context().close();
	assert.deepEqual(faults, [], name);
}

const rows = (name) => page.getByRole("row").filter({ hasText: name });

test("the list shows what is to come, with its places", async () => {
	await page.goto("/equipe/ateliers");
	const words = await text(main(page));
	assert.match(words, /Samedi 28 novembre/);
	assert.match(words, /0 sur 3/);
	assert.match(words, /3 places libres/);
	await judged(page.url(), "list");
});

test("filled; the next one waits; a place is freed and offered to who waits", async () => {
	await open("Atelier budget");
	await join("Ana", { phone: "06 11 00 00 01" });
	assert.match(await text(main(page)), /C’est inscrit/);
	await join("Bob", { phone: "06 11 00 00 02", party: 2 });
	assert.match(await text(main(page)), /3 sur 3 places complet/);
	assert.equal(await page.getByRole("button", { name: "Inscrire quand même" }).count(), 0, "its places are a limit");
	await join("Cléo", { phone: "06 11 00 00 03", button: "Mettre en liste d’attente" });
	const words = await text(main(page));
	assert.match(words, /la première place libre sera proposée/);
	assert.match(words, /Cléo Martin/);
	assert.match(words, /06 11 00 00 03/, "who waits can be called");
	await judged(page.url(), "full");
	await join("Zoé", { phone: "06 11 00 00 04", button: "Mettre en liste d’attente" });
	await page.getByRole("button", { name: "Retirer Zoé Martin de la liste d’attente" }).click();
	assert.match(await text(main(page)), /n’est plus sur la liste d’attente/);
	assert.doesNotMatch(await text(main(page)), /Zoé/);
	const anybody = await browser.page({ js: false, size: { width: 390, height: 900 } });
	await anybody.goto("/horaires?service=atelier-budget");
	assert.deepEqual(await structureFaults(anybody), []);
	await shot(anybody, "workshop-public-full");
	await anybody.getByRole("link", { name: /^Prévenez-moi si une place se libère Samedi 28 novembre/ }).click();
	assert.match(await text(main(anybody)), /samedi 28 novembre à 14 h/);
	await shot(anybody, "workshop-public-wait");
	await anybody.context().close();
	await rows("Ana").getByRole("link", { name: "Ana Martin" }).click();
	await page.getByRole("link", { name: /^Annuler/ }).first().click();
	await page.getByRole("button", { name: /la personne ne peut pas venir/ }).click();
	const offer = await d.message((m) => m.to === "+33611000003", "an offer");
	const [, token] = offer.text.match(/\/attente\/([\w-]{22})/);
	await open("Atelier budget");
	assert.match(await text(main(page)), /place proposée jusqu’au/);
	await d.api("POST", `/waiting/${token}/take`, {});
	await page.reload();
	assert.equal(await rows("Cléo").count(), 1);
	assert.match(await text(main(page)), /3 sur 3 places complet/);
});

test("colleagues: no year of birth, their employer, and one more than wished", async () => {
	await open("Groupe d’échanges");
	assert.equal(await page.getByLabel("Année de naissance").count(), 0);
	await join("Dan", { from: "Mission locale" });
	await join("Eve", { from: "CCAS de Carvin" });
	assert.match(await text(main(page)), /2 sur 2 places souhaitées complet/);
	await join("Fay", { from: "Département", button: "Inscrire quand même" });
	assert.match(await text(main(page)), /1 de plus que prévu/);
	await page.getByRole("link", { name: "Feuille d’émargement" }).click();
	const sheet = await text(page.locator("table"));
	for (const words of ["Dan Martin", "Mission locale", "CCAS de Carvin", "Fay Martin", "Signature"])
		assert.ok(sheet.includes(words), words);
	await judged(page.url(), "sheet");
	await page.emulateMedia({ media: "print" });
	await shot(page, "workshop-sheet");
	await page.emulateMedia({ media: "screen" });
});

test("one that takes place once, in one form; without a kind there is none to make", async () => {
	d.addUser("chef", "admin");
	const chief = await browser.page({ js: false, size: { width: 1440, height: 900 } });
	await logIn(chief, "chef");
	await chief.goto("/equipe/ateliers");
	await shot(chief, "workshop-list-admin");
	await chief.getByRole("link", { name: "Créer un atelier" }).click();
	await chief.getByLabel("Quel atelier").selectOption("atelier-budget");
	await chief.getByLabel("Jour").fill("2026-12-09");
	await chief.getByLabel("Début").fill("10:00");
	await chief.getByLabel("Fin").fill("11:00");
	await chief.getByRole("button", { name: "Créer l’atelier" }).click();
	assert.match(await text(chief.locator(".errors")), /finissez plus tard/);
	await shot(chief, "workshop-new");
	await chief.getByLabel("Fin").fill("12:00");
	await chief.getByRole("button", { name: "Créer l’atelier" }).click();
	assert.match(await text(main(chief)), /L’atelier est créé/);
	assert.match(await text(main(chief)), /Mercredi 9 décembre, de 10 h à 12 h/);
	const cookies = await page.context().cookies();
	await page.context().clearCookies();
	await page.context().addCookies(await chief.context().cookies());
	await judged("/equipe/ateliers/nouveau", "new");
	await page.context().clearCookies();
	await page.context().addCookies(cookies);
	await chief.context().close();
});

test("what was typed is kept beside its error; markup is text", async () => {
	await open("Atelier budget");
	await page.getByLabel("Prénom").fill("<img src=x onerror=alert(1)>");
	await page.getByLabel(/^Téléphone/).fill("12");
	await page.getByLabel("E-mail").fill("pas une adresse");
	await page.getByRole("button", { name: "Mettre en liste d’attente" }).click();
	assert.equal(await page.getByLabel("Prénom").inputValue(), "<img src=x onerror=alert(1)>");
	assert.ok(await page.locator(".errors a[href='#email']").count(), "the summary leads to the field");
	assert.equal(await page.locator("main img").count(), 0);
	await shot(page, "workshop-errors");
});

test("who came, one by one", async () => {
	await d.restartAt("2026-11-28T16:30:00+01:00");
	await page.goto("/equipe/ateliers");
	await logIn(page, "marie");
	await page.goto("/equipe/ateliers?passes=1");
	assert.match(await text(main(page)), /3 sur 3/);
	await page.getByRole("link", { name: /Samedi 28 novembre/ }).click();
	await rows("Bob").getByRole("button", { name: /^Honoré|^2/ }).first().click();
	await rows("Cléo").getByRole("button", { name: /^Non honoré/ }).click();
	await judged(page.url(), "after");
	const { appointments } = await d.api("GET", "/staff/appointments?from=2026-11-28&to=2026-11-29&limit=500", undefined,
		{ local: true });
	const outcome = (name) => appointments.find((a) => a.person.first_name === name && a.status !== "cancelled").outcome;
	assert.deepEqual([outcome("Bob"), outcome("Cléo")], ["seen", "no_show"]);
	assert.equal(new Set(appointments.filter((a) => a.status !== "cancelled").map((a) => a.session)).size, 1);
});
