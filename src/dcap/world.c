/* SPDX-License-Identifier: Apache-2.0 */
/* What a world signs: PCK certificates and collateral. */
#include <stdlib.h>
#include <string.h>

#include "core/ct.h"
#include "core/diag.h"
#include "dcap/world_files.h"
#include "image/image.h"

#define DAY_S 86400ll
#define PCK_YEARS 7         /* as Intel's */
#define COLLATERAL_DAYS 30  /* Intel's PCK CRLs, TCB infos and identities */
#define EARLIEST_UNIX_S 31536000ll    /* 1971: even stale collateral begins after 1970 */
#define LATEST_UNIX_S 253370764800ll /* 9999-01-01: even fresh collateral ends before the year 10000 */

/* ---- enclaves ---- */

jurat_rc
world_sigstruct(struct sgx_sigstruct *out, const char *dir, const char *file, struct jurat_diag *d)
{
	struct blob elf CLEANUP(blob_clear) = { 0 };
	struct image_facts facts;
	struct image *image = NULL;
	jurat_rc rc = world_read(&elf, dir, file, WORLD_ENCLAVE_MAX_LEN, false, d);

	if (rc == JURAT_OK)
		rc = image_open(&image, elf.p, elf.len, d);
	if (rc != JURAT_OK) {
		jurat_in_file(d, file);
		return rc;
	}
	image_describe(&facts, image);
	if (facts.sigstruct == NULL)
		rc = jurat_fail(d, JURAT_E_MISSING, "sigstruct", NO_OFFSET, 0, 0);
	else
		rc = sigstruct_verify(out, facts.sigstruct, SGX_SIGSTRUCT_LEN, d);
	if (rc != JURAT_OK)
		jurat_in_file(d, file);
	image_free(image);
	return rc;
}

jurat_rc
world_adopt_enclaves(struct world *w, struct jurat_diag *d)
{
	struct sgx_sigstruct quoting, certification;
	jurat_rc rc = world_sigstruct(&quoting, w->dir, "enclaves/quoting.so", d);

	if (rc == JURAT_OK)
		rc = world_sigstruct(&certification, w->dir, "enclaves/certification.so", d);
	if (rc != JURAT_OK)
		return rc;
	w->min_qe_svn = quoting.isv_svn;
	w->min_pce_svn = certification.isv_svn;
	return JURAT_OK;
}

/* ---- collateral ---- */

/* dates_of: stale ones ended a day ago. */
static struct pki_dates
dates_of(int64_t now, bool stale)
{
	int64_t issue = stale ? now - (COLLATERAL_DAYS + 1) * DAY_S : now;

	return (struct pki_dates){ issue, issue + COLLATERAL_DAYS * DAY_S };
}

/* Everything that goes into collateral.json, before it is put together. */
struct parts {
	struct pki_key signing;
	char *crl_chain, *signing_chain, *tcb_info, *qe_identity;
	uint8_t *root_crl, *pck_crl;
	size_t root_crl_len, pck_crl_len;
};

static void
parts_clear(struct parts *p)
{
	pki_key_clear(&p->signing);
	free(p->crl_chain);
	free(p->signing_chain);
	free(p->tcb_info);
	free(p->qe_identity);
	free(p->root_crl);
	free(p->pck_crl);
}

/* join_chain: the certificate in `file` and the root, behind `leaf` if there is one. */
static jurat_rc
join_chain(char **out, const char *dir, const char *leaf, const char *file, struct jurat_diag *d)
{
	struct blob middle CLEANUP(blob_clear) = { 0 }, root CLEANUP(blob_clear) = { 0 };
	jurat_rc rc = world_read(&middle, dir, file, WORLD_FILE_MAX_LEN, false, d);
	size_t leaf_len = leaf != NULL ? strlen(leaf) : 0;
	char *chain;

	if (rc == JURAT_OK)
		rc = world_read(&root, dir, "trust/root-ca.pem", WORLD_FILE_MAX_LEN, false, d);
	if (rc != JURAT_OK)
		return rc;
	chain = malloc(leaf_len + middle.len + root.len + 1);
	if (chain == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "world", NO_OFFSET, 0, 0);
	if (leaf != NULL)
		memcpy(chain, leaf, leaf_len);
	memcpy(chain + leaf_len, middle.p, middle.len);
	memcpy(chain + leaf_len + middle.len, root.p, root.len + 1);
	*out = chain;
	return JURAT_OK;
}

static jurat_rc
make_crls(struct parts *p, const struct world *w, struct pki_dates dates, struct jurat_diag *d)
{
	struct pki_crl_request request = { .issuer_role = PKI_ROOT, .names = &w->names, .this_update = dates.issue,
		.next_update = dates.next_update, .number = w->crl_number };
	struct pki_key key;
	jurat_rc rc = world_read_key(&key, w->dir, "keys/root-ca.pem", d);

	request.issuer = &key;
	if (rc == JURAT_OK)
		rc = pki_crl_make(&p->root_crl, &p->root_crl_len, &request, d);
	if (rc == JURAT_OK)
		rc = world_read_key(&key, w->dir, "keys/platform-ca.pem", d);
	request.issuer_role = PKI_PLATFORM_CA;
	request.serials = w->revoked;
	request.num_serials = w->num_revoked;
	if (rc == JURAT_OK)
		rc = pki_crl_make(&p->pck_crl, &p->pck_crl_len, &request, d);
	pki_key_clear(&key);
	return rc;
}

