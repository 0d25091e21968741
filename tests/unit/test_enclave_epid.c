/* SPDX-License-Identifier: Apache-2.0 */
/* EPID inside an enclave on the engine: what is signed there verifies here, and the other way round. */
#include "enclave_epid.h"
#include "enclave_world.h"
#include "epid_world.h"

#define MESSAGE "from one side to the other"

static struct enclave_world world;
static struct machine *machine;
static struct enclave *enclave;

static int
set_up(void **state)
{
	(void)state;
	world_new(&world);
	machine = world_machine(&world);
	enclave = world_load(machine, "enclave_epid", world.author, NULL);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	enclave_unload(enclave);
	machine_close(machine);
	world_free(&world);
	return 0;
}

static void
what_the_enclave_signs_verifies_outside(void **state)
{
	uint8_t made[EPID_SIGNED_LEN];
	const uint8_t *list = made + JURAT_EPID_GROUP_KEY_LEN(4), *signature = list + JURAT_EPID_SIGRL_LEN(4, 1);
	struct jurat_epid_group *g;
	struct jurat_epid_verifier *v;
	size_t len;

	(void)state;
	assert_int_equal(
	    enclave_call(enclave, EPID_OP_SIGN, (const uint8_t *)MESSAGE, sizeof MESSAGE - 1, made, sizeof made, &len, NULL), JURAT_OK);
	assert_int_equal(len, sizeof made);
	assert_int_equal(jurat_epid_group_new(
			     &g, (struct jurat_epid_bytes){ made, JURAT_EPID_GROUP_KEY_LEN(4) }, JURAT_EPID_HASH_OF_GROUP, NULL),
	    JURAT_EPID_OK);
	assert_int_equal(jurat_epid_verifier_new(&v, g, NULL, 0, NULL), JURAT_EPID_OK);
	assert_int_equal(jurat_epid_verifier_set_sigrl(v, (struct jurat_epid_bytes){ list, JURAT_EPID_SIGRL_LEN(4, 1) }, NULL), JURAT_EPID_OK);
	assert_int_equal(jurat_epid_verify(v, (struct jurat_epid_bytes){ signature, JURAT_EPID_SIGNATURE_LEN(JURAT_EPID_NOT_SPLIT, 1) },
			     epid_text_bytes(MESSAGE), NULL),
	    JURAT_EPID_OK);
	jurat_epid_verifier_free(v);
	jurat_epid_group_free(g);
}

static void
what_is_signed_outside_verifies_in_the_enclave(void **state)
{
	uint8_t in[JURAT_EPID_GROUP_KEY_LEN(4) + JURAT_EPID_SIGNATURE_LEN(JURAT_EPID_NOT_SPLIT, 0) + sizeof MESSAGE - 1], valid;
	struct epid_world w;
	struct epid_made s;
	size_t len;

	(void)state;
	epid_world_new(&w, 4, JURAT_EPID_NOT_SPLIT, JURAT_EPID_SHA256, 8);
	s = epid_world_sign(&w, 0, MESSAGE, NULL, NULL);
	memcpy(in, w.public_key, JURAT_EPID_GROUP_KEY_LEN(4));
	memcpy(in + JURAT_EPID_GROUP_KEY_LEN(4), s.p, s.len);
	memcpy(in + JURAT_EPID_GROUP_KEY_LEN(4) + s.len, MESSAGE, sizeof MESSAGE - 1);
	for (unsigned bad = 0; bad < 2; bad++) {
		in[sizeof in - 1] ^= (uint8_t)bad;
		assert_int_equal(enclave_call(enclave, EPID_OP_VERIFY, in, sizeof in, &valid, 1, &len, NULL), JURAT_OK);
		assert_int_equal(valid, 1 - bad);
	}
	free(s.p);
	epid_world_clear(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_enclave_signs_verifies_outside),
		cmocka_unit_test(what_is_signed_outside_verifies_in_the_enclave),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
