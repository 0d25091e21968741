/* SPDX-License-Identifier: Apache-2.0 */
/* ECREATE and EADD with EEXTEND: building an enclave (SDM vol. 3D, "ECREATE", "EADD", "EEXTEND"). */
#include "machine/processor.h"

#include <string.h>

#include "core/ct.h"
#include "core/diag.h"

/*
 * What this processor knows. CET is not implemented: its attribute and its fields are refused like any reserved bit. Nor is AEX-Notify:
 * nobody here tells an enclave of its interruptions, so that no report may say that somebody does.
 */
#define FLAGS_KNOWN \
	(SGX_FLAGS_DEBUG | SGX_FLAGS_MODE64BIT | SGX_FLAGS_PROVISIONKEY | SGX_FLAGS_EINITTOKENKEY | SGX_FLAGS_KSS)
#define XFRM_AVX 0x4ull
#define XFRM_MPX 0x18ull
#define XFRM_AVX512 0xe0ull
#define XFRM_PKRU 0x200ull
#define XFRM_AMX 0x60000ull
#define XFRM_KNOWN (SGX_XFRM_LEGACY | XFRM_AVX | XFRM_MPX | XFRM_AVX512 | XFRM_PKRU | XFRM_AMX)
#define BASE_LIMIT (1ull << 56) /* lower half of a canonical address space with 57 bits */
#define SECINFO_KNOWN (SGX_PAGE_R | SGX_PAGE_W | SGX_PAGE_X | SGX_PAGE_TYPE_MASK)

enum { EXINFO_LEN = 16, CHUNKS = 16, CHUNK_LEN = 256 };

/* Where each XSAVE component ends in the standard format of Intel's processors (SDM vol. 1, "XSAVE-managed features"). */
static const struct {
	uint64_t xfrm;
	uint32_t end;
} xsave_ends[] = {
	{ SGX_XFRM_LEGACY, 576 },
	{ XFRM_AVX, 832 },
	{ XFRM_MPX, 1088 },
	{ XFRM_AVX512, 2688 },
	{ XFRM_PKRU, 2696 },
	{ XFRM_AMX, 11008 },
};

static bool
all_or_none(uint64_t value, uint64_t bits)
{
	return (value & bits) == 0 || (value & bits) == bits;
}

static bool
is_power_of_two(uint64_t v)
{
	return v != 0 && (v & (v - 1)) == 0;
}

/* xfrm_ok: known bits, x87 and SSE always, components that come only together, and AVX-512 only over AVX. */
static bool
xfrm_ok(uint64_t xfrm)
{
	return (xfrm & ~XFRM_KNOWN) == 0 && (xfrm & SGX_XFRM_LEGACY) == SGX_XFRM_LEGACY && all_or_none(xfrm, XFRM_MPX) &&
	    all_or_none(xfrm, XFRM_AVX512) && all_or_none(xfrm, XFRM_AMX) &&
	    ((xfrm & XFRM_AVX512) == 0 || (xfrm & XFRM_AVX) != 0);
}

static uint64_t
ssa_frame_need(uint64_t xfrm, uint32_t miscselect)
{
	uint64_t need = 0;

	for (size_t i = 0; i < ARRAY_LEN(xsave_ends); i++) {
		if ((xfrm & xsave_ends[i].xfrm) != 0)
			need = xsave_ends[i].end;
	}
	return need + SGX_GPRSGX_LEN + ((miscselect & SGX_MISC_EXINFO) != 0 ? EXINFO_LEN : 0);
}

