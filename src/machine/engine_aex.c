/* SPDX-License-Identifier: Apache-2.0 */
/* Asynchronous exit and its undoing: SDM vol. 3D, "Enclave Exiting Events", and ERESUME. */
#include "machine/engine.h"

#include <stddef.h>

#include "core/bytes.h"

#define FLAGS_ARITHMETIC 0x8d5ull /* CF PF AF ZF SF OF */
#define FLAGS_TF 0x100ull
#define FLAGS_DF 0x400ull
#define FLAGS_RF 0x10000ull
#define FLAGS_AC 0x40000ull
#define FLAGS_RESUMED (FLAGS_ARITHMETIC | FLAGS_TF | FLAGS_DF | FLAGS_RF | FLAGS_AC | 0x200000ull)

/* GPRSGX and the signal context, register by register. */
static const struct {
	size_t off;
	int reg;
} registers[] = {
	{ offsetof(struct sgx_gprsgx, rax), REG_RAX }, { offsetof(struct sgx_gprsgx, rcx), REG_RCX },
	{ offsetof(struct sgx_gprsgx, rdx), REG_RDX }, { offsetof(struct sgx_gprsgx, rbx), REG_RBX },
	{ offsetof(struct sgx_gprsgx, rsp), REG_RSP }, { offsetof(struct sgx_gprsgx, rbp), REG_RBP },
	{ offsetof(struct sgx_gprsgx, rsi), REG_RSI }, { offsetof(struct sgx_gprsgx, rdi), REG_RDI },
	{ offsetof(struct sgx_gprsgx, r8), REG_R8 },   { offsetof(struct sgx_gprsgx, r9), REG_R9 },
	{ offsetof(struct sgx_gprsgx, r10), REG_R10 }, { offsetof(struct sgx_gprsgx, r11), REG_R11 },
	{ offsetof(struct sgx_gprsgx, r12), REG_R12 }, { offsetof(struct sgx_gprsgx, r13), REG_R13 },
	{ offsetof(struct sgx_gprsgx, r14), REG_R14 }, { offsetof(struct sgx_gprsgx, r15), REG_R15 },
	{ offsetof(struct sgx_gprsgx, rip), REG_RIP },
};

static uint64_t
frame_len(const struct enclave *e)
{
	return (uint64_t)e->ssa_frame_pages * SGX_PAGE_SIZE;
}

struct sgx_gprsgx *
engine_gpr(const struct enclave *e, uint8_t *ssa)
{
	/* page aligned end, 184 bytes: the one structure that is used where it lies, since SSA frames are ours to lay out */
	return (struct sgx_gprsgx *)(void *)(ssa + frame_len(e) - SGX_GPRSGX_LEN);
}

/* Where an entry would go. In enclave mode nothing outside ELRANGE can be executed: #GP (SDM vol. 3D, "Enclave Access Control"). */
static bool
entry_ok(const struct enclave *e, const struct sgx_tcs *tcs)
{
	uint64_t base = (uint64_t)(uintptr_t)e->base;

	return tcs->oentry < e->size && engine_canonical(base + tcs->ofsbase) && engine_canonical(base + tcs->ogsbase);
}

enum engine_fault
engine_tcs_take(struct enclave *e, struct engine_tcs *tcs, bool resume, uint8_t **out_ssa)
{
	bool free_before = false;
	uint64_t off, addr;
	uint32_t index;

	if (!atomic_compare_exchange_strong(&tcs->busy, &free_before, true))
		return ENGINE_GP;
	if (resume ? tcs->tcs.cssa == 0 : tcs->tcs.cssa >= tcs->tcs.nssa || !entry_ok(e, &tcs->tcs))
		goto refuse;
	index = resume ? tcs->tcs.cssa - 1 : tcs->tcs.cssa;
	if (__builtin_mul_overflow((uint64_t)index, frame_len(e), &off) || __builtin_add_overflow(off, tcs->tcs.ossa, &off) ||
	    __builtin_add_overflow(off, (uint64_t)(uintptr_t)e->base, &addr))
		goto refuse;
	if (!engine_permits(e, addr, frame_len(e), SGX_PAGE_R | SGX_PAGE_W)) {
		atomic_store(&tcs->busy, false);
		return ENGINE_PF;
	}
	*out_ssa = e->base + off;
	return ENGINE_FINE;
refuse:
	atomic_store(&tcs->busy, false);
	return ENGINE_GP;
}

/* EXITINFO: which exceptions an enclave is told about, and how (SDM vol. 3D, "EXITINFO"). */
static uint32_t
exit_info(const struct enclave *e, uint32_t vector)
{
	switch (vector) {
	case 0:  /* #DE */
	case 1:  /* #DB */
	case 5:  /* #BR */
	case 6:  /* #UD */
	case 16: /* #MF */
	case 17: /* #AC */
	case 19: /* #XM */
		return SGX_EXITINFO_VALID | SGX_EXITINFO_HARDWARE | vector;
	case 3: /* #BP */
		return SGX_EXITINFO_VALID | SGX_EXITINFO_SOFTWARE | vector;
	case 13: /* #GP */
	case 14: /* #PF */
		return (e->id.miscselect & SGX_MISC_EXINFO) != 0 ? SGX_EXITINFO_VALID | SGX_EXITINFO_HARDWARE | vector : 0;
	default:
		return 0;
	}
}

