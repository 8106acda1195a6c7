// SPDX-License-Identifier: GPL-3.0-or-later
// account.js - a button beside a password that shows what was typed. Without it everything works.
"use strict";
for (const input of document.querySelectorAll("input[data-show]")) {
	const button = document.createElement("button");
	button.type = "button";
	button.className = "link";
	button.textContent = input.dataset.show;
	button.setAttribute("aria-pressed", "false");
	button.setAttribute("aria-controls", input.id);
	button.addEventListener("click", () => {
		const shown = input.type === "password";
		input.type = shown ? "text" : "password";
		button.textContent = shown ? input.dataset.hide : input.dataset.show;
		button.setAttribute("aria-pressed", String(shown));
	});
	input.after(button);
	// What is sent is hidden again: browsers offer to keep a password, not a text.
	input.form.addEventListener("submit", () => { input.type = "password"; });
}
