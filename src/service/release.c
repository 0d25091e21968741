/* SPDX-License-Identifier: Apache-2.0 */
/* The three messages of a session, and the release of the secret. */
#include "service/secrets_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/ct.h"
#include "core/diag.h"
#include "core/hex.h"
#include "core/sabotage.h"

_Static_assert(STORE_CHUNK_LEN == CHANNEL_CHUNK_LEN, "a stored chunk is one record");
_Static_assert(CHANNEL_RECORD_MAX_LEN <= HTTP_PIECE_MAX_LEN, "a record is one piece of the answer");
_Static_assert((uint32_t)STORE_SECRET_MAX_LEN == CHANNEL_SECRET_MAX_LEN, "what is stored can be sent");
_Static_assert(STORE_NAME_MAX_LEN == CHANNEL_NAME_MAX_LEN, "what is stored can be named");

#define QUOTE_TYPE_UNLINKABLE 0u /* of no meaning for ECDSA quotes */

/* ---- msg0, msg1 -> msg2 ---- */

static void
answer_msg2(struct session *session, const uint8_t msg2[SIGMA_MSG2_HEAD_LEN], struct http_answer *answer)
{
	char id[SESSION_ID_TEXT_LEN + 1], location[32 + SESSION_ID_TEXT_LEN];

	hex_encode(id, session->id, sizeof session->id);
	snprintf(location, sizeof location, "/v1/sessions/%s", id);
	http_answer_header(answer, "Location", location);
	http_answer_send(answer, 201, "application/octet-stream", msg2, SIGMA_MSG2_HEAD_LEN);
}

void
route_session(struct secrets *s, const struct http_request *request, const char *id, struct http_answer *answer)
{
	const struct sigma_service service = { .key = store_service_key(s->store), .quote_type = QUOTE_TYPE_UNLINKABLE };
	uint8_t msg2[SIGMA_MSG2_HEAD_LEN], seed[48];
	struct session *session = NULL;
	struct jurat_diag d = { 0 };
	jurat_rc rc = JURAT_OK;

	(void)id;
	if (request->body_len != SIGMA_MSG0_LEN + SIGMA_MSG1_LEN)
		rc = jurat_fail(&d, JURAT_E_TRUNCATED, "msg1", 0, SIGMA_MSG0_LEN + SIGMA_MSG1_LEN, request->body_len);
	/* an EPID group: known, and not served here */
	if (rc == JURAT_OK && !ct_is_zero(request->body + SIGMA_MSG0_LEN + 64, 4))
		rc = jurat_fail(&d, JURAT_E_UNSUPPORTED, "msg1.gid", 64, 0, 0);
	if (rc == JURAT_OK && (rc = crypto_random(seed, sizeof seed)) == JURAT_OK &&
	    (rc = session_new(&s->sessions, &session, s->clocks.monotonic_ms(), &d)) == JURAT_OK)
		rc = sigma_take_msg1(&session->sigma, msg2, &service, request->body, request->body + SIGMA_MSG0_LEN, seed, NULL, 0, &d);
	wipe(seed, sizeof seed);
	if (rc != JURAT_OK) {
		if (session != NULL)
			session_end(session);
		s->count.failed++;
		answer_failure(answer, rc, &d);
		return;
	}
	s->count.sessions++;
	answer_msg2(session, msg2, answer);
}

/* ---- judging msg3 ---- */

/* query_secret: "secret=NAME" and nothing else. */
static jurat_rc
query_secret(char out[STORE_NAME_MAX_LEN + 1], const char *query, struct jurat_diag *d)
{
	static const char key[] = "secret=";
	const char *name = query + sizeof key - 1;
	jurat_rc rc;

	if (strncmp(query, key, sizeof key - 1) != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "http.query.secret", NO_OFFSET, 0, 0);
	if ((rc = store_name_check(name, d)) == JURAT_OK)
		memcpy(out, name, strlen(name) + 1);
	return rc;
}

/* What route_msg3 works on: local until everything has succeeded. */
struct attempt {
	struct sigma_responder sigma;
	struct store_secret secret;
	const uint8_t *quote;
	size_t quote_len;
	uint8_t report_data[64];
	uint8_t evidence_hash[SHA256_LEN];
	struct jurat_verdict *verdict;
};

