/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <stdio.h>

#include "dcap/pki.h"
#include "dcap/rollback.h"
#include "json/write.h"

#define DAY 86400ll
#define NOW 1780315200ll

/* What differs between two collaterals of one platform. */
struct state {
	int64_t tcb_number, tcb_issued, qe_number, qe_issued, root_number, pck_number, crl_issued;
	uint8_t fmspc;
	const char *world;
};
static const struct state usual = { 17, NOW, 17, NOW, 3, 300, NOW, 1, "rollback" };

static void
put_crl(struct json_out *o, const char *name, enum pki_role role, int64_t number, const struct state *s, const struct pki_key *key)
{
	struct pki_names names;
	struct pki_crl_request request = { .issuer_role = role, .names = &names, .issuer = key, .this_update = s->crl_issued,
		.next_update = s->crl_issued + 30 * DAY, .number = number };
	size_t len = 0;
	uint8_t *der;

	assert_int_equal(pki_names_make(&names, s->world, false, NULL), JURAT_OK);
	assert_int_equal(pki_crl_make(&der, &len, &request, NULL), JURAT_OK);
	json_out_hex(o, name, der, len);
	free(der);
}

static void
put_signed(struct json_out *o, const char *key, const char *signature_key, char *text)
{
	char signature[2 * 64 + 1];

	memset(signature, '1', sizeof signature - 1);
	signature[sizeof signature - 1] = '\0';
	json_out_string(o, key, text);
	json_out_string(o, signature_key, signature);
	free(text);
}

static struct jurat_collateral *
collateral_of(const struct state *s)
{
	struct pki_tcb_info info = { .dates = { s->tcb_issued, s->tcb_issued + 30 * DAY }, .fmspc = { s->fmspc }, .tcb_date = NOW,
		.evaluation_number = s->tcb_number, .components = { 1 } };
	struct pki_qe_identity identity = { .dates = { s->qe_issued, s->qe_issued + 30 * DAY }, .tcb_date = NOW,
		.evaluation_number = s->qe_number };
	struct jurat_collateral *c = NULL;
	struct pki_key key;
	struct json_out o;
	char *text = NULL;

	assert_int_equal(pki_key_new(&key, NULL), JURAT_OK);
	json_out_init(&o);
	json_out_begin(&o, NULL, '{');
	json_out_string(&o, "pck_crl_issuer_chain", "");
	put_crl(&o, "root_ca_crl", PKI_ROOT, s->root_number, s, &key);
	put_crl(&o, "pck_crl", PKI_PLATFORM_CA, s->pck_number, s, &key);
	json_out_string(&o, "tcb_info_issuer_chain", "");
	assert_int_equal(pki_tcb_info_make(&text, &info), JURAT_OK);
	put_signed(&o, "tcb_info", "tcb_info_signature", text);
	json_out_string(&o, "qe_identity_issuer_chain", "");
	assert_int_equal(pki_qe_identity_make(&text, &identity), JURAT_OK);
	put_signed(&o, "qe_identity", "qe_identity_signature", text);
	json_out_end(&o, '}');
	assert_int_equal(json_out_finish(&o, &text), JURAT_OK);
	assert_int_equal(jurat_collateral_parse(&c, text, strlen(text), NULL), JURAT_OK);
	assert_int_equal(c->tcb_info_part.rc, JURAT_OK);
	assert_int_equal(c->qe_identity_part.rc, JURAT_OK);
	assert_int_equal(c->pck_crl_part.rc, JURAT_OK);
	assert_int_equal(c->root_crl_part.rc, JURAT_OK);
	free(text);
	return c;
}

/* field NULL: `fresh` may take the place of the usual one. */
static void
replaces(struct state fresh, const char *field)
{
	struct jurat_collateral *a = collateral_of(&usual), *b = collateral_of(&fresh);
	struct jurat_diag d = { 0 };
	jurat_rc rc = rollback_check(a, b, &d);

	assert_int_equal(rc, field != NULL ? JURAT_E_REPLAY : JURAT_OK);
	if (field != NULL)
		assert_string_equal(d.field, field);
	jurat_collateral_free(a);
	jurat_collateral_free(b);
}

static void
same_and_newer_collateral_goes_forward(void **state)
{
	struct state s = usual;

	replaces(s, NULL);
	s = (struct state){ 18, NOW + DAY, 18, NOW + DAY, 4, 301, NOW + DAY, 1, "rollback" };
	replaces(s, NULL);
	s.pck_number = 70000; /* more bytes */
	replaces(s, NULL);
}

static void
each_older_part_is_refused_by_name(void **state)
{
	struct state s;

	s = usual, s.tcb_number--;
	replaces(s, "tcb_info.tcbEvaluationDataNumber");
	s = usual, s.tcb_issued--;
	replaces(s, "tcb_info.issueDate");
	s = usual, s.qe_number--;
	replaces(s, "qe_identity.tcbEvaluationDataNumber");
	s = usual, s.qe_issued--;
	replaces(s, "qe_identity.issueDate");
	s = usual, s.pck_number = 255; /* fewer bytes, larger first one */
	replaces(s, "pck_crl.number");
	s = usual, s.pck_number--;
	replaces(s, "pck_crl.number");
	s = usual, s.root_number--;
	replaces(s, "root_ca_crl.number");
	s = usual, s.crl_issued--;
	replaces(s, "pck_crl.this_update");
}

static void
parts_about_something_else_are_no_mark(void **state)
{
	struct state s = usual;

	s.fmspc = 2;
	s.tcb_number = 1;
	s.tcb_issued -= DAY;
	replaces(s, NULL);
	s = usual;
	s.world = "another";
	s.pck_number = s.root_number = 1;
	s.crl_issued -= DAY;
	replaces(s, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_and_newer_collateral_goes_forward),
		cmocka_unit_test(each_older_part_is_refused_by_name),
		cmocka_unit_test(parts_about_something_else_are_no_mark),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
