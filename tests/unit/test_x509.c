/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strict DER reader: hand-made encodings with one fault each (X.690 names the rule), damage of whole certificates and CRLs that plain Python
 * made, and OpenSSL's parser as the second opinion: what ours accepts, OpenSSL must accept and read alike.
 */
#include "support.h"

#include <dirent.h>
#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/x509v3.h>
#include <stdio.h>

#include "x509/cert.h"
#include "x509/crl.h"
#include "x509/pck.h"
#include "x509/pem.h"

struct bytes {
	uint8_t *p;
	size_t len;
};

static struct bytes
seed(const char *name)
{
	const char *source = getenv("JURAT_SOURCE");
	char *path = NULL;
	struct bytes b;

	assert_true(asprintf(&path, "%s/fuzz/seeds/%s", source != NULL ? source : ".", name) > 0);
	b.p = test_read(path, &b.len);
	free(path);
	return b;
}

static jurat_rc
read_unsigned(const char *hex, uint32_t max, uint32_t *out)
{
	struct reader r;
	size_t len;
	uint8_t *p = test_hex(hex, &len);
	jurat_rc rc;

	reader_init(&r, p, len);
	rc = der_read_unsigned(&r, DER_INTEGER, max, out, "t", NULL);
	if (rc == JURAT_OK)
		rc = reader_end(&r, "t", NULL);
	free(p);
	return rc;
}

static void
der_lengths_are_definite_and_shortest(void **state)
{
	static const struct {
		const char *hex;
		jurat_rc rc;
	} cases[] = {
		{ "020105", JURAT_OK },
		{ "02810105", JURAT_E_FORMAT },         /* long form for a short length, X.690 10.1 */
		{ "0282000105", JURAT_E_FORMAT },       /* leading zero in the length */
		{ "0280050000", JURAT_E_FORMAT },       /* indefinite */
		{ "0284000000010500", JURAT_E_FORMAT }, /* more length bytes than any limit needs */
		{ "02020105ff", JURAT_E_TRAILING },
		{ "020205", JURAT_E_TRUNCATED },
		{ "02", JURAT_E_TRUNCATED },
		{ "0281", JURAT_E_TRUNCATED },
		{ "", JURAT_E_TRUNCATED },
		{ "040105", JURAT_E_FORMAT }, /* another tag */
		{ "1f02010105", JURAT_E_FORMAT },
	};
	uint32_t v;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		jurat_rc rc = read_unsigned(cases[i].hex, UINT32_MAX, &v);

		if (rc != cases[i].rc)
			fail_msg("%s: expected %s, got %s", cases[i].hex, jurat_rc_name(cases[i].rc), jurat_rc_name(rc));
	}
}

static void
der_integers_are_shortest_and_not_negative(void **state)
{
	uint32_t v = 7;

	assert_int_equal(read_unsigned("0200", 255, &v), JURAT_E_FORMAT);
	assert_int_equal(read_unsigned("0201ff", 255, &v), JURAT_E_FORMAT);
	assert_int_equal(read_unsigned("02020001", 255, &v), JURAT_E_FORMAT);
	assert_int_equal(read_unsigned("02020100", 255, &v), JURAT_E_FORMAT); /* 256 */
	assert_int_equal(read_unsigned("0206010000000000", UINT32_MAX, &v), JURAT_E_FORMAT);
	assert_int_equal(v, 7);
	assert_int_equal(read_unsigned("020200ff", 255, &v), JURAT_OK);
	assert_int_equal(v, 255);
	assert_int_equal(read_unsigned("020500ffffffff", UINT32_MAX, &v), JURAT_OK);
	assert_int_equal(v, UINT32_MAX);
}

static jurat_rc
read_time(unsigned tag, const char *text, int64_t *out)
{
	uint8_t buf[40] = { (uint8_t)tag, (uint8_t)strlen(text) };
	struct reader r;

	memcpy(buf + 2, text, strlen(text));
	reader_init(&r, buf, 2 + strlen(text));
	return der_read_time(&r, out, "t", NULL);
}

