/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wire format of the key process, one stream socket. All integers little-endian.
 *
 *   greeting  answer, sent once by the server: body = version u16 | CPUSVN 16 | launch signer 32 | provision signer 32 | FMSPC 6 |
 *             PCE-ID 2; or the failure that keeps this machine from starting
 *   request   body length u32 | op u16 | zero u16 | handle u32 | body
 *   answer    body length u32 | rc u32 | body; a failure's body is the diag: offset, wanted, got u64, field u16, hint u16
 *
 *   op       request's body                                                     answer's body
 *   CREATE   size, base u64 | SSA frame pages, MISCSELECT u32 | FLAGS, XFRM u64 | CONFIGID 64 | CONFIGSVN u16      handle u32
 *   ADD      off, count u64 | SECINFO.FLAGS u32 | extended u16 | has data u16 | 4096 bytes, if it has      (no answer)
 *   INIT     SIGSTRUCT 1808 [| EINITTOKEN 304]                                  report body 384
 *   REPORT   TARGETINFO 512 | REPORTDATA 64                                     REPORT 432
 *   GET      KEYREQUEST 512                                                     sgx_error u32 | key 16 (zeros unless it is 0)
 *   DESTROY                                                                     (no answer)
 *
 * ADD has no answer, so that a loader streams its pages: the first refusal is kept and told by INIT. A request that breaks the
 * format, or ADD to a handle that is not there, ends the connection. Fields travel as indices into one table (key_fields.c), since
 * errors name literals.
 */
#ifndef MACHINE_KEY_WIRE_H
#define MACHINE_KEY_WIRE_H

#include "core/bytes.h"
#include "machine/key_process.h"

#define KEY_WIRE_VERSION 1u
#define KEY_REQUEST_HEAD_LEN 12u
#define KEY_ANSWER_HEAD_LEN 8u
#define KEY_BODY_MAX_LEN (KEY_FRAME_MAX_LEN - KEY_REQUEST_HEAD_LEN)
#define KEY_GREETING_LEN (2u + SGX_CPUSVN_LEN + 32u + 32u + 6u + 2u)
#define KEY_CREATE_LEN (16u + 8u + 16u + SGX_CONFIGID_LEN + 2u)
#define KEY_ADD_HEAD_LEN 24u
#define KEY_DIAG_LEN 28u
#define KEY_ANSWER_MAX_LEN (KEY_ANSWER_HEAD_LEN + SGX_REPORT_LEN) /* the longest answer is a REPORT */

/* Limits of one connection. */
#define KEY_ENCLAVES_MAX 64u
#define KEY_PAGES_MAX (1ull << 26)          /* EADDed pages of one enclave: 256 GiB */
#define KEY_EXTENDED_MAX_LEN (8ull << 30)   /* EEXTENDed bytes of one enclave */

enum key_op {
	KEY_OP_CREATE = 1,
	KEY_OP_ADD = 2,
	KEY_OP_INIT = 3,
	KEY_OP_REPORT = 4,
	KEY_OP_GET = 5,
	KEY_OP_DESTROY = 6,
};

struct key_request {
	uint32_t body_len;
	uint16_t op;
	uint32_t handle;
};

struct key_answer {
	uint32_t body_len;
	jurat_rc rc;
};

/* key_request_parse: JURAT_E_TOO_LARGE over KEY_BODY_MAX_LEN, JURAT_E_FORMAT for a reserved bit. key_answer_parse likewise. */
MUST_USE jurat_rc key_request_parse(struct key_request *out, const uint8_t p[KEY_REQUEST_HEAD_LEN], struct jurat_diag *d);
void key_request_encode(uint8_t out[KEY_REQUEST_HEAD_LEN], const struct key_request *q);
MUST_USE jurat_rc key_answer_parse(struct key_answer *out, const uint8_t p[KEY_ANSWER_HEAD_LEN], struct jurat_diag *d);
void key_answer_encode(uint8_t out[KEY_ANSWER_HEAD_LEN], const struct key_answer *a);

MUST_USE jurat_rc key_greeting_parse(struct fuses_public *out, const uint8_t *p, size_t len, struct jurat_diag *d);
void key_greeting_encode(uint8_t out[KEY_GREETING_LEN], const struct fuses_public *known);

MUST_USE jurat_rc key_create_parse(struct secs_request *out, const uint8_t *p, size_t len, struct jurat_diag *d);
void key_create_encode(uint8_t out[KEY_CREATE_LEN], const struct secs_request *q);

/* key_add_parse: out->data points into p. key_add_encode: writes the head; the caller appends the data if there is any. */
MUST_USE jurat_rc key_add_parse(struct image_page *out, const uint8_t *p, size_t len, struct jurat_diag *d);
void key_add_encode(uint8_t out[KEY_ADD_HEAD_LEN], const struct image_page *page);

/* key_diag_parse: the peer's failure into d, with this process's own literals. */
void key_diag_parse(struct jurat_diag *d, jurat_rc rc, const uint8_t *p, size_t len);
void key_diag_encode(uint8_t out[KEY_DIAG_LEN], const struct jurat_diag *d);

/* key_field_index, key_field_at: field names and hints by number; 0 and NULL where there is none. */
uint16_t key_field_index(const char *text);
const char *key_field_at(uint16_t index);

#endif
