# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts written by hand that the oracle must agree with before anything is held to it: published dates of
holidays, the calendar of the example territory, both nights when the clock changes."""

import datetime as dt
import json
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import slots as oracle  # noqa: E402
from slots import Appointment, Territory, instant, parse_instant, rfc3339  # noqa: E402

EXAMPLE = HERE.parent.parent / "etc" / "territories" / "henin-carvin.json"
PARIS = "Europe/Paris"


@pytest.fixture(scope="module")
def henin_carvin():
    return Territory.read(EXAMPLE)


def ask(territory, now, service="premier-rdv", **options):
    """[(site, start)] in RFC 3339."""
    return [(s.site, rfc3339(s.start, s.timezone))
            for s in oracle.slots(territory, service, parse_instant(now), **options)]


def days_at(territory, now, site, **options):
    return sorted({start[:10] for where, start in ask(territory, now, **options) if where == site})


def small(**changes):
    """A territory of one site (Oignies), two counsellors, two services, one opening on Monday 2026-06-01
    09:00-12:00; changes: opening={...}, service={...}, site={...}, more={...}."""
    data = {
        "format": "rdvd-territory/1",
        "network": {"id": "n", "name": "N", "timezone": PARIS, "country": "FR", "locales": ["fr"],
                    "holidays": "FR"},
        "organisations": [{"id": "o", "name": "O", "area": [], "move_until_minutes": 0}],
        "sites": [{"id": "s", "name": "S", "address": "1", "postcode": "62590", "commune": "Oignies",
                   "insee": "62637", "lat": 50.4633, "lon": 2.9938, "organisation": "o"},
                  {"id": "far", "name": "Far", "address": "1", "postcode": "62110", "commune": "Hénin",
                   "insee": "62427", "lat": 50.4136, "lon": 2.9649, "organisation": "o"}],
        "counsellors": [{"id": "a", "organisation": "o"}, {"id": "b", "organisation": "o"}],
        "services": [{"id": "rdv", "name": {"fr": "R"}, "mode": "site", "minutes": 60,
                      "min_notice_minutes": 0, "max_notice_days": 30, "public": True, "organisation": "o"},
                     {"id": "atelier", "name": {"fr": "A"}, "mode": "site", "minutes": 120, "capacity": 12,
                      "min_notice_minutes": 0, "max_notice_days": 30, "public": True, "organisation": "o"}],
        "openings": [{"id": "o1", "site": "s", "counsellor": "a", "services": ["rdv", "atelier"],
                      "start": "2026-06-01T09:00", "end": "2026-06-01T12:00"}],
    }
    data["openings"][0].update(changes.get("opening", {}))
    data["services"][0].update(changes.get("service", {}))
    data["services"][1].update(changes.get("workshop", {}))
    data["sites"][0].update(changes.get("site", {}))
    data.update(changes.get("more", {}))
    return Territory(data)


def hours(territory, now="2026-06-01T00:00:00+02:00", service="rdv", **options):
    """["2026-06-01 09:00 x1"...] of the small territory."""
    found = oracle.slots(territory, service, parse_instant(now), **options)
    return [f"{rfc3339(s.start, s.timezone)[:16].replace('T', ' ')} x{s.seats}" for s in found]


# ---- holidays: the dates that were published

@pytest.mark.parametrize("year, easter_monday, ascension, whit_monday", [
    (2000, "04-24", "06-01", "06-12"), (2008, "03-24", "05-01", "05-12"), (2011, "04-25", "06-02", "06-13"),
    (2024, "04-01", "05-09", "05-20"), (2025, "04-21", "05-29", "06-09"), (2026, "04-06", "05-14", "05-25"),
    (2027, "03-29", "05-06", "05-17"), (2038, "04-26", "06-03", "06-14")])
def test_movable_holidays(year, easter_monday, ascension, whit_monday):
    days = oracle.holidays("FR", year)
    for text in (easter_monday, ascension, whit_monday):
        assert dt.date.fromisoformat(f"{year}-{text}") in days
    assert len(days) == (10 if year == 2008 else 11)  # in 2008 Ascension was the first of May


@pytest.mark.parametrize("name, day, expected", [
    ("FR", "2026-04-03", False), ("FR-ALSACE", "2026-04-03", True), ("FR-ALSACE", "2026-12-26", True),
    ("FR", "2026-12-26", False), ("FR-GP", "2026-05-27", True), ("FR-MQ", "2026-05-22", True),
    ("FR-GF", "2026-06-10", True), ("FR-RE", "2026-12-20", True), ("FR-YT", "2026-04-27", True),
    ("FR-RE", "2026-05-27", False), ("FR", "2026-07-14", True), ("none", "2026-07-14", False),
    ("FR", "2026-04-05", False)])  # Easter Sunday itself is not in the list of the law
def test_holiday_sets(name, day, expected):
    assert oracle.is_holiday(name, dt.date.fromisoformat(day)) is expected


def test_unknown_holiday_set():
    with pytest.raises(ValueError):
        oracle.holidays("FR-XX", 2026)


# ---- time

@pytest.mark.parametrize("civil, expected", [
    ("2026-03-29T01:55", "2026-03-29T01:55:00+01:00"),
    ("2026-03-29T02:30", "2026-03-29T03:30:00+02:00"),  # does not exist: the offset before the gap
    ("2026-03-29T03:00", "2026-03-29T03:00:00+02:00"),
    ("2026-10-25T02:30", "2026-10-25T02:30:00+02:00"),  # occurs twice: the first
    ("2026-10-25T03:00", "2026-10-25T03:00:00+01:00")])
def test_both_edges(civil, expected):
    assert rfc3339(instant(dt.datetime.fromisoformat(civil), PARIS), PARIS) == expected


def test_travel():
    oignies, henin = (50.4633, 2.9938), (50.4136, 2.9649)
    assert 5.8 < oracle.distance_km(oignies, henin) < 6.0
    assert oracle.travel_minutes(oignies, henin) == 15   # 5.9 km x 1.3 / 40 km/h = 11.5 minutes
    assert oracle.travel_minutes(henin, henin) == 10
    assert oracle.distance_km((48.8566, 2.3522), (43.2965, 5.3698)) == pytest.approx(660.5, abs=1)


# ---- the example territory

def test_documented_example(henin_carvin):
    monday = [start for site, start in ask(henin_carvin, "2026-03-20T08:00:00+01:00")
              if site == "oignies-siege" and start.startswith("2026-03-23")]
    assert [s[11:16] for s in monday] == ["13:30", "14:30", "15:30"]


def test_follow_up_is_45_minutes(henin_carvin):
    monday = [start[11:16] for site, start in ask(henin_carvin, "2026-03-20T08:00:00+01:00", service="suivi")
              if site == "oignies-siege" and start.startswith("2026-03-23")]
    assert monday == ["13:30", "14:15", "15:00", "15:45"]


def test_alternate_mondays(henin_carvin):
    now = "2026-03-20T08:00:00+01:00"
    # From 2025-07-07 every fourteen days, and the Mondays between at Carvin; Easter Monday is 2026-04-06,
    # Whit Monday 2026-05-25.
    assert days_at(henin_carvin, now, "rouvroy-maison-solidaire") == [
        "2026-03-30", "2026-04-13", "2026-04-27", "2026-05-11", "2026-06-08"]
    assert days_at(henin_carvin, now, "carvin-mission-locale") == [
        "2026-03-23", "2026-04-20", "2026-05-04", "2026-05-18", "2026-06-01", "2026-06-15"]


def test_every_other_wednesday(henin_carvin):
    assert days_at(henin_carvin, "2025-09-01T08:00:00+02:00", "libercourt-ccas") == [
        "2025-09-10", "2025-09-24", "2025-10-08", "2025-10-22", "2025-11-05", "2025-11-19"]


@pytest.mark.parametrize("closed, why", [("2026-04-06", "Easter Monday"), ("2026-05-14", "Ascension"),
                                         ("2026-05-25", "Whit Monday")])
def test_closed_days(henin_carvin, closed, why):
    now = "2026-03-20T08:00:00+01:00"
    starts = [start[:10] for _, start in ask(henin_carvin, now)]
    assert closed not in starts, why
    week_before = (dt.date.fromisoformat(closed) - dt.timedelta(7)).isoformat()
    assert week_before in starts


def test_offsets_on_both_sides_of_a_night(henin_carvin):
    spring = ask(henin_carvin, "2026-03-20T08:00:00+01:00")
    assert ("oignies-siege", "2026-03-23T13:30:00+01:00") in spring
    assert ("oignies-siege", "2026-03-30T13:30:00+02:00") in spring
    autumn = ask(henin_carvin, "2026-10-01T08:00:00+02:00")
    assert ("oignies-siege", "2026-10-19T13:30:00+02:00") in autumn
    assert ("oignies-siege", "2026-10-26T13:30:00+01:00") in autumn


def test_notice_and_horizon(henin_carvin):
    # Two hours' notice: at 11:30 the 13:30 of that Monday is still open, a second later it is not.
    assert ask(henin_carvin, "2026-03-23T11:30:00+01:00")[0][1] == "2026-03-23T13:30:00+01:00"
    assert ask(henin_carvin, "2026-03-23T11:30:01+01:00")[0][1] == "2026-03-23T14:30:00+01:00"
    # Ninety days of 24 hours after 12:30 in winter time is 13:30 in summer time, included.
    now = parse_instant("2026-03-24T12:30:00+01:00")
    assert rfc3339(now + 90 * 86400, PARIS) == "2026-06-22T13:30:00+02:00"
    assert ask(henin_carvin, "2026-03-24T12:30:00+01:00")[-1] == ("oignies-siege", "2026-06-22T13:30:00+02:00")
    assert ask(henin_carvin, "2026-03-24T12:29:59+01:00")[-1] == (
        "rouvroy-maison-solidaire", "2026-06-22T11:00:00+02:00")


def test_nobody_offers_the_workshop(henin_carvin):
    assert ask(henin_carvin, "2026-03-20T08:00:00+01:00", service="atelier-logement") == []


def test_near_and_order(henin_carvin):
    carvin = (50.4924, 2.9581)
    now = parse_instant("2026-03-20T08:00:00+01:00")
    close = oracle.slots(henin_carvin, "premier-rdv", now, near=carvin, radius_km=5)
    assert {s.site for s in close} == {"carvin-mission-locale", "oignies-siege", "libercourt-ccas"}
    nearest = oracle.slots(henin_carvin, "premier-rdv", now, near=carvin, sort="nearest")
    assert [s.distance_km for s in nearest] == sorted(s.distance_km for s in nearest)
    assert nearest[0].site == "carvin-mission-locale" and nearest[0].distance_km == 0


# ---- one rule at a time

def test_steps():
    assert hours(small()) == ["2026-06-01 09:00 x1", "2026-06-01 10:00 x1", "2026-06-01 11:00 x1"]
    assert hours(small(service={"step_minutes": 30, "minutes": 90})) == [
        "2026-06-01 09:00 x1", "2026-06-01 09:30 x1", "2026-06-01 10:00 x1", "2026-06-01 10:30 x1"]
    assert hours(small(service={"minutes": 185})) == []


def test_until_except_extra():
    weekly = {"rrule": "FREQ=WEEKLY;BYDAY=MO", "until": "2026-06-20", "except": ["2026-06-08"],
              "extra": ["2026-06-10", "2026-06-24", "2026-06-15"]}
    days = {h[:10] for h in hours(small(opening=weekly))}
    # The 24th lies beyond until; the 15th is already one of the rule's days.
    assert days == {"2026-06-01", "2026-06-10", "2026-06-15"}
    assert hours(small(opening=weekly)).count("2026-06-15 09:00 x1") == 1


def test_except_removes_extra_and_count_counts_it():
    rule = {"rrule": "FREQ=WEEKLY;COUNT=3;BYDAY=MO", "except": ["2026-06-08", "2026-06-10"],
            "extra": ["2026-06-10"]}
    assert {h[:10] for h in hours(small(opening=rule))} == {"2026-06-01", "2026-06-15"}


def test_rule_until_is_a_whole_day():
    rule = {"rrule": "FREQ=WEEKLY;UNTIL=20260615;BYDAY=MO"}
    assert {h[:10] for h in hours(small(opening=rule))} == {"2026-06-01", "2026-06-08", "2026-06-15"}


def test_nth_weekday():
    rule = {"start": "2026-06-12T09:00", "end": "2026-06-12T10:00", "rrule": "FREQ=MONTHLY;BYDAY=2FR"}
    assert hours(small(opening=rule, service={"max_notice_days": 74})) == [
        "2026-06-12 09:00 x1", "2026-07-10 09:00 x1"]  # the 74th day ends before nine
    assert hours(small(opening=rule, service={"max_notice_days": 75})) == [
        "2026-06-12 09:00 x1", "2026-07-10 09:00 x1", "2026-08-14 09:00 x1"]


@pytest.mark.parametrize("closure", [{"site": "s"}, {"counsellor": "a"}, {"organisation": "o"}])
def test_closures(closure):
    weekly = {"rrule": "FREQ=WEEKLY;BYDAY=MO"}
    closed = {"closures": [{**closure, "from": "2026-06-08", "to": "2026-06-15", "reason": "congés"}]}
    assert {h[:10] for h in hours(small(opening=weekly, more=closed))} == {
        "2026-06-01", "2026-06-22", "2026-06-29"}


def test_closure_counts_from_the_start_of_a_night():
    night = {"start": "2026-06-01T22:00", "end": "2026-06-02T02:00"}
    closed = {"closures": [{"site": "s", "from": "2026-06-02", "to": "2026-06-02", "reason": "x"}]}
    assert hours(small(opening=night, more=closed)) == [
        "2026-06-01 22:00 x1", "2026-06-01 23:00 x1", "2026-06-02 00:00 x1", "2026-06-02 01:00 x1"]
    closed["closures"][0].update({"from": "2026-06-01", "to": "2026-06-01"})
    assert hours(small(opening=night, more=closed)) == []


def test_a_counsellor_away_leaves_the_other():
    two = {"counsellor": ["a", "b"]}
    away = {"closures": [{"counsellor": "a", "from": "2026-06-01", "to": "2026-06-01", "reason": "x"}]}
    assert hours(small(opening=two))[0] == "2026-06-01 09:00 x2"
    assert hours(small(opening=two, more=away))[0] == "2026-06-01 09:00 x1"


def test_staff_and_rooms():
    two = {"counsellor": ["a", "b"]}
    assert hours(small(opening=two, service={"staff": 2}))[0] == "2026-06-01 09:00 x1"
    assert hours(small(service={"staff": 2})) == []
    assert hours(small(opening=two, site={"rooms": 1}))[0] == "2026-06-01 09:00 x1"


def test_team_only():
    assert hours(small(opening={"public": False})) == []
    assert hours(small(service={"public": False})) == []


def test_reserve_until_the_evening_before():
    kept = small(opening={"reserve": 2})
    assert hours(kept, "2026-05-31T17:59:59+02:00") == ["2026-06-01 09:00 x1"]
    assert len(hours(kept, "2026-05-31T18:00:00+02:00")) == 3
    assert hours(small(opening={"reserve": 9}), "2026-05-31T12:00:00+02:00") == []


def test_one_occurrence_that_differs():
    weekly = {"rrule": "FREQ=WEEKLY;BYDAY=MO", "until": "2026-06-20", "overrides": [
        {"on": "2026-06-08", "start": "2026-06-09T14:00", "end": "2026-06-09T15:00", "counsellor": "b"},
        {"on": "2026-06-15", "cancelled": True}]}
    assert hours(small(opening=weekly))[3:] == ["2026-06-09 14:00 x1"]
    away = {"closures": [{"counsellor": "b", "from": "2026-06-09", "to": "2026-06-09", "reason": "x"}]}
    assert hours(small(opening=weekly, more=away))[3:] == []
    weekly["overrides"][0] = {"on": "2026-06-08", "site": "far"}
    assert [site for site, _ in ask(small(opening=weekly), "2026-06-02T00:00:00+02:00", service="rdv")] == [
        "far"] * 3


def test_spring_night_lasts_an_hour_less():
    night = {"start": "2026-03-29T01:00", "end": "2026-03-29T04:00"}
    now = "2026-03-28T12:00:00+01:00"
    assert hours(small(opening=night), now) == ["2026-03-29 01:00 x1", "2026-03-29 03:00 x1"]
    gap = {"start": "2026-03-29T02:30", "end": "2026-03-29T03:30"}  # both are the instant of 03:30
    assert hours(small(opening=gap), now) == []


def test_autumn_night_lasts_an_hour_more():
    night = {"start": "2026-10-25T01:00", "end": "2026-10-25T04:00"}
    found = ask(small(opening=night), "2026-10-24T12:00:00+02:00", service="rdv")
    assert [start for _, start in found] == ["2026-10-25T01:00:00+02:00", "2026-10-25T02:00:00+02:00",
                                             "2026-10-25T02:00:00+01:00", "2026-10-25T03:00:00+01:00"]


def test_zone_and_holidays_of_a_site():
    monday = {"start": "2026-06-10T09:00", "end": "2026-06-10T10:00"}
    cayenne = {"timezone": "America/Cayenne", "holidays": "FR-GF"}
    assert hours(small(opening=monday, site=cayenne)) == []  # the abolition's day in Guyane
    cayenne["holidays"] = "none"
    found = ask(small(opening=monday, site=cayenne), "2026-06-01T00:00:00+02:00", service="rdv")
    assert found == [("s", "2026-06-10T09:00:00-03:00")]


def at(counsellor, site, start, end, **more):
    return Appointment(counsellor, site, parse_instant(f"2026-06-01T{start}:00+02:00"),
                       parse_instant(f"2026-06-01T{end}:00+02:00"), **more)


def test_what_is_booked_is_gone():
    assert hours(small(), appointments=[at("a", "s", "10:30", "10:35")]) == [
        "2026-06-01 09:00 x1", "2026-06-01 11:00 x1"]
    assert len(hours(small(), appointments=[at("a", "s", "08:00", "09:00")])) == 3
    assert len(hours(small(), appointments=[at("b", "s", "09:00", "12:00")])) == 3


def test_travel_between_two_sites():
    # Fifteen minutes from the other site: an end at 08:45 just leaves the time, one at 08:50 does not.
    assert hours(small(), appointments=[at("a", "far", "08:00", "08:45")])[0] == "2026-06-01 09:00 x1"
    assert hours(small(), appointments=[at("a", "far", "08:00", "08:50")])[0] == "2026-06-01 10:00 x1"
    assert hours(small(), appointments=[at("a", "far", "12:10", "13:00")])[-1] == "2026-06-01 10:00 x1"
    assert hours(small(), appointments=[at("a", "far", "12:15", "13:00")])[-1] == "2026-06-01 11:00 x1"
    assert len(hours(small(), appointments=[at("a", None, "12:00", "13:00")])) == 3  # an absence needs none


def test_workshop_is_the_whole_occurrence():
    found = oracle.slots(small(), "atelier", parse_instant("2026-06-01T00:00:00+02:00"))
    assert [(s.end - s.start, s.seats) for s in found] == [(3 * 3600, 12)]
    taken = [at("a", "s", "09:00", "12:00", service="atelier", party_size=n) for n in (1, 2)]
    assert hours(small(), service="atelier", appointments=taken) == ["2026-06-01 09:00 x9"]
    assert hours(small(), appointments=taken) == []
    full = [at("a", "s", "09:00", "12:00", service="atelier", party_size=12)]
    assert hours(small(), service="atelier", appointments=full) == []


def test_a_room_is_taken_by_a_neighbour():
    one_room = {"rooms": 1}
    assert hours(small(site=one_room), appointments=[at("b", "s", "09:30", "10:00")]) == [
        "2026-06-01 10:00 x1", "2026-06-01 11:00 x1"]


def test_command_line(capsys):
    assert oracle.main([str(EXAMPLE), "--service", "premier-rdv", "--now", "2026-03-20T08:00:00+01:00",
                        "--days", "4", "--near", "50.4924,2.9581", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(rows) == 6 and rows[0] == {
        "service": "premier-rdv", "site": "carvin-mission-locale", "start": "2026-03-23T09:00:00+01:00",
        "end": "2026-03-23T10:00:00+01:00", "seats": 1, "distance_km": 0.0}
