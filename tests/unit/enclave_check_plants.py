#!/usr/bin/env python3
"""Plants one defect at a time in a built enclave and sees that tools/enclave-check names it.

usage: enclave_check_plants.py SOURCE VAULT.so
"""
import os
import struct
import subprocess
import sys
import tempfile

PT_LOAD, PT_DYNAMIC, PT_GNU_STACK = 1, 2, 0x6474E551


def segment(data, kind, flags=None):
    """File offset of the program header of this kind (and these flags)."""
    phoff, = struct.unpack_from("<Q", data, 32)
    phnum, = struct.unpack_from("<H", data, 56)
    for at in range(phoff, phoff + 56 * phnum, 56):
        if struct.unpack_from("<I", data, at)[0] == kind and flags in (None, struct.unpack_from("<I", data, at + 4)[0]):
            return at
    raise SystemExit("no such segment")


def text_range(data):
    _, _, off, _, _, size, _, _ = struct.unpack_from("<IIQQQQQQ", data, segment(data, PT_LOAD, 5))
    return off, size


def instruction(code):
    """Over the padding between two functions, so that the disassembler meets it as an instruction."""
    def plant(data):
        off, size = text_range(data)
        nops = bytes.fromhex("662e0f1f840000000000")  # cs nopw, as GNU as pads
        at = data.index(nops, off, off + size)
        data[at:at + len(nops)] = code + b"\x90" * (len(nops) - len(code))
    return plant


def dynamic(tag, value):
    def plant(data):
        at = segment(data, PT_DYNAMIC)
        off, _, _, size = struct.unpack_from("<QQQQ", data, at + 8)
        for entry in range(off, off + size, 16):
            if struct.unpack_from("<q", data, entry)[0] == 0:
                struct.pack_into("<qQ", data, entry, tag, value)
                return
        raise SystemExit("no room in the dynamic section")
    return plant


def relocation(word, value):
    def plant(data):
        at = segment(data, PT_DYNAMIC)
        off, _, _, size = struct.unpack_from("<QQQQ", data, at + 8)
        rela = next(struct.unpack_from("<qQ", data, e)[1] for e in range(off, off + size, 16)
                    if struct.unpack_from("<q", data, e)[0] == 7)
        _, _, seg_off, vaddr, _, _, _, _ = struct.unpack_from("<IIQQQQQQ", data, segment(data, PT_LOAD, 4))
        struct.pack_into("<Q", data, seg_off + rela - vaddr + 8 * word, value)
    return plant


def flags(kind, old, new):
    return lambda data: struct.pack_into("<I", data, segment(data, kind, old) + 4, new)


def kind(old, new):
    return lambda data: struct.pack_into("<I", data, segment(data, old), new)


def note_name(data):
    at = data.index(b"sgx_metadata\0")
    data[at] ^= 0x20


PLANTS = [
    ("cpuid", instruction(b"\x0f\xa2"), "cpuid"),
    ("syscall", instruction(b"\x0f\x05"), "syscall"),
    ("a syscall with REX.W", instruction(b"\x48\x0f\x05"), "syscall"),
    ("a cpuid with an address size", instruction(b"\x67\x0f\xa2"), "cpuid"),
    ("an int with a segment", instruction(b"\x64\x48\xcd\x80"), "int"),
    ("a loaded segment register", instruction(b"\x8e\xd8"), "%ds"),
    ("a popped segment register", instruction(b"\x0f\xa1"), "%fs"),
    ("sysenter", instruction(b"\x0f\x34"), "sysenter"),
    ("int 0x80", instruction(b"\xcd\x80"), "int"),
    ("rdtsc", instruction(b"\x0f\x31"), "rdtsc"),
    ("rdtscp", instruction(b"\x0f\x01\xf9"), "rdtscp"),
    ("out", instruction(b"\xee"), "out"),
    ("a fourth ENCLU", instruction(b"\x0f\x01\xd7"), "ENCLU"),
    ("an ENCLU inside a move", instruction(b"\xb8\x0f\x01\xd7\x00"), "hidden"),
    ("a writable text segment", flags(PT_LOAD, 5, 7), "written and executed"),
    ("an executable data segment", flags(PT_LOAD, 6, 7), "written and executed"),
    ("an executable stack", flags(PT_GNU_STACK, 6, 7), "executable stack"),
    ("an interpreter", kind(PT_GNU_STACK, 3), "interpreter"),
    ("thread-local storage", kind(PT_GNU_STACK, 7), "thread-local"),
    ("a needed library", dynamic(1, 1), "needed library"),
    ("text relocations", dynamic(22, 0), "text relocations"),
    ("a GLOB_DAT relocation", relocation(1, 6), "relocation of type 6"),
    ("a relocation into the text", relocation(0, 0x1000), "outside of the writable segment"),
    ("another note", note_name, "sgx_metadata"),
]


def main():
    source, path = sys.argv[1:]
    with open(path, "rb") as f:
        good = f.read()
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="jurat-test-") as folder:
        planted = os.path.join(folder, "planted.so")
        for name, plant, wanted in [("nothing", None, "0 failed")] + PLANTS:
            data = bytearray(good)
            if plant:
                plant(data)
            with open(planted, "wb") as f:
                f.write(data)
            run = subprocess.run([os.path.join(source, "tools/enclave-check"), "--no-rebuild", planted], capture_output=True, text=True)
            ok = wanted in run.stdout and (run.returncode == 0) == (plant is None)
            print(f"{'ok    ' if ok else 'FAILED'} {name} is {'found' if plant else 'no defect'}")
            if not ok:
                print(run.stdout + run.stderr)
            passed, failed = passed + ok, failed + (not ok)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
