/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls: the Intel SDK's entry ABI as its uRTS speaks it. RDI says what an entry is (an ECALL's index, or one of ENTRY_*), RSI points
 * to its arguments; an exit with RDI = -1 ends the call with a status in RSI, any other is an OCALL whose answer goes back with
 * ENTRY_ORET. An exception is shown to the enclave by a nested entry at CSSA = 1; if it does not repair it, the enclave is dead.
 */
#include "machine/engine.h"

#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/ct.h"
#include "core/diag.h"
#include "machine/call_frame.h"

#define ENTRY_ORET (-2)
#define ENTRY_EXCEPT (-3)
#define EXIT_IS_RETURN UINT64_MAX
#define STATUS_NO_OCALL 0x1001u /* SGX_ERROR_INVALID_FUNCTION */

static const char crashed_hint[] = "the enclave raised an exception that it did not repair; it must be loaded anew";

/* libc's own signals out (until the exit), the traps' in (until the call ends: ERESUME is one of them). */
static void
mask_for_entry(struct engine_frame *f)
{
	uint64_t libc = ENGINE_LIBC_SIGNALS, traps = ENGINE_TRAP_SIGNALS, before = 0;

	(void)syscall(SYS_rt_sigprocmask, SIG_BLOCK, &libc, &before, sizeof libc);
	f->visit.saved_mask = before & ENGINE_LIBC_SIGNALS;
	if ((before & ENGINE_TRAP_SIGNALS) == 0)
		return;
	f->blocked_traps |= before & ENGINE_TRAP_SIGNALS;
	(void)syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &traps, NULL, sizeof traps);
}

/* Everything that an entry needs and could be refused for; then the TCS is taken. */
static bool
prepare(struct engine_frame *f, int64_t rdi, uint64_t rsi)
{
	struct enclave *e = f->visit.enclave;
	struct engine_tcs *tcs = f->visit.tcs;
	uint64_t base = (uint64_t)(uintptr_t)e->base;
	uint8_t *ssa;

	/* the child of a fork() in an OCALL has the frame, and no enclave to go back to */
	if (atomic_load(&e->lost) || engine_tcs_take(e, tcs, false, &ssa) != ENGINE_FINE)
		return false;
	f->tcs_addr = tcs->addr;
	f->entry = base + tcs->tcs.oentry;
	f->fs = base + tcs->tcs.ofsbase;
	f->gs = base + tcs->tcs.ogsbase;
	f->cssa = tcs->tcs.cssa;
	f->rdi = (uint64_t)rdi;
	f->rsi = rsi;
	f->ssa = engine_gpr(e, ssa);
	f->visit.aep = (uint64_t)(uintptr_t)engine_aep;
	f->visit.frame = f;
	mask_for_entry(f);
	return true;
}

/* The end of the call's last stay inside. */
static void
leave(struct engine_frame *f)
{
	if (f->blocked_traps != 0)
		(void)syscall(SYS_rt_sigprocmask, SIG_BLOCK, &f->blocked_traps, NULL, sizeof f->blocked_traps);
}

static void
frame_init(struct engine_frame *f, struct engine_thread *t, struct enclave *e, struct engine_tcs *tcs)
{
	memset(f, 0, sizeof *f);
	f->thread = t;
	f->visit.enclave = e;
	f->visit.tcs = tcs;
}

/* The enclave's own exception handler: a second entry on the same TCS. True if it wants to be resumed. */
static bool
repaired(const struct engine_frame *broken)
{
	struct engine_frame f;

	frame_init(&f, broken->thread, broken->visit.enclave, broken->visit.tcs);
	f.ocall = broken->ocall;
	f.ocall_ctx = broken->ocall_ctx;
	if (!prepare(&f, ENTRY_EXCEPT, 0))
		return false;
	engine_enter(&f);
	leave(&f);
	return f.finished && f.status == 0;
}

/* An OCALL, and with it any ECALL that it makes of the same enclave: on the TCS of the thread, as the SDK has it. */
static uint64_t
run_ocall(struct engine_frame *f)
{
	struct engine_tcs *tcs = f->visit.tcs;
	const struct engine_thread *before = atomic_exchange(&tcs->waiting, f->thread);
	uint64_t answer = f->ocall(f->ocall_ctx, f->out_rdi, (void *)(uintptr_t)f->out_rsi);

	atomic_store(&tcs->waiting, before);
	return answer;
}

