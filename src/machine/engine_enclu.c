/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ENCLU leaves, by SDM vol. 3D. What is there: EREPORT, EGETKEY, EENTER, ERESUME, EEXIT, EDECCSSA, and of SGX2 what has a meaning while
 * nobody changes pages from outside (there is no EAUG, EMODPR or EMODT here, so no page is ever PENDING or MODIFIED):
 *   EACCEPT      0 if SECINFO says what the EPCM says, SGX_PAGE_ATTRIBUTES_MISMATCH otherwise
 *   EMODPE       adds the permissions
 *   EACCEPTCOPY  SGX_PAGE_ATTRIBUTES_MISMATCH: it wants a PENDING page
 * Any other leaf is #GP(0).
 */
#include "machine/engine.h"

#include <string.h>
#include <sys/mman.h>

#include "core/bytes.h"
#include "core/ct.h"

#define FLAGS_ARITHMETIC 0x8d5ll
#define FLAG_ZF 0x40ll
#define FLAG_TF 0x100ll
#define SGX_PAGE_ATTRIBUTES_MISMATCH 19
#define ENCLU_LEN 3
#define SECINFO_LEN 64u
#define FETCH 0x10 /* page fault error code: instruction fetch */

/*
 * The bytes at RIP, which the processor could fetch, though we may not be able to read them: a page that may only be executed has a
 * protection key that keeps loads out, and the kernel starts every handler with all of them in force. In the order of decoding:
 * 0F 01 takes a third byte, anything else may be the last of its page.
 */
static bool
enclu_at(const volatile uint8_t *rip)
{
	uint32_t keys = xstate_open_keys();
	bool is = rip[0] == 0x0f && rip[1] == 0x01 && rip[2] == 0xd7;

	xstate_set_keys(keys);
	return is;
}

bool
engine_is_enclu(int sig, const siginfo_t *info, const ucontext_t *uc)
{
	uint64_t rip = (uint64_t)uc->uc_mcontext.gregs[REG_RIP];

	if ((sig != SIGILL && sig != SIGSEGV) || info->si_code <= 0)
		return false;
	/* a fetch that failed leaves nothing to read at RIP; any other exception means that the instruction was fetched */
	if (uc->uc_mcontext.gregs[REG_TRAPNO] == 14 && (uc->uc_mcontext.gregs[REG_ERR] & FETCH) != 0)
		return false;
	if (!engine_canonical(rip))
		return false;
	return enclu_at((const volatile uint8_t *)(uintptr_t)rip);
}

static void
finish(ucontext_t *uc, uint64_t error)
{
	UC_REG(uc, EFL) &= ~FLAGS_ARITHMETIC;
	if (error != 0)
		UC_REG(uc, EFL) |= FLAG_ZF;
	UC_REG(uc, RAX) = (greg_t)error;
	UC_REG(uc, RIP) += ENCLU_LEN;
}

/* An operand: aligned, inside, and of pages that allow it. */
static enum engine_fault
operand(const struct enclave *e, uint64_t addr, uint64_t align, uint64_t len, uint8_t permissions)
{
	if (addr % align != 0 || !engine_owns(e, addr, len))
		return ENGINE_GP;
	return engine_permits(e, addr, len, permissions) ? ENGINE_FINE : ENGINE_PF;
}

static uint8_t *
at(uint64_t addr)
{
	return (uint8_t *)(uintptr_t)addr;
}

/* One of several operands: its fault and where. */
struct outcome {
	enum engine_fault fault;
	uint64_t addr;
	bool write;
};

static bool
check(struct outcome *out, const struct enclave *e, uint64_t addr, uint64_t align, uint64_t len, uint8_t permissions)
{
	out->fault = operand(e, addr, align, len, permissions);
	out->addr = addr;
	out->write = (permissions & SGX_PAGE_W) != 0;
	return out->fault == ENGINE_FINE;
}

