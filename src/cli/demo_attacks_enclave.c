/* SPDX-License-Identifier: Apache-2.0 */
/* Attacks with an enclave that the relying party must not trust, or on a machine that it must not trust. */
#include <stdlib.h>
#include <string.h>

#include "cli/demo_attack.h"

/* receive: goes the honest way with the enclave that is loaded; succeeds if the enclave got the whole secret. */
static int
receive(struct attack *a)
{
	struct http_reply reply = { 0 };
	size_t num_chunks = 0;
	jurat_rc rc;
	int status;

	rc = host_to_msg3(&a->host, a->secret, &reply, &a->d);
	if (rc != JURAT_OK)
		return attack_broken(a, rc, "up to msg3");
	if (reply.status != 200) {
		status = attack_denied(a, &reply);
	} else {
		rc = host_records(&a->host, reply.body.p, reply.body.len, &num_chunks, &a->d);
		status = rc == JURAT_OK && num_chunks != 0 ?
		    attack_succeeded(a, "this enclave received the secret", reply.body.p, reply.body.len) :
		    attack_broken(a, rc, "msg4");
	}
	http_reply_clear(&reply);
	return status;
}

/*
 * alter: one letter of a label that the vault writes into what it seals. Of no use to anybody, and so a stand-in for every change: whoever
 * can make this one can make any.
 */
static bool
alter(struct blob *image)
{
	static const char label[] = "jurat/vault/v1";
	uint8_t *at = memmem(image->p, image->len, label, sizeof label - 1);

	if (at == NULL)
		return false;
	at[sizeof label - 2] = '2';
	return true;
}

int
attack_altered_enclave(struct attack *a)
{
	CLEANUP(blob_clear) struct blob image = { 0 };
	jurat_rc rc;

	rc = attack_file(a, &image, DEMO_VAULT);
	if (rc == JURAT_OK && !alter(&image))
		rc = JURAT_E_NOT_FOUND;
	if (rc == JURAT_OK)
		rc = host_open(&a->host, &a->where, &a->d);
	if (rc != JURAT_OK)
		return attack_broken(a, rc, "alter the vault");
	rc = host_load(&a->host, image.p, image.len, false, &a->d);
	if (rc == JURAT_OK)
		return receive(a);
	/* EINIT compares what the processor measured with what the author signed */
	if (rc == JURAT_E_MISMATCH && a->d.field != NULL && strcmp(a->d.field, "sigstruct.enclave_hash") == 0)
		return attack_refused(a, rc, a->d.field);
	return attack_broken(a, rc, "load the altered vault");
}

/* load_and_receive: an enclave that starts well; only the relying party can see what is wrong with it. */
static int
load_and_receive(struct attack *a, const char *enclave, bool debug)
{
	jurat_rc rc = attack_open(a, enclave, debug);

	return rc == JURAT_OK ? receive(a) : attack_broken(a, rc, "load the enclave");
}

int
attack_other_signer(struct attack *a)
{
	return load_and_receive(a, DEMO_THEIR_VAULT, false);
}

int
attack_debug_enclave(struct attack *a)
{
	return load_and_receive(a, DEMO_VAULT, true);
}

int
attack_old_svn(struct attack *a)
{
	return load_and_receive(a, DEMO_OLD_VAULT, false);
}

/* with_collateral: puts a file in the place where the relying party reads its collateral, and the right one back at the end. */
static int
with_collateral(struct attack *a, const char *name)
{
	CLEANUP(blob_clear) struct blob right = { 0 };
	CLEANUP(blob_clear) struct blob other = { 0 };
	char *path = demo_path(a->dir, DEMO_COLLATERAL);
	jurat_rc rc = path != NULL ? JURAT_OK : JURAT_E_MEMORY;
	int status;

	if (rc == JURAT_OK)
		rc = attack_file(a, &right, DEMO_COLLATERAL);
	if (rc == JURAT_OK)
		rc = attack_file(a, &other, name);
	if (rc == JURAT_OK)
		rc = file_write(path, other.p, other.len, 0644, &a->d);
	if (rc != JURAT_OK) {
		status = attack_broken(a, rc, "replace the collateral");
	} else {
		status = load_and_receive(a, DEMO_VAULT, false);
		rc = file_write(path, right.p, right.len, 0644, NULL);
		if (rc != JURAT_OK)
			status = attack_broken(a, rc, "put the collateral back");
	}
	free(path);
	return status;
}

int
attack_stale_crl(struct attack *a)
{
	return with_collateral(a, DEMO_STALE);
}

int
attack_revoked_machine(struct attack *a)
{
	return with_collateral(a, DEMO_REVOKED);
}

int
attack_second_release(struct attack *a)
{
	struct http_reply reply = { 0 };
	jurat_rc rc = attack_open(a, DEMO_VAULT, false);

	if (rc == JURAT_OK)
		rc = host_to_msg3(&a->host, a->secret, &reply, &a->d);
	if (rc == JURAT_OK && reply.status != 200)
		rc = JURAT_E_AUTH;
	http_reply_clear(&reply);
	return rc == JURAT_OK ? receive(a) : attack_broken(a, rc, "the first, honest release");
}
