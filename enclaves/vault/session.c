/* SPDX-License-Identifier: Apache-2.0 */
/* The session with the relying party: msg0 to msg3, then the records of msg4. */
#include "vault.h"

#include "core/sabotage.h"

enum step {
	STEP_NONE,
	STEP_STARTED,   /* msg1 is out */
	STEP_REPORTED,  /* the report is out, the quote awaited */
	STEP_CHANNEL,   /* msg3 is out, HEAD awaited */
	STEP_RECEIVING, /* HEAD is in */
};

/* One session at a time; the runtime lets one call in at a time. */
static struct session {
	enum step step;
	struct sigma_initiator sigma;
	struct sgx_target quoting;
	uint8_t nonce[16];
	struct channel channel;
	struct chunk_label label; /* of the next chunk */
	uint64_t secret_len, received_len;
	struct sha256 digest; /* HEAD's plain text || secret */
	uint8_t plain[CHANNEL_CHUNK_LEN];
} session;

static jurat_rc
died(jurat_rc rc)
{
	if (rc != JURAT_OK)
		wipe(&session, sizeof session);
	return rc;
}

/* ---- START ---- */

/*
 * Whom we trust is not compiled in: the launcher wrote a hash of the relying party's key into CONFIGID, the processor reports it
 * (to us here, to the relying party in the quote), and every other key is refused.
 */
static jurat_rc
service_check(const struct p256_public *service)
{
	static const uint8_t nobody[SGX_REPORT_DATA_LEN];
	uint8_t config_id[SGX_CONFIGID_LEN];
	struct sgx_report self;
	jurat_rc rc = enclave_report(&self, NULL, nobody);

	if (rc != JURAT_OK)
		return rc;
	sigma_config_id(config_id, service);
	if (!SABOTAGED("vault.config_id") && !ct_equal(config_id, self.body.config_id, sizeof config_id))
		return JURAT_E_IDENTITY;
	return JURAT_OK;
}

static jurat_rc
msg1_make(uint8_t out[SIGMA_MSG0_LEN + SIGMA_MSG1_LEN], const struct p256_public *service)
{
	uint8_t seed[48];
	jurat_rc rc = sigma_initiator_init(&session.sigma, service);

	if (rc == JURAT_OK)
		rc = crypto_random(seed, sizeof seed);
	if (rc == JURAT_OK)
		rc = sigma_make_msg1(&session.sigma, out, out + SIGMA_MSG0_LEN, seed);
	wipe(seed, sizeof seed);
	return rc;
}

jurat_rc
session_start(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len)
{
	const uint8_t *key, *target;
	struct p256_public service;
	struct reader r;
	jurat_rc rc;

	wipe(&session, sizeof session);
	reader_init(&r, in, in_len);
	key = reader_take(&r, 64);
	target = reader_take(&r, SGX_TARGETINFO_LEN);
	rc = reader_end(&r, "vault.start", NULL);
	if (rc != JURAT_OK)
		return rc;
	if (out_cap < SIGMA_MSG0_LEN + SIGMA_MSG1_LEN)
		return JURAT_E_TOO_LARGE;
	sigma_point_decode(&service, key);
	rc = service_check(&service);
	if (rc == JURAT_OK)
		rc = target_parse(&session.quoting, target, SGX_TARGETINFO_LEN, NULL);
	if (rc == JURAT_OK)
		rc = msg1_make(out, &service);
	if (rc != JURAT_OK)
		return died(rc);
	session.step = STEP_STARTED;
	*out_len = SIGMA_MSG0_LEN + SIGMA_MSG1_LEN;
	return JURAT_OK;
}

/* ---- MSG2 ---- */

jurat_rc
session_msg2(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len)
{
	uint8_t report_data[SGX_REPORT_DATA_LEN];
	struct sgx_report report;
	jurat_rc rc;

	if (session.step != STEP_STARTED)
		return died(JURAT_E_STATE);
	if (out_cap < SGX_REPORT_LEN + sizeof session.nonce)
		return died(JURAT_E_TOO_LARGE);
	rc = sigma_take_msg2(&session.sigma, report_data, in, in_len, NULL);
	if (rc == JURAT_OK)
		rc = enclave_report(&report, &session.quoting, report_data);
	if (rc == JURAT_OK)
		rc = crypto_random(session.nonce, sizeof session.nonce);
	if (rc != JURAT_OK)
		return died(rc);
	report_encode(out, &report);
	__builtin_memcpy(out + SGX_REPORT_LEN, session.nonce, sizeof session.nonce);
	session.step = STEP_REPORTED;
	*out_len = SGX_REPORT_LEN + sizeof session.nonce;
	return JURAT_OK;
}

/* ---- QUOTE ---- */

/* The quote came from the enclave that we made our report for, on this processor, for this session's nonce. */
static jurat_rc
receipt_check(const struct sgx_report *receipt, const uint8_t *quote, size_t quote_len)
{
	const struct sgx_attributes *is = &receipt->body.attributes, *want = &session.quoting.attributes;
	uint8_t expected[SGX_REPORT_DATA_LEN] = {0};
	struct sha256 h;
	jurat_rc rc;

	if (SABOTAGED("vault.qe_report"))
		return JURAT_OK;
	rc = enclave_check_report(receipt, NULL);
	if (rc != JURAT_OK)
		return rc;
	if (!ct_equal(receipt->body.mrenclave, session.quoting.mrenclave, SGX_HASH_LEN) || is->flags != want->flags ||
	    is->xfrm != want->xfrm)
		return JURAT_E_IDENTITY;
	sha256_init(&h);
	sha256_update(&h, session.nonce, sizeof session.nonce);
	sha256_update(&h, quote, quote_len);
	sha256_final(&h, expected);
	return ct_equal(receipt->body.report_data, expected, sizeof expected) ? JURAT_OK : JURAT_E_MISMATCH;
}

