# SPDX-License-Identifier: GPL-3.0-or-later
"""A mail server that misbehaves as it is told: what it took, and on which connection, is on its lists. A
recipient's name says what happens to that message ("rcpt451@..."), the server's mode what happens to all.
And the certificates, and the driver of a gateway plugin, that go with it."""

import asyncio
import base64
import json
import re
import socket
import ssl
import struct
import subprocess
import threading

from helpers import BUILD, TOP

REPLIES = {
    "rcpt450": ("RCPT", "450 4.2.1 <{to}>: try again later"),
    "rcpt451": ("RCPT", "451 4.7.1 <{to}>: Recipient address rejected: Greylisted"),
    "rcpt452": ("RCPT", "452 4.2.2 <{to}>: mailbox full"),
    "rcpt421": ("RCPT", "421 4.3.2 too many connections from your host"),
    "rcpt550": ("RCPT", "550 5.1.1 <{to}>: Recipient address rejected: User unknown"),
    "rcpt552": ("RCPT", "552 5.2.2 <{to}>: mailbox full"),
    "rcpt553": ("RCPT", "553 5.1.3 <{to}>: not a name"),
    "relay": ("RCPT", "554 5.7.1 <{to}>: Relay access denied"),
    "relay454": ("RCPT", "454 4.7.1 <{to}>: Relay access denied"),
    "rcpt530": ("RCPT", "530 5.7.0 Authentication required"),
    "data451": ("DATA", "451 4.3.0 no room for anything just now"),
    "data554": ("DATA", "554 5.5.1 no valid recipients"),
    "end451": ("END", "451 4.3.0 queue file write error"),
    "end452": ("END", "452 4.3.1 insufficient system storage"),
    "end550": ("END", "550 5.7.1 message content rejected"),
    "end552": ("END", "552 5.3.4 message size exceeds fixed limit"),
    "endfull": ("END", "552 5.2.2 mailbox of {to} is full"),
    "rate": ("RCPT", "450 4.7.28 unusual rate of mail for {to}"),
    "end250odd": ("END", "252 2.0.0 taken, more or less"),
}


def make_certificates(folder):
    """A CA, a server's certificate for localhost, one for another name, and another CA: paths by name."""
    def run(*args):
        subprocess.run(["openssl", *args], check=True, capture_output=True)

    paths = {}
    for ca in ("ca", "other"):
        paths[ca] = folder / f"{ca}.pem"
        run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30",
            "-subj", f"/CN=Test {ca}", "-keyout", folder / f"{ca}.key", "-out", paths[ca],
            "-addext", "basicConstraints=critical,CA:TRUE")
    for name, names in (("server", "DNS:localhost,IP:127.0.0.1"), ("elsewhere", "DNS:mail.elsewhere.example")):
        run("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={name}",
            "-addext", f"subjectAltName={names}", "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.csr")
        run("x509", "-req", "-in", folder / f"{name}.csr", "-CA", paths["ca"], "-CAkey", folder / "ca.key",
            "-CAcreateserial", "-days", "30", "-copy_extensions", "copy", "-out", folder / f"{name}.pem")
        paths[name] = (folder / f"{name}.pem", folder / f"{name}.key")
    return paths


class Hangup(Exception):
    """The server closes the connection now."""


