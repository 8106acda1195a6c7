# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody would try who has an account and wants more: another organisation's people and changes by
their numbers, more rights than were given, a stolen browser; and nasty values in every field of every form."""

import json
import re

import pytest

from helpers import Daemon
from small import NOW, at, booking, person, write_territory
from test_rights import member, two_organisations
from test_staff_pages import Counsellor, words


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """Two organisations, somebody of every role in the first (o), an administrator of the second (xo)."""
    folder = tmp_path_factory.mktemp("attack")
    d = Daemon(folder / "d", now=NOW, territory=write_territory(folder, two_organisations()))
    try:
        for role in ("network", "admin", "counsellor", "desk", "observer"):
            member(d, role, role, None if role == "network" else "o", "ada" if role == "counsellor" else None)
        member(d, "other", "admin", "xo")
        yield d
        d.stop()
    finally:
        d.end()


def bearer(d, role, organisation=None, label="programme"):
    own = ["--organisation", organisation] if organisation else []
    return {"Authorization": "Bearer " + d.rdvctl("token", "add", role, *own, "--label", label).stdout.strip()}


def appointments(d):
    return {r["id"]: r for r in d.local("GET", "/staff/appointments", expect=200).json()["appointments"]}


def sent(browser, path, fields):
    """A form as nobody's page has it: the answer, whatever it is."""
    return browser._request("POST", path, [("_csrf", browser.csrf), *fields])


def closure(d, token, name, day, site, query=""):
    return d.request("POST", "/api/v1/staff/settings/closures" + query,
                     {"id": name, "from": day, "to": day, "reason": "Travaux", "site": site}, token)


# ---- another organisation's rows


def test_nobody_settles_for_another_team(office):
    """The page of who is touched takes the ids of appointments from its form."""
    d = office
    d.local("POST", "/staff/appointments", booking("left", "rdv", "xcentre", at("2026-03-24", 9), person(1)), expect=201)
    left = next(i for i, r in appointments(d).items() if r["person"]["first_name"] == "Prénom1")
    made = closure(d, bearer(d, "admin", "xo"), "travaux", "2026-03-24", "xcentre", "?touched=keep")
    assert made.status == 201 and made.json()["touched"]
    before = appointments(d)
    for login in ("counsellor", "admin"):
        browser = Counsellor(d, login)
        browser.get("/equipe/compte")
        for choice in ("annuler", "garder", "centre@2026-03-25T09:00", "?"):
            for change in ({"resumed": True}, {"edits": []}, {"title": "Chez eux", "edits": []}):
                answer = sent(browser, "/equipe/reglages/changement",
                              [("modification", json.dumps(change)), ("p" + left, choice), ("action", "encore")])
                assert "Prénom1" not in answer.text, (login, choice, change)
                answer = sent(browser, "/equipe/reglages/changement",
                              [("modification", json.dumps(change)), ("p" + left, choice)])
                assert "Prénom1" not in answer.text and appointments(d) == before, (login, choice, change)
    # their own team still has it to settle
    other = Counsellor(d, "other")
    assert "Prénom1" in words(other.get("/equipe/reglages/changement"))


def test_a_change_is_taken_back_by_its_own_team(office):
    """A program's label and an old login prove nothing."""
    d = office
    made = closure(d, bearer(d, "admin", "xo", "agenda"), "avril", "2026-04-24", "xcentre")
    edit = made.json()["edit"]
    for role in ("admin", "counsellor"):
        answer = d.request("POST", f"/api/v1/staff/edits/{edit}/undo", {}, bearer(d, role, "o", "agenda"))
        assert answer.status in (403, 404), role
    admin = Counsellor(d, "admin")
    admin.get("/equipe/compte")
    admin.post("/equipe/reglages/annuler", {"fait": edit, "retour": "/equipe/reglages"}, 404)
    # who has moved to another team leaves the changes of the first behind
    member(d, "partante", "admin", "xo")
    partante = Counsellor(d, "partante")
    page = partante.get("/equipe/reglages/fermetures")
    target = re.search(r'<option value="([^"]*xcentre)"', page.text).group(1)
    done = partante.post("/equipe/reglages/fermetures", {"cible": target, "du": "2026-05-12", "au": "2026-05-12",
                                                         "raison": "Pont"})
    mine = re.search(r"fait=(\d+)", done).group(1)
    assert 'name="fait"' in partante.get(done).text
    assert 'name="fait"' not in admin.get(f"/equipe/reglages/fermetures?fait={mine}").text
    d.local("PUT", "/staff/accounts/partante", {"organisation": "o"}, expect=200)
    partante.get("/equipe/compte")
    partante.post("/equipe/reglages/annuler", {"fait": mine, "retour": "/equipe/reglages"}, 404)
    own = d.request("POST", f"/api/v1/staff/edits/{edit}/undo", {}, bearer(d, "admin", "xo", "agenda"))
    assert own.status == 200, own


def test_nobody_gets_more_than_was_given(office):
    """An account that has its organisation by its agenda alone does not become the network's without it."""
    d = office
    member(d, "derivee", "counsellor", None, "bea")
    admin = bearer(d, "admin", "o")
    for body in ({"role": "admin", "counsellor": None}, {"counsellor": None}, {"role": "admin", "organisation": None}):
        answer = d.request("PUT", "/api/v1/staff/accounts/derivee", body, admin)
        assert answer.status == 200 and answer.json()["account"]["organisation"] == "o", body
    browser = Counsellor(d, "derivee")
    for path in ("/equipe/reglages/territoire", "/equipe/reglages/territoire.json"):
        assert browser._request("GET", path, None).status == 403, path
    assert d.request("PUT", "/api/v1/staff/accounts/network", {"role": "desk"}, admin).status == 404


def test_the_front_desk_is_not_told_how_it_went(office):
    """Nor what for, nor that somebody comes along: an hour, a place, a first name."""
    d = office
    d.local("POST", "/staff/appointments", booking("accueil", "rdv", "centre", at("2026-03-20", 8),
                                                   {**person(7), "first_name": "Ursule"}), expect=201)
    one = next(i for i, r in appointments(d).items() if r["person"]["first_name"] == "Ursule")
    d.local("POST", f"/staff/appointments/{one}/outcome", {"outcome": "no_show"}, expect=200)
    seen, desk = Counsellor(d, "counsellor"), Counsellor(d, "desk")
    told = 0
    for path in ("/equipe?jour=2026-03-20", "/equipe/semaine?jour=2026-03-20", "/equipe/jour?jour=2026-03-20",
                 "/equipe/semaine?jour=2026-03-20&part=1", "/equipe/mois?jour=2026-03-20"):
        told += "Non honoré" in words(seen._request("GET", path, None))
        text = words(desk._request("GET", path, None))
        assert "Non honoré" not in text, path
    assert told >= 3
    row = next(r for r in d.request("GET", "/api/v1/staff/appointments", headers=bearer(d, "desk", "o")).json()
               ["appointments"] if r["id"] == one)
    assert row["outcome"] == "unknown" and row["persons_present"] is None
    assert appointments(d)[one]["outcome"] == "no_show"
