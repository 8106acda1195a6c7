# SPDX-License-Identifier: GPL-3.0-or-later
"""E-mail through Debian's Postfix, to the last step: encrypted, logged in, relayed, counted; what it cannot
deliver comes back and is shown; the calendar that goes along follows the appointment."""

import email
import email.policy
import re

import pytest

from helpers import wait_for
from postfix import Postfix
from small import NOW, all_messages, small, write_territory
from smtp_sink import Drive, SmtpSink, make_certificates, report

USERS = {"rdv@exemple.fr": "très secret"}


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def relay(certificates):
    """(Postfix, the sink behind it)."""
    with SmtpSink() as sink, Postfix(certificates["server"], USERS, sink.port) as postfix:
        yield postfix, sink


def settings(postfix, certificates, **more):
    return {"server": "localhost", "port": postfix.port, "ca_file": certificates["ca"], "user": "rdv@exemple.fr",
            "password": "très secret", "return_path": "bounces+{id}@bounce.example", **more}


def parsed(data):
    return email.message_from_bytes(data, policy=email.policy.default)


def test_all_that_is_accepted_is_delivered_once(relay, certificates, tmp_path):
    postfix, sink = relay
    before, logged = len(sink.taken), len(postfix.log())
    with Drive("gw_smtp", tmp_path / "data", **settings(postfix, certificates)) as d:
        got = d.ask("many", count=400, first=5000, html="<p>Bonjour</p>", to="beaucoup@exemple.fr")
        assert got["accepted"] == 400, got
    wait_for(lambda: len(sink.taken) >= before + 400, "every message to arrive", 30)
    wait_for(postfix.queue_is_empty, "the queue to be empty")
    mine = [m for m in sink.taken[before:] if m["to"] == "beaucoup@exemple.fr"]
    ids = [parsed(m["data"])["Message-ID"] for m in mine]
    assert len(ids) == len(set(ids)) == 400
    # One connection took them all: its last line counts what it was told.
    wait_for(lambda: re.search(r"smtpd\[\d+\]: disconnect from .* data=400 ", postfix.log()[logged:]), "the goodbye")
    assert "sasl_method=PLAIN, sasl_username=rdv@exemple.fr" in postfix.log()[logged:]


@pytest.mark.parametrize("change, ended", [
    ({"password": "faux"}, "stopped"),
    ({"user": "", "password": ""}, "stopped"),
    ({"tls": "none", "user": "", "password": ""}, "stopped"),
])
def test_who_is_not_let_in(relay, certificates, tmp_path, change, ended):
    postfix, sink = relay
    before = len(sink.seen)
    with Drive("gw_smtp", tmp_path / "data", **settings(postfix, certificates, **change)) as d:
        got = d.send()
        assert got["sent"] == ended and got["note"], got
    assert len(sink.seen) == before


GATEWAY = """store store_sqlite {{
}}
gateway mail {{
	plugin = "gw_smtp"
	channels = {{"email"}}
	from = "CLLAJ Hénin <rdv@exemple.fr>"
	server = "localhost"
	port = "{port}"
	ca_file = "{ca_file}"
	user = "{user}"
	password = "{password}"
	return_path = "{return_path}"
	bounce_maildir = "{bounces}"
	poll_seconds = 5
	rate_per_second = 1000
}}
"""


def calendar_of(mail):
    """The event as {name: value}, and the METHOD."""
    part, = [p for p in mail.iter_parts() if p.get_content_type() == "text/calendar"]
    text = re.sub(r"\r\n[ \t]", "", part.get_payload(decode=True).decode())
    event = text[text.index("BEGIN:VEVENT"):text.index("END:VEVENT")]
    fields = {re.split("[;:]", line)[0]: line.split(":", 1)[1] for line in event.split("\r\n")[1:] if ":" in line}
    method = re.search(r"^METHOD:(\w+)\r$", text, re.M)[1]
    assert part.get_param("method") == method
    return method, fields


