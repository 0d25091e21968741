/* SPDX-License-Identifier: Apache-2.0 */
#include "vault_pair.h"

#include "core/bytes.h"

void
pair_init(struct pair *p, const struct pair_host *host, uint8_t out_config_id[SGX_CONFIGID_LEN])
{
	uint8_t seed[48];

	memset(p, 0, sizeof *p);
	p->host = *host;
	memset(seed, 0x5e, sizeof seed);
	assert_int_equal(p256_from_seed(&p->service_secret, seed), JURAT_OK);
	assert_int_equal(p256_public_of(&p->service, &p->service_secret), JURAT_OK);
	sigma_config_id(out_config_id, &p->service);
}

void
pair_clear(struct pair *p)
{
	for (size_t i = 0; i < p->num_chunks; i++)
		free(p->chunks[i].p);
	p->num_chunks = 0;
}

jurat_rc
pair_call(const struct pair *p, uint32_t op, const void *in, size_t len, uint8_t *out, size_t cap, size_t *out_len)
{
	uint8_t *copy = test_copy(in, len);
	jurat_rc rc;

	*out_len = 0;
	rc = p->host.vault(p->host.ctx, op, copy, len, out, cap, out_len);
	free(copy);
	return rc;
}

jurat_rc
pair_start(struct pair *p, const struct p256_public *service)
{
	uint8_t in[64 + SGX_TARGETINFO_LEN];
	size_t len;

	sigma_point_encode(in, service);
	assert_int_equal(p->host.target(p->host.ctx, in + 64), JURAT_OK);
	return pair_call(p, VAULT_START, in, sizeof in, p->msg1, sizeof p->msg1, &len);
}

void
pair_make_msg2(struct pair *p)
{
	struct sigma_service service = {.key = &p->service_secret};
	uint8_t seed[48];

	assert_int_equal(crypto_random(seed, sizeof seed), JURAT_OK);
	sigma_responder_init(&p->responder);
	assert_int_equal(
	    sigma_take_msg1(&p->responder, p->msg2, &service, p->msg1, p->msg1 + SIGMA_MSG0_LEN, seed, NULL, 0, NULL), JURAT_OK);
}

jurat_rc
pair_take_msg2(struct pair *p, const uint8_t *msg2, size_t msg2_len)
{
	size_t len;
	jurat_rc rc = pair_call(p, VAULT_MSG2, msg2, msg2_len, p->report_nonce, sizeof p->report_nonce, &len);

	if (rc == JURAT_OK)
		assert_int_equal(len, sizeof p->report_nonce);
	return rc;
}

void
pair_make_quote(struct pair *p)
{
	size_t len;

	assert_int_equal(p->host.quote(p->host.ctx, p->report_nonce, p->report_nonce + SGX_REPORT_LEN, p->quote, sizeof p->quote, &len),
	    JURAT_OK);
}

jurat_rc
pair_take_quote(struct pair *p, const uint8_t *receipt, const uint8_t *quote, size_t quote_len)
{
	uint8_t *in = malloc(SGX_REPORT_LEN + quote_len);
	jurat_rc rc;

	assert_non_null(in);
	memcpy(in, receipt, SGX_REPORT_LEN);
	memcpy(in + SGX_REPORT_LEN, quote, quote_len);
	rc = pair_call(p, VAULT_QUOTE, in, SGX_REPORT_LEN + quote_len, p->msg3, sizeof p->msg3, &p->msg3_len);
	free(in);
	return rc;
}

const uint8_t *
pair_receipt(const struct pair *p)
{
	return p->quote + 4 + load32le(p->quote);
}

void
pair_reach_quote(struct pair *p)
{
	assert_int_equal(pair_start(p, &p->service), JURAT_OK);
	pair_make_msg2(p);
	assert_int_equal(pair_take_msg2(p, p->msg2, sizeof p->msg2), JURAT_OK);
	pair_make_quote(p);
}

/* The relying party reads msg3 and finds its report data in the quote. */
void
pair_reach_channel(struct pair *p)
{
	const uint8_t *quote;
	size_t quote_len;
	uint8_t report_data[SGX_REPORT_DATA_LEN], config_id[SGX_CONFIGID_LEN];
	struct sigma_result result;
	struct quote q;

	pair_reach_quote(p);
	assert_int_equal(pair_take_quote(p, pair_receipt(p), p->quote + 4, load32le(p->quote)), JURAT_OK);
	assert_int_equal(
	    sigma_take_msg3(&p->responder, &quote, &quote_len, report_data, p->msg3, p->msg3_len, NULL), JURAT_OK);
	assert_int_equal(quote_parse(&q, quote, quote_len, NULL), JURAT_OK);
	assert_memory_equal(q.body.report_data, report_data, sizeof report_data);
	sigma_config_id(config_id, &p->service);
	assert_memory_equal(q.body.config_id, config_id, SGX_CONFIGID_LEN);
	assert_int_equal(sigma_responder_finish(&p->responder, &result), JURAT_OK);
	assert_int_equal(channel_init(&p->channel, CHANNEL_SERVICE, &result), JURAT_OK);
}

size_t
pair_record(struct pair *p, uint8_t out[CHANNEL_RECORD_MAX_LEN], enum channel_type type, const uint8_t *plain, size_t len)
{
	size_t out_len = 0;

	assert_int_equal(channel_seal(&p->channel, out, &out_len, type, plain, len), JURAT_OK);
	return out_len;
}

