/* SPDX-License-Identifier: Apache-2.0 */
/* What secrets.c, release.c and routes.c share. */
#ifndef SERVICE_SECRETS_INTERNAL_H
#define SERVICE_SECRETS_INTERNAL_H

#include <sys/stat.h>

#include "appraisal/verify.h"
#include "service/refusals.h"
#include "service/secrets.h"
#include "service/session.h"

struct counters {
	uint64_t sessions, releases, delivered, refused, replayed, failed;
};

struct secrets {
	struct store *store;
	struct jurat_trust *private_root; /* NULL: Intel's */
	struct jurat_collateral *collateral;   /* NULL: none yet */
	struct timespec collateral_mtime;
	ino_t collateral_inode;
	char *collateral_path;
	struct secrets_clocks clocks;
	struct sessions sessions;
	struct counters count;
	struct refusals refusals;
	const struct http_server *server;
};

/* secrets_refresh: reads the collateral anew if its file changed; what does not parse is JURAT_E_…, and the old one is not used any more. */
MUST_USE jurat_rc secrets_refresh(struct secrets *s, struct jurat_diag *d);

/* The routes' handlers. */
void route_session(struct secrets *s, const struct http_request *request, const char *id, struct http_answer *answer);
void route_msg3(struct secrets *s, const struct http_request *request, const char *id, struct http_answer *answer);
void route_ack(struct secrets *s, const struct http_request *request, const char *id, struct http_answer *answer);

/* answer_failure: problem+json with the status that fits the code. */
void answer_failure(struct http_answer *answer, jurat_rc rc, const struct jurat_diag *d);

#endif
