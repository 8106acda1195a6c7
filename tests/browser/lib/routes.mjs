// SPDX-License-Identifier: GPL-3.0-or-later
// Every address that a person can be shown: the GET routes of the web's route tables, read where they are written,
// so that a page that is added is walked without being named. What is no page, or cannot be reached by following
// links, stands here with the reason.

import fs from "node:fs";
import path from "node:path";
import { TOP } from "./daemon.mjs";

const WEB = path.join(TOP, "daemon/web");
const ROW = /\.method\s*=\s*HTTP_GET,\s*\.pattern\s*=\s*("[^"]+"|[A-Z_]+)/g;

// No page: a sheet of colours, a calendar, a table, a stream of events.
const NO_PAGE = /\.(css|ics|csv|xlsx|json|svg)$/;
export const EXCEPTIONS = new Map([
	["/reserver", "an hour that is sent: it answers with the form, walked as \"form\""],
	["/reserver/{hold}/garder", "leads back to the form: it is sent, and this is its address when it is opened again"],
	["/reserver/{hold}", "walked as \"form\""],
	["/rdv/{token}/venir", "leads back to the appointment"],
]);

function constants(text) {
	return new Map([...text.matchAll(/#define\s+([A-Z_]+)\s+("[^"]+")/g)].map((m) => [m[1], m[2]]));
}

// The patterns of pages, sorted.
export function patterns() {
	const files = fs.readdirSync(WEB).filter((f) => /\.[ch]$/.test(f)).map((f) => fs.readFileSync(path.join(WEB, f), "utf8"));
	const names = constants(files.join("\n"));
	const found = files.flatMap((text) => [...text.matchAll(ROW)].map((m) => JSON.parse(names.get(m[1]) ?? m[1])));
	return [...new Set(found)].filter((p) => !NO_PAGE.test(p)).sort();
}

const matcher = (pattern) => new RegExp(`^${pattern.split(/\{\w+\}/).map((s) => s.replace(/[.+*?^$()|[\]\\]/g, "\\$&"))
	.join("[^/]+")}$`);

// A function from a path to its pattern: the one with most letters of its own, as the router has it.
export function finder(list) {
	const rows = list.map((pattern) => ({ pattern, match: matcher(pattern), own: pattern.replace(/\{\w+\}/g, "").length }))
		.sort((a, b) => b.own - a.own);
	return (target) => rows.find((row) => row.match.test(target.split(/[?#]/)[0]))?.pattern;
}
