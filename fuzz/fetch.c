/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pcs_fetch with a service that answers whatever it likes: for each request status (2 bytes, little-endian; 0: the connection broke, 1: not the pinned certificate),
 * length of the headers (2 bytes), of the body (4 bytes), headers, body. The linker puts __wrap_http_get in http_get's place.
 */
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/diag.h"
#include "dcap/collateral.h"
#include "http/pcs.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
jurat_rc __wrap_http_get(struct http_client *c, struct http_reply *out, const char *path, size_t max, struct jurat_diag *d);

#define NUM_PARTS 4u

/* The service; pcs.c hands it through as the client. */
struct service {
	struct reader answers;
	unsigned num_requests, num_waits;
};

static struct blob
blob_of(struct reader r)
{
	struct blob b = { .p = malloc(r.left + 1), .len = r.left };

	if (b.p == NULL)
		abort();
	if (r.left != 0)
		memcpy(b.p, r.at, r.left);
	b.p[r.left] = '\0';
	return b;
}

jurat_rc
__wrap_http_get(struct http_client *c, struct http_reply *out, const char *path, size_t max, struct jurat_diag *d)
{
	struct service *s = (struct service *)(void *)c;
	struct reader *r = &s->answers, headers, body;
	uint16_t status = reader_u16le(r), headers_len = reader_u16le(r);
	uint32_t body_len = reader_u32le(r);

	if (++s->num_requests > NUM_PARTS * PCS_ATTEMPTS || path[0] != '/')
		abort();
	headers = reader_sub(r, headers_len);
	body = reader_sub(r, body_len);
	if (r->failed || status == 0)
		return jurat_fail(d, JURAT_E_IO, "http", NO_OFFSET, 0, 0);
	if (status == 1)
		return jurat_fail(d, JURAT_E_AUTH, "http.certificate", NO_OFFSET, 0, 0);
	if (body.left > max || headers.left > HTTP_REPLY_HEADERS_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "http.body", NO_OFFSET, max, body.left);
	*out = (struct http_reply){ .status = status, .headers = blob_of(headers), .body = blob_of(body) };
	return JURAT_OK;
}

static void
wait_some(void *ctx, unsigned seconds)
{
	struct service *s = ctx;

	s->num_waits++;
	if (seconds > PCS_WAIT_MAX_S || s->num_waits > s->num_requests)
		abort();
}

/* hold: what was fetched is a collateral file whose signed texts stand in the answers byte for byte. */
static void
hold(const char *text, const uint8_t *data, size_t size)
{
	static const char *const texts[] = { "tcb_info", "qe_identity" };
	struct jurat_collateral *c = NULL;
	struct json_value *document = NULL;

	if (json_parse(&document, text, strlen(text), JURAT_COLLATERAL_MAX_LEN * 4u, "fetched", NULL) != JURAT_OK)
		return; /* a chain that is no text */
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		const char *found = json_text(json_member(document, texts[i]));

		if (found == NULL || memmem(data, size, found, strlen(found)) == NULL)
			abort();
	}
	json_free(document);
	if (jurat_collateral_parse(&c, text, strlen(text), NULL) == JURAT_OK)
		jurat_collateral_free(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct service s = { 0 };
	struct http_client *client = (struct http_client *)(void *)&s;
	struct pcs_service service = { .client = client, .root_client = client, .root_path = PCS_PCCS_ROOT_PATH, .wait = wait_some,
		.wait_ctx = &s };
	struct jurat_diag d = { 0 };
	char *text = NULL;
	jurat_rc rc;

	reader_init(&s.answers, data, size);
	rc = pcs_fetch(&text, &service, &(struct pcs_want){ .is_tdx = true, .update = PCS_EARLY }, &d);
	if ((rc == JURAT_OK) != (text != NULL) || (rc != JURAT_OK && (d.code != rc || d.field == NULL)))
		abort();
	if (text != NULL)
		hold(text, data, size);
	free(text);
	return 0;
}
