// SPDX-License-Identifier: GPL-3.0-or-later
// One more step before a booking, on a phone of 320 px: behind an address where a crowd books, the browser's
// own work or, without scripts, a code by e-mail; and the number that a team wants proven.

import assert from "node:assert/strict";
import fs from "node:fs";
import { after, before, test } from "node:test";
import { daemon, HENIN_CARVIN, until } from "./lib/daemon.mjs";
import { Browser, shot, text } from "./lib/browser.mjs";
import { axe, sizeFaults, structureFaults } from "./lib/checks.mjs";
import { confirm, fill, fits, heading, hold, main, search } from "./lib/way.mjs";

const FORUM = "198.51.100.7", HOME = "203.0.113.9";
let d, proven, browser, other;

function wanting(verify_phone) {
	const territory = JSON.parse(fs.readFileSync(HENIN_CARVIN, "utf8"));
	for (const o of territory.organisations) o.verify_phone = verify_phone;
	return territory;
}

before(async () => {
	const settings = { demo: false, trusted_proxy: ["127.0.0.1"] };
	d = await daemon({ settings, sections: "limits {\n\tproof_above_address = 1\n}\n" });
	proven = await daemon({ settings, territory: wanting("sms"), sections: "messages {\n\tinbound_number = \"38123\"\n}\n" });
	browser = await new Browser(d).launch();
	other = await new Browser(proven).launch();
});

after(async () => {
	await browser?.close();
	await other?.close();
	await d?.stop();
	await proven?.stop();
});

// Behind an address, the form filled in; the page is the one before "Confirmer".
async function filled(of, address, options, person) {
	const page = await of.page({ touch: true, ...options });
	await page.context().setExtraHTTPHeaders({ "X-Forwarded-For": address });
	await search(page, "carvin");
	await hold(page, person.number);
	await fill(page, person);
	return page;
}

// As people do: sent again when it was too fast.
async function send(page) {
	await until(async () => {
		if (!/\/reserver\//.test(page.url())) return true;
		if (/^(Encore une étape|Vérifions votre numéro)$/.test(await heading(page))) return true;
		await confirm(page);
		return false;
	}, "the form to be believed");
}

async function see(page, name) {
	await fits(page);
	assert.deepEqual([...await structureFaults(page), ...await sizeFaults(page)], []);
	await shot(page, `check-${name}`);
}

const press = (page, name) => page.getByRole("button", { name }).click();
const codeOf = async (of, channel, to) => {
	const m = await of.message((x) => x.channel === channel && x.to.includes(to) && /\b\d{6}\b/.test(x.text), "a code");
	return m.text.match(/\b\d{6}\b/)[0];
};

test("in a crowd the browser proves by itself that somebody is there", async () => {
	const first = await filled(browser, FORUM, { js: false }, { number: 0 });
	await send(first);
	await first.waitForURL(/\/rdv\//);
	const page = await filled(browser, FORUM, {}, { number: 2, mail: "ines@example.org" });
	await send(page);
	assert.equal(await heading(page), "Encore une étape");
	const ready = page.locator("form[data-riddle] button");
	await page.locator("form[data-riddle] button:enabled").waitFor({ timeout: 30000 });
	assert.match(await text(main(page)), /C’est bon : confirmez/);
	await see(page, "1-crowd-solved");
	assert.deepEqual(await axe(page), []); // it needs scripts itself
	assert.equal(await ready.evaluate((b) => b === document.activeElement), true, "the button has the focus");
	await ready.click();
	await page.waitForURL(/\/rdv\//);
	assert.match(await heading(page), /noté|confirmé|À bientôt/);
	await page.context().close();
	await first.context().close();
});

test("in a crowd without scripts a code comes by e-mail", async () => {
	const page = await filled(browser, FORUM, { js: false }, { number: 3, mail: "mia@example.org" });
	await send(page);
	assert.equal(await heading(page), "Encore une étape");
	assert.equal(await page.locator("form[data-riddle]").isVisible(), false);
	await see(page, "2-crowd-plain");
	await press(page, /par e-mail/);
	await see(page, "3-crowd-code");
	await page.getByLabel("Le code reçu").fill("12");
	await press(page, "Confirmer mon rendez-vous");
	await see(page, "4-crowd-wrong");
	assert.match(await text(main(page)), /parti à mia@example\.org/);
	await page.getByLabel("Le code reçu").fill(await codeOf(d, "email", "mia@example.org"));
	await press(page, "Confirmer mon rendez-vous");
	await page.waitForURL(/\/rdv\//);
	await page.context().close();
});

test("a team that wants an SMS from the number", async () => {
	const page = await filled(other, HOME, { js: false }, { number: 0 });
	await send(page);
	assert.equal(await heading(page), "Vérifions votre numéro");
	await see(page, "5-number");
	await press(page, "Envoyer un SMS moi-même");
	await see(page, "6-number-send");
	assert.equal(await page.getByRole("button", { name: "Envoyer un SMS moi-même" }).count(), 0, "it is being done");
	const say = (await text(main(page))).match(/RDV \d{6}/)[0];
	await press(page, "C’est envoyé");
	assert.match(await text(main(page)), /Votre SMS n’est pas encore arrivé/);
	assert.ok((await text(main(page))).includes(say), "the same code is still there to be sent");
	await see(page, "7-number-early");
	proven.rdvctl(["sms-in", "+33612345678", say]);
	await until(async () => {
		if (/\/rdv\//.test(page.url())) return true;
		await press(page, "C’est envoyé");
		return false;
	}, "the SMS to count");
	await page.context().close();
});

test("no other machine was asked for anything, no policy was broken", () => {
	browser.judge();
	other.judge();
});
