/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vault (src/service/vault_ops.h), natively: the whole exchange between two parties and the platform's enclaves, then every
 * message altered. The relying party's side is src/exchange/sigma_responder.c.
 */
#include "core/bytes.h"
#include "enclave.h"
#include "enclave_stub.h"
#include "exchange/channel.h"
#include "service/vault_ops.h"
#include "sgx/quote.h"

#define MAX_CHUNKS 80

struct chunk {
	uint8_t *p;
	size_t len, plain_len;
};

/* One attested host with a vault, and the relying party at the other end. */
struct pair {
	struct stub_platform platform;
	struct secs vault;
	struct p256_private service_secret;
	struct p256_public service;
	struct sigma_responder responder;
	struct channel channel;
	uint8_t msg1[SIGMA_MSG0_LEN + SIGMA_MSG1_LEN];
	uint8_t msg2[SIGMA_MSG2_HEAD_LEN];
	uint8_t report_nonce[SGX_REPORT_LEN + 16];
	uint8_t quote[8192]; /* u32 length | quote | QE REPORT */
	uint8_t msg3[SIGMA_MSG3_MAX_LEN];
	size_t msg3_len;
	struct chunk chunks[MAX_CHUNKS];
	size_t num_chunks;
};

static struct pair *
pair_new(void)
{
	struct pair *p = calloc(1, sizeof *p);
	uint8_t seed[48];

	assert_non_null(p);
	stub_platform_start(&p->platform, 1);
	p->vault = stub_secs(0x11, 0x22, VAULT_ISV_PROD_ID, 1);
	memset(seed, 0x5e, sizeof seed);
	assert_int_equal(p256_from_seed(&p->service_secret, seed), JURAT_OK);
	assert_int_equal(p256_public_of(&p->service, &p->service_secret), JURAT_OK);
	sigma_config_id(p->vault.id.config_id, &p->service);
	return p;
}

static void
pair_free(struct pair *p)
{
	for (size_t i = 0; i < p->num_chunks; i++)
		free(p->chunks[i].p);
	free(p);
}

/* One call into the vault, with an exact-size input. */
static jurat_rc
call(const struct pair *p, uint32_t op, const void *in, size_t len, uint8_t *out, size_t cap, size_t *out_len)
{
	uint8_t *copy = test_copy(in, len);
	jurat_rc rc;

	*out_len = 0;
	stub_enter(&p->platform.cpu, &p->vault);
	rc = vault_main(op, copy, len, out, cap, out_len);
	free(copy);
	return rc;
}

static jurat_rc
start(struct pair *p, const struct p256_public *service)
{
	uint8_t in[64 + SGX_TARGETINFO_LEN];
	size_t len;

	sigma_point_encode(in, service);
	assert_int_equal(stub_platform_target(&p->platform, in + 64), JURAT_OK);
	return call(p, VAULT_START, in, sizeof in, p->msg1, sizeof p->msg1, &len);
}

static void
make_msg2(struct pair *p)
{
	struct sigma_service service = {.key = &p->service_secret};
	uint8_t seed[48];

	assert_int_equal(crypto_random(seed, sizeof seed), JURAT_OK);
	sigma_responder_init(&p->responder);
	assert_int_equal(
	    sigma_take_msg1(&p->responder, p->msg2, &service, p->msg1, p->msg1 + SIGMA_MSG0_LEN, seed, NULL, 0, NULL), JURAT_OK);
}

static jurat_rc
take_msg2(struct pair *p, const uint8_t *msg2, size_t msg2_len)
{
	size_t len;
	jurat_rc rc = call(p, VAULT_MSG2, msg2, msg2_len, p->report_nonce, sizeof p->report_nonce, &len);

	if (rc == JURAT_OK)
		assert_int_equal(len, sizeof p->report_nonce);
	return rc;
}

static void
make_quote(struct pair *p)
{
	size_t len;

	assert_int_equal(stub_platform_quote(&p->platform, p->report_nonce, p->report_nonce + SGX_REPORT_LEN, p->quote,
	                     sizeof p->quote, &len),
	    JURAT_OK);
}

