/* SPDX-License-Identifier: Apache-2.0 */
/* Entries, exits and ENCLU leaves. */
#include "engine_rig.h"

#include <stdio.h>
#include <unistd.h>

#include "core/bytes.h"
#include "core/ct.h"
#include "host/file.h"
#include "machine/fuses.h"

static void
enclave_runs_and_returns(void **state)
{
	struct enclave *e = probe_load(NULL);
	uint64_t ms[4] = { 41 };

	probe_call(e, PROBE_ECHO, ms);
	assert_int_equal(ms[0], 42);
	enclave_unload(e);
}

static void
entry_sets_fs_and_gs_and_the_exit_gives_them_back(void **state)
{
	struct enclave *e = probe_load(NULL);
	uint64_t ms[4] = { 0 }, data = (uint64_t)(uintptr_t)e->base + PROBE_DATA, own_gs = 0x123456789000, gs;
	uint64_t fault[8] = { FAULT_UD };

	__asm__ volatile("wrgsbase %0" : : "r"(own_gs));
	probe_call(e, PROBE_BASES, ms);
	probe_call(e, PROBE_FAULT, fault);
	__asm__ volatile("rdgsbase %0" : "=r"(gs));
	assert_int_equal(gs, own_gs);
	__asm__ volatile("wrgsbase %0" : : "r"(0ull));
	assert_int_equal(ms[0], data);
	assert_int_equal(ms[1], data);
	assert_int_equal(ms[2], data);
	assert_true(ms[3] < (uint64_t)(uintptr_t)ms + 65536 && ms[3] > (uint64_t)(uintptr_t)ms - 65536);
	enclave_unload(e);
}

static void
elrange_is_aligned_to_its_size_and_tcs_pages_are_not_mapped(void **state)
{
	struct enclave *e = probe_load(NULL);
	uint64_t ms[8] = { FAULT_READ, 0, 0, 0, 0, 0, 0, 0 };

	assert_int_equal((uintptr_t)e->base % PROBE_SIZE, 0);
	ms[6] = (uint64_t)(uintptr_t)e->base; /* the TCS itself, from inside */
	probe_call(e, PROBE_FAULT, ms);
	assert_int_equal(ms[5], 1);
	enclave_unload(e);
}

static uint64_t
count_ocall(void *ctx, uint64_t index, void *ms)
{
	uint64_t *seen = ctx;
	double x = 1.0;

	seen[0] = index;
	seen[1] = (uint64_t)(uintptr_t)__builtin_frame_address(0);
	memcpy(&seen[2], ms, 8);
	seen[3] = x / 3.0 > 0.3; /* the host's MXCSR and flags are in order */
	memset(&seen[4], 0, 16); /* DF */
	return 0x1234;
}

static void
ocall_runs_below_what_the_enclave_put_on_our_stack(void **state)
{
	struct enclave *e = probe_load(NULL);
	uint64_t ms[4] = { 0 }, seen[8] = { 0 }, status = 1;

	assert_int_equal(enclave_ecall(e, PROBE_OCALL, ms, count_ocall, seen, &status, NULL), JURAT_OK);
	assert_int_equal(status, 0);
	assert_int_equal(seen[0], 7);
	assert_memory_equal(&seen[2], "hello\0\0", 8);
	assert_int_equal(ms[0], 0x1234);
	assert_true(seen[1] < ms[1]); /* RSP at the second entry is the lowered one */
	enclave_unload(e);
}

struct nesting {
	struct enclave *e;
	unsigned depth;
	uint64_t data[8]; /* the data page of the TCS at each depth */
};

static uint64_t
calls_again(void *ctx, uint64_t index, void *ms)
{
	struct nesting *n = ctx;
	uint64_t bases[4] = { 0 }, again[4] = { 0 }, status = 77;

	probe_call(n->e, PROBE_BASES, bases);
	n->data[n->depth++] = bases[2];
	if (n->depth < ARRAY_LEN(n->data) && n->depth <= PROBE_NUM_TCS) {
		/* the probe has one place for its state: what a real enclave keeps on its stack is kept for it */
		uint8_t kept[0x100], *data = n->e->base + (bases[2] - (uint64_t)(uintptr_t)n->e->base);

		memcpy(kept, data, sizeof kept);
		assert_int_equal(enclave_ecall(n->e, PROBE_OCALL, again, calls_again, n, &status, NULL), JURAT_OK);
		assert_int_equal(status, 0);
		memcpy(data, kept, sizeof kept);
	}
	return 0x1234;
}

