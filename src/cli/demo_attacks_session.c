/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks on the relying party by programs without an enclave, or with a genuine message where it does not belong. */
#include <stdlib.h>
#include <string.h>

#include "cli/demo_attack.h"
#include "core/ct.h"
#include "core/sabotage.h"
#include "service/vault_ops.h"
#include "sgx/quote.h"

/* An enclave's part of SIGMA, played by a program that is none: it knows every key of its session. */
struct pretender {
	struct sigma_initiator sigma;
	uint8_t report_data[64]; /* what a quote for this session must contain */
};

/* pretend: msg0 to msg2 with the relying party. */
static jurat_rc
pretend(struct attack *a, struct pretender *p)
{
	CLEANUP(blob_clear) struct blob msg2 = { 0 };
	uint8_t seed[48], msg01[HOST_MSG01_LEN];
	jurat_rc rc;

	rc = crypto_random(seed, sizeof seed);
	if (rc == JURAT_OK)
		rc = sigma_initiator_init(&p->sigma, &a->where.service_key);
	if (rc == JURAT_OK)
		rc = sigma_make_msg1(&p->sigma, msg01, msg01 + SIGMA_MSG0_LEN, seed);
	if (rc == JURAT_OK)
		rc = host_post_msg1(&a->host, msg01, &msg2, &a->d);
	return rc == JURAT_OK ? sigma_take_msg2(&p->sigma, p->report_data, msg2.p, msg2.len, &a->d) : rc;
}

/* loot_of: decrypts msg4 as the enclave would. */
static jurat_rc
loot_of(struct attack *a, struct pretender *p, const struct blob *records, struct blob *out)
{
	struct sigma_result result;
	struct channel channel;
	size_t off = 0, n, len;
	jurat_rc rc;

	out->p = malloc(records->len + CHANNEL_CHUNK_LEN);
	if (out->p == NULL)
		return JURAT_E_MEMORY;
	rc = sigma_initiator_finish(&p->sigma, &result);
	if (rc == JURAT_OK)
		rc = channel_init(&channel, CHANNEL_ENCLAVE, &result);
	while (rc == JURAT_OK && off < records->len) {
		enum channel_type type;

		rc = channel_record_len(&n, records->p + off, records->len - off, &a->d);
		if (rc == JURAT_OK && n > records->len - off)
			rc = JURAT_E_TRUNCATED;
		if (rc == JURAT_OK)
			rc = channel_open(&channel, &type, out->p + out->len, &len, records->p + off, n, &a->d);
		if (rc != JURAT_OK)
			break;
		out->len += type == CHANNEL_HEAD ? 0 : len;
		off += n;
	}
	channel_clear(&channel);
	return rc;
}

/* present: the quote in a msg3 of the pretender's own session; succeeds if it can read the secret. */
static int
present(struct attack *a, struct pretender *p, const uint8_t *quote, size_t quote_len)
{
	CLEANUP(blob_clear) struct blob loot = { 0 };
	uint8_t *msg3 = malloc(SIGMA_MSG3_HEAD_LEN + quote_len);
	struct http_reply reply = { 0 };
	jurat_rc rc = msg3 != NULL ? JURAT_OK : JURAT_E_MEMORY;
	int status;

	if (rc == JURAT_OK)
		rc = sigma_make_msg3(&p->sigma, msg3, quote, quote_len, &a->d);
	if (rc == JURAT_OK)
		rc = host_post_msg3(&a->host, a->secret, msg3, SIGMA_MSG3_HEAD_LEN + quote_len, &reply, &a->d);
	if (rc != JURAT_OK)
		status = attack_broken(a, rc, "msg3");
	else if (reply.status != 200)
		status = attack_denied(a, &reply);
	else if ((rc = loot_of(a, p, &reply.body, &loot)) != JURAT_OK)
		status = attack_broken(a, rc, "msg4");
	else
		status = attack_succeeded(a, "a program without an enclave reads the secret", loot.p, loot.len);
	http_reply_clear(&reply);
	free(msg3);
	return status;
}

/* genuine_msg3: an honest session of a genuine vault, up to a msg3 that is not sent. Its session stays open at the relying party. */
static jurat_rc
genuine_msg3(struct attack *a, struct blob *out)
{
	CLEANUP(blob_clear) struct blob msg2 = { 0 };
	uint8_t msg01[HOST_MSG01_LEN];
	jurat_rc rc = attack_open(a, DEMO_VAULT, false);

	if (rc == JURAT_OK)
		rc = host_start(&a->host, &a->where.service_key, msg01, &a->d);
	if (rc == JURAT_OK)
		rc = host_post_msg1(&a->host, msg01, &msg2, &a->d);
	return rc == JURAT_OK ? host_vault_msg3(&a->host, msg2.p, msg2.len, out, &a->d) : rc;
}

