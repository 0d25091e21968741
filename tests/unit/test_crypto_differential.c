/* SPDX-License-Identifier: Apache-2.0 */
/* Both back ends in one program, held against each other over random input (src/crypto/bearssl*.c renamed by bear_names.h). */
#include "support.h"

#include "crypto/ecdsa.h"
#include "crypto/p256.h"

void bear_sha256_init(struct sha256 *h);
void bear_sha256_update(struct sha256 *h, const void *p, size_t n);
void bear_sha256_final(struct sha256 *h, uint8_t *out);
void bear_sha512_once2(uint8_t *out, const void *a, size_t a_len, const void *b, size_t b_len);
void bear_sha384_init(struct sha512 *h);
void bear_sha512_init(struct sha512 *h);
void bear_sha512_256_init(struct sha512 *h);
void bear_sha512_update(struct sha512 *h, const void *p, size_t n);
void bear_sha512_final(struct sha512 *h, uint8_t *out);
jurat_rc bear_cmac_aes128(uint8_t *out, const struct aes128_key *key, const void *msg, size_t len);
jurat_rc bear_gcm_seal(uint8_t *out, uint8_t *tag, const struct aes128_key *key, const uint8_t *iv, const void *aad,
    size_t aad_len, const uint8_t *in, size_t len);
jurat_rc bear_gcm_open(uint8_t *out, const uint8_t *tag, const struct aes128_key *key, const uint8_t *iv, const void *aad,
    size_t aad_len, const uint8_t *in, size_t len);
jurat_rc bear_gcm256_seal(uint8_t *out, uint8_t *tag, const struct aes256_key *key, const uint8_t *iv, const void *aad,
    size_t aad_len, const uint8_t *in, size_t len);
jurat_rc bear_gcm256_open(uint8_t *out, const uint8_t *tag, const struct aes256_key *key, const uint8_t *iv, const void *aad,
    size_t aad_len, const uint8_t *in, size_t len);
jurat_rc bear_p256_public_of(struct p256_public *out, const struct p256_private *key);
jurat_rc bear_p256_check(const struct p256_public *pub);
jurat_rc bear_p256_ecdh(uint8_t *out_x, const struct p256_private *key, const struct p256_public *peer);
jurat_rc bear_ecdsa_sign(struct p256_signature *out, const struct p256_private *key, const uint8_t *digest);
jurat_rc bear_ecdsa_verify_vartime(
    const struct p256_signature *sig, const struct p256_public *pub, const uint8_t *digest);

#define MAX_LEN 600
#define HASH_ROUNDS 2000
#define EC_ROUNDS 60

/* A fixed stream, so that a failure can be repeated: SHA-256 over a counter. */
struct stream {
	uint64_t counter;
};

static void
draw(struct stream *s, void *out, size_t n)
{
	uint8_t block[SHA256_LEN], *to = out;

	while (n != 0) {
		size_t take = n < sizeof block ? n : sizeof block;

		s->counter++;
		sha256_once(block, &s->counter, sizeof s->counter);
		memcpy(to, block, take);
		to += take;
		n -= take;
	}
}

static size_t
draw_len(struct stream *s, size_t max)
{
	uint32_t v;

	draw(s, &v, sizeof v);
	return v % (max + 1);
}

static void
both_hash_alike_in_any_pieces(void **state)
{
	struct stream s = { 1000000 };
	uint8_t in[MAX_LEN], a[SHA512_LEN], b[SHA512_LEN];

	(void)state;
	for (int round = 0; round < HASH_ROUNDS; round++) {
		size_t n = draw_len(&s, MAX_LEN), cut = draw_len(&s, n);
		struct sha256 h;

		draw(&s, in, n);
		sha256_once(a, in, n);
		bear_sha256_init(&h);
		bear_sha256_update(&h, in, cut);
		bear_sha256_update(&h, in + cut, n - cut);
		bear_sha256_final(&h, b);
		assert_memory_equal(a, b, SHA256_LEN);
		sha512_once2(a, in, n, NULL, 0);
		bear_sha512_once2(b, in, cut, in + cut, n - cut);
		assert_memory_equal(a, b, SHA512_LEN);
	}
}

