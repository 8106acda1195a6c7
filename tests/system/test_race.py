# SPDX-License-Identifier: GPL-3.0-or-later
"""Sixty-four people want the same hour, 200 times over: half by the form, half by the API, for two services
whose times overlap, with holds and moves among them. Each time exactly one has it at the end, and all the
others were told so, with other hours to choose from."""

import random

from crowd import Ask, Crowd
from small import (NOW, Page, assert_rules, at, booking, browser_story, check_is_clean, everything, find_hours,
                   instant, live, person, write_territory)

CLIENTS, ROUNDS = 64, 200
FORBIDDEN = {500, 501, 502, 503, 504}


def rounds(first_day=1):
    """The hours that are fought over: (hour, the next quarter of an hour)."""
    for n in range(ROUNDS):
        day = f"2026-04-{1 + n // 11 + first_day - 1:02}"
        yield at(day, 8 + n % 11), at(day, 8 + n % 11, 15)


class Story:
    """What one round's clients say, and how each ended."""

    def __init__(self, number, hour, later, parked):
        self.number, self.hour, self.later, self.parked = number, hour, later, parked
        self.ended = []  # (what, won, answer)

    def note(self, what, won, answer):
        assert answer is not None, f"round {self.number}: no answer to {what}"
        assert answer.status not in FORBIDDEN, f"round {self.number}: {what}: {answer!r}"
        self.ended.append((what, won, answer))

    def api(self, client, service, start):
        answer = yield Ask("POST", "/api/v1/appointments",
                           booking(f"r{self.number}-{client}", service, "centre", start, person(client)))
        self.note("api", answer and answer.status == 201, answer)

    def api_hold(self, client, service, start):
        answer = yield Ask("POST", "/api/v1/holds", {"service": service, "site": "centre", "start": start})
        if not answer or answer.status != 201:
            self.note("hold", False, answer)
            return
        hold = answer.json()["hold"]
        answer = yield Ask("POST", "/api/v1/appointments",
                           booking(f"r{self.number}-{client}", service, "centre", start, person(client),
                                   hold=hold))
        self.note("api", answer and answer.status == 201, answer)

    def hold_and_leave(self, client):
        """Holds the hour, thinks better of it."""
        answer = yield Ask("POST", "/api/v1/holds", {"service": "rdv", "site": "centre", "start": self.hour})
        if answer and answer.status == 201:
            answer = yield Ask("DELETE", f"/api/v1/holds/{answer.json()['hold']}")
            assert answer is not None and answer.status == 204, repr(answer)
        else:
            self.note("hold", False, answer)

    def move(self, token):
        answer = yield Ask("POST", f"/api/v1/appointments/{token}/move", {"site": "centre", "start": self.hour})
        self.note("move", answer and answer.status == 200, answer)

    def move_by_page(self, token, hour):
        answer = yield Ask("POST", f"/rdv/{token}/deplacer", [("horaire", hour)])
        self.note("page", answer and answer.status == 303, answer)

    def form(self, client, service, hour, forged=None):
        out = []
        yield from browser_story(hour, service, person(client), out, forged)
        for what, answer in out:
            self.note("page", what == "booked", answer)

    def all(self, chance):
        rdv = f"centre.{int(instant(self.hour).timestamp())}"
        court = f"centre.{int(instant(self.later).timestamp())}"
        stories = [self.hold_and_leave(0)]
        for i in range(30):  # with the one before and a move: half of them by the API
            service, start = (("rdv", self.hour), ("court", self.hour), ("court", self.later))[i % 3]
            stories.append((self.api_hold if i % 5 == 4 else self.api)(100 + i, service, start))
        while len(stories) < CLIENTS - 2:
            i = len(stories)
            service, hour = (("rdv", rdv), ("court", rdv), ("court", court))[i % 3]
            forged = f"{chance.getrandbits(62) | 1:016x}" if i % 4 == 3 else None
            stories.append(self.form(200 + i, service, hour, forged))
        # A move reads before it writes: in every fourth round it sets out before the others.
        movers = [self.move(self.parked[0]), self.move_by_page(self.parked[1], rdv)]
        if self.number % 4 == 0:
            return movers + [later(s) for s in stories]
        stories += movers
        chance.shuffle(stories)
        return stories


def later(story):
    """The same after having looked at something else."""
    yield Ask("GET", "/api/v1/services")
    yield Ask("GET", "/api/v1/services")
    yield from story


def assert_refused(what, answer):
    """A loser is told what happened, and what else there is."""
    assert answer.status == 409, f"{what}: {answer!r}"
    if what == "page":
        page = Page(answer.text)
        assert "Quelqu’un vient de prendre cet horaire" in page.text, page.text
        assert find_hours(page), "no other hour is offered"
    else:
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        assert answer.json()["alternatives"], "alternatives are missing though other hours are free"


