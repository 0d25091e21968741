/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The vault (src/service/vault_ops.h), natively: the whole exchange between two parties and the platform's enclaves, then every
 * message altered.
 */
#include "core/bytes.h"
#include "enclave.h"
#include "enclave_stub.h"
#include "vault_pair.h"

/* The host of a pair: enclaves over the stub. */
struct native {
	struct pair pair;
	struct stub_platform platform;
	struct secs vault;
};

static jurat_rc
native_vault(void *ctx, uint32_t op, const uint8_t *in, size_t len, uint8_t *out, size_t cap, size_t *out_len)
{
	const struct native *n = ctx;

	stub_enter(&n->platform.cpu, &n->vault);
	return vault_main(op, in, len, out, cap, out_len);
}

static jurat_rc
native_target(void *ctx, uint8_t out[SGX_TARGETINFO_LEN])
{
	const struct native *n = ctx;

	return stub_platform_target(&n->platform, out);
}

static jurat_rc
native_quote(void *ctx, const uint8_t report[SGX_REPORT_LEN], const uint8_t nonce[16], uint8_t *out, size_t cap, size_t *out_len)
{
	const struct native *n = ctx;

	return stub_platform_quote(&n->platform, report, nonce, out, cap, out_len);
}

static struct native *
native_new(void)
{
	struct native *n = calloc(1, sizeof *n);

	assert_non_null(n);
	stub_platform_start(&n->platform, 1);
	n->vault = stub_secs(0x11, 0x22, VAULT_ISV_PROD_ID, 1);
	pair_init(&n->pair, &(struct pair_host){n, native_vault, native_target, native_quote}, n->vault.id.config_id);
	return n;
}

static void
native_free(struct native *n)
{
	pair_clear(&n->pair);
	free(n);
}

/* ---- what must work ---- */

static void
secrets_of_every_size_arrive_and_can_be_asked_about(void **state)
{
	static const size_t sizes[] = {0, 1, 16383, 16384, 16385, 32768, 1024 * 1024};

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct native *n = native_new();

		pair_check_secret(&n->pair, sizes[i]);
		native_free(n);
	}
}

static void
the_name_of_a_secret_can_be_asked_of_its_first_chunk_alone(void **state)
{
	struct native *n = native_new();
	struct pair *p = &n->pair;
	uint8_t *secret = pair_secret(20000), out[CHANNEL_HEAD_MAX_LEN];
	struct channel_head head;
	size_t len;

	pair_reach_channel(p);
	pair_deliver(p, secret, 20000);
	assert_int_equal(pair_call(p, VAULT_INFO, p->chunks[0].p, p->chunks[0].len, out, sizeof out, &len), JURAT_OK);
	assert_int_equal(channel_head_parse(&head, out, len, NULL), JURAT_OK);
	assert_int_equal(head.secret_len, 20000);
	assert_int_equal(head.secret_version, 3);
	assert_memory_equal(head.name, "door", 4);
	assert_int_equal(pair_call(p, VAULT_INFO, p->chunks[1].p, p->chunks[1].len, out, sizeof out, &len), JURAT_E_MISMATCH);
	free(secret);
	native_free(n);
}

static void
no_sealed_chunk_shows_the_secret(void **state)
{
	struct native *n = native_new();
	struct pair *p = &n->pair;
	uint8_t *secret = pair_secret(64);

	pair_reach_channel(p);
	pair_deliver(p, secret, 64);
	assert_null(memmem(p->chunks[0].p, p->chunks[0].len, secret, 16));
	free(secret);
	native_free(n);
}

/* ---- whom the vault talks to ---- */

static void
another_service_key_than_config_ids_is_refused(void **state)
{
	struct native *n = native_new();
	struct pair *p = &n->pair;
	struct p256_private other;
	struct p256_public pub;
	uint8_t seed[48] = {1};

	assert_int_equal(p256_from_seed(&other, seed), JURAT_OK);
	assert_int_equal(p256_public_of(&pub, &other), JURAT_OK);
	assert_int_equal(pair_start(p, &pub), JURAT_E_IDENTITY);
	memset(n->vault.id.config_id, 0, sizeof n->vault.id.config_id); /* launched without one: nobody is trusted */
	assert_int_equal(pair_start(p, &p->service), JURAT_E_IDENTITY);
	native_free(n);
}

static void
a_service_key_off_the_curve_is_refused(void **state)
{
	struct native *n = native_new();
	struct pair *p = &n->pair;

	p->service.y[31] ^= 1;
	sigma_config_id(n->vault.id.config_id, &p->service);
	assert_int_equal(pair_start(p, &p->service), JURAT_E_CRYPTO);
	native_free(n);
}