static struct outcome
ereport(struct enclave *e, ucontext_t *uc)
{
	uint64_t target = (uint64_t)UC_REG(uc, RBX), data = (uint64_t)UC_REG(uc, RCX), to = (uint64_t)UC_REG(uc, RDX);
	uint8_t report[SGX_REPORT_LEN];
	struct outcome o = { ENGINE_FINE, 0, false };

	if (!check(&o, e, target, 512, SGX_TARGETINFO_LEN, SGX_PAGE_R) ||
	    !check(&o, e, data, 128, SGX_REPORT_DATA_LEN, SGX_PAGE_R) ||
	    !check(&o, e, to, 512, SGX_REPORT_LEN, SGX_PAGE_R | SGX_PAGE_W))
		return o;
	if (key_report(e->keys, e->handle, at(target), at(data), report) != JURAT_OK) {
		o.fault = ENGINE_GP;
		return o;
	}
	memcpy(at(to), report, sizeof report);
	finish(uc, 0);
	/* EREPORT has no error code: RAX is an input and stays */
	UC_REG(uc, RAX) = SGX_EREPORT;
	return o;
}

static struct outcome
egetkey(struct enclave *e, ucontext_t *uc)
{
	uint64_t request = (uint64_t)UC_REG(uc, RBX), to = (uint64_t)UC_REG(uc, RCX);
	struct aes128_key key = { { 0 } };
	enum sgx_error error = SGX_SUCCESS;
	struct outcome o = { ENGINE_FINE, 0, false };

	if (!check(&o, e, request, 512, SGX_KEYREQUEST_LEN, SGX_PAGE_R) ||
	    !check(&o, e, to, 16, sizeof key.b, SGX_PAGE_R | SGX_PAGE_W))
		return o;
	if (key_get(e->keys, e->handle, at(request), &key, &error) != JURAT_OK) {
		o.fault = ENGINE_GP;
		return o;
	}
	if (error == SGX_SUCCESS)
		memcpy(at(to), key.b, sizeof key.b);
	wipe(&key, sizeof key);
	finish(uc, (uint64_t)error);
	return o;
}

/* SECINFO from enclave memory: its flags if the form is right. */
static bool
secinfo(struct outcome *o, uint64_t *out_flags, struct enclave *e, uint64_t addr)
{
	uint8_t copy[SECINFO_LEN];

	if (!check(o, e, addr, SECINFO_LEN, SECINFO_LEN, SGX_PAGE_R))
		return false;
	memcpy(copy, at(addr), sizeof copy);
	*out_flags = load64le(copy);
	for (unsigned i = 8; i < SECINFO_LEN; i++)
		if (copy[i] != 0)
			o->fault = ENGINE_GP;
	return o->fault == ENGINE_FINE;
}

static uint8_t *
epcm_of(struct outcome *o, struct enclave *e, uint64_t page)
{
	if (page % SGX_PAGE_SIZE != 0 || !engine_owns(e, page, SGX_PAGE_SIZE)) {
		o->fault = ENGINE_GP;
		return NULL;
	}
	return &e->epcm[(page - (uint64_t)(uintptr_t)e->base) / SGX_PAGE_SIZE];
}

static struct outcome
eaccept(struct enclave *e, ucontext_t *uc)
{
	struct outcome o = { ENGINE_FINE, 0, false };
	uint64_t flags, have;
	const uint8_t *entry;

	if (!secinfo(&o, &flags, e, (uint64_t)UC_REG(uc, RBX)) ||
	    (entry = epcm_of(&o, e, (uint64_t)UC_REG(uc, RCX))) == NULL)
		return o;
	if ((*entry & EPCM_VALID) == 0)
		return (struct outcome){ ENGINE_PF, (uint64_t)UC_REG(uc, RCX), false };
	have = (*entry & EPCM_TCS) != 0 ? SGX_PT_TCS : (SGX_PT_REG | (*entry & 7u));
	finish(uc, flags == have ? 0 : SGX_PAGE_ATTRIBUTES_MISMATCH);
	return o;
}

