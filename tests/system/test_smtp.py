# SPDX-License-Identifier: GPL-3.0-or-later
"""gw_smtp held against a mail server that misbehaves in every way that servers do, and its mails read back by
a parser that is not ours: what is told apart is what was not sent, what was, and what nobody knows."""

import email
import email.policy
import email.utils
import re

import pytest

from helpers import wait_for
from small import NOW, all_messages, booking, person, small, write_territory
from smtp_sink import REPLIES, Drive, SmtpSink, make_certificates, report

ICS = ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//rdvd//rdvd//FR\r\nMETHOD:PUBLISH\r\nBEGIN:VEVENT\r\nUID:rdv-1-x\r\n"
       "SUMMARY:Rendez-vous à Hénin\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return make_certificates(tmp_path_factory.mktemp("certificates"))


def plain(sink, tmp_path, **more):
    """A gateway that speaks to the sink in the clear, on this machine."""
    return Drive("gw_smtp", tmp_path / "data", server="127.0.0.1", port=sink.port, tls="none", ehlo="rdv.example",
                 **more)


def parsed(data):
    return email.message_from_bytes(data, policy=email.policy.default)


# ---- how it ended

EXPECTED = {
    "rcpt450": "retry", "rcpt451": "retry", "rcpt452": "retry", "rcpt421": "throttled", "rate": "throttled",
    "rcpt550": "refused", "rcpt552": "retry", "rcpt553": "refused", "relay": "stopped", "relay454": "stopped",
    "rcpt530": "stopped",
    "data451": "retry", "data554": "refused",
    "end451": "retry", "end452": "retry", "end550": "refused", "end552": "refused", "endfull": "retry",
    "end250odd": "accepted",
    "dropmail": "retry", "dropdata": "retry", "dropend": "unknown", "resetend": "unknown",
    "slowrcpt": "retry", "slowend": "unknown",
}

# what is the recipient's own affair, and says nothing against the server
RECIPIENTS_OWN = {"rcpt450", "rcpt451", "rcpt452", "rcpt552", "endfull"}


def test_every_reply_means_something(tmp_path):
    """And no failure harms the message after it: that one arrives, once."""
    assert set(REPLIES) <= set(EXPECTED)
    with SmtpSink() as sink, plain(sink, tmp_path) as d:
        for number, (way, ended) in enumerate(EXPECTED.items()):
            to = f"{way}+lea.dubois@exemple.fr"
            got = d.send(id=f"rdvd-{2 * number}", to=to, timeout_ms=1000 if way.startswith("slow") else 5000)
            assert got["sent"] == ended, (way, got)
            assert got["note"] and "dubois" not in got["note"] and "exemple.fr" not in got["note"], (way, got)
            assert got["took_ms"] < 3000
            if got["sent"] in ("retry", "throttled"):
                assert bool(got["only_this"]) == (way in RECIPIENTS_OWN), (way, got)
            after = d.send(id=f"rdvd-{2 * number + 1}")
            assert after["sent"] == "accepted", (way, after)
            assert [m["to"] for m in sink.seen].count("lea@exemple.fr") == number + 1
        assert len([m for m in sink.taken if m["to"] == "lea@exemple.fr"]) == len(EXPECTED)


def test_lost_within_a_long_message_is_certainly_not_sent(tmp_path):
    with SmtpSink() as sink, plain(sink, tmp_path) as d:
        got = d.send(to="dropmid@exemple.fr", text="Bonjour. " * 600000)
        assert got["sent"] == "retry", got
        assert sink.seen == []


def test_a_late_answer_is_not_the_next_messages(tmp_path):
    """After a time-out the server still answers "250" to the old message; the new one is refused, and told so."""
    with SmtpSink() as sink, plain(sink, tmp_path) as d:
        assert d.send(id="rdvd-1")["sent"] == "accepted"
        sink.delay_s = 0.6
        assert d.send(id="rdvd-2", timeout_ms=300)["sent"] == "unknown"
        sink.delay_s = 0
        assert d.send(id="rdvd-3", to="rcpt550@exemple.fr")["sent"] == "refused"
        assert d.send(id="rdvd-4", to="end550@exemple.fr")["sent"] == "refused"
        assert d.send(id="rdvd-5")["sent"] == "accepted"
        assert sink.connections >= 2


