# SPDX-License-Identifier: Apache-2.0
"""Defects of certificates and chains: PEM, X.509, roles, signatures, dates, and the SGX extension."""
import dcap_der as D
from dcap_world import COMMON_NAMES, ORGANISATION, World, dn, key


def flip_last(der):
    return der[:-1] + bytes([der[-1] ^ 1])


def pem_text():
    def one(name, change, code="format", check="pck_chain_format"):
        w = World()
        w.chain_text = change
        return w.case("chain_text_" + name, check, code, 3)
    yield one("empty", lambda t: b"", "missing")
    yield one("nul_only", lambda t: b"\0", "missing")
    yield one("without_begin", lambda t: t.replace(b"-----BEGIN CERTIFICATE-----", b"", 1))
    yield one("without_end", lambda t: t[:t.rindex(b"-----END")])
    yield one("begin_and_end_swapped", lambda t: t.replace(b"BEGIN", b"XXXXX").replace(b"END", b"BEGIN").replace(b"XXXXX", b"END"))
    yield one("dash_missing", lambda t: t.replace(b"-----BEGIN", b"----BEGIN", 1))
    yield one("another_label", lambda t: t.replace(b"CERTIFICATE", b"X509 CRL"))
    yield one("bad_base64", lambda t: t.replace(b"\nM", b"\n!", 1))
    yield one("padding_inside", lambda t: t.replace(b"\nM", b"\n=", 1))
    yield one("garbage_before", lambda t: b"hello\n" + t)
    yield one("garbage_after", lambda t: t + b"hello\n")
    yield one("garbage_between", lambda t: t.replace(b"-----\n-----", b"-----\nhello\n-----", 1))
    yield one("blank_before", lambda t: b" " + t)
    yield one("blank_after", lambda t: t + b"\t\n")
    yield one("blank_between", lambda t: t.replace(b"-----\n-----", b"-----\n \n-----", 1))
    yield one("blank_in_a_line", lambda t: t.replace(b"\nM", b"\n M", 1))
    yield one("two_nuls", lambda t: t + b"\0\0")
    yield one("one_bad_certificate_of_three", lambda t: t[:80] + b"AAAA" + t[84:], None)
    for name, change in (("empty_lines", lambda t: b"\n" + t.replace(b"\n", b"\n\n")), ("crlf", lambda t: t.replace(b"\n", b"\r\n")), ("trailing_nul", lambda t: t + b"\0"),
                         ("no_line_end_between", lambda t: t.replace(b"-----\n-----", b"----------", 1)),
                         ("one_line_of_base64", lambda t: b"\n".join(b.replace(b"\n", b"") if i % 2 else b for i, b in
                                                                     enumerate(t.split(b"-----"))) and t)):
        w = World()
        w.chain_text = change
        yield w.case(f"chain_text_with_{name}_is_accepted", status="UpToDate")


def order_and_number():
    def one(name, chain, code="chain", check="pck_chain_roles"):
        w = World()
        w.chain = chain
        return w.case("chain_of_" + name, check, code, 3)
    for name, chain in (("reversed_order", ["root", "ca", "leaf"]), ("ca_first", ["ca", "leaf", "root"]), ("leaf_and_ca", ["leaf", "ca"])):
        w = World()
        w.chain = chain
        yield w.case(f"chain_of_{name}_is_accepted", status="UpToDate")
    yield one("leaf_only", ["leaf"])
    yield one("leaf_and_root", ["leaf", "root"])
    yield one("ca_and_root", ["ca", "root"])
    yield one("root_only", ["root"])
    yield one("two_leaves", ["leaf", "leaf", "ca"], "duplicate")
    yield one("two_cas", ["leaf", "ca", "ca"], "duplicate")
    yield one("tcb_signing_certificate_as_ca", ["leaf", "tcb", "root"])
    yield one("four", ["leaf", "ca", "root", "root"], "too_large", "pck_chain_format")


