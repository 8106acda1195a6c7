#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""make bench: each piece of work next to the floor measured in the same run, on the same disk.

The floor (floor.c) is the same event loop with nothing to think about: a fixed body of 4 KB for a GET, one
row committed in groups with synchronous=FULL for a POST. Floor and daemon take turns, round after round
after a warm-up, and the medians are compared, so that a neighbour's load on the machine weighs on both.
Queries vary over thousands of places, so that no cache of one answer passes for speed; every answer must be
the expected status, or the run says so and fails.

usage: run.py [--only WORDS] [--rounds N] [--seconds S] [--bookings N] [--messages N] [--json FILE] [--write]
RDVD_BUILD is the build folder. --write puts the table into tests/bench/RESULTS.md."""

import argparse
import contextlib
import datetime as dt
import json
import os
import pathlib
import platform
import random
import re
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
for folder in ("system", "oracle", "data"):
    sys.path.insert(0, str(HERE.parent / folder))

import fill  # noqa: E402
import agenda  # noqa: E402
import imports  # noqa: E402
import make_national  # noqa: E402
import messages  # noqa: E402
import slots as oracle  # noqa: E402
from helpers import BUILD, HENIN_CARVIN, NATIONAL, TOP, Daemon, free_port, pause, wait_for  # noqa: E402

NOW = "2026-03-20T08:00:00+01:00"
TOOLS = BUILD / "tests" / "bench"
FIRST_NAMES = ("Léa", "Hugo", "Inès", "Nathan", "Chloé", "Yanis", "Manon", "Enzo", "Sarah", "Mehdi", "Jade",
               "Lucas", "Aïcha", "Théo", "Camille", "Mamadou", "Zoé", "Rayan", "Élise", "Noé")
LAST_NAMES = ("Dubois", "Lefebvre", "Moreau", "Diallo", "Petit", "Benali", "Roux", "Garcia", "Fontaine",
              "Nguyen", "Mercier", "Traoré", "Blanchard", "Da Silva", "Caron", "Delattre", "Hoarau")


# ---- what is asked

def communes():
    return make_national.read_communes(TOP / "etc" / "communes.csv")


def near_sites(places, territory, within_km=20):
    """The communes that have a site of the territory within reach, so that answers are full ones; without
    Mayotte, whose communes have no point."""
    grid = {}
    for site in territory.sites.values():
        grid.setdefault((round(site["lat"]), round(site["lon"])), []).append(site)

    def reachable(p):
        lat, lon = round(p["lat"]), round(p["lon"])
        return any(make_national.km(p, s) <= within_km for i in (-1, 0, 1) for j in (-1, 0, 1)
                   for s in grid.get((lat + i, lon + j), ()))

    return [p for p in places if p["departement"] != "976" and reachable(p)]


def near_forms(chance, place):
    """The three ways of saying where."""
    return chance.choice((place["postcode"], f"insee:{place['insee']}",
                          f"{place['lat'] + chance.uniform(-.02, .02):.4f},"
                          f"{place['lon'] + chance.uniform(-.02, .02):.4f}"))


def slot_queries(places, services, chance, count, **fixed):
    weights = [p["population"] ** 0.5 + 1 for p in places]
    for place in chance.choices(places, weights, k=count):
        query = {"service": chance.choice(services), "near": near_forms(chance, place), **fixed}
        if "sort" not in fixed and chance.random() < 0.3:
            query["sort"] = "nearest"
        yield f"GET /api/v1/slots?{urllib.parse.urlencode(query, safe=':,')}"


def page_queries(places, services, chance, count):
    """The public's second page, a place as people type it."""
    weights = [p["population"] ** 0.5 + 1 for p in places]
    for place in chance.choices(places, weights, k=count):
        typed = chance.choice((place["postcode"], f"{place['name']} {place['postcode']}"))
        yield f"GET /horaires?{urllib.parse.urlencode({'q': typed, 'service': chance.choice(services)})}"


