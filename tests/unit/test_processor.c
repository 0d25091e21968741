/* SPDX-License-Identifier: Apache-2.0 */
/* ECREATE, EADD, EEXTEND and EINIT: one row or test per rule of SDM vol. 3D. */
#include "machine_fixture.h"

#include "core/diag.h"
#include "machine/keydep.h"

static struct signer author, architecture;

static int
group_setup(void **state)
{
	signer_new(&author);
	signer_new(&architecture);
	return 0;
}

static int
group_teardown(void **state)
{
	signer_clear(&author);
	signer_clear(&architecture);
	return 0;
}

static void
machine_init(struct processor *cpu)
{
	memset(cpu, 0, sizeof *cpu);
	memset(cpu->root_seal.b, 0x5e, 16);
	memset(cpu->root_provision.b, 0xb0, 16);
	memset(cpu->cpusvn, 4, sizeof cpu->cpusvn);
	memcpy(cpu->provision_signer, architecture.mrsigner, 32);
}

static void
expect(jurat_rc rc, const struct jurat_diag *d, jurat_rc want, const char *field)
{
	if (rc != want || (want != JURAT_OK && strcmp(d->field != NULL ? d->field : "", field) != 0))
		fail_msg("wanted %s at %s, got %s at %s", jurat_rc_name(want), field, jurat_rc_name(rc), d->field != NULL ? d->field : "-");
}

/* ---- ECREATE ---- */

static const struct create_case {
	const char *field; /* NULL: accepted */
	jurat_rc rc;
	uint64_t size, base, flags, xfrm;
	uint32_t ssa_pages, misc;
	uint8_t config_id0;
	uint16_t config_svn;
} create_cases[] = {
	{ NULL, JURAT_OK, 0x4000, 0x10000, 4, 3, 1, 0, 0, 0 },
	{ NULL, JURAT_OK, 0x4000, 0x10000, 4 | 0x80, 3, 1, 1, 9, 9 },
	{ NULL, JURAT_OK, 0x4000, 0x10000, 4 | 2 | 0x10 | 0x20, 7, 1, 0, 0, 0 },
	{ NULL, JURAT_OK, 0x2000, 0, 4, 0xe7, 1, 0, 0, 0 },
	{ NULL, JURAT_OK, 0x4000, 0, 4, 0x602e7, 3, 1, 0, 0 },
	{ "secs.size", JURAT_E_FORMAT, 0x1000, 0, 4, 3, 1, 0, 0, 0 },
	{ "secs.size", JURAT_E_FORMAT, 0, 0, 4, 3, 1, 0, 0, 0 },
	{ "secs.size", JURAT_E_FORMAT, 0x5000, 0, 4, 3, 1, 0, 0, 0 },
	{ "secs.size", JURAT_E_FORMAT, 0x4001, 0, 4, 3, 1, 0, 0, 0 },
	{ "secs.size", JURAT_E_TOO_LARGE, 1ull << 41, 0, 4, 3, 1, 0, 0, 0 },
	{ "secs.base", JURAT_E_FORMAT, 0x4000, 0x2000, 4, 3, 1, 0, 0, 0 },
	{ "secs.base", JURAT_E_FORMAT, 0x4000, 1ull << 56, 4, 3, 1, 0, 0, 0 },
	{ "secs.ssa_frame_size", JURAT_E_FORMAT, 0x4000, 0, 4, 3, 0, 0, 0, 0 },
	{ "secs.ssa_frame_size", JURAT_E_FORMAT, 0x4000, 0, 4, 0x60007, 2, 0, 0, 0 },
	{ "secs.ssa_frame_size", JURAT_E_FORMAT, 0x4000, 0, 4, 3, 0xffffffff, 0, 0, 0 },
	{ "secs.attributes.mode64bit", JURAT_E_UNSUPPORTED, 0x4000, 0, 0, 3, 1, 0, 0, 0 },
	{ "secs.attributes.init", JURAT_E_ATTRIBUTES, 0x4000, 0, 4 | 1, 3, 1, 0, 0, 0 },
	{ "secs.attributes.aexnotify", JURAT_E_UNSUPPORTED, 0x4000, 0, 4 | 0x400, 3, 1, 0, 0, 0 },
	{ "secs.attributes.flags", JURAT_E_ATTRIBUTES, 0x4000, 0, 4 | 8, 3, 1, 0, 0, 0 },
	{ "secs.attributes.flags", JURAT_E_ATTRIBUTES, 0x4000, 0, 4 | 0x40, 3, 1, 0, 0, 0 }, /* CET */
	{ "secs.attributes.flags", JURAT_E_ATTRIBUTES, 0x4000, 0, 4 | 1ull << 63, 3, 1, 0, 0, 0 },
	{ "secs.attributes.xfrm", JURAT_E_ATTRIBUTES, 0x4000, 0, 4, 0, 1, 0, 0, 0 },
	{ "secs.attributes.xfrm", JURAT_E_ATTRIBUTES, 0x4000, 0, 4, 1, 1, 0, 0, 0 },
	{ "secs.attributes.xfrm", JURAT_E_ATTRIBUTES, 0x4000, 0, 4, 0xe3, 1, 0, 0, 0 },  /* AVX-512 without AVX */
	{ "secs.attributes.xfrm", JURAT_E_ATTRIBUTES, 0x4000, 0, 4, 0x27, 1, 0, 0, 0 },  /* part of AVX-512 */
	{ "secs.attributes.xfrm", JURAT_E_ATTRIBUTES, 0x4000, 0, 4, 0x0b, 1, 0, 0, 0 },  /* half of MPX */
	{ "secs.attributes.xfrm", JURAT_E_ATTRIBUTES, 0x4000, 0, 4, 0x20003, 1, 0, 0, 0 }, /* half of AMX */
	{ "secs.attributes.xfrm", JURAT_E_ATTRIBUTES, 0x4000, 0, 4, 0x103, 1, 0, 0, 0 },
	{ "secs.miscselect", JURAT_E_ATTRIBUTES, 0x4000, 0, 4, 3, 1, 2, 0, 0 },
	{ "secs.config_id", JURAT_E_ATTRIBUTES, 0x4000, 0, 4, 3, 1, 0, 1, 0 },
	{ "secs.config_svn", JURAT_E_ATTRIBUTES, 0x4000, 0, 4, 3, 1, 0, 0, 1 },
};

