# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a booking waits while the national territory is imported beside it, with 20,000 appointments to come:
one client books without a pause, each booking is timed, and the territory is imported again and again with every
site renamed. The delay
is what the longest booking takes more with imports than the longest in the same time without, median of the
rounds."""

import http.client
import json
import shutil
import statistics
import subprocess
import threading
import time

import fill
from helpers import NATIONAL, RDVCTL

MUST_MS = 20


def renamed(folder, number):
    territory = json.loads(NATIONAL.read_text(encoding="utf-8"))
    for site in territory["sites"]:
        site["name"] = f"{site['name']} {number}"
    path = folder / f"national-{number}.json"
    path.write_text(json.dumps(territory, ensure_ascii=False), encoding="utf-8")
    return path


class Client:
    """One connection that books line after line; times in milliseconds."""

    def __init__(self, port, lines):
        self.link = http.client.HTTPConnection("127.0.0.1", port)
        self.lines = iter(lines)

    def book(self):
        path, body = next(self.lines).removeprefix("POST ").split(" ", 1)
        begun = time.perf_counter()
        self.link.request("POST", path, body.encode(), {"Content-Type": "application/json"})
        answer = self.link.getresponse()
        answer.read()
        if answer.status not in (201, 409):  # 409: one of the 20,000 has it
            raise SystemExit(f"a booking was answered {answer.status}")
        return (time.perf_counter() - begun) * 1000

    def until(self, over):
        times = [self.book()]
        while not over():
            times.append(self.book())
        return times


def measure(one, lines, files, rounds):
    """The longest booking with an import and without, of each round, and how long an import takes."""
    client, found = Client(one.port, lines), []
    for _ in range(100):
        client.book()
    for number in range(rounds):
        command = [str(RDVCTL), "-s", str(one.socket_path), "import", str(files[number % len(files)])]
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        ended = []
        waiter = threading.Thread(target=lambda: (process.wait(), ended.append(time.perf_counter())))
        waiter.start()
        beside = client.until(lambda: ended)
        waiter.join()
        took = ended[0] - begun
        stop = time.perf_counter() + took
        alone = client.until(lambda: time.perf_counter() >= stop)
        if process.returncode:
            raise SystemExit("the import was refused")
        found.append((max(beside), max(alone), took, len(beside)))
    return found


def run(bench, base, lines, now):
    data = bench.fresh("imports")
    shutil.copytree(base, data)
    fill.fill(data, NATIONAL, now, past=1000, future=20000, places=bench.communes)
    one = bench.daemon(data)
    files = [renamed(bench.folder, n) for n in range(2)]
    found = measure(one, lines, files, max(3, bench.args.rounds))
    delay = statistics.median(max(0.0, beside - alone) for beside, alone, _, _ in found)
    bench.row("delay of a booking by an import of the national territory", None, delay,
              {"at_most": MUST_MS}, unit=" ms",
              detail="; ".join(f"longest {b:.1f} ms with, {a:.1f} without, import {t:.2f} s, {n} bookings beside"
                               for b, a, t, n in found))
    bench.notes.append("imports: " + bench.rows[-1]["detail"])
    bench.end(one)
