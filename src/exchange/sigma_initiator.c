/* SPDX-License-Identifier: Apache-2.0 */
/* The enclave's side of SIGMA. */
#include <string.h>

#include "core/bytes.h"
#include "core/ct.h"
#include "core/diag.h"
#include "core/sabotage.h"
#include "exchange/sigma.h"
#include "exchange/sigma_wire.h"

void
sigma_initiator_clear(struct sigma_initiator *s)
{
	wipe(s, sizeof *s); /* SIGMA_DEAD is zero */
}

/* died: every failure after the state check ends the session. */
static jurat_rc
died(struct sigma_initiator *s, jurat_rc rc)
{
	if (rc != JURAT_OK)
		sigma_initiator_clear(s);
	return rc;
}

jurat_rc
sigma_initiator_init(struct sigma_initiator *s, const struct p256_public *service_key)
{
	jurat_rc rc = p256_check(service_key);

	if (rc != JURAT_OK)
		return rc;
	memset(s, 0, sizeof *s);
	s->service_key = *service_key;
	sha256_init(&s->transcript);
	s->state = SIGMA_READY;
	return JURAT_OK;
}

jurat_rc
sigma_make_msg1(
    struct sigma_initiator *s, uint8_t out_msg0[SIGMA_MSG0_LEN], uint8_t out_msg1[SIGMA_MSG1_LEN], const uint8_t seed[48])
{
	struct p256_public pub;
	jurat_rc rc;

	if (s->state != SIGMA_READY)
		return JURAT_E_STATE;
	rc = p256_from_seed(&s->a, seed);
	if (rc == JURAT_OK)
		rc = p256_public_of(&pub, &s->a);
	if (rc != JURAT_OK)
		return died(s, rc);
	sigma_point_encode(s->g_a, &pub);
	memset(out_msg0, 0, SIGMA_MSG0_LEN);
	memcpy(out_msg1, s->g_a, sizeof s->g_a);
	memset(out_msg1 + sizeof s->g_a, 0, SIGMA_MSG1_LEN - sizeof s->g_a);
	sha256_update(&s->transcript, out_msg0, SIGMA_MSG0_LEN);
	sha256_update(&s->transcript, out_msg1, SIGMA_MSG1_LEN);
	s->state = SIGMA_MSG1_DONE;
	return JURAT_OK;
}

struct msg2 {
	const uint8_t *g_b;
	uint16_t kdf_id;
	struct p256_signature signature;
	const uint8_t *mac;
};

static jurat_rc
msg2_parse(struct msg2 *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	uint32_t sig_rl_len;
	struct reader r;
	jurat_rc rc;

	reader_init(&r, p, len);
	out->g_b = reader_take(&r, 64);
	(void)reader_take(&r, SIGMA_SPID_LEN);
	(void)reader_u16le(&r); /* quote_type: means something for EPID alone, and is under the MAC */
	out->kdf_id = reader_u16le(&r);
	reader_copy(&r, out->signature.r, sizeof out->signature.r);
	reader_copy(&r, out->signature.s, sizeof out->signature.s);
	out->mac = reader_take(&r, CMAC_LEN);
	sig_rl_len = reader_u32le(&r);
	rc = reader_check(&r, "msg2", d);
	if (rc != JURAT_OK)
		return rc;
	if (sig_rl_len > SIGMA_SIG_RL_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "msg2.sig_rl_size", MSG2_SIG_RL_SIZE_OFF, SIGMA_SIG_RL_MAX_LEN, sig_rl_len);
	(void)reader_take(&r, sig_rl_len);
	rc = reader_end(&r, "msg2.sig_rl", d);
	if (rc != JURAT_OK)
		return rc;
	if (out->kdf_id != SIGMA_KDF_CMAC)
		return jurat_fail(d, JURAT_E_UNSUPPORTED, "msg2.kdf_id", MSG2_KDF_OFF, SIGMA_KDF_CMAC, out->kdf_id);
	return JURAT_OK;
}

/* signature_check: the service's long-term key vouches for g_b, in this session. */
static jurat_rc
signature_check(const struct sigma_initiator *s, const struct msg2 *m, struct jurat_diag *d)
{
	struct p256_signature sig;
	uint8_t digest[SHA256_LEN];

	if (SABOTAGED("sigma.msg2.signature"))
		return JURAT_OK;
	bytes_reverse(sig.r, m->signature.r, sizeof sig.r);
	bytes_reverse(sig.s, m->signature.s, sizeof sig.s);
	sigma_signed_digest(digest, m->g_b, s->g_a);
	if (ecdsa_verify_vartime(&sig, &s->service_key, digest) != JURAT_OK)
		return jurat_fail(d, JURAT_E_CRYPTO, "msg2.sign_gb_ga", MSG2_SIGN_OFF, 0, 0);
	return JURAT_OK;
}

