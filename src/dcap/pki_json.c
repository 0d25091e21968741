/* SPDX-License-Identifier: Apache-2.0 */
#include "dcap/pki.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/ct.h"
#include "core/hex.h"
#include "host/when.h"
#include "json/write.h"

#define HEX_MAX_BYTES 64

/* put_hex: upper case, as Intel's services write it. n <= HEX_MAX_BYTES. */
static void
put_hex(struct json_out *o, const char *name, const void *p, size_t n)
{
	char text[2 * HEX_MAX_BYTES + 1];

	hex_encode(text, p, n);
	for (size_t i = 0; text[i] != '\0'; i++) {
		if (text[i] >= 'a' && text[i] <= 'f')
			text[i] = (char)(text[i] - 'a' + 'A');
	}
	json_out_string(o, name, text);
}

static void
put_date(struct json_out *o, const char *name, int64_t unix_s)
{
	char text[WHEN_TEXT_LEN + 1];

	when_format(text, unix_s);
	json_out_string(o, name, text);
}

static void
put_level_end(struct json_out *o, int64_t tcb_date, enum tcb_status status)
{
	put_date(o, "tcbDate", tcb_date);
	json_out_string(o, "tcbStatus", tcb_status_name(status));
	json_out_end(o, '}');
}

static void
put_components(struct json_out *o, const char *name, const uint8_t components[PCK_NUM_COMPONENTS])
{
	json_out_begin(o, name, '[');
	for (int i = 0; i < PCK_NUM_COMPONENTS; i++) {
		json_out_begin(o, NULL, '{');
		json_out_integer(o, "svn", components[i]);
		json_out_end(o, '}');
	}
	json_out_end(o, ']');
}

/* put_components_v2: a member for each, as version 2 had them. */
static void
put_components_v2(struct json_out *o, const uint8_t components[PCK_NUM_COMPONENTS])
{
	char name[24];

	for (int i = 0; i < PCK_NUM_COMPONENTS; i++) {
		snprintf(name, sizeof name, "sgxtcbcomp%02dsvn", i + 1);
		json_out_integer(o, name, components[i]);
	}
}

/* put_tcb_level: the level that has the status, or the one below everything, which has no components. */
static void
put_tcb_level(struct json_out *o, const struct pki_tcb_info *info, bool is_lowest)
{
	static const uint8_t none[PCK_NUM_COMPONENTS] = { 0 };

	json_out_begin(o, NULL, '{');
	json_out_begin(o, "tcb", '{');
	if (info->version == 2)
		put_components_v2(o, is_lowest ? none : info->components);
	else
		put_components(o, "sgxtcbcomponents", is_lowest ? none : info->components);
	json_out_integer(o, "pcesvn", is_lowest ? 0 : info->pce_svn);
	if (info->is_tdx)
		put_components(o, "tdxtcbcomponents", is_lowest ? none : info->tdx.components);
	json_out_end(o, '}');
	put_level_end(o, info->tcb_date, is_lowest ? TCB_OUT_OF_DATE : info->status);
}

static void
put_identity_level(struct json_out *o, uint16_t isv_svn, int64_t tcb_date, enum tcb_status status)
{
	json_out_begin(o, NULL, '{');
	json_out_begin(o, "tcb", '{');
	json_out_integer(o, "isvsvn", isv_svn);
	json_out_end(o, '}');
	put_level_end(o, tcb_date, status);
}

static void
put_identity_levels(struct json_out *o, uint16_t isv_svn, int64_t tcb_date)
{
	json_out_begin(o, "tcbLevels", '[');
	put_identity_level(o, isv_svn, tcb_date, TCB_UP_TO_DATE);
	if (isv_svn != 0)
		put_identity_level(o, 0, tcb_date, TCB_OUT_OF_DATE);
	json_out_end(o, ']');
}

/* put_module: whose module it is; no module with an attribute has a meaning yet. */
static void
put_module(struct json_out *o, const struct pki_tdx *tdx)
{
	static const uint8_t none[8] = { 0 }, all[8] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	put_hex(o, "mrsigner", tdx->mrsigner, sizeof tdx->mrsigner);
	put_hex(o, "attributes", none, sizeof none);
	put_hex(o, "attributesMask", all, sizeof all);
}

static void
put_tdx(struct json_out *o, const struct pki_tdx *tdx, int64_t tcb_date)
{
	char id[8];

	json_out_begin(o, "tdxModule", '{');
	put_module(o, tdx);
	json_out_end(o, '}');
	if (tdx->num_modules == 0)
		return;
	json_out_begin(o, "tdxModuleIdentities", '[');
	for (size_t i = 0; i < tdx->num_modules && i < PKI_TDX_MODULES_MAX; i++) {
		snprintf(id, sizeof id, "TDX_%02X", tdx->modules[i].version);
		json_out_begin(o, NULL, '{');
		json_out_string(o, "id", id);
		put_module(o, tdx);
		put_identity_levels(o, tdx->modules[i].isv_svn, tcb_date);
		json_out_end(o, '}');
	}
	json_out_end(o, ']');
}

