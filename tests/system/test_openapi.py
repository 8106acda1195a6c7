# SPDX-License-Identifier: GPL-3.0-or-later
"""etc/openapi.json held against the running daemon: every path, method and status that the file promises is
asked for and its body held to the schema; every route of the daemon stands in the file; what the file does
not promise does not happen."""

import datetime
import json
import re
import sqlite3

import pytest

from helpers import HENIN_CARVIN, TOP, Client, wait_for
from scripted import SECRET, Scripted, module_dir
from small import at, write_territory
from test_desk import EIGHT, MONDAY, book, homes, visit_at

NOW = "2026-03-20T08:00:00+01:00"
DOCUMENT = json.loads((TOP / "etc" / "openapi.json").read_text(encoding="utf-8"))
V1 = "/api/v1"
SERVICE, SITE = "premier-rdv", "oignies-siege"

# Statuses that need a broken machine: the disk-full tests provoke them.
NEEDS_TROUBLE = {"503"}
FORGED = r"call-backs were refused"


# ---- a checker of the part of JSON Schema that the file uses

KNOWN = {"$ref", "type", "required", "properties", "additionalProperties", "items", "enum", "const", "pattern",
         "format", "minimum", "maximum", "maxLength", "default", "description", "allOf"}
TYPES = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool,
         "null": type(None)}


def resolve(schema):
    while "$ref" in schema:
        node = DOCUMENT
        for part in schema["$ref"].removeprefix("#/").split("/"):
            node = node[part]
        schema = node
    return schema


def is_type(value, name):
    if isinstance(value, bool):
        return name == "boolean"
    return isinstance(value, TYPES[name])