def roles():
    def one(name, setup, check="pck_chain_roles", code="chain", chain=None):
        w = World()
        setup(w)
        w.chain = chain or w.chain
        return w.case("role_" + name, check, code, 3)
    def subject(who, pairs):
        return lambda w: w.subject.update({who: pairs})
    yield one("leaf_with_another_common_name", subject("leaf", [("CN", "Test SGX PCK Certificate 2"), ("O", ORGANISATION)]))
    yield one("leaf_of_another_organisation", subject("leaf", [("CN", COMMON_NAMES["pck"]), ("O", "Somebody else")]))
    yield one("leaf_with_one_more_attribute", subject("leaf", dn("pck") + [("C", "US")]))
    yield one("leaf_with_one_attribute_less", subject("leaf", dn("pck")[:1]))
    yield one("ca_with_another_common_name", subject("ca", [("CN", "Test SGX PCK Something CA"), ("O", ORGANISATION)]))
    yield one("root_with_another_common_name", subject("root", [("CN", "Other SGX Root CA"), ("O", ORGANISATION)]))
    yield one("leaf_of_another_issuer_name", lambda w: w.issuer.update(leaf=dn("processor_ca")))
    yield one("ca_of_another_issuer_name", lambda w: w.issuer.update(ca=dn("pck")))
    yield one("root_not_self_issued", lambda w: w.issuer.update(root=dn("pck")))
    def usage(bits, unused):
        return D.extension("2.5.29.15", D.bits(bytes([bits]), unused), True)
    def put(who, name, value):
        return lambda w: w.change.update({who: lambda p: p["extensions"].update({name: value})})
    yield one("leaf_is_a_ca", put("leaf", "basic", D.extension("2.5.29.19", D.seq(D.boolean(True)), True)))
    yield one("ca_is_no_ca", put("ca", "basic", D.extension("2.5.29.19", D.seq(), True)))
    yield one("leaf_may_not_sign_data", put("leaf", "usage", usage(0x40, 6)))
    yield one("ca_may_not_sign_certificates", put("ca", "usage", usage(0x02, 1)))
    yield one("ca_may_not_sign_crls", put("ca", "usage", usage(0x04, 2)))
    yield one("root_may_not_sign_certificates", put("root", "usage", usage(0x02, 1)))


def foreign_keys():
    def one(name, setup, check, code="crypto", exit_code=3):
        w = World()
        setup(w)
        return w.case("key_" + name, check, code, exit_code)
    def foreign_root(w):
        w.keys["root"] = "foreign root"
        w.tcb_chain = w.qe_chain = ["tcb"]
    yield one("of_a_foreign_root_with_the_right_names", foreign_root, "pck_chain_root", "chain")
    def foreign_world(w):
        w.keys.update(root="foreign root", ca="foreign ca")
        w.signer.update(root="foreign root", ca="foreign root", leaf="foreign ca")
        w.tcb_chain, w.qe_chain, w.chain = ["tcb"], ["tcb"], ["leaf", "ca"]
        w.crl_key["pck_crl"] = "foreign ca"
    yield one("of_a_foreign_root_that_stays_at_home", foreign_world, "pck_chain_signatures")
    yield one("that_signed_the_ca_is_not_the_roots", lambda w: w.signer.update(ca="somebody"), "pck_chain_signatures")
    yield one("that_signed_the_leaf_is_not_the_cas", lambda w: w.signer.update(leaf="somebody"), "pck_chain_signatures")
    yield one("signature_of_the_ca_is_altered", lambda w: w.der_change.update(ca=flip_last), "pck_chain_signatures")
    yield one("signature_of_the_leaf_is_altered", lambda w: w.der_change.update(leaf=flip_last), "pck_chain_signatures")
    yield one("signature_on_the_root_is_altered", lambda w: w.der_change.update(root=flip_last), "pck_chain_signatures")
    yield one("that_signed_the_root_is_not_its_own", lambda w: w.signer.update(root="somebody"), "pck_chain_signatures")
    def other_platform(w):
        w.sig_change["qe_report"] = lambda raw: key("other leaf").sign_raw(b"anything")
    yield one("of_another_platform", other_platform, "qe_report_signature")
    w = World()
    w.change["root"] = lambda p: p.update(validity=D.seq(D.time("2019-01-01T00:00:00Z"), D.time("2060-01-01T00:00:00Z")))
    yield w.case("key_of_the_root_in_another_encoding_is_accepted", status="UpToDate")


