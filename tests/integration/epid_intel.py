#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""jurat epid from the command line over Intel's own files and vectors: what its tools and its library said, word for word and code for code.

usage: epid_intel.py JURAT     the corpus: ../shared/corpus beside the tree (JURAT_CORPUS)
"""
import json
import os
import shlex
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
CORPUS = os.path.join(os.environ.get("JURAT_CORPUS", os.path.join(HERE, "../../../shared/corpus")), "epid")
JURAT = os.path.realpath(sys.argv[1])
HASHES = ["sha256", "sha384", "sha512", "sha512_256"]
LISTS = ["grouprl", "privrl", "sigrl", "verifierrl"]
NAMES = {0: "kEpidSigValid", 1: "kEpidSigInvalid", 2: "kEpidSigRevokedInGroupRl", 3: "kEpidSigRevokedInPrivRl", 4: "kEpidSigRevokedInSigRl",
         5: "kEpidSigRevokedInVerifierRl"}
# Signatures of the command-line tools' logs; signature files of the index; calls of Intel's unit tests; vectors of the corpus's own groups.
AT_LEAST = {"log": 31, "tool keys": 62, "index": 122, "sgx": 16, "unit": 88, "generated": 534}

ARGUMENT_MAX_LEN = 128 * 1024  # Linux's limit

ran = dict.fromkeys(AT_LEAST, 0)
failed = []


def path(*parts):
    return os.path.join(CORPUS, *parts)


def spill(directory, name, data, mode=0o644):
    where = os.path.join(directory, name)
    with open(where, "wb") as f:
        os.fchmod(f.fileno(), mode)
        f.write(data)
    return where


def jurat(*args):
    done = subprocess.run([JURAT, "epid", *args], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout.strip(), done.stderr


def exit_of(code):
    return 0 if code == 0 else 4 if 2 <= code <= 5 else 3


def judge(kind, what, args, code, name):
    """verify must end as Intel's library did, by exit code and name."""
    if max(map(len, args)) >= ARGUMENT_MAX_LEN:  # the base names of nine signatures are longer
        return
    ran[kind] += 1
    exit_code, said, complaint = jurat("verify", *args)
    if (exit_code, said) != (exit_of(code), name):
        failed.append(f"{kind} {what}: exit {exit_code}, {said!r}; Intel {name}; {complaint.strip()}")


def value(v):
    """A vector's bytes: hex, a file, or a pattern."""
    if isinstance(v, str):
        return bytes.fromhex(v)
    if "$blob" in v:
        with open(path(v["$blob"]), "rb") as f:
            return f.read()
    return bytes(i % 256 for i in range(v["len"]))


def name_of(basename):
    return [] if basename is None else ["--basename", "hex:" + value(basename).hex()]


# ---- what Intel's example tools did ----

def folder_of(kind, signature):
    top = path("raw", "example_data" if kind == "tiny" else "example_split_data")
    group = {"a": "groupa", "b": "groupb", "s": ""}[signature[0]]
    return os.path.join(top, group)


def tool_options(line):
    return dict(word[2:].split("=", 1) for word in shlex.split(line)[2:])


def verify_line(scratch, kind, line, code):
    o = tool_options(line)
    signature = os.path.basename(o["sig"])
    folder = folder_of(kind, signature)
    args = ["--signature", path("example_sigs", kind, signature), "--message", spill(scratch, "m", o["msg"].encode()),
            "--group", os.path.join(folder, o.get("gpubkey", "pubkey.bin")), "--ca", os.path.join(folder, o.get("capubkey", "cacert.bin"))]
    for ours, theirs in (("sigrl", "sigrl"), ("privrl", "privrl"), ("grouprl", "grprl")):
        if theirs in o:
            args += ["--" + ours, os.path.join(folder, o[theirs])]
    if "bsn" in o:
        args += ["--basename", o["bsn"]]
    if "sigrl" not in o and signature.startswith("a_"):
        args += ["--compat"]
    judge("log", f"{kind} {line}", args, code, NAMES.get(code, "kEpidVersionMismatchErr"))


def logs(scratch):
    for kind in ("tiny", "split"):
        line = None
        with open(path("example_sigs", f"log_{kind}.txt"), encoding="utf-8") as f:
            for text in f:
                if text.startswith("$"):
                    line = text
                elif text.startswith("rc=") and line.startswith("$ verifysig"):
                    verify_line(scratch, kind, line, int(text[3:]))


# ---- keys of Intel's example members ----

