// SPDX-License-Identifier: GPL-3.0-or-later
// What needs a hand, from nothing at all to a full screen, and back; the figures of a period with their charts on
// a phone, a tablet and a desk, in the dark and on paper; tables that are downloaded; who sees figures only.

import assert from "node:assert/strict";
import fs from "node:fs";
import { after, before, test } from "node:test";
import { daemon, HENIN_CARVIN } from "./lib/daemon.mjs";
import { Browser, shot, text } from "./lib/browser.mjs";
import { axe, sizeFaults, structureFaults } from "./lib/checks.mjs";
import { fits, heading, logIn, main } from "./lib/way.mjs";

const MONDAY = "2026-11-23T09:00:00+01:00";
const SIZES = { phone: { width: 390, height: 844 }, tablet: { width: 768, height: 1024 }, desk: { width: 1440, height: 900 } };
let d, browser, chief;

function two() {
	const t = JSON.parse(fs.readFileSync(HENIN_CARVIN, "utf8"));
	const offered = new Set(t.openings.flatMap((o) => o.services));
	t.services = t.services.filter((s) => offered.has(s.id));
	t.organisations[0].dry_threshold = { slots: 0, wait_days: 0 };
	t.organisations.push({ ...t.organisations[0], id: "autre", name: "Maison d'Arras", area: [],
		dry_threshold: { slots: 3, wait_days: 10 } });
	t.counsellors.push({ id: "voisin", organisation: "autre", label: "Voisin" });
	t.sites.push({ ...t.sites[0], id: "arras", name: "Gare", commune: "Arras", organisation: "autre" });
	t.openings.push({ id: "rare", site: "arras", counsellor: "voisin", services: ["premier-rdv"],
		start: "2026-12-10T09:00", end: "2026-12-10T10:00", rrule: "FREQ=WEEKLY", until: "2026-12-17" });
	return t;
}

before(async () => {
	d = await daemon({ now: MONDAY, territory: two() });
	browser = await new Browser(d).launch();
	d.addUser("marie", "counsellor", "conseiller-1");
	d.addUser("reseau", "network");
	d.addUser("vigie", "observer");
	chief = await browser.page({ size: SIZES.desk });
	await logIn(chief, "reseau");
});

after(async () => {
	await browser?.close();
	await d?.stop();
});

// A picture leaves its traces in the page: what does not depend on the window is looked at before the first.
async function see(page, name, first = true) {
	await fits(page);
	assert.deepEqual([...await sizeFaults(page), ...(first ? await structureFaults(page) : []), ...await axe(page, !first)], [],
		name);
	await shot(page, `figures-${name}`);
}

async function everywhere(page, name) {
	for (const [i, [where, size]] of Object.entries(SIZES).entries()) {
		await page.setViewportSize(size);
		await see(page, `${name}-${where}`, i === 0);
	}
}

test("nothing waits: the page says so kindly", async () => {
	const page = await browser.page({ size: SIZES.phone });
	await logIn(page, "marie");
	await page.goto("/equipe/a-faire");
	assert.equal(await heading(page), "À faire");
	assert.match(await text(main(page)), /Rien n’attend/);
	await everywhere(page, "1-nothing");
});

test("no appointment yet: the figures say what to do", async () => {
	await chief.goto("/equipe/chiffres");
	assert.match(await text(main(chief)), /Aucun rendez-vous sur cette période/);
	await chief.getByRole("link", { name: "Voir cette année" }).click();
	assert.match(await text(main(chief)), /Réseau|, 2026/);
});

const OUTCOMES = ["seen", "seen", "no_show", "seen", "excused", "seen", "seen", "door_closed"];