def test_one_connection_for_many_and_none_doubled_when_it_dies(tmp_path):
    with SmtpSink() as sink, plain(sink, tmp_path) as d:
        assert d.ask("many", count=300)["accepted"] == 300
        assert sink.connections == 1
        for after in ("close", "reset", "421"):
            sink.after = after
            before = len(sink.seen)
            got = d.ask("many", count=60, first=1000)
            assert got["accepted"] == 60, (after, got)
            assert len(sink.seen) == before + 60
        ids = [parsed(m["data"])["Message-ID"] for m in sink.taken[:300]]
        assert len(set(ids)) == 300


def test_server_gone_or_greeting_badly(tmp_path):
    with SmtpSink() as sink:
        with plain(sink, tmp_path) as d:
            for greeting, ended in (("554 5.3.2 no mail here", "stopped"), ("421 4.3.2 too busy", "retry"),
                                    ("220 sink", "accepted")):
                sink.greeting = greeting
                assert d.send()["sent"] == ended, greeting
            sink.mail = "550 5.7.1 this sender may not"
            assert d.send()["sent"] == "stopped"
            sink.mail = "451 4.3.0 not now"
            assert d.send()["sent"] == "retry"
        port = sink.port
    with Drive("gw_smtp", tmp_path / "data", server="127.0.0.1", port=port, tls="none") as d:
        got = d.send()
        assert got["sent"] == "retry" and got["note"], got


# ---- TLS and login

def encrypted(sink, certificates, tmp_path, **more):
    settings = {"server": "localhost", "port": sink.port, "ca_file": certificates["ca"], "user": "rdv@exemple.fr",
                "password": "très secret", **more}
    return Drive("gw_smtp", tmp_path / "data", **settings)


USERS = {"rdv@exemple.fr": "très secret"}


def test_starttls_and_login(certificates, tmp_path):
    with SmtpSink(certificates["server"], users=USERS) as sink:
        with encrypted(sink, certificates, tmp_path) as d:
            assert d.ask("many", count=50)["accepted"] == 50
            assert all(m["tls"] and m["user"] == "rdv@exemple.fr" for m in sink.taken)
            assert sink.connections == 1
        assert not [c for _, c in sink.commands if "secret" in c]
        (tmp_path / "password").write_text("très secret\nsecond line\n", encoding="utf-8")
        with encrypted(sink, certificates, tmp_path, password="", password_file=tmp_path / "password") as d:
            assert d.send()["sent"] == "accepted"


def test_implicit_tls(certificates, tmp_path):
    with SmtpSink(certificates["server"], implicit=True, users=USERS) as sink:
        with encrypted(sink, certificates, tmp_path, tls="implicit") as d:
            assert d.ask("many", count=20)["accepted"] == 20
            assert sink.connections == 1 and sink.taken[0]["tls"]


@pytest.mark.parametrize("case", ["wrong password", "untrusted", "wrong name", "no starttls"])
def test_what_stops_the_gateway(case, certificates, tmp_path):
    certificate = certificates["elsewhere" if case == "wrong name" else "server"]
    with SmtpSink(certificate, users=USERS, starttls="no" if case == "no starttls" else "yes") as sink:
        more = {"wrong password": {"password": "nicht"}, "untrusted": {"ca_file": certificates["other"]}}.get(case, {})
        with encrypted(sink, certificates, tmp_path, **more) as d:
            got = d.send()
            assert got["sent"] == "stopped", got
            assert got["note"] and "nicht" not in got["note"]
        assert sink.seen == []
        assert not [c for _, c in sink.commands if c.startswith(("MAIL", "RCPT", "DATA"))]


@pytest.mark.parametrize("case", ["starttls 454", "starttls hangs up", "login later"])
def test_what_may_work_later(case, certificates, tmp_path):
    with SmtpSink(certificates["server"], users=USERS) as sink:
        sink.starttls = {"starttls 454": "454", "starttls hangs up": "hang"}.get(case, "yes")
        with encrypted(sink, certificates, tmp_path, user="later" if case == "login later" else "rdv@exemple.fr") as d:
            assert d.send()["sent"] == "retry"
        assert not [c for _, c in sink.commands if c.startswith(("MAIL", "RCPT", "DATA"))]


