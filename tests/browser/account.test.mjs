// SPDX-License-Identifier: GPL-3.0-or-later
// Accounts, on a telephone and on a desk: somebody who administers is led to a second
// factor whose picture a telephone can read, an invitation on paper is typed in, a password is shown by a button,
// a colleague of the front desk finds no file. Each page is well made, in both languages.

import assert from "node:assert/strict";
import crypto from "node:crypto";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { daemon, HENIN_CARVIN, PASSWORD } from "./lib/daemon.mjs";
import { Browser, shot } from "./lib/browser.mjs";
import { axe, sizeFaults, structureFaults } from "./lib/checks.mjs";
import { htmlFaults } from "./lib/valid.mjs";
import { fits, heading, logIn, main } from "./lib/way.mjs";

const jsqr = createRequire(import.meta.url)("jsqr");
const NOW = "2026-11-23T09:00:00+01:00";
const DESK = { width: 1440, height: 900 }, PHONE = { width: 390, height: 844 };
let d, browser;

before(async () => {
	d = await daemon({ now: NOW, settings: { demo: false }, territory: HENIN_CARVIN });
	browser = await new Browser(d).launch();
	d.addUser("chef", "admin");
	d.addUser("marie", "counsellor", "conseiller-1");
});

after(async () => {
	await browser?.close();
	await d?.stop();
});

async function wellMade(page, name) {
	assert.deepEqual(await structureFaults(page), [], name);
	assert.deepEqual(await sizeFaults(page), [], name);
	assert.deepEqual(await axe(page), [], name);
	// as the server wrote it: a browser writes it down in its own way
	assert.deepEqual(await htmlFaults(await (await page.context().request.get(page.url())).text()), [], name);
	await fits(page);
	await shot(page, name);
}

// RFC 6238 by node's own crypto: what the telephone shows.
function codeOf(secret, step = 0) {
	const bits = [...secret.replaceAll(" ", "")].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
	const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor(Date.parse(NOW) / 30000) + step));
	const mac = crypto.createHmac("sha1", key).update(counter).digest();
	const at = mac[19] & 15;
	return String((mac.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, "0");
}