test("a full screen, each line with its button", async () => {
	const slots = await d.slots("premier-rdv", { site: "oignies-siege" });
	const ids = [];
	for (let n = 0; n < 40 && n < slots.length; n++)
		ids.push((await d.book(slots[n], `n${n}`, { first_name: `Prénom${n}`, last_name: "Martin",
			phone: `06 00 00 ${String(n).padStart(2, "0")} 00` })).id);
	d.rdvctl(["sms-in", "+33699887766", "bonjour je voudrais parler à quelqu'un"]);
	await d.restartAt("2026-12-14T09:00:00+01:00");
	for (let n = 0; n < 8; n++)
		await d.api("POST", `/staff/appointments/${ids[n]}/outcome`, { outcome: OUTCOMES[n % OUTCOMES.length] },
			{ local: true });
	await logIn(chief, "reseau"); // weeks have passed
	await chief.goto("/equipe/a-faire");
	assert.match(await text(main(chief)), /À faire, dans tout le réseau/);
	await everywhere(chief, "2-network");
	const rows = chief.locator("tbody tr");
	assert.equal(await rows.count(), 2);
	await chief.getByRole("link", { name: "Maison d'Arras" }).click();
	assert.match(await text(main(chief)), /Bientôt plus d’horaires/);
	assert.match(await text(main(chief)), /Arras, Gare/);
	assert.match(await text(main(chief)), /La dernière permanence est le jeudi 17 décembre/);
	await everywhere(chief, "3-organisation");
	await chief.getByRole("link", { name: /^Ajouter une permanence/ }).first().click();
	assert.match(chief.url(), /\/equipe\/reglages\/permanences\/nouvelle\?lieu=arras/);
	const page = await browser.page({ size: SIZES.phone });
	await logIn(page, "marie");
	await page.goto("/equipe/a-faire");
	assert.match(await text(main(page)), /À renseigner/);
	await everywhere(page, "4-counsellor");
	await page.getByRole("link", { name: "Renseigner" }).click();
	assert.equal(new URL(page.url()).pathname, "/equipe/a-renseigner");
});

test("the figures: large ones, tables and charts, at three widths, in the dark, on paper", async () => {
	const page = await browser.page({ size: SIZES.desk });
	await logIn(page, "marie");
	await page.goto("/equipe/chiffres?periode=annee&comparer=an");
	assert.match(await text(page.locator(".lead")), /2026/);
	const missed = page.locator(".totals > div").filter({ hasText: "Non honorés" });
	assert.match(await text(missed), /\d+ sur \d+, \d+\s%/);
	assert.ok(await page.locator("svg.chart[role=img]").count() >= 4);
	await everywhere(page, "5-figures");
	// each chart stands beside a table that says the same
	for (const section of await page.locator("section:has(svg.chart)").all())
		assert.equal(await section.locator("table").count(), 1);
	await page.emulateMedia({ media: "print" });
	await shot(page, "figures-6-paper");
	const dark = await browser.page({ size: SIZES.phone, dark: true });
	await logIn(dark, "marie");
	await dark.goto("/equipe/chiffres?periode=annee");
	await see(dark, "7-dark");
	// other dates count, whatever is chosen beside them
	await page.emulateMedia({ media: "screen" });
	await page.getByLabel("Du").fill("2026-12-01");
	await page.getByLabel("Au", { exact: true }).fill("2026-12-05");
	await page.getByRole("button", { name: "Afficher" }).click();
	assert.match(await text(page.locator(".lead")), /du 1er décembre au 5 décembre 2026/);
	await page.getByLabel("Du").fill("2026-12-09");
	await page.getByRole("button", { name: "Afficher" }).click();
	assert.match(await text(page.locator(".errors")), /La fin est avant le début/);
	assert.equal(await page.getByLabel("Du").inputValue(), "2026-12-09");
});

test("tables are downloaded as they are shown", async () => {
	await chief.setViewportSize(SIZES.desk);
	await chief.goto("/equipe/chiffres?periode=annee");
	for (const [name, ending] of [["Télécharger en CSV", "csv"], ["Télécharger pour Excel ou LibreOffice", "xlsx"]]) {
		const [download] = await Promise.all([chief.waitForEvent("download"), chief.getByRole("link", { name }).click()]);
		assert.equal(download.suggestedFilename(), `chiffres-2026-01-01-2026-12-31.${ending}`);
		assert.ok(fs.statSync(await download.path()).size > 500);
	}
});

test("who sees figures only is told nothing small", async () => {
	const page = await browser.page({ size: SIZES.phone });
	await logIn(page, "vigie");
	await page.goto("/equipe/chiffres?periode=annee");
	assert.match(await text(main(page)), /personne ne doit pouvoir être reconnu/);
	for (const cell of await page.locator("td[data-is=Honorés]").allTextContents())
		assert.ok(cell === "·" || Number(cell) >= 5, cell);
	await everywhere(page, "8-observer");
	const answer = await page.goto("/equipe/a-faire");
	assert.equal(answer.status(), 403);
	browser.judge();
});