def certificate_form():
    def one(who, name, change, code, exit_code=3):
        w = World()
        w.change[who] = change
        check = {"tcb": "tcb_info_signer"}.get(who, "pck_chain_format")
        return w.case(f"certificate_{who}_{name}", check, code, exit_code)
    for who in ("leaf", "ca", "root"):
        for extension in ("aki", "crldp", "ski", "usage", "basic"):
            yield one(who, f"without_{extension}", lambda p, e=extension: p["extensions"].pop(e), "missing", 3)
    def put(**parts):
        return lambda p: p.update(parts)
    def put_extension(name, value):
        return lambda p: p["extensions"].update({name: value})
    yield one("leaf", "version_1", put(version=b""), "format")
    yield one("leaf", "version_2", put(version=D.tlv(0xA0, D.integer(1))), "version")
    yield one("leaf", "negative_serial", put(serial=D.tlv(2, b"\x80")), "format")
    yield one("leaf", "long_serial", put(serial=D.tlv(2, b"\1" * 21)), "too_large")
    yield one("leaf", "padded_serial", put(serial=D.tlv(2, b"\0\1")), "format")
    sha384 = D.seq(D.oid("1.2.840.10045.4.3.3"))
    yield one("leaf", "signed_with_sha384", put(algorithm=sha384), "unsupported")
    yield one("leaf", "with_another_outer_algorithm", put(outer_algorithm=sha384), "unsupported")
    yield one("leaf", "algorithm_with_parameters", put(algorithm=D.seq(D.oid("1.2.840.10045.4.3.2"), D.tlv(5, b""))), "trailing")
    p384 = D.seq(D.oid("1.2.840.10045.2.1"), D.oid("1.3.132.0.34"))
    yield one("leaf", "on_another_curve", put(key=D.seq(p384, D.bits(b"\4" + bytes(64)))), "unsupported")
    rsa = D.seq(D.oid("1.2.840.113549.1.1.1"), D.tlv(5, b""))
    yield one("leaf", "with_an_rsa_key", put(key=D.seq(rsa, D.bits(bytes(65)))), "unsupported")
    yield one("leaf", "with_a_compressed_key", put(key=D.seq(D.EC_P256, D.bits(b"\2" + bytes(32)))), "format")
    yield one("leaf", "with_a_short_key", put(key=D.seq(D.EC_P256, D.bits(b"\4" + bytes(63)))), "format")
    yield one("leaf", "without_key", put(key=D.seq(D.EC_P256, D.bits(b""))), "format")
    yield one("leaf", "extension_twice", put_extension("again", D.extension("2.5.29.14", D.octets(b"x"))), "duplicate")
    yield one("leaf", "unknown_extension_twice", lambda p: p["extensions"].update(
        a=D.extension("1.2.3", b""), b=D.extension("1.2.3", b"")), "duplicate")
    yield one("leaf", "unknown_critical_extension", put_extension("x", D.extension("1.2.3", b"", True)), "unsupported")
    for who, usage in (("leaf", 0xC0), ("ca", 0x06), ("root", 0x06)):
        yield one(who, "usage_not_critical", put_extension("usage", D.extension("2.5.29.15", D.bits(bytes([usage]), (usage & -usage).bit_length() - 1))), "format")
        yield one(who, "basic_not_critical", put_extension("basic", D.extension("2.5.29.19", D.seq() if who == "leaf" else D.seq(D.boolean(True)))), "format")
        yield one(who, "ski_critical", put_extension("ski", D.extension("2.5.29.14", D.octets(bytes(20)), True)), "unsupported")
        yield one(who, "aki_critical", put_extension("aki", D.extension("2.5.29.35", D.seq(D.tlv(0x80, bytes(20))), True)), "unsupported")
        yield one(who, "crldp_critical", put_extension("crldp", D.extension("2.5.29.31", D.seq(), True)), "unsupported")
    def points(*general_names, after=b""):
        name = D.tlv(0xA0, D.tlv(0xA0, b"".join(general_names)))
        return put_extension("crldp", D.extension("2.5.29.31", D.seq(D.seq(name, after))))
    uri = D.tlv(0x86, b"https://crl.example/x.der")
    yield one("leaf", "crldp_of_no_points", put_extension("crldp", D.extension("2.5.29.31", D.seq())), "format")
    yield one("ca", "crldp_longer_than_its_extension", put_extension("crldp", D.extension("2.5.29.31", b"\x30\x21\x30\x40" + bytes(31))), "truncated")
    yield one("leaf", "crldp_with_two_names", points(uri, uri), "trailing")
    yield one("leaf", "crldp_by_directory_name", points(D.tlv(0xA4, D.seq())), "format")
    yield one("ca", "crldp_for_some_reasons", points(uri, after=D.tlv(0x81, b"\1\6")), "trailing")
    yield one("leaf", "too_many_extensions", lambda p: p["extensions"].update(
        {f"x{i}": D.extension(f"1.2.{i}", b"") for i in range(12)}), "too_large")
    yield one("leaf", "critical_false_spelled_out", put_extension("x", D.seq(D.oid("1.2.3"), D.boolean(False), D.octets(b""))), "format")
    yield one("leaf", "trailing_in_the_signed_part", put(after=D.integer(1)), "trailing")
    yield one("leaf", "without_extensions", put(extensions=b""), "truncated")
    yield one("leaf", "two_attributes_in_one_rdn", put(subject=D.seq(D.tlv(0x31, D.seq(D.oid("2.5.4.3"), D.utf8("a")) +
                                                                                D.seq(D.oid("2.5.4.10"), D.utf8("b"))))), "trailing")
    yield one("leaf", "attribute_twice", put(subject=D.name([("CN", "a"), ("CN", "b")])), "duplicate")
    yield one("leaf", "unknown_attribute", put(subject=D.name([("CN", "a"), ("1.2.3", "b")])), "unsupported")
    for name, text in (("without_seconds", b"2601010000Z"), ("with_zone", b"260101000000+0100"), ("without_z", b"2601010000000"),
                       ("of_february_30", b"260230000000Z"), ("of_hour_24", b"260101240000Z"), ("of_letters", b"26010100000aZ")):
        yield one("leaf", f"date_{name}", put(validity=D.seq(D.tlv(0x17, text), D.time("2040-01-01T00:00:00Z"))), "format")
    yield one("leaf", "date_with_fraction", put(validity=D.seq(D.tlv(0x18, b"20260101000000.5Z"), D.time("2040-01-01T00:00:00Z"))), "format")
    w = World()
    w.after["leaf"] = b"\0"
    yield w.case("certificate_leaf_with_trailing_byte", "pck_chain_format", "trailing", 3)
    w = World()
    w.change["leaf"] = put_extension("x", D.extension("1.2.3", b""))
    yield w.case("certificate_leaf_with_unknown_uncritical_extension_is_accepted", status="UpToDate")
    w = World()
    w.change["leaf"] = put(validity=D.seq(D.time("1999-12-31T23:59:59Z"), D.time("9999-12-31T23:59:59Z")))
    yield w.case("certificate_leaf_dates_of_1999_and_9999_are_accepted", status="UpToDate")


