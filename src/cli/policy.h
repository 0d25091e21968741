/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_POLICY_H
#define CLI_POLICY_H

#include "appraisal/policy.h"

/* policy_print: what the policy accepts, in words, on standard output. */
void policy_print(const struct jurat_policy *p);

#endif
