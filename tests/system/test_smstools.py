# SPDX-License-Identifier: GPL-3.0-or-later
"""gw_spool in the folders of the SMS Server Tools: what is put into outgoing/, and what is read where their
daemon leaves it: sent/, failed/, report/ and incoming/."""

import os
import stat

import pytest

from smtp_sink import Drive

NOW = 1795334400


@pytest.fixture
def spool(tmp_path):
    folder = tmp_path / "sms"
    for name in ("outgoing", "checked", "sent", "failed", "report", "incoming"):
        (folder / name).mkdir(parents=True)
    return folder


def gateway(tmp_path, spool, **more):
    d = Drive("gw_spool", tmp_path / "data", layout="smstools3", folder=spool, **more)
    if d.capabilities is not None:
        d.ask("now", at=NOW)
    return d


def move(spool, name, to, *headers):
    """As their daemon does: the file goes on, with lines added to its head."""
    path = spool / "outgoing" / name
    head, _, body = path.read_bytes().partition(b"\n\n")
    (spool / to / name).write_bytes(head + b"".join(b"\n" + h.encode() for h in headers) + b"\n\n" + body)
    path.unlink()


def report(number, reference, status, said):
    return (f"From: {number}\nFrom_TOA: 91 international, ISDN/telephone\nFrom_SMSC: 33609001390\n"
            f"Sent: 26-11-22 09:00:00\nReceived: 26-11-22 09:00:05\nSubject: GSM1\nReport: yes\nAlphabet: ISO\n"
            f"Length: 100\n\nSMS STATUS REPORT\nMessage_id: {reference}\nDischarge_timestamp: 26-11-22 09:00:04\n"
            f"Status: {status},{said}\n")


