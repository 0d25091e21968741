/* SPDX-License-Identifier: Apache-2.0 */
/* Readers of signed JSON, trust roots, collateral and policies; what the one-defect cases (test_verify_cases) do not reach. */
#include "support.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>

#include "appraisal/policy.h"
#include "dcap/collateral.h"

static uint8_t *
seed(const char *name, size_t *len)
{
	const char *source = getenv("JURAT_SOURCE");
	char *path = NULL;
	uint8_t *p;

	assert_true(asprintf(&path, "%s/fuzz/seeds/%s", source != NULL ? source : ".", name) > 0);
	p = test_read(path, len);
	free(path);
	return p;
}

static bool
accepts_tcb_info(void *ctx, const uint8_t *p, size_t len)
{
	struct tcb_info info = { 0 };
	bool ok = tcb_info_parse(&info, (const char *)p, len, NULL) == JURAT_OK;

	tcb_info_clear(&info);
	return ok;
}

static bool
accepts_identity(void *ctx, const uint8_t *p, size_t len)
{
	struct enclave_identity identity = { 0 };
	bool ok = identity_parse(&identity, (const char *)p, len, NULL) == JURAT_OK;

	identity_clear(&identity);
	return ok;
}

static bool
accepts_policy(void *ctx, const uint8_t *p, size_t len)
{
	struct jurat_policy *policy = NULL;
	bool ok = jurat_policy_parse(&policy, (const char *)p, len, NULL) == JURAT_OK;

	jurat_policy_free(policy);
	return ok;
}

static bool
accepts_trust(void *ctx, const uint8_t *p, size_t len)
{
	struct jurat_trust *root = NULL;
	bool ok = jurat_trust_parse(&root, (const char *)p, len, NULL) == JURAT_OK;

	jurat_trust_free(root);
	return ok;
}

static bool
accepts_collateral(void *ctx, const uint8_t *p, size_t len)
{
	struct jurat_collateral *c = NULL;
	bool ok = jurat_collateral_parse(&c, (const char *)p, len, NULL) == JURAT_OK;

	jurat_collateral_free(c);
	return ok;
}

/* A flip inside a string or a number is another document; the signature, or the policy's owner, answers for its content. */
static bool
any_value(size_t byte)
{
	(void)byte;
	return true;
}

static void
documents_survive_every_damage(void **state)
{
	static const struct {
		const char *seed;
		bool (*accepts)(void *ctx, const uint8_t *p, size_t len);
	} list[] = {
		{ "tcb_info/v2", accepts_tcb_info },
		{ "tcb_info/v3", accepts_tcb_info },
		{ "identity/qe", accepts_identity },
		{ "policy/full", accepts_policy },
		{ "trust/private", accepts_trust },
	};

	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		size_t len;
		uint8_t *good = seed(list[i].seed, &len);

		assert_true(list[i].accepts(NULL, good, len));
		/* each_damage appends a NUL, which is no JSON */
		each_damage(good, len, list[i].accepts, NULL, any_value);
		free(good);
	}
}

static void
collateral_survives_cuts_and_names_what_is_missing(void **state)
{
	static const char *const members[] = { "root_ca_crl", "pck_crl", "tcb_info", "tcb_info_signature", "tcb_info_issuer_chain",
		"qe_identity", "qe_identity_signature", "qe_identity_issuer_chain", "pck_crl_issuer_chain" };
	size_t len;
	uint8_t *good = seed("collateral/whole", &len);

	assert_true(accepts_collateral(NULL, good, len));
	for (size_t n = 0; n < len; n += 7) {
		uint8_t *cut = test_copy(good, n);

		assert_false(accepts_collateral(NULL, cut, n));
		free(cut);
	}
	for (size_t i = 0; i < ARRAY_LEN(members); i++) {
		char quoted[64];
		uint8_t *copy = test_copy(good, len);
		struct jurat_collateral *c = NULL;
		char *at;

		snprintf(quoted, sizeof quoted, "\"%s\":", members[i]);
		at = memmem(copy, len, quoted, strlen(quoted));
		assert_non_null(at);
		at[1] = 'X'; /* renamed: unknown and missing at once */
		assert_int_equal(jurat_collateral_parse(&c, (const char *)copy, len, NULL), JURAT_E_FORMAT);
		free(copy);
	}
	free(good);
}

