# SPDX-License-Identifier: GPL-3.0-or-later
"""Attendance facts: what leaves for the reporting store says how many, where and what came of it, and nothing
that names anybody; appended, numbered, the same in both formats, whole after a crash."""

import collections
import csv
import io
import json
import random
import time

from crowd import Ask, Crowd
from helpers import wait_for
from small import NOW, all_messages, at, booking, check_is_clean, everything, person, write_territory

HEADER = ("seq,revision,appointment,session,organisation,site,place_kind,commune,service,programme,mode,channel,"
          "booked_on,day,half_day,lead_days,outcome,cancel_notice_minutes,reminders_sent,reminders_delivered,"
          "confirmed,person,situation,persons_present,age,locale")
MONDAY = "2026-03-23"


def export(d, form="csv", **more):
    flags = [word for k, v in more.items() for word in (f"--{k.rstrip('_')}", str(v))]
    return d.rdvctl("export", "attendance", "--format", form, *flags).stdout


def read_csv(text):
    lines = text.splitlines()
    assert lines[0] == HEADER
    return list(csv.DictReader(io.StringIO(text)))


def read_ndjson(text):
    return [json.loads(line) for line in text.splitlines()]


def as_text(value):
    """A JSON value as the CSV writes it."""
    return "" if value is None else str(int(value)) if isinstance(value, bool) else str(value)


def book(d, key, service, where, start, who, **more):
    return d.api("POST", "/appointments", booking(key, service, where, start, who, **more),
                 expect=201).json()["appointment"]


def last_words(facts):
    last = {}
    for f in facts:
        last[f["appointment"]] = f
    return list(last.values())


