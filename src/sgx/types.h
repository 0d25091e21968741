/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers of the SGX architecture (Intel SDM vol. 3D, chapters 34-40): attribute bits, page types, key names, error codes.
 * All integers on the wire are little-endian. Freestanding.
 */
#ifndef SGX_TYPES_H
#define SGX_TYPES_H

#include "core/compiler.h"

#define SGX_PAGE_SIZE 4096u
#define SGX_HASH_LEN 32
#define SGX_CPUSVN_LEN 16
#define SGX_KEYID_LEN 32
#define SGX_CONFIGID_LEN 64
#define SGX_REPORT_DATA_LEN 64
#define SGX_EXTID_LEN 16 /* ISVFAMILYID, ISVEXTPRODID */

/* ATTRIBUTES.FLAGS */
#define SGX_FLAGS_INIT 0x1ull
#define SGX_FLAGS_DEBUG 0x2ull
#define SGX_FLAGS_MODE64BIT 0x4ull
#define SGX_FLAGS_PROVISIONKEY 0x10ull
#define SGX_FLAGS_EINITTOKENKEY 0x20ull
#define SGX_FLAGS_CET 0x40ull
#define SGX_FLAGS_KSS 0x80ull
#define SGX_FLAGS_AEXNOTIFY 0x400ull
#define SGX_XFRM_LEGACY 0x3ull /* x87 and SSE: always set */
#define SGX_MISC_EXINFO 0x1u

struct sgx_attributes {
	uint64_t flags;
	uint64_t xfrm;
};

/* SECINFO.FLAGS */
#define SGX_PAGE_R 0x1u
#define SGX_PAGE_W 0x2u
#define SGX_PAGE_X 0x4u
#define SGX_PAGE_TYPE_MASK 0xff00u
#define SGX_PT_SECS 0x000u
#define SGX_PT_TCS 0x100u
#define SGX_PT_REG 0x200u
#define SGX_PT_VA 0x300u
#define SGX_PT_TRIM 0x400u

/* KEYREQUEST.KEYNAME and KEYPOLICY */
enum sgx_key_name {
	SGX_KEY_EINITTOKEN = 0,
	SGX_KEY_PROVISION = 1,
	SGX_KEY_PROVISION_SEAL = 2,
	SGX_KEY_REPORT = 3,
	SGX_KEY_SEAL = 4,
};
#define SGX_POLICY_MRENCLAVE 0x1u
#define SGX_POLICY_MRSIGNER 0x2u
#define SGX_POLICY_NOISVPRODID 0x4u
#define SGX_POLICY_CONFIGID 0x8u
#define SGX_POLICY_ISVFAMILYID 0x10u
#define SGX_POLICY_ISVEXTPRODID 0x20u

/* ENCLU leaves (EAX) */
enum sgx_enclu {
	SGX_EREPORT = 0,
	SGX_EGETKEY = 1,
	SGX_EENTER = 2,
	SGX_ERESUME = 3,
	SGX_EEXIT = 4,
	SGX_EACCEPT = 5,
	SGX_EMODPE = 6,
	SGX_EACCEPTCOPY = 7,
	SGX_EVERIFYREPORT2 = 8,
	SGX_EDECCSSA = 9,
};

/* Codes that EINIT and EGETKEY leave in RAX. */
enum sgx_error {
	SGX_SUCCESS = 0,
	SGX_INVALID_SIG_STRUCT = 1,
	SGX_INVALID_ATTRIBUTE = 2,
	SGX_INVALID_MEASUREMENT = 4,
	SGX_INVALID_SIGNATURE = 8,
	SGX_MAC_COMPARE_FAIL = 9,
	SGX_INVALID_EINITTOKEN = 16,
	SGX_INVALID_CPUSVN = 32,
	SGX_INVALID_ISVSVN = 64,
	SGX_INVALID_KEYNAME = 256,
};

#endif
