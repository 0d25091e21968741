# SPDX-License-Identifier: Apache-2.0
"""openssl over a part of a drill: PCK chains with their CRLs, and the signatures of genuine quotes.

usage: drill_openssl.py DRILL
"""
import calendar
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import time

# Items of version 3 whose chain or CRL must not verify. What openssl has no opinion of (strict DER, names of roles, members of the SGX extension) is not here.
REFUSED = ("chain-leaf-signed-by-.*", "chain-ca-signed-by-.*", "leaf-signature-(r|s)-.*", "ca-signature-(r|s)-(zero|one|the-order)", "changed-after-signing-(leaf|ca)",
           "leaf-role-of-another-issuer", "ca-role-is-no-ca", "ca-role-may-not-sign-.*", "ca-role-of-another-issuer", "certificate-(ended|not-begun)-(leaf|ca)",
           "revoked-(leaf|ca)", "crl-(ended|not-begun)-.*", "(root|pck)-crl-signed-by-.*", "(root|pck)-crl-signature-(r|s)-(zero|one)",
           "(root|pck)-crl-changed-after-signing", "(leaf|ca)-unknown-critical-extension", "a-second-too-late")
BODY_LEN = {1: 384, 2: 584, 3: 648, 4: 885}


def openssl(*args, data=None):
    return subprocess.run(["openssl", *args], input=data, capture_output=True, timeout=60, check=False)


def blocks(text):
    return re.findall(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n", text, re.S)


def put(folder, name, data):
    path = os.path.join(folder, name)
    with open(path, "wb") as f:
        f.write(data)
    return path


def verifies(folder, drill, item, quote, collateral):
    """Whether openssl verifies leaf, CA and both CRLs below the drill's root."""
    roles = dict(zip(("leaf", "ca"), blocks(quote)))
    if "another-order" in item["name"]:
        roles["ca"] = blocks(quote)[2]
    crls = b"".join(openssl("crl", "-inform", "DER", data=bytes.fromhex(collateral[name])).stdout for name in ("root_ca_crl", "pck_crl"))
    at = calendar.timegm(time.strptime(item["at"], "%Y-%m-%dT%H:%M:%SZ"))
    done = openssl("verify", "-attime", str(at), "-CAfile", os.path.join(drill, "trust", "root-ca.pem"), "-untrusted", put(folder, "ca", roles["ca"]),
                   "-CRLfile", put(folder, "crls", crls), "-crl_check_all", put(folder, "leaf", roles["leaf"]))
    return done.returncode == 0


def der(raw):
    """r and s as ECDSA-Sig-Value."""
    def integer(b):
        b = b.lstrip(b"\0") or b"\0"
        b = b"\0" + b if b[0] & 0x80 else b
        return bytes([2, len(b)]) + b
    body = integer(raw[:32]) + integer(raw[32:64])
    return bytes([0x30, len(body)]) + body


def signed(folder, key, raw, data):
    return openssl("dgst", "-sha256", "-verify", put(folder, "key", key), "-signature", put(folder, "signature", der(raw)), data=data).returncode == 0


def signatures(folder, quote, collateral):
    """The four signatures of a quote and its collateral, each as (what, right)."""
    version, _, tee = struct.unpack_from("<HHI", quote)
    kind = struct.unpack_from("<H", quote, 48)[0] if version == 5 else 2 if tee else 1
    end = 48 + (6 if version == 5 else 0) + BODY_LEN[kind]
    report = end + 4 + 128 + (0 if version == 3 else 6)
    point = quote[end + 68:end + 132]
    attestation = openssl("pkey", "-pubin", "-inform", "DER", "-pubout",
                          data=bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004") + point).stdout
    leaf = openssl("x509", "-noout", "-pubkey", data=blocks(quote)[0]).stdout
    signer = openssl("x509", "-noout", "-pubkey", data=blocks(collateral["tcb_info_issuer_chain"].encode())[0]).stdout
    yield "quote", signed(folder, attestation, quote[end + 4:end + 68], quote[:end])
    yield "QE report", signed(folder, leaf, quote[report + 384:report + 448], quote[report:report + 384])
    for name in ("tcb_info", "qe_identity"):
        yield name, signed(folder, signer, bytes.fromhex(collateral[name + "_signature"]), collateral[name].encode())


def main():
    drill, wrong, chains, checked = sys.argv[1], [], 0, 0
    with open(os.path.join(drill, "index.json"), encoding="utf-8") as f:
        items = json.load(f)["items"]
    with tempfile.TemporaryDirectory() as folder:
        for item in items:
            name = item["name"]
            # the chain is elsewhere; openssl counts the last second as over (docs/differences.md)
            is_good = name.startswith("genuine") and "cert-data" not in name and "ending-now" not in name
            is_bad = any(re.fullmatch(p, name) for p in REFUSED)
            is_plain = name.endswith("genuine")
            if not is_good and not is_bad and not is_plain:
                continue
            with open(os.path.join(drill, item["quote"]), "rb") as f:
                quote = f.read()
            with open(os.path.join(drill, item["collateral"]), encoding="utf-8") as f:
                collateral = json.load(f)
            chains += 1
            if verifies(folder, drill, item, quote, collateral) != (not is_bad):
                wrong.append(f"{name}: openssl decides otherwise")
            for what, right in signatures(folder, quote, collateral) if is_plain else ():
                checked += 1
                if not right:
                    wrong.append(f"{name}: signature of the {what}")
    print("\n".join(wrong) if wrong else f"{chains} chains and {checked} signatures as openssl has them")
    return bool(wrong) or chains < 50 or checked != 28


sys.exit(main())
