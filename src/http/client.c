/* SPDX-License-Identifier: Apache-2.0 */
#include "http/client.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/diag.h"

#define URL_MAX_LEN 1024u
#define URL_HINT "https://host:port without a path"

struct http_client {
	CURL *curl;
	char *url;
	http_hook hook;
	void *hook_ctx;
};

/* What arrives of one answer. */
struct arrival {
	struct http_reply reply;
	size_t max, cap, headers_cap;
	bool too_large, headers_too_large;
};

/* append: grows b, whose allocation is *cap bytes. */
static bool
append(struct blob *b, size_t *cap, const void *p, size_t len)
{
	if (b->len + len + 1 > *cap) {
		size_t want = *cap * 2 > b->len + len + 1 ? *cap * 2 : b->len + len + 1;
		uint8_t *grown = realloc(b->p, want);

		if (grown == NULL)
			return false;
		b->p = grown;
		*cap = want;
	}
	memcpy(b->p + b->len, p, len);
	b->len += len;
	b->p[b->len] = 0;
	return true;
}

static size_t
on_body(char *p, size_t size, size_t n, void *arg)
{
	struct arrival *a = arg;
	size_t len = size * n;

	if (len > a->max - a->reply.body.len) {
		a->too_large = true;
		return 0;
	}
	return append(&a->reply.body, &a->cap, p, len) ? len : 0;
}

static size_t
on_header(char *p, size_t size, size_t n, void *arg)
{
	struct arrival *a = arg;
	size_t len = size * n;

	if (len > HTTP_REPLY_HEADERS_MAX_LEN - a->reply.headers.len) {
		a->headers_too_large = true;
		return 0;
	}
	return append(&a->reply.headers, &a->headers_cap, p, len) ? len : 0;
}

/* value_of: the value in one line, if it is this header's; its length in *out_len. */
static const char *
value_of(const char *line, size_t len, const char *name, size_t *out_len)
{
	size_t from = strlen(name), to = len;

	if (len <= from || line[from] != ':' || strncasecmp(line, name, from) != 0)
		return NULL;
	for (from++; from < to && (line[from] == ' ' || line[from] == '\t');)
		from++;
	while (to > from && (line[to - 1] == '\r' || line[to - 1] == ' ' || line[to - 1] == '\t'))
		to--;
	*out_len = to - from;
	return line + from;
}

bool
http_reply_header(const struct http_reply *r, const char *name, char *out, size_t cap)
{
	const char *at = (const char *)r->headers.p, *end = at + r->headers.len, *next, *value;
	size_t len = 0;

	for (; at < end; at = next) {
		const char *nl = memchr(at, '\n', (size_t)(end - at));

		next = nl != NULL ? nl + 1 : end;
		value = value_of(at, (size_t)((nl != NULL ? nl : end) - at), name, &len);
		if (value == NULL)
			continue;
		if (len >= cap)
			return false;
		memcpy(out, value, len);
		out[len] = '\0';
		return true;
	}
	return false;
}

void
http_reply_clear(struct http_reply *r)
{
	blob_clear(&r->body);
	blob_clear(&r->headers);
	*r = (struct http_reply){ 0 };
}

/* set_trust: what a file pins excludes what the system trusts. */
static bool
set_trust(CURL *curl, const char *ca_file)
{
	if (ca_file == NULL)
		return true;
	return curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file) == CURLE_OK && curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) == CURLE_OK;
}

