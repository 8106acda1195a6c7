// SPDX-License-Identifier: GPL-3.0-or-later
// The public pages with JavaScript: communes complete as one types, by keyboard and by finger; and the whole
// booking by keyboard alone, the focus always to be seen.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { daemon } from "./lib/daemon.mjs";
import { Browser, shot, text } from "./lib/browser.mjs";
import { fits, heading, main } from "./lib/way.mjs";

const DESK = { width: 1280, height: 800 }, PHONE = { width: 390, height: 844 };
let d, browser;

before(async () => {
	d = await daemon();
	browser = await new Browser(d).launch();
});

after(async () => {
	await browser?.close();
	await d?.stop();
});

const field = (page) => page.getByRole("combobox", { name: "Votre commune ou code postal" });
const options = (page) => page.getByRole("option");

test("a commune completes by keyboard", async () => {
	const page = await browser.page({ size: DESK });
	await page.goto("/");
	await field(page).click();
	await page.keyboard.type("henin");
	await options(page).first().waitFor();
	assert.equal(await text(options(page).first()), "Hénin-Beaumont (62110)");
	assert.equal(await field(page).getAttribute("aria-expanded"), "true");
	await shot(page, "script-completion-1280");
	await page.keyboard.press("ArrowDown");
	const marked = await field(page).getAttribute("aria-activedescendant");
	assert.equal(await page.locator(`#${marked}`).getAttribute("aria-selected"), "true");
	await page.keyboard.press("Escape");
	assert.equal(await field(page).getAttribute("aria-expanded"), "false");
	assert.equal(await field(page).inputValue(), "henin", "Escape closes the list and keeps what was typed");
	await page.keyboard.type("-b");
	await options(page).first().waitFor();
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("Enter");
	assert.equal(await field(page).inputValue(), "Hénin-Beaumont (62110)");
	assert.ok(page.url().endsWith("/"), "Enter in the list takes the commune and sends nothing");
	await page.keyboard.press("Enter");
	await page.waitForURL(/\/horaires/);
	assert.equal(await heading(page), "Les prochains horaires près de Hénin-Beaumont");
	assert.equal(await page.locator(".choices a").count(), 0, "there is no doubt about it");
	await page.context().close();
});

test("a commune completes by finger, tolerant of accents and capitals", async () => {
	const page = await browser.page({ size: PHONE, touch: true });
	await page.goto("/");
	for (const [typed, found] of [["EVIN M", "Évin-Malmaison (62141)"], ["62220", "Carvin (62220)"]]) {
		await field(page).fill(typed);
		await options(page).filter({ hasText: found }).tap();
		assert.equal(await field(page).inputValue(), found);
	}
	await field(page).fill("rouvr");
	await options(page).first().waitFor();
	await shot(page, "script-completion-390");
	await fits(page);
	await page.getByRole("heading", { level: 1 }).tap();
	assert.equal(await options(page).count(), 0, "the list closes when one looks elsewhere");
	await field(page).fill("qqqq");
	await page.getByRole("button", { name: "Voir les horaires" }).tap();
	await page.waitForURL(/\/horaires/);
	assert.match(await text(main(page)), /Nous ne trouvons pas/);
	await page.context().close();
});

// What has the focus: it must be seen, and be inside the window.
async function focus(page) {
	return page.evaluate(() => {
		const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
		const card = e.closest(".card"), ring = card ? getComputedStyle(card) : style;
		return {
			id: e.id, name: e.name ?? "", value: e.value ?? "", words: (e.textContent ?? "").trim(), tag: e.tagName,
			href: e.getAttribute("href"), ringed: [style, ring].some((s) => s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2),
			inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
		};
	});
}

// Tab on until something is reached; everything on the way shows that it has the focus.
async function tabTo(page, reached, what) {
	for (let i = 0; i < 60; i++) {
		await page.keyboard.press("Tab");
		const at = await focus(page);
		if (at.tag === "BODY" || at.tag === "HTML") continue;
		assert.ok(at.ringed, `the focus is not seen on ${at.tag} "${at.words || at.name}" of ${page.url()}`);
		assert.ok(at.inside, `the focus is outside the window on ${at.tag} "${at.words || at.name}"`);
		if (reached(at)) return at;
	}
	throw new Error(`no Tab leads to ${what} on ${page.url()}`);
}