static void
ecreate_judges_every_field(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(create_cases); i++) {
		const struct create_case *c = &create_cases[i];
		struct secs_request q = { .size = c->size,
			.base = c->base,
			.ssa_frame_pages = c->ssa_pages,
			.miscselect = c->misc,
			.attributes = { c->flags, c->xfrm },
			.config_svn = c->config_svn };
		struct jurat_diag d = { 0 };
		struct secs s;

		q.config_id[63] = c->config_id0;
		expect(processor_ecreate(&s, &q, &d), &d, c->rc, c->field);
	}
}

/* ---- EADD ---- */

static void
tiny_create(struct secs *s)
{
	struct secs_request q;

	tiny_request(&q);
	assert_int_equal(processor_ecreate(s, &q, NULL), JURAT_OK);
}

static const struct add_case {
	const char *field;
	uint64_t off, count;
	uint32_t flags;
} add_cases[] = {
	{ NULL, 0, 4, 0x201 },
	{ NULL, 0x3000, 1, 0x207 },
	{ NULL, 0x1000, 1, 0x200 },
	{ NULL, 0x1000, 1, 0x204 },
	{ "page.off", 0x800, 1, 0x201 },
	{ "page.off", 0x4000, 1, 0x201 },
	{ "page.off", UINT64_MAX - 4095, 1, 0x201 },
	{ "page.count", 0, 0, 0x201 },
	{ "page.count", 0, 5, 0x201 },
	{ "page.count", 0x3000, UINT64_MAX, 0x201 },
	{ "secinfo.flags", 0, 1, 0x209 },     /* PENDING */
	{ "secinfo.flags", 0, 1, 0x211 },     /* MODIFIED */
	{ "secinfo.flags", 0, 1, 0x10201 },   /* reserved */
	{ "secinfo.page_type", 0, 1, 0x001 }, /* SECS */
	{ "secinfo.page_type", 0, 1, 0x301 }, /* VA */
	{ "secinfo.page_type", 0, 1, 0x401 }, /* TRIM */
	{ "secinfo.write_without_read", 0, 1, 0x202 },
	{ "secinfo.write_without_read", 0, 1, 0x206 },
};

static void
eadd_judges_place_and_secinfo(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(add_cases); i++) {
		const struct add_case *c = &add_cases[i];
		struct image_page page = { c->off, c->count, c->flags, 0, NULL };
		struct jurat_diag d = { 0 };
		struct secs s;

		tiny_create(&s);
		expect(processor_eadd(&s, &page, &d), &d, c->field == NULL ? JURAT_OK : JURAT_E_FORMAT, c->field);
		assert_int_equal(s.state, c->field == NULL ? SECS_CREATED : SECS_FAILED);
	}
}

