/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SIGMA: against a session computed by tests/vectors/sigma.py, against real messages of Intel's implementations (corpus), and
 * against every misuse: each with its code, and with the session dead afterwards.
 */
#include "vectors.h"

#include <jansson.h>
#include <stdio.h>

#include "core/bytes.h"
#include "core/ct.h"
#include "core/diag.h"
#include "exchange/sigma.h"

#define SESSION "sigma/session.txt"
enum { QUOTE_LEN = 1200, SIG_RL_LEN = 40, MSG2_LEN = SIGMA_MSG2_HEAD_LEN + SIG_RL_LEN, MSG3_LEN = SIGMA_MSG3_HEAD_LEN + QUOTE_LEN };

/* Both sides, with their messages so far. */
struct both {
	struct sigma_initiator enclave;
	struct sigma_responder service;
	struct p256_private service_key;
	uint8_t msg0[SIGMA_MSG0_LEN], msg1[SIGMA_MSG1_LEN], msg2[MSG2_LEN], msg3[MSG3_LEN];
	uint8_t quote[QUOTE_LEN], report_data[64];
};

static void
both_start(struct both *b)
{
	struct p256_public service_public;
	uint8_t seed[48];

	memset(b, 0, sizeof *b);
	vector_copy(seed, sizeof seed, SESSION, "seed_service");
	assert_int_equal(p256_from_seed(&b->service_key, seed), JURAT_OK);
	assert_int_equal(p256_public_of(&service_public, &b->service_key), JURAT_OK);
	assert_int_equal(sigma_initiator_init(&b->enclave, &service_public), JURAT_OK);
	sigma_responder_init(&b->service);
	vector_copy(b->quote, sizeof b->quote, SESSION, "quote");
}

static void
both_msg1(struct both *b)
{
	uint8_t seed[48];

	vector_copy(seed, sizeof seed, SESSION, "seed_a");
	assert_int_equal(sigma_make_msg1(&b->enclave, b->msg0, b->msg1, seed), JURAT_OK);
}

static jurat_rc
service_answers(struct both *b, struct jurat_diag *d)
{
	struct sigma_service service = { .key = &b->service_key, .quote_type = 1 };
	uint8_t seed[48], sig_rl[SIG_RL_LEN];

	vector_copy(seed, sizeof seed, SESSION, "seed_b");
	vector_copy(sig_rl, sizeof sig_rl, SESSION, "sig_rl");
	vector_copy(service.spid, sizeof service.spid, SESSION, "spid");
	return sigma_take_msg1(&b->service, b->msg2, &service, b->msg0, b->msg1, seed, sig_rl, sizeof sig_rl, d);
}

static void
both_msg2(struct both *b)
{
	both_msg1(b);
	assert_int_equal(service_answers(b, NULL), JURAT_OK);
}

static void
both_msg3(struct both *b)
{
	both_msg2(b);
	assert_int_equal(sigma_take_msg2(&b->enclave, b->report_data, b->msg2, sizeof b->msg2, NULL), JURAT_OK);
	assert_int_equal(sigma_make_msg3(&b->enclave, b->msg3, b->quote, sizeof b->quote, NULL), JURAT_OK);
}

static jurat_rc
service_takes_msg3(struct both *b, const uint8_t *msg3, size_t len, struct jurat_diag *d)
{
	const uint8_t *quote;
	uint8_t report_data[64];
	size_t quote_len;

	return sigma_take_msg3(&b->service, &quote, &quote_len, report_data, msg3, len, d);
}

