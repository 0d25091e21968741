/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EPID in units of one P-256 verification by OpenSSL (what `openssl speed ecdsap256` times), measured in turns with the operation itself, so that the
 * ratio does not depend on the machine's other load. Each value is the median of its turns. Figures of Intel's SDK in the same unit, its best build
 * and its default build, were measured on one machine and are printed beside.
 *
 * Limits are those without AVX-512 IFMA unless that set is the one that runs.
 */
#include "bench.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

#include "epid/kernels.h"
#include "jurat/epid.h"

#define TURNS 41
#define GID 16u
#define MEMBER_KEY_LEN JURAT_EPID_PRIVATE_KEY_LEN(GID)
#define SIGRL_FEW 8u
#define SIGRL_MANY 40u
#define PRIVRL_FEW 8u
#define PRIVRL_MANY 264u
#define BATCH 8u
#define SIGNATURE_MAX JURAT_EPID_SIGNATURE_LEN(JURAT_EPID_NOT_SPLIT, SIGRL_MANY)

struct bench {
	EVP_PKEY_CTX *p256;
	uint8_t p256_sig[80], digest[32];
	size_t p256_sig_len;

	uint8_t group_key[JURAT_EPID_GROUP_KEY_LEN(GID)], issuer_key[JURAT_EPID_ISSUER_KEY_LEN(GID)];
	uint8_t private_key[MEMBER_KEY_LEN], join_request[128], nonce[32];
	struct jurat_epid_group *group;
	struct jurat_epid_issuer *issuer;
	struct jurat_epid_member *member, *other;
	struct jurat_epid_verifier *plain, *named, *with_sigrl, *with_privrl, *with_verifierrl;
	uint8_t sigrl[2][JURAT_EPID_SIGRL_LEN(GID, SIGRL_MANY)], privrl[2][JURAT_EPID_PRIVRL_LEN(GID, PRIVRL_MANY)];
	uint8_t signature[SIGNATURE_MAX], named_signature[JURAT_EPID_SIGNATURE_LEN(JURAT_EPID_NOT_SPLIT, 0)];
	uint8_t batch_message[BATCH][48], batch_signature[BATCH][JURAT_EPID_SIGNATURE_LEN(JURAT_EPID_NOT_SPLIT, 0)];
	uint8_t sigrl_signature[2][SIGNATURE_MAX];
	struct jurat_epid_presignature presignature;
	size_t which; /* of the two list lengths */
};

static const struct jurat_epid_bytes message = { "a message of ordinary length, 48 bytes of it....", 48 };
static const struct jurat_epid_bytes basename_of_bench = { "bench", 5 };

static void
must(jurat_epid_rc rc, const char *what)
{
	if (rc == JURAT_EPID_OK)
		return;
	fprintf(stderr, "bench: %s: %s\n", what, jurat_epid_rc_name(rc));
	exit(1);
}

static void
must_one(int rc, const char *what)
{
	if (rc == 1)
		return;
	fprintf(stderr, "bench: openssl: %s\n", what);
	exit(1);
}

/* ---- set-up ---- */

static void
p256_setup(struct bench *b)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	EVP_PKEY_CTX *signer = EVP_PKEY_CTX_new(key, NULL);

	memset(b->digest, 0x5a, sizeof b->digest); /* a digest of zeros would spare half of the work */
	b->p256_sig_len = sizeof b->p256_sig;
	must_one(EVP_PKEY_sign_init(signer), "sign_init");
	must_one(EVP_PKEY_sign(signer, b->p256_sig, &b->p256_sig_len, b->digest, sizeof b->digest), "sign");
	EVP_PKEY_CTX_free(signer);
	b->p256 = EVP_PKEY_CTX_new(key, NULL);
	EVP_PKEY_free(key);
	must_one(EVP_PKEY_verify_init(b->p256), "verify_init");
}

