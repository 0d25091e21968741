/* SPDX-License-Identifier: Apache-2.0 */
/* What holds of every verdict, whatever the input was: each function aborts if it does not. For fuzz targets. */
#ifndef FUZZ_VERDICT_HOLD_H
#define FUZZ_VERDICT_HOLD_H

#include "appraisal/verify.h"

/* The policy of all targets: the enclaves and TDs that were signed below the tests' root (tests/vectors/dcap_world.py), UpToDate alone. */
extern const char verdict_hold_policy[];

/*
 * verdict_hold: the outcome follows from the list of checks; text and JSON say the same as the functions. is_td: whose optional
 * checks count. The verdict as JSON, which the caller frees.
 */
char *verdict_hold(const struct jurat_verdict *v, bool is_td);

/*
 * verdict_hold_again: jurat_verify of the request, twice, the second time with the verdict's memory and what was remembered of the first; both say the
 * same, byte for byte. The verdict, which the caller frees.
 */
struct jurat_verdict *verdict_hold_again(const struct jurat_request *request);

/* is_printable: lines of printable ASCII, each ended. */
MUST_USE bool is_printable(const char *text);

#endif
