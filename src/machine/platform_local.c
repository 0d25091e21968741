/* SPDX-License-Identifier: Apache-2.0 */
#include "machine/platform_local.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/diag.h"
#include "host/file.h"

enum { ENCLAVE_FILE_MAX_LEN = 64 * 1024 * 1024, NEW_KEY_LEN = 64 + SGX_REPORT_LEN + QUOTING_SEALED_KEY_LEN };
#define QUOTE_IN_MAX_LEN (QUOTING_SEALED_KEY_LEN + 64u + SGX_REPORT_LEN + 16u + 4u + OPS_PCK_CHAIN_MAX_LEN)

struct platform_local {
	char *dir; /* of the machine */
	struct enclave *quoting, *certification;
	uint8_t quoting_target[SGX_TARGETINFO_LEN], certification_target[SGX_TARGETINFO_LEN];
	struct platform_info info;
	struct attestation_key key;
};

void
platform_not_enrolled(struct jurat_diag *d)
{
	jurat_fail(d, JURAT_E_MISSING, "state/pck_chain.pem", NO_OFFSET, 0, 0);
	jurat_hint(d, "enrol this machine: jurat world enrol WORLD MACHINE");
}

static void
free_string(char **s)
{
	free(*s);
}

static char *
path_in(const struct platform_local *l, const char *name)
{
	return path_join(l->dir, name);
}

/* ---- enclaves ---- */

static jurat_rc
load_enclave(struct enclave **out, const struct platform_local *l, struct machine *m, const char *name,
    const struct enclave_options *options, struct jurat_diag *d)
{
	struct blob file CLEANUP(blob_clear) = { 0 };
	jurat_rc rc = file_read_in(&file, l->dir, name, ENCLAVE_FILE_MAX_LEN, d);

	if (rc == JURAT_OK)
		rc = enclave_load(out, m, file.p, file.len, options, d);
	if (rc != JURAT_OK)
		jurat_in_file(d, name);
	return rc;
}

/* call: an operation whose answer has exactly want bytes. */
static jurat_rc
call(struct enclave *e, uint32_t op, const void *in, size_t in_len, void *out, size_t want, struct jurat_diag *d)
{
	size_t got = 0;
	jurat_rc rc = enclave_call(e, op, in, in_len, out, want, &got, d);

	if (rc != JURAT_OK)
		return rc;
	return got == want ? JURAT_OK : jurat_fail(d, JURAT_E_FORMAT, "enclave.answer", NO_OFFSET, want, got);
}

static jurat_rc
check_role(const struct enclave *e, uint16_t prod_id, const char *field, struct jurat_diag *d)
{
	struct sgx_report_body id;

	enclave_identity(&id, e);
	if (id.isv_prod_id != prod_id)
		return jurat_fail(d, JURAT_E_IDENTITY, field, NO_OFFSET, prod_id, id.isv_prod_id);
	return JURAT_OK;
}

static jurat_rc
load_enclaves(struct platform_local *l, struct machine *m, const struct enclave_options *options, struct jurat_diag *d)
{
	jurat_rc rc = load_enclave(&l->quoting, l, m, "enclaves/quoting.so", options, d);

	if (rc == JURAT_OK)
		rc = load_enclave(&l->certification, l, m, "enclaves/certification.so", options, d);
	if (rc == JURAT_OK)
		rc = check_role(l->quoting, QUOTING_ISV_PROD_ID, "quoting.isv_prod_id", d);
	if (rc == JURAT_OK)
		rc = check_role(l->certification, CERTIFICATION_ISV_PROD_ID, "certification.isv_prod_id", d);
	return rc;
}

/* learn: what the enclaves say about themselves and this machine. */
static jurat_rc
learn(struct platform_local *l, struct jurat_diag *d)
{
	uint8_t answer[CERTIFICATION_INFO_LEN];
	struct reader r;
	jurat_rc rc = call(l->quoting, QUOTING_TARGET, NULL, 0, l->quoting_target, sizeof l->quoting_target, d);

	if (rc == JURAT_OK)
		rc = call(l->certification, CERTIFICATION_INFO, NULL, 0, answer, sizeof answer, d);
	if (rc != JURAT_OK)
		return rc;
	reader_init(&r, answer, sizeof answer);
	reader_copy(&r, l->certification_target, sizeof l->certification_target);
	reader_copy(&r, l->info.ppid, sizeof l->info.ppid);
	reader_copy(&r, l->info.pck.x, sizeof l->info.pck.x);
	reader_copy(&r, l->info.pck.y, sizeof l->info.pck.y);
	reader_copy(&r, l->info.cpusvn, sizeof l->info.cpusvn);
	l->info.pce_svn = reader_u16le(&r);
	enclave_identity(&l->info.qe, l->quoting);
	return reader_end(&r, "certification.info", d);
}

