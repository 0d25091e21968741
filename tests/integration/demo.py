#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The demo from outside: files of every kind arrive, what it says is true, and bad options change nothing."""
import json
import os
import signal
import subprocess
import time

from rig import JURAT, Folder, check, finish, run


def story(folder, name, content, **more):
    path = folder / name
    with open(path, "wb") as f:
        f.write(content)
    r = run("demo", "--secret", path, "--json", *more.get("options", []))
    try:
        said = json.loads(r.stdout)
    except ValueError:
        said = {}
    check(r.returncode == 0 and said.get("ok") and said.get("arrived") and said.get("secret_bytes") == len(content),
          f"a secret of {name} arrives, all attacks are refused")
    if r.returncode != 0:
        print(r.stdout.decode(errors="replace"), r.stderr.decode(errors="replace"))
    return said


def interrupted(tmp, delay):
    """SIGTERM after the folder appeared and delay seconds: True if nothing stays."""
    p = subprocess.Popen([JURAT, "demo"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ, TMPDIR=tmp))
    while p.poll() is None and not os.listdir(tmp):
        time.sleep(0.01)
    time.sleep(delay)
    p.send_signal(signal.SIGTERM)
    ended = p.wait(timeout=30) in (-signal.SIGTERM, 0)  # 0: it was quicker
    return ended and not os.listdir(tmp)


def main():
    with Folder() as folder:
        said = story(folder, "0 bytes", b"")
        check(said.get("secret_in_recording") == "too_short", "an empty secret is not looked for, and the demo says so")
        story(folder, "1 byte", b"x")
        recording = folder / "recording"
        binary = bytes((i * i + i // 256) & 0xff for i in range(1 << 20))
        said = story(folder, "1 MiB of binary", binary, options=["--eavesdrop", recording])
        check(said.get("secret_in_recording") == "absent" and said.get("control_caught"),
              "the host saw nothing of 1 MiB, and the control was caught")
        check(len(said.get("attacks", [])) >= 10 and all(a["outcome"] == "refused" for a in said["attacks"]),
              "at least ten attacks, each refused by its check")
        with open(recording, "rb") as f:
            seen = f.read()
        # the quoting enclave's call has the chain behind a report, its answer the chain at the end; the vault's question is 64 bytes
        check(seen.count(b"BEGIN CERTIFICATE") >= 12 and seen.count(b"\n== enclave in 64\n") == 3,
              "and that is every enclave's calls, the questions included")
        check(len(seen) > 1 << 20 and binary[5000:5048] not in seen, "--eavesdrop keeps what the host saw")
        tmp = folder / "tmp"
        os.mkdir(tmp)
        text = run("demo", env={"TMPDIR": tmp})
        check(text.returncode == 0 and b"14 of 14 attacks were refused" in text.stdout, "without options a phrase arrives")
        there = folder / "there"
        os.mkdir(there)
        check(run("demo", "--dir", there).returncode == 1 and not os.listdir(there), "a folder that is there is left alone")
        check(run("demo", "--secret", folder / "absent").returncode != 0, "a secret that is not there is an error")
        check(run("demo", "nonsense").returncode == 2, "an unknown argument is a usage error")
        check(not os.listdir(tmp), "no temporary folder is left behind")
        for delay in (0.0, 0.7, 2.0):
            check(interrupted(tmp, delay), "nor by a demo that was told to end, whose processes are gone too")
    finish()


main()
