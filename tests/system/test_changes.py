# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of permanences that touch booked people, without JavaScript: each is shown with the nearest other time,
nobody is cancelled in silence, nothing is done twice, and a crash in between loses nobody."""

import html
import json
import re
from datetime import datetime

import pytest

from helpers import HENIN_CARVIN, wait_for
from small import Page, local_path, site, small, write_territory
from test_staff_pages import Counsellor, add_user, words

NOW = "2026-11-22T08:00:00+01:00"  # a Sunday; conseiller-2 is in Carvin on Monday the 30th
OPENINGS = "/equipe/reglages/permanences"
CHANGE = "/equipe/reglages/changement"
CARVIN = f"{OPENINGS}/carvin-lundi/2026-11-30"
PEOPLE = [("Inès", "Aït", "+33612345678"), ("Bilal", "Bernard", "+33612345679"), ("Chloé", "Colin", "")]


def instant(text):
    return int(datetime.fromisoformat(text).timestamp())


def book(d, hour, person, key, start="2026-11-30T{}:00:00+01:00", where="carvin-mission-locale"):
    first, last, phone = person
    slot = {"service": "premier-rdv", "site": where, "start": start.format(hour)}
    body = {"first_name": first, "last_name": last, "birth_year": 2004, "phone": phone}
    return d.book(slot, key, person=body)


def appointments(d):
    return {a["person"]["first_name"]: a for a in d.rdvctl("appointments", json_out=True)["appointments"]}


def form_of(answer, action):
    """The fields that the page's form would send as it stands, its selects too."""
    found = [f for f in Page(answer.text).form_to(action)["fields"] if f[0] != "_csrf"]
    for name, options in re.findall(r'<select [^>]*name="([^"]+)"[^>]*>(.*?)</select>', answer.text, re.S):
        values = re.findall(r'<option value="([^"]*)"( selected)?', options)
        found.append((name, next((v for v, chosen in values if chosen), values[0][0])))
    return found


def follow(browser, answer):
    return words(browser.get(local_path(answer.headers["Location"])))


def moves_told(d):
    """The notices of moves that left: on Monday, since nothing of the team's own accord goes on a Sunday."""
    d.stop()
    d.now = "2026-11-23T10:00:00+01:00"
    d.start()

    def left():
        moved = [m for m in d.rdvctl("messages", json_out=True)["messages"] if m["kind"] == "moved"]
        return moved if all(m["state"] in ("accepted", "sent", "delivered") for m in moved) else None

    moved = wait_for(left, "every notice of a move to leave")
    texts = [m for m in d.spool() if re.search("déplacé|changé|nouve", m.text)]
    assert len(texts) == len(moved), [m.text for m in d.spool()]
    return moved


def in_carvin(d):
    """Those who are still where nobody is."""
    return [a for a in appointments(d).values()
            if a["status"] == "booked" and a["site"] == "carvin-mission-locale" and a["start"].startswith("2026-11-30")]


def send(browser, path, fields, status=303):
    answer = browser._request("POST", path, [("_csrf", browser.csrf), *fields])
    assert answer.status == status, repr(answer)
    return answer


@pytest.fixture
def team(daemon):
    d = daemon(now=NOW, territory=HENIN_CARVIN)
    add_user(d, "chef", role="admin")
    for hour, person in zip(("09", "10", "11"), PEOPLE):
        book(d, hour, person, f"key-{hour}")
    wait_for(lambda: len(d.spool()) == 2, "two confirmations")
    browser = Counsellor(d, "chef")
    browser.get(OPENINGS)
    return d, browser


def cancel_carvin(browser):
    """The page that asks what becomes of the three; the CSRF token is fresh."""
    browser.get(CARVIN)
    answer = send(browser, CARVIN, [("action", "annuler")], 200)
    return answer


