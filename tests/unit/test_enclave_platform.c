/* SPDX-License-Identifier: Apache-2.0 */
/* The certification and the quoting enclave (src/machine/ops.h), natively. Signatures are checked by the host's back end. */
#include "core/bytes.h"
#include "enclave.h"
#include "enclave_stub.h"
#include "machine/ops.h"

static void
info_of(const struct processor *cpu, const struct secs *who, uint8_t out[CERTIFICATION_INFO_LEN])
{
	size_t len = 0;

	stub_enter(cpu, who);
	assert_int_equal(certification_main(CERTIFICATION_INFO, NULL, 0, out, CERTIFICATION_INFO_LEN, &len), JURAT_OK);
	assert_int_equal(len, CERTIFICATION_INFO_LEN);
}

#define PPID(INFO) ((INFO) + SGX_TARGETINFO_LEN)
#define PCK(INFO) ((INFO) + SGX_TARGETINFO_LEN + 16)

static void
certification_needs_no_state(void **state)
{
	struct stub_platform p;
	uint8_t a[CERTIFICATION_INFO_LEN], b[CERTIFICATION_INFO_LEN];

	stub_platform_start(&p, 1);
	info_of(&p.cpu, &p.certification, a);
	p.cpu.owner_epoch[0] ^= 1; /* a new owner */
	memset(p.cpu.report_key_id, 0x42, sizeof p.cpu.report_key_id); /* a new start */
	info_of(&p.cpu, &p.certification, b);
	assert_memory_equal(a, b, sizeof a);
	assert_int_equal(load16le(a + sizeof a - 2), 7);
	assert_memory_equal(a + sizeof a - 18, p.cpu.cpusvn, SGX_CPUSVN_LEN);
}

static void
a_tcb_recovery_changes_the_pck_and_not_the_ppid(void **state)
{
	struct stub_platform p;
	uint8_t a[CERTIFICATION_INFO_LEN], b[CERTIFICATION_INFO_LEN];

	stub_platform_start(&p, 1);
	info_of(&p.cpu, &p.certification, a);
	p.cpu.cpusvn[0]++;
	info_of(&p.cpu, &p.certification, b);
	assert_memory_equal(PPID(a), PPID(b), 16);
	assert_memory_not_equal(PCK(a), PCK(b), 64);
	p.cpu.cpusvn[0]--;
	p.certification.id.isv_svn++;
	info_of(&p.cpu, &p.certification, b);
	assert_memory_equal(PPID(a), PPID(b), 16);
	assert_memory_not_equal(PCK(a), PCK(b), 64);
}

static void
another_machine_or_a_debug_build_is_another_platform(void **state)
{
	struct stub_platform p, q;
	uint8_t a[CERTIFICATION_INFO_LEN], b[CERTIFICATION_INFO_LEN];

	stub_platform_start(&p, 1);
	stub_platform_start(&q, 2);
	info_of(&p.cpu, &p.certification, a);
	info_of(&q.cpu, &q.certification, b);
	assert_memory_not_equal(PPID(a), PPID(b), 16);
	assert_memory_not_equal(PCK(a), PCK(b), 64);
	p.certification.id.attributes.flags |= SGX_FLAGS_DEBUG;
	info_of(&p.cpu, &p.certification, b);
	assert_memory_not_equal(PPID(a), PPID(b), 16);
	assert_memory_not_equal(PCK(a), PCK(b), 64);
}

static void
certification_without_the_provision_attribute_has_no_key(void **state)
{
	struct stub_platform p;
	uint8_t out[CERTIFICATION_INFO_LEN];
	size_t len = 5;

	stub_platform_start(&p, 1);
	p.certification.id.attributes.flags &= ~SGX_FLAGS_PROVISIONKEY;
	stub_enter(&p.cpu, &p.certification);
	assert_int_equal(certification_main(CERTIFICATION_INFO, NULL, 0, out, sizeof out, &len), JURAT_E_DENIED);
}

static jurat_rc
sign_for(const struct stub_platform *p, const struct secs *requester, unsigned flip_mac_bit, uint8_t out[64])
{
	uint8_t data[SGX_REPORT_DATA_LEN] = {0}, encoded[SGX_REPORT_LEN];
	struct sgx_target target;
	struct sgx_report report;
	size_t len;

	target_of(&target, &p->certification.id);
	stub_enter(&p->cpu, requester);
	assert_int_equal(enclave_report(&report, &target, data), JURAT_OK);
	if (flip_mac_bit < 128)
		report.mac[flip_mac_bit / 8] ^= (uint8_t)(1u << flip_mac_bit % 8);
	report_encode(encoded, &report);
	stub_enter(&p->cpu, &p->certification);
	return certification_main(CERTIFICATION_SIGN, encoded, sizeof encoded, out, 64, &len);
}

