# SPDX-License-Identifier: GPL-3.0-or-later
"""What people and the team may do with an appointment, and until when: holds, moves, cancellations, presence,
several people coming together, two counsellors, workshops, appointments outside openings."""

import pytest

from crowd import Ask, Crowd
from small import (NOW, PERSON, all_messages, at, booking, check_is_clean, everything, instant, live, person,
                   write_territory)

MONDAY = "2026-03-23"


@pytest.fixture
def d(daemon, tmp_path):
    return daemon(now=NOW, territory=write_territory(tmp_path))


def book(d, key, service, where, start, who=None, **more):
    return d.api("POST", "/appointments", booking(key, service, where, start, who, **more),
                 expect=201).json()["appointment"]


def see(d, a):
    return d.api("GET", f"/appointments/{a['token']}", expect=200).json()["appointment"]


def act(d, a, what, body=None, expect=200):
    return d.api("POST", f"/appointments/{a['token']}/{what}", body, expect=expect)


def outcome(d, a, name, expect=200, **more):
    return d.local("POST", f"/staff/appointments/{a['id']}/outcome", {"outcome": name, **more}, expect=expect)


def row(d, a):
    (found,) = [r for r in everything(d) if r["id"] == a["id"]]
    return found


def starts(d, service, **more):
    return [s["start"] for s in d.slots(service, **more)]


# ---- holds


def hold(d, start, service="rdv", where="centre", expect=201, headers=None, **more):
    answer = d.request("POST", "/api/v1/holds", {"service": service, "site": where, "start": start, **more}, headers)
    assert answer.status == expect, repr(answer)
    return answer


def test_hold_keeps_and_lets_go(d):
    start = at(MONDAY, 9)
    kept = hold(d, start).json()
    assert kept["expires"] == "2026-03-20T08:10:00+01:00"
    assert start not in starts(d, "rdv")
    assert hold(d, start, expect=409).json()["alternatives"]
    # Whatever overlaps it is taken as well.
    assert at(MONDAY, 9, 15) not in starts(d, "court") and at(MONDAY, 8, 15) in starts(d, "court")
    answer = d.api("POST", "/appointments", booking("other", "rdv", "centre", start), expect=409)
    assert all(a["start"] != start for a in answer.json()["alternatives"])
    a = book(d, "mine", "rdv", "centre", start, hold=kept["hold"])
    assert a["status"] == "booked"
    # The hold went with it.
    d.api("DELETE", f"/holds/{kept['hold']}", expect=204)
    assert see(d, a)["status"] == "booked"
    check_is_clean(d)


def test_hold_ends_by_itself(d):
    start = at(MONDAY, 9)
    kept = hold(d, start).json()
    d.restart(now="2026-03-20T08:09:59+01:00")
    assert start not in starts(d, "rdv"), "a hold is a row: it outlives the daemon"
    d.restart(now="2026-03-20T08:10:00+01:00")
    assert start in starts(d, "rdv")
    # Who was too slow has the hour all the same, if nobody came.
    a = book(d, "slow", "rdv", "centre", start, hold=kept["hold"])
    assert a["start"] == start
    again = hold(d, at(MONDAY, 10)).json()
    d.restart(now="2026-03-20T08:30:00+01:00")
    book(d, "quick", "rdv", "centre", at(MONDAY, 10))
    d.api("POST", "/appointments", booking("slower", "rdv", "centre", at(MONDAY, 10), hold=again["hold"]), expect=409)
    check_is_clean(d)


