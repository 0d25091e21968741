/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The three enclaves' files as they are built, on the engine, with root keys in a key process: the whole exchange, and what the
 * processor's rules alone can refuse.
 */
#include <stdio.h>

#include "core/bytes.h"
#include "core/ct.h"
#include "core/sabotage.h"
#include "enclave_world.h"
#include "machine/ops.h"
#include "vault_pair.h"

static struct enclave_world world;

/* One attested host. */
struct engine_host {
	struct pair pair;
	struct machine *machine;
	struct enclave *certification, *quoting, *vault;
	struct p256_public pck;
	uint8_t sealed_key[QUOTING_SEALED_KEY_LEN], qe_signature[64];
	struct enclave_options vault_options;
};

static jurat_rc
host_vault(void *ctx, uint32_t op, const uint8_t *in, size_t len, uint8_t *out, size_t cap, size_t *out_len)
{
	const struct engine_host *h = ctx;

	return enclave_call(h->vault, op, in, len, out, cap, out_len, NULL);
}

static jurat_rc
host_target(void *ctx, uint8_t out[SGX_TARGETINFO_LEN])
{
	const struct engine_host *h = ctx;
	size_t len;

	return enclave_call(h->quoting, QUOTING_TARGET, NULL, 0, out, SGX_TARGETINFO_LEN, &len, NULL);
}

static jurat_rc
host_quote(void *ctx, const uint8_t report[SGX_REPORT_LEN], const uint8_t nonce[16], uint8_t *out, size_t cap, size_t *out_len)
{
	static const char chain[] = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n";
	const struct engine_host *h = ctx;
	uint8_t in[4096];
	struct writer w;

	writer_init(&w, in, sizeof in);
	writer_copy(&w, h->sealed_key, sizeof h->sealed_key);
	writer_copy(&w, h->qe_signature, sizeof h->qe_signature);
	writer_copy(&w, report, SGX_REPORT_LEN);
	writer_copy(&w, nonce, 16);
	writer_u32le(&w, sizeof chain - 1);
	writer_copy(&w, chain, sizeof chain - 1);
	return enclave_call(h->quoting, QUOTING_QUOTE, in, w.len, out, cap, out_len, NULL);
}

static void
platform_start_up(struct engine_host *h)
{
	uint8_t info[CERTIFICATION_INFO_LEN], request[SGX_TARGETINFO_LEN + 2], made[4096];
	size_t len;

	h->certification = world_load(h->machine, "certification", world.architecture, NULL);
	h->quoting = world_load(h->machine, "quoting", world.architecture, NULL);
	assert_int_equal(enclave_call(h->certification, CERTIFICATION_INFO, NULL, 0, info, sizeof info, &len, NULL), JURAT_OK);
	assert_int_equal(len, sizeof info);
	memcpy(h->pck.x, info + SGX_TARGETINFO_LEN + 16, 32);
	memcpy(h->pck.y, info + SGX_TARGETINFO_LEN + 48, 32);
	memcpy(request, info, SGX_TARGETINFO_LEN);
	memcpy(request + SGX_TARGETINFO_LEN, info + len - 2, 2);
	assert_int_equal(
	    enclave_call(h->quoting, QUOTING_NEW_KEY, request, sizeof request, made, sizeof made, &len, NULL), JURAT_OK);
	assert_int_equal(len, 64 + SGX_REPORT_LEN + QUOTING_SEALED_KEY_LEN);
	memcpy(h->sealed_key, made + 64 + SGX_REPORT_LEN, sizeof h->sealed_key);
	assert_int_equal(enclave_call(h->certification, CERTIFICATION_SIGN, made + 64, SGX_REPORT_LEN, h->qe_signature,
	                     sizeof h->qe_signature, &len, NULL),
	    JURAT_OK);
}

static struct engine_host *
host_new(void)
{
	struct engine_host *h = calloc(1, sizeof *h);

	assert_non_null(h);
	h->machine = world_machine(&world);
	platform_start_up(h);
	pair_init(&h->pair, &(struct pair_host){h, host_vault, host_target, host_quote}, h->vault_options.config_id);
	h->vault = world_load(h->machine, "vault", world.author, &h->vault_options);
	return h;
}

