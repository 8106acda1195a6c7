# SPDX-License-Identifier: GPL-3.0-or-later
"""Slots while the agenda fills: a small territory in which every rule occurs (two counsellors at once, rooms,
workshops, reserve, team only, travel, a site overseas, both nights when the clock changes, one occurrence
that differs), booked at random and compared with the oracle as it goes."""

import json
import random

import pytest

import slots as oracle
from slots import Appointment, Territory, parse_instant
from test_slots import assert_same


def service(name, minutes, **more):
    return {"id": name, "name": {"fr": name}, "mode": "site", "minutes": minutes, "min_notice_minutes": 60,
            "max_notice_days": 40, "public": True, **more}


def site(name, lat, lon, **more):
    return {"id": name, "name": name, "address": "1 rue Pasteur", "postcode": "62590", "commune": "Oignies",
            "insee": "62637", "lat": lat, "lon": lon, "organisation": "o", **more}


def opening(name, where, who, services, start, end, **more):
    return {"id": name, "site": where, "counsellor": who, "services": services, "start": start, "end": end,
            **more}


def corners():
    """Around 2026-03-20: the spring night is 2026-03-29, Easter Monday 2026-04-06."""
    every = ["rdv", "court", "duo"]
    return {
        "format": "rdvd-territory/1",
        "network": {"id": "coins", "name": "Coins", "timezone": "Europe/Paris", "country": "FR",
                    "locales": ["fr"], "holidays": "FR"},
        "organisations": [{"id": "o", "name": "O", "area": [], "move_until_minutes": 0},
                          {"id": "p", "name": "P", "area": [], "move_until_minutes": 0}],
        "sites": [site("centre", 50.4633, 2.9938, rooms=2),
                  site("voisin", 50.4136, 2.9649),
                  site("loin", 50.2910, 2.7775, rooms=1),  # Arras: 24 km
                  site("strasbourg", 48.5839, 7.7455, holidays="FR-ALSACE", organisation="p"),
                  site("cayenne", 4.9333, -52.3333, timezone="America/Cayenne", holidays="FR-GF")],
        "counsellors": [{"id": c, "organisation": "o", "label": c.upper()} for c in ("ada", "bea", "cleo", "dan")],
        "services": [service("rdv", 60), service("court", 25, step_minutes=20), service("duo", 60, staff=2),
                     service("atelier", 60, capacity=5), service("interne", 30, public=False)],
        "openings": [
            opening("a1", "centre", ["ada", "bea", "cleo"], every, "2026-03-23T09:00", "2026-03-23T12:10",
                    rrule="FREQ=WEEKLY;BYDAY=MO,TH", until="2026-04-30"),
            opening("a2", "voisin", "ada", every, "2026-03-23T11:00", "2026-03-23T17:00",
                    rrule="FREQ=WEEKLY;BYDAY=MO", extra=["2026-03-25"], **{"except": ["2026-04-13"]}),
            opening("a3", "loin", ["bea", "dan"], ["rdv", "duo"], "2026-03-23T13:00", "2026-03-23T18:00",
                    rrule="FREQ=WEEKLY;BYDAY=MO,FR", reserve=2),
            opening("a4", "centre", "dan", ["court", "interne"], "2026-03-24T08:30", "2026-03-24T11:00",
                    rrule="FREQ=DAILY;INTERVAL=3"),
            opening("a5", "voisin", "bea", ["rdv"], "2026-03-25T09:00", "2026-03-25T12:00",
                    rrule="FREQ=MONTHLY;BYDAY=-1WE", public=False),
            opening("a6", "voisin", "cleo", ["rdv", "court"], "2026-03-28T23:00", "2026-03-29T05:00"),
            opening("a7", "centre", "cleo", ["rdv"], "2026-03-29T01:30", "2026-03-29T04:00",
                    rrule="FREQ=WEEKLY;BYDAY=SU"),
            opening("a8", "cayenne", "dan", ["rdv", "court"], "2026-03-30T08:00", "2026-03-30T12:00",
                    rrule="FREQ=WEEKLY;BYDAY=MO"),
            opening("a9", "strasbourg", "cleo", ["rdv"], "2026-04-03T09:00", "2026-04-03T11:00",
                    rrule="FREQ=WEEKLY;COUNT=3;BYDAY=FR"),
            opening("w1", "centre", ["ada", "dan"], ["atelier"], "2026-03-26T14:00", "2026-03-26T16:30",
                    rrule="FREQ=WEEKLY;BYDAY=TH"),
            opening("w2", "loin", "cleo", ["atelier"], "2026-04-02T13:30", "2026-04-02T15:00",
                    rrule="FREQ=WEEKLY;INTERVAL=2;BYDAY=TH",
                    overrides=[{"on": "2026-04-16", "start": "2026-04-17T10:00", "end": "2026-04-17T12:00",
                                "site": "voisin", "counsellor": "ada"},
                               {"on": "2026-04-30", "cancelled": True}]),
        ],
        "closures": [{"site": "loin", "from": "2026-04-10", "to": "2026-04-13", "reason": "travaux"},
                     {"counsellor": "ada", "from": "2026-04-02", "to": "2026-04-02", "reason": "formation"},
                     {"organisation": "p", "from": "2026-04-16", "to": "2026-04-18", "reason": "fermeture"}],
    }