def tool_key(scratch, top, group, member, split):
    """What this key signs is valid, revoked or refused as its folder's name says."""
    folder = os.path.join(top, group)
    kind = ["--split"] if split else []
    common = ["--group", os.path.join(folder, "pubkey.bin"), "--ca", os.path.join(top, "cacert.bin")]
    message = spill(scratch, "m", b"m")
    with open(os.path.join(folder, member, "mprivkey.dat"), "rb") as f:
        key = spill(scratch, "key", f.read(), 0o600)
    if os.path.getsize(key) == 80:
        unpacked = os.path.join(scratch, "unpacked")
        if os.path.exists(unpacked):
            os.unlink(unpacked)
        if jurat("join", *common, "--compressed", key, "--output", unpacked, *kind)[0] != 0:
            failed.append(f"{folder} {member}: not unpacked")
            return
        key = unpacked
    sigrl = ["--sigrl", os.path.join(folder, "sigrl.bin")]
    privrl = ["--privrl", os.path.join(folder, "privrl.bin")]
    for lists in ([], sigrl):
        ran["tool keys"] += 1
        signed, _, complaint = jurat("sign", *common, "--key", key, "--message", message, "--output", os.path.join(scratch, "s"), *kind, *lists)
        refused = bool(lists) and member.startswith("sigrevoked")
        if signed != (4 if refused else 0):
            failed.append(f"{folder} {member} {lists}: sign exits {signed}: {complaint}")
        elif not refused:
            code = 3 if member.startswith("privrevoked") else 0
            got = jurat("verify", *common, "--message", message, "--signature", os.path.join(scratch, "s"), *privrl, *lists)
            if got[:2] != (exit_of(code), NAMES[code]):
                failed.append(f"{folder} {member} {lists}: {got}")


def tool_keys(scratch):
    for data, split in (("example_data", False), ("example_split_data", True), ("compressed_data", False)):
        top = path("raw", data)
        for group in ("groupa", "groupb"):
            folder = os.path.join(top, group)
            for member in sorted(os.listdir(folder)):
                if os.path.exists(os.path.join(folder, member, "mprivkey.dat")) and os.path.exists(os.path.join(folder, "sigrl.bin")):
                    tool_key(scratch, top, group, member, split)


# ---- vectors ----

def indexed(scratch):
    with open(path("INDEX.json"), encoding="utf-8") as f:
        files = json.load(f)["files"]
    for f in files:
        if f["type"] == "nonstandard_length_signature":
            group = path("generated", "group_sha256", "pubkey.bin")
            args = ["--group", group, "--signature", path(f["path"]), "--message", group]
        elif "verify" in f:
            v = f["verify"]
            args = ["--group", spill(scratch, "group", value(v["pubkey_hex"])), "--signature", path(f["path"]), "--compat",
                    "--message", spill(scratch, "m", value(v["message"])), "--hash", hash_of(v["hash_alg"]), *name_of(v["basename"])]
        else:
            continue
        judge("index", f["path"], args, f["sdk_result"], f["sdk_result_name"])


def hash_of(h):
    return HASHES[h] if isinstance(h, int) else h


def sgx_quotes(scratch):
    """The signatures in quotes, over keys and lists with SGX's group ids of four bytes: bare, and in signed files."""
    with open(path("sgx", "quotes.json"), encoding="utf-8") as f:
        quotes = json.load(f)
    for q in quotes:
        with open(path(q["file"]), "rb") as f:
            message = f.read(q["epid_message_len"])
        for group in ("group_pubkey_sgx.bin", "group_cert_sgx.bin"):
            args = ["--group", path("sgx", group), "--signature", spill(scratch, "sig", value(q["epid_signature"])),
                    "--message", spill(scratch, "m", message), *name_of(q["basename"])]
            with_list = ["--sigrl", path("sgx", "sigrl_sgx.bin")]
            judge("sgx", q["file"], args + (with_list if q["with_sigrl"] else []), 0, "kEpidSigValid")
            if q["with_sigrl"]:
                judge("sgx", q["file"], args, -974, "kEpidBadSignatureErr")
            else:
                judge("sgx", q["file"], args + with_list, -981, "kEpidVersionMismatchErr")


def vectors(scratch, kind, names):
    for name in names:
        with open(path("vectors", name), encoding="utf-8") as f:
            all_of = json.load(f)["vectors"]
        for v in all_of:
            args = ["--group", spill(scratch, "group", value(v["pubkey"])), "--signature", spill(scratch, "sig", value(v["sig"])), "--compat",
                    "--message", spill(scratch, "m", value(v["msg"])), "--hash", HASHES[v["hash_alg"]], *name_of(v["basename"])]
            for which in LISTS:
                if v[which] is not None:
                    args += ["--" + which, spill(scratch, which, value(v[which]))]
            judge(kind, v["id"], args, v["rc"], v["rc_name"])


def main():
    if not os.path.isdir(CORPUS):
        if os.environ.get("CI"):
            sys.exit("no corpus: set JURAT_CORPUS; in CI it must be there")
        print("\n*** SKIPPED: no corpus here (set JURAT_CORPUS); this test did NOT run ***\n", file=sys.stderr)
        sys.exit(77)
    with tempfile.TemporaryDirectory() as scratch:
        logs(scratch)
        tool_keys(scratch)
        indexed(scratch)
        sgx_quotes(scratch)
        vectors(scratch, "unit", ["epid20_verify_unit.json"])
        vectors(scratch, "generated", ["epid20_verify_generated.json"])
    for line in failed[:40]:
        print("not ok -", line[:600])
    for kind, least in AT_LEAST.items():
        print(f"{kind}: {ran[kind]}")
        if ran[kind] < least:
            failed.append(kind)
            print(f"not ok - {kind}: at least {least} were expected")
    sys.exit(1 if failed else 0)


main()
