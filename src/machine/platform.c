/* SPDX-License-Identifier: Apache-2.0 */
/* One platform, in process or behind a socket. */
#include "machine/platform.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/diag.h"
#include "host/file.h"
#include "machine/local_socket.h"
#include "machine/platform_local.h"

enum { PATIENCE_S = 30 };

struct platform {
	struct platform_local *local; /* NULL: fd is the connection to a served one */
	int fd;
	bool broken; /* the stream is out of step */
	pthread_mutex_t lock;
};

static jurat_rc
platform_new(struct platform **out, struct jurat_diag *d)
{
	struct platform *p = calloc(1, sizeof *p);

	if (p == NULL || pthread_mutex_init(&p->lock, NULL) != 0) {
		free(p);
		return jurat_fail(d, JURAT_E_MEMORY, "platform", NO_OFFSET, 0, 0);
	}
	p->fd = -1;
	*out = p;
	return JURAT_OK;
}

jurat_rc
platform_start(struct platform **out, struct machine *m, const struct enclave_options *options, struct jurat_diag *d)
{
	struct platform *p = NULL;
	jurat_rc rc = platform_new(&p, d);

	if (rc != JURAT_OK)
		return rc;
	rc = platform_local_start(&p->local, m, options, d);
	if (rc != JURAT_OK) {
		platform_free(p);
		return rc;
	}
	*out = p;
	return JURAT_OK;
}

jurat_rc
platform_connect(struct platform **out, const char *socket_path, struct jurat_diag *d)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	struct platform *p = NULL;
	jurat_rc rc = platform_new(&p, d);

	if (rc != JURAT_OK)
		return rc;
	rc = local_connect(&p->fd, socket_path, "platform.socket", d);
	if (rc == JURAT_E_NOT_FOUND)
		jurat_hint(d, "start it with jurat platform serve sw:DIR --socket PATH");
	if (rc == JURAT_OK && setsockopt(p->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0)
		rc = jurat_fail(d, JURAT_E_IO, "platform.socket", NO_OFFSET, 0, 0);
	if (rc != JURAT_OK) {
		platform_free(p);
		return rc;
	}
	*out = p;
	return JURAT_OK;
}

