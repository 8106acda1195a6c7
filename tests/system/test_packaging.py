# SPDX-License-Identifier: GPL-3.0-or-later
"""What surrounds the daemon on a real machine: its unit is shut tight, systemd can hold its address and feed
on its signs of life, and nginx in front of it forwards the client and writes down no secret."""

import http.client
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess

import pytest

from helpers import BUILD, HENIN_CARVIN, RDVD, TOP, free_port, wait_for

UNITS = TOP / "systemd"
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
NOW = "2026-03-20T08:00:00+01:00"


def run(*command, **more):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=60, **more)


# ---- systemd

def test_unit_is_shut_tight():
    done = run("systemd-analyze", "security", "--offline=true", "--threshold=20", UNITS / "rdvd.service",
               env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert done.returncode == 0, done.stdout + done.stderr
    level = re.search(r"Overall exposure level for rdvd.service: ([\d.]+)", done.stdout)
    assert level and float(level.group(1)) <= 2.0, done.stdout


@pytest.mark.parametrize("unit", ["rdvd.service", "rdvd.socket"])
def test_unit_has_no_mistake(unit, tmp_path):
    """systemd-analyze verify is silent about the units, with the program where the build left it."""
    for source in UNITS.glob("rdvd.s[eo]*"):
        if source.suffix in (".service", ".socket"):
            text = source.read_text().replace("/usr/sbin/rdvd", str(RDVD))
            (tmp_path / source.name).write_text(text)
    done = run("systemd-analyze", "verify", "--man=no", tmp_path / unit)
    mine = [line for line in (done.stdout + done.stderr).splitlines() if "rdvd" in line]
    assert done.returncode == 0 and not mine, done.stdout + done.stderr


def test_user_and_folders_are_made(tmp_path):
    """systemd's own programs take the two files, on an empty root."""
    (tmp_path / "etc").mkdir()
    for name in ("passwd", "group"):
        (tmp_path / "etc" / name).write_text("root:x:0:0:root:/root:/bin/sh\n" if name == "passwd" else "root:x:0:\n")
    done = run("systemd-sysusers", f"--root={tmp_path}", UNITS / "rdvd.sysusers")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^rdvd:.*:/var/lib/rdvd:/usr/sbin/nologin$", (tmp_path / "etc" / "passwd").read_text(), re.M)
    if os.geteuid() != 0:
        return  # only root may give folders away
    done = run("systemd-tmpfiles", f"--root={tmp_path}", "--create", UNITS / "rdvd.tmpfiles")
    assert done.returncode == 0, done.stderr
    for folder in ("var/lib/rdvd", "var/backups/rdvd"):
        assert (tmp_path / folder).stat().st_mode & 0o7777 == 0o700


class NotifySocket:
    """Where a Type=notify service tells how it is."""

    def __init__(self, path):
        self.path, self.said = str(path), []
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(10)

    def wait(self, line):
        while line not in self.said:
            try:
                self.said += self.socket.recv(4096).decode().splitlines()
            except socket.timeout:
                raise AssertionError(f"{line} was not said, only {self.said}") from None


def test_tells_systemd_how_it_is(daemon, tmp_path):
    """READY when it serves, WATCHDOG while it lives, RELOADING and READY around SIGHUP, STOPPING at the end."""
    notify = NotifySocket(tmp_path / "n")
    d = daemon(env={"NOTIFY_SOCKET": notify.path, "WATCHDOG_USEC": "200000"})
    notify.wait("READY=1")
    notify.wait("WATCHDOG=1")
    notify.said.clear()
    notify.wait("WATCHDOG=1")
    notify.said.clear()
    d.process.send_signal(signal.SIGHUP)
    notify.wait("RELOADING=1")
    notify.wait("READY=1")
    d.stop()
    notify.wait("STOPPING=1")


def test_takes_an_address_from_systemd(daemon):
    """rdvd.socket: the address is systemd's, `listen` does not count."""
    port = free_port()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        listen = f"127.0.0.1:{other.getsockname()[1]}"  # taken: binding it would fail
        d = daemon(conf={"listen": listen}, start=False,
                   wrapper=["systemd-socket-activate", "-l", f"127.0.0.1:{port}"],
                   expect_log=[r"^(Listening|Communication|Execing|Connection)"])
        d.port = port
        d.start()
        assert d.api("GET", "/health", expect=200).json()["status"]
        d.stop()


# ---- nginx

class Nginx:
    """nginx with the shipped site, its addresses and files moved into a folder."""

    def __init__(self, folder, upstream_port):
        folder.mkdir()
        self.folder, self.plain, self.tls = folder, free_port(), free_port()
        self.certificate = folder / "certificate.pem"
        key = folder / "key.pem"
        done = run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                   "-days", "2", "-subj", "/CN=rdv.example.org", "-addext", "subjectAltName=DNS:rdv.example.org",
                   "-keyout", key, "-out", self.certificate)
        assert done.returncode == 0, done.stderr
        site = (TOP / "etc" / "nginx-rdvd.conf").read_text()
        for old, new in ((r"/etc/letsencrypt/live/rdv\.example\.org/fullchain\.pem", str(self.certificate)),
                         (r"/etc/letsencrypt/live/rdv\.example\.org/privkey\.pem", str(key)),
                         (r"listen \[::\]:(80|443)[^;]*;", ""),
                         (r"listen 80;", f"listen 127.0.0.1:{self.plain};"),
                         (r"listen 443 ", f"listen 127.0.0.1:{self.tls} "),
                         (r"/var/log/nginx/", f"{folder}/"),
                         (r"server 127\.0\.0\.1:8080;", f"server 127.0.0.1:{upstream_port};")):
            site, n = re.subn(old, new, site)
            assert n, f"nginx-rdvd.conf has no {old}"
        (folder / "site.conf").write_text(site)
        temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;\n" if os.geteuid() == 0 else ""
        (folder / "nginx.conf").write_text(
            f"{user}pid {folder}/pid;\nerror_log {folder}/error.log;\nworker_processes 1;\ndaemon off;\n"
            f"events {{ }}\nhttp {{\n{temporary}access_log off;\ninclude {folder}/site.conf;\n}}\n")
        self.command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
        self.process = None

    def start(self):
        checked = run(*self.command, "-t")
        assert checked.returncode == 0, checked.stderr
        assert "[warn]" not in checked.stderr, checked.stderr
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL)

        def up():
            assert self.process.poll() is None, (self.folder / "error.log").read_text()
            try:
                socket.create_connection(("127.0.0.1", self.tls), 1).close()
            except OSError:
                return False
            return True

        wait_for(up, "nginx to serve")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(20)

    def get(self, path, headers=None, method="GET"):
        """(status, headers, body) over TLS, the certificate checked by its name."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        with socket.create_connection(("127.0.0.1", self.tls), 10) as plain, \
                context.wrap_socket(plain, server_hostname="rdv.example.org") as s:
            lines = [f"{method} {path} HTTP/1.1", "Host: rdv.example.org", "Connection: close",
                     *(f"{k}: {v}" for k, v in (headers or {}).items())]
            s.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
            answer = http.client.HTTPResponse(s, method=method)
            answer.begin()
            return answer.status, answer.headers, answer.read()

    def log(self):
        return "".join(p.read_text() for p in self.folder.glob("*.log"))


@pytest.fixture
def nginx(tmp_path):
    made = []

    def make(port):
        made.append(Nginx(tmp_path / "nginx", port))
        made[0].start()
        return made[0]

    assert NGINX, "nginx is not here: apt install nginx-light"
    yield make
    for one in made:
        one.stop()


def test_nginx_serves_and_writes_no_secret(daemon, nginx):
    d = daemon(now=NOW, territory=HENIN_CARVIN,
               conf={"public_url": "https://rdv.example.org", "trusted_proxy": ["127.0.0.1"]})
    n = nginx(d.port)
    status, headers, _ = n.get("/api/v1/slots?service=premier-rdv&near=50.4212,2.9497&limit=1")
    assert status == 200
    assert headers["Strict-Transport-Security"]
    slot = d.slots("premier-rdv")[0]
    token = d.book(slot, "through-nginx-0001")["token"]
    secret = "S" * 22
    for path in (f"/api/v1/appointments/{token}", f"/api/v1/appointments/{token}.ics", f"/rdv/{token}.ics"):
        assert n.get(path)[0] == 200, path
    for path in (f"/cal/{secret}.ics", f"/reserver/{secret}", f"/api/v1/holds/{secret}",
                 f"/cb/sms/in/{secret}?from=06&text={secret}", f"/cb/sms/r/1/{secret}",
                 f"/rdv/{secret}?x=1", f"//rdv/{secret}", f"/rdv/../rdv/{secret}", f"/%72dv/{secret}"):
        assert n.get(path)[0] in (400, 404, 405), path
    for path in ("/metrics", "/api/v1/local/status"):
        assert n.get(path)[0] == 404
    log = n.log()
    assert re.search(r"^127\.0\.0\.0 \[[^]]+\] GET /rdv/- 200 ", log, re.M), log
    for what in (token, secret, "50.4212"):
        assert what not in log, log

    # Nor when rdvd is away, when nginx complains in its own log.
    d.stop()
    assert n.get(f"/rdv/{token}.ics")[0] == 502
    assert n.get("/")[0] == 502
    log = n.log()
    assert "connect() failed" in log and token not in log, log


def test_nginx_speaks_http2(daemon, nginx):
    d = daemon(now=NOW)
    n = nginx(d.port)
    context = ssl.create_default_context(cafile=str(n.certificate))
    context.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection(("127.0.0.1", n.tls), 10) as plain, \
            context.wrap_socket(plain, server_hostname="rdv.example.org") as s:
        assert s.selected_alpn_protocol() == "h2"
    # plain HTTP only says where to go
    c = http.client.HTTPConnection("127.0.0.1", n.plain, timeout=10)
    c.request("GET", "/horaires?q=carvin", headers={"Host": "rdv.example.org"})
    answer = c.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, "https://rdv.example.org/horaires?q=carvin")
    c.close()


def test_nginx_does_not_pass_on_what_clients_claim(daemon, nginx):
    """Limits count by X-Forwarded-For of the trusted proxy, which a client behind nginx cannot write."""
    d = daemon(now=NOW, territory=HENIN_CARVIN,
               conf={"trusted_proxy": ["127.0.0.1"]}, extra="limits { requests_per_minute = 2 }\n")
    n = nginx(d.port)
    claim = {"X-Forwarded-For": "203.0.113.9"}
    direct = [d.request("GET", "/api/v1/slots?service=premier-rdv", headers=claim).status for _ in range(4)]
    assert direct == [200, 200, 429, 429]
    behind = [n.get("/api/v1/slots?service=premier-rdv", headers=claim)[0] for _ in range(4)]
    assert behind == [200, 200, 200, 200]  # the test's own address is the loopback, which has no limit


# ---- make install

def test_installed_tree_is_whole(tmp_path):
    """make install DESTDIR: everything that the programs, systemd, man and the administrator look for, with this
    installation's folders written into it; and the installed daemon reads the installed configuration."""
    root = tmp_path / "root"
    done = run("make", "-s", "-C", BUILD, "install", f"DESTDIR={root}")
    assert done.returncode == 0, done.stdout + done.stderr
    prefix = re.search(r"^prefix = (.*)$", (BUILD / "Makefile").read_text(), re.M).group(1)
    top = pathlib.Path(f"{root}{prefix}")
    for name in ("sbin/rdvd", "bin/rdvctl", "lib/rdvd/gw_spool.so", "lib/rdvd/store_sqlite.so", "etc/rdvd/rdvd.conf",
                 "share/rdvd/communes.csv", "share/rdvd/school-holidays.csv", "share/rdvd/territories/henin-carvin.json", "share/rdvd/locale/en.mo",
                 "share/rdvd/texts/fr/confirmation.sms.txt", "share/rdvd/texts/en/reminder.email.txt",
                 "share/doc/rdvd/README.md", "share/doc/rdvd/examples/nginx-rdvd.conf",
                 "share/man/man8/rdvd.8", "share/man/man5/rdvd.conf.5", "share/man/man1/rdvctl.1",
                 "share/man/man7/gw_spool.7", "share/man/man7/store_sqlite.7", "include/rdvd/plugin.h",
                 "lib/systemd/system/rdvd.service", "lib/systemd/system/rdvd.socket",
                 "lib/sysusers.d/rdvd.conf", "lib/tmpfiles.d/rdvd.conf"):
        assert (top / name).stat().st_size > 0, name
    unit = (top / "lib/systemd/system/rdvd.service").read_text()
    assert f"ExecStart={prefix}/sbin/rdvd -c {prefix}/etc/rdvd/rdvd.conf" in unit
    assert f"{prefix}/etc/rdvd/rdvd.conf" in (top / "lib/tmpfiles.d/rdvd.conf").read_text()
    checked = run(top / "sbin/rdvd", "-n", "-c", top / "etc/rdvd/rdvd.conf")
    assert checked.returncode == 0, checked.stderr
    # an upgrade leaves the administrator's configuration alone
    (top / "etc/rdvd/rdvd.conf").write_text("dir = \"/somewhere\"\n")
    done = run("make", "-s", "-C", BUILD, "install", f"DESTDIR={root}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (top / "etc/rdvd/rdvd.conf").read_text() == "dir = \"/somewhere\"\n"
