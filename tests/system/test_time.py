# SPDX-License-Identifier: GPL-3.0-or-later
"""Time as people live it: reminders at wall time on both sides of the nights when the clock changes, at decent
hours, before they become useless or not at all; a daemon that was down over them; a clock that jumps a day
either way. No message that is false, late, or doubled."""

import os
import pathlib
import shutil
import signal
import struct
import subprocess
import time
from datetime import datetime, timedelta

import pytest

from helpers import wait_for
from small import (NOW, all_messages, at, booking, check_is_clean, everything, instant, opening, person, service,
                   site, small, write_territory)

HERE = pathlib.Path(__file__).resolve().parent
QUICK = """store store_sqlite {
}
gateway spool {
	plugin = "gw_spool"
	channels = {"sms", "email"}
	rate_per_second = 1000
}
"""


def book(d, key, start, service="rdv", site="centre", **more):
    answer = d.api("POST", "/appointments", booking(key, service, site, start, person(hash(key) % 9000), **more),
                   expect=201)
    return answer.json()["appointment"]


def messages(d, appointment=None, kind=None, state=None):
    return [m for m in all_messages(d)
            if (appointment is None or m["appointment"] == appointment["id"]) and kind in (None, m["kind"])
            and state in (None, m["state"])]


def reminders(d, appointment):
    """When the reminders that wait are due, as the wall shows it."""
    return sorted(m["due"] for m in messages(d, appointment, "reminder", "scheduled"))


def settled(d):
    """Nothing is under way, and nothing that is due waits."""
    now = instant(d.api("GET", "/health", expect=200).json()["now"])

    def look():
        found = all_messages(d)
        return not any(m["state"] == "sending" or m["state"] == "scheduled" and instant(m["due"]) <= now
                       for m in found) and found

    return wait_for(look, "the messages that are due to have left")


def sent(d, kind=None):
    """What left, by the spool, as (number, text)."""
    d_messages = {f"rdvd-{m['id']}": m for m in messages(d)} if d.process else None
    return [(m.to, m.text) for m in d.spool() if d_messages is None or kind in (None, d_messages[m.id]["kind"])]


# ---- when reminders go


WHEN = [
    # booked at, appointment, reminders
    ("2026-03-20T08:00", ("2026-03-31", 10), ["2026-03-28T18:00:00+01:00", "2026-03-30T17:30:00+02:00"]),
    # a Monday's "day before" is a Sunday: Saturday evening
    ("2026-03-20T08:00", ("2026-03-30", 10), ["2026-03-27T18:00:00+01:00", "2026-03-28T19:45:00+01:00"]),
    ("2026-03-20T08:00", ("2026-03-29", 10), ["2026-03-26T18:00:00+01:00", "2026-03-28T17:30:00+01:00"]),
    # three days before a Wednesday is a Sunday
    ("2026-03-20T08:00", ("2026-04-01", 10), ["2026-03-28T19:45:00+01:00", "2026-03-31T17:30:00+02:00"]),
    # the autumn night
    ("2026-10-20T08:00", ("2026-10-27", 10), ["2026-10-24T18:00:00+02:00", "2026-10-26T17:30:00+01:00"]),
    ("2026-10-20T08:00", ("2026-10-26", 10), ["2026-10-23T18:00:00+02:00", "2026-10-24T19:45:00+02:00"]),
    # booked late: what is past is left out, and what would come on the confirmation's heels
    ("2026-03-26T12:00", ("2026-03-28", 10), ["2026-03-27T17:30:00+01:00"]),
    ("2026-03-27T16:00", ("2026-03-28", 10), []),
    ("2026-03-27T15:30", ("2026-03-28", 10), ["2026-03-27T17:30:00+01:00"]),
    ("2026-03-29T12:00", ("2026-03-30", 10), []),
    ("2026-03-28T08:30", ("2026-03-28", 15), []),
    ("2026-03-27T23:50", ("2026-03-28", 8), []),
]


@pytest.mark.parametrize("booked,start,expected", WHEN)
def test_when_reminders_go(daemon, tmp_path, booked, start, expected):
    offset = "+01:00" if booked < "2026-03-29" else "+02:00"
    d = daemon(now=f"{booked}:00{offset}", territory=write_territory(tmp_path))
    a = book(d, "k", at(*start))
    assert a["start"] == at(*start)
    assert reminders(d, a) == expected
    settled(d)
    assert [m["state"] for m in messages(d, a, "confirmation")] == ["accepted"]
    assert len(d.spool()) == 1


