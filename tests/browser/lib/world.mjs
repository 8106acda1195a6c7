// SPDX-License-Identifier: GPL-3.0-or-later
// A network in the middle of its work, for tests that look at every page: the real territory made richer, people
// in every state, messages both ways, a waiting list, an account of each role.

import assert from "node:assert/strict";
import fs from "node:fs";
import { daemon, HENIN_CARVIN, PASSWORD, until } from "./daemon.mjs";

export const THURSDAY = "2026-11-26T14:50:00+01:00"; // in the middle of an afternoon at Hénin-Beaumont

// The real territory, with what it does not have: a workshop, a telephone number, words for the way and a
// person who receives at two places.
function richer() {
	const t = JSON.parse(fs.readFileSync(HENIN_CARVIN, "utf8"));
	Object.assign(t.organisations[0], { phone: "03 21 00 00 00", email: "equipe@example.org" });
	const henin = t.sites.find((s) => s.id === "henin-mission-locale");
	Object.assign(henin, { access: { fr: "Bus 10 et 16, arrêt Mairie.", en: "Buses 10 and 16, stop Mairie." }, step_free: true });
	t.openings.push({ id: "atelier", site: "oignies-siege", counsellor: "conseiller-2", services: ["atelier-logement"],
		start: "2026-11-27T14:00", end: "2026-11-27T16:00", rrule: "FREQ=WEEKLY;BYDAY=FR" });
	return t;
}

// Appointments in every state; the names are those of the pages below.
async function populate(d) {
	const links = {};
	const here = (list, site, day, hour) => list.find((s) => s.site === site && s.start.startsWith(`${day}T${hour}`));
	const first = await d.slots("premier-rdv"), follow = await d.slots("suivi");
	const phone = await d.slots("telephone"), workshop = await d.slots("atelier-logement");
	const henin = "henin-mission-locale", today = "2026-11-26";
	const make = async (name, slot, person = {}, more = {}) => {
		assert.ok(slot, `no slot for ${name}`);
		links[name] = await d.book(slot, `page-${name}`, person, more);
	};
	await make("past", here(first, "rouvroy-maison-solidaire", "2026-11-23", "09"));
	await make("pending", here(first, "oignies-siege", "2026-11-23", "13:30"), { first_name: "Lou", phone: "06 11 22 33 44" });
	await make("today-seen", here(first, henin, today, "13:30"), { first_name: "Ilyès", last_name: "Benali" });
	await make("today-late", here(first, henin, today, "15:30"), { first_name: "Maëlle", last_name: "de la Fontaine-Delacourt",
		email: "maelle@example.org", needs: "Langue ou interprète : arabe. Accès sans marches." }, { party_size: 3 });
	await make("booked", here(first, henin, "2026-12-03", "13:30"), { email: "noe@example.org" });
	await make("confirmed", here(first, henin, "2026-12-03", "14:30"), { first_name: "Sacha" }, { party_size: 2 });
	await make("cancelled", here(first, henin, "2026-12-10", "13:30"), { first_name: "Yanis" });
	await make("revoked", here(first, henin, "2026-12-10", "14:30"), { first_name: "Chloé" });
	await make("code", here(follow, "carvin-mission-locale", "2026-11-30", "09"), { first_name: "Zoé", phone: null });
	await make("phone", phone.find((s) => s.start.startsWith("2026-11-30")), { first_name: "Aya" });
	await make("workshop", workshop[0], { first_name: "Tom" }, { party_size: 2 });
	await d.api("POST", `/appointments/${links.confirmed.token}/confirm`, {});
	await d.api("POST", `/appointments/${links.cancelled.token}/cancel`, {});
	await d.api("POST", `/staff/appointments/${links.revoked.id}/outcome`, { outcome: "revoked" }, { local: true });
	await make("freed", here(first, henin, "2026-12-17", "13:30"), { first_name: "Lina", phone: "06 11 22 33 01" });
	await make("waits", here(first, henin, "2027-01-07", "13:30"), { first_name: "Imane", phone: "06 11 22 33 02", email: "imane@example.org" });
	await make("waits-too", here(first, henin, "2027-01-07", "14:30"), { first_name: "Hugo", phone: "06 11 22 33 03" });
	for (const name of ["waits", "waits-too"])
		links[name].waiting = (await d.api("POST", `/appointments/${links[name].token}/waiting`, { anywhere: true },
			{ expect: 201 })).waiting.token;
	await d.restartAt(THURSDAY);
	await d.api("POST", `/appointments/${links.freed.token}/cancel`, {});
	await until(async () => (await d.api("GET", `/waiting/${links.waits.waiting}`)).waiting.offer, "an offer");
	await d.api("POST", `/staff/appointments/${links["today-seen"].id}/outcome`,
		{ outcome: "seen", persons_present: 1 }, { local: true });
	const told = await d.api("POST", "/local/sms-in", { from: "06 11 22 33 02", text: "je voudrais parler à quelqu'un svp" },
		{ local: true, expect: 201 });
	links.text = told.id;
	d.rdvctl(["sms-in", "06 98 76 54 32", "STOP"]);
	d.rdvctl(["sms-in", "06 98 76 54 32", "je veux parler à quelqu'un"]);
	return links;
}

// [login, role, agenda]: one of each.
export const STAFF = [
	["conseil", "admin", "conseiller-1"],
	["reseau", "network"],
	["marie", "counsellor", "conseiller-2"],
	["accueil", "desk"],
	["regard", "observer"],
];

// The daemon that serves it, and the appointments by name.
export async function world() {
	const territory = richer(), home = territory.organisations[0].id;
	const d = await daemon({ territory });
	try {
		for (const [login, role, counsellor] of STAFF) {
			const tie = counsellor ? ["--counsellor", counsellor] : role === "network" ? [] : ["--organisation", home];
			d.rdvctl(["user", "add", login, "--role", role, ...tie, "--password-stdin"], `${PASSWORD}\n`);
		}
		return { d, links: await populate(d) };
	} catch (error) {
		await d.stop();
		throw error;
	}
}
