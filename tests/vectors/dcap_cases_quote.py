# SPDX-License-Identifier: Apache-2.0
"""Defects of the quote: its format, its signatures and bindings, what the caller and the policy demand."""
import hashlib
import struct

import dcap_der as D
from dcap_world import BEGIN, END, MRENCLAVE, MRSIGNER, World, key, report

PPID, CPUSVN = bytes(range(16)), bytes([5, 5, 2, 4, 1, 128] + [0] * 10)  # of the World's PCK certificate
AUTH, CHAIN_HEAD = 436, 436 + 64 + 64 + 384 + 64 + 2 + 32


def patched(off, data):
    return lambda q: q[:off] + data + q[off + len(data):]


def u16(n):
    return struct.pack("<H", n)


def u32(n):
    return struct.pack("<I", n)


def auth_len(delta):
    return lambda q: q[:432] + u32(struct.unpack_from("<I", q, 432)[0] + delta) + q[436:]


def cert_len(delta):
    off = CHAIN_HEAD + 2
    return lambda q: q[:off] + u32(struct.unpack_from("<I", q, off)[0] + delta) + q[off + 4:]


def form():
    def one(name, code, change, check="quote_format"):
        w = World()
        w.quote_change = change
        return w.case("quote_" + name, check, code, 3)
    for version in (0, 1, 2, 6, 0xFFFF):
        yield one(f"version_{version}", "version", patched(0, u16(version)))
    for kind, code in ((0, "format"), (1, "format"), (3, "unsupported"), (4, "format")):
        yield one(f"key_type_{kind}", code, patched(2, u16(kind)))
    for tee in (1, 0x80, 0x81, 0xFFFFFFFF):
        yield one(f"tee_{tee:x}", "format", patched(4, u32(tee)))
    for n in (0, 1, 47, 48, 431, 432, 435, 436, 1019, 1020):
        yield one(f"of_{n}_bytes", "truncated", lambda q, n=n: q[:n])
    yield one("random", "version", lambda q: hashlib.shake_128(b"x").digest(4000))
    yield one("auth_len_plus_1", "truncated", auth_len(1))
    yield one("auth_len_minus_1", None, auth_len(-1))
    yield one("auth_len_0", "truncated", patched(432, u32(0)))
    yield one("auth_len_huge", None, patched(432, u32(0xFFFFFFFF)))
    yield one("qe_auth_len_0", None, patched(CHAIN_HEAD - 34, u16(0)))
    yield one("qe_auth_len_plus_1", None, patched(CHAIN_HEAD - 34, u16(33)))
    yield one("qe_auth_len_huge", None, patched(CHAIN_HEAD - 34, u16(0xFFFF)))
    yield one("cert_len_minus_1", "trailing", cert_len(-1))
    yield one("cert_len_plus_1", None, cert_len(1))
    yield one("cert_len_huge", None, patched(CHAIN_HEAD + 2, u32(0xFFFFFFFF)))
    yield one("slack_in_auth_data", "trailing", lambda q: auth_len(16)(q) + bytes(16))
    yield one("padding_of_zeros", "trailing", lambda q: q + bytes(16), "quote_padding")
    yield one("padding_of_text", "trailing", lambda q: q + b"x", "quote_padding")
    for kind in (0, 6, 7, 0xFFFF):
        yield one(f"cert_type_{kind}", "unsupported", patched(CHAIN_HEAD, u16(kind)), "certification_data")
    for kind in (1, 2, 3):
        yield one(f"cert_type_{kind}", "trailing", patched(CHAIN_HEAD, u16(kind)), "certification_data")
    for version in (4, 5): # what a version 3 quote is not
        yield one(f"version_{version}", None, patched(0, u16(version)))
    w = World()
    w.allow_padding = True
    w.quote_change = lambda q: q + bytes(15) + b"x"
    yield w.case("quote_padding_of_text_is_never_allowed", "quote_padding", "trailing", 3)
    for n in (1, 16, 70000):
        w = World()
        w.allow_padding = True
        w.quote_change = lambda q, n=n: q + bytes(n)
        yield w.case(f"quote_padding_of_{n}_zeros_can_be_allowed", status="UpToDate")
    w = World()
    w.header["vendor"] = bytes(16)
    yield w.case("quote_of_another_qe_vendor", "quote_qe_vendor", "format", 3)
    w = World()
    w.body = w.body[:24] + b"\1" + w.body[25:]
    yield w.case("quote_with_reserved_bytes_in_the_body", "quote_format", "format", 3)


