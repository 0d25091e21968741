/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inspect.h"

#include <string.h>

#include "x509/pck.h"
#include "x509/pem.h"

void
inspect_signature(struct fields *f, const char *name, const struct p256_signature *s)
{
	fields_open(f, name);
	fields_hex(f, "r", s->r, sizeof s->r);
	fields_hex(f, "s", s->s, sizeof s->s);
	fields_close(f);
}

void
inspect_key(struct fields *f, const char *name, const struct p256_public *key)
{
	fields_open(f, name);
	fields_hex(f, "x", key->x, sizeof key->x);
	fields_hex(f, "y", key->y, sizeof key->y);
	fields_close(f);
}

static void
put_name(struct fields *f, const char *name, const struct x509_name *n)
{
	static const char *const labels[X509_NUM_ATTRIBUTES] = { [X509_CN] = "CN", [X509_O] = "O", [X509_OU] = "OU", [X509_L] = "L", [X509_ST] = "ST",
		[X509_C] = "C" };

	fields_open(f, name);
	for (size_t i = 0; i < X509_NUM_ATTRIBUTES; i++) {
		if (n->value[i].p != NULL)
			fields_span(f, labels[i], n->value[i].p, n->value[i].len);
	}
	fields_close(f);
}

static const char *
flag_word(enum pck_flag flag)
{
	static const char *const words[] = { "undefined", "no", "yes" };

	return words[flag];
}

static void
put_sgx(struct fields *f, const struct x509_cert *cert)
{
	static const char *const types[] = { "Standard", "Scalable", "ScalableWithIntegrity" };
	struct pck_extension sgx;
	struct jurat_diag d = { 0 };
	jurat_rc rc = pck_extension_parse(&sgx, cert->sgx, &d);

	if (rc != JURAT_OK) {
		fields_error(f, "sgx_extension", rc, &d);
		return;
	}
	fields_open(f, "sgx_extension");
	fields_hex(f, "ppid", sgx.ppid, sizeof sgx.ppid);
	fields_list_open(f, "tcb_components");
	for (size_t i = 0; i < PCK_NUM_COMPONENTS; i++)
		fields_number(f, NULL, sgx.components[i]);
	fields_list_close(f);
	fields_number(f, "pce_svn", sgx.pce_svn);
	fields_hex(f, "cpusvn", sgx.cpusvn, sizeof sgx.cpusvn);
	fields_hex(f, "pce_id", sgx.pce_id, sizeof sgx.pce_id);
	fields_hex(f, "fmspc", sgx.fmspc, sizeof sgx.fmspc);
	fields_word(f, "sgx_type", sgx.sgx_type, sgx.sgx_type < ARRAY_LEN(types) ? types[sgx.sgx_type] : "unknown");
	if (sgx.has_platform)
		fields_hex(f, "platform_instance_id", sgx.platform_instance_id, sizeof sgx.platform_instance_id);
	fields_text(f, "dynamic_platform", flag_word(sgx.dynamic_platform));
	fields_text(f, "cached_keys", flag_word(sgx.cached_keys));
	fields_text(f, "smt_enabled", flag_word(sgx.smt_enabled));
	fields_close(f);
}

void
inspect_cert(struct fields *f, const char *name, const struct x509_cert *cert)
{
	/* RFC 5280 §4.2.1.3: bit 0 is the first one, the byte's highest */
	static const struct fields_flag usages[] = { { 7, "digitalSignature" }, { 6, "nonRepudiation" }, { 5, "keyEncipherment" },
		{ 4, "dataEncipherment" }, { 3, "keyAgreement" }, { 2, "keyCertSign" }, { 1, "cRLSign" }, { 0, "encipherOnly" } };

	fields_open(f, name);
	put_name(f, "subject", &cert->subject);
	put_name(f, "issuer", &cert->issuer);
	fields_hex(f, "serial", cert->serial.p, cert->serial.len);
	fields_time(f, "not_before", cert->not_before);
	fields_time(f, "not_after", cert->not_after);
	inspect_key(f, "key", &cert->key);
	fields_text(f, "role", cert->is_ca ? "CA" : "end entity");
	if (cert->path_len != UINT32_MAX)
		fields_number(f, "path_len", cert->path_len);
	fields_flags(f, "key_usage", cert->key_usage, usages, ARRAY_LEN(usages));
	fields_hex(f, "subject_key_id", cert->subject_key_id.p, cert->subject_key_id.len);
	fields_hex(f, "authority_key_id", cert->authority_key_id.p, cert->authority_key_id.len);
	if (cert->sgx.p != NULL)
		put_sgx(f, cert);
	fields_hex(f, "signed_sha256", cert->digest, sizeof cert->digest);
	inspect_signature(f, "signature", &cert->signature);
	fields_close(f);
}

void
inspect_chain(struct fields *f, const char *name, const char *pem, size_t len)
{
	CLEANUP(pem_clear) struct pem blocks = { 0 };
	struct jurat_diag d = { 0 };
	jurat_rc rc = pem_decode(&blocks, "CERTIFICATE", pem, len, "certificates", &d);

	if (rc != JURAT_OK) {
		fields_error(f, name, rc, &d);
		return;
	}
	fields_list_open(f, name);
	for (size_t i = 0; i < blocks.num; i++) {
		struct jurat_diag one = { 0 };
		struct x509_cert cert;

		rc = cert_parse(&cert, blocks.block[i].p, blocks.block[i].len, &one);
		if (rc == JURAT_OK)
			inspect_cert(f, NULL, &cert);
		else
			fields_error(f, NULL, rc, &one);
	}
	fields_list_close(f);
}

/* put_revoked: crl_parse has checked every entry. */
static void
put_revoked(struct fields *f, const struct x509_crl *crl)
{
	struct reader r;

	reader_init(&r, crl->revoked.p, crl->revoked.len);
	fields_list_open(f, "revoked");
	while (r.left != 0) {
		struct reader entry;
		struct x509_span serial;
		int64_t since;

		if (der_read(&r, DER_SEQUENCE, &entry, "crl.revoked", NULL) != JURAT_OK ||
		    der_read_big(&entry, X509_SERIAL_MAX, &serial, "crl.revoked", NULL) != JURAT_OK ||
		    der_read_time(&entry, &since, "crl.revoked", NULL) != JURAT_OK)
			break;
		fields_open(f, NULL);
		fields_hex(f, "serial", serial.p, serial.len);
		fields_time(f, "since", since);
		fields_close(f);
	}
	fields_list_close(f);
}

void
inspect_crl(struct fields *f, const char *name, const struct x509_crl *crl)
{
	fields_open(f, name);
	put_name(f, "issuer", &crl->issuer);
	fields_time(f, "this_update", crl->this_update);
	fields_time(f, "next_update", crl->next_update);
	fields_hex(f, "number", crl->number.p, crl->number.len);
	fields_hex(f, "authority_key_id", crl->authority_key_id.p, crl->authority_key_id.len);
	fields_number(f, "num_revoked", (int64_t)crl->num_revoked);
	put_revoked(f, crl);
	fields_hex(f, "signed_sha256", crl->digest, sizeof crl->digest);
	inspect_signature(f, "signature", &crl->signature);
	fields_close(f);
}
