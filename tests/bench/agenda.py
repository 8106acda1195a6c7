# SPDX-License-Identifier: GPL-3.0-or-later
"""The team's agenda: the week of ten counsellors as HTML beside the bare loop, while people book; and what two
hundred open agendas cost that are told of nothing."""

import datetime as dt
import json
import pathlib
import os
import select
import socket
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))

from helpers import pause, wait_for  # noqa: E402
from test_staff_pages import Counsellor, add_user  # noqa: E402

COUNSELLORS, OPEN = 10, 200
MONDAY = dt.date(2026, 3, 23)


def territory(folder):
    """Ten people of one organisation at five places, mornings and afternoons."""
    places = [{"id": f"lieu-{i}", "name": f"Lieu {i}", "address": "1 rue Pasteur", "postcode": "62590",
               "commune": "Oignies", "insee": "62637", "lat": 50.46, "lon": 2.99, "organisation": "o"} for i in range(5)]
    t = {"format": "rdvd-territory/1",
         "network": {"id": "dix", "name": "Dix", "timezone": "Europe/Paris", "country": "FR",
                     "locales": ["fr", "en"], "holidays": "none"},
         "organisations": [{"id": "o", "name": "CLLAJ", "area": []}], "sites": places,
         "counsellors": [{"id": f"c-{i}", "organisation": "o", "label": f"Conseiller {i}"} for i in range(COUNSELLORS)],
         "services": [{"id": "rdv", "name": {"fr": "Premier rendez-vous", "en": "First"}, "mode": "site", "minutes": 60,
                       "min_notice_minutes": 0, "max_notice_days": 60, "public": True}],
         "openings": [{"id": f"o-{i}-{half}", "site": f"lieu-{i % 5}", "counsellor": f"c-{i}", "services": ["rdv"],
                       "start": f"2026-03-02T{begin}", "end": f"2026-03-02T{end}", "rrule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"}
                      for i in range(COUNSELLORS) for half, begin, end in (("m", "09:00", "12:00"), ("a", "13:30", "16:30"))]}
    path = folder / "dix.json"
    path.write_text(json.dumps(t, ensure_ascii=False), encoding="utf-8")
    return path


def fill(one):
    """Two thirds of two weeks."""
    taken = 0
    for week in range(2):
        for day in range(5):
            date = MONDAY + dt.timedelta(days=week * 7 + day)
            for i in range(COUNSELLORS):
                for hour in ("09:00", "10:00", "13:30", "14:30"):
                    taken += 1
                    one.local("POST", "/staff/appointments", {
                        "request_key": f"agenda-{taken}", "service": "rdv", "site": f"lieu-{i % 5}", "counsellor": f"c-{i}",
                        "start": f"{date}T{hour}:00{'+02:00' if date > dt.date(2026, 3, 28) else '+01:00'}",
                        "person": {"first_name": "Prénom", "last_name": f"Nom-{taken}"}}, expect=201)
    return taken


class Acts:
    """A cancellation or a mark now and then, so that nothing is kept for ever: five a second."""

    def __init__(self, one):
        self.one, self.ended, self.n = one, threading.Event(), 0
        self.thread = threading.Thread(target=self.run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exc):
        self.ended.set()
        self.thread.join()

    def run(self):
        while not self.ended.wait(0.2):
            self.n += 1
            self.one.local("POST", f"/staff/appointments/{self.n % 300 + 1}/outcome",
                           {"outcome": "seen" if self.n // 300 % 2 == 0 else "unknown"})


def ticks(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def open_streams(port, cookies):
    streams = []
    for i in range(OPEN):
        s = socket.create_connection(("127.0.0.1", port))
        s.sendall(f"GET /equipe/flux HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies[i % len(cookies)]}\r\n\r\n".encode())
        streams.append(s)
    for s in streams:
        wait_for(lambda s=s: select.select([s], [], [], 0)[0], "a stream to open")
        assert s.recv(4096).startswith(b"HTTP/1.1 200")
    return streams


def run(bench, floor_class, now):
    from run import load  # at the first call: run imports this module

    folder = bench.fresh_folder("agenda")
    one = bench.daemon()
    one.import_territory(territory(folder))
    taken = fill(one)
    browsers = []
    for i in range(13):
        add_user(one, f"user-{i}", f"c-{i % COUNSELLORS}")
        browsers.append(Counsellor(one, f"user-{i}"))
    cookies = ["; ".join(f"{k}={v}" for k, v in b.cookies.items()) for b in browsers]
    lines = bench.write("agenda.txt", [f"GET /equipe/semaine?personne=&par={way}&jour={MONDAY + dt.timedelta(days=d)}"
                                       for way in ("personnes", "heures", "lieux") for d in (0, 1, 7, 8)])
    floor = floor_class(bench.fresh("floor"))
    floors, found, acts = [], [], 0
    try:
        for number in range(-1, bench.args.rounds):
            seconds = bench.args.seconds if number >= 0 else 1
            base = bench.check(load(floor.port, lines, seconds), "floor")
            with Acts(one) as beside:
                got = bench.check(load(one.port, lines, seconds, cookie=cookies[0]), "agenda")
            acts += beside.n
            if number >= 0:
                floors.append(base)
                found.append(got)
    finally:
        floor.stop()
    bench.row("agenda, the week of 10 counsellors as HTML, marks beside", floors, found, {"ratio": 0.05},
              detail=f"{taken} appointments, {acts} marks beside, {found[0]['mean_bytes']:.0f} bytes")
    streams = open_streams(one.port, cookies)
    pause(2.0)
    before, hertz, span = ticks(one.pid), os.sysconf("SC_CLK_TCK"), 30.0
    pause(span)
    used = (ticks(one.pid) - before) / hertz / span * 100
    bench.row("200 open agendas, idle, of one core", None, used, {"at_most": 1.0}, unit=" %")
    for s in streams:
        s.close()
    bench.end(one)
