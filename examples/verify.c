/* SPDX-License-Identifier: Apache-2.0 */
/* verify QUOTE COLLATERAL POLICY TRUST UNIX-TIME. Build: cc verify.c $(pkg-config --cflags --libs jurat). Intel's root: jurat_trust_intel(). */
#include <jurat/verify.h>
#include <stdio.h>
#include <stdlib.h>

int
main(int argc, char **argv)
{
	static char bytes[4][JURAT_COLLATERAL_MAX_LEN];
	size_t len[4] = { 0 };
	struct jurat_collateral *collateral = NULL; /* parse once, use for every quote, in every thread */
	struct jurat_policy *policy = NULL;
	struct jurat_trust *trust = NULL;
	struct jurat_verdict *verdict = NULL;
	struct jurat_diag d = { 0 };
	char *text = NULL;

	for (int i = 0; i < 4 && argc == 6; i++) {
		FILE *f = fopen(argv[i + 1], "rb");
		len[i] = f != NULL ? fread(bytes[i], 1, sizeof bytes[i], f) : 0;
	}
	if (argc != 6 || jurat_collateral_parse(&collateral, bytes[1], len[1], &d) != JURAT_OK ||
	    jurat_policy_parse(&policy, bytes[2], len[2], &d) != JURAT_OK || jurat_trust_parse(&trust, bytes[3], len[3], &d) != JURAT_OK ||
	    jurat_verify(&verdict, &(struct jurat_request){ .quote = (uint8_t *)bytes[0], .quote_len = len[0], .collateral = collateral,
	        .policy = policy, .root = trust, .at_unix_s = atoll(argv[5]) }, &d) != JURAT_OK ||
	    jurat_verdict_text(&text, verdict) != JURAT_OK)
		return fprintf(stderr, "%s: %s\n", d.field != NULL ? d.field : "arguments", jurat_rc_text(d.code)), 1;
	fputs(text, stdout);
	return jurat_verdict_exit_code(verdict); /* 0: accepted */
}
