/* SPDX-License-Identifier: Apache-2.0 */
/* ENCLU: the two instructions that only the processor can answer. Operands are copied to where their alignment is right. */
#include "core/ct.h"
#include "runtime.h"

/* SDM vol. 3D, EREPORT: TARGETINFO and the output on 512 bytes, REPORTDATA on 128. */
void
leaf_report(
    uint8_t out[SGX_REPORT_LEN], const uint8_t target[SGX_TARGETINFO_LEN], const uint8_t report_data[SGX_REPORT_DATA_LEN])
{
	_Alignas(512) uint8_t t[SGX_TARGETINFO_LEN];
	_Alignas(512) uint8_t o[512];
	_Alignas(128) uint8_t r[SGX_REPORT_DATA_LEN];

	__builtin_memcpy(t, target, sizeof t);
	__builtin_memcpy(r, report_data, sizeof r);
	__asm__ volatile(".byte 0x0f, 0x01, 0xd7" : : "a"(SGX_EREPORT), "b"(t), "c"(r), "d"(o) : "memory", "cc");
	__builtin_memcpy(out, o, SGX_REPORT_LEN);
}

/* SDM vol. 3D, EGETKEY: KEYREQUEST on 512 bytes, the key on 16. RAX is 0 or the reason of the refusal. */
bool
leaf_key(uint8_t out[16], const uint8_t request[SGX_KEYREQUEST_LEN])
{
	_Alignas(512) uint8_t q[SGX_KEYREQUEST_LEN];
	_Alignas(16) uint8_t k[16] = {0};
	uint64_t rax = SGX_EGETKEY;

	__builtin_memcpy(q, request, sizeof q);
	__asm__ volatile(".byte 0x0f, 0x01, 0xd7" : "+a"(rax) : "b"(q), "c"(k) : "memory", "cc");
	if (rax == SGX_SUCCESS)
		__builtin_memcpy(out, k, sizeof k);
	wipe(k, sizeof k);
	return rax == SGX_SUCCESS;
}
