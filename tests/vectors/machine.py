#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keys and reports of the software processor, from a model of its own.

Written from the SDM's key derivation table (vol. 3D, EGETKEY) and docs/formats/machine.md, not from the C code. AES and CMAC are
those of sigma.py. Usage: machine.py > machine/keys.txt. Lines are `name hex`; the output never changes.
"""
import struct

from sigma import cmac

EINITTOKEN, PROVISION, PROVISION_SEAL, REPORT, SEAL = range(5)
INIT, DEBUG, MODE64, PROVKEY, TOKENKEY, KSS = 1, 2, 4, 0x10, 0x20, 0x80


def fill(n, first):
    return bytes((first + i * 7) & 0xff for i in range(n))


CPU = {"root_provision": fill(16, 1), "root_seal": fill(16, 2), "owner_epoch": fill(16, 3), "cpusvn": fill(16, 0x40),
       "report_key_id": fill(32, 5)}

SECS = {"miscselect": 1, "flags": INIT | MODE64 | PROVKEY | TOKENKEY | KSS, "xfrm": 0xe7, "mrenclave": fill(32, 6),
        "mrsigner": fill(32, 7), "config_id": fill(64, 8), "prod": 0x1234, "svn": 9, "config_svn": 5, "family": fill(16, 9),
        "ext": fill(16, 10)}

REQUEST = {"name": SEAL, "policy": 0, "svn": 7, "cpusvn": fill(16, 0x30), "mask_flags": 0xff0000000000000b, "mask_xfrm": 0x4,
           "key_id": fill(32, 11), "misc_mask": 0xf0000001, "config_svn": 0}


def body(s, cpusvn=bytes(16), data=bytes(64)):
    """REPORT's first 384 bytes."""
    out = bytearray(384)
    out[0:16] = cpusvn
    struct.pack_into("<I", out, 16, s["miscselect"])
    out[32:48] = s["ext"]
    struct.pack_into("<QQ", out, 48, s["flags"], s["xfrm"])
    out[64:96] = s["mrenclave"]
    out[128:160] = s["mrsigner"]
    out[192:256] = s["config_id"]
    struct.pack_into("<HHH", out, 256, s["prod"], s["svn"], s["config_svn"])
    out[304:320] = s["family"]
    out[320:384] = data
    return bytes(out)


def request(q):
    out = bytearray(512)
    struct.pack_into("<HHH", out, 0, q["name"], q["policy"], q["svn"])
    out[8:24] = q["cpusvn"]
    struct.pack_into("<QQ", out, 24, q["mask_flags"], q["mask_xfrm"])
    out[40:72] = q["key_id"]
    struct.pack_into("<IH", out, 72, q["misc_mask"], q["config_svn"])
    return bytes(out)


def target(s):
    out = bytearray(512)
    out[0:32] = s["mrenclave"]
    struct.pack_into("<QQ", out, 32, s["flags"], s["xfrm"])
    struct.pack_into("<H", out, 50, s["config_svn"])
    struct.pack_into("<I", out, 52, s["miscselect"])
    out[64:128] = s["config_id"]
    return bytes(out)


def keydep(name, policy=0, prod=0, svn=0, config_svn=0, misc=0, misc_mask=0, flags=0, xfrm=0, mask_flags=0, mask_xfrm=0,
           epoch=bytes(16), cpusvn=bytes(16), family=bytes(16), ext=bytes(16), mrenclave=bytes(32), mrsigner=bytes(32),
           key_id=bytes(32), config_id=bytes(64)):
    """The 304 bytes of docs/formats/machine.md, and the key."""
    dep = b"jurat/keydep/v1\0" + struct.pack("<HHHHHBBII12x", name, policy, prod, svn, config_svn, 0, 0, misc, misc_mask)
    dep += struct.pack("<QQQQ", flags, xfrm, mask_flags, mask_xfrm) + epoch + cpusvn + family + ext + mrenclave + mrsigner + key_id
    dep += config_id
    assert len(dep) == 304
    return cmac(CPU["root_provision" if name == PROVISION else "root_seal"], dep)


def key(s, q):
    """EGETKEY by the table: which inputs each key has."""
    if q["name"] == REPORT:
        return keydep(REPORT, misc=s["miscselect"], flags=s["flags"], xfrm=s["xfrm"], epoch=CPU["owner_epoch"], cpusvn=CPU["cpusvn"],
                      mrenclave=s["mrenclave"], key_id=q["key_id"], config_svn=s["config_svn"], config_id=s["config_id"])
    common = {"prod": s["prod"], "svn": q["svn"], "cpusvn": q["cpusvn"], "misc": s["miscselect"] & q["misc_mask"],
              "flags": s["flags"] & (q["mask_flags"] | INIT | DEBUG), "xfrm": s["xfrm"] & q["mask_xfrm"]}
    masks = {"mask_flags": q["mask_flags"], "mask_xfrm": q["mask_xfrm"], "misc_mask": q["misc_mask"]}
    if q["name"] == EINITTOKEN:
        return keydep(EINITTOKEN, mrsigner=s["mrsigner"], epoch=CPU["owner_epoch"], key_id=q["key_id"], **common)
    if q["name"] in (PROVISION, PROVISION_SEAL):
        return keydep(q["name"], mrsigner=s["mrsigner"], **common, **masks)
    p = q["policy"]
    if p & 4:
        common["prod"] = 0
    by_policy = {}
    for bit, field in ((1, "mrenclave"), (2, "mrsigner"), (0x10, "family"), (0x20, "ext"), (8, "config_id")):
        if p & bit:
            by_policy[field] = s[field]
    if p & 8:
        by_policy["config_svn"] = q["config_svn"]
    return keydep(SEAL, policy=p, epoch=CPU["owner_epoch"], key_id=q["key_id"], **common, **masks, **by_policy)


def put(name, value):
    print(name, value.hex())


def main():
    for name, value in CPU.items():
        put("cpu." + name, value)
    put("secs", body(SECS))
    cases = [{"name": n} for n in (EINITTOKEN, PROVISION, PROVISION_SEAL, REPORT, SEAL)]
    cases += [{"policy": p} for p in (1, 2, 3, 4, 6, 8, 0x10, 0x20, 0x3f)]
    cases += [{"policy": 8, "config_svn": 5}, {"mask_flags": 0, "mask_xfrm": 0, "misc_mask": 0}, {"cpusvn": bytes(16), "svn": 0}]
    cases += [{"name": PROVISION, "policy": 0x3f, "key_id": fill(32, 99)}]
    for i, change in enumerate(cases):
        q = {**REQUEST, **change}
        put(f"request.{i}", request(q))
        put(f"key.{i}", key(SECS, q))
    other = {**SECS, "mrenclave": fill(32, 20), "flags": INIT | MODE64 | KSS, "xfrm": 3, "config_svn": 2, "config_id": fill(64, 21)}
    report_key = key(other, {**REQUEST, "name": REPORT, "key_id": CPU["report_key_id"]})
    report = body(SECS, CPU["cpusvn"], fill(64, 22))
    put("target", target(other))
    put("report_data", fill(64, 22))
    put("report", report + CPU["report_key_id"] + cmac(report_key, report))


if __name__ == "__main__":
    main()