static jurat_rc
policy_code(const char *text)
{
	struct jurat_policy *p = NULL;
	jurat_rc rc = jurat_policy_parse(&p, text, strlen(text), NULL);

	jurat_policy_free(p);
	return rc;
}

#define ID "\"identities\":[{\"mrenclave\":\"0000000000000000000000000000000000000000000000000000000000000000\"}]"
#define ZERO_48 "000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
#define CODE "\"mrenclave\":\"0000000000000000000000000000000000000000000000000000000000000000\""
#define SIGNER "\"mrsigner\":\"0000000000000000000000000000000000000000000000000000000000000000\""
#define STATUS "\"tcb_statuses\":[{\"status\":\"UpToDate\"}]"

static void
policy_names_everything_or_is_refused(void **state)
{
	static const struct {
		const char *text;
		jurat_rc rc;
	} cases[] = {
		{ "{\"version\":1," ID "," STATUS "}", JURAT_OK },
		{ "{\"version\":2," ID "," STATUS "}", JURAT_E_VERSION },
		{ "{" ID "," STATUS "}", JURAT_E_MISSING },
		{ "{\"version\":1," STATUS "}", JURAT_E_MISSING },
		{ "{\"version\":1," ID "}", JURAT_E_MISSING },
		{ "{\"version\":1,\"identities\":[]," STATUS "}", JURAT_E_FORMAT },
		{ "{\"version\":1,\"identities\":[{}]," STATUS "}", JURAT_E_MISSING },
		{ "{\"version\":1,\"identities\":[{" CODE ",\"isv_prod_id\":0}]," STATUS "}", JURAT_E_MISSING },
		{ "{\"version\":1,\"identities\":[{" CODE ",\"min_isv_svn\":0}]," STATUS "}", JURAT_E_MISSING },
		{ "{\"version\":1,\"identities\":[1]," STATUS "}", JURAT_E_FORMAT },
		{ "{\"version\":1,\"identities\":[{\"mrenclave\":\"00\"}]," STATUS "}", JURAT_E_FORMAT },
		{ "{\"version\":1,\"identities\":[{" SIGNER "}]," STATUS "}", JURAT_E_MISSING },
		{ "{\"version\":1,\"identities\":[{" SIGNER ",\"isv_prod_id\":0}]," STATUS "}", JURAT_E_MISSING },
		{ "{\"version\":1,\"identities\":[{" SIGNER ",\"isv_prod_id\":0,\"min_isv_svn\":0}]," STATUS "}", JURAT_OK },
		{ "{\"version\":1,\"identities\":[{" SIGNER ",\"isv_prod_id\":65536,\"min_isv_svn\":0}]," STATUS "}", JURAT_E_FORMAT },
		{ "{\"version\":1,\"identities\":[{" SIGNER ",\"isv_prod_id\":0,\"min_isv_svn\":0,\"x\":1}]," STATUS "}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID ",\"tcb_statuses\":[]}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID ",\"tcb_statuses\":[{\"status\":\"Revoked\"}]}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID ",\"tcb_statuses\":[{\"status\":\"uptodate\"}]}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID ",\"tcb_statuses\":[\"UpToDate\"]}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID ",\"tcb_statuses\":[{\"status\":\"UpToDate\"},{\"status\":\"UpToDate\"}]}", JURAT_E_DUPLICATE },
		{ "{\"version\":1," ID ",\"tcb_statuses\":[{\"status\":\"UpToDate\",\"until\":\"soon\"}]}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID ",\"tcb_statuses\":[{\"status\":\"UpToDate\",\"advisories\":[1]}]}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"insecure_allow_debug\":1}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"allow_debug\":true}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"attributes\":[\"DEBUG\"]}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"report_data\":\"00\"}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"max_collateral_age_s\":-1}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS "," STATUS "}", JURAT_E_DUPLICATE },
		{ "{\"version\":1,\"identities\":[{\"mr_td\":\"" ZERO_48 "\"}]," STATUS "}", JURAT_OK },
		{ "{\"version\":1,\"identities\":[{\"mr_td\":\"" ZERO_48 "\",\"mrenclave\":\"0000000000000000000000000000000000000000000000000000000000000000\"}]," STATUS "}", JURAT_E_FORMAT },
		{ "{\"version\":1,\"identities\":[{\"mr_td\":\"" ZERO_48 "\",\"isv_prod_id\":1}]," STATUS "}", JURAT_E_FORMAT },
		{ "{\"version\":1,\"identities\":[{\"mr_td\":\"" ZERO_48 "\",\"rtmr4\":\"00\"}]," STATUS "}", JURAT_E_FORMAT },
		{ "{\"version\":1,\"identities\":[{\"mr_td\":\"" ZERO_48 "\",\"rtmr3\":\"0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000\"}]," STATUS "}", JURAT_E_FORMAT },
		{ "{\"version\":1,\"identities\":[{\"mr_td\":\"" ZERO_48 "\",\"td_attributes\":\"0000000010000000\"}]," STATUS "}", JURAT_OK },
		{ "{\"version\":1,\"identities\":[{\"mr_td\":\"" ZERO_48 "\",\"td_attributes\":\"10000000\"}]," STATUS "}", JURAT_E_FORMAT },
		{ "{\"version\":1,\"identities\":[{\"mr_td\":\"" ZERO_48 "\",\"td_attributes_mask\":\"0000000010000000\"}]," STATUS "}", JURAT_E_MISSING },
		{ "{\"version\":1,\"identities\":[{\"mr_td\":\"" ZERO_48 "\",\"td_attributes\":\"0000000010000000\",\"td_attributes_mask\":\"0000000020000000\"}]," STATUS "}", JURAT_E_FORMAT },
		{ "{\"version\":1,\"identities\":[{\"mr_td\":\"" ZERO_48 "\",\"xfam\":1}]," STATUS "}", JURAT_E_FORMAT },
		{ "{\"version\":1,\"identities\":[{\"mr_td\":\"" ZERO_48 "\",\"xfam_mask\":\"0000000010000000\"}]," STATUS "}", JURAT_E_MISSING },
		{ "{\"version\":1,\"identities\":[{\"mr_td\":\"" ZERO_48 "\",\"xfam\":\"0000000000000001\",\"xfam_mask\":\"0000000000000002\"}]," STATUS "}", JURAT_E_FORMAT },
		{ "{\"version\":1,\"identities\":[{\"rtmr0\":\"" ZERO_48 "\"}]," STATUS "}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID ",\"tcb_statuses\":[{\"status\":\"OutOfDate\",\"grace_s\":0}]}", JURAT_OK },
		{ "{\"version\":1," ID ",\"tcb_statuses\":[{\"status\":\"OutOfDateConfigurationNeeded\",\"grace_s\":1}]}", JURAT_OK },
		{ "{\"version\":1," ID ",\"tcb_statuses\":[{\"status\":\"TDRelaunchAdvised\",\"grace_s\":1}]}", JURAT_OK },
		{ "{\"version\":1," ID ",\"tcb_statuses\":[{\"status\":\"TDRelaunchAdvisedConfigurationNeeded\"}]}", JURAT_OK },
		{ "{\"version\":1," ID ",\"tcb_statuses\":[{\"status\":\"UpToDate\",\"grace_s\":1}]}", JURAT_E_USAGE },
		{ "{\"version\":1," ID ",\"tcb_statuses\":[{\"status\":\"ConfigurationNeeded\",\"grace_s\":1}]}", JURAT_E_USAGE },
		{ "{\"version\":1," ID ",\"tcb_statuses\":[{\"status\":\"OutOfDate\",\"grace_s\":-1}]}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID ",\"tcb_statuses\":[{\"status\":\"OutOfDate\",\"grace_s\":\"1\"}]}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"allowed_platforms\":[{\"fmspc\":\"000000000000\"}]}", JURAT_OK },
		{ "{\"version\":1," ID "," STATUS ",\"allowed_platforms\":[{\"ppid\":\"00000000000000000000000000000000\",\"platform_instance_id\":\"00000000000000000000000000000000\"}]}", JURAT_OK },
		{ "{\"version\":1," ID "," STATUS ",\"allowed_platforms\":[]}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"allowed_platforms\":{}}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"allowed_platforms\":[{}]}", JURAT_E_MISSING },
		{ "{\"version\":1," ID "," STATUS ",\"allowed_platforms\":[1]}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"allowed_platforms\":[{\"fmspc\":\"0000000000\"}]}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"allowed_platforms\":[{\"ppid\":\"000000000000000000000000000000\"}]}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"allowed_platforms\":[{\"platform_instance_id\":1}]}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"allowed_platforms\":[{\"fmspc\":\"000000000000\",\"x\":1}]}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"denied_platforms\":[{\"fmspc\":\"000000000000\"}]}", JURAT_OK },
		{ "{\"version\":1," ID "," STATUS ",\"denied_platforms\":[{\"ppid\":\"00000000000000000000000000000000\",\"platform_instance_id\":\"00000000000000000000000000000000\"}]}", JURAT_OK },
		{ "{\"version\":1," ID "," STATUS ",\"denied_platforms\":[]}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"denied_platforms\":{}}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"denied_platforms\":[{}]}", JURAT_E_MISSING },
		{ "{\"version\":1," ID "," STATUS ",\"denied_platforms\":[1]}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"denied_platforms\":[{\"fmspc\":\"0000000000\"}]}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"denied_platforms\":[{\"ppid\":\"000000000000000000000000000000\"}]}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"denied_platforms\":[{\"platform_instance_id\":1}]}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"denied_platforms\":[{\"fmspc\":\"000000000000\",\"x\":1}]}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"platform_flags\":{}}", JURAT_OK },
		{ "{\"version\":1," ID "," STATUS ",\"platform_flags\":{\"smt_enabled\":[\"no\",\"undefined\",\"yes\"]}}", JURAT_OK },
		{ "{\"version\":1," ID "," STATUS ",\"platform_flags\":{\"smt_enabled\":[]}}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"platform_flags\":{\"smt_enabled\":\"no\"}}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"platform_flags\":{\"cached_keys\":[\"maybe\"]}}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"platform_flags\":{\"dynamic_platform\":[false]}}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"platform_flags\":{\"turbo\":[\"no\"]}}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"platform_flags\":[]}", JURAT_E_FORMAT },
		{ "{\"version\":1," ID "," STATUS ",\"attributes\":[\"MIGRATABLE\",\"PKS\",\"KL\",\"PERFMON\",\"NO_SEPT_VE_DISABLE\"]}", JURAT_OK },
		{ "{\"version\":1," ID "," STATUS ",\"attributes\":[\"SEPT_VE_DISABLE\"]}", JURAT_E_FORMAT },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		jurat_rc rc = policy_code(cases[i].text);

		if (rc != cases[i].rc)
			fail_msg("%s: expected %s, got %s", cases[i].text, jurat_rc_name(cases[i].rc), jurat_rc_name(rc));
	}
}