static void
ecalls_out_of_an_ocall_go_in_on_the_threads_tcs(void **state)
{
	struct enclave *e = probe_load(NULL);
	struct nesting n = { .e = e };
	uint64_t ms[4] = { 0 }, bases[4] = { 0 }, status = 1;

	assert_int_equal(enclave_ecall(e, PROBE_OCALL, ms, calls_again, &n, &status, NULL), JURAT_OK);
	assert_int_equal(status, 0);
	assert_int_equal(n.depth, PROBE_NUM_TCS + 1); /* deeper than there are TCSs */
	for (unsigned i = 0; i < n.depth; i++)
		assert_int_equal(n.data[i], (uint64_t)(uintptr_t)e->base + PROBE_DATA);
	for (unsigned i = 0; i < PROBE_NUM_TCS; i++) {
		assert_false(atomic_load(&e->tcs[i].claimed));
		assert_null(atomic_load(&e->tcs[i].waiting));
	}
	probe_call(e, PROBE_BASES, bases);
	enclave_unload(e);
}

static uint64_t
crashes_inside(void *ctx, uint64_t index, void *ms)
{
	uint64_t fault[8] = { FAULT_UD, 0, 0, 0, 0, 0, 0, 1 }, status = 77; /* the handler does not repair it */
	struct jurat_diag d = { 0 };

	assert_int_equal(enclave_ecall(ctx, PROBE_FAULT, fault, NULL, NULL, &status, &d), JURAT_E_STATE);
	assert_string_equal(d.field, "enclave.crashed");
	return 0;
}

static void
an_ocall_whose_nested_call_crashed_never_returns(void **state)
{
	struct enclave *e = probe_load(NULL);
	uint64_t ms[4] = { 0 }, status = 77;
	struct jurat_diag d = { 0 };

	assert_int_equal(enclave_ecall(e, PROBE_OCALL, ms, crashes_inside, e, &status, &d), JURAT_E_STATE);
	assert_string_equal(d.field, "enclave.crashed");
	assert_int_equal(status, 77);
	enclave_unload(e);
}

static void
ocall_without_a_table_is_answered_with_invalid_function(void **state)
{
	struct enclave *e = probe_load(NULL);
	uint64_t ms[4] = { 0 };

	probe_call(e, PROBE_OCALL, ms);
	assert_int_equal(ms[0], 0x1001);
	enclave_unload(e);
}

static void
exit_to_somewhere_else_or_on_a_wild_stack_kills_the_enclave_and_not_us(void **state)
{
	static const uint64_t wild[][2] = { { 0x1000, 0 }, { 0x7fffffff0000, 0x1000 } };

	for (size_t i = 0; i < ARRAY_LEN(wild); i++) {
		struct enclave *e = probe_load(NULL);
		uint64_t ms[2] = { wild[i][0], wild[i][1] }, status = 77;
		struct jurat_diag d = { 0 };

		assert_int_equal(enclave_ecall(e, PROBE_ASTRAY, ms, NULL, NULL, &status, &d), JURAT_E_STATE);
		assert_string_equal(d.field, "enclave.crashed");
		assert_int_equal(status, 77);
		assert_int_equal(enclave_ecall(e, PROBE_ECHO, ms, NULL, NULL, &status, NULL), JURAT_E_STATE);
		enclave_unload(e);
	}
}

/* ---- EREPORT and EGETKEY ---- */

static uint64_t
enclu(struct enclave *e, uint64_t leaf, uint64_t rbx, uint64_t rcx, uint64_t rdx, uint8_t operands[0x600], uint64_t *out_rax)
{
	uint64_t ms[10] = { leaf, rbx, rcx, rdx, 0, (uint64_t)(uintptr_t)operands, (uint64_t)(uintptr_t)operands };

	probe_call(e, PROBE_ENCLU, ms);
	if (out_rax != NULL)
		*out_rax = ms[7];
	return ms[9] != 0 ? UINT64_MAX : ms[8];
}

#define ZF 0x40u

