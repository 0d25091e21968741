#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The world of bench/verify.c: an SGX v3 and a TDX v4 quote, whose collateral is as large as Intel's largest.

usage: dcap_bench.py FOLDER
Real TCB info of 2024 to 2026 has up to 21 levels in 9.9 KB (SGX, server processors of 2017) and, where components have category and type, 6 levels
in 8.2 KB (TDX); the platform CA's list takes 3.3 KB. Writes sgx_v3, tdx_v4 (quote length, quote, collateral), their policies, and trust.
"""
import json
import os
import sys

from dcap_world import BEGIN, World, level, svn

NUM_REVOKED = 56
WORDS = {
    "sgx": {0: ("BIOS", "Early Microcode Update"), 1: ("OS/VMM", "SGX Late Microcode Update"), 2: ("OS/VMM", "TXT SINIT"), 3: ("BIOS", None),
            4: ("BIOS", None), 5: ("BIOS", None), 7: ("OS/VMM", "SEAMLDR ACM")},
    "tdx": {0: ("OS/VMM", "TDX Module"), 1: ("OS/VMM", "TDX Module"), 2: ("OS/VMM", "TDX Late Microcode Update")},
}


def components(which, svns, with_words):
    out = [{"svn": s} for s in svns]
    for i, (category, kind) in WORDS[which].items() if with_words else ():
        out[i]["category"] = category
        if kind is not None:
            out[i]["type"] = kind
    return out


def advisories(i):
    return {"advisoryIDs": [f"INTEL-SA-{334 + 97 * n:05}" for n in range(4 + i // 2)]}


def levels(w, num, is_tdx):
    """The platform's own level first, then ever older ones."""
    own = [5, 5, 2, 4, 1, 128]
    out = []
    for i in range(num):
        svns = own if i == 0 else [5, 5, 2, 4, 1, 127 - i]
        lv = level(svn(*svns), 11, "UpToDate" if i == 0 else "OutOfDate", **({} if i == 0 else advisories(i)))
        lv["tcb"]["sgxtcbcomponents"] = components("sgx", svn(*svns), is_tdx)
        if is_tdx:
            lv["tcb"]["tdxtcbcomponents"] = components("tdx", svn(0, 0, 4 if i < 4 else 3), True)
        out.append(lv)
    w.tcb_info["tcbLevels"] = out


def identity_levels(value):
    value["tcbLevels"] += [{"tcb": {"isvsvn": n}, "tcbDate": BEGIN, "tcbStatus": "OutOfDate", **advisories(9)} for n in (1, 0)]


def grown(w, num_levels, is_tdx):
    levels(w, num_levels, is_tdx)
    identity_levels(w.qe_identity)
    w.revoked_by_ca = [0x5EED << 140 | n << 64 | n for n in range(NUM_REVOKED)]
    quote = w.quote()
    collateral = w.collateral()
    collateral["pck_crl_issuer_chain"] = w.pem_chain(["ca", "root"])
    size = len(collateral["tcb_info"])
    assert 8000 <= size <= 10500, size
    return len(quote).to_bytes(4, "little") + quote + json.dumps(collateral).encode()


def main():
    sgx, td = World(), World().td()
    for identity in td.tcb_info["tdxModuleIdentities"]:
        identity["tcbLevels"][-1]["advisoryIDs"] = advisories(9)["advisoryIDs"]
    files = {"sgx_v3": grown(sgx, 21, False), "tdx_v4": grown(td, 8, True), "trust": json.dumps(sgx.trust()).encode(),
             "sgx_v3_policy": json.dumps(sgx.policy).encode(), "tdx_v4_policy": json.dumps(td.policy).encode()}
    for name, data in files.items():
        with open(os.path.join(sys.argv[1], name), "wb") as f:
            f.write(data)


main()
