# SPDX-License-Identifier: GPL-3.0-or-later
"""The scripted provider (tests/gateway/gw_scripted.c) beside a daemon: built as a module of its own, its section of
the configuration, what it took, and what it tells by call-back and by being asked."""

import functools
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from helpers import TOP

SOURCE = TOP / "tests" / "gateway" / "gw_scripted.c"
SECRET = "s3cret-of-the-provider"


@functools.cache
def module_dir():
    """A folder with gw_scripted.so, built once for a run of the tests."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rdvd-modules-"))
    compiler = os.environ.get("CC") or shutil.which("gcc") or "cc"
    done = subprocess.run([compiler, "-std=gnu11", "-D_GNU_SOURCE", "-O1", "-fPIC", "-shared",
                           "-I", str(TOP / "include"), "-o", str(folder / "gw_scripted.so"), str(SOURCE), "-ljansson"],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder


class Scripted:
    """One such gateway, called `name`; give its section to a daemon, with conf={"module_dir": module_dir()}."""

    def __init__(self, folder, name="scripted", channels="sms", settings="", **options):
        self.name = name
        self.folder = pathlib.Path(folder) / name
        self.inbox = self.folder / "inbox"
        self.inbox.mkdir(parents=True)
        self.log = self.folder / "taken.log"
        self.options = {"log": self.log, "secret": SECRET, "inbox": self.inbox, **options}
        self.channels, self.settings = channels, settings

    @property
    def section(self):
        lines = "".join(f'\t{key} = "{value}"\n' for key, value in self.options.items())
        channels = ", ".join(f'"{c}"' for c in self.channels.split(","))
        return (f'gateway {self.name} {{\n\tplugin = "gw_scripted"\n\tchannels = {{{channels}}}\n'
                f'{self.settings}{lines}}}\n')

    def taken(self):
        """[(id, attempt, to, text)] of what it took, in order."""
        if not self.log.exists():
            return []
        rows = [line.split(" ", 3) for line in self.log.read_text(encoding="utf-8").splitlines()]
        return [(row[0], int(row[1]), *row[2:]) for row in rows]

    def receipts_path(self, message):
        """Where it may tell of a message that it was given, below /cb/NAME/."""
        url = (self.folder / "taken.log.taken" / message).read_text()
        return url.split(f"/cb/{self.name}/", 1)[1]

    def call(self, d, *events, path="events", method="POST", headers=None, query="", body=None):
        """A call-back with these events; returns the answer."""
        if body is None:
            body = json.dumps({"events": events}).encode() if events or not query else b""
        return d.request(method, f"/cb/{self.name}/{path}{query}", body or None,
                         {"X-Secret": SECRET, **(headers or {})})

    def wait_to_be_asked(self, name, event):
        """An event that is told when the daemon asks."""
        hidden = self.inbox / f".{name}"
        hidden.write_bytes(event if isinstance(event, bytes) else json.dumps(event).encode())
        hidden.rename(self.inbox / f"{name}.json")

    def waiting(self):
        return sorted(p.name for p in self.inbox.glob("*.json"))


def receipt(message, delivery, **more):
    return {"kind": "receipt", "message": message, "delivery": delivery, **more}


def inbound(sender, text, **more):
    return {"kind": "inbound", "from": sender, "text": text, **more}
