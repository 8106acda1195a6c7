# SPDX-License-Identifier: GPL-3.0-or-later
"""What changes under a request that is on its way: a territory imported while people hold, book and move,
two acts on one appointment at the same moment, a daemon that starts again while places are kept."""

import json
import re
import threading

from small import (NOW, all_messages, at, booking, check_is_clean, everything, live, opening, person, service,
                   site, small, write_territory)
from test_staff_pages import Counsellor, add_user


def with_others_before(territory):
    """The same territory after places, people and services that stand before all others by name."""
    t = json.loads(json.dumps(territory))
    t["sites"] += [site("aa-annexe", 50.42, 2.95), site("ab-annexe", 50.43, 2.96)]
    t["counsellors"] += [{"id": c, "organisation": "o", "label": c} for c in ("aa", "ab", "ac")]
    t["services"] += [service("aa-accueil", 20), service("ab-accueil", 25)]
    t["openings"] += [opening("aa", "aa-annexe", ["aa", "ab"], ["aa-accueil", "ab-accueil"],
                              "2026-03-20T08:00", "2026-03-20T20:00")]
    return t


def test_import_while_people_book(daemon, tmp_path):
    """Everything that is on its way when the territory is exchanged arrives where it was sent."""
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    wider = write_territory(tmp_path, with_others_before(small()), "wider.json")
    stop = threading.Event()
    wrong = []

    def hold_book_move(n):
        with d.client() as c:
            i = 0
            while not stop.is_set() and i < 400:
                i += 1
                day = f"2026-04-{1 + (n * 7 + i) % 28:02}"
                start = at(day, 8 + i % 11)
                held = c.request("POST", "/api/v1/holds", {"service": "rdv", "site": "centre", "start": start})
                if held.status == 201:
                    slot = held.json()["slot"]
                    if (slot["site"], slot["service"]) != ("centre", "rdv"):
                        wrong.append(slot)
                elif held.status == 409:
                    wrong.extend(a for a in held.json()["alternatives"] if a["service"] != "rdv")
                body = booking(f"f-{n}-{i}", "rdv", "centre", start, person(n * 1000 + i))
                if held.status == 201 and i % 2:
                    body["hold"] = held.json()["hold"]
                answer = c.request("POST", "/api/v1/appointments", body)
                if answer.status not in (201, 409):
                    wrong.append(repr(answer))
                if answer.status == 409:
                    wrong.extend(a for a in answer.json()["alternatives"] if a["service"] != "rdv")
                if answer.status == 201:
                    token = answer.json()["appointment"]["token"]
                    to = at(f"2026-05-{1 + (n * 5 + i) % 15:02}", 8 + i % 11)
                    moved = c.request("POST", f"/api/v1/appointments/{token}/move",
                                      {"site": "centre", "start": to})
                    if moved.status not in (200, 409):
                        wrong.append(repr(moved))

    threads = [threading.Thread(target=hold_book_move, args=(n,)) for n in range(6)]
    for t in threads:
        t.start()
    for i in range(30):
        d.import_territory(wider if i % 2 == 0 else tmp_path / "petit.json")
    stop.set()
    for t in threads:
        t.join()
    assert not wrong, wrong[:3]
    assert len(everything(d)) > 20
    check_is_clean(d)


def test_known_key_of_a_retired_service(daemon, tmp_path):
    """The same request is answered with the appointment it made, whatever has become of the service."""
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    body = booking("once", "court", "centre", at("2026-03-23", 9))
    first = d.api("POST", "/appointments", body, expect=201).json()["appointment"]
    t = small()
    t["services"] = [s for s in t["services"] if s["id"] != "court"]
    t["openings"][0]["services"] = ["rdv"]
    d.import_territory(write_territory(tmp_path, t, "fewer.json"))
    again = d.api("POST", "/appointments", body, expect=200).json()["appointment"]
    assert again["id"] == first["id"] and again["token"] == first["token"]
    other = d.api("POST", "/appointments", {**body, "request_key": "other"}, expect=422).json()
    assert [e["field"] for e in other["errors"]] == ["service"]
    d.api("POST", "/appointments", {**body, "start": at("2026-03-23", 10)}, expect=422)


def test_kept_places_survive_a_restart(daemon, tmp_path):
    """Places held in a workshop are the holder's after a restart too, and free again once they expire."""
    t = small()
    t["services"][3]["capacity"] = 3
    d = daemon(now=NOW, territory=write_territory(tmp_path, t))
    start = at("2026-03-24", 14)
    held = d.api("POST", "/holds", {"service": "atelier", "site": "salle", "start": start, "party_size": 3},
                 expect=201).json()
    d.restart()
    assert [s for s in d.slots("atelier") if s["start"] == start] == []
    check_is_clean(d)
    d.api("POST", "/appointments", booking("theirs", "atelier", "salle", start), expect=409)
    d.api("POST", "/appointments", booking("mine", "atelier", "salle", start, party_size=3,
                                           hold=held["hold"]), expect=201)
    check_is_clean(d)
    second = at("2026-03-25", 14)
    held = d.api("POST", "/holds", {"service": "atelier", "site": "salle", "start": second, "party_size": 2},
                 expect=201).json()
    d.restart()
    assert [s["seats"] for s in d.slots("atelier") if s["start"] == second] == [1]
    assert d.api("DELETE", f"/holds/{held['hold']}").status == 204
    assert [s["seats"] for s in d.slots("atelier") if s["start"] == second] == [3]
    check_is_clean(d)


