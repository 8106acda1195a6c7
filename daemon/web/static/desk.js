/* The day changes by itself when somebody else says that a person is there. And
   "À renseigner", by keyboard: one key says how an appointment ended, and the next row has
   the focus. Keys count only while a row has it, so that they stand in nobody's way.
   Everything is a button too, and works without this. */
"use strict";
(function () {
	var parts = Array.from(document.querySelectorAll("[data-live]")), late = false;
	if (!parts.length || !window.EventSource || !window.fetch)
		return;

	/* Nothing is taken from under somebody's hands: what is open or typed in stays. */
	function isInUse(part) {
		return part.querySelector("details[open]") || (part.contains(document.activeElement) &&
			/^(INPUT|SELECT)$/.test(document.activeElement.tagName));
	}

	/* The same button of the same row has the focus again. */
	function replace(part, fresh) {
		var on = document.activeElement, here = part.contains(on), row = here && on.closest("tr[id]");
		var path = !here ? "" : on.name ? "[name='" + on.name + "'][value='" + on.value + "']" :
			on.getAttribute("href") ? "[href='" + on.getAttribute("href") + "']" : "";
		part.replaceChildren.apply(part, fresh.childNodes);
		on = path && (row && document.getElementById(row.id) || part).querySelector(path);
		if (on)
			on.focus({ preventScroll: true });
	}

	function refresh() {
		if (parts.some(isInUse)) {
			late = true;
			return;
		}
		late = false;
		fetch(location.pathname + location.search, { credentials: "same-origin", cache: "no-store" })
			.then(function (r) { return r.ok ? r.text() : ""; })
			.then(function (text) {
				var page = text && new DOMParser().parseFromString(text, "text/html");
				parts.forEach(function (part) {
					var fresh = page && page.getElementById(part.id);
					if (fresh && fresh.innerHTML !== part.innerHTML)
						replace(part, fresh);
				});
			})
			.catch(function () {});
	}

	document.addEventListener("focusout", function () {
		if (late)
			setTimeout(refresh, 0);
	});
	var source = new EventSource("/equipe/flux");
	source.addEventListener("agenda", refresh);
	source.onopen = function () { document.documentElement.dataset.live = "1"; };
	window.addEventListener("pagehide", function () { source.close(); });
})();

(function () {
	var legend = document.getElementById("touches"), said = document.getElementById("dit");
	if (!legend || !window.fetch)
		return;
	var rows = Array.from(document.querySelectorAll("table.day tr[id]")), done = [], busy = false;
	var values = { h: "seen", n: "no_show", a: "excused", r: "revoked", p: "door_closed" };
	/* a telephone has no keys */
	legend.hidden = !window.matchMedia("(hover: hover)").matches;
	rows.forEach(function (row) { row.tabIndex = 0; });

	function go(row, step) {
		for (var i = rows.indexOf(row) + step; i >= 0 && i < rows.length; i += step)
			if (!rows[i].classList.contains("done")) {
				rows[i].focus();
				return;
			}
	}

	function send(form, name, value) {
		var body = new URLSearchParams(new FormData(form));
		body.set(name, value);
		busy = true;
		return fetch(form.getAttribute("action"), { method: "POST", body: body, credentials: "same-origin" })
			.then(function (r) {
				busy = false;
				if (!r.ok || /[?&]probleme=/.test(r.url))
					throw new Error();
			});
	}

	/* What is missing is told by the page itself. */
	function fail() {
		busy = false;
		location.reload();
	}

	function words(button) {
		return button.name === "personnes" ? button.parentNode.firstChild.firstChild.textContent + ", " + button.value :
			button.firstChild.textContent;
	}

	function mark(row, button) {
		var cell = row.querySelector("td.end"), form = button.form, name = row.querySelector(".name").textContent;
		send(form, button.name, button.value).then(function () {
			var tag = document.createElement("span");
			tag.className = "tag" + (button.value === "seen" || button.name === "personnes" ? " ok" : "");
			tag.textContent = words(button);
			done.push({ row: row, cell: cell, form: form, nodes: Array.from(cell.childNodes) });
			cell.replaceChildren(tag);
			row.classList.add("done");
			said.hidden = false;
			said.textContent = name + " : " + tag.textContent;
			go(row, 1);
			if (document.activeElement === document.body || row.contains(document.activeElement))
				go(row, -1);
		}).catch(fail);
	}

	function takeBack() {
		var last = done.pop();
		if (!last)
			return;
		send(last.form, "presence", "unknown").then(function () {
			last.cell.replaceChildren.apply(last.cell, last.nodes);
			last.row.classList.remove("done");
			said.hidden = true;
			last.row.focus();
		}).catch(fail);
	}

	document.addEventListener("keydown", function (e) {
		var row = e.target.closest && e.target.closest("table.day tr[id]"), key = e.key.toLowerCase(), button = null;
		if (!row || busy || e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName))
			return;
		if (key === "j" || key === "arrowdown")
			go(row, 1);
		else if (key === "k" || key === "arrowup")
			go(row, -1);
		else if (key === "z")
			takeBack();
		else if (values[key])
			button = row.querySelector("[name=presence][value=" + values[key] + "]");
		else if (/^[1-9]$/.test(key))
			button = row.querySelector("[name=personnes][value='" + key + "']");
		else
			return;
		e.preventDefault();
		if (button)
			mark(row, button);
	});
	if (rows.length && !location.hash)
		rows[0].focus({ preventScroll: true });
})();
