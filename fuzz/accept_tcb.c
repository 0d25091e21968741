/* SPDX-License-Identifier: Apache-2.0 */
/* The TCB of accepted evidence, judged once more from the signed texts and the bytes of the reports, as docs/checks.md tells it. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "accept_hold.h"
#include "core/hex.h"
#include "host/when.h"
#include "json/json.h"
#include "sgx/report.h"

static void
must(bool holds)
{
	if (!holds)
		abort();
}

static struct json_value *
open_text(const struct world_evidence *e, enum world_part part)
{
	struct json_value *document = NULL;
	const char *begin, *end;
	int64_t from, until;

	must(json_parse(&document, (const char *)e->sent[part].p, e->sent[part].len, WORLD_PART_MAX, "text", NULL) == JURAT_OK);
	begin = json_text(json_member(document, "issueDate"));
	end = json_text(json_member(document, "nextUpdate"));
	must(begin != NULL && end != NULL);
	must(when_parse(&from, begin, strlen(begin)) && when_parse(&until, end, strlen(end)));
	must(from <= e->at_unix_s && e->at_unix_s <= until);
	return document;
}

static int64_t
number(const struct json_value *object, const char *key)
{
	int64_t v;

	must(json_get_integer(object, key, 0, INT64_MAX, &v, NULL) == JURAT_OK);
	return v;
}

static bool
says(const struct json_value *object, const char *key, const char *text)
{
	const char *found = json_text(json_member(object, key));

	return found != NULL && strcasecmp(found, text) == 0;
}

/* says_bytes: the member is these bytes in hex. */
static bool
says_bytes(const struct json_value *object, const char *key, const uint8_t *p, size_t n)
{
	char digits[2 * 48 + 1];

	must(n <= 48);
	hex_encode(digits, p, n);
	return says(object, key, digits);
}

/* ---- levels ---- */

/* rank: of a level in the order of levels: components, PCESVN, TDX components, as bytes that compare. */
struct rank {
	uint8_t b[34];
};

static void
rank_of(struct rank *out, const struct json_value *tcb)
{
	const struct json_value *sgx = json_member(tcb, "sgxtcbcomponents"), *tdx = json_member(tcb, "tdxtcbcomponents");
	int64_t pce_svn = number(tcb, "pcesvn");

	memset(out, 0, sizeof *out);
	for (size_t i = 0; i < 16; i++)
		out->b[i] = (uint8_t)number(json_at(sgx, i), "svn");
	out->b[16] = (uint8_t)(pce_svn >> 8);
	out->b[17] = (uint8_t)pce_svn;
	for (size_t i = 0; tdx != NULL && i < 16; i++)
		out->b[18 + i] = (uint8_t)number(json_at(tdx, i), "svn");
}

/* is_reached: svn is the TEE_TCB_SVN, or NULL. */
static bool
is_reached(const struct rank *r, const struct pck_extension *p, const uint8_t *svn)
{
	bool all = (r->b[16] << 8 | r->b[17]) <= p->pce_svn;

	for (size_t i = 0; i < 16; i++)
		all = all && r->b[i] <= p->components[i];
	for (size_t i = svn != NULL && svn[1] != 0 ? 2 : 0; svn != NULL && i < 16; i++)
		all = all && r->b[18 + i] <= svn[i];
	return all;
}

/* platform_level: the highest that is reached. */
static const struct json_value *
platform_level(const struct json_value *info, const struct pck_extension *p, const uint8_t *svn)
{
	const struct json_value *levels = json_member(info, "tcbLevels"), *best = NULL;
	struct rank highest, r;

	for (size_t i = 0; i < json_count(levels); i++) {
		rank_of(&r, json_member(json_at(levels, i), "tcb"));
		if (!is_reached(&r, p, svn) || (best != NULL && memcmp(&r, &highest, sizeof r) < 0))
			continue;
		highest = r;
		best = json_at(levels, i);
	}
	must(best != NULL);
	return best;
}