class SmtpSink:
    """A server in a thread of its own; use it in a with statement. Modes, as attributes that may be changed
    between messages:

    starttls    "yes"; "no": not offered; "454", "hang": what happens to it
    users       {name: password} for AUTH PLAIN; None: no AUTH is offered
    greeting    the first line
    mail        a reply to every MAIL, or None
    after       what happens to the connection after a message was taken: "keep", "close", "reset", "421"
    """

    def __init__(self, certificate=None, implicit=False, users=None, starttls="yes"):
        self.taken = []  # of every message that was answered 2xx: dicts
        self.seen = []   # of every message whose end of data came
        self.commands = []
        self.connections = 0
        self.users, self.starttls, self.implicit = users, starttls, implicit
        self.greeting, self.mail, self.after = "220 sink ESMTP", None, "keep"
        self.delay_s = 0
        self.context = None
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*map(str, certificate))
        self.loop = asyncio.new_event_loop()
        self.tasks = set()

    def __enter__(self):
        started = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self.thread.start()
        started.wait(10)
        return self

    def __exit__(self, *exc):
        self.loop.call_soon_threadsafe(self.stopping.set)
        self.thread.join(10)
        return False

    def _run(self, started):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._serve(started))

    async def _serve(self, started):
        self.stopping = asyncio.Event()
        server = await asyncio.start_server(self._client, "127.0.0.1", 0, limit=1 << 26,
                                            ssl=self.context if self.implicit else None)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await self.stopping.wait()
        server.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def _client(self, reader, writer):
        self.tasks.add(asyncio.current_task())
        self.connections += 1
        try:
            await Dialogue(self, reader, writer, self.connections).run()
        except (Hangup, ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            self.tasks.discard(asyncio.current_task())
            writer.close()


class Dialogue:
    """One connection."""

    def __init__(self, sink, reader, writer, number):
        self.sink, self.reader, self.writer, self.number = sink, reader, writer, number
        self.tls, self.user, self.sender, self.to = sink.implicit, None, None, None

    async def say(self, *lines):
        self.writer.write("".join(line + "\r\n" for line in lines).encode())
        await self.writer.drain()

    def reset(self):
        """Close with a TCP reset."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()
        raise Hangup

    def way(self):
        return self.to.split("@")[0].split("+")[0] if self.to else ""

    async def told(self, where):
        """The reply that the recipient's name asks for here; True when it was given."""
        at, reply = REPLIES.get(self.way(), (None, None))
        if at != where:
            return False
        await self.say(reply.format(to=self.to))
        return True

    async def run(self):
        await self.say(self.sink.greeting)
        while True:
            line = (await self.reader.readuntil(b"\n")).decode().rstrip("\r\n")
            verb = line.split(" ")[0].upper()
            self.sink.commands.append((self.number, line if verb != "AUTH" else verb))
            handler = getattr(self, "on_" + verb.lower(), None)
            if handler is None:
                await self.say("502 5.5.1 no such command")
            elif await handler(line):
                return

    async def on_ehlo(self, line):
        offers = ["PIPELINING", "SIZE 50000000", "8BITMIME"]
        if self.sink.context and not self.tls and self.sink.starttls != "no":
            offers.append("STARTTLS")
        if self.sink.users is not None and (self.tls or not self.sink.context):
            offers.append("AUTH LOGIN PLAIN")
        await self.say("250-sink", *(f"250-{o}" for o in offers[:-1]), f"250 {offers[-1]}")

    async def on_starttls(self, line):
        if self.sink.starttls == "454":
            return await self.say("454 4.7.0 TLS not available due to temporary reason")
        if self.sink.starttls == "hang":
            raise Hangup
        await self.say("220 2.0.0 go ahead")
        await self.writer.start_tls(self.sink.context)
        self.tls = True

    async def on_auth(self, line):
        _, _, user, password = [None, *base64.b64decode(line.split(" ")[2]).decode().split("\0")]
        if user == "later":
            return await self.say("454 4.7.0 temporary authentication failure")
        if self.sink.users.get(user) != password:
            return await self.say("535 5.7.8 authentication credentials invalid")
        self.user = user
        await self.say("235 2.7.0 welcome")

    async def on_mail(self, line):
        if self.sink.mail:
            return await self.say(self.sink.mail)
        self.sender = re.match(r"MAIL FROM:<(.*?)>", line)[1]
        await self.say("250 2.1.0 ok")

    async def on_rcpt(self, line):
        self.to = re.match(r"RCPT TO:<(.*?)>", line)[1]
        if self.way() == "dropmail":
            raise Hangup
        if self.way() == "slowrcpt":
            await asyncio.sleep(60)
        if not await self.told("RCPT"):
            await self.say("250 2.1.5 ok")

    async def on_data(self, line):
        if await self.told("DATA"):
            return None
        if self.way() == "dropdata":
            raise Hangup
        await self.say("354 go on")
        if self.way() == "dropmid":
            await self.reader.readexactly(100)
            self.reset()
        data = bytearray()
        while True:
            part = await self.reader.readuntil(b"\n")
            if part == b".\r\n":
                break
            data += part[1:] if part.startswith(b".") else part
        one = {"from": self.sender, "to": self.to, "data": bytes(data), "connection": self.number,
               "tls": self.tls, "user": self.user}
        self.sink.seen.append(one)
        if self.way() == "dropend":
            raise Hangup
        if self.way() == "resetend":
            self.reset()
        if self.way() == "slowend":
            await asyncio.sleep(60)
        if self.sink.delay_s:
            await asyncio.sleep(self.sink.delay_s)
        if await self.told("END"):
            return None
        self.sink.taken.append(one)
        await self.say(f"250 2.0.0 Ok: queued as Q{len(self.sink.taken):06d}")
        if self.sink.after == "421":
            await self.say("421 4.4.2 sink idle time exceeded")
        if self.sink.after in ("close", "421"):
            raise Hangup
        if self.sink.after == "reset":
            self.reset()

    async def on_rset(self, line):
        await self.say("250 2.0.0 ok")

    async def on_noop(self, line):
        await self.say("250 2.0.0 ok")

    async def on_quit(self, line):
        await self.say("221 2.0.0 bye")
        return True


def report(mark, action="failed", status="5.1.1", said="550 5.1.1 <lea@exemple.fr>: User unknown", returned=True):
    """A delivery report as Postfix writes it."""
    back = f"\n--B\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{mark}@exemple.fr>\nTo: lea@exemple.fr\n" if returned else ""
    return (f"Return-Path: <>\nFrom: MAILER-DAEMON@relay.example\nTo: bounces@exemple.fr\n"
            f"Message-ID: <{action}{status}@relay.example>\nAuto-Submitted: auto-replied\n"
            f"Content-Type: multipart/report; report-type=delivery-status;\n boundary=\"B\"\n\n--B\n"
            f"Content-Type: text/plain\n\nI'm sorry.\n\n--B\nContent-Description: Delivery report\n"
            f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; relay.example\nArrival-Date: Sun\n\n"
            f"Final-Recipient: rfc822; lea@exemple.fr\nAction: {action}\nStatus: {status}\n"
            f"Diagnostic-Code: smtp; {said}\n{back}--B--\n")


class Drive:
    """A gateway plugin, loaded as a module and driven line by line."""

    def __init__(self, name, folder, /, **settings):
        folder.mkdir(exist_ok=True)
        self.command = [str(BUILD / "tests" / "gateway" / "drive"), str(BUILD / "plugins" / name), name, str(folder),
                        *(f"{k}={v}" for k, v in settings.items())]
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, cwd=TOP)
        first = self.process.stdout.readline()
        if not first:
            self.error = self.process.communicate(timeout=20)[1]
            self.capabilities = None
            return
        self.capabilities = json.loads(first)["capabilities"]

    def ask(self, what, **more):
        self.process.stdin.write(json.dumps({"do": what, **more}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(f"the driver ended: {self.process.communicate(timeout=20)[1]}")
        return json.loads(line)

    def send(self, **message):
        return self.ask("send", **message)

    def __enter__(self):
        if self.capabilities is None:
            raise AssertionError(self.error)
        return self

    def __exit__(self, *exc):
        _, self.error = self.process.communicate(timeout=20)
        if exc[0] is None and self.process.returncode != 0:
            raise AssertionError(f"the driver ended with {self.process.returncode}: {self.error}")
        return False