static void
attempt_clear(struct attempt *a)
{
	sigma_responder_clear(&a->sigma);
	jurat_verdict_free(a->verdict);
}

/*
 * session_take: the session of this name, if it still waits for its msg3. Whatever happens with this message, there is no second
 * one: the session is over, and its responder moves to the caller.
 */
static jurat_rc
session_take(struct secrets *s, struct session **out, struct sigma_responder *out_sigma, const char *id, struct jurat_diag *d)
{
	struct session *session = session_find(&s->sessions, id, SESSION_ID_TEXT_LEN, s->clocks.monotonic_ms());

	if (session == NULL)
		return jurat_fail(d, JURAT_E_NOT_FOUND, "session", NO_OFFSET, 0, 0);
	if (SABOTAGED("service.session_reuse")) {
		*out_sigma = session->sigma; /* kept, so that the same msg3 is taken again */
		*out = session;
		return JURAT_OK;
	}
	if (session->step != SESSION_WANTS_MSG3)
		return jurat_fail(d, JURAT_E_REPLAY, "session.msg3", NO_OFFSET, 0, 0);
	*out_sigma = session->sigma;
	session_end(session);
	*out = session;
	return JURAT_OK;
}

static jurat_rc
judge(struct secrets *s, struct attempt *a, struct jurat_diag *d)
{
	struct jurat_request request = { .quote = a->quote, .quote_len = a->quote_len,
		.root = s->private_root != NULL ? s->private_root : jurat_trust_intel(), .at_unix_s = s->clocks.unix_s(),
		.report_data = a->report_data };
	struct jurat_policy *policy = NULL;
	char *text = NULL;
	size_t len;
	jurat_rc rc;

	if (SABOTAGED("service.report_data"))
		request.report_data = NULL;
	if ((rc = store_clock_check(s->store, request.at_unix_s, d)) != JURAT_OK || (rc = secrets_refresh(s, d)) != JURAT_OK ||
	    (rc = store_secret_policy(s->store, &text, &len, &a->secret, d)) != JURAT_OK)
		return rc;
	rc = jurat_policy_parse(&policy, text, len, d);
	free(text);
	if (rc != JURAT_OK)
		return rc;
	request.collateral = s->collateral;
	request.policy = policy;
	rc = jurat_verify(&a->verdict, &request, d);
	jurat_policy_free(policy);
	return rc;
}

/* record_refusal: as long as there are not too many; one that cannot be recorded is a refusal all the same. */
static void
record_refusal(struct secrets *s, const struct attempt *a, const char *field, jurat_rc code)
{
	struct store_note note = { .at_unix_s = s->clocks.unix_s() };
	char why[128], detail[REFUSALS_DETAIL_MAX_LEN + 1];

	if (!refusals_take(&s->refusals, s->clocks.monotonic_ms()))
		return;
	snprintf(why, sizeof why, "%s: %s", field, jurat_rc_name(code));
	refusals_detail(detail, &s->refusals, why);
	note.detail = detail;
	memcpy(note.evidence_hash, a->evidence_hash, SHA256_LEN);
	if (store_refused(s->store, &a->secret, &note, NULL) == JURAT_OK)
		refusals_told(&s->refusals);
	else
		s->refusals.unrecorded++;
}

/* refuse: the record first, then the answer with the whole verdict. */
static void
refuse(struct secrets *s, struct attempt *a, struct http_answer *answer)
{
	const struct jurat_check *check = jurat_verdict_decisive(a->verdict);
	struct jurat_diag d = { 0 };
	jurat_rc code = jurat_verdict_code(a->verdict);
	char *json = NULL;

	if (code == JURAT_OK)
		code = JURAT_E_POLICY;
	(void)jurat_fail(&d, code, check != NULL ? check->name : "policy", NO_OFFSET, 0, 0);
	s->count.refused++;
	record_refusal(s, a, d.field, code);
	if (jurat_verdict_json(&json, a->verdict) != JURAT_OK)
		json = NULL;
	http_answer_problem(answer, 403, code, &d, json);
	free(json);
}

/* ---- msg4 ---- */

