#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes src/epid/constants.c from the definition of Intel's curve: `epid_constants.py FILE` writes it, `--check FILE` compares.

Plain integers, no code shared with what is tested. Montgomery's form is a * 2^256 mod q.
"""
import sys

U = -0x6882F5C030B0A801
Q = 36 * U**4 + 36 * U**3 + 24 * U**2 + 6 * U + 1
P = 36 * U**4 + 36 * U**3 + 18 * U**2 + 6 * U + 1
R = 1 << 256
XI = (2, 1)
G1 = (1, 2)
G2 = ((0xE20171C54AA3DA0521670413743CCF22D25D52683D32470EF6021343BF282394,
       0x592D1EF653A85A8046CCDC254FBB565643433BF6289653E27DF7B212BAA189BE),
      (0xAE60A4E751FFD350C621E703312826BD55E8B59A4D916838414DB822DD2335AE,
       0x1AB442F989AFE5ADF80274F87645E2532CDC61819093D6132C90FE8951B92421))
COMB_BITS = 5
COMB_POINTS = 1 << (COMB_BITS - 1)
GENERATOR_WINDOWS, GENERATOR_PASSES = 7, 4


class F1:
    """Fq"""
    zero, one = 0, 1
    add = staticmethod(lambda a, b: (a + b) % Q)
    sub = staticmethod(lambda a, b: (a - b) % Q)
    mul = staticmethod(lambda a, b: a * b % Q)
    inv = staticmethod(lambda a: pow(a, -1, Q))


class F2:
    """Fq2, i^2 = -1"""
    zero, one = (0, 0), (1, 0)
    add = staticmethod(lambda a, b: ((a[0] + b[0]) % Q, (a[1] + b[1]) % Q))
    sub = staticmethod(lambda a, b: ((a[0] - b[0]) % Q, (a[1] - b[1]) % Q))
    mul = staticmethod(lambda a, b: ((a[0] * b[0] - a[1] * b[1]) % Q, (a[0] * b[1] + a[1] * b[0]) % Q))

    @staticmethod
    def inv(a):
        n = pow(a[0] * a[0] + a[1] * a[1], -1, Q)
        return (a[0] * n % Q, -a[1] * n % Q)

    @staticmethod
    def conj(a):
        return (a[0], -a[1] % Q)

    @staticmethod
    def power(a, e):
        r = F2.one
        for bit in bin(e)[2:]:
            r = F2.mul(r, r)
            if bit == "1":
                r = F2.mul(r, a)
        return r


def slope(f, a, b):
    """of the line through a and b, or the tangent at a"""
    if a == b:
        x2 = f.mul(a[0], a[0])
        return f.mul(f.add(f.add(x2, x2), x2), f.inv(f.add(a[1], a[1])))
    return f.mul(f.sub(b[1], a[1]), f.inv(f.sub(b[0], a[0])))


def add(f, a, b):
    s = slope(f, a, b)
    x = f.sub(f.sub(f.mul(s, s), a[0]), b[0])
    return (x, f.sub(f.mul(s, f.sub(a[0], x)), a[1]))


def gamma(e, k):
    return F2.power(XI, k * (Q**e - 1) // 6)


def signed_digits(n):
    """non-adjacent form, the highest digit first"""
    out = []
    while n:
        d = 2 - n % 4 if n % 2 else 0
        out.append(d)
        n = (n - d) // 2
    return out[::-1]


def lines(point):
    """(lambda, mu = lambda x - y) of each step of the Miller loop over S = 6|u| - 2, and of the two Frobenius steps."""
    out = []
    t = point

    def step(t, s):
        m = slope(F2, t, s)
        out.append((m, F2.sub(F2.mul(m, t[0]), t[1])))
        return add(F2, t, s)

    minus = (point[0], F2.sub(F2.zero, point[1]))
    for digit in signed_digits(6 * -U - 2)[1:]:
        t = step(t, t)
        if digit != 0:
            t = step(t, point if digit > 0 else minus)
    t = (t[0], F2.sub(F2.zero, t[1]))  # u < 0
    q1 = (F2.mul(F2.conj(point[0]), gamma(1, 2)), F2.mul(F2.conj(point[1]), gamma(1, 3)))
    q2 = (F2.mul(point[0], gamma(2, 2)), F2.mul(point[1], gamma(2, 3)))
    t = step(t, q1)
    step(t, (q2[0], F2.sub(F2.zero, q2[1])))
    return out


def comb(point):
    """[w][j] = (j + 1) 2^(20 w) point"""
    rows = []
    for _ in range(GENERATOR_WINDOWS):
        row = [point]
        while len(row) < COMB_POINTS:
            row.append(add(F1, row[-1], point))
        rows.append(row)
        for _ in range(COMB_BITS * GENERATOR_PASSES):
            point = add(F1, point, point)
    return rows


def limbs(x):
    return "{ { " + ", ".join(f"0x{x >> (64 * i) & (2**64 - 1):016x}" for i in range(4)) + " } }"


def fq(x):
    return limbs(x * R % Q)


def fq2(x):
    return f"{{ {fq(x[0])}, {fq(x[1])} }}"


def affine(pt):
    return f"{{ {fq(pt[0])}, {fq(pt[1])} }}"


def affine2(pt):
    return f"{{ {fq2(pt[0])}, {fq2(pt[1])} }}"


def emit():
    b2 = F2.mul((3, 0), F2.inv(XI))
    o = ["/* SPDX-License-Identifier: Apache-2.0 */",
         "/* Made by tests/vectors/epid_constants.py from the curve's definition; a test compares. Montgomery's form throughout. */",
         '#include "epid/constants.h"', ""]

    def const(kind, name, value):
        o.append(f"const struct {kind} {name} = {value};")

    const("fr", "fr_one", limbs(R % P))
    const("fr", "fr_r2", limbs(R * R % P))
    const("fr", "fr_r3", limbs(R**3 % P))
    const("fr", "fr_two64", limbs(2**64 * R % P))
    const("fq", "fq_one", fq(1))
    const("fq", "fq_r2", fq(R))
    const("fq", "fq_r3", fq(R**2))
    const("fq", "fq_two64", fq(2**64))
    const("fq", "fq_three", fq(3))
    const("fq", "fq_beta3", fq(0x13988E140921018659BCDD79DF1932D1EDB1C0A24A3A1B807))
    const("fq2", "fq2_one", fq2((1, 0)))
    const("fq12", "fq12_one", f"{{ {{ {{ {fq2((1, 0))} }} }} }}")
    for e, name in ((1, "fq12_gamma1"), (2, "fq12_gamma2"), (3, "fq12_gamma3")):
        o.append(f"/* xi^(k(q^{e} - 1)/6), k = 0 to 5 */")
        o.append(f"const struct fq2 {name}[6] = {{")
        o.extend(f"\t{fq2(gamma(e, k))}," for k in range(6))
        o.append("};")
    const("g1", "g1_identity", f"{{ FQ_ZERO, {fq(1)}, FQ_ZERO }}")
    const("g1_affine", "g1_generator", affine(G1))
    const("fq2", "g2_b", fq2(b2))
    const("fq2", "g2_3b", fq2(F2.mul((3, 0), b2)))
    const("g2", "g2_identity", f"{{ {{ FQ_ZERO, FQ_ZERO }}, {fq2((1, 0))}, {{ FQ_ZERO, FQ_ZERO }} }}")
    const("g2_affine", "g2_generator", affine2(G2))
    o.append("const struct pairing_lines pairing_generator_lines = { {")
    o.extend(f"\t{{ {fq2(m)}, {fq2(c)} }}," for m, c in lines(G2))
    o.append("} };")
    o.append("const struct generator_points comb_generator = { {")
    for row in comb(G1):
        o.append("\t{")
        o.extend(f"\t\t{affine(pt)}," for pt in row)
        o.append("\t},")
    o.append("} };")
    return "\n".join(o) + "\n"


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "--check":
        with open(sys.argv[2], encoding="ascii") as f:
            same = f.read() == emit()
        print("constants:", "as the curve defines them" if same else "DIFFER from the curve's definition")
        return 0 if same else 1
    with open(sys.argv[1], "w", encoding="ascii") as f:
        f.write(emit())
    return 0


if __name__ == "__main__":
    sys.exit(main())
