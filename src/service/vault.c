/* SPDX-License-Identifier: Apache-2.0 */
#include "service/vault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/ct.h"
#include "core/diag.h"
#include "json/json.h"

#define PROBLEM_MAX_LEN (1024u * 1024u)
#define CALL_IN_MAX_LEN SIGMA_MSG2_MAX_LEN /* the longest: its revocation list */
#define CALL_OUT_MAX_LEN (SIGMA_MSG3_MAX_LEN > VAULT_CHUNK_MAX_LEN + 256 ? SIGMA_MSG3_MAX_LEN : VAULT_CHUNK_MAX_LEN + 256)
/* one record for the head, one per chunk */
#define MSG4_MAX_LEN (CHANNEL_SECRET_MAX_LEN + (VAULT_FILE_CHUNKS_MAX + 2) * CHANNEL_RECORD_OVERHEAD + CHANNEL_HEAD_MAX_LEN)

_Static_assert(VAULT_CHUNK_MAX_LEN <= CALL_IN_MAX_LEN && SGX_REPORT_LEN + SIGMA_QUOTE_MAX_LEN <= CALL_IN_MAX_LEN, "every call has room");

struct vault {
	struct machine *machine;
	struct enclave *enclave;
	uint8_t service_key[64];
	vault_eavesdrop eavesdrop;
	void *ctx;
	uint8_t in[CALL_IN_MAX_LEN];
	uint8_t out[CALL_OUT_MAX_LEN];
	size_t out_len;
};

/* ---- eavesdropping ---- */

static void
hear_enclave(void *ctx, const void *in, size_t in_len, const void *out, size_t out_len)
{
	struct vault *v = ctx;

	if (in != NULL)
		v->eavesdrop(v->ctx, "enclave in", in, in_len);
	if (out != NULL)
		v->eavesdrop(v->ctx, "enclave out", out, out_len);
}

static void
hear_http(void *ctx, bool incoming, const void *p, size_t len)
{
	struct vault *v = ctx;

	v->eavesdrop(v->ctx, incoming ? "http in" : "http out", p, len);
}

/* ---- opening ---- */

jurat_rc
vault_open(struct vault **out, const struct vault_options *o, struct jurat_diag *d)
{
	struct enclave_options options = { .eavesdrop = o->eavesdrop != NULL ? hear_enclave : NULL };
	struct vault *v = calloc(1, sizeof *v);
	struct p256_public key;
	jurat_rc rc;

	if (v == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "vault", NO_OFFSET, 0, 0);
	memcpy(v->service_key, o->service_key, sizeof v->service_key);
	v->eavesdrop = o->eavesdrop;
	v->ctx = o->ctx;
	options.eavesdrop_ctx = v;
	sigma_point_decode(&key, o->service_key);
	sigma_config_id(options.config_id, &key);
	if ((rc = p256_check(&key)) != JURAT_OK)
		(void)jurat_fail(d, rc, "service_key", NO_OFFSET, 0, 0);
	if (rc == JURAT_OK && (rc = machine_open(&v->machine, o->machine, d)) != JURAT_OK)
		jurat_in_file(d, VAULT_MACHINE);
	if (rc == JURAT_OK)
		rc = enclave_load(&v->enclave, v->machine, o->image, o->image_len, &options, d);
	if (rc != JURAT_OK) {
		vault_close(v);
		return rc;
	}
	*out = v;
	return JURAT_OK;
}

void
vault_close(struct vault *v)
{
	if (v == NULL)
		return;
	if (v->enclave != NULL)
		enclave_unload(v->enclave);
	machine_close(v->machine);
	wipe(v, sizeof *v);
	free(v);
}

/* call: in is what w wrote to v->in; the answer is in v->out. */
static jurat_rc
call(struct vault *v, enum vault_op op, const struct writer *w, struct jurat_diag *d)
{
	jurat_rc rc = writer_check(w, "vault.in", d);

	v->out_len = 0;
	return rc == JURAT_OK ? enclave_call(v->enclave, op, v->in, w->len, v->out, sizeof v->out, &v->out_len, d) : rc;
}