static void
both_hash_alike_in_64_bit_words(void **state)
{
	static void (*const here[])(struct sha512 *) = { sha384_init, sha512_init, sha512_256_init };
	static void (*const there[])(struct sha512 *) = { bear_sha384_init, bear_sha512_init, bear_sha512_256_init };
	struct stream s = { 1500000 };
	uint8_t in[MAX_LEN], a[SHA512_LEN], b[SHA512_LEN];

	(void)state;
	for (size_t round = 0; round < HASH_ROUNDS; round++) {
		size_t n = draw_len(&s, MAX_LEN), cut = draw_len(&s, n), which = round % ARRAY_LEN(here);
		struct sha512 h;

		draw(&s, in, n);
		here[which](&h);
		sha512_update(&h, in, n);
		sha512_final(&h, a);
		there[which](&h);
		bear_sha512_update(&h, in, cut);
		bear_sha512_update(&h, in + cut, n - cut);
		bear_sha512_final(&h, b);
		assert_memory_equal(a, b, SHA512_LEN);
	}
}

static void
both_mac_alike(void **state)
{
	struct stream s = { 2000000 };
	uint8_t in[MAX_LEN], a[CMAC_LEN], b[CMAC_LEN];

	(void)state;
	for (int round = 0; round < HASH_ROUNDS; round++) {
		size_t n = round < MAX_LEN ? (size_t)round : draw_len(&s, MAX_LEN);
		struct aes128_key key;

		draw(&s, key.b, sizeof key.b);
		draw(&s, in, n);
		assert_int_equal(cmac_aes128(a, &key, in, n), JURAT_OK);
		assert_int_equal(bear_cmac_aes128(b, &key, in, n), JURAT_OK);
		assert_memory_equal(a, b, CMAC_LEN);
	}
}

static void
each_opens_what_the_other_sealed(void **state)
{
	struct stream s = { 3000000 };
	uint8_t in[MAX_LEN], aad[64], iv[GCM_IV_LEN], a[MAX_LEN], b[MAX_LEN], tag_a[GCM_TAG_LEN], tag_b[GCM_TAG_LEN];

	(void)state;
	for (int round = 0; round < HASH_ROUNDS / 2; round++) {
		size_t n = draw_len(&s, MAX_LEN), aad_len = draw_len(&s, sizeof aad);
		struct aes128_key key;
		struct aes256_key key256;

		draw(&s, key.b, sizeof key.b);
		draw(&s, key256.b, sizeof key256.b);
		draw(&s, iv, sizeof iv);
		draw(&s, in, n);
		draw(&s, aad, aad_len);
		assert_int_equal(gcm_seal(a, tag_a, &key, iv, aad, aad_len, in, n), JURAT_OK);
		assert_int_equal(bear_gcm_seal(b, tag_b, &key, iv, aad, aad_len, in, n), JURAT_OK);
		assert_memory_equal(a, b, n);
		assert_memory_equal(tag_a, tag_b, GCM_TAG_LEN);
		assert_int_equal(bear_gcm_open(a, tag_a, &key, iv, aad, aad_len, a, n), JURAT_OK);
		assert_memory_equal(a, in, n);
		assert_int_equal(gcm256_seal(a, tag_a, &key256, iv, aad, aad_len, in, n), JURAT_OK);
		assert_int_equal(bear_gcm256_seal(b, tag_b, &key256, iv, aad, aad_len, in, n), JURAT_OK);
		assert_memory_equal(a, b, n);
		assert_memory_equal(tag_a, tag_b, GCM_TAG_LEN);
		assert_int_equal(bear_gcm256_open(a, tag_a, &key256, iv, aad, aad_len, a, n), JURAT_OK);
		assert_memory_equal(a, in, n);
	}
}

static void
draw_key(struct stream *s, struct p256_private *d, struct p256_public *pub)
{
	struct p256_public other;
	uint8_t seed[48];

	draw(s, seed, sizeof seed);
	assert_int_equal(p256_from_seed(d, seed), JURAT_OK);
	assert_int_equal(p256_public_of(pub, d), JURAT_OK);
	assert_int_equal(bear_p256_public_of(&other, d), JURAT_OK);
	assert_memory_equal(pub, &other, sizeof other);
}

