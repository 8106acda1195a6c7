# SPDX-License-Identifier: GPL-3.0-or-later
"""Words of messages that a team keeps: used at once and after a restart, whose they are, what is refused, what
becomes of one that is no longer taken, and that nobody writes another's."""

import shutil
import sqlite3

from helpers import TOP
from small import NOW, all_messages, at, booking, person, write_territory
from test_staff_pages import Counsellor, add_user

PATH = "/staff/texts/fr/confirmation.sms"
MINE = "Le CLLAJ vous attend {day} à {hour}. {link}"


def told(d, key, hour, who=1):
    made = d.api("POST", "/appointments", booking(key, "rdv", "centre", at("2026-03-24", hour), person(who)),
                 expect=201).json()["appointment"]
    return next(m["text"] for m in all_messages(d) if m["appointment"] == made["id"] and m["kind"] == "confirmation")


def put(d, text, path=PATH, expect=200, **more):
    return d.local("PUT", path, {"text": text, **more}, expect=expect).json()


def test_kept_used_and_taken_back(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    file = d.local("GET", PATH, expect=200).json()
    assert file["own"] and file["version"] is None and file["text"] == file["file"]
    first = put(d, MINE)
    assert first["text"] == MINE and first["by"] == "local" and first["file"] == file["file"]
    assert told(d, "a", 9).startswith("Le CLLAJ vous attend mardi 24 mars à 9 h.")
    put(d, "Autre : {day} {hour} {link}", version=first["version"])
    put(d, "Trop tard : {day} {hour} {link}", expect=409, version=first["version"])
    d.restart()
    assert told(d, "b", 10, 2).startswith("Autre : mardi 24 mars 10 h")
    assert put(d, None)["version"] is None
    assert told(d, "c", 11, 3).startswith("C'est noté")


def test_whose(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    put(d, "Tous : {day} {hour} {link}")
    put(d, "Nous : {day} {hour} {link}", f"{PATH}?organisation=o")
    assert told(d, "a", 9).startswith("Nous :")
    put(d, "Ici : {day} {hour} {link}", f"{PATH}?organisation=o&service=rdv")
    assert told(d, "b", 10, 2).startswith("Ici :")
    put(d, None, f"{PATH}?organisation=o&service=rdv")
    put(d, None, f"{PATH}?organisation=o")
    assert told(d, "c", 11, 3).startswith("Tous :")
    for path in ("/staff/texts/xx/confirmation.sms", "/staff/texts/fr/nimporte.sms",
                 f"{PATH}?organisation=nulle", f"{PATH}?service=nul"):
        put(d, MINE, path, expect=404)


def test_what_is_refused(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    for text, why in (("Rendez-vous logement {day} {hour} {link}", "logement"), ("{day} {hour}", "link"),
                      ("{day} {hour} {link} {", "'{'"), ("{day} {hour} {link}\nencore", "one line"), ("", "empty"),
                      ("x" * 161 + "{day} {hour} {link}", "segment"), ("{day} {hour} {link} {nom}", "no field")):
        answer = put(d, text, expect=422)
        assert why in " ".join(e["message"] for e in answer["errors"]), answer
    assert d.local("GET", PATH, expect=200).json()["version"] is None
    d.local("PUT", PATH, {}, expect=422)


def test_one_that_is_no_longer_taken(daemon, tmp_path):
    texts = tmp_path / "texts"
    shutil.copytree(TOP / "etc" / "texts", texts)
    d = daemon(now=NOW, territory=write_territory(tmp_path), conf={"texts": str(texts)})
    put(d, MINE)
    d.stop()
    with sqlite3.connect(next(d.data.glob("*.db"))) as db:
        db.execute("UPDATE text SET body = 'Votre logement : {day} {hour} {link}'")
    d.expect_log(r"what the team wrote is not used, but the file: .*logement")
    d.start()
    assert told(d, "a", 9).startswith("C'est noté")
    notices = d.local("GET", "/staff/notices", expect=200).json()["notices"]
    assert any("confirmation.sms" in n["text"] for n in notices)
    put(d, MINE)
    assert told(d, "b", 10, 2).startswith("Le CLLAJ")


def test_rights(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    reader = d.add_token("observer")
    assert d.api("GET", PATH, token=reader).status in (403, 404)
    assert d.api("PUT", PATH, {"text": MINE}, token=reader).status in (403, 404)
    assert d.api("PUT", PATH, {"text": MINE}).status == 401
    writer = d.add_token("admin")
    assert d.api("PUT", PATH, {"text": MINE}, token=writer).status == 200


def test_what_it_costs(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path), extra="messages {\n\tsms_price = 48\n}\n")
    add_user(d, "chef", role="admin")
    page = Counsellor(d, "chef").get("/equipe/reglages/textes/fr/confirmation.sms").text
    assert "Prix : 0,048 €" in page.replace("\u00a0", " ")
    assert "Price: 0.048 €" in Counsellor(d, "chef", language="en").get(
        "/equipe/reglages/textes/fr/confirmation.sms").text
