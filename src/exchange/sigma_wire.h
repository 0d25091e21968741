/* SPDX-License-Identifier: Apache-2.0 */
/* Offsets of the SIGMA messages and what only src/exchange's two state machines share. Not for other folders. */
#ifndef EXCHANGE_SIGMA_WIRE_H
#define EXCHANGE_SIGMA_WIRE_H

#include "exchange/sigma.h"

/* msg2 */
#define MSG2_SPID_OFF 64
#define MSG2_KDF_OFF 82
#define MSG2_SIGN_OFF 84
#define MSG2_MAC_OFF 148
#define MSG2_SIG_RL_SIZE_OFF 164
/* msg3 */
#define MSG3_G_A_OFF 16
#define MSG3_PS_SEC_PROP_OFF 80
#define MSG3_PS_SEC_PROP_LEN 256

/* sigma_signed_digest: SHA-256(g_b || g_a), what sign_gb_ga signs. */
void sigma_signed_digest(uint8_t out[SHA256_LEN], const uint8_t g_b[64], const uint8_t g_a[64]);

/* sigma_report_data: SHA-256(g_a || g_b || VK) || 0^32. */
void sigma_report_data(uint8_t out[64], const uint8_t g_a[64], const uint8_t g_b[64], const struct aes128_key *vk);

#endif
