# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the system tests: `daemon` makes daemons in the test's own folder and judges each of them
(exit status, log) when the test is over; a failed test shows what its daemons logged."""

import pathlib
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
for folder in (HERE, HERE.parent / "oracle"):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from helpers import Daemon  # noqa: E402

MADE = pytest.StashKey[list]()


@pytest.fixture
def daemon(request, tmp_path):
    """daemon(now="2026-03-20T08:00:00+01:00", territory=HENIN_CARVIN, ...) starts one; see helpers.Daemon."""
    made = []
    request.node.stash[MADE] = made

    def make(**options):
        number = len(made)
        one = Daemon.__new__(Daemon)
        made.append(one)
        one.process = None
        one.__init__(tmp_path / (f"d{number}" if number else "d"), **options)
        return one

    yield make
    failures = []
    for one in made:
        try:
            one.stop()
        except AssertionError as e:
            failures.append(str(e))
        finally:
            one.end()
    if failures:
        pytest.fail("\n".join(failures), pytrace=False)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if report.failed:
        for one in item.stash.get(MADE, []):
            if getattr(one, "starts", 0):
                report.sections.append((f"rdvd in {one.folder}", one.log()[-8000:]))
