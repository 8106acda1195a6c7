# SPDX-License-Identifier: GPL-3.0-or-later
"""The day at the desk: who has arrived, who will be late and says so by SMS, who comes without an appointment;
two counsellors and a partner; home visits, and the alarm when nobody comes back, once whatever happens."""

import re

import pytest

from helpers import wait_for
from small import at, check_is_clean, everything, instant, person, service, small, write_territory
from test_staff_pages import Counsellor as Browser
from test_staff_pages import words

PASSWORD = "girafe tambour ruisseau velours"
MONDAY = "2026-03-23"
EIGHT = at(MONDAY, 8, 50)
LEA = "+33612345678"
ALARM = {"phone": "06 99 88 77 66", "email": "astreinte@exemple.org"}
SECTIONS = """store store_sqlite {
}
gateway spool {
	plugin = "gw_spool"
	channels = {"sms", "email"}
	answers = true
}
messages {
	alerts_to = "equipe@exemple.org"
}
"""


def homes():
    t = small()
    t["organisations"][0]["alarm"] = ALARM
    t["services"] += [service("visite", 60, mode="home", staff=2, public=False, reminders=[])]
    t["openings"][0]["counsellor"] = ["ada", "bea"]
    t["openings"][1]["counsellor"] = ["cleo", "eve"]
    return t


def log_in(d, login):
    return Browser(d, login, PASSWORD)


def add_user(d, login, *who):
    d.rdvctl("user", "add", login, *who, "--password-stdin", stdin=PASSWORD + "\n")


@pytest.fixture
def desk(daemon, tmp_path):
    """Monday, ten to nine; ada's browser."""
    d = daemon(now=EIGHT, territory=write_territory(tmp_path, homes()), sections=SECTIONS)
    add_user(d, "ada", "--role", "counsellor", "--counsellor", "ada")
    return d, log_in(d, "ada")


def book(d, start, who, kind="rdv", where="centre", **more):
    body = {"service": kind, "start": start, "person": who, **({"site": where} if where else {}), **more}
    return d.local("POST", "/staff/appointments", body, expect=201).json()["appointment"]["id"]


def row(d, one):
    return next(r for r in everything(d) if r["id"] == one)


def texts(d, to):
    return [m for m in d.spool() if m.to == to]


def test_who_is_there_and_since_when(desk):
    d, ada = desk
    one = book(d, at(MONDAY, 9), person(1), counsellor="ada")
    two = book(d, at(MONDAY, 10), person(2), counsellor="ada")
    text = words(ada.get("/equipe"))
    assert re.search(r"Ensuite 9 h · Prénom1 Dubois .*Puis 10 h · Prénom2 Dubois", text)
    assert "Salle d’attente" not in text
    back = "/equipe?jour=2026-03-23&lieu=centre"
    assert ada.post(f"/equipe/rdv/{one}/arrivee", {"etat": "la", "retour": back}) == back
    assert instant(row(d, one)["arrived"]) == instant(EIGHT)
    text = words(ada.get("/equipe"))
    assert "Salle d’attente : une personne" in text and "est là depuis 8 h 50" in text
    # the next day nobody waits any more, and what was noted is still told
    d.restart(now=at(MONDAY, 9, 20))
    ada = log_in(d, "ada")
    text = words(ada.get("/equipe"))
    assert re.search(r"Maintenant 9 h · Prénom1", text) and "Salle d’attente : une personne" in text
    ada.post(f"/equipe/rdv/{one}/presence", {"personnes": "1"})
    text = words(ada.get("/equipe"))
    assert "Salle d’attente" not in text and "arrivée à 8 h 50" in text and re.search("Ensuite 10 h · Prénom2", text)
    ada.post(f"/equipe/rdv/{two}/arrivee", {"etat": "la"})
    ada.post(f"/equipe/rdv/{two}/arrivee", {"etat": "pas-la"})
    assert row(d, two)["arrived"] is None
    ada.post(f"/equipe/rdv/{two}/arrivee", {"retard": "20"})
    assert instant(row(d, two)["expected"]) == instant(at(MONDAY, 10, 20))
    ada.post(f"/equipe/rdv/{two}/arrivee", {"etat": "heure", "heure": "10:45"})
    assert instant(row(d, two)["expected"]) == instant(at(MONDAY, 10, 45))
    assert "probleme=heure" in ada.post(f"/equipe/rdv/{two}/arrivee", {"etat": "heure", "heure": "8:00", "retour": back})
    assert "Écrivez une heure à venir" in words(ada.get(back + "&probleme=heure"))
    ada.post(f"/equipe/rdv/{two}/arrivee", {"etat": "a-l-heure"})
    assert row(d, two)["expected"] is None
    d.local("POST", f"/staff/appointments/{two}/cancel", expect=200)
    assert "probleme=annule" in ada.post(f"/equipe/rdv/{two}/arrivee", {"etat": "la", "retour": back})
    ada.post("/equipe/rdv/999999/arrivee", {"etat": "la"}, 404)
    check_is_clean(d)