def problems(value, schema, where="body"):
    """What is wrong with value, one sentence each."""
    schema = resolve(schema)
    assert set(schema) <= KNOWN, f"the checker does not know {set(schema) - KNOWN}"
    for part in schema.get("allOf", []):
        yield from problems(value, part, where)
    types = schema.get("type")
    if types and not any(is_type(value, t) for t in ([types] if isinstance(types, str) else types)):
        yield f"{where}: {value!r} is not {types}"
        return
    if value is None:
        return
    if "const" in schema and value != schema["const"]:
        yield f"{where}: {value!r} is not {schema['const']!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: {value!r} is none of {schema['enum']}"
    if isinstance(value, str):
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield f"{where}: {value!r} does not match {schema['pattern']}"
        if schema.get("format") == "date-time":
            datetime.datetime.fromisoformat(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if value < schema.get("minimum", value) or value > schema.get("maximum", value):
            yield f"{where}: {value} is out of range"
    if isinstance(value, list):
        for i, item in enumerate(value):
            yield from problems(item, schema.get("items", {}), f"{where}[{i}]")
    if isinstance(value, dict):
        for name in schema.get("required", []):
            if name not in value:
                yield f"{where}.{name} is missing"
        for name, item in value.items():
            if name in schema.get("properties", {}):
                yield from problems(item, schema["properties"][name], f"{where}.{name}")
            elif schema.get("additionalProperties") is False:
                yield f"{where}.{name} is not described"


def test_checker_finds_what_is_wrong():
    slot = {"service": "a", "site": "b", "start": "2026-03-23T13:30:00+01:00", "end": "2026-03-23T14:30:00+01:00",
            "seats": 1}
    schema = {"$ref": "#/components/schemas/Slot"}
    assert not list(problems(slot, schema))
    for wrong in ({"seats": 0}, {"seats": "1"}, {"seats": True}, {"start": "2026-03-23"}, {"site": None}, {"x": 1}):
        assert list(problems({**slot, **wrong}, schema)), wrong
    assert list(problems({k: v for k, v in slot.items() if k != "end"}, schema))


# ---- the file's operations

def operations():
    return [(method.upper(), path) for path, item in DOCUMENT["paths"].items() for method in item]


def operation(method, path):
    return DOCUMENT["paths"][path][method.lower()]


def promised(method, path):
    return set(operation(method, path)["responses"])


def has_json_body(method, path):
    return "application/json" in operation(method, path).get("requestBody", {}).get("content", {})


def is_local(path):
    return path.startswith(V1 + "/local/") or path == "/metrics"


def for_admins(path):
    """What a counsellor may not do, or not all of it."""
    return path.startswith(tuple(V1 + "/staff/" + p for p in ("settings", "edits", "territory", "accounts", "texts", "gateways", "tokens",
                                                               "attendance")))


class Caller:
    """Asks, holds the answer to the file, and remembers which promises were kept."""

    def __init__(self, d):
        self.d = d
        self.seen = set()
        self.token, self.admin, self.desk = d.add_token("counsellor"), d.add_token("admin"), d.add_token("desk")

    def __call__(self, method, path, status, *, query="", body=None, headers=None, as_staff=True, **params):
        url = path
        for name, value in params.items():
            url = url.replace("{" + name + "}", str(value))
        assert "{" not in url, url
        headers = dict(headers or {})
        if as_staff and "/staff/" in path:
            headers.setdefault("Authorization", "Bearer " + (self.admin if for_admins(path) else self.token))
        address = self.d.socket_path if is_local(path) else ("127.0.0.1", self.d.port)
        with Client(address) as c:
            answer = c.request(method, url + query, body, headers)
        assert answer.status == status, f"{method} {url}{query}: {answer!r}"
        self.judge(method, path, answer)
        return answer

    def judge(self, method, path, answer):
        responses = operation(method, path)["responses"]
        status = str(answer.status)
        assert status in responses, f"{method} {path} answered {status}, which the file does not promise"
        self.seen.add((method, path, status))
        content = resolve(responses[status]).get("content")
        if not content:
            assert not answer.body
            return
        kind = answer.headers["Content-Type"].split(";")[0]
        assert kind in content, f"{method} {path} {status}: {kind}"
        if kind in ("application/json", "application/problem+json"):
            found = list(problems(answer.json(), content[kind]["schema"]))
            assert not found, f"{method} {path} {status}: {found}\n{answer!r}"
        if status in ("429", "503"):
            assert int(answer.headers["Retry-After"]) > 0


def person(**more):
    return {"first_name": "Léa", "last_name": "Dubois", "birth_year": 2004, "phone": "06 12 34 56 78",
            "email": "lea@example.org", **more}


def booking(key, start, **more):
    return {"request_key": key, "service": SERVICE, "site": SITE, "start": start, "person": person(),
            "notice": True, **more}


def staff_booking(key, start, **more):
    return {"request_key": key, "service": SERVICE, "site": SITE, "start": start, "counsellor": "conseiller-1",
            "person": {"first_name": "Ana", "last_name": "Silva"}, **more}


# A GET that is malformed, for those that can be.
MALFORMED = {
    V1 + "/sites": "?near=ici",
    V1 + "/slots": "?service=suivi&limit=501",
    V1 + "/staff/agenda": "?from=2026-03-20",
    V1 + "/staff/appointments": "?from=demain",
    V1 + "/staff/messages": "?appointment=x",
    V1 + "/staff/attendance": "?format=xlsx",
    V1 + "/staff/figures": "?by=prenom",
    V1 + "/staff/inbox": "?state=lu",
    V1 + "/staff/notices": "?all=2",
}

# A body for an object that is not there, where the usual one would be refused before.
NOBODYS = {
    V1 + "/staff/inbox/{id}/answer": {"text": "Bonjour", "request_key": "nobody"},
}

# A body that is well formed and wrong, by path; most need nothing.
WRONG = {
    V1 + "/holds": {"service": "rien", "site": SITE, "start": "2026-03-23T13:30:00+01:00"},
    V1 + "/appointments": {"request_key": "w"},
    V1 + "/appointments/{token}/waiting": {"anywhere": "oui"},
    V1 + "/verifications/{id}": {"code": 123456},
    V1 + "/local/users": {"login": "Ana!", "role": "counsellor", "password": "a long enough one"},
    V1 + "/staff/accounts/{login}": {"role": "root"},
    V1 + "/local/backup": {"path": "relative"},
    V1 + "/local/sms-in": {"from": "0612345678"},
    V1 + "/staff/appointments/{id}/arrived": {"arrived": "oui"},
    V1 + "/staff/appointments/{id}/visit/left": {"due": "ce soir"},
    V1 + "/staff/appointments/{id}/visit/back": {"settled": "oui"},
}


def refuse_everything(call, known):
    """The refusals that every operation of a kind has in common."""
    params = {"token": known["token"], "id": known["id"], "hold": "0123456789abcdef", "gateway": "scripted", "rest": "x", "kind": "sites",
              "login": "gaia", "language": "fr", "name": "confirmation.sms"}
    for method, path in operations():
        here = {k: v for k, v in params.items() if "{" + k + "}" in path}
        codes = promised(method, path)
        if "401" in codes:
            call(method, path, 401, as_staff=False, **here)
            call(method, path, 401, headers={"Authorization": "Bearer nobody"}, **here)
        if "404" in codes:
            nobody = {"token": "AAAAAAAAAAAAAAAAAAAAAA", "id": "999999", "hold": "zz" * 8, "gateway": "nobody",
                      "rest": "x", "kind": "chairs", "login": "nobody",
                      "language": "xx", "name": "nothing"}
            body = {"start": "2026-03-23T13:30:00+01:00", "outcome": "seen"} if has_json_body(method, path) else None
            body = NOBODYS.get(path, body)
            # where nothing in the address is unknown, the organisation that is asked about is
            call(method, path, 404, body=body, query="" if here else "?organisation=nobody",
                 **{k: nobody[k] for k in here})
        if "400" in codes:
            if has_json_body(method, path):
                call(method, path, 400, body=b"{", headers={"Content-Type": "application/json"}, **here)
            else:
                call(method, path, 400, query=MALFORMED[path], **here)
        if "403" in codes:
            # what counsellors may see the front desk may not, and what counsellors may not change
            refused = {"Authorization": "Bearer " + (call.desk if method == "GET" else call.token)}
            call(method, path, 403, headers=refused if "/staff/" in path else None, body={} if has_json_body(method, path) else None, **here)
        if "413" in codes:
            big = b'{"x":"' + b"x" * 70000 + b'"}'
            call(method, path, 413, body=big, headers={"Content-Type": "application/json"}, **here)
        if "415" in codes:
            call(method, path, 415, body=b"a=b", headers={"Content-Type": "text/plain"}, **here)
        if "422" in codes and has_json_body(method, path):
            call(method, path, 422, body=WRONG.get(path, {}), **here)


def test_all_wrong_fields_are_told_at_once(daemon):
    d = daemon(now=NOW, territory=HENIN_CARVIN)

    def fields(body):
        return {e["field"]: e["code"] for e in d.api("POST", "/appointments", body, expect=422).json()["errors"]}

    assert set(fields({})) == {"request_key", "service", "site", "start", "notice", "person.first_name",
                               "person.last_name", "person.birth_year"}
    start = d.slots(SERVICE, site=SITE)[0]["start"]
    assert fields(booking("k", start, notice=False)) == {"notice": "required"}
    assert fields(booking("k", start, party_size="deux")) == {"party_size": "wrong_type"}
    assert fields(booking("k", start, person=person(first_name=7, birth_year="MMIV"))) == {
        "person.first_name": "wrong_type", "person.birth_year": "not_a_year"}
    assert fields(booking("k", start, service="rien", site="nulle-part")) == {"service": "unknown", "site": "unknown"}
    assert fields(booking("k", start[:10])) == {"start": "not_an_instant"}
    english = d.request("POST", "/api/v1/appointments", {}, {"Accept-Language": "en"}).json()
    assert english["errors"][0]["message"].startswith("Say when")


def public_scenario(call, d):
    slots = d.slots(SERVICE, site=SITE)
    first, second, third, fourth = (s["start"] for s in slots[:4])
    call("GET", V1 + "/health", 200)
    assert call("GET", V1 + "/services", 200).json()["services"]
    sites = call("GET", V1 + "/sites", 200, query="?near=62110").json()["sites"]
    assert [s["distance_km"] for s in sites] == sorted(s["distance_km"] for s in sites)
    call("GET", V1 + "/sites", 422, query="?near=00000")
    call("GET", V1 + "/slots", 422, query="?service=rien")
    assert call("GET", V1 + "/slots", 200, query=f"?service={SERVICE}&near=50.41,2.96&limit=2").json()["next"]

    proof = call("POST", V1 + "/verifications", 202, body={"how": "code", "phone": "06 99 00 00 01"}).json()
    call("POST", V1 + "/verifications/{id}", 200, body={}, id=proof["verification"])

    hold = call("POST", V1 + "/holds", 201, body={"service": SERVICE, "site": SITE, "start": first}).json()["hold"]
    call("POST", V1 + "/holds", 409, body={"service": SERVICE, "site": SITE, "start": first})
    call("POST", V1 + "/holds/{hold}/extend", 200, hold=hold)
    call("POST", V1 + "/holds/{hold}/extend", 200, hold=hold)
    call("POST", V1 + "/holds/{hold}/extend", 409, hold=hold)
    call("DELETE", V1 + "/holds/{hold}", 204, hold=hold)

    a = call("POST", V1 + "/appointments", 201, body=booking("k1", first)).json()["appointment"]
    assert call("POST", V1 + "/appointments", 200, body=booking("k1", first)).json()["appointment"] == a
    call("POST", V1 + "/appointments", 409, body=booking("k2", first))
    call("POST", V1 + "/appointments", 422, body=booking("k1", second))
    other = call("POST", V1 + "/appointments", 201, body=booking("k3", second)).json()["appointment"]
    token = a["token"]
    call("GET", V1 + "/appointments/{token}", 200, token=token)
    assert call("GET", V1 + "/appointments/{token}.ics", 200, token=token).text.startswith("BEGIN:VCALENDAR\r\n")
    call("POST", V1 + "/appointments/{token}/confirm", 200, token=token)
    call("POST", V1 + "/appointments/{token}/move", 409, token=token, body={"site": SITE, "start": second})
    call("POST", V1 + "/appointments/{token}/move", 200, token=token, body={"site": SITE, "start": third})
    return a, other, fourth


def waiting_scenario(call, d):
    """Somebody waits with an appointment, somebody else without; what comes free goes from one to the other."""
    early, late = (s["start"] for s in d.slots("suivi", site=SITE)[2:4])
    held = d.book({"service": "suivi", "site": SITE, "start": early}, "w0")
    mine = d.book({"service": "suivi", "site": SITE, "start": late}, "w1")
    joined = call("POST", V1 + "/appointments/{token}/waiting", 201, token=mine["token"], body={}).json()["waiting"]
    assert call("POST", V1 + "/appointments/{token}/waiting", 200, token=mine["token"], body={}).json()["waiting"] == joined
    ask = {"service": "suivi", "site": SITE, "person": person(first_name="Noé"), "notice": True}
    other = call("POST", V1 + "/waiting", 201, body=ask).json()["waiting"]
    assert call("POST", V1 + "/waiting", 200, body=ask).json()["waiting"]["token"] == other["token"]
    call("POST", V1 + "/waiting/{token}/take", 409, token=other["token"])

    def offer(token):
        return wait_for(lambda: call("GET", V1 + "/waiting/{token}", 200, token=token).json()["waiting"]["offer"],
                        "an offer")

    d.api("POST", f"/appointments/{held['token']}/cancel", expect=200)
    assert offer(joined["token"])["start"] == early
    declined = call("POST", V1 + "/waiting/{token}/decline", 200, token=joined["token"]).json()["waiting"]
    assert declined["offer"] is None and declined["state"] == "waiting"
    assert offer(other["token"])["start"] == early
    a = call("POST", V1 + "/waiting/{token}/take", 200, token=other["token"]).json()["appointment"]
    assert a["start"] == early
    rows = call("GET", V1 + "/staff/waiting", 200).json()["waiting"]
    assert [(r["state"], [o["state"] for o in r["offers"]]) for r in rows] == [
        ("waiting", ["declined"]), ("served", ["taken"])]
    call("POST", V1 + "/staff/waiting/{id}/remove", 200, id=rows[0]["id"])
    left = call("POST", V1 + "/waiting/{token}/leave", 200, token=joined["token"]).json()["waiting"]
    assert left["state"] == "left"
    for b in (a, mine):
        d.api("POST", f"/appointments/{b['token']}/cancel", expect=200)
    call("POST", V1 + "/appointments/{token}/waiting", 409, token=mine["token"], body={})


def staff_scenario(call, a, other, slot):
    evening = "2026-03-24T19:00:00+01:00"
    call("POST", V1 + "/staff/appointments", 201, body=staff_booking("s1", evening))
    call("POST", V1 + "/staff/appointments", 200, body=staff_booking("s1", evening))
    call("POST", V1 + "/staff/appointments", 409, body=staff_booking("s2", evening))
    place = staff_booking("s3", "2026-03-25T19:00:00+01:00", place={"name": "Foyer", "postcode": "62210"})
    del place["site"]
    made = call("POST", V1 + "/staff/appointments", 201, body=place).json()["appointment"]
    assert made["site"] is None and made["place"]["name"] == "Foyer"
    rows = call("GET", V1 + "/staff/appointments", 200, query="?limit=2").json()
    assert rows["next"]
    call("GET", V1 + "/staff/appointments", 200, query="?limit=2&cursor=" + rows["next"])
    call("GET", V1 + "/staff/appointments", 422, query="?site=nulle-part")
    messages = call("GET", V1 + "/staff/messages", 200, query="?appointment=" + a["id"]).json()["messages"]
    assert all(m["text"] and m["appointment"] == a["id"] for m in messages)
    assert call("GET", V1 + "/staff/messages", 200, query="?number=0612345678").json()["messages"]

    call("POST", V1 + "/staff/appointments/{id}/move", 409, id=a["id"], body={"start": evening,
                                                                              "counsellor": "conseiller-1"})
    call("POST", V1 + "/staff/appointments/{id}/move", 200, id=a["id"],
         body={"site": SITE, "start": slot, "undoable": True})
    call("POST", V1 + "/staff/appointments/{id}/undo", 200, id=a["id"])
    call("POST", V1 + "/staff/appointments/{id}/move", 200, id=a["id"], body={"site": SITE, "start": slot})
    call("POST", V1 + "/staff/appointments/{id}/undo", 409, id=a["id"])
    call("GET", V1 + "/staff/agenda", 200, query="?from=2026-03-20&to=2026-04-03")
    call("GET", V1 + "/staff/agenda", 422, query="?from=2026-03-20&to=2026-04-03&site=nulle-part")
    call("POST", V1 + "/staff/appointments/{id}/outcome", 200, id=other["id"], body={"outcome": "revoked"})
    again = booking("k4", other["start"])
    call("POST", V1 + "/appointments", 201, body=again)
    call("POST", V1 + "/staff/appointments/{id}/outcome", 409, id=other["id"], body={"outcome": "seen"})
    call("POST", V1 + "/staff/appointments/{id}/cancel", 200, id=a["id"])
    call("GET", V1 + "/staff/attendance", 200, query="?format=csv")
    lines = call("GET", V1 + "/staff/attendance", 200, query="?format=ndjson&after=0").text.splitlines()
    assert [json.loads(line)["seq"] for line in lines] == sorted(json.loads(line)["seq"] for line in lines)
    for by in ("all", "organisation", "site", "service", "weekday", "half_day", "lead", "channel", "reminder", "month"):
        rows = call("GET", V1 + "/staff/figures", 200, query=f"?from=2026-01-01&to=2027-01-01&by={by}").json()["rows"]
        assert bool(rows) == (by != "all")
    assert call("GET", V1 + "/staff/forecast", 200).json()["forecast"]
    call("GET", V1 + "/staff/todo", 200)
    for what in ("figures", "forecast", "todo"):
        call("GET", V1 + f"/staff/{what}", 404, query="?organisation=nobody")
    call("POST", V1 + "/appointments/{token}/confirm", 409, token=a["token"])


def account_scenario(call):
    """Members of staff and programs, made before all that is refused."""
    call("POST", V1 + "/local/users", 201, body={"login": "gaia", "role": "desk", "password": "a long enough one"})
    rows = call("GET", V1 + "/staff/accounts", 200).json()["accounts"]
    assert [r["login"] for r in rows] == ["gaia"]
    told = call("PUT", V1 + "/staff/accounts/{login}", 200, login="gaia", body={"name": "Gaïa"}).json()["account"]
    assert (told["name"], told["role"]) == ("Gaïa", "desk")
    call("DELETE", V1 + "/staff/accounts/{login}/factor", 200, login="gaia")
    code = call("POST", V1 + "/staff/accounts", 201, body={"name": "Hugo", "role": "desk"}).json()["invitation"]["code"]
    assert re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2}", code)
    made = call("POST", V1 + "/staff/tokens", 201, body={"role": "observer", "label": "bilan"}).json()
    assert made["id"] in {t["id"] for t in call("GET", V1 + "/staff/tokens", 200).json()["tokens"]}
    call("DELETE", V1 + "/staff/tokens/{id}", 200, id=made["id"])
    assert len(call("GET", V1 + "/local/routes", 200).json()["routes"]) > 80
    assert "observer" in call("GET", V1 + "/local/rights", 200).json()["roles"]