static void
both_agree_on_points_keys_and_signatures(void **state)
{
	struct stream s = { 4000000 };

	(void)state;
	for (int round = 0; round < EC_ROUNDS; round++) {
		struct p256_private d, e;
		struct p256_public pub, peer;
		struct p256_signature sig;
		uint8_t digest[SHA256_LEN], x[32], y[32];

		draw_key(&s, &d, &pub);
		draw_key(&s, &e, &peer);
		assert_int_equal(p256_ecdh(x, &d, &peer), JURAT_OK);
		assert_int_equal(bear_p256_ecdh(y, &e, &pub), JURAT_OK);
		assert_memory_equal(x, y, 32);
		draw(&s, digest, sizeof digest);
		assert_int_equal(ecdsa_sign(&sig, &d, digest), JURAT_OK);
		assert_int_equal(bear_ecdsa_verify_vartime(&sig, &pub, digest), JURAT_OK);
		assert_int_equal(bear_ecdsa_verify_vartime(&sig, &peer, digest), JURAT_E_CRYPTO);
		assert_int_equal(bear_ecdsa_sign(&sig, &e, digest), JURAT_OK);
		assert_int_equal(ecdsa_verify_vartime(&sig, &peer, digest), JURAT_OK);
		assert_int_equal(ecdsa_verify_vartime(&sig, &pub, digest), JURAT_E_CRYPTO);
	}
}

static void
both_refuse_the_same_points(void **state)
{
	struct stream s = { 5000000 };

	(void)state;
	for (int round = 0; round < EC_ROUNDS * 4; round++) {
		struct p256_private d;
		struct p256_public pub;
		uint8_t where, x[32], y[32];

		draw_key(&s, &d, &pub);
		draw(&s, &where, 1);
		pub.y[where % 32] = (uint8_t)(pub.y[where % 32] ^ (1u << (where >> 5)));
		assert_int_equal(p256_check(&pub), bear_p256_check(&pub));
		assert_int_equal(p256_ecdh(x, &d, &pub), bear_p256_ecdh(y, &d, &pub));
	}
}

/* check_inverse: r/s for r = s is 1, and 1/(1/s) is s. */
static void
check_inverse(const uint8_t s[32])
{
	static const uint8_t one[32] = { [31] = 1 };
	uint8_t inverse[32], back[32], quotient[32];

	p256_verify_scalars_vartime(inverse, quotient, s, s, one);
	assert_memory_equal(quotient, one, sizeof one);
	p256_verify_scalars_vartime(back, quotient, inverse, inverse, one);
	assert_memory_equal(back, s, sizeof back);
	assert_memory_equal(quotient, one, sizeof one);
}

static void
scalars_of_a_signature_are_inverted_modulo_n(void **state)
{
	struct stream stream = { 6000000 };
	uint8_t s[32];

	(void)state;
	for (size_t bit = 0; bit < 256; bit++) {
		memset(s, 0, sizeof s);
		s[31 - bit / 8] = (uint8_t)(1u << bit % 8); /* 2^bit, then one less, then all below n */
		check_inverse(s);
		for (size_t i = 0; bit > 0 && i < 32; i++)
			s[31 - i] = (uint8_t)(i < bit / 8 ? 0xff : i == bit / 8 ? (1u << bit % 8) - 1 : 0);
		check_inverse(s);
	}
	for (int round = 0; round < 2000; round++) {
		draw(&stream, s, sizeof s);
		if (p256_scalar_ok(s))
			check_inverse(s);
	}
}

static void
one_context_checks_many_signatures(void **state)
{
	struct stream s = { 7000000 };
	struct ecdsa *e = ecdsa_new();

	(void)state;
	assert_non_null(e);
	for (int round = 0; round < EC_ROUNDS; round++) {
		struct p256_private d;
		struct p256_public pub, off_curve;
		struct p256_signature sig;
		uint8_t digest[SHA256_LEN];

		draw_key(&s, &d, &pub);
		draw(&s, digest, sizeof digest);
		assert_int_equal(ecdsa_sign(&sig, &d, digest), JURAT_OK);
		assert_int_equal(ecdsa_check_vartime(e, &sig, &pub, digest), JURAT_OK);
		off_curve = pub;
		off_curve.y[31] ^= 1;
		assert_int_equal(ecdsa_check_vartime(e, &sig, &off_curve, digest), JURAT_E_CRYPTO); /* not the last key's */
		digest[0] ^= 1;
		assert_int_equal(ecdsa_check_vartime(e, &sig, &pub, digest), JURAT_E_CRYPTO);
	}
	ecdsa_free(e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_hash_alike_in_any_pieces),
		cmocka_unit_test(both_hash_alike_in_64_bit_words),
		cmocka_unit_test(both_mac_alike),
		cmocka_unit_test(each_opens_what_the_other_sealed),
		cmocka_unit_test(both_agree_on_points_keys_and_signatures),
		cmocka_unit_test(both_refuse_the_same_points),
		cmocka_unit_test(scalars_of_a_signature_are_inverted_modulo_n),
		cmocka_unit_test(one_context_checks_many_signatures),
	};

	return cmocka_run_group_tests_name("crypto_differential", tests, NULL, NULL);
}
