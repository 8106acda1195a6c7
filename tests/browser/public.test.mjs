// SPDX-License-Identifier: GPL-3.0-or-later
// The young person's way, on a phone of 320 px whose browser runs no script: search, times, form, done, and
// later the link: I am coming, another date, cancel. What goes wrong on the way, and English.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { daemon } from "./lib/daemon.mjs";
import { Browser, shot, text } from "./lib/browser.mjs";
import { booked, confirm, fill, fits, heading, hold, main, search } from "./lib/way.mjs";

let d, browser;

before(async () => {
	d = await daemon();
	browser = await new Browser(d).launch();
});

after(async () => {
	await browser?.close();
	await d?.stop();
});

const phone = (more = {}) => browser.page({ js: false, touch: true, ...more });
async function see(page, name) {
	await fits(page);
	await shot(page, `way-${name}`);
}

test("the whole way at 320 px without JavaScript", async () => {
	const page = await phone();

	await page.goto("/");
	assert.equal(await heading(page), "Prendre rendez-vous pour parler logement");
	await see(page, "1-search");
	for (const fact of ["Gratuit", "Pour les 16-30 ans", "Sans compte à créer"])
		assert.ok((await text(main(page))).includes(fact), fact);
	await search(page, "henin");

	assert.equal(await heading(page), "Les prochains horaires près de Hénin-Beaumont");
	assert.equal(await page.locator(".choices a").count(), 2, "the other communes that begin so");
	await page.getByRole("link", { name: "Le plus près" }).click();
	await see(page, "2-times-nearest");
	assert.match(await text(page.locator(".hours").first().locator("xpath=../..")), /Hénin-Beaumont/);
	await page.getByRole("link", { name: "Le plus tôt" }).click();
	await see(page, "2-times");
	const first = page.locator(".day").first();
	assert.equal(await text(first.locator("h2")), "Lundi 23 novembre");
	assert.match(await text(first), /à \d+ km/);
	assert.match(await text(first), /rue/);

	const slot = await hold(page);
	await see(page, "3-form");
	assert.match(await heading(page), /^Lundi 23 novembre à 9 h, à Rouvroy$/);
	assert.match(await text(main(page)), /Nous gardons cet horaire pour vous jusqu’à 8 h 10\./);
	assert.ok(!(await d.slots("premier-rdv", { site: slot.site })).some((s) => Date.parse(s.start) === slot.start),
		"a held hour is offered to nobody else");

	// errors: said on top and beside the field, what was typed stays
	await page.getByLabel("Nom", { exact: true }).fill("Moreau");
	await page.getByLabel("Année de naissance").fill("04");
	await page.getByLabel(/^Téléphone/).fill("06 12 34 56 78");
	await page.getByLabel("Combien serez-vous ?").selectOption("2");
	await page.getByText("Une langue, un interprète").click();
	await page.getByLabel("Langue ou interprète").fill("tigrinya");
	await confirm(page);
	const summary = page.locator(".errors");
	assert.match(await page.title(), /^À corriger/);
	await see(page, "3-form-errors");
	assert.match(await text(summary), /2 choses à corriger/);
	assert.deepEqual(await summary.locator("a").evaluateAll((all) => all.map((a) => a.getAttribute("href"))),
		["#prenom", "#annee"]);
	for (const id of ["prenom", "annee"]) {
		const field = page.locator(`#${id}`);
		assert.equal(await field.getAttribute("aria-invalid"), "true");
		const said = (await field.getAttribute("aria-describedby")).split(" ").map((i) => `#${i}`).join(",");
		assert.ok((await page.locator(said).allInnerTexts()).join(" ").length > 10, `${id} says what to do`);
	}
	assert.equal(await page.getByLabel("Nom", { exact: true }).inputValue(), "Moreau");
	assert.equal(await page.getByLabel("Année de naissance").inputValue(), "04");
	assert.equal(await page.getByLabel(/^Téléphone/).inputValue(), "06 12 34 56 78");
	assert.equal(await page.getByLabel("Combien serez-vous ?").inputValue(), "2");
	assert.equal(await page.getByLabel("Langue ou interprète").inputValue(), "tigrinya");
	await summary.locator("a").first().click();
	assert.equal(await page.evaluate(() => document.activeElement.id), "prenom");

	// ten minutes more, and what was typed is still there
	await page.getByLabel("Prénom").fill("Inès");
	await page.getByRole("button", { name: "Garder encore 10 minutes" }).click();
	assert.match(await text(main(page)), /jusqu’à 8 h 20\./);
	assert.equal(await page.getByLabel("Prénom").inputValue(), "Inès");
	assert.equal(await page.getByLabel("Année de naissance").inputValue(), "04");
	await page.getByLabel("Année de naissance").fill("2004");
	await page.getByLabel(/^E-mail/).fill("ines@example.org");
	await confirm(page);
	await page.waitForURL(/\/rdv\//);

	const done = await text(main(page));
	await see(page, "4-done");
	assert.equal(await heading(page), "C’est noté. À bientôt !");
	for (const said of ["Lundi 23 novembre", "à 9 h", "Croizat", "157 rue du Général de Gaulle", "62320 Rouvroy",
		"1 heure", "Un SMS vous est envoyé, avec l’adresse de cette page."]) assert.ok(done.includes(said), `${said} in: ${done}`);
	assert.ok(!/Inès|Moreau/.test(done), "no name stands on the page behind the link");

	const [ics] = await Promise.all([page.waitForEvent("download"),
		page.getByRole("link", { name: "Ajouter à mon agenda" }).click()]);
	const calendar = await (await ics.createReadStream()).toArray().then((c) => Buffer.concat(c).toString());
	assert.match(calendar, /BEGIN:VCALENDAR\r\n/);
	assert.match(calendar, /DTSTART;TZID=Europe\/Paris:20261123T090000|DTSTART:20261123T080000Z/);
	assert.match(ics.suggestedFilename(), /\.ics$/);

	// both messages leave, with the link; no family name in the SMS
	const sms = await d.message((m) => m.channel === "sms" && m.to === "+33612345678", "the SMS");
	assert.ok(sms.text.includes(new URL(page.url()).pathname), sms.text);
	assert.ok(!sms.text.includes("Moreau"), sms.text);
	const mail = await d.message((m) => m.channel === "email" && m.to === "ines@example.org", "the e-mail");
	assert.match(mail.text, /Rouvroy/);
	await page.context().close();
});

for (const [typed, place] of [["62110", "Hénin-Beaumont"], ["carvin", "Carvin"],
	["Evin malmaison", "Évin-Malmaison"], ["  HENIN   beaumont ", "Hénin-Beaumont"]]) {
	test(`"${typed}" is understood as ${place}`, async () => {
		const page = await phone();
		await search(page, typed);
		assert.ok((await heading(page)).endsWith(`près de ${place}`));
		assert.ok(await page.locator(".hours button").count() > 5);
		await fits(page);
		await page.context().close();
	});
}

test("behind the link: I am coming, another date, cancel; opening a link changes nothing", async () => {
	const page = await phone();
	const link = await booked(page, { place: "62220", number: 2, person: { first: "Lina", mail: "l@example.org" } });
	const token = link.split("/").pop();
	const state = async () => (await d.api("GET", `/appointments/${token}`)).appointment;

	const fresh = await state();
	for (const act of ["", "/annuler", "/deplacer", "/venir", "?merci=1", ".ics"])
		for (let i = 0; i < 3; i++) await d.request("GET", link + act);
	assert.deepEqual(await state(), fresh, "a link that is opened, or previewed by a telephone, changes nothing");

	await page.goto(link);
	assert.equal(await heading(page), "Votre rendez-vous");
	await see(page, "5-manage");
	await page.getByRole("button", { name: "Je viens" }).click();
	assert.match(await text(main(page)), /Vous avez dit que vous venez/);
	assert.equal(await page.getByRole("button", { name: "Je viens" }).count(), 0);
	assert.equal((await state()).status, "confirmed");
	await see(page, "5-manage-confirmed");

	await page.getByRole("link", { name: "Changer de date" }).click();
	await see(page, "6-move");
	const before = (await state()).start;
	const hour = page.locator(".hours button").nth(4);
	const start = Number((await hour.getAttribute("value")).split(".").pop()) * 1000;
	await hour.click();
	assert.equal(await heading(page), "C’est changé. À bientôt !");
	const now = await state();
	assert.notEqual(now.start, before);
	assert.equal(Date.parse(now.start), start);
	await see(page, "6-moved");

	await page.getByRole("link", { name: "Annuler" }).click();
	await see(page, "7-cancel");
	assert.equal((await state()).status === "cancelled", false, "asked first");
	await page.getByRole("link", { name: "Non, je garde mon rendez-vous" }).click();
	await page.getByRole("link", { name: "Annuler" }).click();
	await page.getByRole("button", { name: "Oui, annuler" }).click();
	assert.equal(await heading(page), "C’est annulé");
	assert.match(await text(main(page)), /Merci d’avoir prévenu, quelqu’un d’autre pourra venir\./);
	await see(page, "8-cancelled");
	assert.equal((await state()).status, "cancelled");
	assert.ok((await d.slots("premier-rdv")).some((s) => s.start === now.start && s.site === now.site),
		"the hour is free for somebody else");
	await d.message((m) => m.to === "l@example.org" && /annul/i.test(m.text), "the message of the cancel");

	await page.getByRole("link", { name: "Prendre un autre rendez-vous" }).click();
	assert.equal(await heading(page), "Prendre rendez-vous pour parler logement");
	await page.context().close();
});

test("an hour taken meanwhile: a kind sentence, others beside, one tap books, nothing is typed twice", async () => {
	const page = await phone();
	await search(page, "62110");
	const slot = await hold(page, 1);
	await fill(page, { first: "Sami", last: "Keita", phone: "06 55 44 33 22" });
	// the page stayed open for an hour: the hold has run out, somebody else takes the hour
	await d.restartAt("2026-11-22T09:00:00+01:00");
	const lost = (await d.slots("premier-rdv", { site: slot.site }))
		.find((s) => Date.parse(s.start) === slot.start);
	await d.book(lost, "somebody-else-was-faster");
	await confirm(page);
	assert.equal(await heading(page), "Quelqu’un vient de prendre cet horaire.");
	const said = await text(main(page));
	assert.match(said, /Voici les plus proches :/);
	assert.match(said, /Ce que vous avez écrit est gardé\./);
	await see(page, "9-taken");
	assert.ok(await page.locator(".hours button").count() >= 3);
	await page.locator(".hours button").first().click();
	await page.waitForURL(/\/rdv\//);
	assert.equal(await heading(page), "C’est noté. À bientôt !");
	await d.message((m) => m.channel === "sms" && m.to === "+33655443322", "the SMS of the other hour");
	await page.context().close();
	await d.restartAt("2026-11-22T08:00:00+01:00");
});

test("a place nobody knows, and one where nothing is near: never a dead end", async () => {
	const page = await phone();
	await search(page, "zzz<b>");
	assert.match(await text(main(page)), /Nous ne trouvons pas « zzz<b> »\. Voici tous les lieux/);
	await see(page, "2-times-unknown");
	assert.ok(await page.locator(".hours button").count() > 5);
	await page.getByRole("link", { name: "Écrire une autre commune ou un code postal" }).click();
	assert.equal(await page.getByLabel("Votre commune ou code postal").inputValue(), "zzz<b>");

	await search(page, "Brest");
	assert.match(await text(main(page)), /Aucun horaire à moins de 30 km\./);
	await see(page, "2-times-far");
	await page.getByRole("link", { name: "Choisir un rendez-vous par téléphone" }).first().click();
	assert.ok(await page.locator(".hours button").count() > 5);
	await see(page, "2-times-phone");

	await search(page, "saint-martin");
	assert.ok(await page.locator(".choices a").count() > 1, "several of that name: which one?");
	await see(page, "2-times-choose");

	await page.goto("/");
	await page.getByRole("button", { name: "Voir les horaires" }).click();
	assert.ok(await page.locator(".hours button").count() > 5, "nothing typed: everything, soonest first");
	await page.context().close();
});

test("filters, and later times", async () => {
	const page = await phone();
	await search(page, "oignies");
	await page.getByText("Matin, après-midi, mercredi").click();
	await page.getByLabel("Le mercredi seulement").check();
	await page.getByRole("button", { name: "Voir ces horaires" }).click();
	for (const day of await page.locator(".day > h2").allInnerTexts()) assert.match(day, /^Mercredi/);
	assert.ok(await page.getByLabel("Le mercredi seulement").isChecked());
	await see(page, "2-times-wednesday");
	await search(page, "oignies");
	const first = await page.locator(".hours button").first().getAttribute("value");
	await page.getByRole("link", { name: "Plus tard" }).click();
	assert.notEqual(await page.locator(".hours button").first().getAttribute("value"), first);
	await page.getByRole("link", { name: "Revenir aux premiers horaires" }).click();
	assert.equal(await page.locator(".hours button").first().getAttribute("value"), first);
	await page.context().close();
});

test("by telephone: the number is asked for, and no place is shown", async () => {
	const page = await phone();
	await search(page, "", "Par téléphone");
	await hold(page);
	assert.match(await heading(page), /, par téléphone$/);
	await see(page, "3-form-phone");
	await fill(page, { first: "Aya", phone: "" });
	await confirm(page);
	assert.deepEqual(await page.locator(".errors a").evaluateAll((all) => all.map((a) => a.hash)), ["#telephone"]);
	await page.getByLabel(/^Téléphone/).fill("+32 470 12 34 56");
	await confirm(page);
	await page.waitForURL(/\/rdv\//);
	assert.match(await text(main(page)), /Nous vous appelons\./);
	await see(page, "4-done-phone");
	await page.context().close();
});

test("without a number: a code to note", async () => {
	const page = await phone();
	await booked(page, { place: "libercourt", number: 3, person: { first: "Zoé", phone: "" } });
	assert.match(await text(page.locator(".code")), /^\d{4}$/);
	await see(page, "4-done-code");
	await page.context().close();
});

test("the reminders that the page announces are those that are planned", async () => {
	const page = await phone();
	const days = ["le jour même", "la veille", "deux jours avant", "trois jours avant",
		"quatre jours avant"];
	await search(page, "carvin");
	const hours = page.locator(".hours button");
	const count = Math.min(await hours.count(), 12);
	for (let i = 0; i < count; i += 4) {
		await search(page, "carvin");
		const number = `06 20 00 00 ${10 + i}`;
		await hold(page, i);
		await fill(page, { first: `Eva${i}`, phone: number });
		await confirm(page);
		await page.waitForURL(/\/rdv\//);
		const said = (await text(main(page))).match(/Vous recevrez un SMS (.+?)\./)?.[1] ?? "";
		const { appointments } = JSON.parse((await d.request("GET", "/api/v1/staff/appointments?from=2026-11-22&to=2026-12-22&limit=500",
			undefined, { local: true })).body);
		const mine = appointments.find((a) => a.person.first_name === `Eva${i}`);
		const planned = mine.messages.filter((m) => m.kind === "reminder").map((m) => m.due).sort().map((due) =>
			days[Math.round((Date.parse(mine.start.slice(0, 10)) - Date.parse(due.slice(0, 10))) / 86400000)]);
		assert.equal(said, planned.join(" et "), mine.start);
	}
	await page.context().close();
});

test("somebody who refuses cookies books, says she comes and cancels", async () => {
	const page = await browser.pageWithoutCookies();
	const link = await booked(page, { place: "carvin", number: 5, person: { first: "Maël", phone: "0611111111" } });
	assert.deepEqual(await page.context().cookies(), []);
	await page.goto(link);
	await page.getByRole("button", { name: "Je viens" }).click();
	assert.match(await text(main(page)), /Vous avez dit que vous venez/);
	await page.goto(`${link}/annuler`);
	await page.getByRole("button", { name: "Oui, annuler" }).click();
	assert.equal(await heading(page), "C’est annulé");
});

test("a link that leads nowhere, a page that is not: what to do", async () => {
	const page = await phone();
	for (const [url, status] of [["/rdv/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 404], ["/rdv/x", 404], ["/nulle-part", 404],
		["/reserver/0123456789abcdef", 404]]) {
		const answer = await page.goto(url);
		assert.equal(answer.status(), status, url);
		assert.ok(await page.getByRole("link", { name: "Prendre un rendez-vous" }).count() > 0, url);
		await fits(page);
	}
	await see(page, "failure");
	await page.context().close();
});

test("English, the whole way", async () => {
	const page = await phone({ locale: "en-GB" });
	await page.goto("/");
	assert.equal(await page.locator("html").getAttribute("lang"), "en");
	await see(page, "en-1-search");
	await page.getByLabel("Your town or postcode").fill("henin");
	await page.getByRole("button", { name: "See the times" }).click();
	assert.match(await text(page.locator(".day > h2").first()), /^Monday 23 November$/);
	await see(page, "en-2-times");
	await page.locator(".hours button").nth(5).click();
	assert.match(await text(main(page)), /until 8:10 am/);
	await see(page, "en-3-form");
	await page.getByRole("button", { name: "Confirm my appointment" }).last().click();
	await see(page, "en-3-form-errors");
	assert.match(await text(page.locator(".errors")), /3 things to correct\s+First name: Write your first name\./);
	await page.getByLabel("First name").fill("Amira");
	await page.getByLabel("Last name").fill("Haddad");
	await page.getByLabel("Year of birth").fill("2005");
	await page.getByLabel(/^Telephone/).fill("07 12 34 56 78");
	await page.getByLabel(/^E-?mail/).fill("amira@example.org");
	await page.getByRole("button", { name: "Confirm my appointment" }).last().click();
	await page.waitForURL(/\/rdv\//);
	await see(page, "en-4-done");
	assert.match(await text(main(page)), /You will receive an SMS|An SMS is on its way/);
	const mail = await d.message((m) => m.to === "amira@example.org", "the e-mail");
	assert.match(mail.text, /Your appointment|appointment/);
	await page.goto(new URL(page.url()).pathname);
	await page.getByRole("button", { name: "I am coming" }).click();
	await see(page, "en-5-manage");
	await page.getByRole("link", { name: "Change the date" }).click();
	await see(page, "en-6-move");
	await page.locator(".hours button").nth(3).click();
	await page.getByRole("link", { name: "Cancel" }).click();
	await see(page, "en-7-cancel");
	await page.getByRole("button", { name: "Yes, cancel" }).click();
	assert.match(await text(main(page)), /Thank you for telling us, somebody else will be able to come\./);
	await see(page, "en-8-cancelled");
	// and back: the language is one link away on every page
	await page.getByRole("link", { name: "Français" }).click();
	assert.equal(await heading(page), "C’est annulé");
	await page.context().close();
});

test("no other machine was asked for anything, no policy was broken, the log is clean", async () => {
	await browser.close();
	browser.judge();
	await d.halt();
});
