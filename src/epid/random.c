/* SPDX-License-Identifier: Apache-2.0 */
#include "epid/random.h"

#include "core/ct.h"
#include "crypto/crypto.h"
#include "epid/diag.h"

jurat_epid_rc
epid_random(void *out, size_t n, const struct jurat_epid_random *source, struct jurat_epid_diag *d)
{
	bool ok = source != NULL ? source->fill(source->ctx, out, n) == 0 : crypto_random(out, n) == JURAT_OK;

	return ok ? JURAT_EPID_OK : epid_fail(d, JURAT_EPID_E_RANDOM, JURAT_EPID_NO_DEFECT, "random", 0);
}

jurat_epid_rc
epid_random_scalars(struct fr *const *out, size_t n, const struct jurat_epid_random *source, struct jurat_epid_diag *d)
{
	uint8_t seed[FR_SEED_LEN];
	jurat_epid_rc rc = JURAT_EPID_OK;

	for (size_t i = 0; i < n && rc == JURAT_EPID_OK; i++)
		if ((rc = epid_random(seed, sizeof seed, source, d)) == JURAT_EPID_OK)
			fr_from_seed(out[i], seed);
	wipe(seed, sizeof seed);
	return rc;
}

jurat_epid_rc
jurat_epid_secret_new(uint8_t out_f[32], const struct jurat_epid_random *random, struct jurat_epid_diag *d)
{
	struct fr f;
	jurat_epid_rc rc = epid_random_scalars((struct fr *const[]){ &f }, 1, random, d);

	if (rc == JURAT_EPID_OK)
		fr_write(out_f, &f);
	wipe(&f, sizeof f);
	return rc;
}
