# SPDX-License-Identifier: GPL-3.0-or-later
"""What a stranger tries: markup in every text that somebody else will read, lines in headers, sessions of others
and of yesterday, guessed passwords, files and logs that say too much."""

import os
import re
import stat
import urllib.parse

from helpers import Client
from small import (NOW, Page, at, booking, cookie_header, everything, find_hours, local_path, opening,
                   service, site, small, write_territory)
from test_staff_pages import PASSWORD, Counsellor, add_user

MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=1>"
LIVE = ("<script>alert", "<img src=x", "\"'><")
QUOTED = urllib.parse.quote(MARKUP)


def marked():
    """The small territory with markup in every text of it."""
    t = small(closures=[{"site": "voisin", "from": "2026-03-24", "to": "2026-03-24", "reason": MARKUP}])
    t["network"]["name"] += MARKUP
    for o in t["organisations"]:
        o["name"] += MARKUP
    for s in t["sites"]:
        s.update(name=s["name"] + MARKUP, address=MARKUP, commune="Oignies" + MARKUP, host=MARKUP, access=MARKUP)
    for c in t["counsellors"]:
        c["label"] += MARKUP
    for s in t["services"]:
        s["name"] = {"fr": s["id"] + MARKUP, "en": s["id"] + MARKUP}
        s["card"] = s["bring"] = {"fr": MARKUP, "en": MARKUP}
    return t


def harmless(answer, what):
    assert answer.status < 500, f"{what}: {answer!r}"
    assert not [word for word in LIVE if word in answer.text], what
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        policy = answer.headers["Content-Security-Policy"]
        for rule in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert rule in policy, what
        assert "unsafe" not in policy and answer.headers["Referrer-Policy"] == "same-origin", what
    assert answer.headers["X-Content-Type-Options"] == "nosniff", what
    # What names a person is kept by no browser.
    assert answer.headers["Cache-Control"] == "no-store" or not re.search("rdv/|equipe|login", what), what


