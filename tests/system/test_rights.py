# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what, walked over every route that the server has: each with each role, and with the objects
of another organisation. The routes and the table of rights come from the server itself, so that a route
which is added is walked too. And what guards the forms: their token, the markup that is typed into them,
where a log-in may lead."""

import json
import re
import urllib.parse

import pytest

from helpers import Daemon
from small import NOW, Page, at, booking, cookie_header, small, write_territory
from test_staff_pages import PASSWORD, Counsellor

ROLES = ("network", "admin", "counsellor", "desk", "observer")
MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


PRUNE = {"first_name": "Prune", "last_name": "Quetsche", "birth_year": 2004, "phone": "06 12 34 56 78",
         "email": "prune@exemple.fr", "needs": "Interprète : arabe"}


def two_organisations():
    """The small territory, and the same again of another organisation: x in front of every name."""
    t = small()
    other = json.loads(json.dumps({k: t[k] for k in ("organisations", "sites", "counsellors", "openings")}))
    for organisation in other["organisations"]:
        organisation.update(id="xo", name="Autre CLLAJ")
    for one in other["sites"]:
        one.update(id="x" + one["id"], organisation="xo")
    for one in other["counsellors"]:
        one.update(id="x" + one["id"], organisation="xo", label="X" + one["label"])
    for one in other["openings"]:
        who = one["counsellor"]
        one.update(id="x" + one["id"], site="x" + one["site"],
                   counsellor=["x" + w for w in who] if isinstance(who, list) else "x" + who)
    for key, rows in other.items():
        t[key] = t[key] + rows
    return t


def member(d, login, role, organisation=None, counsellor=None):
    flags = ["--organisation", organisation] if organisation else []
    flags += ["--counsellor", counsellor] if counsellor else []
    d.rdvctl("user", "add", login, "--role", role, *flags, "--password-stdin", stdin=PASSWORD + "\n")


def is_endless(route):
    """An answer without an end: the agenda's events."""
    return any(word in route["pattern"] for word in ("/direct", "/flux", "/evenements", "/suivi", "/vivant"))


class Walk:
    """A daemon with two organisations, somebody of every role in the first, and rows of the second."""

    def __init__(self, daemon, folder):
        self.d = d = daemon(now=NOW, territory=write_territory(folder, two_organisations()))
        for role in ROLES:
            member(d, role, role, None if role == "network" else "o", "ada" if role == "counsellor" else None)
        member(d, "other", "admin", "xo")
        self.routes = d.local("GET", "/local/routes", expect=200).json()["routes"]
        self.table = d.local("GET", "/local/rights", expect=200).json()["roles"]
        self.ids = self.others_rows()
        self.tokens = {}
        for role in ROLES:
            own = [] if role == "network" else ["--organisation", "o"]
            self.tokens[role] = d.rdvctl("token", "add", role, *own).stdout.strip()

    def others_rows(self):
        """The id of something of the other organisation, by the words of a route around its {id}."""
        d, ids = self.d, {}
        d.local("POST", "/staff/appointments", booking("mine", "rdv", "centre", at("2026-03-20", 10), PRUNE), expect=201)
        start = at("2026-03-23", 9)
        made = d.local("POST", "/staff/appointments", booking("other", "rdv", "xcentre", start), expect=201).json()
        rows = d.local("GET", "/staff/appointments", expect=200).json()["appointments"]
        ids["appointment"] = next(r["id"] for r in rows if r["site"] == "xcentre")
        other = self.d.local("GET", "/staff/accounts", expect=200).json()["accounts"]
        assert made["appointment"] and any(a["login"] == "other" for a in other)
        d.local("POST", "/staff/accounts", {"name": "Zoé", "role": "desk", "organisation": "xo"}, expect=201)
        d.rdvctl("token", "add", "observer", "--organisation", "xo", "--label", "autre")
        tokens = d.local("GET", "/staff/tokens", expect=200).json()["tokens"]
        ids["token"] = next(t["id"] for t in tokens if t["label"] == "autre")
        return ids

    def granted(self, role, route):
        return self.table[role][route["object"]][route["action"]] != "none"

    def path(self, pattern):
        """The pattern with ids that could be: of the other organisation where the walk knows one."""
        path = pattern.replace("{login}", "other")
        if "/tokens/{id}" in path:
            path = path.replace("{id}", self.ids["token"])
        path = path.replace("{kind}", "sites").replace("{id}", self.ids["appointment"])
        return re.sub(r"{\*?\w+}", "1", path)