/* replaced: the trust seed with one text in place of another. */
static jurat_rc
trust_code(const char *old, const char *new)
{
	size_t len;
	uint8_t *good = seed("trust/private", &len);
	char *at = memmem(good, len, old, strlen(old)), *text = NULL;
	struct jurat_trust *root = NULL;
	jurat_rc rc;

	assert_non_null(at);
	assert_true(asprintf(&text, "%.*s%s%s", (int)(at - (char *)good), (char *)good, new, at + strlen(old)) > 0);
	rc = jurat_trust_parse(&root, text, strlen(text), NULL);
	jurat_trust_free(root);
	free(text);
	free(good);
	return rc;
}

static void
trust_root_must_be_whole_private_and_itself(void **state)
{
	assert_int_equal(trust_code("\"version\":1", "\"version\":1"), JURAT_OK);
	assert_int_equal(trust_code("\"version\":1", "\"version\":2"), JURAT_E_VERSION);
	assert_int_equal(trust_code("\"private\":true", "\"private\":false"), JURAT_E_FORMAT);
	assert_int_equal(trust_code("\"name\":\"test\"", "\"title\":\"test\""), JURAT_E_FORMAT);
	assert_int_equal(trust_code("\"name\":\"test\",", ""), JURAT_E_MISSING);
	assert_int_equal(trust_code("\"name\":\"test\"", "\"name\":\"\""), JURAT_E_FORMAT);
	assert_int_equal(trust_code("\"name\":\"test\"", "\"name\":\"x] ACCEPTED [y\""), JURAT_E_FORMAT);
	assert_int_equal(trust_code("\"name\":\"test\"", "\"name\":\"a\\nb\""), JURAT_E_FORMAT);
	assert_int_equal(trust_code("\"name\":\"test\"", "\"name\":\"\u00e9\""), JURAT_E_FORMAT);
	assert_int_equal(trust_code("\"name\":\"test\"", "\"name\":\"Intel SGX Root CA\""), JURAT_OK); /* private all the same */
	assert_int_equal(trust_code("\"name\":\"test\"",
	                     "\"name\":\"0123456789012345678901234567890123456789012345678901234567890123\""), JURAT_OK);
	assert_int_equal(trust_code("\"name\":\"test\"",
	                     "\"name\":\"01234567890123456789012345678901234567890123456789012345678901234\""), JURAT_E_FORMAT);
	assert_int_equal(trust_code("\"organization\":\"Jurat test world", "\"organization\":\"Another world"), JURAT_E_MISMATCH);
	assert_int_equal(trust_code("\"root\":\"Test SGX Root CA\"", "\"root\":\"Another Root CA\""), JURAT_E_CHAIN);
	assert_int_equal(trust_code("Test SGX TCB Signing", "Test SGX PCK Certificate"), JURAT_E_DUPLICATE);
	assert_int_equal(trust_code("-----END CERTIFICATE-----", ""), JURAT_E_FORMAT);
	assert_int_equal(trust_code("bLhr3IZYJMO4cGyXCrA=", "bLhr3IZYJMO4cGyXCrE="), JURAT_E_CRYPTO); /* one bit of the signature */
}

