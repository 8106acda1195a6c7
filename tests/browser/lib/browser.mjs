// SPDX-License-Identifier: GPL-3.0-or-later
// Debian's Chromium, watched: every request any page makes is recorded, and so is what the console says.
// judge() fails when a page asked another machine for something, broke its content security policy or threw.

import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";

export const PHONE = { width: 320, height: 640 };
const SHOTS = process.env.SCREENSHOTS ?? path.join(os.tmpdir(), "rdvd-screenshots");
const LAUNCH = {
	executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
	args: ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--no-first-run"],
};

export class Browser {
	constructor(daemon) {
		this.daemon = daemon;
		this.requests = 0;
		this.complaints = [];
		this.folders = [];
		this.contexts = [];
	}

	async launch() {
		this.chromium = await chromium.launch(LAUNCH);
		return this;
	}

	watch(context) {
		context.setDefaultTimeout(30000);
		context.on("request", (request) => {
			this.requests++;
			const url = new URL(request.url());
			if (url.protocol !== "data:" && url.origin !== this.daemon.url)
				this.complaints.push(`a request to another machine: ${request.url()}`);
		});
		context.on("console", (message) => {
			// a page that is answered with 404 or 409 is no error of the page
			if (message.type() === "error" && !/Failed to load resource/.test(message.text()))
				this.complaints.push(`console: ${message.text()} at ${message.location().url}`);
		});
		context.on("response", (answer) => {
			const headers = answer.headers();
			if (!/^text\/html/.test(headers["content-type"] ?? "")) return;
			const policy = headers["content-security-policy"] ?? "";
			if (!/default-src '(self|none)'/.test(policy) || /unsafe-|\*|https?:|(script|style)-src[^;]*data:/.test(policy))
				this.complaints.push(`the policy of ${answer.url()} is "${policy}"`);
			if (headers["x-content-type-options"] !== "nosniff")
				this.complaints.push(`${answer.url()} may be sniffed`);
		});
		context.on("weberror", (error) => this.complaints.push(`script: ${error.error()}`));
		this.contexts.push(context);
		return context;
	}

	// A page in a browser of its own: nothing is shared between two, cookies neither.
	async page({ size = PHONE, js = true, dark = false, locale = "fr-FR", touch = false } = {}) {
		const context = this.watch(await this.chromium.newContext({
			viewport: size, javaScriptEnabled: js, colorScheme: dark ? "dark" : "light", locale, hasTouch: touch,
			baseURL: this.daemon.url, reducedMotion: "reduce",
		}));
		return context.newPage();
	}

	// A page in a browser whose user refuses all cookies, as its settings have it.
	async pageWithoutCookies(options = {}) {
		const folder = fs.mkdtempSync(path.join(os.tmpdir(), "rdvd-profile-"));
		const { size = PHONE, js = false } = options;
		this.folders.push(folder);
		fs.mkdirSync(path.join(folder, "Default"));
		fs.writeFileSync(path.join(folder, "Default/Preferences"),
			JSON.stringify({ profile: { default_content_setting_values: { cookies: 2 } } }));
		const context = this.watch(await chromium.launchPersistentContext(folder, {
			...LAUNCH, viewport: size, javaScriptEnabled: js, locale: "fr-FR", baseURL: this.daemon.url,
		}));
		return context.pages()[0] ?? context.newPage();
	}

	async close() {
		const open = this.chromium;
		this.chromium = null;
		if (!open) return;
		for (const context of this.contexts) await context.close();
		await open.close();
		for (const folder of this.folders) fs.rmSync(folder, { recursive: true, force: true });
		assert.deepEqual(this.complaints, []);
	}

	// Nothing was asked of another machine, no policy was broken, no script threw: close() holds it for every file,
	// and who calls this says so in a test of its own.
	judge() {
		assert.deepEqual(this.complaints, []);
		assert.ok(this.requests > 0, "nothing was requested");
	}
}

// A picture of the whole page, for people to look at: never judged by a program.
export async function shot(page, name) {
	fs.mkdirSync(SHOTS, { recursive: true });
	await page.screenshot({ path: path.join(SHOTS, `${name}.png`), fullPage: true, animations: "disabled" });
}

// Visible text with its no-break spaces made plain, as a reader sees it.
export async function text(locator) {
	return (await locator.innerText()).replace(/[\u00a0\u202f]/g, " ").replace(/[ \t]+/g, " ").trim();
}
