# SPDX-License-Identifier: GPL-3.0-or-later
"""Half a minute to take back a move or a cancellation, while others want the time that it left; and what was held
or booked in an occurrence that is cancelled meanwhile. Nobody is lost, nobody has a time that is not there."""

import pytest

from crowd import Ask, Crowd
from small import NOW, at, booking, check_is_clean, everything, instant, live, opening, person, small, write_territory
from test_race_running import Desk, Editor, assert_nobody_twice, put
from test_staff_pages import add_user

DAY = "2026-03-24"


def territory():
    t = small()
    next(s for s in t["services"] if s["id"] == "atelier")["capacity"] = 2
    return t


@pytest.fixture
def team(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path, territory()))
    add_user(d, "ada", "ada")
    return d, Desk(d, "ada")


def tell(out, what, ask):
    answer = yield ask
    assert answer is not None and answer.status < 500, f"{what}: {answer!r}"
    out.append((what, answer))


def row(d, one):
    return next(r for r in everything(d) if r["id"] == one)


@pytest.mark.parametrize("act", ["move", "cancel"])
def test_taken_back_or_taken(team, act):
    """The team takes it back while four people book the hour that it left: one of them has it."""
    d, desk = team
    won = {"undo": 0, "book": 0}
    with Crowd(("127.0.0.1", d.port)) as crowd:
        for n in range(10):
            hour = at(f"2026-04-{1 + n:02}", 9)
            one = d.book({"service": "rdv", "site": "centre", "start": hour}, f"first-{n}", person(n))["id"]
            out = []
            if act == "move":
                first = desk.post(f"/equipe/rdv/{one}/deplacer", jour=f"2026-04-{1 + n:02}", heure="15:00", lieu="",
                                  personne="")
            else:
                first = desk.post(f"/equipe/rdv/{one}/annuler", presence="revoked")
            crowd.run([tell(out, act, first)])
            assert out[0][1].status == 303
            stories = [tell(out, "book", Ask("POST", "/api/v1/appointments",
                                             booking(f"{act}-{n}-{i}", "rdv", "centre", hour, person(100 + i))))
                       for i in range(4)]
            stories.insert(n % 5, tell(out, "undo", desk.post(f"/equipe/rdv/{one}/reprendre")))
            crowd.run(stories)
            booked = [a for what, a in out if what == "book" and a.status == 201]
            mine = row(d, one)
            back = mine["status"] != "cancelled" and instant(mine["start"]) == instant(hour)
            assert len(booked) + back == 1, (booked, mine)
            assert back or (mine["status"] == "cancelled") == (act == "cancel"), "as the team left it"
            won["undo" if back else "book"] += 1
    assert_nobody_twice(everything(d))
    check_is_clean(d)


def test_a_place_in_a_workshop_taken_back(team):
    """Two places: who was cancelled comes back, or somebody else has the place."""
    d, desk = team
    with Crowd(("127.0.0.1", d.port)) as crowd:
        for n in range(10):
            hour = at(f"2026-04-{1 + n:02}", 14)
            slot = {"service": "atelier", "site": "salle", "start": hour}
            ones = [d.book(slot, f"first-{n}-{i}", person(10 * n + i))["id"] for i in range(2)]
            out = []
            crowd.run([tell(out, "cancel", desk.post(f"/equipe/rdv/{one}/annuler", presence="revoked"))
                       for one in ones[:1 + n % 2]])  # in every other round the workshop is empty then
            stories = [tell(out, "book", Ask("POST", "/api/v1/appointments",
                                             booking(f"w-{n}-{i}", "atelier", "salle", hour, person(500 + i))))
                       for i in range(3)]
            stories[n % 3:n % 3] = [tell(out, "undo", desk.post(f"/equipe/rdv/{one}/reprendre"))
                                    for one in ones[:1 + n % 2]]
            crowd.run(stories)
            here = [r for r in live(everything(d)) if instant(r["start"]) == instant(hour)]
            assert len(here) == 2 and len({r["session"] for r in here}) == 1, here
    check_is_clean(d)
    before = d.slots("atelier")
    d.restart()
    assert d.slots("atelier") == before


