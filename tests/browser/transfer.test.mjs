// SPDX-License-Identifier: GPL-3.0-or-later
// The territory as a file: taken out, put back without a difference, changed by hand and looked at before it
// counts, refused with the places of its mistakes; and nobody but the network's administration comes here.

import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { daemon, HENIN_CARVIN } from "./lib/daemon.mjs";
import { Browser, shot, text } from "./lib/browser.mjs";
import { fits, heading, logIn, main } from "./lib/way.mjs";

const HERE = "/equipe/reglages/territoire";
let d, browser, page, folder;

before(async () => {
	d = await daemon({ territory: JSON.parse(fs.readFileSync(HENIN_CARVIN, "utf8")) });
	browser = await new Browser(d).launch();
	d.addUser("reseau", "network");
	d.addUser("marie", "counsellor", "conseiller-1");
	folder = fs.mkdtempSync(path.join(os.tmpdir(), "rdvd-transfer-"));
	page = await browser.page({ size: { width: 1440, height: 900 } });
	await logIn(page, "reseau");
});

after(async () => {
	await browser?.close();
	await d?.stop();
	fs.rmSync(folder, { recursive: true, force: true });
});

async function look(name, content) {
	const file = path.join(folder, name);
	fs.writeFileSync(file, content);
	await page.goto(HERE);
	await page.getByLabel("Fichier du territoire (.json)").setInputFiles(file);
	await page.getByRole("button", { name: "Voir ce qui changerait" }).click();
}

async function file() {
	await page.goto(HERE);
	const [download] = await Promise.all([page.waitForEvent("download"),
		page.getByRole("link", { name: "Télécharger le fichier" }).click()]);
	return fs.readFileSync(await download.path(), "utf8");
}

test("what comes out goes back in without a difference", async () => {
	const out = await file();
	assert.equal(JSON.parse(out).format, "rdvd-territory/1");
	await shot(page, "transfer-file");
	await look("meme.json", out);
	assert.match(await text(main(page)), /Ce fichier dit exactement ce qui est déjà là/);
	assert.equal(await page.getByRole("button", { name: "Appliquer ces changements" }).count(), 0);
});

test("a change is told in words, looked at, then applied; who is booked stays booked", async () => {
	const [slot] = (await d.slots("premier-rdv")).filter((s) => s.site === "henin-mission-locale");
	const mine = await d.book(slot, "transfer-1", { first_name: "Inès", last_name: "Martin" });
	const t = JSON.parse(await file());
	const site = t.sites.find((s) => s.id === slot.site);
	site.name = "Mission locale <b>neuve</b>";
	t.openings = t.openings.filter((o) => o.site !== slot.site);
	t.closures = [...(t.closures ?? []), { id: "pont", organisation: t.organisations[0].id, from: "2027-05-07",
		to: "2027-05-07", reason: "Pont de l'Ascension" }];
	await look("neuf.json", JSON.stringify(t));
	assert.equal(await heading(page), "Ce que ce fichier changerait");
	const words = await text(main(page));
	assert.match(words, /1 à ajouter, 1 à changer, 1 à retirer/);
	assert.match(words, /Mission locale <b>neuve<\/b> changé/);
	assert.match(words, /jeudi de 13 h 30 à 17 h à Hénin-Beaumont/);
	assert.match(words, /Pont de l.Ascension, le vendredi 7 mai/);
	assert.match(words, /1 rendez-vous à venir n’aurait plus de permanence/);
	for (const width of [390, 768, 1440]) {
		await page.setViewportSize({ width, height: 900 });
		await fits(page);
		await shot(page, `transfer-check-${width}`);
	}
	assert.notDeepEqual(await d.slots("premier-rdv", { site: slot.site }), []);
	await page.getByRole("button", { name: "Appliquer ces changements" }).click();
	assert.match(await text(main(page)), /Le fichier est appliqué/);
	assert.deepEqual(await d.slots("premier-rdv", { site: slot.site }), []);
	const { appointment } = await d.api("GET", `/appointments/${mine.token}`);
	assert.equal(appointment.status, "booked");
});

test("mistakes are told with their places, and nothing changes", async () => {
	const before = await file();
	const t = JSON.parse(before);
	t.sites[0].lat = "nord";
	t.openings[0].rrule = "FREQ=SECONDLY";
	await look("faux.json", JSON.stringify(t));
	const words = await text(main(page));
	assert.match(words, /sites\[0\]\.lat/);
	assert.match(words, /openings\[0\]\.rrule/);
	await shot(page, "transfer-mistakes");
	await look("pas-du-json.json", "{ceci n'est pas");
	assert.match(await text(main(page)), /:1: not valid JSON/);
	assert.equal(await file(), before);
});

test("a counsellor does not come here", async () => {
	const other = await browser.page();
	await logIn(other, "marie");
	const answer = await other.goto(HERE);
	assert.equal(answer.status(), 403);
	await other.close();
});
