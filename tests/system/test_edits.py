# SPDX-License-Identifier: GPL-3.0-or-later
"""The territory changed object by object through the API: judged as a file is, kept whole or not at all, served
before the answer, told whom it touches, taken back; and an import in pieces that a kill does not cut in two."""

import copy
import json
import sqlite3

import pytest

from helpers import wait_for
from small import NOW, at, check_is_clean, everything, opening, person, service, site, small, write_territory

MONDAY = "2026-03-23"
SETTINGS = "/staff/settings"


@pytest.fixture
def d(daemon, tmp_path):
    return daemon(now=NOW, territory=write_territory(tmp_path))


def put(d, kind, name, body, expect=200, query=""):
    return d.local("PUT", f"{SETTINGS}/{kind}/{name}{query}", body, expect=expect)


def get(d, kind, name):
    return d.local("GET", f"{SETTINGS}/{kind}/{name}", expect=200).json()


def starts(d, name, where):
    return [s["start"] for s in d.slots(name, site=where)]


def test_what_is_read_can_be_put_back_and_changes_nothing(d):
    for kind in ("organisations", "sites", "counsellors", "services", "openings", "closures", "network"):
        for body in d.local("GET", f"{SETTINGS}/{kind}", expect=200).json()[kind]:
            answer = put(d, kind, body["id"], body).json()
            assert answer["changes"] == [] and answer["edit"] is None and answer["id"] == body["id"]
    whole = d.local("GET", "/staff/territory", expect=200).json()
    again = d.local("POST", "/staff/territory", whole, expect=200).json()
    assert (again["created"], again["changed"], again["retired"]) == (0, 0, 0)


def test_a_change_is_served_before_the_answer_and_taken_back(d):
    before = starts(d, "rdv", "centre")
    shorter = {**get(d, "openings", "a"), "end": "2026-03-20T12:00"}
    answer = put(d, "openings", "a", shorter).json()
    assert answer["changes"] == ["~ opening a"] and answer["touched"] == []
    after = starts(d, "rdv", "centre")
    assert after and all(s[11:13] < "12" for s in after) and set(after) < set(before)
    undone = d.local("POST", f"/staff/edits/{answer['edit']}/undo", expect=200).json()
    assert undone["changes"] == ["~ opening a"] and starts(d, "rdv", "centre") == before
    # taken back once; and what was changed since is not overwritten
    d.local("POST", f"/staff/edits/{answer['edit']}/undo", expect=409)
    first = put(d, "openings", "a", shorter).json()["edit"]
    put(d, "openings", "a", {**shorter, "end": "2026-03-20T11:00"})
    d.local("POST", f"/staff/edits/{first}/undo", expect=409)
    d.restart()
    assert all(s[11:13] < "11" for s in starts(d, "rdv", "centre"))
    check_is_clean(d)


def test_what_is_wrong_names_its_place_and_nothing_is_kept(d):
    body = get(d, "sites", "centre")
    answer = put(d, "sites", "centre", {**body, "insee": "abc", "rooms": -1, "wrong": 1}, expect=422).json()
    assert {e["field"] for e in answer["errors"]} == {"insee", "rooms", "wrong"}
    assert get(d, "sites", "centre") == body
    # one that another refers to in a way that would be wrong
    rule = put(d, "openings", "a", {**get(d, "openings", "a"), "rrule": "FREQ=HOURLY"}, expect=422).json()
    assert rule["errors"][0]["field"] == "rrule"
    put(d, "openings", "new", {"id": "new"}, expect=422)
    d.local("POST", f"{SETTINGS}/sites", {**body, "id": "centre"}, expect=409)
    d.local("DELETE", f"{SETTINGS}/sites/nowhere", expect=404)
    d.local("GET", f"{SETTINGS}/chairs", expect=404)
    check_is_clean(d)


def test_a_new_object_is_named_after_its_words(d):
    body = {k: v for k, v in site("x").items() if k != "id"}
    made = d.local("POST", f"{SETTINGS}/sites", {**body, "name": "Évin-Malmaison, l’Œuvre"}, expect=201).json()
    assert made["id"] == "evin-malmaison-l-oeuvre"
    again = d.local("POST", f"{SETTINGS}/sites", {**body, "name": "Évin-Malmaison, l’Œuvre"}, expect=201).json()
    assert again["id"] == "evin-malmaison-l-oeuvre-2"


