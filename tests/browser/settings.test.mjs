// SPDX-License-Identifier: GPL-3.0-or-later
// The settings of places and closures in a real browser: a place made, its pin moved by a click, by dragging, by the
// keyboard, and without scripts; closed with somebody booked in it; the school holidays in one gesture; markup in
// every field stays text.

import assert from "node:assert/strict";
import fs from "node:fs";
import { after, before, test } from "node:test";
import { daemon, HENIN_CARVIN } from "./lib/daemon.mjs";
import { Browser, shot, text } from "./lib/browser.mjs";
import { axe, sizeFaults, structureFaults } from "./lib/checks.mjs";
import { heading, logIn, main } from "./lib/way.mjs";

const DESK = { width: 1440, height: 900 };
const MARK = `<img src=x onerror="document.title='x'"> & 'a'`;
let d, browser, page;

before(async () => {
	const t = JSON.parse(fs.readFileSync(HENIN_CARVIN, "utf8"));
	d = await daemon({ territory: t });
	browser = await new Browser(d).launch();
	d.addUser("marie", "network");
	page = await browser.page({ size: DESK });
	await logIn(page, "marie");
});

after(async () => {
	await browser?.close();
	await d?.stop();
});

async function judge(p, name) {
	assert.deepEqual(await axe(p), [], name);
	assert.deepEqual(await structureFaults(p), [], name);
	assert.deepEqual(await sizeFaults(p), [], name);
	await shot(p, `settings-${name}-${p.viewportSize().width}`);
}

const site = async (name) => (await d.api("GET", "/sites")).sites.find((s) => s.name === name);
const pin = async (p) => [Number(await p.locator("#lat").inputValue()), Number(await p.locator("#lon").inputValue())];

test("every page of settings, at each width, light and dark", async () => {
	for (const path of ["", "/structure", "/reseau", "/structure/nouvelle", "/lieux", "/lieux/nouveau",
		"/lieux/carvin-mission-locale", "/fermetures"])
		for (const width of [1440, 768, 390, 320]) {
			await page.setViewportSize({ width, height: 900 });
			if (width === 1440) await page.goto(`/equipe/reglages${path}`);
			assert.deepEqual(await sizeFaults(page), [], `${path} at ${width}`);
			if (width !== 390) continue;
			await judge(page, path.slice(1).replaceAll("/", "-") || "page");
			await page.emulateMedia({ colorScheme: "dark" });
			assert.deepEqual(await axe(page, true), [], `${path} by night`);
			await page.emulateMedia({ colorScheme: "light" });
		}
	await page.setViewportSize(DESK);
});

test("a place is made: what is wrong stands beside its field, nothing typed is lost, markup is text", async () => {
	await page.goto("/equipe/reglages/lieux/nouveau");
	await page.getByLabel("Nom du lieu").fill(MARK);
	await page.getByLabel("Comment venir", { exact: false }).first().fill(MARK);
	await page.locator("#commune").fill("Nulle-Part-sur-Rien");
	await page.getByRole("button", { name: "Enregistrer" }).last().click();
	await page.locator("#commune-e").waitFor();
	assert.match(await text(page.locator(".errors")), /Écrivez l’adresse/);
	assert.equal(await page.getByLabel("Nom du lieu").inputValue(), MARK);
	await page.getByLabel("Numéro et rue").fill(MARK);
	await page.locator("#commune").fill("Libercourt");
	await page.getByRole("button", { name: "Voir la carte" }).click();
	await page.locator("input[name=grande]").waitFor();
	await judge(page, "map");
	assert.notEqual(await page.title(), "x");
});

test("the pin follows a click, a finger and the keys", async () => {
	const picture = page.locator("input[name=grande]");
	const [lat, lon] = await pin(page);
	await picture.click({ position: { x: 380, y: 100 } });
	await page.waitForFunction(([a]) => Number(document.getElementById("lat").value) !== a, [lat]);
	const [lat2, lon2] = await pin(page);
	assert.ok(lat2 > lat && lon2 > lon, "up and right is north and east");
	const box = await picture.boundingBox();
	await page.mouse.move(box.x + 300, box.y + 200);
	await page.mouse.down();
	await page.mouse.move(box.x + 200, box.y + 300, { steps: 4 });
	await page.mouse.up();
	const [lat3, lon3] = await pin(page);
	assert.ok(lat3 < lat2 && lon3 < lon2);
	await picture.focus();
	await page.keyboard.press("ArrowUp");
	const [lat4, lon4] = await pin(page);
	assert.ok(Math.abs(lat4 - lat3 - 0.0009) < 0.0001 && lon4 === lon3, "100 m to the north");
	await page.getByRole("group", { name: "Déplacer de 1 km" }).getByRole("button", { name: "Est", exact: true }).click();
	const [lat5, lon5] = await pin(page);
	assert.ok(lat5 === lat4 && lon5 > lon4 + 0.01);
	await page.waitForFunction((p) => decodeURIComponent(document.querySelector("input[name=grande]").src).includes(p),
		`${lat5.toFixed(5)},${lon5.toFixed(5)}`);
	await page.getByRole("button", { name: "Enregistrer" }).last().click();
	await page.waitForURL(/\/lieux\?/);
	assert.match(await text(main(page)), /Il manque encore les jours et les heures/);
	await judge(page, "made");
	const made = await site(MARK);
	assert.ok(Math.abs(made.lat - lat5) < 1e-6 && Math.abs(made.lon - lon5) < 1e-6);
	assert.equal(made.commune, "Libercourt");
	assert.notEqual(await page.title(), "x");
	// what was just done is taken back
	await page.getByRole("button", { name: "Annuler cette modification" }).click();
	await page.getByText("Lieux", { exact: true }).first().waitFor();
	assert.equal(await site(MARK), undefined);
});