static void
a_report_says_who_the_enclave_is_and_verifies_under_the_targets_report_key(void **state)
{
	struct enclave *e = probe_load(NULL);
	uint8_t operands[0x600] = { 0 };
	struct sgx_report_body id;
	struct sgx_target target;
	struct sgx_report report;
	struct sgx_keyrequest request = { .key_name = SGX_KEY_REPORT };
	struct aes128_key key;
	uint64_t rax;

	enclave_identity(&id, e);
	target_of(&target, &id);
	target_encode(operands, &target);
	memset(operands + 0x200, 0xa5, SGX_REPORT_DATA_LEN);
	assert_int_not_equal(enclu(e, SGX_EREPORT, 0x200, 0x400, 0x600, operands, NULL), UINT64_MAX);
	assert_int_equal(report_parse(&report, operands + 0x400, SGX_REPORT_LEN, NULL), JURAT_OK);
	assert_memory_equal(report.body.mrenclave, id.mrenclave, 32);
	assert_int_equal(report.body.isv_svn, 2);
	assert_int_equal(report.body.report_data[63], 0xa5);

	memcpy(request.key_id, report.key_id, sizeof request.key_id);
	keyrequest_encode(operands, &request);
	assert_int_equal(enclu(e, SGX_EGETKEY, 0x200, 0x400, 0, operands, &rax) & ZF, 0);
	assert_int_equal(rax, 0);
	memcpy(key.b, operands + 0x200, sizeof key.b);
	assert_int_equal(report_check_mac(&report, &key, NULL), JURAT_OK);
	report.mac[3] ^= 1;
	assert_int_equal(report_check_mac(&report, &key, NULL), JURAT_E_CRYPTO);
	enclave_unload(e);
}

static void
a_key_that_the_enclave_may_not_have_sets_zf_and_writes_nothing(void **state)
{
	struct enclave *e = probe_load(NULL);
	struct sgx_keyrequest request = { .key_name = SGX_KEY_PROVISION };
	uint8_t operands[0x600] = { 0 };
	uint64_t rax;

	keyrequest_encode(operands, &request);
	memset(operands + 0x200, 0x77, 16);
	assert_int_equal(enclu(e, SGX_EGETKEY, 0x200, 0x400, 0, operands, &rax) & ZF, ZF);
	assert_int_equal(rax, SGX_INVALID_ATTRIBUTE);
	for (size_t i = 0; i < 16; i++)
		assert_int_equal(operands[0x200 + i], 0x77);
	request = (struct sgx_keyrequest){ .key_name = SGX_KEY_SEAL, .key_policy = SGX_POLICY_MRENCLAVE, .isv_svn = 3 };
	keyrequest_encode(operands, &request);
	assert_int_equal(enclu(e, SGX_EGETKEY, 0x200, 0x400, 0, operands, &rax) & ZF, ZF);
	assert_int_equal(rax, SGX_INVALID_ISVSVN);
	enclave_unload(e);
}

static void
operands_that_are_misaligned_outside_or_not_permitted_fault(void **state)
{
	/* relative to the data page at +0x4000; outside: behind ELRANGE; 0xfe00 - ... reach the read-only page, -0x4000 the TCS */
	static const uint64_t bad[][4] = {
		{ SGX_EREPORT, 0x208, 0x400, 0x600 },
		{ SGX_EREPORT, 0x200, 0x440, 0x600 },
		{ SGX_EREPORT, 0x200, 0x400, 0x700 },
		{ SGX_EREPORT, PROBE_SIZE, 0x400, 0x600 },
		{ SGX_EREPORT, 0x200, 0x400, PROBE_READ_ONLY - PROBE_DATA },
		{ SGX_EREPORT, PROBE_ABSENT - PROBE_DATA, 0x400, 0x600 },
		{ SGX_EREPORT, 0ull - PROBE_DATA, 0x400, 0x600 },
		{ SGX_EGETKEY, 0x300, 0x400, 0 },
		{ SGX_EGETKEY, 0x200, 0x408, 0 },
		{ SGX_EGETKEY, 0x200, PROBE_READ_ONLY - PROBE_DATA, 0 },
		{ SGX_EGETKEY, 0x200, PROBE_SIZE, 0 },
		{ SGX_EENTER, 0, 0, 0 },      /* in an enclave: #GP */
		{ SGX_ERESUME, 0, 0, 0 },
		{ SGX_EVERIFYREPORT2, 0x200, 0x400, 0x600 },
		{ SGX_EDECCSSA, 0, 0, 0 },    /* CSSA is 0 */
		{ 77, 0x200, 0x400, 0x600 },
	};
	struct enclave *e = probe_load(NULL);

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		uint8_t operands[0x600] = { 0 };

		if (enclu(e, bad[i][0], bad[i][1], bad[i][2], bad[i][3], operands, NULL) != UINT64_MAX)
			fail_msg("row %zu did not fault", i);
	}
	enclave_unload(e);
}

