# SPDX-License-Identifier: GPL-3.0-or-later
"""The team runs its permanences while everybody books: the gap's form, moves and their undo, walk-ins, appointments
for two, longer ones with an interpreter, workshops that are joined, filled over and waited for, and beside all of
it openings, buffers and whole territories that change. Nobody is ever in two places, the agenda is what the store
says, and after a restart the same hours are free."""

import http.client
import os
import random
import re
import sqlite3
import threading
import time

import pytest

from crowd import Ask, Crowd
from helpers import pause, wait_for
from small import (NOW, at, check_is_clean, cookie_header, everything, instant, live, opening, person, site, small,
                   write_territory)
from test_crash_lab import compiled
from test_staff_pages import Counsellor, add_user

TODAY, DAY = "2026-03-20", "2026-03-24"
SETTINGS = "/staff/settings"
WORKSHOP = f"atelier.salle.{int(instant(at(DAY, 14)).timestamp())}"
FORBIDDEN = {500, 501, 502, 504}


def running(extra=0):
    """small(), with time after each rdv, longer ones, packed ones, a workshop whose places are a wish."""
    t = small()
    t["sites"].insert(0, site("annexe"))  # the others have another index when it goes
    by_name = {s["id"]: s for s in t["services"]}
    by_name["rdv"].update(interpreter_minutes=30, buffer_minutes=10, step_minutes=15)
    by_name["court"].update(pack=True)
    by_name["atelier"].update(capacity=6, capacity_soft=True)
    t["openings"][0].update(counsellor=["ada", "bea"])
    t["openings"][1].update(counsellor=["bea", "cleo"])
    for i in range(extra):
        t["sites"].append(site(f"s{i}", 50 + i / 1000, 2.9))
        t["openings"].append(opening(f"x{i}", f"s{i}", "eve", ["tranquille"], "2026-03-20T08:00", "2026-03-20T09:00"))
    return t


class Desk:
    """A counsellor's browser, as stories of a crowd."""

    def __init__(self, d, login):
        browser = Counsellor(d, login)
        browser.get("/equipe/ajouter")
        self.csrf, self.headers = browser.csrf, cookie_header(browser.cookies)

    def post(self, path, **fields):
        return Ask("POST", path, [("_csrf", self.csrf), *fields.items()], self.headers)


