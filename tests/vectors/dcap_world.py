# SPDX-License-Identifier: Apache-2.0
"""A private world in plain Python: trust root, collateral and a quote (SGX or TDX, version 3 to 5), of which every part can be bent before it
is signed."""
import functools
import hashlib
import json
import struct

import dcap_der as D

ORGANISATION = "Jurat test world - not Intel hardware"
COMMON_NAMES = {"root": "Test SGX Root CA", "platform_ca": "Test SGX PCK Platform CA", "processor_ca": "Test SGX PCK Processor CA",
                "pck": "Test SGX PCK Certificate", "tcb_signing": "Test SGX TCB Signing"}
ROLE_OF = {"root": "root", "ca": "platform_ca", "leaf": "pck", "tcb": "tcb_signing"}
AT, BEGIN, END = "2026-06-01T12:00:00Z", "2026-05-15T00:00:00Z", "2026-06-14T00:00:00Z"
FMSPC = bytes.fromhex("00906ed50000")
MRSIGNER, MRENCLAVE, QE_SIGNER = hashlib.sha256(b"signer").digest(), hashlib.sha256(b"enclave").digest(), hashlib.sha256(b"qe").digest()
VENDOR = bytes.fromhex("939a7233f79c4ca9940a0db3957f0607")
SERIAL = {"root": 0xA1, "ca": 0xA2, "leaf": 0xFEDCBA9876543210, "tcb": 0xA4}


@functools.lru_cache(maxsize=None)
def key(label):
    return D.Key(label)


@functools.lru_cache(maxsize=None)
def sign_raw(label, message):
    return key(label).sign_raw(message)


def dn(role):
    return [("CN", COMMON_NAMES[role]), ("O", ORGANISATION)]


def report(mrenclave, mrsigner, prod_id, svn, flags, data, misc=0, config_id=bytes(64)):
    body = bytes(range(16)) + struct.pack("<I", misc) + bytes(12) + bytes(16) + struct.pack("<QQ", flags, 3) + mrenclave + bytes(32)
    body += mrsigner + bytes(32) + config_id + struct.pack("<HHH", prod_id, svn, 0) + bytes(42) + bytes(16) + data
    assert len(body) == 384
    return body


HASH = {name: hashlib.sha384(name.encode()).digest() for name in (
    "mr_seam", "mrsigner_seam", "mr_td", "mr_config_id", "mr_owner", "mr_owner_config", "rtmr0", "rtmr1", "rtmr2", "rtmr3")}
TD_BODY_LEN = {2: 584, 3: 648, 4: 885}
SEPT_VE_DISABLE = 1 << 28


def td_report(body_type, svn, attributes=SEPT_VE_DISABLE, svn2=None, seam_attributes=0, xfam=0x61AE7, servicetd=bytes(48), servtd_hash=bytes(48),
              **registers):
    r = {**HASH, **registers}
    body = svn + r["mr_seam"] + r["mrsigner_seam"] + struct.pack("<QQQ", seam_attributes, attributes, xfam) + r["mr_td"] + r["mr_config_id"]
    body += r["mr_owner"] + r["mr_owner_config"] + b"".join(r[f"rtmr{i}"] for i in range(4)) + bytes(range(64))
    if body_type >= 3:
        body += (svn if svn2 is None else svn2) + servicetd
    if body_type == 4:
        body += bytes(1 + 32 + 48) + servtd_hash + bytes(8 + 16 + 16 + 12) + servtd_hash + bytes(8)
    assert len(body) == TD_BODY_LEN[body_type]
    return body


def svn(*first):
    return bytes(first) + bytes(16 - len(first))


def level(components, pce_svn, status, **more):
    return {"tcb": {"sgxtcbcomponents": [{"svn": c} for c in components], "pcesvn": pce_svn}, "tcbDate": "2026-02-11T00:00:00Z",
            "tcbStatus": status, **more}