test("without scripts a click and the buttons move the pin, and nothing is saved before one says so", async () => {
	for (const size of [{ width: 390, height: 844 }, DESK]) {
		const plain = await browser.page({ size, js: false });
		await logIn(plain, "marie");
		await plain.goto("/equipe/reglages/lieux/carvin-mission-locale");
		const before_ = await site("Mission locale de Carvin") ?? (await d.api("GET", "/sites")).sites.find((s) =>
			s.id === "carvin-mission-locale");
		const name = size.width < 700 ? "petite" : "grande";
		const [lat, lon] = [before_.lat, before_.lon];
		await plain.getByLabel("Nom du lieu").fill("Carvin, ailleurs");
		await plain.locator(`input[name=${name}]`).click({ position: { x: 30, y: 30 } });
		await plain.locator("input[name=centre]").waitFor({ state: "attached" });
		const [lat2, lon2] = await pin(plain);
		assert.ok(lat2 > lat && lon2 < lon, `${name}: up and left is north and west`);
		await plain.getByRole("group", { name: "Déplacer de 100 m" }).getByRole("button", { name: "Sud", exact: true }).click();
		const [lat3] = await pin(plain);
		assert.ok(Math.abs(lat2 - lat3 - 0.0009) < 0.0001);
		await plain.getByRole("button", { name: "Voir de plus loin" }).click();
		assert.equal(await plain.getByLabel("Nom du lieu").inputValue(), "Carvin, ailleurs");
		await shot(plain, `settings-map-plain-${size.width}`);
		const now = (await d.api("GET", "/sites")).sites.find((s) => s.id === "carvin-mission-locale");
		assert.deepEqual([now.lat, now.lon, now.name], [lat, lon, before_.name]);
		await plain.getByRole("button", { name: "Enregistrer" }).last().click();
		const then = (await d.api("GET", "/sites")).sites.find((s) => s.id === "carvin-mission-locale");
		assert.ok(then.lat > lat && then.name === "Carvin, ailleurs");
		await plain.context().close();
	}
});

test("school holidays in one gesture, and back", async () => {
	const free = async () => (await d.slots("premier-rdv", { from: "2026-12-19", to: "2027-01-04" })).length;
	assert.ok(await free() > 0);
	await page.goto("/equipe/reglages/fermetures");
	assert.match(await text(main(page)), /Zone B/);
	await page.getByRole("button", { name: "Vacances de Noël" }).click();
	await page.getByText("C’est noté pour").waitFor();
	assert.equal(await free(), 0);
	await judge(page, "holidays");
	await page.getByRole("button", { name: /^Retirer/ }).click();
	await page.getByText("La fermeture est retirée").waitFor();
	assert.ok(await free() > 0);
});

test("a place that closes for good shows first who is booked in it", async () => {
	const slot = (await d.slots("premier-rdv", { site: "henin-mission-locale" }))[0];
	const one = await d.book(slot, "settings-1", { first_name: "Noé" });
	await page.goto("/equipe/reglages/lieux/henin-mission-locale");
	await page.getByText("Fermer ce lieu pour toujours").click();
	await page.getByRole("button", { name: "Fermer ce lieu" }).click();
	await page.waitForURL(/changement|fermer/);
	assert.match(await heading(page), /Fermer|concern/i);
	assert.match(await text(main(page)), /Noé/);
	await shot(page, "settings-close-touched");
	assert.ok((await d.api("GET", "/sites")).sites.some((s) => s.id === "henin-mission-locale"), "nothing is done yet");
	const status = async () => (await d.api("GET", `/appointments/${one.token}`)).appointment.status;
	assert.equal(await status(), "booked");
	await page.getByLabel(/^Annuler le rendez-vous/).check();
	await page.getByRole("button", { name: "Enregistrer le changement et prévenir" }).click();
	await page.waitForURL(/\/reglages\/lieux\?/);
	assert.ok(!(await d.api("GET", "/sites")).sites.some((s) => s.id === "henin-mission-locale"));
	assert.equal(await status(), "cancelled");
	await d.message((m) => m.channel === "sms" && /annul/i.test(m.text), "the word of the cancellation");
});

test("nothing was asked of another machine", () => browser.judge());