def settings_scenario(call):
    """An object of the territory is read, made, changed, found in somebody's way, taken back and retired."""
    one, all_ = V1 + "/staff/settings/{kind}/{id}", V1 + "/staff/settings/{kind}"
    site = call("GET", one, 200, kind="sites", id=SITE).json()
    assert site in call("GET", all_, 200, kind="sites").json()["sites"]
    new = {**site, "id": "neuf", "name": "Neuf"}
    call("POST", all_, 200, kind="sites", query="?dry_run=1", body=new)
    call("POST", all_, 201, kind="sites", body=new)
    call("POST", all_, 409, kind="sites", body=new)
    edit = call("PUT", one, 200, kind="sites", id="neuf", body={**new, "name": "Plus neuf"}).json()["edit"]
    call("POST", V1 + "/staff/edits/{id}/undo", 200, id=edit)
    call("POST", V1 + "/staff/edits/{id}/undo", 409, id=edit)
    closed = {"organisation": site["organisation"], "from": "2026-03-20", "to": "2026-12-31", "reason": "Travaux"}
    assert call("PUT", one, 409, kind="closures", id="tout", body=closed).json()["touched"]
    call("DELETE", one, 409, kind="sites", id=SITE)
    call("DELETE", one, 200, kind="sites", id="neuf")
    whole = call("GET", V1 + "/staff/territory", 200).json()
    call("POST", V1 + "/staff/territory", 200, query="?dry_run=1", body=whole)
    call("POST", V1 + "/staff/territory", 422, body=b"{}")


