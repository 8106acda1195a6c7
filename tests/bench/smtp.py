#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""E-mail: gw_smtp beside the least that libcurl does, both on one kept connection to the same Postfix
(encrypted, logged in, relaying to smtp-sink), in turns. Prints one JSON object; `rows` are what run.py's table
shows. Must reach 0.8 of the floor.

    RDVD_BUILD=... tests/bench/smtp.py [ROUNDS [MESSAGES]]"""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))

from helpers import BUILD, free_port, wait_for  # noqa: E402
from postfix import Postfix  # noqa: E402
from smtp_sink import Drive, make_certificates  # noqa: E402

TEXT = "Bonjour Léa,\n\nVotre rendez-vous est noté.\n\nQuand : mardi 3 mars à 14 h\nOù : Hénin-Beaumont\n" * 3
USER, PASSWORD = "rdv@exemple.fr", "secret"


def measure(rounds=8, messages=500):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rdvd-bench-smtp-"))
    certificates = make_certificates(folder)
    port = free_port()
    sink = subprocess.Popen(["/usr/sbin/smtp-sink", "-u", "postfix", f"127.0.0.1:{port}", "1000"],
                            stdout=subprocess.DEVNULL)
    try:
        with Postfix(certificates["server"], {USER: PASSWORD}, port) as postfix, \
                Drive("gw_smtp", folder / "data", server="localhost", port=postfix.port, user=USER,
                      password=PASSWORD, ca_file=certificates["ca"]) as d:
            mail = folder / "mail"
            message = {"to": "x@exemple.fr", "text": TEXT, "html": f"<p>{TEXT}</p>", "from": f"CLLAJ <{USER}>"}
            bare = [str(BUILD / "tests" / "gateway" / "drive"), "--bare", f"smtp://localhost:{postfix.port}/x",
                    str(messages), str(certificates["ca"]), USER, PASSWORD, USER, "x@exemple.fr", str(mail)]
            mail.write_bytes((f"From: {USER}\r\nTo: x@exemple.fr\r\nSubject: x\r\nMessage-ID: <1@exemple.fr>\r\n"
                              "Content-Type: text/plain; charset=utf-8\r\n\r\n" + TEXT * 3).encode())
            d.ask("many", count=100, **message)
            floors, found = [], []
            for number in range(rounds):
                wait_for(postfix.queue_is_empty, "the queue to be empty", 120)
                floors.append(json.loads(subprocess.run(bare, capture_output=True, check=True).stdout))
                wait_for(postfix.queue_is_empty, "the queue to be empty", 120)
                found.append(d.ask("many", count=messages, first=1000 * (number + 1), **message))
            assert all(r["accepted"] == messages for r in floors + found), (floors, found)
    finally:
        sink.terminate()
        sink.wait()
    floor, measured = (statistics.median(r["rate"] for r in rs) for rs in (floors, found))
    return {"rows": [{"work": "e-mail to Postfix, TLS and login, one connection", "floor": floor,
                      "measured": measured, "ratio": measured / floor, "must": {"ratio": 0.8}, "unit": "/s",
                      "met": measured / floor >= 0.8}]}


if __name__ == "__main__":
    print(json.dumps(measure(*map(int, sys.argv[1:]))))