/* The instants are those of RFC 5280 4.1.2.5 and of `date -u +%s`. */
static void
der_times_have_two_forms_with_seconds_and_z(void **state)
{
	int64_t t = -1;

	assert_int_equal(read_time(DER_UTC_TIME, "700101000000Z", &t), JURAT_OK);
	assert_int_equal(t, 0);
	assert_int_equal(read_time(DER_UTC_TIME, "491231235959Z", &t), JURAT_OK);
	assert_int_equal(t, 2524607999);
	assert_int_equal(read_time(DER_UTC_TIME, "991231235959Z", &t), JURAT_OK); /* 1999: the pivot is 50 */
	assert_int_equal(t, 946684799);
	assert_int_equal(read_time(DER_GENERALIZED_TIME, "20500101000000Z", &t), JURAT_OK);
	assert_int_equal(t, 2524608000);
	assert_int_equal(read_time(DER_UTC_TIME, "240229120000Z", &t), JURAT_OK);
	assert_int_equal(read_time(DER_UTC_TIME, "230229120000Z", &t), JURAT_E_FORMAT);
	assert_int_equal(read_time(DER_UTC_TIME, "231301120000Z", &t), JURAT_E_FORMAT);
	assert_int_equal(read_time(DER_UTC_TIME, "2301011200Z", &t), JURAT_E_FORMAT);
	assert_int_equal(read_time(DER_UTC_TIME, "230101120060Z", &t), JURAT_E_FORMAT);
	assert_int_equal(read_time(DER_UTC_TIME, "230101120000+0000", &t), JURAT_E_FORMAT);
	assert_int_equal(read_time(DER_GENERALIZED_TIME, "20230101120000.0Z", &t), JURAT_E_FORMAT);
	assert_int_equal(read_time(DER_GENERALIZED_TIME, "230101120000Z", &t), JURAT_E_FORMAT);
}

static bool
accepts_cert(void *ctx, const uint8_t *p, size_t len)
{
	struct x509_cert cert;
	struct pck_extension pck;

	return cert_parse(&cert, p, len, NULL) == JURAT_OK &&
	    (cert.sgx.p == NULL || pck_extension_parse(&pck, cert.sgx, NULL) == JURAT_OK);
}

static bool
accepts_crl(void *ctx, const uint8_t *p, size_t len)
{
	struct x509_crl crl;

	return crl_parse(&crl, p, len, NULL) == JURAT_OK;
}

/* A flip inside a value (a name, a key, a date) makes another well-formed certificate; the signature is what refuses that. */
static bool
any_value(size_t byte)
{
	(void)byte;
	return true;
}

static void
certificates_and_crls_survive_every_damage(void **state)
{
	static const char *const certs[] = { "x509_cert/leaf", "x509_cert/leaf_of_processor_ca", "x509_cert/root" };
	static const char *const crls[] = { "x509_crl/two", "x509_crl/none" };

	for (size_t i = 0; i < ARRAY_LEN(certs); i++) {
		struct bytes b = seed(certs[i]);

		assert_true(accepts_cert(NULL, b.p, b.len));
		each_damage(b.p, b.len, accepts_cert, NULL, any_value);
		free(b.p);
	}
	for (size_t i = 0; i < ARRAY_LEN(crls); i++) {
		struct bytes b = seed(crls[i]);

		assert_true(accepts_crl(NULL, b.p, b.len));
		each_damage(b.p, b.len, accepts_crl, NULL, any_value);
		free(b.p);
	}
}

static void
check_time(const ASN1_TIME *theirs, int64_t ours)
{
	struct tm tm;

	assert_int_equal(ASN1_TIME_to_tm(theirs, &tm), 1);
	assert_int_equal(timegm(&tm), ours);
}