static void
eaccept_and_emodpe_follow_the_epcm(void **state)
{
	struct enclave *e = probe_load(NULL);
	uint8_t operands[0x600] = { 0 };
	uint64_t rax, page = PROBE_READ_ONLY - PROBE_DATA;
	uint64_t ms[8] = { FAULT_WRITE };

	store64le(operands, SGX_PT_REG | SGX_PAGE_R);
	assert_int_equal(enclu(e, SGX_EACCEPT, 0x200, page, 0, operands, &rax) & ZF, 0);
	assert_int_equal(rax, 0);
	store64le(operands, SGX_PT_REG | SGX_PAGE_R | SGX_PAGE_W);
	assert_int_equal(enclu(e, SGX_EACCEPT, 0x200, page, 0, operands, &rax) & ZF, ZF);
	assert_int_equal(rax, 19);
	ms[6] = (uint64_t)(uintptr_t)e->base + PROBE_READ_ONLY;
	probe_call(e, PROBE_FAULT, ms);
	assert_int_equal(ms[5], 1);
	assert_int_not_equal(enclu(e, SGX_EMODPE, 0x200, page, 0, operands, NULL), UINT64_MAX);
	probe_call(e, PROBE_FAULT, ms);
	assert_int_equal(ms[5], 0);
	store64le(operands, SGX_PT_REG | SGX_PAGE_R);
	assert_int_equal(enclu(e, SGX_EACCEPTCOPY, 0x200, page, 0, operands, &rax) & ZF, ZF);
	operands[20] = 1;
	assert_int_equal(enclu(e, SGX_EACCEPT, 0x200, page, 0, operands, NULL), UINT64_MAX);
	enclave_unload(e);
}

static void
an_altered_image_does_not_start(void **state)
{
	uint8_t sigstruct[SGX_SIGSTRUCT_LEN];
	struct enclave_options options = { .sigstruct = sigstruct };
	struct enclave *e = NULL;
	struct jurat_diag d = { 0 };
	size_t len;
	uint8_t *image = probe_image(&len, sigstruct, NULL);

	image[len - 1] ^= 1;
	assert_int_equal(enclave_load(&e, rig_machine(), image, len, &options, &d), JURAT_E_MISMATCH);
	assert_null(e);
	image[len - 1] ^= 1;
	sigstruct[600] ^= 1;
	assert_int_not_equal(enclave_load(&e, rig_machine(), image, len, &options, NULL), JURAT_OK);
	sigstruct[600] ^= 1;
	options.sigstruct = NULL;
	d = (struct jurat_diag){ 0 };
	assert_int_equal(enclave_load(&e, rig_machine(), image, len, &options, &d), JURAT_E_MISSING);
	assert_null(e);
	free(image);
}

static void
debug_and_xfrm_are_asked_for_as_options_say(void **state)
{
	uint8_t sigstruct[SGX_SIGSTRUCT_LEN];
	struct enclave_options options = { .sigstruct = sigstruct, .debug = true };
	struct enclave *e = NULL;
	struct sgx_report_body id;
	size_t len;
	uint8_t *image = probe_image(&len, sigstruct, NULL);

	assert_int_equal(enclave_load(&e, rig_machine(), image, len, &options, NULL), JURAT_OK);
	enclave_identity(&id, e);
	assert_int_equal(id.attributes.flags & SGX_FLAGS_DEBUG, SGX_FLAGS_DEBUG);
	assert_int_equal(id.attributes.xfrm, 3);
	enclave_unload(e);
	options.debug = false;
	options.xfrm = 1ull << 40 | 3;
	assert_int_equal(enclave_load(&e, rig_machine(), image, len, &options, NULL), JURAT_E_UNSUPPORTED);
	free(image);
}

/* ---- launch control ---- */

/* A machine that launches what this signer's launch enclave allows; its processor, for the making of tokens. */
static struct machine *
locked_machine(const char *dir, struct processor *cpu)
{
	const char *build = getenv("JURAT_BUILD");
	struct machine_birth birth = { .cpusvn = { 2 } };
	char *path = path_join(dir, "fuses"), *program = path_join(build != NULL ? build : "build", "src/cli/jurat"), *name = NULL;
	uint8_t bytes[FUSES_LEN];
	struct machine *m = NULL;
	struct fuses f;

	assert_int_equal(machine_create(dir, &birth, NULL), JURAT_OK);
	assert_int_equal(fuses_read(&f, dir, NULL), JURAT_OK);
	memset(f.known.launch_signer, 0x1e, sizeof f.known.launch_signer);
	fuses_encode(bytes, &f);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(file_write(path, bytes, sizeof bytes, 0600, NULL), JURAT_OK);
	assert_int_equal(fuses_start(cpu, &f, NULL), JURAT_OK);
	assert_true(asprintf(&name, "sw:%s", dir) > 0);
	assert_int_equal(machine_open_program(&m, name, program, NULL), JURAT_OK);
	free(path);
	free(program);
	free(name);
	return m;
}

