# SPDX-License-Identifier: GPL-3.0-or-later
"""The counsellor's pages without JavaScript: who may see what, the day and its outcomes, booking, moving
and cancelling for somebody, absences, the sheet, the calendar address."""

import html
import json
import re
import urllib.parse

import pytest

from helpers import HENIN_CARVIN, wait_for
from small import (Page, at, check_is_clean, cookie_header, cookies_of, everything, local_path, service, site, small,
                   opening, write_territory)

PASSWORD = "un-mot-de-passe-long"
MONDAY = "2026-11-30T08:30:00+01:00"  # conseiller-2 is in Carvin, 9:00-12:00
INES = {"prenom": "Inès", "nom": "Aït", "annee": "2005", "telephone": "06 12 34 56 78"}


class Counsellor:
    """A browser with cookies, without scripts."""

    def __init__(self, d, login=None, password=PASSWORD, language="fr"):
        self.d, self.client, self.cookies = d, d.client(), {}
        self.headers = {"Accept-Language": language}
        if login:
            assert self.log_in(login, password).status == 303

    def log_in(self, login, password, **more):
        form = Page(self._request("GET", "/equipe/connexion", None).text).form_to("/equipe/connexion")
        typed = {"identifiant": login, "mot_de_passe": password, **more}
        fields = [(k, v) for k, v in form["fields"] if k not in typed]
        return self._request("POST", "/equipe/connexion", fields + list(typed.items()))

    def _request(self, method, path, fields):
        body = urllib.parse.urlencode(fields) if fields is not None else None
        answer = self.client.request(method, path, body, {**self.headers, **cookie_header(self.cookies)})
        self.cookies = cookies_of(answer, self.cookies)
        return answer

    def get(self, path, status=200):
        answer = self._request("GET", path, None)
        assert answer.status == status, repr(answer)
        if status == 200:
            assert "no-store" in answer.headers["Cache-Control"]
            assert answer.text.count("<h1") == 1 and "(null)" not in answer.text
            self.csrf = re.search(r'name="_csrf" value="([^"]+)"', answer.text).group(1)
        return answer

    def post(self, path, fields, status=303):
        answer = self._request("POST", path, [("_csrf", self.csrf), *dict(fields).items()])
        assert answer.status == status, repr(answer)
        return local_path(answer.headers["Location"]) if status == 303 else answer

    def add(self, status=303, **typed):
        """Book through the form; the appointment's id, or the page that refuses."""
        self.get("/equipe/ajouter")
        fields = {"action": "reserver", "service": "premier-rdv", "lieu": "carvin-mission-locale", "quand": "libre",
                  "nombre": "1", "personne": "", **INES, **typed}
        answer = self.post("/equipe/ajouter", fields, status)
        return re.fullmatch(r"/equipe/rdv/(\d+)\?fait=ajout", answer).group(1) if status == 303 else answer


def add_user(d, login, counsellor=None, role="counsellor"):
    who = ["--counsellor", counsellor] if counsellor else []
    d.rdvctl("user", "add", login, "--role", role, *who, "--password-stdin", stdin=PASSWORD + "\n")


def words(answer):
    return html.unescape(Page(answer.text).text).replace("\u00a0", " ")


@pytest.fixture
def team(daemon):
    """The team on a Monday morning: the daemon, a browser logged in."""
    d = daemon(now=MONDAY, territory=HENIN_CARVIN)
    add_user(d, "awa", "conseiller-2")
    return d, Counsellor(d, "awa")