static struct jurat_epid_member *
member_new(struct bench *b)
{
	struct jurat_epid_member *member;
	uint8_t f[32], credential[JURAT_EPID_CREDENTIAL_LEN(GID)];

	must(jurat_epid_secret_new(f, NULL, NULL), "secret");
	must(jurat_epid_join_request(b->join_request, sizeof b->join_request, b->group, JURAT_EPID_NOT_SPLIT, f, b->nonce, NULL, NULL), "join");
	must(jurat_epid_certify(credential, sizeof credential, b->issuer,
		 (struct jurat_epid_bytes){ b->join_request, sizeof b->join_request }, b->nonce, NULL, NULL), "certify");
	must(jurat_epid_key_from_credential(b->private_key, sizeof b->private_key, b->group, JURAT_EPID_NOT_SPLIT,
		 (struct jurat_epid_bytes){ credential, sizeof credential }, f, NULL), "key");
	must(jurat_epid_member_new(&member, b->group, JURAT_EPID_NOT_SPLIT,
		 (struct jurat_epid_bytes){ b->private_key, sizeof b->private_key }, NULL), "member");
	return member;
}

static void
sign(uint8_t *out, const struct jurat_epid_member *member, const struct jurat_epid_bytes *basename, const struct jurat_epid_bytes *sigrl,
    size_t n)
{
	const struct jurat_epid_sign_request request = { .message = message, .basename = basename, .sigrl = sigrl };

	must(jurat_epid_sign(out, JURAT_EPID_SIGNATURE_LEN(JURAT_EPID_NOT_SPLIT, n), member, &request, NULL), "sign");
}

static void
count_write(uint8_t *out, size_t n)
{
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(n >> (24 - 8 * i));
}

static const size_t sigrl_num[2] = { SIGRL_FEW, SIGRL_MANY }, privrl_num[2] = { PRIVRL_FEW, PRIVRL_MANY };

static struct jurat_epid_bytes
sigrl_of(const struct bench *b, size_t which)
{
	return (struct jurat_epid_bytes){ b->sigrl[which], JURAT_EPID_SIGRL_LEN(GID, sigrl_num[which]) };
}

static struct jurat_epid_bytes
privrl_of(const struct bench *b, size_t which)
{
	return (struct jurat_epid_bytes){ b->privrl[which], JURAT_EPID_PRIVRL_LEN(GID, privrl_num[which]) };
}

/* Entries are B and K of another member's signatures, and random secrets. Both lists begin the same. */
static void
lists_setup(struct bench *b)
{
	for (size_t which = 0; which < 2; which++) {
		uint8_t *s = b->sigrl[which], *p = b->privrl[which];

		memcpy(s, b->group_key, GID);
		memcpy(p, b->group_key, GID);
		count_write(s + GID, 1);
		count_write(p + GID, 1);
		count_write(s + GID + 4, sigrl_num[which]);
		count_write(p + GID + 4, privrl_num[which]);
		for (size_t i = 0; i < sigrl_num[which]; i++) {
			sign(b->signature, b->other, NULL, NULL, 0);
			memcpy(s + GID + 8 + 128 * i, b->signature, 128);
		}
		for (size_t i = 0; i < privrl_num[which]; i++)
			must(jurat_epid_secret_new(p + GID + 8 + 32 * i, NULL, NULL), "secret");
	}
}

static struct jurat_epid_verifier *
verifier_new(const struct bench *b, const struct jurat_epid_bytes *basename)
{
	struct jurat_epid_verifier *v;

	must(jurat_epid_verifier_new(&v, b->group, basename, 0, NULL), "verifier");
	return v;
}

/* Eight signatures of two members over eight messages. */
static void
batch_setup(struct bench *b)
{
	for (size_t i = 0; i < BATCH; i++) {
		const struct jurat_epid_sign_request request = { .message = { b->batch_message[i], sizeof b->batch_message[i] } };

		memset(b->batch_message[i], (int)i, sizeof b->batch_message[i]);
		must(jurat_epid_sign(b->batch_signature[i], sizeof b->batch_signature[i], i % 2 == 0 ? b->member : b->other, &request, NULL), "sign");
	}
}

