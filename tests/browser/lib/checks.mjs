// SPDX-License-Identifier: GPL-3.0-or-later
// What every page must keep, whatever it says: axe-core's rules for WCAG 2.2 A and AA and the RGAA, and our own for
// labels, headings, sizes of targets, weight and width. Each returns a list of faults, empty when all is well.

import fs from "node:fs";
import { createRequire } from "node:module";

const AXE = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "RGAAv4", "EN-301-549", "best-practice"];

// Everything, or with looksOnly what another colour scheme or another width can change.
export async function axe(page, looksOnly = false) {
	if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
	const rules = looksOnly ? { type: "rule",
		values: ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"] }
		: { type: "tag", values: TAGS };
	const found = await page.evaluate(async (runOnly) => {
		const { violations } = await window.axe.run(document, {
			runOnly, resultTypes: ["violations"], elementRef: false, preload: false,
		});
		return violations.map((v) => ({ id: v.id, nodes: v.nodes.map((n) => `${n.target} ${n.failureSummary}`) }));
	}, rules);
	return found.flatMap((v) => v.nodes.map((n) => `axe ${v.id}: ${n.replace(/\s+/g, " ")}`));
}

// Runs in the page: whatever does not depend on the window's size.
function structure() {
	const faults = [];
	const words = (e) => (e?.textContent ?? "").replace(/\s+/g, " ").trim();
	const what = (e) => e.outerHTML.slice(0, 120);
	const named = (e) => (e.getAttribute("aria-labelledby") ?? "").split(" ")
		.some((id) => id && words(document.getElementById(id)));
	// a select's label may wrap it: its options are no name
	const own = (label, field) => {
		const copy = label.cloneNode(true);
		for (const inner of copy.querySelectorAll("select, input, textarea")) inner.remove();
		return words(copy) || (label.control !== field && words(label));
	};
	for (const field of document.querySelectorAll("input:not([type=hidden], [hidden]), select, textarea"))
		if (![...field.labels].some((label) => own(label, field)) && !named(field))
			faults.push(`a field without a label: ${what(field)}`);
	for (const button of document.querySelectorAll("button"))
		if (!words(button)) faults.push(`a button without words: ${what(button)}`);
	for (const link of document.querySelectorAll("a[href]"))
		if (!words(link)) faults.push(`a link without words: ${what(link)}`);
	const heads = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")];
	const ones = heads.filter((h) => h.tagName === "H1").length;
	if (ones !== 1) faults.push(`${ones} h1`);
	let level = 0;
	for (const h of heads) {
		const n = Number(h.tagName[1]);
		if (n > level + 1 && !(level === 0 && n === 2)) faults.push(`h${n} after h${level}: ${words(h)}`);
		if (!words(h)) faults.push(`an empty h${n}`);
		level = n;
	}
	if (!/^(fr|en)$/.test(document.documentElement.lang)) faults.push(`lang="${document.documentElement.lang}"`);
	if (!document.title.trim()) faults.push("no title");
	for (const e of document.querySelectorAll("style, [style], script:not([src])"))
		faults.push(`style or script inline: ${what(e)}`);
	for (const e of document.querySelectorAll("*"))
		for (const a of e.attributes) if (/^on/.test(a.name)) faults.push(`${a.name} inline: ${what(e)}`);
	const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
	for (const id of ids.filter((x, i) => ids.indexOf(x) !== i)) faults.push(`id ${id} twice`);
	for (const e of document.querySelectorAll("[aria-describedby], [aria-labelledby], label[for]"))
		for (const at of ["aria-describedby", "aria-labelledby", "for"])
			for (const id of (e.getAttribute(at) ?? "").split(" ").filter(Boolean))
				if (!document.getElementById(id)) faults.push(`${at} leads to no #${id}`);
	for (const a of document.querySelectorAll('a[href^="#"]'))
		if (!document.getElementById(a.hash.slice(1))) faults.push(`${a.hash} leads nowhere`);
	const raw = document.body.innerText.match(/&nbsp;|%[sd]|\{\{|\}\}|undefined|\bnull\b|\(nil\)/);
	if (raw) faults.push(`"${raw[0]}" is shown to people`);
	return faults;
}

// Runs in the page: what does depend on it.
function sizes() {
	const faults = [];
	const width = document.scrollingElement.scrollWidth;
	if (width > window.innerWidth) faults.push(`${width} px wide in a window of ${window.innerWidth}`);
	const seen = (e) => {
		const style = getComputedStyle(e), box = e.getBoundingClientRect();
		if (e.closest(".vh[aria-hidden=true]")) return false; // a trap for programs, which nobody sees
		return e.checkVisibility({ visibilityProperty: true }) && box.width > 1 && style.clipPath === "none";
	};
	const small = (e, least, box = e.getBoundingClientRect()) => {
		if (box.width < least - 0.5 || box.height < least - 0.5)
			faults.push(`${Math.round(box.width)}x${Math.round(box.height)} is small: ${e.outerHTML.slice(0, 100)}`);
	};
	for (const e of document.querySelectorAll("button, input:not([type=hidden]), select, textarea, summary, .button")) {
		if (!seen(e)) continue;
		if (e.matches("[type=radio], [type=checkbox]")) small(e, 44, e.labels[0].getBoundingClientRect());
		else small(e, 44);
	}
	for (const e of document.querySelectorAll("nav a, footer li a, .back a, .brand, .choices a, .switch a"))
		if (seen(e)) small(e, 24);
	return faults;
}

// Runs in the page: what it weighs, in bytes as written.
function weights() {
	const [page] = performance.getEntriesByType("navigation");
	const parts = performance.getEntriesByType("resource").filter((r) => /\.(css|js)\b/.test(r.name) || /couleur/.test(r.name));
	return { html: page.decodedBodySize, all: parts.reduce((n, r) => n + r.decodedBodySize, page.decodedBodySize) };
}

export const structureFaults = (page) => page.evaluate(structure);
export const sizeFaults = (page) => page.evaluate(sizes);

export async function weightFaults(page) {
	const { html, all } = await page.evaluate(weights);
	const faults = [];
	if (html < 500) faults.push(`${html} bytes of HTML: was it measured?`);
	if (html > 30000) faults.push(`${html} bytes of HTML, more than 30 kB`);
	if (all > 60000) faults.push(`${all} bytes with its style and script, more than 60 kB`);
	return faults;
}