static jurat_rc
make_tcb_info(struct parts *p, const struct world *w, struct pki_dates dates, struct jurat_diag *d)
{
	struct pki_tcb_info info = { .dates = dates, .evaluation_number = w->evaluation_number, .tcb_date = w->made,
		.components = { w->min_svn }, .pce_svn = w->min_pce_svn, .status = w->tcb_status };

	memcpy(info.fmspc, w->fmspc, sizeof info.fmspc);
	memcpy(info.pce_id, w->pce_id, sizeof info.pce_id);
	if (pki_tcb_info_make(&p->tcb_info, &info) != JURAT_OK)
		return jurat_fail(d, JURAT_E_MEMORY, "tcb_info", NO_OFFSET, 0, 0);
	return JURAT_OK;
}

/* make_qe_identity: the signer and attributes are those of the quoting enclave that this world has signed. */
static jurat_rc
make_qe_identity(struct parts *p, const struct world *w, struct pki_dates dates, struct jurat_diag *d)
{
	struct pki_qe_identity identity = { .dates = dates, .evaluation_number = w->evaluation_number, .tcb_date = w->made,
		.isv_svn = w->min_qe_svn };
	struct sgx_sigstruct sig;
	jurat_rc rc = world_sigstruct(&sig, w->dir, "enclaves/quoting.so", d);

	if (rc != JURAT_OK)
		return rc;
	sigstruct_mrsigner(identity.mrsigner, &sig);
	identity.miscselect = sig.miscselect;
	identity.attributes = sig.attributes;
	identity.attributes.flags |= SGX_FLAGS_INIT; /* set by EINIT, in no SIGSTRUCT */
	identity.isv_prod_id = sig.isv_prod_id;
	if (pki_qe_identity_make(&p->qe_identity, &identity) != JURAT_OK)
		return jurat_fail(d, JURAT_E_MEMORY, "qe_identity", NO_OFFSET, 0, 0);
	return JURAT_OK;
}

static jurat_rc
write_collateral(const struct parts *p, const char *dir, struct jurat_diag *d)
{
	struct pki_collateral collateral = { p->crl_chain, p->signing_chain, p->root_crl, p->pck_crl, p->root_crl_len, p->pck_crl_len,
		p->tcb_info, p->qe_identity, &p->signing };
	char *json CLEANUP(text_clear) = NULL;
	jurat_rc rc = pki_collateral_make(&json, &collateral);

	if (rc != JURAT_OK)
		return jurat_fail(d, rc, "collateral", NO_OFFSET, 0, 0);
	return world_write_text(dir, "collateral.json", json, d);
}

bool
world_time_ok(int64_t now)
{
	return now >= EARLIEST_UNIX_S && now <= LATEST_UNIX_S;
}

jurat_rc
world_refresh(const struct world *w, int64_t now, const struct world_stale *stale, struct jurat_diag *d)
{
	struct world_stale none = { 0 };
	struct parts p CLEANUP(parts_clear) = { 0 };
	jurat_rc rc;

	if (!world_time_ok(now))
		return jurat_fail(d, JURAT_E_USAGE, "world.time", NO_OFFSET, 0, 0);
	if (stale == NULL)
		stale = &none;
	rc = world_read_key(&p.signing, w->dir, "keys/tcb-signing.pem", d);
	if (rc == JURAT_OK)
		rc = join_chain(&p.crl_chain, w->dir, NULL, "certificates/platform-ca.pem", d);
	if (rc == JURAT_OK)
		rc = join_chain(&p.signing_chain, w->dir, NULL, "certificates/tcb-signing.pem", d);
	if (rc == JURAT_OK)
		rc = make_crls(&p, w, dates_of(now, stale->crl), d);
	if (rc == JURAT_OK)
		rc = make_tcb_info(&p, w, dates_of(now, stale->tcb_info), d);
	if (rc == JURAT_OK)
		rc = make_qe_identity(&p, w, dates_of(now, stale->qe_identity), d);
	return rc == JURAT_OK ? write_collateral(&p, w->dir, d) : rc;
}

/* ---- machines ---- */

static jurat_rc
check_platform(const struct world *w, const struct world_platform *p, struct jurat_diag *d)
{
	if (w->num_machines == 0)
		return JURAT_OK;
	if (memcmp(w->fmspc, p->fmspc, sizeof w->fmspc) != 0 || memcmp(w->pce_id, p->pce_id, sizeof w->pce_id) != 0) {
		(void)jurat_fail(d, JURAT_E_MISMATCH, "machine.fmspc", NO_OFFSET, 0, 0);
		jurat_hint(d, "a world has machines of one FMSPC and PCE-ID; make another world for this one");
		return JURAT_E_MISMATCH;
	}
	return JURAT_OK;
}

