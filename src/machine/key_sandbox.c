/* SPDX-License-Identifier: Apache-2.0 */
#include "machine/key_sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/diag.h"

enum { FIRST_FD = 3 };

static void
close_others(int keep_fd)
{
	unsigned keep = (unsigned)keep_fd;

	if (keep_fd > FIRST_FD)
		close_range(FIRST_FD, keep - 1, 0);
	close_range(keep_fd >= FIRST_FD ? keep + 1 : FIRST_FD, ~0u, 0);
}

jurat_rc
key_sandbox_early(int keep_fd, struct jurat_diag *d)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return jurat_fail(d, JURAT_E_IO, "sandbox", NO_OFFSET, 0, (uint64_t)errno);
	close_others(keep_fd);
	return JURAT_OK;
}

static const int allowed[] = {
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(sendto), SCMP_SYS(recvfrom),
	SCMP_SYS(close), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap),
	SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(getrandom), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(clock_gettime), SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(sched_yield), SCMP_SYS(sigaltstack),
};

jurat_rc
key_sandbox_late(struct jurat_diag *d)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int error = filter == NULL ? ENOMEM : 0;

	for (size_t i = 0; error == 0 && i < ARRAY_LEN(allowed); i++)
		error = -seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	if (error == 0)
		error = -seccomp_load(filter);
	if (filter != NULL)
		seccomp_release(filter);
	if (error != 0)
		return jurat_fail(d, JURAT_E_IO, "sandbox.seccomp", NO_OFFSET, 0, (uint64_t)error);
	return JURAT_OK;
}
