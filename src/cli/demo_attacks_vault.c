/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks on the vault by its own host: to make it believe somebody else, or take something else than was sent. */
#include <stdlib.h>
#include <string.h>

#include "cli/demo_attack.h"
#include "core/bytes.h"
#include "core/ct.h"
#include "service/vault_ops.h"

static const char false_secret[] = "a false secret, made by the host";

/* An impostor: a relying party with a key of the host's own. */
struct impostor {
	struct p256_private key;
	struct p256_public public_key;
	struct sigma_responder sigma;
};

static jurat_rc
impostor_new(struct impostor *out)
{
	uint8_t seed[48];
	jurat_rc rc;

	sigma_responder_init(&out->sigma);
	rc = crypto_random(seed, sizeof seed);
	if (rc == JURAT_OK)
		rc = p256_from_seed(&out->key, seed);
	return rc == JURAT_OK ? p256_public_of(&out->public_key, &out->key) : rc;
}

/* impostor_msg2: the answer to the vault's msg1, signed with the impostor's key; all MACs are right. */
static jurat_rc
impostor_msg2(struct attack *a, struct impostor *i, const uint8_t msg01[HOST_MSG01_LEN], uint8_t out[SIGMA_MSG2_HEAD_LEN])
{
	struct sigma_service service = { .key = &i->key, .quote_type = 1 };
	uint8_t seed[48];
	jurat_rc rc = crypto_random(seed, sizeof seed);

	if (rc != JURAT_OK)
		return rc;
	return sigma_take_msg1(&i->sigma, out, &service, msg01, msg01 + SIGMA_MSG0_LEN, seed, NULL, 0, &a->d);
}

/* false_stream: HEAD and one LAST under the keys that the impostor has. */
static jurat_rc
false_stream(struct attack *a, struct impostor *i, struct blob *out)
{
	struct channel_head head = { .secret_version = 1, .secret_len = sizeof false_secret - 1 };
	uint8_t plain[CHANNEL_HEAD_MAX_LEN];
	struct sigma_result result;
	struct channel channel;
	size_t len, n;
	jurat_rc rc;

	head.name_len = (uint8_t)strlen(a->secret);
	memcpy(head.name, a->secret, head.name_len);
	out->p = malloc(2 * CHANNEL_RECORD_MAX_LEN);
	if (out->p == NULL)
		return JURAT_E_MEMORY;
	rc = sigma_responder_finish(&i->sigma, &result);
	if (rc == JURAT_OK)
		rc = channel_init(&channel, CHANNEL_SERVICE, &result);
	if (rc == JURAT_OK)
		rc = channel_head_encode(plain, sizeof plain, &len, &head, &a->d);
	if (rc == JURAT_OK)
		rc = channel_seal(&channel, out->p, &out->len, CHANNEL_HEAD, plain, len);
	if (rc != JURAT_OK)
		return rc;
	rc = channel_seal(&channel, out->p + out->len, &n, CHANNEL_LAST, (const uint8_t *)false_secret, sizeof false_secret - 1);
	out->len += rc == JURAT_OK ? n : 0;
	channel_clear(&channel);
	return rc;
}

/* feed: with the session established, the false secret into the vault, which will keep it as the relying party's. */
static int
feed(struct attack *a, struct impostor *i, const struct blob *msg3)
{
	CLEANUP(blob_clear) struct blob stream = { 0 };
	const uint8_t *quote;
	uint8_t report_data[64];
	size_t quote_len, num_chunks = 0;
	jurat_rc rc;

	rc = sigma_take_msg3(&i->sigma, &quote, &quote_len, report_data, msg3->p, msg3->len, &a->d);
	if (rc == JURAT_OK)
		rc = false_stream(a, i, &stream);
	if (rc == JURAT_OK)
		rc = host_records(&a->host, stream.p, stream.len, &num_chunks, &a->d);
	if (rc != JURAT_OK || num_chunks == 0)
		return attack_broken(a, rc, "the false secret");
	return attack_succeeded(a, "the vault keeps a secret of the host's as the relying party's", NULL, 0);
}