def test_hold_is_extended_twice(d):
    kept = hold(d, at(MONDAY, 9)).json()
    for minutes, expires in ((9, "08:20"), (18, "08:30")):
        d.restart(now=f"2026-03-20T08:{minutes:02}:00+01:00")
        longer = d.api("POST", f"/holds/{kept['hold']}/extend", expect=200).json()
        assert longer["expires"] == f"2026-03-20T{expires}:00+01:00"
    d.restart(now="2026-03-20T08:29:00+01:00")
    assert at(MONDAY, 9) not in starts(d, "rdv")
    d.api("POST", f"/holds/{kept['hold']}/extend", expect=409)
    d.restart(now="2026-03-20T08:30:00+01:00")
    assert at(MONDAY, 9) in starts(d, "rdv")
    d.api("POST", f"/holds/{kept['hold']}/extend", expect=(404, 409))
    d.api("POST", "/holds/0123456789abcdef/extend", expect=404)
    d.api("POST", "/holds/nonsense/extend", expect=404)


def test_third_hold_of_a_browser_lets_the_first_go(d):
    first = d.request("POST", "/reserver", f"service=rdv&horaire=centre.{epoch(at(MONDAY, 9))}")
    assert first.status == 303
    cookie = first.headers["Set-Cookie"].split(";")[0]
    for hour in (10, 11):
        d.request("POST", "/reserver", f"service=rdv&horaire=centre.{epoch(at(MONDAY, hour))}", {"Cookie": cookie})
    free = starts(d, "rdv")
    assert at(MONDAY, 9) in free and at(MONDAY, 10) not in free and at(MONDAY, 11) not in free
    # Another browser's are another's.
    d.request("POST", "/reserver", f"service=rdv&horaire=centre.{epoch(at(MONDAY, 12))}")
    assert at(MONDAY, 10) not in starts(d, "rdv")
    check_is_clean(d)


def epoch(start):
    return int(instant(start).timestamp())


# ---- changing


def test_move(d):
    a = book(d, "a", "rdv", "centre", at(MONDAY, 9))
    token, url = a["token"], a["manage_url"]
    moved = act(d, a, "move", {"site": "centre", "start": at("2026-03-24", 10)}).json()["appointment"]
    assert (moved["id"], moved["token"], moved["manage_url"]) == (a["id"], token, url), "the link stays the same"
    assert moved["start"] == at("2026-03-24", 10) and moved["end"] == at("2026-03-24", 11)
    assert at(MONDAY, 9) in starts(d, "rdv") and at("2026-03-24", 10) not in starts(d, "rdv")
    # To where it is: nothing changes, nothing is sent.
    n = len(all_messages(d))
    act(d, a, "move", {"site": "centre", "start": at("2026-03-24", 10)})
    assert len(all_messages(d)) == n
    # By a quarter of an hour, over itself.
    c = book(d, "c", "court", "centre", at("2026-03-25", 9))
    act(d, c, "move", {"site": "centre", "start": at("2026-03-25", 9, 15)})
    # To a time that somebody has.
    answer = act(d, a, "move", {"site": "centre", "start": at("2026-03-25", 9)}, expect=409)
    assert answer.json()["alternatives"]
    assert see(d, a)["start"] == at("2026-03-24", 10)
    act(d, a, "move", {"site": "centre", "start": at("2026-03-24", 10, 5)}, expect=422)
    act(d, a, "move", {"site": "nowhere", "start": at("2026-03-24", 10)}, expect=422)
    check_is_clean(d)


def test_move_until(d):
    """Four hours before it begins is the last moment (move_until_minutes 240)."""
    a = book(d, "a", "rdv", "centre", at(MONDAY, 14))
    d.restart(now=at(MONDAY, 10))
    moved = act(d, a, "move", {"site": "centre", "start": at(MONDAY, 15)}).json()["appointment"]
    act(d, moved, "move", {"site": "centre", "start": at(MONDAY, 14)})
    d.restart(now="2026-03-23T10:00:01+01:00")
    answer = act(d, a, "move", {"site": "centre", "start": at(MONDAY, 15)}, expect=409)
    assert "tard" in answer.json()["title"] and "alternatives" in answer.json()
    # The team may.
    d.local("POST", f"/staff/appointments/{a['id']}/move", {"site": "centre", "start": at(MONDAY, 16)}, expect=200)
    check_is_clean(d)


