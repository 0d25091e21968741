/* SPDX-License-Identifier: Apache-2.0 */
#include "http/tls.h"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/diag.h"

#define PEM_MAX_LEN 65536u

static void free_bio(BIO **p) { BIO_free_all(*p); }
static void free_x509(X509 **p) { X509_free(*p); }
static void free_pkey(EVP_PKEY **p) { EVP_PKEY_free(*p); }
static void free_ctx(SSL_CTX **p) { SSL_CTX_free(*p); }
static void free_names(GENERAL_NAMES **p) { GENERAL_NAMES_free(*p); }

static jurat_rc
use_key(SSL_CTX *ctx, const char *path, struct jurat_diag *d)
{
	CLEANUP(blob_clear) struct blob pem = { 0 };
	CLEANUP(free_bio) BIO *bio = NULL;
	CLEANUP(free_pkey) EVP_PKEY *key = NULL;
	jurat_rc rc = file_read_stored(&pem, path, &(struct file_kind){ "tls.key", PEM_MAX_LEN, true }, d);

	if (rc != JURAT_OK)
		return rc;
	bio = BIO_new_mem_buf(pem.p, (int)pem.len);
	key = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
	if (key == NULL || SSL_CTX_use_PrivateKey(ctx, key) != 1)
		return jurat_fail(d, JURAT_E_FORMAT, "tls.key", NO_OFFSET, 0, 0);
	return JURAT_OK;
}

/* use_certificate: OpenSSL would not say whether the file is absent or malformed. */
static jurat_rc
use_certificate(SSL_CTX *ctx, const char *path, struct jurat_diag *d)
{
	CLEANUP(blob_clear) struct blob pem = { 0 };
	jurat_rc rc = file_read_stored(&pem, path, &(struct file_kind){ "tls.pem", PEM_MAX_LEN, false }, d);

	if (rc != JURAT_OK)
		return rc;
	if (SSL_CTX_use_certificate_chain_file(ctx, path) != 1)
		return jurat_fail(d, JURAT_E_FORMAT, "tls.pem", NO_OFFSET, 0, 0);
	return JURAT_OK;
}

jurat_rc
tls_server_new(SSL_CTX **out, const char *cert_pem, const char *key_pem, struct jurat_diag *d)
{
	CLEANUP(free_ctx) SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	jurat_rc rc;

	if (ctx == NULL || SSL_CTX_set_min_proto_version(ctx, TLS1_3_VERSION) != 1)
		return jurat_fail(d, JURAT_E_INTERNAL, "tls", NO_OFFSET, 0, 0);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(ctx, 0);
	SSL_CTX_set_max_early_data(ctx, 0);
	/* buffers go back when a connection is idle: many connections in little memory */
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	if ((rc = use_certificate(ctx, cert_pem, d)) != JURAT_OK || (rc = use_key(ctx, key_pem, d)) != JURAT_OK)
		return rc;
	if (SSL_CTX_check_private_key(ctx) != 1)
		return jurat_fail(d, JURAT_E_MISMATCH, "tls.key", NO_OFFSET, 0, 0);
	*out = ctx;
	ctx = NULL;
	return JURAT_OK;
}

/* ---- the self-signed certificate ---- */

static bool
add_ip(GENERAL_NAMES *names, const char *text)
{
	ASN1_OCTET_STRING *ip = a2i_IPADDRESS(text);
	GENERAL_NAME *name = GENERAL_NAME_new();

	if (ip == NULL || name == NULL || sk_GENERAL_NAME_push(names, name) == 0) {
		ASN1_OCTET_STRING_free(ip);
		GENERAL_NAME_free(name);
		return false;
	}
	GENERAL_NAME_set0_value(name, GEN_IPADD, ip);
	return true;
}

static bool
add_dns(GENERAL_NAMES *names, const char *text)
{
	ASN1_IA5STRING *dns = ASN1_IA5STRING_new();
	GENERAL_NAME *name = GENERAL_NAME_new();

	if (dns == NULL || name == NULL || ASN1_STRING_set(dns, text, -1) != 1 || sk_GENERAL_NAME_push(names, name) == 0) {
		ASN1_IA5STRING_free(dns);
		GENERAL_NAME_free(name);
		return false;
	}
	GENERAL_NAME_set0_value(name, GEN_DNS, dns);
	return true;
}

static bool
is_address(const char *name)
{
	uint8_t ip[16];

	return inet_pton(AF_INET, name, ip) == 1 || inet_pton(AF_INET6, name, ip) == 1;
}

