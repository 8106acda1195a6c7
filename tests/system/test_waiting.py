# SPDX-License-Identifier: GPL-3.0-or-later
"""The waiting list: who joins, who is asked first, how long a place is kept for them and against whom, what
becomes of it at night, over a restart, a kill and a race."""

import concurrent.futures
import os
import re
import signal
import urllib.parse
from datetime import datetime, timedelta

import pytest

from helpers import wait_for
from small import (NOW, Page, all_messages, at, booking, check_is_clean, everything, find_hours, instant, live,
                   opening, person, service, site, small, write_territory)
from test_staff_pages import Counsellor, add_user, words
from test_time import Stepper

ANSWERED = """store store_sqlite {
}
gateway spool {
	plugin = "gw_spool"
	channels = {"sms", "email"}
	answers = true
}
"""

MONDAY, TUESDAY, WEDNESDAY = "2026-03-23", "2026-03-24", "2026-03-25"


@pytest.fixture
def d(daemon, tmp_path):
    return daemon(now=NOW, territory=write_territory(tmp_path))


def book(d, key, start, who=None, where="centre", kind="rdv", **more):
    return d.api("POST", "/appointments", booking(key, kind, where, start, who or person(int(key)), **more),
                 expect=201).json()["appointment"]


def cancel(d, a):
    d.api("POST", f"/appointments/{a['token']}/cancel", expect=200)


def see(d, a):
    return d.api("GET", f"/appointments/{a['token']}", expect=200).json()["appointment"]


def join(d, a, expect=201, **body):
    return d.api("POST", f"/appointments/{a['token']}/waiting", body, expect=expect).json().get("waiting")


def waits(d, w):
    return d.api("GET", f"/waiting/{w['token']}", expect=200).json()["waiting"]


def offer(d, w):
    return waits(d, w)["offer"]


def offered(d, w):
    """The open offer, once it is there."""
    return wait_for(lambda: offer(d, w), "an offer")


def answer(d, w, what, expect=200):
    return d.api("POST", f"/waiting/{w['token']}/{what}", expect=expect).json()


def quiet(d, kind="tranquille", where="salle"):
    """Everybody has been looked at since the last change: something comes free that nobody waits for, and the
    look that it brings is waited for; twice, for the first may have been under way."""
    for hour in (18, 19):
        before = d.metric("rdvd_waiting_looks_total")
        kept = d.api("POST", "/holds", {"service": kind, "site": where, "start": at("2026-05-01", hour)},
                     expect=201).json()
        d.api("DELETE", f"/holds/{kept['hold']}", expect=204)
        wait_for(lambda: d.metric("rdvd_waiting_looks_total") > before, "a look")


def starts(d, kind="rdv", **more):
    return [s["start"] for s in d.slots(kind, **more)]


def letters(d, kind="offer"):
    return [m for m in all_messages(d) if m["kind"] == kind]


def staff_rows(d):
    return d.rdvctl("waiting", json_out=True)["waiting"]


def fates(d):
    """{first name: the states of what was offered, the latest first}"""
    return {r["person"]["first_name"]: [o["state"] for o in r["offers"]] for r in staff_rows(d)}


def post(d, path, fields=""):
    return d.request("POST", path, urllib.parse.urlencode(fields) if fields else "", {"Origin": d.url})


def press(d, path, part):
    """The page's form to part, sent as its button would."""
    form = Page(d.request("GET", path).text).form_to(part)
    return post(d, form["action"], form["fields"])


# ---- joining


def test_joining_from_the_appointments_page(d):
    a = book(d, "1", at(WEDNESDAY, 9))
    page = Page(d.request("GET", f"/rdv/{a['token']}").text)
    (link,) = [u for u in page.links if u.endswith("/attente")]
    asked = Page(d.request("GET", link).text)
    assert "mercredi 25 mars" in asked.text and "Vous gardez ce rendez-vous" in asked.text
    assert "Prénom1" not in asked.text, "no name on a page behind a link"
    done = press(d, link, "/attente")
    assert done.status == 303 and re.fullmatch(r"/attente/[A-Za-z0-9_-]{22}\?merci=1", done.headers["Location"])
    mine = done.headers["Location"].partition("?")[0]
    page = Page(d.request("GET", mine + "?merci=1").text)
    assert "nous vous préviendrons" in page.text and "mercredi 25 mars à 9 h" in page.text
    assert "par SMS" in page.text and "Prénom1" not in page.text
    # Again: the same place in the line.
    assert post(d, link).headers["Location"] == mine
    assert d.request("GET", link).headers["Location"] == mine
    assert join(d, a, expect=200)["token"] == mine.rpartition("/")[2]
    page = Page(d.request("GET", f"/rdv/{a['token']}").text)
    assert "sur la liste d’attente" in page.text and mine in page.links
    # Opening links does nothing; leaving is a button.
    for act in ("prendre", "refuser", "quitter"):
        assert d.request("GET", f"{mine}/{act}").status == 200
    assert waits(d, {"token": mine.rpartition("/")[2]})["state"] == "waiting"
    assert press(d, mine, "/quitter").headers["Location"] == mine
    assert "Vous n’êtes plus sur la liste" in Page(d.request("GET", mine).text).text
    assert post(d, mine + "/quitter").status == 303, "once more changes nothing"
    assert see(d, a)["start"] == at(WEDNESDAY, 9)
    assert d.request("GET", "/attente/" + "A" * 22).status == 404
    assert post(d, "/attente/" + "A" * 22 + "/prendre").status == 404
    check_is_clean(d)


