/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EPID's functions behind lines of text, for tests/integration/epid_model.py: a command and its arguments, each "-" for none or "=" and hex; the
 * answer is a return code and what was made. Public keys name the group, and with it the hash.
 */
#include <stdio.h>

#include "epid_world.h"

#define LINE_MAX_LEN (1u << 20)
#define BATCH 11 /* a whole one of the kernels, and a part */
#define ARGS_MAX 10

static struct epid_stream stream = { 1u << 20, SIZE_MAX };
static const struct jurat_epid_random source = { epid_stream_fill, &stream };

struct command {
	struct jurat_epid_bytes arg[ARGS_MAX];
	bool given[ARGS_MAX];
	uint8_t *owned[ARGS_MAX];
};

static void
answer(jurat_epid_rc rc, const uint8_t *p, size_t len)
{
	printf("%d ", rc);
	for (size_t i = 0; rc == JURAT_EPID_OK && i < len; i++)
		printf("%02x", p[i]);
	putchar('\n');
	fflush(stdout);
}

/* read_args: false at the end of input. */
static bool
read_args(char name[16], struct command *c)
{
	static char line[LINE_MAX_LEN];
	char *save, *word;

	memset(c, 0, sizeof *c);
	if (fgets(line, sizeof line, stdin) == NULL)
		return false;
	word = strtok_r(line, " \n", &save);
	snprintf(name, 16, "%s", word != NULL ? word : "");
	for (size_t i = 0; i < ARGS_MAX && (word = strtok_r(NULL, " \n", &save)) != NULL; i++) {
		size_t len = 0;

		c->given[i] = word[0] == '=';
		if (c->given[i])
			c->owned[i] = test_hex(word + 1, &len);
		c->arg[i] = (struct jurat_epid_bytes){ c->owned[i], len };
	}
	return true;
}

static struct jurat_epid_group *
group_of(const struct command *c)
{
	struct jurat_epid_group *g = NULL;

	if (jurat_epid_group_new(&g, c->arg[0], JURAT_EPID_HASH_OF_GROUP, NULL) != JURAT_EPID_OK)
		fail_msg("no group");
	return g;
}

static enum jurat_epid_kind
kind_of(const struct command *c, size_t i)
{
	return c->given[i] ? JURAT_EPID_SPLIT : JURAT_EPID_NOT_SPLIT;
}

/* set_lists: GroupRL, PrivRL, SigRL, VerifierRL; with memory, by index. */
static jurat_epid_rc
set_lists(struct jurat_epid_verifier *v, const struct command *c, void *privrl_memory, size_t privrl_len, void *verifierrl_memory,
    size_t verifierrl_len)
{
	jurat_epid_rc rc = JURAT_EPID_OK;

	if (c->given[4])
		rc = jurat_epid_verifier_set_grouprl(v, c->arg[4], NULL);
	if (rc == JURAT_EPID_OK && c->given[5])
		rc = jurat_epid_verifier_set_privrl(v, c->arg[5], privrl_memory, privrl_len, NULL);
	if (rc == JURAT_EPID_OK && c->given[6])
		rc = jurat_epid_verifier_set_sigrl(v, c->arg[6], NULL);
	if (rc == JURAT_EPID_OK && c->given[7])
		rc = jurat_epid_verifier_set_verifierrl(v, c->arg[7], verifierrl_memory, verifierrl_len, NULL);
	return rc;
}

/* as_batch: the verdict over many copies of the signature; they must be judged alike. */
static jurat_epid_rc
as_batch(const struct jurat_epid_verifier *v, const struct command *c)
{
	struct jurat_epid_bytes signatures[BATCH], messages[BATCH];
	jurat_epid_rc out[BATCH];

	for (size_t i = 0; i < BATCH; i++)
		signatures[i] = c->arg[1], messages[i] = c->arg[2];
	assert_int_equal(jurat_epid_verify_batch(out, v, signatures, messages, BATCH), JURAT_EPID_OK);
	for (size_t i = 1; i < BATCH; i++)
		assert_int_equal(out[i], out[0]);
	return out[0];
}

/* verify: group, signature, message, base name, GroupRL, PrivRL, SigRL, VerifierRL. One by one and in a batch, walking lists and by index. */
static void
do_verify(const struct command *c)
{
	size_t privrl_len = jurat_epid_privrl_memory(c->arg[5].len), verifierrl_len = jurat_epid_verifierrl_memory(c->arg[7].len);
	void *privrl_memory = malloc(privrl_len), *verifierrl_memory = malloc(verifierrl_len);
	struct jurat_epid_group *g = group_of(c);
	struct jurat_epid_verifier *v, *indexed;
	jurat_epid_rc rc, other;

	assert_true(privrl_memory != NULL && verifierrl_memory != NULL);
	assert_int_equal(jurat_epid_verifier_new(&v, g, c->given[3] ? &c->arg[3] : NULL, JURAT_EPID_COMPAT, NULL), JURAT_EPID_OK);
	assert_int_equal(jurat_epid_verifier_new(&indexed, g, c->given[3] ? &c->arg[3] : NULL, JURAT_EPID_COMPAT, NULL), JURAT_EPID_OK);
	rc = set_lists(v, c, NULL, 0, NULL, 0);
	other = set_lists(indexed, c, privrl_memory, privrl_len, verifierrl_memory, verifierrl_len);
	if (rc == JURAT_EPID_OK && other == JURAT_EPID_OK) {
		rc = jurat_epid_verify(v, c->arg[1], c->arg[2], NULL);
		other = as_batch(indexed, c);
	}
	answer(rc == other ? rc : JURAT_EPID_E_INTERNAL, NULL, 0);
	jurat_epid_verifier_free(v);
	jurat_epid_verifier_free(indexed);
	jurat_epid_group_free(g);
	free(privrl_memory);
	free(verifierrl_memory);
}

