#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/unit/vectors/p256.h: s = k^-1 (z + r d) mod n and seeds modulo n-1, by Python's integers, with the extreme values of each
operand. Usage: make_p256.py > ../unit/vectors/p256.h"""
import itertools
import random

N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
EDGES = [1, 2, 2**64 - 1, 2**64, 2**128, 2**192 - 1, 2**255, N - 2**64, N - 2, N - 1]
DIGEST_EDGES = [0, 1, N - 1, N, N + 1, 2**256 - 1]


def text(v):
    return f'"{v:064x}"'


def main():
    rng = random.Random("jurat/tests/p256")
    some = lambda: rng.choice(EDGES + [rng.randrange(1, N)] * 10)
    cases = [(k, r, rng.choice(DIGEST_EDGES), d) for k, r, d in itertools.product([1, N - 1], repeat=3)]
    cases += [(some(), some(), rng.choice(DIGEST_EDGES + [rng.getrandbits(256)] * 6), some()) for _ in range(150)]
    print("/* SPDX-License-Identifier: Apache-2.0 */\n/* Written by tests/vectors/make_p256.py; do not edit. */")
    print("static const struct {\n\tconst char *k, *r, *z, *d, *s;\n} p256_sign_cases[] = {")
    for k, r, z, d in cases:
        s = pow(k, -1, N) * (z + r * d) % N
        print("\t{ " + ",\n\t    ".join(map(text, (k, r, z, d, s))) + " },")
    print("};")


main()