static void
certification_signs_for_its_signers_production_enclaves_alone(void **state)
{
	struct stub_platform p;
	struct secs who;
	uint8_t out[64];

	stub_platform_start(&p, 1);
	assert_int_equal(sign_for(&p, &p.quoting, 999, out), JURAT_OK);
	who = p.quoting;
	who.id.attributes.flags &= ~SGX_FLAGS_PROVISIONKEY;
	assert_int_equal(sign_for(&p, &who, 999, out), JURAT_E_DENIED);
	who = p.quoting;
	who.id.attributes.flags |= SGX_FLAGS_DEBUG;
	assert_int_equal(sign_for(&p, &who, 999, out), JURAT_E_DENIED);
	who = p.quoting;
	who.id.mrsigner[0] ^= 1;
	assert_int_equal(sign_for(&p, &who, 999, out), JURAT_E_DENIED);
}

static void
certification_refuses_every_flipped_mac_bit(void **state)
{
	struct stub_platform p;
	uint8_t out[64];

	stub_platform_start(&p, 1);
	for (unsigned bit = 0; bit < 128; bit++)
		assert_int_equal(sign_for(&p, &p.quoting, bit, out), JURAT_E_CRYPTO);
}

/* ---- quoting ---- */

static void
application_report(const struct stub_platform *p, const struct secs *app, struct sgx_report *out)
{
	uint8_t target[SGX_TARGETINFO_LEN], data[SGX_REPORT_DATA_LEN] = "what the application says";
	struct sgx_target t;

	assert_int_equal(stub_platform_target(p, target), JURAT_OK);
	assert_int_equal(target_parse(&t, target, sizeof target, NULL), JURAT_OK);
	stub_enter(&p->cpu, app);
	assert_int_equal(enclave_report(out, &t, data), JURAT_OK);
}

static void
public_from(struct p256_public *out, const uint8_t x_y[64])
{
	memcpy(out->x, x_y, 32);
	memcpy(out->y, x_y + 32, 32);
}

/* Every link from the application's report to the PCK: what a verifier walks. */
static void
quote_check(const struct stub_platform *p, const struct sgx_report_body *app, const uint8_t *bytes, size_t len)
{
	uint8_t digest[SHA256_LEN], binding[SHA256_LEN], body[SGX_REPORT_BODY_LEN];
	struct p256_public pck;
	struct quote q;

	assert_int_equal(quote_parse(&q, bytes, len, NULL), JURAT_OK);
	assert_int_equal(q.trailing_len, 0);
	assert_int_equal(q.header.version, 3);
	assert_int_equal(q.header.qe_svn, 4);
	assert_int_equal(q.header.pce_svn, 7);
	assert_memory_equal(q.header.qe_vendor_id, quote_vendor_intel, 16);
	report_body_encode(body, app);
	assert_memory_equal(q.signed_bytes.p + QUOTE_HEADER_LEN, body, sizeof body);
	sha256_once(digest, q.signed_bytes.p, q.signed_bytes.len);
	assert_int_equal(ecdsa_verify_vartime(&q.signature, &q.attestation_key, digest), JURAT_OK);
	quote_qe_binding(binding, &q.attestation_key, q.qe_auth_data.p, q.qe_auth_data.len);
	assert_memory_equal(q.qe_report.report_data, binding, sizeof binding);
	assert_true(ct_is_zero(q.qe_report.report_data + 32, 32));
	assert_memory_equal(q.qe_report.mrenclave, p->quoting.id.mrenclave, SGX_HASH_LEN);
	sha256_once(digest, q.qe_report_bytes.p, q.qe_report_bytes.len);
	public_from(&pck, p->pck_x_y);
	assert_int_equal(ecdsa_verify_vartime(&q.qe_report_signature, &pck, digest), JURAT_OK);
	assert_int_equal(q.cert_type, QUOTE_CERT_PCK_CHAIN);
	assert_memory_equal(q.cert_data.p, "-----BEGIN", 10);
}

static void
a_quote_verifies_up_to_the_pck(void **state)
{
	struct stub_platform p;
	struct secs app = stub_secs(0x11, 0x22, 16, 1);
	struct sgx_report report, receipt;
	uint8_t encoded[SGX_REPORT_LEN], nonce[16] = "nonce", out[8192], expected[SGX_REPORT_DATA_LEN] = {0};
	struct sha256 h;
	size_t len, quote_len;

	stub_platform_start(&p, 1);
	application_report(&p, &app, &report);
	report_encode(encoded, &report);
	assert_int_equal(stub_platform_quote(&p, encoded, nonce, out, sizeof out, &len), JURAT_OK);
	quote_len = load32le(out);
	assert_int_equal(len, 4 + quote_len + SGX_REPORT_LEN);
	quote_check(&p, &report.body, out + 4, quote_len);

	assert_int_equal(report_parse(&receipt, out + 4 + quote_len, SGX_REPORT_LEN, NULL), JURAT_OK);
	stub_enter(&p.cpu, &app);
	assert_int_equal(enclave_check_report(&receipt, NULL), JURAT_OK);
	sha256_init(&h);
	sha256_update(&h, nonce, 16);
	sha256_update(&h, out + 4, quote_len);
	sha256_final(&h, expected);
	assert_memory_equal(receipt.body.report_data, expected, sizeof expected);
}

