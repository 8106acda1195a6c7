# SPDX-License-Identifier: GPL-3.0-or-later
"""The cases that alarms of calendars go wrong on, as a table: what is booked and done, the clock, and what
leaves at each reading of it; the time between two readings belongs to the later. Everything else stays silent:
a row names every message of its days."""

import sqlite3

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
    t["counsellors"] += [{"id": c, "organisation": "tot" if c[0] == "z" else "o", "label": c}
                         for c in ("fay", "gil", "hal", "ira", "zac", "zoe")]
    t["services"] += [service("journee", 1440), service("nuit", 30),
                      service("creux", 60, reminders=[{"days_before": 1, "at": "02:30"}]), service("loin", 60),
                      service("deux", 60, reminders=[{"days_before": 1, "at": "17:30"}])]
    more = [f"n{i}" for i in range(12)]
    t["counsellors"] += [{"id": c, "organisation": "o", "label": c} for c in more]
    t["openings"][0]["counsellor"] = ["ada", *more]
    t["openings"] += [
        opening("j", "salle", "fay", ["journee"], "2026-03-20T00:00", "2026-03-21T00:00"),
        opening("n", "salle", "gil", ["nuit"], "2026-03-20T01:00", "2026-03-20T05:00"),
        opening("c", "salle", "hal", ["creux", "deux"], "2026-03-20T08:00", "2026-03-20T20:00"),
        opening("f", "fort", "ira", ["loin"], "2026-03-20T08:00", "2026-03-20T20:00"),
        opening("z", "ailleurs", ["zac", "zoe"], ["deux", "loin"], "2026-03-20T08:00", "2026-03-20T20:00"),
    ]
    return t


class Case:
    """What is booked and done at now, and marked later; then the readings of the clock."""

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


KINDS = ["", "confirmation", REMIND, MOVED, GONE, "answer", "offer", KIND]


def groups():
    """Cases whose clocks can run together: those that begin at the same moment, late starts each alone."""
    found = {}
    for case in CASES:
        found.setdefault(case.name if "late" in case.name else case.now, []).append(case)
    return [pytest.param(cases, id=key.partition(",")[0].replace(" ", "_")) for key, cases in found.items()]


class Watch:
    """What is new in the spool, to the case that it is of."""

    def __init__(self, d, cases):
        self.d, self.seen, self.whose = d, set(), {}
        self.told = {case.name: [] for case in cases}

    def look(self):
        with sqlite3.connect(f"file:{self.d.data / 'rdvd.db'}?mode=ro", uri=True) as db:
            rows = {n: (kind, who) for n, kind, who in db.execute("SELECT id, kind, participation FROM message")}
        db.close()
        files = set((self.d.data / "spool").glob("*.txt"))
        for path in files - self.seen:
            kind, who = rows[int(path.name.split("rdvd-")[1].split(".")[0].split("-")[0])]
            week = "Vos rendez-vous" in path.read_text(encoding="utf-8")
            self.told[self.whose[who]].append(WEEK if week else KINDS[kind])
        self.seen = files

    def expect(self, case, told, when):
        assert sorted(self.told[case.name]) == sorted(told), f"{case.name}: at {when}"
        self.told[case.name] = []


def quiet(d):
    """Nothing that is due waits."""
    now = instant(d.api("GET", "/health", expect=200).json()["now"])
    wait_for(lambda: not any(m["state"] == "sending" or m["state"] == "scheduled" and instant(m["due"]) <= now
                             for m in all_messages(d)), "the messages that are due")


def book(d, watch, case, number):
    made = []
    for i, (what, where, start) in enumerate(case.book):
        who = case.people[i]
        whom = person(number + who) if isinstance(who, int) else person(number, **who)
        answer = d.api("POST", "/appointments", booking(f"k{number}-{i}", what, where, start, whom), expect=201)
        made.append(answer.json()["appointment"])
        watch.whose[int(made[-1]["id"])] = case.name
    return made


def act(d, what, appointment, when):
    if what in ("move", "cancel"):
        d.api("POST", f"/appointments/{appointment['token']}/{what}", {"start": when} if when else None, expect=200)
    else:
        d.local("POST", f"/staff/appointments/{appointment['id']}/outcome", {"outcome": what}, expect=200)


@pytest.mark.parametrize("cases", groups())
def test_alarms(daemon, tmp_path, cases):
    d = daemon(now=cases[0].now, sections=QUICK, territory=write_territory(tmp_path, territory()))
    watch = Watch(d, cases)
    made = {case.name: book(d, watch, case, 100 * n) for n, case in enumerate(cases)}
    quiet(d)
    watch.look()
    for case in cases:
        watch.expect(case, ["confirmation"] * len(case.book), case.now)
    marks = {}
    for case in cases:
        for what, which, when, told in case.then:
            if what in ("move", "cancel"):
                act(d, what, made[case.name][which], when)
                quiet(d)
                watch.look()
                watch.expect(case, told, case.now)
            else:
                marks.setdefault(when, []).append((what, made[case.name][which]))
    d.stop()
    for now in sorted({t for case in cases for t, _ in case.clock} | set(marks), key=instant):
        if now in marks:
            d.restart(now=now)
            for what, appointment in marks[now]:
                act(d, what, appointment, None)
            quiet(d)
            d.stop()
        else:
            d.run_once(now)
        watch.look()
        for case in cases:
            for when, told in case.clock:
                if when == now:
                    watch.expect(case, told, now)
