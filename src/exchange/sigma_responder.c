/* SPDX-License-Identifier: Apache-2.0 */
/* The relying party's side of SIGMA. */
#include <string.h>

#include "core/bytes.h"
#include "core/ct.h"
#include "core/diag.h"
#include "core/sabotage.h"
#include "exchange/sigma.h"
#include "exchange/sigma_wire.h"

void
sigma_responder_init(struct sigma_responder *s)
{
	memset(s, 0, sizeof *s);
	sha256_init(&s->transcript);
	s->state = SIGMA_READY;
}

void
sigma_responder_clear(struct sigma_responder *s)
{
	wipe(s, sizeof *s); /* SIGMA_DEAD is zero */
}

static jurat_rc
died(struct sigma_responder *s, jurat_rc rc)
{
	if (rc != JURAT_OK)
		sigma_responder_clear(s);
	return rc;
}

static jurat_rc
msg0_check(const uint8_t msg0[SIGMA_MSG0_LEN], struct jurat_diag *d)
{
	if (load32le(msg0) != 0)
		return jurat_fail(d, JURAT_E_UNSUPPORTED, "msg0.extended_group_id", 0, 0, load32le(msg0));
	return JURAT_OK;
}

/* own_half: b and g_b from the seed, and the keys shared with g_a. */
static jurat_rc
own_half(uint8_t out_g_b[64], struct sigma_keys *out_keys, const uint8_t seed[48], const uint8_t g_a[64], struct jurat_diag *d)
{
	struct p256_private b;
	struct p256_public pub, peer;
	uint8_t x[32];
	jurat_rc rc;

	sigma_point_decode(&peer, g_a);
	rc = p256_from_seed(&b, seed);
	if (rc == JURAT_OK)
		rc = p256_public_of(&pub, &b);
	if (rc != JURAT_OK)
		goto out;
	rc = p256_ecdh(x, &b, &peer);
	if (rc != JURAT_OK) {
		rc = jurat_fail(d, rc, "msg1.g_a", 0, 0, 0);
		goto out;
	}
	sigma_point_encode(out_g_b, &pub);
	if (ct_equal(out_g_b, g_a, 64)) /* a peer that reflects us, or a broken generator */
		rc = jurat_fail(d, JURAT_E_REPLAY, "msg1.g_a", 0, 0, 0);
	else
		rc = sigma_derive(out_keys, x);
out:
	wipe(&b, sizeof b);
	wipe(x, sizeof x);
	return rc;
}

/* msg2_sign: sign_gb_ga in the wire's byte order. */
static jurat_rc
msg2_sign(uint8_t out[64], const struct p256_private *key, const uint8_t g_b[64], const uint8_t g_a[64])
{
	struct p256_signature sig;
	uint8_t digest[SHA256_LEN];
	jurat_rc rc;

	sigma_signed_digest(digest, g_b, g_a);
	rc = ecdsa_sign(&sig, key, digest);
	if (rc != JURAT_OK)
		return rc;
	bytes_reverse(out, sig.r, sizeof sig.r);
	bytes_reverse(out + 32, sig.s, sizeof sig.s);
	return JURAT_OK;
}

/* msg2_head: the 168 bytes before the revocation list. */
static jurat_rc
msg2_head(uint8_t out[SIGMA_MSG2_HEAD_LEN], const struct sigma_service *service, const uint8_t g_b[64], const uint8_t g_a[64],
    const struct aes128_key *smk, size_t sig_rl_len)
{
	uint8_t sign[64], mac[CMAC_LEN];
	struct writer w;
	jurat_rc rc;

	rc = msg2_sign(sign, service->key, g_b, g_a);
	if (rc != JURAT_OK)
		return rc;
	writer_init(&w, out, SIGMA_MSG2_HEAD_LEN);
	writer_copy(&w, g_b, 64);
	writer_copy(&w, service->spid, sizeof service->spid);
	writer_u16le(&w, service->quote_type);
	writer_u16le(&w, SIGMA_KDF_CMAC);
	writer_copy(&w, sign, sizeof sign);
	rc = cmac_aes128(mac, smk, out, MSG2_MAC_OFF);
	if (rc != JURAT_OK)
		return rc;
	writer_copy(&w, mac, sizeof mac);
	writer_u32le(&w, (uint32_t)sig_rl_len);
	return JURAT_OK;
}