struct release {
	struct secrets *service;
	struct session *session; /* in step SENDING: nobody else takes it */
	struct sha256 digest;
	uint32_t next_chunk;
	bool head_sent;
};

static jurat_rc
next_head(struct release *r, uint8_t *out, size_t *out_len)
{
	const struct store_secret *secret = &r->session->secret;
	struct channel_head head = { .secret_version = secret->version, .secret_len = secret->size,
		.name_len = (uint8_t)strlen(secret->name) };
	uint8_t plain[CHANNEL_HEAD_MAX_LEN];
	size_t len;
	jurat_rc rc;

	memcpy(head.name, secret->name, head.name_len);
	if ((rc = channel_head_encode(plain, sizeof plain, &len, &head, NULL)) != JURAT_OK)
		return rc;
	sha256_update(&r->digest, plain, len);
	r->head_sent = true;
	return channel_seal(&r->session->channel, out, out_len, CHANNEL_HEAD, plain, len);
}

static jurat_rc
next_record(void *ctx, uint8_t *out, size_t *out_len, bool *out_last)
{
	struct release *r = ctx;
	const struct store_secret *secret = &r->session->secret;
	uint8_t plain[STORE_CHUNK_LEN];
	size_t len = 0;
	bool last;
	jurat_rc rc;

	*out_last = false;
	if (!r->head_sent)
		return next_head(r, out, out_len);
	last = r->next_chunk + 1 == store_secret_num_chunks(secret);
	rc = store_secret_chunk(r->service->store, plain, &len, secret, r->next_chunk, NULL);
	if (rc == JURAT_OK) {
		sha256_update(&r->digest, plain, len);
		rc = channel_seal(&r->session->channel, out, out_len, last ? CHANNEL_LAST : CHANNEL_DATA, plain, len);
	}
	wipe(plain, sizeof plain);
	r->next_chunk++;
	*out_last = last;
	return rc;
}

static void
end_release(void *ctx, bool complete)
{
	struct release *r = ctx;
	struct session *session = r->session;

	if (complete) {
		sha256_final(&r->digest, session->ack_digest);
		session->step = SESSION_WANTS_ACK;
		session->began_ms = r->service->clocks.monotonic_ms(); /* the ACK has its own minute */
	} else {
		session_end(session);
		r->service->count.failed++;
	}
	wipe(r, sizeof *r);
	free(r);
}

/* release_check: what can still go wrong must go wrong before the release is recorded. */
static jurat_rc
release_prepare(struct secrets *s, struct attempt *a, struct session *session, struct release **out, struct jurat_diag *d)
{
	struct sigma_result result;
	uint8_t plain[STORE_CHUNK_LEN];
	struct release *r;
	size_t len;
	jurat_rc rc = store_secret_chunk(s->store, plain, &len, &a->secret, 0, d);

	wipe(plain, sizeof plain);
	if (rc != JURAT_OK)
		return rc;
	if ((r = calloc(1, sizeof *r)) == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "release", NO_OFFSET, 0, 0);
	if ((rc = sigma_responder_finish(&a->sigma, &result)) != JURAT_OK ||
	    (rc = channel_init(&session->channel, CHANNEL_SERVICE, &result)) != JURAT_OK) {
		free(r);
		return jurat_fail(d, rc, "session", NO_OFFSET, 0, 0);
	}
	r->service = s;
	r->session = session;
	sha256_init(&r->digest);
	session->secret = a->secret;
	memcpy(session->evidence_hash, a->evidence_hash, SHA256_LEN);
	*out = r;
	return JURAT_OK;
}

/* release: the record on disk first, then the bytes. */
static jurat_rc
release(struct secrets *s, struct attempt *a, struct session *session, struct http_answer *answer, struct jurat_diag *d)
{
	char detail[REFUSALS_DETAIL_MAX_LEN + 1];
	struct store_note note = { .at_unix_s = s->clocks.unix_s(), .detail = detail };
	struct http_stream stream = { .next = next_record, .end = end_release };
	struct release *r = NULL;
	jurat_rc rc = release_prepare(s, a, session, &r, d);

	if (rc != JURAT_OK)
		return rc;
	memcpy(note.evidence_hash, a->evidence_hash, SHA256_LEN);
	refusals_detail(detail, &s->refusals, "accepted");
	rc = store_release(s->store, &a->secret, &note, d);
	if (rc == JURAT_OK)
		refusals_told(&s->refusals);
	if (rc != JURAT_OK && !(rc == JURAT_E_REPLAY && SABOTAGED("service.release_once"))) {
		session_end(session);
		free(r);
		return rc;
	}
	s->count.releases++;
	session->step = SESSION_SENDING;
	stream.ctx = r;
	http_answer_stream(answer, "application/octet-stream", &stream);
	return JURAT_OK;
}