def test_joining_needs_somewhere_to_write_to(d):
    a = book(d, "1", at(WEDNESDAY, 9), {**person(1), "phone": ""})
    link = f"/rdv/{a['token']}/attente"
    page = Page(d.request("GET", link).text)
    names = [n for n, _ in page.form_to("/attente")["fields"]]
    assert "telephone" in names and "email" in names
    answer_ = post(d, link)
    assert answer_.status == 422 and "numéro de mobile ou une adresse e-mail" in answer_.text
    answer_ = post(d, link, {"telephone": "03 21 00 00 01"})
    assert answer_.status == 422 and "ne reçoit pas de SMS" in answer_.text and "03 21 00 00 01" in answer_.text
    error = d.api("POST", f"/appointments/{a['token']}/waiting", {}, expect=422).json()["errors"][0]
    assert error["field"] == "person.phone"
    done = post(d, link, {"email": "lea@example.org"})
    assert done.status == 303
    (row,) = staff_rows(d)
    assert row["person"]["email"] == "lea@example.org" and row["person"]["phone"] is None
    # Whoever has a number keeps it.
    b = book(d, "2", at(WEDNESDAY, 10))
    assert [n for n, _ in Page(d.request("GET", f"/rdv/{b['token']}/attente").text).form_to("/attente")["fields"]] == []


def test_joining_too_late(d):
    soon = book(d, "1", at("2026-03-20", 11))  # it can be moved until 07:00
    join(d, soon, expect=409)
    assert "trop proche" in Page(post(d, f"/rdv/{soon['token']}/attente").text).text
    gone = book(d, "2", at(WEDNESDAY, 9))
    cancel(d, gone)
    join(d, gone, expect=409)
    assert post(d, f"/rdv/{gone['token']}/attente").headers["Location"] == f"/rdv/{gone['token']}"
    join(d, {"token": "A" * 22}, expect=404)
    join(d, {"token": "short"}, expect=404)
    assert staff_rows(d) == []


def test_joining_from_a_search_that_found_nothing(daemon, tmp_path):
    """The page of results leads to a form; what opens later is offered, and one tap books it."""
    empty = small(openings=[])
    d = daemon(now=NOW, territory=write_territory(tmp_path, empty))
    found = Page(d.request("GET", "/horaires?q=oignies&service=rdv").text)
    (link,) = [u for u in found.links if u.startswith("/attente?")]
    assert "service=rdv" in link
    page = Page(d.request("GET", link).text)
    assert "Oignies et 30 km autour" in page.text
    form = page.form_to("/attente")
    who = {"prenom": "Noé", "nom": "Petit", "annee": "2005", "telephone": "", "email": "", "nombre": "1"}
    fields = [f for f in form["fields"] if f[0] not in who]
    wrong = post(d, form["action"], fields + list(who.items()))
    assert wrong.status == 422 and "numéro de mobile ou une adresse e-mail" in wrong.text and "Noé" in wrong.text
    who["telephone"] = "06 11 22 33 44"
    trapped = post(d, form["action"], fields + list(who.items()) + [("sujet", "x")])
    done = post(d, form["action"], [f for f in fields if f[0] != "sujet"] + list(who.items()))
    assert done.status == 303, repr(done)
    assert trapped.status in (303, 422)
    again = post(d, form["action"], [f for f in fields if f[0] != "sujet"] + list(who.items()))
    assert again.headers["Location"].partition("?")[0] == done.headers["Location"].partition("?")[0]
    mine = done.headers["Location"].partition("?")[0]
    assert "Noé" not in Page(d.request("GET", mine).text).text
    d.import_territory(write_territory(tmp_path, small(), "plus.json"))
    w = {"token": mine.rpartition("/")[2]}
    first = offered(d, w)
    assert first["start"] == at("2026-03-20", 9), "the first that leaves time to decide"
    taken = press(d, mine, "/prendre")
    assert taken.status == 303 and taken.headers["Location"].endswith("?merci=1")
    (row,) = everything(d)
    assert row["start"] == first["start"] and row["person"]["first_name"] == "Noé" and row["channel"] == "web"
    assert "C’est noté" in Page(d.request("GET", taken.headers["Location"]).text).text
    assert waits(d, w)["state"] == "served"
    assert [m["kind"] for m in all_messages(d)][:2] == ["offer", "confirmation"]
    # The same button again: the appointment that it made.
    assert answer(d, w, "take")["appointment"]["id"] == row["id"]
    assert len(everything(d)) == 1
    check_is_clean(d)