def bookings(territory, service, now, chance, count):
    """Distinct slots of the oracle, one line a seat, in no order."""
    found = oracle.slots(territory, service, oracle.parse_instant(now))
    seats = [s for s in found for _ in range(s.seats)]
    if len(seats) < count:
        raise SystemExit(f"{service} has only {len(seats)} seats, {count} wanted")
    for number, slot in enumerate(chance.sample(seats, count)):
        row = slot.row()
        body = {"request_key": f"bench-{number:06d}-{chance.getrandbits(48):012x}", "service": row["service"],
                "site": row["site"], "start": row["start"], "notice": True,
                "person": {"first_name": chance.choice(FIRST_NAMES), "last_name": chance.choice(LAST_NAMES),
                           "birth_year": chance.randint(1996, 2010),
                           "phone": f"06{chance.randint(0, 99999999):08d}"}}
        yield "POST /api/v1/appointments " + json.dumps(body, ensure_ascii=False)


def floor_forms(chance, count):
    for number in range(count):
        yield (f"POST /book name={chance.choice(LAST_NAMES).replace(' ', '+')}+{number}"
               f"&phone=06{chance.randint(0, 99999999):08d}")


# ---- who answers

class Floor:
    def __init__(self, folder, env=None):
        folder.mkdir(parents=True)
        self.port = free_port()
        self.process = subprocess.Popen([str(TOOLS / "floor"), str(self.port), str(folder / "floor.db")],
                                        stdout=subprocess.PIPE, env={**os.environ, **(env or {})})
        if self.process.stdout.readline() != b"ready\n":
            raise SystemExit("the floor did not start")

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Beside:
    """Bookings and cancellations that go on while something else is measured, some fifty acts a second."""

    def __init__(self, daemon, service):
        self.daemon, self.service, self.acts, self.refused = daemon, service, 0, 0
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run)
        self.round = 0

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exc):
        self.ended.set()
        self.thread.join()

    def _run(self):
        free = self.daemon.slots(self.service)
        with self.daemon.client() as c:
            while not self.ended.wait(0.02):
                slot = free[self.round % len(free)]
                self.round += 1
                body = {"request_key": f"beside-{id(self)}-{self.round}", "service": slot["service"],
                        "site": slot["site"], "start": slot["start"], "notice": True,
                        "person": {"first_name": "Léa", "last_name": "Dubois", "birth_year": 2004}}
                answer = c.request("POST", "/api/v1/appointments", body)
                if answer.status != 201:
                    self.refused += 1
                    continue
                token = answer.json()["appointment"]["token"]
                c.request("POST", f"/api/v1/appointments/{token}/cancel", {})
                self.acts += 2


def load(port, requests, seconds=None, connections=64, allowed=("200", "201"), cookie=None):
    """One run of the load generator; the statuses must be the allowed ones."""
    command = [str(TOOLS / "load"), "-c", str(connections)]
    if seconds:
        command += ["-t", str(seconds)]
    if cookie:
        command += ["-k", cookie]
    done = subprocess.run([*command, str(port), str(requests)], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"the load generator gave up on port {port}: see above")
    result = json.loads(done.stdout)
    result["wrong"] = sum(n for s, n in result["status"].items() if s not in allowed)
    return result


def idle(pid, deadline_s=120.0):
    """Wait until a process has not used the processor for a third of a second."""
    def ticks():
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        return int(fields[11]) + int(fields[12])

    def quiet():
        before = ticks()
        pause(0.35)
        return ticks() == before

    wait_for(quiet, "the daemon to be idle", deadline_s)


# ---- the work

