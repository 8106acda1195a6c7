# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that are slow, huge, ambiguous or a thousand: limits hold, and everybody else is served."""

import resource
import selectors
import socket
import threading
import time

import pytest

from crowd import Ask, parse_answer
from helpers import pause, wait_for
from small import NOW, at, booking, check_is_clean, everything, person, write_territory

GET = b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n"
BOOK = b"POST /api/v1/appointments HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture
def d(daemon, tmp_path):
    return daemon(now=NOW, territory=write_territory(tmp_path), expect_log=[r"connection", r"descriptors"])


def raw(d, request, timeout_s=10):
    """Send bytes, read until the daemon closes or has answered whole: (Response or None, whether it closed)."""
    with socket.create_connection(("127.0.0.1", d.port), timeout=timeout_s) as s:
        try:
            s.sendall(request)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before all of it was read
        data, closed = b"", False
        while not closed:
            try:
                piece = s.recv(65536)
            except ConnectionResetError:
                piece = b""
            closed = not piece
            data += piece
            done = parse_answer(data, "GET")
            if done and not closed:
                s.settimeout(0.3)
                try:
                    closed = not s.recv(65536)
                except TimeoutError:
                    break
                except ConnectionResetError:
                    closed = True
        done = parse_answer(data, "GET") if data else None
        return (done[0] if done else None), closed


# ---- size