def test_nobody_comes_in_without_a_password(daemon):
    d = daemon(now=MONDAY, territory=HENIN_CARVIN)
    add_user(d, "awa", "conseiller-2")
    browser = Counsellor(d)
    for path in ("/equipe", "/equipe/semaine", "/equipe/ajouter", "/equipe/rdv/1", "/equipe/feuille", "/equipe/agenda"):
        answer = browser.get(path, 303)
        assert answer.headers["Location"] == "/equipe/connexion?next=" + urllib.parse.quote(path, safe="")
    wrong = browser.log_in("awa", "un-mot-de-passe-faux"), browser.log_in("personne", PASSWORD)
    assert [a.status for a in wrong] == [403, 403]
    assert words(wrong[0]) == words(wrong[1]) and "Identifiant ou mot de passe inconnu" in words(wrong[0])
    assert browser.log_in("awa", "").status == 422
    for leads_out in ("//exemple.org/", "https://exemple.org/equipe", "/rdv/x", "/equipe\\x"):
        answer = Counsellor(d).log_in("awa", PASSWORD, next=leads_out)
        assert (answer.status, local_path(answer.headers["Location"])) == (303, "/equipe"), leads_out
    answer = browser.log_in("awa", PASSWORD, next="/equipe/semaine?jour=2026-12-07")
    assert answer.headers["Location"].endswith("/equipe/semaine?jour=2026-12-07")
    browser.get("/equipe")
    assert browser.post("/equipe/deconnexion", {}) == "/equipe/connexion"
    browser.get("/equipe", 303)


def test_the_day_opens_where_she_is(team):
    d, awa = team
    day = awa.get("/equipe")
    assert "Lundi 30 novembre, Carvin" in words(day) and "Carvin, de 9 h à 12 h" in words(day)
    assert "libre jusqu’à 12 h" in words(day)
    first = awa.add(jour="2026-11-30", heure="09:00", nombre="2")
    awa.add(prenom="Bilal", nom="Bernard", annee="2007", telephone="", jour="2026-11-30", heure="10:00")
    text = words(awa.get("/equipe"))
    for said in ("Inès Aït , 21 ans", "vient à 2", "06 12 34 56 78", "première fois", "pas de téléphone", "code ",
                 "sans message", "Bilal Bernard , 19 ans", "11 h libre jusqu’à 12 h"):
        assert said in text, said
    assert text.index("Inès") < text.index("Bilal") < text.index("11 h libre")
    back = "/equipe?jour=2026-11-30&lieu=carvin-mission-locale"
    assert awa.post(f"/equipe/rdv/{first}/presence", {"presence": "seen", "personnes": "2", "retour": back}) == back
    assert "Honoré, 2 personnes" in words(awa.get("/equipe"))
    mine = [r for r in everything(d) if r["id"] == first]
    assert mine[0]["outcome"] == "seen" and mine[0]["persons_present"] == 2 and mine[0]["channel"] == "counsellor"
    awa.post(f"/equipe/rdv/{first}/presence", {"presence": "unknown", "retour": "//exemple.org/"})
    assert everything(d)[0]["outcome"] == "unknown"
    check_is_clean(d)


def test_forms_need_their_token_and_their_words(team):
    d, awa = team
    one = awa.add(jour="2026-11-30", heure="09:00")
    awa.post(f"/equipe/rdv/{one}/presence", {"presence": "peut-etre"}, 400)
    awa.csrf = "x"
    for path, fields in ((f"/equipe/rdv/{one}/presence", {"presence": "seen"}),
                         (f"/equipe/rdv/{one}/annuler", {"presence": "revoked"}),
                         ("/equipe/absences", {"du": "2026-12-01"}), ("/equipe/deconnexion", {})):
        awa.post(path, fields, 403)
    assert everything(d)[0]["status"] == "booked" and everything(d)[0]["outcome"] == "unknown"
    awa.get(f"/equipe/rdv/{one}/presence", 405)
    awa.get("/equipe/rdv/999999", 404)
    awa.get("/equipe/rdv/abc", 404)


def test_past_days_wait_for_an_outcome(team):
    d, awa = team
    for day in ("2026-11-26", "2026-11-27"):
        awa.add(prenom=f"Jour{day[-2:]}", telephone="", jour=day, heure="14:00", personne="conseiller-2")
    assert "2 rendez-vous à renseigner depuis jeudi 26 novembre." in words(awa.get("/equipe"))
    page = awa.get("/equipe/a-renseigner")
    assert words(page).index("Jour26") < words(page).index("Jour27")
    for row in everything(d):
        back = awa.post(f"/equipe/rdv/{row['id']}/presence", {"presence": "no_show", "retour": "/equipe/a-renseigner"})
        assert back == f"/equipe/a-renseigner?dernier={row['id']}"
    assert "Tout est renseigné" in words(awa.get("/equipe/a-renseigner"))
    assert "à renseigner depuis" not in words(awa.get("/equipe"))
    assert {r["outcome"] for r in everything(d)} == {"no_show"}


