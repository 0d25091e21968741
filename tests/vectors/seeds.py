#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fuzz seeds for SGX's own formats, laid out from the manuals' offsets. Usage: seeds.py ../../fuzz/seeds"""
import os
import sys


def layout(length, fields, fill=0):
    out = bytearray([fill]) * length
    for off, value in fields:
        out[off:off + len(value)] = value
    return bytes(out)


def le(v, n):
    return v.to_bytes(n, "little")


def run(n, start):
    return bytes((start + i) & 0xff for i in range(n))


def body():
    return layout(384, [(0, run(16, 1)), (16, le(1, 4)), (32, run(16, 3)), (48, le(0x85, 8)), (56, le(3, 8)), (64, run(32, 5)),
                        (128, run(32, 6)), (192, run(64, 7)), (256, le(1, 2)), (258, le(2, 2)), (260, le(3, 2)), (304, run(16, 8)),
                        (320, run(64, 9))])


def keyrequest():
    return layout(512, [(0, le(4, 2)), (2, le(2, 2)), (4, le(1, 2)), (8, run(16, 1)), (24, bytes.fromhex("0b000000000000ff")),
                        (40, run(32, 2)), (72, le(0xf0000000, 4))])


def sigstruct():
    return layout(1808, [(0, bytes.fromhex("06000000e10000000000010000000000")), (16, le(0x8086, 4)), (20, le(0x20260101, 4)),
                         (24, bytes.fromhex("01010000600000006000000001000000")), (128, run(384, 1)), (512, le(3, 4)),
                         (516, run(384, 2)), (928, le(4, 8)), (936, le(3, 8)), (944, run(16, 3)), (960, run(32, 4)),
                         (1024, le(1, 2)), (1026, le(2, 2)), (1040, run(384, 5)), (1424, run(384, 6))])


def token():
    return layout(304, [(0, le(1, 4)), (48, le(4, 8)), (56, le(3, 8)), (64, run(32, 1)), (128, run(32, 2)), (192, run(16, 3)),
                        (208, le(1, 2)), (210, le(2, 2)), (236, le(1, 4)), (240, run(16, 4)), (256, run(32, 5)), (288, run(16, 6))])


def quote():
    header = le(3, 2) + le(2, 2) + le(0, 4) + le(1, 2) + le(1, 2) + bytes.fromhex("939a7233f79c4ca9940a0db3957f0607") + run(20, 1)
    cert = b"-----BEGIN CERTIFICATE-----\n"
    auth = run(64, 1) + run(64, 2) + body() + run(64, 3) + le(32, 2) + run(32, 4) + le(5, 2) + le(len(cert), 4) + cert
    return header + body() + le(len(auth), 4) + auth


def sealed():
    cipher, text = run(33, 1), b"additional text"
    return keyrequest() + le(len(cipher), 4) + bytes(12) + le(len(cipher + text), 4) + bytes(12) + run(16, 7) + cipher + text


SEEDS = {
    "report/report": body() + run(48, 1),
    "report/body": body(),
    "report/targetinfo": layout(512, [(0, run(32, 1)), (32, le(5, 8)), (40, le(3, 8)), (50, le(1, 2)), (52, le(1, 4)), (64, run(64, 2))]),
    "keyrequest/seal": keyrequest(),
    "sigstruct/sigstruct": sigstruct(),
    "sigstruct/einittoken": token(),
    "tcs/tcs": layout(4096, [(16, le(0x3000, 8)), (28, le(2, 4)), (32, le(0x1000, 8)), (48, le(0x5000, 8)), (56, le(0x5000, 8)),
                             (64, le(0xfff, 4)), (68, le(0xfff, 4))]),
    "quote/v3": quote(),
    "quote/v3_padded": quote() + bytes(16),
    "seal/sealed": sealed(),
}


def main():
    for name, data in SEEDS.items():
        path = os.path.join(sys.argv[1], name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data)


main()
