# SPDX-License-Identifier: GPL-3.0-or-later
"""Conversations by SMS: from "RDV" to a booking and through everything one may want after it; what is kept
when the daemon is killed in the middle; who wins when a text, a form and a program want the same hour."""

import http.client
import random
import re
import sqlite3
import threading

from crowd import Ask, Crowd
from helpers import Client, pause, wait_for
from small import (NOW, at, assert_rules, booking, browser_story, check_is_clean, everything, live, person, small,
                   write_territory)

LEA = "+33612345678"
MESSAGES = """messages {{
	sms_service = "rdv"
	emergency = "Urgence : 115"
	answers_per_hour = {answers}
	budget_person = 0
}}
"""
NEW, PART, DONE, TO_HAND, READ, IGNORED = range(1, 7)


def territory(tmp_path, **more):
    return write_territory(tmp_path, small(**more))


def talking(daemon, tmp_path, answers=60, **options):
    return daemon(now=NOW, territory=territory(tmp_path), extra=MESSAGES.format(answers=answers), **options)


def query(d, sql, *args):
    with sqlite3.connect(f"file:{d.data / 'rdvd.db'}?mode=ro", uri=True) as db:
        return db.execute(sql, args).fetchall()


def sms_in(d, number, text):
    """Hand over a text; its id."""
    return int(d.local("POST", "/local/sms-in", {"from": number, "text": text}, expect=201).json()["id"])


def settled(d, inbound):
    """Wait until the text is dealt with: (state, understood)."""
    def look():
        rows = query(d, "SELECT state, understood FROM inbound WHERE id = ?", inbound)
        return rows[0] if rows and rows[0][0] != NEW else None

    return wait_for(look, f"text {inbound} to be dealt with")


def answers_to(d, inbound):
    return [r[0] for r in query(d, "SELECT text FROM message WHERE inbound = ? ORDER BY id", inbound)]


