# SPDX-License-Identifier: Apache-2.0
"""What the integration tests share: the program, the folder of a demo, daemons, and the closing line that tools/run-tests counts."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile

JURAT = os.path.realpath(os.environ.get("JURAT", sys.argv[1] if len(sys.argv) > 1 else "build/jurat"))
results = []


def check(ok, what):
    results.append(bool(ok))
    print(("ok      " if ok else "FAILED  ") + what, flush=True)
    return ok


def finish():
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    sys.exit(0 if results and all(results) else 1)


def run(*args, env=None, timeout=120, program=None):
    whole = dict(os.environ, **(env or {}))
    return subprocess.run([program or JURAT, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=whole, timeout=timeout)


class Folder:
    """A temporary folder that goes away whatever happens."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="jurat-it-")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    def __truediv__(self, name):
        return os.path.join(self.path, name)


class Daemon:
    """A daemon of this program with --ready-fd; `ready` is what it said there."""

    def __init__(self, *args, env=None):
        read, write = os.pipe()
        self.process = subprocess.Popen([JURAT, *args, "--ready-fd", str(write)], pass_fds=[write], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, env=dict(os.environ, **(env or {})))
        os.close(write)
        with os.fdopen(read, "rb") as f:
            self.ready = f.readline().decode(errors="replace").strip()

    def kill(self, how=signal.SIGKILL):
        self.process.send_signal(how)
        return self.process.wait(timeout=30)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()


class World:
    """The folder that `jurat demo --dir` leaves, and the commands that a user has for it."""

    def __init__(self, path):
        self.path = path
        shown = json.loads(run("secrets", "show", "--data", self / "service", "--json").stdout)
        self.key = shown["service_key"]

    def __truediv__(self, name):
        return os.path.join(self.path, name)

    def platform(self):
        return Daemon("platform", "serve", "sw:" + (self / "machine"), "--socket", self / "platform.sock")

    def service(self):
        return Daemon("secrets", "serve", "--data", self / "service", "--kek-file", self / "kek", "--listen", "127.0.0.1:0")

    def add_args(self, name, file):
        return ["secrets", "add", name, "--data", self / "service", "--kek-file", self / "kek", "--file", file, "--policy",
                self / "policy.json"]

    def receive_args(self, url, name, store):
        return ["vault", "receive", "--machine", "sw:" + (self / "machine"), "--enclave", self / "world/enclaves/vault.so", "--platform",
                self / "platform.sock", "--url", url, "--ca", self / "service/tls.pem", "--service-key", self.key, "--secret", name,
                "--store", store]

    def ask(self, store, name, candidate):
        return run("vault", "ask", "--machine", "sw:" + (self / "machine"), "--enclave", self / "world/enclaves/vault.so", "--store",
                   store, "--secret", name, "--candidate", candidate).stdout.strip() == b"yes"

    def secrets(self):
        listed = run("secrets", "list", "--data", self / "service", "--json")
        return {s["name"]: s for s in json.loads(listed.stdout)["secrets"]}

    def log_holds(self):
        return run("secrets", "log", "--data", self / "service", "--verify").returncode == 0
