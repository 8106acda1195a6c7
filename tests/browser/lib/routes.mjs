// SPDX-License-Identifier: GPL-3.0-or-later
// Every address that a person can be shown: the GET routes that the daemon itself names on its local socket, so that
// a page that is added is walked without being listed. What is no page, or cannot be reached by following links,
// stands here with the reason.

const NO_PAGE = [
	/\.(css|ics|csv|xlsx|json|svg|png)$/, // a sheet of colours, a calendar, a table, a file, a picture
	/^\/(api|static|cb|metrics)\b/, // for programs
];

export const EXCEPTIONS = new Map([
	["/reserver", "an hour that is sent: it answers with the form, which every_page walks"],
	["/reserver/{hold}", "the form: every_page walks it"],
	["/reserver/{hold}/garder", "the form again, when its button's address is opened"],
	["/rdv/{token}/venir", "leads back to the appointment"],
	["/attente/{token}/prendre", "leads back to the offer"],
	["/attente/{token}/refuser", "leads back to the offer"],
	["/attente/{token}/quitter", "leads back to the request"],
	["/communes", "a list for the script that completes a commune's name"],
	["/equipe/flux", "a stream of events: it has no end"],
	["/equipe/invitation/{code}", "the letter of an invitation, whose code is known to one person: tests of accounts open it"],
]);

// The patterns of pages, sorted.
export async function patterns(daemon) {
	const { routes } = await daemon.api("GET", "/local/routes", undefined, { local: true });
	const found = routes.filter((r) => r.method === "GET" && !NO_PAGE.some((no) => no.test(r.pattern))).map((r) => r.pattern);
	return [...new Set(found)].sort();
}

const matcher = (pattern) => new RegExp(`^${pattern.split(/\{\w+\}/).map((s) => s.replace(/[.+*?^$()|[\]\\]/g, "\\$&"))
	.join("[^/]+")}$`);

// A function from a path to its pattern: the one with most letters of its own, as the router has it.
export function finder(list) {
	const rows = list.map((pattern) => ({ pattern, match: matcher(pattern), own: pattern.replace(/\{\w+\}/g, "").length }))
		.sort((a, b) => b.own - a.own);
	return (target) => rows.find((row) => row.match.test(target.split(/[?#]/)[0]))?.pattern;
}
