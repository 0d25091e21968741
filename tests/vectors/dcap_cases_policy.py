# SPDX-License-Identifier: Apache-2.0
"""What the policy says of platforms, of grace after a TCB recovery and of TDs."""
import dcap_der as D
from dcap_world import FMSPC, HASH, MRENCLAVE, SEPT_VE_DISABLE, World, svn

PPID, INSTANCE = bytes(range(16)).hex(), bytes(16).hex()


def platforms():
    def one(name, check=None, code=None, world=None, **members):
        w = world or World()
        w.policy.update(members)
        return w.case("platform_" + name, check, code, 6, "UpToDate")
    here = {"fmspc": FMSPC.hex(), "ppid": PPID, "platform_instance_id": INSTANCE}
    others = {"fmspc": "00" * 6, "ppid": "ff" * 16, "platform_instance_id": "ff" * 16}
    yield one("allowed_by_everything", allowed_platforms=[here])
    yield one("denied_by_everything", "policy_platform", "policy", denied_platforms=[here])
    for member, value in here.items():
        yield one(f"allowed_by_{member}", allowed_platforms=[{member: value}])
        yield one(f"allowed_by_{member}_in_second_place", allowed_platforms=[{member: others[member]}, {member: value.upper()}])
        yield one(f"not_allowed_by_{member}", "policy_platform", "policy", allowed_platforms=[{member: others[member]}])
        yield one(f"denied_by_{member}", "policy_platform", "policy", denied_platforms=[{member: others[member]}, {member: value}])
        yield one(f"not_denied_by_{member}", denied_platforms=[{member: others[member]}])
        yield one(f"not_allowed_as_{member}_differs_though_the_rest_fits", "policy_platform", "policy",
                  allowed_platforms=[{**here, member: others[member]}])
        yield one(f"not_denied_as_{member}_differs_though_the_rest_fits", denied_platforms=[{**here, member: others[member]}])
    yield one("allowed_and_denied", "policy_platform", "policy", allowed_platforms=[here], denied_platforms=[{"ppid": PPID}])
    def of_a_processor_ca():
        from dcap_world import dn
        w = World()
        w.members = D.sgx_members(FMSPC, [5, 5, 2, 4, 1, 128] + [0] * 10, 11, False)
        w.subject["ca"], w.issuer["leaf"], w.crl_issuer["pck_crl"] = dn("processor_ca"), dn("processor_ca"), dn("processor_ca")
        return w
    yield one("without_instance_is_not_allowed_by_one", "policy_platform", "policy", of_a_processor_ca(),
              allowed_platforms=[{"platform_instance_id": INSTANCE}])
    yield one("without_instance_is_not_denied_by_one", None, None, of_a_processor_ca(), denied_platforms=[{"platform_instance_id": INSTANCE}])
    # the World's platform: dynamic yes, cached keys no, SMT yes
    for flag, value, other in (("dynamic_platform", "yes", "no"), ("cached_keys", "no", "yes"), ("smt_enabled", "yes", "no")):
        yield one(f"flag_{flag}_as_wanted", platform_flags={flag: [value]})
        yield one(f"flag_{flag}_among_wanted", platform_flags={flag: ["undefined", value]})
        yield one(f"flag_{flag}_not_as_wanted", "policy_platform_flags", "policy", platform_flags={flag: [other, "undefined"]})
        yield one(f"flag_{flag}_undefined_of_a_processor_ca", None, None, of_a_processor_ca(), platform_flags={flag: ["undefined"]})
        yield one(f"flag_{flag}_undefined_is_not_no", "policy_platform_flags", "policy", of_a_processor_ca(), platform_flags={flag: ["no"]})
    yield one("flags_none_asked", platform_flags={})


