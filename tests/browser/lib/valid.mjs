// SPDX-License-Identifier: GPL-3.0-or-later
// Is that HTML valid? html-validate's recommended rules, those of its accessibility set and those of whole
// documents, over the bytes that were sent. What is judged otherwise stands below with the reason.

import { HtmlValidate } from "html-validate";

const judge = new HtmlValidate({
	root: true,
	extends: ["html-validate:recommended", "html-validate:a11y", "html-validate:document"],
	rules: {
		// the policy forbids both outright; scripts come from files only
		"no-inline-style": "error",
		"require-csp-nonce": "off",
		"require-sri": "off", // ours, from the same machine, under an address that holds their hash
		// ours is HTML, written shortly: <!doctype html>, <br>, a checked box as it stands in the standard
		"doctype-style": ["error", { style: "lowercase" }],
		"attribute-boolean-style": ["error", { style: "omit" }],
		"void-style": ["error", { style: "omit" }],
		// a blank at the end of a line comes from a template's condition and shows nowhere
		"no-trailing-whitespace": "off",
		// boxes of one question share a name, as radio buttons do: what is ticked is sent as often
		"form-dup-name": ["error", { shared: ["radio", "checkbox", "button", "reset", "submit"] }],
		// a click on the map sends where it was: only <input type="image"> does that without a script
		"prefer-button": "off",
		// who may read a setting and not change it gets its fields, disabled, and no button
		"wcag/h32": "off",
		// a button in a form submits it: the standard says so
		"no-implicit-button-type": "off",
		// numbers of telephones are written with no-break spaces, or stand in a class that keeps them whole
		"tel-non-breaking": "off",
		// the organisation's name comes from people, and may be long
		"long-title": "off",
	},
});

// A list of faults: "line 12: no-dup-id: ...".
export async function htmlFaults(text) {
	const report = await judge.validateString(text);
	return report.results.flatMap((r) => r.messages.map((m) => `line ${m.line}: ${m.ruleId}: ${m.message}`));
}