static jurat_rc
take_quote(struct pair *p, const uint8_t *receipt, const uint8_t *quote, size_t quote_len)
{
	uint8_t *in = malloc(SGX_REPORT_LEN + quote_len);
	jurat_rc rc;

	assert_non_null(in);
	memcpy(in, receipt, SGX_REPORT_LEN);
	memcpy(in + SGX_REPORT_LEN, quote, quote_len);
	rc = call(p, VAULT_QUOTE, in, SGX_REPORT_LEN + quote_len, p->msg3, sizeof p->msg3, &p->msg3_len);
	free(in);
	return rc;
}

static const uint8_t *
receipt_of(const struct pair *p)
{
	return p->quote + 4 + load32le(p->quote);
}

static void
reach_quote(struct pair *p)
{
	assert_int_equal(start(p, &p->service), JURAT_OK);
	make_msg2(p);
	assert_int_equal(take_msg2(p, p->msg2, sizeof p->msg2), JURAT_OK);
	make_quote(p);
}

/* The relying party reads msg3 and finds its report data in the quote. */
static void
reach_channel(struct pair *p)
{
	const uint8_t *quote;
	size_t quote_len;
	uint8_t report_data[SGX_REPORT_DATA_LEN];
	struct sigma_result result;
	struct quote q;

	reach_quote(p);
	assert_int_equal(take_quote(p, receipt_of(p), p->quote + 4, load32le(p->quote)), JURAT_OK);
	assert_int_equal(
	    sigma_take_msg3(&p->responder, &quote, &quote_len, report_data, p->msg3, p->msg3_len, NULL), JURAT_OK);
	assert_int_equal(quote_parse(&q, quote, quote_len, NULL), JURAT_OK);
	assert_memory_equal(q.body.report_data, report_data, sizeof report_data);
	assert_memory_equal(q.body.config_id, p->vault.id.config_id, SGX_CONFIGID_LEN);
	assert_int_equal(sigma_responder_finish(&p->responder, &result), JURAT_OK);
	assert_int_equal(channel_init(&p->channel, CHANNEL_SERVICE, &result), JURAT_OK);
}

static size_t
seal_record(struct pair *p, uint8_t out[CHANNEL_RECORD_MAX_LEN], enum channel_type type, const uint8_t *plain, size_t len)
{
	size_t out_len = 0;

	assert_int_equal(channel_seal(&p->channel, out, &out_len, type, plain, len), JURAT_OK);
	return out_len;
}

static jurat_rc
send_head(struct pair *p, uint64_t secret_len, uint8_t head[CHANNEL_HEAD_MAX_LEN], size_t *head_len)
{
	struct channel_head h = {.secret_version = 3, .secret_len = secret_len, .name_len = 4, .name = "door"};
	uint8_t record[CHANNEL_RECORD_MAX_LEN], out[16];
	size_t len;

	assert_int_equal(channel_head_encode(head, CHANNEL_HEAD_MAX_LEN, head_len, &h, NULL), JURAT_OK);
	len = seal_record(p, record, CHANNEL_HEAD, head, *head_len);
	return call(p, VAULT_RECORD, record, len, out, sizeof out, &len);
}

/* One DATA or LAST; on success the chunk is kept, and *ack_len tells what came behind it. */
static jurat_rc
send_chunk(struct pair *p, enum channel_type type, const uint8_t *plain, size_t plain_len, uint8_t *ack, size_t *ack_len)
{
	uint8_t record[CHANNEL_RECORD_MAX_LEN], *out = malloc(65536);
	size_t len = seal_record(p, record, type, plain, plain_len), chunk_len;
	jurat_rc rc;

	assert_non_null(out);
	rc = call(p, VAULT_RECORD, record, len, out, 65536, &len);
	if (rc == JURAT_OK) {
		chunk_len = load32le(out);
		assert_true(p->num_chunks < MAX_CHUNKS && chunk_len <= VAULT_CHUNK_MAX_LEN);
		p->chunks[p->num_chunks++] = (struct chunk){test_copy(out + 4, chunk_len), chunk_len, plain_len};
		*ack_len = load32le(out + 4 + chunk_len);
		assert_int_equal(len, 4 + chunk_len + 4 + *ack_len);
		memcpy(ack, out + 4 + chunk_len + 4, *ack_len);
	}
	free(out);
	return rc;
}

