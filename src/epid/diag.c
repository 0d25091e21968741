/* SPDX-License-Identifier: Apache-2.0 */
#include "epid/diag.h"

#include "core/ct.h"

jurat_epid_rc
epid_fail(struct jurat_epid_diag *d, jurat_epid_rc code, enum jurat_epid_defect defect, const char *field, size_t index)
{
	if (d != NULL && d->code == JURAT_EPID_OK) {
		d->code = code;
		d->defect = defect;
		d->field = field;
		d->index = index;
	}
	return code;
}

enum jurat_epid_defect
epid_read_g1(struct g1_affine *out, const uint8_t in[G1_LEN], bool identity_ok)
{
	struct g1_affine p;
	struct fq coordinate;

	if (!g1_read(&p, in)) {
		bool canonical = fq_read(&coordinate, in) && fq_read(&coordinate, in + FQ_LEN);

		return canonical ? JURAT_EPID_NOT_ON_CURVE : JURAT_EPID_NOT_CANONICAL;
	}
	if (!identity_ok && epid_decide(g1_affine_is_identity(&p)))
		return JURAT_EPID_IDENTITY;
	*out = p;
	wipe(&p, sizeof p); /* it may be a member's A */
	return JURAT_EPID_NO_DEFECT;
}

enum jurat_epid_defect
epid_read_g2(struct g2_affine *out, const uint8_t in[G2_LEN])
{
	struct g2_affine p;
	struct fq2 coordinate;

	if (!g2_read(&p, in)) {
		bool canonical = fq2_read(&coordinate, in) && fq2_read(&coordinate, in + FQ2_LEN);

		return canonical ? JURAT_EPID_NOT_ON_CURVE : JURAT_EPID_NOT_CANONICAL;
	}
	if (g2_affine_is_identity(&p))
		return JURAT_EPID_IDENTITY;
	if (!g2_in_subgroup_vartime(&p))
		return JURAT_EPID_NOT_IN_SUBGROUP;
	*out = p;
	return JURAT_EPID_NO_DEFECT;
}

enum jurat_epid_defect
epid_read_fr(struct fr *out, const uint8_t in[FR_LEN])
{
	return fr_read(out, in) ? JURAT_EPID_NO_DEFECT : JURAT_EPID_SCALAR_RANGE;
}

enum jurat_epid_defect
epid_read_secret(struct fr *out, const uint8_t in[FR_LEN])
{
	struct fr k = FR_ZERO;
	enum jurat_epid_defect defect = JURAT_EPID_NO_DEFECT;

	if (!fr_read(&k, in))
		defect = JURAT_EPID_SCALAR_RANGE;
	else if (epid_decide(fr_is_zero(&k)))
		defect = JURAT_EPID_SCALAR_ZERO;
	else
		*out = k;
	wipe(&k, sizeof k);
	return defect;
}