/* ---- the attestation key ---- */

/* make_key: quoting makes it, certification signs quoting's report about it. */
static jurat_rc
make_key(struct attestation_key *out, const struct platform_local *l, struct jurat_diag *d)
{
	uint8_t in[SGX_TARGETINFO_LEN + 2], answer[NEW_KEY_LEN], signature[64];
	struct attestation_key k = { .pck = l->info.pck };
	struct writer w;
	jurat_rc rc;

	writer_init(&w, in, sizeof in);
	writer_copy(&w, l->certification_target, sizeof l->certification_target);
	writer_u16le(&w, l->info.pce_svn);
	rc = call(l->quoting, QUOTING_NEW_KEY, in, sizeof in, answer, sizeof answer, d);
	if (rc == JURAT_OK)
		rc = call(l->certification, CERTIFICATION_SIGN, answer + 64, SGX_REPORT_LEN, signature, sizeof signature, d);
	if (rc != JURAT_OK)
		return rc;
	memcpy(k.signature.r, signature, 32);
	memcpy(k.signature.s, signature + 32, 32);
	memcpy(k.sealed, answer + 64 + SGX_REPORT_LEN, sizeof k.sealed);
	*out = k;
	return JURAT_OK;
}

static jurat_rc
read_key(struct attestation_key *out, const struct platform_local *l, struct jurat_diag *d)
{
	struct blob file CLEANUP(blob_clear) = { 0 };
	jurat_rc rc = file_read_in(&file, l->dir, "state/attestation.key", ATTESTATION_KEY_LEN, d);

	return rc == JURAT_OK ? attestation_key_parse(out, file.p, file.len, d) : rc;
}

static bool
same_point(const struct p256_public *a, const struct p256_public *b)
{
	return memcmp(a->x, b->x, sizeof a->x) == 0 && memcmp(a->y, b->y, sizeof a->y) == 0;
}

/*
 * current: whether a quote under this key would tell the truth about today's platform: certified by today's PCK, and made by
 * the very quoting enclave that is loaded. Quotes carry the report of the key's maker; after an update of quoting.so they would
 * go on naming the old one, and verifiers would find it out of date for ever.
 */
static bool
current(const struct attestation_key *k, const struct platform_info *info)
{
	const struct sgx_report_body *qe = &info->qe;
	struct sgx_report_body maker;

	return same_point(&k->pck, &info->pck) && attestation_key_maker(&maker, k, NULL) == JURAT_OK &&
	    memcmp(maker.mrenclave, qe->mrenclave, sizeof qe->mrenclave) == 0 &&
	    memcmp(maker.mrsigner, qe->mrsigner, sizeof qe->mrsigner) == 0 && maker.isv_prod_id == qe->isv_prod_id &&
	    maker.isv_svn == qe->isv_svn && maker.attributes.flags == qe->attributes.flags &&
	    maker.attributes.xfrm == qe->attributes.xfrm && maker.miscselect == qe->miscselect;
}

/*
 * renew_key: the first one, or one for another PCK (the TCB has changed) or another quoting enclave. Of two platforms that start
 * at once the first wins, and the second takes its key.
 */
static jurat_rc
renew_key(struct platform_local *l, const char *path, bool first, struct jurat_diag *d)
{
	uint8_t encoded[ATTESTATION_KEY_LEN];
	struct attestation_key k;
	jurat_rc rc = make_key(&k, l, d);

	if (rc != JURAT_OK)
		return rc;
	attestation_key_encode(encoded, &k);
	if (first)
		rc = file_create(path, encoded, sizeof encoded, 0600, NULL);
	else
		rc = file_write_stored(path, encoded, sizeof encoded, 0600, NULL);
	if (rc == JURAT_E_EXISTS)
		return read_key(&l->key, l, d);
	if (rc != JURAT_OK)
		return jurat_fail(d, rc, "state/attestation.key", NO_OFFSET, 0, 0);
	l->key = k;
	return JURAT_OK;
}