# ---- who is asked, and what is kept from whom


def test_one_at_a_time_in_the_order_they_came(d):
    free = book(d, "1", at(MONDAY, 9))
    line = [join(d, book(d, str(k), at(WEDNESDAY, 7 + k))) for k in (2, 3, 4)]
    assert [offer(d, w) for w in line] == [None] * 3
    cancel(d, free)
    got = offered(d, line[0])
    assert got["start"] == at(MONDAY, 9) and got["state"] == "open"
    assert got["expires"] == at("2026-03-20", 14), "six hours: it starts in three days"
    assert [offer(d, w) for w in line[1:]] == [None, None]
    # Nobody else has it meanwhile.
    assert at(MONDAY, 9) not in starts(d)
    for path, body in (("/holds", {"service": "rdv", "site": "centre", "start": at(MONDAY, 9)}),
                       ("/appointments", booking("x", "rdv", "centre", at(MONDAY, 9)))):
        d.api("POST", path, body, expect=409)
    assert f"centre.{int(instant(at(MONDAY, 9)).timestamp())}" not in find_hours(
        Page(d.request("GET", "/horaires?service=rdv").text))
    # Declined: the next is asked at once; the first still waits.
    page = press(d, f"/attente/{line[0]['token']}", "/refuser")
    assert page.headers["Location"].endswith("?non=1")
    assert "nous proposons cette place à quelqu’un d’autre" in Page(d.request("GET", page.headers["Location"]).text).text
    assert offered(d, line[1])["start"] == at(MONDAY, 9)
    assert offer(d, line[0]) is None and waits(d, line[0])["state"] == "waiting"
    answer(d, line[0], "take", expect=409)
    # No answer: it lapses when its time is over, and the third is asked.
    assert offer(d, line[1])["expires"] == at("2026-03-20", 14)
    d.restart(now="2026-03-20T13:59:59+01:00")
    assert offer(d, line[1]) and offer(d, line[2]) is None
    d.restart(now=at("2026-03-20", 14))
    got = offered(d, line[2])
    assert got["start"] == at(MONDAY, 9) and got["expires"] == at("2026-03-20", 20)
    late = post(d, f"/attente/{line[1]['token']}/prendre")
    assert late.headers["Location"].endswith("?trop-tard=1")
    assert "n’est plus gardée" in Page(d.request("GET", late.headers["Location"]).text).text
    assert fates(d) == {"Prénom2": ["declined"], "Prénom3": ["lapsed"], "Prénom4": ["open"]}
    assert [m["to"] for m in letters(d)] == [r["person"]["phone"] for r in staff_rows(d)]
    check_is_clean(d)


def test_taking_moves_the_appointment_and_frees_the_old_time(d):
    free = book(d, "1", at(MONDAY, 9))
    first, second = book(d, "2", at(TUESDAY, 9)), book(d, "3", at(WEDNESDAY, 9))
    one, two = join(d, first), join(d, second)
    cancel(d, free)
    assert offered(d, one)["start"] == at(MONDAY, 9)
    page = Page(d.request("GET", f"/attente/{one['token']}").text)
    assert "Lundi 23 mars" in page.text and "elle remplace votre rendez-vous du mardi 24 mars" in page.text
    assert "jusqu’à 14" in page.text
    done = press(d, f"/attente/{one['token']}", "/prendre")
    assert done.headers["Location"] == f"/rdv/{first['token']}?change=1"
    moved = see(d, first)
    assert moved["start"] == at(MONDAY, 9) and moved["id"] == first["id"]
    # Her old time is the next one's.
    assert offered(d, two)["start"] == at(TUESDAY, 9)
    assert at(TUESDAY, 9) not in starts(d)
    assert answer(d, two, "take")["appointment"]["start"] == at(TUESDAY, 9)
    assert at(WEDNESDAY, 9) in starts(d)
    assert waits(d, one)["state"] == waits(d, two)["state"] == "served"
    assert "Voir mon rendez-vous" in Page(d.request("GET", f"/attente/{one['token']}").text).text
    kinds = [(m["kind"], m["appointment"]) for m in all_messages(d) if m["kind"] in ("offer", "moved")]
    assert sorted(kinds) == sorted([("offer", first["id"]), ("moved", first["id"]), ("offer", second["id"]),
                                    ("moved", second["id"])])
    assert fates(d) == {"Prénom2": ["taken"], "Prénom3": ["taken"]}
    check_is_clean(d)