static void
statuses_join_as_intels_table_says(void **state)
{
	static const struct {
		enum tcb_status platform, part, both;
	} table[] = {
		{ TCB_UP_TO_DATE, TCB_OUT_OF_DATE, TCB_OUT_OF_DATE },
		{ TCB_SW_HARDENING_NEEDED, TCB_OUT_OF_DATE, TCB_OUT_OF_DATE },
		{ TCB_CONFIGURATION_NEEDED, TCB_OUT_OF_DATE, TCB_OUT_OF_DATE_CONFIGURATION_NEEDED },
		{ TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED, TCB_OUT_OF_DATE, TCB_OUT_OF_DATE_CONFIGURATION_NEEDED },
		{ TCB_OUT_OF_DATE, TCB_OUT_OF_DATE, TCB_OUT_OF_DATE },
		{ TCB_OUT_OF_DATE_CONFIGURATION_NEEDED, TCB_OUT_OF_DATE, TCB_OUT_OF_DATE_CONFIGURATION_NEEDED },
		{ TCB_REVOKED, TCB_OUT_OF_DATE, TCB_REVOKED },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		assert_int_equal(tcb_status_converge(table[i].platform, table[i].part), table[i].both);
	for (enum tcb_status s = 0; s < TCB_NUM_STATUSES; s++) {
		enum tcb_status parsed;

		if (tcb_status_is_of_level(s)) {
			assert_int_equal(tcb_status_converge(s, TCB_UP_TO_DATE), s);
			assert_int_equal(tcb_status_converge(s, TCB_REVOKED), TCB_REVOKED);
		}
		assert_true(tcb_status_parse(&parsed, tcb_status_name(s)));
		assert_int_equal(parsed, s);
	}
}

/* Intel's TDRelaunchCheck: advised only from out of date to not out of date; either's need of configuration stays. */
static void
relaunch_is_advised_when_only_what_was_launched_is_out_of_date(void **state)
{
	static const enum tcb_status fine[] = { TCB_UP_TO_DATE, TCB_SW_HARDENING_NEEDED, TCB_CONFIGURATION_NEEDED,
		TCB_CONFIGURATION_AND_SW_HARDENING_NEEDED };
	static const enum tcb_status bad[] = { TCB_OUT_OF_DATE, TCB_OUT_OF_DATE_CONFIGURATION_NEEDED, TCB_REVOKED };

	for (size_t i = 0; i < ARRAY_LEN(fine); i++) {
		enum tcb_status plain = i < 2 ? TCB_TD_RELAUNCH_ADVISED : TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED;

		assert_int_equal(tcb_status_relaunch(TCB_OUT_OF_DATE, fine[i]), plain);
		assert_int_equal(tcb_status_relaunch(TCB_OUT_OF_DATE_CONFIGURATION_NEEDED, fine[i]),
		    TCB_TD_RELAUNCH_ADVISED_CONFIGURATION_NEEDED);
		assert_int_equal(tcb_status_relaunch(TCB_REVOKED, fine[i]), TCB_REVOKED);
		for (size_t k = 0; k < ARRAY_LEN(bad); k++)
			assert_int_equal(tcb_status_relaunch(fine[i], bad[k]), fine[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		for (size_t k = 0; k < ARRAY_LEN(bad); k++)
			assert_int_equal(tcb_status_relaunch(bad[i], bad[k]), bad[i]);
	}
}

/* SHA-256 of the signed part and signature of Intel's root certificate of 2018-05-21T10:45:10Z, as nearly every quote brings it along. */
static void
intels_root_certificate_that_is_taken_as_known_signed_itself(void **state)
{
	size_t len;
	uint8_t *digest = test_hex("0e1c8ad1fad9254ad1d0bc362c4c83dad27f32fc903cbb9cda58349ec2a4626a", &len);
	uint8_t *signature = test_hex("e5bfe50911f92f428920dc368a302ee3d12ec5867ff622ec6497f78060c13c20"
	                              "e09d25ac7a0cb3e5e8e68fec5fa3bd416c47440bd950639d450edcbea4576aa2", &len);
	struct x509_cert cert = { 0 };

	memcpy(cert.digest, digest, sizeof cert.digest);
	memcpy(&cert.signature, signature, sizeof cert.signature);
	assert_int_equal(ecdsa_verify_vartime(&cert.signature, trust_key(jurat_trust_intel()), cert.digest), JURAT_OK);
	assert_true(trust_is_own_certificate(jurat_trust_intel(), &cert));
	cert.digest[5] ^= 1;
	assert_false(trust_is_own_certificate(jurat_trust_intel(), &cert));
	cert.digest[5] ^= 1;
	cert.signature.s[31] ^= 1;
	assert_false(trust_is_own_certificate(jurat_trust_intel(), &cert));
	free(digest);
	free(signature);
}

struct remembered {
	struct memo *memo;
	struct p256_signature sig;
	struct p256_public pub;
	uint8_t digest[SHA256_LEN];
	struct ecdsa *e; /* of one thread */
	bool all_right;
};

static void *
verify_many_times(void *arg)
{
	struct remembered *r = arg;
	struct p256_signature bad = r->sig;

	bad.s[31] ^= 1;
	r->all_right = true;
	for (int i = 0; i < 50; i++) {
		r->all_right &= memo_verify_vartime(r->memo, r->e, &r->sig, &r->pub, r->digest) == JURAT_OK;
		r->all_right &= memo_verify_vartime(r->memo, r->e, &bad, &r->pub, r->digest) == JURAT_E_CRYPTO;
	}
	return NULL;
}

static void
remembered_signatures_are_only_right_ones_in_every_thread(void **state)
{
	struct p256_private key = { { 7 } };
	struct remembered r = { .memo = memo_new(), .e = ecdsa_new(), .digest = { 1, 2, 3 } }, copies[4];
	pthread_t threads[4];

	assert_non_null(r.memo);
	assert_int_equal(p256_public_of(&r.pub, &key), JURAT_OK);
	assert_int_equal(ecdsa_sign(&r.sig, &key, r.digest), JURAT_OK);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		copies[i] = r;
		copies[i].e = ecdsa_new();
		assert_int_equal(pthread_create(&threads[i], NULL, verify_many_times, &copies[i]), 0);
	}
	for (size_t i = 0; i < ARRAY_LEN(threads); i++) {
		pthread_join(threads[i], NULL);
		assert_true(copies[i].all_right);
		ecdsa_free(copies[i].e);
	}
	for (uint8_t i = 0; i < 3 * MEMO_NUM_SLOTS; i++) { /* more than fit: the answers stay right */
		r.digest[0] = i;
		assert_int_equal(ecdsa_sign(&r.sig, &key, r.digest), JURAT_OK);
		assert_int_equal(memo_verify_vartime(r.memo, r.e, &r.sig, &r.pub, r.digest), JURAT_OK);
		r.digest[1] ^= 1;
		assert_int_equal(memo_verify_vartime(r.memo, r.e, &r.sig, &r.pub, r.digest), JURAT_E_CRYPTO);
	}
	ecdsa_free(r.e);
	memo_free(r.memo);
}

/* tcb_signing_key: Intel's, from the first real bundle that has it. */
static struct p256_public
tcb_signing_key(void)
{
	struct ecdsa *e = ecdsa_new();
	char *path = corpus_file("dcap/collateral/sgx_00606a000000_platform_2023-01-14_a6e42d44.json");
	struct jurat_collateral *c = NULL;
	const struct x509_cert *culprit;
	struct chain_roles roles;
	struct p256_public key;
	size_t len;
	uint8_t *text = test_read(path, &len);

	assert_int_equal(jurat_collateral_parse(&c, (const char *)text, len, NULL), JURAT_OK);
	assert_int_equal(chain_assign(&roles, &c->tcb_info_chain, CHAIN_TCB_SIGNING, jurat_trust_intel(), &culprit, NULL), JURAT_OK);
	assert_int_equal(chain_check_signatures(&roles, jurat_trust_intel(), NULL, e, &culprit, NULL), JURAT_OK);
	ecdsa_free(e);
	key = roles.leaf->key;
	jurat_collateral_free(c);
	free(text);
	free(path);
	return key;
}

/* check_signed: the raw member's signature is right; returns its raw text. */
static const char *
check_signed(const char *text, size_t len, const char *member, const struct p256_public *key, size_t *raw_len)
{
	struct json_value *v = NULL;
	struct p256_signature sig;
	uint8_t raw_sig[64], digest[SHA256_LEN];
	const char *raw;

	assert_int_equal(json_parse(&v, text, len, TCB_INFO_MAX_LEN, "t", NULL), JURAT_OK);
	assert_int_equal(json_get_hex(v, "t.signature", raw_sig, sizeof raw_sig, NULL), JURAT_OK);
	assert_int_equal(json_raw_member(&raw, raw_len, text, len, member, NULL), JURAT_OK);
	memcpy(sig.r, raw_sig, 32);
	memcpy(sig.s, raw_sig + 32, 32);
	sha256_once(digest, raw, *raw_len);
	assert_int_equal(ecdsa_verify_vartime(&sig, key, digest), JURAT_OK);
	json_free(v);
	return raw;
}

static void
each_signed_file(const char *folder, const char *member, void (*visit)(const char *name, const char *raw, size_t len))
{
	struct p256_public key = tcb_signing_key();
	char *path = corpus_file(folder);
	DIR *dir = opendir(path);
	struct dirent *e;

	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL) {
		char *file = NULL;
		const char *raw;
		size_t len, raw_len;
		uint8_t *text;

		if (e->d_name[0] == '.')
			continue;
		assert_true(asprintf(&file, "%s/%s", path, e->d_name) > 0);
		text = test_read(file, &len);
		raw = check_signed((const char *)text, len, member, &key, &raw_len);
		visit(e->d_name, raw, raw_len);
		free(text);
		free(file);
	}
	closedir(dir);
	free(path);
}

static void
visit_tcb_info(const char *name, const char *raw, size_t len)
{
	struct tcb_info info = { 0 };
	jurat_rc rc = tcb_info_parse(&info, raw, len, NULL);
	jurat_rc want = strncmp(name, "sgx_v1", 6) == 0 ? JURAT_E_VERSION : JURAT_OK;

	if (rc != want)
		fail_msg("%s: expected %s, got %s", name, jurat_rc_name(want), jurat_rc_name(rc));
	if (rc == JURAT_OK)
		assert_int_equal(info.is_tdx, strncmp(name, "tdx_", 4) == 0);
	tcb_info_clear(&info);
}

static void
visit_identity(const char *name, const char *raw, size_t len)
{
	struct enclave_identity identity = { 0 };
	jurat_rc rc = identity_parse(&identity, raw, len, NULL);

	if (rc != JURAT_OK)
		fail_msg("%s: %s", name, jurat_rc_name(rc));
	identity_clear(&identity);
}

static void
real_signed_json_is_read_and_its_raw_bytes_are_what_was_signed(void **state)
{
	if (!corpus_or_skip())
		return;
	each_signed_file("dcap/standalone/tcbinfo", "t.tcbInfo", visit_tcb_info);
	each_signed_file("dcap/standalone/identity", "t.enclaveIdentity", visit_identity);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(intels_root_certificate_that_is_taken_as_known_signed_itself),
		cmocka_unit_test(documents_survive_every_damage),
		cmocka_unit_test(collateral_survives_cuts_and_names_what_is_missing),
		cmocka_unit_test(policy_names_everything_or_is_refused),
		cmocka_unit_test(trust_root_must_be_whole_private_and_itself),
		cmocka_unit_test(statuses_join_as_intels_table_says),
		cmocka_unit_test(relaunch_is_advised_when_only_what_was_launched_is_out_of_date),
		cmocka_unit_test(remembered_signatures_are_only_right_ones_in_every_thread),
		cmocka_unit_test(real_signed_json_is_read_and_its_raw_bytes_are_what_was_signed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