/* expect: the enclave's answer has this length. Ours does; another one in its place might not. */
static jurat_rc
expect(const struct vault *v, size_t len, const char *field, struct jurat_diag *d)
{
	return v->out_len == len ? JURAT_OK : jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, len, v->out_len);
}

/* ---- refusals ---- */

void
vault_refusal_clear(struct vault_refusal *r)
{
	blob_clear(&r->body);
	*r = (struct vault_refusal){ 0 };
}

static jurat_rc
code_of(const char *name)
{
	for (int rc = JURAT_OK + 1; rc < JURAT_E_MAX; rc++) {
		if (strcmp(jurat_rc_name((jurat_rc)rc), name) == 0)
			return (jurat_rc)rc;
	}
	return JURAT_E_FORMAT;
}

/* refused: keeps the answer and returns the code that it names. The text is the other side's: printed only escaped. */
static jurat_rc
refused(struct vault_refusal *out, struct http_reply *reply, struct jurat_diag *d)
{
	struct json_value *problem = NULL;
	const char *text;
	jurat_rc rc = JURAT_E_IO;

	out->status = reply->status;
	if (json_parse(&problem, (const char *)reply->body.p, reply->body.len, PROBLEM_MAX_LEN, "problem", NULL) == JURAT_OK) {
		if (json_get_string(problem, "problem.code", &text, NULL) == JURAT_OK)
			rc = code_of(text);
		if (json_get_string(problem, "problem.field", &text, NULL) == JURAT_OK)
			snprintf(out->field, sizeof out->field, "%s", text);
	}
	json_free(problem);
	out->body = reply->body;
	reply->body = (struct blob){ 0 };
	return jurat_fail(d, rc, "relying_party", NO_OFFSET, 0, (uint64_t)out->status);
}

/* ---- receiving ---- */

struct receiving {
	struct vault *v;
	const struct vault_source *source;
	struct platform *platform;
	struct http_client *client;
	struct http_reply reply;
	struct vault_refusal *refusal;
	char path[512]; /* of the session */
	struct blob file;
	uint8_t ack[CHANNEL_ACK_LEN + CHANNEL_RECORD_OVERHEAD];
	size_t ack_len; /* 0: the last record has not come */
};

static void
receiving_clear(struct receiving *r)
{
	http_reply_clear(&r->reply);
	http_client_free(r->client);
	platform_free(r->platform);
	blob_clear(&r->file);
}

static jurat_rc
connect_all(struct receiving *r, struct jurat_diag *d)
{
	const struct http_client_options options = { .url = r->source->url, .ca_file = r->source->ca_file,
		.hook = r->v->eavesdrop != NULL ? hear_http : NULL, .hook_ctx = r->v };
	jurat_rc rc = platform_connect(&r->platform, r->source->platform, d);

	return rc == JURAT_OK ? http_client_new(&r->client, &options, d) : rc;
}

static jurat_rc
post(struct receiving *r, const char *path, const void *body, size_t len, int want, size_t max, struct jurat_diag *d)
{
	jurat_rc rc;

	http_reply_clear(&r->reply);
	if ((rc = http_post(r->client, &r->reply, path, body, len, max, d)) != JURAT_OK)
		return rc;
	return r->reply.status == want ? JURAT_OK : refused(r->refusal, &r->reply, d);
}

/* start: msg0, msg1 from the enclave to the service, msg2 back in r->reply. */
static jurat_rc
start(struct receiving *r, struct jurat_diag *d)
{
	struct vault *v = r->v;
	uint8_t encoded[SGX_TARGETINFO_LEN];
	struct sgx_target target;
	struct writer w;
	jurat_rc rc;

	if ((rc = platform_target(&target, r->platform, d)) != JURAT_OK)
		return rc;
	target_encode(encoded, &target);
	writer_init(&w, v->in, sizeof v->in);
	writer_copy(&w, v->service_key, sizeof v->service_key);
	writer_copy(&w, encoded, sizeof encoded);
	if ((rc = call(v, VAULT_START, &w, d)) != JURAT_OK ||
	    (rc = expect(v, SIGMA_MSG0_LEN + SIGMA_MSG1_LEN, "vault.msg1", d)) != JURAT_OK ||
	    (rc = post(r, "/v1/sessions", v->out, v->out_len, 201, PROBLEM_MAX_LEN, d)) != JURAT_OK)
		return rc;
	if (strncmp(r->reply.location, "/v1/sessions/", 13) != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "http.location", NO_OFFSET, 0, 0);
	memcpy(r->path, r->reply.location, sizeof r->reply.location);
	return JURAT_OK;
}