static jurat_rc
obtain_key(struct platform_local *l, struct jurat_diag *d)
{
	char *path CLEANUP(free_string) = path_in(l, "state/attestation.key");
	struct jurat_diag why = { 0 };
	jurat_rc rc;

	if (path == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "platform", NO_OFFSET, 0, 0);
	rc = read_key(&l->key, l, &why);
	if (rc == JURAT_E_NOT_FOUND)
		return renew_key(l, path, true, d);
	if (rc != JURAT_OK) {
		jurat_fail(d, rc, why.field, why.offset, why.wanted, why.got);
		jurat_hint(d, why.hint);
		return rc;
	}
	return current(&l->key, &l->info) ? JURAT_OK : renew_key(l, path, false, d);
}

jurat_rc
platform_local_start(
    struct platform_local **out, struct machine *m, const struct enclave_options *options, struct jurat_diag *d)
{
	struct platform_local *l = calloc(1, sizeof *l);
	struct machine_facts facts;
	jurat_rc rc;

	machine_describe(&facts, m);
	if (l != NULL)
		l->dir = strdup(facts.dir);
	if (l == NULL || l->dir == NULL)
		rc = jurat_fail(d, JURAT_E_MEMORY, "platform", NO_OFFSET, 0, 0);
	else
		rc = load_enclaves(l, m, options, d);
	if (rc == JURAT_OK)
		rc = learn(l, d);
	if (rc == JURAT_OK)
		rc = obtain_key(l, d);
	if (rc != JURAT_OK) {
		platform_local_free(l);
		return rc;
	}
	*out = l;
	return JURAT_OK;
}

void
platform_local_free(struct platform_local *l)
{
	if (l == NULL)
		return;
	if (l->quoting != NULL)
		enclave_unload(l->quoting);
	if (l->certification != NULL)
		enclave_unload(l->certification);
	free(l->dir);
	free(l);
}

/* ---- answering ---- */

/* read_chain: at every quote, since a machine may be enrolled, or enrolled anew, while its platform software runs. */
static jurat_rc
read_chain(struct blob *out, const struct platform_local *l, struct jurat_diag *d)
{
	struct jurat_diag why = { 0 };
	jurat_rc rc = file_read_in(out, l->dir, "state/pck_chain.pem", OPS_PCK_CHAIN_MAX_LEN, &why);

	if (rc == JURAT_E_NOT_FOUND) {
		platform_not_enrolled(d);
		return JURAT_E_MISSING;
	}
	if (rc != JURAT_OK) {
		(void)jurat_fail(d, rc, why.field, why.offset, why.wanted, why.got);
		jurat_hint(d, why.hint);
	}
	return rc;
}

static jurat_rc
answer_quote(struct platform_local *l, const struct platform_request *q, uint8_t *out, size_t *out_len, struct jurat_diag *d)
{
	struct blob chain CLEANUP(blob_clear) = { 0 };
	uint8_t in[QUOTE_IN_MAX_LEN];
	struct writer w;
	jurat_rc rc = read_chain(&chain, l, d);

	if (rc != JURAT_OK)
		return rc;
	writer_init(&w, in, sizeof in);
	writer_copy(&w, l->key.sealed, sizeof l->key.sealed);
	writer_copy(&w, l->key.signature.r, sizeof l->key.signature.r);
	writer_copy(&w, l->key.signature.s, sizeof l->key.signature.s);
	writer_copy(&w, q->body, q->body_len);
	writer_u32le(&w, (uint32_t)chain.len);
	writer_copy(&w, chain.p, chain.len);
	rc = writer_check(&w, "state/pck_chain.pem", d);
	if (rc != JURAT_OK)
		return rc;
	return enclave_call(l->quoting, QUOTING_QUOTE, in, w.len, out, PLATFORM_ANSWER_BODY_MAX_LEN, out_len, d);
}

jurat_rc
platform_local_answer(struct platform_local *l, const struct platform_request *q, uint8_t *out, size_t *out_len,
    struct jurat_diag *d)
{
	switch (q->op) {
	case PLATFORM_TARGET:
		memcpy(out, l->quoting_target, sizeof l->quoting_target);
		*out_len = sizeof l->quoting_target;
		return JURAT_OK;
	case PLATFORM_INFO:
		platform_info_encode(out, &l->info);
		*out_len = PLATFORM_INFO_LEN;
		return JURAT_OK;
	case PLATFORM_QUOTE:
		return answer_quote(l, q, out, out_len, d);
	default:
		return jurat_fail(d, JURAT_E_UNSUPPORTED, "platform_request.op", NO_OFFSET, PLATFORM_INFO, q->op);
	}
}
