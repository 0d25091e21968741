/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Enclave files: what they contain, what they measure to, who signed them. One type for every kind:
 *
 *   IMAGE_SDK   ELF with .note.sgxmeta (Intel SDK, and our own enclaves): facts/sgx-core 2a
 *   IMAGE_OE    ELF with .oeinfo (Open Enclave)
 *   IMAGE_SGXS  stream of ECREATE/EADD/EEXTEND/UNMEASRD records (Fortanix)
 *   IMAGE_FLAT  raw pages, page 0 the TCS, the others RWX; only when the caller says so, since any bytes would fit
 *   IMAGE_PE    Windows: metadata and SIGSTRUCT are shown, measuring is JURAT_E_UNSUPPORTED
 *
 * An image is loaded by streaming its pages, in the order that the processor would see them, into a sink: the measuring one,
 * the software machine's, the hardware driver's.
 */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include "sgx/sigstruct.h"
#include "sgx/types.h"

#define IMAGE_FILE_MAX_LEN (1024u * 1024u * 1024u)
#define IMAGE_ENCLAVE_MAX_LEN (1ull << 40)

enum image_kind {
	IMAGE_SDK,
	IMAGE_OE,
	IMAGE_SGXS,
	IMAGE_FLAT,
	IMAGE_PE,
};

/*
 * One EADD, or a run of equal ones. extended: bit i set = chunk i (256 bytes) is EEXTENDed. data NULL: page of zeros.
 * count > 1: the same page content at off, off + 4096, ... Offsets are from the enclave's base.
 */
struct image_page {
	uint64_t off;
	uint64_t count;
	uint32_t secinfo_flags;
	uint16_t extended;
	const uint8_t *data; /* 4096 bytes or NULL; borrowed for the call */
};

struct image_sink {
	void *ctx;
	jurat_rc (*create)(void *ctx, uint32_t ssa_frame_pages, uint64_t enclave_size, struct jurat_diag *d);
	jurat_rc (*add)(void *ctx, const struct image_page *page, struct jurat_diag *d);
};

struct image; /* borrows the file's bytes */

/*
 * image_open: recognises the kind by content. p must outlive the image. For SDK files the metadata block is chosen as Intel's
 * loader does without EDMM (highest version with major 1, see facts/sgx-core 2a); image_choose picks another by index.
 * image_open_flat: a flat image; sigstruct may be NULL. sgxs: the signature comes beside it (image_set_sigstruct).
 */
MUST_USE jurat_rc image_open(struct image **out, const uint8_t *p, size_t len, struct jurat_diag *d);
MUST_USE jurat_rc image_open_flat(struct image **out, const uint8_t *p, size_t len, struct jurat_diag *d);
void image_free(struct image *image);

MUST_USE jurat_rc image_set_sigstruct(struct image *image, const uint8_t *p, size_t len, struct jurat_diag *d);

/* Facts about an image. */
struct image_facts {
	enum image_kind kind;
	uint64_t enclave_size;
	uint32_t ssa_frame_pages;
	struct sgx_attributes attributes; /* wanted by the metadata; DEBUG as the author set it */
	uint32_t miscselect;
	uint64_t metadata_version;        /* major << 32 | minor; 0 where there is none */
	size_t num_metadata;              /* blocks in the file */
	size_t metadata_index;            /* the chosen one */
	const uint8_t *sigstruct;         /* 1808 bytes, or NULL if unsigned; borrowed */
};
void image_describe(struct image_facts *out, const struct image *image);
MUST_USE jurat_rc image_choose(struct image *image, size_t metadata_index, struct jurat_diag *d);

/* image_load: streams the chosen block's pages. JURAT_E_UNSUPPORTED for IMAGE_PE. */
MUST_USE jurat_rc image_load(const struct image *image, const struct image_sink *sink, struct jurat_diag *d);

/* image_measure: MRENCLAVE by the records of SDM vol. 3D (ECREATE, EADD, EEXTEND). */
MUST_USE jurat_rc image_measure(uint8_t out_mrenclave[32], const struct image *image, struct jurat_diag *d);

/* ---- the measurement itself: shared by image_measure and the software processor ---- */
struct measurement {
	struct sha256 hash;
};
void measurement_ecreate(struct measurement *m, uint32_t ssa_frame_pages, uint64_t size);
void measurement_eadd(struct measurement *m, uint64_t off, uint32_t secinfo_flags);
void measurement_eextend(struct measurement *m, uint64_t off, const uint8_t chunk[256]);
void measurement_final(struct measurement *m, uint8_t out[32]);

/*
 * sigstruct_verify: form (sigstruct_parse), RSA-3072 signature, Q1 and Q2. JURAT_E_CRYPTO if the signature is wrong,
 * JURAT_E_FORMAT (field "sigstruct.q1"/"sigstruct.q2") if only the quotients are. out may be NULL.
 */
MUST_USE jurat_rc sigstruct_verify(struct sgx_sigstruct *out, const uint8_t *p, size_t len, struct jurat_diag *d);

#endif
