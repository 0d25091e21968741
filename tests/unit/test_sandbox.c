/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "service/sandbox.h"

#ifdef __SANITIZE_ADDRESS__
#define SANITIZED true
#else
#define SANITIZED false
#endif

/* locked_up: everything that must be refused is, and what the service needs is not. Runs in a child. */
static int
locked_up(void)
{
	char *const argv[] = { NULL };
	void *p;

	if (service_sandbox_early(NULL) != JURAT_OK || service_sandbox_late(NULL) != JURAT_OK)
		return 1;
	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 2;
	if (execve("/bin/true", argv, argv) == 0 || errno != EPERM)
		return 3;
	if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM)
		return 4;
	if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED || errno != EPERM)
		return 5;
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED || mprotect(p, 4096, PROT_READ | PROT_EXEC) == 0 || errno != EPERM)
		return 6;
	if (mprotect(p, 4096, PROT_READ) != 0 || access("/", R_OK) != 0)
		return 7;
	return 0;
}

static void
the_doors_are_closed_for_good(void **state)
{
	pid_t child;
	int status;

	(void)state;
	if (SANITIZED)
		skip(); /* no filter here: src/service/sandbox.h */
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(locked_up());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_doors_are_closed_for_good) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
