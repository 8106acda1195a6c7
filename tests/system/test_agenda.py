# SPDX-License-Identifier: GPL-3.0-or-later
"""The agenda's pages without a script, what is kept of them and for how long, and half a minute in which the
team takes back what it moved or cancelled: through kill -9 too."""

import re

import pytest

from helpers import HENIN_CARVIN, wait_for
from small import Page, everything, opening, service, site, small, write_territory
from test_staff_pages import Counsellor, add_user, words

MONDAY = "2026-11-30T08:30:00+01:00"  # conseiller-2 is in Carvin, 9:00-12:00
LATER = "2026-11-30T08:30:31+01:00"


@pytest.fixture
def team(daemon):
    d = daemon(now=MONDAY, territory=HENIN_CARVIN)
    add_user(d, "awa", "conseiller-2")
    return d, Counsellor(d, "awa")


def grid(browser, path="/equipe/semaine"):
    text = browser.get(path).text
    return text[text.index('id="agenda"'):]


def part(browser, path, etag=None, status=200):
    browser.headers.pop("If-None-Match", None)
    if etag:
        browser.headers["If-None-Match"] = f'"{etag}"'
    answer = browser._request("GET", path, None)
    browser.headers.pop("If-None-Match", None)
    assert answer.status == status and "no-store" in answer.headers["Cache-Control"], repr(answer)
    return answer


def states(d, one):
    """The state of each kind; of several, that of one which is not superseded."""
    messages = d.local("GET", f"/staff/messages?appointment={one}").json()["messages"]
    messages.sort(key=lambda m: m["state"] != "superseded")
    return {m["kind"]: m["state"] for m in messages}


def test_the_week_says_who_is_where(team):
    d, awa = team
    awa.add(jour="2026-11-30", heure="09:00", nombre="2")
    awa.add(prenom="Bilal", nom="Bernard", annee="2007", telephone="", jour="2026-12-03", heure="18:00",
            personne="conseiller-2")
    awa.add(prenom="Chloé", nom="Roux", annee="2007", telephone="", personne="conseiller-1", jour="2026-11-30",
            heure="14:00", lieu="oignies-siege")
    mine = words(awa.get("/equipe/semaine"))
    assert "Semaine du lundi 30 novembre" in mine and "Carvin, de 9 h à 12 h" in mine
    assert "Inès Aït" in mine and "vient à 2" in mine and "libre jusqu’à 12 h" in mine
    assert "18 h Bilal Bernard" in mine and "Chloé" not in mine  # outside of all, and not hers
    team_week = words(awa.get("/equipe/semaine?personne="))
    assert "Chloé Roux" in team_week and "Inès Aït" in team_week
    for way in ("personnes", "lieux"):
        shown = words(awa.get(f"/equipe/semaine?personne=&par={way}"))
        assert "Chloé Roux" in shown and "Conseiller 1" in shown and "Oignies" in shown
    day = grid(awa, "/equipe/jour?jour=2026-11-30")
    assert 'data-who="conseiller-1"' in day and 'data-who="conseiller-2"' in day and "Chloé Roux" in day
    month = words(awa.get("/equipe/mois?personne="))
    assert "Novembre 2026" in month and "2 rendez-vous" in month
    for path in ("/equipe/semaine", "/equipe/jour", "/equipe/mois"):
        for asked in ("?jour=0000-00-00", "?jour=9999-12-31", "?jour=2026-02-31&lieu=x&personne=y&par=z", "?jour=1969-12-28"):
            assert awa.get(path + asked).text.count("<table") == 1


def test_a_gap_leads_to_booking_there_and_then(team):
    d, awa = team
    awa.add(jour="2026-11-30", heure="09:00")
    link = re.search(r'href="(/equipe/ajouter\?[^"]*)"', grid(awa)).group(1).replace("&amp;", "&")
    assert "lieu=carvin-mission-locale" in link and "debut=2026-11-30T10%3A00" in link and "personne=conseiller-2" in link