def test_each_is_shown_moved_and_told(team):
    d, browser = team
    page = cancel_carvin(browser)
    text = words(page)
    assert "3 personnes ont rendez-vous à ce moment-là. Rien n’est encore changé" in text
    for first, last, _ in PEOPLE:
        assert f"{first} {last}" in text
    assert "2 SMS et 0 e-mail" in text and "1 personne est à appeler" in text
    assert all(a["status"] == "booked" for a in appointments(d).values())
    assert d.slots("premier-rdv", site="carvin-mission-locale", **{"from": "2026-11-30", "to": "2026-12-01"}) == []
    fields = form_of(page, CHANGE)
    chosen = {k: v for k, v in fields if re.fullmatch(r"p\d+", k)}
    assert len(chosen) == 3 and len(set(chosen.values())) == 3, chosen
    # what is proposed is kept meanwhile: nobody else can have it
    for value in chosen.values():
        where, start = value.rsplit(".", 1)
        assert not [s for s in d.slots("premier-rdv", site=where) if instant(s["start"]) == int(start)]
    answer = send(browser, CHANGE, [*fields, ("action", "faire")])
    assert "fait=" in answer.headers["Location"]
    said = follow(browser, answer)
    assert "Cette permanence est annulée. 3 rendez-vous déplacés." in said
    after = appointments(d)
    assert {f"{a['site']}.{instant(a['start'])}" for a in after.values()} == set(chosen.values())
    assert all(a["status"] == "booked" for a in after.values())
    # twice is once
    again = send(browser, CHANGE, [*fields, ("action", "faire")])
    assert again.status == 303 and appointments(d) == after
    told = moves_told(d)
    assert sorted(m["appointment"] for m in told) == sorted(after[n]["id"] for n in ("Inès", "Bilal"))
    d.rdvctl("check")


def test_nobody_booked_is_kept_at_once_and_taken_back(team):
    d, browser = team
    path = f"{OPENINGS}/henin-jeudi/2026-12-03"
    free = {"site": "henin-mission-locale", "from": "2026-12-03", "to": "2026-12-04"}
    before = d.slots("premier-rdv", **free)
    assert before
    browser.get(path)
    answer = send(browser, path, [("action", "annuler")])
    assert d.slots("premier-rdv", **free) == []
    page = browser.get(local_path(answer.headers["Location"]))
    fields = form_of(page, "/equipe/reglages/annuler")
    other = Counsellor(d)
    add_user(d, "autre", role="admin")
    send(browser, "/equipe/reglages/annuler", fields)
    assert d.slots("premier-rdv", **free) == before
    # pressed twice: still once
    send(browser, "/equipe/reglages/annuler", fields)
    assert d.slots("premier-rdv", **free) == before
    assert other.get(OPENINGS, 303)


def test_other_choices(team):
    d, browser = team
    page = cancel_carvin(browser)
    fields = form_of(page, CHANGE)
    ids = [k for k, _ in fields if re.fullmatch(r"p\d+", k)]
    chosen = dict(fields)
    fields = [(k, v) for k, v in fields if k not in ids]
    fields += [(ids[0], chosen[ids[0]]), (ids[1], "annuler"), (ids[2], "garder"), ("action", "faire")]
    answer = send(browser, CHANGE, fields)
    said = follow(browser, answer)
    assert "1 rendez-vous déplacé. 1 rendez-vous annulé. 1 personne à appeler." in said
    after = appointments(d)
    assert (after["Bilal"]["status"], after["Bilal"]["outcome"]) == ("cancelled", "revoked")
    assert after["Chloé"]["status"] == "booked" and "2026-11-30T11:00" in after["Chloé"]["start"]
    listed = words(browser.get(OPENINGS))
    assert "1 rendez-vous n’a plus de permanence." in listed
    assert "Chloé Colin" in words(browser.get(CHANGE))
    todo = browser.get("/equipe/a-faire")
    assert "Rendez-vous qui n’ont plus de permanence" in words(todo) and "Chloé Colin À appeler." in words(todo)
    move = f"/equipe/rdv/{after['Chloé']['id']}/deplacer"
    assert f'href="{move}"' in todo.text and "Bilal" not in words(todo)
    browser.get(move)
    browser.post(move, {"jour": "2026-12-07", "heure": "09:00", "lieu": "oignies-siege", "personne": ""})
    assert "plus de permanence" not in words(browser.get("/equipe/a-faire"))


def test_what_each_choice_sends_can_be_read_before(team):
    """The words of each proposed time and of a cancellation, folded; none for one whom nothing written reaches."""
    d, browser = team
    page = cancel_carvin(browser)
    (ines, bilal, chloe) = re.findall(r'<fieldset class="panel" id="personne-.*?</fieldset>', page.text, re.S)
    for one, name in ((ines, "Inès"), (bilal, "Bilal")):
        told = dict(re.findall(r'<div data-of="([^"]+)">.*?<p class="bubble phone words">([^<]+)</p>', one, re.S))
        times = [value for value in re.findall(r'type="radio" name="p\d+" value="([^"]+)"', one)
                 if value not in ("annuler", "garder")]
        assert len(times) == 3 and sorted(told) == sorted([*times, "annuler"]), (name, told)
        assert re.search("annulé", told["annuler"]) and len(set(told.values())) == 4, told
    assert "data-of" not in chloe