jurat_rc
sigma_take_msg1(struct sigma_responder *s, uint8_t *out_msg2, const struct sigma_service *service,
    const uint8_t msg0[SIGMA_MSG0_LEN], const uint8_t msg1[SIGMA_MSG1_LEN], const uint8_t seed[48], const uint8_t *sig_rl,
    size_t sig_rl_len, struct jurat_diag *d)
{
	uint8_t head[SIGMA_MSG2_HEAD_LEN];
	jurat_rc rc;

	if (s->state != SIGMA_READY)
		return jurat_fail(d, JURAT_E_STATE, "msg1", NO_OFFSET, SIGMA_READY, s->state);
	if (sig_rl_len > SIGMA_SIG_RL_MAX_LEN)
		return died(s, jurat_fail(d, JURAT_E_TOO_LARGE, "msg2.sig_rl", NO_OFFSET, SIGMA_SIG_RL_MAX_LEN, sig_rl_len));
	rc = msg0_check(msg0, d);
	if (rc == JURAT_OK)
		rc = own_half(s->g_b, &s->keys, seed, msg1, d);
	if (rc == JURAT_OK)
		rc = msg2_head(head, service, s->g_b, msg1, &s->keys.smk, sig_rl_len);
	if (rc != JURAT_OK)
		return died(s, rc);
	memcpy(s->g_a, msg1, sizeof s->g_a);
	memcpy(s->gid, msg1 + sizeof s->g_a, sizeof s->gid);
	sha256_update(&s->transcript, msg0, SIGMA_MSG0_LEN);
	sha256_update(&s->transcript, msg1, SIGMA_MSG1_LEN);
	memcpy(out_msg2, head, sizeof head);
	if (sig_rl_len != 0)
		memcpy(out_msg2 + sizeof head, sig_rl, sig_rl_len);
	sha256_update(&s->transcript, out_msg2, sizeof head + sig_rl_len);
	s->state = SIGMA_MSG2_DONE;
	return JURAT_OK;
}

static jurat_rc
msg3_check(const struct sigma_responder *s, const uint8_t *msg3, size_t len, struct jurat_diag *d)
{
	uint8_t mac[CMAC_LEN];
	jurat_rc rc;

	if (len < SIGMA_MSG3_HEAD_LEN)
		return jurat_fail(d, JURAT_E_TRUNCATED, "msg3", 0, SIGMA_MSG3_HEAD_LEN, len);
	if (len > SIGMA_MSG3_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "msg3", 0, SIGMA_MSG3_MAX_LEN, len);
	if (!SABOTAGED("sigma.msg3.g_a") && !ct_equal(msg3 + MSG3_G_A_OFF, s->g_a, sizeof s->g_a))
		return jurat_fail(d, JURAT_E_MISMATCH, "msg3.g_a", MSG3_G_A_OFF, 0, 0);
	rc = cmac_aes128(mac, &s->keys.smk, msg3 + MSG3_G_A_OFF, len - MSG3_G_A_OFF);
	if (rc == JURAT_OK && !SABOTAGED("sigma.msg3.mac") && !ct_equal(mac, msg3, sizeof mac))
		rc = jurat_fail(d, JURAT_E_CRYPTO, "msg3.mac", 0, 0, 0);
	wipe(mac, sizeof mac);
	if (rc != JURAT_OK)
		return rc;
	if (!ct_is_zero(msg3 + MSG3_PS_SEC_PROP_OFF, MSG3_PS_SEC_PROP_LEN))
		return jurat_fail(d, JURAT_E_UNSUPPORTED, "msg3.ps_sec_prop", MSG3_PS_SEC_PROP_OFF, 0, 0);
	return JURAT_OK;
}

jurat_rc
sigma_take_msg3(struct sigma_responder *s, const uint8_t **out_quote, size_t *out_quote_len, uint8_t out_report_data[64],
    const uint8_t *msg3, size_t len, struct jurat_diag *d)
{
	jurat_rc rc;

	if (s->state != SIGMA_MSG2_DONE)
		return jurat_fail(d, JURAT_E_STATE, "msg3", NO_OFFSET, SIGMA_MSG2_DONE, s->state);
	rc = msg3_check(s, msg3, len, d);
	if (rc != JURAT_OK)
		return died(s, rc);
	*out_quote = msg3 + SIGMA_MSG3_HEAD_LEN;
	*out_quote_len = len - SIGMA_MSG3_HEAD_LEN;
	sigma_report_data(out_report_data, s->g_a, s->g_b, &s->keys.vk);
	sha256_update(&s->transcript, msg3, len);
	s->state = SIGMA_MSG3_DONE;
	return JURAT_OK;
}

jurat_rc
sigma_responder_finish(struct sigma_responder *s, struct sigma_result *out)
{
	if (s->state != SIGMA_MSG3_DONE)
		return JURAT_E_STATE;
	out->sk = s->keys.sk;
	sha256_final(&s->transcript, out->transcript);
	sigma_responder_clear(s);
	return JURAT_OK;
}
