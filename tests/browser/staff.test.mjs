// SPDX-License-Identifier: GPL-3.0-or-later
// The counsellor's pages: log in, today, one tap for an outcome, persons who came, booking for somebody on the
// phone, moving and cancelling on her behalf, an absence, the sheet for the printer, the calendar's address, log
// out. And another organisation's counsellor, who sees nothing of it.

import assert from "node:assert/strict";
import fs from "node:fs";
import { after, before, test } from "node:test";
import { daemon, HENIN_CARVIN } from "./lib/daemon.mjs";
import { Browser, shot, text } from "./lib/browser.mjs";
import { fits, heading, logIn, main } from "./lib/way.mjs";

const DESK = { width: 1280, height: 800 };
const TODAY = "2026-11-26T14:50:00+01:00"; // a Thursday: conseiller-1 is at Hénin-Beaumont from 13:30 to 17:00
let d, browser, page, rdv;

// The real territory beside a second organisation with a team of its own.
function two() {
	const t = JSON.parse(fs.readFileSync(HENIN_CARVIN, "utf8"));
	t.organisations.push({ ...t.organisations[0], id: "autre", name: "Maison d'Arras", area: [] });
	t.sites.push({ ...t.sites[0], id: "arras", name: "Maison d'Arras", commune: "Arras", postcode: "62000",
		insee: "62041", lat: 50.2916, lon: 2.7775, organisation: "autre" });
	t.counsellors.push({ id: "voisin", organisation: "autre", label: "Voisin" });
	t.services.push({ ...t.services[0], id: "arras-rdv", organisation: "autre" });
	t.openings.push({ id: "arras", site: "arras", counsellor: "voisin", services: ["arras-rdv"],
		start: "2026-11-02T09:00", end: "2026-11-02T12:00", rrule: "FREQ=DAILY" });
	return t;
}

before(async () => {
	d = await daemon({ territory: two() });
	browser = await new Browser(d).launch();
	d.addUser("marie", "counsellor", "conseiller-1");
	d.addUser("voisin", "counsellor", "voisin");
	const slots = (await d.slots("premier-rdv")).filter((s) => s.site === "henin-mission-locale");
	const book = (hour, name, more) => d.book(slots.find((s) => s.start.startsWith(hour)), `staff-${name}`,
		{ first_name: name, last_name: "Martin" }, more);
	rdv = {
		ines: await book("2026-11-26T13:30", "Inès", { party_size: 2 }),
		lou: await book("2026-11-26T14:30", "Lou"),
		tom: await book("2026-12-03T13:30", "Tom"),
		ana: await book("2026-12-03T14:30", "Ana"),
	};
	await d.restartAt(TODAY);
	page = await browser.page({ size: DESK });
});

after(async () => {
	await browser?.close();
	await d?.stop();
});

const rows = (name) => page.locator("tr").filter({ hasText: name });
const state = async (name) => {
	const { appointments } = await d.api("GET", "/staff/appointments?from=2026-11-20&to=2026-12-31&limit=500",
		undefined, { local: true });
	return appointments.find((a) => a.person.first_name === name);
};

test("log in: a wrong password is told kindly, the right one opens on today", async () => {
	await logIn(page, "marie", "wrong password");
	assert.match(await text(page.locator(".errors")), /Identifiant ou mot de passe inconnu/);
	assert.equal(await page.locator("#identifiant").inputValue(), "marie");
	await shot(page, "staff-login-wrong");
	await logIn(page, "marie");
	assert.equal(await heading(page), "Jeudi 26 novembre, Hénin-Beaumont");
	assert.equal(await rows("Inès").count(), 1);
	assert.equal(await rows("Lou").count(), 1);
	assert.match(await text(rows("Inès")), /13 h 30/);
	assert.equal(await rows("Inès").locator('a[href^="tel:"]').getAttribute("href"), "tel:+33698765432");
	const cookies = await page.context().cookies();
	assert.ok(cookies.some((c) => c.httpOnly && c.sameSite !== "None"), "the session is out of scripts' reach");
	await shot(page, "staff-day");
});

