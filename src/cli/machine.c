/* SPDX-License-Identifier: Apache-2.0 */
/* jurat machine new | show | serve | keyd */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "core/ct.h"
#include "core/hex.h"
#include "host/file.h"
#include "image/image.h"
#include "json/write.h"
#include "machine/key_process.h"
#include "machine/machine.h"

enum { ENCLAVE_FILE_MAX_LEN = 64 * 1024 * 1024 };

/* A platform of our own making: no FMSPC of Intel's begins with these letters ("JURAT"), and its components stand above zero, so
 * that `jurat world set` has room to put it below a TCB level. */
static const uint8_t default_fmspc[6] = { 'J', 'U', 'R', 'A', 'T', 0 };
static const uint8_t default_cpusvn[SGX_CPUSVN_LEN] = { 4, 4, 2, 2, 2, 1, 0, 3 };

static const char *const protects[] = {
	"root keys stand in a process of their own; an application gets keys and reports of its enclaves alone",
	"an enclave's measurement is computed from the bytes that the key process was given; nobody can state one",
	"sealed data opens only for the same measurement or signer, and never crosses between debug and production",
	"PROVISIONKEY, and so the platform's signing keys, only for the provision signer's enclaves",
};
static const char *const does_not_protect[] = {
	"root on this computer, and whoever can read this folder, reads and forges everything",
	"an enclave that shares the application's memory can be read, altered and impersonated by that application",
	"nothing is encrypted in memory; no defence against side channels, cold boot or a debugger of the same user",
	"its quotes verify against its own private root of trust alone, never against Intel's",
};

static int
print_usage(FILE *to)
{
	fputs("usage: jurat machine new DIR --world WORLD [--fmspc HEX] [--cpusvn HEX]\n"
	      "       jurat machine show DIR|sw:DIR [--json]\n"
	      "       jurat machine serve DIR [--user NAME] [--ready-fd N]\n",
	    to);
	return to == stdout ? EXIT_ACCEPTED : EXIT_USAGE;
}

/* ---- new ---- */

/* signer_of: who signed an enclave file; the signature is checked, and that the file is what was signed. */
static jurat_rc
signer_of(uint8_t out[SGX_HASH_LEN], const char *path, struct jurat_diag *d)
{
	struct blob file CLEANUP(blob_clear) = { 0 };
	uint8_t mrenclave[SGX_HASH_LEN];
	struct image_facts facts;
	struct sgx_sigstruct sig;
	struct image *image;
	jurat_rc rc = file_read(&file, path, ENCLAVE_FILE_MAX_LEN, d);

	if (rc == JURAT_OK)
		rc = image_open(&image, file.p, file.len, d);
	if (rc != JURAT_OK)
		return rc;
	image_describe(&facts, image);
	if (facts.sigstruct == NULL)
		rc = jurat_fail(d, JURAT_E_MISSING, "sigstruct", NO_OFFSET, 0, 0);
	else
		rc = sigstruct_verify(&sig, facts.sigstruct, SGX_SIGSTRUCT_LEN, d);
	if (rc == JURAT_OK)
		rc = image_measure(mrenclave, image, d);
	if (rc == JURAT_OK && !ct_equal(mrenclave, sig.enclave_hash, sizeof mrenclave))
		rc = jurat_fail(d, JURAT_E_MISMATCH, "sigstruct.enclave_hash", NO_OFFSET, 0, 0);
	if (rc == JURAT_OK)
		sigstruct_mrsigner(out, &sig);
	image_free(image);
	return rc;
}