static jurat_rc
add_tcs(const struct sgx_tcs *tcs, struct jurat_diag *d)
{
	uint8_t bytes[SGX_PAGE_SIZE] = { 0 };
	struct image_page page = { 0, 1, SGX_PT_TCS, 0xffff, bytes };
	struct secs_request q;
	struct secs s;

	tiny_request(&q);
	assert_int_equal(processor_ecreate(&s, &q, NULL), JURAT_OK);
	tcs_encode(bytes, tcs);
	return processor_eadd(&s, &page, d);
}

static void
eadd_judges_a_tcs(void **state)
{
	struct jurat_diag d = { 0 };

	assert_int_equal(add_tcs(&(struct sgx_tcs){ .ossa = 0x1000 }, NULL), JURAT_OK);
	expect(add_tcs(&(struct sgx_tcs){ .ossa = 0x1001 }, &d), &d, JURAT_E_FORMAT, "tcs.ossa");
	d = (struct jurat_diag){ 0 };
	expect(add_tcs(&(struct sgx_tcs){ .ofsbase = 8 }, &d), &d, JURAT_E_FORMAT, "tcs.ofsbase");
	d = (struct jurat_diag){ 0 };
	expect(add_tcs(&(struct sgx_tcs){ .ogsbase = 8 }, &d), &d, JURAT_E_FORMAT, "tcs.ogsbase");
	d = (struct jurat_diag){ 0 };
	expect(add_tcs(&(struct sgx_tcs){ .flags = 4 }, &d), &d, JURAT_E_FORMAT, "tcs.flags");
	d = (struct jurat_diag){ 0 };
	expect(add_tcs(&(struct sgx_tcs){ .flags = SGX_TCS_AEXNOTIFY }, &d), &d, JURAT_E_ATTRIBUTES, "tcs.flags.aexnotify");
}

static void
eadd_refuses_a_tcs_with_reserved_bytes(void **state)
{
	uint8_t bytes[SGX_PAGE_SIZE] = { 0 };
	struct image_page page = { 0, 1, SGX_PT_TCS, 0xffff, bytes };
	struct jurat_diag d = { 0 };
	struct secs s;

	tiny_create(&s);
	bytes[4095] = 1;
	expect(processor_eadd(&s, &page, &d), &d, JURAT_E_FORMAT, "tcs.reserved");
}

static void
measure_tcs(uint8_t out[32], const struct sgx_tcs *tcs, uint32_t permissions)
{
	uint8_t bytes[SGX_PAGE_SIZE] = { 0 };
	struct image_page page = { 0, 1, SGX_PT_TCS | permissions, 0xffff, bytes };
	struct secs s;

	tiny_create(&s);
	tcs_encode(bytes, tcs);
	assert_int_equal(processor_eadd(&s, &page, NULL), JURAT_OK);
	measurement_final(&s.measurement, out);
}

static void
eadd_clears_what_is_the_processors_in_a_tcs(void **state)
{
	uint8_t plain[32], changed[32];

	measure_tcs(plain, &(struct sgx_tcs){ .ossa = 0x1000, .nssa = 2 }, 0);
	measure_tcs(changed, &(struct sgx_tcs){ .ossa = 0x1000, .nssa = 2, .flags = SGX_TCS_DBGOPTIN, .cssa = 1, .state = 1, .aep = 9 },
	    SGX_PAGE_R | SGX_PAGE_W);
	assert_memory_equal(plain, changed, 32);
	measure_tcs(changed, &(struct sgx_tcs){ .ossa = 0x1000, .nssa = 3 }, 0);
	assert_memory_not_equal(plain, changed, 32);
}

static void
eadd_and_eextend_measure_as_the_manual_says(void **state)
{
	struct image_page pages[3];
	uint8_t got[32], want[32];
	struct secs s;

	tiny_create(&s);
	tiny_pages(pages);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(processor_eadd(&s, &pages[i], NULL), JURAT_OK);
	measurement_final(&s.measurement, got);
	tiny_measure(want);
	assert_memory_equal(got, want, 32);
}

static void
a_run_measures_like_its_single_pages(void **state)
{
	uint8_t run[32], single[32];
	struct secs s;

	tiny_create(&s);
	assert_int_equal(processor_eadd(&s, &(struct image_page){ 0, 4, 0x203, 0x8001, tiny_code }, NULL), JURAT_OK);
	measurement_final(&s.measurement, run);
	tiny_create(&s);
	for (uint64_t i = 0; i < 4; i++)
		assert_int_equal(processor_eadd(&s, &(struct image_page){ i * 4096, 1, 0x203, 0x8001, tiny_code }, NULL), JURAT_OK);
	measurement_final(&s.measurement, single);
	assert_memory_equal(run, single, 32);
}

