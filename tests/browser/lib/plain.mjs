// SPDX-License-Identifier: GPL-3.0-or-later
// A visitor without a browser: cookies and HTTP. Reads pages as they are sent, and walks from link to link.

import assert from "node:assert/strict";
import { PASSWORD } from "./daemon.mjs";
import { EXCEPTIONS, finder } from "./routes.mjs";

export class Visitor {
	constructor(daemon, lang = "fr") {
		this.daemon = daemon;
		this.lang = lang;
		this.cookies = new Map();
	}

	// {status, type, headers, text}: one request; a redirection is followed by hand with follow. What is no text is
	// not read.
	async ask(target, { method = "GET", form, follow = true } = {}) {
		const answer = await fetch(new URL(target, this.daemon.url), {
			method, redirect: "manual", body: form && new URLSearchParams(form), signal: AbortSignal.timeout(15000),
			headers: { "Accept-Language": this.lang, Cookie: [...this.cookies].map((c) => c.join("=")).join("; ") },
		});
		for (const line of answer.headers.getSetCookie()) {
			const [, name, value] = line.match(/^([^=]+)=([^;]*)/);
			this.cookies.set(name, value);
		}
		const next = answer.headers.get("location");
		if (follow && next && answer.status >= 300 && answer.status < 400) {
			await answer.body?.cancel();
			return this.ask(next);
		}
		const type = answer.headers.get("content-type") ?? "";
		const text = /^text\/html/.test(type) ? await answer.text() : "";
		if (!text) await answer.body?.cancel();
		return { target, status: answer.status, type, headers: answer.headers, text };
	}

	async logIn(login, password = PASSWORD) {
		const { text } = await this.ask("/equipe");
		const csrf = text.match(/name="_csrf" value="([^"]+)"/)[1];
		const action = text.match(/<form method="post" action="([^"]+)"/)[1];
		const done = await this.ask(action, { method: "POST",
			form: { _csrf: csrf, next: "", identifiant: login, mot_de_passe: password } });
		assert.equal(done.status, 200, `${login} logs in`);
		assert.doesNotMatch(done.text, /id="mot_de_passe"/, `${login} is in`);
		return this;
	}
}

const plain = (s) => s.replaceAll("&amp;", "&").replaceAll("&#39;", "'").replaceAll("&quot;", '"');

// From those addresses and every pattern without a gap, link by link, one page of each pattern. Returns a map from
// the pattern to what was answered; `left` are those that no link led to.
export async function walk(visitor, first, wanted) {
	const find = finder(wanted), seen = new Map();
	const queue = [...first, ...wanted.filter((p) => !p.includes("{") && !EXCEPTIONS.has(p))];
	while (queue.length) {
		const target = queue.shift(), pattern = find(target);
		if (!pattern || seen.has(pattern) || EXCEPTIONS.has(pattern)) continue;
		const page = await visitor.ask(target);
		seen.set(pattern, page);
		for (const [, url] of page.text.matchAll(/<a [^>]*href="(\/[^"#]*)/g)) queue.push(plain(url));
	}
	return { seen, left: wanted.filter((p) => !seen.has(p) && !EXCEPTIONS.has(p)) };
}
