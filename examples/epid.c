/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Intel EPID 2.0 from nothing to a revoked member, with nothing but jurat/epid.h: a group, a member that joins it, a signature, and a list
 * that revokes the member. C11, and C++ as it stands. Exit code 0 if both verdicts are right.
 *
 *	cc epid.c $(pkg-config --cflags --libs jurat)
 */
#include <jurat/epid.h>

#include <stdio.h>
#include <string.h>

#define GID_LEN 16u
#define KIND JURAT_EPID_NOT_SPLIT

struct member {
	uint8_t key[JURAT_EPID_PRIVATE_KEY_LEN(GID_LEN)];
	struct jurat_epid_member *context;
};

static struct jurat_epid_bytes
bytes_of(const void *p, size_t len)
{
	struct jurat_epid_bytes b;

	b.p = p;
	b.len = len;
	return b;
}

/* The group: its public key is for everybody, the issuer's key for the issuer alone. */
static jurat_epid_rc
make_group(struct jurat_epid_group **group, struct jurat_epid_issuer **issuer, struct jurat_epid_diag *d)
{
	const uint8_t gid[GID_LEN] = { 0, 0, 'e', 'x', 'a', 'm', 'p', 'l', 'e' }; /* the second byte names SHA-256 */
	uint8_t public_key[JURAT_EPID_GROUP_KEY_LEN(GID_LEN)], issuer_key[JURAT_EPID_ISSUER_KEY_LEN(GID_LEN)];
	jurat_epid_rc rc = jurat_epid_group_create(
	    public_key, sizeof public_key, issuer_key, sizeof issuer_key, bytes_of(gid, sizeof gid), NULL, d);

	if (rc == JURAT_EPID_OK)
		rc = jurat_epid_group_new(group, bytes_of(public_key, sizeof public_key), JURAT_EPID_HASH_OF_GROUP, d);
	if (rc == JURAT_EPID_OK)
		rc = jurat_epid_issuer_new(issuer, *group, bytes_of(issuer_key, sizeof issuer_key), d);
	return rc;
}

/* The issuer sees the request and never the secret f. In real life the two sides are two computers, and f, issuer_key and key are wiped. */
static jurat_epid_rc
join(struct member *m, const struct jurat_epid_group *group, const struct jurat_epid_issuer *issuer, struct jurat_epid_diag *d)
{
	const uint8_t nonce[32] = { 1 }; /* the issuer's; random, and never twice */
	uint8_t f[32], request[JURAT_EPID_JOIN_REQUEST_LEN(KIND)], credential[JURAT_EPID_CREDENTIAL_LEN(GID_LEN)];
	jurat_epid_rc rc = jurat_epid_secret_new(f, NULL, d);

	if (rc == JURAT_EPID_OK)
		rc = jurat_epid_join_request(request, sizeof request, group, KIND, f, nonce, NULL, d);
	if (rc == JURAT_EPID_OK)
		rc = jurat_epid_certify(credential, sizeof credential, issuer, bytes_of(request, sizeof request), nonce, NULL, d);
	if (rc == JURAT_EPID_OK)
		rc = jurat_epid_key_from_credential(m->key, sizeof m->key, group, KIND, bytes_of(credential, sizeof credential), f, d);
	if (rc == JURAT_EPID_OK)
		rc = jurat_epid_member_new(&m->context, group, KIND, bytes_of(m->key, sizeof m->key), d);
	return rc;
}

/* One verdict without a list and one with the list that revokes the member. 0: both are as they must be. */
static int
judge(const struct member *m, const struct jurat_epid_group *group, struct jurat_epid_verifier *verifier, struct jurat_epid_diag *d)
{
	uint8_t signature[JURAT_EPID_SIGNATURE_LEN(KIND, 0)], list[JURAT_EPID_PRIVRL_LEN(GID_LEN, 1)];
	struct jurat_epid_sign_request request;
	jurat_epid_rc before, after;
	size_t list_len;

	memset(&request, 0, sizeof request); /* no base name: a random base */
	request.message = bytes_of("hello", 5);
	if (jurat_epid_sign(signature, sizeof signature, m->context, &request, d) != JURAT_EPID_OK)
		return 1;
	before = jurat_epid_verify(verifier, bytes_of(signature, sizeof signature), request.message, d);
	puts(jurat_epid_verdict_name(before));

	if (jurat_epid_privrl_add(list, sizeof list, &list_len, bytes_of(NULL, 0), group, KIND, bytes_of(m->key, sizeof m->key), d) != JURAT_EPID_OK ||
	    jurat_epid_verifier_set_privrl(verifier, bytes_of(list, list_len), NULL, 0, d) != JURAT_EPID_OK)
		return 1;
	after = jurat_epid_verify(verifier, bytes_of(signature, sizeof signature), request.message, d);
	puts(jurat_epid_verdict_name(after));
	return before != JURAT_EPID_OK || after != JURAT_EPID_SIG_REVOKED_IN_PRIVRL;
}

int
main(void)
{
	struct jurat_epid_group *group = NULL;
	struct jurat_epid_issuer *issuer = NULL;
	struct jurat_epid_verifier *verifier = NULL;
	struct jurat_epid_diag d;
	struct member m;
	int failed = 1;

	memset(&d, 0, sizeof d);
	memset(&m, 0, sizeof m);
	if (make_group(&group, &issuer, &d) == JURAT_EPID_OK && join(&m, group, issuer, &d) == JURAT_EPID_OK &&
	    jurat_epid_verifier_new(&verifier, group, NULL, 0, &d) == JURAT_EPID_OK)
		failed = judge(&m, group, verifier, &d);
	if (failed)
		fprintf(stderr, "%s: %s\n", d.field != NULL ? d.field : "epid", jurat_epid_rc_text(d.code));
	jurat_epid_verifier_free(verifier);
	jurat_epid_member_free(m.context);
	jurat_epid_issuer_free(issuer);
	jurat_epid_group_free(group);
	return failed;
}