static void
save_frame(const struct enclave *e, uint8_t *ssa, ucontext_t *uc, const struct engine_bases *bases, uint32_t vector)
{
	struct sgx_gprsgx *gpr = engine_gpr(e, ssa);

	for (size_t i = 0; i < ARRAY_LEN(registers); i++)
		store64le((uint8_t *)gpr + registers[i].off, (uint64_t)uc->uc_mcontext.gregs[registers[i].reg]);
	gpr->rflags = (uint64_t)UC_REG(uc, EFL);
	gpr->fsbase = bases->fs;
	gpr->gsbase = bases->gs;
	gpr->exitinfo = exit_info(e, vector);
	xstate_save(xstate_host(), ssa, uc_fp(uc), e->id.attributes.xfrm);
}

/* EXINFO lies directly below GPRSGX: address, error code, reserved. */
static void
save_exinfo(const struct enclave *e, uint8_t *ssa, uint32_t vector, uint64_t error, uint64_t addr)
{
	uint8_t *exinfo = (uint8_t *)engine_gpr(e, ssa) - 16;

	if ((e->id.miscselect & SGX_MISC_EXINFO) == 0 || (vector != 13 && vector != 14))
		return;
	store64le(exinfo, vector == 14 ? addr : 0);
	store32le(exinfo + 8, (uint32_t)error);
	store32le(exinfo + 12, 0);
}

/* What the outside sees: nothing of the enclave's registers. */
static void
synthetic_state(const struct engine_visit *visit, const struct sgx_gprsgx *gpr, ucontext_t *uc)
{
	for (size_t i = 0; i < ARRAY_LEN(registers); i++)
		uc->uc_mcontext.gregs[registers[i].reg] = 0;
	UC_REG(uc, RAX) = SGX_ERESUME;
	UC_REG(uc, RBX) = (greg_t)visit->tcs->addr;
	UC_REG(uc, RCX) = (greg_t)visit->aep;
	UC_REG(uc, RIP) = (greg_t)visit->aep;
	UC_REG(uc, RSP) = (greg_t)gpr->ursp;
	UC_REG(uc, RBP) = (greg_t)gpr->urbp;
	UC_REG(uc, EFL) &= ~(greg_t)(FLAGS_ARITHMETIC | FLAGS_TF | FLAGS_DF | FLAGS_RF | FLAGS_AC);
}

void
engine_go_inside(struct engine_thread *t, struct engine_visit *visit, ucontext_t *uc, struct engine_bases *bases)
{
	if (visit->frame != NULL)
		visit->frame->host_gs = bases->gs;
	else
		t->foreign_gs = bases->gs;
	visit->saved_mask = *uc_mask(uc) & ENGINE_LIBC_SIGNALS;
	*uc_mask(uc) |= ENGINE_LIBC_SIGNALS;
	bases->selector = SELECTOR_BLOCK;
	t->visit = visit;
}

void
engine_go_outside(struct engine_thread *t, ucontext_t *uc, struct engine_bases *bases)
{
	struct engine_visit *visit = t->visit;

	bases->fs = t->host_fs;
	bases->gs = visit->frame != NULL ? visit->frame->host_gs : t->foreign_gs;
	bases->selector = SELECTOR_ALLOW;
	*uc_mask(uc) = (*uc_mask(uc) & ~ENGINE_LIBC_SIGNALS) | visit->saved_mask;
	t->visit = NULL;
}

void
engine_aex(struct engine_thread *t, ucontext_t *uc, struct engine_bases *bases, uint32_t vector, uint64_t error, uint64_t addr)
{
	struct engine_visit *visit = t->visit;
	const struct enclave *e = visit->enclave;
	struct engine_tcs *tcs = visit->tcs;
	/* engine_tcs_take found this frame valid at entry; only the enclave's own permissions could have changed since, and only up */
	uint8_t *ssa = e->base + tcs->tcs.ossa + tcs->tcs.cssa * frame_len(e);

	save_frame(e, ssa, uc, bases, vector);
	save_exinfo(e, ssa, vector, error, addr);
	synthetic_state(visit, engine_gpr(e, ssa), uc);
	xstate_init(uc_fp(uc), e->id.attributes.xfrm);
	engine_go_outside(t, uc, bases);
	if (visit->frame != NULL) {
		visit->frame->kind = EXIT_AEX;
		visit->frame->vector = vector;
	}
	tcs->tcs.cssa++;
	atomic_store(&tcs->busy, false);
}

enum engine_fault
engine_resume(const struct enclave *e, uint8_t *ssa, ucontext_t *uc, struct engine_bases *bases)
{
	const struct sgx_gprsgx *gpr = engine_gpr(e, ssa);

	if (!engine_canonical(gpr->rip) || !engine_canonical(gpr->fsbase) || !engine_canonical(gpr->gsbase))
		return ENGINE_GP;
	if (!xstate_load(xstate_host(), uc_fp(uc), ssa, e->id.attributes.xfrm))
		return ENGINE_GP;
	for (size_t i = 0; i < ARRAY_LEN(registers); i++)
		uc->uc_mcontext.gregs[registers[i].reg] = (greg_t)load64le((const uint8_t *)gpr + registers[i].off);
	UC_REG(uc, EFL) = (greg_t)(((uint64_t)UC_REG(uc, EFL) & ~FLAGS_RESUMED) | (gpr->rflags & FLAGS_RESUMED));
	bases->fs = gpr->fsbase;
	bases->gs = gpr->gsbase;
	return ENGINE_FINE;
}