def text_scenario(call):
    """The words of a message: whose, a team's own, and two who change them at once."""
    path, which = V1 + "/staff/texts/{language}/{name}", {"language": "fr", "name": "confirmation.sms"}
    assert call("GET", path, 200, **which).json()["version"] is None
    kept = call("PUT", path, 200, body={"text": "À {day}, {hour}. {link}"}, **which).json()
    call("PUT", path, 200, body={"text": "Le {day}, {hour}. {link}", "version": kept["version"]}, **which)
    call("PUT", path, 409, body={"text": "{day} {hour} {link}", "version": kept["version"]}, **which)
    call("PUT", path, 200, body={"text": None}, **which)


def day_scenario(call, daemon, tmp_path):
    """Who is there, and a home visit from setting out to being back."""
    other = Caller(daemon(now=EIGHT, territory=write_territory(tmp_path, homes())))
    arrived, visit = V1 + "/staff/appointments/{id}/arrived", V1 + "/staff/appointments/{id}/visit/"
    one, two = (book(other.d, at(MONDAY, hour), person(phone=phone), counsellor="ada")
                for hour, phone in ((9, "06 12 34 56 78"), (10, "06 12 34 56 79")))
    assert other("POST", arrived, 200, id=one, body={}).json()["appointment"]["arrived"] == EIGHT
    other.d.local("POST", f"/staff/appointments/{two}/cancel", {"by": "team"}, expect=200)
    other("POST", arrived, 409, id=two, body={})
    away = visit_at(other.d)
    other("POST", visit + "back", 404, id=away, body={})
    assert other("POST", visit + "left", 200, id=away, body={}).json()["appointment"]["visit"]["back"] is None
    other("POST", visit + "back", 409, id=away, body={"settled": True})  # no alarm that could be settled
    assert other("POST", visit + "back", 200, id=away, body={}).json()["appointment"]["visit"]["back"] == EIGHT
    off = visit_at(other.d, 17)
    other.d.local("POST", f"/staff/appointments/{off}/cancel", {"by": "team"}, expect=200)
    other("POST", visit + "left", 409, id=off, body={})
    call.seen |= other.seen


