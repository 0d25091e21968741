/* SPDX-License-Identifier: Apache-2.0 */
#include "epid_corpus.h"

#include <stdio.h>

#define SET_MAX_LEN (64u << 20)

void
epid_set_open(struct epid_set *out, const char *name)
{
	struct jurat_diag d = { 0 };
	char path[256], *file;
	uint8_t *text;
	size_t len;
	int64_t count;

	*out = (struct epid_set){ 0 };
	snprintf(path, sizeof path, "epid/vectors/%s.json", name);
	file = corpus_file(path);
	text = test_read(file, &len);
	free(file);
	if (json_parse(&out->document, (const char *)text, len, SET_MAX_LEN, name, &d) != JURAT_OK)
		fail_msg("%s: %s: %s", path, d.field, jurat_rc_text(d.code));
	free(text);
	out->vectors = json_member(out->document, "vectors");
	count = epid_integer(out->document, "count");
	out->num = json_count(out->vectors);
	if (out->num == 0 || (int64_t)out->num != count)
		fail_msg("%s has %zu vectors and says %lld", path, out->num, (long long)count);
}

const struct json_value *
epid_set_next(struct epid_set *s)
{
	return s->num_run < s->num ? json_at(s->vectors, s->num_run++) : NULL;
}

void
epid_set_close(struct epid_set *s)
{
	assert_int_equal(s->num_run, s->num);
	printf("%zu vectors\n", s->num_run);
	json_free(s->document);
}

static struct epid_member
from_hex(const char *text)
{
	struct epid_member m;
	uint8_t *bytes = test_hex(text, &m.len);

	m.p = test_copy(bytes, m.len);
	free(bytes);
	return m;
}

static struct epid_member
from_pattern(const struct json_value *v)
{
	struct epid_member m = { .len = (size_t)epid_integer(v, "len") };
	uint8_t *bytes = malloc(m.len + 1);

	assert_non_null(bytes);
	assert_string_equal(epid_text(v, "pattern"), "i%256");
	for (size_t i = 0; i < m.len; i++)
		bytes[i] = (uint8_t)i;
	m.p = test_copy(bytes, m.len);
	free(bytes);
	return m;
}

struct epid_member
epid_member(const struct json_value *vector, const char *key)
{
	const struct json_value *v = json_member(vector, key);

	if (json_text(v) != NULL)
		return from_hex(json_text(v));
	if (json_member(v, "$blob") != NULL)
		return epid_corpus_read(epid_text(v, "$blob"));
	if (json_member(v, "pattern") != NULL)
		return from_pattern(v);
	return (struct epid_member){ 0 };
}

void
epid_member_clear(struct epid_member *m)
{
	free(m->p);
	*m = (struct epid_member){ 0 };
}

int64_t
epid_integer(const struct json_value *vector, const char *key)
{
	struct jurat_diag d = { 0 };
	int64_t v = 0;

	if (json_get_integer(vector, key, INT64_MIN, INT64_MAX, &v, &d) != JURAT_OK)
		fail_msg("no integer %s", key);
	return v;
}

const char *
epid_text(const struct json_value *vector, const char *key)
{
	return json_text(json_member(vector, key));
}

struct epid_member
epid_corpus_read(const char *name)
{
	struct epid_member m;
	char path[512], *file;
	uint8_t *bytes;

	snprintf(path, sizeof path, "epid/%s", name);
	file = corpus_file(path);
	bytes = test_read(file, &m.len);
	m.p = test_copy(bytes, m.len);
	free(bytes);
	free(file);
	return m;
}

/* without_bignums: JSON integers of more than 18 digits become 0. */
static void
without_bignums(struct epid_member *text)
{
	bool in_string = false;

	for (size_t i = 0, start; i < text->len; i++) {
		if (text->p[i] == '"' && text->p[i - 1] != '\\')
			in_string = !in_string;
		for (start = i; !in_string && i < text->len && text->p[i] >= '0' && text->p[i] <= '9';)
			i++;
		if (i - start > 18) {
			memset(text->p + start, ' ', i - start);
			text->p[start] = '0';
		}
		if (i > start)
			i--;
	}
}

struct json_value *
epid_corpus_index(void)
{
	struct epid_member text = epid_corpus_read("INDEX.json");
	struct json_value *index = NULL;
	struct jurat_diag d = { 0 };

	without_bignums(&text);
	if (json_parse(&index, (const char *)text.p, text.len, text.len, "index", &d) != JURAT_OK)
		fail_msg("INDEX.json: %s at %llu", jurat_rc_text(d.code), (unsigned long long)d.offset);
	epid_member_clear(&text);
	return index;
}