def test_what_was_free_is_not_offered(d):
    """Whoever joins saw what was free; it is news only once it was taken and comes back."""
    a = book(d, "2", at(WEDNESDAY, 9))
    w = join(d, a)
    seen = book(d, "3", at(TUESDAY, 10))
    cancel(d, seen)
    quiet(d)
    assert offer(d, w) is None
    free = book(d, "4", at(WEDNESDAY, 10))
    cancel(d, free)
    quiet(d)
    assert offer(d, w) is None, "it is later than what she has"
    assert letters(d) == []


def test_at_most_one_offer_a_day(d):
    first, second = book(d, "1", at(MONDAY, 9)), book(d, "2", at(MONDAY, 10))
    w = join(d, book(d, "3", at(WEDNESDAY, 9)))
    cancel(d, first)
    offered(d, w)
    answer(d, w, "decline")
    cancel(d, second)
    quiet(d)
    d.restart(now=at("2026-03-20", 19, 59))
    quiet(d)
    assert offer(d, w) is None and len(letters(d)) == 1
    d.restart(now=at("2026-03-21", 8))
    assert offered(d, w)["start"] == at(MONDAY, 10), "not the one that was declined"
    assert at(MONDAY, 9) in starts(d)
    assert len(letters(d)) == 2


def test_never_at_night(d):
    free = book(d, "1", at(TUESDAY, 9))
    w = join(d, book(d, "2", at(WEDNESDAY, 9)))
    d.restart(now=at("2026-03-20", 20, 1))
    cancel(d, free)
    quiet(d)
    for night in (at("2026-03-20", 23), at("2026-03-21", 7, 59)):
        d.restart(now=night)
        quiet(d)
        assert offer(d, w) is None and letters(d) == []
    d.restart(now=at("2026-03-21", 8))
    assert offered(d, w)["expires"] == at("2026-03-21", 14)
    assert len(letters(d)) == 1


def test_an_offer_lasts_into_the_morning(d):
    """Made in the evening, it does not end in the night; Saturday's ends on Monday."""
    free = book(d, "1", at("2026-03-28", 9))
    w = join(d, book(d, "2", at("2026-04-02", 9)))
    d.restart(now=at("2026-03-20", 19))
    cancel(d, free)
    assert offered(d, w)["expires"] == at("2026-03-21", 9)
    answer(d, w, "decline")
    other = book(d, "3", at("2026-03-28", 10))
    again = join(d, book(d, "4", at("2026-04-02", 10)))
    d.restart(now=at("2026-03-21", 18))
    cancel(d, other)
    assert offered(d, again)["expires"] == at(MONDAY, 9)
    (letter,) = [m for m in letters(d) if m["appointment"] == staff_rows(d)[1]["appointment"]]
    assert letter["deadline"] == "2026-03-21T20:00:01+01:00", "what has not left tonight is not sent at night"


def test_time_enough_to_decide(daemon, tmp_path):
    """A place is offered only when it can still be booked once the time to decide is over."""
    kinds = [service("rdv", 60, min_notice_minutes=120)]
    t = small(services=kinds, openings=[opening("a", "centre", "ada", ["rdv"], "2026-03-20T08:00", "2026-03-20T20:00")])
    d = daemon(now=NOW, territory=write_territory(tmp_path, t))
    soon, later = book(d, "1", at("2026-03-20", 12)), book(d, "2", at("2026-03-20", 13))
    w = join(d, book(d, "3", at(WEDNESDAY, 9)))
    d.restart(now=at("2026-03-20", 9, 45))
    cancel(d, soon)
    quiet(d, "rdv", "centre")
    assert offer(d, w) is None
    cancel(d, later)
    got = offered(d, w)
    assert (got["start"], got["expires"]) == (at("2026-03-20", 13), at("2026-03-20", 10, 15))


