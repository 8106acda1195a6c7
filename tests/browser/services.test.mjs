// SPDX-License-Identifier: GPL-3.0-or-later
// Kinds of appointment and the words of messages, run by a team without a developer: a new kind with a question,
// offered by a permanence and booked by the public at once, whose answer the counsellor sees; a reminder whose words
// are changed with a preview, judged as one types, read in the spool, and put back.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { daemon } from "./lib/daemon.mjs";
import { Browser, shot, text } from "./lib/browser.mjs";
import { axe, sizeFaults, structureFaults } from "./lib/checks.mjs";
import { confirm, fill, fits, heading, hold, logIn, main, search } from "./lib/way.mjs";

const DESK = { width: 1440, height: 900 };
const TABLET = { width: 768, height: 1024 };
const SMALL = { width: 390, height: 844 };
const TEXTS = "/equipe/reglages/textes";
let d, browser, page;

before(async () => {
	d = await daemon();
	browser = await new Browser(d).launch();
	d.addUser("alice", "admin");
	page = await browser.page({ size: DESK });
	await logIn(page, "alice");
});

after(async () => {
	await browser?.close();
	await d?.stop();
});

// Good HTML, good labels, axe's rules, targets of a finger's size.
async function check(page) {
	assert.deepEqual([...await axe(page), ...await structureFaults(page), ...await sizeFaults(page)], []);
}

const save = () => page.getByRole("button", { name: "Enregistrer" }).last().click();

test("the list says how long, for whom and where", async () => {
	await page.goto("/equipe/reglages/types");
	assert.equal(await heading(page), "Types de rendez-vous");
	assert.match(await text(main(page)), /en ligne/);
	await check(page);
	await shot(page, "services-list-1440");
	await page.setViewportSize(SMALL);
	await fits(page);
	await shot(page, "services-list-390");
	await page.setViewportSize(DESK);
});

test("a new kind of appointment: what is wrong is told beside the field, and nothing typed is lost", async () => {
	await page.getByRole("link", { name: "Ajouter un type de rendez-vous" }).click();
	await page.getByLabel("Nom", { exact: true }).first().fill("Aide au <b>budget</b>");
	await page.getByLabel("Durée en minutes").fill("37");
	await page.getByText("Première question").click();
	await page.locator("#q0_texte").fill("Comment viendrez-vous ?");
	await page.locator("#q0_reponses").fill("En bus");
	await save();
	assert.match(await text(page.locator(".errors")), /3 choses à corriger|2 choses à corriger/);
	assert.match(await text(page.locator("#duree-e")), /multiple de 5/);
	assert.match(await text(page.locator("#q0_reponses-e")), /de 2 à 8 réponses/);
	assert.equal(await page.locator("#nom").inputValue(), "Aide au <b>budget</b>");
	await check(page);
	await shot(page, "services-type-wrong-1440");
});

test("and then it is kept, offered by a permanence, and undone or not by a button", async () => {
	await page.locator("#nom").fill("Aide au budget");
	await page.getByLabel("En mots de tous les jours").first().fill("On fait le point sur mon budget");
	await page.locator("#duree").fill("30");
	await page.getByText("Quand on peut le prendre").click();
	await page.locator("#apres").fill("15");
	await page.getByText("Ce que la personne doit savoir").click();
	await page.locator("#savoir").fill("Sonnez à la porte bleue.");
	await page.getByText("Avec un interprète").click();
	await page.locator("#interprete").fill("30");
	await page.locator("#q0_reponses").fill("En bus\nÀ pied\nOn me dépose");
	await page.locator("#q0_oblige").check();
	await page.getByLabel("Bleu", { exact: true }).check();
	await page.locator("#offres input").first().check();
	await page.getByRole("button", { name: "Voir l’aperçu" }).click();
	assert.match(await text(page.locator("p.card")), /On fait le point sur mon budget\s*30 minutes/);
	await shot(page, "services-type-1440");
	await page.setViewportSize(SMALL);
	await fits(page);
	await shot(page, "services-type-390");
	await page.setViewportSize(TABLET);
	await shot(page, "services-type-768");
	await page.setViewportSize(DESK);
	await save();
	assert.equal(await heading(page), "Types de rendez-vous");
	assert.match(await text(page.locator(".notice.good")), /Aide au budget » est ajouté/);
	assert.equal(await page.locator("tr", { hasText: "Aide au budget" }).count(), 1);
	await shot(page, "services-added-1440");
});

