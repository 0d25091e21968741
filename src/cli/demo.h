/* SPDX-License-Identifier: Apache-2.0 */
/* What the demo and its attacks share: the folder they work in, and the table of attacks. */
#ifndef CLI_DEMO_H
#define CLI_DEMO_H

#include "core/compiler.h"
#include "core/diag.h"
#include "host/file.h"

/*
 * The demo's folder. Names are relative to it; demo_path makes them whole. It is removed at the end unless --dir named it.
 */
#define DEMO_WORLD "world"
#define DEMO_VAULT "world/enclaves/vault.so"
#define DEMO_MACHINE "machine"
#define DEMO_SERVICE "service"
#define DEMO_COLLATERAL "service/collateral.json"
#define DEMO_CA "service/tls.pem"
#define DEMO_KEK "kek"
#define DEMO_SOCKET "platform.sock"
#define DEMO_STORE "host"              /* what the attested host keeps: sealed chunks */
#define DEMO_RECORDING "eavesdropped"
#define DEMO_CONTROL_HTTP "control-http"       /* what was recorded of a secret that was sent openly */
#define DEMO_CONTROL_ENCLAVE "control-enclave" /* the same, into an enclave */
#define DEMO_POLICY "policy.json"
#define DEMO_LOOT "loot"               /* what an attack that succeeded got hold of */
#define DEMO_STALE "stale.json"        /* collateral: the PCK's revocation is missing, and its CRL has ended */
#define DEMO_REVOKED "revoked.json"    /* collateral: fresh, lists the machine's PCK */
#define DEMO_OLD_VAULT "old-vault.so"  /* the author's, with a lower ISVSVN than the policy wants */
#define DEMO_THEIR_VAULT "their-vault.so" /* the same code, signed by somebody else */

/* The secret of an attack: known text, so that loot can be told from noise. One for each, since a secret is released once. */
#define DEMO_ATTACK_SECRET "attack-%s"
#define DEMO_KNOWN_SECRET "attack-known" /* one that the attacker may have, and knows */

char *demo_path(const char *dir, const char *name);

struct attack; /* one run of one attack (demo_attack.h) */

struct demo_attack {
	const char *name;    /* as in `jurat demo attack NAME` */
	const char *title;   /* one line for people */
	const char *victim;  /* who refuses */
	const char *check;   /* what stops it: the name by which a test build can leave it out (core/sabotage.h) */
	const char *says;    /* how the victim's own answer names it */
	int (*run)(struct attack *a);
};

extern const struct demo_attack demo_attacks[];
extern const size_t demo_num_attacks;

/* demo_attack_find: the row of the table with this name; NULL if there is none. */
const struct demo_attack *demo_attack_find(const char *name);

/* demo_attack_text: the secret of the attack of this name, fixed text. */
void demo_attack_text(char out[64], const char *name);

/* cmd_demo_attack: `jurat demo attack NAME --dir DIR --url URL --service-key HEX`: the attacker's process. */
int cmd_demo_attack(int argc, char **argv);

/* cmd_demo_again: `jurat demo again NAME --dir DIR`: one attack in the folder of an earlier demo, for tests; --list names them all. */
int cmd_demo_again(int argc, char **argv);

/* cmd_demo_control: `jurat demo control --dir DIR --url URL --secret FILE`: a host that sends the secret openly, recorded like the honest one. */
int cmd_demo_control(int argc, char **argv);

#endif
