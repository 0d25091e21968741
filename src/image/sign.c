/* SPDX-License-Identifier: Apache-2.0 */
#include "image/sign.h"

#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/ct.h"
#include "image/image_internal.h"
#include "sgx/tcs.h"

enum {
	GUARD_PAGES = 16,
	NUM_ENTRIES = 11,
	THREAD_ENTRIES = 7, /* guard, stack, guard, TCS, SSA, guard, TD */
	NUM_PATCHES = 2,
	PATCHES_LEN = NUM_PATCHES * (int)PATCH_ENTRY_LEN,
	PATCH_SOURCE_LEN = 8, /* zeros */
	TD_LEN = 0x38,
	CONTENT_LEN = PATCH_SOURCE_LEN + SGX_TCS_TEMPLATE_LEN + TD_LEN,
	TCS_POLICY_UNBOUND = 1,
	MAX_SAVE_BUFFER = 2632, /* what the SDK's tool writes; its loader wants no less than its own */
};

/* The enclave's plan: every entry of the layout, and the block's parts. */
struct plan {
	const struct image_settings *settings;
	uint64_t entry; /* OENTRY */
	uint64_t next;  /* rva of what comes next */
	struct layout_entry entries[NUM_ENTRIES];
	size_t num_entries;
	uint64_t stack_low, stack_top, tcs, td, enclave_size;
};

static jurat_rc
check_count(const char *field, uint32_t min, uint32_t max, uint32_t got, struct jurat_diag *d)
{
	if (got < min || got > max)
		return jurat_fail(d, JURAT_E_FORMAT, field, NO_OFFSET, got < min ? min : max, got);
	return JURAT_OK;
}

static jurat_rc
check_settings(const struct image_settings *s, struct jurat_diag *d)
{
	jurat_rc rc = check_count("settings.num_tcs", 1, IMAGE_TCS_MAX, s->num_tcs, d);

	if (rc == JURAT_OK)
		rc = check_count("settings.stack_pages", 1, IMAGE_STACK_PAGES_MAX, s->stack_pages, d);
	if (rc == JURAT_OK)
		rc = check_count("settings.heap_pages", 0, IMAGE_HEAP_PAGES_MAX, s->heap_pages, d);
	if (rc == JURAT_OK)
		rc = check_count("settings.ssa_frame_pages", 1, IMAGE_SSA_MAX, s->ssa_frame_pages, d);
	if (rc == JURAT_OK)
		rc = check_count("settings.num_ssa", 1, IMAGE_SSA_MAX, s->num_ssa, d);
	if (rc != JURAT_OK)
		return rc;
	if ((s->attributes.flags & SGX_FLAGS_INIT) != 0 || (s->attributes.flags & SGX_FLAGS_MODE64BIT) == 0)
		return jurat_fail(d, JURAT_E_FORMAT, "settings.attributes", NO_OFFSET, SGX_FLAGS_MODE64BIT, s->attributes.flags);
	if (!sigstruct_date_is_bcd(s->date_bcd))
		return jurat_fail(d, JURAT_E_FORMAT, "settings.date", NO_OFFSET, 0, s->date_bcd);
	if ((s->attributes.xfrm & SGX_XFRM_LEGACY) != SGX_XFRM_LEGACY)
		return jurat_fail(d, JURAT_E_FORMAT, "settings.xfrm", NO_OFFSET, SGX_XFRM_LEGACY, s->attributes.xfrm);
	if ((s->attributes.flags & SGX_FLAGS_KSS) == 0 &&
	    (!ct_is_zero(s->isv_family_id, SGX_EXTID_LEN) || !ct_is_zero(s->isv_ext_prod_id, SGX_EXTID_LEN)))
		return jurat_fail(d, JURAT_E_FORMAT, "settings.kss", NO_OFFSET, 1, 0);
	return JURAT_OK;
}

