#!/usr/bin/env python3
"""libjurat as others get it: installed into a folder, found by pkg-config, linked both ways, and asked about a genuine and a forged quote.

usage: library.py JURAT BUILD
What it exports is what include/jurat declares; what it calls are no files, sockets, clocks or environment.
"""
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
AT = "1780315200"  # 2026-06-01T12:00:00Z, when the seeds' world is valid
MAX_WITHOUT_EPID = 400 * 1024  # stripped
MAX_EPID = 300 * 1000          # what EPID adds to the shared library, and to a program by the static one
# The C library's functions that may be called: memory, strings, text into memory, and (EPID) the system's random bytes.
ALLOWED = re.compile(r"(BN|EC|ERR|SHA256|SHA512)_\w+|SHA256|mem\w+|str(len|cmp|ncmp|chr|rchr|str|spn)|(m|c|re)alloc|free|aligned_alloc|qsort|getrandom|__errno_location|v?snprintf|"
                     r"open_memstream|fclose|ferror|v?fprintf|fput[cs]|fwrite|pthread_mutex_\w+|__cxa_finalize|__gmon_start__|_ITM_\w+|"
                     r"__stack_chk_fail")
results = []


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=300, **options).stdout


def check(what, holds, detail=""):
    results.append(bool(holds))
    if not holds:
        print(f"FAILED {what} {detail}")


def declared():
    text = "".join(open(os.path.join(SOURCE, "include/jurat", n), encoding="utf-8").read() for n in ("error.h", "verify.h", "epid.h"))
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return set(re.findall(r"JURAT_(?:EPID_)?API[^;]*?\b(jurat_\w+)\(", text))


def in_synopses():
    names = set()
    for page in ("man/jurat_verify.3", "man/jurat_epid.3"):
        with open(os.path.join(SOURCE, page), encoding="utf-8") as f:
            names |= set(re.findall(r"^\.Fn (jurat_\w+) [\"a-z]", f.read(), re.M))
    return names


def check_symbols(lib):
    shared = os.path.join(lib, "libjurat.so")
    exported = {line.split()[-1].split("@")[0] for line in run("nm", "-D", "--defined-only", shared).splitlines()} - {"JURAT_0"}
    check("shared exports what is declared", exported == declared(), exported ^ declared())
    static = {line.split()[-1] for line in run("nm", "-g", "--defined-only", os.path.join(lib, "libjurat.a")).splitlines() if " " in line}
    check("static exports what is declared", static == declared(), static ^ declared())
    check("the manual pages have every function", in_synopses() == declared(), in_synopses() ^ declared())
    called = {line.split()[-1].split("@")[0] for line in run("nm", "-D", "--undefined-only", shared).splitlines()}
    strange = {name for name in called if not ALLOWED.fullmatch(name)}
    check("no files, sockets, clocks or environment", not strange, strange)
    dynamic = run("readelf", "-d", shared)
    check("soname 0", "[libjurat.so.0]" in dynamic)
    check("OpenSSL is all it needs", len(re.findall(r"\(NEEDED\)", dynamic)) == 2, dynamic)


def map_without_epid(scratch):
    """The library that EPID is not asked of: the same objects and options, and its functions are not exported."""
    with open(os.path.join(SOURCE, "src/jurat.map"), encoding="utf-8") as f:
        exports = [line for line in f if "jurat_epid_" not in line]
    script = os.path.join(scratch, "verify.map")
    with open(script, "w", encoding="utf-8") as f:
        f.writelines(exports)
    return script


def link_shared(build, script, out):
    run("cc", "-shared", "-o", out, "-Wl,--whole-archive", os.path.join(build, "libjurat-internal.a"), "-Wl,--no-whole-archive",
        f"-Wl,--version-script,{script}", "-Wl,--gc-sections", "-Wl,-z,now", "-Wl,-z,relro", "-lcrypto")
    return out


def stripped_size(library, scratch):
    stripped = os.path.join(scratch, "stripped.so")
    run("strip", "-o", stripped, library)
    return os.path.getsize(stripped)


def loaded_size(archive):
    """Code and data: what reaches a program of it (its names, relocations and debugging information do not)."""
    return sum(int(line.split()[3]) for line in run("size", archive).splitlines()[1:])


