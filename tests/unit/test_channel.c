/* SPDX-License-Identifier: Apache-2.0 */
/* msg4: the stream of the generated session, round trips of every size that matters, and everything a host could do to records. */
#include "vectors.h"

#include "core/bytes.h"
#include "core/ct.h"
#include "core/diag.h"
#include "exchange/channel.h"

#define SESSION "sigma/session.txt"

struct pair {
	struct channel service, enclave;
};

static void
pair_init(struct pair *p)
{
	struct sigma_result r, copy;

	vector_copy(r.sk.b, 16, SESSION, "sk");
	vector_copy(r.transcript, 32, SESSION, "transcript");
	copy = r;
	assert_int_equal(channel_init(&p->service, CHANNEL_SERVICE, &r), JURAT_OK);
	assert_int_equal(channel_init(&p->enclave, CHANNEL_ENCLAVE, &copy), JURAT_OK);
	assert_true(ct_is_zero(&r, sizeof r));
}

/* A stream of records as it lies on the untrusted host. */
struct stream {
	uint8_t *p;
	size_t len, num, at[512];
};

static void
stream_add(struct stream *s, struct channel *c, enum channel_type type, const uint8_t *plain, size_t len)
{
	size_t n;

	assert_in_range(s->num, 0, ARRAY_LEN(s->at) - 2);
	s->p = realloc(s->p, s->len + len + CHANNEL_RECORD_OVERHEAD);
	assert_non_null(s->p);
	s->at[s->num++] = s->len;
	assert_int_equal(channel_seal(c, s->p + s->len, &n, type, plain, len), JURAT_OK);
	assert_int_equal(n, len + CHANNEL_RECORD_OVERHEAD);
	s->len += n;
	s->at[s->num] = s->len;
}

static void
stream_of(struct stream *s, struct channel *c, const uint8_t *secret, size_t len)
{
	struct channel_head head = { .secret_version = 7, .secret_len = len, .name_len = 4, .name = "name" };
	uint8_t plain[CHANNEL_HEAD_MAX_LEN];
	size_t plain_len;

	memset(s, 0, sizeof *s);
	assert_int_equal(channel_head_encode(plain, sizeof plain, &plain_len, &head, NULL), JURAT_OK);
	stream_add(s, c, CHANNEL_HEAD, plain, plain_len);
	for (; len > CHANNEL_CHUNK_LEN; secret += CHANNEL_CHUNK_LEN, len -= CHANNEL_CHUNK_LEN)
		stream_add(s, c, CHANNEL_DATA, secret, CHANNEL_CHUNK_LEN);
	stream_add(s, c, CHANNEL_LAST, secret, len);
}

/* receive: opens records one by one; the data collected so far to out. Stops at the first failure. */
static jurat_rc
receive(struct channel *c, const uint8_t *p, size_t len, uint8_t *out, size_t *out_len, bool *out_last)
{
	uint8_t *chunk = malloc(CHANNEL_CHUNK_LEN);
	jurat_rc rc = JURAT_OK;

	assert_non_null(chunk);
	*out_len = 0;
	*out_last = false;
	while (rc == JURAT_OK && len != 0) {
		enum channel_type type;
		size_t n, chunk_len;

		rc = channel_record_len(&n, p, len, NULL);
		if (rc == JURAT_OK && n > len)
			n = len;
		if (rc == JURAT_OK)
			rc = channel_open(c, &type, chunk, &chunk_len, p, n, NULL);
		if (rc != JURAT_OK)
			break;
		if (type != CHANNEL_HEAD) {
			memcpy(out + *out_len, chunk, chunk_len);
			*out_len += chunk_len;
		}
		*out_last = type == CHANNEL_LAST;
		p += n;
		len -= n;
	}
	free(chunk);
	return rc;
}

