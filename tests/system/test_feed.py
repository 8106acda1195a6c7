# SPDX-License-Identifier: GPL-3.0-or-later
"""A counsellor's calendar by its secret address: what calendar programs need (RFC 5545 unfolded, UID stable,
SEQUENCE and DTSTAMP raised by what changes an event), cheap when nothing changed, and no names unless asked."""

import re
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import pytest

from small import NOW, at, booking, check_is_clean, everything, instant, person, write_territory
from test_staff_pages import PASSWORD, Counsellor


def unfold(data):
    """The content lines of an iCalendar stream (RFC 5545 3.1), its rules about bytes held."""
    assert data.endswith(b"\r\n") and b"\n" not in data.replace(b"\r\n", b"")
    for line in data.split(b"\r\n"):
        assert len(line) <= 75, f"a line of {len(line)} bytes: {line!r}"
        line.decode("utf-8")  # a fold does not cut a character
    return data.decode("utf-8").replace("\r\n ", "").replace("\r\n\t", "").split("\r\n")[:-1]


def parse(data):
    """(properties of the calendar, [properties of each VEVENT]); a property is (parameters, value)."""
    calendar, events, stack = {}, [], []
    for line in unfold(data):
        found = re.fullmatch(r'([A-Z0-9-]+)((?:;[A-Z0-9-]+=(?:"[^"]*"|[^";:,]*))*):(.*)', line)
        assert found, f"not a content line: {line!r}"
        name, parameters, value = found.groups()
        if name == "BEGIN":
            stack.append(value)
            if value == "VEVENT":
                events.append({})
        elif name == "END":
            assert stack.pop() == value
        elif stack == ["VCALENDAR"]:
            calendar[name] = (parameters, value)
        elif stack == ["VCALENDAR", "VEVENT"]:
            assert name not in events[-1] or name in ("COMMENT", "CATEGORIES"), f"{name} twice"
            events[-1][name] = (parameters, value)
    assert not stack
    assert calendar["VERSION"][1] == "2.0" and calendar["PRODID"][1]
    for event in events:
        assert {"UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE"} <= set(event), event
        assert ("DTEND" in event) != ("DURATION" in event)
    return calendar, events


def when(prop):
    parameters, value = prop
    if value.endswith("Z"):
        return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc)
    zone = re.fullmatch(r";TZID=([A-Za-z_/]+)", parameters)  # a plain name that every program knows
    assert zone, parameters
    return datetime.strptime(value, "%Y%m%dT%H%M%S").replace(tzinfo=ZoneInfo(zone.group(1)))


