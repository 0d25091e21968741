/* SPDX-License-Identifier: Apache-2.0 */
/* What must be true of evidence of the signed world that was accepted, found out without the verifier: OpenSSL for certificates and CRLs, offsets for the quote. */
#ifndef FUZZ_ACCEPT_HOLD_H
#define FUZZ_ACCEPT_HOLD_H

#include "signed_world.h"
#include "x509/pck.h"

/* accept_hold: aborts unless the evidence deserves to be accepted under the targets' policy (verdict_hold.h). */
void accept_hold(const struct world_evidence *e);

/* accept_tcb.c: the same of its TCB and of the quoting enclave's identity; called by accept_hold. */
void accept_hold_tcb(const struct world_evidence *e, const struct pck_extension *platform);

#endif