/* ---- EINIT ---- */

/* One attempt to start the tiny enclave; a test changes what it wants before try_init. */
struct attempt {
	struct processor cpu;
	struct secs_request request;
	struct sgx_sigstruct sig;
	const struct signer *by;
	const struct sgx_einittoken *token;
	struct secs secs;
	enum sgx_error error;
	struct jurat_diag d;
};

static void
attempt_init(struct attempt *a)
{
	memset(a, 0, sizeof *a);
	machine_init(&a->cpu);
	tiny_request(&a->request);
	tiny_sigstruct(&a->sig);
	a->by = &author;
}

static void
attempt_build(struct attempt *a)
{
	struct image_page pages[3];

	assert_int_equal(processor_ecreate(&a->secs, &a->request, NULL), JURAT_OK);
	tiny_pages(pages);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(processor_eadd(&a->secs, &pages[i], NULL), JURAT_OK);
}

static void
try_init(struct attempt *a, jurat_rc rc, enum sgx_error error, const char *field)
{
	uint8_t sigstruct[SGX_SIGSTRUCT_LEN];

	attempt_build(a);
	sign(sigstruct, &a->sig, a->by);
	expect(processor_einit(&a->cpu, &a->secs, sigstruct, sizeof sigstruct, a->token, &a->error, &a->d), &a->d, rc, field);
	assert_int_equal(a->error, error);
	assert_int_equal(a->secs.state, rc == JURAT_OK ? SECS_INITIALISED : SECS_CREATED);
}

static void
einit_gives_the_enclave_its_identity(void **state)
{
	struct attempt a;

	attempt_init(&a);
	a.request.config_svn = 6;
	a.request.config_id[0] = 0xcc;
	a.sig.isv_family_id[0] = 1;
	a.sig.isv_ext_prod_id[0] = 2;
	try_init(&a, JURAT_OK, SGX_SUCCESS, NULL);
	assert_memory_equal(a.secs.id.mrenclave, a.sig.enclave_hash, 32);
	assert_memory_equal(a.secs.id.mrsigner, author.mrsigner, 32);
	assert_int_equal(a.secs.id.isv_prod_id, 7);
	assert_int_equal(a.secs.id.isv_svn, 3);
	assert_int_equal(a.secs.id.config_svn, 6);
	assert_int_equal(a.secs.id.config_id[0], 0xcc);
	assert_int_equal(a.secs.id.isv_family_id[0], 1);
	assert_int_equal(a.secs.id.isv_ext_prod_id[0], 2);
	assert_int_equal(a.secs.id.attributes.flags, SGX_FLAGS_INIT | SGX_FLAGS_MODE64BIT | SGX_FLAGS_KSS);
}

static void
einit_refuses_another_measurement(void **state)
{
	struct attempt a;

	attempt_init(&a);
	a.sig.enclave_hash[31] ^= 1;
	try_init(&a, JURAT_E_MISMATCH, SGX_INVALID_MEASUREMENT, "sigstruct.enclave_hash");
}

static void
einit_refuses_a_signature_with_one_bit_changed(void **state)
{
	static const size_t places[] = { 40, 128, 516, 900, 960, 1026, 1040, 1424 };
	uint8_t good[SGX_SIGSTRUCT_LEN], bad[SGX_SIGSTRUCT_LEN];
	struct attempt a;

	attempt_init(&a);
	sign(good, &a.sig, a.by);
	for (size_t i = 0; i < ARRAY_LEN(places); i++) {
		enum sgx_error error;

		attempt_build(&a);
		memcpy(bad, good, sizeof bad);
		bad[places[i]] ^= 1;
		assert_int_not_equal(processor_einit(&a.cpu, &a.secs, bad, sizeof bad, NULL, &error, NULL), JURAT_OK);
		assert_true(error == SGX_INVALID_SIGNATURE || error == SGX_INVALID_SIG_STRUCT);
		assert_int_equal(a.secs.state, SECS_CREATED);
	}
}

