# SPDX-License-Identifier: GPL-3.0-or-later
"""Workshops: places that are a limit, places that are a wish, who waits for one of them, parties, colleagues,
how each one's coming ended and what the facts say of it, reminders, one that is cancelled as a whole, one that is
monthly but not all year."""

import concurrent.futures
import json
import re
import urllib.parse

import pytest

from small import (NOW, Page, all_messages, at, booking, check_is_clean, everything, instant, live, opening, person, service,
                   small, write_territory)
from test_changes import CHANGE, follow, form_of, send
from test_facts import export, read_csv
from test_staff_pages import PASSWORD, Counsellor, add_user, words
from test_waiting import answer, cancel, offered, waits

DAY = "2026-04-02"  # a Thursday
LIST = "/equipe/ateliers"


def once(name, who, kind, start, end, where="salle"):
    body = opening(name, where, who, [kind], start, end)
    del body["rrule"]
    return body


def territory(**more):
    """One workshop of each kind on one day, by people who do nothing else; and a monthly one."""
    t = small(**more)
    t["counsellors"] += [{"id": c, "organisation": "o", "label": c.capitalize()} for c in ("fay", "gus", "hal", "ida")]
    t["services"] += [service("budget", 120, capacity=3), service("souhait", 120, capacity=2, capacity_soft=True),
                      service("pros", 120, capacity=5, professionals=True), service("mois", 60, capacity=4)]
    t["openings"] += [
        once("b", "fay", "budget", f"{DAY}T14:00", f"{DAY}T16:00"),
        once("s", "gus", "souhait", f"{DAY}T14:00", f"{DAY}T16:00"),
        once("p", "hal", "pros", f"{DAY}T14:00", f"{DAY}T16:00"),
        opening("m", "salle", "ida", ["mois"], "2026-03-26T09:00", "2026-03-26T10:00",
                rrule="FREQ=MONTHLY;BYDAY=-1TH;BYMONTH=1,2,3,5,6,9,10,11,12"),
    ]
    return t


START = at(DAY, 14)


@pytest.fixture
def d(daemon, tmp_path):
    return daemon(now=NOW, territory=write_territory(tmp_path, territory()))


def join(d, key, kind="budget", expect=201, who=None, **more):
    reply = d.api("POST", "/appointments", booking(key, kind, "salle", START, who or person(int(key)), **more),
                  expect=expect)
    return reply.json().get("appointment")


def team_join(d, key, kind="souhait", expect=201, **more):
    return d.local("POST", "/staff/appointments", {**booking(key, kind, "salle", START, person(int(key))), **more},
                   expect=expect).json().get("appointment")


def wait_at(d, number, expect=201, kind="budget", start=START, **more):
    body = {"service": kind, "site": "salle", "start": start, "person": person(number), "notice": True, **more}
    return d.api("POST", "/waiting", body, expect=expect).json().get("waiting")


def seats(d, kind="budget"):
    return sum(a["party_size"] for a in live(everything(d)) if a["service"] == kind)


def test_thirty_at_once_and_three_come_in(d):
    def one(n):
        with d.client() as c:
            return c.request("POST", "/api/v1/appointments", json.dumps(
                booking(n, "budget", "salle", START, person(n))), {"Content-Type": "application/json"}).status

    with concurrent.futures.ThreadPoolExecutor(30) as pool:
        statuses = sorted(pool.map(one, range(100, 130)))
    assert statuses == [201] * 3 + [409] * 27
    rows = live(everything(d))
    assert seats(d) == 3 and len({a["session"] for a in rows}) == 1
    # a limit is one for the team too
    team_join(d, 200, "budget", expect=409, over_capacity=True)
    assert d.slots("budget") == []
    check_is_clean(d)


def test_only_the_team_goes_over_a_wish(d):
    kinds = {s["id"]: s for s in d.api("GET", "/services").json()["services"]}
    assert kinds["souhait"]["capacity_soft"] is True and kinds["budget"]["capacity_soft"] is False
    first, second = (join(d, n, "souhait") for n in (1, 2))
    join(d, 3, "souhait", expect=409)
    join(d, 4, "souhait", expect=409, over_capacity=True)  # not the public's to say
    team_join(d, 5, expect=409)
    team_join(d, 6, over_capacity=True)
    assert seats(d, "souhait") == 3
    cancel(d, first)
    join(d, 7, "souhait", expect=409)
    d.restart()
    join(d, 8, "souhait", expect=409)
    cancel(d, second)
    join(d, 9, "souhait")
    join(d, 10, "souhait", expect=409)
    assert seats(d, "souhait") == 2
    check_is_clean(d)


