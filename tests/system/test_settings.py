# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of sites, closures and the organisation, by their pages without JavaScript: what they keep is
what the public is offered, what is wrong stands beside its field, and nobody changes what is not theirs."""

import pytest

from small import Page, at, check_is_clean, opening, service, site, small, write_territory
from test_changes import form_of
from test_staff_pages import Counsellor, words

PASSWORD = "quatre mots sans rapport"
NOW = "2026-11-23T08:00:00+01:00"  # a Monday
MARK = "<script>alert('x')</script>\"'&"


def territory():
    """One organisation in Pas-de-Calais (zone B), one in Paris (C), each open every day of the week."""
    t = small(
        network={"id": "petit", "name": "Petit", "timezone": "Europe/Paris", "country": "FR",
                 "locales": ["fr", "en"], "holidays": "FR"},
        sites=[site("centre"), site("ailleurs", 48.85, 2.35, organisation="p", insee="75056", commune="Paris",
                                    postcode="75001")],
        counsellors=[{"id": "ada", "organisation": "o", "label": "Ada"},
                     {"id": "bea", "organisation": "p", "label": "Bea"}],
        services=[service("rdv", 60)],
        openings=[opening("a", "centre", "ada", ["rdv"], "2026-11-23T09:00", "2026-11-23T12:00"),
                  opening("b", "ailleurs", "bea", ["rdv"], "2026-11-23T09:00", "2026-11-23T12:00")])
    t["organisations"].append({"id": "p", "name": "Paris"})
    return t


def browser(d, login):
    user = Counsellor(d)
    assert user.log_in(login, PASSWORD).status == 303
    return user


def add(d, login, role, **tie):
    more = [word for key, value in tie.items() for word in (f"--{key}", value)]
    d.rdvctl("user", "add", login, "--role", role, *more, "--password-stdin", stdin=PASSWORD + "\n")


@pytest.fixture
def team(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path, territory()))
    add(d, "reseau", "network")
    return d, browser(d, "reseau")


def days(d, where="centre", of="2026-12"):
    """The days on which the public is offered something there."""
    slots = d.request("GET", f"/api/v1/slots?service=rdv&site={where}&limit=500").json()["slots"]
    return sorted({s["start"][:10] for s in slots if s["start"].startswith(of)})


def form(answer, action):
    return dict(Page(answer.text).form_to(action)["fields"])


def test_a_public_holiday_is_open_all_the_same(team):
    d, admin = team
    assert "2026-12-25" not in days(d) and "2026-12-24" in days(d)
    page = admin.get("/equipe/reglages/fermetures?structure=o")
    assert "Noël, vendredi 25 décembre" in words(page)
    admin.post("/equipe/reglages/fermetures/feries", {"structure": "o", "lieu": "", "ouvert": "2026-12-25"})
    assert "2026-12-25" in days(d) and "2026-12-25" not in days(d, "ailleurs")
    assert "2027-01-01" not in days(d, of="2027-01")
    # of one site alone, and a day that is no holiday is not kept
    admin.post("/equipe/reglages/fermetures/feries", {"structure": "p", "lieu": "ailleurs", "ouvert": "2027-01-01"})
    admin.post("/equipe/reglages/fermetures/feries", {"structure": "o", "lieu": "", "ouvert": "2026-12-24"})
    assert "2026-12-25" not in days(d) and "2027-01-01" in days(d, "ailleurs", "2027-01")
    check_is_clean(d)


def test_a_closure_closes_and_opens_again(team):
    d, admin = team
    admin.get("/equipe/reglages/fermetures?structure=o")
    where = admin.post("/equipe/reglages/fermetures", {"structure": "o", "cible": "site:centre", "du": "2026-12-01",
                                                       "au": "2026-12-03", "raison": MARK})
    page = admin.get(where)
    assert "<script>alert" not in page.text and "alert('x')" in words(page)
    assert days(d)[0] == "2026-12-04" and days(d, "ailleurs")[0] == "2026-12-01"
    slug = form(page, "/equipe/reglages/fermetures/retirer")["fermeture"]
    admin.post("/equipe/reglages/fermetures/retirer", {"fermeture": slug})
    assert days(d)[0] == "2026-12-01"
    for wrong, said in (({"du": ""}, "Choisissez le premier jour"),
                        ({"du": "2026-12-05", "au": "2026-12-01"}, "Le dernier jour vient avant le premier"),
                        ({"du": "demain"}, "Écrivez une date"),
                        ({"du": "2026-12-05", "cible": "site:ailleurs"}, "Choisissez ce qui ferme")):
        answer = admin.post("/equipe/reglages/fermetures", {"structure": "o", "cible": "site:centre", "raison": "Travaux",
                                                            **wrong}, 422)
        assert said in words(answer) and 'value="Travaux"' in answer.text
    check_is_clean(d)


def test_school_holidays_are_those_of_the_zone(team):
    d, admin = team
    page = admin.get("/equipe/reglages/fermetures?structure=o")
    assert "Zone B : c’est celle de Oignies" in words(page)
    assert "Du samedi 20 février 2027 au dimanche 7 mars 2027" in words(page)
    assert "Zone C" in words(admin.get("/equipe/reglages/fermetures?structure=p"))
    other = admin.get("/equipe/reglages/fermetures?structure=o&zone=A")
    assert "Du samedi 13 février 2027 au dimanche 28 février 2027" in words(other)
    admin.post("/equipe/reglages/fermetures", {"structure": "o", "cible": "structure:o", "vacances": "B 2026-12-19"})
    assert days(d)[-1] == "2026-12-18" and days(d, of="2027-01")[0] == "2027-01-04"
    assert "2026-12-21" in days(d, "ailleurs")
    assert "déjà fermé" in words(admin.get("/equipe/reglages/fermetures?structure=o"))
    assert "ne sont plus à venir" in words(admin.post(
        "/equipe/reglages/fermetures", {"structure": "o", "cible": "structure:o", "vacances": "B 2020-12-19"}, 422))
    check_is_clean(d)


def test_a_site_is_made_moved_and_ended(team):
    d, admin = team
    admin.get("/equipe/reglages/lieux/nouveau")
    typed = {"structure": "o", "nom": MARK, "adresse": "2 rue Basse", "commune": "saint", "transport_fr": MARK,
             "noms_salles": "Salle bleue\nSalle verte", "marches": "oui", "action": "enregistrer"}
    several = admin.post("/equipe/reglages/lieux/nouveau", typed, 422)
    assert "Plusieurs communes répondent" in words(several) and "<script>alert" not in several.text
    shown = admin.post("/equipe/reglages/lieux/nouveau", {**typed, "commune": "Carvin", "action": "placer"}, 200)
    kept = form(shown, "/equipe/reglages/lieux/nouveau")
    assert kept["insee"] == "62215" and kept["code_postal"] == "62220" and kept["nom"] == MARK
    moved = form(admin.post("/equipe/reglages/lieux/nouveau", {**kept, "commune": kept["commune"],
                                                              "transport_fr": MARK, "deplacer": "nord 1000"}, 200),
                 "/equipe/reglages/lieux/nouveau")
    assert 0.0089 < float(moved["lat"]) - float(kept["lat"]) < 0.0091 and moved["lon"] == kept["lon"]
    clicked = form(admin.post("/equipe/reglages/lieux/nouveau", {**moved, "grande.x": "380", "grande.y": "200"}, 200),
                   "/equipe/reglages/lieux/nouveau")
    assert float(clicked["lon"]) > float(moved["lon"]) and abs(float(clicked["lat"]) - float(kept["lat"])) < 0.001
    where = admin.post("/equipe/reglages/lieux/nouveau", {**typed, **clicked, "marches": "oui", "action": "enregistrer"})
    listed = admin.get(where)
    assert "<script>alert" not in listed.text and "sans permanence à venir" in words(listed)
    sites = {s["id"]: s for s in d.request("GET", "/api/v1/sites").json()["sites"]}
    (made,) = [s for s in sites.values() if s["commune"] == "Carvin"]
    assert made["name"] == MARK and made["insee"] == "62215" and made["step_free"] is True
    assert made["transport"] == MARK and f"{made['lon']:.5f}" == clicked["lon"]
    picture = admin._request("GET", "/equipe/reglages/carte.svg?centre=50.49,2.96&zoom=3&epingle=50.49,2.96&taille=petite",
                             None)
    assert picture.headers["Content-Type"] == "image/svg+xml" and ">Carvin<" in picture.text
    assert "<script" not in picture.text
    for wrong in ("", "?centre=0,0", "?centre=91,0&zoom=1&epingle=0,0&taille=petite",
                  "?centre=50,3&zoom=99&epingle=50,3&taille=petite"):
        admin.get("/equipe/reglages/carte.svg" + wrong, 404)
    admin.get("/equipe/reglages/lieux/centre")
    admin.post("/equipe/reglages/lieux/centre/fermer", {})
    assert "centre" not in {s["id"] for s in d.request("GET", "/api/v1/sites").json()["sites"]}
    check_is_clean(d)


def test_what_is_typed_is_never_lost(team):
    d, admin = team
    page = admin.get("/equipe/reglages/structure?structure=o")
    typed = form(page, "/equipe/reglages/structure")
    for field, value, said in (("nom", "", "Donnez un nom à votre structure"), ("couleur", "rouge", "Écrivez une couleur"),
                               ("email", "pas une adresse", "Écrivez une adresse"),
                               ("age_max", "12", "C’est moins que l’âge du début"),
                               ("communes", "Nulle-Part-sur-Rien", "Nous ne reconnaissons pas"),
                               ("heure1", "25:00", "Écrivez une heure")):
        answer = admin.post("/equipe/reglages/structure", {**typed, "deplacer": "240", "verifier": "no", "rappel1": "2",
                                                           "heure1": "18:00", "age_min": "16", field: value}, 422)
        assert said in words(answer), field
        assert f'href="#{field}"' in answer.text and "CLLAJ" in answer.text
    admin.post("/equipe/reglages/structure", {
        **typed, "nom": MARK, "couleur": "#ffee00", "deplacer": "60", "verifier": "no", "rappel1": "2", "heure1": "18:00",
        "communes": "Carvin (62220)\nHénin-Beaumont (62110)", "age_min": "16", "age_max": "25"})
    page = admin.get("/equipe/reglages/structure?structure=o")
    assert "<script>alert" not in page.text and "trop claire pour du texte" in words(page)
    assert "Carvin (62220)\nHénin-Beaumont (62110)" in page.text
    assert "<script>alert" not in d.request("GET", "/").text
    check_is_clean(d)


def test_who_is_alarmed_and_when_a_place_is_dry(team):
    d, admin = team
    page = admin.get("/equipe/reglages/structure?structure=o")
    typed = {**form(page, "/equipe/reglages/structure"), "deplacer": "240", "verifier": "no", "rappel1": "2",
             "heure1": "18:00", "rappel2": "", "rappel3": "", "rappel4": ""}
    assert typed["alarme_telephone"] == typed["alarme_email"] == typed["seuil_horaires"] == typed["seuil_jours"] == ""
    for field, value, said in (("alarme_telephone", "appelez-moi", "Écrivez un numéro"),
                               ("alarme_email", "astreinte", "Écrivez une adresse"), ("seuil_horaires", "cent un", "nombre"),
                               ("seuil_jours", "366", "365")):
        answer = admin.post("/equipe/reglages/structure", {**typed, field: value}, 422)
        assert said in words(answer) and f'href="#{field}"' in answer.text and f'value="{value}"' in answer.text, field
    admin.post("/equipe/reglages/structure", {**typed, "alarme_telephone": "06 99 88 77 66",
                                              "alarme_email": "astreinte@exemple.org", "seuil_horaires": "0",
                                              "seuil_jours": "21"})

    def kept():
        out = admin._request("GET", "/equipe/reglages/territoire.json", None).json()
        return next(o for o in out["organisations"] if o["id"] == "o")

    assert kept()["alarm"] == {"phone": "06 99 88 77 66", "email": "astreinte@exemple.org"}
    assert kept()["dry_threshold"] == {"slots": 0, "wait_days": 21}
    assert "21 jours" in words(admin.get("/equipe/a-faire?structure=o"))
    admin.post("/equipe/reglages/structure", typed)  # all emptied: as if nothing had been said
    assert "alarm" not in kept() and "dry_threshold" not in kept()
    check_is_clean(d)


def test_rooms_and_the_way_there_are_said_where_they_count(team):
    d, admin = team
    path = "/equipe/reglages/lieux/centre"
    fields = dict(form_of(admin.get(path), path))
    for way, shown in (("Bus 30, arrêt Mairie", True), ("Bus 30, arrêt Mairie, puis " + "à pied " * 20, False)):
        admin.post(path, {**fields, "transport_fr": way, "noms_salles": "Salle bleue\nSalle <verte>",
                          "action": "enregistrer"})
        times = d.request("GET", "/horaires?service=rdv&q=Oignies")
        assert ("Bus 30, arrêt Mairie" in words(times)) == shown, words(times)
    sheet = admin.get("/equipe/feuille?lieu=centre&jour=2026-11-24")
    assert "Salles : Salle bleue, Salle <verte>" in words(sheet) and "<verte>" not in sheet.text
    check_is_clean(d)


def test_each_change_can_be_taken_back(team):
    """After a place, a kind, a permanence, a closure, an organisation, a text: the page says so, with the button."""
    d, admin = team

    def after(where):
        page = admin.get(where)
        assert "Annuler cette modification" in words(page), where
        return form(page, "/equipe/reglages/annuler")

    admin.get("/equipe/reglages/fermetures?structure=o")
    undo = after(admin.post("/equipe/reglages/fermetures", {
        "structure": "o", "cible": "site:centre", "du": "2026-12-01", "au": "2026-12-01", "raison": "Inventaire"}))
    assert days(d)[0] == "2026-12-02"
    admin.post("/equipe/reglages/annuler", undo)
    assert days(d)[0] == "2026-12-01"
    changed = {"nom": "Autre nom", "nom_fr": "Autre nom", "fin": "date", "jusqu": "2027-06-30"}
    for path, button in (("/equipe/reglages/lieux/centre", "enregistrer"), ("/equipe/reglages/types/rdv", "enregistrer"),
                         ("/equipe/reglages/permanences/a", "garder")):
        fields = [(name, changed.get(name, value)) for name, value in form_of(admin.get(path), path)]
        answer = admin._request("POST", path, [("_csrf", admin.csrf), *fields, ("action", button)])
        assert answer.status == 303, (path, answer.text)
        admin.post("/equipe/reglages/annuler", after(answer.headers["Location"]))
    page = admin.get("/equipe/reglages/structure?structure=o")
    typed = {**form(page, "/equipe/reglages/structure"), "deplacer": "240", "verifier": "no", "nom": "Autre nom"}
    after(admin.post("/equipe/reglages/structure", typed))
    check_is_clean(d)


def test_nobody_changes_what_is_not_theirs(team):
    d, _ = team
    add(d, "ailleurs", "admin", organisation="p")
    add(d, "ada", "counsellor", counsellor="ada")
    add(d, "oeil", "observer", organisation="o")
    paris, ada, eye = (browser(d, login) for login in ("ailleurs", "ada", "oeil"))
    assert "Centre" not in words(paris.get("/equipe/reglages/lieux"))
    paris.get("/equipe/reglages/lieux/centre", 404)
    paris.get("/equipe/reglages/structure?structure=o", 404)
    paris.get("/equipe/reglages/reseau", 403)
    paris.get("/equipe/premiers-pas", 403)
    paris.get("/equipe/reglages/lieux")
    paris.post("/equipe/reglages/lieux/centre/fermer", {}, 404)
    paris.post("/equipe/reglages/structure", {"structure": "o", "nom": "À moi"}, 404)
    paris.post("/equipe/reglages/fermetures/feries", {"structure": "o", "ouvert": "2026-12-25"}, 404)
    paris.post("/equipe/reglages/fermetures", {"structure": "o", "cible": "site:centre", "du": "2026-12-01"}, 404)
    assert days(d)[0] == "2026-12-01" and "2026-12-25" not in days(d)
    seen = ada.get("/equipe/reglages/lieux")
    assert "Centre" in words(seen) and "/lieux/centre" not in seen.text and "Ajouter un lieu" not in words(seen)
    assert "disabled" in ada.get("/equipe/reglages/structure").text
    ada.get("/equipe/reglages/lieux/centre", 403)
    ada.post("/equipe/reglages/fermetures", {"cible": "site:centre", "du": "2026-12-01"}, 403)
    eye.get("/equipe/reglages", 403)


def test_from_nothing_to_the_first_hour(daemon):
    d = daemon(now=NOW)
    add(d, "marie", "network")
    marie = browser(d, "marie")
    assert marie._request("GET", "/equipe", None).headers["Location"].endswith("/equipe/premiers-pas")
    assert "Aucun rendez-vous ne se prend en ligne" in words(d.request("GET", "/"))
    marie.get("/equipe/premiers-pas")
    assert "Donnez un nom" in words(marie.post("/equipe/premiers-pas", {"nom": ""}, 422))
    marie.post("/equipe/premiers-pas", {"nom": MARK, "telephone": "03 21 00 00 00"})
    # closed and opened again: it goes on where it was
    assert "Étape 2 sur 4" in words(marie.get("/equipe/premiers-pas"))
    marie.post("/equipe/premiers-pas?etape=2", {"nom": "Maison", "adresse": "1 rue Haute", "commune": "62220"})
    page = marie.get("/equipe/premiers-pas?etape=3")
    marie.post("/equipe/premiers-pas?etape=3", form(page, "/equipe/premiers-pas?etape=3"))
    # going back loses nothing
    assert form(marie.get("/equipe/premiers-pas?etape=2"), "/equipe/premiers-pas?etape=2")["adresse"] == "1 rue Haute"
    when = {"qui": "Marie", "jour": "TU", "debut": "09:00", "fin": "12:00", "rythme": "2", "premiere": ""}
    marie.get("/equipe/premiers-pas?etape=4")
    for wrong, said in (({"fin": "09:30"}, "trop court"), ({"debut": "9 h"}, "Écrivez une heure"), ({"qui": ""}, "qui reçoit"),
                        ({"premiere": "2026-12-02"}, "Ce n’est pas le jour choisi")):
        assert said in words(marie.post("/equipe/premiers-pas?etape=4", {**when, **wrong}, 422))
    where = marie.post("/equipe/premiers-pas?etape=4", when)
    online = words(marie.get(where))
    assert "Votre page est en ligne" in online and "Vous recevez le mardi de 9 h à 12 h, une semaine sur deux" in online
    assert online.index("Mardi 24 novembre") < online.index("Mardi 8 décembre") < online.index("Mardi 22 décembre")
    starts = [s["start"] for s in d.request("GET", "/api/v1/slots?service=premier-rdv&limit=500").json()["slots"]]
    assert starts[:4] == [at("2026-11-24", 9), at("2026-11-24", 10), at("2026-11-24", 11), at("2026-12-08", 9)]
    # she has an agenda now, and still administers the network
    assert "Marie" in marie.get("/equipe").text
    marie.get("/equipe/reglages/reseau")
    assert "<script>alert" not in d.request("GET", "/").text
    # sent twice, it is one permanence
    marie.get("/equipe/premiers-pas?etape=4")
    marie.post("/equipe/premiers-pas?etape=4", when)
    assert starts == [s["start"] for s in d.request("GET", "/api/v1/slots?service=premier-rdv&limit=500").json()["slots"]]
    check_is_clean(d)
