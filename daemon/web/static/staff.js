/* Booking for somebody, better with a script: files found while one types, free times
   that follow the place and the kind of appointment. Everything works without it. */
"use strict";
(function () {
	var form = document.querySelector("form.add");
	if (!form || !window.fetch || !window.DOMParser)
		return;
	var found = document.getElementById("fiches"), timer = 0, asked = 0;

	/* Send the form as a button would, and give the page that comes back. */
	function ask(action, done) {
		var body = new URLSearchParams(new FormData(form)), mine = ++asked;
		body.set("action", action);
		fetch(form.getAttribute("action"), { method: "POST", body: body, credentials: "same-origin" })
			.then(function (r) { return r.ok ? r.text() : ""; })
			.then(function (text) {
				if (text && mine === asked)
					done(new DOMParser().parseFromString(text, "text/html"));
			})
			.catch(function () {});
	}

	function search() {
		var name = form.elements.nom, phone = form.elements.telephone;
		if (!name || (name.value.trim().length < 2 && phone.value.replace(/\D/g, "").length < 6)) {
			found.textContent = "";
			return;
		}
		ask("chercher", function (page) {
			var fresh = page.getElementById("fiches");
			found.replaceChildren.apply(found, fresh && fresh.querySelector(".matches") ? fresh.childNodes : []);
		});
	}

	form.addEventListener("input", function (e) {
		if (["nom", "prenom", "telephone"].indexOf(e.target.name) < 0)
			return;
		clearTimeout(timer);
		timer = setTimeout(search, 250);
	});
	form.addEventListener("change", function (e) {
		var name = e.target.name, radio = null;
		if (name === "lieu" || name === "service")
			ask("actualiser", function (page) {
				var fresh = page.getElementById("creneau");
				var box = document.getElementById("questions"), asked = page.getElementById("questions");
				if (fresh)
					form.elements.creneau.replaceChildren.apply(form.elements.creneau, fresh.childNodes);
				if (box && asked && name === "service")
					box.replaceChildren.apply(box, asked.childNodes);
			});
		if (name === "creneau")
			radio = "creneau";
		if (name === "jour" || name === "heure")
			radio = "libre";
		if (radio)
			form.querySelector("[name=quand][value=" + radio + "]").checked = true;
	});
})();

/* How many SMS an answer makes, while it is typed. */
(function () {
	var text = document.getElementById("reponse"), count = document.getElementById("compte");
	var plain = /^[@£$¥èéùìòÇ\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/;
	if (!text || !count)
		return;

	/* As the server folds it: an accent that the alphabet lacks is taken off. */
	function folded(s) {
		return s.replace(/[’‘]/g, "'").replace(/[«»“”]/g, '"').replace(/[–—]/g, "-").replace(/…/g, "...")
			.replace(/[\u00a0\u202f]/g, " ").replace(/œ/g, "oe").replace(/Œ/g, "OE").split("").map(function (c) {
				return plain.test(c) ? c : c.normalize("NFD").replace(/[\u0300-\u036f]/g, "");
			}).join("");
	}

	function show() {
		var s = folded(text.value.trim()), wide = !plain.test(s);
		var n = s.length + (wide ? 0 : s.replace(/[^\^{}\\[~\]|€]/g, "").length);
		var one = wide ? 70 : 160, more = wide ? 67 : 153;
		count.textContent = n ? n + " / " + one + ", " + (n <= one ? 1 : Math.ceil(n / more)) + " SMS" : "";
	}
	text.addEventListener("input", show);
	show();
})();