def check_size(lib, build, scratch):
    script = map_without_epid(scratch)
    whole = stripped_size(os.path.join(lib, "libjurat.so.0"), scratch)
    without = stripped_size(link_shared(build, script, os.path.join(scratch, "verify.so")), scratch)
    print(f"shared, stripped: {without} bytes without EPID, {whole - without} more with it")
    check("stripped size without EPID", without < MAX_WITHOUT_EPID, without)
    check("what EPID adds to the shared library", 0 < whole - without < MAX_EPID, whole - without)
    archive = os.path.join(scratch, "verify.a")
    run(os.path.join(SOURCE, "tools/static-library"), os.path.join(build, "libjurat-internal.a"), script, archive, "ld", "objcopy", "ar")
    whole, without = loaded_size(os.path.join(lib, "libjurat.a")), loaded_size(archive)
    print(f"static, code and data: {without} bytes without EPID, {whole - without} more with it")
    check("what EPID adds to the static library", 0 < whole - without < MAX_EPID, whole - without)


def write_inputs(scratch):
    seeds = os.path.join(SOURCE, "fuzz/seeds")
    whole = open(os.path.join(seeds, "verify/genuine"), "rb").read()
    (length,) = struct.unpack_from("<I", whole)
    quote = whole[4:4 + length]
    forged = bytearray(quote)
    forged[400] ^= 1  # report data
    for name, data in (("quote", quote), ("forged", forged), ("collateral", whole[4 + length:])):
        with open(os.path.join(scratch, name), "wb") as f:
            f.write(data)
    return [os.path.join(scratch, "collateral"), os.path.join(seeds, "policy/small"), os.path.join(seeds, "trust/private")]


def check_example(name, scratch, flags, environment):
    program = os.path.join(scratch, name)
    run("cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic", os.path.join(SOURCE, "examples/verify.c"), "-o", program, *flags)
    rest = write_inputs(scratch)
    for quote, code, word in (("quote", 0, "ACCEPTED"), ("forged", 3, "REFUSED by quote_signature")):
        p = subprocess.run([program, os.path.join(scratch, quote), *rest, AT], capture_output=True, text=True, env=environment, timeout=60)
        check(f"{name}: {quote}", p.returncode == code and p.stdout.startswith(word), (p.returncode, p.stdout[:200], p.stderr))


def check_epid_example(name, scratch, flags, environment):
    """A group, a member and a revocation through jurat/epid.h alone, as C11 and as C++."""
    compilers = [("c", "cc", ["-std=c11"]), ("c++", shutil.which("c++") or shutil.which("clang++"), [])]
    for language, compiler, options in compilers:
        if compiler is None:
            continue
        program = os.path.join(scratch, "epid_" + name)
        run(compiler, *options, "-Wall", "-Wextra", "-Werror", "-pedantic", "-x", language, os.path.join(SOURCE, "examples/epid.c"), "-x", "none",
            "-o", program, *flags)
        p = subprocess.run([program], capture_output=True, text=True, env=environment, timeout=60, check=False)
        check(f"epid example, {name}, {language}", p.returncode == 0 and p.stdout == "kEpidSigValid\nkEpidSigRevokedInPrivRl\n", (p.stdout, p.stderr))


def check_headers(scratch, flags):
    source = os.path.join(scratch, "headers.cc")
    with open(source, "w", encoding="utf-8") as f:
        f.write("#include <jurat/epid.h>\n#include <jurat/verify.h>\nint main() { return jurat_trust_name(jurat_trust_intel()) == nullptr; }\n")
    compiler = shutil.which("c++") or shutil.which("clang++")
    if compiler is not None:
        run(compiler, "-Wall", "-Wextra", "-Werror", "-pedantic", "-fsyntax-only", source, *[f for f in flags if f.startswith("-I")])
        check("C++ reads the headers", True)


def main():
    build = sys.argv[2]
    with tempfile.TemporaryDirectory() as scratch:
        run("meson", "install", "-C", build, "--no-rebuild", "--destdir", scratch)
        (pc,) = [os.path.join(d, n) for d, _, names in os.walk(scratch) for n in names if n == "jurat.pc"]
        lib = os.path.dirname(os.path.dirname(pc))
        prefix = re.search(r"^prefix=(.*)$", open(pc, encoding="utf-8").read(), re.M).group(1)
        config = ["pkg-config", f"--define-variable=prefix={scratch}{prefix}", "jurat", "--cflags", "--libs"]
        environment = dict(os.environ, PKG_CONFIG_PATH=os.path.dirname(pc))
        flags = run(*config, env=environment).split()
        check_symbols(lib)
        check_size(lib, build, scratch)
        check_headers(scratch, flags)
        check_example("shared", scratch, flags, dict(os.environ, LD_LIBRARY_PATH=lib))
        check_epid_example("shared", scratch, flags, dict(os.environ, LD_LIBRARY_PATH=lib))
        every = run(*config, "--static", env=environment).split()
        every = [os.path.join(lib, "libjurat.a") if f == "-ljurat" else f for f in every]
        check_example("static", scratch, every, dict(os.environ))
        check_epid_example("static", scratch, every, dict(os.environ))
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


sys.exit(main())
