/* SPDX-License-Identifier: Apache-2.0 */
/* An enclave's memory in this process, the EPCM beside it, and the list of loaded enclaves. */
#include "machine/engine.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/diag.h"

#define NO_RESERVE (MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE)

jurat_rc
engine_reserve(struct enclave *e, uint64_t size, uint32_t ssa_frame_pages, struct jurat_diag *d)
{
	uint8_t *p, *epcm, *base;
	uint64_t pages = size / SGX_PAGE_SIZE;

	if (e->base != NULL)
		return jurat_fail(d, JURAT_E_STATE, "enclave.ecreate", NO_OFFSET, 0, 0);
	if (size < SGX_PAGE_SIZE || size > IMAGE_ENCLAVE_MAX_LEN || (size & (size - 1)) != 0)
		return jurat_fail(d, JURAT_E_FORMAT, "enclave.size", NO_OFFSET, IMAGE_ENCLAVE_MAX_LEN, size);
	/* ELRANGE is aligned to its own size: reserve twice as much, give back what lies around it */
	p = mmap(NULL, 2 * size, PROT_NONE, NO_RESERVE, -1, 0);
	if (p == MAP_FAILED)
		return jurat_fail(d, JURAT_E_MEMORY, "enclave.size", NO_OFFSET, 0, size);
	base = p + (size - ((uintptr_t)p & (size - 1))) % size;
	if (base > p)
		(void)munmap(p, (size_t)(base - p));
	(void)munmap(base + size, (size_t)(p + 2 * size - (base + size)));
	epcm = mmap(NULL, pages, PROT_READ | PROT_WRITE, NO_RESERVE, -1, 0);
	if (epcm == MAP_FAILED) {
		(void)munmap(base, size);
		return jurat_fail(d, JURAT_E_MEMORY, "enclave.epcm", NO_OFFSET, 0, pages);
	}
	/* as on hardware, a child process does not get its parent's enclaves */
	(void)madvise(base, size, MADV_DONTFORK);
	e->base = base;
	e->epcm = epcm;
	e->size = size;
	e->ssa_frame_pages = ssa_frame_pages;
	return JURAT_OK;
}

static jurat_rc
add_tcs(struct enclave *e, uint64_t off, const uint8_t *page, struct jurat_diag *d)
{
	uint8_t copy[SGX_TCS_LEN] = { 0 };
	struct engine_tcs *bigger;
	struct sgx_tcs tcs;
	size_t cap = e->cap_tcs == 0 ? 8 : 2 * e->cap_tcs;
	jurat_rc rc;

	if (page != NULL)
		memcpy(copy, page, sizeof copy);
	tcs_eadd(copy); /* a page that asks for a debugger's opt-in does not get it */
	rc = tcs_parse(&tcs, copy, sizeof copy, d);
	if (rc != JURAT_OK)
		return rc;
	if (e->num_tcs == ENGINE_NUM_TCS_MAX)
		return jurat_fail(d, JURAT_E_TOO_LARGE, "enclave.tcs", off, ENGINE_NUM_TCS_MAX, e->num_tcs + 1);
	if (e->num_tcs == e->cap_tcs) {
		bigger = realloc(e->tcs, cap * sizeof *bigger);
		if (bigger == NULL)
			return jurat_fail(d, JURAT_E_MEMORY, "enclave.tcs", off, 0, 0);
		e->tcs = bigger;
		e->cap_tcs = cap;
	}
	e->tcs[e->num_tcs] = (struct engine_tcs){ .tcs = tcs, .addr = (uint64_t)(uintptr_t)e->base + off };
	e->num_tcs++;
	return JURAT_OK;
}

/* A TCS page is never mapped: nobody can read or write it, and the processor's copy is e->tcs. */
static jurat_rc
add_tcs_pages(struct enclave *e, const struct image_page *page, struct jurat_diag *d)
{
	jurat_rc rc = JURAT_OK;

	for (uint64_t i = 0; rc == JURAT_OK && i < page->count; i++)
		rc = add_tcs(e, page->off + i * SGX_PAGE_SIZE, page->data, d);
	return rc;
}

jurat_rc
engine_add(struct enclave *e, const struct image_page *page, struct jurat_diag *d)
{
	uint64_t first = page->off / SGX_PAGE_SIZE, pages = e->size / SGX_PAGE_SIZE;
	bool is_tcs = (page->secinfo_flags & SGX_PAGE_TYPE_MASK) == SGX_PT_TCS;
	uint8_t entry = (uint8_t)(EPCM_VALID | (is_tcs ? EPCM_TCS : (page->secinfo_flags & 7u)));
	size_t len;

	if (page->off % SGX_PAGE_SIZE != 0 || first >= pages || page->count > pages - first)
		return jurat_fail(d, JURAT_E_FORMAT, "page.offset", page->off, e->size, page->count);
	for (uint64_t i = 0; i < page->count; i++)
		if (e->epcm[first + i] != 0)
			return jurat_fail(d, JURAT_E_DUPLICATE, "page.offset", page->off + i * SGX_PAGE_SIZE, 0, 0);
	if (is_tcs) {
		jurat_rc rc = add_tcs_pages(e, page, d);
		if (rc != JURAT_OK)
			return rc;
	} else if (page->data != NULL) {
		len = (size_t)page->count * SGX_PAGE_SIZE;
		if (mprotect(e->base + page->off, len, PROT_READ | PROT_WRITE) != 0)
			return jurat_fail(d, JURAT_E_MEMORY, "enclave.pages", page->off, 0, len);
		for (uint64_t i = 0; i < page->count; i++)
			memcpy(e->base + page->off + i * SGX_PAGE_SIZE, page->data, SGX_PAGE_SIZE);
	}
	/* zero pages stay without memory until somebody touches them: heaps of many gigabytes are fine */
	memset(e->epcm + first, entry, page->count);
	return JURAT_OK;
}