static void
both_sides_agree_on_sk_and_transcript(void **state)
{
	struct sigma_result of_enclave, of_service;
	const uint8_t *quote;
	uint8_t report_data[64];
	size_t quote_len;
	struct both b;

	(void)state;
	both_start(&b);
	both_msg3(&b);
	assert_int_equal(sigma_take_msg3(&b.service, &quote, &quote_len, report_data, b.msg3, sizeof b.msg3, NULL), JURAT_OK);
	assert_ptr_equal(quote, b.msg3 + SIGMA_MSG3_HEAD_LEN);
	assert_int_equal(quote_len, QUOTE_LEN);
	assert_memory_equal(report_data, b.report_data, 64);
	assert_int_equal(sigma_initiator_finish(&b.enclave, &of_enclave), JURAT_OK);
	assert_int_equal(sigma_responder_finish(&b.service, &of_service), JURAT_OK);
	assert_memory_equal(&of_enclave, &of_service, sizeof of_enclave);
	assert_true(ct_is_zero(&b.enclave, sizeof b.enclave));
	assert_true(ct_is_zero(&b.service, sizeof b.service));
}

static void
the_enclaves_side_reproduces_the_generated_session(void **state)
{
	uint8_t msg0[4], msg1[68], msg2[MSG2_LEN], msg3[MSG3_LEN], want[64], sk[16], transcript[32];
	struct sigma_result result;
	struct both b;

	(void)state;
	both_start(&b);
	both_msg1(&b);
	vector_copy(msg0, sizeof msg0, SESSION, "msg0");
	vector_copy(msg1, sizeof msg1, SESSION, "msg1");
	vector_copy(msg2, sizeof msg2, SESSION, "msg2");
	vector_copy(msg3, sizeof msg3, SESSION, "msg3");
	vector_copy(want, sizeof want, SESSION, "report_data");
	vector_copy(sk, sizeof sk, SESSION, "sk");
	vector_copy(transcript, sizeof transcript, SESSION, "transcript");
	assert_memory_equal(b.msg0, msg0, sizeof msg0);
	assert_memory_equal(b.msg1, msg1, sizeof msg1);
	assert_int_equal(sigma_take_msg2(&b.enclave, b.report_data, msg2, sizeof msg2, NULL), JURAT_OK);
	assert_memory_equal(b.report_data, want, 64);
	assert_int_equal(sigma_make_msg3(&b.enclave, b.msg3, b.quote, sizeof b.quote, NULL), JURAT_OK);
	assert_memory_equal(b.msg3, msg3, sizeof msg3);
	assert_int_equal(sigma_initiator_finish(&b.enclave, &result), JURAT_OK);
	assert_memory_equal(result.sk.b, sk, 16);
	assert_memory_equal(result.transcript, transcript, 32);
}

static void
the_services_side_reproduces_all_but_its_random_signature(void **state)
{
	uint8_t msg2[MSG2_LEN], msg3[MSG3_LEN];
	struct both b;

	(void)state;
	both_start(&b);
	both_msg2(&b);
	vector_copy(msg2, sizeof msg2, SESSION, "msg2");
	vector_copy(msg3, sizeof msg3, SESSION, "msg3");
	assert_memory_equal(b.msg2, msg2, 84);              /* up to the signature */
	assert_memory_equal(b.msg2 + 164, msg2 + 164, 44);  /* after the MAC over it */
	assert_int_equal(service_takes_msg3(&b, msg3, sizeof msg3, NULL), JURAT_OK);
}

static void
config_id_is_the_named_hash_of_the_services_key(void **state)
{
	uint8_t wire[64], want[64], got[64];
	struct p256_public pub;

	(void)state;
	vector_copy(wire, sizeof wire, SESSION, "service_key");
	vector_copy(want, sizeof want, SESSION, "config_id");
	sigma_point_decode(&pub, wire);
	sigma_config_id(got, &pub);
	assert_memory_equal(got, want, 64);
	sigma_point_encode(got, &pub);
	assert_memory_equal(got, wire, 64);
}

/* ---- damage ---- */

static bool
enclave_accepts(void *ctx, const uint8_t *p, size_t len)
{
	struct both b = *(const struct both *)ctx;
	bool ok = sigma_take_msg2(&b.enclave, b.report_data, p, len, NULL) == JURAT_OK;

	if (!ok)
		assert_true(ct_is_zero(&b.enclave, sizeof b.enclave)); /* dead and wiped */
	return ok;
}