def test_from_booking_to_mailbox_and_back(relay, certificates, daemon, tmp_path):
    postfix, sink = relay
    conf = settings(postfix, certificates, bounces=postfix.bounces)
    d = daemon(now=NOW, sections=GATEWAY.format(**conf),
               territory=write_territory(tmp_path, small()))

    def mails(to, count):
        def look():
            found = [parsed(m["data"]) for m in sink.taken if m["to"] == to]
            return found if len(found) >= count else None
        return wait_for(look, f"{count} mails to {to}", 20)

    def book(hour, to, **more):
        body = {"request_key": f"cle-{to}-{hour}-0123456789", "service": "rdv", "site": "centre",
                "start": f"2026-03-24T{hour}:00:00+01:00", "notice": True,
                "person": {"first_name": "Léa", "last_name": "Dubois", "birth_year": 2004, "email": to, **more}}
        return d.api("POST", "/appointments", body, expect=201).json()["appointment"]

    made = book(10, "lea@exemple.fr")
    first = mails("lea@exemple.fr", 1)[0]
    assert not first.defects and first.get_content_type() == "multipart/alternative"
    text, html, _ = first.iter_parts()
    assert "Bonjour Léa" in text.get_content() and made["token"] in text.get_content()
    assert '<html lang="fr">' in html.get_content() and f'/rdv/{made["token"]}"' in html.get_content()
    method, event = calendar_of(first)
    assert method == "PUBLISH" and event["STATUS"] == "CONFIRMED"
    uid, sequence = event["UID"], int(event["SEQUENCE"])
    assert event["ORGANIZER"] == "mailto:rdv@exemple.fr"
    # the file that the page offers is the same event
    page = d.request("GET", f"/rdv/{made['token']}.ics").text
    assert f"UID:{uid}\r\n" in page and f"SEQUENCE:{sequence}\r\n" in page

    d.api("POST", f"/appointments/{made['token']}/move", {"start": "2026-03-25T11:00:00+01:00"}, expect=200)
    method, event = calendar_of(mails("lea@exemple.fr", 2)[1])
    assert (method, event["UID"]) == ("PUBLISH", uid) and int(event["SEQUENCE"]) > sequence
    assert event["DTSTART"] == "20260325T110000"
    sequence = int(event["SEQUENCE"])
    d.api("POST", f"/appointments/{made['token']}/cancel", {}, expect=200)
    method, event = calendar_of(mails("lea@exemple.fr", 3)[2])
    assert (method, event["UID"], event["STATUS"]) == ("CANCEL", uid, "CANCELLED")
    assert int(event["SEQUENCE"]) > sequence

    book(14, "discrete@exemple.fr", discreet=True)
    discreet = mails("discrete@exemple.fr", 1)[0]
    _, event = calendar_of(discreet)
    assert event["SUMMARY"] == "Rendez-vous" and "LOCATION" not in event and "GEO" not in event

    book(16, "rcpt550@exemple.fr")

    def undelivered():
        return [m for m in all_messages(d) if m["state"] == "undelivered"]

    wait_for(undelivered, "the bounce to be read", 30)
    # a mail server's pipe: a later bounce, a stranger's mail, a daemon that is away
    book(17, "lea@exemple.fr")
    mails("lea@exemple.fr", 4)
    mark = [m for m in sink.taken if m["to"] == "lea@exemple.fr"][-1]["from"].split("+")[1].split("@")[0]
    d.rdvctl("bounce", "mail", stdin=report(mark))
    assert len(wait_for(lambda: len(undelivered()) > 1 and undelivered(), "the second bounce")) == 2
    d.expect_log("call-backs were refused")
    d.rdvctl("bounce", "mail", stdin="From: x\n\nBonjour\n", status=65)
    d.rdvctl("bounce", "nobody", stdin=report(mark), status=75)
    assert not list((postfix.bounces / "new").iterdir())
    d.stop()
    d.rdvctl("bounce", "mail", stdin=report(mark), status=75)
