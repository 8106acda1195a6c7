# SPDX-License-Identifier: GPL-3.0-or-later
"""Sentences of the API's promise that no other file holds: each refusal is a whole problem, dates are the network's
midnights, places are read in their order, keys and assumptions of a territory file that are let pass."""

import json

import pytest

from helpers import Client, Daemon, wait_for
from small import NOW, at, booking, check_is_clean, person, small, write_territory

HEADER = ("seq,revision,appointment,session,organisation,site,place_kind,commune,service,programme,mode,channel,"
          "booked_on,day,half_day,lead_days,outcome,cancel_notice_minutes,reminders_sent,reminders_delivered,confirmed,"
          "person,situation,persons_present,age,locale")


@pytest.fixture(scope="module")
def d(tmp_path_factory):
    folder = tmp_path_factory.mktemp("outside")
    one = Daemon(folder / "d", now=NOW, territory=write_territory(folder))
    yield one
    one.stop()


def problem(answer, status):
    assert answer.status == status, repr(answer)
    assert answer.headers["Content-Type"].startswith("application/problem+json"), repr(answer)
    body = answer.json()
    assert body["status"] == status and all(body[k] for k in ("type", "title", "detail")), body
    for e in body.get("errors", ()):
        assert set(e) == {"field", "code", "message"} and e["code"] and e["message"], body
    return body


REFUSALS = [
    ("GET", "/nothing", None, 404), ("DELETE", "/services", None, 405), ("GET", "/holds", None, 405),
    ("GET", "/appointments/" + "a" * 22, None, 404), ("GET", "/appointments/" + "a" * 22 + ".ics", None, 404),
    ("POST", "/appointments/" + "a" * 22 + "/cancel", None, 404), ("POST", "/appointments/x/confirm", None, 404),
    ("POST", "/appointments/x/move", {"site": "centre", "start": at("2026-03-23", 9)}, 404),
    ("GET", "/appointments/x/cancel", None, 405),
    ("POST", "/holds", b"{", 400), ("POST", "/holds", b" " * 65537, 413), ("POST", "/holds", "a=b", 415),
    ("POST", "/holds", {}, 422), ("GET", "/staff/appointments", None, 401), ("POST", "/staff/appointments", {}, 401),
    ("GET", "/staff/messages", None, 401), ("GET", "/staff/attendance", None, 401),
    ("POST", "/staff/appointments/1/outcome", {"outcome": "seen"}, 401), ("GET", "/slots", None, 400),
    ("POST", "/local/tokens", {"role": "admin"}, 404), ("GET", "/slots?service=%zz", None, 400),
]


@pytest.mark.parametrize("method,path,body,status", REFUSALS)
def test_every_refusal_is_a_problem(d, method, path, body, status):
    headers = {"Content-Type": "application/json"} if isinstance(body, bytes) else {}
    answer = d.request(method, "/api/v1" + path, body, headers)
    problem(answer, status)
    if status == 401:
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    if status == 405:
        assert answer.headers["Allow"]


def test_a_body_of_exactly_64_kib_is_read(d):
    body = json.dumps({"x": ""})
    body = json.dumps({"x": "a" * (65536 - len(body))}).encode()
    assert len(body) == 65536
    problem(d.request("POST", "/api/v1/holds", body, {"Content-Type": "application/json"}), 422)
    with Client(d.socket_path) as c:
        large = c.request("POST", "/api/v1/holds", body + b" " * 30_000_000, {"Content-Type": "application/json"})
    problem(large, 422)


def test_wrong_fields_of_holds_and_moves_are_named(d):
    fields = {e["field"] for e in problem(d.api("POST", "/holds", {}), 422)["errors"]}
    assert fields == {"service", "site", "start"}
    fields = {e["field"] for e in problem(d.api("POST", "/holds", {"service": "thé", "site": "nulle-part",
                                                                  "start": at("2026-03-23", 9)}), 422)["errors"]}
    assert fields == {"service", "site"}
    made = d.api("POST", "/appointments", booking("moves", "rdv", "centre", at("2026-04-20", 9)), expect=201)
    path = f"/appointments/{made.json()['appointment']['token']}/move"
    for body, field in (({}, "start"), ({"site": "nulle-part", "start": at("2026-04-21", 9)}, "site"),
                        ({"site": 3, "start": at("2026-04-21", 9)}, "site"), ({"site": "centre", "start": "demain"}, "start"),
                        ({"site": "centre", "start": at("2026-04-21", 3)}, "start")):
        assert field in {e["field"] for e in problem(d.api("POST", path, body), 422)["errors"]}, body
    far = problem(d.api("POST", path, {"site": "centre", "start": at("2026-09-21", 9)}), 409)
    assert far["alternatives"]


def test_dates_are_the_network_s_midnights_and_to_is_exclusive(d):
    day = [s["start"] for s in d.slots("court", **{"from": "2026-03-24", "to": "2026-03-25"})]
    assert day[0] == at("2026-03-24", 8) and day[-1] == at("2026-03-24", 19, 15)
    for first, last in ((at("2026-03-24", 8), at("2026-03-24", 9)), ("2026-03-24T07:00:00Z", "2026-03-24T08:00:00Z"),
                        ("2026-03-23T23:00:00-08:00", "2026-03-24T00:00:00-08:00")):
        part = [s["start"] for s in d.slots("court", **{"from": first, "to": last})]
        assert part == [at("2026-03-24", 8, m) for m in (0, 15, 30, 45)], first
    # Absent, `to` is the horizon, which is included: NOW + 60 x 24 h is 09:00 in summer time.
    last = d.slots("court", **{"from": "2026-05-19"})[-1]["start"]
    assert last == at("2026-05-19", 9)
    assert d.slots("court", **{"from": "2026-03-24", "to": "2026-03-24"}) == []


