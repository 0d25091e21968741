#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""
Each process killed with -9 at many points, and a disk that is full: no stored secret is lost, nothing half-written is read, nothing that
was acknowledged is gone, and the same command works afterwards.
"""
import os
import resource
import shutil
import signal
import subprocess
import time

from rig import JURAT, Folder, World, check, finish, run

POINTS = 12


def time_of(args):
    start = time.monotonic()
    r = subprocess.run([JURAT, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    assert r.returncode == 0, r.stderr
    return time.monotonic() - start


def kill_after(args, delay):
    """Starts a command, kills it after delay seconds; its exit code, -9 if it was still running."""
    p = subprocess.Popen([JURAT, *args], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(delay)
    p.send_signal(signal.SIGKILL)
    return p.wait(timeout=30)


def points(whole):
    return [whole * (i + 0.5) / POINTS for i in range(POINTS)]


def killed_add(w, folder):
    """secrets add: the new secret is there whole or not at all; the others stay."""
    with open(folder / "big", "wb") as f:
        f.write(os.urandom(3_000_000))
    whole = time_of(w.add_args("add-first", folder / "big"))
    before = set(w.secrets())
    ok = killed = 0
    for i, delay in enumerate(points(whole)):
        code = kill_after(w.add_args(f"add-{i}", folder / "big"), delay)
        killed += code == -9
        there = w.secrets()
        new = there.get(f"add-{i}")
        ok += before <= set(there) and (new is None or new["size"] == 3_000_000) and (code != 0 or new is not None)
        if new is None:
            run(*w.add_args(f"add-{i}", folder / "big"))
        before = set(w.secrets())
        ok += f"add-{i}" in before
    check(ok == 2 * POINTS, f"secrets add, killed {killed} times: whole or absent, and works again")


def whole_or_absent(w, store, name, secret):
    """The sealed file of this name: absent, or it answers for exactly this secret."""
    path = os.path.join(store, name + ".vault")
    return not os.path.exists(path) or w.ask(store, name, secret)


def killed_receive(w, folder):
    """vault receive: a sealed file is whole or absent; what the service calls delivered is on the host."""
    secret = folder / "secret"
    with open(secret, "wb") as f:
        f.write(os.urandom(300_000))
    store = folder / "store"
    ok = killed = 0
    with w.platform(), w.service() as service:
        run(*w.add_args("receive-first", secret))
        whole = time_of(w.receive_args(service.ready, "receive-first", store))
        for i, delay in enumerate(points(whole)):
            name = f"receive-{i}"
            run(*w.add_args(name, secret))
            killed += kill_after(w.receive_args(service.ready, name, store), delay) == -9
            state = w.secrets()[name]["state"]
            there = os.path.exists(os.path.join(store, name + ".vault"))
            good = whole_or_absent(w, store, name, secret) and (state != "delivered" or there)
            if state == "sent" and not there:  # the one release was spent: only the operator re-arms it
                run("secrets", "rearm", name, "--data", w / "service", "--kek-file", w / "kek")
            if not there:
                good = good and run(*w.receive_args(service.ready, name, store)).returncode == 0 and w.ask(store, name, secret)
            ok += good
    check(ok == POINTS, f"vault receive, killed {killed} times: whole or absent, and works again")
    check(w.log_holds(), "the service's log holds")


def killed_service(w, folder):
    """secrets serve, killed while a vault receives: every acknowledged delivery is in the store, and the log holds."""
    secret = folder / "secret"
    store = folder / "store-service"
    ok = 0
    with w.platform():
        for i, delay in enumerate(points(0.4)):
            name = f"service-{i}"
            run(*w.add_args(name, secret))
            with w.service() as service:
                p = subprocess.Popen([JURAT, *w.receive_args(service.ready, name, store)], stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL)
                time.sleep(delay)
                service.kill()
                received = p.wait(timeout=60) == 0
            state = w.secrets()[name]["state"]
            ok += (not received or state == "delivered") and whole_or_absent(w, store, name, secret) and w.log_holds()
    check(ok == POINTS, f"secrets serve, killed {POINTS} times during a release: nothing acknowledged is lost, the log holds")


def children(pid):
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as f:
                    fields = f.read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == pid:
                found.append(int(name))
    return found


def killed_platform(w, folder):
    """platform serve and its key process: the next one makes quotes that are accepted."""
    secret = folder / "secret"
    store = folder / "store-platform"
    ok = 0
    with w.service() as service:
        for i in range(4):
            name = f"platform-{i}"
            run(*w.add_args(name, secret))
            with w.platform() as platform:
                if i % 2 == 0:
                    platform.kill()
                else:
                    keys = children(platform.process.pid)
                    for pid in keys:
                        os.kill(pid, signal.SIGKILL)
                    ok += len(keys) > 0
                refused = run(*w.receive_args(service.ready, name, store)).returncode != 0
                ok += refused and not os.path.exists(os.path.join(store, name + ".vault"))
            with w.platform():
                run("secrets", "rearm", name, "--data", w / "service", "--kek-file", w / "kek")
                ok += run(*w.receive_args(service.ready, name, store)).returncode == 0 and w.ask(store, name, secret)
    check(ok == 10, "platform serve and its key process, killed: an error, then works again")


def killed_rotate(w, folder):
    """secrets rotate: afterwards exactly one of the two keys opens everything."""
    old, new = w / "kek", folder / "kek-new"
    with open(os.open(new, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as f:
        f.write(os.urandom(32))
    ok = killed = 0
    whole = time_of(["secrets", "rotate", "--data", w / "service", "--kek-file", old, "--new-kek-file", new])
    old, new = new, old
    for delay in points(whole):
        args = ["secrets", "rotate", "--data", w / "service", "--kek-file", old, "--new-kek-file", new]
        killed += kill_after(args, delay) == -9
        opens = [run("secrets", "serve", "--data", w / "service", "--kek-file", k, "--listen", "127.0.0.1:0", "--check-config").returncode == 0
                 for k in (old, new)]
        ok += opens in ([True, False], [False, True])
        if opens[1]:
            old, new = new, old
    check(ok == POINTS, f"secrets rotate, killed {killed} times: always exactly one key works")
    if old != w / "kek":
        run("secrets", "rotate", "--data", w / "service", "--kek-file", old, "--new-kek-file", new)


def killed_making(w, folder):
    """world new, machine new: the folder is whole or absent."""
    ok = killed = 0
    for i, delay in enumerate(points(1.0)):
        path = folder / f"world-{i}"
        killed += kill_after(["world", "new", path], delay) == -9
        ok += not os.path.exists(path) or run("world", "show", path).returncode == 0
    check(ok == POINTS, f"world new, killed {killed} times: whole or absent")
    ok = killed = 0
    for i, delay in enumerate(points(0.012)):
        path = folder / f"machine-{i}"
        killed += kill_after(["machine", "new", path, "--world", w / "world"], delay) == -9
        ok += not os.path.exists(path) or run("machine", "show", path).returncode == 0
    check(ok == POINTS, f"machine new, killed {killed} times: whole or absent")


def limited(limit):
    def preexec():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    return preexec


def run_limited(args, limit):
    return subprocess.run([JURAT, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=limited(limit), timeout=60)


def full_disk(w, folder):
    """No room: told as such, nothing that was there is lost, and it works once there is room. (A file size limit stands in for the disk.)"""
    secret, store = folder / "secret", folder / "store-full"
    before = w.secrets()
    r = run_limited(w.add_args("full", folder / "big"), 64 * 1024)
    check(r.returncode != 0 and b"no space" in r.stderr, "secrets add on a full disk says so")
    check(w.secrets() == before and w.log_holds(), "and nothing is lost")
    check(run(*w.add_args("full", secret)).returncode == 0, "and it works once there is room")
    with w.platform(), w.service() as service:
        r = run_limited(w.receive_args(service.ready, "full", store), 64 * 1024)
        check(r.returncode != 0 and b"no space" in r.stderr, "vault receive on a full disk says so")
        check(w.secrets()["full"]["state"] == "sent" and not os.path.exists(os.path.join(store, "full.vault")),
              "the secret counts as sent, not as delivered, and nothing half-written is there")
        run("secrets", "rearm", "full", "--data", w / "service", "--kek-file", w / "kek")
        check(run(*w.receive_args(service.ready, "full", store)).returncode == 0 and w.ask(store, "full", secret),
              "re-armed, it arrives once there is room")
    r = run_limited(["world", "new", folder / "world-full"], 1024)
    check(r.returncode != 0 and b"no space" in r.stderr and not os.path.exists(folder / "world-full"), "world new on a full disk says so")


def main():
    with Folder() as folder:
        made = run("demo", "--dir", folder / "demo")
        check(made.returncode == 0, "a demo to start from")
        w = World(folder / "demo")
        for part in (killed_add, killed_receive, killed_service, killed_platform, killed_rotate, killed_making, full_disk):
            part(w, folder)
        shutil.rmtree(folder / "store", ignore_errors=True)
    finish()


main()
