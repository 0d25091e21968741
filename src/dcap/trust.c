/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/trust.h"

#include <stdlib.h>
#include <string.h>

#include "core/ct.h"
#include "json/json.h"
#include "x509/pem.h"

struct jurat_trust {
	bool is_private, has_intel_names;
	const char *name;
	struct p256_public key;
	struct x509_name base; /* every role's name is this with another common name */
	const char *common_name[ROLE_NUM];
	struct json_value *document; /* owns the texts of a private root */
	struct pem pem;          /* owns what base points to */
	uint8_t digest[SHA256_LEN]; /* of a private root's text; Intel's is zeros */
	struct {
		uint8_t digest[SHA256_LEN];
		struct p256_signature signature;
	} certificate; /* a certificate of this root that has been found to have signed itself */
};

#define TEXT(S) { (const uint8_t *)(S), sizeof(S) - 1 }

/* Intel SGX Root CA: the key of every encoding of serial 22650cd65a9d3489f383b49552bf501b392706ac. */
static const struct jurat_trust intel = {
	.name = "Intel SGX Root CA",
	.key = {
		.x = { 0x0b, 0xa9, 0xc4, 0xc0, 0xc0, 0xc8, 0x61, 0x93, 0xa3, 0xfe, 0x23, 0xd6, 0xb0, 0x2c, 0xda, 0x10, 0xa8, 0xbb, 0xd4,
		    0xe8, 0x8e, 0x48, 0xb4, 0x45, 0x85, 0x61, 0xa3, 0x6e, 0x70, 0x55, 0x25, 0xf5 },
		.y = { 0x67, 0x91, 0x8e, 0x2e, 0xdc, 0x88, 0xe4, 0x0d, 0x86, 0x0b, 0xd0, 0xcc, 0x4e, 0xe2, 0x6a, 0xac, 0xc9, 0x88, 0xe5,
		    0x05, 0xa9, 0x53, 0x55, 0x8c, 0x45, 0x3f, 0x6b, 0x09, 0x04, 0xae, 0x73, 0x94 },
	},
	/* the one that nearly every quote brings along: not before 2018-05-21T10:45:10Z */
	.certificate = {
		.digest = { 0x0e, 0x1c, 0x8a, 0xd1, 0xfa, 0xd9, 0x25, 0x4a, 0xd1, 0xd0, 0xbc, 0x36, 0x2c, 0x4c, 0x83, 0xda, 0xd2, 0x7f, 0x32,
		    0xfc, 0x90, 0x3c, 0xbb, 0x9c, 0xda, 0x58, 0x34, 0x9e, 0xc2, 0xa4, 0x62, 0x6a },
		.signature.r = { 0xe5, 0xbf, 0xe5, 0x09, 0x11, 0xf9, 0x2f, 0x42, 0x89, 0x20, 0xdc, 0x36, 0x8a, 0x30, 0x2e, 0xe3, 0xd1, 0x2e, 0xc5,
		    0x86, 0x7f, 0xf6, 0x22, 0xec, 0x64, 0x97, 0xf7, 0x80, 0x60, 0xc1, 0x3c, 0x20 },
		.signature.s = { 0xe0, 0x9d, 0x25, 0xac, 0x7a, 0x0c, 0xb3, 0xe5, 0xe8, 0xe6, 0x8f, 0xec, 0x5f, 0xa3, 0xbd, 0x41, 0x6c, 0x47, 0x44,
		    0x0b, 0xd9, 0x50, 0x63, 0x9d, 0x45, 0x0e, 0xdc, 0xbe, 0xa4, 0x57, 0x6a, 0xa2 },
	},
	.base = { .value = {
		[X509_CN] = TEXT("Intel SGX Root CA"),
		[X509_O] = TEXT("Intel Corporation"),
		[X509_L] = TEXT("Santa Clara"),
		[X509_ST] = TEXT("CA"),
		[X509_C] = TEXT("US"),
	} },
	.common_name = {
		[ROLE_ROOT] = "Intel SGX Root CA",
		[ROLE_PLATFORM_CA] = "Intel SGX PCK Platform CA",
		[ROLE_PROCESSOR_CA] = "Intel SGX PCK Processor CA",
		[ROLE_PCK] = "Intel SGX PCK Certificate",
		[ROLE_TCB_SIGNING] = "Intel SGX TCB Signing",
	},
};

const struct jurat_trust *
jurat_trust_intel(void)
{
	return &intel;
}

bool
trust_is_private(const struct jurat_trust *root)
{
	return root->is_private;
}

bool
trust_has_intel_names(const struct jurat_trust *root)
{
	return root->has_intel_names;
}