def test_late_by_sms(desk):
    d, ada = desk
    one = book(d, at(MONDAY, 9), {**person(1), "phone": LEA}, counsellor="ada")
    d.rdvctl("sms-in", LEA, "Bonjour je suis en retard j'aurai 20 min de retard")
    wait_for(lambda: row(d, one)["expected"], "the text to be understood")
    assert instant(row(d, one)["expected"]) == instant(at(MONDAY, 9, 20))
    assert "prévient : arrivera vers 9 h 20" in words(ada.get("/equipe"))
    two = book(d, at(MONDAY, 11), {**person(2), "phone": "+33611111111"}, counsellor="ada")
    d.rdvctl("sms-in", "+33611111111", "je serai en retard")
    wait_for(lambda: row(d, two)["expected"], "the text to be understood")
    assert instant(row(d, two)["expected"]) == instant(at(MONDAY, 11))
    assert "prévient d’un retard" in words(ada.get("/equipe"))


def test_walk_in(desk):
    d, ada = desk
    page = words(ada.get("/equipe/passage"))
    assert "Ada libre maintenant" in page
    before = len(d.spool())
    where = ada.post("/equipe/passage", {"prenom": "Noa", "lieu": "centre", "service": "rdv", "avec": "ada", "cle": "k1",
                                         "telephone": "06 12 34 56 78", "accompagne": "éducateur, Mission locale"})
    assert where == "/equipe?lieu=centre&fait=passage"
    one = everything(d)[0]
    assert one["walk_in"] and one["counsellor"] == "ada" and instant(one["start"]) == instant(EIGHT)
    assert instant(one["arrived"]) == instant(EIGHT) and one["companion"] == "éducateur, Mission locale"
    assert one["messages"] == [] and len(d.spool()) == before
    text = words(ada.get("/equipe"))
    assert "sans rendez-vous, là depuis 8 h 50" in text and "avec : éducateur, Mission locale" in text
    # sent twice, it is one
    assert ada.post("/equipe/passage", {"prenom": "Noa", "lieu": "centre", "service": "rdv", "avec": "ada", "cle": "k1",
                                        "telephone": "06 12 34 56 78", "accompagne": "éducateur, Mission locale"}) == where
    # ada is busy for an hour and has an appointment at ten: the next one has the minutes between, no more
    book(d, at(MONDAY, 10, 15), person(3), counsellor="ada")
    assert "Ada pas libre avant 9 h 50, puis jusqu’à 10 h 15" in words(ada.get("/equipe/passage"))
    ada.post("/equipe/passage", {"prenom": "", "lieu": "centre", "service": "rdv", "avec": "ada", "cle": "k2"})
    two = next(r for r in everything(d) if r["person"]["first_name"] == "Passage")
    assert (instant(two["start"]), instant(two["end"])) == (instant(at(MONDAY, 9, 50)), instant(at(MONDAY, 10, 15)))
    # or later: an ordinary appointment, which is told
    page = ada.get("/equipe/passage")
    hour = re.search(r'name="prendre" value="([^"]+)"', page.text).group(1)
    where = ada.post("/equipe/passage", {"prenom": "Sam", "telephone": "06 22 22 22 22", "lieu": "centre",
                                         "service": "rdv", "cle": "k3", "prendre": hour})
    assert re.fullmatch(r"/equipe/rdv/\d+\?fait=ajout", where)
    sam = next(r for r in everything(d) if r["person"]["first_name"] == "Sam")
    assert not sam["walk_in"] and sam["arrived"] is None and sam["messages"]
    # somebody known, received now from the files, is there too
    ada.add(quand="maintenant", lieu="salle", service="rdv", personne="eve", prenom="Zoé", nouvelle="1")
    zoe = next(r for r in everything(d) if r["person"]["first_name"] == "Zoé")
    assert zoe["walk_in"] and instant(zoe["arrived"]) == instant(EIGHT)
    ada.get("/equipe/passage")
    refused = ada.post("/equipe/passage", {"prenom": "x" * 200, "lieu": "centre", "service": "rdv", "cle": "k4"}, 422)
    assert "80 caractères au plus" in words(refused) and "x" * 200 in refused.text
    check_is_clean(d)


