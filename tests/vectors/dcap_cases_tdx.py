# SPDX-License-Identifier: Apache-2.0
"""Quotes of versions 4 and 5, TDX collateral, and the TCB of TDs."""
import struct

import dcap_der as D
from dcap_cases_collateral import altered_after_signing
from dcap_cases_quote import SIGNATURES, u16, u32
from dcap_world import FMSPC, World, key, svn

SHAPES = {"sgx_v4": (4, 1, 384), "sgx_v5": (5, 1, 384), "td_v4": (4, 2, 584), "td_v5": (5, 2, 584), "td15": (5, 3, 648), "td15ex": (5, 4, 885)}


def world(shape):
    version, body_type, _ = SHAPES[shape]
    w = World()
    if body_type == 1:
        w.header["version"], w.body_type = version, 1
        return w
    return w.td(version, body_type)


def patched(off, data):
    return lambda q: q[:off] + data + q[off + len(data):]


def form():
    for shape, (version, body_type, body_len) in SHAPES.items():
        auth = 48 + (6 if version == 5 else 0) + body_len
        qe = auth + 4 + 128 + 6
        chain = qe + 384 + 64 + 2 + 32
        def one(name, code, change, check="quote_format", shape=shape):
            w = world(shape)
            w.quote_change = change
            return w.case(f"{shape}_{name}", check, code, 3)
        yield world(shape).case(f"{shape}_is_accepted", status="UpToDate")
        for kind, code in ((0, "format"), (1, "format"), (3, "unsupported"), (4, "format")):
            yield one(f"key_type_{kind}", code, patched(2, u16(kind)))
        for tee in (1, 0x80, 0x82, 0xFFFFFFFF):
            yield one(f"tee_{tee:x}", "format", patched(4, u32(tee)))
        yield one("with_the_other_tee", None, patched(4, u32(0x81 if body_type == 1 else 0)))
        for other in (3, 4, 5):
            if other != version:
                yield one(f"relabelled_version_{other}", None, patched(0, u16(other)))
        for n in (47, 48, auth - 1, auth, auth + 3, auth + 4, qe - 1, qe + 384, chain + 5):
            yield one(f"of_{n}_bytes", "truncated", lambda q, n=n: q[:n])
        for outer in (0, 1, 5, 7, 0xFFFF):
            yield one(f"outer_type_{outer}", "format", patched(auth + 132, u16(outer)))
        for field, off in (("auth_len", auth), ("outer_len", auth + 134), ("cert_len", chain + 2)):
            for delta in (-1, 1):
                yield one(f"{field}_{delta:+}", None, lambda q, off=off, d=delta: patched(off, u32(struct.unpack_from("<I", q, off)[0] + d))(q))
            for value in (0, 0x7FFFFFFF, 0xFFFFFFFF):
                yield one(f"{field}_{value:x}", None, patched(off, u32(value)))
        for value in (0, 31, 33, 0xFFFF):
            yield one(f"qe_auth_len_{value}", None, patched(qe + 448, u16(value)))
        def slack(q, auth=auth):
            return patched(auth, u32(struct.unpack_from("<I", q, auth)[0] + 16))(q) + bytes(16)
        yield one("with_slack_in_auth_data", "trailing", slack)
        def inner_slack(q, auth=auth):
            q = patched(auth + 134, u32(struct.unpack_from("<I", q, auth + 134)[0] + 16))(q)
            return slack(q, auth)
        yield one("with_slack_in_outer_data", "trailing", inner_slack)
        yield one("with_padding", "trailing", lambda q: q + bytes(8), "quote_padding")
        for kind in (0, 6, 7, 0xFFFF):
            yield one(f"inner_type_{kind}", "unsupported", patched(chain, u16(kind)), "certification_data")
        for name, change in SIGNATURES.items():
            for what, check in (("quote", "quote_signature"), ("qe_report", "qe_report_signature")):
                w = world(shape)
                w.sig_change[what] = change
                yield w.case(f"{shape}_{what}_signature_{name}", check, "crypto", 3)
        for name, off in (("user_data", 30), ("reserved", 8), ("body", auth - body_len), ("report_data", auth - body_len + (320 if body_type == 1 else 520)),
                          ("last_byte", auth - 1)):
            w = world(shape)
            w.quote_change = lambda q, off=off: q[:off] + bytes([q[off] ^ 1]) + q[off + 1:]
            w.policy["identities"].append({"mrenclave": "00" * 32})
            if not (body_type == 1 and name == "body"):
                yield w.case(f"{shape}_altered_in_{name}", "quote_signature", "crypto", 3)
        w = world(shape)
        other = key("attacker")
        w.quote_change = lambda q, a=auth: q[:a + 4] + other.sign_raw(q[:a]) + other.xy + q[a + 132:]
        yield w.case(f"{shape}_with_a_swapped_attestation_key", "qe_report_binding", "mismatch", 3)
        w = world(shape)
        w.header["vendor"] = bytes(16)
        yield w.case(f"{shape}_of_another_qe_vendor", "quote_qe_vendor", "format", 3)
        w = world(shape)
        w.cert_type, w.cert_data = 3, bytes(384) + bytes([5, 5, 2, 4, 1, 128] + [0] * 10) + u16(11) + bytes(2)
        yield w.case(f"{shape}_with_an_encrypted_ppid", "certification_data", "missing", 5)
        w.collateral_change = lambda c, w=w: c.update(pck_certificate_chain=w.pem_chain(["leaf", "ca", "root"]))
        yield w.case(f"{shape}_with_an_encrypted_ppid_and_the_chain_beside_is_accepted", status="UpToDate")
        if version == 5:
            for kind in (0, 5, 6, 0xFFFF):
                w = world(shape)
                w.body_type = kind
                yield w.case(f"{shape}_body_type_{kind}", "quote_format", "format", 3)
            for kind in (1, 2, 3, 4):
                w = world(shape)
                w.body_type = kind
                if kind != body_type:
                    yield w.case(f"{shape}_body_type_{kind}", "quote_format", "format", 3)
            for size in (0, body_len - 1, body_len + 1, 384 if body_len != 384 else 584, 0xFFFFFFFF):
                w = world(shape)
                w.body_size = size
                yield w.case(f"{shape}_body_size_{size:x}", "quote_format", "format", 3)
    w = World().td()
    w.header["version"] = 3
    yield w.case("td_in_version_3", "quote_format", "format", 3)