def test_a_place_that_closes_offers_others_of_the_same_team(team):
    """Its permanences go with it; whoever is booked there is offered times at the organisation's other places."""
    d, browser = team
    path = "/equipe/reglages/lieux/carvin-mission-locale"
    browser.get(path)
    page = send(browser, f"{path}/fermer", [], 200)
    fields = form_of(page, CHANGE)
    chosen = [v for k, v in fields if re.fullmatch(r"p\d+", k)]
    assert len(chosen) == 3 and all("carvin" not in v and v not in ("annuler", "garder") for v in chosen), chosen
    assert re.search(r"Hénin-Beaumont|Oignies", words(page)) and "km" in words(page)
    said = follow(browser, send(browser, CHANGE, [*fields, ("action", "faire")]))
    assert "3 rendez-vous déplacés." in said
    assert {a["site"] for a in appointments(d).values()}.isdisjoint({"carvin-mission-locale"})
    assert "carvin-mission-locale" not in [s["id"] for s in d.request("GET", "/api/v1/sites").json()["sites"]]


def test_leaving_the_page_changes_nothing_and_keeps_nothing(team):
    d, browser = team
    before = d.slots("premier-rdv")
    page = cancel_carvin(browser)
    assert len(d.slots("premier-rdv")) < len(before)
    fields = form_of(page, CHANGE)
    longer = send(browser, CHANGE, [*fields, ("action", "encore")], 200)
    assert {k: v for k, v in form_of(longer, CHANGE) if k[0] in "pt"} == {k: v for k, v in fields if k[0] in "pt"}
    send(browser, CHANGE, [*fields, ("action", "rien")])
    wait_for(lambda: d.slots("premier-rdv") == before, "the times to be free again")
    assert all(a["status"] == "booked" for a in appointments(d).values())


def test_somebody_books_meanwhile(team):
    d, browser = team
    book(d, "13", ("Dan", "Dupuis", ""), "key-dan", "2026-12-03T{}:30:00+01:00", "henin-mission-locale")
    path = f"{OPENINGS}/henin-jeudi/2026-12-03"
    browser.get(path)
    page = send(browser, path, [("action", "annuler")], 200)
    fields = form_of(page, CHANGE)
    book(d, "14", ("Eva", "Evrard", ""), "key-eva", "2026-12-03T{}:30:00+01:00", "henin-mission-locale")
    answer = send(browser, CHANGE, [*fields, ("action", "faire")], 409)
    text = words(answer)
    assert "Quelqu’un a pris rendez-vous entre-temps" in text and "Eva Evrard" in text and "Dan Dupuis" in text
    assert "2026-12-03T13:30" in appointments(d)["Dan"]["start"]
    send(browser, CHANGE, [*form_of(answer, CHANGE), ("action", "faire")])
    assert not [a for a in appointments(d).values() if a["start"].startswith("2026-12-03T1") and
                a["site"] == "henin-mission-locale"]


def test_two_administrators_at_once(team):
    d, browser = team
    page = cancel_carvin(browser)
    add_user(d, "deux", role="admin")
    other = Counsellor(d, "deux")
    path = f"{OPENINGS}/carvin-lundi/2026-12-14"
    other.get(path)
    other.csrf = other.csrf
    send(other, path, [("action", "annuler")])
    answer = send(browser, CHANGE, [*form_of(page, CHANGE), ("action", "faire")], 409)
    assert "Quelqu’un d’autre vient de modifier la même chose" in words(answer)
    assert len(in_carvin(d)) == 3
    free = d.slots("premier-rdv", site="carvin-mission-locale", **{"from": "2026-12-14", "to": "2026-12-15"})
    assert free == [], "the other's change stands"


@pytest.mark.parametrize("point", ["change.noted", "change.kept", "change.settled:2"])
def test_a_crash_between_the_change_and_the_moves(daemon, point):
    d = daemon(now=NOW, territory=HENIN_CARVIN)
    add_user(d, "chef", role="admin")
    for hour, person in zip(("09", "10", "11"), PEOPLE):
        book(d, hour, person, f"key-{hour}")
    wait_for(lambda: len(d.spool()) == 2, "two confirmations")
    d.stop()
    d.env["RDVD_CRASH"] = point
    d.start()
    browser = Counsellor(d, "chef")
    page = cancel_carvin(browser)
    fields = [*form_of(page, CHANGE), ("action", "faire")]
    with pytest.raises(Exception):
        browser._request("POST", CHANGE, [("_csrf", browser.csrf), *fields])
    d.process.wait(20)
    d.process = None
    del d.env["RDVD_CRASH"]
    d.start()
    browser = Counsellor(d, "chef")
    after = appointments(d)
    assert [a["status"] for a in after.values()] == ["booked"] * 3
    still = in_carvin(d)
    assert len(still) == (1 if point.startswith("change.settled") else 3)
    kept = not d.slots("suivi", site="carvin-mission-locale", **{"from": "2026-11-30", "to": "2026-12-01"}) and \
        point != "change.noted"
    if kept:
        listed = words(browser.get(CHANGE))
        for a in still:
            assert a["person"]["last_name"] in listed
    # the browser sends its form again: the rest is done, nothing twice
    browser.get(OPENINGS)
    answer = browser._request("POST", CHANGE, [("_csrf", browser.csrf), *fields])
    assert answer.status == 303, words(answer)
    assert in_carvin(d) == []
    assert len(moves_told(d)) == 2, "each told once"
    d.rdvctl("check")


