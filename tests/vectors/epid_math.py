#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes tests/vectors/epid/math.txt: the arithmetic of EPID on random inputs, in plain integers and by definition, nothing taken from src/epid.

Pairings are Miller's loop over the signed digits of 6|u| - 2 and one plain power (q^12 - 1)/p; points are affine. `epid_math.py FILE [SEED]`.
"""
import math
import random
import sys

from epid_constants import F1, F2, G1, G2, P, Q, R, U, XI, add, lines

LAMBDA = 0x27311C281242030CE379BAF3BE321C37067081E9398533016
NUM = 12


def neg(f, a):
    return None if a is None else (a[0], f.sub(f.zero, a[1]))


def plus(f, a, b):
    """The group law with None as identity."""
    if a is None or b is None:
        return b if a is None else a
    if a[0] == b[0] and a[1] != b[1]:
        return None
    return add(f, a, b)


def times(f, a, k):
    r = None
    for bit in bin(k)[2:]:
        r = plus(f, r, r)
        if bit == "1":
            r = plus(f, r, a)
    return r


def square_root(a):
    """In Fq, or None."""
    r = pow(a, (Q + 1) // 4, Q)
    return r if r * r % Q == a else None


# Fq12 = Fq2[w]/(w^6 - xi), coefficients of w^0 .. w^5
ONE12 = [F2.one] + [F2.zero] * 5


def mul12(a, b):
    r = [F2.zero] * 11
    for i in range(6):
        for j in range(6):
            r[i + j] = F2.add(r[i + j], F2.mul(a[i], b[j]))
    return [F2.add(r[i], F2.mul(XI, r[i + 6])) if i < 5 else r[i] for i in range(6)]


def pow12(a, e):
    r = ONE12
    for bit in bin(e)[2:]:
        r = mul12(r, r)
        if bit == "1":
            r = mul12(r, a)
    return r


def conj12(a):
    return [c if i % 2 == 0 else F2.sub(F2.zero, c) for i, c in enumerate(a)]


def miller(p, q):
    """Lines y_P - lambda x_P w + mu w^3, where epid_constants takes the same slopes and intercepts."""
    if p is None or q is None:
        return ONE12
    steps = iter(lines(q))
    f = ONE12

    def line(f):
        m, c = next(steps)
        return mul12(f, [(p[1], 0), F2.mul(m, (-p[0] % Q, 0)), F2.zero, c, F2.zero, F2.zero])

    n, digits = 6 * -U - 2, []
    while n:
        digits.append(2 - n % 4 if n % 2 else 0)
        n = (n - digits[-1]) // 2
    for digit in digits[-2::-1]:
        f = line(mul12(f, f))
        if digit != 0:
            f = line(f)
    return line(line(conj12(f)))


def final(f):
    return pow12(f, (Q**12 - 1) // P)


def b32(x):
    return x.to_bytes(32, "big")


def bytes1(a):
    return bytes(64) if a is None else b32(a[0]) + b32(a[1])


def bytes2(a):
    return bytes(128) if a is None else b"".join(b32(c) for z in a for c in z)


def bytes12(a):
    return b"".join(b32(c) for k in (0, 2, 4, 1, 3, 5) for c in a[k])


def random_twist_point(rng):
    """A point of the twist, which is in the subgroup with probability 1/(2q - p)."""
    b = F2.mul((3, 0), F2.inv(XI))
    while True:
        x = (rng.randrange(Q), rng.randrange(Q))
        z = F2.add(F2.mul(F2.mul(x, x), x), b)
        norm = square_root((z[0] * z[0] + z[1] * z[1]) % Q)
        if norm is None:
            continue
        for s in (norm, -norm % Q):
            y0 = square_root((z[0] + s) * pow(2, -1, Q) % Q)
            if y0:
                y = (y0, z[1] * pow(2 * y0, -1, Q) % Q)
                if F2.mul(y, y) == z:
                    return (x, y)


def subgroup_criterion():
    """What g2.c says: the endomorphism (u + 1) + u psi + u psi^2 - 2u psi^3 divides an integer whose gcd with the twist's order is p."""
    t = 6 * U * U + 1
    c = [U + 1, U, U, -2 * U]
    for i in (3, 2):  # psi^2 = t psi - q
        c[i - 1] += t * c[i]
        c[i - 2] -= Q * c[i]
    a, b = c[0], c[1]
    assert math.gcd(a * a + a * b * t + b * b * Q, P * (2 * Q - P)) == P
    assert (U + 1 + U * Q + U * Q**2 - 2 * U * Q**3) % P == 0
    # and so does the order of G1: Q + 1 - t
    assert Q + 1 - t == P and (LAMBDA * LAMBDA + LAMBDA + 1) % P == 0