def tcb_info_form():
    def one(name, edit, code, exit_code=3):
        w = World().td()
        edit(w.tcb_info)
        return w.case("tdx_tcb_info_" + name, "tcb_info_format", code, exit_code)
    def module(change):
        return lambda t: change(t["tdxModule"])
    def identity(change):
        return lambda t: change(t["tdxModuleIdentities"][0])
    def first(change):
        return lambda t: change(t["tdxModuleIdentities"][0]["tcbLevels"][0])
    yield one("without_module", lambda t: t.pop("tdxModule"), "missing", 5)
    yield one("module_not_an_object", lambda t: t.update(tdxModule=1), "format")
    yield one("identities_not_an_array", lambda t: t.update(tdxModuleIdentities={}), "format")
    yield one("identities_empty", lambda t: t.update(tdxModuleIdentities=[]), "format")
    yield one("identity_not_an_object", lambda t: t["tdxModuleIdentities"].append(1), "format")
    yield one("identity_twice", lambda t: t["tdxModuleIdentities"].append(dict(t["tdxModuleIdentities"][0])), "duplicate")
    yield one("identity_twice_in_another_case", lambda t: t["tdxModuleIdentities"].extend(
        [dict(t["tdxModuleIdentities"][0], id="TDX_0a"), dict(t["tdxModuleIdentities"][0], id="TDX_0A")]), "duplicate")
    for name, bend in (("module", module), ("identity", identity)):
        for member, size in (("mrsigner", 48), ("attributes", 8), ("attributesMask", 8)):
            yield one(f"{name}_without_{member}", bend(lambda m, k=member: m.pop(k)), "missing", 5)
            for what, value in (("short", "00" * (size - 1)), ("long", "00" * (size + 1)), ("number", 1), ("not_hex", "zz" * size)):
                yield one(f"{name}_{member}_{what}", bend(lambda m, k=member, v=value: m.update({k: v})), "format")
        yield one(f"{name}_with_an_unknown_member", bend(lambda m: m.update(x=1)), "format")
    yield one("identity_without_id", identity(lambda m: m.pop("id")), "missing", 5)
    for name, value in (("number", 1), ("other", "SEAM_01"), ("short", "TDX_1"), ("long", "TDX_001"), ("not_hex", "TDX_0x"), ("empty", "")):
        yield one(f"identity_id_{name}", identity(lambda m, v=value: m.update(id=v)), "format")
    yield one("identity_without_levels", identity(lambda m: m.pop("tcbLevels")), "missing", 5)
    yield one("identity_levels_empty", identity(lambda m: m.update(tcbLevels=[])), "format")
    yield one("identity_level_twice", identity(lambda m: m["tcbLevels"].append(dict(m["tcbLevels"][0]))), "duplicate")
    for member in ("tcb", "tcbDate", "tcbStatus"):
        yield one(f"identity_level_without_{member}", first(lambda l, k=member: l.pop(k)), "missing", 5)
    yield one("identity_level_without_isvsvn", first(lambda l: l["tcb"].pop("isvsvn")), "missing", 5)
    for name, value in (("string", "1"), ("negative", -1), ("65536", 65536), ("fraction", 1.5)):
        yield one(f"identity_level_isvsvn_{name}", first(lambda l, v=value: l["tcb"].update(isvsvn=v)), "format")
    yield one("identity_level_not_an_object", identity(lambda m: m["tcbLevels"].append(1)), "format")
    yield one("identity_levels_not_an_array", identity(lambda m: m.update(tcbLevels={})), "format")
    yield one("identity_level_date_malformed", first(lambda l: l.update(tcbDate="2026-01-01")), "format")
    yield one("identity_level_advisories_not_an_array", first(lambda l: l.update(advisoryIDs="INTEL-SA-00001")), "format")
    yield one("identity_level_advisories_not_strings", first(lambda l: l.update(advisoryIDs=[1])), "format")
    yield one("identity_level_with_an_unknown_member", first(lambda l: l.update(x=1)), "format")
    for status in ("SWHardeningNeeded", "ConfigurationNeeded", "OutOfDateConfigurationNeeded", "TDRelaunchAdvised", "Fine"):
        yield one(f"identity_level_status_{status}", first(lambda l, s=status: l.update(tcbStatus=s)), "unsupported")
    for status in ("TDRelaunchAdvised", "TDRelaunchAdvisedConfigurationNeeded"):
        yield one(f"level_status_{status}", lambda t, s=status: t["tcbLevels"][0].update(tcbStatus=s), "unsupported")
    def tcb(change):
        return lambda t: change(t["tcbLevels"][0]["tcb"])
    yield one("without_tdx_components", tcb(lambda t: t.pop("tdxtcbcomponents")), "missing", 5)
    yield one("tdx_components_not_an_array", tcb(lambda t: t.update(tdxtcbcomponents={})), "format")
    yield one("with_15_tdx_components", tcb(lambda t: t["tdxtcbcomponents"].pop()), "format")
    yield one("with_17_tdx_components", tcb(lambda t: t["tdxtcbcomponents"].append({"svn": 0})), "too_large")
    for name, value in (("string", "1"), ("negative", -1), ("256", 256)):
        yield one(f"tdx_component_{name}", tcb(lambda t, v=value: t["tdxtcbcomponents"][0].update(svn=v)), "format")
    yield one("level_twice", lambda t: t["tcbLevels"].append(dict(t["tcbLevels"][0])), "duplicate")
    yield one("version_2", lambda t: t.update(version=2), "format")
    w = World()
    w.tcb_info["tcbLevels"][0]["tcb"]["tdxtcbcomponents"] = [{"svn": 0}] * 16
    yield w.case("sgx_tcb_info_with_tdx_components", "tcb_info_format", "format", 3)
    w = World().td()
    more = dict(w.tcb_info["tcbLevels"][0], tcbStatus="OutOfDate")
    more["tcb"] = dict(more["tcb"], tdxtcbcomponents=[{"svn": s} for s in svn(0, 0, 5)])
    w.tcb_info["tcbLevels"].append(more)
    yield w.case("tdx_levels_that_differ_in_tdx_components_alone", status="UpToDate")