static uint32_t
after_exit(struct engine_frame *f)
{
	uint64_t answer = STATUS_NO_OCALL;
	uint32_t cssa = f->visit.tcs->tcs.cssa; /* a nested call that crashed leaves another one: there is no way back then */

	if (f->out_rdi == EXIT_IS_RETURN) {
		f->finished = true;
		f->status = f->out_rsi;
		return LANDED_LEAVE;
	}
	if (f->ocall != NULL)
		answer = run_ocall(f);
	return f->visit.tcs->tcs.cssa == cssa && prepare(f, ENTRY_ORET, answer) ? LANDED_ENTER : LANDED_LEAVE;
}

uint32_t
engine_landed(struct engine_frame *f)
{
	switch (f->kind) {
	case EXIT_EEXIT: return after_exit(f);
	case EXIT_AEX:
		if (f->vector == ENGINE_INTERRUPT || repaired(f))
			return LANDED_RESUME;
		return LANDED_LEAVE;
	default: return LANDED_LEAVE;
	}
}

/*
 * The TCS that waits for this thread's OCALL, if there is one: the enclave keeps the thread's state there (the SDK's trts: last_sp)
 * and a thread is one thread to it, however deep it calls. Not while an exception is being handled (CSSA is not 0).
 */
static struct engine_tcs *
waiting_for(struct enclave *e, const struct engine_thread *t)
{
	for (size_t i = 0; i < e->num_tcs; i++)
		if (atomic_load(&e->tcs[i].waiting) == t && !atomic_load(&e->tcs[i].busy) && e->tcs[i].tcs.cssa == 0)
			return &e->tcs[i];
	return NULL;
}

static struct engine_tcs *
claim(struct enclave *e)
{
	for (size_t i = 0; i < e->num_tcs; i++) {
		bool unclaimed = false;
		/* a TCS with a frame in use belongs to a thread that was interrupted and will be resumed */
		if (!atomic_load(&e->tcs[i].busy) && e->tcs[i].tcs.cssa == 0 &&
		    atomic_compare_exchange_strong(&e->tcs[i].claimed, &unclaimed, true))
			return &e->tcs[i];
	}
	return NULL;
}

static jurat_rc
check_alive(const struct enclave *e, struct jurat_diag *d)
{
	if (atomic_load(&e->lost)) {
		jurat_fail(d, JURAT_E_STATE, "enclave.process", NO_OFFSET, 0, 0);
		jurat_hint(d, "an enclave does not survive fork: load it in the child");
		return JURAT_E_STATE;
	}
	if (atomic_load(&e->crashed)) {
		jurat_fail(d, JURAT_E_STATE, "enclave.crashed", NO_OFFSET, 0, 0);
		jurat_hint(d, crashed_hint);
		return JURAT_E_STATE;
	}
	if (atomic_load(&e->unloading))
		return jurat_fail(d, JURAT_E_STATE, "enclave.unloading", NO_OFFSET, 0, 0);
	return JURAT_OK;
}

static jurat_rc
ecall(struct enclave *e, int64_t index, void *ms, enclave_ocall ocall, void *ctx, uint64_t *out_status, struct jurat_diag *d)
{
	struct engine_thread *t;
	struct engine_tcs *tcs;
	struct engine_frame f;
	bool nested;
	jurat_rc rc = check_alive(e, d);

	if (rc == JURAT_OK)
		rc = engine_attach(&t, d);
	if (rc != JURAT_OK)
		return rc;
	tcs = waiting_for(e, t);
	nested = tcs != NULL;
	if (!nested)
		tcs = claim(e);
	if (tcs == NULL)
		return jurat_fail(d, JURAT_E_STATE, "enclave.tcs", NO_OFFSET, e->num_tcs, e->num_tcs);
	frame_init(&f, t, e, tcs);
	f.ocall = ocall;
	f.ocall_ctx = ctx;
	if (prepare(&f, index, (uint64_t)(uintptr_t)ms)) {
		engine_enter(&f);
		leave(&f);
	}
	if (!f.finished)
		atomic_store(&e->crashed, true);
	if (!nested)
		atomic_store(&tcs->claimed, false);
	if (!f.finished && atomic_load(&e->lost))
		return check_alive(e, d);
	if (!f.finished) {
		jurat_fail(d, JURAT_E_STATE, "enclave.crashed", NO_OFFSET, 0, f.kind == EXIT_AEX ? f.vector : 0);
		jurat_hint(d, crashed_hint);
		return JURAT_E_STATE;
	}
	*out_status = f.status;
	return JURAT_OK;
}

jurat_rc
enclave_ecall(struct enclave *e, int64_t index, void *ms, enclave_ocall ocall, void *ctx, uint64_t *out_status,
    struct jurat_diag *d)
{
	jurat_rc rc;

