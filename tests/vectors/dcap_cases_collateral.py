# SPDX-License-Identifier: Apache-2.0
"""Defects of collateral: CRLs, TCB signing chains, TCB info, QE identity, and TCB levels."""
import json

import dcap_der as D
from dcap_cases_chain import flip_last
from dcap_world import AT, BEGIN, COMMON_NAMES, END, FMSPC, ORGANISATION, QE_SIGNER, SERIAL, World, dn, level

BEFORE, AFTER = "2026-06-01T11:59:59Z", "2026-06-01T12:00:01Z"


def crls():
    def one(name, setup, check, code, exit_code=3, status="UpToDate"):
        w = World()
        setup(w)
        return w.case("crl_" + name, check, code, exit_code, status)
    def text(member, change):
        return lambda w: setattr(w, "collateral_change", lambda c: c.update({member: change(c[member])}))
    for which, member, check in (("root_crl", "root_ca_crl", "root_crl"), ("pck_crl", "pck_crl", "pck_crl")):
        def bent(change, which=which):
            return lambda w: w.change.update({which: change})
        def put(which=which, **parts):
            return lambda w: w.change.update({which: lambda p: p.update(parts)})
        yield one(f"{which}_empty", text(member, lambda t: ""), check, "missing", 5)
        yield one(f"{which}_garbage", text(member, lambda t: "hello"), check, "format")
        yield one(f"{which}_odd_hex", text(member, lambda t: t[:-1]), check, "format")
        yield one(f"{which}_truncated", text(member, lambda t: t[:-2]), check, "truncated")
        yield one(f"{which}_with_trailing_byte", lambda w, k=which: w.after.update({k: b"\0"}), check, "trailing")
        yield one(f"{which}_in_pem_is_accepted", text(member, lambda t: D.pem(bytes.fromhex(t), "X509 CRL")), None, None)
        yield one(f"{which}_in_upper_case_hex_is_accepted", text(member, str.upper), None, None)
        yield one(f"{which}_without_aki", bent(lambda p: p["extensions"].pop("aki")), check, "missing", 5)
        yield one(f"{which}_without_number", bent(lambda p: p["extensions"].pop("number")), check, "missing", 5)
        yield one(f"{which}_without_extensions", bent(lambda p: p["extensions"].clear()), check, "missing", 5)
        yield one(f"{which}_version_1", put(version=b""), check, "format")
        yield one(f"{which}_with_a_delta_indicator", bent(lambda p: p["extensions"].update(
            delta=D.extension("2.5.29.27", D.integer(1), True))), check, "unsupported")
        yield one(f"{which}_with_an_unknown_critical_extension", bent(lambda p: p["extensions"].update(
            x=D.extension("1.2.3", b"", True))), check, "unsupported")
        yield one(f"{which}_with_an_extension_twice", bent(lambda p: p["extensions"].update(
            again=p["extensions"]["number"])), check, "duplicate")
        entry = D.seq(D.integer(9), D.time(BEGIN), D.seq(D.extension("2.5.29.29", b"", True)))
        yield one(f"{which}_with_an_indirect_entry", put(revoked=D.seq(entry)), check, "unsupported")
        yield one(f"{which}_with_an_empty_list", put(revoked=D.seq()), check, "format")
        yield one(f"{which}_without_entries_is_accepted", put(revoked=b""), None, None)
        yield one(f"{which}_without_next_update", put(next=b""), check, "format")
        yield one(f"{which}_of_another_issuer", lambda w, k=which: w.crl_issuer.update({k: dn("tcb_signing")}), check, "chain")
        yield one(f"{which}_signed_by_another_key", lambda w, k=which: w.crl_key.update({k: "somebody"}), check + "_signature", "crypto")
        yield one(f"{which}_with_altered_signature", text(member, lambda t: flip_last(bytes.fromhex(t)).hex()), check + "_signature", "crypto")
        for name, times, failing, code in (("ended", (BEGIN, BEFORE), "validity_not_ended", "expired"),
                                           ("not_begun", (AFTER, END), "validity_begun", "not_yet_valid"),
                                           ("at_its_very_end_is_accepted", (BEGIN, AT), None, None),
                                           ("at_its_very_begin_is_accepted", (AT, END), None, None)):
            yield one(f"{which}_{name}", lambda w, k=which, t=times: w.crl_time.update({k: t}), failing, code, 5)
    yield one("lists_the_pck", lambda w: w.revoked_by_ca.append(SERIAL["leaf"]), "pck_not_revoked", "revoked", 4)
    yield one("lists_the_ca", lambda w: w.revoked_by_root.append(SERIAL["ca"]), "pck_ca_not_revoked", "revoked", 4)
    yield one("lists_the_tcb_signer", lambda w: w.revoked_by_root.insert(0, SERIAL["tcb"]), "tcb_signers_not_revoked", "revoked", 4)
    def processor_crl(w):
        w.crl_issuer["pck_crl"], w.crl_key["pck_crl"] = dn("processor_ca"), "ca"
    yield one("of_the_other_ca", processor_crl, "pck_crl", "chain")