def test_markup_is_text_wherever_it_stands(daemon, tmp_path):
    d = daemon(now=at("2026-03-23", 7), territory=write_territory(tmp_path, marked()))
    who = {"first_name": MARKUP, "last_name": MARKUP, "birth_year": 2004, "phone": "06 12 34 56 78", "needs": MARKUP,
           "email": "lea@exemple.fr"}
    token = d.api("POST", "/appointments", booking("x", "rdv", "centre", at("2026-03-23", 9), who),
                  expect=201).json()["appointment"]["token"]
    for path in ("/", "/?q=" + QUOTED, "/horaires?q=" + QUOTED, "/horaires?q=62590&service=rdv",
                 "/horaires?q=62590&service=" + QUOTED, f"/horaires?q=62590&lieu={QUOTED}&jour={QUOTED}",
                 f"/rdv/{token}", f"/rdv/{token}?merci=1", f"/rdv/{token}/deplacer", f"/rdv/{token}/annuler",
                 f"/rdv/{QUOTED}", f"/{QUOTED}", f"/reserver/1?service=rdv&horaire={QUOTED}&q={QUOTED}",
                 f"/communes?q={QUOTED}", f"/?lang={QUOTED}", "/equipe/connexion?next=" + QUOTED, "/demo/messages",
                 "/donnees-personnelles", "/mentions-legales", "/accessibilite"):
        harmless(d.request("GET", path), path)

    add_user(d, "ada", "ada")
    ada = Counsellor(d, "ada")
    one = ada.add(action="nouvelle", service="rdv", lieu="centre", jour="2026-03-23", heure="11:00", prenom=MARKUP,
                  nom=MARKUP)
    away = ada.add(service="rdv", lieu="ailleurs", endroit=MARKUP, code_postal="62300", jour="2026-03-23",
                   heure="19:00", personne="ada", prenom="Xavier", nom="Yver", telephone="")
    ada.post("/equipe/absences", {"personne": "ada", "du": "2026-03-25", "libelle": MARKUP})
    shown = 0
    for path in ("", "?tout=1", "?jour=2026-03-23&lieu=centre", f"?jour={QUOTED}&lieu={QUOTED}&personne={QUOTED}",
                 "/semaine", f"/semaine?jour={QUOTED}", "/ajouter", f"/ajouter?jour={QUOTED}&heure={QUOTED}&lieu={QUOTED}",
                 f"/rdv/{one}", f"/rdv/{one}?fait={QUOTED}&retour={QUOTED}", f"/rdv/{one}/deplacer",
                 f"/rdv/{one}/annuler", f"/rdv/{one}/semblables", f"/rdv/{away}", "/feuille?jour=2026-03-23&lieu=centre",
                 "/feuille?jour=2026-03-23", "/agenda", "/absences", f"/absences?fait={QUOTED}", "/a-renseigner"):
        answer = ada.get("/equipe" + path)
        harmless(answer, "/equipe" + path)
        shown += "&lt;script&gt;alert" in answer.text
    assert shown > 15, "the pages show it, as text"
    every = dict.fromkeys(("service", "lieu", "quand", "jour", "heure", "prenom", "nom", "annee", "telephone", "email",
                           "endroit", "code_postal", "personne", "nombre", "retour", "du", "au", "libelle", "presence",
                           "horaire", "choisir", "prendre", "connue"), MARKUP)
    for path in ("/equipe/ajouter", "/equipe/absences", f"/equipe/rdv/{one}/deplacer", f"/equipe/rdv/{one}/annuler",
                 f"/equipe/rdv/{one}/presence"):
        for action in ("chercher", "reserver", "nouvelle"):
            harmless(ada._request("POST", path, [("_csrf", ada.csrf), *{**every, "action": action}.items()]), path)
    harmless(Counsellor(d).log_in(MARKUP, MARKUP, next=MARKUP), "the login")
    feed = ada.post("/equipe/agenda", {"noms": "1"}, 200)
    harmless(feed, "the calendar's page")
    calendar = d.request("GET", re.search(r"<code>http://[^/]+(/cal/[^<]+\.ics)</code>", feed.text).group(1))
    assert calendar.headers["Content-Type"].startswith("text/calendar")
    assert calendar.text.replace("\r\n ", "").count("\r\nBEGIN:VEVENT\r\n") == 3


def test_nothing_that_is_typed_becomes_a_header_or_leads_out(daemon, tmp_path):
    d = daemon(now=at("2026-03-23", 7), territory=write_territory(tmp_path))
    add_user(d, "ada", "ada")
    ada = Counsellor(d, "ada")
    one = ada.add(service="rdv", lieu="centre", jour="2026-03-23", heure="11:00")
    hour = next(iter(find_hours(Page(d.request("GET", "/horaires?q=62590&service=rdv").text))))
    for typed in ("/equipe\r\nX-Evil: 1", "/equipe%0d%0aX-Evil: 1", "/equipe\tx", "/équipe", "https:/equipe", "//equipe",
                  "/equipe@exemple.org", "\\equipe", "/equipe//\nx"):
        in_ = Counsellor(d).log_in("ada", PASSWORD, next=typed)
        assert (in_.status, local_path(in_.headers["Location"])) == (303, "/equipe"), typed
        back = ada._request("POST", f"/equipe/rdv/{one}/presence", [("_csrf", ada.csrf), ("presence", "seen"),
                                                                    ("retour", typed)])
        assert back.status == 303 and back.headers["Location"].startswith("/equipe/rdv/"), typed
        held = d.request("POST", "/reserver", urllib.parse.urlencode({"service": "rdv", "horaire": hour, "q": typed}))
        assert held.status in (303, 409), typed
        assert held.status == 409 or held.headers["Location"].startswith("/reserver/"), typed
        for answer in (in_, back, held):
            assert "X-Evil" not in answer.headers, typed