def kinds():
    """Collateral of the other kind, rightly signed."""
    w, sgx = World().td(), World()
    w.tcb_info = sgx.tcb_info
    yield w.case("td_with_tcb_info_of_sgx", "tcb_info_matches", "mismatch", 3)
    w = World().td()
    sgx.tcb_info.update(version=2)
    sgx.tcb_info.pop("id")
    for lv in sgx.tcb_info["tcbLevels"]:
        lv["tcb"].update({f"sgxtcbcomp{i + 1:02}svn": c["svn"] for i, c in enumerate(lv["tcb"].pop("sgxtcbcomponents"))})
    w.tcb_info = sgx.tcb_info
    yield w.case("td_with_tcb_info_of_version_2", "tcb_info_matches", "mismatch", 3)
    w, td = World(), World().td()
    w.tcb_info = td.tcb_info
    yield w.case("enclave_with_tcb_info_of_tdx", "tcb_info_matches", "mismatch", 3)
    w = World()
    w.qe_identity = td.qe_identity
    yield w.case("enclave_with_td_qe_identity", "qe_identity_format", "mismatch", 3)
    for other in ("QE", "QVE", "QAE"):
        w = World().td()
        w.qe_identity["id"] = other
        yield w.case(f"td_with_identity_of_{other}", "qe_identity_format", "mismatch", 3)
    w = World().td()
    w.qe["prod_id"] = 1
    yield w.case("td_quoted_by_the_sgx_quoting_enclave", "qe_identity_matches", "mismatch", 3)
    w = World().td()
    w.tcb_info["fmspc"] = "00906ED50001"
    yield w.case("td_with_tcb_info_of_another_fmspc", "tcb_info_matches", "mismatch", 3)
    w = World().td()
    w.no_collateral = True
    yield w.case("td_without_collateral", "root_crl", "missing", 5)
    w = World().td()
    w.at = "2026-06-15T00:00:00Z"
    yield w.case("td_with_stale_collateral", "validity_not_ended", "expired", 5, "UpToDate")


