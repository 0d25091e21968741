/* SPDX-License-Identifier: Apache-2.0 */
/* What only the processor can answer (enclu.S). Operands are copied to where their alignment is right. */
#include "core/ct.h"
#include "runtime.h"

void enclu_ereport(const uint8_t target[SGX_TARGETINFO_LEN], const uint8_t report_data[SGX_REPORT_DATA_LEN], uint8_t out[512]);
uint64_t enclu_egetkey(const uint8_t request[SGX_KEYREQUEST_LEN], uint8_t out[16]);

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
	enclu_ereport(t, r, o);
	__builtin_memcpy(out, o, SGX_REPORT_LEN);
}

/* SDM vol. 3D, EGETKEY: KEYREQUEST on 512 bytes, the key on 16. */
bool
leaf_key(uint8_t out[16], const uint8_t request[SGX_KEYREQUEST_LEN])
{
	_Alignas(512) uint8_t q[SGX_KEYREQUEST_LEN];
	_Alignas(16) uint8_t k[16] = {0};
	bool given;

	__builtin_memcpy(q, request, sizeof q);
	given = enclu_egetkey(q, k) == SGX_SUCCESS;
	if (given)
		__builtin_memcpy(out, k, sizeof k);
	wipe(k, sizeof k);
	return given;
}