static void
einit_refuses_a_malformed_sigstruct(void **state)
{
	uint8_t bytes[SGX_SIGSTRUCT_LEN];
	enum sgx_error error;
	struct attempt a;

	attempt_init(&a);
	attempt_build(&a);
	sign(bytes, &a.sig, a.by);
	expect(processor_einit(&a.cpu, &a.secs, bytes, sizeof bytes - 1, NULL, &error, &a.d), &a.d, JURAT_E_TRUNCATED, "sigstruct");
	assert_int_equal(error, SGX_INVALID_SIG_STRUCT);
	bytes[0] ^= 1;
	a.d = (struct jurat_diag){ 0 };
	expect(processor_einit(&a.cpu, &a.secs, bytes, sizeof bytes, NULL, &error, &a.d), &a.d, JURAT_E_FORMAT, "sigstruct.header");
	assert_int_equal(error, SGX_INVALID_SIG_STRUCT);
}

static void
einit_holds_the_signers_masks_in_both_directions(void **state)
{
	struct attempt a;

	attempt_init(&a);
	a.request.attributes.flags ^= SGX_FLAGS_KSS;
	try_init(&a, JURAT_E_ATTRIBUTES, SGX_INVALID_ATTRIBUTE, "sigstruct.attributes.flags");
	attempt_init(&a);
	a.sig.attributes.flags ^= SGX_FLAGS_KSS;
	try_init(&a, JURAT_E_ATTRIBUTES, SGX_INVALID_ATTRIBUTE, "sigstruct.attributes.flags");
	attempt_init(&a);
	a.request.attributes.xfrm = 7;
	try_init(&a, JURAT_E_ATTRIBUTES, SGX_INVALID_ATTRIBUTE, "sigstruct.attributes.xfrm");
	attempt_init(&a);
	a.request.miscselect = 1;
	try_init(&a, JURAT_E_ATTRIBUTES, SGX_INVALID_ATTRIBUTE, "sigstruct.miscselect");
	attempt_init(&a);
	a.sig.cet_attributes = 1;
	a.sig.cet_attributes_mask = 1;
	try_init(&a, JURAT_E_ATTRIBUTES, SGX_INVALID_ATTRIBUTE, "sigstruct.cet_attributes");
}

static void
einit_leaves_free_what_the_mask_leaves_free(void **state)
{
	struct attempt a;

	attempt_init(&a);
	a.request.attributes.flags |= SGX_FLAGS_DEBUG; /* DEBUG is not in the mask */
	try_init(&a, JURAT_OK, SGX_SUCCESS, NULL);
	attempt_init(&a);
	a.sig.attribute_mask.xfrm = 3;
	a.request.attributes.xfrm = 7;
	try_init(&a, JURAT_OK, SGX_SUCCESS, NULL);
	attempt_init(&a);
	a.sig.misc_mask = 0;
	a.request.miscselect = 1;
	try_init(&a, JURAT_OK, SGX_SUCCESS, NULL);
}

static void
einit_refuses_debug_where_the_mask_forbids_it(void **state)
{
	struct attempt a;

	attempt_init(&a);
	a.sig.attribute_mask.flags = ~0ull;
	a.request.attributes.flags |= SGX_FLAGS_DEBUG;
	try_init(&a, JURAT_E_ATTRIBUTES, SGX_INVALID_ATTRIBUTE, "sigstruct.attributes.flags");
}

static void
einit_wants_kss_for_family_and_extended_product(void **state)
{
	struct attempt a;

	attempt_init(&a);
	a.request.attributes.flags = a.sig.attributes.flags = SGX_FLAGS_MODE64BIT;
	try_init(&a, JURAT_OK, SGX_SUCCESS, NULL);
	attempt_init(&a);
	a.request.attributes.flags = a.sig.attributes.flags = SGX_FLAGS_MODE64BIT;
	a.sig.isv_family_id[15] = 1;
	try_init(&a, JURAT_E_ATTRIBUTES, SGX_INVALID_SIG_STRUCT, "sigstruct.isv_family_id");
	attempt_init(&a);
	a.request.attributes.flags = a.sig.attributes.flags = SGX_FLAGS_MODE64BIT;
	a.sig.isv_ext_prod_id[0] = 1;
	try_init(&a, JURAT_E_ATTRIBUTES, SGX_INVALID_SIG_STRUCT, "sigstruct.isv_ext_prod_id");
}

static void
the_architecture_key_gets_provisionkey(void **state)
{
	struct attempt a;

	attempt_init(&a);
	a.by = &architecture;
	a.request.attributes.flags |= SGX_FLAGS_PROVISIONKEY;
	a.sig.attributes.flags |= SGX_FLAGS_PROVISIONKEY;
	try_init(&a, JURAT_OK, SGX_SUCCESS, NULL);
}