def test_booking_for_somebody(team):
    d, awa = team
    here = awa.add(quand="maintenant", personne="conseiller-2")
    row = everything(d)[0]
    assert (row["id"], row["start"], row["counsellor"]) == (here, MONDAY, "conseiller-2")
    taken = awa.add(409, prenom="Bilal", nom="Bernard", telephone="", jour="2026-11-30", heure="09:00")
    assert "Personne n’est libre à ce moment-là" in words(taken) and 'value="Bilal"' in taken.text
    instead = re.findall(r'name="prendre" value="([^"]+)"', taken.text)
    assert 1 <= len(instead) <= 6
    awa.add(prenom="Bilal", nom="Bernard", telephone="", prendre=instead[0])
    awa.add(prenom="Chloé", nom="Caron", telephone="", lieu="ailleurs", endroit="Gare de Lens", code_postal="62300",
            jour="2026-12-01", heure="18:30", personne="conseiller-2")
    wrong = awa.add(422, prenom="", nom="", telephone="12", jour="2026-12-01", heure="20:00")
    assert "Ce numéro ne se lit pas" in words(wrong) and len(everything(d)) == 3
    for hour, said in (("20:02", "cinq en cinq"), ("", "Écrivez une heure")):
        assert said in words(awa.add(422, telephone="", prenom="Zoé", jour="2026-12-01", heure=hour))
    check_is_clean(d)


def test_somebody_known_is_found_not_made_twice(team):
    d, awa = team
    one = awa.add(jour="2026-11-30", heure="09:00")
    asked = awa.add(200, prenom="Ines", nom="AIT", jour="2026-12-14", heure="09:00")
    assert "Est-ce la même personne ?" in words(asked) and len(everything(d)) == 1
    found = awa.post("/equipe/ajouter", {"action": "chercher", "telephone": "0612345678"}, 200)
    assert re.findall(r'name="choisir" value="(\d+)"', found.text) == [one]
    chosen = awa.post("/equipe/ajouter", {"choisir": one, "service": "suivi"}, 200)
    assert f'name="connue" value="{one}"' in chosen.text and "Inès Aït" in words(chosen)
    awa.add(prenom="", nom="", annee="", telephone="", connue=one, jour="2026-12-14", heure="09:00")
    first, second = everything(d)
    assert first["person"]["id"] == second["person"]["id"] and second["person"]["phone"] == "+33612345678"
    assert [m["kind"] for m in second["messages"]][0] == "confirmation"
    other = awa.add(action="nouvelle", jour="2026-12-14", heure="10:00")
    assert "Déjà dans les fiches ? 1 semblable" in words(awa.get(f"/equipe/rdv/{other}"))
    both = words(awa.get(f"/equipe/rdv/{other}/semblables"))
    assert both.count("Inès Aït") == 2 and "Rien n’est réuni tout seul" in both