@pytest.fixture
def d(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    d.rdvctl("user", "add", "ada", "--role", "counsellor", "--counsellor", "ada", "--password-stdin",
             stdin=PASSWORD + "\n")
    return d


def address(d, names=False):
    """Ask for the secret address as the counsellor does on her page."""
    ada = Counsellor(d, "ada")
    ada.get("/equipe/agenda")
    page = ada.post("/equipe/agenda", [("noms", "1")] if names else [], status=200)
    return re.search(r"/cal/[A-Za-z0-9_-]+\.ics", page.text).group(0)


def book(d, key, start, service="rdv", where="centre", who=None, **more):
    return d.api("POST", "/appointments", booking(key, service, where, start, who or person(len(key)), **more),
                 expect=201).json()["appointment"]


def fetch(d, path, **headers):
    answer = d.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    return answer


def test_feed(d):
    secret = address(d)
    who = {**person(1), "first_name": "Zénobie", "last_name": "Quatremère-Lenoir", "email": "zen@example.org"}
    a = book(d, "a", at("2026-03-23", 9), who=who)
    b = book(d, "b", at("2026-03-31", 9))
    book(d, "other", at("2026-03-23", 9), "tranquille", "salle")
    first = fetch(d, secret)
    assert first.status == 200 and first.headers["Content-Type"].startswith("text/calendar")
    assert "no-store" not in first.headers.get("Cache-Control", "")
    _, events = parse(first.body)
    assert sorted(when(e["DTSTART"]) for e in events) == [instant(a["start"]), instant(b["start"])]
    for secret_word in (who["first_name"], who["last_name"], who["email"], who["phone"], a["token"], "0612345678",
                        "+336"):
        assert secret_word not in "\n".join(unfold(first.body)), "nothing personal unless she asks"
    # Nothing has changed: 304, and the same tag.
    tag = first.headers["ETag"]
    assert tag.startswith('"') and tag.endswith('"')
    again = fetch(d, secret, If_None_Match=tag)
    assert again.status == 304 and again.body == b"" and again.headers["ETag"] == tag
    assert fetch(d, secret, If_None_Match='"other", ' + tag).status == 304
    assert fetch(d, secret).body == first.body
    d.restart()
    assert fetch(d, secret, If_None_Match=tag).status == 304
    # Somebody else's appointment changes nothing of hers.
    book(d, "other2", at("2026-03-23", 10), "tranquille", "salle")
    assert fetch(d, secret, If_None_Match=tag).status == 304
    # A move: the same event, later SEQUENCE and DTSTAMP, another tag.
    d.restart(now="2026-03-20T09:30:00+01:00")
    before = {e["UID"][1]: e for e in events}
    d.api("POST", f"/appointments/{a['token']}/move", {"site": "centre", "start": at("2026-03-24", 11)}, expect=200)
    moved = fetch(d, secret, If_None_Match=tag)
    assert moved.status == 200 and moved.headers["ETag"] != tag
    _, events = parse(moved.body)
    assert {e["UID"][1] for e in events} == set(before)
    (e,) = [e for e in events if when(e["DTSTART"]) == instant(at("2026-03-24", 11))]
    old = before[e["UID"][1]]
    assert int(e["SEQUENCE"][1]) > int(old["SEQUENCE"][1])
    assert when(e["DTSTAMP"]) > when(old["DTSTAMP"]) and when(e["DTSTAMP"]) == instant("2026-03-20T09:30:00+01:00")
    (same,) = [e for e in events if when(e["DTSTART"]) == instant(b["start"])]
    assert same == before[same["UID"][1]]
    # A cancellation: gone, or said to be cancelled, never as if it stood.
    tag = moved.headers["ETag"]
    d.restart(now="2026-03-20T10:30:00+01:00")
    d.api("POST", f"/appointments/{a['token']}/cancel", expect=200)
    gone = fetch(d, secret, If_None_Match=tag)
    assert gone.status == 200
    _, events = parse(gone.body)
    left = [x for x in events if x["UID"][1] == e["UID"][1]]
    assert not left or (left[0]["STATUS"][1] == "CANCELLED" and int(left[0]["SEQUENCE"][1]) > int(e["SEQUENCE"][1])
                        and when(left[0]["DTSTAMP"]) > when(e["DTSTAMP"]))
    check_is_clean(d)


def test_names_when_she_asks(d):
    who = {**person(1), "first_name": "Zénobie", "last_name": "Quatremère"}
    book(d, "a", at("2026-03-23", 9), who=who)
    secret = address(d, names=True)
    text = "\n".join(unfold(fetch(d, secret).body))
    assert "Zénobie" in text and who["phone"] not in text and "SEQUENCE:0" in text


def test_a_name_that_is_calendar_text(d):
    """Commas, semicolons, backslashes, ends of lines: text, whatever somebody is called."""
    evil = "Bob,;\\ né\"Martin"
    book(d, "a", at("2026-03-23", 9), who={**person(1), "first_name": evil, "last_name": "é" * 70})
    secret = address(d, names=True)
    _, (event,) = parse(fetch(d, secret).body)
    all_text = " ".join(v for _, v in event.values())
    assert "Bob\\,\\;\\\\" in all_text and "END:VEVENT" not in all_text


def test_who_does_not_know_the_address(d):
    secret = address(d)
    assert fetch(d, secret).status == 200
    for wrong in ("/cal/x.ics", "/cal/" + "A" * 22 + ".ics", secret[:-5] + "x.ics", secret.replace(".ics", ""),
                  "/cal/.ics"):
        assert fetch(d, wrong).status == 404, wrong
    # A new address makes the old one nobody's.
    new = address(d)
    assert new != secret
    assert fetch(d, secret).status == 404 and fetch(d, new).status == 200
    assert secret.split("/")[-1][:-4] not in d.log()


def test_one_appointment_s_file(d):
    a = book(d, "a", at("2026-03-31", 9))
    for path in (f"/rdv/{a['token']}.ics", f"/api/v1/appointments/{a['token']}.ics"):
        answer = fetch(d, path)
        assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/calendar")
        _, (event,) = parse(answer.body)
        assert when(event["DTSTART"]) == instant(a["start"]) and when(event["DTEND"]) == instant(a["end"])
        sequence = int(event["SEQUENCE"][1])
    uid = event["UID"][1]
    d.api("POST", f"/appointments/{a['token']}/move", {"site": "centre", "start": at("2026-04-02", 9)}, expect=200)
    _, (event,) = parse(fetch(d, f"/rdv/{a['token']}.ics").body)
    assert event["UID"][1] == uid and int(event["SEQUENCE"][1]) > sequence
    d.api("POST", f"/appointments/{a['token']}/cancel", expect=200)
    _, (event,) = parse(fetch(d, f"/rdv/{a['token']}.ics").body)
    assert event["STATUS"][1] == "CANCELLED"
    assert fetch(d, "/rdv/" + "A" * 22 + ".ics").status == 404
    assert len(everything(d)) == 1
