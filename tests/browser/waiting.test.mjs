// SPDX-License-Identifier: GPL-3.0-or-later
// The waiting list on a phone of 320 px whose browser runs no script: joining from an appointment and from a
// search that found nothing, what is offered, taking it, declining it, leaving; and the team's list.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { daemon, until } from "./lib/daemon.mjs";
import { Browser, shot, text } from "./lib/browser.mjs";
import { fill, fits, heading, logIn, main } from "./lib/way.mjs";

const MONDAY = "2026-11-23T09:00:00+01:00";
let d, browser, slots;

before(async () => {
	d = await daemon({ now: MONDAY });
	browser = await new Browser(d).launch();
	slots = await d.slots("premier-rdv", { site: "oignies-siege" });
});

after(async () => {
	await browser?.close();
	await d?.stop();
});

const phone = () => browser.page({ js: false, touch: true });
const press = (page, name) => page.getByRole("button", { name }).click();
async function see(page, name) {
	await fits(page);
	await shot(page, `waiting-${name}`);
}

const offered = (path) => until(async () =>
	(await d.api("GET", `/waiting/${path.split("/").pop()}`)).waiting.offer, "an offer");

// An appointment later than one that somebody else will cancel.
async function joined(page, key, free, late, person = {}) {
	const other = await d.book(slots[free], `free-${key}`);
	const mine = await d.book(slots[late], `late-${key}`, person);
	await page.goto(`/rdv/${mine.token}`);
	await page.getByRole("link", { name: "Prévenez-moi si une place se libère plus tôt" }).click();
	assert.equal(await heading(page), "Savoir si une place se libère plus tôt");
	await see(page, "1-join");
	await page.getByRole("button", { name: "Prévenez-moi" }).click();
	await page.waitForURL(/\/attente\/[\w-]{22}\?merci=1$/);
	return { other, mine, path: new URL(page.url()).pathname };
}

test("joining from the appointment's page, and taking what is offered", async () => {
	const page = await phone();
	const { other, mine, path } = await joined(page, "a", 2, 6);
	assert.equal(await heading(page), "C’est noté, nous vous préviendrons");
	await see(page, "2-joined");
	assert.match(await text(main(page)), /Votre rendez-vous actuel reste le vôtre/);
	assert.doesNotMatch(await text(page.locator("body")), /Noé|Petit/, "no name behind a link");
	await page.goto(`/rdv/${mine.token}`);
	assert.match(await text(main(page)), /Vous êtes sur la liste d’attente/);
	await see(page, "3-appointment");

	await d.api("POST", `/appointments/${other.token}/cancel`, {});
	await offered(path);
	const sms = await d.message((m) => m.text.includes(path), "the SMS with the offer");
	assert.match(sms.text, /^Une place se libère/);
	await page.goto(sms.text.match(/https?:\S+/)[0]);
	assert.equal(await heading(page), "Une place se libère");
	await see(page, "4-offer");
	assert.match(await text(main(page)), /Nous vous gardons cette place jusqu’à/);
	await press(page, "Je prends cette place");
	assert.equal(new URL(page.url()).pathname, `/rdv/${mine.token}`);
	assert.equal(await heading(page), "C’est changé. À bientôt !");
	const now = (await d.api("GET", `/appointments/${mine.token}`)).appointment;
	assert.equal(now.start, slots[2].start);
	await page.goto(path);
	assert.equal(await heading(page), "C’est fait");
	await see(page, "5-served");
	// the old link in the SMS does no harm
	await page.goto(`${path}/prendre`);
	assert.equal(await heading(page), "C’est fait");
});

test("declining keeps the place in the line; leaving ends it", async () => {
	const page = await phone();
	const { other, path } = await joined(page, "b", 3, 7, { first_name: "Ana" });
	await d.api("POST", `/appointments/${other.token}/cancel`, {});
	await offered(path);
	await page.goto(path);
	const stale = await phone();
	await stale.goto(path);
	await press(page, "Non, je garde mon rendez-vous");
	assert.equal(await heading(page), "Vous êtes sur la liste d’attente");
	assert.match(await text(page.locator(".notice").first()), /nous proposons cette place à quelqu’un d’autre/);
	await see(page, "6-declined");
	await press(stale, "Je prends cette place");
	assert.match(await text(stale.locator(".notice").first()), /n’est plus gardée pour vous/);
	await see(stale, "7-late");
	await press(page, "Quitter la liste d’attente");
	assert.equal(await heading(page), "Vous n’êtes plus sur la liste d’attente");
	await see(page, "8-left");
});

test("a search that suits nobody leads to the list; what is wrong is said", async () => {
	const page = await phone();
	await page.goto("/horaires?service=premier-rdv&q=oignies");
	await page.getByRole("link", { name: "Prévenez-moi si une place se libère" }).click();
	assert.equal(await heading(page), "Savoir quand une place se libère");
	await see(page, "9-ask");
	await fill(page, { phone: "" });
	await page.locator("input[name=vu]").evaluate((e) => { e.value = ""; });
	await press(page, "Prévenez-moi");
	await see(page, "10-ask-wrong");
	assert.match(await text(page.locator(".errors")), /numéro de mobile ou une adresse e-mail/);
	assert.equal(await page.getByLabel("Prénom").inputValue(), "Inès");
	await page.getByLabel(/^E-mail/).fill("ines@example.org");
	await press(page, "Prévenez-moi");
	await page.waitForURL(/\/attente\//);
	await see(page, "11-asked");
	assert.match(await text(main(page)), /Oignies et 30 km autour/);
	assert.match(await text(main(page)), /par e-mail/);
});

test("the team sees who waits, and what became of the offers", async () => {
	d.addUser("conseil", "counsellor", "conseiller-1");
	const page = await browser.page({ js: false });
	await logIn(page, "conseil");
	await page.locator("nav.menu summary").click();
	await page.getByRole("link", { name: "Attente" }).click();
	assert.equal(await heading(page), "Liste d’attente");
	await see(page, "12-team");
	assert.match(await text(main(page)), /Une personne attend une place/);
	assert.match(await text(main(page)), /Inès Moreau/);
	await press(page, /Retirer de la liste/);
	assert.match(await text(page.locator(".notice")), /n’est plus sur la liste/);
	await see(page, "13-team-empty");
	await page.setViewportSize({ width: 1280, height: 800 });
	await see(page, "14-team-wide");
});

test("no other machine was asked for anything, no policy was broken, the log is clean", async () => {
	await browser.close();
	browser.judge();
	await d.halt();
});