def test_the_front_desk_sees_first_names_and_cannot_change(team):
    d, awa = team
    awa.add(jour="2026-11-30", heure="09:00")
    d.rdvctl("user", "add", "accueil", "--role", "desk", "--organisation", "cllaj-henin-carvin", "--password-stdin",
             stdin="un-mot-de-passe-long\n")
    desk = Counsellor(d, "accueil")
    page = desk.get("/equipe/semaine?personne=")
    assert "Inès" in page.text and "Aït" not in page.text
    assert "06 12 34 56 78" not in page.text
    sheet = desk.get("/equipe/feuille?jour=2026-11-30&lieu=carvin-mission-locale&telephones=1")
    assert "Inès" in sheet.text and "Aït" not in sheet.text and "12 34 56" not in sheet.text


def test_what_is_kept_is_what_is(team):
    d, awa = team
    first = part(awa, "/equipe/semaine?part=1")
    etag = first.headers["ETag"].strip('"')
    assert "<h1" not in first.text and "_csrf" not in first.text
    part(awa, "/equipe/semaine?part=1", etag, 304)
    d.local("POST", "/staff/appointments", {
        "request_key": "kept-1", "service": "premier-rdv", "site": "carvin-mission-locale",
        "start": "2026-11-30T10:00:00+01:00", "person": {"first_name": "Zoé"}})
    fresh = part(awa, "/equipe/semaine?part=1", etag)
    assert "Zoé" in fresh.text and fresh.headers["ETag"].strip('"') != etag
    held = d.slots("premier-rdv", site="carvin-mission-locale", limit=1)[0]
    etag = fresh.headers["ETag"].strip('"')
    d.api("POST", "/holds", {k: held[k] for k in ("service", "site", "start")}, expect=201)
    assert part(awa, "/equipe/semaine?part=1", etag).text.count("réserve en ligne") == 1
    awa.get("/equipe/absences")
    awa.post("/equipe/absences", {"personne": "conseiller-2", "du": "2026-12-01"})
    assert "Absence" in words(awa.get("/equipe/semaine"))


def test_one_organisation_sees_nothing_of_another(daemon, tmp_path):
    territory = write_territory(tmp_path, small(
        organisations=[{"id": "a", "name": "A"}, {"id": "b", "name": "B"}],
        sites=[site("nord", organisation="a"), site("sud", organisation="b")],
        counsellors=[{"id": "ada", "label": "Ada", "organisation": "a"}, {"id": "bo", "label": "Bo", "organisation": "b"}],
        services=[service("rdv", 60)],
        openings=[opening("o1", "nord", "ada", ["rdv"], "2026-11-02T09:00", "2026-11-02T12:00"),
                  opening("o2", "sud", "bo", ["rdv"], "2026-11-02T09:00", "2026-11-02T12:00")]))
    d = daemon(now=MONDAY, territory=territory)
    add_user(d, "ada", "ada")
    add_user(d, "bo", "bo")
    ada, bo = Counsellor(d, "ada"), Counsellor(d, "bo")
    d.book(d.slots("rdv", site="nord")[0], "two-1", {"first_name": "Secret", "last_name": "Nord", "birth_year": 2004})
    for path in ("/equipe/semaine", "/equipe/semaine?personne=", "/equipe/jour?jour=2026-12-01", "/equipe/mois?personne=",
                 "/equipe/semaine?lieu=nord", "/equipe/semaine?personne=ada"):
        assert "Secret" not in bo.get(path).text, path
        assert "Ada" not in bo.get(path).text, path
    assert any("Secret" in ada.get(f"/equipe/semaine?jour={day}").text for day in ("2026-11-30", "2026-12-07"))


def test_a_move_taken_back_sends_nothing(team):
    d, awa = team
    one = awa.add(jour="2026-12-14", heure="09:00")
    d.wait_spool(1)
    before = everything(d)[0]
    awa.get(f"/equipe/rdv/{one}/deplacer")
    done = awa.post(f"/equipe/rdv/{one}/deplacer", {"jour": "2026-12-14", "heure": "10:15", "lieu": "", "personne": ""})
    page = awa.get(done)
    assert "Le message part dans 30 secondes" in words(page) and f"/equipe/rdv/{one}/reprendre" in page.text
    assert states(d, one)["moved"] == "scheduled"
    back = awa.post(f"/equipe/rdv/{one}/reprendre", {})
    assert "Tout est comme avant" in words(awa.get(back))
    assert everything(d)[0]["start"] == before["start"]
    assert states(d, one)["moved"] == "superseded" and states(d, one)["reminder"] == "scheduled"
    assert "Tout est comme avant" in words(awa.get(awa.post(f"/equipe/rdv/{one}/reprendre", {})))  # twice is once
    d.restart(now=LATER)
    assert len(d.spool()) == 1