def test_cancel_until_the_start(d):
    a = book(d, "a", "rdv", "centre", at(MONDAY, 9))
    b = book(d, "b", "rdv", "centre", at(MONDAY, 10))
    d.restart(now="2026-03-23T08:59:59+01:00")
    answer = act(d, a, "cancel").json()["appointment"]
    assert (answer["status"], answer["outcome"]) == ("cancelled", "excused")
    n = len(all_messages(d))
    assert act(d, a, "cancel").json()["appointment"] == answer, "again: the same"
    assert len(all_messages(d)) == n
    assert act(d, a, "confirm", expect=409).json()["alternatives"] == []
    act(d, a, "move", {"site": "centre", "start": at(MONDAY, 15)}, expect=409)
    d.restart(now=at(MONDAY, 10))
    act(d, b, "cancel", expect=409)
    act(d, b, "confirm", expect=409)
    assert see(d, b)["status"] == "booked"
    assert act(d, a, "cancel").json()["appointment"] == answer
    check_is_clean(d)


def test_confirm(d):
    a = book(d, "a", "rdv", "centre", at(MONDAY, 9))
    sent = len(all_messages(d))
    one = act(d, a, "confirm").json()["appointment"]
    assert one["status"] == "confirmed"
    assert act(d, a, "confirm").json()["appointment"] == one
    assert len(all_messages(d)) == sent
    # "I am coming" was said of another time.
    assert act(d, a, "move", {"site": "centre", "start": at(MONDAY, 11)}).json()["appointment"]["status"] == "booked"


def test_nobody_s_token(d):
    for token in ("x", "A" * 22, "A" * 23, "%2e%2e", "0" * 1000):
        assert d.api("GET", f"/appointments/{token}").status == 404
        for what in ("cancel", "confirm"):
            assert d.api("POST", f"/appointments/{token}/{what}").status == 404


# ---- who comes


def test_several_people_one_appointment(d):
    a = book(d, "a", "rdv", "centre", at(MONDAY, 9), party_size=4)
    assert a["party_size"] == 4
    r = row(d, a)
    assert r["counsellors"] == ["ada"] and r["party_size"] == 4 and r["persons_present"] is None
    d.restart(now=at(MONDAY, 9, 30))
    outcome(d, a, "seen", persons_present=2)
    assert row(d, a)["persons_present"] == 2
    outcome(d, a, "seen")
    assert row(d, a)["persons_present"] == 2, "what is not said stays"
    d.api("POST", "/appointments", booking("b", "rdv", "centre", at("2026-03-24", 9), party_size=0), expect=422)
    d.api("POST", "/appointments", booking("c", "rdv", "centre", at("2026-03-24", 9), party_size=99), expect=422)


def test_workshop(d):
    start = at(MONDAY, 14)
    one = book(d, "one", "atelier", "salle", start, person(1), party_size=5)
    two = book(d, "two", "atelier", "salle", start, person(2), party_size=6)
    assert one["id"] != two["id"] and one["token"] != two["token"] and one["session"] == two["session"]
    assert one["end"] == at(MONDAY, 16)
    (slot,) = [s for s in d.slots("atelier") if s["start"] == start]
    assert slot["seats"] == 1
    answer = d.api("POST", "/appointments", booking("three", "atelier", "salle", start, person(3), party_size=2),
                   expect=409)
    assert all(s["seats"] >= 2 for s in answer.json()["alternatives"])
    three = book(d, "three-alone", "atelier", "salle", start, person(3))
    assert start not in starts(d, "atelier")
    act(d, two, "cancel")
    (slot,) = [s for s in d.slots("atelier") if s["start"] == start]
    assert slot["seats"] == 6
    assert {r["status"] for r in everything(d) if r["session"] == one["session"]} == {"booked", "cancelled"}
    act(d, three, "move", {"site": "salle", "start": at("2026-03-24", 14)})
    assert see(d, three)["session"] != one["session"]
    act(d, one, "cancel")
    (slot,) = [s for s in d.slots("atelier") if s["start"] == start]
    assert slot["seats"] == 12
    check_is_clean(d)
    d.restart()
    (slot,) = [s for s in d.slots("atelier") if s["start"] == start]
    assert slot["seats"] == 12


