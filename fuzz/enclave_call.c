/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a hostile host can pass to our enclaves: first byte the enclave, second the operation, then the input. The enclaves run natively
 * over the software processor (tests/unit/enclave_stub.c), whose roots are fixed, so that seeds with sealed data stay good.
 * Properties: a refused call gives no output length; an answered one fits.
 */
#include "enclave.h"
#include "enclave_stub.h"
#include "machine/ops.h"
#include "service/vault_ops.h"

#define OUT_CAP 65536u

static struct processor cpu;
static struct secs certification, quoting, vault;

static void
born(void)
{
	cpu = stub_processor(1);
	certification = stub_secs(0xce, 0xa5, CERTIFICATION_ISV_PROD_ID, 7);
	certification.id.attributes.flags |= SGX_FLAGS_PROVISIONKEY;
	quoting = stub_secs(0x9e, 0xa5, QUOTING_ISV_PROD_ID, 4);
	quoting.id.attributes.flags |= SGX_FLAGS_PROVISIONKEY;
	vault = stub_secs(0x11, 0x22, VAULT_ISV_PROD_ID, 1);
}

static jurat_rc
call(uint8_t who, uint32_t op, const uint8_t *in, size_t len, uint8_t *out, size_t *out_len)
{
	static const struct secs *const enclaves[] = {&certification, &quoting, &vault};
	static const uint8_t question[VAULT_QUESTION_LEN];
	size_t begun;

	stub_enter(&cpu, enclaves[who % 3]);
	switch (who % 3) {
	case 0:
		return certification_main(op, in, len, out, OUT_CAP, out_len);
	case 1:
		return quoting_main(op, in, len, out, OUT_CAP, out_len);
	default:
		/* a comparison is begun for the one, and ended for the other */
		if (op == VAULT_INFO && vault_main(VAULT_ASK_CHUNK, NULL, 0, out, OUT_CAP, &begun) == JURAT_OK)
			abort();
		if (op == VAULT_ASK_CHUNK && vault_main(VAULT_ASK_BEGIN, question, sizeof question, out, OUT_CAP, &begun) != JURAT_OK)
			abort();
		return vault_main(op, in, len, out, OUT_CAP, out_len);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t out[OUT_CAP];
	size_t out_len = 0;
	jurat_rc rc;

	if (size < 2)
		return 0;
	if (cpu.cpusvn[0] == 0)
		born();
	rc = call(data[0], data[1], data + 2, size - 2, out, &out_len);
	if (out_len > OUT_CAP || (rc != JURAT_OK && out_len != 0))
		abort();
	return 0;
}
