/* SPDX-License-Identifier: Apache-2.0 */
/* src/epid inside an enclave: issuer, member and verifier over the kernels that run everywhere. Never installed. */
#include "enclave_epid.h"

#include <string.h>

#include "enclave.h"

#define GID 4

static _Alignas(JURAT_EPID_ALIGN) uint8_t group_memory[JURAT_EPID_GROUP_MAX_SIZE], other_memory[JURAT_EPID_VERIFIER_MAX_SIZE],
    issuer_memory[JURAT_EPID_ISSUER_MAX_SIZE];
static uint8_t key[JURAT_EPID_PRIVATE_KEY_LEN(GID)];

static struct jurat_epid_bytes
view(const void *p, size_t len)
{
	return (struct jurat_epid_bytes){ p, len };
}

/* new_member: a group, and a key in it. public_key is written. */
static jurat_epid_rc
new_member(struct jurat_epid_group **out, uint8_t public_key[JURAT_EPID_GROUP_KEY_LEN(GID)])
{
	static const uint8_t gid[GID] = { 0, 0, 0x0b, 0x2a }, nonce[32] = { 1 };
	uint8_t issuer_key[JURAT_EPID_ISSUER_KEY_LEN(GID)], f[32], request[JURAT_EPID_JOIN_REQUEST_LEN(JURAT_EPID_NOT_SPLIT)];
	uint8_t credential[JURAT_EPID_CREDENTIAL_LEN(GID)];
	size_t public_len = JURAT_EPID_GROUP_KEY_LEN(GID);
	struct jurat_epid_issuer *issuer;
	struct jurat_epid_group *g;
	jurat_epid_rc rc;

	if ((rc = jurat_epid_group_create(public_key, public_len, issuer_key, sizeof issuer_key, view(gid, GID), NULL, NULL)) != JURAT_EPID_OK ||
	    (rc = jurat_epid_group_init(
		 &g, group_memory, sizeof group_memory, view(public_key, public_len), JURAT_EPID_HASH_OF_GROUP, NULL)) != JURAT_EPID_OK ||
	    (rc = jurat_epid_issuer_init(&issuer, issuer_memory, sizeof issuer_memory, g, view(issuer_key, sizeof issuer_key), NULL)) != JURAT_EPID_OK ||
	    (rc = jurat_epid_secret_new(f, NULL, NULL)) != JURAT_EPID_OK ||
	    (rc = jurat_epid_join_request(request, sizeof request, g, JURAT_EPID_NOT_SPLIT, f, nonce, NULL, NULL)) != JURAT_EPID_OK ||
	    (rc = jurat_epid_certify(credential, sizeof credential, issuer, view(request, sizeof request), nonce, NULL, NULL)) != JURAT_EPID_OK)
		return rc;
	*out = g;
	return jurat_epid_key_from_credential(key, sizeof key, g, JURAT_EPID_NOT_SPLIT, view(credential, sizeof credential), f, NULL);
}

static jurat_epid_rc
sign(uint8_t out[EPID_SIGNED_LEN], struct jurat_epid_bytes message)
{
	uint8_t *list = out + JURAT_EPID_GROUP_KEY_LEN(GID), *signature = list + JURAT_EPID_SIGRL_LEN(GID, 1);
	struct jurat_epid_bytes list_bytes = view(list, JURAT_EPID_SIGRL_LEN(GID, 1));
	struct jurat_epid_sign_request request = { .message = message, .sigrl = &list_bytes };
	struct jurat_epid_member *m;
	struct jurat_epid_group *g;
	jurat_epid_rc rc;

	if ((rc = new_member(&g, out)) != JURAT_EPID_OK ||
	    (rc = jurat_epid_member_init(
		 &m, other_memory, sizeof other_memory, g, JURAT_EPID_NOT_SPLIT, view(key, sizeof key), NULL)) != JURAT_EPID_OK)
		return rc;
	/* a list with one entry of nobody: h1 and h2 of the group */
	memcpy(list, out, GID);
	memcpy(list + GID, "\0\0\0\7\0\0\0\1", 8);
	memcpy(list + GID + 8, out + GID, 128);
	rc = jurat_epid_sign(signature, JURAT_EPID_SIGNATURE_LEN(JURAT_EPID_NOT_SPLIT, 1), m, &request, NULL);
	jurat_epid_member_clear(m);
	return rc;
}

static jurat_epid_rc
verify(struct jurat_epid_bytes public_key, struct jurat_epid_bytes signature, struct jurat_epid_bytes message)
{
	struct jurat_epid_verifier *v;
	struct jurat_epid_group *g;
	jurat_epid_rc rc;

	if ((rc = jurat_epid_group_init(&g, group_memory, sizeof group_memory, public_key, JURAT_EPID_HASH_OF_GROUP, NULL)) != JURAT_EPID_OK ||
	    (rc = jurat_epid_verifier_init(&v, other_memory, sizeof other_memory, g, NULL, 0, NULL)) != JURAT_EPID_OK)
		return rc;
	return jurat_epid_verify(v, signature, message, NULL);
}

jurat_rc
enclave_main(uint32_t op, const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len)
{
	size_t key_len = JURAT_EPID_GROUP_KEY_LEN(GID), signature_len = JURAT_EPID_SIGNATURE_LEN(JURAT_EPID_NOT_SPLIT, 0);

	if (op == EPID_OP_SIGN && out_cap >= EPID_SIGNED_LEN) {
		*out_len = EPID_SIGNED_LEN;
		return sign(out, view(in, in_len)) == JURAT_EPID_OK ? JURAT_OK : JURAT_E_CRYPTO;
	}
	if (op == EPID_OP_VERIFY && in_len >= key_len + signature_len && out_cap >= 1) {
		*out_len = 1;
		out[0] = verify(view(in, key_len), view(in + key_len, signature_len),
			     view(in + key_len + signature_len, in_len - key_len - signature_len)) == JURAT_EPID_OK;
		return JURAT_OK;
	}
	return JURAT_E_UNSUPPORTED;
}
