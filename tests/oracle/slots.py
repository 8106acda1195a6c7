#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a territory's rules give, by independent means: python3-dateutil expands the rules and zoneinfo
converts the times; nothing here comes from the daemon, which is held to what this module says.

An opening recurs on civil dates (rrule, extra) less those that except, closures, holidays and until
remove. Each occurrence is two civil times, converted each for itself; a service's candidates step through
it in elapsed time. A candidate is a slot when enough of the opening's counsellors are free for its whole
length, within the service's notice and horizon, and the public may book it.

As a program: slots.py TERRITORY --service S --now 2026-03-20T08:00:00+01:00 [--days N] [--site S]
[--near LAT,LON [--radius KM]] [--sort soonest|nearest] [--json], one slot a line, soonest first."""

import argparse
import bisect
import collections
import dataclasses
import datetime as dt
import functools
import json
import math
import re
import sys
import zoneinfo

from dateutil import easter, rrule

EARTH_KM = 6371.0088
DAY_S = 86400
CELL_S = 300


# ---- holidays

# Beside those of the whole country: the day slavery was abolished there (Code du travail L3422-2).
ABOLITION = {"FR-GP": (5, 27), "FR-MQ": (5, 22), "FR-GF": (6, 10), "FR-RE": (12, 20), "FR-YT": (4, 27)}


@functools.lru_cache(maxsize=None)
def holidays(name, year):
    """The set's holidays in a year, as dates. name: FR, FR-ALSACE, FR-GP..., none."""
    if name == "none":
        return frozenset()
    if name not in ABOLITION and name not in ("FR", "FR-ALSACE"):
        raise ValueError(f"no such set of holidays: {name}")
    sunday = easter.easter(year)
    days = {dt.date(year, m, d) for m, d in
            ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))}
    days |= {sunday + dt.timedelta(n) for n in (1, 39, 50)}  # Easter Monday, Ascension, Whit Monday
    if name == "FR-ALSACE":
        days |= {sunday - dt.timedelta(2), dt.date(year, 12, 26)}
    if name in ABOLITION:
        days.add(dt.date(year, *ABOLITION[name]))
    return frozenset(days)


def is_holiday(name, day):
    return day in holidays(name, day.year)


# ---- time and place

@functools.lru_cache(maxsize=None)
def zone(name):
    return zoneinfo.ZoneInfo(name)


def instant(civil, tz):
    """UTC seconds of a civil time. fold=0 is the rule wanted at both edges: the first of a time that
    occurs twice, and the offset before the gap for one that does not exist."""
    return int(civil.replace(tzinfo=zone(tz), fold=0).timestamp())


def civil(t, tz):
    """The civil time (naive) of an instant."""
    return dt.datetime.fromtimestamp(t, zone(tz)).replace(tzinfo=None)


def rfc3339(t, tz):
    return dt.datetime.fromtimestamp(t, zone(tz)).isoformat(timespec="seconds")


def parse_instant(text):
    """RFC 3339 to UTC seconds."""
    t = dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    if t.tzinfo is None:
        raise ValueError(f"{text}: an offset is missing")
    return int(t.timestamp())


def distance_km(a, b):
    """Great-circle kilometres between two (lat, lon), by the haversine formula."""
    (la, lo), (lb, ob) = [(math.radians(x), math.radians(y)) for x, y in (a, b)]
    h = math.sin((lb - la) / 2) ** 2 + math.cos(la) * math.cos(lb) * math.sin((ob - lo) / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(h)))


def travel_minutes(a, b):
    """Between two different sites: kilometres x 1.3 at 40 km/h, up to 5 minutes, at least 10."""
    minutes = distance_km(a, b) * 1.3 / 40 * 60
    return max(10, math.ceil(minutes / 5) * 5)


# ---- what is asked and answered

@dataclasses.dataclass(frozen=True)
class Appointment:
    """What already fills a counsellor: start and end in UTC seconds. site None is an absence. An
    appointment of two counsellors is two of these with one session; for a workshop, its service and how
    many places this participation takes."""
    counsellor: str
    site: str
    start: int
    end: int
    service: str = None
    party_size: int = 1
    session: str = None