static void
every_altered_byte_of_msg2_is_refused_and_ends_the_session(void **state)
{
	struct native *n = native_new();
	struct pair *p = &n->pair;

	for (size_t i = 0; i < SIGMA_MSG2_HEAD_LEN; i++) {
		uint8_t bad[SIGMA_MSG2_HEAD_LEN];

		assert_int_equal(pair_start(p, &p->service), JURAT_OK);
		pair_make_msg2(p);
		memcpy(bad, p->msg2, sizeof bad);
		bad[i] ^= 0x10;
		assert_int_not_equal(pair_take_msg2(p, bad, sizeof bad), JURAT_OK);
		assert_int_equal(pair_take_msg2(p, p->msg2, sizeof p->msg2), JURAT_E_STATE);
	}
	native_free(n);
}

static void
msg2_signed_by_another_key_is_refused(void **state)
{
	struct native *n = native_new();
	struct pair *p = &n->pair;
	uint8_t seed[48] = {7};

	assert_int_equal(pair_start(p, &p->service), JURAT_OK);
	assert_int_equal(p256_from_seed(&p->service_secret, seed), JURAT_OK);
	pair_make_msg2(p); /* the man in the middle's whole session with a key of his own */
	assert_int_equal(pair_take_msg2(p, p->msg2, sizeof p->msg2), JURAT_E_CRYPTO);
	native_free(n);
}

static void
msg2_of_an_earlier_session_is_refused(void **state)
{
	struct native *n = native_new();
	struct pair *p = &n->pair;
	uint8_t old[SIGMA_MSG2_HEAD_LEN];

	assert_int_equal(pair_start(p, &p->service), JURAT_OK);
	pair_make_msg2(p);
	memcpy(old, p->msg2, sizeof old);
	assert_int_equal(pair_start(p, &p->service), JURAT_OK);
	assert_int_equal(pair_take_msg2(p, old, sizeof old), JURAT_E_CRYPTO);
	native_free(n);
}

/* ---- the QE report ---- */

static void
every_altered_byte_of_the_qe_report_or_quote_is_refused(void **state)
{
	struct native *n = native_new();
	struct pair *p = &n->pair;
	uint8_t receipt[SGX_REPORT_LEN], quote[sizeof p->quote];
	size_t quote_len;

	for (size_t i = 0; i < SGX_REPORT_LEN; i += 3) {
		pair_reach_quote(p);
		memcpy(receipt, pair_receipt(p), sizeof receipt);
		receipt[i] ^= 4;
		assert_int_not_equal(pair_take_quote(p, receipt, p->quote + 4, load32le(p->quote)), JURAT_OK);
		assert_int_equal(pair_take_quote(p, pair_receipt(p), p->quote + 4, load32le(p->quote)), JURAT_E_STATE);
	}
	pair_reach_quote(p);
	quote_len = load32le(p->quote);
	for (size_t i = 0; i < quote_len; i += 41) {
		pair_reach_quote(p);
		memcpy(quote, p->quote + 4, quote_len);
		quote[i] ^= 4;
		assert_int_equal(pair_take_quote(p, pair_receipt(p), quote, quote_len), JURAT_E_MISMATCH);
	}
	native_free(n);
}

/* The right receipt for this session's nonce and quote, but by this enclave. */
static jurat_rc
take_receipt_of(struct native *n, const struct secs *who)
{
	uint8_t data[SGX_REPORT_DATA_LEN] = {0}, encoded[SGX_REPORT_LEN];
	struct pair *p = &n->pair;
	struct sgx_target target;
	struct sgx_report report;
	struct sha256 h;

	pair_reach_quote(p);
	sha256_init(&h);
	sha256_update(&h, p->report_nonce + SGX_REPORT_LEN, 16);
	sha256_update(&h, p->quote + 4, load32le(p->quote));
	sha256_final(&h, data);
	target_of(&target, &n->vault.id);
	stub_enter(&n->platform.cpu, who);
	assert_int_equal(enclave_report(&report, &target, data), JURAT_OK);
	report_encode(encoded, &report);
	return pair_take_quote(p, encoded, p->quote + 4, load32le(p->quote));
}

static void
a_receipt_by_another_enclave_than_the_one_named_is_refused(void **state)
{
	struct native *n = native_new();
	struct secs who = n->platform.quoting;

	assert_int_equal(take_receipt_of(n, &who), JURAT_OK);
	who.id.mrenclave[31] ^= 1;
	assert_int_equal(take_receipt_of(n, &who), JURAT_E_IDENTITY);
	who = n->platform.quoting;
	who.id.attributes.flags |= SGX_FLAGS_DEBUG;
	assert_int_equal(take_receipt_of(n, &who), JURAT_E_IDENTITY);
	who = n->platform.quoting;
	who.id.attributes.xfrm |= 4;
	assert_int_equal(take_receipt_of(n, &who), JURAT_E_IDENTITY);
	native_free(n);
}

