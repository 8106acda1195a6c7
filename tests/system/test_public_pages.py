# SPDX-License-Identifier: GPL-3.0-or-later
"""The public pages as somebody without JavaScript and without cookies uses them: whatever is typed there is
a way on, nothing typed is lost, nothing happens by opening a link."""

import html
import json
import re
import urllib.parse

import pytest

from helpers import HENIN_CARVIN
from small import NOW, Page, fill, find_hours, local_path, small, write_territory

NOVEMBER = "2026-11-22T08:00:00+01:00"
LIMIT = 30_000  # bytes of a page
ANA = {"first_name": "Ana", "last_name": "Petit", "birth_year": 2004, "phone": "06 12 34 56 78"}


class Person:
    """A browser without cookies or scripts."""

    def __init__(self, d, language="fr"):
        self.client, self.headers = d.client(), {"Accept-Language": language}

    def get(self, path, status=200):
        return self._page(self.client.request("GET", path, headers=self.headers), status)

    def post(self, path, fields, status=303, **headers):
        return self._page(self.client.request("POST", path, urllib.parse.urlencode(fields),
                                              {**self.headers, **headers}), status)

    def _page(self, answer, status):
        assert answer.status == status, repr(answer)
        self.answer = answer
        if status == 303:
            return local_path(answer.headers["Location"])
        assert len(answer.body) < LIMIT
        text = answer.text
        assert text.startswith("<!doctype html>") and "(null)" not in text
        assert text.count("<h1") == 1 and 'id="contenu"' in text and "<title>" in text
        return Page(text)

    def times(self, **query):
        return self.get("/horaires?" + urllib.parse.urlencode(query))

    def hold(self, page, which=0):
        """Tap an hour; the form's address and page."""
        hour, form = list(find_hours(page).items())[which]
        path = self.post(form["action"], [*form["fields"], ("horaire", hour)])
        return path, self.get(path)

    def book(self, page, which=0, **typed):
        """From the page of times to the appointment's address."""
        _, form_page = self.hold(page, which)
        form = form_page.form_to("/reserver/")
        return self.post(form["action"], fill(form, ANA, **typed))


@pytest.fixture
def ana(daemon):
    return Person(daemon(now=NOVEMBER, territory=HENIN_CARVIN))


def test_search_offers_what_can_be_booked(ana):
    page = ana.get("/")
    fields = dict(page.form_to("/horaires")["fields"])
    assert fields["service"] == "premier-rdv" and fields["mode"] == "site"
    for words in ("Votre commune ou code postal", "Par téléphone", "Gratuit", "16-30", "115", "119", "3919", "114"):
        assert words in page.text, words
    for path in ("/accessibilite", "/mentions-legales", "/donnees-personnelles"):
        assert path in page.links
        assert "CLLAJ Hénin-Carvin" in ana.get(path).text


@pytest.mark.parametrize("typed,heading", [
    ("carvin", "près de Carvin"), ("62110", "près de Hénin-Beaumont"), ("henin", "près de Hénin-Beaumont"),
    ("Evin malmaison", "près de Évin-Malmaison"), ("insee:62215", "près de Carvin"),
    ("Trifouilly", "Nous ne trouvons pas"), ("", "Les prochains horaires"),
    ("Marseille", "Aucun horaire à moins de 30"), ('"><script>', "Les prochains horaires"),
])
def test_every_place_has_a_way_on(ana, typed, heading):
    page = ana.times(q=typed, service="premier-rdv")
    assert heading in page.text.replace("\u00a0", " ")
    assert len(find_hours(page)) == 20
    assert "<script>" not in ana.answer.text


def test_an_ambiguous_name_offers_the_others(ana):
    page = ana.times(q="henin")
    other = [link for link in page.links if "insee%3A62428" in link]
    assert other and "Hénin-sur-Cojeul (62128)" in page.text
    assert "près de Hénin-Sur-Cojeul".lower() in ana.get(other[0]).text.lower()


def test_times_follow_each_other_without_a_gap(ana):
    page, seen = ana.times(q="carvin", service="premier-rdv"), []
    for _ in range(40):
        seen += find_hours(page)
        later = [link for link in page.links if "after=" in link and "lang=" not in link]
        if not later:
            break
        page = ana.get(later[0])
    assert len(seen) == len(set(seen)) > 100


def test_filters_keep_to_what_was_asked(ana):
    page = ana.times(q="carvin", service="premier-rdv", matin="1")
    hours = re.findall(r"</span>(\d+)\u00a0h", ana.answer.text)
    assert hours and all(int(h) < 12 for h in hours)
    page = ana.times(q="carvin", service="premier-rdv", mercredi="1")
    days = set(re.findall(r"<h2>(\w+) ", ana.answer.text))
    assert days == {"Mercredi"} and find_hours(page)
    page = ana.times(q="carvin", service="premier-rdv", mercredi="1", matin="1")
    assert not find_hours(page) and "Voir tous les jours" in page.text