class Story:
    def __init__(self, d, desks, chance):
        self.d, self.desks, self.chance, self.seen, self.n = d, desks, chance, [], 0

    def note(self, what, answer):
        assert answer is not None, f"no answer to {what}"
        assert answer.status not in FORBIDDEN, f"{what}: {answer!r} {answer.text[:300]}"
        self.seen.append((what, answer.status))
        return answer

    def hour(self):
        return self.chance.randrange(9, 17), self.chance.choice((0, 15, 30, 45))

    def number(self):
        self.n += 1
        return self.n

    def gap(self, desk, second=""):
        n, (h, m) = self.number(), self.hour()
        answer = self.note("gap", (yield desk.post(
            "/equipe/ajouter", action="reserver", quand="libre", service=self.chance.choice(("rdv", "court")),
            lieu="centre", personne="ada" if second else self.chance.choice(("ada", "bea", "")), personne2=second,
            jour=DAY, heure=f"{h:02}:{m:02}", prenom=f"Gap{n}", nom="Dubois", annee="2004", telephone="",
            cle=f"cle-gap-{n}", nouvelle="1", nombre="1")))
        found = answer.status == 303 and re.search(r"/equipe/rdv/(\d+)", answer.headers["Location"])
        if found:
            yield from self.drag(desk, found.group(1))

    def drag(self, desk, one):
        h, m = self.hour()
        answer = self.note("drag", (yield desk.post(
            f"/equipe/rdv/{one}/deplacer", jour=DAY, heure=f"{h:02}:{m:02}", lieu=self.chance.choice(("", "salle")),
            personne=self.chance.choice(("", "bea", "cleo", "eve")))))
        if answer.status == 303 and self.chance.random() < 0.6:
            self.note("undo", (yield desk.post(f"/equipe/rdv/{one}/reprendre")))
        if self.chance.random() < 0.3:
            self.note("cancel", (yield desk.post(f"/equipe/rdv/{one}/annuler", presence="revoked")))
            if self.chance.random() < 0.6:
                self.note("undo", (yield desk.post(f"/equipe/rdv/{one}/reprendre")))

    def public(self):
        n, (h, m) = self.number(), self.hour()
        kind = self.chance.choice(("rdv", "court", "duo"))
        where = "voisin" if kind == "duo" else "centre"
        start = at(DAY, h, 0 if kind == "duo" else m)
        body = {"request_key": f"public-{n}", "service": kind, "site": where, "start": start, "person": person(n),
                "notice": True, "interpreter": self.chance.random() < 0.4}
        if self.chance.random() < 0.4:
            answer = self.note("hold", (yield Ask("POST", "/api/v1/holds", {
                "service": kind, "site": where, "start": start, "interpreter": body["interpreter"]})))
            if answer.status == 201:
                body["hold"] = answer.json()["hold"]
        answer = self.note("public", (yield Ask("POST", "/api/v1/appointments", body)))
        if answer.status == 201 and self.chance.random() < 0.5:
            token = answer.json()["appointment"]["token"]
            h, m = self.hour()
            self.note("move", (yield Ask("POST", f"/api/v1/appointments/{token}/move",
                                         {"site": where, "start": at(DAY, h, 0 if kind == "duo" else m)})))

    def walk_in(self, desk):
        n = self.number()
        self.note("walk-in", (yield desk.post(
            "/equipe/passage", prenom=f"Passage{n}", lieu="centre", service="rdv", cle=f"cle-passage-{n}",
            avec=self.chance.choice(("ada", "bea")))))

    def workshop(self, desk):
        n = self.number()
        self.note("workshop", (yield desk.post(
            f"/equipe/ateliers/{WORKSHOP}/inscrire", prenom=f"Atelier{n}", nom="Colin", annee="2003", telephone="",
            email=f"a{n}@exemple.org", nombre=str(1 + n % 2), cle=f"cle-atelier-{n}",
            faire=self.chance.choice(("", "", "depasser", "attendre")))))

    def looks(self, desk):
        for path in (f"/equipe/semaine?jour={DAY}&personne=", f"/equipe/ateliers/{WORKSHOP}", "/equipe/a-faire",
                     f"/equipe/jour?jour={DAY}&lieu=centre", "/equipe/chiffres", f"/equipe?jour={DAY}&lieu=salle"):
            answer = self.note("look", (yield Ask("GET", path, headers=desk.headers)))
            assert answer.status in (200, 503), f"{path}: {answer!r}"

    def all(self):
        out = [self.public() for _ in range(6)]
        for desk in self.desks:
            out += [self.gap(desk), self.gap(desk, "bea"), self.walk_in(desk), self.workshop(desk), self.looks(desk)]
        self.chance.shuffle(out)
        return out


class Editor(threading.Thread):
    """Changes what the others book in, over and over."""

    def __init__(self, d, acts):
        super().__init__()
        self.d, self.acts, self.over, self.wrong, self.done = d, acts, threading.Event(), [], 0

    def run(self):
        while not self.over.is_set():
            for act in self.acts:
                if self.over.is_set():
                    break
                answer = act()
                self.done += 1
                if answer.status not in (200, 201, 409):
                    self.wrong.append((answer.status, answer.text))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *exc):
        self.over.set()
        self.join()
        assert not self.wrong, self.wrong[:3]


def put(d, kind, body):
    return d.local("PUT", f"{SETTINGS}/{kind}/{body['id']}?touched=keep", body)


