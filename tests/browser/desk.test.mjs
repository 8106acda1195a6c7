// SPDX-License-Identifier: GPL-3.0-or-later
// The day at the desk: who is next is seen first; somebody arrives and a second browser sees it; somebody comes
// without an appointment, in two clicks; a no-show said by keyboard, taken back, said again, and followed up; a home
// visit that is late; what the front desk sees. With scripts and without, on a phone, a tablet and a desk.

import assert from "node:assert/strict";
import fs from "node:fs";
import { after, before, test } from "node:test";
import { daemon, HENIN_CARVIN, PASSWORD, until } from "./lib/daemon.mjs";
import { Browser, shot, text } from "./lib/browser.mjs";
import { axe, sizeFaults, structureFaults } from "./lib/checks.mjs";
import { htmlFaults } from "./lib/valid.mjs";
import { fits, heading, logIn, main } from "./lib/way.mjs";

const SIZES = { phone: { width: 390, height: 844 }, tablet: { width: 768, height: 1024 }, desk: { width: 1440, height: 900 } };
const TODAY = "2026-11-26T14:20:00+01:00"; // a Thursday: conseiller-1 is at Hénin-Beaumont from 13:30 to 17:00
const EVENING = "2026-11-26T20:40:00+01:00";
const FRIDAY = "2026-11-27T15:00:00+01:00";
const PLACE = "henin-mission-locale";
let d, browser, page, rdv;

// The real territory, and visits at home.
function withVisits() {
	const t = JSON.parse(fs.readFileSync(HENIN_CARVIN, "utf8"));
	t.organisations[0].alarm = { phone: "06 99 88 77 66" };
	t.services.push({ id: "domicile", name: { fr: "Visite à domicile", en: "Home visit" }, mode: "home", minutes: 60,
		max_notice_days: 60, public: false, reminders: [] });
	return t;
}

before(async () => {
	d = await daemon({ territory: withVisits() });
	browser = await new Browser(d).launch();
	d.addUser("marie", "counsellor", "conseiller-1");
	d.rdvctl(["user", "add", "accueil", "--role", "desk", "--organisation", "cllaj-henin-carvin", "--password-stdin"],
		`${PASSWORD}\n`);
	const slots = (await d.slots("premier-rdv")).filter((s) => s.site === PLACE);
	const book = async (hour, name, phone, more) => (await d.book(slots.find((s) => s.start.startsWith(hour)), `desk-${name}`,
		{ first_name: name, last_name: "Martin", phone }, more)).id;
	rdv = {
		ines: await book("2026-11-26T13:30", "Inès", "06 98 76 54 01", { party_size: 2 }),
		lou: await book("2026-11-26T14:30", "Lou", "06 98 76 54 02"),
		tom: await book("2026-11-26T15:30", "Tom", "06 98 76 54 03"),
	};
	const place = { name: "chez Zoé, rue des Lilas", postcode: "62110" };
	rdv.zoe = (await d.api("POST", "/staff/appointments", { service: "domicile", place, counsellor: "conseiller-2",
		start: "2026-11-26T12:00:00+01:00", person: { first_name: "Zoé" } }, { local: true, expect: 201 })).appointment.id;
	await d.restartAt(TODAY);
	page = await browser.page({ size: SIZES.desk });
	await logIn(page, "marie");
});

after(async () => {
	await browser?.close();
	await d?.stop();
});

const rows = (name, where = page) => where.locator("table.day tr").filter({ hasText: name });
const state = async (id) => {
	const { appointments } = await d.api("GET", "/staff/appointments?from=2026-11-20&to=2026-12-31&limit=500",
		undefined, { local: true });
	return appointments.find((a) => a.id === id);
};

// The page as it stands keeps what every page keeps.
async function good(where, name) {
	const sent = await where.context().request.get(where.url());
	const faults = [...await axe(where), ...await structureFaults(where), ...await sizeFaults(where),
		...await htmlFaults(await sent.text())];
	assert.deepEqual(faults, []);
	for (const [size, viewport] of Object.entries(SIZES)) {
		await where.setViewportSize(viewport);
		await fits(where);
		await shot(where, `desk-${name}-${size}`);
	}
	await where.setViewportSize(SIZES.desk);
}