def signing_chains():
    for which, member, check in (("tcb_chain", "tcb_info_issuer_chain", "tcb_info_signer"),
                                 ("qe_chain", "qe_identity_issuer_chain", "qe_identity_signer")):
        def one(name, chain, code="chain", which=which, check=check, exit_code=3):
            w = World()
            setattr(w, which, chain)
            return w.case(f"{which}_of_{name}", check, code, exit_code)
        w = World()
        setattr(w, which, ["tcb"])
        yield w.case(f"{which}_without_root_is_accepted", status="UpToDate")
        w = World()
        setattr(w, which, ["root", "tcb"])
        yield w.case(f"{which}_in_reverse_is_accepted", status="UpToDate")
        yield one("nothing", [], "missing", exit_code=5)
        yield one("root_only", ["root"])
        yield one("pck_ca_and_root", ["ca", "root"])
        yield one("pck_leaf_ca_and_root", ["leaf", "ca", "root"])
        yield one("leaf_and_root", ["leaf", "root"])
        yield one("one_too_many", ["tcb", "ca", "root"])
        yield one("two_signers", ["tcb", "tcb"], "duplicate")
        yield one("two_roots", ["tcb", "root", "root"], "duplicate")
        w = World()
        w.collateral_change = lambda c, m=member: c.update({m: "garbage"})
        yield w.case(f"{which}_of_garbage", check, "format", 3)
        foreign = World()
        foreign.keys["root"] = foreign.signer["root"] = "foreign root"
        w = World()
        setattr(w, which, ["tcb", foreign.certificate("root")])
        yield w.case(f"{which}_with_a_foreign_root", check, "chain", 3)
        foreign.signer["tcb"] = "foreign root"
        w = World()
        setattr(w, which, [foreign.certificate("tcb")])
        yield w.case(f"{which}_signed_by_a_foreign_root", check, "crypto", 3)
        altered = World()
        altered.der_change["root"] = flip_last
        yield one("a_signer_and_an_altered_root", ["tcb", altered.certificate("root")], "crypto")
        pck_signed = World()
        pck_signed.signer["tcb"], pck_signed.issuer["tcb"] = "leaf", dn("pck")
        w = World()
        setattr(w, which, [pck_signed.certificate("tcb")])
        yield w.case(f"{which}_below_a_pck", check, "chain", 3)
        other_name = World()
        other_name.subject["tcb"] = [("CN", "Test SGX TCB Signing 2"), ("O", ORGANISATION)]
        yield one("another_common_name", [other_name.certificate("tcb")])
        is_ca = World()
        is_ca.change["tcb"] = lambda p: p["extensions"].update(basic=D.extension("2.5.29.19", D.seq(D.boolean(True)), True))
        yield one("a_ca_as_signer", [is_ca.certificate("tcb")])