static void
group_setup(struct bench *b)
{
	const uint8_t gid[GID] = { 0 };

	must(jurat_epid_group_create(b->group_key, sizeof b->group_key, b->issuer_key, sizeof b->issuer_key,
		 (struct jurat_epid_bytes){ gid, sizeof gid }, NULL, NULL), "group");
	must(jurat_epid_group_new(&b->group, (struct jurat_epid_bytes){ b->group_key, sizeof b->group_key }, JURAT_EPID_HASH_OF_GROUP, NULL),
	    "group context");
	must(jurat_epid_issuer_new(&b->issuer, b->group, (struct jurat_epid_bytes){ b->issuer_key, sizeof b->issuer_key }, NULL), "issuer");
	b->other = member_new(b);
	b->member = member_new(b);
	lists_setup(b);
	batch_setup(b);
	sign(b->signature, b->member, NULL, NULL, 0);
	sign(b->named_signature, b->member, &basename_of_bench, NULL, 0);
	for (size_t which = 0; which < 2; which++) {
		struct jurat_epid_bytes list = sigrl_of(b, which);

		sign(b->sigrl_signature[which], b->member, NULL, &list, sigrl_num[which]);
	}
	b->plain = verifier_new(b, NULL);
	b->named = verifier_new(b, &basename_of_bench);
	b->with_sigrl = verifier_new(b, NULL);
	b->with_privrl = verifier_new(b, NULL);
	b->with_verifierrl = verifier_new(b, &basename_of_bench);
}

/* ---- what is timed ---- */

static void
op_p256(struct bench *b)
{
	must_one(EVP_PKEY_verify(b->p256, b->p256_sig, b->p256_sig_len, b->digest, sizeof b->digest), "verify");
}

static struct jurat_epid_bytes
signature_of(const uint8_t *p, size_t n)
{
	return (struct jurat_epid_bytes){ p, JURAT_EPID_SIGNATURE_LEN(JURAT_EPID_NOT_SPLIT, n) };
}

static void
op_verify(struct bench *b)
{
	must(jurat_epid_verify(b->plain, signature_of(b->signature, 0), message, NULL), "verify");
}

static void
op_verify_batch(struct bench *b)
{
	struct jurat_epid_bytes signatures[BATCH], messages[BATCH];
	jurat_epid_rc rc[BATCH];

	for (size_t i = 0; i < BATCH; i++) {
		signatures[i] = signature_of(b->batch_signature[i], 0);
		messages[i] = (struct jurat_epid_bytes){ b->batch_message[i], sizeof b->batch_message[i] };
	}
	must(jurat_epid_verify_batch(rc, b->plain, signatures, messages, BATCH), "verify_batch");
	for (size_t i = 0; i < BATCH; i++)
		must(rc[i], "verify_batch");
}

static void
op_context(struct bench *b)
{
	struct jurat_epid_group *group;
	struct jurat_epid_verifier *verifier;

	must(jurat_epid_group_new(&group, (struct jurat_epid_bytes){ b->group_key, sizeof b->group_key }, JURAT_EPID_HASH_OF_GROUP, NULL), "group");
	must(jurat_epid_verifier_new(&verifier, group, NULL, 0, NULL), "verifier");
	jurat_epid_verifier_free(verifier);
	jurat_epid_group_free(group);
}

static void
op_verify_sigrl(struct bench *b)
{
	must(jurat_epid_verify(b->with_sigrl, signature_of(b->sigrl_signature[b->which], sigrl_num[b->which]), message, NULL), "verify, SigRL");
}

static void
op_verify_privrl(struct bench *b)
{
	must(jurat_epid_verify(b->with_privrl, signature_of(b->signature, 0), message, NULL), "verify, PrivRL");
}

static void
op_verify_named(struct bench *b)
{
	must(jurat_epid_verify(b->with_verifierrl, signature_of(b->named_signature, 0), message, NULL), "verify, VerifierRL");
}

static void
op_sign(struct bench *b)
{
	uint8_t out[JURAT_EPID_SIGNATURE_LEN(JURAT_EPID_NOT_SPLIT, 0)];

	sign(out, b->member, &basename_of_bench, NULL, 0);
}