static int
protection_of(uint8_t entry)
{
	if ((entry & EPCM_VALID) == 0 || (entry & EPCM_TCS) != 0)
		return PROT_NONE;
	return ((entry & SGX_PAGE_R) != 0 ? PROT_READ : 0) | ((entry & SGX_PAGE_W) != 0 ? PROT_WRITE : 0) |
	    ((entry & SGX_PAGE_X) != 0 ? PROT_EXEC : 0);
}

jurat_rc
engine_protect(struct enclave *e, struct jurat_diag *d)
{
	uint64_t pages = e->size / SGX_PAGE_SIZE, run;

	for (uint64_t i = 0; i < pages; i += run) {
		run = 1;
		while (i + run < pages && e->epcm[i + run] == e->epcm[i])
			run++;
		if (e->epcm[i] != 0 && mprotect(e->base + i * SGX_PAGE_SIZE, run * SGX_PAGE_SIZE, protection_of(e->epcm[i])) != 0)
			return jurat_fail(d, JURAT_E_MEMORY, "enclave.pages", i * SGX_PAGE_SIZE, 0, run * SGX_PAGE_SIZE);
	}
	return JURAT_OK;
}

void
engine_unmap(struct enclave *e)
{
	if (e->base != NULL) {
		/* a child of fork() never had these pages, and may have something else there by now */
		if (!atomic_load(&e->lost))
			(void)munmap(e->base, e->size);
		(void)munmap(e->epcm, e->size / SGX_PAGE_SIZE);
	}
	free(e->tcs);
	e->base = NULL;
	e->tcs = NULL;
}

bool
engine_owns(const struct enclave *e, uint64_t addr, uint64_t len)
{
	uint64_t base = (uint64_t)(uintptr_t)e->base;

	return addr >= base && addr - base < e->size && len <= e->size - (addr - base);
}

bool
engine_permits(const struct enclave *e, uint64_t addr, uint64_t len, uint8_t permissions)
{
	uint64_t first, last, base = (uint64_t)(uintptr_t)e->base;
	uint8_t want = (uint8_t)(EPCM_VALID | permissions);

	if (len == 0 || !engine_owns(e, addr, len))
		return false;
	first = (addr - base) / SGX_PAGE_SIZE;
	last = (addr - base + len - 1) / SGX_PAGE_SIZE;
	for (uint64_t i = first; i <= last; i++)
		if ((e->epcm[i] & (want | EPCM_TCS)) != want)
			return false;
	return true;
}

/* ---- the list of loaded enclaves ---- */

/* Signal handlers read the list: whoever holds the lock has all signals blocked, so that a handler never waits for its own thread. */
static struct {
	atomic_flag lock;
	struct enclave *first;
} registry = { .lock = ATOMIC_FLAG_INIT };

static void
registry_lock(sigset_t *saved)
{
	sigset_t all;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_BLOCK, &all, saved);
	while (atomic_flag_test_and_set_explicit(&registry.lock, memory_order_acquire))
		__builtin_ia32_pause();
}

static void
registry_unlock(const sigset_t *saved)
{
	atomic_flag_clear_explicit(&registry.lock, memory_order_release);
	(void)pthread_sigmask(SIG_SETMASK, saved, NULL);
}

void
engine_register(struct enclave *e)
{
	sigset_t saved;

	registry_lock(&saved);
	e->next = registry.first;
	registry.first = e;
	e->registered = true;
	registry_unlock(&saved);
}

void
engine_unregister(struct enclave *e)
{
	struct enclave **at;
	sigset_t saved;

	registry_lock(&saved);
	for (at = &registry.first; *at != NULL && *at != e; at = &(*at)->next)
		;
	if (*at != NULL)
		*at = e->next;
	e->registered = false;
	registry_unlock(&saved);
}

struct engine_tcs *
engine_find_tcs(struct enclave **out, uint64_t addr)
{
	struct engine_tcs *found = NULL;
	sigset_t saved;

	registry_lock(&saved);
	for (struct enclave *e = registry.first; e != NULL && found == NULL; e = e->next) {
		if (!engine_owns(e, addr, SGX_PAGE_SIZE) || atomic_load(&e->lost))
			continue;
		for (size_t i = 0; i < e->num_tcs && found == NULL; i++)
			if (e->tcs[i].addr == addr) {
				found = &e->tcs[i];
				*out = e;
			}
	}
	registry_unlock(&saved);
	return found;
}

/* No other thread of the parent holds a lock at the moment of fork: in the child nobody would ever give it back. */
void
engine_fork_begin(void)
{
	actions_fork_begin();
	while (atomic_flag_test_and_set_explicit(&registry.lock, memory_order_acquire))
		__builtin_ia32_pause();
}

void
engine_fork_end(void)
{
	atomic_flag_clear_explicit(&registry.lock, memory_order_release);
	actions_fork_end();
}

void
engine_forked(void)
{
	for (struct enclave *e = registry.first; e != NULL; e = e->next)
		atomic_store(&e->lost, true);
	engine_thread_forked();
	engine_fork_end();
}