def test_places_are_read_in_their_order(d):
    """62215 is a postcode (Oye-Plage) and an INSEE code (Carvin): five digits are a postcode first."""
    def nearest(near):
        return d.api("GET", f"/sites?near={near}", expect=200).json()["sites"][0]

    carvin, digits = nearest("insee:62215"), nearest("62215")
    assert (carvin["id"], round(carvin["distance_km"])) == ("salle", 0)
    assert digits["distance_km"] > 50
    assert nearest("62637")["distance_km"] == 0, "no postcode: Oignies by its INSEE code"
    assert nearest("50.4136,2.9649")["id"] == "voisin"
    sites = d.api("GET", "/sites").json()["sites"]
    assert all(set(s) >= {"id", "name", "address", "postcode", "commune", "insee", "lat", "lon"} for s in sites)
    assert not any("distance_km" in s for s in sites)
    assert d.slots("rdv", near="62215") == [] and len(d.slots("rdv", near="62215", radius_km=200)) > 100
    rows = d.slots("rdv", near="insee:62215", sort="nearest", radius_km=5, site="centre", limit=7,
                   **{"from": "2026-03-25", "to": "2026-03-28"})
    assert len(rows) == 36 and all(0 < r["distance_km"] <= 5 for r in rows)


def test_health_and_lists_of_an_empty_network(daemon):
    empty = daemon(now=NOW)
    health = empty.api("GET", "/health", expect=200).json()
    assert set(health) == {"status", "version", "store", "now"} and health["now"] == NOW
    assert empty.api("GET", "/services").json() == {"services": []}
    assert empty.api("GET", "/sites?near=62110").json() == {"sites": []}
    problem(empty.api("GET", "/slots?service=rdv"), 422)
    assert empty.local("GET", "/staff/appointments").json() == {"appointments": [], "next": None}
    assert empty.local("GET", "/staff/messages").json() == {"messages": [], "next": None}
    assert empty.rdvctl("export", "attendance", "--format", "csv").stdout == HEADER + "\n"
    assert empty.rdvctl("export", "attendance", "--format", "ndjson").stdout == ""


def test_attendance_begins_with_its_header(d):
    for text in (d.local("GET", "/staff/attendance?format=csv").text,
                 d.rdvctl("export", "attendance", "--from", "2026-03-01", "--to", "2026-03-02", "--format", "csv").stdout):
        assert text.splitlines()[0] == HEADER
    row = json.loads(d.local("GET", "/staff/attendance?format=ndjson").text.splitlines()[0])
    assert list(row) == HEADER.split(",")


def test_messages_have_texts_before_they_leave(d):
    made = d.api("POST", "/appointments", booking("texts", "rdv", "centre", at("2026-04-22", 9), person(7)), expect=201)
    number = made.json()["appointment"]["id"]
    d.api("POST", f"/appointments/{made.json()['appointment']['token']}/cancel", expect=200)
    def messages():
        return d.pages("/staff/messages", "messages", local=True, appointment=number)

    wait_for(lambda: not {m["state"] for m in messages()} & {"sending"} and any(
        m["kind"] == "cancellation" and m["sent_at"] for m in messages()), "the cancellation to leave")
    rows = messages()
    assert {"superseded"} <= {m["state"] for m in rows} and {"confirmation", "reminder"} <= {m["kind"] for m in rows}
    for m in rows:
        assert m["text"] and m["segments"] == 1 and m["appointment"] == number, m
    assert d.pages("/staff/messages", "messages", local=True, number="+33 6 00 00 00 07") == rows
    shown = d.rdvctl("messages", "--to", "0600000007", json_out=True)
    assert shown == {"messages": rows, "next": None}


def test_what_a_territory_file_may_say_beside(daemon, tmp_path):
    """`assumed` and keys that begin with x- are let pass wherever they stand, and change nothing."""
    plain = daemon(now=NOW, territory=write_territory(tmp_path))
    t = small()
    t.update({"assumed": ["all of it"], "x-note": {"any": ["thing", None]}})
    for part in (t["network"], *t["organisations"], *t["sites"], *t["counsellors"], *t["services"], *t["openings"]):
        part.update({"assumed": "hours", "x-source": 3})
    done = plain.rdvctl("import", write_territory(tmp_path, t, "beside.json"), json_out=True)
    assert (done["created"], done["changed"], done["retired"]) == (0, 0, 0)
    for where in ("network", "organisations", "sites", "counsellors", "services", "openings"):
        broken = small()
        part = broken[where] if where == "network" else broken[where][0]
        part["X-Source"] = part["assume"] = 1
        refused = plain.rdvctl("import", write_territory(tmp_path, broken, "broken.json"), status=1)
        path = where if where == "network" else f"{where}[0]"
        assert f"{path}.assume" in refused.stdout + refused.stderr
        assert f"{path}.X-Source" in refused.stdout + refused.stderr
    check_is_clean(plain)
