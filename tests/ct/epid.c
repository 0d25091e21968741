/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Constant time of EPID's member and issuer, as paths.c does it for the rest: every secret and every random byte is undefined, and valgrind reports
 * each branch and each address that depends on one. What is decided in public goes through epid_decide, what is sent through epid_publish; both
 * are wrapped here. Verification is of public bytes and is not run under marks.
 *
 * Exit status 0 if no path leaks, all give what they should, and the planted leak was caught.
 */
#include <string.h>

#include "rig.h"
#include "core/ct.h"
#include "crypto/crypto.h"
#include "epid/diag.h"
#include "epid/group.h"

/* ---- the wrapped decisions ---- */
bool __real_ct_equal(const void *a, const void *b, size_t n);
bool __wrap_ct_equal(const void *a, const void *b, size_t n);
bool __wrap_epid_decide(bool b);
void __wrap_epid_publish(void *p, size_t n);

bool
__wrap_ct_equal(const void *a, const void *b, size_t n)
{
	bool r = __real_ct_equal(a, b, n);

	publish(&r, sizeof r);
	return r;
}

bool
__wrap_epid_decide(bool b)
{
	publish(&b, sizeof b);
	return b;
}

void
__wrap_epid_publish(void *p, size_t n)
{
	publish(p, n);
}

/* ---- a group and its members ---- */

static uint64_t counter;

/* Every random byte is a secret until it is published. */
static int
fill(void *ctx, void *out, size_t len)
{
	uint8_t block[SHA512_LEN];

	(void)ctx;
	counter++;
	sha512_once2(block, &counter, sizeof counter, NULL, 0);
	memcpy(out, block, len);
	hide(out, len);
	return 0;
}

static const struct jurat_epid_random source = { fill, NULL };
static const struct jurat_epid_bytes message = { "message", 7 }, name = { "name", 4 };

static _Alignas(JURAT_EPID_ALIGN) uint8_t group_memory[JURAT_EPID_GROUP_MAX_SIZE], member_memory[2][JURAT_EPID_MEMBER_MAX_SIZE],
    issuer_memory[JURAT_EPID_ISSUER_MAX_SIZE], verifier_memory[JURAT_EPID_VERIFIER_MAX_SIZE];
static struct jurat_epid_group *group;
static struct jurat_epid_issuer *issuer;
static struct jurat_epid_member *member[2];
static uint8_t key[2][JURAT_EPID_PRIVATE_KEY_LEN(16)];

static bool
path_group(void)
{
	static const uint8_t gid[16] = { 0 };
	uint8_t public_key[JURAT_EPID_GROUP_KEY_LEN(16)], issuer_key[JURAT_EPID_ISSUER_KEY_LEN(16)];

	if (jurat_epid_group_create(public_key, sizeof public_key, issuer_key, sizeof issuer_key, (struct jurat_epid_bytes){ gid, 16 }, &source,
		NULL) != JURAT_EPID_OK)
		return false;
	publish(public_key, sizeof public_key);
	return epid_group_init_with(&group, group_memory, sizeof group_memory, (struct jurat_epid_bytes){ public_key, sizeof public_key },
		   JURAT_EPID_HASH_OF_GROUP, kernels_best(), NULL) == JURAT_EPID_OK &&
	    jurat_epid_issuer_init(&issuer, issuer_memory, sizeof issuer_memory, group, (struct jurat_epid_bytes){ issuer_key, sizeof issuer_key },
		NULL) == JURAT_EPID_OK;
}

/* join: a member that the issuer certifies; its key stays hidden. */
static bool
join(size_t i, enum jurat_epid_kind kind)
{
	uint8_t f[32], nonce[32] = { 1 }, request[JURAT_EPID_JOIN_REQUEST_LEN(JURAT_EPID_SPLIT)], credential[JURAT_EPID_CREDENTIAL_LEN(16)];
	struct jurat_epid_bytes sent = { request, JURAT_EPID_JOIN_REQUEST_LEN(kind) };

	if (jurat_epid_secret_new(f, &source, NULL) != JURAT_EPID_OK ||
	    jurat_epid_join_request(request, sent.len, group, kind, f, nonce, &source, NULL) != JURAT_EPID_OK)
		return false;
	publish(request, sent.len);
	if (jurat_epid_certify(credential, sizeof credential, issuer, sent, nonce, &source, NULL) != JURAT_EPID_OK)
		return false;
	if (jurat_epid_key_from_credential(
		key[i], sizeof key[i], group, kind, (struct jurat_epid_bytes){ credential, sizeof credential }, f, NULL) != JURAT_EPID_OK)
		return false;
	publish(key[i], 16); /* the group id */
	return jurat_epid_member_init(&member[i], member_memory[i], sizeof member_memory[i], group, kind,
		   (struct jurat_epid_bytes){ key[i], sizeof key[i] }, NULL) == JURAT_EPID_OK;
}