static jurat_rc
check_features(const struct secs_request *q, struct jurat_diag *d)
{
	const struct sgx_attributes *a = &q->attributes;

	if ((a->flags & SGX_FLAGS_MODE64BIT) == 0)
		return jurat_fail(d, JURAT_E_UNSUPPORTED, "secs.attributes.mode64bit", NO_OFFSET, 1, 0);
	if ((a->flags & SGX_FLAGS_INIT) != 0)
		return jurat_fail(d, JURAT_E_ATTRIBUTES, "secs.attributes.init", NO_OFFSET, 0, 1);
	if ((a->flags & SGX_FLAGS_AEXNOTIFY) != 0) {
		jurat_fail(d, JURAT_E_UNSUPPORTED, "secs.attributes.aexnotify", NO_OFFSET, 0, 1);
		jurat_hint(d, "this machine does not notify enclaves of asynchronous exits");
		return JURAT_E_UNSUPPORTED;
	}
	if ((a->flags & ~FLAGS_KNOWN) != 0)
		return jurat_fail(d, JURAT_E_ATTRIBUTES, "secs.attributes.flags", NO_OFFSET, FLAGS_KNOWN, a->flags);
	if (!xfrm_ok(a->xfrm))
		return jurat_fail(d, JURAT_E_ATTRIBUTES, "secs.attributes.xfrm", NO_OFFSET, XFRM_KNOWN, a->xfrm);
	if ((q->miscselect & ~SGX_MISC_EXINFO) != 0)
		return jurat_fail(d, JURAT_E_ATTRIBUTES, "secs.miscselect", NO_OFFSET, SGX_MISC_EXINFO, q->miscselect);
	if ((a->flags & SGX_FLAGS_KSS) != 0)
		return JURAT_OK;
	if (!ct_is_zero(q->config_id, sizeof q->config_id))
		return jurat_fail(d, JURAT_E_ATTRIBUTES, "secs.config_id", NO_OFFSET, 0, 0);
	if (q->config_svn != 0)
		return jurat_fail(d, JURAT_E_ATTRIBUTES, "secs.config_svn", NO_OFFSET, 0, q->config_svn);
	return JURAT_OK;
}

static jurat_rc
check_place(const struct secs_request *q, struct jurat_diag *d)
{
	uint64_t need = ssa_frame_need(q->attributes.xfrm, q->miscselect);
	uint64_t have = (uint64_t)q->ssa_frame_pages * SGX_PAGE_SIZE;

	if (!is_power_of_two(q->size) || q->size < 2 * SGX_PAGE_SIZE)
		return jurat_fail(d, JURAT_E_FORMAT, "secs.size", NO_OFFSET, 2 * SGX_PAGE_SIZE, q->size);
	if (q->size > IMAGE_ENCLAVE_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "secs.size", NO_OFFSET, IMAGE_ENCLAVE_MAX_LEN, q->size);
	if ((q->base & (q->size - 1)) != 0 || q->base >= BASE_LIMIT)
		return jurat_fail(d, JURAT_E_FORMAT, "secs.base", NO_OFFSET, q->size, q->base);
	if (have < need)
		return jurat_fail(d, JURAT_E_FORMAT, "secs.ssa_frame_size", NO_OFFSET, need, have);
	if (have > q->size)
		return jurat_fail(d, JURAT_E_FORMAT, "secs.ssa_frame_size", NO_OFFSET, q->size, have);
	return JURAT_OK;
}

jurat_rc
processor_ecreate(struct secs *out, const struct secs_request *request, struct jurat_diag *d)
{
	struct secs s = { .state = SECS_CREATED };
	jurat_rc rc = check_features(request, d);

	if (rc != JURAT_OK)
		return rc;
	rc = check_place(request, d);
	if (rc != JURAT_OK)
		return rc;
	s.size = request->size;
	s.base = request->base;
	s.ssa_frame_pages = request->ssa_frame_pages;
	s.id.miscselect = request->miscselect;
	s.id.attributes = request->attributes;
	s.id.config_svn = request->config_svn;
	memcpy(s.id.config_id, request->config_id, sizeof s.id.config_id);
	measurement_ecreate(&s.measurement, s.ssa_frame_pages, s.size);
	*out = s;
	return JURAT_OK;
}

static jurat_rc
check_secinfo(uint32_t flags, struct jurat_diag *d)
{
	uint32_t type = flags & SGX_PAGE_TYPE_MASK;

	if ((flags & ~SECINFO_KNOWN) != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "secinfo.flags", NO_OFFSET, SECINFO_KNOWN, flags);
	if (type != SGX_PT_REG && type != SGX_PT_TCS)
		return jurat_fail(d, JURAT_E_FORMAT, "secinfo.page_type", NO_OFFSET, SGX_PT_REG, type);
	if ((flags & SGX_PAGE_W) != 0 && (flags & SGX_PAGE_R) == 0)
		return jurat_fail(d, JURAT_E_FORMAT, "secinfo.write_without_read", NO_OFFSET, 0, flags);
	return JURAT_OK;
}