jurat_rc
http_client_new(struct http_client **out, const struct http_client_options *options, struct jurat_diag *d)
{
	struct http_client *c;

	if (strncmp(options->url, "https://", 8) != 0 || options->url[8] == '\0' || options->url[8] == '/' || strlen(options->url) > URL_MAX_LEN) {
		(void)jurat_fail(d, JURAT_E_USAGE, "url", NO_OFFSET, 0, 0);
		jurat_hint(d, URL_HINT);
		return JURAT_E_USAGE;
	}
	if ((c = calloc(1, sizeof *c)) == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "http.client", NO_OFFSET, 0, 0);
	c->hook = options->hook;
	c->hook_ctx = options->hook_ctx;
	c->url = strdup(options->url);
	c->curl = curl_easy_init();
	if (c->url == NULL || c->curl == NULL || !set_trust(c->curl, options->ca_file)) {
		http_client_free(c);
		return jurat_fail(d, JURAT_E_MEMORY, "http.client", NO_OFFSET, 0, 0);
	}
	while (c->url[8] != '\0' && c->url[strlen(c->url) - 1] == '/')
		c->url[strlen(c->url) - 1] = '\0';
	curl_easy_setopt(c->curl, CURLOPT_SSLVERSION,
	    options->allow_tls12 ? (long)CURL_SSLVERSION_TLSv1_2 : (long)CURL_SSLVERSION_TLSv1_3);
	curl_easy_setopt(c->curl, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	curl_easy_setopt(c->curl, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(c->curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(c->curl, CURLOPT_PROXY, "");
	curl_easy_setopt(c->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c->curl, CURLOPT_CONNECTTIMEOUT, (long)HTTP_CLIENT_CONNECT_S);
	curl_easy_setopt(c->curl, CURLOPT_TIMEOUT, (long)HTTP_CLIENT_TOTAL_S);
	curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c->curl, CURLOPT_HEADERFUNCTION, on_header);
	*out = c;
	return JURAT_OK;
}

void
http_client_free(struct http_client *c)
{
	if (c == NULL)
		return;
	curl_easy_cleanup(c->curl);
	free(c->url);
	free(c);
}

static jurat_rc
fail_of(struct http_client *c, CURLcode code, const struct arrival *a, struct jurat_diag *d)
{
	long err = 0;

	if (a->headers_too_large)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "http.headers", NO_OFFSET, HTTP_REPLY_HEADERS_MAX_LEN, 0);
	if (a->too_large)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "http.body", NO_OFFSET, a->max, 0);
	switch (code) {
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
		(void)jurat_fail(d, JURAT_E_AUTH, "http.certificate", NO_OFFSET, 0, 0);
		jurat_hint(d, "the server is not the one that --ca names");
		return JURAT_E_AUTH;
	case CURLE_SSL_CACERT_BADFILE:
		return jurat_fail(d, JURAT_E_NOT_FOUND, "http.ca_file", NO_OFFSET, 0, 0);
	case CURLE_URL_MALFORMAT:
		(void)jurat_fail(d, JURAT_E_USAGE, "url", NO_OFFSET, 0, 0);
		jurat_hint(d, URL_HINT);
		return JURAT_E_USAGE;
	case CURLE_OUT_OF_MEMORY:
	case CURLE_WRITE_ERROR:
		return jurat_fail(d, JURAT_E_MEMORY, "http.body", NO_OFFSET, 0, 0);
	case CURLE_PARTIAL_FILE:
	case CURLE_RECV_ERROR:
		return jurat_fail(d, JURAT_E_IO, "http.answer", NO_OFFSET, 0, 0);
	default:
		curl_easy_getinfo(c->curl, CURLINFO_OS_ERRNO, &err);
		return jurat_fail(d, JURAT_E_IO, "http.connection", NO_OFFSET, 0, (uint64_t)err);
	}
}

static jurat_rc
exchange(struct http_client *c, struct http_reply *out, const char *path, size_t max, struct jurat_diag *d)
{
	struct arrival a = { .max = max, .cap = 1, .headers_cap = 1, .reply.body.p = calloc(1, 1), .reply.headers.p = calloc(1, 1) };
	char url[URL_MAX_LEN + 512];
	CURLcode code;
	long status = 0;

	if (a.reply.body.p == NULL || a.reply.headers.p == NULL) {
		http_reply_clear(&a.reply);
		return jurat_fail(d, JURAT_E_MEMORY, "http.body", NO_OFFSET, 0, 0);
	}
	snprintf(url, sizeof url, "%s%s", c->url, path);
	curl_easy_setopt(c->curl, CURLOPT_URL, url);
	curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, &a);
	curl_easy_setopt(c->curl, CURLOPT_HEADERDATA, &a);
	code = curl_easy_perform(c->curl);
	if (code != CURLE_OK) {
		jurat_rc rc = fail_of(c, code, &a, d);

		http_reply_clear(&a.reply);
		return rc;
	}
	curl_easy_getinfo(c->curl, CURLINFO_RESPONSE_CODE, &status);
	a.reply.status = (int)status;
	if (!http_reply_header(&a.reply, "location", a.reply.location, sizeof a.reply.location))
		a.reply.location[0] = '\0';
	if (c->hook != NULL)
		c->hook(c->hook_ctx, true, a.reply.body.p, a.reply.body.len);
	*out = a.reply;
	return JURAT_OK;
}

jurat_rc
http_post(struct http_client *c, struct http_reply *out, const char *path, const void *body, size_t len, size_t max,
    struct jurat_diag *d)
{
	struct curl_slist *headers;
	jurat_rc rc;

	/* "Expect:" empty: no 100-continue round trip */
	if ((headers = curl_slist_append(NULL, "Content-Type: application/octet-stream")) == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "http.headers", NO_OFFSET, 0, 0);
	curl_slist_append(headers, "Expect:");
	if (c->hook != NULL)
		c->hook(c->hook_ctx, false, body, len);
	curl_easy_setopt(c->curl, CURLOPT_POST, 1L);
	curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
	curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, len != 0 ? body : "");
	curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, headers);
	rc = exchange(c, out, path, max, d);
	curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
	return rc;
}

jurat_rc
http_get(struct http_client *c, struct http_reply *out, const char *path, size_t max, struct jurat_diag *d)
{
	curl_easy_setopt(c->curl, CURLOPT_HTTPGET, 1L);
	return exchange(c, out, path, max, d);
}
