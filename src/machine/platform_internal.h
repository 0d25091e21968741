/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the platform software, for its own files and tests. */
#ifndef MACHINE_PLATFORM_INTERNAL_H
#define MACHINE_PLATFORM_INTERNAL_H

#include "machine/platform.h"

/* ---- the attestation key: platform_key.c ---- */

#define ATTESTATION_KEY_VERSION 1u
#define ATTESTATION_KEY_LEN (8u + 4u + 64u + 64u + QUOTING_SEALED_KEY_LEN)

/* DIR/state/attestation.key: magic | version u32 | PCK public key 64 | certification's signature r||s 64 | sealed key. */
struct attestation_key {
	struct p256_public pck;           /* whose signature this is: after a TCB change the key is made anew */
	struct p256_signature signature;  /* over the QE report inside the sealed key's additional text */
	uint8_t sealed[QUOTING_SEALED_KEY_LEN];
};

/* attestation_key_parse: form, then certification's signature. JURAT_E_VERSION, JURAT_E_FORMAT, JURAT_E_CRYPTO … */
MUST_USE jurat_rc attestation_key_parse(struct attestation_key *out, const uint8_t *p, size_t len, struct jurat_diag *d);
void attestation_key_encode(uint8_t out[ATTESTATION_KEY_LEN], const struct attestation_key *k);

/* attestation_key_maker: the quoting enclave that made this key, from the report that certification signed. */
MUST_USE jurat_rc attestation_key_maker(struct sgx_report_body *out, const struct attestation_key *k, struct jurat_diag *d);

/* ---- socket protocol: platform_wire.c ---- */

#define PLATFORM_WIRE_VERSION 1u
#define PLATFORM_REQUEST_HEAD_LEN 8u
#define PLATFORM_REQUEST_BODY_MAX_LEN (SGX_REPORT_LEN + 16u)
#define PLATFORM_REQUEST_MAX_LEN (PLATFORM_REQUEST_HEAD_LEN + PLATFORM_REQUEST_BODY_MAX_LEN)
#define PLATFORM_ANSWER_HEAD_LEN 8u
#define PLATFORM_ANSWER_BODY_MAX_LEN (4u + QUOTE_MAX_LEN + SGX_REPORT_LEN)
#define PLATFORM_INFO_LEN (16u + 64u + SGX_CPUSVN_LEN + 2u + SGX_REPORT_BODY_LEN)

enum platform_op { PLATFORM_TARGET = 1, PLATFORM_QUOTE = 2, PLATFORM_INFO = 3 };

struct platform_request {
	uint16_t op;
	const uint8_t *body;
	size_t body_len, total_len;
};

/*
 * platform_request_parse: the request at the start of p. JURAT_E_TRUNCATED: more bytes must come first. Every other failure ends the
 * connection: JURAT_E_TOO_LARGE, JURAT_E_VERSION, JURAT_E_UNSUPPORTED (op), JURAT_E_FORMAT (length of the body).
 */
MUST_USE jurat_rc platform_request_parse(struct platform_request *out, const uint8_t *p, size_t len, struct jurat_diag *d);

/* platform_request_encode: PLATFORM_REQUEST_HEAD_LEN + body_len bytes. */
void platform_request_encode(uint8_t *out, uint16_t op, const void *body, size_t body_len);

MUST_USE jurat_rc platform_info_parse(struct platform_info *out, const uint8_t *p, size_t len, struct jurat_diag *d);
void platform_info_encode(uint8_t out[PLATFORM_INFO_LEN], const struct platform_info *info);

/* platform_quoted_parse: u32 length | quote | QE REPORT. Pointers into p. */
struct platform_quoted {
	const uint8_t *quote, *qe_report;
	size_t quote_len;
};
MUST_USE jurat_rc platform_quoted_parse(struct platform_quoted *out, const uint8_t *p, size_t len, struct jurat_diag *d);

/* ---- server: platform_server.c ---- */

/*
 * platform_backend: who answers. quote's out is a fresh PLATFORM_ANSWER body. Tests put their own behind the server.
 */
struct platform_backend {
	void *ctx;
	jurat_rc (*answer)(void *ctx, const struct platform_request *request, uint8_t *out, size_t *out_len, struct jurat_diag *d);
};

MUST_USE jurat_rc platform_serve_backend(
    const struct platform_backend *backend, const char *socket_path, int ready_fd, struct jurat_diag *d);

#endif