def scalars(raw):
    return int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")


def pack(r, s):
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


SIGNATURES = {
    "r_is_zero": lambda raw: bytes(32) + raw[32:], "s_is_zero": lambda raw: raw[:32] + bytes(32), "is_zero": lambda raw: bytes(64),
    "r_is_n": lambda raw: pack(D.N, scalars(raw)[1]), "s_is_n": lambda raw: pack(scalars(raw)[0], D.N),
    "is_flipped": lambda raw: bytes([raw[0] ^ 1]) + raw[1:], "is_reversed": lambda raw: raw[32:] + raw[:32],
}


def signatures():
    checks = {"quote": "quote_signature", "qe_report": "qe_report_signature", "tcb_info": "tcb_info_signature",
              "qe_identity": "qe_identity_signature"}
    for what, check in checks.items():
        for name, change in SIGNATURES.items():
            w = World()
            w.sig_change[what] = change
            yield w.case(f"{what}_signature_{name}", check, "crypto", 3)
        w = World()
        w.sig_change[what] = lambda raw: pack(scalars(raw)[0], D.N - scalars(raw)[1])
        yield w.case(f"{what}_signature_with_the_other_s_is_accepted", status="UpToDate")


def bindings():
    for name, off in (("user_data", 30), ("cpusvn", 48), ("mrenclave", 48 + 64), ("report_data", 48 + 320)):
        w = World()
        w.policy["identities"] = [{"mrsigner": MRSIGNER.hex(), "isv_prod_id": 7, "min_isv_svn": 0}]
        w.quote_change = lambda q, off=off: q[:off] + bytes([q[off] ^ 1]) + q[off + 1:]
        yield w.case(f"quote_altered_in_{name}", "quote_signature", "crypto", 3)
    w = World()
    w.attestation_xy = key("attacker").xy
    w.sig_change["quote"] = lambda raw: raw
    yield w.case("quote_signed_by_another_key_than_the_bound_one", "quote_signature", "crypto", 3)
    w = World()
    other = key("attacker")
    w.quote_change = lambda q: q[:436] + other.sign_raw(q[:432]) + other.xy + q[564:]
    yield w.case("quote_with_a_swapped_attestation_key", "qe_report_binding", "mismatch", 3)
    w = World()
    w.quote_change = lambda q: q[:CHAIN_HEAD - 1] + b"x" + q[CHAIN_HEAD:]
    yield w.case("quote_with_altered_qe_auth_data", "qe_report_binding", "mismatch", 3)
    w = World()
    w.qe["tail"] = bytes(31) + b"\1"
    yield w.case("qe_report_data_with_a_tail", "qe_report_binding", "mismatch", 3)
    for name, xy in (("zero", bytes(64)), ("off_the_curve", bytes(63) + b"\1"), ("above_p", b"\xff" * 64)):
        w = World()
        w.attestation_xy = xy
        yield w.case(f"attestation_key_{name}", "quote_signature", "crypto", 3)
    w = World()
    w.keys["leaf"] = "leaf"
    w.quote_change = lambda q: q[:564 + 320 + 10] + bytes([q[564 + 330] ^ 1]) + q[564 + 331:]
    yield w.case("qe_report_altered", "qe_report_signature", "crypto", 3)
    for n in (0, 64):
        w = World()
        w.qe_auth = bytes(n)
        yield w.case(f"qe_auth_data_of_{n}_bytes_is_accepted", status="UpToDate")


