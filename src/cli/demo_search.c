/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/demo_search.h"

enum { MIN_DISTINCT = 5 };

/* distinct: how many different bytes a piece has. */
static unsigned
distinct(const uint8_t *p, size_t n)
{
	bool seen[256] = { false };
	unsigned num = 0;

	for (size_t i = 0; i < n; i++) {
		num += !seen[p[i]];
		seen[p[i]] = true;
	}
	return num;
}

jurat_rc
search_secret(enum search_result *out, struct search_hit *hit, const struct find_job *job, void (*each)(unsigned percent),
    struct jurat_diag *d)
{
	const uint8_t *secret = job->secret;
	size_t secret_len = job->secret_len;
	size_t piece_len = secret_len < SEARCH_PIECE_LEN ? secret_len : SEARCH_PIECE_LEN;
	size_t num_places = secret_len - piece_len, step = num_places / SEARCH_MAX_PIECES + 1;
	enum search_result result = secret_len < SEARCH_MIN_LEN ? SEARCH_TOO_SHORT : SEARCH_TOO_UNIFORM;

	for (size_t off = 0; secret_len >= SEARCH_MIN_LEN && off <= num_places; off += step) {
		size_t num;
		jurat_rc rc;

		if (each != NULL)
			each((unsigned)(off * 100 / (num_places + 1)));
		if (distinct(secret + off, piece_len) < MIN_DISTINCT)
			continue;
		result = SEARCH_ABSENT;
		rc = find_secret(&hit->at, 1, &num, &(struct find_job){ job->hay, job->hay_len, secret + off, piece_len }, d);
		if (rc != JURAT_OK)
			return rc;
		if (num != 0) {
			hit->secret_off = off;
			result = SEARCH_FOUND;
			break;
		}
	}
	*out = result;
	return JURAT_OK;
}