def json_form(which, check):
    """What holds for both signed documents: which is the member and the World's attribute."""
    def one(name, edit, code, exit_code=3):
        w = World()
        edit(w)
        return w.case(f"{which}_{name}", check, code, exit_code)
    def put(**members):
        return lambda w: getattr(w, which).update(members)
    def drop(member):
        return lambda w: getattr(w, which).pop(member)
    def text(value):
        return lambda w: w.text.update({which: value})
    yield one("empty", text(""), "truncated")
    yield one("not_json", text("hello"), "format")
    yield one("an_array", text("[]"), "format")
    yield one("with_a_key_twice", text(lambda t: t[:-1] + ',"version":3}'), "duplicate")
    yield one("with_trailing_text", text(lambda t: t + "x"), "trailing")
    yield one("nested_too_deeply", text(lambda t: t[:-1] + ',"x":' + "[" * 40 + "]" * 40 + "}"), "too_large")
    yield one("with_an_unknown_member", put(surprise=1), "format")
    for member in ("version", "issueDate", "nextUpdate", "tcbEvaluationDataNumber", "tcbLevels", "id"):
        yield one(f"without_{member}", drop(member), "missing", 5)
    for member in ("issueDate", "nextUpdate"):
        for name, value in (("number", 1), ("without_z", "2026-05-15T00:00:00"), ("with_zone", "2026-05-15T00:00:00+00:00"), ("date_only", "2026-05-15"),
                            ("of_february_30", "2026-02-30T00:00:00Z"), ("with_fraction", "2026-05-15T00:00:00.0Z"), ("empty", "")):
            yield one(f"{member}_{name}", put(**{member: value}), "format")
    for name, value in (("string", "3"), ("fraction", 3.0), ("negative", -1)):
        yield one(f"version_{name}", put(version=value), "format")
        yield one(f"evaluation_number_{name}", put(tcbEvaluationDataNumber=value), "format")
    for version in (0, 1, 4):
        yield one(f"version_{version}", put(version=version), "version")
    yield one("id_unknown", put(id="XYZ"), "format")
    yield one("id_number", put(id=1), "format")
    yield one("levels_not_an_array", put(tcbLevels={}), "format")
    yield one("levels_empty", put(tcbLevels=[]), "format")
    yield one("level_not_an_object", put(tcbLevels=[1]), "format")
    def first(change):
        return lambda w: change(getattr(w, which)["tcbLevels"][0])
    for member in ("tcb", "tcbDate", "tcbStatus"):
        yield one(f"level_without_{member}", first(lambda l, m=member: l.pop(m)), "missing", 5)
    yield one("level_with_an_unknown_member", first(lambda l: l.update(x=1)), "format")
    yield one("level_tcb_not_an_object", first(lambda l: l.update(tcb=1)), "format")
    yield one("level_date_malformed", first(lambda l: l.update(tcbDate="2026-01-01")), "format")
    yield one("level_status_unknown", first(lambda l: l.update(tcbStatus="Fine")), "unsupported")
    yield one("level_status_not_a_string", first(lambda l: l.update(tcbStatus=1)), "format")
    yield one("level_advisories_not_an_array", first(lambda l: l.update(advisoryIDs="INTEL-SA-00001")), "format")
    yield one("level_advisories_not_strings", first(lambda l: l.update(advisoryIDs=[1])), "format")
    def repeat(status):
        def change(w):
            levels = getattr(w, which)["tcbLevels"]
            levels.append(dict(levels[0], tcbStatus=status))
        return change
    yield one("level_twice", repeat("UpToDate"), "duplicate")
    yield one("level_twice_with_different_status", repeat("OutOfDate"), "duplicate")
    yield one("signature_short", lambda w: setattr(w, "collateral_change", lambda c: c.update(
        {which + "_signature": c[which + "_signature"][:-2]})), "format")
    yield one("signature_long", lambda w: setattr(w, "collateral_change", lambda c: c.update(
        {which + "_signature": c[which + "_signature"] + "00"})), "format")
    yield one("signature_not_hex", lambda w: setattr(w, "collateral_change", lambda c: c.update({which + "_signature": "x" * 128})), "format")


