// SPDX-License-Identifier: GPL-3.0-or-later
// Every page as it is sent, without a browser: found by following links from the route tables, in both languages,
// for the public and for each role of the team. Its HTML is valid, its policy is strict, it names no other machine;
// no page of the product is left out without a reason; and the style sheets keep to their budget.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Visitor, walk } from "./lib/plain.mjs";
import { EXCEPTIONS, patterns } from "./lib/routes.mjs";
import { htmlFaults } from "./lib/valid.mjs";
import { STAFF, world } from "./lib/world.mjs";

// Bytes, as served: what everybody's page loads and what the team's adds, together; what some of the team's add.
const SHEETS = 15000, MORE = { "figure.css": 1500, "setting.css": 2000, "agenda.css": 4500 };
const isStaff = (pattern) => /^\/(equipe|demo)\b/.test(pattern);

let d, links, all;
const shown = new Set(); // the patterns whose page somebody was shown

before(async () => {
	({ d, links } = await world());
	all = await patterns(d);
});

after(async () => {
	await d?.stop();
});

// What no link leads to: a person's own pages, and where forms that were sent stand.
const doors = () => [
	"/horaires?service=premier-rdv&q=henin",
	...["booked", "today-late", "code", "waits"].map((n) => `/rdv/${links[n].token}`),
	`/rdv/${links.booked.token}/annuler`, `/rdv/${links.booked.token}/deplacer`, `/rdv/${links.booked.token}/attente`,
	`/attente/${links.waits.waiting}`,
	"/attente?service=premier-rdv&q=henin",
];

// What was sent, beside its HTML: the policy, and addresses of other machines, which only a person's click may ask.
function headFaults({ headers, text }) {
	const faults = [];
	const policy = headers.get("content-security-policy") ?? "";
	if (!/default-src '(self|none)'/.test(policy) || /unsafe-|\*|https?:|(script|style)-src[^;]*data:/.test(policy))
		faults.push(`its policy is "${policy}"`);
	if (headers.get("x-content-type-options") !== "nosniff") faults.push("it may be sniffed");
	if (headers.get("referrer-policy") === null) faults.push("its address may be told to others");
	for (const [tag] of text.matchAll(/<(?!a\b)\w+[^>]*\s(?:src|href|action|data|poster|srcset)="(?:https?:)?\/\/[^"]*"[^>]*>/g))
		faults.push(`asks another machine: ${tag}`);
	if (/<script(?![^>]*\ssrc=)|<style\b|\sstyle=|\son[a-z]+="/.test(text)) faults.push("has a script or a style inside");
	if ((text.match(/<h1\b/g) ?? []).length !== 1) faults.push(`has ${(text.match(/<h1\b/g) ?? []).length} h1`);
	return faults;
}

async function judge(seen, lang, who) {
	const faults = [];
	for (const [pattern, page] of seen) {
		if (page.status === 200) shown.add(pattern);
		const where = `${pattern} (${page.target}, ${lang}, ${who})`;
		if (page.status >= 500) faults.push(`${where}: ${page.status}`);
		if (!/^text\/html/.test(page.type)) continue;
		if (!page.text.includes(`<html lang="${lang}">`)) faults.push(`${where}: in another language`);
		faults.push(...[...await htmlFaults(page.text), ...headFaults(page)].map((f) => `${where}: ${f}`));
	}
	return faults;
}

for (const lang of ["fr", "en"]) {
	test(`the public's pages are valid, and none is left out (${lang})`, async () => {
		const { seen, left } = await walk(new Visitor(d, lang), doors(), all.filter((p) => !isStaff(p)));
		assert.deepEqual([...await judge(seen, lang, "anybody"), ...left.map((p) => `no way led to ${p}`)], []);
		assert.ok(seen.size > 8, `${seen.size} pages`);
	});
	for (const [login, role] of STAFF)
		test(`the team's pages are valid for ${role}${role === "admin" ? ", and none is left out" : ""} (${lang})`, async () => {
			const visitor = await new Visitor(d, lang).logIn(login);
			const more = ["booked", "today-late", "cancelled"].map((n) => `/equipe/rdv/${links[n].id}`);
			const { seen, left } = await walk(visitor, [...more, "/equipe?jour=2026-12-03&tout=1"], all.filter(isStaff));
			const open = [...seen.values()].filter((page) => page.status === 200).length;
			assert.deepEqual(await judge(seen, lang, role), []);
			if (role === "admin") assert.deepEqual(left, [], "no way led there");
			assert.ok(open >= 2, `${open} pages are shown to ${role}`);
		});
}

test("each page was shown to somebody", () => {
	assert.deepEqual(all.filter((p) => !shown.has(p) && !EXCEPTIONS.has(p)), []);
});

test("what is excepted exists", () => {
	assert.deepEqual([...EXCEPTIONS.keys()].filter((p) => !all.includes(p)), []);
});

test("the style sheets are light, and the public does not load the team's", async () => {
	const visitor = await new Visitor(d).logIn("conseil"), sizes = new Map();
	const sheets = async (path) => [...(await visitor.ask(path)).text
		.matchAll(/<link rel="stylesheet" href="(\/static\/(\w+\.css)[^"]*)"/g)];
	const pages = ["/", "/equipe", "/equipe/chiffres", "/equipe/reglages", "/equipe/semaine"];
	const loaded = [];
	for (const page of pages) {
		const list = await sheets(page);
		loaded.push(list.map((m) => m[2]));
		for (const [, url, name] of list) {
			const answer = await fetch(new URL(url, d.url));
			assert.match(answer.headers.get("cache-control"), /immutable/, url);
			sizes.set(name, (await answer.arrayBuffer()).byteLength);
		}
	}
	assert.deepEqual(loaded, [["style.css"], ["style.css", "staff.css"],
		...Object.keys(MORE).map((name) => ["style.css", "staff.css", name])]);
	const both = sizes.get("style.css") + sizes.get("staff.css");
	assert.ok(both < SHEETS, `${both} bytes of style: ${JSON.stringify([...sizes])}`);
	for (const [name, most] of Object.entries(MORE)) assert.ok(sizes.get(name) < most, `${name}: ${sizes.get(name)} bytes`);
});

test("a fault is found", async () => {
	const wrong = `<!doctype html>\n<html lang="fr"><head><title>x</title></head><body><h1>a</h1><h1>b</h1>
		<p style="color:red"><div>x</p><input><img src="//ailleurs.example/x.png" alt=""><label for="y">z</label></body></html>`;
	const found = [...await htmlFaults(wrong), ...headFaults({ headers: new Headers(), text: wrong })].join("\n");
	for (const word of ["no-inline-style", "close-order", "input-missing-label", "no-missing-references", "another machine",
		"style inside", "2 h1", "policy"])
		assert.ok(found.includes(word), `${word} in:\n${found}`);
});