@dataclasses.dataclass(frozen=True)
class Slot:
    service: str
    site: str
    start: int
    end: int
    seats: int
    timezone: str
    distance_km: float = None

    def row(self):
        """As the API says it, distance left to the caller (it is compared with a tolerance)."""
        return {"service": self.service, "site": self.site, "start": rfc3339(self.start, self.timezone),
                "end": rfc3339(self.end, self.timezone), "seats": self.seats}


@dataclasses.dataclass(frozen=True)
class Occurrence:
    """One occurrence of an opening that was not removed; counsellors are those not closed that day."""
    opening: str
    site: str
    day: dt.date
    start: int
    end: int
    counsellors: tuple


def _as_list(value):
    return value if isinstance(value, list) else [value]


def _dates(values):
    return {dt.date.fromisoformat(v) for v in values or ()}


class Territory:
    """A territory file (rdvd-territory/1), read."""

    def __init__(self, data):
        if data.get("format") != "rdvd-territory/1":
            raise ValueError("not a rdvd-territory/1 file")
        self.network = data["network"]
        self.organisations = {o["id"]: o for o in data["organisations"]}
        self.sites = {s["id"]: s for s in data["sites"]}
        self.counsellors = {c["id"]: c for c in data["counsellors"]}
        self.services = {s["id"]: s for s in data["services"]}
        self.openings = data["openings"]
        self.closures = data.get("closures", [])
        self._closed = {"site": {}, "counsellor": {}, "organisation": {}}
        for closure in self.closures:
            span = (dt.date.fromisoformat(closure["from"]), dt.date.fromisoformat(closure["to"]))
            for kind, spans in self._closed.items():
                if kind in closure:
                    spans.setdefault(closure[kind], []).append(span)

    @classmethod
    def read(cls, path):
        with open(path, encoding="utf-8") as f:
            return cls(json.load(f))

    def timezone(self, site):
        return self.sites[site].get("timezone") or self.network["timezone"]

    def holiday_set(self, site):
        return self.sites[site].get("holidays") or self.network.get("holidays", "none")

    def point(self, site):
        return self.sites[site]["lat"], self.sites[site]["lon"]

    def closed(self, kind, slug, day):
        return any(a <= day <= b for a, b in self._closed[kind].get(slug, ()))

    def removed(self, site, day):
        """Is the site shut on that civil date?"""
        return (is_holiday(self.holiday_set(site), day) or self.closed("site", site, day)
                or self.closed("organisation", self.sites[site]["organisation"], day))


# ---- recurrence

def _rule(text, start, tz):
    """dateutil's rule for a naive start. UNTIL as a date is that whole day, as UTC its civil time."""
    match = re.search(r"UNTIL=(\d{8})(T\d{6})?(Z)?", text)
    if match:
        until = dt.datetime.strptime(match[1] + (match[2] or "T235959"), "%Y%m%dT%H%M%S")
        if match[3]:
            until = until.replace(tzinfo=dt.timezone.utc).astimezone(zone(tz)).replace(tzinfo=None)
        text = text.replace(match[0], until.strftime("UNTIL=%Y%m%dT%H%M%S"))
    return rrule.rrulestr(text, dtstart=start)


def starts(opening, tz, first, last):
    """The naive starts of an opening on the dates first..last (inclusive), ascending, before closures and
    holidays but after until, except and extra."""
    start = dt.datetime.fromisoformat(opening["start"])
    low, high = (dt.datetime.combine(first, dt.time()), dt.datetime.combine(last, dt.time(23, 59, 59)))
    if opening.get("rrule"):
        found = set(_rule(opening["rrule"], start, tz).between(low, high, inc=True))
    else:
        found = {start} if low <= start <= high else set()
    found |= {dt.datetime.combine(d, start.time()) for d in _dates(opening.get("extra")) if first <= d <= last}
    gone = _dates(opening.get("except"))
    until = dt.date.fromisoformat(opening["until"]) if opening.get("until") else dt.date.max
    return sorted(s for s in found if s.date() not in gone and s.date() <= until)