/* The revocation list has a signature of its own; what the two sides saw of it differs in the transcript, and so in every key of msg4. */
static bool
sig_rl_byte(size_t i)
{
	return i >= SIGMA_MSG2_HEAD_LEN;
}

static void
every_damage_of_msg2_is_refused_and_ends_the_session(void **state)
{
	struct both b;

	(void)state;
	both_start(&b);
	both_msg2(&b);
	each_damage(b.msg2, sizeof b.msg2, enclave_accepts, &b, sig_rl_byte);
}

static bool
service_accepts(void *ctx, const uint8_t *p, size_t len)
{
	struct both b = *(const struct both *)ctx;
	bool ok = service_takes_msg3(&b, p, len, NULL) == JURAT_OK;

	if (!ok)
		assert_true(ct_is_zero(&b.service, sizeof b.service));
	return ok;
}

static void
every_damage_of_msg3_is_refused_and_ends_the_session(void **state)
{
	struct both b;

	(void)state;
	both_start(&b);
	both_msg3(&b);
	each_damage(b.msg3, sizeof b.msg3, service_accepts, &b, NULL);
}

static void
a_changed_revocation_list_changes_the_transcript(void **state)
{
	struct sigma_result of_enclave, of_service;
	struct both b;

	(void)state;
	both_start(&b);
	both_msg2(&b);
	b.msg2[SIGMA_MSG2_HEAD_LEN] ^= 1;
	assert_int_equal(sigma_take_msg2(&b.enclave, b.report_data, b.msg2, sizeof b.msg2, NULL), JURAT_OK);
	assert_int_equal(sigma_make_msg3(&b.enclave, b.msg3, b.quote, sizeof b.quote, NULL), JURAT_OK);
	assert_int_equal(service_takes_msg3(&b, b.msg3, sizeof b.msg3, NULL), JURAT_OK);
	assert_int_equal(sigma_initiator_finish(&b.enclave, &of_enclave), JURAT_OK);
	assert_int_equal(sigma_responder_finish(&b.service, &of_service), JURAT_OK);
	assert_memory_not_equal(of_enclave.transcript, of_service.transcript, 32);
}

/* ---- each wrong thing with its own code ---- */

/* remac: puts a right MAC under msg2, as only a peer that knows the keys could. */
static void
remac_msg2(struct both *b)
{
	assert_int_equal(cmac_aes128(b->msg2 + 148, &b->service.keys.smk, b->msg2, 148), JURAT_OK);
}

static void
msg2_names_what_is_wrong(void **state)
{
	struct jurat_diag d = { 0 };
	struct both b;

	(void)state;
	both_start(&b);
	both_msg2(&b);
	b.msg2[82] = 2;
	remac_msg2(&b);
	assert_int_equal(sigma_take_msg2(&b.enclave, b.report_data, b.msg2, sizeof b.msg2, &d), JURAT_E_UNSUPPORTED);
	assert_string_equal(d.field, "msg2.kdf_id");
	assert_int_equal(d.got, 2);

	both_start(&b);
	both_msg2(&b);
	d = (struct jurat_diag){ 0 };
	b.msg2[90] ^= 1;
	remac_msg2(&b);
	assert_int_equal(sigma_take_msg2(&b.enclave, b.report_data, b.msg2, sizeof b.msg2, &d), JURAT_E_CRYPTO);
	assert_string_equal(d.field, "msg2.sign_gb_ga");

	both_start(&b);
	both_msg2(&b);
	d = (struct jurat_diag){ 0 };
	b.msg2[148] ^= 1;
	assert_int_equal(sigma_take_msg2(&b.enclave, b.report_data, b.msg2, sizeof b.msg2, &d), JURAT_E_CRYPTO);
	assert_string_equal(d.field, "msg2.mac");

	both_start(&b);
	both_msg2(&b);
	d = (struct jurat_diag){ 0 };
	memcpy(b.msg2, b.msg1, 64);
	assert_int_equal(sigma_take_msg2(&b.enclave, b.report_data, b.msg2, sizeof b.msg2, &d), JURAT_E_REPLAY);
	assert_string_equal(d.field, "msg2.g_b");

	both_start(&b);
	both_msg2(&b);
	d = (struct jurat_diag){ 0 };
	store32le(b.msg2 + 164, SIGMA_SIG_RL_MAX_LEN + 1);
	assert_int_equal(sigma_take_msg2(&b.enclave, b.report_data, b.msg2, sizeof b.msg2, &d), JURAT_E_TOO_LARGE);
	assert_string_equal(d.field, "msg2.sig_rl_size");
}

