/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCB info: version 2 (SGX) and 3 (SGX, TDX) (Intel SGX and TDX Provisioning Certification Service API, "Get TCB Info"): what a platform of one
 * FMSPC must have installed for which status. Signed by the TCB signing certificate over the exact bytes parsed here.
 */
#ifndef DCAP_TCB_INFO_H
#define DCAP_TCB_INFO_H

#include "crypto/crypto.h"
#include "dcap/isv_level.h"

#define TCB_INFO_MAX_LEN (256u * 1024u)
#define TCB_MAX_MODULES 256u /* a module's version is one byte */
#define TCB_NUM_COMPONENTS 16
#define TCB_HASH_LEN 48
#define TCB_WORD_LEN 31

struct tcb_level {
	uint8_t components[TCB_NUM_COMPONENTS];
	uint8_t tdx_components[TCB_NUM_COMPONENTS]; /* of TDX alone */
	uint16_t pce_svn;
	struct tcb_level_common common;
};

/* Who updates a component ("BIOS", "OS/VMM") and with what ("TDX Module"): plain ASCII; "" where TCB info does not say or says something else. */
struct tcb_component_words {
	char category[TCB_WORD_LEN + 1], type[TCB_WORD_LEN + 1];
};

/* What a TDX module must look like, in the order of bytes in a TD report. */
struct tdx_module {
	uint8_t mrsigner[TCB_HASH_LEN];
	uint64_t attributes, attributes_mask;
};

/* One of tdxModuleIdentities: a module's major version ("TDX_03") and its levels. */
struct tdx_module_identity {
	uint8_t version;
	struct tdx_module module;
	struct isv_levels levels;
};

struct tcb_info {
	struct json_value *document;
	unsigned version;
	bool is_tdx;
	int64_t issue_date, next_update; /* both inclusive */
	uint8_t fmspc[6];
	uint8_t pce_id[2];
	int64_t evaluation_number;
	struct tcb_level *levels; /* highest first, all different */
	size_t num_levels;
	struct tcb_component_words words[TCB_NUM_COMPONENTS], tdx_words[TCB_NUM_COMPONENTS]; /* of the first level in the text: all say the same */
	struct tdx_module module; /* of TDX alone: for modules of version 0 */
	struct tdx_module_identity *modules;
	size_t num_modules;
	uint8_t digest[SHA256_LEN]; /* SHA-256 of the text */
};

/*
 * tcb_info_parse: the signed object alone (the value of "tcbInfo"). Unknown members, statuses and versions are refused, and so are TDX's members in
 * SGX's. tcb_info_clear frees; a zeroed struct is cleared.
 */
MUST_USE jurat_rc tcb_info_parse(struct tcb_info *out, const char *text, size_t len, struct jurat_diag *d);
void tcb_info_clear(struct tcb_info *info);

/*
 * tcb_info_select: the first level that has every component and the PCESVN not above the platform's, or NULL. tee_tcb_svn: 16 bytes of a TD
 * report, or NULL for SGX. With a TDX module of version 1 and above its first two bytes are the module's own and judged by its identity.
 */
const struct tcb_level *tcb_info_select(const struct tcb_info *info, const uint8_t components[TCB_NUM_COMPONENTS], uint16_t pce_svn,
    const uint8_t *tee_tcb_svn);

/* tcb_info_best: of the levels with the best status the lowest one, which is the easiest to reach. */
const struct tcb_level *tcb_info_best(const struct tcb_info *info);

/* tcb_info_module: the identity of a TDX module's version, or NULL. */
const struct tdx_module_identity *tcb_info_module(const struct tcb_info *info, uint8_t version);

#endif
