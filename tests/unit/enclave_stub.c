/* SPDX-License-Identifier: Apache-2.0 */
#include "enclave_stub.h"

#include "core/bytes.h"
#include "machine/ops.h"
#include "runtime.h"

static const struct processor *cpu_now;
static const struct secs *secs_now;

void
stub_enter(const struct processor *cpu, const struct secs *secs)
{
	cpu_now = cpu;
	secs_now = secs;
}

void
leaf_report(
    uint8_t out[SGX_REPORT_LEN], const uint8_t target[SGX_TARGETINFO_LEN], const uint8_t report_data[SGX_REPORT_DATA_LEN])
{
	struct sgx_target t;
	struct sgx_report r;

	assert_int_equal(target_parse(&t, target, SGX_TARGETINFO_LEN, NULL), JURAT_OK);
	assert_int_equal(processor_ereport(cpu_now, secs_now, &t, report_data, &r), JURAT_OK);
	report_encode(out, &r);
}

bool
leaf_key(uint8_t out[16], const uint8_t request[SGX_KEYREQUEST_LEN])
{
	struct sgx_keyrequest q;
	struct aes128_key key;
	enum sgx_error error = SGX_SUCCESS;

	assert_int_equal(keyrequest_parse(&q, request, SGX_KEYREQUEST_LEN, NULL), JURAT_OK);
	assert_int_equal(processor_egetkey(cpu_now, secs_now, &q, &key, &error, NULL), JURAT_OK);
	if (error != SGX_SUCCESS)
		return false;
	memcpy(out, key.b, sizeof key.b);
	return true;
}

struct processor
stub_processor(uint8_t seed)
{
	struct processor cpu;

	memset(&cpu, 0, sizeof cpu);
	memset(cpu.root_provision.b, seed, sizeof cpu.root_provision.b);
	memset(cpu.root_seal.b, seed ^ 0x5a, sizeof cpu.root_seal.b);
	memset(cpu.owner_epoch, seed ^ 0x33, sizeof cpu.owner_epoch);
	memset(cpu.report_key_id, seed ^ 0x77, sizeof cpu.report_key_id);
	memset(cpu.cpusvn, 1, sizeof cpu.cpusvn);
	return cpu;
}

struct secs
stub_secs(uint8_t mrenclave, uint8_t mrsigner, uint16_t isv_prod_id, uint16_t isv_svn)
{
	struct secs s;

	memset(&s, 0, sizeof s);
	s.state = SECS_INITIALISED;
	s.id.attributes.flags = SGX_FLAGS_INIT | SGX_FLAGS_MODE64BIT | SGX_FLAGS_KSS;
	s.id.attributes.xfrm = SGX_XFRM_LEGACY;
	memset(s.id.mrenclave, mrenclave, sizeof s.id.mrenclave);
	memset(s.id.mrsigner, mrsigner, sizeof s.id.mrsigner);
	s.id.isv_prod_id = isv_prod_id;
	s.id.isv_svn = isv_svn;
	return s;
}

void
stub_platform_start(struct stub_platform *p, uint8_t seed)
{
	uint8_t info[CERTIFICATION_INFO_LEN], request[SGX_TARGETINFO_LEN + 2], made[8192];
	size_t len;

	memset(p, 0, sizeof *p);
	p->cpu = stub_processor(seed);
	p->certification = stub_secs(0xce, 0xa5, CERTIFICATION_ISV_PROD_ID, 7);
	p->certification.id.attributes.flags |= SGX_FLAGS_PROVISIONKEY;
	p->quoting = stub_secs(0x9e, 0xa5, QUOTING_ISV_PROD_ID, 4);
	p->quoting.id.attributes.flags |= SGX_FLAGS_PROVISIONKEY;

	stub_enter(&p->cpu, &p->certification);
	assert_int_equal(certification_main(CERTIFICATION_INFO, NULL, 0, info, sizeof info, &len), JURAT_OK);
	assert_int_equal(len, CERTIFICATION_INFO_LEN);
	memcpy(p->pck_x_y, info + SGX_TARGETINFO_LEN + 16, 64);
	memcpy(request, info, SGX_TARGETINFO_LEN);
	memcpy(request + SGX_TARGETINFO_LEN, info + len - 2, 2);

	stub_enter(&p->cpu, &p->quoting);
	assert_int_equal(quoting_main(QUOTING_NEW_KEY, request, sizeof request, made, sizeof made, &len), JURAT_OK);
	p->sealed_key_len = len - 64 - SGX_REPORT_LEN;
	assert_int_equal(p->sealed_key_len, QUOTING_SEALED_KEY_LEN);
	memcpy(p->sealed_key, made + 64 + SGX_REPORT_LEN, p->sealed_key_len);

	stub_enter(&p->cpu, &p->certification);
	assert_int_equal(
	    certification_main(CERTIFICATION_SIGN, made + 64, SGX_REPORT_LEN, p->qe_signature, sizeof p->qe_signature, &len),
	    JURAT_OK);
	assert_int_equal(len, 64);
}

jurat_rc
stub_platform_target(const struct stub_platform *p, uint8_t out[SGX_TARGETINFO_LEN])
{
	size_t len;

	stub_enter(&p->cpu, &p->quoting);
	return quoting_main(QUOTING_TARGET, NULL, 0, out, SGX_TARGETINFO_LEN, &len);
}

jurat_rc
stub_platform_quote(const struct stub_platform *p, const uint8_t report[SGX_REPORT_LEN], const uint8_t nonce[16], uint8_t *out,
    size_t cap, size_t *out_len)
{
	static const char chain[] = "-----BEGIN CERTIFICATE-----\nnobody reads this\n-----END CERTIFICATE-----\n";
	uint8_t in[8192];
	struct writer w;

	writer_init(&w, in, sizeof in);
	writer_copy(&w, p->sealed_key, p->sealed_key_len);
	writer_copy(&w, p->qe_signature, sizeof p->qe_signature);
	writer_copy(&w, report, SGX_REPORT_LEN);
	writer_copy(&w, nonce, 16);
	writer_u32le(&w, sizeof chain - 1);
	writer_copy(&w, chain, sizeof chain - 1);
	assert_false(w.failed);
	stub_enter(&p->cpu, &p->quoting);
	return quoting_main(QUOTING_QUOTE, in, w.len, out, cap, out_len);
}