def test_cookies_and_headers_behind_https(daemon, tmp_path):
    d = daemon(now=at("2026-03-23", 7), territory=write_territory(tmp_path),
               conf={"public_url": "https://rdv.exemple.fr"})
    add_user(d, "ada", "ada")
    ada = Counsellor(d)
    answers = [d.request("GET", "/"), d.request("GET", "/equipe/connexion"), ada.log_in("ada", PASSWORD),
               ada.get("/equipe"), d.api("GET", "/health")]
    for answer in answers:
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
        for line in answer.headers.get_all("Set-Cookie") or []:
            assert line.startswith("__Host-rdvd_"), line
            for part in ("; Path=/", "; HttpOnly", "; Secure", "; SameSite=Lax"):
                assert part in line, line
            assert "Domain" not in line
    assert set(ada.cookies) == {"__Host-rdvd_session", "__Host-rdvd_browser"}
    # A cookie that a neighbour's host could have set is not ours.
    plain = {k.removeprefix("__Host-"): v for k, v in ada.cookies.items()}
    assert d.request("GET", "/equipe", headers=cookie_header(plain)).status == 303
    # Who claims another host is given ours.
    page = d.request("GET", "/", headers={"Host": "exemple.org", "X-Forwarded-Host": "exemple.org"})
    assert "exemple.org" not in page.text


def session_of(browser):
    return {k: v for k, v in browser.cookies.items() if k.endswith("rdvd_session")}


def comes_in(d, cookies):
    return d.request("GET", "/equipe", headers=cookie_header(cookies)).status == 200


def test_sessions_begin_and_end(daemon, tmp_path):
    d = daemon(now=at("2026-03-23", 7), territory=write_territory(tmp_path))
    add_user(d, "ada", "ada")
    # A session is never the one that the browser brought.
    planted = Counsellor(d)
    planted.cookies["rdvd_session"] = "A" * 22
    assert planted.log_in("ada", PASSWORD).status == 303
    first = session_of(planted)
    assert first["rdvd_session"] != "A" * 22 and comes_in(d, first)
    # Logging in again ends the one before.
    planted.get("/equipe")
    planted.post("/equipe/connexion", {"identifiant": "ada", "mot_de_passe": PASSWORD})
    second = session_of(planted)
    assert second != first and comes_in(d, second) and not comes_in(d, first)
    # Logging out ends it on the server too.
    planted.get("/equipe")
    planted.post("/equipe/deconnexion", {})
    assert not comes_in(d, second)
    d.restart()
    assert not comes_in(d, first) and not comes_in(d, second)
    # Another password ends all of hers; so does being disabled.
    third = session_of(Counsellor(d, "ada"))
    d.rdvctl("user", "add", "ada", "--role", "counsellor", "--counsellor", "ada", "--password-stdin", stdin="une-autre-phrase-longue")
    assert not comes_in(d, third) and Counsellor(d).log_in("ada", PASSWORD).status == 403
    fourth = session_of(Counsellor(d, "ada", "une-autre-phrase-longue"))
    assert comes_in(d, fourth)
    d.rdvctl("user", "add", "ada", "--role", "counsellor", "--counsellor", "ada", "--keep-password", "--disabled")
    assert not comes_in(d, fourth) and Counsellor(d).log_in("ada", "une-autre-phrase-longue").status == 403
    # A session opens pages, not the API; a program's token the API, not pages.
    assert d.request("GET", "/api/v1/staff/appointments", headers=cookie_header(third)).status == 401
    token = d.add_token()
    assert d.request("GET", "/equipe", headers={"Authorization": f"Bearer {token}"}).status == 303


def test_sessions_grow_old(daemon, tmp_path):
    d = daemon(now=at("2026-03-23", 7), territory=write_territory(tmp_path))
    add_user(d, "ada", "ada")
    left, used = session_of(Counsellor(d, "ada")), session_of(Counsellor(d, "ada"))
    for hour in (10, 13, 16, 18):
        d.restart(now=at("2026-03-23", hour))
        assert comes_in(d, used), f"in use until {hour}"
    assert not comes_in(d, left), "idle since seven"
    d.restart(now=at("2026-03-23", 19))
    assert not comes_in(d, used), "twelve hours, however busy"


