/* Permanences, better with a script: the sentence and the next dates follow what is
   typed, and the page of a change counts the messages that its choices send. Every page
   is whole without it. */
"use strict";
(function () {
	var form = document.querySelector("form.opening"), said = document.getElementById("phrase");
	if (!form || !said || !window.fetch || !window.DOMParser)
		return;
	var timer = 0, asked = 0;

	/* Send the form as the button "Voir les dates" would, and take what is said back. */
	function ask() {
		var body = new URLSearchParams(new FormData(form)), mine = ++asked;
		body.set("action", "voir");
		fetch(form.getAttribute("action"), { method: "POST", body: body, credentials: "same-origin" })
			.then(function (r) { return r.text(); })
			.then(function (text) {
				var fresh = text && new DOMParser().parseFromString(text, "text/html").getElementById("phrase");
				if (!fresh || mine !== asked)
					return;
				var button = said.querySelector("button"), focused = document.activeElement === button;
				said.replaceChildren.apply(said, fresh.childNodes);
				if (focused)
					said.querySelector("button").focus();
			})
			.catch(function () {});
	}

	form.addEventListener("input", function () {
		clearTimeout(timer);
		timer = setTimeout(ask, 300);
	});
})();

/* How many messages leave with the choices made. */
(function () {
	var form = document.querySelector("form.touched"), line = document.getElementById("messages");
	if (!form || !line)
		return;
	/* Of the messages only that of the choice; without a script all are there. */
	function show() {
		form.querySelectorAll("fieldset").forEach(function (f) {
			var radio = f.querySelector("input[type=radio]:checked");
			f.querySelectorAll("[data-of]").forEach(function (one) {
				one.hidden = !!radio && one.dataset.of !== radio.value;
			});
		});
	}
	show();
	form.addEventListener("change", function () {
		var sms = 0, mail = 0, calls = 0;
		show();
		form.querySelectorAll("fieldset").forEach(function (f) {
			var radio = f.querySelector("input[type=radio]:checked");
			var told = radio && radio.value !== "garder";
			var s = told ? +f.dataset.sms : 0, m = told ? +f.dataset.mail : 0;
			sms += s;
			mail += m;
			calls += s + m ? 0 : 1;
		});
		line.textContent = line.dataset.words.replace("{sms}", sms).replace("{mail}", mail) +
			(calls ? " " + line.dataset.calls.replace("{n}", calls) : "");
	});
})();