def test_a_place_kept_for_who_types_survives_one_more(d):
    join(d, 1, "souhait")
    held = d.api("POST", "/holds", {"service": "souhait", "site": "salle", "start": START}, expect=201).json()["hold"]
    team_join(d, 2, over_capacity=True)
    join(d, 3, "souhait", hold=held)
    assert seats(d, "souhait") == 3
    check_is_clean(d)


def test_parties_take_as_many_places(d):
    team_join(d, 1, "budget", party_size=2)
    join(d, 2, party_size=2, expect=409)
    assert d.slots("budget")[0]["seats"] == 1
    join(d, 3)
    assert seats(d) == 3
    check_is_clean(d)


def test_a_place_that_comes_free_is_offered_in_order(d):
    inside = [join(d, n) for n in (1, 2, 3)]
    # the public page says that it is full, and how to wait for that one
    page = d.client().request("GET", "/horaires?service=budget")
    assert page.status == 200 and "complet" in page.text
    way = next(a for a in Page(page.text).links if a.startswith("/attente?"))
    form = Page(d.client().request("GET", way.replace("&amp;", "&")).text)
    assert ("horaire", "salle." + way.rsplit("salle.", 1)[1].split("&")[0]) in form.form_to("/attente")["fields"]
    fields = dict(form.form_to("/attente")["fields"])
    fields.update(prenom="Paul", nom="Petit", annee="2003", telephone="06 55 44 33 22")
    one, two = wait_at(d, 11), wait_at(d, 12)
    sent = d.client().request("POST", "/attente", urllib.parse.urlencode(fields),
                              {"Content-Type": "application/x-www-form-urlencoded", "Origin": d.url})
    assert sent.status == 303, repr(sent)
    assert one["start"] == START
    # a wrong one is told so
    for wrong in ({"start": at(DAY, 15)}, {"start": at("2026-03-01", 14)}, {"kind": "rdv"}):
        wait_at(d, 14, expect=422, **wrong)
    cancel(d, inside[0])
    made = offered(d, one)
    assert (made["site"], made["start"]) == ("salle", START)
    assert waits(d, two)["offer"] is None
    join(d, 20, expect=409)  # it is kept
    answer(d, one, "decline")
    offered(d, two)
    third = d.api("GET", sent.headers["Location"].partition("/attente/")[2].partition("?")[0].join(("/waiting/", "")))
    assert third.json()["waiting"]["start"] == START and third.json()["waiting"]["offer"] is None
    taken = answer(d, two, "take")["appointment"]
    assert taken["start"] == START and seats(d) == 3
    check_is_clean(d)


def test_colleagues_say_where_they_work(d):
    who = {"first_name": "Noé", "last_name": "Roux", "phone": "06 11 22 33 44", "employer": "Mission locale"}
    join(d, 1, "pros", who=who)
    join(d, 2, "budget", who=who, expect=422)  # elsewhere a year of birth is asked
    join(d, 3, "budget", who={**who, "professional": True}, expect=422)
    row = d.local("GET", "/staff/appointments?from=2026-04-02&to=2026-04-03").json()["appointments"][0]["person"]
    assert row["professional"] is True and row["employer"] == "Mission locale" and row["birth_year"] is None
    held = d.api("POST", "/holds", {"service": "pros", "site": "salle", "start": START}, expect=201).json()["hold"]
    stamp = int(instant(START).timestamp())
    page = d.client().request("GET", f"/reserver/{held}?service=pros&horaire=salle.{stamp}")
    fields = dict(Page(page.text).form_to(f"/reserver/{held}")["fields"])
    assert "structure" in fields and "annee" not in fields


def test_each_ones_coming_ends_its_own_way(d):
    join(d, 1)
    team_join(d, 2, "budget", party_size=2)
    d.restart(now=at(DAY, 16, 30))
    ids = {a["person"]["first_name"]: a["id"] for a in everything(d)}
    d.local("POST", f"/staff/appointments/{ids['Prénom1']}/outcome", {"outcome": "no_show"}, expect=200)
    d.local("POST", f"/staff/appointments/{ids['Prénom2']}/outcome", {"outcome": "seen", "persons_present": 2}, expect=200)
    last = {f["appointment"]: f for f in read_csv(export(d))}.values()
    assert {(f["outcome"], f["persons_present"]) for f in last} == {("no_show", ""), ("seen", "2")}
    assert len({f["session"] for f in last}) == 1, "one session, several people"


