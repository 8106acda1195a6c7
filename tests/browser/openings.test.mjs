// SPDX-License-Identifier: GPL-3.0-or-later
// Permanences made on the page: the alternate Mondays of Rouvroy and Carvin, made by the picker in one step, are the
// imported ones slot for slot over two years; an occurrence with three people in it is cancelled, each is moved, told,
// and seen in the spool; an absence in two clicks. On a phone, a tablet and a desk, with scripts and without.

import assert from "node:assert/strict";
import fs from "node:fs";
import { after, before, test } from "node:test";
import { daemon, HENIN_CARVIN } from "./lib/daemon.mjs";
import { Browser, shot, text } from "./lib/browser.mjs";
import { axe, sizeFaults, structureFaults } from "./lib/checks.mjs";
import { htmlFaults } from "./lib/valid.mjs";
import { fits, heading, logIn, main } from "./lib/way.mjs";

const SIZES = { phone: { width: 390, height: 844 }, tablet: { width: 768, height: 1024 }, desk: { width: 1440, height: 900 } };
const SUNDAY = "2026-11-22T08:00:00+01:00";
const MONDAY = "2026-11-23T10:00:00+01:00"; // messages leave: on Sundays they do not
const OPENINGS = "/equipe/reglages/permanences";
const PAIR = ["rouvroy-lundi", "carvin-lundi"];
let made, imported, browser, page;

before(async () => {
	const bare = JSON.parse(fs.readFileSync(HENIN_CARVIN, "utf8"));
	bare.openings = bare.openings.filter((o) => !PAIR.includes(o.id));
	made = await daemon({ territory: bare });
	imported = await daemon();
	made.addUser("chef", "admin");
	browser = await new Browser(made).launch();
	page = await browser.page({ size: SIZES.desk });
	page.setDefaultTimeout(8000);
	await logIn(page, "chef");
});

after(async () => {
	try {
		await browser?.close();
	} finally {
		await made?.stop();
		await imported?.stop();
	}
});

// What every page keeps, and pictures to look at (which write into the page: after the rest).
async function look(name) {
	assert.deepEqual(await axe(page), []);
	assert.deepEqual(await structureFaults(page), []);
	for (const [size, viewport] of Object.entries(SIZES)) {
		await page.setViewportSize(viewport);
		await fits(page);
		if (size === "phone") assert.deepEqual(await sizeFaults(page), []);
	}
	for (const [size, viewport] of Object.entries(SIZES)) {
		await page.setViewportSize(viewport);
		await shot(page, `openings-${name}-${size}`);
	}
}

// The page as it was sent.
async function valid(path) {
	const answer = await page.request.get(path);
	assert.deepEqual(await htmlFaults(await answer.text()), [], path);
}

test("an alternating pair in one step, said back as it is typed", async () => {
	await page.goto(OPENINGS);
	await page.getByRole("link", { name: "Ajouter une permanence" }).click();
	await page.getByLabel("Lieu", { exact: true }).selectOption("rouvroy-maison-solidaire");
	await page.getByLabel("Conseiller 2").check();
	await page.getByLabel("Premier rendez-vous").check();
	await page.getByLabel("Rendez-vous de suivi").check();
	await page.getByLabel("À partir du").fill("2025-07-07");
	await page.getByLabel("À quel rythme ?").first().selectOption("2");
	await page.getByLabel("L’autre semaine, à").selectOption("carvin-mission-locale");
	const said = page.locator("#phrase");
	await said.getByText("Un lundi matin sur deux à Rouvroy, en alternance avec Carvin, à partir du 7 juillet 2025.").waitFor();
	assert.match(await text(said), /Un lundi matin sur deux à Carvin, en alternance avec Rouvroy, à partir du 14 juillet 2025\./);
	// the next five, counted from today
	for (const day of ["23 novembre", "7 décembre", "21 décembre", "4 janvier 2027", "18 janvier 2027"])
		assert.match(await text(said), new RegExp(`Lundi ${day}`));
	await look("new");
	await page.getByRole("button", { name: "Enregistrer", exact: true }).last().click();
	await page.waitForURL(/permanences\?fait=/);
	assert.match(await text(main(page)), /Les deux permanences sont enregistrées\./);
	assert.match(await text(main(page)), /Un lundi matin sur deux, en alternance avec Carvin/);
	await look("list");
});

test("they are the imported ones, slot for slot, over two years", async () => {
	const day = 86400000;
	let seen = 0;
	for (let at = Date.parse(SUNDAY); at < Date.parse(SUNDAY) + 730 * day; at += 88 * day) {
		const now = new Date(at).toISOString().replace(".000", "");
		await Promise.all([made.restartAt(now), imported.restartAt(now)]);
		for (const service of ["premier-rdv", "suivi"])
			for (const site of ["rouvroy-maison-solidaire", "carvin-mission-locale"]) {
				const [a, b] = await Promise.all([made.slots(service, { site }), imported.slots(service, { site })]);
				assert.deepEqual(a, b);
				seen += a.length;
			}
	}
	assert.ok(seen > 600, `${seen} slots compared`);
	await made.restartAt(SUNDAY);
});