def test_what_refers_to_a_retired_object_goes_with_it(d):
    t = small()
    moved = {**t["openings"][0], "overrides": [{"on": MONDAY, "start": f"{MONDAY}T08:00", "end": f"{MONDAY}T10:00",
                                                "site": "salle"}]}
    put(d, "openings", "a", moved)
    put(d, "closures", "c", {"id": "c", "site": "salle", "from": "2026-04-01", "to": "2026-04-02", "reason": "x"})
    answer = d.local("DELETE", f"{SETTINGS}/sites/salle", expect=200).json()
    assert sorted(answer["changes"]) == ["- closure c", "- opening e", "- opening w", "- site salle", "~ opening a"]
    assert get(d, "openings", "a")["overrides"] == [
        {"on": MONDAY, "start": f"{MONDAY}T08:00", "end": f"{MONDAY}T10:00", "cancelled": True}]
    back = d.local("POST", f"/staff/edits/{answer['edit']}/undo", expect=200).json()
    assert len(back["changes"]) == 5 and get(d, "openings", "a") == moved
    # a service leaves the openings that offer it, and closes those that offered nothing else
    d.local("DELETE", f"{SETTINGS}/services/court", expect=200)
    assert get(d, "openings", "a")["services"] == ["rdv"]
    d.local("DELETE", f"{SETTINGS}/services/duo", expect=200)
    d.local("GET", f"{SETTINGS}/openings/d", expect=404)
    check_is_clean(d)


def test_somebody_booked_is_told_of_and_never_cancelled(d):
    slot = {"service": "rdv", "site": "centre", "start": at(MONDAY, 14)}
    mine = d.book(slot, "k1")
    outside = {**get(d, "openings", "a"), "end": "2026-03-20T12:00"}
    asked = put(d, "openings", "a", outside, expect=409).json()
    assert [(x["start"], x["site"], x["service"], x["session"]) for x in asked["touched"]] == [
        (slot["start"], "centre", "rdv", mine["session"])]
    assert get(d, "openings", "a")["end"] == "2026-03-20T20:00"
    tried = put(d, "openings", "a", outside, query="?dry_run=1").json()
    assert len(tried["touched"]) == 1 and tried["edit"] is None
    kept = put(d, "openings", "a", outside, query="?touched=keep").json()
    assert len(kept["touched"]) == 1 and kept["edit"]
    (row,) = everything(d)
    assert row["status"] == "booked"
    # who was outside before is nobody's news
    assert put(d, "openings", "a", {**outside, "end": "2026-03-20T11:00"}).json()["touched"] == []
    check_is_clean(d)


def test_each_way_of_losing_ones_place_is_noticed(d):
    slot = {"service": "rdv", "site": "centre", "start": at(MONDAY, 9)}
    d.book(slot, "k1")
    a = get(d, "openings", "a")
    for kind, name, body in (
            ("openings", "a", {**a, "counsellor": "bea"}),
            ("openings", "a", {**a, "services": ["court"]}),
            ("openings", "a", {**a, "site": "salle"}),
            ("openings", "a", {**a, "except": [MONDAY]}),
            ("openings", "a", {**a, "overrides": [{"on": MONDAY, "cancelled": True}]}),
            ("openings", "a", {**a, "overrides": [{"on": MONDAY, "counsellor": "bea"}]}),
            ("closures", "c", {"id": "c", "site": "centre", "from": MONDAY, "to": MONDAY, "reason": "x"}),
            ("closures", "c", {"id": "c", "counsellor": "ada", "from": MONDAY, "to": MONDAY, "reason": "x"}),
            ("closures", "c", {"id": "c", "organisation": "o", "from": MONDAY, "to": MONDAY, "reason": "x"})):
        put(d, kind, name, body, expect=409)
    for kind, name in (("openings", "a"), ("sites", "centre"), ("counsellors", "ada"), ("services", "rdv")):
        d.local("DELETE", f"{SETTINGS}/{kind}/{name}", expect=409)
    # a longer service, or another rhythm, moves nobody
    put(d, "services", "rdv", {**get(d, "services", "rdv"), "step_minutes": 25})
    put(d, "openings", "a", {**a, "counsellor": ["ada", "bea"]})


def test_edits_that_come_together_wait_for_each_other(d):
    """Forty writers, each its own closure, while somebody books."""
    import threading
    answers = []

    def one(n):
        day = f"2026-05-{n % 28 + 1:02}"
        body = {"id": f"c{n}", "site": "salle", "from": day, "to": day, "reason": str(n)}
        answers.append(d.local("PUT", f"{SETTINGS}/closures/c{n}", body).status)

    threads = [threading.Thread(target=one, args=(n,)) for n in range(40)]
    for t in threads:
        t.start()
    for hour in range(8, 18):
        d.book({"service": "rdv", "site": "centre", "start": at(MONDAY, hour)}, f"k{hour}", person(hour))
    for t in threads:
        t.join()
    assert answers == [200] * 40
    assert len(d.local("GET", f"{SETTINGS}/closures", expect=200).json()["closures"]) == 40
    check_is_clean(d)


