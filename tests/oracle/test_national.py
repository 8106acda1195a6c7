# SPDX-License-Identifier: GPL-3.0-or-later
"""The national territory is what its generator writes, has the size it claims, and can be booked full:
nobody is in two places, and every day can be travelled."""

import collections
import datetime as dt
import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
DATA = HERE.parent / "data"
for folder in (HERE, DATA):
    sys.path.insert(0, str(folder))

import make_national  # noqa: E402
import slots as oracle  # noqa: E402

NOW = oracle.parse_instant("2026-03-20T08:00:00+01:00")


@pytest.fixture(scope="module")
def national():
    return oracle.Territory.read(DATA / "national.json")


def test_generator_writes_the_committed_file(tmp_path):
    made = tmp_path / "national.json"
    make_national.main(["-o", str(made)])
    assert made.read_bytes() == (DATA / "national.json").read_bytes()


def test_another_seed_is_another_country(tmp_path):
    made = tmp_path / "other.json"
    make_national.main(["--seed", "1", "-o", str(made)])
    assert made.read_bytes() != (DATA / "national.json").read_bytes()


def test_size(national):
    assert len(national.organisations) == 100
    assert len(national.sites) == 1200
    assert len(national.counsellors) == 300
    assert len(national.openings) == len({o["id"] for o in national.openings}) == 3000
    assert all("organisation" not in s for s in national.services.values())
    assert {national.timezone(s) for s in national.sites} == {
        "Europe/Paris", "America/Guadeloupe", "America/Martinique", "America/Cayenne", "Indian/Reunion",
        "Indian/Mayotte"}
    assert {national.holiday_set(s) for s in national.sites} == {
        "FR", "FR-ALSACE", "FR-GP", "FR-MQ", "FR-GF", "FR-RE", "FR-YT"}


def test_every_start_is_an_occurrence(national):
    for opening in national.openings:
        day = dt.date.fromisoformat(opening["start"][:10])
        rule = {k: v for k, v in opening.items() if k in ("start", "rrule")}
        assert oracle.starts(rule, "Europe/Paris", day, day), opening["id"]


def test_bookable_sixty_thousand_times(national):
    found = oracle.slots(national, "premier-rdv", NOW)
    assert sum(s.seats for s in found) >= 60000
    assert len({s.site for s in found}) > 1000


def test_nobody_is_in_two_places(national):
    """No two occurrences of one counsellor overlap, and the way between two sites of a day fits."""
    first, last = dt.date(2026, 3, 20), dt.date(2026, 7, 20)
    diary = collections.defaultdict(list)
    for opening in national.openings:
        for one in oracle.occurrences(national, opening, first, last):
            for who in one.counsellors:
                diary[who].append((one.start, one.end, one.site, one.day))
    assert len(diary) == 300
    for who, rows in diary.items():
        rows.sort()
        for (_, end, site, day), (start, _, other, other_day) in zip(rows, rows[1:]):
            assert end <= start, who
            if site != other and day == other_day:
                a, b = national.point(site), national.point(other)
                assert end + 60 * oracle.travel_minutes(a, b) <= start, who
