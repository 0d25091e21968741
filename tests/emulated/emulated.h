/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stands in for tests/unit/support.h and cmocka where there is no operating system: the same test files, compiled with this one in front. The first
 * failed assertion ends the run. What is printed goes to the serial port.
 */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/compiler.h"

struct CMUnitTest {
	const char *name;
	void (*test_func)(void **state);
	void *setup, *teardown, *initial_state;
};

void emulated_check(bool good, const char *what, int line);
int emulated_run(const char *name, const struct CMUnitTest *tests, size_t n);
void *emulated_alloc(size_t n);

#define assert_true(X) emulated_check((X), #X, __LINE__)
#define assert_non_null(X) emulated_check((X) != NULL, #X, __LINE__)
#define assert_int_equal(A, B) emulated_check((A) == (B), #A " == " #B, __LINE__)
#define assert_memory_equal(A, B, N) emulated_check(memcmp((A), (B), (N)) == 0, #A " equals " #B, __LINE__)
#define cmocka_unit_test(TEST) { #TEST, TEST, NULL, NULL, NULL }
#define cmocka_run_group_tests_name(NAME, TESTS, SETUP, TEARDOWN) emulated_run((NAME), (TESTS), sizeof(TESTS) / sizeof *(TESTS))
#define cmocka_run_group_tests(TESTS, SETUP, TEARDOWN) emulated_run("lanes", (TESTS), sizeof(TESTS) / sizeof *(TESTS))

/* Memory is given out and never taken back. */
#define aligned_alloc(ALIGN, N) emulated_alloc(N)
#define free(P) ((void)(P))

#endif