class World:
    """Set what shall be different, then ask for case(). Hooks get the thing they may bend."""

    def __init__(self):
        self.keys = {"root": "root", "ca": "ca", "leaf": "leaf", "tcb": "tcb", "attestation": "attestation"}
        self.signer = {"root": "root", "ca": "root", "leaf": "ca", "tcb": "root"}  # of certificates
        self.subject = {who: dn(role) for who, role in ROLE_OF.items()}
        self.issuer = {"root": dn("root"), "ca": dn("root"), "leaf": dn("platform_ca"), "tcb": dn("root")}
        self.change, self.after = {}, {}  # by "root", "ca", "leaf", "tcb", "root_crl", "pck_crl"
        self.der_change = {}              # DER of a certificate after signing
        self.members = D.sgx_members(FMSPC, [5, 5, 2, 4, 1, 128] + [0] * 10, 11)
        self.sgx_after = b""
        self.no_sgx = False
        self.chain, self.tcb_chain, self.qe_chain = ["leaf", "ca", "root"], ["tcb", "root"], ["tcb", "root"]
        self.revoked_by_root, self.revoked_by_ca = [0xBEEF], [0xCAFE, 0xFEDC]
        self.crl_issuer = {"root_crl": dn("root"), "pck_crl": dn("platform_ca")}
        self.crl_key = {"root_crl": "root", "pck_crl": "ca"}
        self.crl_time = {"root_crl": (BEGIN, END), "pck_crl": (BEGIN, END)}
        self.tcb_info = {"id": "SGX", "version": 3, "issueDate": BEGIN, "nextUpdate": END, "fmspc": FMSPC.hex().upper(), "pceId": "0000",
                         "tcbType": 0, "tcbEvaluationDataNumber": 17, "tcbLevels": [
                             level([5, 5, 2, 4, 1, 128] + [0] * 10, 11, "UpToDate"),
                             level([5, 5, 2, 2, 1, 128] + [0] * 10, 10, "SWHardeningNeeded", advisoryIDs=["INTEL-SA-00334"]),
                             level([1] + [0] * 15, 5, "OutOfDate", advisoryIDs=["INTEL-SA-00001", "INTEL-SA-00334"])]}
        self.qe_identity = {"id": "QE", "version": 2, "issueDate": BEGIN, "nextUpdate": END, "tcbEvaluationDataNumber": 17,
                            "miscselect": "00000000", "miscselectMask": "FFFFFFFF", "attributes": "11" + "00" * 15,
                            "attributesMask": "FBFFFFFFFFFFFFFF" + "00" * 8, "mrsigner": QE_SIGNER.hex(), "isvprodid": 1, "tcbLevels": [
                                {"tcb": {"isvsvn": 8}, "tcbDate": "2026-01-01T00:00:00Z", "tcbStatus": "UpToDate"},
                                {"tcb": {"isvsvn": 5}, "tcbDate": "2024-01-01T00:00:00Z", "tcbStatus": "OutOfDate",
                                 "advisoryIDs": ["INTEL-SA-00477"]}]}
        self.text = {}          # "tcb_info", "qe_identity": signed text as it is, or a function of it
        self.unsigned_text = {} # the same, but after signing
        self.collateral_change = None
        self.header = {"version": 3, "key_type": 2, "tee": 0, "vendor": VENDOR}
        self.body = report(MRENCLAVE, MRSIGNER, 7, 3, 0x5, bytes(range(64)))
        self.qe = {"flags": 0x15, "signer": QE_SIGNER, "prod_id": 1, "svn": 8, "misc": 0, "tail": bytes(32)}
        self.qe_auth, self.cert_type = bytes(range(32)), 5
        self.chain_text = None   # a function of the PEM text in the quote
        self.attestation_xy = None
        self.quote_change = None # after signing
        self.sig_change = {}     # "quote", "qe_report", "tcb_info", "qe_identity": functions of the 64 bytes
        self.trust_change = None
        self.policy = {"version": 1, "identities": [{"mrsigner": MRSIGNER.hex(), "isv_prod_id": 7, "min_isv_svn": 3}],
                       "tcb_statuses": [{"status": "UpToDate"}]}
        self.at, self.report_data, self.no_collateral, self.allow_padding = AT, None, False, False
        self.body_type, self.body_size, self.outer_type, self.outer_change = None, None, 6, None  # of versions 4 and 5
        self.cert_data = None    # instead of the chain

    def td(self, version=4, body_type=2, **td):
        """Makes it a TD's quote with TDX collateral."""
        self.header.update(version=version, tee=0x81)
        self.body_type = body_type
        self.td_fields = td
        self.body = td_report(body_type, td.pop("svn", svn(7, 1, 4)), **td)
        self.qe["prod_id"] = 2
        self.qe_identity.update(id="TD_QE", isvprodid=2)
        for tdx, lv in zip(((0, 0, 4), (0, 0, 3), (0, 0, 0)), self.tcb_info["tcbLevels"]):
            lv["tcb"]["tdxtcbcomponents"] = [{"svn": s} for s in svn(*tdx)]
        module = {"mrsigner": HASH["mrsigner_seam"].hex(), "attributes": "00" * 8, "attributesMask": "FF" * 8}
        self.tcb_info.update(id="TDX", tdxModule=dict(module), tdxModuleIdentities=[
            {"id": "TDX_01", **module, "tcbLevels": [
                {"tcb": {"isvsvn": 6}, "tcbDate": "2026-02-11T00:00:00Z", "tcbStatus": "UpToDate"},
                {"tcb": {"isvsvn": 3}, "tcbDate": "2024-03-13T00:00:00Z", "tcbStatus": "OutOfDate", "advisoryIDs": ["INTEL-SA-01036"]},
                {"tcb": {"isvsvn": 2}, "tcbDate": "2023-03-13T00:00:00Z", "tcbStatus": "Revoked"}]},
            {"id": "TDX_03", **module, "tcbLevels": [
                {"tcb": {"isvsvn": 0}, "tcbDate": "2026-02-11T00:00:00Z", "tcbStatus": "UpToDate"}]}])
        self.policy["identities"] = [{"mr_td": HASH["mr_td"].hex()}]
        return self

    def certificate(self, who):
        extra = None if who != "leaf" or self.no_sgx else D.sgx_extension(self.members, self.sgx_after)
        # no cache: a hook may do anything
        der = D.certificate(self.subject[who], self.issuer[who], key(self.keys[who]), key(self.signer[who]), SERIAL[who],
                            who in ("root", "ca"), extra, self.change.get(who), self.after.get(who, b""))
        return self.der_change.get(who, lambda b: b)(der)

    def pem_chain(self, who):
        return "".join(D.pem(self.certificate(w)) if isinstance(w, str) else D.pem(w) for w in who)

    def crl(self, which, revoked):
        return D.crl(self.crl_issuer[which], key(self.crl_key[which]), *self.crl_time[which], revoked, self.change.get(which),
                     self.after.get(which, b""))

    def signed_text(self, which, value):
        """The text as delivered, and its signature."""
        text = json.dumps(value, separators=(",", ":"))
        edit = self.text.get(which)
        text = edit(text) if callable(edit) else text if edit is None else edit
        raw = sign_raw(self.keys["tcb"], text.encode("utf-8", "surrogateescape"))
        raw = self.sig_change.get(which, lambda b: b)(raw)
        return self.unsigned_text.get(which, lambda t: t)(text), raw.hex()

    def collateral(self):
        tcb_info, tcb_sig = self.signed_text("tcb_info", self.tcb_info)
        qe_identity, qe_sig = self.signed_text("qe_identity", self.qe_identity)
        out = {"pck_crl_issuer_chain": "", "root_ca_crl": self.crl("root_crl", self.revoked_by_root).hex(),
               "pck_crl": self.crl("pck_crl", self.revoked_by_ca).hex(), "tcb_info_issuer_chain": self.pem_chain(self.tcb_chain),
               "tcb_info": tcb_info, "tcb_info_signature": tcb_sig, "qe_identity_issuer_chain": self.pem_chain(self.qe_chain),
               "qe_identity": qe_identity, "qe_identity_signature": qe_sig}
        if self.collateral_change is not None:
            self.collateral_change(out)
        return out

    def quote(self):
        h = self.header
        signed = struct.pack("<HHIHH", h["version"], h["key_type"], h["tee"], 8, 11) + h["vendor"] + bytes(20)
        if h["version"] == 5:
            signed += struct.pack("<HI", self.body_type, len(self.body) if self.body_size is None else self.body_size)
        signed += self.body
        attestation = self.attestation_xy or key(self.keys["attestation"]).xy
        data = hashlib.sha256(attestation + self.qe_auth).digest() + self.qe["tail"]
        qe = report(hashlib.sha256(b"qe code").digest(), self.qe["signer"], self.qe["prod_id"], self.qe["svn"], self.qe["flags"], data,
                    self.qe["misc"])
        quote_sig = self.sig_change.get("quote", lambda b: b)(sign_raw(self.keys["attestation"], signed))
        qe_sig = self.sig_change.get("qe_report", lambda b: b)(sign_raw(self.keys["leaf"], qe))
        chain = self.pem_chain(self.chain).encode()
        chain = self.chain_text(chain) if self.chain_text is not None else chain
        chain = chain if self.cert_data is None else self.cert_data
        part = qe + qe_sig + struct.pack("<H", len(self.qe_auth)) + self.qe_auth + struct.pack("<HI", self.cert_type, len(chain)) + chain
        if h["version"] >= 4:
            part = struct.pack("<HI", self.outer_type, len(part)) + part
        auth = quote_sig + attestation + part
        out = signed + struct.pack("<I", len(auth)) + auth
        return self.quote_change(out) if self.quote_change is not None else out

    def trust(self):
        out = {"version": 1, "name": "test", "private": True, "root_certificate": D.pem(trusted_root()), "organization": ORGANISATION,
               "common_names": dict(COMMON_NAMES)}
        if self.trust_change is not None:
            self.trust_change(out)
        return out

    def case(self, name, check=None, code=None, exit_code=None, status=None):
        """One line of the test's input: what is given, and which check must fail with which code (None: accepted)."""
        def text(value):
            return None if value is None else json.dumps(value)
        return {"name": name, "quote": self.quote().hex(), "collateral": None if self.no_collateral else text(self.collateral()),
                "trust": text(self.trust()), "policy": text(self.policy), "at": self.at, "report_data": self.report_data, "allow_padding": self.allow_padding,
                "check": check, "code": code, "exit": exit_code if check else 0, "tcb_status": status}


@functools.lru_cache(maxsize=None)
def trusted_root():
    return D.certificate(dn("root"), dn("root"), key("root"), key("root"), SERIAL["root"], True)