def test_move_and_cancel_for_somebody(team):
    d, awa = team
    one = awa.add(jour="2026-12-14", heure="09:00")
    page = awa.get(f"/equipe/rdv/{one}/deplacer")
    hour = re.findall(r'name="horaire" value="(libercourt-ccas\.\d+)"', page.text)[0]
    assert awa.post(f"/equipe/rdv/{one}/deplacer", {"horaire": hour}) == f"/equipe/rdv/{one}?fait=deplace"
    assert everything(d)[0]["site"] == "libercourt-ccas"
    anywhere = {"jour": "2026-12-03", "heure": "18:00", "lieu": "carvin-mission-locale", "personne": "conseiller-1"}
    awa.post(f"/equipe/rdv/{one}/deplacer", anywhere)
    row = everything(d)[0]
    assert (row["start"], row["counsellor"]) == ("2026-12-03T18:00:00+01:00", "conseiller-1")
    refused = awa.post(f"/equipe/rdv/{one}/deplacer", {**anywhere, "heure": "17:58"}, 409)
    assert "de cinq en cinq minutes" in words(refused)
    asks = awa.get(f"/equipe/rdv/{one}/annuler")
    assert "Inès le saura par un SMS au 06 12 34 56 78." in words(asks)
    assert awa.post(f"/equipe/rdv/{one}/annuler", {"presence": "revoked"}) == f"/equipe/rdv/{one}?fait=annule"
    row = everything(d)[0]
    assert (row["status"], row["outcome"]) == ("cancelled", "revoked")
    assert [m["kind"] for m in row["messages"] if m["kind"] == "cancellation"] == ["cancellation"]
    awa.get(f"/equipe/rdv/{one}/annuler", 303)
    check_is_clean(d)


def test_an_absence_shows_who_is_booked_and_cancels_nobody(team):
    d, awa = team
    one = awa.add(jour="2026-12-14", heure="09:00")
    away = {"personne": "conseiller-2", "du": "2026-12-14", "au": "2026-12-16", "fin": "midi", "libelle": "congés"}
    shown = awa.post("/equipe/absences", away, 200)
    assert "1 personne a rendez-vous à ce moment-là." in words(shown) and f"/equipe/rdv/{one}" in shown.text
    assert "Aucune absence à venir" in words(awa.get("/equipe/absences"))
    fields = {k: v for k, v in Page(shown.text).form_to("changement")["fields"] if k != "_csrf"}
    kept = awa.post("/equipe/reglages/changement", {**fields, f"p{one}": "garder", "action": "faire"})
    assert re.fullmatch(r"/equipe/absences\?fait=a\d+", kept)
    assert "1 personne à appeler" in words(awa.get(kept))
    assert everything(d)[0]["status"] == "booked"
    listed = awa.get("/equipe/absences")
    assert "Du lundi 14 décembre au mercredi 16 décembre à 13 h" in words(listed) and "congés" in words(listed)
    gone = d.slots("premier-rdv", site="carvin-mission-locale", **{"from": "2026-12-14", "to": "2026-12-15"})
    assert gone == []
    number = re.search(r"/equipe/absences/(\d+)/retirer", listed.text).group(1)
    awa.post(f"/equipe/absences/{number}/retirer", {})
    assert len(d.slots("premier-rdv", site="carvin-mission-locale",
                       **{"from": "2026-12-14", "to": "2026-12-15"})) == 2
    awa.post(f"/equipe/absences/{number}/retirer", {}, 404)
    assert awa.post("/equipe/absences", {"personne": "conseiller-2", "vite": "demain"}).startswith("/equipe/absences?")
    assert "Mardi 1er décembre" in words(awa.get("/equipe/absences"))
    for wrong in ({"du": ""}, {"du": "2026-12-14", "au": "2026-12-10"}, {"personne": "inconnue", "du": "2026-12-14"}):
        awa.post("/equipe/absences", {"personne": "conseiller-2", **wrong}, 422)


def test_the_week_the_sheet_and_the_calendar(team):
    d, awa = team
    one = awa.add(jour="2026-12-14", heure="09:00")
    week = words(awa.get("/equipe/semaine?jour=2026-12-16"))
    for said in ("Semaine du lundi 14 décembre", "9 h Inès Aït", "10 h libre jusqu’à 12 h", "Libercourt, de 13 h 30"):
        assert said in week, said
    sheet = "/equipe/feuille?jour=2026-12-14&lieu=carvin-mission-locale"
    assert "Inès Aït" in words(awa.get(sheet)) and "06 12 34" not in words(awa.get(sheet))
    assert "06 12 34 56 78" in words(awa.get(sheet + "&tel=1"))
    made = awa.post("/equipe/agenda", {}, 200)
    address = re.search(r"<code>http://[^/]+(/cal/[^<]+\.ics)</code>", made.text).group(1)
    calendar = d.request("GET", address)
    assert calendar.status == 200 and "BEGIN:VEVENT" in calendar.text and "Inès" not in calendar.text
    assert address not in awa.get("/equipe/agenda").text
    named = awa.post("/equipe/agenda", {"noms": "1"}, 200)
    again = re.search(r"<code>http://[^/]+(/cal/[^<]+\.ics)</code>", named.text).group(1)
    assert d.request("GET", address).status == 404 and "Inès" in d.request("GET", again).text
    wait_for(lambda: "SMS de confirmation envoyé" in words(awa.get(f"/equipe/rdv/{one}")), "the SMS to be shown as sent")


