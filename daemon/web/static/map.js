/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pin follows the finger, the arrow keys and the buttons, without a page in between.
   Without this script a click on the picture sends the form, and the server moves the pin. */
(function () {
	"use strict";
	var box = document.querySelector("[data-map]");
	if (!box || !window.URL) return;

	var form = box.closest("form"), pictures = box.querySelectorAll("input[type=image]");
	var lat = form.elements.lat, lon = form.elements.lon, told = box.querySelector("[role=status]");
	var KM = 111.19508, timer = 0, dragging = false;

	function narrowing(degrees) { return Math.cos(degrees * Math.PI / 180); }
	function number(text) { return Number(String(text).replace(",", ".")); }
	function pair(text) { return text.split(",").map(Number); }

	/* The address of a picture with the pin where it is now; centred anew when it nears the edge. */
	function show() {
		var p = [number(lat.value), number(lon.value)];
		if (!lat.value || !lon.value || isNaN(p[0]) || isNaN(p[1])) return;
		var c = pair(form.elements.centre.value), km = Number(box.dataset.km);
		var east = Math.abs(p[1] - c[1]) * narrowing(c[0]) * KM, north = Math.abs(p[0] - c[0]) * KM;
		if (!dragging && (east > km / 3 || north > km / 4.5))
			form.elements.centre.value = p[0].toFixed(5) + "," + p[1].toFixed(5);
		pictures.forEach(function (picture) {
			var url = new URL(picture.src);
			url.searchParams.set("epingle", p[0].toFixed(5) + "," + p[1].toFixed(5));
			url.searchParams.set("centre", form.elements.centre.value);
			picture.src = url.href;
		});
		told.textContent = box.dataset.map + " " + lat.value + ", " + lon.value;
	}

	function put(a, b) {
		lat.value = a.toFixed(5);
		lon.value = b.toFixed(5);
		clearTimeout(timer);
		timer = setTimeout(show, dragging ? 60 : 0);
	}

	function move(north, east) {
		var a = number(lat.value), b = number(lon.value);
		put(a + north / 1000 / KM, b + east / 1000 / KM / narrowing(a));
	}

	function point(picture, e) {
		var r = picture.getBoundingClientRect(), c = pair(form.elements.centre.value);
		var px = Number(box.dataset.km) / r.width;
		put(c[0] + (r.top + r.height / 2 - e.clientY) * px / KM,
			c[1] + (e.clientX - r.left - r.width / 2) * px / KM / narrowing(c[0]));
	}

	pictures.forEach(function (picture) {
		picture.addEventListener("click", function (e) { e.preventDefault(); });
		picture.addEventListener("dragstart", function (e) { e.preventDefault(); });
		picture.addEventListener("pointerdown", function (e) {
			if (e.button) return;
			dragging = true;
			picture.setPointerCapture(e.pointerId);
			point(picture, e);
		});
		picture.addEventListener("pointermove", function (e) { if (dragging) point(picture, e); });
		picture.addEventListener("pointerup", function () {
			dragging = false;
			clearTimeout(timer);
			show();
		});
		picture.addEventListener("pointercancel", function () { dragging = false; });
		picture.addEventListener("keydown", function (e) {
			var step = e.shiftKey ? 1000 : 100;
			var ways = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] };
			if (!ways[e.key]) return;
			e.preventDefault();
			move(ways[e.key][0] * step, ways[e.key][1] * step);
		});
	});
	box.addEventListener("click", function (e) {
		var button = e.target.closest("[name=deplacer]"), ways = { nord: [1, 0], sud: [-1, 0], est: [0, 1], ouest: [0, -1] };
		if (!button) return;
		var words = button.value.split(" "), metres = Number(words[1]);
		e.preventDefault();
		move(ways[words[0]][0] * metres, ways[words[0]][1] * metres);
	});
	[lat, lon].forEach(function (field) { field.addEventListener("change", show); });
})();