static void
the_author_key_never_gets_provisionkey(void **state)
{
	struct attempt a;

	attempt_init(&a);
	a.request.attributes.flags |= SGX_FLAGS_PROVISIONKEY;
	a.sig.attributes.flags |= SGX_FLAGS_PROVISIONKEY;
	try_init(&a, JURAT_E_DENIED, SGX_INVALID_ATTRIBUTE, "secs.attributes.provisionkey");
}

static void
the_architecture_key_without_the_attribute_starts_as_anyone(void **state)
{
	enum sgx_error error = SGX_SUCCESS;
	struct aes128_key key;
	struct attempt a;

	attempt_init(&a);
	a.by = &architecture;
	try_init(&a, JURAT_OK, SGX_SUCCESS, NULL);
	assert_int_equal(
	    processor_egetkey(&a.cpu, &a.secs, &(struct sgx_keyrequest){ .key_name = SGX_KEY_PROVISION }, &key, &error, NULL), JURAT_OK);
	assert_int_equal(error, SGX_INVALID_ATTRIBUTE);
}

static void
asking_for_provisionkey_against_the_sigstruct_is_refused(void **state)
{
	struct attempt a;

	attempt_init(&a);
	a.by = &architecture;
	a.request.attributes.flags |= SGX_FLAGS_PROVISIONKEY; /* the mask fixes it to off */
	try_init(&a, JURAT_E_ATTRIBUTES, SGX_INVALID_ATTRIBUTE, "sigstruct.attributes.flags");
}

static void
einittokenkey_is_for_the_launch_signer_alone(void **state)
{
	struct attempt a;

	attempt_init(&a);
	a.request.attributes.flags |= SGX_FLAGS_EINITTOKENKEY;
	a.sig.attributes.flags |= SGX_FLAGS_EINITTOKENKEY;
	try_init(&a, JURAT_E_DENIED, SGX_INVALID_ATTRIBUTE, "secs.attributes.einittokenkey");
	attempt_init(&a);
	a.request.attributes.flags |= SGX_FLAGS_EINITTOKENKEY;
	a.sig.attributes.flags |= SGX_FLAGS_EINITTOKENKEY;
	memcpy(a.cpu.launch_signer, author.mrsigner, 32);
	try_init(&a, JURAT_OK, SGX_SUCCESS, NULL);
}

/* ---- launch control ---- */

/* locked_attempt: a machine that launches only what the architecture key's launch enclave has allowed. */
static void
locked_attempt(struct attempt *a)
{
	attempt_init(a);
	memcpy(a->cpu.launch_signer, architecture.mrsigner, 32);
}

/* make_token: what a launch enclave does: EGETKEY(EINITTOKEN), then the MAC. */
static void
make_token(struct sgx_einittoken *t, const struct attempt *a, uint64_t le_flags)
{
	uint8_t encoded[SGX_EINITTOKEN_LEN];
	struct secs le = { .state = SECS_INITIALISED,
		.id = { .isv_prod_id = 0x20,
		    .isv_svn = 2,
		    .attributes = { SGX_FLAGS_INIT | SGX_FLAGS_MODE64BIT | SGX_FLAGS_EINITTOKENKEY | le_flags, 3 } } };
	struct sgx_keyrequest q = { .key_name = SGX_KEY_EINITTOKEN, .isv_svn = 1, .attribute_mask = { ~0ull, ~0ull } };
	enum sgx_error error;
	struct aes128_key key;

	memcpy(le.id.mrsigner, architecture.mrsigner, 32);
	memset(q.cpusvn, 3, sizeof q.cpusvn);
	memset(q.key_id, 0x1d, sizeof q.key_id);
	assert_int_equal(processor_egetkey(&a->cpu, &le, &q, &key, &error, NULL), JURAT_OK);
	assert_int_equal(error, SGX_SUCCESS);
	*t = (struct sgx_einittoken){ .valid = 1,
		.attributes = a->request.attributes,
		.isv_prod_id_le = 0x20,
		.isv_svn_le = 1,
		.masked_attributes_le = le.id.attributes };
	memcpy(t->mrenclave, a->sig.enclave_hash, 32);
	memcpy(t->mrsigner, a->by->mrsigner, 32);
	memcpy(t->cpusvn_le, q.cpusvn, sizeof q.cpusvn);
	memcpy(t->key_id, q.key_id, sizeof q.key_id);
	einittoken_encode(encoded, t);
	assert_int_equal(cmac_aes128(t->mac, &key, encoded, 192), JURAT_OK);
}

