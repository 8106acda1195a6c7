// SPDX-License-Identifier: GPL-3.0-or-later
// The agenda: a week that is whole without a script; with one, a move by hand and by keyboard, taken back within
// half a minute or told after it, two open at once, a gap that becomes an appointment in three fields.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { daemon, until } from "./lib/daemon.mjs";
import { Browser, shot, text } from "./lib/browser.mjs";
import { axe, structureFaults } from "./lib/checks.mjs";
import { fits, heading, logIn } from "./lib/way.mjs";

const SIZES = { phone: { width: 390, height: 844 }, tablet: { width: 768, height: 1024 }, desk: { width: 1440, height: 900 } };
const TALL = { width: 1440, height: 1400 }; // all hours in sight
const TODAY = "2026-11-23T08:20:00+01:00"; // a Monday: conseiller-1 is at Oignies from 13:30 to 17:00
let d, browser, page;

before(async () => {
	d = await daemon();
	browser = await new Browser(d).launch();
	d.addUser("marie", "counsellor", "conseiller-1");
	d.addUser("paul", "counsellor", "conseiller-2");
	const slots = await d.slots("premier-rdv");
	const at = (start, site) => slots.find((s) => s.start.startsWith(start) && s.site === site);
	await d.book(at("2026-11-23T13:30", "oignies-siege"), "agenda-ines", { first_name: "Inès", last_name: "Moreau" });
	await d.book(at("2026-11-26T14:30", "henin-mission-locale"), "agenda-lou", { first_name: "Lou", last_name: "Martin", phone: "06 11 22 33 44" });
	await d.restartAt(TODAY);
	page = await browser.page({ size: TALL });
	await logIn(page, "marie");
});

after(async () => {
	await browser?.close();
	await d?.stop();
});

const item = (name, on = page) => on.locator("li.rdv").filter({ hasText: name });
const gap = (day, on = page) => on.locator(`li.free a[href*="debut=${day}"]`).first();
const bar = (on = page) => on.locator(".undo");
const state = async (name) => {
	const { appointments } = await d.api("GET", "/staff/appointments?from=2026-11-20&to=2026-12-31&limit=500",
		undefined, { local: true });
	return appointments.find((a) => a.person.first_name === name);
};
const messagesOf = async (name) => {
	const { id } = await state(name);
	return (await d.api("GET", `/staff/messages?appointment=${id}`, undefined, { local: true })).messages;
};
const moved = () => d.spool().filter((m) => m.to === "+33611223344" && /changé/.test(m.text));

async function week(on = page, query = "") {
	await on.goto(`/equipe/semaine${query}`);
	if (!query.includes("nojs")) await on.waitForFunction(() => document.documentElement.dataset.live === "1");
}

// Take an appointment by the mouse and let it go over a day's column, at the top of a half hour.
async function drag(on, name, day, hour) {
	const from = await item(name, on).boundingBox();
	const to = await on.evaluate(([date, at]) => {
		const table = document.querySelector("table.agenda");
		const column = table.querySelector(`th[data-day="${date}"]`).getBoundingClientRect();
		const [h, m] = at.split(":").map(Number);
		const row = table.querySelectorAll("tbody tr")[(h * 60 + m - Number(table.dataset.from)) / 30].getBoundingClientRect();
		return { x: column.left + column.width / 2, y: row.top };
	}, [day, hour]);
	await on.mouse.move(from.x + 40, from.y + 12);
	await on.mouse.down();
	await on.mouse.move(to.x, to.y + 5, { steps: 5 });
	await on.mouse.move(to.x, to.y + 12, { steps: 2 });
	await on.mouse.up();
}

test("without a script the week is a table of hours, whole: bands, people, gaps that lead to booking", async () => {
	const plain = await browser.page({ size: SIZES.desk, js: false });
	await logIn(plain, "marie");
	await week(plain, "?nojs");
	assert.equal(await heading(plain), "Semaine du lundi 23 novembre");
	assert.match(await text(item("Inès", plain)), /13 h 30 Inès Moreau Premier rendez-vous/);
	assert.equal(await plain.locator("th[scope=col]").count(), 6);
	assert.match(await text(plain.locator(".stretch").first()), /Oignies, de 13 h 30 à 17 h/);
	await gap("2026-11-23", plain).click();
	assert.equal(await plain.locator("#jour, [name=jour]").first().inputValue(), "2026-11-23");
	assert.equal(await plain.locator("[name=heure]").first().inputValue(), "14:30");
	assert.equal(await plain.locator("#lieu").inputValue(), "oignies-siege");
	await plain.goto("/equipe/mois");
	assert.equal(await heading(plain), "Novembre 2026");
	assert.match(await text(plain.locator("td.today")), /1 rendez-vous.*libre : 2 heures 30/s);
	await plain.locator("td.today a").click();
	assert.equal(await heading(plain), "Lundi 23 novembre");
	await plain.context().close();
});

test("an absence is noted in two clicks from the week", async () => {
	const plain = await browser.page({ size: SIZES.desk, js: false });
	await logIn(plain, "marie");
	await week(plain, "?nojs");
	await plain.locator('th[data-day="2026-11-27"]').getByRole("link", { name: /^Absence/ }).click();
	await plain.getByRole("button", { name: "Noter l’absence" }).click();
	await week(plain, "?nojs");
	assert.match(await text(plain.locator('th[data-day="2026-11-27"]')), /Absence : Conseiller 1/);
	await plain.context().close();
});