static void
deliver(struct pair *p, const uint8_t *secret, size_t len)
{
	uint8_t head[CHANNEL_HEAD_MAX_LEN], ack[256], plain[CHANNEL_CHUNK_LEN], digest[SHA256_LEN], acked[SHA256_LEN];
	size_t head_len, ack_len = 0, at = 0, plain_len;
	enum channel_type type;
	struct sha256 h;

	assert_int_equal(send_head(p, len, head, &head_len), JURAT_OK);
	for (; len - at > CHANNEL_CHUNK_LEN; at += CHANNEL_CHUNK_LEN) {
		assert_int_equal(send_chunk(p, CHANNEL_DATA, secret + at, CHANNEL_CHUNK_LEN, ack, &ack_len), JURAT_OK);
		assert_int_equal(ack_len, 0);
	}
	assert_int_equal(send_chunk(p, CHANNEL_LAST, secret + at, len - at, ack, &ack_len), JURAT_OK);
	assert_int_equal(channel_open(&p->channel, &type, plain, &plain_len, ack, ack_len, NULL), JURAT_OK);
	assert_int_equal(type, CHANNEL_ACK);
	assert_int_equal(channel_ack_parse(acked, plain, plain_len, NULL), JURAT_OK);
	sha256_init(&h);
	sha256_update(&h, head, head_len);
	sha256_update(&h, secret, len);
	sha256_final(&h, digest);
	assert_memory_equal(acked, digest, sizeof digest);
}

static jurat_rc
ask_one(struct pair *p, const struct chunk *c, const uint8_t *candidate, size_t n, uint8_t out[2], size_t *out_len)
{
	uint8_t *in = malloc(4 + c->len + n);
	jurat_rc rc;

	assert_non_null(in);
	store32le(in, (uint32_t)c->len);
	memcpy(in + 4, c->p, c->len);
	if (n != 0)
		memcpy(in + 4 + c->len, candidate, n);
	rc = call(p, VAULT_ASK_CHUNK, in, 4 + c->len + n, out, 2, out_len);
	free(in);
	return rc;
}

/* The host's part of a comparison; 1 equal, 0 not. */
static int
ask(struct pair *p, const uint8_t *candidate, size_t len)
{
	uint8_t out[2] = {9, 9};
	size_t at = 0, out_len;

	assert_int_equal(call(p, VAULT_ASK_BEGIN, NULL, 0, out, 2, &out_len), JURAT_OK);
	for (size_t i = 0; i < p->num_chunks; i++) {
		size_t most = i + 1 == p->num_chunks ? CHANNEL_CHUNK_LEN + 1 : p->chunks[i].plain_len;
		size_t n = len - at < most ? len - at : most;

		assert_int_equal(ask_one(p, &p->chunks[i], candidate + at, n, out, &out_len), JURAT_OK);
		at += n;
		assert_int_equal(out[0], i + 1 < p->num_chunks);
		assert_int_equal(out_len, out[0] == 1 ? 1 : 2);
	}
	return out[1];
}

static uint8_t *
secret_of(size_t len)
{
	uint8_t *p = malloc(len + 2);

	assert_non_null(p);
	for (size_t i = 0; i < len + 2; i++)
		p[i] = (uint8_t)(i * 7 + (i >> 8) + 1);
	return p;
}

/* ---- what must work ---- */

static void
secrets_of_every_size_arrive_and_can_be_asked_about(void **state)
{
	static const size_t sizes[] = {0, 1, 16383, 16384, 16385, 32768, 1024 * 1024};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct pair *p = pair_new();
		size_t n = sizes[i];
		uint8_t *secret = secret_of(n);

		reach_channel(p);
		deliver(p, secret, n);
		assert_int_equal(ask(p, secret, n), 1);
		assert_int_equal(ask(p, secret, n + 1), 0);
		if (n != 0) {
			assert_int_equal(ask(p, secret, n - 1), 0);
			secret[n - 1] ^= 1;
			assert_int_equal(ask(p, secret, n), 0);
			secret[n - 1] ^= 1;
			secret[0] ^= 0x80;
			assert_int_equal(ask(p, secret, n), 0);
		}
		free(secret);
		pair_free(p);
	}
}

