/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TCB info for SGX, versions 2 and 3 (Intel SGX and TDX Provisioning Certification Service API, "Get TCB Info"): what a platform of one
 * FMSPC must have installed for which status. Signed by the TCB signing certificate over the exact bytes parsed here.
 */
#ifndef DCAP_TCB_INFO_H
#define DCAP_TCB_INFO_H

#include "core/diag.h"
#include "crypto/crypto.h"
#include "dcap/status.h"
#include "json/json.h"

#define TCB_INFO_MAX_LEN (256u * 1024u)
#define TCB_MAX_LEVELS 256u
#define TCB_MAX_ADVISORIES 256u
#define TCB_NUM_COMPONENTS 16

/* What TCB levels of platforms and of enclaves have in common. */
struct tcb_level_common {
	int64_t tcb_date;
	enum tcb_status status;
	const struct json_t *advisories; /* array of strings, or NULL; borrowed from the document */
};

struct tcb_level {
	uint8_t components[TCB_NUM_COMPONENTS];
	uint16_t pce_svn;
	struct tcb_level_common common;
};

struct tcb_info {
	struct json_t *document;
	unsigned version;
	int64_t issue_date, next_update; /* both inclusive */
	uint8_t fmspc[6];
	uint8_t pce_id[2];
	int64_t evaluation_number;
	struct tcb_level *levels; /* highest first, all different */
	size_t num_levels;
	uint8_t digest[SHA256_LEN]; /* SHA-256 of the text */
};

/*
 * tcb_info_parse: the signed object alone (the value of "tcbInfo"). Unknown members, statuses and versions are refused; id TDX is
 * JURAT_E_UNSUPPORTED. tcb_info_clear frees; a zeroed struct is cleared.
 */
MUST_USE jurat_rc tcb_info_parse(struct tcb_info *out, const char *text, size_t len, struct jurat_diag *d);
void tcb_info_clear(struct tcb_info *info);

/* tcb_info_select: the first level that has every component and the PCESVN not above the platform's, or NULL. */
const struct tcb_level *tcb_info_select(
    const struct tcb_info *info, const uint8_t components[TCB_NUM_COMPONENTS], uint16_t pce_svn);

/* Shared with enclave identities. */
/* tcb_read_date: a member "YYYY-MM-DDThh:mm:ssZ". */
MUST_USE jurat_rc tcb_read_date(const struct json_t *object, const char *field, int64_t *out, struct jurat_diag *d);
/* tcb_read_common: tcbDate, tcbStatus and advisoryIDs of a level. */
MUST_USE jurat_rc tcb_read_common(const struct json_t *level, struct tcb_level_common *out, struct jurat_diag *d);

#endif