static void
check_serial(const ASN1_INTEGER *theirs, struct x509_span ours)
{
	BIGNUM *bn = ASN1_INTEGER_to_BN(theirs, NULL);
	uint8_t raw[X509_SERIAL_MAX];
	int len;

	assert_non_null(bn);
	assert_true((size_t)BN_num_bytes(bn) <= sizeof raw);
	len = BN_bn2bin(bn, raw);
	if (len == 0)
		raw[len++] = 0;
	assert_int_equal(len, ours.len);
	assert_memory_equal(raw, ours.p, ours.len);
	BN_free(bn);
}

static void
check_name(const X509_NAME *theirs, const struct x509_name *ours)
{
	static const int nids[X509_NUM_ATTRIBUTES] = { NID_commonName, NID_organizationName, NID_organizationalUnitName, NID_localityName,
		NID_stateOrProvinceName, NID_countryName };
	int num = 0;

	for (int i = 0; i < X509_NUM_ATTRIBUTES; i++) {
		int at = X509_NAME_get_index_by_NID(theirs, nids[i], -1);
		const ASN1_STRING *value;

		assert_int_equal(at >= 0, ours->value[i].p != NULL);
		if (at < 0)
			continue;
		value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(theirs, at));
		assert_int_equal(ASN1_STRING_length(value), ours->value[i].len);
		assert_memory_equal(ASN1_STRING_get0_data(value), ours->value[i].p, ours->value[i].len);
		num++;
	}
	assert_int_equal(X509_NAME_entry_count(theirs), num);
}

/* oracle_cert: what ours accepts, OpenSSL accepts too, with the same fields. Returns whether ours accepted. */
static bool
oracle_cert(const uint8_t *p, size_t len)
{
	struct x509_cert ours;
	const uint8_t *at = p;
	const ASN1_BIT_STRING *key;
	X509 *theirs;

	if (cert_parse(&ours, p, len, NULL) != JURAT_OK)
		return false;
	theirs = d2i_X509(NULL, &at, (long)len);
	assert_non_null(theirs);
	assert_ptr_equal(at, p + len);
	check_serial(X509_get0_serialNumber(theirs), ours.serial);
	check_time(X509_get0_notBefore(theirs), ours.not_before);
	check_time(X509_get0_notAfter(theirs), ours.not_after);
	check_name(X509_get_subject_name(theirs), &ours.subject);
	check_name(X509_get_issuer_name(theirs), &ours.issuer);
	key = X509_get0_pubkey_bitstr(theirs);
	assert_int_equal(ASN1_STRING_length(key), 65);
	assert_memory_equal(ASN1_STRING_get0_data(key) + 1, ours.key.x, 32);
	assert_memory_equal(ASN1_STRING_get0_data(key) + 33, ours.key.y, 32);
	assert_int_equal(X509_check_ca(theirs) == 1, ours.is_ca && (ours.key_usage & X509_USE_CERT_SIGN) != 0);
	X509_free(theirs);
	return true;
}

static bool
oracle_crl(const uint8_t *p, size_t len)
{
	struct x509_crl ours;
	const uint8_t *at = p;
	STACK_OF(X509_REVOKED) * list;
	X509_CRL *theirs;

	if (crl_parse(&ours, p, len, NULL) != JURAT_OK)
		return false;
	theirs = d2i_X509_CRL(NULL, &at, (long)len);
	assert_non_null(theirs);
	assert_ptr_equal(at, p + len);
	check_time(X509_CRL_get0_lastUpdate(theirs), ours.this_update);
	check_time(X509_CRL_get0_nextUpdate(theirs), ours.next_update);
	check_name(X509_CRL_get_issuer(theirs), &ours.issuer);
	list = X509_CRL_get_REVOKED(theirs);
	assert_int_equal(list != NULL ? sk_X509_REVOKED_num(list) : 0, ours.num_revoked);
	for (int i = 0; i < (int)ours.num_revoked; i++) {
		BIGNUM *bn = ASN1_INTEGER_to_BN(X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(list, i)), NULL);
		uint8_t raw[X509_SERIAL_MAX] = { 0 };
		int n = BN_bn2bin(bn, raw);

		assert_true(crl_lists(&ours, (struct x509_span){ raw, n != 0 ? (size_t)n : 1 }));
		BN_free(bn);
	}
	X509_CRL_free(theirs);
	return true;
}