void
platform_free(struct platform *p)
{
	if (p == NULL)
		return;
	platform_local_free(p->local);
	if (p->fd >= 0)
		close(p->fd);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

/* ---- the other end of a socket ---- */

static jurat_rc
send_request(int fd, const struct platform_request *q, struct jurat_diag *d)
{
	uint8_t bytes[PLATFORM_REQUEST_MAX_LEN];
	size_t len = PLATFORM_REQUEST_HEAD_LEN + q->body_len;

	platform_request_encode(bytes, q->op, q->body, q->body_len);
	if (send(fd, bytes, len, MSG_NOSIGNAL) != (ssize_t)len)
		return jurat_fail(d, JURAT_E_IO, "platform.socket", NO_OFFSET, 0, 0);
	return JURAT_OK;
}

static jurat_rc
receive_answer(int fd, uint8_t *out, size_t *out_len, jurat_rc *answer, struct jurat_diag *d)
{
	uint8_t head[PLATFORM_ANSWER_HEAD_LEN];
	uint32_t rest, code;
	jurat_rc rc = fd_read_all(fd, head, sizeof head, d);

	if (rc != JURAT_OK)
		return rc;
	rest = load32le(head);
	code = load32le(head + 4);
	if (rest < 4 || rest - 4 > PLATFORM_ANSWER_BODY_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "platform_answer.length", 0, PLATFORM_ANSWER_BODY_MAX_LEN, rest);
	if (code >= JURAT_E_MAX)
		return jurat_fail(d, JURAT_E_FORMAT, "platform_answer.rc", 4, JURAT_E_MAX - 1, code);
	rc = fd_read_all(fd, out, rest - 4, d);
	if (rc == JURAT_OK) {
		*out_len = rest - 4;
		*answer = (jurat_rc)code;
	}
	return rc;
}

static jurat_rc
remote_answer(struct platform *p, const struct platform_request *q, uint8_t *out, size_t *out_len, struct jurat_diag *d)
{
	jurat_rc answer = JURAT_E_INTERNAL, rc = JURAT_E_IO;

	pthread_mutex_lock(&p->lock);
	if (!p->broken) {
		rc = send_request(p->fd, q, d);
		if (rc == JURAT_OK)
			rc = receive_answer(p->fd, out, out_len, &answer, d);
		p->broken = rc != JURAT_OK;
	}
	pthread_mutex_unlock(&p->lock);
	if (rc != JURAT_OK)
		return jurat_fail(d, rc, "platform.socket", NO_OFFSET, 0, 0);
	if (answer == JURAT_E_MISSING)
		platform_not_enrolled(d);
	return answer == JURAT_OK ? answer : jurat_fail(d, answer, "platform", NO_OFFSET, 0, 0);
}

/* ---- the interface: both kinds give the same bytes ---- */

static jurat_rc
ask(struct platform *p, const struct platform_request *q, uint8_t *out, size_t *out_len, struct jurat_diag *d)
{
	if (p->local != NULL)
		return platform_local_answer(p->local, q, out, out_len, d);
	return remote_answer(p, q, out, out_len, d);
}

/* ask_small: operations without a body, whose answers are short. */
static jurat_rc
ask_small(struct platform *p, uint16_t op, uint8_t **out, size_t *out_len, struct jurat_diag *d)
{
	struct platform_request q = { .op = op, .total_len = PLATFORM_REQUEST_HEAD_LEN };
	uint8_t *answer = malloc(PLATFORM_ANSWER_BODY_MAX_LEN);
	jurat_rc rc;

	if (answer == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "platform", NO_OFFSET, 0, 0);
	rc = ask(p, &q, answer, out_len, d);
	if (rc == JURAT_OK)
		*out = answer;
	else
		free(answer);
	return rc;
}

jurat_rc
platform_info(struct platform_info *out, struct platform *p, struct jurat_diag *d)
{
	uint8_t *answer;
	size_t len;
	jurat_rc rc = ask_small(p, PLATFORM_INFO, &answer, &len, d);

	if (rc != JURAT_OK)
		return rc;
	rc = platform_info_parse(out, answer, len, d);
	free(answer);
	return rc;
}

jurat_rc
platform_target(struct sgx_target *out, struct platform *p, struct jurat_diag *d)
{
	uint8_t *answer;
	size_t len;
	jurat_rc rc = ask_small(p, PLATFORM_TARGET, &answer, &len, d);

	if (rc != JURAT_OK)
		return rc;
	rc = target_parse(out, answer, len, d);
	free(answer);
	return rc;
}

static jurat_rc
take_quote(uint8_t **out_quote, size_t *out_len, uint8_t out_qe_report[SGX_REPORT_LEN], const uint8_t *answer, size_t len,
    struct jurat_diag *d)
{
	struct platform_quoted q;
	uint8_t *quote;
	jurat_rc rc = platform_quoted_parse(&q, answer, len, d);

	if (rc != JURAT_OK)
		return rc;
	quote = malloc(q.quote_len != 0 ? q.quote_len : 1);
	if (quote == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "platform", NO_OFFSET, 0, 0);
	memcpy(quote, q.quote, q.quote_len);
	memcpy(out_qe_report, q.qe_report, SGX_REPORT_LEN);
	*out_quote = quote;
	*out_len = q.quote_len;
	return JURAT_OK;
}

jurat_rc
platform_quote(uint8_t **out_quote, size_t *out_len, uint8_t out_qe_report[SGX_REPORT_LEN], struct platform *p,
    const uint8_t report[SGX_REPORT_LEN], const uint8_t nonce[16], struct jurat_diag *d)
{
	uint8_t body[PLATFORM_REQUEST_BODY_MAX_LEN];
	struct platform_request q = {
		.op = PLATFORM_QUOTE, .body = body, .body_len = sizeof body, .total_len = PLATFORM_REQUEST_MAX_LEN
	};
	uint8_t *answer = malloc(PLATFORM_ANSWER_BODY_MAX_LEN);
	size_t len;
	jurat_rc rc;

	if (answer == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "platform", NO_OFFSET, 0, 0);
	memcpy(body, report, SGX_REPORT_LEN);
	memcpy(body + SGX_REPORT_LEN, nonce, 16);
	rc = ask(p, &q, answer, &len, d);
	if (rc == JURAT_OK)
		rc = take_quote(out_quote, out_len, out_qe_report, answer, len, d);
	free(answer);
	return rc;
}

static jurat_rc
serve_answer(void *ctx, const struct platform_request *q, uint8_t *out, size_t *out_len, struct jurat_diag *d)
{
	return ask(ctx, q, out, out_len, d);
}

jurat_rc
platform_serve(struct platform *p, const char *socket_path, int ready_fd, struct jurat_diag *d)
{
	const struct platform_backend backend = { p, serve_answer };

	return platform_serve_backend(&backend, socket_path, ready_fd, d);
}
