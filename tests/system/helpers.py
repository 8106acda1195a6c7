# SPDX-License-Identifier: GPL-3.0-or-later
"""The real daemon, held by a test: started in its own folder on a free port, spoken to over HTTP, over
its local socket and by rdvctl, stopped with its log read. Nothing here waits blindly: every wait is for a
condition, with a deadline. The standard library only."""

import http.client
import json
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
BUILD = pathlib.Path(os.environ.get("RDVD_BUILD", TOP / "build")).resolve()
RDVD = BUILD / "rdvd"
RDVCTL = BUILD / "rdvctl"
HENIN_CARVIN = TOP / "etc" / "territories" / "henin-carvin.json"
NATIONAL = TOP / "tests" / "data" / "national.json"

SECTIONS = """store store_sqlite {
}
gateway spool {
	plugin = "gw_spool"
	channels = {"sms", "email"}
}
"""

# A sanitizer's verdict is never expected, whatever the test says.
SANITIZER = re.compile(r"ERROR: (Address|Leak|Thread|Memory)Sanitizer|WARNING: ThreadSanitizer|runtime error:")
UNWANTED = re.compile(r"^<[0-4]>")


def pause(seconds):
    """Let others run for a moment between two looks at a condition."""
    select.select([], [], [], seconds)


def wait_for(condition, what, deadline_s=10.0, step_s=0.01):
    """Return condition()'s first true value; fail with `what` when the deadline passes."""
    end = time.monotonic() + deadline_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"still waiting after {deadline_s} s for {what}")
        pause(step_s)


def free_port():
    """A TCP port of the loopback that nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Response:
    """One HTTP answer: status, headers (case does not matter), body."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode("utf-8")

    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            raise AssertionError(f"not JSON (status {self.status}): {self.body[:400]!r}") from None

    def __repr__(self):
        return f"<{self.status} {self.headers.get('Content-Type')} {self.body[:600]!r}>"


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a local socket."""

    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Client:
    """One keep-alive connection; give each thread its own. Reconnects when the daemon closed it."""

    def __init__(self, address, timeout_s=30):
        """address: (host, port), or the path of a local socket."""
        self.address, self.timeout_s, self.connection = address, timeout_s, None

    def request(self, method, path, body=None, headers=None):
        """body: bytes, str (a form) or anything JSON can hold."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body, ensure_ascii=False).encode()
            headers.setdefault("Content-Type", "application/json")
        elif isinstance(body, str):
            body = body.encode()
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        fresh = self.connection is None
        if fresh:
            self._open()
        try:
            return self._exchange(method, path, body, headers)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self.close()
            # An idle connection that the daemon closed is worth one more try, and only for a request that
            # may be repeated: a POST may have been carried out.
            if fresh or method not in ("GET", "HEAD"):
                raise
            self._open()
            return self._exchange(method, path, body, headers)

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    def _open(self):
        if isinstance(self.address, tuple):
            self.connection = http.client.HTTPConnection(*self.address, timeout=self.timeout_s)
        else:
            self.connection = UnixConnection(str(self.address), self.timeout_s)

    def _exchange(self, method, path, body, headers):
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.will_close:
            self.close()
        return Response(answer.status, answer.headers, data)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()


class SpoolMessage:
    """One file of the spool (gw_spool(7)): headers by name in lower case, and the text."""

    def __init__(self, path):
        self.path = path
        head, _, self.text = path.read_text(encoding="utf-8").partition("\n\n")
        self.headers = {}
        for line in head.splitlines():
            name, _, value = line.partition(": ")
            self.headers[name.lower()] = value
        self.id = self.headers.get("message-id", "")
        self.channel = self.headers.get("channel", "")
        self.to = self.headers.get("to", "")
        self.date = self.headers.get("date", "")
        self.subject = self.headers.get("subject", "")

    def __repr__(self):
        return f"<{self.path.name}: {self.text[:200]!r}>"


