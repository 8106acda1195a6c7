#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write gsm.tsv: texts, what they cost as SMS, and how they fold, worked out from 3GPP TS 23.038 and the
Unicode database, so that daemon/message/gsm.c is held against something that shares no table with it.

Columns: text, encoding (7 or 2), units, segments, folded text. In texts backslash, tab, line ends and form
feed are escaped. A folded text "*" means that Unicode alone gives no answer: any GSM-7 text will do.

usage: gsm_oracle.py > gsm.tsv"""
import random
import sys
import unicodedata

# TS 23.038 table 6.2.1 by rows of sixteen, 0x1B (escape) left out, and the extension table 6.2.1.1.
ROWS = ["@£$¥èéùìòÇ\nØø\rÅå", "Δ_ΦΓΛΩΠΨΣΘΞÆæßÉ", " !\"#¤%&'()*+,-./", "0123456789:;<=>?",
        "¡ABCDEFGHIJKLMNO", "PQRSTUVWXYZÄÖÑÜ§", "¿abcdefghijklmno", "pqrstuvwxyzäöñüà"]
SEPTET = {c: 1 for row in ROWS for c in row}
assert len(SEPTET) == 127
SEPTET.update({c: 2 for c in "\f^{}\\[~]|€"})

PLAIN = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "«": '"', "»": '"', "\u2013": "-",
         "\u2014": "-", "\u2011": "-", "\u2022": "-", "\u2026": "...", "œ": "oe", "Œ": "OE", "\u00a0": " ",
         "\u202f": " ", "\u2009": " ", "\t": " "}


def cost(text):
    """(encoding, units, segments)."""
    if all(c in SEPTET for c in text):
        encoding, sizes, single, several = 7, [SEPTET[c] for c in text], 160, 153
    else:
        encoding, single, several = 2, 70, 67
        sizes = [len(c.encode("utf-16-le")) // 2 for c in text]
    if sum(sizes) <= single:
        return encoding, sum(sizes), min(1, len(text))
    segments, used = 1, 0
    for size in sizes:
        if used + size > several:
            segments, used = segments + 1, 0
        used += size
    return encoding, sum(sizes), segments


def fold(text):
    """The text in the alphabet, or None when a character has no answer in Unicode."""
    out = ""
    for c in unicodedata.normalize("NFC", text):
        if c in SEPTET:
            out += c
            continue
        if c in PLAIN:
            out += PLAIN[c]
            continue
        bare = "".join(d for d in unicodedata.normalize("NFD", c) if not unicodedata.combining(d))
        if not bare or any(b not in SEPTET for b in bare):
            return None
        out += bare
    return out


def escape(text):
    for char, name in (("\\", "\\\\"), ("\t", "\\t"), ("\n", "\\n"), ("\r", "\\r"), ("\f", "\\f")):
        text = text.replace(char, name)
    return text


def texts():
    blocks = [(0x20, 0x7F), (0xA0, 0x250), (0x370, 0x400), (0x410, 0x450), (0x1E00, 0x1F00), (0x2000, 0x2070),
              (0x20A0, 0x20C0), (0x2100, 0x2130), (0x2190, 0x21A0), (0x2200, 0x2270), (0x1F600, 0x1F610)]
    for first, end in blocks:
        for code in range(first, end):
            c = chr(code)
            if unicodedata.category(c) in ("Cn", "Cc", "Zl", "Zp"):
                continue
            yield c
            apart = unicodedata.normalize("NFD", c)
            if apart != c:
                yield "x" + apart + "x"
    yield from ("", "\n", "\r", "\f", "\t", "\\", "a\nb")
    for c in ("a", "é", "€", "ô", "字", "👍"):
        for n in (34, 35, 36, 66, 67, 68, 69, 70, 71, 76, 77, 79, 80, 81, 133, 134, 135, 152, 153, 154, 159, 160,
                  161, 200, 201, 202, 305, 306, 307, 459, 460):
            yield c * n
    # A character of two units against each border.
    for before in (65, 66, 67, 68, 132, 133, 134, 151, 152, 153, 158, 159, 160, 304, 305, 306):
        yield "a" * before + "€" + "b" * 10
        yield "a" * before + "[" + "b" * 160
        yield "a" * before + "👍" + "b" * 10
        yield "ê" + "a" * before + "👍" + "b" * 70
    french = ("Rappel : rendez-vous mercredi 30 septembre à 14 h 30, Mission locale d’Hénin-Beaumont, 183 avenue "
              "des Fusillés. Où ça ? Près de l’hôtel « Le Nœud » – à côté… Votre reçu : 12 €, déjà payé ! ")
    letters = french + "àâäæçéèêëîïôöœùûüÿÀÂÄÆÇÉÈÊËÎÏÔÖŒÙÛÜŸ[]{}~^|\\€"
    dice = random.Random(38)
    for _ in range(160):
        at, n = dice.randrange(len(french)), dice.choice((20, 70, 71, 134, 150, 160, 161, 170, 306, 310))
        yield (french * 4)[at:at + n]
        yield "".join(dice.choice(letters) for _ in range(n))


def main():
    seen = set()
    for text in texts():
        if text in seen:
            continue
        seen.add(text)
        folded = fold(text)
        print(escape(text), *cost(text), "*" if folded is None else escape(folded), sep="\t")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    main()