def occurrences(territory, opening, first, last):
    """What is left of an opening on the dates first..last (inclusive). An override replaces the
    occurrence that would start on its date `on`: cancelled, or with another start, end, site, counsellor;
    closures and holidays then apply to where and when it takes place."""
    length = dt.datetime.fromisoformat(opening["end"]) - dt.datetime.fromisoformat(opening["start"])
    overrides = {dt.date.fromisoformat(o["on"]): o for o in opening.get("overrides", ())}
    result = []
    for start in starts(opening, territory.timezone(opening["site"]), min([first, *overrides]),
                        max([last, *overrides])):
        other = overrides.get(start.date(), {})
        if other.get("cancelled"):
            continue
        begin = dt.datetime.fromisoformat(other["start"]) if "start" in other else start
        finish = dt.datetime.fromisoformat(other["end"]) if "end" in other else start + length
        site, who = other.get("site", opening["site"]), other.get("counsellor", opening["counsellor"])
        one = occurrence(territory, opening["id"], site, who, begin, finish)
        if one and first <= one.day <= last:
            result.append(one)
    return result


def occurrence(territory, opening, site, counsellors, start, end):
    """One civil interval as an occurrence, or None when it does not take place."""
    tz, day = territory.timezone(site), start.date()
    begin, finish = instant(start, tz), instant(end, tz)
    who = tuple(c for c in _as_list(counsellors) if not territory.closed("counsellor", c, day))
    if territory.removed(site, day) or finish <= begin or not who:
        return None
    return Occurrence(opening, site, day, begin, finish, who)


# ---- who is free

class Diary:
    """The appointments of every counsellor and site, for questions about one interval."""

    def __init__(self, territory, appointments):
        self.territory = territory
        self.by_counsellor = collections.defaultdict(list)
        self.by_site = collections.defaultdict(set)
        self.places = collections.Counter()
        for a in appointments:
            self.by_counsellor[a.counsellor].append(a)
            if a.site is not None:
                self.by_site[a.site].add((a.start, a.end, a.service, a.session or a.counsellor))
                self.places[a.service, a.site, a.start] += a.party_size
        for rows in self.by_counsellor.values():
            rows.sort(key=lambda a: a.start)

    def _near(self, counsellor, start, end):
        """The counsellor's appointments that can matter: those within two days."""
        rows = self.by_counsellor.get(counsellor, [])
        low = bisect.bisect_left(rows, start - 2 * DAY_S, key=lambda a: a.start)
        high = bisect.bisect_right(rows, end + 2 * DAY_S, key=lambda a: a.start)
        return rows[low:high]

    def is_free(self, counsellor, site, start, end, workshop=None):
        """workshop: the service whose own session at that very time does not count."""
        day = civil(start, self.territory.timezone(site)).date()
        for a in self._near(counsellor, start, end):
            if workshop and (a.service, a.site, a.start, a.end) == (workshop, site, start, end):
                continue
            if a.start < end and start < a.end:
                return False
            if a.site is None or a.site == site:
                continue
            travel = 60 * travel_minutes(self.territory.point(a.site), self.territory.point(site))
            # Each day is that of its own place.
            if civil(a.start, self.territory.timezone(a.site)).date() == day and a.start < end + travel and start < a.end + travel:
                return False
        return True

    def taken(self, workshop, site, start):
        """Places taken in a workshop's session."""
        return self.places.get((workshop, site, start), 0)

    def rooms_used(self, site, start, end, workshop=None):
        """The most appointments there at once within [start, end)."""
        edges = []
        for a_start, a_end, service, _ in self.by_site.get(site, ()):
            own = workshop and (service, a_start, a_end) == (workshop, start, end)
            if not own and a_start < end and start < a_end:
                edges += [(max(a_start, start), 1), (a_end, -1)]
        most = now = 0
        for _, step in sorted(edges):
            now += step
            most = max(most, now)
        return most


# ---- slots

