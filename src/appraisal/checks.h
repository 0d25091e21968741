/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one table of checks. The verdict's list, docs/checks.md and the tests are made from it; a check that is not in it does not exist.
 * Order is the order of the verdict, and among failures of equal weight the earlier one decides.
 */
#ifndef APPRAISAL_CHECKS_H
#define APPRAISAL_CHECKS_H

#include "core/compiler.h"

enum check_id {
	CHECK_QUOTE_FORMAT,
	CHECK_QUOTE_PADDING,
	CHECK_QUOTE_QE_VENDOR,
	CHECK_CERTIFICATION_DATA,
	CHECK_PCK_CHAIN_FORMAT,
	CHECK_PCK_CHAIN_ROLES,
	CHECK_PCK_CHAIN_ROOT,
	CHECK_PCK_CHAIN_SIGNATURES,
	CHECK_PCK_SGX_EXTENSION,
	CHECK_PCK_MATCHES,
	CHECK_ROOT_CRL,
	CHECK_ROOT_CRL_SIGNATURE,
	CHECK_PCK_CRL,
	CHECK_PCK_CRL_SIGNATURE,
	CHECK_PCK_CA_NOT_REVOKED,
	CHECK_PCK_NOT_REVOKED,
	CHECK_TCB_INFO_FORMAT,
	CHECK_TCB_INFO_SIGNER,
	CHECK_TCB_INFO_SIGNATURE,
	CHECK_QE_IDENTITY_FORMAT,
	CHECK_QE_IDENTITY_SIGNER,
	CHECK_QE_IDENTITY_SIGNATURE,
	CHECK_SIGNERS_NOT_REVOKED,
	CHECK_TCB_INFO_MATCHES,
	CHECK_QE_REPORT_SIGNATURE,
	CHECK_QE_REPORT_BINDING,
	CHECK_QE_IDENTITY_MATCHES,
	CHECK_QUOTE_SIGNATURE,
	CHECK_TDX_MODULE,
	CHECK_VALIDITY_BEGUN,
	CHECK_VALIDITY_NOT_ENDED,
	CHECK_TCB_LEVEL,
	CHECK_TCB_NOT_REVOKED,
	CHECK_SIGNER_NOT_PUBLIC,
	CHECK_REPORT_DATA,
	CHECK_POLICY,
	CHECK_POLICY_IDENTITY,
	CHECK_POLICY_DEBUG,
	CHECK_POLICY_ATTRIBUTES,
	CHECK_POLICY_TCB_STATUS,
	CHECK_POLICY_TCB_EVALUATION,
	CHECK_POLICY_COLLATERAL_AGE,
	CHECK_POLICY_PLATFORM,
	CHECK_POLICY_PLATFORM_FLAGS,
	CHECK_POLICY_REPORT_DATA,
	CHECK_NUM
};

struct check_info {
	const char *hook;   /* "verify." and the name: what a sabotage build leaves out */
	const char *what;   /* what it checks */
	const char *rule;   /* where the rule comes from */
	const char *remedy; /* what to do when it fails */
};

const struct check_info *check_info(enum check_id id);
/* check_name: the stable name, without "verify.". */
const char *check_name(enum check_id id);

#endif
