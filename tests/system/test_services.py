# SPDX-License-Identifier: GPL-3.0-or-later
"""What a kind of appointment asks for, obeyed on every way in: searching, holding, booking, moving, by the web's API,
by SMS and by the team."""

import json
import re

import pytest
from small import NOW, PERSON, at, booking, opening, person, service, small
from test_staff_pages import Counsellor, add_user, words

DAY = "2026-03-24"
HOURS = {"from": DAY, "to": "2026-03-25"}
TRANSPORT = {"id": "transport", "text": {"fr": "Comment venez-vous ?", "en": "How do you come?"},
             "choices": [{"fr": "En bus", "en": "By bus"}, "À pied <b>"], "required": True}


def territory(path, **policy):
    """One service "sur-mesure" with that policy, by ada at "centre" from 9 to 12; "libre" is any time hers."""
    t = small()
    t["services"] = [service("sur-mesure", 30, **policy), service("libre", 30, step_minutes=5)]
    t["openings"] = [opening("a", "centre", "ada", ["sur-mesure", "libre"], "2026-03-20T09:00", "2026-03-20T12:00")]
    file = path / "territory.json"
    file.write_text(json.dumps(t), encoding="utf-8")
    return file


def hours(d, service="sur-mesure", **query):
    return [s["start"][11:16] for s in d.slots(service, **HOURS, **query)]


def hold(d, hour, minute=0, expect=201, **more):
    return d.api("POST", "/holds", {"service": "sur-mesure", "site": "centre", "start": at(DAY, hour, minute), **more},
                 expect=expect).json()


def book(d, key, hour, minute=0, expect=201, service="sur-mesure", **more):
    body = booking(key, service, "centre", at(DAY, hour, minute), person(hour * 60 + minute), **more)
    return d.api("POST", "/appointments", body, expect=expect).json()


def staff_book(d, key, hour, minute=0, expect=201, **more):
    body = {"request_key": key, "service": "sur-mesure", "site": "centre", "start": at(DAY, hour, minute),
            "person": PERSON, **more}
    return d.local("POST", "/staff/appointments", body, expect=expect).json()


def move(d, token, hour, minute=0, expect=200):
    return d.api("POST", f"/appointments/{token}/move", {"start": at(DAY, hour, minute)}, expect=expect).json()


def test_a_buffer_is_nobodys(daemon, tmp_path):
    d = daemon(now=NOW, territory=territory(tmp_path, buffer_minutes=15, step_minutes=15))
    mine = book(d, "a", 10)["appointment"]
    assert mine["end"][11:16] == "10:30"
    assert hours(d) == ["09:00", "09:15", "10:45", "11:00", "11:15", "11:30"]
    hold(d, 10, 30, expect=409)
    book(d, "b", 10, 30, expect=409)
    hold(d, 10, 45)
    book(d, "c", 9, 30, expect=409)  # its own quarter of an hour would be taken
    other = book(d, "d", 9)["appointment"]
    move(d, other["token"], 9, 30, expect=409)
    # the team may, outside what the opening offers
    staff_book(d, "e", 9, 40, counsellor="ada", minutes=20)


def test_no_gaps_for_the_public(daemon, tmp_path):
    d = daemon(now=NOW, territory=territory(tmp_path, pack=True))
    assert hours(d) == ["09:00", "11:30"]
    hold(d, 10, expect=409)
    book(d, "a", 10, expect=409)
    first = book(d, "b", 9)["appointment"]
    assert hours(d) == ["09:30", "11:30"]
    move(d, first["token"], 10, 30, expect=409)
    staff_book(d, "c", 10, 30)
    assert hours(d) == ["09:30", "10:00", "11:00", "11:30"]
    move(d, first["token"], 11)


def test_an_interpreter_makes_it_longer(daemon, tmp_path):
    d = daemon(now=NOW, territory=territory(tmp_path, interpreter_minutes=30, languages=["uk"]))
    assert hours(d)[-1] == "11:30" and hours(d, interpreter=1)[-1] == "11:00"
    hold(d, 11, 30, expect=409, interpreter=True)
    kept = hold(d, 9, interpreter=True)
    assert "09:30" not in hours(d)
    mine = book(d, "a", 9, hold=kept["hold"], interpreter=True)["appointment"]
    assert mine["end"][11:16] == "10:00"
    speaks = book(d, "b", 10)["appointment"]
    assert speaks["end"][11:16] == "10:30"
    body = booking("c", "sur-mesure", "centre", at(DAY, 11), person(3, locale="uk-UA"))
    assert d.api("POST", "/appointments", body, expect=201).json()["appointment"]["end"][11:16] == "12:00"
    # a move keeps the longer one: at 10:30 the half hour before 11:00 is not enough
    move(d, mine["token"], 10, 30, expect=409)