static struct outcome
emodpe(struct enclave *e, ucontext_t *uc)
{
	struct outcome o = { ENGINE_FINE, 0, false };
	uint64_t flags;
	uint8_t *entry;
	unsigned more;

	if (!secinfo(&o, &flags, e, (uint64_t)UC_REG(uc, RBX)) ||
	    (entry = epcm_of(&o, e, (uint64_t)UC_REG(uc, RCX))) == NULL)
		return o;
	if ((*entry & (EPCM_VALID | EPCM_TCS)) != EPCM_VALID)
		return (struct outcome){ ENGINE_PF, (uint64_t)UC_REG(uc, RCX), false };
	more = *entry | (unsigned)(flags & 7u);
	if ((flags & ~(uint64_t)(SGX_PAGE_TYPE_MASK | 7u)) != 0 || ((more & SGX_PAGE_W) != 0 && (more & SGX_PAGE_R) == 0)) {
		o.fault = ENGINE_GP;
		return o;
	}
	/* the EPCM never says more than the memory allows: what it permits is read and written by this very handler */
	if (mprotect(at((uint64_t)UC_REG(uc, RCX)), SGX_PAGE_SIZE,
	        ((more & SGX_PAGE_R) != 0 ? PROT_READ : 0) | ((more & SGX_PAGE_W) != 0 ? PROT_WRITE : 0) |
	            ((more & SGX_PAGE_X) != 0 ? PROT_EXEC : 0)) != 0)
		return (struct outcome){ ENGINE_PF, (uint64_t)UC_REG(uc, RCX), true };
	*entry = (uint8_t)more;
	UC_REG(uc, RIP) += ENCLU_LEN;
	return o;
}

static struct outcome
eacceptcopy(struct enclave *e, ucontext_t *uc)
{
	struct outcome o = { ENGINE_FINE, 0, false };
	uint64_t flags;

	if (!secinfo(&o, &flags, e, (uint64_t)UC_REG(uc, RBX)) || epcm_of(&o, e, (uint64_t)UC_REG(uc, RCX)) == NULL)
		return o;
	finish(uc, SGX_PAGE_ATTRIBUTES_MISMATCH);
	return o;
}

static void
eexit(struct engine_thread *t, ucontext_t *uc, struct engine_bases *bases)
{
	struct engine_visit *visit = t->visit;
	struct engine_frame *frame = visit->frame;

	UC_REG(uc, RIP) = UC_REG(uc, RBX);
	UC_REG(uc, RCX) = (greg_t)visit->aep;
	if (frame != NULL) {
		uint64_t rsp = (uint64_t)UC_REG(uc, RSP);
		/* our own loop takes nothing from the enclave on trust: neither where it lands nor on what stack */
		bool at_home = (uint64_t)UC_REG(uc, RIP) == (uint64_t)(uintptr_t)engine_landing;
		bool on_stack = rsp <= frame->rsp && frame->rsp - rsp <= ENGINE_OCALL_STACK_MAX_LEN;

		frame->kind = at_home && on_stack ? EXIT_EEXIT : EXIT_ASTRAY;
		UC_REG(uc, RIP) = (greg_t)(uintptr_t)engine_landing;
		UC_REG(uc, RBP) = (greg_t)frame->rbp;
		if (!on_stack)
			UC_REG(uc, RSP) = (greg_t)frame->rsp;
	}
	engine_go_outside(t, uc, bases);
	atomic_store(&visit->tcs->busy, false);
}

static struct outcome
edeccssa(struct engine_visit *visit, ucontext_t *uc)
{
	struct outcome o = { ENGINE_FINE, 0, false };

	if (visit->tcs->tcs.cssa == 0) {
		o.fault = ENGINE_GP;
		return o;
	}
	visit->tcs->tcs.cssa--;
	UC_REG(uc, RIP) += ENCLU_LEN;
	return o;
}

enum engine_fault
engine_enclu_inside(struct engine_thread *t, ucontext_t *uc, struct engine_bases *bases)
{
	struct enclave *e = t->visit->enclave;
	struct outcome o = { ENGINE_GP, 0, false };

	switch ((uint32_t)UC_REG(uc, RAX)) {
	case SGX_EREPORT: o = ereport(e, uc); break;
	case SGX_EGETKEY: o = egetkey(e, uc); break;
	case SGX_EEXIT:
		if (engine_canonical((uint64_t)UC_REG(uc, RBX))) {
			eexit(t, uc, bases);
			return ENGINE_FINE;
		}
		break;
	case SGX_EACCEPT: o = eaccept(e, uc); break;
	case SGX_EMODPE: o = emodpe(e, uc); break;
	case SGX_EACCEPTCOPY: o = eacceptcopy(e, uc); break;
	case SGX_EDECCSSA: o = edeccssa(t->visit, uc); break;
	default: break;
	}
	if (o.fault == ENGINE_GP)
		engine_aex(t, uc, bases, 13, 0, 0);
	else if (o.fault == ENGINE_PF) /* error code: present is 0, write, user */
		engine_aex(t, uc, bases, 14, 4u | (o.write ? 2u : 0u), o.addr);
	return o.fault;
}