/* isv_level: likewise, of a module's or a quoting enclave's. */
static const struct json_value *
isv_level(const struct json_value *identity, int64_t isv_svn)
{
	const struct json_value *levels = json_member(identity, "tcbLevels"), *best = NULL;
	int64_t highest = -1;

	for (size_t i = 0; i < json_count(levels); i++) {
		int64_t svn = number(json_member(json_at(levels, i), "tcb"), "isvsvn");

		if (svn > isv_svn || svn < highest)
			continue;
		highest = svn;
		best = json_at(levels, i);
	}
	must(best != NULL);
	return best;
}

/* module_of: what TCB info says of the module of this TEE_TCB_SVN. */
static const struct json_value *
module_of(const struct json_value *info, const uint8_t *svn)
{
	const struct json_value *list = json_member(info, "tdxModuleIdentities");
	char id[] = "TDX_00";

	if (svn[1] == 0)
		return json_member(info, "tdxModule");
	hex_encode(id + 4, &svn[1], 1);
	for (size_t i = 0; i < json_count(list); i++) {
		if (says(json_at(list, i), "id", id))
			return json_at(list, i);
	}
	abort();
}

/* hold_td: body is the TD report. What it was launched under is UpToDate in every part, what runs now is nowhere Revoked. */
static void
hold_td(const struct json_value *info, const struct pck_extension *p, const uint8_t *body, bool has_svn2)
{
	const uint8_t *svn = body, *svn2 = body + 584;
	const struct json_value *module = module_of(info, svn);

	must(says_bytes(module, "mrsigner", body + 64, 48) && says_bytes(module, "attributes", body + 112, 8));
	must(says(platform_level(info, p, svn), "tcbStatus", "UpToDate"));
	if (svn[1] != 0)
		must(says(isv_level(module, svn[0]), "tcbStatus", "UpToDate"));
	if (!has_svn2)
		return;
	must(!says(platform_level(info, p, svn2), "tcbStatus", "Revoked"));
	if (svn2[1] != 0)
		must(!says(isv_level(module_of(info, svn2), svn2[0]), "tcbStatus", "Revoked"));
}

static void
hold_tcb_info(const struct world_evidence *e, const struct pck_extension *p)
{
	struct json_value *info = open_text(e, PART_TCB_INFO);
	const uint8_t *head = e->sent[PART_HEAD].p;
	bool is_v5 = head[0] == 5;

	must(says_bytes(info, "fmspc", p->fmspc, sizeof p->fmspc) && says_bytes(info, "pceId", p->pce_id, sizeof p->pce_id));
	must(says(info, "id", e->base == 0 ? "SGX" : "TDX"));
	if (e->base == 0)
		must(says(platform_level(info, p, NULL), "tcbStatus", "UpToDate"));
	else
		hold_td(info, p, head + (is_v5 ? 54 : 48), is_v5 && head[48] >= 3);
	json_free(info);
}

/* fits: (bytes & mask) == value, both members hex. */
static bool
fits(const struct json_value *identity, const char *key, const char *mask_key, const uint8_t *p, size_t n)
{
	uint8_t value[16], mask[16];

	must(json_get_hex(identity, key, value, n, NULL) == JURAT_OK && json_get_hex(identity, mask_key, mask, n, NULL) == JURAT_OK);
	for (size_t i = 0; i < n; i++) {
		if ((p[i] & mask[i]) != value[i])
			return false;
	}
	return true;
}

static void
hold_identity(const struct world_evidence *e)
{
	struct json_value *identity = open_text(e, PART_IDENTITY);
	const uint8_t *qe = e->sent[PART_QE_REPORT].p;

	must(says(identity, "id", e->base == 0 ? "QE" : "TD_QE"));
	must(fits(identity, "miscselect", "miscselectMask", qe + 16, 4) && fits(identity, "attributes", "attributesMask", qe + 48, 16));
	must(says_bytes(identity, "mrsigner", qe + 128, 32) && number(identity, "isvprodid") == load16le(qe + 256));
	must(says(isv_level(identity, load16le(qe + 258)), "tcbStatus", "UpToDate"));
	json_free(identity);
}

void
accept_hold_tcb(const struct world_evidence *e, const struct pck_extension *platform)
{
	hold_tcb_info(e, platform);
	hold_identity(e);
}