static void
the_generated_stream_opens_and_its_ack_is_reproduced(void **state)
{
	uint8_t *msg4, *secret, *ack, *head_want, out[400], chunk[CHANNEL_CHUNK_LEN], record[200], key[16], digest[32], ack_plain[CHANNEL_ACK_LEN];
	size_t msg4_len, secret_len, ack_len, head_len, out_len, n;
	struct channel_head head;
	enum channel_type type;
	struct sha256 h;
	struct pair p;
	bool last;

	(void)state;
	pair_init(&p);
	vector_copy(key, 16, SESSION, "key_to_enclave");
	assert_memory_equal(p.enclave.receive.key.b, key, 16);
	assert_memory_equal(p.service.send.key.b, key, 16);
	vector_copy(key, 16, SESSION, "key_to_service");
	assert_memory_equal(p.enclave.send.key.b, key, 16);
	msg4 = vector(SESSION, "msg4", &msg4_len);
	secret = vector(SESSION, "secret", &secret_len);
	ack = vector(SESSION, "ack", &ack_len);
	head_want = vector(SESSION, "msg4_head", &head_len);
	assert_int_equal(channel_record_len(&n, msg4, msg4_len, NULL), JURAT_OK);
	assert_int_equal(channel_open(&p.enclave, &type, chunk, &out_len, msg4, n, NULL), JURAT_OK);
	assert_int_equal(type, CHANNEL_HEAD);
	assert_int_equal(out_len, head_len);
	assert_memory_equal(chunk, head_want, head_len);
	assert_int_equal(channel_head_parse(&head, chunk, out_len, NULL), JURAT_OK);
	assert_int_equal(head.secret_version, 7);
	assert_int_equal(head.secret_len, secret_len);
	assert_memory_equal(head.name, "database-password", head.name_len);
	assert_int_equal(receive(&p.enclave, msg4 + n, msg4_len - n, out, &out_len, &last), JURAT_OK);
	assert_true(last);
	assert_int_equal(out_len, secret_len);
	assert_memory_equal(out, secret, secret_len);
	sha256_init(&h);
	sha256_update(&h, head_want, head_len);
	sha256_update(&h, secret, secret_len);
	sha256_final(&h, digest);
	channel_ack_encode(ack_plain, digest);
	assert_int_equal(channel_seal(&p.enclave, record, &n, CHANNEL_ACK, ack_plain, sizeof ack_plain), JURAT_OK);
	assert_int_equal(n, ack_len);
	assert_memory_equal(record, ack, ack_len);
	free(msg4), free(secret), free(ack), free(head_want);
}

static void
secrets_of_every_size_arrive(void **state)
{
	static const size_t sizes[] = { 0, 1, CHANNEL_CHUNK_LEN - 1, CHANNEL_CHUNK_LEN, CHANNEL_CHUNK_LEN + 1, 2 * CHANNEL_CHUNK_LEN, 1 << 20 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		uint8_t *secret = malloc(sizes[i] + 1), *out = malloc(sizes[i] + 1);
		struct stream s;
		struct pair p;
		size_t len;
		bool last;

		assert_non_null(secret);
		assert_non_null(out);
		for (size_t k = 0; k < sizes[i]; k++)
			secret[k] = (uint8_t)(k ^ k >> 8);
		pair_init(&p);
		stream_of(&s, &p.service, secret, sizes[i]);
		assert_int_equal(receive(&p.enclave, s.p, s.len, out, &len, &last), JURAT_OK);
		assert_true(last);
		assert_int_equal(len, sizes[i]);
		assert_memory_equal(out, secret, len);
		free(s.p), free(secret), free(out);
	}
}

enum { NUM_RECORDS = 5 };

static void
short_stream(struct stream *s, struct channel *c)
{
	memset(s, 0, sizeof *s);
	stream_add(s, c, CHANNEL_HEAD, (const uint8_t *)"head", 4);
	stream_add(s, c, CHANNEL_DATA, (const uint8_t *)"one", 3);
	stream_add(s, c, CHANNEL_DATA, (const uint8_t *)"two", 3);
	stream_add(s, c, CHANNEL_DATA, (const uint8_t *)"six", 3);
	stream_add(s, c, CHANNEL_LAST, (const uint8_t *)"ten", 3);
	assert_int_equal(s->num, NUM_RECORDS);
}