static void
eenter(struct engine_thread *t, struct engine_visit *visit, uint8_t *ssa, ucontext_t *uc, struct engine_bases *bases)
{
	struct enclave *e = visit->enclave;
	const struct sgx_tcs *tcs = &visit->tcs->tcs;
	struct sgx_gprsgx *gpr = engine_gpr(e, ssa);
	uint64_t base = (uint64_t)(uintptr_t)e->base;

	engine_go_inside(t, visit, uc, bases);
	gpr->ursp = (uint64_t)UC_REG(uc, RSP);
	gpr->urbp = (uint64_t)UC_REG(uc, RBP);
	UC_REG(uc, RCX) = UC_REG(uc, RIP) + ENCLU_LEN;
	UC_REG(uc, RIP) = (greg_t)(base + tcs->oentry);
	UC_REG(uc, RAX) = tcs->cssa;
	UC_REG(uc, EFL) &= ~FLAG_TF;
	bases->fs = base + tcs->ofsbase;
	bases->gs = base + tcs->ogsbase;
}

static enum engine_fault
eresume(struct engine_thread *t, struct engine_visit *visit, uint8_t *ssa, ucontext_t *uc, struct engine_bases *bases)
{
	struct engine_bases inside;
	enum engine_fault fault = engine_resume(visit->enclave, ssa, uc, &inside);

	if (fault != ENGINE_FINE)
		return fault;
	engine_go_inside(t, visit, uc, bases);
	bases->fs = inside.fs;
	bases->gs = inside.gs;
	visit->tcs->tcs.cssa--;
	return ENGINE_FINE;
}

struct engine_frame *
engine_frame_of(const ucontext_t *uc)
{
	struct engine_frame *frame;

	memcpy(&frame, at((uint64_t)UC_REG(uc, RBP) - 48), sizeof(struct engine_frame *));
	return frame;
}

/* ERESUME by our own loop has its frame; anybody else's visit is kept in the thread. */
static struct engine_visit *
visit_of(struct engine_thread *t, const ucontext_t *uc)
{
	if ((uint64_t)UC_REG(uc, RIP) == (uint64_t)(uintptr_t)engine_resume_here)
		return &engine_frame_of(uc)->visit;
	return &t->foreign;
}

enum engine_fault
engine_enclu_outside(struct engine_thread *t, ucontext_t *uc, struct engine_bases *bases)
{
	uint32_t leaf = (uint32_t)UC_REG(uc, RAX);
	struct engine_visit *visit;
	struct engine_tcs *tcs;
	struct enclave *e = NULL;
	enum engine_fault fault;
	uint8_t *ssa;

	if ((leaf != SGX_EENTER && leaf != SGX_ERESUME) || !engine_canonical((uint64_t)UC_REG(uc, RCX)))
		return ENGINE_GP;
	tcs = engine_find_tcs(&e, (uint64_t)UC_REG(uc, RBX));
	if (tcs == NULL)
		return UC_REG(uc, RBX) % SGX_PAGE_SIZE != 0 ? ENGINE_GP : ENGINE_PF;
	fault = engine_tcs_take(e, tcs, leaf == SGX_ERESUME, &ssa);
	if (fault != ENGINE_FINE)
		return fault;
	visit = visit_of(t, uc);
	if (visit == &t->foreign)
		*visit = (struct engine_visit){ .enclave = e, .tcs = tcs };
	visit->aep = (uint64_t)UC_REG(uc, RCX);
	if (leaf == SGX_EENTER)
		eenter(t, visit, ssa, uc, bases);
	else
		fault = eresume(t, visit, ssa, uc, bases);
	if (fault != ENGINE_FINE)
		atomic_store(&tcs->busy, false);
	return fault;
}