static void
without_a_token_only_the_launch_signer_starts(void **state)
{
	struct sgx_einittoken empty = { 0 };
	struct attempt a;

	locked_attempt(&a);
	try_init(&a, JURAT_E_DENIED, SGX_INVALID_EINITTOKEN, "einittoken");
	locked_attempt(&a);
	a.token = &empty;
	try_init(&a, JURAT_E_DENIED, SGX_INVALID_EINITTOKEN, "einittoken");
	locked_attempt(&a);
	a.by = &architecture;
	try_init(&a, JURAT_OK, SGX_SUCCESS, NULL);
}

static void
a_launch_enclaves_token_starts_another_signers_enclave(void **state)
{
	struct sgx_einittoken t;
	struct attempt a;

	locked_attempt(&a);
	make_token(&t, &a, 0);
	a.token = &t;
	try_init(&a, JURAT_OK, SGX_SUCCESS, NULL);
}

static void
a_token_with_any_field_changed_is_refused(void **state)
{
	struct sgx_einittoken good, t;
	struct attempt a;

	locked_attempt(&a);
	make_token(&good, &a, 0);
	a.token = &t;
	t = good, t.mac[15] ^= 1;
	try_init(&a, JURAT_E_CRYPTO, SGX_INVALID_EINITTOKEN, "einittoken.mac");
	t = good, t.mrenclave[0] ^= 1, a.d = (struct jurat_diag){ 0 };
	try_init(&a, JURAT_E_CRYPTO, SGX_INVALID_EINITTOKEN, "einittoken.mac");
	t = good, t.isv_svn_le++, a.d = (struct jurat_diag){ 0 };
	try_init(&a, JURAT_E_CRYPTO, SGX_INVALID_EINITTOKEN, "einittoken.mac");
	t = good, t.key_id[0] ^= 1, a.d = (struct jurat_diag){ 0 };
	try_init(&a, JURAT_E_CRYPTO, SGX_INVALID_EINITTOKEN, "einittoken.mac");
	t = good, t.cpusvn_le[9] = 5, a.d = (struct jurat_diag){ 0 };
	try_init(&a, JURAT_E_DENIED, SGX_INVALID_CPUSVN, "einittoken.cpusvn_le");
	t = good, t.valid = 3, a.d = (struct jurat_diag){ 0 };
	try_init(&a, JURAT_E_FORMAT, SGX_INVALID_EINITTOKEN, "einittoken.valid");
}

static void
a_token_for_another_enclave_is_refused(void **state)
{
	struct sgx_einittoken t;
	struct attempt a, other;

	locked_attempt(&a);
	locked_attempt(&other);
	other.sig.enclave_hash[0] ^= 1;
	make_token(&t, &other, 0);
	a.token = &t;
	try_init(&a, JURAT_E_MISMATCH, SGX_INVALID_MEASUREMENT, "einittoken.mrenclave");
	locked_attempt(&a);
	locked_attempt(&other);
	other.by = &architecture;
	make_token(&t, &other, 0);
	a.token = &t;
	try_init(&a, JURAT_E_MISMATCH, SGX_INVALID_MEASUREMENT, "einittoken.mrsigner");
	locked_attempt(&a);
	locked_attempt(&other);
	other.request.attributes.flags |= SGX_FLAGS_DEBUG;
	make_token(&t, &other, 0);
	a.token = &t;
	try_init(&a, JURAT_E_MISMATCH, SGX_INVALID_ATTRIBUTE, "einittoken.attributes");
}

static void
a_debug_launch_enclave_launches_no_production_enclave(void **state)
{
	struct sgx_einittoken t;
	struct attempt a;

	locked_attempt(&a);
	make_token(&t, &a, SGX_FLAGS_DEBUG);
	a.token = &t;
	try_init(&a, JURAT_E_ATTRIBUTES, SGX_INVALID_EINITTOKEN, "einittoken.masked_attributes_le");
	locked_attempt(&a);
	a.request.attributes.flags |= SGX_FLAGS_DEBUG;
	make_token(&t, &a, SGX_FLAGS_DEBUG);
	a.token = &t;
	try_init(&a, JURAT_OK, SGX_SUCCESS, NULL);
}

/* ---- states ---- */