static void
the_name_of_a_secret_can_be_asked_of_its_first_chunk_alone(void **state)
{
	struct pair *p = pair_new();
	uint8_t *secret = secret_of(20000), out[CHANNEL_HEAD_MAX_LEN];
	struct channel_head head;
	size_t len;

	reach_channel(p);
	deliver(p, secret, 20000);
	assert_int_equal(call(p, VAULT_INFO, p->chunks[0].p, p->chunks[0].len, out, sizeof out, &len), JURAT_OK);
	assert_int_equal(channel_head_parse(&head, out, len, NULL), JURAT_OK);
	assert_int_equal(head.secret_len, 20000);
	assert_int_equal(head.secret_version, 3);
	assert_memory_equal(head.name, "door", 4);
	assert_int_equal(call(p, VAULT_INFO, p->chunks[1].p, p->chunks[1].len, out, sizeof out, &len), JURAT_E_MISMATCH);
	free(secret);
	pair_free(p);
}

static void
no_sealed_chunk_shows_the_secret(void **state)
{
	struct pair *p = pair_new();
	uint8_t *secret = secret_of(64);

	reach_channel(p);
	deliver(p, secret, 64);
	assert_null(memmem(p->chunks[0].p, p->chunks[0].len, secret, 16));
	free(secret);
	pair_free(p);
}

/* ---- whom the vault talks to ---- */

static void
another_service_key_than_config_ids_is_refused(void **state)
{
	struct pair *p = pair_new();
	struct p256_private other;
	struct p256_public pub;
	uint8_t seed[48] = {1};

	assert_int_equal(p256_from_seed(&other, seed), JURAT_OK);
	assert_int_equal(p256_public_of(&pub, &other), JURAT_OK);
	assert_int_equal(start(p, &pub), JURAT_E_IDENTITY);
	memset(p->vault.id.config_id, 0, sizeof p->vault.id.config_id); /* launched without one: nobody is trusted */
	assert_int_equal(start(p, &p->service), JURAT_E_IDENTITY);
	pair_free(p);
}

static void
a_service_key_off_the_curve_is_refused(void **state)
{
	struct pair *p = pair_new();

	p->service.y[31] ^= 1;
	sigma_config_id(p->vault.id.config_id, &p->service);
	assert_int_equal(start(p, &p->service), JURAT_E_CRYPTO);
	pair_free(p);
}

static void
every_altered_byte_of_msg2_is_refused_and_ends_the_session(void **state)
{
	struct pair *p = pair_new();

	for (size_t i = 0; i < SIGMA_MSG2_HEAD_LEN; i++) {
		uint8_t bad[SIGMA_MSG2_HEAD_LEN];

		assert_int_equal(start(p, &p->service), JURAT_OK);
		make_msg2(p);
		memcpy(bad, p->msg2, sizeof bad);
		bad[i] ^= 0x10;
		assert_int_not_equal(take_msg2(p, bad, sizeof bad), JURAT_OK);
		assert_int_equal(take_msg2(p, p->msg2, sizeof p->msg2), JURAT_E_STATE);
	}
	pair_free(p);
}

static void
msg2_signed_by_another_key_is_refused(void **state)
{
	struct pair *p = pair_new();
	uint8_t seed[48] = {7};

	assert_int_equal(start(p, &p->service), JURAT_OK);
	assert_int_equal(p256_from_seed(&p->service_secret, seed), JURAT_OK);
	make_msg2(p); /* the man in the middle's whole session with a key of his own */
	assert_int_equal(take_msg2(p, p->msg2, sizeof p->msg2), JURAT_E_CRYPTO);
	pair_free(p);
}

static void
msg2_of_an_earlier_session_is_refused(void **state)
{
	struct pair *p = pair_new();
	uint8_t old[SIGMA_MSG2_HEAD_LEN];

	assert_int_equal(start(p, &p->service), JURAT_OK);
	make_msg2(p);
	memcpy(old, p->msg2, sizeof old);
	assert_int_equal(start(p, &p->service), JURAT_OK);
	assert_int_equal(take_msg2(p, old, sizeof old), JURAT_E_CRYPTO);
	pair_free(p);
}