/* What the launch enclave does: EGETKEY(EINITTOKEN), then the MAC over what it allows. */
static void
token_for(uint8_t out[SGX_EINITTOKEN_LEN], const struct processor *cpu, const uint8_t sigstruct[SGX_SIGSTRUCT_LEN])
{
	struct secs le = { .state = SECS_INITIALISED, .id = { .isv_prod_id = 0x20, .isv_svn = 2 } };
	struct sgx_keyrequest q = { .key_name = SGX_KEY_EINITTOKEN, .isv_svn = 1, .attribute_mask = { ~0ull, ~0ull } };
	struct sgx_einittoken t = { .valid = 1, .isv_prod_id_le = 0x20, .isv_svn_le = 1 };
	struct sgx_sigstruct sig;
	struct aes128_key key;
	enum sgx_error error;

	le.id.attributes = (struct sgx_attributes){ SGX_FLAGS_INIT | SGX_FLAGS_MODE64BIT | SGX_FLAGS_EINITTOKENKEY, 3 };
	memcpy(le.id.mrsigner, cpu->launch_signer, sizeof le.id.mrsigner);
	assert_int_equal(processor_egetkey(cpu, &le, &q, &key, &error, NULL), JURAT_OK);
	assert_int_equal(error, SGX_SUCCESS);
	assert_int_equal(sigstruct_parse(&sig, sigstruct, SGX_SIGSTRUCT_LEN, NULL), JURAT_OK);
	t.attributes = sig.attributes;
	t.masked_attributes_le = le.id.attributes;
	memcpy(t.mrenclave, sig.enclave_hash, sizeof t.mrenclave);
	sha256_once(t.mrsigner, sig.modulus, sizeof sig.modulus);
	einittoken_encode(out, &t);
	assert_int_equal(cmac_aes128(t.mac, &key, out, 192), JURAT_OK);
	einittoken_encode(out, &t);
}

static void
where_launches_are_controlled_the_token_of_the_options_decides(void **state)
{
	uint8_t sigstruct[SGX_SIGSTRUCT_LEN], token[SGX_EINITTOKEN_LEN];
	struct enclave_options options = { .sigstruct = sigstruct };
	char *parent = temp_dir_new(), *dir = path_join(parent, "m");
	struct jurat_diag d = { 0 };
	struct enclave *e = NULL;
	struct processor cpu;
	uint64_t ms[4] = { 41 };
	struct machine *m = locked_machine(dir, &cpu);
	size_t len;
	uint8_t *image = probe_image(&len, sigstruct, NULL);

	assert_int_equal(enclave_load(&e, m, image, len, &options, &d), JURAT_E_DENIED);
	assert_string_equal(d.field, "einittoken");
	token_for(token, &cpu, sigstruct);
	token[SGX_EINITTOKEN_LEN - 1] ^= 1;
	options.einittoken = token;
	assert_int_not_equal(enclave_load(&e, m, image, len, &options, NULL), JURAT_OK);
	assert_null(e);
	token[SGX_EINITTOKEN_LEN - 1] ^= 1;
	assert_int_equal(enclave_load(&e, m, image, len, &options, NULL), JURAT_OK);
	probe_call(e, PROBE_ECHO, ms);
	assert_int_equal(ms[0], 42);
	enclave_unload(e);
	machine_close(m);
	free(image);
	temp_dir_remove(parent);
	free(dir);
}

/* ---- enclave_call: what an enclave may answer ---- */

struct overheard {
	uint8_t in[64], out[64];
	size_t in_len, out_len;
	int calls;
};

static void
overhear(void *ctx, const void *in, size_t in_len, const void *out, size_t out_len)
{
	struct overheard *o = ctx;

	o->calls++;
	if (out == NULL) {
		memcpy(o->in, in, in_len);
		o->in_len = in_len;
	} else {
		memcpy(o->out, out, out_len);
		o->out_len = out_len;
	}
}

