/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both ends of the vault's exchange (src/service/vault_ops.h) and the untrusted host between them, step by step. Where the enclaves run
 * is the test's choice: natively over the stub, or on the engine.
 */
#ifndef TESTS_VAULT_PAIR_H
#define TESTS_VAULT_PAIR_H

#include "exchange/channel.h"
#include "service/vault_ops.h"
#include "sgx/quote.h"
#include "support.h"

#define PAIR_CHUNKS_MAX 80

struct pair_chunk {
	uint8_t *p;
	size_t len, plain_len;
};

/* How to reach the enclaves. in may be NULL if len is 0. */
struct pair_host {
	void *ctx;
	jurat_rc (*vault)(void *ctx, uint32_t op, const uint8_t *in, size_t len, uint8_t *out, size_t cap, size_t *out_len);
	jurat_rc (*target)(void *ctx, uint8_t out[SGX_TARGETINFO_LEN]);
	/* out: u32 length | quote | QE REPORT */
	jurat_rc (*quote)(void *ctx, const uint8_t report[SGX_REPORT_LEN], const uint8_t nonce[16], uint8_t *out, size_t cap,
	    size_t *out_len);
};

/* One attested host with a vault, and the relying party at the other end. */
struct pair {
	struct pair_host host;
	struct p256_private service_secret;
	struct p256_public service;
	struct sigma_responder responder;
	struct channel channel;
	uint8_t msg1[SIGMA_MSG0_LEN + SIGMA_MSG1_LEN];
	uint8_t msg2[SIGMA_MSG2_HEAD_LEN];
	uint8_t report_nonce[SGX_REPORT_LEN + 16];
	uint8_t quote[8192]; /* u32 length | quote | QE REPORT */
	uint8_t msg3[SIGMA_MSG3_MAX_LEN];
	size_t msg3_len;
	struct pair_chunk chunks[PAIR_CHUNKS_MAX];
	size_t num_chunks;
};

/* pair_init: a fixed service key; out_config_id is what the vault must be launched with. */
void pair_init(struct pair *p, const struct pair_host *host, uint8_t out_config_id[SGX_CONFIGID_LEN]);
void pair_clear(struct pair *p);

/* One call into the vault, with an exact-size copy of the input. */
jurat_rc pair_call(const struct pair *p, uint32_t op, const void *in, size_t len, uint8_t *out, size_t cap, size_t *out_len);

/* The steps, each with the vault's answer. */
jurat_rc pair_start(struct pair *p, const struct p256_public *service);
void pair_make_msg2(struct pair *p);
jurat_rc pair_take_msg2(struct pair *p, const uint8_t *msg2, size_t msg2_len);
void pair_make_quote(struct pair *p);
const uint8_t *pair_receipt(const struct pair *p);
jurat_rc pair_take_quote(struct pair *p, const uint8_t *receipt, const uint8_t *quote, size_t quote_len);

/* All steps up to a point, each of which must succeed: the quote is there; the relying party has opened its channel. */
void pair_reach_quote(struct pair *p);
void pair_reach_channel(struct pair *p);

size_t pair_record(struct pair *p, uint8_t out[CHANNEL_RECORD_MAX_LEN], enum channel_type type, const uint8_t *plain, size_t len);
jurat_rc pair_send_head(struct pair *p, uint64_t secret_len, uint8_t head[CHANNEL_HEAD_MAX_LEN], size_t *head_len);
/* pair_send_chunk: one DATA or LAST; on success the chunk is kept, and *ack_len tells what came behind it. */
jurat_rc pair_send_chunk(
    struct pair *p, enum channel_type type, const uint8_t *plain, size_t plain_len, uint8_t *ack, size_t *ack_len);
/* pair_deliver: the whole secret, acknowledged. */
void pair_deliver(struct pair *p, const uint8_t *secret, size_t len);

/* pair_ask_begin: a question about this candidate; pair_ask_one: one chunk for it. */
jurat_rc pair_ask_begin(struct pair *p, const uint8_t *candidate, size_t len);
jurat_rc pair_ask_one(struct pair *p, const struct pair_chunk *c, uint8_t out[2], size_t *out_len);
/* pair_ask: the host's part of a comparison; 1 equal, 0 not. */
int pair_ask(struct pair *p, const uint8_t *candidate, size_t len);

/* pair_check_secret: a whole session with a secret of this length, then right and wrong candidates, shorter and longer ones too. */
void pair_check_secret(struct pair *p, size_t len);

/* pair_secret: len + 2 bytes that do not repeat soon; the caller frees. */
uint8_t *pair_secret(size_t len);

#endif