/* check_elf: what the signed layout relies on; *out_end is the end of the image in memory. */
static jurat_rc
check_elf(const struct elf *e, uint64_t note_off, uint64_t note_len, uint64_t *out_end, struct jurat_diag *d)
{
	uint64_t end = 0, ignored;
	bool entry_ok = false;

	if (!e->is64)
		return jurat_fail(d, JURAT_E_UNSUPPORTED, "elf.class", 4, 2, 1);
	if (elf_dynamic(&ignored, e, ELF_DT_TEXTREL))
		return jurat_fail(d, JURAT_E_UNSUPPORTED, "elf.text_relocations", NO_OFFSET, 0, 1);
	if (elf_dynamic(&ignored, e, ELF_DT_NEEDED))
		return jurat_fail(d, JURAT_E_UNSUPPORTED, "elf.needed", NO_OFFSET, 0, 1);
	for (size_t i = 0; i < e->num_segments; i++) {
		const struct elf_segment *s = &e->segments[i];

		if (s->type != ELF_PT_LOAD)
			continue;
		if (s->vaddr + s->memsz > IMAGE_FILE_MAX_LEN)
			return jurat_fail(d, JURAT_E_TOO_LARGE, "elf.segment", NO_OFFSET, IMAGE_FILE_MAX_LEN, s->vaddr + s->memsz);
		/* the metadata holds the measurement, so it cannot be part of what is measured */
		if (s->off < note_off + note_len && note_off < s->off + s->filesz)
			return jurat_fail(d, JURAT_E_FORMAT, "elf.note_in_segment", note_off, 0, s->off);
		if ((s->flags & ELF_PF_X) != 0 && e->entry >= s->vaddr && e->entry - s->vaddr < s->filesz)
			entry_ok = true;
		if (s->vaddr + s->memsz > end)
			end = s->vaddr + s->memsz;
	}
	if (!entry_ok)
		return jurat_fail(d, JURAT_E_FORMAT, "elf.entry", 24, 0, e->entry);
	*out_end = page_up(end);
	return JURAT_OK;
}

/* place: the next entry of the layout, num_pages long; returns its rva. */
static uint64_t
place(struct plan *plan, uint16_t id, uint32_t num_pages, uint32_t secinfo_flags, uint16_t attr)
{
	uint64_t rva = plan->next;

	plan->entries[plan->num_entries++] =
	    (struct layout_entry){ .id = id, .attr = attr, .num_pages = num_pages, .rva = rva, .secinfo_flags = secinfo_flags };
	plan->next += (uint64_t)num_pages * SGX_PAGE_SIZE;
	return rva;
}

static void
plan_layout(struct plan *plan, uint64_t image_end)
{
	const uint32_t rw = SGX_PT_REG | SGX_PAGE_R | SGX_PAGE_W;
	const uint16_t measured = LAYOUT_EADD | LAYOUT_EEXTEND;
	const struct image_settings *s = plan->settings;
	uint64_t thread;

	plan->next = image_end;
	place(plan, LAYOUT_GUARD, GUARD_PAGES, 0, 0);
	if (s->heap_pages != 0)
		place(plan, LAYOUT_HEAP, s->heap_pages, rw, LAYOUT_EADD);
	thread = place(plan, LAYOUT_GUARD, GUARD_PAGES, 0, 0);
	plan->stack_low = place(plan, LAYOUT_STACK, s->stack_pages, rw, measured);
	plan->stack_top = place(plan, LAYOUT_GUARD, GUARD_PAGES, 0, 0);
	plan->tcs = place(plan, LAYOUT_TCS, 1, SGX_PT_TCS, measured);
	place(plan, LAYOUT_SSA, s->num_ssa * s->ssa_frame_pages, rw, measured);
	place(plan, LAYOUT_GUARD, GUARD_PAGES, 0, 0);
	plan->td = place(plan, LAYOUT_TD, 1, rw, measured);
	if (s->num_tcs > 1) {
		plan->entries[plan->num_entries++] = (struct layout_entry){ .id = LAYOUT_THREADS,
			.num_entries = THREAD_ENTRIES,
			.num_times = s->num_tcs - 1,
			.step = plan->next - thread };
		plan->next += (plan->next - thread) * (s->num_tcs - 1);
	}
	for (plan->enclave_size = 2 * SGX_PAGE_SIZE; plan->enclave_size < plan->next;)
		plan->enclave_size *= 2;
}