@pytest.fixture(scope="module")
def walk(tmp_path_factory):
    """One daemon for all of them: making eleven members of staff and tokens is most of the time."""
    folder = tmp_path_factory.mktemp("rights")
    made = []

    def daemon(**options):
        made.append(Daemon(folder / "d", **options))
        return made[0]

    try:
        yield Walk(daemon, folder)
        made[0].stop()
    finally:
        made[0].end()


def test_every_route_of_the_team_names_its_right(walk):
    assert set(walk.table) == set(ROLES)
    for r in walk.routes:
        if r["access"] in ("staff", "staff_api"):
            assert r["object"] and r["action"] in ("see", "change"), r
        else:
            assert r["object"] is None, r
    # What changes something by a form is guarded by its token, and what only looks grants no change.
    for r in walk.routes:
        if r["access"] == "staff" and r["method"] != "GET":
            assert r["csrf"] == "token", r
        if r["access"] == "staff_api":
            assert r["pattern"].startswith("/api/v1/"), r
        if r["access"] == "public" and r["method"] == "POST" and r["body"] == "form":
            assert r["csrf"] in ("token", "origin"), r


def test_every_page_with_every_role(walk):
    """What the table does not grant is refused with 403, what it grants never is, and nothing breaks."""
    pages = [r for r in walk.routes if r["access"] == "staff"]
    assert len(pages) > 30
    for role in ROLES:
        browser = Counsellor(walk.d, role)
        browser.csrf = Page(browser._request("GET", "/equipe/compte", None).text).form_to("/deconnexion")
        token = dict(browser.csrf["fields"])["_csrf"]
        for r in pages:
            path = walk.path(r["pattern"])
            if is_endless(r) and walk.granted(role, r):
                continue  # test_agenda_live holds it
            if r["method"] == "GET":
                answer = browser._request("GET", path, None)
            else:
                answer = browser.client.request(r["method"], path, urllib.parse.urlencode({"_csrf": token}),
                                                {**browser.headers, **cookie_header(browser.cookies)})
            where = f"{role}: {r['method']} {path}: {answer.status}"
            assert answer.status < 500, f"{where} {answer.text[:300]}"
            if walk.granted(role, r):
                # a 403 of a granted page is the page's own word about this one thing
                assert answer.status != 401 and (answer.status != 403 or r["method"] != "GET"), where
            else:
                assert answer.status == 403, where


def test_nobody_sees_a_page_without_logging_in(walk):
    for r in walk.routes:
        path = walk.path(r["pattern"])
        if r["access"] == "staff" and r["method"] == "GET":
            answer = walk.d.request("GET", path)
            assert answer.status == 303 and answer.headers["Location"].startswith("/equipe/connexion"), path
        elif r["access"] == "staff":
            assert walk.d.request(r["method"], path, "").status in (303, 403), path
        elif r["access"] == "staff_api":
            assert walk.d.request(r["method"], path, {} if r["body"] == "json" else None).status == 401, path
        elif r["access"] == "local":
            assert walk.d.request(r["method"], path).status == 404, path


def test_every_call_with_every_role(walk):
    calls = [r for r in walk.routes if r["access"] == "staff_api"]
    assert len(calls) > 15
    for role in ROLES:
        for r in calls:
            if r["pattern"].endswith("/tokens/{id}") and r["method"] == "DELETE":
                continue  # below
            path = walk.path(r["pattern"])
            body = {} if r["body"] == "json" else None
            answer = walk.d.request(r["method"], path, body, {"Authorization": f"Bearer {walk.tokens[role]}"})
            where = f"{role}: {r['method']} {path}: {answer.status}"
            assert answer.status < 500, where
            if not walk.granted(role, r):
                assert answer.status == 403, where
            else:
                assert answer.status not in (401, 403), where