test("the whole booking by keyboard alone", async () => {
	const page = await browser.page({ size: DESK });
	await page.goto("/");
	const skip = await tabTo(page, () => true, "the first stop");
	assert.equal(skip.href, "#contenu", "the first stop leads to the content");
	await shot(page, "keyboard-skip");
	await page.keyboard.press("Enter");
	await tabTo(page, (e) => e.id === "q", "the commune");
	await page.keyboard.type("carv");
	await options(page).first().waitFor();
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("Enter");
	await tabTo(page, (e) => e.name === "service", "the services");
	await shot(page, "keyboard-card");
	await page.keyboard.press("ArrowDown");
	assert.equal((await focus(page)).value, "suivi");
	await tabTo(page, (e) => e.name === "mode", "on site or by telephone");
	await tabTo(page, (e) => e.tag === "BUTTON", "the button");
	await page.keyboard.press("Enter");
	await page.waitForURL(/\/horaires/);
	await tabTo(page, (e) => e.tag === "SUMMARY", "the filters");
	await page.keyboard.press("Space");
	await tabTo(page, (e) => e.name === "matin", "the morning");
	await page.keyboard.press("Space");
	await tabTo(page, (e) => e.words === "Voir ces horaires", "the filters' button");
	await page.keyboard.press("Enter");
	await page.waitForURL(/matin=1/);
	await tabTo(page, (e) => e.name === "horaire", "the hours");
	await shot(page, "keyboard-hour");
	await page.keyboard.press("Space");
	await page.waitForURL(/\/reserver\//);
	await tabTo(page, (e) => e.id === "prenom", "the first name");
	await page.keyboard.type("Naïm");
	await page.keyboard.press("Enter"); // sends the form: what is missing is said, and the focus is there
	await page.locator(".errors").waitFor();
	assert.ok(await page.evaluate(() => document.activeElement.matches(".errors")), "the summary has the focus");
	await tabTo(page, (e) => e.href === "#nom", "the first thing to correct");
	await page.keyboard.press("Enter");
	assert.equal((await focus(page)).id, "nom");
	await page.keyboard.type("Diallo");
	await tabTo(page, (e) => e.id === "annee", "the year");
	await page.keyboard.type("2003");
	await tabTo(page, (e) => e.id === "telephone", "the number");
	await page.keyboard.type("0612345678");
	await tabTo(page, (e) => e.id === "nombre", "how many");
	await page.keyboard.press("ArrowDown");
	await tabTo(page, (e) => e.words === "Confirmer mon rendez-vous", "the button");
	await page.keyboard.press("Enter");
	await page.waitForURL(/\/rdv\//);
	assert.equal(await heading(page), "C’est noté. À bientôt !");
	assert.match(await text(main(page)), /Vous serez\s+2/);
	const link = new URL(page.url()).pathname;
	await page.goto(link);
	await tabTo(page, (e) => e.words === "Je viens", "I am coming");
	await page.keyboard.press("Enter");
	await page.getByText("Vous avez dit que vous venez").waitFor();
	await tabTo(page, (e) => e.words === "Annuler", "cancel");
	await page.keyboard.press("Enter");
	await page.waitForURL(/\/annuler$/);
	await tabTo(page, (e) => e.words === "Oui, annuler", "yes");
	await page.keyboard.press("Enter");
	await page.getByText("C’est annulé").waitFor();
	await page.context().close();
});

test("zoomed to 400 %, and with spacing of one's own: nothing is cut", async () => {
	const page = await browser.page({ size: { width: 320, height: 256 } });
	for (const url of ["/", "/horaires?service=premier-rdv&q=henin", "/donnees-personnelles"]) {
		await page.goto(url);
		// WCAG 1.4.12, as a reader's own style sheet would (the page's policy does not bind the browser's)
		await page.evaluate(() => {
			const sheet = new CSSStyleSheet();
			sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
				word-spacing: .16em !important } p { margin-bottom: 2em !important }`);
			document.adoptedStyleSheets = [sheet];
		});
		await fits(page);
		const cut = await page.evaluate(() => [...document.querySelectorAll("button, .button, label, a, .card")]
			.filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflow !== "visible" &&
				!e.closest(".vh")).map((e) => e.outerHTML.slice(0, 90)));
		assert.deepEqual(cut, [], url);
	}
	await shot(page, "zoomed-spaced");
	await page.context().close();
});

test("no other machine was asked for anything, no policy was broken, the log is clean", async () => {
	await browser.close();
	browser.judge();
	await d.halt();
});