def certification_data():
    """Types 1 to 4: the PCK chain is in the collateral, and must be the one that is asked for."""
    def world(kind, data, chain=("leaf", "ca", "root")):
        w = World()
        w.cert_type, w.cert_data = kind, data
        if chain is not None:
            w.collateral_change = lambda c: c.update(pck_certificate_chain=w.pem_chain(chain))
        return w
    wanted = CPUSVN + u16(11) + bytes(2)
    leaf = World().pem_chain(["leaf"]).encode()
    for kind, ppid in ((1, PPID), (2, bytes(256)), (3, bytes(384))):
        name = f"certification_data_of_type_{kind}"
        yield world(kind, ppid + wanted).case(name + "_with_the_chain_beside_is_accepted", status="UpToDate")
        yield world(kind, ppid + wanted, None).case(name + "_alone", "certification_data", "missing", 5)
        w = world(kind, ppid + wanted)
        w.collateral_change = lambda c: c.update(pck_certificate_chain="")
        yield w.case(name + "_with_an_empty_chain", "certification_data", "missing", 5)
        w = world(kind, ppid + wanted)
        w.no_collateral = True
        yield w.case(name + "_without_collateral", "certification_data", "missing", 5)
        w = world(kind, ppid + wanted)
        w.collateral_change = lambda c: c.update(pck_certificate_chain="garbage")
        yield w.case(name + "_with_a_chain_of_garbage", "pck_chain_format", "format", 3)
        yield world(kind, ppid + wanted, ["ca", "root"]).case(name + "_with_a_chain_without_leaf", "pck_chain_roles", "chain", 3)
        for what, data in (("cpusvn", bytes(16) + u16(11) + bytes(2)), ("pcesvn", CPUSVN + u16(12) + bytes(2)),
                           ("pceid", CPUSVN + u16(11) + b"\1\0")):
            yield world(kind, ppid + data).case(f"{name}_of_another_{what}", "pck_matches", "mismatch", 3)
        yield world(kind, (ppid + wanted)[:-1]).case(name + "_one_byte_short", "certification_data", "truncated", 3)
        yield world(kind, ppid + wanted + b"\0").case(name + "_one_byte_long", "certification_data", "trailing", 3)
        yield world(kind, b"").case(name + "_empty", "certification_data", "truncated", 3)
        w = world(kind, ppid + wanted)
        w.sig_change["qe_report"] = lambda raw: key("other leaf").sign_raw(b"anything")
        yield w.case(name + "_of_another_platform", "qe_report_signature", "crypto", 3)
    yield world(1, bytes(16) + wanted).case("certification_data_of_type_1_of_another_ppid", "pck_matches", "mismatch", 3)
    yield world(4, leaf).case("certification_data_of_type_4_with_the_chain_beside_is_accepted", status="UpToDate")
    yield world(4, leaf, None).case("certification_data_of_type_4_alone", "certification_data", "missing", 5)
    yield world(4, b"garbage").case("certification_data_of_type_4_of_garbage", "pck_chain_format", "format", 3)
    yield world(4, leaf + leaf).case("certification_data_of_type_4_with_two_certificates", "pck_chain_format", "format", 3)
    other = World()
    other.change["leaf"] = lambda p: p.update(validity=D.seq(D.time("2021-01-01T00:00:00Z"), D.time("2040-01-01T00:00:00Z")))
    yield world(4, other.pem_chain(["leaf"]).encode()).case("certification_data_of_type_4_of_another_leaf", "pck_matches", "mismatch", 3)
    w = World()
    w.collateral_change = lambda c: c.update(pck_certificate_chain="garbage")
    yield w.case("certification_data_of_type_5_needs_no_chain_beside", status="UpToDate")


