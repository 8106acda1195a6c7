# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases that alarms of calendars go wrong on, as a table: what is booked and done, the clock, and what
leaves at each reading of it; the time between two readings belongs to the later. Everything else stays silent:
a row names every message of its days."""

import json

import pytest

from helpers import wait_for
from small import NOW, all_messages, at, booking, instant, opening, person, service, site, small, write_territory

QUICK = """store store_sqlite {
}
gateway spool {
	plugin = "gw_spool"
	channels = {"sms", "email"}
	rate_per_second = 1000
}
"""


def territory():
    """The small one, and a whole day, the middle of the night, another zone, a rule in the missing hour, and an
    organisation with a reminder of its own."""
    t = small()
    t["organisations"].append({"id": "tot", "name": "Tôt", "phone": "03 21 00 00 01",
                               "reminders": [{"days_before": 2, "at": "12:00"}]})
    t["sites"] += [site("fort", 14.6, -61.07, timezone="America/Martinique"),
                   site("ailleurs", 50.41, 2.9, organisation="tot")]
    t["counsellors"] += [{"id": c, "organisation": "tot" if c == "zoe" else "o", "label": c}
                         for c in ("fay", "gil", "hal", "ira", "zoe")]
    t["services"] += [service("journee", 1440), service("nuit", 30),
                      service("creux", 60, reminders=[{"days_before": 1, "at": "02:30"}]), service("loin", 60),
                      service("deux", 60, reminders=[{"days_before": 1, "at": "17:30"}])]
    t["openings"] += [
        opening("j", "salle", "fay", ["journee"], "2026-03-20T00:00", "2026-03-21T00:00"),
        opening("n", "salle", "gil", ["nuit"], "2026-03-20T01:00", "2026-03-20T05:00"),
        opening("c", "salle", "hal", ["creux", "deux"], "2026-03-20T08:00", "2026-03-20T20:00"),
        opening("f", "fort", "ira", ["loin"], "2026-03-20T08:00", "2026-03-20T20:00"),
        opening("z", "ailleurs", "zoe", ["deux", "loin"], "2026-03-20T08:00", "2026-03-20T20:00"),
    ]
    return t


class Case:
    """What happened before, by its API, at a clock that stands; then the readings."""

    def __init__(self, name, *, book, then=(), clock, now=NOW, people=None):
        self.name, self.book, self.then, self.clock, self.now = name, book, then, clock, now
        self.people = people or [1] * len(book)


REMIND, MOVED, GONE, KIND, WEEK = "reminder", "moved", "cancellation", "follow_up", "week"

CASES = [
    Case("a whole day: the reminders are of the evening before, not of midnight",
         book=[("journee", "salle", at("2026-03-26", 0))],
         clock=[(at("2026-03-23", 17, 59), []), (at("2026-03-23", 18), [REMIND]),
                (at("2026-03-25", 17, 29), []), (at("2026-03-25", 17, 30), [REMIND]), (at("2026-03-26", 9), [])]),
    Case("the missing hour: a rule at 02:30 leaves the evening before, once",
         book=[("creux", "salle", at("2026-03-30", 10))],
         clock=[(at("2026-03-28", 19, 44), []), (at("2026-03-28", 19, 45), [REMIND]),
                (at("2026-03-29", 1, 59), []), (at("2026-03-29", 3, 30), []), (at("2026-03-30", 8), [])]),
    Case("across the missing hour: the day before at 17:30 is that, an hour nearer",
         book=[("rdv", "centre", at("2026-03-31", 10))],
         clock=[(at("2026-03-28", 17, 59), []), (at("2026-03-28", 18), [REMIND]),
                (at("2026-03-30", 17, 29), []), (at("2026-03-30", 17, 30), [REMIND])]),
    Case("the hour that comes twice: an appointment in it, reminded once the day before",
         now="2026-10-20T08:00:00+02:00",
         book=[("nuit", "salle", "2026-10-25T02:30:00+02:00")],
         clock=[(at("2026-10-22", 18), [REMIND]), (at("2026-10-24", 17, 30), [REMIND]),
                ("2026-10-25T02:00:00+02:00", []), ("2026-10-25T02:00:00+01:00", []), (at("2026-10-25", 3), [])]),
    Case("across the hour that comes twice",
         now="2026-10-20T08:00:00+02:00",
         book=[("rdv", "centre", "2026-10-27T10:00:00+01:00")],
         clock=[("2026-10-24T17:59:00+02:00", []), ("2026-10-24T18:00:00+02:00", [REMIND]),
                ("2026-10-26T17:29:00+01:00", []), ("2026-10-26T17:30:00+01:00", [REMIND])]),
    Case("moved: the old time is silent, the new one is told and reminded",
         book=[("rdv", "centre", at("2026-03-26", 10))],
         then=[("move", 0, at("2026-04-02", 15), [MOVED])],
         clock=[(at("2026-03-23", 18), []), (at("2026-03-25", 17, 30), []),
                (at("2026-03-30", 18), [REMIND]), (at("2026-04-01", 17, 30), [REMIND])]),
    Case("moved to an hour ago of the reminder: that one is not made up for",
         now=at("2026-03-25", 18),
         book=[("rdv", "centre", at("2026-04-02", 10))],
         then=[("move", 0, at("2026-03-26", 11), [MOVED])],
         clock=[(at("2026-03-26", 8), []), (at("2026-03-30", 18), []), (at("2026-04-01", 17, 30), [])]),
    Case("cancelled: nothing more",
         book=[("rdv", "centre", at("2026-03-26", 10))],
         then=[("cancel", 0, None, [GONE])],
         clock=[(at("2026-03-23", 18), []), (at("2026-03-25", 17, 30), [])]),
    Case("two people at the same moment: each is told",
         book=[("atelier", "salle", at("2026-03-26", 14)), ("atelier", "salle", at("2026-03-26", 14))],
         people=[1, 2],
         clock=[(at("2026-03-23", 18), [REMIND, REMIND]), (at("2026-03-25", 17, 30), [REMIND, REMIND])]),
    Case("another zone: half past five there, which is half past ten at night here",
         book=[("loin", "fort", "2026-03-26T10:00:00-04:00")],
         clock=[("2026-03-23T17:59:00-04:00", []), ("2026-03-23T18:00:00-04:00", [REMIND]),
                (at("2026-03-25", 17, 30), []), ("2026-03-25T17:30:00-04:00", [REMIND])]),
    Case("a late start, before it is of no use: it goes",
         book=[("rdv", "centre", at("2026-03-26", 14))],
         clock=[(at("2026-03-24", 9), [REMIND]), (at("2026-03-26", 8), [REMIND])]),
    Case("a late start, at night: it goes in the morning",
         book=[("rdv", "centre", at("2026-03-26", 14))],
         clock=[(at("2026-03-23", 22), []), (at("2026-03-24", 7, 59), []), (at("2026-03-24", 8), [REMIND])]),
    Case("a late start, too late: it does not",
         book=[("rdv", "centre", at("2026-03-26", 10))],
         clock=[(at("2026-03-26", 8), []), (at("2026-03-26", 9), [])]),
    Case("a very late start: one message an appointment, not two",
         book=[("rdv", "centre", at("2026-03-26", 14))],
         clock=[(at("2026-03-25", 18), [REMIND]), (at("2026-03-26", 8), [])]),
    Case("an organisation's own rule, for a service that says nothing",
         book=[("loin", "ailleurs", at("2026-03-26", 10))],
         clock=[(at("2026-03-23", 18), []), (at("2026-03-24", 11, 59), []), (at("2026-03-24", 12), [REMIND]),
                (at("2026-03-25", 17, 30), [])]),
    Case("and the service's before the organisation's",
         book=[("deux", "ailleurs", at("2026-03-26", 10))],
         clock=[(at("2026-03-24", 12), []), (at("2026-03-25", 17, 30), [REMIND])]),
    Case("three meetings of one week: one message of the week, then the evening before each",
         book=[("rdv", "centre", at("2026-03-31", 10)), ("rdv", "centre", at("2026-04-02", 10)),
               ("rdv", "centre", at("2026-04-03", 10))],
         clock=[(at("2026-03-28", 18), [WEEK]), (at("2026-03-30", 17, 30), [REMIND]),
                (at("2026-03-30", 18), []), (at("2026-03-31", 18), []), (at("2026-04-01", 17, 30), [REMIND]),
                (at("2026-04-02", 17, 30), [REMIND])]),
    Case("Sunday and Monday are two weeks",
         book=[("rdv", "centre", at("2026-04-05", 10)), ("rdv", "centre", at("2026-04-06", 10))],
         clock=[(at("2026-04-02", 18), [REMIND]), (at("2026-04-03", 18), [REMIND]),
                (at("2026-04-04", 19, 45), [REMIND, REMIND])]),
    Case("missed: one kind word, eighteen hours later in decent hours, and once",
         now=at("2026-03-24", 11),
         book=[("rdv", "centre", at("2026-03-24", 12))],
         then=[("no_show", 0, at("2026-03-24", 13), [])],
         clock=[(at("2026-03-24", 20), []), (at("2026-03-25", 7), []), (at("2026-03-25", 7, 59), []),
                (at("2026-03-25", 8), [KIND]), (at("2026-03-26", 8), []), (at("2026-04-02", 8), [])]),
    Case("missed on Saturday, marked in the afternoon: on Monday",
         now=at("2026-03-21", 11),
         book=[("rdv", "centre", at("2026-03-21", 12))],
         then=[("no_show", 0, at("2026-03-21", 15), [])],
         clock=[(at("2026-03-22", 10), []), (at("2026-03-23", 8), [KIND])]),
    Case("marked by mistake: nobody hears of it",
         now=at("2026-03-24", 11),
         book=[("rdv", "centre", at("2026-03-24", 12))],
         then=[("no_show", 0, at("2026-03-24", 13), []), ("seen", 0, at("2026-03-24", 13), [])],
         clock=[(at("2026-03-25", 8), []), (at("2026-03-26", 8), [])]),
    Case("hours asked for: the reminder of 17:30 is of the evening before that",
         people=[{"contact": {"hours": "18 h - 20 h"}}],
         book=[("rdv", "centre", at("2026-03-26", 10))],
         clock=[(at("2026-03-23", 18), [REMIND]), (at("2026-03-24", 19, 44), []),
                (at("2026-03-24", 19, 45), [REMIND]), (at("2026-03-25", 17, 30), [])]),
    Case("answers only: what was booked is answered, and no more",
         people=[{"contact": {"only_answers": True}}],
         book=[("rdv", "centre", at("2026-03-26", 10))],
         clock=[(at("2026-03-23", 18), []), (at("2026-03-25", 17, 30), [])]),
    Case("discreet and missed: silence",
         now=at("2026-03-24", 11), people=[{"discreet": True}],
         book=[("rdv", "centre", at("2026-03-24", 12))],
         then=[("no_show", 0, at("2026-03-24", 13), [])],
         clock=[(at("2026-03-25", 8), []), (at("2026-03-27", 8), [])]),
]


def somebody(who):
    return person(who) if isinstance(who, int) else person(77, **who)


def kinds_of(d, files, rows):
    """The kinds of what left, by the store's rows; a reminder that names several meetings is a week's."""
    found = []
    for path in files:
        row = rows[int(path.name.split("rdvd-")[1].split(".")[0].split("-")[0])]
        text = path.read_text(encoding="utf-8")
        found.append(WEEK if "Vos rendez-vous" in text else row)
    return sorted(found)


class Watch:
    """What is new in the spool."""

    def __init__(self, d):
        self.d, self.seen = d, set()

    def new(self, rows):
        files = {p for p in (self.d.data / "spool").glob("*.txt")}
        fresh, self.seen = files - self.seen, files
        return kinds_of(self.d, fresh, rows)


def kinds(d):
    return {int(m["id"]): m["kind"] for m in all_messages(d)}


def quiet(d):
    """Nothing that is due waits."""
    now = instant(d.api("GET", "/health", expect=200).json()["now"])
    wait_for(lambda: not any(m["state"] in ("sending",) or m["state"] == "scheduled" and instant(m["due"]) <= now
                             for m in all_messages(d)), "the messages that are due")


def act(d, what, appointment, when):
    if what == "move":
        d.api("POST", f"/appointments/{appointment['token']}/move", {"start": when}, expect=200)
    elif what == "cancel":
        d.api("POST", f"/appointments/{appointment['token']}/cancel", expect=200)
    else:
        d.restart(now=when)
        d.local("POST", f"/staff/appointments/{appointment['id']}/outcome", {"outcome": what}, expect=200)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name.partition(":")[0].replace(" ", "_"))
def test_alarms(daemon, tmp_path, case):
    d = daemon(now=case.now, sections=QUICK, territory=write_territory(tmp_path, territory()))
    made, watch = [], Watch(d)
    for i, (what, where, start) in enumerate(case.book):
        made.append(d.api("POST", "/appointments", booking(f"k{i}", what, where, start, somebody(case.people[i])),
                          expect=201).json()["appointment"])
    quiet(d)
    assert watch.new(kinds(d)) == ["confirmation"] * len(made)
    for what, which, when, told in case.then:
        act(d, what, made[which], when)
        quiet(d)
        assert watch.new(kinds(d)) == told, what
    rows = kinds(d)
    d.stop()
    for now, told in case.clock:
        d.run_once(now)
        assert watch.new(rows) == sorted(told), f"{now}: {json.dumps(sorted(rows.values()))}"