def test_rights_across_organisations(daemon, tmp_path):
    territory = small()
    territory["organisations"].append({"id": "b", "name": "B"})
    there = dict(site("loin"), organisation="b")
    territory["sites"].append(there)
    territory["counsellors"].append({"id": "kb", "organisation": "b", "label": "Kim"})
    theirs = dict(territory["openings"][0], id="chez-b", site="loin", counsellor="kb")
    territory["openings"].append(theirs)
    d = daemon(now=NOW, territory=write_territory(tmp_path, territory))
    d.rdvctl("user", "add", "ana", "--role", "admin", "--organisation", territory["organisations"][0]["id"],
             "--password-stdin", stdin="un-mot-de-passe-long\n")
    browser = Counsellor(d, "ana")
    browser.get(OPENINGS)
    mine = territory["openings"][0]["id"]
    browser.get(f"{OPENINGS}/{mine}")
    for path in (f"{OPENINGS}/chez-b", f"{OPENINGS}/chez-b/{theirs['start'][:10]}"):
        browser.get(path, 404)
    send(browser, f"{OPENINGS}/chez-b/fin", [("action", "retirer")], 404)
    # by the hidden field of the change's page
    for edit in ({"kind": 6, "slug": "chez-b", "body": None, "fresh": 0, "was": ""},
                 {"kind": 6, "slug": mine, "body": {k: v for k, v in theirs.items() if k != "id"}, "fresh": 0,
                  "was": ""},
                 {"kind": 1, "slug": "n", "body": {"id": "n", "name": "à moi"}, "fresh": 0, "was": ""},
                 {"kind": 2, "slug": "b", "body": {"name": "à moi"}, "fresh": 0, "was": ""},
                 {"kind": 2, "slug": "c", "body": {"name": "à moi"}, "fresh": 1, "was": ""}):
        change = json.dumps({"edits": [edit], "title": "x", "done": OPENINGS, "said": "x"})
        send(browser, CHANGE, [("modification", change), ("action", "faire")], 404)
    for broken in ("", "[]", "{\"edits\": [{}]}", "{\"edits\": [{\"kind\": 99, \"was\": \"\"}]}"):
        send(browser, CHANGE, [("modification", broken), ("action", "faire")], 400)
    # somebody without the right
    add_user(d, "cons", territory["counsellors"][0]["id"])
    reader = Counsellor(d, "cons")
    assert "Ajouter une permanence" not in words(reader.get(OPENINGS))
    reader.get(f"{OPENINGS}/nouvelle", 403)
    send(reader, f"{OPENINGS}/{mine}", [("lieu", "x")], 403)


def test_markup_is_words(daemon, tmp_path):
    nasty = "<script>alert(1)</script>\"'&"
    territory = small()
    territory["sites"][0].update(name=nasty, commune=nasty)
    territory["counsellors"][0]["label"] = nasty
    d = daemon(now=NOW, territory=write_territory(tmp_path, territory))
    add_user(d, "chef", role="admin")
    browser = Counsellor(d, "chef")
    mine = territory["openings"][0]["id"]
    for path in (OPENINGS, f"{OPENINGS}/{mine}", f"{OPENINGS}/nouvelle"):
        answer = browser.get(path)
        assert nasty not in answer.text and html.escape(nasty, quote=False)[:12] in answer.text, path
    typed = [("lieu", nasty), ("qui[]", nasty), ("type[]", nasty), ("debut", nasty), ("de", nasty), ("a", nasty),
             ("rythme", "texte"), ("regle", nasty), ("fin", "date"), ("jusqu", nasty), ("reserve", nasty),
             ("reserve-heure", nasty), ("semaines", nasty), ("action", "garder")]
    answer = send(browser, f"{OPENINGS}/nouvelle", typed, 422)
    assert "<script>alert" not in answer.text


