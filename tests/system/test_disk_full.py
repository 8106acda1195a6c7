# SPDX-License-Identifier: GPL-3.0-or-later
"""No room left on the disk: bookings are answered 503 and one line of the log says why, reading goes on,
nothing is answered that is not kept, and when there is room again it works again. And databases that cannot
be what they should be: refused with a sentence, and left as they were."""

import hashlib
import os
import re
import sqlite3
import subprocess

import pytest

from crowd import Ask, Crowd
from helpers import wait_for
from small import (NOW, assert_rules, at, booking, check_is_clean, everything, instant, live, person, small,
                   write_territory)

PROVOKED = (r"store", r"rdvd\.db", r"gateway", r"spool", r"message \d+", r"hardly any room", r"ballast")


class SmallDisk:
    """A tmpfs of a few MiB under the data folder; room is taken by a file beside the daemon's."""

    wrapper = ()

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(parents=True)
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=10m,mode=700", "tmpfs", str(folder)],
                              capture_output=True, text=True)
        if done.returncode:
            raise OSError(done.stderr)

    def fill(self, d):
        """All but a little: the last kilobytes are the daemon's to run out of."""
        left = os.statvfs(self.folder)
        room = left.f_bavail * left.f_frsize - 200_000
        with open(self.folder / "ballast", "wb") as f:
            f.write(b"\0" * room)

    def free(self, d):
        (self.folder / "ballast").unlink()

    def end(self):
        subprocess.run(["umount", "-l", str(self.folder)], check=False)


class SmallFiles:
    """No file of the daemon's may grow beyond a size: the same without the right to mount."""

    wrapper = ("env", "--ignore-signal=XFSZ")

    def __init__(self, folder):
        self.folder = folder

    def limit(self, d, size):
        subprocess.run(["prlimit", "--pid", str(d.pid), f"--fsize={size}:unlimited"], check=True)

    def fill(self, d):
        sizes = [p.stat().st_size for p in self.folder.glob("rdvd.db*")]
        self.limit(d, max(sizes) + 100_000)

    def free(self, d):
        self.limit(d, "unlimited")

    def end(self):
        pass


@pytest.fixture(params=["disk", "files"])
def disk(request, tmp_path):
    folder = tmp_path / "d" / "data"
    if request.param == "files":
        one = SmallFiles(folder)
    else:
        try:
            one = SmallDisk(folder)
        except OSError:  # not ours to mount: the files alone, then
            one = SmallFiles(folder)
    yield one
    one.end()


class Clients:
    """Bookings, each with the answers it got."""

    def __init__(self):
        self.number, self.answered, self.refused = 0, {}, {}

    def story(self, count):
        for _ in range(count):
            n = self.number = self.number + 1
            body = self.body(n)
            answer = yield Ask("POST", "/api/v1/appointments", body)
            assert answer is not None, "the daemon is gone"
            assert answer.status in (201, 503), repr(answer)
            if answer.status == 201:
                self.answered[n] = answer.json()["appointment"]
            else:
                assert int(answer.headers["Retry-After"]) > 0
                assert answer.headers["Content-Type"].startswith("application/problem+json")
                assert len(answer.json()["detail"]) > 20
                self.refused[n] = body

    def body(self, n):
        day, rest = divmod(n, 24)
        return booking(f"full-{n}", "tranquille", "salle", at("2026-03-21", 24 * day + 8, 30 * rest), person(n))


def test_full_and_free_again(daemon, disk, tmp_path):
    d = daemon(now=NOW, territory=None, expect_log=PROVOKED, wrapper=disk.wrapper)
    d.import_territory(write_territory(tmp_path))
    clients = Clients()
    with Crowd(("127.0.0.1", d.port)) as crowd:
        crowd.run([clients.story(4) for _ in range(16)])
        assert not clients.refused
        disk.fill(d)
        while len(clients.refused) < 200 and clients.number < 1200:
            crowd.run([clients.story(4) for _ in range(16)])
        assert len(clients.refused) >= 200, f"the disk never became full: {len(clients.answered)} booked"
        # Reading goes on, and nothing that was refused is shown as taken.
        taken = {a["start"] for a in clients.answered.values()}
        free = {s["start"] for s in d.slots("tranquille")}
        refused = [n for n in clients.refused if clients.refused[n]["start"] not in taken]
        assert all(clients.refused[n]["start"] in free for n in refused)
        # A page's last room may still be enough for one hold: others follow until it is not.
        for n in range(1200, 1400):
            hour = int(instant(clients.body(n)["start"]).timestamp())
            form = d.request("POST", "/reserver", f"service=tranquille&horaire=salle.{hour}")
            if form.status != 303:
                break
        assert form.status == 503 and "Retry-After" in form.headers and "text/html" in form.headers["Content-Type"]
        d.request("GET", "/horaires?service=tranquille")
        log = d.log()
        outages = 1 + len(re.findall(r"^<6>store: writing works again", log, re.M))
        assert len(re.findall(r"^<3>store: nothing can be written", log, re.M)) == outages, log
        assert len(re.findall(r"^<3>store .*rdvd\.db", log, re.M)) <= outages, log
        assert len(re.findall(r"^<[0-4]>", log, re.M)) <= 4 * outages, f"one line an outage, not one a request:\n{log}"
        assert outages < 20, log
        before = set(clients.answered)
        disk.free(d)
        wait_for(lambda: d.api("POST", "/appointments", clients.body(1199)).status in (200, 201),
                 "bookings to work again")
        assert "works again" in d.log()
        # Who was refused asks again with the same key.
        def again(n):
            for status in (201, 200):
                answer = yield Ask("POST", "/api/v1/appointments", clients.refused[n])
                assert answer.status in (status, 200), repr(answer)
            clients.answered[n] = answer.json()["appointment"]
        for i in range(0, len(clients.refused), 64):
            crowd.run([again(n) for n in list(clients.refused)[i:i + 64]])
    rows = everything(d)
    assert {r["id"] for r in rows} == {a["id"] for a in clients.answered.values()} | {
        r["id"] for r in rows if r["person"]["first_name"] == "Prénom1199"}
    assert len(rows) == len(clients.answered) + 1
    assert before <= set(clients.answered)
    assert_rules(live(rows))
    check_is_clean(d)
    d.kill9()
    d.start()
    assert {r["id"] for r in everything(d)} == {r["id"] for r in rows}
    check_is_clean(d)
    d.stop()