const char *
jurat_trust_name(const struct jurat_trust *root)
{
	return root != NULL ? root->name : "";
}

const struct p256_public *
trust_key(const struct jurat_trust *root)
{
	return &root->key;
}

const uint8_t *
trust_digest(const struct jurat_trust *root)
{
	return root->digest;
}

struct x509_name
trust_role_name(const struct jurat_trust *root, enum trust_role role)
{
	struct x509_name name = root->base;

	name.value[X509_CN] = (struct x509_span){ (const uint8_t *)root->common_name[role], strlen(root->common_name[role]) };
	return name;
}

bool
trust_is_own_certificate(const struct jurat_trust *root, const struct x509_cert *cert)
{
	return memcmp(root->certificate.digest, cert->digest, SHA256_LEN) == 0 &&
	    memcmp(&root->certificate.signature, &cert->signature, sizeof cert->signature) == 0;
}

bool
trust_has_name(const struct jurat_trust *root, enum trust_role role, const struct x509_name *name)
{
	return name_equal_but_cn(&root->base, root->common_name[role], name);
}

jurat_rc
trust_check_role(const struct jurat_trust *root, enum trust_role role, const struct x509_cert *cert, struct jurat_diag *d)
{
	bool is_ca = role == ROLE_ROOT || role == ROLE_PLATFORM_CA || role == ROLE_PROCESSOR_CA;
	uint8_t use = is_ca ? X509_USE_CERT_SIGN | X509_USE_CRL_SIGN : X509_USE_DIGITAL_SIGNATURE;

	if (!trust_has_name(root, role, &cert->subject))
		return jurat_fail(d, JURAT_E_CHAIN, "chain.subject", NO_OFFSET, 0, 0);
	if (cert->is_ca != is_ca)
		return jurat_fail(d, JURAT_E_CHAIN, "chain.basic_constraints", NO_OFFSET, is_ca, cert->is_ca);
	if ((cert->key_usage & use) != use)
		return jurat_fail(d, JURAT_E_CHAIN, "chain.key_usage", NO_OFFSET, use, cert->key_usage);
	return JURAT_OK;
}

/* read_root_certificate: everything that a certificate can prove about itself. */
static jurat_rc
read_root_certificate(struct jurat_trust *t, struct jurat_diag *d)
{
	struct x509_cert cert;
	const char *pem;
	jurat_rc rc = json_get_string(t->document, "trust.root_certificate", &pem, d);

	if (rc == JURAT_OK)
		rc = pem_decode(&t->pem, "CERTIFICATE", pem, strlen(pem), "trust.root_certificate", d);
	if (rc == JURAT_OK && t->pem.num != 1)
		rc = jurat_fail(d, JURAT_E_FORMAT, "trust.root_certificate", NO_OFFSET, 1, t->pem.num);
	if (rc == JURAT_OK)
		rc = cert_parse(&cert, t->pem.block[0].p, t->pem.block[0].len, d);
	if (rc != JURAT_OK)
		return rc;
	t->base = cert.subject;
	t->key = cert.key;
	if (!cert_is_self_issued(&cert))
		return jurat_fail(d, JURAT_E_CHAIN, "trust.root_certificate", NO_OFFSET, 0, 0);
	rc = trust_check_role(t, ROLE_ROOT, &cert, d);
	if (rc == JURAT_OK && ecdsa_verify_vartime(&cert.signature, &cert.key, cert.digest) != JURAT_OK)
		rc = jurat_fail(d, JURAT_E_CRYPTO, "trust.root_certificate", NO_OFFSET, 0, 0);
	if (rc == JURAT_OK) {
		memcpy(t->certificate.digest, cert.digest, SHA256_LEN);
		t->certificate.signature = cert.signature;
	}
	return rc;
}

static jurat_rc
read_common_names(struct jurat_trust *t, struct jurat_diag *d)
{
	static const char *const fields[ROLE_NUM] = { "trust.common_names.root", "trust.common_names.platform_ca",
		"trust.common_names.processor_ca", "trust.common_names.pck", "trust.common_names.tcb_signing" };
	static const char *const names[ROLE_NUM] = { "root", "platform_ca", "processor_ca", "pck", "tcb_signing" };
	const struct json_value *o;
	jurat_rc rc = json_get_object(t->document, "trust.common_names", &o, d);

	if (rc == JURAT_OK)
		rc = json_only(o, names, ROLE_NUM, "trust.common_names", d);
	for (int i = 0; rc == JURAT_OK && i < ROLE_NUM; i++) {
		rc = json_get_string(o, fields[i], &t->common_name[i], d);
		/* two roles with one name would let one key do both */
		for (int k = 0; rc == JURAT_OK && k < i; k++) {
			if (strcmp(t->common_name[i], t->common_name[k]) == 0)
				rc = jurat_fail(d, JURAT_E_DUPLICATE, fields[i], NO_OFFSET, 0, 0);
		}
	}
	return rc;
}

