/* SPDX-License-Identifier: Apache-2.0 */
/* What we write for a private root of trust, read by our strict reader and by OpenSSL. */
#include "support.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "core/hex.h"
#include "dcap/identity.h"
#include "dcap/pki.h"
#include "dcap/tcb_info.h"
#include "dcap/trust.h"
#include "json/json.h"
#include "x509/crl.h"
#include "x509/pem.h"

#define NOW 1795528800ll /* 2026-11-24T14:00:00Z */
#define YEAR_S (365 * 86400ll)

static struct pki_names names;
static struct pki_key root, ca, leaf;

static int
make_keys(void **state)
{
	(void)state;
	assert_int_equal(pki_names_make(&names, "test", false, NULL), JURAT_OK);
	assert_int_equal(pki_key_new(&root, NULL), JURAT_OK);
	assert_int_equal(pki_key_new(&ca, NULL), JURAT_OK);
	assert_int_equal(pki_key_new(&leaf, NULL), JURAT_OK);
	return 0;
}

static struct pck_extension
sample_sgx(bool has_platform)
{
	struct pck_extension sgx = { .pce_svn = 0x8001, .sgx_type = 1, .has_platform = has_platform };

	for (int i = 0; i < PCK_NUM_COMPONENTS; i++)
		sgx.components[i] = (uint8_t)(17 * i); /* 0, 127 < and > 127: one and two bytes of INTEGER */
	memset(sgx.ppid, 0xa1, sizeof sgx.ppid);
	memset(sgx.cpusvn, 0xb2, sizeof sgx.cpusvn);
	memset(sgx.fmspc, 0xc3, sizeof sgx.fmspc);
	sgx.pce_id[1] = 7;
	if (has_platform) {
		memset(sgx.platform_instance_id, 0xd4, sizeof sgx.platform_instance_id);
		sgx.dynamic_platform = PCK_TRUE;
		sgx.cached_keys = PCK_FALSE;
		sgx.smt_enabled = PCK_TRUE;
	}
	return sgx;
}

static char *
certificate(enum pki_role role, const struct pki_key *issuer, const struct pki_key *subject, const struct pck_extension *sgx)
{
	struct pki_cert_request r = { .role = role, .names = &names, .issuer = issuer, .subject = subject->pub, .not_before = NOW,
		.not_after = NOW + 30 * YEAR_S, .sgx = sgx };
	char *pem = NULL;

	assert_int_equal(pki_serial_new(r.serial, NULL), JURAT_OK);
	assert_int_equal(pki_cert_make(&pem, &r, NULL), JURAT_OK);
	return pem;
}

static X509 *
by_openssl(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *x = PEM_read_bio_X509(bio, NULL, NULL, NULL);

	BIO_free(bio);
	assert_non_null(x);
	return x;
}

static void
assert_span(struct x509_span got, const char *want)
{
	assert_int_equal(got.len, strlen(want));
	assert_memory_equal(got.p, want, got.len);
}

static void
certificates_of_every_role_are_of_the_profile(void **state)
{
	static const struct {
		enum pki_role role, issuer_role;
		bool is_ca;
		uint32_t path_len;
		uint8_t use;
	} roles[] = {
		{ PKI_ROOT, PKI_ROOT, true, 1, X509_USE_CERT_SIGN | X509_USE_CRL_SIGN },
		{ PKI_PLATFORM_CA, PKI_ROOT, true, 0, X509_USE_CERT_SIGN | X509_USE_CRL_SIGN },
		{ PKI_PROCESSOR_CA, PKI_ROOT, true, 0, X509_USE_CERT_SIGN | X509_USE_CRL_SIGN },
		{ PKI_TCB_SIGNING, PKI_ROOT, false, UINT32_MAX, X509_USE_DIGITAL_SIGNATURE | X509_USE_NON_REPUDIATION },
		{ PKI_PCK, PKI_PLATFORM_CA, false, UINT32_MAX, X509_USE_DIGITAL_SIGNATURE | X509_USE_NON_REPUDIATION },
	};
	struct pck_extension sgx = sample_sgx(true);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
		const struct pki_key *issuer = roles[i].role == PKI_PCK ? &ca : &root;
		char *pem = certificate(roles[i].role, issuer, &leaf, roles[i].role == PKI_PCK ? &sgx : NULL);
		struct x509_cert cert;
		struct pem blocks = { 0 };
		X509 *x = by_openssl(pem);

		assert_int_equal(pem_decode(&blocks, "CERTIFICATE", pem, strlen(pem), "pem", NULL), JURAT_OK);
		assert_int_equal(cert_parse(&cert, blocks.block[0].p, blocks.block[0].len, NULL), JURAT_OK);
		assert_span(cert.subject.value[X509_CN], names.common_name[roles[i].role]);
		assert_span(cert.issuer.value[X509_CN], names.common_name[roles[i].issuer_role]);
		assert_span(cert.subject.value[X509_O], "Jurat software world - not Intel hardware");
		assert_int_equal(cert.is_ca, roles[i].is_ca);
		assert_int_equal(cert.path_len, roles[i].path_len);
		assert_int_equal(cert.key_usage, roles[i].use);
		assert_int_equal(cert.serial.len, PKI_SERIAL_LEN);
		assert_true(cert.not_before == NOW && cert.not_after == NOW + 30 * YEAR_S); /* beyond 2050: the other ASN.1 time */
		assert_memory_equal(&cert.key, &leaf.pub, sizeof leaf.pub);
		assert_int_equal(ecdsa_verify_vartime(&cert.signature, &issuer->pub, cert.digest), JURAT_OK);
		assert_int_equal(X509_check_ca(x) != 0, roles[i].is_ca);
		X509_free(x);
		pem_clear(&blocks);
		free(pem);
	}
}

