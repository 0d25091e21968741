/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is left of secrets on the stack. Each function runs on a stack of its own, which is searched afterwards for f, x, A, gamma and everything that
 * was drawn, as bytes, as limbs and in Montgomery's form. Copies of half a secret and more count: single limbs are the compiler's business.
 */
#include "epid_world.h"

#include <pthread.h>
#include <stdio.h>

#include "epid/fr.h"
#include "epid/g1.h"

#define STACK_LEN ((size_t)512 * 1024)
#define WINDOW 16
#define PATTERNS_MAX 512
#define PATTERN_LEN 48
#define LIST_LEN 6

/* ---- secrets and the forms in which they may lie about ---- */

struct pattern {
	const char *what;
	size_t len;
	uint8_t bytes[PATTERN_LEN];
};

struct secrets {
	size_t num;
	struct pattern pattern[PATTERNS_MAX];
	struct epid_stream stream;
};

static void
add(struct secrets *s, const char *what, const void *p, size_t len)
{
	assert_true(s->num < PATTERNS_MAX && len <= PATTERN_LEN);
	s->pattern[s->num].what = what;
	s->pattern[s->num].len = len;
	memcpy(s->pattern[s->num++].bytes, p, len);
}

static void
add_scalar(struct secrets *s, const char *what, const struct fr *k)
{
	uint8_t bytes[FR_LEN];
	uint64_t limbs[4];

	fr_write(bytes, k);
	fr_limbs(limbs, k);
	add(s, what, bytes, sizeof bytes);
	add(s, what, limbs, sizeof limbs);
	add(s, what, k->v, sizeof k->v);
}

static void
add_scalar_bytes(struct secrets *s, const char *what, const uint8_t bytes[FR_LEN])
{
	struct fr k;

	assert_true(fr_read(&k, bytes));
	add_scalar(s, what, &k);
}

static void
add_point(struct secrets *s, const char *what, const uint8_t bytes[G1_LEN])
{
	struct g1_affine p;

	assert_true(g1_read(&p, bytes));
	add(s, what, bytes, FQ_LEN);
	add(s, what, bytes + FQ_LEN, FQ_LEN);
	add(s, what, p.x.v, sizeof p.x.v);
	add(s, what, p.y.v, sizeof p.y.v);
}

/* Every scalar that is drawn is a secret; what is drawn in 32 bytes is sent. */
static int
draw(void *ctx, void *out, size_t len)
{
	struct secrets *s = ctx;
	struct fr k;

	if (epid_stream_fill(&s->stream, out, len) != 0)
		return -1;
	if (len != FR_SEED_LEN)
		return 0;
	fr_from_seed(&k, out);
	add(s, "seed", out, len);
	add_scalar(s, "drawn", &k);
	return 0;
}

/* ---- running on a stack of one's own ---- */

struct job {
	struct epid_world *w;
	struct secrets s;
	struct jurat_epid_random random;
	struct jurat_epid_bytes list;
	uint8_t f[32], nonce[32], name[4];
	uint8_t request[JURAT_EPID_JOIN_REQUEST_LEN(JURAT_EPID_SPLIT)];
	uint8_t signature[JURAT_EPID_SIGNATURE_LEN(JURAT_EPID_SPLIT, LIST_LEN)];
	uint8_t out[2048];
	struct jurat_epid_presignature pre;
	_Alignas(JURAT_EPID_ALIGN) uint8_t memory[JURAT_EPID_MEMBER_MAX_SIZE];
	jurat_epid_rc (*run)(struct job *j);
	jurat_epid_rc rc;
	pthread_barrier_t ran, searched; /* the thread waits: at its end its stack would be given back */
};

static void *
start(void *arg)
{
	struct job *j = arg;

	j->rc = j->run(j);
	(void)pthread_barrier_wait(&j->ran);
	(void)pthread_barrier_wait(&j->searched);
	return NULL;
}

/* left: whether the stack holds half of the pattern. */
static bool
left(const uint8_t *stack, const struct pattern *p)
{
	for (size_t from = 0; from + WINDOW <= p->len; from += WINDOW)
		if (memmem(stack, STACK_LEN, p->bytes + from, WINDOW) != NULL)
			return true;
	return false;
}

/* leavings: runs it and counts what is left; name NULL: says nothing. learn: secrets that it made, NULL if there are none. */
static unsigned
leavings(struct job *j, const char *name, jurat_epid_rc (*run)(struct job *j), void (*learn)(struct job *j))
{
	uint8_t *stack = aligned_alloc(4096, STACK_LEN);
	pthread_attr_t attr;
	pthread_t thread;
	unsigned found = 0;

	assert_non_null(stack);
	memset(stack, 0, STACK_LEN);
	j->run = run;
	assert_int_equal(pthread_attr_init(&attr), 0);
	assert_int_equal(pthread_attr_setstack(&attr, stack, STACK_LEN), 0);
	assert_int_equal(pthread_create(&thread, &attr, start, j), 0);
	(void)pthread_barrier_wait(&j->ran);
	assert_int_equal(j->rc, JURAT_EPID_OK);
	if (learn != NULL)
		learn(j);
	for (size_t i = 0; i < j->s.num; i++) {
		if (!left(stack, &j->s.pattern[i]))
			continue;
		if (name != NULL)
			print_error("%s leaves %s (%zu)\n", name, j->s.pattern[i].what, i);
		found++;
	}
	(void)pthread_barrier_wait(&j->searched);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(pthread_attr_destroy(&attr), 0);
	free(stack);
	return found;
}

