#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One whole SIGMA session and msg4 stream, computed from the specifications alone with plain integers.

Independent of the C code on purpose: AES (FIPS 197), CMAC (SP 800-38B), GCM (SP 800-38D), P-256 (FIPS 186-4) and deterministic ECDSA
(RFC 6979) are written out here with the standard library only. Usage: sigma.py > sigma/session.txt
Lines are `name hex`. Everything is fixed, so the output never changes.
"""
import hashlib
import hmac

P = 2**256 - 2**224 + 2**192 + 2**96 - 1
N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b
G = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
     0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)


def add(p, q):
    if p is None:
        return q
    if q is None:
        return p
    if p[0] == q[0]:
        if (p[1] + q[1]) % P == 0:
            return None
        m = (3 * p[0] * p[0] - 3) * pow(2 * p[1], -1, P) % P
    else:
        m = (q[1] - p[1]) * pow(q[0] - p[0], -1, P) % P
    x = (m * m - p[0] - q[0]) % P
    return x, (m * (p[0] - x) - p[1]) % P


def mul(k, p):
    r = None
    while k:
        if k & 1:
            r = add(r, p)
        p = add(p, p)
        k >>= 1
    return r


def rfc6979(d, digest):
    h = int.from_bytes(digest, "big") % N
    seed = d.to_bytes(32, "big") + h.to_bytes(32, "big")
    k, v = b"\0" * 32, b"\1" * 32
    for tag in (b"\0", b"\1"):
        k = hmac.digest(k, v + tag + seed, "sha256")
        v = hmac.digest(k, v, "sha256")
    while True:
        v = hmac.digest(k, v, "sha256")
        nonce = int.from_bytes(v, "big")
        if 0 < nonce < N:
            return nonce
        k = hmac.digest(k, v + b"\0", "sha256")
        v = hmac.digest(k, v, "sha256")


def sign(d, message):
    digest = hashlib.sha256(message).digest()
    k = rfc6979(d, digest)
    r = mul(k, G)[0] % N
    return r, pow(k, -1, N) * (int.from_bytes(digest, "big") + r * d) % N


def make_sbox():
    box, p, q = [0x63] * 256, 1, 1
    while True:
        p = p ^ (p << 1) & 0xff ^ (0x1b if p & 0x80 else 0)
        q ^= q << 1
        q ^= q << 2
        q ^= q << 4
        q &= 0xff
        if q & 0x80:
            q ^= 0x09
        rot = [(q << n | q >> 8 - n) & 0xff for n in range(5)]
        box[p] = rot[0] ^ rot[1] ^ rot[2] ^ rot[3] ^ rot[4] ^ 0x63
        if p == 1:
            return box


SBOX = make_sbox()


def xtime(a):
    return (a << 1 ^ (0x1b if a & 0x80 else 0)) & 0xff


def aes128(key, block):
    words = [list(key[i:i + 4]) for i in range(0, 16, 4)]
    rcon = 1
    for i in range(4, 44):
        t = list(words[i - 1])
        if i % 4 == 0:
            t = [SBOX[b] for b in t[1:] + t[:1]]
            t[0] ^= rcon
            rcon = xtime(rcon)
        words.append([a ^ b for a, b in zip(words[i - 4], t)])
    s = list(block)
    for n in range(11):
        if n:
            s = [SBOX[b] for b in s]
            s = [s[(i + 4 * (i % 4)) % 16] for i in range(16)]
        if 0 < n < 10:
            out = []
            for c in range(0, 16, 4):
                a = s[c:c + 4]
                out += [xtime(a[i]) ^ xtime(a[(i + 1) % 4]) ^ a[(i + 1) % 4] ^ a[(i + 2) % 4] ^ a[(i + 3) % 4] for i in range(4)]
            s = out
        s = [a ^ b for a, b in zip(s, sum(words[4 * n:4 * n + 4], []))]
    return bytes(s)


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b))


def cmac(key, message):
    def double(b):
        v = int.from_bytes(b, "big") << 1
        return ((v & (1 << 128) - 1) ^ (0x87 if v >> 128 else 0)).to_bytes(16, "big")
    k1 = double(aes128(key, b"\0" * 16))
    blocks = [message[i:i + 16] for i in range(0, len(message), 16)] or [b""]
    last = xor(blocks[-1], k1) if len(blocks[-1]) == 16 else xor((blocks[-1] + b"\x80").ljust(16, b"\0"), double(k1))
    x = b"\0" * 16
    for block in blocks[:-1]:
        x = aes128(key, xor(x, block))
    return aes128(key, xor(x, last))


def gmul(x, y):
    z = 0
    for i in range(127, -1, -1):
        if y >> i & 1:
            z ^= x
        x = x >> 1 ^ (0xe1 << 120 if x & 1 else 0)
    return z


def gcm_seal(key, iv, aad, plain):
    h = int.from_bytes(aes128(key, b"\0" * 16), "big")
    cipher = b""
    for n, i in enumerate(range(0, len(plain), 16)):
        cipher += xor(plain[i:i + 16], aes128(key, iv + (n + 2).to_bytes(4, "big")))
    pad = lambda b: b + b"\0" * (-len(b) % 16)
    data = pad(aad) + pad(cipher) + (8 * len(aad)).to_bytes(8, "big") + (8 * len(cipher)).to_bytes(8, "big")
    y = 0
    for i in range(0, len(data), 16):
        y = gmul(y ^ int.from_bytes(data[i:i + 16], "big"), h)
    return cipher, xor(y.to_bytes(16, "big"), aes128(key, iv + b"\0\0\0\1"))


def le(v, n=32):
    return v.to_bytes(n, "little")


def point(p):
    return le(p[0]) + le(p[1])


def from_seed(seed):
    return 1 + int.from_bytes(seed, "big") % (N - 1)


def kdf(key, label, context=b""):
    return cmac(key, b"\1" + label + b"\0" + context + b"\x80\0")


def record(key, counter, kind, plain):
    head = bytes([kind, 0, 0, 0]) + le(len(plain), 4)
    cipher, tag = gcm_seal(key, b"\0" * 4 + le(counter, 8), head, plain)
    return head + cipher + tag


def self_test():
    # FIPS 197 C.1, RFC 4493 example 2, GCM specification test case 4
    assert aes128(bytes(range(16)), bytes.fromhex("00112233445566778899aabbccddeeff")).hex() == "69c4e0d86a7b0430d8cdb78070b4c55a"
    assert cmac(bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c"),
                bytes.fromhex("6bc1bee22e409f96e93d7e117393172a")).hex() == "070a16b46b4d4144f79bdd9dd04a287c"
    tag = gcm_seal(bytes.fromhex("feffe9928665731c6d6a8f9467308308"), bytes.fromhex("cafebabefacedbaddecaf888"),
                   bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
                   bytes.fromhex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525"
                                 "b16aedf5aa0de657ba637b39"))[1]
    assert tag.hex() == "5bc94fbc3221a5db94fae95ae7121a47"
    assert (G[1]**2 - G[0]**3 + 3 * G[0] - B) % P == 0 and mul(N, G) is None


def main():
    self_test()
    fill = lambda text, n: hashlib.shake_256(b"jurat test vector " + text).digest(n)
    out = []
    emit = lambda name, value: out.append(f"{name} {value.hex()}")

    seed_a, seed_b, seed_s = fill(b"a", 48), fill(b"b", 48), fill(b"service", 48)
    a, b, s = from_seed(seed_a), from_seed(seed_b), from_seed(seed_s)
    service, spid, quote, sig_rl = mul(s, G), fill(b"spid", 16), fill(b"quote", 1200), fill(b"sigrl", 40)
    g_a, g_b = point(mul(a, G)), point(mul(b, G))
    shared = mul(a, mul(b, G))[0]
    kdk = cmac(b"\0" * 16, le(shared))
    smk, sk, mk, vk = (kdf(kdk, label) for label in (b"SMK", b"SK", b"MK", b"VK"))

    msg0, msg1 = b"\0" * 4, g_a + b"\0" * 4
    r, t = sign(s, g_b + g_a)
    head = g_b + spid + le(1, 2) + le(1, 2) + le(r) + le(t)
    msg2 = head + cmac(smk, head) + le(len(sig_rl), 4) + sig_rl
    tail = g_a + b"\0" * 256 + quote
    msg3 = cmac(smk, tail) + tail
    transcript = hashlib.sha256(msg0 + msg1 + msg2 + msg3).digest()

    down = cmac(sk, b"\1jurat/msg4/v1 to-enclave\0" + transcript + b"\x80\0")
    up = cmac(sk, b"\1jurat/msg4/v1 to-service\0" + transcript + b"\x80\0")
    secret, name = fill(b"secret", 300), b"database-password"
    msg4_head = b"jurat/msg4" + le(1, 2) + le(7, 4) + le(len(secret), 8) + bytes([len(name)]) + name
    records = [(1, msg4_head), (2, secret[:200]), (3, secret[200:])]
    stream = b"".join(record(down, n, kind, plain) for n, (kind, plain) in enumerate(records))
    ack = record(up, 0, 4, b"jurat/msg4" + le(1, 2) + hashlib.sha256(msg4_head + secret).digest())

    for key, value in dict(
            seed_a=seed_a, seed_b=seed_b, seed_service=seed_s, service_key=point(service), spid=spid, quote=quote, sig_rl=sig_rl,
            config_id=hashlib.sha512(b"jurat/rp/v1" + point(service)).digest(), shared_x_be=shared.to_bytes(32, "big"), smk=smk, sk=sk,
            mk=mk, vk=vk, msg0=msg0, msg1=msg1, msg2=msg2, msg3=msg3,
            report_data=hashlib.sha256(g_a + g_b + vk).digest() + b"\0" * 32, transcript=transcript, key_to_enclave=down,
            key_to_service=up, secret=secret, msg4_head=msg4_head, msg4=stream, ack=ack).items():
        emit(key, value)
    print("\n".join(out))


if __name__ == "__main__":
    main()
