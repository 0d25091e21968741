#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fuzz seeds for DCAP's formats, from the same plain Python world as the test cases.

usage: dcap_seeds.py ../../fuzz/seeds
Prints what fuzz/verify.c must hold: the trust root's certificate and the SHA-256 of the one genuine quote's signed bytes.
"""
import hashlib
import json
import os
import sys

import dcap_der as D
from dcap_world import END, FMSPC, World, trusted_root


def version_2(w):
    info = dict(w.tcb_info, version=2, tcbLevels=[])
    info.pop("id")
    for lv in w.tcb_info["tcbLevels"]:
        svns = {f"sgxtcbcomp{i + 1:02}svn": c["svn"] for i, c in enumerate(lv["tcb"]["sgxtcbcomponents"])}
        info["tcbLevels"].append(dict(lv, tcb={**svns, "pcesvn": lv["tcb"]["pcesvn"]}))
    return info


def compact(value):
    return json.dumps(value, separators=(",", ":")).encode()


def main():
    w = World()
    processor = World()
    processor.members = D.sgx_members(FMSPC, [5] * 16, 11, False)
    quote, collateral = w.quote(), compact(w.collateral())
    seeds = {
        "x509_cert/leaf": w.certificate("leaf"), "x509_cert/leaf_of_processor_ca": processor.certificate("leaf"),
        "x509_cert/root": trusted_root(), "x509_crl/two": w.crl("pck_crl", [1, 2]), "x509_crl/none": w.crl("root_crl", []),
        "x509_pem/chain": w.pem_chain(["leaf", "ca"]).encode(), "x509_pem/crl": D.pem(w.crl("root_crl", []), "X509 CRL").encode(),
        "tcb_info/v3": compact(w.tcb_info), "tcb_info/v2": compact(version_2(w)), "identity/qe": compact(w.qe_identity),
        "collateral/whole": collateral, "trust/private": compact(w.trust()),
        "policy/full": compact({**w.policy, "name": "x", "attributes": ["PROVISION_KEY"], "insecure_allow_debug": False,
                                "min_tcb_evaluation_data_number": 17, "max_collateral_age_s": 86400, "report_data": "00" * 64,
                                "tcb_statuses": [{"status": "OutOfDate", "advisories": ["INTEL-SA-00001"], "until": END}]}),
        "policy/small": compact(w.policy),
        "verify/genuine": len(quote).to_bytes(4, "little") + quote + collateral,
    }
    for path, data in seeds.items():
        full = os.path.join(sys.argv[1], path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as f:
            f.write(data)
    print(D.pem(trusted_root()), hashlib.sha256(quote[:432]).hexdigest())


main()