static void
host_free(struct engine_host *h)
{
	pair_clear(&h->pair);
	enclave_unload(h->vault);
	enclave_unload(h->quoting);
	enclave_unload(h->certification);
	machine_close(h->machine);
	free(h);
}

static void
a_file_measures_to_what_its_enclave_reports(void **state)
{
	struct engine_host *h = host_new();
	struct image_settings settings;
	struct sgx_report_body body;
	uint8_t mrenclave[SGX_HASH_LEN], *file;
	struct image *image;
	size_t len;

	world_settings(&settings, "vault");
	file = world_sign("vault", &settings, world.author, &len);
	assert_int_equal(image_open(&image, file, len, NULL), JURAT_OK);
	assert_int_equal(image_measure(mrenclave, image, NULL), JURAT_OK);
	pair_reach_quote(&h->pair);
	assert_int_equal(report_body_parse(&body, h->pair.report_nonce, SGX_REPORT_BODY_LEN, NULL), JURAT_OK);
	assert_memory_equal(body.mrenclave, mrenclave, SGX_HASH_LEN);
	assert_memory_equal(body.config_id, h->vault_options.config_id, SGX_CONFIGID_LEN);
	assert_int_equal(body.isv_prod_id, VAULT_ISV_PROD_ID);
	assert_int_equal(body.attributes.flags, SGX_FLAGS_INIT | SGX_FLAGS_MODE64BIT | SGX_FLAGS_KSS);
	image_free(image);
	free(file);
	host_free(h);
}

static void
every_signature_of_a_quote_verifies(void **state)
{
	struct engine_host *h = host_new();
	uint8_t digest[SHA256_LEN], binding[SHA256_LEN];
	struct quote q;

	pair_reach_quote(&h->pair);
	assert_int_equal(quote_parse(&q, h->pair.quote + 4, load32le(h->pair.quote), NULL), JURAT_OK);
	sha256_once(digest, q.signed_bytes.p, q.signed_bytes.len);
	assert_int_equal(ecdsa_verify_vartime(&q.signature, &q.attestation_key, digest), JURAT_OK);
	quote_qe_binding(binding, &q.attestation_key, q.qe_auth_data.p, q.qe_auth_data.len);
	assert_memory_equal(q.qe_report.report_data, binding, sizeof binding);
	sha256_once(digest, q.qe_report_bytes.p, q.qe_report_bytes.len);
	assert_int_equal(ecdsa_verify_vartime(&q.qe_report_signature, &h->pck, digest), JURAT_OK);
	assert_int_equal(q.qe_report.isv_prod_id, QUOTING_ISV_PROD_ID);
	assert_true((q.qe_report.attributes.flags & SGX_FLAGS_PROVISIONKEY) != 0);
	host_free(h);
}

static void
secrets_of_every_size_arrive_and_can_be_asked_about(void **state)
{
	static const size_t sizes[] = {0, 1, 16384, 16385, 1024 * 1024};
	struct engine_host *h = host_new();

	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		pair_check_secret(&h->pair, sizes[i]);
		pair_clear(&h->pair);
	}
	host_free(h);
}

static void
a_sealed_secret_outlives_the_enclave(void **state)
{
	struct engine_host *h = host_new();
	uint8_t *secret = pair_secret(20000);

	pair_reach_channel(&h->pair);
	pair_deliver(&h->pair, secret, 20000);
	enclave_unload(h->vault);
	h->vault = world_load(h->machine, "vault", world.author, &h->vault_options);
	assert_int_equal(pair_ask(&h->pair, secret, 20000), 1);
	assert_int_equal(pair_ask(&h->pair, secret, 19999), 0);
	free(secret);
	host_free(h);
}

