/* SPDX-License-Identifier: Apache-2.0 */
/* The machine's folder: fuses, birth whole or not at all, names. */
#include "support.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/diag.h"
#include "host/file.h"
#include "machine/fuses.h"
#include "machine/machine_internal.h"

static char *dir;

static int
setup(void **state)
{
	dir = temp_dir_new();
	return 0;
}

static int
teardown(void **state)
{
	temp_dir_remove(dir);
	return 0;
}

static char *
in_dir(const char *name)
{
	char *path = path_join(dir, name);

	assert_non_null(path);
	return path;
}

static size_t
entries_with(const char *prefix)
{
	char command[512];
	unsigned n;
	FILE *f;

	snprintf(command, sizeof command, "ls -d %s/%s* 2>/dev/null | wc -l", dir, prefix);
	f = popen(command, "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%u", &n), 1);
	pclose(f);
	return n;
}

/* program: jurat of this build, which the key process executes. */
static char *
program(void)
{
	const char *build = getenv("JURAT_BUILD");

	return path_join(build != NULL ? build : "build", "jurat");
}

/* ---- fuses ---- */

static void
some_fuses(struct fuses *f)
{
	struct fuses_public known = { .fmspc = { 1, 2, 3, 4, 5, 6 }, .pce_id = { 7, 8 } };

	memset(known.cpusvn, 9, sizeof known.cpusvn);
	memset(known.provision_signer, 10, sizeof known.provision_signer);
	memset(known.launch_signer, 11, sizeof known.launch_signer);
	assert_int_equal(fuses_blow(f, &known, NULL), JURAT_OK);
}

static void
fuses_come_back_as_they_were_written(void **state)
{
	uint8_t encoded[FUSES_LEN], again[FUSES_LEN];
	struct fuses f, g;

	some_fuses(&f);
	fuses_encode(encoded, &f);
	assert_int_equal(fuses_parse(&g, encoded, sizeof encoded, NULL), JURAT_OK);
	assert_memory_equal(g.root_provision.b, f.root_provision.b, 16);
	assert_memory_equal(g.root_seal.b, f.root_seal.b, 16);
	assert_memory_equal(g.owner_epoch, f.owner_epoch, 16);
	assert_memory_equal(g.known.fmspc, f.known.fmspc, 6);
	fuses_encode(again, &g);
	assert_memory_equal(encoded, again, sizeof encoded);
}

static bool
try_fuses(void *ctx, const uint8_t *p, size_t len)
{
	struct fuses f;

	return fuses_parse(&f, p, len, NULL) == JURAT_OK;
}

static void
fuses_refuse_every_damage(void **state)
{
	uint8_t encoded[FUSES_LEN];
	struct fuses f;

	some_fuses(&f);
	fuses_encode(encoded, &f);
	each_damage(encoded, sizeof encoded, try_fuses, NULL, NULL);
}

static void
fuses_of_a_newer_version_are_refused_by_name(void **state)
{
	uint8_t newer[FUSES_LEN + 40] = { 0 };
	struct jurat_diag d = { 0 };
	struct fuses f;

	some_fuses(&f);
	fuses_encode(newer, &f);
	newer[8] = 2;
	assert_int_equal(fuses_parse(&f, newer, sizeof newer, &d), JURAT_E_VERSION);
	assert_string_equal(d.field, "fuses.version");
	assert_int_equal(d.got, 2);
	assert_non_null(d.hint);
}

static void
every_machine_has_other_roots_and_every_start_another_report_key_id(void **state)
{
	struct processor p, q;
	struct fuses f, g;

	some_fuses(&f);
	some_fuses(&g);
	assert_memory_not_equal(f.root_provision.b, g.root_provision.b, 16);
	assert_memory_not_equal(f.root_seal.b, g.root_seal.b, 16);
	assert_memory_not_equal(f.root_seal.b, f.root_provision.b, 16);
	assert_int_equal(fuses_start(&p, &f, NULL), JURAT_OK);
	assert_int_equal(fuses_start(&q, &f, NULL), JURAT_OK);
	assert_memory_equal(p.root_seal.b, q.root_seal.b, 16);
	assert_memory_not_equal(p.report_key_id, q.report_key_id, 32);
}