static bool
path_join(void)
{
	return join(0, JURAT_EPID_NOT_SPLIT);
}

static bool
path_join_split(void)
{
	return join(1, JURAT_EPID_SPLIT);
}

/* Seeds that expand to no key of the group: the whole of decompression runs, and says no. */
static bool
path_decompress(void)
{
	uint8_t compressed[JURAT_EPID_COMPRESSED_KEY_LEN(16)] = { 0 }, out[JURAT_EPID_PRIVATE_KEY_LEN(16)];

	compressed[16 + 31] = 1; /* A.x = 1: y = 2 */
	hide(compressed + 16, sizeof compressed - 16);
	return jurat_epid_key_decompress(out, sizeof out, group, JURAT_EPID_NOT_SPLIT, (struct jurat_epid_bytes){ compressed, sizeof compressed },
		   NULL) == JURAT_EPID_E_BAD_ARG;
}

/* ---- signing ---- */

static bool
verifies(uint8_t *signature, size_t len, const struct jurat_epid_bytes *list)
{
	struct jurat_epid_verifier *v;

	publish(signature, len);
	return jurat_epid_verifier_init(&v, verifier_memory, sizeof verifier_memory, group, NULL, 0, NULL) == JURAT_EPID_OK &&
	    (list == NULL || jurat_epid_verifier_set_sigrl(v, *list, NULL) == JURAT_EPID_OK) &&
	    jurat_epid_verify(v, (struct jurat_epid_bytes){ signature, len }, message, NULL) == JURAT_EPID_OK;
}

/* sign_all_ways: named and with a random base, at once and in two steps. */
static bool
sign_all_ways(size_t i, enum jurat_epid_kind kind)
{
	uint8_t out[JURAT_EPID_SIGNATURE_LEN(JURAT_EPID_SPLIT, 0)];
	size_t len = JURAT_EPID_SIGNATURE_LEN(kind, 0);

	for (unsigned way = 0; way < 4; way++) {
		struct jurat_epid_presignature pre;
		struct jurat_epid_sign_request r = { .message = message, .random = &source };

		r.basename = (way & 1) != 0 ? &name : NULL;
		if ((way & 2) != 0) {
			if (jurat_epid_presign(
				&pre, member[i], (way & 1) != 0 ? 0 : JURAT_EPID_PRESIGN_RANDOM_BASE, &source, NULL) != JURAT_EPID_OK)
				return false;
			r.presignature = &pre;
		}
		if (jurat_epid_sign(out, len, member[i], &r, NULL) != JURAT_EPID_OK || !verifies(out, len, NULL))
			return false;
	}
	return true;
}

static bool
path_sign(void)
{
	return sign_all_ways(0, JURAT_EPID_NOT_SPLIT);
}

static bool
path_sign_split(void)
{
	return sign_all_ways(1, JURAT_EPID_SPLIT);
}

/* LONG_LIST: with combs. */
#define SHORT_LIST 2
#define LONG_LIST 65

/* make_list: B and K of n signatures by member i: multiples of one. */
static struct jurat_epid_bytes
make_list(uint8_t list[JURAT_EPID_SIGRL_LEN(16, LONG_LIST)], size_t n, size_t i)
{
	uint8_t s[JURAT_EPID_SIGNATURE_LEN(JURAT_EPID_SPLIT, 0)];
	struct jurat_epid_sign_request r = { .message = message, .basename = &name, .random = &source };

	memset(list, 0, 24);
	list[23] = (uint8_t)n;
	if (jurat_epid_sign(s, JURAT_EPID_SIGNATURE_LEN(i == 0 ? JURAT_EPID_NOT_SPLIT : JURAT_EPID_SPLIT, 0), member[i], &r, NULL) == JURAT_EPID_OK)
		publish(s, sizeof s);
	for (size_t j = 0; j < n; j++)
		memcpy(list + 24 + 128 * j, s, 128);
	return (struct jurat_epid_bytes){ list, JURAT_EPID_SIGRL_LEN(16, n) };
}

static bool
sign_with_list(size_t i, enum jurat_epid_kind kind, size_t n)
{
	static uint8_t list[JURAT_EPID_SIGRL_LEN(16, LONG_LIST)], out[JURAT_EPID_SIGNATURE_LEN(JURAT_EPID_SPLIT, LONG_LIST)];
	struct jurat_epid_bytes of_other = make_list(list, n, 1 - i);
	struct jurat_epid_sign_request r = { .message = message, .basename = &name, .sigrl = &of_other, .random = &source };

	if (jurat_epid_sign(out, JURAT_EPID_SIGNATURE_LEN(kind, n), member[i], &r, NULL) != JURAT_EPID_OK ||
	    !verifies(out, JURAT_EPID_SIGNATURE_LEN(kind, n), &of_other))
		return false;
	of_other = make_list(list, n, i); /* its own */
	return jurat_epid_sign(out, JURAT_EPID_SIGNATURE_LEN(kind, n), member[i], &r, NULL) == JURAT_EPID_SIG_REVOKED_IN_SIGRL;
}

