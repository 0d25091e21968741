/* SPDX-License-Identifier: Apache-2.0 */
/* What the enclave of test_enclave_epid.c does. */
#ifndef TESTS_ENCLAVE_EPID_H
#define TESTS_ENCLAVE_EPID_H

#include "jurat/epid.h"

/* Makes a group and a member inside, with the processor's randomness; out: the group's public key, and a signature over in with one proof. */
#define EPID_OP_SIGN 1u
/* in: the group's public key, then a signature with no list, then the message; out: one byte, 1 if it is valid. */
#define EPID_OP_VERIFY 2u

#define EPID_SIGNED_LEN (JURAT_EPID_GROUP_KEY_LEN(4) + JURAT_EPID_SIGRL_LEN(4, 1) + JURAT_EPID_SIGNATURE_LEN(JURAT_EPID_NOT_SPLIT, 1))

#endif