/* sign: group, private key, split, message, base name, SigRL. */
static void
do_sign(const struct command *c)
{
	struct jurat_epid_group *g = group_of(c);
	size_t n = c->given[5] ? (c->arg[5].len - jurat_epid_group_id(g).len - 8) / 128 : 0, len = JURAT_EPID_SIGNATURE_LEN(kind_of(c, 2), n);
	struct jurat_epid_sign_request r = { .message = c->arg[3], .random = &source };
	struct jurat_epid_member *m = NULL;
	uint8_t *out = malloc(len);
	jurat_epid_rc rc;

	assert_non_null(out);
	r.basename = c->given[4] ? &c->arg[4] : NULL;
	r.sigrl = c->given[5] ? &c->arg[5] : NULL;
	if ((rc = jurat_epid_member_new(&m, g, kind_of(c, 2), c->arg[1], NULL)) == JURAT_EPID_OK)
		rc = jurat_epid_sign(out, len, m, &r, NULL);
	answer(rc, out, len);
	free(out);
	jurat_epid_member_free(m);
	jurat_epid_group_free(g);
}

/* group: group id. The answer is the public key and the issuer's. */
static void
do_group(const struct command *c)
{
	size_t public_len = JURAT_EPID_GROUP_KEY_LEN(c->arg[0].len), issuer_len = JURAT_EPID_ISSUER_KEY_LEN(c->arg[0].len);
	uint8_t out[JURAT_EPID_GROUP_KEY_LEN(16) + JURAT_EPID_ISSUER_KEY_LEN(16)];

	answer(jurat_epid_group_create(out, public_len, out + public_len, issuer_len, c->arg[0], &source, NULL), out, public_len + issuer_len);
}

/* join: group, f, nonce, split. */
static void
do_join(const struct command *c)
{
	struct jurat_epid_group *g = group_of(c);
	uint8_t out[JURAT_EPID_JOIN_REQUEST_LEN(JURAT_EPID_SPLIT)];
	size_t len = JURAT_EPID_JOIN_REQUEST_LEN(kind_of(c, 3));

	answer(jurat_epid_join_request(out, len, g, kind_of(c, 3), c->arg[1].p, c->arg[2].p, &source, NULL), out, len);
	jurat_epid_group_free(g);
}

/* certify: group, issuer's key, join request, nonce. */
static void
do_certify(const struct command *c)
{
	struct jurat_epid_group *g = group_of(c);
	struct jurat_epid_issuer *issuer = NULL;
	uint8_t out[JURAT_EPID_CREDENTIAL_LEN(16)];
	size_t len = JURAT_EPID_CREDENTIAL_LEN(jurat_epid_group_id(g).len);
	jurat_epid_rc rc = jurat_epid_issuer_new(&issuer, g, c->arg[1], NULL);

	if (rc == JURAT_EPID_OK)
		rc = jurat_epid_certify(out, len, issuer, c->arg[2], c->arg[3].p, &source, NULL);
	answer(rc, out, len);
	jurat_epid_issuer_free(issuer);
	jurat_epid_group_free(g);
}

/* key: group, credential, f, split. */
static void
do_key(const struct command *c)
{
	struct jurat_epid_group *g = group_of(c);
	uint8_t out[JURAT_EPID_PRIVATE_KEY_LEN(16)];
	size_t len = JURAT_EPID_PRIVATE_KEY_LEN(jurat_epid_group_id(g).len);

	answer(jurat_epid_key_from_credential(out, len, g, kind_of(c, 3), c->arg[1], c->arg[2].p, NULL), out, len);
	jurat_epid_group_free(g);
}

static const struct {
	const char *name;
	void (*run)(const struct command *c);
} commands[] = {
	{ "verify", do_verify },
	{ "sign", do_sign },
	{ "group", do_group },
	{ "join", do_join },
	{ "certify", do_certify },
	{ "key", do_key },
};

int
main(void)
{
	struct command c;
	char name[16];

	while (read_args(name, &c)) {
		size_t i = 0;

		while (i < sizeof commands / sizeof *commands && strcmp(commands[i].name, name) != 0)
			i++;
		if (i == sizeof commands / sizeof *commands)
			return 2;
		commands[i].run(&c);
		for (size_t j = 0; j < ARGS_MAX; j++)
			free(c.owned[j]);
	}
	return 0;
}
