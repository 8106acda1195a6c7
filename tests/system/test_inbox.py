# SPDX-License-Identifier: GPL-3.0-or-later
"""What people of the team read and write themselves: the texts that no program answered, answers by hand that are
written once whatever happens, a number that wants no more, notices, gateways; and who may see which."""

import re
import sqlite3
import threading

import pytest

from helpers import wait_for
from scripted import SECRET, Scripted, module_dir
from small import NOW, at, booking, check_is_clean, small, write_territory
from test_staff_pages import Counsellor, add_user, words

LEA, TOM, STRANGER = "+33612345678", "+33711223344", "+33699887766"
ASKS = "je veux parler à quelqu'un svp"
KEY = {"cle": "form-1", "vu": "999"}


@pytest.fixture
def team(daemon, tmp_path):
    """Two organisations: ada's, and bea's of the other one. The daemon, and ada's browser."""
    t = small()
    t["organisations"].append({"id": "autre", "name": "Maison d'Arras", "area": []})
    t["counsellors"][1]["organisation"] = "autre"
    d = daemon(now=NOW, territory=write_territory(tmp_path, t))
    add_user(d, "ada", "ada")
    add_user(d, "bea", "bea")
    add_user(d, "chef", role="admin")
    return d, Counsellor(d, "ada")


def text_in(d, number, text=ASKS):
    return int(d.local("POST", "/local/sms-in", {"from": number, "text": text}, expect=201).json()["id"])


def book(d, key="k", hour=at("2026-03-24", 14), **who):
    someone = {"first_name": "Léa", "last_name": "Dubois", "birth_year": 2004, "phone": LEA, **who}
    return d.api("POST", "/appointments", booking(key, "rdv", "centre", hour, someone), expect=201).json()["appointment"]


def waiting(d):
    return {int(r["id"]): r for r in d.local("GET", "/staff/inbox", expect=200).json()["inbox"]}


def by_hand(d, number=LEA):
    """The answers that were written by hand."""
    with sqlite3.connect(f"file:{d.data / 'rdvd.db'}?mode=ro", uri=True) as db:
        return [r[0] for r in db.execute("SELECT text FROM message WHERE letter_key LIKE 'hand:%' AND recipient = ? "
                                         "ORDER BY id", (number,))]


def test_an_answer_is_written_once_and_reads_what_it_answers(team):
    d, ada = team
    book(d)
    first, second = text_in(d, LEA), text_in(d, LEA, "allo ? " + ASKS)
    other = text_in(d, STRANGER)
    assert set(waiting(d)) == {first, second, other}
    assert waiting(d)[second]["person"]["first_name"] == "Léa" and waiting(d)[other]["person"] is None
    page = ada.get(f"/equipe/sms/{second}")
    assert "SMS (3)" in words(page) and "Prochain rendez-vous" in words(page)
    # nothing personal in any address
    assert not re.search(r'(href|action)="/[^"]*(336|0612|Dubois)', page.text)
    late = text_in(d, LEA, "encore une question pour vous, " + ASKS)  # came after she opened the page
    typed = {"cle": "double", "vu": str(second), "texte": "Bonjour Léa, je vous appelle à 14 h.\r\nAda"}
    assert ada.post(f"/equipe/sms/{second}/repondre", typed) == "/equipe/sms?fait=envoye"
    assert ada.post(f"/equipe/sms/{second}/repondre", typed) == "/equipe/sms?fait=envoye"
    assert by_hand(d) == ["Bonjour Léa, je vous appelle à 14 h.\nAda"]
    assert set(waiting(d)) == {late, other}, "what she had not seen still waits"
    wait_for(lambda: [m for m in d.spool() if m.to == LEA and "je vous appelle" in m.text], "the answer")
    check_is_clean(d)


def test_many_at_once_write_one_answer(team):
    d, _ = team
    inbound = text_in(d, LEA)
    statuses = []

    def send():
        body = {"text": "Bonjour, oui.", "request_key": "same"}
        statuses.append(d.local("POST", f"/staff/inbox/{inbound}/answer", body).status)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert sorted(statuses) == [200] * 7 + [201]
    assert by_hand(d) == ["Bonjour, oui."] and waiting(d) == {}


def test_an_answer_survives_a_kill(team):
    d, _ = team
    inbound = text_in(d, LEA)
    d.local("POST", f"/staff/inbox/{inbound}/answer", {"text": "Bonjour, oui.", "request_key": "k"}, expect=201)
    d.kill9()
    d.start()
    assert waiting(d) == {} and by_hand(d) == ["Bonjour, oui."]

    def ended():
        rows = d.rdvctl("messages", "--to", LEA, json_out=True)["messages"]
        return [m["state"] for m in rows if m["text"] == "Bonjour, oui." and m["state"] not in ("scheduled", "sending")]

    # it left, or nobody knows whether it had; it does not leave twice
    assert wait_for(ended, "the answer's end") in (["accepted"], ["unknown"])
    assert len([m for m in d.spool() if m.to == LEA and m.text.strip() == "Bonjour, oui."]) <= 1


