#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that a compiler does not keep: which room may include which, which library stays behind which
file, calls that are not used here, the length of files, the layout; and what a reader of pages does not see: spaces
off the scale, colours without a name, scripts inside. Prints what it finds; exit 1 then."""

import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent

# A room may include itself and what is named; arrows go one way.
ROOMS = {
    "base": set(),
    "agenda": {"base"},
    "store": {"base"},
    "message": {"agenda", "store", "base"},
    "booking": {"message", "agenda", "store", "base"},
    "report": {"message", "agenda", "store", "base"},
    "talk": {"booking", "report", "message", "agenda", "store", "base"},
    "http": {"base"},
    "api": {"http", "dav", "talk", "report", "booking", "message", "agenda", "store", "base"},
    "web": {"http", "talk", "report", "booking", "message", "agenda", "store", "base"},
    "dav": {"http", "booking", "agenda", "store", "base"},
}

# A library's header, and where it may appear.
HEADERS = [
    (r"event2?/|event\.h", r"daemon/base/loop\.c|daemon/http/|tests/"),
    (r"microhttpd", r"daemon/http/|tests/bench/"),
    (r"sqlite3", r"plugins/store_sqlite/|tests/bench/|tests/store/"),
    (r"libical|ical\.h", r"daemon/agenda/|daemon/dav/|tests/"),
    (r"curl/", r"plugins/|daemon/rdvctl|daemon/dav/|tests/"),
    (r"pthread\.h", r"daemon/base/worker\.c|tests/"),
    (r"confuse", r"daemon/base/config"),
    (r"sodium", r"daemon/base/secret\.c|tests/"),
    (r"nettle", r"plugins/gw_http/proof\.c|tests/"),
    (r"liboath|oath\.h", r"daemon/booking/totp\.c|tests/"),
    (r"qrencode", r"daemon/web/account_qr\.c|tests/"),
    (r"xlsxwriter", r"daemon/report/sheet\.c|tests/"),
    (r"dlfcn", r"daemon/base/plugin\.c|tests/"),
]

BANNED = re.compile(r"\b(strcpy|strcat|sprintf|vsprintf|gets|atoi|atol|strtok|localtime|gmtime|system|tmpnam)\s*\(")
UNFINISHED = re.compile(r"(?<!RIGHT\()\b(TODO|FIXME|XXX)\b")
CLOCK = re.compile(r"\b(time|clock_gettime|gettimeofday)\s*\(")
FILE_MAX = 700
SCALE = {0, 1, 2, 3, 4, 8, 12, 16, 24, 32, 48, 96}  # px; below 4 what joins edges

faults = []


def fault(path, line, text):
    where = path.relative_to(TOP)
    faults.append(f"{where}:{line}: {text}" if line else f"{where}: {text}")


def includes(path, text):
    for n, line in enumerate(text.splitlines(), 1):
        m = re.match(r'\s*#\s*include\s+[<"]([^>"]+)[>"]', line)
        if m:
            yield n, m.group(1)


def check_rooms(path, text):
    parts = path.relative_to(TOP).parts
    for n, header in includes(path, text):
        room = header.split("/")[0] if "/" in header else ""
        if parts[0] == "plugins" and room in ROOMS:
            fault(path, n, f"a plugin may not include {header}: only rdvd/ is its daemon")
        if parts[0] == "daemon" and len(parts) == 3 and room in ROOMS:
            own = parts[1]
            if room != own and own in ROOMS and room not in ROOMS[own]:
                fault(path, n, f"{own} may not include {header}")
        for pattern, allowed in HEADERS:
            if re.match(pattern, header) and not re.match(allowed, str(path.relative_to(TOP))):
                fault(path, n, f"{header} belongs to {allowed}")


def check_text(path, text):
    rel = str(path.relative_to(TOP))
    lines = text.splitlines()
    if len(lines) > FILE_MAX and not rel.startswith("tests/"):
        fault(path, None, f"{len(lines)} lines: is it still one idea? (at most {FILE_MAX})")
    if not lines or "SPDX-License-Identifier: GPL-3.0-or-later" not in lines[0]:
        fault(path, 1, "the first line names the licence (SPDX)")
    for n, line in enumerate(lines, 1):
        code = re.sub(r'"(\\.|[^"\\])*"', '""', line)
        code = re.sub(r"/\*.*?\*/|//.*", "", code)
        if BANNED.search(code) and not line.lstrip().startswith("*"):
            fault(path, n, f"not used here: {BANNED.search(code).group(1)}")
        if UNFINISHED.search(line):
            fault(path, n, "unfinished work belongs to an issue")
        if rel.startswith("daemon/") and rel != "daemon/base/clock.c" and CLOCK.search(code) \
                and not line.lstrip().startswith("*"):
            fault(path, n, "only base/clock asks for the time")


def check_sheet(path):
    """Spaces keep to the scale, colours have names (or the dark mode forgets them), nothing moves."""
    text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), path.read_text(encoding="utf-8"), flags=re.S)
    for n, line in enumerate(text.splitlines(), 1):
        for prop, value in re.findall(r"\b(margin|padding|gap|row-gap|column-gap)[\w-]*:\s*([^;}]+)", line):
            for px in re.findall(r"(?<![\w.])-?(\d+)px", value):
                if int(px) not in SCALE:
                    fault(path, n, f"{prop} of {px}px: the scale is 4 8 12 16 24 32 48")
        if re.search(r"(?<!--)\b(color|background|fill|stroke|border[\w-]*|outline):[^;}]*#[0-9a-f]{3,6}\b", line):
            fault(path, n, "a colour without a name does not change in the dark")
        if re.search(r"\b(transition|animation|@keyframes|scroll-behavior)\b", line):
            fault(path, n, "nothing moves")


def check_page(path):
    """What HTML's checkers see of an answer, said of the template too: it may never be shown in a test."""
    for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if re.search(r"<style\b|\sstyle=|<script(?![^>]*\ssrc=)|\son[a-z]+=", line):
            fault(path, n, "a style or a script inside the page: the policy refuses it")
        if re.search(r"<(?!a\b)\w+[^>]*\s(src|href|action)=\"(https?:)?//", line):
            fault(path, n, "pages ask no other machine")
        if re.search(r"<th(?![^>]*\sscope=)[\s>]", line):
            fault(path, n, "a head says of what: scope=")


def check_format(paths):
    run = subprocess.run(["clang-format", "--dry-run", "-Werror", *map(str, paths)], capture_output=True, text=True)
    for line in run.stderr.splitlines():
        if "error:" in line:
            faults.append(line.replace(str(TOP) + "/", ""))


def main():
    sources = sorted(p for d in ("daemon", "include", "plugins", "tests")
                     for p in (TOP / d).rglob("*.[ch]") if "node_modules" not in p.parts)
    for path in sources:
        text = path.read_text(encoding="utf-8")
        check_rooms(path, text)
        check_text(path, text)
    sheets, pages = sorted(TOP.glob("daemon/web/static/*.css")), sorted(TOP.glob("daemon/web/pages/*.html"))
    for path in sheets:
        check_sheet(path)
    for path in pages:
        check_page(path)
    check_format(sources)
    print("\n".join(faults) if faults else f"{len(sources) + len(sheets) + len(pages)} files read, nothing to say")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