def test_a_cancellation_taken_back_stands_again(team):
    d, awa = team
    one = awa.add(jour="2026-12-14", heure="09:00")
    awa.get(f"/equipe/rdv/{one}/annuler")
    page = awa.get(awa.post(f"/equipe/rdv/{one}/annuler", {"presence": "revoked"}))
    assert "Revenir sur l’annulation" in words(page)
    awa.post(f"/equipe/rdv/{one}/reprendre", {"retour": "/equipe/semaine?jour=2026-12-14"})
    row = everything(d)[0]
    assert (row["status"], row["outcome"]) == ("booked", "unknown")
    assert states(d, one)["cancellation"] == "superseded"
    assert awa.post(f"/equipe/rdv/{one}/reprendre", {"retour": "https://exemple.org/"}).startswith(f"/equipe/rdv/{one}?")


def test_a_mark_that_cancels_is_taken_back_from_the_day(team):
    """The day's own buttons: what they cancel before it begins waits half a minute too, and says so."""
    d, awa = team
    one = awa.add(jour="2026-12-14", heure="09:00")
    back = "/equipe?jour=2026-12-14&tout=1"
    awa.get(back)
    where = awa.post(f"/equipe/rdv/{one}/presence", {"presence": "excused", "retour": back})
    assert f"annule={one}" in where and states(d, one)["cancellation"] == "scheduled"
    page = awa.get(where.split("#")[0])
    assert "Inès Aït : c’est annulé." in words(page) and "part dans 30 secondes" in words(page)
    form = Page(page.text).form_to(f"/equipe/rdv/{one}/reprendre")
    again = awa.get(awa.post(f"/equipe/rdv/{one}/reprendre", {k: v for k, v in form["fields"] if k != "_csrf"}))
    assert "Tout est comme avant" in words(again) and Page(again.text).form_to("/equipe")
    assert everything(d)[0]["status"] == "booked" and states(d, one)["cancellation"] == "superseded"
    awa.post(f"/equipe/rdv/{one}/presence", {"presence": "revoked", "retour": back})
    d.restart(now=LATER)
    wait_for(lambda: states(d, one)["cancellation"] in ("accepted", "delivered"), "the word of the cancellation")
    awa = Counsellor(d, "awa")
    assert "/reprendre" not in awa.get(where.split("#")[0]).text


def test_after_half_a_minute_or_another_act_it_is_too_late(team):
    d, awa = team
    one = awa.add(jour="2026-12-14", heure="09:00")
    awa.get(f"/equipe/rdv/{one}/deplacer")
    to = {"jour": "2026-12-14", "heure": "10:15", "lieu": "", "personne": ""}
    awa.post(f"/equipe/rdv/{one}/deplacer", to)
    awa.add(prenom="Bilal", nom="Bernard", annee="2007", telephone="", jour="2026-12-14", heure="09:00")
    said = words(awa.get(awa.post(f"/equipe/rdv/{one}/reprendre", {})))
    assert "vient d’être pris" in said
    d.restart(now=LATER)
    wait_for(lambda: states(d, one)["moved"] in ("accepted", "delivered"), "the word of the move")
    awa = Counsellor(d, "awa")
    awa.get(f"/equipe/rdv/{one}")
    assert "trop tard" in words(awa.get(awa.post(f"/equipe/rdv/{one}/reprendre", {})))
    assert f"/equipe/rdv/{one}/reprendre" not in awa.get(f"/equipe/rdv/{one}?fait=deplace").text


def test_killed_within_the_half_minute_the_move_stands_and_its_message_goes(team):
    d, awa = team
    one = awa.add(jour="2026-12-14", heure="09:00")
    d.wait_spool(1)
    awa.get(f"/equipe/rdv/{one}/deplacer")
    awa.post(f"/equipe/rdv/{one}/deplacer", {"jour": "2026-12-14", "heure": "10:15", "lieu": "", "personne": ""})
    d.kill9()
    d.restart(now=LATER)
    d.wait_spool(2)
    assert everything(d)[0]["start"].startswith("2026-12-14T10:15")
    assert states(d, one)["moved"] in ("accepted", "delivered")
    d.local("POST", f"/staff/appointments/{one}/undo", expect=409)


