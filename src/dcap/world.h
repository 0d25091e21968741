/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A world: the folder of a private root of trust (docs/ARCHITECTURE.md, "Folders that users have"). It owns the CA and signing keys, says
 * which machines are genuine and which software is new enough, and signs the enclaves of its platforms.
 *
 * world.json holds the decisions; everything signed follows from it and from keys/, and is written anew by world_refresh. Files appear whole
 * or not at all. No clock: now is an argument.
 */
#ifndef DCAP_WORLD_H
#define DCAP_WORLD_H

#include "dcap/pki.h"

#define WORLD_VERSION 2
#define WORLD_VERSION_PLAIN 1 /* without a digest; read, and upgraded before the first change */
#define WORLD_MACHINES_MAX 256u
#define WORLD_REVOKED_MAX 1024u
#define WORLD_FILE_MAX_LEN (1024u * 1024u)
#define WORLD_ENCLAVE_MAX_LEN (64u * 1024u * 1024u)

struct world_machine {
	uint8_t ppid[16];
	uint8_t cpusvn[SGX_CPUSVN_LEN];
	uint8_t serial[PKI_SERIAL_LEN]; /* of its PCK certificate */
	int64_t enrolled;
};

struct world {
	char *dir;
	bool plain; /* read from a file of version 1 */
	int lock; /* descriptor of the lock, -1 if opened for reading */
	struct pki_names names;
	int64_t made;
	uint8_t fmspc[6], pce_id[2]; /* of its machines: one world, one kind of platform */
	int64_t evaluation_number;   /* counts up with every change of the dials */
	int64_t crl_number;          /* counts up before every world_refresh (RFC 5280 §5.2.3: no two CRLs have one number) */
	enum tcb_status tcb_status;  /* of a platform that is new enough */
	uint8_t min_svn;             /* first TCB component of such a platform; below it stands OutOfDate */
	uint16_t min_pce_svn, min_qe_svn;
	uint8_t revoked[WORLD_REVOKED_MAX][PKI_SERIAL_LEN];
	size_t num_revoked;
	struct world_machine machines[WORLD_MACHINES_MAX];
	size_t num_machines;
};

struct world_birth {
	const char *name;
	bool intel_names;
	const char *enclaves_dir; /* NAME.so and NAME.json for quoting, certification and vault, unsigned */
	int64_t now;
};

/*
 * world_create: keys, trust/, signed enclaves, collateral. Some seconds: two RSA keys. JURAT_E_EXISTS if dir is there. The folder appears
 * whole or not at all.
 */
MUST_USE jurat_rc world_create(const char *dir, const struct world_birth *birth, struct jurat_diag *d);

/*
 * world_open: reads world.json; JURAT_E_VERSION names a newer one, JURAT_E_MISMATCH (world.sha256) one that was altered. world_close(NULL) is fine. world_parse: the text alone (dir is NULL).
 */
MUST_USE jurat_rc world_parse(struct world **out, const char *text, size_t len, struct jurat_diag *d);
MUST_USE jurat_rc world_open(struct world **out, const char *dir, struct jurat_diag *d);
void world_close(struct world *w);

/*
 * world_open_for_change: the same, and keeps every other change out until world_close: two machines that are enrolled at the same time are
 * both entered. Waits for the other one. An older world.json is upgraded, with a copy in world.json.v1.backup. Keys and certificates are checked, before anything is decided or written with them.
 */
MUST_USE jurat_rc world_open_for_change(struct world **out, const char *dir, struct jurat_diag *d);

/* world_save: writes world.json. world_to_json: its text, which the caller frees. */
MUST_USE jurat_rc world_save(const struct world *w, struct jurat_diag *d);
MUST_USE jurat_rc world_to_json(char **out, const struct world *w, struct jurat_diag *d);

/* What world_refresh shall let expire, for tests and demonstrations of stale collateral. */
struct world_stale {
	bool crl, tcb_info, qe_identity;
};

/* world_refresh: collateral.json as of now, valid for 30 days; the stale parts ended a day before now. stale may be NULL.
 * JURAT_E_USAGE unless world_time_ok(now): the years 1971 to 9998. */
MUST_USE bool world_time_ok(int64_t now);
MUST_USE jurat_rc world_refresh(
    const struct world *w, int64_t now, const struct world_stale *stale, struct jurat_diag *d);

/* What a machine's platform software says of itself. */
struct world_platform {
	uint8_t ppid[16];
	struct p256_public pck;
	uint8_t cpusvn[SGX_CPUSVN_LEN];
	uint16_t pce_svn;
	uint8_t fmspc[6], pce_id[2];
};

/*
 * world_enrol: issues the PCK certificate; *out_chain is leaf, platform CA and root in PEM, which the caller frees. The machine is entered in
 * world.json (a machine with the same PPID is replaced). JURAT_E_MISMATCH if the world has machines of another FMSPC or PCE-ID.
 */
MUST_USE jurat_rc world_enrol(
    struct world *w, char **out_chain, const struct world_platform *platform, int64_t now, struct jurat_diag *d);

/* world_revoke: enters a PCK serial into the list; JURAT_E_EXISTS if it stands there, JURAT_E_TOO_LARGE if the list is full. */
MUST_USE jurat_rc world_revoke(struct world *w, const uint8_t serial[PKI_SERIAL_LEN], struct jurat_diag *d);

#endif