def test_guessing_is_slowed_and_keeps_nobody_out(daemon, tmp_path):
    d = daemon(now=at("2026-03-23", 7), territory=write_territory(tmp_path), conf={"trusted_proxy": ["127.0.0.1"]})
    add_user(d, "ada", "ada")
    hers = Counsellor(d)
    hers.headers["X-Forwarded-For"] = "198.51.100.1"
    assert hers.log_in("ada", PASSWORD).status == 303
    guesser = Counsellor(d)
    guesser.headers["X-Forwarded-For"] = "203.0.113.9"
    seen = [guesser.log_in("ada", f"un-essai-de-plus-{n}") for n in range(40)]
    assert [a.status for a in seen[:5]] == [403] * 5 and seen[-1].status == 429
    assert int(seen[-1].headers["Retry-After"]) > 0
    assert guesser.log_in("ada", PASSWORD).status == 429, "not even the right one, from there"
    again = Counsellor(d)
    again.headers["X-Forwarded-For"] = "198.51.100.1"
    assert again.log_in("ada", PASSWORD).status == 303, "where she has come from before she comes in"


def test_opening_a_link_changes_nothing(daemon, tmp_path):
    """Mail scanners open every address."""
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    add_user(d, "ada", "ada")
    made = d.api("POST", "/appointments", booking("k", "rdv", "centre", at("2026-03-24", 9)), expect=201).json()
    token, number = made["appointment"]["token"], made["appointment"]["id"]
    ada, before = Counsellor(d, "ada"), everything(d)
    for path in (f"/rdv/{token}", *(f"/rdv/{token}/{act}" for act in ("venir", "annuler", "deplacer")),
                 *(f"/api/v1/appointments/{token}/{act}" for act in ("confirm", "cancel", "move"))):
        for method in ("GET", "HEAD"):
            assert d.request(method, path).status in (200, 405), path
    for path in ("annuler", "deplacer", "presence"):
        ada._request("GET", f"/equipe/rdv/{number}/{path}?presence=seen&horaire=centre.1", None)
    assert everything(d) == before


def test_files_are_the_daemon_s_alone(daemon, tmp_path):
    mask = os.umask(0)
    try:
        d = daemon(now=NOW, territory=write_territory(tmp_path))
        d.api("POST", "/appointments", booking("k", "rdv", "centre", at("2026-03-24", 9)), expect=201)
        d.wait_spool(1)
        d.rdvctl("backup", tmp_path / "copy.db")
    finally:
        os.umask(mask)
    found = {}
    for path in [*d.data.rglob("*"), *tmp_path.glob("copy.db*")]:
        found[path.name] = mode = path.lstat().st_mode
        allowed = 0o660 if stat.S_ISSOCK(mode) else 0o700
        assert not stat.S_IMODE(mode) & ~allowed, f"{path}: {stat.filemode(mode)}"
    assert {"rdvd.db", "rdvd.key", "rdvd.sock", "spool", "copy.db", "copy.db.key"} <= set(found)