def test_reminders_come_back_once(team):
    """Confirmed and reminded as before; moved by herself in between, it is not taken back."""
    d, desk = team
    one = d.book({"service": "rdv", "site": "centre", "start": at("2026-04-10", 9)}, "k1", person(1))
    d.api("POST", f"/appointments/{one['token']}/confirm", {}, expect=200)

    def waiting():
        messages = d.local("GET", f"/staff/messages?appointment={one['id']}").json()["messages"]
        return sorted((m["kind"], m["due"]) for m in messages if m["state"] == "scheduled")

    planned, out = waiting(), []
    to = {"jour": "2026-04-12", "heure": "15:00", "lieu": "", "personne": ""}
    with Crowd(("127.0.0.1", d.port)) as crowd:
        for _ in range(3):
            crowd.run([tell(out, "move", desk.post(f"/equipe/rdv/{one['id']}/deplacer", **to))])
            assert row(d, one["id"])["status"] == "booked" and waiting() != planned
            crowd.run([tell(out, "undo", desk.post(f"/equipe/rdv/{one['id']}/reprendre"))])
            assert row(d, one["id"])["status"] == "confirmed" and waiting() == planned
        crowd.run([tell(out, "move", desk.post(f"/equipe/rdv/{one['id']}/deplacer", **to))])
        d.api("POST", f"/appointments/{one['token']}/move", {"site": "centre", "start": at("2026-04-11", 11)}, expect=200)
        crowd.run([tell(out, "undo", desk.post(f"/equipe/rdv/{one['id']}/reprendre"))])
    assert instant(row(d, one["id"])["start"]) == instant(at("2026-04-11", 11))
    told = [m for m in d.local("GET", f"/staff/messages?appointment={one['id']}").json()["messages"]
            if m["kind"] == "moved" and m["state"] != "superseded"]
    assert len(told) == 1
    check_is_clean(d)


def test_what_is_held_where_nobody_is_any_more(team):
    """The occurrence is cancelled while somebody fills in the form: the booking is refused, with other hours."""
    d, _ = team
    a = territory()["openings"][0]
    slot = {"service": "rdv", "site": "centre", "start": at(DAY, 10)}
    hold = d.api("POST", "/holds", slot, expect=201).json()["hold"]
    answer = put(d, "openings", {**a, "overrides": [{"on": DAY, "cancelled": True}]})
    assert answer.status == 200
    answer = d.api("POST", "/appointments", booking("k1", "rdv", "centre", slot["start"], person(1), hold=hold))
    assert answer.status in (409, 422), repr(answer)
    assert everything(d) == []
    check_is_clean(d)


def test_bookings_and_a_cancelled_occurrence_at_once(team):
    """Whoever is booked in it afterwards was told of to whom cancelled it, or the booking was refused."""
    d, _ = team
    a = territory()["openings"][0]
    for n in range(8):
        day, out = f"2026-04-{1 + n:02}", []

        def cancel(day=day, out=out):
            return put(d, "openings", {**a, "overrides": [{"on": day, "cancelled": True}]})

        with Crowd(("127.0.0.1", d.port)) as crowd:
            told = []

            class Once(Editor):
                def run(self):
                    answer = self.acts[0]()
                    told.extend(x["session"] for x in answer.json()["touched"])

            with Once(d, [cancel]):
                crowd.run(tell(out, "book", Ask("POST", "/api/v1/appointments",
                                                booking(f"o-{n}-{i}", "rdv", "centre", at(day, 8 + i), person(i))))
                          for i in range(12))
        inside = {a.json()["appointment"]["id"] for _, a in out if a.status == 201}
        known = {r["id"] for r in everything(d) if r["session"] in told}
        todo = d.local("GET", "/staff/todo", expect=200).json()["todo"]
        known |= {i["appointment"] for i in todo if i["kind"] == "outside_opening"}
        assert inside <= known, f"{inside - known} booked where nobody is, and nobody knows"
        assert put(d, "openings", a).status == 200
    check_is_clean(d)
