# SPDX-License-Identifier: GPL-3.0-or-later
"""The crash laboratory: thousands of reminders that are all due, a provider that answers late, wrongly or not at all,
and a daemon that is killed at named places and at random. What the provider took, by its own log, is held against
what the daemon says became of each message:

- a provider that takes a message's id once: every message arrives, none twice;
- a plain one: no reminder twice, and what did not leave is shown;
- with either: nothing is called accepted that was not taken.

The clock is frozen for each life of the daemon and goes on by minutes from one to the next, so that what waits to be
tried again comes due. RDVD_SOAK=N makes the soak N times as long (0.2: a fifth)."""

import contextlib
import datetime as dt
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

HERE = pathlib.Path(__file__).resolve().parent
for folder in (HERE.parent / "bench", HERE.parent / "data"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

import fill  # noqa: E402
from helpers import NATIONAL, Daemon, pause, wait_for  # noqa: E402
from provider import Provider  # noqa: E402

NOW = dt.datetime.fromisoformat("2026-03-20T08:00:00+01:00")
NOW_S = int(NOW.timestamp())
FAULTS = {"busy": 100, "late": 40, "reset": 40, "error": 40}  # of a thousand
SOAK = int(20000 * float(os.environ.get("RDVD_SOAK", "1")))

SECTIONS = """store store_sqlite {
}
messages {
	budget_person = 1000000
	budget_prefix = 1000000
	budget_organisation = 1000000
}
"""

# The states' numbers, as the database holds them.
SCHEDULED, SENDING, ACCEPTED, DELIVERED, UNDELIVERED, RETRY_WAIT, UNKNOWN, FAILED, EXPIRED = range(1, 10)
SHOWN = (UNKNOWN, FAILED, EXPIRED, UNDELIVERED)
POINTS = ("claimed", "before-send", "after-send", "before-result", "after-result", "before-commit", "after-commit",
          "sweep")
PROVOKED = (r"gateway lab", r"message \d+", r"store", r"rdvd\.db", r"reminders?", r"messages?")


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """A data folder with the national territory and enough appointments to come."""
    one = Daemon(tmp_path_factory.mktemp("base"), now=NOW.isoformat(), sections=SECTIONS, territory=NATIONAL)
    one.stop()
    (one.data / "rdvd.sock").unlink(missing_ok=True)
    fill.fill(one.data, NATIONAL, NOW.isoformat(), past=0, future=SOAK * 5 // 4)
    return one.data


class Lab:
    """A daemon on a copy of the base, its due messages, and its clock."""

    def __init__(self, daemon, base, provider, count, **more):
        self.d = daemon(start=False, sections=SECTIONS + provider.section(rate_per_second=20000, window=64,
                                                                          connections=8),
                        expect_log=PROVOKED, **more)
        shutil.copytree(base, self.d.data, dirs_exist_ok=True)
        self.ids = fill.make_due(self.d.data, NOW.isoformat(), count)
        assert len(self.ids) == count
        self.provider, self.minutes = provider, 0

    def start(self, minutes, crash=None):
        """A life of the daemon, some minutes later; with crash, a short one. Returns whether it died of it."""
        self.minutes += minutes
        self.d.now = (NOW + dt.timedelta(minutes=self.minutes)).isoformat()
        self.d.env.pop("RDVD_CRASH", None)
        if not crash:
            self.d.start()
            return False
        self.d.env["RDVD_CRASH"] = crash
        try:
            self.d.start()
        except AssertionError:  # it did not live long enough to serve
            self.d.process = None
            return True
        process = self.d.process
        wait_for(lambda: process.poll() is not None or self.waiting() == 0, f"the end at {crash}", 20)
        if process.poll() is None:
            return False
        assert process.returncode == -signal.SIGKILL, process.returncode
        self.d.process = None
        return True

    def query(self, sql, *values):
        with contextlib.closing(sqlite3.connect(f"file:{fill.database_path(self.d.data)}?mode=ro", uri=True,
                                                timeout=30)) as db:
            return db.execute(sql, values).fetchall()

    def waiting(self):
        """Messages that a machine will still do something about, at the present clock."""
        now = NOW_S + self.minutes * 60
        return self.query("SELECT count(*) FROM message WHERE state = 2 OR (queue <> 0 AND due <= ?)", now)[0][0]

    def settle(self):
        """Life after life until nothing waits any more."""
        for _ in range(40):
            self.start(15)
            wait_for(lambda: self.waiting() == 0, "what is due to go", 60)
            self.d.stop()
            if not self.query("SELECT 1 FROM message WHERE queue <> 0 OR state = 2 LIMIT 1"):
                return
        raise AssertionError("messages wait for ever")

    def judge(self, idempotent):
        taken = self.provider.taken()
        states = dict(self.query("SELECT id, state FROM message WHERE id IN (%s)"
                                 % ",".join(map(str, self.ids))))
        assert len(states) == len(self.ids)
        doubled = [i for i, n in taken.items() if n > 1]
        false = [i for i, s in states.items() if s in (ACCEPTED, DELIVERED) and i not in taken]
        lost = [i for i in self.ids if i not in taken]
        hidden = [i for i in lost if states[i] not in SHOWN]
        assert not false, f"called accepted, and never left: {false[:9]}"
        assert not doubled, f"sent twice: {doubled[:9]}"
        assert not hidden, f"not sent, and not shown: {[(i, states[i]) for i in hidden[:9]]}"
        if idempotent:
            assert not lost, f"not sent: {lost[:9]}"
            assert {s for s in states.values()} == {ACCEPTED}
        return len(lost), sum(s == UNKNOWN for s in states.values())


@pytest.mark.parametrize("idempotent", [True, False], ids=["idempotent", "plain"])
def test_killed_at_each_named_place(daemon, base, tmp_path, idempotent):
    with Provider(tmp_path / "provider", idempotent, FAULTS) as provider:
        lab = Lab(daemon, base, provider, 1600)
        chance, died = random.Random(7), []
        for point in POINTS * 2:
            # something was under way, for the sweep to find
            if point == "sweep" and not lab.start(2, "after-send:5"):
                lab.d.stop()
            hit = 1 if point == "sweep" else chance.choice((1, 3, 20))
            if lab.start(2, f"{point}:{hit}"):
                died.append(point)
            else:
                lab.d.stop()
        assert set(died) == set(POINTS), f"never reached: {set(POINTS) - set(died)}; built with --enable-crash-points?"
        lab.settle()
        lab.judge(idempotent)


@pytest.mark.parametrize("idempotent", [True, False], ids=["idempotent", "plain"])
def test_killed_at_random_over_thousands_of_messages(daemon, base, tmp_path, idempotent):
    """The soak."""
    begun, chance = time.monotonic(), random.Random(2026)
    with Provider(tmp_path / "provider", idempotent, FAULTS) as provider:
        lab = Lab(daemon, base, provider, SOAK)
        kills = 0
        while lab.waiting() and kills < 60 * SOAK / 20000:
            lab.start(1)
            pause(chance.uniform(0.02, 0.25))  # a life as long as it happens to be
            lab.d.kill9()
            kills += 1
        lab.settle()
        lost, unknown = lab.judge(idempotent)
    print(f"{SOAK} messages, {kills} kills: {lost} not sent, all shown; {unknown} unknown; "
          f"{time.monotonic() - begun:.0f} s")
    assert kills >= 5


def compiled(folder, name):
    made = folder / f"{name}.so"
    compiler = os.environ.get("CC", "gcc")
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(made), str(HERE / f"{name}.c"), "-ldl"], check=True)
    return made


def test_a_disk_that_fails_for_a_while(daemon, base, tmp_path):
    """EIO: no claim is made that cannot be written, no result is forgotten."""
    flag = tmp_path / "dead"
    env = {"LD_PRELOAD": str(compiled(tmp_path, "eio")), "EIO_FLAG": str(flag)}
    if "asan" in os.environ.get("RDVD_BUILD", ""):
        env["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    with Provider(tmp_path / "provider", False, {"late": 300}) as provider:
        lab = Lab(daemon, base, provider, 2000, env=env)
        lab.start(1)
        for share in (4, 2):
            wait_for(lambda: len(provider.taken()) >= 2000 // share, "some to go")
            flag.touch()
            before = len(provider.taken())
            wait_for(lambda: lab.d.local("GET", "/health").status == 503, "it to say that it cannot write")
            pause(0.3)
            assert len(provider.taken()) <= before + 64, "what was not claimed does not leave"
            flag.unlink()
        wait_for(lambda: lab.waiting() == 0, "the rest to go", 30)
        lab.d.stop()
        lab.settle()
        lost, unknown = lab.judge(False)
        assert lost == 0 and unknown == 0, "a result that could not be written is kept until it can"
