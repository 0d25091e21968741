/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who gets PROVISIONKEY: the vault's real file, signed with each combination of key and attribute, on a real machine. One
 * combination alone may have it: the architecture key with the attribute in its SIGSTRUCT.
 */
#include "support.h"

#include <stdio.h>

#include "core/bytes.h"
#include "host/file.h"
#include "image/sign.h"
#include "machine/machine_internal.h"

static struct rsa3072_key *architecture, *author;
static char *dir, *jurat;
static uint8_t *vault, *settings_text;
static size_t vault_len, settings_len;
static struct machine *machine;

static char *
in_build(const char *name)
{
	const char *build = getenv("JURAT_BUILD");

	return path_join(build != NULL ? build : "build", name);
}

static uint8_t *
read_build(const char *name, size_t *len)
{
	char *path = in_build(name);
	uint8_t *p = test_read(path, len);

	free(path);
	return p;
}

static int
group_setup(void **state)
{
	struct machine_birth birth = { .cpusvn = { 1 } };
	uint8_t modulus[SGX_RSA_LEN];
	char *folder, *name = NULL;

	assert_int_equal(rsa3072_key_new(&architecture, NULL), JURAT_OK);
	assert_int_equal(rsa3072_key_new(&author, NULL), JURAT_OK);
	assert_int_equal(rsa3072_modulus(modulus, architecture), JURAT_OK);
	sha256_once(birth.provision_signer, modulus, sizeof modulus);
	dir = temp_dir_new();
	folder = path_join(dir, "m");
	jurat = in_build("jurat");
	vault = read_build("enclaves/vault.so", &vault_len);
	settings_text = read_build("enclaves/vault.json", &settings_len);
	assert_int_equal(machine_create(folder, &birth, NULL), JURAT_OK);
	assert_true(asprintf(&name, "sw:%s", folder) > 0);
	assert_int_equal(machine_open_program(&machine, name, jurat, NULL), JURAT_OK);
	free(name);
	free(folder);
	return 0;
}

static int
group_teardown(void **state)
{
	machine_close(machine);
	rsa3072_key_free(architecture);
	rsa3072_key_free(author);
	temp_dir_remove(dir);
	free(jurat);
	free(vault);
	free(settings_text);
	return 0;
}

static const struct combination {
	const char *what;
	bool by_architecture;
	uint64_t signed_flags, asked_flags; /* in SIGSTRUCT; by the loader beyond it */
	uint64_t unmasked;                  /* bits that SIGSTRUCT's mask leaves free */
	jurat_rc want;
	const char *field;
} combinations[] = {
	{ "author, plain", false, 0, 0, 0, JURAT_OK, NULL },
	{ "architecture with the attribute", true, SGX_FLAGS_PROVISIONKEY, 0, 0, JURAT_OK, NULL },
	{ "architecture without the attribute", true, 0, 0, 0, JURAT_OK, NULL },
	{ "author with the attribute", false, SGX_FLAGS_PROVISIONKEY, 0, 0, JURAT_E_DENIED, "secs.attributes.provisionkey" },
	{ "author, the loader asks", false, 0, SGX_FLAGS_PROVISIONKEY, 0, JURAT_E_ATTRIBUTES, "sigstruct.attributes.flags" },
	{ "author, the loader asks and the mask allows", false, 0, SGX_FLAGS_PROVISIONKEY, SGX_FLAGS_PROVISIONKEY, JURAT_E_DENIED,
	    "secs.attributes.provisionkey" },
	{ "architecture, the loader asks against the mask", true, 0, SGX_FLAGS_PROVISIONKEY, 0, JURAT_E_ATTRIBUTES,
	    "sigstruct.attributes.flags" },
	{ "author with the launch key", false, SGX_FLAGS_EINITTOKENKEY, 0, 0, JURAT_E_DENIED, "secs.attributes.einittokenkey" },
	{ "architecture with the launch key", true, SGX_FLAGS_EINITTOKENKEY, 0, 0, JURAT_E_DENIED, "secs.attributes.einittokenkey" },
};

/* signed_vault: the vault as this combination signs it. */
static uint8_t *
signed_vault(const struct combination *c, size_t *out_len)
{
	struct image_settings settings;
	uint8_t *file;

	assert_int_equal(image_settings_parse(&settings, (const char *)settings_text, settings_len, NULL), JURAT_OK);
	settings.attributes.flags |= c->signed_flags;
	settings.attribute_mask.flags &= ~c->unmasked;
	assert_int_equal(
	    image_sign(&file, out_len, vault, vault_len, &settings, c->by_architecture ? architecture : author, NULL), JURAT_OK);
	return file;
}