static int
new_in_world(const char *dir, const char *world, struct machine_birth *birth)
{
	struct jurat_diag d = { 0 };
	char *enclaves = path_join(world, "enclaves"), *quoting = path_join(world, "enclaves/quoting.so");
	char *certification = path_join(world, "enclaves/certification.so");
	const char *what = quoting;
	uint8_t other_signer[SGX_HASH_LEN];
	jurat_rc rc = JURAT_E_MEMORY;
	int status;

	if (enclaves != NULL && quoting != NULL && certification != NULL)
		rc = signer_of(birth->provision_signer, quoting, &d);
	if (rc == JURAT_OK) {
		what = certification;
		rc = signer_of(other_signer, certification, &d);
	}
	if (rc == JURAT_OK && !ct_equal(other_signer, birth->provision_signer, sizeof other_signer))
		rc = jurat_fail(&d, JURAT_E_IDENTITY, "sigstruct.mrsigner", NO_OFFSET, 0, 0);
	if (rc != JURAT_OK) {
		if (rc == JURAT_E_NOT_FOUND)
			jurat_hint(&d, "jurat world new DIR makes a world");
		status = cli_fail(rc, &d, what);
	} else {
		birth->enclaves_dir = enclaves;
		rc = machine_create(dir, birth, &d);
		status = rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &d, dir);
	}
	free(enclaves);
	free(quoting);
	free(certification);
	return status;
}

static int
run_new(int argc, char **argv)
{
	static const struct option options[] = {
		{ "world", required_argument, NULL, 'w' }, { "fmspc", required_argument, NULL, 'f' },
		{ "cpusvn", required_argument, NULL, 'c' }, { 0 }
	};
	struct machine_birth birth = { 0 };
	const char *world = NULL;
	int c;

	memcpy(birth.fmspc, default_fmspc, sizeof birth.fmspc);
	memcpy(birth.cpusvn, default_cpusvn, sizeof birth.cpusvn);
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'w')
			world = optarg;
		else if (c == 'f' && !hex_decode(birth.fmspc, sizeof birth.fmspc, optarg, strlen(optarg)))
			return cli_usage("machine", "--fmspc wants 12 hexadecimal digits");
		else if (c == 'c' && !hex_decode(birth.cpusvn, sizeof birth.cpusvn, optarg, strlen(optarg)))
			return cli_usage("machine", "--cpusvn wants 32 hexadecimal digits");
		else if (c == '?')
			return cli_bad_option("machine", argv);
	}
	if (argc - optind != 1 || world == NULL)
		return cli_usage("machine", "machine new wants a folder and --world");
	return new_in_world(argv[optind], world, &birth);
}

/* ---- show ---- */

static void
print_list(const char *title, const char *const *lines, size_t n)
{
	printf("\n%s\n", title);
	for (size_t i = 0; i < n; i++)
		printf("  - %s\n", lines[i]);
}

static void
print_hex(const char *title, const uint8_t *p, size_t n)
{
	char hex[2 * 32 + 1];

	hex_encode(hex, p, n);
	printf("%-18s %s\n", title, hex);
}

static void
show_text(const struct machine_facts *f)
{
	printf("%-18s sw:%s (software machine)\n", "machine", f->dir);
	print_hex("cpusvn", f->cpusvn, sizeof f->cpusvn);
	print_hex("fmspc", f->fmspc, sizeof f->fmspc);
	print_hex("pce_id", f->pce_id, sizeof f->pce_id);
	print_hex("provision signer", f->provision_signer, sizeof f->provision_signer);
	print_list("It protects:", protects, ARRAY_LEN(protects));
	print_list("It does not protect:", does_not_protect, ARRAY_LEN(does_not_protect));
}

static void
json_list(struct json_out *o, const char *name, const char *const *lines, size_t n)
{
	json_out_begin(o, name, '[');
	for (size_t i = 0; i < n; i++)
		json_out_string(o, NULL, lines[i]);
	json_out_end(o, ']');
}