/* Loads the vault again in another way, and asks it for the name of a secret that was sealed before. */
static jurat_rc
info_after_reload(struct engine_host *h, const struct rsa3072_key *key, const struct enclave_options *options)
{
	uint8_t out[CHANNEL_HEAD_MAX_LEN];
	size_t len;

	enclave_unload(h->vault);
	h->vault = world_load(h->machine, "vault", key, options);
	return pair_call(&h->pair, VAULT_INFO, h->pair.chunks[0].p, h->pair.chunks[0].len, out, sizeof out, &len);
}

static void
debug_build_other_relying_party_and_other_machine_open_nothing(void **state)
{
	struct engine_host *h = host_new(), *g = host_new();
	struct enclave_options options = h->vault_options;
	uint8_t *secret = pair_secret(10), out[CHANNEL_HEAD_MAX_LEN];
	size_t len;

	pair_reach_channel(&h->pair);
	pair_deliver(&h->pair, secret, 10);
	assert_int_equal(info_after_reload(h, world.author, &options), JURAT_OK);
	options.debug = true;
	assert_int_equal(info_after_reload(h, world.author, &options), JURAT_E_CRYPTO);
	options.debug = false;
	options.config_id[5] ^= 1;
	assert_int_equal(info_after_reload(h, world.author, &options), JURAT_E_CRYPTO);
	assert_int_equal(
	    pair_call(&g->pair, VAULT_INFO, h->pair.chunks[0].p, h->pair.chunks[0].len, out, sizeof out, &len), JURAT_E_CRYPTO);
	free(secret);
	host_free(h);
	host_free(g);
}

static void
a_vault_launched_for_another_relying_party_refuses_this_one(void **state)
{
	struct engine_host *h = host_new();
	struct enclave_options options = h->vault_options;

	options.config_id[0] ^= 1;
	enclave_unload(h->vault);
	h->vault = world_load(h->machine, "vault", world.author, &options);
	assert_int_equal(pair_start(&h->pair, &h->pair.service), JURAT_E_IDENTITY);
	host_free(h);
}

#ifdef JURAT_SABOTAGE
/* The test build alone: one named check inside the enclave can be left out, and then the attack on it succeeds. */
static void
a_sabotaged_vault_takes_the_wrong_service_key(void **state)
{
	static const char check[] = "vault.config_id";
	struct engine_host *h = host_new();
	struct enclave_options options = h->vault_options;
	uint8_t out[8];
	size_t len;

	options.config_id[0] ^= 1;
	enclave_unload(h->vault);
	h->vault = world_load(h->machine, "vault", world.author, &options);
	assert_int_equal(pair_start(&h->pair, &h->pair.service), JURAT_E_IDENTITY);
	assert_int_equal(pair_call(&h->pair, SABOTAGE_OP, check, sizeof check - 1, out, sizeof out, &len), JURAT_OK);
	assert_int_equal(pair_start(&h->pair, &h->pair.service), JURAT_OK);
	host_free(h);
}
#endif

/* This process's pages: of address space, and in memory. */
static void
pages_of(long *space, long *resident)
{
	FILE *f = fopen("/proc/self/statm", "r");

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%ld %ld", space, resident), 2);
	(void)fclose(f);
}

static void
a_heap_of_gigabytes_costs_no_memory_and_unloading_gives_all_back(void **state)
{
	struct machine *m = world_machine(&world);
	struct image_settings settings;
	long space, resident, space_then, resident_then;
	struct enclave *e = NULL;
	uint8_t *file;
	size_t len;

	world_settings(&settings, "vault");
	settings.heap_pages = IMAGE_HEAP_PAGES_MAX;
	file = world_sign("vault", &settings, world.author, &len);
	pages_of(&space, &resident);
	assert_int_equal(enclave_load(&e, m, file, len, NULL, NULL), JURAT_OK);
	pages_of(&space_then, &resident_then);
	assert_true(space_then - space >= (long)IMAGE_HEAP_PAGES_MAX);
	assert_true(resident_then - resident < 4096);
	enclave_unload(e);
	/* allocators keep something for themselves in the first rounds; one enclave that stayed would be more than all of that */
	for (int i = 0; i < 6; i++) {
		if (i == 2)
			pages_of(&space, &resident);
		assert_int_equal(enclave_load(&e, m, file, len, NULL, NULL), JURAT_OK);
		enclave_unload(e);
	}
	pages_of(&space_then, &resident_then);
	assert_true(space_then - space < (long)IMAGE_HEAP_PAGES_MAX);
	free(file);
	machine_close(m);
}

