/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SIGMA exchange msg0-msg3 in Intel's layouts (sgx_key_exchange.h, sgx_tkey_exchange), as two state machines. No I/O, no
 * allocation, no clock; randomness is an argument. Freestanding: the initiator runs inside the enclave, the responder is the
 * relying party. On the wire every integer and every coordinate is little-endian; inside, struct p256_public is big-endian.
 *
 *   msg0  4 B       u32 extended group id, must be 0
 *   msg1  68 B      g_a 64 | gid 4 (0 for ECDSA quotes)
 *   msg2  168 B + n g_b 64 | spid 16 | quote_type u16 | kdf_id u16 (1) | sign_gb_ga 64 | mac 16 | sig_rl_size u32 | sig_rl
 *   msg3  336 B + n mac 16 | g_a 64 | ps_sec_prop 256 (zero) | quote
 *
 *   KDK = CMAC(0^16, x little-endian); K = CMAC(KDK, 01 || label || 00 || 80 00) for SMK, SK, MK, VK
 *   sign_gb_ga: ECDSA over SHA-256(g_b || g_a) by the service's long-term key
 *   msg2.mac = CMAC(SMK, msg2[0..148)); msg3.mac = CMAC(SMK, msg3[16..))
 *   report data = SHA-256(g_a || g_b || VK) || 0^32, all 64 bytes checked
 *
 * Every function checks the state first (JURAT_E_STATE); any failure after that ends the session (SIGMA_DEAD) and wipes its
 * keys. A context serves one session.
 */
#ifndef EXCHANGE_SIGMA_H
#define EXCHANGE_SIGMA_H

#include "core/compiler.h"
#include "crypto/crypto.h"

#define SIGMA_MSG0_LEN 4
#define SIGMA_MSG1_LEN 68
#define SIGMA_MSG2_HEAD_LEN 168
#define SIGMA_MSG3_HEAD_LEN 336
#define SIGMA_SIG_RL_MAX_LEN 65536u
#define SIGMA_QUOTE_MAX_LEN 16384u
#define SIGMA_MSG2_MAX_LEN (SIGMA_MSG2_HEAD_LEN + SIGMA_SIG_RL_MAX_LEN)
#define SIGMA_MSG3_MAX_LEN (SIGMA_MSG3_HEAD_LEN + SIGMA_QUOTE_MAX_LEN)
#define SIGMA_SPID_LEN 16
#define SIGMA_KDF_CMAC 1u

/* Four keys of one session; never used for each other's purpose. */
struct sigma_keys {
	struct aes128_key smk, sk, mk, vk;
};

/* sigma_derive: the four keys from the shared x coordinate (big-endian, as p256_ecdh gives it). */
MUST_USE jurat_rc sigma_derive(struct sigma_keys *out, const uint8_t shared_x[32]);

/* sigma_point_encode, sigma_point_decode: P-256 point, little-endian halves on the wire. Decoding does not check the curve. */
void sigma_point_encode(uint8_t out[64], const struct p256_public *pub);
void sigma_point_decode(struct p256_public *out, const uint8_t in[64]);

/*
 * What a finished exchange leaves for the channel (exchange/channel.h): SK and the hash of msg0..msg3 as they went over the wire.
 * The taker wipes it.
 */
struct sigma_result {
	struct aes128_key sk;
	uint8_t transcript[SHA256_LEN];
};

enum sigma_state {
	SIGMA_DEAD = 0,
	SIGMA_READY,
	SIGMA_MSG1_DONE,
	SIGMA_MSG2_DONE,
	SIGMA_MSG3_DONE,
};

/* ---- the enclave's side ---- */
struct sigma_initiator {
	enum sigma_state state;
	struct p256_public service_key;
	struct p256_private a;
	uint8_t g_a[64], g_b[64];
	struct sigma_keys keys;
	struct sha256 transcript;
};

/* sigma_initiator_init: JURAT_E_CRYPTO if service_key is not a point. */
MUST_USE jurat_rc sigma_initiator_init(struct sigma_initiator *s, const struct p256_public *service_key);

/* sigma_make_msg1: msg0 and msg1 from 48 fresh random bytes. */
MUST_USE jurat_rc sigma_make_msg1(
    struct sigma_initiator *s, uint8_t out_msg0[SIGMA_MSG0_LEN], uint8_t out_msg1[SIGMA_MSG1_LEN], const uint8_t seed[48]);

/*
 * sigma_take_msg2: checks length, kdf, signature, MAC, a service key on the curve, g_b != g_a. sig_rl is passed over (EPID
 * reads it elsewhere); out_report_data is what the enclave puts into its report.
 */
MUST_USE jurat_rc sigma_take_msg2(struct sigma_initiator *s, uint8_t out_report_data[64], const uint8_t *msg2, size_t len,
    struct jurat_diag *d);

/* sigma_make_msg3: quote_len <= SIGMA_QUOTE_MAX_LEN; out has SIGMA_MSG3_HEAD_LEN + quote_len bytes and may not overlap quote. */
MUST_USE jurat_rc sigma_make_msg3(
    struct sigma_initiator *s, uint8_t *out, const uint8_t *quote, size_t quote_len, struct jurat_diag *d);

/* sigma_initiator_finish: hands over the result and wipes s. Only after msg3. The keys prove nothing yet: the first record of
 * the channel, opened under them, does. */
MUST_USE jurat_rc sigma_initiator_finish(struct sigma_initiator *s, struct sigma_result *out);
void sigma_initiator_clear(struct sigma_initiator *s);

/* ---- the relying party's side ---- */
struct sigma_responder {
	enum sigma_state state;
	uint8_t g_a[64], g_b[64];
	uint8_t gid[4];
	struct sigma_keys keys;
	struct sha256 transcript;
};

void sigma_responder_init(struct sigma_responder *s);

/*
 * sigma_take_msg1: msg0 (extended group id 0) and msg1 (point on the curve), then the whole answer: out_msg2 has
 * SIGMA_MSG2_HEAD_LEN + sig_rl_len bytes. seed: 48 fresh random bytes.
 */
struct sigma_service {
	const struct p256_private *key; /* long-term; its public half is named by the enclave's CONFIGID */
	uint8_t spid[SIGMA_SPID_LEN];
	uint16_t quote_type;
};
MUST_USE jurat_rc sigma_take_msg1(struct sigma_responder *s, uint8_t *out_msg2, const struct sigma_service *service,
    const uint8_t msg0[SIGMA_MSG0_LEN], const uint8_t msg1[SIGMA_MSG1_LEN], const uint8_t seed[48], const uint8_t *sig_rl,
    size_t sig_rl_len, struct jurat_diag *d);

/*
 * sigma_take_msg3: length, g_a equal to msg1's, MAC. On success *out_quote points into msg3 and out_report_data is what the
 * quote's report must contain, all 64 bytes. The quote itself is not judged here.
 */
MUST_USE jurat_rc sigma_take_msg3(struct sigma_responder *s, const uint8_t **out_quote, size_t *out_quote_len,
    uint8_t out_report_data[64], const uint8_t *msg3, size_t len, struct jurat_diag *d);

/* sigma_responder_finish: after the quote was judged and accepted. Hands over the result and wipes s. */
MUST_USE jurat_rc sigma_responder_finish(struct sigma_responder *s, struct sigma_result *out);
void sigma_responder_clear(struct sigma_responder *s);

/*
 * sigma_config_id: CONFIGID that names a relying party: SHA-512("jurat/rp/v1" || public key, 64 bytes in the wire form of
 * sigma_point_encode). No NUL between them.
 */
void sigma_config_id(uint8_t out[64], const struct p256_public *service_key);

#endif