def test_the_same_by_program(team):
    d, _ = team
    made = d.local("POST", "/staff/appointments", {
        "request_key": "program-1", "service": "premier-rdv", "site": "carvin-mission-locale",
        "start": "2026-11-30T09:00:00+01:00", "person": {"first_name": "Zoé", "phone": "0612345678"}}, expect=201)
    one = made.json()["appointment"]["id"]
    days = "from=2026-11-30&to=2026-12-01"
    agenda = d.local("GET", f"/staff/agenda?{days}&counsellor=conseiller-2").json()
    assert [b["site"] for b in agenda["bands"]] == ["carvin-mission-locale"]
    assert [(g["start"][11:16], g["end"][11:16]) for g in agenda["gaps"]] == [("10:00", "12:00")]
    assert [a["id"] for a in agenda["appointments"]] == [one]
    d.local("POST", f"/staff/appointments/{one}/cancel", {"undoable": True}, expect=200)
    agenda = d.local("GET", f"/staff/agenda?{days}&counsellor=conseiller-2").json()
    assert [(g["start"][11:16], g["end"][11:16]) for g in agenda["gaps"]] == [("09:00", "12:00")]
    d.local("POST", f"/staff/appointments/{one}/undo", expect=200)
    assert everything(d)[0]["status"] == "booked"
    d.local("POST", f"/staff/appointments/{one}/cancel", expect=200)  # told at once: for good
    d.local("POST", f"/staff/appointments/{one}/undo", expect=409)
    d.local("GET", "/staff/agenda?from=2026-01-01&to=2026-12-01", expect=400)


def test_each_permanence_leads_to_its_occurrence(daemon, tmp_path):
    """For who may change it: a link to that day's; moved, cancelled, closed: it says so, and still leads there."""
    days = opening("lundi", "nord", "ada", ["rdv"], "2026-11-02T09:00", "2026-11-02T12:00", rrule="FREQ=WEEKLY",
                   overrides=[{"on": "2026-12-07", "cancelled": True},
                              {"on": "2026-12-14", "start": "2026-12-15T14:00", "end": "2026-12-15T17:00"}])
    territory = write_territory(tmp_path, small(
        sites=[site("nord")], counsellors=[{"id": "ada", "label": "Ada", "organisation": "o"}],
        services=[service("rdv", 60)], openings=[days],
        closures=[{"id": "f", "site": "nord", "from": "2026-12-21", "to": "2026-12-21", "reason": "Inventaire"}]))
    d = daemon(now=MONDAY, territory=territory)
    d.rdvctl("user", "add", "chef", "--role", "admin", "--organisation", "o", "--password-stdin",
             stdin="un-mot-de-passe-long\n")
    d.rdvctl("user", "add", "accueil", "--role", "desk", "--organisation", "o", "--password-stdin",
             stdin="un-mot-de-passe-long\n")
    chef, desk = Counsellor(d, "chef"), Counsellor(d, "accueil")
    path = "/equipe/reglages/permanences/lundi/"
    for day, said, on in (("2026-11-30", "de 9 h à 12 h", "2026-11-30"), ("2026-12-15", "de 14 h à 17 h", "2026-12-14"),
                          ("2026-12-07", "Permanence annulée", "2026-12-07"),
                          ("2026-12-21", "Pas de permanence : Inventaire", "2026-12-21")):
        for view in ("semaine", "jour", "mois"):
            page = chef.get(f"/equipe/{view}?jour={day}")
            assert f'href="{path}{on}"' in grid(chef, f"/equipe/{view}?jour={day}"), (view, day)
            assert said.lower() in words(page).lower(), (view, day)
            kept = desk.get(f"/equipe/{view}?jour={day}")
            assert said.lower() in words(kept).lower() and path not in kept.text, (view, day)
        assert "Permanence du" in words(chef.get(path + on))
    assert "Elle est annulée" in words(chef.get(path + "2026-12-07"))
    assert path + "2026-11-23" not in grid(chef, "/equipe/semaine?jour=2026-11-23")  # what is over stays