static jurat_rc
load_as(struct machine *m, const char *name, const struct image_settings *settings, const struct rsa3072_key *key,
    struct jurat_diag *d)
{
	struct enclave *e = NULL;
	size_t len;
	uint8_t *file = world_sign(name, settings, key, &len);
	jurat_rc rc = enclave_load(&e, m, file, len, NULL, d);

	if (rc == JURAT_OK)
		enclave_unload(e);
	free(file);
	return rc;
}

static void
provision_key_is_the_architecture_signers_alone(void **state)
{
	struct machine *m = world_machine(&world);
	struct image_settings settings;
	struct jurat_diag d = {0};

	world_settings(&settings, "certification");
	assert_int_equal(load_as(m, "certification", &settings, world.architecture, NULL), JURAT_OK);
	assert_int_equal(load_as(m, "certification", &settings, world.author, &d), JURAT_E_DENIED);
	world_settings(&settings, "vault");
	assert_int_equal(load_as(m, "vault", &settings, world.author, NULL), JURAT_OK);
	settings.attributes.flags |= SGX_FLAGS_PROVISIONKEY;
	assert_int_equal(load_as(m, "vault", &settings, world.author, NULL), JURAT_E_DENIED);
	machine_close(m);
}

static void
the_architectural_enclaves_have_no_debug_mode(void **state)
{
	static const char *const names[] = { "certification", "quoting" };
	struct machine *m = world_machine(&world);

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct enclave_options options = { .debug = true };
		struct image_settings settings;
		struct jurat_diag d = { 0 };
		struct enclave *e = NULL;
		uint8_t *file;
		size_t len;

		world_settings(&settings, names[i]);
		file = world_sign(names[i], &settings, world.architecture, &len);
		assert_int_equal(enclave_load(&e, m, file, len, &options, &d), JURAT_E_ATTRIBUTES);
		assert_string_equal(d.field, "sigstruct.attributes.flags");
		free(file);
	}
	machine_close(m);
}

static void
an_altered_enclave_does_not_start(void **state)
{
	struct machine *m = world_machine(&world);
	struct image_settings settings;
	struct enclave *e = NULL;
	uint8_t *file;
	size_t len;

	world_settings(&settings, "vault");
	file = world_sign("vault", &settings, world.author, &len);
	file[0x1000 + 0x200] ^= 1; /* in the text */
	assert_int_not_equal(enclave_load(&e, m, file, len, NULL, NULL), JURAT_OK);
	free(file);
	machine_close(m);
}

static int
up(void **state)
{
	world_new(&world);
	return 0;
}

static int
down(void **state)
{
	world_free(&world);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_file_measures_to_what_its_enclave_reports),
	    cmocka_unit_test(every_signature_of_a_quote_verifies),
	    cmocka_unit_test(secrets_of_every_size_arrive_and_can_be_asked_about),
	    cmocka_unit_test(a_sealed_secret_outlives_the_enclave),
	    cmocka_unit_test(debug_build_other_relying_party_and_other_machine_open_nothing),
	    cmocka_unit_test(a_vault_launched_for_another_relying_party_refuses_this_one),
#ifdef JURAT_SABOTAGE
	    cmocka_unit_test(a_sabotaged_vault_takes_the_wrong_service_key),
#endif
	    cmocka_unit_test(provision_key_is_the_architecture_signers_alone),
	    cmocka_unit_test(the_architectural_enclaves_have_no_debug_mode),
	    cmocka_unit_test(an_altered_enclave_does_not_start),
	    cmocka_unit_test(a_heap_of_gigabytes_costs_no_memory_and_unloading_gives_all_back),
	};

	return cmocka_run_group_tests(tests, up, down);
}