def test_elsewhere_only_for_those_who_said_so(daemon, tmp_path):
    t = small(openings=[opening("a", "centre", "ada", ["rdv"], "2026-03-20T08:00", "2026-03-20T20:00"),
                        opening("b", "voisin", "bea", ["rdv"], "2026-03-20T08:00", "2026-03-20T20:00")])
    d = daemon(now=NOW, territory=write_territory(tmp_path, t))
    free = book(d, "1", at(MONDAY, 9), where="voisin")
    here, around = book(d, "2", at(WEDNESDAY, 9)), book(d, "3", at(WEDNESDAY, 10))
    page = Page(d.request("GET", f"/rdv/{around['token']}/attente").text)
    assert "Seulement au même endroit" in page.text and "Ailleurs aussi" in page.text
    one = join(d, here)
    done = post(d, f"/rdv/{around['token']}/attente", {"lieu": "autour"})
    two = {"token": done.headers["Location"].partition("?")[0].rpartition("/")[2]}
    cancel(d, free)
    got = offered(d, two)
    assert (got["site"], got["start"]) == ("voisin", at(MONDAY, 9))
    assert offer(d, one) is None
    assert answer(d, two, "take")["appointment"]["site"] == "voisin"
    check_is_clean(d)


def test_a_workshops_places(d):
    """What waits for a workshop is as many places as they are."""
    full = [book(d, str(k), at(MONDAY, 14), kind="atelier", where="salle", party_size=6) for k in (1, 2)]
    w = join(d, book(d, "3", at(TUESDAY, 14), kind="atelier", where="salle", party_size=2))
    cancel(d, full[0])
    assert offered(d, w)["start"] == at(MONDAY, 14)
    (left,) = [s["seats"] for s in d.slots("atelier") if s["start"] == at(MONDAY, 14)]
    assert left == 4
    check_is_clean(d)
    assert answer(d, w, "take")["appointment"]["start"] == at(MONDAY, 14)
    (left,) = [s["seats"] for s in d.slots("atelier") if s["start"] == at(MONDAY, 14)]
    assert left == 4
    check_is_clean(d)


# ---- how a wait ends


def test_cancelling_or_moving_ends_or_changes_it(d):
    frees = [book(d, str(k), at(MONDAY, 7 + k)) for k in (1, 2, 3)]
    gone, moved = (book(d, str(k), at(WEDNESDAY, 7 + k)) for k in (4, 5))
    stays = book(d, "6", at(TUESDAY, 9))
    lost, nearer, last = join(d, gone), join(d, moved), join(d, stays)
    cancel(d, frees[2])  # 10:00
    assert offered(d, lost)["start"] == at(MONDAY, 10)
    cancel(d, gone)
    assert waits(d, lost)["state"] == "left" and offer(d, lost) is None
    answer(d, lost, "take", expect=409)
    assert offered(d, nearer)["start"] == at(MONDAY, 10), "her place went to the next at once"
    # She moves to an earlier time by herself: what was offered is of no use to her any more.
    d.api("POST", f"/appointments/{moved['token']}/move", {"site": "centre", "start": at("2026-03-21", 9)}, expect=200)
    assert offered(d, last)["start"] == at(MONDAY, 10)
    assert offer(d, nearer) is None and waits(d, nearer)["until"] == at("2026-03-21", 9)
    # What passes ends it.
    d.restart(now="2026-03-21T09:00:01+01:00")
    wait_for(lambda: waits(d, nearer)["state"] == "over", "its end")
    check_is_clean(d)


