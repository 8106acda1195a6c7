# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes back from providers: forged, doubled, out of order, late, enormous, in the wrong charset, malformed,
about somebody else's message. Nothing false is written, and 200 is answered only once it is on disk: killed right
after, or with a full disk, that is still so."""

import json
import re
import sqlite3
import threading
import time

import pytest

from helpers import SECTIONS, Client, wait_for
from scripted import SECRET, Scripted, inbound, module_dir, receipt
from small import NOW, all_messages, at, booking, check_is_clean, instant, person, write_territory
from test_disk_full import PROVOKED, disk  # noqa: F401 (a fixture)

STORE = "store store_sqlite {\n}\n"
NOW_S = int(instant(NOW).timestamp())
REFUSED = r"call-backs were refused"
UNREADABLE = r"call-backs were proven, but cannot be read"
SOMEBODY = "+33612345601"


def start(daemon, folder, *gateways, **more):
    conf = {"module_dir": str(module_dir()), **more.pop("conf", {})}
    return daemon(now=more.pop("now", NOW), sections=STORE + "".join(g.section for g in gateways), conf=conf,
                  territory=write_territory(folder), **more)


def rows(d, statement, *values):
    """What a reader of the database sees now."""
    with sqlite3.connect(f"file:{d.data / 'rdvd.db'}?mode=ro", uri=True) as db:
        found = db.execute(statement, values).fetchall()
    db.close()
    return found


def texts(d):
    """[(number, text)] of what came in, parts left out."""
    return rows(d, "SELECT number, text FROM inbound WHERE whole IS NULL AND state <> 2 ORDER BY id")


def events(d):
    return rows(d, "SELECT gateway, delivery, provider_id FROM event ORDER BY id")


def metric(d, name, **labels):
    with Client(d.socket_path) as c:
        text = c.request("GET", "/metrics").text
    labelled = ",".join(f'{k}="{v}"' for k, v in labels.items())
    return int(re.search(rf"^{re.escape(name)}(?:{{{re.escape(labelled)}}})? (\d+)$", text, re.M).group(1))


def book(d, number, hour=9, day="2026-04-20"):
    """An appointment, and the confirmation that it made, once it is under way."""
    made = d.api("POST", "/appointments", booking(f"book-{number}", "court", "centre", at(day, hour), person(number)),
                 expect=201).json()["appointment"]

    def confirmation():
        found = d.pages("/staff/messages", "messages", local=True, appointment=made["id"])
        return next((m for m in found if m["kind"] == "confirmation" and m["state"] not in ("scheduled",)), None)

    return wait_for(confirmation, "the confirmation")


def state(d, message):
    return next(m["state"] for m in all_messages(d) if m["id"] == message)


def sent(d, provider, number, hour=9, day="2026-04-20"):
    """The id of a message that the provider has taken, as the daemon knows it."""
    message = book(d, number, hour, day)["id"]
    wait_for(lambda: state(d, message) == "accepted", "it to be accepted")
    return message


@pytest.fixture
def provider(tmp_path):
    return Scripted(tmp_path)


# ---- receipts


def test_receipts_in_any_order_and_twice(daemon, tmp_path, provider):
    d = start(daemon, tmp_path, provider)
    orders = [
        (["accepted", "delivered"], "delivered"), (["delivered", "accepted"], "delivered"),
        (["delivered", "failed"], "delivered"), (["failed", "delivered"], "delivered"),
        (["failed", "accepted"], "undelivered"), (["accepted", "failed"], "undelivered"),
        (["bad_number"], "undelivered"), (["accepted"], "accepted"),
        (["delivered", "bad_number", "accepted", "failed"], "delivered"),
    ]
    for n, (told, expected) in enumerate(orders):
        message = sent(d, provider, n + 1, 8 + n)
        path = provider.receipts_path(f"rdvd-{message}")
        for delivery in told:
            for _ in range(2):
                answer = provider.call(d, receipt("", delivery, at=NOW_S), path=path)
                assert (answer.status, answer.body) == (200, b"taken"), repr(answer)
                assert answer.headers["Content-Type"].startswith("text/plain")
        assert state(d, message) == expected, told
        # The same by the provider's own name of it, from where it proves itself.
        provider.call(d, receipt("", "accepted", provider=f"scripted:rdvd-{message}", at=NOW_S))
        assert state(d, message) == expected, told
    told = sum(len(o[0]) for o in orders)
    assert metric(d, "rdvd_receipts_total", gateway="scripted") == told + len(orders)
    assert metric(d, "rdvd_receive_repeated_total", gateway="scripted") == told
    check_is_clean(d)


def test_a_receipt_before_the_send_s_own_answer(daemon, tmp_path):
    """Delivered, then accepted, while the send has not come back: the provider is faster than its own answer."""
    slow = Scripted(tmp_path, faults="late:10000", late_ms=1500)
    d = start(daemon, tmp_path, slow)
    message = book(d, 1)
    assert message["state"] == "sending"
    name = f"rdvd-{message['id']}"
    wait_for(lambda: slow.taken(), "the provider to take it")
    path = slow.receipts_path(name)
    for delivery in ("delivered", "accepted"):
        assert slow.call(d, receipt("", delivery), path=path).status == 200
    wait_for(lambda: state(d, message["id"]) != "sending", "the send to come back")
    assert state(d, message["id"]) == "delivered"
    assert slow.call(d, receipt("", "accepted"), path=path).status == 200
    assert state(d, message["id"]) == "delivered"
    assert [t[:2] for t in slow.taken()] == [(name, 1)]


def test_a_late_receipt_settles_what_was_unknown(daemon, tmp_path):
    """It took it and said nothing; an hour later it tells that it arrived."""
    mute = Scripted(tmp_path, faults="drop:10000")
    d = start(daemon, tmp_path, mute)
    message = book(d, 1)
    wait_for(lambda: state(d, message["id"]) == "unknown", "the answer to be missed")
    d.restart(now=at("2026-03-20", 9, 1))
    path = mute.receipts_path(f"rdvd-{message['id']}")
    assert mute.call(d, receipt("", "delivered", at=NOW_S + 3600), path=path).status == 200
    assert state(d, message["id"]) == "delivered"
    assert len(mute.taken()) == 1
    check_is_clean(d)


def test_forged_receipts_change_nothing(daemon, tmp_path):
    one, other = Scripted(tmp_path, "one"), Scripted(tmp_path, "other", channels="email")
    d = start(daemon, tmp_path, one, other, expect_log=(REFUSED,))
    first, second = sent(d, one, 1, 9), sent(d, one, 2, 10)
    path = one.receipts_path(f"rdvd-{first}")
    proof = path.rsplit("/", 1)[1]
    assert re.fullmatch(r"r/\d+/[0-9a-f]{16}", path)
    forged = [
        f"r/{second}/{proof}", f"r/{first}/{'0' * 16}", f"r/{first}/{proof[:-1]}", f"r/{first}/{proof}0",
        f"r/{first}/{proof.upper()}" if proof != proof.upper() else f"r/{first}/", f"r/{first}", f"r/{first}/",
        "r/", "r//", f"r/0{first}/{proof}", f"r/-{first}/{proof}", f"r/{'9' * 30}/{proof}", f"r/{first}/{proof}/x",
        f"r/%00/{proof}", f"r/{first} /{proof}",
    ]
    delivered = receipt(f"rdvd-{first}", "delivered")
    for bad in forged:
        answer = one.call(d, delivered, path=bad.replace(" ", "%20"))
        assert answer.status in (400, 403), f"{bad}: {answer!r}"
    # Another gateway's address with this one's proof; no secret, a wrong one.
    assert other.call(d, delivered, path=path).status == 403
    assert one.call(d, delivered, headers={"X-Secret": "guess"}).status == 403
    assert one.call(d, delivered, headers={"X-Secret": ""}).status == 403
    # A text cannot come by a receipt's address, whoever knows it.
    assert one.call(d, inbound(SOMEBODY, "NON"), path=path).status == 403
    assert {state(d, first), state(d, second)} == {"accepted"}
    assert events(d) == [] and texts(d) == []
    assert metric(d, "rdvd_receive_refused_total", gateway="one") >= len(forged) - 3
    # By its own address it speaks of its own message only, whatever it names.
    assert one.call(d, receipt(f"rdvd-{second}", "failed", provider=f"scripted:rdvd-{second}"), path=path).status == 200
    assert (state(d, first), state(d, second)) == ("undelivered", "accepted")


def test_a_receipt_for_another_gateway_s_message(daemon, tmp_path):
    """Proven to come from `other`, which never had the message: kept, and applied to nothing."""
    one, other = Scripted(tmp_path, "one"), Scripted(tmp_path, "other", channels="email")
    d = start(daemon, tmp_path, one, other)
    message = sent(d, one, 1)
    for n, told in enumerate((receipt(f"rdvd-{message}", "failed"),
                              receipt("", "failed", provider=f"scripted:rdvd-{message}"),
                              receipt("rdvd-999999", "delivered"), receipt("", "delivered", provider="nobody's"),
                              receipt("not ours", "delivered"))):
        assert other.call(d, {**told, "key": str(n)}).status == 200
    assert state(d, message) == "accepted"
    assert [e[0] for e in events(d)] == ["other"] * 5
    check_is_clean(d)


# ---- texts


def test_texts_are_kept_once(daemon, tmp_path, provider):
    d = start(daemon, tmp_path, provider)
    told = [inbound("33612345601", "Bonjour ?", key="a"), inbound("0612345601", "Bonjour ?", key="b"),
            inbound("36179", "Votre facture", key="c"), inbound("Free Mobile", "Info", key="d")]
    for _ in range(3):
        for event in told:
            assert provider.call(d, event).status == 200
        assert provider.call(d, *told).status == 200
    assert texts(d) == [(SOMEBODY, "Bonjour ?"), (SOMEBODY, "Bonjour ?"), ("36179", "Votre facture"),
                        ("Free Mobile", "Info")]
    assert metric(d, "rdvd_inbound_total", gateway="scripted") == 4
    # Without a name: what it says, at the time that the provider tells.
    nameless = inbound("0612345602", "Oui", at=NOW_S - 60)
    for _ in range(3):
        assert provider.call(d, nameless).status == 200
    assert provider.call(d, {**nameless, "at": NOW_S - 30}).status == 200
    assert texts(d)[4:] == [("+33612345602", "Oui")] * 2
    # The raw request stands beside the first of what it told.
    raw = rows(d, "SELECT raw FROM inbound WHERE key = 't:a'")[0][0]
    assert json.loads(raw)["events"][0]["text"] == "Bonjour ?"


def test_long_texts_come_in_parts(daemon, tmp_path, provider):
    d = start(daemon, tmp_path, provider)
    for n in (2, 1, 2):
        whole = inbound(SOMEBODY, "Bonjour," if n == 1 else " je ne peux pas", ref="7", part=n, parts=2,
                        key=f"p{n}")
        assert provider.call(d, whole).status == 200
    assert texts(d) == [(SOMEBODY, "Bonjour, je ne peux pas")]
    # The others never come: after ten minutes it is a text of what there is.
    provider.call(d, inbound(SOMEBODY, "Le début", ref="8", part=1, parts=2, key="q1"))
    # What is no part of anything is a text by itself.
    provider.call(d, inbound("+33612345603", "Seul", ref="9", part=5, parts=2, key="q2"))
    assert [t for t in texts(d) if "début" in t[1]] == []
    d.restart(now=at("2026-03-20", 8, 11))
    wait_for(lambda: [t for t in texts(d) if t[1].startswith("Le début")], "the lone part to be joined")
    assert ("+33612345603", "Seul") in texts(d)


def test_times_of_a_provider_whose_clock_is_wrong(daemon, tmp_path, provider):
    d = start(daemon, tmp_path, provider)
    for n, moment in enumerate((NOW_S - 90, NOW_S + 86400, 1, -5, 0, 2 ** 62)):
        assert provider.call(d, inbound(SOMEBODY, str(n), at=moment, key=f"t{n}")).status == 200
    assert [r[0] for r in rows(d, "SELECT received FROM inbound ORDER BY id")] == [NOW_S - 90] + [NOW_S] * 5


def test_wrong_charsets_and_bytes(daemon, tmp_path, provider):
    """Latin-1 where UTF-8 was agreed, halves of characters, controls: valid text is kept, the raw bytes beside it."""
    d = start(daemon, tmp_path, provider, expect_log=(UNREADABLE,))
    forms = {
        "kind=inbound&from=0612345601&key=1&text=d%E9plac%E9+%E0+14h": "déplacé à 14h",
        "kind=inbound&from=0612345601&key=2&text=d%C3%A9j%C3%A0%0Avu": "déjà\nvu",
        "kind=inbound&from=0612345601&key=3&text=%F0%9F%98%80%01%7F": "😀  ",
        "kind=inbound&from=0612345601&key=4&text=%ED%A0%80%ED": "í\u00a0\ufffdí",
        "kind=inbound&from=0612345601&key=5&text=": "",
        "kind=inbound&from=0612345601&key=6&text=%zz+%": "\ufffd %",
    }
    for query, text in forms.items():
        answer = provider.call(d, method="GET", query="?" + query)
        assert answer.status == 200, f"{query}: {answer!r}"
        assert texts(d)[-1][1] == text or "%zz" in query, query
    assert rows(d, "SELECT raw FROM inbound WHERE key = 't:1'")[0][0] == next(iter(forms)).encode()
    # A JSON body in Latin-1 is no JSON: kept for a human, byte for byte.
    body = json.dumps({"events": [inbound("0612345602", "déplacé")]}, ensure_ascii=False).encode("latin-1")
    assert provider.call(d, body=body).status == 200
    assert rows(d, "SELECT raw FROM event WHERE delivery = 0") == [(body,)]
    assert len(texts(d)) == len(forms)
    for number, text in texts(d):
        assert number.isascii() and text == text.encode().decode()


MALFORMED = [b"{", b"", b"[]", b"null", b"\0\0\0", b"\xff\xfe{\0}\0", b'{"events": {}}', b"<xml/>", b"events=1",
             b'{"events": [' + b"[" * 5000, b'{"events":[{"kind":"receipt"}]}',
             b'{"events":[{"kind":"inbound","text":"Oui"}]}', b'{"events":[1,"a",null,[]]}', b"x" * 65536]


def test_malformed_bodies_are_kept_for_a_human(daemon, tmp_path, provider):
    d = start(daemon, tmp_path, provider, expect_log=(UNREADABLE,))
    for body in MALFORMED:
        answer = d.request("POST", "/cb/scripted/x", body, {"X-Secret": SECRET})
        assert answer.status == 200, f"{body[:40]}: {answer!r}"
    assert [r[0] or b"" for r in rows(d, "SELECT raw FROM event WHERE delivery = 0 ORDER BY id")] == MALFORMED
    assert texts(d) == []
    assert metric(d, "rdvd_receive_unreadable_total", gateway="scripted") == len(MALFORMED)
    assert len(re.findall(UNREADABLE, d.log())) == 1, "one line, not one a request"
    # Nothing was told: nothing to keep.
    assert provider.call(d, body=b'{"events":[]}').status == 200


def test_sizes_methods_and_strangers(daemon, tmp_path, provider):
    d = start(daemon, tmp_path, provider, expect_log=(REFUSED,))
    d.sections += SECTIONS.split("}\n", 1)[1]  # a spool too, which takes no call-backs
    d.restart()
    head = b'{"events":[{"kind":"inbound","from":"0612345601","key":"big","text":"Oui'
    tail = b'"}]}'
    fits = head + b"i" * (65536 - len(head) - len(tail)) + tail
    assert provider.call(d, body=fits).status == 200
    assert 4000 < len(texts(d)[0][1]) < 10000, "bounded, and the whole of it in the raw bytes"
    assert rows(d, "SELECT length(raw) FROM inbound") == [(65536,)]
    for size in (65537, 1_000_000, 40_000_000):
        with d.client() as c:
            c._open()
            c.connection.putrequest("POST", "/cb/scripted/x")
            c.connection.putheader("X-Secret", SECRET)
            c.connection.putheader("Content-Length", str(size))
            c.connection.endheaders()
            try:
                c.connection.send(b"x" * min(size, 200_000))
            except OSError:
                pass
            if size < 200_000:
                assert c.connection.getresponse().status == 413
                continue
            c.connection.sock.settimeout(10)
            if size > 1_000_000:
                assert c.connection.getresponse().status == 413
    long = "kind=inbound&from=0612345602&key=long&text=" + "%F0%9F%98%80" * 900
    assert provider.call(d, method="GET", query="?" + long).status == 200, "a long text in an address"
    assert texts(d)[-1] == ("+33612345602", "😀" * 900)
    assert provider.call(d, method="GET", query="?" + long + "a" * 20000).status in (414, 431)
    assert provider.call(d, inbound("0612345603", "Oui", key="put"), method="PUT").status == 200
    assert texts(d)[-1] == ("+33612345603", "Oui")
    for method, status in (("HEAD", 405), ("DELETE", 405), ("PATCH", 405), ("REPORT", 405), ("OPTIONS", 204)):
        assert provider.call(d, inbound("0612345604", "x", key=method), method=method).status == status, method
    for path in ("/cb/nobody/x", "/cb/spool/x", "/cb/scripted", "/cb/", "/cb", "/cb/local/x", "/cb/..%2fx/y",
                 "/cb//x"):
        answer = d.request("POST", path, b"{}", {"X-Secret": SECRET})
        assert answer.status == 404, f"{path}: {answer!r}"
        assert path == "/cb" or answer.headers["Content-Type"] == "application/problem+json"
    # A provider's own Authorization is no token of ours, its cookie no session.
    for headers in ({"Authorization": "Bearer theirs"}, {"Authorization": "Basic eA=="}, {"Cookie": "rdvd_session=x"},
                    {"Origin": "https://provider.example"}, {"Content-Type": "multipart/form-data"}):
        answer = provider.call(d, inbound("0612345605", "y", key=str(headers)), headers=headers)
        assert answer.status == 200 and "Set-Cookie" not in answer.headers, repr(answer)
    assert len(texts(d)) == 8


# ---- on disk


def test_killed_right_after_the_answer(daemon, tmp_path, provider):
    """Whatever was answered 200 is in the database, whole, after kill -9; told again it is known."""
    d = start(daemon, tmp_path, provider)
    message = sent(d, provider, 1)
    path = provider.receipts_path(f"rdvd-{message}")
    answered, lock, last = [], threading.Lock(), threading.Event()

    def tell(who):
        with d.client(timeout_s=5) as c:
            for n in range(1000):
                event = inbound(f"06123{who:02}{n % 10}00", f"texte {who} {n}", key=f"{who}-{n}")
                try:
                    answer = c.request("POST", "/cb/scripted/in", {"events": [event]}, {"X-Secret": SECRET})
                except OSError:
                    return
                if answer.status == 200:
                    with lock:
                        answered.append((f"t:{who}-{n}", event["text"]))
                        if len(answered) >= 200:
                            last.set()

    threads = [threading.Thread(target=tell, args=(who,)) for who in range(4)]
    for t in threads:
        t.start()
    assert provider.call(d, receipt("", "delivered"), path=path).status == 200
    assert last.wait(20)
    d.kill9()
    for t in threads:
        t.join()
    kept = dict(rows(d, "SELECT key, text FROM inbound"))
    assert len(answered) >= 200 and all(kept.get(key) == text for key, text in answered)
    assert all(r[0] for r in rows(d, "SELECT raw FROM inbound"))
    assert rows(d, "SELECT state FROM message WHERE id = ?", int(message)) == [(4,)]
    d.start()
    before = len(texts(d))
    for key, text in answered[:20]:
        assert provider.call(d, inbound("0612300000", text, key=key.removeprefix("t:"))).status == 200
    assert len(texts(d)) == before
    check_is_clean(d)


def test_a_full_disk_is_told_to_the_provider(daemon, tmp_path, disk):  # noqa: F811
    provider = Scripted(tmp_path)
    d = start(daemon, tmp_path, provider, expect_log=PROVOKED, wrapper=disk.wrapper)
    assert provider.call(d, inbound(SOMEBODY, "avant", key="before")).status == 200
    disk.fill(d)
    refused, n = [], 0
    while len(refused) < 20 and n < 2000:
        n += 1
        event = inbound(SOMEBODY, f"plein {n} " + "x" * 3000, key=f"full-{n}")
        answer = provider.call(d, event)
        assert answer.status in (200, 503), repr(answer)
        if answer.status == 503:
            assert int(answer.headers["Retry-After"]) > 0
            refused.append(event)
    assert len(refused) == 20
    kept = dict(rows(d, "SELECT key, text FROM inbound"))
    assert not any(f"t:{e['key']}" in kept for e in refused)
    disk.free(d)
    wait_for(lambda: provider.call(d, refused[0]).status == 200, "texts to be kept again")
    for event in refused:
        assert provider.call(d, event).status == 200
    kept = dict(rows(d, "SELECT key, text FROM inbound"))
    assert all(kept[f"t:{e['key']}"] == e["text"] for e in refused)
    assert len(kept) == n + 1
    check_is_clean(d)


# ---- asked for


def test_what_waits_is_asked_for_and_settled(daemon, tmp_path, provider):
    provider.settings = "\tpoll_seconds = 5\n"
    provider.wait_to_be_asked("one", inbound("0612345601", "Oui", key="1", at=NOW_S - 5))
    provider.wait_to_be_asked("odd", {"kind": "inbound", "text": "de personne"})
    provider.wait_to_be_asked("unread", b"no JSON")
    d = start(daemon, tmp_path, provider, expect_log=(UNREADABLE, r"cannot be asked"))
    wait_for(lambda: not provider.waiting(), "what waited to be settled")
    assert texts(d) == [(SOMEBODY, "Oui")]
    assert len(rows(d, "SELECT raw FROM event WHERE delivery = 0")) == 2
    # It goes down with something to tell: what it told before it failed counts, once; it is said once.
    d.stop()
    provider.wait_to_be_asked("two", inbound("0612345601", "Non", key="2", at=NOW_S))
    (provider.inbox / "down").touch()
    d.start()
    wait_for(lambda: not provider.waiting(), "what waited to be settled")
    assert texts(d)[1:] == [(SOMEBODY, "Non")]
    wait_for(lambda: metric(d, "rdvd_polls_failed_total", gateway="scripted") == 1, "the failure to be counted")
    assert len(re.findall(r"^<4>gateway scripted: it cannot be asked", d.log(), re.M)) == 1
    # The same told again, by call-back this time.
    assert provider.call(d, inbound("0612345601", "Non", key="2")).status == 200
    assert len(texts(d)) == 2


def test_once_asks_once(daemon, tmp_path, provider):
    d = start(daemon, tmp_path, provider)
    d.stop()
    provider.wait_to_be_asked("one", inbound("0612345601", "Oui", key="1"))
    d.run_once(at("2026-03-20", 9))
    assert provider.waiting() == [] and texts(d) == [(SOMEBODY, "Oui")]


# ---- by hand


def test_sms_in(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path))
    said = d.rdvctl("sms-in", "06 12 34 56 01", "Bonjour")
    assert re.fullmatch(r"Text \d+ was dealt with\.\n", said.stdout)
    for sender, text in (("+33612345601", "Bonjour"), ("+33612345601", "Bonjour"), ("36179", "Pub"), ("OVH", "Bonjour"),
                         ("0612345602", ""), ("0612345602", "ligne\nligne")):
        assert re.fullmatch(r"\d+", d.rdvctl("sms-in", sender, text, json_out=True)["id"])
    assert texts(d) == [(SOMEBODY, "Bonjour")] * 3 + [("36179", "Pub"), ("OVH", "Bonjour"), ("+33612345602", ""),
                                                      ("+33612345602", "ligne\nligne")]
    assert rows(d, "SELECT count(*) FROM inbound WHERE state IN (1, 2)") == [(0,)], "dealt with when it returns"
    assert "from" in d.rdvctl("sms-in", " ", "Bonjour", status=1).stderr
    d.rdvctl("sms-in", "0612345601", status=2)
    for body, status in (({"from": "1"}, 422), ({"text": ""}, 422), ({"from": 3, "text": ""}, 422), ([], 422), (b"{", 415)):
        assert d.local("POST", "/local/sms-in", body).status == status, body
    assert d.api("POST", "/local/sms-in", {"from": "1", "text": ""}).status == 404
    # Texts that came in are no messages.
    numbers = {m["to"] for m in all_messages(d)}
    assert "36179" not in numbers and "OVH" not in numbers


# ---- floods


def test_a_flood_of_forged_ones(daemon, tmp_path, provider):
    """An address that sends what nothing proves is not listened to for a while; others are, and so are the people of
    that address. One line of the log says so."""
    d = start(daemon, tmp_path, provider, expect_log=(REFUSED,), conf={"trusted_proxy": ["127.0.0.1"]})
    forger, honest = {"X-Forwarded-For": "198.51.100.7"}, {"X-Forwarded-For": "198.51.100.8"}
    statuses = [provider.call(d, path="x", body=b"{}", headers={**forger, "X-Secret": "?"}).status for _ in range(80)]
    assert statuses[:60] == [403] * 60 and set(statuses[61:]) == {429}
    answer = provider.call(d, inbound(SOMEBODY, "a", key="a"), headers=forger)
    assert answer.status == 429 and int(answer.headers["Retry-After"]) > 0
    assert provider.call(d, inbound(SOMEBODY, "b", key="b"), headers=honest).status == 200
    assert d.request("GET", "/horaires?service=rdv", headers=forger).status == 200
    assert texts(d) == [(SOMEBODY, "b")]
    assert len(re.findall(REFUSED, d.log())) == 1


def test_honest_ones_are_not_counted_among_people(daemon, tmp_path, provider):
    d = start(daemon, tmp_path, provider, conf={"trusted_proxy": ["127.0.0.1"]},
              extra="limits {\n\trequests_per_minute = 3\n}\n")
    headers = {"X-Forwarded-For": "198.51.100.9", "X-Secret": SECRET}
    with d.client() as c:
        for n in range(300):
            body = {"events": [inbound(SOMEBODY, str(n), key=str(n))]}
            assert c.request("POST", "/cb/scripted/in", body, headers).status == 200
    assert len(texts(d)) == 300


def test_the_loop_goes_on_under_a_flood(daemon, tmp_path, provider):
    """Forged call-backs as large as they may be, as fast as four clients can: people do not notice."""
    d = start(daemon, tmp_path, provider, expect_log=(REFUSED,))
    over = threading.Event()
    counted = []

    def forge():
        with d.client() as c:
            while not over.is_set():
                counted.append(c.request("POST", "/cb/scripted/in", b"x" * 60000, {"X-Secret": "?"}).status)

    threads = [threading.Thread(target=forge) for _ in range(4)]
    for t in threads:
        t.start()
    slowest = 0.0
    with d.client() as c:
        for n in range(40):
            begun = time.monotonic()
            assert c.request("GET", "/api/v1/slots?service=rdv&limit=5").status == 200
            slowest = max(slowest, time.monotonic() - begun)
    over.set()
    for t in threads:
        t.join()
    assert set(counted) == {403} and len(counted) > 40
    assert slowest < 2.0, slowest
    assert texts(d) == [] and events(d) == []
