// SPDX-License-Identifier: GPL-3.0-or-later
// What people write and what the team answers, on a phone of 320 px whose browser runs no script and on a desk:
// texts that wait, a conversation, an answer of one SMS and one of two, nothing to answer, a STOP taken back by
// the person's word, how the gateways do. And another organisation's counsellor, who sees nothing of it.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { daemon, HENIN_CARVIN, until } from "./lib/daemon.mjs";
import { Browser, shot, text } from "./lib/browser.mjs";
import { axe, sizeFaults, structureFaults } from "./lib/checks.mjs";
import { fits, heading, logIn, main } from "./lib/way.mjs";

const MONDAY = "2026-11-23T09:00:00+01:00";
const DESK = { width: 1280, height: 800 };
const INES = "+33612345678", TOM = "+33711223344", NOBODY = "+33699887766";
let d, browser, page, rdv;

function two() {
	const t = JSON.parse(fs.readFileSync(HENIN_CARVIN, "utf8"));
	t.organisations.push({ ...t.organisations[0], id: "autre", name: "Maison d'Arras", area: [] });
	t.counsellors.push({ id: "voisin", organisation: "autre", label: "Voisin" });
	return t;
}

before(async () => {
	d = await daemon({ now: MONDAY, territory: two() });
	browser = await new Browser(d).launch();
	d.addUser("marie", "counsellor", "conseiller-1");
	d.addUser("voisin", "counsellor", "voisin");
	d.addUser("chef", "admin");
	const slots = await d.slots("premier-rdv", { site: "oignies-siege" });
	rdv = {
		ines: await d.book(slots[4], "ines", { first_name: "Inès", last_name: "Moreau", phone: INES }),
		tom: await d.book(slots[5], "tom", { first_name: "Tom", last_name: "Caron", phone: TOM }),
	};
	page = await browser.page({ js: false });
	await logIn(page, "marie");
});

after(async () => {
	await browser?.close();
	await d?.stop();
});

// folded on a telephone: what it holds, seen or not
const menu = (page) => page.locator("nav.menu").textContent();
const smsIn = (from, words) => d.rdvctl(["sms-in", from, words]);
async function see(p, name) {
	await fits(p);
	assert.deepEqual([...await sizeFaults(p), ...await structureFaults(p)], [], name);
	await shot(p, `inbox-${name}`);
}

