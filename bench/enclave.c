/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an enclave costs: start of the vault, and CPU of one call. A call is judged in traps: the limit is 60 us on a machine where a
 * trap (a signal's delivery and return) costs 9, so 60 / 9 traps anywhere. Usage: enclave VAULT.so JURAT SCRATCH-FOLDER
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "bench.h"
#include "crypto/rsa.h"
#include "host/file.h"
#include "image/sign.h"
#include "machine/machine.h"
#include "service/vault_ops.h"

#define NUM_TRAPS 20000
#define NUM_CALLS 5000
#define NUM_STARTS 15
#define START_LIMIT_MS 50.0
#define CALL_LIMIT_TRAPS (60.0 / 9.0)

static void
skip_ud2(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	uc->uc_mcontext.gregs[REG_RIP] += 2;
}

/* Before the engine is there: the kernel calls this handler itself. */
static double
trap_cost_us(void)
{
	struct sigaction action = { .sa_sigaction = skip_ud2, .sa_flags = SA_SIGINFO }, old;
	double start;

	(void)sigaction(SIGILL, &action, &old);
	start = bench_seconds(CLOCK_PROCESS_CPUTIME_ID);
	for (int i = 0; i < NUM_TRAPS; i++)
		__asm__ volatile("ud2");
	start = bench_seconds(CLOCK_PROCESS_CPUTIME_ID) - start;
	(void)sigaction(SIGILL, &old, NULL);
	return start / NUM_TRAPS * 1e6;
}

/* The vault, signed by a key of this run. The caller frees. */
static uint8_t *
signed_vault(const char *path, size_t *out_len)
{
	struct image_settings settings;
	struct rsa3072_key *key = NULL;
	struct jurat_diag d = { 0 };
	struct blob elf = { 0 };
	uint8_t *out = NULL;

	image_settings_default(&settings);
	settings.date_bcd = 0x20260101;
	settings.isv_prod_id = VAULT_ISV_PROD_ID;
	bench_must(file_read(&elf, path, IMAGE_FILE_MAX_LEN, &d), path, &d);
	bench_must(rsa3072_key_new(&key, &d), "key", &d);
	bench_must(image_sign(&out, out_len, elf.p, elf.len, &settings, key, &d), "sign", &d);
	rsa3072_key_free(key);
	blob_clear(&elf);
	return out;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* What one start needs: the machine's name and the program of its key process, and the signed vault. */
struct start {
	const char *name, *program;
	const uint8_t *image;
	size_t len;
};

/*
 * The median start, measured outside: everything until the vault could be called. m NULL: from nothing, with a key process that is
 * started for it and ended again outside the measured time.
 */
static double
start_ms(const struct start *s, struct machine *m)
{
	double took[NUM_STARTS];
	struct jurat_diag d = { 0 };

	for (size_t i = 0; i < NUM_STARTS; i++) {
		struct machine *own = NULL;
		struct enclave *e = NULL;

		took[i] = bench_seconds(CLOCK_MONOTONIC);
		if (m == NULL)
			bench_must(machine_open_program(&own, s->name, s->program, &d), "machine", &d);
		bench_must(enclave_load(&e, m != NULL ? m : own, s->image, s->len, NULL, &d), "load", &d);
		took[i] = (bench_seconds(CLOCK_MONOTONIC) - took[i]) * 1e3;
		enclave_unload(e);
		machine_close(own);
	}
	qsort(took, NUM_STARTS, sizeof took[0], by_value);
	return took[NUM_STARTS / 2];
}

static double
call_us(struct machine *m, const uint8_t *image, size_t len)
{
	static const uint8_t question[VAULT_QUESTION_LEN];
	struct enclave *e = NULL;
	struct jurat_diag d = { 0 };
	double start;
	size_t out_len;

	bench_must(enclave_load(&e, m, image, len, NULL, &d), "load", &d);
	start = bench_seconds(CLOCK_PROCESS_CPUTIME_ID);
	for (int i = 0; i < NUM_CALLS; i++)
		bench_must(enclave_call(e, VAULT_ASK_BEGIN, question, sizeof question, NULL, 0, &out_len, &d), "call", &d);
	start = bench_seconds(CLOCK_PROCESS_CPUTIME_ID) - start;
	enclave_unload(e);
	return start / NUM_CALLS * 1e6;
}

int
main(int argc, char **argv)
{
	struct machine_birth birth = { .cpusvn = { 1 } };
	struct machine *m = NULL;
	struct jurat_diag d = { 0 };
	double trap, call;
	struct start start;
	char name[4096];
	uint8_t *image;
	size_t len;

	if (argc != 4)
		return 2;
	trap = trap_cost_us();
	image = signed_vault(argv[1], &len);
	(void)snprintf(name, sizeof name, "sw:%s/machine", argv[3]);
	bench_must(machine_create(name + 3, &birth, &d), "machine", &d);
	start = (struct start){ name, argv[2], image, len };
	bench_report("vault start with its key process", start_ms(&start, NULL), "ms", 0);
	bench_must(machine_open_program(&m, name, argv[2], &d), "machine", &d);
	bench_report("vault start", start_ms(&start, m), "ms", START_LIMIT_MS);
	call = call_us(m, image, len);
	bench_report("trap", trap, "us CPU", 0);
	bench_report("enclave call", call, "us CPU", 0);
	bench_report("enclave call in traps", call / trap, "traps", CALL_LIMIT_TRAPS);
	machine_close(m);
	free(image);
	return 0;
}
