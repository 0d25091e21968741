/* SPDX-License-Identifier: Apache-2.0 */
/* How the verdict names certificates: by subject, and by their place in the chain as it was sent. */
#include "appraisal/appraise.h"

const char *
subject_of(struct jurat_verdict *v, const struct x509_cert *cert)
{
	char text[NAME_TEXT_LEN];

	name_format(text, &cert->subject);
	return verdict_note(v, "%s", text);
}

void
record_certificate(struct jurat_verdict *v, enum check_id id, jurat_rc rc, const struct jurat_diag *d, const struct cert_chain *chain,
    const struct x509_cert *culprit)
{
	verdict_record(v, id, rc, d);
	if (v->state[id] != FAILED || culprit == NULL)
		return;
	v->check[id].found = verdict_note(v, "certificate %zu of %zu (%s): %s", (size_t)(culprit - chain->cert) + 1, chain->num,
	    subject_of(v, culprit), v->check[id].found);
}
