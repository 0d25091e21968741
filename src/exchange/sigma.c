/* SPDX-License-Identifier: Apache-2.0 */
/* What both sides of SIGMA share: the key derivation, the point's wire form and the hashes that bind the session. */
#include "exchange/sigma.h"

#include <string.h>

#include "core/bytes.h"
#include "core/ct.h"
#include "exchange/sigma_wire.h"

/* derive_one: K = CMAC(KDK, 01 || label || 00 || 80 00), NIST SP 800-108 in counter mode with one block (sgx_ecp_types.h). */
static jurat_rc
derive_one(struct aes128_key *out, const struct aes128_key *kdk, const char *label, size_t label_len)
{
	uint8_t msg[16];
	struct writer w;

	writer_init(&w, msg, sizeof msg);
	writer_u8(&w, 0x01);
	writer_copy(&w, label, label_len);
	writer_u8(&w, 0x00);
	writer_u16le(&w, 128); /* bits */
	return cmac_aes128(out->b, kdk, msg, w.len);
}

jurat_rc
sigma_derive(struct sigma_keys *out, const uint8_t shared_x[32])
{
	static const struct aes128_key zero;
	struct aes128_key kdk;
	struct sigma_keys k;
	uint8_t x_le[32];
	jurat_rc rc;

	bytes_reverse(x_le, shared_x, sizeof x_le);
	rc = cmac_aes128(kdk.b, &zero, x_le, sizeof x_le);
	if (rc == JURAT_OK)
		rc = derive_one(&k.smk, &kdk, "SMK", 3);
	if (rc == JURAT_OK)
		rc = derive_one(&k.sk, &kdk, "SK", 2);
	if (rc == JURAT_OK)
		rc = derive_one(&k.mk, &kdk, "MK", 2);
	if (rc == JURAT_OK)
		rc = derive_one(&k.vk, &kdk, "VK", 2);
	if (rc == JURAT_OK)
		*out = k;
	wipe(x_le, sizeof x_le);
	wipe(&kdk, sizeof kdk);
	wipe(&k, sizeof k);
	return rc;
}

void
sigma_point_encode(uint8_t out[64], const struct p256_public *pub)
{
	bytes_reverse(out, pub->x, sizeof pub->x);
	bytes_reverse(out + 32, pub->y, sizeof pub->y);
}

void
sigma_point_decode(struct p256_public *out, const uint8_t in[64])
{
	bytes_reverse(out->x, in, sizeof out->x);
	bytes_reverse(out->y, in + 32, sizeof out->y);
}

void
sigma_signed_digest(uint8_t out[SHA256_LEN], const uint8_t g_b[64], const uint8_t g_a[64])
{
	struct sha256 h;

	sha256_init(&h);
	sha256_update(&h, g_b, 64);
	sha256_update(&h, g_a, 64);
	sha256_final(&h, out);
}

void
sigma_report_data(uint8_t out[64], const uint8_t g_a[64], const uint8_t g_b[64], const struct aes128_key *vk)
{
	struct sha256 h;

	sha256_init(&h);
	sha256_update(&h, g_a, 64);
	sha256_update(&h, g_b, 64);
	sha256_update(&h, vk->b, sizeof vk->b);
	sha256_final(&h, out);
	memset(out + SHA256_LEN, 0, 64 - SHA256_LEN);
}

void
sigma_config_id(uint8_t out[64], const struct p256_public *service_key)
{
	static const char label[] = "jurat/rp/v1";
	uint8_t wire[64];

	sigma_point_encode(wire, service_key);
	sha512_once2(out, label, sizeof label - 1, wire, sizeof wire);
}
