# SPDX-License-Identifier: GPL-3.0-or-later
"""A provider that sends a name once remembers it, perhaps for ever. Two installations on one account, or one that
began again with an empty database, count their messages from 1: neither may take the other's for its own, and
hold for sent what nobody got."""

import re

from helpers import wait_for
from provider import Provider
from small import NOW, all_messages, booking, person, write_territory

STORE = "store store_sqlite {\n}\n"


def test_two_installations_on_one_account(daemon, tmp_path):
    with Provider(tmp_path / "lab", True, {}) as provider:
        provider.preset.write_text(provider.preset.read_text().replace('"{id}"', '"{key}"'))
        for folder in ("first", "second"):
            (tmp_path / folder).mkdir()
            d = daemon(now=NOW, sections=STORE + provider.section(rate_per_second=1000),
                       territory=write_territory(tmp_path / folder))
            d.api("POST", "/appointments", booking(f"one-account-{folder}-0123456789", "rdv", "centre",
                                                   "2026-03-24T10:00:00+01:00", person(7)), expect=201)
            wait_for(lambda d=d: [m for m in all_messages(d) if m["state"] == "accepted"], "the confirmation")
            d.stop()
        names = provider.log.read_text().split()
        assert len(names) == 2 and len(set(names)) == 2, names
        assert all(re.fullmatch(r"rdvd-1-[0-9a-f]{6}", name) for name in names), names
