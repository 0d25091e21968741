/* SPDX-License-Identifier: Apache-2.0 */
/* What a document is made of, for src/json and for the tests that compare it with another reader; everybody else asks json.h. */
#ifndef JSON_VALUE_H
#define JSON_VALUE_H

#include "json/json.h"

enum json_kind { JSON_IS_NULL, JSON_IS_FALSE, JSON_IS_TRUE, JSON_IS_INTEGER, JSON_IS_STRING, JSON_IS_ARRAY, JSON_IS_OBJECT };

/*
 * An object's items are keys (strings) and values in turn, so it has 2 * num; an array's are its elements. Items lie side by side, in the order of
 * the text. A string ends with a NUL and holds no other.
 */
struct json_value {
	uint32_t kind;
	uint32_t num; /* string: bytes; array: elements; object: members */
	union {
		int64_t integer;
		const char *text;
		const struct json_value *items;
		size_t first; /* while the document is being read: items' index */
	} as;
};

#endif