def module():
    def one(name, setup, check="tdx_module", code="mismatch", exit_code=3, status=None, **td):
        w = World().td(**td)
        setup(w)
        return w.case("tdx_module_" + name, check, code, exit_code, status)
    def nothing(w):
        pass
    yield one("of_another_signer", nothing, mrsigner_seam=bytes(48))
    yield one("with_attributes", nothing, seam_attributes=1)
    yield one("with_the_highest_attribute", nothing, seam_attributes=1 << 63)
    def attributes(w):
        for identity in w.tcb_info["tdxModuleIdentities"]:
            identity["attributes"] = "01" + "00" * 7
    yield one("whose_identity_wants_attributes", attributes)
    yield one("with_the_attributes_that_its_identity_wants", attributes, seam_attributes=1)
    yield one("of_an_unknown_version", nothing, svn=svn(7, 2, 4))
    def none(w):
        w.tcb_info.pop("tdxModuleIdentities")
    yield one("of_version_1_without_identities", none)
    yield one("of_version_0_needs_no_identity", none, None, None, 0, "UpToDate", svn=svn(0, 0, 4))
    def other_signer(w):
        w.tcb_info["tdxModule"]["mrsigner"] = "00" * 48
    yield one("of_version_0_of_another_signer", other_signer, svn=svn(0, 0, 4))
    yield one("of_version_1_is_not_judged_by_tdx_module", other_signer, None, None, 0, "UpToDate")
    yield one("of_version_3", nothing, None, None, 0, "UpToDate", svn=svn(0, 3, 4))
    def hex_version(w):
        w.tcb_info["tdxModuleIdentities"][0]["id"] = "TDX_0a"
    yield one("of_version_10_in_lower_case", hex_version, None, None, 0, "UpToDate", svn=svn(7, 10, 4))