def test_the_team_sees_and_takes_off(d):
    free = book(d, "1", at(MONDAY, 9))
    mine = book(d, "2", at(WEDNESDAY, 9))
    w = join(d, mine)
    ask = {"service": "rdv", "site": "centre", "person": person(3), "notice": True}
    other = d.api("POST", "/waiting", ask, expect=201).json()["waiting"]
    cancel(d, free)
    offered(d, w)
    add_user(d, "ada", "ada")
    ada = Counsellor(d, "ada")
    text = words(ada.get("/equipe/attente"))
    assert "2 personnes attendent" in text and "Prénom2" in text and "Prénom3" in text
    assert text.index("Prénom2") < text.index("Prénom3")
    assert "en cours" in text and "gardée jusqu’à" in text and "Sans rendez-vous" in text
    row, _ = staff_rows(d)
    assert ada.post(f"/equipe/attente/{row['id']}/retirer", {}) == "/equipe/attente?fait=retrait"
    assert offered(d, other)["start"] == at(MONDAY, 9), "it went to the next"
    assert waits(d, w)["state"] == "left" and see(d, mine)["status"] == "booked"
    text = words(ada.get("/equipe/attente?fait=retrait"))
    assert "n’est plus sur la liste" in text and "Une personne attend" in text and "sans réponse" in text
    ada.post("/equipe/attente/999/retirer", {}, status=404)
    assert d.rdvctl("waiting").stdout.count("Prénom") == 2
    (last,) = [r["id"] for r in staff_rows(d) if r["state"] == "waiting"]
    assert "waits no longer" in d.rdvctl("waiting", "--remove", last).stdout
    d.rdvctl("waiting", "--remove", 999, status=1)
    assert d.request("GET", "/equipe/attente").status == 303, "not without logging in"
    d.api("GET", "/staff/waiting", expect=401)


# ---- kills, races, the clock


def left(d, n):
    """Those letters have left. A kill that came while one was being sent leaves it in doubt, and it goes again by
    the same key some seconds later: seen with the clock a minute on, as it stands still otherwise."""
    def states():
        return [m["state"] for m in letters(d)]
    wait_for(lambda: len(states()) == n and set(states()) <= {"accepted", "unknown"}, f"{n} letters to be tried")
    if "unknown" in states():
        d.restart(now=(instant(d.now) + timedelta(minutes=1)).isoformat())
    wait_for(lambda: states() == ["accepted"] * n, f"{n} letters to leave")


def kill(d, now=None):
    d.kill9()
    if now:
        d.now = now
    d.start()


def test_killed_at_each_step(d):
    free = book(d, "1", at(MONDAY, 9))
    a, b = book(d, "2", at(WEDNESDAY, 9)), book(d, "3", at(WEDNESDAY, 10))
    one, two = join(d, a), join(d, b)
    kill(d)
    assert waits(d, one)["state"] == waits(d, two)["state"] == "waiting"
    cancel(d, free)
    kill(d)  # the look may not have been made
    assert offered(d, one)["start"] == at(MONDAY, 9)
    left(d, 1)
    kill(d)
    assert offer(d, one)["expires"] == at("2026-03-20", 14)
    assert at(MONDAY, 9) not in starts(d), "the hold is a row"
    answer(d, one, "decline")
    kill(d)
    assert offered(d, two)["start"] == at(MONDAY, 9) and offer(d, one) is None
    left(d, 2)
    assert answer(d, two, "take")["appointment"]["start"] == at(MONDAY, 9)
    kill(d)
    assert see(d, b)["start"] == at(MONDAY, 9) and waits(d, two)["state"] == "served"
    assert answer(d, two, "take")["appointment"]["id"] == b["id"]
    assert [m["appointment"] for m in letters(d)] == [a["id"], b["id"]], "one letter each"
    assert len([m for m in d.spool() if "Une place" in m.text]) == 2
    assert len(live(everything(d))) == 2
    check_is_clean(d)
    # Down while an offer ends: it lapses at the start, and the next is asked within the hours.
    other = book(d, "4", at(TUESDAY, 9))
    three, four = (join(d, book(d, str(k), at(WEDNESDAY, 6 + k))) for k in (5, 6))
    kill(d, at("2026-03-21", 9))
    cancel(d, other)
    assert offered(d, three)["start"] == at(TUESDAY, 9), "the first one saw it free"
    kill(d, at("2026-03-21", 22))
    quiet(d)
    assert [offer(d, w) for w in (one, three, four)] == [None] * 3
    kill(d, at(MONDAY, 8))
    assert offered(d, four)["start"] == at(TUESDAY, 9)
    assert fates(d)["Prénom5"] == ["lapsed"]
    check_is_clean(d)


def test_everybody_at_once(d):
    """The button pressed many times, taken and declined together, others after the place: one outcome."""
    for turn, day in enumerate((20, 21, 23, 24, 25)):
        d.restart(now=at(f"2026-03-{day}", 8))
        base = (turn + 1) * 100
        when = at("2026-04-02", 9 + turn)
        free = book(d, str(base), when)
        mine = book(d, str(base + 1), at("2026-04-06", 9 + turn))
        w = join(d, mine)
        cancel(d, free)
        offered(d, w)

        def act(k):
            with d.client() as c:
                if k % 4 == 3:
                    return c.request("POST", "/api/v1/appointments", booking(f"{base}-{k}", "rdv", "centre", when, person(base + 10 + k))).status
                what = "decline" if turn % 2 and k % 4 == 2 else "take"
                return c.request("POST", f"/api/v1/waiting/{w['token']}/{what}").status

        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            got = list(pool.map(act, range(24)))
        assert set(got) <= {200, 201, 409}, got
        at_that_time = [r for r in live(everything(d)) if r["start"] == when]
        assert len(at_that_time) <= 1
        served = waits(d, w)["state"] == "served"
        assert served == (see(d, mine)["start"] == when)
        if served:
            assert at_that_time[0]["id"] == mine["id"]
            assert got[:2] == [200, 200] or turn % 2, "taking twice is taking once"
        else:
            cancel(d, mine)
        check_is_clean(d)


