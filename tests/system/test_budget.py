# SPDX-License-Identifier: GPL-3.0-or-later
"""What a day's budget of SMS does: what it does not bear waits and says why, the booking stands all the same, a
restart forgets nothing, answers go; and whose numbers are written to at all."""

from helpers import wait_for
from small import NOW, all_messages, at, booking, person, write_territory

QUICK = """store store_sqlite {
}
gateway spool {
	plugin = "gw_spool"
	channels = {"sms", "email"}
	rate_per_second = 1000
}
messages {
	%s
}
"""


def rows(d, appointment):
    return [m for m in all_messages(d) if m["appointment"] == appointment["id"] and m["kind"] == "confirmation"]


def book(d, key, hour, who):
    return d.api("POST", "/appointments", booking(key, "tranquille", "salle", at("2026-03-26", hour), who),
                 expect=201).json()["appointment"]


def test_a_number_that_had_enough(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path), conf={"demo": False},
               sections=QUICK % "budget_person = 2", expect_log=[r"budget: 2 of the day's 2 segments"])
    first = [book(d, f"a{n}", 9 + n, person(1)) for n in range(2)]
    wait_for(lambda: all(rows(d, a)[0]["state"] == "accepted" for a in first), "two SMS")
    d.restart()  # what was spent is read again
    held = book(d, "a3", 12, person(1))
    wait_for(lambda: rows(d, held)[0]["note"], "the third to be held")
    row = rows(d, held)[0]
    assert row["state"] == "scheduled" and row["due"] == "2026-03-21T01:00:00+01:00", row
    assert row["note"] == "trop de SMS à ce numéro aujourd’hui"
    # somebody else is not in their way, nor is their e-mail
    other = book(d, "b1", 14, person(2))
    mail = book(d, "b2", 15, {**person(1), "email": "lea@exemple.fr"})
    wait_for(lambda: rows(d, other)[0]["state"] == "accepted", "another's SMS")
    wait_for(lambda: {m["channel"]: m["state"] for m in rows(d, mail)} == {"sms": "scheduled", "email": "accepted"},
             "the e-mail")
    assert d.metric('rdvd_sms_segments_today{organisation="o"}') == 3
    assert d.metric('rdvd_sms_held_total{budget="person"}') == 2
    d.stop()
    d.run_once("2026-03-21T08:00:00+01:00")  # the next day, in the hours
    d.now = "2026-03-21T08:00:00+01:00"
    d.start()
    assert rows(d, held)[0]["state"] == "accepted"


def test_numbers_in_a_row(daemon, tmp_path):
    """Half, then all of what numbers that differ in four digits may cost: told once each, and held."""
    d = daemon(now=NOW, territory=write_territory(tmp_path), conf={"demo": False},
               sections=QUICK % "budget_prefix = 4",
               expect_log=[r"budget: 2 of the day's 4 segments.*budget_prefix", r"budget: 4 of the day's 4 segments"])
    made = [book(d, f"p{n}", 8 + n, {**person(n), "phone": f"06 12 34 {n:02} 00"}) for n in range(8)]
    wait_for(lambda: all(rows(d, a)[0]["state"] == "accepted" or rows(d, a)[0]["note"] for a in made), "all of them")
    states = [rows(d, a)[0]["state"] for a in made]
    assert states.count("accepted") == 5 and states.count("scheduled") == 3  # the reserve: one more
    assert d.log().count("segments of SMS are spent") == 2


def test_which_numbers(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path), sections=QUICK % 'sms_prefixes = {"+41 7"}')
    for n, (number, state) in enumerate([("06 12 34 56 78", "accepted"), ("0692 12 34 56", "accepted"),
                                         ("+32 470 12 34 56", "accepted"), ("+41 79 123 45 67", "accepted"),
                                         ("+44 7911 123456", "suppressed"), ("03 21 00 00 00", "suppressed"),
                                         ("0899 12 34 56", "suppressed")]):
        a = book(d, f"n{n}", 8 + n, {**person(n), "phone": number})
        wait_for(lambda: rows(d, a)[0]["state"] == state, f"{number} to be {state}")


def test_the_demonstration_holds_nothing_back(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path), sections=QUICK % "budget_person = 1",
               expect_log=[r"budget: 1 of the day's 1 segments"])
    made = [book(d, f"d{n}", 9 + n, person(1)) for n in range(3)]
    wait_for(lambda: all(rows(d, a)[0]["state"] == "accepted" for a in made), "all three")
