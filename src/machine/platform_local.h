/* SPDX-License-Identifier: Apache-2.0 */
/* The platform software in this process: both enclaves, and the attestation key between them. */
#ifndef MACHINE_PLATFORM_LOCAL_H
#define MACHINE_PLATFORM_LOCAL_H

#include "machine/platform_internal.h"

struct platform_local;

MUST_USE jurat_rc platform_local_start(
    struct platform_local **out, struct machine *m, const struct enclave_options *options, struct jurat_diag *d);
void platform_local_free(struct platform_local *l);

/* platform_local_answer: the body of the answer, at most PLATFORM_ANSWER_BODY_MAX_LEN bytes. Thread-safe: nothing changes after the start. */
MUST_USE jurat_rc platform_local_answer(struct platform_local *l, const struct platform_request *request, uint8_t *out,
    size_t *out_len, struct jurat_diag *d);

/* platform_not_enrolled: the failure of a quote without a PCK chain, with what to do about it. */
void platform_not_enrolled(struct jurat_diag *d);

#endif