def test_it_lapses_while_it_runs(daemon, tmp_path):
    """By the clock alone: nobody asks, and the next is offered the place; taking then is too late."""
    clock = Stepper(tmp_path / "clock")
    morning = datetime.fromisoformat("2026-03-20T09:00:00+01:00")
    clock.set(morning)
    d = daemon(now=None, territory=write_territory(tmp_path), env=clock.env(), expect_log=["the clock was set"])
    free = book(d, "1", at(MONDAY, 9))
    one, two = (join(d, book(d, str(k), at(WEDNESDAY, 7 + k))) for k in (2, 3))
    cancel(d, free)
    ends = instant(offered(d, one)["expires"])
    assert timedelta(hours=5, minutes=59) < ends - morning < timedelta(hours=6, minutes=2)
    clock.set(ends + timedelta(seconds=2))
    os.kill(d.pid, signal.SIGHUP)
    answer(d, one, "take", expect=409)
    # Timers that the clock has overtaken are looked at within half a minute; any change brings it at once.
    cancel(d, book(d, "4", at(MONDAY, 18)))
    wait_for(lambda: offer(d, two), "the next offer")
    assert offer(d, one) is None
    check_is_clean(d)


def test_taken_at_the_last_moment(daemon, tmp_path):
    """The answer and the end of the offer at once: either it was taken, or the next one is asked; never both."""
    clock = Stepper(tmp_path / "clock")
    clock.set(datetime.fromisoformat("2026-03-20T09:00:00+01:00"))
    d = daemon(now=None, territory=write_territory(tmp_path), env=clock.env(), expect_log=["the clock was set"])
    for turn, day in enumerate((20, 21, 23, 24, 25)):  # a Sunday has no hours
        clock.set(datetime.fromisoformat(f"2026-03-{day}T09:00:00+01:00"))
        os.kill(d.pid, signal.SIGHUP)
        base, when = (turn + 1) * 1000, at("2026-03-30", 9 + turn)
        free = book(d, str(base), when)
        mine, hers = book(d, str(base + 1), at("2026-04-06", 8 + turn)), book(d, str(base + 2), at("2026-04-07", 8 + turn))
        one, two = join(d, mine), join(d, hers)
        cancel(d, free)
        ends = instant(offered(d, one)["expires"])
        clock.set(ends - timedelta(milliseconds=300))

        def act(k):
            with d.client() as c:
                if k == 3:
                    clock.set(ends + timedelta(seconds=1))
                    os.kill(d.pid, signal.SIGHUP)
                    return c.request("DELETE", "/api/v1/holds/0123456789abcdef").status
                return c.request("POST", f"/api/v1/waiting/{one['token']}/take").status

        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            got = list(pool.map(act, range(8)))
        taken = 200 in got
        assert taken == (see(d, mine)["start"] == when) == (waits(d, one)["state"] == "served"), got
        if not taken:
            cancel(d, book(d, str(base + 3), at("2026-05-20", 9)))
            assert offered(d, two)["start"] == when
        assert sum(r["start"] == when for r in live(everything(d))) == taken
        check_is_clean(d)
        for a, w in ((mine, one), (hers, two)):
            cancel(d, a)
            assert waits(d, w)["state"] in ("left", "served")


# ---- what is written


def test_the_words(daemon, tmp_path):
    """By SMS and by e-mail; no name, no reason; nothing of the team for who asked for discretion; no link where
    an answer is asked for."""
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    free = book(d, "1", at(MONDAY, 9))
    w = join(d, book(d, "2", at(WEDNESDAY, 9), {**person(2), "email": "a@example.org"}))
    cancel(d, free)
    offered(d, w)
    both = wait_for(lambda: (lambda m: m if len(m) == 2 else None)([m for m in d.spool() if w["token"] in m.text]),
                    "the SMS and the e-mail")
    sms, email = sorted(both, key=lambda m: m.channel == "email")
    assert "lundi 23 mars" in sms.text and "14 h" in sms.text and len(sms.text) <= 160
    assert "Une place se libère" in email.subject
    assert all("Prénom2" not in m.text or m.channel == "email" for m in both) and "Dubois" not in sms.text + email.text
    answer(d, w, "decline")


