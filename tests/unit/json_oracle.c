/* SPDX-License-Identifier: Apache-2.0 */
#include "json_oracle.h"

#include <ctype.h>
#include <jansson.h>
#include <string.h>

#include "json/value.h"

struct form {
	bool has_fraction;
	unsigned depth;
};

/* look: what in jansson's document ours would refuse. */
static void
look(json_t *v, unsigned depth, struct form *f)
{
	const char *key;
	json_t *item;
	size_t i;

	if (json_is_real(v))
		f->has_fraction = true;
	if (!json_is_object(v) && !json_is_array(v))
		return;
	if (depth + 1 > f->depth)
		f->depth = depth + 1;
	json_object_foreach(v, key, item)
		look(item, depth + 1, f);
	json_array_foreach(v, i, item)
		look(item, depth + 1, f);
}

static const char *compare(const struct json_value *ours, json_t *theirs);

static const char *
compare_text(const struct json_value *ours, const char *theirs, size_t len)
{
	if (ours->num != len || memcmp(ours->as.text, theirs, len) != 0)
		return "a string differs";
	return ours->as.text[len] == '\0' && strlen(ours->as.text) == len ? NULL : "a string does not end";
}

/* jansson iterates in the order of the text too */
static const char *
compare_object(const struct json_value *ours, json_t *theirs)
{
	const char *key, *why = NULL;
	size_t i = 0;
	json_t *item;

	if (ours->kind != JSON_IS_OBJECT || ours->num != json_object_size(theirs))
		return "an object differs";
	json_object_foreach(theirs, key, item) {
		why = compare_text(&ours->as.items[2 * i], key, strlen(key));
		if (why == NULL && json_member(ours, key) != &ours->as.items[2 * i + 1])
			why = "a member is not found";
		if (why == NULL)
			why = compare(&ours->as.items[2 * i + 1], item);
		if (why != NULL)
			return why;
		i++;
	}
	return NULL;
}

static const char *
compare_array(const struct json_value *ours, json_t *theirs)
{
	const char *why = NULL;

	if (ours->kind != JSON_IS_ARRAY || json_count(ours) != json_array_size(theirs))
		return "an array differs";
	for (size_t i = 0; why == NULL && i < json_array_size(theirs); i++)
		why = compare(json_at(ours, i), json_array_get(theirs, i));
	return why;
}

static const char *
compare(const struct json_value *ours, json_t *theirs)
{
	bool same;

	switch (json_typeof(theirs)) {
	case JSON_OBJECT: return compare_object(ours, theirs);
	case JSON_ARRAY: return compare_array(ours, theirs);
	case JSON_STRING:
		return ours->kind == JSON_IS_STRING ? compare_text(ours, json_string_value(theirs), json_string_length(theirs)) : "not a string";
	case JSON_INTEGER: same = ours->kind == JSON_IS_INTEGER && ours->as.integer == json_integer_value(theirs); break;
	case JSON_TRUE: same = ours->kind == JSON_IS_TRUE; break;
	case JSON_FALSE: same = ours->kind == JSON_IS_FALSE; break;
	case JSON_NULL: same = ours->kind == JSON_IS_NULL; break;
	default: same = false; break;
	}
	return same ? NULL : "a scalar differs";
}

static bool
has_nul_behind_a_word(const char *text, size_t len)
{
	for (size_t i = 1; i < len; i++) {
		if (text[i] == '\0' && isalnum((unsigned char)text[i - 1]))
			return true;
	}
	return false;
}

static enum oracle_verdict
refused_by_ours(const char *text, size_t len, json_t *theirs, const char **why)
{
	struct form f = { 0 };

	if (theirs == NULL)
		return ORACLE_REFUSED;
	look(theirs, 0, &f);
	if (!json_is_object(theirs))
		return ORACLE_NO_OBJECT;
	if (f.has_fraction)
		return ORACLE_FRACTION;
	if (f.depth > JSON_MAX_DEPTH)
		return ORACLE_DEPTH;
	if (has_nul_behind_a_word(text, len))
		return ORACLE_NUL;
	*why = "refused by ours alone";
	return ORACLE_DIFFERS;
}

enum oracle_verdict
json_oracle(const char *text, size_t len, const char **why)
{
	struct json_value *ours = NULL;
	json_error_t error;
	json_t *theirs = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
	enum oracle_verdict verdict;

	if (json_parse(&ours, text, len, len, "oracle", NULL) != JURAT_OK) {
		verdict = refused_by_ours(text, len, theirs, why);
	} else {
		*why = theirs != NULL ? compare(ours, theirs) : "accepted by ours alone";
		verdict = *why == NULL ? ORACLE_ACCEPTED : ORACLE_DIFFERS;
	}
	json_free(ours);
	json_decref(theirs);
	return verdict;
}