def edits(d):
    """Openings that shrink, move and come back, other buffers, a place more and less (every index after it is
    another then), an edit taken back."""
    t = running()
    a, rdv = t["openings"][0], next(s for s in t["services"] if s["id"] == "rdv")
    annexe = site("annexe")

    def taken_back():
        edit = put(d, "openings", {**a, "end": "2026-03-20T11:00"}).json().get("edit")
        return d.local("POST", f"/staff/edits/{edit}/undo", {}) if edit else d.local("GET", f"{SETTINGS}/sites")

    return [lambda: put(d, "openings", {**a, "end": "2026-03-20T13:00"}),
            lambda: put(d, "services", {**rdv, "buffer_minutes": 25}),
            lambda: put(d, "sites", annexe),
            lambda: put(d, "openings", {**a, "overrides": [{"on": DAY, "start": f"{DAY}T10:00", "end": f"{DAY}T18:00",
                                                            "counsellor": "eve"}]}),
            taken_back,
            lambda: d.local("DELETE", f"{SETTINGS}/sites/annexe?touched=keep"),
            lambda: put(d, "services", rdv),
            lambda: put(d, "openings", a)]


def assert_nobody_twice(rows):
    spans = sorted((who, instant(r["start"]), instant(r["end"]), r["session"]) for r in live(rows)
                   for who in r["counsellors"])
    for (who, _, end, session), (other, start, _, following) in zip(spans, spans[1:]):
        assert who != other or session == following or end <= start, f"{who} twice at {start}"


def all_hours(d):
    return {name: [(s["site"], s["start"], s.get("seats")) for s in d.slots(name)]
            for name in ("rdv", "court", "duo", "tranquille", "atelier")} | {
        "longer": [s["start"] for s in d.slots("rdv", interpreter=1)]}


@pytest.fixture
def team(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path, running()))
    for login, who in (("ada", "ada"), ("bea", "bea")):
        add_user(d, login, who)
    return d, [Desk(d, "ada"), Desk(d, "bea")]


def settle(d):
    """What the editor left is put back, so that both agendas are laid out from the same."""
    for act in edits(d)[-3:]:
        assert act().status in (200, 404)


def end(d):
    rows = everything(d)
    assert_nobody_twice(rows)
    check_is_clean(d)
    before = all_hours(d)
    d.restart()
    assert all_hours(d) == before, "other hours are free after a restart"
    check_is_clean(d)
    return rows


EVERY_WAY = {"gap", "drag", "undo", "cancel", "public", "hold", "move", "walk-in", "workshop", "look"}


def went_through(story):
    return {what for what, status in story.seen if status in (200, 201, 303)}


def test_everybody_at_once(team):
    """Sixteen at a time, through every way in, while definitions change one by one."""
    d, desks = team
    story = Story(d, desks, random.Random(20261122))
    with Editor(d, edits(d)) as editor, Crowd(("127.0.0.1", d.port)) as crowd:
        for rounds in range(100):  # 25, and as many more as it takes for each way to have gone through once
            crowd.run(story.all())
            if rounds >= 24 and not EVERY_WAY - went_through(story):
                break
    assert editor.done > 5
    settle(d)
    end(d)
    assert not EVERY_WAY - went_through(story), sorted(EVERY_WAY - went_through(story))


def test_beside_imports_in_pieces_and_checks(team, tmp_path):
    """Whole territories come and go, in many transactions; each check in between is clean."""
    d, desks = team
    story = Story(d, desks, random.Random(7))
    small_one, large = running(), running(150)
    acts = [lambda: d.local("POST", "/staff/territory", large), lambda: d.local("POST", "/staff/territory", small_one)]
    with Editor(d, acts) as editor, Crowd(("127.0.0.1", d.port)) as crowd:
        for n in range(10):
            crowd.run(story.all())
            if n % 2:
                check_is_clean(d)
    assert editor.done >= 2
    assert d.local("POST", "/staff/territory", small_one).status == 200
    end(d)


