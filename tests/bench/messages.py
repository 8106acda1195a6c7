# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages in the benchmark: reminders that are all due at once, handed to a provider on this machine, next to a
bare libcurl loop that sends to the same provider in the same run, over as many connections, kept as the gateway
keeps them; texts that come in, to their committed answers; reminders planned with the bookings that owe them; claims
with a million messages waiting."""

import contextlib
import json
import pathlib
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))

import fill  # noqa: E402
from helpers import BUILD, NATIONAL, TOP, Client, Daemon, free_port, pause, wait_for  # noqa: E402
from kannel import Kannel  # noqa: E402
from postfix import Postfix  # noqa: E402
from smtp_sink import make_certificates  # noqa: E402

NOW = "2026-03-20T08:00:00+01:00"
NOW_S = 1773990000
TOOLS = BUILD / "tests" / "bench"
TOKEN = "Bench0123456789abcdefghij"
USER, PASSWORD = "rdv@exemple.fr", "s3cret"

SECTIONS = """store store_sqlite {
}
messages {
	budget_person = 1000000
	budget_prefix = 1000000
	budget_organisation = 1000000
	answers_per_hour = 60
}
"""

# A provider as plain as they come: JSON in, an id out, nothing idempotent.
PRESET = {
    "about": ["the benchmark's sink"], "source": [], "to_confirm": [], "needs": {},
    "takes": {"callback_token": "the secret of the path", "callback_addresses": "who may call"},
    "url": "http://127.0.0.1",
    "can": [],
    "send": {"method": "POST", "url": "{url}/send",
             "json": {"id": "{id}", "from": "{from}", "to": "{to}", "text": "{text}"},
             "outcome": [{"status": 202, "is": "accepted"}], "id": "/id"},
    "callbacks": [{"path": "in", "method": "GET", "read": "query",
                   "proof": [{"kind": "path", "secret": "{callback_token}"}],
                   "events": [{"kind": "inbound", "key": "/id", "from": "/from", "text": "/text"}]}],
}


class Sink:
    """sink.c on a port of its own."""

    def __enter__(self):
        self.port = free_port()
        self.process = subprocess.Popen([str(TOOLS / "sink"), str(self.port)], stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise SystemExit("the sink did not start")
        return self

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def __exit__(self, *exc):
        self.process.terminate()
        self.requests = int(self.process.stdout.read().split()[0])
        self.process.wait()


class Stopped:
    """A process that ends with a with statement."""

    def __init__(self, process):
        self.process = process

    def close(self):
        self.process.terminate()
        self.process.wait()


def bare(count, *arguments):
    """One run of the bare loop: messages a second."""
    done = subprocess.run([str(TOOLS / "post"), "-n", str(count), *map(str, arguments)], stdout=subprocess.PIPE,
                          text=True, check=True)
    told = json.loads(done.stdout)
    if told["wrong"]:
        raise SystemExit(f"the bare loop was refused {told['wrong']} times: {arguments}")
    return told["rate"]


def metrics(daemon):
    with Client(daemon.socket_path) as c:
        return c.request("GET", "/metrics").text


def in_state(text, *states):
    return sum(float(m[2]) for m in re.finditer(r'^rdvd_messages\{state="(\w+)"\} (\S+)$', text, re.M)
               if m[1] in states)


class Messages:
    """The rows of messages of a Bench (run.py)."""

    def __init__(self, bench):
        self.bench, self.args = bench, bench.args

    # -- what is due

    def prepare(self, base):
        """A data folder with some ten thousand appointments to come."""
        self.base = self.bench.fresh("messages")
        shutil.copytree(base, self.base)
        fill.fill(self.base, NATIONAL, NOW, past=0, future=self.args.messages * 5 // 4, places=self.bench.communes)

    def daemon(self, section, email=False, count=None, due=True):
        one = Daemon(self.bench.fresh("daemon"), now=NOW, start=False, sections=SECTIONS + section)
        self.bench.daemons.append(one)
        shutil.copytree(self.base, one.data, dirs_exist_ok=True)
        self.due = len(fill.make_due(one.data, NOW, (count or self.args.messages) if due else 0, email))
        return one

    def dispatched(self, one):
        """Start it and see the due messages go: how many a second, from the first accepted to the last."""
        with contextlib.closing(sqlite3.connect(fill.database_path(one.data))) as db:
            before = db.execute("SELECT sum(n) FROM message_count WHERE state IN (3, 4)").fetchone()[0]
        first = last = None
        one.start()
        while True:
            text, now = metrics(one), time.monotonic()
            done = in_state(text, "accepted", "delivered") - before
            if last is None or done > last[1]:
                last = (now, done)
            if first is None and done > 0:
                first = (now, done)
            waits = in_state(text, "scheduled", "sending", "retry_wait")
            if not waits or now - last[0] > 5:  # the rest waits for a later hour
                break
            pause(0.05)  # looking costs the daemon something too
        if done < 0.9 * self.due:  # the rest became false: cancelled since, or of a week that one message tells
            self.bench.notes.append(f"only {done:.0f} of {self.due} messages were accepted")
            self.bench.wrong += 1
        self.done = done
        rate = (done - first[1]) / max(last[0] - first[0], 1e-9)
        if waits:
            self.bench.notes.append(f"{waits:.0f} messages wait for a later hour")
        self.bench.end(one)
        return rate

    def compare(self, work, floors, found, must, detail):
        floor, measured = statistics.median(floors), statistics.median(found)
        row = {"work": work, "floor": floor, "measured": measured, "must": {"ratio": must}, "unit": "/s",
               "ratio": measured / floor, "met": measured / floor >= must, "rounds": len(found), "detail": detail}
        self.bench.add(row)
        self.bench.notes.append(f"{work}: {detail}")

    # -- plain HTTP

    def http_section(self, url, rate=20000, connections=2):
        preset = self.bench.folder / "preset.json"
        preset.write_text(json.dumps(PRESET))
        return (f'gateway sink {{\n\tplugin = "gw_http"\n\tchannels = {{"sms"}}\n\tpreset = "{preset}"\n'
                f'\turl = "{url}"\n\tcallback_token = "{TOKEN}"\n\trate_per_second = {rate}\n'
                f'\twindow = 256\n\tconnections = {connections}\n\tanswers = true\n}}\n')

    def http(self):
        count, floors, fresh, found = self.args.messages, [], [], []
        body = json.dumps({"id": "rdvd-123456", "from": "CLLAJ62", "to": "+33612345678",
                           "text": "Rappel : rendez-vous mardi 3 mars à 14 h, mission locale, Oignies. "
                                   "Un empêchement ? Changez ou annulez : https://rdv.example.org/rdv/abcdefghijklm"})
        for _ in range(self.args.rounds):
            with Sink() as sink:
                fresh.append(bare(count, "-c", 2, "-f", sink.url + "/send", body))
                floors.append(bare(count, "-c", 2, sink.url + "/send", body))
            with Sink() as sink:
                one = self.daemon(self.http_section(sink.url))
                found.append(self.dispatched(one))
            if sink.requests != self.done:
                self.bench.notes.append(f"{sink.requests} requests for {self.done:.0f} messages accepted")
                self.bench.wrong += 1
        self.compare(f"dispatch of {self.due:,} reminders, plain HTTP", floors, found, 0.5,
                     f"2 connections that are kept; bare loop with a fresh one each message: "
                     f"{statistics.median(fresh):,.0f}/s")

    # -- Kannel

    def kannel(self):
        count, floors, fresh, found = self.args.messages // 2, [], [], []
        for _ in range(self.args.rounds):
            folder = self.bench.fresh("kannel")
            one = self.daemon("", count=count)
            box = Kannel(folder, f"{one.url}/cb/kannel")
            one.sections += box.section(settings="\trate_per_second = 20000\n\twindow = 256\n\tconnections = 4\n")
            one.write_conf()
            try:
                box.start()
                with Sink() as sink:
                    url = (f"{box.url}/cgi-bin/sendsms?username=rdvd&password=s3cret&from=CLLAJ62&to=%2B33612345678"
                           f"&text=Rappel+rendez-vous+mardi+3+mars&coding=0&dlr-mask=31&dlr-url="
                           + urllib.parse.quote(sink.url + "/r", safe=""))
                    fresh.append(bare(count, "-c", 4, "-f", url))
                    floors.append(bare(count, "-c", 4, url))
                box.stop()
                box.start()
                found.append(self.dispatched(one))
            finally:
                box.stop()
        self.compare(f"dispatch of {self.due:,} reminders, Kannel", floors, found, 0.5,
                     f"4 connections that are kept, receipts on both sides; bare loop with a fresh one each message: "
                     f"{statistics.median(fresh):,.0f}/s")

    # -- Postfix

    # as long as a mail of ours with its three parts
    MAIL = ("From: CLLAJ <rdv@exemple.fr>\r\nTo: <p1@exemple.fr>\r\nSubject: Votre rendez-vous\r\nMIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n\r\n"
            + "Votre rendez-vous approche. Pensez a l'heure a laquelle partir de chez vous.\r\n" * 80)

    def postfix(self):
        count, floors, found = self.args.messages // 4, [], []
        certificates = make_certificates(self.bench.fresh_folder("certificates"))
        for _ in range(self.args.rounds):
            port = free_port()
            sink = subprocess.Popen(["/usr/sbin/smtp-sink", "-u", "postfix", f"127.0.0.1:{port}", "1000"],
                                    stdout=subprocess.DEVNULL)
            with contextlib.closing(Stopped(sink)), Postfix(certificates["server"], {USER: PASSWORD}, port) as box:
                section = (f'gateway mail {{\n\tplugin = "gw_smtp"\n\tchannels = {{"email"}}\n\tserver = "localhost"\n'
                           f'\tport = "{box.port}"\n\tca_file = "{certificates["ca"]}"\n\tuser = "{USER}"\n'
                           f'\tpassword = "{PASSWORD}"\n\trate_per_second = 20000\n\twindow = 64\n}}\n')
                floors.append(bare(count, "-u", f"{USER}:{PASSWORD}", "-a", certificates["ca"],
                                   f"smtp://localhost:{box.port}/localhost", self.MAIL))
                wait_for(box.queue_is_empty, "the queue to be empty", 120)
                one = self.daemon(section, email=True, count=count)
                found.append(self.dispatched(one))
                wait_for(box.queue_is_empty, "the queue to be empty", 120)
        self.compare(f"dispatch of {self.due:,} e-mails, Postfix, STARTTLS and login", floors, found, 0.8,
                     "one connection that is kept; relayed to smtp-sink meanwhile")

    # -- texts that come in

    def inbound(self):
        rates, count = [], self.args.messages // 2
        for _ in range(self.args.rounds):
            with Sink() as sink:
                one = self.daemon(self.http_section(sink.url, rate=1), due=False)
                with contextlib.closing(sqlite3.connect(fill.database_path(one.data))) as db:
                    numbers = [n for n, in db.execute(
                        "SELECT DISTINCT n.phone FROM person n JOIN participation p ON p.person = n.id JOIN session s"
                        " ON s.id = p.session WHERE n.phone <> '' AND n.sms_ok AND s.starts > ? AND p.status <> 3"
                        " LIMIT ?", (NOW_S + 86400, count))]
                words = ("OUI", "Oui je viens", "INFO", "c'est quand mon rdv ?")
                lines = [f"GET /cb/sink/in/{TOKEN}?" + urllib.parse.urlencode(
                    {"id": f"b{i}", "from": n, "text": words[i % len(words)]}) for i, n in enumerate(numbers)]
                path = self.bench.write("texts.txt", lines)
                one.start()
                rates.append(self.answered(one, path, len(lines)))
                self.bench.end(one)
        measured = statistics.median(rates)
        row = {"work": f"{len(lines):,} SMS that come in, to their answers committed", "floor": None,
               "measured": measured, "must": {"at_least": 2000}, "unit": "/s", "ratio": None,
               "met": measured >= 2000, "detail": "by call-back, 64 connections"}
        self.bench.add(row)

    def answered(self, one, path, count):
        loader = threading.Thread(target=lambda: subprocess.run(
            [str(TOOLS / "load"), "-c", "64", str(one.port), str(path)], stdout=subprocess.PIPE))
        begun = time.monotonic()
        loader.start()
        with contextlib.closing(sqlite3.connect(f"file:{fill.database_path(one.data)}?mode=ro", uri=True)) as db:
            while True:
                n = db.execute("SELECT count(*) FROM message WHERE kind = 5").fetchone()[0]
                if n >= count or time.monotonic() - begun > 120:
                    break
                pause(0.02)
        took = time.monotonic() - begun
        loader.join()
        if n < count:
            self.bench.notes.append(f"{n} answers to {count} texts")
            self.bench.wrong += 1
        return n / took

    # -- claims, by the store's own figures

    def claims(self):
        folder = self.bench.fresh_folder("claims")
        done = subprocess.run([str(BUILD / "tests" / "store" / "bench"), str(folder), "340000"],
                              stdout=subprocess.PIPE, text=True, check=True)
        found = re.search(r"claim one message, (\d+) waiting: [\d.]+ ms, committed ([\d.]+) ms", done.stdout)
        self.bench.row(f"claim of a message, committed, {int(found[1]):,} waiting", None, float(found[2]),
                       {"at_most": 1.0}, unit=" ms")

    def run(self, base):
        names = {"http": self.http, "kannel": self.kannel, "postfix": self.postfix, "inbound": self.inbound}
        wanted = [f for name, f in names.items() if self.bench.wants(name)]
        if wanted:
            self.prepare(base)
        for work in wanted:
            work()
        if self.bench.wants("claims"):
            self.claims()
