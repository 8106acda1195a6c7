# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts as files that a team edits: an organisation's and a service's own, read again while the daemon
serves, all or nothing; and what each message says to whom."""

import os
import shutil
import signal
import subprocess

from helpers import TOP, wait_for
from small import NOW, all_messages, at, booking, person, write_territory


def told(d, appointment, kind="confirmation", channel="sms"):
    found = [m for m in all_messages(d)
             if m["appointment"] == appointment["id"] and m["kind"] == kind and m["channel"] == channel]
    assert len(found) == 1, found
    return found[0]["text"]


def start(daemon, tmp_path, **more):
    texts = tmp_path / "texts"
    shutil.copytree(TOP / "etc" / "texts", texts)
    return daemon(now=NOW, territory=write_territory(tmp_path), conf={"texts": str(texts)}, **more), texts


def read_again(d, pattern):
    os.kill(d.pid, signal.SIGHUP)
    wait_for(lambda: pattern in d.log(), f"the log to say {pattern}")


def put(texts, name, text):
    path = texts / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def book(d, key, service, site, hour, who):
    return d.api("POST", "/appointments", booking(key, service, site, at("2026-03-24", hour), who),
                 expect=201).json()["appointment"]


def test_edited_while_serving(daemon, tmp_path):
    d, texts = start(daemon, tmp_path, expect_log=[
        r"moved\.sms\.txt:1: every such text tells", r"nobody will read: .*fr/nulle-part: there is no organisation"])
    mine = book(d, "a", "rdv", "centre", 9, person(1))
    quiet = book(d, "b", "tranquille", "salle", 9, person(2))
    assert told(d, mine).startswith("C'est noté : rendez-vous mardi 24 mars à 9 h, Centre")
    # messages that wait say what the texts say when they leave
    put(texts, "fr/o/reminder-2.sms.txt", "De notre CLLAJ : {day} à {hour}. {link}\n")
    put(texts, "fr/rdv/confirmation.sms.txt", "Pour ce service : {day} à {hour}. {link}\n")
    read_again(d, "was read again")
    reminder = [m for m in all_messages(d) if m["appointment"] == mine["id"] and m["kind"] == "reminder"][-1]
    assert reminder["text"].startswith("De notre CLLAJ : mardi 24 mars à 9 h.")
    other = book(d, "c", "rdv", "centre", 11, person(3))
    calm = book(d, "e", "tranquille", "salle", 11, person(4))
    assert told(d, other).startswith("Pour ce service : mardi 24 mars à 11 h.")
    assert told(d, calm).startswith("C'est noté : ") and told(d, quiet).startswith("C'est noté : ")
    # one fault, and the texts stay as they were
    put(texts, "fr/o/moved.sms.txt", "Rendez-vous {day}. {link}\n")
    put(texts, "fr/rdv/confirmation.sms.txt", "Autrement : {day} à {hour}. {link}\n")
    read_again(d, "stay as they were")
    assert told(d, book(d, "f", "rdv", "centre", 13, person(5))).startswith("Pour ce service : ")
    (texts / "fr/o/moved.sms.txt").unlink()
    put(texts, "fr/nulle-part/moved.sms.txt", "{day} {hour} {link}\n")
    read_again(d, "nobody will read")
    assert told(d, book(d, "g", "rdv", "centre", 15, person(6))).startswith("Autrement : ")


ANSWERS = """store store_sqlite {
}
gateway spool {
	plugin = "gw_spool"
	channels = {"sms", "email"}
	rate_per_second = 1000
	answers = true
}
messages {
	discreet_sender = "INFO62"
	discreet_from = "info@exemple.fr"
}
"""


def test_answers_are_asked_for_or_a_link_is_given(daemon, tmp_path):
    d, _ = start(daemon, tmp_path, sections=ANSWERS)
    mine = book(d, "a", "rdv", "centre", 9, {**person(1), "email": "lea@exemple.fr"})
    hush = book(d, "b", "rdv", "centre", 11, {**person(2), "discreet": True, "email": "tom@exemple.fr"})
    d.wait_spool(4)
    text = told(d, mine)
    assert text.startswith("CLLAJ62 : C'est noté") and "Répondez OUI" in text and "http" not in text
    assert "http" in told(d, mine, channel="email") and "Répondez" not in told(d, mine, channel="email")
    text = told(d, hush)
    assert "CLLAJ" not in text and "Centre" not in text and "Répondez OUI" in text and "http" not in text
    senders = {(m.to, m.channel): m.headers["from"] for m in d.spool()}
    assert senders["tom@exemple.fr", "email"] == "info@exemple.fr"
    assert {v for (_, channel), v in senders.items() if channel == "sms"} == {"CLLAJ62", "INFO62"}


def test_who_sms_cannot_come_from(daemon, tmp_path):
    """French operators replace or block general words: refused before anything is sent."""
    d = daemon(start=False, sections="""gateway spool {
	plugin = "gw_spool"
	channels = {"sms"}
	from = "Rappel"
}
messages {
	sms_sender = "RDV"
}
""")
    done = subprocess.run(d.command("-n"), capture_output=True, text=True, timeout=20)
    assert done.returncode == 1
    assert 'messages.sms_sender = "RDV" cannot be who SMS come from: French operators block' in done.stderr
    assert 'from of gateway spool = "Rappel" cannot be' in done.stderr
    done = subprocess.run(d.command(), capture_output=True, text=True, timeout=20)
    assert done.returncode == 1 and "sms_sender" in done.stdout + done.stderr


HOURS = [("18:00-20:00", "18:00-20:00"), ("18h-20h", "18:00-20:00"), (" 18 h 30 à 21 h ", "18:30-21:00"),
         ("8 - 12", "08:00-12:00"), ("20:00-24:00", "20:00-24:00"), ("", None), (None, None),
         ("20-18", 422), ("18:00", 422), ("22:00-23:00", 422), ("le soir", 422), ("18:00-18:20", 422),
         ("1:99-20", 422), ("25-30", 422), ("18:00-20:00 !", 422)]


def test_hours_as_people_write_them(daemon, tmp_path):
    d, _ = start(daemon, tmp_path)
    for n, (typed, kept) in enumerate(HOURS):
        body = booking(f"h{n}", "tranquille", "salle", at("2026-03-24", 8, 30 * n),
                       person(n, contact={"hours": typed, "only_answers": n == 0}))
        answer = d.api("POST", "/appointments", body, expect=422 if kept == 422 else 201).json()
        if kept == 422:
            assert [e["field"] for e in answer["errors"]] == ["person.contact.hours"], typed
            continue
        row = next(r for r in d.rdvctl("appointments", json_out=True)["appointments"]
                   if r["id"] == answer["appointment"]["id"])
        assert row["person"].get("contact", {}).get("hours") == kept, typed
        assert row["person"].get("contact", {}).get("only_answers", False) == (n == 0)