static void
sgx_extension_survives_writing_and_reading(void **state)
{
	(void)state;
	for (int has_platform = 0; has_platform < 2; has_platform++) {
		struct pck_extension sgx = sample_sgx(has_platform == 1), again;
		uint8_t der[PKI_SGX_MAX_LEN];
		size_t len = 0;

		assert_int_equal(pki_sgx_encode(der, sizeof der, &len, &sgx), JURAT_OK);
		memset(&again, 0, sizeof again);
		assert_int_equal(pck_extension_parse(&again, (struct x509_span){ der, len }, NULL), JURAT_OK);
		assert_memory_equal(again.ppid, sgx.ppid, sizeof sgx.ppid);
		assert_memory_equal(again.components, sgx.components, sizeof sgx.components);
		assert_int_equal(again.pce_svn, sgx.pce_svn);
		assert_memory_equal(again.cpusvn, sgx.cpusvn, sizeof sgx.cpusvn);
		assert_memory_equal(again.pce_id, sgx.pce_id, sizeof sgx.pce_id);
		assert_memory_equal(again.fmspc, sgx.fmspc, sizeof sgx.fmspc);
		assert_int_equal(again.sgx_type, 1);
		assert_int_equal(again.has_platform, has_platform);
		assert_int_equal(again.dynamic_platform, sgx.dynamic_platform);
		assert_int_equal(again.cached_keys, sgx.cached_keys);
		assert_int_equal(again.smt_enabled, sgx.smt_enabled);
		assert_int_equal(pki_sgx_encode(der, len - 1, &len, &sgx), JURAT_E_TOO_LARGE);
	}
}

/* Intel's own extension, decoded and written again, must be the same bytes. */
static void
intels_sgx_extension_is_written_as_intel_wrote_it(void **state)
{
	char *path;
	uint8_t *pem, der[PKI_SGX_MAX_LEN];
	size_t len, made = 0;
	struct pem blocks = { 0 };
	struct x509_cert cert;
	struct pck_extension sgx;

	(void)state;
	if (!corpus_or_skip())
		return;
	path = corpus_file("dcap/standalone/certs/pck/00a067110000_81b77732b761e98eb9b963a4abd1e5b9bf5dd8d6.pem");
	pem = test_read(path, &len);
	assert_int_equal(pem_decode(&blocks, "CERTIFICATE", (char *)pem, len, "pem", NULL), JURAT_OK);
	assert_int_equal(cert_parse(&cert, blocks.block[0].p, blocks.block[0].len, NULL), JURAT_OK);
	assert_int_equal(pck_extension_parse(&sgx, cert.sgx, NULL), JURAT_OK);
	assert_int_equal(pki_sgx_encode(der, sizeof der, &made, &sgx), JURAT_OK);
	assert_int_equal(made, cert.sgx.len);
	assert_memory_equal(der, cert.sgx.p, made);
	pem_clear(&blocks);
	free(pem), free(path);
}