def levels():
    base = [5, 5, 2, 4, 1, 128] + [0] * 10
    def one(name, status, setup=None, check="policy_tcb_status", code="tcb", exit_code=6, version=4, body_type=2, **td):
        w = World().td(version, body_type, **td)
        if setup is not None:
            setup(w)
        if status == "UpToDate":
            check = code = None
        return w.case("tdx_level_" + name, check, code, exit_code, status)
    yield one("one_seam_loader_lower", "SWHardeningNeeded", svn=svn(7, 1, 3))
    yield one("two_seam_loaders_lower", "OutOfDate", svn=svn(7, 1, 2))
    yield one("of_the_highest_components", "UpToDate", svn=bytes([255, 1]) + bytes([255] * 14))
    def needs(first, second):
        def change(w):
            w.tcb_info["tcbLevels"][0]["tcb"]["tdxtcbcomponents"][0:2] = [{"svn": first}, {"svn": second}]
        return change
    # the first two components are the module's own as soon as it has a version
    yield one("that_wants_more_of_a_versioned_module", "UpToDate", needs(255, 255))
    yield one("that_wants_more_of_module_version_0", "SWHardeningNeeded", needs(1, 0), svn=svn(0, 0, 4))
    yield one("that_wants_another_version_of_module_version_0", "SWHardeningNeeded", needs(0, 1), svn=svn(0, 0, 4))
    def lowest(w):
        w.tcb_info["tcbLevels"][2]["tcb"]["tdxtcbcomponents"][15]["svn"] = 1
    yield one("not_reached_in_the_last_component", None, lambda w: (lowest(w), w.tcb_info.update(tcbLevels=w.tcb_info["tcbLevels"][2:])), "tcb_level")
    def platform(components, pce_svn):
        return lambda w: setattr(w, "members", D.sgx_members(FMSPC, components, pce_svn))
    yield one("with_the_pcesvn_one_lower", "SWHardeningNeeded", platform(base, 10))
    yield one("not_reached_by_the_platform", None, platform([0] * 16, 65535), "tcb_level")
    yield one("of_an_old_module", "OutOfDate", svn=svn(5, 1, 4))
    yield one("of_the_oldest_module", "OutOfDate", svn=svn(3, 1, 4))
    yield one("of_a_revoked_module", "Revoked", None, "tcb_not_revoked", "revoked", 4, svn=svn(2, 1, 4))
    yield one("of_a_module_below_all", None, None, "tcb_level", svn=svn(1, 1, 4))
    def old_qe(w):
        w.qe["svn"] = 7
    yield one("of_an_old_qe", "OutOfDate", old_qe)
    def qe_below(w):
        w.qe["svn"] = 4
    yield one("of_a_qe_below_all", None, qe_below, "tcb_level")
    def revoked_qe(w):
        w.qe_identity["tcbLevels"][0]["tcbStatus"] = "Revoked"
    yield one("of_a_revoked_qe", "Revoked", revoked_qe, "tcb_not_revoked", "revoked", 4)
    def hostile_order(w):
        w.tcb_info["tcbLevels"].reverse()
        for identity in w.tcb_info["tdxModuleIdentities"]:
            identity["tcbLevels"].reverse()
    yield one("in_hostile_order", "UpToDate", hostile_order)
    # Intel's convergence: platform, module -> both
    for p, both in (("UpToDate", "OutOfDate"), ("SWHardeningNeeded", "OutOfDate"), ("ConfigurationNeeded", "OutOfDateConfigurationNeeded"),
                    ("ConfigurationAndSWHardeningNeeded", "OutOfDateConfigurationNeeded"), ("OutOfDate", "OutOfDate"),
                    ("OutOfDateConfigurationNeeded", "OutOfDateConfigurationNeeded")):
        def set_platform(w, p=p):
            w.tcb_info["tcbLevels"][0]["tcbStatus"] = p
        yield one(f"{p}_with_an_old_module", both, set_platform, svn=svn(5, 1, 4))
        if p != "UpToDate":
            yield one(f"{p}_with_a_good_module", p, set_platform)
    def revoked(w):
        w.tcb_info["tcbLevels"][0]["tcbStatus"] = "Revoked"
    yield one("revoked", "Revoked", revoked, "tcb_not_revoked", "revoked", 4)
    w = World().td(svn=svn(5, 1, 3))
    w.qe["svn"] = 7
    w.policy["tcb_statuses"] = [{"status": "OutOfDate", "advisories": ["INTEL-SA-00334", "INTEL-SA-00477", "INTEL-SA-01036"]}]
    yield w.case("tdx_level_with_the_advisories_of_all_three", status="OutOfDate")
    for missing in range(3):
        listed = ["INTEL-SA-00334", "INTEL-SA-00477", "INTEL-SA-01036"]
        listed.pop(missing)
        w.policy["tcb_statuses"] = [{"status": "OutOfDate", "advisories": listed}]
        yield w.case(f"tdx_level_with_the_advisories_of_two_{missing}", "policy_tcb_status", "tcb", 6, "OutOfDate")