/* make_msg3: msg2 into the enclave, its report to the quoting enclave, the quote back into it. msg3 is then in v->out. */
static jurat_rc
make_msg3(struct receiving *r, struct jurat_diag *d)
{
	struct vault *v = r->v;
	uint8_t qe_report[SGX_REPORT_LEN], *quote = NULL;
	size_t quote_len;
	struct writer w;
	jurat_rc rc;

	writer_init(&w, v->in, sizeof v->in);
	writer_copy(&w, r->reply.body.p, r->reply.body.len);
	if ((rc = call(v, VAULT_MSG2, &w, d)) != JURAT_OK || (rc = expect(v, SGX_REPORT_LEN + 16, "vault.report", d)) != JURAT_OK ||
	    (rc = platform_quote(&quote, &quote_len, qe_report, r->platform, v->out, v->out + SGX_REPORT_LEN, d)) != JURAT_OK)
		return rc;
	writer_init(&w, v->in, sizeof v->in);
	writer_copy(&w, qe_report, sizeof qe_report);
	writer_copy(&w, quote, quote_len);
	free(quote);
	return call(v, VAULT_QUOTE, &w, d);
}

/* take_answer: the chunk (and after the last record the ACK) that the enclave gave back for one record. */
static jurat_rc
take_answer(struct receiving *r, struct jurat_diag *d)
{
	const uint8_t *chunk, *ack;
	struct reader in;
	uint32_t chunk_len, ack_len;
	jurat_rc rc;

	if (r->v->out_len == 0) /* HEAD */
		return JURAT_OK;
	reader_init(&in, r->v->out, r->v->out_len);
	chunk_len = reader_u32le(&in);
	chunk = reader_take(&in, chunk_len);
	ack_len = reader_u32le(&in);
	ack = reader_take(&in, ack_len);
	if ((rc = reader_end(&in, "vault.record", d)) != JURAT_OK)
		return rc;
	if (ack_len > sizeof r->ack)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "vault.ack", NO_OFFSET, sizeof r->ack, ack_len);
	memcpy(r->ack, ack, ack_len);
	r->ack_len = ack_len;
	return vault_file_add(&r->file, chunk, chunk_len, d);
}

static jurat_rc
take_msg4(struct receiving *r, struct jurat_diag *d)
{
	struct reader in;
	jurat_rc rc = vault_file_begin(&r->file, r->v->service_key, d);

	reader_init(&in, r->reply.body.p, r->reply.body.len);
	while (rc == JURAT_OK && in.left != 0) {
		struct writer w;
		size_t len;

		if (r->ack_len != 0)
			return jurat_fail(d, JURAT_E_TRAILING, "msg4", in.off, 0, in.left);
		if ((rc = channel_record_len(&len, in.at, in.left, d)) != JURAT_OK)
			return rc;
		writer_init(&w, r->v->in, sizeof r->v->in);
		writer_copy(&w, in.at, len < in.left ? len : in.left);
		(void)reader_take(&in, len < in.left ? len : in.left);
		if ((rc = call(r->v, VAULT_RECORD, &w, d)) == JURAT_OK)
			rc = take_answer(r, d);
	}
	if (rc == JURAT_OK && r->ack_len == 0)
		return jurat_fail(d, JURAT_E_TRUNCATED, "msg4", in.off, 0, 0);
	return rc;
}

