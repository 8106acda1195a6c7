// SPDX-License-Identifier: GPL-3.0-or-later
// Steps that several tests walk: from the first page to a booking, and the team's log-in.

import assert from "node:assert/strict";
import { PASSWORD } from "./daemon.mjs";
import { text } from "./browser.mjs";

export const main = (page) => page.locator("main");
export const heading = (page) => text(page.locator("h1"));

// Nothing is wider than the window.
export async function fits(page) {
	const width = await page.evaluate(() => document.scrollingElement.scrollWidth);
	assert.ok(width <= page.viewportSize().width, `${page.url()} is ${width} px wide`);
}

// From the first page to the times near a place.
export async function search(page, place, card) {
	await page.goto("/");
	await page.getByLabel("Votre commune ou code postal").fill(place);
	if (card) await page.getByLabel(card).check();
	await page.getByRole("button", { name: "Voir les horaires" }).click();
}

// From the times to the form: the hour of that number. Returns the site and the instant in milliseconds.
export async function hold(page, number = 0) {
	const hour = page.locator(".hours button").nth(number);
	const value = await hour.getAttribute("value");
	await hour.click();
	await page.waitForURL(/\/reserver\//);
	const [, site, seconds] = value.match(/^(.+)\.(\d+)$/);
	return { site, start: Number(seconds) * 1000 };
}

export async function fill(page, person = {}) {
	const { first = "Inès", last = "Moreau", year = "2004", phone = "06 12 34 56 78", mail = "" } = person;
	await page.getByLabel("Prénom").fill(first);
	await page.getByLabel("Nom", { exact: true }).fill(last);
	await page.getByLabel("Année de naissance").fill(year);
	await page.getByLabel(/^Téléphone/).fill(phone);
	await page.getByLabel(/^E-mail/).fill(mail);
}

export const confirm = (page) => page.getByRole("button", { name: "Confirmer mon rendez-vous" }).last().click();

// The whole way, for tests that begin behind the link. Returns the link's path.
export async function booked(page, { place = "carvin", number = 0, person } = {}) {
	await search(page, place);
	await hold(page, number);
	await fill(page, person);
	await confirm(page);
	await page.waitForURL(/\/rdv\//);
	return new URL(page.url()).pathname;
}

// Into the team's pages.
export async function logIn(page, login, password = PASSWORD) {
	await page.goto("/equipe");
	await page.locator("#identifiant").fill(login);
	await page.locator("#mot_de_passe").fill(password);
	await page.getByRole("button", { name: /^(Se connecter|Log in)$/ }).click();
}