SERVICES = ("rdv", "court", "duo", "atelier", "interne")


def taken(daemon):
    """What the daemon's team sees, as the oracle takes it."""
    result = []
    for row in daemon.pages("/staff/appointments", "appointments", local=True):
        if row["status"] == "cancelled":
            continue
        for who in row["counsellors"]:
            result.append(Appointment(who, row["site"], parse_instant(row["start"]), parse_instant(row["end"]),
                                      row["service"], row["party_size"], row["session"]))
    return result


@pytest.fixture
def coins(tmp_path):
    path = tmp_path / "coins.json"
    path.write_text(json.dumps(corners(), ensure_ascii=False), encoding="utf-8")
    return path


@pytest.mark.parametrize("now", ["2026-03-20T08:00:00+01:00", "2026-03-22T17:59:00+01:00",
                                 "2026-03-22T18:00:00+01:00", "2026-03-28T22:30:00+01:00"])
def test_nothing_booked(daemon, coins, now):
    territory = Territory.read(coins)
    d = daemon(now=now, territory=coins)
    for name in SERVICES:
        assert_same(d.slots(name), oracle.slots(territory, name, parse_instant(now)), f"{name} at {now}")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_while_it_fills(daemon, coins, seed):
    now = "2026-03-20T08:00:00+01:00"
    territory = Territory.read(coins)
    chance = random.Random(seed)
    d = daemon(now=now, territory=coins)
    booked = []
    for step in range(60):
        name = chance.choice(SERVICES[:4])
        free = d.slots(name)
        if booked and chance.random() < 0.2:
            token = booked.pop(chance.randrange(len(booked)))["token"]
            d.api("POST", f"/appointments/{token}/cancel", {}, expect=200)
        elif free:
            slot = chance.choice(free[:40])
            size = chance.randint(1, min(3, slot["seats"])) if name == "atelier" else chance.randint(1, 3)
            booked.append(d.book(slot, f"fill-{seed}-{step}", party_size=size))
        if step % 6 == 5:
            filled = taken(d)
            for other in SERVICES:
                expected = oracle.slots(territory, other, parse_instant(now), appointments=filled)
                assert_same(d.slots(other), expected, f"{other} after {step + 1} acts of seed {seed}")


def test_everything_can_be_booked_and_then_nothing(daemon, coins):
    """Every seat that is shown can be had, and a seat that is taken is shown no more."""
    now = "2026-03-20T08:00:00+01:00"
    d = daemon(now=now, territory=coins)
    d.expect_log(r"budget")  # one number gives for all of it
    count = 0
    for name in ("duo", "atelier", "rdv", "court"):
        while True:
            free = d.slots(name, limit=500)
            if not free:
                break
            for slot in free[:1] + free[-1:]:
                answer = d.book(slot, f"all-{count}", party_size=slot["seats"] if name == "atelier" else 1,
                                expect=(201, 409))
                count += 1
                # The two ends of a list may stand in each other's way when there are few left.
                assert isinstance(answer, dict) or len(free) < 20
        assert d.slots(name) == []
    rows = d.pages("/staff/appointments", "appointments", local=True)
    spans = sorted((who, parse_instant(r["start"]), parse_instant(r["end"]), r["session"])
                   for r in rows for who in r["counsellors"])
    for (who, _, end, session), (other, start, _, next_session) in zip(spans, spans[1:]):
        assert who != other or session == next_session or end <= start