def test_reminders_of_a_service(daemon, tmp_path):
    """A service's own: the morning of the same day; none."""
    t = small()
    t["services"][0]["reminders"] = [{"days_before": 0, "at": "07:00"}, {"days_before": 7, "at": "12:00"}]
    d = daemon(now=NOW, territory=write_territory(tmp_path, t))
    a = book(d, "a", at("2026-04-03", 14))
    # 07:00 is no hour for a reminder: the evening before
    assert reminders(d, a) == ["2026-03-27T12:00:00+01:00", "2026-04-02T19:45:00+02:00"]
    assert reminders(d, book(d, "b", at("2026-04-03", 14), "tranquille", "salle")) == []


def test_overseas_reminders_keep_their_wall(daemon, tmp_path):
    """The day before at 17:30 is 17:30 in Saint-Denis, and Paris' clock changes nothing there."""
    t = small(sites=[site("centre", -20.88, 55.45, timezone="Indian/Reunion", holidays="none"), site("voisin"),
                     site("salle")])
    d = daemon(now=NOW, territory=write_territory(tmp_path, t))
    a = book(d, "a", "2026-03-31T10:00:00+04:00")
    assert a["start"] == "2026-03-31T10:00:00+04:00"
    assert reminders(d, a) == ["2026-03-28T18:00:00+04:00", "2026-03-30T17:30:00+04:00"]


# ---- the two nights


def test_slots_of_the_two_nights(daemon, tmp_path):
    t = small(openings=[opening("night", "centre", "ada", ["rdv"], "2026-03-20T01:00", "2026-03-20T04:00"),
                        opening("day", "voisin", "bea", ["rdv"], "2026-03-20T09:00", "2026-03-20T11:00")])
    path = write_territory(tmp_path, t)
    d = daemon(now=NOW, territory=path)

    def hours(day, after):
        return [s["start"] for s in d.slots("rdv", **{"from": day, "to": after})]

    assert hours("2026-03-28", "2026-03-29") == [
        "2026-03-28T01:00:00+01:00", "2026-03-28T02:00:00+01:00", "2026-03-28T03:00:00+01:00",
        "2026-03-28T09:00:00+01:00", "2026-03-28T10:00:00+01:00"]
    # 02:00 does not exist: the night lasts two hours
    assert hours("2026-03-29", "2026-03-30") == [
        "2026-03-29T01:00:00+01:00", "2026-03-29T03:00:00+02:00",
        "2026-03-29T09:00:00+02:00", "2026-03-29T10:00:00+02:00"]
    d.restart(now="2026-10-20T08:00:00+02:00")
    # 02:00 comes twice, and the night has four hours
    assert hours("2026-10-25", "2026-10-26") == [
        "2026-10-25T01:00:00+02:00", "2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00",
        "2026-10-25T03:00:00+01:00", "2026-10-25T09:00:00+01:00", "2026-10-25T10:00:00+01:00"]
    twice = [book(d, f"k{i}", s) for i, s in enumerate(("2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"))]
    assert twice[0]["start"] != twice[1]["start"] and twice[0]["end"] == "2026-10-25T02:00:00+01:00"
    assert len(hours("2026-10-25", "2026-10-26")) == 4
    check_is_clean(d)


def test_ten_o_clock_stays_ten(daemon, tmp_path):
    """Booked before the night for after it, and read again after it."""
    d = daemon(now="2026-03-28T08:00:00+01:00", territory=write_territory(tmp_path))
    a = book(d, "a", "2026-03-30T10:00:00+02:00")
    d.restart(now="2026-03-30T08:00:00+02:00")
    again = d.api("GET", f"/appointments/{a['token']}", expect=200).json()["appointment"]
    assert again["start"] == "2026-03-30T10:00:00+02:00"
    settled(d)
    assert "10h" in sent(d, "confirmation")[0][1].replace(" h", "h").replace(":00", "h")


# ---- the daemon was down


def down_until(d, *moments):
    """Stopped, then `--once` at each moment; returns the reminders that left, by moment."""
    d.stop()
    left, before = [], {m.id for m in d.spool()}
    for moment in moments:
        d.run_once(moment)
        now = {m.id for m in d.spool()}
        left.append(len(now - before))
        before = now
    return left