static void
a_receipt_for_an_earlier_nonce_is_refused(void **state)
{
	struct native *n = native_new();
	struct pair *p = &n->pair;
	uint8_t old[sizeof p->quote];

	pair_reach_quote(p);
	memcpy(old, p->quote, sizeof old);
	pair_reach_quote(p);
	assert_int_equal(pair_take_quote(p, old + 4 + load32le(old), old + 4, load32le(old)), JURAT_E_MISMATCH);
	native_free(n);
}

/* ---- records ---- */

static void
every_altered_byte_of_a_record_is_refused_and_ends_the_session(void **state)
{
	uint8_t plain[40] = "forty bytes of a secret", head[CHANNEL_HEAD_MAX_LEN], record[CHANNEL_RECORD_MAX_LEN], out[65536];
	size_t head_len, len, out_len;

	for (size_t i = 0; i < sizeof plain + CHANNEL_RECORD_OVERHEAD; i += 5) {
		struct native *n = native_new();
	struct pair *p = &n->pair;

		pair_reach_channel(p);
		assert_int_equal(pair_send_head(p, sizeof plain, head, &head_len), JURAT_OK);
		len = pair_record(p, record, CHANNEL_LAST, plain, sizeof plain);
		record[i] ^= 2;
		assert_int_not_equal(pair_call(p, VAULT_RECORD, record, len, out, sizeof out, &out_len), JURAT_OK);
		record[i] ^= 2;
		assert_int_equal(pair_call(p, VAULT_RECORD, record, len, out, sizeof out, &out_len), JURAT_E_STATE);
		native_free(n);
	}
}

static void
a_stream_shorter_or_longer_than_its_head_says_is_refused(void **state)
{
	uint8_t plain[40] = {1}, head[CHANNEL_HEAD_MAX_LEN], ack[256];
	size_t head_len, ack_len;
	struct native *n = native_new();
	struct pair *p = &n->pair;

	pair_reach_channel(p);
	assert_int_equal(pair_send_head(p, 41, head, &head_len), JURAT_OK);
	assert_int_equal(pair_send_chunk(p, CHANNEL_LAST, plain, 40, ack, &ack_len), JURAT_E_MISMATCH);
	pair_reach_channel(p);
	assert_int_equal(pair_send_head(p, 39, head, &head_len), JURAT_OK);
	assert_int_equal(pair_send_chunk(p, CHANNEL_DATA, plain, 40, ack, &ack_len), JURAT_E_MISMATCH);
	native_free(n);
}

static void
operations_out_of_order_are_refused(void **state)
{
	static const uint32_t ops[] = {VAULT_MSG2, VAULT_QUOTE, VAULT_RECORD};
	struct native *n = native_new();
	struct pair *p = &n->pair;
	uint8_t in[4096] = {0}, out[65536];
	size_t len;

	for (size_t i = 0; i < ARRAY_LEN(ops); i++)
		assert_int_equal(pair_call(p, ops[i], in, 500, out, sizeof out, &len), JURAT_E_STATE);
	assert_int_equal(pair_start(p, &p->service), JURAT_OK);
	pair_make_msg2(p);
	assert_int_equal(pair_call(p, VAULT_RECORD, in, 24, out, sizeof out, &len), JURAT_E_STATE);
	assert_int_equal(pair_take_msg2(p, p->msg2, sizeof p->msg2), JURAT_E_STATE);
	pair_reach_channel(p);
	assert_int_equal(pair_take_quote(p, pair_receipt(p), p->quote + 4, load32le(p->quote)), JURAT_E_STATE);
	assert_int_equal(pair_call(p, VAULT_ASK_CHUNK, in, 24, out, sizeof out, &len), JURAT_E_STATE);
	assert_int_equal(pair_call(p, 99, in, 24, out, sizeof out, &len), JURAT_E_UNSUPPORTED);
	native_free(n);
}

static bool
start_accepts(void *ctx, const uint8_t *in, size_t len)
{
	uint8_t out[128];
	size_t out_len;

	return pair_call(ctx, VAULT_START, in, len, out, sizeof out, &out_len) == JURAT_OK;
}

static bool
in_target(size_t byte)
{
	return byte >= 64; /* whichever enclave is named: the relying party judges the quoting enclave */
}

