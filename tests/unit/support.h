/* SPDX-License-Identifier: Apache-2.0 */
/* What every unit test shares: the corpus, exact-size copies, and the systematic damage of STYLE.md 8. */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/compiler.h"

/* corpus_file: path of a file below JURAT_CORPUS (default ../shared/corpus beside the source tree) in a fresh string, or NULL
 * when there is no corpus. */
char *corpus_file(const char *name);

/* corpus_or_skip: false (and says so loudly) without a corpus; with CI=true it fails the test instead. */
bool corpus_or_skip(void);

/* test_read: the whole file, or fails the test. The caller frees. */
uint8_t *test_read(const char *path, size_t *out_len);

/* test_hex: bytes from a hex literal; the caller frees. */
uint8_t *test_hex(const char *hex, size_t *out_len);

/* test_copy: an exact-size heap copy, so that sanitizers and valgrind see every over-read. */
uint8_t *test_copy(const void *p, size_t len);

/*
 * each_damage: calls try with an exact-size copy of every truncation, every single-bit flip and one appended byte.
 * try returns true if the parser accepted the input. Truncations and the appended byte must be refused; flips are reported to
 * `flip_may_pass` (NULL: every flip must be refused), which says whether acceptance of a flip in that byte is right.
 */
void each_damage(const uint8_t *good, size_t len, bool (*try)(void *ctx, const uint8_t *p, size_t len), void *ctx,
    bool (*flip_may_pass)(size_t byte));

/* A folder for this test's files, removed by temp_dir_remove. */
char *temp_dir_new(void);
void temp_dir_remove(char *dir);

#endif
