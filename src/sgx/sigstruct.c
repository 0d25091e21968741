/* SPDX-License-Identifier: Apache-2.0 */
#include "sgx/sigstruct.h"

#include <string.h>

#include "core/diag.h"
#include "sgx/attributes.h"

/* SDM vol. 3D, table "Layout of Enclave Signature Structure": HEADER and HEADER2 are constants. */
static const uint8_t header1[16] = { 0x06, 0, 0, 0, 0xe1, 0, 0, 0, 0, 0, 0x01, 0, 0, 0, 0, 0 };
static const uint8_t header2[16] = { 0x01, 0x01, 0, 0, 0x60, 0, 0, 0, 0x60, 0, 0, 0, 0x01, 0, 0, 0 };

enum { RESERVED_1 = 84, RESERVED_2 = 2, RESERVED_3 = 16, RESERVED_4 = 12 };
enum { SIGNED_1_LEN = 128, SIGNED_2_OFF = 900, SIGNED_2_LEN = 128 };

/* What stands in the encoding and has no place in the struct. */
struct fixed {
	uint8_t header1[16], header2[16];
	bool reserved_ok;
};

static void
sigstruct_read(struct sgx_sigstruct *s, struct fixed *f, struct reader *r)
{
	reader_copy(r, f->header1, sizeof f->header1);
	s->vendor = reader_u32le(r);
	s->date = reader_u32le(r);
	reader_copy(r, f->header2, sizeof f->header2);
	s->sw_defined = reader_u32le(r);
	f->reserved_ok = reader_zeros(r, RESERVED_1);
	reader_copy(r, s->modulus, sizeof s->modulus);
	s->exponent = reader_u32le(r);
	reader_copy(r, s->signature, sizeof s->signature);
	s->miscselect = reader_u32le(r);
	s->misc_mask = reader_u32le(r);
	s->cet_attributes = reader_u8(r);
	s->cet_attributes_mask = reader_u8(r);
	f->reserved_ok &= reader_zeros(r, RESERVED_2);
	reader_copy(r, s->isv_family_id, sizeof s->isv_family_id);
	s->attributes = attributes_read(r);
	s->attribute_mask = attributes_read(r);
	reader_copy(r, s->enclave_hash, sizeof s->enclave_hash);
	f->reserved_ok &= reader_zeros(r, RESERVED_3);
	reader_copy(r, s->isv_ext_prod_id, sizeof s->isv_ext_prod_id);
	s->isv_prod_id = reader_u16le(r);
	s->isv_svn = reader_u16le(r);
	f->reserved_ok &= reader_zeros(r, RESERVED_4);
	reader_copy(r, s->q1, sizeof s->q1);
	reader_copy(r, s->q2, sizeof s->q2);
}

bool
sigstruct_date_is_bcd(uint32_t date)
{
	uint32_t day = (date & 0xf) + 10 * (date >> 4 & 0xf), month = (date >> 8 & 0xf) + 10 * (date >> 12 & 0xf);

	for (unsigned shift = 0; shift < 32; shift += 4) {
		if ((date >> shift & 0xf) > 9)
			return false;
	}
	return date == 0 || (month >= 1 && month <= 12 && day >= 1 && day <= 31);
}

jurat_rc
sigstruct_parse(struct sgx_sigstruct *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct sgx_sigstruct s = { 0 };
	struct fixed f;
	struct reader r;
	jurat_rc rc;

	reader_init(&r, p, len);
	sigstruct_read(&s, &f, &r);
	rc = reader_end(&r, "sigstruct", d);
	if (rc != JURAT_OK)
		return rc;
	if (memcmp(f.header1, header1, sizeof header1) != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "sigstruct.header", 0, 0, 0);
	if (s.vendor != 0 && s.vendor != SGX_VENDOR_INTEL)
		return jurat_fail(d, JURAT_E_FORMAT, "sigstruct.vendor", 16, SGX_VENDOR_INTEL, s.vendor);
	if (memcmp(f.header2, header2, sizeof header2) != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "sigstruct.header2", 24, 0, 0);
	if (s.exponent != 3)
		return jurat_fail(d, JURAT_E_FORMAT, "sigstruct.exponent", 512, 3, s.exponent);
	if (!f.reserved_ok)
		return jurat_fail(d, JURAT_E_FORMAT, "sigstruct.reserved", NO_OFFSET, 0, 0);
	*out = s;
	return JURAT_OK;
}

void
sigstruct_encode(uint8_t out[SGX_SIGSTRUCT_LEN], const struct sgx_sigstruct *s)
{
	struct writer w;

	writer_init(&w, out, SGX_SIGSTRUCT_LEN);
	writer_copy(&w, header1, sizeof header1);
	writer_u32le(&w, s->vendor);
	writer_u32le(&w, s->date);
	writer_copy(&w, header2, sizeof header2);
	writer_u32le(&w, s->sw_defined);
	writer_zeros(&w, RESERVED_1);
	writer_copy(&w, s->modulus, sizeof s->modulus);
	writer_u32le(&w, s->exponent);
	writer_copy(&w, s->signature, sizeof s->signature);
	writer_u32le(&w, s->miscselect);
	writer_u32le(&w, s->misc_mask);
	writer_u8(&w, s->cet_attributes);
	writer_u8(&w, s->cet_attributes_mask);
	writer_zeros(&w, RESERVED_2);
	writer_copy(&w, s->isv_family_id, sizeof s->isv_family_id);
	attributes_write(&w, &s->attributes);
	attributes_write(&w, &s->attribute_mask);
	writer_copy(&w, s->enclave_hash, sizeof s->enclave_hash);
	writer_zeros(&w, RESERVED_3);
	writer_copy(&w, s->isv_ext_prod_id, sizeof s->isv_ext_prod_id);
	writer_u16le(&w, s->isv_prod_id);
	writer_u16le(&w, s->isv_svn);
	writer_zeros(&w, RESERVED_4);
	writer_copy(&w, s->q1, sizeof s->q1);
	writer_copy(&w, s->q2, sizeof s->q2);
}

void
sigstruct_digest(uint8_t out[SHA256_LEN], const uint8_t encoded[SGX_SIGSTRUCT_LEN])
{
	struct sha256 h;

	sha256_init(&h);
	sha256_update(&h, encoded, SIGNED_1_LEN);
	sha256_update(&h, encoded + SIGNED_2_OFF, SIGNED_2_LEN);
	sha256_final(&h, out);
}

void
sigstruct_mrsigner(uint8_t out[SHA256_LEN], const struct sgx_sigstruct *s)
{
	sha256_once(out, s->modulus, sizeof s->modulus);
}
