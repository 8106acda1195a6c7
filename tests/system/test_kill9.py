# SPDX-License-Identifier: GPL-3.0-or-later
"""kill -9 at thirty random moments while people book, move, cancel and confirm, the team marks, and messages
leave. Whatever was answered is there; nothing is there twice; what was not answered can be asked again with
its key; every message that is owed left once, or is shown as unknown."""

import collections
import json
import random
import subprocess
import time

from crowd import Ask, Crowd
from helpers import pause, wait_for
from small import (all_messages, assert_rules, at, booking, check_is_clean, everything, instant, live, opening,
                   person, service, site, small, write_territory)

KILLS, CLIENTS = 30, 24
NOW = "2026-03-20T10:00:00+01:00"
LATER = "2026-03-20T11:30:00+01:00"  # by then every message is settled; no reminder is due before
SECTIONS = """store store_sqlite {
}
gateway spool {
	plugin = "gw_spool"
	channels = {"sms", "email"}
	rate_per_second = 1000
}
messages {
	budget_prefix = 0
	budget_organisation = 0
}
"""
LATER_KINDS = ("reminder", "follow_up")
MARK = ("seen", "no_show", "door_closed")


def busy():
    """Twelve counsellors, each alone in a place of her own, with a quarter of an hour for everybody."""
    who = [f"c{i}" for i in range(12)]
    return small(
        sites=[site(f"s-{c}") for c in who],
        counsellors=[{"id": c, "organisation": "o", "label": c} for c in who],
        services=[service("bref", 15), service("atelier", 60, capacity=12)],
        openings=[opening(f"o-{c}", f"s-{c}", c, ["bref"], "2026-03-20T08:00", "2026-03-20T20:00") for c in who[:11]]
        + [opening("w", "s-c11", "c11", ["atelier"], "2026-03-20T14:00", "2026-03-20T15:00")])


class Kept:
    """One appointment as its client knows it: what was answered, and what was asked and never answered."""

    def __init__(self, number, body):
        self.number, self.body = number, body
        self.id = self.token = None
        self.start, self.status, self.outcome = body["start"], None, "unknown"
        self.asked = None  # (what, value) of an act without an answer

    def could_be(self):
        """The (status, outcome, start) that it may have now; the first one is what was answered."""
        now = (self.status, self.outcome, instant(self.start))
        result = [now]
        if self.asked:
            what, value = self.asked
            result.append({"move": ("booked", self.outcome, instant(value)) if what == "move" else None,
                           "cancel": ("cancelled", "excused", now[2]),
                           "confirm": ("confirmed", self.outcome, now[2]),
                           "mark": (self.status, value, now[2])}[what])
        return result

    def settle(self, found):
        """What it is now: one of what it may be."""
        is_now = (found["status"], found["outcome"], instant(found["start"]))
        assert is_now in self.could_be(), f"booking {self.number} is {is_now}, was {self.could_be()}"
        self.status, self.outcome, self.start = found["status"], found["outcome"], found["start"]
        self.asked = None


