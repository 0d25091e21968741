#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Each attack of the demo is stopped by the check that the demo names: in a build where that one check can be left out (-Dsabotage=true)
the attack is refused as long as the check is there, and succeeds without it. Builds that configuration beside the build folder.

usage: sabotage.py BUILD/jurat
"""
import os
import subprocess
import sys

from rig import JURAT, Folder, check, finish, run


def build(source, folder):
    if not os.path.exists(os.path.join(folder, "build.ninja")):
        subprocess.run(["meson", "setup", folder, source, "-Dsabotage=true", "-Dtests=false"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", folder, "--quiet"], check=True)
    return os.path.join(folder, "jurat")


# Those whose loot is the plain text of the secret itself.
READ_THE_SECRET = {"replayed_quote", "forged_quote", "forged_report", "replayed_msg3"}


def attack(program, name, folder, check_left_out):
    env = {"JURAT_SABOTAGE": check_left_out} if check_left_out else {}
    r = run("demo", "again", name, "--dir", folder, env=env, program=program)
    row = r.stdout.decode().strip().split("\t")
    return row if len(row) == 4 else [name, "broken", r.stderr.decode(errors="replace"), ""]


def main():
    build_root = os.environ.get("JURAT_BUILD") or os.path.dirname(os.path.abspath(sys.argv[1]))
    source = os.environ.get("JURAT_SOURCE") or os.path.dirname(build_root)
    program = build(source, os.path.join(build_root, "sabotage"))
    check(b"TEST BUILD" in run("--version", program=program).stderr, "a build with removable checks says so")
    check(b"TEST BUILD" not in run("--version").stderr, "this build does not have them")
    listed = run("demo", "again", "--list", program=program).stdout.decode()
    attacks = [line.split("\t") for line in listed.strip().split("\n")]
    check(len(attacks) >= 10, "at least ten attacks")
    with Folder() as folder:
        world = folder / "demo"
        check(run("demo", "--dir", world, program=program).returncode == 0, "with every check in place all attacks are refused")
        for name, left_out in attacks:
            row = attack(program, name, world, left_out)
            check(row[1] == "succeeded", f"{name} succeeds without {left_out}")
            if row[1] != "succeeded":
                print(row)
            if name in READ_THE_SECRET:
                check(row[3] == "loot is the secret", f"{name} reads the secret itself")
            other = next(c for _, c in attacks if c != left_out)
            row = attack(program, name, world, other)
            check(row[1] == "refused", f"{name} is refused although {other} is left out")
            if row[1] != "refused":
                print(row)
    finish()


if __name__ == "__main__":
    sys.exit(main())