void
route_msg3(struct secrets *s, const struct http_request *request, const char *id, struct http_answer *answer)
{
	CLEANUP(attempt_clear) struct attempt a = { 0 };
	char name[STORE_NAME_MAX_LEN + 1];
	struct session *session = NULL;
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	if ((rc = query_secret(name, request->query, &d)) == JURAT_OK &&
	    (rc = session_take(s, &session, &a.sigma, id, &d)) == JURAT_OK &&
	    (rc = sigma_take_msg3(&a.sigma, &a.quote, &a.quote_len, a.report_data, request->body, request->body_len, &d)) == JURAT_OK &&
	    (rc = store_secret_find(s->store, &a.secret, name, &d)) == JURAT_OK && (rc = judge(s, &a, &d)) == JURAT_OK) {
		sha256_once(a.evidence_hash, a.quote, a.quote_len);
		if (jurat_verdict_outcome(a.verdict) != JURAT_ACCEPTED) {
			refuse(s, &a, answer);
			return;
		}
		rc = release(s, &a, session, answer, &d);
	}
	if (rc == JURAT_OK)
		return;
	if (rc == JURAT_E_REPLAY)
		s->count.replayed++;
	else
		s->count.failed++;
	answer_failure(answer, rc, &d);
}

/* ---- acknowledgement ---- */

static jurat_rc
open_ack(struct session *session, const struct http_request *request, struct jurat_diag *d)
{
	uint8_t plain[CHANNEL_CHUNK_LEN], digest[SHA256_LEN];
	enum channel_type type;
	size_t len;
	jurat_rc rc;

	if ((rc = channel_open(&session->channel, &type, plain, &len, request->body, request->body_len, d)) != JURAT_OK)
		return rc;
	if (type != CHANNEL_ACK)
		return jurat_fail(d, JURAT_E_FORMAT, "ack.type", NO_OFFSET, CHANNEL_ACK, type);
	if ((rc = channel_ack_parse(digest, plain, len, d)) != JURAT_OK)
		return rc;
	return ct_equal(digest, session->ack_digest, sizeof digest) ? JURAT_OK :
	                                                             jurat_fail(d, JURAT_E_MISMATCH, "ack.digest", NO_OFFSET, 0, 0);
}

void
route_ack(struct secrets *s, const struct http_request *request, const char *id, struct http_answer *answer)
{
	struct session *session = session_find(&s->sessions, id, SESSION_ID_TEXT_LEN, s->clocks.monotonic_ms());
	char detail[REFUSALS_DETAIL_MAX_LEN + 1];
	struct store_note note = { .at_unix_s = s->clocks.unix_s(), .detail = detail };
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	if (session == NULL)
		rc = jurat_fail(&d, JURAT_E_NOT_FOUND, "session", NO_OFFSET, 0, 0);
	else if (session->step != SESSION_WANTS_ACK)
		rc = jurat_fail(&d, JURAT_E_REPLAY, "session.ack", NO_OFFSET, 0, 0);
	else if ((rc = open_ack(session, request, &d)) == JURAT_OK) {
		memcpy(note.evidence_hash, session->evidence_hash, SHA256_LEN);
		refusals_detail(detail, &s->refusals, "acknowledged");
		if ((rc = store_delivered(s->store, &session->secret, &note, &d)) == JURAT_OK)
			refusals_told(&s->refusals);
		session_end(session);
	} else {
		session_end(session);
	}
	if (rc != JURAT_OK) {
		s->count.failed++;
		answer_failure(answer, rc, &d);
		return;
	}
	s->count.delivered++;
	http_answer_send(answer, 204, NULL, NULL, 0);
}
