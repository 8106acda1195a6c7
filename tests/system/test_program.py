# SPDX-License-Identifier: GPL-3.0-or-later
"""The two programs as somebody runs them: options, refusals in words and in exit statuses, one daemon a folder,
doing what is due once, a backup taken while running and restored, the configuration read again."""

import json
import re
import signal
import socket
import subprocess

from helpers import HENIN_CARVIN, RDVCTL, RDVD, Client, wait_for

NOW = "2026-03-20T08:00:00+01:00"


def run(*command, **more):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=60, **more)


# ---- rdvd

def test_check_mode_says_ok_or_where(daemon):
    d = daemon(start=False)
    done = run(RDVD, "-c", d.conf_path, "-n")
    assert (done.returncode, done.stdout) == (0, f"{d.conf_path}: ok\n")
    d.conf_path.write_text(d.conf_path.read_text() + "colour = blue\n")
    line = len(d.conf_path.read_text().splitlines())
    done = run(RDVD, "-c", d.conf_path, "-n")
    assert done.returncode == 1 and f"{d.conf_path}:{line}:" in done.stderr and "colour" in done.stderr
    done = run(RDVD, "-c", d.conf_path)
    assert done.returncode == 1 and f"{d.conf_path}:{line}:" in done.stderr


def test_options_are_judged():
    assert run(RDVD).returncode == 2
    assert run(RDVD, "-c").returncode == 2
    done = run(RDVD, "-c", "x", "--now", "tomorrow")
    assert done.returncode == 2 and "tomorrow" in done.stderr
    assert re.fullmatch(r"rdvd \d+\.\d+\.\d+\n", run(RDVD, "--version").stdout)
    assert "--once" in run(RDVD, "--help").stdout
    done = run(RDVD, "-c", "/nonexistent/rdvd.conf")
    assert done.returncode == 1 and "/nonexistent/rdvd.conf" in done.stderr


def test_a_folder_is_one_daemons(daemon):
    d = daemon(now=NOW)
    done = run(*d.command())
    assert done.returncode == 1 and "in use by another rdvd" in done.stderr
    assert d.api("GET", "/health").status == 200


def test_a_stale_socket_is_replaced(daemon):
    d = daemon(now=NOW)
    d.kill9()
    assert socket.socket(socket.AF_UNIX).connect_ex(d.socket_path) != 0
    d.start()
    assert d.local("GET", "/local/status").status == 200


def test_a_bound_port_is_said(daemon):
    d = daemon(now=NOW)
    other = daemon(now=NOW, start=False, conf={"listen": f"127.0.0.1:{d.port}"})
    done = run(*other.command())
    assert done.returncode == 1 and str(d.port) in done.stderr


def test_once_does_what_is_due_and_ends(daemon):
    d = daemon(now=NOW, territory=HENIN_CARVIN)
    a = d.book(d.slots("suivi")[-1], "k1")
    d.wait_spool(1)
    before = len(d.spool())
    messages = d.rdvctl("messages", "--appointment", a["id"], json_out=True)["messages"]
    reminder = next(m for m in messages if m["kind"] == "reminder" and m["state"] == "scheduled")
    d.stop()
    d.run_once(NOW)
    assert len(d.spool()) == before
    d.run_once(reminder["due"])
    assert len(d.spool()) == before + 1
    d.run_once(reminder["due"])
    assert len(d.spool()) == before + 1


def test_the_configuration_is_read_again(daemon):
    d = daemon(now=NOW, territory=HENIN_CARVIN, conf={"trusted_proxy": ["127.0.0.1"]},
               expect_log=[r"these wait for a restart: demo$", "stays as it was"])
    there = {"X-Forwarded-For": "198.51.100.9"}
    for _ in range(3):
        assert d.request("GET", "/api/v1/sites", headers=there).status == 200
    d.sections += "limits {\n\trequests_per_minute = 1\n}\n"
    d.settings["demo"] = False
    d.write_conf()
    d.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "was read again" in d.log(), "the configuration to be read again")
    assert [d.request("GET", "/api/v1/sites", headers=there).status for _ in range(2)] == [200, 429]
    d.conf_path.write_text("nonsense\n")
    d.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "stays as it was" in d.log(), "the wrong configuration to be refused")
    assert d.request("GET", "/api/v1/sites", headers=there).status == 429


def test_backup_while_running_and_restore(daemon, tmp_path):
    d = daemon(now=NOW, territory=HENIN_CARVIN)
    slots = d.slots("premier-rdv")
    a = d.book(slots[0], "k1")
    token = d.add_token()
    copy = tmp_path / "copy.db"
    d.rdvctl("backup", copy)
    assert (copy.stat().st_mode & 0o077, (tmp_path / "copy.db.key").stat().st_mode & 0o077) == (0, 0)
    again = d.rdvctl("backup", copy, status=1)
    assert str(copy) in again.stderr or "existe déjà" in again.stderr
    d.book(slots[1], "k2")

    restored = daemon(now=NOW, start=False)
    copy.rename(restored.data / "rdvd.db")
    (tmp_path / "copy.db.key").rename(restored.data / "rdvd.key")
    restored.start()
    rows = restored.rdvctl("appointments", json_out=True)["appointments"]
    assert [r["id"] for r in rows] == [a["id"]]
    assert restored.api("GET", "/appointments/" + a["token"], expect=200).json()["appointment"]["start"] == a["start"]
    assert restored.api("GET", "/staff/appointments", token=token).status == 200
    assert restored.book(slots[1], "k2")["status"] == "booked"
    assert restored.rdvctl("check").returncode == 0