static void
an_enclave_goes_through_its_states_in_order(void **state)
{
	struct image_page page = { 0, 1, 0x201, 0, NULL };
	uint8_t sigstruct[SGX_SIGSTRUCT_LEN], zeros[64] = { 0 };
	struct sgx_target target = { 0 };
	struct sgx_report report;
	struct aes128_key key;
	enum sgx_error error;
	struct attempt a;

	attempt_init(&a);
	attempt_build(&a);
	assert_int_equal(processor_ereport(&a.cpu, &a.secs, &target, zeros, &report), JURAT_E_STATE);
	assert_int_equal(processor_egetkey(&a.cpu, &a.secs, &(struct sgx_keyrequest){ .key_name = SGX_KEY_SEAL }, &key, &error, NULL),
	    JURAT_E_STATE);
	try_init(&a, JURAT_OK, SGX_SUCCESS, NULL);
	sign(sigstruct, &a.sig, a.by);
	assert_int_equal(processor_eadd(&a.secs, &page, NULL), JURAT_E_STATE);
	assert_int_equal(processor_einit(&a.cpu, &a.secs, sigstruct, sizeof sigstruct, NULL, &error, NULL), JURAT_E_STATE);
	assert_int_equal(a.secs.state, SECS_INITIALISED);
}

static void
a_refused_page_is_not_forgotten(void **state)
{
	uint8_t sigstruct[SGX_SIGSTRUCT_LEN];
	enum sgx_error error;
	struct attempt a;

	attempt_init(&a);
	attempt_build(&a);
	sign(sigstruct, &a.sig, a.by);
	assert_int_equal(processor_eadd(&a.secs, &(struct image_page){ 0, 1, 0x202, 0, NULL }, NULL), JURAT_E_FORMAT);
	assert_int_equal(processor_einit(&a.cpu, &a.secs, sigstruct, sizeof sigstruct, NULL, &error, NULL), JURAT_E_STATE);
}

static void
a_failed_einit_may_be_tried_again(void **state)
{
	uint8_t sigstruct[SGX_SIGSTRUCT_LEN];
	struct sgx_einittoken t;
	enum sgx_error error;
	struct attempt a;

	locked_attempt(&a);
	try_init(&a, JURAT_E_DENIED, SGX_INVALID_EINITTOKEN, "einittoken");
	make_token(&t, &a, 0);
	sign(sigstruct, &a.sig, a.by);
	assert_int_equal(processor_einit(&a.cpu, &a.secs, sigstruct, sizeof sigstruct, &t, &error, NULL), JURAT_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ecreate_judges_every_field),
		cmocka_unit_test(eadd_judges_place_and_secinfo),
		cmocka_unit_test(eadd_judges_a_tcs),
		cmocka_unit_test(eadd_refuses_a_tcs_with_reserved_bytes),
		cmocka_unit_test(eadd_clears_what_is_the_processors_in_a_tcs),
		cmocka_unit_test(eadd_and_eextend_measure_as_the_manual_says),
		cmocka_unit_test(a_run_measures_like_its_single_pages),
		cmocka_unit_test(einit_gives_the_enclave_its_identity),
		cmocka_unit_test(einit_refuses_another_measurement),
		cmocka_unit_test(einit_refuses_a_signature_with_one_bit_changed),
		cmocka_unit_test(einit_refuses_a_malformed_sigstruct),
		cmocka_unit_test(einit_holds_the_signers_masks_in_both_directions),
		cmocka_unit_test(einit_leaves_free_what_the_mask_leaves_free),
		cmocka_unit_test(einit_refuses_debug_where_the_mask_forbids_it),
		cmocka_unit_test(einit_wants_kss_for_family_and_extended_product),
		cmocka_unit_test(the_architecture_key_gets_provisionkey),
		cmocka_unit_test(the_author_key_never_gets_provisionkey),
		cmocka_unit_test(the_architecture_key_without_the_attribute_starts_as_anyone),
		cmocka_unit_test(asking_for_provisionkey_against_the_sigstruct_is_refused),
		cmocka_unit_test(einittokenkey_is_for_the_launch_signer_alone),
		cmocka_unit_test(without_a_token_only_the_launch_signer_starts),
		cmocka_unit_test(a_launch_enclaves_token_starts_another_signers_enclave),
		cmocka_unit_test(a_token_with_any_field_changed_is_refused),
		cmocka_unit_test(a_token_for_another_enclave_is_refused),
		cmocka_unit_test(a_debug_launch_enclave_launches_no_production_enclave),
		cmocka_unit_test(an_enclave_goes_through_its_states_in_order),
		cmocka_unit_test(a_refused_page_is_not_forgotten),
		cmocka_unit_test(a_failed_einit_may_be_tried_again),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