static void
openssl_reads_what_we_accept_and_reads_it_alike(void **state)
{
	struct bytes cert = seed("x509_cert/leaf"), crl = seed("x509_crl/two");
	size_t accepted = 0;

	assert_true(oracle_cert(cert.p, cert.len));
	assert_true(oracle_crl(crl.p, crl.len));
	for (size_t i = 0; i < 8 * cert.len; i++) {
		cert.p[i / 8] = (uint8_t)(cert.p[i / 8] ^ (1u << (i % 8)));
		accepted += oracle_cert(cert.p, cert.len);
		cert.p[i / 8] = (uint8_t)(cert.p[i / 8] ^ (1u << (i % 8)));
	}
	for (size_t i = 0; i < 8 * crl.len; i++) {
		crl.p[i / 8] = (uint8_t)(crl.p[i / 8] ^ (1u << (i % 8)));
		accepted += oracle_crl(crl.p, crl.len);
		crl.p[i / 8] = (uint8_t)(crl.p[i / 8] ^ (1u << (i % 8)));
	}
	assert_true(accepted > 1000); /* flips in keys, names and signatures stay well-formed */
	free(cert.p);
	free(crl.p);
}

/* each_file: calls visit with every file of a corpus folder; returns their number. */
static size_t
each_file(const char *folder, void (*visit)(const uint8_t *p, size_t len, const char *name))
{
	char *path = corpus_file(folder);
	DIR *dir = opendir(path);
	struct dirent *e;
	size_t num = 0;

	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL) {
		char *file = NULL;
		size_t len;
		uint8_t *p;

		if (e->d_name[0] == '.')
			continue;
		assert_true(asprintf(&file, "%s/%s", path, e->d_name) > 0);
		p = test_read(file, &len);
		visit(p, len, e->d_name);
		free(p);
		free(file);
		num++;
	}
	closedir(dir);
	free(path);
	return num;
}

static void
visit_crl(const uint8_t *p, size_t len, const char *name)
{
	if (!oracle_crl(p, len))
		fail_msg("refused the real CRL %s", name);
}

static void
visit_pck(const uint8_t *p, size_t len, const char *name)
{
	struct pem pem = { 0 };
	struct x509_cert cert;
	struct pck_extension pck;

	assert_int_equal(pem_decode(&pem, "CERTIFICATE", (const char *)p, len, "t", NULL), JURAT_OK);
	if (!oracle_cert(pem.block[0].p, pem.block[0].len))
		fail_msg("refused the real PCK certificate %s", name);
	assert_int_equal(cert_parse(&cert, pem.block[0].p, pem.block[0].len, NULL), JURAT_OK);
	assert_int_equal(pck_extension_parse(&pck, cert.sgx, NULL), JURAT_OK);
	pem_clear(&pem);
}

static void
visit_ca(const uint8_t *p, size_t len, const char *name)
{
	struct pem pem = { 0 };
	bool accepted;

	assert_int_equal(pem_decode(&pem, "CERTIFICATE", (const char *)p, len, "t", NULL), JURAT_OK);
	accepted = oracle_cert(pem.block[0].p, pem.block[0].len);
	if (!accepted && strstr(name, "nonintel") == NULL)
		fail_msg("refused the real CA certificate %s", name);
	pem_clear(&pem);
}