def test_logs_and_metrics_name_nobody(daemon, tmp_path):
    d = daemon(now=at("2026-03-23", 7), territory=write_territory(tmp_path), conf={"log_level": "info"})
    add_user(d, "ada.lovelace", "ada")
    bearer = d.add_token()
    who = {"first_name": "Philomène", "last_name": "Vandenbroucke", "birth_year": 2004, "phone": "06 98 76 54 32",
           "email": "philomene@exemple.fr", "needs": "fauteuil"}
    made = d.api("POST", "/appointments", booking("cle-secrete", "rdv", "centre", at("2026-03-23", 12), who),
                 expect=201).json()["appointment"]
    token = made["token"]
    ada = Counsellor(d)
    ada.log_in("ada.lovelace", "pas-le-bon-mot")
    ada.log_in("ada.lovelace", PASSWORD)
    for path in ("", f"/rdv/{made['id']}", "/feuille?tel=1"):
        ada.get("/equipe" + path)
    feed = re.search(r"/cal/([^<]+)\.ics", ada.post("/equipe/agenda", {}, 200).text).group(1)
    d.request("GET", f"/cal/{feed}.ics")
    d.request("GET", f"/rdv/{token}")
    d.api("POST", f"/appointments/{token}/move", {"site": "centre", "start": at("2026-03-24", 9)}, expect=200)
    d.api("POST", f"/appointments/{token}/cancel", expect=200)
    d.api("GET", "/staff/messages?number=0698765432", token=bearer, expect=200)
    d.api("GET", "/staff/appointments", token="x" * 22, expect=401)
    d.wait_spool(2)
    with Client(d.socket_path) as c:
        metrics = c.request("GET", "/metrics").text
    session = session_of(ada)["rdvd_session"]
    d.stop()
    for word in ("Philom", "Vandenbroucke", "98765432", "98 76", "exemple.fr", "fauteuil", "cle-secrete", token, bearer,
                 feed, session, PASSWORD, "pas-le-bon-mot", "127.0.0.1 "):
        assert word not in d.log(), word
        assert word not in metrics, word


def test_another_team_s_things_cannot_be_named(daemon, tmp_path):
    """Nor by typing the numbers and slugs that a page does not offer."""
    t = small()
    t["organisations"].append({"id": "autre", "name": "Autre"})
    t["sites"].append(site("au-loin", 50.4, 3.0, organisation="autre"))
    t["counsellors"].append({"id": "zoe", "organisation": "autre", "label": "Zoe"})
    t["services"].append(service("loin", 60, organisation="autre"))
    t["openings"].append(opening("z", "au-loin", "zoe", ["loin"], "2026-03-20T08:00", "2026-03-20T20:00"))
    d = daemon(now=at("2026-03-23", 7), territory=write_territory(tmp_path, t))
    add_user(d, "ada", "ada")
    add_user(d, "zoe", "zoe")
    ada, zoe = Counsellor(d, "ada"), Counsellor(d, "zoe")
    one = ada.add(service="rdv", lieu="centre", jour="2026-03-23", heure="09:00")
    ada.post("/equipe/absences", {"personne": "ada", "du": "2026-04-25", "libelle": "convocation"})
    absence = re.search(r"/equipe/absences/(\d+)/retirer", ada.get("/equipe/absences").text).group(1)
    assert "convocation" not in zoe.get("/equipe/absences?personne=ada").text
    zoe.post(f"/equipe/absences/{absence}/retirer", {}, 404)
    assert "convocation" in ada.get("/equipe/absences").text
    theirs = zoe.post("/equipe/agenda", {"personne": "ada", "conseiller": "ada", "noms": "1"}, 200)
    feed = d.request("GET", re.search(r"<code>http://[^/]+(/cal/[^<]+\.ics)</code>", theirs.text).group(1))
    assert feed.status == 200 and "Inès" not in feed.text
    mine = {"service": "loin", "lieu": "au-loin", "personne": "zoe", "jour": "2026-03-24", "heure": "10:00"}
    zoe.add(422, **{**mine, "lieu": "centre"})
    zoe.add(422, **mine, connue=one, prenom="", nom="", annee="", telephone="")
    own = zoe.add(**{**mine, "personne": "ada"}, prenom="Zadig", nom="Voltaire", telephone="")
    zoe.post(f"/equipe/rdv/{own}/deplacer", {"jour": "2026-03-25", "heure": "09:00", "lieu": "centre", "personne": "ada"})
    rows = {r["id"]: (r["site"], r["counsellor"], r["person"]["first_name"]) for r in everything(d)}
    assert rows == {one: ("centre", "ada", "Inès"), own: ("au-loin", "zoe", "Zadig")}
    for path in ("/equipe/a-renseigner", f"/equipe/rdv/{own}/semblables", "/equipe?tout=1&jour=2026-03-23"):
        assert "Inès" not in zoe.get(path).text