jurat_rc
pki_tcb_info_make(char **out, const struct pki_tcb_info *info)
{
	bool is_lowest = ct_is_zero(info->components, sizeof info->components) && info->pce_svn == 0 &&
	    (!info->is_tdx || ct_is_zero(info->tdx.components, sizeof info->tdx.components));
	struct json_out o;

	json_out_init_compact(&o);
	json_out_begin(&o, NULL, '{');
	if (info->version != 2)
		json_out_string(&o, "id", info->is_tdx ? "TDX" : "SGX");
	json_out_integer(&o, "version", info->version == 2 ? 2 : 3);
	put_date(&o, "issueDate", info->dates.issue);
	put_date(&o, "nextUpdate", info->dates.next_update);
	put_hex(&o, "fmspc", info->fmspc, sizeof info->fmspc);
	put_hex(&o, "pceId", info->pce_id, sizeof info->pce_id);
	json_out_integer(&o, "tcbType", 0);
	json_out_integer(&o, "tcbEvaluationDataNumber", info->evaluation_number);
	if (info->is_tdx)
		put_tdx(&o, &info->tdx, info->tcb_date);
	json_out_begin(&o, "tcbLevels", '[');
	put_tcb_level(&o, info, false);
	if (!is_lowest) /* two levels of the same height are refused by every reader */
		put_tcb_level(&o, info, true);
	json_out_end(&o, ']');
	json_out_end(&o, '}');
	return json_out_finish(&o, out);
}

/* put_attributes: FLAGS and XFRM as they lie in a report: 16 bytes, little-endian. */
static void
put_attributes(struct json_out *o, const char *name, uint64_t flags, uint64_t xfrm)
{
	uint8_t bytes[16];

	store64le(bytes, flags);
	store64le(bytes + 8, xfrm);
	put_hex(o, name, bytes, sizeof bytes);
}

jurat_rc
pki_qe_identity_make(char **out, const struct pki_qe_identity *identity)
{
	uint64_t mask = ~SGX_FLAGS_MODE64BIT;
	uint8_t miscselect[4], all[4] = { 0xff, 0xff, 0xff, 0xff };
	struct json_out o;

	store32le(miscselect, identity->miscselect);
	json_out_init_compact(&o);
	json_out_begin(&o, NULL, '{');
	json_out_string(&o, "id", identity->is_tdx ? "TD_QE" : "QE");
	json_out_integer(&o, "version", 2);
	put_date(&o, "issueDate", identity->dates.issue);
	put_date(&o, "nextUpdate", identity->dates.next_update);
	json_out_integer(&o, "tcbEvaluationDataNumber", identity->evaluation_number);
	put_hex(&o, "miscselect", miscselect, sizeof miscselect);
	put_hex(&o, "miscselectMask", all, sizeof all);
	put_attributes(&o, "attributes", identity->attributes.flags & mask, 0);
	put_attributes(&o, "attributesMask", mask, 0);
	put_hex(&o, "mrsigner", identity->mrsigner, sizeof identity->mrsigner);
	json_out_integer(&o, "isvprodid", identity->isv_prod_id);
	put_identity_levels(&o, identity->isv_svn, identity->tcb_date);
	json_out_end(&o, '}');
	return json_out_finish(&o, out);
}

jurat_rc
pki_text_sign(char out[PKI_SIGNATURE_HEX_LEN + 1], const struct pki_key *key, const char *text)
{
	struct p256_signature sig;
	uint8_t digest[SHA256_LEN];
	jurat_rc rc;

	sha256_once(digest, text, strlen(text));
	rc = ecdsa_sign(&sig, &key->secret, digest);
	if (rc != JURAT_OK)
		return rc;
	hex_encode(out, sig.r, sizeof sig.r);
	hex_encode(out + 64, sig.s, sizeof sig.s);
	return JURAT_OK;
}

jurat_rc
pki_collateral_make(char **out, const struct pki_collateral *parts)
{
	char tcb_signature[PKI_SIGNATURE_HEX_LEN + 1], qe_signature[PKI_SIGNATURE_HEX_LEN + 1];
	jurat_rc rc = pki_text_sign(tcb_signature, parts->signing_key, parts->tcb_info);
	struct json_out o;

	if (rc == JURAT_OK)
		rc = pki_text_sign(qe_signature, parts->signing_key, parts->qe_identity);
	if (rc != JURAT_OK)
		return rc;
	json_out_init(&o);
	json_out_begin(&o, NULL, '{');
	json_out_string(&o, "pck_crl_issuer_chain", parts->pck_crl_issuer_chain);
	json_out_hex(&o, "root_ca_crl", parts->root_crl, parts->root_crl_len);
	json_out_hex(&o, "pck_crl", parts->pck_crl, parts->pck_crl_len);
	json_out_string(&o, "tcb_info_issuer_chain", parts->signing_chain);
	json_out_string(&o, "tcb_info", parts->tcb_info);
	json_out_string(&o, "tcb_info_signature", tcb_signature);
	json_out_string(&o, "qe_identity_issuer_chain", parts->signing_chain);
	json_out_string(&o, "qe_identity", parts->qe_identity);
	json_out_string(&o, "qe_identity_signature", qe_signature);
	json_out_end(&o, '}');
	return json_out_finish(&o, out);
}

jurat_rc
pki_trust_make(char **out, const struct pki_names *names, const char *root_pem)
{
	struct json_out o;

	json_out_init(&o);
	json_out_begin(&o, NULL, '{');
	json_out_integer(&o, "version", 1);
	json_out_string(&o, "name", names->world);
	json_out_bool(&o, "private", true);
	json_out_string(&o, "root_certificate", root_pem);
	json_out_begin(&o, "common_names", '{');
	json_out_string(&o, "root", names->common_name[PKI_ROOT]);
	json_out_string(&o, "platform_ca", names->common_name[PKI_PLATFORM_CA]);
	json_out_string(&o, "processor_ca", names->common_name[PKI_PROCESSOR_CA]);
	json_out_string(&o, "pck", names->common_name[PKI_PCK]);
	json_out_string(&o, "tcb_signing", names->common_name[PKI_TCB_SIGNING]);
	json_out_end(&o, '}');
	json_out_string(&o, "organization", names->organization);
	json_out_end(&o, '}');
	return json_out_finish(&o, out);
}
