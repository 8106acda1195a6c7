# SPDX-License-Identifier: GPL-3.0-or-later
"""./quickstart as somebody uses it: a new folder, the same folder again, an empty one, one that was copied. The
script is the real one, on the binaries that the other tests use: only the build itself is left out."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.parse

import pytest

from helpers import BUILD, TOP, Client, free_port, wait_for
from small import Page, cookie_header, cookies_of, local_path

NOW = "2026-03-20T08:00:00+01:00"


class Demo:
    """A checkout whose build is done, and what quickstart makes with it."""

    def __init__(self, folder):
        self.top, self.here, self.process = folder / "checkout", folder / "here", None
        (self.top / "build").mkdir(parents=True)
        self.here.mkdir()
        shutil.copy2(TOP / "quickstart", self.top / "quickstart")
        for name in ("rdvd", "rdvctl"):
            shutil.copy2(BUILD / name, self.top / "build" / name)
        (self.top / "etc").symlink_to(TOP / "etc")
        (self.top / "configure").write_text("#!/bin/sh\n")
        (self.top / "configure").chmod(0o755)
        (self.top / "build" / "Makefile").write_text("rdvd rdvctl po/en.mo:\n")

    def run(self, *args):
        """To its end, which must come by itself."""
        return subprocess.run([str(self.top / "quickstart"), *map(str, args)], capture_output=True, text=True,
                              timeout=60, cwd=self.here)

    def start(self, *args, port=None):
        """Until it serves; returns how long that took."""
        self.port, before = port or free_port(), time.monotonic()
        self.log = self.here / "log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([str(self.top / "quickstart"), "--port", str(self.port), *map(str, args)],
                                            stdout=log, stderr=log, cwd=self.here)
        wait_for(self.serves, "quickstart to serve", 60)
        return time.monotonic() - before

    def serves(self):
        assert self.process.poll() is None, self.log.read_text()
        try:
            return self.get("/api/v1/health").status == 200
        except OSError:
            return False

    def stop(self, how=signal.SIGTERM):
        process, self.process = self.process, None
        process.send_signal(how)
        return process.wait(20)

    def request(self, method, path, body=None, headers=None):
        with Client(("127.0.0.1", self.port)) as c:
            return c.request(method, path, body, headers)

    def get(self, path):
        return self.request("GET", path)

    def book(self, key="k1"):
        slot = self.get("/api/v1/slots?service=suivi&limit=1").json()["slots"][0]
        return self.request("POST", "/api/v1/appointments", {
            "request_key": key, "service": slot["service"], "site": slot["site"], "start": slot["start"], "notice": True,
            "person": {"first_name": "Léa", "last_name": "Dubois", "birth_year": 2004, "phone": "06 12 34 56 78"}})

    def rdvctl(self, folder, *args):
        done = subprocess.run([str(self.top / "build" / "rdvctl"), "-s", str(folder / "rdvd.sock"), "--json", *args],
                              capture_output=True, text=True, timeout=30)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def demo(tmp_path):
    d = Demo(tmp_path)
    yield d
    if d.process:
        d.process.kill()
        d.process.wait()


def test_a_new_folder_and_the_same_again(demo):
    folder = demo.here / "vos données & cie"
    (folder / "photos").mkdir(parents=True)
    (folder / "notes.txt").write_text("mine")
    demo.start("--dir", "vos données & cie", "--now", NOW)
    pid = demo.process.pid
    assert open(f"/proc/{pid}/comm").read() == "rdvd\n"
    assert os.readlink(f"/proc/{pid}/exe") == str(demo.top / "build" / "rdvd")
    assert os.stat(f"/proc/{pid}").st_uid == os.getuid()
    assert demo.get("/api/v1/health").json()["now"] == NOW
    assert len(demo.get("/api/v1/sites").json()["sites"]) == 10
    said = demo.log.read_text()
    for address in (f"http://127.0.0.1:{demo.port}/\n", f"http://127.0.0.1:{demo.port}/equipe\n", "/api/v1/health",
                    f"{folder}/rdvd.sock", f"{folder}/spool/"):
        assert address in said, address
    made = demo.book()
    assert made.status == 201
    wait_for(lambda: list((folder / "spool").glob("[!.]*.txt")), "a message in the spool")
    for name in ("rdvd.db", "rdvd.key", "rdvd.conf", "demo-logins.txt", "spool"):
        assert (folder / name).stat().st_mode & 0o077 == 0, f"{name} can be read by others"
    assert demo.stop(signal.SIGKILL) == -signal.SIGKILL
    assert (folder / "rdvd.sock").exists()

    # Again: another port, a stale socket, the data as they were, --empty or not.
    assert demo.start("--dir", folder, "--now", NOW, "--empty") < 10
    token = made.json()["appointment"]["token"]
    again = demo.get(f"/api/v1/appointments/{token}").json()["appointment"]
    assert again["manage_url"] == f"http://127.0.0.1:{demo.port}/rdv/{token}"
    assert len(demo.rdvctl(folder, "appointments")["appointments"]) == 1
    assert len(demo.get("/api/v1/sites").json()["sites"]) == 10
    assert (folder / "notes.txt").read_text() == "mine" and (folder / "photos").is_dir()
    assert demo.stop() == 0
    assert not (demo.top / "var").exists()


def test_demonstration_logins_and_messages(demo):
    demo.start("--dir", "d", "--now", NOW)
    logins = re.findall(r"^ {4}([a-z0-9-]+) +([0-9a-f]{18})   \w.*$", demo.log.read_text(), re.M)
    assert [login for login, _ in logins] == ["admin", "responsable", "conseiller-1", "conseiller-2", "accueil",
                                              "observation"]
    roles = {u["login"]: u["role"] for u in demo.rdvctl(demo.here / "d", "user", "list")["accounts"]}
    assert sorted(roles.values()) == ["admin", "counsellor", "counsellor", "desk", "network", "observer"]
    for login, password in logins:
        page = demo.get("/equipe/connexion")
        fields = dict(Page(page.text).form_to("/equipe/connexion")["fields"])
        answer = demo.request("POST", "/equipe/connexion", urllib.parse.urlencode(
            {**fields, "identifiant": login, "mot_de_passe": password}), cookie_header(cookies_of(page)))
        assert answer.status == 303, login
        day = demo.request("GET", local_path(answer.headers["Location"]), headers=cookie_header(cookies_of(answer)))
        assert day.status == 200 and "/equipe/deconnexion" in day.text, login
    # The pages of a demonstration lead to what left.
    assert "/demo/messages" in Page(demo.get("/").text).links
    demo.book()
    wait_for(lambda: "06 12 34 56 78" in demo.get("/demo/messages").text.replace("\u00a0", " "), "the message's page")
    assert demo.stop() == 0


def test_empty_is_for_new_folders(demo):
    demo.start("--dir", "d", "--empty")
    folder = demo.here / "d"
    assert demo.get("/api/v1/sites").json() == {"sites": []}
    assert demo.get("/api/v1/services").json() == {"services": []}
    assert demo.get("/").status == 200
    assert demo.stop(signal.SIGINT) == 0
    # Not new any more: what it holds is all it holds.
    demo.start("--dir", "d")
    assert demo.get("/api/v1/sites").json() == {"sites": []}
    demo.rdvctl(folder, "import", str(TOP / "etc" / "territories" / "henin-carvin.json"))
    assert demo.stop() == 0
    demo.start("--dir", "d", "--empty")
    assert len(demo.get("/api/v1/sites").json()["sites"]) == 10
    assert demo.stop() == 0


def test_a_copied_folder_is_served_itself(demo):
    demo.start("--dir", "one", "--now", NOW)
    assert demo.stop() == 0
    one, two = demo.here / "one", demo.here / "two"
    shutil.copytree(one, two)
    demo.start("--dir", "two", "--now", NOW)
    assert demo.book().status == 201
    assert (two / "rdvd.sock").exists() and not (one / "rdvd.sock").exists()
    assert len(demo.rdvctl(two, "appointments")["appointments"]) == 1
    assert demo.stop() == 0
    demo.start("--dir", "one", "--now", NOW)
    assert demo.rdvctl(one, "appointments")["appointments"] == []
    assert demo.stop() == 0


def test_killed_while_it_fills(demo):
    """A first start that was cut short begins again, whenever it was."""
    for n, stage in enumerate((".quickstart.conf", ".q.sock", "demo-logins.txt")):
        folder = demo.here / f"d{n}"
        with open(demo.here / "cut.log", "wb") as log:
            cut = subprocess.Popen([str(demo.top / "quickstart"), "--port", str(free_port()), "--dir", str(folder)],
                                   stdout=log, stderr=log, cwd=demo.here)
        wait_for((folder / stage).exists, stage, 30, 0.001)
        cut.kill()
        cut.wait()
        demo.start("--dir", folder)
        assert len(demo.get("/api/v1/sites").json()["sites"]) == 10
        assert len((folder / "demo-logins.txt").read_text().splitlines()) == 6
        assert demo.stop() == 0


def test_what_cannot_be_is_said(demo):
    for args, word in ((("--port", "0"), "--port 0"), (("--port", "x"), "--port x"), (("--port", "70000"), "70000"),
                       (("--port",), "--port"), (("--dir", ""), "--dir"), (("--colour",), "--colour")):
        done = demo.run(*args)
        assert done.returncode == 2 and word in done.stderr and "Usage" in done.stderr, args
    assert demo.run("--help").returncode == 0
    demo.start("--dir", "d")
    done = demo.run("--port", demo.port, "--dir", "e")
    assert done.returncode == 1 and str(demo.port) in done.stderr and not (demo.here / "e").exists()
    done = demo.run("--port", free_port(), "--dir", "d")
    assert done.returncode == 1 and "in use by another rdvd" in done.stdout + done.stderr
    assert demo.get("/api/v1/health").status == 200
    done = demo.run("--port", free_port(), "--dir", "f", "--now", "tomorrow")
    assert done.returncode != 0 and "tomorrow" in done.stderr
    done = demo.run("--port", free_port(), "--dir", 'a "quoted" name')
    assert done.returncode == 1 and "quote" in done.stderr
    assert demo.stop() == 0
