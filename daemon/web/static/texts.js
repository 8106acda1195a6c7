/* A text of a message as one types: the preview, its length and what is wrong follow the
   words after a moment. Without it a button shows the same. */
"use strict";
(function () {
	var form = document.querySelector("form[data-preview]"), view = document.getElementById("apercu");
	var timer = 0, asked = 0;
	if (!form || !view || !window.fetch)
		return;

	function look() {
		var mine = ++asked;
		fetch(form.dataset.preview, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin" })
			.then(function (r) { return r.ok ? r.text() : ""; })
			.then(function (text) {
				var page, wrong, field = document.getElementById("texte");
				if (!text || mine !== asked)
					return;
				page = new DOMParser().parseFromString(text, "text/html");
				view.replaceChildren.apply(view, page.body.childNodes);
				wrong = view.querySelector("#fautes") !== null;
				field.closest(".field").classList.toggle("wrong", wrong);
				if (wrong)
					field.setAttribute("aria-invalid", "true");
				else
					field.removeAttribute("aria-invalid");
				field.setAttribute("aria-describedby", wrong ? "texte-h fautes" : "texte-h");
			})
			.catch(function () {});
	}

	form.addEventListener("input", function () {
		clearTimeout(timer);
		timer = setTimeout(look, 300);
	});
})();
