# SPDX-License-Identifier: GPL-3.0-or-later
"""Through a real gateway and back: Debian's Kannel, from the booking to the telephone's display, its receipts, the
answer that somebody types, and what is due when a part of it is wrong, down, or killed."""

import datetime
import re
import shutil

import pytest

from helpers import TOP, wait_for
from kannel import Kannel
from small import booking, check_is_clean, person, small, write_territory
from test_receive import metric, rows, texts

STORE = "store store_sqlite {\n}\n"
NUMBER = "38000"


@pytest.fixture
def kannel(tmp_path):
    made = []

    def make(callback):
        made.append(Kannel(tmp_path / "kannel", callback))
        return made[0]

    yield make
    for one in made:
        one.stop()


def start(daemon, folder, kannel, password="s3cret", settings="", territory=None, **more):
    """A daemon on the real clock (Kannel knows no other) that sends by Kannel; returns both."""
    d = daemon(sections=STORE, extra="", start=False, **more)
    k = kannel(f"{d.url}/cb/kannel")
    d.sections += k.section(password, settings=f'\tsender = "{NUMBER}"\n' + settings)
    d.sections += 'messages {\n\tsms_sender = "CLLAJ62"\n\tquiet_start = "00:00"\n\tquiet_end = "23:59"\n\tsunday = true\n}\n'
    d.write_conf()
    d.start()
    d.import_territory(write_territory(folder, territory))
    return d, k