static jurat_rc
send_msg3(struct receiving *r, struct jurat_diag *d)
{
	char path[sizeof r->path + 128];

	snprintf(path, sizeof path, "%s/msg3?secret=%s", r->path, r->source->secret);
	return post(r, path, r->v->out, r->v->out_len, 200, MSG4_MAX_LEN, d);
}

static jurat_rc
send_ack(struct receiving *r, struct jurat_diag *d)
{
	char path[sizeof r->path + 16];

	snprintf(path, sizeof path, "%s/ack", r->path);
	return post(r, path, r->ack, r->ack_len, 204, PROBLEM_MAX_LEN, d);
}

jurat_rc
vault_receive(struct vault *v, const struct vault_source *source, vault_keep keep, void *keep_ctx,
    struct vault_refusal *out_refusal, struct jurat_diag *d)
{
	CLEANUP(receiving_clear) struct receiving r = { .v = v, .source = source, .refusal = out_refusal };
	jurat_rc rc;

	*out_refusal = (struct vault_refusal){ 0 };
	if ((rc = connect_all(&r, d)) != JURAT_OK || (rc = start(&r, d)) != JURAT_OK || (rc = make_msg3(&r, d)) != JURAT_OK ||
	    (rc = send_msg3(&r, d)) != JURAT_OK || (rc = take_msg4(&r, d)) != JURAT_OK)
		return rc;
	/* what is acknowledged must be safe: first the disk, then the answer */
	if ((rc = keep(keep_ctx, &r.file, d)) != JURAT_OK)
		return rc;
	return send_ack(&r, d);
}

/* ---- asking ---- */

jurat_rc
vault_question(uint8_t out[VAULT_QUESTION_LEN], const uint8_t *candidate, size_t len, struct jurat_diag *d)
{
	struct sha256 h;
	jurat_rc rc = crypto_random(out, VAULT_QUESTION_SALT_LEN);

	if (rc != JURAT_OK)
		return jurat_fail(d, rc, "question", NO_OFFSET, 0, 0);
	sha256_init(&h);
	sha256_update(&h, VAULT_QUESTION_LABEL, sizeof VAULT_QUESTION_LABEL - 1);
	sha256_update(&h, out, VAULT_QUESTION_SALT_LEN);
	sha256_update(&h, candidate, len);
	sha256_final(&h, out + VAULT_QUESTION_SALT_LEN);
	return JURAT_OK;
}

jurat_rc
vault_ask(struct vault *v, const struct vault_file *file, const uint8_t question[VAULT_QUESTION_LEN], bool *out_equal,
    struct jurat_diag *d)
{
	struct writer w;
	jurat_rc rc;

	writer_init(&w, v->in, sizeof v->in);
	writer_copy(&w, question, VAULT_QUESTION_LEN);
	if ((rc = call(v, VAULT_ASK_BEGIN, &w, d)) != JURAT_OK)
		return rc;
	for (uint32_t i = 0; i < file->num_chunks; i++) {
		bool last = i + 1 == file->num_chunks;
		const uint8_t *chunk;
		size_t chunk_len;

		vault_file_chunk(file, i, &chunk, &chunk_len);
		writer_init(&w, v->in, sizeof v->in);
		writer_copy(&w, chunk, chunk_len);
		if ((rc = call(v, VAULT_ASK_CHUNK, &w, d)) != JURAT_OK || (rc = expect(v, last ? 2 : 1, "vault.answer", d)) != JURAT_OK)
			return rc;
	}
	*out_equal = v->out[1] == 1;
	return JURAT_OK;
}

jurat_rc
vault_info(struct vault *v, const struct vault_file *file, struct channel_head *out, struct jurat_diag *d)
{
	const uint8_t *chunk;
	struct writer w;
	size_t len;
	jurat_rc rc;

	vault_file_chunk(file, 0, &chunk, &len);
	writer_init(&w, v->in, sizeof v->in);
	writer_copy(&w, chunk, len);
	rc = call(v, VAULT_INFO, &w, d);
	return rc == JURAT_OK ? channel_head_parse(out, v->out, v->out_len, d) : rc;
}
