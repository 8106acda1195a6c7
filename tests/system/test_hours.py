# SPDX-License-Identifier: GPL-3.0-or-later
"""The hours at which messages leave when they could not leave at once: nobody is woken by an answer of
yesterday, and what the team changes for tomorrow is told in time, on a Sunday too."""

import sqlite3

from helpers import wait_for
from small import NOW, all_messages, at, booking, write_territory


def as_if_down(d):
    """Stop, and make the messages that left at once as they were before: the daemon was down, say."""
    d.stop()
    with sqlite3.connect(d.data / "rdvd.db") as db:
        db.execute("UPDATE message SET state = 1, queue = 1, due = created, attempts = 0, sent_at = NULL "
                   "WHERE state = 3")
        db.execute("DELETE FROM attempt")
        db.execute("UPDATE message_count SET n = (SELECT count(*) FROM message m "
                   "WHERE m.state = message_count.state)")
    db.close()
    for p in (d.data / "spool").glob("*.txt"):
        p.unlink()


def row(d, kind):
    found = [m for m in all_messages(d) if m["kind"] == kind and m["state"] != "superseded"]
    assert len(found) == 1, found
    return found[0]


def sent(d, now):
    """The kinds that leave at that moment."""
    before = {p.name for p in (d.data / "spool").glob("*.txt")}
    d.run_once(now)
    return len({p.name for p in (d.data / "spool").glob("*.txt")} - before)


def start(daemon, tmp_path, now, when):
    """An appointment, told of; the clock at now."""
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    mine = d.api("POST", "/appointments", booking("one", "tranquille", "salle", when),
                 expect=201).json()["appointment"]
    wait_for(lambda: row(d, "confirmation")["state"] == "accepted", "the confirmation")
    d.restart(now=now)
    return d, mine


def test_an_old_answer_wakes_nobody(daemon, tmp_path):
    d = daemon(now=at("2026-03-23", 22), territory=write_territory(tmp_path))
    d.api("POST", "/appointments", booking("one", "tranquille", "salle", at("2026-03-26", 9)), expect=201)
    wait_for(lambda: row(d, "confirmation")["state"] == "accepted", "an answer leaves at any hour")
    as_if_down(d)
    assert sent(d, at("2026-03-24", 2)) == 0
    assert sent(d, at("2026-03-24", 6, 59)) == 0
    assert sent(d, at("2026-03-24", 7)) == 1


def test_a_move_of_the_team_wakes_nobody(daemon, tmp_path):
    d, mine = start(daemon, tmp_path, at("2026-03-23", 19, 30), at("2026-03-30", 9))
    d.local("POST", f"/staff/appointments/{mine['id']}/move",
            {"site": "salle", "start": at("2026-04-01", 9)}, expect=200)
    wait_for(lambda: row(d, "moved")["state"] == "accepted", "the notice")
    as_if_down(d)
    assert sent(d, at("2026-03-23", 23)) == 0
    assert sent(d, at("2026-03-24", 7, 30)) == 0
    assert sent(d, at("2026-03-24", 8)) == 1


def test_todays_appointment_moved_before_dawn(daemon, tmp_path):
    """It is of today that the person must hear, though the new day is far away."""
    d, mine = start(daemon, tmp_path, at("2026-03-22", 6), at("2026-03-22", 9))
    d.local("POST", f"/staff/appointments/{mine['id']}/move",
            {"site": "salle", "start": at("2026-04-01", 9)}, expect=200)
    assert row(d, "moved")["due"] == at("2026-03-22", 7)
    d.stop()
    assert sent(d, at("2026-03-22", 6, 55)) == 0
    assert sent(d, at("2026-03-22", 7)) == 1  # a Sunday


def test_cancelled_on_saturday_night_for_monday(daemon, tmp_path):
    """Monday at eight would be too late: it is told on Sunday, the day before."""
    d, mine = start(daemon, tmp_path, at("2026-03-21", 22), at("2026-03-23", 8))
    d.local("POST", f"/staff/appointments/{mine['id']}/cancel", expect=200)
    assert row(d, "cancellation")["due"] == at("2026-03-22", 7)
    d.stop()
    assert sent(d, at("2026-03-22", 7)) == 1
