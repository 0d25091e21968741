/* SPDX-License-Identifier: Apache-2.0 */
/* Group key, issuer's key (48), nonce (32), join request. A request that gets a credential gets none over another nonce, nor if anything of it changes. */
#include "epid_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_request(const struct jurat_epid_issuer *issuer, struct jurat_epid_bytes request, const uint8_t nonce[32])
{
	uint8_t credential[JURAT_EPID_CREDENTIAL_LEN(16)], other[32], changed[JURAT_EPID_JOIN_REQUEST_LEN(JURAT_EPID_SPLIT)];

	if (jurat_epid_certify(credential, sizeof credential, issuer, request, nonce, NULL, NULL) != JURAT_EPID_OK)
		return;
	if (request.len > sizeof changed)
		abort();
	memcpy(other, nonce, sizeof other);
	other[31] ^= 1;
	if (jurat_epid_certify(credential, sizeof credential, issuer, request, other, NULL, NULL) == JURAT_EPID_OK)
		abort();
	memcpy(changed, request.p, request.len);
	changed[127] ^= 1; /* s */
	request.p = changed;
	if (jurat_epid_certify(credential, sizeof credential, issuer, request, nonce, NULL, NULL) == JURAT_EPID_OK)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct jurat_epid_group *group;
	struct jurat_epid_issuer *issuer = NULL;
	const uint8_t *key, *nonce;
	struct reader r;

	reader_init(&r, data, size);
	if ((group = group_of(&r)) == NULL)
		return 0;
	key = reader_take(&r, JURAT_EPID_ISSUER_KEY_LEN(16));
	nonce = reader_take(&r, 32);
	if (nonce == NULL)
		return 0;
	if (jurat_epid_issuer_new(&issuer, group, (struct jurat_epid_bytes){ key, JURAT_EPID_ISSUER_KEY_LEN(16) }, NULL) == JURAT_EPID_OK)
		check_request(issuer, rest_of(&r), nonce);
	jurat_epid_issuer_free(issuer);
	return 0;
}
