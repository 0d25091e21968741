/* SPDX-License-Identifier: Apache-2.0 */
/* jurat quote inspect over any file: for people printable lines, for programs one JSON document, and the same answer for both. */
#include <stdlib.h>
#include <string.h>

#include "captured.h"
#include "cli/inspect.h"
#include "json/json.h"
#include "verdict_hold.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PRINTED_MAX_LEN (64u * 1024u * 1024u)

static jurat_rc
print(char **out, const struct blob *b, bool as_json)
{
	struct captured c = { 0 };
	struct fields f;
	jurat_rc rc;

	captured_begin(&c);
	fields_init(&f, as_json);
	if (as_json)
		fields_open(&f, NULL);
	rc = inspect_bytes(&f, b, true, NULL);
	if (as_json)
		fields_close(&f);
	else if (rc == JURAT_OK && f.depth != 0)
		abort();
	if (!fields_finish(&f))
		abort();
	*out = captured_end(&c);
	return rc;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct blob b = { .p = malloc(size + 1), .len = size };
	struct json_value *document = NULL;
	char *text, *json;
	jurat_rc rc;

	if (b.p == NULL)
		abort();
	memcpy(b.p, data, size);
	b.p[size] = '\0';
	rc = print(&text, &b, false);
	if (print(&json, &b, true) != rc)
		abort();
	if (!is_printable(text))
		abort();
	if (json_parse(&document, json, strlen(json), PRINTED_MAX_LEN, "printed", NULL) != JURAT_OK)
		abort();
	if (rc == JURAT_OK && json_text(json_member(document, "kind")) == NULL)
		abort();
	json_free(document);
	free(text);
	free(json);
	free(b.p);
	return 0;
}
