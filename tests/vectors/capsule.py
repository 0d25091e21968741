#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Evidence capsules as docs/formats/capsule.md describes them, by plain Python alone.

usage: capsule.py ../../fuzz/seeds
"""
import calendar
import json
import os
import struct
import sys
import time

from dcap_world import World, key

AT = calendar.timegm(time.strptime("2026-06-01T12:00:00Z", "%Y-%m-%dT%H:%M:%SZ"))


def compact(value):
    return json.dumps(value, separators=(",", ":")).encode()


def capsule(at, quote, collateral, trust, policy, report_data, verdict, version=1):
    body = b"JURATCAP" + struct.pack("<IIQ", version, 0, at)
    for part in (quote, collateral, trust, policy, report_data, verdict):
        body += struct.pack("<I", len(part)) + part
    signer = key("capsule")
    body += signer.xy
    return body + signer.sign_raw(body)


def verdict(**changes):
    checks = [{"name": name, "result": "passed"} for name in ("quote_format", "quote_signature", "policy_identity")]
    return compact({**{"version": 1, "outcome": "accepted", "code": "ok", "exit_code": 0, "decisive": None, "at": "2026-06-01T12:00:00Z",
                       "stains": ["private_root"], "trust_root": "test", "tcb_status": "UpToDate", "checks": checks}, **changes})


def main():
    w = World()
    evidence = (w.quote(), compact(w.collateral()), compact(w.trust()), compact(w.policy), b"")
    wrong_check = [{"name": "quote_format", "result": "failed", "code": "format"}]
    seeds = {
        "genuine": capsule(AT, *evidence, verdict()),
        "other_outcome": capsule(AT, *evidence, verdict(outcome="refused", code="crypto", exit_code=3)),
        "other_status": capsule(AT, *evidence, verdict(tcb_status="OutOfDate")),
        "other_check": capsule(AT, *evidence, verdict(checks=wrong_check)),
        "other_member": capsule(AT, *evidence, verdict(pardon="none")),
        "other_instant": capsule(AT + 86400 * 365, *evidence, verdict()),
        "small": capsule(1, b"q", b"", b"", b"", b"", b"{}"),
        "newer": capsule(AT, *evidence, verdict(), version=2),
    }
    for name, data in seeds.items():
        with open(os.path.join(sys.argv[1], "capsule", name), "wb") as f:
            f.write(data)


main()