def grace():
    """The World's recovery: the level above the reached one is of 2026-02-11; the verification of 2026-06-01, 110.5 days later."""
    since = 110 * 86400 + 43200
    def world(**status):
        w = World()
        w.members = D.sgx_members(FMSPC, [1] + [0] * 15, 5)
        w.tcb_info["tcbLevels"][2]["tcbDate"] = "2023-01-01T00:00:00Z"
        w.policy["tcb_statuses"] = [{"status": "OutOfDate", **status}]
        return w
    yield world(grace_s=since).case("grace_to_its_last_second", status="OutOfDate")
    yield world(grace_s=since - 1).case("grace_that_ended_a_second_ago", "policy_tcb_status", "tcb", 6, "OutOfDate")
    yield world(grace_s=0).case("grace_of_nothing", "policy_tcb_status", "tcb", 6, "OutOfDate")
    w = world(grace_s=since)
    w.tcb_info["tcbLevels"][1]["tcbDate"] = "2026-01-11T00:00:00Z"
    yield w.case("grace_begins_with_the_first_recovery_not_the_last", "policy_tcb_status", "tcb", 6, "OutOfDate")
    w = world(grace_s=2**31 - 1)
    w.tcb_info["tcbLevels"][2]["tcbDate"] = "2026-02-11T00:00:00Z"
    yield w.case("grace_without_a_recovery_to_count_from", "policy_tcb_status", "tcb", 6, "OutOfDate")
    w = World()  # the quoting enclave alone is out of date: its level above is of 2026-01-01
    w.qe["svn"] = 7
    w.policy["tcb_statuses"] = [{"status": "OutOfDate", "grace_s": 151 * 86400 + 43200}]
    yield w.case("grace_of_the_quoting_enclave", status="OutOfDate")
    w.policy["tcb_statuses"][0]["grace_s"] -= 1
    yield w.case("grace_of_the_quoting_enclave_has_ended", "policy_tcb_status", "tcb", 6, "OutOfDate")