def altered_after_signing(which, check, world=World):
    for name, change in (("evaluation_number", lambda t: t.replace('"tcbEvaluationDataNumber":17', '"tcbEvaluationDataNumber":18')),
                         ("status", lambda t: t.replace("OutOfDate", "UpToDate")), ("white_space", lambda t: t.replace(":", ": ", 1)),
                         ("trailing_newline", lambda t: t + "\n"), ("escape", lambda t: t.replace('"UpToDate"', '"\\u0055pToDate"')),
                         ("order", lambda t: json.dumps(json.loads(t), sort_keys=True, separators=(",", ":")))):
        w = world()
        w.unsigned_text[which] = change
        yield w.case(f"{which}_altered_in_{name}", check, "crypto", 3)
    for name, dates, failing, code in (("ended", (BEGIN, BEFORE), "validity_not_ended", "expired"),
                                       ("not_begun", (AFTER, END), "validity_begun", "not_yet_valid"),
                                       ("at_its_very_end_is_accepted", (BEGIN, AT), None, None),
                                       ("at_its_very_begin_is_accepted", (AT, END), None, None)):
        w = world()
        getattr(w, which).update(issueDate=dates[0], nextUpdate=dates[1])
        yield w.case(f"{which}_{name}", failing, code, 5, "UpToDate")


def tcb_info_content():
    def one(name, edit, code, exit_code=3, check="tcb_info_format"):
        w = World()
        edit(w)
        return w.case("tcb_info_" + name, check, code, exit_code)
    def put(**members):
        return lambda w: w.tcb_info.update(members)
    def tcb(change):
        return lambda w: change(w.tcb_info["tcbLevels"][0]["tcb"])
    for member in ("fmspc", "pceId"):
        yield one(f"without_{member}", lambda w, m=member: w.tcb_info.pop(m), "missing", 5)
        for name, value in (("short", "00"), ("long", "00" * 7), ("number", 1), ("not_hex", "zz" * (6 if member == "fmspc" else 2))):
            yield one(f"{member}_{name}", put(**{member: value}), "format")
    yield one("type_1", put(tcbType=1), "format")
    yield one("without_type", lambda w: w.tcb_info.pop("tcbType"), "missing", 5)
    yield one("of_tdx_without_module", put(id="TDX"), "missing", 5)
    yield one("with_tdx_module", put(tdxModule={}), "format")
    yield one("with_tdx_module_identities", put(tdxModuleIdentities=[]), "format")
    yield one("without_components", tcb(lambda t: t.pop("sgxtcbcomponents")), "missing", 5)
    yield one("components_not_an_array", tcb(lambda t: t.update(sgxtcbcomponents={})), "format")
    yield one("with_15_components", tcb(lambda t: t["sgxtcbcomponents"].pop()), "format")
    yield one("with_17_components", tcb(lambda t: t["sgxtcbcomponents"].append({"svn": 0})), "too_large")
    yield one("component_without_svn", tcb(lambda t: t["sgxtcbcomponents"][0].clear()), "missing", 5)
    for name, value in (("string", "1"), ("negative", -1), ("256", 256), ("fraction", 1.5)):
        yield one(f"component_svn_{name}", tcb(lambda t, v=value: t["sgxtcbcomponents"][0].update(svn=v)), "format")
    yield one("component_category_not_a_string", tcb(lambda t: t["sgxtcbcomponents"][0].update(category=1)), "format")
    yield one("component_type_not_a_string", tcb(lambda t: t["sgxtcbcomponents"][0].update(type=1)), "format")
    yield one("component_with_an_unknown_member", tcb(lambda t: t["sgxtcbcomponents"][0].update(x=1)), "format")
    yield one("without_pcesvn", tcb(lambda t: t.pop("pcesvn")), "missing", 5)
    for name, value in (("string", "1"), ("negative", -1), ("65536", 65536)):
        yield one(f"pcesvn_{name}", tcb(lambda t, v=value: t.update(pcesvn=v)), "format")
    yield one("of_another_fmspc", put(fmspc="00906ED50001"), "mismatch", 3, "tcb_info_matches")
    yield one("of_another_pce_id", put(pceId="0001"), "mismatch", 3, "tcb_info_matches")
    def version_2(w):
        w.tcb_info["version"] = 2
        w.tcb_info.pop("id")
        for lv in w.tcb_info["tcbLevels"]:
            svns = lv["tcb"].pop("sgxtcbcomponents")
            lv["tcb"].update({f"sgxtcbcomp{i + 1:02}svn": c["svn"] for i, c in enumerate(svns)})
    w = World()
    version_2(w)
    yield w.case("tcb_info_of_version_2_is_accepted", status="UpToDate")
    for name, change, code, exit_code in (("without_component", lambda t: t.pop("sgxtcbcomp07svn"), "missing", 5),
                                          ("component_negative", lambda t: t.update(sgxtcbcomp07svn=-1), "format", 3),
                                          ("component_string", lambda t: t.update(sgxtcbcomp07svn="1"), "format", 3),
                                          ("component_17", lambda t: t.update(sgxtcbcomp17svn=1), "format", 3)):
        w = World()
        version_2(w)
        change(w.tcb_info["tcbLevels"][0]["tcb"])
        yield w.case("tcb_info_v2_" + name, "tcb_info_format", code, exit_code)