/* An impostor with a key of its own, who signs and computes everything right: only the pinned key stops him. */
static void
another_services_signature_is_refused(void **state)
{
	struct jurat_diag d = { 0 };
	struct both b;

	(void)state;
	both_start(&b);
	b.service_key.d[31] ^= 1;
	both_msg2(&b);
	assert_int_equal(sigma_take_msg2(&b.enclave, b.report_data, b.msg2, sizeof b.msg2, &d), JURAT_E_CRYPTO);
	assert_string_equal(d.field, "msg2.sign_gb_ga");
	assert_int_equal(b.enclave.state, SIGMA_DEAD);
}

/* A point off the curve, signed by the right service: the signature does not help. */
static void
a_g_b_off_the_curve_is_refused_even_if_signed(void **state)
{
	struct p256_signature sig;
	uint8_t digest[32];
	struct sha256 h;
	struct jurat_diag d = { 0 };
	struct both b;

	(void)state;
	both_start(&b);
	both_msg2(&b);
	b.msg2[40] ^= 1;
	sha256_init(&h);
	sha256_update(&h, b.msg2, 64);
	sha256_update(&h, b.msg1, 64);
	sha256_final(&h, digest);
	assert_int_equal(ecdsa_sign(&sig, &b.service_key, digest), JURAT_OK);
	bytes_reverse(b.msg2 + 84, sig.r, 32);
	bytes_reverse(b.msg2 + 116, sig.s, 32);
	assert_int_equal(sigma_take_msg2(&b.enclave, b.report_data, b.msg2, sizeof b.msg2, &d), JURAT_E_CRYPTO);
	assert_string_equal(d.field, "msg2.g_b");
}

static void
msg1_names_what_is_wrong(void **state)
{
	struct jurat_diag d = { 0 };
	struct both b;

	(void)state;
	both_start(&b);
	both_msg1(&b);
	b.msg0[0] = 1;
	assert_int_equal(service_answers(&b, &d), JURAT_E_UNSUPPORTED);
	assert_string_equal(d.field, "msg0.extended_group_id");
	assert_int_equal(b.service.state, SIGMA_DEAD);

	both_start(&b);
	both_msg1(&b);
	d = (struct jurat_diag){ 0 };
	b.msg1[3] ^= 1;
	assert_int_equal(service_answers(&b, &d), JURAT_E_CRYPTO);
	assert_string_equal(d.field, "msg1.g_a");

	both_start(&b);
	both_msg1(&b);
	memset(b.msg1, 0, 64); /* neither a point nor the identity's encoding */
	assert_int_equal(service_answers(&b, NULL), JURAT_E_CRYPTO);

	both_start(&b);
	both_msg1(&b);
	memset(b.msg1, 0xff, 64); /* coordinates not below p */
	assert_int_equal(service_answers(&b, NULL), JURAT_E_CRYPTO);
}