static void
only_the_architecture_key_with_the_attribute_gets_provisionkey(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(combinations); i++) {
		const struct combination *c = &combinations[i];
		struct enclave_options options = { .extra_flags = c->asked_flags };
		struct sgx_report_body id;
		struct jurat_diag d = { 0 };
		struct enclave *e = NULL;
		size_t len;
		uint8_t *file = signed_vault(c, &len);
		jurat_rc rc = enclave_load(&e, machine, file, len, &options, &d);

		if (rc != c->want || (rc != JURAT_OK && strcmp(d.field, c->field) != 0))
			fail_msg("%s: %s at %s", c->what, jurat_rc_name(rc), d.field != NULL ? d.field : "-");
		if (rc == JURAT_OK) {
			enclave_identity(&id, e);
			assert_int_equal((id.attributes.flags & SGX_FLAGS_PROVISIONKEY) != 0, c->signed_flags != 0);
			enclave_unload(e);
		}
		free(file);
	}
}

static void
an_enclave_altered_after_signing_does_not_start(void **state)
{
	size_t len;
	uint8_t *file = signed_vault(&combinations[0], &len);
	struct jurat_diag d = { 0 };
	struct enclave *e = NULL;
	uint64_t phoff = load64le(file + 32);

	/* the first byte of the first loadable segment that is executable: real code */
	for (uint64_t i = 0; i < file[56]; i++) {
		const uint8_t *ph = file + phoff + i * 56;

		if (load32le(ph) == 1 && (load32le(ph + 4) & 1) != 0) {
			file[load64le(ph + 8) + 64] ^= 1;
			break;
		}
	}
	assert_int_equal(enclave_load(&e, machine, file, len, NULL, &d), JURAT_E_MISMATCH);
	assert_string_equal(d.field, "sigstruct.enclave_hash");
	free(file);
}

/* with_token: streams the vault into the key process by hand, since no loader of ours passes tokens. */
static jurat_rc
sink_create(void *ctx, uint32_t ssa_frame_pages, uint64_t size, struct jurat_diag *d)
{
	struct secs_request q = { .size = size,
		.base = 1ull << 44,
		.ssa_frame_pages = ssa_frame_pages,
		.attributes = { SGX_FLAGS_MODE64BIT | SGX_FLAGS_KSS, SGX_XFRM_LEGACY } };

	return key_create(machine->keys, ctx, &q, d);
}

static jurat_rc
sink_add(void *ctx, const struct image_page *page, struct jurat_diag *d)
{
	const uint32_t *handle = ctx;

	return key_add(machine->keys, *handle, page, d);
}

static void
a_wrong_launch_token_is_refused_by_name(void **state)
{
	uint8_t bytes[SGX_EINITTOKEN_LEN];
	struct sgx_einittoken token = { .valid = 1, .attributes = { SGX_FLAGS_MODE64BIT | SGX_FLAGS_KSS, SGX_XFRM_LEGACY } };
	struct sgx_report_body id;
	struct image_facts facts;
	struct jurat_diag d = { 0 };
	struct image *image;
	uint32_t handle = 0;
	struct image_sink sink = { &handle, sink_create, sink_add };
	size_t len;
	uint8_t *file = signed_vault(&combinations[0], &len);

	assert_int_equal(image_open(&image, file, len, NULL), JURAT_OK);
	image_describe(&facts, image);
	assert_int_equal(image_load(image, &sink, NULL), JURAT_OK);
	einittoken_encode(bytes, &token);
	assert_int_equal(key_init(machine->keys, handle, facts.sigstruct, bytes, &id, &d), JURAT_E_CRYPTO);
	assert_string_equal(d.field, "einittoken.mac");
	bytes[4] = 1;
	d = (struct jurat_diag){ 0 };
	assert_int_equal(key_init(machine->keys, handle, facts.sigstruct, bytes, &id, &d), JURAT_E_FORMAT);
	assert_string_equal(d.field, "einittoken.reserved");
	assert_int_equal(key_init(machine->keys, handle, facts.sigstruct, NULL, &id, NULL), JURAT_OK);
	key_destroy(machine->keys, handle);
	image_free(image);
	free(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_architecture_key_with_the_attribute_gets_provisionkey),
		cmocka_unit_test(an_enclave_altered_after_signing_does_not_start),
		cmocka_unit_test(a_wrong_launch_token_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
