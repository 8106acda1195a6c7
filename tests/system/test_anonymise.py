# SPDX-License-Identifier: GPL-3.0-or-later
"""Words and numbers are kept for some months and then erased, at a start and every night, in small steps; that
something was sent, what became of it and what it cost stays."""

import sqlite3

from helpers import wait_for
from small import NOW, at, booking, small, write_territory
from test_staff_pages import Counsellor, add_user, words

LEA = "+33612345678"
LATER = "2026-09-19T08:00:00+02:00"  # a day before it is six months
OLD = "2026-09-21T08:00:00+02:00"


def messages(**more):
    return "messages {\n" + "".join(f"\t{k} = {v}\n" for k, v in more.items()) + "}\n"


def rows(d, sql, *args):
    with sqlite3.connect(f"file:{d.data / 'rdvd.db'}?mode=ro", uri=True) as db:
        return db.execute(sql, args).fetchall()


def words_left(d):
    """How many texts that left or came in still say something, or to whom."""
    return sum(rows(d, sql)[0][0] for sql in (
        "SELECT count(*) FROM attempt WHERE recipient <> '' OR text <> ''",
        "SELECT count(*) FROM message WHERE recipient <> '' OR text <> ''",
        "SELECT count(*) FROM inbound WHERE number <> '' OR text <> '' OR raw IS NOT NULL"))


def correspond(d):
    """A booking, its confirmation, a text in, an answer, an answer by hand."""
    who = {"first_name": "Léa", "last_name": "Dubois", "birth_year": 2004, "phone": LEA, "email": "lea@example.org"}
    a = d.api("POST", "/appointments", booking("k", "rdv", "centre", at("2026-03-24", 14), who), expect=201).json()["appointment"]
    asked = d.local("POST", "/local/sms-in", {"from": LEA, "text": "je veux parler à quelqu'un"}, expect=201).json()["id"]
    d.local("POST", f"/staff/inbox/{asked}/answer", {"text": "Bonjour Léa, oui.", "request_key": "k"}, expect=201)
    waits = d.local("POST", "/local/sms-in", {"from": LEA, "text": "merci, et pour ma soeur ?"}, expect=201).json()["id"]
    wait_for(lambda: d.metric("rdvd_gateway_sends_total") >= 4, "four messages to leave")
    wait_for(lambda: not rows(d, "SELECT 1 FROM message WHERE state = 2"), "their results")
    return a, waits


def erased(d):
    wait_for(lambda: words_left(d) == 0, "the erasure")


def test_words_go_and_what_was_done_stays(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path, small()))
    add_user(d, "ada", "ada")
    a, waits = correspond(d)
    before = d.rdvctl("messages", json_out=True)["messages"]
    states = rows(d, "SELECT id, state, sent_at FROM message ORDER BY id")
    costs = rows(d, "SELECT message, number, outcome, segments, gateway FROM attempt ORDER BY 1, 2")
    facts = rows(d, "SELECT count(*) FROM fact")
    assert words_left(d) > 0 and costs

    d.restart(now=LATER)
    assert d.metric("rdvd_erased_total") == 0
    kept = {m["id"]: m["text"] for m in d.rdvctl("messages", json_out=True)["messages"]}
    assert all(kept[m["id"]] == m["text"] for m in before if m["sent_at"])
    # reminders of March were never sent: they expire, and a notice says so
    states = rows(d, "SELECT id, state, sent_at FROM message WHERE sent_at IS NOT NULL ORDER BY id")

    d.restart(now=OLD)
    erased(d)
    assert d.metric("rdvd_erased_total") > 0
    assert rows(d, "SELECT id, state, sent_at FROM message WHERE sent_at IS NOT NULL ORDER BY id") == states
    assert rows(d, "SELECT message, number, outcome, segments, gateway FROM attempt WHERE segments > 0 OR outcome = 3 "
                   "ORDER BY 1, 2") == [c for c in costs if c[3] > 0 or c[2] == 3]
    assert rows(d, "SELECT count(*) FROM fact") == facts
    after = {m["id"]: m for m in d.rdvctl("messages", json_out=True)["messages"]}
    for m in before:
        if m["sent_at"]:
            assert after[m["id"]]["erased"] and after[m["id"]]["text"] == ""
            assert (after[m["id"]]["segments"], after[m["id"]]["sent_at"][:10]) == (m["segments"], m["sent_at"][:10])
    assert "(erased)" in d.rdvctl("messages").stdout

    ada = Counsellor(d, "ada")
    thread = words(ada.get(f"/equipe/rdv/{a['id']}/messages"))
    assert "Texte effacé" in thread and "Bonjour Léa, oui." not in thread and "1 SMS, passerelle spool" in thread
    listed = words(ada.get("/equipe/sms"))
    assert "Numéro effacé" in listed and "soeur" not in listed
    alone = words(ada.get(f"/equipe/sms/{waits}"))
    assert "Texte effacé" in alone and "Aucun SMS ne peut partir d’ici" in alone
    ada.post(f"/equipe/sms/{waits}/lu", {"vu": str(waits)})
    assert "Aucun SMS n’attend de réponse" in words(ada.get("/equipe/sms"))
    assert d.rdvctl("check").returncode == 0


def test_the_months_are_the_configurations(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path, small()), extra=messages(anonymise_months=1))
    correspond(d)
    d.restart(now="2026-04-19T23:00:00+02:00")
    assert words_left(d) > 0 and d.metric("rdvd_erased_total") == 0
    d.stop()
    d.run_once("2026-04-21T00:30:00+02:00")
    assert words_left(d) == 0


def test_much_is_erased_in_small_steps_and_bookings_go_on(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path, small()))
    d.stop()
    with sqlite3.connect(d.data / "rdvd.db") as db:
        db.executemany("INSERT INTO inbound (gateway, key, number, recipient, text, received, part_ref, part, parts, state, "
                       "understood, created) VALUES ('spool', ?, ?, '', 'oui', 1000, '', 1, 1, 3, 'yes', 1000)",
                       [(f"k{n}", f"+336{n:08}") for n in range(20000)])
    d.start()
    for n in range(5):
        d.api("POST", "/appointments", booking(f"k{n}", "rdv", "centre", at("2026-03-24", 9 + n)), expect=201)
    wait_for(lambda: rows(d, "SELECT count(*) FROM inbound WHERE number <> ''")[0][0] == 0, "the erasure", 20)
    assert d.metric("rdvd_erased_total") >= 20000
    assert rows(d, "SELECT count(*) FROM inbound") == [(20000,)]