def test_two_of_the_team_and_a_partner(desk):
    d, ada = desk
    typed = {"jour": MONDAY, "heure": "14:00", "lieu": "centre", "service": "rdv", "personne": "ada",
             "accompagne": "assistante sociale, Mission locale"}
    one = ada.add(**typed, personne2="bea")
    assert row(d, one)["counsellors"] == ["ada", "bea"]
    page = words(ada.get(f"/equipe/rdv/{one}"))
    assert "Ada, Bea" in page and "assistante sociale, Mission locale" in page
    day = words(ada.get("/equipe"))
    assert "avec : assistante sociale, Mission locale" in day and "Ada, Bea" in day
    ada.post(f"/equipe/rdv/{one}/accompagnement", {"accompagne": "  éducatrice  "})
    assert row(d, one)["companion"] == "éducatrice"
    ada.get("/equipe")
    assert "probleme=long" in ada.post(f"/equipe/rdv/{one}/accompagnement", {"accompagne": "x" * 121})
    # once is one person too few
    refused = ada.add(422, **{**typed, "heure": "16:00", "nouvelle": "1"}, personne2="ada")
    assert "choisissez deux personnes" in words(refused)
    # the calendars of the team hold nothing of it
    ada.get("/equipe/agenda")
    feed = ada.post("/equipe/agenda", {}, 200)
    secret = re.search(r"/cal/[A-Za-z0-9_-]+\.ics", feed.text).group(0)
    assert "ducatrice" not in d.request("GET", secret).text
    check_is_clean(d)


def test_the_front_desk(desk):
    """Sees the hour, the place and a first name, notes who arrives, and nothing of people's files."""
    d, ada = desk
    one = book(d, at(MONDAY, 9), {**person(1), "needs": "langue arabe"}, counsellor="ada", companion="éducateur")
    add_user(d, "accueil", "--role", "desk", "--organisation", "o")
    front = log_in(d, "accueil")
    text = words(front.get("/equipe"))
    assert "Prénom1" in text and "Est là" in text
    for hidden in ("Dubois", "06 00", "arabe", "éducateur", "première fois", "Honoré", "Quelqu’un est là", f"rdv/{one}\""):
        assert hidden not in text, hidden
    front.post(f"/equipe/rdv/{one}/arrivee", {"etat": "la", "retour": "/equipe"})
    assert instant(row(d, one)["arrived"]) == instant(EIGHT)
    assert "est là depuis 8 h 50" in words(ada.get("/equipe"))
    for path, status in ((f"/equipe/rdv/{one}", 403), ("/equipe/passage", 403), ("/equipe/a-renseigner", 403)):
        answer = front._request("GET", path, None)
        assert answer.status in (403, 404), (path, answer.status)
    for path in ("accompagnement", "presence", "visite"):
        answer = front._request("POST", f"/equipe/rdv/{one}/{path}", [("_csrf", front.csrf), ("presence", "seen")])
        assert answer.status in (403, 404), (path, answer.status)
    assert row(d, one)["outcome"] == "unknown"