def segments_of(text):
    """Every answer is one segment of the GSM alphabet."""
    alphabet = ("@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà")
    assert all(c in alphabet for c in text), [c for c in text if c not in alphabet]
    return -(-len(text) // 160)


def say(d, text, number=LEA, state=DONE):
    """Send a text and return its answer ("" none), which must be one short message without a link."""
    inbound = sms_in(d, number, text)
    assert settled(d, inbound)[0] == state, (text, settled(d, inbound), answers_to(d, inbound))
    said = answers_to(d, inbound)
    assert len(said) <= 1
    if not said:
        return ""
    assert segments_of(said[0]) == 1 and "http" not in said[0], said
    return said[0]


def choices(answer):
    return re.findall(r"(\d): ([^,(.]+)", answer)


def mine(d, number=LEA):
    return [a for a in everything(d) if a["person"]["phone"] == number]


def book(d, hour=at("2026-03-24", 14), number=LEA, key="k", **who):
    someone = {"first_name": "Léa", "last_name": "Dubois", "birth_year": 2004, "phone": number, **who}
    return d.api("POST", "/appointments", booking(key, "rdv", "centre", hour, someone),
                 expect=201).json()["appointment"]


# ---- whole conversations


def test_from_nothing_to_a_booking(daemon, tmp_path):
    d = talking(daemon, tmp_path)
    offered = say(d, "Bonjour je voudrais un RDV à Oignies svp")
    assert len(choices(offered)) == 3 and "(Oignies)" in offered, offered
    assert [c[1] for c in choices(offered)] == ["vendredi 20 mars 9 h", "vendredi 20 mars 13 h", "samedi 21 mars 8 h "]
    asked = say(d, "le 2e svp")
    assert asked.startswith("vendredi 20 mars à 13 h : la place est gardée"), asked
    assert not mine(d)
    # the time is kept for her, and for nobody else
    hour = at("2026-03-20", 13)
    assert d.api("POST", "/appointments", booking("x", "rdv", "centre", hour, person(5))).status == 409
    missing = say(d, "je m'appelle Léa")
    assert "année de naissance" in missing
    told = say(d, "2004")
    assert told.startswith("C'est noté Léa : rendez-vous vendredi 20 mars à 13 h"), told
    (a,) = mine(d)
    assert a["start"] == hour and a["channel"] == "sms" and a["status"] == "booked"
    assert (a["person"]["first_name"], a["person"]["birth_year"]) == ("Léa", 2004)
    # her answer was the notice: no other SMS says the same
    assert [m.text.strip() for m in d.wait_spool(4) if m.to == LEA].count(told) == 1
    assert not [m for m in d.spool() if m.text.startswith("C'est noté : rendez-vous")]
    # the second time nobody asks who she is
    say(d, "annuler")
    again = say(d, "rdv")
    assert len(choices(again)) == 3
    assert say(d, "1").startswith("C'est noté Léa : rendez-vous")
    assert len(live(mine(d))) == 1 and len({a["person"]["id"] for a in mine(d)}) == 1
    check_is_clean(d)


def test_everything_after_it(daemon, tmp_path):
    d = talking(daemon, tmp_path)
    book(d)
    assert say(d, "INFO").startswith("Rendez-vous mardi 24 mars à 14 h, Centre")
    assert say(d, "oui jvien").startswith("C'est noté, merci : rendez-vous mardi 24 mars à 14 h")
    assert mine(d)[0]["status"] == "confirmed"
    assert say(d, "merci") == ""
    assert say(d, "Oui mais je peux pas").startswith("Nous n'avons pas bien compris. Rendez-vous mardi 24 mars")
    assert mine(d)[0]["status"] == "confirmed"
    offered = say(d, "autre date svp")
    assert len(choices(offered)) == 3
    more = say(d, "autre")
    assert len(choices(more)) == 3 and choices(more) != choices(offered)
    day, hour = re.match(r"\w+ (\d+)\w* mars (\d+) h", choices(more)[0][1]).groups()
    changed = say(d, "1")
    assert changed.startswith("C'est changé : rendez-vous"), changed
    (a,) = mine(d)
    assert a["start"] == at(f"2026-03-{int(day):02}", int(hour)) and a["status"] == "booked"
    assert say(d, "je serai en retard de 10 min", state=TO_HAND).startswith("Merci d'avoir prévenu")
    assert say(d, "rappelez moi svp", state=TO_HAND).startswith("C'est noté, l'équipe vous rappelle")
    assert say(d, "plus tot").startswith("C'est noté : si une place se libère avant")
    said = say(d, "dsl je pourrais pas venir")
    assert said.startswith("C'est annulé : rendez-vous du"), said
    assert not live(mine(d)) and mine(d)[0]["outcome"] == "excused"
    assert say(d, "oui").startswith("Nous ne trouvons pas de rendez-vous")
    assert say(d, "comment ça marche").endswith("Urgence : 115")
    assert say(d, "comment ça marche", state=TO_HAND) == ""
    assert say(d, "c'est urgent je dors dehors", state=TO_HAND) == ""
    check_is_clean(d)


def test_english(daemon, tmp_path):
    d = talking(daemon, tmp_path)
    offered = say(d, "I need an appointment please")
    assert offered.startswith("Free times: 1: Friday 20 March 9:00 am"), offered
    assert say(d, "2").startswith("Friday 20 March at 1:00 pm: kept for you")
    assert say(d, "Sarah 2003").startswith("Booked Sarah: appointment Friday 20 March at 1:00 pm")
    assert say(d, "can't come sorry").startswith("Cancelled: appointment of Friday 20 March")


def test_two_on_one_phone(daemon, tmp_path):
    d = talking(daemon, tmp_path)
    book(d, key="a")
    book(d, at("2026-03-25", 10), key="b", first_name="Tom", birth_year=2001)
    asked = say(d, "annuler")
    assert [c[1] for c in choices(asked)] == ["Léa mardi 24 mars 14 h", "Tom mercredi 25 mars 10 h"]
    assert say(d, "2").startswith("C'est annulé : rendez-vous du mercredi 25 mars à 10 h")
    (left,) = live(mine(d))
    assert left["person"]["first_name"] == "Léa"
    book(d, at("2026-03-25", 10), key="c", first_name="Tom", birth_year=2001)
    assert say(d, "je peux pas venir mardi").startswith("C'est annulé : rendez-vous du mardi 24 mars")
    # two people known, none named: the slot is kept and the name asked
    say(d, "annuler")
    say(d, "rdv")
    assert "prénom" in say(d, "1")
    assert "C'est noté Tom" in say(d, "Tom 2001")


def test_both_at_once(daemon, tmp_path):
    d = talking(daemon, tmp_path)
    book(d)
    book(d, hour=at("2026-03-25", 10), key="k2", first_name="Tom", birth_year=2002)
    assert len(choices(say(d, "oui"))) == 2
    told = say(d, "les deux svp")
    assert told.startswith("C'est noté pour les deux") and "Léa" in told and "Tom" in told, told
    assert [a["status"] for a in mine(d)] == ["confirmed", "confirmed"]
    assert len(choices(say(d, "annuler"))) == 2
    told = say(d, "tous les deux")
    assert told.startswith("Les deux sont annulés") and "RDV" in told, told
    assert [a["status"] for a in mine(d)] == ["cancelled", "cancelled"]
    check_is_clean(d)


def test_a_town_that_nobody_knows(daemon, tmp_path):
    d = talking(daemon, tmp_path)
    offered = say(d, "RDV Xyzwqville")
    assert offered.startswith("Commune non trouvée. Libres : 1: ") and len(choices(offered)) == 3, offered
    assert say(d, "1").startswith("vendredi 20 mars")


def test_a_kept_time_is_let_go_however_the_question_ends(daemon, tmp_path):
    d = talking(daemon, tmp_path)
    hour = at("2026-03-20", 9)
    for n, (end, state) in enumerate([("0", TO_HAND), ("stop", DONE), ("non", DONE), ("rdv", DONE)]):
        number = f"+336000000{n:02}"
        say(d, "rdv", number=number)
        assert "la place est gardée" in say(d, "1", number=number)
        assert hour not in [s["start"] for s in d.slots("rdv")]
        say(d, end, number=number, state=state)
        wait_for(lambda: hour in [s["start"] for s in d.slots("rdv")], f"the hour to be free after {end}")


def test_what_the_team_changed_asks_anew(daemon, tmp_path):
    """She is choosing another time when the team moves the appointment and asks her about that."""
    d = talking(daemon, tmp_path)
    book(d)
    assert len(choices(say(d, "autre"))) == 3
    d.local("POST", f"/staff/appointments/{mine(d)[0]['id']}/move", {"site": "centre", "start": at("2026-03-25", 10)}, expect=200)
    assert say(d, "oui je viens").startswith("C'est noté, merci : rendez-vous mercredi 25 mars à 10 h")


def test_a_number_is_another_persons_after_half_a_year(daemon, tmp_path):
    """Nobody's first name is told to whoever has her number now."""
    d = talking(daemon, tmp_path)
    book(d)
    say(d, "annuler")
    say(d, "rdv")
    assert "Léa" in say(d, "1")
    d.restart(now=at("2026-10-20", 9))
    say(d, "rdv")
    asked = say(d, "1")
    assert "prénom" in asked and "C'est noté" not in asked, asked


def test_stale_answers(daemon, tmp_path):
    d = talking(daemon, tmp_path)
    a = book(d)
    say(d, "autre")
    d.api("POST", f"/appointments/{a['token']}/move", {"site": "centre", "start": at("2026-03-26", 9)},
          expect=200)
    said = say(d, "2")
    assert said.startswith("Ce n'est plus d'actualité. Rendez-vous : jeudi 26 mars à 9 h"), said
    assert mine(d)[0]["start"] == at("2026-03-26", 9)
    say(d, "autre")
    d.restart(now=at("2026-03-22", 9))  # two days and an hour later
    assert say(d, "2").startswith("Ce n'est plus d'actualité")
    assert mine(d)[0]["start"] == at("2026-03-26", 9)


def test_the_slot_is_gone(daemon, tmp_path):
    d = talking(daemon, tmp_path)
    book(d)
    offered = say(d, "autre")
    day, hour = re.match(r"\w+ (\d+)\w* mars (\d+) h", choices(offered)[0][1]).groups()
    taken = at(f"2026-03-{int(day):02}", int(hour))
    d.api("POST", "/appointments", booking("x", "rdv", "centre", taken, person(7)), expect=201)
    said = say(d, "1")
    assert said.startswith("Cet horaire vient d'être pris. Libres : 1: ".replace("ê", "e")), said
    assert mine(d)[0]["start"] == at("2026-03-24", 14)
    assert say(d, "1").startswith("C'est changé")


def test_stop_and_start(daemon, tmp_path):
    d = talking(daemon, tmp_path)
    stranger = "+33699999999"
    assert say(d, "STOP", stranger).startswith("Vous ne recevrez plus de SMS")
    assert say(d, "stop svp", stranger) == ""
    book(d, number=stranger)
    (confirmation,) = [m for m in query(d, "SELECT state FROM message WHERE kind = 1")]
    assert wait_for(lambda: query(d, "SELECT 1 FROM message WHERE kind = 1 AND state = 11"), "the notice held back")
    # who asks is answered
    assert say(d, "info", stranger).startswith("Rendez-vous mardi 24 mars")
    assert say(d, "START", stranger).startswith("C'est noté : vous recevrez de nouveau")
    assert confirmation


def test_loops_and_machines(daemon, tmp_path):
    d = talking(daemon, tmp_path, answers=6)
    book(d)
    for _ in range(6):
        assert say(d, "info")
    assert say(d, "info", state=TO_HAND) == ""
    assert live(mine(d))
    assert say(d, "annuler")  # cancelling is possible by every path, and is answered
    assert not live(mine(d))
    assert say(d, "STOP")  # is heard all the same
    for sender in ("38123", "CLLAJ62"):
        assert say(d, "oui", sender, state=IGNORED) == ""
    assert say(d, "Réponse automatique : je suis absent", "+33611111111", state=IGNORED) == ""
    assert say(d, "A aimé « Rendez-vous mardi 24 mars à 14 h. Répondez NON pour annuler »", state=IGNORED) == ""


def test_several_at_once_keep_their_order(daemon, tmp_path):
    """What one number sends in a burst is taken in order; another does not wait."""
    d = talking(daemon, tmp_path)
    numbers = [f"+336000000{n:02}" for n in range(20)]
    ids = {n: [] for n in numbers}
    for text in ("rdv", "1", "Léa 2004", "oui"):
        for n in numbers:
            ids[n].append(sms_in(d, n, text))
    understood = {n: [settled(d, i)[1] for i in ids[n]] for n in numbers}
    for n in numbers:
        assert understood[n][:2] == ["book", "choice"], understood[n]
    assert_rules(everything(d))
    check_is_clean(d)


# ---- kill -9


STEPS = ["rdv carvin", "2", "Zoé 2003", "oui", "autre", "1", "info", "plus tot", "annuler", "rdv", "3", "0"]


def send_once(address, text):
    """A text whose sender may see the line go dead."""
    try:
        with Client(address) as c:
            c.request("POST", "/api/v1/local/sms-in", {"from": LEA, "text": text})
    except (OSError, http.client.HTTPException):
        pass


def test_kill9_in_every_step(daemon, tmp_path):
    """The daemon is killed somewhere in each step; after it nothing was done twice and nothing is lost."""
    d = talking(daemon, tmp_path)
    rng = random.Random(20260320)
    for text in STEPS:
        before = query(d, "SELECT ifnull(max(id), 0) FROM inbound")[0][0]
        sender = threading.Thread(target=send_once, args=(d.socket_path, text))
        sender.start()
        pause(rng.choice([0.002, 0.004, 0.006, 0.01, 0.02]))
        d.kill9()
        sender.join()
        kept = query(d, "SELECT id FROM inbound WHERE id > ?", before)
        assert len(kept) <= 1
        d.start()
        inbound = kept[0][0] if kept else sms_in(d, LEA, text)
        state, _ = settled(d, inbound)
        assert state in (DONE, TO_HAND), (text, state)
        assert len(answers_to(d, inbound)) == 1, text
    kinds = [r[0] for r in query(d, "SELECT understood FROM inbound ORDER BY id")]
    assert kinds == ["book", "choice", "name", "yes", "move", "choice", "info", "earlier", "cancel", "book",
                     "choice", "call"], kinds
    rows = mine(d)
    assert len(rows) == 2 and len(live(rows)) == 1, rows
    assert query(d, "SELECT count(*) FROM message WHERE inbound IS NOT NULL")[0][0] == len(STEPS)
    check_is_clean(d)


# ---- who wins


def test_eight_want_one_hour(daemon, tmp_path):
    """Texts, forms and programs: one appointment an hour, and each text is answered."""
    d = talking(daemon, tmp_path)
    for n in range(12):
        hour = at("2026-03-21", 8 + n)
        numbers = [f"+3361{n:03}{k:04}" for k in range(3)]
        for k, number in enumerate(numbers):
            book(d, at(f"2026-04-{1 + n:02}", 8 + k), number, key=f"{n}-{k}", first_name=f"P{k}")
            inbound = sms_in(d, number, "autre")
            settled(d, inbound)
        # all three were offered the same: the first choice is fought over
        offers = {answers_to(d, r[0])[0] for number in numbers for r in
                  query(d, "SELECT max(id) FROM inbound WHERE number = ?", number)}
        assert len(offers) == 1
        first = choices(offers.pop())[0][1]
        day, at_hour = re.match(r"\w+\.? (\d+)\w* mars (\d+) h", first).groups()
        hour = at(f"2026-03-{int(day):02}", int(at_hour))
        ended = []

        def text(number):
            with Client(d.socket_path) as c:
                c.request("POST", "/api/v1/local/sms-in", {"from": number, "text": "1"})

        threads = [threading.Thread(target=text, args=(number,)) for number in numbers]
        for thread in threads:
            thread.start()

        def api(k):
            answer = yield Ask("POST", "/api/v1/appointments",
                               booking(f"race{n}-{k}", "rdv", "centre", hour, person(1000 + n * 10 + k)))
            ended.append(("api", answer))

        Crowd(("127.0.0.1", d.port)).run(
            [api(k) for k in range(3)] +
            [browser_story(hour, "rdv", person(2000 + n * 10 + k), ended) for k in range(2)])
        for thread in threads:
            thread.join()
        for number in numbers:
            (last,) = query(d, "SELECT max(id) FROM inbound WHERE number = ?", number)[0]
            assert settled(d, last)[0] == DONE
            (said,) = answers_to(d, last)
            assert said.startswith(("C'est changé", "Cet horaire vient d'etre pris")), said
        assert len([a for a in live(everything(d)) if a["start"] == hour]) == 1
    assert_rules(everything(d))
    check_is_clean(d)