@pytest.mark.parametrize("settings, said", [
    ({"server": "mail.exemple.fr", "tls": "none"}, "in the clear"),
    ({"server": "127.0.0.1", "tls": "none", "user": "a", "password": "b"}, "would show the password"),
    ({"server": "smtp://x"}, "machine's name"),
    ({"server": "x", "tls": "maybe"}, "starttls, implicit, none"),
    ({"server": "x", "port": "many"}, "number"),
    ({"server": "x", "user": "a"}, "password_file"),
    ({"server": "x", "user": "a", "password": "b", "password_file": "/c"}, "not both"),
    ({"server": "x", "user": "a", "password_file": "/nonexistent"}, "cannot be read"),
    ({"server": "x", "ca_file": "/nonexistent"}, "cannot be read"),
    ({"server": "x", "return_path": "bounces+{id}"}, "no mail address"),
    ({"server": "x", "reply_to": "a@b\nBcc: c@d"}, "no mail address"),
    ({"server": "x", "sms_to": "fixed@sms.example", "sms_from": "a@b.fr"}, "{digits}"),
    ({"server": "x", "sms_to": "{digits}@sms.example"}, "sms_from"),
    ({"server": "x", "sms_charset": "ebcdic"}, "iso-8859-15"),
    ({"server": "x", "bounce_maildir": "/proc/nowhere"}, "cannot be used"),
    ({}, "server"),
])
def test_wrong_settings_are_explained(settings, said, tmp_path):
    d = Drive("gw_smtp", tmp_path / "data", **settings)
    assert d.capabilities is None
    assert said in d.error


# ---- the mail

def test_mail_with_all_its_parts(tmp_path):
    text = "Bonjour Léa,\n\nRendez-vous mardi 3 mars.\n.\nFrom toi\n..\n" + "œ" * 300 + "\n=_rdvd-7\n"
    html = "<!DOCTYPE html><html lang=\"fr\"><body><p>Bonjour Léa</p></body></html>"
    with SmtpSink() as sink, plain(sink, tmp_path, return_path="bounces+{id}@exemple.fr",
                                   reply_to="equipe@exemple.fr") as d:
        d.ask("now", at=1795334400)
        got = d.send(id="rdvd-7", text=text, html=html, calendar=ICS, calendar_method="PUBLISH",
                     subject="Votre rendez-vous est confirmé : mardi 3 mars à 14 h, à Hénin-Beaumont, 12 rue de la Paix",
                     deadline=1795420800,
                     **{"from": "CLLAJ « Hénin-Carvin » <rdv@exemple.fr>"})
        assert got == {"sent": "accepted", "note": "250 2.0.0 Ok: queued as Q000001", "provider_id": "Q000001",
                       "retry_after_s": 0, "only_this": 0, "took_ms": got["took_ms"]}
    one = sink.taken[0]
    mail = parsed(one["data"])
    assert not mail.defects and all(not p.defects for p in mail.walk())
    assert mail["From"].addresses[0].display_name == "CLLAJ « Hénin-Carvin »"
    assert mail["From"].addresses[0].addr_spec == "rdv@exemple.fr"
    assert mail["Subject"].startswith("Votre rendez-vous est confirmé : mardi 3 mars") and "Paix" in mail["Subject"]
    assert mail["To"] == "lea@exemple.fr" and mail["Reply-To"] == "equipe@exemple.fr"
    assert mail["Date"].datetime.isoformat() == "2026-11-22T08:00:00+00:00"
    assert mail["Expires"] == "Mon, 23 Nov 2026 08:00:00 +0000"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None  # about one appointment: there is no list to leave
    mark = re.fullmatch(r"<(rdvd-7\.[0-9a-f]{16})@exemple\.fr>", mail["Message-ID"])[1]
    assert one["from"] == f"bounces+{mark}@exemple.fr"
    assert mail.get_content_type() == "multipart/alternative"
    parts = list(mail.iter_parts())
    assert [p.get_content_type() for p in parts] == ["text/plain", "text/html", "text/calendar"]
    assert parts[0].get_content().replace("\r\n", "\n") == text.rstrip("\n")
    assert parts[1].get_content().strip() == html
    assert parts[2].get_payload(decode=True).decode() == ICS
    assert parts[2].get_param("method") == "PUBLISH" and parts[2].get_content_charset() == "utf-8"
    lines = one["data"].split(b"\r\n")
    assert max(map(len, lines)) <= 78 and not any(b"\n" in line or b"\r" in line for line in lines)
    assert all(b < 128 for b in one["data"])