test("one tap says who came, and how many; a mistake is put right", async () => {
	await rows("Inès").getByRole("button", { name: "2 pers." }).click();
	await page.waitForURL(/\/equipe/);
	assert.match(await text(rows("Inès")), /Honoré/);
	let ines = await state("Inès");
	assert.equal(ines.outcome, "seen");
	assert.equal(ines.persons_present, 2);
	await rows("Lou").getByRole("button", { name: /^Non honoré/ }).click();
	assert.equal((await state("Lou")).outcome, "no_show");
	await rows("Inès").getByText("changer").click();
	await rows("Inès").getByRole("button", { name: "Remettre à renseigner" }).click();
	ines = await state("Inès");
	assert.equal(ines.outcome, "unknown");
	await rows("Inès").getByRole("button", { name: /^Honoré/ }).click();
	assert.equal((await state("Inès")).outcome, "seen");
	await shot(page, "staff-day-done");
});

test("book for somebody on the phone", async () => {
	await page.getByRole("link", { name: "Ajouter quelqu’un" }).first().click();
	await page.getByLabel("Prénom").fill("Rayan");
	await page.getByLabel("Nom", { exact: true }).fill("Cherif");
	await page.getByLabel("Année de naissance").fill("2001");
	await page.getByLabel("Téléphone").fill("07 11 22 33 44");
	await page.getByLabel("Un horaire libre").check();
	await shot(page, "staff-add");
	await page.locator("main form button[value=reserver]:not([aria-hidden])").click();
	await page.waitForURL(/\/equipe\/rdv\//);
	assert.match(await text(main(page)), /Rayan Cherif/);
	const rayan = await state("Rayan");
	assert.ok(["phone", "desk", "staff"].includes(rayan.channel) || rayan.channel !== "web", rayan.channel);
	await d.message((m) => m.channel === "sms" && m.to === "+33711223344", "the SMS to who was booked for");
	await shot(page, "staff-rdv");
});

test("move and cancel on somebody's behalf; she is told", async () => {
	await page.goto(`/equipe/rdv/${rdv.tom.id}`);
	await page.getByRole("link", { name: "Changer de date ou de lieu" }).click();
	await shot(page, "staff-move");
	await page.locator(".hours button").last().click();
	await page.waitForURL((url) => !url.pathname.endsWith("/deplacer"));
	const tom = await state("Tom");
	assert.notEqual(tom.start, rdv.tom.start);
	await page.goto(`/equipe/rdv/${rdv.ana.id}/annuler`);
	await shot(page, "staff-cancel");
	await page.getByRole("button", { name: "Annuler : c’est nous" }).click();
	const ana = await state("Ana");
	assert.equal(ana.status, "cancelled");
	assert.equal(ana.outcome, "revoked");
	await d.message((m) => m.to === "+33698765432" && /annul/i.test(m.text), "the message of the cancel");
	const hers = await browser.page();
	await hers.goto(`/rdv/${rdv.ana.token}`);
	assert.equal(await heading(hers), "L’équipe a dû annuler ce rendez-vous");
	await hers.context().close();
});

test("an absence closes the hours, and names who is already booked", async () => {
	const free = async () => (await d.slots("premier-rdv")).filter((s) => s.site === "henin-mission-locale" &&
		s.start.startsWith("2026-12-17")).length;
	assert.ok(await free() > 0);
	await page.getByRole("link", { name: "Absences" }).click();
	await page.getByLabel("Premier jour").fill("2026-12-17");
	await page.getByLabel("Dernier jour").fill("2026-12-18");
	await page.getByLabel(/^Ce que voient/).fill("Formation");
	await page.getByRole("button", { name: "Noter l’absence" }).click();
	await page.getByRole("button", { name: /^Retirer/ }).first().waitFor();
	assert.equal(await free(), 0);
	await shot(page, "staff-absences");
	await page.getByRole("button", { name: /^Retirer/ }).first().click();
	await page.getByText("L’absence est retirée.").waitFor();
	assert.ok(await free() > 0);
});

test("the sheet for the printer", async () => {
	await page.goto("/equipe");
	await page.getByRole("link", { name: "Feuille à imprimer" }).click();
	await page.emulateMedia({ media: "print" });
	assert.match(await text(main(page)), /Inès Martin/);
	assert.ok(!/06 98 76 54 32/.test(await text(main(page))), "no telephone number unless it is asked for");
	assert.equal(await page.locator(".bar nav").first().isVisible(), false);
	await shot(page, "staff-sheet-print");
	await page.emulateMedia({ media: "screen" });
	await page.getByRole("link", { name: "Avec les numéros de téléphone" }).click();
	assert.match(await text(main(page)), /06 98 76 54 32/);
});

test("the week, and the calendar's secret address", async () => {
	await page.getByRole("link", { name: "Semaine", exact: true }).click();
	assert.match(await text(main(page)), /Inès/);
	await shot(page, "staff-week");
	await main(page).getByRole("link", { name: "Mes rendez-vous dans mon agenda" }).click();
	await main(page).getByRole("link", { name: "Mon compte" }).click();
	await page.getByRole("link", { name: "Mes rendez-vous dans mon agenda" }).click();
	await page.getByRole("button", { name: "Créer mon adresse" }).click();
	const address = (await page.locator("code").first().innerText()).trim();
	await shot(page, "staff-feed");
	const feed = await d.request("GET", new URL(address).pathname);
	assert.equal(feed.status, 200);
	assert.match(feed.body, /BEGIN:VEVENT/);
	assert.ok(!/Inès|Martin/.test(feed.body), "no names unless they are asked for");
	const again = await d.request("GET", new URL(address).pathname, undefined, { headers: { "If-None-Match": feed.headers.etag } });
	assert.equal(again.status, 304);
	await page.goto("/equipe/agenda");
	assert.ok(!(await page.content()).includes(address), "shown once");
});

test("another organisation's counsellor sees nothing of it", async () => {
	const other = await browser.page({ size: DESK });
	await logIn(other, "voisin");
	for (const url of ["/equipe?tout=1", "/equipe?jour=2026-12-03&tout=1", "/equipe/semaine", "/equipe/a-renseigner",
		"/equipe/feuille", "/equipe?lieu=henin-mission-locale", "/equipe?personne=conseiller-1"]) {
		await other.goto(url);
		assert.ok(!/Martin|Cherif|[Cc]onseiller.1|Hénin/.test(await main(other).innerHTML()), `${url} shows another team's`);
	}
	for (const act of ["", "/annuler", "/deplacer", "/semblables"])
		assert.equal((await other.goto(`/equipe/rdv/${rdv.tom.id}${act}`)).status(), 404, act);
	const before = await state("Tom");
	await other.goto("/equipe/ajouter");
	const csrf = await other.locator("input[name=_csrf]").first().getAttribute("value");
	for (const [act, form] of [["annuler", { presence: "revoked" }], ["presence", { presence: "seen" }],
		["deplacer", { jour: "2026-12-15", heure: "10:00", lieu: "arras" }]]) {
		const answer = await other.request.post(`/equipe/rdv/${rdv.tom.id}/${act}`,
			{ form: { _csrf: csrf, ...form }, headers: { Origin: d.url }, maxRedirects: 0 });
		assert.equal(answer.status(), 404, act);
	}
	assert.deepEqual(await state("Tom"), before);
	await other.context().close();
});

test("the team's pages at 320 px without JavaScript", async () => {
	const small = await browser.page({ js: false });
	await logIn(small, "marie");
	await fits(small);
	assert.equal(await small.locator("tr").filter({ hasText: "Inès" }).count(), 1);
	const lou = small.locator("tr").filter({ hasText: "Lou" });
	await lou.getByText("changer").click();
	await lou.getByRole("button", { name: "Annulé par la personne" }).click();
	assert.equal((await state("Lou")).outcome, "excused");
	await small.context().close();
});

test("log out: the pages close behind her", async () => {
	await page.goto("/equipe");
	await page.getByRole("button", { name: /^Se déconnecter/ }).click();
	await page.goto("/equipe");
	assert.equal(await page.locator("#mot_de_passe").count(), 1);
	assert.equal(await page.locator("tr").count(), 0);
	await page.goBack();
	assert.ok(!/Martin/.test(await page.content()), "the browser keeps no copy to go back to");
});

test("no other machine was asked for anything, no policy was broken, the log is clean", async () => {
	await browser.close();
	browser.judge();
	await d.halt();
});
