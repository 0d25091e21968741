#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds tests/vectors/negatives_drill.txt against a drill: every rule has a line, every pattern an item, and docs/formats/drill.md tells of the rules
that no item shows. Prints those.

usage: negatives_drill.py INDEX.json SOURCE
"""
import json
import os
import re
import sys

RULES = 302


def lines(path):
    """Yields (what the rules are called, first, last, words)."""
    with open(path, encoding="ascii") as f:
        for line in f:
            words = line.split("#")[0].split()
            if words:
                first, _, last = words[0].partition("-")
                yield words[0], int(first), int(last or first), words[1:]


def main():
    with open(sys.argv[1], encoding="ascii") as f:
        names = [item["name"] for item in json.load(f)["items"]]
    with open(os.path.join(sys.argv[2], "docs", "formats", "drill.md"), encoding="utf-8") as f:
        doc = f.read()
    wrong, expected, not_shown, told = [], 1, 0, []
    for called, first, last, words in lines(os.path.join(sys.argv[2], "tests", "vectors", "negatives_drill.txt")):
        if first != expected or last < first:
            wrong.append(f"rule {expected} has no line of its own")
        expected = last + 1
        if words[:1] == ["none"]:
            row = f"| {called.replace('-', '–')} | {' '.join(words[1:])} |"
            told.append(row)
            not_shown += last - first + 1
            print(f"not shown: {called}: {' '.join(words[1:])}")
            if row not in doc:
                wrong.append(f"docs/formats/drill.md lacks: {row}")
            continue
        for word in words:
            if not any(re.fullmatch(word, name) for name in names):
                wrong.append(f"{called}: there is no {word}")
        if not words:
            wrong.append(f"{called}: nothing is named")
    wrong += [f"docs/formats/drill.md has, and the list has not: {row}" for row in re.findall(r"^\| [0-9–]+ \| .* \|$", doc, re.M) if row not in told]
    if expected != RULES + 1:
        wrong.append(f"the list ends at rule {expected - 1} of {RULES}")
    print("\n".join(wrong) if wrong else f"{RULES - not_shown} rules of {RULES} have their items")
    return bool(wrong)


sys.exit(main())
