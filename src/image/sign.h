/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signing our own enclaves: an ELF shared object, linked by enclaves/runtime/enclave.lds with an empty .note.sgxmeta section,
 * gets its metadata in the Intel SDK's format (version 1.5) and a SIGSTRUCT. The layout: image, guard, heap (EADDed, not
 * extended), then per thread guard, stack, guard, TCS, SSA frames, guard, TD page. A guard has 16 pages, as the SDK's.
 *
 * The TD page (FS = GS base) is measured. Its words stand where the SDK's thread_data_t has them; the rest of the page is zero:
 *   0x10 u64 top of the stack, 0x18 u64 its low end, 0x20 u64 GPRSGX of SSA frame 0: each minus the address of the TCS
 *   0x30 u64 size of the enclave (ELRANGE)
 * enclaves/runtime/entry.S fills 0x28 (stack protector's canary) and works with the others.
 */
#ifndef IMAGE_SIGN_H
#define IMAGE_SIGN_H

#include "crypto/rsa.h"
#include "image/image.h"

#define IMAGE_TCS_MAX 64u
#define IMAGE_STACK_PAGES_MAX 65536u
#define IMAGE_HEAP_PAGES_MAX (1u << 20) /* 4 GiB */
#define IMAGE_SSA_MAX 16u               /* frames, and pages of each */
#define IMAGE_SETTINGS_MAX_LEN 65536u

/* What the author decides (enclave.json beside the enclave's source). */
struct image_settings {
	uint16_t isv_prod_id, isv_svn;
	uint8_t isv_family_id[SGX_EXTID_LEN], isv_ext_prod_id[SGX_EXTID_LEN]; /* only with KSS */
	struct sgx_attributes attributes, attribute_mask;
	uint32_t miscselect, misc_mask;
	uint32_t num_tcs;       /* 1..64 */
	uint32_t stack_pages, heap_pages;
	uint32_t ssa_frame_pages, num_ssa;
	uint32_t date_bcd;      /* fixed by the caller: signing is reproducible */
	uint32_t sw_defined;
};

/* image_settings_default: product 0, SVN 0, MODE64BIT|KSS, XFRM 3, mask all but DEBUG, 1 TCS, 16 stack pages, no heap, 1 SSA
 * frame page, 2 frames, MISCSELECT 0. */
void image_settings_default(struct image_settings *out);

/* image_settings_parse: from JSON text; unknown and repeated members are refused. The schema is in docs/formats/enclave.md. */
MUST_USE jurat_rc image_settings_parse(struct image_settings *out, const char *json, size_t len, struct jurat_diag *d);

/*
 * image_sign: a fresh signed file; the caller frees *out. The input is untouched; a file that is signed already is signed anew.
 * JURAT_E_FORMAT for settings out of range, an ELF without the note, with the note inside a segment or without an entry in an
 * executable one; JURAT_E_UNSUPPORTED for 32-bit files, text relocations and needed libraries. PKCS#1 v1.5 is deterministic: the
 * same input gives the same file.
 */
MUST_USE jurat_rc image_sign(uint8_t **out, size_t *out_len, const uint8_t *elf, size_t len,
    const struct image_settings *settings, const struct rsa3072_key *key, struct jurat_diag *d);

#endif