def test_workshop_holds_keep_places(d):
    start = at(MONDAY, 14)
    kept = [hold(d, start, "atelier", "salle", party_size=4).json() for _ in range(3)]
    assert start not in starts(d, "atelier")
    d.api("POST", "/appointments", booking("x", "atelier", "salle", start), expect=409)
    book(d, "a", "atelier", "salle", start, person(1), hold=kept[0]["hold"], party_size=3)
    (slot,) = [s for s in d.slots("atelier") if s["start"] == start]
    assert slot["seats"] == 1
    d.api("DELETE", f"/holds/{kept[1]['hold']}", expect=204)
    (slot,) = [s for s in d.slots("atelier") if s["start"] == start]
    assert slot["seats"] == 5
    d.restart(now="2026-03-20T08:20:00+01:00")
    (slot,) = [s for s in d.slots("atelier") if s["start"] == start]
    assert slot["seats"] == 9
    check_is_clean(d)


def test_two_counsellors_at_once(d):
    a = book(d, "a", "duo", "voisin", at(MONDAY, 9))
    r = row(d, a)
    assert sorted(r["counsellors"]) == ["bea", "cleo"] and r["counsellor"] in r["counsellors"]
    for who in ("bea", "cleo"):
        found = d.pages("/staff/appointments", "appointments", local=True, counsellor=who)
        assert [x["id"] for x in found] == [a["id"]]
    assert d.pages("/staff/appointments", "appointments", local=True, counsellor="ada") == []
    act(d, a, "cancel")
    assert at(MONDAY, 9) in starts(d, "duo")
    check_is_clean(d)


def test_duplicates_are_shown_never_merged(d):
    """Phone, first name and year: shown to the counsellor. One of them other: somebody else."""
    hours = iter(range(8, 20))

    def come(**more):
        who = {**PERSON, "phone": "06 12 34 56 78", **more}
        return book(d, f"k{more}", "rdv", "centre", at(MONDAY, next(hours)), who)

    same = [come(), come(last_name="Dupont", phone="+33 6 12 34 56 78"), come(first_name="LÉA", phone="0612345678")]
    others = [come(first_name="Lucie"), come(birth_year=2003), come(phone="06 12 34 56 79"), come(phone=None)]
    rows = {r["id"]: r for r in everything(d)}
    assert len({r["person"]["id"] for r in rows.values()}) == 7
    assert [rows[a["id"]]["duplicates"] for a in same] == [2, 2, 2]
    assert [rows[a["id"]]["duplicates"] for a in others] == [0, 0, 0, 0]


PHONES = [
    ("06 12 34 56 78", "+33612345678", "scheduled"), ("+33 6.12.34.56.78", "+33612345678", "scheduled"),
    ("0033612345678", "+33612345678", "scheduled"), ("03 21 00 00 00", "+33321000000", "suppressed"),
    ("+32 470 12 34 56", "+32470123456", "scheduled"), ("0692 12 34 56", "+262692123456", "scheduled"),
]


@pytest.mark.parametrize("typed,kept,state", PHONES)
def test_any_number_may_be_given(d, typed, kept, state):
    a = book(d, "k", "rdv", "centre", at(MONDAY, 9), {**PERSON, "phone": typed})
    r = row(d, a)
    assert r["person"]["phone"] == kept
    # A number that cannot receive an SMS is owed none; why is said.
    assert {m["state"] for m in r["messages"] if m["kind"] == "reminder"} <= {state}
    if state == "suppressed":
        assert all(m["note"] for m in r["messages"])


def test_neither_phone_nor_mail(d):
    a = book(d, "k", "rdv", "centre", at(MONDAY, 9), {"first_name": "Ali", "last_name": "B", "birth_year": 2001})
    r = row(d, a)
    assert r["person"]["phone"] is None and r["person"]["email"] is None and r["messages"] == []
    page = d.request("GET", f"/rdv/{a['token']}")
    assert page.status == 200 and "code" in page.text