class Daemon:
    """One data folder and the daemon that serves it. Keyword arguments:
    now: RFC 3339 instant to freeze the clock at (None: the real clock); conf: settings that replace or add to
    the written configuration (a value None leaves the key out); sections: text instead of the store's and the
    spool's sections; extra: text after them;
    territory: a file imported once the daemon is up; env: extra environment (an LD_PRELOAD...);
    expect_log: regular expressions of the warning and error lines that the test provokes."""

    def __init__(self, folder, *, now=None, conf=None, sections=None, extra="", territory=None, env=None,
                 expect_log=(), wrapper=(), start=True):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = self.folder / "data"
        self.data.mkdir(exist_ok=True)
        self.conf_path = self.folder / "rdvd.conf"
        self.port = free_port()
        self.now, self.env, self.wrapper = now, dict(env or {}), list(wrapper)
        self.expected_log = [re.compile(e) for e in expect_log]
        self.process, self.starts = None, 0
        self.settings = {
            "dir": str(self.data),
            "listen": f"127.0.0.1:{self.port}",
            "public_url": f"http://127.0.0.1:{self.port}",
            "socket": str(self.data / "rdvd.sock"),
            "communes": str(TOP / "etc" / "communes.csv"),
            "school_holidays": str(TOP / "etc" / "school-holidays.csv"),
            "texts": str(TOP / "etc" / "texts"),
            "demo": True,
            "log_level": "info",
        }
        self.settings.update(conf or {})
        self.sections = (SECTIONS if sections is None else sections) + extra
        self.write_conf()
        if start:
            self.start()
            if territory:
                self.import_territory(territory)

    # -- the configuration

    def write_conf(self):
        lines = []
        for key, value in self.settings.items():
            if value is None:
                continue
            if isinstance(value, bool):
                value = "true" if value else "false"
            elif isinstance(value, (list, tuple)):
                value = "{" + ", ".join(json.dumps(v, ensure_ascii=False) for v in value) + "}"
            elif not isinstance(value, int):
                value = json.dumps(str(value), ensure_ascii=False)
            lines.append(f"{key} = {value}\n")
        self.conf_path.write_text("".join(lines) + self.sections, encoding="utf-8")

    @property
    def socket_path(self):
        return self.settings["socket"]

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self):
        return self.process.pid

    # -- life

    def command(self, *extra):
        now = ["--now", self.now] if self.now else []
        return [*self.wrapper, str(RDVD), "-c", str(self.conf_path), *now, *extra]

    def start(self, deadline_s=20.0, healthy=True):
        """Start, and wait until /api/v1/health answers 200 (healthy=False: until it answers at all)."""
        assert RDVD.exists(), f"{RDVD} is not built: run make, or set RDVD_BUILD to the build folder"
        assert self.process is None, "already running"
        self.starts += 1
        self.log_path = self.folder / f"rdvd-{self.starts}.log"
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env={**os.environ, **self.env}, cwd=self.folder)

        def up():
            if self.process.poll() is not None:
                code, self.process = self.process.returncode, None
                raise AssertionError(f"rdvd ended at once with status {code}:\n{self.log()}")
            try:
                with self.client(timeout_s=5) as c:
                    answer = c.request("GET", "/api/v1/health")
            except OSError:
                return False
            return answer.status == 200 or not healthy

        wait_for(up, f"rdvd to serve on port {self.port}", deadline_s)
        return self

    def run_once(self, now, timeout_s=60):
        """rdvd --once --now T on this folder while no daemon runs; the exit status must be 0."""
        assert self.process is None, "stop the daemon first"
        command = [*self.wrapper, str(RDVD), "-c", str(self.conf_path), "--once", "--now", now]
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s,
                              env={**os.environ, **self.env}, cwd=self.folder)
        assert done.returncode == 0, f"status {done.returncode}: {done.stderr}"
        self._judge(done.stdout + done.stderr)
        return done

    def stop(self, deadline_s=20.0):
        """SIGTERM: it must end with status 0 and must have logged nothing unexpected."""
        process, self.process = self.process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(deadline_s)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"rdvd did not stop within {deadline_s} s:\n{self.log()}") from None
        assert code == 0, f"rdvd ended with status {code}:\n{self.log()}"
        self.check_log()

    def kill9(self):
        """As a power cut would, for the process at least."""
        process, self.process = self.process, None
        process.kill()
        process.wait()
        self.check_log()

    def restart(self, **changes):
        """Stop gracefully if running, then start on the same folder; changes: now=, conf=, env=."""
        self.stop()
        if "now" in changes:
            self.now = changes["now"]
        self.env.update(changes.get("env") or {})
        self.settings.update(changes.get("conf") or {})
        self.write_conf()
        return self.start()

    def end(self):
        """Whatever happened, leave no process behind."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    # -- the log

    def log(self):
        """What the present (or the last) process wrote."""
        return self.log_path.read_text(encoding="utf-8", errors="replace") if self.starts else ""

    def expect_log(self, *patterns):
        """Declare warning or error lines that this test provokes."""
        self.expected_log += [re.compile(p) for p in patterns]

    def check_log(self):
        self._judge(self.log())

    def _judge(self, text):
        bad = [line for line in text.splitlines()
               if SANITIZER.search(line)
               or UNWANTED.match(line) and not any(e.search(line) for e in self.expected_log)]
        assert not bad, "the log has lines that this test did not expect:\n" + "\n".join(bad)

    # -- speaking to it

    def client(self, timeout_s=30):
        return Client(("127.0.0.1", self.port), timeout_s)

    def request(self, method, path, body=None, headers=None):
        """Any page or endpoint, on a connection of its own."""
        with self.client() as c:
            return c.request(method, path, body, headers)

    def api(self, method, path, json=None, token=None, expect=None):
        """The JSON API as the public sees it (path after /api/v1), or as `token`'s bearer. expect: the
        status, or statuses, that the test relies on."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self._checked(self.request(method, "/api/v1" + path, json, headers), method, path, expect)

    def local(self, method, path, json=None, expect=None):
        """The JSON API through the local socket, where everyone is staff."""
        with Client(self.socket_path) as c:
            return self._checked(c.request(method, "/api/v1" + path, json), method, path, expect)

    @staticmethod
    def _checked(answer, method, path, expect):
        if expect is not None:
            allowed = expect if isinstance(expect, (tuple, list, set)) else (expect,)
            assert answer.status in allowed, f"{method} {path}: {answer!r}, expected {expect}"
        return answer

    def pages(self, path, key, local=False, token=None, **query):
        """Every row of a list, all its pages; no cursor may come twice."""
        rows, seen = [], set()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with (Client(self.socket_path) if local else self.client()) as c:
            while True:
                text = urllib.parse.urlencode({k: v for k, v in query.items() if v is not None})
                answer = c.request("GET", f"/api/v1{path}?{text}", headers=headers)
                assert answer.status == 200, f"GET {path}?{text}: {answer!r}"
                body = answer.json()
                rows += body[key]
                cursor = body["next"]
                if cursor is None:
                    return rows
                assert re.fullmatch(r"[A-Za-z0-9_-]+", cursor), f"cursor {cursor!r}"
                assert cursor not in seen, f"the cursor {cursor} came twice"
                seen.add(cursor)
                query["cursor"] = cursor

    def slots(self, service, **query):
        """All slots of GET /slots, every page of 500 (or limit=)."""
        query.setdefault("limit", 500)
        return self.pages("/slots", "slots", service=service, **query)

    def book(self, slot, key, person=None, expect=201, **more):
        """POST /appointments for a row of slots(); returns the appointment (expect=201 or 200), or the
        answer when another status is expected."""
        body = {"request_key": key, "service": slot["service"], "site": slot["site"], "start": slot["start"],
                "person": person or {"first_name": "Léa", "last_name": "Dubois", "birth_year": 2004,
                                     "phone": "06 12 34 56 78"},
                "notice": True, **more}
        answer = self.api("POST", "/appointments", body, expect=expect)
        return answer.json()["appointment"] if answer.status in (200, 201) else answer

    def rdvctl(self, *args, status=0, json_out=False, timeout_s=60, stdin=None):
        """rdvctl -s SOCKET [--json] ARGS; the exit status must be `status` (None: any). Returns the
        completed process, or what --json printed."""
        flags = ["--json"] if json_out else []
        done = subprocess.run([str(RDVCTL), "-s", str(self.socket_path), *flags, *map(str, args)],
                              capture_output=True, text=True, timeout=timeout_s, input=stdin, cwd=self.folder)
        if status is not None:
            assert done.returncode == status, (
                f"rdvctl {' '.join(map(str, args))}: status {done.returncode}\n{done.stdout}\n{done.stderr}")
        return json.loads(done.stdout) if json_out else done

    def import_territory(self, path=HENIN_CARVIN):
        return self.rdvctl("import", path)

    def add_token(self, role="admin"):
        """A bearer token with that role."""
        return self.rdvctl("token", "add", role).stdout.split()[-1]

    # -- what left

    def spool(self):
        """The messages that left so far, by number; files still being written begin with a dot."""
        files = [p for p in (self.data / "spool").glob("*.txt") if not p.name.startswith(".")]
        return sorted(map(SpoolMessage, files), key=lambda m: (len(m.id), m.id))

    def wait_spool(self, count, deadline_s=10.0):
        """The spool once it holds at least count messages."""
        return wait_for(lambda: (lambda m: m if len(m) >= count else None)(self.spool()),
                        f"{count} messages in the spool", deadline_s)

    def metric(self, name):
        """The sum of a metric over its labels, read on the local socket."""
        with Client(self.socket_path) as c:
            text = c.request("GET", "/metrics").text
        values = [float(line.rsplit(" ", 1)[1]) for line in text.splitlines()
                  if re.match(re.escape(name) + r"[ {]", line)]
        assert values, f"no metric {name}"
        return sum(values)

    def rss_kib(self):
        """Resident memory of the process."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"^VmRSS:\s+(\d+) kB", status, re.M).group(1))