def dates():
    for who in ("leaf", "ca", "root", "tcb"):
        for name, validity, check, code in (
                ("ended", ("2020-01-01T00:00:00Z", "2026-06-01T11:59:59Z"), "validity_not_ended", "expired"),
                ("not_begun", ("2026-06-01T12:00:01Z", "2040-01-01T00:00:00Z"), "validity_begun", "not_yet_valid"),
                ("valid_for_one_second", ("2026-06-01T12:00:00Z", "2026-06-01T12:00:00Z"), None, None)):
            w = World()
            w.change[who] = lambda p, v=validity: p.update(validity=D.seq(D.time(v[0]), D.time(v[1])))
            yield w.case(f"certificate_{who}_{name}", check, code, 5, "UpToDate")


def dates_of_one_signer():
    for which in ("tcb_chain", "qe_chain"):
        for name, validity, check, code in (("ended", ("2020-01-01T00:00:00Z", "2026-06-01T11:59:59Z"), "validity_not_ended", "expired"),
                                            ("not_begun", ("2026-06-01T12:00:01Z", "2040-01-01T00:00:00Z"), "validity_begun",
                                             "not_yet_valid")):
            other = World()
            other.change["tcb"] = lambda p, v=validity: p.update(validity=D.seq(D.time(v[0]), D.time(v[1])))
            w = World()
            setattr(w, which, [other.certificate("tcb")])
            yield w.case(f"certificate_of_the_{which}_alone_{name}", check, code, 5, "UpToDate")