DOWN = [
    # an appointment on Tuesday 2026-03-31 at this hour: what leaves at each look
    (10, ["2026-03-28T18:00:00+01:00", "2026-03-28T18:01:00+01:00", "2026-03-30T17:29:00+02:00",
          "2026-03-30T17:30:00+02:00", "2026-03-30T17:31:00+02:00"], [1, 0, 0, 1, 0]),
    # up again on Monday evening: the first is of no use any more, the second goes
    (10, ["2026-03-30T19:00:00+02:00"], [1]),
    # up again at night: nothing leaves, and in the morning it is too late for it
    (10, ["2026-03-30T22:00:00+02:00", "2026-03-31T08:00:00+02:00"], [0, 0]),
    # an appointment in the afternoon can still be told of in the morning
    (14, ["2026-03-30T22:00:00+02:00", "2026-03-31T07:59:00+02:00", "2026-03-31T08:00:00+02:00",
          "2026-03-31T09:00:00+02:00"], [0, 0, 1, 0]),
    # a Sunday is no day for it: Monday morning, one of the two
    (10, ["2026-03-29T12:00:00+02:00", "2026-03-30T08:00:00+02:00", "2026-03-30T17:30:00+02:00"], [0, 1, 1]),
    # down until it was over
    (10, ["2026-03-31T09:30:00+02:00"], [0]),
    (10, ["2026-03-31T10:00:00+02:00"], [0]),
    (10, ["2026-04-02T10:00:00+02:00"], [0]),
]


@pytest.mark.parametrize("hour,moments,expected", DOWN)
def test_down_over_a_reminder(daemon, tmp_path, hour, moments, expected):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    a = book(d, "a", at("2026-03-31", hour))
    settled(d)
    assert down_until(d, *moments) == expected
    # And what did not leave is told so.
    d.now = moments[-1]
    d.start()
    last = instant(moments[-1])
    for m in messages(d, a, "reminder"):
        assert m["state"] in ("accepted", "expired", "superseded") or instant(m["due"]) > last, m
        assert m["state"] != "accepted" or m["sent_at"] in moments


def test_all_at_once_is_one_message(daemon, tmp_path):
    """Down from before the confirmation: when it is up again one message says it all, for each of them."""
    t = small()
    t["services"][0]["reminders"] = [{"days_before": n, "at": "12:00"} for n in (1, 2, 3)]
    d = daemon(now=NOW, territory=write_territory(tmp_path, t))
    booked = [book(d, f"k{i}", at("2026-03-27", 8 + i)) for i in range(8)]
    settled(d)
    assert down_until(d, "2026-03-26T13:00:00+01:00") == [8]
    d.now = "2026-03-26T13:00:00+01:00"
    d.start()
    for a in booked:
        states = sorted(m["state"] for m in messages(d, a, "reminder"))
        assert states.count("accepted") == 1 and set(states) <= {"accepted", "superseded", "expired"}, states