class Load:
    """The clients, over all the daemon's lives."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.number = 0
        self.kept = []       # answered bookings
        self.unanswered = []  # bookings whose answer never came
        self.acts = collections.Counter()
        self.hours = self.free_hours()

    def free_hours(self):
        """Every hour once, so that clients stay out of each other's way."""
        for n in range(60 * 44 * 11):
            day, rest = divmod(n, 44 * 11)
            yield f"s-c{rest % 11}", at("2026-03-21", 24 * day + 8, 15 * (rest // 11))

    def new_booking(self):
        self.number += 1
        if self.number % 10 == 0:
            day = self.chance.randrange(50)
            return Kept(self.number, booking(f"kill-{self.number}", "atelier", "s-c11",
                                             at("2026-03-21", 24 * day + 14), person(self.number)))
        where, start = next(self.hours)
        return Kept(self.number, booking(f"kill-{self.number}", "bref", where, start, person(self.number)))

    def act(self, k, what, ask, value=None):
        """One act on a booking; its answer changes what is known. 1 when the daemon is gone."""
        k.asked = (what, value)
        answer = yield ask
        if answer is None:
            return True
        assert answer.status in (200, 409), f"{what}: {answer!r}"
        if answer.status == 200:
            k.settle(answer.json()["appointment"])
            self.acts[what] += 1
        k.asked = None
        return False

    def story(self, local):
        """One client, until the daemon is gone."""
        while True:
            k = self.new_booking()
            self.unanswered.append(k)
            answer = yield Ask("POST", "/api/v1/appointments", k.body)
            if answer is None:
                return
            assert answer.status in (201, 409), repr(answer)
            self.unanswered.remove(k)
            if answer.status == 409:  # a workshop that is full
                continue
            self.keep(k, answer)
            for what in self.chance.choice(((), ("confirm",), ("move",), ("cancel",), ("mark",),
                                            ("confirm", "move", "cancel"), ("move", "move"))):
                path = f"/api/v1/appointments/{k.token}/{what}"
                if what == "move":
                    if k.body["service"] != "bref":
                        continue
                    where, start = next(self.hours)
                    gone = yield from self.act(k, what, Ask("POST", path, {"site": where, "start": start}), start)
                elif what == "mark":
                    outcome = self.chance.choice(MARK)
                    local.append((k, outcome))
                    gone = False
                else:
                    gone = yield from self.act(k, what, Ask("POST", path))
                if gone:
                    return

    def marker(self, local):
        """The counsellor, by the local socket: marks what the others leave to mark."""
        while True:
            if not local:
                if (yield Ask("GET", "/api/v1/health")) is None:
                    return
                continue
            k, outcome = local.pop()
            if (yield from self.act(k, "mark", Ask("POST", f"/api/v1/staff/appointments/{k.id}/outcome",
                                                   {"outcome": outcome}), outcome)):
                return

    def keep(self, k, answer):
        found = answer.json()["appointment"]
        k.id, k.token, k.status, k.outcome = found["id"], found["token"], found["status"], found["outcome"]
        self.kept.append(k)
        self.acts["book"] += 1

    # -- after the restart

    def verify(self, k):
        answer = yield Ask("GET", f"/api/v1/appointments/{k.token}")
        assert answer.status == 200, f"booking {k.number} was answered and is not there: {answer!r}"
        assert answer.json()["appointment"]["id"] == k.id
        k.settle(answer.json()["appointment"])

    def repeat(self, k):
        """Twice: whatever became of the first, one appointment comes of it."""
        ids = set()
        for _ in range(2):
            answer = yield Ask("POST", "/api/v1/appointments", k.body)
            assert answer.status in (200, 201) or k.body["service"] == "atelier" and answer.status == 409, repr(answer)
            if answer.status == 409:
                return
            ids.add(answer.json()["appointment"]["id"])
        assert answer.status == 200 and len(ids) == 1
        self.keep(k, answer)


def kill_while_it_starts(d, chance):
    """A crash soon after the crash."""
    process = subprocess.Popen(d.command(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, cwd=d.folder)
    pause(chance.uniform(0, 0.06))
    process.kill()
    process.wait()


def facts(d):
    done = d.rdvctl("export", "attendance", "--format", "ndjson")
    return done.stdout.splitlines()


def assert_facts(d, earlier, rows):
    """Only appended; a number for each; the last words of each appointment are what it is."""
    lines = facts(d)
    assert lines[:len(earlier)] == earlier, "facts that had been given out changed"
    all_facts = [json.loads(line) for line in lines]
    numbers = [f["seq"] for f in all_facts]
    assert numbers == sorted(set(numbers))
    last = {}
    for f in all_facts:
        assert f["revision"] == (last[f["appointment"]]["revision"] + 1 if f["appointment"] in last else 1), f
        last[f["appointment"]] = f
    assert len(last) == len(rows)
    said = collections.Counter((f["site"], f["day"], f["outcome"], bool(f["confirmed"])) for f in last.values())
    kept = collections.Counter((r["site"], r["start"][:10], r["outcome"], r["status"] == "confirmed") for r in rows)
    assert {k[:3]: 0 for k in said} == {k[:3]: 0 for k in kept}
    assert collections.Counter(k[:3] for k in said.elements()) == collections.Counter(k[:3] for k in kept.elements())


def messages_settled(d):
    """A condition: nothing waits or is under way, and so it was at four looks before (a message that may
    have arrived is taken up again when its time has come)."""
    looks = []

    def look():
        looks.append(sorted((m["id"], m["state"]) for m in all_messages(d) if m["kind"] not in LATER_KINDS))
        busy = any(state in ("scheduled", "sending", "retry_wait") for _, state in looks[-1])
        return not busy and len(looks) > 4 and all(seen == looks[-1] for seen in looks[-5:])

    return look


def assert_messages(d, rows):
    """Each is one file at most; who was told what is what happened."""
    by_id = collections.Counter(m.id for m in d.spool())
    assert all(n == 1 for n in by_id.values()), by_id.most_common(3)
    status = {r["id"]: r["status"] for r in rows}
    marked = {r["id"] for r in rows if r["outcome"] in MARK}  # nobody confirms what is history
    owed = collections.defaultdict(list)
    unknown = 0
    for m in all_messages(d):
        owed[m["appointment"], m["kind"]].append(m)
        sent = by_id.pop(f"rdvd-{m['id']}", 0)
        assert sent == (m["state"] in ("accepted", "delivered")) or m["state"] == "unknown", (m, sent)
        unknown += m["state"] == "unknown"
        if m["kind"] in LATER_KINDS:
            assert m["state"] in ("scheduled", "superseded"), m
        else:
            assert m["state"] in ("accepted", "unknown", "superseded"), m
    assert not by_id, f"files of no message: {list(by_id)[:5]}"
    for row_id, is_now in status.items():
        confirmations = owed[row_id, "confirmation"]
        assert len(confirmations) == 1, f"{row_id}: {confirmations}"
        cancellations = owed[row_id, "cancellation"]
        assert len(cancellations) == (is_now == "cancelled"), f"{row_id} is {is_now}: {cancellations}"
        for m in cancellations:
            assert m["state"] in ("accepted", "unknown"), m
        for m in owed[row_id, "reminder"]:
            assert is_now != "cancelled" or m["state"] == "superseded", m
        if is_now != "cancelled" and row_id not in marked and not owed[row_id, "moved"]:
            assert confirmations[0]["state"] in ("accepted", "unknown"), confirmations
    return unknown


def test_thirty_kills(daemon, tmp_path):
    seed = 20260320
    print(f"seed {seed}")
    d = daemon(now=NOW, territory=write_territory(tmp_path, busy()), sections=SECTIONS)
    load = Load(seed)
    given_out, doubles = [], 0
    for kill in range(KILLS):
        local = []
        with Crowd(("127.0.0.1", d.port)) as crowd, Crowd(d.socket_path) as team:
            marker = load.marker(local)
            moment = time.monotonic() + load.chance.uniform(0.01, 0.15)
            team.run([marker], until=lambda: True)

            def is_time():
                for key, events in team.selector.select(0):
                    key.data.ready(events)
                return time.monotonic() > moment

            crowd.run([load.story(local) for _ in range(CLIENTS)], until=is_time)
            d.kill9()
            # What the daemon had answered before it died, the clients hear; the rest they never will.
            crowd.run_out()
            team.run_out()
        if kill % 5 == 4:
            kill_while_it_starts(d, load.chance)
        d.start()
        with Crowd(("127.0.0.1", d.port)) as crowd:
            crowd.run([load.verify(k) for k in load.kept if k.asked or k.number > load.number - 400])
            crowd.run([load.repeat(k) for k in load.unanswered])
            load.unanswered.clear()
        if kill % 6 == 5:
            check_is_clean(d)
            lines = facts(d)
            assert lines[:len(given_out)] == given_out
            given_out = lines
    # An hour and a half later: what was under way has been settled, and nothing is late.
    d.restart(now=LATER)
    wait_for(messages_settled(d), "the messages to be settled", 30, 0.2)
    with Crowd(("127.0.0.1", d.port)) as crowd:
        for i in range(0, len(load.kept), 500):
            crowd.run([load.verify(k) for k in load.kept[i:i + 500]])
    rows = everything(d)
    names = collections.Counter(r["person"]["first_name"] for r in rows)
    doubles = sum(n > 1 for n in names.values())
    assert doubles == 0, names.most_common(3)
    assert {r["id"] for r in rows} == {k.id for k in load.kept}
    assert_rules(rows)
    check_is_clean(d)
    unknown = assert_messages(d, rows)
    assert_facts(d, given_out, rows)
    assert all(load.acts[what] > 20 for what in ("book", "move", "cancel", "confirm", "mark")), load.acts
    print(f"{KILLS} kills, {dict(load.acts)} answered, {len(live(rows))} live appointments, {doubles} doubles, "
          f"{len(d.spool())} messages, {unknown} unknown")