def identity_content():
    def one(name, edit, code, exit_code=3, check="qe_identity_format"):
        w = World()
        edit(w)
        return w.case("qe_identity_" + name, check, code, exit_code)
    def put(**members):
        return lambda w: w.qe_identity.update(members)
    for member, size in (("miscselect", 4), ("miscselectMask", 4), ("attributes", 16), ("attributesMask", 16), ("mrsigner", 32)):
        yield one(f"without_{member}", lambda w, m=member: w.qe_identity.pop(m), "missing", 5)
        for name, value in (("short", "00" * (size - 1)), ("long", "00" * (size + 1)), ("number", 1), ("not_hex", "zz" * size)):
            yield one(f"{member}_{name}", put(**{member: value}), "format")
    yield one("without_isvprodid", lambda w: w.qe_identity.pop("isvprodid"), "missing", 5)
    for name, value in (("string", "1"), ("negative", -1), ("65536", 65536)):
        yield one(f"isvprodid_{name}", put(isvprodid=value), "format")
        yield one(f"isvsvn_{name}", lambda w, v=value: w.qe_identity["tcbLevels"][0]["tcb"].update(isvsvn=v), "format")
    yield one("without_isvsvn", lambda w: w.qe_identity["tcbLevels"][0]["tcb"].pop("isvsvn"), "missing", 5)
    yield one("tcb_with_an_unknown_member", lambda w: w.qe_identity["tcbLevels"][0]["tcb"].update(x=1), "format")
    yield one("status_of_hardening", lambda w: w.qe_identity["tcbLevels"][0].update(tcbStatus="SWHardeningNeeded"), "unsupported")
    for other in ("TD_QE", "QVE", "QAE"):
        yield one(f"of_{other}", put(id=other), "mismatch")
    def qe(**fields):
        return lambda w: w.qe.update(fields)
    yield one("refuses_miscselect", qe(misc=1), "mismatch", 3, "qe_identity_matches")
    yield one("refuses_a_debug_qe", qe(flags=0x17), "mismatch", 3, "qe_identity_matches")
    yield one("refuses_a_qe_without_provision_key", qe(flags=0x5), "mismatch", 3, "qe_identity_matches")
    yield one("refuses_another_signer", qe(signer=bytes(32)), "mismatch", 3, "qe_identity_matches")
    yield one("refuses_another_product", qe(prod_id=2), "mismatch", 3, "qe_identity_matches")
    yield one("with_a_bit_outside_the_mask", put(attributes="15" + "00" * 15), "mismatch", 3, "qe_identity_matches")
    w = World()
    w.qe["flags"] = 0x11  # MODE64BIT is outside the mask
    yield w.case("qe_identity_ignores_what_the_mask_hides", status="UpToDate")
    w = World()
    w.unsigned_text["qe_identity"] = lambda t: t.replace(QE_SIGNER.hex(), "00" * 32)
    w.qe["signer"] = bytes(32)
    yield w.case("qe_identity_forged_for_another_enclave", "qe_identity_signature", "crypto", 3)