static void
a_g_a_that_equals_g_b_is_refused(void **state)
{
	struct jurat_diag d = { 0 };
	uint8_t msg2[MSG2_LEN];
	struct both b;

	(void)state;
	both_start(&b);
	both_msg1(&b);
	vector_copy(msg2, sizeof msg2, SESSION, "msg2");
	memcpy(b.msg1, msg2, 64);
	assert_int_equal(service_answers(&b, &d), JURAT_E_REPLAY);
	assert_string_equal(d.field, "msg1.g_a");
}

static void
msg3_names_what_is_wrong(void **state)
{
	struct jurat_diag d = { 0 };
	struct both b;

	(void)state;
	both_start(&b);
	both_msg3(&b);
	assert_int_equal(service_takes_msg3(&b, b.msg3, SIGMA_MSG3_HEAD_LEN - 1, &d), JURAT_E_TRUNCATED);
	assert_string_equal(d.field, "msg3");

	both_start(&b);
	both_msg3(&b);
	d = (struct jurat_diag){ 0 };
	b.msg3[16] ^= 1;
	assert_int_equal(service_takes_msg3(&b, b.msg3, sizeof b.msg3, &d), JURAT_E_MISMATCH);
	assert_string_equal(d.field, "msg3.g_a");

	both_start(&b);
	both_msg3(&b);
	d = (struct jurat_diag){ 0 };
	b.msg3[0] ^= 1;
	assert_int_equal(service_takes_msg3(&b, b.msg3, sizeof b.msg3, &d), JURAT_E_CRYPTO);
	assert_string_equal(d.field, "msg3.mac");

	both_start(&b);
	both_msg3(&b);
	d = (struct jurat_diag){ 0 };
	b.msg3[100] = 1;
	assert_int_equal(cmac_aes128(b.msg3, &b.service.keys.smk, b.msg3 + 16, sizeof b.msg3 - 16), JURAT_OK);
	assert_int_equal(service_takes_msg3(&b, b.msg3, sizeof b.msg3, &d), JURAT_E_UNSUPPORTED);
	assert_string_equal(d.field, "msg3.ps_sec_prop");
}

static void
msg3_takes_the_longest_quote_and_no_longer_one(void **state)
{
	static uint8_t quote[SIGMA_QUOTE_MAX_LEN + 1], msg3[SIGMA_MSG3_MAX_LEN + 1];
	struct both b;

	(void)state;
	both_start(&b);
	both_msg2(&b);
	assert_int_equal(sigma_take_msg2(&b.enclave, b.report_data, b.msg2, sizeof b.msg2, NULL), JURAT_OK);
	assert_int_equal(sigma_make_msg3(&b.enclave, msg3, quote, SIGMA_QUOTE_MAX_LEN, NULL), JURAT_OK);
	assert_int_equal(service_takes_msg3(&b, msg3, SIGMA_MSG3_MAX_LEN, NULL), JURAT_OK);

	both_start(&b);
	both_msg2(&b);
	assert_int_equal(sigma_take_msg2(&b.enclave, b.report_data, b.msg2, sizeof b.msg2, NULL), JURAT_OK);
	assert_int_equal(sigma_make_msg3(&b.enclave, msg3, quote, SIGMA_QUOTE_MAX_LEN + 1, NULL), JURAT_E_TOO_LARGE);
	assert_int_equal(b.enclave.state, SIGMA_DEAD);
	assert_int_equal(service_takes_msg3(&b, msg3, SIGMA_MSG3_MAX_LEN + 1, NULL), JURAT_E_TOO_LARGE);
}

/* ---- order ---- */

