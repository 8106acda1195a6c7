# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's Kannel beside a daemon: bearerbox and smsbox with a loop-back SMS centre, and the telephones behind it,
which speak the "fake" SMS centre's protocol (a line a text: sender, receiver, kind, words)."""

import re
import socket
import subprocess
import threading
import urllib.parse

from helpers import TOP, free_port, wait_for

TOKEN = "Kannel0123456789abcdefgh"


class Phones:
    """All telephones: what arrives at them, what they send. One connection to the SMS centre, which is down while
    there is none."""

    def __init__(self, port):
        self.port, self.got, self.connection, self.reader = port, [], None, None

    def connect(self):
        """The SMS centre is up."""
        def open_():
            try:
                return socket.create_connection(("127.0.0.1", self.port), 5)
            except OSError:
                return None

        self.connection = wait_for(open_, "the SMS centre's port")
        self.reader = threading.Thread(target=self._read, args=(self.connection,), daemon=True)
        self.reader.start()
        return self

    def _read(self, connection):
        with connection.makefile("rb") as lines:
            try:
                for line in lines:
                    sender, receiver, kind, words = line.rstrip(b"\n").split(b" ", 3)
                    self.got.append((sender.decode(), receiver.decode(), kind.decode(), words))
            except (OSError, ValueError):
                pass

    def disconnect(self):
        """The SMS centre is down."""
        if self.connection:
            self.connection.shutdown(socket.SHUT_RDWR)
            self.reader.join(10)
            self.connection.close()
            self.connection = None

    def texts(self, number=None):
        """The texts that arrived, in order, at that telephone or at all."""
        return [decode(kind, words) for _, receiver, kind, words in list(self.got) if number in (None, receiver)]

    def senders(self):
        return {sender for sender, *_ in self.got}

    def send(self, sender, receiver, text):
        words = urllib.parse.quote(text.encode("utf-8"))
        self.connection.sendall(f"{sender} {receiver} data {words}\n".encode())


def decode(kind, words):
    if kind == "udh":  # of a long text: its header, then the same again
        _, kind, words = words.split(b" ", 2)
        kind = kind.decode()
    if kind == "text":
        return words.decode("utf-8")
    data = urllib.parse.unquote_to_bytes(words.replace(b"+", b" "))
    return data.decode("utf-16-be" if kind == "ucs-2" else "utf-8")


class Kannel:
    """bearerbox and smsbox in a folder of their own, on free ports."""

    def __init__(self, folder, callback):
        """callback: the address below which the daemon is told, without the token."""
        self.folder = folder
        (folder / "spool").mkdir(parents=True)
        self.ports = {name: free_port() for name in ("ADMIN", "BOX", "PHONES", "SENDSMS")}
        self.processes = {}
        text = (TOP / "tests" / "data" / "kannel.conf").read_text()
        for name, value in (*self.ports.items(), ("DIR", folder), ("CALLBACK", f"{callback}/in/{TOKEN}")):
            text = text.replace(f"@{name}@", str(value))
        assert "@" not in re.sub(r"#.*", "", text), text
        self.conf = folder / "kannel.conf"
        self.conf.write_text(text)
        self.phones = Phones(self.ports["PHONES"])

    @property
    def url(self):
        return f"http://127.0.0.1:{self.ports['SENDSMS']}"

    def section(self, password="s3cret", name="kannel", settings=""):
        return (f'gateway {name} {{\n\tplugin = "gw_http"\n\tchannels = {{"sms"}}\n\tpreset = "kannel"\n'
                f'\tpresets = "{TOP / "etc" / "gateways"}"\n\turl = "{self.url}"\n\tuser = "rdvd"\n'
                f'\tpassword = "{password}"\n\tcallback_token = "{TOKEN}"\n\tcallback_addresses = "127.0.0.1"\n'
                f'{settings}}}\n')

    def _listens(self, port, process):
        def up():
            assert process.poll() is None, self.log()
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                return False
            return True
        return up

    def run(self, box, port):
        process = subprocess.Popen([f"/usr/sbin/{box}", str(self.conf)], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder)
        self.processes[box] = process
        wait_for(self._listens(port, process), f"{box} on port {port}")

    def start_bearerbox(self):
        self.run("bearerbox", self.ports["BOX"])

    def start_smsbox(self):
        self.run("smsbox", self.ports["SENDSMS"])

    def start(self):
        self.start_bearerbox()
        self.start_smsbox()
        self.phones.connect()
        return self

    def kill9(self, box):
        process = self.processes.pop(box)
        process.kill()
        process.wait()

    def stop(self):
        self.phones.disconnect()
        for box in ("smsbox", "bearerbox"):
            process = self.processes.pop(box, None)
            if process:
                process.kill()
                process.wait()

    def log(self):
        return "".join(f"--- {p.name}\n" + p.read_text(errors="replace")[-4000:] for p in self.folder.glob("*.log"))
