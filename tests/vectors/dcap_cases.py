# SPDX-License-Identifier: Apache-2.0
"""Writes the DCAP test cases: one JSON object a line, each a whole verification with exactly one defect and the check that must find it.

usage: dcap_cases.py OUT
"""
import json
import sys

import dcap_cases_chain
import dcap_cases_collateral
import dcap_cases_policy
import dcap_cases_quote
import dcap_cases_tdx


def main():
    names = set()
    with open(sys.argv[1], "w", encoding="ascii") as out:
        for module in (dcap_cases_quote, dcap_cases_chain, dcap_cases_collateral, dcap_cases_policy, dcap_cases_tdx):
            for case in module.cases():
                assert case["name"] not in names, case["name"]
                names.add(case["name"])
                out.write(json.dumps(case) + "\n")


main()