static bool
path_prove(void)
{
	return sign_with_list(0, JURAT_EPID_NOT_SPLIT, SHORT_LIST);
}

static bool
path_prove_split(void)
{
	return sign_with_list(1, JURAT_EPID_SPLIT, SHORT_LIST);
}

static bool
path_prove_with_combs(void)
{
	return sign_with_list(0, JURAT_EPID_NOT_SPLIT, LONG_LIST);
}

static bool
path_prove_with_combs_split(void)
{
	return sign_with_list(1, JURAT_EPID_SPLIT, LONG_LIST);
}

static bool
prove_alone(size_t i, enum jurat_epid_kind kind)
{
	uint8_t s[JURAT_EPID_SIGNATURE_LEN(JURAT_EPID_SPLIT, 0)], list[JURAT_EPID_SIGRL_LEN(16, LONG_LIST)];
	uint8_t proof[JURAT_EPID_NR_PROOF_LEN(JURAT_EPID_SPLIT)];
	struct jurat_epid_sign_request r = { .message = message, .basename = &name, .random = &source };

	(void)make_list(list, 1, 1 - i);
	if (jurat_epid_sign(s, JURAT_EPID_SIGNATURE_LEN(kind, 0), member[i], &r, NULL) != JURAT_EPID_OK)
		return false;
	publish(s, sizeof s);
	return jurat_epid_nr_prove(proof, JURAT_EPID_NR_PROOF_LEN(kind), member[i], s, list + 24, message, &source, NULL) == JURAT_EPID_OK;
}

static bool
path_prove_alone(void)
{
	return prove_alone(0, JURAT_EPID_NOT_SPLIT);
}

static bool
path_prove_alone_split(void)
{
	return prove_alone(1, JURAT_EPID_SPLIT);
}

/* What else takes a key: its precomputed values, and its way onto a list of private keys. */
static bool
path_precomp_and_revoke(void)
{
	static uint8_t precomp[JURAT_EPID_MEMBER_PRECOMP_LEN], list[JURAT_EPID_PRIVRL_LEN(16, 1)];
	struct jurat_epid_bytes none = { NULL, 0 };
	size_t len;

	return jurat_epid_member_precomp_write(precomp, sizeof precomp, member[0], NULL) == JURAT_EPID_OK &&
	    jurat_epid_privrl_add(list, sizeof list, &len, none, group, JURAT_EPID_NOT_SPLIT, (struct jurat_epid_bytes){ key[0], sizeof key[0] },
		NULL) == JURAT_EPID_OK;
}

/* The rig must catch what it is for: a branch on a secret scalar. */
static bool
planted_leak(void)
{
	volatile unsigned taken = 0;
	uint8_t secret[32] = { 5 };
	struct fr k;
	unsigned before = (unsigned)VALGRIND_COUNT_ERRORS;

	hide(secret, sizeof secret);
	if (!fr_read(&k, secret))
		return false;
	if ((k.v[0] & 1) != 0)
		taken++;
	return (unsigned)VALGRIND_COUNT_ERRORS > before;
}

static const struct {
	const char *name;
	bool (*run)(void);
} paths[] = {
	{ "group and issuer", path_group },
	{ "join, certify, key", path_join },
	{ "join, certify, key (split)", path_join_split },
	{ "decompress", path_decompress },
	{ "sign", path_sign },
	{ "sign (split)", path_sign_split },
	{ "prove", path_prove },
	{ "prove (split)", path_prove_split },
	{ "prove, long list", path_prove_with_combs },
	{ "prove, long list (split)", path_prove_with_combs_split },
	{ "prove, alone", path_prove_alone },
	{ "prove, alone (split)", path_prove_alone_split },
	{ "precomputed values, revoke", path_precomp_and_revoke },
};

int
main(void)
{
	int bad = 0;

	if (!is_watched())
		return 1;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		unsigned before = (unsigned)VALGRIND_COUNT_ERRORS;
		bool right = paths[i].run(), quiet = (unsigned)VALGRIND_COUNT_ERRORS == before;

		printf("epid: %-28s %s%s\n", paths[i].name, quiet ? "constant time" : "LEAKS", right ? "" : ", WRONG RESULT");
		fflush(stdout);
		bad |= !right || !quiet;
	}
	if (!planted_leak()) {
		puts("epid: planted leak                 NOT CAUGHT");
		bad = 1;
	}
	return bad;
}