/* agree: the session's keys; JURAT_E_CRYPTO for a g_b that is no point. */
static jurat_rc
agree(struct sigma_keys *out, const struct sigma_initiator *s, const struct msg2 *m, struct jurat_diag *d)
{
	struct p256_public g_b;
	uint8_t x[32];
	jurat_rc rc;

	sigma_point_decode(&g_b, m->g_b);
	rc = p256_ecdh(x, &s->a, &g_b);
	if (rc != JURAT_OK)
		rc = jurat_fail(d, rc, "msg2.g_b", 0, 0, 0);
	else
		rc = sigma_derive(out, x);
	wipe(x, sizeof x);
	return rc;
}

static jurat_rc
msg2_check(struct sigma_keys *out, const struct sigma_initiator *s, const struct msg2 *m, const uint8_t *msg2, struct jurat_diag *d)
{
	uint8_t mac[CMAC_LEN];
	jurat_rc rc;

	if (ct_equal(m->g_b, s->g_a, sizeof s->g_a)) /* our own value reflected */
		return jurat_fail(d, JURAT_E_REPLAY, "msg2.g_b", 0, 0, 0);
	rc = signature_check(s, m, d);
	if (rc != JURAT_OK)
		return rc;
	rc = agree(out, s, m, d);
	if (rc != JURAT_OK)
		return rc;
	rc = cmac_aes128(mac, &out->smk, msg2, MSG2_MAC_OFF);
	if (rc == JURAT_OK && !ct_equal(mac, m->mac, sizeof mac))
		rc = jurat_fail(d, JURAT_E_CRYPTO, "msg2.mac", MSG2_MAC_OFF, 0, 0);
	wipe(mac, sizeof mac);
	return rc;
}

jurat_rc
sigma_take_msg2(struct sigma_initiator *s, uint8_t out_report_data[64], const uint8_t *msg2, size_t len, struct jurat_diag *d)
{
	struct sigma_keys keys;
	struct msg2 m;
	jurat_rc rc;

	if (s->state != SIGMA_MSG1_DONE)
		return jurat_fail(d, JURAT_E_STATE, "msg2", NO_OFFSET, SIGMA_MSG1_DONE, s->state);
	rc = msg2_parse(&m, msg2, len, d);
	if (rc == JURAT_OK)
		rc = msg2_check(&keys, s, &m, msg2, d);
	if (rc == JURAT_OK) {
		s->keys = keys;
		memcpy(s->g_b, m.g_b, sizeof s->g_b);
		wipe(&s->a, sizeof s->a);
		sha256_update(&s->transcript, msg2, len);
		sigma_report_data(out_report_data, s->g_a, s->g_b, &s->keys.vk);
		s->state = SIGMA_MSG2_DONE;
	}
	wipe(&keys, sizeof keys);
	return died(s, rc);
}

jurat_rc
sigma_make_msg3(struct sigma_initiator *s, uint8_t *out, const uint8_t *quote, size_t quote_len, struct jurat_diag *d)
{
	size_t len;
	jurat_rc rc;

	if (s->state != SIGMA_MSG2_DONE)
		return jurat_fail(d, JURAT_E_STATE, "msg3", NO_OFFSET, SIGMA_MSG2_DONE, s->state);
	if (quote_len > SIGMA_QUOTE_MAX_LEN)
		return died(s, jurat_fail(d, JURAT_E_TOO_LARGE, "msg3.quote", NO_OFFSET, SIGMA_QUOTE_MAX_LEN, quote_len));
	len = SIGMA_MSG3_HEAD_LEN + quote_len;
	memcpy(out + MSG3_G_A_OFF, s->g_a, sizeof s->g_a);
	memset(out + MSG3_PS_SEC_PROP_OFF, 0, MSG3_PS_SEC_PROP_LEN);
	if (quote_len != 0)
		memcpy(out + SIGMA_MSG3_HEAD_LEN, quote, quote_len);
	rc = cmac_aes128(out, &s->keys.smk, out + MSG3_G_A_OFF, len - MSG3_G_A_OFF);
	if (rc != JURAT_OK)
		return died(s, rc);
	sha256_update(&s->transcript, out, len);
	s->state = SIGMA_MSG3_DONE;
	return JURAT_OK;
}

jurat_rc
sigma_initiator_finish(struct sigma_initiator *s, struct sigma_result *out)
{
	if (s->state != SIGMA_MSG3_DONE)
		return JURAT_E_STATE;
	out->sk = s->keys.sk;
	sha256_final(&s->transcript, out->transcript);
	sigma_initiator_clear(s);
	return JURAT_OK;
}
