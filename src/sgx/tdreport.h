/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TD reports as quotes carry them (Intel TDX DCAP Quoting Library API, A.3; sgx_quote_5.h): version 1.0 (584 bytes), 1.5 (648 bytes) and 1.5
 * with TD partitioning (885 bytes). Each begins with the whole one before it. Little-endian. Freestanding.
 */
#ifndef SGX_TDREPORT_H
#define SGX_TDREPORT_H

#include "core/compiler.h"

#define TD_HASH_LEN 48 /* SHA-384 */
#define TD_SVN_LEN 16
#define TD_NUM_RTMRS 4
#define TD_REPORT_DATA_LEN 64

#define TD_REPORT_10_LEN 584
#define TD_REPORT_15_LEN 648
#define TD_REPORT_15_EX_LEN 885

/* TD ATTRIBUTES. Bits 0 to 7 are "TD under debug"; only bit 0 has a meaning so far. */
#define TD_ATTRIBUTES_DEBUG 0x1ull
#define TD_ATTRIBUTES_DEBUG_RESERVED 0xfeull
#define TD_ATTRIBUTES_SEPT_VE_DISABLE (1ull << 28)
#define TD_ATTRIBUTES_MIGRATABLE (1ull << 29)
#define TD_ATTRIBUTES_PKS (1ull << 30)
#define TD_ATTRIBUTES_KL (1ull << 31)
#define TD_ATTRIBUTES_PERFMON (1ull << 63)

/* The numbers are the body types of quote version 5; 1 is the SGX report. */
enum td_report_kind { TD_REPORT_10 = 2, TD_REPORT_15 = 3, TD_REPORT_15_EX = 4 };

struct td_report {
	enum td_report_kind kind;
	uint8_t tee_tcb_svn[TD_SVN_LEN]; /* [0] TDX module, [1] its major version, [2] SEAM loader; when the TD was launched */
	uint8_t mr_seam[TD_HASH_LEN], mrsigner_seam[TD_HASH_LEN];
	uint64_t seam_attributes;
	uint64_t td_attributes, xfam;
	uint8_t mr_td[TD_HASH_LEN], mr_config_id[TD_HASH_LEN], mr_owner[TD_HASH_LEN], mr_owner_config[TD_HASH_LEN];
	uint8_t rtmr[TD_NUM_RTMRS][TD_HASH_LEN];
	uint8_t report_data[TD_REPORT_DATA_LEN];
	/* from 1.5 on; zero before */
	uint8_t tee_tcb_svn2[TD_SVN_LEN]; /* now */
	uint8_t mr_servicetd[TD_HASH_LEN];
	/* 1.5 Ex; zero before */
	uint8_t vmid;
	uint8_t td_id[32];
	uint8_t devinfo[TD_HASH_LEN];
	uint8_t init_servtd_hash[TD_HASH_LEN];
	uint64_t init_servtd_attr;
	uint8_t init_cpusvn[16];
	uint8_t init_tee_tcb_svn[TD_SVN_LEN];
	uint8_t init_fmspc[12];
	uint8_t cur_servtd_hash[TD_HASH_LEN];
	uint64_t cur_servtd_attr;
};

/* td_report_len: how long a report of this kind is; 0 for a number that is no kind. */
size_t td_report_len(unsigned kind);

/* td_report_parse: exactly the fields at their offsets; JURAT_E_FORMAT for an unknown kind, JURAT_E_TRUNCATED, JURAT_E_TRAILING. */
MUST_USE jurat_rc td_report_parse(struct td_report *out, unsigned kind, const uint8_t *p, size_t len, struct jurat_diag *d);
/* td_report_encode: td_report_len(report->kind) bytes. */
void td_report_encode(uint8_t *out, const struct td_report *report);

#endif
