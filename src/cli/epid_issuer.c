/* SPDX-License-Identifier: Apache-2.0 */
/* jurat epid ca new | group new | issue: the issuer's side */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/epid.h"
#include "core/ct.h"
#include "core/hex.h"
#include "dcap/pki.h"

/* ---- the CA that signs keys and lists ---- */

static int
write_ca_key(const char *path, const struct pki_key *key)
{
	struct jurat_diag d = { 0 };
	char *pem = NULL;
	size_t len = 0;
	jurat_rc rc = pki_key_to_pem(&pem, &len, key, &d);

	if (rc == JURAT_OK)
		rc = file_create(path, pem, len, 0600, &d);
	if (pem != NULL)
		wipe(pem, len);
	free(pem);
	return rc == JURAT_OK ? EPID_GO_ON : cli_fail(rc, &d, path);
}

int
epid_run_ca_new(const struct epid_options *o)
{
	const char *key_path = o->value[OPTION_NEW_KEY];
	uint8_t certificate[EPID_CA_LEN];
	struct jurat_diag d = { 0 };
	struct pki_key key;
	jurat_rc rc = pki_key_new(&key, &d);
	int exit_code;

	if (rc == JURAT_OK)
		rc = epid_ca_write(certificate, &key.secret, &d);
	exit_code = rc == JURAT_OK ? write_ca_key(key_path, &key) : cli_fail(rc, &d, key_path);
	pki_key_clear(&key);
	if (exit_code != EPID_GO_ON)
		return exit_code;
	exit_code = epid_write(o, certificate, sizeof certificate);
	if (exit_code != EPID_GO_ON)
		(void)unlink(key_path); /* both or none */
	return exit_code == EPID_GO_ON ? EXIT_ACCEPTED : exit_code;
}

/* ---- groups ---- */

/* looks_like_header: such a group's bare files would be taken for Intel's signed ones. */
static bool
looks_like_header(const uint8_t *gid)
{
	return (gid[0] == 1 || gid[0] == 2) && gid[1] == 0 && gid[2] == 0;
}

/* choose_gid: --gid, or a random one that names the hash. */
static int
choose_gid(uint8_t out[EPID_GID_LEN], size_t *out_len, const struct epid_options *o)
{
	unsigned hash = o->hash == JURAT_EPID_HASH_OF_GROUP ? JURAT_EPID_SHA256 : (unsigned)o->hash;

	if (o->gid_len != 0) {
		memcpy(out, o->gid, o->gid_len);
		*out_len = o->gid_len;
		if (o->value[OPTION_HASH] != NULL && (o->gid_len == EPID_SGX_GID_LEN ? hash != JURAT_EPID_SHA256 : (out[1] & 0x0fu) != hash))
			return cli_usage("epid", "the group id names another hash than --hash");
		if (looks_like_header(out))
			return cli_usage("epid", "a group id that begins like the header of Intel's files would be mistaken for one");
		return EPID_GO_ON;
	}
	do {
		jurat_rc rc = crypto_random(out, EPID_GID_LEN);

		if (rc != JURAT_OK)
			return cli_fail(rc, NULL, "--gid");
		out[0] &= 0x0f;
		out[1] = (uint8_t)((out[1] & 0xf0) | hash);
	} while (looks_like_header(out));
	*out_len = EPID_GID_LEN;
	return EPID_GO_ON;
}

/* sign_group: public_key has room for header and signature around the key, which begins behind the header. */
static int
sign_group(uint8_t *public_key, size_t len, const struct epid_options *o)
{
	struct jurat_diag d = { 0 };
	struct pki_key ca = { 0 };
	jurat_rc rc = JURAT_OK;
	int exit_code = epid_read_ca_key(&ca, o);

	if (exit_code == EPID_GO_ON)
		rc = epid_file_sign(public_key, len + EPID_SIGNED_EXTRA_LEN, EPID_FORM_GROUP, public_key + EPID_HEADER_LEN, len, &ca.secret, &d);
	pki_key_clear(&ca);
	return rc == JURAT_OK ? exit_code : cli_fail(rc, &d, o->value[OPTION_CA_KEY]);
}

/* write_group: the key first, and nothing of both if the other fails. */
static int
write_group(const struct epid_options *o, const uint8_t *file, size_t file_len, const uint8_t *key, size_t key_len)
{
	int exit_code = epid_create_secret(o->value[OPTION_NEW_KEY], key, key_len);

	if (exit_code != EPID_GO_ON)
		return exit_code;
	exit_code = epid_write(o, file, file_len);
	if (exit_code != EPID_GO_ON)
		(void)unlink(o->value[OPTION_NEW_KEY]);
	return exit_code == EPID_GO_ON ? EXIT_ACCEPTED : exit_code;
}

int
epid_run_group_new(const struct epid_options *o)
{
	uint8_t file[JURAT_EPID_GROUP_KEY_LEN(EPID_GID_LEN) + EPID_SIGNED_EXTRA_LEN], key[JURAT_EPID_ISSUER_KEY_LEN(EPID_GID_LEN)];
	uint8_t gid[EPID_GID_LEN], *public_key = file + EPID_HEADER_LEN;
	struct jurat_epid_diag d = { 0 };
	bool sign = o->value[OPTION_CA_KEY] != NULL;
	size_t gid_len = 0, len;
	jurat_epid_rc rc;
	int exit_code = choose_gid(gid, &gid_len, o);

	if (exit_code != EPID_GO_ON)
		return exit_code;
	len = JURAT_EPID_GROUP_KEY_LEN(gid_len);
	rc = jurat_epid_group_create(public_key, len, key, JURAT_EPID_ISSUER_KEY_LEN(gid_len), (struct jurat_epid_bytes){ gid, gid_len }, NULL, &d);
	if (rc != JURAT_EPID_OK)
		exit_code = epid_refuse(o, rc, &d, "--gid");
	else if (sign)
		exit_code = sign_group(file, len, o);
	if (exit_code == EPID_GO_ON)
		exit_code = write_group(o, sign ? file : public_key, sign ? len + EPID_SIGNED_EXTRA_LEN : len, key, JURAT_EPID_ISSUER_KEY_LEN(gid_len));
	wipe(key, sizeof key);
	return exit_code;
}