def test_a_crash_on_a_full_disk_loses_nothing(daemon, disk, tmp_path):
    d = daemon(now=NOW, expect_log=PROVOKED, wrapper=disk.wrapper)
    d.import_territory(write_territory(tmp_path))
    clients = Clients()
    with Crowd(("127.0.0.1", d.port)) as crowd:
        disk.fill(d)
        while len(clients.refused) < 100 and clients.number < 1200:
            crowd.run([clients.story(4) for _ in range(16)])
    d.kill9()
    if isinstance(disk, SmallDisk):
        disk.free(d)
    d.start()
    there = {r["id"] for r in everything(d)}
    assert {a["id"] for a in clients.answered.values()} <= there
    for n, body in list(clients.refused.items())[:40]:
        answer = d.api("POST", "/appointments", body, expect=(200, 201))
        there.add(answer.json()["appointment"]["id"])
    assert len(everything(d)) == len(there)
    check_is_clean(d)
    d.stop()


# ---- databases that are not what they should be


def refused(d, *words):
    """The daemon does not start, and says why in a sentence."""
    done = subprocess.run(d.command(), capture_output=True, text=True, timeout=30, cwd=d.folder)
    said = done.stdout + done.stderr
    assert done.returncode not in (0, None) and done.returncode > 0, f"{done.returncode}: {said}"
    assert any(all(w in line for w in words) for line in said.splitlines()), said
    assert "serving" not in said


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def cut(path, size):
    with open(path, "r+b") as f:
        f.truncate(size)


def patch(path, where, what):
    with open(path, "r+b") as f:
        f.seek(where)
        f.write(what)


def sql(path, statement):
    with sqlite3.connect(path) as db:
        db.execute(statement)
    db.close()


def other_program(path):
    path.unlink()
    sql(path, "CREATE TABLE recipe (title TEXT)")


DAMAGE = {
    "text": (lambda p: p.write_text("Dear diary, today nothing happened at all.\n"), "rdvd.db", "is not a database"),
    "another program's": (other_program, "rdvd.db", "another program"),
    "newer": (lambda p: sql(p, "PRAGMA user_version = 999"), "rdvd.db", "newer"),
    "half": (lambda p: cut(p, p.stat().st_size // 2 // 4096 * 4096), "rdvd.db", "restore the last backup"),
    "half a page": (lambda p: cut(p, p.stat().st_size - 1000), "rdvd.db", "restore the last backup"),
    "one page": (lambda p: cut(p, 4096), "rdvd.db", "restore the last backup"),
    "fifty bytes": (lambda p: cut(p, 50), "rdvd.db"),
    "a page of noise": (lambda p: patch(p, 0, b"SQLite format 3\0" + os.urandom(4080)), "rdvd.db"),
    "no table": (lambda p: sql(p, "DROP TABLE message"), "rdvd.db", "restore the last backup"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_database_refused(daemon, tmp_path, kind):
    damage, *words = DAMAGE[kind]
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    d.book({"service": "rdv", "site": "centre", "start": at("2026-03-23", 9)}, "k1")
    d.stop()
    path = d.data / "rdvd.db"
    assert not list(d.data.glob("rdvd.db-wal")) or (d.data / "rdvd.db-wal").stat().st_size == 0
    damage(path)
    before = digest(path)
    refused(d, *words)
    assert digest(path) == before, "what was refused was changed all the same"


def test_folder_that_cannot_be_written(daemon, tmp_path):
    """A folder that is a file, a database that is a folder."""
    d = daemon(now=NOW, start=False)
    (d.data / "rdvd.db").mkdir()
    refused(d, "rdvd.db")
    d.settings["dir"] = str(tmp_path / "notes.txt")
    (tmp_path / "notes.txt").write_text("x")
    d.write_conf()
    refused(d, "notes.txt")