def policy():
    def one(name, check, code, exit_code, edit=None, **world):
        w = World()
        for k, v in world.items():
            setattr(w, k, v)
        if edit is not None:
            edit(w)
        return w.case("policy_" + name, check, code, exit_code, "UpToDate")
    def put(**members):
        return lambda w: w.policy.update(members)
    by_signer = {"mrsigner": MRSIGNER.hex(), "isv_prod_id": 7, "min_isv_svn": 3}
    yield one("none_is_undecided", "policy", "policy", 6, policy=None)
    for name, ids in (("by_mrenclave", [{"mrenclave": MRENCLAVE.hex()}]), ("by_both", [{**by_signer, "mrenclave": MRENCLAVE.hex()}]),
                      ("by_the_second_identity", [{"mrenclave": "00" * 32}, by_signer]),
                      ("by_config_id", [{**by_signer, "config_id": "00" * 64}])):
        yield one(f"accepts_{name}", None, None, 0, put(identities=ids))
    for name, ids in (("another_mrenclave", [{"mrenclave": "00" * 32}]), ("another_mrsigner", [{**by_signer, "mrsigner": "00" * 32}]),
                      ("another_product", [{**by_signer, "isv_prod_id": 8}]), ("an_old_svn", [{**by_signer, "min_isv_svn": 4}]),
                      ("another_config_id", [{**by_signer, "config_id": "01" * 64}]),
                      ("the_right_signer_with_other_code", [{**by_signer, "mrenclave": "00" * 32}])):
        yield one(f"refuses_{name}", "policy_identity", "identity", 6, put(identities=ids))
    debug = report(MRENCLAVE, MRSIGNER, 7, 3, 0x7, bytes(64))
    yield {**one("refuses_a_debug_enclave", "policy_debug", "attributes", 6, body=debug), "stains": "private_root debug_enclave"}
    yield {**one("accepts_a_debug_enclave_by_name", None, None, 0, put(insecure_allow_debug=True), body=debug),
           "stains": "private_root debug_enclave insecure_allow_debug"}
    yield {**one("allows_debug_that_nobody_uses", None, None, 0, put(insecure_allow_debug=True)), "stains": "private_root insecure_allow_debug"}
    for bit, name in ((0x10, "PROVISION_KEY"), (0x20, "EINITTOKEN_KEY")):
        body = report(MRENCLAVE, MRSIGNER, 7, 3, 0x5 | bit, bytes(64))
        yield one(f"refuses_{name}", "policy_attributes", "attributes", 6, body=body)
        yield one(f"accepts_{name}_by_name", None, None, 0, put(attributes=[name]), body=body)
    for bit in (3, 8, 9, 11, 40, 63):
        body = report(MRENCLAVE, MRSIGNER, 7, 3, 0x5 | 1 << bit, bytes(64))
        yield one(f"refuses_attribute_bit_{bit}_that_has_no_name", "policy_attributes", "attributes", 6,
                  put(attributes=["PROVISION_KEY", "EINITTOKEN_KEY"]), body=body)
    yield one("accepts_attributes_that_harden", None, None, 0, body=report(MRENCLAVE, MRSIGNER, 7, 3, 0x4C5, bytes(64)))
    yield one("refuses_a_status_that_it_does_not_name", "policy_tcb_status", "tcb", 6, put(tcb_statuses=[{"status": "OutOfDate"}]))
    yield one("accepts_a_status_until_its_end", None, None, 0, put(tcb_statuses=[{"status": "UpToDate", "until": "2026-06-01T12:00:00Z"}]))
    yield one("refuses_a_status_after_its_end", "policy_tcb_status", "tcb", 6,
              put(tcb_statuses=[{"status": "UpToDate", "until": "2026-06-01T11:59:59Z"}]))
    yield one("accepts_an_evaluation_number", None, None, 0, put(min_tcb_evaluation_data_number=17))
    yield one("refuses_an_old_tcb_evaluation", "policy_tcb_evaluation", "tcb", 6, put(min_tcb_evaluation_data_number=18))
    old_qe = World()
    old_qe.qe_identity["tcbEvaluationDataNumber"] = 16
    old_qe.policy["min_tcb_evaluation_data_number"] = 17
    yield old_qe.case("policy_refuses_an_old_qe_evaluation", "policy_tcb_evaluation", "tcb", 6, "UpToDate")
    age = 17 * 86400 + 43200
    yield one("accepts_collateral_of_the_maximum_age", None, None, 0, put(max_collateral_age_s=age))
    yield one("refuses_collateral_one_second_older", "policy_collateral_age", "policy", 6, put(max_collateral_age_s=age - 1))
    yield one("accepts_report_data", None, None, 0, put(report_data=bytes(range(64)).hex()))
    yield one("refuses_other_report_data", "policy_report_data", "mismatch", 3, put(report_data="00" * 64))
    yield one("caller_gets_its_report_data", None, None, 0, report_data=bytes(range(64)).hex())
    yield one("caller_refuses_other_report_data", "report_data", "mismatch", 3, report_data=bytes(range(63)).hex() + "00")
    for name, signer in (("intel_sample", "83d719e77deaca1470f6baf62a4d774303c899db69020f9c70ee1dfc08c7ce9e"),
                         ("intel_eclipse_template", "5e70caf3b3bb3b5dfaacfeaea8c2170d94e2f8c347b896f38640692b770e223f"),
                         ("intel_launch_enclave_test", "fbbf17d6b0700e63ad55520f17ed6d2e06c2832217cd992bad243b5022ee83bc"),
                         ("intel_launch_control_test", "9664d90755bd901069d4725cdd428038473d726f1cec0edf0d78e18a596b1d4e"),
                         ("intel_qve_test", "c87c2f0142180e15f48270a6b4ccc5b1b4e1569528c1080511591998f0714994"),
                         ("intel_qvl_sample", "ab4bef629e84d221883767e0e5a08c7186bbd2c72564f19079a275702d915a89"),
                         ("fortanix_dummy", "9affcfae47b848ec2caf1c49b4b283531e1cc425f93582b36806e52a43d78d1a"),
                         ("open_enclave_debug", "ca9ad7331448980aa28890ce73e433638377f179ab4456b2fe237193193a8d0a"),
                         ("open_enclave_template", "3b0afc0422ae85733e021ad4df327acecb8a5b6d390c97187dde080153e0fb70"),
                         ("open_enclave_tls_client", "6c1c59c89ed4dd9825649494fcb2ebf96a8a617a1d0589fe0147f0ef1b3f784d"),
                         ("open_enclave_tls_server", "9fa48b1629bd246a1de3d38fb7df97f6554cd65d6b3b72e85b86848ae6b578ba"),
                         ("occlum_demo", "c30446b4be9baf0f69728423ea613ef81a63e72acf7439fa0549001fd5482835")):
        w = World()
        w.body = report(MRENCLAVE, bytes.fromhex(signer), 7, 3, 0x5, bytes(64))
        w.policy["identities"] = [{"mrsigner": signer, "isv_prod_id": 7, "min_isv_svn": 3}, {"mrenclave": MRENCLAVE.hex()}]
        yield w.case(f"policy_cannot_allow_the_{name}_key", "signer_not_public", "policy", 6, "UpToDate")