def local_scenario(call, d, tmp_path):
    bytes_ = HENIN_CARVIN.read_bytes()
    call("POST", V1 + "/local/import", 200, query="?dry_run=1&name=henin", body=bytes_)
    call("POST", V1 + "/local/import", 422, query="?name=x.json", body=b"{}")
    call("POST", V1 + "/local/users", 201, body={"login": "ana", "role": "counsellor", "password": "a long enough one",
                                                 "counsellor": "conseiller-1"})
    call("POST", V1 + "/local/tokens", 201, body={"role": "admin", "label": "essai"})
    call("POST", V1 + "/local/backup", 201, body={"path": str(tmp_path / "copy.db")})
    call("POST", V1 + "/local/sms-in", 201, body={"from": "0612345678", "text": "Bonjour"})
    assert call("POST", V1 + "/local/event", 200, query="?gateway=scripted", body=b"From: x").json()["status"] == "refused"
    call("POST", V1 + "/local/event", 404, query="?gateway=nobody", body=b"From: x")
    assert call("GET", V1 + "/local/check", 200).json()["problems"] == []
    call("GET", V1 + "/local/status", 200)
    assert "rdvd_bookings_total 9\n" in call("GET", "/metrics", 200).text


def inbox_scenario(call, d):
    """What no program answers is read, answered by hand and marked; a notice is seen."""
    first = call("POST", V1 + "/local/sms-in", 201, body={"from": "0611111111", "text": "je veux parler à quelqu'un"}).json()["id"]
    call("POST", V1 + "/local/sms-in", 201, body={"from": "0622222222", "text": "je veux parler à quelqu'un"})
    waiting = call("GET", V1 + "/staff/inbox", 200).json()
    assert waiting["all"] >= 2 and waiting["inbox"][0]["number"] == "+33622222222"
    answer = {"text": "Bonjour, nous vous appelons à 14 h.", "request_key": "hand-1"}
    sent = call("POST", V1 + "/staff/inbox/{id}/answer", 201, id=first, body=answer).json()
    assert sent["segments"] == 1
    again = call("POST", V1 + "/staff/inbox/{id}/answer", 200, id=first, body=answer).json()
    assert again == {"message": None, "segments": 1}
    call("POST", V1 + "/staff/inbox/{id}/answer", 422, id=first, body={**answer, "text": "a" * 161, "request_key": "hand-2"})
    anybody = call("POST", V1 + "/local/sms-in", 201, body={"from": "INFOSMS", "text": "je veux parler à quelqu'un"}).json()["id"]
    call("POST", V1 + "/staff/inbox/{id}/answer", 409, id=anybody, body={**answer, "request_key": "hand-3"})
    call("POST", V1 + "/staff/inbox/{id}/read", 200, id=waiting["inbox"][0]["id"])
    assert [r["state"] for r in call("GET", V1 + "/staff/inbox", 200, query="?number=0622222222").json()["inbox"]] == ["read"]
    gateways = call("GET", V1 + "/staff/gateways", 200).json()["gateways"]
    assert [g["name"] for g in gateways] == ["spool", "scripted"]
    with sqlite3.connect(d.data / "rdvd.db") as db:
        db.execute("INSERT INTO notice (key, kind, text, at) VALUES ('essai', 'gateway', 'Une passerelle est arrêtée.', 1773990000)")
    notice = call("GET", V1 + "/staff/notices", 200).json()["notices"][0]
    assert notice["seen"] is None
    call("POST", V1 + "/staff/notices/{id}/seen", 200, id=notice["id"])
    assert call("GET", V1 + "/staff/notices", 200, query="?all=1").json()["notices"][0]["seen"]