def test_message_id_is_the_same_at_every_attempt(tmp_path):
    with SmtpSink() as sink:
        for attempt in (1, 2, 3):
            with plain(sink, tmp_path, domain="cllaj.example") as d:
                d.send(id="rdvd-9", attempt=attempt)
        mails = [parsed(m["data"]) for m in sink.taken]
        assert len({m["Message-ID"] for m in mails}) == 1
        assert mails[0]["Message-ID"].endswith("@cllaj.example>")
        assert mails[0].get_content_type() == "text/plain"


@pytest.mark.parametrize("message", [
    {"from": "CLLAJ\r\nBcc: tous@exemple.fr <rdv@exemple.fr>"},
    {"from": "CLLAJ <rdv@exemple.fr>\nBcc: tous@exemple.fr"},
    {"subject": "Bonjour\r\nBcc: tous@exemple.fr"},
    {"subject": "Bonjour\nX"},
    {"to": "lea@exemple.fr\r\nBcc: tous@exemple.fr"},
    {"to": "lea@exemple.fr> SIZE=1\r\nRCPT TO:<tous@exemple.fr"},
    {"to": "lea@exemple.fr, tous@exemple.fr"},
    {"to": "<lea@exemple.fr>"},
    {"to": "lea"},
    {"to": ""},
    {"id": "rdvd-1\r\nBcc: tous@exemple.fr"},
    {"id": ""},
    {"id": "x" * 65},
    {"calendar": ICS, "calendar_method": "PUBLISH\r\nBcc: x@y"},
])
def test_nothing_written_by_people_becomes_a_header(message, tmp_path):
    with SmtpSink() as sink, plain(sink, tmp_path) as d:
        got = d.send(**message)
        assert got["sent"] == "refused" and got["note"], got
        assert sink.seen == []


def test_odd_names_and_subjects_survive(tmp_path):
    names = ['L\'équipe "62"', "A, B & C; (D)", "=?UTF-8?Q?faux?=", "Équipe " * 20, "x" * 90, "a\\b"]
    subjects = ["=?UTF-8?B?ZmF1eA==?=", "a" * 990, "é" * 400, "😀" * 90, "mot " * 200, ""]
    with SmtpSink() as sink, plain(sink, tmp_path) as d:
        for name, subject in zip(names, subjects):
            assert d.send(subject=subject, **{"from": f"{name} <rdv@exemple.fr>"})["sent"] == "accepted"
            data = sink.taken[-1]["data"]
            mail = parsed(data)
            assert max(len(line) for line in data.split(b"\r\n")) < 998
            assert "".join(mail["Subject"].split()) == "".join(subject.split())
            got = "".join(str(email.utils.parseaddr(str(mail["From"]))[0]).split())
            assert got == "".join(name.replace("\\", "\\").split()), (got, name)


AWKWARD_BODIES = ["un\rdeux", "un\r.\rdeux", "un\r\n.\r\ndeux", "\r", "fin\r", ".\r", "\n.\nQUIT\n", "a" * 3000, "é" * 3000,
                  "mot " * 900, "un\n..\ndeux", "From toi\nFrom moi", "=_rdvd-1", "--=_rdvd-1--"]