static bool
add_names(X509 *cert, const char *name)
{
	CLEANUP(free_names) GENERAL_NAMES *names = GENERAL_NAMES_new();
	bool ok = names != NULL && (is_address(name) ? add_ip(names, name) : add_dns(names, name));

	if (ok && strcmp(name, "localhost") == 0)
		ok = add_ip(names, "127.0.0.1") && add_ip(names, "::1");
	return ok && X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, 0) == 1;
}

static bool
add_extension(X509 *cert, int nid, const char *value)
{
	X509_EXTENSION *ext = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
	bool ok = ext != NULL && X509_add_ext(cert, ext, -1) == 1;

	X509_EXTENSION_free(ext);
	return ok;
}

static bool
set_serial(X509 *cert)
{
	uint8_t random[16];
	BIGNUM *bn;
	bool ok;

	if (RAND_bytes(random, sizeof random) != 1)
		return false;
	random[0] &= 0x7f;
	bn = BN_bin2bn(random, sizeof random, NULL);
	ok = bn != NULL && BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(cert)) != NULL;
	BN_free(bn);
	return ok;
}

static bool
fill(X509 *cert, EVP_PKEY *key, const char *name, int64_t at_unix_s, int days)
{
	X509_NAME *subject = X509_get_subject_name(cert);
	/* common names end at 64 characters (X.520 ub-common-name); clients look at the alternative names */
	int cn_len = strlen(name) <= 64 ? -1 : 64;

	return X509_set_version(cert, X509_VERSION_3) == 1 && set_serial(cert) &&
	    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, cn_len, -1, 0) == 1 &&
	    X509_set_issuer_name(cert, subject) == 1 && ASN1_TIME_set(X509_getm_notBefore(cert), at_unix_s - 3600) != NULL &&
	    ASN1_TIME_set(X509_getm_notAfter(cert), at_unix_s + (int64_t)days * 86400) != NULL &&
	    X509_set_pubkey(cert, key) == 1 && add_names(cert, name) &&
	    add_extension(cert, NID_basic_constraints, "critical,CA:FALSE") &&
	    add_extension(cert, NID_key_usage, "critical,digitalSignature") &&
	    add_extension(cert, NID_ext_key_usage, "serverAuth") && X509_sign(cert, key, EVP_sha256()) > 0;
}

/* take_bio: the memory of a BIO into a blob of our own. */
static jurat_rc
take_bio(struct blob *out, BIO *bio, bool secret, struct jurat_diag *d)
{
	char *p;
	long len = BIO_get_mem_data(bio, &p);
	uint8_t *copy = len > 0 ? malloc((size_t)len + 1) : NULL;

	if (copy == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "tls", NO_OFFSET, 0, 0);
	memcpy(copy, p, (size_t)len);
	copy[len] = 0;
	*out = (struct blob){ .p = copy, .len = (size_t)len, .secret = secret };
	return JURAT_OK;
}

jurat_rc
tls_make_self_signed(
    struct blob *out_cert, struct blob *out_key, const char *name, int64_t at_unix_s, int days, struct jurat_diag *d)
{
	CLEANUP(free_pkey) EVP_PKEY *key = EVP_EC_gen("P-256");
	CLEANUP(free_x509) X509 *cert = X509_new();
	CLEANUP(free_bio) BIO *cert_bio = BIO_new(BIO_s_mem());
	CLEANUP(free_bio) BIO *key_bio = BIO_new(BIO_s_secmem());
	CLEANUP(blob_clear) struct blob cert_pem = { 0 };
	jurat_rc rc;

	if (key == NULL || cert == NULL || cert_bio == NULL || key_bio == NULL || !fill(cert, key, name, at_unix_s, days) ||
	    PEM_write_bio_X509(cert_bio, cert) != 1 ||
	    PEM_write_bio_PrivateKey(key_bio, key, NULL, NULL, 0, NULL, NULL) != 1)
		return jurat_fail(d, JURAT_E_INTERNAL, "tls.certificate", NO_OFFSET, 0, 0);
	if ((rc = take_bio(&cert_pem, cert_bio, false, d)) != JURAT_OK || (rc = take_bio(out_key, key_bio, true, d)) != JURAT_OK)
		return rc;
	*out_cert = cert_pem;
	cert_pem = (struct blob){ 0 };
	return JURAT_OK;
}