def sgx_extension():
    w = World()
    w.subject["ca"] = w.issuer["leaf"] = w.crl_issuer["pck_crl"] = dn("processor_ca")
    yield w.case("sgx_extension_of_a_platform_below_the_processor_ca", "pck_sgx_extension", "mismatch", 3)
    w = World()
    w.members = D.sgx_members(bytes.fromhex("00906ed50000"), [5, 5, 2, 4, 1, 128] + [0] * 10, 11, False)
    yield w.case("sgx_extension_of_a_processor_below_the_platform_ca", "pck_sgx_extension", "mismatch", 3)
    def one(name, change, code, exit_code=3, platform=True):
        w = World()
        if not platform:
            w.members = D.sgx_members(bytes.fromhex("00906ed50000"), [5, 5, 2, 4, 1, 128] + [0] * 10, 11, False)
        change(w)
        return w.case("sgx_extension_" + name, "pck_sgx_extension", code, exit_code)
    def none(w):
        w.no_sgx = True
    yield one("absent", none, "missing", 3)
    for m in ("ppid", "tcb", "pceid", "fmspc", "type", "instance", "configuration"):
        yield one(f"without_{m}", lambda w, m=m: w.members.pop(m), "missing", 3)
        number = {"ppid": 1, "tcb": 2, "pceid": 3, "fmspc": 4, "type": 5, "instance": 6, "configuration": 7}[m]
        yield one(f"{m}_of_another_type", lambda w, m=m, n=number: w.members.update({m: (f"{D.SGX}.{n}", D.utf8("x"))}), "format")
        yield one(f"{m}_twice", lambda w, m=m: w.members.update(again=w.members[m]), "duplicate")
    for m, n, size in (("ppid", 1, 16), ("pceid", 3, 2), ("fmspc", 4, 6), ("instance", 6, 16)):
        for wrong in (size - 1, size + 1):
            yield one(f"{m}_of_{wrong}_bytes", lambda w, m=m, n=n, k=wrong: w.members.update({m: (f"{D.SGX}.{n}", D.octets(bytes(k)))}),
                      "format")
    def tcb(change):
        return lambda w: change(w.members["tcb"][1])
    for i in range(1, 17):
        yield one(f"tcb_without_component_{i}", tcb(lambda t, i=i: t.pop(f"c{i}")), "missing", 3)
    yield one("tcb_without_pcesvn", tcb(lambda t: t.pop("pcesvn")), "missing", 3)
    yield one("tcb_without_cpusvn", tcb(lambda t: t.pop("cpusvn")), "missing", 3)
    yield one("tcb_component_256", tcb(lambda t: t.update(c1=(f"{D.SGX}.2.1", D.integer(256)))), "format")
    yield one("tcb_component_negative", tcb(lambda t: t.update(c1=(f"{D.SGX}.2.1", D.tlv(2, b"\xff")))), "format")
    yield one("tcb_component_of_another_type", tcb(lambda t: t.update(c1=(f"{D.SGX}.2.1", D.octets(b"\1")))), "format")
    yield one("tcb_pcesvn_65536", tcb(lambda t: t.update(pcesvn=(f"{D.SGX}.2.17", D.integer(65536)))), "format")
    yield one("tcb_cpusvn_of_15_bytes", tcb(lambda t: t.update(cpusvn=(f"{D.SGX}.2.18", D.octets(bytes(15))))), "format")
    yield one("tcb_component_twice", tcb(lambda t: t.update(again=t["c3"])), "duplicate")
    yield one("tcb_with_a_19th_member", tcb(lambda t: t.update(more=(f"{D.SGX}.2.19", D.integer(1)))), "unsupported")
    yield one("with_an_8th_member", lambda w: w.members.update(more=(f"{D.SGX}.8", D.integer(1))), "unsupported")
    yield one("member_with_a_foreign_oid", lambda w: w.members.update(fmspc=("1.2.3.4.5.6.7.8.9.10.11", D.octets(bytes(6)))), "unsupported")
    yield one("type_3", lambda w: w.members.update(type=(f"{D.SGX}.5", D.integer(3, 0x0A))), "format")
    yield one("processor_with_instance", lambda w: w.members.update(instance=(f"{D.SGX}.6", D.octets(bytes(16)))), "missing", 3, False)
    def configuration(change):
        return lambda w: change(w.members["configuration"][1])
    for m in ("dynamic", "cached", "smt"):
        yield one(f"configuration_without_{m}", configuration(lambda c, m=m: c.pop(m)), "missing", 3)
    yield one("configuration_with_a_boolean_of_1", configuration(lambda c: c.update(smt=(f"{D.SGX}.7.3", D.tlv(1, b"\1")))), "format")
    yield one("configuration_twice_smt", configuration(lambda c: c.update(again=c["smt"])), "duplicate")
    yield one("configuration_with_a_4th_member", configuration(lambda c: c.update(x=(f"{D.SGX}.7.4", D.boolean(True)))), "unsupported")
    def after(w):
        w.sgx_after = b"\0"
    yield one("trailing_byte", after, "trailing")
    def deep(w):
        value = b""
        for _ in range(200):
            value = D.seq(value)
        w.members["fmspc"] = (f"{D.SGX}.4", value)
    yield one("deeply_nested", deep, "format")
    w = World()
    w.members = D.sgx_members(bytes.fromhex("00906ed50000"), [5, 5, 2, 4, 1, 128] + [0] * 10, 11, False)
    w.subject["ca"], w.issuer["leaf"], w.crl_issuer["pck_crl"] = dn("processor_ca"), dn("processor_ca"), dn("processor_ca")
    yield w.case("sgx_extension_of_a_processor_ca_is_accepted", status="UpToDate")