test("it is booked at once: the question is asked, its answer reaches the counsellor and no SMS", async () => {
	const visitor = await browser.page({ js: false });
	await search(visitor, "henin", "On fait le point sur mon budget");
	assert.match(await text(visitor.locator("details summary").first()), /interprète/);
	await hold(visitor);
	await fill(visitor);
	await confirm(visitor);
	assert.match(await text(visitor.locator(".errors")), /Comment viendrez-vous \? : Choisissez une réponse/);
	assert.match(await text(visitor.locator("#question0-e")), /Choisissez une réponse/);
	await shot(visitor, "services-question-320");
	await fits(visitor);
	await visitor.getByLabel("En bus").check();
	await confirm(visitor);
	await visitor.waitForURL(/\/rdv\//);
	assert.match(await text(main(visitor)), /Sonnez à la porte bleue/);
	await visitor.context().close();
	const sms = await d.message((m) => m.channel === "sms", "the confirmation");
	assert.doesNotMatch(sms.text, /bus/);
	const { appointments } = await d.api("GET", "/staff/appointments?from=2026-11-20&to=2027-03-31&limit=500",
		undefined, { local: true });
	const mine = appointments.find((a) => a.person.first_name === "Inès");
	await page.goto(`/equipe/rdv/${mine.id}`);
	assert.match(await text(main(page)), /Comment viendrez-vous \?\s*En bus/);
	await check(page);
	await shot(page, "services-answer-1440");
});

test("with an interpreter the times are those where the longer one fits", async () => {
	const visitor = await browser.page({ js: false });
	await search(visitor, "henin", "On fait le point sur mon budget");
	await visitor.locator("details summary").first().click();
	await visitor.getByLabel(/le rendez-vous dure 30\sminutes de plus/).check();
	await visitor.getByRole("button", { name: "Voir ces horaires" }).click();
	assert.match(await text(main(visitor)), /Durée : 1 heure/);
	await shot(visitor, "services-interpreter-320");
	await hold(visitor);
	assert.match(await text(main(visitor)), /1 heure/);
	assert.equal(await visitor.getByLabel("Interprète : dans quelle langue ?").count(), 1);
	await visitor.context().close();
});

test("a text is judged and measured as one types", async () => {
	await page.goto(TEXTS);
	assert.equal(await heading(page), "Textes des messages");
	await check(page);
	await shot(page, "texts-1440");
	await page.getByRole("link", { name: /^SMS\s*, Confirmation$/ }).click();
	const field = page.locator("#texte");
	const before = await field.inputValue();
	await page.locator(".handset").first().waitFor();
	await field.fill(`${before} Pour votre logement.`);
	await page.locator("#fautes").waitFor();
	assert.match(await text(page.locator("#fautes")), /Le mot « logement » dit pourquoi/);
	await check(page);
	await shot(page, "texts-wrong-1440");
	await field.fill("Bonjour, c’est noté : {day} à {hour}. {link} À très vite.");
	await page.locator("#fautes").waitFor({ state: "detached" });
	assert.match(await text(page.locator(".handset").first()), /C.est noté|c'est noté|c’est noté/);
	assert.match(await text(page.locator("#apercu")), /caractères sur 160. Il part et se paie comme 1 SMS/);
	await shot(page, "texts-right-1440");
	await page.setViewportSize(SMALL);
	await fits(page);
	await shot(page, "texts-right-390");
	await page.setViewportSize(DESK);
	await save();
	assert.match(await text(page.locator(".notice.good")), /C’est enregistré/);
	assert.match(await text(main(page)), /alice/);
});

test("what was kept leaves at once, and the text of before comes back", async () => {
	const visitor = await browser.page({ js: false });
	await search(visitor, "carvin", /premier/i);
	await hold(visitor);
	await fill(visitor, { first: "Lou", phone: "06 45 45 45 45" });
	await confirm(visitor);
	await visitor.waitForURL(/\/rdv\//);
	await visitor.context().close();
	const sms = await d.message((m) => m.to === "+33645454545", "the new words");
	assert.match(sms.text, /A très vite|À très vite/);
	await page.getByRole("button", { name: "Texte d’origine" }).click();
	assert.match(await text(page.locator(".notice.good")), /texte d’origine sert de nouveau/);
	assert.doesNotMatch(await page.locator("#texte").inputValue(), /très vite/);
	await page.getByRole("button", { name: /Revenir à cette version/ }).first().click();
	assert.match(await page.locator("#texte").inputValue(), /très vite/);
	await shot(page, "texts-history-1440");
});

test("an e-mail has a subject of its own, and without a script a button shows the same", async () => {
	const plain = await browser.page({ js: false, size: TABLET });
	await logIn(plain, "alice");
	await plain.goto(`${TEXTS}/fr/confirmation.email`);
	await plain.locator("#objet").fill("C’est noté pour le {day}");
	await plain.getByRole("button", { name: "Voir", exact: true }).click();
	assert.match(await text(plain.locator("#apercu")), /C’est noté pour le mardi 3 mars/);
	await plain.locator("#texte").fill("Bonjour {first_name}");
	await plain.getByRole("button", { name: "Enregistrer" }).click();
	assert.match(await text(plain.locator("#fautes")), /first_name.*trou/);
	assert.equal(await plain.locator("#texte").inputValue(), "Bonjour {first_name}");
	assert.deepEqual(await structureFaults(plain), []);
	await shot(plain, "texts-email-768");
	await fits(plain);
	await plain.context().close();
});

test("nothing was asked of another machine", () => browser.judge());
