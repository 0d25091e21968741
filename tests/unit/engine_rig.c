/* SPDX-License-Identifier: Apache-2.0 */
#include "engine_rig.h"

#include <stdio.h>

#include "core/bytes.h"
#include "crypto/rsa.h"

extern const uint8_t probe_begin[], probe_end[];

static struct {
	char *parent, *dir;
	struct machine *machine;
	struct rsa3072_key *key;
} rig;

static char *
joined(const char *a, const char *b)
{
	char *out = NULL;

	assert_true(asprintf(&out, "%s%s", a, b) > 0);
	return out;
}

int
rig_up(void **state)
{
	const char *build = getenv("JURAT_BUILD");
	char *program = joined(build != NULL ? build : "build", "/src/cli/jurat"), *name;
	/* the signer of Intel's own architectural enclaves may have provision keys here: test_engine_images runs them */
	static const uint8_t intel[32] = { 0x8c, 0x4f, 0x57, 0x75, 0xd7, 0x96, 0x50, 0x3e, 0x96, 0x13, 0x7f, 0x77, 0xc6, 0x8a, 0x82, 0x9a,
		0x00, 0x56, 0xac, 0x8d, 0xed, 0x70, 0x14, 0x0b, 0x08, 0x1b, 0x09, 0x44, 0x90, 0xc5, 0x7b, 0xff };
	struct machine_birth birth = { .cpusvn = { 2, 2, 1 } };
	struct jurat_diag d = { 0 };

	memcpy(birth.provision_signer, intel, sizeof intel);
	rig.parent = temp_dir_new();
	rig.dir = joined(rig.parent, "/machine");
	name = joined("sw:", rig.dir);
	if (machine_create(rig.dir, &birth, &d) != JURAT_OK || machine_open_program(&rig.machine, name, program, &d) != JURAT_OK ||
	    rsa3072_key_new(&rig.key, &d) != JURAT_OK)
		fail_msg("rig: %s %s", jurat_rc_name(d.code), d.field);
	free(program);
	free(name);
	return 0;
}

int
rig_down(void **state)
{
	machine_close(rig.machine);
	rsa3072_key_free(rig.key);
	temp_dir_remove(rig.parent);
	free(rig.dir);
	return 0;
}

struct machine *
rig_machine(void)
{
	return rig.machine;
}

/* ---- the image: records of the measurement, as Fortanix's sgxs has them ---- */

static void
put_page(struct writer *w, uint64_t off, uint32_t flags, const uint8_t *page)
{
	writer_copy(w, "EADD\0\0\0\0", 8);
	writer_u64le(w, off);
	writer_u64le(w, flags);
	writer_zeros(w, 40);
	for (uint64_t i = 0; i < SGX_PAGE_SIZE; i += 256) {
		writer_copy(w, "EEXTEND\0", 8);
		writer_u64le(w, off + i);
		writer_zeros(w, 48);
		writer_copy(w, page + i, 256);
	}
}

static void
put_thread(struct writer *w, uint64_t at, const struct probe_settings *settings)
{
	static const uint8_t zeros[SGX_PAGE_SIZE];
	uint8_t page[SGX_PAGE_SIZE] = { 0 };
	struct sgx_tcs tcs = {
		.flags = settings->tcs_flags,
		.ossa = at + PROBE_SSA,
		.nssa = settings->nssa,
		.oentry = settings->oentry != 0 ? settings->oentry : PROBE_CODE,
		.ofsbase = at + PROBE_DATA,
		.ogsbase = at + PROBE_DATA,
		.fslimit = UINT32_MAX,
		.gslimit = UINT32_MAX,
	};

	if ((settings->tcs_flags & SGX_TCS_DBGOPTIN) != 0) { /* and everything else that is the processor's */
		tcs.state = 1;
		tcs.cssa = 1;
		tcs.aep = 0x1000;
	}
	tcs_encode(page, &tcs);
	put_page(w, at, SGX_PT_TCS, page);
	for (uint64_t off = PROBE_SSA; off < PROBE_STRIDE; off += SGX_PAGE_SIZE)
		put_page(w, at + off, SGX_PT_REG | SGX_PAGE_R | SGX_PAGE_W, zeros);
}

