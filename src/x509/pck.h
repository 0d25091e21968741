/* SPDX-License-Identifier: Apache-2.0 */
/* The SGX extension of a PCK certificate, 1.2.840.113741.1.13.1 (Intel SGX PCK Certificate and CRL Profile, §1.3.5). */
#ifndef X509_PCK_H
#define X509_PCK_H

#include "x509/der.h"

#define PCK_NUM_COMPONENTS 16

enum pck_flag { PCK_UNDEFINED, PCK_FALSE, PCK_TRUE }; /* a processor CA's certificate says nothing: undefined, not false */

struct pck_extension {
	uint8_t ppid[16];
	uint8_t components[PCK_NUM_COMPONENTS]; /* what TCB levels are compared with */
	uint16_t pce_svn;
	uint8_t cpusvn[16];
	uint8_t pce_id[2];
	uint8_t fmspc[6];
	uint8_t sgx_type; /* 0 standard, 1 scalable, 2 scalable with integrity */
	bool has_platform; /* seven members (platform CA) rather than five (processor CA) */
	uint8_t platform_instance_id[16];
	enum pck_flag dynamic_platform, cached_keys, smt_enabled;
};

/* pck_extension_parse: exactly 5 or 7 members, each once and of its exact size; TCB with exactly 18; configuration at most 3. */
MUST_USE jurat_rc pck_extension_parse(struct pck_extension *out, struct x509_span extension, struct jurat_diag *d);

#endif