/* ---- what is run ---- */

static jurat_epid_rc
run_group(struct job *j)
{
	size_t public_len = JURAT_EPID_GROUP_KEY_LEN(16), issuer_len = JURAT_EPID_ISSUER_KEY_LEN(16);

	return jurat_epid_group_create(
	    j->out, public_len, j->out + public_len, issuer_len, (struct jurat_epid_bytes){ j->w->gid, 16 }, &j->random, NULL);
}

static jurat_epid_rc
run_issuer(struct job *j)
{
	struct jurat_epid_issuer *i;

	return jurat_epid_issuer_init(&i, j->memory, sizeof j->memory, j->w->group,
	    (struct jurat_epid_bytes){ j->w->issuer_key, JURAT_EPID_ISSUER_KEY_LEN(16) }, NULL);
}

static jurat_epid_rc
run_secret(struct job *j)
{
	return jurat_epid_secret_new(j->f, &j->random, NULL);
}

static jurat_epid_rc
run_join(struct job *j)
{
	return jurat_epid_join_request(j->request, JURAT_EPID_JOIN_REQUEST_LEN(j->w->kind), j->w->group, j->w->kind, j->f, j->nonce, &j->random, NULL);
}

static jurat_epid_rc
run_certify(struct job *j)
{
	return jurat_epid_certify(j->out, JURAT_EPID_CREDENTIAL_LEN(16), j->w->issuer,
	    (struct jurat_epid_bytes){ j->request, JURAT_EPID_JOIN_REQUEST_LEN(j->w->kind) }, j->nonce, &j->random, NULL);
}

static jurat_epid_rc
run_key(struct job *j)
{
	return jurat_epid_key_from_credential(j->out, JURAT_EPID_PRIVATE_KEY_LEN(16), j->w->group, j->w->kind,
	    (struct jurat_epid_bytes){ j->w->key[0], JURAT_EPID_CREDENTIAL_LEN(16) }, j->w->key[0] + JURAT_EPID_CREDENTIAL_LEN(16), NULL);
}

static jurat_epid_rc
run_member(struct job *j)
{
	struct jurat_epid_member *m;

	return jurat_epid_member_init(&m, j->memory, sizeof j->memory, j->w->group, j->w->kind, epid_world_key(j->w, 0), NULL);
}

static jurat_epid_rc
run_presign(struct job *j)
{
	return jurat_epid_presign(&j->pre, j->w->member[0], 0, &j->random, NULL);
}

static jurat_epid_rc
sign(struct job *j, bool named, struct jurat_epid_presignature *pre, bool with_list)
{
	struct jurat_epid_bytes name = { j->name, sizeof j->name };
	struct jurat_epid_sign_request r = { .message = { j->name, sizeof j->name }, .presignature = pre, .random = &j->random };

	r.basename = named ? &name : NULL;
	r.sigrl = with_list ? &j->list : NULL;
	return jurat_epid_sign(j->signature, JURAT_EPID_SIGNATURE_LEN(j->w->kind, with_list ? LIST_LEN : 0), j->w->member[0], &r, NULL);
}

static jurat_epid_rc
run_sign(struct job *j)
{
	return sign(j, false, NULL, false);
}

static jurat_epid_rc
run_sign_presigned(struct job *j)
{
	return sign(j, true, &j->pre, false);
}

static jurat_epid_rc
run_sign_with_list(struct job *j)
{
	return sign(j, true, NULL, true);
}

static jurat_epid_rc
run_prove(struct job *j)
{
	return jurat_epid_nr_prove(j->out, JURAT_EPID_NR_PROOF_LEN(j->w->kind), j->w->member[0], j->signature,
	    (const uint8_t *)j->list.p + JURAT_EPID_SIGRL_LEN(16, 0), (struct jurat_epid_bytes){ j->name, sizeof j->name }, &j->random, NULL);
}

static jurat_epid_rc
run_precomp(struct job *j)
{
	return jurat_epid_member_precomp_write(j->out, JURAT_EPID_MEMBER_PRECOMP_LEN, j->w->member[0], NULL);
}

/* ---- the tests ---- */