/* ---- the QE report ---- */

static void
every_altered_byte_of_the_qe_report_or_quote_is_refused(void **state)
{
	struct pair *p = pair_new();
	uint8_t receipt[SGX_REPORT_LEN], quote[sizeof p->quote];
	size_t quote_len;

	for (size_t i = 0; i < SGX_REPORT_LEN; i += 3) {
		reach_quote(p);
		memcpy(receipt, receipt_of(p), sizeof receipt);
		receipt[i] ^= 4;
		assert_int_not_equal(take_quote(p, receipt, p->quote + 4, load32le(p->quote)), JURAT_OK);
		assert_int_equal(take_quote(p, receipt_of(p), p->quote + 4, load32le(p->quote)), JURAT_E_STATE);
	}
	reach_quote(p);
	quote_len = load32le(p->quote);
	for (size_t i = 0; i < quote_len; i += 41) {
		reach_quote(p);
		memcpy(quote, p->quote + 4, quote_len);
		quote[i] ^= 4;
		assert_int_equal(take_quote(p, receipt_of(p), quote, quote_len), JURAT_E_MISMATCH);
	}
	pair_free(p);
}

static void
a_receipt_by_another_enclave_than_the_one_named_is_refused(void **state)
{
	struct pair *p = pair_new();
	struct secs liar = stub_secs(0x66, 0xa5, 1, 4);
	uint8_t data[SGX_REPORT_DATA_LEN] = {0}, encoded[SGX_REPORT_LEN];
	struct sgx_target target;
	struct sgx_report report;
	struct sha256 h;

	reach_quote(p);
	sha256_init(&h);
	sha256_update(&h, p->report_nonce + SGX_REPORT_LEN, 16);
	sha256_update(&h, p->quote + 4, load32le(p->quote));
	sha256_final(&h, data);
	target_of(&target, &p->vault.id);
	stub_enter(&p->platform.cpu, &liar);
	assert_int_equal(enclave_report(&report, &target, data), JURAT_OK);
	report_encode(encoded, &report);
	assert_int_equal(take_quote(p, encoded, p->quote + 4, load32le(p->quote)), JURAT_E_IDENTITY);
	pair_free(p);
}

static void
a_receipt_for_an_earlier_nonce_is_refused(void **state)
{
	struct pair *p = pair_new();
	uint8_t old[sizeof p->quote];

	reach_quote(p);
	memcpy(old, p->quote, sizeof old);
	reach_quote(p);
	assert_int_equal(take_quote(p, old + 4 + load32le(old), old + 4, load32le(old)), JURAT_E_MISMATCH);
	pair_free(p);
}

/* ---- records ---- */

static void
every_altered_byte_of_a_record_is_refused_and_ends_the_session(void **state)
{
	uint8_t plain[40] = "forty bytes of a secret", head[CHANNEL_HEAD_MAX_LEN], record[CHANNEL_RECORD_MAX_LEN], out[65536];
	size_t head_len, len, out_len;

	for (size_t i = 0; i < sizeof plain + CHANNEL_RECORD_OVERHEAD; i += 5) {
		struct pair *p = pair_new();

		reach_channel(p);
		assert_int_equal(send_head(p, sizeof plain, head, &head_len), JURAT_OK);
		len = seal_record(p, record, CHANNEL_LAST, plain, sizeof plain);
		record[i] ^= 2;
		assert_int_not_equal(call(p, VAULT_RECORD, record, len, out, sizeof out, &out_len), JURAT_OK);
		record[i] ^= 2;
		assert_int_equal(call(p, VAULT_RECORD, record, len, out, sizeof out, &out_len), JURAT_E_STATE);
		pair_free(p);
	}
}