def book(d, n, **who):
    """The id of an appointment of somebody's."""
    slot = d.slots("atelier")[n // 10]
    return d.api("POST", "/appointments", booking(f"k-{n}", "atelier", slot["site"], slot["start"], person(n, **who)),
                 expect=201).json()["appointment"]


def confirmation(d, appointment):
    return next(m for m in d.pages("/staff/messages", "messages", local=True, appointment=appointment["id"])
                if m["kind"] == "confirmation")


def sent(d, appointment, state):
    """Its messages in that state, as they left."""
    return [m for m in d.pages("/staff/messages", "messages", local=True, appointment=appointment["id"])
            if m["state"] == state]


def later(seconds):
    """An instant to freeze the daemon's clock at: so much after now."""
    return (datetime.datetime.now().astimezone() + datetime.timedelta(seconds=seconds)).isoformat("T", "seconds")


def number_of(n):
    return f"+336{n:08}"


def test_there_and_back(daemon, tmp_path, kannel):
    """A booking's confirmation arrives at the telephone letter for letter, and both of its receipts come back. So
    does a text of an alphabet that needs two bytes a letter."""
    texts_ = tmp_path / "texts"
    shutil.copytree(TOP / "etc" / "texts", texts_)
    (texts_ / "fr" / "cancellation-own.reply.sms.txt").write_text("Annulé : {day} {hour}[1:, {place}].\n")
    t = small()
    t["sites"][2]["name"] = "Бібліотека"
    d, k = start(daemon, tmp_path, kannel, territory=t, conf={"texts": str(texts_)},
                 settings="\tanswers = true\n")
    k.start()
    a = book(d, 1)
    wait_for(lambda: confirmation(d, a)["state"] == "delivered", "its receipts")
    d.api("POST", f"/appointments/{a['token']}/cancel", expect=200)
    wait_for(lambda: "cancellation" in {m["kind"] for m in sent(d, a, "delivered")}, "the cancellation's")
    first, second = sent(d, a, "delivered")
    assert k.phones.texts(number_of(1)) == [first["text"], second["text"]]
    assert re.search("[éèà]", first["text"]) and k.phones.got[0][3].decode("utf-8") == first["text"]
    assert "Бібліотека" in second["text"] and k.phones.got[1][2] == "ucs-2" and second["segments"] == 1
    assert k.phones.senders() == {NUMBER}
    for m in (first, second):  # the SMS centre has it, the telephone has it: in whatever order they came
        wait_for(lambda: sorted(r[0] for r in rows(d, "SELECT delivery FROM event WHERE message = ?", int(m["id"])))
                 == [1, 4], "both receipts")
    assert metric(d, "rdvd_receipts_total", gateway="kannel") == 4
    check_is_clean(d)


def test_texts_that_people_send(daemon, tmp_path, kannel):
    """From the telephone to the store and, once it is understood, back: also while the daemon was down."""
    d, k = start(daemon, tmp_path, kannel)
    k.start()
    said = ["Bonjour, déjà arrivé à l'arrêt ç", "Привіт 😀", "", "100 % d'accord + 1 & 2 = 3 ?"]
    for n, text in enumerate(said):
        k.phones.send(number_of(10 + n), NUMBER, text)
    wait_for(lambda: len(texts(d)) == len(said), "the texts to come in")
    assert sorted(texts(d)) == [(number_of(10 + n), text) for n, text in enumerate(said)]
    assert {r[0] for r in rows(d, "SELECT recipient FROM inbound")} == {NUMBER}
    assert len(rows(d, "SELECT DISTINCT key FROM inbound")) == len(said)
    # Nobody is there: Kannel keeps it, and tells when somebody is.
    d.stop()
    k.phones.send(number_of(20), NUMBER, "Personne ?")
    wait_for(lambda: "Personne" in k.log(), "Kannel to have it")
    d.start()
    wait_for(lambda: (number_of(20), "Personne ?") in texts(d), "Kannel to tell it again", 20)
    # An appointment, a question about it, its answer on the telephone.
    a = book(d, 1)
    wait_for(lambda: confirmation(d, a)["state"] == "delivered", "the confirmation")
    k.phones.send(number_of(1), NUMBER, "Info")
    answer = wait_for(lambda: k.phones.texts(number_of(1))[1:], "an answer on the telephone")
    assert "Oignies" in answer[0] or "14 h" in answer[0], answer
    assert k.phones.got[-1][0] == NUMBER, "an answer comes from the number that it was asked at"
    k.phones.send(number_of(1), NUMBER, "ANNULER svp")
    wait_for(lambda: d.api("GET", f"/appointments/{a['token']}").json()["appointment"]["status"] == "cancelled",
             "it to be cancelled")
    wait_for(lambda: len(k.phones.texts(number_of(1))) == 3, "the answer that says so")
    check_is_clean(d)


def test_a_wrong_password_stops_the_gateway(daemon, tmp_path, kannel):
    """Nothing is burnt: what was to leave waits, the team is told, and it leaves once when the password is right."""
    d, k = start(daemon, tmp_path, kannel, password="wrong", expect_log=(r"gateway kannel",))
    k.start()
    made = [book(d, n) for n in range(3)]
    wait_for(lambda: re.search(r"^<[34]>.*kannel", d.log(), re.M), "the log to say so")
    told = wait_for(lambda: rows(d, "SELECT kind, text FROM notice WHERE seen IS NULL"), "the team to be told")
    assert len(told) == 1 and told[0][0] == "gateway" and "kannel" in told[0][1], told
    states = {confirmation(d, a)["state"] for a in made}
    assert states <= {"retry_wait", "scheduled"}, states
    assert k.phones.got == []
    d.stop()
    d.sections = d.sections.replace('password = "wrong"', 'password = "s3cret"')
    d.write_conf()
    d.now = later(1000)  # the one that was tried is tried again after a quarter of an hour
    d.start()
    for n, a in enumerate(made):
        wait_for(lambda: confirmation(d, a)["state"] == "delivered", "it to leave")
        assert len(k.phones.texts(number_of(n))) == 1


def test_the_sms_centre_is_down(daemon, tmp_path, kannel):
    """202 and "3: Queued for later delivery": accepted, not more; delivered once the centre is back."""
    d, k = start(daemon, tmp_path, kannel)
    k.start()
    first = book(d, 1)
    wait_for(lambda: confirmation(d, first)["state"] == "delivered", "the first")
    k.phones.disconnect()
    made = book(d, 2)
    wait_for(lambda: confirmation(d, made)["state"] == "accepted", "Kannel to take it")
    assert rows(d, "SELECT note FROM message WHERE id = ?", int(confirmation(d, made)["id"]))[0][0].startswith("3: Queued")
    k.phones.connect()
    wait_for(lambda: confirmation(d, made)["state"] == "delivered", "it to arrive", 20)
    assert len(k.phones.texts(number_of(2))) == 1


@pytest.mark.parametrize("box", ["smsbox", "bearerbox"])
def test_killed_in_the_middle(daemon, tmp_path, kannel, box):
    """kill -9 of a half of Kannel while messages leave: what it may have taken is not sent again, what it has not
    taken is, nothing arrives twice, and it goes on by itself when it is started again."""
    count = 40
    d, k = start(daemon, tmp_path, kannel, settings="\trate_per_second = 20\n", expect_log=(r"gateway kannel",))
    k.start()
    made = [book(d, n) for n in range(count)]
    wait_for(lambda: len(k.phones.got) >= count // 4, "a quarter to arrive", 20)
    if box == "bearerbox":
        k.phones.disconnect()
    k.kill9(box)
    wait_for(lambda: {confirmation(d, a)["state"] for a in made} & {"retry_wait", "unknown"}, "sends to fail")
    if box == "bearerbox":
        k.kill9("smsbox")  # which is of no use without it, and ends by itself sooner or later
        k.start_bearerbox()
    k.start_smsbox()
    if box == "bearerbox":
        k.phones.connect()
    d.restart(now=later(120))  # what waits for another try is due

    def settled():
        return all(confirmation(d, a)["state"] in ("accepted", "delivered", "unknown") for a in made)

    wait_for(settled, "all of them to be settled", 20)
    def states_of():
        return {n: confirmation(d, a)["state"] for n, a in enumerate(made)}

    # What Kannel had said to have and then lost, or had no time to tell of, is said to be accepted, not more.
    wait_for(lambda: sum(s == "delivered" for s in states_of().values()) >= count - 8, "receipts", 20)
    states = states_of()
    arrived = [len(k.phones.texts(number_of(n))) for n in range(count)]
    assert max(arrived) == 1, "nothing twice"
    assert all(arrived[n] for n in range(count) if states[n] == "delivered"), "nothing is said to be there that is not"
    assert sum(s == "unknown" for s in states.values()) <= 4, states
    check_is_clean(d)
