# SPDX-License-Identifier: Apache-2.0
"""P-256, DER, certificates and CRLs in plain Python, independent of the C code: what the DCAP test cases are made of.

Every part of a certificate or CRL can be replaced before it is signed, so that a case has one defect and a right signature.
"""
import base64
import functools
import hashlib

# ---- NIST P-256 (FIPS 186-4 D.1.2.3) ----
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
     0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5)


def add(a, b):
    """Affine addition; None is the point at infinity."""
    if a is None:
        return b
    if b is None:
        return a
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        s = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P) % P
    else:
        s = (b[1] - a[1]) * pow(b[0] - a[0], -1, P) % P
    x = (s * s - a[0] - b[0]) % P
    return x, (s * (a[0] - x) - a[1]) % P


POWERS = [G]
while len(POWERS) < 256:
    POWERS.append(add(POWERS[-1], POWERS[-1]))


def times_g(k):
    total = None
    for i, point in enumerate(POWERS):
        if k >> i & 1:
            total = add(total, point)
    return total


class Key:
    """A key pair from a label: the same in every run."""

    def __init__(self, label):
        self.d = int.from_bytes(hashlib.sha256(label.encode()).digest(), "big") % (N - 1) + 1
        self.point = times_g(self.d)
        self.xy = self.point[0].to_bytes(32, "big") + self.point[1].to_bytes(32, "big")

    @functools.lru_cache(maxsize=None)
    def sign(self, message):
        """(r, s) of ECDSA with SHA-256; the nonce is a hash, which is good enough for keys that guard nothing."""
        z = int.from_bytes(hashlib.sha256(message).digest(), "big")
        k = int.from_bytes(hashlib.sha256(b"nonce" + self.d.to_bytes(32, "big") + message).digest(), "big") % (N - 1) + 1
        r = times_g(k)[0] % N
        return r, pow(k, -1, N) * (z + r * self.d) % N

    def sign_raw(self, message):
        r, s = self.sign(message)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


# ---- DER ----
def tlv(tag, content):
    n = len(content)
    if n < 0x80:
        head = bytes([n])
    else:
        size = (n.bit_length() + 7) // 8
        head = bytes([0x80 | size]) + n.to_bytes(size, "big")
    return bytes([tag]) + head + content


def seq(*parts):
    return tlv(0x30, b"".join(parts))