def test_another_organisation_does_not_exist(daemon, tmp_path):
    t = small()
    t["organisations"].append({"id": "autre", "name": "Autre"})
    t["sites"].append(site("ailleurs-loin", 50.4, 3.0, organisation="autre"))
    t["counsellors"].append({"id": "zoe", "organisation": "autre", "label": "Zoe"})
    t["services"].append(service("loin", 60, organisation="autre"))
    t["openings"].append(opening("z", "ailleurs-loin", "zoe", ["loin"], "2026-03-20T08:00", "2026-03-20T20:00"))
    d = daemon(now=at("2026-03-23", 7), territory=write_territory(tmp_path, t))
    for login, counsellor, role in (("ada", "ada", "counsellor"), ("zoe", "zoe", "counsellor"), ("chef", None, "admin")):
        add_user(d, login, counsellor, role)
    ada, zoe, chef = (Counsellor(d, login) for login in ("ada", "zoe", "chef"))
    one = ada.add(service="rdv", lieu="centre", jour="2026-03-23", heure="09:00")
    ada.get(f"/equipe/rdv/{one}")
    for path in ("", "/annuler", "/deplacer", "/semblables"):
        zoe.get(f"/equipe/rdv/{one}{path}", 404)
        chef.get(f"/equipe/rdv/{one}{path}")
    zoe.get("/equipe")
    zoe.post(f"/equipe/rdv/{one}/presence", {"presence": "seen"}, 404)
    zoe.post(f"/equipe/rdv/{one}/annuler", {"presence": "revoked"}, 404)
    zoe.post(f"/equipe/rdv/{one}/deplacer", {"jour": "2026-03-24", "heure": "09:00"}, 404)
    for path in ("/equipe?jour=2026-03-23&tout=1", "/equipe?jour=2026-03-23&lieu=centre",
                 "/equipe?jour=2026-03-23&personne=ada", "/equipe/semaine?jour=2026-03-23&lieu=centre",
                 "/equipe/feuille?jour=2026-03-23&lieu=centre", "/equipe/feuille?jour=2026-03-23"):
        assert "Inès" not in zoe.get(path).text, path
        assert "Inès" in chef.get(path).text, path
    found = zoe.post("/equipe/ajouter", {"action": "chercher", "nom": "Aït"}, 200)
    assert "Inès" not in found.text
    taken = zoe.post("/equipe/ajouter", {"choisir": one}, 200)
    assert "Inès" not in taken.text
    zoe.post("/equipe/absences", {"personne": "ada", "du": "2026-03-24"}, 422)
    assert everything(d)[0]["status"] == "booked"


def test_english_and_the_demonstration(team):
    d, awa = team
    awa.add(jour="2026-12-14", heure="09:00")
    d.wait_spool(1)
    shown = d.request("GET", "/demo/messages")
    assert shown.status == 200 and d.spool()[0].text.split("http")[0].strip() in html.unescape(shown.text)
    english = words(awa.get("/equipe?lang=en"))
    assert "Monday 30 November" in english and "free until" in english.lower()
    assert not re.search(r"Honoré|Semaine|libre", english)


def test_messages_are_private_unless_it_is_a_demonstration(daemon):
    d = daemon(now=MONDAY, territory=HENIN_CARVIN, conf={"demo": False})
    assert d.request("GET", "/demo/messages").status == 404
    assert json.loads(d.request("GET", "/api/v1/health").text)["status"] == "ok"
