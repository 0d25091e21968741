/* SPDX-License-Identifier: Apache-2.0 */
/* The policy's inside; the format is docs/formats/policy.md. */
#ifndef APPRAISAL_POLICY_H
#define APPRAISAL_POLICY_H

#include "appraisal/verdict.h"

#define POLICY_MAX_IDENTITIES 256u
#define POLICY_MAX_PLATFORMS 4096u

/* The registers of a TD report that a policy may name, in the order of the table in policy_identity.c. */
enum policy_register {
	REGISTER_MR_TD,
	REGISTER_RTMR0,
	REGISTER_RTMR1,
	REGISTER_RTMR2,
	REGISTER_RTMR3,
	REGISTER_MR_SEAM,
	REGISTER_MRSIGNER_SEAM,
	REGISTER_MR_CONFIG_ID,
	REGISTER_MR_OWNER,
	REGISTER_MR_OWNER_CONFIG,
	REGISTER_MR_SERVICETD,
	REGISTER_INIT_SERVTD_HASH,
	REGISTER_CUR_SERVTD_HASH,
	REGISTER_NUM
};

/* What a TD must look like. A mask's zero bits are not looked at; without the member the mask is zero. */
struct policy_td {
	bool has[REGISTER_NUM];
	uint8_t value[REGISTER_NUM][TD_HASH_LEN];
	uint64_t attributes, attributes_mask, xfam, xfam_mask;
};

struct policy_identity {
	bool is_td;
	/* an enclave */
	bool has_mrenclave, has_mrsigner, has_config_id;
	uint8_t mrenclave[SGX_HASH_LEN], mrsigner[SGX_HASH_LEN], config_id[SGX_CONFIGID_LEN];
	uint16_t isv_prod_id; /* with mrsigner */
	uint16_t min_isv_svn; /* with mrsigner */
	/* a TD */
	struct policy_td td;
};

struct policy_status {
	bool named;
	const struct json_value *advisories; /* the only ones accepted, or NULL: any */
	int64_t until;                   /* inclusive; INT64_MAX: without end */
	int64_t grace_s;                 /* how long after the TCB recovery that put it out of date; INT64_MAX: for ever */
};

/* One entry of a list of platforms: all that it names must fit. */
struct policy_platform {
	bool has_fmspc, has_ppid, has_instance;
	uint8_t fmspc[6], ppid[16], instance[16];
};

struct policy_platforms {
	struct policy_platform *list; /* NULL: there is no such list */
	size_t num;
};

/* Which values of a PCK certificate's flag are accepted: one bit for each enum pck_flag; 0: not asked. */
struct policy_flags {
	unsigned dynamic_platform, cached_keys, smt_enabled;
};

struct jurat_policy {
	struct json_value *document;
	struct policy_identity *identities;
	size_t num_identities;
	struct policy_status statuses[TCB_NUM_STATUSES];
	bool insecure_allow_debug;
	uint64_t allowed_flags;        /* of PROVISIONKEY and EINITTOKENKEY */
	uint64_t allowed_td_attributes;
	bool allow_no_sept_ve_disable;
	int64_t min_evaluation_number; /* 0: none */
	int64_t max_age_s;             /* INT64_MAX: none */
	bool has_report_data;
	uint8_t report_data[SGX_REPORT_DATA_LEN];
	struct policy_platforms allowed, denied;
	struct policy_flags flags;
};

/* policy_judge: the policy's checks (p may be NULL: all unasked but CHECK_POLICY, which fails). oldest_issue: of the collateral whose age counts. */
void policy_judge(struct jurat_verdict *v, const struct jurat_policy *p, bool has_oldest, int64_t oldest_issue);

/* policy_identity.c */
MUST_USE jurat_rc policy_identities_read(struct jurat_policy *p, struct jurat_diag *d);
/* policy_identity_find: the first identity that the quote is, or NULL; records CHECK_POLICY_IDENTITY. */
const struct policy_identity *policy_identity_find(struct jurat_verdict *v, const struct jurat_policy *p);

/* policy_platform.c */
MUST_USE jurat_rc policy_platforms_read(struct jurat_policy *p, struct jurat_diag *d);
void policy_platforms_judge(struct jurat_verdict *v, const struct jurat_policy *p);

#endif