/* ---- birth ---- */

static void
a_new_machine_is_a_private_folder_with_private_fuses(void **state)
{
	struct machine_birth birth = { .fmspc = { 0xaa } };
	char *m = in_dir("m"), *fuses = in_dir("m/fuses");
	struct stat st;

	assert_int_equal(machine_create(m, &birth, NULL), JURAT_OK);
	assert_int_equal(stat(m, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(stat(fuses, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(entries_with("m.new"), 0);
	free(m);
	free(fuses);
}

static void
a_machine_is_never_made_over_another(void **state)
{
	struct machine_birth birth = { 0 };
	char *m = in_dir("m"), *slash = in_dir("m/"), *file = in_dir("file"), *fuses = in_dir("m/fuses");
	uint8_t *before, *after;
	size_t len;

	assert_int_equal(machine_create(slash, &birth, NULL), JURAT_OK);
	before = test_read(fuses, &len);
	assert_int_equal(machine_create(m, &birth, NULL), JURAT_E_EXISTS);
	assert_int_equal(machine_create(slash, &birth, NULL), JURAT_E_EXISTS);
	after = test_read(fuses, &len);
	assert_memory_equal(before, after, len);
	assert_int_equal(file_write(file, "x", 1, 0600, NULL), JURAT_OK);
	assert_int_equal(machine_create(file, &birth, NULL), JURAT_E_EXISTS);
	free(before);
	free(after);
	free(m);
	free(slash);
	free(file);
	free(fuses);
}

static void
a_birth_that_fails_leaves_nothing(void **state)
{
	struct machine_birth birth = { .enclaves_dir = dir }; /* has no quoting.so */
	char *m = in_dir("m"), *deep = in_dir("no/such/m"), *quoting = in_dir("quoting.so");

	assert_int_equal(machine_create(m, &birth, NULL), JURAT_E_NOT_FOUND);
	assert_int_equal(entries_with("m"), 0);
	assert_int_equal(file_write(quoting, "x", 1, 0600, NULL), JURAT_OK); /* but no certification.so */
	assert_int_equal(machine_create(m, &birth, NULL), JURAT_E_NOT_FOUND);
	assert_int_equal(entries_with("m"), 0);
	assert_int_equal(machine_create(deep, &birth, NULL), JURAT_E_NOT_FOUND);
	free(m);
	free(deep);
	free(quoting);
}

static void
enclaves_are_copied_at_birth(void **state)
{
	struct machine_birth birth = { .enclaves_dir = dir };
	char *m = in_dir("m"), *q = in_dir("quoting.so"), *c = in_dir("certification.so"), *copy = in_dir("m/enclaves/certification.so");
	uint8_t *bytes;
	size_t len;

	assert_int_equal(file_write(q, "quoting", 7, 0600, NULL), JURAT_OK);
	assert_int_equal(file_write(c, "certification", 13, 0600, NULL), JURAT_OK);
	assert_int_equal(machine_create(m, &birth, NULL), JURAT_OK);
	bytes = test_read(copy, &len);
	assert_int_equal(len, 13);
	assert_memory_equal(bytes, "certification", 13);
	free(bytes);
	free(m);
	free(q);
	free(c);
	free(copy);
}

/* ---- names and opening ---- */

static void
expect_open(const char *name, jurat_rc want, const char *field)
{
	struct jurat_diag d = { 0 };
	struct machine *m = NULL;
	char *jurat = program();

	assert_int_equal(machine_open_program(&m, name, jurat, &d), want);
	assert_null(m);
	assert_string_equal(d.field, field);
	free(jurat);
}

static void
only_software_machines_are_opened(void **state)
{
	expect_open("sgx:", JURAT_E_UNSUPPORTED, "machine.sgx");
	expect_open("/some/folder", JURAT_E_USAGE, "machine.name");
	expect_open("sw:", JURAT_E_USAGE, "machine.name");
	expect_open("", JURAT_E_USAGE, "machine.name");
}

static void
what_keeps_a_machine_from_starting_is_named(void **state)
{
	struct machine_birth birth = { 0 };
	char *m = in_dir("m"), *fuses = in_dir("m/fuses"), *name = NULL;
	uint8_t *bytes;
	size_t len;

	assert_true(asprintf(&name, "sw:%s", m) > 0);
	expect_open(name, JURAT_E_NOT_FOUND, "fuses");
	assert_int_equal(machine_create(m, &birth, NULL), JURAT_OK);
	assert_int_equal(chmod(fuses, 0640), 0);
	expect_open(name, JURAT_E_PERMISSION, "fuses.mode");
	bytes = test_read(fuses, &len);
	bytes[100] ^= 1;
	assert_int_equal(file_write(fuses, bytes, len, 0600, NULL), JURAT_OK);
	expect_open(name, JURAT_E_CRYPTO, "fuses.digest");
	bytes[8] = 9;
	assert_int_equal(file_write(fuses, bytes, len, 0600, NULL), JURAT_OK);
	expect_open(name, JURAT_E_VERSION, "fuses.version");
	assert_int_equal(file_write(fuses, "", 0, 0600, NULL), JURAT_OK);
	expect_open(name, JURAT_E_TRUNCATED, "fuses");
	free(bytes);
	free(m);
	free(fuses);
	free(name);
}

static void
an_open_machine_tells_what_it_was_born_with(void **state)
{
	struct machine_birth birth = { .fmspc = { 1, 2, 3 }, .pce_id = { 4 }, .cpusvn = { 5 }, .provision_signer = { 6 } };
	struct machine_facts facts;
	struct machine *machine;
	char *m = in_dir("m"), *name = NULL, *jurat = program();

	assert_true(asprintf(&name, "sw:%s", m) > 0);
	assert_int_equal(machine_create(m, &birth, NULL), JURAT_OK);
	assert_int_equal(machine_open_program(&machine, name, jurat, NULL), JURAT_OK);
	machine_describe(&facts, machine);
	assert_string_equal(facts.dir, m);
	assert_memory_equal(facts.fmspc, birth.fmspc, 6);
	assert_memory_equal(facts.pce_id, birth.pce_id, 2);
	assert_memory_equal(facts.cpusvn, birth.cpusvn, 16);
	assert_memory_equal(facts.provision_signer, birth.provision_signer, 32);
	machine_close(machine);
	machine_close(NULL);
	free(m);
	free(name);
	free(jurat);
}

static void
a_missing_program_is_named(void **state)
{
	struct machine_birth birth = { 0 };
	struct jurat_diag d = { 0 };
	struct machine *machine = NULL;
	char *m = in_dir("m"), *name = NULL;

	assert_true(asprintf(&name, "sw:%s", m) > 0);
	assert_int_equal(machine_create(m, &birth, NULL), JURAT_OK);
	assert_int_equal(machine_open_program(&machine, name, "/nonexistent/jurat", &d), JURAT_E_IO);
	assert_string_equal(d.field, "key_process.program");
	assert_non_null(d.hint);
	d = (struct jurat_diag){ 0 };
	assert_int_equal(machine_open_program(&machine, name, "/bin/true", &d), JURAT_E_IO);
	assert_string_equal(d.field, "key_process.greeting");
	free(m);
	free(name);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(fuses_come_back_as_they_were_written, setup, teardown),
		cmocka_unit_test_setup_teardown(fuses_refuse_every_damage, setup, teardown),
		cmocka_unit_test_setup_teardown(fuses_of_a_newer_version_are_refused_by_name, setup, teardown),
		cmocka_unit_test_setup_teardown(every_machine_has_other_roots_and_every_start_another_report_key_id, setup, teardown),
		cmocka_unit_test_setup_teardown(a_new_machine_is_a_private_folder_with_private_fuses, setup, teardown),
		cmocka_unit_test_setup_teardown(a_machine_is_never_made_over_another, setup, teardown),
		cmocka_unit_test_setup_teardown(a_birth_that_fails_leaves_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(enclaves_are_copied_at_birth, setup, teardown),
		cmocka_unit_test_setup_teardown(only_software_machines_are_opened, setup, teardown),
		cmocka_unit_test_setup_teardown(what_keeps_a_machine_from_starting_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(an_open_machine_tells_what_it_was_born_with, setup, teardown),
		cmocka_unit_test_setup_teardown(a_missing_program_is_named, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
