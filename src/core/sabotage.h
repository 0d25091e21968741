/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For the demo's attacks alone: a test build (meson -Dsabotage=true) can leave out one named check, so that a test can show that
 * the attack succeeds without it, and that it was this check which stopped it. In every other build SABOTAGED is false, and
 * nothing of this is compiled. Freestanding.
 *
 *	if (!SABOTAGED("vault.config_id") && !ct_equal(...))
 *		return jurat_fail(...);
 */
#ifndef CORE_SABOTAGE_H
#define CORE_SABOTAGE_H

#include "core/compiler.h"

#ifdef JURAT_SABOTAGE
bool sabotaged(const char *check);
void sabotage_set(const char *check, size_t len); /* the host: from the environment; an enclave: from SABOTAGE_OP */
const char *sabotage_name(void);                  /* what was set, "" if nothing: enclave_load hands it on to the enclave */
#define SABOTAGED(CHECK) sabotaged(CHECK)
#define SABOTAGE_OP 0x7fffu
#else
#define SABOTAGED(CHECK) false
#endif

#endif
