/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the number whose hash the page asks for: a moment's work, which makes many bookings
   dear and one cheap. Without this script the page's other ways stand. */
(function () {
	"use strict";
	var form = document.querySelector("[data-riddle]");
	if (!form || !window.crypto || !crypto.subtle || !window.TextEncoder) return;

	var salt = form.dataset.salt, hash = form.dataset.hash, max = Number(form.dataset.max);
	var text = new TextEncoder();
	form.hidden = false;

	function hex(bytes) {
		return Array.from(new Uint8Array(bytes), function (b) {
			return b.toString(16).padStart(2, "0");
		}).join("");
	}

	function found(n) {
		var button = form.querySelector("button"), status = form.querySelector("[role=status]");
		form.elements.preuve.value = [salt, hash, form.dataset.mac, n].join(".");
		button.disabled = false;
		status.textContent = status.dataset.done;
		button.focus();
	}

	/* In steps, so that the page stays alive. */
	function look(from) {
		var end = Math.min(from + 500, max + 1), work = [];
		for (var n = from; n < end; n++) work.push(crypto.subtle.digest("SHA-256", text.encode(salt + n)));
		Promise.all(work).then(function (all) {
			for (var i = 0; i < all.length; i++)
				if (hex(all[i]) === hash) return found(from + i);
			if (end <= max) look(end);
		});
	}

	look(0);
})();