test("moved by hand and taken back: all is as before, and nothing was sent", async () => {
	await week();
	await until(() => d.spool().length >= 2, "the confirmations");
	const sent = d.spool().length;
	await drag(page, "Inès", "2026-11-23", "15:30");
	await bar().getByText("C’est déplacé").waitFor();
	assert.match((await state("Inès")).start, /^2026-11-23T15:30/);
	await shot(page, "agenda-moved");
	await bar().getByRole("button", { name: "Annuler le déplacement" }).click();
	await bar().getByText("Tout est comme avant").waitFor();
	assert.match((await state("Inès")).start, /^2026-11-23T13:30/);
	assert.match(await text(item("Inès")), /^13 h 30/);
	const messages = await messagesOf("Inès");
	assert.deepEqual(messages.filter((m) => m.kind === "moved").map((m) => m.state), ["superseded"]);
	assert.equal(d.spool().length, sent);
});

test("moved by keyboard; not taken back, the message leaves after half a minute, and then it is too late", async () => {
	await week();
	await item("Lou").locator("a").focus();
	await page.keyboard.press("m");
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("Escape");
	assert.match((await state("Lou")).start, /^2026-11-26T14:30/);
	await item("Lou").locator("a").focus();
	await page.keyboard.press("m");
	for (let i = 0; i < 4; i++) await page.keyboard.press("ArrowDown");
	assert.match(await page.locator("#agenda-said").textContent(), /jeudi 26 novembre, 15 h 30/);
	await page.keyboard.press("Enter");
	await bar().getByText("C’est déplacé").waitFor();
	const lou = await state("Lou");
	assert.match(lou.start, /^2026-11-26T15:30/);
	assert.equal(moved().length, 0);
	assert.equal((await messagesOf("Lou")).find((m) => m.kind === "moved").state, "scheduled");
	await d.restartAt("2026-11-23T08:20:31+01:00");
	await d.message((m) => m.to === "+33611223344" && /changé/.test(m.text), "the word of the move");
	await d.api("POST", `/staff/appointments/${lou.id}/undo`, undefined, { local: true, expect: 409 });
});

test("two agendas open at once: one books in a gap with three fields, the other sees it within a second", async () => {
	const other = await browser.page({ size: SIZES.desk });
	await logIn(other, "paul");
	await week(other, "?personne=conseiller-1");
	await week();
	await gap("2026-11-26").click();
	const dialog = page.locator("#agenda-add");
	await dialog.getByLabel(/^Qui/).fill("Awa Traoré");
	await dialog.getByLabel("Type de rendez-vous").selectOption("premier-rdv");
	await dialog.getByLabel(/^Téléphone/).fill("06 55 44 33 22");
	await shot(page, "agenda-add");
	const begun = Date.now();
	await dialog.getByRole("button", { name: "Noter le rendez-vous" }).click();
	await item("Awa", other).waitFor();
	assert.ok(Date.now() - begun < 1000, `seen after ${Date.now() - begun} ms`);
	await item("Awa").waitFor();
	assert.equal((await state("Awa")).person.last_name, "Traoré");
	await other.context().close();
});

test("somebody known is found as one types, and is not made twice", async () => {
	await week();
	await gap("2026-11-23").click();
	const dialog = page.locator("#agenda-add");
	await dialog.getByLabel(/^Qui/).fill("Inès Mor");
	await dialog.locator(".matches button", { hasText: "Inès Moreau" }).click();
	await dialog.getByLabel("Type de rendez-vous").selectOption("suivi");
	await dialog.getByRole("button", { name: "Noter le rendez-vous" }).click();
	await until(async () => (await item("Inès").count()) === 2, "the second appointment of Inès");
	const { appointments } = await d.api("GET", "/staff/appointments?from=2026-11-20&to=2026-12-31&limit=500", undefined, { local: true });
	const ines = appointments.filter((a) => a.person.first_name === "Inès");
	assert.equal(new Set(ines.map((a) => a.person.id)).size, 1);
});

test("what cannot be is refused in the page's own words, and nothing moves", async () => {
	await week();
	const before = (await state("Lou")).start;
	await drag(page, "Lou", "2026-11-27", "10:00"); // an absence
	await bar().locator("p").waitFor();
	assert.match(await text(bar()), /Personne n’est libre/);
	assert.equal((await state("Lou")).start, before);
});

for (const [name, size] of Object.entries(SIZES))
	test(`at ${size.width} px: nothing sticks out, the structure and the contrasts are good, a picture is kept`, async () => {
		const one = await browser.page({ size });
		await logIn(one, "marie");
		for (const [what, url] of [["week", "/equipe/semaine"], ["team", "/equipe/semaine?par=personnes&personne="], ["day", "/equipe/jour?jour=2026-11-23"], ["month", "/equipe/mois"]]) {
			await one.goto(url);
			await fits(one);
			assert.deepEqual(await axe(one), [], `axe on ${url}`);
			assert.deepEqual(await structureFaults(one), [], `structure of ${url}`);
			await shot(one, `agenda-${what}-${name}`);
		}
		if (name === "phone") {
			await one.goto("/equipe/semaine");
			assert.equal(await one.locator("th[data-day]:visible").count(), 1);
			await one.locator(".strip").getByRole("link", { name: "jeu. 26" }).click();
			assert.equal(await one.locator('th[data-day="2026-11-26"]').isVisible(), true);
			assert.equal(await item("Lou", one).isVisible(), true);
			await fits(one);
		}
		await one.context().close();
	});

test("a counsellor's week goes on one page of paper, in landscape", async () => {
	await page.goto("/equipe/semaine");
	const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
	assert.equal(pdf.match(/\/Type\s*\/Page\b/g).length, 1);
	const [, width, height] = pdf.match(/\/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]/);
	assert.ok(Number(width) > Number(height), `${width} x ${height}`);
});

test("nothing came from elsewhere, no script threw", () => browser.judge());
