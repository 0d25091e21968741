/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DIR/fuses: what a machine is born with. One versioned file (0600), written whole or not at all; a newer version is refused by
 * name, a damaged one by its digest. Only the key process reads it.
 */
#ifndef MACHINE_FUSES_H
#define MACHINE_FUSES_H

#include "machine/processor.h"

#define FUSES_VERSION 1u
#define FUSES_LEN 180

/* What anybody may know about a machine: also what the key process tells at the start of a connection. */
struct fuses_public {
	uint8_t cpusvn[SGX_CPUSVN_LEN];
	uint8_t launch_signer[32];    /* all zero: flexible launch control */
	uint8_t provision_signer[32];
	uint8_t fmspc[6];
	uint8_t pce_id[2];
};

struct fuses {
	struct fuses_public known;
	struct aes128_key root_provision, root_seal;
	uint8_t owner_epoch[16];
};

/* fuses_blow: fresh random root keys and owner epoch for a new machine. */
MUST_USE jurat_rc fuses_blow(struct fuses *out, const struct fuses_public *known, struct jurat_diag *d);

/* fuses_parse: JURAT_E_VERSION for an unknown version, JURAT_E_CRYPTO if the digest is wrong. The caller wipes *out. */
MUST_USE jurat_rc fuses_parse(struct fuses *out, const uint8_t *p, size_t len, struct jurat_diag *d);
void fuses_encode(uint8_t out[FUSES_LEN], const struct fuses *f);

/* fuses_read: DIR/fuses; JURAT_E_PERMISSION unless only its owner may read it. */
MUST_USE jurat_rc fuses_read(struct fuses *out, const char *dir, struct jurat_diag *d);

/* fuses_start: the processor of this machine after a reset: with a fresh CR_REPORT_KEYID. The caller wipes *out. */
MUST_USE jurat_rc fuses_start(struct processor *out, const struct fuses *f, struct jurat_diag *d);

#endif