def test_what_is_another_organisations_does_not_exist(walk):
    """By its id, for every role of the first organisation: pages and calls alike."""
    d, other = walk.d, walk.ids["appointment"]
    bodies = {"outcome": {"outcome": "seen"}, "move": {"site": "centre", "start": at("2026-03-24", 9)}}
    before = d.local("GET", "/staff/appointments", expect=200).json()
    for role in ROLES[1:]:
        browser = Counsellor(d, role)
        form = Page(browser._request("GET", "/equipe/compte", None).text).form_to("/deconnexion")
        token = dict(form["fields"])["_csrf"]
        for r in walk.routes:
            if not walk.granted(role, r) if r["object"] else True:
                continue
            path = r["pattern"]
            if "/rdv/{id}" in path and r["access"] == "staff":
                path = walk.path(path)
                fields = urllib.parse.urlencode({"_csrf": token, "presence": "excused", "retour": "/equipe"})
                answer = browser.client.request(r["method"], path, fields if r["method"] == "POST" else None,
                                                {**browser.headers, **cookie_header(browser.cookies)})
                assert answer.status == 404, f"{role}: {r['method']} {path}: {answer.status}"
            elif "/staff/appointments/{id}" in path:
                word = path.rsplit("/", 1)[1]
                answer = d.request(r["method"], walk.path(path), bodies.get(word, {} if r["body"] == "json" else None),
                                   {"Authorization": f"Bearer {walk.tokens[role]}"})
                assert answer.status == 404, f"{role}: {r['method']} {path}: {answer!r}"
        # accounts, tokens, lists
        bearer = {"Authorization": f"Bearer {walk.tokens[role]}"}
        if role == "admin":
            assert d.request("PUT", "/api/v1/staff/accounts/other", {"role": "desk"}, bearer).status == 404
            assert d.request("DELETE", "/api/v1/staff/accounts/other/factor", headers=bearer).status == 404
            assert d.request("DELETE", f"/api/v1/staff/tokens/{walk.ids['token']}", headers=bearer).status == 404
            seen = d.request("GET", "/api/v1/staff/accounts", headers=bearer).json()["accounts"]
            assert {a["login"] for a in seen} == {"admin", "counsellor", "desk", "observer"}
            assert [t["label"] for t in d.request("GET", "/api/v1/staff/tokens", headers=bearer).json()["tokens"]] \
                == [""] * 4
            more = d.request("POST", "/api/v1/staff/tokens", {"role": "network"}, bearer)
            assert more.status == 422 and more.json()["errors"][0]["field"] == "role"
            assert d.request("POST", "/api/v1/staff/tokens", {"role": "desk", "organisation": "xo"},
                             bearer).status == 422
            assert d.request("POST", "/api/v1/staff/accounts", {"name": "Z", "role": "admin", "organisation": "xo"},
                             bearer).status == 422
        if role in ("admin", "counsellor", "desk"):
            rows = d.request("GET", "/api/v1/staff/appointments", headers=bearer).json()["appointments"]
            assert rows and not any(r["site"].startswith("x") or r["id"] == other for r in rows), role
            for name, value in (("site", "xcentre"), ("counsellor", "xada")):
                assert d.request("GET", f"/api/v1/staff/appointments?{name}={value}", headers=bearer).status == 422
        if role in ("admin", "counsellor"):
            taken = d.request("POST", "/api/v1/staff/appointments",
                              booking("k" + role, "rdv", "xcentre", at("2026-03-24", 9)), bearer)
            assert taken.status == 422, taken
            known = booking("p" + role, "rdv", "centre", at("2026-03-24", 9))
            person = next(r for r in before["appointments"] if r["id"] == other)["person"]["id"]
            known["person"] = {"id": int(person), "first_name": "Léa", "last_name": "Dubois", "birth_year": 2004}
            assert d.request("POST", "/api/v1/staff/appointments", known, bearer).status == 404
    after = d.local("GET", "/staff/appointments", expect=200).json()
    told = [{key: r[key] for key in ("id", "site", "start", "status", "outcome", "counsellors")}
            for answer in (before, after) for r in answer["appointments"]]
    assert told[:len(told) // 2] == told[len(told) // 2:]


def test_the_front_desk_sees_an_hour_a_place_and_a_first_name(walk):
    d = walk.d
    rows = d.request("GET", "/api/v1/staff/appointments",
                     headers={"Authorization": f"Bearer {walk.tokens['desk']}"}).json()["appointments"]
    row = next(r for r in rows if r["person"]["first_name"] == "Prune")
    assert row["messages"] == []
    secret = ("Quetsche", "612345678", "06 12 34 56 78", "06\u00a012", "prune@", "arabe")
    assert not any(s in json.dumps(row, ensure_ascii=False) for s in secret)
    desk = Counsellor(d, "desk")
    pages = [r["pattern"] for r in walk.routes
             if r["access"] == "staff" and r["method"] == "GET" and walk.granted("desk", r)
             and "{" not in r["pattern"] and not is_endless(r)]
    told = 0
    for path in pages:
        for query in ("", "?jour=2026-03-20&tout=1", "?jour=2026-03-20&lieu=centre"):
            answer = desk._request("GET", path + query, None)
            if answer.status != 200 or not answer.headers["Content-Type"].startswith("text/html"):
                continue
            text = answer.text.replace("\u00a0", " ")
            told += "Prune" in text
            assert not any(s in text for s in secret), path + query
    assert told >= 2
    for path in ("/equipe/sms", "/equipe/attente", "/equipe/ajouter", "/equipe/reglages/comptes", "/equipe/chiffres"):
        assert desk._request("GET", path, None).status in (403, 404), path


def test_forms_without_their_token_are_refused(walk):
    browser = Counsellor(walk.d, "network")
    for r in walk.routes:
        if r["method"] != "POST" or r["csrf"] != "token":
            continue
        for fields in ("", "_csrf=" + "A" * 43):
            answer = browser.client.request("POST", walk.path(r["pattern"]), fields,
                                            {**browser.headers, **cookie_header(browser.cookies),
                                             "Content-Type": "application/x-www-form-urlencoded"})
            assert answer.status == 403, f"{r['pattern']}: {answer.status}"
    # another browser's token, and a page of another site
    other = Counsellor(walk.d, "admin")
    other.get("/equipe/compte")
    answer = browser.client.request("POST", "/equipe/deconnexion", "_csrf=" + other.csrf,
                                    {**cookie_header(browser.cookies)})
    assert answer.status == 403
    browser.get("/equipe/compte")
    answer = browser.client.request("POST", "/equipe/deconnexion", "_csrf=" + browser.csrf,
                                    {**cookie_header(browser.cookies), "Origin": "https://exemple.org"})
    assert answer.status == 403
    browser.get("/equipe/compte")


def test_where_a_log_in_leads_is_ours(walk):
    for leads_out in ("//exemple.org/", "https://exemple.org/equipe", "/equipe/../rdv", "/equipe\r\nX-Injected: 1",
                      "/equipe%0d%0aX-Injected:%201", "javascript:alert(1)", "/equipe?a\nb"):
        browser = Counsellor(walk.d)
        answer = browser.log_in("counsellor", PASSWORD, next=leads_out)
        assert "X-Injected" not in answer.headers
        if answer.status == 303:
            assert re.fullmatch(r"(http://127\.0\.0\.1:\d+)?/equipe[^\r\n]*", answer.headers["Location"]), leads_out
        else:
            assert answer.status in (400, 403), answer
    for path in ("/equipe/connexion", "/equipe/connexion/code", "/equipe/connexion/protection"):
        answer = Counsellor(walk.d)._request("GET", path + "?next=" + urllib.parse.quote(MARKUP), None)
        assert MARKUP not in answer.text and "exemple.org" not in answer.headers.get("Location", "")
    # each role begins where it may
    for role, home in (("network", "/equipe"), ("desk", "/equipe"), ("observer", "/equipe/chiffres")):
        answer = Counsellor(walk.d).log_in(role, PASSWORD)
        assert answer.headers["Location"].endswith(home), (role, answer.headers["Location"])


def test_markup_stays_text(walk):
    """Stored and reflected, in every field of accounts, invitations and programs."""
    boss = Counsellor(walk.d, "network")
    boss.get("/equipe/reglages/comptes")
    stored = boss.post("/equipe/reglages/comptes", {"nom": MARKUP, "email": "", "role": "desk", "structure": "o",
                                                    "agenda": "", "action": "imprimer"}, 200)
    code = re.search(r'id="code">([0-9A-Z-]{14})<', stored.text).group(1)
    guest = Counsellor(walk.d)
    shown = [stored, boss.get("/equipe/reglages/comptes"), guest.get("/equipe/invitation/" + code)]
    made = guest.post("/equipe/invitation/" + code, {"nom": MARKUP, "identifiant": "zoe",
                                                     "mot_de_passe": "quatre mots tout neufs"})
    assert made == "/equipe"
    shown += [guest.get("/equipe/compte"), boss.get("/equipe/reglages/comptes")]
    wrong = guest._request("POST", "/equipe/invitation", [("_csrf", guest.csrf), ("code", MARKUP)])
    assert wrong.status == 404
    shown.append(wrong)
    boss.get("/equipe/reglages/programmes")
    token = boss.post("/equipe/reglages/programmes", {"usage": MARKUP[:60], "role": "desk", "structure": "o"}, 200)
    shown += [token, boss.get("/equipe/reglages/programmes")]
    for field in ("nom", "email", "role", "structure", "agenda"):
        boss.get("/equipe/reglages/comptes")
        shown.append(boss.post("/equipe/reglages/comptes", {"nom": "Zoé", "role": "desk", "structure": "o",
                                                            "action": "envoyer", field: MARKUP}, 422))
    login = Counsellor(walk.d)
    shown.append(login.log_in(MARKUP, MARKUP))
    for answer in shown:
        assert "<script>alert" not in answer.text and "<img src=x" not in answer.text