def two_organisations():
    t = small()
    t["organisations"].append({"id": "autre", "name": "Autre", "area": []})
    t["sites"].append(site("ailleurs", organisation="autre"))
    t["counsellors"].append({"id": "fay", "organisation": "autre", "label": "Fay"})
    t["services"].append(service("leur", 30, organisation="autre"))
    t["openings"].append(opening("f", "ailleurs", "fay", ["leur"], "2026-03-20T08:00", "2026-03-20T12:00"))
    return t


def test_a_program_changes_what_is_its_organisations(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path, two_organisations()))
    mine = d.rdvctl("token", "add", "admin", "--organisation", "autre").stdout.split()[-1]
    counsellor = d.rdvctl("token", "add", "counsellor", "--organisation", "autre").stdout.split()[-1]

    def ask(method, path, body=None, token=mine):
        return d.api(method, SETTINGS + path, body, token=token).status

    assert [s["id"] for s in d.api("GET", f"{SETTINGS}/sites", token=mine, expect=200).json()["sites"]] == ["ailleurs"]
    assert ask("GET", "/sites/centre") == 404
    theirs = get(d, "sites", "ailleurs")
    assert ask("PUT", "/sites/ailleurs", {**theirs, "name": "Plus loin"}) == 200
    assert ask("PUT", "/sites/ailleurs", {**theirs, "name": "Non"}, token=counsellor) == 403
    centre = get(d, "sites", "centre")
    assert ask("PUT", "/sites/centre", {**centre, "name": "Pris"}) == 404
    assert ask("PUT", "/sites/centre", {**centre, "organisation": "autre"}) == 404  # nor taken over
    assert ask("PUT", "/sites/ailleurs", {**theirs, "organisation": "o"}) == 404  # nor given away
    assert ask("POST", "/openings", {**small()["openings"][0], "id": "z"}) == 403
    assert ask("PUT", "/openings/f", {**get(d, "openings", "f"), "counsellor": "ada"}) == 404
    assert ask("POST", "/organisations", {"id": "neuve", "name": "Neuve"}) == 403
    assert ask("DELETE", "/organisations/autre") == 404
    assert ask("PUT", "/network/petit", {**get(d, "network", "petit"), "name": "Grand"}) == 404
    assert d.api("GET", "/staff/territory", token=mine).status == 403
    edit = put(d, "sites", "centre", {**centre, "name": "Le centre"}).json()["edit"]
    assert d.api("POST", f"/staff/edits/{edit}/undo", {}, token=mine).status == 404


def many(n):
    t = small()
    for i in range(n):
        t["sites"].append(site(f"s{i}", 50 + i / 1000, 2.9))
        t["openings"].append(opening(f"o{i}", f"s{i}", "eve", ["tranquille"], "2026-03-20T08:00", "2026-03-20T09:00"))
    return t


def test_a_long_import_that_a_kill_cuts_is_whole_or_not_at_all(daemon, tmp_path):
    """Cut after each of its first pieces, and after what decides it."""
    first = write_territory(tmp_path)
    second = write_territory(tmp_path, many(400), "grand.json")
    seen = set()
    for steps in (1, 3, 8, 9, 10, 12, 16):
        d = daemon(now=NOW, territory=first, env={"RDVD_CRASH": f"import-piece:{steps}"})
        d.rdvctl("import", second, status=None)
        wait_for(lambda: d.process.poll() is not None, "the daemon to be killed")
        d.process = None
        d.env.pop("RDVD_CRASH")
        d.start()
        n = len(d.local("GET", f"{SETTINGS}/sites", expect=200).json()["sites"])
        assert n in (3, 403), n
        seen.add(n)
        with sqlite3.connect(d.data / "rdvd.db") as db:
            assert db.execute("SELECT (SELECT count(*) FROM draft_state), "
                              "(SELECT count(*) FROM draft)").fetchone() == (0, 0)
        check_is_clean(d)
        again = json.loads(d.rdvctl("--json", "import", second).stdout)
        assert (again["created"], again["unchanged"] > 0) == ((0, True) if n == 403 else (800, True))
        d.stop()
    assert seen == {3, 403}


def test_the_same_by_many_small_changes_as_by_one_file(daemon, tmp_path):
    t = small()
    one = daemon(now=NOW, territory=write_territory(tmp_path, t))
    other = daemon(now=NOW)
    bare = copy.deepcopy({k: [] if isinstance(v, list) else v for k, v in t.items()})
    other.local("POST", "/staff/territory", bare, expect=200)
    for kind in ("organisations", "sites", "counsellors", "services", "openings"):
        for body in t[kind]:
            other.local("POST", f"{SETTINGS}/{kind}", body, expect=201)
    assert other.local("GET", "/staff/territory").json() == one.local("GET", "/staff/territory").json()
    for name in ("rdv", "court", "duo", "atelier", "tranquille"):
        if name != "tranquille":
            assert other.slots(name) == one.slots(name)
