/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The SGX extension of a PCK certificate: SEQUENCE of SEQUENCE { OID, value } (Intel SGX PCK Certificate and CRL Profile, §1.3.5). Its
 * reader is src/x509/pck.c.
 */
#include <string.h>

#include "core/bytes.h"
#include "dcap/pki_key.h"

/* 1.2.840.113741.1.13.1, under which every member's OID lies */
static const uint8_t sgx_arc[] = { 0x2a, 0x86, 0x48, 0x86, 0xf8, 0x4d, 0x01, 0x0d, 0x01 };

void
pki_put_head(struct writer *w, uint8_t tag, size_t len)
{
	writer_u8(w, tag);
	if (len >= 256) {
		writer_u8(w, 0x82);
		writer_u8(w, (uint8_t)(len >> 8));
	} else if (len >= 128) {
		writer_u8(w, 0x81);
	}
	writer_u8(w, (uint8_t)len);
}

/* put_member: SEQUENCE { OID arc.a[.b], value }. b = 0: the OID ends with a. All numbers are below 128: one byte each. */
static void
put_member(struct writer *w, uint8_t a, uint8_t b, uint8_t tag, const uint8_t *value, size_t len)
{
	size_t oid_len = sizeof sgx_arc + (b != 0 ? 2 : 1);
	size_t value_head = len >= 256 ? 4 : len >= 128 ? 3 : 2;

	pki_put_head(w, DER_SEQUENCE, 2 + oid_len + value_head + len);
	pki_put_head(w, DER_OID, oid_len);
	writer_copy(w, sgx_arc, sizeof sgx_arc);
	writer_u8(w, a);
	if (b != 0)
		writer_u8(w, b);
	pki_put_head(w, tag, len);
	writer_copy(w, value, len);
}

/* put_integer: a non-negative number of at most 16 bits in DER's shortest form. */
static void
put_integer(struct writer *w, uint8_t a, uint8_t b, uint16_t v)
{
	uint8_t bytes[3] = { 0, (uint8_t)(v >> 8), (uint8_t)v };
	size_t skip = 2;

	if (v >= 0x8000)
		skip = 0;
	else if (v >= 0x80)
		skip = 1;
	put_member(w, a, b, DER_INTEGER, bytes + skip, 3 - skip);
}

static void
put_tcb(struct writer *w, const struct pck_extension *sgx)
{
	uint8_t content[512];
	struct writer tcb;

	writer_init(&tcb, content, sizeof content);
	for (uint8_t i = 0; i < PCK_NUM_COMPONENTS; i++)
		put_integer(&tcb, 2, (uint8_t)(i + 1), sgx->components[i]);
	put_integer(&tcb, 2, 17, sgx->pce_svn);
	put_member(&tcb, 2, 18, DER_OCTET_STRING, sgx->cpusvn, sizeof sgx->cpusvn);
	put_member(w, 2, 0, DER_SEQUENCE, content, tcb.len); /* 18 members of at most 25 bytes and one of 31 fit */
}

static void
put_flag(struct writer *w, uint8_t number, enum pck_flag flag)
{
	uint8_t value = flag == PCK_TRUE ? 0xff : 0;

	if (flag != PCK_UNDEFINED)
		put_member(w, 7, number, DER_BOOLEAN, &value, 1);
}

static void
put_platform(struct writer *w, const struct pck_extension *sgx)
{
	uint8_t content[64];
	struct writer flags;

	put_member(w, 6, 0, DER_OCTET_STRING, sgx->platform_instance_id, sizeof sgx->platform_instance_id);
	writer_init(&flags, content, sizeof content);
	put_flag(&flags, 1, sgx->dynamic_platform);
	put_flag(&flags, 2, sgx->cached_keys);
	put_flag(&flags, 3, sgx->smt_enabled);
	put_member(w, 7, 0, DER_SEQUENCE, content, flags.len);
}

jurat_rc
pki_sgx_encode(uint8_t *out, size_t cap, size_t *out_len, const struct pck_extension *sgx)
{
	uint8_t content[PKI_SGX_MAX_LEN - 4];
	struct writer members, w;
	jurat_rc rc;

	writer_init(&members, content, sizeof content);
	put_member(&members, 1, 0, DER_OCTET_STRING, sgx->ppid, sizeof sgx->ppid);
	put_tcb(&members, sgx);
	put_member(&members, 3, 0, DER_OCTET_STRING, sgx->pce_id, sizeof sgx->pce_id);
	put_member(&members, 4, 0, DER_OCTET_STRING, sgx->fmspc, sizeof sgx->fmspc);
	put_member(&members, 5, 0, DER_ENUMERATED, &sgx->sgx_type, 1);
	if (sgx->has_platform)
		put_platform(&members, sgx);
	writer_init(&w, out, cap);
	pki_put_head(&w, DER_SEQUENCE, members.len);
	writer_copy(&w, content, members.len);
	rc = writer_check(&members, "sgx_extension", NULL);
	if (rc == JURAT_OK)
		rc = writer_check(&w, "sgx_extension", NULL);
	if (rc == JURAT_OK)
		*out_len = w.len;
	return rc;
}