@pytest.mark.parametrize("policy", [{"bookable_by": "team"}, {"bookable_by": "partner"}, {"public": False}])
def test_who_may_book(daemon, tmp_path, policy):
    file = territory(tmp_path, **{"bookable_by": "public"})
    t = json.loads(file.read_text())
    del t["services"][0]["bookable_by"], t["services"][0]["public"]
    t["services"][0].update(policy)
    file.write_text(json.dumps(t))
    d = daemon(now=NOW, territory=file)
    hold(d, 9, expect=422)
    book(d, "a", 9, expect=422)
    assert [s["id"] for s in d.api("GET", "/services", expect=200).json()["services"]] == ["libre"]
    staff_book(d, "b", 9)


def test_questions(daemon, tmp_path):
    d = daemon(now=NOW, territory=territory(tmp_path, questions=[TRANSPORT], instructions="Sonnez <i>deux</i> fois."))
    shown = d.api("GET", "/services", expect=200).json()["services"]
    mine = next(s for s in shown if s["id"] == "sur-mesure")
    assert mine["questions"][0]["choices"] == ["En bus", "À pied <b>"] and mine["questions"][0]["required"]
    wrong = book(d, "a", 9, expect=422)
    assert [e["field"] for e in wrong["errors"]] == ["answers.0"]
    for answers in ({"transport": 7}, {"transport": "bus"}, {"autre": 0, "transport": 0}):
        book(d, "a", 9, expect=422, answers=answers)
    made = book(d, "b", 9, answers={"transport": 1})["appointment"]
    assert "pied" not in json.dumps(d.api("GET", f"/appointments/{made['token']}", expect=200).json())
    sms = d.wait_spool(1)
    assert all("pied" not in m.text for m in sms)
    staff_book(d, "c", 10)  # the team need not ask
    assert "pied" not in d.log() and "bus" not in d.log()
    page = d.request("GET", f"/rdv/{made['token']}").text
    assert "Sonnez &lt;i&gt;deux&lt;/i&gt; fois." in page


def test_the_team_is_shown_the_questions_too(daemon, tmp_path):
    """In its form: in sight when the public must answer, folded when it need not; nobody of the team has to."""
    d = daemon(now=NOW, territory=territory(tmp_path, questions=[TRANSPORT]))
    add_user(d, "ada", "ada")
    ada = Counsellor(d, "ada")
    shown = ada.get("/equipe/ajouter?lieu=centre&service=sur-mesure")
    assert "Comment venez-vous ?" in words(shown) and re.search(r"<details open><summary>Questions", shown.text)
    assert 'value="transport.1"' in shown.text and "À pied &lt;b&gt;" in shown.text
    assert "Comment venez-vous ?" not in words(ada.get("/equipe/ajouter?lieu=centre&service=libre"))
    typed = {"lieu": "centre", "service": "sur-mesure", "jour": DAY, "heure": "09:00"}
    one = ada.add(**typed, question0="transport.1")
    assert "À pied <b>" in words(ada.get(f"/equipe/rdv/{one}"))
    other = ada.add(**{**typed, "heure": "09:30"}, prenom="Bilal", nom="Bernard", telephone="")
    assert other != one  # without an answer
    wrong = ada.add(422, **{**typed, "heure": "10:00"}, prenom="Zoé", nom="Roux", telephone="", question0="transport.7")
    assert 'href="#question0"' in wrong.text and "Choisissez une des réponses proposées." in words(wrong)
    # what was chosen for another kind is let go with it
    ada.add(**{**typed, "heure": "10:30", "service": "libre"}, prenom="Lou", nom="Petit", telephone="",
            question0="transport.1")


def test_by_sms_the_policies_hold(daemon, tmp_path):
    """What a text is offered is what the page is offered."""
    d = daemon(now=NOW, territory=territory(tmp_path, pack=True, buffer_minutes=15))
    d.rdvctl("sms-in", "+33612345678", "RDV Oignies")
    sms = d.wait_spool(1)[-1].text
    assert "9 h" in sms and "10 h" not in sms, sms