static void
a_call_carries_bytes_both_ways_and_can_be_overheard(void **state)
{
	uint8_t sigstruct[SGX_SIGSTRUCT_LEN], out[16] = { 0 };
	struct overheard heard = { .calls = 0 };
	struct enclave_options options = { .sigstruct = sigstruct, .eavesdrop = overhear, .eavesdrop_ctx = &heard };
	struct enclave *e = NULL;
	size_t len, out_len = 77;
	uint8_t *image = probe_image(&len, sigstruct, NULL);

	assert_int_equal(enclave_load(&e, rig_machine(), image, len, &options, NULL), JURAT_OK);
	assert_int_equal(enclave_call(e, 4, "thirteen char", 13, out, sizeof out, &out_len, NULL), JURAT_OK);
	assert_int_equal(out_len, 13);
	assert_memory_equal(out, "thirteen char\0\0", 16);
	assert_int_equal(heard.calls, 2);
	assert_int_equal(heard.in_len, 13);
	assert_int_equal(heard.out_len, 13);
	assert_memory_equal(heard.in, "thirteen char", 13);
	assert_memory_equal(heard.out, "thirteen char", 13);
	enclave_unload(e);
	free(image);
}

static void
wrong_answers_of_an_enclave_are_refused_by_name_and_change_nothing(void **state)
{
	static const struct {
		uint32_t op;
		jurat_rc rc;
		const char *field;
	} table[] = {
		{ 1, JURAT_E_FORMAT, "call.out_len" },
		{ 2, JURAT_E_FORMAT, "call.rc" },
		{ 3, JURAT_E_STATE, "call.status" },
	};
	struct enclave *e = probe_load(NULL);
	static uint8_t much[ENCLAVE_CALL_IN_MAX_LEN + 1];
	uint8_t out[8] = "before";
	size_t out_len = 77;
	struct jurat_diag d = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		d = (struct jurat_diag){ 0 };
		assert_int_equal(enclave_call(e, table[i].op, "x", 1, out, sizeof out, &out_len, &d), table[i].rc);
		assert_string_equal(d.field, table[i].field);
		assert_int_equal(out_len, 77);
	}
	/* the enclave's own refusal: its code, and nothing out whatever it says */
	assert_int_equal(enclave_call(e, 5, "x", 1, out, sizeof out, &out_len, NULL), 21);
	assert_int_equal(out_len, 0);
	assert_memory_equal(out, "before\0", 8);
	d = (struct jurat_diag){ 0 };
	assert_int_equal(enclave_call(e, 4, much, sizeof much, out, sizeof out, &out_len, &d), JURAT_E_TOO_LARGE);
	assert_string_equal(d.field, "call.in");
	enclave_unload(e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(enclave_runs_and_returns),
		cmocka_unit_test(entry_sets_fs_and_gs_and_the_exit_gives_them_back),
		cmocka_unit_test(elrange_is_aligned_to_its_size_and_tcs_pages_are_not_mapped),
		cmocka_unit_test(ocall_runs_below_what_the_enclave_put_on_our_stack),
		cmocka_unit_test(ecalls_out_of_an_ocall_go_in_on_the_threads_tcs),
		cmocka_unit_test(an_ocall_whose_nested_call_crashed_never_returns),
		cmocka_unit_test(ocall_without_a_table_is_answered_with_invalid_function),
		cmocka_unit_test(exit_to_somewhere_else_or_on_a_wild_stack_kills_the_enclave_and_not_us),
		cmocka_unit_test(a_report_says_who_the_enclave_is_and_verifies_under_the_targets_report_key),
		cmocka_unit_test(a_key_that_the_enclave_may_not_have_sets_zf_and_writes_nothing),
		cmocka_unit_test(operands_that_are_misaligned_outside_or_not_permitted_fault),
		cmocka_unit_test(eaccept_and_emodpe_follow_the_epcm),
		cmocka_unit_test(where_launches_are_controlled_the_token_of_the_options_decides),
		cmocka_unit_test(an_altered_image_does_not_start),
		cmocka_unit_test(a_call_carries_bytes_both_ways_and_can_be_overheard),
		cmocka_unit_test(wrong_answers_of_an_enclave_are_refused_by_name_and_change_nothing),
		cmocka_unit_test(debug_and_xfrm_are_asked_for_as_options_say),
	};
	return cmocka_run_group_tests(tests, rig_up, rig_down);
}