test("who is next stands on top; somebody arrives, another browser sees it", async () => {
	assert.equal(await heading(page), "Jeudi 26 novembre, Hénin-Beaumont");
	assert.match(await text(page.locator(".next")), /Maintenant\s+13 h 30 · Inès Martin[\s\S]*Puis 14 h 30 · Lou Martin/);
	await rows("Lou").getByRole("button", { name: /^Est là/ }).click();
	await page.waitForURL(/#r\d+$/);
	assert.match(await text(rows("Lou")), /est là depuis 14 h 20/);
	await rows("Tom").getByText("En retard").click();
	await rows("Tom").getByRole("button", { name: "20 min" }).click();
	await page.waitForURL(/#r\d+$/);
	assert.match(await text(rows("Tom")), /prévient : arrivera vers 15 h 50/);
	const other = await browser.page({ size: SIZES.tablet, js: false });
	await logIn(other, "accueil");
	await other.goto(`/equipe?lieu=${PLACE}`);
	assert.match(await text(other.locator(".next")), /Salle d’attente : une personne\s+Lou depuis 14 h 20/);
	// and the other way round: the front desk notes, the counsellor's page says so by itself
	await page.reload();
	await page.locator("html[data-live='1']").waitFor();
	await rows("Inès", other).getByRole("button", { name: /^Est là/ }).click();
	await page.getByText("Salle d’attente : 2 personnes").waitFor();
	assert.match(await text(rows("Inès")), /est là depuis 14 h 20/);
	await good(page, "day");
	await other.close();
});

test("the front desk sees an hour, a place, a first name and who arrives, nothing of people's files", async () => {
	const front = await browser.page({ size: SIZES.desk });
	await logIn(front, "accueil");
	await front.goto(`/equipe?lieu=${PLACE}`);
	const all = await text(main(front));
	assert.match(all, /Inès/);
	for (const hidden of [/Martin/, /06 98/, /Honoré/, /première fois/, /rappel/, /Quelqu’un est là/, /Ajouter/])
		assert.doesNotMatch(all, hidden);
	assert.equal(await front.locator('a[href^="tel:"], a[href*="/equipe/rdv/"]').count(), 0);
	await good(front, "front");
	for (const path of [`/equipe/rdv/${rdv.ines}`, "/equipe/passage", "/equipe/a-renseigner"])
		assert.ok([403, 404].includes((await front.goto(path)).status()), path);
	await front.close();
});

test("somebody comes without an appointment: two clicks", async () => {
	await page.goto("/equipe");
	await page.getByRole("link", { name: "Quelqu’un est là" }).click();
	await page.waitForURL(/\/equipe\/passage/);
	assert.match(await text(page.locator("#avec")), /pas libre avant 1[56] h/);
	await good(page, "walk-in");
	await page.getByRole("button", { name: "Noter l’arrivée" }).last().click();
	await page.waitForURL(/fait=passage/);
	assert.match(await text(rows("Passage")), /sans rendez-vous, là depuis 14 h 20/);
	assert.match(await text(page.locator(".notice.good")), /C’est noté/);
	assert.equal(d.spool().filter((m) => /Passage/.test(m.text)).length, 0);
});

test("an appointment says who comes along", async () => {
	await page.goto(`/equipe/rdv/${rdv.tom}`);
	await page.getByText("Quelqu’un accompagne").click();
	await page.getByLabel("Qui accompagne").fill("assistante sociale, Mission locale");
	await page.getByRole("button", { name: "Noter", exact: true }).last().click();
	await page.waitForURL(/#r\d+$/);
	assert.equal((await state(rdv.tom)).companion, "assistante sociale, Mission locale");
	await good(page, "appointment");
	await page.goto("/equipe");
	assert.match(await text(rows("Tom")), /avec : assistante sociale, Mission locale/);
});

test("a home visit: setting out, then late and red, then all is well", async () => {
	await page.goto("/equipe?tout=1");
	await rows("Zoé").getByRole("button", { name: /^Nous partons/ }).click();
	await page.waitForURL(/#r\d+$/);
	assert.match(await text(rows("Zoé")), /en visite depuis 14 h 20, retour prévu à 1\d h/);
	await d.restartAt(EVENING);
	await logIn(page, "marie");
	await page.goto("/equipe");
	const alarm = page.locator("section.errors");
	assert.match(await text(alarm), /Visite à domicile : pas de nouvelles[\s\S]*Appelez l’équipe/);
	assert.doesNotMatch(await text(alarm), /Lilas/);
	assert.match(await text(main(page)), /\d rendez-vous à renseigner\./);
	await good(page, "alarm");
	await alarm.getByRole("button", { name: /^Tout va bien/ }).click();
	await page.waitForURL(/#r\d+$/);
	assert.equal(await alarm.count(), 0);
	assert.ok((await state(rdv.zoe)).visit.settled);
	await page.goto("/equipe?tout=1");
	await rows("Zoé").getByRole("button", { name: /^Nous sommes revenus/ }).click();
	await page.waitForURL(/#r\d+$/);
	assert.match(await text(rows("Zoé")), /retour à 20 h 40/);
});

test("to mark, by keyboard: one key each, taken back, and the no-show is followed up", async () => {
	await page.goto("/equipe/a-renseigner");
	assert.equal(await page.locator("table.day tr[id]").count(), 4);
	assert.match(await text(page.locator("tr:focus")), /Inès/);
	await good(page, "pending");
	await page.locator("table.day tr[id]").first().focus();
	await page.keyboard.press("2");
	await rows("Inès").getByText("Honoré, 2").waitFor();
	assert.match(await text(page.locator("tr:focus")), /Lou/);
	await page.keyboard.press("h");
	await rows("Lou").locator("td.end .tag.ok").waitFor();
	await page.keyboard.press("z");
	await rows("Lou").getByRole("button", { name: /^Non honoré/ }).waitFor();
	assert.match(await text(page.locator("tr:focus")), /Lou/);
	await page.keyboard.press("n");
	await page.locator("#dit").getByText("Lou Martin : Non honoré").waitFor();
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("k");
	await shot(page, "desk-pending-done");
	const [ines, lou] = [await state(rdv.ines), await state(rdv.lou)];
	assert.deepEqual([ines.outcome, ines.persons_present, lou.outcome], ["seen", 2, "no_show"]);
	await d.restartAt(FRIDAY);
	const sent = async () => (await state(rdv.lou)).messages.find((m) => m.kind === "follow_up" &&
		["accepted", "delivered"].includes(m.state));
	const followUp = await until(sent, "the follow-up to leave");
	const letter = d.spool().find((m) => m.to === "+33698765402" && m.text.trim() === followUp.text.trim());
	assert.ok(letter, "it stands in the spool");
});

test("without scripts: a button says it, and the page offers to take it back", async () => {
	const plain = await browser.page({ size: SIZES.phone, js: false });
	await logIn(plain, "marie");
	await plain.goto("/equipe/a-renseigner");
	assert.ok(await plain.locator("#touches").isHidden());
	await rows("Tom", plain).getByRole("button", { name: /^Non honoré/ }).click();
	await plain.waitForURL(/dernier=/);
	assert.match(await text(plain.locator(".notice.good").first()), /Tom Martin : Non honoré/);
	assert.equal(await rows("Tom", plain).count(), 0);
	await shot(plain, "desk-pending-plain");
	await plain.getByRole("button", { name: /^Reprendre/ }).click();
	await plain.waitForURL(/a-renseigner/);
	assert.equal((await state(rdv.tom)).outcome, "unknown");
	assert.equal(await rows("Tom", plain).count(), 1);
	await plain.close();
	browser.judge();
});