static void
sgx_extension_belongs_to_pck_certificates_alone(void **state)
{
	struct pck_extension sgx = sample_sgx(true);
	struct pki_cert_request r = { .role = PKI_PCK, .names = &names, .issuer = &ca, .subject = leaf.pub, .serial = { 1 },
		.not_before = NOW, .not_after = NOW + YEAR_S };
	char *pem = NULL;

	(void)state;
	assert_int_equal(pki_cert_make(&pem, &r, NULL), JURAT_E_USAGE);
	r.role = PKI_TCB_SIGNING;
	r.sgx = &sgx;
	assert_int_equal(pki_cert_make(&pem, &r, NULL), JURAT_E_USAGE);
	assert_null(pem);
}

static void
crl_lists_what_is_revoked_and_nothing_else(void **state)
{
	static const uint8_t serials[3][PKI_SERIAL_LEN] = { { 0x7f, 1 }, { 0x01, 2 }, { 0x10, [19] = 3 } };
	static const uint8_t other[PKI_SERIAL_LEN] = { 0x7f, 2 };

	(void)state;
	for (size_t num = 0; num <= 3; num++) {
		struct pki_crl_request r = { PKI_PLATFORM_CA, &names, &ca, NOW, NOW + 30 * 86400, 5, serials, num };
		uint8_t *der = NULL;
		const unsigned char *at;
		size_t len = 0;
		struct x509_crl crl;
		X509_CRL *x;

		assert_int_equal(pki_crl_make(&der, &len, &r, NULL), JURAT_OK);
		assert_int_equal(crl_parse(&crl, der, len, NULL), JURAT_OK);
		assert_int_equal(crl.num_revoked, num);
		for (size_t i = 0; i < 3; i++)
			assert_int_equal(crl_lists(&crl, (struct x509_span){ serials[i], PKI_SERIAL_LEN }), i < num);
		assert_false(crl_lists(&crl, (struct x509_span){ other, PKI_SERIAL_LEN }));
		assert_true(crl.this_update == NOW && crl.next_update == NOW + 30 * 86400);
		assert_span(crl.issuer.value[X509_CN], "Jurat test SGX PCK Platform CA");
		assert_int_equal(ecdsa_verify_vartime(&crl.signature, &ca.pub, crl.digest), JURAT_OK);
		at = der;
		x = d2i_X509_CRL(NULL, &at, (long)len);
		assert_non_null(x);
		assert_int_equal(sk_X509_REVOKED_num(X509_CRL_get_REVOKED(x)) + (num == 0), num);
		X509_CRL_free(x);
		free(der);
	}
}

static void
keys_survive_their_file_and_others_are_refused(void **state)
{
	struct pki_key again;
	char *pem = NULL, *text;
	size_t len = 0;
	BIO *bio = BIO_new(BIO_s_mem());
	EVP_PKEY *p384 = EVP_EC_gen("P-384");
	long n;

	(void)state;
	assert_int_equal(pki_key_to_pem(&pem, &len, &root, NULL), JURAT_OK);
	assert_int_equal(pki_key_from_pem(&again, pem, len, NULL), JURAT_OK);
	assert_memory_equal(&again, &root, sizeof root);
	assert_int_equal(pki_key_from_pem(&again, pem, len / 2, NULL), JURAT_E_FORMAT);
	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, p384, NULL, NULL, 0, NULL, NULL), 1);
	n = BIO_get_mem_data(bio, &text);
	assert_int_equal(pki_key_from_pem(&again, text, (size_t)n, NULL), JURAT_E_FORMAT);
	assert_int_equal(ERR_peek_error(), 0);
	EVP_PKEY_free(p384);
	BIO_free(bio);
	free(pem);
}

static void
names_are_plain_and_roles_can_be_told_apart(void **state)
{
	static const char *const bad[] = { "", "a b", "a/b", "a\n", "\xc3\xa4", "123456789012345678901234567890123", "a\"b", "*" };
	struct pki_names n;
	struct jurat_diag d = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(pki_names_make(&n, bad[i], false, &d), JURAT_E_FORMAT);
	assert_string_equal(d.field, "world.name");
	assert_int_equal(pki_names_make(&n, "12345678901234567890123456789012", false, NULL), JURAT_OK);
	for (int i = 0; i < PKI_NUM_ROLES; i++) {
		for (int k = 0; k < i; k++)
			assert_string_not_equal(n.common_name[i], n.common_name[k]);
	}
	assert_int_equal(pki_names_make(&n, "x", true, NULL), JURAT_OK);
	assert_string_equal(n.common_name[PKI_PCK], "Intel SGX PCK Certificate");
	assert_string_equal(n.organization, "Intel Corporation");
}

