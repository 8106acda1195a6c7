# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is wrong is answered with where it is wrong and what to do: configuration by file and line,
territory file by JSON path with nothing imported, API bodies by field; request keys; times that are none."""

import copy
import json
import re
import subprocess

import pytest

from helpers import HENIN_CARVIN, RDVD, TOP
from small import (NOW, PERSON, all_messages, at, booking, check_is_clean, everything, person, small,
                   write_territory)

MONDAY = "2026-03-23"


# ---- configuration


def checked(path, *extra):
    return subprocess.run([str(RDVD), "-c", str(path), "-n", *extra], capture_output=True, text=True, timeout=20)


CONFIG = [
    # what is changed in a good file, the line it is on, words of the answer
    (('log_level = "info"', 'log_level = "loud"'), "loud"),
    (('log_level = "info"', 'log_levle = "info"'), "log_levle"),
    (("demo = true", "demo = perhaps"), "demo"),
    (('listen = "', 'listen = "nowhere:99999'), "listen"),
    (("demo = true", 'demo = true\ntrusted_proxy = {"10.0.0.0/99"}'), "trusted_proxy"),
    (("demo = true", "demo = true\nlimits {\n\trequests_per_minute = -5\n}"), "requests_per_minute"),
    (("demo = true", 'demo = true\nmessages {\n\tquiet_start = "25:00"\n}'), "quiet_start"),
    (('channels = {"sms", "email"}', 'channels = {"pigeon"}'), "pigeon"),
    (('plugin = "gw_spool"', 'plugin = "gw_spool"\n\tcolour = "red"'), "colour"),
    (("store store_sqlite {", 'store store_sqlite {\n\tsynchronous = "sometimes"'), "synchronous"),
    (("demo = true", "demo = true\ndemo = false"), "demo"),
    (("demo = true", "demo = "), "demo"),
]


@pytest.mark.parametrize("change,word", CONFIG)
def test_configuration(daemon, change, word):
    d = daemon(now=NOW, start=False)
    good = d.conf_path.read_text()
    done = checked(d.conf_path)
    assert done.returncode == 0 and "ok" in done.stdout, done.stdout + done.stderr
    assert change[0] in good
    d.conf_path.write_text(good.replace(*change, 1))
    for command in ([str(RDVD), "-c", str(d.conf_path), "-n"], d.command()):
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, cwd=d.folder)
        said = done.stdout + done.stderr
        if command[-1] == "-n" and "synchronous" in word and done.returncode == 0:
            continue  # the store's own values are judged when it is opened
        assert done.returncode == 1, said
        lines = [line for line in said.splitlines() if word in line]
        assert lines, said
        if "synchronous" not in word:
            changed = d.conf_path.read_text().splitlines()
            numbers = [int(n) for n in re.findall(re.escape(str(d.conf_path)) + r":(\d+)", said)]
            assert numbers and any(word in "\n".join(changed[max(n - 2, 0):n + 1]) for n in numbers), said
    assert not (d.data / "rdvd.db").exists() or "synchronous" in word


HTTP = 'plugin = "gw_http"\n\tpreset = "%s"\n\tpresets = "' + str(TOP / "etc" / "gateways") + '"\n'
SMTP = 'plugin = "gw_smtp"\n\tserver = "localhost"\n'
GATEWAYS = [
    (HTTP % "kanel", "kanel.json"),
    (HTTP % "kanel", "kannel"),
    (HTTP % "/nowhere/mine.json", "/nowhere/mine.json"),
    (HTTP % "kannel" + '\tuser = "u"\n', "needs password"),
    (HTTP % "kannel" + '\tuser = "u"\n\tpassword = "file:/nowhere/secret"\n', "/nowhere/secret"),
    (HTTP % "kannel" + '\tuser = "u"\n\tpassword = "p"\n\taccount = "a"\n', "account"),
    (HTTP % "kannel" + '\tuser = "u"\n\tpassword = "p"\n\turl = "http://192.0.2.1:13013"\n', "allow_http"),
    (HTTP % "kannel" + '\tuser = "u"\n\tpassword = "p"\n\tca_file = "/nowhere/ca.pem"\n', "/nowhere/ca.pem"),
    (HTTP % "kannel" + '\tuser = "u"\n\tpassword = "p"\n\tset = "smcs=a"\n', "smcs"),
    (SMTP + '\ttls = "maybe"\n', "maybe"),
    (SMTP + '\tuser = "u"\n\tpassword_file = "/nowhere/secret"\n', "/nowhere/secret"),
    (SMTP + '\tuser = "u"\n\tpassword_file = "/dev/null"\n', "is empty"),
    (SMTP + '\tca_file = "/nowhere/ca.pem"\n', "/nowhere/ca.pem"),
    (SMTP + '\treturn_path = "bounces {id}"\n', "return_path"),
    (SMTP + '\tsms_to = "sms@exemple.fr"\n', "sms_to"),
    (SMTP + '\tsms_to = "{digits}@exemple.fr"\n\tsms_from = "a@exemple.fr"\n\tsms_body = "{txet}"\n', "sms_body"),
    ('plugin = "gw_smtp"\n\tserver = "127.mail.exemple.fr"\n\ttls = "none"\n', "in the clear"),
    ('plugin = "gw_spool"\n\tlayout = "smstools3"\n\tfolder = "/nowhere/sms"\n', "/nowhere/sms"),
    ('plugin = "gw_spool"\n\tlayout = "boxes"\n', "boxes"),
    ('plugin = "gw_nobody"\n', "gw_nobody"),
]


@pytest.mark.parametrize("section,word", GATEWAYS)
def test_gateways_are_checked_before_the_start(daemon, section, word):
    """rdvd -n finds what a gateway would not be opened for, and leaves no trace of having looked."""
    d = daemon(now=NOW, start=False)
    good = d.conf_path.read_text()
    before = sorted(d.data.iterdir()) if d.data.exists() else None
    d.conf_path.write_text(good.replace('plugin = "gw_spool"\n', section, 1))
    for command in ([str(RDVD), "-c", str(d.conf_path), "-n"], d.command()):
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, cwd=d.folder)
        # the daemon itself does not look into a list of certificates before it needs it
        if command[-1] == "-n" or "gw_http" not in section or "ca_file" not in section:
            assert done.returncode == 1 and word in done.stderr, done.stdout + done.stderr
        if command[-1] == "-n":
            assert "ok" not in done.stdout and (sorted(d.data.iterdir()) if d.data.exists() else None) == before
        if "ca_file" in section and "gw_http" in section:
            break


@pytest.mark.parametrize("section,word", [
    (HTTP % "kannel" + '\tuser = "u"\n\tpassword = "p"\n\tchannels = {"sms", "email"}\n', "sends no e-mail"),
    (SMTP + '\tchannels = {"sms", "email"}\n', "sends no SMS"),
    ('plugin = "gw_spool"\n\tlayout = "smstools3"\n\tfolder = "."\n\tchannels = {"sms", "email"}\n', "sends no e-mail"),
])
def test_a_channel_that_a_gateway_has_not(daemon, section, word):
    d = daemon(now=NOW, start=False)
    (d.data / "outgoing").mkdir(parents=True)
    text = d.conf_path.read_text().replace('plugin = "gw_spool"\n', section, 1)
    d.conf_path.write_text(text.replace('\tchannels = {"sms", "email"}\n}', "}", 1))
    done = subprocess.run(d.command(), capture_output=True, text=True, timeout=20, cwd=d.folder)
    assert done.returncode == 1 and word in done.stderr, done.stdout + done.stderr


@pytest.mark.parametrize("section", [HTTP % "kannel" + '\tuser = "u"\n\tpassword = "p"\n', SMTP, 'plugin = "gw_spool"\n'])
def test_looking_at_gateways_makes_nothing(daemon, section):
    d = daemon(now=NOW, start=False)
    d.conf_path.write_text(d.conf_path.read_text().replace('plugin = "gw_spool"\n', section, 1))
    before = sorted(p for p in d.folder.rglob("*"))
    done = checked(d.conf_path)
    assert done.returncode == 0 and "ok" in done.stdout, done.stdout + done.stderr
    assert sorted(p for p in d.folder.rglob("*")) == before


def test_configuration_that_is_not_there(daemon, tmp_path):
    done = checked(tmp_path / "none.conf")
    assert done.returncode != 0 and "none.conf" in done.stderr
    for arguments in ([], ["--now", "yesterday", "-c", "x"], ["-c"], ["--what"], ["-c", "x", "y"]):
        done = subprocess.run([str(RDVD), *arguments], capture_output=True, text=True, timeout=20)
        assert done.returncode == 2 and done.stderr


def test_the_example_configuration_is_good():
    done = checked(TOP / "etc" / "rdvd.conf")
    assert done.returncode == 0, done.stderr


# ---- territory


def broken(change):
    """The small territory with one thing changed: {"path.to.0.thing": value}; None takes it away."""
    t = copy.deepcopy(small())
    for path, value in change.items():
        at_, *rest = path.split(".")
        here = t
        for step in [at_, *rest][:-1]:
            here = here[int(step)] if step.isdigit() else here[step]
        last = path.split(".")[-1]
        if value is None:
            del here[int(last) if last.isdigit() else last]
        elif last == "+":
            here.append(value)
        else:
            here[int(last) if last.isdigit() else last] = value
    return t


TERRITORY = [
    ({"format": "rdvd-territory/2"}, "format"),
    ({"colour": "red"}, "colour"),
    ({"sites.1.lat": "north"}, "sites[1].lat"),
    ({"sites.1.lat": 123}, "sites[1].lat"),
    ({"sites.0.colour": "red"}, "sites[0].colour"),
    ({"sites.2.organisation": "nobody"}, "sites[2].organisation"),
    ({"sites.0.timezone": "Europe/Lens"}, "sites[0].timezone"),
    ({"sites.0.holidays": "DE"}, "sites[0].holidays"),
    ({"sites.0.postcode": "6259"}, "sites[0].postcode"),
    ({"sites.1.id": "centre"}, "sites[1].id"),
    ({"sites.1.id": "Le Centre"}, "sites[1].id"),
    ({"counsellors.0.organisation": None}, "counsellors[0].organisation"),
    ({"services.0.minutes": 61}, "services[0].minutes"),
    ({"services.0.minutes": None}, "services[0].minutes"),
    ({"services.0.minutes": "60"}, "services[0].minutes"),
    ({"services.1.step_minutes": 7}, "services[1].step_minutes"),
    ({"services.0.mode": "pigeon"}, "services[0].mode"),
    ({"services.0.name": {}}, "services[0].name"),
    ({"services.0.reminders": [{"days_before": 1, "at": "25:00"}]}, "services[0].reminders[0].at"),
    ({"openings.0.site": "nowhere"}, "openings[0].site"),
    ({"openings.0.counsellor": ["ada", "zoe"]}, "openings[0].counsellor"),
    ({"openings.0.services": ["rdv", "tea"]}, "openings[0].services"),
    ({"openings.0.start": "2026-03-20T08:02"}, "openings[0].start"),
    ({"openings.0.start": "2026-02-30T08:00"}, "openings[0].start"),
    ({"openings.0.end": "2026-03-20T07:00"}, "openings[0].end"),
    ({"openings.0.rrule": "FREQ=SOMETIMES"}, "openings[0].rrule"),
    ({"openings.0.rrule": "FREQ=SECONDLY"}, "openings[0].rrule"),
    ({"openings.0.rrule": "FREQ=WEEKLY;BYDAY=MO"}, "openings[0]"),  # 2026-03-20 is a Friday
    ({"openings.0.until": "soon"}, "openings[0].until"),
    ({"openings.0.except": ["2026-13-01"]}, "openings[0].except"),
    ({"openings.0.reserve": -1}, "openings[0].reserve"),
    ({"closures.+": {"site": "centre", "from": "2026-04-02", "to": "2026-04-01"}}, "closures[0].to"),
    ({"closures.+": {"from": "2026-04-02", "to": "2026-04-03"}}, "closures[0]"),
    ({"network": None}, "network"),
    ({"network.timezone": "Mars/Olympus"}, "network.timezone"),
]


def refused_import(d, path, word):
    done = d.rdvctl("import", path, status=None)
    said = done.stdout + done.stderr
    assert done.returncode != 0, said
    assert word in said, said
    assert path.name in said
    return said


def state(d):
    """All that an import could change, as the outside sees it."""
    return (d.api("GET", "/services").json(), d.api("GET", "/sites").json(), d.slots("rdv"), d.slots("court"),
            d.slots("duo"))


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    """One daemon for all the files that it refuses."""
    from helpers import Daemon
    folder = tmp_path_factory.mktemp("one")
    d = Daemon(folder / "d", now=NOW, territory=write_territory(folder))
    yield d, folder, state(d)
    d.stop()


@pytest.mark.parametrize("change,word", TERRITORY)
def test_territory(one, change, word):
    d, folder, before = one
    path = write_territory(folder, broken(change), "broken.json")
    refused_import(d, path, word)
    assert state(d) == before
    done = d.rdvctl("import", path, "--dry-run", status=None)
    assert done.returncode != 0 and word in done.stdout + done.stderr


def test_territory_with_many_faults_tells_them_all(one):
    d, folder, before = one
    path = write_territory(folder, broken({"sites.0.lat": 99, "services.1.minutes": 3, "openings.2.site": "x",
                                           "openings.3.end": "?"}), "many.json")
    said = refused_import(d, path, "sites[0].lat")
    assert "services[1].minutes" in said and "openings[2].site" in said and "openings[3].end" in said
    assert state(d) == before


@pytest.mark.parametrize("text", ["", "[]", "null", "{", '{"format": }', "\x00", '{"format":1,"format":2}',
                                  '{"format": "rdvd-territory/1"}', "[" * 5000, '{"a": "\\ud800"}'])
def test_not_a_territory(one, text):
    d, folder, before = one
    path = folder / "strange.json"
    path.write_text(text)
    said = refused_import(d, path, "strange.json")
    assert len(said.strip()) > 20
    assert state(d) == before
    d.rdvctl("import", folder / "absent.json", status=2)


def test_import_twice_changes_nothing(daemon):
    d = daemon(now=NOW)
    first = d.rdvctl("import", HENIN_CARVIN, json_out=True)
    assert first["created"] > 20
    again = d.rdvctl("import", HENIN_CARVIN, json_out=True)
    assert (again["created"], again["changed"], again["retired"], again["text"]) == (0, 0, 0, "")
    assert again["unchanged"] == first["created"]
    # Another order of keys and spaces is the same.
    reordered = json.dumps(json.loads(HENIN_CARVIN.read_text()), sort_keys=True)
    done = d.rdvctl("--json", "import", "-", stdin=reordered)
    assert json.loads(done.stdout)["changed"] == 0


def test_dry_run_changes_nothing(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    before = state(d)
    t = small()
    t["openings"][0]["end"] = "2026-03-20T12:00"
    t["sites"].append({**t["sites"][0], "id": "neuf", "name": "Neuf"})
    path = write_territory(tmp_path, t, "new.json")
    dry = d.rdvctl("import", path, "--dry-run", json_out=True)
    assert (dry["created"], dry["changed"]) == (1, 1)
    assert state(d) == before
    real = d.rdvctl("import", path, json_out=True)
    assert {k: real[k] for k in ("created", "changed", "retired", "unchanged", "text")} == {
        k: dry[k] for k in ("created", "changed", "retired", "unchanged", "text")}
    assert state(d) != before
    d.restart()
    assert {s["id"] for s in d.api("GET", "/sites").json()["sites"]} >= {"neuf", "centre"}
    check_is_clean(d)


def test_a_removed_opening_keeps_what_was_booked(daemon, tmp_path):
    """And says so."""
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    a = d.api("POST", "/appointments", booking("a", "rdv", "centre", at(MONDAY, 9)), expect=201).json()["appointment"]
    sent = len(all_messages(d))
    t = small()
    del t["openings"][0]
    t["sites"] = [s for s in t["sites"] if s["id"] != "centre"]
    path = write_territory(tmp_path, t, "less.json")
    dry = d.rdvctl("import", path, "--dry-run")
    real = d.rdvctl("import", path)
    assert "1 appointment" in dry.stdout and "1 appointment" in real.stdout and "kept" in real.stdout
    assert d.slots("rdv") == []
    for _ in range(2):
        found = d.api("GET", f"/appointments/{a['token']}", expect=200).json()["appointment"]
        assert (found["status"], found["start"]) == ("booked", a["start"])
        assert [r["id"] for r in everything(d)] == [a["id"]]
        assert len(all_messages(d)) == sent
        assert d.request("GET", f"/rdv/{a['token']}").status == 200
        check_is_clean(d)
        d.restart()
    # What was retired can come back, as what it was.
    back = d.rdvctl("import", write_territory(tmp_path), json_out=True)
    assert back["outside"] == 0
    assert at(MONDAY, 9) not in {s["start"] for s in d.slots("rdv")}
    d.api("POST", f"/appointments/{a['token']}/cancel", expect=200)
    assert at(MONDAY, 9) in {s["start"] for s in d.slots("rdv")}
    check_is_clean(d)


# ---- the API


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    from helpers import Daemon
    folder = tmp_path_factory.mktemp("server")
    t = small(closures=[{"site": "centre", "from": "2026-04-02", "to": "2026-04-02", "reason": "travaux"}])
    t["network"]["holidays"] = "FR"
    t["services"][0]["min_notice_minutes"] = 180
    t["services"].append({**t["services"][0], "id": "interne", "public": False})
    t["openings"][0]["services"].append("interne")
    d = Daemon(folder / "d", now=NOW, territory=write_territory(folder, t))
    yield d
    d.stop()


def problem(answer, status):
    assert answer.status == status, repr(answer)
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    body = answer.json()
    assert body["status"] == status and body["title"] and body["type"]
    return body


FIELDS = [
    ({"person": None}, "person"), ({"person": {}}, "person.first_name"), ({"person": 3}, "person"),
    ({"person": {**PERSON, "first_name": ""}}, "person.first_name"),
    ({"person": {**PERSON, "first_name": "  "}}, "person.first_name"),
    ({"person": {**PERSON, "first_name": "x" * 500}}, "person.first_name"),
    ({"person": {**PERSON, "first_name": "Gagnez http://exemple.invalid"}}, "person.first_name"),
    ({"person": {**PERSON, "last_name": "WWW.exemple.invalid"}}, "person.last_name"),
    ({"person": {**PERSON, "last_name": 7}}, "person.last_name"),
    ({"person": {**PERSON, "birth_year": 1850}}, "person.birth_year"),
    ({"person": {**PERSON, "birth_year": "demain"}}, "person.birth_year"),
    ({"person": {**PERSON, "birth_year": 2031}}, "person.birth_year"),
    ({"person": {**PERSON, "birth_year": 2004.5}}, "person.birth_year"),
    ({"person": {**PERSON, "email": "pas un mail"}}, "person.email"),
    ({"person": {**PERSON, "postcode": "6211"}}, "person.postcode"),
    ({"person": {**PERSON, "insee": "99999"}}, "person.insee"),
    ({"person": {**PERSON, "discreet": "yes"}}, "person.discreet"),
    ({"service": None}, "service"), ({"service": "tea"}, "service"), ({"service": ["rdv"]}, "service"),
    ({"service": "interne"}, "service"),
    ({"site": None}, "site"), ({"site": "nowhere"}, "site"),
    ({"start": None}, "start"), ({"start": "tomorrow"}, "start"), ({"start": "2026-03-23T09:00"}, "start"),
    ({"start": 1774252800}, "start"), ({"start": "2026-03-23T09:01:00+01:00"}, "start"),
    ({"notice": None}, "notice"), ({"notice": False}, "notice"), ({"notice": "true"}, "notice"),
    ({"request_key": None}, "request_key"), ({"request_key": ""}, "request_key"), ({"request_key": 5}, "request_key"),
    ({"request_key": "x" * 200}, "request_key"),
    ({"party_size": 0}, "party_size"), ({"party_size": -3}, "party_size"), ({"party_size": "two"}, "party_size"),
    ({"party_size": 1.5}, "party_size"),
    ({"hold": "nonsense"}, "hold"),
]


@pytest.mark.parametrize("change,field", FIELDS)
def test_fields(server, change, field):
    body = booking("fields", "rdv", "centre", at(MONDAY, 9))
    body.update(change)
    body = {k: v for k, v in body.items() if v is not None}
    answer = problem(server.api("POST", "/appointments", body), 422)
    fields = {e["field"]: e for e in answer["errors"]}
    assert any(f == field or f.startswith(field + ".") for f in fields), answer
    assert all(e["code"] and len(e["message"]) > 8 for e in answer["errors"])
    assert at(MONDAY, 9) in {s["start"] for s in server.slots("rdv")}


def test_all_fields_at_once(server):
    answer = problem(server.api("POST", "/appointments", {"request_key": "all"}), 422)
    assert {e["field"] for e in answer["errors"]} >= {"service", "site", "start", "notice", "person.first_name",
                                                      "person.last_name", "person.birth_year"}


BODIES = [
    (b"", "application/json", (400, 422)), (b"{", "application/json", 400), (b"[]", "application/json", 422),
    (b"null", "application/json", (400, 422)), (b'{"a":1,"a":2}', "application/json", 400),
    (b'{"request_key": "\xff"}', "application/json", 400), (b'{"request_key": "\\u0000"}', "application/json", (400, 422)),
    (b"[" * 30000, "application/json", 400), (b"a=b", "application/x-www-form-urlencoded", 415),
    (b"{}", "text/plain", 415), (b'{"person": {"first_name": "\\ud800"}}', "application/json", 400),
    (b'{"x":' + b"1" * 5000 + b"}", "application/json", (400, 422)),
    (b'{"party_size": 1' + b"0" * 30 + b"}", "application/json", (400, 422)),
    (b'{"party_size": 1e400}', "application/json", (400, 422)),
]


@pytest.mark.parametrize("body,content_type,status", BODIES)
def test_bodies(server, body, content_type, status):
    answer = server.request("POST", "/api/v1/appointments", body, {"Content-Type": content_type})
    assert answer.status in (status if isinstance(status, tuple) else (status,)), repr(answer)
    problem(answer, answer.status)
    assert server.api("GET", "/health").status == 200


QUERIES = [("/slots", 400), ("/slots?service=tea", 422), ("/slots?service=rdv&site=nowhere", 422),
           ("/slots?service=rdv&limit=0", 400), ("/slots?service=rdv&limit=501", 400),
           ("/slots?service=rdv&limit=x", 400), ("/slots?service=rdv&sort=prettiest", 400),
           ("/slots?service=rdv&near=99999999", (400, 422)), ("/slots?service=rdv&near=99,200", (400, 422)),
           ("/slots?service=rdv&near=nan,nan", (400, 422)), ("/slots?service=rdv&radius_km=-1", 400),
           ("/slots?service=rdv&radius_km=nan", 400), ("/slots?service=rdv&from=soon", 400),
           ("/slots?service=rdv&from=2026-04-02&to=2026-04-01", 400), ("/slots?service=rdv&cursor=%00", 400),
           ("/slots?service=rdv&cursor=AAAA", 400), ("/slots?service=rdv&service=court", 400),
           ("/slots?service=%ff", 400), ("/sites?near=moon", (400, 422)), ("/nothing", 404)]


@pytest.mark.parametrize("path,status", QUERIES)
def test_queries(server, path, status):
    answer = server.api("GET", path)
    assert answer.status in (status if isinstance(status, tuple) else (status,)), repr(answer)
    problem(answer, answer.status)


TIMES = [
    # no occurrence has that start
    (at(MONDAY, 9, 30), 422, "not_a_slot"), (at(MONDAY, 7), 422, "not_a_slot"), (at(MONDAY, 20), 422, "not_a_slot"),
    (at(MONDAY, 19), 201, None),
    # too early, gone by, too far: no form can help
    (at("2026-03-20", 10), 409, None), (at("2026-03-20", 11), 201, None), (at("2026-06-20", 9), 409, None),
    # Easter Monday, a closure
    (at("2026-04-06", 9), 409, None), (at("2026-04-02", 9), 409, None),
]


@pytest.mark.parametrize("start,status,code", TIMES)
def test_times_that_are_none(server, start, status, code):
    answer = server.api("POST", "/appointments", booking(f"time-{start}", "rdv", "centre", start, person(3)))
    assert answer.status == status, repr(answer)
    if status == 201:
        server.api("POST", f"/appointments/{answer.json()['appointment']['token']}/cancel", expect=200)
        return
    body = problem(answer, status)
    if code:
        assert code in {e["code"] for e in body["errors"]}
    else:
        assert body["alternatives"] and body["detail"]
        server.api("POST", "/holds", {"service": "rdv", "site": "centre", "start": start}, expect=409)


# ---- request keys


def test_request_keys(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    body = booking("k1", "rdv", "centre", at(MONDAY, 9), person(1), party_size=2)

    def post(value, expect):
        return d.api("POST", "/appointments", value, expect=expect)

    first = post(body, 201).json()["appointment"]
    assert post(body, 200).json()["appointment"] == first
    # Compared as JSON values: order, spaces, 2 and 2.0, escapes are all one.
    same = json.dumps(dict(reversed(list(body.items()))), indent=3).replace('"party_size": 2', '"party_size": 2.0')
    assert "2.0" in same
    for text in (same, json.dumps(body, ensure_ascii=True), json.dumps(body, ensure_ascii=False),
                 same.replace("2.0", "20e-1")):
        answer = d.request("POST", "/api/v1/appointments", text.encode(), {"Content-Type": "application/json"})
        assert answer.status == 200 and answer.json()["appointment"] == first, repr(answer)
    # Another body is another request.
    for change in ({"party_size": 3}, {"start": at(MONDAY, 10)}, {"person": person(2)}, {"x": 1},
                   {"party_size": "2"}, {"notice": True, "extra": None}):
        answer = problem(post({**body, **change}, 422), 422)
        assert {e["field"] for e in answer["errors"]} & {"request_key", "party_size"}, answer
    # Only successes are remembered.
    post(booking("k2", "rdv", "centre", at(MONDAY, 9), person(2)), 409)
    post(booking("k2", "rdv", "centre", at(MONDAY, 9, 10), person(2)), 422)
    second = post(booking("k2", "rdv", "centre", at(MONDAY, 10), person(2)), 201).json()["appointment"]
    # Its present state, whatever became of it, also when the hour would now be refused, and after a restart.
    d.api("POST", f"/appointments/{first['token']}/cancel", expect=200)
    now = post(body, 200).json()["appointment"]
    assert (now["id"], now["status"], now["token"]) == (first["id"], "cancelled", first["token"])
    d.restart(now=at(MONDAY, 11))
    assert post(body, 200).json()["appointment"] == now
    assert post(booking("k2", "rdv", "centre", at(MONDAY, 10), person(2)), 200).json()["appointment"]["id"] == second["id"]
    assert len(everything(d)) == 2
    # A key is one for the team as well, and many at once are one.
    assert len({r["id"] for r in everything(d)}) == 2
    check_is_clean(d)


def test_a_key_sent_by_twenty_at_once(daemon, tmp_path):
    from crowd import Ask, Crowd
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    with Crowd(("127.0.0.1", d.port)) as crowd:
        for n in range(30):
            body, out = booking(f"many-{n}", "rdv", "centre", at(f"2026-04-{1 + n:02}", 9), person(n)), []

            def story(body=body, out=out):
                answer = yield Ask("POST", "/api/v1/appointments", body)
                out.append((answer.status, answer.json()["appointment"]["id"]))

            crowd.run(story() for _ in range(20))
            assert len({i for _, i in out}) == 1
            assert sorted(s for s, _ in out) == [200] * 19 + [201]
    assert len(everything(d)) == 30
    check_is_clean(d)