static void
quotes_of_one_machine_carry_one_qe_id(void **state)
{
	struct stub_platform p, q;
	struct secs app = stub_secs(0x11, 0x22, 16, 1);
	struct sgx_report report;
	uint8_t encoded[SGX_REPORT_LEN], nonce[16] = {0}, a[8192], b[8192];
	size_t len;

	stub_platform_start(&p, 1);
	application_report(&p, &app, &report);
	report_encode(encoded, &report);
	assert_int_equal(stub_platform_quote(&p, encoded, nonce, a, sizeof a, &len), JURAT_OK);
	p.quoting.id.isv_svn++; /* a newer build opens the old key and keeps the name */
	application_report(&p, &app, &report);
	report_encode(encoded, &report);
	assert_int_equal(stub_platform_quote(&p, encoded, nonce, b, sizeof b, &len), JURAT_OK);
	assert_memory_equal(a + 4 + 28, b + 4 + 28, 20);
	stub_platform_start(&q, 2);
	application_report(&q, &app, &report);
	report_encode(encoded, &report);
	assert_int_equal(stub_platform_quote(&q, encoded, nonce, b, sizeof b, &len), JURAT_OK);
	assert_memory_not_equal(a + 4 + 28, b + 4 + 28, 16);
}

static void
quoting_refuses_a_report_from_another_machine_or_with_a_flipped_bit(void **state)
{
	struct stub_platform p, q;
	struct secs app = stub_secs(0x11, 0x22, 16, 1);
	struct sgx_report report;
	uint8_t encoded[SGX_REPORT_LEN], nonce[16] = {0}, out[8192];
	size_t len = 3;

	stub_platform_start(&p, 1);
	stub_platform_start(&q, 2);
	application_report(&q, &app, &report);
	report_encode(encoded, &report);
	assert_int_equal(stub_platform_quote(&p, encoded, nonce, out, sizeof out, &len), JURAT_E_CRYPTO);
	application_report(&p, &app, &report);
	for (size_t byte = 0; byte < SGX_REPORT_LEN; byte++) {
		report_encode(encoded, &report);
		encoded[byte] ^= 1;
		assert_int_not_equal(stub_platform_quote(&p, encoded, nonce, out, sizeof out, &len), JURAT_OK);
	}
	assert_int_equal(len, 3);
}

static void
quoting_refuses_a_key_sealed_elsewhere_or_altered(void **state)
{
	struct stub_platform p, q;
	struct secs app = stub_secs(0x11, 0x22, 16, 1);
	struct sgx_report report;
	uint8_t encoded[SGX_REPORT_LEN], nonce[16] = {0}, out[8192];
	size_t len;

	stub_platform_start(&p, 1);
	stub_platform_start(&q, 2);
	application_report(&p, &app, &report);
	report_encode(encoded, &report);
	for (size_t byte = 0; byte < p.sealed_key_len; byte += 7) {
		p.sealed_key[byte] ^= 0x80;
		assert_int_not_equal(stub_platform_quote(&p, encoded, nonce, out, sizeof out, &len), JURAT_OK);
		p.sealed_key[byte] ^= 0x80;
	}
	memcpy(p.sealed_key, q.sealed_key, sizeof p.sealed_key);
	assert_int_equal(stub_platform_quote(&p, encoded, nonce, out, sizeof out, &len), JURAT_E_CRYPTO);
}

struct op_case {
	jurat_rc (*main)(uint32_t op, const uint8_t *in, size_t in_len, uint8_t *out, size_t out_cap, size_t *out_len);
	uint32_t op;
};

static bool
accepted(void *ctx, const uint8_t *p, size_t len)
{
	const struct op_case *c = ctx;
	uint8_t out[8192];
	size_t out_len;

	return c->main(c->op, p, len, out, sizeof out, &out_len) == JURAT_OK;
}

