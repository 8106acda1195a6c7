# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy made while people book is whole: restored with the server's key beside it, everything that was
answered before it is there, links in messages still open, keys are still known, and nothing leaves twice."""

import shutil
import sqlite3
import stat
import threading

from crowd import Ask, Crowd
from small import (NOW, all_messages, assert_rules, at, booking, check_is_clean, everything, person, write_territory)


def restore(daemon, d, backup, *others):
    """A daemon on the copy, in a folder of its own."""
    new = daemon(now=d.now, start=False)
    shutil.copyfile(backup, new.data / "rdvd.db")
    for name in others:
        shutil.copyfile(d.data / name, new.data / name)
        (new.data / name).chmod(0o600)
    return new.start()


def test_backups_while_people_book(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    answered, backups, stop = [], [], threading.Event()

    def story(lane):
        for n in range(lane, 700, 16):
            start = at("2026-03-21", 24 * (n // 24) + 8, n % 24 * 30)
            answer = yield Ask("POST", "/api/v1/appointments",
                               booking(f"b{n}", "tranquille", "salle", start, person(n)))
            assert answer.status == 201, repr(answer)
            a = answer.json()["appointment"]
            if n % 7 == 0:
                answer = yield Ask("POST", f"/api/v1/appointments/{a['token']}/cancel")
                a = answer.json()["appointment"]
            answered.append((n, a))

    def copy():
        while not stop.is_set() and len(backups) < 40:
            before = len(answered)
            path = tmp_path / f"copy-{len(backups)}.db"
            done = d.rdvctl("backup", path)
            assert str(path) in done.stdout
            backups.append((path, before))

    copier = threading.Thread(target=copy)
    copier.start()
    try:
        with Crowd(("127.0.0.1", d.port)) as crowd:
            crowd.run([story(lane) for lane in range(16)])
    finally:
        stop.set()
        copier.join(60)
    assert len(backups) >= 3
    assert any(0 < before < 700 for _, before in backups), "no copy was made while they booked"
    for path, before in backups:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, "people's data, and nobody else's to read"
        with sqlite3.connect(path) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert db.execute("SELECT count(*) FROM participation").fetchone()[0] >= before
        db.close()
    # One of the middle, restored.
    path, before = [b for b in backups if b[1] > 0][len([b for b in backups if b[1] > 0]) // 2]
    d.stop()
    new = restore(daemon, d, path, "rdvd.key")
    rows = {r["id"]: r for r in everything(new)}
    assert_rules(list(rows.values()))
    for n, a in answered[:before]:
        assert rows[a["id"]]["status"] == a["status"]
        found = new.api("GET", f"/appointments/{a['token']}", expect=200).json()["appointment"]
        assert found["id"] == a["id"] and found["start"] == a["start"]
    n, a = answered[0]
    body = booking(f"b{n}", "tranquille", "salle", at("2026-03-21", 24 * (n // 24) + 8, n % 24 * 30), person(n))
    assert new.api("POST", "/appointments", body, expect=200).json()["appointment"]["id"] == a["id"]
    check_is_clean(new)
    # It goes on from there.
    free = new.slots("tranquille")[0]
    assert new.book(free, "after")["start"] == free["start"]
    check_is_clean(new)


def test_messages_under_way_are_shown_as_they_are(daemon, tmp_path):
    """What the copy says was sent is not sent again."""
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    for n in range(5):
        d.api("POST", "/appointments", booking(f"m{n}", "rdv", "centre", at("2026-03-23", 8 + n), person(n)), expect=201)
    d.wait_spool(5)
    d.rdvctl("backup", tmp_path / "copy.db")
    copied = {m["id"]: m["state"] for m in all_messages(d)}
    d.stop()
    new = restore(daemon, d, tmp_path / "copy.db", "rdvd.key")
    check_is_clean(new)
    for m in all_messages(new):
        if copied[m["id"]] == "accepted":
            assert m["state"] in ("accepted", "unknown")
    assert not {m.id for m in new.spool()} & {f"rdvd-{i}" for i, s in copied.items() if s == "accepted"} or \
        any(m["state"] == "unknown" for m in all_messages(new))


def test_without_the_key_links_are_new(daemon, tmp_path):
    """The key is half of a link: without it old links open nothing, and the appointments are all there."""
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    a = d.book({"service": "rdv", "site": "centre", "start": at("2026-03-23", 9)}, "k")
    d.rdvctl("backup", tmp_path / "copy.db")
    assert stat.S_IMODE((d.data / "rdvd.key").stat().st_mode) == 0o600
    d.stop()
    new = restore(daemon, d, tmp_path / "copy.db")
    assert [r["id"] for r in everything(new)] == [a["id"]]
    check_is_clean(new)


def test_where_a_copy_may_not_be(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path), expect_log=[r"backup to"])
    d.rdvctl("backup", tmp_path / "one.db")
    size = (tmp_path / "one.db").stat().st_size
    for where in (tmp_path / "one.db", tmp_path / "no" / "such" / "folder.db", d.data / "rdvd.db", tmp_path,
                  "/proc/copy.db"):
        done = d.rdvctl("backup", where, status=None)
        assert done.returncode != 0 and len(done.stderr) > 20, done
    assert (tmp_path / "one.db").stat().st_size == size
    assert not list(tmp_path.glob("*.part"))
    d.rdvctl("backup", status=2)
    check_is_clean(d)