FORM = {"debut": "2026-12-01", "de": "09:00", "a": "12:00", "rythme": "semaine", "semaines": "1", "jours[]": "1",
        "fin": "sans", "mois": "1", "rang": "1", "jour": "0", "reserve": "0", "reserve-jours": "1",
        "reserve-heure": "18:00", "lieu": "libercourt-ccas", "qui[]": "conseiller-1", "type[]": "suivi"}


def test_a_permanence_is_made_warned_of_changed_and_ended(team):
    d, browser = team
    browser.get(f"{OPENINGS}/nouvelle")
    text = words(send(browser, f"{OPENINGS}/nouvelle", [*FORM.items(), ("action", "voir")], 200))
    assert "Chaque mardi matin à Libercourt, à partir du 1er décembre 2026." in text
    assert "Mardi 1er décembre" in text and "Mardi 29 décembre" in text
    # Monday afternoons conseiller-1 is at the office: said, not refused
    clash = {**FORM, "jours[]": "0", "de": "14:00", "a": "16:00"}
    answer = send(browser, f"{OPENINGS}/nouvelle", [*clash.items(), ("action", "garder")], 200)
    assert "Conseiller 1 est déjà en permanence à Oignies" in words(answer)
    send(browser, f"{OPENINGS}/nouvelle", [*clash.items(), ("averti", "1"), ("action", "garder")])
    answer = send(browser, f"{OPENINGS}/nouvelle", [*FORM.items(), ("action", "garder")])
    free = {"site": "libercourt-ccas", "from": "2026-12-01", "to": "2026-12-02"}
    assert len(d.slots("suivi", **free)) == 4
    listed = browser.get(OPENINGS)
    assert "Chaque mardi matin, à partir du 1er décembre 2026, de 9 h à 12 h" in words(listed).replace(" ,", ",")
    slug = re.search(r'permanences/([a-z0-9-]+)">Chaque mardi', listed.text).group(1)
    form = form_of(browser.get(f"{OPENINGS}/{slug}"), f"{OPENINGS}/{slug}")
    changed = [(k, "10:00" if k == "de" else v) for k, v in form] + [("action", "garder")]
    send(browser, f"{OPENINGS}/{slug}", changed)
    assert len(d.slots("suivi", **free)) == 2
    # an old form is not kept over a newer change
    assert "a changé cette permanence entre-temps" in words(send(browser, f"{OPENINGS}/{slug}", changed, 409))
    send(browser, f"{OPENINGS}/{slug}/fin", [("dernier", "2026-12-08"), ("action", "finir")])
    tuesdays = [s for s in d.slots("suivi", **{**free, "to": "2026-12-31"})
                if datetime.fromisoformat(s["start"]).weekday() == 1]
    assert len(tuesdays) == 4
    send(browser, f"{OPENINGS}/{slug}/fin", [("action", "retirer")])
    assert d.slots("suivi", **free) == []
    browser.get(f"{OPENINGS}/{slug}", 404)


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(team):
    d, browser = team
    browser.get(f"{OPENINGS}/nouvelle")
    wrong = [("lieu", ""), ("debut", ""), ("de", "12:00"), ("a", "9:00"), ("rythme", "semaine"), ("semaines", "2"),
             ("jours[]", "3"), ("fin", "fois"), ("fois", "7"), ("action", "garder")]
    answer = send(browser, f"{OPENINGS}/nouvelle", wrong, 422)
    text = words(answer)
    for said in ("Choisissez un lieu.", "Choisissez qui reçoit.", "Choisissez au moins un type", "le premier jour"):
        assert said in text
    fields = form_of(answer, f"{OPENINGS}/nouvelle")
    assert ("semaines", "2") in fields and ("jours[]", "3") in fields and ("fois", "7") in fields
    assert ("de", "12:00") in fields


def test_an_urgent_reserve_opens_when_it_is_said(team):
    d, browser = team
    browser.get(f"{OPENINGS}/nouvelle")
    kept = {**FORM, "reserve": "2", "reserve-jours": "2", "reserve-heure": "08:00"}
    send(browser, f"{OPENINGS}/nouvelle", [*kept.items(), ("action", "garder")])
    free = {"site": "libercourt-ccas", "from": "2026-12-01", "to": "2026-12-02"}
    assert len(d.slots("suivi", **free)) == 2
    d.stop()
    d.now = "2026-11-29T07:59:00+01:00"
    d.start()
    assert len(d.slots("suivi", **free)) == 2
    d.stop()
    d.now = "2026-11-29T08:00:00+01:00"
    d.start()
    assert len(d.slots("suivi", **free)) == 4
