# SPDX-License-Identifier: GPL-3.0-or-later
"""Open agendas are told of what changes: 200 of them, each of its own organisation only, what comes together
together, nobody's name; whose session has ended is cut off, and a stop is graceful."""

import re
import select
import socket
import time

import pytest

from helpers import HENIN_CARVIN, wait_for
from small import opening, service, site, small, write_territory
from test_staff_pages import Counsellor, add_user

MONDAY = "2026-11-30T08:30:00+01:00"


class Stream:
    """An event stream, as a browser holds it."""

    def __init__(self, browser, last=None, status=200):
        self.socket = socket.create_connection(("127.0.0.1", browser.d.port))
        cookies = "; ".join(f"{k}={v}" for k, v in browser.cookies.items())
        lines = ["GET /equipe/flux HTTP/1.1", "Host: 127.0.0.1", f"Cookie: {cookies}", "Accept: text/event-stream"]
        if last is not None:
            lines.append(f"Last-Event-ID: {last}")
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.text, self.ended = "", False
        wait_for(lambda: "\r\n\r\n" in self.read(), "the head of a stream")
        assert self.text.startswith(f"HTTP/1.1 {status} "), self.text[:200]
        if status == 200:
            wait_for(lambda: "id: " in self.read(), "the first id")

    def read(self):
        while not self.ended and select.select([self.socket], [], [], 0)[0]:
            try:
                data = self.socket.recv(65536)
            except ConnectionError:
                data = b""
            self.ended |= not data
            self.text += data.decode()
        return self.text

    def events(self):
        return re.findall(r"event: agenda\r?\n(?:[0-9a-f]+\r\n)?data: ([^\r\n]*)", self.read())

    def last_id(self):
        return re.findall(r"id: ([^\r\n]*)", self.read())[-1]

    def is_over(self):
        self.read()
        return self.ended or "\r\n0\r\n\r\n" in self.text

    def close(self):
        self.socket.close()


@pytest.fixture
def two(daemon, tmp_path):
    """Two organisations, a counsellor of each logged in."""
    territory = write_territory(tmp_path, small(
        organisations=[{"id": "a", "name": "A"}, {"id": "b", "name": "B"}],
        sites=[site("nord", organisation="a"), site("sud", organisation="b")],
        counsellors=[{"id": "ada", "label": "Ada", "organisation": "a"}, {"id": "bo", "label": "Bo", "organisation": "b"}],
        services=[service("rdv", 60)],
        openings=[opening("o1", "nord", "ada", ["rdv"], "2026-11-02T09:00", "2026-11-02T18:00"),
                  opening("o2", "sud", "bo", ["rdv"], "2026-11-02T09:00", "2026-11-02T18:00")]))
    d = daemon(now=MONDAY, territory=territory)
    add_user(d, "ada", "ada")
    add_user(d, "bo", "bo")
    return d, Counsellor(d, "ada"), Counsellor(d, "bo")


def book(d, where, number):
    return d.book(d.slots("rdv", site=where)[number], f"live-{where}-{number}",
                  {"first_name": "Personne", "last_name": "Secrète", "birth_year": 2004})


def test_each_hears_of_its_own_organisation(two):
    d, ada, bo = two
    north, south = Stream(ada), Stream(bo)
    booked = book(d, "nord", 0)
    wait_for(north.events, "the word of a booking")
    assert north.events() == [booked["start"][:10]]
    assert south.events() == []
    book(d, "sud", 0)
    wait_for(south.events, "the word of the other's")
    assert len(north.events()) == 1
    for one in (north, south):
        assert not re.search("Secr|Personne|ada|nord|rdv", one.text.split("\r\n\r\n", 1)[1])
        one.close()


def test_every_act_is_told(two):
    d, ada, _ = two
    stream, told = Stream(ada), 0
    booked = book(d, "nord", 20)
    appointment = f"/appointments/{booked['token']}"
    later = d.slots("rdv", site="nord")[25]
    acts = (
        lambda: d.api("POST", appointment + "/confirm", {}),
        lambda: d.api("POST", appointment + "/move", {"site": "nord", "start": later["start"]}, expect=200),
        lambda: d.api("POST", appointment + "/cancel", {}),
        lambda: d.api("POST", "/holds", {"service": "rdv", "site": "nord", "start": later["start"]}),
        lambda: (ada.get("/equipe/absences"), ada.post("/equipe/absences", {"personne": "ada", "du": "2026-12-20"})),
    )
    wait_for(stream.events, "the word of the booking")
    for i, act in enumerate(acts):
        told = len(stream.events())
        act()
        wait_for(lambda seen=told: len(stream.events()) > seen, f"the word of act {i}")
    stream.close()


def test_what_comes_together_is_told_together(two):
    d, ada, _ = two
    stream = Stream(ada)
    begun = time.monotonic()
    for number in range(9):
        book(d, "nord", number)
    took = time.monotonic() - begun
    wait_for(lambda: d.slots("rdv", site="nord") and stream.events(), "the word of them")
    wait_for(lambda: stream.last_id().endswith(f"-{Stream(ada).last_id().rsplit('-', 1)[1]}"), "the last of them")
    assert len(stream.events()) <= took / 0.2 + 2
    stream.close()


def test_who_comes_back_is_told_to_look_again(two):
    d, ada, _ = two
    first = Stream(ada)
    seen = first.last_id()
    first.close()
    again = Stream(ada, last=seen)
    assert again.events() == []
    again.close()
    book(d, "nord", 0)
    late = Stream(ada, last=seen)
    wait_for(late.events, "the word that something was missed")
    assert late.events() == ["*"]
    late.close()


def test_logging_out_ends_them(two):
    d, ada, bo = two
    hers, other = [Stream(ada) for _ in range(3)], Stream(bo)
    ada.get("/equipe/semaine")
    ada.post("/equipe/deconnexion", {})
    for one in hers:
        wait_for(one.is_over, "the end of a stream after the log-out")
    assert not other.is_over()
    other.close()


def test_a_user_has_so_many_and_no_more(two):
    d, ada, bo = two
    open_ones = [Stream(ada) for _ in range(16)]
    other = Stream(bo)
    open_ones.append(Stream(ada))
    wait_for(open_ones[0].is_over, "the end of the oldest")
    assert not any(one.is_over() for one in (*open_ones[1:], other))
    other.close()
    for one in open_ones:
        one.close()


def test_two_hundred_hear_and_a_stop_is_graceful(daemon):
    d = daemon(now=MONDAY, territory=HENIN_CARVIN, sections=None)
    browsers = []
    for number in range(13):
        add_user(d, f"user-{number}", "conseiller-2")
        browsers.append(Counsellor(d, f"user-{number}"))
    streams = [Stream(browsers[i // 16]) for i in range(200)]
    slot = d.slots("premier-rdv", site="carvin-mission-locale")[0]
    begun = time.monotonic()
    d.book(slot, "many-1", {"first_name": "Zoé", "last_name": "Roux", "birth_year": 2004})
    wait_for(lambda: all(s.events() for s in streams), "the word of a booking on 200 streams")
    assert time.monotonic() - begun < 5
    d.stop()
    for one in streams:
        wait_for(one.is_over, "the end of a stream with the daemon")
        one.close()
