/* SPDX-License-Identifier: Apache-2.0 */
/* One run of one attack, in a process of its own: what it works with, and how it says how it ended. */
#ifndef CLI_DEMO_ATTACK_H
#define CLI_DEMO_ATTACK_H

#include "cli/demo.h"
#include "cli/demo_host.h"

struct attack {
	const struct demo_attack *what;
	const char *dir;
	struct host_where where;
	struct host host;
	char secret[64]; /* the name of the secret that it is after */
	struct jurat_diag d;
};

/*
 * How an attack ended; each prints one JSON object to stdout and returns the exit code of the process.
 *
 * attack_broken: it could not be carried out; rc and a->d say why. Neither a success nor a failure of the defence: the demo fails.
 * attack_refused: an enclave or the processor refused; says: the operation that did, or the field that it named.
 * attack_denied: the relying party refused; what it says is read from its answer, which is not 200.
 * attack_succeeded: loot, perhaps none, goes to a file for the demo to compare.
 */
int attack_broken(struct attack *a, jurat_rc rc, const char *where);
int attack_refused(struct attack *a, jurat_rc rc, const char *says);
int attack_succeeded(struct attack *a, const char *how, const void *loot, size_t len);
int attack_denied(struct attack *a, const struct http_reply *reply);

/* attack_file: a file of the demo's folder. */
MUST_USE jurat_rc attack_file(struct attack *a, struct blob *out, const char *name);

/* attack_open: connects and loads the vault of that name. */
MUST_USE jurat_rc attack_open(struct attack *a, const char *enclave, bool debug);

/* The attacks (demo_attacks_*.c). */
int attack_altered_enclave(struct attack *a);
int attack_other_signer(struct attack *a);
int attack_debug_enclave(struct attack *a);
int attack_old_svn(struct attack *a);
int attack_replayed_quote(struct attack *a);
int attack_forged_quote(struct attack *a);
int attack_forged_report(struct attack *a);
int attack_replayed_msg3(struct attack *a);
int attack_second_release(struct attack *a);
int attack_swapped_key(struct attack *a);
int attack_man_in_the_middle(struct attack *a);
int attack_stale_crl(struct attack *a);
int attack_revoked_machine(struct attack *a);
int attack_altered_ciphertext(struct attack *a);

#endif