SIZES = [
    ("long URL", b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\nHost: h\r\n\r\n", (414, 431)),
    ("long query", b"GET /api/v1/slots?service=" + b"a" * 20000 + b" HTTP/1.1\r\nHost: h\r\n\r\n", (414, 431)),
    ("long header", GET + b"X-Long: " + b"a" * 20000 + b"\r\n\r\n", (431, 413)),
    ("many headers", GET + b"".join(b"X-%d: 1\r\n" % i for i in range(500)) + b"\r\n", (431, 413)),
    ("headers without end", GET + b"".join(b"X-%d: %s\r\n" % (i, b"a" * 100) for i in range(5000)), (431, 413)),
    ("long cookie", GET + b"Cookie: " + b"a=b; " * 4000 + b"\r\n\r\n", (431, 413)),
    ("body too long", BOOK + b"Content-Length: 70000\r\n\r\n" + b" " * 70000, 413),
    ("body announced too long, and asked for leave", BOOK + b"Expect: 100-continue\r\nContent-Length: 70000\r\n\r\n", 413),
    ("body announced absurd", BOOK + b"Content-Length: 999999999999999999\r\n\r\n", 413),
    ("body announced beyond 64 bits", BOOK + b"Content-Length: 99999999999999999999999\r\n\r\n", (400, 413)),
    ("chunks too long", BOOK + b"Transfer-Encoding: chunked\r\n\r\n" + b"8000\r\n" + b" " * 0x8000 + b"\r\n"
     + b"8001\r\n" + b" " * 0x8001 + b"\r\n0\r\n\r\n", 413),
    ("chunks without end", BOOK + b"Transfer-Encoding: chunked\r\n\r\n" + (b"8000\r\n" + b" " * 0x8000 + b"\r\n") * 200,
     (413, None)),
    ("a body where none belongs", GET + b"Content-Length: 200000\r\n\r\n" + b" " * 200000, (413, 200)),
]


@pytest.mark.parametrize("what,request_,status", SIZES, ids=[s[0] for s in SIZES])
def test_too_large(d, what, request_, status):
    """Answered and closed, or read to its end when it is little: what follows is a request of its own."""
    answer, _ = raw(d, request_)
    allowed = status if isinstance(status, tuple) else (status,)
    assert (answer and answer.status) in allowed, repr(answer)
    follow = b"GET /nothing HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
    with socket.create_connection(("127.0.0.1", d.port), timeout=10) as s:
        data = b""
        try:
            s.sendall(request_ + follow)
            while piece := s.recv(65536):
                data += piece
        except ConnectionError:
            pass
    answers = []
    while done := parse_answer(data, "GET"):
        answers.append(done[0].status)
        data = data[done[1]:]
    assert answers in ([[s] for s in allowed] + [[s, 404] for s in allowed] + [[]] * (None in allowed)), answers
    assert d.api("GET", "/health").status == 200
    assert d.rss_kib() < 400_000


def test_what_is_allowed_is_allowed(d):
    answer, _ = raw(d, GET + b"X: " + b"a" * 7000 + b"\r\n\r\n")
    assert answer.status == 200
    answer = d.request("POST", "/api/v1/appointments", b" " * 65000 + b"{}", {"Content-Type": "application/json"})
    assert answer.status == 422
    # On the local socket a territory may be large.
    done = d.rdvctl("--json", "import", "--dry-run", "-", stdin=" " * 5_000_000 + "[]", status=None)
    assert "64" not in done.stderr and done.returncode != 0


# ---- ambiguity


BODY = b'{"request_key": "smuggled"}'
AMBIGUOUS = [
    ("both lengths", BOOK + b"Content-Length: 27\r\nTransfer-Encoding: chunked\r\n\r\n1b\r\n" + BODY + b"\r\n0\r\n\r\n"),
    ("two lengths", BOOK + b"Content-Length: 27\r\nContent-Length: 27\r\n\r\n" + BODY),
    ("two different lengths", BOOK + b"Content-Length: 0\r\nContent-Length: 27\r\n\r\n" + BODY),
    ("a list of lengths", BOOK + b"Content-Length: 27, 27\r\n\r\n" + BODY),
    ("a signed length", BOOK + b"Content-Length: +27\r\n\r\n" + BODY),
    ("blank before the colon", BOOK + b"Content-Length : 27\r\n\r\n" + BODY),
    ("gzip, chunked", BOOK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
    ("xchunked", BOOK + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    ("folded", b"GET / HTTP/1.1\r\nHost: h\r\nX: a\r\n b\r\n\r\n"),
    ("no host", b"GET / HTTP/1.1\r\n\r\n"),
    ("two hosts", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    ("bare line feeds", b"GET / HTTP/1.1\nHost: h\n\n"),
    ("NUL in a header", b"GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n"),
]


@pytest.mark.parametrize("what,request_", AMBIGUOUS, ids=[a[0] for a in AMBIGUOUS])
def test_ambiguous(d, what, request_):
    """What two servers could read in two ways is refused, and whatever follows on the connection unread."""
    follow = b"GET /api/v1/services HTTP/1.1\r\nHost: h\r\n\r\n"
    answer, closed = raw(d, request_ + follow)
    assert answer is not None and answer.status == 400, repr(answer)
    assert closed


def test_methods_and_paths(d):
    for method, path, status in (("GET", "/nothing/here", 404), ("POST", "/nothing", 404),
                                 ("DELETE", "/api/v1/services", 405), ("PUT", "/api/v1/appointments", 405),
                                 ("TRACE", "/", (405, 501)), ("CONNECT", "/", (400, 405, 501)),
                                 ("BREW", "/", 501), ("GET", "/metrics", 404), ("GET", "/api/v1/local/status", 404),
                                 ("POST", "/api/v1/local/import", 404), ("GET", "/rdv/../../etc/passwd", 404),
                                 ("GET", "/static/..%2f..%2fetc%2fpasswd", 404), ("GET", "/%00", (400, 404))):
        answer = d.request(method, path)
        assert answer.status in (status if isinstance(status, tuple) else (status,)), (method, path, answer)
        if answer.status == 405:
            assert answer.headers["Allow"]
    head = d.request("HEAD", "/api/v1/services")
    assert head.status == 200 and head.body == b"" and int(head.headers["Content-Length"]) > 10


def test_cut_short(d):
    """A client that leaves in the middle leaves nothing behind, and holds up no stop."""
    whole = b'{"request_key":"cut"}'
    for _ in range(10):
        for request in (b"G", GET[:20], GET, BOOK + b"Content-Length: 100\r\n\r\n" + whole,
                        BOOK + b"Transfer-Encoding: chunked\r\n\r\n15\r\n{"):
            with socket.create_connection(("127.0.0.1", d.port)) as s:
                s.sendall(request)
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", d.port)) as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            s.sendall(BOOK + b"Content-Length: 100\r\n\r\n" + whole)
    assert d.api("GET", "/health").status == 200
    assert everything(d) == []
    wait_for(lambda: d.metric("rdvd_http_connections") <= 1, "their connections to be given up", 8)
    for _ in range(10):
        with socket.create_connection(("127.0.0.1", d.port)) as s:
            s.sendall(GET)
    begun = time.monotonic()
    d.stop()
    assert time.monotonic() - begun < 5


def test_answers_that_nobody_takes(d):
    """Whole requests by clients that are gone before the answer: they count once, and harm nobody."""
    for n in range(40):
        body = Ask("POST", "/api/v1/appointments",
                   booking(f"gone-{n}", "tranquille", "salle", at("2026-03-23", 8 + n // 4, n % 2 * 30), person(n))).bytes
        with socket.create_connection(("127.0.0.1", d.port)) as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            s.sendall(body)
    again = [d.api("POST", "/appointments", booking(f"gone-{n}", "tranquille", "salle",
                                                    at("2026-03-23", 8 + n // 4, n % 2 * 30), person(n)))
             for n in range(40)]
    assert {a.status for a in again} <= {200, 201, 409}
    rows = everything(d)
    assert len({r["start"] for r in rows}) == len(rows) == 20
    check_is_clean(d)


# ---- slow ones, and a thousand of them


class Slow:
    """One that sends a byte now and then; keeps when it ended, and what it was told."""

    def __init__(self, d, first, then):
        self.socket = socket.create_connection(("127.0.0.1", d.port))
        self.socket.setblocking(False)
        self.begun, self.ended, self.said = time.monotonic(), None, b""
        self.socket.send(first)
        self.then = then

    def turn(self):
        if self.ended:
            return
        try:
            if self.then:
                self.socket.send(self.then)
            piece = self.socket.recv(4096)
            self.said += piece
            if piece:
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self.ended = time.monotonic() - self.begun
        self.socket.close()


def test_slow_ones_and_a_thousand_idle(d):
    """Slow headers, slow bodies, silence: each ends by itself, and meanwhile everybody else is served."""
    d.expect_log(r"budget")  # they all give one number
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192) if hard > 0 else 8192, hard))
    idle = []
    try:
        for _ in range(1000):
            idle.append(socket.create_connection(("127.0.0.1", d.port)))
        slow = [Slow(d, GET, b"X"), Slow(d, b"G", b"E"), Slow(d, GET + b"X-Slow: ", b"a"),
                Slow(d, BOOK + b"Content-Length: 5000\r\n\r\n{", b" "),
                Slow(d, BOOK + b"Transfer-Encoding: chunked\r\n\r\n", b"")]
        served, worst, number = 0, 0.0, 0
        with d.client() as c:
            end = time.monotonic() + 36
            while time.monotonic() < end and not all(s.ended for s in slow):
                for _ in range(20):
                    begun = time.monotonic()
                    assert c.request("GET", "/api/v1/slots?service=rdv&near=62590").status == 200
                    number += 1
                    if number % 10 == 0:
                        k = number // 10
                        answer = c.request("POST", "/api/v1/appointments", booking(
                            f"beside-{k}", "tranquille", "salle", at("2026-03-21", 24 * (k // 24) + 8, k % 24 * 30),
                            person(k)))
                        assert answer.status == 201
                    worst = max(worst, time.monotonic() - begun)
                    served += 1
                for s in slow:
                    s.turn()
                pause(0.3)
        assert all(s.ended for s in slow), [s.ended for s in slow]
        assert served > 500 and worst < 3, (served, worst)
        for s in slow:
            assert not s.said or s.said.startswith(b"HTTP/1.1 408"), s.said
        # Those who never said a word were sent away too.
        selector = selectors.DefaultSelector()
        for s in idle:
            selector.register(s, selectors.EVENT_READ)
        gone = sum(1 for key, _ in selector.select(1) if not key.fileobj.recv(100))
        assert gone > 900, gone
        selector.close()
    finally:
        for s in idle:
            s.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert d.api("GET", "/health").status == 200
    check_is_clean(d)


def test_more_connections_than_allowed(daemon, tmp_path):
    """The limit of all connections: the rest wait their turn or are turned away; those inside are served."""
    d = daemon(now=NOW, extra="limits {\n\tconnections = 50\n\tconnections_per_address = 50\n}\n", territory=write_territory(tmp_path),
               expect_log=[r"connection"])
    with d.client() as inside:
        assert inside.request("GET", "/api/v1/health").status == 200
        crowd = [socket.create_connection(("127.0.0.1", d.port), timeout=5) for _ in range(200)]
        for _ in range(20):
            assert inside.request("GET", "/api/v1/health").status == 200
        for s in crowd:
            s.close()
    # As soon as there is room the next one comes in.
    begun = time.monotonic()
    for _ in range(5):
        assert d.api("GET", "/health").status == 200
    assert time.monotonic() - begun < 3


# ---- limits by address


LIMITS = """limits {
	requests_per_minute = 30
	holds_per_minute = 10
	bookings_per_minute = 10
}
"""


def try_until(d, headers, ask, most=80):
    """How many of these are let through before 429."""
    with d.client() as c:
        for n in range(most):
            method, path, body = ask(n)
            answer = c.request(method, path, body, headers)
            if answer.status == 429:
                assert 0 < int(answer.headers["Retry-After"]) <= 60
                return n
            assert answer.status < 500, repr(answer)
    return most


def slots(n):
    return "GET", "/api/v1/slots?service=rdv&limit=1", None


def a_booking(n):
    return "POST", "/api/v1/appointments", booking(f"lim-{n}", "rdv", "centre", at("2026-03-23", 9))


def a_form(n):
    return "POST", "/reserver", "service=rdv&horaire=centre.1"


def test_limits_by_address(daemon, tmp_path):
    d = daemon(now=NOW, territory=write_territory(tmp_path), conf={"trusted_proxy": ["127.0.0.1"]}, extra=LIMITS)
    for ask, allowed in ((slots, 30), (a_booking, 10), (a_form, 10)):
        one = {"X-Forwarded-For": "192.0.2.1"}
        assert try_until(d, one, ask) == allowed
        assert try_until(d, one, ask) == 0
        # Others are others: a neighbour, an IPv6 network, whoever the last proxy names.
        assert try_until(d, {"X-Forwarded-For": "192.0.2.2"}, ask) == allowed
        assert try_until(d, {"X-Forwarded-For": "2001:db8:1::1"}, ask) == allowed
        assert try_until(d, {"X-Forwarded-For": "2001:db8:1::2"}, ask) == 0, "a /64 is one address"
        # What the client wrote itself in front does not count.
        assert try_until(d, {"X-Forwarded-For": "203.0.113.9, 192.0.2.1"}, ask) == 0
        # The proxy itself, and whoever has a token.
        assert try_until(d, {}, ask) == 80
    token = d.add_token("admin")
    assert try_until(d, {"X-Forwarded-For": "192.0.2.1", "Authorization": f"Bearer {token}"}, slots) == 80
    answer = d.request("POST", "/reserver", "service=rdv&horaire=centre.1", {"X-Forwarded-For": "192.0.2.1"})
    assert answer.status == 429 and "text/html" in answer.headers["Content-Type"]
    answer = d.request("GET", "/api/v1/slots?service=rdv", headers={"X-Forwarded-For": "192.0.2.1"})
    assert answer.status == 429 and answer.headers["Content-Type"].startswith("application/problem+json")
    # The health is for those who watch it.
    assert d.request("GET", "/api/v1/health", headers={"X-Forwarded-For": "192.0.2.1"}).status == 200


def test_nobody_speaks_for_others_untrusted(daemon, tmp_path):
    """Without trusted_proxy the header counts for nothing: the loopback has no limit."""
    d = daemon(now=NOW, territory=write_territory(tmp_path), extra=LIMITS)
    assert try_until(d, {"X-Forwarded-For": "192.0.2.1"}, slots) == 80
    assert try_until(d, {}, a_booking) == 80
    assert d.request("GET", "/", headers={"X-Forwarded-For": "not an address"}).status == 200


def test_ninety_people_behind_one_address(daemon, tmp_path):
    """A partner's Wi-Fi, with the preset limits: all of them search and book."""
    d = daemon(now=NOW, territory=write_territory(tmp_path), conf={"trusted_proxy": ["127.0.0.1"]})
    results = []

    def visitor(n):
        wifi = {"X-Forwarded-For": "198.51.100.7"}
        with d.client() as c:
            for _ in range(4):
                results.append(c.request("GET", "/horaires?q=62590&service=tranquille", headers=wifi).status)
            answer = c.request("POST", "/api/v1/appointments", booking(
                f"wifi-{n}", "tranquille", "salle", at("2026-03-21", 24 * (n // 24) + 8, n % 24 * 30), person(n)), wifi)
            results.append(answer.status)

    threads = [threading.Thread(target=visitor, args=(n,)) for n in range(60)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(30)
    assert results.count(201) == 60 and results.count(200) == 240, results
