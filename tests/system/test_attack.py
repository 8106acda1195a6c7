# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody would try who has an account and wants more: another organisation's people and changes by
their numbers, more rights than were given, a stolen browser; and nasty values in every field of every form."""

import json
import re
import urllib.parse

import pytest

from helpers import Daemon
from small import NOW, Page, at, booking, cookie_header, person, service, site, write_territory
from test_accounts import code_of, seconds
from test_rights import MARKUP, is_endless, member, two_organisations
from test_staff_pages import PASSWORD, Counsellor, words


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


def test_what_a_change_carries_is_judged_again(office):
    """The edits of a change travel through the browser in a hidden field."""
    d = office
    network = bearer(d, "network")

    def territory():
        return d.request("GET", "/api/v1/staff/territory", headers=network).json()

    before = territory()
    known = {o["id"]: o for key in ("organisations", "sites", "counsellors", "services", "openings")
             for o in before[key]}
    edits = [{"kind": kind, "slug": slug, "body": body and {**body, "name": "Volé"}}
             for kind in range(10) for slug in ("petit", "xo", "xcentre", "xada", "rdv", "xa")
             for body in (None, known.get(slug))]
    mine, kinds = known["a"], {"site": 3, "service": 5, "opening": 6, "closure": 7}
    edits += [{"kind": kinds["site"], "slug": "centre", "body": {**known["centre"], "organisation": "xo"}},
              {"kind": kinds["site"], "slug": "xcentre", "body": {**known["xcentre"], "organisation": "o"}},
              {"kind": kinds["service"], "slug": "neuf", "body": {**known["rdv"], "id": "neuf"}, "fresh": 1}]
    edits += [{"kind": kinds["opening"], "slug": "a", "body": {**mine, **stolen}}
              for stolen in ({"counsellor": "xada"}, {"counsellor": ["ada", "xada"]}, {"site": "xcentre"},
                             {"overrides": [{"on": "2026-03-21", "counsellor": "xada"}]},
                             {"overrides": [{"on": "2026-03-21", "counsellor": ["xada"]}]},
                             {"overrides": [{"on": "2026-03-21", "site": "xcentre"}]})]
    edits += [{"kind": kinds["closure"], "slug": "f", "fresh": 1,
               "body": {"id": "f", "from": "2026-05-05", "to": "2026-05-05", "reason": "x", **whose}}
              for whose in ({"organisation": "xo"}, {"site": "xcentre"}, {"counsellor": "xada"}, {"site": ["xcentre"]},
                            {"counsellor": ["xada"]}, {})]
    for login in ("admin", "counsellor"):
        browser = Counsellor(d, login)
        browser.get("/equipe/compte")
        for edit in edits:
            change = {"edits": [{"was": "", **edit}], "done": "//exemple.org"}
            answer = sent(browser, "/equipe/reglages/changement", [("modification", json.dumps(change))])
            assert answer.status in (303, 400, 404, 409), (login, edit, answer.status)  # 303: there is nothing to do
            assert answer.headers.get("Location", "/equipe").startswith("/equipe")
        away = {"counsellor": "xada", "start": 1774000020, "end": 1774003620, "label": "x"}
        answer = sent(browser, "/equipe/reglages/changement", [("modification", json.dumps({"edits": [], "away": away}))])
        assert answer.status == 404, login
        for text in ("[" * 20000, '{"edits":[' * 3000, '{"edits":[],"edits":[]}', '{"edits":[1]}', '{"title":"\\u0000"}', "null",
                     json.dumps({"edits": [{"kind": 3, "slug": "centre", "was": ""}] * 40})):
            assert sent(browser, "/equipe/reglages/changement", [("modification", text)]).status == 400, text[:40]
    assert territory() == before


def test_what_another_team_has_closed_stays_its_own(office):
    """A retired agenda or place that came back elsewhere would bring its past appointments along."""
    d = office
    network, admin = bearer(d, "network"), bearer(d, "admin", "o")
    for kind, name, number in (("counsellors", "xeve", 4), ("sites", "xloin", 3), ("services", "sien", 5)):
        body = {"counsellors": {"id": name, "organisation": "xo", "label": "Xeve"},
                "sites": {**site(name), "organisation": "xo"},
                "services": service(name, 60, organisation="xo")}[kind]
        if name == "xeve":
            d.request("DELETE", "/api/v1/staff/settings/openings/xe", headers=network)
        else:
            assert d.request("POST", f"/api/v1/staff/settings/{kind}", body, network).status == 201
        assert d.request("DELETE", f"/api/v1/staff/settings/{kind}/{name}", headers=network).status == 200, name
        stolen = {**body, "organisation": "o"}
        assert d.request("PUT", f"/api/v1/staff/settings/{kind}/{name}", stolen, admin).status == 404, name
        browser = Counsellor(d, "admin")
        browser.get("/equipe/compte")
        edit = {"kind": number, "slug": name, "body": stolen, "was": ""}
        answer = sent(browser, "/equipe/reglages/changement", [("modification", json.dumps({"edits": [edit]}))])
        assert answer.status == 404, name
        assert d.request("GET", f"/api/v1/staff/settings/{kind}/{name}", headers=network).status == 404, name


def test_a_browser_left_open_is_not_enough(office):
    """What would keep its owner out asks for the password, and is told nothing without it."""
    d = office
    member(d, "distraite", "counsellor", "o")
    browser = Counsellor(d, "distraite")
    page = browser.get("/equipe/compte/protection")
    secret = re.search(r'<code id="cle">([A-Z2-7 ]+)</code>', page.text).group(1)
    code = code_of(secret, seconds(NOW))
    for present in ({}, {"present": "pas celui-ci"}):
        answer = browser.post("/equipe/compte/protection", {"code": code, **present}, 422)
        assert "Ce n’est pas votre mot de passe actuel" in words(answer)
    for path in ("codes", "mot-de-passe"):
        browser.post("/equipe/compte/" + path, {"nouveau": "une phrase toute neuve"}, 422)
    again = Counsellor(d)
    assert again.log_in("distraite", PASSWORD).headers["Location"].endswith("/equipe"), "no second factor stands"


# ---- every field of every form

NASTY = (MARKUP, "a\r\nX-Injected: 1\r\n\r\n<script>alert(1)", "=cmd|' /C calc'!A0", "é" * 3000, b"\xff\xfe\xc3", b"a\x00b",
         "9999-12-31", "0001-01-01", "9" * 30, "-1", "[" * 4000, "{{layout.csrf}}%s%n")


def shape(path):
    return re.sub(r"\d+|x?centre|x?voisin|x?salle", "N", path)


def forms_of(browser, first):
    """Each page that leads on from the first ones, and each form once."""
    queue, pages, forms, shapes = list(first), [], {}, {}
    while queue and len(pages) < 120:
        path = queue.pop(0)
        shapes[shape(path)] = shapes.get(shape(path), 0) + 1
        if path in pages or shapes[shape(path)] > 1 or not path.startswith("/equipe"):
            continue
        pages.append(path)
        answer = browser._request("GET", path, None)
        assert answer.status < 500, path
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        page = Page(answer.text)
        queue += [link.split("#")[0] for link in page.links]
        names = set(re.findall(r'<(?:select|textarea|input|button)[^>]* name="([^"]+)"', answer.text)) - {"_csrf"}
        for form in page.forms:
            action = form["action"] or path
            forms.setdefault((form["method"], shape(action)), (action, dict(form["fields"]), sorted(names)))
    return pages, forms


def test_nasty_values_in_every_field(office):
    d = office
    d.local("POST", "/staff/appointments", booking("nasty", "atelier", "salle", at("2026-03-20", 14), person(3)),
            expect=201)
    member(d, "curieuse", "network")
    browser = Counsellor(d, "curieuse")
    browser.get("/equipe/compte")
    token = browser.csrf
    routes = d.local("GET", "/local/routes", expect=200).json()["routes"]
    pages, forms = forms_of(browser, [r["pattern"] for r in routes if r["access"] == "staff" and r["method"] == "GET"
                                      and "{" not in r["pattern"] and not is_endless(r)]
                            + ["/equipe/rdv/1", "/equipe/reglages/permanences/a"])
    assert len(forms) > 50
    spared = ("deconnexion", "appareils", "mot-de-passe")  # she stays logged in
    d.expect_log(r"^<4>budget:")
    for (method, _), (action, fields, names) in sorted(forms.items()):
        if any(word in action for word in spared):
            continue
        tries = [{name: value for name in names} for value in NASTY]
        tries += [{**fields, name: value} for name in names[:6] for value in (MARKUP, NASTY[1], NASTY[4])]
        for typed in tries:
            body = urllib.parse.urlencode({**typed, "_csrf": token})
            if len(body) > 60000:
                continue
            path = action if method == "post" else action.split("?")[0] + "?" + urllib.parse.urlencode(typed)[:3000]
            answer = browser.client.request(method.upper(), path, body if method == "post" else None,
                                            {**browser.headers, **cookie_header(browser.cookies)})
            where = f"{method} {action} {str(typed)[:200]}"
            assert answer.status < 500 and "X-Injected" not in answer.headers, where
            assert b"<script>alert" not in answer.body and b"<img src=x" not in answer.body, where
            assert "no-store" in answer.headers["Cache-Control"], where
            leads = answer.headers.get("Location", "/equipe")
            assert re.match(r"(http://127\.0\.0\.1:\d+)?/equipe", leads) and not re.search(r"[\r\n<]", leads), where
    for path in pages:
        answer = browser._request("GET", path, None)
        html = answer.headers.get("Content-Type", "").startswith("text/html")
        assert answer.status < 500 and not (html and b"<script>alert" in answer.body), path
    assert "script>alert" not in d.log() and "Prénom3" not in d.log()


def test_bodies_that_are_no_bodies(office):
    d = office
    network = bearer(d, "network")
    bodies = ("[" * 60000, '{"a":' * 9000 + "1" + "}" * 9000, '{"role":"desk","role":"admin"}', '{"name":"\\ud800"}', '"x"',
              "1e999", '{"start":1,"end":[],"id":{},"name":[1],"role":5,"outcome":null,"site":{},"service":[],"person":3}')
    calls = [r for r in d.local("GET", "/local/routes", expect=200).json()["routes"]
             if r["access"] in ("staff_api", "public") and r["body"] == "json"]
    assert len(calls) >= 15
    with d.client() as client:
        for r in calls:
            for name in ("1", "9" * 20, "-1", "centre"):
                path = re.sub(r"{\*?\w+}", name, r["pattern"].replace("{kind}", "sites"))
                for body in bodies if name == "1" else bodies[-1:]:
                    answer = client.request(r["method"], path, body, {**network, "Content-Type": "application/json"})
                    assert 400 <= answer.status < 500 or answer.status == 200, (r["method"], path, body[:40], answer)