static void
a_damaged_start_is_refused(void **state)
{
	struct native *n = native_new();
	struct pair *p = &n->pair;
	uint8_t in[64 + SGX_TARGETINFO_LEN];

	sigma_point_encode(in, &p->service);
	assert_int_equal(native_target(n, in + 64), JURAT_OK);
	each_damage(in, sizeof in, start_accepts, p, in_target);
	native_free(n);
}

/* ---- sealed chunks ---- */

static void
chunks_of_other_places_and_other_secrets_are_refused(void **state)
{
	struct native *n = native_new(), *m = native_new();
	struct pair *p = &n->pair, *q = &m->pair;
	uint8_t *secret = pair_secret(40000), out[2];
	size_t len;

	pair_reach_channel(p);
	pair_deliver(p, secret, 40000);
	pair_reach_channel(q);
	pair_deliver(q, secret, 40000); /* the same bytes under the same name: still another secret */
	assert_int_equal(p->num_chunks, 3);

	assert_int_equal(pair_ask_begin(p, secret, 40000), JURAT_OK);
	assert_int_equal(pair_ask_one(p, &p->chunks[1], out, &len), JURAT_E_MISMATCH);
	assert_int_equal(pair_ask_one(p, &p->chunks[0], out, &len), JURAT_E_STATE);

	assert_int_equal(pair_ask_begin(p, secret, 40000), JURAT_OK);
	assert_int_equal(pair_ask_one(p, &p->chunks[0], out, &len), JURAT_OK);
	assert_int_equal(pair_ask_one(p, &p->chunks[0], out, &len), JURAT_E_MISMATCH);

	assert_int_equal(pair_ask_begin(p, secret, 40000), JURAT_OK);
	assert_int_equal(pair_ask_one(p, &p->chunks[0], out, &len), JURAT_OK);
	assert_int_equal(pair_ask_one(p, &p->chunks[2], out, &len), JURAT_E_MISMATCH);

	assert_int_equal(pair_ask_begin(p, secret, 40000), JURAT_OK);
	assert_int_equal(pair_ask_one(p, &p->chunks[0], out, &len), JURAT_OK);
	assert_int_equal(pair_ask_one(p, &q->chunks[1], out, &len), JURAT_E_MISMATCH);
	free(secret);
	native_free(n);
	native_free(m);
}

static void
chunks_stay_with_their_build_relying_party_and_machine(void **state)
{
	struct native *n = native_new();
	struct pair *p = &n->pair;
	uint8_t *secret = pair_secret(100), out[CHANNEL_HEAD_MAX_LEN];
	struct secs vault;
	size_t len;

	pair_reach_channel(p);
	pair_deliver(p, secret, 100);
	vault = n->vault;
	n->vault.id.attributes.flags |= SGX_FLAGS_DEBUG;
	assert_int_equal(pair_call(p, VAULT_INFO, p->chunks[0].p, p->chunks[0].len, out, sizeof out, &len), JURAT_E_CRYPTO);
	n->vault = vault;
	n->vault.id.mrenclave[0] ^= 1;
	assert_int_equal(pair_call(p, VAULT_INFO, p->chunks[0].p, p->chunks[0].len, out, sizeof out, &len), JURAT_E_CRYPTO);
	n->vault = vault;
	n->vault.id.config_id[0] ^= 1;
	assert_int_equal(pair_call(p, VAULT_INFO, p->chunks[0].p, p->chunks[0].len, out, sizeof out, &len), JURAT_E_CRYPTO);
	n->vault = vault;
	n->platform.cpu.root_seal.b[0] ^= 1;
	assert_int_equal(pair_call(p, VAULT_INFO, p->chunks[0].p, p->chunks[0].len, out, sizeof out, &len), JURAT_E_CRYPTO);
	n->platform.cpu.root_seal.b[0] ^= 1;
	assert_int_equal(pair_call(p, VAULT_INFO, p->chunks[0].p, p->chunks[0].len, out, sizeof out, &len), JURAT_OK);
	free(secret);
	native_free(n);
}

static bool
info_accepts(void *ctx, const uint8_t *in, size_t len)
{
	uint8_t out[CHANNEL_HEAD_MAX_LEN];
	size_t out_len;

	return pair_call(ctx, VAULT_INFO, in, len, out, sizeof out, &out_len) == JURAT_OK;
}

static void
a_damaged_chunk_is_refused(void **state)
{
	struct native *n = native_new();
	struct pair *p = &n->pair;
	uint8_t secret[] = "x";

	pair_reach_channel(p);
	pair_deliver(p, secret, 1);
	each_damage(p->chunks[0].p, p->chunks[0].len, info_accepts, p, NULL);
	native_free(n);
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
