/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forced in front of the enclaves' back end and of tests that run against it: both back ends define the same functions, and the
 * differential test has both in one program.
 */
#ifndef TESTS_BEAR_NAMES_H
#define TESTS_BEAR_NAMES_H

#define CRYPTO_IS_BEARSSL 1
#define sha256_init bear_sha256_init
#define sha256_update bear_sha256_update
#define sha256_final bear_sha256_final
#define sha256_once bear_sha256_once
#define sha512_once2 bear_sha512_once2
#define sha384_init bear_sha384_init
#define sha512_init bear_sha512_init
#define sha512_256_init bear_sha512_256_init
#define sha512_update bear_sha512_update
#define sha512_final bear_sha512_final
#define cmac_aes128 bear_cmac_aes128
#define gcm_seal bear_gcm_seal
#define gcm_open bear_gcm_open
#define gcm256_seal bear_gcm256_seal
#define gcm256_open bear_gcm256_open
#define p256_public_of bear_p256_public_of
#define p256_check bear_p256_check
#define p256_ecdh bear_p256_ecdh
#define ecdsa_sign bear_ecdsa_sign
#define ecdsa_verify_vartime bear_ecdsa_verify_vartime
#define crypto_random bear_crypto_random
#define enclave_random_seed bear_enclave_random_seed

#endif
