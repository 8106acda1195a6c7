#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A provider of SMS that fails as it is told to, in a process of its own: what it took it writes down first, one line
a message. Which request fails, and how, is a matter of the message's id and of how often it came: the same in
every run.

usage: provider.py PORT LOG IDEMPOTENT FAULTS, FAULTS being "NAME:PER-THOUSAND,...":
  busy    503, nothing taken                  late   taken, answered after a while
  reset   taken, then the connection is reset  error  taken, then answered 500
  dead    reset before anything is taken       drop   taken, then the connection is closed without a word"""

import asyncio
import collections
import json
import os
import pathlib
import random
import socket
import struct
import subprocess
import sys

from helpers import free_port

LATE_S = 0.05


class Provider:
    """The process, as a test holds it."""

    def __init__(self, folder, idempotent, faults):
        folder.mkdir(parents=True, exist_ok=True)
        self.log, self.port, self.idempotent = folder / "taken.log", free_port(), idempotent
        self.log.touch()
        self.faults = ",".join(f"{k}:{v}" for k, v in faults.items())
        self.preset = folder / "provider.json"
        self.preset.write_text(json.dumps({
            "about": ["the laboratory's"], "source": [], "to_confirm": [], "needs": {}, "takes": {},
            "url": "http://127.0.0.1", "can": ["idempotent"] if idempotent else [],
            "send": {"method": "POST", "url": "{url}/send", "json": {"id": "{id}", "to": "{to}", "text": "{text}"},
                     "outcome": [{"status": [200, 202], "is": "accepted"}, {"status": 503, "is": "retry"}],
                     "id": "/id"}}))

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, __file__, str(self.port), str(self.log),
                                         str(int(self.idempotent)), self.faults], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"
        return self

    def __exit__(self, *exc):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()

    def section(self, **settings):
        lines = "".join(f"\t{k} = {v}\n" for k, v in settings.items())
        return (f'gateway lab {{\n\tplugin = "gw_http"\n\tchannels = {{"sms"}}\n\tpreset = "{self.preset}"\n'
                f'\turl = "http://127.0.0.1:{self.port}"\n{lines}}}\n')

    def taken(self):
        """How often each message was taken: {number: times}."""
        return collections.Counter(int(line.removeprefix("rdvd-")) for line in self.log.read_text().split())


class Server:
    def __init__(self, log, idempotent, faults):
        self.log, self.idempotent, self.faults = log, idempotent, faults
        self.seen, self.came = set(), collections.Counter()

    def fate(self, name):
        self.came[name] += 1
        at = random.Random(f"{name}/{self.came[name]}").randrange(1000)
        for fault, share in self.faults:
            if at < share:
                return fault
            at -= share
        return ""

    def take(self, name):
        if self.idempotent and name in self.seen:
            return
        self.seen.add(name)
        os.write(self.log, f"{name}\n".encode())

    async def serve(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                size = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
                name = json.loads(await reader.readexactly(size))["id"]
                if await self.answer(writer, name):
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def answer(self, writer, name):
        """1: the connection ends here."""
        fate = self.fate(name)
        if fate not in ("busy", "dead"):
            self.take(name)
        if fate in ("reset", "dead"):
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        if fate in ("reset", "dead", "drop"):
            return True
        if fate == "late":
            await asyncio.sleep(LATE_S)
        status = {"busy": "503 Busy", "error": "500 Oh"}.get(fate, "202 Accepted")
        body = json.dumps({"id": f"p-{name}"}).encode()
        writer.write(f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                     .encode() + body)
        await writer.drain()
        return False


async def main(port, log, idempotent, faults):
    pairs = [(name, int(share)) for name, _, share in (f.partition(":") for f in faults.split(",") if f)]
    server = Server(os.open(log, os.O_WRONLY | os.O_APPEND), idempotent == "1", pairs)
    async with await asyncio.start_server(server.serve, "127.0.0.1", int(port), backlog=1024):
        print("ready", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
    asyncio.run(main(*sys.argv[1:]))