/* A list of signatures by another member. */
static void
fill_list(struct job *j, uint8_t *list)
{
	struct jurat_epid_bytes now = { NULL, 0 };
	uint8_t next[JURAT_EPID_SIGRL_LEN(16, LIST_LEN)];

	for (size_t i = 0; i < LIST_LEN; i++) {
		struct epid_made s = epid_world_sign(j->w, 1, "x", NULL, NULL);

		assert_int_equal(jurat_epid_sigrl_add(next, sizeof next, &now.len, now, j->w->group, (struct jurat_epid_bytes){ s.p, s.len },
				     epid_text_bytes("x"), NULL),
		    JURAT_EPID_OK);
		memcpy(list, next, now.len);
		now.p = list;
		free(s.p);
	}
	j->list = now;
}

static void
know_keys(struct job *j)
{
	const uint8_t *key = j->w->key[0] + 16;

	add_point(&j->s, "A", key);
	add_scalar_bytes(&j->s, "x", key + G1_LEN);
	add_scalar_bytes(&j->s, "f", key + G1_LEN + FR_LEN);
	add_scalar_bytes(&j->s, "gamma", j->w->issuer_key + 16);
}

/* The credential that certify made: x was drawn, and A is new. */
static void
know_credential(struct job *j)
{
	add_point(&j->s, "new A", j->out + 16);
}

struct step {
	const char *name;
	jurat_epid_rc (*run)(struct job *j);
	void (*learn)(struct job *j);
};

/* In this order: what one makes the next takes. */
static const struct step steps[] = {
	{ "group_create", run_group, NULL },
	{ "issuer_init", run_issuer, NULL },
	{ "secret_new", run_secret, NULL },
	{ "join_request", run_join, NULL },
	{ "certify", run_certify, know_credential },
	{ "key_from_credential", run_key, NULL },
	{ "member_init", run_member, NULL },
	{ "presign", run_presign, NULL },
	{ "sign, presigned", run_sign_presigned, NULL },
	{ "sign", run_sign, NULL },
	{ "nr_prove", run_prove, NULL },
	{ "sign with a list", run_sign_with_list, NULL },
	{ "member_precomp_write", run_precomp, NULL },
};

static struct job *
job_new(enum jurat_epid_kind kind, uint8_t list[JURAT_EPID_SIGRL_LEN(16, LIST_LEN)])
{
	struct job *j = aligned_alloc(JURAT_EPID_ALIGN, sizeof *j);

	assert_non_null(j);
	memset(j, 0, sizeof *j);
	j->w = calloc(1, sizeof *j->w);
	assert_non_null(j->w);
	epid_world_new(j->w, 16, kind, JURAT_EPID_SHA256, 77);
	j->s.stream = (struct epid_stream){ 1, SIZE_MAX };
	j->random = (struct jurat_epid_random){ draw, &j->s };
	assert_int_equal(pthread_barrier_init(&j->ran, NULL, 2), 0);
	assert_int_equal(pthread_barrier_init(&j->searched, NULL, 2), 0);
	fill_list(j, list);
	know_keys(j);
	return j;
}

static void
job_free(struct job *j)
{
	epid_world_clear(j->w);
	pthread_barrier_destroy(&j->ran);
	pthread_barrier_destroy(&j->searched);
	free(j->w);
	free(j);
}

static void
nothing_is_left(enum jurat_epid_kind kind)
{
	uint8_t list[JURAT_EPID_SIGRL_LEN(16, LIST_LEN)];
	struct job *j = job_new(kind, list);
	unsigned found = 0;

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		found += leavings(j, steps[i].name, steps[i].run, steps[i].learn);
	job_free(j);
	assert_int_equal(found, 0);
}

static void
no_secret_stays_on_the_stack(void **state)
{
	(void)state;
	nothing_is_left(JURAT_EPID_NOT_SPLIT);
}

static void
no_secret_stays_on_the_stack_if_split(void **state)
{
	(void)state;
	nothing_is_left(JURAT_EPID_SPLIT);
}

static jurat_epid_rc
run_leak(struct job *j)
{
	uint8_t frame[65536]; /* as deep as any */

	memcpy(frame, j->s.pattern[0].bytes, FR_LEN);
	__asm__ volatile("" : : "r"(frame) : "memory"); /* it is read: the copy has to be made */
	return JURAT_EPID_OK;
}

static void
a_copy_that_nobody_wiped_is_found(void **state)
{
	uint8_t list[JURAT_EPID_SIGRL_LEN(16, LIST_LEN)];
	struct job *j = job_new(JURAT_EPID_NOT_SPLIT, list);

	(void)state;
	assert_int_equal(leavings(j, NULL, run_leak, NULL), 1);
	job_free(j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_copy_that_nobody_wiped_is_found),
		cmocka_unit_test(no_secret_stays_on_the_stack),
		cmocka_unit_test(no_secret_stays_on_the_stack_if_split),
	};

#if !defined(__OPTIMIZE__) || defined(__SANITIZE_ADDRESS__)
	puts("epid_wiping: skipped: without optimisation, and under sanitizers, compilers keep copies of their own");
	return 77;
#endif
	return cmocka_run_group_tests(tests, NULL, NULL);
}