static void
the_enclave_refuses_every_call_out_of_order(void **state)
{
	struct sigma_result result;
	uint8_t seed[48] = { 1 };
	struct both b;

	(void)state;
	both_start(&b);
	assert_int_equal(sigma_take_msg2(&b.enclave, b.report_data, b.msg2, sizeof b.msg2, NULL), JURAT_E_STATE);
	assert_int_equal(sigma_make_msg3(&b.enclave, b.msg3, b.quote, sizeof b.quote, NULL), JURAT_E_STATE);
	assert_int_equal(sigma_initiator_finish(&b.enclave, &result), JURAT_E_STATE);
	both_msg2(&b);
	assert_int_equal(sigma_make_msg1(&b.enclave, b.msg0, b.msg1, seed), JURAT_E_STATE);
	assert_int_equal(sigma_make_msg3(&b.enclave, b.msg3, b.quote, sizeof b.quote, NULL), JURAT_E_STATE);
	assert_int_equal(sigma_take_msg2(&b.enclave, b.report_data, b.msg2, sizeof b.msg2, NULL), JURAT_OK);
	assert_int_equal(sigma_take_msg2(&b.enclave, b.report_data, b.msg2, sizeof b.msg2, NULL), JURAT_E_STATE);
	assert_int_equal(sigma_initiator_finish(&b.enclave, &result), JURAT_E_STATE);
	assert_int_equal(sigma_make_msg3(&b.enclave, b.msg3, b.quote, sizeof b.quote, NULL), JURAT_OK);
	assert_int_equal(sigma_make_msg3(&b.enclave, b.msg3, b.quote, sizeof b.quote, NULL), JURAT_E_STATE);
	assert_int_equal(sigma_initiator_finish(&b.enclave, &result), JURAT_OK);
	assert_int_equal(sigma_initiator_finish(&b.enclave, &result), JURAT_E_STATE);
}

static void
the_service_refuses_every_call_out_of_order(void **state)
{
	struct sigma_result result;
	struct both b;

	(void)state;
	both_start(&b);
	assert_int_equal(service_takes_msg3(&b, b.msg3, sizeof b.msg3, NULL), JURAT_E_STATE); /* msg3 before msg2 */
	assert_int_equal(sigma_responder_finish(&b.service, &result), JURAT_E_STATE);
	both_msg3(&b);
	assert_int_equal(service_answers(&b, NULL), JURAT_E_STATE);
	assert_int_equal(sigma_responder_finish(&b.service, &result), JURAT_E_STATE);
	assert_int_equal(service_takes_msg3(&b, b.msg3, sizeof b.msg3, NULL), JURAT_OK);
	assert_int_equal(service_takes_msg3(&b, b.msg3, sizeof b.msg3, NULL), JURAT_E_STATE); /* a second msg3 */
	assert_int_equal(sigma_responder_finish(&b.service, &result), JURAT_OK);
	assert_int_equal(sigma_responder_finish(&b.service, &result), JURAT_E_STATE);
}

static void
a_service_key_off_the_curve_is_refused_at_once(void **state)
{
	struct p256_public bad = { { 1 }, { 2 } };
	struct sigma_initiator s;

	(void)state;
	assert_int_equal(sigma_initiator_init(&s, &bad), JURAT_E_CRYPTO);
}

/* ---- real messages of Intel's implementations ---- */

static json_t *
golden(const char *name)
{
	char *path = corpus_file(name);
	json_error_t error;
	json_t *j = json_load_file(path, 0, &error);

	if (j == NULL)
		fail_msg("%s: %s", path, error.text);
	free(path);
	return j;
}

static uint8_t *
member(const json_t *j, const char *name, size_t *len)
{
	const char *hex = json_string_value(json_object_get(j, name));

	if (hex == NULL)
		fail_msg("no member %s", name);
	return test_hex(hex, len);
}

static void
assert_member(const json_t *j, const char *name, const void *got, size_t len)
{
	size_t want_len;
	uint8_t *want = member(j, name, &want_len);

	assert_int_equal(want_len, len);
	assert_memory_equal(got, want, len);
	free(want);
}

