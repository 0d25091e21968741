/* SPDX-License-Identifier: Apache-2.0 */
/* The policy's inside; the format is docs/formats/policy.md. */
#ifndef APPRAISAL_POLICY_H
#define APPRAISAL_POLICY_H

#include "appraisal/verdict.h"

#define POLICY_MAX_IDENTITIES 256u

struct policy_identity {
	bool has_mrenclave, has_mrsigner, has_config_id;
	uint8_t mrenclave[SGX_HASH_LEN], mrsigner[SGX_HASH_LEN], config_id[SGX_CONFIGID_LEN];
	uint16_t isv_prod_id; /* with mrsigner */
	uint16_t min_isv_svn; /* with mrsigner */
};

struct policy_status {
	bool named;
	const struct json_t *advisories; /* the only ones accepted, or NULL: any */
	int64_t until;                   /* inclusive; INT64_MAX: without end */
};

struct jurat_policy {
	struct json_t *document;
	struct policy_identity *identities;
	size_t num_identities;
	struct policy_status statuses[TCB_NUM_STATUSES];
	bool insecure_allow_debug;
	uint64_t allowed_flags;       /* of PROVISIONKEY and EINITTOKENKEY */
	int64_t min_evaluation_number; /* 0: none */
	int64_t max_age_s;            /* INT64_MAX: none */
	bool has_report_data;
	uint8_t report_data[SGX_REPORT_DATA_LEN];
};

/* policy_judge: the policy's checks (p may be NULL: all unasked but CHECK_POLICY, which fails). oldest_issue: of the collateral whose age counts. */
void policy_judge(struct jurat_verdict *v, const struct jurat_policy *p, bool has_oldest, int64_t oldest_issue);

#endif