static void
op_sign_sigrl(struct bench *b)
{
	static uint8_t out[SIGNATURE_MAX];
	struct jurat_epid_bytes list = sigrl_of(b, b->which);

	sign(out, b->member, NULL, &list, sigrl_num[b->which]);
}

static void
sign_presigned(struct bench *b, const struct jurat_epid_bytes *basename)
{
	uint8_t out[JURAT_EPID_SIGNATURE_LEN(JURAT_EPID_NOT_SPLIT, 0)];
	const struct jurat_epid_sign_request request = { .message = message, .basename = basename, .presignature = &b->presignature };

	must(jurat_epid_sign(out, sizeof out, b->member, &request, NULL), "sign, presigned");
}

static void
prepare_named(struct bench *b)
{
	must(jurat_epid_presign(&b->presignature, b->member, 0, NULL, NULL), "presign");
}

static void
prepare_random(struct bench *b)
{
	must(jurat_epid_presign(&b->presignature, b->member, JURAT_EPID_PRESIGN_RANDOM_BASE, NULL, NULL), "presign");
}

static void
op_sign_named(struct bench *b)
{
	sign_presigned(b, &basename_of_bench);
}

static void
op_sign_random(struct bench *b)
{
	sign_presigned(b, NULL);
}

static void
op_issue(struct bench *b)
{
	uint8_t credential[JURAT_EPID_CREDENTIAL_LEN(GID)];

	must(jurat_epid_certify(credential, sizeof credential, b->issuer,
		 (struct jurat_epid_bytes){ b->join_request, sizeof b->join_request }, b->nonce, NULL, NULL), "certify");
}

/* ---- measuring ---- */

