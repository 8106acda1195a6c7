// SPDX-License-Identifier: GPL-3.0-or-later
// The real daemon, held by a browser test: started in its own folder on a free port with a frozen clock,
// filled by rdvctl, spoken to over HTTP, stopped by its pid with its log read. Every wait is for a condition.

import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const TOP = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");
const BUILD = path.resolve(process.env.RDVD_BUILD ?? path.join(TOP, "build"));
export const HENIN_CARVIN = path.join(TOP, "etc/territories/henin-carvin.json");
export const NOW = "2026-11-22T08:00:00+01:00"; // a Sunday
export const PASSWORD = "un cheval correct agrafe";

const SECTIONS = `store store_sqlite {
}
gateway spool {
	plugin = "gw_spool"
	channels = {"sms", "email"}
}
`;
// What the log may never hold: warnings, errors, a sanitizer's verdict.
const UNWANTED = /^<[0-4]>|ERROR: \w+Sanitizer|runtime error:/m;

async function freePort() {
	const server = net.createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address();
	server.close();
	await once(server, "close");
	return port;
}

// Let the event loop turn until condition() is true; fail with `what` at the deadline.
export async function until(condition, what, deadlineMs = 15000) {
	const end = Date.now() + deadlineMs;
	for (;;) {
		const value = await condition();
		if (value) return value;
		if (Date.now() > end) throw new Error(`still waiting after ${deadlineMs} ms for ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 15));
	}
}

class Daemon {
	constructor(folder, port, now) {
		this.folder = folder;
		this.data = path.join(folder, "data");
		this.socket = path.join(this.data, "rdvd.sock");
		this.port = port;
		this.now = now;
		this.url = `http://127.0.0.1:${port}`;
		this.log = "";
		this.expected = [];
	}

	// sections: as they stand in the file, after the preset ones.
	writeConf(settings, sections = "") {
		const written = (value) => Array.isArray(value) ? `{${value.map((v) => JSON.stringify(v)).join(", ")}}`
			: JSON.stringify(value);
		const lines = Object.entries(settings).map(([key, value]) => `${key} = ${written(value)}\n`);
		this.conf = path.join(this.folder, "rdvd.conf");
		fs.writeFileSync(this.conf, lines.join("") + SECTIONS + sections);
	}

	async start(now = this.now) {
		this.now = now;
		this.process = spawn(path.join(BUILD, "rdvd"), ["-c", this.conf, "--now", now],
			{ cwd: this.folder, stdio: ["ignore", "pipe", "pipe"] });
		this.process.stdout.on("data", (d) => { this.log += d; });
		this.process.stderr.on("data", (d) => { this.log += d; });
		await until(async () => {
			if (this.process.exitCode !== null)
				throw new Error(`rdvd ended at once with status ${this.process.exitCode}:\n${this.log}`);
			try {
				return (await this.request("GET", "/api/v1/health")).status === 200;
			} catch {
				return false;
			}
		}, `rdvd to serve on port ${this.port}`, 20000);
	}

	// SIGTERM: it must end with status 0 and have logged nothing unexpected.
	async halt() {
		const { process: child } = this;
		if (!child) return;
		this.process = null;
		if (child.exitCode === null) {
			child.kill("SIGTERM");
			const killer = setTimeout(() => child.kill("SIGKILL"), 15000);
			await once(child, "exit");
			clearTimeout(killer);
		}
		const bad = this.log.split("\n").filter((line) => UNWANTED.test(line) &&
			!this.expected.some((e) => e.test(line)));
		if (child.exitCode !== 0) throw new Error(`rdvd ended with ${child.exitCode ?? child.signalCode}:\n${this.log}`);
		if (bad.length) throw new Error(`the log has lines that no test expected:\n${bad.join("\n")}`);
	}

	async stop() {
		try {
			await this.halt();
		} finally {
			fs.rmSync(this.folder, { recursive: true, force: true });
		}
	}

	// Another time of day: the same data, the clock frozen elsewhere.
	async restartAt(now) {
		await this.halt();
		await this.start(now);
	}

	rdvctl(args, input) {
		const done = spawnSync(path.join(BUILD, "rdvctl"), ["-s", this.socket, ...args],
			{ cwd: this.folder, encoding: "utf8", input });
		if (done.status !== 0)
			throw new Error(`rdvctl ${args.join(" ")}: status ${done.status}\n${done.stdout}\n${done.stderr}`);
		return done.stdout;
	}

	addUser(login, role, counsellor) {
		const tie = counsellor ? ["--counsellor", counsellor] : [];
		this.rdvctl(["user", "add", login, "--role", role, ...tie, "--password-stdin"], `${PASSWORD}\n`);
	}

	// One request over TCP, or over the local socket where everyone is staff.
	request(method, target, body, { local = false, headers = {} } = {}) {
		const place = local ? { socketPath: this.socket } : { host: "127.0.0.1", port: this.port };
		const text = body === undefined ? undefined : JSON.stringify(body);
		return new Promise((resolve, reject) => {
			const ask = http.request({ ...place, method, path: target, agent: false,
				headers: { ...(text ? { "Content-Type": "application/json" } : {}), ...headers } }, (answer) => {
				let data = "";
				answer.setEncoding("utf8");
				answer.on("data", (d) => { data += d; });
				answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body: data }));
				answer.on("error", reject);
			});
			ask.on("error", reject);
			ask.end(text);
		});
	}

	// The JSON API; expect is the status that the test relies on.
	async api(method, target, body, { expect = 200, ...more } = {}) {
		const answer = await this.request(method, `/api/v1${target}`, body, more);
		if (answer.status !== expect)
			throw new Error(`${method} ${target}: ${answer.status} ${answer.body}, expected ${expect}`);
		return JSON.parse(answer.body);
	}

	async slots(service, query = {}) {
		const text = new URLSearchParams({ service, limit: "500", ...query });
		return (await this.api("GET", `/slots?${text}`)).slots;
	}

	// Somebody else books that slot; more adds to the body.
	async book(slot, key, person = {}, more = {}) {
		const body = { request_key: key, service: slot.service, site: slot.site, start: slot.start, notice: true,
			person: { first_name: "Noé", last_name: "Petit", birth_year: 2003, phone: "06 98 76 54 32", ...person },
			...more };
		return (await this.api("POST", "/appointments", body, { expect: 201 })).appointment;
	}

	// The messages that left so far: [{channel, to, text...}].
	spool() {
		const folder = path.join(this.data, "spool");
		if (!fs.existsSync(folder)) return [];
		return fs.readdirSync(folder).filter((f) => f.endsWith(".txt") && !f.startsWith(".")).sort().map((f) => {
			const whole = fs.readFileSync(path.join(folder, f), "utf8");
			const cut = whole.indexOf("\n\n");
			const message = { text: whole.slice(cut + 2) };
			for (const line of whole.slice(0, cut).split("\n")) {
				const [, name, value] = line.match(/^([^:]+): (.*)$/) ?? [];
				if (name) message[name.toLowerCase()] = value;
			}
			return message;
		});
	}

	// The first message that pleases, as soon as it left.
	message(pleases, what) {
		return until(() => this.spool().find(pleases), `${what} in the spool`);
	}
}

// A daemon that serves: settings add to the configuration, territory is a file or null for none.
export async function daemon({ settings = {}, sections = "", territory = HENIN_CARVIN, now = NOW } = {}) {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), "rdvd-browser-"));
	const port = await freePort();
	const d = new Daemon(folder, port, now);
	fs.mkdirSync(d.data);
	d.writeConf({ dir: d.data, listen: `127.0.0.1:${port}`, public_url: d.url, socket: d.socket,
		communes: path.join(TOP, "etc/communes.csv"), texts: path.join(TOP, "etc/texts"),
		school_holidays: path.join(TOP, "etc/school-holidays.csv"), demo: true,
		log_level: "info", ...settings }, sections);
	try {
		await d.start();
		if (territory && typeof territory === "object") {
			const file = path.join(folder, "territory.json");
			fs.writeFileSync(file, JSON.stringify(territory));
			d.rdvctl(["import", file]);
		} else if (territory) {
			d.rdvctl(["import", territory]);
		}
	} catch (error) {
		d.process?.kill("SIGKILL");
		fs.rmSync(folder, { recursive: true, force: true });
		throw error;
	}
	return d;
}