@pytest.mark.parametrize("more", [
    {}, {"html": True},
    {"sms_to": "{digits}@sms.example", "sms_from": "rdv@exemple.fr", "sms_encoding": "8bit"},
    {"sms_to": "{digits}@sms.example", "sms_from": "rdv@exemple.fr", "sms_encoding": "8bit", "sms_charset": "iso-8859-15"},
    {"sms_to": "{digits}@sms.example", "sms_from": "rdv@exemple.fr"},
], ids=["text", "html", "8bit", "latin9", "quoted"])
def test_lines_end_as_they_should_and_none_is_too_long(more, tmp_path):
    """A carriage return alone is a line's end to some servers and none to others (RFC 5321 2.3.8), and 998 bytes are
    all that a line may have (4.5.3.1.6): neither leaves, whatever stands in a text."""
    more = dict(more)
    html = more.pop("html", False)
    with SmtpSink() as sink, plain(sink, tmp_path, **more) as d:
        for text in AWKWARD_BODIES:
            say = {"text": text, **({"html": text} if html else {}), **({"channel": "sms"} if more else {})}
            assert d.send(**say)["sent"] == "accepted"
            data = sink.taken[-1]["data"]
            assert not re.search(rb"\r(?!\n)|(?<!\r)\n", data), (text[:20], data[-200:])
            assert max(len(line) for line in data.split(b"\r\n")) <= 998, text[:20]
            mail = parsed(data)
            body = mail.get_body(("plain",)) or mail
            got = body.get_payload(decode=True).decode(body.get_content_charset())
            assert re.sub(r"[\r\n]+", "\n", got).strip("\n") == re.sub(r"[\r\n]+", "\n", text).strip("\n"), text[:20]
        assert len(sink.taken) == len(AWKWARD_BODIES)


def test_a_text_of_several_lines_fits_a_subject(tmp_path):
    with SmtpSink() as sink, plain(sink, tmp_path, sms_to="{digits}@sms.example", sms_from="rdv@exemple.fr",
                                   sms_subject="{text}", sms_body="-") as d:
        assert d.send(channel="sms", text="RDV mardi\r\nà 14h00\nHénin")["sent"] == "accepted"
        assert parsed(sink.taken[0]["data"])["Subject"] == "RDV mardi à 14h00 Hénin"


def test_no_sender_stops_instead_of_burning(tmp_path):
    with SmtpSink() as sink, plain(sink, tmp_path) as d:
        assert d.send(**{"from": ""})["sent"] == "stopped"
        assert d.send(channel="sms")["sent"] == "stopped"


def test_pace_of_a_domain(tmp_path):
    with SmtpSink() as sink, plain(sink, tmp_path, per_domain_per_minute=8) as d:
        ended = [d.send(id=f"rdvd-{i}", to=f"p{i}@Lent.example") for i in range(4)]
        assert [e["sent"] for e in ended] == ["accepted", "accepted", "throttled", "throttled"]
        assert 1 <= ended[2]["retry_after_s"] <= 8 and ended[2]["only_this"]
        assert d.send(to="p@lent.EXAMPLE")["sent"] == "throttled"
        assert d.send(to="p@other.example")["sent"] == "accepted"
        assert len(sink.taken) == 3


# ---- mail-to-SMS

def test_mail_to_sms(tmp_path):
    text = "CLLAJ62 : RDV mardi 3 mars à 14h00, 12 rue de l’Égalité, Hénin. 5 € – répondez OUI"
    with SmtpSink() as sink, plain(sink, tmp_path, sms_to="{digits}@sms.example", sms_from="rdv@exemple.fr") as d:
        assert d.capabilities == 1
        assert d.send(channel="sms", text=text)["sent"] == "accepted"
        assert d.send(channel="email")["sent"] == "stopped"
        for number in ("0612345678", "+33 6 12", "+33612345678@evil.example", "+", ""):
            assert d.send(channel="sms", to=number)["sent"] == "refused"
    one = sink.taken[0]
    mail = parsed(one["data"])
    assert one["to"] == "33612345678@sms.example" and one["from"] == "rdv@exemple.fr"
    assert mail.get_content_type() == "text/plain" and mail.get_content().strip() == text
    assert len(sink.taken) == 1
    with SmtpSink() as sink, plain(sink, tmp_path, sms_to="{national}@sms.example", sms_from="rdv@exemple.fr",
                                   sms_subject="{from}", sms_body="{number}\n{text}", sms_charset="ISO-8859-15",
                                   sms_encoding="8bit") as d:
        assert d.send(channel="sms", text=text)["sent"] == "accepted"
    one = sink.taken[0]
    mail = parsed(one["data"])
    assert one["to"] == "0612345678@sms.example" and mail["Subject"] == "CLLAJ62"
    assert mail["Content-Transfer-Encoding"] == "8bit" and mail.get_content_charset() == "iso-8859-15"
    assert mail.get_payload(decode=True).decode("iso-8859-15").replace("\r\n", "\n") == \
        "+33612345678\n" + text.replace("’", "'").replace("–", "-") + "\n"