static void
a_stream_shorter_or_longer_than_its_head_says_is_refused(void **state)
{
	uint8_t plain[40] = {1}, head[CHANNEL_HEAD_MAX_LEN], ack[256];
	size_t head_len, ack_len;
	struct pair *p = pair_new();

	reach_channel(p);
	assert_int_equal(send_head(p, 41, head, &head_len), JURAT_OK);
	assert_int_equal(send_chunk(p, CHANNEL_LAST, plain, 40, ack, &ack_len), JURAT_E_MISMATCH);
	reach_channel(p);
	assert_int_equal(send_head(p, 39, head, &head_len), JURAT_OK);
	assert_int_equal(send_chunk(p, CHANNEL_DATA, plain, 40, ack, &ack_len), JURAT_E_MISMATCH);
	pair_free(p);
}

static void
operations_out_of_order_are_refused(void **state)
{
	static const uint32_t ops[] = {VAULT_MSG2, VAULT_QUOTE, VAULT_RECORD};
	struct pair *p = pair_new();
	uint8_t in[4096] = {0}, out[65536];
	size_t len;

	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		assert_int_equal(call(p, ops[i], in, 500, out, sizeof out, &len), JURAT_E_STATE);
	assert_int_equal(start(p, &p->service), JURAT_OK);
	make_msg2(p);
	assert_int_equal(call(p, VAULT_RECORD, in, 24, out, sizeof out, &len), JURAT_E_STATE);
	assert_int_equal(take_msg2(p, p->msg2, sizeof p->msg2), JURAT_E_STATE);
	reach_channel(p);
	assert_int_equal(take_quote(p, receipt_of(p), p->quote + 4, load32le(p->quote)), JURAT_E_STATE);
	assert_int_equal(call(p, VAULT_ASK_CHUNK, in, 24, out, sizeof out, &len), JURAT_E_STATE);
	assert_int_equal(call(p, 99, in, 24, out, sizeof out, &len), JURAT_E_UNSUPPORTED);
	pair_free(p);
}

static bool
start_accepts(void *ctx, const uint8_t *in, size_t len)
{
	uint8_t out[128];
	size_t out_len;

	return call(ctx, VAULT_START, in, len, out, sizeof out, &out_len) == JURAT_OK;
}

static bool
in_target(size_t byte)
{
	return byte >= 64; /* whichever enclave is named: the relying party judges the quoting enclave */
}

static void
a_damaged_start_is_refused(void **state)
{
	struct pair *p = pair_new();
	uint8_t in[64 + SGX_TARGETINFO_LEN];

	sigma_point_encode(in, &p->service);
	assert_int_equal(stub_platform_target(&p->platform, in + 64), JURAT_OK);
	each_damage(in, sizeof in, start_accepts, p, in_target);
	pair_free(p);
}

/* ---- sealed chunks ---- */

static void
chunks_of_other_places_and_other_secrets_are_refused(void **state)
{
	struct pair *p = pair_new(), *q = pair_new();
	uint8_t *secret = secret_of(40000), out[2];
	size_t len;

	reach_channel(p);
	deliver(p, secret, 40000);
	reach_channel(q);
	deliver(q, secret, 40000); /* the same bytes under the same name: still another secret */
	assert_int_equal(p->num_chunks, 3);

	assert_int_equal(call(p, VAULT_ASK_BEGIN, NULL, 0, out, 2, &len), JURAT_OK);
	assert_int_equal(ask_one(p, &p->chunks[1], secret, 5, out, &len), JURAT_E_MISMATCH);
	assert_int_equal(ask_one(p, &p->chunks[0], secret, 5, out, &len), JURAT_E_STATE);

	assert_int_equal(call(p, VAULT_ASK_BEGIN, NULL, 0, out, 2, &len), JURAT_OK);
	assert_int_equal(ask_one(p, &p->chunks[0], secret, 5, out, &len), JURAT_OK);
	assert_int_equal(ask_one(p, &p->chunks[0], secret, 5, out, &len), JURAT_E_MISMATCH);

	assert_int_equal(call(p, VAULT_ASK_BEGIN, NULL, 0, out, 2, &len), JURAT_OK);
	assert_int_equal(ask_one(p, &p->chunks[0], secret, 5, out, &len), JURAT_OK);
	assert_int_equal(ask_one(p, &p->chunks[2], secret, 5, out, &len), JURAT_E_MISMATCH);

	assert_int_equal(call(p, VAULT_ASK_BEGIN, NULL, 0, out, 2, &len), JURAT_OK);
	assert_int_equal(ask_one(p, &p->chunks[0], secret, 5, out, &len), JURAT_OK);
	assert_int_equal(ask_one(p, &q->chunks[1], secret, 5, out, &len), JURAT_E_MISMATCH);
	free(secret);
	pair_free(p);
	pair_free(q);
}