class Bench:
    def __init__(self, args, folder):
        self.args, self.folder = args, pathlib.Path(folder)
        self.chance = random.Random(2026)
        self.rows, self.notes, self.wrong = [], [], 0
        self.number = 0
        self.daemons = []
        self.national = oracle.Territory.read(NATIONAL)
        self.communes = communes()
        self.places = near_sites(self.communes, self.national)

    def wants(self, name):
        return not self.args.only or any(word in name for word in self.args.only)

    def write(self, name, lines):
        path = self.folder / name
        path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        return path

    def fresh(self, prefix):
        self.number += 1
        return self.folder / f"{prefix}-{self.number}"

    def fresh_folder(self, prefix):
        folder = self.fresh(prefix)
        folder.mkdir(parents=True)
        return folder

    def daemon(self, base=None, env=None):
        """A daemon on a copy of a prepared data folder."""
        one = Daemon(self.fresh("daemon"), now=NOW, env=env, start=False)
        self.daemons.append(one)
        if base:
            shutil.copytree(base, one.data, dirs_exist_ok=True)
        return one.start()

    def prepare(self, territory):
        """A data folder that holds a territory and nothing else."""
        one = self.daemon()
        one.import_territory(territory)
        self.end(one)
        (one.data / "rdvd.sock").unlink(missing_ok=True)
        return one.data

    def end(self, one):
        """Stop it; what it logged is part of the result, not the end of the run."""
        try:
            one.stop()
        except AssertionError as e:
            self.notes.append(str(e)[:600])
            self.wrong += 1
        finally:
            one.end()

    def check(self, result, what):
        if result["wrong"] or result["broken"]:
            self.notes.append(f"{what}: {result['wrong']} unexpected answers {result['status']}, "
                              f"{result['broken']} broken connections")
            self.wrong += 1
        return result

    def row(self, work, floor, measured, must, unit="/s", met=None, detail=""):
        """floor, measured: lists of results of load, or numbers."""
        def middle(values, key):
            return statistics.median(v[key] for v in values)

        if isinstance(measured, list):
            one = {"work": work, "floor": middle(floor, "rate"), "measured": middle(measured, "rate"),
                   "p50_us": middle(measured, "p50_us"), "p99_us": middle(measured, "p99_us"),
                   "floor_p99_us": middle(floor, "p99_us"), "mean_bytes": middle(measured, "mean_bytes"),
                   "rounds": len(measured), "must": must, "unit": unit}
            one["ratio"] = one["measured"] / one["floor"]
            one["met"] = (one["ratio"] >= must["ratio"] and one["p99_us"] <= must.get("p99_us", float("inf"))
                          and not any(r["wrong"] or r["broken"] for r in measured))
        else:
            one = {"work": work, "floor": None, "measured": measured, "must": must, "unit": unit,
                   "ratio": None, "met": measured <= must["at_most"]}
        one["detail"] = detail
        self.add(one)

    def add(self, row):
        self.rows.append(row)
        print(f"  {line_of(row)}", flush=True)

    # GETs: one floor, four kinds of question, in turns

    def gets(self):
        kinds = {}
        if self.wants("hénin-carvin"):
            kinds["henin"] = self.henin()
        if self.wants("national") or self.wants("page"):
            one = self.daemon(self.national_base)
            if self.wants("national"):
                kinds["national"] = (one, self.write("national.txt", slot_queries(
                    self.places, ("premier-rdv", "suivi", "telephone"), self.chance, 20000,
                    radius_km=30, sort="soonest")))
            if self.wants("page"):
                kinds["page"] = (one, self.write("page.txt", page_queries(
                    self.places, ("premier-rdv", "suivi"), self.chance, 20000)))
        if not kinds:
            return
        floor = Floor(self.fresh("floor"))
        found = {name: [] for name in ("floor", *kinds)}
        anything = next(iter(kinds.values()))[1]
        acts = 0
        try:
            for number in range(-1, self.args.rounds):
                seconds = self.args.seconds if number >= 0 else 1
                result = load(floor.port, anything, seconds)
                if number >= 0:
                    found["floor"].append(self.check(result, "floor"))
                for name, (one, requests) in kinds.items():
                    if name == "henin":
                        with Beside(one, "premier-rdv") as beside:
                            result = load(one.port, requests, seconds)
                        acts += beside.acts
                    else:
                        result = load(one.port, requests, seconds)
                    if number >= 0:
                        found[name].append(self.check(result, name))
        finally:
            floor.stop()
        self.report_gets(kinds, found, acts)
        for one in {id(d): d for d, _ in kinds.values()}.values():
            self.end(one)

    def henin(self):
        around = near_sites(self.communes, oracle.Territory.read(HENIN_CARVIN))
        return self.daemon(self.henin_base), self.write("henin.txt", slot_queries(
            around, ("premier-rdv", "suivi", "telephone"), self.chance, 20000))

    def report_gets(self, kinds, found, acts):
        floor = found["floor"]
        if "henin" in kinds:
            self.row("GET /slots near a commune, Hénin-Carvin, bookings beside", floor, found["henin"],
                     {"ratio": 0.3}, detail=f"{acts} bookings and cancellations beside")
            self.memory("resident memory, Hénin-Carvin, idle after load", kinds["henin"][0], 40)
        if "national" in kinds:
            self.row("GET /slots, national, soonest 20 within 30 km", floor, found["national"],
                     {"ratio": 0.15, "p99_us": 5000})
        if "page" in kinds:
            self.row("results page, HTML, 20 slots", floor, found["page"], {"ratio": 0.15})

    def memory(self, work, one, limit_mb):
        idle(one.pid)
        self.row(work, None, one.rss_kib() / 1024, {"at_most": limit_mb}, unit=" MB")

    # POSTs: a fresh database each round

    def posts(self):
        if self.wants("post"):
            self.post_rounds("POST /appointments, {n} distinct slots, synchronous=FULL", self.args.bookings,
                             {"ratio": 0.2, "aim": 0.3}, {})
        if self.wants("slow"):
            slow = {"LD_PRELOAD": str(TOOLS / "slow_fsync.so"), "SLOW_FSYNC_MS": "5"}
            self.post_rounds("the same with an fsync of 5 ms, {n} slots", self.args.bookings, {"ratio": 0.5},
                             slow)

    def post_rounds(self, work, count, must, env):
        lines = list(bookings(self.national, "premier-rdv", NOW, self.chance, count))
        bodies = self.write("bookings.txt", lines)
        forms = self.write("forms.txt", floor_forms(self.chance, count))
        floors, found, times = [], [], []
        for _ in range(self.args.rounds):
            floor = Floor(self.fresh("floor"), env)
            try:
                floors.append(self.check(load(floor.port, forms), "floor"))
            finally:
                floor.stop()
            one = self.daemon(self.national_base, env)
            result = load(one.port, bodies, allowed=("201",))
            found.append(self.check(result, work))
            self.end(one)
            self.check_kept(one, result)
            planned = self.planned(one)
            times.append(result["requests"] / result["rate"] * 100000 / planned)
            shutil.rmtree(one.folder)
        self.row(work.format(n=f"{count:,}"), floors, found, must)
        if not env:
            self.row("planning of 100,000 reminders, with the bookings that owe them", None,
                     statistics.median(times), {"at_most": 5.0}, unit=" s")

    def planned(self, one):
        """The reminders that were written with the bookings."""
        with contextlib.closing(sqlite3.connect(fill.database_path(one.data))) as db:
            return db.execute("SELECT count(*) FROM message WHERE kind = 2").fetchone()[0]

    def check_kept(self, one, result):
        """What was answered 201 is in the database, and nothing else."""
        with contextlib.closing(sqlite3.connect(fill.database_path(one.data))) as db:
            kept = db.execute("SELECT count(*) FROM participation").fetchone()[0]
        if kept != result["status"].get("201", 0):
            self.notes.append(f"{result['status']} was answered, but {kept} appointments are kept")
            self.wrong += 1

    # start and memory with all the years behind

    def years(self):
        if not self.wants("start") and not self.wants("memory"):
            return
        data = self.fresh("years")
        shutil.copytree(self.national_base, data)
        told = fill.fill(data, NATIONAL, NOW, past=500000, future=20000, places=self.communes)
        self.notes.append(f"loaded {told}")
        times, one = [], None
        for _ in range(self.args.rounds + 1):
            if one:
                self.end(one)
            one = Daemon(self.fresh("daemon"), now=NOW, start=False)
            self.daemons.append(one)
            os.rmdir(one.data)
            os.symlink(data, one.data)
            begun = time.monotonic()
            one.start(deadline_s=120)
            times.append(time.monotonic() - begun)
        self.row("start with the national territory and 520,000 appointments", None,
                 statistics.median(times[1:]), {"at_most": 2.0}, unit=" s")
        queries = self.write("years.txt", slot_queries(
            self.places, ("premier-rdv", "suivi", "telephone"), self.chance, 20000))
        self.check(load(one.port, queries, self.args.seconds), "GET /slots after the years")
        self.memory("resident memory, national, idle after load", one, 200)
        self.end(one)

    def run(self):
        needs_national = any(map(self.wants, ("national", "page", "post", "slow", "start", "memory",
                                                    "import",
                                                    "http", "kannel", "postfix", "inbound")))
        if self.wants("hénin-carvin"):
            self.henin_base = self.prepare(HENIN_CARVIN)
        if needs_national:
            self.national_base = self.prepare(NATIONAL)
        self.gets()
        self.posts()
        self.years()
        if self.wants("import"):
            lines = list(bookings(self.national, "premier-rdv", NOW, self.chance, 60000))
            imports.run(self, self.national_base, lines, NOW)
        if self.wants("agenda"):
            agenda.run(self, Floor, NOW)
        messages.Messages(self).run(getattr(self, "national_base", None))