test("an occurrence with three people in it: each is moved, told, and in the spool", async () => {
	const free = (await made.slots("premier-rdv", { site: "carvin-mission-locale" }))
		.filter((s) => s.start.startsWith("2026-11-30"));
	assert.equal(free.length, 3);
	const people = [["Inès", "06 12 34 56 71"], ["Bilal", "06 12 34 56 72"], ["Chloé", "06 12 34 56 73"]];
	for (const [i, [first_name, phone]] of people.entries())
		await made.book(free[i], `three-${i}`, { first_name, last_name: "Martin", phone });
	await page.goto(OPENINGS);
	await page.setViewportSize(SIZES.desk);
	await page.getByRole("region").or(page.locator("section", { hasText: "Carvin, Mission locale" })).first().waitFor();
	await page.locator("section", { hasText: "Carvin, Mission locale" }).getByRole("link").first().click();
	await page.getByRole("link", { name: "Lundi 30 novembre" }).click();
	assert.match(await heading(page), /Permanence du lundi 30 novembre à Carvin/);
	await look("once");
	await page.getByRole("button", { name: "Annuler cette permanence" }).click();
	assert.match(await text(main(page)), /3 personnes ont rendez-vous à ce moment-là\. Rien n’est encore changé/);
	assert.match(await text(page.locator("#messages")), /3 SMS/);
	await page.getByText("Le message que cette personne recevra").first().click();
	await look("touched");
	await page.getByLabel(/je l’appelle/).first().check();
	assert.match(await text(page.locator("#messages")), /2 SMS et 0 e-mail\. 1 à appeler/);
	await page.locator("fieldset").first().getByRole("radio").first().check();
	assert.match(await text(page.locator("#messages")), /3 SMS/);
	await page.getByRole("button", { name: "Enregistrer le changement et prévenir" }).last().click();
	await page.waitForURL(/fait=/);
	assert.match(await text(main(page)), /Cette permanence est annulée\. 3 rendez-vous déplacés\./);
	const { appointments } = await made.api("GET", "/staff/appointments", undefined, { local: true });
	for (const a of appointments) {
		assert.equal(a.status, "booked");
		assert.ok(a.site !== "carvin-mission-locale" || !a.start.startsWith("2026-11-30"), a.start);
	}
	assert.equal(new Set(appointments.map((a) => a.start + a.counsellor)).size, 3);
	await made.restartAt(MONDAY);
	for (const [first, phone] of people) {
		const to = phone.replace(/^0/, "+33").replace(/ /g, "");
		const message = await made.message((m) => m.to === to && /déplacé|nouvel|changé/i.test(m.text), `what ${first} is told`);
		assert.doesNotMatch(message.text, /30 novembre à (9|10|11) h/);
	}
	await made.restartAt(SUNDAY);
});

test("the pages are valid", async () => {
	for (const path of [OPENINGS, `${OPENINGS}/nouvelle`, `${OPENINGS}/henin-jeudi`, `${OPENINGS}/henin-jeudi/2026-12-03`,
		"/equipe/absences", "/equipe/reglages/changement"])
		await valid(path);
});

test("an absence in two clicks", async () => {
	await page.goto("/equipe/absences");
	await page.getByLabel("Qui ?").selectOption("conseiller-1");
	await look("absences");
	await page.getByRole("button", { name: "Demain" }).click();
	await page.waitForURL(/absences\?fait=/);
	assert.match(await text(main(page)), /Lundi 23 novembre/);
	assert.deepEqual((await made.slots("suivi", { site: "oignies-siege", from: "2026-11-23", to: "2026-11-24" })), []);
});

test("without scripts the sentence comes by a button", async () => {
	const plain = await browser.page({ size: SIZES.phone, js: false });
	await logIn(plain, "chef");
	await plain.goto(`${OPENINGS}/nouvelle`);
	await plain.getByLabel("Lieu", { exact: true }).selectOption("henin-mds");
	await plain.getByLabel("Conseiller 1").check();
	await plain.getByLabel("Rendez-vous de suivi").check();
	await plain.getByLabel("Cela revient").selectOption("mois");
	await plain.locator("#rang").selectOption("-1");
	await plain.locator("#jour").selectOption("4");
	await plain.getByText("Sauf certains mois").click();
	await plain.getByLabel("juillet").check();
	await plain.getByLabel("août").check();
	await plain.getByRole("button", { name: "Voir les dates" }).click();
	assert.match(await text(plain.locator("#phrase")),
		/Le dernier vendredi du mois, le matin à Hénin-Beaumont, sauf en juillet et en août, à partir du 27 novembre 2026\./);
	assert.match(await text(plain.locator("#phrase")), /Vendredi 25 décembre : férié/);
	await fits(plain);
	await shot(plain, "openings-month-phone");
});

test("nothing was asked of another machine", () => browser.judge());
