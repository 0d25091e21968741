/* SPDX-License-Identifier: Apache-2.0 */
#include "service/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "core/diag.h"

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED true
#else
#define SANITIZED false
#endif

jurat_rc
service_sandbox_early(struct jurat_diag *d)
{
	static const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return jurat_fail(d, JURAT_E_IO, "sandbox", NO_OFFSET, 0, (uint64_t)errno);
	return JURAT_OK;
}

static const int refused[] = {
	/* programs and other processes */
	SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
	SCMP_SYS(pidfd_getfd), SCMP_SYS(kcmp),
	/* the network: what is accepted is all there is */
	SCMP_SYS(socket), SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(listen),
	/* privileges and namespaces */
	SCMP_SYS(setuid), SCMP_SYS(setgid), SCMP_SYS(setreuid), SCMP_SYS(setregid), SCMP_SYS(setresuid), SCMP_SYS(setresgid),
	SCMP_SYS(setgroups), SCMP_SYS(capset), SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(chroot), SCMP_SYS(pivot_root),
	SCMP_SYS(mount), SCMP_SYS(umount2), SCMP_SYS(personality), SCMP_SYS(mknod), SCMP_SYS(mknodat),
	SCMP_SYS(open_by_handle_at),
	/* parts of the kernel with a large surface and no use here */
	SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(io_uring_setup), SCMP_SYS(keyctl),
	SCMP_SYS(add_key), SCMP_SYS(request_key), SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(reboot), SCMP_SYS(swapon), SCMP_SYS(swapoff),
};

/* refuse_executable_memory: a negative errno value, or 0. */
static int
refuse_executable_memory(scmp_filter_ctx filter)
{
	static const int calls[] = { SCMP_SYS(mmap), SCMP_SYS(mprotect), SCMP_SYS(pkey_mprotect) };
	int status = 0;

	for (size_t i = 0; status == 0 && i < ARRAY_LEN(calls); i++)
		status = seccomp_rule_add(
		    filter, SCMP_ACT_ERRNO(EPERM), calls[i], 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, PROT_EXEC));
	return status;
}

jurat_rc
service_sandbox_late(struct jurat_diag *d)
{
	scmp_filter_ctx filter;
	int status;

	if (SANITIZED)
		return JURAT_OK;
	filter = seccomp_init(SCMP_ACT_ALLOW);
	status = filter != NULL ? refuse_executable_memory(filter) : -ENOMEM;
	for (size_t i = 0; status == 0 && i < ARRAY_LEN(refused); i++)
		status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
	if (status == 0)
		status = seccomp_load(filter);
	if (filter != NULL)
		seccomp_release(filter);
	return status == 0 ? JURAT_OK : jurat_fail(d, JURAT_E_IO, "sandbox.seccomp", NO_OFFSET, 0, (uint64_t)-status);
}