def test_moved_and_cancelled_while_they_wait(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    moved, gone, stays = (book(d, k, at("2026-03-31", h)) for k, h in (("m", 9), ("g", 10), ("s", 11)))
    settled(d)
    a = d.api("POST", f"/appointments/{moved['token']}/move", {"site": "centre", "start": at("2026-04-10", 9)},
              expect=200).json()["appointment"]
    d.api("POST", f"/appointments/{gone['token']}/cancel", expect=200)
    d.api("POST", f"/appointments/{stays['token']}/confirm", expect=200)
    assert a["start"] == at("2026-04-10", 9)
    settled(d)
    assert reminders(d, moved) == ["2026-04-07T18:00:00+02:00", "2026-04-09T17:30:00+02:00"]
    assert reminders(d, gone) == []
    assert reminders(d, stays) == ["2026-03-28T18:00:00+01:00", "2026-03-30T17:30:00+02:00"]
    assert [m["state"] for m in messages(d, gone, "reminder")] == ["superseded"] * 2
    assert [len(sent(d, k)) for k in ("confirmation", "moved", "cancellation", "reminder")] == [3, 1, 1, 0]
    left = down_until(d, "2026-03-28T18:30:00+01:00", "2026-03-30T18:00:00+02:00", "2026-03-31T08:30:00+02:00",
                      "2026-04-07T18:30:00+02:00", "2026-04-09T18:30:00+02:00", "2026-04-11T10:00:00+02:00")
    assert left == [1, 1, 0, 1, 1, 0]
    new = [m.text for m in d.spool() if "10 avril" in m.text]
    assert len(new) == 3  # told of the move, and reminded twice
    assert sum("Rappel" in t for t in new) == 1


# ---- hours


@pytest.mark.parametrize("now", ["2026-03-21T03:12:00+01:00", "2026-03-22T23:59:00+01:00"])
def test_answers_leave_at_any_hour(daemon, tmp_path, now):
    """Who books, moves or cancels at night is answered at night."""
    d = daemon(now=now, territory=write_territory(tmp_path))
    a = book(d, "a", at("2026-03-25", 10))
    settled(d)
    d.api("POST", f"/appointments/{a['token']}/move", {"site": "centre", "start": at("2026-03-26", 10)}, expect=200)
    settled(d)
    d.api("POST", f"/appointments/{a['token']}/cancel", expect=200)
    settled(d)
    assert [m["state"] for k in ("confirmation", "moved", "cancellation") for m in messages(d, a, k)] == ["accepted"] * 3
    assert len(d.spool()) == 3
    cancelled = sent(d, "cancellation")[0][1]
    assert "annul" in cancelled and "désolés" not in cancelled


TEAM = [
    # now, appointment, when the team's cancellation leaves
    ("2026-03-20T23:00:00+01:00", ("2026-03-21", 10), "2026-03-21T07:00:00+01:00"),
    ("2026-03-20T21:00:00+01:00", ("2026-03-21", 10), "2026-03-20T21:00:00+01:00"),
    ("2026-03-21T22:00:00+01:00", ("2026-03-22", 10), "2026-03-22T07:00:00+01:00"),  # a Sunday
    ("2026-03-20T23:00:00+01:00", ("2026-03-27", 10), "2026-03-21T08:00:00+01:00"),
    ("2026-03-22T12:00:00+01:00", ("2026-03-27", 10), "2026-03-23T08:00:00+01:00"),  # not on Sunday
    ("2026-03-20T10:00:00+01:00", ("2026-03-27", 10), "2026-03-20T10:00:00+01:00"),
]


@pytest.mark.parametrize("now,start,leaves", TEAM)
def test_the_team_s_cancellation_keeps_decent_hours(daemon, tmp_path, now, start, leaves):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    a = book(d, "a", at(*start))
    settled(d)
    d.restart(now=now)
    settled(d)
    before = len(d.spool())
    d.local("POST", f"/staff/appointments/{a['id']}/cancel", expect=200)
    (m,) = messages(d, a, "cancellation")
    assert instant(m["due"]) == instant(leaves)
    if leaves != now:
        d.stop()
        d.run_once((instant(leaves) - timedelta(minutes=1)).isoformat())
        assert len(d.spool()) == before
        d.run_once(leaves)
        assert len(d.spool()) == before + 1
        assert down_until(d, leaves, (instant(leaves) + timedelta(hours=1)).isoformat()) == [0, 0]
    else:
        settled(d)
        assert len(d.spool()) == before + 1


def test_a_whole_month_in_steps(daemon, tmp_path):
    """Every seven hours over three weeks, over the spring night: what leaves, leaves at a decent hour, once, and
    before its appointment."""
    d = daemon(now=NOW, territory=write_territory(tmp_path), sections=QUICK)
    booked = {}
    for i in range(40):
        a = book(d, f"k{i}", at(f"2026-03-{21 + i % 11:02}" if i % 2 else f"2026-04-{1 + i % 8:02}", 8 + i // 4))
        booked[a["id"]] = instant(a["start"])
    settled(d)
    d.stop()
    first = instant(NOW)
    kept = {m.id for m in d.spool()}
    assert len(kept) == 40
    hours = {}
    for step in range(1, 69):
        now = first + timedelta(hours=7 * step + step % 5)
        d.run_once(now.isoformat())
        for m in d.spool():
            if m.id not in kept:
                kept.add(m.id)
                hours[m.id] = now
    d.now = now.isoformat()
    d.start()
    count = 0
    for m in all_messages(d):
        if m["kind"] != "reminder":
            continue
        assert m["state"] in ("accepted", "expired", "superseded"), m
        assert (m["state"] == "accepted") == (f"rdvd-{m['id']}" in hours), m
        if m["state"] == "accepted":
            count += 1
            wall = instant(m["sent_at"])
            assert 8 <= wall.hour < 20 or (wall.hour, wall.minute) == (20, 0), m
            assert wall.isoweekday() != 7, m
            assert instant(m["due"]) <= wall < booked[m["appointment"]], m
    assert count > 20
    check_is_clean(d)


# ---- the clock is set


@pytest.mark.parametrize("days", [-1, 1])
def test_restarted_a_day_off(daemon, tmp_path, days):
    """The clock of a machine was a day wrong, and is set right: nothing doubled, nothing lost."""
    d = daemon(now="2026-03-30T17:30:00+02:00", territory=write_territory(tmp_path))
    a = book(d, "a", at("2026-04-03", 10))
    settled(d)
    off = instant("2026-03-31T18:00:00+02:00") + timedelta(days=days)
    for now in (off.isoformat(), "2026-03-31T18:00:00+02:00", off.isoformat(), "2026-03-31T18:00:00+02:00"):
        d.restart(now=now)
        settled(d)
        assert d.api("GET", f"/appointments/{a['token']}", expect=200).json()["appointment"]["start"] == a["start"]
        check_is_clean(d)
    # The reminder of three days before went once; with the clock a day ahead it may not go a second time.
    assert len(sent(d, "reminder")) == 1 and len(sent(d, "confirmation")) == 1
    assert down_until(d, "2026-04-02T17:30:00+02:00", "2026-04-02T17:35:00+02:00", "2026-04-04T10:00:00+02:00")[1:] == [0, 0]
    assert len(d.spool()) == 3


class Stepper:
    """A daemon whose wall clock this test can set while it runs."""

    def __init__(self, folder):
        self.file, self.preload = folder / "step", folder / "step_clock.so"
        folder.mkdir(parents=True, exist_ok=True)
        compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(self.preload), str(HERE / "step_clock.c"),
                        "-ldl"], check=True)
        self.seconds = 0
        self.file.write_bytes(struct.pack("q", 0))

    def env(self):
        asan = os.environ.get("ASAN_OPTIONS", "")
        return {"LD_PRELOAD": str(self.preload), "STEP_CLOCK": str(self.file),
                "ASAN_OPTIONS": asan + ":verify_asan_link_order=0" if asan else "verify_asan_link_order=0"}

    def set(self, when):
        """From now on it is `when` (and time goes on)."""
        self.seconds = int(when.timestamp() - time.time())
        with open(self.file, "r+b") as f:
            f.write(struct.pack("q", self.seconds))


def test_the_clock_is_set_while_it_runs(daemon, tmp_path):
    """A day forward, a day back, a day forward: what is due then leaves, once, and slots follow."""
    clock = Stepper(tmp_path / "clock")
    monday = datetime.fromisoformat("2026-03-30T17:03:00+02:00")
    clock.set(monday)
    d = daemon(now=None, territory=write_territory(tmp_path), env=clock.env(), expect_log=["the clock was set"])
    health = instant(d.api("GET", "/health").json()["now"])
    assert abs((health - monday).total_seconds()) < 60
    tuesday, wednesday, friday = (book(d, k, at(day, 10)) for k, day in
                                  (("t", "2026-03-31"), ("w", "2026-04-01"), ("f", "2026-04-03")))
    assert reminders(d, tuesday) == []  # half an hour after the confirmation it would say nothing new
    assert reminders(d, wednesday) == ["2026-03-31T17:30:00+02:00"]
    settled(d)
    first = d.slots("rdv")[0]["start"]
    assert first == "2026-03-30T18:00:00+02:00"

    def step(to, key):
        """Set the clock and do something, as any visitor would."""
        clock.set(to)
        os.kill(d.pid, signal.SIGHUP)  # somebody vouches for the clock: nothing waits for a minute
        hold = d.api("POST", "/holds", {"service": "duo", "site": "voisin", "start": at("2026-04-10", key)})
        assert hold.status == 201, repr(hold)
        expires = instant(hold.json()["expires"])
        assert timedelta(minutes=8) < expires - to < timedelta(minutes=11)
        book(d, f"step-{key}", at("2026-04-11", key))
        settled(d)

    step(monday + timedelta(days=1, minutes=28), 8)
    assert d.slots("rdv")[0]["start"] == "2026-03-31T18:00:00+02:00"
    assert len(messages(d, wednesday, "reminder", "accepted")) == 1
    assert len(messages(d, friday, "reminder", "accepted")) == 0
    step(monday, 9)
    assert d.slots("rdv")[0]["start"] == "2026-03-30T18:00:00+02:00"
    step(monday + timedelta(days=1, minutes=59), 10)
    counts = {k: len(sent(d, k)) for k in ("confirmation", "reminder")}
    assert counts["confirmation"] == 6
    assert counts["reminder"] == 2  # Wednesday's, and Friday's of three days before
    check_is_clean(d)
    d.api("POST", f"/appointments/{tuesday['token']}/cancel", expect=409)
    step(monday - timedelta(days=1), 11)
    d.api("POST", f"/appointments/{tuesday['token']}/cancel", expect=200)
    settled(d)
    assert len(everything(d)) == 7
    check_is_clean(d)


# ---- --once


def test_once_on_an_empty_folder(daemon):
    d = daemon(now=NOW, start=False)
    d.run_once(NOW)
    d.run_once(NOW)
    assert d.spool() == []


def test_frozen_time_stands_still(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    hold = d.api("POST", "/holds", {"service": "rdv", "site": "centre", "start": at("2026-03-23", 9)},
                 expect=201).json()
    assert hold["expires"] == "2026-03-20T08:10:00+01:00"
    one = d.api("GET", "/health").json()["now"]
    assert instant(one) == instant(NOW)
