/* SPDX-License-Identifier: Apache-2.0 */
/* Filling the caller's error record. Freestanding. */
#ifndef CORE_DIAG_H
#define CORE_DIAG_H

#include "core/compiler.h"

#define NO_OFFSET UINT64_MAX

/*
 * jurat_fail: records a failure and returns its code. Only the first failure is kept (d->code != JURAT_OK afterwards stays).
 * d may be NULL. field is a literal. offset NO_OFFSET where there is none.
 */
jurat_rc jurat_fail(struct jurat_diag *d, jurat_rc code, const char *field, uint64_t offset, uint64_t wanted, uint64_t got);

/* jurat_hint: adds what to do about it to a record that has no hint yet. hint is a literal. d may be NULL. */
void jurat_hint(struct jurat_diag *d, const char *hint);

/*
 * jurat_in_file: adds to a failure which file of a folder, or which of several arguments, its field is in; the innermost one stays. file is a
 * literal. d may be NULL.
 */
void jurat_in_file(struct jurat_diag *d, const char *file);

/*
 * jurat_name: adds to a failure which member of the input it is about: len bytes of input, made printable and cut as struct jurat_diag says; the
 * innermost one stays. d may be NULL.
 */
void jurat_name(struct jurat_diag *d, const char *name, size_t len);

#endif
