# SPDX-License-Identifier: GPL-3.0-or-later
"""Signals, and what systemd is told: a stop that answers what is in flight and loses nothing, a second one, a
reload under load, a second daemon on the same folder, a socket that somebody left."""

import os
import random
import signal
import socket
import subprocess
import time

import pytest

from crowd import Ask, Crowd
from helpers import wait_for
from small import NOW, at, booking, check_is_clean, everything, person, write_territory


class Notify:
    """systemd's end of NOTIFY_SOCKET."""

    def __init__(self, folder):
        self.path = str(folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(10)
        self.heard = []

    def env(self, **more):
        return {"NOTIFY_SOCKET": self.path, **more}

    def until(self, word):
        """Listen until a line of a message is `word`."""
        while True:
            message = self.socket.recv(4096).decode()
            self.heard.append(message)
            if word in message.split("\n"):
                return message


@pytest.fixture
def notify(tmp_path):
    one = Notify(tmp_path)
    yield one
    one.socket.close()


def test_what_systemd_is_told(daemon, tmp_path, notify):
    d = daemon(now=NOW, territory=write_territory(tmp_path), env=notify.env(WATCHDOG_USEC="400000"))
    assert "STATUS" in notify.until("READY=1")
    for _ in range(3):
        notify.until("WATCHDOG=1")
    os.kill(d.pid, signal.SIGHUP)
    notify.until("RELOADING=1")
    notify.until("READY=1")
    assert d.api("GET", "/health").status == 200
    d.stop()
    notify.until("STOPPING=1")


def test_not_ready_before_it_serves(daemon, tmp_path, notify):
    """READY=1 is said once the port answers, and never when the start fails."""
    d = daemon(now=NOW, start=False, env=notify.env())
    d.start()
    notify.until("READY=1")
    assert d.api("GET", "/health").status == 200
    done = subprocess.run(d.command(), capture_output=True, text=True, timeout=20, cwd=d.folder,
                          env={**os.environ, **notify.env()})
    assert done.returncode == 1 and "another rdvd" in done.stderr
    notify.socket.settimeout(0.3)
    with pytest.raises(TimeoutError):
        notify.until("READY=1")
    d.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop_answers_what_is_in_flight(daemon, tmp_path, number):
    """Every request that was taken is answered, and everything answered is there afterwards."""
    chance = random.Random(int(number))
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    answered, unanswered, counter = [], [], 0

    def story():
        nonlocal counter
        while True:
            n = counter = counter + 1
            if n > 1300:
                return
            body = booking(f"s{n}", "tranquille", "salle", at("2026-03-21", 24 * (n // 24) + 8, n % 24 * 30), person(n))
            answer = yield Ask("POST", "/api/v1/appointments", body)
            if answer is None:
                unanswered.append(body)
                return
            assert answer.status in (201, 503), repr(answer)
            if answer.status == 503:
                unanswered.append(body)
            else:
                answered.append(answer.json()["appointment"]["id"])

    for _ in range(4):
        with Crowd(("127.0.0.1", d.port)) as crowd:
            moment = time.monotonic() + chance.uniform(0.02, 0.1)
            crowd.run([story() for _ in range(24)], until=lambda moment=moment: time.monotonic() > moment)
            process = d.process
            process.send_signal(number)
            begun = time.monotonic()
            crowd.run_out()
        assert process.wait(15) == 0
        assert time.monotonic() - begun < 12
        d.process = None
        d.check_log()
        d.start()
    there = {r["id"] for r in everything(d)}
    assert set(answered) <= there
    for body in unanswered:
        there.add(d.api("POST", "/appointments", body, expect=(200, 201)).json()["appointment"]["id"])
    rows = everything(d)
    assert {r["id"] for r in rows} == there and len({r["start"] for r in rows}) == len(rows)
    assert len(answered) > 100
    check_is_clean(d)


def test_signals_in_any_number(daemon, tmp_path):
    """Impatience does no harm: several SIGTERM, a SIGHUP between them."""
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    for n in range(20):
        d.api("POST", "/appointments", booking(f"n{n}", "tranquille", "salle", at("2026-03-23", 8, 30 * n), person(n)),
              expect=201)
    process = d.process
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGTERM):
        try:
            process.send_signal(number)
        except ProcessLookupError:
            break
    assert process.wait(20) == 0
    d.process = None
    d.check_log()
    d.start()
    assert len(everything(d)) == 20
    wait_for(lambda: len(d.spool()) == 20, "each to have been told, once")
    check_is_clean(d)


def test_reloads_under_load(daemon, tmp_path):
    """Texts and limits are read again; nobody's request suffers; a wrong file changes nothing."""
    texts = tmp_path / "texts"
    subprocess.run(["cp", "-r", str(daemon_texts()), str(texts)], check=True)
    d = daemon(now=NOW, territory=write_territory(tmp_path), conf={"texts": str(texts), "trusted_proxy": ["127.0.0.1"]},
               expect_log=[r"stays? as (it was|they were)", r"rdvd\.conf:\d+", r"confirmation\.sms\.txt"])
    with Crowd(("127.0.0.1", d.port)) as crowd:
        def story(lane):
            for n in range(lane, 480, 16):
                answer = yield Ask("POST", "/api/v1/appointments", booking(
                    f"r{n}", "tranquille", "salle", at("2026-03-21", 24 * (n // 24) + 8, n % 24 * 30), person(n)))
                assert answer is not None and answer.status == 201, repr(answer)
                if n % 40 == 0:
                    os.kill(d.pid, signal.SIGHUP)
        crowd.run([story(lane) for lane in range(16)])
    assert len(everything(d)) == 480
    # A text.
    file = texts / "fr" / "confirmation.sms.txt"
    file.write_text(file.read_text().replace("C'est noté", "Parfait"))
    reload_and_wait(d)
    d.api("POST", "/appointments", booking("text", "rdv", "centre", at("2026-03-23", 9), person(999)), expect=201)
    wait_for(lambda: any("Parfait" in m.text for m in d.spool()), "the new text to be used")
    # A limit.
    d.sections += "limits {\n\trequests_per_minute = 3\n}\n"
    d.write_conf()
    reload_and_wait(d)
    statuses = [d.request("GET", "/api/v1/slots?service=rdv", headers={"X-Forwarded-For": "192.0.2.1"}).status
                for _ in range(6)]
    assert statuses == [200, 200, 200, 429, 429, 429]
    # A wrong text and a wrong file: said, and nothing changed.
    file.write_text("{nobody_knows_this}")
    d.conf_path.write_text(d.conf_path.read_text() + "nonsense = 1\n")
    os.kill(d.pid, signal.SIGHUP)
    wait_for(lambda: "stays as it was" in d.log() or "stay as they were" in d.log(), "the log to say so")
    d.api("POST", "/appointments", booking("text2", "rdv", "centre", at("2026-03-23", 10), person(998)), expect=201)
    wait_for(lambda: sum("Parfait" in m.text for m in d.spool()) == 2, "the text that was good to be used on")
    d.write_conf()
    check_is_clean(d)


def daemon_texts():
    from helpers import TOP
    return TOP / "etc" / "texts"


def reload_and_wait(d):
    before = d.log().count("was read again")
    os.kill(d.pid, signal.SIGHUP)
    wait_for(lambda: d.log().count("was read again") > before, "the configuration to be read again")


def test_a_second_daemon_harms_nobody(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    for _ in range(3):
        for extra in ((), ("--once",)):
            done = subprocess.run(d.command(*extra), capture_output=True, text=True, timeout=20, cwd=d.folder)
            assert done.returncode == 1 and "in use by another rdvd" in done.stderr, done
    assert d.api("GET", "/health").status == 200
    assert d.rdvctl("status").returncode == 0, "its socket is still its own"
    d.kill9()
    assert os.path.exists(d.socket_path), "a crash leaves the socket"
    d.start()
    assert d.rdvctl("status").returncode == 0
    d.stop()
    assert not os.path.exists(d.socket_path)