jurat_rc
pair_send_head(struct pair *p, uint64_t secret_len, uint8_t head[CHANNEL_HEAD_MAX_LEN], size_t *head_len)
{
	struct channel_head h = {.secret_version = 3, .secret_len = secret_len, .name_len = 4, .name = "door"};
	uint8_t record[CHANNEL_RECORD_MAX_LEN], out[16];
	size_t len;

	assert_int_equal(channel_head_encode(head, CHANNEL_HEAD_MAX_LEN, head_len, &h, NULL), JURAT_OK);
	len = pair_record(p, record, CHANNEL_HEAD, head, *head_len);
	return pair_call(p, VAULT_RECORD, record, len, out, sizeof out, &len);
}

jurat_rc
pair_send_chunk(struct pair *p, enum channel_type type, const uint8_t *plain, size_t plain_len, uint8_t *ack, size_t *ack_len)
{
	uint8_t record[CHANNEL_RECORD_MAX_LEN], *out = malloc(65536);
	size_t len = pair_record(p, record, type, plain, plain_len), chunk_len;
	jurat_rc rc;

	assert_non_null(out);
	rc = pair_call(p, VAULT_RECORD, record, len, out, 65536, &len);
	if (rc == JURAT_OK) {
		chunk_len = load32le(out);
		assert_true(p->num_chunks < PAIR_CHUNKS_MAX && chunk_len <= VAULT_CHUNK_MAX_LEN);
		p->chunks[p->num_chunks++] = (struct pair_chunk){test_copy(out + 4, chunk_len), chunk_len, plain_len};
		*ack_len = load32le(out + 4 + chunk_len);
		assert_int_equal(len, 4 + chunk_len + 4 + *ack_len);
		memcpy(ack, out + 4 + chunk_len + 4, *ack_len);
	}
	free(out);
	return rc;
}

void
pair_deliver(struct pair *p, const uint8_t *secret, size_t len)
{
	uint8_t head[CHANNEL_HEAD_MAX_LEN], ack[256], plain[CHANNEL_CHUNK_LEN], digest[SHA256_LEN], acked[SHA256_LEN];
	size_t head_len, ack_len = 0, at = 0, plain_len;
	enum channel_type type;
	struct sha256 h;

	assert_int_equal(pair_send_head(p, len, head, &head_len), JURAT_OK);
	for (; len - at > CHANNEL_CHUNK_LEN; at += CHANNEL_CHUNK_LEN) {
		assert_int_equal(pair_send_chunk(p, CHANNEL_DATA, secret + at, CHANNEL_CHUNK_LEN, ack, &ack_len), JURAT_OK);
		assert_int_equal(ack_len, 0);
	}
	assert_int_equal(pair_send_chunk(p, CHANNEL_LAST, secret + at, len - at, ack, &ack_len), JURAT_OK);
	assert_int_equal(channel_open(&p->channel, &type, plain, &plain_len, ack, ack_len, NULL), JURAT_OK);
	assert_int_equal(type, CHANNEL_ACK);
	assert_int_equal(channel_ack_parse(acked, plain, plain_len, NULL), JURAT_OK);
	sha256_init(&h);
	sha256_update(&h, head, head_len);
	sha256_update(&h, secret, len);
	sha256_final(&h, digest);
	assert_memory_equal(acked, digest, sizeof digest);
}

jurat_rc
pair_ask_begin(struct pair *p, const uint8_t *candidate, size_t len)
{
	uint8_t question[64], out[2];
	struct sha256 h;
	size_t out_len;

	for (size_t i = 0; i < 32; i++)
		question[i] = (uint8_t)(i * 7 + len);
	sha256_init(&h);
	sha256_update(&h, "jurat/ask/v1", 12);
	sha256_update(&h, question, 32);
	sha256_update(&h, candidate, len);
	sha256_final(&h, question + 32);
	return pair_call(p, VAULT_ASK_BEGIN, question, sizeof question, out, 2, &out_len);
}

jurat_rc
pair_ask_one(struct pair *p, const struct pair_chunk *c, uint8_t out[2], size_t *out_len)
{
	return pair_call(p, VAULT_ASK_CHUNK, c->p, c->len, out, 2, out_len);
}

int
pair_ask(struct pair *p, const uint8_t *candidate, size_t len)
{
	uint8_t out[2] = {9, 9};
	size_t out_len;

	assert_int_equal(pair_ask_begin(p, candidate, len), JURAT_OK);
	for (size_t i = 0; i < p->num_chunks; i++) {
		assert_int_equal(pair_ask_one(p, &p->chunks[i], out, &out_len), JURAT_OK);
		assert_int_equal(out[0], i + 1 < p->num_chunks);
		assert_int_equal(out_len, out[0] == 1 ? 1 : 2);
	}
	return out[1];
}

uint8_t *
pair_secret(size_t len)
{
	uint8_t *p = malloc(len + 2);

	assert_non_null(p);
	for (size_t i = 0; i < len + 2; i++)
		p[i] = (uint8_t)(i * 7 + (i >> 8) + 1);
	return p;
}

void
pair_check_secret(struct pair *p, size_t len)
{
	uint8_t *secret = pair_secret(len);

	pair_reach_channel(p);
	pair_deliver(p, secret, len);
	assert_int_equal(pair_ask(p, secret, len), 1);
	assert_int_equal(pair_ask(p, secret, len + 1), 0);
	if (len != 0) {
		assert_int_equal(pair_ask(p, secret, len - 1), 0);
		secret[len - 1] ^= 1;
		assert_int_equal(pair_ask(p, secret, len), 0);
		secret[len - 1] ^= 1;
		secret[0] ^= 0x80;
		assert_int_equal(pair_ask(p, secret, len), 0);
	}
	free(secret);
}