static int
by_value(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double
seconds_of(struct bench *b, void (*op)(struct bench *), unsigned repeat)
{
	double start = bench_seconds(CLOCK_THREAD_CPUTIME_ID);

	for (unsigned i = 0; i < repeat; i++)
		op(b);
	return (bench_seconds(CLOCK_THREAD_CPUTIME_ID) - start) / repeat;
}

/* The median over the turns of (time of op)/(time of a P-256 verification beside it). prepare, untimed, may be NULL. */
static double
units(struct bench *b, void (*op)(struct bench *), void (*prepare)(struct bench *))
{
	double ratio[TURNS];

	for (int i = 0; i < TURNS; i++) {
		double before = seconds_of(b, op_p256, 5), t;

		if (prepare != NULL)
			prepare(b);
		t = seconds_of(b, op, 1);
		ratio[i] = t / ((before + seconds_of(b, op_p256, 5)) / 2);
	}
	qsort(ratio, TURNS, sizeof ratio[0], by_value);
	return ratio[TURNS / 2];
}

struct row {
	const char *name, *intel;
	double limit_ifma, limit;
};

/* As bench_report, with Intel's figures. */
static void
report(const struct row *row, double value, bool ifma)
{
	double limit = ifma ? row->limit_ifma : row->limit;

	printf("{\"name\": \"%s\", \"value\": %.3f, \"unit\": \"P-256 verif.\", \"limit\": %.3f, \"holds\": %s, \"peer\": \"Intel %s\"}\n", row->name, value,
	    limit, value <= limit ? "true" : "false", row->intel);
	(void)fflush(stdout);
}

/* One entry more: the difference between two list lengths, divided. */
static double
per_entry(struct bench *b, void (*op)(struct bench *), const size_t num[2])
{
	double few, many;

	b->which = 0;
	few = units(b, op, NULL);
	b->which = 1;
	many = units(b, op, NULL);
	return (many - few) / (double)(num[1] - num[0]);
}

/* As per_entry for lists that belong to the verifier: op's list is set first. */
static double
per_listed(struct bench *b, void (*op)(struct bench *), const size_t num[2], bool signatures)
{
	double t[2];

	for (b->which = 0; b->which < 2; b->which++) {
		if (signatures)
			must(jurat_epid_verifier_set_sigrl(b->with_sigrl, sigrl_of(b, b->which), NULL), "SigRL");
		else
			must(jurat_epid_verifier_set_privrl(b->with_privrl, privrl_of(b, b->which), NULL, 0, NULL), "PrivRL");
		t[b->which] = units(b, op, NULL);
	}
	b->which = 0;
	return (t[1] - t[0]) / (double)(num[1] - num[0]);
}

/* What 65536 entries add to a verification: a look-up. The K of the list are those of no signature; only their number matters. */
static double
verifierrl_units(struct bench *b)
{
	enum { ENTRIES = 65536 };
	size_t len = JURAT_EPID_VERIFIERRL_LEN(GID, ENTRIES), memory_len = jurat_epid_verifierrl_memory(len);
	uint8_t *list = calloc(1, len);
	void *memory = aligned_alloc(64, (memory_len + 63) / 64 * 64);
	double without = units(b, op_verify_named, NULL), with;

	if (list == NULL || memory == NULL)
		exit(1);
	memcpy(list, b->group_key, GID);
	memcpy(list + GID, b->named_signature, 64);
	count_write(list + GID + 64, 1);
	count_write(list + GID + 68, ENTRIES);
	for (size_t i = 0; i < ENTRIES; i++)
		count_write(list + GID + 72 + 64 * i, i + 1);
	must(jurat_epid_verifier_set_verifierrl(b->with_verifierrl, (struct jurat_epid_bytes){ list, len }, memory, memory_len, NULL), "VerifierRL");
	with = units(b, op_verify_named, NULL);
	jurat_epid_verifier_free(b->with_verifierrl);
	b->with_verifierrl = NULL;
	free(list);
	free(memory);
	return with > without ? with - without : 0;
}

/* ---- threads ---- */

#define THREAD_ROUNDS 31
#define EPID_A_THREAD 60
#define P256_A_THREAD 600

struct job {
	struct bench *b;
	EVP_PKEY_CTX *p256; /* NULL: EPID */
};

static void *
run_job(void *arg)
{
	const struct job *job = arg;

	for (int i = 0; job->p256 == NULL && i < EPID_A_THREAD; i++)
		op_verify(job->b);
	for (int i = 0; job->p256 != NULL && i < P256_A_THREAD; i++)
		must_one(EVP_PKEY_verify(job->p256, job->b->p256_sig, job->b->p256_sig_len, job->b->digest, sizeof job->b->digest), "verify");
	return NULL;
}

/* By the clock on the wall: two threads with a job each over one thread with one. 1 if they do not hinder each other. */
static double
slowdown(struct job job[2])
{
	double start = bench_seconds(CLOCK_MONOTONIC), one;
	pthread_t other;

	(void)run_job(&job[0]);
	one = bench_seconds(CLOCK_MONOTONIC) - start;
	start = bench_seconds(CLOCK_MONOTONIC);
	if (pthread_create(&other, NULL, run_job, &job[1]) != 0)
		exit(1);
	(void)run_job(&job[0]);
	(void)pthread_join(other, NULL);
	return (bench_seconds(CLOCK_MONOTONIC) - start) / one;
}

/* Beside two threads that do nothing but P-256, in turns, so that other load on the machine is in both: the median of the quotients. */
static void
report_threads(struct bench *b)
{
	EVP_PKEY_CTX *second = EVP_PKEY_CTX_dup(b->p256);
	struct job epid[2] = { { b, NULL }, { b, NULL } }, p256[2] = { { b, b->p256 }, { b, second } };
	double ratio[THREAD_ROUNDS];

	for (int i = 0; i < THREAD_ROUNDS; i++)
		ratio[i] = slowdown(epid) / slowdown(p256);
	qsort(ratio, THREAD_ROUNDS, sizeof ratio[0], by_value);
	bench_report("epid verify, two threads", ratio[THREAD_ROUNDS / 2], "of P-256's", 2 / 1.95);
	EVP_PKEY_CTX_free(second);
}

/* The plain build of the same C, at the level of kernels: r1 and r2 of a verification, and the tables of a group. */
struct plain {
	struct g1_comb h1, h2;
	struct g2_lines w;
	struct signature_values values;
};

static struct plain plain_data;

static void
op_plain_tables(struct bench *b)
{
	struct g1_affine h1, h2;
	struct g2_affine w;

	if (!g1_read(&h1, b->group_key + GID) || !g1_read(&h2, b->group_key + GID + 64) || !g2_read(&w, b->group_key + GID + 128) ||
	    !g2_in_subgroup_vartime(&w))
		exit(1);
	kernels_portable.g1_comb_init(&plain_data.h1, &h1);
	kernels_portable.g1_comb_init(&plain_data.h2, &h2);
	kernels_portable.g2_lines_init_vartime(&plain_data.w, &w);
}

static void
op_plain_verify(struct bench *b)
{
	const struct group_tables tables = { &plain_data.h1, &plain_data.h2, &plain_data.w };
	struct signature_commitments out;

	(void)b;
	kernels_portable.verify_vartime(&out, &tables, &plain_data.values, 1);
}

static void
plain_setup(struct bench *b)
{
	struct signature_values *v = &plain_data.values;
	const uint8_t *s = b->signature;

	if (!g1_read(&v->b, s) || !g1_read(&v->k, s + 64) || !g1_read(&v->t, s + 128) || !fr_read(&v->c, s + 192) || !fr_read(&v->sx, s + 224) ||
	    !fr_read(&v->sf, s + 256) || !fr_read(&v->sa, s + 288) || !fr_read(&v->sb, s + 320))
		exit(1);
	op_plain_tables(b);
}

int
main(void)
{
	static const struct row verify = { "epid verify", "153 / 818", 4.0, 13 }, batch = { "epid verify, eight at a time", "-", 2.4, 12 },
		context = { "epid context for a new group", "426 / 2180", 6, 12 }, sigrl = { "epid SigRL entry, verifier", "11.7 / 100", 0.50, 2.6 },
		privrl = { "epid PrivRL entry", "1.7 / 16", 0.06, 0.30 }, verifierrl = { "epid VerifierRL of 65536, in all", "linear", 0.4, 0.4 },
		signing = { "epid sign", "124 / 663", 4.2, 14 }, named = { "epid sign, precomputed, a name", "0.22 / 66", 1.3, 2.5 },
		random = { "epid sign, precomputed, random", "0.22 / 66", 0.1, 2.5 }, member = { "epid SigRL entry, member", "25 / 211", 0.65, 3.5 },
		issue = { "epid issue", "~5", 2, 2.5 }, plain_verify = { "epid verify, plain x86-64", "153 / 818", 16.9, 16.9 },
		plain_context = { "epid context, plain x86-64", "426 / 2180", 15.6, 15.6 };
	static struct bench b;
	bool ifma = kernels_best() != &kernels_portable && strstr(kernels_best()->name, "IFMA") != NULL;

	p256_setup(&b);
	group_setup(&b);
	fprintf(stderr, "bench: epid runs on the set \"%s\"\n", kernels_best()->name);
	if (!ifma)
		fputs("bench: NO AVX-512 IFMA HERE: its limits were NOT measured, those of the last column are\n", stderr);
	report(&verify, units(&b, op_verify, NULL), ifma);
	report(&batch, units(&b, op_verify_batch, NULL) / BATCH, ifma);
	report(&context, units(&b, op_context, NULL), ifma);
	report(&sigrl, per_listed(&b, op_verify_sigrl, sigrl_num, true), ifma);
	report(&privrl, per_listed(&b, op_verify_privrl, privrl_num, false), ifma);
	report(&verifierrl, verifierrl_units(&b), ifma);
	report(&signing, units(&b, op_sign, NULL), ifma);
	report(&named, units(&b, op_sign_named, prepare_named), ifma);
	report(&random, units(&b, op_sign_random, prepare_random), ifma);
	report(&member, per_entry(&b, op_sign_sigrl, sigrl_num), ifma);
	report(&issue, units(&b, op_issue, NULL), ifma);
	plain_setup(&b);
	report(&plain_verify, units(&b, op_plain_verify, NULL), ifma);
	report(&plain_context, units(&b, op_plain_tables, NULL), ifma);
	report_threads(&b);
	bench_report("epid context, group and verifier", (double)(jurat_epid_group_size() + jurat_epid_verifier_size()) / 1024, "KiB", 512);
	return 0;
}
