# SPDX-License-Identifier: GPL-3.0-or-later
"""The manual against the programs: every option, verb, flag, key and exit status that exists is described,
and nothing is described that does not exist."""

import re
import shutil
import subprocess

import pytest

from helpers import RDVCTL, RDVD, TOP

MAN = TOP / "etc" / "man"
PAGES = sorted([*MAN.iterdir(), *(TOP / "plugins").glob("*/*.7")])


def text(name):
    return (MAN / name).read_text(encoding="utf-8")


def sections(page):
    """{heading: its lines as one text}"""
    parts = re.split(r"^\.Sh (.*)$", page, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def help_of(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
    return done.stdout


def flags_in(mdoc):
    """Long options written as .It Fl -name or Fl -name within a line."""
    return set(re.findall(r"\bFl -([a-z][a-z0-9-]*)", mdoc))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_page_is_written_well(page):
    assert shutil.which("mandoc"), "mandoc is not here: apt install mandoc"
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", str(page)], capture_output=True, text=True)
    assert done.returncode == 0 and not done.stdout, done.stdout + done.stderr
    shown = subprocess.run(["mandoc", "-T", "utf8", str(page)], capture_output=True, text=True)
    assert len(shown.stdout) > 500


def test_every_plugin_has_a_page():
    for folder in (TOP / "plugins").iterdir():
        assert (folder / f"{folder.name}.7").exists(), folder.name


def test_pages_refer_to_pages_that_exist():
    ours = {p.name for p in PAGES}
    for page in PAGES:
        for name, section in re.findall(r"^\.Xr (\S+) (\d)", page.read_text(encoding="utf-8"), re.M):
            if re.match(r"rdv|gw_|store_", name):
                assert f"{name}.{section}" in ours, f"{page.name} refers to {name}({section})"


# ---- rdvd-texts(5)

def test_texts_kinds_and_fields():
    page = sections(text("rdvd-texts.5"))
    message = TOP / "daemon" / "message"
    stems = re.findall(r'^\s*X\(TEXT_\w+,\s*"([a-z-]+)"', (message / "text_stems.h").read_text(), re.M)
    fields = re.findall(r"^\s*X\((\w+),\s*(?:FIELD_|0,)", (message / "text_table.h").read_text(), re.M)
    assert len(stems) > 9 and len(fields) > 20
    kinds = re.findall(r"^\.It Cm ([a-z-]+)", page["FILES"], re.M)
    assert set(kinds) - {"answer-"} == {s for s in stems if not s.startswith("answer-")}
    said = [f for line in re.findall(r"^\.It Cm (.*)$", page["FIELDS"], re.M) for f in line.split(" , ")]
    assert sorted(said) == sorted(fields)


# ---- rdvd(8)

def test_rdvd_options():
    said = help_of(RDVD, "--help")
    page = sections(text("rdvd.8"))["DESCRIPTION"]
    assert flags_in(page) == set(re.findall(r"--([a-z]+)\b", said))
    assert set(re.findall(r"\.It Fl ([a-z])\b", page)) == set(re.findall(r"(?<![-\w])-([a-z])\b", said))


def test_rdvd_exit_status_and_signals():
    page = sections(text("rdvd.8"))
    assert re.findall(r"^\.It (\d)$", page["EXIT STATUS"], re.M) == ["0", "1", "2"]
    source = (TOP / "daemon" / "serve.c").read_text()
    for signal in set(re.findall(r"loop_signal_new\([^;]*?(SIG[A-Z]+)", source)):
        assert signal in page["SIGNALS"], signal


@pytest.mark.parametrize("arguments, status", [([], 2), (["--wrong"], 2), (["-c", "/nowhere/rdvd.conf"], 1),
                                               (["-n", "-c", "/nowhere/rdvd.conf"], 1),
                                               (["-c", "x", "--now", "soon"], 2), (["--version"], 0), (["-h"], 0)])
def test_rdvd_ends_as_the_page_says(arguments, status):
    done = subprocess.run([str(RDVD), *arguments], capture_output=True, text=True, timeout=20)
    assert done.returncode == status, done.stderr
    assert done.stdout or done.stderr


def test_environment_is_described():
    """Each variable that the sources ask for, in the page of its program."""
    asked = {path: set(re.findall(r'(?:getenv|is_for_us)\("([A-Z_]+)"', path.read_text()))
             for path in (TOP / "daemon").rglob("*.c")}
    for path, names in asked.items():
        page = sections(text("rdvctl.1" if path.name.startswith("rdvctl") else "rdvd.8"))["ENVIRONMENT"]
        for name in names:
            assert re.search(rf"\b{name}\b", page), f"{path.name} asks for {name}"


# ---- rdvd.conf(5)

def configuration_table():
    """[(section, key, {field: text})] of config_key.c."""
    source = (TOP / "daemon" / "base" / "config_key.c").read_text()
    table = source[source.index("config_keys[] = {"):source.index("config_nkeys =")]
    names = {"ROOT": "", "WORKERS": "workers", "LIMITS": "limits", "SESSION": "session", "MESSAGES": "messages",
             "GATEWAY": "gateway", "EXPORT": "export", "STORE": "store"}
    rows = []
    for macro, key, rest in re.findall(r'\{([A-Z]+)\("?([a-z_]+)"?, (.*?)\},\n', table, re.S):
        fields = {"required": "is_required" in rest, "live": "is_live" in rest}
        preset = re.search(r'\.preset =\s*"([^"]*)"', rest)
        fields["preset"] = preset.group(1) if preset else None
        span = re.search(r"RANGE\((\d+), (\d+),", rest)
        fields["range"] = span.groups() if span else None
        rows.append((names[macro], key, fields))
    assert len(rows) == table.count("TYPE_"), "config_key.c is written in a way that this test does not read"
    return rows


def described_keys():
    """{(section, key): its text} of rdvd.conf(5)."""
    found = {}
    for heading, body in sections(text("rdvd.conf.5")).items():
        if heading != "GENERAL KEYS" and not heading.startswith("SECTION "):
            continue
        section = heading[8:] if heading.startswith("SECTION ") else ""
        parts = re.split(r"^\.It Cm (.*)$", body, flags=re.M)
        for names, what in zip(parts[1::2], parts[2::2]):
            for name in names.split(" , "):
                found[section, name] = what
    return found


def test_every_key_is_described_and_no_other():
    table = {(section, key) for section, key, _ in configuration_table()}
    assert set(described_keys()) == table


def test_presets_and_ranges_are_the_tables():
    described = described_keys()
    for section, key, fields in configuration_table():
        what = described[section, key]
        where = f"{section or 'general'} {key}"
        assert ("Required." in what) == fields["required"], where
        preset = fields["preset"]
        if preset and "," not in preset and "DIR" not in preset:
            assert preset in what, f"{where}: preset {preset}"
        if not fields["required"]:
            assert re.search(r"Presets?:", what), f"{where}: no preset is said"
        if fields["range"]:
            assert " to ".join(fields["range"]) in what, f"{where}: {fields['range']}"


def test_reload_names_the_keys_that_it_takes_over():
    page = sections(text("rdvd.conf.5"))["RELOADING"]
    said = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b|(?<=Cm )texts\b", page))
    assert said == {key for _, key, fields in configuration_table() if fields["live"]}


# ---- rdvctl(1)

def verbs():
    """{verb: its flags} as the program says them."""
    said = help_of(RDVCTL, "--help")
    names = re.findall(r"^  ([a-z-]+)  ", said, re.M)
    assert len(names) >= 12
    return {name: set(re.findall(r"^  --([a-z0-9-]+)", help_of(RDVCTL, name, "--help"), re.M)) for name in names}


def test_every_verb_and_flag_is_described_and_no_other():
    body = sections(text("rdvctl.1"))["VERBS"]
    outer = re.sub(r"^\.Bl -tag -width Ds -compact\n(.*?)^\.El\n",
                   lambda m: re.sub(r"^\.It ", ".inner ", m.group(0)[len(".Bl -tag -width Ds -compact\n"):], flags=re.M),
                   body, flags=re.M | re.S)
    parts = re.split(r"^\.It Cm ([a-z-]+)", outer, flags=re.M)
    described = {}
    for name, what in zip(parts[1::2], parts[2::2]):  # a verb of several words has an item for each
        described.setdefault(name, set()).update(flags_in(what))
    assert described == verbs()


def test_rdvctl_options_and_exit_status():
    page = sections(text("rdvctl.1"))
    assert {"json", "socket", "help", "version"} <= flags_in(page["DESCRIPTION"])
    enum = (TOP / "daemon" / "rdvctl.h").read_text()
    known = re.findall(r"^\tCTL_(?:DONE|REFUSED|USAGE|UNREACHABLE) = (\d)", enum, re.M)
    assert re.findall(r"^\.It (\d)$", page["EXIT STATUS"], re.M) == known


@pytest.mark.parametrize("arguments, status", [(["status"], 3), (["nothing"], 2), ([], 2), (["slots"], 2),
                                               (["--help"], 0), (["--version"], 0), (["book", "--help"], 0),
                                               (["import", "/nowhere.json"], 2), (["outcome", "1"], 2),
                                               (["slots", "--limit", "x"], 2), (["status", "more"], 2)])
def test_rdvctl_ends_as_the_page_says(arguments, status, tmp_path):
    done = subprocess.run([str(RDVCTL), "-s", str(tmp_path / "none.sock"), *arguments],
                          capture_output=True, text=True, timeout=20)
    assert done.returncode == status, done.stdout + done.stderr


# ---- rdvd-territory(5)

def decoded_keys():
    """{heading: its keys} of the decoder's lists: those inside an object are counted with it."""
    agenda = TOP / "daemon" / "agenda"
    whole, *parts = ((agenda / f"{name}.c").read_text() for name in ("territory", "territory_parse", "territory_service"))
    lists = {}
    owners = {"decode_rule": "SERVICES", "decode_questions": "SERVICES", "decode_overrides": "OPENINGS",
              "decode_alarm": "ORGANISATIONS", "decode_dry_threshold": "ORGANISATIONS"}
    for source in (whole, *parts):
        for call in re.finditer(r"decode_keys\(&?\w+,\s*\(const char \*const\[\]\)\{(.*?)NULL\}", source, re.S):
            keys = set(re.findall(r'"(\w+)"', call.group(1)))
            function = re.findall(r"^(?:static )?\w[\w *]*?(\w+)\([^;{]*?\)\n\{", source[:call.start()], re.M)[-1]
            if source is whole:
                heading = "THE FILE" if "format" in keys else "NETWORK"
            else:
                heading = owners.get(function) or function.removeprefix("territory_decode_").upper() + "S"
            lists.setdefault(heading, set()).update(keys)
    assert len(lists) == 8, lists.keys()
    return lists


def test_every_key_of_a_territory_is_described_and_no_other():
    page = sections(text("rdvd-territory.5"))
    for heading, keys in decoded_keys().items():
        body = page[heading]
        heads = {k for line in re.findall(r"^\.It Cm (.*)$", body, re.M) for k in line.split(" , ")}
        # keys of objects inside: .Cm in the text, or within .Li
        inner = keys - heads
        assert heads <= keys, f"{heading}: {heads - keys}"
        for key in inner:
            assert re.search(rf'^\.Cm .*\b{key}\b|"{key}"', body, re.M), f"{heading}: {key}"


# ---- plugins

def test_every_option_of_a_plugin_is_described():
    for folder in (TOP / "plugins").iterdir():
        source = "".join(p.read_text() for p in folder.glob("*.c"))
        table = re.search(r"const struct rdvd_option \w+\[\] = \{(.*?)\n\};", source, re.S)
        assert table, folder.name
        names = re.findall(r'\.key = "([a-z_]+)"|^\t\{"([a-z_]+)"', table.group(1), re.M)
        page = (folder / f"{folder.name}.7").read_text(encoding="utf-8")
        assert names, folder.name
        for name in (a or b for a, b in names):
            assert re.search(rf"^\.It Cm .*\b{name}\b", page, re.M), f"{folder.name}: {name}"