def candidates(occurrence, service):
    """The (start, end) of a service in an occurrence, in elapsed time."""
    if service.get("capacity"):
        return [(occurrence.start, occurrence.end)]
    length = 60 * service["minutes"]
    step = 60 * service.get("step_minutes", service["minutes"])
    return [(t, t + length) for t in range(occurrence.start, occurrence.end - length + 1, step)]


def kept_for_team(opening, occurrence, found, now, tz):
    """How many of the last candidates only the team may book at that moment."""
    reserve = opening.get("reserve", 0)
    evening = dt.datetime.combine(occurrence.day - dt.timedelta(1), dt.time(18))
    return min(reserve, len(found)) if now < instant(evening, tz) else 0


def slots(territory, service_id, now, *, days=None, appointments=(), site=None, near=None, radius_km=30.0,
          sort="soonest"):
    """Every slot that the public may book at `now` (UTC seconds), sorted. days shortens the horizon (x 24
    h). near is (lat, lon)."""
    service = territory.services[service_id]
    if not service.get("public", True):
        return []
    first = now + 60 * service.get("min_notice_minutes", 0)
    last = now + DAY_S * min(service["max_notice_days"], days if days is not None else 10 ** 6)
    diary = Diary(territory, appointments)
    free = collections.defaultdict(set)
    for opening in territory.openings:
        if service_id not in opening["services"] or not opening.get("public", True):
            continue
        # A day more at each end: the zones differ, and a night's occurrence starts the day before.
        for one in occurrences(territory, opening, dt.date.fromtimestamp(first) - dt.timedelta(2),
                               dt.date.fromtimestamp(last) + dt.timedelta(2)):
            where = one.site
            if site is not None and where != site:
                continue
            found = candidates(one, service)
            public = len(found) - kept_for_team(opening, one, found, now, territory.timezone(where))
            for start, end in found[:public]:
                if first <= start <= last:
                    free[where, start, end].update(
                        c for c in one.counsellors
                        if diary.is_free(c, where, start, end, service_id if service.get("capacity") else None))
    result = []
    for (where, start, end), who in free.items():
        seats = _seats(territory, diary, service, where, start, end, len(who))
        km = distance_km(near, territory.point(where)) if near else None
        if seats > 0 and (km is None or km <= radius_km):
            result.append(Slot(service_id, where, start, end, seats, territory.timezone(where), km))
    order = {"soonest": lambda s: (s.start, s.distance_km or 0.0, s.site),
             "nearest": lambda s: (s.distance_km or 0.0, s.start, s.site)}
    return sorted(result, key=order[sort])


def _seats(territory, diary, service, site, start, end, free):
    workshop = service["id"] if service.get("capacity") else None
    if workshop and diary.taken(workshop, site, start):
        return service["capacity"] - diary.taken(workshop, site, start)  # it stands: only places count
    groups = free // service.get("staff", 1)
    rooms = territory.sites[site].get("rooms")
    if rooms:
        groups = min(groups, rooms - diary.rooms_used(site, start, end, workshop))
    if groups <= 0:
        return 0
    return service["capacity"] if workshop else groups


def main(argv=None):
    parser = argparse.ArgumentParser(description="Every slot that a territory's rules give, nothing booked.")
    parser.add_argument("territory")
    parser.add_argument("--service", required=True)
    parser.add_argument("--now", required=True, help="RFC 3339, with an offset")
    parser.add_argument("--days", type=int, help="a shorter horizon than the service's")
    parser.add_argument("--site")
    parser.add_argument("--near", help="LAT,LON")
    parser.add_argument("--radius", type=float, default=30.0, help="kilometres")
    parser.add_argument("--sort", choices=("soonest", "nearest"), default="soonest")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    args = parser.parse_args(argv)
    near = tuple(float(x) for x in args.near.split(",")) if args.near else None
    for slot in slots(Territory.read(args.territory), args.service, parse_instant(args.now), days=args.days,
                      site=args.site, near=near, radius_km=args.radius, sort=args.sort):
        row = slot.row()
        if slot.distance_km is not None:
            row["distance_km"] = round(slot.distance_km, 1)
        print(json.dumps(row, ensure_ascii=False) if args.json else
              "\t".join(str(row[k]) for k in ("site", "start", "end", "seats")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