# ---- rdvctl

def test_exit_statuses(daemon, tmp_path):
    d = daemon(now=NOW)
    assert d.rdvctl("outcome", "999", "seen", status=1).stderr
    assert "bogus" in d.rdvctl("bogus", status=2).stderr
    assert "--colour" in d.rdvctl("slots", "--colour", "blue", status=2).stderr
    assert "FILE" in d.rdvctl("import", status=2).stderr
    assert d.rdvctl("import", tmp_path / "none.json", status=2).stderr.startswith("rdvctl: ")
    done = run(RDVCTL, "-s", tmp_path / "none.sock", "status")
    assert done.returncode == 3 and str(tmp_path / "none.sock") in done.stderr
    help_ = run(RDVCTL, "--help")
    verbs = re.findall(r"^  (?!rdvctl)([\w-]+) ", help_.stdout, re.M)
    assert help_.returncode == 0 and "sms-in" in verbs
    for verb in verbs:
        assert run(RDVCTL, verb, "--help").returncode == 0


def test_a_wrong_territory_is_refused_whole(daemon, tmp_path):
    d = daemon(now=NOW)
    file = tmp_path / "wrong.json"
    territory = json.loads(HENIN_CARVIN.read_text())
    territory["openings"][1]["rrule"] = "FREQ=HOURLY"
    file.write_text(json.dumps(territory))
    assert "openings[1]" in d.rdvctl("import", file, status=1).stderr
    file.write_text('{\n "format": "rdvd-territory/1",\n oops\n}\n')
    assert f"{file}:3" in d.rdvctl("import", file, status=1).stderr
    assert d.api("GET", "/sites").json() == {"sites": []}
    dry = d.rdvctl("import", HENIN_CARVIN, "--dry-run")
    assert "Would be" in dry.stdout and d.api("GET", "/sites").json() == {"sites": []}
    d.import_territory()
    assert "0 created, 0 changed, 0 retired" in d.import_territory().stdout


def test_lists_give_every_page(daemon):
    d = daemon(now=NOW, territory=HENIN_CARVIN)
    for i, slot in enumerate(d.slots("atelier-logement")[:1] + d.slots("suivi")[:6]):
        d.book(slot, f"k{i}")
    rows = d.rdvctl("appointments", json_out=True)
    assert rows["next"] is None and len(rows["appointments"]) == 6 + len(d.slots("atelier-logement")[:1])
    small = d.pages("/staff/appointments", "appointments", local=True, limit=2)
    assert [r["id"] for r in small] == [r["id"] for r in rows["appointments"]]
    messages = d.rdvctl("messages", json_out=True)["messages"]
    assert [m["id"] for m in d.pages("/staff/messages", "messages", local=True, limit=3)] == [m["id"] for m in messages]
    one = rows["appointments"][0]
    assert {m["id"] for m in one["messages"]} == {m["id"] for m in messages if m["appointment"] == one["id"]}
    table = d.rdvctl("appointments").stdout.splitlines()
    assert len(table) == 1 + len(rows["appointments"]) and table[0].startswith("ID")


def test_users_log_in_and_passwords_are_not_echoed(daemon):
    d = daemon(now=NOW, territory=HENIN_CARVIN)
    short = d.rdvctl("user", "add", "ana", "--role", "admin", "--password-stdin", stdin="short\n", status=1)
    assert "password" in short.stderr
    made = d.rdvctl("user", "add", "ana", "--role", "admin", "--password-stdin", stdin="a long password\n")
    assert "a long password" not in made.stdout + made.stderr
    unknown = d.rdvctl("user", "add", "bob", "--role", "counsellor", "--counsellor", "nobody", "--password-stdin",
                       stdin="a long password\n", status=1)
    assert "counsellor" in unknown.stderr
    assert "a long password" not in d.log()


def test_metrics_are_what_prometheus_reads(daemon):
    d = daemon(now=NOW, territory=HENIN_CARVIN)
    d.book(d.slots("suivi")[0], "k1")
    with Client(d.socket_path) as c:
        answer = c.request("GET", "/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    described, typed = set(), {}
    for line in answer.text.splitlines():
        if line.startswith("# HELP "):
            described.add(line.split()[2])
        elif line.startswith("# TYPE "):
            typed[line.split()[2]] = line.split()[3]
        else:
            name, value = re.fullmatch(r'(\w+)(?:{\w+="[^"\\]*"(?:,\w+="[^"\\]*")*})? (-?\d+(?:\.\d+)?)', line).groups()
            assert name in described and typed[name] in ("counter", "gauge"), line
            assert (typed[name] == "counter") == name.endswith("_total"), line
    assert d.metric("rdvd_bookings_total") == 1
    for personal in ("Dubois", "+336", "suivi", "oignies"):
        assert personal not in answer.text