def test_outgoing(tmp_path, spool):
    os.chmod(spool / "outgoing", 0o2770)
    with gateway(tmp_path, spool) as d:
        assert d.capabilities == 1 | 4 | 8 | 32 | 64
        got = d.send(channel="sms", id="rdvd-1", text="CLLAJ62 : RDV à 14h, 5 € [~]", deadline=NOW + 7200)
        assert got["sent"] == "accepted" and got["provider_id"] == "rdvd_rdvd-1"
        assert d.send(channel="sms", id="rdvd-2", text="RDV à la fenêtre", deadline=NOW + 30)["sent"] == "accepted"
        assert d.send(channel="sms", id="rdvd-3", text="RDV 😀")["sent"] == "accepted"
        assert d.send(channel="email", id="rdvd-4")["sent"] == "stopped"
        for number in ("0612345678", "s123", "+33 6", "+33612345678\nFlash: yes", ""):
            assert d.send(channel="sms", id="rdvd-5", to=number)["sent"] == "refused"
    files = {p.name: p for p in (spool / "outgoing").iterdir()}
    assert set(files) == {"rdvd_rdvd-1", "rdvd_rdvd-2", "rdvd_rdvd-3"}
    assert files["rdvd_rdvd-1"].read_bytes() == (
        "To: 33612345678\nAlphabet: ISO\nReport: yes\nValidity: 120 min\n\nCLLAJ62 : RDV à 14h, 5 € [~]"
    ).encode("iso-8859-15")
    assert files["rdvd_rdvd-2"].read_bytes() == (
        b"To: 33612345678\nAlphabet: UCS2\nReport: yes\n\n" + "RDV à la fenêtre".encode("utf-16-be"))
    assert files["rdvd_rdvd-3"].read_bytes().endswith("RDV 😀".encode("utf-16-be"))
    mode = files["rdvd_rdvd-1"].stat()
    assert stat.S_IMODE(mode.st_mode) == 0o660 and mode.st_gid == (spool / "outgoing").stat().st_gid
    assert not [p for p in spool.iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize("place", ["outgoing", "checked", "sent", "failed"])
def test_the_same_message_twice_is_one_sms(tmp_path, spool, place):
    with gateway(tmp_path, spool, reports="no") as d:
        assert d.send(channel="sms", id="rdvd-1")["sent"] == "accepted"
        if place != "outgoing":
            move(spool, "rdvd_rdvd-1", place)
    with gateway(tmp_path, spool, reports="no") as d:
        assert d.send(channel="sms", id="rdvd-1", attempt=2)["sent"] == "accepted"
    found = [p.parent.name for p in spool.rglob("*") if p.is_file()]
    assert found == [place]


def test_what_became_of_it(tmp_path, spool):
    with gateway(tmp_path, spool) as d:
        for n, number in ((1, "+33612345678"), (2, "+33612345678"), (3, "+33699999999"), (4, "+33600000000"),
                          (5, "+33612345678"), (6, "+33611111111")):
            d.send(channel="sms", id=f"rdvd-{n}", to=number)
        move(spool, "rdvd_rdvd-1", "sent", "Modem: GSM1", "Sent: 26-11-22 09:00:00", "Message_id: 117")
        os.utime(spool / "sent" / "rdvd_rdvd-1", (NOW - 86400, NOW - 86400))
        move(spool, "rdvd_rdvd-2", "sent", "Message_id: 118 119")
        move(spool, "rdvd_rdvd-3", "sent", "Message_id: 117")
        move(spool, "rdvd_rdvd-4", "failed", "Failed: 26-11-22 09:00:00", "Fail_reason: +CMS ERROR: 38")
        move(spool, "rdvd_rdvd-5", "sent", "Message_id: 117")
        (spool / "sent" / "another").write_text("To: 33612345678\nMessage_id: 200\n\nof another program")
        (spool / "report" / "GSM1.a").write_text(report("33612345678", 117, 0, "Ok,short message received by the SME"))
        (spool / "incoming" / "GSM1.b").write_text(report("33612345678", 119, 48, "Still trying,congestion"))
        (spool / "report" / "GSM1.c").write_text(report("33699999999", 117, 65, "Error,incompatible destination"))
        (spool / "report" / "GSM1.d").write_text(report("33612345678", 200, 0, "Ok"))
        got = d.ask("poll")
        assert got["ok"]
        events = {e["message_id"]: e for e in got["events"]}
        # 117 was given twice to that number: the later message has it
        assert {k: e["delivery"] for k, e in events.items()} == {
            "rdvd-5": "delivered", "rdvd-2": "accepted", "rdvd-3": "failed", "rdvd-4": "failed"}
        assert events["rdvd-4"]["note"] == "+CMS ERROR: 38"
        assert events["rdvd-3"]["note"] == "65,Error,incompatible destination"
        assert len({e["key"] for e in got["events"]}) == 4
        assert {e["key"] for e in d.ask("poll")["events"]} == {e["key"] for e in got["events"]}
        for e in got["events"]:
            d.ask("settle", ack=e["ack"])
        for bad in ("sent/../outgoing/rdvd_rdvd-6", "outgoing/rdvd_rdvd-6", "sent/", "", "sent/.x", "/etc/passwd"):
            d.ask("settle", ack=bad)
        assert d.ask("poll")["events"] == []
    left = {str(p.relative_to(spool)) for p in spool.rglob("*") if p.is_file()}
    assert left == {"outgoing/rdvd_rdvd-6", "sent/rdvd_rdvd-1", "sent/rdvd_rdvd-2", "sent/another", "report/GSM1.d"}


def test_sent_without_a_report(tmp_path, spool):
    with gateway(tmp_path, spool, reports="no") as d:
        d.send(channel="sms", id="rdvd-1")
        move(spool, "rdvd_rdvd-1", "sent", "Sent: 26-11-22 09:00:00")
        event, = d.ask("poll")["events"]
        assert (event["message_id"], event["delivery"]) == ("rdvd-1", "accepted")
        d.ask("settle", ack=event["ack"])
        assert d.ask("poll")["events"] == [] and not list((spool / "sent").iterdir())
    with gateway(tmp_path, spool) as d:
        d.send(channel="sms", id="rdvd-2")
        move(spool, "rdvd_rdvd-2", "sent", "Message_id: 7")
        assert d.ask("poll")["events"] == []
        os.utime(spool / "sent" / "rdvd_rdvd-2", (1, 1))
        event, = d.ask("poll")["events"]
        assert event["note"] == "sent, no report"


def test_what_people_write(tmp_path, spool):
    head = "From_SMSC: 33609001390\nSent: 26-11-22 09:00:00\nReceived: 26-11-22 09:00:05\nSubject: GSM1\n"
    mails = {
        "GSM1.1": ("From: 33612345678\nFrom_TOA: 91 international, ISDN/telephone\n" + head +
                   "Alphabet: ISO\nUDH: false\n\nOui, à mardi €").encode("iso-8859-15"),
        "GSM1.2": ("From: 33612345678\n" + head + "Alphabet: UCS2\n\n").encode() + "d’accord 😀".encode("utf-16-be"),
        "GSM1.3": ("From: 38456\nFrom_TOA: A1 national, ISDN/telephone\n" + head + "Alphabet: UTF-8\n\nçà\n\net là").encode(),
        "GSM1.4": ("From: SFR\n" + head + "Alphabet: ISO\n\nOffre").encode(),
        "GSM1.5": ("From: 33612345678\n" + head + "Alphabet: ISO\nUDH-DATA: 05 00 03 5F 02 01\n\npremière ").encode("latin-1"),
        "GSM1.6": ("From: 33612345678\n" + head + "Alphabet: ISO\nUDH-DATA: 06 08 04 01 5F 02 02\n\npartie").encode(),
        "GSM1.7": ("From: 33612345678\n" + head + "Alphabet: binary\n\n\x01\x02").encode(),
        "GSM1.8": b"",
        "GSM1.9": b"\xff\xfe no head",
        "GSM1.10.LOCK": b"From: 33612345678\n\nlocked",
    }
    with gateway(tmp_path, spool) as d:
        for name, content in mails.items():
            (spool / "incoming" / name).write_bytes(content)
        events = d.ask("poll")["events"]
        assert [(e["from"], e["text"]) for e in events] == [
            ("+33612345678", "Oui, à mardi €"), ("+33612345678", "d’accord 😀"), ("38456", "çà\n\net là"),
            ("SFR", "Offre"), ("+33612345678", "première "), ("+33612345678", "partie")]
        assert all(e["kind"] == "inbound" for e in events)
        assert [e["key"] for e in d.ask("poll")["events"]] == [e["key"] for e in events]
        for e in events:
            d.ask("settle", ack=e["ack"])
        assert d.ask("poll")["events"] == []
        # the same name again is another text
        (spool / "incoming" / "GSM1.1").write_bytes(mails["GSM1.2"])
        assert d.ask("poll")["events"][0]["key"] not in [e["key"] for e in events]
    assert {p.name for p in (spool / "incoming").iterdir()} >= {"GSM1.7", "GSM1.10.LOCK"}


def test_what_says_nothing_holds_up_nothing(tmp_path, spool):
    """Notices of MMS, and reports of other programs' messages, stay where they are, however many they become."""
    with gateway(tmp_path, spool) as d:
        for i in range(520):
            (spool / "incoming" / f"GSM1.{i:04}").write_bytes(
                b"From: 33612345678\nAlphabet: binary\n\n\x01\x02" if i % 2 else report("33612345678", i, 0, "Ok").encode())
        (spool / "incoming" / "GSM2.1").write_bytes(b"From: 33612345678\nAlphabet: ISO\n\nOui")
        assert [e["text"] for e in d.ask("poll")["events"]] == ["Oui"]
    assert len(list((spool / "incoming").iterdir())) == 521


@pytest.mark.parametrize("settings, said", [
    ({"layout": "gammu"}, "files, smstools3"),
    ({"layout": "smstools3", "reports": "perhaps"}, "yes, no"),
    ({"layout": "smstools3", "folder": "/nonexistent"}, "/nonexistent/outgoing cannot be used"),
])
def test_wrong_settings_are_explained(settings, said, tmp_path):
    d = Drive("gw_spool", tmp_path / "data", **settings)
    assert d.capabilities is None
    assert said in d.error
