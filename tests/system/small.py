# SPDX-License-Identifier: GPL-3.0-or-later
"""A small territory for the tests that break things: few places, many hours, one rule at a time; and the
public pages as a browser without JavaScript uses them."""

import html.parser
import json
import urllib.parse
from datetime import datetime, timedelta

from crowd import Ask

NOW = "2026-03-20T08:00:00+01:00"  # a Friday; the spring night is 2026-03-29
PERSON = {"first_name": "Léa", "last_name": "Dubois", "birth_year": 2004, "phone": "06 12 34 56 78"}


def person(number, **more):
    """Somebody who is nobody else."""
    return {"first_name": f"Prénom{number}", "last_name": "Dubois", "birth_year": 2000 + number % 9,
            "phone": f"06 {number // 1000000 % 100:02} {number // 10000 % 100:02} {number // 100 % 100:02} "
                     f"{number % 100:02}", **more}


def service(name, minutes, **more):
    return {"id": name, "name": {"fr": name.capitalize(), "en": name.capitalize()}, "mode": "site",
            "minutes": minutes, "min_notice_minutes": 0, "max_notice_days": 60, "public": True, **more}


def site(name, lat=50.4633, lon=2.9938, **more):
    return {"id": name, "name": name.capitalize(), "address": "1 rue Pasteur", "postcode": "62590",
            "commune": "Oignies", "insee": "62637", "lat": lat, "lon": lon, "organisation": "o", **more}


def opening(name, where, who, services, start, end, **more):
    return {"id": name, "site": where, "counsellor": who, "services": services, "start": start, "end": end,
            "rrule": "FREQ=DAILY", **more}


def small(**more):
    """Every day, Sundays too (no holidays): ada alone at "centre" 08:00-20:00 for rdv (60 minutes) and court
    (45, every 15); bea and cleo together at "voisin" for duo; a workshop of 12 with dan at "salle" at 14:00;
    eve at "voisin" for tranquille, of which no reminder is sent."""
    t = {
        "format": "rdvd-territory/1",
        "network": {"id": "petit", "name": "Petit", "timezone": "Europe/Paris", "country": "FR",
                    "locales": ["fr", "en"], "holidays": "none"},
        "organisations": [{"id": "o", "name": "CLLAJ", "area": [], "move_until_minutes": 240,
                           "phone": "03 21 00 00 00"}],
        "sites": [site("centre"), site("voisin", 50.4136, 2.9649, rooms=1), site("salle", 50.4924, 2.9581)],
        "counsellors": [{"id": c, "organisation": "o", "label": c.capitalize()}
                        for c in ("ada", "bea", "cleo", "dan", "eve")],
        "services": [service("rdv", 60), service("court", 45, step_minutes=15), service("duo", 60, staff=2),
                     service("atelier", 60, capacity=12), service("tranquille", 30, reminders=[])],
        "openings": [
            opening("a", "centre", "ada", ["rdv", "court"], "2026-03-20T08:00", "2026-03-20T20:00"),
            opening("d", "voisin", ["bea", "cleo"], ["duo"], "2026-03-20T08:00", "2026-03-20T20:00"),
            opening("w", "salle", "dan", ["atelier"], "2026-03-20T14:00", "2026-03-20T16:00"),
            opening("e", "salle", "eve", ["tranquille"], "2026-03-20T08:00", "2026-03-20T20:00"),
        ],
        "closures": [],
    }
    t.update(more)
    return t