# What the verdict says it found: which certificate, and its subject.
PCK, CA = f"CN={COMMON_NAMES['pck']}, O={ORGANISATION}", f"CN={COMMON_NAMES['platform_ca']}, O={ORGANISATION}"
ROOT = f"CN={COMMON_NAMES['root']}, O={ORGANISATION}"
WRONG_ROLE = "a certificate does not chain to the trusted root in its role"
FOUND = {
    "chain_of_two_leaves": f"certificate 2 of 3 ({PCK}): chain.subject: it stands there twice",
    "chain_of_leaf_and_root": f"chain.no_ca: {WRONG_ROLE}",
    "chain_of_ca_and_root": f"chain.no_pck_certificate: {WRONG_ROLE}",
    "role_leaf_of_another_organisation": f"certificate 1 of 3 (CN={COMMON_NAMES['pck']}, O=Somebody else): chain.subject: {WRONG_ROLE}",
    "role_ca_may_not_sign_crls": f"certificate 2 of 3 ({CA}): chain.key_usage: {WRONG_ROLE}",
    "role_leaf_of_another_issuer_name": f"certificate 1 of 3 ({PCK}): chain.issuer: {WRONG_ROLE}",
    "key_of_a_foreign_root_with_the_right_names": f"certificate 3 of 3 ({ROOT}): chain.root_key: {WRONG_ROLE}",
    "key_signature_of_the_ca_is_altered": f"certificate 2 of 3 ({CA}): chain.signature_of_root: a cryptographic check failed",
    "key_signature_of_the_leaf_is_altered": f"certificate 1 of 3 ({PCK}): chain.signature_of_ca: a cryptographic check failed",
    "certificate_ca_without_aki": "certificate 2: x509.certificate.extensions: it is absent",
    "certificate_root_ended": f"PCK chain ends 2026-06-01T11:59:59Z ({ROOT})",
    "sgx_extension_without_ppid": f"certificate 1 of 3 ({PCK}): pck.sgx_extension: it is absent",
}


def cases():
    for part in (pem_text, order_and_number, roles, foreign_keys, certificate_form, dates, dates_of_one_signer, sgx_extension):
        for case in part():
            yield {**case, "found": FOUND[case["name"]]} if case["name"] in FOUND else case
