#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every form of EPID 2.0 file, laid out from docs/formats/epid.md with the standard library alone; ECDSA P-256 (FIPS 186-4) is written out here.
Points and scalars inside are patterns: files know no curve. Usage: epid_files.py VECTORS-FILE FUZZ-SEEDS-FOLDER
Everything is fixed, so the output never changes."""
import hashlib
import os
import sys

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
A = P - 3
B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b
N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
G = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
     0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)
KEY = int.from_bytes(hashlib.sha256(b"jurat/tests/epid issuing CA").digest(), "big") % N
OTHER_KEY = int.from_bytes(hashlib.sha256(b"jurat/tests/epid another CA").digest(), "big") % N
SPLIT, NOT_SPLIT = (392, 192), (360, 160)


def add(p, q):
    if p is None or q is None:
        return p or q
    if p[0] == q[0] and (p[1] + q[1]) % P == 0:
        return None
    m = (3 * p[0] ** 2 + A) * pow(2 * p[1], -1, P) if p == q else (q[1] - p[1]) * pow(q[0] - p[0], -1, P)
    x = (m * m - p[0] - q[0]) % P
    return x, (m * (p[0] - x) - p[1]) % P


def mul(k, p):
    r = None
    for bit in bin(k)[2:]:
        r = add(r, r)
        if bit == "1":
            r = add(r, p)
    return r


def num(v, n=32):
    return v.to_bytes(n, "big")


def pattern(n, start):
    return bytes((start + 7 * i) & 0xff for i in range(n))


def signed(data, key=KEY):
    k = 1 + int.from_bytes(hashlib.sha512(num(key) + data).digest(), "big") % (N - 1)
    r = mul(k, G)[0] % N
    s = pow(k, -1, N) * (int.from_bytes(hashlib.sha256(data).digest(), "big") + r * key) % N
    return data + num(r) + num(s)


def certificate(key=KEY):
    q = mul(key, G)
    return signed(b"\2\0\0\x11" + b"".join(map(num, (*q, P, A, B, *G, N))), key)


def group(gid):
    return gid + pattern(256, 1)


def listed(head, version, entries):
    return head + num(version, 4) + num(len(entries), 4) + b"".join(entries)


def signature(kind, version, count):
    fixed, proof = kind
    return pattern(fixed - 8, 9) + num(version, 4) + num(count, 4) + pattern(count * proof, 3)


def sigrl_request(sig, message):
    return b"\2\0\0\x0b" + GID + sig + num(len(message), 4) + message


GID, SGX_GID = b"\0\2" + pattern(14, 0x40), b"\0\0\x0b\x5e"


def files():
    lists = {}
    for name, gid in (("", GID), ("sgx_", SGX_GID)):
        for count in (0, 1, 3):
            lists[f"{name}privrl_{count}"] = listed(gid, 5, [pattern(32, 11 * i) for i in range(count)])
            lists[f"{name}sigrl_{count}"] = listed(gid, 6, [pattern(128, 11 * i) for i in range(count)])
            lists[f"{name}verifierrl_{count}"] = listed(gid + pattern(64, 2), 7, [pattern(64, 11 * i) for i in range(count)])
            lists[f"{name}grouprl_{count}"] = listed(b"", 8, [pattern(len(gid), 11 * i) for i in range(count)])
    keys = {}
    for name, gid in (("", GID), ("sgx_", SGX_GID)):
        keys[f"{name}issuer_key"] = gid + pattern(32, 5)
        keys[f"{name}private_key"] = gid + pattern(128, 5)
        keys[f"{name}compressed_key"] = gid + pattern(64, 5)
        keys[f"{name}credential"] = gid + pattern(96, 5)
    keys["join_request"] = pattern(128, 5)
    keys["split_join_request"] = pattern(196, 5)
    signatures = {f"{name}{count}": signature(kind, 9 if count else 0, count)
                  for name, kind in (("split_signature_", SPLIT), ("signature_", NOT_SPLIT)) for count in (0, 2)}
    requests = {
        "privrl_request": b"\2\0\0\3" + keys["private_key"],
        "sgx_privrl_request": b"\2\0\0\3" + keys["sgx_private_key"],
        "sigrl_request": sigrl_request(signatures["signature_2"], b"message"),
        "split_sigrl_request": sigrl_request(signatures["split_signature_2"], b""),
        "grouprl_request": b"\2\0\0\x13" + num(2, 4) + GID + b"\1" + pattern(16, 1) + b"\2",
    }
    groups = {"group": group(GID), "sgx_group": group(SGX_GID)}
    kinds = {"privrl": 0x0d, "sigrl": 0x0e, "grouprl": 0x0f}
    signed_files = {"signed_" + name: signed(b"\2\0\0" + bytes([kinds[name.replace("sgx_", "")[:-2]]]) + data)
                    for name, data in lists.items() if "verifierrl" not in name}
    signed_files["signed_group"] = signed(b"\2\0\0\x0c" + groups["group"])
    signed_files["signed_sgx_group"] = signed(b"\2\0\0\x0c" + groups["sgx_group"])
    signed_files["signed_groups"] = signed_files["signed_group"] + signed(b"\2\0\0\x0c" + group(pattern(16, 0)))
    signed_files["signed_sgx_groups"] = signed_files["signed_sgx_group"] * 3
    return {"ca": {"certificate": certificate(), "other_certificate": certificate(OTHER_KEY)}, "list": lists, "key": keys,
            "signature": signatures, "request": requests, "group": groups, "signed": signed_files}


def main():
    vectors, seeds = sys.argv[1:]
    sets = files()
    with open(vectors, "w", encoding="ascii") as f:
        f.write(f"# written by tests/vectors/epid_files.py; do not edit\nca_key {KEY:064x}\n")
        for name, data in (item for s in sets.values() for item in s.items()):
            f.write(f"{name} {data.hex()}\n")
    targets = {"epid_files": [s for n, s in sets.items() if n != "list"], "epid_ca": [sets["ca"]], "epid_list": [sets["list"]],
               "epid_request": [sets["request"]], "epid_signature": [sets["signature"]]}
    for target, members in targets.items():
        os.makedirs(os.path.join(seeds, target), exist_ok=True)
        for name, data in (item for s in members for item in s.items()):
            with open(os.path.join(seeds, target, name), "wb") as f:
                f.write(data)


main()