/* play: the records in this order; how many the enclave opened before it closed. */
static size_t
play(const struct stream *s, struct channel *enclave, const size_t *order, size_t num)
{
	uint8_t out[CHANNEL_CHUNK_LEN];
	enum channel_type type;
	size_t len, i;

	for (i = 0; i < num; i++) {
		const uint8_t *p = s->p + s->at[order[i]];
		jurat_rc rc = channel_open(enclave, &type, out, &len, p, s->at[order[i] + 1] - s->at[order[i]], NULL);

		if (rc != JURAT_OK) {
			assert_int_equal(rc, JURAT_E_CRYPTO);
			assert_true(ct_is_zero(enclave, sizeof *enclave));
			assert_int_equal(channel_open(enclave, &type, out, &len, p, 1, NULL), JURAT_E_STATE);
			break;
		}
	}
	return i;
}

static void
a_dropped_repeated_or_swapped_record_closes_the_channel(void **state)
{
	(void)state;
	for (size_t k = 0; k < NUM_RECORDS; k++) {
		size_t dropped[NUM_RECORDS], repeated[NUM_RECORDS + 1], swapped[NUM_RECORDS] = { 0, 1, 2, 3, 4 };
		struct stream s;
		struct pair p;

		for (size_t i = 0; i < NUM_RECORDS; i++) {
			dropped[i] = i < k ? i : i + 1;
			repeated[i + (i > k)] = i;
		}
		repeated[k + 1] = k;
		pair_init(&p);
		short_stream(&s, &p.service);
		assert_int_equal(play(&s, &p.enclave, dropped, NUM_RECORDS - 1), k);
		pair_init(&p);
		assert_int_equal(play(&s, &p.enclave, repeated, NUM_RECORDS + 1), k + 1);
		if (k + 1 < NUM_RECORDS) {
			swapped[k] = k + 1;
			swapped[k + 1] = k;
			pair_init(&p);
			assert_int_equal(play(&s, &p.enclave, swapped, NUM_RECORDS), k);
		}
		free(s.p);
	}
}

struct damage {
	struct pair pair;
};

static bool
opens(void *ctx, const uint8_t *p, size_t len)
{
	struct pair pair = *(const struct pair *)ctx;
	uint8_t out[CHANNEL_CHUNK_LEN];
	enum channel_type type;
	size_t n;
	bool ok = channel_open(&pair.enclave, &type, out, &n, p, len, NULL) == JURAT_OK;

	assert_int_equal(pair.enclave.open, ok);
	return ok;
}

static void
every_damage_of_a_record_closes_the_channel(void **state)
{
	struct stream s;
	struct pair p;

	(void)state;
	pair_init(&p);
	short_stream(&s, &p.service);
	each_damage(s.p, s.at[1], opens, &p, NULL);
	free(s.p);
}

static void
a_record_of_the_wrong_direction_or_session_is_refused(void **state)
{
	uint8_t out[CHANNEL_CHUNK_LEN];
	struct sigma_result r;
	struct channel other;
	enum channel_type type;
	struct stream s;
	struct pair p;
	size_t len;

	(void)state;
	pair_init(&p);
	short_stream(&s, &p.service);
	assert_int_equal(channel_open(&p.service, &type, out, &len, s.p, s.at[1], NULL), JURAT_E_CRYPTO); /* reflected to its sender */
	vector_copy(r.sk.b, 16, SESSION, "sk");
	vector_copy(r.transcript, 32, SESSION, "transcript");
	r.transcript[31] ^= 1;
	assert_int_equal(channel_init(&other, CHANNEL_ENCLAVE, &r), JURAT_OK);
	assert_int_equal(channel_open(&other, &type, out, &len, s.p, s.at[1], NULL), JURAT_E_CRYPTO); /* same SK, other transcript */
	free(s.p);
}

