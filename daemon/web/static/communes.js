/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Completes the commune as it is typed: a listbox under the field (ARIA combobox pattern).
   Without this script the field is sent as it stands and the server understands it. */
(function () {
	"use strict";
	var input = document.querySelector("[data-communes]");
	if (!input || !window.fetch) return;

	var list = document.createElement("ul");
	var status = document.createElement("p");
	var at = -1, asked = "", timer = 0;

	list.id = "communes";
	list.hidden = true;
	list.setAttribute("role", "listbox");
	list.setAttribute("aria-label", input.getAttribute("data-communes"));
	status.className = "vh";
	status.setAttribute("role", "status");
	input.parentNode.append(list, status);
	input.setAttribute("role", "combobox");
	input.setAttribute("aria-autocomplete", "list");
	input.setAttribute("aria-expanded", "false");
	input.setAttribute("aria-controls", "communes");
	input.setAttribute("autocomplete", "off");

	function close() {
		list.hidden = true;
		at = -1;
		input.setAttribute("aria-expanded", "false");
		input.removeAttribute("aria-activedescendant");
	}

	function mark(i) {
		var items = list.children;
		at = (i + items.length) % items.length;
		for (var k = 0; k < items.length; k++)
			items[k].setAttribute("aria-selected", k === at);
		input.setAttribute("aria-activedescendant", items[at].id);
	}

	function take(item) {
		input.value = item.textContent;
		close();
		input.focus();
	}

	function show(found) {
		list.textContent = "";
		found.forEach(function (c, i) {
			var li = document.createElement("li");
			li.id = "commune-" + i;
			li.setAttribute("role", "option");
			li.setAttribute("aria-selected", "false");
			li.textContent = c.postcode ? c.name + " (" + c.postcode + ")" : c.name;
			li.addEventListener("pointerdown", function (e) {
				e.preventDefault();
				take(li);
			});
			list.append(li);
		});
		status.textContent = found.length + " " + input.getAttribute("data-found");
		list.hidden = found.length === 0;
		input.setAttribute("aria-expanded", String(found.length > 0));
		at = -1;
	}

	function ask() {
		var q = input.value.trim();
		if (q.length < 2) {
			close();
			return;
		}
		if (q === asked && !list.hidden) return;
		asked = q;
		fetch("/communes?q=" + encodeURIComponent(q))
			.then(function (r) { return r.ok ? r.json() : []; })
			.then(function (found) {
				if (q === asked && document.activeElement === input) show(found);
			})
			.catch(close);
	}

	input.addEventListener("input", function () {
		clearTimeout(timer);
		timer = setTimeout(ask, 120);
	});
	input.addEventListener("keydown", function (e) {
		if (list.hidden) return;
		if (e.key === "ArrowDown") mark(at + 1);
		else if (e.key === "ArrowUp") mark(at < 0 ? -1 : at - 1);
		else if (e.key === "Enter" && at >= 0) take(list.children[at]);
		else if (e.key === "Escape") close();
		else return;
		e.preventDefault();
	});
	input.addEventListener("blur", close);
})();