	engine_hold(e);
	rc = ecall(e, index, ms, ocall, ctx, out_status, d);
	engine_release(e);
	return rc;
}

/* ---- enclave_call ---- */

/* The edge's buffers: aligned, and whole 8-byte units, since an enclave touches host memory in no other way. */
struct edge {
	_Alignas(8) struct call_frame frame;
	uint8_t *in, *out;
	size_t in_len, out_len; /* as allocated */
};

static void
edge_clear(struct edge *edge)
{
	if (edge->in != NULL)
		wipe(edge->in, edge->in_len);
	if (edge->out != NULL)
		wipe(edge->out, edge->out_len);
	free(edge->in);
	free(edge->out);
}

static jurat_rc
edge_init(struct edge *edge, uint32_t op, const void *in, size_t in_len, size_t out_cap, struct jurat_diag *d)
{
	memset(edge, 0, sizeof *edge);
	if (in_len > ENCLAVE_CALL_IN_MAX_LEN)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "call.in", NO_OFFSET, ENCLAVE_CALL_IN_MAX_LEN, in_len);
	if (out_cap > ENCLAVE_CALL_OUT_MAX_LEN)
		out_cap = ENCLAVE_CALL_OUT_MAX_LEN;
	edge->in_len = (in_len + 7) / 8 * 8;
	edge->out_len = (out_cap + 7) / 8 * 8;
	edge->in = calloc(1, edge->in_len + 8);
	edge->out = calloc(1, edge->out_len + 8);
	if (edge->in == NULL || edge->out == NULL)
		return jurat_fail(d, JURAT_E_MEMORY, "call.buffers", NO_OFFSET, 0, in_len + out_cap);
	if (in_len != 0)
		memcpy(edge->in, in, in_len);
	edge->frame = (struct call_frame){
		.version = CALL_FRAME_VERSION,
		.op = op,
		.in = in_len != 0 ? (uint64_t)(uintptr_t)edge->in : 0,
		.in_len = in_len,
		.out = out_cap != 0 ? (uint64_t)(uintptr_t)edge->out : 0,
		.out_cap = out_cap,
	};
	return JURAT_OK;
}

/* What the enclave wrote into the frame is bytes from outside. */
static jurat_rc
answer(const struct edge *edge, uint64_t status, jurat_rc *out_rc, size_t *out_len, struct jurat_diag *d)
{
	if (status != CALL_STATUS_OK)
		return jurat_fail(d, JURAT_E_STATE, "call.status", NO_OFFSET, CALL_STATUS_OK, status);
	if (edge->frame.rc >= JURAT_E_MAX)
		return jurat_fail(d, JURAT_E_FORMAT, "call.rc", NO_OFFSET, JURAT_E_MAX, edge->frame.rc);
	if (edge->frame.out_len > edge->frame.out_cap)
		return jurat_fail(d, JURAT_E_FORMAT, "call.out_len", NO_OFFSET, edge->frame.out_cap, edge->frame.out_len);
	*out_rc = (jurat_rc)edge->frame.rc;
	*out_len = *out_rc == JURAT_OK ? (size_t)edge->frame.out_len : 0;
	return JURAT_OK;
}

jurat_rc
enclave_call(struct enclave *e, uint32_t op, const void *in, size_t in_len, void *out, size_t out_cap, size_t *out_len,
    struct jurat_diag *d)
{
	struct edge edge;
	uint64_t status = 0;
	jurat_rc enclave_rc = JURAT_OK, rc = edge_init(&edge, op, in, in_len, out_cap, d);
	size_t len = 0;

	engine_hold(e);
	if (rc == JURAT_OK && e->eavesdrop != NULL)
		e->eavesdrop(e->eavesdrop_ctx, edge.in, in_len, NULL, 0);
	if (rc == JURAT_OK)
		rc = enclave_ecall(e, CALL_INDEX_CALL, &edge.frame, NULL, NULL, &status, d);
	if (rc == JURAT_OK)
		rc = answer(&edge, status, &enclave_rc, &len, d);
	if (rc == JURAT_OK && e->eavesdrop != NULL)
		e->eavesdrop(e->eavesdrop_ctx, NULL, 0, edge.out, len);
	if (rc == JURAT_OK) {
		if (len != 0)
			memcpy(out, edge.out, len);
		*out_len = len;
		if (enclave_rc != JURAT_OK)
			rc = jurat_fail(d, enclave_rc, "enclave.answer", NO_OFFSET, 0, op);
	}
	edge_clear(&edge);
	engine_release(e);
	return rc;
}
