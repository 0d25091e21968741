/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets are marked undefined, then every path that an enclave runs on them is run under valgrind's memcheck: it reports each branch and
 * each address that depends on an undefined byte, which is to say on a secret. Built from the enclaves' sources and BearSSL, no OpenSSL.
 *
 * What is decided in public is declassified where the decision is made, by wrapping the functions that make it (meson.build, --wrap): the
 * verdict of a comparison, whether a tag was right, whether a scalar is in range. The functions themselves are checked inside.
 * Messages become public when they are sent: `publish` says so.
 *
 * Exit status 0 if no path leaks and the planted leak was caught.
 */
#include <stdint.h>
#include <string.h>

#include "rig.h"
#include "core/ct.h"
#include "crypto/enclave_random.h"
#include "crypto/p256.h"
#include "exchange/channel.h"
#include "exchange/sigma.h"

/* ---- the wrapped decisions ---- */
bool __real_ct_equal(const void *a, const void *b, size_t n);
bool __wrap_ct_equal(const void *a, const void *b, size_t n);
bool __real_p256_scalar_ok(const uint8_t *d);
bool __wrap_p256_scalar_ok(const uint8_t *d);
uint32_t __real_br_gcm_check_tag(void *ctx, const void *tag);
uint32_t __wrap_br_gcm_check_tag(void *ctx, const void *tag);

bool
__wrap_ct_equal(const void *a, const void *b, size_t n)
{
	bool r = __real_ct_equal(a, b, n);

	publish(&r, sizeof r);
	return r;
}

bool
__wrap_p256_scalar_ok(const uint8_t *d)
{
	bool r = __real_p256_scalar_ok(d);

	publish(&r, sizeof r);
	return r;
}

uint32_t
__wrap_br_gcm_check_tag(void *ctx, const void *tag)
{
	uint32_t r = __real_br_gcm_check_tag(ctx, tag);

	publish(&r, sizeof r);
	return r;
}

/* ---- paths: each returns whether it got the answer that it should ---- */

static bool
path_sha256(void)
{
	uint8_t secret[200] = { 1 }, out[SHA512_LEN];
	struct sha256 h;

	hide(secret, sizeof secret);
	sha256_init(&h);
	sha256_update(&h, secret, 70);
	sha256_update(&h, secret + 70, 130);
	sha256_final(&h, out);
	sha512_once2(out, secret, 100, secret + 100, 100);
	return true;
}

static bool
path_helpers(void)
{
	uint8_t a[40] = { 1 }, b[40] = { 2 };
	bool zero, equal;

	hide(a, sizeof a);
	hide(b, sizeof b);
	zero = ct_is_zero(a, sizeof a);
	publish(&zero, sizeof zero);
	equal = ct_equal(a, b, sizeof a);
	ct_select(a, a, b, sizeof a, a[0] & 1u);
	wipe(a, sizeof a);
	return !zero && !equal;
}

static bool
path_cmac(void)
{
	struct aes128_key key = { { 3 } };
	uint8_t msg[40] = { 4 }, mac[CMAC_LEN];
	bool ok = true;

	hide(&key, sizeof key);
	hide(msg, sizeof msg);
	for (size_t n = 0; n <= sizeof msg; n += 8)
		ok = cmac_aes128(mac, &key, msg, n) == JURAT_OK && ok;
	return ok;
}

static bool
path_gcm(void)
{
	struct aes128_key key = { { 5 } };
	struct aes256_key key256 = { { 6 } };
	uint8_t iv[GCM_IV_LEN] = { 7 }, aad[9] = { 8 }, data[45] = { 9 }, tag[GCM_TAG_LEN];
	bool ok;

	hide(&key, sizeof key);
	hide(&key256, sizeof key256);
	hide(data, sizeof data);
	ok = gcm_seal(data, tag, &key, iv, aad, sizeof aad, data, sizeof data) == JURAT_OK;
	publish(data, sizeof data);
	publish(tag, sizeof tag);
	ok = gcm_open(data, tag, &key, iv, aad, sizeof aad, data, sizeof data) == JURAT_OK && ok;
	ok = gcm256_seal(data, tag, &key256, iv, aad, sizeof aad, data, sizeof data) == JURAT_OK && ok;
	publish(tag, sizeof tag);
	tag[0] ^= 1;
	return gcm256_open(data, tag, &key256, iv, aad, sizeof aad, data, sizeof data) == JURAT_E_CRYPTO && ok;
}

static bool
path_p256_keys(void)
{
	uint8_t seed[48] = { 10 }, x[32];
	struct p256_private a, b;
	struct p256_public pub;
	bool ok;

	hide(seed, sizeof seed);
	ok = p256_from_seed(&a, seed) == JURAT_OK && p256_from_seed(&b, seed) == JURAT_OK;
	ok = ok && p256_public_of(&pub, &b) == JURAT_OK;
	publish(&pub, sizeof pub);
	return ok && p256_ecdh(x, &a, &pub) == JURAT_OK;
}

static bool
path_ecdsa_sign(void)
{
	uint8_t seed[48] = { 11 }, digest[SHA256_LEN] = { 12 };
	struct p256_private key;
	struct p256_public pub;
	struct p256_signature sig;
	bool ok;

	hide(seed, sizeof seed);
	ok = p256_from_seed(&key, seed) == JURAT_OK && p256_public_of(&pub, &key) == JURAT_OK &&
	    ecdsa_sign(&sig, &key, digest) == JURAT_OK;
	publish(&pub, sizeof pub);
	publish(&sig, sizeof sig);
	return ok && ecdsa_verify_vartime(&sig, &pub, digest) == JURAT_OK;
}