def test_what_comes_back_is_for_the_team(team):
    d, _ = team
    a = book(d)
    inbound = text_in(d, LEA)
    d.local("POST", f"/staff/inbox/{inbound}/answer", {"text": "Vous venez toujours ?", "request_key": "k"}, expect=201)
    no = text_in(d, LEA, "non")
    assert set(waiting(d)) == {no}
    assert d.api("GET", f"/appointments/{a['token']}").json()["appointment"]["status"] == "booked"


@pytest.mark.parametrize("typed,status,said", [
    ("", 422, "Écrivez votre réponse."),
    (" \n ", 422, "Écrivez votre réponse."),
    ("a" * 161, 422, "Cette réponse fait 2 SMS."),
    ("\U0001F600" * 40, 422, "Cette réponse fait 2 SMS."),
    ("a" * 460, 422, "C’est trop long : 4 SMS, et 3 au plus."),
    ("a" * 160, 303, ""),
    ("é’ê" * 40, 303, ""),  # folded: 120 characters of the alphabet
])
def test_length_is_agreed_to(team, typed, status, said):
    d, ada = team
    inbound = text_in(d, LEA)
    ada.get(f"/equipe/sms/{inbound}")
    answer = ada.post(f"/equipe/sms/{inbound}/repondre", {**KEY, "texte": typed}, status)
    assert len(by_hand(d)) == (status == 303)
    if said:
        assert said in words(answer) and (typed.strip() == "" or typed in answer.text)
        assert inbound in waiting(d), "nothing was answered"


def test_stop_is_kept_to_and_lifted_by_the_persons_word(team):
    d, ada = team
    a = book(d)
    text_in(d, LEA, "STOP")
    ada.get(f"/equipe/rdv/{a['id']}/messages")
    refused = ada.post(f"/equipe/rdv/{a['id']}/messages/repondre", {**KEY, "texte": "Bonjour"}, 422)
    assert "ne veut plus de SMS" in words(refused) and by_hand(d) == []
    assert "STOP : pas de SMS" in words(ada.get("/equipe?jour=2026-03-24&tout=1"))
    assert d.metric("rdvd_numbers_barred") == 1
    # she writes to us: that may be answered, and nothing else
    question = text_in(d, LEA)
    ada.get(f"/equipe/sms/{question}")
    ada.post(f"/equipe/sms/{question}/repondre", {**KEY, "cle": "k2", "texte": "Bonjour Léa"})
    wait_for(lambda: [m for m in d.spool() if m.to == LEA and m.text.strip() == "Bonjour Léa"], "the answer")
    ada.post(f"/equipe/rdv/{a['id']}/messages/retablir", {"quoi": "stop"}, 403)
    chief = Counsellor(d, "chef")
    chief.get(f"/equipe/rdv/{a['id']}/messages")
    chief.post(f"/equipe/rdv/{a['id']}/messages/retablir", {"quoi": "stop"})
    assert "STOP" not in words(ada.get("/equipe?jour=2026-03-24&tout=1"))
    with sqlite3.connect(f"file:{d.data / 'rdvd.db'}?mode=ro", uri=True) as db:
        assert db.execute("SELECT actor, about FROM audit WHERE act = 'stop lifted'").fetchall() == [("chef", int(a["id"]))]


def test_a_number_where_nothing_arrives(daemon, tmp_path):
    gateway = Scripted(tmp_path)
    d = daemon(now=NOW, territory=write_territory(tmp_path), conf={"module_dir": str(module_dir())},
               sections="store store_sqlite {\n}\n" + gateway.section)
    add_user(d, "ada", "ada")
    a = book(d)
    message = wait_for(gateway.taken, "the confirmation")[0][0]
    receipt = {"events": [{"kind": "receipt", "message": message, "delivery": "bad_number", "note": "Unknown subscriber"}]}
    told = d.request("POST", "/cb/scripted/" + gateway.receipts_path(message), receipt, {"X-Secret": SECRET})
    assert told.status == 200, repr(told)
    ada = Counsellor(d, "ada")
    page = words(ada.get(f"/equipe/rdv/{a['id']}"))
    assert "Ce numéro ne marche pas" in page and "Unknown subscriber" in page and "passerelle scripted" in page
    assert "numéro qui ne marche pas" in words(ada.get("/equipe?jour=2026-03-24&tout=1"))
    row = [m for m in d.rdvctl("messages", "--troubled", json_out=True)["messages"] if m["channel"] == "sms"]
    assert [(m["state"], m["gateway"], m["note"]) for m in row] == [("undelivered", "scripted", "Unknown subscriber")]
    assert row[0]["delivered_at"] and d.rdvctl("messages", "--troubled", "--since", "2026-03-21", json_out=True)["messages"] == []
    shown = d.rdvctl("messages", "--troubled").stdout
    assert "GATEWAY" in shown and "Unknown subscriber" in shown


