/* SPDX-License-Identifier: Apache-2.0 */
#include "enclave_world.h"

#include <stdio.h>
#include <unistd.h>

static char *
build_path(const char *folder, const char *name, const char *end)
{
	const char *build = getenv("JURAT_BUILD");
	char *path = NULL;

	assert_true(asprintf(&path, "%s/%s/%s%s", build != NULL ? build : "build", folder, name, end) > 0);
	return path;
}

static uint8_t *
build_read(const char *name, const char *end, size_t *out_len)
{
	char *path = build_path("enclaves", name, end);
	uint8_t *p;

	if (access(path, R_OK) != 0) {
		free(path);
		path = build_path("tests/unit", name, end);
	}
	p = test_read(path, out_len);
	free(path);
	return p;
}

void
world_new(struct enclave_world *w)
{
	memset(w, 0, sizeof *w);
	assert_int_equal(rsa3072_key_new(&w->architecture, NULL), JURAT_OK);
	assert_int_equal(rsa3072_key_new(&w->author, NULL), JURAT_OK);
	w->parent = temp_dir_new();
}

void
world_free(struct enclave_world *w)
{
	rsa3072_key_free(w->architecture);
	rsa3072_key_free(w->author);
	temp_dir_remove(w->parent);
}

struct machine *
world_machine(struct enclave_world *w)
{
	struct machine_birth birth = {.cpusvn = {2, 2, 1}};
	char *program = build_path("src/cli", "jurat", ""), *name = NULL;
	uint8_t modulus[RSA3072_LEN];
	struct jurat_diag d = {0};
	struct machine *m = NULL;

	assert_int_equal(rsa3072_modulus(modulus, w->architecture), JURAT_OK);
	sha256_once(birth.provision_signer, modulus, sizeof modulus);
	assert_true(asprintf(&name, "sw:%s/machine%u", w->parent, w->num_machines++) > 0);
	if (machine_create(name + 3, &birth, &d) != JURAT_OK || machine_open_program(&m, name, program, &d) != JURAT_OK)
		fail_msg("machine: %s %s", jurat_rc_name(d.code), d.field);
	free(program);
	free(name);
	return m;
}

void
world_settings(struct image_settings *out, const char *name)
{
	size_t len;
	uint8_t *json = build_read(name, ".json", &len);
	struct jurat_diag d = {0};

	if (image_settings_parse(out, (const char *)json, len, &d) != JURAT_OK)
		fail_msg("%s.json: %s %s", name, jurat_rc_name(d.code), d.field);
	free(json);
}

uint8_t *
world_sign(const char *name, const struct image_settings *settings, const struct rsa3072_key *key, size_t *out_len)
{
	uint8_t *elf, *file = NULL;
	struct jurat_diag d = {0};
	size_t len;

	elf = build_read(name, ".so", &len);
	if (image_sign(&file, out_len, elf, len, settings, key, &d) != JURAT_OK)
		fail_msg("signing %s: %s %s", name, jurat_rc_name(d.code), d.field);
	free(elf);
	return file;
}

struct enclave *
world_load(struct machine *m, const char *name, const struct rsa3072_key *key, const struct enclave_options *options)
{
	struct image_settings settings;
	struct jurat_diag d = {0};
	struct enclave *e = NULL;
	uint8_t *file;
	size_t len;

	world_settings(&settings, name);
	file = world_sign(name, &settings, key, &len);
	if (enclave_load(&e, m, file, len, options, &d) != JURAT_OK)
		fail_msg("loading %s: %s %s", name, jurat_rc_name(d.code), d.field);
	free(file);
	return e;
}