/* read_name: it stands in the first line of every verdict, between brackets, so that it must not look like more than a name. */
static jurat_rc
read_name(struct jurat_trust *t, struct jurat_diag *d)
{
	jurat_rc rc = json_get_string(t->document, "trust.name", &t->name, d);
	size_t len = 0;

	if (rc != JURAT_OK)
		return rc;
	for (; t->name[len] != '\0'; len++) {
		if (t->name[len] < 0x20 || t->name[len] > 0x7e || t->name[len] == '[' || t->name[len] == ']')
			return jurat_fail(d, JURAT_E_FORMAT, "trust.name", len, 0, 0);
	}
	if (len == 0 || len > TRUST_NAME_MAX_LEN)
		return jurat_fail(d, JURAT_E_FORMAT, "trust.name", NO_OFFSET, TRUST_NAME_MAX_LEN, len);
	return JURAT_OK;
}

/* find_intel_names: any of Intel's, in whatever role. */
static bool
find_intel_names(const struct jurat_trust *t)
{
	for (int i = 0; i < ROLE_NUM; i++) {
		struct x509_name name = trust_role_name(t, (enum trust_role)i);

		for (int k = 0; k < ROLE_NUM; k++) {
			if (trust_has_name(&intel, (enum trust_role)k, &name))
				return true;
		}
	}
	return false;
}

static jurat_rc
read_trust(struct jurat_trust *t, struct jurat_diag *d)
{
	static const char *const names[] = { "version", "name", "private", "root_certificate", "common_names", "organization" };
	const char *organization;
	int64_t version = 0;
	struct x509_span want;
	jurat_rc rc = json_get_integer(t->document, "trust.version", 0, INT32_MAX, &version, d);

	if (rc == JURAT_OK && version != 1)
		rc = jurat_fail(d, JURAT_E_VERSION, "trust.version", NO_OFFSET, 1, (uint64_t)version);
	if (rc == JURAT_OK)
		rc = json_only(t->document, names, ARRAY_LEN(names), "trust", d);
	if (rc == JURAT_OK)
		rc = read_name(t, d);
	if (rc == JURAT_OK)
		rc = json_get_bool(t->document, "trust.private", &t->is_private, d);
	if (rc == JURAT_OK && !t->is_private) /* only the library's own root is not private */
		rc = jurat_fail(d, JURAT_E_FORMAT, "trust.private", NO_OFFSET, 1, 0);
	if (rc == JURAT_OK)
		rc = read_common_names(t, d);
	if (rc == JURAT_OK)
		rc = json_get_string(t->document, "trust.organization", &organization, d);
	if (rc == JURAT_OK)
		rc = read_root_certificate(t, d);
	if (rc != JURAT_OK)
		return rc;
	want = (struct x509_span){ (const uint8_t *)organization, strlen(organization) };
	if (!span_equal(want, t->base.value[X509_O]))
		return jurat_fail(d, JURAT_E_MISMATCH, "trust.organization", NO_OFFSET, 0, 0);
	if (ct_equal(t->key.x, intel.key.x, sizeof t->key.x)) /* Intel's root is built in, never private */
		return jurat_fail(d, JURAT_E_USAGE, "trust.root_certificate", NO_OFFSET, 0, 0);
	t->has_intel_names = find_intel_names(t);
	return JURAT_OK;
}

jurat_rc
jurat_trust_parse(struct jurat_trust **out, const char *json, size_t len, struct jurat_diag *d)
{
	struct jurat_trust *t;
	jurat_rc rc;

	if (out == NULL || (json == NULL && len != 0))
		return jurat_fail(d, JURAT_E_USAGE, out == NULL ? "trust.out" : "trust.json", NO_OFFSET, 0, 0);
	t = calloc(1, sizeof *t);
	if (t == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "trust", NO_OFFSET, 0, 0);
	rc = json_parse(&t->document, json, len, JURAT_TRUST_MAX_LEN, "trust", d);
	if (rc == JURAT_OK)
		rc = read_trust(t, d);
	if (rc != JURAT_OK) {
		jurat_trust_free(t);
		return rc;
	}
	sha256_once(t->digest, json, len);
	*out = t;
	return JURAT_OK;
}

void
jurat_trust_free(struct jurat_trust *root)
{
	if (root == NULL)
		return;
	pem_clear(&root->pem);
	json_free(root->document);
	free(root);
}
