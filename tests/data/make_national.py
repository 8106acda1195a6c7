#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write a territory the size of a country: 100 organisations, 1,200 sites on real communes of
etc/communes.csv, 300 counsellors and 3,000 openings, the same file at every run for a given seed. The
places and people are invented; only the communes are real.

Each organisation stands in a big commune and has twelve sites within reach of it. The week of its three
counsellors is a grid of half-days: a cell holds one weekly opening, or two that alternate every other week,
or a monthly one, so that no counsellor is in two places; morning and afternoon of one day are near enough
to travel between. The services belong to the network (no `organisation`): one id is offered everywhere.

usage: make_national.py [--seed N] [--communes FILE] [-o FILE]"""

import argparse
import csv
import datetime as dt
import json
import math
import pathlib
import random
import re
import sys
import unicodedata

HERE = pathlib.Path(__file__).resolve().parent
ORGANISATIONS, SITES_EACH, COUNSELLORS_EACH, OPENINGS_EACH = 100, 12, 3, 30
REACH_KM = 22        # from the organisation's commune to its sites
HALF_DAY_KM = 28     # between the two sites of one counsellor's day: an hour's travel at most
OVERSEAS = {"971": ("America/Guadeloupe", "FR-GP"), "972": ("America/Martinique", "FR-MQ"),
            "973": ("America/Cayenne", "FR-GF"), "974": ("Indian/Reunion", "FR-RE"),
            "976": ("Indian/Mayotte", "FR-YT")}
# etc/communes.csv knows no points in Mayotte: approximate ones, for the sites only.
MAYOTTE = {"97611": (-12.781, 45.228), "97610": (-12.734, 45.204), "97608": (-12.787, 45.256),
           "97615": (-12.798, 45.280), "97607": (-12.835, 45.184), "97617": (-12.789, 45.107),
           "97616": (-12.849, 45.105), "97602": (-12.705, 45.123), "97614": (-12.848, 45.137),
           "97606": (-12.927, 45.148), "97604": (-12.903, 45.076)}
ALSACE_MOSELLE = ("57", "67", "68")
DAYS = ("MO", "TU", "WE", "TH", "FR")
MORNINGS = (("09:00", "12:00"), ("09:00", "12:00"), ("08:30", "12:00"), ("09:00", "12:30"))
AFTERNOONS = (("13:30", "17:00"), ("13:30", "17:00"), ("14:00", "18:00"), ("13:30", "16:30"),
              ("16:00", "20:00"))
KINDS = (("Mission locale", "mission-locale"), ("CCAS", "ccas"), ("Maison France services", "mfs"),
         ("Centre social", "centre-social"), ("Maison des solidarités", "mds"), ("Mairie", "mairie"),
         ("Maison de quartier", "maison-quartier"), ("Médiathèque", "mediatheque"),
         ("Résidence habitat jeunes", "rhj"), ("Espace jeunes", "espace-jeunes"))
STREETS = ("rue de la République", "rue Jean Jaurès", "avenue de la Gare", "place de la Mairie",
           "rue Victor Hugo", "rue Pasteur", "boulevard Gambetta", "rue des Écoles", "rue du Moulin",
           "avenue du Général de Gaulle", "allée des Tilleuls", "rue de l'Église")
ACCESS = ("Au rez-de-chaussée, de plain-pied.", "Sonnez à l'accueil.", "Bus : arrêt Mairie.",
          "Deuxième étage avec ascenseur.", "Entrée par la cour, porte bleue.")
SERVICES = (
    ("premier-rdv", "Premier rendez-vous : faire le point sur mon logement",
     "First appointment: my housing situation", {"mode": "site", "minutes": 60, "min_notice_minutes": 120,
                                                 "max_notice_days": 90}),
    ("suivi", "Rendez-vous de suivi", "Follow-up appointment",
     {"mode": "site", "minutes": 45, "min_notice_minutes": 120, "max_notice_days": 90}),
    ("telephone", "Entretien téléphonique", "Telephone interview",
     {"mode": "phone", "minutes": 30, "min_notice_minutes": 60, "max_notice_days": 60}),
    ("atelier", "Atelier collectif logement", "Housing workshop",
     {"mode": "site", "minutes": 120, "capacity": 12, "min_notice_minutes": 1440, "max_notice_days": 120}),
)


def slug(text):
    flat = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe"))
    flat = "".join(c for c in flat if not unicodedata.combining(c)).lower()
    return re.sub(r"[^a-z0-9]+", "-", flat).strip("-")


def km(a, b):
    la, lb = math.radians(a["lat"]), math.radians(b["lat"])
    h = (math.sin((lb - la) / 2) ** 2
         + math.cos(la) * math.cos(lb) * math.sin(math.radians(b["lon"] - a["lon"]) / 2) ** 2)
    return 2 * 6371.0088 * math.asin(min(1.0, math.sqrt(h)))


def read_communes(path):
    with open(path, encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
    for row in rows:
        if row["insee"] in MAYOTTE:
            row["lat"], row["lon"] = MAYOTTE[row["insee"]]
    rows = [r for r in rows if r["lat"] and r["lon"] and r["population"] and r["postcodes"]]
    return [{"insee": r["insee"], "name": r["name"], "postcode": re.split(r"[ ;|/]", r["postcodes"])[0],
             "departement": r["departement"], "lat": float(r["lat"]), "lon": float(r["lon"]),
             "population": int(r["population"])} for r in rows]


class Names:
    """Slugs, each given once."""

    def __init__(self):
        self.given = {}

    def __call__(self, text):
        base = slug(text)
        self.given[base] = number = self.given.get(base, 0) + 1
        return base if number == 1 else f"{base}-{number}"


class Maker:
    def __init__(self, seed, communes):
        self.random = random.Random(seed)
        self.communes = communes
        self.names = Names()
        self.organisations, self.sites, self.counsellors = [], [], []
        self.openings, self.closures = [], []
        self.used = set()  # sites that have an opening: every site should come to one

    def make(self):
        for home in self.homes():
            self.organisation(home)
        self.close()
        return {
            "format": "rdvd-territory/1",
            "network": {"id": "france", "name": "Permanences logement jeunes de France",
                        "timezone": "Europe/Paris", "country": "FR", "locales": ["fr", "en"],
                        "holidays": "FR"},
            "organisations": self.organisations, "sites": self.sites, "counsellors": self.counsellors,
            "services": [{"id": i, "name": {"fr": fr, "en": en}, **rest, "public": True}
                         for i, fr, en, rest in SERVICES],
            "openings": self.openings, "closures": self.closures,
            "assumed": ["everything but the communes: names, codes, postcodes, points"],
        }

    def draw(self, rows, weights):
        return self.random.choices(rows, weights)[0]

    def homes(self):
        """The organisations' communes: one at least in each overseas département, the others drawn by
        population, none within 15 km of another."""
        chosen = []
        for departement in OVERSEAS:
            there = [c for c in self.communes if c["departement"] == departement]
            chosen.append(max(there, key=lambda c: c["population"]))
        weights = [c["population"] for c in self.communes]
        while len(chosen) < ORGANISATIONS:
            one = self.draw(self.communes, weights)
            if one["population"] >= 8000 and all(km(one, other) >= 15 for other in chosen):
                chosen.append(one)
        return chosen

    # -- one organisation

    def organisation(self, home):
        identity = self.names(f"cllaj {home['name']}")
        places = self.places(home)
        self.organisations.append({
            "id": identity, "name": f"CLLAJ {home['name']}",
            "area": sorted({p["insee"] for p in places}), "eligible_age": {"min": 16, "max": 30},
            "move_until_minutes": self.random.choice((120, 240, 240, 1440))})
        sites = [self.site(identity, place, first=number == 0) for number, place in enumerate(places)]
        people = []
        for number in range(1, COUNSELLORS_EACH + 1):
            people.append(f"{identity}-{number}")
            self.counsellors.append({"id": people[-1], "organisation": identity,
                                     "label": f"Conseiller {number}"})
        before = len(self.openings)
        self.week(sites, people)
        assert len(self.openings) - before == OPENINGS_EACH

    def places(self, home):
        """Twelve communes within reach, home first; a commune may come twice where there are few."""
        near = [c for c in self.communes if c is not home and km(c, home) <= REACH_KM]
        chosen = [home]
        while near and len(chosen) < SITES_EACH - 2:
            one = self.draw(near, [c["population"] ** 0.6 + 1 for c in near])
            near.remove(one)
            chosen.append(one)
        while len(chosen) < SITES_EACH:
            chosen.append(self.draw(chosen, [c["population"] ** 0.6 + 1 for c in chosen]))
        return chosen

    def site(self, organisation, place, first):
        kind, short = ("Siège du CLLAJ", "siege") if first else self.random.choice(KINDS)
        site = {"id": self.names(f"{place['name']} {short}"), "name": f"{kind}, {place['name']}",
                "address": f"{self.random.randint(1, 180)} {self.random.choice(STREETS)}",
                "postcode": place["postcode"], "commune": place["name"], "insee": place["insee"],
                "lat": place["lat"], "lon": place["lon"], "organisation": organisation}
        if not first:
            site["host"] = kind
        if place["departement"] in OVERSEAS:
            site["timezone"], site["holidays"] = OVERSEAS[place["departement"]]
        elif place["departement"] in ALSACE_MOSELLE:
            site["holidays"] = "FR-ALSACE"
        if self.random.random() < 0.15:
            site["rooms"] = 3 if first else 2
        if self.random.random() < 0.3:
            site["access"] = self.random.choice(ACCESS)
        self.sites.append(site)
        return site

    # -- the openings of one organisation

    def week(self, sites, people):
        """Thirty openings on the grid of three counsellors x five days x two half-days."""
        self.where = {}    # (counsellor, day) -> sites of that day, for travel
        cells = [(who, day, half) for who in people for day in range(5) for half in range(2)]
        self.random.shuffle(cells)
        together = next(c for c in cells if c[0] == people[0])
        twin = (people[1], together[1], together[2])
        cells = [c for c in cells if c not in (together, twin)]
        workshop = next(c for c in cells if c[0] == people[2])
        cells.remove(workshop)
        at = self.near_site(sites, people[:2], together[1])
        self.opening(at, list(people[:2]), together, "weekly", ["premier-rdv", "suivi"])
        at = self.near_site(sites, people[2:], workshop[1])
        self.opening(at, people[2], workshop, "monthly", ["atelier"])
        shapes = ["alternate"] * 6 + ["weekly"] * 13 + ["monthly"] * 3
        for shape, cell in zip(shapes, cells):
            for phase in range(2 if shape == "alternate" else 1):
                at = self.near_site(sites, cell[:1], cell[1])
                self.opening(at, cell[0], cell, shape, self.services(), phase)

    def services(self):
        return self.random.choices((["premier-rdv", "suivi", "telephone"], ["premier-rdv", "suivi"],
                                    ["suivi", "telephone"]), (60, 33, 7))[0]

    def near_site(self, sites, people, day):
        """A site from where the other half of the day can be reached."""
        others = [s for who in people for s in self.where.get((who, day), ())]
        able = [s for s in sites if all(km(s, o) <= HALF_DAY_KM for o in others)] or others[:1]
        weights = [3 if s is sites[0] else 8 if s["id"] not in self.used else 1 for s in able]
        one = self.draw(able, weights)
        self.used.add(one["id"])
        for who in people:
            self.where.setdefault((who, day), []).append(one)
        return one

    def opening(self, site, who, cell, shape, services, phase=0):
        _, day, half = cell
        begin, end = self.random.choice(AFTERNOONS if half else MORNINGS)
        name = DAYS[day]
        date = dt.date(2022, 9, 5) + dt.timedelta(day + 7 * self.random.randint(0, 40))
        if shape == "weekly":
            rule = f"FREQ=WEEKLY;BYDAY={name}"
        elif shape == "alternate":
            weeks = (date - dt.date(2022, 9, 5)).days // 7
            date += dt.timedelta(7 * ((weeks + phase) % 2))
            rule = f"FREQ=WEEKLY;INTERVAL=2;BYDAY={name}"
        else:
            nth = self.random.choice((1, 2, 3, 4, -1))
            rule = f"FREQ=MONTHLY;BYDAY={nth}{name}"
            while not is_nth(date, nth):
                date += dt.timedelta(7)
        number = sum(1 for o in self.openings[-OPENINGS_EACH:] if o["site"] == site["id"]) + 1
        one = {"id": self.names(f"{site['id']} {name} {'ap' if half else 'am'} {number}"),
               "site": site["id"], "counsellor": who, "services": services,
               "start": f"{date}T{begin}", "end": f"{date}T{end}", "rrule": rule}
        self.exceptions(one, date, 14 if shape == "alternate" else 7, shape)
        self.openings.append(one)

    def exceptions(self, one, date, step, shape):
        chance = self.random.random
        if chance() < 0.05:
            one["until"] = str(dt.date(2026, 5, 1) + dt.timedelta(self.random.randint(0, 420)))
        if shape != "monthly" and chance() < 0.1:
            first = (dt.date(2025, 9, 1) - date).days // step
            one["except"] = sorted({str(date + dt.timedelta(step * (first + self.random.randint(0, 30))))
                                    for _ in range(3)})
        if chance() < 0.03:
            # A Saturday, when no opening of the grid is: one a counsellor has no other on.
            who = one["counsellor"] if isinstance(one["counsellor"], str) else one["counsellor"][0]
            week = self.random.randint(0, 70)
            saturday = dt.date(2025, 9, 6) + dt.timedelta(7 * week)
            taken = self.where.setdefault((who, "extra"), [])
            if isinstance(one["counsellor"], str) and saturday not in taken:
                taken.append(saturday)
                one["extra"] = [str(saturday)]
        if chance() < 0.01:
            one["public"] = False
        elif chance() < 0.04:
            one["reserve"] = 1

    # -- closures

    def close(self):
        def add(kind, slug_, first, days, reason):
            self.closures.append({kind: slug_, "from": str(first), "to": str(first + dt.timedelta(days)),
                                  "reason": reason})

        for year in (2025, 2026, 2027):
            for one in self.random.sample(self.organisations, 30):
                add("organisation", one["id"], dt.date(year, 8, 3), 13, "fermeture d'été")
            for one in self.random.sample(self.sites, 20):
                add("site", one["id"], dt.date(year, 1, 5) + dt.timedelta(self.random.randint(0, 330)),
                    self.random.randint(0, 6), "travaux")
            for one in self.random.sample(self.counsellors, 60):
                add("counsellor", one["id"], dt.date(year, 1, 5) + dt.timedelta(self.random.randint(0, 330)),
                    self.random.randint(0, 13), "congés")


def is_nth(date, nth):
    if nth > 0:
        return (date.day - 1) // 7 + 1 == nth
    return (date + dt.timedelta(7)).month != date.month


def render(territory):
    """JSON with one element of a list a line, so that a change of the generator reads as a diff."""
    def compact(value):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    parts = []
    for key, value in territory.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            parts.append(compact(key) + ":[\n" + ",\n".join(map(compact, value)) + "\n]")
        else:
            parts.append(compact(key) + ":" + compact(value))
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main(argv=None):
    parser = argparse.ArgumentParser(description="Write a territory the size of a country.")
    parser.add_argument("--seed", type=int, default=62)
    parser.add_argument("--communes", default=HERE.parent.parent / "etc" / "communes.csv")
    parser.add_argument("-o", "--output", default=HERE / "national.json", help="- for standard output")
    args = parser.parse_args(argv)
    text = render(Maker(args.seed, read_communes(args.communes)).make())
    if args.output == "-":
        sys.stdout.write(text)
    else:
        pathlib.Path(args.output).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