def callback_scenario(call):
    for method in ("GET", "POST", "PUT"):
        call(method, "/cb/{gateway}/{rest}", 200, gateway="scripted", rest="events",
             query="?kind=inbound&from=0612345678&text=Oui&key=" + method, headers={"X-Secret": SECRET})


def limits_scenario(call, daemon, gateway):
    """One request a minute: the second is refused; of call-backs that nothing proves, the sixty-first. The loopback
    has no limit, so each comes from elsewhere."""
    d = daemon(now=NOW, territory=HENIN_CARVIN, expect_log=(FORGED,),
               conf={"trusted_proxy": ["127.0.0.1"], "module_dir": str(module_dir())},
               sections="store store_sqlite {\n}\n" + gateway.section +
                        "limits {\n\trequests_per_minute = 1\n\tholds_per_minute = 1\n\tbookings_per_minute = 1\n}\n")
    for i, (method, path) in enumerate(operations()):
        if "429" not in promised(method, path):
            continue
        url = re.sub(r"{\w+}", "AAAAAAAAAAAAAAAA", path.replace("{gateway}", gateway.name))
        for _ in range(61 if path.startswith("/cb/") else 2):
            answer = d.request(method, url, {} if has_json_body(method, path) else None,
                               {"X-Forwarded-For": f"198.51.100.{i}"})
        assert answer.status == 429, f"{method} {path}: {answer!r}"
        call.judge(method, path, answer)


