#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/unit/vectors/rsa.h: an RSA-3072 key with exponent 3 by Python's integers, its signature, SIGSTRUCT's quotients, signatures
with wrong padding. The seed is fixed, and so is the output; no private key leaves this program. Usage: make_rsa.py > ../unit/vectors/rsa.h"""
import hashlib
import random
import sys

MESSAGE = "the quick brown enclave"
LEN = 384
SHA256_PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


def is_prime(n, rng):
    if any(n % p == 0 for p in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)):
        return False
    d, r = n - 1, 0
    while d % 2 == 0:
        d, r = d // 2, r + 1
    for _ in range(20):
        x = pow(rng.randrange(2, n - 1), d, n)
        if x in (1, n - 1):
            continue
        for _ in range(r - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def prime(rng):
    while True:
        p = rng.getrandbits(1536) | 3 << 1534 | 1
        if p % 3 == 2 and is_prime(p, rng):
            return p


def pad(digest, first=0, kind=1, fill=0xFF, prefix=SHA256_PREFIX, garbage=b""):
    tail = b"\0" + prefix + digest + garbage
    return bytes([first, kind]) + bytes([fill]) * (LEN - 2 - len(tail)) + tail


def array(name, number):
    rows = number.to_bytes(LEN, "little")
    body = "".join("\t" + ", ".join(f"0x{b:02x}" for b in rows[i:i + 16]) + ",\n" for i in range(0, LEN, 16))
    return f"static const uint8_t {name}[384] = {{\n{body}}};\n"


def main():
    rng = random.Random("jurat/tests/rsa")
    p, q = prime(rng), prime(rng)
    n, d = p * q, pow(3, -1, (p - 1) * (q - 1))
    digest = hashlib.sha256(MESSAGE.encode()).digest()
    sign = lambda em: pow(int.from_bytes(em, "big"), d, n)
    s = sign(pad(digest))
    q1 = s * s // n
    q2 = (s ** 3 - q1 * s * n) // n
    no_null = bytes.fromhex("302f300b0609608648016503040201" "0420")
    bad = [sign(pad(digest, kind=2)), sign(pad(digest, fill=0xFE)), sign(pad(digest, prefix=no_null)),
           sign(pad(digest, prefix=b"")), sign(pad(digest[:31])),
           # a short padding with bytes after the digest: what Bleichenbacher's forgery for e = 3 needs
           sign(b"\0\1" + b"\xff" * 8 + b"\0" + SHA256_PREFIX + digest + bytes(LEN - 11 - 19 - 32))]
    out = sys.stdout.write
    out("/* SPDX-License-Identifier: Apache-2.0 */\n/* Written by tests/vectors/make_rsa.py; do not edit. */\n")
    out(f'static const char rsa_message[] = "{MESSAGE}";\n')
    for name, value in (("rsa_modulus", n), ("rsa_signature", s), ("rsa_q1", q1), ("rsa_q2", q2)):
        out(array(name, value))
    for i, value in enumerate(bad):
        out(array(f"rsa_bad_padding_{i}", value))
    out("static const uint8_t *const rsa_bad_padding[] = { " + ", ".join(f"rsa_bad_padding_{i}" for i in range(len(bad))) + " };\n")


main()