/* write_td: see sign.h; every word but the last is relative to the TCS, so that all threads' pages are alike. */
static void
write_td(struct writer *w, const struct plan *plan)
{
	writer_zeros(w, 0x10);
	writer_u64le(w, plan->stack_top - plan->tcs);
	writer_u64le(w, plan->stack_low - plan->tcs);
	writer_u64le(w, (1 + (uint64_t)plan->settings->ssa_frame_pages) * SGX_PAGE_SIZE - SGX_GPRSGX_LEN);
	writer_u64le(w, 0);
	writer_u64le(w, plan->enclave_size);
}

/* write_contents: what patches and layout entries point at. */
static void
write_contents(struct writer *w, const struct plan *plan)
{
	struct sgx_tcs tcs = { .ossa = SGX_PAGE_SIZE, /* from the TCS's own place, as the two bases */
		.nssa = plan->settings->num_ssa,
		.oentry = plan->entry,
		.ofsbase = plan->td - plan->tcs,
		.ogsbase = plan->td - plan->tcs,
		.fslimit = UINT32_MAX,
		.gslimit = UINT32_MAX };
	uint8_t template[SGX_TCS_TEMPLATE_LEN];

	tcs_encode(template, &tcs);
	writer_zeros(w, PATCH_SOURCE_LEN);
	writer_copy(w, template, sizeof template);
	write_td(w, plan);
}

/* write_metadata: the block with an empty SIGSTRUCT: head, patches, layout, contents. */
static jurat_rc
write_metadata(uint8_t *p, uint64_t cap, struct plan *plan, struct jurat_diag *d)
{
	const struct image_settings *s = plan->settings;
	uint32_t layout_len = (uint32_t)(plan->num_entries * LAYOUT_ENTRY_LEN);
	uint32_t contents = METADATA_HEAD_LEN + PATCHES_LEN + layout_len;
	struct metadata m = { .version = METADATA_VERSION(1, 5), .len = contents + CONTENT_LEN,
		.tcs_policy = TCS_POLICY_UNBOUND, .ssa_frame_pages = s->ssa_frame_pages, .max_save_buffer = MAX_SAVE_BUFFER,
		.miscselect = s->miscselect, .tcs_min_pool = s->num_tcs, .enclave_size = plan->enclave_size,
		.attributes = s->attributes, .patches = { METADATA_HEAD_LEN, PATCHES_LEN },
		.layout = { METADATA_HEAD_LEN + PATCHES_LEN, layout_len } };
	struct writer w;

	if (m.len > cap)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "metadata.note", NO_OFFSET, cap, m.len);
	writer_init(&w, p, m.len);
	metadata_write_head(&w, &m);
	/* the section headers may be stripped after signing without changing what is measured */
	patch_write(&w, &(struct patch){ ELF_EHDR64_SHOFF, contents, 8 });
	patch_write(&w, &(struct patch){ ELF_EHDR64_SHNUM, contents, 4 });
	for (size_t i = 0; i < plan->num_entries; i++) {
		struct layout_entry *entry = &plan->entries[i];

		if (entry->id == LAYOUT_TCS) {
			entry->content_off = contents + PATCH_SOURCE_LEN;
			entry->content_len = SGX_TCS_TEMPLATE_LEN;
		} else if (entry->id == LAYOUT_TD) {
			entry->content_off = contents + PATCH_SOURCE_LEN + SGX_TCS_TEMPLATE_LEN;
			entry->content_len = TD_LEN;
		}
		layout_write(&w, entry);
	}
	write_contents(&w, plan);
	return writer_check(&w, "metadata.block", d);
}

