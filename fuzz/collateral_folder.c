/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A folder of collateral: files of a number for the name (1 byte), a length (2 bytes, little-endian) and that many bytes. What is put together is a collateral file;
 * otherwise the error names a document.
 */
#include "dcap/collateral_folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/diag.h"
#include "json/json.h"
#include "jurat/verify.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = { "tcb_info", "tcb_info.json", "tcb_info_signature", "tcb_info_issuer_chain.pem", "qe_identity.http",
	"qe_identity_signature.txt", "qe_identity_issuer_chain", "root_ca_crl.der", "root_ca_crl.hex", "pck_crl.pem", "pck_crl",
	"pck_crl_issuer_chain", "pck_certificate", "pck_certificate_chain.pem" };

static const char *
path_of(char out[256], const char *dir, size_t i)
{
	snprintf(out, 256, "%s/%s", dir, names[i]);
	return out;
}

static void
write_files(const char *dir, const uint8_t *data, size_t size)
{
	struct reader r, contents;
	char path[256];

	reader_init(&r, data, size);
	while (r.left > 3) {
		size_t name = reader_u8(&r) % ARRAY_LEN(names);
		uint16_t len = reader_u16le(&r);
		FILE *f;

		contents = reader_sub(&r, len < r.left ? len : r.left);
		f = fopen(path_of(path, dir, name), "wb");
		if (f == NULL || fwrite(contents.at, 1, contents.left, f) != contents.left || fclose(f) != 0)
			abort();
	}
}

static const char *
folder(void)
{
	static char dir[] = "/dev/shm/jurat-fuzz-XXXXXX"; /* for as long as the target runs; left behind empty */
	static bool is_made;

	if (!is_made && mkdtemp(dir) == NULL)
		abort();
	is_made = true;
	return dir;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct jurat_collateral *c = NULL;
	struct jurat_diag d = { 0 };
	char *text = NULL, path[256];
	jurat_rc rc;

	write_files(folder(), data, size);
	rc = collateral_folder_read(&text, folder(), &d);
	if ((rc == JURAT_OK) != (text != NULL) || (rc != JURAT_OK && (d.code != rc || d.field == NULL)))
		abort();
	if (text != NULL && jurat_collateral_parse(&c, text, strlen(text), NULL) == JURAT_OK)
		jurat_collateral_free(c);
	free(text);
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		(void)unlink(path_of(path, folder(), i));
	return 0;
}