static void
put_code(struct writer *w)
{
	static uint8_t code[PROBE_READ_ONLY - PROBE_CODE];
	size_t len = (size_t)(probe_end - probe_begin);

	assert_true(len <= sizeof code);
	memcpy(code, probe_begin, len);
	for (uint64_t off = 0; off < sizeof code; off += SGX_PAGE_SIZE)
		put_page(w, PROBE_CODE + off, SGX_PT_REG | SGX_PAGE_R | SGX_PAGE_X, code + off);
	put_page(w, PROBE_READ_ONLY, SGX_PT_REG | SGX_PAGE_R, code);
}

static void
sign(uint8_t out[SGX_SIGSTRUCT_LEN], const uint8_t mrenclave[32], const struct probe_settings *settings)
{
	struct sgx_sigstruct sig = { .date = 0x20260101, .exponent = 3, .isv_prod_id = 7, .isv_svn = 2 };
	uint8_t digest[32];

	memcpy(sig.enclave_hash, mrenclave, 32);
	sig.attributes.flags = SGX_FLAGS_MODE64BIT | (settings->kss ? SGX_FLAGS_KSS : 0) | settings->flags;
	sig.attributes.xfrm = settings->xfrm;
	sig.attribute_mask = (struct sgx_attributes){ ~(SGX_FLAGS_DEBUG | settings->flags_free), ~0ull };
	sig.miscselect = settings->miscselect;
	sig.misc_mask = UINT32_MAX;
	assert_int_equal(rsa3072_modulus(sig.modulus, rig.key), JURAT_OK);
	sigstruct_encode(out, &sig);
	sigstruct_digest(digest, out);
	assert_int_equal(rsa3072_sign(sig.signature, rig.key, digest, NULL), JURAT_OK);
	assert_int_equal(rsa3072_quotients(sig.q1, sig.q2, sig.modulus, sig.signature), JURAT_OK);
	sigstruct_encode(out, &sig);
}

static uint8_t *
stream(size_t *out_len, const struct probe_settings *settings)
{
	size_t cap = 64 + 32 * (64 + 16 * (64 + 256));
	uint8_t *p = calloc(1, cap);
	struct writer w;

	writer_init(&w, p, cap);
	writer_copy(&w, "ECREATE\0", 8);
	writer_u32le(&w, 1);
	writer_u64le(&w, PROBE_SIZE);
	writer_zeros(&w, 44);
	for (uint64_t i = 0; i < PROBE_NUM_TCS; i++)
		put_thread(&w, i * PROBE_STRIDE, settings);
	put_code(&w);
	assert_false(w.failed);
	*out_len = w.len;
	return p;
}

static const struct probe_settings usual = { .xfrm = 3, .nssa = 2 };

uint8_t *
probe_image(size_t *out_len, uint8_t out_sigstruct[SGX_SIGSTRUCT_LEN], const struct probe_settings *settings)
{
	uint8_t *p, mrenclave[32];
	struct image *image = NULL;

	if (settings == NULL)
		settings = &usual;
	p = stream(out_len, settings);
	assert_int_equal(image_open(&image, p, *out_len, NULL), JURAT_OK);
	assert_int_equal(image_measure(mrenclave, image, NULL), JURAT_OK);
	image_free(image);
	sign(out_sigstruct, mrenclave, settings);
	return p;
}

jurat_rc
probe_try(struct enclave **out, const struct probe_settings *settings, struct jurat_diag *d)
{
	uint8_t sigstruct[SGX_SIGSTRUCT_LEN];
	struct enclave_options options = { .sigstruct = sigstruct };
	size_t len;
	uint8_t *image = probe_image(&len, sigstruct, settings);
	jurat_rc rc = enclave_load(out, rig.machine, image, len, &options, d);

	free(image);
	return rc;
}

struct enclave *
probe_load(const struct probe_settings *settings)
{
	struct jurat_diag d = { 0 };
	struct enclave *e = NULL;

	if (probe_try(&e, settings, &d) != JURAT_OK)
		fail_msg("probe: %s %s wanted %llx got %llx", jurat_rc_name(d.code), d.field, (unsigned long long)d.wanted,
		    (unsigned long long)d.got);
	return e;
}

void
probe_call(struct enclave *e, int64_t op, uint64_t *ms)
{
	struct jurat_diag d = { 0 };
	uint64_t status = UINT64_MAX;

	if (enclave_ecall(e, op, ms, NULL, NULL, &status, &d) != JURAT_OK)
		fail_msg("ecall %d: %s %s got %llu", (int)op, jurat_rc_name(d.code), d.field, (unsigned long long)d.got);
	assert_int_equal(status, 0);
}