/* The key is there, but proves nothing yet: the first record that opens under it does. */
static jurat_rc
channel_begin(void)
{
	struct sigma_result result;
	jurat_rc rc = sigma_initiator_finish(&session.sigma, &result);

	return rc == JURAT_OK ? channel_init(&session.channel, CHANNEL_ENCLAVE, &result) : rc;
}

jurat_rc
session_quote(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len)
{
	struct sgx_report receipt;
	const uint8_t *encoded;
	size_t quote_len;
	struct reader r;
	jurat_rc rc;

	if (session.step != STEP_REPORTED)
		return died(JURAT_E_STATE);
	reader_init(&r, in, in_len);
	encoded = reader_take(&r, SGX_REPORT_LEN);
	rc = reader_check(&r, "vault.quote", NULL);
	if (rc == JURAT_OK)
		rc = report_parse(&receipt, encoded, SGX_REPORT_LEN, NULL);
	if (rc != JURAT_OK)
		return died(rc);
	quote_len = r.left;
	if (quote_len > SIGMA_QUOTE_MAX_LEN || out_cap < SIGMA_MSG3_HEAD_LEN + quote_len)
		return died(JURAT_E_TOO_LARGE);
	rc = receipt_check(&receipt, r.at, quote_len);
	if (rc == JURAT_OK)
		rc = sigma_make_msg3(&session.sigma, out, r.at, quote_len, NULL);
	if (rc == JURAT_OK)
		rc = channel_begin();
	if (rc != JURAT_OK)
		return died(rc);
	session.step = STEP_CHANNEL;
	*out_len = SIGMA_MSG3_HEAD_LEN + quote_len;
	return JURAT_OK;
}

/* ---- RECORD ---- */

static jurat_rc
head_take(const uint8_t *plain, size_t len)
{
	struct chunk_label *label = &session.label;
	struct channel_head head;
	jurat_rc rc = channel_head_parse(&head, plain, len, NULL);

	if (rc != JURAT_OK)
		return rc;
	if (len > sizeof label->secret.head)
		return JURAT_E_TOO_LARGE;
	__builtin_memcpy(label->secret.head, plain, len);
	label->secret.head_len = (uint16_t)len;
	session.secret_len = head.secret_len;
	sha256_init(&session.digest);
	sha256_update(&session.digest, plain, len);
	session.step = STEP_RECEIVING;
	return crypto_random(label->secret.id, sizeof label->secret.id);
}

static jurat_rc
ack_make(uint8_t *out, size_t *out_len)
{
	uint8_t digest[SHA256_LEN], ack[CHANNEL_ACK_LEN];

	sha256_final(&session.digest, digest);
	channel_ack_encode(ack, digest);
	return channel_seal(&session.channel, out, out_len, CHANNEL_ACK, ack, sizeof ack);
}

/* u32 chunk length | chunk | u32 ack length | ack */
static jurat_rc
chunk_take(bool last, const uint8_t *plain, size_t len, uint8_t *out, size_t out_cap, size_t *out_len)
{
	size_t chunk_len, ack_len = 0;
	jurat_rc rc;

	if (out_cap < 4 + VAULT_CHUNK_MAX_LEN + 4 + CHANNEL_ACK_LEN + CHANNEL_RECORD_OVERHEAD)
		return JURAT_E_TOO_LARGE;
	if (len > session.secret_len - session.received_len || (last && len != session.secret_len - session.received_len))
		return JURAT_E_MISMATCH;
	session.label.last = last;
	rc = chunk_seal(out + 4, VAULT_CHUNK_MAX_LEN, &chunk_len, &session.label, plain, len);
	if (rc != JURAT_OK)
		return rc;
	session.received_len += len;
	session.label.index++;
	sha256_update(&session.digest, plain, len);
	if (last)
		rc = ack_make(out + 4 + chunk_len + 4, &ack_len);
	if (rc != JURAT_OK)
		return rc;
	store32le(out, (uint32_t)chunk_len);
	store32le(out + 4 + chunk_len, (uint32_t)ack_len);
	*out_len = 4 + chunk_len + 4 + ack_len;
	return JURAT_OK;
}

jurat_rc
session_record(const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len)
{
	enum channel_type type;
	size_t len;
	jurat_rc rc;

	if (session.step != STEP_CHANNEL && session.step != STEP_RECEIVING)
		return died(JURAT_E_STATE);
	rc = channel_open(&session.channel, &type, session.plain, &len, in, in_len, NULL);
	if (rc != JURAT_OK)
		return died(rc);
	if (type == CHANNEL_HEAD && session.step == STEP_CHANNEL)
		rc = head_take(session.plain, len);
	else if ((type == CHANNEL_DATA || type == CHANNEL_LAST) && session.step == STEP_RECEIVING)
		rc = chunk_take(type == CHANNEL_LAST, session.plain, len, out, out_cap, out_len);
	else
		rc = JURAT_E_STATE;
	if (rc != JURAT_OK || type == CHANNEL_LAST) /* the secret is complete: nothing of it stays here */
		wipe(&session, sizeof session);
	else
		wipe(session.plain, len);
	return rc;
}