/* ---- issuing ---- */

static int
new_nonce(const char *path)
{
	uint8_t nonce[32];
	jurat_rc rc = crypto_random(nonce, sizeof nonce);
	struct jurat_diag d = { 0 };

	if (rc == JURAT_OK)
		rc = file_create(path, nonce, sizeof nonce, 0644, &d);
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &d, path);
}

/* spend_nonce: the nonce's file goes, and only one process gets to remove it. */
static int
spend_nonce(const char *path)
{
	struct jurat_diag d = { 0 };
	jurat_rc rc;

	if (unlink(path) == 0)
		return EPID_GO_ON;
	rc = jurat_fail(&d, errno == ENOENT ? JURAT_E_REPLAY : JURAT_E_IO, "nonce", NO_OFFSET, 0, (uint64_t)errno);
	return cli_fail(rc, &d, path);
}

static int
read_issuer(struct jurat_epid_issuer **out, const struct epid_input *in, const struct epid_options *o)
{
	CLEANUP(blob_clear) struct blob key = { 0 };
	const char *path = o->value[OPTION_KEY];
	struct jurat_epid_diag ed = { 0 };
	struct jurat_diag d = { 0 };
	jurat_epid_rc erc;
	jurat_rc rc = file_read_secret(&key, path, JURAT_EPID_ISSUER_KEY_LEN(EPID_GID_LEN), &d);

	if (rc != JURAT_OK)
		return epid_refuse_file(o, JURAT_EPID_E_BAD_ISSUER_KEY, rc, &d, path);
	erc = jurat_epid_issuer_new(out, in->group, (struct jurat_epid_bytes){ key.p, key.len }, &ed);
	return erc == JURAT_EPID_OK ? EPID_GO_ON : epid_refuse(o, erc, &ed, path);
}

static int
certify(const struct jurat_epid_issuer *issuer, const struct epid_input *in, const struct epid_options *o)
{
	CLEANUP(blob_clear) struct blob request = { 0 };
	uint8_t nonce[32], credential[JURAT_EPID_CREDENTIAL_LEN(EPID_GID_LEN)];
	size_t len = JURAT_EPID_CREDENTIAL_LEN(jurat_epid_group_id(in->group).len);
	const char *path = o->value[OPTION_REQUEST];
	struct jurat_epid_diag ed = { 0 };
	struct jurat_diag d = { 0 };
	jurat_epid_rc erc;
	int exit_code = epid_read_exactly(nonce, sizeof nonce, o, o->value[OPTION_NONCE], false);
	jurat_rc rc;

	if (exit_code != EPID_GO_ON)
		return exit_code;
	if ((rc = file_read(&request, path, JURAT_EPID_JOIN_REQUEST_LEN(JURAT_EPID_SPLIT), &d)) != JURAT_OK)
		return epid_refuse_file(o, JURAT_EPID_E_BAD_JOIN_REQUEST, rc, &d, path);
	erc = jurat_epid_certify(credential, len, issuer, (struct jurat_epid_bytes){ request.p, request.len }, nonce, NULL, &ed);
	if (erc != JURAT_EPID_OK)
		return epid_refuse(o, erc, &ed, path);
	if ((exit_code = spend_nonce(o->value[OPTION_NONCE])) != EPID_GO_ON)
		return exit_code;
	exit_code = epid_create_secret(o->value[OPTION_OUTPUT], credential, len);
	return exit_code == EPID_GO_ON ? EXIT_ACCEPTED : exit_code;
}

int
epid_run_issue(const struct epid_options *o)
{
	CLEANUP(epid_input_clear) struct epid_input in = { 0 };
	struct jurat_epid_issuer *issuer = NULL;
	int exit_code;

	if (o->value[OPTION_NONCE] != NULL && strcmp(o->value[OPTION_NONCE], "-") == 0)
		return cli_usage("epid", "--nonce wants a file: it is removed when it has served");
	if (o->value[OPTION_NEW_NONCE] != NULL)
		return o->value[OPTION_GROUP] == NULL ? new_nonce(o->value[OPTION_NEW_NONCE]) :
		    cli_usage("epid", "issue --new-nonce only makes a nonce");
	if (o->value[OPTION_GROUP] == NULL || o->value[OPTION_KEY] == NULL || o->value[OPTION_REQUEST] == NULL ||
	    o->value[OPTION_NONCE] == NULL || o->value[OPTION_OUTPUT] == NULL)
		return cli_usage("epid", "issue wants --group, --key, --request, --nonce and --output, or --new-nonce");
	exit_code = epid_read_group(&in, o);
	if (exit_code == EPID_GO_ON)
		exit_code = read_issuer(&issuer, &in, o);
	if (exit_code == EPID_GO_ON)
		exit_code = certify(issuer, &in, o);
	jurat_epid_issuer_free(issuer);
	return exit_code;
}