static void
trust_file_is_read_by_the_verifier(void **state)
{
	char *pem = certificate(PKI_ROOT, &root, &root, NULL), *json = NULL;
	struct jurat_trust *t = NULL;

	(void)state;
	assert_int_equal(pki_trust_make(&json, &names, pem), JURAT_OK);
	assert_int_equal(jurat_trust_parse(&t, json, strlen(json), NULL), JURAT_OK);
	assert_true(trust_is_private(t));
	assert_string_equal(jurat_trust_name(t), "test");
	assert_memory_equal(trust_key(t), &root.pub, sizeof root.pub);
	jurat_trust_free(t);
	free(json), free(pem);
}

static void
tcb_info_says_which_platforms_are_new_enough(void **state)
{
	static const uint8_t below[PCK_NUM_COMPONENTS] = { 1, 9 }, above[PCK_NUM_COMPONENTS] = { 3, 4 };
	struct pki_tcb_info info = { .dates = { NOW, NOW + 86400 }, .fmspc = { 'J', 'U', 'R', 'A', 'T' }, .evaluation_number = 7,
		.tcb_date = NOW, .components = { 2, 4 }, .pce_svn = 3, .status = TCB_SW_HARDENING_NEEDED };
	struct tcb_info read = { 0 };
	char *text = NULL, signature[PKI_SIGNATURE_HEX_LEN + 1];
	struct p256_signature sig;

	(void)state;
	assert_int_equal(pki_tcb_info_make(&text, &info), JURAT_OK);
	assert_null(strpbrk(text, " \t\r\n")); /* Intel's verifier re-encodes without white space before it checks */
	assert_int_equal(tcb_info_parse(&read, text, strlen(text), NULL), JURAT_OK);
	assert_int_equal(read.evaluation_number, 7);
	assert_int_equal(read.num_levels, 2);
	assert_int_equal(tcb_info_select(&read, above, 3, NULL)->common.status, TCB_SW_HARDENING_NEEDED);
	assert_int_equal(tcb_info_select(&read, above, 2, NULL)->common.status, TCB_OUT_OF_DATE);
	assert_int_equal(tcb_info_select(&read, below, 3, NULL)->common.status, TCB_OUT_OF_DATE);
	assert_int_equal(pki_text_sign(signature, &root, text), JURAT_OK);
	assert_true(hex_decode(sig.r, 32, signature, 64) && hex_decode(sig.s, 32, signature + 64, 64));
	assert_int_equal(ecdsa_verify_vartime(&sig, &root.pub, read.digest), JURAT_OK);
	tcb_info_clear(&read);
	free(text);
	memset(info.components, 0, sizeof info.components);
	info.pce_svn = 0;
	assert_int_equal(pki_tcb_info_make(&text, &info), JURAT_OK);
	assert_int_equal(tcb_info_parse(&read, text, strlen(text), NULL), JURAT_OK);
	assert_int_equal(read.num_levels, 1); /* nothing lies below the lowest level */
	tcb_info_clear(&read);
	free(text);
}

static void
tcb_info_of_tdx_says_which_modules_are_new_enough(void **state)
{
	static const uint8_t platform[PCK_NUM_COMPONENTS] = { 2 }, good[TD_SVN_LEN] = { 6, 1, 4 }, old[TD_SVN_LEN] = { 6, 1, 3 };
	struct pki_tcb_info info = { .dates = { NOW, NOW + 86400 }, .tcb_date = NOW, .components = { 2 }, .pce_svn = 3, .is_tdx = true,
		.tdx = { .components = { 6, 0, 4 }, .mrsigner = { 9 }, .modules = { { 1, 6 }, { 3, 0 } }, .num_modules = 2 } };
	struct tcb_info read = { 0 };
	char *text = NULL;

	info.status = TCB_UP_TO_DATE;
	assert_int_equal(pki_tcb_info_make(&text, &info), JURAT_OK);
	assert_int_equal(tcb_info_parse(&read, text, strlen(text), NULL), JURAT_OK);
	assert_true(read.is_tdx);
	assert_int_equal(read.num_modules, 2);
	assert_int_equal(isv_levels_select(&tcb_info_module(&read, 1)->levels, 6)->common.status, TCB_UP_TO_DATE);
	assert_int_equal(isv_levels_select(&tcb_info_module(&read, 1)->levels, 5)->common.status, TCB_OUT_OF_DATE);
	assert_int_equal(isv_levels_select(&tcb_info_module(&read, 3)->levels, 0)->common.status, TCB_UP_TO_DATE);
	assert_int_equal(tcb_info_module(&read, 3)->module.mrsigner[0], 9);
	assert_int_equal(tcb_info_select(&read, platform, 3, good)->common.status, TCB_UP_TO_DATE);
	assert_int_equal(tcb_info_select(&read, platform, 3, old)->common.status, TCB_OUT_OF_DATE);
	tcb_info_clear(&read);
	free(text);
}