def test_everything_promised_is_kept(daemon, tmp_path):
    d = daemon(now=NOW, territory=HENIN_CARVIN, extra=Scripted(tmp_path, channels="sms").section, expect_log=(FORGED,),
               conf={"module_dir": str(module_dir())})
    call = Caller(d)
    a, other, slot = public_scenario(call, d)
    staff_scenario(call, a, other, slot)
    account_scenario(call)
    refuse_everything(call, {"token": a["token"], "id": a["id"]})
    waiting_scenario(call, d)
    cancelled = d.book(d.slots("suivi", site=SITE)[0], "c1")
    call("POST", V1 + "/appointments/{token}/cancel", 200, token=cancelled["token"])
    call("POST", V1 + "/appointments/{token}/cancel", 200, token=cancelled["token"])
    settings_scenario(call)
    text_scenario(call)
    day_scenario(call, daemon, tmp_path)
    local_scenario(call, d, tmp_path)
    inbox_scenario(call, d)
    callback_scenario(call)
    limits_scenario(call, daemon, Scripted(tmp_path, "limited"))
    begun_scenario(call, d)
    promises = {(m, p, s) for m, p in operations() for s in promised(m, p) if s not in NEEDS_TROUBLE}
    assert not promises - call.seen, f"promised and never seen: {sorted(promises - call.seen)}"