def relaunch():
    """TDX 1.5: launched under svn, running under svn2."""
    fine, old, very_old = svn(7, 1, 4), svn(5, 1, 4), svn(7, 1, 2)
    def one(name, status, launched, now, setup=None, body_type=3, check="policy_tcb_status", code="tcb", exit_code=6):
        w = World().td(5, body_type, svn=launched, svn2=now)
        if setup is not None:
            setup(w)
        if status == "UpToDate":
            check = code = None
        return w.case("tdx_relaunch_" + name, check, code, exit_code, status)
    def set_platform(status):
        return lambda w: w.tcb_info["tcbLevels"][0].update(tcbStatus=status)
    for body_type in (3, 4):
        yield one(f"advised_by_the_module_{body_type}", "TDRelaunchAdvised", old, fine, None, body_type)
        yield one(f"advised_by_the_platform_{body_type}", "TDRelaunchAdvised", very_old, fine, None, body_type)
        yield one(f"not_needed_{body_type}", "UpToDate", fine, fine, None, body_type)
        yield one(f"of_no_use_{body_type}", "OutOfDate", old, old, None, body_type)
    for status, advised in (("SWHardeningNeeded", "TDRelaunchAdvised"), ("ConfigurationNeeded", "TDRelaunchAdvisedConfigurationNeeded"),
                            ("ConfigurationAndSWHardeningNeeded", "TDRelaunchAdvisedConfigurationNeeded"),
                            ("OutOfDate", "OutOfDate"), ("OutOfDateConfigurationNeeded", "OutOfDate")):
        yield one(f"from_out_of_date_to_{status}", advised, very_old, fine, set_platform(status))
    def old_configuration(w):
        w.tcb_info["tcbLevels"][2]["tcbStatus"] = "OutOfDateConfigurationNeeded"
    yield one("from_out_of_date_configuration", "TDRelaunchAdvisedConfigurationNeeded", very_old, fine, old_configuration)
    yield one("backwards_keeps_the_launch", "UpToDate", fine, old)
    yield one("to_an_unsupported_module", None, fine, svn(1, 1, 4), check="tcb_level")
    yield one("from_an_unsupported_module", None, svn(1, 1, 4), fine, check="tcb_level")
    yield one("to_a_module_of_unknown_version", None, fine, svn(7, 2, 4), check="tcb_level")
    w = World().td(5, 3, svn=fine, svn2=svn(2, 1, 4))
    yield w.case("tdx_relaunch_to_a_revoked_module", "tcb_not_revoked", "revoked", 4, "UpToDate")
    yield one("from_a_revoked_module", "Revoked", svn(2, 1, 4), fine, None, 3, "tcb_not_revoked", "revoked", 4)
    def old_qe(w):
        w.qe["svn"] = 7
    yield one("does_not_help_an_old_qe", "OutOfDate", old, fine, old_qe)
    for status in ("TDRelaunchAdvised", "TDRelaunchAdvisedConfigurationNeeded"):
        w = World().td(5, 3, svn=very_old, svn2=fine)
        if "Configuration" in status:
            set_platform("ConfigurationNeeded")(w)
        w.policy["tcb_statuses"] = [{"status": status}]
        yield w.case(f"tdx_relaunch_{status}_is_accepted_by_name", status=status)
    w = World().td(4, 2, svn=old)  # a 1.0 report knows nothing of relaunch
    yield w.case("tdx_relaunch_unknown_to_version_1_0", "policy_tcb_status", "tcb", 6, "OutOfDate")


def altered():
    for which, check in (("tcb_info", "tcb_info_signature"), ("qe_identity", "qe_identity_signature")):
        for case in altered_after_signing(which, check, lambda: World().td()):
            yield {**case, "name": "tdx_" + case["name"]}


# What the verdict says must be done, joined.
UPDATES = {
    "tdx_relaunch_not_needed_3": "",
    "tdx_relaunch_advised_by_the_module_3": "launch the TD again",
    "tdx_relaunch_advised_by_the_platform_4": "launch the TD again",
    "tdx_relaunch_of_no_use_3": "TDX module",
    "tdx_relaunch_from_out_of_date_to_ConfigurationNeeded": "launch the TD again; configuration (BIOS settings)",
    "tdx_relaunch_unknown_to_version_1_0": "TDX module",
}


def cases():
    for part in (form, tcb_info_form, kinds, module, levels, relaunch, altered):
        for case in part():
            yield {**case, "updates": UPDATES[case["name"]]} if case["name"] in UPDATES else case