def test_a_walk_in_names_its_kind_and_its_place(desk):
    """A form that only carries the token books nothing, though the page would know what to propose."""
    d, ada = desk
    ada.get("/equipe/passage")
    for sent, said in (({}, ("service", "lieu")), ({"service": "rdv"}, ("lieu",)), ({"lieu": "centre"}, ("service",)),
                       ({"service": "duo?", "lieu": "centre"}, ("service",)),
                       ({"service": "rdv", "lieu": "nulle-part", "prenom": "Noa"}, ("lieu",))):
        answer = ada.post("/equipe/passage", sent, 422)
        for field in ("service", "lieu"):
            assert (f'href="#{field}"' in answer.text) == (field in said), (sent, field)
        assert f'value="{sent.get("prenom", "")}"' in answer.text
    assert everything(d) == []


# ---- home visits ----

def visit_at(d, hour=14):
    return book(d, at(MONDAY, hour), person(7, phone=""), "visite", None, counsellor="ada", counsellor2="bea",
                place={"name": "chez Prénom7, 3 rue des Lilas", "postcode": "62110"})


def test_a_visit_for_two_comes_back(desk):
    d, ada = desk
    one = visit_at(d)
    assert row(d, one)["visit"] is None
    d.restart(now=at(MONDAY, 13, 40))
    ada = log_in(d, "ada")
    text = words(ada.get("/equipe?personne=ada"))
    assert "Nous partons" in text
    ada.post(f"/equipe/rdv/{one}/visite", {"visite": "partir"})
    visit = row(d, one)["visit"]
    # the planned end, the way back of 10 minutes or more, and half an hour
    assert instant(visit["left"]) == instant(at(MONDAY, 13, 40))
    assert instant(at(MONDAY, 15, 40)) <= instant(visit["due"]) <= instant(at(MONDAY, 16, 15))
    assert re.search(r"en visite depuis 13 h 40, retour prévu à 1[56] h", words(ada.get("/equipe?personne=ada")))
    ada.post(f"/equipe/rdv/{one}/visite", {"visite": "partir", "retour_prevu": "17:30"})
    assert instant(row(d, one)["visit"]["due"]) == instant(at(MONDAY, 17, 30))
    assert "probleme=heure" in ada.post(f"/equipe/rdv/{one}/visite", {"visite": "partir", "retour_prevu": "9:00"})
    d.restart(now=at(MONDAY, 15, 30))
    ada = log_in(d, "ada")
    ada.get("/equipe")
    ada.post(f"/equipe/rdv/{one}/visite", {"visite": "revenir"})
    assert "retour à 15 h 30" in words(ada.get("/equipe?personne=ada"))
    d.restart(now=at(MONDAY, 20))
    assert d.local("GET", "/staff/notices", expect=200).json()["notices"] == []
    assert texts(d, "+33699887766") == []
    other = book(d, at(MONDAY, 21), person(2), counsellor="ada")
    assert d.local("POST", f"/staff/appointments/{other}/visit/left", {}, expect=404)
    check_is_clean(d)


def told(d):
    return [(m.to, m.id) for m in d.spool() if m.to in ("+33699887766", "astreinte@exemple.org", "equipe@exemple.org")]


