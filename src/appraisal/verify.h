/* SPDX-License-Identifier: Apache-2.0 */
/* verify(evidence, collateral, trust roots, time, policy) -> verdict. The contract is jurat/verify.h; this adds what its objects are made of. */
#ifndef APPRAISAL_VERIFY_H
#define APPRAISAL_VERIFY_H

#include "dcap/collateral.h"
#include "dcap/trust.h"
#include "jurat/verify.h"
#include "sgx/quote.h"

#endif
