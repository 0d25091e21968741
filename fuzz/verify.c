/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole call under one fixed root (tests/vectors/dcap_seeds.py prints it): quote length (4 bytes, little-endian), quote, collateral. Only four
 * quotes were ever signed below that root: whatever is not refused must have the signed bytes of one. verdict_hold.h has what else holds.
 */
#include <stdlib.h>
#include <string.h>

#include "appraisal/verify.h"
#include "core/bytes.h"
#include "sgx/quote.h"
#include "verdict_hold.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char trust_json[] =
	"{\"version\":1,\"name\":\"test\",\"private\":true,\"organization\":\"Jurat test world - not Intel hardware\","
	"\"common_names\":{\"root\":\"Test SGX Root CA\",\"platform_ca\":\"Test SGX PCK Platform CA\","
	"\"processor_ca\":\"Test SGX PCK Processor CA\",\"pck\":\"Test SGX PCK Certificate\",\"tcb_signing\":\"Test SGX TCB Signing\"},"
	"\"root_certificate\":\""
	"-----BEGIN CERTIFICATE-----\\n"
	"MIICGjCCAcCgAwIBAgICAKEwCgYIKoZIzj0EAwIwSzEZMBcGA1UEAwwQVGVzdCBT\\n"
	"R1ggUm9vdCBDQTEuMCwGA1UECgwlSnVyYXQgdGVzdCB3b3JsZCAtIG5vdCBJbnRl\\n"
	"bCBoYXJkd2FyZTAeFw0yMDAxMDEwMDAwMDBaFw00OTEyMzEyMzU5NTlaMEsxGTAX\\n"
	"BgNVBAMMEFRlc3QgU0dYIFJvb3QgQ0ExLjAsBgNVBAoMJUp1cmF0IHRlc3Qgd29y\\n"
	"bGQgLSBub3QgSW50ZWwgaGFyZHdhcmUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC\\n"
	"AASoivBGCqbh+5R/pXp4z/YTKt453VPRCIoSD9DEkSugsaz6QnNbCNHXilljur+E\\n"
	"1S9622z51IQLwLg7ECUZIjZ2o4GTMIGQMB8GA1UdIwQYMBaAFEXRnNsv83Tn3Ofp\\n"
	"1YnAvMNWrBcbMCoGA1UdHwQjMCEwH6AdoBuGGWh0dHBzOi8vY3JsLmV4YW1wbGUv\\n"
	"eC5kZXIwHQYDVR0OBBYEFEXRnNsv83Tn3Ofp1YnAvMNWrBcbMA4GA1UdDwEB/wQE\\n"
	"AwIBBjASBgNVHRMBAf8ECDAGAQH/AgEAMAoGCCqGSM49BAMCA0gAMEUCIQDrrRd6\\n"
	"wwKwRuphjzoVkZR9oTGFrdtMs4b8kZ5AMnL/bgIgb+ONz4zVLxNzXyweYwkmo1rE\\n"
	"bLhr3IZYJMO4cGyXCrA=\\n"
	"-----END CERTIFICATE-----\\n"
	"\"}";

static const uint8_t genuine[][SHA256_LEN] = {
	{ 0x5b, 0x37, 0x32, 0x35, 0xd7, 0xde, 0x42, 0x48, 0xdf, 0x92, 0x7a, 0x65, 0xba, 0xb8, 0xf4, 0x9d, 0xf6, 0xa5, 0x18, 0x56,
	    0xb4, 0x89, 0xd9, 0x18, 0x12, 0xb2, 0x02, 0x31, 0x46, 0x3d, 0xf7, 0x5a },
	{ 0x77, 0xb3, 0x77, 0x47, 0xc5, 0x9f, 0xd7, 0x30, 0xdb, 0x0c, 0xe1, 0xd7, 0x31, 0xc8, 0xb8, 0x14, 0x9e, 0x07, 0x10, 0x57,
	    0x92, 0xf1, 0xe1, 0xd5, 0x52, 0x15, 0x77, 0x5e, 0xfb, 0x9d, 0x38, 0xc4 },
	{ 0xe4, 0x8b, 0xef, 0x28, 0x30, 0x60, 0xf9, 0xf4, 0x32, 0x4c, 0x97, 0x13, 0xab, 0x77, 0xac, 0xab, 0x9c, 0x37, 0x1e, 0x6d,
	    0x9d, 0xf0, 0xee, 0xa7, 0xfb, 0x0a, 0xfc, 0x2f, 0x07, 0x1f, 0x22, 0x09 },
	{ 0x57, 0xe9, 0x45, 0x5a, 0x19, 0x1b, 0xfc, 0xa2, 0x2d, 0xe8, 0x8a, 0xac, 0xc8, 0x59, 0x14, 0x8f, 0xef, 0x5d, 0x48, 0xd2,
	    0xfc, 0x33, 0x92, 0xc5, 0xa3, 0x58, 0x61, 0x0e, 0x22, 0x2a, 0xb7, 0xca },
};

/* is_genuine: whether the signed bytes are those of one of the quotes that were signed. */
static bool
is_genuine(const uint8_t *quote, size_t len)
{
	uint8_t digest[SHA256_LEN];
	struct quote q;

	if (quote_parse(&q, quote, len, NULL) != JURAT_OK)
		return false;
	sha256_once(digest, q.signed_bytes.p, q.signed_bytes.len);
	for (size_t i = 0; i < ARRAY_LEN(genuine); i++) {
		if (memcmp(digest, genuine[i], sizeof digest) == 0)
			return true;
	}
	return false;
}

/* run: under the targets' policy and without one. */
static void
run(const struct jurat_trust *root, const uint8_t *quote, size_t quote_len, const struct jurat_collateral *collateral)
{
	struct jurat_request request = { .quote = quote, .quote_len = quote_len, .collateral = collateral, .root = root,
		.at_unix_s = 1780315200 }; /* 2026-06-01T12:00:00Z */
	struct jurat_policy *policy = NULL;

	if (jurat_policy_parse(&policy, verdict_hold_policy, strlen(verdict_hold_policy), NULL) != JURAT_OK)
		abort();
	for (unsigned i = 0; i < 2; i++) {
		struct jurat_verdict *v;

		request.policy = i == 0 ? policy : NULL;
		v = verdict_hold_again(&request);
		if (jurat_verdict_outcome(v) != JURAT_REFUSED && !is_genuine(quote, quote_len))
			abort();
		jurat_verdict_free(v);
	}
	jurat_policy_free(policy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct jurat_trust *root = NULL;
	struct jurat_collateral *collateral = NULL;
	struct reader r, quote;

	reader_init(&r, data, size);
	quote = reader_sub(&r, reader_u32le(&r));
	if (r.failed)
		return 0;
	if (jurat_trust_parse(&root, trust_json, sizeof trust_json - 1, NULL) != JURAT_OK)
		abort();
	if (jurat_collateral_parse(&collateral, (const char *)r.at, r.left, NULL) != JURAT_OK)
		collateral = NULL;
	run(root, quote.at, quote.left, collateral);
	jurat_collateral_free(collateral);
	jurat_trust_free(root);
	return 0;
}