# ---- the team


def staff(d, key, start, expect=201, **more):
    body = {"request_key": key, "service": "rdv", "start": start, "person": PERSON, **more}
    return d.local("POST", "/staff/appointments", body, expect=expect)


def test_team_books_outside_openings(d):
    a = staff(d, "a", at(MONDAY, 21), site="voisin", counsellor="ada").json()["appointment"]
    r = row(d, a)
    assert r["counsellors"] == ["ada"] and r["channel"] == "counsellor" and r["end"] == at(MONDAY, 22)
    # The counsellor is not in two places at once, whoever books.
    staff(d, "b", at(MONDAY, 21, 30), expect=409, site="centre", counsellor="ada")
    staff(d, "c", at(MONDAY, 20, 30), expect=409, site="salle", counsellor="ada")
    # In the past, on the spot.
    now = staff(d, "d", "2026-03-20T07:55:00+01:00", site="centre", counsellor="ada").json()["appointment"]
    assert row(d, now)["messages"] == [], "who is there needs no message"
    # Beyond the public's horizon.
    staff(d, "e", at("2026-07-01", 10), site="centre", counsellor="ada")
    # Anybody who is free.
    b = staff(d, "f", at(MONDAY, 21), site="centre").json()["appointment"]
    assert row(d, b)["counsellors"] != ["ada"]
    staff(d, "g", at(MONDAY, 21), expect=422, site="centre", counsellor="nobody")
    check_is_clean(d)
    d.restart()
    check_is_clean(d)


def test_team_books_where_it_likes(d):
    a = staff(d, "a", at(MONDAY, 9), place={"name": "Lycée Darchicourt", "postcode": "62110"},
              counsellor="ada").json()["appointment"]
    r = row(d, a)
    assert r["site"] is None and r["place"] == {"name": "Lycée Darchicourt", "postcode": "62110"}
    assert at(MONDAY, 9) not in starts(d, "rdv")
    staff(d, "b", at(MONDAY, 9), expect=422, place={"name": "", "postcode": "62110"}, counsellor="ada")
    staff(d, "c", at(MONDAY, 9), expect=422, place={"name": "X", "postcode": "6211"}, counsellor="ada")
    staff(d, "d", at(MONDAY, 9), expect=422, place={"name": "X", "postcode": "62110"}, site="centre")
    staff(d, "e", at(MONDAY, 9, 1), expect=422, site="centre", counsellor="ada")
    assert see(d, a)["place"]["name"] == "Lycée Darchicourt"
    page = d.request("GET", f"/rdv/{a['token']}")
    assert page.status == 200 and "Lycée Darchicourt" in page.text
    check_is_clean(d)


def test_team_api_needs_a_token(d):
    for path in ("/staff/appointments", "/staff/messages", "/staff/attendance?format=csv"):
        assert d.api("GET", path).status == 401
        assert d.api("GET", path, token="A" * 22).status == 401
    token = d.add_token("counsellor")
    assert d.api("GET", "/staff/appointments", token=token).status == 200
    d.restart()
    assert d.api("GET", "/staff/appointments", token=token).status == 200


def test_rdvctl_books_and_marks(d):
    d.rdvctl("book", "--help", status=None)
    a = book(d, "a", "rdv", "centre", at(MONDAY, 9))
    d.restart(now=at(MONDAY, 12))
    d.rdvctl("outcome", a["id"], "no_show")
    assert row(d, a)["outcome"] == "no_show"
    assert d.rdvctl("outcome", a["id"], "asleep", status=None).returncode != 0
    assert d.rdvctl("outcome", "999999", "seen", status=None).returncode != 0


# ---- outcomes


