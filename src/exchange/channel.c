/* SPDX-License-Identifier: Apache-2.0 */
#include "exchange/channel.h"

#include <string.h>

#include "core/bytes.h"
#include "core/ct.h"
#include "core/diag.h"
#include "core/sabotage.h"

static const char protocol[] = "jurat/msg4";
#define PROTOCOL_LEN (sizeof protocol - 1)

/* way_derive: the key of one direction; label "to-enclave" or "to-service". */
static jurat_rc
way_derive(struct channel_way *out, const struct sigma_result *result, const char label[10])
{
	static const char prefix[] = "jurat/msg4/v1 ";
	uint8_t msg[1 + sizeof prefix - 1 + 10 + 1 + SHA256_LEN + 2];
	struct writer w;

	writer_init(&w, msg, sizeof msg);
	writer_u8(&w, 0x01);
	writer_copy(&w, prefix, sizeof prefix - 1);
	writer_copy(&w, label, 10);
	writer_u8(&w, 0x00);
	writer_copy(&w, result->transcript, sizeof result->transcript);
	writer_u16le(&w, 128); /* bits */
	return cmac_aes128(out->key.b, &result->sk, msg, w.len);
}

jurat_rc
channel_init(struct channel *c, enum channel_role role, struct sigma_result *result)
{
	struct channel_way to_enclave = { 0 }, to_service = { 0 };
	jurat_rc rc;

	memset(c, 0, sizeof *c);
	rc = way_derive(&to_enclave, result, "to-enclave");
	if (rc == JURAT_OK)
		rc = way_derive(&to_service, result, "to-service");
	if (rc == JURAT_OK) {
		c->role = role;
		c->send = role == CHANNEL_SERVICE ? to_enclave : to_service;
		c->receive = role == CHANNEL_SERVICE ? to_service : to_enclave;
		c->open = true;
	}
	wipe(result, sizeof *result);
	wipe(&to_enclave, sizeof to_enclave);
	wipe(&to_service, sizeof to_service);
	return rc;
}

void
channel_clear(struct channel *c)
{
	wipe(c, sizeof *c);
}

/* order_ok: HEAD, DATA..., LAST to the enclave, then one ACK back. */
static bool
order_ok(const struct channel_way *way, const struct channel_way *other, bool to_enclave, unsigned type)
{
	if (!to_enclave)
		return type == CHANNEL_ACK && way->last_type == 0 && other->last_type == CHANNEL_LAST;
	if (type == CHANNEL_HEAD)
		return way->last_type == 0;
	if (type == CHANNEL_DATA || type == CHANNEL_LAST)
		return way->last_type == CHANNEL_HEAD || way->last_type == CHANNEL_DATA;
	return false;
}

/* way_iv: never repeats, since the counter goes up with every record and the key is one session's, one direction's. */
static void
way_iv(uint8_t out[GCM_IV_LEN], const struct channel_way *way)
{
	memset(out, 0, 4);
	store64le(out + 4, way->counter);
}

jurat_rc
channel_seal(struct channel *c, uint8_t *out, size_t *out_len, enum channel_type type, const uint8_t *plain, size_t len)
{
	uint8_t head[CHANNEL_RECORD_HEAD_LEN] = { (uint8_t)type };
	uint8_t iv[GCM_IV_LEN], *cipher = out + CHANNEL_RECORD_HEAD_LEN;
	jurat_rc rc;

	if (!c->open || !order_ok(&c->send, &c->receive, c->role == CHANNEL_SERVICE, type))
		return JURAT_E_STATE;
	if (len > CHANNEL_CHUNK_LEN)
		return JURAT_E_TOO_LARGE;
	store32le(head + 4, (uint32_t)len);
	way_iv(iv, &c->send);
	rc = gcm_seal(cipher, cipher + len, &c->send.key, iv, head, sizeof head, plain, len);
	c->send.counter++; /* also after a failure: an IV is used once */
	if (rc != JURAT_OK)
		return rc;
	memcpy(out, head, sizeof head);
	c->send.last_type = (uint8_t)type;
	*out_len = CHANNEL_RECORD_OVERHEAD + len;
	return JURAT_OK;
}