static bool
path_random(void)
{
	uint8_t seed[SHA256_LEN] = { 13 }, out[100];

	hide(seed, sizeof seed);
	enclave_random_seed(seed);
	return crypto_random(out, sizeof out) == JURAT_OK;
}

/* The whole exchange, both sides, and records in both directions. */
struct exchange {
	struct p256_private service_key;
	struct p256_public service_pub;
	uint8_t seed_a[48], seed_b[48];
	uint8_t msg0[SIGMA_MSG0_LEN], msg1[SIGMA_MSG1_LEN], msg2[SIGMA_MSG2_HEAD_LEN], msg3[SIGMA_MSG3_HEAD_LEN + 64];
	struct sigma_initiator enclave;
	struct sigma_responder service;
	struct sigma_result enclave_result, service_result;
};

static bool
run_sigma(struct exchange *x)
{
	struct sigma_service service = { .key = &x->service_key, .quote_type = 1 };
	uint8_t report_data[64], wanted[64], quote[64] = { 14 };
	const uint8_t *got;
	size_t got_len;

	if (sigma_initiator_init(&x->enclave, &x->service_pub) != JURAT_OK ||
	    sigma_make_msg1(&x->enclave, x->msg0, x->msg1, x->seed_a) != JURAT_OK)
		return false;
	publish(x->msg1, sizeof x->msg1);
	publish(x->enclave.g_a, sizeof x->enclave.g_a);
	sigma_responder_init(&x->service);
	if (sigma_take_msg1(&x->service, x->msg2, &service, x->msg0, x->msg1, x->seed_b, NULL, 0, NULL) != JURAT_OK)
		return false;
	publish(x->msg2, sizeof x->msg2);
	publish(x->service.g_b, sizeof x->service.g_b);
	if (sigma_take_msg2(&x->enclave, report_data, x->msg2, sizeof x->msg2, NULL) != JURAT_OK ||
	    sigma_make_msg3(&x->enclave, x->msg3, quote, sizeof quote, NULL) != JURAT_OK)
		return false;
	publish(x->msg3, sizeof x->msg3);
	return sigma_take_msg3(&x->service, &got, &got_len, wanted, x->msg3, sizeof x->msg3, NULL) == JURAT_OK &&
	    sigma_initiator_finish(&x->enclave, &x->enclave_result) == JURAT_OK &&
	    sigma_responder_finish(&x->service, &x->service_result) == JURAT_OK;
}

static bool
run_channel(struct exchange *x)
{
	uint8_t head[CHANNEL_HEAD_MAX_LEN] = { 15 }, record[CHANNEL_HEAD_MAX_LEN + CHANNEL_RECORD_OVERHEAD];
	static uint8_t out[CHANNEL_CHUNK_LEN];
	struct channel to_enclave, from_service;
	enum channel_type type;
	size_t len, out_len;

	hide(head, sizeof head);
	if (channel_init(&from_service, CHANNEL_SERVICE, &x->service_result) != JURAT_OK ||
	    channel_init(&to_enclave, CHANNEL_ENCLAVE, &x->enclave_result) != JURAT_OK ||
	    channel_seal(&from_service, record, &len, CHANNEL_HEAD, head, sizeof head) != JURAT_OK)
		return false;
	publish(record, sizeof record);
	return channel_open(&to_enclave, &type, out, &out_len, record, len, NULL) == JURAT_OK && type == CHANNEL_HEAD;
}

static bool
path_sigma_and_channel(void)
{
	static struct exchange x;
	uint8_t seed[48] = { 16 };

	hide(seed, sizeof seed);
	hide(x.seed_a, sizeof x.seed_a);
	memset(x.seed_b, 17, sizeof x.seed_b);
	hide(x.seed_b, sizeof x.seed_b);
	if (p256_from_seed(&x.service_key, seed) != JURAT_OK || p256_public_of(&x.service_pub, &x.service_key) != JURAT_OK)
		return false;
	publish(&x.service_pub, sizeof x.service_pub);
	return run_sigma(&x) && run_channel(&x);
}

/* The planted leak: a comparison that stops at the first difference. If it is not reported, the rig is broken. */
static bool
path_planted(void)
{
	volatile uint8_t a[16] = { 1 }, b[16] = { 1 };
	size_t i = 0;

	hide((void *)(uintptr_t)a, sizeof a);
	while (i < sizeof a && a[i] == b[i])
		i++;
	publish(&i, sizeof i);
	return i <= sizeof a;
}

static const struct path paths[] = {
	{ "ct_equal, ct_is_zero, ct_select, wipe", path_helpers, false },
	{ "sha256, sha512", path_sha256, false },
	{ "cmac_aes128", path_cmac, false },
	{ "gcm_seal, gcm_open, gcm256_seal, gcm256_open", path_gcm, false },
	{ "p256_from_seed, p256_public_of, p256_ecdh", path_p256_keys, false },
	{ "ecdsa_sign", path_ecdsa_sign, false },
	{ "crypto_random", path_random, false },
	{ "sigma msg1 to msg3 (both sides), channel records", path_sigma_and_channel, false },
	{ "planted leak (must be caught)", path_planted, true },
};

int
main(void)
{
	if (!is_watched())
		return 1;
	return run_paths(paths, ARRAY_LEN(paths));
}
