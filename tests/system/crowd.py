# SPDX-License-Identifier: GPL-3.0-or-later
"""Many clients at once, from one thread: each client is a generator that yields requests and is sent the
answers, so that a story of several steps reads from top to bottom while 64 of them run beside each other.

    def story():
        answer = yield Ask("GET", "/")
        ...
    Crowd(("127.0.0.1", port)).run([story() for _ in range(64)])

An answer is a helpers.Response, or None when the connection broke before all of it had come: the daemon was
killed, and nobody knows what it did. First requests leave in one burst, before any answer is read."""

import email.parser
import json
import selectors
import socket
import time
import urllib.parse

from helpers import Response


class Ask:
    """One request. body: bytes, a dict (JSON), a list of pairs (a form) or None."""

    def __init__(self, method, path, body=None, headers=None):
        lines = {"Host": "localhost", **(headers or {})}
        if isinstance(body, dict):
            body = json.dumps(body, ensure_ascii=False).encode()
            lines.setdefault("Content-Type", "application/json")
        elif isinstance(body, (list, tuple)):
            body = urllib.parse.urlencode(body).encode()
            lines.setdefault("Content-Type", "application/x-www-form-urlencoded")
        if body is not None or method == "POST":
            lines["Content-Length"] = str(len(body or b""))
        head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items())
        self.method = method
        self.bytes = head.encode() + b"\r\n" + (body or b"")


def parse_answer(data, method):
    """(Response, bytes used), or None while it is not whole."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    status_line, _, head = data[:end].decode("latin-1").partition("\r\n")
    status = int(status_line.split(" ", 2)[1])
    headers = email.parser.Parser().parsestr(head, headersonly=True)
    at = end + 4
    if status == 100:
        rest = parse_answer(data[at:], method)
        return rest and (rest[0], rest[1] + at)
    if method == "HEAD" or status in (204, 304):
        return Response(status, headers, b""), at
    if "chunked" in (headers.get("Transfer-Encoding") or ""):
        body = bytearray()
        while True:
            stop = data.find(b"\r\n", at)
            if stop < 0:
                return None
            size = int(data[at:stop].split(b";")[0], 16)
            if len(data) < stop + 2 + size + 2:
                return None
            body += data[stop + 2:stop + 2 + size]
            at = stop + 2 + size + 2
            if size == 0:
                return Response(status, headers, bytes(body)), at
    size = int(headers.get("Content-Length", 0))
    if len(data) < at + size:
        return None
    return Response(status, headers, bytes(data[at:at + size])), at + size


class Member:
    """One connection and the story it tells; connections are kept from story to story."""

    def __init__(self, crowd):
        self.crowd, self.socket, self.story, self.ask = crowd, None, None, None
        self.unsent, self.data = b"", bytearray()

    def open(self):
        if self.socket is None:
            unix = isinstance(self.crowd.address, str)
            self.socket = socket.socket(socket.AF_UNIX if unix else socket.AF_INET)
            self.socket.settimeout(10)
            self.socket.connect(self.crowd.address)
            if not unix:
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.socket.setblocking(False)
            self.crowd.selector.register(self.socket, selectors.EVENT_READ, self)

    def close(self):
        if self.socket is not None:
            self.crowd.selector.unregister(self.socket)
            self.socket.close()
            self.socket = None
        self.data.clear()
        self.unsent = b""

    def begin(self, story):
        """Ask the story for its first request, and send it."""
        self.story = story
        self.step(next(story, None))

    def step(self, ask):
        self.ask = ask
        if ask is None or self.crowd.is_over and self.socket is None:
            self.story = None
            return
        try:
            self.open()
            self.unsent = ask.bytes
            self.push()
        except OSError:
            self.lost()

    def push(self):
        try:
            while self.unsent:
                self.unsent = self.unsent[self.socket.send(self.unsent):]
        except BlockingIOError:
            pass
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self.unsent else 0)
        self.crowd.selector.modify(self.socket, events, self)

    def lost(self):
        self.close()
        self.answer(None)

    def answer(self, response):
        if self.story is None:
            return
        try:
            ask = self.story.send(response)
        except StopIteration:
            ask = None
        self.step(ask)

    def ready(self, events):
        try:
            if events & selectors.EVENT_WRITE:
                self.push()
            if not events & selectors.EVENT_READ:
                return
            piece = self.socket.recv(262144)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        if not piece:
            self.lost()
            return
        self.data += piece
        done = self.ask and parse_answer(bytes(self.data), self.ask.method)
        if done:
            response, used = done
            del self.data[:used]
            if (response.headers.get("Connection") or "").lower() == "close":
                self.close()
            self.answer(response)


class Crowd:
    """address: (host, port), or the path of a local socket."""

    def __init__(self, address):
        self.address = address if isinstance(address, tuple) else str(address)
        self.selector = selectors.DefaultSelector()
        self.members, self.is_over = [], False

    def run(self, stories, deadline_s=60, until=None):
        """Tell all the stories to their ends. until: looked at between events; true ends it early, and
        leaves the stories where they are."""
        end = time.monotonic() + deadline_s
        stories = list(stories)
        while len(self.members) < len(stories):
            self.members.append(Member(self))
        busy = self.members[:len(stories)]
        for member in busy:
            member.open()
        for member, story in zip(busy, stories):
            member.begin(story)
        while any(m.story is not None for m in busy):
            if until and until():
                return
            assert time.monotonic() < end, f"after {deadline_s} s some answers have not come"
            for key, events in self.selector.select(0.05):
                key.data.ready(events)

    def run_out(self, deadline_s=20):
        """The daemon is dead: read what it had answered, until every connection has ended. The stories go
        on from their answers, but what they ask next goes nowhere."""
        end = time.monotonic() + deadline_s
        self.is_over = True
        while any(m.socket is not None and m.story is not None for m in self.members):
            assert time.monotonic() < end, "connections of a dead daemon do not end"
            for key, events in self.selector.select(0.05):
                key.data.ready(events)

    def close(self):
        for member in self.members:
            member.story = None
            member.close()
        self.members = []

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
        self.selector.close()
