/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/demo_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/diag.h"
#include "exchange/sigma.h"
#include "service/vault_ops.h"

enum { REPLY_MAX_LEN = 32 * 1024 * 1024 };

jurat_rc
host_open(struct host *out, const struct host_where *where, struct jurat_diag *d)
{
	struct http_client_options http = { .url = where->url, .ca_file = where->ca };
	struct host h = { .where = where };
	jurat_rc rc;

	rc = machine_open(&h.machine, where->machine, d);
	if (rc == JURAT_OK)
		rc = platform_connect(&h.platform, where->platform, d);
	if (rc == JURAT_OK)
		rc = http_client_new(&h.http, &http, d);
	if (rc != JURAT_OK) {
		host_close(&h);
		return rc;
	}
	*out = h;
	return JURAT_OK;
}

void
host_close(struct host *h)
{
	if (h->vault != NULL)
		enclave_unload(h->vault);
	http_client_free(h->http);
	platform_free(h->platform);
	machine_close(h->machine);
	*h = (struct host){ 0 };
}

jurat_rc
host_load(struct host *h, const uint8_t *image, size_t len, bool debug, struct jurat_diag *d)
{
	struct enclave_options options = { .debug = debug };

	sigma_config_id(options.config_id, &h->where->service_key);
	return enclave_load(&h->vault, h->machine, image, len, &options, d);
}

/* call: one call of the vault whose answer has exactly want bytes. */
static jurat_rc
call(struct host *h, uint32_t op, const void *in, size_t in_len, uint8_t *out, size_t want, struct jurat_diag *d)
{
	size_t len;
	jurat_rc rc = enclave_call(h->vault, op, in, in_len, out, want, &len, d);

	if (rc == JURAT_OK && len != want)
		rc = jurat_fail(d, JURAT_E_INTERNAL, "vault.answer", NO_OFFSET, want, len);
	return rc;
}

jurat_rc
host_start(struct host *h, const struct p256_public *key, uint8_t out_msg01[HOST_MSG01_LEN], struct jurat_diag *d)
{
	uint8_t in[64 + SGX_TARGETINFO_LEN];
	struct sgx_target quoting;
	jurat_rc rc;

	rc = platform_target(&quoting, h->platform, d);
	if (rc != JURAT_OK)
		return rc;
	sigma_point_encode(in, key);
	target_encode(in + 64, &quoting);
	return call(h, VAULT_START, in, sizeof in, out_msg01, HOST_MSG01_LEN, d);
}

jurat_rc
host_post_msg1(struct host *h, const uint8_t msg01[HOST_MSG01_LEN], struct blob *out_msg2, struct jurat_diag *d)
{
	struct http_reply reply = { 0 };
	jurat_rc rc;

	rc = http_post(h->http, &reply, "/v1/sessions", msg01, HOST_MSG01_LEN, SIGMA_MSG2_MAX_LEN, d);
	if (rc != JURAT_OK)
		return rc;
	if (reply.status != 201 || strlen(reply.location) >= sizeof h->session) {
		rc = jurat_fail(d, JURAT_E_AUTH, "service.sessions", NO_OFFSET, 201, (uint64_t)reply.status);
	} else {
		snprintf(h->session, sizeof h->session, "%s", reply.location);
		*out_msg2 = reply.body;
		reply.body = (struct blob){ 0 };
	}
	http_reply_clear(&reply);
	return rc;
}

/* quote_in: what VAULT_QUOTE takes. */
static jurat_rc
quote_in(struct blob *out, const uint8_t qe_report[SGX_REPORT_LEN], const uint8_t *quote, size_t quote_len, struct jurat_diag *d)
{
	out->len = SGX_REPORT_LEN + quote_len;
	out->p = malloc(out->len + 1);
	if (out->p == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "vault.quote", NO_OFFSET, out->len, 0);
	memcpy(out->p, qe_report, SGX_REPORT_LEN);
	memcpy(out->p + SGX_REPORT_LEN, quote, quote_len);
	return JURAT_OK;
}