def test_outcomes_are_corrected(d):
    a = book(d, "a", "rdv", "centre", at(MONDAY, 9))
    d.restart(now=at(MONDAY, 10))
    for name in ("seen", "no_show", "unknown", "door_closed", "seen", "seen"):
        assert outcome(d, a, name).json()["appointment"]["outcome"] == name
        assert row(d, a)["status"] == "booked"
    # Afterwards somebody says that it had been called off: it no longer stands, without a message.
    n = len(all_messages(d))
    outcome(d, a, "excused")
    assert (row(d, a)["status"], row(d, a)["outcome"]) == ("cancelled", "excused")
    outcome(d, a, "seen")
    assert (row(d, a)["status"], row(d, a)["outcome"]) == ("booked", "seen")
    assert len(all_messages(d)) == n
    check_is_clean(d)


def test_revoked_before_it_begins_is_a_cancellation(d):
    a = book(d, "a", "rdv", "centre", at(MONDAY, 9))
    outcome(d, a, "revoked")
    r = row(d, a)
    assert (r["status"], r["outcome"]) == ("cancelled", "revoked")
    assert [m["kind"] for m in r["messages"] if m["state"] != "superseded" and m["kind"] == "cancellation"]
    assert at(MONDAY, 9) in starts(d, "rdv")
    # The hour went to somebody else: it cannot be taken back.
    b = book(d, "b", "rdv", "centre", at(MONDAY, 9), person(7))
    outcome(d, a, "unknown", expect=409)
    assert row(d, a)["status"] == "cancelled"
    act(d, b, "cancel")
    outcome(d, a, "unknown")
    assert row(d, a)["status"] == "booked" and at(MONDAY, 9) not in starts(d, "rdv")
    check_is_clean(d)


def test_outcome_bodies(d):
    a = book(d, "a", "rdv", "centre", at(MONDAY, 9))
    for body in ({}, {"outcome": "vanished"}, {"outcome": 3}, {"outcome": "seen", "persons_present": -1},
                 {"outcome": "seen", "persons_present": "two"}):
        d.local("POST", f"/staff/appointments/{a['id']}/outcome", body, expect=422)
    for who in ("0", "999999", "x", "-1", "9" * 30):
        d.local("POST", f"/staff/appointments/{who}/outcome", {"outcome": "seen"}, expect=404)
    d.api("POST", f"/staff/appointments/{a['id']}/outcome", {"outcome": "seen"}, expect=401)
    assert row(d, a)["outcome"] == "unknown"


# ---- lists


def test_lists_by_day_place_and_person(d):
    with Crowd(("127.0.0.1", d.port)) as crowd:
        def story(n):
            day, hour = divmod(n, 12)
            answer = yield Ask("POST", "/api/v1/appointments",
                               booking(f"l{n}", "rdv", "centre", at(f"2026-03-{21 + day}", 8 + hour), person(n)))
            assert answer.status == 201
        crowd.run(story(n) for n in range(96))
    rows = d.pages("/staff/appointments", "appointments", local=True, limit=7)
    assert len(rows) == 96 and len({r["id"] for r in rows}) == 96
    assert [r["start"] for r in rows] == sorted(r["start"] for r in rows)
    one = d.pages("/staff/appointments", "appointments", local=True, **{"from": "2026-03-22", "to": "2026-03-23"})
    assert {r["start"][:10] for r in one} == {"2026-03-22"} and len(one) == 12
    assert d.pages("/staff/appointments", "appointments", local=True, site="voisin") == []
    assert len(d.pages("/staff/appointments", "appointments", local=True, site="centre", counsellor="ada")) == 96
    for bad in ("site=nowhere", "counsellor=nobody", "from=yesterday", "cursor=zz", "limit=0", "limit=9999",
                "from=2026-03-23&to=2026-03-22"):
        assert d.local("GET", f"/staff/appointments?{bad}").status in (400, 422)
    assert len(live(everything(d))) == 96
    number = d.rdvctl("messages", "--to", person(5)["phone"], json_out=True)["messages"]
    assert number and {m["to"] for m in number} == {"+33" + person(5)["phone"].replace(" ", "")[1:]}
