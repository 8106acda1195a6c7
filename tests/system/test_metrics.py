# SPDX-License-Identifier: GPL-3.0-or-later
"""What those who watch see: metrics in Prometheus' text format with nothing personal in them, a log that says
nothing of anybody, and a health that is 503, with the reason, when rdvd cannot serve."""

import re

from crowd import Ask, Crowd
from helpers import Client, wait_for
from small import NOW, at, booking, person, write_territory
from test_disk_full import PROVOKED, SmallFiles

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(rf'({NAME})(?:\{{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*)\}})? '
                    r"(-?[0-9.]+(?:e[+-]?[0-9]+)?|NaN|[+-]Inf)")


def scrape(d):
    with Client(d.socket_path) as c:
        answer = c.request("GET", "/metrics")
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/plain")
    return answer.text


def parse(text):
    """{(name, labels): value}, the format's rules held (a HELP and a TYPE before each family, families whole,
    no sample twice, an end of line at the end)."""
    assert text.endswith("\n")
    found, family, kinds, helped = {}, None, {}, set()
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name = line.split(" ", 3)[2]
            assert name not in helped and len(line.split(" ", 3)) == 4
            helped.add(name)
            continue
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name not in kinds and kind in ("counter", "gauge", "histogram", "summary", "untyped")
            kinds[name] = kind
            family = name
            continue
        assert not line.startswith("#") and line, line
        sample = SAMPLE.fullmatch(line)
        assert sample, f"not a sample: {line!r}"
        name, labels, value = sample.groups()
        base = re.sub(r"_(bucket|sum|count)$", "", name) if kinds.get(family) in ("histogram", "summary") else name
        assert base == family, f"{name} stands in the family {family}"
        assert (name, labels) not in found
        found[name, labels] = float(value)
        assert kinds[family] != "counter" or name.endswith("_total") and float(value) >= 0
    assert set(kinds) == helped
    return found


def test_format_and_counts(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    before = parse(scrape(d))
    for n in range(3):
        a = d.api("POST", "/appointments", booking(f"m{n}", "rdv", "centre", at("2026-03-23", 9 + n), person(n)),
                  expect=201).json()["appointment"]
    d.api("POST", "/appointments", booking("m9", "rdv", "centre", at("2026-03-23", 9), person(9)), expect=409)
    d.api("POST", f"/appointments/{a['token']}/cancel", expect=200)
    d.wait_spool(4)
    after = wait_for(lambda: (lambda m: m if m["rdvd_messages", 'state="accepted"'] == 4 else None)(parse(scrape(d))),
                     "four messages to be counted")
    assert set(after) >= set(before)
    for (name, labels), value in before.items():
        if name.endswith("_total"):
            assert after[name, labels] >= value

    def rise(name):
        return after[name, None] - before[name, None]

    assert (rise("rdvd_bookings_total"), rise("rdvd_cancels_total"), rise("rdvd_conflicts_total")) == (3, 1, 1)
    assert after["rdvd_store_writing", None] == 1
    spool = 'gateway="spool"'
    assert after["rdvd_gateway_sends_total", spool + ',result="accepted"'] == 4
    assert after["rdvd_gateway_sends_total", spool + ',result="unknown"'] == 0
    assert (after["rdvd_gateway_state", spool], after["rdvd_gateway_under_way", spool]) == (0, 0)
    assert after["rdvd_gateway_segments_total", spool] == 4
    assert after["rdvd_gateway_rate", spool] == 5
    assert after["rdvd_sms_segments_today", 'organisation="o"'] == 4
    assert [after[n, None] for n in ("rdvd_texts_to_hand", "rdvd_notices_unseen", "rdvd_erased_total")] == [0, 0, 0]
    assert {after["rdvd_numbers_barred", f'why="{w}"'] for w in ("stop", "bad")} == {0}
    d.rdvctl("sms-in", "06 11 11 11 11", "je veux parler à quelqu'un")
    d.rdvctl("sms-in", "06 22 22 22 22", "STOP")
    assert (d.metric("rdvd_texts_to_hand"), d.metric("rdvd_numbers_barred")) == (1, 1)
    assert d.request("GET", "/metrics").status == 404, "not for the public"


def test_nothing_personal_in_metrics_log_or_addresses(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path), conf={"log_level": "debug"})
    who = {"first_name": "Zénobie", "last_name": "Quatremère", "birth_year": 2004, "phone": "06 98 76 54 32",
           "email": "zenobie@example.org", "needs": "interprète tigrigna", "postcode": "62110"}
    a = d.api("POST", "/appointments", booking("secret-key-1", "rdv", "centre", at("2026-03-23", 9), who),
              expect=201).json()["appointment"]
    d.request("POST", "/reserver", "service=rdv&horaire=centre.1774339200")
    d.request("GET", f"/rdv/{a['token']}")
    d.api("POST", "/appointments", booking("k2", "rdv", "centre", at("2026-03-23", 9), {**who, "email": "bad@"}))
    d.api("POST", f"/appointments/{a['token']}/move", {"site": "centre", "start": at("2026-03-24", 11)}, expect=200)
    d.api("POST", f"/appointments/{a['token']}/cancel", expect=200)
    d.rdvctl("user", "add", "zen", "--role", "counsellor", "--password-stdin", stdin="mot-de-passe-tres-long\n")
    d.wait_spool(2)
    everything_seen = scrape(d) + d.log() + d.rdvctl("status").stdout
    for word in ("Zénobie", "Quatremère", "98 76 54 32", "698765432", "zenobie@", "tigrigna", a["token"],
                 "mot-de-passe", "secret-key-1"):
        assert word not in everything_seen, f"{word!r} is seen by whoever watches"
    # And no address carries more than the secret itself.
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/rdv/[A-Za-z0-9_-]{22,24}", a["manage_url"]), a["manage_url"]


def test_health(daemon, tmp_path):
    d = daemon(now=NOW)
    empty = d.api("GET", "/health", expect=200).json()
    assert empty["status"] == "ok" and empty["version"] and empty["store"] and empty["now"].startswith("2026-03-20T")
    d.import_territory(write_territory(tmp_path))
    assert d.api("GET", "/health", expect=200).json()["status"] == "ok"


def test_health_when_nothing_can_be_kept(daemon, tmp_path):
    d = daemon(now=NOW, expect_log=PROVOKED, wrapper=SmallFiles.wrapper)
    d.import_territory(write_territory(tmp_path))
    disk = SmallFiles(d.data)
    disk.limit(d, 4096)
    refused = []

    def story(lane):
        for n in range(lane, 1200, 16):
            if refused:
                return
            answer = yield Ask("POST", "/api/v1/appointments", booking(
                f"h{n}", "tranquille", "salle", at("2026-03-21", 24 * (n // 24) + 8, n % 24 * 30), person(n)))
            if answer.status == 503:
                refused.append(n)

    with Crowd(("127.0.0.1", d.port)) as crowd:
        crowd.run([story(lane) for lane in range(16)])
    assert refused
    answer = wait_for(lambda: (lambda a: a if a.status == 503 else None)(d.api("GET", "/health")), "the health to say so")
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert len(answer.json()["detail"]) > 10 and int(answer.headers["Retry-After"]) > 0
    assert parse(scrape(d))["rdvd_store_writing", None] == 0
    # Reading goes on; and whoever asks after its health learns when it is well again.
    assert d.slots("rdv")
    disk.free(d)
    wait_for(lambda: d.api("GET", "/health").status == 200, "the health to be well again")
    assert parse(scrape(d))["rdvd_store_writing", None] == 1
