/* SPDX-License-Identifier: Apache-2.0 */
#include "der_edit.h"

#include <string.h>

#include "core/bytes.h"
#include "x509/der.h"

#define MAX_DEPTH 12u
#define CONSTRUCTED 0x20u

struct edit {
	enum der_change change;
	unsigned element, at; /* which one, and how many were passed */
	uint8_t value;
};

static void
put(struct writer *w, uint8_t tag, const uint8_t *p, size_t len)
{
	world_put_head(w, tag, len);
	writer_copy(w, p, len);
}

static void
put_changed(struct writer *w, const struct edit *e, uint8_t tag, const uint8_t *p, size_t len)
{
	uint8_t copy[WORLD_PART_MAX];

	if (len >= sizeof copy) {
		w->failed = true;
		return;
	}
	memcpy(copy, p, len);
	switch (e->change) {
	case DER_TWICE:
		put(w, tag, p, len);
		put(w, tag, p, len);
		break;
	case DER_EMPTY:
		put(w, tag, p, 0);
		break;
	case DER_TAG:
		put(w, e->value, p, len);
		break;
	case DER_BYTE:
		if (len != 0)
			copy[e->value % len] = (uint8_t)(copy[e->value % len] ^ (1u << (e->value & 7)));
		put(w, tag, copy, len);
		break;
	case DER_LONGER:
		copy[len] = e->value;
		put(w, tag, copy, len + 1);
		break;
	case DER_SHORTER:
		put(w, tag, p, len - (len != 0));
		break;
	default: /* removed */
		break;
	}
}

/* is_outer: whether elements stand inside: constructed ones, and strings that hold a SEQUENCE. */
static bool
is_outer(uint8_t tag, const uint8_t *p, size_t len)
{
	return (tag & CONSTRUCTED) != 0 || (tag == DER_OCTET_STRING && len > 2 && p[0] == DER_SEQUENCE);
}

static void
rewrite(struct writer *w, struct edit *e, const uint8_t *p, size_t len, unsigned depth)
{
	struct reader r, inside;
	unsigned tag;

	reader_init(&r, p, len);
	while (r.left != 0) {
		const struct reader before = r;
		uint8_t inner[WORLD_PART_MAX];
		struct writer in;

		if (der_read_any(&r, &tag, &inside, NULL, "fuzz", NULL) != JURAT_OK) {
			writer_copy(w, before.at, before.left);
			return;
		}
		if (e->at++ == e->element) {
			put_changed(w, e, (uint8_t)tag, inside.at, inside.left);
			continue;
		}
		if (depth == MAX_DEPTH || !is_outer((uint8_t)tag, inside.at, inside.left)) {
			put(w, (uint8_t)tag, inside.at, inside.left);
			continue;
		}
		writer_init(&in, inner, sizeof inner);
		rewrite(&in, e, inside.at, inside.left, depth + 1);
		w->failed = w->failed || in.failed;
		put(w, (uint8_t)tag, inner, in.len);
	}
}

void
der_edit(struct world_bytes *document, enum der_change change, unsigned element, uint8_t value)
{
	struct edit e = { .change = change, .element = element, .value = value };
	struct world_bytes out;
	struct writer w;

	writer_init(&w, out.p, sizeof out.p);
	rewrite(&w, &e, document->p, document->len, 0);
	if (w.failed || w.len > WORLD_SIGNED_MAX)
		return;
	out.len = w.len;
	*document = out;
}
