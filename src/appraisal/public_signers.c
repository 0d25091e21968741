/* SPDX-License-Identifier: Apache-2.0 */
/* Signers whose private keys stand in public repositories: whoever can read those can sign an enclave in their name. */
#include <string.h>

#include "appraisal/appraise.h"
#include "core/hex.h"

/* MRSIGNER of each: SHA-256 of the published key's modulus, little-endian (SDM vol. 3D, SIGSTRUCT). The key stands where the words say. */
static const struct {
	const char *whose, *mrsigner;
} public_signers[] = {
	{ "the Intel SGX SDK's sample key", "83d719e77deaca1470f6baf62a4d774303c899db69020f9c70ee1dfc08c7ce9e" },
	{ "the Intel SGX SDK's Eclipse template key", "5e70caf3b3bb3b5dfaacfeaea8c2170d94e2f8c347b896f38640692b770e223f" },
	{ "the Intel SGX SDK's reference launch enclave's test key", "fbbf17d6b0700e63ad55520f17ed6d2e06c2832217cd992bad243b5022ee83bc" },
	{ "the Intel SGX SDK's launch control test key", "9664d90755bd901069d4725cdd428038473d726f1cec0edf0d78e18a596b1d4e" },
	{ "Intel DCAP's QvE test key", "c87c2f0142180e15f48270a6b4ccc5b1b4e1569528c1080511591998f0714994" },
	{ "Intel's quote verification library's sample key", "ab4bef629e84d221883767e0e5a08c7186bbd2c72564f19079a275702d915a89" },
	{ "Fortanix EDP's dummy key", "9affcfae47b848ec2caf1c49b4b283531e1cc425f93582b36806e52a43d78d1a" },
	{ "Open Enclave's debug key", "ca9ad7331448980aa28890ce73e433638377f179ab4456b2fe237193193a8d0a" },
	{ "Open Enclave's Visual Studio template key", "3b0afc0422ae85733e021ad4df327acecb8a5b6d390c97187dde080153e0fb70" },
	{ "Open Enclave's attested TLS sample key (client)", "6c1c59c89ed4dd9825649494fcb2ebf96a8a617a1d0589fe0147f0ef1b3f784d" },
	{ "Open Enclave's attested TLS sample key (server)", "9fa48b1629bd246a1de3d38fb7df97f6554cd65d6b3b72e85b86848ae6b578ba" },
	{ "Occlum's local attestation demo key", "c30446b4be9baf0f69728423ea613ef81a63e72acf7439fa0549001fd5482835" },
};

void
judge_public_signer(struct jurat_verdict *v)
{
	char found[2 * SGX_HASH_LEN + 1];

	if (v->is_td) {
		verdict_unasked(v, CHECK_SIGNER_NOT_PUBLIC, "a TD has no signer");
		return;
	}
	hex_encode(found, v->body.mrsigner, SGX_HASH_LEN);
	for (size_t i = 0; i < ARRAY_LEN(public_signers); i++) {
		if (strcmp(public_signers[i].mrsigner, found) != 0)
			continue;
		verdict_fail(v, CHECK_SIGNER_NOT_PUBLIC, JURAT_E_POLICY, "a signing key that its owner keeps", public_signers[i].whose);
		return;
	}
	verdict_pass(v, CHECK_SIGNER_NOT_PUBLIC, "");
}