def precedence():
    w = World()
    w.policy = None
    w.sig_change["quote"] = SIGNATURES["is_flipped"]
    yield w.case("bad_evidence_without_policy_keeps_its_own_code", "quote_signature", "crypto", 3)
    w = World()
    w.no_collateral = True
    yield w.case("no_collateral_is_missing_collateral", "root_crl", "missing", 5)
    w = World()
    w.at = "2027-01-01T00:00:00Z"
    w.policy["identities"] = [{"mrenclave": "00" * 32}]
    yield w.case("stale_collateral_weighs_more_than_policy", "validity_not_ended", "expired", 5, "UpToDate")
    w.revoked_by_ca = [0xFEDCBA9876543210]
    yield w.case("revocation_weighs_more_than_staleness", "pck_not_revoked", "revoked", 4, "UpToDate")
    w.sig_change["quote"] = SIGNATURES["is_flipped"]
    yield w.case("forgery_weighs_more_than_revocation", "quote_signature", "crypto", 3)
    for name, at in (("begin", BEGIN), ("end", END)):
        w = World()
        w.at = at
        yield w.case(f"valid_at_the_very_{name}", status="UpToDate")


def cases():
    yield World().case("everything_right", status="UpToDate")
    for part in (form, signatures, bindings, certification_data, policy, precedence):
        yield from part()
