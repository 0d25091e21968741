/* SPDX-License-Identifier: Apache-2.0 */
/* What an SDK enclave is told about the processor when it starts. */
#ifndef MACHINE_ENGINE_FEATURES_H
#define MACHINE_ENGINE_FEATURES_H

#include "core/compiler.h"

#define ENGINE_FEATURES_LEN 184

/* engine_features: system_features_t as RSI of INIT, for an enclave with this XFRM. Version 0, as metadata 1.x wants it. */
void engine_features(uint8_t out[ENGINE_FEATURES_LEN], uint64_t xfrm);

#endif