test("nothing waits: the page says what will come", async () => {
	await page.goto("/equipe/sms");
	assert.equal(await heading(page), "Messages reçus");
	assert.match(await text(main(page)), /Aucun SMS n’attend de réponse/);
	assert.doesNotMatch(await menu(page), /SMS \(/);
	await see(page, "1-empty");
});

test("what no program answers waits for somebody, and the menu and the day say so", async () => {
	smsIn(INES, "je peux parler à quelqu'un ? je viens avec mon éducateur et mon petit frère");
	smsIn(TOM, "je veux parler a quelqu'un svp jai perdu mes papiers");
	smsIn(NOBODY, "bonjour je voudrais parler à quelqu'un, ma soeur dort dehors");
	await page.goto("/equipe");
	assert.match(await text(main(page)), /3 SMS reçus attendent une réponse/);
	assert.match(await menu(page), /SMS \(3\)/);
	await see(page, "2-day");
	await page.getByRole("link", { name: "Les lire" }).click();
	const rows = page.locator("main li.panel");
	assert.equal(await rows.count(), 3);
	assert.match(await text(rows.nth(0)), /06 99 88 77 66.*ma soeur dort dehors/s);
	assert.match(await text(rows.nth(2)), /Inès Moreau.*mon éducateur.*Rendez-vous .*Oignies/s);
	await see(page, "3-list");
});

test("the answer goes out as one SMS, and the text waits no more", async () => {
	await page.goto("/equipe/sms");
	await page.getByRole("link", { name: "Répondre : Inès Moreau" }).click();
	assert.match(page.url(), /\/equipe\/sms\/\d+#fin$/);
	assert.equal(await heading(page), "Inès Moreau");
	assert.match(await text(main(page)), /Prochain rendez-vous : /);
	assert.match(await text(page.locator(".waits")), /mon éducateur.*/s);
	assert.match(await text(page.locator(".bubble:not(.phone)").first()), /SMS de confirmation (envoyé|reçu).*1 SMS, passerelle spool/s);
	await see(page, "4-thread");
	await page.getByLabel("Votre réponse par SMS").fill("Bonjour Inès, oui bien sûr, venez à trois, c’est noté. Marie");
	await page.getByRole("button", { name: "Envoyer" }).click();
	assert.equal(new URL(page.url()).pathname, "/equipe/sms");
	assert.match(await text(page.locator(".notice")), /Votre réponse part/);
	assert.equal(await page.locator("main li.panel").count(), 2);
	assert.match(await menu(page), /SMS \(2\)/);
	const sent = await d.message((m) => m.to === INES && /venez à trois/.test(m.text), "the answer");
	assert.equal(sent.text.trim(), "Bonjour Inès, oui bien sur, venez à trois, c'est noté. Marie");
	// what she says back is for the team, whatever a program would make of it
	smsIn(INES, "non");
	await page.goto(`/equipe/rdv/${rdv.ines.id}/messages`);
	assert.match(await text(page.locator(".waits")), /^.*non.*$/s);
	assert.equal((await d.api("GET", `/appointments/${rdv.ines.token}`)).appointment.status, "booked");
	await see(page, "5-answered");
});

test("a long answer is not sent before its cost is agreed to; an empty one never", async () => {
	const long = "Bonjour Tom, venez comme vous êtes. ".repeat(6);
	await page.goto("/equipe/sms");
	await page.getByRole("link", { name: "Répondre : Tom Caron" }).click();
	await page.getByLabel("Votre réponse par SMS").fill(long);
	await page.getByRole("button", { name: "Envoyer" }).click();
	assert.match(await text(page.locator(".error")), /Cette réponse fait 2 SMS/);
	assert.equal(await page.getByLabel("Votre réponse par SMS").inputValue(), long.trim() + " ");
	await see(page, "6-long");
	assert.equal(d.spool().filter((m) => /comme vous etes/.test(m.text)).length, 0);
	await page.getByRole("button", { name: "Envoyer en 2 SMS" }).click();
	assert.match(await text(page.locator(".notice")), /Votre réponse part/);
	await d.message((m) => m.to === TOM && /comme vous etes/.test(m.text), "the long answer");
});

test("nothing to answer", async () => {
	await page.goto("/equipe/sms");
	await page.getByRole("link", { name: /^Répondre : 06/ }).click();
	assert.equal(await heading(page), "06 99 88 77 66");
	await page.getByRole("button", { name: "Rien à répondre" }).click();
	assert.match(await text(page.locator(".notice")), /rien à répondre/);
	assert.doesNotMatch(await text(main(page)), /ma soeur/);
});

test("STOP is shown on the day, and an administrator takes it back by the person's word", async () => {
	smsIn(TOM, "STOP");
	await page.goto(`/equipe/rdv/${rdv.tom.id}`);
	assert.match(await text(main(page)), /Ne veut plus de SMS \(STOP\)/);
	await see(page, "7-stopped");
	await page.goto(`/equipe?jour=${rdv.tom.start.slice(0, 10)}&tout=1`);
	assert.match(await text(page.locator("tr").filter({ hasText: "Tom" })), /STOP : pas de SMS/);
	await see(page, "8-day-stopped");
	await page.goto(`/equipe/rdv/${rdv.tom.id}/messages`);
	assert.equal(await page.getByRole("button", { name: "La personne veut de nouveau des SMS" }).count(), 0);
	await page.getByLabel("Votre réponse par SMS").fill("Bonjour Tom");
	await page.getByRole("button", { name: "Envoyer" }).click();
	assert.match(await text(page.locator(".error")), /ne veut plus de SMS/);
	const chief = await browser.page({ size: DESK });
	await logIn(chief, "chef");
	await chief.goto(`/equipe/rdv/${rdv.tom.id}/messages`);
	await shot(chief, "inbox-9-lift");
	await chief.getByRole("button", { name: "La personne veut de nouveau des SMS" }).click();
	assert.match(await text(chief.locator(".notice")), /C’est noté, avec votre nom/);
	assert.doesNotMatch(await text(main(chief)), /Ne veut plus de SMS/);
	await chief.context().close();
});

test("how the gateways do, and what did not arrive: an administrator's page", async () => {
	const chief = await browser.page({ size: DESK });
	await logIn(chief, "chef");
	await chief.getByRole("link", { name: "Réglages" }).click();
	await chief.getByRole("link", { name: "Passerelles" }).click();
	assert.equal(await heading(chief), "Passerelles");
	assert.match(await text(main(chief)), /spool fonctionne/);
	assert.match(await text(main(chief)), /CLLAJ Hénin-Carvin : \d+ sur 2000/);
	assert.deepEqual(await axe(chief), []);
	await shot(chief, "inbox-10-gateways");
	await chief.setViewportSize({ width: 320, height: 640 });
	await chief.reload();
	await see(chief, "11-gateways");
	await chief.context().close();
	await page.goto("/equipe");
	assert.equal(await page.getByRole("link", { name: "Passerelles" }).count(), 0);
	assert.equal((await page.goto("/equipe/passerelles")).status(), 403);
});

test("with a script the length is told while one types; axe finds nothing, in light and dark", async () => {
	const desk = await browser.page({ size: DESK });
	await logIn(desk, "marie");
	smsIn(INES, "je voudrais parler à quelqu'un");
	for (const target of ["/equipe/sms", `/equipe/rdv/${rdv.ines.id}/messages`, `/equipe/rdv/${rdv.ines.id}`, "/equipe"]) {
		await desk.goto(target);
		for (const scheme of ["light", "dark"]) {
			await desk.emulateMedia({ colorScheme: scheme });
			assert.deepEqual(await axe(desk, scheme === "dark"), [], `${target} ${scheme}`);
		}
		assert.deepEqual(await structureFaults(desk), [], target);
	}
	await desk.emulateMedia({ colorScheme: "light" });
	await desk.goto(`/equipe/rdv/${rdv.ines.id}/messages`);
	await desk.getByLabel("Votre réponse par SMS").fill("a".repeat(161));
	assert.match(await text(desk.locator("#compte")), /161 \/ 160, 2 SMS/);
	await shot(desk, "inbox-12-desk");
	await desk.context().close();
});

test("another organisation's counsellor sees none of it", async () => {
	const other = await browser.page();
	await logIn(other, "voisin");
	assert.equal((await other.goto(`/equipe/rdv/${rdv.ines.id}/messages`)).status(), 404);
	await other.goto("/equipe/sms");
	assert.doesNotMatch(await text(main(other)), /Inès|Tom/);
	await other.context().close();
});

test("no other machine was asked for anything, no policy was broken, the log is clean", async () => {
	await browser.close();
	browser.judge();
	await d.halt();
});
