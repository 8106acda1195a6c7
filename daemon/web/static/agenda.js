/* The agenda, better with a script: it shows by itself what another has changed, a free hour opens a small form,
   an appointment is moved by hand or by keyboard. Every act is the page's own form, with its rules and its messages. */
"use strict";
(function () {
	var box = document.getElementById("agenda"), said = document.getElementById("agenda-said");
	var dialog = document.getElementById("agenda-add"), words = document.getElementById("agenda-words");
	var busy = false, late = false, asking = 0;
	if (!box || !window.fetch || !window.DOMParser)
		return;

	function word(name) {
		return words.content.querySelector("[data-word=" + name + "]").textContent;
	}
	function say(text) {
		if (said)
			said.textContent = text;
	}
	function parse(text) {
		return new DOMParser().parseFromString(text, "text/html");
	}
	function csrf() {
		return dialog.querySelector("[name=_csrf]").value;
	}
	function post(path, fields) {
		var body = new URLSearchParams(fields);
		body.set("_csrf", csrf());
		return fetch(path, { method: "POST", body: body, credentials: "same-origin" });
	}

	/* ---- what changes by itself ---- */

	/* What had the focus has it again, and nothing scrolls. */
	function replace(html) {
		var on = document.activeElement, here = box.contains(on), li = here && on.closest("li[data-id]");
		var id = li && li.dataset.id, href = here && on.getAttribute("href"), scroll = box.querySelector(".scroll");
		var left = scroll ? scroll.scrollLeft : 0, again = null;
		box.replaceChildren.apply(box, parse(html).body.childNodes);
		scroll = box.querySelector(".scroll");
		if (scroll)
			scroll.scrollLeft = left;
		if (id)
			again = box.querySelector("li[data-id=\"" + id + "\"] a");
		if (!again && href)
			again = Array.prototype.find.call(box.querySelectorAll("a"), function (a) {
				return a.getAttribute("href") === href;
			});
		if (again)
			again.focus({ preventScroll: true });
		else if (here && scroll)
			scroll.focus({ preventScroll: true });
	}

	function refresh() {
		var mine = ++asking;
		if (busy) {
			late = true;
			return Promise.resolve();
		}
		return fetch(box.dataset.part, { credentials: "same-origin", cache: "no-store",
			headers: { "If-None-Match": "\"" + box.dataset.etag + "\"" } })
			.then(function (r) {
				if (r.status !== 200 || r.redirected)
					return null;
				return r.text().then(function (text) {
					if (mine !== asking || busy)
						return;
					box.dataset.etag = (r.headers.get("ETag") || "").replace(/"/g, "");
					replace(text);
				});
			}).catch(function () {});
	}

	function free(then) {
		busy = false;
		if (late || then) {
			late = false;
			refresh();
		}
	}

	function concerns(days) {
		var shown = box.querySelectorAll("th[data-day]");
		return days === "*" || !shown.length || Array.prototype.some.call(shown, function (th) {
			return days.split(" ").indexOf(th.dataset.day) >= 0;
		});
	}

	function listen() {
		var source = new EventSource("/equipe/flux");
		source.addEventListener("agenda", function (e) {
			if (concerns(e.data))
				refresh();
		});
		source.onopen = function () {
			document.documentElement.dataset.live = "1";
		};
		source.onerror = function () {
			document.documentElement.dataset.live = "0";
			if (source.readyState === EventSource.CLOSED)
				setInterval(refresh, 60000);
		};
		window.addEventListener("pagehide", function () {
			source.close();
		});
		window.addEventListener("pageshow", function (e) {
			if (e.persisted) {
				refresh();
				listen();
			}
		});
	}
	if (window.EventSource)
		listen();
	if (!box.dataset.change || !dialog || !dialog.showModal)
		return;
	document.querySelector(".keys-help").hidden = !box.querySelector("table.timed");

	/* ---- a gap becomes an appointment ---- */

	var form = dialog.querySelector("form"), who = document.getElementById("a-qui");
	var matches = dialog.querySelector(".matches"), errors = dialog.querySelector(".errors"), timer = 0, searches = 0;

	function two(n) {
		return (n < 10 ? "0" : "") + n;
	}
	function hour(minute) {
		return two(Math.floor(minute / 60)) + ":" + two(minute % 60);
	}
	function longDay(date) {
		return new Date(date + "T12:00:00").toLocaleDateString(document.documentElement.lang,
			{ weekday: "long", day: "numeric", month: "long" });
	}
	function spoken(date, minute) {
		return longDay(date) + ", " + (document.documentElement.lang === "fr"
			? Math.floor(minute / 60) + " h" + (minute % 60 ? " " + two(minute % 60) : "") : hour(minute));
	}

	function openAdd(a, minute) {
		var q = new URL(a.href).searchParams, at = (q.get("debut") || "T00:00").split("T");
		var fields = form.elements, time = minute === null ? at[1].slice(0, 5) : hour(minute);
		form.reset();
		matches.replaceChildren();
		errors.hidden = true;
		fields.jour.value = at[0];
		fields.heure.value = time;
		fields.lieu.value = q.get("lieu") || "";
		fields.personne.value = q.get("personne") || "";
		fields.connue.value = fields.nouvelle.value = "";
		fields.cle.value = Array.prototype.map.call(crypto.getRandomValues(new Uint8Array(16)), function (n) {
			return two(n % 100);
		}).join("");
		q.set("debut", at[0] + "T" + time);
		dialog.querySelector(".more").href = "/equipe/ajouter?" + q;
		dialog.querySelector(".when").textContent = spoken(at[0], +time.slice(0, 2) * 60 + +time.slice(3)) +
			(a.closest(".stretch") && a.closest(".stretch").querySelector("h2") ? ", " + a.closest(".stretch").querySelector("h2").textContent : "");
		dialog.showModal();
		who.focus();
	}

	/* "Léa Dubois": the first word is the first name. */
	function split() {
		var parts = who.value.trim().split(/\s+/);
		form.elements.prenom.value = parts[0] || "";
		form.elements.nom.value = parts.slice(1).join(" ");
	}

	function plain(s) {
		return s.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
	}
	function showMatches(page) {
		var found = page.querySelector("#fiches .matches"), other = page.querySelector("button[value=nouvelle]");
		var first = plain(who.value.trim().split(/\s+/)[0] || "");
		matches.replaceChildren();
		if (found && !other)
			found.querySelectorAll("li").forEach(function (li) {
				if (plain(li.textContent).indexOf(first) < 0)
					li.remove();
			});
		if (found)
			matches.append(document.adoptNode(found));
		if (found && other) {
			other = document.adoptNode(other);
			matches.append(other);
		}
	}

	function send(action, byName) {
		var body = new URLSearchParams(new FormData(form)), last = who.value.trim().split(/\s+/).pop();
		split();
		body.set("prenom", byName ? "" : form.elements.prenom.value);
		body.set("nom", byName ? last : form.elements.nom.value);
		if (byName)
			body.delete("telephone");
		body.set("action", action);
		return fetch("/equipe/ajouter", { method: "POST", body: body, credentials: "same-origin" });
	}

	who.addEventListener("input", function () {
		form.elements.connue.value = "";
		clearTimeout(timer);
		timer = setTimeout(function () {
			var mine = ++searches;
			if (who.value.trim().length < 2) {
				matches.replaceChildren();
				return;
			}
			/* by what comes last, a name as far as it is written; what comes first must fit */
			send("chercher", true).then(function (r) {
				return r.ok ? r.text() : "";
			}).then(function (text) {
				if (text && mine === searches && !form.elements.connue.value)
					showMatches(parse(text));
			}).catch(function () {});
		}, 250);
	});

	function book(action) {
		++searches;
		send(action).then(function (r) {
			if (r.redirected && /[?&]fait=ajout/.test(r.url)) {
				dialog.close();
				say(word("booked"));
				refresh();
				return null;
			}
			return r.text().then(function (text) {
				var page = parse(text), wrong = page.querySelector(".errors li, .errors p");
				showMatches(page);
				errors.hidden = !wrong && page.querySelector("#fiches .matches");
				errors.querySelector("p").textContent = wrong ? wrong.textContent.trim() : word("failed");
			});
		}).catch(function () {
			errors.hidden = false;
			errors.querySelector("p").textContent = word("failed");
		});
	}

	form.addEventListener("submit", function (e) {
		e.preventDefault();
		book("reserver");
	});
	dialog.addEventListener("click", function (e) {
		var button = e.target.closest("button");
		if (!button)
			return;
		if ("close" in button.dataset) {
			dialog.close();
		} else if (button.name === "choisir") {
			e.preventDefault();
			form.elements.connue.value = button.value;
			who.value = button.querySelector("strong").textContent;
			matches.replaceChildren();
			form.elements.telephone.focus();
		} else if (button.value === "nouvelle") {
			e.preventDefault();
			book("nouvelle");
		}
	});

	/* ---- moving ---- */

	var move = null, held = 0, bar = null, barTimer = 0;

	function rows() {
		return Array.prototype.slice.call(box.querySelectorAll("tbody tr"));
	}
	function heads() {
		return Array.prototype.filter.call(box.querySelectorAll("th[data-day]"), function (th) {
			return th.offsetWidth > 0;
		});
	}
	function isHours() {
		return !!box.querySelector("table.timed");
	}
	function stretchAt(x, y) {
		return document.elementsFromPoint(x, y).map(function (el) {
			return box.contains(el) ? el.closest(".stretch") : null;
		}).find(Boolean);
	}

	/* Where that point is: a day, a minute, with whom, where. */
	function target(x, y, step) {
		var th = heads().find(function (h) {
			var r = h.getBoundingClientRect();
			return x >= r.left && x < r.right;
		}), stretch = stretchAt(x, y), gap, q, minute = null;
		if (!isHours()) {
			gap = document.elementsFromPoint(x, y).map(function (el) {
				return box.contains(el) ? el.closest("li.free") : null;
			}).find(Boolean);
			if (!gap || !gap.querySelector("a"))
				return null;
			q = new URL(gap.querySelector("a").href).searchParams;
			return { day: q.get("debut").slice(0, 10), who: q.get("personne") || "", site: q.get("lieu") || "",
				minute: +q.get("debut").slice(11, 13) * 60 + +q.get("debut").slice(14, 16) };
		}
		rows().forEach(function (tr, i) {
			var r = tr.getBoundingClientRect();
			if (y >= r.top && y < r.bottom)
				minute = +box.querySelector("table").dataset.from + i * 30 + (y - r.top) / r.height * 30;
		});
		if (!th || minute === null)
			return null;
		return { day: th.dataset.day, minute: Math.round(minute / step) * step,
			who: th.dataset.who || (stretch && stretch.dataset.who) || "",
			site: th.dataset.site || (stretch && stretch.dataset.site) || "" };
	}

	/* Where the top of an appointment stands when it is at that time. */
	function place(t) {
		var all = rows(), i = Math.floor((t.minute - +box.querySelector("table").dataset.from) / 30);
		var th = heads().find(function (h) {
			return h.dataset.day === t.day && (!h.dataset.who || h.dataset.who === t.who) && (!h.dataset.site || h.dataset.site === t.site);
		}), r = all[Math.max(0, Math.min(i, all.length - 1))].getBoundingClientRect(), c;
		if (!th)
			return null;
		c = th.getBoundingClientRect();
		return { x: c.left, y: r.top + (t.minute % 30) / 30 * r.height, width: c.width };
	}

	function begin(li) {
		var a = li.querySelector("a"), stretch = li.closest(".stretch"), r = li.getBoundingClientRect(), top, th;
		move = { li: li, id: li.dataset.id, a: a, who: stretch.dataset.who || "", site: stretch.dataset.site || "", height: r.height };
		top = isHours() ? target(r.left + r.width / 2, r.top + 2, 5) : null;
		th = li.closest("td");
		move.from = top || { day: "", minute: 0, who: move.who, site: move.site };
		move.at = Object.assign({}, move.from, { who: move.who, site: move.site });
		move.ghost = document.createElement("div");
		move.ghost.className = "ghost";
		move.ghost.setAttribute("aria-hidden", "true");
		move.ghost.append(document.createElement("b"), " " + (li.querySelector("a").childNodes.length ? nameOf(li) : ""));
		move.ghost.style.width = r.width + "px";
		move.ghost.style.height = r.height + "px";
		document.body.append(move.ghost);
		li.classList.add("moving");
		busy = true;
		return th;
	}
	function nameOf(li) {
		var b = li.querySelector("b");
		return b && b.nextSibling ? b.nextSibling.textContent.trim() : "";
	}
	function show(x, y) {
		move.ghost.style.left = x + "px";
		move.ghost.style.top = y + "px";
		move.ghost.firstChild.textContent = move.at.day ? spoken(move.at.day, move.at.minute) : "";
	}
	function end() {
		var li = move && move.li;
		if (!move)
			return;
		move.ghost.remove();
		li.classList.remove("moving");
		move = null;
		free(false);
	}

	function drop() {
		var m = move, t = m.at, here = location.pathname + location.search;
		if (!t.day || (t.day === m.from.day && t.minute === m.from.minute && (!t.who || t.who === m.who))) {
			end();
			say(word("dropped"));
			return;
		}
		end();
		busy = true;
		post("/equipe/rdv/" + m.id + "/deplacer", { jour: t.day, heure: hour(t.minute), lieu: t.site || m.site, personne: t.who || m.who })
			.then(function (r) {
				if (r.redirected && /[?&]fait=deplace/.test(r.url)) {
					free(true);
					undoBar(m.id, here);
					return null;
				}
				return r.text().then(function (text) {
					var wrong = parse(text).querySelector(".errors p, .errors li");
					free(true);
					tell(wrong ? wrong.textContent.trim() : word("failed"), true);
				});
			}).catch(function () {
				free(true);
				tell(word("failed"), true);
			});
	}

	/* ---- what was done, and taking it back ---- */

	function tell(text, bad) {
		var p = document.createElement("p"), close = document.createElement("button");
		if (bar)
			bar.remove();
		clearTimeout(barTimer);
		bar = document.createElement("div");
		bar.className = "undo" + (bad ? " wrong" : "");
		p.textContent = text;
		close.type = "button";
		close.className = "link";
		close.textContent = word("close");
		close.onclick = function () {
			bar.remove();
		};
		bar.append(p, close);
		bar.setAttribute("role", bad ? "alert" : "status");
		document.body.append(bar);
		barTimer = setTimeout(function () {
			bar.remove();
		}, bad ? 20000 : 30000);
		return close;
	}
	function undoBar(id, here) {
		var button = document.createElement("button"), close = tell(word("moved"), false);
		button.type = "button";
		button.className = "tight";
		button.textContent = word("undo");
		button.onclick = function () {
			button.disabled = true;
			post("/equipe/rdv/" + id + "/reprendre", { retour: here }).then(function (r) {
				return r.text();
			}).then(function (text) {
				var notice = parse(text).querySelector(".notice[role=status] p, .errors p");
				tell(notice ? notice.textContent.trim() : word("failed"), !notice);
				refresh();
			}).catch(function () {
				tell(word("failed"), true);
			});
		};
		bar.insertBefore(button, close);
	}

	/* ---- the hand: a mouse at once, a finger after a moment ---- */

	var start = null;
	box.addEventListener("pointerdown", function (e) {
		var li = e.target.closest("li[data-id]");
		if (!li || e.button || move)
			return;
		start = { li: li, x: e.clientX, y: e.clientY, dx: e.clientX - li.getBoundingClientRect().left, dy: e.clientY - li.getBoundingClientRect().top, pointer: e.pointerId };
		if (e.pointerType !== "mouse")
			held = setTimeout(function () {
				if (start) {
					begin(start.li);
					show(start.x - start.dx, start.y - start.dy);
				}
			}, 450);
	});
	document.addEventListener("pointermove", function (e) {
		var far = start && Math.hypot(e.clientX - start.x, e.clientY - start.y) > 6, t;
		if (!start)
			return;
		if (!move && far && e.pointerType !== "mouse") {
			clearTimeout(held);
			start = null;
			return;
		}
		if (!move && far) {
			begin(start.li);
		}
		if (!move)
			return;
		t = target(isHours() ? e.clientX : e.clientX, isHours() ? e.clientY - start.dy + 1 : e.clientY, e.altKey ? 5 : 15);
		if (t)
			move.at = { day: t.day, minute: t.minute, who: t.who || move.who, site: t.site || move.site };
		show(e.clientX - start.dx, e.clientY - start.dy);
	});
	document.addEventListener("pointerup", function () {
		clearTimeout(held);
		if (move && start) {
			start = null;
			swallow();
			drop();
		}
		start = null;
	});
	document.addEventListener("pointercancel", function () {
		clearTimeout(held);
		start = null;
		end();
	});
	box.addEventListener("touchmove", function (e) {
		if (move)
			e.preventDefault();
	}, { passive: false });
	box.addEventListener("dragstart", function (e) {
		if (e.target.closest("li[data-id]"))
			e.preventDefault();
	});
	/* The click that ends a move is none. */
	function swallow() {
		function stop(e) {
			e.preventDefault();
			e.stopPropagation();
		}
		document.addEventListener("click", stop, true);
		setTimeout(function () {
			document.removeEventListener("click", stop, true);
		}, 0);
	}

	box.addEventListener("click", function (e) {
		var a = e.target.closest("li.free a"), minute = null, t;
		if (!a || e.ctrlKey || e.metaKey || e.shiftKey)
			return;
		e.preventDefault();
		if (e.detail && isHours()) {
			t = target(e.clientX, e.clientY, 1);
			minute = t && Math.floor(t.minute / 15) * 15;
			var first = new URL(a.href).searchParams.get("debut").slice(11);
			if (minute !== null && hour(minute) < first)
				minute = null;
		}
		openAdd(a, minute);
	});

	/* ---- the keyboard ---- */

	function steer(days, minutes) {
		var all = heads(), i = all.findIndex(function (h) {
			return h.dataset.day === move.at.day && (!h.dataset.who || h.dataset.who === move.at.who) && (!h.dataset.site || h.dataset.site === move.at.site);
		}), th, p;
		if (days && all[i + days]) {
			th = all[i + days];
			move.at.day = th.dataset.day;
			move.at.who = th.dataset.who || move.at.who;
			move.at.site = th.dataset.site || (th.dataset.who ? move.at.site : move.at.site);
		}
		move.at.minute = Math.max(0, Math.min(1435, move.at.minute + minutes));
		p = place(move.at);
		if (p) {
			move.ghost.style.width = p.width + "px";
			show(p.x, p.y);
		}
		say(spoken(move.at.day, move.at.minute) + (th && th.dataset.who ? ", " + th.firstChild.textContent : ""));
	}

	document.addEventListener("keydown", function (e) {
		var step = e.shiftKey ? 5 : 15, keys = { ArrowUp: [0, -step], ArrowDown: [0, step], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
		var li = e.target.closest && e.target.closest("li[data-id]");
		if (!move) {
			if (li && isHours() && (e.key === "m" || e.key === "M") && !e.ctrlKey && !e.metaKey && !e.altKey) {
				e.preventDefault();
				begin(li);
				steer(0, 0);
				say(nameOf(li) + ". " + word("moving"));
			}
			return;
		}
		if (keys[e.key]) {
			e.preventDefault();
			steer(keys[e.key][0], keys[e.key][1]);
		} else if (e.key === "Enter") {
			e.preventDefault();
			drop();
		} else if (e.key === "Escape") {
			e.preventDefault();
			start = null;
			end();
			say(word("dropped"));
		}
	});
})();