static int
show_json(const struct machine_facts *f)
{
	struct json_out o;
	char *text;

	json_out_init(&o);
	json_out_begin(&o, NULL, '{');
	json_out_integer(&o, "version", 1);
	json_out_string(&o, "kind", "software");
	json_out_string(&o, "dir", f->dir);
	json_out_hex(&o, "cpusvn", f->cpusvn, sizeof f->cpusvn);
	json_out_hex(&o, "fmspc", f->fmspc, sizeof f->fmspc);
	json_out_hex(&o, "pce_id", f->pce_id, sizeof f->pce_id);
	json_out_hex(&o, "provision_signer", f->provision_signer, sizeof f->provision_signer);
	json_list(&o, "protects", protects, ARRAY_LEN(protects));
	json_list(&o, "does_not_protect", does_not_protect, ARRAY_LEN(does_not_protect));
	json_out_end(&o, '}');
	if (json_out_finish(&o, &text) != JURAT_OK)
		return cli_fail(JURAT_E_MEMORY, NULL, "machine");
	fputs(text, stdout);
	free(text);
	return EXIT_ACCEPTED;
}

static int
show(const char *where, bool json)
{
	struct jurat_diag d = { 0 };
	struct machine_facts facts;
	struct machine *m = NULL;
	char *name = NULL;
	int status = EXIT_ACCEPTED;
	bool named = strncmp(where, "sw:", 3) == 0 || strncmp(where, "sgx:", 4) == 0;
	jurat_rc rc = JURAT_E_MEMORY;

	if (asprintf(&name, "%s%s", named ? "" : "sw:", where) >= 0) {
		rc = machine_open(&m, name, &d);
		free(name);
	}
	if (rc != JURAT_OK)
		return cli_fail(rc, &d, where);
	machine_describe(&facts, m);
	if (json)
		status = show_json(&facts);
	else
		show_text(&facts);
	machine_close(m);
	return status;
}

static int
run_show(int argc, char **argv)
{
	static const struct option options[] = { { "json", no_argument, NULL, 'j' }, { 0 } };
	bool json = false;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == '?')
			return cli_bad_option("machine", argv);
		json = true;
	}
	if (argc - optind != 1)
		return cli_usage("machine", "machine show wants a machine");
	return show(argv[optind], json);
}

/* ---- serve, keyd ---- */

static int
run_serve(int argc, char **argv)
{
	static const struct option options[] = { { "user", required_argument, NULL, 'u' },
		{ "ready-fd", required_argument, NULL, 'r' }, { 0 } };
	struct key_serve_options o = { .ready_fd = -1 };
	struct jurat_diag d = { 0 };
	jurat_rc rc;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == '?')
			return cli_bad_option("machine", argv);
		if (c == 'u')
			o.user = optarg;
		else if ((o.ready_fd = cli_descriptor(optarg)) < 0)
			return cli_usage("machine", "--ready-fd wants the number of a descriptor");
	}
	if (argc - optind != 1)
		return cli_usage("machine", "machine serve wants a folder");
	rc = key_serve_dir(argv[optind], &o, &d);
	return rc == JURAT_OK ? EXIT_ACCEPTED : cli_fail(rc, &d, argv[optind]);
}

/*
 * run_keyd: what machine_open starts. Silent: its failures travel over the socket. _exit, because nothing that libraries do at
 * exit is wanted behind the seccomp filter.
 */
static int
run_keyd(int argc, char **argv)
{
	int fd = argc == 3 ? cli_descriptor(argv[1]) : -1;

	if (fd < 0)
		return cli_usage("machine", "machine keyd is started by the library");
	_exit(key_serve(fd, argv[2], NULL) == JURAT_OK ? EXIT_ACCEPTED : EXIT_INTERNAL);
}

int
cmd_machine(int argc, char **argv)
{
	static const struct {
		const char *verb;
		int (*run)(int argc, char **argv);
	} verbs[] = { { "new", run_new }, { "show", run_show }, { "serve", run_serve }, { "keyd", run_keyd } };

	if (argc < 2)
		return print_usage(stderr);
	if (strcmp(argv[1], "--help") == 0)
		return print_usage(stdout);
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		if (strcmp(argv[1], verbs[i].verb) == 0)
			return verbs[i].run(argc - 1, argv + 1);
	}
	return cli_usage("machine", "unknown verb");
}
