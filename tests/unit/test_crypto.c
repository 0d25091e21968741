/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Published vectors against one back end. Built twice: as it is (OpenSSL), and with bear_names.h in front (BearSSL).
 */
#include "support.h"

#include "core/ct.h"
#include "core/hex.h"
#include "crypto/crypto.h"
#include "crypto/p256.h"
#include "vectors/p256.h"

#define P256_N "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
#define P256_P "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"

static void
get(void *out, const char *hex)
{
	assert_true(hex_decode(out, strlen(hex) / 2, hex, strlen(hex)));
}

static void
expect(const void *got, const char *hex)
{
	uint8_t *want = test_hex(hex, NULL);

	assert_memory_equal(got, want, strlen(hex) / 2);
	free(want);
}

/* ---- hashes: FIPS 180-4 examples (NIST "SHA256.pdf", "SHA512.pdf") ---- */

static void
sha256_gives_the_digests_of_fips_180(void **state)
{
	static const char two_blocks[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	uint8_t out[SHA256_LEN];

	(void)state;
	sha256_once(out, NULL, 0);
	expect(out, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha256_once(out, "abc", 3);
	expect(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha256_once(out, two_blocks, strlen(two_blocks));
	expect(out, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void
sha256_of_a_million_letters_in_uneven_pieces(void **state)
{
	char letters[997];
	uint8_t out[SHA256_LEN];
	struct sha256 h;
	size_t left = 1000000;

	(void)state;
	memset(letters, 'a', sizeof letters);
	sha256_init(&h);
	while (left != 0) {
		size_t n = left < sizeof letters ? left : sizeof letters;

		sha256_update(&h, letters, n);
		left -= n;
	}
	sha256_final(&h, out);
	expect(out, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	assert_true(ct_is_zero(&h, sizeof h));
}

static void
copying_a_hash_context_forks_it(void **state)
{
	uint8_t out[SHA256_LEN];
	struct sha256 h, fork;

	(void)state;
	sha256_init(&h);
	sha256_update(&h, "ab", 2);
	fork = h;
	sha256_update(&h, "something else", 14);
	sha256_update(&fork, "c", 1);
	sha256_final(&fork, out);
	expect(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void
sha512_runs_over_both_parts(void **state)
{
	static const char abc[] = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
				  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
	uint8_t out[SHA512_LEN];

	(void)state;
	sha512_once2(out, "abc", 3, NULL, 0);
	expect(out, abc);
	sha512_once2(out, "a", 1, "bc", 2);
	expect(out, abc);
	sha512_once2(out, NULL, 0, "abc", 3);
	expect(out, abc);
}

/* The examples of FIPS 180-4 (NIST, "SHA384.pdf", "SHA512.pdf", "SHA512_256.pdf") and the empty message. */
static void
sha512_and_its_shorter_sisters_give_the_digests_of_fips_180(void **state)
{
	static const char two_blocks[] = "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
					 "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";
	static const struct {
		void (*init)(struct sha512 *h);
		size_t len;
		const char *message, *digest;
	} rows[] = {
		{ sha384_init, SHA384_LEN, "",
		    "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da"
		    "274edebfe76f65fbd51ad2f14898b95b" },
		{ sha384_init, SHA384_LEN, "abc",
		    "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
		    "8086072ba1e7cc2358baeca134c825a7" },
		{ sha384_init, SHA384_LEN, two_blocks,
		    "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712"
		    "fcc7c71a557e2db966c3e9fa91746039" },
		{ sha512_init, SHA512_LEN, "",
		    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
		    "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e" },
		{ sha512_init, SHA512_LEN, "abc",
		    "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		    "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f" },
		{ sha512_init, SHA512_LEN, two_blocks,
		    "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018"
		    "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909" },
		{ sha512_256_init, SHA512_256_LEN, "",
		    "c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f9737498d0c01ecef0967a" },
		{ sha512_256_init, SHA512_256_LEN, "abc",
		    "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23" },
		{ sha512_256_init, SHA512_256_LEN, two_blocks,
		    "3928e184fb8690f840da3988121d31be65cb9d3ef83ee6146feac861e19b563a" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t len = strlen(rows[i].message);

		for (size_t cut = 0; cut <= len; cut++) {
			uint8_t out[SHA512_LEN], *want;
			size_t want_len;
			struct sha512 h, fork;

			rows[i].init(&h);
			sha512_update(&h, rows[i].message, cut);
			fork = h;
			sha512_update(&h, "something else", 14);
			sha512_update(&fork, rows[i].message + cut, len - cut);
			sha512_final(&fork, out);
			assert_true(ct_is_zero(&fork, sizeof fork));
			want = test_hex(rows[i].digest, &want_len);
			assert_int_equal(want_len, rows[i].len);
			assert_memory_equal(out, want, want_len);
			free(want);
		}
	}
}

/* ---- CMAC: RFC 4493, section 4 ---- */

static void
cmac_gives_the_tags_of_rfc_4493(void **state)
{
	static const char message[] = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
				      "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710";
	static const struct {
		size_t len;
		const char *tag;
	} cases[] = {
		{ 0, "bb1d6929e95937287fa37d129b756746" },
		{ 16, "070a16b46b4d4144f79bdd9dd04a287c" },
		{ 40, "dfa66747de9ae63030ca32611497c827" },
		{ 64, "51f0bebf7e3b9d92fc49741779363cfe" },
	};
	struct aes128_key key;
	uint8_t msg[64], out[CMAC_LEN];

	(void)state;
	get(key.b, "2b7e151628aed2a6abf7158809cf4f3c");
	get(msg, message);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint8_t *exact = test_copy(msg, cases[i].len);

		assert_int_equal(cmac_aes128(out, &key, exact, cases[i].len), JURAT_OK);
		expect(out, cases[i].tag);
		free(exact);
	}
}

/* ---- GCM: McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B (the vectors of NIST's GCM submission) ---- */

#define GCM_KEY "feffe9928665731c6d6a8f9467308308"
#define GCM_IV "cafebabefacedbaddecaf888"
#define GCM_PLAIN                                                      \
	"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" \
	"1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
#define GCM_AAD "feedfacedeadbeeffeedfacedeadbeefabaddad2"

struct gcm_case {
	const char *key, *iv, *aad, *plain, *cipher, *tag;
};

static const struct gcm_case gcm_cases[] = {
	{ "00000000000000000000000000000000", "000000000000000000000000", "", "", "", "58e2fccefa7e3061367f1d57a4e7455a" },
	{ "00000000000000000000000000000000", "000000000000000000000000", "", "00000000000000000000000000000000",
	    "0388dace60b6a392f328c2b971b2fe78", "ab6e47d42cec13bdf53a67b21257bddf" },
	{ GCM_KEY, GCM_IV, GCM_AAD, GCM_PLAIN,
	    "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
	    "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091",
	    "5bc94fbc3221a5db94fae95ae7121a47" },
	{ "0000000000000000000000000000000000000000000000000000000000000000", "000000000000000000000000", "", "", "",
	    "530f8afbc74536b9a963b4f1c4cb738b" },
	{ GCM_KEY GCM_KEY, GCM_IV, GCM_AAD, GCM_PLAIN,
	    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
	    "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662",
	    "76fc6ece0f4e1768cddf8853bb2d551b" },
};

static jurat_rc
seal(uint8_t *out, uint8_t *tag, const uint8_t *key, size_t key_len, const uint8_t *iv, const uint8_t *aad, size_t aad_len,
    const uint8_t *in, size_t len)
{
	struct aes128_key k128;
	struct aes256_key k256;

	if (key_len == sizeof k128.b) {
		memcpy(k128.b, key, sizeof k128.b);
		return gcm_seal(out, tag, &k128, iv, aad, aad_len, in, len);
	}
	memcpy(k256.b, key, sizeof k256.b);
	return gcm256_seal(out, tag, &k256, iv, aad, aad_len, in, len);
}

static jurat_rc
unseal(uint8_t *out, const uint8_t *tag, const uint8_t *key, size_t key_len, const uint8_t *iv, const uint8_t *aad, size_t aad_len,
    const uint8_t *in, size_t len)
{
	struct aes128_key k128;
	struct aes256_key k256;

	if (key_len == sizeof k128.b) {
		memcpy(k128.b, key, sizeof k128.b);
		return gcm_open(out, tag, &k128, iv, aad, aad_len, in, len);
	}
	memcpy(k256.b, key, sizeof k256.b);
	return gcm256_open(out, tag, &k256, iv, aad, aad_len, in, len);
}

static void
gcm_gives_the_published_ciphertexts_and_opens_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(gcm_cases); i++) {
		const struct gcm_case *c = &gcm_cases[i];
		size_t key_len, aad_len, len;
		uint8_t *key = test_hex(c->key, &key_len), *iv = test_hex(c->iv, NULL), *aad = test_hex(c->aad, &aad_len);
		uint8_t *plain = test_hex(c->plain, &len), *out = test_copy(plain, len), tag[GCM_TAG_LEN];

		assert_int_equal(seal(out, tag, key, key_len, iv, aad, aad_len, plain, len), JURAT_OK);
		expect(out, c->cipher);
		expect(tag, c->tag);
		assert_int_equal(unseal(out, tag, key, key_len, iv, aad, aad_len, out, len), JURAT_OK); /* in place */
		expect(out, c->plain);
		free(key), free(iv), free(aad), free(plain), free(out);
	}
}

static void
gcm_refuses_every_flipped_bit_and_shows_no_plaintext(void **state)
{
	struct aes128_key key = { { 1, 2, 3 } };
	uint8_t iv[GCM_IV_LEN] = { 9 }, aad[3] = { 1, 2, 3 }, plain[21] = "attack at half past ";
	uint8_t sealed[21 + GCM_TAG_LEN], out[21];

	(void)state;
	assert_int_equal(gcm_seal(sealed, sealed + 21, &key, iv, aad, 3, plain, 21), JURAT_OK);
	assert_int_equal(gcm_open(out, sealed + 21, &key, iv, aad, 3, sealed, 21), JURAT_OK);
	assert_memory_equal(out, plain, 21);
	for (size_t bit = 0; bit < sizeof sealed * 8; bit++) {
		sealed[bit / 8] = (uint8_t)(sealed[bit / 8] ^ (1u << bit % 8));
		memset(out, 0x55, sizeof out);
		assert_int_equal(gcm_open(out, sealed + 21, &key, iv, aad, 3, sealed, 21), JURAT_E_CRYPTO);
		assert_true(ct_is_zero(out, sizeof out));
		sealed[bit / 8] = (uint8_t)(sealed[bit / 8] ^ (1u << bit % 8));
	}
	aad[2] ^= 1;
	assert_int_equal(gcm_open(out, sealed + 21, &key, iv, aad, 3, sealed, 21), JURAT_E_CRYPTO);
}

/* ---- P-256 ---- */

/* NIST CAVP, KAS ECC CDH primitive, P-256, COUNT 0 and 1 */
static const struct {
	const char *peer_x, *peer_y, *d, *own_x, *own_y, *shared;
} ecdh_cases[] = {
	{ "700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287",
	    "db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac",
	    "7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534",
	    "ead218590119e8876b29146ff89ca61770c4edbbf97d38ce385ed281d8a6b230",
	    "28af61281fd35e2fa7002523acc85a429cb06ee6648325389f59edfce1405141",
	    "46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b" },
	{ "809f04289c64348c01515eb03d5ce7ac1a8cb9498f5caa50197e58d43a86a7ae",
	    "b29d84e811197f25eba8f5194092cb6ff440e26d4421011372461f579271cda3",
	    "38f65d6dce47676044d58ce5139582d568f64bb16098d179dbab07741dd5caf5",
	    "119f2f047902782ab0c9e27a54aff5eb9b964829ca99c06b02ddba95b0a3f6d0",
	    "8f52b726664cac366fc98ac7a012b2682cbd962e5acb544671d41b9445704d1d",
	    "057d636096cb80b67a8c038c890e887d1adfa4195e9b3ce241c8a778c59cda67" },
};

static void
ecdh_gives_the_shared_secrets_of_nist_cavp(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(ecdh_cases); i++) {
		struct p256_private d;
		struct p256_public peer, own;
		uint8_t x[32];

		get(d.d, ecdh_cases[i].d);
		get(peer.x, ecdh_cases[i].peer_x);
		get(peer.y, ecdh_cases[i].peer_y);
		assert_int_equal(p256_public_of(&own, &d), JURAT_OK);
		expect(own.x, ecdh_cases[i].own_x);
		expect(own.y, ecdh_cases[i].own_y);
		assert_int_equal(p256_check(&own), JURAT_OK);
		assert_int_equal(p256_ecdh(x, &d, &peer), JURAT_OK);
		expect(x, ecdh_cases[i].shared);
	}
}

/* bad points: on no curve, on another curve (invalid-curve attack), coordinates not reduced, the origin, all ones */
static void
points_off_the_curve_are_refused_everywhere(void **state)
{
	static const struct {
		const char *x, *y;
	} bad[] = {
		{ "700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287",
		    "db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ad" },
		{ "0000000000000000000000000000000000000000000000000000000000000000",
		    "0000000000000000000000000000000000000000000000000000000000000000" },
		/* x = 0 is on the curve with y = sqrt(b); here x = p, the same residue, unreduced */
		{ P256_P, "66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4" },
		{ "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" },
		{ "0000000000000000000000000000000000000000000000000000000000000001", P256_P },
	};
	struct p256_private d;
	struct p256_public p;
	struct p256_signature sig = { { 1 }, { 1 } };
	uint8_t x[32], digest[SHA256_LEN] = { 0 };

	(void)state;
	get(d.d, ecdh_cases[0].d);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		get(p.x, bad[i].x);
		get(p.y, bad[i].y);
		memset(x, 0x77, sizeof x);
		assert_int_equal(p256_check(&p), JURAT_E_CRYPTO);
		assert_int_equal(p256_ecdh(x, &d, &p), JURAT_E_CRYPTO);
		assert_int_equal(x[0], 0x77);
		assert_int_equal(ecdsa_verify_vartime(&sig, &p, digest), JURAT_E_CRYPTO);
	}
	get(p.x, "0000000000000000000000000000000000000000000000000000000000000000");
	get(p.y, bad[2].y);
	assert_int_equal(p256_check(&p), JURAT_OK);
}

static void
private_keys_outside_1_to_n_minus_1_are_refused(void **state)
{
	static const char *const bad[] = { "0000000000000000000000000000000000000000000000000000000000000000", P256_N,
		"ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632552",
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" };
	struct p256_private d;
	struct p256_public pub, peer;
	struct p256_signature sig;
	uint8_t x[32], digest[SHA256_LEN] = { 1 };

	(void)state;
	get(peer.x, ecdh_cases[0].peer_x);
	get(peer.y, ecdh_cases[0].peer_y);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		get(d.d, bad[i]);
		assert_false(p256_scalar_ok(d.d));
		assert_int_equal(p256_public_of(&pub, &d), JURAT_E_CRYPTO);
		assert_int_equal(p256_ecdh(x, &d, &peer), JURAT_E_CRYPTO);
		assert_int_equal(ecdsa_sign(&sig, &d, digest), JURAT_E_CRYPTO);
	}
	get(d.d, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550");
	assert_int_equal(p256_public_of(&pub, &d), JURAT_OK); /* n-1: -G */
	expect(pub.x, "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296");
	get(d.d, "0000000000000000000000000000000000000000000000000000000000000001");
	assert_int_equal(p256_public_of(&pub, &d), JURAT_OK);
	expect(pub.y, "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
}

/* expected values: Python's integers, 1 + (seed mod (n-1)) */
static void
seeds_become_keys_by_reduction(void **state)
{
	static const struct {
		const char *seed, *d;
	} cases[] = {
		{ "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
		    "0000000000000000000000000000000000000000000000000000000000000001" },
		{ "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		    "431905529c0166ce652e96b7ccca0a9a679b73e29ad16947f01cf012fc632550" },
		/* n-2: the largest residue; n-1: the smallest again */
		{ "00000000000000000000000000000000ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254f",
		    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550" },
		{ "00000000000000000000000000000000ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550",
		    "0000000000000000000000000000000000000000000000000000000000000001" },
		{ "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f",
		    "18185bb801b6065828af9bb667d107070b661a42a64f1f66b1a71e49aa7ff400" },
	};
	struct p256_private d;
	uint8_t seed[48];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		get(seed, cases[i].seed);
		assert_int_equal(p256_from_seed(&d, seed), JURAT_OK);
		expect(d.d, cases[i].d);
	}
}

/* vectors/p256.h: Python's integers, with the extreme values of every operand */
static void
signature_scalars_are_those_of_pythons_integers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(p256_sign_cases); i++) {
		uint8_t k[32], r[32], z[32], s[32];
		struct p256_private d;

		get(k, p256_sign_cases[i].k);
		get(r, p256_sign_cases[i].r);
		get(z, p256_sign_cases[i].z);
		get(d.d, p256_sign_cases[i].d);
		p256_sign_scalar(s, k, r, z, &d);
		expect(s, p256_sign_cases[i].s);
	}
}

static void
scalars_are_reduced_once_and_completely(void **state)
{
	static const char *const cases[][2] = {
		{ P256_N, "0000000000000000000000000000000000000000000000000000000000000000" },
		{ "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550",
		    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550" },
		{ "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		    "00000000ffffffff00000000000000004319055258e8617b0c46353d039cdaae" },
	};
	uint8_t v[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		get(v, cases[i][0]);
		p256_scalar_reduce(v);
		expect(v, cases[i][1]);
	}
}

/* ---- ECDSA: RFC 6979, A.2.5 ---- */

#define RFC6979_D "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"

static const struct {
	const char *message, *r, *s;
} rfc6979[] = {
	{ "sample", "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
	    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8" },
	{ "test", "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367",
	    "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083" },
};

static void
ecdsa_accepts_the_signatures_of_rfc_6979_and_makes_good_ones(void **state)
{
	struct p256_private d;
	struct p256_public pub;

	(void)state;
	get(d.d, RFC6979_D);
	assert_int_equal(p256_public_of(&pub, &d), JURAT_OK);
	expect(pub.x, "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6");
	for (size_t i = 0; i < ARRAY_LEN(rfc6979); i++) {
		struct p256_signature sig, made;
		uint8_t digest[SHA256_LEN];

		sha256_once(digest, rfc6979[i].message, strlen(rfc6979[i].message));
		get(sig.r, rfc6979[i].r);
		get(sig.s, rfc6979[i].s);
		assert_int_equal(ecdsa_verify_vartime(&sig, &pub, digest), JURAT_OK);
		assert_int_equal(ecdsa_sign(&made, &d, digest), JURAT_OK);
		assert_int_equal(ecdsa_verify_vartime(&made, &pub, digest), JURAT_OK);
#ifdef CRYPTO_IS_BEARSSL
		assert_memory_equal(&made, &sig, sizeof sig); /* deterministic */
#endif
		digest[31] ^= 1;
		assert_int_equal(ecdsa_verify_vartime(&sig, &pub, digest), JURAT_E_CRYPTO);
	}
}

static void
ecdsa_accepts_the_other_s(void **state)
{
	/* n - s of the first signature of RFC 6979, A.2.5 (Python) */
	static const char other_s[] = "0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9";
	struct p256_private d;
	struct p256_public pub;
	struct p256_signature sig;
	uint8_t digest[SHA256_LEN];

	(void)state;
	get(d.d, RFC6979_D);
	assert_int_equal(p256_public_of(&pub, &d), JURAT_OK);
	sha256_once(digest, "sample", 6);
	get(sig.r, rfc6979[0].r);
	get(sig.s, other_s);
	assert_int_equal(ecdsa_verify_vartime(&sig, &pub, digest), JURAT_OK);
}

/* Wycheproof, ecdsa_secp256r1_sha256_test: "k*G has a large x-coordinate" and "r too large". */
static void
ecdsa_takes_the_abscissa_modulo_n_and_r_as_it_is(void **state)
{
	struct p256_public pub;
	struct p256_signature sig;
	uint8_t digest[SHA256_LEN];

	(void)state;
	sha256_once(digest, "123400", 6);
	get(pub.x, "0ad99500288d466940031d72a9f5445a4d43784640855bf0a69874d2de5fe103");
	get(pub.y, "c5011e6ef2c42dcd50d5d3d29f99ae6eba2c80c9244f4c5422f0979ff0c3ba5e");
	get(sig.r, "000000000000000000000000000000004319055358e8617b0c46353d039cdaab");
	get(sig.s, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254e");
	assert_int_equal(ecdsa_verify_vartime(&sig, &pub, digest), JURAT_OK);
	get(sig.r, "ffffffff00000001000000000000000000000000fffffffffffffffffffffffc");
	assert_int_equal(ecdsa_verify_vartime(&sig, &pub, digest), JURAT_E_CRYPTO);
}

static void
ecdsa_refuses_a_sum_at_infinity(void **state)
{
	struct p256_private minus_one = { { 0 } };
	struct p256_public pub;
	struct p256_signature sig = { { 0 }, { 0 } };
	uint8_t digest[SHA256_LEN] = { 0 };

	(void)state;
	get(minus_one.d, P256_N);
	minus_one.d[31]--;
	assert_int_equal(p256_public_of(&pub, &minus_one), JURAT_OK);
	digest[31] = sig.r[31] = 5; /* z G + r (-G) with z = r, whatever s is */
	sig.s[31] = 3;
	assert_int_equal(ecdsa_verify_vartime(&sig, &pub, digest), JURAT_E_CRYPTO);
}

static void
ecdsa_refuses_r_and_s_outside_1_to_n_minus_1(void **state)
{
	static const char *const bad[] = { "0000000000000000000000000000000000000000000000000000000000000000", P256_N,
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" };
	struct p256_private d;
	struct p256_public pub;
	struct p256_signature good, sig;
	uint8_t digest[SHA256_LEN], zero_digest[SHA256_LEN] = { 0 };

	(void)state;
	get(d.d, RFC6979_D);
	assert_int_equal(p256_public_of(&pub, &d), JURAT_OK);
	sha256_once(digest, "sample", 6);
	get(good.r, rfc6979[0].r);
	get(good.s, rfc6979[0].s);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		sig = good;
		get(sig.r, bad[i]);
		assert_int_equal(ecdsa_verify_vartime(&sig, &pub, digest), JURAT_E_CRYPTO);
		assert_int_equal(ecdsa_verify_vartime(&sig, &pub, zero_digest), JURAT_E_CRYPTO);
		sig = good;
		get(sig.s, bad[i]);
		assert_int_equal(ecdsa_verify_vartime(&sig, &pub, digest), JURAT_E_CRYPTO);
		assert_int_equal(ecdsa_verify_vartime(&sig, &pub, zero_digest), JURAT_E_CRYPTO);
	}
}

static void
ecdsa_refuses_every_flipped_bit(void **state)
{
	struct p256_private d;
	struct p256_public pub;
	struct p256_signature sig;
	uint8_t digest[SHA256_LEN];

	(void)state;
	get(d.d, RFC6979_D);
	assert_int_equal(p256_public_of(&pub, &d), JURAT_OK);
	sha256_once(digest, "sample", 6);
	get(sig.r, rfc6979[0].r);
	get(sig.s, rfc6979[0].s);
	for (size_t bit = 0; bit < 256; bit += 3) { /* a third of the bits: the slow back end takes a millisecond each */
		sig.r[bit / 8] = (uint8_t)(sig.r[bit / 8] ^ (1u << bit % 8));
		assert_int_equal(ecdsa_verify_vartime(&sig, &pub, digest), JURAT_E_CRYPTO);
		sig.r[bit / 8] = (uint8_t)(sig.r[bit / 8] ^ (1u << bit % 8));
		sig.s[bit / 8] = (uint8_t)(sig.s[bit / 8] ^ (1u << bit % 8));
		assert_int_equal(ecdsa_verify_vartime(&sig, &pub, digest), JURAT_E_CRYPTO);
		sig.s[bit / 8] = (uint8_t)(sig.s[bit / 8] ^ (1u << bit % 8));
	}
}

/* ---- randomness ---- */

static void
random_bytes_differ_and_have_a_limit(void **state)
{
	uint8_t a[256] = { 0 }, b[256] = { 0 };

	(void)state;
	assert_int_equal(crypto_random(a, 257), JURAT_E_USAGE);
	assert_true(ct_is_zero(a, sizeof a));
	assert_int_equal(crypto_random(a, 0), JURAT_OK);
	assert_int_equal(crypto_random(a, sizeof a), JURAT_OK);
	assert_int_equal(crypto_random(b, sizeof b), JURAT_OK);
	for (size_t i = 0; i < sizeof a; i += 32) {
		assert_false(ct_equal(a + i, b + i, 32));
		if (i != 0)
			assert_false(ct_equal(a + i, a, 32));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_gives_the_digests_of_fips_180),
		cmocka_unit_test(sha256_of_a_million_letters_in_uneven_pieces),
		cmocka_unit_test(copying_a_hash_context_forks_it),
		cmocka_unit_test(sha512_runs_over_both_parts),
		cmocka_unit_test(sha512_and_its_shorter_sisters_give_the_digests_of_fips_180),
		cmocka_unit_test(cmac_gives_the_tags_of_rfc_4493),
		cmocka_unit_test(gcm_gives_the_published_ciphertexts_and_opens_them),
		cmocka_unit_test(gcm_refuses_every_flipped_bit_and_shows_no_plaintext),
		cmocka_unit_test(ecdh_gives_the_shared_secrets_of_nist_cavp),
		cmocka_unit_test(points_off_the_curve_are_refused_everywhere),
		cmocka_unit_test(private_keys_outside_1_to_n_minus_1_are_refused),
		cmocka_unit_test(seeds_become_keys_by_reduction),
		cmocka_unit_test(signature_scalars_are_those_of_pythons_integers),
		cmocka_unit_test(scalars_are_reduced_once_and_completely),
		cmocka_unit_test(ecdsa_accepts_the_signatures_of_rfc_6979_and_makes_good_ones),
		cmocka_unit_test(ecdsa_accepts_the_other_s),
		cmocka_unit_test(ecdsa_takes_the_abscissa_modulo_n_and_r_as_it_is),
		cmocka_unit_test(ecdsa_refuses_a_sum_at_infinity),
		cmocka_unit_test(ecdsa_refuses_r_and_s_outside_1_to_n_minus_1),
		cmocka_unit_test(ecdsa_refuses_every_flipped_bit),
		cmocka_unit_test(random_bytes_differ_and_have_a_limit),
	};

	return cmocka_run_group_tests_name("crypto", tests, NULL, NULL);
}