struct record {
	const uint8_t *head, *cipher, *tag;
	uint8_t type;
	size_t len; /* of the ciphertext */
};

/* head_parse: type and length, without a judgement on the type's place in the stream. */
static jurat_rc
head_parse(struct record *out, struct reader *r, struct jurat_diag *d)
{
	bool reserved_ok;
	jurat_rc rc;

	out->head = r->at;
	out->type = reader_u8(r);
	reserved_ok = reader_zeros(r, 3);
	out->len = reader_u32le(r);
	rc = reader_check(r, "msg4.record.head", d);
	if (rc != JURAT_OK)
		return rc;
	if (out->type < CHANNEL_HEAD || out->type > CHANNEL_ACK)
		return jurat_fail(d, JURAT_E_FORMAT, "msg4.record.type", 0, CHANNEL_ACK, out->type);
	if (!reserved_ok)
		return jurat_fail(d, JURAT_E_FORMAT, "msg4.record.reserved", 1, 0, 0);
	if (out->len > CHANNEL_CHUNK_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "msg4.record.length", 4, CHANNEL_CHUNK_LEN, out->len);
	return JURAT_OK;
}

static jurat_rc
record_parse(struct record *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct reader r;
	jurat_rc rc;

	reader_init(&r, p, len);
	rc = head_parse(out, &r, d);
	if (rc != JURAT_OK)
		return rc;
	out->cipher = reader_take(&r, out->len);
	out->tag = reader_take(&r, GCM_TAG_LEN);
	return reader_end(&r, "msg4.record", d);
}

static jurat_rc
record_decrypt(const struct channel *c, uint8_t *out, const struct record *m, struct jurat_diag *d)
{
	uint8_t iv[GCM_IV_LEN], ignored[GCM_TAG_LEN];

	way_iv(iv, &c->receive);
	if (SABOTAGED("msg4.tag")) /* counter mode is its own inverse: this decrypts without asking the tag */
		return gcm_seal(out, ignored, &c->receive.key, iv, m->head, CHANNEL_RECORD_HEAD_LEN, m->cipher, m->len);
	if (gcm_open(out, m->tag, &c->receive.key, iv, m->head, CHANNEL_RECORD_HEAD_LEN, m->cipher, m->len) != JURAT_OK)
		return jurat_fail(d, JURAT_E_CRYPTO, "msg4.record.tag", NO_OFFSET, 0, 0);
	return JURAT_OK;
}

jurat_rc
channel_open(struct channel *c, enum channel_type *out_type, uint8_t *out, size_t *out_len, const uint8_t *record, size_t len,
    struct jurat_diag *d)
{
	struct record m;
	jurat_rc rc;

	if (!c->open)
		return jurat_fail(d, JURAT_E_STATE, "msg4.channel", NO_OFFSET, 0, 0);
	rc = record_parse(&m, record, len, d);
	if (rc == JURAT_OK)
		rc = record_decrypt(c, out, &m, d);
	/* The tag covers the type, so this names what the peer itself did wrong, not what a host altered. */
	if (rc == JURAT_OK && !order_ok(&c->receive, &c->send, c->role == CHANNEL_ENCLAVE, m.type)) {
		wipe(out, m.len);
		rc = jurat_fail(d, JURAT_E_STATE, "msg4.record.type", 0, 0, m.type);
	}
	if (rc != JURAT_OK) {
		channel_clear(c);
		return rc;
	}
	c->receive.counter++;
	c->receive.last_type = m.type;
	*out_type = (enum channel_type)m.type;
	*out_len = m.len;
	return JURAT_OK;
}

jurat_rc
channel_record_len(size_t *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct record m;
	struct reader r;
	jurat_rc rc;

	reader_init(&r, p, len);
	rc = head_parse(&m, &r, d);
	if (rc == JURAT_OK)
		*out = m.len + CHANNEL_RECORD_OVERHEAD;
	return rc;
}