def test_who_may_see_which(team):
    d, ada = team
    a = book(d)
    hers, anybodys = text_in(d, LEA), text_in(d, STRANGER)
    bea = Counsellor(d, "bea")
    bea.get("/equipe")
    # nobody knows whose the stranger is: both organisations see that text
    assert "SMS (1)" in words(bea.get("/equipe")) and "SMS (2)" in words(ada.get("/equipe"))
    listed = words(bea.get("/equipe/sms"))
    assert "06 99 88 77 66" in listed and "Léa" not in listed and "06 12 34 56 78" not in listed
    for path in (f"/equipe/sms/{hers}", f"/equipe/rdv/{a['id']}/messages", "/equipe/sms/999", "/equipe/sms/x"):
        bea.get(path, 404)
    bea.get(f"/equipe/sms/{anybodys}")
    for act in ("repondre", "lu"):
        bea.post(f"/equipe/sms/{hers}/{act}", {**KEY, "texte": "Bonjour"}, 404)
    assert hers in waiting(d) and by_hand(d) == []
    ada.get("/equipe/passerelles", 403)
    nobody = Counsellor(d)
    nobody.get("/equipe/sms", 303)
    assert d.request("POST", f"/equipe/sms/{hers}/lu", "vu=1").status in (303, 403)
    assert hers in waiting(d)


def test_notices_are_shown_until_seen(team):
    d, ada = team
    with sqlite3.connect(d.data / "rdvd.db") as db:
        db.execute("INSERT INTO notice (key, kind, text, at) VALUES ('a', 'expired', "
                   "'38 rappels n’ont pas pu partir pendant la panne.', 1773990000)")
        db.execute("INSERT INTO notice (key, kind, organisation, text, at) SELECT 'b', 'budget', id, "
                   "'La moitié du budget est dépensée.', 1773990001 FROM definition WHERE slug = 'autre'")
    shown = words(ada.get("/equipe"))
    assert "38 rappels" in shown and "La moitié" not in shown, "another organisation's"
    chief = Counsellor(d, "chef")
    page = words(chief.get("/equipe/passerelles"))
    assert "38 rappels" in page and "La moitié" in page and "spool fonctionne" in page
    rows = {n["text"][:2]: n["id"] for n in d.rdvctl("notices", json_out=True)["notices"]}
    ada.post(f"/equipe/avis/{rows['La']}/vu", {"retour": "/equipe"}, 404)
    assert ada.post(f"/equipe/avis/{rows['38']}/vu", {"retour": "https://example.org/"}) == "/equipe"
    assert "38 rappels" not in words(ada.get("/equipe"))
    assert d.metric("rdvd_notices_unseen") == 1
    d.rdvctl("notices", "--seen", rows["La"])
    assert "Nothing that nobody has seen." in d.rdvctl("notices").stdout
    assert len(d.rdvctl("notices", "--all", json_out=True)["notices"]) == 2


def test_rdvctl_lists_texts_and_gateways(team):
    d, _ = team
    book(d)
    inbound = text_in(d, LEA)
    text_in(d, LEA, "merci")
    table = d.rdvctl("inbox").stdout
    assert re.search(rf"^{inbound} .*\+33612345678 .*to_hand .*Léa Dubois .*parler", table, re.M), table
    assert "merci" not in table and "merci" in d.rdvctl("inbox", "--number", "06 12 34 56 78").stdout
    assert d.rdvctl("inbox", "--state", "lu", status=1).stderr
    assert d.metric("rdvd_texts_to_hand") == 1
    d.rdvctl("inbox", "--read", inbound)
    assert d.rdvctl("inbox").stdout == "No text waits.\n"
    d.rdvctl("inbox", "--read", 999, status=1)
    gateways = d.rdvctl("gateways", json_out=True)["gateways"]
    assert [(g["name"], g["state"]) for g in gateways] == [("spool", "ok")]
    assert re.search(r"^spool +gw_spool +ok ", d.rdvctl("gateways").stdout, re.M)


def test_two_people_on_one_phone(team):
    d, ada = team
    book(d)
    book(d, "k2", at("2026-03-25", 9), first_name="Tom", birth_year=2001)
    inbound = text_in(d, LEA)
    assert waiting(d)[inbound]["people"] == 2
    assert "numéro partagé" in words(ada.get("/equipe/sms"))
    assert "Ce numéro sert à plusieurs personnes : Léa, Tom." in words(ada.get(f"/equipe/sms/{inbound}"))


def test_one_without_a_phone(team):
    d, ada = team
    a = book(d, phone="", email="lea@example.org")
    page = words(ada.get(f"/equipe/rdv/{a['id']}/messages"))
    assert "lea@example.org" in page and "Aucun SMS ne peut partir d’ici" in page
    ada.post(f"/equipe/rdv/{a['id']}/messages/repondre", {**KEY, "texte": "Bonjour"}, 422)
    b = book(d, "k2", at("2026-03-25", 9), phone="", email="")
    ada.get(f"/equipe/rdv/{b['id']}/messages")