/* check_keys: the derivation and both MACs over the messages as they went over the wire in 2018 (or stand in Intel's sample). */
static void
check_keys(const json_t *j, const char *x_name, const uint8_t *msg2, const uint8_t *msg3, size_t msg3_len)
{
	uint8_t *x = member(j, x_name, NULL), mac[16];
	struct sigma_keys k;

	assert_int_equal(sigma_derive(&k, x), JURAT_OK);
	assert_member(j, "smk", k.smk.b, 16);
	assert_member(j, "sk", k.sk.b, 16);
	assert_member(j, "mk", k.mk.b, 16);
	assert_member(j, "vk", k.vk.b, 16);
	assert_int_equal(cmac_aes128(mac, &k.smk, msg2, 148), JURAT_OK);
	assert_memory_equal(mac, msg2 + 148, 16);
	assert_int_equal(cmac_aes128(mac, &k.smk, msg3 + 16, msg3_len - 16), JURAT_OK);
	assert_memory_equal(mac, msg3, 16);
	free(x);
}

static void
a_session_of_real_hardware_reproduces(void **state)
{
	uint8_t *msg01, *msg2, *msg3, *pub_wire, digest[32], data[64];
	struct p256_signature sig;
	struct p256_public pub;
	struct sha256 h;
	size_t msg3_len;
	uint8_t *vk;
	json_t *j;

	(void)state;
	if (!corpus_or_skip())
		skip();
	j = golden("ias/sigma/real_hw_2018-09-04_sgx-ra-sample.json");
	msg01 = member(j, "msg0_msg1", NULL);
	msg2 = member(j, "msg2", NULL);
	msg3 = member(j, "msg3", &msg3_len);
	pub_wire = member(j, "sp_pub_le", NULL);
	vk = member(j, "vk", NULL);
	check_keys(j, "shared_secret_be", msg2, msg3, msg3_len);
	sha256_init(&h);
	sha256_update(&h, msg2, 64);
	sha256_update(&h, msg01 + 4, 64);
	sha256_final(&h, digest);
	sigma_point_decode(&pub, pub_wire);
	bytes_reverse(sig.r, msg2 + 84, 32);
	bytes_reverse(sig.s, msg2 + 116, 32);
	assert_int_equal(ecdsa_verify_vartime(&sig, &pub, digest), JURAT_OK);
	sha256_init(&h);
	sha256_update(&h, msg01 + 4, 64);
	sha256_update(&h, msg2, 64);
	sha256_update(&h, vk, 16);
	sha256_final(&h, data);
	memset(data + 32, 0, 32);
	assert_member(j, "report_data", data, 64);
	assert_memory_equal(msg3 + 336 + 368, data, 64);
	free(msg01), free(msg2), free(msg3), free(pub_wire), free(vk);
	json_decref(j);
}

/* Intel's sample stub used a known number as b (corpus README), so our responder can stand in for the sample's service. */
static void
our_service_takes_the_msg3_of_intels_sample(const char *name)
{
	uint8_t *msg1, *msg2, *msg3, *b, *sp, seed[48] = { 0 }, our_msg2[SIGMA_MSG2_HEAD_LEN], data[64];
	struct sigma_service service = { .quote_type = 1 };
	struct p256_private key;
	struct sigma_responder s;
	const uint8_t *quote;
	size_t msg3_len, quote_len;
	json_t *j = golden(name);

	msg1 = member(j, "msg1", NULL);
	msg2 = member(j, "msg2", NULL);
	msg3 = member(j, "msg3", &msg3_len);
	b = member(j, "sp_ephemeral_b_be", NULL);
	sp = member(j, "sp_priv_be", NULL);
	check_keys(j, "dh_x_be", msg2, msg3, msg3_len);
	memcpy(key.d, sp, 32);
	memcpy(seed + 16, b, 32);
	seed[47]--; /* p256_from_seed adds one */
	memcpy(service.spid, msg2 + 64, 16);
	service.key = &key;
	sigma_responder_init(&s);
	assert_int_equal(sigma_take_msg1(&s, our_msg2, &service, (const uint8_t *)"\0\0\0\0", msg1, seed, NULL, 0, NULL), JURAT_OK);
	assert_memory_equal(our_msg2, msg2, 84);
	assert_memory_equal(s.gid, msg1 + 64, 4);
	assert_int_equal(sigma_take_msg3(&s, &quote, &quote_len, data, msg3, msg3_len, NULL), JURAT_OK);
	assert_member(j, "report_data", data, 64);
	assert_memory_equal(quote + 368, data, 64);
	free(msg1), free(msg2), free(msg3), free(b), free(sp);
	json_decref(j);
}

