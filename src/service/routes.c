/* SPDX-License-Identifier: Apache-2.0 */
/* From a request to its handler. docs/api/secrets.yaml describes the same table; tests/unit/test_secrets.c compares them. */
#include "service/secrets_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/diag.h"

static void
route_health(struct secrets *s, const struct http_request *request, const char *id, struct http_answer *answer)
{
	(void)s, (void)request, (void)id;
	http_answer_send(answer, 200, "text/plain", "ok\n", 3);
}

static void
route_ready(struct secrets *s, const struct http_request *request, const char *id, struct http_answer *answer)
{
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	(void)request, (void)id;
	if (s->server != NULL && http_server_draining(s->server)) {
		(void)jurat_fail(&d, JURAT_E_STATE, "service", NO_OFFSET, 0, 0);
		jurat_hint(&d, "the service is stopping");
		http_answer_problem(answer, 503, JURAT_E_STATE, &d, NULL);
	} else if ((rc = store_check(s->store, &d)) != JURAT_OK ||
	           (rc = store_clock_check(s->store, s->clocks.unix_s(), &d)) != JURAT_OK || (rc = secrets_refresh(s, &d)) != JURAT_OK) {
		http_answer_problem(answer, 503, rc, &d, NULL);
	} else {
		http_answer_send(answer, 200, "text/plain", "ready\n", 6);
	}
}

static void
route_metrics(struct secrets *s, const struct http_request *request, const char *id, struct http_answer *answer)
{
	const struct {
		const char *name, *type, *help;
		uint64_t value;
	} rows[] = {
		{ "jurat_sessions_total", "counter", "sessions begun", s->count.sessions },
		{ "jurat_sessions_active", "gauge", "sessions under way", sessions_active(&s->sessions, s->clocks.monotonic_ms()) },
		{ "jurat_releases_total", "counter", "secrets sent", s->count.releases },
		{ "jurat_delivered_total", "counter", "secrets acknowledged", s->count.delivered },
		{ "jurat_refused_total", "counter", "quotes that the policy refused", s->count.refused },
		{ "jurat_replayed_total", "counter", "messages and secrets asked for again", s->count.replayed },
		{ "jurat_failed_total", "counter", "other requests that failed", s->count.failed },
	};
	char text[2048];
	size_t len = 0;

	(void)request, (void)id;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "# HELP %s %s\n# TYPE %s %s\n%s %" PRIu64 "\n", rows[i].name,
		    rows[i].help, rows[i].name, rows[i].type, rows[i].name, rows[i].value);
	http_answer_send(answer, 200, "text/plain; version=0.0.4", text, len);
}

const struct secrets_route secrets_routes[] = {
	{ "POST", "/v1/sessions", SIGMA_MSG0_LEN + SIGMA_MSG1_LEN, route_session },
	{ "POST", "/v1/sessions/{id}/msg3", SIGMA_MSG3_MAX_LEN, route_msg3 },
	{ "POST", "/v1/sessions/{id}/ack", CHANNEL_ACK_LEN + CHANNEL_RECORD_OVERHEAD, route_ack },
	{ "GET", "/healthz", 0, route_health },
	{ "GET", "/readyz", 0, route_ready },
	{ "GET", "/metrics", 0, route_metrics },
	{ NULL, NULL, 0, NULL },
};

/* path_match: whether path fits pattern; "{id}" takes exactly one segment of a session id's length, copied to id. */
static bool
path_match(const char *pattern, const char *path, char id[SESSION_ID_TEXT_LEN + 1])
{
	const char *hole = strstr(pattern, "{id}");
	size_t before;

	if (hole == NULL)
		return strcmp(pattern, path) == 0;
	before = (size_t)(hole - pattern);
	if (strncmp(pattern, path, before) != 0 || strcspn(path + before, "/") != SESSION_ID_TEXT_LEN ||
	    strcmp(hole + 4, path + before + SESSION_ID_TEXT_LEN) != 0)
		return false;
	memcpy(id, path + before, SESSION_ID_TEXT_LEN);
	id[SESSION_ID_TEXT_LEN] = '\0';
	return true;
}

/* status_of: HTTP's word for a code of ours. */
static int
status_of(jurat_rc rc)
{
	switch (rc) {
	case JURAT_E_TOO_LARGE:
		return 413;
	case JURAT_E_NOT_FOUND:
		return 404;
	case JURAT_E_REPLAY:
		return 409;
	case JURAT_E_TRUNCATED:
	case JURAT_E_TRAILING:
	case JURAT_E_FORMAT:
	case JURAT_E_VERSION:
	case JURAT_E_UNSUPPORTED:
	case JURAT_E_MISMATCH:
		return 400;
	case JURAT_E_CRYPTO:
	case JURAT_E_POLICY:
		return 403;
	case JURAT_E_NO_SPACE:
		return 507;
	case JURAT_E_STATE:
	case JURAT_E_MEMORY:
	case JURAT_E_TIME:
		return 503;
	default:
		return 500;
	}
}

void
answer_failure(struct http_answer *answer, jurat_rc rc, const struct jurat_diag *d)
{
	http_answer_problem(answer, status_of(rc), rc, d, NULL);
}

static void
answer_unknown(struct http_answer *answer, const char *allow)
{
	struct jurat_diag d = { 0 };

	if (allow == NULL) {
		(void)jurat_fail(&d, JURAT_E_NOT_FOUND, "http.path", NO_OFFSET, 0, 0);
		http_answer_problem(answer, 404, JURAT_E_NOT_FOUND, &d, NULL);
		return;
	}
	(void)jurat_fail(&d, JURAT_E_UNSUPPORTED, "http.method", NO_OFFSET, 0, 0);
	http_answer_header(answer, "Allow", allow);
	http_answer_problem(answer, 405, JURAT_E_UNSUPPORTED, &d, NULL);
}

void
secrets_handle(void *ctx, const struct http_request *request, struct http_answer *answer)
{
	char id[SESSION_ID_TEXT_LEN + 1] = "";
	const char *allow = NULL;
	struct jurat_diag d = { 0 };

	for (const struct secrets_route *r = secrets_routes; r->method != NULL; r++) {
		if (!path_match(r->path, request->path, id))
			continue;
		allow = r->method;
		if (strcmp(r->method, request->method) != 0)
			continue;
		if (request->body_len > r->max_body) {
			(void)jurat_fail(&d, JURAT_E_TOO_LARGE, "http.body", NO_OFFSET, r->max_body, request->body_len);
			http_answer_problem(answer, 413, JURAT_E_TOO_LARGE, &d, NULL);
			return;
		}
		r->handle(ctx, request, id, answer);
		return;
	}
	answer_unknown(answer, allow);
}