def test_discreet_words(d):
    free = book(d, "1", at(MONDAY, 9))
    w = join(d, book(d, "2", at(WEDNESDAY, 9), {**person(2), "email": "a@example.org", "discreet": True, "locale": "en"}))
    cancel(d, free)
    offered(d, w)
    both = wait_for(lambda: (lambda m: m if len(m) == 2 else None)([m for m in d.spool() if w["token"] in m.text]),
                    "the SMS and the e-mail")
    for m in both:
        assert "Monday 23 March" in m.text
        assert not re.search("CLLAJ|Centre|Oignies|Rdv|Prénom2", m.text + m.subject), repr(m)


def test_answered_by_sms(daemon, tmp_path):
    """Where answers can come back the SMS asks for one, and holds no link."""
    d = daemon(now=NOW, territory=write_territory(tmp_path), sections=ANSWERED)
    free = book(d, "1", at(MONDAY, 9))
    w = join(d, book(d, "2", at(WEDNESDAY, 9)))
    cancel(d, free)
    offered(d, w)
    (sms,) = wait_for(lambda: [m for m in d.spool() if "OUI" in m.text and "lundi 23 mars" in m.text and "place" in m.text],
                      "the SMS")
    assert "http" not in sms.text and "NON" in sms.text and len(sms.text) <= 160


def test_all_of_it_by_sms(daemon, tmp_path):
    """PLUS TOT joins, NON leaves the place to the next, OUI takes it; what is answered is what was done."""
    d = daemon(now=NOW, territory=write_territory(tmp_path), sections=ANSWERED)
    free = book(d, "1", at(MONDAY, 9))
    first, second = book(d, "2", at(TUESDAY, 9)), book(d, "3", at(WEDNESDAY, 9))
    numbers = ["+33600000002", "+33600000003"]

    def text(number, words_):
        before = len(letters(d, "answer"))
        d.rdvctl("sms-in", number, words_)
        return wait_for(lambda: letters(d, "answer")[before:], "an answer")[0]["text"]

    for number in numbers:
        text(number, "Prévenez moi si plus tot svp")
    assert [r["person"]["phone"] for r in staff_rows(d)] == numbers
    cancel(d, free)
    one, two = (r["id"] for r in staff_rows(d))

    def asked(wait):
        return wait_for(lambda: [r for r in staff_rows(d) if r["id"] == wait and r["offers"]
                                 and r["offers"][0]["state"] == "open"], "an offer")

    asked(one)
    assert "OUI" in letters(d)[0]["text"] and "http" not in letters(d)[0]["text"]
    text(numbers[1], "oui")  # nobody has offered her anything: her own appointment is confirmed
    assert see(d, second)["status"] == "confirmed" and see(d, second)["start"] == at(WEDNESDAY, 9)
    text(numbers[0], "Non merci")
    assert see(d, first)["status"] == "booked" and see(d, first)["start"] == at(TUESDAY, 9), "declining cancels nothing"
    asked(two)
    said = text(numbers[1], "Oui je prends")
    assert see(d, second)["start"] == at(MONDAY, 9)
    assert "lundi 23 mars" in said and "9" in said
    assert fates(d) == {"Prénom2": ["declined"], "Prénom3": ["taken"]}
    # The answer stands for the notice; nobody is told twice.
    assert [m for m in all_messages(d) if m["kind"] == "moved" and m["channel"] == "sms"] == []
    text(numbers[1], "oui")  # again: she comes
    assert see(d, second)["start"] == at(MONDAY, 9)
    check_is_clean(d)


def test_whoever_said_stop_is_passed_over(daemon, tmp_path):
    """A place is not kept from the others for somebody who will not be told."""
    d = daemon(now=NOW, territory=write_territory(tmp_path), sections=ANSWERED)
    free = book(d, "1", at(MONDAY, 9))
    silent, other = (join(d, book(d, str(k), at(WEDNESDAY, 7 + k))) for k in (2, 3))
    d.rdvctl("sms-in", "+33600000002", "STOP")
    cancel(d, free)
    assert offered(d, other)["start"] == at(MONDAY, 9)
    assert offer(d, silent) is None and len(letters(d)) == 1
    check_is_clean(d)