static void
records_out_of_their_order_cannot_be_made(void **state)
{
	uint8_t out[CHANNEL_CHUNK_LEN + CHANNEL_RECORD_OVERHEAD];
	static const uint8_t big[CHANNEL_CHUNK_LEN + 1];
	struct pair p;
	size_t len;

	(void)state;
	pair_init(&p);
	assert_int_equal(channel_seal(&p.service, out, &len, CHANNEL_DATA, big, 1), JURAT_E_STATE);
	assert_int_equal(channel_seal(&p.service, out, &len, CHANNEL_ACK, big, 1), JURAT_E_STATE);
	assert_int_equal(channel_seal(&p.enclave, out, &len, CHANNEL_HEAD, big, 1), JURAT_E_STATE);
	assert_int_equal(channel_seal(&p.enclave, out, &len, CHANNEL_ACK, big, 1), JURAT_E_STATE); /* before LAST arrived */
	assert_int_equal(channel_seal(&p.service, out, &len, CHANNEL_HEAD, big, CHANNEL_CHUNK_LEN + 1), JURAT_E_TOO_LARGE);
	assert_int_equal(channel_seal(&p.service, out, &len, CHANNEL_HEAD, big, CHANNEL_CHUNK_LEN), JURAT_OK);
	assert_int_equal(channel_seal(&p.service, out, &len, CHANNEL_HEAD, big, 1), JURAT_E_STATE);
	assert_int_equal(channel_seal(&p.service, out, &len, CHANNEL_LAST, big, 1), JURAT_OK);
	assert_int_equal(channel_seal(&p.service, out, &len, CHANNEL_DATA, big, 1), JURAT_E_STATE);
	channel_clear(&p.service);
	assert_int_equal(channel_seal(&p.service, out, &len, CHANNEL_LAST, big, 1), JURAT_E_STATE);
}

/* A peer that has the keys and breaks the order all the same: sealed with the struct's own memory, not through its rules. */
static void
records_out_of_their_order_are_refused_although_their_tag_is_right(void **state)
{
	uint8_t out[CHANNEL_CHUNK_LEN], record[64];
	struct jurat_diag d = { 0 };
	enum channel_type type;
	struct pair p;
	size_t len;

	(void)state;
	pair_init(&p);
	p.service.send.last_type = CHANNEL_HEAD;
	assert_int_equal(channel_seal(&p.service, record, &len, CHANNEL_DATA, (const uint8_t *)"x", 1), JURAT_OK);
	assert_int_equal(channel_open(&p.enclave, &type, out, &len, record, len, &d), JURAT_E_STATE);
	assert_string_equal(d.field, "msg4.record.type");
	assert_false(p.enclave.open);
}

static void
record_head_names_what_is_wrong(void **state)
{
	static const struct {
		uint8_t head[8];
		size_t len;
		jurat_rc rc;
	} bad[] = {
		{ { 1, 0, 0, 0, 0, 0, 0 }, 7, JURAT_E_TRUNCATED },
		{ { 0 }, 8, JURAT_E_FORMAT },
		{ { 5 }, 8, JURAT_E_FORMAT },
		{ { 1, 1 }, 8, JURAT_E_FORMAT },
		{ { 1, 0, 0, 0, 1, 0x40 }, 8, JURAT_E_TOO_LARGE },
		{ { 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff }, 8, JURAT_E_TOO_LARGE },
	};
	size_t len = 77;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(channel_record_len(&len, bad[i].head, bad[i].len, NULL), bad[i].rc);
	assert_int_equal(len, 77);
	assert_int_equal(channel_record_len(&len, (const uint8_t *)"\1\0\0\0\0\x40\0\0", 8, NULL), JURAT_OK);
	assert_int_equal(len, CHANNEL_RECORD_MAX_LEN);
}