jurat_rc
host_vault_msg3(struct host *h, const uint8_t *msg2, size_t len, struct blob *out_msg3, struct jurat_diag *d)
{
	CLEANUP(blob_clear) struct blob quote = { 0 };
	CLEANUP(blob_clear) struct blob in = { 0 };
	CLEANUP(blob_clear) struct blob msg3 = { 0 };
	uint8_t report[SGX_REPORT_LEN + 16], qe_report[SGX_REPORT_LEN];
	jurat_rc rc;

	rc = call(h, VAULT_MSG2, msg2, len, report, sizeof report, d);
	if (rc != JURAT_OK)
		return rc;
	rc = platform_quote(&quote.p, &quote.len, qe_report, h->platform, report, report + SGX_REPORT_LEN, d);
	if (rc == JURAT_OK)
		rc = quote_in(&in, qe_report, quote.p, quote.len, d);
	if (rc != JURAT_OK)
		return rc;
	msg3.len = SIGMA_MSG3_HEAD_LEN + quote.len;
	msg3.p = malloc(msg3.len + 1);
	if (msg3.p == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "vault.msg3", NO_OFFSET, msg3.len, 0);
	rc = call(h, VAULT_QUOTE, in.p, in.len, msg3.p, msg3.len, d);
	if (rc != JURAT_OK)
		return rc;
	*out_msg3 = msg3;
	msg3 = (struct blob){ 0 };
	return JURAT_OK;
}

jurat_rc
host_post_msg3(
    struct host *h, const char *secret, const uint8_t *msg3, size_t len, struct http_reply *out, struct jurat_diag *d)
{
	char path[HOST_SESSION_PATH_LEN + 128];

	snprintf(path, sizeof path, "%s/msg3?secret=%s", h->session, secret);
	return http_post(h->http, out, path, msg3, len, REPLY_MAX_LEN, d);
}

jurat_rc
host_to_msg3(struct host *h, const char *secret, struct http_reply *out, struct jurat_diag *d)
{
	CLEANUP(blob_clear) struct blob msg2 = { 0 };
	CLEANUP(blob_clear) struct blob msg3 = { 0 };
	uint8_t msg01[HOST_MSG01_LEN];
	jurat_rc rc;

	rc = host_start(h, &h->where->service_key, msg01, d);
	if (rc == JURAT_OK)
		rc = host_post_msg1(h, msg01, &msg2, d);
	if (rc == JURAT_OK)
		rc = host_vault_msg3(h, msg2.p, msg2.len, &msg3, d);
	return rc == JURAT_OK ? host_post_msg3(h, secret, msg3.p, msg3.len, out, d) : rc;
}

/* record_in: one record into the vault; whether a sealed chunk came out. */
static jurat_rc
record_in(struct host *h, const uint8_t *record, size_t len, bool *out_chunk, struct jurat_diag *d)
{
	CLEANUP(blob_clear) struct blob out = { 0 };
	size_t cap = VAULT_CHUNK_MAX_LEN + 8 + CHANNEL_ACK_LEN + CHANNEL_RECORD_OVERHEAD;
	jurat_rc rc;

	out.p = malloc(cap);
	if (out.p == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "vault.record", NO_OFFSET, cap, 0);
	rc = enclave_call(h->vault, VAULT_RECORD, record, len, out.p, cap, &out.len, d);
	*out_chunk = rc == JURAT_OK && out.len >= 4 && load32le(out.p) != 0;
	return rc;
}

jurat_rc
host_records(struct host *h, const uint8_t *records, size_t len, size_t *out_chunks, struct jurat_diag *d)
{
	size_t num = 0;

	while (len != 0) {
		size_t n;
		bool chunk = false;
		jurat_rc rc = channel_record_len(&n, records, len, d);

		if (rc == JURAT_OK && n > len)
			rc = jurat_fail(d, JURAT_E_TRUNCATED, "msg4.record", NO_OFFSET, n, len);
		if (rc == JURAT_OK)
			rc = record_in(h, records, n, &chunk, d);
		if (rc != JURAT_OK)
			return rc;
		num += chunk;
		records += n;
		len -= n;
	}
	*out_chunks = num;
	return JURAT_OK;
}