EDGES_P = [0, 1, 2, P - 1, P - 2, LAMBDA, P - LAMBDA, 1 << 127, 1 << 128, (1 << 128) - 1, 1 << 255]
EDGES_Q = [0, 1, 2, Q - 1, Q - 2, 1 << 255, (1 << 192) - 1, R - Q, (Q + 1) // 2, 3, Q - 3]


def emit(seed):
    rng = random.Random(seed)
    out = [f"# made by tests/vectors/epid_math.py, seed {seed}: random inputs and edges, results by definition"]

    def put(name, value):
        out.append(f"{name} {value.hex()}")

    def scalar(i):
        return EDGES_P[i] if i < len(EDGES_P) else rng.randrange(P)

    for i in range(2 * NUM):
        for name, m, edges in (("fq", Q, EDGES_Q), ("fr", P, EDGES_P)):
            a = edges[i] if i < len(edges) else rng.randrange(m)
            b = edges[-1 - i] if i < len(edges) else rng.randrange(m)
            put(f"{name}.{i}.in", b32(a) + b32(b))
            put(f"{name}.{i}.out", b"".join(b32(x % m) for x in (a + b, a - b, a * b, pow(a, -1, m) if a else 0)))
            wide = rng.randbytes(64)
            put(f"{name}.{i}.wide", wide)
            put(f"{name}.{i}.reduced", b32(int.from_bytes(wide, "big") % m))
        seed48 = b"\xff" * 48 if i == 0 else b"\0" * 48 if i == 1 else rng.randbytes(48)
        put(f"seed.{i}.in", seed48)
        put(f"seed.{i}.out", b32(int.from_bytes(seed48, "big") % (P - 1) + 1))
        x = rng.randrange(Q)
        y = square_root((x**3 + 3) % Q)
        put(f"decompress.{i}.x", b32(x))
        put(f"decompress.{i}.y2", b32(0 if y is None else y * y % Q))
    for i in range(NUM):
        k, l = scalar(i), scalar(NUM + i)
        p = times(F1, G1, rng.randrange(1, P))
        put(f"g1.{i}.p", bytes1(p))
        put(f"g1.{i}.k", b32(k))
        put(f"g1.{i}.kp", bytes1(times(F1, p, k) if k else None))
        put(f"g1.{i}.l", b32(l))
        put(f"g1.{i}.kp_lg", bytes1(plus(F1, times(F1, p, k) if k else None, times(F1, G1, l))))
        put(f"g2.{i}.k", b32(k))
        put(f"g2.{i}.kg", bytes2(times(F2, G2, k) if k else None))
        stray = random_twist_point(rng)
        put(f"twist.{i}.stray", bytes2(stray))
        put(f"twist.{i}.small", bytes2(times(F2, stray, P)))  # of the cofactor's order
        a12, b12 = ([(rng.randrange(Q), rng.randrange(Q)) for _ in range(6)] for _ in range(2))
        put(f"fq12.{i}.in", bytes12(a12) + bytes12(b12))
        put(f"fq12.{i}.out", bytes12(mul12(a12, b12)) + bytes12(mul12(a12, a12)) + bytes12(pow12(a12, Q)) + bytes12(conj12(a12)))
        if i < 4:
            w = times(F2, G2, rng.randrange(1, P))
            p2 = times(F1, G1, rng.randrange(1, P))
            put(f"pairing.{i}.points", bytes1(p) + bytes1(p2) + bytes2(w))
            put(f"pairing.{i}.out", bytes12(final(mul12(miller(p, G2), miller(p2, w)))))
    return "\n".join(out) + "\n"


def main():
    subgroup_criterion()
    with open(sys.argv[1], "w", encoding="ascii") as f:
        f.write(emit(sys.argv[2] if len(sys.argv) > 2 else "jurat"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