/* slot_of: the place of a machine with this PPID, or of a new one; NULL if there is none left. */
static struct world_machine *
slot_of(struct world *w, const uint8_t ppid[16])
{
	for (size_t i = 0; i < w->num_machines; i++) {
		if (memcmp(w->machines[i].ppid, ppid, 16) == 0)
			return &w->machines[i];
	}
	return w->num_machines < WORLD_MACHINES_MAX ? &w->machines[w->num_machines] : NULL;
}

/* sgx_of: the components are the CPUSVN's bytes: on our machines nobody keeps the map between them secret. */
static struct pck_extension
sgx_of(const struct world_platform *p)
{
	struct pck_extension sgx = { .pce_svn = p->pce_svn, .sgx_type = 0, .has_platform = true, .dynamic_platform = PCK_FALSE,
		.cached_keys = PCK_FALSE, .smt_enabled = PCK_FALSE };

	memcpy(sgx.ppid, p->ppid, sizeof sgx.ppid);
	memcpy(sgx.components, p->cpusvn, sizeof sgx.components);
	memcpy(sgx.cpusvn, p->cpusvn, sizeof sgx.cpusvn);
	memcpy(sgx.pce_id, p->pce_id, sizeof sgx.pce_id);
	memcpy(sgx.fmspc, p->fmspc, sizeof sgx.fmspc);
	memcpy(sgx.platform_instance_id, p->ppid, sizeof sgx.platform_instance_id);
	return sgx;
}

static jurat_rc
issue_pck(const struct world *w, char **out_chain, uint8_t out_serial[PKI_SERIAL_LEN], const struct world_platform *p,
    int64_t now, struct jurat_diag *d)
{
	struct pck_extension sgx = sgx_of(p);
	struct pki_cert_request request = { .role = PKI_PCK, .names = &w->names, .subject = p->pck, .not_before = now,
		.not_after = now + PCK_YEARS * 365 * DAY_S, .sgx = &sgx };
	char *leaf CLEANUP(text_clear) = NULL;
	struct pki_key ca;
	jurat_rc rc = world_read_key(&ca, w->dir, "keys/platform-ca.pem", d);

	if (rc != JURAT_OK)
		return rc;
	request.issuer = &ca;
	rc = pki_serial_new(request.serial, d);
	if (rc == JURAT_OK)
		rc = pki_cert_make(&leaf, &request, d);
	pki_key_clear(&ca);
	if (rc == JURAT_OK)
		rc = join_chain(out_chain, w->dir, leaf, "certificates/platform-ca.pem", d);
	if (rc == JURAT_OK)
		memcpy(out_serial, request.serial, PKI_SERIAL_LEN);
	return rc;
}

jurat_rc
world_enrol(struct world *w, char **out_chain, const struct world_platform *platform, int64_t now, struct jurat_diag *d)
{
	struct world_machine *slot = slot_of(w, platform->ppid);
	uint8_t serial[PKI_SERIAL_LEN];
	char *chain = NULL;
	jurat_rc rc = check_platform(w, platform, d);

	if (rc == JURAT_OK && slot == NULL)
		rc = jurat_fail(d, JURAT_E_TOO_LARGE, "world.machines", NO_OFFSET, WORLD_MACHINES_MAX, w->num_machines);
	if (rc == JURAT_OK && p256_check(&platform->pck) != JURAT_OK)
		rc = jurat_fail(d, JURAT_E_CRYPTO, "platform.pck", NO_OFFSET, 0, 0);
	if (rc == JURAT_OK)
		rc = issue_pck(w, &chain, serial, platform, now, d);
	if (rc != JURAT_OK)
		return rc;
	if (slot == &w->machines[w->num_machines])
		w->num_machines++;
	*slot = (struct world_machine){ .enrolled = now };
	memcpy(slot->ppid, platform->ppid, sizeof slot->ppid);
	memcpy(slot->cpusvn, platform->cpusvn, sizeof slot->cpusvn);
	memcpy(slot->serial, serial, sizeof slot->serial);
	memcpy(w->fmspc, platform->fmspc, sizeof w->fmspc);
	memcpy(w->pce_id, platform->pce_id, sizeof w->pce_id);
	w->crl_number++;
	rc = world_save(w, d);
	if (rc != JURAT_OK) {
		free(chain);
		return rc;
	}
	*out_chain = chain;
	return JURAT_OK;
}

jurat_rc
world_revoke(struct world *w, const uint8_t serial[PKI_SERIAL_LEN], struct jurat_diag *d)
{
	for (size_t i = 0; i < w->num_revoked; i++) {
		if (memcmp(w->revoked[i], serial, PKI_SERIAL_LEN) == 0)
			return jurat_fail(d, JURAT_E_EXISTS, "world.revoked", NO_OFFSET, 0, 0);
	}
	if (w->num_revoked == WORLD_REVOKED_MAX)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "world.revoked", NO_OFFSET, WORLD_REVOKED_MAX, w->num_revoked);
	memcpy(w->revoked[w->num_revoked++], serial, PKI_SERIAL_LEN);
	return JURAT_OK;
}
