/* SPDX-License-Identifier: Apache-2.0 */
/* From the entry code to enclave_main and back: state, call frame, one copy in, one copy out. */
#include "enclave.h"
#include "runtime.h"

#include "core/sabotage.h"
#include "crypto/enclave_random.h"

uint32_t runtime_state;

/* Filled and wiped by one call at a time: the state BUSY is their lock. Sizes are multiples of 8 for host_read's last word. */
static uint8_t in_buffer[ENCLAVE_IN_MAX_LEN];
static uint8_t out_buffer[ENCLAVE_OUT_MAX_LEN];
_Static_assert(ENCLAVE_IN_MAX_LEN % 8 == 0 && ENCLAVE_OUT_MAX_LEN % 8 == 0, "whole units");

static bool
state_move(uint32_t from, uint32_t to)
{
	return __atomic_compare_exchange_n(&runtime_state, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/* scrub: the buffers are large, and core's wipe goes byte by byte. */
static void
scrub(uint8_t *p, size_t len)
{
	__asm__ volatile("rep stosb" : "+D"(p), "+c"(len) : "a"(0) : "memory");
}

/* Our own keys seed the generator beside RDRAND: a host that can bias one of them learns nothing yet. */
static jurat_rc
seed_random(void)
{
	struct sgx_keyrequest request = {.key_name = SGX_KEY_SEAL, .key_policy = SGX_POLICY_MRENCLAVE};
	uint8_t seed[32];
	struct aes128_key key;
	jurat_rc rc = JURAT_OK;

	for (size_t half = 0; rc == JURAT_OK && half < sizeof seed; half += sizeof key.b) {
		rc = crypto_random(request.key_id, sizeof request.key_id);
		if (rc == JURAT_OK)
			rc = enclave_key(&key, &request);
		if (rc == JURAT_OK)
			__builtin_memcpy(seed + half, key.b, sizeof key.b);
	}
	if (rc == JURAT_OK)
		enclave_random_seed(seed);
	wipe(&key, sizeof key);
	wipe(seed, sizeof seed);
	return rc;
}

/*
 * INIT: the SDK's loader passes a description of the processor. Nothing in it can be believed, and nothing here needs it.
 * Relocation comes first: nothing before it may go through a pointer that is initialised at build time.
 */
static enum call_status
runtime_init(void)
{
	if (!state_move(RUNTIME_NEW, RUNTIME_BUSY))
		return __atomic_load_n(&runtime_state, __ATOMIC_SEQ_CST) == RUNTIME_CRASHED ? CALL_STATUS_CRASHED
		                                                                            : CALL_STATUS_INVALID_STATE;
	relocate();
	if (seed_random() != JURAT_OK)
		runtime_crash();
	return state_move(RUNTIME_BUSY, RUNTIME_READY) ? CALL_STATUS_OK : CALL_STATUS_CRASHED;
}

static jurat_rc
dispatch(const struct call_frame *frame, size_t *out_len)
{
#ifdef JURAT_SABOTAGE
	if (frame->op == SABOTAGE_OP) {
		sabotage_set((const char *)in_buffer, frame->in_len);
		return JURAT_OK;
	}
#endif
	return enclave_main(frame->op, in_buffer, frame->in_len, out_buffer,
	    frame->out_cap < sizeof out_buffer ? frame->out_cap : sizeof out_buffer, out_len);
}

/* The host's words, read once into ours: what was checked is what is used (no double fetch). */
static bool
frame_read(struct call_frame *out, const struct elrange *self, uint64_t address)
{
	uint8_t raw[CALL_FRAME_LEN];
	struct reader r;

	if (address == 0 || !host_range_check(self, address, sizeof raw))
		return false;
	host_read(raw, address, sizeof raw);
	reader_init(&r, raw, sizeof raw);
	out->version = reader_u32le(&r);
	out->op = reader_u32le(&r);
	out->in = reader_u64le(&r);
	out->in_len = reader_u64le(&r);
	out->out = reader_u64le(&r);
	out->out_cap = reader_u64le(&r);
	out->out_len = reader_u64le(&r);
	out->rc = reader_u32le(&r);
	out->reserved = reader_u32le(&r);
	return out->version == CALL_FRAME_VERSION && out->reserved == 0 && host_range_check(self, out->in, out->in_len) &&
	    host_range_check(self, out->out, out->out_cap);
}

static void
frame_answer(uint64_t address, jurat_rc rc, size_t out_len)
{
	uint8_t raw[16];

	store64le(raw, out_len);
	store64le(raw + 8, (uint32_t)rc);
	host_write(address + offsetof(struct call_frame, out_len), raw, sizeof raw);
}

enum call_status
runtime_call(uint64_t frame_address)
{
	struct elrange self = {enclave_base(), enclave_size()};
	struct call_frame frame;
	size_t out_len = 0;
	jurat_rc rc = JURAT_E_TOO_LARGE;

	if (!frame_read(&frame, &self, frame_address))
		return CALL_STATUS_INVALID_PARAMETER;
	if (frame.in_len <= sizeof in_buffer) {
		speculation_stop();
		host_read(in_buffer, frame.in, frame.in_len);
		rc = dispatch(&frame, &out_len);
		if (rc == JURAT_OK && (out_len > frame.out_cap || out_len > sizeof out_buffer))
			runtime_crash();
		scrub(in_buffer, frame.in_len);
	}
	/* An exception in between has killed the enclave: then nothing leaves it any more. */
	if (rc == JURAT_OK && __atomic_load_n(&runtime_state, __ATOMIC_SEQ_CST) == RUNTIME_BUSY)
		host_write(frame.out, out_buffer, out_len);
	else
		out_len = 0;
	scrub(out_buffer, sizeof out_buffer);
	frame_answer(frame_address, rc, out_len);
	return CALL_STATUS_OK;
}

enum call_status
runtime_enter(int64_t index, uint64_t argument)
{
	enum call_status status;

	if (index == CALL_INDEX_INIT)
		return runtime_init();
	/* No OCALL is ever made, so no ORET is right; no second ECALL, no thread made by the host, no exception handler. */
	if (index != CALL_INDEX_CALL)
		return CALL_STATUS_INVALID_FUNCTION;
	if (!state_move(RUNTIME_READY, RUNTIME_BUSY))
		return __atomic_load_n(&runtime_state, __ATOMIC_SEQ_CST) == RUNTIME_CRASHED ? CALL_STATUS_CRASHED
		                                                                            : CALL_STATUS_INVALID_STATE;
	status = runtime_call(argument);
	return state_move(RUNTIME_BUSY, RUNTIME_READY) ? status : CALL_STATUS_CRASHED;
}