def test_a_booking_from_the_search_to_the_cancel(ana):
    path = ana.book(ana.times(q="carvin", service="premier-rdv"), which=7)
    page = ana.get(path)
    assert "C’est noté" in page.text and "26" in page.text and "Hénin-Beaumont" in page.text
    assert "Ana" not in page.text and "Petit" not in page.text
    assert "Vous recevrez un SMS" in page.text
    assert ana.answer.headers["Cache-Control"] == "no-store"
    token = path.split("?")[0]
    assert ana.post(f"{token}/venir", []) == token
    assert "Merci, nous vous attendons" in ana.get(token).text

    moved = ana.get(f"{token}/deplacer")
    hour = list(find_hours(moved))[-1]
    where = ana.post(f"{token}/deplacer", [("horaire", hour)])
    assert "C’est changé" in ana.get(where).text

    assert "Oui, annuler" in ana.get(f"{token}/annuler").text  # a page, not an act
    assert "C’est annulé" not in ana.get(token).text
    ana.post(f"{token}/annuler", [])
    page = ana.get(token)
    assert "C’est annulé Merci d’avoir prévenu, quelqu’un d’autre pourra venir." in page.text
    assert "Prendre un autre rendez-vous" in page.text
    assert ana.post(f"{token}/annuler", []) == token  # again: the same


def test_what_was_typed_is_kept_beside_what_is_wrong(ana):
    _, page = ana.hold(ana.times(q="carvin", service="premier-rdv"))
    form = page.form_to("/reserver/")
    typed = fill(form, ANA, nom="", annee="04", telephone="zéro six", langue='arabe <"dialectal">', marches="1")
    wrong = ana.post(form["action"], typed, status=422)
    kept = dict(wrong.form_to("/reserver/")["fields"])
    assert kept["prenom"] == "Ana" and kept["annee"] == "04" and kept["telephone"] == "zéro six"
    assert kept["langue"] == 'arabe <"dialectal">' and kept["marches"] == "1"
    assert {"#nom", "#annee", "#telephone"} <= set(wrong.links)
    text = ana.answer.text
    for name in ("nom", "annee", "telephone"):
        field = re.search(rf'<(?:input|select) id="{name}"[^>]*>', text).group()
        assert 'aria-invalid="true"' in field and f"{name}-e" in field and f'id="{name}-e"' in text
    assert "À corriger" in re.search(r"<title>(.*?)</title>", text).group(1)
    right = [(k, v) for k, v in typed if k not in ("nom", "annee", "telephone")]
    assert ana.post(form["action"], [*right, ("nom", "Petit"), ("annee", "2004")]).startswith("/rdv/")


def test_two_taps_make_one_appointment(ana):
    _, page = ana.hold(ana.times(q="carvin", service="premier-rdv"))
    form = page.form_to("/reserver/")
    typed = fill(form, ANA)
    assert ana.post(form["action"], typed) == ana.post(form["action"], typed)


def test_holding_longer_keeps_what_was_typed(ana):
    _, page = ana.hold(ana.times(q="carvin", service="premier-rdv"))
    assert "Nous gardons cet horaire pour vous jusqu’à 8\u00a0h\u00a010" in html.unescape(ana.answer.text).replace(
        '<strong class="nowrap">', "")
    for turn in range(4):
        form = page.form_to("/reserver/")
        keep = [action for _, _, action in form["buttons"] if action and "garder" in action]
        if turn == 3:
            assert not keep and "plus longtemps" in page.text
            break
        page = ana.post(keep[0], fill(form, ANA, prenom="Zoé"), status=200)
        assert dict(page.form_to("/reserver/")["fields"])["prenom"] == "Zoé"


def test_an_hour_taken_meanwhile_is_one_tap_from_another(daemon):
    d = daemon(now=NOVEMBER, territory=HENIN_CARVIN)
    ana, bob = Person(d), Person(d)
    page = ana.times(q="carvin", service="premier-rdv")
    hour, form = list(find_hours(page).items())[5]
    bob.book(page, which=5)
    ana.post(form["action"], [*form["fields"], ("horaire", hour)], status=409)

    # a form whose hold ran out, and whose hour went to bob
    fields = fill({"fields": [("service", "premier-rdv"), ("horaire", hour), ("cle", "une-cle")]}, ANA)
    taken = ana.post("/reserver/0123456789abcdef", fields, status=409)
    assert "Quelqu’un vient de prendre cet horaire. Voici les plus proches" in taken.text
    others = find_hours(taken)
    assert 1 <= len(others) <= 6 and hour not in others
    other, form = next(iter(others.items()))
    assert dict(form["fields"])["prenom"] == "Ana"
    booked = ana.post(form["action"], [*form["fields"], ("horaire", other)])
    assert "C’est noté" in ana.get(booked).text


def test_a_hold_that_ran_out_says_so_and_offers_the_hour_again(ana):
    hour = list(find_hours(ana.times(q="carvin", service="premier-rdv")))[3]
    page = ana.get(f"/reserver/0123456789abcdef?service=premier-rdv&horaire={hour}&q=carvin")
    assert "Nous ne gardons plus cet horaire" in page.text and "encore libre" in page.text
    form = find_hours(page)[hour]
    assert ana.post(form["action"], [*form["fields"], ("horaire", hour)]).startswith("/reserver/")