/*
 * Intel's sample msg4 is decoded here alone: platform info 97, its MAC 16 under MK (not SMK, as its comment says), payload size 4, 12 zero,
 * tag 16. The published message was printed without its payload, which is 00..07 under SK with an IV of zeros.
 */
static void
intels_sample_msg4_decodes_under_mk_and_sk(const char *name)
{
	static const uint8_t iv[GCM_IV_LEN], secret[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	uint8_t *msg4, *mk, *sk, mac[16], tag[16], cipher[8];
	struct aes128_key key;
	json_t *j = golden(name);
	size_t len;

	msg4 = member(j, "att_result_msg", &len);
	mk = member(j, "mk", NULL);
	sk = member(j, "sk", NULL);
	assert_int_equal(len, 97 + 16 + 4 + 12 + 16);
	memcpy(key.b, mk, 16);
	assert_int_equal(cmac_aes128(mac, &key, msg4, 97), JURAT_OK);
	assert_memory_equal(mac, msg4 + 97, 16);
	assert_int_equal(load32le(msg4 + 113), sizeof secret);
	memcpy(key.b, sk, 16);
	assert_int_equal(gcm_seal(cipher, tag, &key, iv, NULL, 0, secret, sizeof secret), JURAT_OK);
	assert_memory_equal(tag, msg4 + 129, 16);
	free(msg4), free(mk), free(sk);
	json_decref(j);
}

static void
intels_sample_sessions_reproduce(void **state)
{
	(void)state;
	if (!corpus_or_skip())
		skip();
	our_service_takes_the_msg3_of_intels_sample("ias/sigma/sdk_sample1.json");
	our_service_takes_the_msg3_of_intels_sample("ias/sigma/sdk_sample2.json");
	intels_sample_msg4_decodes_under_mk_and_sk("ias/sigma/sdk_sample1.json");
	intels_sample_msg4_decodes_under_mk_and_sk("ias/sigma/sdk_sample2.json");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_sides_agree_on_sk_and_transcript),
		cmocka_unit_test(the_enclaves_side_reproduces_the_generated_session),
		cmocka_unit_test(the_services_side_reproduces_all_but_its_random_signature),
		cmocka_unit_test(config_id_is_the_named_hash_of_the_services_key),
		cmocka_unit_test(every_damage_of_msg2_is_refused_and_ends_the_session),
		cmocka_unit_test(every_damage_of_msg3_is_refused_and_ends_the_session),
		cmocka_unit_test(a_changed_revocation_list_changes_the_transcript),
		cmocka_unit_test(msg2_names_what_is_wrong),
		cmocka_unit_test(another_services_signature_is_refused),
		cmocka_unit_test(a_g_b_off_the_curve_is_refused_even_if_signed),
		cmocka_unit_test(msg1_names_what_is_wrong),
		cmocka_unit_test(a_g_a_that_equals_g_b_is_refused),
		cmocka_unit_test(msg3_names_what_is_wrong),
		cmocka_unit_test(msg3_takes_the_longest_quote_and_no_longer_one),
		cmocka_unit_test(the_enclave_refuses_every_call_out_of_order),
		cmocka_unit_test(the_service_refuses_every_call_out_of_order),
		cmocka_unit_test(a_service_key_off_the_curve_is_refused_at_once),
		cmocka_unit_test(a_session_of_real_hardware_reproduces),
		cmocka_unit_test(intels_sample_sessions_reproduce),
	};

	return cmocka_run_group_tests_name("sigma", tests, NULL, NULL);
}