/* load_tcs: what EADD makes of a TCS page: it judges the fields and clears those that belong to the processor. */
static jurat_rc
load_tcs(uint8_t page[SGX_PAGE_SIZE], const struct secs *s, struct jurat_diag *d)
{
	struct sgx_tcs t;
	jurat_rc rc = tcs_parse(&t, page, SGX_PAGE_SIZE, d);

	if (rc != JURAT_OK)
		return rc;
	if ((t.flags & SGX_TCS_AEXNOTIFY) != 0 && (s->id.attributes.flags & SGX_FLAGS_AEXNOTIFY) == 0)
		return jurat_fail(d, JURAT_E_ATTRIBUTES, "tcs.flags.aexnotify", NO_OFFSET, 0, 1);
	if (t.ossa % SGX_PAGE_SIZE != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "tcs.ossa", NO_OFFSET, SGX_PAGE_SIZE, t.ossa);
	if (t.ofsbase % SGX_PAGE_SIZE != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "tcs.ofsbase", NO_OFFSET, SGX_PAGE_SIZE, t.ofsbase);
	if (t.ogsbase % SGX_PAGE_SIZE != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "tcs.ogsbase", NO_OFFSET, SGX_PAGE_SIZE, t.ogsbase);
	tcs_eadd(page);
	return JURAT_OK;
}

static jurat_rc
check_range(const struct secs *s, const struct image_page *page, struct jurat_diag *d)
{
	if (page->off % SGX_PAGE_SIZE != 0 || page->off >= s->size)
		return jurat_fail(d, JURAT_E_FORMAT, "page.off", NO_OFFSET, s->size, page->off);
	if (page->count == 0 || page->count > (s->size - page->off) / SGX_PAGE_SIZE)
		return jurat_fail(d, JURAT_E_FORMAT, "page.count", NO_OFFSET, (s->size - page->off) / SGX_PAGE_SIZE, page->count);
	return check_secinfo(page->secinfo_flags, d);
}

static void
measure_page(struct measurement *m, uint64_t off, uint32_t flags, uint16_t extended, const uint8_t bytes[SGX_PAGE_SIZE])
{
	measurement_eadd(m, off, flags);
	for (size_t i = 0; i < CHUNKS; i++) {
		if ((extended >> i & 1) != 0)
			measurement_eextend(m, off + i * CHUNK_LEN, bytes + i * CHUNK_LEN);
	}
}

static jurat_rc
add_pages(struct secs *s, const struct image_page *page, struct jurat_diag *d)
{
	uint8_t bytes[SGX_PAGE_SIZE] = { 0 };
	uint32_t flags = page->secinfo_flags;
	jurat_rc rc = check_range(s, page, d);

	if (rc != JURAT_OK)
		return rc;
	if (page->data != NULL)
		memcpy(bytes, page->data, sizeof bytes);
	if ((flags & SGX_PAGE_TYPE_MASK) == SGX_PT_TCS) {
		flags = SGX_PT_TCS; /* no permission bits: EADD clears them before it measures */
		rc = load_tcs(bytes, s, d);
		if (rc != JURAT_OK)
			return rc;
	}
	for (uint64_t i = 0; i < page->count; i++)
		measure_page(&s->measurement, page->off + i * SGX_PAGE_SIZE, flags, page->extended, bytes);
	return JURAT_OK;
}

jurat_rc
processor_eadd(struct secs *s, const struct image_page *page, struct jurat_diag *d)
{
	jurat_rc rc;

	if (s->state != SECS_CREATED)
		return jurat_fail(d, JURAT_E_STATE, "secs.state", NO_OFFSET, SECS_CREATED, s->state);
	rc = add_pages(s, page, d);
	/* Pages are streamed without an answer each: a refused one must not be forgotten by the time of EINIT. */
	if (rc != JURAT_OK)
		s->state = SECS_FAILED;
	return rc;
}