def test_pages_keep_to_what_they_were_asked(team):
    """While a place comes and goes, and with it every index behind it: no page and no answer tells of another."""
    d, desks = team
    annexe = site("annexe")
    asked = [(f"/equipe/ateliers/{WORKSHOP}", desks[0].headers, rb"class=\"lead\">[^<]*Salle"),
             (f"/equipe?jour={DAY}&lieu=salle", desks[0].headers, rb"<p class=\"soft\">Salle,"),
             (f"/equipe/semaine?jour={DAY}&personne=&lieu=salle&part=1", desks[0].headers, rb"data-who=\"(dan|eve)\""),
             (f"/equipe/ateliers/{WORKSHOP}/emargement", desks[0].headers, rb"Salle"),
             ("/api/v1/staff/figures?organisation=o", {"Authorization": f"Bearer {d.add_token()}"}, rb"\"rows\":\[")]

    def look(path, headers, expected):
        while editor.done < 12:
            answer = yield Ask("GET", path, headers=headers)
            assert answer is not None and answer.status == 200, f"{path}: {answer!r}"
            assert re.search(expected, answer.body), f"{path}: {answer.text}"

    with Editor(d, [lambda: d.local("DELETE", f"{SETTINGS}/sites/annexe?touched=keep"), lambda: put(d, "sites", annexe)]
                ) as editor, Crowd(("127.0.0.1", d.port)) as crowd:
        crowd.run(look(*one) for one in asked * 2)


def test_a_stop_beside_changes(team):
    """Edits, imports and choices are under way when it stops: it ends at once, and starts whole."""
    d, _ = team
    a = running()["openings"][0]
    acts = [lambda: put(d, "openings", {**a, "end": "2026-03-20T13:00"}), lambda: put(d, "openings", a),
            lambda: d.local("POST", "/staff/territory", running(250))]

    def act(one):
        try:
            while True:
                one()
        except OSError:
            pass
        except http.client.HTTPException:
            pass

    for after in (5, 60, 250):
        threads = [threading.Thread(target=act, args=(one,)) for one in acts * 2]
        for t in threads:
            t.start()
        pause(after / 1000)
        begun = time.monotonic()
        d.stop()
        assert time.monotonic() - begun < 4
        for t in threads:
            t.join()
        d.start()
        check_is_clean(d)
        sites = len(d.local("GET", f"{SETTINGS}/sites", expect=200).json()["sites"])
        assert sites in (4, 254), f"half a territory: {sites}"


def decided(d):
    with sqlite3.connect(f"file:{d.data}/rdvd.db?mode=ro", uri=True) as db:
        return db.execute("SELECT count(*) FROM draft_state WHERE decided = 1").fetchone()[0]


def test_a_disk_that_fails_between_the_pieces(daemon, tmp_path):
    """An import that was decided is carried through once the disk takes it; nothing comes in between."""
    flag = tmp_path / "dead"
    env = {"LD_PRELOAD": str(compiled(tmp_path, "eio")), "EIO_FLAG": str(flag)}
    if "asan" in os.environ.get("RDVD_BUILD", ""):
        env["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    d = daemon(now=NOW, territory=write_territory(tmp_path, running()), env=env)
    d.expect_log("store", "rdvd.db", "SQL", "disk")
    answers = []
    importing = threading.Thread(target=lambda: answers.append(d.local("POST", "/staff/territory", running(900))))
    importing.start()
    # the draft is decided: from now on only half of it could be there
    wait_for(lambda: decided(d), "the import to be decided", step_s=0.001)
    flag.touch()
    closure = {"id": "c", "site": "salle", "from": "2026-04-01", "to": "2026-04-02", "reason": "x"}
    editing = threading.Thread(target=lambda: answers.append(put(d, "closures", closure)))
    editing.start()
    pause(0.3)
    flag.unlink()
    importing.join(20)
    editing.join(20)
    assert [a.status for a in answers] == [200, 200], answers
    assert len(d.local("GET", f"{SETTINGS}/sites", expect=200).json()["sites"]) == 904
    d.restart()
    assert len(d.local("GET", f"{SETTINGS}/sites", expect=200).json()["sites"]) == 904
    assert d.local("GET", f"{SETTINGS}/closures/c", expect=200).json()["reason"] == "x"
    check_is_clean(d)