/* name_ok: 1 to 64 printable ASCII characters: it is shown to people and stands in logs. */
static bool
name_ok(const char *name, size_t len)
{
	if (len == 0 || len > CHANNEL_NAME_MAX_LEN)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (name[i] < 0x20 || name[i] > 0x7e)
			return false;
	}
	return true;
}

static jurat_rc
head_check(const struct channel_head *h, struct jurat_diag *d)
{
	if (h->secret_len > CHANNEL_SECRET_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "msg4.head.secret_size", 16, CHANNEL_SECRET_MAX_LEN, h->secret_len);
	if (!name_ok(h->name, h->name_len))
		return jurat_fail(d, JURAT_E_FORMAT, "msg4.head.name", 24, CHANNEL_NAME_MAX_LEN, h->name_len);
	return JURAT_OK;
}

/* prologue_check: what HEAD and ACK begin with, so that neither can be taken for a record of another protocol or version. */
static jurat_rc
prologue_check(struct reader *r, struct jurat_diag *d)
{
	const uint8_t *name = reader_take(r, PROTOCOL_LEN);
	uint16_t version = reader_u16le(r);
	jurat_rc rc = reader_check(r, "msg4.protocol", d);

	if (rc != JURAT_OK)
		return rc;
	if (memcmp(name, protocol, PROTOCOL_LEN) != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "msg4.protocol", 0, 0, 0);
	if (version != CHANNEL_VERSION)
		return jurat_fail(d, JURAT_E_VERSION, "msg4.version", PROTOCOL_LEN, CHANNEL_VERSION, version);
	return JURAT_OK;
}

jurat_rc
channel_head_parse(struct channel_head *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	struct channel_head h = { 0 };
	struct reader r;
	jurat_rc rc;

	reader_init(&r, p, len);
	rc = prologue_check(&r, d);
	if (rc != JURAT_OK)
		return rc;
	h.secret_version = reader_u32le(&r);
	h.secret_len = reader_u64le(&r);
	h.name_len = reader_u8(&r);
	if (h.name_len <= CHANNEL_NAME_MAX_LEN)
		reader_copy(&r, h.name, h.name_len);
	else
		return jurat_fail(d, JURAT_E_TOO_LARGE, "msg4.head.name", 24, CHANNEL_NAME_MAX_LEN, h.name_len);
	rc = reader_end(&r, "msg4.head", d);
	if (rc == JURAT_OK)
		rc = head_check(&h, d);
	if (rc == JURAT_OK)
		*out = h;
	return rc;
}

jurat_rc
channel_head_encode(uint8_t *out, size_t cap, size_t *out_len, const struct channel_head *head, struct jurat_diag *d)
{
	struct writer w;
	jurat_rc rc;

	rc = head_check(head, d);
	if (rc != JURAT_OK)
		return rc;
	writer_init(&w, out, cap);
	writer_copy(&w, protocol, PROTOCOL_LEN);
	writer_u16le(&w, CHANNEL_VERSION);
	writer_u32le(&w, head->secret_version);
	writer_u64le(&w, head->secret_len);
	writer_u8(&w, head->name_len);
	writer_copy(&w, head->name, head->name_len);
	rc = writer_check(&w, "msg4.head", d);
	if (rc == JURAT_OK)
		*out_len = w.len;
	return rc;
}

jurat_rc
channel_ack_parse(uint8_t out_digest[32], const uint8_t *p, size_t len, struct jurat_diag *d)
{
	const uint8_t *digest;
	struct reader r;
	jurat_rc rc;

	reader_init(&r, p, len);
	rc = prologue_check(&r, d);
	if (rc != JURAT_OK)
		return rc;
	digest = reader_take(&r, 32);
	rc = reader_end(&r, "msg4.ack", d);
	if (rc == JURAT_OK)
		memcpy(out_digest, digest, 32);
	return rc;
}

void
channel_ack_encode(uint8_t out[CHANNEL_ACK_LEN], const uint8_t digest[32])
{
	struct writer w;

	writer_init(&w, out, CHANNEL_ACK_LEN);
	writer_copy(&w, protocol, PROTOCOL_LEN);
	writer_u16le(&w, CHANNEL_VERSION);
	writer_copy(&w, digest, 32);
}