int
attack_swapped_key(struct attack *a)
{
	CLEANUP(blob_clear) struct blob msg3 = { 0 };
	uint8_t msg01[HOST_MSG01_LEN], msg2[SIGMA_MSG2_HEAD_LEN];
	struct impostor i;
	jurat_rc rc;

	rc = attack_open(a, DEMO_VAULT, false);
	if (rc == JURAT_OK)
		rc = impostor_new(&i);
	if (rc != JURAT_OK)
		return attack_broken(a, rc, "load the vault");
	rc = host_start(&a->host, &i.public_key, msg01, &a->d);
	if (rc == JURAT_E_IDENTITY) /* the only thing that START says so about */
		return attack_refused(a, rc, "VAULT_START");
	if (rc == JURAT_OK)
		rc = impostor_msg2(a, &i, msg01, msg2);
	if (rc == JURAT_OK)
		rc = host_vault_msg3(&a->host, msg2, sizeof msg2, &msg3, &a->d);
	return rc == JURAT_OK ? feed(a, &i, &msg3) : attack_broken(a, rc, "SIGMA with the host's key");
}

int
attack_man_in_the_middle(struct attack *a)
{
	CLEANUP(blob_clear) struct blob msg3 = { 0 };
	uint8_t msg01[HOST_MSG01_LEN], msg2[SIGMA_MSG2_HEAD_LEN];
	struct impostor i;
	jurat_rc rc;

	rc = attack_open(a, DEMO_VAULT, false);
	if (rc == JURAT_OK)
		rc = impostor_new(&i);
	if (rc == JURAT_OK)
		rc = host_start(&a->host, &a->where.service_key, msg01, &a->d);
	if (rc == JURAT_OK)
		rc = impostor_msg2(a, &i, msg01, msg2);
	if (rc != JURAT_OK)
		return attack_broken(a, rc, "a msg2 of the host's own");
	rc = host_vault_msg3(&a->host, msg2, sizeof msg2, &msg3, &a->d);
	/* The point is on the curve and the MAC is right: of the three things that msg2 is refused for in this way, the signature is left. */
	if (rc == JURAT_E_CRYPTO)
		return attack_refused(a, rc, "VAULT_MSG2");
	return rc == JURAT_OK ? feed(a, &i, &msg3) : attack_broken(a, rc, "msg2");
}

/* flip: one bit of the ciphertext of the stream's last record. */
static bool
flip(struct blob *records)
{
	size_t off = 0, n = 0;

	while (off < records->len) {
		if (channel_record_len(&n, records->p + off, records->len - off, NULL) != JURAT_OK || n > records->len - off)
			return false;
		off += n;
	}
	if (n <= CHANNEL_RECORD_OVERHEAD)
		return false;
	records->p[records->len - n + CHANNEL_RECORD_HEAD_LEN] ^= 1;
	return true;
}

int
attack_altered_ciphertext(struct attack *a)
{
	struct http_reply reply = { 0 };
	size_t num_chunks = 0;
	jurat_rc rc;
	int status;

	rc = attack_open(a, DEMO_VAULT, false);
	if (rc == JURAT_OK)
		rc = host_to_msg3(&a->host, a->secret, &reply, &a->d);
	if (rc == JURAT_OK && (reply.status != 200 || !flip(&reply.body)))
		rc = JURAT_E_AUTH;
	if (rc != JURAT_OK) {
		status = attack_broken(a, rc, "an honest release");
	} else {
		rc = host_records(&a->host, reply.body.p, reply.body.len, &num_chunks, &a->d);
		if (rc == JURAT_E_CRYPTO)
			status = attack_refused(a, rc, "VAULT_RECORD");
		else if (rc == JURAT_OK && num_chunks != 0)
			status = attack_succeeded(a, "the vault keeps an altered secret", NULL, 0);
		else
			status = attack_broken(a, rc, "msg4");
	}
	http_reply_clear(&reply);
	return status;
}