MAIL_TO_SMS = """store store_sqlite {{
}}
gateway mail2sms {{
	plugin = "gw_smtp"
	channels = {{"sms"}}
	server = "127.0.0.1"
	port = "{port}"
	tls = "none"
	sms_to = "{{national}}@sms.example"
	sms_from = "rdv@exemple.fr"
	sms_charset = "iso-8859-15"
	rate_per_second = 1000
}}
"""


def test_a_bookings_sms_leaves_by_the_mailbox(daemon, tmp_path):
    with SmtpSink() as sink:
        d = daemon(now=NOW, sections=MAIL_TO_SMS.format(port=sink.port), conf={"sms_sender": None},
                   territory=write_territory(tmp_path, small()))
        d.api("POST", "/appointments", booking("cle-mail2sms-0123456789", "rdv", "centre", "2026-03-24T10:00:00+01:00",
                                               person(7)), expect=201)
        one, = wait_for(lambda: sink.taken, "the SMS's mail")
        mail = parsed(one["data"])
        assert one["to"] == "0600000007@sms.example" and mail.get_content_type() == "text/plain"
        text = mail.get_payload(decode=True).decode("iso-8859-15").strip()
        assert "mardi 24 mars" in text and "10" in text and len(text) <= 160
        confirmation, = wait_for(lambda: [m for m in all_messages(d) if m["state"] == "accepted"], "it to be accepted")
        assert confirmation["kind"] == "confirmation"
        d.stop()


# ---- what comes back

HOLIDAY = ("From: lea@exemple.fr\nTo: bounces@exemple.fr\nSubject: Absente\nAuto-Submitted: auto-replied (vacation)\n"
           "Content-Type: text/plain\n\nJe suis en vacances.\n")
QMAIL = "From: MAILER-DAEMON@old.example\nTo: x\nSubject: failure notice\n\n<lea@exemple.fr>: no such user\n\n{mark}@exemple.fr\n"


def mark_of(d, sink, number):
    d.send(id=f"rdvd-{number}")
    return sink.taken[-1]["from"].split("+")[1].split("@")[0]


def test_bounces_from_a_maildir(tmp_path):
    maildir = tmp_path / "Maildir"
    for name in ("new", "cur", "tmp"):
        (maildir / name).mkdir(parents=True)
    with SmtpSink() as sink, plain(sink, tmp_path, return_path="bounces+{id}@exemple.fr", bounce_maildir=maildir) as d:
        assert d.capabilities & 8
        marks = {n: mark_of(d, sink, n) for n in (21, 22, 23, 24, 25, 26)}
        mails = {
            "1": report(marks[21]),
            "2": report(marks[22], status="5.7.1", said="550 5.7.1 spam").replace("\n", "\r\n"),
            "3": report(marks[23], action="delayed", status="4.4.1", said="connection timed out"),
            "4": report(marks[24], action="delivered", status="2.0.0", said="250 ok"),
            "5": report(marks[25], returned=False).replace("bounces@", f"bounces+{marks[25]}@"),
            "6": HOLIDAY,
            "7": QMAIL.format(mark=marks[26]),
            "8": report("rdvd-26.0123456789abcdef"),
            "9": "not a mail at all \0 \xff",
        }
        for name, text in mails.items():
            (maildir / "new" / name).write_bytes(text.encode("utf-8", "surrogateescape"))
        got = d.ask("poll")
        assert got["ok"]
        events = {e["message_id"]: e for e in got["events"]}
        assert {k: e["delivery"] for k, e in events.items()} == {
            "rdvd-21": "bad_number", "rdvd-22": "failed", "rdvd-23": "accepted", "rdvd-24": "delivered",
            "rdvd-25": "bad_number"}
        assert "User unknown" in events["rdvd-21"]["note"] and "lea" not in events["rdvd-21"]["note"]
        assert events["rdvd-21"]["key"] == "<failed5.1.1@relay.example>"
        assert {p.name for p in (maildir / "cur").iterdir()} == {"6:2,S", "7:2,F", "8:2,F", "9:2,F"}
        # what is not settled comes again; what is, does not
        d.ask("settle", ack=events["rdvd-21"]["ack"])
        for bad in ("0/../cur/7:2,F", "5/x", "", "0/", "1/2"):
            d.ask("settle", ack=bad)
        assert {e["message_id"] for e in d.ask("poll")["events"]} == {"rdvd-22", "rdvd-23", "rdvd-24", "rdvd-25"}
        assert len(list((maildir / "cur").iterdir())) == 4
        for e in events.values():
            d.ask("settle", ack=e["ack"])
        assert d.ask("poll")["events"] == [] and not list((maildir / "new").iterdir())