def test_what_a_fact_says(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    lea = {"first_name": "Léa", "last_name": "Quatremère", "birth_year": 2004, "phone": "06 12 34 56 78",
           "email": "lea@example.org", "insee": "62427", "locale": "en"}
    a = book(d, "a", "rdv", "centre", at("2026-03-26", 14), lea, party_size=2)
    b = book(d, "b", "rdv", "centre", at(MONDAY, 9), {**lea, "first_name": "Bob", "locale": "fr", "postcode": "62220",
                                                       "insee": None, "birth_year": 1999})
    (fa, fb) = read_csv(export(d))
    assert (fa["seq"], fa["revision"], fb["seq"], fb["revision"]) == ("1", "1", "2", "1")
    expected = {"organisation": "o", "site": "centre", "service": "rdv", "mode": "site", "channel": "api",
                "booked_on": "2026-03-20", "day": "2026-03-26", "half_day": "pm", "lead_days": "6",
                "outcome": "unknown", "cancel_notice_minutes": "", "reminders_sent": "0",
                "reminders_delivered": "0", "commune": "62427", "age": "22", "locale": "other",
                "persons_present": "", "programme": ""}
    assert {k: fa[k] for k in expected} == expected
    assert (fb["half_day"], fb["age"], fb["locale"], fb["lead_days"]) == ("am", "27", "fr", "3")
    assert fa["confirmed"] == "0"
    # A confirmation, a reminder, a presence, a correction: each a revision of the same appointment.
    d.api("POST", f"/appointments/{a['token']}/confirm", expect=200)
    d.restart(now="2026-03-25T18:00:00+01:00")
    wait_for(lambda: [m for m in all_messages(d) if m["kind"] == "reminder" and m["state"] == "accepted"],
             "the reminder to have left")
    d.restart(now=at("2026-03-26", 16))
    for outcome, present in (("no_show", None), ("seen", 2)):
        body = {"outcome": outcome, **({"persons_present": present} if present else {})}
        d.local("POST", f"/staff/appointments/{a['id']}/outcome", body, expect=200)
    facts = [f for f in read_csv(export(d)) if f["appointment"] == fa["appointment"]]
    assert [f["revision"] for f in facts] == [str(n + 1) for n in range(len(facts))]
    last = facts[-1]
    assert (last["outcome"], last["persons_present"], last["confirmed"]) == ("seen", "2", facts[1]["confirmed"])
    assert last["confirmed"] == "1" and last["reminders_sent"] in ("1", "2")
    assert [f["outcome"] for f in facts][-2:] == ["no_show", "seen"]
    # A cancellation says how long before.
    c = book(d, "c", "rdv", "centre", at("2026-03-27", 9), lea)
    d.restart(now=at("2026-03-27", 7))
    d.api("POST", f"/appointments/{c['token']}/cancel", expect=200)
    (fc,) = [f for f in last_words(read_csv(export(d))) if f["day"] == "2026-03-27"]
    assert (fc["outcome"], fc["cancel_notice_minutes"]) == ("excused", "120")
    # A move keeps the appointment, and its day is the new one.
    e = book(d, "e", "rdv", "centre", at("2026-03-30", 9), lea)
    d.api("POST", f"/appointments/{e['token']}/move", {"site": "centre", "start": at("2026-03-31", 15)}, expect=200)
    (fe,) = [f for f in last_words(read_csv(export(d))) if f["day"] == "2026-03-31"]
    assert (fe["revision"], fe["half_day"], fe["lead_days"]) == ("2", "pm", "4")
    assert not [f for f in last_words(read_csv(export(d))) if f["day"] == "2026-03-30"]
    assert b["id"] != e["id"]
    check_is_clean(d)


def busy_day(d, seed=7, count=120):
    """A territory with some life in it; returns what must never be seen in a fact."""
    chance = random.Random(seed)
    secrets = set()
    people = [person(n, email=f"p{n}@example.org", last_name=f"Nom{n}x", postcode="62110") for n in range(40)]

    def story(n):
        who = people[n % len(people)]
        secrets.update((who["first_name"], who["last_name"], who["phone"], who["email"],
                        "+33" + who["phone"].replace(" ", "")[1:]))
        if n % 5 == 0:
            body = booking(f"f{n}", "atelier", "salle", at(MONDAY, 24 * (n // 60) + 14), who)
        else:
            body = booking(f"f{n}", "tranquille", "salle", at(MONDAY, 24 * (n // 24) + 8, n % 24 * 30), who)
        answer = yield Ask("POST", "/api/v1/appointments", body)
        assert answer.status == 201, repr(answer)
        a = answer.json()["appointment"]
        secrets.update((a["token"], a["start"], f"T{a['start'][11:16]}"))
        for what in chance.choice(((), ("confirm",), ("cancel",), ("confirm", "cancel"))):
            answer = yield Ask("POST", f"/api/v1/appointments/{a['token']}/{what}")
            assert answer.status == 200

    with Crowd(("127.0.0.1", d.port)) as crowd:
        crowd.run(story(n) for n in range(count))
    return secrets


def test_both_formats_say_the_same(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    assert export(d) == HEADER + "\n" and export(d, "ndjson") == ""
    secrets = busy_day(d)
    text, lines = export(d), export(d, "ndjson")
    table, objects = read_csv(text), read_ndjson(lines)
    assert [list(o) for o in objects] == [HEADER.split(",")] * len(objects)
    assert [{k: as_text(v) for k, v in o.items()} for o in objects] == [dict(r) for r in table]
    # By the API, in pieces, the same bytes.
    token = d.add_token("admin")
    answer = d.api("GET", "/staff/attendance?format=csv", token=token, expect=200)
    assert answer.headers["Content-Type"].startswith("text/csv") and answer.text == text
    answer = d.api("GET", "/staff/attendance?format=ndjson", token=token, expect=200)
    assert answer.headers["Content-Type"].startswith("application/x-ndjson") and answer.text == lines
    # Nothing that names anybody, no hour, no link.
    for secret in secrets:
        assert secret not in text, f"{secret!r} stands in the facts"
    numbers = [int(r["seq"]) for r in table]
    assert numbers == sorted(set(numbers))
    # A workshop's facts share their session; persons are told apart by pseudonyms that say nothing.
    rows = everything(d)
    last = last_words(table)
    assert len(last) == len(rows) == 120
    assert (collections.Counter((r["service"], r["outcome"]) for r in rows)
            == collections.Counter((f["service"], f["outcome"]) for f in last))
    by_session = collections.defaultdict(set)
    for f in last:
        by_session[f["session"]].add(f["appointment"])
        assert f["appointment"] not in (f["person"], f["situation"], f["session"])
    assert sorted(len(v) for v in by_session.values() if len(v) > 1) == sorted(
        n for n in collections.Counter(r["session"] for r in rows).values() if n > 1)
    for f in table:
        (one,) = {(g["person"], g["situation"], g["session"]) for g in table if g["appointment"] == f["appointment"]}
        assert all(one)
    d.restart()
    assert export(d) == text


def test_a_person_of_the_team_s_has_one_pseudonym(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    book(d, "a", "rdv", "centre", at(MONDAY, 9), person(1))
    (row,) = everything(d)
    d.local("POST", "/staff/appointments", {"request_key": "b", "service": "rdv", "site": "centre",
                                            "start": at("2026-03-24", 9), "counsellor": "ada",
                                            "person": {"id": int(row["person"]["id"])}}, expect=201)
    one, two = read_csv(export(d))
    assert (one["person"], one["situation"]) == (two["person"], two["situation"])
    assert one["appointment"] != two["appointment"] and two["channel"] == "counsellor"


def test_resumed_by_number(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    busy_day(d, count=60)
    whole = read_csv(export(d))
    for after in (0, 1, 17, len(whole) - 1, len(whole), 10**9):
        found = read_csv(export(d, after=after))
        assert found == [f for f in whole if int(f["seq"]) > after]
    assert read_csv(export(d, from_="2026-03-24", to="2026-03-25")) == [f for f in whole if f["day"] == "2026-03-24"]
    assert d.rdvctl("export", "attendance", "--format", "xml", status=None).returncode != 0
    assert d.rdvctl("export", "attendance", status=None).returncode != 0
    for bad in ("format=xml", "from=yesterday", "after=-1", "from=2026-03-25&to=2026-03-24"):
        d.local("GET", f"/staff/attendance?{bad}", expect=400)


# ---- the built-in job


def job(folder, form):
    return f'export facts {{\n\tfolder = "{folder}"\n\tformat = "{form}"\n}}\n'


def read_folder(folder, form):
    """Every line of every file, in the files' order, headers checked."""
    lines = []
    for path in sorted(folder.glob(f"*.{form}")):
        text = path.read_text()
        assert text.endswith("\n"), f"{path.name} ends in the middle of a line"
        found = text.splitlines()
        if form == "csv":
            assert found.pop(0) == HEADER
            assert HEADER not in found
        lines += found
    return lines


def seqs(lines, form):
    return [int(line.split(",")[0]) if form == "csv" else json.loads(line)["seq"] for line in lines]


def body_of(text, form):
    return text.splitlines()[1 if form == "csv" else 0:]


def test_the_job_follows_along(daemon, tmp_path):
    for form in ("csv", "ndjson"):
        folder = tmp_path / f"facts-{form}"
        d = daemon(now=NOW, territory=write_territory(tmp_path), extra=job(folder, form))
        busy_day(d)
        wanted = body_of(export(d, form), form)
        wait_for(lambda: read_folder(folder, form) == wanted, "the job to have appended every fact")
        # A restart appends nothing again; another month is another file.
        d.restart()
        book(d, "later", "rdv", "centre", at("2026-04-02", 9), person(1))
        wait_for(lambda: len(read_folder(folder, form)) == len(wanted) + 1, "the next fact")
        d.restart(now="2026-04-01T09:00:00+02:00")
        book(d, "april", "rdv", "centre", at("2026-04-02", 10), person(2))
        wait_for(lambda: len(list(folder.glob("*"))) == 2, "another month's file")
        wait_for(lambda: read_folder(folder, form) == body_of(export(d, form), form), "all of it")
        d.stop()
        # `--once` exports too.
        d.run_once("2026-04-01T09:00:00+02:00")
        found = seqs(read_folder(folder, form), form)
        assert found == sorted(set(found))


def test_the_job_survives_kill_9(daemon, tmp_path):
    """No fact missing, none twice, every line whole."""
    chance = random.Random(5)
    folder = tmp_path / "facts"
    d = daemon(now=NOW, territory=write_territory(tmp_path), extra=job(folder, "csv"))
    number = 0

    def story():
        nonlocal number
        while True:
            n = number = number + 1
            answer = yield Ask("POST", "/api/v1/appointments",
                               booking(f"x{n}", "tranquille", "salle", at(MONDAY, 24 * (n // 24) + 8, n % 24 * 30),
                                       person(n)))
            if answer is None:
                return
            if answer.status == 201:
                token = answer.json()["appointment"]["token"]
                if (yield Ask("POST", f"/api/v1/appointments/{token}/cancel")) is None:
                    return

    for _ in range(10):
        moment = time.monotonic() + chance.uniform(0.005, 0.08)
        with Crowd(("127.0.0.1", d.port)) as crowd:
            crowd.run([story() for _ in range(6)], until=lambda moment=moment: time.monotonic() > moment)
            d.kill9()
            crowd.run_out()
        d.start()
        number = max([number] + [0])
    wanted = body_of(export(d), "csv")
    assert len(wanted) > 50
    wait_for(lambda: len(read_folder(folder, "csv")) >= len(wanted), "the job to catch up")
    found = read_folder(folder, "csv")
    assert seqs(found, "csv") == sorted(set(seqs(found, "csv"))), "a fact stands there twice"
    assert found == wanted
    check_is_clean(d)


def test_the_job_waits_for_its_folder(daemon, tmp_path):
    """A folder that is taken away and comes back."""
    folder = tmp_path / "facts"
    d = daemon(now=NOW, territory=write_territory(tmp_path), extra=job(folder, "csv"), expect_log=[r"export facts"])
    book(d, "a", "rdv", "centre", at(MONDAY, 9), person(1))
    wait_for(lambda: len(read_folder(folder, "csv")) == 1, "the first fact")
    away = tmp_path / "away"
    folder.rename(away)
    book(d, "b", "rdv", "centre", at(MONDAY, 10), person(2))
    wait_for(lambda: "cannot be written" in d.log(), "the log to say so")
    assert d.api("GET", "/health").status == 200
    away.rename(folder)
    d.restart()
    wait_for(lambda: len(read_folder(folder, "csv")) == 2, "what had waited")