def tds():
    def one(name, check=None, code=None, identity=None, version=4, body_type=2, status="UpToDate", **td):
        w = World().td(version, body_type, **td)
        if identity is not None:
            w.policy["identities"] = identity if isinstance(identity, list) else [{"mr_td": HASH["mr_td"].hex(), **identity}]
        return w, w.policy, lambda: w.case("policy_td_" + name, check, code, 6, status)
    for register, value in HASH.items():
        yield one(f"with_its_{register}", None, None, {register: value.hex()})[2]()
        yield one(f"with_another_{register}", "policy_identity", "identity", {register: bytes(48).hex()})[2]()
    yield one("named_by_the_second_identity", None, None, [{"mrenclave": MRENCLAVE.hex()}, {"mr_td": HASH["mr_td"].hex()}])[2]()
    yield one("is_not_an_enclave", "policy_identity", "identity", [{"mrenclave": HASH["mr_td"].hex()[:64]}])[2]()
    w = World()
    w.policy["identities"] = [{"mr_td": HASH["mr_td"].hex()}]
    yield w.case("policy_enclave_is_not_a_td", "policy_identity", "identity", 6, "UpToDate")
    attributes = {"td_attributes": f"{SEPT_VE_DISABLE:016x}"}
    yield one("with_its_td_attributes", None, None, attributes)[2]()
    yield one("with_other_td_attributes", "policy_identity", "identity", {"td_attributes": f"{SEPT_VE_DISABLE | 1 << 30:016x}"})[2]()
    yield one("with_td_attributes_under_a_mask", None, None, {**attributes, "td_attributes_mask": f"{SEPT_VE_DISABLE:016x}"})[2]()
    yield one("with_a_bit_set_that_the_mask_wants_clear", "policy_identity", "identity",
              {"td_attributes": "0" * 16, "td_attributes_mask": f"{SEPT_VE_DISABLE:016x}"})[2]()
    yield one("with_its_xfam", None, None, {"xfam": f"{0x61AE7:016x}"})[2]()
    yield one("with_another_xfam", "policy_identity", "identity", {"xfam": f"{0x61AE6:016x}"})[2]()
    yield one("with_xfam_under_a_mask", None, None, {"xfam": f"{3:016x}", "xfam_mask": f"{3:016x}"})[2]()
    yield one("with_amx_that_the_mask_wants_clear", "policy_identity", "identity", {"xfam": "0" * 16, "xfam_mask": f"{0x60000:016x}"})[2]()
    yield one("under_debug", "policy_debug", "attributes", attributes=SEPT_VE_DISABLE | 1)[2]()
    w, policy, case = one("under_debug_by_name", attributes=SEPT_VE_DISABLE | 1)
    policy["insecure_allow_debug"] = True
    yield {**case(), "stains": "private_root debug_td insecure_allow_debug"}
    for bit in range(1, 8):  # reserved for debug: never a production TD, and nothing that "debug" covers
        w, policy, case = one(f"with_reserved_debug_bit_{bit}", "policy_debug", "attributes", attributes=SEPT_VE_DISABLE | 1 << bit)
        yield case()
        w, policy, case = one(f"with_reserved_debug_bit_{bit}_though_debug_is_allowed", "policy_attributes", "attributes",
                              attributes=SEPT_VE_DISABLE | 1 << bit)
        policy["insecure_allow_debug"] = True
        yield case()
    for name, bit in (("MIGRATABLE", 29), ("PKS", 30), ("KL", 31), ("PERFMON", 63)):
        yield one(f"with_{name}", "policy_attributes", "attributes", attributes=SEPT_VE_DISABLE | 1 << bit)[2]()
        w, policy, case = one(f"with_{name}_by_name", attributes=SEPT_VE_DISABLE | 1 << bit)
        policy["attributes"] = [name]
        yield case()
        yield one(f"with_{name}_by_identity", None, None, {"td_attributes": f"{SEPT_VE_DISABLE | 1 << bit:016x}"},
                  attributes=SEPT_VE_DISABLE | 1 << bit)[2]()
    for bit in (8, 27, 32, 62):
        w, policy, case = one(f"with_unknown_bit_{bit}", "policy_attributes", "attributes", attributes=SEPT_VE_DISABLE | 1 << bit)
        policy["attributes"] = ["MIGRATABLE", "PKS", "KL", "PERFMON", "NO_SEPT_VE_DISABLE", "PROVISION_KEY", "EINITTOKEN_KEY"]
        yield case()
    yield one("without_sept_ve_disable", "policy_attributes", "attributes", attributes=0)[2]()
    w, policy, case = one("without_sept_ve_disable_by_name", attributes=0)
    policy["attributes"] = ["NO_SEPT_VE_DISABLE"]
    yield case()
    for body_type in (3, 4):
        service = {"servicetd": b"\1" * 48}
        yield one(f"with_a_service_td_{body_type}", "policy_identity", "identity", None, 5, body_type, **service)[2]()
        yield one(f"with_a_named_service_td_{body_type}", None, None, {"mr_servicetd": "01" * 48}, 5, body_type, **service)[2]()
    service = {"servtd_hash": b"\2" * 48}
    yield one("ex_with_a_service_td_hash", "policy_identity", "identity", None, 5, 4, **service)[2]()
    yield one("ex_with_named_service_td_hashes", None, None, {"init_servtd_hash": "02" * 48, "cur_servtd_hash": "02" * 48}, 5, 4, **service)[2]()
    w, policy, case = one("with_report_data")
    policy["report_data"] = bytes(range(64)).hex()
    w.report_data = policy["report_data"]
    yield case()
    w, policy, case = one("with_other_report_data")
    policy["report_data"] = "00" * 64
    yield w.case("policy_td_with_other_report_data", "policy_report_data", "mismatch", 3, "UpToDate")
    w = World().td()
    w.report_data = "00" * 64
    yield w.case("caller_refuses_other_report_data_of_a_td", "report_data", "mismatch", 3, "UpToDate")
    w = World().td(5, 3, svn=svn(4, 1, 4), svn2=svn(7, 1, 4))
    since = 110 * 86400 + 43200
    w.policy["tcb_statuses"] = [{"status": "TDRelaunchAdvised", "grace_s": since}]
    yield w.case("policy_td_relaunch_within_its_grace", status="TDRelaunchAdvised")
    w.policy["tcb_statuses"] = [{"status": "TDRelaunchAdvised", "grace_s": since - 1}]
    yield w.case("policy_td_relaunch_after_its_grace", "policy_tcb_status", "tcb", 6, "TDRelaunchAdvised")


def cases():
    for part in (platforms, grace, tds):
        yield from part()
