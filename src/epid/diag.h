/* SPDX-License-Identifier: Apache-2.0 */
/* Filling the caller's record, and reading numbers and points with the reason why they are none. Freestanding. */
#ifndef EPID_DIAG_H
#define EPID_DIAG_H

#include "epid/decide.h"
#include "epid/g1.h"
#include "epid/g2.h"
#include "jurat/epid.h"

/* epid_fail: records a failure and returns its code; only the first is kept. d may be NULL, field is a literal. */
jurat_epid_rc epid_fail(
    struct jurat_epid_diag *d, jurat_epid_rc code, enum jurat_epid_defect defect, const char *field, size_t index);

/*
 * epid_read_g1, epid_read_g2, epid_read_fr: JURAT_EPID_NO_DEFECT, or what is wrong with the bytes, and out is untouched. The identity is a defect
 * unless identity_ok; a point of G2 is in the subgroup; zero is a defect for epid_read_secret alone. The points are public; scalars may be
 * secret: what becomes known is only whether they are allowed.
 */
MUST_USE enum jurat_epid_defect epid_read_g1(struct g1_affine *out, const uint8_t in[G1_LEN], bool identity_ok);
MUST_USE enum jurat_epid_defect epid_read_g2(struct g2_affine *out, const uint8_t in[G2_LEN]);
MUST_USE enum jurat_epid_defect epid_read_fr(struct fr *out, const uint8_t in[FR_LEN]);
MUST_USE enum jurat_epid_defect epid_read_secret(struct fr *out, const uint8_t in[FR_LEN]);

#endif