# ---- the table

def amount(value, unit):
    if value is None:
        return ""
    return f"{value:,.2f}{unit}" if value < 100 else f"{value:,.0f}{unit}"


def must_of(row):
    must = row["must"]
    if "at_least" in must:
        return f">= {must['at_least']:,}{row['unit']}"
    if "at_most" in must:
        return f"<= {must['at_most']:g}{row['unit']}"
    text = f"{must['ratio']:g} x"
    if "aim" in must:
        text += f" (aim {must['aim']:g})"
    return text + (f", p99 <= {must['p99_us'] / 1000:g} ms" if "p99_us" in must else "")


def cells(row):
    measured = amount(row["measured"], row["unit"])
    if "p99_us" in row:
        measured += f" (p50 {row['p50_us'] / 1000:.2f}, p99 {row['p99_us'] / 1000:.2f} ms)"
    return (row["work"], amount(row["floor"], row["unit"]), measured,
            f"{row['ratio']:.2f}" if row["ratio"] is not None else "", must_of(row),
            "met" if row["met"] else "MISSED")


def line_of(row):
    return " | ".join(c for c in cells(row) if c)


HEAD = ("work", "floor", "measured", "ratio", "must reach", "")


def table(rows):
    lines = [HEAD, *map(cells, rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEAD))]
    lines.insert(1, tuple("-" * w for w in widths))
    return "\n".join("| " + " | ".join(c.ljust(w) for c, w in zip(line, widths)) + " |" for line in lines)