def test_bounces_from_a_command(tmp_path):
    box = tmp_path / "box"
    fetch = tmp_path / "fetch"
    fetch.write_text(f"#!/bin/sh\ncat {box} 2>/dev/null; rm -f {box}\n")
    fetch.chmod(0o755)
    with SmtpSink() as sink, plain(sink, tmp_path, return_path="bounces+{id}@exemple.fr", bounce_command=fetch) as d:
        marks = [mark_of(d, sink, n) for n in (31, 32)]
        assert d.ask("poll") == {"ok": True, "events": []}
        box.write_text("".join(f"From MAILER-DAEMON Sun Nov 22\n{report(m)}\n" for m in marks) + f"From x\n{HOLIDAY}")
        events = d.ask("poll")["events"]
        assert [e["message_id"] for e in events] == ["rdvd-31", "rdvd-32"]
        # they are kept until they are settled, though the command has forgotten them
        assert [e["message_id"] for e in d.ask("poll")["events"]] == ["rdvd-31", "rdvd-32"]
        for e in events:
            d.ask("settle", ack=e["ack"])
        assert d.ask("poll") == {"ok": True, "events": []}
        assert len(list((tmp_path / "data" / "bounces" / "kept").iterdir())) == 1
    with SmtpSink() as sink, plain(sink, tmp_path, bounce_command="sleep 60 & sleep 60") as d:
        assert d.ask("poll", timeout_ms=300)["ok"] is False
    assert "was ended" in d.error
    with SmtpSink() as sink, plain(sink, tmp_path, bounce_command="exit 3") as d:
        assert d.ask("poll")["ok"] is False
    assert "status 3" in d.error


def test_bounce_handed_over(tmp_path):
    with SmtpSink() as sink, plain(sink, tmp_path, return_path="bounces+{id}@exemple.fr") as d:
        mark = mark_of(d, sink, 41)
        got = d.ask("callback", body=report(mark))
        assert got["proof"] == "ok" and got["events"][0]["message_id"] == "rdvd-41"
        assert d.ask("callback", body=HOLIDAY) == {"proof": "ok", "events": []}
        assert d.ask("callback", body=report("rdvd-41.ffffffffffffffff")) == {"proof": "refused", "events": []}
        assert d.ask("callback", body=QMAIL.format(mark=mark)) == {"proof": "unreadable", "events": []}
        assert d.ask("callback", body="") == {"proof": "refused", "events": []}
        # cut in two by quoted-printable
        cut = report(mark, returned=False) + f"\nMessage-ID: <{mark[:14]}=\n{mark[14:]}@exemple.fr>\n"
        assert d.ask("callback", body=cut)["events"][0]["message_id"] == "rdvd-41"


def test_the_key_is_the_daemons_alone(tmp_path):
    with SmtpSink() as sink, plain(sink, tmp_path) as d:
        d.send(id="rdvd-1")
        first = sink.taken[-1]["data"]
    key = tmp_path / "data" / "gw_smtp.key"
    assert key.stat().st_mode & 0o777 == 0o600 and key.stat().st_size == 16
    key.write_bytes(b"0123456789abcdef")
    with SmtpSink() as sink, plain(sink, tmp_path) as d:
        d.send(id="rdvd-1")
        assert parsed(sink.taken[-1]["data"])["Message-ID"] != parsed(first)["Message-ID"]
    key.write_bytes(b"short")
    broken = Drive("gw_smtp", tmp_path / "data", server="127.0.0.1", tls="none")
    assert broken.capabilities is None and "gw_smtp.key" in broken.error