def test_everybody_came_in_one_tap(d):
    add_user(d, "fay", "fay")
    for n in (1, 2, 3):
        join(d, n)
    d.restart(now=at(DAY, 14, 30))
    c = Counsellor(d, "fay")
    listed = c.get(LIST)
    mine = next(a for a in Page(listed.text).links if a.startswith(f"{LIST}/budget."))
    first = next(a for a in everything(d) if a["person"]["first_name"] == "Prénom1")
    d.local("POST", f"/staff/appointments/{first['id']}/outcome", {"outcome": "no_show"}, expect=200)
    page = c.get(mine)
    assert "Tout le monde est venu" in words(page)
    assert c.post(f"{mine}/tous-venus", {}).endswith("?fait=presence")
    assert sorted(a["outcome"] for a in everything(d)) == ["no_show", "seen", "seen"]
    assert "Tout le monde est venu" not in words(c.get(mine))


def test_reminders_and_one_cancelled_as_a_whole(d):
    d.rdvctl("user", "add", "ref", "--role", "admin", "--organisation", "o", "--password-stdin", stdin=PASSWORD + "\n")
    inside = [join(d, n) for n in (1, 2, 3)]
    for a in inside:
        kinds = [m for m in all_messages(d) if m["appointment"] == a["id"] and m["kind"] == "reminder"]
        assert len(kinds) == 2, kinds
    c = Counsellor(d, "ref")
    url = f"/equipe/reglages/permanences/b/{DAY}"
    c.get(url)
    asked = c.post(url, {"action": "annuler"}, status=200)
    text = words(asked)
    assert all(f"Prénom{n}" in text for n in (1, 2, 3)), "each of them is asked about"
    assert len(live(everything(d))) == 3, "nothing is done before"
    fields = form_of(asked, CHANGE)
    who = [k for k, _ in fields if re.fullmatch(r"p\d+", k)]
    assert len(who) == 3
    fields = [f for f in fields if f[0] not in who] + [(k, "annuler") for k in who] + [("action", "faire")]
    assert "3 rendez-vous annulés." in follow(c, send(c, CHANGE, fields))
    assert seats(d) == 0 and d.slots("budget") == []
    told = [m for m in all_messages(d) if m["kind"] == "cancellation"]
    assert sorted(m["appointment"] for m in told) == sorted(a["id"] for a in inside)
    check_is_clean(d)


def test_the_kinds_form_says_limit_or_wish(d):
    d.rdvctl("user", "add", "chef", "--role", "admin", "--password-stdin", stdin=PASSWORD + "\n")
    c = Counsellor(d, "chef")
    path = "/equipe/reglages/types/souhait"

    def keep(**changes):
        fields = [(k, v) for k, v in form_of(c.get(path), path) if k not in changes]
        typed = [(k, v) for k, v in changes.items() if v is not None]
        send(c, path, [*fields, *typed, ("action", "enregistrer")])
        return d.local("GET", "/staff/settings/services/souhait", expect=200).json()

    was = d.local("GET", "/staff/settings/services/souhait", expect=200).json()
    assert was["capacity_soft"] is True
    same = keep(duree="120")
    said = ("public", "bookable_by")  # two ways to say one thing
    assert {k: v for k, v in same.items() if v and k not in said} == {k: v for k, v in was.items()
                                                                      if v and k not in said}
    hard = keep(limite="", professionnels="oui")
    assert not hard.get("capacity_soft") and hard["professionals"] is True and hard["capacity"] == 2
    soft = keep(limite="souhait", professionnels=None)
    assert soft["capacity_soft"] is True and not soft.get("professionals")


def test_months_that_are_left_out(d):
    days = {s["start"][:10] for s in d.slots("mois")}
    assert days == {"2026-03-26"}  # April is left out; May lies beyond the horizon of 60 days
    d.restart(now=at("2026-05-01", 8))
    assert {s["start"][:10] for s in d.slots("mois")} == {"2026-05-28", "2026-06-25"}


def test_one_date_in_one_form(d):
    d.rdvctl("user", "add", "ref", "--role", "admin", "--organisation", "o", "--password-stdin", stdin=PASSWORD + "\n")
    c = Counsellor(d, "ref")
    c.get(f"{LIST}/nouveau")
    typed = {"type": "budget", "lieu": "centre", "jour": "2026-04-09", "de": "10:00", "a": "11:00", "qui": "fay"}
    wrong = c.post(f"{LIST}/nouveau", typed, status=422)
    assert "finissez plus tard" in words(wrong) and 'value="10:00"' in wrong.text
    assert "Ce jour est passé" in words(c.post(f"{LIST}/nouveau", {**typed, "jour": "2026-03-01"}, status=422))
    done = c.post(f"{LIST}/nouveau", {**typed, "a": "12:00"})
    assert done.startswith(LIST + "?")
    said = words(c.get(done))
    assert "L’atelier est créé." in said and "0 sur 3" in said
    assert any(s["site"] == "centre" and s["start"] == at("2026-04-09", 10) for s in d.slots("budget"))
    check_is_clean(d)
