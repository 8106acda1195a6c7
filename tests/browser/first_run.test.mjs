// SPDX-License-Identifier: GPL-3.0-or-later
// From an empty database to the first public booking, with the keyboard alone: name, place, kinds of appointment,
// opening. At three widths; each step is looked at by axe, and what it costs in keys is counted.

import assert from "node:assert/strict";
import { test } from "node:test";
import { daemon } from "./lib/daemon.mjs";
import { Browser, shot, text } from "./lib/browser.mjs";
import { axe, sizeFaults, structureFaults } from "./lib/checks.mjs";
import { booked, heading, logIn, main } from "./lib/way.mjs";

const SIZES = [{ width: 390, height: 844 }, { width: 768, height: 1024 }, { width: 1440, height: 900 }];
const TABS_MAX = 80;

let keys;

// Where the focus is, by the label or the words of what has it.
const focused = (page) => page.evaluate(() => {
	const e = document.activeElement;
	return e?.id || (e?.textContent ?? "").replace(/\s+/g, " ").trim();
});

// Tab until it is there: what cannot be reached so cannot be used.
async function tabTo(page, what) {
	for (let i = 0; i < TABS_MAX; i++) {
		if ((await focused(page)) === what) return;
		await page.keyboard.press("Tab");
		keys++;
	}
	assert.fail(`${what} is not reached by ${TABS_MAX} tabs, but ${await focused(page)}`);
}

async function type(page, field, words) {
	await tabTo(page, field);
	await page.keyboard.press("ControlOrMeta+a");
	await page.keyboard.type(words);
	keys += words.length;
}

// Send the form with Enter, from its last field or its button.
async function enter(page, path) {
	keys++;
	await page.keyboard.press("Enter");
	await page.waitForURL(path);
}

async function judge(page, name) {
	assert.deepEqual(await axe(page), [], name);
	assert.deepEqual(await structureFaults(page), [], name);
	assert.deepEqual(await sizeFaults(page), [], name);
	await shot(page, `first-${name}-${page.viewportSize().width}`);
}

for (const size of SIZES)
	test(`from nothing to a booking by keyboard, ${size.width} px wide`, async () => {
		const d = await daemon({ territory: null });
		const browser = await new Browser(d).launch();
		try {
			keys = 0;
			d.addUser("marie", "network");
			const page = await browser.page({ size });
			await logIn(page, "marie");
			await page.waitForURL(/premiers-pas/);
			assert.equal(await heading(page), "Comment s’appelle votre structure ?");
			assert.match(await text(main(page)), /Étape 1 sur 4/);
			await judge(page, "1");

			// an empty name is told beside the field, and in the summary that has the focus
			await tabTo(page, "telephone");
			await type(page, "telephone", "03 21 00 00 00");
			await enter(page, /etape=1/);
			await page.locator("#nom-e").waitFor();
			assert.equal(await page.locator("#telephone").inputValue(), "03 21 00 00 00");
			assert.equal(await page.evaluate(() => document.activeElement.className), "errors");
			await judge(page, "1-error");
			await type(page, "nom", "CLLAJ du Bassin");
			await enter(page, /etape=2/);

			assert.equal(await heading(page), "Où recevez-vous ?");
			await type(page, "nom", "Maison de quartier");
			await type(page, "adresse", "12 rue Basse");
			await type(page, "commune", "henin beaum");
			await page.getByRole("option", { name: /Hénin-Beaumont/ }).first().waitFor();
			await page.keyboard.press("ArrowDown");
			await page.keyboard.press("Enter"); // takes the commune, does not send the form
			assert.equal(await page.locator("#commune").inputValue(), "Hénin-Beaumont (62110)");
			await judge(page, "2");
			await tabTo(page, "code_postal");
			await enter(page, /etape=3/);

			assert.equal(await heading(page), "Pour quels rendez-vous ?");
			await judge(page, "3");
			await type(page, "premier_duree", "45");
			await enter(page, /etape=4/);

			// back loses nothing
			await page.goBack();
			await page.goBack();
			assert.equal(await page.locator("#adresse").inputValue(), "12 rue Basse");
			await page.goto("/equipe");
			await page.waitForURL(/premiers-pas/);
			assert.equal(await heading(page), "Quand recevez-vous ?");
			await judge(page, "4");
			await type(page, "qui", "Marie");
			await tabTo(page, "jour");
			await page.keyboard.press("m"); // "mardi" is the second that begins so: say it whole
			await page.keyboard.press("ArrowDown");
			await tabTo(page, "rythme");
			await page.keyboard.press("ArrowDown");
			await tabTo(page, "Ouvrir les rendez-vous");
			await enter(page, /en-ligne/);

			assert.equal(await heading(page), "Votre page est en ligne");
			const said = await text(main(page));
			assert.match(said, /une semaine sur deux/);
			assert.match(said, /Lieu : Maison de quartier/);
			assert.equal(await page.locator("main ul").first().locator("li").count(), 5);
			assert.equal(await page.locator(".big a").innerText(), `${d.url}/`);
			await judge(page, "5");
			assert.ok(keys < 320, `${keys} keys from the first page to the last`);

			// somebody books at once, and she sees it in her own day
			const visitor = await browser.page({ size });
			const link = await booked(visitor, { place: "62110" });
			assert.match(link, /^\/rdv\//);
			const { appointments } = await d.api("GET", "/staff/appointments?from=2026-01-01&to=2028-01-01", undefined,
				{ local: true });
			assert.equal(appointments.length, 1);
			assert.equal(appointments[0].counsellor, "marie");
			await page.goto(`/equipe?jour=${appointments[0].start.slice(0, 10)}`);
			assert.match(await text(main(page)), /Inès Moreau/);
			await page.goto("/equipe/reglages");
			assert.match(await text(main(page)), /1 lieu/);
			await judge(page, "settings");
			browser.judge();
		} finally {
			await browser.close();
			await d.stop();
		}
	});