def levels():
    base = [5, 5, 2, 4, 1, 128] + [0] * 10
    def one(name, setup, status, check="policy_tcb_status", code="tcb", exit_code=6):
        w = World()
        setup(w)
        if status == "UpToDate":
            check = code = None
        return w.case("level_" + name, check, code, exit_code, status)
    def platform(components, pce_svn):
        return lambda w: setattr(w, "members", D.sgx_members(FMSPC, components, pce_svn))
    def only(status):
        return lambda w: w.tcb_info.update(tcbLevels=[level(base, 11, status)])
    for status in ("SWHardeningNeeded", "ConfigurationNeeded", "ConfigurationAndSWHardeningNeeded", "OutOfDate", "OutOfDateConfigurationNeeded"):
        yield one(f"gives_{status}", only(status), status)
        w = World()
        only(status)(w)
        w.policy["tcb_statuses"] = [{"status": status}]
        yield w.case(f"level_{status}_is_accepted_by_name", status=status)
    yield one("revoked", only("Revoked"), "Revoked", "tcb_not_revoked", "revoked", 4)
    yield one("above_every_level", platform([255] * 16, 65535), "UpToDate")
    yield one("with_the_pcesvn_one_lower", platform(base, 10), "SWHardeningNeeded")
    yield one("with_one_component_lower_and_others_higher", platform([255, 255, 255, 3] + [255] * 12, 65535), "SWHardeningNeeded")
    yield one("with_the_first_component_higher_and_the_second_lower", platform([255, 4] + [255] * 14, 65535), "OutOfDate")
    yield one("reached_by_no_component", platform([0] + [255] * 15, 65535), None, "tcb_level")
    yield one("not_reached_by_the_pcesvn", platform([255] * 16, 4), None, "tcb_level")
    def hostile_order(w):
        w.tcb_info["tcbLevels"].reverse()
    yield one("in_hostile_order", hostile_order, "UpToDate")
    def qe_svn(n):
        return lambda w: w.qe.update(svn=n)
    yield one("of_an_old_qe", qe_svn(7), "OutOfDate")
    yield one("of_a_qe_below_all", qe_svn(4), None, "tcb_level")
    def revoked_qe(w):
        w.qe_identity["tcbLevels"][0]["tcbStatus"] = "Revoked"
    yield one("of_a_revoked_qe", revoked_qe, "Revoked", "tcb_not_revoked", "revoked", 4)
    for p, q, both in (("ConfigurationNeeded", "OutOfDate", "OutOfDateConfigurationNeeded"),
                       ("ConfigurationAndSWHardeningNeeded", "OutOfDate", "OutOfDateConfigurationNeeded"),
                       ("SWHardeningNeeded", "OutOfDate", "OutOfDate"), ("OutOfDate", "UpToDate", "OutOfDate"),
                       ("OutOfDateConfigurationNeeded", "OutOfDate", "OutOfDateConfigurationNeeded"),
                       ("UpToDate", "OutOfDateConfigurationNeeded", "OutOfDateConfigurationNeeded"),
                       ("SWHardeningNeeded", "ConfigurationNeeded", "ConfigurationAndSWHardeningNeeded")):
        def both_levels(w, p=p, q=q):
            only(p)(w)
            w.qe_identity["tcbLevels"][0]["tcbStatus"] = q
        yield one(f"{p}_with_qe_{q}", both_levels, both)
    w = World()
    platform(base, 10)(w)
    w.policy["tcb_statuses"] = [{"status": "SWHardeningNeeded", "advisories": ["INTEL-SA-00334"]}]
    yield w.case("level_with_listed_advisories_is_accepted", status="SWHardeningNeeded")
    many = World()
    many.tcb_info["tcbLevels"][0]["advisoryIDs"] = [f"INTEL-SA-{n:05}" for n in range(200)]
    yield many.case("level_with_two_hundred_advisories_is_accepted", status="UpToDate")
    w.policy["tcb_statuses"] = [{"status": "SWHardeningNeeded", "advisories": ["INTEL-SA-00335"]}]
    yield w.case("level_with_unlisted_advisory", "policy_tcb_status", "tcb", 6, "SWHardeningNeeded")


def cases():
    yield from crls()
    yield from signing_chains()
    yield from json_form("tcb_info", "tcb_info_format")
    yield from json_form("qe_identity", "qe_identity_format")
    yield from altered_after_signing("tcb_info", "tcb_info_signature")
    yield from altered_after_signing("qe_identity", "qe_identity_signature")
    yield from tcb_info_content()
    yield from identity_content()
    yield from levels()