def machine():
    info = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*: (.*)$", info, re.M)
    memory = re.search(r"^MemTotal:\s+(\d+)", pathlib.Path("/proc/meminfo").read_text(), re.M)
    return (f"{os.cpu_count()} cores ({model[1] if model else platform.machine()}), "
            f"{int(memory[1]) / 2 ** 20:.0f} GiB, Linux {platform.release()}")


def main(argv=None):
    parser = argparse.ArgumentParser(description="The benchmark, each figure next to its floor.")
    parser.add_argument("--only", action="append", metavar="WORD",
                        help="hénin-carvin, national, page, post, slow, start, memory, import, agenda, http, kannel, postfix, inbound, "
                             "claims (again for more)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=4.0, help="of each GET measurement")
    parser.add_argument("--bookings", type=int, default=50000)
    parser.add_argument("--messages", type=int, default=20000, help="reminders due at once")
    parser.add_argument("--json", help="also write the JSON to this file")
    parser.add_argument("--write", action="store_true", help="write tests/bench/RESULTS.md")
    args = parser.parse_args(argv)
    folder = tempfile.mkdtemp(prefix="bench-", dir=BUILD)
    bench = Bench(args, folder)
    try:
        bench.run()
    finally:
        for one in bench.daemons:
            one.end()
        shutil.rmtree(folder, ignore_errors=True)
    text = table(bench.rows)
    result = {"date": dt.date.today().isoformat(), "machine": machine(), "rounds": args.rounds,
              "connections": 64, "rows": bench.rows, "notes": bench.notes}
    print("\n" + text + "\n")
    for note in bench.notes:
        print("note:", note)
    print(json.dumps(result, ensure_ascii=False))
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n")
    if args.write:
        (HERE / "RESULTS.md").write_text(
            f"# Benchmark, {result['date']}\n\nMachine: {result['machine']}. 64 connections, medians of "
            f"{args.rounds} rounds; floor and daemon in turns in the same run, load generator on the same "
            f"machine.\n\n{text}\n\n" + "".join(f"- {n}\n" for n in bench.notes)
            + "\nMade by `make bench BENCH_FLAGS=--write`.\n", encoding="utf-8")
    return 1 if bench.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