def begun_scenario(call, d):
    """Once it has begun the person cancels no more."""
    a = d.book(d.slots("telephone")[0], "b1")
    d.restart(now="2027-01-04T12:00:00+01:00")
    call("POST", V1 + "/appointments/{token}/cancel", 409, token=a["token"])


# ---- the other way round: the daemon's routes stand in the file

def routes(d):
    """What the API's part of the server serves, as it says itself."""
    told = d.local("GET", "/local/routes", expect=200).json()["routes"]
    return {(r["method"], r["pattern"].replace("{*", "{")) for r in told
            if r["pattern"].startswith((V1 + "/", "/cb/")) or r["pattern"] == "/metrics"}


def test_every_route_is_described(daemon):
    assert routes(daemon(now=NOW)) == set(operations())


def test_other_methods_are_refused(daemon):
    d = daemon(now=NOW, territory=HENIN_CARVIN)
    for path, item in DOCUMENT["paths"].items():
        url = re.sub(r"{\w+}", "AAAAAAAAAAAAAAAA", path)
        allowed = {m.upper() for m in item} | ({"HEAD"} if "get" in item else set())
        with Client(d.socket_path) as c:
            for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
                if method not in allowed:
                    answer = c.request(method, url)
                    assert answer.status == 405, f"{method} {url}: {answer!r}"
                    assert set(re.split(r",\s*", answer.headers["Allow"])) >= allowed, path


@pytest.mark.parametrize("path", sorted(p for p in DOCUMENT["paths"] if is_local(p)))
def test_local_routes_are_not_served_on_tcp(daemon, path):
    d = daemon(now=NOW)
    for method in DOCUMENT["paths"][path]:
        assert d.request(method.upper(), path, headers={"Authorization": "Bearer " + d.add_token()}).status == 404