def test_without_a_number_there_is_a_code_to_note(ana):
    path = ana.book(ana.times(q="carvin", service="premier-rdv"), which=8, telephone="")
    page = ana.get(path)
    assert re.search(r'<p class="code">\d{4}</p>', ana.answer.text)
    assert "Sans numéro de mobile" in page.text


def test_by_telephone_names_no_place(ana):
    page = ana.times(q="carvin", service="premier-rdv", mode="tel")
    assert "par téléphone" in page.text and "rue du 19 Mars" not in page.text
    page = ana.get(ana.book(page, which=1))
    assert "Nous vous appelons" in page.text and "rue du 19 Mars" not in page.text


def test_coming_together(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path, small()))
    ana = Person(d)
    page = ana.get(ana.book(ana.times(service="rdv"), nombre="3"))
    assert "Vous serez 3" in page.text
    page = ana.times(service="atelier")
    assert "12\u00a0places" in ana.answer.text
    ana.book(page, nombre="4")
    ana.times(service="atelier")
    assert "8\u00a0places" in ana.answer.text


def test_too_late_to_move_but_not_to_cancel(daemon, tmp_path):
    bob = Person(daemon(now=NOW, territory=write_territory(tmp_path, small())))
    token = bob.book(bob.times(service="rdv"), which=1).split("?")[0]
    page = bob.get(token)
    assert f"{token}/deplacer" not in page.links and "trop tard pour changer de date" in page.text
    assert "03\u00a021\u00a000\u00a000\u00a000" in bob.answer.text
    bob.get(f"{token}/deplacer", status=409)
    bob.post(f"{token}/annuler", [])
    assert "C’est annulé" in bob.get(token).text


def test_forms_from_another_site_are_refused(ana):
    hour = list(find_hours(ana.times(service="premier-rdv")))[0]
    fields = [("service", "premier-rdv"), ("horaire", hour)]
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        ana.post("/reserver", fields, status=403, **headers)
    ana.post("/reserver", fields, **{"Sec-Fetch-Site": "same-origin"})


@pytest.mark.parametrize("path,status", [
    ("/rdv/xxxxxxxxxxxxxxxxxxxxxx", 404), ("/rdv/x/annuler", 404), ("/reserver/zz", 404), ("/nulle-part", 404),
    ("/horaires?q=%00", 400), ("/couleur/nope.css", 404),
])
def test_a_wrong_address_says_what_to_do(ana, path, status):
    page = ana.get(path, status=status)
    assert "/" in page.links and "équipe" in page.text or "première page" in page.text


def test_english_says_dates_and_buttons_in_english(daemon):
    ana = Person(daemon(now=NOVEMBER, territory=HENIN_CARVIN), language="en")
    page = ana.get("/")
    assert 'lang="en"' in ana.answer.text and "/?lang=fr" in page.links
    page = ana.times(q="carvin", service="premier-rdv", lang="en")
    assert "Monday 23\u00a0November" in ana.answer.text and "9:00\u00a0am" in ana.answer.text
    french = [link for link in page.links if "lang=fr" in link]
    assert french and "q=carvin" in french[0]
    assert "Lundi 23" in ana.get(french[0]).text
    wrong = ana.post("/reserver/0123456789abcdef", [("service", "premier-rdv"), ("prenom", "Ana"),
                                                    ("horaire", "carvin-mission-locale.1796025600")], status=422)
    assert "things to correct" in wrong.text.lower()


def test_communes_complete(ana):
    found = json.loads(ana.client.request("GET", "/communes?q=hen").body)
    assert found[0] == {"name": "Hénin-Beaumont", "postcode": "62110"} and len(found) <= 6
    assert json.loads(ana.client.request("GET", "/communes?q=").body) == []


def test_an_organisation_has_its_colour(daemon, tmp_path):
    t = json.loads(HENIN_CARVIN.read_text(encoding="utf-8"))
    t["organisations"][0]["accent"] = "#ffee00"  # white on it could not be read
    path = tmp_path / "yellow.json"
    path.write_text(json.dumps(t), encoding="utf-8")
    ana = Person(daemon(now=NOVEMBER, territory=path))
    ana.get("/")
    sheet = re.search(r'href="(/couleur/[^"]+)"', ana.answer.text).group(1)
    css = ana.client.request("GET", sheet)
    assert css.status == 200 and css.headers["Content-Type"].startswith("text/css")
    assert "--accent:#" in css.text and "--accent:#ffee00" not in css.text.splitlines()[0]


def test_an_empty_network_says_that_nothing_can_be_booked(daemon):
    ana = Person(daemon(now=NOVEMBER))
    assert "Aucun rendez-vous ne se prend en ligne" in ana.get("/").text
    assert "Aucun horaire n’est libre" in ana.times(q="carvin").text
    for path in ("/accessibilite", "/mentions-legales", "/donnees-personnelles"):
        ana.get(path)