static void
chunks_stay_with_their_build_relying_party_and_machine(void **state)
{
	struct pair *p = pair_new();
	uint8_t *secret = secret_of(100), out[CHANNEL_HEAD_MAX_LEN];
	struct secs vault;
	size_t len;

	reach_channel(p);
	deliver(p, secret, 100);
	vault = p->vault;
	p->vault.id.attributes.flags |= SGX_FLAGS_DEBUG;
	assert_int_equal(call(p, VAULT_INFO, p->chunks[0].p, p->chunks[0].len, out, sizeof out, &len), JURAT_E_CRYPTO);
	p->vault = vault;
	p->vault.id.mrenclave[0] ^= 1;
	assert_int_equal(call(p, VAULT_INFO, p->chunks[0].p, p->chunks[0].len, out, sizeof out, &len), JURAT_E_CRYPTO);
	p->vault = vault;
	p->vault.id.config_id[0] ^= 1;
	assert_int_equal(call(p, VAULT_INFO, p->chunks[0].p, p->chunks[0].len, out, sizeof out, &len), JURAT_E_CRYPTO);
	p->vault = vault;
	p->platform.cpu.root_seal.b[0] ^= 1;
	assert_int_equal(call(p, VAULT_INFO, p->chunks[0].p, p->chunks[0].len, out, sizeof out, &len), JURAT_E_CRYPTO);
	p->platform.cpu.root_seal.b[0] ^= 1;
	assert_int_equal(call(p, VAULT_INFO, p->chunks[0].p, p->chunks[0].len, out, sizeof out, &len), JURAT_OK);
	free(secret);
	pair_free(p);
}

static bool
info_accepts(void *ctx, const uint8_t *in, size_t len)
{
	uint8_t out[CHANNEL_HEAD_MAX_LEN];
	size_t out_len;

	return call(ctx, VAULT_INFO, in, len, out, sizeof out, &out_len) == JURAT_OK;
}

static void
a_damaged_chunk_is_refused(void **state)
{
	struct pair *p = pair_new();
	uint8_t secret[] = "x";

	reach_channel(p);
	deliver(p, secret, 1);
	each_damage(p->chunks[0].p, p->chunks[0].len, info_accepts, p, NULL);
	pair_free(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(operations_out_of_order_are_refused),
	    cmocka_unit_test(secrets_of_every_size_arrive_and_can_be_asked_about),
	    cmocka_unit_test(the_name_of_a_secret_can_be_asked_of_its_first_chunk_alone),
	    cmocka_unit_test(no_sealed_chunk_shows_the_secret),
	    cmocka_unit_test(another_service_key_than_config_ids_is_refused),
	    cmocka_unit_test(a_service_key_off_the_curve_is_refused),
	    cmocka_unit_test(every_altered_byte_of_msg2_is_refused_and_ends_the_session),
	    cmocka_unit_test(msg2_signed_by_another_key_is_refused),
	    cmocka_unit_test(msg2_of_an_earlier_session_is_refused),
	    cmocka_unit_test(every_altered_byte_of_the_qe_report_or_quote_is_refused),
	    cmocka_unit_test(a_receipt_by_another_enclave_than_the_one_named_is_refused),
	    cmocka_unit_test(a_receipt_for_an_earlier_nonce_is_refused),
	    cmocka_unit_test(every_altered_byte_of_a_record_is_refused_and_ends_the_session),
	    cmocka_unit_test(a_stream_shorter_or_longer_than_its_head_says_is_refused),
	    cmocka_unit_test(a_damaged_start_is_refused),
	    cmocka_unit_test(chunks_of_other_places_and_other_secrets_are_refused),
	    cmocka_unit_test(chunks_stay_with_their_build_relying_party_and_machine),
	    cmocka_unit_test(a_damaged_chunk_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