static bool
try_head(void *ctx, const uint8_t *p, size_t len)
{
	uint8_t back[CHANNEL_HEAD_MAX_LEN];
	struct channel_head h;
	size_t n;

	(void)ctx;
	if (channel_head_parse(&h, p, len, NULL) != JURAT_OK)
		return false;
	assert_int_equal(channel_head_encode(back, sizeof back, &n, &h, NULL), JURAT_OK);
	assert_int_equal(n, len);
	assert_memory_equal(back, p, len);
	return true;
}

static bool
head_flip_may_pass(size_t i)
{
	return (i >= 12 && i < 19) || i >= 25; /* secret version, size up to the limit, and a name that is still printable */
}

static void
head_is_strict_about_protocol_version_size_and_name(void **state)
{
	struct channel_head h = { .secret_len = CHANNEL_SECRET_MAX_LEN + 1, .name_len = 1, .name = "n" };
	uint8_t *good, out[CHANNEL_HEAD_MAX_LEN];
	size_t len;

	(void)state;
	good = vector(SESSION, "msg4_head", &len);
	each_damage(good, len, try_head, NULL, head_flip_may_pass);
	good[10] = 2;
	assert_int_equal(channel_head_parse(&h, good, len, NULL), JURAT_E_VERSION);
	free(good);
	assert_int_equal(channel_head_encode(out, sizeof out, &len, &h, NULL), JURAT_E_TOO_LARGE);
	h.secret_len = 0;
	h.name_len = 0;
	assert_int_equal(channel_head_encode(out, sizeof out, &len, &h, NULL), JURAT_E_FORMAT);
	h.name_len = CHANNEL_NAME_MAX_LEN + 1;
	assert_int_equal(channel_head_encode(out, sizeof out, &len, &h, NULL), JURAT_E_FORMAT);
	h.name_len = 1;
	h.name[0] = '\n';
	assert_int_equal(channel_head_encode(out, sizeof out, &len, &h, NULL), JURAT_E_FORMAT);
	h.name[0] = 'n';
	assert_int_equal(channel_head_encode(out, 10, &len, &h, NULL), JURAT_E_TOO_LARGE);
}

static bool
try_ack(void *ctx, const uint8_t *p, size_t len)
{
	uint8_t digest[32];

	(void)ctx;
	return channel_ack_parse(digest, p, len, NULL) == JURAT_OK;
}

static bool
ack_flip_may_pass(size_t i)
{
	return i >= 12;
}

static void
ack_is_strict_about_protocol_and_version(void **state)
{
	uint8_t ack[CHANNEL_ACK_LEN], digest[32], got[32];

	(void)state;
	memset(digest, 0x5a, sizeof digest);
	channel_ack_encode(ack, digest);
	assert_int_equal(channel_ack_parse(got, ack, sizeof ack, NULL), JURAT_OK);
	assert_memory_equal(got, digest, 32);
	each_damage(ack, sizeof ack, try_ack, NULL, ack_flip_may_pass);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_generated_stream_opens_and_its_ack_is_reproduced),
		cmocka_unit_test(secrets_of_every_size_arrive),
		cmocka_unit_test(a_dropped_repeated_or_swapped_record_closes_the_channel),
		cmocka_unit_test(every_damage_of_a_record_closes_the_channel),
		cmocka_unit_test(a_record_of_the_wrong_direction_or_session_is_refused),
		cmocka_unit_test(records_out_of_their_order_cannot_be_made),
		cmocka_unit_test(records_out_of_their_order_are_refused_although_their_tag_is_right),
		cmocka_unit_test(record_head_names_what_is_wrong),
		cmocka_unit_test(head_is_strict_about_protocol_version_size_and_name),
		cmocka_unit_test(ack_is_strict_about_protocol_and_version),
	};

	return cmocka_run_group_tests_name("channel", tests, NULL, NULL);
}
