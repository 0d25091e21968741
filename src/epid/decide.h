/* SPDX-License-Identifier: Apache-2.0 */
/* Where what depends on secrets becomes public. The functions do nothing; `make ct` puts its own in their place. Freestanding. */
#ifndef EPID_DECIDE_H
#define EPID_DECIDE_H

#include "core/compiler.h"

/*
 * epid_decide: b. Every place where a bit that depends on a secret becomes public goes through here (is the scalar in range, does the key fit the
 * group, is the member on the list), so that `make ct` can tell a decision from a leak.
 */
MUST_USE bool epid_decide(bool b);

/* epid_publish: says that n bytes at p, which came from secrets, are going out. Does nothing; `make ct` listens. */
void epid_publish(void *p, size_t n);

#endif
