# SPDX-License-Identifier: GPL-3.0-or-later
"""GET /api/v1/slots against the oracle: every slot of the horizon, on a real territory at four clocks and on
a national one, whole and in parts."""

import random
import re

import pytest

import slots as oracle
from helpers import HENIN_CARVIN, NATIONAL
from slots import Territory, parse_instant

# Before autumn's change of the clock, before spring's with its movable holidays, over New Year, and when
# Easter Monday is the day after the change.
CLOCKS = ("2025-09-01T08:00:00+02:00", "2026-03-20T08:00:00+01:00", "2026-11-22T08:00:00+01:00",
          "2027-03-20T08:00:00+01:00")


def rows(found):
    """The daemon's rows without their distance."""
    return [{k: r[k] for k in ("service", "site", "start", "end", "seats")} for r in found]


def assert_same(found, expected, what):
    """Exactly the same rows in the same order, with a message that shows the first difference."""
    got, want = rows(found), [s.row() for s in expected]
    if got == want:
        return
    key = lambda r: (r["site"], r["start"])  # noqa: E731
    have, owed = {key(r): r for r in got}, {key(r): r for r in want}
    assert len(have) == len(got), f"{what}: some site and start comes twice"
    missing = [owed[k] for k in owed if k not in have]
    extra = [have[k] for k in have if k not in owed]
    other = [(have[k], owed[k]) for k in owed if k in have and have[k] != owed[k]]
    order = next(((g, w) for g, w in zip(got, want) if g != w), None)
    raise AssertionError(f"{what}: {len(got)} slots, expected {len(want)}; {len(missing)} missing "
                         f"{missing[:3]}; {len(extra)} too many {extra[:3]}; {len(other)} different "
                         f"{other[:3]}; first out of place {order}")


def assert_distances(found, expected):
    for row, slot in zip(found, expected):
        assert row["distance_km"] == pytest.approx(slot.distance_km, abs=0.06), row


@pytest.mark.parametrize("now", CLOCKS)
def test_every_slot_of_ninety_days(daemon, now):
    territory = Territory.read(HENIN_CARVIN)
    d = daemon(now=now, territory=HENIN_CARVIN)
    for service in ("premier-rdv", "suivi", "telephone", "atelier-logement"):
        expected = oracle.slots(territory, service, parse_instant(now))
        assert_same(d.slots(service), expected, f"{service} at {now}")
        assert_same(d.slots(service, limit=7), expected, f"{service} at {now}, seven a page")


def test_parts_of_the_horizon(daemon):
    now = CLOCKS[1]
    territory = Territory.read(HENIN_CARVIN)
    d = daemon(now=now, territory=HENIN_CARVIN)
    every = oracle.slots(territory, "premier-rdv", parse_instant(now))
    paris = "Europe/Paris"
    assert_same(d.slots("premier-rdv", site="oignies-siege"),
                [s for s in every if s.site == "oignies-siege"], "one site")
    # from is inclusive and to exclusive, as dates (the network's midnight) and as instants.
    some = [s for s in every if "2026-03-30" <= oracle.rfc3339(s.start, paris)[:10] < "2026-04-13"]
    assert_same(d.slots("premier-rdv", **{"from": "2026-03-30", "to": "2026-04-13"}), some, "two dates")
    first, last = some[1], some[-1]
    assert_same(d.slots("premier-rdv", **{"from": first.row()["start"], "to": last.row()["start"]}),
                [s for s in every if first.start <= s.start < last.start], "two instants")


@pytest.mark.parametrize("sort", ["soonest", "nearest"])
@pytest.mark.parametrize("near, point", [("insee:62215", (50.4924, 2.9581)), ("50.4633,2.9938", (50.4633, 2.9938)),
                                         ("62220", (50.4924, 2.9581))])
def test_near_a_place(daemon, near, point, sort):
    now = CLOCKS[1]
    territory = Territory.read(HENIN_CARVIN)
    d = daemon(now=now, territory=HENIN_CARVIN)
    for radius in (5, 30):
        expected = oracle.slots(territory, "suivi", parse_instant(now), near=point, radius_km=radius, sort=sort)
        found = d.slots("suivi", near=near, radius_km=radius, sort=sort)
        assert_same(found, expected, f"{radius} km around {near}, {sort}")
        assert_distances(found, expected)


@pytest.mark.parametrize("now", [CLOCKS[1], CLOCKS[2]])
def test_national_territory(daemon, now):
    territory = Territory.read(NATIONAL)
    d = daemon(now=now, territory=NATIONAL)
    for service in ("premier-rdv", "atelier"):
        assert_same(d.slots(service), oracle.slots(territory, service, parse_instant(now)), service)


def test_national_regions(daemon):
    now = CLOCKS[1]
    territory = Territory.read(NATIONAL)
    d = daemon(now=now, territory=NATIONAL)
    chance = random.Random(7)
    overseas = [s for s in territory.sites if "/" in territory.sites[s].get("timezone", "")]
    sites = chance.sample(sorted(territory.sites), 6) + chance.sample(sorted(overseas), 4)
    everything = {name: oracle.slots(territory, name, parse_instant(now)) for name in ("suivi", "telephone")}
    for number, site in enumerate(sites):
        service = ("suivi", "telephone")[number % 2]
        point = territory.point(site)
        # A hair less than a whole radius, so that no site lies on the circle itself.
        expected = [oracle.dataclasses.replace(s, distance_km=oracle.distance_km(point, territory.point(s.site)))
                    for s in everything[service]]
        expected = sorted((s for s in expected if s.distance_km <= 29.997),
                          key=lambda s: (s.start, s.distance_km, s.site))
        found = d.slots(service, near=f"{point[0]},{point[1]}", radius_km=29.997)
        assert_same(found, expected, f"{service} around {site}")
        assert_distances(found, expected)


def test_page_size_and_cursor(daemon):
    d = daemon(now=CLOCKS[1], territory=HENIN_CARVIN)
    body = d.api("GET", "/slots?service=premier-rdv", expect=200).json()
    assert len(body["slots"]) == 20 and re.fullmatch(r"[A-Za-z0-9_-]+", body["next"])
    assert d.api("GET", "/slots?service=nothing").status in (400, 404, 422)
    assert d.api("GET", "/slots").status in (400, 422)