def test_one_hour_many_people(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    chance = random.Random(20260320)
    parked, day = [], 0
    won = {"api": 0, "page": 0, "move": 0}
    with Crowd(("127.0.0.1", d.port)) as crowd:
        for number, (hour, later) in enumerate(rounds()):
            while len(parked) < 2:  # appointments elsewhere, which will try to move here
                start = at(f"2026-05-{1 + day // 12:02}", 8 + day % 12)
                day += 1
                answer = d.api("POST", "/appointments", booking(f"park-{day}", "rdv", "centre", start, person(day)),
                               expect=201)
                parked.append(answer.json()["appointment"]["token"])
            story = Story(number, hour, later, parked)
            crowd.run(story.all(chance))
            winners = [(what, answer) for what, is_won, answer in story.ended if is_won]
            for what, is_won, answer in story.ended:
                if not is_won:
                    assert_refused(what, answer)
            # Somebody who held the hour and let it go may have turned all the others away.
            assert len(winners) <= 1, f"round {number}: {winners}"
            if not winners:
                answer = d.api("POST", "/appointments", booking(f"late-{number}", "rdv", "centre", hour),
                               expect=201)
                winners = [("api", answer)]
            what, answer = winners[0]
            won[what] += 1
            parked = [t for t in parked
                      if instant(d.api("GET", f"/appointments/{t}", expect=200).json()["appointment"]["start"]).month
                      == 5]
    rows = live(everything(d))
    for hour, later in rounds():
        here = [r for r in rows if instant(r["start"]) <= instant(later) < instant(r["end"])]
        assert len(here) == 1, f"{hour}: {[(r['id'], r['service'], r['start']) for r in here]}"
        assert here[0]["counsellors"] == ["ada"]
    assert_rules(rows)
    assert len(rows) == ROUNDS + len(parked)
    assert all(won.values()), f"some way in never won: {won}"
    check_is_clean(d)


def test_two_counsellors_and_one_room(daemon, tmp_path):
    """duo needs both, and the place has one room."""
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    with Crowd(("127.0.0.1", d.port)) as crowd:
        for n in range(12):
            start, out = at("2026-04-01", 8 + n), []

            def story(client, start=start, out=out, n=n):
                answer = yield Ask("POST", "/api/v1/appointments",
                                   booking(f"duo-{n}-{client}", "duo", "voisin", start, person(client)))
                out.append(answer.status)

            crowd.run(story(i) for i in range(32))
            assert sorted(out) == [201] + [409] * 31
    rows = everything(d)
    assert len(rows) == 12 and all(sorted(r["counsellors"]) == ["bea", "cleo"] for r in rows)
    assert_rules(rows)
    check_is_clean(d)


def test_workshop_of_twelve(daemon, tmp_path):
    """64 people and twelve places, by form and API, some coming in twos, some with a hold: twelve, and full."""
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    chance = random.Random(12)
    with Crowd(("127.0.0.1", d.port)) as crowd:
        for n in range(15):
            start = at(f"2026-04-{1 + n:02}", 14)
            hour = f"salle.{int(instant(start).timestamp())}"
            out = []

            def api(client, size, start=start, out=out, n=n):
                answer = yield Ask("POST", "/api/v1/appointments",
                                   booking(f"w{n}-{client}", "atelier", "salle", start, person(client),
                                           party_size=size))
                out.append((size if answer.status == 201 else 0, answer))

            def form(client, hour=hour, out=out):
                ended = []
                yield from browser_story(hour, "atelier", person(client), ended)
                out.extend((int(what == "booked"), answer) for what, answer in ended)

            stories = [api(i, 1 + i % 2 * (n % 2)) for i in range(32)] + [form(100 + i) for i in range(32)]
            chance.shuffle(stories)
            crowd.run(stories)
            taken = sum(size for size, _ in out)
            assert taken <= 12
            for size, answer in out:
                if not size:
                    assert answer.status == 409, repr(answer)
            for i in range(12 - taken):  # who came in twos may have left a place to one who comes alone
                d.api("POST", "/appointments", booking(f"w{n}-last-{i}", "atelier", "salle", start, person(900 + i)),
                      expect=201)
            answer = d.api("POST", "/appointments", booking(f"w{n}-over", "atelier", "salle", start), expect=409)
            assert answer.json()["alternatives"]
    rows = everything(d)
    for n in range(15):
        here = [r for r in live(rows) if instant(r["start"]) == instant(at(f"2026-04-{1 + n:02}", 14))]
        assert sum(r["party_size"] for r in here) == 12
        assert len({r["session"] for r in here}) == 1
    assert_rules(rows)
    check_is_clean(d)