static void
tcb_info_of_version_2_has_a_member_for_each_component(void **state)
{
	struct pki_tcb_info info = { .version = 2, .dates = { NOW, NOW + 86400 }, .tcb_date = NOW, .components = { 2, [15] = 7 }, .pce_svn = 3 };
	struct tcb_info read = { 0 };
	char *text = NULL;

	info.status = TCB_UP_TO_DATE;
	assert_int_equal(pki_tcb_info_make(&text, &info), JURAT_OK);
	assert_non_null(strstr(text, "\"sgxtcbcomp16svn\":7"));
	assert_int_equal(tcb_info_parse(&read, text, strlen(text), NULL), JURAT_OK);
	assert_int_equal(read.version, 2);
	assert_int_equal(read.levels[0].components[15], 7);
	tcb_info_clear(&read);
	free(text);
}

static void
qe_identity_fits_the_enclave_and_no_debug_build_of_it(void **state)
{
	struct pki_qe_identity identity = { .dates = { NOW, NOW + 86400 }, .evaluation_number = 1, .tcb_date = NOW,
		.attributes = { SGX_FLAGS_INIT | SGX_FLAGS_PROVISIONKEY | SGX_FLAGS_KSS | SGX_FLAGS_MODE64BIT, 3 }, .mrsigner = { 5, 6 },
		.isv_prod_id = 1, .isv_svn = 4 };
	struct sgx_report_body body = { .attributes = identity.attributes, .mrsigner = { 5, 6 }, .isv_prod_id = 1, .isv_svn = 4 };
	struct enclave_identity read = { 0 };
	char *text = NULL;

	(void)state;
	assert_int_equal(pki_qe_identity_make(&text, &identity), JURAT_OK);
	assert_int_equal(identity_parse(&read, text, strlen(text), NULL), JURAT_OK);
	assert_int_equal(identity_check(&read, &body, NULL), JURAT_OK);
	assert_int_equal(isv_levels_select(&read.levels, 4)->common.status, TCB_UP_TO_DATE);
	assert_int_equal(isv_levels_select(&read.levels, 3)->common.status, TCB_OUT_OF_DATE);
	body.attributes.flags |= SGX_FLAGS_DEBUG;
	assert_int_equal(identity_check(&read, &body, NULL), JURAT_E_MISMATCH);
	body.attributes.flags &= ~SGX_FLAGS_DEBUG;
	body.mrsigner[0] = 6;
	assert_int_equal(identity_check(&read, &body, NULL), JURAT_E_MISMATCH);
	identity_clear(&read);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificates_of_every_role_are_of_the_profile),
		cmocka_unit_test(sgx_extension_survives_writing_and_reading),
		cmocka_unit_test(intels_sgx_extension_is_written_as_intel_wrote_it),
		cmocka_unit_test(sgx_extension_belongs_to_pck_certificates_alone),
		cmocka_unit_test(crl_lists_what_is_revoked_and_nothing_else),
		cmocka_unit_test(keys_survive_their_file_and_others_are_refused),
		cmocka_unit_test(names_are_plain_and_roles_can_be_told_apart),
		cmocka_unit_test(trust_file_is_read_by_the_verifier),
		cmocka_unit_test(tcb_info_says_which_platforms_are_new_enough),
		cmocka_unit_test(tcb_info_of_tdx_says_which_modules_are_new_enough),
		cmocka_unit_test(tcb_info_of_version_2_has_a_member_for_each_component),
		cmocka_unit_test(qe_identity_fits_the_enclave_and_no_debug_build_of_it),
	};

	return cmocka_run_group_tests_name("pki", tests, make_keys, NULL);
}