def test_a_cancelled_one_comes_back_into_a_free_room_only(daemon, tmp_path):
    """An outcome taken back does not put two appointments into one room; and the person, who was told that it
    was cancelled, is told that it stands."""
    t = small()
    t["openings"] += [opening("f", "voisin", "eve", ["rdv"], "2026-03-20T08:00", "2026-03-20T20:00")]
    d = daemon(now=NOW, territory=write_territory(tmp_path, t))
    start = at("2026-03-24", 9)
    first = d.api("POST", "/appointments", booking("one", "duo", "voisin", start), expect=201)
    mine = first.json()["appointment"]["id"]
    d.local("POST", f"/staff/appointments/{mine}/outcome", {"outcome": "revoked"}, expect=200)
    taken = d.api("POST", "/appointments", booking("two", "rdv", "voisin", start, person(2)), expect=201)
    d.local("POST", f"/staff/appointments/{mine}/outcome", {"outcome": "unknown"}, expect=409)
    other = taken.json()["appointment"]["id"]
    d.local("POST", f"/staff/appointments/{other}/cancel", expect=200)
    d.local("POST", f"/staff/appointments/{mine}/outcome", {"outcome": "unknown"}, expect=200)
    kinds = [m["kind"] for m in all_messages(d)
             if m["appointment"] == mine and m["state"] not in ("superseded", "suppressed")]
    assert kinds.count("confirmation") == 2 and kinds.count("reminder") >= 1, kinds
    check_is_clean(d)
    assert [r["id"] for r in live(everything(d))] == [mine]


def test_a_person_who_is_known(daemon, tmp_path):
    """Booked again for a person of the files: she is told as the first time, and the facts say that it is
    she."""
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    d.api("POST", "/appointments", booking("one", "rdv", "centre", at("2026-03-24", 9)), expect=201)
    who = everything(d)[0]["person"]["id"]
    body = {"service": "rdv", "site": "centre", "start": at("2026-03-31", 9), "person": {"id": int(who)}}
    second = d.local("POST", "/staff/appointments", body, expect=201).json()["appointment"]["id"]
    row = [r for r in everything(d) if r["id"] == second][0]
    assert row["person"]["phone"] == "+33612345678"
    assert {m["kind"] for m in row["messages"]} == {"confirmation", "reminder"}, row["messages"]
    facts = d.rdvctl("export", "attendance", "--format", "ndjson").stdout.split("\n")
    facts = [json.loads(f) for f in facts if f]
    assert len(facts) == 2 and facts[0]["appointment"] != facts[1]["appointment"]
    assert facts[0]["person"] and facts[0]["person"] == facts[1]["person"], facts
    assert facts[0]["situation"] == facts[1]["situation"]
    assert facts[0]["age"] == facts[1]["age"]
    unknown = {**body, "start": at("2026-04-01", 9), "person": {"id": 99999}}
    d.local("POST", "/staff/appointments", unknown, expect=404)


def test_to_another_counsellor_at_the_same_time(daemon, tmp_path):
    """The team gives an appointment to a colleague: same place, same time."""
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    start = at("2026-03-24", 9)
    mine = d.api("POST", "/appointments", booking("one", "rdv", "centre", start),
                 expect=201).json()["appointment"]["id"]
    for who in ("eve", "eve", "ada"):
        d.local("POST", f"/staff/appointments/{mine}/move",
                {"site": "centre", "start": start, "counsellor": who}, expect=200)
        assert everything(d)[0]["counsellors"] == [who]
        check_is_clean(d)


def test_a_calendar_follows_the_names(daemon, tmp_path):
    """A feed is another one when its place is called otherwise, and the same when nothing has changed."""
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    d.api("POST", "/appointments", booking("one", "rdv", "centre", at("2026-03-24", 9)), expect=201)
    add_user(d, "ada", "ada")
    ada = Counsellor(d, "ada")
    ada.get("/equipe/agenda")
    page = ada.post("/equipe/agenda", {}, 200).text
    path = re.search(r"/cal/[A-Za-z0-9_-]+\.ics", page).group(0)
    etag = d.request("GET", path).headers["ETag"]
    assert d.request("GET", path, headers={"If-None-Match": etag}).status == 304
    t = small()
    t["sites"][0]["name"] = "Maison des projets"
    d.import_territory(write_territory(tmp_path, t, "named.json"))
    again = d.request("GET", path, headers={"If-None-Match": etag})
    assert again.status == 200 and "Maison des projets" in again.text
