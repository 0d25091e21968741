/* SPDX-License-Identifier: Apache-2.0 */
/* Randomness inside an enclave: what crypto_random mixes with RDRAND. Enclaves only; the host's back end asks the kernel. */
#ifndef CRYPTO_ENCLAVE_RANDOM_H
#define CRYPTO_ENCLAVE_RANDOM_H

#include "crypto/crypto.h"

/*
 * enclave_random_seed: 32 bytes that this processor alone can make (the runtime derives them by EGETKEY and EREPORT), registered once by
 * the entry code before any call of the author's code, from one thread. They are a second source, not a replacement: an attacker who knew
 * them would still have to predict RDRAND, one who predicts RDRAND has to know them. Without a seed crypto_random rests on RDRAND alone.
 */
void enclave_random_seed(const uint8_t seed[SHA256_LEN]);

#endif