def integer(n, tag=0x02):
    return tlv(tag, n.to_bytes(n.bit_length() // 8 + 1, "big"))


def octets(b):
    return tlv(0x04, b)


def boolean(v):
    return tlv(0x01, b"\xff" if v else b"\x00")


def bits(b, unused=0):
    return tlv(0x03, bytes([unused]) + b)


def oid(text):
    nums = [int(n) for n in text.split(".")]
    out = b""
    for n in [nums[0] * 40 + nums[1]] + nums[2:]:
        part = bytes([n & 0x7F])
        while n > 0x7F:
            n >>= 7
            part = bytes([0x80 | n & 0x7F]) + part
        out += part
    return tlv(0x06, out)


def utf8(text):
    return tlv(0x0C, text.encode())


def time(text):
    """'YYYY-MM-DDThh:mm:ssZ' as UTCTime up to 2049, else GeneralizedTime (RFC 5280 4.1.2.5)."""
    digits = "".join(c for c in text if c.isdigit()) + "Z"
    return tlv(0x17, digits[2:].encode()) if digits < "2050" else tlv(0x18, digits.encode())


ATTRIBUTES = {"CN": "2.5.4.3", "O": "2.5.4.10", "L": "2.5.4.7", "ST": "2.5.4.8", "C": "2.5.4.6", "OU": "2.5.4.11"}


def name(pairs):
    return seq(*(tlv(0x31, seq(oid(ATTRIBUTES.get(k, k)), utf8(v))) for k, v in pairs))


ECDSA_SHA256 = seq(oid("1.2.840.10045.4.3.2"))
EC_P256 = seq(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7"))


def spki(key):
    return seq(EC_P256, bits(b"\x04" + key.xy))


def extension(number, value, critical=False):
    return seq(oid(number), boolean(True) if critical else b"", octets(value))


def signature_bits(key, message):
    r, s = key.sign(message)
    return bits(seq(integer(r), integer(s)))


def standard_extensions(key, issuer_key, is_ca, usage):
    """The five that Intel's profile demands, by short name, in order."""
    constraints = seq(boolean(True), integer(0)) if is_ca else seq()
    return {
        "aki": extension("2.5.29.35", seq(tlv(0x80, hashlib.sha1(issuer_key.xy).digest()))),
        "crldp": extension("2.5.29.31", seq(seq(tlv(0xA0, tlv(0xA0, tlv(0x86, b"https://crl.example/x.der")))))),
        "ski": extension("2.5.29.14", octets(hashlib.sha1(key.xy).digest())),
        "usage": extension("2.5.29.15", bits(bytes([usage]), (usage & -usage).bit_length() - 1), True),
        "basic": extension("2.5.29.19", constraints, True),
    }


def certificate(subject, issuer, key, issuer_key, serial, is_ca, extra=None, change=None, after=b""):
    """DER of a certificate. change(parts) may replace any part before signing; extra is one more extension."""
    extensions = standard_extensions(key, issuer_key, is_ca, 0x06 if is_ca else 0xC0)
    if extra is not None:
        extensions["sgx"] = extra
    parts = {
        "version": tlv(0xA0, integer(2)), "serial": integer(serial), "algorithm": ECDSA_SHA256, "issuer": name(issuer),
        "validity": seq(time("2020-01-01T00:00:00Z"), time("2049-12-31T23:59:59Z")), "subject": name(subject), "key": spki(key),
        "extensions": extensions, "after": b"", "outer_algorithm": ECDSA_SHA256,
    }
    if change is not None:
        change(parts)
    p = dict(parts)
    p["extensions"] = tlv(0xA3, seq(*p["extensions"].values())) if isinstance(p["extensions"], dict) else p["extensions"]
    tbs = seq(p["version"], p["serial"], p["algorithm"], p["issuer"], p["validity"], p["subject"], p["key"], p["extensions"], p["after"])
    return seq(tbs, p["outer_algorithm"], signature_bits(issuer_key, tbs)) + after


def crl(issuer, key, this_update, next_update, revoked=(), change=None, after=b""):
    entries = [seq(integer(serial), time(this_update), seq(extension("2.5.29.21", tlv(0x0A, b"\x01")))) for serial in revoked]
    parts = {
        "version": integer(1), "algorithm": ECDSA_SHA256, "issuer": name(issuer), "this": time(this_update), "next": time(next_update),
        "revoked": seq(*entries) if entries else b"",
        "extensions": {
            "number": extension("2.5.29.20", integer(7)),
            "aki": extension("2.5.29.35", seq(tlv(0x80, hashlib.sha1(key.xy).digest()))),
        },
    }
    if change is not None:
        change(parts)
    p = dict(parts)
    p["extensions"] = tlv(0xA0, seq(*p["extensions"].values())) if p["extensions"] else b""
    tbs = seq(*p.values())
    return seq(tbs, ECDSA_SHA256, signature_bits(key, tbs)) + after


def pem(der, label="CERTIFICATE"):
    text = base64.b64encode(der).decode()
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return f"-----BEGIN {label}-----\n" + "\n".join(lines) + f"\n-----END {label}-----\n"


# ---- the SGX extension 1.2.840.113741.1.13.1 ----
SGX = "1.2.840.113741.1.13.1"


def sgx_members(fmspc, components, pce_svn, platform=True):
    """The members by short name; each is (OID, value)."""
    tcb = {f"c{i + 1}": (f"{SGX}.2.{i + 1}", integer(c)) for i, c in enumerate(components)}
    tcb["pcesvn"] = (f"{SGX}.2.17", integer(pce_svn))
    tcb["cpusvn"] = (f"{SGX}.2.18", octets(bytes(components)))
    members = {
        "ppid": (f"{SGX}.1", octets(bytes(range(16)))), "tcb": (f"{SGX}.2", tcb), "pceid": (f"{SGX}.3", octets(b"\0\0")),
        "fmspc": (f"{SGX}.4", octets(fmspc)), "type": (f"{SGX}.5", integer(1, 0x0A)),
    }
    if platform:
        members["instance"] = (f"{SGX}.6", octets(bytes(16)))
        members["configuration"] = (f"{SGX}.7", {
            "dynamic": (f"{SGX}.7.1", boolean(True)), "cached": (f"{SGX}.7.2", boolean(False)), "smt": (f"{SGX}.7.3", boolean(True))})
    return members


def sgx_value(members):
    def one(member):
        number, value = member
        if isinstance(value, dict):
            value = seq(*(one(m) for m in value.values()))
        return seq(oid(number), value)
    return seq(*(one(m) for m in members.values()))


def sgx_extension(members, after=b""):
    return extension(SGX, sgx_value(members) + after)
