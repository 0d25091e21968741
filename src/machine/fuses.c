/* SPDX-License-Identifier: Apache-2.0 */
#include "machine/fuses.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/ct.h"
#include "core/diag.h"
#include "host/file.h"

enum { FILE_MAX_LEN = 4096 };

static const uint8_t magic[8] = { 'J', 'U', 'R', 'A', 'T', 'F', 'U', 'S' };

jurat_rc
fuses_blow(struct fuses *out, const struct fuses_public *known, struct jurat_diag *d)
{
	uint8_t fresh[48];
	struct fuses f = { .known = *known };
	jurat_rc rc = crypto_random(fresh, sizeof fresh);

	if (rc != JURAT_OK)
		return jurat_fail(d, rc, "random", NO_OFFSET, 0, 0);
	memcpy(f.root_provision.b, fresh, 16);
	memcpy(f.root_seal.b, fresh + 16, 16);
	memcpy(f.owner_epoch, fresh + 32, 16);
	*out = f;
	wipe(fresh, sizeof fresh);
	wipe(&f, sizeof f);
	return JURAT_OK;
}

void
fuses_encode(uint8_t out[FUSES_LEN], const struct fuses *f)
{
	struct writer w;

	writer_init(&w, out, FUSES_LEN);
	writer_copy(&w, magic, sizeof magic);
	writer_u32le(&w, FUSES_VERSION);
	writer_copy(&w, f->known.cpusvn, sizeof f->known.cpusvn);
	writer_copy(&w, f->known.launch_signer, sizeof f->known.launch_signer);
	writer_copy(&w, f->known.provision_signer, sizeof f->known.provision_signer);
	writer_copy(&w, f->known.fmspc, sizeof f->known.fmspc);
	writer_copy(&w, f->known.pce_id, sizeof f->known.pce_id);
	writer_copy(&w, f->root_provision.b, sizeof f->root_provision.b);
	writer_copy(&w, f->root_seal.b, sizeof f->root_seal.b);
	writer_copy(&w, f->owner_epoch, sizeof f->owner_epoch);
	sha256_once(out + FUSES_LEN - SHA256_LEN, out, FUSES_LEN - SHA256_LEN);
}

static void
read_fields(struct fuses *f, struct reader *r)
{
	reader_copy(r, f->known.cpusvn, sizeof f->known.cpusvn);
	reader_copy(r, f->known.launch_signer, sizeof f->known.launch_signer);
	reader_copy(r, f->known.provision_signer, sizeof f->known.provision_signer);
	reader_copy(r, f->known.fmspc, sizeof f->known.fmspc);
	reader_copy(r, f->known.pce_id, sizeof f->known.pce_id);
	reader_copy(r, f->root_provision.b, sizeof f->root_provision.b);
	reader_copy(r, f->root_seal.b, sizeof f->root_seal.b);
	reader_copy(r, f->owner_epoch, sizeof f->owner_epoch);
}

/* check_frame: magic and version come first, so that a newer file is refused as newer, not as too long. */
static jurat_rc
check_frame(struct reader *r, struct jurat_diag *d)
{
	uint8_t got[sizeof magic];
	uint32_t version;
	jurat_rc rc;

	reader_copy(r, got, sizeof got);
	version = reader_u32le(r);
	rc = reader_check(r, "fuses", d);
	if (rc != JURAT_OK)
		return rc;
	if (memcmp(got, magic, sizeof magic) != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "fuses.magic", 0, 0, 0);
	if (version != FUSES_VERSION) {
		rc = jurat_fail(d, JURAT_E_VERSION, "fuses.version", sizeof magic, FUSES_VERSION, version);
		jurat_hint(d, "this machine folder was made by another version of jurat");
		return rc;
	}
	return JURAT_OK;
}

jurat_rc
fuses_parse(struct fuses *out, const uint8_t *p, size_t len, struct jurat_diag *d)
{
	uint8_t digest[SHA256_LEN], want[SHA256_LEN];
	struct fuses f;
	struct reader r;
	jurat_rc rc;

	reader_init(&r, p, len);
	rc = check_frame(&r, d);
	if (rc != JURAT_OK)
		return rc;
	read_fields(&f, &r);
	reader_copy(&r, digest, sizeof digest);
	rc = reader_end(&r, "fuses", d);
	if (rc == JURAT_OK) {
		sha256_once(want, p, FUSES_LEN - SHA256_LEN);
		if (!ct_equal(digest, want, sizeof want))
			rc = jurat_fail(d, JURAT_E_CRYPTO, "fuses.digest", FUSES_LEN - SHA256_LEN, 0, 0);
	}
	if (rc == JURAT_OK)
		*out = f;
	wipe(&f, sizeof f);
	return rc;
}

jurat_rc
fuses_read(struct fuses *out, const char *dir, struct jurat_diag *d)
{
	struct blob file = { 0 };
	struct jurat_diag why = { 0 };
	jurat_rc rc = file_read_secret_in(&file, dir, "fuses", FILE_MAX_LEN, &why);

	if (rc != JURAT_OK) {
		jurat_fail(d, rc, rc == JURAT_E_PERMISSION ? "fuses.mode" : "fuses", NO_OFFSET, why.wanted, why.got);
		jurat_hint(d, rc == JURAT_E_NOT_FOUND ? "jurat machine new DIR --world WORLD makes a machine" : why.hint);
		return rc;
	}
	rc = fuses_parse(out, file.p, file.len, d);
	blob_clear(&file);
	return rc;
}

jurat_rc
fuses_start(struct processor *out, const struct fuses *f, struct jurat_diag *d)
{
	uint8_t key_id[sizeof out->report_key_id];
	jurat_rc rc = crypto_random(key_id, sizeof key_id);

	if (rc != JURAT_OK)
		return jurat_fail(d, rc, "random", NO_OFFSET, 0, 0);
	out->root_provision = f->root_provision;
	out->root_seal = f->root_seal;
	memcpy(out->owner_epoch, f->owner_epoch, sizeof out->owner_epoch);
	memcpy(out->report_key_id, key_id, sizeof key_id);
	memcpy(out->cpusvn, f->known.cpusvn, sizeof out->cpusvn);
	memcpy(out->launch_signer, f->known.launch_signer, sizeof out->launch_signer);
	memcpy(out->provision_signer, f->known.provision_signer, sizeof out->provision_signer);
	return JURAT_OK;
}