int
attack_replayed_quote(struct attack *a)
{
	CLEANUP(blob_clear) struct blob msg3 = { 0 };
	struct pretender p;
	jurat_rc rc;

	rc = genuine_msg3(a, &msg3);
	if (rc == JURAT_OK)
		rc = pretend(a, &p);
	if (rc != JURAT_OK)
		return attack_broken(a, rc, "a genuine quote, and a session of one's own");
	return present(a, &p, msg3.p + SIGMA_MSG3_HEAD_LEN, msg3.len - SIGMA_MSG3_HEAD_LEN);
}

int
attack_forged_quote(struct attack *a)
{
	CLEANUP(blob_clear) struct blob msg3 = { 0 };
	struct pretender p;
	uint8_t *quote;
	jurat_rc rc;

	rc = genuine_msg3(a, &msg3);
	if (rc == JURAT_OK)
		rc = pretend(a, &p);
	if (rc != JURAT_OK)
		return attack_broken(a, rc, "a genuine quote, and a session of one's own");
	quote = msg3.p + SIGMA_MSG3_HEAD_LEN;
	memcpy(quote + QUOTE_HEADER_LEN + SGX_REPORT_BODY_LEN - sizeof p.report_data, p.report_data, sizeof p.report_data);
	return present(a, &p, quote, msg3.len - SIGMA_MSG3_HEAD_LEN);
}

int
attack_forged_report(struct attack *a)
{
	CLEANUP(blob_clear) struct blob quote = { 0 };
	uint8_t encoded[SGX_REPORT_LEN], qe_report[SGX_REPORT_LEN], nonce[16] = { 0 };
	struct sgx_report report = { 0 };
	struct pretender p;
	jurat_rc rc;

	rc = attack_open(a, DEMO_VAULT, false);
	if (rc == JURAT_OK)
		rc = pretend(a, &p);
	if (rc != JURAT_OK)
		return attack_broken(a, rc, "a session of one's own");
	enclave_identity(&report.body, a->host.vault); /* the vault's identity, on a report that no processor made */
	memcpy(report.body.report_data, p.report_data, sizeof p.report_data);
	report_encode(encoded, &report);
	rc = platform_quote(&quote.p, &quote.len, qe_report, a->host.platform, encoded, nonce, &a->d);
	if (rc == JURAT_E_CRYPTO)
		return attack_refused(a, rc, "QUOTING_QUOTE");
	if (rc != JURAT_OK)
		return attack_broken(a, rc, "the quoting enclave");
	return present(a, &p, quote.p, quote.len);
}

/* last_cipher: the ciphertext of the stream's last record. */
static bool
last_cipher(const struct blob *records, const uint8_t **out, size_t *out_len)
{
	size_t off = 0, n = 0;

	while (off < records->len) {
		if (channel_record_len(&n, records->p + off, records->len - off, NULL) != JURAT_OK || n > records->len - off)
			return false;
		*out = records->p + off + CHANNEL_RECORD_HEAD_LEN;
		*out_len = n - CHANNEL_RECORD_OVERHEAD;
		off += n;
	}
	return off != 0;
}

/*
 * same_keystream: what a service that takes msg3 twice would give away. Both secrets were encrypted under one key with the same counters, so
 * the two ciphertexts together are the two plain texts together, and who knows one has the other.
 */
static int
same_keystream(struct attack *a, const struct blob *known, const struct blob *wanted)
{
	const uint8_t *k, *w;
	size_t k_len, w_len;
	char text[64];

	demo_attack_text(text, "known");
	if (!last_cipher(known, &k, &k_len) || !last_cipher(wanted, &w, &w_len) || k_len != strlen(text))
		return attack_broken(a, JURAT_E_FORMAT, "msg4");
	for (size_t i = 0; i < k_len && i < w_len; i++)
		text[i] = (char)(text[i] ^ k[i] ^ w[i]);
	return attack_succeeded(a, "the host reads the second secret", text, k_len < w_len ? k_len : w_len);
}

int
attack_replayed_msg3(struct attack *a)
{
	CLEANUP(blob_clear) struct blob msg3 = { 0 };
	struct http_reply first = { 0 }, second = { 0 };
	jurat_rc rc;
	int status;

	rc = genuine_msg3(a, &msg3);
	if (rc == JURAT_OK)
		rc = host_post_msg3(&a->host, DEMO_KNOWN_SECRET, msg3.p, msg3.len, &first, &a->d);
	if (rc == JURAT_OK && first.status != 200)
		rc = JURAT_E_AUTH;
	if (rc == JURAT_OK)
		rc = host_post_msg3(&a->host, a->secret, msg3.p, msg3.len, &second, &a->d);
	if (rc != JURAT_OK)
		status = attack_broken(a, rc, "msg3");
	else if (second.status != 200)
		status = attack_denied(a, &second);
	else
		status = same_keystream(a, &first.body, &second.body);
	http_reply_clear(&first);
	http_reply_clear(&second);
	return status;
}
