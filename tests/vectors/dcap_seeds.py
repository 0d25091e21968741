#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fuzz seeds for DCAP's formats, from the same plain Python world as the test cases.

usage: dcap_seeds.py ../../fuzz/seeds
Prints what fuzz/verify.c must hold: the trust root's certificate and the SHA-256 of the genuine quotes' signed bytes.
"""
import hashlib
import json
import os
import struct
import sys
import urllib.parse

import dcap_der as D
from dcap_world import END, FMSPC, HASH, World, trusted_root


def version_2(w):
    info = dict(w.tcb_info, version=2, tcbLevels=[])
    info.pop("id")
    for lv in w.tcb_info["tcbLevels"]:
        svns = {f"sgxtcbcomp{i + 1:02}svn": c["svn"] for i, c in enumerate(lv["tcb"]["sgxtcbcomponents"])}
        info["tcbLevels"].append(dict(lv, tcb={**svns, "pcesvn": lv["tcb"]["pcesvn"]}))
    return info


def answer(w, header, chain, body):
    """One answer of the collateral service, as fuzz/fetch.c wants it."""
    headers = f"HTTP/1.1 200 OK\r\n{header}: {urllib.parse.quote(w.pem_chain(chain))}\r\n".encode()
    return struct.pack("<HHI", 200, len(headers), len(body)) + headers + body


def fetched(w):
    c = w.collateral()
    busy = struct.pack("<HHI", 429, 16, 0) + b"Retry-After: 2\r\n"
    tcb = f'{{"tcbInfo":{c["tcb_info"]},"signature":"{c["tcb_info_signature"]}"}}'.encode()
    qe = f'{{"enclaveIdentity":{c["qe_identity"]},"signature":"{c["qe_identity_signature"]}"}}'.encode()
    return busy + answer(w, "TCB-Info-Issuer-Chain", ["tcb", "root"], tcb) + answer(
        w, "SGX-Enclave-Identity-Issuer-Chain", ["tcb", "root"], qe) + struct.pack("<HHI", 0, 0, 0) + answer(
        w, "SGX-PCK-CRL-Issuer-Chain", ["ca", "root"], bytes.fromhex(c["pck_crl"])) + answer(w, "X", [], c["root_ca_crl"].encode())


def folder(w):
    """A folder of files, as fuzz/collateral_folder.c wants it: plain ones, an answer, CRLs in two forms."""
    c = w.collateral()
    response = f"HTTP/1.1 200 OK\r\nSGX-Enclave-Identity-Issuer-Chain: {urllib.parse.quote(w.pem_chain(['tcb', 'root']))}\r\n\r\n" + (
        f'{{"enclaveIdentity":{c["qe_identity"]},"signature":"{c["qe_identity_signature"]}"}}')
    files = {1: c["tcb_info"], 2: c["tcb_info_signature"], 3: c["tcb_info_issuer_chain"], 4: response, 8: c["root_ca_crl"],
             9: D.pem(w.crl("pck_crl", [1]), "X509 CRL"), 13: w.pem_chain(["leaf", "ca"])}
    return b"".join(struct.pack("<BH", i, len(text)) + text.encode() for i, text in files.items())


def forecast(w, number, status):
    """The quote, the collateral of now, and one in which its level has another status."""
    quote, now = w.quote(), compact(w.collateral())
    w.tcb_info["tcbEvaluationDataNumber"] = number
    w.tcb_info["tcbLevels"][0]["tcbStatus"] = status
    w.tcb_info["tcbLevels"][0]["tcb"]["sgxtcbcomponents"][0]["svn"] += 1
    return struct.pack("<II", len(quote), len(now)) + quote + now + compact(w.collateral())


def compact(value):
    return json.dumps(value, separators=(",", ":")).encode()


def main():
    w = World()
    processor = World()
    processor.members = D.sgx_members(FMSPC, [5] * 16, 11, False)
    td, td15, ex = World().td(), World().td(5, 3), World().td(5, 4)
    quote, collateral = w.quote(), compact(w.collateral())
    response = "HTTP/1.1 200 OK\r\nTCB-Info-Issuer-Chain: " + urllib.parse.quote(w.pem_chain(["tcb", "root"])) + "\r\n\r\n{}"
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
        "policy/td": compact({**td.policy, "identities": [{name: value.hex() for name, value in HASH.items()} | {
            "mr_servicetd": "00" * 48, "td_attributes": "0000000010000000", "td_attributes_mask": "ffffffffffffffff", "xfam": "0" * 16,
            "xfam_mask": "0000000000060000"}], "attributes": ["PKS", "NO_SEPT_VE_DISABLE"],
            "tcb_statuses": [{"status": "OutOfDate", "grace_s": 86400}, {"status": "TDRelaunchAdvised", "grace_s": 86400}],
            "allowed_platforms": [{"fmspc": FMSPC.hex()}, {"ppid": "00" * 16, "platform_instance_id": "00" * 16}],
            "denied_platforms": [{"ppid": "11" * 16}],
            "platform_flags": {"smt_enabled": ["no", "undefined"], "cached_keys": ["no"], "dynamic_platform": ["yes"]}}),
        "policy/td_small": compact(td.policy), "tcb_info/tdx": compact(td.tcb_info), "identity/td_qe": compact(td.qe_identity),
        "quote/v4_td": td.quote(), "quote/v5_td15": td15.quote(), "quote/v5_td15_ex": ex.quote(), "saved_response/tcb": response.encode(),
        "verify/genuine": len(quote).to_bytes(4, "little") + quote + collateral,
        "verify/genuine_td": len(td.quote()).to_bytes(4, "little") + td.quote() + compact(td.collateral()),
        "verify/genuine_td15": len(td15.quote()).to_bytes(4, "little") + td15.quote() + compact(td15.collateral()),
        "verify/genuine_td15_ex": len(ex.quote()).to_bytes(4, "little") + ex.quote() + compact(ex.collateral()),
        "fetch/whole": fetched(World().td()), "collateral_folder/mixed": folder(World()), "forecast/sgx": forecast(World(), 18, "UpToDate"),
        "forecast/td": forecast(World().td(), 16, "SWHardeningNeeded"), "crl_text/der": w.crl("root_crl", []),
        "crl_text/hex": w.crl("pck_crl", [1]).hex().encode(), "crl_text/pem": D.pem(w.crl("pck_crl", [1]), "X509 CRL").encode(),
        "inspect/quote": quote, "inspect/quote_td15": td15.quote(), "inspect/quote_hex": td.quote()[:700].hex().encode() + b"\n",
        "inspect/certificate": w.certificate("leaf"), "inspect/chain": w.pem_chain(["leaf", "ca", "root"]).encode(),
        "inspect/crl": w.crl("pck_crl", [1, 2]), "inspect/crl_pem": D.pem(w.crl("pck_crl", [1]), "X509 CRL").encode(),
        "inspect/crl_hex": w.crl("root_crl", []).hex().encode(), "inspect/tcb_info": compact(td.tcb_info),
        "inspect/tcb_info_answer": compact({"tcbInfo": w.tcb_info, "signature": "00" * 64}), "inspect/identity": compact(td.qe_identity),
        "inspect/identity_answer": compact({"enclaveIdentity": w.qe_identity, "signature": "00" * 64}), "inspect/collateral": collateral,
    }
    for path, data in seeds.items():
        full = os.path.join(sys.argv[1], path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as f:
            f.write(data)
    print(D.pem(trusted_root()), *(hashlib.sha256(q[:n]).hexdigest() for q, n in (
        (quote, 432), (td.quote(), 48 + 584), (td15.quote(), 54 + 648), (ex.quote(), 54 + 885))), sep="\n")


main()