static jurat_rc
make_sigstruct(uint8_t out[SGX_SIGSTRUCT_LEN], const uint8_t mrenclave[SGX_HASH_LEN], const struct image_settings *s,
    const struct rsa3072_key *key, struct jurat_diag *d)
{
	struct sgx_sigstruct sig = { .date = s->date_bcd, .sw_defined = s->sw_defined, .exponent = 3, .miscselect = s->miscselect,
		.misc_mask = s->misc_mask, .attributes = s->attributes, .attribute_mask = s->attribute_mask,
		.isv_prod_id = s->isv_prod_id, .isv_svn = s->isv_svn };
	uint8_t digest[SHA256_LEN];
	jurat_rc rc;

	memcpy(sig.enclave_hash, mrenclave, SGX_HASH_LEN);
	memcpy(sig.isv_family_id, s->isv_family_id, SGX_EXTID_LEN);
	memcpy(sig.isv_ext_prod_id, s->isv_ext_prod_id, SGX_EXTID_LEN);
	rc = rsa3072_modulus(sig.modulus, key);
	if (rc != JURAT_OK)
		return jurat_fail(d, rc, "key.modulus", NO_OFFSET, 0, 0);
	sigstruct_encode(out, &sig);
	sigstruct_digest(digest, out);
	rc = rsa3072_sign(sig.signature, key, digest, d);
	if (rc != JURAT_OK)
		return rc;
	rc = rsa3072_quotients(sig.q1, sig.q2, sig.modulus, sig.signature);
	if (rc != JURAT_OK)
		return jurat_fail(d, rc, "sigstruct.quotients", NO_OFFSET, 0, 0);
	sigstruct_encode(out, &sig);
	/* a signature is never handed out unchecked: a fault in the computation would tell about the key */
	return sigstruct_verify(NULL, out, SGX_SIGSTRUCT_LEN, d);
}

/* measure_file: the finished file, read back as any loader would. */
static jurat_rc
measure_file(uint8_t out[SGX_HASH_LEN], const uint8_t *file, size_t len, struct jurat_diag *d)
{
	struct image *image;
	jurat_rc rc = image_open(&image, file, len, d);

	if (rc != JURAT_OK)
		return rc;
	rc = image_measure(out, image, d);
	image_free(image);
	return rc;
}

static jurat_rc
sign_in_place(uint8_t *file, size_t len, const struct image_settings *s, const struct rsa3072_key *key, struct jurat_diag *d)
{
	struct plan plan = { .settings = s };
	uint64_t note_off, note_len, image_end = 0;
	uint8_t mrenclave[SGX_HASH_LEN], sigstruct[SGX_SIGSTRUCT_LEN];
	struct elf e;
	jurat_rc rc = elf_parse(&e, file, len, d);

	if (rc != JURAT_OK)
		return rc;
	rc = metadata_note(&note_off, &note_len, &e, d);
	if (rc == JURAT_E_NOT_FOUND) {
		rc = jurat_fail(d, JURAT_E_FORMAT, "elf.note_sgxmeta", NO_OFFSET, 0, 0);
		jurat_hint(d, "link the enclave with the enclave kit's linker script");
	}
	if (rc == JURAT_OK)
		rc = check_elf(&e, note_off, note_len, &image_end, d);
	if (rc != JURAT_OK)
		return rc;
	plan.entry = e.entry;
	plan_layout(&plan, image_end);
	memset(file + note_off, 0, (size_t)note_len);
	rc = write_metadata(file + note_off, note_len, &plan, d);
	if (rc == JURAT_OK)
		rc = measure_file(mrenclave, file, len, d);
	if (rc == JURAT_OK)
		rc = make_sigstruct(sigstruct, mrenclave, s, key, d);
	if (rc == JURAT_OK)
		memcpy(file + note_off + METADATA_SIGSTRUCT_OFF, sigstruct, sizeof sigstruct);
	return rc;
}

jurat_rc
image_sign(uint8_t **out, size_t *out_len, const uint8_t *elf, size_t len, const struct image_settings *settings,
    const struct rsa3072_key *key, struct jurat_diag *d)
{
	uint8_t *file;
	jurat_rc rc = check_settings(settings, d);

	if (rc != JURAT_OK)
		return rc;
	if (len == 0 || len > IMAGE_FILE_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "image.file", NO_OFFSET, IMAGE_FILE_MAX_LEN, len);
	file = malloc(len);
	if (file == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "image.file", NO_OFFSET, len, 0);
	memcpy(file, elf, len);
	rc = sign_in_place(file, len, settings, key, d);
	if (rc != JURAT_OK) {
		free(file);
		return rc;
	}
	*out = file;
	*out_len = len;
	return JURAT_OK;
}