static void
real_certificates_and_crls_are_read_as_openssl_reads_them(void **state)
{
	if (!corpus_or_skip())
		return;
	assert_true(each_file("dcap/standalone/crl", visit_crl) >= 137);
	assert_true(each_file("dcap/standalone/certs/pck", visit_pck) >= 300);
	assert_true(each_file("dcap/standalone/certs/ca", visit_ca) >= 100);
}

static void
crl_lists_compares_whole_serials(void **state)
{
	static const uint8_t one[] = { 1 }, three[] = { 3 }, longer[] = { 0, 1 };
	struct bytes b = seed("x509_crl/two"); /* serials 1 and 2 */
	struct x509_crl crl;

	assert_int_equal(crl_parse(&crl, b.p, b.len, NULL), JURAT_OK);
	assert_int_equal(crl.num_revoked, 2);
	assert_true(crl_lists(&crl, (struct x509_span){ one, 1 }));
	assert_false(crl_lists(&crl, (struct x509_span){ three, 1 }));
	assert_false(crl_lists(&crl, (struct x509_span){ longer, 2 }));
	free(b.p);
}

static void
pem_decode_refuses_what_is_not_canonical(void **state)
{
	static const struct {
		const char *text;
		jurat_rc rc;
	} cases[] = {
		{ "-----BEGIN X-----\nAQID\n-----END X-----\n", JURAT_OK },
		{ "-----BEGIN X-----\nAQ==\n-----END X-----", JURAT_OK },
		{ "-----BEGIN X-----\r\nAQID\r\n-----END X-----\r\n", JURAT_OK },
		{ "-----BEGIN X-----\nAR==\n-----END X-----\n", JURAT_E_FORMAT }, /* bits under the padding */
		{ "-----BEGIN X-----\nAQ=\n-----END X-----\n", JURAT_E_FORMAT },
		{ "-----BEGIN X-----\nAQ==AQID\n-----END X-----\n", JURAT_E_FORMAT },
		{ "-----BEGIN X-----\nA===\n-----END X-----\n", JURAT_E_FORMAT },
		{ "-----BEGIN X-----\n\n-----END X-----\n", JURAT_E_FORMAT },
		{ "-----BEGIN X-----AQID\n-----END X-----\n", JURAT_E_FORMAT },
		{ "-----BEGIN X-----\nAQ ID\n-----END X-----\n", JURAT_E_FORMAT },
		{ "-----BEGIN Y-----\nAQID\n-----END Y-----\n", JURAT_E_FORMAT },
		{ "-----BEGIN X-----\nAQID\n-----END Y-----\n", JURAT_E_FORMAT },
		{ "-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\n\nAQID\n-----END X-----\n", JURAT_E_FORMAT },
		{ "\n\r\n", JURAT_E_MISSING },
		{ "\n \n", JURAT_E_FORMAT },
		{ "-----BEGIN X-----\nAQID\n-----END X-----\t\n", JURAT_E_FORMAT },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct pem pem = { 0 };
		uint8_t *copy = test_copy(cases[i].text, strlen(cases[i].text));
		jurat_rc rc = pem_decode(&pem, "X", (const char *)copy, strlen(cases[i].text), "t", NULL);

		if (rc != cases[i].rc)
			fail_msg("case %zu: expected %s, got %s", i, jurat_rc_name(cases[i].rc), jurat_rc_name(rc));
		pem_clear(&pem);
		free(copy);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(der_lengths_are_definite_and_shortest),
		cmocka_unit_test(der_integers_are_shortest_and_not_negative),
		cmocka_unit_test(der_times_have_two_forms_with_seconds_and_z),
		cmocka_unit_test(certificates_and_crls_survive_every_damage),
		cmocka_unit_test(openssl_reads_what_we_accept_and_reads_it_alike),
		cmocka_unit_test(real_certificates_and_crls_are_read_as_openssl_reads_them),
		cmocka_unit_test(crl_lists_compares_whole_serials),
		cmocka_unit_test(pem_decode_refuses_what_is_not_canonical),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