def test_the_alarm_is_given_once(desk):
    """Killed before the time, at it and after it; started again, and once with --once."""
    d, ada = desk
    one = visit_at(d)
    d.restart(now=at(MONDAY, 13, 40))
    answer = d.local("POST", f"/staff/appointments/{one}/visit/left", {"due": at(MONDAY, 16)}, expect=200).json()
    assert instant(answer["appointment"]["visit"]["due"]) == instant(at(MONDAY, 16))
    d.kill9()
    d.restart(now=at(MONDAY, 15, 59))
    assert row(d, one)["visit"]["alarmed"] is None and told(d) == []
    d.kill9()
    d.now = at(MONDAY, 16, 1)
    d.start()
    wait_for(lambda: row(d, one)["visit"]["alarmed"], "the alarm")
    d.kill9()
    # a letter that the kill left in doubt goes again some seconds later: its gateway knows it by its name
    d.run_once(at(MONDAY, 16, 2))
    d.run_once(at(MONDAY, 16, 4))
    assert len(told(d)) == 3, told(d)
    assert sorted({to for to, _ in told(d)}) == ["+33699887766", "astreinte@exemple.org", "equipe@exemple.org"]
    d.run_once(at(MONDAY, 18))
    d.restart(now=at(MONDAY, 18, 30))
    assert len(told(d)) == 3
    for message in (m for m in d.spool() if m.to in ("+33699887766", "astreinte@exemple.org")):
        plain = message.text.replace("’", "'").replace("\u00a0", " ")
        assert "La visite prévue à 14 h n'est pas signalée revenue. Appelez l'équipe." in plain
        for hidden in ("Prénom7", "Lilas", "62110", "Ada", "Bea"):
            assert hidden not in plain
    assert len(d.local("GET", "/staff/notices", expect=200).json()["notices"]) == 1
    ada = log_in(d, "ada")
    text = words(ada.get("/equipe"))
    assert "Visite à domicile : pas de nouvelles" in text and "Ada, Bea" in text and "Tout va bien" in text
    todo = ada.get("/equipe/a-faire")
    assert "Visites à domicile : retour en retard" in words(todo) and f'href="/equipe/rdv/{one}"' in todo.text
    assert "Retour prévu lundi 23 mars à 16 h." in words(todo)
    ada.post(f"/equipe/rdv/{one}/visite", {"visite": "bien"})
    text = words(ada.get("/equipe?personne=ada"))
    assert "pas de nouvelles" not in text and "tout va bien" in text
    assert "retour en retard" not in words(ada.get("/equipe/a-faire"))
    assert d.local("GET", "/staff/notices", expect=200).json()["notices"] == []
    answer = d.local("POST", f"/staff/appointments/{one}/visit/back", {}, expect=200).json()
    assert answer["appointment"]["visit"]["back"]
    d.restart(now=at(MONDAY, 22))
    assert len(told(d)) == 3
    check_is_clean(d)


def test_the_api_of_the_day(desk):
    d, _ = desk
    token = d.add_token("admin")
    one = d.api("POST", "/staff/appointments", {"service": "rdv", "site": "centre", "start": EIGHT, "walk_in": True,
                                                "counsellor": "ada", "companion": "éducateur",
                                                "person": {"first_name": "Zoé"}}, token=token, expect=201)
    one = one.json()["appointment"]["id"]
    assert row(d, one)["walk_in"] and row(d, one)["arrived"] and row(d, one)["messages"] == []
    two = book(d, at(MONDAY, 10), person(2), counsellor="ada")

    def say(body, expect=200, who=two):
        return d.api("POST", f"/staff/appointments/{who}/arrived", body, token=token, expect=expect).json()

    assert say({"expected": at(MONDAY, 10, 15)})["appointment"]["expected"]
    assert row(d, two)["arrived"] is None
    assert say({})["appointment"]["arrived"]
    assert say({"arrived": False})["appointment"]["arrived"] is None
    assert say({"expected": None})["appointment"]["expected"] is None
    assert say({"arrived": "oui"}, 422)["errors"][0]["field"] == "arrived"
    assert say({"expected": "demain"}, 422)["errors"][0]["field"] == "expected"
    say({}, 404, who=999999)
    d.local("POST", f"/staff/appointments/{two}/cancel", expect=200)
    say({}, 409)
