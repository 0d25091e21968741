#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds tests/vectors/negatives.txt against the tests: every rule from 1 to 302 has a line, and everything that a line names exists.

usage: negatives.py CASES.jsonl SOURCE
"""
import json
import os
import re
import sys

RULES = 302


def unit_tests(folder):
    names = set()
    for name in os.listdir(folder):
        if name.endswith(".c"):
            with open(os.path.join(folder, name), encoding="utf-8") as f:
                names.update(re.findall(r"cmocka_unit_test(?:_\w+)?\((\w+)", f.read()))
    return names


def rules(path):
    """Yields (first, last, words)."""
    with open(path, encoding="ascii") as f:
        for line in f:
            words = line.split("#")[0].split()
            if words:
                first, _, last = words[0].partition("-")
                yield int(first), int(last or first), words[1:]


def main():
    with open(sys.argv[1], encoding="ascii") as f:
        cases = [json.loads(line)["name"] for line in f]
    units = unit_tests(os.path.join(sys.argv[2], "tests", "unit"))
    wrong, expected = [], 1
    for first, last, words in rules(os.path.join(sys.argv[2], "tests", "vectors", "negatives.txt")):
        if first != expected or last < first:
            wrong.append(f"rule {expected} has no line of its own")
        expected = last + 1
        if not words:
            wrong.append(f"{first}: nothing is named")
        if words and words[0] == "none":
            if len(words) < 4:
                wrong.append(f"{first}: no reason")
            continue
        for word in words:
            if word.startswith("unit:"):
                found = word[5:] in units
            else:
                found = any(re.fullmatch(word, case) for case in cases)
            if not found:
                wrong.append(f"{first}: there is no {word}")
    if expected != RULES + 1:
        wrong.append(f"the list ends at rule {expected - 1} of {RULES}")
    print("\n".join(wrong) if wrong else f"{RULES} rules have their tests")
    return bool(wrong)


sys.exit(main())
