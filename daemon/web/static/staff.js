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
				if (fresh)
					form.elements.creneau.replaceChildren.apply(form.elements.creneau, fresh.childNodes);
			});
		if (name === "creneau")
			radio = "creneau";
		if (name === "jour" || name === "heure")
			radio = "libre";
		if (radio)
			form.querySelector("[name=quand][value=" + radio + "]").checked = true;
	});
})();