def write_territory(folder, territory=None, name="petit.json"):
    path = folder / name
    path.write_text(json.dumps(territory or small(), ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def at(day, hour, minute=0):
    """An instant of the small territory: at("2026-03-23", 9) is "2026-03-23T09:00:00+01:00"."""
    local = datetime.fromisoformat(day) + timedelta(hours=hour, minutes=minute)
    summer = datetime(2026, 3, 29, 3) <= local < datetime(2026, 10, 25, 3)
    return local.isoformat() + ("+02:00" if summer else "+01:00")


def instant(text):
    return datetime.fromisoformat(text)


def booking(key, service, site, start, who=None, **more):
    """The body of POST /appointments."""
    return {"request_key": str(key), "service": service, "site": site, "start": start, "person": who or PERSON,
            "notice": True, **more}


def live(rows):
    return [r for r in rows if r["status"] != "cancelled"]


def assert_rules(rows):
    """No counsellor in two live appointments at once, no workshop over twelve."""
    spans, seats = [], {}
    for r in live(rows):
        if r["service"] == "atelier":
            seats[r["session"]] = seats.get(r["session"], 0) + r["party_size"]
        for who in r["counsellors"]:
            spans.append((who, instant(r["start"]), instant(r["end"]), r["session"]))
    spans.sort()
    for (who, start, end, session), (other, after, _, next_session) in zip(spans, spans[1:]):
        assert who != other or session == next_session or end <= after, f"{who} twice at {after}"
    assert all(n <= 12 for n in seats.values()), seats


def check_is_clean(d):
    """rdvctl check: the agenda is what the store says, and the store is whole."""
    done = d.rdvctl("check", status=None)
    assert done.returncode == 0, f"rdvctl check: {done.stdout}{done.stderr}"


def everything(d):
    return d.rdvctl("appointments", json_out=True)["appointments"]


def all_messages(d):
    return d.rdvctl("messages", json_out=True)["messages"]


# ---- the public pages


class Page(html.parser.HTMLParser):
    """The forms and links of a page, and its text."""

    def __init__(self, text):
        super().__init__()
        self.forms, self.links, self.words, self.form, self.silent = [], [], [], None, 0
        self.feed(text)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if tag == "form":
            self.form = {"action": a.get("action"), "method": a.get("method", "get").lower(), "fields": [],
                         "buttons": []}
            self.forms.append(self.form)
        elif tag == "input" and self.form and a.get("name") and a.get("type") not in ("submit", "button"):
            if a.get("type") not in ("checkbox", "radio") or "checked" in a:
                self.form["fields"].append((a["name"], a.get("value", "")))
        elif tag == "button" and self.form:
            self.form["buttons"].append((a.get("name"), a.get("value"), a.get("formaction")))
        elif tag == "a" and a.get("href"):
            self.links.append(a["href"])
        elif tag in ("script", "style"):
            self.silent += 1

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag in ("script", "style"):
            self.silent -= 1

    def handle_data(self, data):
        if not self.silent:
            self.words.append(data)

    def form_to(self, part):
        """The form whose action contains part."""
        found = [f for f in self.forms if f["action"] and part in f["action"]]
        assert found, f"no form to {part}: {[f['action'] for f in self.forms]}"
        return found[0]


def cookies_of(answer, before=None):
    kept = dict(before or {})
    for line in answer.headers.get_all("Set-Cookie") or []:
        name, _, value = line.partition(";")[0].partition("=")
        kept[name.strip()] = value.strip()
    return kept


def cookie_header(kept):
    return {"Cookie": "; ".join(f"{k}={v}" for k, v in kept.items())} if kept else {}


def local_path(location):
    """A Location or a link, as a path to ask for."""
    parts = urllib.parse.urlsplit(location)
    return parts.path + ("?" + parts.query if parts.query else "")


def find_hours(page):
    """{value of the hour's button: its form}"""
    return {value: form for form in page.forms for name, value, _ in form["buttons"] if name == "horaire"}


def fill(form, who, **more):
    """A form's fields with a person typed into them."""
    typed = {"prenom": who["first_name"], "nom": who["last_name"], "annee": str(who["birth_year"]),
             "telephone": who.get("phone", ""), "email": who.get("email", ""), "nombre": "1", **more}
    return [(k, v) for k, v in form["fields"] if k not in typed] + list(typed.items())


def browser_story(hour, service, who, out, forged_hold=None):
    """Tap an hour, fill in the form, send it, as a browser does whose page of times was there before the
    race. out gets (how it ended, answer): "booked", "taken" or "lost". forged_hold: send the form of a hold
    that has run out instead of asking for one."""
    kept = {}
    fields = [("service", service), ("horaire", hour)]
    if forged_hold:
        action = f"/reserver/{forged_hold}?" + urllib.parse.urlencode(fields)
        form = {"fields": fields + [("cle", f"forged-{forged_hold}")], "action": action}
    else:
        answer = yield Ask("POST", "/reserver", fields)
        if answer is None or answer.status != 303:
            out.append(("lost" if answer is None else "taken", answer))
            return
        kept = cookies_of(answer)
        answer = yield Ask("GET", local_path(answer.headers["Location"]), headers=cookie_header(kept))
        if answer is None or answer.status != 200:
            out.append(("lost" if answer is None else "taken", answer))
            return
        form = Page(answer.text).form_to("/reserver/")
    answer = yield Ask("POST", local_path(form["action"]), fill(form, who), cookie_header(kept))
    if answer is None:
        out.append(("lost", None))
    else:
        out.append(("booked" if answer.status == 303 else "taken", answer))