static void
requests_that_are_cut_or_too_long_are_refused(void **state)
{
	struct stub_platform p;
	uint8_t request[SGX_TARGETINFO_LEN + 2] = {0}, out[64];
	struct op_case new_key = {quoting_main, QUOTING_NEW_KEY}, info = {certification_main, CERTIFICATION_INFO};
	size_t len = 0;

	stub_platform_start(&p, 1);
	assert_int_equal(stub_platform_target(&p, request), JURAT_OK);
	for (size_t n = 0; n < sizeof request; n++)
		assert_false(accepted(&new_key, request, n));
	assert_true(accepted(&new_key, request, sizeof request));
	assert_int_equal(quoting_main(QUOTING_NEW_KEY, request, sizeof request, out, sizeof out, &len), JURAT_E_TOO_LARGE);
	assert_int_equal(quoting_main(QUOTING_TARGET, request, 1, out, sizeof out, &len), JURAT_E_TRAILING);
	assert_int_equal(quoting_main(99, NULL, 0, out, sizeof out, &len), JURAT_E_UNSUPPORTED);
	stub_enter(&p.cpu, &p.certification);
	assert_false(accepted(&info, request, 1));
	assert_int_equal(certification_main(99, NULL, 0, out, sizeof out, &len), JURAT_E_UNSUPPORTED);
	assert_int_equal(certification_main(CERTIFICATION_INFO, NULL, 0, out, sizeof out, &len), JURAT_E_TOO_LARGE);
}

static void
quote_requests_that_are_cut_are_refused(void **state)
{
	struct stub_platform p;
	struct secs app = stub_secs(0x11, 0x22, 16, 1);
	struct sgx_report report;
	struct op_case quote = {quoting_main, QUOTING_QUOTE};
	uint8_t in[4096];
	struct writer w;

	stub_platform_start(&p, 1);
	application_report(&p, &app, &report);
	writer_init(&w, in, sizeof in);
	writer_copy(&w, p.sealed_key, p.sealed_key_len);
	writer_copy(&w, p.qe_signature, 64);
	report_encode(in + w.len, &report);
	writer_init(&w, in + w.len + SGX_REPORT_LEN, 64);
	writer_zeros(&w, 16);
	writer_u32le(&w, 5);
	writer_copy(&w, "chain", 5);
	size_t len = p.sealed_key_len + 64 + SGX_REPORT_LEN + w.len;

	stub_enter(&p.cpu, &p.quoting);
	assert_true(accepted(&quote, in, len));
	for (size_t n = 0; n < len; n++) {
		uint8_t *cut = test_copy(in, n);

		assert_false(accepted(&quote, cut, n));
		free(cut);
	}
	assert_false(accepted(&quote, in, len + 1));
	store32le(in + len - 9, 0xffffffffu);
	assert_false(accepted(&quote, in, len));
}

static void
a_certificate_chain_over_the_maximum_is_refused(void **state)
{
	struct stub_platform p;
	struct secs app = stub_secs(0x11, 0x22, 16, 1);
	struct sgx_report report;
	size_t head, out_len;
	uint8_t *in = calloc(1, 40000), *out = malloc(65536);
	struct writer w;

	assert_true(in != NULL && out != NULL);
	stub_platform_start(&p, 1);
	application_report(&p, &app, &report);
	writer_init(&w, in, 40000);
	writer_copy(&w, p.sealed_key, p.sealed_key_len);
	writer_copy(&w, p.qe_signature, 64);
	head = w.len;
	report_encode(in + head, &report);
	head += SGX_REPORT_LEN + 16;
	stub_enter(&p.cpu, &p.quoting);
	store32le(in + head, OPS_PCK_CHAIN_MAX_LEN);
	assert_int_equal(quoting_main(QUOTING_QUOTE, in, head + 4 + OPS_PCK_CHAIN_MAX_LEN, out, 65536, &out_len), JURAT_OK);
	store32le(in + head, OPS_PCK_CHAIN_MAX_LEN + 1);
	assert_int_equal(
	    quoting_main(QUOTING_QUOTE, in, head + 5 + OPS_PCK_CHAIN_MAX_LEN, out, 65536, &out_len), JURAT_E_TOO_LARGE);
	free(in);
	free(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(certification_needs_no_state),
	    cmocka_unit_test(a_tcb_recovery_changes_the_pck_and_not_the_ppid),
	    cmocka_unit_test(another_machine_or_a_debug_build_is_another_platform),
	    cmocka_unit_test(certification_without_the_provision_attribute_has_no_key),
	    cmocka_unit_test(certification_signs_for_its_signers_production_enclaves_alone),
	    cmocka_unit_test(certification_refuses_every_flipped_mac_bit),
	    cmocka_unit_test(a_quote_verifies_up_to_the_pck),
	    cmocka_unit_test(quotes_of_one_machine_carry_one_qe_id),
	    cmocka_unit_test(quoting_refuses_a_report_from_another_machine_or_with_a_flipped_bit),
	    cmocka_unit_test(quoting_refuses_a_key_sealed_elsewhere_or_altered),
	    cmocka_unit_test(requests_that_are_cut_or_too_long_are_refused),
	    cmocka_unit_test(quote_requests_that_are_cut_are_refused),
	    cmocka_unit_test(a_certificate_chain_over_the_maximum_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