test("who administers makes a second factor, whose picture a telephone reads", async () => {
	const page = await browser.page({ viewport: PHONE });
	await logIn(page, "chef");
	assert.equal(await heading(page), "Protéger mon compte");
	await wellMade(page, "account-factor-390");
	const secret = await page.locator("#cle").innerText();
	// The picture as the browser draws it, read by a QR reader.
	const png = await page.locator("svg.qr").screenshot();
	const pixels = await page.evaluate(async (bytes) => {
		const image = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
		const canvas = new OffscreenCanvas(image.width, image.height);
		const context = canvas.getContext("2d");
		context.drawImage(image, 0, 0);
		return { width: image.width, height: image.height, data: [...context.getImageData(0, 0, image.width, image.height).data] };
	}, [...png]);
	const read = jsqr(Uint8ClampedArray.from(pixels.data), pixels.width, pixels.height);
	assert.ok(read, "the picture cannot be read");
	assert.equal(new URL(read.data).searchParams.get("secret"), secret.replaceAll(" ", ""));
	await page.getByLabel("Code à six chiffres").fill("123");
	await main(page).getByRole("button", { name: "Protéger mon compte" }).click();
	assert.match(await main(page).innerText(), /Ce code n’est pas le bon/);
	await page.getByLabel("Code à six chiffres").fill(codeOf(secret));
	await main(page).getByRole("button", { name: "Protéger mon compte" }).click();
	assert.equal(await heading(page), "Vos codes de secours");
	assert.equal(await page.locator("#codes li").count(), 10);
	await wellMade(page, "account-codes-390");
	await page.getByRole("link", { name: "C’est fait, continuer" }).click();
	// and the next time it is asked for
	const next = await browser.page({ viewport: DESK });
	await logIn(next, "chef");
	assert.equal(await heading(next), "Votre code de connexion");
	await wellMade(next, "account-code-1440");
	await next.getByLabel("Code").fill(codeOf(secret, 1));
	await next.getByRole("button", { name: "Continuer" }).click();
	await next.goto(`${d.url}/equipe/compte`);
	assert.equal(await next.locator("tbody tr").count(), 2);
	for (const [viewport, name] of [[DESK, "1440"], [{ width: 768, height: 1024 }, "768"], [PHONE, "390"]]) {
		await next.setViewportSize(viewport);
		await next.goto(`${d.url}/equipe/compte`);
		await wellMade(next, `account-own-${name}`);
		await next.goto(`${d.url}/equipe/reglages/comptes`);
		await wellMade(next, `account-team-${name}`);
		await next.goto(`${d.url}/equipe/reglages/programmes`);
		await wellMade(next, `account-programs-${name}`);
	}
	await next.goto(`${d.url}/equipe/compte?lang=en`);
	assert.equal(await heading(next), "My account");
	await next.goto(`${d.url}/equipe/reglages/comptes?lang=en`);
	assert.equal(await heading(next), "Team accounts");
	await wellMade(next, "account-team-en");
	await next.goto(`${d.url}/equipe/reglages/comptes?lang=fr`);
	// An invitation on paper, typed in on a telephone of 320 px.
	await next.getByLabel("Prénom et nom").fill("Nadia Cherif");
	await next.getByRole("radio", { name: "Accueil" }).check();
	await next.getByLabel("Structure", { exact: true }).selectOption({ index: 1 });
	await next.getByRole("button", { name: "Imprimer un code" }).click();
	const code = await next.locator("#code").innerText();
	await shot(next, "account-paper");
	const guest = await browser.page();
	await guest.goto(`${d.url}/equipe/invitation`);
	await wellMade(guest, "account-invitation-code-320");
	await guest.getByLabel("Code").fill(code.toLowerCase().replaceAll("-", " "));
	await guest.getByRole("button", { name: "Continuer" }).click();
	assert.equal(await heading(guest), "Rejoindre l’équipe");
	await guest.getByLabel("Identifiant").fill("nadia");
	await guest.getByLabel("Mot de passe").fill("motdepasse2026");
	await guest.getByRole("button", { name: "Créer mon compte" }).click();
	assert.match(await main(guest).innerText(), /essaie en premier/);
	await wellMade(guest, "account-invitation-wrong-320");
	await guest.getByLabel("Mot de passe").fill(PASSWORD);
	await guest.getByRole("button", { name: "Créer mon compte" }).click();
	assert.equal(new URL(guest.url()).pathname, "/equipe");
	// What the front desk's menu does not offer is not there either.
	const menu = await guest.locator("header nav").first().innerText();
	for (const word of ["SMS", "Attente", "Réglages", "Chiffres", "Ajouter"])
		assert.ok(!menu.includes(word), `${word} in the menu of the front desk`);
	assert.equal((await guest.goto(`${d.url}/equipe/sms`)).status(), 403);
	await next.goto(`${d.url}/equipe/reglages/comptes`);
	await next.getByRole("link", { name: "Nadia Cherif" }).click();
	await wellMade(next, "account-member-390");
});

test("a password is shown by a button, and changed by keyboard", async () => {
	const page = await browser.page({ viewport: DESK });
	await logIn(page, "marie");
	await page.goto(`${d.url}/equipe/compte`);
	await page.getByText("Changer de mot de passe", { exact: true }).click();
	const field = page.getByLabel("Nouveau mot de passe");
	await field.fill("une phrase toute neuve");
	const button = field.locator("xpath=following-sibling::button");
	assert.equal(await button.innerText(), "Montrer");
	await button.click();
	assert.equal(await field.getAttribute("type"), "text");
	await page.getByLabel("Mot de passe actuel").first().fill(PASSWORD);
	await field.press("Enter");
	await page.waitForURL(/fait=mot-de-passe/);
	assert.match(await main(page).innerText(), /Votre mot de passe est changé/);
	await wellMade(page, "account-own-changed");
});
